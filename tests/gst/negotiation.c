// SPDX-License-Identifier: BSD-2-Clause
//
// Caps in, caps out, without an element.

#include "gst/negotiate.h"

#include <stdio.h>

#include "common.h"
#include "gst/colour.h"

static GstQsrFactors factors_of(const gchar *text)
{
    GstQsrFactors f = {0, {{0, 0}}};
    gchar **words = g_strsplit(text, " ", -1);

    for (gint i = 0; words[i]; i++)
        fail_unless(gst_qsr_scale_from_double(&f.scale[f.n++], g_ascii_strtod(words[i], NULL)));
    g_strfreev(words);
    return f;
}

static GstCaps *parse(const gchar *text)
{
    GstCaps *caps = gst_caps_from_string(text);

    fail_unless(caps != NULL, "cannot parse %s", text);
    return caps;
}

#define RAW "video/x-raw,format=NV12,"

static const struct {
    const gchar *factors;
    GstPadDirection direction; // the pad that `from` is on
    const gchar *from, *to;
} transforms[] = {
    // fixed, both ways
    {"2", GST_PAD_SINK, RAW "width=960,height=540,colorimetry=bt709,chroma-site=mpeg2",
     RAW "width=1920,height=1080,colorimetry=bt709,chroma-site=mpeg2"},
    {"2", GST_PAD_SRC, RAW "width=1920,height=1080", RAW "width=960,height=540"},
    {"1.5", GST_PAD_SINK, RAW "width=3,height=4,colorimetry=bt601,chroma-site=jpeg",
     RAW "width=5,height=6,colorimetry=bt601,chroma-site=jpeg"},
    {"1.5", GST_PAD_SRC, RAW "width=5,height=6", RAW "width=3,height=4"},
    {"1.5", GST_PAD_SRC, RAW "width=7,height=6", "EMPTY"},
    {"2", GST_PAD_SRC, RAW "width=641,height=480", "EMPTY"},
    {"2", GST_PAD_SINK, RAW "width=16385,height=480", "EMPTY"},
    // several factors, in their order
    {"2 1.5 3 4 1", GST_PAD_SRC, RAW "width=1920,height=1080",
     RAW "width=960,height=540;" RAW "width=1280,height=720;" RAW "width=640,height=360;" RAW
         "width=480,height=270;" RAW "width=1920,height=1080"},
    {"2 1.5 3 4 1", GST_PAD_SRC, RAW "width=721,height=401", RAW "width=721,height=401"},
    // one factor for both directions
    {"2 3", GST_PAD_SRC, RAW "width=6,height=8", RAW "width=3,height=4"},
    // ranges, lists, missing fields
    {"3", GST_PAD_SINK, RAW "width=[1,100],height={10,20}",
     RAW "width=[3,300,3],height={30,60}"},
    {"2", GST_PAD_SRC, RAW "width=[2,512,2],height=[1,512]", RAW "width=[1,256],height=[1,256]"},
    {"4", GST_PAD_SRC, RAW "width=1920", RAW "width=480"},
    {"4", GST_PAD_SINK, "video/x-raw", "video/x-raw"},
    {"2 1", GST_PAD_SINK, "video/x-raw,width=10", "video/x-raw,width=20;video/x-raw,width=10"},
    // other fields stay
    {"2", GST_PAD_SRC,
     RAW "width=640,height=480,framerate=30000/1001,pixel-aspect-ratio=10/11,multiview-mode=mono,"
         "mastering-display-info=x,content-light-level=1000:400",
     RAW "width=320,height=240,framerate=30000/1001,pixel-aspect-ratio=10/11,multiview-mode=mono,"
         "mastering-display-info=x,content-light-level=1000:400"},
    // interlaced video only at 1x
    {"2 1", GST_PAD_SRC, RAW "width=64,height=48,interlace-mode=interleaved",
     RAW "width=64,height=48,interlace-mode=interleaved"},
    {"2", GST_PAD_SRC, RAW "width=64,height=48,interlace-mode={progressive,mixed}",
     RAW "width=32,height=24,interlace-mode=progressive"},
    {"2", GST_PAD_SRC, RAW "width=64,height=48,interlace-mode=mixed", "EMPTY"},
    // features: metas are no obstacle, foreign memory is
    {"2", GST_PAD_SRC, "video/x-raw(meta:GstVideoOverlayComposition),width=64,height=48",
     "video/x-raw(meta:GstVideoOverlayComposition),width=32,height=24"},
    {"2", GST_PAD_SRC, "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition),width=64",
     "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition),width=32"},
    {"2 1", GST_PAD_SRC, "video/x-raw(memory:DMABuf),width=64,height=48",
     "video/x-raw(memory:DMABuf),width=64,height=48"},
    {"2", GST_PAD_SRC, "video/x-raw(memory:DMABuf),width=64,height=48", "EMPTY"},
    {"2 1", GST_PAD_SRC, "video/x-raw(ANY),width=64", "video/x-raw(ANY),width=64"},
    {"2", GST_PAD_SRC, "EMPTY", "EMPTY"},
    {"2", GST_PAD_SRC, "ANY", "ANY"},
};

GST_START_TEST(test_transform)
{
    GstQsrFactors factors = factors_of(transforms[__i__].factors);
    GstCaps *from = parse(transforms[__i__].from), *expected = parse(transforms[__i__].to);
    GstCaps *to = gst_qsr_caps_transform(&factors, transforms[__i__].direction, from, NULL);

    fail_unless(gst_caps_is_strictly_equal(to, expected) || gst_caps_is_equal(to, expected),
                "row %d: %s", __i__, gst_caps_to_string(to));
    fail_unless_equals_int(gst_caps_get_size(to), gst_caps_get_size(expected));
    for (guint i = 0; i < gst_caps_get_size(to); i++)
        fail_unless(gst_structure_is_equal(gst_caps_get_structure(to, i),
                                           gst_caps_get_structure(expected, i)),
                    "row %d, order: %s", __i__, gst_caps_to_string(to));
    gst_caps_unref(to);
    gst_caps_unref(expected);
    gst_caps_unref(from);
}
GST_END_TEST;

// The filter is applied, in its order.
GST_START_TEST(test_transform_filter)
{
    GstCaps *from = parse("video/x-raw,width=1920,height=1080");
    GstCaps *filter = parse("video/x-raw,width=480;video/x-raw,width=960");
    GstCaps *to = gst_qsr_caps_transform(&gst_qsr_all_factors, GST_PAD_SRC, from, filter);
    GstCaps *expected =
        parse("video/x-raw,width=480,height=270;video/x-raw,width=960,height=540");

    fail_unless(gst_caps_is_strictly_equal(to, expected));
    gst_caps_unref(to);
    gst_caps_unref(expected);
    gst_caps_unref(filter);
    gst_caps_unref(from);
}
GST_END_TEST;

// Whatever passes forwards passes backwards.
GST_START_TEST(test_transform_there_and_back)
{
    for (gint w = 1; w <= 70; w += 3) {
        for (gint h = 1; h <= 70; h += 7) {
            GstCaps *in = test_caps("I420", w, h, NULL);
            GstCaps *out = gst_qsr_caps_transform(&gst_qsr_all_factors, GST_PAD_SINK, in, NULL);

            for (guint i = 0; i < gst_caps_get_size(out); i++) {
                GstCaps *one = gst_caps_copy_nth(out, i);
                GstCaps *back =
                    gst_qsr_caps_transform(&gst_qsr_all_factors, GST_PAD_SRC, one, NULL);

                fail_unless(gst_caps_can_intersect(back, in));
                gst_caps_unref(back);
                gst_caps_unref(one);
            }
            gst_caps_unref(out);
            gst_caps_unref(in);
        }
    }
}
GST_END_TEST;

static const struct {
    const gchar *factors, *in, *allowed;
    gint width, height; // 0: none
} fixations[] = {
    {"2 1.5 3 4 1", "960x540", "video/x-raw", 1920, 1080},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=[1,1919]", 1440, 810},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=[1921,3000]", 2880, 1620},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,height=2160", 3840, 2160},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=960", 960, 540},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width={2880,3840}", 2880, 1620},
    // the factor is the same in both directions
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=[1,1920],height=[1,810]", 1440, 810},
    // preference by factor, not by the order of the structures
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=960;video/x-raw,width=1920", 1920, 1080},
    {"2 1.5 3 4 1", "1x1", "video/x-raw,width=2", 2, 2},
    {"2 1.5 3 4 1", "3x3", "video/x-raw,width=5", 5, 5},
    {"3 1", "960x540", "video/x-raw", 2880, 1620},
    {"2 1", "20000x540", "video/x-raw", 20000, 540},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=1000", 0, 0},
    {"2 1.5 3 4 1", "960x540", "video/x-raw,width=1920,height=540", 0, 0},
};

GST_START_TEST(test_fixate)
{
    GstQsrFactors factors = factors_of(fixations[__i__].factors);
    GstCaps *in, *out, *can, *allowed = parse(fixations[__i__].allowed);
    gint w, h;

    fail_unless(sscanf(fixations[__i__].in, "%dx%d", &w, &h) == 2);
    in = test_caps("I420", w, h, NULL);
    can = gst_qsr_caps_transform(&factors, GST_PAD_SINK, in, NULL);
    out = gst_caps_intersect_full(allowed, can, GST_CAPS_INTERSECT_FIRST);
    if (fixations[__i__].width == 0) {
        fail_unless(gst_caps_is_empty(out));
    } else {
        QsrScale scale;

        out = gst_qsr_caps_fixate(&factors, GST_PAD_SINK, in, out);
        fail_unless(gst_caps_is_fixed(out));
        gst_structure_get_int(gst_caps_get_structure(out, 0), "width", &w);
        gst_structure_get_int(gst_caps_get_structure(out, 0), "height", &h);
        fail_unless(w == fixations[__i__].width && h == fixations[__i__].height,
                    "row %d: %dx%d", __i__, w, h);
        fail_unless(sscanf(fixations[__i__].in, "%dx%d", &w, &h) == 2);
        fail_unless(gst_qsr_caps_factor(&factors, w, h, fixations[__i__].width,
                                        fixations[__i__].height, &scale));
    }
    gst_caps_unref(out);
    gst_caps_unref(can);
    gst_caps_unref(allowed);
    gst_caps_unref(in);
}
GST_END_TEST;

// Fields that only downstream has get sensible values.
GST_START_TEST(test_fixate_other_fields)
{
    GstQsrFactors factors = factors_of("2");
    GstCaps *in = parse("video/x-raw,format=I420,width=64,height=48");
    GstCaps *out = parse("video/x-raw,format=I420,width=[1,1000],height=96,"
                         "pixel-aspect-ratio=[1/2,2/1],framerate=[0/1,60/1],"
                         "interlace-mode={interleaved,progressive}");
    GstStructure *s;
    gint n, d;

    out = gst_qsr_caps_fixate(&factors, GST_PAD_SINK, in, out);
    fail_unless(gst_caps_is_fixed(out));
    s = gst_caps_get_structure(out, 0);
    fail_unless(gst_structure_get_fraction(s, "pixel-aspect-ratio", &n, &d) && n == 1 && d == 1);
    fail_unless_equals_string(gst_structure_get_string(s, "interlace-mode"), "progressive");
    fail_unless_equals_string(gst_structure_get_string(s, "colorimetry"), "bt601");
    gst_caps_unref(out);
    gst_caps_unref(in);
}
GST_END_TEST;

// The height counts as well as the width, also in caps looser than ours.
GST_START_TEST(test_fixate_loose)
{
    GstCaps *in = test_caps("I420", 960, 540, NULL);
    GstCaps *out = parse("video/x-raw,format=I420,width=[1,4000],height=[1,810]");
    gint w, h;

    out = gst_qsr_caps_fixate(&gst_qsr_all_factors, GST_PAD_SINK, in, out);
    gst_structure_get_int(gst_caps_get_structure(out, 0), "width", &w);
    gst_structure_get_int(gst_caps_get_structure(out, 0), "height", &h);
    fail_unless(w == 1440 && h == 810, "%dx%d", w, h);
    gst_caps_unref(out);
    gst_caps_unref(in);
}
GST_END_TEST;

// From the output back to the input.
GST_START_TEST(test_fixate_backwards)
{
    GstCaps *out = test_caps("I420", 1920, 1080, NULL);
    GstCaps *in = parse("video/x-raw,format=I420,width=[1,1000]");
    gint w, h;

    in = gst_qsr_caps_fixate(&gst_qsr_all_factors, GST_PAD_SRC, out, in);
    gst_structure_get_int(gst_caps_get_structure(in, 0), "width", &w);
    gst_structure_get_int(gst_caps_get_structure(in, 0), "height", &h);
    fail_unless(w == 960 && h == 540);
    gst_caps_unref(in);
    gst_caps_unref(out);
}
GST_END_TEST;

static const struct {
    const gchar *factors, *in, *peer, *sentence;
} sentences[] = {
    {"2 1.5 3 4 1", RAW "width=960,height=540", "video/x-raw,width=1000,height=500",
     "downstream wants 1000x500, but qsrupscale can make 1920x1080, 1440x810, 2880x1620, "
     "3840x2160 or 960x540 of 960x540"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=640,height=360",
     "downstream wants 640x360, but qsrupscale can make 1920x1080 of 960x540"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=[1,640];video/x-raw,width=[1,640]",
     "downstream wants [ 1, 640 ]xany, but qsrupscale can make 1920x1080 of 960x540"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=1,height=2;video/x-raw,width=3,height=4",
     "downstream wants 1x2 or 3x4, but"},
    {"2 1.5", RAW "width=1,height=1", "video/x-raw,width=7",
     "downstream wants 7xany, but qsrupscale can make 2x2 of 1x1"},
    {"2", RAW "width=20000,height=540", NULL,
     "a picture of 20000x540 is larger than the 16384x16384 that qsrupscale can upscale"},
    {"2", RAW "width=960,height=540,interlace-mode=mixed", NULL,
     "qsrupscale cannot upscale interlaced video (interlace-mode=mixed); put deinterlace"},
    {"2 1", RAW "width=960,height=540,interlace-mode=mixed", "video/x-raw,width=1920",
     "qsrupscale cannot upscale interlaced video (interlace-mode=mixed); put deinterlace"},
    {"2 1", "video/x-raw(memory:DMABuf),format=NV12,width=960,height=540", "video/x-raw,width=1",
     "qsrupscale cannot read memory:DMABuf; put an element that downloads"},
    {"2", RAW "width=960,height=540", "video/x-raw,format=RGB", "put videoconvert behind it"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=1920,colorimetry=bt2020",
     "put videoconvert behind it"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=1920", NULL},
    {"2", RAW "width=960,height=540", NULL, NULL},
};

GST_START_TEST(test_explain)
{
    GstQsrFactors factors = factors_of(sentences[__i__].factors);
    GstCaps *in = parse(sentences[__i__].in);
    GstCaps *peer = sentences[__i__].peer ? parse(sentences[__i__].peer) : NULL;
    gchar *text = gst_qsr_caps_explain(&factors, in, peer);

    if (sentences[__i__].sentence)
        fail_unless(text && strstr(text, sentences[__i__].sentence), "row %d: %s", __i__, text);
    else
        fail_unless(text == NULL, "row %d: %s", __i__, text);
    g_free(text);
    if (peer)
        gst_caps_unref(peer);
    gst_caps_unref(in);
}
GST_END_TEST;

static Suite *negotiation_suite(void)
{
    Suite *s = suite_create("negotiation");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, test_transform, 0, G_N_ELEMENTS(transforms));
    tcase_add_test(tc, test_transform_filter);
    tcase_add_test(tc, test_transform_there_and_back);
    tcase_add_loop_test(tc, test_fixate, 0, G_N_ELEMENTS(fixations));
    tcase_add_test(tc, test_fixate_other_fields);
    tcase_add_test(tc, test_fixate_loose);
    tcase_add_test(tc, test_fixate_backwards);
    tcase_add_loop_test(tc, test_explain, 0, G_N_ELEMENTS(sentences));
    return s;
}

GST_CHECK_MAIN(negotiation)

// SPDX-License-Identifier: BSD-2-Clause
//
// Caps in, caps out, without an element.

#include "gst/negotiate.h"

#include "common.h"
#include "gst/colour.h"

// "2 1.5 1": the factors of a model's files. "2 1 =2.5": and a wish. "2 1 +": of a scaler.
// "-": without borders.
static GstQsrSizing sizing_of(const gchar *text)
{
    GstQsrSizing sizing = {.add_borders = TRUE};
    gchar **words = g_strsplit(text, " ", -1);

    for (gint i = 0; words[i]; i++) {
        if (words[i][0] == '=')
            fail_unless(
                gst_qsr_scale_from_double(&sizing.wish, g_ascii_strtod(words[i] + 1, NULL)));
        else if (words[i][0] == '+')
            sizing.is_scaler = TRUE;
        else if (words[i][0] == '-')
            sizing.add_borders = FALSE;
        else
            fail_unless(gst_qsr_scale_from_double(&sizing.factors.scale[sizing.factors.n++],
                                                  g_ascii_strtod(words[i], NULL)));
    }
    g_strfreev(words);
    return sizing;
}

static GstCaps *parse(const gchar *text)
{
    GstCaps *caps = gst_caps_from_string(text);

    fail_unless(caps != NULL, "cannot parse %s", text);
    return caps;
}

#define RAW "video/x-raw,format=NV12,"
#define ANY_SIZE "width=[1,2147483647],height=[1,2147483647]"
#define ANY_SIZE_OF_FIELDS "width=[1,2147483647],height=[2,2147483646,2]"
#define ANY_PAR "pixel-aspect-ratio=[1/2147483647,2147483647/1]"
#define INTERLACED "video/x-raw(format:Interlaced),"
#define OVERLAY "video/x-raw(meta:GstVideoOverlayComposition),"

static const struct {
    const gchar *sizing;
    GstPadDirection direction; // the pad that `from` is on
    const gchar *from, *to;
} transforms[] = {
    // fixed, both ways
    {"2", GST_PAD_SINK, RAW "width=960,height=540,colorimetry=bt709,chroma-site=mpeg2",
     RAW "width=1920,height=1080,colorimetry=bt709,chroma-site=mpeg2;" RAW ANY_SIZE
         ",colorimetry=bt709,chroma-site=mpeg2"},
    {"2", GST_PAD_SRC, RAW "width=1920,height=1080",
     RAW "width=960,height=540;" RAW ANY_SIZE},
    {"1.5", GST_PAD_SINK, RAW "width=3,height=4", RAW "width=5,height=6;" RAW ANY_SIZE},
    {"1.5", GST_PAD_SRC, RAW "width=5,height=6", RAW "width=3,height=4;" RAW ANY_SIZE},
    {"1.5", GST_PAD_SRC, RAW "width=7,height=6", RAW ANY_SIZE},
    {"2", GST_PAD_SRC, RAW "width=641,height=480", RAW ANY_SIZE},
    {"2", GST_PAD_SINK, RAW "width=16385,height=480", RAW ANY_SIZE},
    // several factors, in their order
    {"2 1.5 3 4 1", GST_PAD_SRC, RAW "width=1920,height=1080",
     RAW "width=960,height=540;" RAW "width=1280,height=720;" RAW "width=640,height=360;" RAW
         "width=480,height=270;" RAW "width=1920,height=1080;" RAW ANY_SIZE},
    {"2 1.5 3 4 1", GST_PAD_SRC, RAW "width=721,height=401",
     RAW "width=721,height=401;" RAW ANY_SIZE},
    // one factor for both directions
    {"2 3", GST_PAD_SRC, RAW "width=6,height=8", RAW "width=3,height=4;" RAW ANY_SIZE},
    // a wish instead of the factors
    {"2 1.5 3 4 1 =2.5", GST_PAD_SINK, RAW "width=101,height=10",
     RAW "width=253,height=25;" RAW ANY_SIZE},
    {"2 1.5 3 4 1 =2.5", GST_PAD_SRC, RAW "width=253,height=25",
     RAW "width=101,height=10;" RAW ANY_SIZE},
    {"3 1 =1", GST_PAD_SINK, RAW "width=101,height=10", RAW "width=101,height=10;" RAW ANY_SIZE},
    // ranges, lists, missing fields
    {"3", GST_PAD_SINK, RAW "width=[1,100],height={10,20}",
     RAW "width=[3,300,3],height={30,60};" RAW ANY_SIZE},
    {"2", GST_PAD_SRC, RAW "width=[2,512,2],height=[1,512]",
     RAW "width=[1,256],height=[1,256];" RAW ANY_SIZE},
    {"4", GST_PAD_SRC, RAW "width=1920", RAW "width=480;" RAW ANY_SIZE ";" RAW "width=1920"},
    {"4", GST_PAD_SINK, "video/x-raw", "video/x-raw"},
    // what there is already is not said again
    {"2 1", GST_PAD_SINK, "video/x-raw,width=10,height=10;video/x-raw,width=20,height=20",
     "video/x-raw,width=20,height=20;video/x-raw,width=10,height=10;"
     "video/x-raw,width=40,height=40;video/x-raw," ANY_SIZE},
    // preferred sizes of all structures first
    {"2", GST_PAD_SINK, RAW "width=10,height=10;video/x-raw,format=I420,width=20,height=20",
     RAW "width=20,height=20;video/x-raw,format=I420,width=40,height=40;" RAW ANY_SIZE
         ";video/x-raw,format=I420," ANY_SIZE},
    // other fields stay, but a pixel aspect ratio becomes free
    {"2", GST_PAD_SRC,
     RAW "width=640,height=480,framerate=30000/1001,pixel-aspect-ratio=10/11,multiview-mode=mono,"
         "mastering-display-info=x,content-light-level=1000:400",
     RAW "width=320,height=240,framerate=30000/1001,pixel-aspect-ratio=10/11,multiview-mode=mono,"
         "mastering-display-info=x,content-light-level=1000:400;" RAW ANY_SIZE
         ",framerate=30000/1001," ANY_PAR ",multiview-mode=mono,"
         "mastering-display-info=x,content-light-level=1000:400"},
    // interlaced video has two fields of as many lines
    {"2 1.5 1", GST_PAD_SINK, RAW "width=64,height=48,interlace-mode=interleaved",
     RAW "width=128,height=96,interlace-mode=interleaved;" RAW
         "width=96,height=72,interlace-mode=interleaved;" RAW
         "width=64,height=48,interlace-mode=interleaved;" RAW ANY_SIZE_OF_FIELDS
         ",interlace-mode=interleaved"},
    {"1.5", GST_PAD_SINK, RAW "width=64,height=50,interlace-mode=mixed",
     RAW "width=96,height=76,interlace-mode=mixed;" RAW ANY_SIZE_OF_FIELDS ",interlace-mode=mixed"},
    {"1.5", GST_PAD_SRC, RAW "width=96,height=76,interlace-mode=mixed",
     RAW "width=64,height=50,interlace-mode=mixed;" RAW ANY_SIZE_OF_FIELDS ",interlace-mode=mixed"},
    {"2", GST_PAD_SRC, RAW "width=64,height=47,interlace-mode=mixed",
     RAW "width=64,height=47,interlace-mode=mixed"},
    {"2", GST_PAD_SRC, RAW "width=64,height=48,interlace-mode={progressive,mixed}",
     RAW "width=32,height=24,interlace-mode=progressive;" RAW
         "width=32,height=24,interlace-mode=mixed;" RAW ANY_SIZE ",interlace-mode=progressive;" RAW
             ANY_SIZE_OF_FIELDS ",interlace-mode=mixed;" RAW
         "width=64,height=48,interlace-mode={progressive,mixed}"},
    {"3", GST_PAD_SINK, RAW "width=[1,100],height=[1,100],interlace-mode={mixed,interleaved}",
     RAW "width=[3,300,3],height=[6,300,6],interlace-mode={mixed,interleaved};" RAW
         ANY_SIZE_OF_FIELDS ",interlace-mode={mixed,interleaved};" RAW
         "width=[1,100],height=[1,100],interlace-mode={mixed,interleaved}"},
    {"2 =2", GST_PAD_SINK, RAW "width=64,height=48,interlace-mode=fields",
     RAW "width=64,height=48,interlace-mode=fields"},
    {"2", GST_PAD_SINK, INTERLACED "width=64,height=48,interlace-mode=alternate",
     INTERLACED "width=128,height=96,interlace-mode=alternate;" INTERLACED ANY_SIZE_OF_FIELDS
                ",interlace-mode=alternate"},
    {"2", GST_PAD_SINK, INTERLACED "width=64,height=48",
     INTERLACED "width=128,height=96;" INTERLACED ANY_SIZE_OF_FIELDS},
    // several views in a frame: those that lie apart
    {"2", GST_PAD_SINK, RAW "width=64,height=48,multiview-mode=side-by-side",
     RAW "width=128,height=96,multiview-mode=side-by-side;" RAW ANY_SIZE
         ",multiview-mode=side-by-side"},
    {"2", GST_PAD_SINK, RAW "width=64,height=48,multiview-mode=checkerboard",
     RAW "width=64,height=48,multiview-mode=checkerboard"},
    {"2", GST_PAD_SINK, RAW "width=64,height=48,multiview-mode={mono,row-interleaved}",
     RAW "width=128,height=96,multiview-mode=mono;" RAW ANY_SIZE ",multiview-mode=mono;" RAW
         "width=64,height=48,multiview-mode={mono,row-interleaved}"},
    // features: metas are no obstacle, foreign memory is
    {"2", GST_PAD_SRC, OVERLAY "width=64,height=48",
     OVERLAY "width=32,height=24;" OVERLAY ANY_SIZE},
    {"2", GST_PAD_SRC,
     "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition),width=64,height=2",
     "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition),width=32,height=1;"
     "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition)," ANY_SIZE},
    {"2 1", GST_PAD_SRC, "video/x-raw(memory:DMABuf),width=64,height=48",
     "video/x-raw(memory:DMABuf),width=64,height=48"},
    {"2 1 =1", GST_PAD_SRC, "video/x-raw(memory:DMABuf),width=64,height=48",
     "video/x-raw(memory:DMABuf),width=64,height=48"},
    {"2 1 =1.5", GST_PAD_SRC, "video/x-raw(memory:DMABuf),width=64,height=48", "EMPTY"},
    // ... and comes last
    {"2", GST_PAD_SRC, "video/x-raw(memory:DMABuf),width=64;" RAW "width=64,height=48",
     RAW "width=32,height=24;" RAW ANY_SIZE ";video/x-raw(memory:DMABuf),width=64"},
    {"2 1", GST_PAD_SRC, "video/x-raw(ANY),width=64", "video/x-raw(ANY),width=64"},
    {"2", GST_PAD_SRC, "EMPTY", "EMPTY"},
    {"2", GST_PAD_SRC, "ANY", "ANY"},
};

GST_START_TEST(test_transform)
{
    GstQsrSizing sizing = sizing_of(transforms[__i__].sizing);
    GstCaps *from = parse(transforms[__i__].from), *expected = parse(transforms[__i__].to);
    GstCaps *to = gst_qsr_caps_transform(&sizing, transforms[__i__].direction, from, NULL);

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
    GstQsrSizing sizing = sizing_of("2 4");
    GstCaps *to = gst_qsr_caps_transform(&sizing, GST_PAD_SRC, from, filter);
    GstCaps *expected = parse("video/x-raw,width=480,height=270;"
                              "video/x-raw,width=480,height=[1,2147483647];"
                              "video/x-raw,width=960,height=540;"
                              "video/x-raw,width=960,height=[1,2147483647]");

    fail_unless(gst_caps_is_strictly_equal(to, expected));
    gst_caps_unref(to);
    gst_caps_unref(expected);
    gst_caps_unref(filter);
    gst_caps_unref(from);
}
GST_END_TEST;

// An upstream that has system memory, too, is not offered what could only be passed on.
GST_START_TEST(test_transform_prefers_system_memory)
{
    static const gchar dma[] = "video/x-raw(memory:DMABuf)", both[] = "video/x-raw(memory:DMABuf);"
                                                                      "video/x-raw";
    static const struct {
        const gchar *upstream, *downstream;
        gboolean foreign;
    } table[] = {{both, both, FALSE}, {dma, both, TRUE}, {both, dma, TRUE}};
    GstQsrSizing sizing = sizing_of("2 1");
    GstCaps *filter = parse(table[__i__].upstream), *caps = parse(table[__i__].downstream);
    GstCaps *to = gst_qsr_caps_transform(&sizing, GST_PAD_SRC, caps, filter);
    gboolean foreign = FALSE;

    for (guint i = 0; i < gst_caps_get_size(to); i++)
        foreign |= gst_caps_features_contains(gst_caps_get_features(to, i), "memory:DMABuf");
    fail_unless_equals_int(foreign, table[__i__].foreign);
    fail_unless(!gst_caps_is_empty(to));
    gst_caps_unref(to);
    gst_caps_unref(caps);
    gst_caps_unref(filter);
}
GST_END_TEST;

// Whatever passes forwards passes backwards, size by size.
GST_START_TEST(test_transform_there_and_back)
{
    GstQsrSizing sizing = sizing_of(__i__ ? "2 1 =1.7" : "2 1.5 3 4 1");
    gint n = __i__ ? 1 : 5;

    for (gint w = 1; w <= 70; w += 3) {
        for (gint h = 2; h <= 70; h += 4) {
            GstCaps *in =
                test_caps("I420", w, h, h % 3 == 0 ? "interlace-mode=interleaved" : NULL);
            GstCaps *out = gst_qsr_caps_transform(&sizing, GST_PAD_SINK, in, NULL);

            for (gint i = 0; i < n && i + 1 < (gint) gst_caps_get_size(out); i++) {
                GstCaps *one = gst_caps_copy_nth(out, (guint) i), *first;
                GstCaps *back = gst_qsr_caps_transform(&sizing, GST_PAD_SRC, one, NULL);
                gboolean found = FALSE;

                for (gint k = 0; k < n && k < (gint) gst_caps_get_size(back); k++) {
                    first = gst_caps_copy_nth(back, (guint) k);
                    found = found || gst_caps_is_equal(first, in);
                    gst_caps_unref(first);
                }
                fail_unless(found, "%dx%d: %s", w, h, gst_caps_to_string(one));
                gst_caps_unref(back);
                gst_caps_unref(one);
            }
            gst_caps_unref(out);
            gst_caps_unref(in);
        }
    }
}
GST_END_TEST;

// ------------------------------------------------------------------ fixation ---

#define ALL "2 1.5 3 4 1"
#define PAR "pixel-aspect-ratio="

static const struct {
    const gchar *sizing, *in, *allowed;
    gint width, height, par_n, par_d; // width 0: nothing; par_n 0: 1/1 or not said
} fixations[] = {
    // the factors of the models in their order
    {ALL, "960x540", "video/x-raw", 1920, 1080, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[1,1919]", 1440, 810, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[1921,3000]", 2880, 1620, 0, 0},
    {ALL, "960x540", "video/x-raw,height=2160", 3840, 2160, 0, 0},
    {ALL, "960x540", "video/x-raw,width=960", 960, 540, 0, 0},
    {ALL, "960x540", "video/x-raw,width={2880,3840}", 2880, 1620, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[1,1920],height=[1,810]", 1440, 810, 0, 0},
    // preference by factor, not by the order of the structures
    {ALL, "960x540", "video/x-raw,width=960;video/x-raw,width=1920", 1920, 1080, 0, 0},
    {ALL, "1x1", "video/x-raw,width=2", 2, 2, 0, 0},
    {ALL, "3x3", "video/x-raw,width=5", 5, 5, 0, 0},
    {"3 1", "960x540", "video/x-raw", 2880, 1620, 0, 0},
    {"3 1", "960x540", "video/x-raw,width=[1,2879]", 960, 540, 0, 0},
    {"2 1", "20000x540", "video/x-raw", 20000, 540, 0, 0},
    {ALL, "101x71,interlace-mode=fields", "video/x-raw", 101, 71, 0, 0},
    {ALL, "64x50,interlace-mode=mixed", "video/x-raw,width=96", 96, 76, 0, 0},
    // a wish
    {"2 1 =2.5", "960x540", "video/x-raw", 2400, 1350, 0, 0},
    {"2 1 =2.5", "961x541", "video/x-raw", 2403, 1353, 0, 0},
    {"2 1 =4", "960x540", "video/x-raw,width=[1,2000]", 2000, 1125, 0, 0},
    {"2 1 =1", "960x540", "video/x-raw", 960, 540, 0, 0},
    {"2 1 =1.25", "20000x540", "video/x-raw", 25000, 675, 0, 0},
    {"2 1 =2", "100x50,interlace-mode=interleaved", "video/x-raw", 200, 100, 0, 0},
    {"2 1 =1.5", "100x50,interlace-mode=interleaved", "video/x-raw", 150, 76, 0, 0},
    // any other size: one direction decides, or both, and the pixels keep their shape
    {ALL, "960x540", "video/x-raw,width=1000", 1000, 563, 0, 0},
    {ALL, "960x540", "video/x-raw,height=1000", 1778, 1000, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[961,1200]", 1200, 675, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[961,1200],height=[1,600]", 1067, 600, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[4000,5000]", 4000, 2250, 0, 0},
    {ALL, "960x540", "video/x-raw,width=[1,100]", 100, 56, 0, 0},
    {ALL, "960x540", "video/x-raw,width={100,1000,5000}", 1000, 563, 0, 0},
    {ALL, "960x540", "video/x-raw,height={100,1000,5000}", 1778, 1000, 0, 0},
    {ALL, "854x480", "video/x-raw,width=[16,800,16],height=[16,800,16]", 512, 288, 0, 0},
    {ALL, "700x500", "video/x-raw,width=[16,592,16],height=[16,592,16]", 560, 400, 0, 0},
    // both: then they have another one
    {ALL, "640x480", "video/x-raw,width=1280,height=720", 1280, 720, 3, 4},
    {ALL, "960x540", "video/x-raw,width=1920,height=540", 1920, 540, 1, 2},
    {ALL, "640x480", "video/x-raw,width=1280,height=720," PAR "{(fraction)1/1,(fraction)3/4}", 1280,
     720, 3, 4},
    {ALL, "640x480", "video/x-raw,width=1280,height=720," PAR "1/1", 1280, 720, 1, 1},
    {ALL, "640x480", "video/x-raw,width=1280,height=720," PAR "{(fraction)1/1,(fraction)2/1}", 1280,
     720, 1, 1},
    {ALL, "640x480," PAR "1/1", "video/x-raw,width=1280,height=720", 1280, 720, 3, 4},
    // another shape demanded: within the preferred size
    {ALL, "720x576," PAR "16/15", "video/x-raw", 1440, 1152, 16, 15},
    {ALL, "720x576," PAR "16/15", "video/x-raw," PAR "1/1", 1440, 1080, 1, 1},
    {ALL, "720x480," PAR "8/9", "video/x-raw," PAR "1/1", 1280, 960, 1, 1},
    {ALL, "720x576," PAR "16/15", "video/x-raw,height=1080," PAR "1/1", 1440, 1080, 1, 1},
    {ALL, "720x576," PAR "64/45", "video/x-raw,width=1920,height=1080", 1920, 1080, 1, 1},
    {ALL, "720x576", "video/x-raw," PAR "[2/1,3/1]", 720, 1152, 2, 1},
    {"2 1 =1.5", "720x576," PAR "16/15", "video/x-raw," PAR "1/1", 1080, 810, 1, 1},
    // the table of videoscale's own test
    {ALL, "720x576," PAR "16/15", "video/x-raw,width=768,height=576", 768, 576, 1, 1},
    {ALL, "320x240", "video/x-raw,width=640,height=320", 640, 320, 2, 3},
    {ALL, "320x240", "video/x-raw,width=640,height=320," PAR "[0/1,1/1]", 640, 320, 2, 3},
    {ALL, "1920x2560," PAR "1/1", "video/x-raw,width=[1,2048],height=[1,2048]," PAR "1/1", 1536,
     2048, 1, 1},
    // videoscale keeps the width of these two and makes pixels of 4/5
    {ALL, "1920x2560," PAR "1/1", "video/x-raw,width=[1,2048],height=[1,2048]", 1536, 2048, 1, 1},
    {ALL, "1920x2560", "video/x-raw,width=[1,2048],height=[1,2048]", 1536, 2048, 0, 0},
    {ALL, "1920x2560", "video/x-raw,width=1200,height=[1,2048]," PAR "1/1", 1200, 1600, 1, 1},
    {ALL, "320x240," PAR "1/1", "video/x-raw,width=200,height=200," PAR "1/2", 200, 200, 1, 2},
    {ALL, "854x480", "video/x-raw,width=[2,512,2],height=[2,512,2]," PAR "1/1", 512, 288, 1, 1},
    // and of its test of renegotiation: the same size with other pixels
    {ALL, "352x288," PAR "1/1", "video/x-raw,width=352,height=288," PAR "12/11", 352, 288, 12, 11},
    // extremes: no overflow, and no picture wider than the largest that can be upscaled
    {ALL, "1920x1080," PAR "2147483647/1", "video/x-raw," PAR "1/1", 3840, 1, 1, 1},
    {ALL, "1920x1080," PAR "1/2147483647", "video/x-raw," PAR "1/1", 1, 2160, 1, 1},
    {ALL, "1920x1080," PAR "2147483647/1", "video/x-raw,height=1000," PAR "1/1", 3840, 1000, 1, 1},
    {ALL, "1920x1080," PAR "2147483647/2147483646", "video/x-raw,width=3000,height=2000", 3000,
     2000, 2147483647, 1811939326},
    {ALL, "2147483647x2147483647", "video/x-raw", 2147483647, 2147483647, 0, 0},
    {"2 1 =4", "2147483647x1", "video/x-raw", 2147483647, 1, 0, 0},
    {ALL, "0x540", "video/x-raw,width=7,height=8", 7, 8, 0, 0},
    // even numbers of lines
    {ALL, "640x480,interlace-mode=interleaved", "video/x-raw,width=1000", 1000, 750, 0, 0},
    {ALL, "640x480,interlace-mode=interleaved", "video/x-raw,width=1001", 1001, 750, 0, 0},
    {ALL, "640x480,interlace-mode=interleaved", "video/x-raw,height=721", 0, 0, 0, 0},
    {ALL, "961x541", "video/x-raw,width=1000,height=[2,2000,2]", 1000, 562, 0, 0},
};

GST_START_TEST(test_fixate)
{
    GstQsrSizing sizing = sizing_of(fixations[__i__].sizing);
    GstCaps *in, *out, *can, *allowed = parse(fixations[__i__].allowed);
    gchar **words = g_strsplit_set(fixations[__i__].in, "x,", 3);
    gchar *text = g_strdup_printf("video/x-raw,format=I420,width=%s,height=%s%s%s", words[0],
                                  words[1], words[2] ? "," : "", words[2] ? words[2] : "");
    gint w, h, n = 1, d = 1;

    in = parse(text);
    can = gst_qsr_caps_transform(&sizing, GST_PAD_SINK, in, NULL);
    out = gst_caps_intersect_full(allowed, can, GST_CAPS_INTERSECT_FIRST);
    if (fixations[__i__].width == 0) {
        fail_unless(gst_caps_is_empty(out));
    } else {
        GstStructure *s;

        out = gst_qsr_caps_fixate(&sizing, GST_PAD_SINK, in, out);
        fail_unless(gst_caps_is_fixed(out));
        fail_unless(gst_caps_can_intersect(out, allowed) && gst_caps_can_intersect(out, can));
        s = gst_caps_get_structure(out, 0);
        gst_structure_get_int(s, "width", &w);
        gst_structure_get_int(s, "height", &h);
        gst_structure_get_fraction(s, "pixel-aspect-ratio", &n, &d);
        fail_unless(w == fixations[__i__].width && h == fixations[__i__].height &&
                        n == MAX(fixations[__i__].par_n, 1) && d == MAX(fixations[__i__].par_d, 1),
                    "row %d, %s to %s: %dx%d, %d/%d", __i__, text, fixations[__i__].allowed, w, h,
                    n, d);
    }
    g_free(text);
    g_strfreev(words);
    gst_caps_unref(out);
    gst_caps_unref(can);
    gst_caps_unref(allowed);
    gst_caps_unref(in);
}
GST_END_TEST;

// Fields that only downstream has get sensible values.
GST_START_TEST(test_fixate_other_fields)
{
    GstQsrSizing sizing = sizing_of("2");
    GstCaps *in = parse("video/x-raw,format=I420,width=64,height=48");
    GstCaps *out = parse("video/x-raw,format=I420,width=[1,1000],height=96,"
                         "pixel-aspect-ratio=[1/2,2/1],framerate=[0/1,60/1],"
                         "interlace-mode={interleaved,progressive}");
    GstStructure *s;
    gint n, d;

    out = gst_qsr_caps_fixate(&sizing, GST_PAD_SINK, in, out);
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
    GstQsrSizing sizing = sizing_of(ALL);
    GstCaps *in = test_caps("I420", 960, 540, NULL);
    GstCaps *out = parse("video/x-raw,format=I420,width=[1,4000],height=[1,810]");
    gint w, h;

    out = gst_qsr_caps_fixate(&sizing, GST_PAD_SINK, in, out);
    gst_structure_get_int(gst_caps_get_structure(out, 0), "width", &w);
    gst_structure_get_int(gst_caps_get_structure(out, 0), "height", &h);
    fail_unless(w == 1440 && h == 810, "%dx%d", w, h);
    gst_caps_unref(out);
    gst_caps_unref(in);
}
GST_END_TEST;

static const struct {
    const gchar *sizing, *out, *allowed;
    gint width, height;
} backwards[] = {
    {ALL, "width=1920,height=1080", "video/x-raw,width=[1,1000]", 960, 540},
    {ALL, "width=1920,height=1080", "video/x-raw,width=[1,700]", 640, 360},
    {ALL, "width=1920,height=1080", "video/x-raw,width=1000", 1000, 563},
    {ALL, "width=1921,height=1081", "video/x-raw,width=[1,1000]", 961, 541},
    {"2 1 =2.5", "width=1920,height=1080", "video/x-raw", 768, 432},
    {ALL, "width=1920,height=1080", "video/x-raw,width=320,height=240", 320, 240},
};

// From the output back to the input.
GST_START_TEST(test_fixate_backwards)
{
    GstQsrSizing sizing = sizing_of(backwards[__i__].sizing);
    gchar *text = g_strdup_printf("video/x-raw,format=I420,%s", backwards[__i__].out);
    GstCaps *out = parse(text), *in = parse(backwards[__i__].allowed);
    gint w, h;

    in = gst_qsr_caps_fixate(&sizing, GST_PAD_SRC, out, in);
    gst_structure_get_int(gst_caps_get_structure(in, 0), "width", &w);
    gst_structure_get_int(gst_caps_get_structure(in, 0), "height", &h);
    fail_unless(w == backwards[__i__].width && h == backwards[__i__].height, "row %d: %dx%d",
                __i__, w, h);
    gst_caps_unref(in);
    gst_caps_unref(out);
    g_free(text);
}
GST_END_TEST;

static const struct {
    const gchar *sizing, *in, *peer, *sentence;
} sentences[] = {
    {ALL, RAW "width=960,height=540", "video/x-raw,width=0,height=[0,1]",
     "downstream wants 0x[ 0, 1 ], which is no size for a picture"},
    {"2", RAW "width=960,height=540",
     "video/x-raw,width=-1;video/x-raw,width=0;video/x-raw,width=0",
     "downstream wants -1xany or 0xany, which is no size"},
    {ALL, RAW "width=960,height=540,interlace-mode=mixed", "video/x-raw,height=1081",
     "downstream wants anyx1081, which is no size for a picture of two fields"},
    {"2", RAW "width=960,height=540,interlace-mode=fields", "video/x-raw,width=1920",
     "qsrupscale cannot scale interlaced video in this form (interlace-mode=fields); put "
     "deinterlace"},
    {"2", RAW "width=960,height=541,interlace-mode=mixed", "video/x-raw,width=1920",
     "qsrupscale cannot scale interlaced video with an odd number of lines (541); put "
     "deinterlace"},
    {"2", RAW "width=960,height=540,multiview-mode=row-interleaved", "video/x-raw,width=1920",
     "qsrupscale cannot scale pictures of several views that are mixed "
     "(multiview-mode=row-interleaved)"},
    {"2 1", "video/x-raw(memory:DMABuf),format=NV12,width=960,height=540", "video/x-raw,width=1",
     "qsrupscale cannot read memory:DMABuf; put an element that downloads"},
    {"2 1 =2", "video/x-raw(memory:DMABuf),format=NV12,width=960,height=540", NULL,
     "qsrupscale cannot read memory:DMABuf; put an element that downloads"},
    {"2", RAW "width=960,height=540", "video/x-raw,format=RGB", "put videoconvert behind it"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=1920,colorimetry=bt2020",
     "put videoconvert behind it"},
    {"2", RAW "width=960,height=540", "video/x-raw,interlace-mode=interleaved",
     "put videoconvert behind it"},
    {"2", RAW "width=960,height=540", "video/x-raw,width=1920", NULL},
    {"2 =2", RAW "width=960,height=540", "video/x-raw,width=19,height=2", NULL},
    {"2 =2", RAW "width=20000,height=540", NULL, NULL},
    {"2", RAW "width=960,height=540,interlace-mode=mixed", "video/x-raw,width=1920", NULL},
    {"2", RAW "width=960,height=540", NULL, NULL},
};

GST_START_TEST(test_explain)
{
    GstQsrSizing sizing = sizing_of(sentences[__i__].sizing);
    GstCaps *in = parse(sentences[__i__].in);
    GstCaps *peer = sentences[__i__].peer ? parse(sentences[__i__].peer) : NULL;
    gchar *text = gst_qsr_caps_explain(&sizing, in, peer);

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
    tcase_add_loop_test(tc, test_transform_prefers_system_memory, 0, 3);
    tcase_add_loop_test(tc, test_transform_there_and_back, 0, 2);
    tcase_add_loop_test(tc, test_fixate, 0, G_N_ELEMENTS(fixations));
    tcase_add_test(tc, test_fixate_other_fields);
    tcase_add_test(tc, test_fixate_loose);
    tcase_add_loop_test(tc, test_fixate_backwards, 0, G_N_ELEMENTS(backwards));
    tcase_add_loop_test(tc, test_explain, 0, G_N_ELEMENTS(sentences));
    return s;
}

GST_CHECK_MAIN(negotiation)

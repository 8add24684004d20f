// SPDX-License-Identifier: BSD-2-Clause
//
// Random caps on both sides: where videoscale finds a way, so does qsrupscale, and what
// it negotiates it can paint; and the pictures of the largest and the smallest sizes.

#include <gst/base/gstbasetransform.h>

#include "common.h"

#define ROUNDS 250

static gint pick(GRand *rand, gint n)
{
    return g_rand_int_range(rand, 0, n);
}

static const gchar *one_of(GRand *rand, const gchar *const *words)
{
    return words[pick(rand, (gint) g_strv_length((gchar **) words))];
}

// What a capsfilter, an encoder or a display might say about a size; a multiple of
// `unit`.
static void append_size(GString *text, GRand *rand, const gchar *name, gint unit)
{
    gint a = (1 + pick(rand, 90)) * unit, b = (1 + pick(rand, 90)) * unit;

    switch (pick(rand, 6)) {
    case 0:
        g_string_append_printf(text, ",%s=%d", name, a);
        break;
    case 1:
        g_string_append_printf(text, ",%s=[%d,%d]", name, MIN(a, b), MAX(a, b) + 1);
        break;
    case 2:
        g_string_append_printf(text, ",%s=[2,%d,2]", name, 2 * a + 2);
        break;
    case 3:
        g_string_append_printf(text, ",%s=[1,2147483647]", name);
        break;
    case 4:
        g_string_append_printf(text, ",%s={%d,%d,%d}", name, a, b, 3 * a);
        break;
    default: // anything
        break;
    }
}

static gchar *random_downstream(GRand *rand, gint unit)
{
    static const gchar *const ratios[] = {
        "", "", "", ",pixel-aspect-ratio=1/1", ",pixel-aspect-ratio=[1/2,2/1]",
        ",pixel-aspect-ratio=4/3", ",pixel-aspect-ratio={(fraction)1/1,(fraction)16/15}",
        ",pixel-aspect-ratio=[1/2147483647,2147483647/1]", NULL};
    GString *text = g_string_new(NULL);

    for (gint i = 0, n = 1 + pick(rand, 2); i < n; i++) {
        g_string_append_printf(text, "%svideo/x-raw%s", i ? ";" : "",
                               pick(rand, 4) ? "" : "(meta:GstVideoOverlayComposition)");
        append_size(text, rand, "width", 1);
        append_size(text, rand, "height", unit);
        g_string_append(text, one_of(rand, ratios));
    }
    g_string_append(text, unit == 2 ? ";video/x-raw(format:Interlaced)" : ";video/x-raw,width=0");
    return g_string_free(text, FALSE);
}

static gchar *random_upstream(GRand *rand, gboolean interlaced)
{
    static const gchar *const formats[] = {"I420", "NV12", "RGB", "AYUV", "GRAY8", "YUY2",
                                           "P010_10LE", "BGRx", NULL};
    static const gchar *const ratios[] = {"", ",pixel-aspect-ratio=1/1",
                                          ",pixel-aspect-ratio=16/15",
                                          ",pixel-aspect-ratio=2147483647/2147483646",
                                          ",pixel-aspect-ratio=1/3", NULL};
    static const gchar *const more[] = {"", "", ",multiview-mode=mono",
                                        ",multiview-mode=side-by-side",
                                        ",multiview-mode=top-bottom", NULL};
    static const gchar *const modes[] = {",interlace-mode=interleaved", ",interlace-mode=mixed",
                                         ",interlace-mode=alternate", NULL};
    const gchar *mode = interlaced ? one_of(rand, modes) : "";

    return g_strdup_printf("video/x-raw%s,format=%s,framerate=25/1,width=%d,height=%d%s%s%s",
                           strstr(mode, "alternate") ? "(format:Interlaced)" : "",
                           one_of(rand, formats), 1 + pick(rand, 70),
                           (1 + pick(rand, 40)) * (interlaced ? 2 : 1), one_of(rand, ratios), mode,
                           one_of(rand, more));
}

// NULL: no way.
static GstCaps *negotiate(GstHarness *h, const gchar *up, const gchar *down)
{
    gst_harness_set_sink_caps_str(h, down);
    gst_harness_set_src_caps_str(h, up);
    return gst_pad_get_current_caps(h->sinkpad);
}

// By its answer to a query: some of these sizes are too much for it later on.
static gboolean videoscale_can(GstCaps *in, GstCaps *allowed)
{
    GstElement *element = gst_element_factory_make("videoscale", NULL);
    GstBaseTransform *scale;
    GstCaps *out;
    gboolean can;

    fail_unless(element != NULL);
    scale = GST_BASE_TRANSFORM(gst_object_ref_sink(element));
    out = GST_BASE_TRANSFORM_GET_CLASS(scale)->transform_caps(scale, GST_PAD_SINK, in, NULL);
    can = gst_caps_can_intersect(out, allowed);
    gst_caps_unref(out);
    gst_object_unref(scale);
    return can;
}

static void check_one(GRand *rand, const gchar *properties, gboolean compare)
{
    gboolean interlaced = pick(rand, 4) == 0;
    gchar *up = random_upstream(rand, interlaced);
    gchar *down = random_downstream(rand, interlaced ? 2 : 1);
    GstCaps *in = gst_caps_from_string(up), *allowed = gst_caps_from_string(down), *out;
    GstBus *bus;
    GstHarness *h = test_harness(properties, &bus);
    gboolean possible = FALSE;

    if (compare)
        possible = videoscale_can(in, allowed);
    out = negotiate(h, up, down);
    fail_unless(out || !possible, "no way from %s to %s", up, down);
    if (out) {
        GstVideoInfo in_info, out_info;

        fail_unless(gst_caps_can_intersect(out, allowed), "%s to %s", up, down);
        fail_unless(gst_video_info_from_caps(&in_info, in));
        fail_unless(gst_video_info_from_caps(&out_info, out));
        if (GST_VIDEO_INFO_SIZE(&out_info) < 64 << 20) {
            GstBuffer *picture =
                gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&in_info), NULL);

            gst_buffer_memset(picture, 0, 100, -1);
            fail_unless_equals_int(gst_harness_push(h, picture), GST_FLOW_OK);
            picture = gst_harness_try_pull(h);
            fail_unless(picture &&
                        gst_buffer_get_size(picture) >= GST_VIDEO_INFO_SIZE(&out_info));
            gst_buffer_unref(picture);
        }
        test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
        gst_caps_unref(out);
    }
    gst_caps_unref(in);
    gst_caps_unref(allowed);
    g_free(up);
    g_free(down);
    test_harness_end(h, bus);
}

static const gchar *const properties[] = {"", "scale=2.2", "add-borders=false model=bicubic",
                                          "scale=1", "model=fsr1"};

GST_START_TEST(test_random_caps)
{
    GRand *rand = g_rand_new_with_seed(7 + (guint32) __i__);
    // Its name up to GStreamer 1.20, and since then.
    gboolean compare = test_load_plugin("libgstvideoscale.so") ||
                       test_load_plugin("libgstvideoconvertscale.so");

    if (!compare)
        g_print("videoscale is missing: not compared with it\n");
    for (gint i = 0; i < ROUNDS / (gint) G_N_ELEMENTS(properties); i++)
        check_one(rand, properties[__i__], compare);
    g_rand_free(rand);
}
GST_END_TEST;

// As wide, as high and as small as pictures get, through the network: its own bytes.
GST_START_TEST(test_extremes)
{
    static const struct {
        gint w, h;
    } sizes[] = {{8192, 16}, {16, 4320}, {1, 1}, {1, 1080}, {1920, 1}};
    static const struct {
        const gchar *format, *more;
        TestColour colour;
    } kinds[] = {
        {"I420", "colorimetry=bt709,chroma-site=mpeg2",
         {QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_LEFT}},
        {"RGB", "colorimetry=sRGB", {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(sizes) * G_N_ELEMENTS(kinds); i++) {
        const gint w = sizes[i / 2].w, h = sizes[i / 2].h;
        const gchar *format = kinds[i % 2].format;
        GstHarness *harness = test_harness("scale=2", NULL);
        GstVideoInfo in_info, out_info;
        GstBuffer *in, *out;

        gst_video_info_set_format(&in_info, gst_video_format_from_string(format), (guint) w,
                                  (guint) h);
        gst_video_info_set_format(&out_info, in_info.finfo->format, 2 * (guint) w, 2 * (guint) h);
        in = test_picture(&in_info, i);
        test_set_src_caps(harness, format, w, h, kinds[i % 2].more);
        out = gst_harness_push_and_pull(harness, gst_buffer_ref(in));
        fail_unless(out != NULL, "%s %dx%d", format, w, h);
        test_assert_upscaled(in, &in_info, out, &out_info, &kinds[i % 2].colour,
                             QSR_SCALE(2, 1));
        gst_buffer_unref(in);
        gst_buffer_unref(out);
        test_harness_end(harness, NULL);
    }
}
GST_END_TEST;

static Suite *sizes_suite(void)
{
    Suite *s = suite_create("sizes");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_unchecked_fixture(tc, test_setup, NULL);
    tcase_add_loop_test(tc, test_random_caps, 0, G_N_ELEMENTS(properties));
    tcase_add_test(tc, test_extremes);
    return s;
}

GST_CHECK_MAIN(sizes)

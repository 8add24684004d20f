// SPDX-License-Identifier: BSD-2-Clause
//
// Caps through the running element: who decides the size, what is carried over,
// and what is said when it cannot be done.

#include "common.h"

static const struct {
    const gchar *properties, *in, *down;
    gint width, height;
} sizes[] = {
    {"", "width=64,height=36", NULL, 128, 72},
    {"scale=0", "width=64,height=36", "video/x-raw,width=96", 96, 54},
    {"", "width=64,height=36", "video/x-raw,height=108", 192, 108},
    {"", "width=64,height=36", "video/x-raw,width=256,height=144", 256, 144},
    {"", "width=64,height=36", "video/x-raw,width=64", 64, 36},
    {"", "width=64,height=36", "video/x-raw,width=[1,100],height=[1,100]", 96, 54},
    {"", "width=64,height=36", "video/x-raw,width=[2,512,2]", 128, 72},
    {"", "width=64,height=36", "video/x-raw,width={100,192,256}", 192, 108},
    {"", "width=64,height=36", "video/x-raw,width=64;video/x-raw,width=96;video/x-raw", 128, 72},
    {"scale=1.5", "width=65,height=37", NULL, 98, 56},
    {"scale=3", "width=64,height=36", NULL, 192, 108},
    {"scale=4", "width=64,height=36", NULL, 256, 144},
    {"scale=1", "width=64,height=36", NULL, 64, 36},
    {"scale=3", "width=64,height=36", "video/x-raw,width=[1,200]", 192, 108},
    {"", "width=64,height=36", "video/x-raw,width=128,colorimetry=bt709;video/x-raw,width=192", 192,
     108},
    {"", "width=64,height=36",
     "video/x-raw,width=128,interlace-mode=interleaved;video/x-raw,width=192", 192, 108},
    {"", "width=64,height=36", "video/x-raw,width=128,colorimetry=(string){bt709,(string)1:4:0:0}",
     128, 72},
    // any other size: larger, smaller, another shape, beyond the largest factor
    {"", "width=64,height=36", "video/x-raw,width=100", 100, 56},
    {"", "width=64,height=36", "video/x-raw,width=100,height=90", 100, 90},
    {"", "width=64,height=36", "video/x-raw,width=100,height=90,pixel-aspect-ratio=1/1", 100, 90},
    {"", "width=64,height=36", "video/x-raw,width=32", 32, 18},
    {"", "width=64,height=36", "video/x-raw,width=1,height=1", 1, 1},
    {"", "width=64,height=36", "video/x-raw,height=200", 356, 200},
    {"", "width=64,height=36", "video/x-raw,width=400,height=400", 400, 400},
    {"", "width=36,height=64", "video/x-raw,width=100,height=50", 100, 50},
    {"scale=2", "width=64,height=36", "video/x-raw,width=48,height=27", 48, 27},
    {"scale=2", "width=64,height=36", "video/x-raw,width=64", 64, 36},
    {"scale=4", "width=64,height=36", "video/x-raw,width=100,height=56", 100, 56},
    {"scale=1.5", "width=64,height=36", "video/x-raw,width=256", 256, 144},
    {"scale=2.5", "width=64,height=36", NULL, 160, 90},
    {"scale=1.01", "width=64,height=36", NULL, 65, 36},
    {"scale=3.3", "width=1,height=1", NULL, 3, 3},
    {"", "width=1,height=1", "video/x-raw,width=7,height=3", 7, 3},
    {"add-borders=false", "width=64,height=36", "video/x-raw,width=100,height=90", 100, 90},
    {"model=bicubic", "width=64,height=36", "video/x-raw,width=101,height=90", 101, 90},
    {"model=fsr1 scale=2.7", "width=65,height=37", NULL, 176, 100},
    {"model=fsr1", "width=64,height=36", "video/x-raw,width=300,height=10", 300, 10},
    {"scale=1.5", "width=64,height=50,interlace-mode=interleaved", NULL, 96, 76},
    {"", "width=64,height=50,interlace-mode=mixed", "video/x-raw,width=100", 100, 78},
    {"", "width=64,height=36,multiview-mode=side-by-side", "video/x-raw,width=128", 128, 72},
};

// The harness asks downstream with these caps.
static GstHarness *harness_to(const gchar *properties, const gchar *down, GstBus **bus)
{
    GstHarness *h = test_harness(properties, bus);

    if (down)
        gst_harness_set_sink_caps_str(h, down);
    return h;
}

GST_START_TEST(test_size)
{
    GstHarness *h = harness_to(sizes[__i__].properties, sizes[__i__].down, NULL);
    gchar *text = g_strdup_printf("video/x-raw,format=GRAY8,framerate=25/1,%s", sizes[__i__].in);
    GstCaps *caps;
    GstBuffer *out;
    GstVideoInfo info;
    gint w, height;

    gst_harness_set_src_caps_str(h, text);
    caps = gst_pad_get_current_caps(h->srcpad);
    gst_video_info_from_caps(&info, caps);
    gst_caps_unref(caps);
    out = gst_harness_push_and_pull(h, test_picture(&info, 1));
    fail_unless(out != NULL);
    test_out_size(h, &w, &height);
    fail_unless(w == sizes[__i__].width && height == sizes[__i__].height, "row %d: %dx%d", __i__,
                w, height);
    fail_unless_equals_int((gint) gst_buffer_get_size(out), GST_ROUND_UP_4(w) * height);
    gst_buffer_unref(out);
    g_free(text);
    test_harness_end(h, NULL);
}
GST_END_TEST;

static const struct {
    const gchar *properties, *in, *down, *sentence;
} refusals[] = {
    {"", "width=960,height=540", "video/x-raw,width=0,height=0",
     "downstream wants 0x0, which is no size for a picture"},
    {"scale=2", "width=64,height=48,interlace-mode=fields", "video/x-raw,width=128", "deinterlace"},
    {"", "width=64,height=48,interlace-mode=interleaved", "video/x-raw,height=95",
     "downstream wants anyx95, which is no size for a picture of two fields"},
    {"", "width=64,height=47,interlace-mode=interleaved", "video/x-raw,width=128",
     "an odd number of lines (47)"},
    {"", "width=64,height=48,multiview-mode=checkerboard", "video/x-raw,width=128",
     "(multiview-mode=checkerboard)"},
    {"", "width=64,height=48", "video/x-raw,interlace-mode=interleaved", "videoconvert"},
    {"scale=2", "width=64,height=48", "video/x-raw,format=RGB", "videoconvert"},
    {"scale=2", "width=64,height=48", "video/x-raw,colorimetry=bt709", "videoconvert"},
    {"", "width=64,height=48", "video/x-raw,colorimetry=bt709", "videoconvert"},
    {"", "width=64,height=48", "video/x-raw,chroma-site=mpeg2", "videoconvert"},
};

GST_START_TEST(test_refusal)
{
    GstBus *bus;
    GstHarness *h = harness_to(refusals[__i__].properties, refusals[__i__].down, &bus);
    gchar *text = g_strdup_printf("video/x-raw,format=I420,framerate=25/1,%s", refusals[__i__].in);
    GstCaps *caps = gst_caps_from_string(text);

    gst_harness_set_src_caps(h, gst_caps_ref(caps));
    test_assert_message(bus, GST_MESSAGE_ERROR, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
                        refusals[__i__].sentence);
    fail_unless_equals_int(gst_harness_push(h, gst_buffer_new_allocate(NULL, 16, NULL)),
                           GST_FLOW_NOT_NEGOTIATED);
    test_assert_no_message(bus, GST_MESSAGE_ERROR); // once is enough
    gst_caps_unref(caps);
    g_free(text);
    test_harness_end(h, bus);
}
GST_END_TEST;

// Upstream asks first, as videoconvert does: an empty answer tells it nothing.
GST_START_TEST(test_refusal_in_answer)
{
    GstBus *bus;
    GstHarness *h = harness_to("scale=2", "video/x-raw,format=GRAY8", &bus);
    GstCaps *any_size = gst_caps_from_string("video/x-raw,format=I420,width=[1,4000]");
    GstCaps *size = gst_caps_from_string("video/x-raw,format=I420,width=960,height=540");
    GstCaps *fits = gst_caps_from_string("video/x-raw,format=GRAY8,width=500,height=250");
    GstCaps *caps = gst_pad_peer_query_caps(h->srcpad, fits);

    fail_if(gst_caps_is_empty(caps));
    gst_caps_unref(caps);
    caps = gst_pad_peer_query_caps(h->srcpad, any_size);
    fail_unless(gst_caps_is_empty(caps));
    gst_caps_unref(caps);
    test_assert_no_message(bus, GST_MESSAGE_WARNING);

    caps = gst_pad_peer_query_caps(h->srcpad, size);
    fail_unless(gst_caps_is_empty(caps));
    gst_caps_unref(caps);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
                        "put videoconvert behind it");
    gst_caps_unref(gst_pad_peer_query_caps(h->srcpad, size));
    test_assert_no_message(bus, GST_MESSAGE_WARNING); // once is enough

    gst_caps_unref(any_size);
    gst_caps_unref(size);
    gst_caps_unref(fits);
    test_harness_end(h, bus);
}
GST_END_TEST;

// Downstream changes its mind into something impossible.
GST_START_TEST(test_refusal_mid_stream)
{
    GstBus *bus;
    GstHarness *h = harness_to("", "video/x-raw,width=128", &bus);

    test_set_src_caps(h, "GRAY8", 64, 36, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 64, 36, 1)));
    gst_harness_set_sink_caps_str(h, "video/x-raw,format=I420");
    gst_pad_push_event(h->sinkpad, gst_event_new_reconfigure());
    fail_unless_equals_int(gst_harness_push(h, test_picture_of("GRAY8", 64, 36, 1)),
                           GST_FLOW_NOT_NEGOTIATED);
    test_assert_message(bus, GST_MESSAGE_ERROR, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
                        "put videoconvert behind it");
    test_harness_end(h, bus);
}
GST_END_TEST;

// ... and into something possible.
GST_START_TEST(test_downstream_changes_size)
{
    GstHarness *h = harness_to("", "video/x-raw,width=128", NULL);
    const gint widths[] = {96, 192, 64, 100, 32, 400, 128};
    gint w, height;

    test_set_src_caps(h, "GRAY8", 64, 36, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        gchar *text = g_strdup_printf("video/x-raw,width=%d", widths[i]);

        gst_harness_set_sink_caps_str(h, text);
        gst_pad_push_event(h->sinkpad, gst_event_new_reconfigure());
        gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 64, 36, 1)));
        test_out_size(h, &w, &height);
        fail_unless_equals_int(w, widths[i]);
        fail_unless_equals_int(height, (widths[i] * 36 + 32) / 64);
        g_free(text);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Borders that are switched while frames flow.
GST_START_TEST(test_borders_live)
{
    GstHarness *h = harness_to("", "video/x-raw,width=128,height=128,pixel-aspect-ratio=1/1", NULL);
    GstMapInfo map;

    test_set_src_caps(h, "GRAY8", 64, 36, NULL);
    for (gint i = 0; i < 4; i++) {
        GstBuffer *in = gst_buffer_new_allocate(NULL, 64 * 36, NULL), *out;

        gst_buffer_memset(in, 0, 200, -1);
        g_object_set(h->element, "add-borders", i % 2 == 0, NULL);
        out = gst_harness_push_and_pull(h, in);
        gst_buffer_map(out, &map, GST_MAP_READ);
        // 72 lines of picture, or 128
        fail_unless(map.data[64 * 128 + 64] > 150);
        fail_unless(i % 2 ? map.data[27 * 128 + 64] > 150 : map.data[27 * 128 + 64] == 0);
        fail_unless(map.data[28 * 128 + 64] > 150);
        fail_unless(map.data[99 * 128 + 64] > 150);
        fail_unless(i % 2 ? map.data[100 * 128 + 64] > 150 : map.data[100 * 128 + 64] == 0);
        gst_buffer_unmap(out, &map);
        gst_buffer_unref(out);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Another model or wish under an output size that stays as it is: the next frame is
// made in another way.
GST_START_TEST(test_another_way_to_the_same_size)
{
    static const struct {
        const gchar *name, *value;
        gboolean changes;
    } table[] = {{"scale", "4", TRUE}, {"scale", "2", TRUE},      {"model", "bicubic", TRUE},
                 {"scale", "3", FALSE}, {"model", "quicksrnet-small", TRUE}};
    GstHarness *h = harness_to("scale=2", "video/x-raw,width=64,height=48", NULL);
    GstVideoInfo info;
    GstBuffer *last, *out;
    GstMapInfo a, b;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_GRAY8, 64, 48);
    test_set_src_caps(h, "GRAY8", 32, 24, NULL);
    last = gst_harness_push_and_pull(h, test_picture_of("GRAY8", 32, 24, 1));
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        gst_util_set_object_arg(G_OBJECT(h->element), table[i].name, table[i].value);
        out = gst_harness_push_and_pull(h, test_picture_of("GRAY8", 32, 24, 1));
        fail_unless(out != NULL);
        gst_buffer_map(out, &a, GST_MAP_READ);
        gst_buffer_map(last, &b, GST_MAP_READ);
        fail_unless((memcmp(a.data, b.data, a.size) != 0) == table[i].changes, "%s=%s",
                    table[i].name, table[i].value);
        gst_buffer_unmap(last, &b);
        gst_buffer_unmap(out, &a);
        gst_buffer_unref(last);
        last = out;
    }
    gst_buffer_unref(last);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// From passed on to borders and back, where sizes are the same and pixels are not.
GST_START_TEST(test_passthrough_comes_and_goes)
{
    GstHarness *h = harness_to("add-borders=false",
                               "video/x-raw,width=32,height=32,pixel-aspect-ratio=2/1", NULL);

    test_set_src_caps(h, "GRAY8", 32, 32, NULL);
    for (gint i = 0; i < 4; i++) {
        GstBuffer *in = test_picture_of("GRAY8", 32, 32, 1), *out;

        g_object_set(h->element, "add-borders", i % 2 == 1, NULL);
        out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
        fail_unless((out == in) == (i % 2 == 0));
        gst_buffer_unref(out);
        gst_buffer_unref(in);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Memory that can only be passed on, and then a factor: it waits for upstream, and the
// frames go on.
GST_START_TEST(test_factor_that_must_wait)
{
    GstBus *bus;
    GstHarness *h = harness_to("", "video/x-raw(memory:DMABuf);video/x-raw", &bus);
    gint w, height;

    gst_harness_set_src_caps_str(h, "video/x-raw(memory:DMABuf),format=GRAY8,width=32,height=24,"
                                    "framerate=25/1");
    gst_bus_set_flushing(bus, TRUE); // the warning about that
    gst_bus_set_flushing(bus, FALSE);
    gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 32, 24, 1)));
    for (gint round = 0; round < 2; round++) {
        g_object_set(h->element, "scale", round ? 3.0 : 4.0, NULL);
        gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 32, 24, 1)));
        test_assert_no_message(bus, GST_MESSAGE_WARNING); // upstream may still react
        for (gint i = 0; i < 3; i++)
            gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 32, 24, 1)));
        test_assert_message(bus, GST_MESSAGE_WARNING, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
                            "qsrupscale cannot read memory:DMABuf");
        test_assert_no_message(bus, GST_MESSAGE_WARNING);
    }
    g_object_set(h->element, "scale", 4.0, NULL);
    test_set_src_caps(h, "GRAY8", 16, 12, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 16, 12, 1)));
    test_out_size(h, &w, &height);
    fail_unless(w == 64 && height == 48);
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    test_harness_end(h, bus);
}
GST_END_TEST;

// What the pads answer, with the other side known.
GST_START_TEST(test_queries)
{
    GstHarness *h = harness_to("", "video/x-raw,format=I420,width=1920,height=1080", NULL);
    GstPad *sink = gst_element_get_static_pad(h->element, "sink");
    GstCaps *caps = gst_pad_query_caps(sink, NULL);
    const gint expected[][2] = {{960, 540}, {1280, 720}, {640, 360}, {480, 270}, {1920, 1080}};

    // Small pictures first: an upstream that may choose must not choose passthrough.
    // Any other size is possible, too, but comes last.
    fail_unless_equals_int((gint) gst_caps_get_size(caps), 6);
    for (guint i = 0; i < 5; i++) {
        gint w, height;

        gst_structure_get_int(gst_caps_get_structure(caps, i), "width", &w);
        gst_structure_get_int(gst_caps_get_structure(caps, i), "height", &height);
        fail_unless(w == expected[i][0] && height == expected[i][1]);
    }
    gst_caps_unref(caps);

    // What is offered is answered with no less: elements take an offer for
    // refused if the answer says more than it, be it only the colorimetry.
    {
        GstCaps *offer = test_caps("I420", 960, 540, NULL);

        caps = gst_pad_query_caps(sink, offer);
        fail_unless(gst_caps_is_subset(offer, caps), "%s", gst_caps_to_string(caps));
        gst_caps_unref(caps);
        gst_caps_unref(offer);
    }

    // A factor set meanwhile counts.
    g_object_set(h->element, "scale", 1.5, NULL);
    caps = gst_pad_query_caps(sink, NULL);
    fail_unless_equals_int((gint) gst_caps_get_size(caps), 2);
    gst_caps_unref(caps);
    gst_object_unref(sink);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// What elements see before there are caps, when they are linked.
GST_START_TEST(test_features_at_linking)
{
    static const struct {
        const gchar *properties, *features;
        gboolean taken;
    } table[] = {{"", "", TRUE},
                 {"scale=2", "", TRUE},
                 {"", "(format:Interlaced)", TRUE},
                 {"scale=2", "(format:Interlaced)", TRUE},
                 {"", "(meta:GstVideoOverlayComposition)", TRUE},
                 {"scale=2", "(meta:GstVideoOverlayComposition)", TRUE},
                 {"", "(memory:DMABuf)", TRUE},
                 {"scale=1", "(memory:DMABuf)", TRUE},
                 {"scale=2", "(memory:DMABuf)", FALSE}};

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        GstHarness *h = test_harness(table[i].properties, NULL);
        gchar *text = g_strdup_printf("video/x-raw%s,format=I420,width=64,height=48",
                                      table[i].features);
        GstPad *sink = gst_element_get_static_pad(h->element, "sink");
        GstCaps *caps = gst_caps_from_string(text), *all = gst_pad_query_caps(sink, NULL);

        fail_unless_equals_int(gst_caps_can_intersect(caps, all), table[i].taken);
        gst_caps_unref(all);
        gst_caps_unref(caps);
        gst_object_unref(sink);
        g_free(text);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

GST_START_TEST(test_fields_are_carried_over)
{
    const gchar *const formats[][2] = {
        {"I420", "bt2020"}, {"P010_10LE", "bt2100-pq"}, {"Y444_10LE", "bt2100-hlg"}};
    const gchar *const *format = formats[__i__];
    GstHarness *h = test_harness("scale=2", NULL);
    gchar *fields = g_strdup_printf(
        "framerate=(fraction)30000/1001, pixel-aspect-ratio=(fraction)10/11, "
        "interlace-mode=progressive, multiview-mode=mono, colorimetry=%s, chroma-site=cosited, "
        "mastering-display-info=(string)"
        "\"35400:14600:8500:39850:6550:2300:15635:16450:10000000:50\", "
        "content-light-level=(string)\"1000:400\", x-private=(int)7", format[1]);
    gchar *in = g_strdup_printf("video/x-raw, format=%s, width=64, height=48, %s", format[0],
                                fields);
    gchar *out = g_strdup_printf("video/x-raw, format=%s, width=128, height=96, %s", format[0],
                                 fields);
    GstCaps *caps, *expected = gst_caps_from_string(out);

    gst_harness_set_src_caps_str(h, in);
    caps = test_out_caps(h);
    fail_unless(gst_caps_is_strictly_equal(caps, expected), "%s", gst_caps_to_string(caps));
    gst_caps_unref(caps);
    gst_caps_unref(expected);
    g_free(in);
    g_free(out);
    g_free(fields);
    test_harness_end(h, NULL);
}
GST_END_TEST;

GST_START_TEST(test_features)
{
    GstHarness *h = test_harness("", NULL);
    GstBus *bus;
    GstCaps *caps;
    gint w, height;

    // A feature about metas stays, and the picture grows.
    gst_harness_set_src_caps_str(h, "video/x-raw(meta:GstVideoOverlayComposition),format=I420,"
                                    "width=64,height=48,framerate=25/1");
    test_out_size(h, &w, &height);
    fail_unless(w == 128 && height == 96);
    caps = test_out_caps(h);
    fail_unless(gst_caps_features_contains(gst_caps_get_features(caps, 0),
                                           "meta:GstVideoOverlayComposition"));
    gst_caps_unref(caps);
    test_harness_end(h, NULL);

    // Foreign memory is passed on, and said so.
    h = test_harness("", &bus);
    gst_harness_set_src_caps_str(h, "video/x-raw(memory:DMABuf),format=NV12,"
                                    "width=64,height=48,framerate=25/1");
    test_out_size(h, &w, &height);
    fail_unless(w == 64 && height == 48);
    caps = test_out_caps(h);
    fail_unless(gst_caps_features_contains(gst_caps_get_features(caps, 0), "memory:DMABuf"));
    gst_caps_unref(caps);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                        "qsrupscale cannot read memory:DMABuf");
    test_harness_end(h, bus);
}
GST_END_TEST;

static const struct {
    const gchar *caps, *sentence;
} only_1x[] = {
    {"interlace-mode=fields", "put deinterlace in front"},
    {"height=47,interlace-mode=mixed", "an odd number of lines (47)"},
    {"multiview-mode=column-interleaved", "(multiview-mode=column-interleaved)"},
    {"multiview-mode=separated", "(multiview-mode=separated)"},
};

// Where 1x is all that can be done and allowed, the video goes on, with a warning, even
// if more was asked for.
GST_START_TEST(test_only_1x_is_passed_on)
{
    GstBus *bus;
    GstHarness *h = test_harness(__i__ % 2 ? "scale=2" : "", &bus);
    gint lines = strstr(only_1x[__i__].caps, "height=47") ? 47 : 48;
    gchar *text = g_strdup_printf("video/x-raw,format=I420,framerate=25/1,width=64,%s%s",
                                  lines == 48 ? "height=48," : "", only_1x[__i__].caps);
    GstBuffer *in = test_picture_of("I420", 64, lines, 1), *out;

    gst_harness_set_src_caps_str(h, text);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                        only_1x[__i__].sentence);
    out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
    fail_unless(out == in);
    gst_buffer_unref(out);
    gst_buffer_unref(in);

    // Once, and not with each change of caps.
    memcpy(strstr(text, "width=64"), "width=62", 8);
    gst_harness_set_src_caps_str(h, text);
    test_assert_no_message(bus, GST_MESSAGE_WARNING);
    g_free(text);
    test_harness_end(h, bus);
}
GST_END_TEST;

// What says how interlaced video is stored is carried over.
GST_START_TEST(test_interlaced_fields_are_carried_over)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstStructure *s;
    GstCaps *caps;

    test_set_src_caps(h, "I420", 64, 48, "interlace-mode=interleaved,field-order=top-field-first");
    caps = test_out_caps(h);
    s = gst_caps_get_structure(caps, 0);
    fail_unless_equals_string(gst_structure_get_string(s, "interlace-mode"), "interleaved");
    fail_unless_equals_string(gst_structure_get_string(s, "field-order"), "top-field-first");
    gst_caps_unref(caps);

    gst_harness_set_src_caps_str(h, "video/x-raw(format:Interlaced),format=I420,width=64,height=48,"
                                    "framerate=25/1,interlace-mode=alternate");
    caps = test_out_caps(h);
    s = gst_caps_get_structure(caps, 0);
    fail_unless_equals_string(gst_structure_get_string(s, "interlace-mode"), "alternate");
    fail_unless(gst_caps_features_contains(gst_caps_get_features(caps, 0), "format:Interlaced"));
    gst_caps_unref(caps);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Inputs that no network takes are enlarged without one, and said so.
GST_START_TEST(test_too_large_for_a_network)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    gint w, height;

    test_set_src_caps(h, "GRAY8", 16400, 2, NULL);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                        "a picture of 16400x2 is larger than the 16384x16384 that a network");
    gst_buffer_unref(gst_harness_push_and_pull(h, test_picture_of("GRAY8", 16400, 2, 1)));
    test_out_size(h, &w, &height);
    fail_unless(w == 32800 && height == 4);
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    test_harness_end(h, bus);
}
GST_END_TEST;

static void check_extreme(const gchar *properties, gint w, gint h, gint out_w, gint out_h)
{
    GstHarness *harness = test_harness(properties, NULL);
    GstBuffer *in = gst_buffer_new_allocate(NULL, (gsize) (GST_ROUND_UP_4(w) * h), NULL);

    gst_buffer_memset(in, 0, 77, -1);
    test_set_src_caps(harness, "GRAY8", w, h, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(harness, in));
    test_out_size(harness, &w, &h);
    fail_unless(w == out_w && h == out_h, "%dx%d", w, h);
    test_harness_end(harness, NULL);
}

// Once is enough.
GST_START_TEST(test_large)
{
    check_extreme("scale=1.01 model=bicubic", 8192, 4320, 8274, 4363);
}
GST_END_TEST;

GST_START_TEST(test_small_and_narrow)
{
    check_extreme("scale=1.5", 1, 1, 2, 2);
    check_extreme("scale=1.5", 1, 1080, 2, 1620);
    check_extreme("scale=1.5", 1080, 1, 1620, 2);
    check_extreme("scale=1.5", 180, 320, 270, 480);
}
GST_END_TEST;

// Passthrough passes the very memory, for each format.
GST_START_TEST(test_passthrough)
{
    const gchar *const formats[] = {"I420", "NV21", "Y444", "RGB", "ARGB", "GRAY8"};

    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        GstHarness *h = harness_to(i % 2 ? "scale=1" : "", i % 2 ? NULL : "video/x-raw,width=321",
                                   NULL);
        GstBuffer *in = test_picture_of(formats[i], 321, 17, 1), *out;
        GstMapInfo a, b;

        test_set_src_caps(h, formats[i], 321, 17, NULL);
        gst_buffer_map(in, &a, GST_MAP_READ);
        out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
        gst_buffer_map(out, &b, GST_MAP_READ);
        fail_unless(a.data == b.data && a.size == b.size);
        gst_buffer_unmap(out, &b);
        gst_buffer_unmap(in, &a);
        gst_buffer_unref(out);
        ASSERT_BUFFER_REFCOUNT(in, "in", 1);
        gst_buffer_unref(in);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

static Suite *caps_suite(void)
{
    Suite *s = suite_create("caps");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, test_size, 0, G_N_ELEMENTS(sizes));
    tcase_add_loop_test(tc, test_refusal, 0, G_N_ELEMENTS(refusals));
    tcase_add_test(tc, test_refusal_in_answer);
    tcase_add_test(tc, test_refusal_mid_stream);
    tcase_add_test(tc, test_downstream_changes_size);
    tcase_add_test(tc, test_factor_that_must_wait);
    tcase_add_test(tc, test_queries);
    tcase_add_test(tc, test_features_at_linking);
    tcase_add_loop_test(tc, test_fields_are_carried_over, 0, 3);
    tcase_add_test(tc, test_features);
    tcase_add_test(tc, test_borders_live);
    tcase_add_test(tc, test_another_way_to_the_same_size);
    tcase_add_test(tc, test_passthrough_comes_and_goes);
    tcase_add_loop_test(tc, test_only_1x_is_passed_on, 0, G_N_ELEMENTS(only_1x));
    tcase_add_test(tc, test_interlaced_fields_are_carried_over);
    tcase_add_test(tc, test_too_large_for_a_network);
    tcase_add_test(tc, test_large);
    tcase_add_test(tc, test_small_and_narrow);
    tcase_add_test(tc, test_passthrough);
    return s;
}

GST_CHECK_MAIN(caps)

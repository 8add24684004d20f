// SPDX-License-Identifier: BSD-2-Clause
//
// What is measured in pixels and travels with frames or against them.

#include <gst/video/navigation.h>

#include "common.h"

// 30x20 to 45x30 and the like: factors that are not the same integer.
static GstHarness *harness(const gchar *properties)
{
    GstHarness *h = test_harness(properties, NULL);

    test_set_src_caps(h, "I420", 30, 20, NULL);
    return h;
}

static GstBuffer *picture(void)
{
    return test_picture_of("I420", 30, 20, 1);
}

static guint count_metas(GstBuffer *buffer, GType api)
{
    return gst_buffer_get_n_meta(buffer, api);
}

GST_START_TEST(test_region_of_interest)
{
    GstHarness *h = harness("scale=1.5");
    GstBuffer *in = picture(), *out;
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta(in, "face", 4, 6, 10, 8);
    const GstStructure *param;

    roi->id = 42;
    roi->parent_id = 7;
    gst_video_region_of_interest_meta_add_param(
        roi, gst_structure_new("roi/x264", "delta-qp", G_TYPE_DOUBLE, -5.0, NULL));
    gst_buffer_add_video_region_of_interest_meta(in, "car", 0, 0, 30, 20);
    out = gst_harness_push_and_pull(h, in);
    fail_unless_equals_int((gint) count_metas(out, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE), 2);
    roi = (gpointer) gst_buffer_get_video_region_of_interest_meta_id(out, 42);
    fail_unless(roi != NULL);
    fail_unless(roi->x == 6 && roi->y == 9 && roi->w == 15 && roi->h == 12, "%u,%u %ux%u", roi->x,
                roi->y, roi->w, roi->h);
    fail_unless_equals_int(roi->parent_id, 7);
    fail_unless(roi->roi_type == g_quark_from_string("face"));
    param = gst_video_region_of_interest_meta_get_param(roi, "roi/x264");
    fail_unless(param != NULL);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}
GST_END_TEST;

GST_START_TEST(test_crop)
{
    GstHarness *h = harness("scale=2");
    GstBuffer *in = picture(), *out;
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(in);

    crop->x = 2;
    crop->y = 4;
    crop->width = 20;
    crop->height = 10;
    out = gst_harness_push_and_pull(h, in);
    crop = gst_buffer_get_video_crop_meta(out);
    fail_unless(crop && count_metas(out, GST_VIDEO_CROP_META_API_TYPE) == 1);
    fail_unless(crop->x == 4 && crop->y == 8 && crop->width == 40 && crop->height == 20);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}
GST_END_TEST;

static GstVideoOverlayRectangle *rectangle(gint x, gint y, guint w, guint h)
{
    GstBuffer *pixels = gst_buffer_new_allocate(NULL, 8 * 4 * 4, NULL);
    GstVideoOverlayRectangle *r;

    gst_buffer_memset(pixels, 0, 0xff, -1);
    gst_buffer_add_video_meta(pixels, GST_VIDEO_FRAME_FLAG_NONE,
                              GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 8, 4);
    r = gst_video_overlay_rectangle_new_raw(pixels, x, y, w, h,
                                            GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    gst_buffer_unref(pixels);
    return r;
}

// Subtitles for downstream to blend keep their place in the picture.
GST_START_TEST(test_overlay)
{
    GstHarness *h = harness("scale=1.5");
    GstVideoOverlayRectangle *a = rectangle(4, 10, 8, 4), *b = rectangle(-6, -2, 16, 8);
    GstVideoOverlayComposition *composition = gst_video_overlay_composition_new(a);
    GstVideoOverlayCompositionMeta *meta;
    GstBuffer *in = picture(), *out;
    gint x, y;
    guint w, height;

    gst_video_overlay_composition_add_rectangle(composition, b);
    gst_buffer_add_video_overlay_composition_meta(in, composition);
    out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
    meta = gst_buffer_get_video_overlay_composition_meta(out);
    fail_unless(meta && count_metas(out, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE) == 1);
    fail_unless_equals_int((gint) gst_video_overlay_composition_n_rectangles(meta->overlay), 2);
    gst_video_overlay_rectangle_get_render_rectangle(
        gst_video_overlay_composition_get_rectangle(meta->overlay, 0), &x, &y, &w, &height);
    fail_unless(x == 6 && y == 15 && w == 12 && height == 6, "%d,%d %ux%u", x, y, w, height);
    gst_video_overlay_rectangle_get_render_rectangle(
        gst_video_overlay_composition_get_rectangle(meta->overlay, 1), &x, &y, &w, &height);
    fail_unless(x == -9 && y == -3 && w == 24 && height == 12, "%d,%d %ux%u", x, y, w, height);
    gst_buffer_unref(out);

    // The input's own are as they were.
    gst_video_overlay_rectangle_get_render_rectangle(a, &x, &y, &w, &height);
    fail_unless(x == 4 && y == 10 && w == 8 && height == 4);
    gst_buffer_unref(in);
    gst_video_overlay_composition_unref(composition);
    gst_video_overlay_rectangle_unref(a);
    gst_video_overlay_rectangle_unref(b);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Metas without pixels are copied once; the description of the input's memory
// is not.
GST_START_TEST(test_others)
{
    GstHarness *h = harness("scale=2");
    GstBuffer *in = picture(), *out;
    GstCaps *caps = gst_caps_from_string("timestamp/x-test");
    GstReferenceTimestampMeta *time;
    GstVideoTimeCodeMeta *code;
    GstVideoMeta *video;

    gst_buffer_add_reference_timestamp_meta(in, caps, 123, GST_CLOCK_TIME_NONE);
    gst_buffer_add_video_time_code_meta_full(in, 25, 1, NULL, GST_VIDEO_TIME_CODE_FLAGS_NONE, 1, 2,
                                             3, 4, 0);
    gst_buffer_add_video_meta(in, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 30, 20);
    out = gst_harness_push_and_pull(h, in);

    time = gst_buffer_get_reference_timestamp_meta(out, caps);
    fail_unless(time && time->timestamp == 123);
    fail_unless_equals_int((gint) count_metas(out, GST_REFERENCE_TIMESTAMP_META_API_TYPE), 1);
    code = gst_buffer_get_video_time_code_meta(out);
    fail_unless(code && code->tc.minutes == 2 && code->tc.frames == 4);
    video = gst_buffer_get_video_meta(out);
    fail_unless(!video || (video->width == 60 && video->height == 40));
    gst_caps_unref(caps);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// A kind of meta that depends on something unknown is dropped rather than lied
// about.
GST_START_TEST(test_unknown_tag)
{
    static const gchar *known[] = {GST_META_TAG_VIDEO_STR, NULL};
    static const gchar *unknown[] = {GST_META_TAG_VIDEO_STR, "qsr-test-phase-of-the-moon", NULL};
    GstHarness *h = harness("scale=2");
    GstBuffer *in = picture(), *out;

    gst_meta_register_custom("QsrTestKnown", known, NULL, NULL, NULL);
    gst_meta_register_custom("QsrTestUnknown", unknown, NULL, NULL, NULL);
    gst_buffer_add_custom_meta(in, "QsrTestKnown");
    gst_buffer_add_custom_meta(in, "QsrTestUnknown");
    out = gst_harness_push_and_pull(h, in);
    fail_unless(gst_buffer_get_custom_meta(out, "QsrTestKnown") != NULL);
    fail_unless(gst_buffer_get_custom_meta(out, "QsrTestUnknown") == NULL);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}
GST_END_TEST;

static void check_mouse(GstHarness *h, gdouble x, gdouble y, gdouble expected_x, gdouble expected_y)
{
    GstEvent *event;

    gst_harness_push_upstream_event(h, gst_navigation_event_new_mouse_move(x, y, 0));
    while ((event = gst_harness_try_pull_upstream_event(h))) {
        if (GST_EVENT_TYPE(event) == GST_EVENT_NAVIGATION) {
            gdouble got_x, got_y;

            fail_unless(gst_navigation_event_get_coordinates(event, &got_x, &got_y));
            gst_event_unref(event);
            fail_unless(got_x == expected_x && got_y == expected_y, "%g,%g", got_x, got_y);
            return;
        }
        gst_event_unref(event);
    }
    fail("the event was lost");
}

GST_START_TEST(test_navigation)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstEvent *event;
    gint n = 0;

    check_mouse(h, 30, 20, 30, 20); // nothing is negotiated yet
    test_set_src_caps(h, "I420", 30, 20, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, picture()));
    check_mouse(h, 30, 21, 15, 10.5);
    g_object_set(h->element, "scale", 4.0, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, picture()));
    check_mouse(h, 30, 20, 7.5, 5);
    g_object_set(h->element, "scale", 1.0, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, picture()));
    check_mouse(h, 17, 19, 17, 19);

    // Keys have no place.
    gst_harness_push_upstream_event(h, gst_navigation_event_new_key_press("a", 0));
    while ((event = gst_harness_try_pull_upstream_event(h))) {
        n += GST_EVENT_TYPE(event) == GST_EVENT_NAVIGATION;
        gst_event_unref(event);
    }
    fail_unless_equals_int(n, 1);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// ------------------------------------------------------------------- borders ---

// 30x20 in 60x60: 60x40 from line 10 on.
static GstHarness *harness_with_borders(void)
{
    GstHarness *h = test_harness("", NULL);

    gst_harness_set_sink_caps_str(h, "video/x-raw,width=60,height=60,pixel-aspect-ratio=1/1");
    test_set_src_caps(h, "I420", 30, 20, NULL);
    return h;
}

GST_START_TEST(test_within_borders)
{
    GstHarness *h = harness_with_borders();
    GstBuffer *in = picture(), *out;
    GstVideoOverlayRectangle *a = rectangle(4, 10, 8, 4);
    GstVideoOverlayComposition *composition = gst_video_overlay_composition_new(a);
    GstVideoOverlayCompositionMeta *meta;
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta(in, "face", 4, 6, 10, 8);
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(in);
    gint x, y;
    guint w, height;

    roi->id = 1;
    crop->x = 2;
    crop->y = 4;
    crop->width = 20;
    crop->height = 10;
    gst_buffer_add_video_overlay_composition_meta(in, composition);
    out = gst_harness_push_and_pull(h, in);

    roi = (gpointer) gst_buffer_get_video_region_of_interest_meta_id(out, 1);
    fail_unless(roi && roi->x == 8 && roi->y == 22 && roi->w == 20 && roi->h == 16);
    crop = gst_buffer_get_video_crop_meta(out);
    fail_unless(crop && crop->x == 4 && crop->y == 18 && crop->width == 40 && crop->height == 20);
    fail_unless_equals_int((gint) count_metas(out, GST_VIDEO_CROP_META_API_TYPE), 1);
    meta = gst_buffer_get_video_overlay_composition_meta(out);
    fail_unless(meta != NULL);
    gst_video_overlay_rectangle_get_render_rectangle(
        gst_video_overlay_composition_get_rectangle(meta->overlay, 0), &x, &y, &w, &height);
    fail_unless(x == 8 && y == 30 && w == 16 && height == 8, "%d,%d %ux%u", x, y, w, height);

    gst_buffer_unref(out);
    gst_video_overlay_composition_unref(composition);
    gst_video_overlay_rectangle_unref(a);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// What an overlay's corner becomes on the output leads back to that corner; what is
// pressed on a border counts as the edge of the picture, so that no release is lost.
GST_START_TEST(test_navigation_within_borders)
{
    GstHarness *h = harness_with_borders();

    gst_buffer_unref(gst_harness_push_and_pull(h, picture()));
    check_mouse(h, 8, 30, 4, 10);
    check_mouse(h, 0, 10, 0, 0);
    check_mouse(h, 59, 49, 29.5, 19.5);
    check_mouse(h, 20, 3, 10, 0);
    check_mouse(h, 20, 55, 10, 19.5);
    check_mouse(h, -7, 1000, 0, 19.5);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// At a factor that is not the network's: from 30x20 through 60x40 to 45x30, and 1:1.
GST_START_TEST(test_navigation_after_resize)
{
    static const struct {
        const gchar *down;
        gdouble x, y, in_x, in_y;
    } table[] = {{"video/x-raw,width=50,height=40,pixel-aspect-ratio=1/1", 25, 19, 15, 10},
                 {"video/x-raw,width=15,height=10", 7.5, 5, 15, 10},
                 {"video/x-raw,width=30,height=40", 15, 20, 15, 10}};

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        GstHarness *h = test_harness("", NULL);
        GstEvent *event;
        gdouble x = -1, y = -1;

        gst_harness_set_sink_caps_str(h, table[i].down);
        test_set_src_caps(h, "I420", 30, 20, NULL);
        gst_harness_push_upstream_event(
            h, gst_navigation_event_new_mouse_move(table[i].x, table[i].y, 0));
        while ((event = gst_harness_try_pull_upstream_event(h))) {
            gst_navigation_event_get_coordinates(event, &x, &y);
            gst_event_unref(event);
        }
        fail_unless(ABS(x - table[i].in_x) < 1e-5 && ABS(y - table[i].in_y) < 1e-5, "%g,%g", x, y);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

// ---------------------------------------------------------------- the buffer ---

static const guint flags[] = {
    GST_BUFFER_FLAG_LIVE, GST_BUFFER_FLAG_DECODE_ONLY, GST_BUFFER_FLAG_DISCONT,
    GST_BUFFER_FLAG_RESYNC, GST_BUFFER_FLAG_CORRUPTED, GST_BUFFER_FLAG_MARKER,
    GST_BUFFER_FLAG_HEADER, GST_BUFFER_FLAG_GAP, GST_BUFFER_FLAG_DROPPABLE,
    GST_BUFFER_FLAG_DELTA_UNIT, GST_BUFFER_FLAG_SYNC_AFTER, GST_BUFFER_FLAG_NON_DROPPABLE,
    GST_VIDEO_BUFFER_FLAG_INTERLACED, GST_VIDEO_BUFFER_FLAG_TFF, GST_VIDEO_BUFFER_FLAG_RFF,
    GST_VIDEO_BUFFER_FLAG_ONEFIELD, GST_VIDEO_BUFFER_FLAG_MULTIPLE_VIEW,
    GST_VIDEO_BUFFER_FLAG_FIRST_IN_BUNDLE,
    GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TOP_FIELD,
    GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_BOTTOM_FIELD};

// Times, offsets and each flag, of progressive pictures and of fields.
GST_START_TEST(test_timing_and_flags)
{
    const gchar *const modes[] = {"interlace-mode=progressive", "interlace-mode=interleaved",
                                  "interlace-mode=mixed"};
    GstHarness *h = harness("scale=2");

    test_set_src_caps(h, "I420", 30, 20, modes[__i__]);
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        GstBuffer *in = picture(), *out;

        GST_BUFFER_PTS(in) = 40 * i * GST_MSECOND;
        GST_BUFFER_DTS(in) = GST_BUFFER_PTS(in) + 1;
        GST_BUFFER_DURATION(in) = 39 * GST_MSECOND;
        GST_BUFFER_OFFSET(in) = 1000 + i;
        GST_BUFFER_OFFSET_END(in) = 1001 + i;
        GST_BUFFER_FLAG_SET(in, flags[i]);
        out = gst_harness_push_and_pull(h, in);
        fail_unless(out != NULL);
        fail_unless(GST_BUFFER_PTS(out) == 40 * i * GST_MSECOND);
        fail_unless(GST_BUFFER_DTS(out) == GST_BUFFER_PTS(out) + 1);
        fail_unless(GST_BUFFER_DURATION(out) == 39 * GST_MSECOND);
        fail_unless(GST_BUFFER_OFFSET(out) == 1000 + i && GST_BUFFER_OFFSET_END(out) == 1001 + i);
        if ((GST_BUFFER_FLAGS(out) & ~(guint) GST_BUFFER_FLAG_TAG_MEMORY) !=
            flags[i])
            fail("flags 0x%x became 0x%x", flags[i], GST_BUFFER_FLAGS(out));
        gst_buffer_unref(out);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// A frame leaves before the next one enters: the latency is that of upstream, whatever
// is done.
GST_START_TEST(test_latency)
{
    const gchar *const properties[] = {"scale=2", "scale=1", "scale=2.5", "model=fsr1",
                                       "qos-mode=degrade", "n-threads=3"};

    for (guint i = 0; i < G_N_ELEMENTS(properties); i++) {
        GstHarness *h = harness(properties[i]);

        gst_harness_set_live(h, TRUE);
        gst_harness_set_upstream_latency(h, 17 * GST_MSECOND);
        gst_buffer_unref(gst_harness_push_and_pull(h, picture()));
        fail_unless(gst_harness_query_latency(h) == 17 * GST_MSECOND);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

static Suite *metas_suite(void)
{
    Suite *s = suite_create("metas");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_region_of_interest);
    tcase_add_test(tc, test_crop);
    tcase_add_test(tc, test_overlay);
    tcase_add_test(tc, test_others);
    tcase_add_test(tc, test_unknown_tag);
    tcase_add_test(tc, test_navigation);
    tcase_add_test(tc, test_within_borders);
    tcase_add_test(tc, test_navigation_within_borders);
    tcase_add_test(tc, test_navigation_after_resize);
    tcase_add_loop_test(tc, test_timing_and_flags, 0, 3);
    tcase_add_test(tc, test_latency);
    return s;
}

GST_CHECK_MAIN(metas)

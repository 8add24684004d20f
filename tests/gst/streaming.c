// SPDX-License-Identifier: BSD-2-Clause
//
// Streams: what travels with a frame, changes in the middle, the ends, states.

#include "common.h"

#define W 32
#define H 24

static GstBuffer *picture(guint seed)
{
    return test_picture_of("NV12", W, H, seed);
}

GST_START_TEST(test_times_and_flags)
{
    GstHarness *h = test_harness("scale=2", NULL);
    const GstBufferFlags flags[] = {0, GST_BUFFER_FLAG_DISCONT, GST_BUFFER_FLAG_DELTA_UNIT,
                                    GST_BUFFER_FLAG_DROPPABLE | GST_BUFFER_FLAG_MARKER,
                                    (GstBufferFlags) GST_VIDEO_BUFFER_FLAG_ONEFIELD};

    test_set_src_caps(h, "NV12", W, H, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        GstBuffer *in = picture(i), *out;
        guint mask = ~(guint) (GST_BUFFER_FLAG_TAG_MEMORY);

        GST_BUFFER_PTS(in) = i * 40 * GST_MSECOND + 7;
        GST_BUFFER_DTS(in) = i * 40 * GST_MSECOND + 3;
        if (i == 3)
            GST_BUFFER_DTS(in) = GST_CLOCK_TIME_NONE;
        if (i != 4)
            GST_BUFFER_DURATION(in) = 40 * GST_MSECOND + 1;
        GST_BUFFER_OFFSET(in) = 100 + i;
        GST_BUFFER_FLAG_SET(in, flags[i]);
        out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
        fail_unless(out != NULL && out != in);
        fail_unless_equals_uint64(GST_BUFFER_PTS(out), GST_BUFFER_PTS(in));
        fail_unless_equals_uint64(GST_BUFFER_DTS(out), GST_BUFFER_DTS(in));
        fail_unless_equals_uint64(GST_BUFFER_DURATION(out), GST_BUFFER_DURATION(in));
        fail_unless_equals_int((gint) (GST_BUFFER_FLAGS(out) & mask & flags[i]), (gint) flags[i]);
        gst_buffer_unref(out);
        gst_buffer_unref(in);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Size, format and meaning change; each picture is that of an engine that never
// saw another.
GST_START_TEST(test_changes_mid_stream)
{
    static const struct {
        const gchar *format;
        gint w, h;
        TestColour colour;
        const gchar *more;
    } steps[] = {
        {"I420", 48, 32, {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}, NULL},
        {"I420", 17, 31, {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}, NULL},
        {"RGBA", 17, 31, {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}, NULL},
        {"NV12", 200, 100, {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}, NULL},
        {"NV12", 200, 100, {QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_LEFT},
         "colorimetry=bt709,chroma-site=mpeg2"},
        {"GRAY8", 1, 1, {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}, NULL},
        {"I420", 48, 32, {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}, NULL},
    };
    GstHarness *h = test_harness("scale=2", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        GstVideoInfo in_info, out_info;
        GstBuffer *in, *out;
        GstCaps *caps;

        test_set_src_caps(h, steps[i].format, steps[i].w, steps[i].h, steps[i].more);
        gst_video_info_set_format(&in_info, gst_video_format_from_string(steps[i].format),
                                  (guint) steps[i].w, (guint) steps[i].h);
        in = test_picture(&in_info, i);
        out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
        caps = test_out_caps(h);
        gst_video_info_from_caps(&out_info, caps);
        gst_caps_unref(caps);
        test_assert_upscaled(in, &in_info, out, &out_info, &steps[i].colour, QSR_SCALE(2, 1));
        gst_buffer_unref(out);
        gst_buffer_unref(in);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// From a size that can be upscaled to one that cannot, and back.
GST_START_TEST(test_passthrough_mid_stream)
{
    GstHarness *h = test_harness("", NULL);
    GstBuffer *in, *out;

    gst_harness_set_sink_caps_str(h, "video/x-raw,width=64");
    for (gint i = 0; i < 4; i++) {
        gint w = i % 2 ? 64 : 32;

        test_set_src_caps(h, "NV12", w, 24, NULL);
        in = test_picture_of("NV12", w, 24, 1);
        out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
        fail_unless((in == out) == (w == 64));
        gst_buffer_unref(out);
        gst_buffer_unref(in);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Events keep their place between the frames, and none is lost.
GST_START_TEST(test_eos_and_flush)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstEvent *event;
    GstSegment segment;
    gint n_eos = 0;

    test_set_src_caps(h, "NV12", W, H, NULL);
    for (gint i = 0; i < 2; i++)
        gst_buffer_unref(gst_harness_push_and_pull(h, picture(1)));

    fail_unless(gst_harness_push_event(h, gst_event_new_flush_start()));
    fail_unless_equals_int(gst_harness_push(h, picture(1)), GST_FLOW_FLUSHING);
    fail_unless(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    gst_segment_init(&segment, GST_FORMAT_TIME);
    fail_unless(gst_harness_push_event(h, gst_event_new_segment(&segment)));
    gst_buffer_unref(gst_harness_push_and_pull(h, picture(1)));

    fail_unless(gst_harness_push_event(h, gst_event_new_eos()));
    fail_unless_equals_int(gst_harness_push(h, picture(1)), GST_FLOW_EOS);
    while ((event = gst_harness_try_pull_event(h))) {
        n_eos += GST_EVENT_TYPE(event) == GST_EVENT_EOS;
        gst_event_unref(event);
    }
    fail_unless_equals_int(n_eos, 1);
    fail_unless_equals_int((gint) gst_harness_buffers_received(h), 3);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// One frame in, one frame out, at once: no latency of its own.
GST_START_TEST(test_latency)
{
    GstHarness *h = test_harness("scale=2", NULL);

    test_set_src_caps(h, "NV12", W, H, NULL);
    gst_harness_set_upstream_latency(h, 5 * GST_MSECOND);
    fail_unless_equals_uint64(gst_harness_query_latency(h), 5 * GST_MSECOND);
    fail_unless_equals_int(gst_harness_push(h, picture(1)), GST_FLOW_OK);
    fail_unless_equals_int((gint) gst_harness_buffers_in_queue(h), 1);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Frames that are too late are not upscaled, and that is reported.
GST_START_TEST(test_qos)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    GstBuffer *in;
    GstMessage *message;

    test_set_src_caps(h, "NV12", W, H, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, picture(1)));
    gst_harness_push_upstream_event(
        h, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2.0, 100 * GST_MSECOND, GST_SECOND));
    in = picture(2);
    GST_BUFFER_PTS(in) = 500 * GST_MSECOND;
    fail_unless_equals_int(gst_harness_push(h, in), GST_FLOW_OK);
    fail_unless(gst_harness_try_pull(h) == NULL);
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_QOS);
    fail_unless(message != NULL);
    gst_message_unref(message);

    // ... unless it was asked not to.
    g_object_set(h->element, "qos", FALSE, NULL);
    in = picture(3);
    GST_BUFFER_PTS(in) = 500 * GST_MSECOND;
    gst_buffer_unref(gst_harness_push_and_pull(h, in));
    test_harness_end(h, bus);
}
GST_END_TEST;

static void count_buffer(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer count)
{
    (void) sink;
    (void) buffer;
    (void) pad;
    (*(gint *) count)++;
}

// A whole pipeline of core elements and the property's text form.
GST_START_TEST(test_pipeline)
{
    GstElement *pipeline, *sink;
    GstBus *bus;
    GstMessage *message;
    gint n = 0;
    GstVideoInfo info;
    gchar *line;

    test_setup();
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, W, H);
    line = g_strdup_printf(
        "fakesrc num-buffers=5 sizetype=fixed sizemax=%u filltype=pattern format=time ! "
        "capsfilter caps=video/x-raw,format=NV12,width=%d,height=%d,framerate=25/1 ! "
        "qsrupscale backend=cpu n-threads=2 ! video/x-raw,width=%d ! "
        "fakesink name=sink signal-handoffs=true", (guint) info.size, W, H, W * 3);
    pipeline = gst_parse_launch(line, NULL);
    fail_unless(pipeline != NULL);
    sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_signal_connect(sink, "handoff", G_CALLBACK(count_buffer), &n);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    bus = gst_element_get_bus(pipeline);
    message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND,
                                         GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless(message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS);
    fail_unless_equals_int(n, 5);
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(sink);
    gst_object_unref(pipeline);
    g_free(line);
}
GST_END_TEST;

GST_START_TEST(test_state_cycles)
{
    GstHarness *h = test_harness("scale=1.5 n-threads=2", NULL);

    for (gint i = 0; i < 50; i++) {
        if (i % 3 != 2) {
            test_set_src_caps(h, "NV12", W, H, NULL);
            gst_buffer_unref(gst_harness_push_and_pull(h, picture((guint) i)));
        }
        fail_unless_equals_int(gst_element_set_state(h->element, GST_STATE_NULL),
                               GST_STATE_CHANGE_SUCCESS);
        fail_unless_equals_int(gst_element_set_state(h->element,
                                                     i % 2 ? GST_STATE_READY : GST_STATE_PAUSED),
                               GST_STATE_CHANGE_SUCCESS);
        fail_unless_equals_int(gst_element_set_state(h->element, GST_STATE_PLAYING),
                               GST_STATE_CHANGE_SUCCESS);
        // The sticky events went with the pads' deactivation.
        gst_pad_set_active(h->srcpad, FALSE);
        gst_pad_set_active(h->srcpad, TRUE);
        gst_harness_push_event(h, gst_event_new_stream_start("again"));
        test_set_src_caps(h, "NV12", W, H, NULL);
        {
            GstSegment segment;

            gst_segment_init(&segment, GST_FORMAT_TIME);
            gst_harness_push_event(h, gst_event_new_segment(&segment));
        }
    }
    gst_buffer_unref(gst_harness_push_and_pull(h, picture(1)));
    test_harness_end(h, NULL);
}
GST_END_TEST;

typedef struct {
    GstPad *pad;
    gint end;
} CapsSender;

static gpointer send_caps(gpointer data)
{
    CapsSender *s = data;

    while (!g_atomic_int_get(&s->end)) {
        GstCaps *caps = test_caps("NV12", W, H, NULL);

        gst_pad_send_event(s->pad, gst_event_new_stream_start("early"));
        gst_pad_send_event(s->pad, gst_event_new_caps(caps));
        gst_caps_unref(caps);
    }
    return NULL;
}

// Caps may come as soon as the pad takes them: before the element is in PAUSED.
GST_START_TEST(test_caps_on_the_way)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2 n-threads=1", &bus);
    CapsSender sender = {.pad = gst_element_get_static_pad(h->element, "sink")};
    GThread *thread = g_thread_new("caps", send_caps, &sender);

    for (gint i = 0; i < 60; i++) {
        gst_element_set_state(h->element, GST_STATE_READY);
        gst_element_set_state(h->element, GST_STATE_PAUSED);
    }
    g_atomic_int_set(&sender.end, 1);
    g_thread_join(thread);
    gst_object_unref(sender.pad);
    test_assert_no_message(bus, GST_MESSAGE_ERROR);
    test_harness_end(h, bus);
}
GST_END_TEST;

// Made and thrown away in every state.
GST_START_TEST(test_lifetimes)
{
    const GstState states[] = {GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED,
                               GST_STATE_PLAYING};

    for (guint i = 0; i < 4 * G_N_ELEMENTS(states); i++) {
        GstElement *element = gst_element_factory_make("qsrupscale", NULL);

        gst_object_ref_sink(element);
        fail_unless_equals_int(gst_element_set_state(element, states[i % 4]),
                               GST_STATE_CHANGE_SUCCESS);
        fail_unless_equals_int(gst_element_set_state(element, GST_STATE_NULL),
                               GST_STATE_CHANGE_SUCCESS);
        ASSERT_OBJECT_REFCOUNT(element, "qsrupscale", 1);
        gst_object_unref(element);
    }
}
GST_END_TEST;

static gint count_threads(void)
{
    GDir *dir = g_dir_open("/proc/self/task", 0, NULL);
    gint n = 0;

    while (dir && g_dir_read_name(dir))
        n++;
    if (dir)
        g_dir_close(dir);
    return n;
}

// The engine and its threads live from the first caps to READY, but not through
// passthrough.
GST_START_TEST(test_threads_end)
{
    GstHarness *h = test_harness("scale=2 n-threads=4", NULL);
    gint before = count_threads();

    if (before > 0) { // where there is a /proc
        test_set_src_caps(h, "NV12", W, H, NULL);
        fail_unless_equals_int(count_threads(), before + 3);
        g_object_set(h->element, "scale", 1.0, NULL);
        gst_buffer_unref(gst_harness_push_and_pull(h, picture(1)));
        fail_unless_equals_int(count_threads(), before);
        g_object_set(h->element, "scale", 3.0, NULL);
        gst_buffer_unref(gst_harness_push_and_pull(h, picture(1)));
        fail_unless_equals_int(count_threads(), before + 3);
        gst_element_set_state(h->element, GST_STATE_READY);
        fail_unless_equals_int(count_threads(), before);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

static Suite *streaming_suite(void)
{
    Suite *s = suite_create("streaming");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_times_and_flags);
    tcase_add_test(tc, test_changes_mid_stream);
    tcase_add_test(tc, test_passthrough_mid_stream);
    tcase_add_test(tc, test_eos_and_flush);
    tcase_add_test(tc, test_latency);
    tcase_add_test(tc, test_qos);
    tcase_add_test(tc, test_pipeline);
    tcase_add_test(tc, test_state_cycles);
    tcase_add_test(tc, test_caps_on_the_way);
    tcase_add_test(tc, test_lifetimes);
    tcase_add_test(tc, test_threads_end);
    return s;
}

GST_CHECK_MAIN(streaming)

// SPDX-License-Identifier: BSD-2-Clause
//
// Frames, properties, events and states at once. Nothing is expected but that
// it neither crashes, nor hangs, nor posts errors; sanitizers see the rest.

#include "common.h"

#define SECONDS 1.5

static GstHarnessThread *push_frames(GstHarness *h)
{
    GstCaps *caps = test_caps("I420", 32, 24, NULL);
    GstBuffer *buffer = test_picture_of("I420", 32, 24, 1);
    GstHarnessThread *thread;
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_set_drop_buffers(h, TRUE);
    thread = gst_harness_stress_push_buffer_start(h, caps, &segment, buffer);
    gst_buffer_unref(buffer);
    gst_caps_unref(caps);
    return thread;
}

static void wait_a_little(void)
{
    g_usleep((gulong) (SECONDS * G_USEC_PER_SEC));
}

typedef struct {
    GstHarness *h;
    const gchar **values;
    guint n, next;
    const gchar *property;
} Cycle;

static void set_next(gpointer thread, gpointer data)
{
    Cycle *cycle = data;

    (void) thread;
    gst_util_set_object_arg(G_OBJECT(cycle->h->element), cycle->property,
                            cycle->values[cycle->next++ % cycle->n]);
}

static GstHarnessThread *change(GstHarness *h, Cycle *cycle, gulong sleep)
{
    return gst_harness_stress_custom_start(h, NULL, set_next, cycle, sleep);
}

GST_START_TEST(test_properties_while_playing)
{
    GstBus *bus;
    GstHarness *h = test_harness("", &bus);
    gchar *two = test_model_file("two.qsr", QSR_SCALE(2, 1), 1);
    const gchar *scales[] = {"0", "1.5", "2", "1", "3", "4", "2.5"};
    const gchar *models[] = {TEST_MODEL, two, "/no/such/file.qsr", "no-such-model"};
    const gchar *threads[] = {"1", "2", "3", "0"};
    const gchar *backends[] = {"auto", "cpu", "hexagon"};
    Cycle cycles[] = {{h, scales, G_N_ELEMENTS(scales), 0, "scale"},
                      {h, models, G_N_ELEMENTS(models), 0, "model"},
                      {h, threads, G_N_ELEMENTS(threads), 0, "n-threads"},
                      {h, backends, G_N_ELEMENTS(backends), 0, "backend"}};
    GstHarnessThread *push = push_frames(h), *change_threads[G_N_ELEMENTS(cycles)];

    for (guint i = 0; i < G_N_ELEMENTS(cycles); i++)
        change_threads[i] = change(h, &cycles[i], 1000 + 777 * i);
    wait_a_little();
    for (guint i = 0; i < G_N_ELEMENTS(cycles); i++)
        gst_harness_stress_thread_stop(change_threads[i]);
    gst_harness_stress_thread_stop(push);

    fail_unless(gst_harness_buffers_received(h) > 10, "only %u frames",
                gst_harness_buffers_received(h));
    test_assert_no_message(bus, GST_MESSAGE_ERROR);
    g_free(two);
    test_harness_end(h, bus);
}
GST_END_TEST;

GST_START_TEST(test_events_while_playing)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    GstEvent *reconfigure = gst_event_new_reconfigure();
    GstEvent *qos = gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.5, 10, 0);
    GstHarnessThread *push = push_frames(h);
    GstHarnessThread *a = gst_harness_stress_push_upstream_event_start_full(h, reconfigure, 500);
    GstHarnessThread *b = gst_harness_stress_push_upstream_event_start_full(h, qos, 700);

    wait_a_little();
    gst_harness_stress_thread_stop(b);
    gst_harness_stress_thread_stop(a);
    gst_harness_stress_thread_stop(push);
    gst_event_unref(reconfigure);
    gst_event_unref(qos);
    fail_unless(gst_harness_buffers_received(h) > 0);
    test_assert_no_message(bus, GST_MESSAGE_ERROR);
    test_harness_end(h, bus);
}
GST_END_TEST;

GST_START_TEST(test_states_while_pushing)
{
    GstHarness *h = test_harness("scale=2 n-threads=2", NULL);
    GstHarnessThread *push = push_frames(h);
    GstHarnessThread *states = gst_harness_stress_statechange_start(h);

    wait_a_little();
    gst_harness_stress_thread_stop(states);
    gst_harness_stress_thread_stop(push);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Elements share nothing but the code.
static gpointer run_one(gpointer data)
{
    GstHarness *h = test_harness(data, NULL);
    GstVideoInfo info;
    GstBuffer *first, *out;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 128, 96);
    test_set_src_caps(h, "I420", 64, 48, NULL);
    first = gst_harness_push_and_pull(h, test_picture_of("I420", 64, 48, 9));
    for (gint i = 0; i < 10; i++) {
        out = gst_harness_push_and_pull(h, test_picture_of("I420", 64, 48, 9));
        test_assert_same_picture(first, out, &info);
        gst_buffer_unref(out);
    }
    test_harness_end(h, NULL);
    return first;
}

GST_START_TEST(test_several_elements)
{
    GThread *threads[4];
    GstBuffer *pictures[4];
    GstVideoInfo info;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 128, 96);
    for (gint i = 0; i < 4; i++)
        threads[i] = g_thread_new("one", run_one, (gpointer) (i % 2 ? "scale=2 n-threads=2"
                                                                    : "scale=2 n-threads=1"));
    for (gint i = 0; i < 4; i++)
        pictures[i] = g_thread_join(threads[i]);
    for (gint i = 0; i < 4; i++) {
        test_assert_same_picture(pictures[0], pictures[i], &info);
        if (i > 0)
            gst_buffer_unref(pictures[i]);
    }
    gst_buffer_unref(pictures[0]);
}
GST_END_TEST;

static Suite *stress_suite(void)
{
    Suite *s = suite_create("stress");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_properties_while_playing);
    tcase_add_test(tc, test_events_while_playing);
    tcase_add_test(tc, test_states_while_pushing);
    tcase_add_test(tc, test_several_elements);
    return s;
}

GST_CHECK_MAIN(stress)

// SPDX-License-Identifier: BSD-2-Clause
//
// Frames, properties, events and states at once. Little is expected but that it
// neither crashes, nor hangs, nor posts errors; sanitizers see the rest.

#include "common.h"

#define SECONDS 1.5

// Operations of test_everything; sanitizers make each ten times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OPERATIONS 1000
#else
#define OPERATIONS 10000
#endif

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

// A pad that is activated again forgets its events; a push that has just sent them and
// has not sent its buffer yet makes GStreamer say so.
static void allow_early_data(const gchar *domain, GLogLevelFlags level, const gchar *message,
                             gpointer data)
{
    (void) domain, (void) level, (void) data;
    if (!strstr(message, "Got data flow before"))
        g_error("%s", message);
}

GST_START_TEST(test_states_while_pushing)
{
    guint handler =
        g_log_set_handler("GStreamer", G_LOG_LEVEL_WARNING, allow_early_data, NULL);
    GstHarness *h = test_harness("scale=2 n-threads=2", NULL);
    GstHarnessThread *push = push_frames(h);
    GstHarnessThread *states = gst_harness_stress_statechange_start(h);

    wait_a_little();
    gst_harness_stress_thread_stop(states);
    gst_harness_stress_thread_stop(push);
    test_harness_end(h, NULL);
    g_log_remove_handler("GStreamer", handler);
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

// ------------------------------------------------------------------ everything ---

typedef struct {
    GstHarness *h;
    gchar *file;
    gint step, over;   // atomic
    guint64 in, out, dropped;
} Chaos;

// Of any property that may change while playing, but for those that name files, and the
// backend, of which warnings are to be expected.
static void set_any_property(GstHarness *h, GRand *rand, const gchar *file)
{
    const gchar *const models[] = {TEST_MODEL, "fsr1", "bicubic", file};
    GParamSpec **specs, *spec;
    GValue value = G_VALUE_INIT;
    guint n;

    if (g_rand_int_range(rand, 0, 40) == 0) {
        g_object_set(h->element, "model", models[g_rand_int_range(rand, 0, 4)], NULL);
        return;
    }
    specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(h->element), &n);
    spec = specs[g_rand_int_range(rand, 0, (gint32) n)];
    g_free(specs);
    if (!(spec->flags & GST_PARAM_MUTABLE_PLAYING) || !(spec->flags & G_PARAM_WRITABLE) ||
        g_str_equal(spec->name, "backend"))
        return;
    g_value_init(&value, spec->value_type);
    if (G_IS_PARAM_SPEC_ENUM(spec)) {
        GEnumClass *klass = G_PARAM_SPEC_ENUM(spec)->enum_class;

        g_value_set_enum(&value,
                         klass->values[g_rand_int_range(rand, 0, (gint32) klass->n_values)].value);
    } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
        g_value_set_boolean(&value, g_rand_boolean(rand));
    } else if (G_IS_PARAM_SPEC_UINT(spec)) {
        GParamSpecUInt *range = G_PARAM_SPEC_UINT(spec);

        g_value_set_uint(&value, range->minimum + g_rand_int_range(rand, 0, 4));
    } else if (g_str_equal(spec->name, "scale")) {
        const gdouble scales[] = {0, 1, 1.5, 2, 2.5, 3, 4};

        g_value_set_double(&value, scales[g_rand_int_range(rand, 0, 7)]);
    } else if (G_IS_PARAM_SPEC_DOUBLE(spec)) {
        GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE(spec);

        g_value_set_double(&value, g_rand_double_range(rand, range->minimum, range->maximum));
    } else {
        g_value_unset(&value);
        return;
    }
    g_object_set_property(G_OBJECT(h->element), spec->name, &value);
    g_value_unset(&value);
}

static GstEvent *any_upstream_event(GRand *rand)
{
    GstClockTime time = (GstClockTime) g_rand_int_range(rand, 0, 100) * 40 * GST_MSECOND;

    switch (g_rand_int_range(rand, 0, 5)) {
    case 0:
        return gst_event_new_reconfigure();
    case 1:
        return gst_event_new_latency(time);
    case 2:
        return gst_event_new_navigation(gst_structure_new(
            "application/x-gst-navigation", "event", G_TYPE_STRING,
            g_rand_boolean(rand) ? "mouse-move" : "mouse-button-press", "button", G_TYPE_INT, 1,
            "pointer_x", G_TYPE_DOUBLE, g_rand_double_range(rand, -10, 300), "pointer_y",
            G_TYPE_DOUBLE, g_rand_double_range(rand, -10, 300), NULL));
    default:
        return gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, g_rand_double_range(rand, 0.5, 2),
                                 g_rand_int_range(rand, 0, 30) * (GstClockTimeDiff) GST_MSECOND,
                                 time);
    }
}

static void read_everything(GstHarness *h)
{
    GstStructure *stats;
    guint n;
    GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(h->element), &n);

    for (guint i = 0; i < n; i++) {
        GValue value = G_VALUE_INIT;

        if (specs[i]->flags & G_PARAM_READABLE) {
            g_value_init(&value, specs[i]->value_type);
            g_object_get_property(G_OBJECT(h->element), specs[i]->name, &value);
            g_value_unset(&value);
        }
    }
    g_free(specs);
    g_object_get(h->element, "stats", &stats, NULL);
    fail_unless(gst_structure_has_field(stats, "rung"));
    gst_structure_free(stats);
}

// Keeps pace with the streaming thread: as many operations as it makes.
static gpointer meddle(gpointer data)
{
    static gint seeds;
    Chaos *c = data;
    GRand *rand = g_rand_new_with_seed((guint32) g_atomic_int_add(&seeds, 1));

    for (gint i = 0; i < OPERATIONS / 4;) {
        if (i > g_atomic_int_get(&c->step) && !g_atomic_int_get(&c->over)) {
            g_usleep(100);
            continue;
        }
        switch (g_rand_int_range(rand, 0, 4)) {
        case 0:
            gst_harness_push_upstream_event(c->h, any_upstream_event(rand));
            break;
        case 1:
            read_everything(c->h);
            break;
        default:
            set_any_property(c->h, rand, c->file);
            break;
        }
        i++;
    }
    g_rand_free(rand);
    return NULL;
}

static void count(Chaos *c)
{
    GstBuffer *out;

    while ((out = gst_harness_try_pull(c->h))) {
        c->out++;
        gst_buffer_unref(out);
    }
}

static void count_dropped(Chaos *c)
{
    GstStructure *stats;
    guint64 n;

    g_object_get(c->h->element, "stats", &stats, NULL);
    gst_structure_get_uint64(stats, "dropped", &n);
    c->dropped += n;
    gst_structure_free(stats);
}

static void set_any_caps(Chaos *c, GRand *rand, GstVideoInfo *info)
{
    const gchar *const formats[] = {"I420", "NV12", "RGB", "GRAY8", "BGRA", "I420_10LE"};
    const gchar *const rates[] = {"25/1", "0/1", "60/1"};
    const gint sizes[][2] = {{32, 24}, {17, 13}, {64, 8}, {1, 1}};
    const gint *size = sizes[g_rand_int_range(rand, 0, 4)];
    gchar *text = g_strdup_printf("video/x-raw,format=%s,width=%d,height=%d,framerate=%s",
                                  formats[g_rand_int_range(rand, 0, 6)], size[0], size[1],
                                  rates[g_rand_int_range(rand, 0, 3)]);
    GstCaps *caps = gst_caps_from_string(text);

    gst_video_info_from_caps(info, caps);
    gst_harness_set_src_caps(c->h, caps);
    g_free(text);
}

static void seek(Chaos *c, GRand *rand)
{
    GstSegment segment;

    if (g_rand_boolean(rand)) {
        gst_harness_push_event(c->h, gst_event_new_flush_start());
        gst_harness_push_event(c->h, gst_event_new_flush_stop(TRUE));
    }
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = g_rand_boolean(rand) ? 1 : 2;
    gst_harness_push_event(c->h, gst_event_new_segment(&segment));
}

static void ask(Chaos *c, GRand *rand)
{
    GstCaps *caps = gst_pad_get_current_caps(c->h->srcpad);
    GstQuery *query = NULL;

    switch (g_rand_int_range(rand, 0, 3)) {
    case 0:
        query = gst_query_new_latency();
        gst_pad_peer_query(c->h->sinkpad, query);
        break;
    case 1:
        query = gst_query_new_allocation(caps, TRUE);
        gst_pad_peer_query(c->h->srcpad, query);
        break;
    default:
        query = gst_query_new_caps(NULL);
        gst_pad_peer_query(c->h->srcpad, query);
        break;
    }
    gst_query_unref(query);
    gst_caps_unref(caps);
}

static void restart(Chaos *c, GRand *rand, GstVideoInfo *info)
{
    if (g_rand_boolean(rand)) {
        gst_element_set_state(c->h->element, GST_STATE_PAUSED);
        gst_element_set_state(c->h->element, GST_STATE_PLAYING);
        return;
    }
    count_dropped(c);
    gst_element_set_state(c->h->element, GST_STATE_READY);
    gst_element_set_state(c->h->element, GST_STATE_PLAYING);
    gst_harness_play(c->h);
    set_any_caps(c, rand, info);
}

// Frames, caps, segments, flushes, gaps, queries and states in one thread, properties,
// events and statistics in three others: each frame that went in came out, but for those
// that the element says it dropped for being late.
GST_START_TEST(test_everything)
{
    GRand *rand = g_rand_new_with_seed(9);
    GThread *threads[3];
    GstVideoInfo info;
    GstBus *bus;
    Chaos c = {.h = test_harness("", &bus),
               .file = test_model_file("chaos.qsr", QSR_SCALE(2, 1), 1)};

    set_any_caps(&c, rand, &info);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("meddle", meddle, &c);
    for (gint i = 0; i < OPERATIONS / 4; i++) {
        GstBuffer *in;
        gint what = g_rand_int_range(rand, 0, 100);

        g_atomic_int_inc(&c.step);
        if (what < 6) {
            set_any_caps(&c, rand, &info);
        } else if (what < 9) {
            seek(&c, rand);
        } else if (what < 12) {
            ask(&c, rand);
        } else if (what < 14) {
            restart(&c, rand, &info);
        } else {
            in = test_picture(&info, (guint) i);
            GST_BUFFER_PTS(in) = (GstClockTime) (i % 100) * 40 * GST_MSECOND;
            if (what < 20)
                GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_GAP);
            fail_unless_equals_int(gst_harness_push(c.h, in), GST_FLOW_OK);
            c.in++;
        }
        count(&c);
    }
    g_atomic_int_set(&c.over, 1);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    count_dropped(&c);
    fail_unless(c.in == c.out + c.dropped, "%" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT
                " out, %" G_GUINT64_FORMAT " dropped", c.in, c.out, c.dropped);
    fail_unless(c.out > c.in / 2);
    test_assert_no_message(bus, GST_MESSAGE_ERROR);
    g_rand_free(rand);
    g_free(c.file);
    test_harness_end(c.h, bus);
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
    tcase_add_test(tc, test_everything);
    return s;
}

GST_CHECK_MAIN(stress)

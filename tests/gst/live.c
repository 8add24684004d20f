// SPDX-License-Identifier: BSD-2-Clause
//
// A live pipeline on a machine whose speed the test decides: the element is given a
// clock on which a frame takes what the rung costs, and QoS events as a sink with 40 ms
// of latency sends them.

#include "common.h"
#undef GST_CAT_DEFAULT
#include "gst/element.h"

#define W 32
#define H 24
#define PERIOD_MS 40

// Of caps that say nothing about it.
static const TestColour as_assumed = {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER};

typedef struct {
    GstHarness *h;
    GstQsrUpscale *self;
    GstBus *bus;
    gint64 us;        // the time
    gint calls;       // of the clock, for the frame under way; -1: there is none
    gint rung;        // of the last frame
    gdouble ms[4];    // that the rungs take
    const gchar *const *names; // of the rungs
    guint n;          // frames in
    gboolean no_qos;  // the sink sends no events
} Rig;

static gint64 rig_clock(gpointer data)
{
    Rig *rig = data;

    if (rig->calls < 0)
        return rig->us;
    if (rig->calls == 0)
        rig->rung = rig->self->live.in_force == GST_QSR_UPSCALE_QOS_MODE_DEGRADE
                        ? rig->self->live.ladder.rung
                        : 0;
    else if (rig->calls == 1) // the end of the frame
        rig->us += (gint64) (rig->ms[rig->rung] * 1000);
    rig->calls++;
    return rig->us;
}

static void rig_init(Rig *rig, const gchar *caps)
{
    static const gchar *const names[] = {"quicksrnet-small", "fsr1", "bicubic"};

    *rig = (Rig) {.calls = -1, .ms = {20, 12, 4}, .names = names, .us = 1000000};
    // The plugin's; the type macros would make another type of that name here.
    rig->self = (GstQsrUpscale *) gst_element_factory_make("qsrupscale", NULL);
    gst_object_ref_sink(rig->self);
    rig->bus = gst_bus_new();
    gst_element_set_bus(GST_ELEMENT(rig->self), rig->bus);
    rig->self->live.clock = rig_clock;
    rig->self->live.clock_data = rig;
    g_object_set(rig->self, "n-threads", 1, NULL);
    rig->h = gst_harness_new_with_element(GST_ELEMENT(rig->self), "sink", "src");
    if (caps)
        gst_harness_set_src_caps_str(rig->h, caps);
    else
        test_set_src_caps(rig->h, "I420", W, H, NULL);
}

static void rig_end(Rig *rig)
{
    test_assert_no_message(rig->bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    gst_bus_set_flushing(rig->bus, TRUE);
    gst_element_set_bus(GST_ELEMENT(rig->self), NULL);
    gst_object_unref(rig->bus);
    gst_harness_teardown(rig->h);
    gst_object_unref(rig->self);
}

static void set_load(Rig *rig, gdouble load)
{
    static const gdouble ms[] = {20, 12, 4};

    for (guint i = 0; i < 3; i++)
        rig->ms[i] = load * ms[i];
}

// One frame that comes when it is due, and what came of it, or NULL.
static GstBuffer *push(Rig *rig, GstBuffer *in)
{
    GstClockTime pts = (GstClockTime) rig->n++ * PERIOD_MS * GST_MSECOND;
    gint64 due = 1000000 + (gint64) pts / 1000;
    GstClockTimeDiff jitter;
    GstBuffer *out;

    GST_BUFFER_PTS(in) = pts;
    rig->us = MAX(rig->us, due);
    rig->calls = 0;
    fail_unless_equals_int(gst_harness_push(rig->h, in), GST_FLOW_OK);
    rig->calls = -1;
    out = gst_harness_try_pull(rig->h);
    if (!rig->no_qos && out) {
        jitter = MAX((rig->us - due - PERIOD_MS * 1000) * 1000, -(GstClockTimeDiff) pts);
        gst_harness_push_upstream_event(
            rig->h, gst_event_new_qos(jitter > 0 ? GST_QOS_TYPE_UNDERFLOW : GST_QOS_TYPE_OVERFLOW,
                                      1.0, jitter, pts));
    }
    return out;
}

static void run(Rig *rig, gdouble seconds)
{
    for (guint i = 0; i < (guint) (seconds * 1000 / PERIOD_MS); i++) {
        GstBuffer *out = push(rig, test_picture_of("I420", W, H, rig->n));

        fail_unless(out != NULL, "frame %u was dropped", rig->n - 1);
        gst_buffer_unref(out);
    }
}

static void expect_step(Rig *rig, gint from, gint to, const gchar *reason)
{
    GstMessage *message = gst_bus_pop_filtered(rig->bus, GST_MESSAGE_ELEMENT);
    const GstStructure *s = message ? gst_message_get_structure(message) : NULL;
    gint n_from, n_to;
    gdouble busy, budget;

    fail_unless(s && gst_structure_has_name(s, "qsrupscale-rung"), "no step from %d to %d", from,
                to);
    fail_unless(gst_structure_get(s, "from", G_TYPE_INT, &n_from, "to", G_TYPE_INT, &n_to,
                                  "busy-ms", G_TYPE_DOUBLE, &busy, "budget-ms", G_TYPE_DOUBLE,
                                  &budget, NULL));
    fail_unless(n_from == from && n_to == to &&
                    g_str_equal(gst_structure_get_string(s, "reason"), reason),
                "%s instead of %d to %d, %s", gst_structure_to_string(s), from, to, reason);
    fail_unless_equals_string(gst_structure_get_string(s, "from-model"), rig->names[from]);
    fail_unless_equals_string(gst_structure_get_string(s, "to-model"), rig->names[to]);
    fail_unless(busy > 0 && budget > 0);
    gst_message_unref(message);
}

static void expect_no_step(Rig *rig)
{
    GstMessage *message = gst_bus_pop_filtered(rig->bus, GST_MESSAGE_ELEMENT);

    fail_unless(message == NULL, "%s",
                gst_structure_to_string(gst_message_get_structure(message)));
}

static guint64 count(Rig *rig, const gchar *field)
{
    GstStructure *stats;
    guint64 n;

    g_object_get(rig->self, "stats", &stats, NULL);
    fail_unless(gst_structure_get_uint64(stats, field, &n), "%s", field);
    gst_structure_free(stats);
    return n;
}

static void expect_text(Rig *rig, const gchar *field, const gchar *text)
{
    GstStructure *stats;

    g_object_get(rig->self, "stats", &stats, NULL);
    fail_unless_equals_string(gst_structure_get_string(stats, field), text);
    gst_structure_free(stats);
}

// ------------------------------------------------------------------ the ladder ---

// Load comes and goes: no frame is dropped, the steps are these, the picture of a rung
// is that of its model, and every engine was there before it was needed.
GST_START_TEST(test_load)
{
    GstBuffer *in, *out, *expected;
    GstVideoInfo info, in_info;
    GstHarness *other;
    Rig rig;

    gst_video_info_set_format(&in_info, GST_VIDEO_FORMAT_I420, W, H);
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);
    rig_init(&rig, NULL);
    run(&rig, 3);
    expect_no_step(&rig);
    for (gint i = 0; i < 3; i++)
        fail_unless(gst_qsr_painter_engine(rig.self->painter, i) != NULL, "rung %d", i);

    set_load(&rig, 3);
    run(&rig, 5);
    expect_step(&rig, 0, 2, "overrun");
    expect_no_step(&rig);
    expect_text(&rig, "rung-model", "bicubic");

    in = test_picture_of("I420", W, H, 5);
    out = push(&rig, gst_buffer_copy(in));
    other = test_harness("model=bicubic scale=2", NULL);
    test_set_src_caps(other, "I420", W, H, NULL);
    expected = gst_harness_push_and_pull(other, in);
    test_assert_same_picture(out, expected, &info);
    gst_buffer_unref(expected);
    gst_buffer_unref(out);
    test_harness_end(other, NULL);

    set_load(&rig, 1);
    run(&rig, 10);
    expect_step(&rig, 2, 1, "room");
    expect_step(&rig, 1, 0, "room");
    expect_no_step(&rig);
    in = test_picture_of("I420", W, H, 6);
    out = push(&rig, gst_buffer_ref(in));
    test_assert_upscaled(in, &in_info, out, &info, &as_assumed, QSR_SCALE(2, 1));
    gst_buffer_unref(in);
    gst_buffer_unref(out);

    fail_unless(count(&rig, "frames") == rig.n && count(&rig, "dropped") == 0);
    fail_unless(count(&rig, "steps-down") == 1 && count(&rig, "steps-up") == 2);
    rig_end(&rig);
}
GST_END_TEST;

// A larger network gives way to a smaller one first, and comes back.
GST_START_TEST(test_medium)
{
    static const gchar *const names[] = {"quicksrnet-medium", "quicksrnet-small", "fsr1",
                                         "bicubic"};
    GstVideoInfo info, in_info;
    GstBuffer *in, *out;
    QsrModel *model;
    QsrError err;
    Rig rig;

    if (qsr_model_open(&model, names[0], QSR_SCALE(2, 1), &err) < 0) {
        g_print("%s at 2x is missing: its ladder is not tested\n", names[0]);
        return;
    }
    qsr_model_unref(&model);
    gst_video_info_set_format(&in_info, GST_VIDEO_FORMAT_I420, W, H);
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);
    rig_init(&rig, NULL);
    rig.names = names;
    g_object_set(rig.self, "model", names[0], "scale", 2.0, NULL);
    for (gint i = 0; i < 4; i++)
        rig.ms[i] = 20 - 5 * i;
    run(&rig, 3);
    expect_no_step(&rig);
    fail_unless_equals_int(rig.rung, 0);
    expect_text(&rig, "rung-model", "quicksrnet-medium");

    rig.ms[0] = 60;
    run(&rig, 3);
    expect_step(&rig, 0, 1, "overrun");
    expect_no_step(&rig);
    expect_text(&rig, "rung-model", "quicksrnet-small");
    in = test_picture_of("I420", W, H, 5);
    out = push(&rig, gst_buffer_ref(in));
    test_assert_upscaled(in, &in_info, out, &info, &as_assumed, QSR_SCALE(2, 1)); // Small's
    gst_buffer_unref(in);
    gst_buffer_unref(out);

    rig.ms[0] = 20;
    run(&rig, 20);
    expect_step(&rig, 1, 0, "trial"); // three times too slow is what it was when it left
    expect_no_step(&rig);
    expect_text(&rig, "rung-model", "quicksrnet-medium");
    fail_unless(count(&rig, "frames") == rig.n && count(&rig, "dropped") == 0);
    rig_end(&rig);
}
GST_END_TEST;

// Longer than its time by little, frame after frame: the sink says so.
GST_START_TEST(test_late)
{
    Rig rig;

    rig_init(&rig, NULL);
    run(&rig, 1);
    rig.ms[0] = 30;
    for (guint i = 0; i < 5; i++) { // in time for the next frame, but not for the sink
        rig.no_qos = TRUE;
        run(&rig, 0.04);
        gst_harness_push_upstream_event(
            rig.h, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.0, 8 * GST_MSECOND,
                                     (GstClockTime) (rig.n - 1) * PERIOD_MS * GST_MSECOND));
    }
    expect_step(&rig, 0, 1, "late");
    expect_no_step(&rig);
    rig_end(&rig);
}
GST_END_TEST;

GST_START_TEST(test_budget)
{
    Rig rig;

    rig_init(&rig, NULL);
    g_object_set(rig.self, "cpu-budget", 56, NULL); // 22.4 ms: 20 are 89 % of it
    run(&rig, 2);
    expect_no_step(&rig);
    g_object_set(rig.self, "cpu-budget", 54, NULL);
    run(&rig, 1);
    expect_step(&rig, 0, 1, "busy");
    g_object_set(rig.self, "cpu-budget", 20, NULL); // 8 ms
    run(&rig, 1);
    expect_step(&rig, 1, 2, "busy");
    g_object_set(rig.self, "cpu-budget", 1, NULL); // there is nothing below
    run(&rig, 1);
    expect_no_step(&rig);
    g_object_set(rig.self, "cpu-budget", 100, NULL);
    run(&rig, 4);
    expect_step(&rig, 2, 1, "room");
    expect_step(&rig, 1, 0, "room");
    rig_end(&rig);
}
GST_END_TEST;

// Nothing in the caps says how long a frame may take.
static void without_framerate(gboolean durations)
{
    gchar *caps = g_strdup_printf("video/x-raw,format=I420,width=%d,height=%d,framerate=0/1", W, H);
    Rig rig;

    rig_init(&rig, caps);
    rig.no_qos = TRUE;
    for (guint i = 0; i < 100; i++) {
        GstBuffer *in = test_picture_of("I420", W, H, i);

        GST_BUFFER_DURATION(in) = durations ? PERIOD_MS * GST_MSECOND : GST_CLOCK_TIME_NONE;
        if (i == 50)
            set_load(&rig, 1.95);
        gst_buffer_unref(push(&rig, in));
        if (i == 49)
            expect_no_step(&rig);
    }
    expect_step(&rig, 0, 1, "busy");
    rig_end(&rig);
    g_free(caps);
}

GST_START_TEST(test_variable_framerate)
{
    without_framerate(TRUE);
    without_framerate(FALSE);
}
GST_END_TEST;

// Twice as fast is half the time.
GST_START_TEST(test_rate)
{
    GstSegment segment;
    Rig rig;

    rig_init(&rig, NULL);
    run(&rig, 1);
    expect_no_step(&rig);
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = 2;
    gst_harness_push_event(rig.h, gst_event_new_segment(&segment));
    rig.no_qos = TRUE;
    run(&rig, 1);
    expect_step(&rig, 0, 1, "busy");
    rig_end(&rig);
}
GST_END_TEST;

// A new size keeps the rung, a new model begins at the top, and so does a new start.
GST_START_TEST(test_changes)
{
    Rig rig;

    rig_init(&rig, NULL);
    set_load(&rig, 3);
    run(&rig, 1);
    expect_step(&rig, 0, 2, "overrun");
    test_set_src_caps(rig.h, "I420", W, H, "multiview-mode=mono");
    run(&rig, 0.2);
    fail_unless_equals_int(rig.rung, 2);
    g_object_set(rig.self, "scale", 3.0, NULL);
    run(&rig, 0.2);
    fail_unless_equals_int(rig.rung, 2);
    set_load(&rig, 1);
    g_object_set(rig.self, "n-threads", 2, NULL); // perhaps it is faster now
    run(&rig, 0.2);
    fail_unless_equals_int(rig.rung, 0);
    set_load(&rig, 3);
    run(&rig, 0.4);
    expect_step(&rig, 0, 2, "overrun");

    set_load(&rig, 1);
    g_object_set(rig.self, "model", "fsr1", NULL);
    run(&rig, 0.2);
    fail_unless_equals_int(rig.rung, 0);
    expect_text(&rig, "rung-model", "fsr1");
    g_object_set(rig.self, "model", "bicubic", NULL); // a ladder of one rung
    set_load(&rig, 10);
    run(&rig, 0.4);
    expect_no_step(&rig);
    expect_text(&rig, "rung-model", "bicubic");

    g_object_set(rig.self, "model", TEST_MODEL, "scale", 2.0, NULL);
    run(&rig, 0.4);
    expect_step(&rig, 0, 2, "overrun");
    gst_element_set_state(GST_ELEMENT(rig.self), GST_STATE_READY);
    fail_unless(count(&rig, "frames") > 0); // still to be read
    gst_element_set_state(GST_ELEMENT(rig.self), GST_STATE_PLAYING);
    set_load(&rig, 1);
    rig.n += 100; // what had piled up is gone
    gst_harness_play(rig.h);
    test_set_src_caps(rig.h, "I420", W, H, NULL);
    run(&rig, 0.2);
    fail_unless_equals_int(rig.rung, 0);
    fail_unless_equals_int(count(&rig, "frames"), 5);
    rig_end(&rig);
}
GST_END_TEST;

// -------------------------------------------------------------------- the modes ---

static GstPadProbeReturn answer_latency(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);

    (void) pad;
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
        return GST_PAD_PROBE_OK;
    gst_query_set_latency(query, *(gboolean *) data, 0, GST_CLOCK_TIME_NONE);
    return GST_PAD_PROBE_HANDLED;
}

// Whether a frame is dropped that downstream will not need any more.
static gboolean drops(Rig *rig)
{
    GstBuffer *out;
    guint64 before = count(rig, "dropped");

    run(rig, 0.04);
    gst_harness_push_upstream_event(
        rig->h, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2.0, GST_SECOND,
                                  (GstClockTime) rig->n * PERIOD_MS * GST_MSECOND));
    out = push(rig, test_picture_of("I420", W, H, 1));
    fail_unless_equals_int(count(rig, "dropped") - before, !out);
    // Forgotten again, for the next one.
    gst_harness_push_upstream_event(rig->h,
                                    gst_event_new_qos(GST_QOS_TYPE_OVERFLOW, 1.0, 0, 0));
    rig->calls = -1;
    if (out)
        gst_buffer_unref(out);
    return !out;
}

GST_START_TEST(test_modes)
{
    static const struct {
        const gchar *mode;
        gboolean is_live, qos, dropped;
        const gchar *in_force;
    } rows[] = {
        {"auto", TRUE, TRUE, FALSE, "degrade"}, {"auto", FALSE, TRUE, TRUE, "drop"},
        {"auto", FALSE, FALSE, FALSE, "drop"},  {"drop", TRUE, TRUE, TRUE, "drop"},
        {"drop", TRUE, FALSE, FALSE, "drop"},   {"off", FALSE, TRUE, FALSE, "off"},
        {"degrade", FALSE, TRUE, FALSE, "degrade"},
    };
    gboolean is_live = FALSE;
    gint mode;
    Rig rig;

    rig_init(&rig, NULL);
    rig.no_qos = TRUE;
    gst_pad_add_probe(rig.h->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, answer_latency, &is_live,
                      NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean qos;

        is_live = rows[i].is_live;
        gst_util_set_object_arg(G_OBJECT(rig.self), "qos-mode", rows[i].mode);
        g_object_set(rig.self, "qos", rows[i].qos, NULL);
        // What has become live is found out when it plays.
        gst_element_set_state(GST_ELEMENT(rig.self), GST_STATE_PAUSED);
        gst_element_set_state(GST_ELEMENT(rig.self), GST_STATE_PLAYING);
        fail_unless(drops(&rig) == rows[i].dropped, "row %u", i);
        expect_text(&rig, "qos-mode", rows[i].in_force);
        g_object_get(rig.self, "qos", &qos, "qos-mode", &mode, NULL);
        fail_unless(qos == rows[i].qos); // the application's, never changed
    }

    // Lateness that the base class knew of is no reason to drop any more.
    gst_util_set_object_arg(G_OBJECT(rig.self), "qos-mode", "drop");
    g_object_set(rig.self, "qos", TRUE, NULL);
    run(&rig, 0.04);
    gst_harness_push_upstream_event(
        rig.h, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2.0, GST_SECOND,
                                 (GstClockTime) rig.n * PERIOD_MS * GST_MSECOND));
    fail_unless(push(&rig, test_picture_of("I420", W, H, 1)) == NULL);
    gst_util_set_object_arg(G_OBJECT(rig.self), "qos-mode", "degrade");
    run(&rig, 0.04); // fails if a frame is dropped
    rig_end(&rig);
}
GST_END_TEST;

// A QoS event reaches upstream in each mode.
GST_START_TEST(test_qos_goes_upstream)
{
    const gchar *const modes[] = {"off", "drop", "degrade"};
    Rig rig;

    rig_init(&rig, NULL);
    rig.no_qos = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        GstEvent *event;
        guint n = 0;

        gst_util_set_object_arg(G_OBJECT(rig.self), "qos-mode", modes[i]);
        run(&rig, 0.04);
        while ((event = gst_harness_try_pull_upstream_event(rig.h)))
            gst_event_unref(event);
        gst_harness_push_upstream_event(
            rig.h, gst_event_new_qos(GST_QOS_TYPE_OVERFLOW, 1.0, 0, 0));
        while ((event = gst_harness_try_pull_upstream_event(rig.h))) {
            n += GST_EVENT_TYPE(event) == GST_EVENT_QOS;
            gst_event_unref(event);
        }
        fail_unless(n == 1, "%s: %u events", modes[i], n);
    }
    rig_end(&rig);
}
GST_END_TEST;

// ------------------------------------------------------------------------ stats ---

GST_START_TEST(test_stats)
{
    static const struct {
        const gchar *name;
        GType type;
    } fields[] = {
        {"frames", G_TYPE_UINT64}, {"dropped", G_TYPE_UINT64}, {"fps", G_TYPE_DOUBLE},
        {"ms-p50", G_TYPE_DOUBLE}, {"ms-p95", G_TYPE_DOUBLE}, {"ms-p99", G_TYPE_DOUBLE},
        {"model", G_TYPE_STRING}, {"rung", G_TYPE_INT}, {"rungs", G_TYPE_INT},
        {"rung-model", G_TYPE_STRING}, {"steps-down", G_TYPE_UINT64}, {"steps-up", G_TYPE_UINT64},
        {"qos-mode", G_TYPE_STRING}, {"live", G_TYPE_BOOLEAN}, {"threads", G_TYPE_UINT},
        {"instruction-set", G_TYPE_STRING}, {"reused", G_TYPE_DOUBLE},
        {"reused-recent", G_TYPE_DOUBLE}, {"passthrough", G_TYPE_BOOLEAN},
        {"input-width", G_TYPE_INT}, {"output-height", G_TYPE_INT}, {"format", G_TYPE_STRING},
        {"colorimetry", G_TYPE_STRING}, {"state", G_TYPE_STRING}, {"frames-cpu", G_TYPE_UINT64},
    };
    gint num, den, width, height, rungs;
    gdouble fps, p50, p99;
    GstStructure *stats;
    gboolean passthrough;
    Rig rig;

    rig_init(&rig, NULL);
    run(&rig, 4);
    g_object_get(rig.self, "stats", &stats, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        fail_unless(gst_structure_get_field_type(stats, fields[i].name) == fields[i].type, "%s",
                    fields[i].name);
    gst_structure_get(stats, "fps", G_TYPE_DOUBLE, &fps, "ms-p50", G_TYPE_DOUBLE, &p50, "ms-p99",
                      G_TYPE_DOUBLE, &p99, "factor", GST_TYPE_FRACTION, &num, &den, "rungs",
                      G_TYPE_INT, &rungs, "output-width", G_TYPE_INT, &width, "output-height",
                      G_TYPE_INT, &height, NULL);
    fail_unless(ABS(fps - 25) < 0.6 && p50 == 20 && p99 == 20, "%g %g %g", fps, p50, p99);
    fail_unless(num == 2 && den == 1 && rungs == 3 && width == 2 * W && height == 2 * H);
    fail_unless_equals_string(gst_structure_get_string(stats, "format"), "I420");
    gst_structure_free(stats);

    g_object_set(rig.self, "scale", 1.0, NULL);
    run(&rig, 0.04);
    g_object_get(rig.self, "stats", &stats, NULL);
    gst_structure_get(stats, "passthrough", G_TYPE_BOOLEAN, &passthrough, NULL);
    fail_unless(passthrough);
    fail_unless(strstr(gst_structure_get_string(stats, "passthrough-reason"), "size") != NULL);
    gst_structure_free(stats);
    g_object_set(rig.self, "scale", 2.0, NULL);
    run(&rig, 0.04);
    g_object_get(rig.self, "stats", &stats, NULL);
    gst_structure_get(stats, "passthrough", G_TYPE_BOOLEAN, &passthrough, NULL);
    fail_unless(!passthrough && !gst_structure_has_field(stats, "passthrough-reason"));
    gst_structure_free(stats);
    rig_end(&rig);
}
GST_END_TEST;

static Suite *live_suite(void)
{
    Suite *s = suite_create("live");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_load);
    tcase_add_test(tc, test_medium);
    tcase_add_test(tc, test_late);
    tcase_add_test(tc, test_budget);
    tcase_add_test(tc, test_variable_framerate);
    tcase_add_test(tc, test_rate);
    tcase_add_test(tc, test_changes);
    tcase_add_test(tc, test_modes);
    tcase_add_test(tc, test_qos_goes_upstream);
    tcase_add_test(tc, test_stats);
    return s;
}

GST_CHECK_MAIN(live)

// SPDX-License-Identifier: BSD-2-Clause
//
// The ladder of models, as tables of frames and under simulated loads; what else the
// element looks at in each frame.

#include <math.h>

#include "common.h"
#include "gst/flat.h"
#include "gst/ladder.h"
#include "gst/stats.h"

#define MS GST_MSECOND
#define PERIOD (40 * MS)
#define PER_SECOND 25

static const gdouble guess[4] = {36, 24, 12, 3};

// ------------------------------------------------------------------- tables ---

typedef struct {
    const gchar *name;
    const guint busy[24]; // ms of one frame after the other; ended by 0; budget 40
    gint rung;            // after the last one
    GstQsrStep step;      // of the last one; none before it
} Row;

// After a seek running time begins at 0, before that of the last step.
GST_START_TEST(test_flush)
{
    GstQsrStep step = GST_QSR_STEP_NONE;
    GstQsrLadder l;

    gst_qsr_ladder_init(&l, 4, guess);
    for (guint i = 0; i < 3; i++) {
        GstQsrLadderFrame f = {.running_time = 600 * GST_SECOND + i * PERIOD, .busy = 45 * MS,
                               .budget = PERIOD, .period = PERIOD};

        step = gst_qsr_ladder_frame(&l, &f);
        if (step != GST_QSR_STEP_NONE)
            break;
    }
    fail_unless(step == GST_QSR_STEP_OVERRUN && l.rung == 2);
    gst_qsr_ladder_flush(&l);
    for (guint i = 0; i < 4 && l.rung == 2; i++) {
        GstQsrLadderFrame f = {.running_time = i * PERIOD, .busy = 30 * MS, .budget = PERIOD,
                               .period = PERIOD};

        gst_qsr_ladder_late(&l, i * PERIOD, 50 * MS);
        step = gst_qsr_ladder_frame(&l, &f);
    }
    fail_unless(step == GST_QSR_STEP_LATE && l.rung == 3, "%s", gst_qsr_step_name(step));
}
GST_END_TEST;

GST_START_TEST(test_down)
{
    static const Row rows[] = {
        {"fits", {30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30}, 0, GST_QSR_STEP_NONE},
        {"full", {37, 37, 37, 37, 37, 37, 37, 37}, 1, GST_QSR_STEP_BUSY},
        {"not full for long enough", {37, 37, 37, 37, 37, 37, 37}, 0, GST_QSR_STEP_NONE},
        {"once over", {30, 41, 30, 41, 30, 41, 30}, 0, GST_QSR_STEP_NONE},
        {"twice over", {30, 41, 41}, 1, GST_QSR_STEP_OVERRUN},
        {"twice the budget", {30, 81}, 2, GST_QSR_STEP_OVERRUN},
        {"not quite twice", {30, 80}, 0, GST_QSR_STEP_NONE},
        {"cold", {300, 30, 30, 30, 30, 30, 30, 30, 30}, 0, GST_QSR_STEP_NONE},
        {"cold, but not only", {300, 41}, 1, GST_QSR_STEP_OVERRUN},
        {"so slow that only the last can fit", {30, 200}, 3, GST_QSR_STEP_OVERRUN},
        {"so slow that none can", {30, 4000}, 3, GST_QSR_STEP_OVERRUN},
    };

    for (guint r = 0; r < G_N_ELEMENTS(rows); r++) {
        GstQsrStep step = GST_QSR_STEP_NONE;
        GstQsrLadder l;

        gst_qsr_ladder_init(&l, 4, guess);
        for (guint i = 0; i < G_N_ELEMENTS(rows[r].busy) && rows[r].busy[i]; i++) {
            GstQsrLadderFrame f = {.running_time = i * PERIOD, .busy = rows[r].busy[i] * MS,
                                   .budget = 40 * MS, .period = PERIOD};

            fail_unless(step == GST_QSR_STEP_NONE, "%s: %s too early", rows[r].name,
                        gst_qsr_step_name(step));
            step = gst_qsr_ladder_frame(&l, &f);
        }
        fail_unless(l.rung == rows[r].rung && step == rows[r].step, "%s: rung %d, %s",
                    rows[r].name, l.rung, gst_qsr_step_name(step));
    }
}
GST_END_TEST;

static GstQsrStep frames(GstQsrLadder *l, guint from, guint n, guint64 busy, guint64 budget)
{
    GstQsrStep step = GST_QSR_STEP_NONE;

    for (guint i = from; i < from + n && step == GST_QSR_STEP_NONE; i++) {
        GstQsrLadderFrame f = {i * PERIOD, busy, budget, PERIOD};

        step = gst_qsr_ladder_frame(l, &f);
    }
    return step;
}

// Frames that downstream reports as late, though there is time for more.
GST_START_TEST(test_late)
{
    GstQsrLadder l;

    for (guint64 budget = 0; budget <= 40 * MS; budget += 40 * MS) {
        gst_qsr_ladder_init(&l, 4, guess);
        fail_unless(frames(&l, 0, 10, 20 * MS, budget) == GST_QSR_STEP_NONE);
        gst_qsr_ladder_late(&l, 9 * PERIOD, 5 * MS);
        gst_qsr_ladder_late(&l, 9 * PERIOD, 5 * MS);
        fail_unless(frames(&l, 10, 2, 20 * MS, budget) == GST_QSR_STEP_NONE);
        gst_qsr_ladder_late(&l, 11 * PERIOD, -5 * MS); // that one was in time
        gst_qsr_ladder_late(&l, 11 * PERIOD, 5 * MS);
        gst_qsr_ladder_late(&l, 11 * PERIOD, 5 * MS);
        fail_unless(frames(&l, 12, 1, 20 * MS, budget) == GST_QSR_STEP_NONE);
        gst_qsr_ladder_late(&l, 12 * PERIOD, 5 * MS);
        fail_unless_equals_int(frames(&l, 13, 1, 20 * MS, budget), GST_QSR_STEP_LATE);
        fail_unless_equals_int(l.rung, 1);

        // Those made before the step say nothing about the rung after it.
        for (guint i = 0; i < 5; i++)
            gst_qsr_ladder_late(&l, 13 * PERIOD, 5 * MS);
        fail_unless(frames(&l, 14, 5, 10 * MS, budget) == GST_QSR_STEP_NONE);
        // Nobody reports any more: after the hold time it tries the better one again.
        fail_unless_equals_int(frames(&l, 19, 3 * PER_SECOND, 10 * MS, budget),
                               GST_QSR_STEP_ROOM);
        fail_unless_equals_int(l.rung, 0);
    }

    // Somebody else is slow.
    gst_qsr_ladder_init(&l, 4, guess);
    fail_unless(frames(&l, 0, 10, 3 * MS, 40 * MS) == GST_QSR_STEP_NONE);
    for (guint i = 0; i < 5; i++)
        gst_qsr_ladder_late(&l, 9 * PERIOD, 5 * MS);
    fail_unless(frames(&l, 10, 20, 3 * MS, 40 * MS) == GST_QSR_STEP_NONE);
}
GST_END_TEST;

// A second of room brings it back, and each failure doubles the second.
GST_START_TEST(test_hold)
{
    guint holds[8], at = 0, n = 0;
    GstQsrLadder l;

    gst_qsr_ladder_init(&l, 2, guess);
    for (guint i = 0, since = 0; n < 8; i++, since++) {
        // Late reports, so that nothing is learned about what it costs.
        GstQsrLadderFrame f = {i * PERIOD, 15 * MS, 40 * MS, PERIOD};
        GstQsrStep step = gst_qsr_ladder_frame(&l, &f);

        if (l.rung == 0) {
            for (guint k = 0; k < 3; k++)
                gst_qsr_ladder_late(&l, i * PERIOD + 1, MS);
        }
        if (step == GST_QSR_STEP_ROOM)
            holds[n++] = since;
        else if (step == GST_QSR_STEP_LATE)
            since = 0;
        fail_unless(++at < 10000);
    }
    for (guint i = 1; i < n; i++) {
        guint expected = MIN(1u << i, 32) * PER_SECOND;

        fail_unless(holds[i] >= expected && holds[i] <= expected + 8, "hold %u: %u frames", i,
                    holds[i]);
    }
}
GST_END_TEST;

// --------------------------------------------------------------- simulations ---

typedef gdouble (*Load)(gdouble seconds);

typedef struct {
    gdouble ms[4];   // of each rung, unloaded
    gint n;
    gint slowed;     // rungs that a load slows; the others always take the same
    gdouble noise;   // standard deviation, as a share
    Load load;
} Machine;

typedef struct {
    guint switches, misses, in_a_row;
    gint rung;
} Result;

static gdouble normal(GRand *rand)
{
    return sqrt(-2 * log(g_rand_double_range(rand, 1e-9, 1))) *
           cos(2 * G_PI * g_rand_double(rand));
}

// In a row: missed deadlines while the last rung would have met them with room.
static void simulate(GstQsrLadder *l, const Machine *m, gdouble from, gdouble to, guint seed,
                     Result *result)
{
    GRand *rand = g_rand_new_with_seed(seed);
    guint row = 0;

    *result = (Result) {0};
    for (guint i = (guint) (from * PER_SECOND); i < (guint) (to * PER_SECOND); i++) {
        gdouble load = m->load((gdouble) i / PER_SECOND);
        gdouble least = m->ms[m->n - 1] * (m->n - 1 < m->slowed ? load : 1);
        gdouble ms = m->ms[l->rung] * (l->rung < m->slowed ? load : 1);
        GstQsrLadderFrame f = {i * PERIOD, 0, 40 * MS, PERIOD};

        ms *= CLAMP(1 + m->noise * normal(rand), 0.3, 3);
        f.busy = (guint64) (ms * MS);
        row = ms > 40 && least <= 28 ? row + 1 : 0;
        result->misses += ms > 40;
        result->in_a_row = MAX(result->in_a_row, row);
        if (gst_qsr_ladder_frame(l, &f) != GST_QSR_STEP_NONE)
            result->switches++;
    }
    result->rung = l->rung;
    g_rand_free(rand);
}

static gdouble none(gdouble s)
{
    return s < 0 ? 0 : 1;
}

static gdouble constant(gdouble s)
{
    return s < 600 ? 2 : 1;
}

static gdouble step(gdouble s)
{
    return s < 10 || s > 40 ? 1 : 4;
}

static gdouble pulses(gdouble s)
{
    return s < 300 && fmod(s, 20) < 10 ? 3 : 1;
}

static gdouble ramp(gdouble s)
{
    return s < 60 ? 1 + s / 15 : s < 120 ? 1 + (120 - s) / 15 : 1;
}

static gdouble sine(gdouble s)
{
    return s < 300 ? 2 + sin(s * 2 * G_PI / 20) : 1;
}

static const Load loads[] = {none, constant, step, pulses, ramp, sine};

// The most switches in the ten minutes that a load may last.
static const guint most[] = {0, 40, 20, 100, 30, 100};

static const Machine machines[] = {
    {{24, 16, 8, 2}, 4, 4, 0, NULL},     // as guessed
    {{24, 16, 8, 2}, 4, 4, 0.1, NULL},
    {{24, 20, 18, 12}, 4, 4, 0.05, NULL}, // much closer to each other
    {{24, 4, 1, 0.2}, 4, 4, 0.05, NULL}, // much further from each other
    {{24, 16, 8, 2}, 4, 2, 0.05, NULL},  // the load slows two of them alone
    {{24, 9, 33, 4}, 4, 4, 0.05, NULL},  // the third is worse than all
    {{24, 6, 0, 0}, 2, 2, 0.05, NULL},
};

// Under each load: few switches, no row of missed frames, and back to the top after it.
GST_START_TEST(test_loads)
{
    for (guint k = 0; k < G_N_ELEMENTS(loads); k++) {
        for (guint i = 0; i < G_N_ELEMENTS(machines); i++) {
            Machine m = machines[i];
            GstQsrLadder l;
            Result during, after;

            m.load = loads[k];
            gst_qsr_ladder_init(&l, m.n, guess);
            simulate(&l, &m, 0, 600, 1, &during);
            simulate(&l, &m, 600, 1800, 2, &after);
            if (g_getenv("QSR_TEST_VERBOSE"))
                g_print("load %u machine %u: %u switches, %u missed, %u in a row; then %u, "
                        "rung %d\n", k, i, during.switches, during.misses, during.in_a_row,
                        after.switches, after.rung);
            fail_unless(during.switches <= most[k], "load %u machine %u: %u switches", k, i,
                        during.switches);
            fail_unless(during.in_a_row <= 2 * ((guint) m.n - 1),
                        "load %u machine %u: %u missed in a row", k, i, during.in_a_row);
            fail_unless(after.rung == 0, "load %u machine %u: left on rung %d", k, i, after.rung);
        }
    }
}
GST_END_TEST;

static gdouble level;

static gdouble at_level(gdouble s)
{
    return s < 0 ? 0 : level;
}

// Machines and loads by chance; a load may last minutes.
GST_START_TEST(test_random_loads)
{
    GRand *rand = g_rand_new_with_seed(6);

    for (guint k = 0; k < 80; k++) {
        Machine m = {.n = g_rand_int_range(rand, 1, 5), .load = at_level};
        gdouble work[4];
        GstQsrLadder l;
        Result r;

        m.noise = g_rand_double_range(rand, 0, 0.08);
        m.slowed = g_rand_boolean(rand) ? m.n : g_rand_int_range(rand, 1, m.n + 1);
        for (gint i = 0; i < m.n; i++) {
            gdouble less = m.ms[MAX(i - 1, 0)] * g_rand_double_range(rand, 0.4, 1);

            m.ms[i] = i == 0 ? 24 : i == m.n - 1 ? 2 : less;
            work[i] = m.ms[i] * exp(g_rand_double_range(rand, -1, 1));
        }
        for (gint i = 0; i < m.n - 1; i++) // that the last one is the cheapest is known
            work[m.n - 1] = MIN(work[m.n - 1], 0.9 * work[i]);
        gst_qsr_ladder_init(&l, m.n, work);
        for (guint part = 0; part < 4; part++) {
            level = exp(g_rand_double_range(rand, -1, 2));
            simulate(&l, &m, part * 120, part * 120 + 120, g_rand_int(rand), &r);
            fail_unless(r.in_a_row <= 2 * (guint) MAX(m.n - 1, 0), "%u: %u missed in a row", k,
                        r.in_a_row);
            // Steps down and up of a few trials and attempts, over all rungs.
            fail_unless(r.switches <= 10 * (guint) m.n, "%u: %u switches at load %g", k,
                        r.switches, level);
        }
        level = 1;
        simulate(&l, &m, 480, 1680, g_rand_int(rand), &r);
        fail_unless_equals_int(r.rung, 0);
    }
    g_rand_free(rand);
}
GST_END_TEST;

// ------------------------------------------------------------------- times ---

GST_START_TEST(test_times)
{
    static const guint percent[] = {50, 95, 99, 100};
    GstQsrTimes *t = g_new0(GstQsrTimes, 1);
    gdouble ms[4];
    gint64 now = 1000000;

    gst_qsr_times_percentiles(t, percent, ms, 4);
    fail_unless(ms[0] == 0 && ms[3] == 0 && gst_qsr_times_fps(t, now) == 0);
    gst_qsr_times_add(t, now, 7000);
    gst_qsr_times_percentiles(t, percent, ms, 4);
    fail_unless(ms[0] == 7 && ms[3] == 7);
    fail_unless(gst_qsr_times_fps(t, now) == 0); // one frame is no rate
    for (guint i = 2; i <= 100; i++)
        gst_qsr_times_add(t, now += 20000, i * 1000);
    fail_unless(fabs(gst_qsr_times_fps(t, now) - 50) < 0.01);
    fail_unless(fabs(gst_qsr_times_fps(t, now + 1000000) - 25) < 0.6);
    fail_unless(gst_qsr_times_fps(t, now + 3000000) == 0);
    gst_qsr_times_percentiles(t, percent, ms, 4);
    fail_unless(ms[0] == 50 && ms[1] == 95 && ms[2] == 99 && ms[3] == 100, "%g %g %g %g", ms[0],
                ms[1], ms[2], ms[3]);

    // What has left the ring does not count; 1000 a second are more than it holds.
    for (guint i = 0; i < 3 * GST_QSR_STATS_RING; i++)
        gst_qsr_times_add(t, now += 1000, 3000);
    gst_qsr_times_percentiles(t, percent, ms, 4);
    fail_unless(ms[0] == 3 && ms[3] == 3);
    fail_unless(fabs(gst_qsr_times_fps(t, now) - 1000) < 0.01);
    fail_unless(t->frames == 100 + 3 * GST_QSR_STATS_RING);
    g_free(t);
}
GST_END_TEST;

// ------------------------------------------------------------------------- flat ---

GST_START_TEST(test_flat)
{
    static const gchar *const formats[] = {"I420", "NV12", "YUY2", "UYVY", "RGB", "BGRx", "AYUV",
                                           "GRAY8", "A420", "P010_10LE", "Y210", "GBRA"};

    for (guint f = 0; f < G_N_ELEMENTS(formats); f++) {
        for (guint size = 1; size <= 7; size += 3) {
            GstVideoInfo info;
            GstVideoFrame frame;
            GstBuffer *buffer;

            gst_video_info_set_format(&info, gst_video_format_from_string(formats[f]), size, size);
            buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
            gst_buffer_memset(buffer, 0, 0x33, -1);
            fail_unless(gst_video_frame_map(&frame, &info, buffer, GST_MAP_READWRITE));
            fail_unless(gst_qsr_frame_is_flat(&frame), "%s %u", formats[f], size);
            for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&frame); c++) {
                gint w = GST_VIDEO_FRAME_COMP_WIDTH(&frame, c);
                gint h = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c);
                guint8 *last = (guint8 *) GST_VIDEO_FRAME_COMP_DATA(&frame, c) +
                               (h - 1) * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c) +
                               (w - 1) * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c);

                *last ^= 1;
                fail_unless(gst_qsr_frame_is_flat(&frame) == (w * h == 1), "%s %u, component %u",
                            formats[f], size, c);
                *last ^= 1;
            }
            gst_video_frame_unmap(&frame);
            gst_buffer_unref(buffer);
        }
    }
}
GST_END_TEST;

static Suite *ladder_suite(void)
{
    Suite *s = suite_create("ladder");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_down);
    tcase_add_test(tc, test_flush);
    tcase_add_test(tc, test_late);
    tcase_add_test(tc, test_hold);
    tcase_add_test(tc, test_loads);
    tcase_add_test(tc, test_random_loads);
    tcase_add_test(tc, test_times);
    tcase_add_test(tc, test_flat);
    return s;
}

GST_CHECK_MAIN(ladder)

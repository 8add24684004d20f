// SPDX-License-Identifier: BSD-2-Clause

#include "ladder.h"

#define FULL 0.9       // shares of the budget
#define FITS 0.7
#define MATTERS 0.1
#define OVERRUN 2.0
#define FALLEN 0.6     // of the load, since an attempt failed
#define SETTLED 8      // frames until a cost is known; its smoothing, too
#define TOO_LATE 3     // reports in a row
#define MIN_HOLD GST_SECOND
#define MAX_HOLD (32 * GST_SECOND)
#define STANDS (4 * GST_SECOND)
#define FORGOTTEN GST_SECOND // downstream reports no more
#define PATIENCE 8     // hold times until a trial,
#define HOPELESS 4.0   // and so many times more at most

const gchar *gst_qsr_step_name(GstQsrStep step)
{
    static const gchar *const names[] = {"none", "overrun", "busy", "late", "room", "trial"};

    return names[step];
}

void gst_qsr_ladder_init(GstQsrLadder *l, gint n, const gdouble *work)
{
    *l = (GstQsrLadder) {.n = MIN(n, GST_QSR_MAX_RUNGS), .from = -1,
                         .stepped_at = GST_CLOCK_TIME_NONE};
    for (gint i = 0; i < l->n; i++) {
        l->work[i] = l->weight[i] = MAX(work[i], 1);
        l->hold[i] = MIN_HOLD;
    }
}

void gst_qsr_ladder_resize(GstQsrLadder *l, gdouble ratio)
{
    l->cost *= ratio;
    l->from_cost *= ratio;
    l->failed_load *= ratio;
    l->over = 0;
    for (gint i = 0; i < l->n; i++)
        l->warm[i] = FALSE;
}

void gst_qsr_ladder_flush(GstQsrLadder *l)
{
    l->stepped_at = GST_CLOCK_TIME_NONE;
    l->late = 0;
}

void gst_qsr_ladder_late(GstQsrLadder *l, GstClockTime running_time, GstClockTimeDiff jitter)
{
    // Frames on their way downstream were made by the rung before.
    if (GST_CLOCK_TIME_IS_VALID(l->stepped_at) && GST_CLOCK_TIME_IS_VALID(running_time) &&
        running_time <= l->stepped_at)
        return;
    l->late = jitter > 0 ? l->late + 1 : 0;
    l->late_ago = 0;
}

// ------------------------------------------------------------------- estimates ---

static gdouble expected(const GstQsrLadder *l, gint rung)
{
    return l->cost * l->weight[rung] / l->weight[l->rung];
}

// The ratio of two rungs that were both measured under the same load.
static void learn(GstQsrLadder *l, gint rung, gdouble cost, gint other, gdouble other_cost)
{
    l->weight[rung] = l->weight[other] * cost / other_cost;
}

static void measure(GstQsrLadder *l, const GstQsrLadderFrame *f)
{
    gdouble busy = (gdouble) f->busy;

    if (l->frames++ == 0)
        l->cold = !l->warm[l->rung];
    l->warm[l->rung] = TRUE;
    l->since += f->period;
    l->late_ago += f->period;
    if (l->late_ago > FORGOTTEN)
        l->late = 0;
    // The mean of the first frames, then one that forgets; a cold one is not in it.
    if (l->frames == 1 || (l->cold && l->frames == 2))
        l->cost = busy;
    else
        l->cost += (busy - l->cost) / MIN(l->frames, SETTLED);
    if (f->budget && busy > (gdouble) f->budget) {
        l->over_cost = l->over ? MIN(l->over_cost, busy) : busy;
        l->over++;
    } else {
        l->over = 0;
    }
    if (l->frames == SETTLED && l->from >= 0 && l->from_cost > 0)
        learn(l, l->rung, l->cost, l->from, l->from_cost);
}

// ----------------------------------------------------------------------- steps ---

static void step_to(GstQsrLadder *l, gint rung, GstClockTime running_time, gdouble cost)
{
    l->from = l->rung;
    l->from_cost = cost;
    l->cost = expected(l, rung);
    l->rung = rung;
    l->frames = 0;
    l->over = 0;
    l->late = 0;
    l->since = 0;
    l->room_since = 0;
    l->stepped_at = running_time;
}

// The rung to go down to, or -1: none below is cheaper.
static gint rung_below(const GstQsrLadder *l, gdouble limit)
{
    gint best = l->rung, guess = l->rung;

    for (gint i = l->rung + 1; i < l->n; i++) {
        if (limit > 0 && expected(l, i) <= limit)
            return i;
        if (expected(l, i) < expected(l, best))
            best = i;
        if (l->work[i] < l->work[guess])
            guess = i;
    }
    // What was measured while the load changed may be quite wrong.
    if (best == l->rung)
        best = guess;
    return best > l->rung ? best : -1;
}

static guint64 stands_after(const GstQsrLadder *l)
{
    return MAX(STANDS, 2 * l->hold[l->rung]);
}

static void go_down(GstQsrLadder *l, gint rung, const GstQsrLadderFrame *f, GstQsrStep why)
{
    if (l->trying) {
        // The attempt failed. What it cost was measured, and so was the rung below under
        // the same load.
        if (why != GST_QSR_STEP_LATE)
            learn(l, l->rung, MAX(l->cost, (gdouble) f->busy), l->from, l->from_cost);
        l->hold[l->rung] = MIN(2 * l->hold[l->rung], MAX_HOLD);
        l->failed_load = l->from_cost / l->weight[l->from];
    }
    // A sudden rise is not in the smoothed cost yet, and one frame alone tells nothing.
    step_to(l, rung, f->running_time,
            l->over >= 2 ? l->over_cost
            : why == GST_QSR_STEP_OVERRUN || l->frames < SETTLED ? 0 : l->cost);
    l->trying = FALSE;
}

static GstQsrStep try_down(GstQsrLadder *l, const GstQsrLadderFrame *f)
{
    gdouble budget = (gdouble) f->budget, busy = (gdouble) f->busy;
    gboolean cold = l->cold && l->frames == 1;
    GstQsrStep why = GST_QSR_STEP_NONE;
    gint rung;

    if (budget > 0 && ((busy > OVERRUN * budget && !cold) || l->over >= 2))
        why = GST_QSR_STEP_OVERRUN;
    else if (budget > 0 && l->frames >= SETTLED && l->cost > FULL * budget)
        why = GST_QSR_STEP_BUSY;
    else if (l->late >= TOO_LATE && l->cost >= MATTERS * budget)
        why = GST_QSR_STEP_LATE;
    if (why == GST_QSR_STEP_NONE)
        return why;

    if (why == GST_QSR_STEP_OVERRUN) // for the estimates: as it is now
        l->cost = MAX(l->cost, busy);
    rung = l->trying ? l->from
                     : rung_below(l, FITS * (why == GST_QSR_STEP_LATE ? l->cost : budget));
    if (rung < 0)
        return GST_QSR_STEP_NONE;
    go_down(l, rung, f, why);
    return why;
}

static void go_up(GstQsrLadder *l, gint rung, const GstQsrLadderFrame *f)
{
    step_to(l, rung, f->running_time, l->cost);
    l->trying = TRUE;
}

// The load under which an attempt failed is gone: what was learned about holding is, too.
static void forget_failures(GstQsrLadder *l)
{
    if (l->failed_load > 0 && l->cost / l->weight[l->rung] < FALLEN * l->failed_load) {
        for (gint i = 0; i < l->n; i++)
            l->hold[i] = MIN_HOLD;
        l->failed_load = 0;
    }
}

static GstQsrStep try_up(GstQsrLadder *l, const GstQsrLadderFrame *f)
{
    gdouble budget = (gdouble) f->budget, worst;
    gint fits = -1, least = -1;

    if (l->frames < SETTLED || l->rung == 0)
        return GST_QSR_STEP_NONE;
    forget_failures(l);
    for (gint i = l->rung - 1; i >= 0; i--) {
        if (fits < 0 && (budget == 0 || expected(l, i) <= FITS * budget))
            fits = i;
        if (least < 0 || expected(l, i) < expected(l, least))
            least = i;
    }
    l->room_since = fits >= 0 && l->late == 0 ? l->room_since + f->period : 0;
    if (fits >= 0 && l->room_since >= l->hold[fits]) {
        go_up(l, fits, f);
        return GST_QSR_STEP_ROOM;
    }
    worst = budget > 0 ? CLAMP(expected(l, least) / budget, 1, HOPELESS) : 1;
    if (l->cost <= FULL * budget && l->late == 0 &&
        (gdouble) l->since >= PATIENCE * worst * (gdouble) l->hold[least]) {
        go_up(l, least, f);
        return GST_QSR_STEP_TRIAL;
    }
    return GST_QSR_STEP_NONE;
}

GstQsrStep gst_qsr_ladder_frame(GstQsrLadder *l, const GstQsrLadderFrame *f)
{
    GstQsrStep step;

    measure(l, f);
    step = try_down(l, f);
    if (step != GST_QSR_STEP_NONE)
        return step;
    if (l->trying && l->since >= stands_after(l)) {
        l->hold[l->rung] = MIN_HOLD;
        l->trying = FALSE;
    }
    return try_up(l, f);
}

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
    *l = (GstQsrLadder) {.n = MIN(n, GST_QSR_MAX_RUNGS), .hold = MIN_HOLD, .from = -1,
                         .tried = -1, .stepped_at = GST_CLOCK_TIME_NONE};
    for (gint i = 0; i < l->n; i++)
        l->work[i] = l->weight[i] = MAX(work[i], 1);
}

void gst_qsr_ladder_resize(GstQsrLadder *l, gdouble ratio)
{
    l->cost *= ratio;
    l->from_cost *= ratio;
    l->failed_cost *= ratio;
    l->over = 0;
    for (gint i = 0; i < l->n; i++)
        l->warm[i] = FALSE;
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
    if (f->budget)
        l->over = busy > (gdouble) f->budget ? l->over + 1 : 0;
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
    gint best = -1;

    for (gint i = l->rung + 1; i < l->n; i++) {
        if (limit > 0 && expected(l, i) <= limit)
            return i;
        if (best < 0 || expected(l, i) < expected(l, best))
            best = i;
    }
    // Measured while the load changed, a ratio may be quite wrong.
    if (best >= 0 && expected(l, best) >= l->cost && l->work[best] >= l->work[l->rung])
        return -1;
    return best;
}

static void go_down(GstQsrLadder *l, gint rung, const GstQsrLadderFrame *f, GstQsrStep why)
{
    gboolean sudden = why == GST_QSR_STEP_OVERRUN;
    guint64 stands = MAX(STANDS, 2 * l->hold);

    if (l->tried == l->rung && l->since < stands) {
        // An attempt failed, and what it cost was measured: the rung below under
        // the same load was, too.
        if (why != GST_QSR_STEP_LATE && l->failed_cost > 0 && l->from >= 0)
            learn(l, l->rung, MAX(l->cost, (gdouble) f->busy), l->from, l->failed_cost);
        l->hold = MIN(2 * l->hold, MAX_HOLD);
        l->tried = -1;
    } else {
        l->failed_cost = 0;
    }
    // A sudden rise is not in the smoothed cost yet: nothing is learned from that.
    if (sudden)
        l->cost = MAX(l->cost, (gdouble) f->busy);
    step_to(l, rung, f->running_time, sudden || l->frames < SETTLED ? 0 : l->cost);
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
    rung = rung_below(l, why == GST_QSR_STEP_LATE ? FITS * l->cost : FITS * budget);
    if (rung < 0)
        return GST_QSR_STEP_NONE;
    go_down(l, rung, f, why);
    return why;
}

static void go_up(GstQsrLadder *l, gint rung, const GstQsrLadderFrame *f)
{
    gdouble cost = l->cost;

    step_to(l, rung, f->running_time, cost);
    l->tried = rung;
    l->failed_cost = cost;
}

static GstQsrStep try_up(GstQsrLadder *l, const GstQsrLadderFrame *f)
{
    gdouble budget = (gdouble) f->budget, worst;
    gint fits = -1, least = -1;

    if (l->tried < 0 && l->failed_cost > 0 && l->frames >= SETTLED &&
        l->cost < FALLEN * l->failed_cost) {
        l->hold = MIN_HOLD; // that was another load
        l->failed_cost = 0;
    }
    if (l->frames < SETTLED || l->rung == 0)
        return GST_QSR_STEP_NONE;

    for (gint i = l->rung - 1; i >= 0; i--) {
        if (fits < 0 && (budget == 0 || expected(l, i) <= FITS * budget))
            fits = i;
        if (least < 0 || expected(l, i) < expected(l, least))
            least = i;
    }
    l->room_since = fits >= 0 && l->late == 0 ? l->room_since + f->period : 0;
    if (fits >= 0 && l->room_since >= l->hold) {
        go_up(l, fits, f);
        return GST_QSR_STEP_ROOM;
    }
    worst = budget > 0 ? CLAMP(expected(l, least) / budget, 1, HOPELESS) : 1;
    if (l->cost <= FITS * budget && l->late == 0 &&
        (gdouble) l->since >= PATIENCE * worst * (gdouble) l->hold) {
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
    if (l->tried == l->rung && l->since >= MAX(STANDS, 2 * l->hold)) { // it stands
        l->hold = MIN_HOLD;
        l->tried = -1;
        l->failed_cost = 0;
    }
    return try_up(l, f);
}

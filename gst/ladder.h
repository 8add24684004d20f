// SPDX-License-Identifier: BSD-2-Clause
//
// Which model makes the next frame, so that none comes too late: rung 0 is the
// chosen one, those below it cost less and show less. Pure arithmetic without a
// clock: it is told what each frame took and decides what comes next.
//
// Down:
//  - at once, when a frame took more than twice its budget, or two in a row more
//    than all of it ("overrun"). The first frame on a rung is not judged alone: its
//    memory is touched for the first time;
//  - when the smoothed cost is above 90 % of the budget ("busy");
//  - when three frames in a row were reported late by downstream, and this element
//    takes a tenth of the budget or more: else another rung would not help ("late").
//  The next rung is the first below that is expected to need at most 70 % of the
//  budget; if none does, the one expected to need the least, unless both the
//  measurements and the guesses say that it needs more than the present one.
// Up:
//  - when the nearest rung above that is expected to need at most 70 % of the budget
//    has been expected so for the hold time ("room");
//  - when none is, but the present one needs no more than 90 %, the cheapest one above
//    is tried after eight times the hold time, or up to four times that, the less it is
//    expected to fit ("trial").
//  The hold time is one second of the stream. It doubles, up to 32, when a rung had to
//  be left again within four seconds or two hold times, and is one second again when a
//  rung stood that long, or when the load has fallen by two fifths since.
//
// What a rung is expected to cost follows from what the present one costs and the
// ratio of the two: first that of their work, then that of what was measured. So
// one measurement says how loaded the machine is for all of them.

#ifndef GST_QSR_LADDER_H
#define GST_QSR_LADDER_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_QSR_MAX_RUNGS 6

typedef enum {
    GST_QSR_STEP_NONE,
    GST_QSR_STEP_OVERRUN,
    GST_QSR_STEP_BUSY,
    GST_QSR_STEP_LATE,
    GST_QSR_STEP_ROOM,
    GST_QSR_STEP_TRIAL,
} GstQsrStep;

// All times in nanoseconds.
typedef struct GstQsrLadderFrame {
    GstClockTime running_time; // of the frame; GST_CLOCK_TIME_NONE: unknown
    guint64 busy;              // what it took
    guint64 budget;            // what it may take; 0: unknown
    guint64 period;            // from this frame to the next; 0: unknown
} GstQsrLadderFrame;

typedef struct GstQsrLadder {
    gint n;                  // rungs
    gint rung;               // for the next frame
    // The rest is its own.
    gdouble work[GST_QSR_MAX_RUNGS];   // as guessed
    gdouble weight[GST_QSR_MAX_RUNGS]; // cost relative to each other, as far as measured
    gdouble cost;            // of the present rung, smoothed; 0: not known yet
    guint frames;            // of it since the last step
    gboolean warm[GST_QSR_MAX_RUNGS]; // has made a frame before
    gboolean cold;           // the first of them is the first of the rung at all
    guint over;              // frames in a row above the budget
    gdouble over_cost;       // the smallest of them
    guint late;              // late ones in a row
    guint64 late_ago;        // time since the last report
    GstClockTime stepped_at; // running time of the last frame before the last step
    guint64 since;           // time since the last step
    guint64 room_since;      // time for which there has been room above
    guint64 hold[GST_QSR_MAX_RUNGS];
    gint from;               // rung before the last step; -1: there was none
    gdouble from_cost;       // of it; 0: not known well
    gboolean trying;         // the last step was up, and the rung has not stood yet
    gdouble failed_load;     // cost by weight, when the last attempt that failed began; else 0
} GstQsrLadder;

// On rung 0. `work`: what the rungs cost relative to each other, as guessed.
void gst_qsr_ladder_init(GstQsrLadder *l, gint n, const gdouble *work);

// The pictures became `ratio` times as large; the rung stays.
void gst_qsr_ladder_resize(GstQsrLadder *l, gdouble ratio);

// Running time begins anew: what was said about lateness counts no more.
void gst_qsr_ladder_flush(GstQsrLadder *l);

// Downstream reports the frame of that running time as `jitter` late (negative: early).
void gst_qsr_ladder_late(GstQsrLadder *l, GstClockTime running_time, GstClockTimeDiff jitter);

// After each frame that l->rung made. Returns why l->rung is another now.
GstQsrStep gst_qsr_ladder_frame(GstQsrLadder *l, const GstQsrLadderFrame *f);

// "overrun", "busy", "late", "room", "trial".
const gchar *gst_qsr_step_name(GstQsrStep step);

G_END_DECLS

#endif

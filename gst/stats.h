// SPDX-License-Identifier: BSD-2-Clause
//
// What frames took: a ring of the last ones, without a clock. Times are those of one
// monotonic clock, in microseconds.

#ifndef GST_QSR_STATS_H
#define GST_QSR_STATS_H

#include <glib.h>

G_BEGIN_DECLS

#define GST_QSR_STATS_RING 512

typedef struct GstQsrTimes {
    guint64 frames; // all, also those that have left the ring
    gint64 end[GST_QSR_STATS_RING]; // when a frame was complete; frame k at k % GST_QSR_STATS_RING
    guint32 busy[GST_QSR_STATS_RING]; // what it took
} GstQsrTimes;

void gst_qsr_times_add(GstQsrTimes *t, gint64 end, gint64 busy);

// Frames per second over the two seconds before `now`; as far as the ring reaches.
gdouble gst_qsr_times_fps(const GstQsrTimes *t, gint64 now);

// Milliseconds that `percent[i]` of the frames in the ring took at most; 0 without any.
void gst_qsr_times_percentiles(const GstQsrTimes *t, const guint *percent, gdouble *ms, guint n);

G_END_DECLS

#endif

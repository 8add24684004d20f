// SPDX-License-Identifier: BSD-2-Clause

#include "stats.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW (2 * G_USEC_PER_SEC)

void gst_qsr_times_add(GstQsrTimes *t, gint64 end, gint64 busy)
{
    guint i = (guint) (t->frames++ % GST_QSR_STATS_RING);

    t->end[i] = end;
    t->busy[i] = (guint32) CLAMP(busy, 0, G_MAXUINT32);
}

static guint in_ring(const GstQsrTimes *t)
{
    return (guint) MIN(t->frames, GST_QSR_STATS_RING);
}

gdouble gst_qsr_times_fps(const GstQsrTimes *t, gint64 now)
{
    gint64 from = now - WINDOW;
    guint n = 0;

    // Backwards from the last frame.
    for (; n < in_ring(t); n++) {
        gint64 end = t->end[(t->frames - 1 - n) % GST_QSR_STATS_RING];

        if (end <= now - WINDOW)
            break;
        from = end;
    }
    if (n < in_ring(t)) // an earlier frame is known: the window is whole
        return (gdouble) n * G_USEC_PER_SEC / WINDOW;
    // It began within the window, with a frame.
    return n > 1 && now > from ? (gdouble) (n - 1) * G_USEC_PER_SEC / (gdouble) (now - from) : 0;
}

static int compare(const void *a, const void *b)
{
    guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

    return (x > y) - (x < y);
}

void gst_qsr_times_percentiles(const GstQsrTimes *t, const guint *percent, gdouble *ms, guint n)
{
    guint32 sorted[GST_QSR_STATS_RING];
    guint count = in_ring(t);

    memcpy(sorted, t->busy, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    for (guint i = 0; i < n; i++) {
        guint rank = (count * percent[i] + 99) / 100; // the smallest that so many do not exceed

        ms[i] = count ? sorted[MAX(rank, 1) - 1] / 1000.0 : 0;
    }
}

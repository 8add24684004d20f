// SPDX-License-Identifier: BSD-2-Clause
//
// Aspect ratios as fractions that cannot overflow: exact as long as numerator and
// denominator fit into 64 bits, which those of pictures do, and rounded beyond.

#ifndef GST_QSR_ASPECT_H
#define GST_QSR_ASPECT_H

#include <gst/gst.h>

G_BEGIN_DECLS

// In lowest terms, both positive.
typedef struct GstQsrRatio {
    guint64 num, den;
} GstQsrRatio;

// A ratio without numerator or denominator, which caps can hold, is taken for 1/1.
GstQsrRatio gst_qsr_ratio(guint64 num, guint64 den);
GstQsrRatio gst_qsr_ratio_times(GstQsrRatio a, GstQsrRatio b);
GstQsrRatio gst_qsr_ratio_inverse(GstQsrRatio a);
gboolean gst_qsr_ratio_equal(GstQsrRatio a, GstQsrRatio b);

// size * ratio, rounded to the nearest (halves up), within 1 and G_MAXINT.
gint gst_qsr_ratio_of(GstQsrRatio ratio, gint size);

// The ratio as a fraction of caps, rounded where it does not fit.
void gst_qsr_ratio_to_fraction(GstQsrRatio ratio, gint *num, gint *den);

G_END_DECLS

#endif

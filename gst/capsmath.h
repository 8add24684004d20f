// SPDX-License-Identifier: BSD-2-Clause
//
// Sizes in caps: what a factor makes of an int, a range (with its step) or a
// list, in both directions. No element in sight, so that tables can test it.

#ifndef GST_QSR_CAPSMATH_H
#define GST_QSR_CAPSMATH_H

#include <gst/gst.h>

#include "src/qsr.h"

G_BEGIN_DECLS

// Factors that may be used, in order of preference; 1/1 stands for passthrough.
#define GST_QSR_MAX_FACTORS 5
typedef struct {
    gint n;
    QsrScale scale[GST_QSR_MAX_FACTORS];
} GstQsrFactors;

// All factors an element could ever have: 2, 1.5, 3, 4, 1.
extern const GstQsrFactors gst_qsr_all_factors;

gboolean gst_qsr_scale_equal(QsrScale a, QsrScale b);

// 1.5 -> 3/2; in millionths, from 1 to 4. FALSE for any other value.
gboolean gst_qsr_scale_from_double(QsrScale *scale, gdouble value);

// Output pixels of `size` input pixels, to the nearest (halves up), and input pixels
// of `size` output pixels; 0 where there is no such picture (beyond the limits, or a
// size no input leads to, such as 7 at 1.5x). Only 1/1 knows no limit.
gint gst_qsr_size_up(QsrScale scale, gint size);
gint gst_qsr_size_down(QsrScale scale, gint size);

// The same for everything a "width" or "height" field can hold. `dest` is
// uninitialised memory, filled only on TRUE; FALSE: no size is possible.
//
// Exact, except where a stepped range cannot say it (1.5x of a range with odd
// step): then the result has the right ends, and a few sizes too many between
// them. It never lacks one.
gboolean gst_qsr_value_up(GValue *dest, const GValue *src, QsrScale scale);
gboolean gst_qsr_value_down(GValue *dest, const GValue *src, QsrScale scale);

// Questions about the sizes that such a field allows; NULL, a missing field, allows
// all. Steps and lists of ranges count.
gboolean gst_qsr_value_has(const GValue *value, gint size);
// The allowed size nearest to `size`, the smaller one of two; 0: there is none.
gint gst_qsr_value_nearest(const GValue *value, gint size);
// The largest allowed size up to `size`; 0: there is none.
gint gst_qsr_value_at_most(const GValue *value, gint size);

G_END_DECLS

#endif

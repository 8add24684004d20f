// SPDX-License-Identifier: BSD-2-Clause

#include "aspect.h"

static guint64 gcd(guint64 a, guint64 b)
{
    while (b) {
        guint64 r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static gint bits(guint64 x)
{
    gint n = 0;

    for (; x; x >>= 1)
        n++;
    return n;
}

GstQsrRatio gst_qsr_ratio(guint64 num, guint64 den)
{
    guint64 g = gcd(num, den);

    if (num == 0 || den == 0)
        return (GstQsrRatio) {1, 1};
    return (GstQsrRatio) {num / g, den / g};
}

// a * b >> shift, at least 1.
static guint64 product(guint64 a, guint64 b, gint shift)
{
    guint64 p = shift == 0 ? a * b : gst_util_uint64_scale(a, b, G_GUINT64_CONSTANT(1) << shift);

    return MAX(p, 1);
}

GstQsrRatio gst_qsr_ratio_times(GstQsrRatio a, GstQsrRatio b)
{
    GstQsrRatio p = gst_qsr_ratio(a.num, b.den), q = gst_qsr_ratio(b.num, a.den);
    gint shift = MAX(bits(p.num) + bits(q.num), bits(p.den) + bits(q.den)) - 64;

    // Both lose the same number of bits; a shift of 64 would need more than caps hold.
    shift = CLAMP(shift, 0, 63);
    return gst_qsr_ratio(product(p.num, q.num, shift), product(p.den, q.den, shift));
}

GstQsrRatio gst_qsr_ratio_inverse(GstQsrRatio a)
{
    return (GstQsrRatio) {a.den, a.num};
}

gboolean gst_qsr_ratio_equal(GstQsrRatio a, GstQsrRatio b)
{
    return a.num == b.num && a.den == b.den;
}

gint gst_qsr_ratio_of(GstQsrRatio ratio, gint size)
{
    guint64 n = gst_util_uint64_scale_round((guint64) MAX(size, 1), ratio.num, ratio.den);

    return (gint) CLAMP(n, 1, G_MAXINT);
}

void gst_qsr_ratio_to_fraction(GstQsrRatio ratio, gint *num, gint *den)
{
    gint shift = MAX(bits(MAX(ratio.num, ratio.den)) - 31, 0);

    ratio = gst_qsr_ratio(MAX(ratio.num >> shift, 1), MAX(ratio.den >> shift, 1));
    *num = (gint) ratio.num;
    *den = (gint) ratio.den;
}

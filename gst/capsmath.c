// SPDX-License-Identifier: BSD-2-Clause

#include "capsmath.h"

// 16384 both ways; the engine takes no larger input.
#define INPUT_LIMIT MIN(QSR_MAX_WIDTH, QSR_MAX_HEIGHT)

const GstQsrFactors gst_qsr_all_factors = {5, {{2, 1}, {3, 2}, {3, 1}, {4, 1}, {1, 1}}};

typedef struct {
    gint64 min, max, step;
} Range;

gboolean gst_qsr_scale_equal(QsrScale a, QsrScale b)
{
    return a.num == b.num && a.den == b.den;
}

static gint64 gcd(gint64 a, gint64 b)
{
    while (b) {
        gint64 r = a % b;
        a = b;
        b = r;
    }
    return a;
}

gboolean gst_qsr_scale_from_double(QsrScale *scale, gdouble value)
{
    const gint million = 1000000;
    gint num, g;

    if (!(value >= 1 && value <= 4))
        return FALSE;
    num = (gint) (value * million + 0.5);
    g = (gint) gcd(num, million);
    *scale = QSR_SCALE(num / g, million / g);
    return TRUE;
}

static gint64 input_limit(QsrScale scale)
{
    return scale.num == scale.den ? G_MAXINT : INPUT_LIMIT;
}

static gint64 up(QsrScale scale, gint64 size)
{
    return (2 * size * scale.num + scale.den) / (2 * scale.den);
}

// The smallest size that makes at least `size`.
static gint64 up_at_least(QsrScale scale, gint64 size)
{
    gint64 in = MAX(size * scale.den / scale.num - 1, 1);

    while (up(scale, in) < size)
        in++;
    return in;
}

static gboolean range_up(Range *r, QsrScale scale)
{
    gint64 limit = input_limit(scale);

    r->min = MAX(r->min, r->step);
    r->max = MIN(r->max, limit - limit % r->step);
    if (r->min > r->max)
        return FALSE;
    r->min = up(scale, r->min);
    r->max = up(scale, r->max);
    r->step = r->step * scale.num % scale.den == 0 ? r->step * scale.num / scale.den : 1;
    return TRUE;
}

static gboolean range_down(Range *r, QsrScale scale)
{
    gint64 limit = input_limit(scale), out = r->step, step = 1;

    // Multiples of `out` come from multiples of `step`.
    if (scale.den == 1)
        step = out / gcd(out, scale.num);
    else if (out % scale.num == 0)
        step = out / scale.num * scale.den;

    r->min = up_at_least(scale, MAX(r->min, 1));
    r->min = (r->min + step - 1) / step * step;
    r->max = MIN(up_at_least(scale, MAX(r->max, 0) + 1) - 1, limit);
    r->max = r->max / step * step;
    r->step = step;
    return r->min <= r->max;
}

gint gst_qsr_size_up(QsrScale scale, gint size)
{
    if (size < 1 || size > input_limit(scale))
        return 0;
    return (gint) up(scale, size);
}

gint gst_qsr_size_down(QsrScale scale, gint size)
{
    gint64 in;

    if (size < 1)
        return 0;
    in = up_at_least(scale, size);
    return in <= input_limit(scale) && up(scale, in) == size ? (gint) in : 0;
}

static gboolean convert(GValue *dest, const GValue *src, QsrScale scale, gboolean is_up)
{
    if (G_VALUE_HOLDS_INT(src)) {
        gint size = g_value_get_int(src);

        size = is_up ? gst_qsr_size_up(scale, size) : gst_qsr_size_down(scale, size);
        if (size == 0)
            return FALSE;
        g_value_init(dest, G_TYPE_INT);
        g_value_set_int(dest, size);
        return TRUE;
    }
    if (GST_VALUE_HOLDS_INT_RANGE(src)) {
        Range r = {gst_value_get_int_range_min(src), gst_value_get_int_range_max(src),
                   gst_value_get_int_range_step(src)};

        if (!(is_up ? range_up(&r, scale) : range_down(&r, scale)))
            return FALSE;
        if (r.min == r.max) {
            g_value_init(dest, G_TYPE_INT);
            g_value_set_int(dest, (gint) r.min);
        } else {
            g_value_init(dest, GST_TYPE_INT_RANGE);
            gst_value_set_int_range_step(dest, (gint) r.min, (gint) r.max, (gint) r.step);
        }
        return TRUE;
    }
    if (GST_VALUE_HOLDS_LIST(src)) {
        GValue list = G_VALUE_INIT;
        guint n;

        g_value_init(&list, GST_TYPE_LIST);
        for (guint i = 0; i < gst_value_list_get_size(src); i++) {
            GValue item = G_VALUE_INIT;

            if (convert(&item, gst_value_list_get_value(src, i), scale, is_up))
                gst_value_list_append_and_take_value(&list, &item);
        }
        n = gst_value_list_get_size(&list);
        if (n == 1) {
            const GValue *only = gst_value_list_get_value(&list, 0);

            g_value_init(dest, G_VALUE_TYPE(only));
            g_value_copy(only, dest);
        } else if (n > 1) {
            g_value_init(dest, GST_TYPE_LIST);
            g_value_copy(&list, dest);
        }
        g_value_unset(&list);
        return n > 0;
    }
    return FALSE;
}

gboolean gst_qsr_value_up(GValue *dest, const GValue *src, QsrScale scale)
{
    return convert(dest, src, scale, TRUE);
}

gboolean gst_qsr_value_down(GValue *dest, const GValue *src, QsrScale scale)
{
    return convert(dest, src, scale, FALSE);
}

// ----------------------------------------------------------------- questions ---

gint gst_qsr_value_at_most(const GValue *value, gint size)
{
    gint best = 0;

    if (!value)
        return MAX(size, 0);
    if (G_VALUE_HOLDS_INT(value)) {
        gint only = g_value_get_int(value);

        return only <= size ? MAX(only, 0) : 0;
    }
    if (GST_VALUE_HOLDS_INT_RANGE(value)) {
        gint step = gst_value_get_int_range_step(value);

        size = MIN(size, gst_value_get_int_range_max(value));
        size = size > 0 ? size - size % step : 0;
        return size >= gst_value_get_int_range_min(value) ? size : 0;
    }
    if (GST_VALUE_HOLDS_LIST(value)) {
        for (guint i = 0; i < gst_value_list_get_size(value); i++)
            best = MAX(best, gst_qsr_value_at_most(gst_value_list_get_value(value, i), size));
    }
    return best;
}

static gint at_least(const GValue *value, gint size)
{
    gint best = 0;

    if (!value)
        return MAX(size, 1);
    if (G_VALUE_HOLDS_INT(value)) {
        gint only = g_value_get_int(value);

        return only >= size ? MAX(only, 0) : 0;
    }
    if (GST_VALUE_HOLDS_INT_RANGE(value)) {
        gint64 step = gst_value_get_int_range_step(value);
        gint64 first = MAX(MAX(size, 1), gst_value_get_int_range_min(value));

        first = (first + step - 1) / step * step;
        return first <= gst_value_get_int_range_max(value) ? (gint) first : 0;
    }
    if (GST_VALUE_HOLDS_LIST(value)) {
        for (guint i = 0; i < gst_value_list_get_size(value); i++) {
            gint one = at_least(gst_value_list_get_value(value, i), size);

            if (one && (!best || one < best))
                best = one;
        }
    }
    return best;
}

gint gst_qsr_value_nearest(const GValue *value, gint size)
{
    gint below = gst_qsr_value_at_most(value, size), above = at_least(value, size);

    if (!below || !above)
        return MAX(below, above);
    return (gint64) size - below <= (gint64) above - size ? below : above;
}

gboolean gst_qsr_value_has(const GValue *value, gint size)
{
    return size > 0 && gst_qsr_value_at_most(value, size) == size;
}

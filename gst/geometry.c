// SPDX-License-Identifier: BSD-2-Clause

#include "geometry.h"

gboolean gst_qsr_is_interlaced(const GstVideoInfo *info)
{
    return GST_VIDEO_INFO_INTERLACE_MODE(info) != GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
}

gboolean gst_qsr_sizing_check_scale(gdouble scale, QsrError *err)
{
    QsrScale s;

    if (scale == 0 || gst_qsr_scale_from_double(&s, scale))
        return TRUE;
    err->code = QSR_ERR_INVALID;
    g_snprintf(err->message, sizeof(err->message),
               "scale=%g is not possible; use a number from 1 to 4, or 0 to let downstream decide",
               scale);
    return FALSE;
}

gint gst_qsr_lines_up(QsrScale factor, gint lines, gboolean interlaced)
{
    if (!interlaced)
        return gst_qsr_size_up(factor, lines);
    return lines % 2 == 0 ? 2 * gst_qsr_size_up(factor, lines / 2) : 0;
}

gint gst_qsr_lines_down(QsrScale factor, gint lines, gboolean interlaced)
{
    if (!interlaced)
        return gst_qsr_size_down(factor, lines);
    return lines % 2 == 0 ? 2 * gst_qsr_size_down(factor, lines / 2) : 0;
}

// ---------------------------------------------------------------------- dest ---

// Luma samples that one chroma sample stands for.
static void chroma_unit(const GstVideoInfo *info, gint *x, gint *y)
{
    *x = *y = 1;
    for (guint i = 0; i < GST_VIDEO_INFO_N_COMPONENTS(info); i++) {
        *x = MAX(*x, 1 << GST_VIDEO_FORMAT_INFO_W_SUB(info->finfo, i));
        *y = MAX(*y, 1 << GST_VIDEO_FORMAT_INFO_H_SUB(info->finfo, i));
    }
    if (gst_qsr_is_interlaced(info))
        *y *= 2;
}

// Centres `wanted` of `size`, in whole units.
static void centre(gint *start, gint *length, gint wanted, gint size, gint unit)
{
    *length = CLAMP((wanted + unit / 2) / unit, 1, size / unit) * unit;
    *start = (size - *length) / 2 / unit * unit;
}

static void place(GstVideoRectangle *dest, const GstVideoInfo *in, const GstVideoInfo *out)
{
    // The shape, in pixels of the output, that shows the input as it is meant.
    GstQsrRatio shape = gst_qsr_ratio((guint64) in->width, (guint64) in->height);
    gint w = out->width, h = out->height, unit_x, unit_y, to_w, to_h;

    shape = gst_qsr_ratio_times(shape, gst_qsr_ratio((guint64) in->par_n, (guint64) in->par_d));
    shape = gst_qsr_ratio_times(shape, gst_qsr_ratio((guint64) out->par_d, (guint64) out->par_n));
    to_w = gst_qsr_ratio_of(shape, h);
    to_h = gst_qsr_ratio_of(gst_qsr_ratio_inverse(shape), w);
    chroma_unit(out, &unit_x, &unit_y);
    *dest = (GstVideoRectangle) {0, 0, w, h};
    if (to_w == w || to_h == h) // as near as whole pixels can be
        return;
    if (to_h < h && h - to_h >= 2 * unit_y)
        centre(&dest->y, &dest->h, to_h, h, unit_y);
    else if (to_h > h && w - to_w >= 2 * unit_x)
        centre(&dest->x, &dest->w, to_w, w, unit_x);
}

// -------------------------------------------------------------------- factor ---

static gboolean is_one(QsrScale s)
{
    return s.num == s.den && s.num != 0; // 0/0 is QSR_SCALE_ANY
}

// -1, 0, 1
static gint compare(QsrScale a, QsrScale b)
{
    gint64 l = (gint64) a.num * b.den, r = (gint64) b.num * a.den;

    return (l > r) - (l < r);
}

static gboolean is_within_4x(gint in, gint dest)
{
    return dest >= in && (gint64) dest <= (gint64) in * 4;
}

static QsrScale choose_factor(const GstQsrSizing *sizing, const GstVideoInfo *in,
                              const GstVideoRectangle *dest)
{
    gboolean interlaced = gst_qsr_is_interlaced(in);
    QsrScale best = QSR_SCALE(1, 1), largest = QSR_SCALE(1, 1);

    if (dest->w <= in->width && dest->h <= in->height)
        return best;
    for (gint i = 0; i < sizing->factors.n; i++) {
        QsrScale f = sizing->factors.scale[i];
        gint w = gst_qsr_size_up(f, in->width);
        gint h = gst_qsr_lines_up(f, in->height, interlaced);

        if (is_one(f) || !w || !h)
            continue;
        if (w == dest->w && h == dest->h && (sizing->is_scaler || sizing->wish.num == 0))
            return f;
        if (compare(f, largest) > 0)
            largest = f;
        if (w < dest->w || h < dest->h ||
            (sizing->wish.num && !sizing->is_scaler && compare(f, sizing->wish) < 0))
            continue;
        if (is_one(best) || compare(f, best) < 0)
            best = f;
    }
    if (sizing->is_scaler && !is_one(largest) && is_within_4x(in->width, dest->w) &&
        is_within_4x(in->height, dest->h))
        return QSR_SCALE_ANY;
    return is_one(best) ? largest : best;
}

void gst_qsr_geometry_plan(GstQsrGeometry *g, const GstQsrSizing *sizing, const GstVideoInfo *in,
                           const GstVideoInfo *out)
{
    *g = (GstQsrGeometry) {.in_width = in->width,
                           .in_height = in->height,
                           .out_width = out->width,
                           .out_height = out->height,
                           .dest = {0, 0, out->width, out->height}};
    if (sizing->add_borders)
        place(&g->dest, in, out);
    g->factor = choose_factor(sizing, in, &g->dest);
    if (g->factor.num == 0) {
        g->net_width = g->dest.w;
        g->net_height = g->dest.h;
    } else if (is_one(g->factor)) {
        g->net_width = in->width;
        g->net_height = in->height;
    } else {
        g->net_width = gst_qsr_size_up(g->factor, in->width);
        g->net_height = gst_qsr_lines_up(g->factor, in->height, gst_qsr_is_interlaced(in));
    }
}

// ----------------------------------------------------------------- questions ---

static gboolean is_whole(const GstQsrGeometry *g)
{
    return g->dest.x == 0 && g->dest.y == 0 && g->dest.w == g->out_width &&
           g->dest.h == g->out_height;
}

gboolean gst_qsr_geometry_is_passthrough(const GstQsrGeometry *g)
{
    return is_whole(g) && is_one(g->factor) && g->in_width == g->out_width &&
           g->in_height == g->out_height;
}

gboolean gst_qsr_geometry_is_plain(const GstQsrGeometry *g)
{
    return is_one(g->factor);
}

gboolean gst_qsr_geometry_is_direct(const GstQsrGeometry *g)
{
    return is_whole(g) && g->net_width == g->out_width && g->net_height == g->out_height;
}

void gst_qsr_geometry_to_input(const GstQsrGeometry *g, gdouble *x, gdouble *y)
{
    *x = CLAMP(*x - g->dest.x, 0, g->dest.w - 1) * g->in_width / g->dest.w;
    *y = CLAMP(*y - g->dest.y, 0, g->dest.h - 1) * g->in_height / g->dest.h;
}

static gint scale_by(gint value, gint num, gint den)
{
    gint scaled = (gint) gst_util_uint64_scale_int_round((guint64) ABS((gint64) value), num, den);

    return value < 0 ? -scaled : scaled;
}

void gst_qsr_geometry_to_output(const GstQsrGeometry *g, gint *x, gint *y, gint *width,
                                gint *height)
{
    *x = g->dest.x + scale_by(*x, g->dest.w, g->in_width);
    *y = g->dest.y + scale_by(*y, g->dest.h, g->in_height);
    *width = scale_by(*width, g->dest.w, g->in_width);
    *height = scale_by(*height, g->dest.h, g->in_height);
}

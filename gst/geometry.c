// SPDX-License-Identifier: BSD-2-Clause

#include "geometry.h"

void gst_qsr_geometry_exact(GstQsrGeometry *g, QsrScale factor, gint in_width, gint in_height)
{
    g->in_width = in_width;
    g->in_height = in_height;
    g->factor = factor;
    g->net_width = g->out_width = gst_qsr_size_up(factor, in_width);
    g->net_height = g->out_height = gst_qsr_size_up(factor, in_height);
    g->dest = (GstVideoRectangle) {0, 0, g->out_width, g->out_height};
}

static gboolean is_whole(const GstQsrGeometry *g)
{
    return g->dest.x == 0 && g->dest.y == 0 && g->dest.w == g->out_width &&
           g->dest.h == g->out_height;
}

gboolean gst_qsr_geometry_is_passthrough(const GstQsrGeometry *g)
{
    return is_whole(g) && g->factor.num == g->factor.den && g->in_width == g->out_width &&
           g->in_height == g->out_height;
}

gboolean gst_qsr_geometry_is_direct(const GstQsrGeometry *g)
{
    return is_whole(g) && g->net_width == g->out_width && g->net_height == g->out_height;
}

void gst_qsr_geometry_to_input(const GstQsrGeometry *g, gdouble *x, gdouble *y)
{
    *x = (*x - g->dest.x) * g->in_width / g->dest.w;
    *y = (*y - g->dest.y) * g->in_height / g->dest.h;
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

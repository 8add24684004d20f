// SPDX-License-Identifier: BSD-2-Clause

#include "parts.h"

#define MAX_PHASE_DEN 65536 // of libqsr

void gst_qsr_shot_init(GstQsrShot *shot, const GstVideoFrame *frame, GstClockTime stream_time)
{
    const GstVideoInfo *info = &frame->info;

    shot->woven = FALSE;
    shot->field = -1;
    if (GST_VIDEO_INFO_INTERLACE_MODE(info) == GST_VIDEO_INTERLACE_MODE_ALTERNATE)
        shot->field = GST_VIDEO_FRAME_IS_BOTTOM_FIELD(frame) ? 1 : 0;
    else
        shot->woven = GST_VIDEO_FRAME_IS_INTERLACED(frame);

    shot->views = GST_QSR_ONE_VIEW;
    if (!(GST_VIDEO_INFO_MULTIVIEW_FLAGS(info) & GST_VIDEO_MULTIVIEW_FLAGS_MIXED_MONO) ||
        GST_BUFFER_FLAG_IS_SET(frame->buffer, GST_VIDEO_BUFFER_FLAG_MULTIPLE_VIEW)) {
        if (GST_VIDEO_INFO_MULTIVIEW_MODE(info) == GST_VIDEO_MULTIVIEW_MODE_SIDE_BY_SIDE)
            shot->views = GST_QSR_SIDE_BY_SIDE;
        else if (GST_VIDEO_INFO_MULTIVIEW_MODE(info) == GST_VIDEO_MULTIVIEW_MODE_TOP_BOTTOM)
            shot->views = GST_QSR_TOP_BOTTOM;
    }
    shot->stream_time = stream_time;
}

// What the model makes of a part; of a whole dimension it makes `whole`, in about n_parts
// such parts.
static gint net_size(QsrScale factor, gint part, gint n_parts, gint whole)
{
    if (factor.num > 0)
        return gst_qsr_size_up(factor, part);
    return (whole + n_parts - 1) / n_parts; // a scaler that makes any size
}

// Halves that can be told apart: chroma that two of them share cannot be divided, nor
// rows between fields.
static gboolean can_halve(gint in, gint net, gint dest, gint group)
{
    return in % (2 * group) == 0 && dest % (2 * group) == 0 && net % 2 == 0;
}

static void find_views(GstQsrParts *parts, const GstQsrGeometry *g, GstQsrViews views,
                       gint group_width, gint group_height)
{
    QsrScale f = g->factor;

    parts->columns = parts->rows = 1;
    if (views == GST_QSR_SIDE_BY_SIDE &&
        can_halve(g->in_width, g->net_width, g->dest.w, group_width) &&
        net_size(f, g->in_width / 2, 2, g->net_width) * 2 == g->net_width)
        parts->columns = 2;
    if (views == GST_QSR_TOP_BOTTOM &&
        can_halve(parts->in_frame_height, g->net_height, parts->dest.h, group_height) &&
        net_size(f, g->in_height / 2, 2, g->net_height) * 2 == g->net_height)
        parts->rows = 2;
}

// See docs/numerics.md, Fields. The whole way is from g->in_height to g->dest.h rows; the
// picture is moved where it has g->net_height of them.
static void find_phase(GstQsrParts *parts, const GstQsrGeometry *g)
{
    gint64 num = (gint64) (g->dest.h - g->in_height) * g->net_height;
    gint64 den = (gint64) 4 * g->dest.h * g->in_height;
    gint64 a = ABS(num), b = den;

    while (b) {
        gint64 rest = a % b;

        a = b;
        b = rest;
    }
    num /= a;
    den /= a;
    if (den > MAX_PHASE_DEN) { // to the nearest of those
        num = (num * MAX_PHASE_DEN * 2 + (num < 0 ? -den : den)) / (2 * den);
        den = MAX_PHASE_DEN;
    }
    num = CLAMP(num, -4 * den, 4 * den);
    parts->phase_num = (gint) num;
    parts->phase_den = (gint) den;
}

void gst_qsr_parts_init(GstQsrParts *parts, const GstQsrGeometry *g, const GstQsrShot *shot,
                        QsrFormat format)
{
    const gboolean fields = shot->woven || shot->field >= 0;
    gint group_width, group_height, halves;

    gst_qsr_compose_group(format, &group_width, &group_height);
    parts->field = shot->field;
    parts->n_fields = shot->woven ? 2 : 1;
    parts->in_frame_height = g->in_height;
    parts->out_frame_height = g->out_height;
    parts->dest = g->dest;
    if (shot->field >= 0) {
        parts->in_frame_height = (g->in_height + 1) / 2;
        parts->out_frame_height = (g->out_height + 1) / 2;
        parts->dest.y /= 2;
        parts->dest.h = (g->dest.h + 1) / 2;
    }
    group_height *= parts->n_fields;
    parts->dest.x -= parts->dest.x % group_width;
    parts->dest.y -= parts->dest.y % group_height;
    find_views(parts, g, shot->views, group_width, group_height);

    halves = fields ? 2 * parts->rows : parts->rows;
    parts->in_width = g->in_width / parts->columns;
    parts->in_height = (g->in_height + halves - 1) / halves;
    parts->net_width = net_size(g->factor, parts->in_width, parts->columns, g->net_width);
    parts->net_height = net_size(g->factor, parts->in_height, halves, g->net_height);
    parts->resized = g->net_width != g->dest.w || g->net_height != g->dest.h;
    parts->dest_width = parts->net_width;
    parts->dest_height = parts->net_height;
    if (parts->resized) {
        parts->dest_width = g->dest.w / parts->columns;
        parts->dest_height = (g->dest.h + halves - 1) / halves;
    }
    parts->phase_num = 0;
    parts->phase_den = 1;
    if (fields)
        find_phase(parts, g);
}

gint gst_qsr_parts_field(const GstQsrParts *parts, gint i)
{
    return parts->n_fields == 2 ? i % 2 : parts->field;
}

QsrPicture gst_qsr_parts_input(const GstQsrParts *parts, const QsrPicture *frame, gint i)
{
    gint width = frame->width / parts->columns, height = parts->in_frame_height / parts->rows;
    gint view = i / parts->n_fields;

    return gst_qsr_compose_cut(frame, view % parts->columns * width,
                               view / parts->columns * height, width, height);
}

QsrPicture gst_qsr_parts_output(const GstQsrParts *parts, const QsrPicture *frame, gint i)
{
    gint width = parts->dest.w / parts->columns, height = parts->dest.h / parts->rows;
    gint view = i / parts->n_fields;

    return gst_qsr_compose_cut(frame, parts->dest.x + view % parts->columns * width,
                               parts->dest.y + view / parts->columns * height, width, height);
}

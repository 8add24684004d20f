// SPDX-License-Identifier: BSD-2-Clause

#include "colour.h"

static const struct {
    GstVideoFormat gst;
    QsrFormat qsr;
} formats[] = {
    {GST_VIDEO_FORMAT_I420, QSR_FORMAT_I420},   {GST_VIDEO_FORMAT_YV12, QSR_FORMAT_I420},
    {GST_VIDEO_FORMAT_NV12, QSR_FORMAT_NV12},   {GST_VIDEO_FORMAT_NV21, QSR_FORMAT_NV21},
    {GST_VIDEO_FORMAT_Y444, QSR_FORMAT_Y444},   {GST_VIDEO_FORMAT_GRAY8, QSR_FORMAT_GRAY8},
    {GST_VIDEO_FORMAT_RGB, QSR_FORMAT_RGB},     {GST_VIDEO_FORMAT_BGR, QSR_FORMAT_BGR},
    {GST_VIDEO_FORMAT_RGBx, QSR_FORMAT_RGBX},   {GST_VIDEO_FORMAT_BGRx, QSR_FORMAT_BGRX},
    {GST_VIDEO_FORMAT_xRGB, QSR_FORMAT_XRGB},   {GST_VIDEO_FORMAT_xBGR, QSR_FORMAT_XBGR},
    {GST_VIDEO_FORMAT_RGBA, QSR_FORMAT_RGBA},   {GST_VIDEO_FORMAT_BGRA, QSR_FORMAT_BGRA},
    {GST_VIDEO_FORMAT_ARGB, QSR_FORMAT_ARGB},   {GST_VIDEO_FORMAT_ABGR, QSR_FORMAT_ABGR},
    {GST_VIDEO_FORMAT_NV16, QSR_FORMAT_NV16},   {GST_VIDEO_FORMAT_Y42B, QSR_FORMAT_Y42B},
    {GST_VIDEO_FORMAT_YUY2, QSR_FORMAT_YUY2},   {GST_VIDEO_FORMAT_UYVY, QSR_FORMAT_UYVY},
    {GST_VIDEO_FORMAT_AYUV, QSR_FORMAT_AYUV},   {GST_VIDEO_FORMAT_A420, QSR_FORMAT_A420},
    {GST_VIDEO_FORMAT_GBR, QSR_FORMAT_GBR},     {GST_VIDEO_FORMAT_GBRA, QSR_FORMAT_GBRA},
    {GST_VIDEO_FORMAT_RGBP, QSR_FORMAT_GBR},    {GST_VIDEO_FORMAT_BGRP, QSR_FORMAT_GBR},
    {GST_VIDEO_FORMAT_I420_10LE, QSR_FORMAT_I420_10LE},
    {GST_VIDEO_FORMAT_I422_10LE, QSR_FORMAT_I422_10LE},
    {GST_VIDEO_FORMAT_Y444_10LE, QSR_FORMAT_Y444_10LE},
    {GST_VIDEO_FORMAT_P010_10LE, QSR_FORMAT_P010_10LE},
    {GST_VIDEO_FORMAT_Y210, QSR_FORMAT_Y210},
    {GST_VIDEO_FORMAT_GBR_10LE, QSR_FORMAT_GBR_10LE},
    {GST_VIDEO_FORMAT_RGB10A2_LE, QSR_FORMAT_RGB10A2_LE},
};

gboolean gst_qsr_format(QsrFormat *format, GstVideoFormat gst)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].gst == gst) {
            *format = formats[i].qsr;
            return TRUE;
        }
    }
    return FALSE;
}

// GstVideoInfo up to 1.22 forgets a chroma-site when it has to guess the
// colorimetry, and knows none when the colorimetry is given and the site is
// not. So: what the caps say, else the rule of 1.24, which is the guess of
// 1.22 made independent of the other field.
static GstVideoChromaSite effective_site(const GstVideoInfo *info, const GstStructure *s)
{
    const gchar *text = gst_structure_get_string(s, "chroma-site");
    GstVideoChromaSite site = GST_VIDEO_CHROMA_SITE_UNKNOWN;

    if (!GST_VIDEO_INFO_IS_YUV(info))
        return GST_VIDEO_CHROMA_SITE_UNKNOWN;
    if (text)
        site = gst_video_chroma_site_from_string(text);
    if (site != GST_VIDEO_CHROMA_SITE_UNKNOWN)
        return site;
    return GST_VIDEO_INFO_HEIGHT(info) > 576 ? GST_VIDEO_CHROMA_SITE_H_COSITED
                                             : GST_VIDEO_CHROMA_SITE_NONE;
}

gboolean gst_qsr_colour_from_caps(GstQsrColour *colour, const GstCaps *caps)
{
    if (!gst_video_info_from_caps(&colour->info, caps))
        return FALSE;
    colour->colorimetry = colour->info.colorimetry;
    colour->site = effective_site(&colour->info, gst_caps_get_structure(caps, 0));
    return TRUE;
}

void gst_qsr_colour_write(const GstQsrColour *colour, GstStructure *structure)
{
    const gchar *text = gst_structure_get_string(structure, "colorimetry");
    GstVideoColorimetry cinfo;

    // A spelling of the caps' own is kept: strings are compared when caps meet.
    if (!text || !gst_video_colorimetry_from_string(&cinfo, text) ||
        !gst_video_colorimetry_is_equal(&cinfo, &colour->colorimetry)) {
        gchar *made = gst_video_colorimetry_to_string(&colour->colorimetry);

        if (made)
            gst_structure_set(structure, "colorimetry", G_TYPE_STRING, made, NULL);
        g_free(made);
    }

    text = gst_structure_get_string(structure, "chroma-site");
    if (colour->site != GST_VIDEO_CHROMA_SITE_UNKNOWN &&
        (!text || gst_video_chroma_site_from_string(text) != colour->site)) {
        gchar *made = gst_video_chroma_site_to_string(colour->site);

        if (made)
            gst_structure_set(structure, "chroma-site", G_TYPE_STRING, made, NULL);
        g_free(made);
    }
}

static QsrMatrix matrix_of(const GstQsrColour *colour)
{
    switch (colour->colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT601:
        return QSR_MATRIX_BT601;
    case GST_VIDEO_COLOR_MATRIX_BT709:
        return QSR_MATRIX_BT709;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
        return QSR_MATRIX_BT2020;
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
        return QSR_MATRIX_SMPTE240M;
    case GST_VIDEO_COLOR_MATRIX_FCC:
        return QSR_MATRIX_FCC;
    default:
        // Unknown, or RGB on a YUV format, which GstVideoInfo replaces by this.
        return GST_VIDEO_INFO_HEIGHT(&colour->info) > 576 ? QSR_MATRIX_BT709 : QSR_MATRIX_BT601;
    }
}

static QsrChromaSite site_of(GstVideoChromaSite site)
{
    gboolean h = (site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0;
    gboolean v = (site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;

    return h ? (v ? QSR_SITE_TOP_LEFT : QSR_SITE_LEFT) : (v ? QSR_SITE_TOP : QSR_SITE_CENTER);
}

void gst_qsr_picture_init(QsrPicture *pic, const GstQsrColour *colour, gint width, gint height)
{
    memset(pic, 0, sizeof(*pic));
    if (!gst_qsr_format(&pic->format, GST_VIDEO_INFO_FORMAT(&colour->info)))
        g_assert_not_reached(); // the pad templates let no other format through
    pic->width = width;
    pic->height = height;
    pic->matrix = matrix_of(colour);
    pic->range = colour->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? QSR_RANGE_FULL
                                                                          : QSR_RANGE_LIMITED;
    pic->site = site_of(colour->site);
}

// GStreamer's plane of a picture's plane. With one component per plane they may be in
// any order: YV12 is I420 here, and planar RGB is G, B, R.
static gint plane_of(const GstVideoFormatInfo *format, gint n_planes, gint i)
{
    if (n_planes < 3)
        return i;
    return GST_VIDEO_FORMAT_INFO_PLANE(
        format, GST_VIDEO_FORMAT_INFO_IS_RGB(format) && i < 3 ? (i + 1) % 3 : i);
}

void gst_qsr_picture_set_frame(QsrPicture *pic, const GstVideoFrame *frame)
{
    gint n = qsr_format_planes(pic->format);

    for (gint i = 0; i < n; i++) {
        gint plane = plane_of(frame->info.finfo, n, i);

        pic->data[i] = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
        pic->stride[i] = GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
    }
}

void gst_qsr_picture_to_frame(const QsrPicture *pic, GstVideoFrame *frame)
{
    gint n = qsr_format_planes(pic->format);

    for (gint i = 0; i < n; i++) {
        gint plane = plane_of(frame->info.finfo, n, i);

        frame->data[plane] = pic->data[i];
        frame->info.stride[plane] = (gint) pic->stride[i];
    }
}

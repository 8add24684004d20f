// SPDX-License-Identifier: BSD-2-Clause

#include "resize.h"

// The parts of a frame (fields, views) have one size, or two where it is odd.
#define MAX_CONVERTERS 2

struct GstQsrResizer {
    GstQsrColour colour;
    guint n_threads;
    struct {
        GstVideoConverter *converter;
        GstVideoInfo from, to;
        gboolean enlarged;
    } kept[MAX_CONVERTERS];
    guint next; // to be replaced
};

GstQsrResizer *gst_qsr_resizer_new(void)
{
    return g_new0(GstQsrResizer, 1);
}

static void forget(GstQsrResizer *r)
{
    for (guint i = 0; i < MAX_CONVERTERS; i++)
        g_clear_pointer(&r->kept[i].converter, gst_video_converter_free);
}

void gst_qsr_resizer_free(GstQsrResizer *r)
{
    if (r)
        forget(r);
    g_free(r);
}

void gst_qsr_resizer_set_up(GstQsrResizer *r, const GstQsrColour *colour, guint n_threads)
{
    forget(r);
    r->colour = *colour;
    r->n_threads = n_threads;
}

// A progressive picture of that size, whatever it is a part of.
static void make_info(const GstQsrResizer *r, GstVideoInfo *info, const QsrPicture *pic)
{
    gst_video_info_set_format(info, GST_VIDEO_INFO_FORMAT(&r->colour.info), (guint) pic->width,
                              (guint) pic->height);
    info->colorimetry = r->colour.colorimetry;
    info->chroma_site = r->colour.site;
}

static guint taps_of(GstStructure *options, gint from, gint to)
{
    GstVideoScaler *scaler = gst_video_scaler_new(GST_VIDEO_RESAMPLER_METHOD_CUBIC,
                                                  GST_VIDEO_SCALER_FLAG_NONE, 0, (guint) from,
                                                  (guint) to, options);
    guint taps = gst_video_scaler_get_max_taps(scaler);

    gst_video_scaler_free(scaler);
    return taps;
}

// GStreamer scales luma and chroma of packed 4:2:2 with the same number of taps, and
// cannot if chroma has not even that many pixels.
static gboolean is_too_narrow(GstStructure *options, const GstVideoInfo *from,
                              const GstVideoInfo *to, guint taps)
{
    if (GST_VIDEO_INFO_N_PLANES(from) > 1 || GST_VIDEO_INFO_COMP_DEPTH(from, 0) > 8 ||
        !GST_VIDEO_FORMAT_INFO_W_SUB(from->finfo, 1))
        return FALSE;
    if (taps == 0)
        taps = taps_of(options, from->width, to->width);
    return taps > (guint) (from->width + 1) / 2;
}

// Catmull-Rom (docs/element.md has what that is chosen from). Nothing is dithered, so that
// still pictures stay still and every machine makes the same.
static GstVideoConverter *make(GstVideoInfo *from, GstVideoInfo *to, gboolean enlarged,
                               guint n_threads)
{
    GstVideoResamplerMethod method = GST_VIDEO_RESAMPLER_METHOD_CUBIC;
    guint taps = enlarged ? 4 : 0; // 0: as many as details need that become smaller
    GstStructure *options = gst_structure_new(
        "options", GST_VIDEO_RESAMPLER_OPT_CUBIC_B, G_TYPE_DOUBLE, 0.0,
        GST_VIDEO_RESAMPLER_OPT_CUBIC_C, G_TYPE_DOUBLE, 0.5,
        GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
        GST_VIDEO_DITHER_NONE, GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, n_threads, NULL);

    if (is_too_narrow(options, from, to, taps)) {
        method = GST_VIDEO_RESAMPLER_METHOD_LINEAR;
        taps = from->width > 2 ? 2 : 1;
    }
    gst_structure_set(options, GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD,
                      GST_TYPE_VIDEO_RESAMPLER_METHOD, method,
                      GST_VIDEO_CONVERTER_OPT_RESAMPLER_TAPS, G_TYPE_UINT, taps, NULL);
    return gst_video_converter_new(from, to, options);
}

static GstVideoConverter *find(GstQsrResizer *r, const GstVideoInfo *from, const GstVideoInfo *to,
                               gboolean enlarged)
{
    guint i;

    for (i = 0; i < MAX_CONVERTERS; i++) {
        if (r->kept[i].converter && r->kept[i].enlarged == enlarged &&
            gst_video_info_is_equal(&r->kept[i].from, from) &&
            gst_video_info_is_equal(&r->kept[i].to, to))
            return r->kept[i].converter;
    }
    i = r->next++ % MAX_CONVERTERS;
    g_clear_pointer(&r->kept[i].converter, gst_video_converter_free);
    r->kept[i].from = *from;
    r->kept[i].to = *to;
    r->kept[i].enlarged = enlarged;
    r->kept[i].converter = make(&r->kept[i].from, &r->kept[i].to, enlarged, r->n_threads);
    return r->kept[i].converter;
}

gboolean gst_qsr_resizer_run(GstQsrResizer *r, const QsrPicture *to, const QsrPicture *from,
                             gboolean enlarged)
{
    GstVideoFrame in = {.flags = GST_VIDEO_FRAME_FLAG_NONE}, out = in;
    GstVideoConverter *converter;

    make_info(r, &in.info, from);
    make_info(r, &out.info, to);
    converter = find(r, &in.info, &out.info, enlarged);
    if (!converter)
        return FALSE;
    gst_qsr_picture_to_frame(from, &in);
    gst_qsr_picture_to_frame(to, &out);
    gst_video_converter_frame(converter, &in, &out);
    return TRUE;
}

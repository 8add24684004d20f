// SPDX-License-Identifier: BSD-2-Clause
//
// What is measured in pixels and travels with the pictures.

#include <gst/video/navigation.h>
#include <gst/video/video.h>

#include "element.h"

// GStreamer's own transformation for a new size forgets the parameters (for
// encoders: the quality of a region) up to 1.22.
static void scale_region(GstBuffer *outbuf, const GstVideoRegionOfInterestMeta *meta,
                         const GstQsrGeometry *g)
{
    gint x = (gint) meta->x, y = (gint) meta->y, w = (gint) meta->w, h = (gint) meta->h;
    GstVideoRegionOfInterestMeta *to;

    gst_qsr_geometry_to_output(g, &x, &y, &w, &h);
    to = gst_buffer_add_video_region_of_interest_meta_id(outbuf, meta->roi_type, (guint) x,
                                                         (guint) y, (guint) w, (guint) h);
    to->id = meta->id;
    to->parent_id = meta->parent_id;
    for (const GList *l = meta->params; l; l = l->next)
        gst_video_region_of_interest_meta_add_param(to, gst_structure_copy(l->data));
}

// Overlays (subtitles) that downstream blends are placed in pixels of the frame
// they came with; GStreamer copies them unchanged.
static void scale_overlays(GstBuffer *outbuf, const GstVideoOverlayCompositionMeta *meta,
                           const GstQsrGeometry *g)
{
    GstVideoOverlayComposition *from = meta->overlay, *to = NULL;
    guint n = gst_video_overlay_composition_n_rectangles(from);

    for (guint i = 0; i < n; i++) {
        GstVideoOverlayRectangle *r = gst_video_overlay_composition_get_rectangle(from, i);
        gint x, y, w, h;
        guint width, height;

        r = gst_video_overlay_rectangle_copy(r);
        gst_video_overlay_rectangle_get_render_rectangle(r, &x, &y, &width, &height);
        w = (gint) width;
        h = (gint) height;
        gst_qsr_geometry_to_output(g, &x, &y, &w, &h);
        gst_video_overlay_rectangle_set_render_rectangle(r, x, y, (guint) w, (guint) h);
        if (to)
            gst_video_overlay_composition_add_rectangle(to, r);
        else
            to = gst_video_overlay_composition_new(r);
        gst_video_overlay_rectangle_unref(r);
    }
    if (to) {
        gst_buffer_add_video_overlay_composition_meta(outbuf, to);
        gst_video_overlay_composition_unref(to);
    }
}

// ---------------------------------------------------------------------- crop ---

// GstVideoCropMeta has two uses. A decoder or videocrop announces the size of the crop
// in the caps, and GstVideoMeta says how large the picture is that it lies in. Or it is
// a rectangle within a picture that is as large as the caps say.
static gboolean is_part_of_larger(const GstVideoCropMeta *crop, gint width, gint height,
                                  const GstVideoInfo *info)
{
    return (gint) crop->width == info->width && (gint) crop->height == info->height &&
           crop->x <= (guint) (width - info->width) && crop->y <= (guint) (height - info->height);
}

// Moves the frame's planes to a pixel. As videocrop copies: brightness from that pixel on,
// chroma from the sample on that it belongs to. To a pixel on the left where they share a
// group (YUY2), and to a line above that belongs to a top field and has chroma of its own.
static void move_to(GstVideoFrame *frame, gint x, gint y, gboolean woven)
{
    const GstVideoFormatInfo *format = frame->info.finfo;
    gint unit_x = 1, unit_y = 1;

    for (guint i = 0; i < GST_VIDEO_FRAME_N_COMPONENTS(frame); i++) {
        if (GST_VIDEO_FORMAT_INFO_PLANE(format, i) == 0)
            unit_x = MAX(unit_x, 1 << GST_VIDEO_FORMAT_INFO_W_SUB(format, i));
        if (woven)
            unit_y = MAX(unit_y, 2 << GST_VIDEO_FORMAT_INFO_H_SUB(format, i));
    }
    x -= x % unit_x;
    y -= y % unit_y;
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(frame); p++) {
        gint comp[GST_VIDEO_MAX_COMPONENTS];

        gst_video_format_info_component(format, p, comp);
        frame->data[p] = (guint8 *) frame->data[p] +
                         (gssize) (y >> GST_VIDEO_FORMAT_INFO_H_SUB(format, comp[0])) *
                             GST_VIDEO_FRAME_PLANE_STRIDE(frame, p) +
                         (gssize) (x >> GST_VIDEO_FORMAT_INFO_W_SUB(format, comp[0])) *
                             GST_VIDEO_FORMAT_INFO_PSTRIDE(format, comp[0]);
    }
}

gboolean gst_qsr_buffer_fits(GstBuffer *buffer, const GstVideoInfo *info)
{
    const GstVideoMeta *video = gst_buffer_get_video_meta(buffer);

    return !video ||
           (video->format == GST_VIDEO_INFO_FORMAT(info) && (gint) video->width >= info->width &&
            (gint) video->height >= info->height);
}

static gboolean is_larger(const GstVideoMeta *video, const GstVideoInfo *info)
{
    return video && ((gint) video->width > info->width || (gint) video->height > info->height);
}

void gst_qsr_crop_frame(GstVideoFrame *frame, const GstVideoInfo *info, gboolean is_input)
{
    const GstVideoMeta *video = gst_buffer_get_video_meta(frame->buffer);
    const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(frame->buffer);
    const GstVideoInterlaceMode mode = GST_VIDEO_INFO_INTERLACE_MODE(info);
    const gboolean woven = mode == GST_VIDEO_INTERLACE_MODE_INTERLEAVED ||
                           mode == GST_VIDEO_INTERLACE_MODE_MIXED;

    if (is_input && is_larger(video, info) && crop &&
        is_part_of_larger(crop, (gint) video->width, (gint) video->height, info))
        move_to(frame, (gint) crop->x, (gint) crop->y, woven);
    frame->info.width = info->width;
    frame->info.height = info->height;
}

static void scale_crop(GstBuffer *outbuf, const GstVideoCropMeta *crop, GstBuffer *inbuf,
                       const GstQsrGeometry *g, const GstVideoInfo *info)
{
    const GstVideoMeta *video = gst_buffer_get_video_meta(inbuf);
    gint x = (gint) crop->x, y = (gint) crop->y;
    gint w = (gint) crop->width, h = (gint) crop->height;
    GstVideoCropMeta *to;

    if (is_larger(video, info))
        return; // gst_qsr_crop_frame() has done it
    gst_qsr_geometry_to_output(g, &x, &y, &w, &h);
    to = gst_buffer_add_video_crop_meta(outbuf);
    to->x = (guint) x;
    to->y = (guint) y;
    to->width = (guint) w;
    to->height = (guint) h;
}

gboolean gst_qsr_transform_meta(GstBuffer *outbuf, GstMeta *meta, GstBuffer *inbuf,
                                const GstQsrGeometry *g, GstVideoInfo *in_info,
                                GstVideoInfo *out_info, gboolean *handled)
{
    // Colours and orientation do not change, so what depends on them stays true.
    static const gchar *const known[] = {
        GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_ORIENTATION_STR, GST_META_TAG_VIDEO_SIZE_STR,
        GST_META_TAG_VIDEO_COLORSPACE_STR, NULL
    };
    const GstMetaInfo *info = meta->info;
    const gchar *const *tags = gst_meta_api_type_get_tags(info->api);
    gboolean by_size = FALSE;

    *handled = TRUE;
    if (info->api == GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE) {
        scale_overlays(outbuf, (const GstVideoOverlayCompositionMeta *) meta, g);
        return FALSE;
    }
    if (info->api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE) {
        scale_region(outbuf, (const GstVideoRegionOfInterestMeta *) meta, g);
        return FALSE;
    }
    if (info->api == GST_VIDEO_CROP_META_API_TYPE) {
        scale_crop(outbuf, (const GstVideoCropMeta *) meta, inbuf, g, in_info);
        return FALSE;
    }
    for (; tags && *tags; tags++) {
        if (!g_strv_contains(known, *tags)) {
            *handled = FALSE;
            return FALSE;
        }
        by_size |= strcmp(*tags, GST_META_TAG_VIDEO_SIZE_STR) == 0;
    }
    if (by_size && info->transform_func) {
        GstVideoMetaTransform data = {in_info, out_info};

        // The scaled meta is added here; TRUE would add the unscaled one too.
        info->transform_func(outbuf, meta, inbuf, gst_video_meta_transform_scale_get_quark(),
                             &data);
        return FALSE;
    }
    return TRUE;
}

GstEvent *gst_qsr_map_navigation(GstEvent *event, const GstQsrGeometry *g)
{
    gdouble x, y;

    if (!gst_navigation_event_get_coordinates(event, &x, &y))
        return event;
    event = GST_EVENT(gst_mini_object_make_writable(GST_MINI_OBJECT(event)));
    gst_qsr_geometry_to_input(g, &x, &y);
    gst_navigation_event_set_coordinates(event, x, y);
    return event;
}

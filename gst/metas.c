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

// SPDX-License-Identifier: BSD-2-Clause

#include <gst/allocators/gstdmabuf.h>

#include "element.h"

// ---------------------------------------------------------------- painter ---

void gst_qsr_upscale_log(void *opaque, QsrLogLevel level, const char *message)
{
    static const GstDebugLevel levels[] = {
        [QSR_LOG_ERROR] = GST_LEVEL_ERROR,
        [QSR_LOG_WARNING] = GST_LEVEL_WARNING,
        [QSR_LOG_INFO] = GST_LEVEL_INFO,
        [QSR_LOG_DEBUG] = GST_LEVEL_DEBUG,
    };

    // What does not go as asked for is for the application, too.
    if (level <= QSR_LOG_WARNING)
        GST_ELEMENT_WARNING(opaque, RESOURCE, FAILED, ("%s", message), (NULL));
    else
        GST_CAT_LEVEL_LOG(GST_CAT_DEFAULT, levels[level], opaque, "%s", message);
}

int gst_qsr_upscale_update_painter(GstQsrUpscale *self, const GstQsrCanvas *canvas,
                                   GstQsrModels *models, gint serial, QsrError *err)
{
    GstQsrEngineSettings settings;
    int ret;

    GST_OBJECT_LOCK(self);
    gst_qsr_engine_settings_copy(&settings, &self->engine);
    GST_OBJECT_UNLOCK(self);
    ret = gst_qsr_painter_set_up(self->painter, canvas, models, &settings, err);
    gst_qsr_engine_settings_clear(&settings);
    if (ret >= 0)
        gst_qsr_upscale_live_set_up(self, canvas, serial != self->painter_serial);
    // A change that failed once would fail with every frame.
    self->painter_serial = serial;
    return ret;
}

void gst_qsr_upscale_post_engine_error(GstQsrUpscale *self, const QsrError *err)
{
    if (err->code == QSR_ERR_NOMEM)
        GST_ELEMENT_ERROR(self, RESOURCE, NO_SPACE_LEFT, ("%s", err->message), (NULL));
    else
        GST_ELEMENT_ERROR(self, LIBRARY, INIT, ("%s", err->message), (NULL));
}

// -------------------------------------------------------------------- frames ---

static GstClockTime stream_time_of(GstBaseTransform *trans, GstBuffer *buffer)
{
    if (trans->segment.format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID(buffer))
        return GST_CLOCK_TIME_NONE;
    return gst_segment_to_stream_time(&trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

static GstFlowReturn paint(GstQsrUpscale *self, gint rung, const GstVideoFrame *in,
                           const GstVideoFrame *out)
{
    gint64 start = g_get_monotonic_time();
    GstQsrLook look;
    GstQsrShot shot;
    QsrError err;

    GST_OBJECT_LOCK(self);
    look = self->look;
    GST_OBJECT_UNLOCK(self);
    gst_qsr_shot_init(&shot, in, stream_time_of(GST_BASE_TRANSFORM(self), in->buffer));
    if (gst_qsr_painter_paint(self->painter, rung, &look, &shot, in, out, &err) < 0) {
        GST_ELEMENT_ERROR(self, STREAM, FAILED, ("%s", err.message), (NULL));
        return GST_FLOW_ERROR;
    }
    GST_OBJECT_LOCK(self);
    self->columns = gst_qsr_painter_columns(self->painter);
    GST_OBJECT_UNLOCK(self);
    GST_CAT_LOG_OBJECT(gst_qsr_performance_debug, self, "%dx%d to %dx%d in %.3f ms",
                       in->info.width, in->info.height, out->info.width, out->info.height,
                       (gdouble) (g_get_monotonic_time() - start) / 1000);
    return GST_FLOW_OK;
}

static gboolean map_frame(GstQsrUpscale *self, GstVideoFrame *frame, GstVideoInfo *info,
                          GstBuffer *buffer, GstMapFlags flags)
{
    GstMapInfo map;

    // The buffer outlives the mapping.
    if (gst_qsr_buffer_fits(buffer, info) &&
        gst_video_frame_map(frame, info, buffer,
                            flags | (GstMapFlags) GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
        gst_qsr_crop_frame(frame, info, (flags & GST_MAP_WRITE) == 0);
        return TRUE;
    }
    if (gst_buffer_map(buffer, &map, flags)) {
        gst_buffer_unmap(buffer, &map);
        GST_ELEMENT_ERROR(self, STREAM, FAILED,
                          ("a buffer of %" G_GSIZE_FORMAT " bytes is no %s picture of %dx%d",
                           gst_buffer_get_size(buffer), GST_VIDEO_INFO_NAME(info), info->width,
                           info->height),
                          (NULL));
    } else {
        const GstMemory *memory = gst_buffer_peek_memory(buffer, 0);
        const gchar *type = memory->allocator ? memory->allocator->mem_type : "unknown";

        if (flags & GST_MAP_WRITE)
            GST_ELEMENT_ERROR(self, RESOURCE, WRITE,
                              ("the %s memory that downstream offers cannot be written", type),
                              (NULL));
        else
            GST_ELEMENT_ERROR(self, RESOURCE, READ,
                              ("the CPU cannot read %s memory; put an element that downloads to "
                               "system memory in front of qsrupscale", type),
                              (NULL));
    }
    return FALSE;
}

// A DSP can read a decoder's dma-buf where it lies. What has to be forgotten again,
// or NULL.
static gpointer share_input(QsrContext *engine, GstBuffer *buffer, const GstVideoFrame *frame)
{
    const GstMapInfo *map = &frame->map[0];
    GstMemory *memory = map->memory;
    guint8 *start;

    if (gst_buffer_n_memory(buffer) != 1 || !memory || !gst_is_dmabuf_memory(memory))
        return NULL;
    start = map->data - memory->offset; // of the mapping
    return qsr_share_memory(engine, start, memory->maxsize,
                            gst_dmabuf_memory_get_fd(memory))
               ? start
               : NULL;
}

// The parent's would post a warning and push an unwritten picture where a
// buffer cannot be mapped.
static GstFlowReturn gst_qsr_upscale_transform(GstBaseTransform *trans, GstBuffer *inbuf,
                                               GstBuffer *outbuf)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);
    GstVideoFilter *filter = GST_VIDEO_FILTER(trans);
    GstVideoFrame in, out;
    GstQsrModels *models = NULL;
    QsrContext *engine;
    gpointer shared;
    GstFlowReturn ret;
    gint serial, rung;
    QsrError err;

    if (!filter->negotiated || !gst_qsr_painter_is_ready(self->painter))
        return GST_FLOW_NOT_NEGOTIATED;

    GST_OBJECT_LOCK(self);
    serial = self->serial;
    // If sizes may change with it, that comes first: with the next frame.
    if (serial != self->painter_serial && self->selection == self->planned)
        models = gst_qsr_models_ref(self->models);
    GST_OBJECT_UNLOCK(self);
    if (models) {
        if (gst_qsr_upscale_update_painter(self, NULL, models, serial, &err) < 0)
            GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", err.message),
                                ("going on with the former settings"));
        gst_qsr_models_unref(models);
    }

    if (!map_frame(self, &in, &filter->in_info, inbuf, GST_MAP_READ))
        return GST_FLOW_ERROR;
    if (!map_frame(self, &out, &filter->out_info, outbuf, GST_MAP_WRITE)) {
        gst_video_frame_unmap(&in);
        return GST_FLOW_ERROR;
    }
    rung = gst_qsr_upscale_live_begin(self, inbuf, &in);
    engine = gst_qsr_painter_engine(self->painter, rung);
    shared = engine ? share_input(engine, inbuf, &in) : NULL;
    ret = paint(self, rung, &in, &out);
    if (shared)
        qsr_forget_memory(engine, shared);
    if (ret == GST_FLOW_OK)
        gst_qsr_upscale_live_end(self, inbuf, rung);
    gst_video_frame_unmap(&out);
    gst_video_frame_unmap(&in);
    return ret;
}

static gboolean gst_qsr_upscale_transform_meta(GstBaseTransform *trans, GstBuffer *outbuf,
                                               GstMeta *meta, GstBuffer *inbuf)
{
    GstVideoFilter *filter = GST_VIDEO_FILTER(trans);
    gboolean handled;
    gboolean ret = gst_qsr_transform_meta(outbuf, meta, inbuf, &GST_QSR_UPSCALE(trans)->geometry,
                                          &filter->in_info, &filter->out_info, &handled);

    return handled ? ret
                   : gst_qsr_upscale_parent()->transform_meta(trans, outbuf, meta,
                                                                            inbuf);
}

// What painting is made of; transform() maps the buffers itself.
static GstFlowReturn gst_qsr_upscale_transform_frame(GstVideoFilter *filter, GstVideoFrame *in,
                                                     GstVideoFrame *out)
{
    return paint(GST_QSR_UPSCALE(filter), 0, in, out);
}

static gboolean gst_qsr_upscale_src_event(GstBaseTransform *trans, GstEvent *event)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);

    if (GST_EVENT_TYPE(event) == GST_EVENT_LATENCY)
        gst_qsr_upscale_live_look(self);
    if (GST_EVENT_TYPE(event) == GST_EVENT_QOS && !gst_qsr_upscale_live_qos(self, event))
        return gst_pad_push_event(GST_BASE_TRANSFORM_SINK_PAD(trans), event);
    if (GST_EVENT_TYPE(event) == GST_EVENT_NAVIGATION) {
        GstQsrGeometry g;
        gboolean moved;

        GST_OBJECT_LOCK(self);
        g = self->geometry;
        moved = gst_qsr_look_navigate(&self->look, &self->dragging, event, &g, self->columns);
        GST_OBJECT_UNLOCK(self);
        if (moved)
            g_object_notify(G_OBJECT(self), "divider");
        if (g.in_width > 0)
            event = gst_qsr_map_navigation(event, &g);
    }
    return gst_qsr_upscale_parent()->src_event(trans, event);
}

void gst_qsr_upscale_install_frames(GstBaseTransformClass *klass)
{
    klass->transform = GST_DEBUG_FUNCPTR(gst_qsr_upscale_transform);
    klass->transform_meta = GST_DEBUG_FUNCPTR(gst_qsr_upscale_transform_meta);
    klass->src_event = GST_DEBUG_FUNCPTR(gst_qsr_upscale_src_event);
    GST_VIDEO_FILTER_CLASS(klass)->transform_frame =
        GST_DEBUG_FUNCPTR(gst_qsr_upscale_transform_frame);
}

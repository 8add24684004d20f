// SPDX-License-Identifier: BSD-2-Clause

#include "element.h"

static void post_model_error(GstQsrUpscale *self, const QsrError *err)
{
    switch (err->code) {
    case QSR_ERR_NOT_FOUND:
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s", err->message), (NULL));
        break;
    case QSR_ERR_IO:
        GST_ELEMENT_ERROR(self, RESOURCE, OPEN_READ, ("%s", err->message), (NULL));
        break;
    case QSR_ERR_NOMEM:
        GST_ELEMENT_ERROR(self, RESOURCE, NO_SPACE_LEFT, ("%s", err->message), (NULL));
        break;
    default:
        GST_ELEMENT_ERROR(self, STREAM, WRONG_TYPE, ("%s", err->message), (NULL));
        break;
    }
}

// On the way to PAUSED, before the pads take events: those would find no models else.
static gboolean open_models(GstQsrUpscale *self)
{
    enum { OK, BAD_MODEL, BAD_SCALE, BAD_BACKEND } result = OK;
    GstQsrModels *models;
    QsrError err;

    g_mutex_lock(&self->setup_lock);
    models = gst_qsr_models_open(self->model_name, &err);
    if (!models)
        result = BAD_MODEL;
    else if (!gst_qsr_sizing_check_scale(self->scale, &err))
        result = BAD_SCALE;
    else if (gst_qsr_engine_probe(models, &self->engine, &err) < 0)
        result = BAD_BACKEND;

    if (result == OK) {
        GST_OBJECT_LOCK(self);
        self->models = models;
        self->serial++;
        self->warned_dead_end = FALSE;
        GST_OBJECT_UNLOCK(self);
        gst_qsr_upscale_live_start(self);
    } else {
        gst_qsr_models_unref(models);
    }
    g_mutex_unlock(&self->setup_lock);

    if (result == BAD_MODEL)
        post_model_error(self, &err);
    else if (result == BAD_SCALE)
        GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("%s", err.message), (NULL));
    else if (result == BAD_BACKEND)
        gst_qsr_upscale_post_engine_error(self, &err);
    return result == OK;
}

static gboolean gst_qsr_upscale_stop(GstBaseTransform *trans)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);
    GstQsrModels *models;

    // Of the streaming thread, which has ended here.
    self->refused = FALSE;
    self->said = NULL;
    self->n_postponed = 0;
    gst_qsr_painter_close(self->painter);
    g_mutex_lock(&self->setup_lock);
    GST_OBJECT_LOCK(self);
    models = g_steal_pointer(&self->models);
    self->dragging = 0;
    memset(&self->geometry, 0, sizeof(self->geometry));
    GST_OBJECT_UNLOCK(self);
    g_mutex_unlock(&self->setup_lock);
    gst_qsr_models_unref(models);
    return TRUE;
}

// The streaming thread may wait for a DSP that hangs; it shall not when all stops.
static GstStateChangeReturn gst_qsr_upscale_change_state(GstElement *element,
                                                         GstStateChange transition)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(element);
    GstStateChangeReturn ret;

    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_models(self))
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
        gst_qsr_upscale_live_look(self);
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        gst_qsr_painter_stop_waiting(self->painter);
    ret = GST_ELEMENT_CLASS(gst_qsr_upscale_parent())->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE)
        gst_qsr_upscale_stop(GST_BASE_TRANSFORM(self));
    return ret;
}

void gst_qsr_upscale_install_states(GstBaseTransformClass *klass)
{
    klass->stop = GST_DEBUG_FUNCPTR(gst_qsr_upscale_stop);
    GST_ELEMENT_CLASS(klass)->change_state = GST_DEBUG_FUNCPTR(gst_qsr_upscale_change_state);
}

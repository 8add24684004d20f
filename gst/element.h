// SPDX-License-Identifier: BSD-2-Clause
//
// Inside of the element. gstqsrupscale.c has the class, the properties, start
// and stop; element_caps.c what is done with caps; element_frames.c what is
// done with frames.

#ifndef GST_QSR_ELEMENT_H
#define GST_QSR_ELEMENT_H

#include "gstqsrupscale.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN(gst_qsr_upscale_debug);
GST_DEBUG_CATEGORY_EXTERN(gst_qsr_performance_debug);
#define GST_CAT_DEFAULT gst_qsr_upscale_debug

struct _GstQsrUpscale {
    GstVideoFilter parent;

    // Held by whoever opens models: start(), stop() and changes of properties.
    // Taken before the object lock, never held while a message is posted.
    GMutex setup_lock;

    // Under the object lock.
    gdouble scale;
    gchar *model_name;
    GstQsrUpscaleBackend backend;
    guint n_threads;
    GstQsrModels *models; // NULL while stopped
    gint serial;          // of the settings that an engine depends on
    gint in_width, in_height, out_width, out_height; // as negotiated

    // Of the streaming thread.
    gboolean refused;     // the reason has been posted
    QsrScale factor;      // as negotiated
    QsrPicture in, out;   // as negotiated; no pointers in them
    QsrContext *context;  // NULL in passthrough
    GstQsrModels *context_models;
    QsrScale context_factor;
    gint context_serial;
};

GstBaseTransformClass *gst_qsr_upscale_parent(void);
void gst_qsr_upscale_install_caps(GstBaseTransformClass *klass);
void gst_qsr_upscale_install_frames(GstBaseTransformClass *klass);

// The engine behind the element, for the streaming thread.
void gst_qsr_upscale_fill_settings(GstQsrUpscale *self, QsrSettings *settings);
int gst_qsr_upscale_update_context(GstQsrUpscale *self, QsrError *err);
void gst_qsr_upscale_close_context(GstQsrUpscale *self);
void gst_qsr_upscale_post_engine_error(GstQsrUpscale *self, const QsrError *err);

// metas.c. Returns whether the base class shall copy the meta; `handled` is
// FALSE if nothing is known about its kind.
gboolean gst_qsr_transform_meta(GstBuffer *outbuf, GstMeta *meta, GstBuffer *inbuf,
                                GstVideoInfo *in_info, GstVideoInfo *out_info, gboolean *handled);
GstEvent *gst_qsr_map_navigation(GstEvent *event, gdouble x_factor, gdouble y_factor);

G_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// Inside of the element. gstqsrupscale.c has the class and the properties,
// element_states.c start and stop, element_caps.c what is done with caps,
// element_frames.c what is done with frames.

#ifndef GST_QSR_ELEMENT_H
#define GST_QSR_ELEMENT_H

#include "engine.h"
#include "gstqsrupscale.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN(gst_qsr_upscale_debug);
GST_DEBUG_CATEGORY_EXTERN(gst_qsr_performance_debug);
#define GST_CAT_DEFAULT gst_qsr_upscale_debug

// What caps are made of. A negotiation asks for it several times, and properties
// may change in between; so the streaming thread looks once, and again if what
// it saw was no longer true at the end.
typedef struct {
    GThread *thread; // which sees it; NULL: no negotiation is going on
    GstQsrModels *models;
    GstQsrFactors factors;
    gint serial;
    gint selection;
} GstQsrNegotiation;

struct _GstQsrUpscale {
    GstVideoFilter parent;

    // Held by whoever opens models: start(), stop() and changes of properties.
    // Taken before the object lock, never held while a message is posted.
    GMutex setup_lock;

    // Under the object lock.
    gdouble scale;
    gchar *model_name;
    GstQsrEngineSettings engine;
    GstQsrModels *models; // NULL while stopped
    gint serial;          // of the settings that an engine depends on
    gint selection;       // of the settings that caps depend on
    GstQsrNegotiation negotiation;
    gint in_width, in_height, out_width, out_height; // as negotiated
    gboolean warned_dead_end; // see element_caps.c
    QsrBackendStats last_stats; // of the context before; state NULL: there was none

    // Of the streaming thread.
    gboolean refused;     // the reason has been posted
    gint n_postponed;     // frames that went on as negotiated before, see element_caps.c
    QsrScale factor;      // as negotiated
    QsrPicture in, out;   // as negotiated; no pointers in them
    QsrContext *context;  // NULL in passthrough; set under the object lock
    QsrScale context_factor;
    gint context_serial;
};

GstBaseTransformClass *gst_qsr_upscale_parent(void);
void gst_qsr_upscale_install_states(GstBaseTransformClass *klass);
void gst_qsr_upscale_install_caps(GstBaseTransformClass *klass);
void gst_qsr_upscale_install_frames(GstBaseTransformClass *klass);

// The engine behind the element, for the streaming thread.
int gst_qsr_upscale_update_context(GstQsrUpscale *self, GstQsrModels *models, gint serial,
                                   QsrError *err);
// Takes over `context` (may be NULL), and closes the former one.
void gst_qsr_upscale_set_context(GstQsrUpscale *self, QsrContext *context);
void gst_qsr_upscale_post_engine_error(GstQsrUpscale *self, const QsrError *err);

// metas.c. Returns whether the base class shall copy the meta; `handled` is
// FALSE if nothing is known about its kind.
gboolean gst_qsr_transform_meta(GstBuffer *outbuf, GstMeta *meta, GstBuffer *inbuf,
                                GstVideoInfo *in_info, GstVideoInfo *out_info, gboolean *handled);
GstEvent *gst_qsr_map_navigation(GstEvent *event, gdouble x_factor, gdouble y_factor);

G_END_DECLS

#endif

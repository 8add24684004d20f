// SPDX-License-Identifier: BSD-2-Clause
//
// Inside of the element. gstqsrupscale.c has the class, element_properties.c its properties,
// element_states.c start and stop, element_live.c what keeps it in time, element_caps.c what is done with caps,
// element_frames.c what is done with frames, allocation.c with their memory.

#ifndef GST_QSR_ELEMENT_H
#define GST_QSR_ELEMENT_H

#include "engine.h"
#include "gstqsrupscale.h"
#include "live.h"
#include "look.h"
#include "painter.h"

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
    GstQsrSizing sizing;
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
    gboolean add_borders;
    gchar *model_name;
    GstQsrEngineSettings engine;
    GstQsrModels *models; // NULL while stopped
    gint serial;          // of the settings that an engine depends on
    gint selection;       // of the settings that caps depend on
    GstQsrNegotiation negotiation;
    GstQsrGeometry geometry; // as negotiated; in_width is 0 where nothing is
    gboolean warned_dead_end; // see element_caps.c
    GstQsrLook look;
    gint dragging;     // the divider, see look.h
    gint columns;      // of views in the last frame painted; 0: there was none
    GstQsrLive live;   // partly of the streaming thread, see live.h

    // Of the streaming thread.
    gboolean refused;     // the reason has been posted
    const gchar *said;    // interned: why pictures are not upscaled, as last posted
    gint planned;         // selection that the geometry is for
    gint n_postponed;     // frames that went on as negotiated before, see element_caps.c
    GstQsrPainter *painter; // the pointer never changes
    gint painter_serial;    // of the settings that the painter was set up with
};

GstBaseTransformClass *gst_qsr_upscale_parent(void);
void gst_qsr_upscale_install_properties(GObjectClass *klass);
void gst_qsr_upscale_init_properties(GstQsrUpscale *self);
void gst_qsr_upscale_install_states(GstBaseTransformClass *klass);
void gst_qsr_upscale_install_caps(GstBaseTransformClass *klass);
void gst_qsr_upscale_install_frames(GstBaseTransformClass *klass);
void gst_qsr_upscale_install_allocation(GstBaseTransformClass *klass);

// Sets the painter up for a canvas (NULL: as it was negotiated before) and for the
// properties, of which `serial` and `models` are. After a failure the painter is as
// it was. For the streaming thread.
int gst_qsr_upscale_update_painter(GstQsrUpscale *self, const GstQsrCanvas *canvas,
                                   GstQsrModels *models, gint serial, QsrError *err);
void gst_qsr_upscale_log(void *opaque, QsrLogLevel level, const char *message);
void gst_qsr_upscale_post_engine_error(GstQsrUpscale *self, const QsrError *err);

// metas.c. Whether a buffer's GstVideoMeta, if it has one, goes with the caps: it is of
// the format, and at least as large.
gboolean gst_qsr_buffer_fits(GstBuffer *buffer, const GstVideoInfo *info);

// The picture in a mapped frame that is larger than the caps say: what a crop meta
// frames in an input, or else the upper left part.
void gst_qsr_crop_frame(GstVideoFrame *frame, const GstVideoInfo *info, gboolean is_input);

// Returns whether the base class shall copy the meta; `handled` is
// FALSE if nothing is known about its kind.
gboolean gst_qsr_transform_meta(GstBuffer *outbuf, GstMeta *meta, GstBuffer *inbuf,
                                const GstQsrGeometry *g, GstVideoInfo *in_info,
                                GstVideoInfo *out_info, gboolean *handled);
GstEvent *gst_qsr_map_navigation(GstEvent *event, const GstQsrGeometry *g);

G_END_DECLS

#endif

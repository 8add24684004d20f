// SPDX-License-Identifier: BSD-2-Clause
//
// What keeps the element in time, and tells how it does: properties qos-mode and
// cpu-budget, the ladder of models, the property stats. element_live.c.

#ifndef GST_QSR_LIVE_H
#define GST_QSR_LIVE_H

#include <gst/video/video.h>

#include "gstqsrupscale.h"
#include "ladder.h"
#include "painter.h"
#include "stats.h"

G_BEGIN_DECLS

/**
 * GstQsrUpscaleQosMode:
 * @GST_QSR_UPSCALE_QOS_MODE_AUTO: degrade in a live pipeline, drop in others
 * @GST_QSR_UPSCALE_QOS_MODE_OFF: every frame by the chosen model, however late
 * @GST_QSR_UPSCALE_QOS_MODE_DROP: frames that would come too late are left out
 * @GST_QSR_UPSCALE_QOS_MODE_DEGRADE: every frame, by a cheaper model where time is short
 *
 * What is done when there is not enough time.
 */
typedef enum {
    GST_QSR_UPSCALE_QOS_MODE_AUTO,
    GST_QSR_UPSCALE_QOS_MODE_OFF,
    GST_QSR_UPSCALE_QOS_MODE_DROP,
    GST_QSR_UPSCALE_QOS_MODE_DEGRADE,
} GstQsrUpscaleQosMode;

#define GST_TYPE_QSR_UPSCALE_QOS_MODE (gst_qsr_upscale_qos_mode_get_type())
GType gst_qsr_upscale_qos_mode_get_type(void);

typedef struct GstQsrLive {
    // A monotonic clock in microseconds; set when the element is made. Any thread.
    gint64 (*clock)(gpointer data);
    gpointer clock_data;

    // Under the object lock.
    GstQsrUpscaleQosMode mode;
    guint cpu_budget; // percent
    gboolean look;    // whether the pipeline is live has to be found out
    gboolean is_live;
    GstQsrUpscaleQosMode in_force; // never _AUTO
    GstQsrLadder ladder;
    const gchar *rung_name[GST_QSR_MAX_RUNGS]; // interned
    GstQsrTimes times;
    guint64 dropped, steps_down, steps_up;
    guint n_threads;
    const gchar *format, *colorimetry; // interned; NULL: nothing was negotiated
    const gchar *passthrough;          // why, interned; NULL: it is not

    // Of the streaming thread.
    gboolean rungs_open;     // of the ladder, as far as possible
    gint64 start, last_end;  // of the frame under way, of the one before; 0: there is none
    gboolean flat, flat_gap; // the last frame: of one colour; by the last rung for it
    GstClockTime last_pts;
    guint64 period;          // from frame to frame, where the caps do not say it; 0: unknown
    gdouble pixels;          // of the output
    gint to_settle;          // frames until the settled state is logged
} GstQsrLive;

// None of these is called with the object lock held. With the stream lock:
// Running time begins anew.
void gst_qsr_upscale_live_flushed(GstQsrUpscale *self);
// Any thread:
void gst_qsr_upscale_live_init(GstQsrUpscale *self);
void gst_qsr_upscale_live_install(GObjectClass *klass, GParamFlags flags);
// FALSE if `id` is none of these properties.
gboolean gst_qsr_upscale_live_set(GstQsrUpscale *self, guint id, const GValue *value);
void gst_qsr_upscale_live_set_mode(GstQsrUpscale *self, GstQsrUpscaleQosMode mode);
gboolean gst_qsr_upscale_live_get(GstQsrUpscale *self, guint id, GValue *value);

// A new value for the property stats.
GstStructure *gst_qsr_upscale_live_stats(GstQsrUpscale *self);

// On the way to PAUSED.
void gst_qsr_upscale_live_start(GstQsrUpscale *self);

// The pipeline may have become live, or not be any more. Any thread.
void gst_qsr_upscale_live_look(GstQsrUpscale *self);

// The painter was set up; `canvas`: anew, NULL: as negotiated before. `changed`: it has
// other models, or engines with other settings. Streaming thread, and so are the others:
void gst_qsr_upscale_live_set_up(GstQsrUpscale *self, const GstQsrCanvas *canvas,
                                 gboolean changed);
// Frames are passed on, for that reason (NULL: there is nothing to do).
void gst_qsr_upscale_live_pass_through(GstQsrUpscale *self, const GstVideoInfo *info,
                                       const gchar *why);
// What the base class made of a buffer before any frame was painted.
void gst_qsr_upscale_live_submitted(GstQsrUpscale *self, GstFlowReturn ret);
// The rung for a frame, and the end of it.
gint gst_qsr_upscale_live_begin(GstQsrUpscale *self, GstBuffer *buffer, const GstVideoFrame *in);
void gst_qsr_upscale_live_end(GstQsrUpscale *self, GstBuffer *buffer, gint rung);

// Takes a QoS event. FALSE: the base class shall not drop frames for it. Any thread.
gboolean gst_qsr_upscale_live_qos(GstQsrUpscale *self, GstEvent *event);

G_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// How the pictures shall look: properties compare, divider, strength and sharpness.
// A frame is painted with the values that it found.

#ifndef GST_QSR_LOOK_H
#define GST_QSR_LOOK_H

#include <gst/video/video.h>

#include "geometry.h"

G_BEGIN_DECLS

/**
 * GstQsrUpscaleCompare:
 * @GST_QSR_UPSCALE_COMPARE_OFF: the result alone
 * @GST_QSR_UPSCALE_COMPARE_SPLIT: bicubic left of the divider, the result right of it
 * @GST_QSR_UPSCALE_COMPARE_SIDE_BY_SIDE: the middle of the picture twice, bicubic on the left
 * @GST_QSR_UPSCALE_COMPARE_BLINK: the result and bicubic in turns, a second each
 *
 * How bicubic is shown beside the result.
 */
typedef enum {
    GST_QSR_UPSCALE_COMPARE_OFF,
    GST_QSR_UPSCALE_COMPARE_SPLIT,
    GST_QSR_UPSCALE_COMPARE_SIDE_BY_SIDE,
    GST_QSR_UPSCALE_COMPARE_BLINK,
} GstQsrUpscaleCompare;

#define GST_TYPE_QSR_UPSCALE_COMPARE (gst_qsr_upscale_compare_get_type())
GType gst_qsr_upscale_compare_get_type(void);

typedef struct GstQsrLook {
    GstQsrUpscaleCompare compare;
    gdouble divider;   // 0 left edge to 1 right edge
    gdouble strength;  // 0 bicubic to 1 the model's picture
    gdouble sharpness; // 0 none to 1 FSR's strongest
} GstQsrLook;

// The model's picture and nothing else.
void gst_qsr_look_init(GstQsrLook *look);

void gst_qsr_look_install(GObjectClass *klass, GParamFlags flags);

// FALSE if `id` is none of these properties.
gboolean gst_qsr_look_set(GstQsrLook *look, guint id, const GValue *value);
gboolean gst_qsr_look_get(const GstQsrLook *look, guint id, GValue *value);

// A mouse event in pixels of the output, TRUE if it moves the divider: that is a motion
// with the left button held down since `dragging` was set, in split mode. `columns`: views
// side by side in the picture, 1 or 2; each has its divider at the same place, and a drag
// stays in the view that it began in: that one's number from 1 is `dragging`, or 0.
gboolean gst_qsr_look_navigate(GstQsrLook *look, gint *dragging, GstEvent *event,
                               const GstQsrGeometry *g, gint columns);

G_END_DECLS

#endif

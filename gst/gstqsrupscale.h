// SPDX-License-Identifier: BSD-2-Clause

#ifndef GST_QSR_UPSCALE_H
#define GST_QSR_UPSCALE_H

#include <gst/video/gstvideofilter.h>

#include "colour.h"
#include "models.h"

G_BEGIN_DECLS

#define GST_TYPE_QSR_UPSCALE (gst_qsr_upscale_get_type())
G_DECLARE_FINAL_TYPE(GstQsrUpscale, gst_qsr_upscale, GST, QSR_UPSCALE, GstVideoFilter)

/**
 * GstQsrUpscaleBackend:
 * @GST_QSR_UPSCALE_BACKEND_AUTO: the fastest that works on this machine
 * @GST_QSR_UPSCALE_BACKEND_CPU: the CPU
 * @GST_QSR_UPSCALE_BACKEND_HEXAGON: a Qualcomm Hexagon DSP
 *
 * Where the network runs. The pictures are the same everywhere.
 */
typedef enum {
    GST_QSR_UPSCALE_BACKEND_AUTO = QSR_BACKEND_AUTO,
    GST_QSR_UPSCALE_BACKEND_CPU = QSR_BACKEND_CPU,
    GST_QSR_UPSCALE_BACKEND_HEXAGON = QSR_BACKEND_HEXAGON,
} GstQsrUpscaleBackend;

/**
 * GstQsrUpscaleReuse:
 * @GST_QSR_UPSCALE_REUSE_AUTO: what did not change is copied, where that pays
 * @GST_QSR_UPSCALE_REUSE_OFF: every picture is computed as a whole
 *
 * Whether work is spared where pictures stand still. They are the same in any case.
 */
typedef enum {
    GST_QSR_UPSCALE_REUSE_AUTO,
    GST_QSR_UPSCALE_REUSE_OFF,
} GstQsrUpscaleReuse;

#define GST_TYPE_QSR_UPSCALE_REUSE (gst_qsr_upscale_reuse_get_type())
GType gst_qsr_upscale_reuse_get_type(void);

#define GST_TYPE_QSR_UPSCALE_BACKEND (gst_qsr_upscale_backend_get_type())
GType gst_qsr_upscale_backend_get_type(void);

GST_ELEMENT_REGISTER_DECLARE(qsrupscale)

G_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause

#ifndef GST_QSR_FLAT_H
#define GST_QSR_FLAT_H

#include <gst/video/video.h>

G_BEGIN_DECLS

// Whether all pixels of a frame are the same. Ends at the first one that differs.
gboolean gst_qsr_frame_is_flat(const GstVideoFrame *frame);

G_END_DECLS

#endif

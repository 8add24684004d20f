// SPDX-License-Identifier: BSD-2-Clause
//
// Pictures of one kind brought from any size to any other, by GStreamer's scaler. No
// colour is converted. Converters are kept for the next picture of the same sizes.
//
// One thread at a time.

#ifndef GST_QSR_RESIZE_H
#define GST_QSR_RESIZE_H

#include "colour.h"

G_BEGIN_DECLS

typedef struct GstQsrResizer GstQsrResizer;

GstQsrResizer *gst_qsr_resizer_new(void);
void gst_qsr_resizer_free(GstQsrResizer *resizer);

// For pictures of that kind from now on. n_threads: 0 for one per core.
void gst_qsr_resizer_set_up(GstQsrResizer *resizer, const GstQsrColour *colour, guint n_threads);

// Both in the format of the set-up. enlarged: `from` was made of a picture no larger than
// `to` and has no details that `to` has no room for; then there is no need to blur.
// FALSE: GStreamer cannot do it.
gboolean gst_qsr_resizer_run(GstQsrResizer *resizer, const QsrPicture *to, const QsrPicture *from,
                             gboolean enlarged);

G_END_DECLS

#endif

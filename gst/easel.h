// SPDX-License-Identifier: BSD-2-Clause
//
// Where a frame is painted, part by part and stage by stage (painter.h): the engines of
// the stages that follow the model, the pictures between them, and their order.
//
// One thread at a time.

#ifndef GST_QSR_EASEL_H
#define GST_QSR_EASEL_H

#include "engine.h"
#include "look.h"
#include "parts.h"

G_BEGIN_DECLS

typedef struct GstQsrEasel GstQsrEasel;

// `log` is handed to the engines.
GstQsrEasel *gst_qsr_easel_new(QsrLogFunc log, gpointer opaque);
void gst_qsr_easel_free(GstQsrEasel *easel);

// Closes the engines and frees the pictures; what is needed comes back with the next
// frame.
void gst_qsr_easel_clear(GstQsrEasel *easel);

// For frames with that meaning of the samples, and engines with those settings.
void gst_qsr_easel_set_up(GstQsrEasel *easel, const GstQsrColour *colour,
                          const GstQsrEngineSettings *settings);

// A whole frame of those parts. engine: of `model`; NULL: nothing is to be enlarged by
// one. 0, or a QSR_ERR_ code, with unspecified pixels in `out`.
int gst_qsr_easel_paint(GstQsrEasel *easel, QsrContext *engine, const QsrModel *model,
                        const GstQsrLook *look, const GstQsrShot *shot, const GstQsrParts *parts,
                        const QsrPicture *in, const QsrPicture *out, QsrError *err);

G_END_DECLS

#endif

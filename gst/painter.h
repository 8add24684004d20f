// SPDX-License-Identifier: BSD-2-Clause
//
// Makes output frames of input frames: everything between two mapped frames.
// It owns the engines, one for each rung of the ladder of models, and what lies
// between them and the output. A frame goes through these stages, as far as there is
// something to do, and the last of them writes into the output:
//
//     enlarge: by the model; by bicubic, too, where a look needs it
//     move:    fields of interlaced video by a part of a row (docs/numerics.md)
//     blend, sharpen, compare: see look.h
//     resize:  to the size that was negotiated, by GStreamer's scaler
//
// Fields, and the views of stereo frames that lie beside or above each other, are
// pictures of their own: no stage mixes them.
//
// One thread at a time, the streaming thread; functions marked "any thread" may
// be called meanwhile.

#ifndef GST_QSR_PAINTER_H
#define GST_QSR_PAINTER_H

#include "colour.h"
#include "engine.h"
#include "geometry.h"
#include "look.h"
#include "models.h"
#include "parts.h"

G_BEGIN_DECLS

typedef struct GstQsrPainter GstQsrPainter;

// What was negotiated.
typedef struct GstQsrCanvas {
    GstQsrGeometry geometry;
    GstQsrColour colour;             // of both sides
    GstVideoInfo in_info, out_info;
} GstQsrCanvas;

// `log` is handed to the engines.
GstQsrPainter *gst_qsr_painter_new(QsrLogFunc log, gpointer opaque);
void gst_qsr_painter_free(GstQsrPainter *painter); // may wait for a DSP

// Closes the engines; counters stay.
void gst_qsr_painter_close(GstQsrPainter *painter);

// Makes the painter fit a canvas (NULL: the one it has), models and settings. Keeps
// the engines that still fit. The engine of the first rung is opened here, those of
// the others when they are first asked for. With factor 1/1 there are no rungs, and
// `models` is not looked at. After a failure everything is as it was before.
int gst_qsr_painter_set_up(GstQsrPainter *painter, const GstQsrCanvas *canvas,
                           GstQsrModels *models, const GstQsrEngineSettings *settings,
                           QsrError *err);

// It was set up, and not closed since then.
gboolean gst_qsr_painter_is_ready(const GstQsrPainter *painter);

// Rungs that there are: 0 is the chosen model, the next ones are cheaper. None with
// factor 1/1.
gint gst_qsr_painter_n_rungs(const GstQsrPainter *painter);
// Name of its model; static as long as the models are.
const gchar *gst_qsr_painter_rung_name(const GstQsrPainter *painter, gint rung);

// `in` and `out` are frames of the canvas. 0, or a QSR_ERR_ code, with unspecified
// pixels in `out`. `rung` is not looked at where there are none.
int gst_qsr_painter_paint(GstQsrPainter *painter, gint rung, const GstQsrLook *look,
                          const GstQsrShot *shot, const GstVideoFrame *in,
                          const GstVideoFrame *out, QsrError *err);

// Views beside each other that the last frame had, 1 or 2; 0 before the first one.
gint gst_qsr_painter_columns(const GstQsrPainter *painter);

// What a frame costs on that rung, as guessed: see gst_qsr_model_work().
gdouble gst_qsr_painter_rung_work(const GstQsrPainter *painter, gint rung);

// Opens the engines of all rungs, so that none has to be opened while a frame waits. What
// cannot be opened now is tried again when it is asked for.
void gst_qsr_painter_open_rungs(GstQsrPainter *painter);

// Engine of a rung, NULL if it was not opened; for qsr_share_memory().
QsrContext *gst_qsr_painter_engine(GstQsrPainter *painter, gint rung);

// Counters of the first rung's engine or, without one, of the last; what was reused and the
// instruction set are those of the rung that made the last picture. Any thread.
void gst_qsr_painter_get_stats(GstQsrPainter *painter, QsrBackendStats *stats);

// See qsr_stop_waiting(). Any thread.
void gst_qsr_painter_stop_waiting(GstQsrPainter *painter);

G_END_DECLS

#endif

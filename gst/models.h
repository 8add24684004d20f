// SPDX-License-Identifier: BSD-2-Clause
//
// All the models that one value of the property `model` stands for: a built-in
// family has one per factor, a file is one. Immutable once open, so that it can
// be swapped while frames are processed.
//
// Behind them hangs what is made with less work: the smaller models of the same
// family, then the scalers fsr1 and bicubic. These are the rungs of the ladder
// (ladder.h).

#ifndef GST_QSR_MODELS_H
#define GST_QSR_MODELS_H

#include "capsmath.h"

G_BEGIN_DECLS

typedef struct GstQsrModels {
    gint refs;
    struct GstQsrModels *cheaper; // the next rung of the ladder, with a reference; NULL: none
    GstQsrFactors factors; // of the models, with 1/1 behind, in order of preference
    QsrModel *model[GST_QSR_MAX_FACTORS]; // for each factor; NULL for 1/1
    QsrModel *any; // of a scaler, for all other sizes from 1 to 4 times; NULL: no scaler
} GstQsrModels;

// The models of that name and the cheaper ones behind them. NULL after a failure,
// with `err` filled in; one of the cheaper ones that cannot be opened is left out.
GstQsrModels *gst_qsr_models_open(const gchar *name, QsrError *err);
GstQsrModels *gst_qsr_models_ref(GstQsrModels *models);
void gst_qsr_models_unref(GstQsrModels *models);

// Whether a value of the property `model` is the path of a file.
gboolean gst_qsr_models_is_file(const gchar *name);

// The model for a factor or QSR_SCALE_ANY, owned by `models`; NULL if there is none.
QsrModel *gst_qsr_models_find(const GstQsrModels *models, QsrScale scale);

// Whether two names differ in the size of the model alone: "quicksrnet-large" and
// "quicksrnet-small", "quicksrnet-medium-game" and "quicksrnet-small-game".
gboolean gst_qsr_models_same_family(const gchar *a, const gchar *b);

// The work of a model relative to that of others, in multiply-accumulates per input
// pixel; for the scalers what takes as long. A first guess, right within a factor of
// two or so.
gdouble gst_qsr_model_work(const QsrModel *model, QsrScale factor);

G_END_DECLS

#endif

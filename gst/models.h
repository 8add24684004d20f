// SPDX-License-Identifier: BSD-2-Clause
//
// All the models that one value of the property `model` stands for: a built-in
// family has one per factor, a file is one. Immutable once open, so that it can
// be swapped while frames are processed.

#ifndef GST_QSR_MODELS_H
#define GST_QSR_MODELS_H

#include "capsmath.h"

G_BEGIN_DECLS

typedef struct GstQsrModels {
    gint refs;
    struct GstQsrModels *cheaper; // the next rung of the ladder, with a reference; NULL: none
    GstQsrFactors factors; // of the models, with 1/1 behind, in order of preference
    QsrModel *model[GST_QSR_MAX_FACTORS]; // for each factor; NULL for 1/1
} GstQsrModels;

// NULL after a failure, with `err` filled in.
GstQsrModels *gst_qsr_models_open(const gchar *name, QsrError *err);
GstQsrModels *gst_qsr_models_ref(GstQsrModels *models);
void gst_qsr_models_unref(GstQsrModels *models);

// The model for a factor, owned by `models`; NULL if there is none.
QsrModel *gst_qsr_models_find(const GstQsrModels *models, QsrScale scale);

// The factors that the property value `scale` leaves (0: all of them). FALSE,
// and `err` filled in, if it is no factor, or not one of these models.
gboolean gst_qsr_models_select(const GstQsrModels *models, const gchar *name, gdouble scale,
                               GstQsrFactors *factors, QsrError *err);

G_END_DECLS

#endif

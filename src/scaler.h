// SPDX-License-Identifier: BSD-2-Clause
//
// The classical scalers behind the names "bicubic" and "fsr1": any factor from 1
// to 4, in each direction its own. They take whole rows, so there are bands but
// no strips, and beyond the edge of the picture its outermost pixel goes on.

#ifndef QSR_SCALER_H
#define QSR_SCALER_H

#include "src/backend.h"

// Makes a model of the scaler of that name, with one reference. QSR_ERR_NOT_FOUND,
// and no message, if there is no such scaler. `scale`: a factor, or QSR_SCALE_ANY.
int qsr_scaler_model(QsrModel **model, const char *name, QsrScale scale, QsrError *err);

extern const QsrBackend qsr_backend_scaler;

#endif

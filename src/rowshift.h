// SPDX-License-Identifier: BSD-2-Clause
//
// A picture moved up or down by a fraction of a row, plane by plane in its own
// samples: bicubic at 1x. No colour is converted and nothing moves sideways.

#ifndef QSR_ROWSHIFT_H
#define QSR_ROWSHIFT_H

#include "kernels/dsp.h"
#include "kernels/resample.h"
#include "qsr.h"

typedef struct QsrRowShift {
    const QsrPixelDSP *pixel;
    const QsrResampleDSP *resample;
    QsrPicture in, out;
    int num, den; // rows are taken num / den rows further down
} QsrRowShift;

// 1 if the two pictures differ in nothing but their memory, and all that is in a row
// is samples (RGBx has bytes that mean nothing).
int qsr_rowshift_fits(const QsrPicture *in, const QsrPicture *out);

// Bytes of scratch for pictures of a width. scratch: 64-byte aligned.
size_t qsr_rowshift_scratch(int width);

// Rows [y0, y1) of the output, and what belongs to them in halved planes. y0 is
// even; y1 is even or the picture's height.
void qsr_rowshift_rows(const QsrRowShift *s, void *scratch, int y0, int y1);

#endif

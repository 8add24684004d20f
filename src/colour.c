// SPDX-License-Identifier: BSD-2-Clause
//
// Integer conversion matrices from the luma coefficients of ITU-T H.273.

#include <math.h>

#include "src/rows.h"

// Kr and Kb of H.273 table 4, in the order of QsrMatrix.
static const double luma_coefficients[QSR_N_MATRICES][2] = {
    [QSR_MATRIX_BT601] = { 0.299, 0.114 },
    [QSR_MATRIX_BT709] = { 0.2126, 0.0722 },
    [QSR_MATRIX_BT2020] = { 0.2627, 0.0593 },
    [QSR_MATRIX_SMPTE240M] = { 0.212, 0.087 },
    [QSR_MATRIX_FCC] = { 0.30, 0.11 },
};

static int16_t fix(double value, int bits)
{
    return (int16_t)lrint(ldexp(value, bits));
}

// Grey is exact because U = V = 128 leaves only the luma term, and the error of
// cy times 219 stays far below half a step.
void qsr_yuv_to_rgb_coefficients(QsrYuvToRgb *m, QsrMatrix matrix, QsrRange range)
{
    const double kr = luma_coefficients[matrix][0], kb = luma_coefficients[matrix][1];
    const double kg = 1.0 - kr - kb;
    const double luma = range == QSR_RANGE_FULL ? 1.0 : 255.0 / 219.0;
    const double chroma = range == QSR_RANGE_FULL ? 1.0 : 255.0 / 224.0;

    m->y0 = range == QSR_RANGE_FULL ? 0 : 16;
    m->cy = fix(luma, 13);
    m->crv = fix(2.0 * (1.0 - kr) * chroma, 13);
    m->cgu = fix(-2.0 * (1.0 - kb) * kb / kg * chroma, 13);
    m->cgv = fix(-2.0 * (1.0 - kr) * kr / kg * chroma, 13);
    m->cbu = fix(2.0 * (1.0 - kb) * chroma, 13);
}

// The sums decide whether grey stays grey, so they are rounded first and green,
// whose relative error is the smallest, takes what is left.
void qsr_rgb_to_yuv_coefficients(QsrRgbToYuv *m, QsrMatrix matrix, QsrRange range)
{
    const double kr = luma_coefficients[matrix][0], kb = luma_coefficients[matrix][1];
    const double luma = range == QSR_RANGE_FULL ? 1.0 : 219.0 / 255.0;
    const double chroma = range == QSR_RANGE_FULL ? 1.0 : 224.0 / 255.0;

    // 2^15 itself does not fit in 16 bits, but only the sum can be that large.
    m->y0 = range == QSR_RANGE_FULL ? 0 : 16;
    m->y[0] = fix(kr * luma, 15);
    m->y[2] = fix(kb * luma, 15);
    m->y[1] = (int16_t)(lrint(ldexp(luma, 15)) - m->y[0] - m->y[2]);

    m->u[0] = fix(-0.5 * kr / (1.0 - kb) * chroma, 15);
    m->u[2] = fix(0.5 * chroma, 15);
    m->u[1] = (int16_t)(-m->u[0] - m->u[2]);

    m->v[0] = fix(0.5 * chroma, 15);
    m->v[2] = fix(-0.5 * kb / (1.0 - kr) * chroma, 15);
    m->v[1] = (int16_t)(-m->v[0] - m->v[2]);
}

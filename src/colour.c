// SPDX-License-Identifier: BSD-2-Clause
//
// Integer conversion matrices from the luma coefficients of ITU-T H.273. In
// integers throughout: the same numbers on processors without floating point.

#include "src/rows.h"

// Kr and Kb of H.273 table 4 in units of 1/ONE, in the order of QsrMatrix.
#define ONE 10000
static const int64_t luma_coefficients[QSR_N_MATRICES][2] = {
    [QSR_MATRIX_BT601] = { 2990, 1140 },
    [QSR_MATRIX_BT709] = { 2126, 722 },
    [QSR_MATRIX_BT2020] = { 2627, 593 },
    [QSR_MATRIX_SMPTE240M] = { 2120, 870 },
    [QSR_MATRIX_FCC] = { 3000, 1100 },
};

// num / den with that many fraction bits, rounded to nearest. den > 0; no
// coefficient is half-way between two numbers.
static int fix(int64_t num, int64_t den, int bits)
{
    const int64_t twice = 2 * num * ((int64_t)1 << bits);

    return (int)((twice + (num < 0 ? -den : den)) / (2 * den));
}

// Grey is exact because U = V = 128 leaves only the luma term, and the error of
// cy times 219 stays far below half a step.
void qsr_yuv_to_rgb_coefficients(QsrYuvToRgb *m, QsrMatrix matrix, QsrRange range)
{
    const int64_t kr = luma_coefficients[matrix][0], kb = luma_coefficients[matrix][1];
    const int64_t kg = ONE - kr - kb;
    const int64_t luma = range == QSR_RANGE_FULL ? 255 : 219;   // 255 / luma is the gain
    const int64_t chroma = range == QSR_RANGE_FULL ? 255 : 224;

    m->y0 = range == QSR_RANGE_FULL ? 0 : 16;
    m->cy = (int16_t)fix(255, luma, 13);
    m->crv = (int16_t)fix(2 * (ONE - kr) * 255, ONE * chroma, 13);
    m->cgu = (int16_t)fix(-2 * (ONE - kb) * kb * 255, ONE * kg * chroma, 13);
    m->cgv = (int16_t)fix(-2 * (ONE - kr) * kr * 255, ONE * kg * chroma, 13);
    m->cbu = (int16_t)fix(2 * (ONE - kb) * 255, ONE * chroma, 13);
}

// The sums decide whether grey stays grey, so they are rounded first and green,
// whose relative error is the smallest, takes what is left.
void qsr_rgb_to_yuv_coefficients(QsrRgbToYuv *m, QsrMatrix matrix, QsrRange range)
{
    const int64_t kr = luma_coefficients[matrix][0], kb = luma_coefficients[matrix][1];
    const int64_t luma = range == QSR_RANGE_FULL ? 255 : 219;   // luma / 255 is the gain
    const int64_t chroma = range == QSR_RANGE_FULL ? 255 : 224;

    // 2^15 itself does not fit in 16 bits, but only the sum can be that large.
    m->y0 = range == QSR_RANGE_FULL ? 0 : 16;
    m->y[0] = (int16_t)fix(kr * luma, ONE * 255, 15);
    m->y[2] = (int16_t)fix(kb * luma, ONE * 255, 15);
    m->y[1] = (int16_t)(fix(luma, 255, 15) - m->y[0] - m->y[2]);

    m->u[0] = (int16_t)fix(-kr * chroma, 2 * (ONE - kb) * 255, 15);
    m->u[2] = (int16_t)fix(chroma, 2 * 255, 15);
    m->u[1] = (int16_t)(-m->u[0] - m->u[2]);

    m->v[0] = (int16_t)fix(chroma, 2 * 255, 15);
    m->v[2] = (int16_t)fix(-kb * chroma, 2 * (ONE - kr) * 255, 15);
    m->v[1] = (int16_t)(-m->v[0] - m->v[2]);
}

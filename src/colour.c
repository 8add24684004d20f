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

// The ranges in samples of 8 or 10 bits; `top` is full range, and that of RGB.
typedef struct Ranges {
    int64_t top, luma, chroma;
    int16_t y0;
} Ranges;

static Ranges ranges_of(QsrRange range, int depth)
{
    const int step = 1 << (depth - 8), top = 256 * step - 1;

    if (range == QSR_RANGE_FULL)
        return (Ranges){ top, top, top, 0 };
    return (Ranges){ top, 219 * step, 224 * step, (int16_t)(16 * step) };
}

// Grey is exact because U = V = 128 leaves only the luma term, and the error of
// cy times 219 (10 bits: 876) stays far below half a step.
void qsr_yuv_to_rgb_coefficients(QsrYuvToRgb *m, QsrMatrix matrix, QsrRange range, int depth)
{
    const int64_t kr = luma_coefficients[matrix][0], kb = luma_coefficients[matrix][1];
    const int64_t kg = ONE - kr - kb;
    const Ranges r = ranges_of(range, depth); // top / luma is the gain

    m->y0 = r.y0;
    m->cy = (int16_t)fix(r.top, r.luma, 13);
    m->crv = (int16_t)fix(2 * (ONE - kr) * r.top, ONE * r.chroma, 13);
    m->cgu = (int16_t)fix(-2 * (ONE - kb) * kb * r.top, ONE * kg * r.chroma, 13);
    m->cgv = (int16_t)fix(-2 * (ONE - kr) * kr * r.top, ONE * kg * r.chroma, 13);
    m->cbu = (int16_t)fix(2 * (ONE - kb) * r.top, ONE * r.chroma, 13);
}

// The sums decide whether grey stays grey, so they are rounded first and green,
// whose relative error is the smallest, takes what is left.
void qsr_rgb_to_yuv_coefficients(QsrRgbToYuv *m, QsrMatrix matrix, QsrRange range, int depth)
{
    const int64_t kr = luma_coefficients[matrix][0], kb = luma_coefficients[matrix][1];
    const Ranges r = ranges_of(range, depth); // luma / top is the gain

    // 2^15 itself does not fit in 16 bits, but only the sum can be that large.
    m->y0 = r.y0;
    m->y[0] = (int16_t)fix(kr * r.luma, ONE * r.top, 15);
    m->y[2] = (int16_t)fix(kb * r.luma, ONE * r.top, 15);
    m->y[1] = (int16_t)(fix(r.luma, r.top, 15) - m->y[0] - m->y[2]);

    m->u[0] = (int16_t)fix(-kr * r.chroma, 2 * (ONE - kb) * r.top, 15);
    m->u[2] = (int16_t)fix(r.chroma, 2 * r.top, 15);
    m->u[1] = (int16_t)(-m->u[0] - m->u[2]);

    m->v[0] = (int16_t)fix(r.chroma, 2 * r.top, 15);
    m->v[2] = (int16_t)fix(-kb * r.chroma, 2 * (ONE - kr) * r.top, 15);
    m->v[1] = (int16_t)(-m->v[0] - m->v[2]);
}

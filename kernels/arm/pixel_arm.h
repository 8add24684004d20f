// SPDX-License-Identifier: BSD-2-Clause
//
// What the pixel rows of 8 and of 10 bits have in common. A row is done in
// blocks, the last of which overlaps the one before it and writes the same bytes
// again; rows shorter than a block go to plain C.

#ifndef QSR_KERNELS_ARM_PIXEL_ARM_H
#define QSR_KERNELS_ARM_PIXEL_ARM_H

#include <stddef.h>

#include "kernels/arm/neon.h"
#include "kernels/dsp.h"

// The start of the block after the one at i.
INLINE int next_block(int i, int n, int step)
{
    i += step;
    return i < n && i > n - step ? n - step : i;
}
#define FOR_BLOCKS(i, n, step) for (int i = 0; i < n; i = next_block(i, n, step))

// The rows of 10 bits; qsr_pixel_dsp_init_neon() calls it.
void qsr_pixel10_dsp_init_neon(QsrPixelDSP *dsp);

static inline QsrPixelDSP plain(void)
{
    QsrPixelDSP dsp;
    qsr_pixel_dsp_init_c(&dsp);
    return dsp;
}

// c[0] * v[0] + c[1] * v[1] + c[2] * v[2] + bias, eight pixels.
INLINE int32x4x2_t combine(const int16x8_t v[3], const int16_t c[3], int32_t bias)
{
    int32x4x2_t sum = {{vdupq_n_s32(bias), vdupq_n_s32(bias)}};
    for (int k = 0; k < 3; k++) {
        sum.val[0] = vmlal_n_s16(sum.val[0], vget_low_s16(v[k]), c[k]);
        sum.val[1] = vmlal_n_s16(sum.val[1], vget_high_s16(v[k]), c[k]);
    }
    return sum;
}

// Both halves >> bits, to 16 bits; rounded to nearest, or down.
#define ROUND16(lo, hi, bits) vcombine_s16(vrshrn_n_s32(lo, bits), vrshrn_n_s32(hi, bits))
#define FLOOR16(lo, hi, bits) vcombine_s16(vshrn_n_s32(lo, bits), vshrn_n_s32(hi, bits))

#endif

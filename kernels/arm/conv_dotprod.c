// SPDX-License-Identifier: BSD-2-Clause
//
// Convolutions with ARMv8.2's dot product, sdot: four signed products added to
// each of four outputs. There is none of unsigned by signed numbers, so
// activations are stored as signed ones (ZERO).
#define ISA dotprod
#define ZERO 0x80
#define GROUP 4
#define TOGETHER 4
#include "kernels/arm/conv_arm.h"

// Lane q of the activations: the lane is a constant even to a compiler that has
// not unrolled anything yet.
#define QUAD(q)                                                                                 \
    UNROLL                                                                                      \
    for (int v = 0; v < nv; v++, w += 16) {                                                     \
        const int8x16_t b = vld1q_s8(w);                                                        \
        UNROLL                                                                                  \
        for (int p = 0; p < PIXELS; p++)                                                        \
            acc[p][v] = vdotq_laneq_s32(acc[p][v], b, a[p], q);                                 \
    }

INLINE void dot_block(int32x4_t sums[PIXELS][VECTORS], const ArmWeights *wt,
                      const uint8_t *const *src, ptrdiff_t offset, int rows, int run, int stride,
                      int nv)
{
    const int8_t *w = wt->w;
    int32x4_t acc[PIXELS][VECTORS];
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int v = 0; v < nv; v++)
            acc[p][v] = vld1q_s32(wt->bias + v * 4);
    for (int ky = 0; ky < rows; ky++) {
        const int8_t *s = (const int8_t *)src[ky] + offset;
        for (int k = 0; k < run; k += CHUNK, s += CHUNK) {
            int8x16_t a[PIXELS];
            UNROLL
            for (int p = 0; p < PIXELS; p++)
                a[p] = vld1q_s8(s + p * stride);
            QUAD(0)
            QUAD(1)
            QUAD(2)
            QUAD(3)
        }
    }
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int v = 0; v < nv; v++)
            sums[p][v] = acc[p][v];
}

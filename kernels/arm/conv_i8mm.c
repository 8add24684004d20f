// SPDX-License-Identifier: BSD-2-Clause
//
// Convolutions with the matrix product of ARMv8.6, usmmla: two pixels by two
// outputs, eight products of unsigned by signed numbers each. Activations are
// as in plain C.
#define ISA i8mm
#define ZERO 0
#define GROUP 8
#define TOGETHER 4
#include "kernels/arm/conv_arm.h"

INLINE void dot_block(int32x4_t sums[PIXELS][VECTORS], const ArmWeights *wt,
                      const uint8_t *const *src, ptrdiff_t offset, int rows, int run, int stride,
                      int nv)
{
    const int8_t *w = wt->w;
    int32x4_t acc[PIXELS / 2][VECTORS * 2]; // even pixel, outputs 2o and 2o+1; odd pixel, the same
    UNROLL
    for (int p = 0; p < PIXELS / 2; p++)
        UNROLL
        for (int o = 0; o < nv * 2; o++) {
            const int32x2_t bias = vld1_s32(wt->bias + o * 2);
            acc[p][o] = vcombine_s32(bias, bias);
        }
    for (int ky = 0; ky < rows; ky++) {
        const uint8_t *s = src[ky] + offset;
        for (int k = 0; k < run; k += CHUNK, s += CHUNK) {
            uint8x16_t a[2][PIXELS / 2]; // eight inputs of the even pixel, of the odd pixel
            UNROLL
            for (int p = 0; p < PIXELS / 2; p++) {
                const uint64x2_t even = vreinterpretq_u64_u8(vld1q_u8(s + p * 2 * stride));
                const uint64x2_t odd = vreinterpretq_u64_u8(vld1q_u8(s + (p * 2 + 1) * stride));
                a[0][p] = vreinterpretq_u8_u64(vzip1q_u64(even, odd));
                a[1][p] = vreinterpretq_u8_u64(vzip2q_u64(even, odd));
            }
            UNROLL
            for (int half = 0; half < 2; half++)
                UNROLL
                for (int o = 0; o < nv * 2; o++, w += 16) {
                    const int8x16_t b = vld1q_s8(w);
                    UNROLL
                    for (int p = 0; p < PIXELS / 2; p++)
                        acc[p][o] = vusmmlaq_s32(acc[p][o], a[half][p], b);
                }
        }
    }
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int v = 0; v < nv; v++) {
            const int64x2_t lo = vreinterpretq_s64_s32(acc[p / 2][v * 2]);
            const int64x2_t hi = vreinterpretq_s64_s32(acc[p / 2][v * 2 + 1]);
            sums[p][v] = vreinterpretq_s32_s64(p % 2 ? vzip2q_s64(lo, hi) : vzip1q_s64(lo, hi));
        }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Convolutions with the NEON that every AArch64 processor has, and most 32-bit
// ones. It multiplies signed by signed, so activations are stored as signed
// numbers (ZERO).
//
// smull and smlal2 add two products in 16 bits: with weights of -127 to 127
// at most 2 * 128 * 127 = 32512 in magnitude, which is exact. sadalp then adds
// neighbours into 32 bits. That is 16 products in three instructions, against
// 12 in three by widening to 16 bits first, and needs no lanes to be copied;
// but a sum is spread over a whole register, and gathered once at the end.
#define ISA neon
#define ZERO 0x80
#define GROUP 16
#define TOGETHER 1
#include "kernels/arm/conv_arm.h"

// Pixels at a time: their sums of four outputs fill half of the registers.
#if defined(__aarch64__)
#define SIDE 4
#else
#define SIDE 2
#endif

// CHUNK inputs more of four outputs.
INLINE void dot_chunk(int32x4_t acc[SIDE][4], const int8_t *w, const int8_t *s, int stride)
{
    int8x16_t a[SIDE];
    UNROLL
    for (int p = 0; p < SIDE; p++)
        a[p] = vld1q_s8(s + p * stride);
    UNROLL
    for (int o = 0; o < 4; o++, w += CHUNK) {
        const int8x16_t b = vld1q_s8(w);
        int16x8_t pairs[SIDE]; // side by side, for processors that work in order
        UNROLL
        for (int p = 0; p < SIDE; p++)
            pairs[p] = vmull_s8(vget_low_s8(a[p]), vget_low_s8(b));
        UNROLL
        for (int p = 0; p < SIDE; p++)
            pairs[p] = vmlal_high_s8(pairs[p], a[p], b);
        UNROLL
        for (int p = 0; p < SIDE; p++)
            acc[p][o] = vpadalq_s16(acc[p][o], pairs[p]);
    }
}

INLINE void dot_block(int32x4_t sums[PIXELS][VECTORS], const ArmWeights *wt,
                      const uint8_t *const *src, ptrdiff_t offset, int rows, int run, int stride,
                      int nv)
{
    for (int v = 0; v < nv; v++)
        for (int first = 0; first < PIXELS; first += SIDE) {
            const int8_t *w = wt->w + v * 4 * rows * run;
            int32x4_t acc[SIDE][4]; // of one output each
            UNROLL
            for (int p = 0; p < SIDE; p++)
                UNROLL
                for (int o = 0; o < 4; o++)
                    acc[p][o] = vdupq_n_s32(0);
            for (int ky = 0; ky < rows; ky++) {
                const int8_t *s = (const int8_t *)src[ky] + offset + first * stride;
                for (int k = 0; k < run; k += CHUNK, s += CHUNK, w += CHUNK * 4)
                    dot_chunk(acc, w, s, stride);
            }
            UNROLL
            for (int p = 0; p < SIDE; p++)
                sums[first + p][v] = vaddq_s32(vld1q_s32(wt->bias + v * 4),
                                               vpaddq_s32(vpaddq_s32(acc[p][0], acc[p][1]),
                                                          vpaddq_s32(acc[p][2], acc[p][3])));
        }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// What follows the sums of a block: requantisation, and the stores of maps and
// heads. A part of conv_arm.h.

#ifndef QSR_KERNELS_ARM_STORE_ARM_H
#define QSR_KERNELS_ARM_STORE_ARM_H

// --------------------------------------------------------- requantisation ---

// kernels/requant.h for the outputs of one pixel, up to the last shift, which
// takes `deep` bits less than 8-bit outputs do.
INLINE void scale(int16x8_t u[2], const int32x4_t acc[VECTORS], const ArmWeights *wt, int nv,
                  int deep)
{
    const int16x8_t frac = vdupq_n_s16((int16_t)(wt->frac + deep));
    u[0] = u[1] = vdupq_n_s16(0);
    UNROLL
    for (int i = 0; i < nv; i += 2) {
        int16x4_t t0 = vqmovn_s32(vshlq_s32(acc[i], vld1q_s32(wt->shift + i * 4)));
        int16x8_t t = vcombine_s16(t0, t0);
        if (i + 1 < nv)
            t = vqmovn_high_s32(t0, vshlq_s32(acc[i + 1], vld1q_s32(wt->shift + i * 4 + 4)));
        u[i / 2] = vrshlq_s16(vqrdmulhq_s16(t, vld1q_s16(wt->mult + i * 4)), frac);
    }
}

INLINE uint8x16_t requant(const int32x4_t acc[VECTORS], const ArmWeights *wt, int nv)
{
    int16x8_t u[2];
    scale(u, acc, wt, nv, 0);
    return vqmovun_high_s16(vqmovun_s16(u[0]), u[1]);
}

#define DEEP_BITS 2
#define DEEP_MAX (255 << DEEP_BITS)    // of a colour
#define DEEP_OPAQUE (1023)             // X

INLINE void requant_deep(uint16x8_t out[2], const int32x4_t acc[VECTORS], const ArmWeights *wt,
                         int nv)
{
    int16x8_t u[2];
    scale(u, acc, wt, nv, DEEP_BITS);
    UNROLL
    for (int i = 0; i < 2; i++)
        out[i] = vreinterpretq_u16_s16(
            vminq_s16(vmaxq_s16(u[i], vdupq_n_s16(0)), vdupq_n_s16(DEEP_MAX)));
}

// ------------------------------------------------------------------ 8 bits ---

INLINE void store_map(uint8_t *dst, int cout, const int32x4_t sums[PIXELS][VECTORS],
                      const ArmWeights *wt)
{
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        vst1q_u8(dst + p * cout, veorq_u8(requant(sums[p], wt, VECTORS), vdupq_n_u8(ZERO)));
}

// out[p]: two rows of two pixels.
INLINE void store_x2(uint8_t *const dst[4], int x, uint8x16_t out[PIXELS][3])
{
    UNROLL
    for (int p = 0; p < PIXELS; p += 2) {
        const uint64x2_t a = vreinterpretq_u64_u8(out[p][0]);
        const uint64x2_t b = vreinterpretq_u64_u8(out[p + 1][0]);
        vst1q_u8(dst[0] + (x + p) * 8, vreinterpretq_u8_u64(vzip1q_u64(a, b)));
        vst1q_u8(dst[1] + (x + p) * 8, vreinterpretq_u8_u64(vzip2q_u64(a, b)));
    }
}

// Where vector `v` of a row of RGBX takes its bytes from in a table of two
// pixels of 32 bytes each: destination pixels 4v to 4v+3, of which 3v to 3v+2
// belong to source pixel v. The last byte of every four is 0xff: none.
#define FROM(v, dx) (((v) * 4 + (dx) < ((v) + 1) * 3 ? 0 : 32) + ((v) * 4 + (dx)) % 3 * 3)
#define RGB0(v, dx) FROM(v, dx), FROM(v, dx) + 1, FROM(v, dx) + 2, 0xff
static const uint8_t x3_index[3][16] = {
    {RGB0(0, 0), RGB0(0, 1), RGB0(0, 2), RGB0(0, 3)},
    {RGB0(1, 0), RGB0(1, 1), RGB0(1, 2), RGB0(1, 3)},
    {RGB0(2, 0), RGB0(2, 1), RGB0(2, 2), RGB0(2, 3)},
};
#undef FROM
#undef RGB0

// The X of four RGBX pixels.
INLINE uint8x16_t opaque(void)
{
    return vreinterpretq_u8_u32(vdupq_n_u32(0xff000000u));
}

// out[p]: three rows of three colours, in 27 bytes.
INLINE void store_x3(uint8_t *const dst[4], int x, uint8x16_t out[PIXELS][3])
{
    UNROLL
    for (int v = 0; v < 3; v++) {
        const uint8x16x4_t table = {{out[v][0], out[v][1], out[v + 1][0], out[v + 1][1]}};
        uint8x16_t index = vld1q_u8(x3_index[v]);
        UNROLL
        for (int dy = 0; dy < 3; dy++) {
            // 0xff stays out of range: saturated.
            const uint8x16_t at = vqaddq_u8(index, vdupq_n_u8((uint8_t)(dy * 9)));
            vst1q_u8(dst[dy] + x * 12 + v * 16, vorrq_u8(vqtbl4q_u8(table, at), opaque()));
        }
    }
}

// out[p]: four rows of four colours, in 48 bytes.
INLINE void store_x4(uint8_t *const dst[4], int x, uint8x16_t out[PIXELS][3])
{
    static const uint8_t spread[16] = {0, 1, 2, 0xff, 3, 4,  5,  0xff,
                                       6, 7, 8, 0xff, 9, 10, 11, 0xff};
    const uint8x16_t index = vld1q_u8(spread);
    UNROLL
    for (int p = 0; p < PIXELS; p++) {
        const uint8x16_t row[4] = {out[p][0], vextq_u8(out[p][0], out[p][1], 12),
                                   vextq_u8(out[p][1], out[p][2], 8),
                                   vextq_u8(out[p][2], out[p][2], 4)};
        UNROLL
        for (int dy = 0; dy < 4; dy++)
            vst1q_u8(dst[dy] + (x + p) * 16, vorrq_u8(vqtbl1q_u8(row[dy], index), opaque()));
    }
}

INLINE void store_head(uint8_t *const dst[4], int x, uint8x16_t out[PIXELS][3], enum QsrHead head)
{
    if (head == QSR_HEAD_X2)
        store_x2(dst, x, out);
    else if (head == QSR_HEAD_X4)
        store_x4(dst, x, out);
    else
        store_x3(dst, x, out);
}

// ----------------------------------------------------------------- 10 bits ---

// The X of two pixels.
INLINE uint8x16_t opaque_deep(void)
{
    return vreinterpretq_u8_u64(vdupq_n_u64((uint64_t)DEEP_OPAQUE << 48));
}

// out[p]: two rows of two pixels. X is 1020 already.
INLINE void store_x2_deep(uint8_t *const dst[4], int x, uint16x8_t out[PIXELS][6])
{
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int dy = 0; dy < 2; dy++)
            vst1q_u8(dst[dy] + (x + p) * 16,
                     vorrq_u8(vreinterpretq_u8_u16(out[p][dy]), opaque_deep()));
}

// out[p]: three rows of three colours, in 54 bytes. They go by way of memory,
// where every pixel begins at an address of its own.
INLINE void store_x3_deep(uint8_t *const dst[4], int x, uint16x8_t out[PIXELS][6])
{
    uint8_t patch[PIXELS][64];
    const uint8x16_t colours = vreinterpretq_u8_u64(vdupq_n_u64(0xffffffffffff));
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int v = 0; v < 4; v++)
            vst1q_u8(patch[p] + v * 16, vreinterpretq_u8_u16(out[p][v]));
    UNROLL
    for (int dy = 0; dy < 3; dy++)
        UNROLL
        for (int i = 0; i < PIXELS * 3; i += 2) {
            const uint8x8_t a = vld1_u8(patch[i / 3] + dy * 18 + i % 3 * 6);
            const uint8x8_t b = vld1_u8(patch[(i + 1) / 3] + dy * 18 + (i + 1) % 3 * 6);
            vst1q_u8(dst[dy] + x * 24 + i * 8,
                     vbslq_u8(colours, vcombine_u8(a, b), opaque_deep()));
        }
}

// out[p]: four rows of four colours, in 96 bytes: two colours are 12 of them.
INLINE void store_x4_deep(uint8_t *const dst[4], int x, uint16x8_t out[PIXELS][6])
{
    static const uint8_t spread[16] = {0, 1, 2, 3, 4,  5,  0xff, 0xff,
                                       6, 7, 8, 9, 10, 11, 0xff, 0xff};
    const uint8x16_t index = vld1q_u8(spread);
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int half = 0; half < 2; half++) {
            uint8x16_t v[3];
            UNROLL
            for (int i = 0; i < 3; i++)
                v[i] = vreinterpretq_u8_u16(out[p][half * 3 + i]);
            const uint8x16_t pair[4] = {v[0], vextq_u8(v[0], v[1], 12), vextq_u8(v[1], v[2], 8),
                                        vextq_u8(v[2], v[2], 4)};
            UNROLL
            for (int i = 0; i < 4; i++)
                vst1q_u8(dst[half * 2 + i / 2] + (x + p) * 32 + i % 2 * 16,
                         vorrq_u8(vqtbl1q_u8(pair[i], index), opaque_deep()));
        }
}

INLINE void store_head_deep(uint8_t *const dst[4], int x, uint16x8_t out[PIXELS][6],
                            enum QsrHead head)
{
    if (head == QSR_HEAD_X2)
        store_x2_deep(dst, x, out);
    else if (head == QSR_HEAD_X4)
        store_x4_deep(dst, x, out);
    else
        store_x3_deep(dst, x, out);
}

#endif

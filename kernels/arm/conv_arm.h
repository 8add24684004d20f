// SPDX-License-Identifier: BSD-2-Clause
//
// What the AArch64 sets have in common: everything but the dot products. A set
// defines the macros below, includes this file, and defines dot_block().
//
//   ISA       its name, the suffix of its functions
//   ZERO      the byte that means an activation of 0
//   GROUP     input channels that lie together in the packed weights
//   TOGETHER  vectors of outputs that dot_block() takes together, at most
//
// Feature maps are NHWC, as in plain C, with ZERO exclusive-ored to every byte:
// 0x80 makes a signed number of the activation, less 128, which the bias gives
// back: acc = bias + 128 * sum(w) + sum((q - 128) * w).
//
// A block is PIXELS pixels times OUTPUTS outputs. Its packed weights are in the
// order in which they are read, so that dot_block() only ever steps forward.

#ifndef QSR_KERNELS_ARM_CONV_ARM_H
#define QSR_KERNELS_ARM_CONV_ARM_H

#include <arm_neon.h>
#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"

#define PIXELS 4
#define OUTPUTS 16
#define VECTORS (OUTPUTS / 4)
#define CHUNK 16 // inputs that are loaded at once

typedef struct ArmWeights {
    int32_t bias[OUTPUTS];
    int32_t shift[OUTPUTS]; // negative, as sshl shifts to the left
    int16_t mult[OUTPUTS];
    int16_t frac;           // negative, too
    uint8_t pad[30];
    int8_t w[]; // [vectors / TOGETHER][k / GROUP][4 * TOGETHER outputs][GROUP], k as in the file
} ArmWeights;

_Static_assert(sizeof(ArmWeights) % 64 == 0, "weights must start on a cache line");

// Counts are constants at every call, so that sums live in registers.
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

// sums[p][v] = outputs 4v..4v+3, v < nv, of PIXELS pixels `stride` bytes apart:
// the bias and `rows` runs of `run` inputs, a multiple of CHUNK, the first at src[0] + offset.
INLINE void dot_block(int32x4_t sums[PIXELS][VECTORS], const ArmWeights *wt,
                      const uint8_t *const *src, ptrdiff_t offset, int rows, int run, int stride,
                      int nv);

// ---------------------------------------------------------------- packing ---

#define ONES (-1) // an output that is always 255: the X of RGBX
#define NONE (-2) // an output that is not there

// Inputs of one output, rounded up with zero weights.
#define INPUTS(ksize, cin) (((ksize) * (ksize) * (cin) + CHUNK - 1) & ~(CHUNK - 1))

// Vectors that a layer of `outputs` needs in the block that begins at `first`.
static inline int block_vectors(int outputs, int first)
{
    const int vectors = (outputs - first + 3) / 4;
    return vectors < VECTORS ? vectors : VECTORS;
}

static inline size_t block_bytes(int inputs, int nv)
{
    return sizeof(ArmWeights) + (size_t)inputs * 4 * (size_t)nv;
}

// order[i]: the model file's output channel for output i of the block.
static void pack_block(ArmWeights *out, const QsrConvParams *p, int nv, const int *order)
{
    const int taps = p->ksize * p->ksize * p->cin, inputs = INPUTS(p->ksize, p->cin);
    const int together = 4 * (nv < TOGETHER ? nv : TOGETHER);
    memset(out, 0, block_bytes(inputs, nv));
    out->frac = (int16_t)-p->frac;
    for (int i = 0; i < 4 * nv; i++) {
        const int o = order[i];
        out->mult[i] = QSR_RQ_MIN_MULT;
        if (o == ONES) {
            out->bias[i] = INT16_MAX;
            out->mult[i] = QSR_RQ_MAX_MULT;
        }
        if (o < 0)
            continue;
        uint32_t bias = (uint32_t)p->bias[o]; // may wrap around; so does the sum, back again
        for (int k = 0; k < taps; k++) {
            const int8_t w = p->weights[o * taps + k];
            const int at = (i / together * inputs + k / GROUP * GROUP) * together +
                           i % together * GROUP + k % GROUP;
            out->w[at] = w;
            bias += (uint32_t)(w * ZERO);
        }
        out->bias[i] = (int32_t)bias;
        out->shift[i] = -p->shift[o];
        out->mult[i] = (int16_t)p->mult[o];
    }
}

static size_t pack(void *dst, const QsrConvParams *p, const int *order, int outputs)
{
    size_t at = 0;
    for (int first = 0; first < outputs; first += OUTPUTS) {
        const int nv = block_vectors(outputs, first);
        if (dst)
            pack_block((ArmWeights *)((char *)dst + at), p, nv, order + first);
        at += block_bytes(INPUTS(p->ksize, p->cin), nv);
    }
    return at;
}

static size_t pack_map(void *dst, const QsrConvParams *p)
{
    int order[QSR_MAX_CHANNELS];
    for (int o = 0; o < p->cout; o++)
        order[o] = o;
    return pack(dst, p, order, p->cout);
}

// Heads, from the file's [colour][dy][dx] to [dy][dx][colour], with X for 12
// outputs. Rounded up to whole vectors.
static size_t pack_head(void *dst, const QsrConvParams *p)
{
    const int cells = p->cout / 3, colours = p->cout == 12 ? 4 : 3;
    const int outputs = (cells * colours + 3) & ~3;
    int order[48];
    for (int i = 0; i < outputs; i++) {
        const int colour = i % colours;
        order[i] = i / colours >= cells ? NONE : colour == 3 ? ONES : colour * cells + i / colours;
    }
    return pack(dst, p, order, outputs);
}

// --------------------------------------------------------------- epilogue ---

// kernels/requant.h, for the OUTPUTS outputs of one pixel.
INLINE uint8x16_t requant(const int32x4_t acc[VECTORS], const ArmWeights *wt, int nv)
{
    const int16x8_t frac = vdupq_n_s16(wt->frac);
    int16x8_t u[2] = {vdupq_n_s16(0), vdupq_n_s16(0)};
    UNROLL
    for (int i = 0; i < nv; i += 2) {
        int16x4_t t0 = vqmovn_s32(vshlq_s32(acc[i], vld1q_s32(wt->shift + i * 4)));
        int16x8_t t = vcombine_s16(t0, t0);
        if (i + 1 < nv)
            t = vqmovn_high_s32(t0, vshlq_s32(acc[i + 1], vld1q_s32(wt->shift + i * 4 + 4)));
        u[i / 2] = vrshlq_s16(vqrdmulhq_s16(t, vld1q_s16(wt->mult + i * 4)), frac);
    }
    return vqmovun_high_s16(vqmovun_s16(u[0]), u[1]);
}

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

// ------------------------------------------------------------------- rows ---

// The 27 inputs of PIXELS pixels from column x on, in the order of the weights,
// 32 bytes apart: the first layer then is a 1x1 convolution like any other.
INLINE void gather(uint8_t *patch, const uint8_t *const src[3], int x)
{
    static const uint8_t index[2][16] = {
        {0, 1, 2, 4, 5, 6, 8, 9, 10, 16, 17, 18, 20, 21, 22, 24},
        {9, 10, 16, 17, 18, 20, 21, 22, 24, 25, 26, 0xff, 0xff, 0xff, 0xff, 0xff},
    };
    uint8x16_t row[3][PIXELS]; // [.][p]: 12 bytes of column x + p - 1 and what comes after
    UNROLL
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *s = src[ky] + (x - 1) * QSR_RGBX;
        const uint8x16_t lo = vld1q_u8(s);
        const uint8x16_t hi = vcombine_u8(vld1_u8(s + 16), vdup_n_u8(0));
        row[ky][0] = lo;
        row[ky][1] = vextq_u8(lo, hi, 4);
        row[ky][2] = vextq_u8(lo, hi, 8);
        row[ky][3] = vextq_u8(lo, hi, 12);
    }
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int half = 0; half < 2; half++) {
            const uint8x16x2_t table = {{row[half][p], row[half + 1][p]}};
            const uint8x16_t q = vqtbl2q_u8(table, vld1q_u8(index[half]));
            vst1q_u8(patch + p * 32 + half * 16, veorq_u8(q, vdupq_n_u8(ZERO)));
        }
}

INLINE void in_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int cout)
{
    const size_t bytes = block_bytes(32, VECTORS);
    for (int x = 0; x < w; x += PIXELS) {
        uint8_t patch[PIXELS * 32];
        const uint8_t *const one[1] = {patch};
        gather(patch, src, x);
        for (int first = 0; first < cout; first += OUTPUTS) {
            const ArmWeights *wt = (const void *)((const char *)weights + first / OUTPUTS * bytes);
            int32x4_t sums[PIXELS][VECTORS];
            dot_block(sums, wt, one, 0, 1, 32, 32, VECTORS);
            store_map(dst + (ptrdiff_t)x * cout + first, cout, sums, wt);
        }
    }
}

INLINE void body_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int c)
{
    const size_t bytes = block_bytes(9 * c, VECTORS);
    for (int first = 0; first < c; first += OUTPUTS) {
        const ArmWeights *wt = (const void *)((const char *)weights + first / OUTPUTS * bytes);
        for (int x = 0; x < w; x += PIXELS) {
            int32x4_t sums[PIXELS][VECTORS];
            dot_block(sums, wt, src, (ptrdiff_t)(x - 1) * c, 3, 3 * c, c, VECTORS);
            store_map(dst + (ptrdiff_t)x * c + first, c, sums, wt);
        }
    }
}

INLINE void head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                     const uint8_t *const in[3], int w, const void *weights, int cin,
                     enum QsrHead head, int deep)
{
    (void)in, (void)deep;
    const int cells = head == QSR_HEAD_X1_5;
    const int ksize = cells ? 2 : 3, stride = cells ? 2 * cin : cin;
    const int outputs = head == QSR_HEAD_X2 ? 16 : head == QSR_HEAD_X4 ? 48 : 28;
    const ptrdiff_t before = cells ? 0 : -cin;
    for (int x = 0; x < w; x += PIXELS) {
        uint8x16_t out[PIXELS][3];
        const ArmWeights *wt = weights;
        UNROLL
        for (int b = 0; b * OUTPUTS < outputs; b++) {
            const int nv = block_vectors(outputs, b * OUTPUTS);
            int32x4_t sums[PIXELS][VECTORS];
            dot_block(sums, wt, src, before + (ptrdiff_t)x * stride, ksize, ksize * cin, stride,
                      nv);
            UNROLL
            for (int p = 0; p < PIXELS; p++)
                out[p][b] = requant(sums[p], wt, nv);
            wt = (const void *)((const char *)wt + block_bytes(ksize * ksize * cin, nv));
        }
        if (head == QSR_HEAD_X2)
            store_x2(dst, x, out);
        else if (head == QSR_HEAD_X4)
            store_x4(dst, x, out);
        else
            store_x3(dst, x, out);
    }
}

// ----------------------------------------------------------------- layout ---

static void fm_clear(uint8_t *row, int x, int n, int cap, int c)
{
    (void)cap;
    memset(row + (ptrdiff_t)x * c, ZERO, (size_t)n * (size_t)c);
}

static void fm_put(uint8_t *row, const uint8_t *nhwc, int w, int cap, int c)
{
    (void)cap;
    for (int i = 0; i < w * c; i++)
        row[i] = nhwc[i] ^ ZERO;
}

static void fm_get(uint8_t *nhwc, const uint8_t *row, int w, int cap, int c)
{
    fm_put(nhwc, row, w, cap, c); // its own inverse
}

// ------------------------------------------------------------------ table ---

#include "kernels/conv_table.h"

void FN(qsr_conv_dsp_init)(QsrConvDSP *dsp)
{
    fill_table(dsp);
    dsp->fm.w_align = PIXELS;
    dsp->fm.clear = fm_clear;
    dsp->fm.put = fm_put;
    dsp->fm.get = fm_get;
    dsp->pack_in = pack_map;
    dsp->pack_body = pack_map;
    dsp->pack_out = pack_head;
}

#endif

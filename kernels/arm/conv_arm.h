// SPDX-License-Identifier: BSD-2-Clause
//
// What the ARM sets have in common: everything but the dot products. A set
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
// An input branch is a block of its own behind each block of its head.

#ifndef QSR_KERNELS_ARM_CONV_ARM_H
#define QSR_KERNELS_ARM_CONV_ARM_H

#include <string.h>

#include "kernels/arm/neon.h"
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

// sums[p][v] = outputs 4v..4v+3, v < nv, of PIXELS pixels `stride` bytes apart:
// the bias and `rows` runs of `run` inputs, a multiple of CHUNK, the first at src[0] + offset.
INLINE void dot_block(int32x4_t sums[PIXELS][VECTORS], const ArmWeights *wt,
                      const uint8_t *const *src, ptrdiff_t offset, int rows, int run, int stride,
                      int nv);

// ---------------------------------------------------------------- packing ---

#define ONES (-1) // an output that is always at its largest: the X of RGBX
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
            out->bias[i] = p->bias ? INT16_MAX : 0;
            out->mult[i] = QSR_RQ_MAX_MULT;
        }
        if (o < 0)
            continue;
        uint32_t bias = p->bias ? (uint32_t)p->bias[o] : 0; // wraps around, and so back again
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
    // A branch has neither a bias nor a requantisation of its own.
    const QsrConvParams branch = {.cin = 3, .cout = p->cout, .ksize = p->branch_ksize,
                                  .weights = p->branch, .mult = p->mult, .shift = p->shift};
    size_t at = 0;
    for (int first = 0; first < outputs; first += OUTPUTS) {
        const int nv = block_vectors(outputs, first);
        if (dst)
            pack_block((ArmWeights *)((char *)dst + at), p, nv, order + first);
        at += block_bytes(INPUTS(p->ksize, p->cin), nv);
        if (!p->branch)
            continue;
        if (dst)
            pack_block((ArmWeights *)((char *)dst + at), &branch, VECTORS, order + first);
        at += block_bytes(INPUTS(p->branch_ksize, 3), VECTORS);
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
// outputs. Rounded up to whole vectors, and nothing behind them.
static size_t pack_head(void *dst, const QsrConvParams *p)
{
    const int cells = p->cout / 3, colours = p->cout == 12 ? 4 : 3;
    const int outputs = (cells * colours + 3) & ~3;
    int order[48];
    for (int i = 0; i < 48; i++) {
        const int colour = i % colours;
        order[i] = i / colours >= cells ? NONE : colour == 3 ? ONES : colour * cells + i / colours;
    }
    return pack(dst, p, order, outputs);
}

#include "kernels/arm/store_arm.h"

// ------------------------------------------------------------------- rows ---

// The 27 inputs of PIXELS pixels, `step` columns apart, around column x, in the
// order of the weights, 32 bytes apart: the first layer then is a 1x1 convolution
// like any other, and so is the branch of the 2x2 head.
INLINE void gather(uint8_t *patch, const uint8_t *const src[3], int x, int step)
{
    static const uint8_t index[2][16] = {
        {0, 1, 2, 4, 5, 6, 8, 9, 10, 16, 17, 18, 20, 21, 22, 24},
        {9, 10, 16, 17, 18, 20, 21, 22, 24, 25, 26, 0xff, 0xff, 0xff, 0xff, 0xff},
    };
    uint8x16_t row[3][PIXELS]; // [.][p]: 12 bytes of column x + p * step - 1 and what comes after
    UNROLL
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *s = src[ky] + ((ptrdiff_t)x - 1) * QSR_RGBX;
        const uint8x16_t lo = vld1q_u8(s);
        row[ky][0] = lo;
        if (step == 1) {
            const uint8x16_t hi = vcombine_u8(vld1_u8(s + 16), vdup_n_u8(0));
            row[ky][1] = vextq_u8(lo, hi, 4);
            row[ky][2] = vextq_u8(lo, hi, 8);
            row[ky][3] = vextq_u8(lo, hi, 12);
        } else { // reads no further than the last pixel
            const uint8x16_t end = vld1q_u8(s + 20);
            row[ky][1] = vld1q_u8(s + 8);
            row[ky][2] = vld1q_u8(s + 16);
            row[ky][3] = vextq_u8(end, end, 4);
        }
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

// The 3 inputs of a 1x1 branch, 16 bytes apart; what follows them has no weight.
INLINE void gather_pixels(uint8_t *patch, const uint8_t *row, int x)
{
    const uint8x16_t q = veorq_u8(vld1q_u8(row + (ptrdiff_t)x * QSR_RGBX), vdupq_n_u8(ZERO));
    vst1q_u8(patch, q);
    vst1q_u8(patch + 16, vextq_u8(q, q, 4));
    vst1q_u8(patch + 32, vextq_u8(q, q, 8));
    vst1q_u8(patch + 48, vextq_u8(q, q, 12));
}

INLINE void in_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int cout)
{
    const size_t bytes = block_bytes(32, VECTORS);
    for (int x = 0; x < w; x += PIXELS) {
        uint8_t patch[PIXELS * 32];
        const uint8_t *const one[1] = {patch};
        gather(patch, src, x, 1);
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

// A branch is computed apart, and comes to the sums of its head by way of memory:
// two loops in one function, one of which is skipped, make gcc 12 spill sums in both.
#define NOINLINE static __attribute__((noinline))

NOINLINE void gather_branch(uint8_t *patch, const uint8_t *const in[3], int x, int cells)
{
    if (cells)
        gather(patch, in, 2 * x, 2);
    else
        gather_pixels(patch, in[1], x);
}

NOINLINE void branch_sums(int32_t sums[PIXELS * OUTPUTS], const ArmWeights *wt,
                          const uint8_t *patch, int inputs)
{
    const uint8_t *const one[1] = {patch};
    int32x4_t acc[PIXELS][VECTORS];
    dot_block(acc, wt, one, 0, 1, inputs, inputs, VECTORS);
    UNROLL
    for (int i = 0; i < PIXELS * VECTORS; i++)
        vst1q_s32(sums + i * 4, acc[i / VECTORS][i % VECTORS]);
}

// Adds the branch that is packed at `wt` to the sums of a head's block.
INLINE void add_branch(int32x4_t sums[PIXELS][VECTORS], const ArmWeights *wt,
                       const uint8_t *patch, int inputs, int nv)
{
    int32_t more[PIXELS * OUTPUTS];
    branch_sums(more, wt, patch, inputs);
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        UNROLL
        for (int v = 0; v < nv; v++)
            sums[p][v] = vaddq_s32(sums[p][v], vld1q_s32(more + p * OUTPUTS + v * 4));
}

// A row of positions of a head, as seen from one block of it.
typedef struct HeadRow {
    const uint8_t *const *src;
    const char *weights;
    const uint8_t *branch; // what gather_branch() left, or NULL
    int cin, cells;
} HeadRow;

// Outputs OUTPUTS * b and on of PIXELS positions from x on.
INLINE void head_block(uint8x16_t out[PIXELS][3], uint16x8_t out_deep[PIXELS][6],
                       const HeadRow *row, int x, int b, int nv, int deep)
{
    const int ksize = row->cells ? 2 : 3, stride = row->cells ? 2 * row->cin : row->cin;
    const int inputs = INPUTS(ksize, row->cin);
    const int branch_inputs = row->cells ? INPUTS(3, 3) : INPUTS(1, 3);
    const ptrdiff_t offset = (ptrdiff_t)x * stride - (row->cells ? 0 : row->cin);
    const char *at = row->weights + (size_t)b * block_bytes(inputs, VECTORS);
    if (row->branch)
        at += (size_t)b * block_bytes(branch_inputs, VECTORS);
    const ArmWeights *wt = (const void *)at;
    int32x4_t sums[PIXELS][VECTORS];
    dot_block(sums, wt, row->src, offset, ksize, ksize * row->cin, stride, nv);
    if (row->branch)
        add_branch(sums, (const void *)(at + block_bytes(inputs, nv)), row->branch, branch_inputs,
                   nv);
    UNROLL
    for (int p = 0; p < PIXELS; p++) {
        if (deep)
            requant_deep(&out_deep[p][2 * b], sums[p], wt, nv);
        else
            out[p][b] = requant(sums[p], wt, nv);
    }
}

// The blocks one by one, not in a loop: clang 14 would leave their sums in memory.
INLINE void head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                     const uint8_t *const in[3], int w, const void *weights, int cin,
                     enum QsrHead head, int deep)
{
    const int outputs = head == QSR_HEAD_X2 ? 16 : head == QSR_HEAD_X4 ? 48 : 28;
    uint8_t patch[PIXELS * 32];
    const HeadRow row = {.src = src, .weights = weights, .branch = in[1] ? patch : NULL,
                         .cin = cin, .cells = head == QSR_HEAD_X1_5};
    for (int x = 0; x < w; x += PIXELS) {
        uint8x16_t out[PIXELS][3];
        uint16x8_t out_deep[PIXELS][6];
        if (in[1])
            gather_branch(patch, in, x, row.cells);
        head_block(out, out_deep, &row, x, 0, VECTORS, deep);
        if (outputs > OUTPUTS)
            head_block(out, out_deep, &row, x, 1, block_vectors(outputs, OUTPUTS), deep);
        if (outputs > 2 * OUTPUTS)
            head_block(out, out_deep, &row, x, 2, VECTORS, deep);
        if (deep)
            store_head_deep(dst, x, out_deep, head);
        else
            store_head(dst, x, out, head);
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

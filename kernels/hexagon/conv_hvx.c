// SPDX-License-Identifier: BSD-2-Clause
//
// The convolutions for HVX, Hexagon's vectors of 128 bytes.
//
// Pixels lie in the lanes and weights in scalar registers: one vrmpy multiplies
// four input channels of 32 pixels by the four weights of an output channel and
// adds the products to 32 sums. A packet takes two of them, a pair of weights
// and a vector; so a block of up to 64 pixels by 6 to 12 outputs leaves room for
// all loads and shifts beside its products. Feature maps are [c/4][x][4]: a
// vector is 32 pixels of one such plane, and no lane is ever empty.
//
// Columns 0 of a row and the rows that heads write are aligned to 128 bytes.
#include "kernels/dsp.h"

#include "kernels/hexagon/conv_pack.h"
#include "kernels/hexagon/hvx.h"

#define LANES 32    // pixels of a vector
#define VECTORS 2   // of pixels in a block, at most
#define MAX_NO 12   // outputs of a block, at most

typedef int64_t WeightPair; // of two outputs, four input channels each

// Feature maps: planes are `pitch` bytes apart.
INLINE ptrdiff_t plane_pitch(int cap)
{
    return VLEN + (((ptrdiff_t)(cap - QSR_FM_LEAD) * 4 + VLEN - 1) & -VLEN);
}

// ------------------------------------------------------------------- sums ---

// Sums of a block, and what comes of them: [output][vector of 32 pixels].
typedef HVX_Vector Sums[MAX_NO][VECTORS];

INLINE void start(Sums acc, const HvxOutputs *p, int no, int nv)
{
    UNROLL
    for (int o = 0; o < no; o++) {
        acc[o][0] = Q6_V_vsplat_R(p->bias[o]);
        if (nv > 1)
            acc[o][1] = acc[o][0];
    }
}

// One group of four input channels of one tap. Returns where the next one's weights are.
INLINE const WeightPair *multiply(Sums acc, const HVX_Vector *v, const WeightPair *w, int no,
                                  int nv)
{
    UNROLL
    for (int o = 0; o < no; o += 2) {
        const WeightPair pair = *w++;
        UNROLL
        for (int i = 0; i < nv; i++)
            acc[o][i] = Q6_Vw_vrmpyacc_VwVubRb(acc[o][i], v[i], (int32_t)pair);
        UNROLL
        for (int i = 0; i < nv && o + 1 < no; i++)
            acc[o + 1][i] = Q6_Vw_vrmpyacc_VwVubRb(acc[o + 1][i], v[i], (int32_t)(pair >> 32));
    }
    return w;
}

// The three taps of a row of a 3x3 kernel; s is column x of a plane.
INLINE const WeightPair *multiply_row3(Sums acc, const HVX_Vector *s, const WeightPair *w, int no,
                                       int nv)
{
    HVX_Vector left[VECTORS], right[VECTORS];
    w = multiply(acc, s, w, no, nv);
    UNROLL
    for (int i = 0; i < nv; i++)
        left[i] = Q6_V_vlalign_VVI(s[i], s[i - 1], 4);
    w = multiply(acc, left, w, no, nv);
    UNROLL
    for (int i = 0; i < nv; i++)
        right[i] = Q6_V_valign_VVI(s[i + 1], s[i], 4);
    return multiply(acc, right, w, no, nv);
}

// The two taps of a row of a 2x2 kernel with stride 2; s is the first of the
// columns of these cells.
INLINE const WeightPair *multiply_row2(Sums acc, const HVX_Vector *s, const WeightPair *w, int no,
                                       int nv)
{
    HVX_Vector even[VECTORS], odd[VECTORS];
    UNROLL
    for (int i = 0; i < nv; i++) {
        const HVX_VectorPair cells = unzip(s[2 * i], s[2 * i + 1], 4);
        even[i] = lo(cells);
        odd[i] = hi(cells);
    }
    w = multiply(acc, even, w, no, nv);
    return multiply(acc, odd, w, no, nv);
}

// All products of a block but the input branch's. `groups`, of four channels, is
// even: two at a time give the compiler something to schedule loads among, as
// long as the sums leave it the registers.
INLINE const WeightPair *convolve(Sums acc, const uint8_t *const *src, ptrdiff_t offset,
                                  ptrdiff_t pitch, int groups, const WeightPair *w, int no, int nv,
                                  int cells)
{
    const int together = no * nv > 20 ? 1 : cells ? 4 : 2;
    NO_UNROLL
    for (int ky = 0; ky < (cells ? 2 : 3); ky++) {
        const uint8_t *s = src[ky] + offset;
        NO_UNROLL
        for (int g = 0; g < groups; g += together) {
            UNROLL
            for (int i = 0; i < together; i++) {
                const HVX_Vector *v = (const HVX_Vector *)s;
                w = cells ? multiply_row2(acc, v, w, no, nv) : multiply_row3(acc, v, w, no, nv);
                s += pitch;
            }
        }
    }
    return w;
}

// -------------------------------------------------------------- epilogue ---

// kernels/requant.h up to the multiplication: u of both vectors of an output,
// their halfwords alternating. The narrowing shift takes four bits; `wide` is
// for the layers that have larger ones.
INLINE void requant(HVX_Vector u[MAX_NO], Sums acc, const HvxLayer *layer, const HvxOutputs *p,
                    int no, int nv)
{
    if (layer->wide) {
        UNROLL
        for (int o = 0; o < no; o++) {
            UNROLL
            for (int i = 0; i < nv; i++)
                acc[o][i] = Q6_Vw_vasr_VwR(acc[o][i], p->pre_shift[o]);
        }
    }
    UNROLL
    for (int o = 0; o < no; o++) {
        const HVX_Vector t = Q6_Vh_vasr_VwVwR_sat(acc[o][nv - 1], acc[o][0], p->shift[o]);
        u[o] = Q6_Vh_vmpy_VhRh_s1_rnd_sat(t, p->mult[o]);
    }
}

// The last step, and four outputs of a pixel side by side: out[vector of pixels].
INLINE void quad(HVX_Vector out[VECTORS], HVX_Vector a, HVX_Vector b, HVX_Vector c, HVX_Vector d,
                 int frac)
{
    const HVX_Vector ab = Q6_Vub_vasr_VhVhR_rnd_sat(b, a, frac);
    const HVX_Vector cd = Q6_Vub_vasr_VhVhR_rnd_sat(d, c, frac);
    out[0] = Q6_Vh_vshuffe_VhVh(cd, ab);
    out[1] = Q6_Vh_vshuffo_VhVh(cd, ab);
}

// The last step of the 10-bit store.
INLINE HVX_Vector deep(HVX_Vector u, int frac)
{
    const HVX_Vector half = Q6_Vh_vsplat_R(1 << (frac - 3));
    const HVX_Vector y = Q6_Vh_vasr_VhR(Q6_Vh_vadd_VhVh_sat(u, half), frac - 2);
    return Q6_Vh_vmin_VhVh(Q6_Vh_vmax_VhVh(y, Q6_V_vzero()), Q6_Vh_vsplat_R(1020));
}

// As quad(), of 16 bits: out[vector of pixels] is a pair of 16 pixels each.
INLINE void quad_deep(HVX_VectorPair out[VECTORS], HVX_Vector a, HVX_Vector b, HVX_Vector c,
                      HVX_Vector d)
{
    out[0] = zip(Q6_Vh_vshuffe_VhVh(b, a), Q6_Vh_vshuffe_VhVh(d, c), 4);
    out[1] = zip(Q6_Vh_vshuffo_VhVh(b, a), Q6_Vh_vshuffo_VhVh(d, c), 4);
}

// For vrdelta: of every four units of 4 (8) bytes the first three, in the first 96 bytes.
static const uint8_t three_of_four[2][VLEN] __attribute__((aligned(VLEN))) = {
    {
#define REP4(a, b, c, d, e, f, g, h) \
    a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d, e, e, e, e, f, f, f, f, g, g, g, g, h, h, h, h
        REP4(0, 0, 0, 16, 4, 12, 32, 44), REP4(8, 16, 24, 24, 68, 68, 88, 84),
        REP4(16, 16, 32, 32, 52, 60, 48, 44), REP4(8, 0, 8, 8, 52, 36, 40, 36)
    },
    {
        REP4(0, 0, 0, 0, 0, 0, 32, 32), REP4(8, 8, 24, 24, 64, 64, 88, 88),
        REP4(16, 16, 32, 32, 48, 48, 48, 48), REP4(8, 8, 8, 8, 48, 48, 40, 40)
#undef REP4
    },
};

// Pixels of `unit` bytes from s vectors, one for each place in a row of a block,
// to s vectors of a row.
INLINE void store_row(uint8_t *dst, const HVX_Vector *v, int s, int unit)
{
    HVX_Vector *out = (HVX_Vector *)dst;
    if (s == 2) {
        const HVX_VectorPair row = zip(v[0], v[1], unit);
        out[0] = lo(row);
        out[1] = hi(row);
        return;
    }
    const HVX_VectorPair even = zip(v[0], v[2], unit), odd = zip(v[1], v[s == 4 ? 3 : 1], unit);
    const HVX_VectorPair a = zip(lo(even), lo(odd), unit), b = zip(hi(even), hi(odd), unit);
    HVX_Vector c[4] = {lo(a), hi(a), lo(b), hi(b)};
    if (s == 3) {
        const HVX_Vector control = load(three_of_four[unit == 8]);
        UNROLL
        for (int i = 0; i < 4; i++)
            c[i] = Q6_V_vrdelta_VV(c[i], control);
        join_96(c, c);
    }
    UNROLL
    for (int i = 0; i < s; i++)
        out[i] = c[i];
}

// One row of a block's pixels from the outputs [dx][colour] of u.
INLINE void store_pixels(uint8_t *dst, const HVX_Vector *u, const HvxLayer *layer, int is_deep,
                         int s, int nv)
{
    const int frac = layer->frac;
    if (is_deep) {
        HVX_Vector v[2 * VECTORS][4];
        UNROLL
        for (int dx = 0; dx < s; dx++) {
            HVX_VectorPair w[VECTORS];
            quad_deep(w, deep(u[3 * dx], frac), deep(u[3 * dx + 1], frac),
                      deep(u[3 * dx + 2], frac), Q6_Vh_vsplat_R(1023));
            UNROLL
            for (int i = 0; i < nv; i++) {
                v[2 * i][dx] = lo(w[i]);
                v[2 * i + 1][dx] = hi(w[i]);
            }
        }
        UNROLL
        for (int i = 0; i < 2 * nv; i++)
            store_row(dst + i * s * VLEN, v[i], s, 8);
        return;
    }
    HVX_Vector v[VECTORS][4];
    UNROLL
    for (int dx = 0; dx < s; dx++) {
        HVX_Vector w[VECTORS];
        quad(w, u[3 * dx], u[3 * dx + 1], u[3 * dx + 2], Q6_Vh_vsplat_R(INT16_MAX), frac);
        v[0][dx] = w[0];
        v[1][dx] = w[1];
    }
    UNROLL
    for (int i = 0; i < nv; i++)
        store_row(dst + i * s * VLEN, v[i], s, 4);
}

// -------------------------------------------------------------- RGBX rows ---

// The pixels from p on, which is aligned to a pixel, in whole vectors; `last` is
// the last byte that may be read.
INLINE void load_rgbx(HVX_Vector *v, const uint8_t *p, const uint8_t *last, int n)
{
    const int at = misalignment(p);
    HVX_Vector a = load_around(p);
    UNROLL
    for (int i = 0; i < n; i++) {
        const uint8_t *next = p + (i + 1) * VLEN;
        const HVX_Vector b = load_around(next < last ? next : last);
        v[i] = Q6_V_valign_VVR(b, a, at);
        a = b;
    }
}

// The 27 inputs of 32 pixels in seven words each. Two pixels of the lowest row
// give their colours to the unused X of the six above; conv_pack.c agrees.
INLINE void gather(HVX_Vector patch[7][VECTORS], const uint8_t *const src[3], int x, int nv)
{
    HVX_Vector tap[3][3][VECTORS];
    UNROLL
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *p = src[ky] + (ptrdiff_t)(x - 1) * QSR_RGBX;
        HVX_Vector v[VECTORS + 1];
        load_rgbx(v, p, p + nv * VLEN + 7, nv + 1);
        UNROLL
        for (int i = 0; i < nv; i++) {
            tap[ky][0][i] = v[i];
            tap[ky][1][i] = Q6_V_valign_VVI(v[i + 1], v[i], 4);
            tap[ky][2][i] = Q6_V_valign_VVR(v[i + 1], v[i], 8);
        }
    }
    const HVX_VectorPred is_x = Q6_Q_vand_VR(Q6_V_vsplat_R(0x01000000), 0x01010101);
    UNROLL
    for (int i = 0; i < nv; i++) {
        UNROLL
        for (int ky = 0; ky < 2; ky++) {
            const HVX_Vector from = tap[2][ky][i];
            UNROLL
            for (int kx = 0; kx < 3; kx++)
                patch[3 * ky + kx][i] = Q6_V_vmux_QVV(is_x, Q6_Vw_vasl_VwR(from, 24 - 8 * kx),
                                                      tap[ky][kx][i]);
        }
        patch[6][i] = tap[2][2][i];
    }
}

// ------------------------------------------------------------------- rows ---

// A layer's blocks of eight outputs from the patches of 32 nv pixels.
INLINE void in_block(uint8_t *dst, const HVX_Vector patch[7][VECTORS], const HvxLayer *layer,
                     ptrdiff_t pitch, int nv)
{
    const HvxOutputs *p = (const HvxOutputs *)(layer + 1);
    NO_UNROLL
    for (int block = 0; block < layer->blocks; block++) {
        const WeightPair *w = (const WeightPair *)(p + 1);
        Sums acc;
        HVX_Vector u[MAX_NO], out[VECTORS];
        start(acc, p, 8, nv);
        UNROLL
        for (int i = 0; i < 7; i++)
            w = multiply(acc, patch[i], w, 8, nv);
        requant(u, acc, layer, p, 8, nv);
        UNROLL
        for (int o = 0; o < 8; o += 4) {
            quad(out, u[o], u[o + 1], u[o + 2], u[o + 3], layer->frac);
            UNROLL
            for (int i = 0; i < nv; i++)
                store(dst + i * VLEN, out[i]);
            dst += pitch;
        }
        p = (const HvxOutputs *)w;
    }
}

NOINLINE void in_rows(uint8_t *dst, const uint8_t *const src[3], int w, int cap,
                      const HvxLayer *layer)
{
    const ptrdiff_t pitch = plane_pitch(cap);
    int x = 0;
    for (; x + LANES < w; x += 2 * LANES) {
        HVX_Vector patch[7][VECTORS];
        gather(patch, src, x, 2);
        in_block(dst + x * 4, patch, layer, pitch, 2);
    }
    if (x < w) {
        HVX_Vector patch[7][VECTORS];
        gather(patch, src, x, 1);
        in_block(dst + x * 4, patch, layer, pitch, 1);
    }
}

INLINE void body_block(uint8_t *dst, const uint8_t *const src[3], int x, ptrdiff_t pitch,
                       const HvxLayer *layer, const HvxOutputs *p, int nv)
{
    Sums acc;
    HVX_Vector u[MAX_NO], out[VECTORS];
    start(acc, p, 8, nv);
    convolve(acc, src, x * 4, pitch, layer->groups, (const WeightPair *)(p + 1), 8, nv, 0);
    requant(u, acc, layer, p, 8, nv);
    UNROLL
    for (int o = 0; o < 2; o++) {
        quad(out, u[4 * o], u[4 * o + 1], u[4 * o + 2], u[4 * o + 3], layer->frac);
        UNROLL
        for (int i = 0; i < nv; i++)
            store(dst + x * 4 + o * pitch + i * VLEN, out[i]);
    }
}

NOINLINE void body_rows(uint8_t *dst, const uint8_t *const src[3], int w, int cap,
                        const HvxLayer *layer)
{
    const ptrdiff_t pitch = plane_pitch(cap);
    const HvxOutputs *p = (const HvxOutputs *)(layer + 1);
    for (int block = 0; block < layer->blocks; block++) {
        int x = 0;
        for (; x + LANES < w; x += 2 * LANES)
            body_block(dst, src, x, pitch, layer, p, 2);
        if (x < w)
            body_block(dst, src, x, pitch, layer, p, 1);
        p = (const HvxOutputs *)((const uint8_t *)p + layer->block_bytes);
        dst += 2 * pitch;
    }
}

// A head: what its rows have in common.
typedef struct HeadRow {
    const uint8_t *const *src;
    const uint8_t *const *in;
    const HvxLayer *layer;
    ptrdiff_t pitch;
    int w, deep;
} HeadRow;

// The input branch: 1x1 of pixels, or 3x3 of cells.
INLINE const WeightPair *branch(Sums acc, const HeadRow *h, int x, const WeightPair *w, int no,
                                int nv, int cells)
{
    HVX_Vector v[2 * VECTORS + 1];
    if (!cells) {
        const uint8_t *p = h->in[1] + (ptrdiff_t)x * QSR_RGBX;
        load_rgbx(v, p, p + nv * VLEN - 1, nv);
        return multiply(acc, v, w, no, nv);
    }
    NO_UNROLL
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *row = h->in[ky], *p = row + (ptrdiff_t)(2 * x - 1) * QSR_RGBX;
        load_rgbx(v, p, row + (ptrdiff_t)h->w * 2 * QSR_RGBX - 1, 2 * nv + 1);
        HVX_Vector tap[3][VECTORS];
        UNROLL
        for (int i = 0; i < nv; i++) {
            const HVX_Vector a = v[2 * i], b = v[2 * i + 1];
            const HVX_VectorPair both = unzip(a, b, 4);
            tap[0][i] = lo(both);
            tap[1][i] = hi(both);
            tap[2][i] = lo(unzip(Q6_V_valign_VVR(b, a, 8), Q6_V_valign_VVR(v[2 * i + 2], b, 8), 4));
        }
        UNROLL
        for (int kx = 0; kx < 3; kx++)
            w = multiply(acc, tap[kx], w, no, nv);
    }
    return w;
}

// One block of `no` outputs, which are `rows` rows of s pixels.
INLINE void head_block(uint8_t *const *dst, const HeadRow *h, const HvxOutputs *p, int x, int no,
                       int nv, int s, int cells)
{
    const HvxLayer *layer = h->layer;
    Sums acc;
    HVX_Vector u[MAX_NO];
    start(acc, p, no, nv);
    const WeightPair *w = convolve(acc, h->src, (ptrdiff_t)x * (cells ? 8 : 4), h->pitch,
                                   layer->groups, (const WeightPair *)(p + 1), no, nv, cells);
    if (layer->branch)
        branch(acc, h, x, w, no, nv, cells);
    requant(u, acc, layer, p, no, nv);
    const ptrdiff_t at = (ptrdiff_t)x * s * QSR_RGBX * (h->deep ? 2 : 1);
    UNROLL
    for (int dy = 0; dy < no / (3 * s); dy++)
        store_pixels(dst[dy] + at, u + dy * 3 * s, layer, h->deep, s, nv);
}

INLINE void head_rows(uint8_t *const dst[4], const HeadRow *h, int no, int s, int cells)
{
    const HvxOutputs *p = (const HvxOutputs *)(h->layer + 1);
    for (int dy = 0; dy < s; dy += no / (3 * s)) {
        int x = 0;
        for (; x + LANES < h->w; x += 2 * LANES)
            head_block(dst + dy, h, p, x, no, 2, s, cells);
        if (x < h->w)
            head_block(dst + dy, h, p, x, no, 1, s, cells);
        p = (const HvxOutputs *)((const uint8_t *)p + h->layer->block_bytes);
    }
}

// Outputs of a block: a row of the head's, both of x2.
NOINLINE void head_rows_x2(uint8_t *const dst[4], const HeadRow *h)
{
    head_rows(dst, h, 12, 2, 0);
}

NOINLINE void head_rows_x3(uint8_t *const dst[4], const HeadRow *h)
{
    head_rows(dst, h, 9, 3, 0);
}

NOINLINE void head_rows_x4(uint8_t *const dst[4], const HeadRow *h)
{
    head_rows(dst, h, 12, 4, 0);
}

NOINLINE void head_rows_x1_5(uint8_t *const dst[4], const HeadRow *h)
{
    head_rows(dst, h, 9, 3, 1);
}

// The widths share their code: how many channels there are is in the weights.

static void conv_in_hvx(uint8_t *dst, const uint8_t *const src[3], int w, int cap,
                        const void *weights)
{
    in_rows(dst, src, w, cap, weights);
}

static void conv_body_hvx(uint8_t *dst, const uint8_t *const src[3], int w, int cap, int y_parity,
                          const void *weights)
{
    (void)y_parity;
    body_rows(dst, src, w, cap, weights);
}

#define HEAD_FN(name, rows, is_deep)                                                         \
    static void name(uint8_t *const dst[4], const uint8_t *const src[3],                     \
                     const uint8_t *const in[3], int w, int cap, int y_parity,               \
                     const void *weights)                                                    \
    {                                                                                        \
        const HeadRow h = {.src = src, .in = in, .layer = weights, .w = w, .deep = is_deep,  \
                           .pitch = plane_pitch(cap)};                                       \
        (void)y_parity;                                                                      \
        rows(dst, &h);                                                                       \
    }
#define HEAD_FNS(name)                                            \
    HEAD_FN(conv_out_##name##_hvx, head_rows_##name, 0)           \
    HEAD_FN(conv_out_deep_##name##_hvx, head_rows_##name, 1)
HEAD_FNS(x2)
HEAD_FNS(x3)
HEAD_FNS(x4)
HEAD_FNS(x1_5)

// ----------------------------------------------------------------- layout ---

static size_t fm_group_bytes(int cap, int c)
{
    return (size_t)plane_pitch(cap) * (size_t)(c / 4);
}

static ptrdiff_t fm_row_offset(int row, int cap, int c)
{
    (void)row, (void)cap, (void)c;
    return VLEN;
}

// Columns [x, x+n), a vector at a time; the row is aligned.
static void fm_clear(uint8_t *row, int x, int n, int cap, int c)
{
    const ptrdiff_t pitch = plane_pitch(cap);
    uint8_t *from = row + (ptrdiff_t)x * 4;
    const HVX_Vector zero = Q6_V_vzero();
    for (int bytes = n * 4; bytes > 0;) {
        const int at = misalignment(from);
        const int here = bytes < VLEN - at ? bytes : VLEN - at;
        const HVX_VectorPred q = Q6_Q_and_QQn(first_bytes_all(at + here), first_bytes(at));
        uint8_t *plane = from - at;
        for (int g = 0; g < c; g += 4, plane += pitch)
            Q6_vmem_QRIV(q, (HVX_Vector *)plane, zero);
        from += here;
        bytes -= here;
    }
}

static void fm_put(uint8_t *row, const uint8_t *nhwc, int w, int cap, int c)
{
    const ptrdiff_t pitch = plane_pitch(cap);
    for (int x = 0; x < w; x++)
        for (int i = 0; i < c; i++)
            row[i / 4 * pitch + x * 4 + i % 4] = nhwc[x * c + i];
}

static void fm_get(uint8_t *nhwc, const uint8_t *row, int w, int cap, int c)
{
    const ptrdiff_t pitch = plane_pitch(cap);
    for (int x = 0; x < w; x++)
        for (int i = 0; i < c; i++)
            nhwc[x * c + i] = row[i / 4 * pitch + x * 4 + i % 4];
}

void qsr_conv_dsp_init_hvx(QsrConvDSP *dsp)
{
    *dsp = (QsrConvDSP){
        .name = "hvx",
        .fm = {.w_align = LANES, .row_group = 1, .group_bytes = fm_group_bytes,
               .row_offset = fm_row_offset, .clear = fm_clear, .put = fm_put, .get = fm_get},
        .pack_in = qsr_hvx_pack_in, .pack_body = qsr_hvx_pack_body, .pack_out = qsr_hvx_pack_out,
    };
    for (int width = 0; width < QSR_N_WIDTHS; width++) {
        dsp->conv_in[width] = conv_in_hvx;
        dsp->conv_body[width] = conv_body_hvx;
        dsp->conv_out[width][QSR_HEAD_X2] = conv_out_x2_hvx;
        dsp->conv_out[width][QSR_HEAD_X3] = conv_out_x3_hvx;
        dsp->conv_out[width][QSR_HEAD_X4] = conv_out_x4_hvx;
        dsp->conv_out[width][QSR_HEAD_X1_5] = conv_out_x1_5_hvx;
        dsp->conv_out_deep[width][QSR_HEAD_X2] = conv_out_deep_x2_hvx;
        dsp->conv_out_deep[width][QSR_HEAD_X3] = conv_out_deep_x3_hvx;
        dsp->conv_out_deep[width][QSR_HEAD_X4] = conv_out_deep_x4_hvx;
        dsp->conv_out_deep[width][QSR_HEAD_X1_5] = conv_out_deep_x1_5_hvx;
    }
}

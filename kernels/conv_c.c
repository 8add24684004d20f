// SPDX-License-Identifier: BSD-2-Clause
//
// The convolutions in plain C: the definition that every instruction set is
// compared with, and the fallback of every machine.
//
// Feature maps are NHWC: [x][c], one row a group. A row of 3 (or 2) taps is
// then 3*cin contiguous bytes, and a convolution is, for every output pixel,
// three runs of "activation times a vector of cout weights".
#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"

// Weights in the order in which they are read. 16 bits, because an activation
// times a weight fits 16 bits (255 * 127 = 32385) and compilers multiply vectors
// of 16-bit numbers well.
typedef struct CWeights {
    int32_t frac, branch; // branch: a head has one
    int32_t bias[QSR_MAX_CHANNELS];
    int16_t mult[QSR_MAX_CHANNELS];
    uint8_t shift[QSR_MAX_CHANNELS];
    int16_t w[]; // [ky][kx][cin][cout], then the branch, [ky][kx][RGBX][cout]
} CWeights;

// --------------------------------------------------------------- packing ---

// Weights of one convolution, from [cout][taps][cin] to [taps][cin_row][cout].
static void pack_weights(int16_t *dst, const int8_t *weights, int taps, int cin, int cin_row,
                         int cout, const uint8_t *order)
{
    for (int o = 0; o < cout; o++)
        for (int tap = 0; tap < taps; tap++)
            for (int i = 0; i < cin; i++)
                dst[((size_t)tap * cin_row + i) * cout + o] =
                    weights[((size_t)(order ? order[o] : o) * taps + tap) * cin + i];
}

// cin_row: input channels of a row as stored (4 for RGBX). order: the model
// file's output channel for each packed one, or NULL for the same.
static size_t pack(void *dst, const QsrConvParams *p, int cin_row, const uint8_t *order)
{
    const int taps = p->ksize * p->ksize;
    const int branch_taps = p->branch ? p->branch_ksize * p->branch_ksize : 0;
    const size_t main_size = (size_t)taps * cin_row * p->cout;
    const size_t size = sizeof(CWeights) +
                        sizeof(int16_t) * (main_size + (size_t)branch_taps * QSR_RGBX * p->cout);
    if (!dst)
        return size;
    CWeights *out = dst;
    memset(out, 0, size);
    out->frac = p->frac;
    out->branch = branch_taps > 0;
    for (int o = 0; o < p->cout; o++) {
        const int from = order ? order[o] : o;
        out->bias[o] = p->bias[from];
        out->mult[o] = (int16_t)p->mult[from];
        out->shift[o] = p->shift[from];
    }
    pack_weights(out->w, p->weights, taps, p->cin, cin_row, p->cout, order);
    if (branch_taps)
        pack_weights(out->w + main_size, p->branch, branch_taps, 3, QSR_RGBX, p->cout, order);
    return size;
}

static size_t pack_in_c(void *dst, const QsrConvParams *p)
{
    return pack(dst, p, QSR_RGBX, NULL);
}

static size_t pack_body_c(void *dst, const QsrConvParams *p)
{
    return pack(dst, p, p->cin, NULL);
}

// From the file's [colour][dy][dx] to [dy][dx][colour], the order of the store.
static size_t pack_out_c(void *dst, const QsrConvParams *p)
{
    uint8_t order[48];
    const int cells = p->cout / 3;
    for (int o = 0; o < p->cout; o++)
        order[o] = (uint8_t)(o % 3 * cells + o / 3);
    return pack(dst, p, p->cin, order);
}

// ------------------------------------------------------------- arithmetic ---

// acc[0..cout) += the taps of one output pixel: `run` bytes of each of `rows`
// rows, starting at src[row] + offset. Returns where the weights end.
static inline const int16_t *accumulate(int32_t *restrict acc, const int16_t *restrict w,
                                        const uint8_t *const *src, ptrdiff_t offset, int rows,
                                        int run, int cout)
{
    for (int ky = 0; ky < rows; ky++) {
        const uint8_t *restrict s = src[ky] + offset;
        for (int k = 0; k < run; k++, w += cout) {
            const int16_t v = s[k];
            for (int o = 0; o < cout; o++)
                acc[o] += (int16_t)(v * w[o]);
        }
    }
    return w;
}

static inline void start(int32_t *acc, const CWeights *wt, int cout)
{
    for (int o = 0; o < cout; o++)
        acc[o] = wt->bias[o];
}

static inline uint8_t finish(const CWeights *wt, const int32_t *acc, int o)
{
    return (uint8_t)qsr_requant(acc[o], wt->shift[o], wt->mult[o], wt->frac, 255);
}

static inline uint16_t finish_deep(const CWeights *wt, const int32_t *acc, int o)
{
    return (uint16_t)qsr_requant_deep(acc[o], wt->shift[o], wt->mult[o], wt->frac);
}

// 3x3, stride 1, feature map (or RGBX) to feature map.
static inline void conv_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights,
                            int cin, int cout)
{
    const CWeights *wt = weights;
    for (int x = 0; x < w; x++) {
        int32_t acc[QSR_MAX_CHANNELS];
        start(acc, wt, cout);
        accumulate(acc, wt->w, src, (ptrdiff_t)(x - 1) * cin, 3, 3 * cin, cout);
        for (int o = 0; o < cout; o++)
            dst[(ptrdiff_t)x * cout + o] = finish(wt, acc, o);
    }
}

// One row of a position's block, s pixels of RGBX from sums in the order of the store.
static inline void store_row(uint8_t *dst, const CWeights *wt, const int32_t *acc, int o, int s,
                             int deep)
{
    uint16_t *dst16 = (uint16_t *)(void *)dst;
    for (int dx = 0; dx < s; dx++, o += 3) {
        for (int c = 0; c < 3; c++) {
            if (deep)
                dst16[dx * QSR_RGBX + c] = finish_deep(wt, acc, o + c);
            else
                dst[dx * QSR_RGBX + c] = finish(wt, acc, o + c);
        }
        if (deep)
            dst16[dx * QSR_RGBX + 3] = 1023;
        else
            dst[dx * QSR_RGBX + 3] = 255;
    }
}

// The heads: each position gives an s x s block of RGBX pixels.
static inline void head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                            const uint8_t *const in[3], int w, const void *weights, int c,
                            enum QsrHead head, int deep)
{
    const CWeights *wt = weights;
    const int s = head == QSR_HEAD_X2 ? 2 : head == QSR_HEAD_X4 ? 4 : 3, cout = 3 * s * s;
    const int cells = head == QSR_HEAD_X1_5; // 2x2, stride 2
    const int ksize = cells ? 2 : 3, step = cells ? 2 : 1, first = cells ? 0 : -1;
    const ptrdiff_t bytes = (ptrdiff_t)s * QSR_RGBX * (deep ? 2 : 1);
    for (int x = 0; x < w; x++) {
        const ptrdiff_t column = (ptrdiff_t)x * step;
        int32_t acc[48];
        start(acc, wt, cout);
        const int16_t *more =
            accumulate(acc, wt->w, src, (column + first) * c, ksize, ksize * c, cout);
        if (wt->branch && cells)
            accumulate(acc, more, in, (column - 1) * QSR_RGBX, 3, 3 * QSR_RGBX, cout);
        else if (wt->branch)
            accumulate(acc, more, in + 1, column * QSR_RGBX, 1, QSR_RGBX, cout);
        for (int dy = 0; dy < s; dy++)
            store_row(dst[dy] + x * bytes, wt, acc, dy * s * 3, s, deep);
    }
}

// One function per shape is made of these, so that the compiler knows every trip count.
static inline void in_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights,
                          int c)
{
    conv_row(dst, src, w, weights, QSR_RGBX, c);
}

static inline void body_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights,
                            int c)
{
    conv_row(dst, src, w, weights, c, c);
}

// ----------------------------------------------------------------- layout ---

static size_t fm_group_bytes_c(int cap, int c)
{
    size_t bytes = ((size_t)cap * c + 63) & ~(size_t)63;
    // Rows a power of two apart would fall on the same cache sets.
    return bytes & 1023 ? bytes : bytes + 64;
}

static ptrdiff_t fm_row_offset_c(int row, int cap, int c)
{
    (void)row, (void)cap;
    return (ptrdiff_t)QSR_FM_LEAD * c;
}

static void fm_clear_c(uint8_t *row, int x, int n, int cap, int c)
{
    (void)cap;
    memset(row + (ptrdiff_t)x * c, 0, (size_t)n * c);
}

static void fm_put_c(uint8_t *row, const uint8_t *nhwc, int w, int cap, int c)
{
    (void)cap;
    memcpy(row, nhwc, (size_t)w * c);
}

static void fm_get_c(uint8_t *nhwc, const uint8_t *row, int w, int cap, int c)
{
    (void)cap;
    memcpy(nhwc, row, (size_t)w * c);
}

#define ISA c
#include "kernels/conv_table.h"

void qsr_conv_dsp_init_c(QsrConvDSP *dsp)
{
    *dsp = (QsrConvDSP){
        .fm = {.w_align = 1, .row_group = 1, .group_bytes = fm_group_bytes_c,
               .row_offset = fm_row_offset_c, .clear = fm_clear_c,
               .put = fm_put_c, .get = fm_get_c},
        .pack_in = pack_in_c, .pack_body = pack_body_c, .pack_out = pack_out_c,
    };
    fill_table(dsp);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The rows of the convolutions in ORC; conv_orc.h has the idea. What ORC compiled is
// called without the generated functions, which would fill in all of an executor for
// every call: a layer makes a thousand calls per row.
#include "kernels/orc/conv_orc.h"

#include <orc/orc.h>
#include <pthread.h>
#include <string.h>

#include "kernels/orc/conv_orc_gen.h"
#include "kernels/orc/usable.h"
#include "kernels/requant.h"

#define BLOCK 64       // pixels of the programs' inner loop, .n in conv.orc
#define MAP_CHUNK 256  // columns that are summed at once, to stay in the first cache
#define HEAD_CHUNK 128
#define CELL_CHUNK 64
#define PX 4           // bytes of a pixel of a plane

static struct {
    OrcExecutorFunc mac[ORC_N_STEPS];
    OrcExecutorFunc store[2]; // 8 bits, 10 bits
    int usable;
    int second; // the output that goes to the high half of a number: 0 if that comes first
} code;

// Sums of two outputs, and what is not widened yet.
typedef struct Sums {
    _Alignas(64) uint32_t wide[2][MAP_CHUNK];
    uint32_t part[2][MAP_CHUNK];
} Sums;

typedef struct Rows {
    OrcExecutor ex;
    Sums sums;
    const uint8_t *at[ORC_MAX_INPUTS]; // column 0 of the chunk of every input
} Rows;

static size_t plane_bytes(int cap)
{
    return (((size_t)cap * PX + 63) & ~(size_t)63) | 64;
}

static int round_up(int n, int to)
{
    return (n + to - 1) / to * to;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

// -------------------------------------------------------------- arithmetic ---

// n columns, a multiple of BLOCK. The programs step ex->arrays on.
static void start(Rows *r, int n)
{
    r->ex.n = BLOCK;
    ORC_EXECUTOR_M(&r->ex) = n / BLOCK;
    for (int i = ORC_VAR_D1; i <= ORC_VAR_S8; i++)
        r->ex.params[i] = BLOCK * PX;
}

static void accumulate(Rows *r, const OrcOutputs *outputs, int n)
{
    const OrcCall *call = (const OrcCall *)(outputs + 1);
    OrcExecutor *ex = &r->ex;
    memset(r->sums.wide[0], 0, (size_t)n * PX);
    memset(r->sums.wide[1], 0, (size_t)n * PX);
    for (int i = 0; i < outputs->calls; i++, call++) {
        uint32_t(*dst)[MAP_CHUNK] = call->step >= ORC_LAST ? r->sums.wide : r->sums.part;
        ex->arrays[ORC_VAR_D1] = dst[0];
        ex->arrays[ORC_VAR_D2] = dst[1];
        for (int k = 0; k < ORC_CALL_INPUTS; k++)
            ex->arrays[ORC_VAR_S1 + k] = (void *)(uintptr_t)r->at[call->input[k]];
        ex->arrays[ORC_VAR_S5] = r->sums.part[0];
        ex->arrays[ORC_VAR_S6] = r->sums.part[1];
        _Static_assert(sizeof(call->w) == 8 * sizeof(ex->params[0]), "one parameter a pair");
        memcpy(&ex->params[ORC_VAR_P1], call->w, sizeof(call->w));
        code.mac[call->step](ex);
    }
}

static void store(Rows *r, void *dst, const OrcOutputs *outputs, int frac, int deep, int n)
{
    const int f = deep ? frac - 2 : frac, hi = code.second, lo = !hi;
    OrcExecutor ex;
    ex.n = n;
    ex.arrays[ORC_VAR_D1] = dst;
    ex.arrays[ORC_VAR_S1] = r->sums.wide[lo];
    ex.arrays[ORC_VAR_S2] = r->sums.wide[hi];
    memcpy(&ex.params[ORC_VAR_P1], outputs->store + lo * 3, 3 * sizeof(int32_t));
    memcpy(&ex.params[ORC_VAR_P4], outputs->store + hi * 3, 3 * sizeof(int32_t));
    ex.params[ORC_VAR_P7] = (1 << 14) + (1 << (15 + f - 1));
    ex.params[ORC_VAR_P8] = 15 + f;
    code.store[deep](&ex);
}

// All outputs of n columns, to planes `pitch` bytes apart.
static void run(Rows *r, uint8_t *dst, size_t pitch, const OrcWeights *wt, int deep, int n)
{
    const OrcOutputs *outputs = (const OrcOutputs *)(wt + 1);
    start(r, n);
    for (int i = 0; i < wt->n_outputs; i++, dst += pitch) {
        accumulate(r, outputs, n);
        store(r, dst, outputs, wt->frac, deep, n);
        outputs = (const void *)((const OrcCall *)(outputs + 1) + outputs->calls);
    }
}

// ------------------------------------------------------------------ inputs ---

// n pixels of RGBX, `step` pixels apart, as planes of (R, G) and (B, X).
static void split_rgbx(uint16_t *rg, uint16_t *bx, const uint8_t *src, int step, int n)
{
    for (int x = 0; x < n; x++, src += step * QSR_RGBX) {
        rg[2 * x] = src[0];
        rg[2 * x + 1] = src[1];
        bx[2 * x] = src[2];
        bx[2 * x + 1] = src[3];
    }
}

static const uint8_t **add_taps_3x3(const uint8_t **at, const uint8_t *const src[3], int x,
                                    size_t pitch, int pairs)
{
    for (int ky = 0; ky < 3; ky++)
        for (int kx = 0; kx < 3; kx++)
            for (int p = 0; p < pairs; p++)
                *at++ = src[ky] + (ptrdiff_t)(x + kx - 1) * PX + (size_t)p * pitch;
    return at;
}

static void orc_in_row(uint8_t *dst, const uint8_t *const src[3], int w, int cap,
                       const void *weights)
{
    uint16_t planes[3][2][(MAP_CHUNK + 2) * 2];
    Rows r;
    const int end = round_up(w, BLOCK);
    for (int x = 0; x < end; x += MAP_CHUNK) {
        const int n = min_int(end - x, MAP_CHUNK);
        const uint8_t *first[3];
        for (int ky = 0; ky < 3; ky++) {
            split_rgbx(planes[ky][0], planes[ky][1], src[ky] + (ptrdiff_t)(x - 1) * QSR_RGBX, 1,
                       n + 2);
            first[ky] = (const uint8_t *)planes[ky][0];
        }
        add_taps_3x3(r.at, first, 1, sizeof(planes[0][0]), 2);
        run(&r, dst + (ptrdiff_t)x * PX, plane_bytes(cap), weights, 0, n);
    }
}

static void orc_body_row(uint8_t *dst, const uint8_t *const src[3], int w, int cap,
                         const void *weights, int c)
{
    Rows r;
    const int end = round_up(w, BLOCK);
    for (int x = 0; x < end; x += MAP_CHUNK) {
        add_taps_3x3(r.at, src, x, plane_bytes(cap), c / 2);
        run(&r, dst + (ptrdiff_t)x * PX, plane_bytes(cap), weights, 0,
            min_int(end - x, MAP_CHUNK));
    }
}

// ------------------------------------------------------------------- heads ---

// Positions x..x+n of planes of two outputs each, in the order [dy][dx][colour], to RGBX.
static void store_rgbx(uint8_t *const dst[4], const uint16_t *q, size_t pitch, int x, int n, int s,
                       int deep)
{
    for (int dy = 0; dy < s; dy++)
        for (int dx = 0; dx < s; dx++) {
            const uint16_t *in[3];
            for (int c = 0; c < 3; c++) {
                const int o = (dy * s + dx) * 3 + c;
                in[c] = q + (size_t)(o / 2) * pitch + o % 2;
            }
            const ptrdiff_t first = ((ptrdiff_t)x * s + dx) * QSR_RGBX, step = s * QSR_RGBX;
            uint8_t *d = dst[dy] + first;
            uint16_t *d16 = (uint16_t *)(void *)dst[dy] + first;
            for (int i = 0; i < n && !deep; i++, d += step) {
                d[0] = (uint8_t)in[0][2 * i];
                d[1] = (uint8_t)in[1][2 * i];
                d[2] = (uint8_t)in[2][2 * i];
                d[3] = 255;
            }
            for (int i = 0; i < n && deep; i++, d16 += step) {
                d16[0] = in[0][2 * i];
                d16[1] = in[1][2 * i];
                d16[2] = in[2][2 * i];
                d16[3] = 1023;
            }
        }
}

static void head_3x3(uint8_t *const dst[4], const uint8_t *const src[3],
                     const uint8_t *const in[3], int w, int cap, const OrcWeights *wt, int c,
                     int s, int deep)
{
    _Alignas(64) uint16_t q[24][HEAD_CHUNK * 2];
    uint16_t branch[2][HEAD_CHUNK * 2];
    Rows r;
    for (int x = 0; x < w; x += HEAD_CHUNK) {
        const int n = min_int(w - x, HEAD_CHUNK), padded = round_up(n, BLOCK);
        const uint8_t **at = add_taps_3x3(r.at, src, x, plane_bytes(cap), c / 2);
        if (wt->branch) {
            split_rgbx(branch[0], branch[1], in[1] + (ptrdiff_t)x * QSR_RGBX, 1, padded);
            at[0] = (const uint8_t *)branch[0];
            at[1] = (const uint8_t *)branch[1];
        }
        run(&r, (uint8_t *)q, sizeof(q[0]), wt, deep, padded);
        store_rgbx(dst, q[0], HEAD_CHUNK * 2, x, n, s, deep);
    }
}

// The 2x2 head takes every second column; so its columns are set apart first.
typedef struct Cells {
    uint32_t map[2 * 2 * QSR_MAX_CHANNELS / 2][CELL_CHUNK]; // [ky][kx][pair]
    uint16_t branch[3 * 3][2][CELL_CHUNK * 2];
} Cells;

static void gather_cells(Cells *cells, const uint8_t *const src[3], const uint8_t *const in[3],
                         int x, int n, size_t pitch, int pairs, const uint8_t **at)
{
    for (int k = 0; k < 4; k++)
        for (int p = 0; p < pairs; p++) {
            uint32_t *to = cells->map[k * pairs + p];
            const uint32_t *from = (const uint32_t *)(const void *)(src[k / 2] + (size_t)p * pitch);
            for (int i = 0; i < n; i++)
                to[i] = from[2 * (x + i) + k % 2];
            *at++ = (const uint8_t *)to;
        }
    for (int k = 0; k < 9 && in; k++) {
        uint16_t(*to)[CELL_CHUNK * 2] = cells->branch[k];
        split_rgbx(to[0], to[1], in[k / 3] + (ptrdiff_t)(2 * x + k % 3 - 1) * QSR_RGBX, 2, n);
        *at++ = (const uint8_t *)to[0];
        *at++ = (const uint8_t *)to[1];
    }
}

static void head_cells(uint8_t *const dst[4], const uint8_t *const src[3],
                       const uint8_t *const in[3], int w, int cap, const OrcWeights *wt, int c,
                       int deep)
{
    _Alignas(64) uint16_t q[14][CELL_CHUNK * 2];
    Cells cells;
    Rows r;
    memset(&cells, 0, sizeof(cells)); // what lies beyond the last column is summed, too
    for (int x = 0; x < w; x += CELL_CHUNK) {
        const int n = min_int(w - x, CELL_CHUNK);
        gather_cells(&cells, src, wt->branch ? in : NULL, x, n, plane_bytes(cap), c / 2, r.at);
        run(&r, (uint8_t *)q, sizeof(q[0]), wt, deep, round_up(n, BLOCK));
        store_rgbx(dst, q[0], CELL_CHUNK * 2, x, n, 3, deep);
    }
}

static void orc_head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                         const uint8_t *const in[3], int w, int cap, const void *weights, int c,
                         enum QsrHead head, int deep)
{
    if (head == QSR_HEAD_X1_5)
        head_cells(dst, src, in, w, cap, weights, c, deep);
    else
        head_3x3(dst, src, in, w, cap, weights, c,
                 head == QSR_HEAD_X2 ? 2 : head == QSR_HEAD_X3 ? 3 : 4, deep);
}

// ------------------------------------------------------------------ layout ---

static size_t fm_group_bytes(int cap, int c)
{
    return plane_bytes(cap) * (size_t)(c / 2);
}

static ptrdiff_t fm_row_offset(int row, int cap, int c)
{
    (void)row, (void)cap, (void)c;
    return (ptrdiff_t)QSR_FM_LEAD * PX;
}

static void fm_clear(uint8_t *row, int x, int n, int cap, int c)
{
    for (int p = 0; p < c / 2; p++, row += plane_bytes(cap))
        memset(row + (ptrdiff_t)x * PX, 0, (size_t)n * PX);
}

static uint16_t *fm_at(const uint8_t *row, int x, int i, int cap)
{
    return (uint16_t *)(uintptr_t)(row + (size_t)(i / 2) * plane_bytes(cap)) + 2 * x + i % 2;
}

static void fm_put(uint8_t *row, const uint8_t *nhwc, int w, int cap, int c)
{
    for (int x = 0; x < w; x++)
        for (int i = 0; i < c; i++)
            *fm_at(row, x, i, cap) = *nhwc++;
}

static void fm_get(uint8_t *nhwc, const uint8_t *row, int w, int cap, int c)
{
    for (int x = 0; x < w; x++)
        for (int i = 0; i < c; i++)
            *nhwc++ = (uint8_t)*fm_at(row, x, i, cap);
}

// ------------------------------------------------------------------- table ---

// The functions of the table know the room of a row, `cap`, by this name.
#define in_row(dst, src, w, weights, c) orc_in_row(dst, src, w, cap, weights)
#define body_row(dst, src, w, weights, c) orc_body_row(dst, src, w, cap, weights, c)
#define head_row(dst, src, in, w, weights, c, head, deep) \
    orc_head_row(dst, src, in, w, cap, weights, c, head, deep)
#define ISA orc
#include "kernels/conv_table.h"

// Whether a program was compiled. If not (no target, ORC_CODE=backup or emulate), ORC runs
// the same in C, pixel by pixel, and slower than the plain C set: that one is kept.
#define COMPILED(name) \
    (_orc_code_##name->exec != _backup_##name && _orc_code_##name->exec != orc_executor_emulate)

static void set_table(QsrConvDSP *dsp)
{
    fill_table(dsp);
    dsp->fm = (QsrFmLayout){.w_align = BLOCK, .row_group = 1, .group_bytes = fm_group_bytes,
                            .row_offset = fm_row_offset, .clear = fm_clear,
                            .put = fm_put, .get = fm_get};
    dsp->pack_in = qsr_orc_pack_map;
    dsp->pack_body = qsr_orc_pack_map;
    dsp->pack_out = qsr_orc_pack_head;
}

static void init_once(void)
{
    const uint32_t one = 1;
    QsrConvDSP plain, orc;
    if (!qsr_orc_usable())
        return;
    qsr_orc_conv_init();
    code.second = *(const uint8_t *)&one;
    code.mac[ORC_FIRST] = _orc_code_qsr_orc_mac_first->exec;
    code.mac[ORC_NEXT] = _orc_code_qsr_orc_mac_next->exec;
    code.mac[ORC_LAST] = _orc_code_qsr_orc_mac_last->exec;
    code.mac[ORC_ALONE] = _orc_code_qsr_orc_mac_alone->exec;
    code.mac[ORC_APART] = _orc_code_qsr_orc_mac_apart->exec;
    code.store[0] = _orc_code_qsr_orc_store->exec;
    code.store[1] = _orc_code_qsr_orc_store_deep->exec;
    if (!(COMPILED(qsr_orc_mac_first) && COMPILED(qsr_orc_mac_next) &&
          COMPILED(qsr_orc_mac_last) && COMPILED(qsr_orc_mac_alone) &&
          COMPILED(qsr_orc_mac_apart) && COMPILED(qsr_orc_store) &&
          COMPILED(qsr_orc_store_deep)))
        return;
    qsr_conv_dsp_init_c(&plain);
    orc = plain;
    set_table(&orc);
    code.usable = qsr_orc_conv_agrees(&plain, &orc);
}

void qsr_conv_dsp_init_orc(QsrConvDSP *dsp)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_once);
    if (code.usable)
        set_table(dsp);
}

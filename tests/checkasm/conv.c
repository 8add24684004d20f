// SPDX-License-Identifier: BSD-2-Clause
//
// The convolutions. Layouts differ between instruction sets, so the versions
// are not compared with each other but each with a convolution written out
// here from the definition; plain C too.
#include <stdlib.h>
#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"
#include "tests/checkasm/checkasm.h"

#define MAX_W 130
#define CAP (QSR_FM_LEAD + 192 + QSR_FM_TAIL)
#define RING 4 // rows 0..3, of which three are read

static const int channels[QSR_N_WIDTHS] = {32, 64};
static const struct { const char *name; int s, ksize, step; } heads[QSR_N_HEADS] = {
    {"x2", 2, 3, 1}, {"x3", 3, 3, 1}, {"x4", 4, 3, 1}, {"x1_5", 3, 2, 2},
};

// A convolution with random parameters, as a model file would have it.
typedef struct Layer {
    QsrConvParams p;
    int8_t weights[QSR_MAX_CHANNELS * 9 * QSR_MAX_CHANNELS];
    int32_t bias[QSR_MAX_CHANNELS];
    uint16_t mult[QSR_MAX_CHANNELS];
    uint8_t shift[QSR_MAX_CHANNELS];
    _Alignas(128) uint8_t packed[1 << 18];
} Layer;

static Layer layer;
// Canonical rows: [RING][x + 1][c], x from -1 (always zero) to w.
static uint8_t canonical[RING][(MAX_W + 3) * QSR_MAX_CHANNELS];
static uint8_t expected[4 * 4 * MAX_W * QSR_MAX_CHANNELS];

static void random_layer(int cin, int cout, int ksize)
{
    const int extreme = check_random() % 4 == 0; // the largest sums there are
    const int safe = check_benching() || check_random() % 2; // docs/numerics.md: safe pairs
    const int k = ksize * ksize * cin;
    layer.p = (QsrConvParams){.cin = cin, .cout = cout, .ksize = ksize,
                              .frac = check_random_between(QSR_RQ_MIN_FRAC, QSR_RQ_MAX_FRAC),
                              .weights = layer.weights, .bias = layer.bias,
                              .mult = layer.mult, .shift = layer.shift};
    for (int i = 0; i < cout * k; i++)
        layer.weights[i] = (int8_t)(extreme ? (i / k % 2 ? 127 : -127)
                                            : check_random_between(-127, 127));
    for (int i = 0; i + 1 < cout * k && safe; i++) {
        const int left = 128 - abs(layer.weights[i]); // for the second of the pair
        if (i % k % cin % 2 == 0 && i % k % cin + 1 < cin && abs(layer.weights[i + 1]) > left)
            layer.weights[i + 1] = (int8_t)(layer.weights[i + 1] < 0 ? -left : left);
    }
    for (int o = 0; o < cout; o++) {
        layer.shift[o] = (uint8_t)check_random_between(0, extreme ? 9 : 5);
        layer.mult[o] = (uint16_t)check_random_between(QSR_RQ_MIN_MULT, QSR_RQ_MAX_MULT);
        layer.bias[o] = check_random_between(-(1 << 17), 1 << 17);
    }
}

static void random_rows(int w, int cin, int cin_row)
{
    for (int y = 0; y < RING; y++) {
        check_fill(canonical[y] + cin_row, (size_t)(w + 2) * cin_row);
        memset(canonical[y], 0, (size_t)cin_row);
        for (int x = 0; x < w + 2 && cin < cin_row; x++)
            canonical[y][(x + 1) * cin_row + cin] = 0; // X of RGBX
    }
}

static uint8_t reference(int y, int column, int o, int cin_row)
{
    const QsrConvParams *p = &layer.p;
    const int first = p->ksize == 3 ? -1 : 0;
    int32_t acc = p->bias[o];
    for (int ky = 0; ky < p->ksize; ky++)
        for (int kx = 0; kx < p->ksize; kx++)
            for (int i = 0; i < p->cin; i++)
                acc += canonical[y + ky + first][(column + kx + first + 1) * cin_row + i] *
                       p->weights[((o * p->ksize + ky) * p->ksize + kx) * p->cin + i];
    return (uint8_t)qsr_requant(acc, p->shift[o], p->mult[o], p->frac, 255);
}

static uint8_t *ring_row(const QsrFmLayout *fm, uint8_t *base, int y, int c)
{
    return base + y / fm->row_group * (ptrdiff_t)fm->group_bytes(CAP, c) +
           fm->row_offset(y % fm->row_group, CAP, c);
}

static size_t ring_bytes(const QsrFmLayout *fm, int c)
{
    return fm->group_bytes(CAP, c) * (size_t)(RING / fm->row_group);
}

// The canonical rows in the layout of `fm`; slot 0. Column w included: inside a
// frame there are true values beyond a strip's last column.
static uint8_t *put_rows(const QsrFmLayout *fm, int w, int c)
{
    uint8_t *ring = check_dst(0, ring_bytes(fm, c));
    for (int y = 0; y < RING; y++) {
        uint8_t *row = ring_row(fm, ring, y, c);
        fm->clear(row, -1, 1, CAP, c);
        fm->put(row, canonical[y] + c, w + 1, CAP, c);
    }
    return ring;
}

// RGBX rows; slot 0.
static uint8_t *put_rgbx(int w, ptrdiff_t pitch)
{
    uint8_t *ring = check_dst(0, (size_t)pitch * RING);
    for (int y = 0; y < RING; y++)
        memcpy(ring + y * pitch + (QSR_FM_LEAD - 1) * QSR_RGBX, canonical[y],
               (size_t)(w + 2) * QSR_RGBX);
    return ring;
}

static int round_up(int n, int to)
{
    return (n + to - 1) / to * to;
}

// Slot 2 becomes what slot 1 must be after a kernel wrote `w` columns of row y:
// the expected values, and not a byte changed elsewhere. Columns that a kernel
// may write besides are made zero on both sides.
static void check_map(const QsrFmLayout *fm, uint8_t *got_ring, int y, int w, int c)
{
    uint8_t *want_ring = check_dst(2, ring_bytes(fm, c));
    uint8_t *got = ring_row(fm, got_ring, y, c), *want = ring_row(fm, want_ring, y, c);
    const int spare = round_up(w, fm->w_align) - w;
    fm->put(want, expected, w, CAP, c);
    fm->clear(want, w, spare, CAP, c);
    fm->clear(got, w, spare, CAP, c);
    check_same(2, 1, "w %d, row %d, f %d", w, y, layer.p.frac);
}

static void check_conv_in(const QsrConvDSP *dsp, enum QsrWidth width)
{
    const int c = channels[width];
    const ptrdiff_t pitch = CAP * QSR_RGBX;
    if (!check_func((CheckFn)dsp->conv_in[width], "conv_in_u8s8_3x%d", c))
        return;
    check_counts();
    for (int w = 1; w <= check_max_width(MAX_W); w++) {
        const int y = 1 + w % 2;
        random_layer(3, c, 3);
        random_rows(w, 3, QSR_RGBX);
        dsp->pack_in(layer.packed, &layer.p);
        const uint8_t *rgbx = put_rgbx(w, pitch) + QSR_FM_LEAD * QSR_RGBX;
        const uint8_t *const src[3] = {rgbx + (y - 1) * pitch, rgbx + y * pitch,
                                       rgbx + (y + 1) * pitch};
        uint8_t *ring = check_dst(1, ring_bytes(&dsp->fm, c));
        uint8_t *dst = ring_row(&dsp->fm, ring, y, c);
        for (int x = 0; x < w; x++)
            for (int o = 0; o < c; o++)
                expected[x * c + o] = reference(y, x, o, QSR_RGBX);
        dsp->conv_in[width](dst, src, w, CAP, layer.packed);
        check_map(&dsp->fm, ring, y, w, c);
        if (w == 128)
            CHECK_BENCH(dsp->conv_in[width](dst, src, w, CAP, layer.packed));
    }
}

static void check_conv_body(const QsrConvDSP *dsp, enum QsrWidth width)
{
    const int c = channels[width];
    if (!check_func((CheckFn)dsp->conv_body[width], "conv_body_u8s8_%dx%d", c, c))
        return;
    check_counts();
    for (int w = 1; w <= check_max_width(MAX_W); w++) {
        const int y = 1 + w % 2; // both parities
        random_layer(c, c, 3);
        random_rows(w, c, c);
        dsp->pack_body(layer.packed, &layer.p);
        uint8_t *in = put_rows(&dsp->fm, w, c);
        const uint8_t *const src[3] = {ring_row(&dsp->fm, in, y - 1, c),
                                       ring_row(&dsp->fm, in, y, c),
                                       ring_row(&dsp->fm, in, y + 1, c)};
        uint8_t *ring = check_dst(1, ring_bytes(&dsp->fm, c));
        uint8_t *dst = ring_row(&dsp->fm, ring, y, c);
        for (int x = 0; x < w; x++)
            for (int o = 0; o < c; o++)
                expected[x * c + o] = reference(y, x, o, c);
        dsp->conv_body[width](dst, src, w, CAP, y & 1, layer.packed);
        check_map(&dsp->fm, ring, y, w, c);
        if (w == 128)
            CHECK_BENCH(dsp->conv_body[width](dst, src, w, CAP, y & 1, layer.packed));
    }
}

// The s rows of RGBX that a head makes of positions [0, w) at row y, one after
// another in slots 1 (got) and 2 (want), with room for what it may write besides.
static void check_head(const QsrConvDSP *dsp, enum QsrHead head, const uint8_t *const src[3],
                       int y, int w, int c)
{
    const int s = heads[head].s;
    const int room = round_up(w, dsp->fm.w_align) * s * QSR_RGBX, bytes = w * s * QSR_RGBX;
    uint8_t *got = check_dst(1, (size_t)room * s), *want = check_dst(2, (size_t)room * s);
    uint8_t *dst[4] = {NULL, NULL, NULL, NULL};
    for (int i = 0; i < s; i++)
        dst[i] = got + i * room;
    for (int x = 0; x < w; x++)
        for (int o = 0; o < 3 * s * s; o++)
            want[o % (s * s) / s * room + (x * s + o % s) * QSR_RGBX + o / (s * s)] =
                reference(y, x * heads[head].step, o, c);
    for (int i = 0; i < s; i++)
        for (int x = 0; x < w * s; x++)
            want[i * room + x * QSR_RGBX + 3] = 255;
    const QsrConvOutFn fn = dsp->conv_out[c == 64][head];
    static const uint8_t *const none[3];
    fn(dst, src, none, w, CAP, y & 1, layer.packed);
    for (int i = 0; i < s; i++)
        memset(got + i * room + bytes, 0x5c, (size_t)(room - bytes));
    for (int i = 0; i < s; i++)
        memset(want + i * room + bytes, 0x5c, (size_t)(room - bytes));
    check_same(2, 1, "w %d, row %d, f %d", w, y, layer.p.frac);
    if (w == 64)
        CHECK_BENCH(fn(dst, src, none, w, CAP, y & 1, layer.packed));
}

static void check_conv_out(const QsrConvDSP *dsp, enum QsrWidth width, enum QsrHead head)
{
    const int c = channels[width], s = heads[head].s, step = heads[head].step;
    if (!check_func((CheckFn)dsp->conv_out[width][head], "conv_out_u8s8_%d_%s", c,
                    heads[head].name))
        return;
    check_counts();
    for (int w = 1; w <= check_max_width(MAX_W / step); w++) {
        const int y = step == 2 ? 2 : 1 + w % 2;
        random_layer(c, 3 * s * s, heads[head].ksize);
        random_rows(w * step, c, c);
        dsp->pack_out(layer.packed, &layer.p);
        uint8_t *in = put_rows(&dsp->fm, w * step, c);
        const uint8_t *src[3] = {NULL, NULL, NULL};
        for (int i = 0; i < heads[head].ksize; i++)
            src[i] = ring_row(&dsp->fm, in, y + i - (step == 1), c);
        check_head(dsp, head, src, y, w, c);
    }
}

void check_conv(void)
{
    QsrConvDSP dsp;
    qsr_conv_dsp_init(&dsp, check_cpu_flags());
    for (int width = 0; width < QSR_N_WIDTHS; width++) {
        check_conv_in(&dsp, (enum QsrWidth)width);
        check_conv_body(&dsp, (enum QsrWidth)width);
        for (int head = 0; head < QSR_N_HEADS; head++)
            check_conv_out(&dsp, (enum QsrWidth)width, (enum QsrHead)head);
    }
}

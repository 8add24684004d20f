// SPDX-License-Identifier: BSD-2-Clause
//
// The convolutions. Layouts differ between instruction sets, so the versions
// are not compared with each other but each with a convolution written out
// here from the definition; plain C too.
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
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
    int8_t branch[48 * 9 * 3];
    _Alignas(128) uint8_t packed[1 << 18];
} Layer;

static Layer layer;
// Canonical rows: [RING][x + 1][c], x from -1 (always zero) to w. The picture is
// what an input branch reads.
static uint8_t canonical[RING][(MAX_W + 3) * QSR_MAX_CHANNELS];
static uint8_t picture[RING][(MAX_W + 3) * QSR_RGBX];
static uint8_t expected[4 * 4 * MAX_W * QSR_MAX_CHANNELS];

// Extreme: the largest sums there are. Trained: most weights are small, 16 on average; sets
// may sum such weights in fewer steps, and benchmarks have no others.
enum Kind { EXTREME, TRAINED, ANY };

static enum Kind random_kind(void)
{
    const uint32_t r = check_random() % 4;
    return check_benching() || r == 1 ? TRAINED : r == 0 ? EXTREME : ANY;
}

static int random_weight(enum Kind kind, int channel)
{
    if (kind == EXTREME)
        return channel % 2 ? 127 : -127;
    int w = check_random_between(-127, 127);
    for (int i = 0; i < 2 && kind == TRAINED; i++)
        w = w * check_random_between(0, 127) / 127;
    return w;
}

// n weights in pixels of `cin`; each channel has n / cout of them.
static void random_weights(int8_t *w, int n, int per_channel, int cin, enum Kind kind, int safe)
{
    for (int i = 0; i < n; i++)
        w[i] = (int8_t)random_weight(kind, i / per_channel);
    for (int i = 0; i + 1 < n && safe; i++) {
        const int left = 128 - abs(w[i]); // for the second of the pair
        if (i % cin % 2 == 0 && i % cin + 1 < cin && abs(w[i + 1]) > left)
            w[i + 1] = (int8_t)(w[i + 1] < 0 ? -left : left);
    }
}

static void random_layer(int cin, int cout, int ksize)
{
    const enum Kind kind = random_kind();
    const int safe = check_benching() || check_random() % 2; // docs/numerics.md: safe pairs
    const int k = ksize * ksize * cin;
    layer.p = (QsrConvParams){.cin = cin, .cout = cout, .ksize = ksize,
                              .frac = check_random_between(QSR_RQ_MIN_FRAC, QSR_RQ_MAX_FRAC),
                              .weights = layer.weights, .bias = layer.bias,
                              .mult = layer.mult, .shift = layer.shift};
    random_weights(layer.weights, cout * k, k, cin, kind, safe);
    for (int o = 0; o < cout; o++) {
        layer.shift[o] = (uint8_t)check_random_between(0, kind == EXTREME ? 9 : 5);
        layer.mult[o] = (uint16_t)check_random_between(QSR_RQ_MIN_MULT, QSR_RQ_MAX_MULT);
        layer.bias[o] = check_random_between(-(1 << 17), 1 << 17);
    }
}

// Of a head; its pairs may be safe where the layer's are not, and the other way round.
static void random_branch(void)
{
    const int size = layer.p.ksize == 2 ? 3 : 1, k = size * size * 3;
    const int safe = check_benching() || check_random() % 4;
    random_weights(layer.branch, layer.p.cout * k, k, 3, random_kind(), safe);
    layer.p.branch = layer.branch;
    layer.p.branch_ksize = size;
}

static void random_rows(uint8_t *rows, int pitch, int w, int cin, int cin_row)
{
    for (int y = 0; y < RING; y++, rows += pitch) {
        check_fill(rows + cin_row, (size_t)(w + 2) * cin_row);
        memset(rows, 0, (size_t)cin_row);
        for (int x = 0; x < w + 2 && cin < cin_row; x++)
            rows[(x + 1) * cin_row + cin] = 0; // X of RGBX
    }
}

// Columns [column - pad, ...) of rows [y - pad, ...) times the weights of output o.
static int32_t products(const uint8_t *rows, int pitch, int cin_row, int y, int column, int pad,
                        const int8_t *weights, int o, int ksize, int cin)
{
    int32_t acc = 0;
    for (int ky = 0; ky < ksize; ky++)
        for (int kx = 0; kx < ksize; kx++)
            for (int i = 0; i < cin; i++)
                acc += rows[(y + ky - pad) * pitch + (column + kx - pad + 1) * cin_row + i] *
                       weights[((o * ksize + ky) * ksize + kx) * cin + i];
    return acc;
}

static int reference(int y, int column, int o, int cin_row, int deep)
{
    const QsrConvParams *p = &layer.p;
    int32_t acc = p->bias[o] + products(canonical[0], sizeof(canonical[0]), cin_row, y, column,
                                        p->ksize == 3, p->weights, o, p->ksize, p->cin);
    if (p->branch)
        acc += products(picture[0], sizeof(picture[0]), QSR_RGBX, y, column, p->branch_ksize / 2,
                        p->branch, o, p->branch_ksize, 3);
    return deep ? qsr_requant_deep(acc, p->shift[o], p->mult[o], p->frac)
                : qsr_requant(acc, p->shift[o], p->mult[o], p->frac, 255);
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

// RGBX rows `from` canonical ones; returns column 0 of the first, PITCH apart.
#define PITCH (CAP * QSR_RGBX)
static uint8_t *put_rgbx(int slot, const uint8_t *from, int from_pitch, int w)
{
    uint8_t *ring = check_dst(slot, (size_t)PITCH * RING);
    for (int y = 0; y < RING; y++)
        memcpy(ring + y * PITCH + (QSR_FM_LEAD - 1) * QSR_RGBX, from + y * from_pitch,
               (size_t)(w + 2) * QSR_RGBX);
    return ring + QSR_FM_LEAD * QSR_RGBX;
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
    if (!check_func((CheckFn)dsp->conv_in[width], "conv_in_u8s8_3x%d", c))
        return;
    check_counts();
    for (int w = 1; w <= check_max_width(MAX_W); w++) {
        const int y = 1 + w % 2;
        random_layer(3, c, 3);
        random_rows(canonical[0], sizeof(canonical[0]), w, 3, QSR_RGBX);
        dsp->pack_in(layer.packed, &layer.p);
        const uint8_t *rgbx = put_rgbx(0, canonical[0], sizeof(canonical[0]), w);
        const uint8_t *const src[3] = {rgbx + (y - 1) * PITCH, rgbx + y * PITCH,
                                       rgbx + (y + 1) * PITCH};
        uint8_t *ring = check_dst(1, ring_bytes(&dsp->fm, c));
        uint8_t *dst = ring_row(&dsp->fm, ring, y, c);
        for (int x = 0; x < w; x++)
            for (int o = 0; o < c; o++)
                expected[x * c + o] = (uint8_t)reference(y, x, o, QSR_RGBX, 0);
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
        random_rows(canonical[0], sizeof(canonical[0]), w, c, c);
        dsp->pack_body(layer.packed, &layer.p);
        uint8_t *in = put_rows(&dsp->fm, w, c);
        const uint8_t *const src[3] = {ring_row(&dsp->fm, in, y - 1, c),
                                       ring_row(&dsp->fm, in, y, c),
                                       ring_row(&dsp->fm, in, y + 1, c)};
        uint8_t *ring = check_dst(1, ring_bytes(&dsp->fm, c));
        uint8_t *dst = ring_row(&dsp->fm, ring, y, c);
        for (int x = 0; x < w; x++)
            for (int o = 0; o < c; o++)
                expected[x * c + o] = (uint8_t)reference(y, x, o, c, 0);
        dsp->conv_body[width](dst, src, w, CAP, y & 1, layer.packed);
        check_map(&dsp->fm, ring, y, w, c);
        if (w == 128)
            CHECK_BENCH(dsp->conv_body[width](dst, src, w, CAP, y & 1, layer.packed));
    }
}

// What a head makes of positions [0, w) at row y: rows of `room` bytes each.
static void expect_head(uint8_t *want, int room, int y, int w, int c, enum QsrHead head, int deep)
{
    const int s = heads[head].s;
    for (int x = 0; x < w; x++)
        for (int o = 0; o < 4 * s * s; o++) {
            const int dy = o % (s * s) / s, at = (x * s + o % s) * QSR_RGBX + o / (s * s);
            const int v = o / (s * s) == 3 ? (deep ? 1023 : 255)
                                           : reference(y, x * heads[head].step, o, c, deep);
            if (deep)
                ((uint16_t *)(void *)(want + dy * room))[at] = (uint16_t)v;
            else
                want[dy * room + at] = (uint8_t)v;
        }
}

// The rows that the branch reads, and NULL where it must not look. The frame's
// edges: rows and columns of zeros.
static void put_branch_rows(const uint8_t *in[3], enum QsrHead head, int y, int w)
{
    const int columns = w * heads[head].step;
    random_rows(picture[0], sizeof(picture[0]), columns, 3, QSR_RGBX);
    if (check_random() % 3 == 0)
        memset(picture[y - 1], 0, sizeof(picture[0]));
    if (check_random() % 3 == 0)
        memset(picture[y + 1], 0, sizeof(picture[0]));
    for (int i = 0; i < RING && w % 2; i++) // an odd width at 3/2
        memset(picture[i] + columns * QSR_RGBX, 0, 2 * QSR_RGBX);
    const uint8_t *rgbx = put_rgbx(3, picture[0], sizeof(picture[0]), columns);
    const int reach = layer.p.branch_ksize / 2;
    for (int i = 1 - reach; i <= 1 + reach; i++)
        in[i] = rgbx + (y + i - 1) * PITCH;
}

// The s rows of RGBX that a head makes of positions [0, w) at row y, one after
// another in slots 1 (got) and 2 (want), with room for what it may write besides.
static void check_head(const QsrConvDSP *dsp, enum QsrHead head, const uint8_t *const src[3],
                       int y, int w, int c, int deep)
{
    const int s = heads[head].s, pixel = QSR_RGBX * (deep ? 2 : 1);
    const int room = round_up(w, dsp->fm.w_align) * s * pixel, bytes = w * s * pixel;
    uint8_t *got = check_dst(1, (size_t)room * s), *want = check_dst(2, (size_t)room * s);
    uint8_t *dst[4] = {NULL, NULL, NULL, NULL};
    const uint8_t *in[3] = {NULL, NULL, NULL};
    for (int i = 0; i < s; i++)
        dst[i] = got + i * room;
    if (layer.p.branch)
        put_branch_rows(in, head, y, w);
    expect_head(want, room, y, w, c, head, deep);
    const QsrConvOutFn fn = (deep ? dsp->conv_out_deep : dsp->conv_out)[c == 64][head];
    fn(dst, src, in, w, CAP, y & 1, layer.packed);
    for (int i = 0; i < s; i++)
        memset(got + i * room + bytes, 0x5c, (size_t)(room - bytes));
    check_same(2, 1, "w %d, row %d, f %d", w, y, layer.p.frac);
    if (w == 64)
        CHECK_BENCH(fn(dst, src, in, w, CAP, y & 1, layer.packed));
}

static void check_conv_out(const QsrConvDSP *dsp, enum QsrWidth width, enum QsrHead head,
                           int deep, int branch)
{
    const int c = channels[width], s = heads[head].s, step = heads[head].step;
    const QsrConvOutFn fn = (deep ? dsp->conv_out_deep : dsp->conv_out)[width][head];
    if (!check_func((CheckFn)fn, "conv_out%s_u8s8_%d_%s%s", deep ? "_deep" : "", c,
                    heads[head].name, branch ? "_branch" : ""))
        return;
    check_counts();
    for (int w = 1; w <= check_max_width(MAX_W / step); w++) {
        const int y = step == 2 ? 2 : 1 + w % 2;
        random_layer(c, 3 * s * s, heads[head].ksize);
        if (deep)
            layer.p.frac = check_random_between(QSR_RQ_MIN_DEEP_FRAC, QSR_RQ_MAX_FRAC);
        if (branch)
            random_branch();
        random_rows(canonical[0], sizeof(canonical[0]), w * step, c, c);
        dsp->pack_out(layer.packed, &layer.p);
        uint8_t *in = put_rows(&dsp->fm, w * step, c);
        const uint8_t *src[3] = {NULL, NULL, NULL};
        for (int i = 0; i < heads[head].ksize; i++)
            src[i] = ring_row(&dsp->fm, in, y + i - (step == 1), c);
        check_head(dsp, head, src, y, w, c, deep);
    }
}

void check_conv(void)
{
    QsrConvDSP dsp;
    qsr_conv_dsp_init(&dsp, check_cpu_flags());
#ifdef __x86_64__
    // Where ORC compiles for sure, it must not have been given up in silence.
    if (check_cpu_flags() == QSR_CPU_FLAG_ORC && !getenv("ORC_CODE"))
        check_property(!strcmp(dsp.name, "orc"), "ORC's convolutions are in use");
#endif
    for (int width = 0; width < QSR_N_WIDTHS; width++) {
        check_conv_in(&dsp, (enum QsrWidth)width);
        check_conv_body(&dsp, (enum QsrWidth)width);
        for (int head = 0; head < QSR_N_HEADS; head++)
            for (int kind = 0; kind < 4; kind++)
                check_conv_out(&dsp, (enum QsrWidth)width, (enum QsrHead)head, kind / 2, kind % 2);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The convolutions of the HVX set against those of plain C. A row of w pixels is
// the beginning of a longer one: plain C makes the longest once, the kernels
// under test make every width.

#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"
#include "tests/checkasm/checkasm.h"
#include "tests/hexagon/dspcheck/dspcheck.h"

#define MAX_W 130
#define ROUNDS 3
#define ALIGN 32               // the set's w_align
#define COLUMNS (2 * MAX_W + 2) // a head of cells reads two columns for each
#define CAP (QSR_FM_LEAD + 288 + QSR_FM_TAIL)

// Slots. Three for RGBX rows.
enum { MAPS, DST, CANONICAL, EXPECTED, PACKED_C, PACKED_HVX, RGBX };

static QsrConvDSP plain, hvx;
static QsrConvParams params;
static int8_t weights[QSR_MAX_CHANNELS * 9 * QSR_MAX_CHANNELS], branch[48 * 9 * 3];
static int32_t bias[QSR_MAX_CHANNELS];
static uint16_t mult[QSR_MAX_CHANNELS];
static uint8_t shift[QSR_MAX_CHANNELS];

static int round_up(int n, int to)
{
    return (n + to - 1) / to * to;
}

// ------------------------------------------------------------------ inputs ---

static void random_params(int round, int cin, int cout, int ksize, int branch_ksize, int deep)
{
    const int inputs = ksize * ksize * cin, branch_inputs = branch_ksize * branch_ksize * 3;
    // The largest sums there are; shifts beyond 15 with biases that survive them.
    const int extreme = round == 1, wide = round == 2;
    const int top = check_random_between(15, QSR_RQ_MAX_SHIFT);
    params = (QsrConvParams){.cin = cin, .cout = cout, .ksize = ksize, .weights = weights,
                             .bias = bias, .mult = mult, .shift = shift,
                             .branch = branch_ksize ? branch : NULL,
                             .branch_ksize = branch_ksize};
    params.frac = check_random_between(deep ? QSR_RQ_MIN_DEEP_FRAC : QSR_RQ_MIN_FRAC,
                                       QSR_RQ_MAX_FRAC);
    for (int i = 0; i < cout * inputs; i++)
        weights[i] = (int8_t)(extreme ? (i / inputs % 2 ? 127 : -127)
                                      : check_random_between(-127, 127));
    for (int i = 0; i < cout * branch_inputs; i++)
        branch[i] = (int8_t)(extreme ? (i / branch_inputs % 2 ? 127 : -127)
                                     : check_random_between(-127, 127));
    for (int o = 0; o < cout; o++) {
        mult[o] = (uint16_t)check_random_between(QSR_RQ_MIN_MULT, QSR_RQ_MAX_MULT);
        shift[o] = (uint8_t)check_random_between(wide ? 10 : 0, wide ? top : 9);
        bias[o] = wide ? check_random_between(-(1 << 30), 1 << 30)
                       : check_random_between(-(1 << 17), 1 << 17);
    }
}

static uint8_t *canonical_row(int y, int c)
{
    return check_src(CANONICAL, 4 * (COLUMNS + 1) * QSR_MAX_CHANNELS, CHECK_HEAD) +
           (y * (COLUMNS + 1) + 1) * c;
}

// Rows 0..2 with column -1, in canonical order.
static void random_rows(int c)
{
    for (int y = 0; y < 3; y++)
        check_fill(canonical_row(y, c) - c, (size_t)((COLUMNS + 1) * c));
}

static uint8_t *map_row(uint8_t *ring, int y, int c)
{
    return ring + (size_t)y * hvx.fm.group_bytes(CAP, c) + hvx.fm.row_offset(0, CAP, c);
}

// The same rows as the HVX set has them, at one end of their slot.
static uint8_t *put_maps(int c, enum CheckPlace place)
{
    const size_t size = 3 * hvx.fm.group_bytes(CAP, c);
    uint8_t *ring = check_src(MAPS, size, place);
    memset(ring, 0x77, size);
    for (int y = 0; y < 3; y++) {
        uint8_t *row = map_row(ring, y, c);
        hvx.fm.put(row, canonical_row(y, c), COLUMNS, CAP, c);
        // Column -1 has a value, as in the middle of a picture.
        hvx.fm.put(row - 4, canonical_row(y, c) - c, 1, CAP, c);
    }
    return ring;
}

// ------------------------------------------------------------- RGBX inputs ---

static uint8_t rgbx[3][(COLUMNS + 1) * QSR_RGBX]; // from column -1 on

static void random_rgbx(void)
{
    for (int y = 0; y < 3; y++) {
        check_fill(rgbx[y], sizeof(rgbx[y]));
        for (int x = 0; x <= COLUMNS; x++)
            rgbx[y][4 * x + 3] = 0;
    }
}

// Rows of which only columns -1 to `last` may be read, each between no-access
// pages at one side. `misalign` is in pixels.
static void put_rgbx(const uint8_t *src[3], int last, int misalign)
{
    for (int y = 0; y < 3; y++) {
        const size_t size = (size_t)(last + 2) * QSR_RGBX;
        uint8_t *p = misalign < 0 ? check_src(RGBX + y, size, CHECK_TAIL)
                                  : check_src(RGBX + y, size, CHECK_HEAD) + misalign * 4;
        memcpy(p, rgbx[y], size < sizeof(rgbx[y]) ? size : sizeof(rgbx[y]));
        src[y] = p + QSR_RGBX;
    }
}

// ------------------------------------------------------------ comparisons ---

static void pack_both(QsrPackFn c, QsrPackFn fast)
{
    c(check_src(PACKED_C, CHECK_SLOT_SIZE, CHECK_HEAD), &params);
    uint8_t *packed = check_dst(PACKED_HVX, fast(NULL, &params));
    fast(packed, &params);
    check_same(PACKED_HVX, PACKED_HVX, "packed weights"); // none beyond their size
}

static const void *packed_c(void)
{
    return check_src(PACKED_C, CHECK_SLOT_SIZE, CHECK_HEAD);
}

static const void *packed_hvx(void)
{
    return check_src(PACKED_HVX, CHECK_SLOT_SIZE, CHECK_HEAD) + 128;
}

static uint8_t *expected_row(void)
{
    return check_src(EXPECTED, CHECK_SLOT_SIZE, CHECK_HEAD);
}

// A feature-map row of `w` columns: values as expected, and not a byte changed but
// those and, up to the next multiple of ALIGN, a few more.
static void check_map_row(const uint8_t *ring, int w, int c)
{
    static uint8_t got[MAX_W * QSR_MAX_CHANNELS];
    const int planes = c / 4, pitch = (int)hvx.fm.group_bytes(CAP, c) / planes;
    const uint8_t *want = expected_row();
    hvx.fm.get(got, ring + hvx.fm.row_offset(0, CAP, c), w, CAP, c);
    for (int i = 0; i < w * c; i++)
        if (got[i] != want[i]) {
            check_fail("w %d: column %d, channel %d: %d, not %d", w, i / c, i % c, got[i],
                       want[i]);
            return;
        }
    const int from = (int)hvx.fm.row_offset(0, CAP, c), to = from + 4 * round_up(w, ALIGN);
    for (int p = 0; p < planes; p++)
        for (int i = 0; i < pitch; i++)
            if ((i < from || i >= to) && ring[p * pitch + i] != 0xa5) {
                check_fail("w %d: byte %d of plane %d written", w, i - from, p);
                return;
            }
}

static void check_in(enum QsrWidth width)
{
    const int c = width == QSR_WIDTH_32 ? 32 : 64;
    if (!check_func((CheckFn)hvx.conv_in[width], "conv_in_3x%d", c))
        check_counts();
    for (int round = 0; round < ROUNDS; round++) {
        const uint8_t *src[3];
        random_params(round, 3, c, 3, 0, 0);
        random_rgbx();
        pack_both(plain.pack_in, hvx.pack_in);
        const uint8_t *const all[3] = {rgbx[0] + 4, rgbx[1] + 4, rgbx[2] + 4};
        plain.conv_in[width](expected_row(), all, MAX_W, CAP, packed_c());
        for (int w = 1; w <= MAX_W; w++) {
            put_rgbx(src, round_up(w, ALIGN), w % 4 ? check_random_between(-1, 31) : 15);
            uint8_t *ring = check_dst(DST, hvx.fm.group_bytes(CAP, c));
            hvx.conv_in[width](ring + hvx.fm.row_offset(0, CAP, c), src, w, CAP, packed_hvx());
            check_map_row(ring, w, c);
        }
    }
}

static void check_body(enum QsrWidth width)
{
    const int c = width == QSR_WIDTH_32 ? 32 : 64;
    if (!check_func((CheckFn)hvx.conv_body[width], "conv_body_%dx%d", c, c))
        check_counts();
    for (int round = 0; round < ROUNDS; round++) {
        random_params(round, c, c, 3, 0, 0);
        random_rows(c);
        pack_both(plain.pack_body, hvx.pack_body);
        const uint8_t *const all[3] = {canonical_row(0, c), canonical_row(1, c),
                                       canonical_row(2, c)};
        plain.conv_body[width](expected_row(), all, MAX_W, CAP, 0, packed_c());
        uint8_t *maps = put_maps(c, round & 1 ? CHECK_HEAD : CHECK_TAIL);
        const uint8_t *const src[3] = {map_row(maps, 0, c), map_row(maps, 1, c),
                                       map_row(maps, 2, c)};
        for (int w = 1; w <= MAX_W; w++) {
            uint8_t *ring = check_dst(DST, hvx.fm.group_bytes(CAP, c));
            hvx.conv_body[width](ring + hvx.fm.row_offset(0, CAP, c), src, w, CAP, w & 1,
                                 packed_hvx());
            check_map_row(ring, w, c);
        }
    }
}

// Rows of the expected (got) pictures are EXPECTED_PITCH bytes (`room`) apart.
#define EXPECTED_PITCH (4 * MAX_W * QSR_RGBX * 2)

static void check_pixel_rows(const uint8_t *got, int s, int room, int bytes, int w)
{
    for (int dy = 0; dy < s; dy++)
        for (int i = 0; i < bytes; i++) {
            const int want = expected_row()[dy * EXPECTED_PITCH + i];
            if (got[dy * room + i] != want) {
                check_fail("w %d: row %d, byte %d: %d, not %d", w, dy, i, got[dy * room + i],
                           want);
                return;
            }
        }
    for (int i = -64; i < 64; i++)
        if (got[i < 0 ? i : s * room + i] != 0xa5) {
            check_fail("w %d: byte %d written", w, i);
            return;
        }
}

static const struct { const char *name; int s, ksize, branch_ksize; } heads[QSR_N_HEADS] = {
    {"x2", 2, 3, 1}, {"x3", 3, 3, 1}, {"x4", 4, 3, 1}, {"x1_5", 3, 2, 3},
};

static void check_head(enum QsrWidth width, enum QsrHead head, int has_branch, int deep)
{
    const int c = width == QSR_WIDTH_32 ? 32 : 64, s = heads[head].s;
    const int cells = head == QSR_HEAD_X1_5, pixel = deep ? 8 : 4;
    const QsrConvOutFn fast = (deep ? hvx.conv_out_deep : hvx.conv_out)[width][head];
    const QsrConvOutFn slow = (deep ? plain.conv_out_deep : plain.conv_out)[width][head];
    if (!check_func((CheckFn)fast, "conv_out%s_%d_%s%s", deep ? "_deep" : "", c,
                    heads[head].name, has_branch ? "_branch" : ""))
        check_counts();
    for (int round = 0; round < ROUNDS; round++) {
        static const uint8_t *const none[3];
        uint8_t *dst[4] = {NULL, NULL, NULL, NULL};
        const uint8_t *in[3];
        random_params(round, c, 3 * s * s, heads[head].ksize,
                      has_branch ? heads[head].branch_ksize : 0, deep);
        random_rows(c);
        random_rgbx();
        pack_both(plain.pack_out, hvx.pack_out);
        for (int i = 0; i < s; i++)
            dst[i] = expected_row() + i * EXPECTED_PITCH;
        const uint8_t *const all[3] = {canonical_row(0, c), canonical_row(1, c),
                                       canonical_row(2, c)};
        const uint8_t *const all_in[3] = {rgbx[0] + 4, rgbx[1] + 4, rgbx[2] + 4};
        slow(dst, all, has_branch ? all_in : none, MAX_W, CAP, 0, packed_c());
        uint8_t *maps = put_maps(c, round & 1 ? CHECK_HEAD : CHECK_TAIL);
        const uint8_t *const src[3] = {map_row(maps, 0, c), map_row(maps, 1, c),
                                       map_row(maps, 2, c)};
        for (int w = 1; w <= MAX_W; w++) {
            const int room = round_up(w, ALIGN) * s * pixel;
            uint8_t *got = check_dst(DST, (size_t)(room * s));
            for (int i = 0; i < s; i++)
                dst[i] = got + i * room;
            put_rgbx(in, round_up(cells ? 2 * w : w, ALIGN),
                     w % 4 ? check_random_between(-1, 31) : 15);
            fast(dst, src, has_branch ? in : none, w, CAP, w & 1, packed_hvx());
            check_pixel_rows(got, s, room, w * s * pixel, w);
        }
    }
}

// Zero activations where they are asked for, and nothing else.
static void check_clear(int c)
{
    const int pitch = (int)hvx.fm.group_bytes(CAP, c) * 4 / c;
    check_func((CheckFn)hvx.fm.clear, "clear_%d", c);
    check_counts();
    for (int x = -1; x < 40; x++)
        for (int n = 1; n < 70; n += x < 1 ? 1 : 5) {
            uint8_t *ring = check_dst(DST, hvx.fm.group_bytes(CAP, c));
            uint8_t *row = ring + hvx.fm.row_offset(0, CAP, c);
            hvx.fm.clear(row, x, n, CAP, c);
            for (int g = 0; g < c / 4; g += c / 4 - 1)
                for (int i = -16; i < 120 * 4; i++)
                    if (row[g * pitch + i] != (i >= 4 * x && i < 4 * (x + n) ? 0 : 0xa5)) {
                        check_fail("columns %d to %d: byte %d of plane %d", x, x + n, i, g);
                        break;
                    }
        }
}

void dsp_check_conv(void)
{
    qsr_conv_dsp_init_c(&plain);
    qsr_conv_dsp_init_hvx(&hvx);
    for (int width = 0; width < QSR_N_WIDTHS; width++) {
        check_clear(width ? 64 : 32);
        check_in((enum QsrWidth)width);
        check_body((enum QsrWidth)width);
        for (int head = 0; head < QSR_N_HEADS; head++)
            for (int variant = 0; variant < 4; variant++)
                check_head((enum QsrWidth)width, (enum QsrHead)head, variant & 1, variant >> 1);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Packets of every kernel, for packets.py: its name, packets and instructions for
// a row, and the packets that its products alone need, two vrmpy each.

#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"
#include "tests/checkasm/checkasm.h"
#include "tests/hexagon/dspcheck/dspcheck.h"

#define WIDTH 384 // columns: a strip's
#define ODD 352   // an odd number of vectors
#define CAP (QSR_FM_LEAD + WIDTH + QSR_FM_TAIL)
#define PIXELS 768 // of a pixel row: what the head makes of a strip's at 2x

// Slots.
enum { MAPS, DST, INPUT, PACKED };

static QsrConvDSP dsp;
static QsrConvParams params;
static int8_t weights[QSR_MAX_CHANNELS * 9 * QSR_MAX_CHANNELS];
static int32_t bias[QSR_MAX_CHANNELS];
static uint16_t mult[QSR_MAX_CHANNELS];
static uint8_t shift[QSR_MAX_CHANNELS];

static void report(const char *name, int detail, DspCount begin, DspCount end, int ideal)
{
    dsp_print("%s", name);
    if (detail)
        dsp_print("-%d", detail);
    dsp_print(" %u %u %d\n", end.packets - begin.packets, end.insns - begin.insns, ideal);
}

static void pack(QsrPackFn fn, int cin, int cout, int ksize, int branch_ksize)
{
    params = (QsrConvParams){.cin = cin, .cout = cout, .ksize = ksize, .frac = 6,
                             .weights = weights, .bias = bias, .mult = mult, .shift = shift,
                             .branch = branch_ksize ? weights : NULL,
                             .branch_ksize = branch_ksize};
    for (int o = 0; o < cout; o++) {
        mult[o] = QSR_RQ_MIN_MULT;
        shift[o] = 8;
    }
    fn(check_src(PACKED, CHECK_SLOT_SIZE, CHECK_HEAD), &params);
}

static const void *packed(void)
{
    return check_src(PACKED, CHECK_SLOT_SIZE, CHECK_HEAD);
}

static uint8_t *row_of(int slot)
{
    return check_src(slot, CHECK_SLOT_SIZE, CHECK_HEAD) + 128;
}

// Packets of the products of one group of four inputs, for all columns and outputs.
static int products(int groups, int outputs, int columns)
{
    return groups * outputs * ((columns + 31) / 32) / 2;
}

static void count_maps(int c)
{
    const uint8_t *rgbx = row_of(INPUT) + 64;
    const uint8_t *const in[3] = {rgbx, rgbx + 4096, rgbx + 8192};
    const size_t bytes = dsp.fm.group_bytes(CAP, c);
    const uint8_t *const src[3] = {row_of(MAPS), row_of(MAPS) + bytes, row_of(MAPS) + 2 * bytes};
    const enum QsrWidth width = c == 64 ? QSR_WIDTH_64 : QSR_WIDTH_32;
    pack(dsp.pack_in, 3, c, 3, 0);
    DspCount begin = dsp_count();
    dsp.conv_in[width](row_of(DST), in, WIDTH, CAP, packed());
    // 27 inputs lie in seven groups.
    report("conv_in", c, begin, dsp_count(), products(7, c, WIDTH));

    pack(dsp.pack_body, c, c, 3, 0);
    for (int w = WIDTH; w >= ODD; w -= WIDTH - ODD) {
        begin = dsp_count();
        dsp.conv_body[width](row_of(DST), src, w, CAP, 0, packed());
        report(w == WIDTH ? "conv_body" : "conv_body-odd", c, begin, dsp_count(),
               products(9 * c / 4, c, w));
    }
}

static void count_heads(int c)
{
    static const struct {
        const char *names[2][2]; // [deep][branch]
        int outputs, ksize, branch_ksize;
    } heads[QSR_N_HEADS] = {
        {{{"head_x2", "head_x2+branch"}, {"head_x2-deep", "head_x2-deep+branch"}}, 12, 3, 1},
        {{{"head_x3", "head_x3+branch"}, {"head_x3-deep", "head_x3-deep+branch"}}, 27, 3, 1},
        {{{"head_x4", "head_x4+branch"}, {"head_x4-deep", "head_x4-deep+branch"}}, 48, 3, 1},
        {{{"head_x1.5", "head_x1.5+branch"}, {"head_x1.5-deep", "head_x1.5-deep+branch"}},
         27, 2, 3},
    };
    const uint8_t *rgbx = row_of(INPUT) + 64;
    const uint8_t *const in[3] = {rgbx, rgbx + 4096, rgbx + 8192};
    const size_t bytes = dsp.fm.group_bytes(CAP, c);
    const uint8_t *const src[3] = {row_of(MAPS), row_of(MAPS) + bytes, row_of(MAPS) + 2 * bytes};
    const enum QsrWidth width = c == 64 ? QSR_WIDTH_64 : QSR_WIDTH_32;
    uint8_t *dst[4];
    for (int i = 0; i < 4; i++)
        dst[i] = row_of(DST) + i * 4 * WIDTH * QSR_RGBX * 2;
    for (int head = 0; head < QSR_N_HEADS; head++)
        for (int variant = 0; variant < 4; variant++) {
            const int branch = variant & 1, deep = variant >> 1, n = heads[head].outputs;
            const int k = heads[head].ksize, bk = branch ? heads[head].branch_ksize : 0;
            const int w = k == 2 ? WIDTH / 2 : WIDTH;
            pack(dsp.pack_out, c, n, k, bk);
            const DspCount begin = dsp_count();
            (deep ? dsp.conv_out_deep : dsp.conv_out)[width][head](dst, src, in, w, CAP, 0,
                                                                   packed());
            report(heads[head].names[deep][branch], c, begin, dsp_count(),
                   products(k * k * c / 4 + bk * bk, n, w));
        }
}

static void count_pixels(void)
{
    static const int16_t quarters[4] = {3, 1, 3, 1}, thirds[3] = {1, 2, 1};
    static const QsrYuvToRgb to_rgb = {16, 9539, 14686, -1747, -4366, 17305};
    static const QsrRgbToYuv to_yuv = {0, {9798, 19234, 3736}, {-5529, -10855, 16384},
                                       {16384, -13720, -2664}};
    const int n = PIXELS;
    uint8_t *a = row_of(MAPS), *b = row_of(DST), *c = row_of(INPUT), *d = row_of(PACKED);
    uint16_t *sum[3];
    for (int i = 0; i < 3; i++)
        sum[i] = (uint16_t *)(void *)(b + 4096 * (i + 1));
    const uint16_t *const sums[3] = {sum[0], sum[1], sum[2]};
    QsrPixelDSP px;
    DspCount begin;
    qsr_pixel_dsp_init(&px, 1);
#define COUNT(name, call)                          \
    begin = dsp_count();                           \
    call;                                          \
    report(name, 0, begin, dsp_count(), 0)
    COUNT("chroma_up_v", px.chroma_up_v(sum[0], a, c, 3, 1, n));
    COUNT("chroma_up_h", px.chroma_up_h(a, sum[0], quarters, n / 2));
    COUNT("deinterleave", px.deinterleave(b, d, a, n));
    COUNT("yuv_to_rgbx", px.yuv_to_rgbx(d, a, b, c, &to_rgb, n));
    COUNT("gray_to_rgbx", px.gray_to_rgbx(d, a, n));
    COUNT("load_rgb", px.load_rgb[QSR_ORDER_RGB](d, a, n));
    COUNT("load_rgbx", px.load_rgb[QSR_ORDER_RGBX](d, a, n));
    COUNT("load_bgrx", px.load_rgb[QSR_ORDER_BGRX](d, a, n));
    COUNT("store_rgb", px.store_rgb[QSR_ORDER_RGB](d, a, NULL, n));
    COUNT("store_rgbx", px.store_rgb[QSR_ORDER_RGBX](d, a, NULL, n));
    COUNT("store_bgrx", px.store_rgb[QSR_ORDER_BGRX](d, a, b, n));
    COUNT("rgbx_to_y", px.rgbx_to_y(d, a, &to_yuv, n));
    COUNT("rgbx_to_uv", px.rgbx_to_uv(d, b, a, &to_yuv, n));
    COUNT("chroma_down_v", px.chroma_down_v(sum, a, c, d, thirds, n));
    COUNT("chroma_down_h", px.chroma_down_h(a, c, sums, thirds, &to_yuv, n / 2));
    COUNT("interleave", px.interleave(d, a, b, n));
#undef COUNT
}

void dsp_print_packets(void)
{
    qsr_conv_dsp_init(&dsp, 1);
    for (int c = 32; c <= 64; c += 32) {
        count_maps(c);
        count_heads(c);
        const DspCount begin = dsp_count();
        dsp.fm.clear(row_of(DST), WIDTH - 3, 4, CAP, c);
        report("clear", c, begin, dsp_count(), 0);
    }
    count_pixels();
}

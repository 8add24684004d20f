// SPDX-License-Identifier: BSD-2-Clause
//
// One call of one row of the ARM kernels, for arm_cost.py to count the
// instructions of.
//
//     arm-rows LEVEL                  the rows of this level and all below, with
//                                     the products that each makes per pixel
//     arm-rows LEVEL ROW WIDTH        calls it

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
#include "kernels/dsp.h"

#define MAX_W 512
#define CAP (QSR_FM_LEAD + 2 * MAX_W + QSR_FM_TAIL)

static const int channels[QSR_N_WIDTHS] = {32, 64};
static const struct {
    const char *name;
    int outputs, ksize;
} heads[QSR_N_HEADS] = {{"x2", 12, 3}, {"x3", 27, 3}, {"x4", 48, 3}, {"x1_5", 27, 2}};

static QsrConvDSP conv;
static QsrPixelDSP pixel;

static const char *wanted; // NULL: only list
static int width, called;

// True if the row is to be called.
static int row(const char *name, int products)
{
    if (!wanted) {
        printf("%s %d\n", name, products);
        return 0;
    }
    if (strcmp(name, wanted))
        return 0;
    called = 1;
    return 1;
}

// ---------------------------------------------------------- convolutions ---

static _Alignas(128) uint8_t weights[1 << 17];
static _Alignas(128) uint8_t maps[4][CAP * QSR_MAX_CHANNELS];
static _Alignas(128) uint8_t rgbx[3][CAP * QSR_RGBX];
static _Alignas(128) uint8_t out[4][4 * CAP * QSR_RGBX * 2];

static void conv_rows(QsrPackFn pack, int cin, int cout, int ksize, const int8_t *branch)
{
    static const int8_t zeros[QSR_MAX_CHANNELS * QSR_MAX_CHANNELS * 9];
    static const int32_t bias[QSR_MAX_CHANNELS];
    static const uint16_t mult[QSR_MAX_CHANNELS];
    static const uint8_t shift[QSR_MAX_CHANNELS];
    const QsrConvParams p = {.cin = cin, .cout = cout, .ksize = ksize, .frac = 6,
                             .weights = zeros, .bias = bias, .mult = mult, .shift = shift,
                             .branch = branch ? zeros : NULL, .branch_ksize = ksize == 3 ? 1 : 3};
    if (pack(NULL, &p) > sizeof(weights))
        abort();
    pack(weights, &p);
}

static void head_rows(int c, int head, const uint8_t *const in[3])
{
    static const int8_t some[1];
    const uint8_t *const src[3] = {maps[1] + QSR_FM_LEAD * c, maps[2] + QSR_FM_LEAD * c,
                                   maps[3] + QSR_FM_LEAD * c};
    const uint8_t *const none[3] = {NULL, NULL, NULL};
    uint8_t *const dst[4] = {out[0], out[1], out[2], out[3]};
    const int ksize = heads[head].ksize, outputs = heads[head].outputs;
    const int products = outputs * ksize * ksize * c;
    char name[64];

    for (int form = 0; form < 4; form++) {
        const int deep = form & 1, branch = form >> 1;
        QsrConvOutFn *const table = deep ? conv.conv_out_deep[c == 64] : conv.conv_out[c == 64];
        snprintf(name, sizeof(name), "conv_out%s_u8s8_%d_%s%s", deep ? "_deep" : "", c,
                 heads[head].name, branch ? "_branch" : "");
        if (!row(name, products + (branch ? outputs * (ksize == 3 ? 3 : 27) : 0)))
            continue;
        conv_rows(conv.pack_out, c, outputs, ksize, branch ? some : NULL);
        table[head](dst, src, branch ? in : none, width, CAP, 0, weights);
    }
}

static void convolutions(int i)
{
    const int c = channels[i];
    const uint8_t *const in[3] = {rgbx[0] + QSR_FM_LEAD * QSR_RGBX,
                                  rgbx[1] + QSR_FM_LEAD * QSR_RGBX,
                                  rgbx[2] + QSR_FM_LEAD * QSR_RGBX};
    const uint8_t *const src[3] = {maps[1] + QSR_FM_LEAD * c, maps[2] + QSR_FM_LEAD * c,
                                   maps[3] + QSR_FM_LEAD * c};
    char name[64];

    snprintf(name, sizeof(name), "conv_in_u8s8_3x%d", c);
    if (row(name, 27 * c)) {
        conv_rows(conv.pack_in, 3, c, 3, NULL);
        conv.conv_in[i](maps[0] + QSR_FM_LEAD * c, in, width, CAP, weights);
    }
    snprintf(name, sizeof(name), "conv_body_u8s8_%dx%d", c, c);
    if (row(name, 9 * c * c)) {
        conv_rows(conv.pack_body, c, c, 3, NULL);
        conv.conv_body[i](maps[0] + QSR_FM_LEAD * c, src, width, CAP, 0, weights);
    }
    for (int head = 0; head < QSR_N_HEADS; head++)
        head_rows(c, head, in);
}

// ------------------------------------------------------------ pixel rows ---

static uint8_t a[8 * MAX_W + 64], b[8 * MAX_W + 64], c[8 * MAX_W + 64], d[8 * MAX_W + 64];
static uint16_t s0[2 * MAX_W + 64], s1[2 * MAX_W + 64], s2[2 * MAX_W + 64];

static void pixel_rows(void)
{
    static const char *const orders[QSR_N_ORDERS] = {"rgb", "bgr", "rgbx", "bgrx", "xrgb", "xbgr"};
    static const int16_t w[4] = {1, 2, 1, 0};
    static const QsrYuvToRgb to_rgb;
    static const QsrRgbToYuv to_yuv;
    uint16_t *const sums[3] = {s0 + 8, s1 + 8, s2 + 8};
    const uint16_t *const csums[3] = {s0 + 8, s1 + 8, s2 + 8};
    const uint8_t *const rows[4] = {a, b, c, d};
    char name[64];

    if (row("chroma_up_v", 0))
        pixel.chroma_up_v(s0, a, b, 3, 1, width);
    if (row("chroma_up_h", 0))
        pixel.chroma_up_h(a, s0 + 8, w, width);
    if (row("deinterleave", 0))
        pixel.deinterleave(a, b, c, width);
    if (row("yuv_to_rgbx", 0))
        pixel.yuv_to_rgbx(a, b, c, d, &to_rgb, width);
    if (row("gray_to_rgbx", 0))
        pixel.gray_to_rgbx(a, b, width);
    if (row("load_byte", 0))
        pixel.load_byte(a, b, 1, width);
    if (row("merge4", 0))
        pixel.merge4(a, rows, 0, width);
    if (row("rgbx_to_y", 0))
        pixel.rgbx_to_y(a, b, &to_yuv, width);
    if (row("rgbx_to_uv", 0))
        pixel.rgbx_to_uv(a, b, c, &to_yuv, width);
    if (row("rgbx_to_gray", 0))
        pixel.rgbx_to_gray(a, b, width);
    if (row("chroma_down_v", 0))
        pixel.chroma_down_v(sums, a, b, c, w, width);
    if (row("chroma_down_h", 0))
        pixel.chroma_down_h(a, b, csums, w, &to_yuv, width);
    if (row("interleave", 0))
        pixel.interleave(a, b, c, width);
    if (row("alpha_v", 0))
        pixel.alpha_v((int16_t *)(void *)s0, rows, w, width);
    for (int i = 0; i < QSR_N_ORDERS; i++) {
        snprintf(name, sizeof(name), "load_%s", orders[i]);
        if (row(name, 0))
            pixel.load_rgb[i](a, b, width);
        snprintf(name, sizeof(name), "store_%s", orders[i]);
        if (row(name, 0))
            pixel.store_rgb[i](a, b, NULL, width);
    }
}

// As P010 has it: chroma of step 2, shifts of 6.
static void pixel10_rows(void)
{
    static const int16_t w[4] = {1, 2, 1, 0}, taps[2][4];
    static const int8_t offset[2] = {-1, 0};
    static const QsrYuvToRgb to_rgb;
    static const QsrRgbToYuv to_yuv;
    static uint16_t p[4 * MAX_W + 64], q[4 * MAX_W + 64], r[4 * MAX_W + 64], t[4 * MAX_W + 64];
    uint16_t *const sums[3] = {s0 + 8, s1 + 8, s2 + 8};
    const uint16_t *const csums[3] = {s0 + 8, s1 + 8, s2 + 8};
    const int16_t *const high = (int16_t *)(void *)q + 16, *const low = (int16_t *)(void *)r + 16;

    if (row("load10", 0))
        pixel.load10(p, a, 2, 6, width);
    if (row("chroma_up_v10", 0))
        pixel.chroma_up_v10(p, q, r, 3, 1, width);
    if (row("chroma_up_h10", 0))
        pixel.chroma_up_h10(p, q + 8, w, width);
    if (row("yuv_to_rgbx10", 0))
        pixel.yuv_to_rgbx10(p, q, r, t, &to_rgb, width);
    if (row("planes_to_rgbx10", 0))
        pixel.planes_to_rgbx10(p, q, r, t, width);
    if (row("load_rgb10a2", 0))
        pixel.load_rgb10a2(p, a, width);
    if (row("split10", 0))
        pixel.split10(a, b, p, width);
    if (row("round10", 0))
        pixel.round10(a, p, width);
    if (row("deep_h", 0))
        pixel.deep_h(p, high, low, taps, offset, 0, 1, 2, width);
    if (row("rgbx10_to_y", 0))
        pixel.rgbx10_to_y(p, q, &to_yuv, width);
    if (row("rgbx10_to_uv", 0))
        pixel.rgbx10_to_uv(p, q, r, &to_yuv, width);
    if (row("chroma_down_v10", 0))
        pixel.chroma_down_v10(sums, p, q, r, w, width);
    if (row("chroma_down_h10", 0))
        pixel.chroma_down_h10(p, q, csums, w, &to_yuv, width);
    if (row("store10", 0))
        pixel.store10(a, 1, 6, p, 1, width);
    if (row("alpha_h", 0))
        pixel.alpha_h(a, high, taps, offset, 0, 1, 2, width);
}

int main(int argc, char **argv)
{
    unsigned flags;
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: %s LEVEL [ROW WIDTH]\n", argv[0]);
        return 2;
    }
    if (!qsr_cpu_parse_mask(argv[1], &flags)) {
        fprintf(stderr, "%s: no level is called '%s'\n", argv[0], argv[1]);
        return 2;
    }
    if (argc == 4) {
        wanted = argv[2];
        width = atoi(argv[3]);
    }
    if (width < 0 || width > MAX_W)
        return 2;
    qsr_conv_dsp_init(&conv, flags); // only asked for: the caller knows what there is
    qsr_pixel_dsp_init(&pixel, flags);
    for (int i = 0; i < QSR_N_WIDTHS; i++)
        convolutions(i);
    pixel_rows();
    pixel10_rows();
    if (wanted && !called) {
        fprintf(stderr, "%s: no row is called '%s'\n", argv[0], wanted);
        return 2;
    }
    return 0;
}

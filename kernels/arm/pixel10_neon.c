// SPDX-License-Identifier: BSD-2-Clause
//
// Pixel rows of 10 bits with NEON, 64-bit and 32-bit.
#include "kernels/arm/pixel_arm.h"

INLINE uint16x8_t clip_u10(int16x8_t v)
{
    return vreinterpretq_u16_s16(vminq_s16(vmaxq_s16(v, vdupq_n_s16(0)), vdupq_n_s16(1023)));
}

// Eight little-endian numbers at an address that need not be even.
INLINE uint16x8_t load_u16(const uint8_t *p)
{
    return vreinterpretq_u16_u8(vld1q_u8(p));
}

// -------------------------------------------------------------------- in ---

// Steps 1 and 2. Of 2, nothing behind the last number is read: the upper half of
// the block ends with it.
static void load10_neon(uint16_t *dst, const uint8_t *src, int step, int shift, int n)
{
    if (n < 8 || step > 2) {
        plain().load10(dst, src, step, shift, n);
        return;
    }
    const int16x8_t right = vdupq_n_s16((int16_t)-shift);
    const uint16x8_t mask = vdupq_n_u16(1023);
    FOR_BLOCKS(i, n, 8) {
        const uint8_t *p = src + (ptrdiff_t)2 * step * i;
        uint16x8_t v = load_u16(p);
        if (step == 2) {
            const uint16x8_t end = load_u16(p + 14);
            v = vcombine_u16(vget_low_u16(vuzpq_u16(v, v).val[0]),
                             vget_low_u16(vuzpq_u16(end, end).val[1]));
        }
        vst1q_u16(dst + i, vandq_u16(vshlq_u16(v, right), mask));
    }
}

static void chroma_up_v10_neon(uint16_t *dst, const uint16_t *a, const uint16_t *b, int wa, int wb,
                               int n)
{
    if (n < 8) {
        plain().chroma_up_v10(dst, a, b, wa, wb, n);
        return;
    }
    FOR_BLOCKS(i, n, 8)
        vst1q_u16(dst + i, vmlaq_n_u16(vmulq_n_u16(vld1q_u16(a + i), (uint16_t)wa),
                                       vld1q_u16(b + i), (uint16_t)wb));
}

// No sum exceeds 4 * 4092.
static void chroma_up_h10_neon(uint16_t *dst, const uint16_t *v, const int16_t w[4], int n)
{
    if (n < 8) {
        plain().chroma_up_h10(dst, v, w, n);
        return;
    }
    const uint16_t w0 = (uint16_t)w[0], w1 = (uint16_t)w[1];
    const uint16_t w2 = (uint16_t)w[2], w3 = (uint16_t)w[3];
    FOR_BLOCKS(i, n, 8) {
        const uint16x8_t left = vld1q_u16(v + i - 1), own = vld1q_u16(v + i);
        const uint16x8_t right = vld1q_u16(v + i + 1);
        const uint16x8x2_t out = {{
            vrshrq_n_u16(vmlaq_n_u16(vmulq_n_u16(own, w0), left, w1), 4),
            vrshrq_n_u16(vmlaq_n_u16(vmulq_n_u16(own, w2), right, w3), 4),
        }};
        vst2q_u16(dst + 2 * i, out);
    }
}

static void yuv_to_rgbx10_neon(uint16_t *rgbx, const uint16_t *y, const uint16_t *u,
                               const uint16_t *v, const QsrYuvToRgb *m, int n)
{
    if (n < 8) {
        plain().yuv_to_rgbx10(rgbx, y, u, v, m, n);
        return;
    }
    const int16x8_t y0 = vdupq_n_s16(m->y0), middle = vdupq_n_s16(512);
    const int16_t r[3] = {m->cy, 0, m->crv}, g[3] = {m->cy, m->cgu, m->cgv};
    const int16_t b[3] = {m->cy, m->cbu, 0};
    FOR_BLOCKS(i, n, 8) {
        const int16x8_t yuv[3] = {
            vsubq_s16(vreinterpretq_s16_u16(vld1q_u16(y + i)), y0),
            vsubq_s16(vreinterpretq_s16_u16(vld1q_u16(u + i)), middle),
            vsubq_s16(vreinterpretq_s16_u16(vld1q_u16(v + i)), middle),
        };
        const int32x4x2_t red = combine(yuv, r, 0), green = combine(yuv, g, 0);
        const int32x4x2_t blue = combine(yuv, b, 0);
        const uint16x8x4_t out = {{clip_u10(ROUND16(red.val[0], red.val[1], 13)),
                                   clip_u10(ROUND16(green.val[0], green.val[1], 13)),
                                   clip_u10(ROUND16(blue.val[0], blue.val[1], 13)),
                                   vdupq_n_u16(0)}};
        vst4q_u16(rgbx + 4 * i, out);
    }
}

static void planes_to_rgbx10_neon(uint16_t *rgbx, const uint16_t *r, const uint16_t *g,
                                  const uint16_t *b, int n)
{
    if (n < 8) {
        plain().planes_to_rgbx10(rgbx, r, g, b, n);
        return;
    }
    FOR_BLOCKS(i, n, 8) {
        const uint16x8x4_t out = {{vld1q_u16(r + i), vld1q_u16(g + i), vld1q_u16(b + i),
                                   vdupq_n_u16(0)}};
        vst4q_u16(rgbx + 4 * i, out);
    }
}

INLINE uint16x4_t ten_bits(uint32x4_t v)
{
    return vand_u16(vmovn_u32(v), vdup_n_u16(1023));
}

static void load_rgb10a2_neon(uint16_t *rgbx, const uint8_t *src, int n)
{
    if (n < 4) {
        plain().load_rgb10a2(rgbx, src, n);
        return;
    }
    FOR_BLOCKS(i, n, 4) {
        const uint32x4_t v = vreinterpretq_u32_u8(vld1q_u8(src + 4 * i));
        const uint16x4x4_t out = {{ten_bits(v), ten_bits(vshrq_n_u32(v, 10)),
                                   ten_bits(vshrq_n_u32(v, 20)), vdup_n_u16(0)}};
        vst4_u16(rgbx + 4 * i, out);
    }
}

static void split10_neon(uint8_t *high, uint8_t *low, const uint16_t *src, int n)
{
    if (n < 8) {
        plain().split10(high, low, src, n);
        return;
    }
    FOR_BLOCKS(i, n, 8) {
        const uint16x8_t v = vld1q_u16(src + i);
        vst1_u8(high + i, vshrn_n_u16(v, 2));
        vst1_u8(low + i, vand_u8(vmovn_u16(v), vdup_n_u8(3)));
    }
}

static void round10_neon(uint8_t *dst, const uint16_t *src, int n)
{
    if (n < 8) {
        plain().round10(dst, src, n);
        return;
    }
    FOR_BLOCKS(i, n, 8)
        vst1_u8(dst + i, vqrshrn_n_u16(vld1q_u16(src + i), 2));
}

// ------------------------------------------------------------------- out ---

// taps . (four pixels from p on), the four components of each side by side.
INLINE int32x4_t cubic(const int16_t *p, int16x4_t taps)
{
    const int16x8_t ab = vld1q_s16(p), cd = vld1q_s16(p + 8);
    int32x4_t sum = vmull_lane_s16(vget_low_s16(ab), taps, 0);
    sum = vmlal_lane_s16(sum, vget_high_s16(ab), taps, 1);
    sum = vmlal_lane_s16(sum, vget_low_s16(cd), taps, 2);
    return vmlal_lane_s16(sum, vget_high_s16(cd), taps, 3);
}

// As plain C has it: docs/numerics.md, Deep colour. A pixel at a time, because a
// row is changed in place.
static void deep_h_neon(uint16_t *rgbx, const int16_t *high, const int16_t *low,
                        const int16_t taps[][4], const int8_t *offset, int phase0, int num,
                        int den, int n)
{
    const int32x4_t noise = vdupq_n_s32(8), zero = vdupq_n_s32(0);
    int p = phase0 % den, x = phase0 / den * num;

    for (int i = 0; i < n; i++) {
        const int16x4_t t = vld1_s16(taps[p]);
        const ptrdiff_t at = 4 * ((ptrdiff_t)x + offset[p] - 1);
        const int32x4_t th = cubic(high + at, t), tl = cubic(low + at, t);
        const int32x4_t made = vreinterpretq_s32_u32(vmovl_u16(vld1_u16(rgbx + 4 * i)));
        const int32x4_t detail = vsubq_s32(made, vrshrq_n_s32(th, 8));
        const int32x4_t size = vabsq_s32(detail);
        const int32x4_t excess = vmaxq_s32(vshlq_n_s32(vsubq_s32(size, noise), 1), zero);
        const int32x4_t kept = vminq_s32(size, excess);
        const int32x4_t signed_kept =
            vbslq_s32(vcltq_s32(detail, zero), vnegq_s32(kept), kept);
        const int32x4_t smooth = vrshrq_n_s32(vaddq_s32(vshlq_n_s32(th, 2), tl), 10);
        const int32x4_t sum = vminq_s32(vmaxq_s32(vaddq_s32(smooth, signed_kept), zero),
                                        vdupq_n_s32(1023));
        vst1_u16(rgbx + 4 * i, vmovn_u32(vreinterpretq_u32_s32(sum)));
        if (++p == den) {
            p = 0;
            x += num;
        }
    }
}

INLINE uint16x8_t combine_rgb(const uint16x8x4_t *rgbx, const int16_t c[3], int32_t bias)
{
    const int16x8_t rgb[3] = {vreinterpretq_s16_u16(rgbx->val[0]),
                              vreinterpretq_s16_u16(rgbx->val[1]),
                              vreinterpretq_s16_u16(rgbx->val[2])};
    const int32x4x2_t sum = combine(rgb, c, bias);
    return clip_u10(ROUND16(sum.val[0], sum.val[1], 15));
}

static void rgbx10_to_y_neon(uint16_t *y, const uint16_t *rgbx, const QsrRgbToYuv *m, int n)
{
    if (n < 8) {
        plain().rgbx10_to_y(y, rgbx, m, n);
        return;
    }
    const int16_t c[3] = {m->y[0], m->y[1], m->y[2]};
    const int32_t bias = m->y0 * (1 << 15);
    FOR_BLOCKS(i, n, 8) {
        const uint16x8x4_t v = vld4q_u16(rgbx + 4 * i);
        vst1q_u16(y + i, combine_rgb(&v, c, bias));
    }
}

static void rgbx10_to_uv_neon(uint16_t *u, uint16_t *v, const uint16_t *rgbx, const QsrRgbToYuv *m,
                              int n)
{
    if (n < 8) {
        plain().rgbx10_to_uv(u, v, rgbx, m, n);
        return;
    }
    const int16_t cu[3] = {m->u[0], m->u[1], m->u[2]}, cv[3] = {m->v[0], m->v[1], m->v[2]};
    FOR_BLOCKS(i, n, 8) {
        const uint16x8x4_t p = vld4q_u16(rgbx + 4 * i);
        vst1q_u16(u + i, combine_rgb(&p, cu, 512 << 15));
        vst1q_u16(v + i, combine_rgb(&p, cv, 512 << 15));
    }
}

static void chroma_down_v10_neon(uint16_t *const dst[3], const uint16_t *a, const uint16_t *b,
                                 const uint16_t *c, const int16_t w[3], int n)
{
    if (n < 8) {
        plain().chroma_down_v10(dst, a, b, c, w, n);
        return;
    }
    const uint16_t wa = (uint16_t)w[0], wb = (uint16_t)w[1], wc = (uint16_t)w[2];
    FOR_BLOCKS(i, n, 8) {
        const uint16x8x4_t p = vld4q_u16(a + 4 * i), q = vld4q_u16(b + 4 * i);
        const uint16x8x4_t r = vld4q_u16(c + 4 * i);
        for (int k = 0; k < 3; k++)
            vst1q_u16(dst[k] + i, vmlaq_n_u16(vmlaq_n_u16(vmulq_n_u16(p.val[k], wa), q.val[k], wb),
                                              r.val[k], wc));
    }
}

INLINE uint16x8_t combine_sums(const int16x8_t s[3], const int16_t c[3])
{
    const int32x4x2_t sum = combine(s, c, (512 << 19) + (1 << 18));
    return clip_u10(vshrq_n_s16(FLOOR16(sum.val[0], sum.val[1], 16), 3));
}

static void chroma_down_h10_neon(uint16_t *u, uint16_t *v, const uint16_t *const sum[3],
                                 const int16_t w[3], const QsrRgbToYuv *m, int n)
{
    if (n < 8) {
        plain().chroma_down_h10(u, v, sum, w, m, n);
        return;
    }
    const uint16_t wl = (uint16_t)w[0], wm = (uint16_t)w[1], wr = (uint16_t)w[2];
    const int16_t cu[3] = {m->u[0], m->u[1], m->u[2]}, cv[3] = {m->v[0], m->v[1], m->v[2]};
    FOR_BLOCKS(i, n, 8) {
        int16x8_t s[3];
        for (int k = 0; k < 3; k++) {
            const uint16_t *p = sum[k] + 2 * i;
            const uint16x8x2_t left_own = vld2q_u16(p - 1);
            const uint16x8_t right = vextq_u16(left_own.val[0], vld1q_dup_u16(p + 15), 1);
            s[k] = vreinterpretq_s16_u16(
                vmlaq_n_u16(vmlaq_n_u16(vmulq_n_u16(left_own.val[1], wm), left_own.val[0], wl),
                            right, wr));
        }
        vst1q_u16(u + i, combine_sums(s, cu));
        vst1q_u16(v + i, combine_sums(s, cv));
    }
}

// Rows without gaps; of others nothing in between may be touched.
static void store10_neon(uint8_t *dst, int step, int shift, const uint16_t *src, int src_step,
                         int n)
{
    if (n < 8 || step != 1 || src_step != 1) {
        plain().store10(dst, step, shift, src, src_step, n);
        return;
    }
    const int16x8_t left = vdupq_n_s16((int16_t)shift);
    FOR_BLOCKS(i, n, 8)
        vst1q_u8(dst + 2 * i, vreinterpretq_u8_u16(vshlq_u16(vld1q_u16(src + i), left)));
}

void qsr_pixel10_dsp_init_neon(QsrPixelDSP *dsp)
{
    dsp->load10 = load10_neon;
    dsp->chroma_up_v10 = chroma_up_v10_neon;
    dsp->chroma_up_h10 = chroma_up_h10_neon;
    dsp->yuv_to_rgbx10 = yuv_to_rgbx10_neon;
    dsp->planes_to_rgbx10 = planes_to_rgbx10_neon;
    dsp->load_rgb10a2 = load_rgb10a2_neon;
    dsp->split10 = split10_neon;
    dsp->round10 = round10_neon;
    dsp->deep_h = deep_h_neon;
    dsp->rgbx10_to_y = rgbx10_to_y_neon;
    dsp->rgbx10_to_uv = rgbx10_to_uv_neon;
    dsp->chroma_down_v10 = chroma_down_v10_neon;
    dsp->chroma_down_h10 = chroma_down_h10_neon;
    dsp->store10 = store10_neon;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Pixel rows of 8 bits with NEON, 64-bit and 32-bit.
#include <string.h>

#include "kernels/arm/pixel_arm.h"

// Two halves of eight sums to bytes: clamp(sum >> bits), rounded to nearest.
#define NARROW(lo, hi, bits) vqmovun_s16(ROUND16(lo, hi, bits))

INLINE int16x8_t widen(uint8x8_t v)
{
    return vreinterpretq_s16_u16(vmovl_u8(v));
}

// -------------------------------------------------------------------- in ---

static void chroma_up_v_neon(uint16_t *dst, const uint8_t *a, const uint8_t *b, int wa, int wb,
                             int n)
{
    if (n < 16) {
        plain().chroma_up_v(dst, a, b, wa, wb, n);
        return;
    }
    const uint8x8_t va = vdup_n_u8((uint8_t)wa), vb = vdup_n_u8((uint8_t)wb);
    FOR_BLOCKS(i, n, 16) {
        const uint8x16_t p = vld1q_u8(a + i), q = vld1q_u8(b + i);
        vst1q_u16(dst + i, vmlal_u8(vmull_u8(vget_low_u8(p), va), vget_low_u8(q), vb));
        vst1q_u16(dst + i + 8, vmlal_u8(vmull_u8(vget_high_u8(p), va), vget_high_u8(q), vb));
    }
}

// No sum exceeds 4 * 1020.
static void chroma_up_h_neon(uint8_t *dst, const uint16_t *v, const int16_t w[4], int n)
{
    if (n < 8) {
        plain().chroma_up_h(dst, v, w, n);
        return;
    }
    const uint16_t w0 = (uint16_t)w[0], w1 = (uint16_t)w[1];
    const uint16_t w2 = (uint16_t)w[2], w3 = (uint16_t)w[3];
    FOR_BLOCKS(i, n, 8) {
        const uint16x8_t left = vld1q_u16(v + i - 1), own = vld1q_u16(v + i);
        const uint16x8_t right = vld1q_u16(v + i + 1);
        const uint8x8x2_t out = {{
            vrshrn_n_u16(vmlaq_n_u16(vmulq_n_u16(own, w0), left, w1), 4),
            vrshrn_n_u16(vmlaq_n_u16(vmulq_n_u16(own, w2), right, w3), 4),
        }};
        vst2_u8(dst + 2 * i, out);
    }
}

static void deinterleave_neon(uint8_t *a, uint8_t *b, const uint8_t *ab, int n)
{
    if (n < 16) {
        plain().deinterleave(a, b, ab, n);
        return;
    }
    FOR_BLOCKS(i, n, 16) {
        const uint8x16x2_t v = vld2q_u8(ab + 2 * i);
        vst1q_u8(a + i, v.val[0]);
        vst1q_u8(b + i, v.val[1]);
    }
}

static void yuv_to_rgbx_neon(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                             const QsrYuvToRgb *m, int n)
{
    if (n < 8) {
        plain().yuv_to_rgbx(rgbx, y, u, v, m, n);
        return;
    }
    const int16x8_t y0 = vdupq_n_s16(m->y0), middle = vdupq_n_s16(128);
    const int16_t cy = m->cy, crv = m->crv, cgu = m->cgu, cgv = m->cgv, cbu = m->cbu;
    FOR_BLOCKS(i, n, 8) {
        const int16x8_t luma = vsubq_s16(widen(vld1_u8(y + i)), y0);
        const int16x8_t cb = vsubq_s16(widen(vld1_u8(u + i)), middle);
        const int16x8_t cr = vsubq_s16(widen(vld1_u8(v + i)), middle);
        const int16x4_t cb_lo = vget_low_s16(cb), cb_hi = vget_high_s16(cb);
        const int16x4_t cr_lo = vget_low_s16(cr), cr_hi = vget_high_s16(cr);
        const int32x4_t lo = vmull_n_s16(vget_low_s16(luma), cy);
        const int32x4_t hi = vmull_n_s16(vget_high_s16(luma), cy);
        const uint8x8x4_t out = {{
            NARROW(vmlal_n_s16(lo, cr_lo, crv), vmlal_n_s16(hi, cr_hi, crv), 13),
            NARROW(vmlal_n_s16(vmlal_n_s16(lo, cb_lo, cgu), cr_lo, cgv),
                   vmlal_n_s16(vmlal_n_s16(hi, cb_hi, cgu), cr_hi, cgv), 13),
            NARROW(vmlal_n_s16(lo, cb_lo, cbu), vmlal_n_s16(hi, cb_hi, cbu), 13),
            vdup_n_u8(0),
        }};
        vst4_u8(rgbx + 4 * i, out);
    }
}

static void gray_to_rgbx_neon(uint8_t *rgbx, const uint8_t *y, int n)
{
    if (n < 16) {
        plain().gray_to_rgbx(rgbx, y, n);
        return;
    }
    FOR_BLOCKS(i, n, 16) {
        const uint8x16_t v = vld1q_u8(y + i);
        const uint8x16x4_t out = {{v, v, v, vdupq_n_u8(0)}};
        vst4q_u8(rgbx + 4 * i, out);
    }
}

// The packed orders: where R, G, B and, of four bytes, the filler are in a pixel.
#define FOR_EACH_ORDER3(x) x(rgb, RGB, 0, 1, 2) x(bgr, BGR, 2, 1, 0)
#define FOR_EACH_ORDER4(x)                                                              \
    x(rgbx, RGBX, 0, 1, 2, 3) x(bgrx, BGRX, 2, 1, 0, 3) x(xrgb, XRGB, 1, 2, 3, 0)       \
    x(xbgr, XBGR, 3, 2, 1, 0)

#define decl_load3(name, order, r, g, b)                                                \
    static void load_##name##_neon(uint8_t *rgbx, const uint8_t *src, int n)            \
    {                                                                                   \
        if (n < 16) {                                                                   \
            plain().load_rgb[QSR_ORDER_##order](rgbx, src, n);                          \
            return;                                                                     \
        }                                                                               \
        FOR_BLOCKS(i, n, 16) {                                                          \
            const uint8x16x3_t v = vld3q_u8(src + 3 * i);                               \
            const uint8x16x4_t out = {{v.val[r], v.val[g], v.val[b], vdupq_n_u8(0)}};   \
            vst4q_u8(rgbx + 4 * i, out);                                                \
        }                                                                               \
    }
FOR_EACH_ORDER3(decl_load3)

// The same places in each of four pixels; 0xff takes a zero.
#define PLACES(a, b, c, d)                                                              \
    {(a), (b), (c), (d), (a) + 4, (b) + 4, (c) + 4, (d), (a) + 8, (b) + 8, (c) + 8,     \
     (d), (a) + 12, (b) + 12, (c) + 12, (d)}

#define decl_load4(name, order, r, g, b, x)                                             \
    static void load_##name##_neon(uint8_t *rgbx, const uint8_t *src, int n)            \
    {                                                                                   \
        static const uint8_t places[16] = PLACES(r, g, b, 0xff);                        \
        if (n < 16) {                                                                   \
            plain().load_rgb[QSR_ORDER_##order](rgbx, src, n);                          \
            return;                                                                     \
        }                                                                               \
        const uint8x16_t index = vld1q_u8(places);                                      \
        FOR_BLOCKS(i, n, 16)                                                            \
            UNROLL                                                                      \
            for (int k = 0; k < 64; k += 16)                                            \
                vst1q_u8(rgbx + 4 * i + k,                                              \
                         vqtbl1q_u8(vld1q_u8(src + 4 * i + k), index));                 \
    }
FOR_EACH_ORDER4(decl_load4)

// Bytes `shift` / 8 of the pixels at p.
INLINE uint16x8_t byte_of(const uint8_t *p, int32x4_t shift)
{
    const uint32x4_t a = vreinterpretq_u32_u8(vld1q_u8(p));
    const uint32x4_t b = vreinterpretq_u32_u8(vld1q_u8(p + 16));
    return vcombine_u16(vmovn_u32(vshlq_u32(a, shift)), vmovn_u32(vshlq_u32(b, shift)));
}

static void load_byte_neon(uint8_t *dst, const uint8_t *src, int offset, int n)
{
    if (n < 16) {
        plain().load_byte(dst, src, offset, n);
        return;
    }
    const int32x4_t shift = vdupq_n_s32(-8 * offset);
    FOR_BLOCKS(i, n, 16) {
        const uint16x8_t lo = byte_of(src + 4 * i, shift), hi = byte_of(src + 4 * i + 32, shift);
        vst1q_u8(dst + i, vcombine_u8(vmovn_u16(lo), vmovn_u16(hi)));
    }
}

static void merge4_neon(uint8_t *dst, const uint8_t *const s[4], int fill, int n)
{
    if (n < 16) {
        plain().merge4(dst, s, fill, n);
        return;
    }
    const uint8x16_t f = vdupq_n_u8((uint8_t)fill);
    FOR_BLOCKS(i, n, 16) {
        const uint8x16x4_t out = {{s[0] ? vld1q_u8(s[0] + i) : f, vld1q_u8(s[1] + i),
                                   vld1q_u8(s[2] + i), s[3] ? vld1q_u8(s[3] + i) : f}};
        vst4q_u8(dst + 4 * i, out);
    }
}

// ------------------------------------------------------------------- out ---

#define decl_store3(name, order, r, g, b)                                               \
    static void store_##name##_neon(uint8_t *dst, const uint8_t *rgbx,                  \
                                    const uint8_t *alpha, int n)                        \
    {                                                                                   \
        if (n < 16) {                                                                   \
            plain().store_rgb[QSR_ORDER_##order](dst, rgbx, alpha, n);                  \
            return;                                                                     \
        }                                                                               \
        FOR_BLOCKS(i, n, 16) {                                                          \
            const uint8x16x4_t v = vld4q_u8(rgbx + 4 * i);                              \
            uint8x16x3_t out;                                                           \
            out.val[r] = v.val[0];                                                      \
            out.val[g] = v.val[1];                                                      \
            out.val[b] = v.val[2];                                                      \
            vst3q_u8(dst + 3 * i, out);                                                 \
        }                                                                               \
    }
FOR_EACH_ORDER3(decl_store3)

#define decl_store4(name, order, r, g, b, x)                                            \
    static void store_##name##_neon(uint8_t *dst, const uint8_t *rgbx,                  \
                                    const uint8_t *alpha, int n)                        \
    {                                                                                   \
        if (n < 16) {                                                                   \
            plain().store_rgb[QSR_ORDER_##order](dst, rgbx, alpha, n);                  \
            return;                                                                     \
        }                                                                               \
        FOR_BLOCKS(i, n, 16) {                                                          \
            const uint8x16x4_t v = vld4q_u8(rgbx + 4 * i);                              \
            uint8x16x4_t out;                                                           \
            out.val[r] = v.val[0];                                                      \
            out.val[g] = v.val[1];                                                      \
            out.val[b] = v.val[2];                                                      \
            out.val[x] = alpha ? vld1q_u8(alpha + i) : vdupq_n_u8(255);                 \
            vst4q_u8(dst + 4 * i, out);                                                 \
        }                                                                               \
    }
FOR_EACH_ORDER4(decl_store4)

INLINE uint8x8_t combine_rgb(const int16x8_t rgb[3], const int16_t c[3], int32_t bias)
{
    const int32x4x2_t sum = combine(rgb, c, bias);
    return NARROW(sum.val[0], sum.val[1], 15);
}

static void rgbx_to_y_neon(uint8_t *y, const uint8_t *rgbx, const QsrRgbToYuv *m, int n)
{
    if (n < 8) {
        plain().rgbx_to_y(y, rgbx, m, n);
        return;
    }
    const int16_t c[3] = {m->y[0], m->y[1], m->y[2]};
    const int32_t bias = m->y0 * (1 << 15);
    FOR_BLOCKS(i, n, 8) {
        const uint8x8x4_t v = vld4_u8(rgbx + 4 * i);
        const int16x8_t rgb[3] = {widen(v.val[0]), widen(v.val[1]), widen(v.val[2])};
        vst1_u8(y + i, combine_rgb(rgb, c, bias));
    }
}

static void rgbx_to_uv_neon(uint8_t *u, uint8_t *v, const uint8_t *rgbx, const QsrRgbToYuv *m,
                            int n)
{
    if (n < 8) {
        plain().rgbx_to_uv(u, v, rgbx, m, n);
        return;
    }
    const int16_t cu[3] = {m->u[0], m->u[1], m->u[2]}, cv[3] = {m->v[0], m->v[1], m->v[2]};
    FOR_BLOCKS(i, n, 8) {
        const uint8x8x4_t p = vld4_u8(rgbx + 4 * i);
        const int16x8_t rgb[3] = {widen(p.val[0]), widen(p.val[1]), widen(p.val[2])};
        vst1_u8(u + i, combine_rgb(rgb, cu, 128 << 15));
        vst1_u8(v + i, combine_rgb(rgb, cv, 128 << 15));
    }
}

// The three coefficients sum to 256: no sum exceeds 16 bits.
static void rgbx_to_gray_neon(uint8_t *y, const uint8_t *rgbx, int n)
{
    if (n < 8) {
        plain().rgbx_to_gray(y, rgbx, n);
        return;
    }
    FOR_BLOCKS(i, n, 8) {
        const uint8x8x4_t v = vld4_u8(rgbx + 4 * i);
        const uint16x8_t sum = vmlal_u8(vmlal_u8(vmull_u8(v.val[0], vdup_n_u8(77)), v.val[1],
                                                 vdup_n_u8(150)), v.val[2], vdup_n_u8(29));
        vst1_u8(y + i, vrshrn_n_u16(sum, 8));
    }
}

static void chroma_down_v_neon(uint16_t *const dst[3], const uint8_t *a, const uint8_t *b,
                               const uint8_t *c, const int16_t w[3], int n)
{
    if (n < 8) {
        plain().chroma_down_v(dst, a, b, c, w, n);
        return;
    }
    const uint8x8_t wa = vdup_n_u8((uint8_t)w[0]), wb = vdup_n_u8((uint8_t)w[1]);
    const uint8x8_t wc = vdup_n_u8((uint8_t)w[2]);
    FOR_BLOCKS(i, n, 8) {
        const uint8x8x4_t p = vld4_u8(a + 4 * i), q = vld4_u8(b + 4 * i), r = vld4_u8(c + 4 * i);
        for (int k = 0; k < 3; k++)
            vst1q_u16(dst[k] + i, vmlal_u8(vmlal_u8(vmull_u8(p.val[k], wa), q.val[k], wb),
                                           r.val[k], wc));
    }
}

// c . s, eight samples, to bytes: >> 19, rounded; in two steps, as no instruction
// narrows by more than 16.
INLINE uint8x8_t combine_sums(const int16x8_t s[3], const int16_t c[3])
{
    const int32x4x2_t sum = combine(s, c, (128 << 19) + (1 << 18));
    return vqshrun_n_s16(FLOOR16(sum.val[0], sum.val[1], 16), 3);
}

static void chroma_down_h_neon(uint8_t *u, uint8_t *v, const uint16_t *const sum[3],
                               const int16_t w[3], const QsrRgbToYuv *m, int n)
{
    if (n < 8) {
        plain().chroma_down_h(u, v, sum, w, m, n);
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
        vst1_u8(u + i, combine_sums(s, cu));
        vst1_u8(v + i, combine_sums(s, cv));
    }
}

static void interleave_neon(uint8_t *ab, const uint8_t *a, const uint8_t *b, int n)
{
    if (n < 16) {
        plain().interleave(ab, a, b, n);
        return;
    }
    FOR_BLOCKS(i, n, 16) {
        const uint8x16x2_t out = {{vld1q_u8(a + i), vld1q_u8(b + i)}};
        vst2q_u8(ab + 2 * i, out);
    }
}

// ----------------------------------------------------------------- alpha ---

// The taps sum to 64 and stay below 128 in magnitude together: 16 bits hold it.
static void alpha_v_neon(int16_t *dst, const uint8_t *const s[4], const int16_t taps[4], int n)
{
    if (n < 8) {
        plain().alpha_v(dst, s, taps, n);
        return;
    }
    const int16_t ta = taps[0], tb = taps[1], tc = taps[2], td = taps[3];
    FOR_BLOCKS(i, n, 8) {
        int16x8_t sum = vmulq_n_s16(widen(vld1_u8(s[0] + i)), ta);
        sum = vmlaq_n_s16(sum, widen(vld1_u8(s[1] + i)), tb);
        sum = vmlaq_n_s16(sum, widen(vld1_u8(s[2] + i)), tc);
        sum = vmlaq_n_s16(sum, widen(vld1_u8(s[3] + i)), td);
        vst1q_s16(dst + i, vrshrq_n_s16(sum, 2));
    }
}

// A pixel is the product of four samples and four taps, summed across: those of
// four pixels at a time.
static void alpha_h_neon(uint8_t *dst, const int16_t *v, const int16_t taps[][4],
                         const int8_t *offset, int phase0, int num, int den, int n)
{
    int p = phase0 % den, x = phase0 / den * num, i = 0;

    for (; i + 4 <= n; i += 4) {
        int32x4_t sum[4];
        UNROLL
        for (int j = 0; j < 4; j++) {
            sum[j] = vmull_s16(vld1_s16(v + x + offset[p] - 1), vld1_s16(taps[p]));
            const int last = ++p == den;
            x += last ? num : 0;
            p = last ? 0 : p;
        }
        const int32x4_t all = vpaddq_s32(vpaddq_s32(sum[0], sum[1]), vpaddq_s32(sum[2], sum[3]));
        const int16x4_t narrow = vqrshrn_n_s32(all, 10);
        const uint8x8_t out = vqmovun_s16(vcombine_s16(narrow, narrow));
        const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(out), 0);
        memcpy(dst + i, &four, 4);
    }
    if (i < n)
        plain().alpha_h(dst + i, v, taps, offset, phase0 + i, num, den, n - i);
}

void qsr_pixel_dsp_init_neon(QsrPixelDSP *dsp)
{
    dsp->chroma_up_v = chroma_up_v_neon;
    dsp->chroma_up_h = chroma_up_h_neon;
    dsp->deinterleave = deinterleave_neon;
    dsp->yuv_to_rgbx = yuv_to_rgbx_neon;
    dsp->gray_to_rgbx = gray_to_rgbx_neon;
    dsp->load_byte = load_byte_neon;
    dsp->merge4 = merge4_neon;
    dsp->rgbx_to_y = rgbx_to_y_neon;
    dsp->rgbx_to_uv = rgbx_to_uv_neon;
    dsp->rgbx_to_gray = rgbx_to_gray_neon;
    dsp->chroma_down_v = chroma_down_v_neon;
    dsp->chroma_down_h = chroma_down_h_neon;
    dsp->interleave = interleave_neon;
    dsp->alpha_v = alpha_v_neon;
    dsp->alpha_h = alpha_h_neon;
    qsr_pixel10_dsp_init_neon(dsp);

#define rows_of_order(name, order, ...)                     \
    dsp->load_rgb[QSR_ORDER_##order] = load_##name##_neon;   \
    dsp->store_rgb[QSR_ORDER_##order] = store_##name##_neon;
    FOR_EACH_ORDER3(rows_of_order)
    FOR_EACH_ORDER4(rows_of_order)
}

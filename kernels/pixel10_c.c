// SPDX-License-Identifier: BSD-2-Clause
//
// Pixel rows of 10 bits in plain C: the definition that every other version must
// match, and the fallback. The siblings of those in pixel_c.c, with 512 in the
// middle and 1023 at the top.

#include "kernels/deep.h"
#include "kernels/dsp.h"

static inline uint16_t clip_u10(int v)
{
    v = v < 0 ? 0 : v;
    return (uint16_t)(v > 1023 ? 1023 : v);
}

// -------------------------------------------------------------------- in ---

// One copy per step, because compilers only vectorise a step that they know.
static inline void load_step(uint16_t *restrict dst, const uint8_t *restrict src, int step,
                             int shift, int n)
{
    for (int i = 0; i < n; i++) {
        const uint8_t *p = src + (ptrdiff_t)2 * step * i;
        dst[i] = (uint16_t)(((p[0] | p[1] << 8) >> shift) & 1023);
    }
}

static void load10_c(uint16_t *dst, const uint8_t *src, int step, int shift, int n)
{
    if (step == 1)
        load_step(dst, src, 1, shift, n);
    else if (step == 2)
        load_step(dst, src, 2, shift, n);
    else
        load_step(dst, src, 4, shift, n);
}

static void chroma_up_v10_c(uint16_t *restrict dst, const uint16_t *a, const uint16_t *b, int wa,
                            int wb, int n)
{
    for (int i = 0; i < n; i++)
        dst[i] = (uint16_t)(wa * a[i] + wb * b[i]);
}

static void chroma_up_h10_c(uint16_t *restrict dst, const uint16_t *restrict v, const int16_t w[4],
                            int n)
{
    const int w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];

    for (int i = 0; i < n; i++) {
        dst[2 * i] = (uint16_t)((w0 * v[i] + w1 * v[i - 1] + 8) >> 4);
        dst[2 * i + 1] = (uint16_t)((w2 * v[i] + w3 * v[i + 1] + 8) >> 4);
    }
}

static void yuv_to_rgbx10_c(uint16_t *restrict rgbx, const uint16_t *restrict y,
                            const uint16_t *restrict u, const uint16_t *restrict v,
                            const QsrYuvToRgb *m, int n)
{
    const int y0 = m->y0, cy = m->cy;
    const int crv = m->crv, cgu = m->cgu, cgv = m->cgv, cbu = m->cbu;

    for (int i = 0; i < n; i++) {
        const int luma = cy * (y[i] - y0) + (1 << 12);
        const int cb = u[i] - 512, cr = v[i] - 512;
        rgbx[4 * i] = clip_u10((luma + crv * cr) >> 13);
        rgbx[4 * i + 1] = clip_u10((luma + cgu * cb + cgv * cr) >> 13);
        rgbx[4 * i + 2] = clip_u10((luma + cbu * cb) >> 13);
        rgbx[4 * i + 3] = 0;
    }
}

static void planes_to_rgbx10_c(uint16_t *restrict rgbx, const uint16_t *restrict r,
                               const uint16_t *restrict g, const uint16_t *restrict b, int n)
{
    for (int i = 0; i < n; i++) {
        rgbx[4 * i] = r[i];
        rgbx[4 * i + 1] = g[i];
        rgbx[4 * i + 2] = b[i];
        rgbx[4 * i + 3] = 0;
    }
}

static void load_rgb10a2_c(uint16_t *restrict rgbx, const uint8_t *restrict src, int n)
{
    for (int i = 0; i < n; i++) {
        const uint8_t *p = src + 4 * i;
        const uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        rgbx[4 * i] = v & 1023;
        rgbx[4 * i + 1] = v >> 10 & 1023;
        rgbx[4 * i + 2] = v >> 20 & 1023;
        rgbx[4 * i + 3] = 0;
    }
}

static void split10_c(uint8_t *restrict high, uint8_t *restrict low, const uint16_t *restrict src,
                      int n)
{
    for (int i = 0; i < n; i++) {
        high[i] = (uint8_t)(src[i] >> 2);
        low[i] = (uint8_t)(src[i] & 3);
    }
}

static void round10_c(uint8_t *restrict dst, const uint16_t *restrict src, int n)
{
    for (int i = 0; i < n; i++) {
        const int v = (src[i] + 2) >> 2;
        dst[i] = (uint8_t)(v > 255 ? 255 : v);
    }
}

// ------------------------------------------------------------------- out ---

// Two loops, so that compilers make vectors of 32 and of 16 bits.
static void join_c(uint16_t *restrict y, const int16_t *const h[4], const int16_t *const l[4],
                   const int16_t taps[4], int n)
{
    const int16_t *h0 = h[0], *h1 = h[1], *h2 = h[2], *h3 = h[3];
    const int16_t *l0 = l[0], *l1 = l[1], *l2 = l[2], *l3 = l[3];
    const int16_t t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3];
    int16_t c8[4 * QSR_DEEP_BLOCK], c10[4 * QSR_DEEP_BLOCK];

    for (int i = 0; i < n; i++) {
        const int th = t0 * h0[i] + t1 * h1[i] + t2 * h2[i] + t3 * h3[i];
        const int16_t tl = (int16_t)(t0 * l0[i] + t1 * l1[i] + t2 * l2[i] + t3 * l3[i]);
        c8[i] = (int16_t)((th + 128) >> 8);
        c10[i] = (int16_t)((4 * th + tl + 512) >> 10);
    }
    for (int i = 0; i < n; i++) {
        const int16_t d = (int16_t)(y[i] - c8[i]), sign = (int16_t)(d >> 15);
        const int16_t size = (int16_t)((d ^ sign) - sign);
        int16_t kept = (int16_t)(2 * size - 2 * QSR_DEEP_NOISE);
        kept = kept < 0 ? 0 : kept;
        kept = kept < size ? kept : size;
        int16_t v = (int16_t)(c10[i] + ((kept ^ sign) - sign));
        v = v < 0 ? 0 : v;
        y[i] = (uint16_t)(v > 1023 ? 1023 : v);
    }
}

static void deep_h_c(uint16_t *rgbx, const int16_t *high, const int16_t *low,
                     const int16_t taps[][4], const int8_t *offset, int phase0, int num, int den,
                     int n)
{
    qsr_deep_phases(join_c, rgbx, high, low, taps, offset, phase0, num, den, n);
}

static void rgbx10_to_y_c(uint16_t *restrict y, const uint16_t *restrict rgbx,
                          const QsrRgbToYuv *m, int n)
{
    const int a = m->y[0], b = m->y[1], c = m->y[2];
    const int bias = m->y0 * (1 << 15) + (1 << 14);

    for (int i = 0; i < n; i++) {
        const uint16_t *p = rgbx + 4 * i;
        y[i] = clip_u10((a * p[0] + b * p[1] + c * p[2] + bias) >> 15);
    }
}

static void rgbx10_to_uv_c(uint16_t *restrict u, uint16_t *restrict v,
                           const uint16_t *restrict rgbx, const QsrRgbToYuv *m, int n)
{
    const int ur = m->u[0], ug = m->u[1], ub = m->u[2];
    const int vr = m->v[0], vg = m->v[1], vb = m->v[2];
    const int bias = (512 << 15) + (1 << 14);

    for (int i = 0; i < n; i++) {
        const uint16_t *p = rgbx + 4 * i;
        u[i] = clip_u10((ur * p[0] + ug * p[1] + ub * p[2] + bias) >> 15);
        v[i] = clip_u10((vr * p[0] + vg * p[1] + vb * p[2] + bias) >> 15);
    }
}

static void chroma_down_v10_c(uint16_t *const dst[3], const uint16_t *a, const uint16_t *b,
                              const uint16_t *c, const int16_t w[3], int n)
{
    uint16_t *restrict r = dst[0], *restrict g = dst[1], *restrict bl = dst[2];
    const int wa = w[0], wb = w[1], wc = w[2];

    for (int i = 0; i < n; i++) {
        r[i] = (uint16_t)(wa * a[4 * i] + wb * b[4 * i] + wc * c[4 * i]);
        g[i] = (uint16_t)(wa * a[4 * i + 1] + wb * b[4 * i + 1] + wc * c[4 * i + 1]);
        bl[i] = (uint16_t)(wa * a[4 * i + 2] + wb * b[4 * i + 2] + wc * c[4 * i + 2]);
    }
}

static void chroma_down_h10_c(uint16_t *restrict u, uint16_t *restrict v,
                              const uint16_t *const sum[3], const int16_t w[3],
                              const QsrRgbToYuv *m, int n)
{
    const uint16_t *r = sum[0], *g = sum[1], *b = sum[2];
    const int wl = w[0], wm = w[1], wr = w[2];
    const int ur = m->u[0], ug = m->u[1], ub = m->u[2];
    const int vr = m->v[0], vg = m->v[1], vb = m->v[2];
    const int bias = (512 << 19) + (1 << 18);

    for (int i = 0; i < n; i++) {
        const int sr = wl * r[2 * i - 1] + wm * r[2 * i] + wr * r[2 * i + 1];
        const int sg = wl * g[2 * i - 1] + wm * g[2 * i] + wr * g[2 * i + 1];
        const int sb = wl * b[2 * i - 1] + wm * b[2 * i] + wr * b[2 * i + 1];
        u[i] = clip_u10((ur * sr + ug * sg + ub * sb + bias) >> 19);
        v[i] = clip_u10((vr * sr + vg * sg + vb * sb + bias) >> 19);
    }
}

static inline void store_step(uint8_t *restrict dst, int step, int shift,
                              const uint16_t *restrict src, int src_step, int n)
{
    for (int i = 0; i < n; i++) {
        const int v = src[(ptrdiff_t)src_step * i] << shift;
        dst[(ptrdiff_t)2 * step * i] = (uint8_t)v;
        dst[(ptrdiff_t)2 * step * i + 1] = (uint8_t)(v >> 8);
    }
}

static void store10_c(uint8_t *dst, int step, int shift, const uint16_t *src, int src_step, int n)
{
    if (src_step == 4)
        store_step(dst, step, shift, src, 4, n);
    else if (step == 1)
        store_step(dst, 1, shift, src, 1, n);
    else if (step == 2)
        store_step(dst, 2, shift, src, 1, n);
    else
        store_step(dst, 4, shift, src, 1, n);
}

// Alpha in two bits: a * 3 / 255, rounded.
static void store_rgb10a2_c(uint8_t *restrict dst, const uint16_t *restrict rgbx,
                            const uint8_t *alpha, int n)
{
    for (int i = 0; i < n; i++) {
        const uint16_t *p = rgbx + 4 * i;
        const uint32_t a = alpha ? (alpha[i] * 3u + 128) >> 8 : 3;
        const uint32_t v = p[0] | (uint32_t)p[1] << 10 | (uint32_t)p[2] << 20 | a << 30;
        dst[4 * i] = (uint8_t)v;
        dst[4 * i + 1] = (uint8_t)(v >> 8);
        dst[4 * i + 2] = (uint8_t)(v >> 16);
        dst[4 * i + 3] = (uint8_t)(v >> 24);
    }
}

void qsr_pixel10_dsp_init_c(QsrPixelDSP *dsp)
{
    dsp->load10 = load10_c;
    dsp->chroma_up_v10 = chroma_up_v10_c;
    dsp->chroma_up_h10 = chroma_up_h10_c;
    dsp->yuv_to_rgbx10 = yuv_to_rgbx10_c;
    dsp->planes_to_rgbx10 = planes_to_rgbx10_c;
    dsp->load_rgb10a2 = load_rgb10a2_c;
    dsp->split10 = split10_c;
    dsp->round10 = round10_c;
    dsp->deep_h = deep_h_c;
    dsp->rgbx10_to_y = rgbx10_to_y_c;
    dsp->rgbx10_to_uv = rgbx10_to_uv_c;
    dsp->chroma_down_v10 = chroma_down_v10_c;
    dsp->chroma_down_h10 = chroma_down_h10_c;
    dsp->store10 = store10_c;
    dsp->store_rgb10a2 = store_rgb10a2_c;
}

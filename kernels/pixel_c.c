// SPDX-License-Identifier: BSD-2-Clause
//
// Pixel rows in plain C: the definition that every other version must match,
// and the fallback. The loops are written so that compilers vectorise them.

#include "kernels/dsp.h"

static inline uint8_t clip_u8(int v)
{
    v = v < 0 ? 0 : v;
    return (uint8_t)(v > 255 ? 255 : v);
}

// -------------------------------------------------------------------- in ---

static void chroma_up_v_c(uint16_t *restrict dst, const uint8_t *a, const uint8_t *b, int wa,
                          int wb, int n)
{
    for (int i = 0; i < n; i++)
        dst[i] = (uint16_t)(wa * a[i] + wb * b[i]);
}

static void chroma_up_h_c(uint8_t *restrict dst, const uint16_t *restrict v, const int16_t w[4],
                          int n)
{
    const int w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];

    for (int i = 0; i < n; i++) {
        dst[2 * i] = (uint8_t)((w0 * v[i] + w1 * v[i - 1] + 8) >> 4);
        dst[2 * i + 1] = (uint8_t)((w2 * v[i] + w3 * v[i + 1] + 8) >> 4);
    }
}

static void deinterleave_c(uint8_t *restrict a, uint8_t *restrict b, const uint8_t *restrict ab,
                           int n)
{
    for (int i = 0; i < n; i++) {
        a[i] = ab[2 * i];
        b[i] = ab[2 * i + 1];
    }
}

static void yuv_to_rgbx_c(uint8_t *restrict rgbx, const uint8_t *restrict y,
                          const uint8_t *restrict u, const uint8_t *restrict v,
                          const QsrYuvToRgb *m, int n)
{
    const int y0 = m->y0, cy = m->cy;
    const int crv = m->crv, cgu = m->cgu, cgv = m->cgv, cbu = m->cbu;

    for (int i = 0; i < n; i++) {
        const int luma = cy * (y[i] - y0) + (1 << 12);
        const int cb = u[i] - 128, cr = v[i] - 128;
        rgbx[4 * i] = clip_u8((luma + crv * cr) >> 13);
        rgbx[4 * i + 1] = clip_u8((luma + cgu * cb + cgv * cr) >> 13);
        rgbx[4 * i + 2] = clip_u8((luma + cbu * cb) >> 13);
        rgbx[4 * i + 3] = 0;
    }
}

static void gray_to_rgbx_c(uint8_t *restrict rgbx, const uint8_t *restrict y, int n)
{
    for (int i = 0; i < n; i++) {
        rgbx[4 * i] = rgbx[4 * i + 1] = rgbx[4 * i + 2] = y[i];
        rgbx[4 * i + 3] = 0;
    }
}

// The packed orders: bytes per pixel, and where R, G, B and the filler are in
// one. The 3-byte orders have no filler.
#define FOR_EACH_ORDER3(x) x(rgb, 0, 1, 2) x(bgr, 2, 1, 0)
#define FOR_EACH_ORDER4(x) \
    x(rgbx, 0, 1, 2, 3) x(bgrx, 2, 1, 0, 3) x(xrgb, 1, 2, 3, 0) x(xbgr, 3, 2, 1, 0)

#define decl_load(name, bpp, r, g, b)                                                       \
    static void load_##name##_c(uint8_t *restrict rgbx, const uint8_t *restrict src, int n) \
    {                                                                                       \
        for (int i = 0; i < n; i++) {                                                       \
            rgbx[4 * i] = src[bpp * i + r];                                                 \
            rgbx[4 * i + 1] = src[bpp * i + g];                                             \
            rgbx[4 * i + 2] = src[bpp * i + b];                                             \
            rgbx[4 * i + 3] = 0;                                                            \
        }                                                                                   \
    }
#define decl_load3(name, r, g, b) decl_load(name, 3, r, g, b)
#define decl_load4(name, r, g, b, x) decl_load(name, 4, r, g, b)
FOR_EACH_ORDER3(decl_load3)
FOR_EACH_ORDER4(decl_load4)

static void load_byte_c(uint8_t *restrict dst, const uint8_t *restrict src, int offset, int n)
{
    for (int i = 0; i < n; i++)
        dst[i] = src[4 * i + offset];
}

static void merge4_c(uint8_t *restrict dst, const uint8_t *const s[4], int fill, int n)
{
    const uint8_t *a = s[0], *b = s[1], *c = s[2], *d = s[3];
    const uint8_t f = (uint8_t)fill;

    for (int i = 0; i < n; i++) {
        dst[4 * i + 1] = b[i];
        dst[4 * i + 2] = c[i];
    }
    if (a)
        for (int i = 0; i < n; i++)
            dst[4 * i] = a[i];
    else
        for (int i = 0; i < n; i++)
            dst[4 * i] = f;
    if (d)
        for (int i = 0; i < n; i++)
            dst[4 * i + 3] = d[i];
    else
        for (int i = 0; i < n; i++)
            dst[4 * i + 3] = f;
}

// ------------------------------------------------------------------- out ---

#define decl_store3(name, r, g, b)                                                           \
    static void store_##name##_c(uint8_t *restrict dst, const uint8_t *restrict rgbx,        \
                                 const uint8_t *alpha, int n)                                \
    {                                                                                        \
        (void)alpha;                                                                         \
        for (int i = 0; i < n; i++) {                                                        \
            dst[3 * i + r] = rgbx[4 * i];                                                    \
            dst[3 * i + g] = rgbx[4 * i + 1];                                                \
            dst[3 * i + b] = rgbx[4 * i + 2];                                                \
        }                                                                                    \
    }
#define decl_store4(name, r, g, b, x)                                                        \
    static void store_##name##_c(uint8_t *restrict dst, const uint8_t *restrict rgbx,        \
                                 const uint8_t *restrict alpha, int n)                       \
    {                                                                                        \
        for (int i = 0; i < n; i++) {                                                        \
            dst[4 * i + r] = rgbx[4 * i];                                                    \
            dst[4 * i + g] = rgbx[4 * i + 1];                                                \
            dst[4 * i + b] = rgbx[4 * i + 2];                                                \
            dst[4 * i + x] = 255;                                                            \
        }                                                                                    \
        if (alpha)                                                                           \
            for (int i = 0; i < n; i++)                                                      \
                dst[4 * i + x] = alpha[i];                                                   \
    }
FOR_EACH_ORDER3(decl_store3)
FOR_EACH_ORDER4(decl_store4)

static void rgbx_to_y_c(uint8_t *restrict y, const uint8_t *restrict rgbx, const QsrRgbToYuv *m,
                        int n)
{
    const int a = m->y[0], b = m->y[1], c = m->y[2];
    const int bias = m->y0 * (1 << 15) + (1 << 14);

    for (int i = 0; i < n; i++) {
        const uint8_t *p = rgbx + 4 * i;
        y[i] = clip_u8((a * p[0] + b * p[1] + c * p[2] + bias) >> 15);
    }
}

// A footprint of one pixel with weight 16: the factor cancels against the shift.
static void rgbx_to_uv_c(uint8_t *restrict u, uint8_t *restrict v, const uint8_t *restrict rgbx,
                         const QsrRgbToYuv *m, int n)
{
    const int ur = m->u[0], ug = m->u[1], ub = m->u[2];
    const int vr = m->v[0], vg = m->v[1], vb = m->v[2];
    const int bias = (128 << 15) + (1 << 14);

    for (int i = 0; i < n; i++) {
        const uint8_t *p = rgbx + 4 * i;
        u[i] = clip_u8((ur * p[0] + ug * p[1] + ub * p[2] + bias) >> 15);
        v[i] = clip_u8((vr * p[0] + vg * p[1] + vb * p[2] + bias) >> 15);
    }
}

static void rgbx_to_gray_c(uint8_t *restrict y, const uint8_t *restrict rgbx, int n)
{
    for (int i = 0; i < n; i++) {
        const uint8_t *p = rgbx + 4 * i;
        y[i] = (uint8_t)((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8);
    }
}

static void chroma_down_v_c(uint16_t *const dst[3], const uint8_t *a, const uint8_t *b,
                            const uint8_t *c, const int16_t w[3], int n)
{
    uint16_t *restrict r = dst[0], *restrict g = dst[1], *restrict bl = dst[2];
    const int wa = w[0], wb = w[1], wc = w[2];

    for (int i = 0; i < n; i++) {
        r[i] = (uint16_t)(wa * a[4 * i] + wb * b[4 * i] + wc * c[4 * i]);
        g[i] = (uint16_t)(wa * a[4 * i + 1] + wb * b[4 * i + 1] + wc * c[4 * i + 1]);
        bl[i] = (uint16_t)(wa * a[4 * i + 2] + wb * b[4 * i + 2] + wc * c[4 * i + 2]);
    }
}

static void chroma_down_h_c(uint8_t *restrict u, uint8_t *restrict v,
                            const uint16_t *const sum[3], const int16_t w[3],
                            const QsrRgbToYuv *m, int n)
{
    const uint16_t *r = sum[0], *g = sum[1], *b = sum[2];
    const int wl = w[0], wm = w[1], wr = w[2];
    const int ur = m->u[0], ug = m->u[1], ub = m->u[2];
    const int vr = m->v[0], vg = m->v[1], vb = m->v[2];
    const int bias = (128 << 19) + (1 << 18);

    for (int i = 0; i < n; i++) {
        const int sr = wl * r[2 * i - 1] + wm * r[2 * i] + wr * r[2 * i + 1];
        const int sg = wl * g[2 * i - 1] + wm * g[2 * i] + wr * g[2 * i + 1];
        const int sb = wl * b[2 * i - 1] + wm * b[2 * i] + wr * b[2 * i + 1];
        u[i] = clip_u8((ur * sr + ug * sg + ub * sb + bias) >> 19);
        v[i] = clip_u8((vr * sr + vg * sg + vb * sb + bias) >> 19);
    }
}

static void interleave_c(uint8_t *restrict ab, const uint8_t *restrict a,
                         const uint8_t *restrict b, int n)
{
    for (int i = 0; i < n; i++) {
        ab[2 * i] = a[i];
        ab[2 * i + 1] = b[i];
    }
}

// ----------------------------------------------------------------- alpha ---

static void alpha_v_c(int16_t *restrict dst, const uint8_t *const s[4], const int16_t taps[4],
                      int n)
{
    const uint8_t *a = s[0], *b = s[1], *c = s[2], *d = s[3];
    const int ta = taps[0], tb = taps[1], tc = taps[2], td = taps[3];

    for (int i = 0; i < n; i++)
        dst[i] = (int16_t)((ta * a[i] + tb * b[i] + tc * c[i] + td * d[i] + 2) >> 2);
}

static void alpha_h_c(uint8_t *restrict dst, const int16_t *v, const int16_t taps[][4],
                      const int8_t *offset, int phase0, int num, int den, int n)
{
    int p = phase0 % den, x = phase0 / den * num;

    for (int i = 0; i < n; i++) {
        const int16_t *t = taps[p], *s = v + x + offset[p];
        dst[i] = clip_u8((t[0] * s[-1] + t[1] * s[0] + t[2] * s[1] + t[3] * s[2] + 512) >> 10);
        if (++p == den) {
            p = 0;
            x += num;
        }
    }
}

void qsr_pixel_dsp_init_c(QsrPixelDSP *dsp)
{
    dsp->chroma_up_v = chroma_up_v_c;
    dsp->chroma_up_h = chroma_up_h_c;
    dsp->deinterleave = deinterleave_c;
    dsp->yuv_to_rgbx = yuv_to_rgbx_c;
    dsp->gray_to_rgbx = gray_to_rgbx_c;
    dsp->load_byte = load_byte_c;
    dsp->merge4 = merge4_c;
    dsp->rgbx_to_y = rgbx_to_y_c;
    dsp->rgbx_to_uv = rgbx_to_uv_c;
    dsp->rgbx_to_gray = rgbx_to_gray_c;
    dsp->chroma_down_v = chroma_down_v_c;
    dsp->chroma_down_h = chroma_down_h_c;
    dsp->interleave = interleave_c;
    dsp->alpha_v = alpha_v_c;
    dsp->alpha_h = alpha_h_c;

    dsp->load_rgb[QSR_ORDER_RGB] = load_rgb_c;
    dsp->load_rgb[QSR_ORDER_BGR] = load_bgr_c;
    dsp->load_rgb[QSR_ORDER_RGBX] = load_rgbx_c;
    dsp->load_rgb[QSR_ORDER_BGRX] = load_bgrx_c;
    dsp->load_rgb[QSR_ORDER_XRGB] = load_xrgb_c;
    dsp->load_rgb[QSR_ORDER_XBGR] = load_xbgr_c;
    dsp->store_rgb[QSR_ORDER_RGB] = store_rgb_c;
    dsp->store_rgb[QSR_ORDER_BGR] = store_bgr_c;
    dsp->store_rgb[QSR_ORDER_RGBX] = store_rgbx_c;
    dsp->store_rgb[QSR_ORDER_BGRX] = store_bgrx_c;
    dsp->store_rgb[QSR_ORDER_XRGB] = store_xrgb_c;
    dsp->store_rgb[QSR_ORDER_XBGR] = store_xbgr_c;
    qsr_pixel10_dsp_init_c(dsp);
}

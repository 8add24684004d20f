// SPDX-License-Identifier: BSD-2-Clause
//
// The pixel rows that ORC compiles for the machine it finds. ORC takes a row of
// 16 or 32-bit numbers to be aligned to their size; a caller's picture need not
// be, so such rows go to plain C. So do rows that ORC has no instruction for
// (3-byte pixels, the phases of alpha_h) and those that compilers do better
// (load_byte, interleave).

#include <orc/orc.h>
#include <pthread.h>

#include "kernels/dsp.h"
#include "kernels/orc/pixel_orc.h"
#include "kernels/orc/usable.h"

static QsrPixelDSP plain;
static int usable;

static inline int aligned(const void *p, size_t size)
{
    return ((uintptr_t)p & (size - 1)) == 0;
}

static inline uint32_t *px(uint8_t *p)
{
    return (uint32_t *)(void *)p;
}

static inline const uint32_t *cpx(const void *p)
{
    return (const uint32_t *)p;
}

// -------------------------------------------------------------------- in ---

static void chroma_up_v_orc(uint16_t *dst, const uint8_t *a, const uint8_t *b, int wa, int wb,
                            int n)
{
    qsr_orc_chroma_up_v(dst, a, b, wa, wb, n);
}

static void chroma_up_h_orc(uint8_t *dst, const uint16_t *v, const int16_t w[4], int n)
{
    if (aligned(dst, 2))
        qsr_orc_chroma_up_h((uint16_t *)(void *)dst, v - 1, v, v + 1, w[0], w[1], w[2], w[3], n);
    else
        plain.chroma_up_h(dst, v, w, n);
}

static void deinterleave_orc(uint8_t *a, uint8_t *b, const uint8_t *ab, int n)
{
    if (aligned(ab, 2))
        qsr_orc_deinterleave(a, b, (const uint16_t *)(const void *)ab, n);
    else
        plain.deinterleave(a, b, ab, n);
}

static void yuv_to_rgbx_orc(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                            const QsrYuvToRgb *m, int n)
{
    if (aligned(rgbx, 4))
        qsr_orc_yuv_to_rgbx(px(rgbx), y, u, v, m->cy, (1 << 12) - m->cy * m->y0, m->crv, m->cgu,
                            m->cgv, m->cbu, n);
    else
        plain.yuv_to_rgbx(rgbx, y, u, v, m, n);
}

static void gray_to_rgbx_orc(uint8_t *rgbx, const uint8_t *y, int n)
{
    if (aligned(rgbx, 4))
        qsr_orc_gray_to_rgbx(px(rgbx), y, n);
    else
        plain.gray_to_rgbx(rgbx, y, n);
}

#define decl_load(name, order)                                                    \
    static void load_##name##_orc(uint8_t *rgbx, const uint8_t *src, int n)       \
    {                                                                             \
        if (aligned(rgbx, 4) && aligned(src, 4))                                  \
            qsr_orc_load_##name(px(rgbx), cpx(src), n);                           \
        else                                                                      \
            plain.load_rgb[order](rgbx, src, n);                                  \
    }
decl_load(rgbx, QSR_ORDER_RGBX)
decl_load(bgrx, QSR_ORDER_BGRX)
decl_load(xrgb, QSR_ORDER_XRGB)
decl_load(xbgr, QSR_ORDER_XBGR)

static void merge4_orc(uint8_t *dst, const uint8_t *const s[4], int fill, int n)
{
    if (!aligned(dst, 4) || (!s[0] && !s[3]))
        plain.merge4(dst, s, fill, n);
    else if (!s[3])
        qsr_orc_merge3_fill(px(dst), s[0], s[1], s[2], fill, n);
    else if (!s[0])
        qsr_orc_fill_merge3(px(dst), s[1], s[2], s[3], fill, n);
    else
        qsr_orc_merge4(px(dst), s[0], s[1], s[2], s[3], n);
}

// ------------------------------------------------------------------- out ---

#define decl_store(name, with_alpha, order)                                                       \
    static void store_##name##_orc(uint8_t *dst, const uint8_t *rgbx, const uint8_t *alpha, int n) \
    {                                                                                             \
        if (!aligned(dst, 4) || !aligned(rgbx, 4))                                                \
            plain.store_rgb[order](dst, rgbx, alpha, n);                                          \
        else if (alpha)                                                                           \
            qsr_orc_store_##with_alpha(px(dst), cpx(rgbx), alpha, n);                             \
        else                                                                                      \
            qsr_orc_store_##name(px(dst), cpx(rgbx), n);                                          \
    }
decl_store(rgbx, rgba, QSR_ORDER_RGBX)
decl_store(bgrx, bgra, QSR_ORDER_BGRX)
decl_store(xrgb, argb, QSR_ORDER_XRGB)
decl_store(xbgr, abgr, QSR_ORDER_XBGR)

static void rgbx_to_y_orc(uint8_t *y, const uint8_t *rgbx, const QsrRgbToYuv *m, int n)
{
    if (aligned(rgbx, 4))
        qsr_orc_rgbx_to_y(y, cpx(rgbx), m->y[0], m->y[1], m->y[2],
                          m->y0 * (1 << 15) + (1 << 14), n);
    else
        plain.rgbx_to_y(y, rgbx, m, n);
}

static void rgbx_to_uv_orc(uint8_t *u, uint8_t *v, const uint8_t *rgbx, const QsrRgbToYuv *m, int n)
{
    if (aligned(rgbx, 4))
        qsr_orc_rgbx_to_uv(u, v, cpx(rgbx), m->u[0], m->u[1], m->u[2], m->v[0], m->v[1], m->v[2],
                           n);
    else
        plain.rgbx_to_uv(u, v, rgbx, m, n);
}

static void rgbx_to_gray_orc(uint8_t *y, const uint8_t *rgbx, int n)
{
    if (aligned(rgbx, 4))
        qsr_orc_rgbx_to_gray(y, cpx(rgbx), n);
    else
        plain.rgbx_to_gray(y, rgbx, n);
}

static void chroma_down_v_orc(uint16_t *const dst[3], const uint8_t *a, const uint8_t *b,
                              const uint8_t *c, const int16_t w[3], int n)
{
    if (aligned(a, 4) && aligned(b, 4) && aligned(c, 4))
        qsr_orc_chroma_down_v(dst[0], dst[1], dst[2], cpx(a), cpx(b), cpx(c), w[0], w[1], w[2], n);
    else
        plain.chroma_down_v(dst, a, b, c, w, n);
}

static void chroma_down_h_orc(uint8_t *u, uint8_t *v, const uint16_t *const sum[3],
                              const int16_t w[3], const QsrRgbToYuv *m, int n)
{
    const uint16_t *r = sum[0], *g = sum[1], *b = sum[2];
    const int is_022 = w[0] == 0 && w[1] == 2 && w[2] == 2;
    const int is_121 = w[0] == 1 && w[1] == 2 && w[2] == 1;

    if (!aligned(r, 4) || !aligned(g, 4) || !aligned(b, 4) || !(is_022 || is_121)) {
        plain.chroma_down_h(u, v, sum, w, m, n);
    } else if (is_022) {
        qsr_orc_chroma_down_h022(u, v, cpx(r), cpx(g), cpx(b), m->u[0], m->u[1], m->u[2], m->v[0],
                                 m->v[1], m->v[2], n);
    } else {
        // The pair before the first sample is only half readable.
        plain.chroma_down_h(u, v, sum, w, m, 1);
        qsr_orc_chroma_down_h121(u + 1, v + 1, cpx(r), cpx(r + 2), cpx(g), cpx(g + 2), cpx(b),
                                 cpx(b + 2), m->u[0], m->u[1], m->u[2], m->v[0], m->v[1], m->v[2],
                                 n - 1);
    }
}

static void alpha_v_orc(int16_t *dst, const uint8_t *const s[4], const int16_t taps[4], int n)
{
    qsr_orc_alpha_v(dst, s[0], s[1], s[2], s[3], taps[0], taps[1], taps[2], taps[3], n);
}

// ------------------------------------------------------------------ init ---

// Compiles the programs now, so that no worker has to at its first row. Not
// usable: big-endian machines, where R is not the low byte of a pixel, and
// those that ORC cannot compile for.
static void init_once(void)
{
    const uint32_t one = 1;

    qsr_pixel_dsp_init_c(&plain);
    usable = *(const uint8_t *)&one == 1 && qsr_orc_usable();
    if (usable)
        qsr_orc_init();
}

void qsr_pixel_dsp_init_orc(QsrPixelDSP *dsp)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_once);
    if (!usable)
        return;

    dsp->chroma_up_v = chroma_up_v_orc;
    dsp->chroma_up_h = chroma_up_h_orc;
    dsp->deinterleave = deinterleave_orc;
    dsp->yuv_to_rgbx = yuv_to_rgbx_orc;
    dsp->gray_to_rgbx = gray_to_rgbx_orc;
    dsp->load_rgb[QSR_ORDER_RGBX] = load_rgbx_orc;
    dsp->load_rgb[QSR_ORDER_BGRX] = load_bgrx_orc;
    dsp->load_rgb[QSR_ORDER_XRGB] = load_xrgb_orc;
    dsp->load_rgb[QSR_ORDER_XBGR] = load_xbgr_orc;
    dsp->merge4 = merge4_orc;

    dsp->store_rgb[QSR_ORDER_RGBX] = store_rgbx_orc;
    dsp->store_rgb[QSR_ORDER_BGRX] = store_bgrx_orc;
    dsp->store_rgb[QSR_ORDER_XRGB] = store_xrgb_orc;
    dsp->store_rgb[QSR_ORDER_XBGR] = store_xbgr_orc;
    dsp->rgbx_to_y = rgbx_to_y_orc;
    dsp->rgbx_to_uv = rgbx_to_uv_orc;
    dsp->rgbx_to_gray = rgbx_to_gray_orc;
    dsp->chroma_down_v = chroma_down_v_orc;
    dsp->chroma_down_h = chroma_down_h_orc;
    dsp->alpha_v = alpha_v_orc;
    qsr_pixel10_dsp_init_orc(dsp);
}

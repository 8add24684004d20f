// SPDX-License-Identifier: BSD-2-Clause
//
// The pixel rows of 10 bits that ORC compiles for the machine it finds. A row of
// RGBX10 that is not aligned to its pixels goes to plain C; so do the rows that
// compilers make good vectors of, and deep_h, which has more arrays than ORC has
// registers for.

#include <pthread.h>

#include "kernels/dsp.h"
#include "kernels/orc/pixel10_orc.h"

static QsrPixelDSP plain;

static inline int aligned(const void *p, size_t size)
{
    return ((uintptr_t)p & (size - 1)) == 0;
}

static inline const uint64_t *cpx(const void *p)
{
    return (const uint64_t *)p;
}

static void yuv_to_rgbx10_orc(uint16_t *rgbx, const uint16_t *y, const uint16_t *u,
                              const uint16_t *v, const QsrYuvToRgb *m, int n)
{
    if (aligned(rgbx, 8))
        qsr_orc_yuv_to_rgbx10((uint64_t *)(void *)rgbx, y, u, v, m->cy, (1 << 12) - m->cy * m->y0,
                              m->crv, m->cgu, m->cgv, m->cbu, n);
    else
        plain.yuv_to_rgbx10(rgbx, y, u, v, m, n);
}

static void rgbx10_to_y_orc(uint16_t *y, const uint16_t *rgbx, const QsrRgbToYuv *m, int n)
{
    if (aligned(rgbx, 8))
        qsr_orc_rgbx10_to_y(y, cpx(rgbx), m->y[0], m->y[1], m->y[2],
                            m->y0 * (1 << 15) + (1 << 14), n);
    else
        plain.rgbx10_to_y(y, rgbx, m, n);
}

static void chroma_down_v10_orc(uint16_t *const dst[3], const uint16_t *a, const uint16_t *b,
                                const uint16_t *c, const int16_t w[3], int n)
{
    if (aligned(a, 8) && aligned(b, 8) && aligned(c, 8))
        qsr_orc_chroma_down_v10(dst[0], dst[1], dst[2], cpx(a), cpx(b), cpx(c), w[0], w[1], w[2],
                                n);
    else
        plain.chroma_down_v10(dst, a, b, c, w, n);
}

static inline const uint32_t *pair(const uint16_t *p)
{
    return (const uint32_t *)(const void *)p;
}

static void chroma_down_h10_orc(uint16_t *u, uint16_t *v, const uint16_t *const sum[3],
                                const int16_t w[3], const QsrRgbToYuv *m, int n)
{
    const uint16_t *r = sum[0], *g = sum[1], *b = sum[2];
    const int is_022 = w[0] == 0 && w[1] == 2 && w[2] == 2;
    const int is_121 = w[0] == 1 && w[1] == 2 && w[2] == 1;

    if (!aligned(r, 4) || !aligned(g, 4) || !aligned(b, 4) || !(is_022 || is_121)) {
        plain.chroma_down_h10(u, v, sum, w, m, n);
    } else if (is_022) {
        qsr_orc_chroma_down_h022_10(u, v, pair(r), pair(g), pair(b), m->u[0], m->u[1], m->u[2],
                                    m->v[0], m->v[1], m->v[2], n);
    } else {
        // The pair before the first sample is only half readable.
        plain.chroma_down_h10(u, v, sum, w, m, 1);
        qsr_orc_chroma_down_h121_10(u + 1, v + 1, pair(r), pair(r + 2), pair(g), pair(g + 2),
                                    pair(b), pair(b + 2), m->u[0], m->u[1], m->u[2], m->v[0],
                                    m->v[1], m->v[2], n - 1);
    }
}

static void init_once(void)
{
    qsr_pixel10_dsp_init_c(&plain);
    qsr_orc10_init();
}

void qsr_pixel10_dsp_init_orc(QsrPixelDSP *dsp)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_once);
    dsp->yuv_to_rgbx10 = yuv_to_rgbx10_orc;
    dsp->rgbx10_to_y = rgbx10_to_y_orc;
    dsp->chroma_down_v10 = chroma_down_v10_orc;
    dsp->chroma_down_h10 = chroma_down_h10_orc;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The frame around deep_h: it brings the pixels of one phase together, because
// they have the same taps, and hands them to `join`, which is all that an
// instruction set has to write.

#ifndef QSR_KERNELS_DEEP_H
#define QSR_KERNELS_DEEP_H

#include "kernels/dsp.h"

// Smaller differences between the network and the cubic are taken for the noise
// of 8-bit activations, twice as large ones for what the network is there for.
#define QSR_DEEP_NOISE 8
#define QSR_DEEP_BLOCK 32 // pixels

// n numbers (four a pixel, up to a block) in place: y[i] is what the network made;
// its sources are h[0][i] to h[3][i], and their low bits l[0][i] to l[3][i].
typedef void (*QsrDeepJoin)(uint16_t *y, const int16_t *const h[4], const int16_t *const l[4],
                            const int16_t taps[4], int n);

typedef struct QsrDeepPixel {
    uint16_t c[4];
} QsrDeepPixel;

// `n` pixels, every `step`th of those at src, to dst without gaps, or the reverse.
static inline void qsr_deep_gather(void *dst, const void *src, int step, int n)
{
    for (int i = 0; i < n; i++)
        ((QsrDeepPixel *)dst)[i] = ((const QsrDeepPixel *)src)[(ptrdiff_t)step * i];
}

static inline void qsr_deep_scatter(void *dst, const void *src, int step, int n)
{
    for (int i = 0; i < n; i++)
        ((QsrDeepPixel *)dst)[(ptrdiff_t)step * i] = ((const QsrDeepPixel *)src)[i];
}

// Where the sources of n neighbours of one phase are: in the row at v, or, at
// every second column of it, in `even` and `odd`.
static inline void qsr_deep_sources(const int16_t *src[4], const int16_t *v, int16_t *even,
                                    int16_t *odd, int num, int n)
{
    if (num == 1) {
        for (int k = 0; k < 4; k++)
            src[k] = v + 4 * k;
        return;
    }
    qsr_deep_gather(even, v, 2, n + 1);
    qsr_deep_gather(odd, v + 4, 2, n + 1);
    for (int k = 0; k < 4; k++)
        src[k] = (k & 1 ? odd : even) + 4 * (k / 2);
}

static inline void qsr_deep_phases(QsrDeepJoin join, uint16_t *rgbx, const int16_t *high,
                                   const int16_t *low, const int16_t taps[][4],
                                   const int8_t *offset, int phase0, int num, int den, int n)
{
    uint16_t y[4 * QSR_DEEP_BLOCK];
    int16_t even[2][4 * (QSR_DEEP_BLOCK + 1)], odd[2][4 * (QSR_DEEP_BLOCK + 1)];
    const int16_t *h[4], *l[4];

    for (int p = 0; p < den; p++) {
        const int first = (p - phase0 + den) % den; // pixel
        const int x = (phase0 + first) / den * num + offset[p] - 1;
        const int count = (n - first + den - 1) / den;
        for (int i = 0; i < count; i += QSR_DEEP_BLOCK) {
            const int m = count - i < QSR_DEEP_BLOCK ? count - i : QSR_DEEP_BLOCK;
            uint16_t *at = rgbx + 4 * ((ptrdiff_t)first + (ptrdiff_t)den * i);
            qsr_deep_sources(h, high + 4 * ((ptrdiff_t)x + num * i), even[0], odd[0], num, m);
            qsr_deep_sources(l, low + 4 * ((ptrdiff_t)x + num * i), even[1], odd[1], num, m);
            qsr_deep_gather(y, at, den, m);
            join(y, h, l, taps[p], 4 * m);
            qsr_deep_scatter(at, y, den, m);
        }
    }
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// The network, straight from the documents: one whole layer after the other,
// positions outside the frame are zero, no strips, no rings, no packing.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/requant.h"
#include "tests/engine/testmodel.h"

static void *allocate(size_t n)
{
    void *p = malloc(n ? n : 1);

    if (!p) {
        fprintf(stderr, "out of memory\n");
        abort();
    }
    return p;
}

// Output channel o of layer l, at position (x, y) of its output.
static uint8_t conv_at(const uint8_t *src, int w, int h, const QsrConvParams *l, int x, int y,
                       int o)
{
    const int8_t *weight = l->weights + (size_t)o * (size_t)(l->ksize * l->ksize * l->cin);
    int stride = l->ksize == 2 ? 2 : 1, pad = l->ksize == 2 ? 0 : 1;
    int64_t acc = l->bias[o];

    for (int ky = 0; ky < l->ksize; ky++) {
        for (int kx = 0; kx < l->ksize; kx++, weight += l->cin) {
            int sx = x * stride + kx - pad, sy = y * stride + ky - pad;
            if (sx < 0 || sx >= w || sy < 0 || sy >= h)
                continue;
            for (int i = 0; i < l->cin; i++)
                acc += src[((size_t)sy * (size_t)w + (size_t)sx) * (size_t)l->cin + (size_t)i] *
                       weight[i];
        }
    }
    // What the loader has proven.
    if (acc < INT32_MIN || acc > INT32_MAX) {
        fprintf(stderr, "the accumulator overflows: %lld\n", (long long)acc);
        abort();
    }
    return (uint8_t)qsr_requant((int32_t)acc, l->shift[o], l->mult[o], l->frac, 255);
}

// Returns the map of ow x oh positions, pixel by pixel, all channels together.
static uint8_t *conv(const uint8_t *src, int w, int h, const QsrConvParams *l, int ow, int oh)
{
    uint8_t *map = allocate((size_t)ow * (size_t)oh * (size_t)l->cout), *p = map;

    for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++)
            for (int o = 0; o < l->cout; o++)
                *p++ = conv_at(src, w, h, l, x, y, o);
    return map;
}

void qsr_ref_network(uint8_t *dst, const uint8_t *src, int w, int h, const QsrConvParams *layers,
                     int n_layers, QsrScale scale)
{
    int s = scale.num, half = scale.den == 2;
    int cells_w = half ? (w + 1) / 2 : w, cells_h = half ? (h + 1) / 2 : h;
    int out_w = half ? (3 * w + 1) / 2 : w * s, out_h = half ? (3 * h + 1) / 2 : h * s;
    size_t n_in = (size_t)w * (size_t)h * 3;
    uint8_t *map = allocate(n_in);

    memcpy(map, src, n_in);
    for (int i = 0; i < n_layers; i++) {
        int last = i == n_layers - 1;
        uint8_t *next = conv(map, w, h, &layers[i], last ? cells_w : w, last ? cells_h : h);
        free(map);
        map = next;
    }
    for (int y = 0; y < out_h; y++) {
        for (int x = 0; x < out_w; x++) {
            const uint8_t *cell = map + ((size_t)(y / s) * (size_t)cells_w + (size_t)(x / s)) *
                                            (size_t)(3 * s * s);
            for (int c = 0; c < 3; c++)
                *dst++ = cell[c * s * s + y % s * s + x % s];
        }
    }
    free(map);
}

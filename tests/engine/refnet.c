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

// A map, or the picture: w x h positions of c channels each.
typedef struct Map {
    uint16_t *data;
    int w, h, c;
} Map;

// The products of one ksize x ksize kernel whose first tap is at (x, y). Outside
// the frame there are zeros.
static int64_t products(const Map *map, const int8_t *weight, int ksize, int x, int y)
{
    int64_t acc = 0;

    for (int sy = y; sy < y + ksize; sy++) {
        for (int sx = x; sx < x + ksize; sx++, weight += map->c) {
            if (sx < 0 || sx >= map->w || sy < 0 || sy >= map->h)
                continue;
            for (int i = 0; i < map->c; i++)
                acc += map->data[((size_t)sy * (size_t)map->w + (size_t)sx) * (size_t)map->c +
                                 (size_t)i] * weight[i];
        }
    }
    return acc;
}

// Output channel o of layer l, at position (x, y) of its output; `deep`: in 10 bits.
static uint16_t conv_at(const Map *src, const Map *picture, const QsrConvParams *l, int x, int y,
                        int o, int deep)
{
    int stride = l->ksize == 2 ? 2 : 1, pad = l->ksize == 2 ? 0 : 1;
    int reach = l->branch_ksize / 2, taps = l->ksize * l->ksize;
    int branch_taps = l->branch_ksize * l->branch_ksize;
    int64_t acc = l->bias[o] + products(src, l->weights + (ptrdiff_t)o * taps * l->cin, l->ksize,
                                        x * stride - pad, y * stride - pad);

    if (l->branch)
        acc += products(picture, l->branch + (ptrdiff_t)o * branch_taps * 3, l->branch_ksize,
                        x * stride - reach, y * stride - reach);
    // What the loader has proven.
    if (acc < INT32_MIN || acc > INT32_MAX) {
        fprintf(stderr, "the accumulator overflows: %lld\n", (long long)acc);
        abort();
    }
    if (deep && l->frac >= QSR_RQ_MIN_DEEP_FRAC)
        return (uint16_t)qsr_requant_deep((int32_t)acc, l->shift[o], l->mult[o], l->frac);
    return (uint16_t)(qsr_requant((int32_t)acc, l->shift[o], l->mult[o], l->frac, 255) *
                      (deep ? 4 : 1));
}

// The map of w x h positions, pixel by pixel, all channels together.
static Map conv(const Map *src, const Map *picture, const QsrConvParams *l, int w, int h,
                int deep)
{
    Map map = { allocate(2 * (size_t)w * (size_t)h * (size_t)l->cout), w, h, l->cout };
    uint16_t *p = map.data;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int o = 0; o < l->cout; o++)
                *p++ = conv_at(src, picture, l, x, y, o, deep);
    return map;
}

// One of dst8 and dst10 is NULL.
static void network(uint8_t *dst8, uint16_t *dst10, const uint8_t *src, int w, int h,
                    const QsrConvParams *layers, int n_layers, QsrScale scale)
{
    int s = scale.num, half = scale.den == 2;
    int cells_w = half ? (w + 1) / 2 : w, cells_h = half ? (h + 1) / 2 : h;
    int out_w = half ? (3 * w + 1) / 2 : w * s, out_h = half ? (3 * h + 1) / 2 : h * s;
    size_t n_in = (size_t)w * (size_t)h * 3;
    Map picture = { allocate(2 * n_in), w, h, 3 }, map = picture;

    for (size_t i = 0; i < n_in; i++)
        picture.data[i] = src[i];
    for (int i = 0; i < n_layers; i++) {
        int last = i == n_layers - 1;
        Map next = conv(&map, &picture, &layers[i], last ? cells_w : w, last ? cells_h : h,
                        last && dst10);
        if (i > 0)
            free(map.data);
        map = next;
    }
    for (int y = 0; y < out_h; y++) {
        for (int x = 0; x < out_w; x++) {
            const size_t position = (size_t)(y / s) * (size_t)cells_w + (size_t)(x / s);
            const uint16_t *cell = map.data + position * (size_t)(3 * s * s);
            for (int c = 0; c < 3; c++) {
                const uint16_t v = cell[c * s * s + y % s * s + x % s];
                if (dst10)
                    *dst10++ = v;
                else
                    *dst8++ = (uint8_t)v;
            }
        }
    }
    free(map.data);
    free(picture.data);
}

void qsr_ref_network(uint8_t *dst, const uint8_t *src, int w, int h, const QsrConvParams *layers,
                     int n_layers, QsrScale scale)
{
    network(dst, NULL, src, w, h, layers, n_layers, scale);
}

void qsr_ref_network_deep(uint16_t *dst, const uint8_t *src, int w, int h,
                          const QsrConvParams *layers, int n_layers, QsrScale scale)
{
    network(NULL, dst, src, w, h, layers, n_layers, scale);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// What goes past the network by a Catmull-Rom cubic: alpha, and the source in 10
// bits (docs/numerics.md). As in the reader, every sample depends only on its
// own place in the picture.

#include "src/picture.h"
#include "src/rows.h"

// Times 64, rounded by the largest remainder, so that the sum is 64 and mirrored
// phases have mirrored taps.
static const QsrCubic cubics[] = {
    { { 2, 1 }, { -1, 0 }, { { -2, 15, 56, -5 }, { -5, 56, 15, -2 } } },
    { { 3, 1 }, { -1, 0, 0 }, { { -2, 21, 50, -5 }, { 0, 64, 0, 0 }, { -5, 50, 21, -2 } } },
    { { 4, 1 },
      { -1, -1, 0, 0 },
      { { -3, 25, 47, -5 }, { -1, 6, 62, -3 }, { -3, 62, 6, -1 }, { -5, 47, 25, -3 } } },
    { { 3, 2 }, { -1, 0, 1 }, { { -1, 9, 60, -4 }, { -4, 36, 36, -4 }, { -4, 60, 9, -1 } } },
};

const QsrCubic *qsr_cubic_find(QsrScale scale)
{
    const size_t n = sizeof(cubics) / sizeof(cubics[0]);

    for (size_t i = 0; i < n; i++)
        if (cubics[i].scale.num == scale.num && cubics[i].scale.den == scale.den)
            return &cubics[i];
    return &cubics[0];
}

static int clamp_index(int v, int size)
{
    return v < 0 ? 0 : v >= size ? size - 1 : v;
}

static size_t round64(size_t n)
{
    return (n + 63) / 64 * 64;
}

// Keeps sample -2 in front of an aligned sample 0.
enum { LEAD = 32 };

// ----------------------------------------------------------------- alpha ---

// The finished row, four source rows, and the vertical pass. A line of n output
// pixels reaches over fewer than n + 8 input pixels at any scale.
static size_t alpha_pitch(int n)
{
    return round64((size_t)n + 8);
}

size_t qsr_alpha_scratch(int n)
{
    return 7 * alpha_pitch(n) + 4 * LEAD;
}

const uint8_t *qsr_alpha_source(const QsrWriter *w, uint8_t *dst, int from, int n, int row)
{
    const QsrFormatInfo *info = qsr_format_info(w->in.format);
    const QsrComponent *c = &info->comp[QSR_COMP_A];
    const uint8_t *src = w->in.data[c->plane] + row * w->in.stride[c->plane] +
                         (ptrdiff_t)from * c->step * info->bytes;

    if (info->depth > 8) { // RGB10A2_LE: the two bits on top
        w->dsp->load_byte(dst, src, 3, n);
        for (int i = 0; i < n; i++)
            dst[i] = (uint8_t)((dst[i] >> 6) * 85);
    } else if (c->step == 1) {
        return src;
    } else {
        w->dsp->load_byte(dst, src, c->offset, n);
    }
    return dst;
}

const uint8_t *qsr_alpha_row(const QsrWriter *w, void *scratch, int x0, int n, int y)
{
    const QsrCubic *c = w->cubic;
    const int num = c->scale.num, den = c->scale.den;
    const size_t pitch = alpha_pitch(n);
    uint8_t *out = scratch;
    int16_t *mid = (int16_t *)(void *)(out + 5 * pitch) + LEAD;

    // Input columns in terms of `base`, which becomes mid[0].
    const int base = x0 / num * den, phase0 = x0 % num;
    const int last = (phase0 + n - 1) / num * den + c->offset[(phase0 + n - 1) % num];
    const int left = -2, right = last + 3;
    const int from = clamp_index(base + left, w->in.width);
    const int to = clamp_index(base + right - 1, w->in.width) + 1;

    const int row = y / num * den + c->offset[y % num];
    const uint8_t *src[4];
    for (int i = 0; i < 4; i++)
        src[i] = qsr_alpha_source(w, out + (1 + (size_t)i) * pitch, from, to - from,
                                  clamp_index(row - 1 + i, w->in.height));
    w->dsp->alpha_v(mid + (from - base), src, c->taps[y % num], to - from);
    for (int i = left; i < from - base; i++)
        mid[i] = mid[from - base];
    for (int i = to - base; i < right; i++)
        mid[i] = mid[to - base - 1];

    w->dsp->alpha_h(out, mid, c->taps, c->offset, phase0, den, num, n);
    return out;
}

// ------------------------------------------------------------------ deep ---

size_t qsr_deep_low(int cols)
{
    return round64(4 * (size_t)cols);
}

size_t qsr_deep_pitch(int cols)
{
    return 2 * qsr_deep_low(cols);
}

// The vertical pass of both halves, four numbers a pixel.
static size_t deep_pitch(int cols)
{
    return round64(8 * ((size_t)cols + 2 * LEAD));
}

size_t qsr_deep_scratch(int cols)
{
    return 2 * deep_pitch(cols);
}

// Repeats the outermost pixels where the picture ends.
static void pad(int16_t *mid, const QsrDeepSource *source)
{
    int16_t *end = mid + 4 * source->cols;

    if (source->ring.x_base == 0)
        for (int i = 1; i <= 8; i++)
            mid[-i] = mid[3 - (i - 1) % 4];
    if (source->ring.x_base + source->cols == source->width)
        for (int i = 0; i < 12; i++)
            end[i] = end[i % 4 - 4];
}

void qsr_deep_row(const QsrPixelDSP *dsp, const QsrCubic *c, const QsrDeepSource *source,
                  void *scratch, uint16_t *px, int x0, int n, int y)
{
    const QsrRowRing *ring = &source->ring;
    const int num = c->scale.num, den = c->scale.den;
    const int row = y / num * den + c->offset[y % num];
    int16_t *high = (int16_t *)scratch + 4 * LEAD;
    int16_t *low = (int16_t *)(void *)((uint8_t *)scratch + deep_pitch(source->cols)) + 4 * LEAD;
    const uint8_t *src[4], *src_low[4];

    for (int i = 0; i < 4; i++) {
        src[i] = ring->base + clamp_index(row - 1 + i, source->height) % ring->depth * ring->pitch;
        src_low[i] = src[i] + qsr_deep_low(source->cols);
    }
    dsp->alpha_v(high, src, c->taps[y % num], 4 * source->cols);
    dsp->alpha_v(low, src_low, c->taps[y % num], 4 * source->cols);
    pad(high, source);
    pad(low, source);

    const ptrdiff_t at = 4 * ((ptrdiff_t)(x0 / num) * den - ring->x_base);
    dsp->deep_h(px, high + at, low + at, c->taps, c->offset, x0 % num, den, num, n);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The classical scalers for any vector unit: the operations of resample_c.c, LANES
// pixels at a time, in the same order. The file that includes this has defined
// LANES (4, 8, 16) and ISA, and is compiled for its instruction set.

#ifndef QSR_KERNELS_RESAMPLE_VEC_H
#define QSR_KERNELS_RESAMPLE_VEC_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kernels/resample.h"

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define FN(name) JOIN(name, ISA)
#define INLINE static inline __attribute__((always_inline))
#define CUBIC_BLOCK 16 // pixels

typedef float VecF __attribute__((vector_size(4 * LANES)));
typedef int32_t VecI __attribute__((vector_size(4 * LANES)));

INLINE VecF load(const float *p)
{
    VecF v;
    memcpy(&v, p, sizeof(v));
    return v;
}

INLINE VecF all(float x)
{
    return x - (VecF){0.0f};
}

INLINE VecF choose(VecI mask, VecF a, VecF b)
{
    return (VecF)((mask & (VecI)a) | (~mask & (VecI)b));
}

INLINE VecF vmin(VecF a, VecF b)
{
    return choose(a < b, a, b);
}

INLINE VecF vmax(VecF a, VecF b)
{
    return choose(a > b, a, b);
}

INLINE VecF vabs(VecF a)
{
    return (VecF)((VecI)a & 0x7fffffff);
}

INLINE VecF vsqrt(VecF a)
{
    for (int i = 0; i < LANES; i++)
        a[i] = sqrtf(a[i]);
    return a;
}

// Where LANES output pixels come from.
typedef struct At {
    const QsrPhase *columns; // of the pixels, NULL: neighbours from x on
    int x;
} At;

// row[x of every pixel]
INLINE VecF fetch(const float *row, const At *at)
{
    if (!at->columns)
        return load(row + at->x);
    VecF v;
    for (int i = 0; i < LANES; i++)
        v[i] = row[at->columns[i].x];
    return v;
}

// R, G, B in [0,1] to pixels, `step` apart, of which `dst` is the first.
INLINE void store10(uint16_t *dst, int step, VecF r, VecF g, VecF b)
{
    const VecI ri = __builtin_convertvector(r * 1023.0f + 0.5f, VecI);
    const VecI gi = __builtin_convertvector(g * 1023.0f + 0.5f, VecI);
    const VecI bi = __builtin_convertvector(b * 1023.0f + 0.5f, VecI);
    for (int i = 0; i < LANES; i++, dst += (ptrdiff_t)4 * step) {
        dst[0] = (uint16_t)ri[i];
        dst[1] = (uint16_t)gi[i];
        dst[2] = (uint16_t)bi[i];
        dst[3] = 1023;
    }
}

INLINE void store8(uint8_t *dst, int step, VecF r, VecF g, VecF b)
{
    const VecI ri = __builtin_convertvector(r * 255.0f + 0.5f, VecI);
    const VecI gi = __builtin_convertvector(g * 255.0f + 0.5f, VecI);
    const VecI bi = __builtin_convertvector(b * 255.0f + 0.5f, VecI);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const VecI pixels = ri | gi << 8 | bi << 16 | (VecI)(all(0.0f) == 0.0f) << 24;
#else
    const VecI pixels = ri << 24 | gi << 16 | bi << 8 | 255;
#endif
    if (step == 1) {
        memcpy(dst, &pixels, sizeof(pixels));
        return;
    }
    for (int i = 0; i < LANES; i++) {
        const int32_t pixel = pixels[i];
        memcpy(dst + (ptrdiff_t)4 * step * i, &pixel, 4);
    }
}

// Pixels from x on.
INLINE void store(void *dst, int deep, ptrdiff_t x, int step, VecF r, VecF g, VecF b)
{
    if (deep)
        store10((uint16_t *)dst + 4 * x, step, r, g, b);
    else
        store8((uint8_t *)dst + 4 * x, step, r, g, b);
}

// ------------------------------------------------------------------- EASU ---

enum { N_TAPS = 12 };
static const int8_t tap_at[N_TAPS][2] = {
    {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 0}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 2},
};

typedef struct Shape {
    VecF fx, dir_x, dir_y, len_x, len_y, lobe, clip;
} Shape;

INLINE Shape easu_shape(float *const rows[4][QSR_N_PLANES], const At *at, VecF fx, float fy)
{
    VecF sums[3];
    for (int k = 0; k < 3; k++) {
        const float *a = rows[1][QSR_PLANE_DX + k], *b = rows[2][QSR_PLANE_DX + k];
        sums[k] = ((fetch(a, at) * ((1.0f - fx) * (1.0f - fy)) +
                    fetch(a + 1, at) * (fx * (1.0f - fy))) +
                   fetch(b, at) * ((1.0f - fx) * fy)) + fetch(b + 1, at) * (fx * fy);
    }
    const VecF square = sums[0] * sums[0] + sums[1] * sums[1], one = all(1.0f);
    const VecI flat = square < 1.0f / 32768.0f;
    const VecF scale = 1.0f / vsqrt(choose(flat, one, square));
    const VecF dir_x = choose(flat, one, sums[0]) * scale, dir_y = sums[1] * scale;
    const VecF half = sums[2] * 0.5f, edge = half * half;
    const VecF stretch = (dir_x * dir_x + dir_y * dir_y) / vmax(vabs(dir_x), vabs(dir_y));
    const VecF lobe = 0.5f + ((1.0f / 4.0f - 0.04f) - 0.5f) * edge;
    return (Shape){.fx = fx, .dir_x = dir_x, .dir_y = dir_y,
                   .len_x = 1.0f + (stretch - 1.0f) * edge, .len_y = 1.0f - 0.5f * edge,
                   .lobe = lobe, .clip = 1.0f / lobe};
}

INLINE VecF easu_weight(const Shape *s, float column, float off_y)
{
    const VecF off_x = column - s->fx;
    const VecF x = (off_x * s->dir_x + off_y * s->dir_y) * s->len_x;
    const VecF y = (off_y * s->dir_x - off_x * s->dir_y) * s->len_y;
    const VecF d2 = vmin(x * x + y * y, s->clip);
    const VecF base = 2.0f / 5.0f * d2 - 1.0f, window = s->lobe * d2 - 1.0f;
    return (25.0f / 16.0f * (base * base) - (25.0f / 16.0f - 1.0f)) * (window * window);
}

INLINE void easu_pixels(VecF sum[3], float *const rows[4][QSR_N_PLANES], const At *at, VecF fx,
                        float fy)
{
    const Shape shape = easu_shape(rows, at, fx, fy);
    VecF total = all(0.0f);
    sum[0] = sum[1] = sum[2] = total;
    for (int t = 0; t < N_TAPS; t++) {
        const int y = tap_at[t][0], x = tap_at[t][1] - 1;
        const VecF w = easu_weight(&shape, (float)x, (float)(y - 1) - fy);
        total += w;
        for (int colour = 0; colour < 3; colour++)
            sum[colour] += fetch(rows[y][colour] + x, at) * w;
    }
    const VecF scale = 1.0f / total;
    for (int colour = 0; colour < 3; colour++) {
        VecF low = fetch(rows[1][colour], at), high = low;
        for (int k = 1; k < 4; k++) {
            const VecF v = fetch(rows[1 + k / 2][colour] + k % 2, at);
            low = vmin(low, v);
            high = vmax(high, v);
        }
        sum[colour] = vmin(high, vmax(low, sum[colour] * scale));
    }
}

static void FN(easu)(void *dst, int deep, float *const rows[4][QSR_N_PLANES], const QsrRun *run,
                     float fy)
{
    VecF rgb[3];
    int i = 0;
    if (run->even) {
        for (; run->n >= LANES && i < run->n; i += LANES) {
            i = i < run->n - LANES ? i : run->n - LANES; // the last ones once more, with the rest
            const At at = {NULL, run->columns->x + i};
            easu_pixels(rgb, rows, &at, all(run->columns->f), fy);
            store(dst, deep, run->first + i * run->step, run->step, rgb[0], rgb[1], rgb[2]);
        }
    }
    for (; i < run->n; i += LANES) {
        const size_t size = deep ? 8 : 4;
        QsrPhase columns[LANES];
        uint16_t pixels[4 * LANES];
        VecF fx;
        for (int k = 0; k < LANES; k++) {
            const int last = i + k < run->n ? i + k : run->n - 1;
            columns[k] = run->columns[run->even ? 0 : last];
            columns[k].x += run->even ? last : 0;
            fx[k] = columns[k].f;
        }
        const At at = {columns, 0};
        easu_pixels(rgb, rows, &at, fx, fy);
        store(pixels, deep, 0, 1, rgb[0], rgb[1], rgb[2]);
        for (int k = 0; k < LANES && i + k < run->n; k++)
            memcpy((uint8_t *)dst + size * (size_t)(run->first + (i + k) * run->step),
                   (uint8_t *)pixels + size * (size_t)k, size);
    }
}

// ------------------------------------------------------------------- RCAS ---

INLINE void rcas_pixels(void *dst, int deep, float *const rows[3][QSR_N_PLANES], int x,
                        float amount)
{
    VecF lobe = all(-1.0f), sum[3], centre[3];
    for (int colour = 0; colour < 3; colour++) {
        const float *mid = rows[1][colour] + x;
        const VecF b = load(rows[0][colour] + x), d = load(mid - 1), e = load(mid);
        const VecF f = load(mid + 1), h = load(rows[2][colour] + x);
        const VecF least = vmin(vmin(b, d), vmin(f, h)), most = vmax(vmax(b, d), vmax(f, h));
        const VecF low = vmax(4.0f * most, all(1e-10f));
        const VecF high = vmin(4.0f * least - 4.0f, all(-1e-10f));
        lobe = vmax(lobe, vmax(-(vmin(least, e) / low), (1.0f - vmax(most, e)) / high));
        sum[colour] = (b + d) + (f + h);
        centre[colour] = e;
    }
    const VecF l = vmax(all(-(0.25f - 1.0f / 16.0f)), vmin(lobe, all(0.0f))) * amount;
    const VecF scale = 1.0f / (4.0f * l + 1.0f);
    for (int colour = 0; colour < 3; colour++)
        sum[colour] = vmin(vmax((l * sum[colour] + centre[colour]) * scale, all(0.0f)), all(1.0f));
    store(dst, deep, x, 1, sum[0], sum[1], sum[2]);
}

// Every row of a picture ends somewhere: the last pixels once more, with the
// rest. Rows narrower than a vector are left to plain C.
static void FN(rcas)(void *dst, int deep, float *const rows[3][QSR_N_PLANES], float amount, int n)
{
    if (n < LANES) {
        qsr_rcas_c(dst, deep, rows, amount, n);
        return;
    }
    for (int x = 0; x < n; x += LANES) {
        x = x < n - LANES ? x : n - LANES;
        rcas_pixels(dst, deep, rows, x, amount);
    }
}

// ---------------------------------------------------------------- bicubic ---

typedef int16_t Short4 __attribute__((vector_size(8)));
typedef int32_t Int4 __attribute__((vector_size(16)));
typedef uint8_t Byte4 __attribute__((vector_size(4)));

INLINE Int4 load_pixel(const int16_t *p)
{
    Short4 v;
    memcpy(&v, p, sizeof(v));
    return __builtin_convertvector(v, Int4);
}

// Every pixel has its own place and weights: its four bytes together.
INLINE void cubic_pixel(uint8_t *dst, const int16_t *s, const int16_t *t)
{
    Int4 y = (load_pixel(s) * t[0] + load_pixel(s + 4) * t[1] + load_pixel(s + 8) * t[2] +
              load_pixel(s + 12) * t[3] + (1 << 19)) >> 20;
    y &= ~(y >> 31);      // below 0: 0
    y |= (255 - y) >> 31; // above 255: all ones
    const Byte4 pixel = __builtin_convertvector(y, Byte4);
    memcpy(dst, &pixel, sizeof(pixel));
}

// Pixels of one phase: a long row of bytes, which compilers take many at a time.
INLINE void cubic_even(uint8_t *dst, const int16_t *restrict s, const QsrRun *run, int first, int n)
{
    uint8_t block[4 * CUBIC_BLOCK];
    const int16_t *t = run->columns->taps;
    const int t0 = t[0], t1 = t[1], t2 = t[2], t3 = t[3];
    for (int k = 0; k < 4 * n; k++) {
        const int y = (t0 * s[k] + t1 * s[k + 4] + t2 * s[k + 8] + t3 * s[k + 12] + (1 << 19)) >> 20;
        block[k] = (uint8_t)(y < 0 ? 0 : y > 255 ? 255 : y);
    }
    for (int k = 0; k < n; k++)
        memcpy(dst + (ptrdiff_t)4 * (run->first + (first + k) * run->step), block + 4 * k, 4);
}

static void FN(cubic_h)(uint8_t *dst, const int16_t *v, const QsrRun *run)
{
    if (!run->even) {
        for (int i = 0; i < run->n; i++)
            cubic_pixel(dst + (ptrdiff_t)4 * (run->first + i * run->step),
                        v + (ptrdiff_t)4 * (run->columns[i].x - 1), run->columns[i].taps);
        return;
    }
    const int16_t *s = v + (ptrdiff_t)4 * (run->columns->x - 1);
    int i = 0;
    for (; i + CUBIC_BLOCK <= run->n; i += CUBIC_BLOCK)
        cubic_even(dst, s + (ptrdiff_t)4 * i, run, i, CUBIC_BLOCK);
    cubic_even(dst, s + (ptrdiff_t)4 * i, run, i, run->n - i);
}

void FN(qsr_resample_dsp_init)(QsrResampleDSP *dsp)
{
    dsp->cubic_h = FN(cubic_h);
    dsp->easu = FN(easu);
    dsp->rcas = FN(rcas);
}

#endif

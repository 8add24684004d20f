// SPDX-License-Identifier: BSD-2-Clause
//
// The rows of QsrPixelDSP of 10 bits.

#include <string.h>

#include "tests/checkasm/pixel.h"

// -------------------------------------------------------------------- in ---

static void check_load10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, const uint8_t *, int, int, int);
    REFERENCE(Fn, dsp->load10, "load10");

    FOR_EACH_CASE(c) {
        const int step = 1 << check_random_between(0, 2), shift = check_random() & 1 ? 6 : 0;
        // Nothing is read behind the last number.
        const uint8_t *src = source(0, 2 * ((size_t)step * ((size_t)c.n - 1) + 1), &c);
        uint16_t *d0 = dest16_ref(0, (size_t)c.n, &c), *d1 = dest16_new(0, (size_t)c.n, &c);
        ref(d0, src, step, shift, c.n);
        new(d1, src, step, shift, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, step, shift, c.n));
    }
}

static void check_chroma_up10(const QsrPixelDSP *dsp)
{
    typedef void (*FnV)(uint16_t *, const uint16_t *, const uint16_t *, int, int, int);
    REFERENCE(FnV, dsp->chroma_up_v10, "chroma_up_v10");

    FOR_EACH_CASE(c) {
        const int wb = check_random_between(0, 2);
        const uint16_t *a = source_u16(0, (size_t)c.n, 1023, &c);
        const uint16_t *b = source_u16(1, (size_t)c.n, 1023, &c);
        uint16_t *d0 = dest16_ref(0, (size_t)c.n, &c), *d1 = dest16_new(0, (size_t)c.n, &c);
        ref(d0, a, b, 4 - wb, wb, c.n);
        new(d1, a, b, 4 - wb, wb, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, a, b, 3, 1, c.n));
    }
}

static void check_chroma_up_h10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, const uint16_t *, const int16_t *, int);
    static const int16_t weights[2][4] = { { 3, 1, 3, 1 }, { 4, 0, 2, 2 } };
    REFERENCE(Fn, dsp->chroma_up_h10, "chroma_up_h10");

    FOR_EACH_CASE(c) {
        const int16_t *w = weights[check_random() & 1];
        const uint16_t *v = source_u16(0, (size_t)c.n + 2, 4092, &c) + 1;
        uint16_t *d0 = dest16_ref(0, 2 * (size_t)c.n, &c), *d1 = dest16_new(0, 2 * (size_t)c.n, &c);
        ref(d0, v, w, c.n);
        new(d1, v, w, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, v, w, c.n));
    }
}

// A real matrix, or any within its reach.
static void random_yuv_to_rgb(QsrYuvToRgb *m)
{
    static const QsrYuvToRgb bt2020 = { 64, 9567, 13793, -1539, -5344, 17598 };

    *m = bt2020;
    if (check_random() & 1) {
        m->y0 = (int16_t)check_random_between(0, 64);
        m->cy = (int16_t)check_random_between(8192, 9600);
        m->crv = (int16_t)check_random_between(0, 18000);
        m->cgu = (int16_t)-check_random_between(0, 18000);
        m->cgv = (int16_t)-check_random_between(0, 18000);
        m->cbu = (int16_t)check_random_between(0, 18000);
    }
}

static void check_yuv_to_rgbx10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, const uint16_t *, const uint16_t *, const uint16_t *,
                       const QsrYuvToRgb *, int);
    REFERENCE(Fn, dsp->yuv_to_rgbx10, "yuv_to_rgbx10");

    FOR_EACH_CASE(c) {
        const uint16_t *s[3];
        QsrYuvToRgb m;
        random_yuv_to_rgb(&m);
        for (int i = 0; i < 3; i++)
            s[i] = source_u16(i, (size_t)c.n, 1023, &c);
        uint16_t *d0 = dest16_ref(0, 4 * (size_t)c.n, &c), *d1 = dest16_new(0, 4 * (size_t)c.n, &c);
        ref(d0, s[0], s[1], s[2], &m, c.n);
        new(d1, s[0], s[1], s[2], &m, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, s[0], s[1], s[2], &m, c.n));
    }
}

static void check_planes(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, const uint16_t *, const uint16_t *, const uint16_t *, int);
    REFERENCE(Fn, dsp->planes_to_rgbx10, "planes_to_rgbx10");

    FOR_EACH_CASE(c) {
        const uint16_t *s[3];
        for (int i = 0; i < 3; i++)
            s[i] = source_u16(i, (size_t)c.n, 1023, &c);
        uint16_t *d0 = dest16_ref(0, 4 * (size_t)c.n, &c), *d1 = dest16_new(0, 4 * (size_t)c.n, &c);
        ref(d0, s[0], s[1], s[2], c.n);
        new(d1, s[0], s[1], s[2], c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, s[0], s[1], s[2], c.n));
    }
}

static void check_load_rgb10a2(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, const uint8_t *, int);
    REFERENCE(Fn, dsp->load_rgb10a2, "load_rgb10a2");

    FOR_EACH_CASE(c) {
        const uint8_t *src = source(0, 4 * (size_t)c.n, &c);
        uint16_t *d0 = dest16_ref(0, 4 * (size_t)c.n, &c), *d1 = dest16_new(0, 4 * (size_t)c.n, &c);
        ref(d0, src, c.n);
        new(d1, src, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, c.n));
    }
}

static void check_split10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint8_t *, uint8_t *, const uint16_t *, int);
    REFERENCE(Fn, dsp->split10, "split10");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const uint16_t *src = source_u16(0, n, 1023, &c);
        uint8_t *h0 = dest_ref(0, n, &c), *l0 = dest_ref(1, n, &c);
        uint8_t *h1 = dest_new(0, n, &c), *l1 = dest_new(1, n, &c);
        ref(h0, l0, src, c.n);
        new(h1, l1, src, c.n);
        same(0, &c);
        same(1, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(h1, l1, src, c.n));
    }
}

static void check_round10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint8_t *, const uint16_t *, int);
    REFERENCE(Fn, dsp->round10, "round10");

    FOR_EACH_CASE(c) {
        const uint16_t *src = source_u16(0, (size_t)c.n, 1023, &c);
        uint8_t *d0 = dest_ref(0, (size_t)c.n, &c), *d1 = dest_new(0, (size_t)c.n, &c);
        ref(d0, src, c.n);
        new(d1, src, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, c.n));
    }
}

// ------------------------------------------------------------------- out ---

static const struct {
    int num, den;
    int8_t offset[4];
    int16_t taps[4][4];
} cubics[] = {
    { 1, 2, { -1, 0 }, { { -2, 15, 56, -5 }, { -5, 56, 15, -2 } } },
    { 1, 3, { -1, 0, 0 }, { { -2, 21, 50, -5 }, { 0, 64, 0, 0 }, { -5, 50, 21, -2 } } },
    { 1, 4, { -1, -1, 0, 0 },
      { { -3, 25, 47, -5 }, { -1, 6, 62, -3 }, { -3, 62, 6, -1 }, { -5, 47, 25, -3 } } },
    { 2, 3, { -1, 0, 1 }, { { -1, 9, 60, -4 }, { -4, 36, 36, -4 }, { -4, 60, 9, -1 } } },
};

// Four numbers for each of the columns [lo, hi], as alpha_v leaves them.
static int16_t *cubic_row(int slot, int lo, int hi, int top, const Case *c)
{
    const size_t n = 4 * (size_t)(hi - lo + 1);
    int16_t *v = (int16_t *)(void *)source_u16(slot, n, 21 * top, c);
    for (size_t i = 0; i < n; i++)
        v[i] = (int16_t)(v[i] - 3 * top);
    return v - 4 * lo;
}

static void check_deep_h(const QsrPixelDSP *dsp, int k)
{
    typedef void (*Fn)(uint16_t *, const int16_t *, const int16_t *, const int16_t[][4],
                       const int8_t *, int, int, int, int);
    const int num = cubics[k].num, den = cubics[k].den;
    const int8_t *offset = cubics[k].offset;
    REFERENCE(Fn, dsp->deep_h, "deep_h_%d_%d", den, num);

    FOR_EACH_CASE(c) {
        const int phase0 = check_random_between(0, den - 1), end = phase0 + c.n;
        int lo = 0, hi = 0;
        for (int i = phase0; i < end; i++) {
            const int x = i / den * num + offset[i % den];
            lo = i == phase0 || x - 1 < lo ? x - 1 : lo;
            hi = i == phase0 || x + 2 > hi ? x + 2 : hi;
        }
        const int16_t *high = cubic_row(0, lo, hi, 255, &c), *low = cubic_row(1, lo, hi, 3, &c);
        const size_t n = 4 * (size_t)c.n;
        uint16_t *d0 = dest16_ref(0, n, &c), *d1 = dest16_new(0, n, &c);
        // What the network says is near the cubic where it is quiet.
        for (size_t i = 0; i < n; i++) {
            const int at = (int)i / 4 + phase0;
            const int16_t *s = high + 4 * (at / den * num + offset[at % den]) + i % 4;
            const int16_t close = (int16_t)(s[0] / 4 + check_random_between(-24, 24));
            d0[i] = (uint16_t)(check_random() & 1 ? check_random_between(0, 1020)
                               : close < 0 ? 0 : close > 1020 ? 1020 : close);
        }
        memcpy(d1, d0, 2 * n);
        ref(d0, high, low, cubics[k].taps, offset, phase0, num, den, c.n);
        new(d1, high, low, cubics[k].taps, offset, phase0, num, den, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, high, low, cubics[k].taps, offset, phase0, num, den, c.n));
    }
}

static void random_rgb_to_yuv(QsrRgbToYuv *m)
{
    static const QsrRgbToYuv bt2020 = {
        64, { 7371, 19024, 1664 }, { -4007, -10344, 14351 }, { 14351, -13197, -1154 }
    };

    *m = bt2020;
    if (check_random() & 1) {
        m->y0 = (int16_t)check_random_between(0, 64);
        for (int i = 0; i < 3; i++) {
            m->y[i] = (int16_t)check_random_between(0, 16384);
            m->u[i] = (int16_t)check_random_between(-16384, 16384);
            m->v[i] = (int16_t)check_random_between(-16384, 16384);
        }
    }
}

static void check_rgbx10_to_y(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, const uint16_t *, const QsrRgbToYuv *, int);
    REFERENCE(Fn, dsp->rgbx10_to_y, "rgbx10_to_y");

    FOR_EACH_CASE(c) {
        const uint16_t *src = source_u16(0, 4 * (size_t)c.n, 1023, &c);
        uint16_t *d0 = dest16_ref(0, (size_t)c.n, &c), *d1 = dest16_new(0, (size_t)c.n, &c);
        QsrRgbToYuv m;
        random_rgb_to_yuv(&m);
        ref(d0, src, &m, c.n);
        new(d1, src, &m, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, &m, c.n));
    }
}

static void check_rgbx10_to_uv(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, uint16_t *, const uint16_t *, const QsrRgbToYuv *, int);
    REFERENCE(Fn, dsp->rgbx10_to_uv, "rgbx10_to_uv");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const uint16_t *src = source_u16(0, 4 * n, 1023, &c);
        uint16_t *u0 = dest16_ref(0, n, &c), *v0 = dest16_ref(1, n, &c);
        uint16_t *u1 = dest16_new(0, n, &c), *v1 = dest16_new(1, n, &c);
        QsrRgbToYuv m;
        random_rgb_to_yuv(&m);
        ref(u0, v0, src, &m, c.n);
        new(u1, v1, src, &m, c.n);
        same(0, &c);
        same(1, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(u1, v1, src, &m, c.n));
    }
}

static const int16_t down_weights[3][3] = { { 0, 2, 2 }, { 1, 2, 1 }, { 0, 4, 0 } };

static void check_chroma_down_v10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *const[3], const uint16_t *, const uint16_t *, const uint16_t *,
                       const int16_t *, int);
    REFERENCE(Fn, dsp->chroma_down_v10, "chroma_down_v10");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const int16_t *w = down_weights[check_random() % 3];
        const uint16_t *s[3];
        uint16_t *d0[3], *d1[3];
        for (int i = 0; i < 3; i++) {
            s[i] = source_u16(i, 4 * n, 1023, &c);
            d0[i] = dest16_ref(i, n, &c);
            d1[i] = dest16_new(i, n, &c);
        }
        ref(d0, s[0], s[1], s[2], w, c.n);
        new(d1, s[0], s[1], s[2], w, c.n);
        for (int i = 0; i < 3; i++)
            same(i, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, s[0], s[1], s[2], w, c.n));
    }
}

static void check_chroma_down_h10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint16_t *, uint16_t *, const uint16_t *const[3], const int16_t *,
                       const QsrRgbToYuv *, int);
    REFERENCE(Fn, dsp->chroma_down_h10, "chroma_down_h10");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const int16_t *w = down_weights[check_random() & 1];
        const uint16_t *sum[3];
        QsrRgbToYuv m;
        random_rgb_to_yuv(&m);
        for (int i = 0; i < 3; i++)
            sum[i] = source_u16(i, 2 * n + 1, 4092, &c) + 1;
        uint16_t *u0 = dest16_ref(0, n, &c), *v0 = dest16_ref(1, n, &c);
        uint16_t *u1 = dest16_new(0, n, &c), *v1 = dest16_new(1, n, &c);
        ref(u0, v0, sum, w, &m, c.n);
        new(u1, v1, sum, w, &m, c.n);
        same(0, &c);
        same(1, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(u1, v1, sum, w, &m, c.n));
    }
}

// What lies between the numbers is kept.
static void check_store10(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint8_t *, int, int, const uint16_t *, int, int);
    REFERENCE(Fn, dsp->store10, "store10");

    FOR_EACH_CASE(c) {
        const int src_step = check_random() & 1 ? 4 : 1, shift = check_random() & 1 ? 6 : 0;
        const int step = src_step == 4 ? 1 : 1 << check_random_between(0, 2);
        const size_t n = (size_t)src_step * ((size_t)c.n - 1) + 1;
        const size_t bytes = 2 * ((size_t)step * ((size_t)c.n - 1) + 1);
        const uint16_t *src = source_u16(0, n, 1023, &c);
        uint8_t *d0 = dest_ref(0, bytes, &c), *d1 = dest_new(0, bytes, &c);
        ref(d0, step, shift, src, src_step, c.n);
        new(d1, step, shift, src, src_step, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, step, shift, src, src_step, c.n));
    }
}

static void check_store_rgb10a2(const QsrPixelDSP *dsp)
{
    typedef void (*Fn)(uint8_t *, const uint16_t *, const uint8_t *, int);
    REFERENCE(Fn, dsp->store_rgb10a2, "store_rgb10a2");

    FOR_EACH_CASE(c) {
        const uint16_t *src = source_u16(0, 4 * (size_t)c.n, 1023, &c);
        const uint8_t *alpha = source(1, (size_t)c.n, &c);
        uint8_t *d0 = dest_ref(0, 4 * (size_t)c.n, &c), *d1 = dest_new(0, 4 * (size_t)c.n, &c);
        if (check_random() & 1)
            alpha = NULL;
        ref(d0, src, alpha, c.n);
        new(d1, src, alpha, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, NULL, c.n));
    }
}

void check_pixel10(const QsrPixelDSP *dsp)
{
    check_load10(dsp);
    check_chroma_up10(dsp);
    check_chroma_up_h10(dsp);
    check_yuv_to_rgbx10(dsp);
    check_planes(dsp);
    check_load_rgb10a2(dsp);
    check_split10(dsp);
    check_round10(dsp);

    for (int k = 0; k < 4; k++)
        check_deep_h(dsp, k);
    check_rgbx10_to_y(dsp);
    check_rgbx10_to_uv(dsp);
    check_chroma_down_v10(dsp);
    check_chroma_down_h10(dsp);
    check_store10(dsp);
    check_store_rgb10a2(dsp);
}

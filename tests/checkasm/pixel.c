// SPDX-License-Identifier: BSD-2-Clause
//
// The pixel rows of QsrPixelDSP.

#include <string.h>

#include "tests/checkasm/pixel.h"

static QsrPixelDSP dsp;

// -------------------------------------------------------------------- in ---

static void check_chroma_up_v(void)
{
    typedef void (*Fn)(uint16_t *, const uint8_t *, const uint8_t *, int, int, int);
    REFERENCE(Fn, dsp.chroma_up_v, "chroma_up_v");

    FOR_EACH_CASE(c) {
        const int wb = check_random_between(0, 2);
        const uint8_t *a = source(0, (size_t)c.n, &c), *b = source(1, (size_t)c.n, &c);
        c.misalign &= ~1;
        uint16_t *d0 = (uint16_t *)(void *)dest_ref(0, 2 * (size_t)c.n, &c);
        uint16_t *d1 = (uint16_t *)(void *)dest_new(0, 2 * (size_t)c.n, &c);
        ref(d0, a, b, 4 - wb, wb, c.n);
        new(d1, a, b, 4 - wb, wb, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, a, b, 3, 1, c.n));
    }
}

static void check_chroma_up_h(void)
{
    typedef void (*Fn)(uint8_t *, const uint16_t *, const int16_t *, int);
    static const int16_t weights[2][4] = { { 3, 1, 3, 1 }, { 4, 0, 2, 2 } };
    REFERENCE(Fn, dsp.chroma_up_h, "chroma_up_h");

    FOR_EACH_CASE(c) {
        const int16_t *w = weights[check_random() & 1];
        const uint16_t *v = source_u16(0, (size_t)c.n + 2, 1020, &c) + 1;
        uint8_t *d0 = dest_ref(0, 2 * (size_t)c.n, &c), *d1 = dest_new(0, 2 * (size_t)c.n, &c);
        ref(d0, v, w, c.n);
        new(d1, v, w, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, v, w, c.n));
    }
}

static void check_deinterleave(void)
{
    typedef void (*Fn)(uint8_t *, uint8_t *, const uint8_t *, int);
    REFERENCE(Fn, dsp.deinterleave, "deinterleave");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const uint8_t *ab = source(0, 2 * n, &c);
        uint8_t *a0 = dest_ref(0, n, &c), *b0 = dest_ref(1, n, &c);
        uint8_t *a1 = dest_new(0, n, &c), *b1 = dest_new(1, n, &c);
        ref(a0, b0, ab, c.n);
        new(a1, b1, ab, c.n);
        same(0, &c);
        same(1, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(a1, b1, ab, c.n));
    }
}

// Coefficients of a real matrix, any that are not too large, or some that put
// many results exactly half way between two steps.
static void random_yuv_to_rgb(QsrYuvToRgb *m)
{
    static const QsrYuvToRgb bt709 = { 16, 9539, 14686, -1747, -4366, 17305 };
    static const QsrYuvToRgb halves = { 1, 4096, 4096, -4096, -4096, 12288 };

    switch (check_random() % 3) {
    case 0:
        *m = bt709;
        break;
    case 1:
        *m = halves;
        break;
    default:
        m->y0 = (int16_t)check_random_between(0, 16);
        m->cy = (int16_t)check_random_between(8192, 9600);
        m->crv = (int16_t)check_random_between(0, 18000);
        m->cgu = (int16_t)-check_random_between(0, 18000);
        m->cgv = (int16_t)-check_random_between(0, 18000);
        m->cbu = (int16_t)check_random_between(0, 18000);
    }
}

static void check_yuv_to_rgbx(void)
{
    typedef void (*Fn)(uint8_t *, const uint8_t *, const uint8_t *, const uint8_t *,
                       const QsrYuvToRgb *, int);
    REFERENCE(Fn, dsp.yuv_to_rgbx, "yuv_to_rgbx");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const uint8_t *y = source(0, n, &c), *u = source(1, n, &c), *v = source(2, n, &c);
        uint8_t *d0 = dest_ref(0, 4 * n, &c), *d1 = dest_new(0, 4 * n, &c);
        QsrYuvToRgb m;
        random_yuv_to_rgb(&m);
        ref(d0, y, u, v, &m, c.n);
        new(d1, y, u, v, &m, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, y, u, v, &m, c.n));
    }
}

// One source row to one destination row, `in` and `out` bytes per pixel.
typedef void (*RowFn)(uint8_t *, const uint8_t *, int);

static void check_row(RowFn fn, const char *name, int in, int out)
{
    REFERENCE(RowFn, fn, "%s", name);

    FOR_EACH_CASE(c) {
        const uint8_t *src = source(0, (size_t)(c.n * in), &c);
        uint8_t *d0 = dest_ref(0, (size_t)(c.n * out), &c);
        uint8_t *d1 = dest_new(0, (size_t)(c.n * out), &c);
        ref(d0, src, c.n);
        new(d1, src, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, c.n));
    }
}

static void check_load_byte(void)
{
    typedef void (*Fn)(uint8_t *, const uint8_t *, int, int);
    REFERENCE(Fn, dsp.load_byte, "load_byte");

    FOR_EACH_CASE(c) {
        const uint8_t *src = source(0, 4 * (size_t)c.n, &c);
        uint8_t *d0 = dest_ref(0, (size_t)c.n, &c), *d1 = dest_new(0, (size_t)c.n, &c);
        const int offset = check_random_between(0, 3);
        ref(d0, src, offset, c.n);
        new(d1, src, offset, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, offset, c.n));
    }
}

static void check_merge4(void)
{
    typedef void (*Fn)(uint8_t *, const uint8_t *const[4], int, int);
    REFERENCE(Fn, dsp.merge4, "merge4");

    FOR_EACH_CASE(c) {
        const uint8_t *s[4];
        const int none = check_random_between(0, 2), fill = check_random_between(0, 1) * 255;
        for (int i = 0; i < 4; i++)
            s[i] = source(i, (size_t)c.n, &c);
        if (none)
            s[none == 1 ? 0 : 3] = NULL;
        uint8_t *d0 = dest_ref(0, 4 * (size_t)c.n, &c), *d1 = dest_new(0, 4 * (size_t)c.n, &c);
        ref(d0, s, fill, c.n);
        new(d1, s, fill, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, s, fill, c.n));
    }
}

// ------------------------------------------------------------------- out ---

static void check_store(int order, const char *name, int bytes)
{
    typedef void (*Fn)(uint8_t *, const uint8_t *, const uint8_t *, int);
    REFERENCE(Fn, dsp.store_rgb[order], "%s", name);

    FOR_EACH_CASE(c) {
        const uint8_t *src = source(0, 4 * (size_t)c.n, &c), *alpha = source(1, (size_t)c.n, &c);
        uint8_t *d0 = dest_ref(0, (size_t)(c.n * bytes), &c);
        uint8_t *d1 = dest_new(0, (size_t)(c.n * bytes), &c);
        if (check_random() & 1)
            alpha = NULL;
        ref(d0, src, alpha, c.n);
        new(d1, src, alpha, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, NULL, c.n));
    }
}

static void random_rgb_to_yuv(QsrRgbToYuv *m)
{
    static const QsrRgbToYuv full601 = {
        0, { 9798, 19234, 3736 }, { -5529, -10855, 16384 }, { 16384, -13720, -2664 }
    };
    static const QsrRgbToYuv halves = {
        1, { 16384, 0, 16384 }, { -16384, 0, 16384 }, { 16384, -16384, 0 }
    };

    switch (check_random() % 3) {
    case 0:
        *m = full601;
        break;
    case 1:
        *m = halves;
        break;
    default:
        m->y0 = (int16_t)check_random_between(0, 16);
        for (int i = 0; i < 3; i++) {
            m->y[i] = (int16_t)check_random_between(0, 28000);
            m->u[i] = (int16_t)check_random_between(-16384, 16384);
            m->v[i] = (int16_t)check_random_between(-16384, 16384);
        }
    }
}

static void check_rgbx_to_y(void)
{
    typedef void (*Fn)(uint8_t *, const uint8_t *, const QsrRgbToYuv *, int);
    REFERENCE(Fn, dsp.rgbx_to_y, "rgbx_to_y");

    FOR_EACH_CASE(c) {
        const uint8_t *src = source(0, 4 * (size_t)c.n, &c);
        uint8_t *d0 = dest_ref(0, (size_t)c.n, &c), *d1 = dest_new(0, (size_t)c.n, &c);
        QsrRgbToYuv m;
        random_rgb_to_yuv(&m);
        ref(d0, src, &m, c.n);
        new(d1, src, &m, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, src, &m, c.n));
    }
}

static void check_rgbx_to_uv(void)
{
    typedef void (*Fn)(uint8_t *, uint8_t *, const uint8_t *, const QsrRgbToYuv *, int);
    REFERENCE(Fn, dsp.rgbx_to_uv, "rgbx_to_uv");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const uint8_t *src = source(0, 4 * n, &c);
        uint8_t *u0 = dest_ref(0, n, &c), *v0 = dest_ref(1, n, &c);
        uint8_t *u1 = dest_new(0, n, &c), *v1 = dest_new(1, n, &c);
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

static void check_chroma_down_v(void)
{
    typedef void (*Fn)(uint16_t *const[3], const uint8_t *, const uint8_t *, const uint8_t *,
                       const int16_t *, int);
    REFERENCE(Fn, dsp.chroma_down_v, "chroma_down_v");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const int16_t *w = down_weights[check_random() % 3];
        const uint8_t *s[3];
        uint16_t *d0[3], *d1[3];
        for (int i = 0; i < 3; i++)
            s[i] = source(i, 4 * n, &c);
        c.misalign &= ~1;
        for (int i = 0; i < 3; i++) {
            d0[i] = (uint16_t *)(void *)dest_ref(i, 2 * n, &c);
            d1[i] = (uint16_t *)(void *)dest_new(i, 2 * n, &c);
        }
        ref(d0, s[0], s[1], s[2], w, c.n);
        new(d1, s[0], s[1], s[2], w, c.n);
        for (int i = 0; i < 3; i++)
            same(i, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, s[0], s[1], s[2], w, c.n));
    }
}

static void check_chroma_down_h(void)
{
    typedef void (*Fn)(uint8_t *, uint8_t *, const uint16_t *const[3], const int16_t *,
                       const QsrRgbToYuv *, int);
    REFERENCE(Fn, dsp.chroma_down_h, "chroma_down_h");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const int16_t *w = down_weights[check_random() & 1];
        const uint16_t *sum[3];
        QsrRgbToYuv m;
        random_rgb_to_yuv(&m);
        for (int i = 0; i < 3; i++)
            sum[i] = source_u16(i, 2 * n + 1, 1020, &c) + 1;
        uint8_t *u0 = dest_ref(0, n, &c), *v0 = dest_ref(1, n, &c);
        uint8_t *u1 = dest_new(0, n, &c), *v1 = dest_new(1, n, &c);
        ref(u0, v0, sum, w, &m, c.n);
        new(u1, v1, sum, w, &m, c.n);
        same(0, &c);
        same(1, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(u1, v1, sum, w, &m, c.n));
    }
}

static void check_interleave(void)
{
    typedef void (*Fn)(uint8_t *, const uint8_t *, const uint8_t *, int);
    REFERENCE(Fn, dsp.interleave, "interleave");

    FOR_EACH_CASE(c) {
        const size_t n = (size_t)c.n;
        const uint8_t *a = source(0, n, &c), *b = source(1, n, &c);
        uint8_t *d0 = dest_ref(0, 2 * n, &c), *d1 = dest_new(0, 2 * n, &c);
        ref(d0, a, b, c.n);
        new(d1, a, b, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, a, b, c.n));
    }
}

// ----------------------------------------------------------------- alpha ---

// The phases of 3/2, which have the most to get wrong, and those of 2.
static const int16_t taps[2][4][4] = {
    { { -1, 9, 60, -4 }, { -4, 36, 36, -4 }, { -4, 60, 9, -1 } },
    { { -2, 15, 56, -5 }, { -5, 56, 15, -2 } },
};
static const int8_t offsets[2][4] = { { -1, 0, 1 }, { -1, 0 } };

static void check_alpha_v(void)
{
    typedef void (*Fn)(int16_t *, const uint8_t *const[4], const int16_t *, int);
    REFERENCE(Fn, dsp.alpha_v, "alpha_v");

    FOR_EACH_CASE(c) {
        const int16_t *t = taps[1][check_random() & 1];
        const uint8_t *s[4];
        for (int i = 0; i < 4; i++)
            s[i] = source(i, (size_t)c.n, &c);
        c.misalign &= ~1;
        int16_t *d0 = (int16_t *)(void *)dest_ref(0, 2 * (size_t)c.n, &c);
        int16_t *d1 = (int16_t *)(void *)dest_new(0, 2 * (size_t)c.n, &c);
        ref(d0, s, t, c.n);
        new(d1, s, t, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, s, t, c.n));
    }
}

static void check_alpha_h(void)
{
    typedef void (*Fn)(uint8_t *, const int16_t *, const int16_t[][4], const int8_t *, int, int,
                       int, int);
    REFERENCE(Fn, dsp.alpha_h, "alpha_h");

    FOR_EACH_CASE(c) {
        const int k = (int)(check_random() & 1), num = k ? 1 : 2, den = k ? 2 : 3;
        const int phase0 = check_random_between(0, den - 1);
        // The lowest and the highest column that a tap reaches.
        const int end = phase0 + c.n;
        int lo = 0, hi = 0;
        for (int i = phase0; i < end; i++) {
            const int x = i / den * num + offsets[k][i % den];
            lo = i == phase0 || x - 1 < lo ? x - 1 : lo;
            hi = i == phase0 || x + 2 > hi ? x + 2 : hi;
        }
        int16_t *v = (int16_t *)(void *)source_u16(0, (size_t)(hi - lo + 1), 6000, &c) - lo;
        for (int i = lo; i <= hi; i++)
            v[i] = (int16_t)(v[i] - 1000);
        uint8_t *d0 = dest_ref(0, (size_t)c.n, &c), *d1 = dest_new(0, (size_t)c.n, &c);
        ref(d0, v, taps[k], offsets[k], phase0, num, den, c.n);
        new(d1, v, taps[k], offsets[k], phase0, num, den, c.n);
        same(0, &c);
        if (step_ == N_WIDTHS * ROUNDS)
            CHECK_BENCH(new(d1, v, taps[k], offsets[k], phase0, num, den, c.n));
    }
}

void check_pixel(void)
{
    static const struct {
        const char *load, *store;
        int bytes;
    } orders[QSR_N_ORDERS] = {
        [QSR_ORDER_RGB] = { "load_rgb", "store_rgb", 3 },
        [QSR_ORDER_BGR] = { "load_bgr", "store_bgr", 3 },
        [QSR_ORDER_RGBX] = { "load_rgbx", "store_rgbx", 4 },
        [QSR_ORDER_BGRX] = { "load_bgrx", "store_bgrx", 4 },
        [QSR_ORDER_XRGB] = { "load_xrgb", "store_xrgb", 4 },
        [QSR_ORDER_XBGR] = { "load_xbgr", "store_xbgr", 4 },
    };

    memset(&dsp, 0, sizeof(dsp));
    qsr_pixel_dsp_init(&dsp, check_cpu_flags());

    check_chroma_up_v();
    check_chroma_up_h();
    check_deinterleave();
    check_yuv_to_rgbx();
    check_row(dsp.gray_to_rgbx, "gray_to_rgbx", 1, 4);
    for (int i = 0; i < QSR_N_ORDERS; i++)
        check_row(dsp.load_rgb[i], orders[i].load, orders[i].bytes, 4);
    check_load_byte();
    check_merge4();

    for (int i = 0; i < QSR_N_ORDERS; i++)
        check_store(i, orders[i].store, orders[i].bytes);
    check_rgbx_to_y();
    check_rgbx_to_uv();
    check_row(dsp.rgbx_to_gray, "rgbx_to_gray", 4, 1);
    check_chroma_down_v();
    check_chroma_down_h();
    check_interleave();

    check_alpha_v();
    check_alpha_h();
    check_pixel10(&dsp);
}

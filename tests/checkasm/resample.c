// SPDX-License-Identifier: BSD-2-Clause
//
// The rows of the classical scalers. Their loads may reach into the guard
// pixels, no further; runs write their own pixels alone.
#include "kernels/resample.h"

#include <string.h>

#include "tests/checkasm/checkasm.h"

#define MAX_W 130
#define MAX_OUT (4 * MAX_W)
#define GUARD QSR_RESAMPLE_GUARD
enum { DST_REF = 30, DST_NEW = 31 };

static QsrResampleDSP dsp;
static QsrPhase phases[MAX_OUT];

// Columns of `w` pixels made larger: by a whole factor all runs of it, or one
// run of any size up to 4 w. Returns the number of runs.
static int make_runs(QsrRun runs[4], int w, int *out)
{
    const int factor = check_random_between(0, 4);
    const int n = factor ? factor : 1;
    *out = factor ? w * factor : check_random_between(w, 4 * w);
    QsrPhase *at = phases;
    for (int run = 0; run < n; run++) {
        runs[run] = (QsrRun){.columns = at, .first = run, .step = n, .even = factor > 0,
                             .n = factor ? w : *out};
        for (int i = run; i < *out; i += n)
            qsr_phase_init(at++, i, w, *out, 0, 1);
    }
    return n;
}

// A plane of w pixels and their guards.
static float *make_plane(int slot, int w)
{
    const size_t n = (size_t)w + 2 * GUARD;
    float *p = (float *)(void *)check_src(slot, n * sizeof(*p), CHECK_TAIL);
    uint8_t bytes[MAX_OUT + 2 * GUARD];
    check_fill(bytes, n);
    for (size_t i = 0; i < n; i++)
        p[i] = (float)bytes[i] / 255.0f;
    return p + GUARD;
}

static void check_cubic_h(void)
{
    typedef void (*Fn)(uint8_t *, const int16_t *, const QsrRun *);
    Fn fn = dsp.cubic_h, ref = (Fn)check_func((CheckFn)fn, "cubic_h");
    if (!ref)
        return;
    for (int w = 1; w <= check_max_width(MAX_W); w++) {
        QsrRun runs[4];
        int out;
        const int n = make_runs(runs, w, &out);
        const size_t values = 4 * ((size_t)w + 2 * GUARD);
        int16_t *v = (int16_t *)(void *)check_src(0, values * sizeof(*v), CHECK_TAIL);
        for (size_t i = 0; i < values; i++)
            v[i] = (int16_t)check_random_between(-2040, 18360); // what cubic_v can give
        uint8_t *a = check_dst(DST_REF, 4 * (size_t)out), *b = check_dst(DST_NEW, 4 * (size_t)out);
        for (int run = 0; run < n; run++) {
            ref(a, v + 4 * GUARD, &runs[run]);
            fn(b, v + 4 * GUARD, &runs[run]);
            check_same(DST_REF, DST_NEW, "w %d, run %d of %d", w, run, n);
        }
        if (w == MAX_W)
            CHECK_BENCH(fn(b, v + 4 * GUARD, runs));
    }
}

static void check_easu(int deep)
{
    typedef void (*Fn)(void *, int, float *const[4][QSR_N_PLANES], const QsrRun *, float);
    Fn fn = dsp.easu, ref = (Fn)check_func((CheckFn)fn, deep ? "easu10" : "easu");
    if (!ref)
        return;
    QsrResampleDSP plain;
    qsr_resample_dsp_init_c(&plain);
    for (int w = 1; w <= check_max_width(MAX_W); w++) {
        float *rows[4][QSR_N_PLANES];
        QsrRun runs[4];
        int out;
        const int n = make_runs(runs, w, &out);
        for (int row = 0; row < 4; row++)
            for (int plane = 0; plane < QSR_N_PLANES; plane++)
                rows[row][plane] = make_plane(row * QSR_N_PLANES + plane, w);
        plain.easu_analyse(rows, w);
        plain.easu_analyse(rows + 1, w);
        const size_t size = (size_t)out * (deep ? 8 : 4);
        const float fy = (float)check_random_between(0, 99) / 100;
        uint8_t *a = check_dst(DST_REF, size), *b = check_dst(DST_NEW, size);
        for (int run = 0; run < n; run++) {
            ref(a, deep, rows, &runs[run], fy);
            fn(b, deep, rows, &runs[run], fy);
            check_same(DST_REF, DST_NEW, "w %d, run %d of %d", w, run, n);
        }
        if (w == MAX_W)
            CHECK_BENCH(fn(b, deep, rows, runs, fy));
    }
}

static void check_rcas(int deep)
{
    typedef void (*Fn)(void *, int, float *const[3][QSR_N_PLANES], float, int);
    Fn fn = dsp.rcas, ref = (Fn)check_func((CheckFn)fn, deep ? "rcas10" : "rcas");
    if (!ref)
        return;
    for (int w = 1; w <= check_max_width(MAX_W); w++) {
        float *rows[3][QSR_N_PLANES];
        memset(rows, 0, sizeof(rows));
        for (int row = 0; row < 3; row++)
            for (int plane = 0; plane < QSR_PLANE_LUMA; plane++)
                rows[row][plane] = make_plane(row * QSR_PLANE_LUMA + plane, w);
        const size_t size = (size_t)w * (deep ? 8 : 4);
        const float amount = (float)check_random_between(0, 100) / 100;
        uint8_t *a = check_dst(DST_REF, size), *b = check_dst(DST_NEW, size);
        ref(a, deep, rows, amount, w);
        fn(b, deep, rows, amount, w);
        check_same(DST_REF, DST_NEW, "w %d", w);
        if (w == MAX_W)
            CHECK_BENCH(fn(b, deep, rows, amount, w));
    }
}

void check_resample(void)
{
    qsr_resample_dsp_init(&dsp, check_cpu_flags());
    check_cubic_h();
    for (int deep = 0; deep < 2; deep++) {
        check_easu(deep);
        check_rcas(deep);
    }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// requant.h against the text of docs/numerics.md, in 64-bit arithmetic without
// right shifts of negative numbers.

#include "kernels/requant.h"

#include <stdlib.h>

#include "tests/checkasm/checkasm.h"

// floor(a / 2^bits)
static int64_t floor_shift(int64_t a, int bits)
{
    const int64_t d = (int64_t)1 << bits;
    const int64_t q = a / d;
    return a % d < 0 ? q - 1 : q;
}

static int64_t saturate(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

// `saturating`: the add of the last rounding stops at 32767, as some
// instruction sets have it; the result must be the same.
static int64_t model(int32_t acc, int s, int m, int f, int max, int saturating)
{
    const int64_t t = saturate(floor_shift(acc, s), -32768, 32767);
    int64_t u = floor_shift(t * m + (1 << 14), 15) + (1 << (f - 1));
    if (saturating)
        u = saturate(u, -32768, 32767);
    return saturate(floor_shift(u, f), 0, max);
}

static int random_acc(int s, int max, int m, int f)
{
    // Most of the 32-bit range gives a saturated result; stay near the part that does not.
    switch (check_random() % 4) {
    case 0: return (int32_t)check_random();
    case 1: return (int32_t)check_random() >> 8;
    case 2: return check_random() & 1 ? INT32_MAX - (int)(check_random() % 3)
                                      : INT32_MIN + (int)(check_random() % 3);
    default: {
        const int64_t full = ((int64_t)(max + 1) << (15 + f)) / m << s;
        const int64_t acc = (int64_t)(check_random() % 4096) * full / 4095;
        return (int32_t)saturate(acc - full / 16, INT32_MIN, INT32_MAX);
    }
    }
}

void check_requant(void)
{
    int same = 1, same_saturating = 1, same_deep = 1, deep_is_finer = 1, reaches_max = 1;

    if (check_cpu_flags())
        return; // depends on no flag
    check_property((-5 >> 1) == -3 && (INT32_MIN >> 24) == -128,
                   "right shifts of negative numbers are arithmetic");

    for (int i = 0; i < 2000000; i++) {
        const int s = check_random_between(0, QSR_RQ_MAX_SHIFT);
        const int m = check_random_between(QSR_RQ_MIN_MULT, QSR_RQ_MAX_MULT);
        const int f = check_random_between(QSR_RQ_MIN_FRAC, QSR_RQ_MAX_FRAC);
        const int32_t acc = random_acc(s, 255, m, f);
        const int y = qsr_requant(acc, s, m, f, 255);
        same &= y == model(acc, s, m, f, 255, 0);
        same_saturating &= y == model(acc, s, m, f, 255, 1);
        if (f < QSR_RQ_MIN_DEEP_FRAC)
            continue;
        const int y10 = qsr_requant_deep(acc, s, m, f);
        same_deep &= y10 == model(acc, s, m, f - 2, 1020, 0);
        same_deep &= y10 == model(acc, s, m, f - 2, 1020, 1);
        deep_is_finer &= abs(y10 - 4 * y) <= 2;
    }
    check_property(same, "rq16 as docs/numerics.md defines it");
    check_property(same_saturating, "rq16 with a saturating last add");
    check_property(same_deep, "the 10-bit store as docs/numerics.md defines it");
    check_property(deep_is_finer, "the 10-bit store is the 8-bit one, more finely rounded");

    // The largest accumulator reaches max whenever the scale allows it at all.
    for (int m = QSR_RQ_MIN_MULT; m <= QSR_RQ_MAX_MULT; m++) {
        for (int f = QSR_RQ_MIN_FRAC; f <= QSR_RQ_MAX_FRAC; f++) {
            const int top = floor_shift((int64_t)32767 * m, 15) + (1 << (f - 1)) >= 255 << f;
            reaches_max &= qsr_requant(INT32_MAX, 0, m, f, 255) == 255 || !top;
            reaches_max &= qsr_requant(INT32_MIN, 0, m, f, 255) == 0;
        }
    }
    check_property(reaches_max, "rq16 reaches both ends");
}

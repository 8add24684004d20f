// SPDX-License-Identifier: BSD-2-Clause
//
// rq16: the one definition of requantisation (docs/numerics.md). Every
// instruction set must give the bytes that this gives.

#ifndef QSR_KERNELS_REQUANT_H
#define QSR_KERNELS_REQUANT_H

#include <stdint.h>

#define QSR_RQ_MAX_SHIFT 24
#define QSR_RQ_MIN_MULT 16384
#define QSR_RQ_MAX_MULT 32767
#define QSR_RQ_MIN_FRAC 1
#define QSR_RQ_MAX_FRAC 6

static inline int qsr_clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

// `acc` includes the bias; `max` is 255.
// Right shifts of negative numbers are arithmetic in every compiler we build
// with; tests/checkasm/requant.c holds that.
static inline int qsr_requant(int32_t acc, int shift, int mult, int frac, int max)
{
    int t = qsr_clamp(acc >> shift, INT16_MIN, INT16_MAX);
    int u = (t * mult + (1 << 14)) >> 15;
    return qsr_clamp((u + (1 << (frac - 1))) >> frac, 0, max);
}

#define QSR_RQ_MIN_DEEP_FRAC 3

// The 10-bit store: two bits more of the same number, up to 1020. frac >= 3.
static inline int qsr_requant_deep(int32_t acc, int shift, int mult, int frac)
{
    return qsr_requant(acc, shift, mult, frac - 2, 1020);
}

#endif

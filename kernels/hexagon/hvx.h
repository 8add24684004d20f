// SPDX-License-Identifier: BSD-2-Clause
//
// What the HVX kernels share: 128-byte vectors of Hexagon's v66, the oldest
// architecture that a skel is built for and a subset of all later ones.
//
// At the end of a row that has no alignment, the vectors that contain at least
// one byte of it are loaded and shifted together: such a load never leaves the
// page of a byte that may be read. Stores there are masked.

#ifndef QSR_KERNELS_HEXAGON_HVX_H
#define QSR_KERNELS_HEXAGON_HVX_H

#include <stddef.h>
#include <stdint.h>

#include <hexagon_types.h>

#include <hexagon_protos.h>
#include <hvx_hexagon_protos.h>

#define VLEN 128 // bytes

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define NO_UNROLL _Pragma("clang loop unroll(disable)")

// ------------------------------------------------------------------ memory ---

INLINE int misalignment(const void *p)
{
    return (int)((uintptr_t)p & (VLEN - 1));
}

// The vector that contains the byte at p.
INLINE HVX_Vector load_around(const uint8_t *p)
{
    return *(const HVX_Vector *)(p - misalignment(p));
}

INLINE HVX_Vector load(const void *p)
{
    return *(const HVX_Vector *)p;
}

INLINE void store(void *p, HVX_Vector v)
{
    *(HVX_Vector *)p = v;
}

// At any address. Volatile, because clang would make aligned ones of neighbours,
// one more than they need: where the address happens to be aligned, that one
// lies beyond the row.
INLINE HVX_Vector load_unaligned(const void *p)
{
    return *(const volatile HVX_UVector *)p;
}

INLINE void store_unaligned(void *p, HVX_Vector v)
{
    *(volatile HVX_UVector *)p = v;
}

// Bytes [0, n), n from 0 to 127.
INLINE HVX_VectorPred first_bytes(int n)
{
    return Q6_Q_vsetq_R(n);
}

// Bytes [0, n), n from 1 to 128.
INLINE HVX_VectorPred first_bytes_all(int n)
{
    return Q6_Q_vsetq2_R(n);
}

// The n (1 to 128) bytes at p, in the first bytes of the result.
INLINE HVX_Vector load_some(const uint8_t *p, int n)
{
    return Q6_V_valign_VVR(load_around(p + n - 1), load_around(p), misalignment(p));
}

// The first n (1 to 128) bytes of v to p, and nothing else.
INLINE void store_some(uint8_t *p, HVX_Vector v, int n)
{
    const int at = misalignment(p), end = at + n;
    HVX_Vector *dst = (HVX_Vector *)(p - at);
    const HVX_Vector r = Q6_V_vlalign_VVR(v, v, at);
    if (end <= VLEN) {
        Q6_vmem_QRIV(Q6_Q_and_QQn(first_bytes_all(end), first_bytes(at)), dst, r);
    } else {
        Q6_vmem_QnRIV(first_bytes(at), dst, r);
        Q6_vmem_QRIV(first_bytes(end - VLEN), dst + 1, r);
    }
}

// ------------------------------------------------------------- permutations ---

// Two vectors of elements of `unit` bytes, alternating: lo, hi.
INLINE HVX_VectorPair zip(HVX_Vector a, HVX_Vector b, int unit)
{
    return Q6_W_vshuff_VVR(b, a, -unit);
}

// The inverse: of the elements of a, b in order, the even ones in lo, the odd ones in hi.
INLINE HVX_VectorPair unzip(HVX_Vector a, HVX_Vector b, int unit)
{
    return Q6_W_vdeal_VVR(b, a, -unit);
}

INLINE HVX_Vector lo(HVX_VectorPair w)
{
    return Q6_V_lo_W(w);
}

INLINE HVX_Vector hi(HVX_VectorPair w)
{
    return Q6_V_hi_W(w);
}

// Four vectors of 96 bytes, one after another, make three.
INLINE void join_96(HVX_Vector out[3], const HVX_Vector c[4])
{
    const HVX_Vector r1 = Q6_V_vror_VR(c[1], 32);
    const HVX_Vector r2 = Q6_V_vror_VR(c[2], 64);
    const HVX_Vector r3 = Q6_V_vror_VR(c[3], 96);
    out[0] = Q6_V_vmux_QVV(first_bytes(96), c[0], r1);
    out[1] = Q6_V_vmux_QVV(first_bytes(64), r1, r2);
    out[2] = Q6_V_vmux_QVV(first_bytes(32), r2, r3);
}

#endif

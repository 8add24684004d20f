// SPDX-License-Identifier: BSD-2-Clause
//
// What all ARM kernels are written with: NEON's intrinsics, and words to the compiler.

#ifndef QSR_KERNELS_ARM_NEON_H
#define QSR_KERNELS_ARM_NEON_H

#include <arm_neon.h>

// Counts are constants at every call, so that sums live in registers.
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

// 32-bit ARM: those intrinsics of AArch64 that are used here, made of what NEON
// has there. Tables are of 64-bit registers, and there is no addition of the
// neighbours of two whole registers, nor a way to name upper halves.
#if !defined(__aarch64__)

INLINE int16x8_t vqmovn_high_s32(int16x4_t lo, int32x4_t hi)
{
    return vcombine_s16(lo, vqmovn_s32(hi));
}

INLINE uint8x16_t vqmovun_high_s16(uint8x8_t lo, int16x8_t hi)
{
    return vcombine_u8(lo, vqmovun_s16(hi));
}

INLINE int16x8_t vmlal_high_s8(int16x8_t sums, int8x16_t a, int8x16_t b)
{
    return vmlal_s8(sums, vget_high_s8(a), vget_high_s8(b));
}

INLINE int32x4_t vpaddq_s32(int32x4_t a, int32x4_t b)
{
    return vcombine_s32(vpadd_s32(vget_low_s32(a), vget_high_s32(a)),
                        vpadd_s32(vget_low_s32(b), vget_high_s32(b)));
}

INLINE uint64x2_t vzip1q_u64(uint64x2_t a, uint64x2_t b)
{
    return vcombine_u64(vget_low_u64(a), vget_low_u64(b));
}

INLINE uint64x2_t vzip2q_u64(uint64x2_t a, uint64x2_t b)
{
    return vcombine_u64(vget_high_u64(a), vget_high_u64(b));
}

INLINE uint8x8x4_t table32(uint8x16_t a, uint8x16_t b)
{
    return (uint8x8x4_t){{vget_low_u8(a), vget_high_u8(a), vget_low_u8(b), vget_high_u8(b)}};
}

INLINE uint8x16_t vqtbl1q_u8(uint8x16_t t, uint8x16_t index)
{
    const uint8x8x2_t table = {{vget_low_u8(t), vget_high_u8(t)}};
    return vcombine_u8(vtbl2_u8(table, vget_low_u8(index)), vtbl2_u8(table, vget_high_u8(index)));
}

INLINE uint8x16_t vqtbl2q_u8(uint8x16x2_t t, uint8x16_t index)
{
    const uint8x8x4_t table = table32(t.val[0], t.val[1]);
    return vcombine_u8(vtbl4_u8(table, vget_low_u8(index)), vtbl4_u8(table, vget_high_u8(index)));
}

INLINE uint8x16_t vqtbl4q_u8(uint8x16x4_t t, uint8x16_t index)
{
    const uint8x16x2_t lower = {{t.val[0], t.val[1]}};
    const uint8x8x4_t upper = table32(t.val[2], t.val[3]);
    const uint8x16_t from_lower = vqtbl2q_u8(lower, index);
    const uint8x16_t rest = vsubq_u8(index, vdupq_n_u8(32)); // of no table below 0 and above 31
    return vcombine_u8(vtbx4_u8(vget_low_u8(from_lower), upper, vget_low_u8(rest)),
                       vtbx4_u8(vget_high_u8(from_lower), upper, vget_high_u8(rest)));
}

#endif

#endif

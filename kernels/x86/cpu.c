// SPDX-License-Identifier: BSD-2-Clause
//
// Intel SDM volume 1 chapters 14 and 18: a feature counts only if the system
// saves its registers (XCR0).
#include <cpuid.h>
#include <stdint.h>

#include "kernels/cpu.h"
#include "kernels/cpu_arch.h"

#define BITS(value, mask) (((value) & (mask)) == (mask))

static uint64_t xgetbv(void)
{
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

unsigned qsr_cpu_detect_arch(void)
{
    unsigned a, b, c, d, flags = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    const unsigned fma_osxsave_avx = 1u << 12 | 1u << 27 | 1u << 28;
    if (!BITS(c, fma_osxsave_avx))
        return 0;
    const uint64_t xcr0 = xgetbv();
    if (!BITS(xcr0, 0x6)) // XMM, YMM
        return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return 0;
    const unsigned avx2_bmi = 1u << 3 | 1u << 5 | 1u << 8;
    if (!BITS(b, avx2_bmi))
        return 0;
    flags |= QSR_CPU_FLAG_AVX2;

    unsigned a1 = 0, b1, c1, d1;
    if (a >= 1)
        __get_cpuid_count(7, 1, &a1, &b1, &c1, &d1);
    if (a1 & 1u << 4)
        flags |= QSR_CPU_FLAG_AVXVNNI;

    const unsigned avx512_f_dq_cd_bw_vl = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
    if (!BITS(xcr0, 0xe6) || !BITS(b, avx512_f_dq_cd_bw_vl)) // opmask, ZMM
        return flags;
    flags |= QSR_CPU_FLAG_AVX512;
    const unsigned vbmi_vnni = 1u << 1 | 1u << 11;
    if (!BITS(c, vbmi_vnni))
        return flags;
    flags |= QSR_CPU_FLAG_AVX512VNNI;
    const unsigned amx_tile_int8 = 1u << 24 | 1u << 25;
    if (BITS(xcr0, 3u << 17) && BITS(d, amx_tile_int8)) // tile configuration and data
        flags |= QSR_CPU_FLAG_AMX;
    return flags;
}

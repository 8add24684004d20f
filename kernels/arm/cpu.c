// SPDX-License-Identifier: BSD-2-Clause
//
// Linux hwcaps (Documentation/arch/arm64/elf_hwcaps.rst). Elsewhere only what
// the compiler was told is known to be there.
#include "kernels/cpu.h"
#include "kernels/cpu_arch.h"

#if defined(__linux__)
#include <sys/auxv.h>
#endif

unsigned qsr_cpu_detect_arch(void)
{
    unsigned flags = 0;
#if defined(__linux__) && defined(__aarch64__)
    const unsigned long asimd = 1ul << 1, asimddp = 1ul << 20; // AT_HWCAP
    const unsigned long i8mm = 1ul << 13;                      // AT_HWCAP2
    const unsigned long caps = getauxval(AT_HWCAP);
    if (!(caps & asimd))
        return 0;
    flags |= QSR_CPU_FLAG_NEON;
    if (caps & asimddp) {
        flags |= QSR_CPU_FLAG_DOTPROD;
        if (getauxval(AT_HWCAP2) & i8mm)
            flags |= QSR_CPU_FLAG_I8MM;
    }
#elif defined(__linux__) && defined(__arm__)
    if (getauxval(AT_HWCAP) & 1ul << 12)
        flags |= QSR_CPU_FLAG_NEON;
#else
#if defined(__ARM_NEON)
    flags |= QSR_CPU_FLAG_NEON;
#endif
#if defined(__ARM_FEATURE_DOTPROD)
    flags |= QSR_CPU_FLAG_DOTPROD;
#endif
#if defined(__ARM_FEATURE_MATMUL_INT8)
    flags |= QSR_CPU_FLAG_I8MM;
#endif
#endif
    return flags;
}

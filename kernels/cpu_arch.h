// SPDX-License-Identifier: BSD-2-Clause
//
// Detection per processor family; one of x86/cpu.c, arm/cpu.c, or neither.

#ifndef QSR_KERNELS_CPU_ARCH_H
#define QSR_KERNELS_CPU_ARCH_H

#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__arm__)
unsigned qsr_cpu_detect_arch(void);
#else
static inline unsigned qsr_cpu_detect_arch(void)
{
    return 0;
}
#endif

#endif

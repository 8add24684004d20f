// SPDX-License-Identifier: BSD-2-Clause
#include "kernels/dsp.h"

#include "kernels/cpu.h"

void qsr_conv_dsp_init(QsrConvDSP *dsp, unsigned cpu_flags)
{
    qsr_conv_dsp_init_c(dsp);
#if HAVE_ORC
    // Not below a set written by hand, which starts from plain C's layout.
    const unsigned by_hand = QSR_CPU_FLAG_AVX2 | QSR_CPU_FLAG_AVX512VNNI | QSR_CPU_FLAG_NEON;
    if ((cpu_flags & QSR_CPU_FLAG_ORC) && !(cpu_flags & qsr_cpu_flags_built() & by_hand))
        qsr_conv_dsp_init_orc(dsp);
#endif
#if HAVE_AVX2
    if (cpu_flags & QSR_CPU_FLAG_AVX2)
        qsr_conv_dsp_init_avx2(dsp);
#endif
#if HAVE_AVX512VNNI
    if (cpu_flags & QSR_CPU_FLAG_AVX512VNNI)
        qsr_conv_dsp_init_avx512vnni(dsp);
#endif
#if HAVE_NEON
    if (cpu_flags & QSR_CPU_FLAG_NEON)
        qsr_conv_dsp_init_neon(dsp);
#endif
#if HAVE_DOTPROD
    if (cpu_flags & QSR_CPU_FLAG_DOTPROD)
        qsr_conv_dsp_init_dotprod(dsp);
#endif
#if HAVE_I8MM
    if (cpu_flags & QSR_CPU_FLAG_I8MM)
        qsr_conv_dsp_init_i8mm(dsp);
#endif
    (void)cpu_flags;
}

void qsr_pixel_dsp_init(QsrPixelDSP *dsp, unsigned cpu_flags)
{
    qsr_pixel_dsp_init_c(dsp);
#if HAVE_ORC
    if (cpu_flags & QSR_CPU_FLAG_ORC)
        qsr_pixel_dsp_init_orc(dsp);
#endif
#if HAVE_AVX2
    if (cpu_flags & QSR_CPU_FLAG_AVX2)
        qsr_pixel_dsp_init_avx2(dsp);
#endif
#if HAVE_NEON
    if (cpu_flags & QSR_CPU_FLAG_NEON)
        qsr_pixel_dsp_init_neon(dsp);
#endif
    (void)cpu_flags;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// What the processor can do, found once at run time, and one global mask that
// makes every path reachable on one machine.

#ifndef QSR_KERNELS_CPU_H
#define QSR_KERNELS_CPU_H

#include <stdbool.h>

// A flag is a level, not a CPUID bit: it stands for everything that the kernels
// of that name use.
enum QsrCpuFlag {
    QSR_CPU_FLAG_ORC = 1 << 0,        // ORC's run-time compiler has a target here
    QSR_CPU_FLAG_AVX2 = 1 << 1,       // AVX2, FMA and BMI2, enabled by the system
    QSR_CPU_FLAG_AVXVNNI = 1 << 2,    // AVX2 + AVX-VNNI
    QSR_CPU_FLAG_AVX512 = 1 << 3,     // F, CD, BW, DQ, VL
    QSR_CPU_FLAG_AVX512VNNI = 1 << 4, // AVX512 + VNNI, VBMI
    QSR_CPU_FLAG_AMX = 1 << 5,        // AVX512VNNI + AMX-TILE, AMX-INT8
    QSR_CPU_FLAG_NEON = 1 << 6,       // every AArch64 processor, most 32-bit ones
    QSR_CPU_FLAG_DOTPROD = 1 << 7,    // NEON + UDOT, SDOT
    QSR_CPU_FLAG_I8MM = 1 << 8,       // DOTPROD + USMMLA
};
#define QSR_N_CPU_FLAGS 9

// Names by bit number, lower case: "orc", "avx2", ...
extern const char *const qsr_cpu_flag_names[QSR_N_CPU_FLAGS];

// Flags for which this build contains kernels.
unsigned qsr_cpu_flags_built(void);

// Flags found on this machine and allowed by the mask. Thread-safety: safe.
unsigned qsr_cpu_get_flags(void);

// Thread-safety: safe; tables already initialised keep what they have.
void qsr_cpu_set_mask(unsigned mask);

// Whether floating point here rounds every operation to its type, as the classical
// scalers need it (kernels/resample.h). 32-bit x86 does only since it has SSE2.
bool qsr_cpu_has_exact_floats(void);

// Parses "all", "c", a number, or a comma-separated list of names. False, and
// *mask untouched, if `text` is none of these.
bool qsr_cpu_parse_mask(const char *text, unsigned *mask);

#endif

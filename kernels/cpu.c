// SPDX-License-Identifier: BSD-2-Clause
#include "kernels/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu_arch.h"

const char *const qsr_cpu_flag_names[QSR_N_CPU_FLAGS] = {
    "orc", "avx2", "avxvnni", "avx512", "avx512vnni", "amx", "neon", "dotprod", "i8mm",
};

// The mask, and whether it has been set (by a call or from the environment).
// Bit 31 is no flag, so "unset" has a value of its own.
#define MASK_UNSET 0x80000000u
static atomic_uint cpu_mask = MASK_UNSET;

unsigned qsr_cpu_flags_built(void)
{
    unsigned flags = 0;
#if HAVE_ORC
    flags |= QSR_CPU_FLAG_ORC;
#endif
#if HAVE_AVX2
    flags |= QSR_CPU_FLAG_AVX2;
#endif
#if HAVE_AVX512VNNI
    flags |= QSR_CPU_FLAG_AVX512VNNI;
#endif
#if HAVE_NEON
    flags |= QSR_CPU_FLAG_NEON;
#endif
#if HAVE_DOTPROD
    flags |= QSR_CPU_FLAG_DOTPROD;
#endif
#if HAVE_I8MM
    flags |= QSR_CPU_FLAG_I8MM;
#endif
    return flags;
}

static unsigned detect(void)
{
    // Detection is a handful of instructions; caching it would only add state.
    return qsr_cpu_detect_arch() | (qsr_cpu_flags_built() & QSR_CPU_FLAG_ORC);
}

unsigned qsr_cpu_get_flags(void)
{
    unsigned mask = atomic_load(&cpu_mask);
    if (mask == MASK_UNSET) {
        const char *env = getenv("QSR_CPU_MASK");
        mask = ~MASK_UNSET;
        if (env && *env)
            qsr_cpu_parse_mask(env, &mask);
        unsigned expected = MASK_UNSET;
        if (!atomic_compare_exchange_strong(&cpu_mask, &expected, mask))
            mask = expected;
    }
    return detect() & mask;
}

void qsr_cpu_set_mask(unsigned mask)
{
    atomic_store(&cpu_mask, mask & ~MASK_UNSET);
}

bool qsr_cpu_has_exact_floats(void)
{
#if defined(__i386__)
    return __builtin_cpu_supports("sse2");
#else
    return true;
#endif
}

static bool parse_name(const char *name, size_t len, unsigned *mask)
{
    if (len == 1 && name[0] == 'c')
        return true;
    if (len == 3 && !memcmp(name, "all", 3)) {
        *mask = ~MASK_UNSET;
        return true;
    }
    for (int i = 0; i < QSR_N_CPU_FLAGS; i++) {
        if (strlen(qsr_cpu_flag_names[i]) == len && !memcmp(qsr_cpu_flag_names[i], name, len)) {
            *mask |= 1u << i;
            return true;
        }
    }
    return false;
}

bool qsr_cpu_parse_mask(const char *text, unsigned *mask)
{
    if (*text >= '0' && *text <= '9') {
        char *end;
        unsigned long value = strtoul(text, &end, 0);
        if (*end || value > ~MASK_UNSET)
            return false;
        *mask = (unsigned)value;
        return true;
    }
    unsigned sum = 0;
    for (const char *p = text;;) {
        size_t len = strcspn(p, ",");
        if (!parse_name(p, len, &sum))
            return false;
        if (!p[len])
            break;
        p += len + 1;
    }
    *mask = sum;
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// dspcheck: the HVX kernels against plain C, on Hexagon. A freestanding program
// for qemu-hexagon (user mode), in the manner of checkasm, whose tests of pixel
// rows it shares: runtime.c has what tests/checkasm/checkasm.h declares.
//
//     dspcheck [--seed=N] [division | conv | pixel | packets]...

#ifndef QSR_DSPCHECK_H
#define QSR_DSPCHECK_H

#include <stdint.h>

// To standard output; knows %d, %u, %s and %%, without widths.
void dsp_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Packets and instructions that this program has executed, from qemu's own control
// registers. They wrap around.
typedef struct DspCount {
    uint32_t packets, insns;
} DspCount;
DspCount dsp_count(void);

void dsp_check_conv(void);    // every function of the HVX set
void dsp_print_packets(void); // packets of each kernel, one line each

#endif

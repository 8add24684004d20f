// SPDX-License-Identifier: BSD-2-Clause
//
// The convolutions in ORC: how maps lie in memory, and what the packer (conv_orc_pack.c)
// tells the rows (conv_orc.c) to do.
//
// Feature maps: 16 bits per activation. A row has a plane for each pair of channels
// (2p, 2p+1), 4 bytes per pixel; the planes are an odd number of cache lines apart.
//
// ORC has no dot product, so a convolution is a sum of whole rows: for two outputs at
// a time, every input (a plane at one tap) times its weights. ORC multiplies 16 bits by
// 16 with no widening at full speed, and 255 * 128 fits; what would cost more than the
// products is to widen them. So they are added in 16 bits for as long as the weights at
// hand allow: the packer forms chains of inputs of which, for each output and channel
// of the pair, the positive weights sum to at most 128 and the negative ones, too. In
// any order of steps the exact sum is the same. A chain is cut in calls of a few inputs.

#ifndef QSR_KERNELS_ORC_CONV_ORC_H
#define QSR_KERNELS_ORC_CONV_ORC_H

#include "kernels/dsp.h"

// Inputs of one output: pairs of channels at every tap, and of a branch.
#define ORC_MAX_INPUTS (9 * QSR_MAX_CHANNELS / 2 + 9 * 2)

// The programs of conv.orc. ORC_LAST and those after it widen.
enum OrcStep { ORC_FIRST, ORC_NEXT, ORC_LAST, ORC_ALONE, ORC_APART, ORC_N_STEPS };

#define ORC_CALL_INPUTS 4
#define ORC_APART_INPUTS 2

typedef struct OrcCall {
    int16_t w[2][ORC_CALL_INPUTS][2]; // [output][input][channel]: w1 to w8 of the program
    uint16_t input[ORC_CALL_INPUTS];  // (ky * ksize + kx) * pairs + pair; the branch's follow
    uint16_t step;
    uint16_t pad[3];
} OrcCall;

// Two outputs. Its calls follow, then the next two.
typedef struct OrcOutputs {
    int32_t store[6]; // bias, shift, mult of either: the parameters of the store
    int32_t calls;
    int32_t pad;
} OrcOutputs;

typedef struct OrcWeights {
    int32_t n_outputs; // pairs of them
    int32_t frac, branch;
    int32_t pad;
} OrcWeights;

size_t qsr_orc_pack_map(void *dst, const QsrConvParams *p);
size_t qsr_orc_pack_head(void *dst, const QsrConvParams *p);

// Whether the set `orc` gives what plain C does.
int qsr_orc_conv_agrees(const QsrConvDSP *plain, const QsrConvDSP *orc);

#endif

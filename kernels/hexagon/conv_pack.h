// SPDX-License-Identifier: BSD-2-Clause
//
// Packed weights of the HVX convolutions: a HvxLayer, then for each block of
// outputs a HvxOutputs and the weights in the order in which they are read.

#ifndef QSR_KERNELS_HEXAGON_CONV_PACK_H
#define QSR_KERNELS_HEXAGON_CONV_PACK_H

#include "kernels/dsp.h"

typedef struct HvxLayer {
    int32_t frac;
    int32_t wide;        // some shift exceeds 15
    int32_t branch;      // there is an input branch
    int32_t groups;      // of four input channels
    int32_t blocks;      // of outputs
    int32_t block_bytes; // of one block
    int32_t pad[26];
} HvxLayer;

// Scalar registers' worth: a shift is pre_shift + shift, of which the second is
// at most 15, and a multiplier is there twice, for both halves of a register.
typedef struct HvxOutputs {
    int32_t bias[12], shift[12], mult[12], pre_shift[12];
} HvxOutputs;

size_t qsr_hvx_pack_in(void *dst, const QsrConvParams *p);
size_t qsr_hvx_pack_body(void *dst, const QsrConvParams *p);
size_t qsr_hvx_pack_out(void *dst, const QsrConvParams *p);

#endif

// SPDX-License-Identifier: BSD-2-Clause
#define ISA avx2
#define LANES 8
#include "kernels/resample_vec.h"

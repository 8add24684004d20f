// SPDX-License-Identifier: BSD-2-Clause
#define ISA avx512vnni
#define LANES 16
#include "kernels/resample_vec.h"

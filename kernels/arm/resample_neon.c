// SPDX-License-Identifier: BSD-2-Clause
#define ISA neon
#define LANES 4
#include "kernels/resample_vec.h"

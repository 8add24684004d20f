// SPDX-License-Identifier: BSD-2-Clause
#include "qsr.h"

int qsr_scale_size(QsrScale scale, int size)
{
    return (int)(((int64_t)size * scale.num + scale.den - 1) / scale.den);
}

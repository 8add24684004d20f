// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_MEM_H
#define QSR_MEM_H

#include <stddef.h>

#define QSR_ALIGN 128
#define QSR_ROUND_UP(n, to) (((n) + (to) - 1) / (to) * (to))

// Zeroed memory, aligned to QSR_ALIGN bytes; NULL when there is none. Free with
// qsr_free, which takes NULL.
void *qsr_alloc(size_t size);
void qsr_free(void *p);

#endif

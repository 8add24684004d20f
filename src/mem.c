// SPDX-License-Identifier: BSD-2-Clause
#include "src/mem.h"

#include <stdlib.h>
#include <string.h>

void *qsr_alloc(size_t size)
{
    if (size > (size_t)-1 - QSR_ALIGN)
        return NULL;
    size = QSR_ROUND_UP(size ? size : 1, QSR_ALIGN);
    void *p = aligned_alloc(QSR_ALIGN, size);
    if (p)
        memset(p, 0, size);
    return p;
}

void qsr_free(void *p)
{
    free(p);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "src/backend.h"

#include "src/error.h"

static const QsrBackend *const backends[] = {&qsr_backend_cpu};

const QsrBackend *qsr_backend_find(QsrBackendId id, QsrError *err)
{
    if (id == QSR_BACKEND_AUTO)
        return backends[0];
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
        if (backends[i]->id == id)
            return backends[i];
    if (id == QSR_BACKEND_HEXAGON)
        qsr_fail(err, QSR_ERR_UNSUPPORTED,
                 "this build of libqsr has no Hexagon backend; use backend auto or cpu");
    else
        qsr_fail(err, QSR_ERR_INVALID, "%d is not a backend", (int)id);
    return NULL;
}

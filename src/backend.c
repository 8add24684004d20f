// SPDX-License-Identifier: BSD-2-Clause
#include "src/backend.h"

#include "src/error.h"

const QsrBackend *qsr_backend_find(QsrBackendId id, QsrError *err)
{
    switch (id) {
    case QSR_BACKEND_CPU:
        return &qsr_backend_cpu;
    case QSR_BACKEND_AUTO:
    case QSR_BACKEND_HEXAGON:
        return &qsr_backend_hexagon;
    }
    qsr_fail(err, QSR_ERR_INVALID, "%d is not a backend", (int)id);
    return NULL;
}

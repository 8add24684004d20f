// SPDX-License-Identifier: BSD-2-Clause
//
// Where a network runs. A backend has one row in the table of backend.c; every
// backend gives the same bytes.

#ifndef QSR_BACKEND_H
#define QSR_BACKEND_H

#include "src/log.h"
#include "src/model.h"

typedef struct QsrBackend {
    const char *name;
    QsrBackendId id;
    // Makes the backend's own state. `settings` has been checked.
    int (*open)(void **state, QsrModel *model, const QsrSettings *settings,
                const QsrLogger *logger, QsrError *err);
    // Pictures have been checked and fit each other.
    int (*prepare)(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err);
    int (*process)(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err);
    int (*thread_count)(const void *state);
    void (*close)(void *state);
} QsrBackend;

extern const QsrBackend qsr_backend_cpu;

// The backend for an id (for AUTO the best that this build has).
const QsrBackend *qsr_backend_find(QsrBackendId id, QsrError *err);

// Opens the CPU backend with chosen CPU flags; qsr_backend_cpu.open takes those
// of the machine.
int qsr_cpu_open(void **state, QsrModel *model, const QsrSettings *settings,
                 const QsrLogger *logger, unsigned cpu_flags, QsrError *err);

#endif

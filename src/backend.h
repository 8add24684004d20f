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
    // From any thread, also during process.
    void (*get_stats)(const void *state, QsrBackendStats *stats);
    // See qsr_share_memory; NULL: of no use.
    int (*share)(void *state, void *data, size_t size, int fd);
    void (*forget)(void *state, void *data);
    // From any thread; NULL: there is nothing to wait for.
    void (*stop_waiting)(void *state);
    void (*close)(void *state);
} QsrBackend;

extern const QsrBackend qsr_backend_cpu;
// The DSP where it is there and, with AUTO, faster; the CPU else.
extern const QsrBackend qsr_backend_hexagon;

const QsrBackend *qsr_backend_find(QsrBackendId id, QsrError *err);

// Opens the CPU backend with chosen CPU flags; qsr_backend_cpu.open takes those
// of the machine.
int qsr_cpu_open(void **state, QsrModel *model, const QsrSettings *settings,
                 const QsrLogger *logger, unsigned cpu_flags, QsrError *err);

#endif

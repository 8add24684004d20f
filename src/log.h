// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_LOG_H
#define QSR_LOG_H

#include "qsr.h"

typedef struct QsrLogger {
    QsrLogFunc func;
    void *opaque;
} QsrLogger;

// One line; does nothing without a function.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void qsr_log(const QsrLogger *logger, QsrLogLevel level, const char *format, ...);

#endif

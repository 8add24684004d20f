// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_ERROR_H
#define QSR_ERROR_H

#include "qsr.h"

// Writes a sentence to err->message (if err is not NULL) and returns code.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int qsr_fail(QsrError *err, int code, const char *format, ...);

#endif

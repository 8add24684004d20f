// SPDX-License-Identifier: BSD-2-Clause
#include "src/log.h"

#include <stdarg.h>
#include <stdio.h>

void qsr_log(const QsrLogger *logger, QsrLogLevel level, const char *format, ...)
{
    char line[512];
    va_list args;
    if (!logger->func)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    logger->func(logger->opaque, level, line);
}

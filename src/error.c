// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>

#include "src/error.h"
#include "src/utf8.h"

// A message may quote a path, a model card or strerror(): any bytes at all. What
// leaves here is one line of valid UTF-8, also where it had to be cut short.
static void make_presentable(char *message)
{
    uint8_t *p = (uint8_t *)message, *end = p;

    while (*end)
        end++;
    while (p < end) {
        size_t n = qsr_utf8_length(p, (size_t)(end - p));
        int control = n == 1 && (*p < 0x20 || *p == 0x7f);
        int c1_control = n == 2 && p[0] == 0xc2 && p[1] < 0xa0;

        if (n == 0 || control)
            *p = '?';
        else if (c1_control)
            p[0] = p[1] = '?';
        p += n ? n : 1;
    }
}

int qsr_fail(QsrError *err, int code, const char *format, ...)
{
    va_list args;
    int n;

    if (!err)
        return code;
    err->code = code;
    va_start(args, format);
    n = vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    if (n < 0)
        err->message[0] = '\0';
    if (n >= (int)sizeof(err->message)) {
        // Cut in front of a character, not within one.
        size_t end = sizeof(err->message) - 4;
        while (end > 0 && ((uint8_t)err->message[end] & 0xc0) == 0x80)
            end--;
        snprintf(err->message + end, sizeof(err->message) - end, "...");
    }
    make_presentable(err->message);
    return code;
}

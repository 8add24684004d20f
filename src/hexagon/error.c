// SPDX-License-Identifier: BSD-2-Clause
//
// On the DSP a failure is its code; the host writes the sentences.

#include "src/error.h"

int qsr_fail(QsrError *err, int code, const char *format, ...)
{
    (void)format;
    if (err) {
        err->code = code;
        err->message[0] = '\0';
    }
    return code;
}

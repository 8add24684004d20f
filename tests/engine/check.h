// SPDX-License-Identifier: BSD-2-Clause
//
// Failures are printed and counted; a test returns check_result().

#ifndef QSR_TESTS_CHECK_H
#define QSR_TESTS_CHECK_H

#include <stdio.h>

static int check_failures;

#define CHECK(cond, ...)                                             \
    do {                                                             \
        if (!(cond)) {                                               \
            check_failures++;                                        \
            printf("%s:%d: %s: ", __FILE__, __LINE__, #cond);        \
            printf(__VA_ARGS__);                                     \
            printf("\n");                                            \
        }                                                            \
    } while (0)

static inline int check_result(void)
{
    if (check_failures)
        printf("%d failures\n", check_failures);
    return check_failures != 0;
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// What the two halves of `qsr bench` share.

#ifndef QSR_CLI_BENCH_H
#define QSR_CLI_BENCH_H

#include "src/cli/cli.h"
#include "src/cli/frame.h"

typedef struct BenchOptions {
    QsrOptions common;
    int width, height;
    bool reuse;       // measures what reuse saves
    const char *clip; // y4m: on its pictures; NULL: on generated ones
} BenchOptions;

// Measures and prints.
int qsr_bench_reuse(const BenchOptions *b, QsrError *err);

// Rising.
void qsr_sort_times(double *times, int n);

#endif

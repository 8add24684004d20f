// SPDX-License-Identifier: BSD-2-Clause
//
// The progress line on standard error.

#ifndef QSR_CLI_PROGRESS_H
#define QSR_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/cli/cli.h"

typedef struct QsrProgress {
    bool shown, terminal;
    int width;          // characters of the last line
    double last_tick, last_draw;
    double work;        // seconds spent working: pauses (a stopped process) left out
    int64_t frames;
} QsrProgress;

void qsr_progress_start(QsrProgress *p, const QsrOptions *o);

// `fraction` of the whole done, or a negative number if not known.
void qsr_progress_tick(QsrProgress *p, int64_t frames, double fraction);

// Removes the line, so that a message can follow.
void qsr_progress_clear(QsrProgress *p);

double qsr_seconds(void); // monotonic

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// Files in and out. An input can be looked into without being consumed, so that
// pipes work; an output appears under its name only when it is complete.

#ifndef QSR_CLI_IO_H
#define QSR_CLI_IO_H

#include <stdbool.h>
#include <stdio.h>

#include "src/qsr.h"

typedef struct QsrInput {
    FILE *file;
    const char *name;   // for messages
    uint8_t head[64];   // the first bytes
    size_t head_size;
    size_t position;    // within head
} QsrInput;

// "-" is standard input.
int qsr_input_open(QsrInput *in, const char *path, QsrError *err);
void qsr_input_close(QsrInput *in);

// Bytes read; fewer than `size` at the end of the file or after an error.
size_t qsr_input_read(QsrInput *in, void *data, size_t size);
int qsr_input_getc(QsrInput *in); // EOF at the end

// How much of it has been read, 0 to 1; negative if that cannot be known.
double qsr_input_fraction(const QsrInput *in);

// Why the last read came short: a sentence's end such as "ends too early".
const char *qsr_input_trouble(const QsrInput *in);

// True if both paths name one existing file.
bool qsr_same_file(const char *a, const char *b);

typedef struct QsrOutput {
    FILE *file;        // NULL after qsr_output_reserve
    const char *name;  // for messages
    char *path;        // the final path, links resolved; NULL: nothing to rename
    char *temp;        // what is written to until then
    bool overwrite;
} QsrOutput;

// Opens an output for writing. A plain file is written under a temporary name
// in the same folder; a device or a pipe is written directly; "-" is standard
// output. An existing file is refused unless `overwrite`.
int qsr_output_open(QsrOutput *out, const char *path, bool overwrite, QsrError *err);

// The same without a FILE, for somebody else to write: to the path returned by
// qsr_output_target().
int qsr_output_reserve(QsrOutput *out, const char *path, bool overwrite, QsrError *err);
const char *qsr_output_target(const QsrOutput *out);

// Completes the file and gives it its name. On failure nothing is left behind.
int qsr_output_commit(QsrOutput *out, QsrError *err);

// Removes what was written; harmless after a commit.
void qsr_output_abort(QsrOutput *out);

// A sentence about a failed write, from errno.
int qsr_output_error(const QsrOutput *out, QsrError *err);

// Interrupts. The handler removes the temporary file and ends the program with
// exit code 130: at once, or, while `graceful` is set, at the second signal;
// the first then only makes qsr_interrupted() true.
void qsr_catch_signals(void);
void qsr_set_graceful(bool graceful);
bool qsr_interrupted(void);

#endif

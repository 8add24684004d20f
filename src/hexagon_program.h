// SPDX-License-Identifier: BSD-2-Clause
//
// A model as it is sent to a DSP, and what its self-test must give there. Immutable
// and counted: a call that hangs may still read it when the engine is long gone.

#ifndef QSR_HEXAGON_PROGRAM_H
#define QSR_HEXAGON_PROGRAM_H

#include <stdatomic.h>

#include "src/hexagon/protocol.h"
#include "src/model.h"

typedef struct QsrHexProgram {
    atomic_int refs;
    QsrDspLoad load;
    uint8_t *blob; // the layers, as protocol.h has it
    size_t blob_size;
    QsrDspSelfTest test;
    uint32_t test_crc; // of what the CPU makes of it
} QsrHexProgram;

// One reference; runs the self-test's picture on the CPU, which takes milliseconds.
int qsr_hex_program_new(QsrHexProgram **program, QsrModel *model, QsrError *err);
QsrHexProgram *qsr_hex_program_ref(QsrHexProgram *program);
void qsr_hex_program_unref(QsrHexProgram *program); // NULL is fine

#endif

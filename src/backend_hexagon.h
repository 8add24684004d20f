// SPDX-License-Identifier: BSD-2-Clause
//
// What a test may turn on the Hexagon backend, besides the settings.

#ifndef QSR_BACKEND_HEXAGON_H
#define QSR_BACKEND_HEXAGON_H

#include "src/fastrpc.h"
#include "src/hexagon_session.h"

typedef struct QsrHexTuning {
    int first_wait_ms; // before a lost DSP is opened again; 0: QSR_HEALTH_FIRST_WAIT_MS
    int open_ms;       // that an opening may take; 0: 5000
    int threads;       // on the DSP; 0: chosen there
    int no_hurry;      // 1: AUTO waits for the opening and for every frame of the DSP
} QsrHexTuning;

// Looked at by qsr_open; not to be changed while another thread is in there.
extern QsrHexTuning qsr_hex_tuning;

// Loads the library and fills in the options that the settings ask for, the
// search path for skels included. Errors as qsr_fastrpc_load.
int qsr_hex_load(QsrFastRpc *rpc, QsrHexOptions *options, const QsrSettings *settings,
                 QsrError *err);

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// One open handle on the DSP: a model, and a geometry that is ready to run. All
// functions return 0 or a QsrDspError; nothing of the host's is trusted.

#ifndef QSR_HEXAGON_STATE_H
#define QSR_HEXAGON_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "src/hexagon/fastrpc.h"
#include "src/hexagon/protocol.h"
#include "src/strip.h"

#define QSR_DSP_MAX_THREADS 6
#define QSR_DSP_MAX_PLANES 4

typedef struct QsrDspWorker {
    struct QsrDspRun *run;
    int index;
    uint32_t packets;
} QsrDspWorker;

// A geometry with all its memory.
typedef struct QsrDspRun {
    QsrStripShared shared; // its model and weights belong to the state
    int threads;           // 0: none yet
    QsrStripScratch scratch[QSR_DSP_MAX_THREADS];
    uint8_t *stacks;       // of all threads but the first
    QsrDspWorker worker[QSR_DSP_MAX_THREADS];
    atomic_int next_task;
    atomic_int failed;     // workers that found no vector unit
} QsrDspRun;

typedef struct QsrDspState {
    QsrModel model;        // n_layers 0: none yet
    QsrConvDSP conv;
    QsrPixelDSP pixel;
    void *weights[QSR_MAX_LAYERS]; // packed for `conv`
    QsrDspRun run;
    QsrDspConfig config;   // of `run`
} QsrDspState;

void qsr_dsp_state_init(QsrDspState *s);
void qsr_dsp_state_clear(QsrDspState *s);

// load.c. What was loaded and configured before is gone, also after a failure.
int qsr_dsp_load(QsrDspState *s, const QsrDspLoad *load, const void *blob, uint32_t size);
void qsr_dsp_unload(QsrDspState *s);

// run.c. Makes pictures out of what the host says, without their data; checks
// formats, sizes and strides.
int qsr_dsp_pictures(const QsrModel *model, const QsrDspConfig *config, QsrPicture *in,
                     QsrPicture *out);
// Plans and allocates; takes fewer threads when there is not the memory for all.
int qsr_dsp_run_init(QsrDspRun *run, const QsrDspState *s, const QsrDspConfig *config,
                     const QsrPicture *in, const QsrPicture *out);
void qsr_dsp_run_clear(QsrDspRun *run);
// One picture. *packets: of all threads, 0 if unknown.
int qsr_dsp_run(QsrDspRun *run, const QsrPicture *in, const QsrPicture *out, uint64_t *packets);
// Threads for 0 in QsrDspConfig, and vector units (0: unknown).
int qsr_dsp_default_threads(void);
int qsr_dsp_vector_units(void);

// frame.c. The buffers of one PROCESS call, in its order.
int qsr_dsp_process(QsrDspState *s, const QsrDspFrame *frame, const QsrRpcArg *in, int n_in,
                    const QsrRpcArg *out, int n_out, QsrDspStatus *status);
int qsr_dsp_self_test(const QsrDspState *s, const QsrDspSelfTest *test, QsrDspStatus *status);

// Asks the second-level cache for the rows that a strip will read next (prefetch.c).
void qsr_dsp_prefetch(const QsrPicture *pic, int x, int n, int y);

#endif

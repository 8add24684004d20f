// SPDX-License-Identifier: BSD-2-Clause
//
// The fused loop: one strip of one band through all layers, top to bottom. Each
// map keeps a ring of a few rows, so feature maps never leave the caches.

#ifndef QSR_STRIP_H
#define QSR_STRIP_H

#include "src/plan.h"

// What all workers of an engine share; constant while a frame is processed.
typedef struct QsrStripShared {
    const QsrModel *model;
    QsrConvDSP conv;
    QsrPixelDSP pixel;
    void *weights[QSR_MAX_LAYERS]; // packed for `conv`
    QsrPlan plan;
    QsrReader reader;
    QsrWriter writer;
    // Called ahead of the reader with columns [x, x+n) of a row y that may lie below
    // the picture, for processors that do not guess; NULL elsewhere.
    void (*prefetch)(const QsrPicture *pic, int x, int n, int y);
} QsrStripShared;

// Memory of one worker.
typedef struct QsrStripScratch {
    void *memory;
    size_t size;
    uint8_t *map[QSR_MAX_MAPS]; // ring buffers
    uint8_t *out;               // ring of finished rows
    uint8_t *deep;              // ring of source rows for the cubic of 10 bits
    void *row_scratch;          // for the reader, the writer and the cubic
} QsrStripScratch;

// Bytes for qsr_strip_layout; it hands out pointers into `memory`, which is
// zeroed and 64-byte aligned.
size_t qsr_strip_scratch_size(const QsrStripShared *shared);
void qsr_strip_layout(const QsrStripShared *shared, QsrStripScratch *scratch);

void qsr_strip_run(const QsrStripShared *shared, QsrStripScratch *scratch, const QsrTask *task);

#endif

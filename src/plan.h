// SPDX-License-Identifier: BSD-2-Clause
//
// Geometry of one frame: how it is cut into strips and bands, how far each
// layer looks beyond its strip, how deep the ring buffers are.
//
// The network is a chain of maps: map 0 is the RGBX input, map k the output of
// convolution k (counted from 1), and the head turns the last map into output
// rows. All maps of a strip cover the same columns; those near an inner edge
// are wrong by then (their neighbours were not computed), but only within the
// halo, which nobody reads.

#ifndef QSR_PLAN_H
#define QSR_PLAN_H

#include <stdbool.h>

#include "src/model.h"
#include "src/rows.h"

// Strips and bands start at multiples of this: chroma pairs and the 2x2 cells
// of the 3/2 head then never straddle two tasks (4 * 3/2 is even).
#define QSR_PLAN_GRID 4

#define QSR_MAX_MAPS (QSR_MAX_LAYERS) // input and all layers but the head

// Rows per layer before the next layer runs: enough that weights and rows of
// one layer stay in L1 for a while, few enough that the rings stay in L2.
#define QSR_CHUNK_ROWS 4

typedef struct QsrPlanRequest {
    const QsrModel *model;
    const QsrFmLayout *fm;
    int width, height;         // of the input picture
    int threads;
    size_t cache_bytes;        // of one thread: its second-level cache
    int strip_width, band_height; // 0 = chosen here
    int writer_halo_left, writer_halo_top; // output pixels
    bool deep;                 // the output has 10 bits
} QsrPlanRequest;

typedef struct QsrPlan {
    int width, height;
    int n_maps;          // of ring buffers: input map, then one per layer but the head
    int channels;
    int s;               // output rows per head step
    int step;            // input rows (and columns) per head step: 1, or 2 at 3/2
    bool stride2;        // the head is the 2x2 stride-2 one
    int halo_left;       // input columns, even
    int halo_right;
    int halo_top;        // input rows above a band that the head computes for the writer
    int strip_width, n_strips;   // input columns; a multiple of 4
    int band_height, n_bands;    // input rows; a multiple of 4
    int cap;             // columns of room in a map row, guards included
    int ring_rows;       // rows of each feature-map ring; a multiple of row_group
    int in_rows;         // rows of the input ring: more where the head reads the input, too
    size_t map_group_bytes;      // of the feature maps
    size_t in_pitch;     // bytes of an RGBX row of the input ring
    size_t out_pitch;    // bytes of a row of the output ring
    int out_rows;        // rows of the output ring
    bool deep;           // the output has 10 bits: its ring is RGBX10, and source rows are kept
    size_t deep_pitch;   // bytes of a kept row; 0 where not deep, and so
    int deep_rows;       // is their number
} QsrPlan;

// Cannot fail: the request was checked before.
void qsr_plan_init(QsrPlan *plan, const QsrPlanRequest *request);

static inline int qsr_plan_tasks(const QsrPlan *plan)
{
    return plan->n_strips * plan->n_bands;
}

// The columns and rows of one task (0 .. qsr_plan_tasks - 1), in input pixels.
typedef struct QsrTask {
    int x0, x1, y0, y1; // what it outputs
    int buf_x, cols;    // columns that its maps cover: [buf_x, buf_x + cols)
    int head_y;         // first row that the head computes, <= y0
} QsrTask;

void qsr_plan_task(const QsrPlan *plan, int index, QsrTask *task);

// A task of other columns and rows, which begin on the grid and end on it or with the
// picture; at most strip_width columns.
void qsr_plan_part(const QsrPlan *plan, int x0, int x1, int y0, int y1, QsrTask *task);

#endif

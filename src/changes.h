// SPDX-License-Identifier: BSD-2-Clause
//
// From rows of the input that changed to the work that is left: pure geometry, which
// knows no picture and no thread.
//
// A picture is cut into the strips of its plan. For each strip and row it is known
// between which columns something changed. What depends on that is computed again,
// rounded outwards to the grid that tasks begin on; the rest is copied.

#ifndef QSR_CHANGES_H
#define QSR_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

// Tasks begin at multiples of this, in columns and in rows.
#define QSR_CHANGE_GRID 4

// Columns [lo, hi) of a row; none where lo >= hi. They may lie a little outside the
// strip and the picture.
typedef struct QsrHull {
    int16_t lo, hi;
} QsrHull;

#define QSR_NO_HULL ((QsrHull){INT16_MAX, INT16_MIN})

typedef struct QsrChangeGrid {
    int width, height;         // of the input, in pixels
    int strip_width, n_strips; // input columns, a multiple of the grid
    int rows;                  // that tasks count in: the input's, or the output's (scalers)
    bool whole_strips;         // a task takes all columns of its strip
    int reach;                 // input pixels in each direction that an output pixel depends on
    int tail;                  // and that many more to the left of it and above it
    int warm_rows;             // rows that a task computes besides its own, the layers' average
    int extra_columns;         // columns likewise
    int column_align;          // kernels compute multiples of this
    int threads;
} QsrChangeGrid;

// Rows [y0, y1) of a strip. Columns [x0, x1) of them are computed, none if x0 = x1,
// the others are copied. Columns in input pixels, rows in those of the grid.
typedef struct QsrRegion {
    int strip;
    int x0, x1, y0, y1;
} QsrRegion;

typedef struct QsrChanges {
    QsrChangeGrid grid;
    QsrHull *luma;      // [strip][row of the input]: what changed
    QsrHull *chroma;    // the same for rows of half the height
    QsrHull *groups;    // [strip][QSR_CHANGE_GRID rows of the grid]: what to compute
    QsrRegion *regions; // n_regions of them, which cover all strips; those with work come first
    int n_regions;
    void *memory;       // of all these arrays
} QsrChanges;

// 0 without memory. Free what was made before first.
int qsr_changes_init(QsrChanges *c, const QsrChangeGrid *grid);
void qsr_changes_free(QsrChanges *c);

// Makes `regions` of `luma` and `chroma`, or, with `all`, of a picture that is all
// new. Returns the share of the picture that is only copied, in 1/1000.
int qsr_changes_plan(QsrChanges *c, bool all);

#endif

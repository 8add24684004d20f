// SPDX-License-Identifier: BSD-2-Clause
//
// What did not change since the last picture is copied, not computed again. A context
// keeps the last input and the last output; the caller's pictures stay the caller's.
//
// Per picture: the input is compared with the kept one, in parallel; what depends on
// changes (changes.h) is computed into the kept output; all of the kept output is
// copied to the caller's. Where that does not pay nothing is kept for a while.

#ifndef QSR_REUSE_H
#define QSR_REUSE_H

#include <stdatomic.h>

#include "qsr.h"
#include "src/changes.h"
#include "src/pool.h"

// ------------------------------------------------------------------ policy ---

// When to try: counts pictures, knows no clock. Every picture that is compared adds the
// share that it saves and takes off what comparing and copying cost. With nothing left
// over it rests: 1 picture, then 2, 4 ... 64, until it has paid again.
typedef struct QsrReusePolicy {
    enum { QSR_REUSE_REST, QSR_REUSE_WATCH, QSR_REUSE_ACTIVE } mode;
    int cost;   // of a picture, in 1/1000 of computing it
    int credit; // 1/1000 of a picture
    int rest;   // pictures left to rest
    int pause;  // length of the next rest
} QsrReusePolicy;

// Watching keeps only inputs; outputs are kept, and reused, when active.
void qsr_reuse_policy_init(QsrReusePolicy *p, int cost);
// True if the next picture is to be compared.
bool qsr_reuse_policy_compares(QsrReusePolicy *p);
// A picture of which `share`/1000 did not change; the mode is then that for this picture.
void qsr_reuse_policy_saw(QsrReusePolicy *p, int share);

// ---------------------------------------------------------------- pictures ---

// What a backend lends for a picture.
typedef struct QsrReuseWork {
    QsrPool *pool; // NULL: the calling thread alone
    // Before any compute of a picture: where the output goes.
    void (*set_output)(void *arg, const QsrPicture *out);
    // Computes the columns and rows of a region. NULL: only whole pictures are
    // reused, see qsr_reuse_keep.
    void (*compute)(void *arg, int worker, const QsrRegion *region);
    QsrPoolHook start, stop;
    void *arg;
} QsrReuseWork;

typedef struct QsrReuse {
    bool on;
    bool ready;                 // there is memory for the pictures of `in` and `out`
    QsrReusePolicy policy;
    QsrPicture in, out;         // kept; what they are of, if `ready`
    bool have_in, have_out;
    void *memory;               // of the kept pictures
    QsrScale scale;             // output columns and rows of one of a region's
    int compare_rows, compare_bands; // of a task that compares; input rows
    QsrChanges changes;

    const QsrPicture *from, *to;  // of the current picture
    const QsrReuseWork *work;

    atomic_ullong pixels, pixels_reused;
    atomic_int recent;          // sum of the shares of the last 64 pictures
    int shares[64];             // each in 1/1000
    unsigned n_pictures;
} QsrReuse;

// `cost`: see QsrReusePolicy.
void qsr_reuse_init(QsrReuse *r, bool on, int cost);
void qsr_reuse_close(QsrReuse *r);

// Whether pictures like these are what memory was made for. What is kept is
// forgotten where only colour differs.
bool qsr_reuse_fits(QsrReuse *r, const QsrPicture *in, const QsrPicture *out);

// Makes memory for them. `scale` as above. 0 without memory; then nothing is reused
// any more.
int qsr_reuse_prepare(QsrReuse *r, const QsrPicture *in, const QsrPicture *out,
                      const QsrChangeGrid *grid, QsrScale scale);

// Makes `out`, by copying and computing, and returns true; or false: it is left to the
// backend.
bool qsr_reuse_process(QsrReuse *r, const QsrPicture *in, const QsrPicture *out,
                       const QsrReuseWork *work);

// Without `compute`: after a picture that was left to the backend.
void qsr_reuse_keep(QsrReuse *r, const QsrPicture *out);

// Of all pictures so far and of the last 64; from any thread.
void qsr_reuse_stats(const QsrReuse *r, double *reused, double *recent);

#endif

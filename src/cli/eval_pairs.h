// SPDX-License-Identifier: BSD-2-Clause
//
// Pairs of pictures to judge by: a large one, and the small one made of it.

#ifndef QSR_CLI_EVAL_PAIRS_H
#define QSR_CLI_EVAL_PAIRS_H

#include "src/cli/frame.h"

typedef struct QsrPair {
    char *name;        // of the small picture's file; all three are owned by the list
    char *low, *high;  // paths
} QsrPair;

typedef struct QsrPairs {
    QsrPair *pair;
    int n, capacity;
} QsrPairs;

// Every PNG of the folder `low`, by name, and its partner in `high`: a file of the same
// name, or of that name without the factor at its end, as DIV2K has it (0801x2.png and
// 0801.png). A small picture without a large one is an error; other files are left alone.
// After an error the list is empty.
int qsr_pairs_of_folders(QsrPairs *pairs, const char *high, const char *low, QsrScale scale,
                         QsrError *err);

// The same of a set's folder: SET/HR and SET/x2/LR, or SET/x2, for the factor 2.
int qsr_pairs_of_set(QsrPairs *pairs, const char *set, QsrScale scale, QsrError *err);
void qsr_pairs_free(QsrPairs *pairs);

// A PNG as RGB: grey is repeated, alpha is left out. `scale` is what is to be done with it,
// for the limit of its size.
int qsr_read_rgb(QsrFrame *rgb, const char *path, QsrScale scale, QsrError *err);

#endif

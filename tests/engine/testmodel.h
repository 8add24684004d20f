// SPDX-License-Identifier: BSD-2-Clause
//
// Models and a network for tests: random but valid .qsr files for any
// parameters of the format, and a straight, slow network that computes whole
// pictures layer by layer. Neither shares code with the engine, except
// kernels/requant.h and the structures.

#ifndef QSR_TESTS_TESTMODEL_H
#define QSR_TESTS_TESTMODEL_H

#include "kernels/dsp.h"
#include "src/qsr.h"

typedef struct QsrTestModelSpec {
    const char *name; // of the card; NULL: "test-model"
    const char *card; // the whole card, as it is; NULL: a card is made up
    QsrScale scale;
    int channels;     // 32 or 64
    int blocks;       // 1 to 16
    int branch;       // 1: with an input branch (architecture 2)
    int frac;         // f of every layer, 1 to 6; 0: random per layer
    int unsafe_pairs; // 1: every layer and the branch break the safe-pair rule at least once;
                      // 2: the branch alone
    int extreme_bias; // 1: every fourth channel has the largest bias allowed, or its opposite
    int test_width;   // of the self-test vector; 0: 8
    int test_height;  // 0: 6
    int wrong_test;   // 1: one byte of the self-test output is off by one
    uint32_t seed;
} QsrTestModelSpec;

// Makes a file; returns its size. *file comes from malloc; free() it. Aborts
// when there is no memory, or on a spec outside the format's limits.
size_t qsr_test_model(uint8_t **file, const QsrTestModelSpec *spec);

// After a change to a file: sets the hash right, and nothing else.
void qsr_test_model_seal(uint8_t *file, size_t size);

// The network as docs/model-format.md and docs/numerics.md define it. `layers`
// and `n_layers` as in QsrModel. src: w x h pixels RGB, rows without gaps; dst
// likewise, qsr_scale_size() of it. At 3/2 a picture of odd width or height
// counts as continued by positions outside the frame (0 in every map), and the
// output is cropped to (3*w+1)/2 x (3*h+1)/2.
void qsr_ref_network(uint8_t *dst, const uint8_t *src, int w, int h, const QsrConvParams *layers,
                     int n_layers, QsrScale scale);

// The same with the last layer stored in 10 bits: y10 of docs/numerics.md.
void qsr_ref_network_deep(uint16_t *dst, const uint8_t *src, int w, int h,
                          const QsrConvParams *layers, int n_layers, QsrScale scale);

// A generator of the same numbers everywhere (xorshift32). seed 0 is taken as 1.
uint32_t qsr_test_random(uint32_t *state);

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// What the tests of the Hexagon backend share: a context and its reference on the
// CPU, pictures for both, and the comparison. Times are milliseconds.

#ifndef QSR_TESTS_HEXBENCH_H
#define QSR_TESTS_HEXBENCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "src/qsr.h"
#include "tests/engine/check.h"
#include "tests/engine/fakedsp.h"

#define HEXBENCH_W 19 // small: sanitizers are slow
#define HEXBENCH_H 6

extern const char *hexbench_library;      // that stands for libcdsprpc.so
extern const char *hexbench_skels;        // folder, or NULL
extern const FakeDspApi *hexbench_fake;   // if it is that one
extern QsrModel *hexbench_model;          // a small one, 2x

// Takes the library's path, makes the model. False after a complaint.
bool hexbench_init(const char *library, const char *skels);
// 1 if something failed in hexbench.c; a test adds its own check_result().
int hexbench_finish(void);

void hexbench_nap(int ms);
double hexbench_now_ms(void);

typedef struct HexBuffer {
    QsrPicture pic; // strides are odd
    uint8_t *memory;
    size_t size;
} HexBuffer;

HexBuffer hexbench_buffer(QsrFormat format, int w, int h);
void hexbench_draw(HexBuffer *b, uint32_t seed);

typedef struct HexLog {
    atomic_int warnings, infos;
    char last[512]; // warning
} HexLog;

// `log` may be NULL.
QsrSettings hexbench_settings(QsrBackendId backend, HexLog *log);

typedef struct HexBench {
    QsrContext *ctx, *cpu;
    HexBuffer in, out, expected;
    uint32_t frame; // of the last frame
} HexBench;

HexBench hexbench_begin(QsrModel *m, const QsrSettings *s, QsrFormat from, QsrFormat to, int w,
                        int h);
HexBench hexbench_begin_usual(const QsrSettings *s);
void hexbench_frame(HexBench *b); // another picture, and the comparison
void hexbench_end(HexBench *b);   // fails if closing takes a second
QsrBackendStats hexbench_stats(const HexBench *b);
bool hexbench_in_state(const HexBench *b, const char *state);

// With the fake library: no call, no memory is left in it.
void hexbench_check_clean(void);

#endif

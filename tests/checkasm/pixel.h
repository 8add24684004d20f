// SPDX-License-Identifier: BSD-2-Clause
//
// What the tests of pixel rows share: the circumstances of a call, and rows in
// memory for them.

#ifndef QSR_CHECKASM_PIXEL_H
#define QSR_CHECKASM_PIXEL_H

#include "kernels/dsp.h"
#include "tests/checkasm/checkasm.h"

// Every width up to beyond the largest vector, some, and one long row for the benchmark.
#define N_WIDTHS 134
#define ROUNDS 4

static inline int case_width(int i)
{
    return i < 130 ? i + 1 : i == 130 ? 200 : i == 131 ? 255 : i == 132 ? 257 : 1920;
}

// Slots: destinations of plain C, of the version under test, and sources.
enum { REF = 0, NEW = 4, SRC = 8 };

// The circumstances of one call.
typedef struct Case {
    int n, misalign;
    enum CheckPlace place;
    char text[64];
} Case;

// Steps through the circumstances; false after the last, which is a long row
// with everything aligned, for the benchmark.
static inline int next_case(Case *c, int *i)
{
    if (*i == N_WIDTHS * ROUNDS)
        return 0;
    c->n = case_width(*i / ROUNDS);
    c->place = *i & 1 ? CHECK_TAIL : CHECK_HEAD;
    c->misalign = *i & 2 ? 0 : check_random_between(0, 127);
    ++*i;
    return 1;
}
#define FOR_EACH_CASE(c) \
    Case c = { 0 };      \
    for (int step_ = 0; next_case(&c, &step_);)

static inline uint8_t *source(int slot, size_t size, const Case *c)
{
    // A misaligned source ends some bytes before the no-access page, or begins
    // some bytes behind one.
    const size_t slack = (size_t)c->misalign;
    uint8_t *p = check_src(SRC + slot, size + slack, c->place);
    if (c->place == CHECK_HEAD)
        p += slack;
    check_fill(p, size);
    return p;
}

static inline uint16_t *source_u16(int slot, size_t n, int max, const Case *c)
{
    uint16_t *p = (uint16_t *)(void *)check_src(SRC + slot, 2 * n, c->place);
    check_fill_u16(p, n, max);
    return p;
}

static inline uint8_t *dest_ref(int slot, size_t size, const Case *c)
{
    return check_dst_at(REF + slot, size, c->misalign);
}

static inline uint8_t *dest_new(int slot, size_t size, const Case *c)
{
    return check_dst_at(NEW + slot, size, c->misalign);
}

static inline uint16_t *dest16_ref(int slot, size_t n, Case *c)
{
    c->misalign &= ~1;
    return (uint16_t *)(void *)dest_ref(slot, 2 * n, c);
}

static inline uint16_t *dest16_new(int slot, size_t n, Case *c)
{
    c->misalign &= ~1;
    return (uint16_t *)(void *)dest_new(slot, 2 * n, c);
}

static inline void same(int slot, const Case *c)
{
    check_same(REF + slot, NEW + slot, "n %d, misaligned by %d", c->n, c->misalign);
}

#define REFERENCE(type, fn, ...)                                            \
    type const new = (fn);                                                  \
    type const ref = (type)check_func((CheckFn)new, __VA_ARGS__);           \
    if (!ref)                                                               \
        return

// The rows of 10 bits; check_pixel() calls it.
void check_pixel10(const QsrPixelDSP *dsp);

#endif

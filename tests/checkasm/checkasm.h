// SPDX-License-Identifier: BSD-2-Clause
//
// checkasm: every version of every kernel against plain C.
//
// The runner calls each test once per level: first with no CPU flags at all
// (plain C against itself, which still proves its reads and writes), then with
// one more flag of this machine each time. A test makes its tables from
// check_cpu_flags() and asks check_func() for the version to compare with:
//
//     typedef void (*Fn)(uint8_t *dst, const uint8_t *src, int n);
//     Fn fn = dsp.foo, ref = (Fn)check_func((CheckFn)fn, "foo");
//     if (!ref)
//         return; // this level brings nothing new
//     uint8_t *a = check_dst(0, n), *b = check_dst(1, n);
//     const uint8_t *src = check_src(2, n, CHECK_TAIL);
//     check_fill(src, n);
//     ref(a, src, n);
//     fn(b, src, n);
//     check_same(0, 1, "n %d", n);
//     CHECK_BENCH(fn(b, src, n));

#ifndef QSR_CHECKASM_H
#define QSR_CHECKASM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CHECK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CHECK_PRINTF(fmt, args)
#endif

typedef void (*CheckFn)(void);

// Flags of the current level, for qsr_*_dsp_init().
unsigned check_cpu_flags(void);

// Registers `fn` under a name (printf style) and makes it the function that
// failures are charged to. Returns the plain C version, or NULL if this very
// function was seen at a lower level.
CheckFn check_func(CheckFn fn, const char *format, ...) CHECK_PRINTF(2, 3);

// Charges a failure to the current function; prints the first few per function.
void check_fail(const char *format, ...) CHECK_PRINTF(1, 2);

// The current version is compared with more than plain C, so that plain C counts
// as a version compared too.
void check_counts(void);

// For properties that hold by themselves, with no function table behind them:
// counts one check, named `name`, that failed if !ok.
void check_property(int ok, const char *name);

// --- memory: numbered slots of CHECK_SLOT_SIZE bytes with no-access pages on
// both sides; touching one is a failure of the current function and ends the test.
#define CHECK_SLOTS 32
#define CHECK_SLOT_SIZE (1u << 20)

enum CheckPlace {
    CHECK_TAIL, // the last byte lies directly before the no-access page
    CHECK_HEAD, // the first byte lies directly behind one
};

// `size` bytes to read from.
uint8_t *check_src(int slot, size_t size, enum CheckPlace place);

// `size` bytes to write to, filled with a pattern, canaries on both sides,
// 64-byte aligned. check_dst_at() adds `misalign` bytes to that.
uint8_t *check_dst(int slot, size_t size);
uint8_t *check_dst_at(int slot, size_t size, int misalign);

// Fails if a canary of either is damaged or the contents differ. The format
// says under which circumstances.
void check_same(int slot_ref, int slot_new, const char *format, ...) CHECK_PRINTF(3, 4);

// --- random numbers; the seed is printed and can be set
uint32_t check_random(void);
int check_random_between(int lo, int hi); // both inclusive
// Bytes, or 16-bit numbers up to max, in one of several moods: uniform, near
// the ends of the range, only the ends, constant.
void check_fill(void *dst, size_t n);
void check_fill_u16(uint16_t *dst, size_t n, int max);

// --- time: repeats the call with --bench, does nothing without
int check_benching(void); // 1 with --bench
int check_max_width(int width); // that, or less with --max-width
int check_bench_next(void);
#define CHECK_BENCH(...)                        \
    while (check_bench_next())                  \
        for (int rep_ = 0; rep_ < 16; rep_++) { \
            __VA_ARGS__;                        \
        }

// --- the tests
void check_conv(void);
void check_pixel(void);
void check_requant(void);
void check_resample(void);

#endif

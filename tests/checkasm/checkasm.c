// SPDX-License-Identifier: BSD-2-Clause

#include "tests/checkasm/checkasm.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "kernels/cpu.h"

static const struct {
    const char *name;
    void (*func)(void);
} tests[] = {
    { "requant", check_requant },
    { "conv", check_conv },
    { "pixel", check_pixel },
    { "resample", check_resample },
};
#define N_TESTS (sizeof(tests) / sizeof(tests[0]))

// ------------------------------------------------------------- functions ---

#define MAX_VERSIONS (QSR_N_CPU_FLAGS + 1)
#define MAX_REPORTS 4

typedef struct Version {
    CheckFn fn;
    int level;
    int failures;
    double ns; // of the last benchmark; 0 if there was none
} Version;

typedef struct Function {
    char name[64];
    int n_versions;
    Version versions[MAX_VERSIONS]; // [0] is plain C
    struct Function *next;
} Function;

static Function *functions, **functions_end = &functions;
static Version *current;
static const Function *current_function;

static const char *level_names[MAX_VERSIONS];
static unsigned level_flags[MAX_VERSIONS];
static int n_levels, level;

static bool bench;
static int max_width; // 0: each test's own
static const char *only_function;
static int n_compared, n_failed;

unsigned check_cpu_flags(void)
{
    return level_flags[level];
}

static Function *find_function(const char *name)
{
    for (Function *f = functions; f; f = f->next)
        if (!strcmp(f->name, name))
            return f;
    Function *f = calloc(1, sizeof(*f));
    if (!f)
        abort();
    snprintf(f->name, sizeof(f->name), "%s", name);
    *functions_end = f;
    functions_end = &f->next;
    return f;
}

CheckFn check_func(CheckFn fn, const char *format, ...)
{
    char name[64];
    va_list ap;

    va_start(ap, format);
    vsnprintf(name, sizeof(name), format, ap);
    va_end(ap);
    if (only_function && strcmp(only_function, name))
        return NULL;
    Function *f = find_function(name);
    for (int i = 0; i < f->n_versions; i++)
        if (f->versions[i].fn == fn)
            return NULL;
    current_function = f;
    current = &f->versions[f->n_versions++];
    current->fn = fn;
    current->level = level;
    if (level > 0)
        n_compared++;
    return f->versions[0].fn;
}

static void report(const char *format, va_list ap)
{
    if (!current) {
        n_failed++;
        fprintf(stderr, "FAILED outside of any function: ");
    } else {
        if (current->failures++ == 0)
            n_failed++;
        if (current->failures > MAX_REPORTS)
            return;
        fprintf(stderr, "FAILED %s (%s): ", current_function->name, level_names[current->level]);
    }
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
}

void check_fail(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    report(format, ap);
    va_end(ap);
}

void check_counts(void)
{
    if (current->level == 0)
        n_compared++;
}

void check_property(int ok, const char *name)
{
    n_compared++;
    if (!ok) {
        n_failed++;
        fprintf(stderr, "FAILED %s\n", name);
    }
}

// ---------------------------------------------------------------- memory ---

#define CANARY_SIZE 256
#define CANARY 0xc5

static struct {
    uint8_t *base; // of CHECK_SLOT_SIZE accessible bytes
    uint8_t *dst;
    size_t size;
} slots[CHECK_SLOTS];

static uint8_t *slot_base(int slot, size_t size)
{
    if (slot < 0 || slot >= CHECK_SLOTS || size > CHECK_SLOT_SIZE)
        abort();
    if (!slots[slot].base) {
        const size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *p = mmap(NULL, CHECK_SLOT_SIZE + 2 * page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED || mprotect(p, page, PROT_NONE) ||
            mprotect(p + page + CHECK_SLOT_SIZE, page, PROT_NONE)) {
            perror("checkasm: mmap");
            exit(2);
        }
        slots[slot].base = p + page;
    }
    return slots[slot].base;
}

uint8_t *check_src(int slot, size_t size, enum CheckPlace place)
{
    uint8_t *base = slot_base(slot, size);
    return place == CHECK_HEAD ? base : base + CHECK_SLOT_SIZE - size;
}

uint8_t *check_dst_at(int slot, size_t size, int misalign)
{
    const size_t before = CANARY_SIZE + (size_t)misalign;
    uint8_t *base = slot_base(slot, before + size + CANARY_SIZE);

    memset(base, CANARY, before + size + CANARY_SIZE);
    memset(base + before, 0x5c, size);
    slots[slot].dst = base + before;
    slots[slot].size = size;
    return slots[slot].dst;
}

uint8_t *check_dst(int slot, size_t size)
{
    return check_dst_at(slot, size, 0);
}

// Offset from dst of the first damaged canary; 0 if none is: dst is inside.
static ptrdiff_t damaged_canary(int slot)
{
    const ptrdiff_t size = (ptrdiff_t)slots[slot].size;

    for (ptrdiff_t i = 1; i <= CANARY_SIZE; i++) {
        if (slots[slot].dst[-i] != CANARY)
            return -i;
        if (slots[slot].dst[size + i - 1] != CANARY)
            return size + i - 1;
    }
    return 0;
}

void check_same(int slot_ref, int slot_new, const char *format, ...)
{
    const size_t size = slots[slot_ref].size;
    char where[160];
    va_list ap;

    va_start(ap, format);
    vsnprintf(where, sizeof(where), format, ap);
    va_end(ap);

    const ptrdiff_t ref_at = damaged_canary(slot_ref), new_at = damaged_canary(slot_new);
    if (ref_at)
        check_fail("plain C writes outside, at byte %td of %zu (%s)", ref_at, size, where);
    if (new_at)
        check_fail("writes outside, at byte %td of %zu (%s)", new_at, size, where);
    for (size_t i = 0; i < size; i++) {
        if (slots[slot_ref].dst[i] != slots[slot_new].dst[i]) {
            check_fail("byte %zu of %zu is %d, not %d (%s)", i, size, slots[slot_new].dst[i],
                       slots[slot_ref].dst[i], where);
            return;
        }
    }
}

// A touched no-access page ends the test that did it, with a name.
static sigjmp_buf crash_return;
static volatile sig_atomic_t in_test;

static void on_crash(int sig)
{
    if (in_test)
        siglongjmp(crash_return, sig);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void run_test(void (*func)(void))
{
    current = NULL;
    const int sig = sigsetjmp(crash_return, 1);
    if (sig == 0) {
        in_test = 1;
        func();
    } else {
        check_fail("signal %d (%s): memory outside the stated range was touched", sig,
                   strsignal(sig));
    }
    in_test = 0;
}

// ---------------------------------------------------------------- random ---

static uint64_t random_state;

uint32_t check_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545f4914f6cdd1du) >> 32);
}

int check_random_between(int lo, int hi)
{
    return lo + (int)(check_random() % ((uint32_t)(hi - lo) + 1));
}

// One number in the chosen mood.
static int moody(int mood, int max, int constant)
{
    const int near = max < 4 ? max : 4;

    switch (mood) {
    case 0: return check_random_between(0, near);
    case 1: return max - check_random_between(0, near);
    case 2: return check_random() & 1 ? max : 0;
    case 3: return constant;
    default: return check_random_between(0, max);
    }
}

void check_fill(void *dst, size_t n)
{
    const int mood = check_random_between(0, 7), constant = check_random_between(0, 255);
    uint8_t *p = dst;

    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)moody(mood, 255, constant);
}

void check_fill_u16(uint16_t *dst, size_t n, int max)
{
    const int mood = check_random_between(0, 7), constant = check_random_between(0, max);

    for (size_t i = 0; i < n; i++)
        dst[i] = (uint16_t)moody(mood, max, constant);
}

// ------------------------------------------------------------- benchmark ---

#define BENCH_ROUNDS 24

int check_benching(void)
{
    return bench;
}

int check_max_width(int width)
{
    return max_width && max_width < width ? max_width : width;
}

int check_bench_next(void)
{
    static struct timespec start;
    static int round = -1; // -1: not running; round 0 warms up and compiles
    struct timespec now;

    if (!bench || !current)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (round >= 1) {
        const double ns = ((double)(now.tv_sec - start.tv_sec) * 1e9 +
                           (double)(now.tv_nsec - start.tv_nsec)) / 16;
        if (current->ns == 0 || ns < current->ns)
            current->ns = ns;
    }
    if (++round > BENCH_ROUNDS) {
        round = -1;
        return 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    return 1;
}

static void print_benchmarks(void)
{
    for (const Function *f = functions; f; f = f->next) {
        if (f->versions[0].ns == 0)
            continue;
        printf("%-28s %-10s %10.1f ns\n", f->name, level_names[0], f->versions[0].ns);
        for (int i = 1; i < f->n_versions; i++)
            printf("%-28s %-10s %10.1f ns  %5.2fx\n", "", level_names[f->versions[i].level],
                   f->versions[i].ns, f->versions[0].ns / f->versions[i].ns);
    }
}

// ------------------------------------------------------------------ main ---

static void find_levels(void)
{
    const unsigned flags = qsr_cpu_get_flags() & qsr_cpu_flags_built();

    level_names[n_levels++] = "c";
    for (int i = 0; i < QSR_N_CPU_FLAGS; i++) {
        if (flags & 1u << i) {
            level_names[n_levels] = qsr_cpu_flag_names[i];
            level_flags[n_levels] = level_flags[n_levels - 1] | 1u << i;
            n_levels++;
        }
    }
}

static int usage(const char *program)
{
    fprintf(stderr,
            "usage: %s [--test=NAME] [--function=NAME] [--seed=N] [--max-width=N]\n"
            "       [--bench] [--list]\n"
            "--max-width=N checks convolutions of rows up to N wide, for emulators.\n"
            "Compares every version of every kernel with plain C. Exit status: 0 all\n"
            "equal, 1 a difference, 77 nothing but plain C on this machine.\n",
            program);
    return 2;
}

int main(int argc, char **argv)
{
    const char *only_test = NULL;
    uint32_t seed = (uint32_t)time(NULL);
    bool found = false;

    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "--test=", 7))
            only_test = argv[i] + 7;
        else if (!strncmp(argv[i], "--function=", 11))
            only_function = argv[i] + 11;
        else if (!strncmp(argv[i], "--seed=", 7))
            seed = (uint32_t)strtoul(argv[i] + 7, NULL, 0);
        else if (!strncmp(argv[i], "--max-width=", 12) && atoi(argv[i] + 12) > 0)
            max_width = atoi(argv[i] + 12);
        else if (!strcmp(argv[i], "--bench"))
            bench = true;
        else if (!strcmp(argv[i], "--list")) {
            for (size_t t = 0; t < N_TESTS; t++)
                puts(tests[t].name);
            return 0;
        } else
            return usage(argv[0]);
    }

    struct sigaction crash = { .sa_handler = on_crash };
    sigaction(SIGSEGV, &crash, NULL);
    sigaction(SIGBUS, &crash, NULL);
    sigaction(SIGILL, &crash, NULL);
    find_levels();
    fprintf(stderr, "checkasm: seed %u, levels:", (unsigned)seed);
    for (int i = 0; i < n_levels; i++)
        fprintf(stderr, " %s", level_names[i]);
    fputc('\n', stderr);

    for (size_t t = 0; t < N_TESTS; t++) {
        if (only_test && strcmp(only_test, tests[t].name))
            continue;
        found = true;
        for (level = 0; level < n_levels; level++) {
            // The same numbers for every level and every selection of tests.
            random_state = 0x9e3779b97f4a7c15u ^ seed;
            run_test(tests[t].func);
        }
    }
    if (!found) {
        fprintf(stderr, "checkasm: no test is called '%s'\n", only_test);
        return 2;
    }
    if (bench)
        print_benchmarks();
    fprintf(stderr, "checkasm: %d versions compared, %d failed\n", n_compared, n_failed);
    if (n_failed)
        return 1;
    return n_compared ? 0 : 77;
}

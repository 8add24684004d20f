// SPDX-License-Identifier: BSD-2-Clause
//
// The program's start, its few system calls, and checkasm.h for one level.

#include <stdarg.h>
#include <string.h>

#include "kernels/dsp.h"
#include "tests/checkasm/checkasm.h"
#include "tests/hexagon/dspcheck/dspcheck.h"

// ----------------------------------------------------------- system calls ---

enum { SYS_WRITE = 64, SYS_EXIT = 93, SYS_MMAP2 = 222, SYS_MPROTECT = 226 };

static long system_call(long number, long a, long b, long c, long d)
{
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = -1; // mmap's file
    register long r5 __asm__("r5") = 0;
    __asm__ volatile("trap0(#1)"
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "memory");
    return r0;
}

static _Noreturn void quit(int code)
{
    for (;;)
        system_call(SYS_EXIT, code, 0, 0, 0);
}

// c20 and c21 are no names that assemblers know: r0 = c20, r0 = c21.
DspCount dsp_count(void)
{
    register uint32_t r0 __asm__("r0");
    DspCount count;
    __asm__ volatile(".word 0x6a14c000" : "=r"(r0) : : "memory");
    count.packets = r0;
    __asm__ volatile(".word 0x6a15c000" : "=r"(r0) : : "memory");
    count.insns = r0;
    return count;
}

// ------------------------------------------------------------------ output ---

static char line[512];
static int line_length;

static void flush(void)
{
    system_call(SYS_WRITE, 1, (long)(uintptr_t)line, line_length, 0);
    line_length = 0;
}

static void put(char c)
{
    line[line_length++] = c;
    if (c == '\n' || line_length == (int)sizeof(line))
        flush();
}

static void put_unsigned(uint32_t v)
{
    char digits[10];
    int n = 0;
    do
        digits[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n)
        put(digits[--n]);
}

static void print(const char *format, va_list args)
{
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        switch (*++format) {
        case 'd': {
            const int v = va_arg(args, int);
            if (v < 0)
                put('-');
            put_unsigned(v < 0 ? 0u - (uint32_t)v : (uint32_t)v);
            break;
        }
        case 'u': put_unsigned(va_arg(args, uint32_t)); break;
        case 's':
            for (const char *s = va_arg(args, const char *); *s; s++)
                put(*s);
            break;
        default: put(*format);
        }
    }
}

void dsp_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print(format, args);
    va_end(args);
}

// --------------------------------------------------------------- functions ---

#define MAX_FUNCTIONS 128
#define MAX_REPORTS 4

static struct {
    char name[48];
    CheckFn plain;
} functions[MAX_FUNCTIONS];
static int n_functions, n_versions, n_failures, failures_here;
static char current[48];
static unsigned flags; // 0: plain C, 1: HVX

// Tests fill their tables through these, as in kernels/dsp.c.
void qsr_conv_dsp_init(QsrConvDSP *dsp, unsigned cpu_flags)
{
    qsr_conv_dsp_init_c(dsp);
    if (cpu_flags)
        qsr_conv_dsp_init_hvx(dsp);
}

void qsr_pixel_dsp_init(QsrPixelDSP *dsp, unsigned cpu_flags)
{
    qsr_pixel_dsp_init_c(dsp);
    if (cpu_flags)
        qsr_pixel_dsp_init_hvx(dsp);
}

unsigned check_cpu_flags(void)
{
    return flags;
}

// Names are printed into the line that is being made and taken from there.
static void format_name(char *name, int size, const char *format, va_list args)
{
    const int start = line_length;
    print(format, args);
    int n = line_length - start;
    n = n < size ? n : size - 1;
    memset(name, 0, (size_t)size); // names are compared whole
    memcpy(name, line + start, (size_t)n);
    line_length = start;
}

CheckFn check_func(CheckFn fn, const char *format, ...)
{
    va_list args;
    int i;
    va_start(args, format);
    format_name(current, sizeof(current), format, args);
    va_end(args);
    failures_here = 0;
    if (!fn)
        return NULL;
    for (i = 0; i < n_functions; i++)
        if (!memcmp(functions[i].name, current, sizeof(current)))
            break;
    if (i == MAX_FUNCTIONS) {
        check_fail("no room for more functions");
        return NULL;
    }
    if (i == n_functions) {
        memcpy(functions[n_functions].name, current, sizeof(current));
        functions[n_functions++].plain = fn;
    }
    if (!flags || functions[i].plain == fn)
        return NULL; // plain C itself is checkasm's business
    n_versions++;
    return functions[i].plain;
}

void check_fail(const char *format, ...)
{
    va_list args;
    n_failures++;
    if (failures_here++ >= MAX_REPORTS)
        return;
    dsp_print("FAILED %s: ", current);
    va_start(args, format);
    print(format, args);
    va_end(args);
    put('\n');
}

void check_counts(void)
{
    n_versions++;
}

void check_property(int ok, const char *name)
{
    n_versions++;
    memset(current, 0, sizeof(current));
    failures_here = 0;
    if (!ok)
        check_fail("%s", name);
}

int check_benching(void)
{
    return 0;
}

int check_bench_next(void)
{
    return 0;
}

int check_max_width(int width)
{
    return width;
}

// ------------------------------------------------------------------ memory ---

#define PAGE 65536 // at least the host's
#define SLOT_SPAN (CHECK_SLOT_SIZE + PAGE)
#define CANARY 128

static struct {
    uint8_t *base; // CHECK_SLOT_SIZE bytes between no-access pages
    uint8_t *dst;
    size_t size;
} slots[CHECK_SLOTS];

static void make_slots(void)
{
    enum { PROT_RW = 3, MAP_PRIVATE_ANONYMOUS = 0x22 };
    const size_t size = (size_t)SLOT_SPAN * CHECK_SLOTS + PAGE;
    uint8_t *p = (uint8_t *)(uintptr_t)system_call(SYS_MMAP2, 0, (long)size, PROT_RW,
                                                   MAP_PRIVATE_ANONYMOUS);
    if ((uintptr_t)p > (uintptr_t)-4096) {
        dsp_print("no memory for the tests\n");
        quit(2);
    }
    for (int i = 0; i <= CHECK_SLOTS; i++)
        system_call(SYS_MPROTECT, (long)(uintptr_t)(p + (size_t)i * SLOT_SPAN), PAGE, 0, 0);
    for (int i = 0; i < CHECK_SLOTS; i++)
        slots[i].base = p + (size_t)i * SLOT_SPAN + PAGE;
}

uint8_t *check_src(int slot, size_t size, enum CheckPlace place)
{
    return slots[slot].base + (place == CHECK_TAIL ? CHECK_SLOT_SIZE - size : 0);
}

uint8_t *check_dst_at(int slot, size_t size, int misalign)
{
    uint8_t *dst = slots[slot].base + CANARY + misalign;
    slots[slot].dst = dst;
    slots[slot].size = size;
    memset(slots[slot].base, 0xa5, size + 2 * CANARY + (size_t)misalign);
    return dst;
}

uint8_t *check_dst(int slot, size_t size)
{
    return check_dst_at(slot, size, 0);
}

void check_same(int slot_ref, int slot_new, const char *format, ...)
{
    const uint8_t *a = slots[slot_ref].dst, *b = slots[slot_new].dst;
    const int size = (int)slots[slot_ref].size;
    for (int i = -CANARY; i < size + CANARY; i++) {
        if (a[i] == b[i] && (i >= 0 && i < size ? 1 : a[i] == 0xa5))
            continue;
        va_list args;
        char where[48];
        va_start(args, format);
        format_name(where, sizeof(where), format, args);
        va_end(args);
        check_fail("%s: byte %d of %d: %d, not %d", where, i, size, b[i], a[i]);
        return;
    }
}

// ------------------------------------------------------------------ random ---

static uint32_t random_state = 2463534242u;

uint32_t check_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state * 2654435761u >> 3;
}

int check_random_between(int lo, int hi)
{
    return lo + (int)(((uint64_t)(check_random() & 0xffffff) * (uint32_t)(hi - lo + 1)) >> 24);
}

void check_fill(void *dst, size_t n)
{
    uint8_t *p = dst;
    const int mood = check_random_between(0, 5), constant = check_random_between(0, 255);
    for (size_t i = 0; i < n; i++) {
        const uint32_t r = check_random() >> 5;
        p[i] = (uint8_t)(mood == 0   ? constant
                         : mood == 1 ? (r & 1) * 255
                         : mood == 2 ? (r & 1) * 252 + (r >> 1 & 3)
                                     : r);
    }
}

void check_fill_u16(uint16_t *dst, size_t n, int max)
{
    const int mood = check_random_between(0, 5), constant = check_random_between(0, max);
    for (size_t i = 0; i < n; i++) {
        const int r = check_random_between(0, max);
        dst[i] = (uint16_t)(mood == 0 ? constant : mood == 1 ? (r & 1) * max : r);
    }
}

// --------------------------------------------------------------- division ---

// What the compiler makes of / and % here is src/hexagon/rt.c's.
static void check_division_of(uint32_t n, uint32_t d)
{
    const uint32_t q = n / d, rest = n % d;
    if (q * d + rest != n || rest >= d || (uint64_t)q * d > n)
        check_fail("%u / %u: %u, %u", n, d, q, rest);
    const int32_t sn = (int32_t)n, sd = (int32_t)(d >> 1) + 1;
    if (sn / sd * sd + sn % sd != sn || (sn < 0 ? sn % sd > 0 || sn % sd <= -sd
                                                : sn % sd < 0 || sn % sd >= sd))
        check_fail("%d / %d: %d, %d", sn, sd, sn / sd, sn % sd);
    const uint64_t wide = (uint64_t)n << (d & 31) | d;
    if (wide / d * d + wide % d != wide || wide % d >= d)
        check_fail("64 bits of %u / %u", n, d);
}

static void check_division(void)
{
    static const char name[] = "division";
    memset(current, 0, sizeof(current));
    memcpy(current, name, sizeof(name));
    failures_here = 0;
    n_versions++;
    for (uint32_t d = 1; d < 1000; d++)
        for (uint32_t k = 0; k < 40; k++) {
            const uint32_t n = check_random() % 33000u / d * d;
            check_division_of(n, d);
            check_division_of(n + 1, d);
            check_division_of(n - 1, d);
            check_division_of(check_random() ^ n << 9, check_random() >> (k & 31) | 1);
        }
}

// ------------------------------------------------------------------- start ---

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"division", check_division},
    {"conv", dsp_check_conv},
    {"pixel", check_pixel},
    {"packets", dsp_print_packets},
};

static int equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static void run_test(const char *name)
{
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (!equal(tests[i].name, name))
            continue;
        // Once for plain C, which is then what the kernels are compared with.
        for (flags = tests[i].run == check_pixel ? 0 : 1; flags <= 1; flags++)
            tests[i].run();
        return;
    }
    dsp_print("unknown test %s\n", name);
    quit(2);
}

void dspcheck_main(const uint32_t *stack);
void dspcheck_main(const uint32_t *stack)
{
    const int argc = (int)stack[0];
    const uint32_t *argv = stack + 1;
    make_slots();
    for (int i = 1; i < argc; i++) {
        const char *arg = (const char *)(uintptr_t)argv[i];
        if (!memcmp(arg, "--seed=", 7)) {
            random_state = 1;
            for (arg += 7; *arg; arg++)
                random_state = random_state * 10 + (uint32_t)(*arg - '0');
        } else {
            run_test(arg);
        }
    }
    if (n_versions)
        dsp_print("%d versions, %d failures\n", n_versions, n_failures);
    flush();
    quit(n_failures != 0);
}

// Threads on the DSP come with stacks aligned to 8 bytes: so does this one.
__asm__(".globl _start\n"
        "_start:\n"
        "{ r0 = r29 }\n"
        "{ r29 = and(r29,#-128) }\n"
        "{ r29 = add(r29,#-8) }\n"
        "{ call dspcheck_main }\n");

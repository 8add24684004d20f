// SPDX-License-Identifier: BSD-2-Clause
//
// What the environment says about the emulated device, and its faults.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/hexagon/protocol.h"
#include "tests/hexagon/emu.h"

#define MAX_FAULTS 16

typedef struct Plan {
    EmuFault fault;
    int counter;       // index into counts
    uint64_t from, to; // calls of it, counted from 1
} Plan;

enum { COUNT_CALL, COUNT_FRAME, COUNT_OPEN, COUNT_SELF_TEST, COUNT_LOAD, COUNT_CONFIG, COUNT_INFO,
       N_COUNTS };
static const char *const count_names[N_COUNTS] = {"call", "frame", "open", "selftest", "load",
                                                  "config", "info"};

EmuDevice emu_device;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Plan plans[MAX_FAULTS];
static int n_plans;
static uint64_t counts[N_COUNTS];
static char *log_file;

static const struct {
    const char *name;
    enum EmuFaultKind kind;
    int counter; // without "@"
} kinds[] = {
    {"crash", EMU_CRASH, COUNT_FRAME},         {"hang", EMU_HANG, COUNT_FRAME},
    {"short", EMU_SHORT, COUNT_FRAME},         {"garbage", EMU_GARBAGE, COUNT_FRAME},
    {"wrong", EMU_WRONG, COUNT_FRAME},         {"stale", EMU_STALE, COUNT_FRAME},
    {"break", EMU_BREAK, COUNT_FRAME},         {"badmagic", EMU_BAD_MAGIC, COUNT_FRAME},
    {"noskel", EMU_NO_SKEL, COUNT_OPEN},       {"nomemory", EMU_NO_MEMORY, COUNT_FRAME},
    {"error", EMU_ERROR, COUNT_FRAME},         {"slow", EMU_SLOW, COUNT_FRAME},
};

static void refuse(const char *variable, const char *text)
{
    fprintf(stderr, "emulated DSP: %s: cannot read \"%s\"\n", variable, text);
    abort(); // a test that injects nothing would pass
}

// KIND[=VALUE][@COUNTER|@N|@COUNTER:N][*TIMES|*always]
static void parse_fault(char *text)
{
    char *whole = strdup(text), *times = strchr(text, '*'), *where = strchr(text, '@');
    if (times)
        *times++ = '\0';
    if (where)
        *where++ = '\0';
    char *value = strchr(text, '=');
    if (value)
        *value++ = '\0';
    Plan p = {.counter = -1, .from = 1};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(text, kinds[i].name)) {
            p.fault.kind = kinds[i].kind;
            p.counter = kinds[i].counter;
        }
    if (where && (*where < '0' || *where > '9')) {
        char *colon = strchr(where, ':');
        if (colon)
            *colon++ = '\0';
        p.counter = -1;
        for (int i = 0; i < N_COUNTS; i++)
            if (!strcmp(where, count_names[i]))
                p.counter = i;
        where = colon;
    }
    char *end = "";
    if (where)
        p.from = strtoull(where, &end, 10);
    p.to = p.from;
    if (times && !strcmp(times, "always"))
        p.to = UINT64_MAX;
    else if (times && !*end)
        p.to = p.from + strtoull(times, &end, 10) - 1;
    if (value && !*end)
        p.fault.value = (uint32_t)strtoul(value, &end, 0);
    if (p.fault.kind == EMU_NO_FAULT || p.counter < 0 || *end || n_plans == MAX_FAULTS)
        refuse("QSR_EMU_FAULTS", whole);
    plans[n_plans++] = p;
    free(whole);
}

static void parse_device(char *text)
{
    const struct {
        const char *name;
        bool *flag;
        uint32_t *number;
    } words[] = {
        {"no-dsp", &emu_device.no_dsp, NULL},
        {"no-query", &emu_device.no_query, NULL},
        {"no-unsigned", &emu_device.no_unsigned, NULL},
        {"refuse-unsigned", &emu_device.refuse_unsigned, NULL},
        {"refuse-open", &emu_device.refuse_open, NULL},
        {"no-rpcmem", &emu_device.no_rpcmem, NULL},
        {"arch", NULL, &emu_device.arch},
        {"hvx", NULL, &emu_device.hvx},
        {"abi", NULL, &emu_device.abi},
        {"heap", NULL, &emu_device.heap},
    };
    char *value = strchr(text, '='), *end = "";
    if (value)
        *value++ = '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(text, words[i].name))
            continue;
        if (words[i].flag && !value)
            *words[i].flag = true;
        else if (words[i].number && value)
            // As everybody writes architectures: 66 for 0x66.
            *words[i].number = (uint32_t)strtoul(value, &end, words[i].number == &emu_device.arch
                                                                  ? 16 : 0);
        else
            break;
        if (!*end)
            return;
    }
    refuse("QSR_EMU_DEVICE", text);
}

static void each_word(const char *variable, void (*parse)(char *))
{
    const char *set = getenv(variable);
    char *copy = strdup(set ? set : ""), *state = NULL;
    for (char *w = strtok_r(copy, ", ", &state); w; w = strtok_r(NULL, ", ", &state))
        parse(w);
    free(copy);
}

void emu_configure(void)
{
    pthread_mutex_lock(&lock);
    emu_device = (EmuDevice){.arch = 0x66, .hvx = 4, .heap = 256u << 20};
    n_plans = 0;
    memset(counts, 0, sizeof(counts));
    each_word("QSR_EMU_DEVICE", parse_device);
    each_word("QSR_EMU_FAULTS", parse_fault);
    free(log_file);
    log_file = getenv("QSR_EMU_LOG") ? strdup(getenv("QSR_EMU_LOG")) : NULL;
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void start(void)
{
    emu_configure();
}

__attribute__((destructor(101))) static void finish(void)
{
    free(log_file);
    log_file = NULL;
}

static int counter_of(uint32_t method)
{
    switch (method) {
    case QSR_DSP_OPEN: return COUNT_OPEN;
    case QSR_DSP_INFO: return COUNT_INFO;
    case QSR_DSP_LOAD: return COUNT_LOAD;
    case QSR_DSP_CONFIG: return COUNT_CONFIG;
    case QSR_DSP_PROCESS: return COUNT_FRAME;
    case QSR_DSP_SELF_TEST: return COUNT_SELF_TEST;
    default: return COUNT_CALL;
    }
}

EmuFault emu_next_fault(uint32_t method)
{
    const int counter = counter_of(method);
    EmuFault fault = {.kind = EMU_NO_FAULT};
    pthread_mutex_lock(&lock);
    counts[COUNT_CALL]++;
    if (counter != COUNT_CALL)
        counts[counter]++;
    for (int i = 0; i < n_plans && !fault.kind; i++) {
        const Plan *p = &plans[i];
        if ((p->counter == COUNT_CALL || p->counter == counter) &&
            counts[p->counter] >= p->from && counts[p->counter] <= p->to)
            fault = p->fault;
    }
    pthread_mutex_unlock(&lock);
    return fault;
}

uint64_t emu_calls(const char *what)
{
    uint64_t n = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < N_COUNTS; i++)
        if (!strcmp(what, count_names[i]))
            n = counts[i];
    pthread_mutex_unlock(&lock);
    return n;
}

void emu_log(const char *format, ...)
{
    pthread_mutex_lock(&lock);
    FILE *f = log_file ? fopen(log_file, "ae") : NULL;
    if (f) {
        va_list args;
        va_start(args, format);
        vfprintf(f, format, args);
        va_end(args);
        fputc('\n', f);
        fclose(f);
    }
    pthread_mutex_unlock(&lock);
}

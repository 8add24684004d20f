// SPDX-License-Identifier: BSD-2-Clause
//
// The skel's own sources on this machine, with threads of pthreads for QuRT's, so
// that sanitizers see them: calls that are right, and calls with anything in them
// wrong. Every buffer is a block of exactly its size.
//
//     native ROUNDS

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "src/hexagon/crc32.h"
#include "src/hexagon/fastrpc.h"
#include "src/hexagon/pd.h"
#include "src/hexagon/protocol.h"
#include "src/model.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"
#include "tests/hexagon/rpc.h"

// ------------------------------------------------------------------- QuRT ---

#define MAX_THREADS 64

static struct {
    atomic_int taken;
    pthread_t thread;
    void (*entry)(void *);
    void *arg;
} threads[MAX_THREADS];
static atomic_int n_threads;
static atomic_int units = 4; // that are free

static void *thread_main(void *p)
{
    const int i = (int)(intptr_t)p;
    threads[i].entry(threads[i].arg);
    return NULL;
}

// Fails now and then, as a busy processor may.
int qurt_thread_create(uint32_t *thread, QsrQurtThreadAttr *attr, void (*entry)(void *), void *arg)
{
    int i = 0;
    if (atomic_fetch_add(&n_threads, 1) % 13 == 12 || !attr->stack || attr->stack_size < 4096)
        return -1;
    while (i < MAX_THREADS && atomic_exchange(&threads[i].taken, 1))
        i++;
    if (i == MAX_THREADS)
        return -1;
    threads[i].entry = entry;
    threads[i].arg = arg;
    *thread = (uint32_t)i;
    return pthread_create(&threads[i].thread, NULL, thread_main, (void *)(intptr_t)i);
}

int qurt_thread_join(uint32_t thread, int *status)
{
    *status = pthread_join(threads[thread].thread, NULL);
    atomic_store(&threads[thread].taken, 0);
    return *status;
}

// Waits for a unit.
int qurt_hvx_lock(int mode)
{
    while (atomic_fetch_sub(&units, 1) <= 0) {
        qurt_hvx_unlock();
        sched_yield();
    }
    return mode == 1 ? 0 : -1;
}

int qurt_hvx_unlock(void)
{
    atomic_fetch_add(&units, 1);
    return 0;
}

int qurt_hvx_get_units(void)
{
    return 4 << 8;
}

// ----------------------------------------------------------------- a call ---

static uint32_t state = 1;
static QsrModel *models[4];

static uint32_t pick(uint32_t n)
{
    return qsr_test_random(&state) % n;
}

enum { MOST = 12 };
typedef struct Call {
    uint32_t method, n_in, n_out;
    uint8_t *data[MOST];
    uint32_t size[MOST];
} Call;

static void add(Call *c, const void *data, size_t size)
{
    const uint32_t i = c->n_in + c->n_out;
    c->data[i] = calloc(1, size ? size : 1);
    if (!c->data[i])
        abort();
    if (data)
        memcpy(c->data[i], data, size);
    c->size[i] = (uint32_t)size;
}

static void input(Call *c, const void *data, size_t size)
{
    add(c, data, size);
    c->n_in++;
}

static void output(Call *c, size_t size)
{
    add(c, NULL, size);
    c->n_out++;
}

static void drop(Call *c)
{
    for (int i = 0; i < MOST; i++)
        free(c->data[i]);
}

// What a handle is at: a picture that fits its model.
typedef struct Session {
    uint64_t handle;
    QsrModel *model;
    QsrPicture in, out;
} Session;

static void random_picture(QsrPicture *p, int width, int height)
{
    *p = (QsrPicture){.format = (QsrFormat)pick(QSR_N_FORMATS), .width = width, .height = height,
                      .matrix = (QsrMatrix)pick(QSR_N_MATRICES), .range = (QsrRange)pick(2),
                      .site = (QsrChromaSite)pick(4)};
    for (int i = 0; i < qsr_format_planes(p->format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(p->format, i, width, height, &row_bytes, &rows);
        p->stride[i] = (ptrdiff_t)(row_bytes + pick(3) * 7);
    }
}

static void make_load(Call *c, Session *s)
{
    QsrDspLoad load;
    size_t size;
    s->model = models[pick(4)];
    uint8_t *blob = rpc_blob(s->model, &load, &size);
    input(c, &load, sizeof(load));
    input(c, blob, size);
    free(blob);
}

static void make_config(Call *c, Session *s)
{
    const QsrScale scale = s->model->info.scale;
    const int w = 1 + (int)pick(20), h = 1 + (int)pick(12);
    QsrDspConfig config = {.threads = pick(7), .strip_width = pick(3) * 4,
                           .band_height = pick(3) * 4};
    random_picture(&s->in, w, h);
    random_picture(&s->out, qsr_scale_size(scale, w), qsr_scale_size(scale, h));
    rpc_picture(&config.in, &s->in);
    rpc_picture(&config.out, &s->out);
    input(c, &config, sizeof(config));
    output(c, sizeof(QsrDspPlan));
}

static void make_process(Call *c, const Session *s)
{
    const QsrDspFrame frame = {.number = pick(1000), .flags = pick(2)};
    input(c, &frame, sizeof(frame));
    for (int i = 0; i < qsr_format_planes(s->in.format); i++)
        input(c, NULL, rpc_plane_bytes(&s->in, i));
    for (int i = 0; i < qsr_format_planes(s->out.format); i++)
        output(c, rpc_plane_bytes(&s->out, i));
    output(c, sizeof(QsrDspStatus));
}

static void make_call(Call *c, Session *s)
{
    *c = (Call){.method = QSR_DSP_INFO + pick(5)};
    switch (c->method) {
    case QSR_DSP_INFO: output(c, sizeof(QsrDspInfo)); break;
    case QSR_DSP_LOAD: make_load(c, s); break;
    case QSR_DSP_CONFIG: make_config(c, s); break;
    case QSR_DSP_PROCESS: make_process(c, s); break;
    case QSR_DSP_SELF_TEST:
        input(c, &(QsrDspSelfTest){pick(99), 1 + (int)pick(9), 1 + (int)pick(9)},
              sizeof(QsrDspSelfTest));
        output(c, sizeof(QsrDspStatus));
        break;
    }
}

// Something in the call that the host got wrong, or did to harm.
static void spoil(Call *c)
{
    static const uint32_t words[] = {0, 1, 2, 3, 32, 64, 255, 256, 16384, 16385, 0x7fffffff,
                                     0x80000000, 0xffffffff, 0x40000000};
    const uint32_t n = c->n_in + c->n_out;
    for (uint32_t times = 1 + pick(2); times; times--) {
        const uint32_t i = pick(n);
        switch (pick(5)) {
        case 0: // a word of an input
            if (c->data[i] && i < c->n_in && c->size[i] >= 4) {
                const uint32_t word = words[pick(sizeof(words) / sizeof(words[0]))];
                memcpy(c->data[i] + pick(c->size[i] / 4) * 4, &word, 4);
            }
            break;
        case 1: // a bit
            if (c->data[i] && i < c->n_in && c->size[i])
                c->data[i][pick(c->size[i])] ^= (uint8_t)(1u << pick(8));
            break;
        case 2: { // a shorter buffer
            const uint32_t size = pick(2) ? c->size[i] - (c->size[i] > 0) : pick(c->size[i] + 1);
            uint8_t *shorter = c->data[i] ? malloc(size ? size : 1) : NULL;
            if (!shorter)
                break;
            memcpy(shorter, c->data[i], size);
            free(c->data[i]);
            c->data[i] = shorter;
            c->size[i] = size;
            break;
        }
        case 3: // other numbers of them
            c->n_in = pick(c->n_in + 1);
            c->n_out = n - c->n_in;
            break;
        default: // none at all
            if (pick(4) == 0) {
                free(c->data[i]);
                c->data[i] = NULL;
            }
        }
    }
    // A checksum that is right lets more of it through.
    if (c->method == QSR_DSP_LOAD && c->n_in == 2 && c->size[0] == sizeof(QsrDspLoad) &&
        c->data[0] && c->data[1] && pick(4)) {
        const uint32_t crc = qsr_crc32(0, c->data[1], c->size[1]);
        memcpy(c->data[0] + offsetof(QsrDspLoad, blob_crc), &crc, 4);
    }
}

static int invoke_plain(uint64_t handle, const Call *c)
{
    QsrRpcArg args[MOST];
    for (int i = 0; i < MOST; i++) {
        args[i].buf.data = c->data[i];
        args[i].buf.size = c->size[i];
    }
    return qsr_skel_handle_invoke(handle, QSR_RPC_SCALARS(c->method, c->n_in, c->n_out, 0, 0),
                                  args);
}

// Now and then for a handle that is none.
static int invoke(const Session *s, const Call *c)
{
    return invoke_plain(pick(50) ? s->handle : s->handle + pick(3), c);
}

static bool known(int code)
{
    const uint32_t e = (uint32_t)code - QSR_DSP_ERR_OFFSET;
    return !code || e == QSR_DSP_BAD_STATE || e == QSR_DSP_BAD_PARAMETER ||
           e == QSR_DSP_UNSUPPORTED || e == QSR_DSP_NO_MEMORY;
}

// --------------------------------------------------------------- sessions ---

static uint64_t open_handle(void)
{
    uint32_t size = 4;
    char uri[] = "uri";
    QsrRpcArg args[3] = {{.buf = {&size, 4}}, {.buf = {uri, 4}}};
    const int ret = qsr_skel_handle_invoke(0, QSR_RPC_SCALARS(QSR_DSP_OPEN, 2, 0, 0, 1), args);
    CHECK(!ret, "open: 0x%x", (unsigned)ret);
    return args[2].handle;
}

static void close_handle(uint64_t handle)
{
    QsrRpcArg arg = {.handle = handle};
    const int ret = qsr_skel_handle_invoke(handle, QSR_RPC_SCALARS(QSR_DSP_CLOSE, 0, 0, 1, 0),
                                           &arg);
    CHECK(!ret, "close: 0x%x", (unsigned)ret);
}

// Nothing wrong: LOAD, CONFIG, PROCESS, and the bytes that the CPU gives.
static void check_right(Session *s)
{
    Call load = {.method = QSR_DSP_LOAD}, config = {.method = QSR_DSP_CONFIG};
    Call process = {.method = QSR_DSP_PROCESS};
    QsrContext *ctx = NULL;
    make_load(&load, s);
    make_config(&config, s);
    make_process(&process, s);
    const int planes = qsr_format_planes(s->in.format);
    for (int i = 0; i < planes; i++) {
        s->in.data[i] = process.data[1 + i];
        for (uint32_t k = 0; k < process.size[1 + i]; k++)
            s->in.data[i][k] = (uint8_t)pick(256);
    }
    const Call *calls[] = {&load, &config, &process};
    for (int i = 0; i < 3; i++) {
        const int ret = invoke_plain(s->handle, calls[i]);
        CHECK(!ret, "call %d: 0x%x", i, (unsigned)ret);
    }
    QsrPicture want = s->out;
    uint8_t *memory[4] = {NULL};
    for (int i = 0; i < qsr_format_planes(want.format); i++)
        want.data[i] = memory[i] = calloc(1, rpc_plane_bytes(&want, i));
    QsrSettings settings;
    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = 1;
    CHECK(!qsr_open(&ctx, s->model, &settings, NULL) && !qsr_process(ctx, &s->in, &want, NULL),
          "CPU");
    qsr_close(&ctx);
    for (int i = 0; i < qsr_format_planes(want.format); i++) {
        const uint32_t k = (uint32_t)(1 + planes + i);
        CHECK(!memcmp(memory[i], process.data[k], process.size[k]), "%s -> %s: plane %d",
              qsr_format_name(s->in.format), qsr_format_name(want.format), i);
        free(memory[i]);
    }
    drop(&load);
    drop(&config);
    drop(&process);
}

// A handle is not valid for longer than it is open, also where its place is taken
// by another; nor is anything that never was one.
static void check_stale_handles(void)
{
    const uint64_t old = open_handle();
    close_handle(old);
    const uint64_t now = open_handle(), wrong[] = {old, 0, 17, UINT64_MAX, now + (1ull << 32)};
    QsrDspInfo info;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        QsrRpcArg arg = {.buf = {&info, sizeof(info)}}, handle = {.handle = wrong[i]};
        const uint32_t expected = QSR_DSP_ERR_OFFSET + QSR_DSP_BAD_PARAMETER;
        CHECK((uint32_t)qsr_skel_handle_invoke(
                  wrong[i], QSR_RPC_SCALARS(QSR_DSP_INFO, 0, 1, 0, 0), &arg) == expected,
              "INFO of wrong handle %zu", i);
        CHECK((uint32_t)qsr_skel_handle_invoke(
                  now, QSR_RPC_SCALARS(QSR_DSP_CLOSE, 0, 0, 1, 0), &handle) == expected,
              "close of wrong handle %zu", i);
    }
    close_handle(now);
}

// Four threads of the host on two handles: the calls for one handle that meet are
// refused, and all others are done.
typedef struct Caller {
    uint64_t handle;
    Call process;
    int done, refused, other;
} Caller;

static void *call_often(void *arg)
{
    Caller *c = arg;
    for (int i = 0; i < 60; i++) {
        const int ret = invoke_plain(c->handle, &c->process);
        c->done += !ret;
        c->refused += (uint32_t)ret == QSR_DSP_ERR_OFFSET + QSR_DSP_BAD_STATE;
        c->other += ret && (uint32_t)ret != QSR_DSP_ERR_OFFSET + QSR_DSP_BAD_STATE;
    }
    return NULL;
}

static void check_callers(void)
{
    enum { N = 4 };
    Caller callers[N] = {{.handle = 0}};
    pthread_t caller_threads[N];
    Session s[2];
    for (int i = 0; i < 2; i++) {
        Call load = {.method = QSR_DSP_LOAD}, config = {.method = QSR_DSP_CONFIG};
        s[i] = (Session){.handle = open_handle()};
        make_load(&load, &s[i]);
        make_config(&config, &s[i]);
        CHECK(!invoke_plain(s[i].handle, &load) && !invoke_plain(s[i].handle, &config), "ready");
        drop(&load);
        drop(&config);
    }
    for (int i = 0; i < N; i++) {
        callers[i] = (Caller){.handle = s[i / 2].handle, .process = {.method = QSR_DSP_PROCESS}};
        make_process(&callers[i].process, &s[i / 2]);
    }
    for (int i = 0; i < N; i++)
        pthread_create(&caller_threads[i], NULL, call_often, &callers[i]);
    for (int i = 0; i < N; i++) {
        pthread_join(caller_threads[i], NULL);
        drop(&callers[i].process);
    }
    for (int i = 0; i < 2; i++) {
        const Caller *a = &callers[2 * i], *b = a + 1;
        CHECK(a->done + b->done > 0 && !a->other && !b->other &&
                  a->done + a->refused + b->done + b->refused == 120,
              "%d done, %d and %d refused", a->done + b->done, a->refused, b->refused);
        close_handle(s[i].handle);
    }
}

int main(int argc, char **argv)
{
    static const QsrScale scales[] = {{2, 1}, {3, 1}, {4, 1}, {3, 2}};
    const int rounds = argc > 1 ? atoi(argv[1]) : 1000;
    long good = 0, refused = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t *file;
        const size_t size = qsr_test_model(&file, &(QsrTestModelSpec){
            .scale = scales[i], .channels = 32, .blocks = 1, .branch = i % 2,
            .seed = 7u + (uint32_t)i});
        if (qsr_model_open_memory(&models[i], file, size, NULL, NULL) < 0)
            return 1;
        free(file);
    }
    check_stale_handles();
    for (int round = 0; round < rounds; round++) {
        Session s = {.handle = open_handle(), .model = models[0]};
        random_picture(&s.in, 4, 4);
        random_picture(&s.out, 8, 8);
        for (int i = 0; i < 30; i++) {
            Call c;
            make_call(&c, &s);
            if (pick(2))
                spoil(&c);
            const int ret = invoke(&s, &c);
            CHECK(known(ret), "method %u: 0x%x", c.method, (unsigned)ret);
            good += !ret;
            refused += ret != 0;
            drop(&c);
        }
        check_right(&s);
        close_handle(s.handle);
    }
    for (int i = 0; i < rounds; i += 100)
        check_callers();
    for (int i = 0; i < 4; i++)
        qsr_model_unref(&models[i]);
    printf("%ld calls were done, %ld refused\n", good, refused);
    CHECK(good > rounds && refused > rounds, "the calls are too much of a kind");
    return check_result();
}

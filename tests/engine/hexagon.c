// SPDX-License-Identifier: BSD-2-Clause
//
// The Hexagon backend over a library that has no DSP behind it: whatever happens,
// every frame comes out, and with the CPU's bytes. usage: test-hexagon LIBRARY
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/backend_hexagon.h"
#include "tests/engine/check.h"
#include "tests/engine/fakedsp.h"
#include "tests/engine/testmodel.h"

#define W 37
#define H 18
#define FRAMES 60
#define FAULT_FRAME 20

static const char *library;
static const FakeDspApi *fake;
static QsrModel *model;

static void nap(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

static double now_ms(void)
{
    return (double)qsr_hex_now() / 1000;
}

// ------------------------------------------------------------------- pictures ---

typedef struct Buffer {
    QsrPicture pic;
    uint8_t *memory;
    size_t size;
} Buffer;

static Buffer make_buffer(QsrFormat format, int w, int h)
{
    Buffer b = {.pic = {.format = format, .width = w, .height = h, .matrix = QSR_MATRIX_BT709,
                        .site = QSR_SITE_LEFT}};
    size_t at[4], row;
    int rows;
    for (int i = 0; i < qsr_format_planes(format); i++) {
        qsr_format_plane_size(format, i, w, h, &row, &rows);
        b.pic.stride[i] = (ptrdiff_t)row + 3;
        at[i] = b.size;
        b.size += (row + 3) * (size_t)rows;
    }
    b.memory = calloc(b.size, 1);
    for (int i = 0; i < qsr_format_planes(format); i++)
        b.pic.data[i] = b.memory + at[i];
    return b;
}

static void draw(Buffer *b, uint32_t seed)
{
    for (size_t i = 0; i < b->size; i++)
        b->memory[i] = (uint8_t)(i * 7 + (qsr_test_random(&seed) & 63));
}

typedef struct Log {
    atomic_int warnings, infos;
    char last[512];
} Log;

static void take_log(void *opaque, QsrLogLevel level, const char *message)
{
    Log *log = opaque;
    if (level > QSR_LOG_WARNING) {
        log->infos++;
        return;
    }
    log->warnings++;
    snprintf(log->last, sizeof(log->last), "%s", message);
}

static QsrSettings settings_for(QsrBackendId backend, Log *log)
{
    QsrSettings s;
    qsr_settings_default(&s);
    s.backend = backend;
    s.n_threads = 1;
    s.hexagon_library = library;
    s.log = log ? take_log : NULL;
    s.log_opaque = log;
    return s;
}

static QsrContext *open_or_die(QsrModel *m, const QsrSettings *s)
{
    QsrContext *ctx;
    QsrError err;
    if (qsr_open(&ctx, m, s, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    return ctx;
}

// A context with its reference, and pictures for both.
typedef struct Bench {
    QsrContext *ctx, *cpu;
    Buffer in, out, expected;
    uint32_t frame;
} Bench;

static Bench begin(QsrModel *m, const QsrSettings *s, QsrFormat from, QsrFormat to, int w, int h)
{
    const QsrScale scale = qsr_model_info(m)->scale;
    const int ow = qsr_scale_size(scale, w), oh = qsr_scale_size(scale, h);
    const QsrSettings cpu = settings_for(QSR_BACKEND_CPU, NULL);
    return (Bench){.ctx = open_or_die(m, s), .cpu = open_or_die(m, &cpu),
                   .in = make_buffer(from, w, h), .out = make_buffer(to, ow, oh),
                   .expected = make_buffer(to, ow, oh)};
}

static Bench begin_usual(const QsrSettings *s)
{
    return begin(model, s, QSR_FORMAT_I420, QSR_FORMAT_I420, W, H);
}

static void one_frame(Bench *b)
{
    QsrError err = {0};
    draw(&b->in, ++b->frame);
    memset(b->out.memory, 0, b->out.size);
    CHECK(qsr_process(b->cpu, &b->in.pic, &b->expected.pic, &err) == 0, "%s", err.message);
    CHECK(qsr_process(b->ctx, &b->in.pic, &b->out.pic, &err) == 0, "%s", err.message);
    CHECK(!memcmp(b->out.memory, b->expected.memory, b->out.size), "frame %u has other bytes",
          b->frame);
}

static QsrBackendStats stats_of(const Bench *b)
{
    QsrBackendStats s;
    qsr_get_stats(b->ctx, &s);
    return s;
}

static bool in_state(const Bench *b, const char *state)
{
    return !strcmp(stats_of(b).state, state);
}

static void end(Bench *b)
{
    const double start = now_ms();
    qsr_close(&b->ctx);
    CHECK(now_ms() - start < 1000, "closing took %.0f ms", now_ms() - start);
    qsr_close(&b->cpu);
    free(b->in.memory);
    free(b->out.memory);
    free(b->expected.memory);
}

// Nothing is left in the library: no call, no memory, no handle.
static void check_clean(const FakeDsp *before)
{
    FakeDsp now;
    for (int i = 0; i < 200; i++) {
        fake->look(&now);
        if (now.inside == 0 && now.live_buffers == 0)
            break;
        nap(10);
    }
    CHECK(now.inside == 0, "%d calls have not returned", now.inside);
    CHECK(now.live_buffers == 0, "%d buffers are left", now.live_buffers);
    (void)before;
}

// -------------------------------------------------------------------- healthy ---

static void test_healthy(void)
{
    static const QsrScale scales[] = {{2, 1}, {3, 1}, {4, 1}, {3, 2}};
    static const QsrFormat formats[] = {QSR_FORMAT_NV12, QSR_FORMAT_I420, QSR_FORMAT_RGB,
                                        QSR_FORMAT_RGBA, QSR_FORMAT_GRAY8};
    FakeDsp d;
    for (int i = 0; i < 4; i++) {
        const QsrTestModelSpec spec = {.scale = scales[i], .channels = i % 2 ? 64 : 32,
                                       .blocks = 1 + i, .seed = 7};
        uint8_t *file;
        const size_t size = qsr_test_model(&file, &spec);
        QsrModel *m;
        CHECK(qsr_model_open_memory(&m, file, size, NULL, NULL) == 0, "no model");
        free(file);
        for (int k = 0; k < 5; k++) {
            Log log = {0};
            const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, &log);
            fake->reset(&d);
            Bench b = begin(m, &s, formats[k], formats[(k + i) % 5], W - i, H + k);
            for (int n = 0; n < 6; n++)
                one_frame(&b);
            const QsrBackendStats st = stats_of(&b);
            CHECK(st.backend == QSR_BACKEND_HEXAGON && in_state(&b, "ready"), "%s", st.state);
            CHECK(st.frames_dsp == 6 && st.frames_cpu == 0 && st.compared == 3 && !st.redone,
                  "%d %d %d %d", (int)st.frames_dsp, (int)st.frames_cpu, (int)st.compared,
                  (int)st.redone);
            CHECK(st.dsp_ms > 0 && st.cpu_ms > 0 && st.last_error == 0, "%f %f %d", st.dsp_ms,
                  st.cpu_ms, st.last_error);
            CHECK(log.warnings == 0, "%s", log.last);
            end(&b);
            fake->look(&d);
            CHECK(d.opens == 1 && d.closes == 1 && d.kills == 0 && d.tests == 1 &&
                      d.configs == 1 && d.frames == 6 && d.unsigned_asked == 1,
                  "%d %d %d %d %d %d", d.opens, d.closes, d.kills, d.tests, d.configs, d.frames);
            check_clean(&d);
        }
        qsr_model_unref(&m);
    }
}

// A change of size or format configures anew; prepare does so ahead of time.
static void test_geometry(void)
{
    const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    fake->reset(&d);
    Bench b = begin_usual(&s);
    one_frame(&b);
    Buffer small = make_buffer(QSR_FORMAT_RGB, 5, 3), large = make_buffer(QSR_FORMAT_RGB, 10, 6);
    CHECK(qsr_prepare(b.ctx, &small.pic, &large.pic, NULL) == 0, "prepare");
    fake->look(&d);
    CHECK(d.configs == 2 && d.frames == 1, "%d %d", d.configs, d.frames);
    CHECK(qsr_process(b.ctx, &small.pic, &large.pic, NULL) == 0, "small");
    one_frame(&b);
    fake->look(&d);
    CHECK(d.configs == 3 && d.frames == 3, "%d %d", d.configs, d.frames);
    end(&b);
    free(small.memory);
    free(large.memory);
    check_clean(&d);
}

// --------------------------------------------------------------------- faults ---

typedef struct Fault {
    const char *name;
    FakeFault fault;
    int code, verify;
    int timeouts, crashes, bad_replies, resets, last_error;
    const char *words; // of the warning
    const char *state; // at the end
} Fault;

static const Fault faults[] = {
    {"crash", FAKE_CRASH, 0, 0, 0, 1, 0, 1, 104, "0x68 (connection reset", "ready"},
    {"hang", FAKE_HANG, 0, 0, 1, 0, 0, 1, QSR_RPC_EXPIRED, "not done in time", "ready"},
    {"no status", FAKE_NO_STATUS, 0, 0, 0, 0, 1, 1, 0, "the status is of frame", "ready"},
    {"wrong status", FAKE_WRONG_STATUS, 0, 0, 0, 0, 1, 1, 0, "instead of", "ready"},
    {"half a status", FAKE_HALF_STATUS, 0, 0, 0, 0, 1, 1, 0, "makes no sense", "ready"},
    {"wrong bytes", FAKE_WRONG_BYTES, 0, 1, 0, 0, 1, 0, 0, "other bytes", "disabled"},
    {"error", FAKE_CODE, (int)0x80000401u, 0, 0, 0, 0, 1, (int)0x80000401u,
     "0x80000401 (general failure)", "ready"},
    {"driver", FAKE_CODE, 0x200, 0, 0, 0, 0, 1, 0x200, "0x200 (the FastRPC driver", "ready"},
    {"bad parameter", FAKE_CODE, (int)0x8000040Eu, 0, 0, 0, 0, 0, (int)0x8000040Eu,
     "not used any more", "disabled"},
    {"unsupported", FAKE_CODE, (int)0x80000414u, 0, 0, 0, 0, 0, (int)0x80000414u,
     "not used any more", "disabled"},
    {"out of memory", FAKE_CODE, 2, 0, 0, 0, 0, 1, 2, "0x2 (out of memory)", "ready"},
};

static void test_fault(const Fault *f)
{
    Log log = {0};
    QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, &log);
    FakeDsp d;
    s.hexagon_verify = f->verify;
    s.hexagon_timeout_ms = 100;
    fake->reset(&d);
    d.fault = f->fault;
    d.code = f->code;
    d.fault_frame = FAULT_FRAME;
    fake->change(&d);
    Bench b = begin_usual(&s);
    for (int n = 0; n < FRAMES; n++) {
        if (n == FAULT_FRAME + 1) {
            CHECK(log.warnings == 1, "%s: %d warnings", f->name, log.warnings);
            CHECK(strstr(log.last, f->words), "%s: %s", f->name, log.last);
            CHECK(in_state(&b, f->resets ? "lost" : "disabled"), "%s", stats_of(&b).state);
            // Once is enough.
            fake->look(&d);
            d.fault = FAKE_NONE;
            fake->change(&d);
        }
        if (n > FAULT_FRAME && !in_state(&b, f->state))
            nap(3);
        one_frame(&b);
    }
    const QsrBackendStats st = stats_of(&b);
    CHECK(in_state(&b, f->state), "%s: %s at the end", f->name, st.state);
    CHECK(st.frames_cpu + st.frames_dsp == FRAMES, "%s: %d frames", f->name,
          (int)(st.frames_cpu + st.frames_dsp));
    CHECK(st.redone == 1 && (int)st.timeouts == f->timeouts && (int)st.crashes == f->crashes &&
              (int)st.bad_replies == f->bad_replies && (int)st.resets == f->resets,
          "%s: redone %d, timeouts %d, crashes %d, bad replies %d, resets %d", f->name,
          (int)st.redone, (int)st.timeouts, (int)st.crashes, (int)st.bad_replies, (int)st.resets);
    CHECK(st.last_error == f->last_error, "%s: 0x%x", f->name, (unsigned)st.last_error);
    CHECK(log.warnings == 1, "%s: %d warnings, %s", f->name, log.warnings, log.last);
    fake->look(&d);
    CHECK(d.kills == f->timeouts && d.tests == 1 + f->resets, "%s: %d kills, %d self-tests",
          f->name, d.kills, d.tests);
    end(&b);
    check_clean(&d);
}

// Every opening crashes with its first frame: five are enough.
static void test_hopeless(void)
{
    Log log = {0};
    const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, &log);
    FakeDsp d;
    fake->reset(&d);
    d.fault = FAKE_CRASH;
    d.fault_frame = 0;
    fake->change(&d);
    Bench b = begin_usual(&s);
    for (int n = 0; n < 500 && !in_state(&b, "disabled"); n++) {
        one_frame(&b);
        nap(3);
    }
    const QsrBackendStats st = stats_of(&b);
    CHECK(st.crashes == 6 && st.resets == 5 && st.redone == 6 && st.frames_dsp == 0, "%d %d %d",
          (int)st.crashes, (int)st.resets, (int)st.redone);
    CHECK(log.warnings == 6 && strstr(log.last, "not used any more"), "%s", log.last);
    end(&b);
    check_clean(&d);
}

// A call that never returns: no second opening, a quick close, and all that it could
// write to stays until it comes back.
static void test_never_returns(int kill_hangs)
{
    QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    s.hexagon_timeout_ms = 30;
    fake->reset(&d);
    d.fault = FAKE_HANG_FOREVER;
    d.fault_frame = 4;
    d.kill_hangs = kill_hangs;
    fake->change(&d);
    Bench b = begin_usual(&s);
    for (int n = 0; n < 20; n++) {
        one_frame(&b);
        nap(3);
    }
    CHECK(in_state(&b, "lost"), "%s", stats_of(&b).state);
    fake->look(&d);
    CHECK(d.opens == 1 && d.inside >= 1 && d.live_buffers == 2, "%d %d %d", d.opens, d.inside,
          d.live_buffers);
    end(&b);
    fake->look(&d);
    CHECK(d.inside >= 1 && d.live_buffers == 2, "what it writes to is gone: %d %d", d.inside,
          d.live_buffers);
    d.released = 1;
    fake->change(&d);
    check_clean(&d);
}

// The same, but it comes back in time for another opening.
static void test_comes_back(void)
{
    QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    s.hexagon_timeout_ms = 30;
    fake->reset(&d);
    d.fault = FAKE_HANG_FOREVER;
    d.fault_frame = 4;
    fake->change(&d);
    Bench b = begin_usual(&s);
    for (int n = 0; n < 10; n++)
        one_frame(&b);
    CHECK(in_state(&b, "lost"), "%s", stats_of(&b).state);
    fake->look(&d);
    d.fault = FAKE_NONE;
    d.released = 1;
    fake->change(&d);
    for (int n = 0; n < 200 && !in_state(&b, "ready"); n++) {
        one_frame(&b);
        nap(3);
    }
    CHECK(in_state(&b, "ready") && stats_of(&b).resets == 1, "%s", stats_of(&b).state);
    one_frame(&b);
    end(&b);
    check_clean(&d);
}

static void *stop_soon(void *ctx)
{
    nap(50);
    qsr_stop_waiting(ctx);
    return NULL;
}

// Another thread ends a long wait; the frame comes from the CPU, and so do all later.
static void test_stop_waiting(void)
{
    QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    pthread_t thread;
    FakeDsp d;
    s.hexagon_timeout_ms = 60000;
    fake->reset(&d);
    d.fault = FAKE_HANG;
    d.fault_frame = 4;
    fake->change(&d);
    Bench b = begin_usual(&s);
    for (int n = 0; n < 4; n++)
        one_frame(&b);
    const double start = now_ms();
    pthread_create(&thread, NULL, stop_soon, b.ctx);
    one_frame(&b);
    one_frame(&b);
    CHECK(now_ms() - start < 700, "%.0f ms", now_ms() - start);
    pthread_join(thread, NULL);
    const QsrBackendStats st = stats_of(&b);
    CHECK(st.frames_dsp == 4 && st.frames_cpu == 2 && st.redone == 0 && st.timeouts == 0,
          "%d %d %d", (int)st.frames_dsp, (int)st.frames_cpu, (int)st.redone);
    end(&b);
    fake->look(&d);
    CHECK(d.kills == 1 && d.frames == 5, "%d %d", d.kills, d.frames);
    check_clean(&d);
}

static void test_close_hangs(void)
{
    const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    fake->reset(&d);
    d.close_hangs = 1;
    fake->change(&d);
    Bench b = begin_usual(&s);
    one_frame(&b);
    end(&b);
    fake->look(&d);
    CHECK(d.kills == 1 && d.closes == 1, "%d %d", d.kills, d.closes);
    check_clean(&d);
}

// -------------------------------------------------------------------- absence ---

typedef struct Absence {
    const char *words;
    const char *library; // NULL: the fake one
    FakeDsp d;
    const char *state;
} Absence;

#define DSP .fault_frame = -1, .abi = 1
static const Absence absences[] = {
    {"there is no FastRPC library: ", "no-such-library.so", {DSP}, "absent"},
    {"it lacks remote_handle64_open", "libm.so.6", {DSP}, "absent"},
    {"no compute DSP", NULL, {DSP, .hvx = 4, .arch = 0x69, .oldest_skel = 99}, "absent"},
    {"no vectors of 128 bytes", NULL, {DSP, .domain = 1, .arch = 0x69, .oldest_skel = 99},
     "absent"},
    {"is a v65", NULL, {DSP, .domain = 1, .hvx = 4, .arch = 0x65, .oldest_skel = 99}, "absent"},
    {"libqsr_skel_v69.so): 0x80000406 (the skel was not found", NULL,
     {DSP, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 65}, "absent"},
    {"0x72 (connection refused", NULL,
     {DSP, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99, .refuse_open = 0x72}, "absent"},
    {"takes more than 100 ms", NULL,
     {DSP, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99, .open_hangs = 1}, "absent"},
    {"takes more than 100 ms", NULL,
     {DSP, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99, .open_hangs = 2}, "absent"},
    {"speaks version 77", NULL,
     {.fault_frame = -1, .abi = 77, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99},
     "disabled"},
    {"computes other bytes", NULL,
     {DSP, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99, .wrong_test = 1}, "disabled"},
    {"sending the model: 0x80000414 (not supported)", NULL,
     {DSP, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99, .load_code = (int)0x80000414u},
     "disabled"},
};

static void test_absence(const Absence *a)
{
    FakeDsp d, want = a->d;
    Log log = {0}, quiet = {0};
    QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, &log);
    s.hexagon_library = a->library ? a->library : library;
    fake->reset(&d);
    want.inside = d.inside;
    want.live_buffers = d.live_buffers;
    fake->change(&want);
    qsr_hex_tuning.open_ms = want.open_hangs ? 100 : 0;

    Bench b = begin_usual(&s);
    for (int n = 0; n < 3; n++)
        one_frame(&b);
    CHECK(log.warnings == 1 && strstr(log.last, a->words), "\"%s\": %d, %s", a->words,
          log.warnings, log.last);
    const QsrBackendStats st = stats_of(&b);
    CHECK(in_state(&b, a->state) && st.backend == QSR_BACKEND_CPU && st.frames_cpu == 3,
          "\"%s\": %s", a->words, st.state);
    end(&b);

    // Without the CPU to fall back on it is an error with the same words.
    QsrContext *ctx;
    QsrError err;
    s.hexagon_no_fallback = 1;
    CHECK(qsr_open(&ctx, model, &s, &err) == QSR_ERR_UNSUPPORTED && !ctx, "\"%s\"", a->words);
    CHECK(strstr(err.message, a->words) && !strstr(err.message, "; the CPU"), "%s", err.message);
    CHECK(log.warnings == 1, "\"%s\": a warning besides the error", a->words);

    // And AUTO never says a word where there is none.
    s = settings_for(QSR_BACKEND_AUTO, &quiet);
    s.hexagon_library = a->library ? a->library : library;
    b = begin_usual(&s);
    for (int n = 0; n < 100 && in_state(&b, "probing"); n++) {
        one_frame(&b);
        nap(3);
    }
    one_frame(&b);
    CHECK(in_state(&b, a->state), "\"%s\", auto: %s", a->words, stats_of(&b).state);
    CHECK(quiet.warnings == (strcmp(a->state, "disabled") == 0) && quiet.infos > 0,
          "\"%s\", auto: %s", a->words, quiet.last);
    end(&b);
    qsr_hex_tuning.open_ms = 0;
    fake->look(&d);
    d.released = 1;
    fake->change(&d);
    check_clean(&d);
}

static void test_skel_choice(void)
{
    static const struct {
        int arch, oldest, skel;
    } rows[] = {{0x66, 99, 66}, {0x67, 99, 66}, {0x68, 99, 68}, {0x69, 99, 69}, {0x71, 99, 69},
                {0x73, 99, 73}, {0x75, 99, 73}, {0x81, 99, 73}, {0, 99, 66},    {0x8c69, 99, 69},
                {0x75, 70, 69}, {0x73, 66, 66}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
        char skel[64];
        FakeDsp d;
        fake->reset(&d);
        d.arch = rows[i].arch;
        d.oldest_skel = rows[i].oldest;
        fake->change(&d);
        Bench b = begin_usual(&s);
        fake->look(&d);
        snprintf(skel, sizeof(skel), "libqsr_skel_v%d.so", rows[i].skel);
        CHECK(!strcmp(d.skel, skel) && in_state(&b, "ready"), "arch 0x%x: %s, %s", rows[i].arch,
              d.skel, stats_of(&b).state);
        end(&b);
    }
}

// Pictures that the DSP cannot make are not its end.
static void test_configuration(void)
{
    Log log = {0};
    const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, &log);
    FakeDsp d;
    fake->reset(&d);
    d.config_code = (int)0x80000414u;
    fake->change(&d);
    Bench b = begin_usual(&s);
    for (int n = 0; n < 3; n++)
        one_frame(&b);
    CHECK(in_state(&b, "ready") && stats_of(&b).backend == QSR_BACKEND_CPU, "%s",
          stats_of(&b).state);
    CHECK(log.warnings == 1 && strstr(log.last, "cannot make I420 74x36 of I420 37x18"), "%s",
          log.last);
    fake->look(&d);
    CHECK(d.configs == 1 && d.frames == 0, "%d %d", d.configs, d.frames);
    end(&b);

    // Too little memory for all threads is enough for one.
    fake->reset(&d);
    d.config_code = (int)0x80000402u;
    d.config_code_threads = 1;
    d.no_memory = 1; // rpcmem has none either: the driver copies
    fake->change(&d);
    qsr_hex_tuning.threads = 3;
    b = begin_usual(&s);
    one_frame(&b);
    fake->look(&d);
    CHECK(d.configs == 2 && d.threads == 1 && d.frames == 1, "%d %u %d", d.configs, d.threads,
          d.frames);
    end(&b);
    qsr_hex_tuning.threads = 0;
    check_clean(&d);
}

static void test_shared_memory(void)
{
    const QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    fake->reset(&d);
    Bench b = begin_usual(&s);
    CHECK(qsr_share_memory(b.cpu, b.in.memory, b.in.size, 7) == 0, "with the CPU");
    one_frame(&b);
    CHECK(qsr_share_memory(b.ctx, b.in.memory, b.in.size, 7) == 1, "not shared");
    for (int n = 0; n < 4; n++)
        one_frame(&b);
    fake->look(&d);
    CHECK(d.in_place == 4 && d.registered == 1 && d.configs == 2, "%d %d %d", d.in_place,
          d.registered, d.configs);
    qsr_forget_memory(b.ctx, b.in.memory);
    qsr_forget_memory(b.ctx, b.in.memory);
    one_frame(&b);
    // All but the last byte is not all.
    CHECK(qsr_share_memory(b.ctx, b.in.memory, b.in.size - 4, 7) == 1, "not shared");
    one_frame(&b);
    fake->look(&d);
    CHECK(d.in_place == 4 && d.registered == 1, "%d %d", d.in_place, d.registered);
    qsr_forget_memory(b.ctx, b.in.memory);
    end(&b);
    check_clean(&d);
}

// ----------------------------------------------------------------------- auto ---

// A DSP that is slower gets no frame and costs no time; a faster one gets them.
static void test_auto(bool slow)
{
    QsrSettings s = settings_for(QSR_BACKEND_AUTO, NULL);
    FakeDsp d;
    double worst = 0;
    fake->reset(&d);
    d.frame_ms = slow ? 300 : 0;
    fake->change(&d);
    s.hexagon_timeout_ms = 5000;
    if (!slow)
        CHECK(qsr_set_cpu_mask("c", NULL) == 0, "mask"); // the fake library's is its own
    Bench b = begin(model, &s, QSR_FORMAT_I420, QSR_FORMAT_I420, slow ? W : 160, slow ? H : 40);
    for (int n = 0; n < 200 && in_state(&b, "probing"); n++) {
        one_frame(&b);
        nap(3);
    }
    for (int n = 0; n < (slow ? 200 : 40); n++) {
        draw(&b.in, ++b.frame);
        const double start = now_ms();
        CHECK(qsr_process(b.ctx, &b.in.pic, &b.out.pic, NULL) == 0, "frame %d", n);
        worst = now_ms() - start > worst ? now_ms() - start : worst;
        CHECK(qsr_process(b.cpu, &b.in.pic, &b.expected.pic, NULL) == 0, "frame %d", n);
        CHECK(!memcmp(b.out.memory, b.expected.memory, b.out.size), "frame %d", n);
        nap(slow ? 8 : 0);
    }
    const QsrBackendStats st = stats_of(&b);
    CHECK(in_state(&b, "ready"), "%s", st.state);
    fake->look(&d);
    if (slow) {
        CHECK(st.backend == QSR_BACKEND_CPU && st.frames_dsp == 0 && st.dsp_ms > 250, "%d %f",
              (int)st.frames_dsp, st.dsp_ms);
        CHECK(worst < 250, "a frame took %.0f ms", worst);
        CHECK(d.frames == 3, "%d trials", d.frames);
    } else {
        CHECK(st.backend == QSR_BACKEND_HEXAGON && st.frames_dsp > 30, "%d, DSP %f ms, CPU %f ms",
              (int)st.frames_dsp, st.dsp_ms, st.cpu_ms);
    }
    end(&b);
    CHECK(qsr_set_cpu_mask("all", NULL) == 0, "mask");
    check_clean(&d);
}

// -------------------------------------------------------------------- threads ---

static atomic_bool stop_watching;

static void *watch(void *arg)
{
    QsrBackendStats s;
    while (!stop_watching) {
        qsr_get_stats(arg, &s);
        CHECK(s.state && s.frames_cpu + s.frames_dsp <= 200, "%s", s.state);
        nap(1);
    }
    return NULL;
}

// Two contexts, faults in both, killed by each other, while their counters are read.
static void *run_many(void *arg)
{
    QsrSettings s = settings_for(QSR_BACKEND_HEXAGON, NULL);
    pthread_t watcher;
    s.hexagon_timeout_ms = 60;
    (void)arg;
    Bench b = begin_usual(&s);
    pthread_create(&watcher, NULL, watch, b.ctx);
    for (int n = 0; n < 60; n++)
        one_frame(&b);
    stop_watching = true;
    pthread_join(watcher, NULL);
    end(&b);
    return NULL;
}

static void test_two_contexts(void)
{
    pthread_t other;
    FakeDsp d;
    fake->reset(&d);
    d.fault = FAKE_HANG;
    d.fault_frame = 10;
    fake->change(&d);
    pthread_create(&other, NULL, run_many, NULL);
    run_many(NULL);
    pthread_join(other, NULL);
    check_clean(&d);
}

int main(int argc, char **argv)
{
    const QsrTestModelSpec spec = {.scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1,
                                   .seed = 5};
    uint8_t *file;
    FakeDsp d;
    if (argc != 2) {
        printf("usage: test-hexagon LIBRARY\n");
        return 1;
    }
    library = argv[1];
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    fake = handle ? dlsym(handle, "fakedsp") : NULL;
    const size_t size = qsr_test_model(&file, &spec);
    if (!fake || qsr_model_open_memory(&model, file, size, NULL, NULL) < 0) {
        printf("no library or no model: %s\n", dlerror());
        return 1;
    }
    free(file);
    fake->reset(&d);
    qsr_hex_tuning.first_wait_ms = 1;
    test_healthy();
    test_geometry();
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        test_fault(&faults[i]);
    test_hopeless();
    test_never_returns(0);
    test_never_returns(1);
    test_comes_back();
    test_stop_waiting();
    test_close_hangs();
    for (size_t i = 0; i < sizeof(absences) / sizeof(absences[0]); i++)
        test_absence(&absences[i]);
    test_skel_choice();
    test_configuration();
    test_shared_memory();
    test_auto(true);
    if (qsr_cpu_flags())
        test_auto(false);
    test_two_contexts();
    qsr_model_unref(&model);
    dlclose(handle);
    return check_result();
}

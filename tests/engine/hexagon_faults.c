// SPDX-License-Identifier: BSD-2-Clause
//
// The Hexagon backend over a library that has no DSP behind it: whatever goes wrong,
// every frame comes out, and with the CPU's bytes. usage: test LIBRARY
#include <pthread.h>
#include <string.h>

#include "src/backend_hexagon.h"
#include "tests/engine/hexbench.h"

#define FRAMES 60
#define FAULT_FRAME 20
// Long enough for a frame on a busy machine with sanitizers.
#define TIMEOUT_MS 500


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
    HexLog log = {0};
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, &log);
    FakeDsp d;
    s.hexagon_verify = f->verify;
    s.hexagon_timeout_ms = TIMEOUT_MS;
    hexbench_fake->reset(&d);
    d.fault = f->fault;
    d.code = f->code;
    d.fault_frame = FAULT_FRAME;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < FRAMES; n++) {
        if (n == FAULT_FRAME + 1) {
            CHECK(log.warnings == 1, "%s: %d warnings", f->name, log.warnings);
            CHECK(strstr(log.last, f->words), "%s: %s", f->name, log.last);
            CHECK(hexbench_in_state(&b, f->resets ? "lost" : "disabled"), "%s",
                  hexbench_stats(&b).state);
            // Once is enough.
            hexbench_fake->look(&d);
            d.fault = FAKE_NONE;
            hexbench_fake->change(&d);
        }
        if (n > FAULT_FRAME && !hexbench_in_state(&b, f->state))
            hexbench_nap(3);
        hexbench_frame(&b);
    }
    const QsrBackendStats st = hexbench_stats(&b);
    CHECK(hexbench_in_state(&b, f->state), "%s: %s at the end", f->name, st.state);
    CHECK(st.frames_cpu + st.frames_dsp == FRAMES, "%s: %d frames", f->name,
          (int)(st.frames_cpu + st.frames_dsp));
    CHECK(st.redone == 1 && (int)st.timeouts == f->timeouts && (int)st.crashes == f->crashes &&
              (int)st.bad_replies == f->bad_replies && (int)st.resets == f->resets,
          "%s: redone %d, timeouts %d, crashes %d, bad replies %d, resets %d", f->name,
          (int)st.redone, (int)st.timeouts, (int)st.crashes, (int)st.bad_replies, (int)st.resets);
    CHECK(st.last_error == f->last_error, "%s: 0x%x", f->name, (unsigned)st.last_error);
    CHECK(log.warnings == 1, "%s: %d warnings, %s", f->name, log.warnings, log.last);
    hexbench_fake->look(&d);
    CHECK(d.kills == f->timeouts && d.tests == 1 + f->resets, "%s: %d kills, %d self-tests",
          f->name, d.kills, d.tests);
    hexbench_end(&b);
    hexbench_check_clean();
}

// Every opening crashes with its first frame: five are enough.
static void test_hopeless(void)
{
    HexLog log = {0};
    const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, &log);
    FakeDsp d;
    hexbench_fake->reset(&d);
    d.fault = FAKE_CRASH;
    d.fault_frame = 0;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 500 && !hexbench_in_state(&b, "disabled"); n++) {
        hexbench_frame(&b);
        hexbench_nap(3);
    }
    const QsrBackendStats st = hexbench_stats(&b);
    CHECK(st.crashes == 6 && st.resets == 5 && st.redone == 6 && st.frames_dsp == 0, "%d %d %d",
          (int)st.crashes, (int)st.resets, (int)st.redone);
    CHECK(log.warnings == 6 && strstr(log.last, "not used any more"), "%s", log.last);
    hexbench_end(&b);
    hexbench_check_clean();
}

// A call that never returns: no second opening, a quick close, and all that it could
// write to stays until it comes back.
static void test_never_returns(int kill_hangs)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    s.hexagon_timeout_ms = TIMEOUT_MS;
    hexbench_fake->reset(&d);
    d.fault = FAKE_HANG_FOREVER;
    d.fault_frame = 4;
    d.kill_hangs = kill_hangs;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 20; n++) {
        hexbench_frame(&b);
        hexbench_nap(3);
    }
    CHECK(hexbench_in_state(&b, "lost"), "%s", hexbench_stats(&b).state);
    hexbench_fake->look(&d);
    CHECK(d.opens == 1 && d.inside >= 1 && d.live_buffers == 2, "%d %d %d", d.opens, d.inside,
          d.live_buffers);
    hexbench_end(&b);
    hexbench_fake->look(&d);
    CHECK(d.inside >= 1 && d.live_buffers == 2, "what it writes to is gone: %d %d", d.inside,
          d.live_buffers);
    d.released = 1;
    hexbench_fake->change(&d);
    hexbench_check_clean();
}

// The same, but it comes back in time for another opening.
static void test_comes_back(void)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    s.hexagon_timeout_ms = TIMEOUT_MS;
    hexbench_fake->reset(&d);
    d.fault = FAKE_HANG_FOREVER;
    d.fault_frame = 4;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 10; n++)
        hexbench_frame(&b);
    CHECK(hexbench_in_state(&b, "lost"), "%s", hexbench_stats(&b).state);
    hexbench_fake->look(&d);
    d.fault = FAKE_NONE;
    d.released = 1;
    hexbench_fake->change(&d);
    for (int n = 0; n < 200 && !hexbench_in_state(&b, "ready"); n++) {
        hexbench_frame(&b);
        hexbench_nap(3);
    }
    CHECK(hexbench_in_state(&b, "ready") && hexbench_stats(&b).resets == 1, "%s",
          hexbench_stats(&b).state);
    hexbench_frame(&b);
    hexbench_end(&b);
    hexbench_check_clean();
}

static void *stop_soon(void *ctx)
{
    hexbench_nap(50);
    qsr_stop_waiting(ctx);
    return NULL;
}

// Another thread ends a long wait; the frame comes from the CPU, and so do all later.
static void test_stop_waiting(void)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    pthread_t thread;
    FakeDsp d;
    s.hexagon_timeout_ms = 60000;
    hexbench_fake->reset(&d);
    d.fault = FAKE_HANG;
    d.fault_frame = 4;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 4; n++)
        hexbench_frame(&b);
    const double start = hexbench_now_ms();
    pthread_create(&thread, NULL, stop_soon, b.ctx);
    hexbench_frame(&b);
    hexbench_frame(&b);
    CHECK(hexbench_now_ms() - start < 700, "%.0f ms", hexbench_now_ms() - start);
    pthread_join(thread, NULL);
    const QsrBackendStats st = hexbench_stats(&b);
    CHECK(st.frames_dsp == 4 && st.frames_cpu == 2 && st.redone == 0 && st.timeouts == 0,
          "%d %d %d", (int)st.frames_dsp, (int)st.frames_cpu, (int)st.redone);
    hexbench_end(&b);
    hexbench_fake->look(&d);
    CHECK(d.kills == 1 && d.frames == 5, "%d %d", d.kills, d.frames);
    hexbench_check_clean();
}

static void test_close_hangs(void)
{
    const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    hexbench_fake->reset(&d);
    d.close_hangs = 1;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    hexbench_frame(&b);
    hexbench_end(&b);
    hexbench_fake->look(&d);
    CHECK(d.kills == 1 && d.closes == 1, "%d %d", d.kills, d.closes);
    hexbench_check_clean();
}

// -------------------------------------------------------------------- threads ---

static atomic_bool stop_watching;

static void *watch(void *arg)
{
    QsrBackendStats s;
    while (!stop_watching) {
        qsr_get_stats(arg, &s);
        CHECK(s.state && s.frames_cpu + s.frames_dsp <= 200, "%s", s.state);
        hexbench_nap(1);
    }
    return NULL;
}

// Two contexts, faults in both, killed by each other, while their counters are read.
static void *run_many(void *arg)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    pthread_t watcher;
    s.hexagon_timeout_ms = TIMEOUT_MS;
    (void)arg;
    HexBench b = hexbench_begin_usual(&s);
    pthread_create(&watcher, NULL, watch, b.ctx);
    for (int n = 0; n < 60; n++)
        hexbench_frame(&b);
    stop_watching = true;
    pthread_join(watcher, NULL);
    hexbench_end(&b);
    return NULL;
}

static void test_two_contexts(void)
{
    pthread_t other;
    FakeDsp d;
    hexbench_fake->reset(&d);
    d.fault = FAKE_HANG;
    d.fault_frame = 10;
    hexbench_fake->change(&d);
    pthread_create(&other, NULL, run_many, NULL);
    run_many(NULL);
    pthread_join(other, NULL);
    hexbench_check_clean();
}

int main(int argc, char **argv)
{
    FakeDsp d;
    if (argc != 2 || !hexbench_init(argv[1], NULL) || !hexbench_fake) {
        printf("usage: %s FAKE-LIBRARY\n", argv[0]);
        return 1;
    }
    hexbench_fake->reset(&d);
    qsr_hex_tuning.first_wait_ms = 1;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        test_fault(&faults[i]);
    test_hopeless();
    test_never_returns(0);
    test_never_returns(1);
    test_comes_back();
    test_stop_waiting();
    test_close_hangs();
    test_two_contexts();
    return hexbench_finish() | check_result();
}

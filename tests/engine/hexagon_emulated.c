// SPDX-License-Identifier: BSD-2-Clause
//
// The engine on an emulated DSP, which runs the skel that devices run: all built-in
// models, thread counts, odd widths and formats give the CPU's bytes; and faults with
// two contexts at a time, while a third thread reads their counters.
// usage: test LIBRARY FOLDER-OF-SKELS
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/backend_hexagon.h"
#include "tests/engine/hexbench.h"
#include "tests/engine/testmodel.h"

static void (*emulator_reset)(void);
static long (*emulator_count)(const char *);

static void set_faults(const char *faults)
{
    setenv("QSR_EMU_FAULTS", faults, 1);
    emulator_reset();
}

static void check_clean(void)
{
    CHECK(emulator_count("handles") == 0 && emulator_count("buffers") == 0 &&
              emulator_count("processes") == 0,
          "%ld handles, %ld buffers, %ld processes", emulator_count("handles"),
          emulator_count("buffers"), emulator_count("processes"));
}

static void wait_until_ready(HexBench *b)
{
    for (int n = 0; n < 100 && !hexbench_in_state(b, "ready"); n++) {
        hexbench_frame(b);
        hexbench_nap(50);
    }
    CHECK(hexbench_in_state(b, "ready"), "%s", hexbench_stats(b).state);
}

// Two frames on the DSP alone.
static void check_frames(HexBench *b, const char *what)
{
    wait_until_ready(b);
    const uint64_t before = hexbench_stats(b).frames_dsp;
    for (int n = 0; n < 2; n++)
        hexbench_frame(b);
    CHECK(hexbench_stats(b).frames_dsp == before + 2, "%s: %d frames", what,
          (int)(hexbench_stats(b).frames_dsp - before));
}

static void test_models(void)
{
    static const struct {
        QsrFormat from, to;
        int w, h;
    } rows[] = {{QSR_FORMAT_NV12, QSR_FORMAT_NV12, 61, 5},
                {QSR_FORMAT_I420, QSR_FORMAT_RGB, 33, 7},
                {QSR_FORMAT_RGB, QSR_FORMAT_I420, 1, 3},
                {QSR_FORMAT_RGBX, QSR_FORMAT_NV21, 67, 2}};
    const QsrBuiltinModel *builtin = qsr_builtin_models();
    for (int i = 0; builtin[i].name; i++) {
        QsrModel *m;
        const int k = i % 4;
        QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
        CHECK(qsr_model_open(&m, builtin[i].name, builtin[i].scale, NULL) == 0, "%s",
              builtin[i].name);
        // Strips of the skel's choice, and narrow ones for more tasks than threads.
        s.strip_width = i % 2 ? 16 : 0;
        s.band_height = i % 2 ? 2 : 0;
        qsr_hex_tuning.threads = 1 + k;
        HexBench b = hexbench_begin(m, &s, rows[k].from, rows[k].to, rows[k].w, rows[k].h);
        check_frames(&b, builtin[i].name);
        hexbench_end(&b);
        qsr_model_unref(&m);
    }
    check_clean();
}

static void test_threads(void)
{
    for (int threads = 1; threads <= 4; threads++) {
        QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
        s.strip_width = 8 + threads;
        s.band_height = 4;
        qsr_hex_tuning.threads = threads;
        HexBench b = hexbench_begin_usual(&s);
        check_frames(&b, "threads");
        hexbench_end(&b);
    }
    qsr_hex_tuning.threads = 0;
    check_clean();
}

static atomic_bool stop;

static void *watch(void *arg)
{
    QsrBackendStats s;
    while (!stop) {
        qsr_get_stats(arg, &s);
        CHECK(s.state != NULL, "no state");
        hexbench_nap(1);
    }
    return NULL;
}

static void *run_one(void *arg)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    pthread_t watcher;
    s.hexagon_timeout_ms = 1500;
    HexBench b = hexbench_begin_usual(&s);
    pthread_create(&watcher, NULL, watch, b.ctx);
    for (int n = 0; n < 25; n++)
        hexbench_frame(&b);
    stop = true;
    pthread_join(watcher, NULL);
    hexbench_end(&b);
    return arg;
}

static void test_faults(void)
{
    static const char *const faults[] = {"crash@6,crash@open:4", "hang@9", "hang@load:2",
                                         "garbage@7,break@12,crash@15"};
    for (int i = 0; i < 4; i++) {
        pthread_t other;
        stop = false;
        set_faults(faults[i]);
        pthread_create(&other, NULL, run_one, NULL);
        run_one(NULL);
        pthread_join(other, NULL);
        check_clean();
    }
    set_faults("");
}

int main(int argc, char **argv)
{
    if (argc != 3 || !hexbench_init(argv[1], argv[2])) {
        printf("usage: %s LIBRARY FOLDER-OF-SKELS\n", argv[0]);
        return 1;
    }
    void *handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    *(void **)&emulator_reset = dlsym(handle, "qsr_emu_reset");
    *(void **)&emulator_count = dlsym(handle, "qsr_emu_count");
    if (!emulator_reset || !emulator_count) {
        printf("%s is not the emulator\n", argv[1]);
        return 1;
    }
    qsr_hex_tuning.first_wait_ms = 1;
    test_models();
    test_threads();
    test_faults();
    dlclose(handle);
    return hexbench_finish() | check_result();
}

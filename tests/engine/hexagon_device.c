// SPDX-License-Identifier: BSD-2-Clause
//
// The Hexagon backend over a library that has no DSP behind it: what it finds, what
// it asks for, and which frames it gives to whom. usage: test LIBRARY
#include <stdlib.h>
#include <string.h>

#include "src/backend_hexagon.h"
#include "tests/engine/hexbench.h"
#include "tests/engine/testmodel.h"


// -------------------------------------------------------------------- healthy ---

static void test_healthy(void)
{
    static const QsrScale scales[] = {{2, 1}, {3, 1}, {4, 1}, {3, 2}};
    static const QsrFormat formats[] = {QSR_FORMAT_NV12, QSR_FORMAT_I420, QSR_FORMAT_RGB,
                                        QSR_FORMAT_RGBA, QSR_FORMAT_GRAY8};
    FakeDsp d;
    for (int i = 0; i < 5; i++) {
        const QsrTestModelSpec spec = {.scale = scales[i % 4], .channels = i == 1 ? 64 : 32,
                                       .blocks = 1 + i % 2, .seed = 7};
        uint8_t *file;
        const size_t size = qsr_test_model(&file, &spec);
        QsrModel *m;
        HexLog log = {0};
        const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, &log);
        CHECK(qsr_model_open_memory(&m, file, size, NULL, NULL) == 0, "no model");
        free(file);
        hexbench_fake->reset(&d);
        HexBench b = hexbench_begin(m, &s, formats[i], formats[i * 2 % 5], 20 - i, 5 + i);
        for (int n = 0; n < 6; n++)
            hexbench_frame(&b);
        const QsrBackendStats st = hexbench_stats(&b);
        CHECK(st.backend == QSR_BACKEND_HEXAGON && hexbench_in_state(&b, "ready"), "%s",
              st.state);
        CHECK(st.frames_dsp == 6 && st.frames_cpu == 0 && st.compared == 3 && !st.redone,
              "%d %d %d %d", (int)st.frames_dsp, (int)st.frames_cpu, (int)st.compared,
              (int)st.redone);
        CHECK(st.dsp_ms > 0 && st.cpu_ms > 0 && st.last_error == 0, "%f %f %d", st.dsp_ms,
              st.cpu_ms, st.last_error);
        CHECK(log.warnings == 0, "%s", log.last);
        hexbench_end(&b);
        hexbench_fake->look(&d);
        CHECK(d.opens == 1 && d.closes == 1 && d.kills == 0 && d.tests == 1 && d.configs == 1 &&
                  d.frames == 6 && d.unsigned_asked == 1,
              "%d %d %d %d %d %d", d.opens, d.closes, d.kills, d.tests, d.configs, d.frames);
        hexbench_check_clean();
        qsr_model_unref(&m);
    }
}

// A change of size or format configures anew; prepare does so ahead of time.
static void test_geometry(void)
{
    const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    hexbench_fake->reset(&d);
    HexBench b = hexbench_begin_usual(&s);
    hexbench_frame(&b);
    HexBuffer small = hexbench_buffer(QSR_FORMAT_RGB, 5, 3);
    HexBuffer large = hexbench_buffer(QSR_FORMAT_RGB, 10, 6);
    CHECK(qsr_prepare(b.ctx, &small.pic, &large.pic, NULL) == 0, "prepare");
    hexbench_fake->look(&d);
    CHECK(d.configs == 2 && d.frames == 1, "%d %d", d.configs, d.frames);
    CHECK(qsr_process(b.ctx, &small.pic, &large.pic, NULL) == 0, "small");
    hexbench_frame(&b);
    hexbench_fake->look(&d);
    CHECK(d.configs == 3 && d.frames == 3, "%d %d", d.configs, d.frames);
    hexbench_end(&b);
    free(small.memory);
    free(large.memory);
    hexbench_check_clean();
}

// A frame that comes again is copied on this side; another one is not.
static void test_reuse(void)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    s.reuse = 1;
    hexbench_fake->reset(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 40; n++) {
        if (n % 4 == 0)
            hexbench_frame(&b);
        memset(b.out.memory, n, b.out.size);
        CHECK(qsr_process(b.ctx, &b.in.pic, &b.out.pic, NULL) == 0, "frame %d", n);
        for (int plane = 0; plane < qsr_format_planes(b.out.pic.format); plane++) {
            size_t row;
            int rows;
            qsr_format_plane_size(b.out.pic.format, plane, b.out.pic.width, b.out.pic.height, &row,
                                  &rows);
            for (int y = 0; y < rows; y++)
                CHECK(!memcmp(b.out.pic.data[plane] + y * b.out.pic.stride[plane],
                              b.expected.pic.data[plane] + y * b.expected.pic.stride[plane], row),
                      "frame %d, plane %d, row %d", n, plane, y);
        }
    }
    const QsrBackendStats st = hexbench_stats(&b);
    hexbench_fake->look(&d);
    CHECK(st.frames_dsp + st.frames_cpu == 50 && st.frames_dsp <= 13 && d.frames <= 13,
          "%d %d %d", (int)st.frames_dsp, (int)st.frames_cpu, d.frames);
    CHECK(st.reused > 0.7 && st.reused < 0.82, "reused %f", st.reused);
    hexbench_end(&b);
    hexbench_check_clean();
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
    HexLog log = {0}, quiet = {0};
    QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, &log);
    s.hexagon_library = a->library ? a->library : hexbench_library;
    hexbench_fake->reset(&d);
    want.inside = d.inside;
    want.live_buffers = d.live_buffers;
    hexbench_fake->change(&want);
    qsr_hex_tuning.open_ms = want.open_hangs ? 100 : 0;

    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 3; n++)
        hexbench_frame(&b);
    CHECK(log.warnings == 1 && strstr(log.last, a->words), "\"%s\": %d, %s", a->words,
          log.warnings, log.last);
    const QsrBackendStats st = hexbench_stats(&b);
    CHECK(hexbench_in_state(&b, a->state) && st.backend == QSR_BACKEND_CPU && st.frames_cpu == 3,
          "\"%s\": %s", a->words, st.state);
    hexbench_end(&b);

    // Without the CPU to fall back on it is an error with the same words.
    QsrContext *ctx;
    QsrError err;
    s.hexagon_no_fallback = 1;
    CHECK(qsr_open(&ctx, hexbench_model, &s, &err) == QSR_ERR_UNSUPPORTED && !ctx, "\"%s\"",
          a->words);
    CHECK(strstr(err.message, a->words) && !strstr(err.message, "; the CPU"), "%s", err.message);
    CHECK(log.warnings == 1, "\"%s\": a warning besides the error", a->words);

    // And AUTO never says a word where there is none.
    s = hexbench_settings(QSR_BACKEND_AUTO, &quiet);
    s.hexagon_library = a->library ? a->library : hexbench_library;
    b = hexbench_begin_usual(&s);
    for (int n = 0; n < 100 && hexbench_in_state(&b, "probing"); n++) {
        hexbench_frame(&b);
        hexbench_nap(3);
    }
    hexbench_frame(&b);
    CHECK(hexbench_in_state(&b, a->state), "\"%s\", auto: %s", a->words, hexbench_stats(&b).state);
    CHECK(quiet.warnings == (strcmp(a->state, "disabled") == 0) && quiet.infos > 0,
          "\"%s\", auto: %s", a->words, quiet.last);
    hexbench_end(&b);
    qsr_hex_tuning.open_ms = 0;
    hexbench_fake->look(&d);
    d.released = 1;
    hexbench_fake->change(&d);
    hexbench_check_clean();
}

static void test_skel_choice(void)
{
    static const struct {
        int arch, oldest, skel;
    } rows[] = {{0x66, 99, 66}, {0x67, 99, 66}, {0x68, 99, 68}, {0x69, 99, 69}, {0x71, 99, 69},
                {0x73, 99, 73}, {0x75, 99, 73}, {0x81, 99, 73}, {0, 99, 66},    {0x8c69, 99, 69},
                {0x75, 70, 69}, {0x73, 66, 66}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
        char skel[64];
        FakeDsp d;
        hexbench_fake->reset(&d);
        d.arch = rows[i].arch;
        d.oldest_skel = rows[i].oldest;
        hexbench_fake->change(&d);
        HexBench b = hexbench_begin_usual(&s);
        hexbench_fake->look(&d);
        snprintf(skel, sizeof(skel), "libqsr_skel_v%d.so", rows[i].skel);
        CHECK(!strcmp(d.skel, skel) && hexbench_in_state(&b, "ready"), "arch 0x%x: %s, %s",
              rows[i].arch, d.skel, hexbench_stats(&b).state);
        hexbench_end(&b);
    }
}

// Pictures that the DSP cannot make are not its end.
static void test_configuration(void)
{
    HexLog log = {0};
    const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, &log);
    FakeDsp d;
    hexbench_fake->reset(&d);
    d.config_code = (int)0x80000414u;
    hexbench_fake->change(&d);
    HexBench b = hexbench_begin_usual(&s);
    for (int n = 0; n < 3; n++)
        hexbench_frame(&b);
    CHECK(hexbench_in_state(&b, "ready") && hexbench_stats(&b).backend == QSR_BACKEND_CPU, "%s",
          hexbench_stats(&b).state);
    CHECK(log.warnings == 1 && strstr(log.last, "cannot make I420 38x12 of I420 19x6"), "%s",
          log.last);
    hexbench_fake->look(&d);
    CHECK(d.configs == 1 && d.frames == 0, "%d %d", d.configs, d.frames);
    hexbench_end(&b);

    // Too little memory for all threads is enough for one.
    hexbench_fake->reset(&d);
    d.config_code = (int)0x80000402u;
    d.config_code_threads = 1;
    d.no_memory = 1; // rpcmem has none either: the driver copies
    hexbench_fake->change(&d);
    qsr_hex_tuning.threads = 3;
    b = hexbench_begin_usual(&s);
    hexbench_frame(&b);
    hexbench_fake->look(&d);
    CHECK(d.configs == 2 && d.threads == 1 && d.frames == 1, "%d %u %d", d.configs, d.threads,
          d.frames);
    hexbench_end(&b);
    qsr_hex_tuning.threads = 0;
    hexbench_check_clean();
}

static void test_shared_memory(void)
{
    const QsrSettings s = hexbench_settings(QSR_BACKEND_HEXAGON, NULL);
    FakeDsp d;
    hexbench_fake->reset(&d);
    HexBench b = hexbench_begin_usual(&s);
    CHECK(qsr_share_memory(b.cpu, b.in.memory, b.in.size, 7) == 0, "with the CPU");
    hexbench_frame(&b);
    CHECK(qsr_share_memory(b.ctx, b.in.memory, b.in.size, 7) == 1, "not shared");
    for (int n = 0; n < 4; n++)
        hexbench_frame(&b);
    hexbench_fake->look(&d);
    CHECK(d.in_place == 4 && d.registered == 1 && d.configs == 2, "%d %d %d", d.in_place,
          d.registered, d.configs);
    qsr_forget_memory(b.ctx, b.in.memory);
    qsr_forget_memory(b.ctx, b.in.memory);
    hexbench_frame(&b);
    // All but the last byte is not all.
    CHECK(qsr_share_memory(b.ctx, b.in.memory, b.in.size - 4, 7) == 1, "not shared");
    hexbench_frame(&b);
    hexbench_fake->look(&d);
    CHECK(d.in_place == 4 && d.registered == 1, "%d %d", d.in_place, d.registered);
    qsr_forget_memory(b.ctx, b.in.memory);
    hexbench_end(&b);
    hexbench_check_clean();
}

// ----------------------------------------------------------------------- auto ---

// A DSP that is slower gets no frame and costs no time; a faster one gets them.
static void test_auto(bool slow)
{
    QsrSettings s = hexbench_settings(QSR_BACKEND_AUTO, NULL);
    FakeDsp d;
    int long_frames = 0;
    hexbench_fake->reset(&d);
    d.frame_ms = slow ? 300 : 0;
    hexbench_fake->change(&d);
    s.hexagon_timeout_ms = 5000;
    if (!slow)
        CHECK(qsr_set_cpu_mask("c", NULL) == 0, "mask"); // the fake library's is its own
    HexBench b = hexbench_begin(hexbench_model, &s, QSR_FORMAT_I420, QSR_FORMAT_I420,
                                slow ? HEXBENCH_W : 96, slow ? HEXBENCH_H : 24);
    for (int n = 0; n < 200 && hexbench_in_state(&b, "probing"); n++) {
        hexbench_frame(&b);
        hexbench_nap(3);
    }
    for (int n = 0; n < (slow ? 200 : 16); n++) {
        hexbench_draw(&b.in, ++b.frame);
        const double start = hexbench_now_ms();
        CHECK(qsr_process(b.ctx, &b.in.pic, &b.out.pic, NULL) == 0, "frame %d", n);
        long_frames += hexbench_now_ms() - start > 250;
        CHECK(qsr_process(b.cpu, &b.in.pic, &b.expected.pic, NULL) == 0, "frame %d", n);
        CHECK(!memcmp(b.out.memory, b.expected.memory, b.out.size), "frame %d", n);
        hexbench_nap(slow ? 8 : 0);
    }
    const QsrBackendStats st = hexbench_stats(&b);
    CHECK(hexbench_in_state(&b, "ready"), "%s", st.state);
    hexbench_fake->look(&d);
    if (slow) {
        CHECK(st.backend == QSR_BACKEND_CPU && st.frames_dsp == 0 && st.dsp_ms > 250, "%d %f",
              (int)st.frames_dsp, st.dsp_ms);
        CHECK(long_frames < 3, "%d frames took as long as the DSP's", long_frames);
        CHECK(d.frames == 3, "%d trials", d.frames);
    } else {
        CHECK(st.backend == QSR_BACKEND_HEXAGON && st.frames_dsp > 10, "%d, DSP %f ms, CPU %f ms",
              (int)st.frames_dsp, st.dsp_ms, st.cpu_ms);
    }
    hexbench_end(&b);
    CHECK(qsr_set_cpu_mask("all", NULL) == 0, "mask");
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
    test_healthy();
    test_geometry();
    test_reuse();
    for (size_t i = 0; i < sizeof(absences) / sizeof(absences[0]); i++)
        test_absence(&absences[i]);
    test_skel_choice();
    test_configuration();
    test_shared_memory();
    test_auto(true);
    if (qsr_cpu_flags())
        test_auto(false);
    return hexbench_finish() | check_result();
}

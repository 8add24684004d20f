// SPDX-License-Identifier: BSD-2-Clause
#include "tests/engine/hexbench.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/hexagon_session.h"
#include "tests/engine/testmodel.h"

const char *hexbench_library, *hexbench_skels;
const FakeDspApi *hexbench_fake;
QsrModel *hexbench_model;
static void *handle;

bool hexbench_init(const char *library, const char *skels)
{
    const QsrTestModelSpec spec = {.scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1,
                                   .seed = 5};
    uint8_t *file;
    hexbench_library = library;
    hexbench_skels = skels;
    handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        printf("%s\n", dlerror());
        return false;
    }
    hexbench_fake = dlsym(handle, "fakedsp"); // NULL: another one
    const size_t size = qsr_test_model(&file, &spec);
    const int ret = qsr_model_open_memory(&hexbench_model, file, size, NULL, NULL);
    free(file);
    return ret == 0;
}

int hexbench_finish(void)
{
    qsr_model_unref(&hexbench_model);
    dlclose(handle);
    return check_result();
}

void hexbench_nap(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

double hexbench_now_ms(void)
{
    return (double)qsr_hex_now() / 1000;
}

HexBuffer hexbench_buffer(QsrFormat format, int w, int h)
{
    HexBuffer b = {.pic = {.format = format, .width = w, .height = h, .matrix = QSR_MATRIX_BT709,
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

void hexbench_draw(HexBuffer *b, uint32_t seed)
{
    for (size_t i = 0; i < b->size; i++)
        b->memory[i] = (uint8_t)(i * 7 + (qsr_test_random(&seed) & 63));
}

static void take_log(void *opaque, QsrLogLevel level, const char *message)
{
    HexLog *log = opaque;
    if (level > QSR_LOG_WARNING) {
        log->infos++;
        return;
    }
    log->warnings++;
    snprintf(log->last, sizeof(log->last), "%s", message);
}

QsrSettings hexbench_settings(QsrBackendId backend, HexLog *log)
{
    QsrSettings s;
    qsr_settings_default(&s);
    s.backend = backend;
    s.n_threads = 1;
    s.hexagon_library = hexbench_library;
    s.hexagon_skel_dir = hexbench_skels;
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

HexBench hexbench_begin(QsrModel *m, const QsrSettings *s, QsrFormat from, QsrFormat to, int w,
                        int h)
{
    const QsrScale scale = qsr_model_info(m)->scale;
    const int ow = qsr_scale_size(scale, w), oh = qsr_scale_size(scale, h);
    const QsrSettings cpu = hexbench_settings(QSR_BACKEND_CPU, NULL);
    return (HexBench){.ctx = open_or_die(m, s), .cpu = open_or_die(m, &cpu),
                      .in = hexbench_buffer(from, w, h), .out = hexbench_buffer(to, ow, oh),
                      .expected = hexbench_buffer(to, ow, oh)};
}

HexBench hexbench_begin_usual(const QsrSettings *s)
{
    return hexbench_begin(hexbench_model, s, QSR_FORMAT_I420, QSR_FORMAT_I420, HEXBENCH_W,
                          HEXBENCH_H);
}

void hexbench_frame(HexBench *b)
{
    QsrError err = {0};
    hexbench_draw(&b->in, ++b->frame);
    memset(b->out.memory, 0, b->out.size);
    CHECK(qsr_process(b->cpu, &b->in.pic, &b->expected.pic, &err) == 0, "%s", err.message);
    CHECK(qsr_process(b->ctx, &b->in.pic, &b->out.pic, &err) == 0, "%s", err.message);
    CHECK(!memcmp(b->out.memory, b->expected.memory, b->out.size), "frame %u has other bytes",
          b->frame);
}

QsrBackendStats hexbench_stats(const HexBench *b)
{
    QsrBackendStats s;
    qsr_get_stats(b->ctx, &s);
    return s;
}

bool hexbench_in_state(const HexBench *b, const char *state)
{
    return !strcmp(hexbench_stats(b).state, state);
}

void hexbench_end(HexBench *b)
{
    const double start = hexbench_now_ms();
    qsr_close(&b->ctx);
    CHECK(hexbench_now_ms() - start < 1000, "closing took %.0f ms", hexbench_now_ms() - start);
    qsr_close(&b->cpu);
    free(b->in.memory);
    free(b->out.memory);
    free(b->expected.memory);
}

// Nothing is left in the library: no call, no memory, no handle.
void hexbench_check_clean(void)
{
    FakeDsp now;
    for (int i = 0; i < 200; i++) {
        hexbench_fake->look(&now);
        if (now.inside == 0 && now.live_buffers == 0)
            break;
        hexbench_nap(10);
    }
    CHECK(now.inside == 0, "%d calls have not returned", now.inside);
    CHECK(now.live_buffers == 0, "%d buffers are left", now.live_buffers);
}

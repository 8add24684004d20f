// SPDX-License-Identifier: BSD-2-Clause
//
// qsr.h from the outside: what it refuses, what it keeps, and that splits and
// threads change nothing in any format.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "tests/engine/testmodel.h"

static int failures;

#define CHECK(cond)                                                                            \
    do {                                                                                       \
        if (!(cond)) {                                                                         \
            printf("FAIL line %d: %s\n", __LINE__, #cond);                                     \
            failures++;                                                                        \
        }                                                                                      \
    } while (0)

static QsrModel *make_model(QsrScale scale)
{
    const QsrTestModelSpec spec = {.scale = scale, .channels = 32, .blocks = 1, .seed = 5};
    QsrModel *model;
    uint8_t *file;
    const size_t size = qsr_test_model(&file, &spec);
    QsrError err;
    if (qsr_model_open_memory(&model, file, size, NULL, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    free(file);
    return model;
}

typedef struct Buffer {
    QsrPicture pic;
    uint8_t *mem;
    size_t size;
} Buffer;

// A picture with rows of an odd stride, filled with `value`.
static Buffer make_picture(QsrFormat format, int w, int h, int value)
{
    Buffer b = {.pic = {.format = format, .width = w, .height = h, .matrix = QSR_MATRIX_BT709,
                        .range = QSR_RANGE_LIMITED}};
    size_t at[4], row;
    int rows;
    for (int i = 0; i < qsr_format_planes(format); i++) {
        qsr_format_plane_size(format, i, w, h, &row, &rows);
        b.pic.stride[i] = (ptrdiff_t)row + 5;
        at[i] = b.size;
        b.size += (row + 5) * (size_t)rows;
    }
    b.mem = malloc(b.size);
    memset(b.mem, value, b.size);
    for (int i = 0; i < qsr_format_planes(format); i++)
        b.pic.data[i] = b.mem + at[i];
    return b;
}

static QsrContext *open_context(QsrModel *model, int strip, int band, int threads)
{
    QsrSettings s;
    QsrContext *ctx;
    QsrError err;
    qsr_settings_default(&s);
    s.strip_width = strip;
    s.band_height = band;
    s.n_threads = threads;
    if (qsr_open(&ctx, model, &s, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    return ctx;
}

// Every format to every format, all sites, odd sizes: one strip and band
// against many. The rest of the buffer, row padding included, stays.
static void formats(QsrScale scale)
{
    static const int sizes[][2] = {{1, 1}, {7, 9}, {37, 21}};
    QsrModel *model = make_model(scale);
    QsrContext *whole = open_context(model, 4096, 4096, 1);
    QsrContext *split = open_context(model, 8, 4, 3);
    uint32_t seed = 3;
    for (int f = 0; f < QSR_N_FORMATS; f++) {
        for (int k = 0; k < 3 * 4; k++) {
            const int w = sizes[k % 3][0], h = sizes[k % 3][1];
            const int to = k % 2 ? f : (int)(qsr_test_random(&seed) % QSR_N_FORMATS);
            Buffer in = make_picture((QsrFormat)f, w, h, 0);
            for (size_t i = 0; i < in.size; i++)
                in.mem[i] = (uint8_t)qsr_test_random(&seed);
            const int ow = qsr_scale_size(scale, w), oh = qsr_scale_size(scale, h);
            Buffer a = make_picture((QsrFormat)to, ow, oh, 0x5a);
            Buffer b = make_picture((QsrFormat)to, ow, oh, 0x5a);
            in.pic.site = a.pic.site = b.pic.site = (QsrChromaSite)(k / 3);
            CHECK(qsr_process(whole, &in.pic, &a.pic, NULL) == 0);
            CHECK(qsr_process(split, &in.pic, &b.pic, NULL) == 0);
            if (memcmp(a.mem, b.mem, a.size)) {
                printf("FAIL %s -> %s, %dx%d, site %d: splits differ\n",
                       qsr_format_name((QsrFormat)f), qsr_format_name((QsrFormat)to), w, h,
                       in.pic.site);
                failures++;
            }
            for (int p = 0; p < qsr_format_planes((QsrFormat)to); p++) {
                size_t row;
                int rows;
                qsr_format_plane_size((QsrFormat)to, p, ow, oh, &row, &rows);
                for (int y = 0; y < rows; y++)
                    for (int x = 0; x < 5; x++)
                        CHECK(a.pic.data[p][y * a.pic.stride[p] + (ptrdiff_t)row + x] == 0x5a);
            }
            free(in.mem);
            free(a.mem);
            free(b.mem);
        }
    }
    qsr_close(&whole);
    qsr_close(&split);
    qsr_model_unref(&model);
}

static void expect(int code, int want, const QsrError *err, const char *words)
{
    if (code != want || err->code != want || !strstr(err->message, words)) {
        printf("FAIL: wanted %d with \"%s\", got %d, %d with \"%s\"\n", want, words, code,
               err->code, err->message);
        failures++;
    }
}

static void refusals(void)
{
    QsrModel *model = make_model(QSR_SCALE(2, 1));
    QsrContext *ctx = NULL;
    QsrSettings s;
    QsrError err;

    expect(qsr_open(&ctx, NULL, NULL, &err), QSR_ERR_INVALID, &err, "needs a model");
    qsr_settings_default(&s);
    s.n_threads = 257;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "257 threads");
    CHECK(!ctx);
    s.n_threads = -1;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "-1 threads");
    qsr_settings_default(&s);
    s.backend = QSR_BACKEND_HEXAGON;
    s.hexagon_library = "libno-such-library.so";
    s.hexagon_no_fallback = 1;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_UNSUPPORTED, &err, "libno-such-library.so");
    s.hexagon_timeout_ms = -1;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "-1 ms");
    s.hexagon_timeout_ms = 0;
    s.hexagon_verify = -1;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "hexagon_verify");
    s.hexagon_verify = 0;
    s.backend = (QsrBackendId)99;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "not a backend");
    qsr_settings_default(&s);
    s.strip_width = -4;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "strip width");
    qsr_settings_default(&s);
    CHECK(s.nice == 0 && s.reuse == 0 && s.row_phase_num == 0 && s.row_phase_den == 1);
    s.nice = 20;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "niceness of 20");
    s.nice = -1;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "niceness of -1");
    s.nice = 0;
    s.reuse = 2;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "reuse is 2");
    s.reuse = 0;
    s.row_phase_num = 9;
    s.row_phase_den = 2;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "9/2");
    s.row_phase_num = 1;
    s.row_phase_den = 0;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "1/0");
    s.row_phase_den = 65537;
    expect(qsr_open(&ctx, model, &s, &err), QSR_ERR_INVALID, &err, "1/65537");

    ctx = open_context(model, 0, 0, 2);
    CHECK(qsr_thread_count(ctx) == 2);
    Buffer in = make_picture(QSR_FORMAT_I420, 16, 12, 100);
    Buffer out = make_picture(QSR_FORMAT_I420, 32, 24, 0);
    QsrPicture p = out.pic;
    p.width = 31;
    expect(qsr_process(ctx, &in.pic, &p, &err), QSR_ERR_INVALID, &err, "makes 32x24");
    p = out.pic;
    p.data[1] = NULL;
    expect(qsr_process(ctx, &in.pic, &p, &err), QSR_ERR_INVALID, &err, "output");
    p = in.pic;
    p.stride[0] = 15;
    expect(qsr_process(ctx, &p, &out.pic, &err), QSR_ERR_INVALID, &err, "input");
    p = in.pic;
    p.format = (QsrFormat)QSR_N_FORMATS;
    expect(qsr_process(ctx, &p, &out.pic, &err), QSR_ERR_INVALID, &err, "input");
    p = in.pic;
    p.width = 0;
    expect(qsr_process(ctx, &p, &out.pic, &err), QSR_ERR_INVALID, &err, "input");
    p = in.pic;
    p.width = QSR_MAX_WIDTH + 1;
    p.stride[0] = p.stride[1] = p.stride[2] = p.width;
    expect(qsr_process(ctx, &p, &out.pic, &err), QSR_ERR_INVALID, &err, "input");
    p = in.pic;
    p.matrix = (QsrMatrix)QSR_N_MATRICES;
    expect(qsr_process(ctx, &p, &out.pic, &err), QSR_ERR_INVALID, &err, "input");
    expect(qsr_process(ctx, &in.pic, NULL, &err), QSR_ERR_INVALID, &err, "two pictures");

    // The limit is one of inputs: what they become may be larger.
    const int wide = QSR_MAX_WIDTH / 2 + 1;
    QsrPicture large = out.pic;
    p = in.pic;
    p.width = wide;
    large.width = qsr_scale_size(qsr_model_info(model)->scale, wide);
    CHECK(large.width > QSR_MAX_WIDTH);
    CHECK(qsr_prepare(ctx, &p, &large, &err) == 0);

    // After all that it still works, without an error structure too, and
    // without data qsr_prepare is content.
    CHECK(qsr_process(ctx, &in.pic, &out.pic, NULL) == 0);
    p = in.pic;
    p.data[0] = p.data[1] = p.data[2] = NULL;
    CHECK(qsr_prepare(ctx, &p, &out.pic, NULL) == 0);
    qsr_close(&ctx);
    CHECK(!ctx);
    qsr_close(&ctx);
    free(in.mem);
    free(out.mem);
    qsr_model_unref(&model);
}

static void scale_sizes(void)
{
    CHECK(qsr_scale_size(QSR_SCALE(3, 2), 1) == 2);
    CHECK(qsr_scale_size(QSR_SCALE(3, 2), 2) == 3);
    CHECK(qsr_scale_size(QSR_SCALE(3, 2), 641) == 962);
    CHECK(qsr_scale_size(QSR_SCALE(4, 1), 16384) == 65536);
}

static void cpu_masks(void)
{
    const unsigned all = qsr_cpu_flags();
    QsrError err;
    CHECK(qsr_set_cpu_mask("c", &err) == 0 && qsr_cpu_flags() == 0);
    CHECK(qsr_set_cpu_mask("all", &err) == 0 && qsr_cpu_flags() == all);
    CHECK(qsr_set_cpu_mask("0", &err) == 0 && qsr_cpu_flags() == 0);
    CHECK(qsr_set_cpu_mask("avx2,orc", &err) == 0 && qsr_cpu_flags() == (all & 3));
    CHECK(qsr_set_cpu_mask("0x1", &err) == 0 && qsr_cpu_flags() == (all & 1));
    expect(qsr_set_cpu_mask("avx3", &err), QSR_ERR_INVALID, &err, "avx3");
    expect(qsr_set_cpu_mask("", &err), QSR_ERR_INVALID, &err, "not a CPU mask");
    expect(qsr_set_cpu_mask("1x", &err), QSR_ERR_INVALID, &err, "1x");
    expect(qsr_set_cpu_mask(NULL, &err), QSR_ERR_INVALID, &err, "null");
    CHECK(qsr_cpu_flags() == (all & 1));
    CHECK(qsr_set_cpu_mask("all", NULL) == 0);
    for (int bit = 0; bit < 32; bit++)
        CHECK((qsr_cpu_name(bit, NULL) != NULL) == (bit < 9));
    CHECK(qsr_cpu_name(-1, NULL) == NULL);
}

// A change of size must not lose what a smaller or larger picture left behind.
static void changing_sizes(void)
{
    static const int sizes[][2] = {{64, 20}, {3, 2}, {150, 9}, {64, 20}};
    QsrModel *model = make_model(QSR_SCALE(2, 1));
    QsrContext *one = open_context(model, 16, 4, 2);
    for (int i = 0; i < 4; i++) {
        const int w = sizes[i][0], h = sizes[i][1];
        Buffer in = make_picture(QSR_FORMAT_NV12, w, h, 0);
        for (size_t k = 0; k < in.size; k++)
            in.mem[k] = (uint8_t)(k * 7 + (size_t)i);
        Buffer a = make_picture(QSR_FORMAT_NV12, 2 * w, 2 * h, 0);
        Buffer b = make_picture(QSR_FORMAT_NV12, 2 * w, 2 * h, 0);
        QsrContext *fresh = open_context(model, 0, 0, 1);
        CHECK(qsr_process(one, &in.pic, &a.pic, NULL) == 0);
        CHECK(qsr_process(fresh, &in.pic, &b.pic, NULL) == 0);
        CHECK(!memcmp(a.mem, b.mem, a.size));
        qsr_close(&fresh);
        free(in.mem);
        free(a.mem);
        free(b.mem);
    }
    qsr_close(&one);
    qsr_model_unref(&model);
}

int main(void)
{
    CHECK(qsr_version()[0]);
    scale_sizes();
    refusals();
    cpu_masks();
    changing_sizes();
    formats(QSR_SCALE(2, 1));
    formats(QSR_SCALE(3, 2));
    formats(QSR_SCALE(3, 1));
    printf("api: %d failed\n", failures);
    return failures ? 1 : 0;
}

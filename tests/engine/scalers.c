// SPDX-License-Identifier: BSD-2-Clause
//
// The classical scalers through qsr.h: the same bytes for every number of
// threads, instruction set and stride; flat pictures stay flat; what is refused.
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "tests/engine/check.h"

typedef struct Buffer {
    QsrPicture pic;
    uint8_t *mem;
    size_t size;
} Buffer;

static Buffer make_picture(QsrFormat format, int w, int h, int spare)
{
    Buffer b = {.pic = {.format = format, .width = w, .height = h, .matrix = QSR_MATRIX_BT709,
                        .range = QSR_RANGE_LIMITED}};
    size_t at[4], row;
    int rows;
    for (int i = 0; i < qsr_format_planes(format); i++) {
        qsr_format_plane_size(format, i, w, h, &row, &rows);
        b.pic.stride[i] = (ptrdiff_t)row + spare;
        at[i] = b.size;
        b.size += (row + (size_t)spare) * (size_t)rows;
    }
    b.mem = malloc(b.size);
    if (!b.mem)
        exit(1);
    for (int i = 0; i < qsr_format_planes(format); i++)
        b.pic.data[i] = b.mem + at[i];
    return b;
}

static void fill(Buffer *b, unsigned seed)
{
    for (size_t i = 0; i < b->size; i++) {
        seed = seed * 1664525u + 1013904223u;
        b->mem[i] = (uint8_t)(seed >> 24);
    }
}

// The visible samples of two pictures of one kind.
static int same(const Buffer *a, const Buffer *b)
{
    for (int i = 0; i < qsr_format_planes(a->pic.format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(a->pic.format, i, a->pic.width, a->pic.height, &row, &rows);
        for (int y = 0; y < rows; y++)
            if (memcmp(a->pic.data[i] + y * a->pic.stride[i], b->pic.data[i] + y * b->pic.stride[i],
                       row))
                return 0;
    }
    return 1;
}

static QsrContext *open_scaler(const char *name, QsrScale scale, int threads)
{
    QsrSettings settings;
    QsrContext *ctx = NULL;
    QsrModel *model;
    QsrError err = {.code = 0};
    qsr_settings_default(&settings);
    settings.n_threads = threads;
    int ret = qsr_model_open(&model, name, scale, &err);
    if (!ret)
        ret = qsr_open(&ctx, model, &settings, &err);
    CHECK(ret == 0, "%s: %s", name, err.message);
    qsr_model_unref(&model);
    return ctx;
}

static Buffer scaled(const char *name, const char *mask, int threads, int spare, const Buffer *in,
                     int w, int h)
{
    Buffer out = make_picture(in->pic.format, w, h, spare);
    QsrError err = {.code = 0};
    memset(out.mem, 0xa5, out.size);
    qsr_set_cpu_mask(mask, NULL);
    QsrContext *ctx = open_scaler(name, QSR_SCALE_ANY, threads);
    CHECK(qsr_process(ctx, &in->pic, &out.pic, &err) == 0, "%s", err.message);
    // Buffers are kept from frame to frame.
    CHECK(qsr_process(ctx, &in->pic, &out.pic, &err) == 0, "%s", err.message);
    qsr_close(&ctx);
    qsr_set_cpu_mask("all", NULL);
    return out;
}

static void check_splits(const char *name)
{
    static const int sizes[][4] = {{64, 40, 128, 80}, {37, 90, 111, 270}, {48, 50, 72, 75},
                                   {33, 21, 100, 77}, {5, 3, 20, 12}, {1, 1, 2, 2}, {2, 150, 8, 600}};
    for (int format = 0; format < QSR_N_FORMATS; format++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            const int *s = sizes[i];
            Buffer in = make_picture((QsrFormat)format, s[0], s[1], 3);
            fill(&in, (unsigned)(format * 100 + (int)i));
            Buffer one = scaled(name, "c", 1, 0, &in, s[2], s[3]);
            for (int threads = 2; threads <= 4; threads++) {
                Buffer other = scaled(name, "all", threads, 7 * threads, &in, s[2], s[3]);
                CHECK(same(&one, &other), "%s, %s, %dx%d -> %dx%d, %d threads", name,
                      qsr_format_name((QsrFormat)format), s[0], s[1], s[2], s[3], threads);
                free(other.mem);
            }
            free(in.mem);
            free(one.mem);
        }
    }
}

// Weights sum to one, sharpening finds nothing to sharpen, alpha stays.
static void check_flat(const char *name)
{
    for (int value = 0; value < 256; value += 5) {
        Buffer in = make_picture(QSR_FORMAT_RGBA, 20, 20, 0);
        memset(in.mem, value, in.size);
        Buffer out = scaled(name, "all", 1, 0, &in, 50, 41);
        size_t wrong = 0;
        for (size_t i = 0; i < out.size; i++)
            wrong += out.mem[i] != value;
        CHECK(wrong == 0, "%s: %zu of a flat %d", name, wrong, value);
        free(in.mem);
        free(out.mem);
    }
}

// The same in 10 bits, of which none is lost.
static void check_flat_deep(const char *name)
{
    for (int value = 0; value < 1024; value += 11) {
        Buffer in = make_picture(QSR_FORMAT_GBR_10LE, 20, 20, 0);
        for (size_t i = 0; i < in.size; i++)
            in.mem[i] = (uint8_t)(i % 2 ? value >> 8 : value);
        Buffer out = scaled(name, "all", 1, 0, &in, 60, 41);
        size_t wrong = 0;
        for (size_t i = 0; i < out.size; i++)
            wrong += out.mem[i] != (i % 2 ? value >> 8 : value & 255);
        CHECK(wrong == 0, "%s: %zu of a flat %d in 10 bits", name, wrong, value);
        free(in.mem);
        free(out.mem);
    }
}

static void check_refusals(const char *name)
{
    QsrModel *model;
    QsrError err;
    CHECK(qsr_model_open(&model, name, QSR_SCALE(5, 1), &err) == QSR_ERR_INVALID, "5x");
    CHECK(qsr_model_open(&model, name, QSR_SCALE(1, 2), &err) == QSR_ERR_INVALID, "1/2");
    CHECK(qsr_model_open(&model, name, QSR_SCALE(2, 0), &err) == QSR_ERR_INVALID, "2/0");
    CHECK(model == NULL, "a model after a refusal");

    Buffer in = make_picture(QSR_FORMAT_RGB, 20, 10, 0), out = make_picture(QSR_FORMAT_RGB, 81, 40, 0);
    QsrContext *ctx = open_scaler(name, QSR_SCALE_ANY, 1);
    memset(in.mem, 0, in.size);
    CHECK(qsr_process(ctx, &in.pic, &out.pic, &err) == QSR_ERR_INVALID, "81 of 20");
    out.pic.width = 19;
    CHECK(qsr_process(ctx, &in.pic, &out.pic, &err) == QSR_ERR_INVALID, "19 of 20");
    qsr_close(&ctx);
    ctx = open_scaler(name, QSR_SCALE(3, 1), 1);
    out.pic.width = 60;
    CHECK(qsr_process(ctx, &in.pic, &out.pic, &err) == QSR_ERR_INVALID, "60x40 of 20x10 at 3x");
    out.pic.height = 30;
    CHECK(qsr_process(ctx, &in.pic, &out.pic, &err) == 0, "%s", err.message);
    qsr_close(&ctx);
    free(in.mem);
    free(out.mem);
}

// None leaves the picture as it is, more makes more of it.
static void check_sharpness(void)
{
    Buffer in = make_picture(QSR_FORMAT_RGB, 40, 30, 0), out = make_picture(QSR_FORMAT_RGB, 40, 30, 0);
    QsrModel *model;
    QsrSettings settings;
    size_t before = 0;
    CHECK(qsr_model_open(&model, "rcas", QSR_SCALE(2, 1), NULL) == QSR_ERR_INVALID, "rcas 2x");
    CHECK(qsr_model_open(&model, "rcas", QSR_SCALE(1, 1), NULL) == 0, "rcas 1x");
    fill(&in, 7);
    qsr_settings_default(&settings);
    for (int tenths = 0; tenths <= 10; tenths += 5) {
        QsrContext *ctx;
        size_t change = 0;
        settings.sharpness = (float)tenths / 10;
        CHECK(qsr_open(&ctx, model, &settings, NULL) == 0, "%d/10", tenths);
        CHECK(qsr_process(ctx, &in.pic, &out.pic, NULL) == 0, "%d/10", tenths);
        for (size_t i = 0; i < in.size; i++)
            change += (size_t)abs(in.mem[i] - out.mem[i]);
        CHECK(tenths ? change > before : change == 0, "%zu at %d/10", change, tenths);
        before = change;
        qsr_close(&ctx);
    }
    QsrContext *ctx;
    settings.sharpness = 1.5f;
    CHECK(qsr_open(&ctx, model, &settings, NULL) == QSR_ERR_INVALID, "1.5");
    qsr_model_unref(&model);
    free(in.mem);
    free(out.mem);
}

int main(void)
{
    int n = 0;
    for (const char *const *name = qsr_scaler_names(); *name; name++, n++) {
        check_splits(*name);
        check_flat(*name);
        check_flat_deep(*name);
        check_refusals(*name);
    }
    CHECK(n == 2, "%d scalers", n);
    check_sharpness();
    return check_result();
}

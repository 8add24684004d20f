// SPDX-License-Identifier: BSD-2-Clause
//
// Reuse gives the same bytes as computing everything, whatever changes from one
// picture to the next; and it computes little where little changes.
//
//     reuse [STEP]     every STEP-th of the small changes; from 20 on little of the rest
//                      (sanitizers, emulators)
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"

typedef struct Buffer {
    QsrPicture pic;
    uint8_t *mem;
    size_t size;
} Buffer;

static uint32_t seed = 1;

static int below(int n)
{
    return (int)(qsr_test_random(&seed) % (uint32_t)n);
}

static Buffer make_picture(QsrFormat format, int w, int h, int spare)
{
    Buffer b = {.pic = {.format = format, .width = w, .height = h, .matrix = QSR_MATRIX_BT709}};
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

static void fill(Buffer *b)
{
    for (size_t i = 0; i < b->size; i++)
        b->mem[i] = (uint8_t)below(256);
}

// The visible bytes of two pictures of one kind.
static int same(const QsrPicture *a, const QsrPicture *b)
{
    for (int i = 0; i < qsr_format_planes(a->format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(a->format, i, a->width, a->height, &row, &rows);
        for (int y = 0; y < rows; y++)
            if (memcmp(a->data[i] + y * a->stride[i], b->data[i] + y * b->stride[i], row))
                return 0;
    }
    return 1;
}

// ---------------------------------------------------------------- contexts ---

typedef struct Case {
    const char *label;
    QsrModel *model;
    int strip_width, band_height, threads;
    int phase; // of the rows, in eighths
} Case;

static QsrContext *open_context(const Case *c, int reuse)
{
    QsrSettings settings;
    QsrContext *ctx = NULL;
    QsrError err = {.code = 0};
    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = c->threads;
    settings.strip_width = c->strip_width;
    settings.band_height = c->band_height;
    settings.reuse = reuse;
    if (c->phase) {
        settings.row_phase_num = c->phase;
        settings.row_phase_den = 8;
    }
    CHECK(qsr_open(&ctx, c->model, &settings, &err) == 0, "%s", err.message);
    return ctx;
}

static Buffer make_output(const Case *c, const QsrPicture *in, QsrFormat format, int spare)
{
    const QsrScale scale = qsr_model_info(c->model)->scale;
    Buffer out = make_picture(format, qsr_scale_size(scale, in->width),
                              qsr_scale_size(scale, in->height), spare);
    out.pic.matrix = in->matrix;
    out.pic.range = in->range;
    out.pic.site = in->site;
    memset(out.mem, 0x5a, out.size);
    return out;
}

static double reused(const QsrContext *ctx)
{
    QsrBackendStats stats;
    qsr_get_stats(ctx, &stats);
    return stats.reused;
}

// --------------------------------------------------------------- properties ---

// One byte, or a few, anywhere; often at the edges of the picture, of strips and bands.
static void change(const Case *c, Buffer *in)
{
    const QsrPicture *pic = &in->pic;
    for (int n = below(8) ? 1 : 1 + below(6); n > 0; n--) {
        const int plane = below(qsr_format_planes(pic->format));
        size_t row;
        int rows;
        qsr_format_plane_size(pic->format, plane, pic->width, pic->height, &row, &rows);
        int x = below((int)row), y = below(rows);
        const int where = below(6), step = (int)row / pic->width ? (int)row / pic->width : 1;
        if (where == 0)
            x = below(2) ? 0 : (int)row - 1;
        if (where == 1)
            y = below(2) ? 0 : rows - 1;
        if (where == 2 && c->strip_width < pic->width)
            x = (below((pic->width - 1) / c->strip_width) + 1) * c->strip_width * step - below(2);
        if (where == 3 && c->band_height < rows)
            y = (below((rows - 1) / c->band_height) + 1) * c->band_height - below(2);
        if (x >= (int)row)
            x = (int)row - 1;
        uint8_t *at = pic->data[plane] + y * pic->stride[plane] + x;
        *at = (uint8_t)(*at ^ (1 << below(8) | 128 * below(2)));
    }
}

static void check_changes(const Case *c, QsrFormat from, QsrFormat to, QsrChromaSite site, int w,
                          int h, int n)
{
    Buffer in = make_picture(from, w, h, below(9));
    QsrError err = {.code = 0};
    in.pic.site = site;
    fill(&in);
    Buffer a = make_output(c, &in.pic, to, below(9)), b = make_output(c, &in.pic, to, below(9));
    QsrContext *plain = open_context(c, 0), *saver = open_context(c, 1);
    for (int i = 0; i < n; i++) {
        CHECK(qsr_process(plain, &in.pic, &a.pic, &err) == 0, "%s", err.message);
        memset(b.mem, i, b.size);
        CHECK(qsr_process(saver, &in.pic, &b.pic, &err) == 0, "%s", err.message);
        CHECK(same(&a.pic, &b.pic), "%s %s -> %s, site %d, %dx%d, strips %d, bands %d, change %d",
              c->label, qsr_format_name(from), qsr_format_name(to), (int)site, w, h, c->strip_width,
              c->band_height, i);
        if (i > 0 && below(10) > 0)
            change(c, &in);
    }
    CHECK(h < 60 || w < 60 || n < 20 || reused(saver) > 0.3, "%s %s: reused only %.2f", c->label,
          qsr_format_name(from), reused(saver));
    qsr_close(&plain);
    qsr_close(&saver);
    free(in.mem);
    free(a.mem);
    free(b.mem);
}

static void check_all_changes(const Case *original, int step)
{
    static const int sizes[][2] = {{150, 70}, {97, 61}, {64, 64}, {5, 3}, {1, 1}, {33, 120}};
    int turn = below(step);
    for (int format = 0; format < QSR_N_FORMATS; format++) {
        for (int site = 0; site < 4; site++, turn++) {
            Case c = *original;
            const int *size = sizes[below(6)];
            const QsrFormat from = (QsrFormat)format;
            if (turn % step)
                continue;
            c.strip_width = 4 * (1 + below(16));
            c.band_height = 4 * (1 + below(8));
            c.threads = 1 + below(3);
            check_changes(&c, from, below(3) ? from : (QsrFormat)below(QSR_N_FORMATS),
                          (QsrChromaSite)site, size[0], size[1], 25);
        }
    }
}

// -------------------------------------------------------------- other frames ---

// Size, format and colour change between pictures that are otherwise the same.
static void check_restarts(const Case *c)
{
    const QsrFormat i420 = QSR_FORMAT_I420, rgb = QSR_FORMAT_RGB;
    const struct { int w, h; QsrFormat from, to; QsrMatrix matrix; QsrRange range;
                   QsrChromaSite site; } kinds[] = {
        {64, 40, i420, i420, QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_LEFT},
        {64, 40, i420, i420, QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_LEFT},
        {64, 40, i420, i420, QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_LEFT},
        {64, 40, i420, i420, QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_TOP},
        {64, 40, i420, rgb, QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_TOP},
        {40, 64, i420, rgb, QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_TOP},
        {40, 64, QSR_FORMAT_A420, QSR_FORMAT_RGBA, QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_TOP},
    };
    const int n = (int)(sizeof(kinds) / sizeof(kinds[0]));
    QsrContext *plain = open_context(c, 0), *saver = open_context(c, 1);
    uint8_t *memory = malloc(64 * 64 * 4);
    if (!memory)
        exit(1);
    for (int i = 0; i < 64 * 64 * 4; i++)
        memory[i] = (uint8_t)below(256);
    for (int i = 0, kind = 0; i < 60; i++, kind = below(4) ? kind : below(n)) {
        Buffer in = make_picture(kinds[kind].from, kinds[kind].w, kinds[kind].h, 0);
        memcpy(in.mem, memory, in.size);
        in.pic.matrix = kinds[kind].matrix;
        in.pic.range = kinds[kind].range;
        in.pic.site = kinds[kind].site;
        Buffer a = make_output(c, &in.pic, kinds[kind].to, 0);
        Buffer b = make_output(c, &in.pic, kinds[kind].to, 0);
        CHECK(qsr_process(plain, &in.pic, &a.pic, NULL) == 0, "kind %d", kind);
        CHECK(qsr_process(saver, &in.pic, &b.pic, NULL) == 0, "kind %d", kind);
        CHECK(same(&a.pic, &b.pic), "%s: picture %d, kind %d", c->label, i, kind);
        free(in.mem);
        free(a.mem);
        free(b.mem);
    }
    CHECK(reused(saver) > 0.2, "%s: reused only %.2f of pictures that repeat", c->label,
          reused(saver));
    qsr_close(&plain);
    qsr_close(&saver);
    free(memory);
}

// The chroma of the output sits elsewhere from some picture on: another grid. Few samples
// change afterwards, so that what is stale would show.
static void check_sites(const Case *c)
{
    QsrContext *plain = open_context(c, 0), *saver = open_context(c, 1);
    Buffer in = make_picture(QSR_FORMAT_I420, 96, 64, 0);
    fill(&in);
    for (int i = 0; i < 48; i++) {
        in.pic.site = (QsrChromaSite)(i / 12);
        for (int k = 0; i % 12 && k < 2; k++)
            in.pic.data[0][(ptrdiff_t)below(64) * in.pic.stride[0] + below(96)] ^= 0x55;
        Buffer a = make_output(c, &in.pic, QSR_FORMAT_I420, 0);
        Buffer b = make_output(c, &in.pic, QSR_FORMAT_I420, 0);
        CHECK(qsr_process(plain, &in.pic, &a.pic, NULL) == 0, "picture %d", i);
        CHECK(qsr_process(saver, &in.pic, &b.pic, NULL) == 0, "picture %d", i);
        CHECK(same(&a.pic, &b.pic), "%s: picture %d after a change of site", c->label, i);
        free(a.mem);
        free(b.mem);
    }
    free(in.mem);
    qsr_close(&plain);
    qsr_close(&saver);
}

// A negative stride, and a stride that changes.
static void check_strides(const Case *c)
{
    Buffer in = make_picture(QSR_FORMAT_NV12, 42, 22, 5);
    fill(&in);
    Buffer a = make_output(c, &in.pic, QSR_FORMAT_NV12, 0);
    Buffer b = make_output(c, &in.pic, QSR_FORMAT_NV12, 7);
    QsrContext *plain = open_context(c, 0), *saver = open_context(c, 1);
    for (int i = 0; i < 6; i++) {
        for (int plane = 0; plane < 2; plane++) {
            const int rows = plane ? 11 : 22, out_rows = (b.pic.height + plane) >> plane;
            in.pic.data[plane] += (rows - 1) * in.pic.stride[plane];
            in.pic.stride[plane] = -in.pic.stride[plane];
            b.pic.data[plane] += (out_rows - 1) * b.pic.stride[plane];
            b.pic.stride[plane] = -b.pic.stride[plane];
        }
        qsr_process(plain, &in.pic, &a.pic, NULL);
        qsr_process(saver, &in.pic, &b.pic, NULL);
        CHECK(same(&a.pic, &b.pic), "%s: strides, picture %d", c->label, i);
    }
    qsr_close(&plain);
    qsr_close(&saver);
    free(in.mem);
    free(a.mem);
    free(b.mem);
}

// ---------------------------------------------------------------- how much ---

// What is computed again, of a picture in which nothing or one pixel changes, and of
// one that always moves.
static void check_share(const Case *c, double least)
{
    enum { FRAMES = 90, WIDTH = 160, HEIGHT = 120 };
    Buffer in = make_picture(QSR_FORMAT_I420, WIDTH, HEIGHT, 0);
    fill(&in);
    Buffer out = make_output(c, &in.pic, QSR_FORMAT_I420, 0);
    QsrBackendStats stats;
    QsrContext *ctx = open_context(c, 1);
    for (int i = 0; i < FRAMES; i++)
        qsr_process(ctx, &in.pic, &out.pic, NULL);
    qsr_get_stats(ctx, &stats);
    CHECK(stats.reused > 1 - 2.01 / FRAMES && stats.reused_recent == 1, "%s: duplicates %.4f, %.4f",
          c->label, stats.reused, stats.reused_recent);
    CHECK(stats.frames_cpu == FRAMES, "%llu frames", (unsigned long long)stats.frames_cpu);
    for (int i = 0; i < FRAMES; i++) {
        in.mem[below(WIDTH * HEIGHT)] ^= 1;
        qsr_process(ctx, &in.pic, &out.pic, NULL);
    }
    qsr_get_stats(ctx, &stats);
    CHECK(stats.reused_recent > least, "%s: one pixel %.4f", c->label, stats.reused_recent);
    for (int i = 0; i < FRAMES; i++) {
        fill(&in);
        qsr_process(ctx, &in.pic, &out.pic, NULL);
    }
    qsr_get_stats(ctx, &stats);
    CHECK(stats.reused_recent == 0, "%s: always new %.4f", c->label, stats.reused_recent);
    // It comes back within a rest.
    for (int i = 0; i < 140; i++)
        qsr_process(ctx, &in.pic, &out.pic, NULL);
    qsr_get_stats(ctx, &stats);
    CHECK(stats.reused_recent > 0.99, "%s: still again %.4f", c->label, stats.reused_recent);
    qsr_close(&ctx);
    free(in.mem);
    free(out.mem);
}

// ------------------------------------------------------------------- models ---

static QsrModel *network(QsrScale scale, int blocks, int branch)
{
    const QsrTestModelSpec spec = {.scale = scale, .channels = 32, .blocks = blocks,
                                   .branch = branch, .seed = 11};
    QsrModel *model;
    QsrError err = {.code = 0};
    uint8_t *file;
    const size_t size = qsr_test_model(&file, &spec);
    CHECK(qsr_model_open_memory(&model, file, size, "test", &err) == 0, "%s", err.message);
    free(file);
    return model;
}

static void check_case(Case *c, int step)
{
    check_all_changes(c, step);
    c->strip_width = 32;
    c->band_height = 16;
    c->threads = 2;
    if (step < 40)
        check_restarts(c);
    check_sites(c);
    check_strides(c);
}

static void check_networks(int step)
{
    static const QsrScale scales[] = {{2, 1}, {3, 1}, {4, 1}, {3, 2}};
    for (int i = 0; i < (step < 300 ? 4 : 1); i++) {
        for (int blocks = 1; blocks < 4; blocks += 2) {
            Case c = {.label = "network", .model = network(scales[i], blocks, blocks > 1)};
            check_case(&c, 2 * step);
            c.strip_width = c.band_height = 0;
            c.threads = 2;
            if (i == 0 && step < 20)
                check_share(&c, 0.97);
            qsr_model_unref(&c.model);
        }
    }
}

static void check_scalers(int step)
{
    static const struct { const char *name; QsrScale scale; int phase; } scalers[] = {
        {"bicubic", {2, 1}, 0}, {"bicubic", {7, 5}, 0}, {"bicubic", {1, 1}, -2},
        {"bicubic", {3, 1}, 21}, {"fsr1", {2, 1}, 0}, {"fsr1", {13, 4}, 0}, {"fsr1", {2, 1}, -5},
        {"rcas", {1, 1}, 0}};
    for (size_t i = 0; i < sizeof(scalers) / sizeof(scalers[0]); i++) {
        Case c = {.label = scalers[i].name, .phase = scalers[i].phase};
        const int ret = qsr_model_open(&c.model, scalers[i].name, scalers[i].scale, NULL);
        if (ret == QSR_ERR_UNSUPPORTED)
            return;
        CHECK(ret == 0, "%s", c.label);
        check_case(&c, 2 * step);
        if (!c.phase && step < 20)
            check_share(&c, 0.8);
        qsr_model_unref(&c.model);
    }
}

int main(int argc, char **argv)
{
    const int step = argc > 1 ? atoi(argv[1]) : 1;
    check_networks(step);
    check_scalers(step);
    return check_result();
}

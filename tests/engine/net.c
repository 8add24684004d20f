// SPDX-License-Identifier: BSD-2-Clause
//
// The whole engine against a straight network that computes layer after layer
// over whole pictures: any size, strip width, band height and thread count must
// give its bytes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "src/model.h"
#include "tests/engine/testmodel.h"

static int failures, checks;
static int step; // between the small sizes; more than 1 where every instruction costs ten

static const QsrScale scales[] = {{3, 2}, {2, 1}, {3, 1}, {4, 1}};
#define N_SCALES 4

// Half of the bytes extreme, so that saturation and clipping are met.
static void fill(uint8_t *p, size_t n, uint32_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t r = qsr_test_random(seed);
        p[i] = r & 0x100 ? (uint8_t)r : r & 0x200 ? 255 : 0;
    }
}

typedef struct Split {
    int strip, band, threads;
} Split;

// One picture through the engine with each split, compared with `expected`.
static void compare(QsrModel *model, const uint8_t *src, int w, int h, const uint8_t *expected,
                    const Split *splits, int n_splits)
{
    const QsrModelInfo *info = qsr_model_info(model);
    const int ow = qsr_scale_size(info->scale, w), oh = qsr_scale_size(info->scale, h);
    const size_t size = (size_t)ow * oh * 3;
    uint8_t *dst = malloc(size);
    for (int i = 0; i < n_splits; i += step > 16 ? 3 : 1) {
        QsrSettings settings;
        QsrContext *ctx;
        QsrError err;
        qsr_settings_default(&settings);
        settings.strip_width = splits[i].strip;
        settings.band_height = splits[i].band;
        settings.n_threads = splits[i].threads;
        const QsrPicture in = {.format = QSR_FORMAT_RGB, .width = w, .height = h,
                               .data = {(uint8_t *)src}, .stride = {w * 3}};
        const QsrPicture out = {.format = QSR_FORMAT_RGB, .width = ow, .height = oh,
                                .data = {dst}, .stride = {ow * 3}};
        memset(dst, 0xa5, size);
        checks++;
        if (qsr_open(&ctx, model, &settings, &err) < 0 || qsr_process(ctx, &in, &out, &err) < 0) {
            printf("%s\n", err.message);
            failures++;
            continue;
        }
        qsr_close(&ctx);
        if (memcmp(dst, expected, size)) {
            size_t at = 0;
            while (dst[at] == expected[at])
                at++;
            printf("FAIL %s %d/%d, %dx%d, strip %d, band %d, threads %d: first at output pixel "
                   "(%zu,%zu)\n", info->name, info->scale.num, info->scale.den, w, h,
                   splits[i].strip, splits[i].band, splits[i].threads, at / 3 % ow, at / 3 / ow);
            failures++;
        }
    }
    free(dst);
}

static void check_size(QsrModel *model, int w, int h, const Split *splits, int n_splits,
                       uint32_t *seed)
{
    const QsrModelInfo *info = qsr_model_info(model);
    const int ow = qsr_scale_size(info->scale, w), oh = qsr_scale_size(info->scale, h);
    uint8_t *src = malloc((size_t)w * h * 3), *expected = malloc((size_t)ow * oh * 3);
    fill(src, (size_t)w * h * 3, seed);
    qsr_ref_network(expected, src, w, h, model->layers, model->n_layers, info->scale);
    compare(model, src, w, h, expected, splits, n_splits);
    free(expected);
    free(src);
}

static QsrModel *random_model(QsrScale scale, int channels, int blocks, int branch, uint32_t seed)
{
    const QsrTestModelSpec spec = {.scale = scale, .channels = channels, .blocks = blocks,
                                   .branch = branch, .seed = seed,
                                   .unsafe_pairs = (int)(seed % (branch ? 3 : 2))};
    QsrModel *model;
    QsrError err;
    uint8_t *file;
    const size_t size = qsr_test_model(&file, &spec);
    if (qsr_model_open_memory(&model, file, size, "random", &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    free(file);
    return model;
}

// Every size up to 40x40, each with a split of its own.
static void small_sizes(void)
{
    uint32_t seed = 20261122;
    for (int i = 0; i < N_SCALES; i++) {
        QsrModel *model = random_model(scales[i], 32, 1 + i % 2, 0, 100 + (uint32_t)i);
        for (int h = 1; h <= 40; h += step) {
            for (int w = 1; w <= 40; w += step) {
                const Split split = {.strip = (int)(qsr_test_random(&seed) % 44),
                                     .band = (int)(qsr_test_random(&seed) % 44),
                                     .threads = 1 + (int)(qsr_test_random(&seed) % 3)};
                check_size(model, w, h, &split, 1, &seed);
            }
        }
        qsr_model_unref(&model);
    }
}

static const Split many_splits[] = {
    {0, 0, 1}, {0, 0, 2}, {0, 0, 7}, {4, 0, 2}, {16, 4, 3}, {100, 36, 2}, {60, 8, 1}, {4, 4, 2},
};
#define N_MANY ((int)(sizeof(many_splits) / sizeof(many_splits[0])))

static void large_sizes(void)
{
    static const int sizes[][2] = {{333, 57}, {1027, 7}, {13, 341}, {128, 32}};
    uint32_t seed = 7;
    for (int i = 0; i < N_SCALES; i++) {
        QsrModel *model = random_model(scales[i], 32, 2, 0, 200 + (uint32_t)i);
        for (int k = i % step % 4; k < 4; k += step)
            check_size(model, sizes[k][0], sizes[k][1], many_splits, N_MANY, &seed);
        qsr_model_unref(&model);
    }
}

static void deep_and_wide(void)
{
    static const struct { int channels, blocks; } nets[] = {{32, 16}, {64, 1}, {64, 3}};
    uint32_t seed = 9;
    for (int i = 0; i < 3; i++) {
        for (int k = i % step % N_SCALES; k < N_SCALES; k += step) {
            QsrModel *model = random_model(scales[k], nets[i].channels, nets[i].blocks, 0,
                                           300 + (uint32_t)(i * 10 + k));
            // Narrow strips and bands of deep networks are nearly all halo, so few of them.
            const Split splits[] = {{0, 0, 2}, {20, 12, 2}, {4, 28, 1}};
            check_size(model, 41, 29, splits, 3, &seed);
            qsr_model_unref(&model);
        }
    }
}

// Heads that read the input, too: it must be at hand many rows after the first
// layer has used it, and zero at every edge of the frame.
static void branches(void)
{
    static const struct { int channels, blocks; } nets[] = {{32, 1}, {64, 2}, {32, 11}};
    uint32_t seed = 13;
    for (int i = 0; i < 3; i++) {
        for (int k = i % step % N_SCALES; k < N_SCALES; k += step > 16 ? step : 1) {
            QsrModel *model = random_model(scales[k], nets[i].channels, nets[i].blocks, 1,
                                           400 + (uint32_t)(i * 10 + k));
            for (int size = 1; size <= 24; size += step + 2 * i) {
                const Split split = {.strip = (int)(qsr_test_random(&seed) % 30),
                                     .band = (int)(qsr_test_random(&seed) % 30),
                                     .threads = 1 + (int)(qsr_test_random(&seed) % 3)};
                check_size(model, size, 1 + (int)(qsr_test_random(&seed) % 24), &split, 1, &seed);
                check_size(model, 1 + (int)(qsr_test_random(&seed) % 24), size, &split, 1, &seed);
            }
            check_size(model, step > 1 ? 35 : 75, 37, many_splits, N_MANY, &seed);
            qsr_model_unref(&model);
        }
    }
}

static void shipped(void)
{
    uint32_t seed = 11;
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        QsrModel *model;
        QsrError err;
        if (qsr_model_open(&model, b->name, b->scale, &err) < 0) {
            printf("FAIL %s\n", err.message);
            failures++;
            continue;
        }
        for (int size = 1; size <= 40; size += step)
            check_size(model, size, 41 - size, many_splits, N_MANY, &seed);
        check_size(model, step > 1 ? 57 : 157, 61, many_splits, N_MANY, &seed);
        qsr_model_unref(&model);
    }
}

// Sanitizer builds pass a step to visit fewer sizes, emulators one so large
// (more than 16) that of the splits only every third is tried, too.
int main(int argc, char **argv)
{
    step = argc > 1 ? atoi(argv[1]) : 1;
    small_sizes();
    large_sizes();
    deep_and_wide();
    branches();
    shipped();
    printf("%d comparisons, %d failed\n", checks, failures);
    return failures ? 1 : 0;
}

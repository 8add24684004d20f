// SPDX-License-Identifier: BSD-2-Clause
//
// 10-bit output: the engine against a straight network and a straight cubic for
// every size, split and thread count; and what it is for, gradients that keep
// their steps.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "src/model.h"
#include "src/rows.h"
#include "tests/engine/testmodel.h"

static int failures, checks;

static const QsrScale scales[] = {{3, 2}, {2, 1}, {3, 1}, {4, 1}};
#define N_SCALES 4

static void *allocate(size_t n)
{
    void *p = calloc(n ? n : 1, 1);
    if (!p)
        abort();
    return p;
}

// --------------------------------------------------------------- pictures ---

// Planar RGB of 8 or 10 bits out of one block of memory, rows without gaps.
typedef struct Planes {
    QsrPicture pic;
    uint8_t *memory;
} Planes;

static Planes make_planes(QsrFormat format, int w, int h)
{
    Planes p = {.pic = {.format = format, .width = w, .height = h}};
    const size_t row = (size_t)w * (format == QSR_FORMAT_GBR_10LE ? 2 : 1);
    p.memory = allocate(3 * row * (size_t)h);
    for (int i = 0; i < 3; i++) {
        p.pic.data[i] = p.memory + (size_t)i * row * (size_t)h;
        p.pic.stride[i] = (ptrdiff_t)row;
    }
    return p;
}

// R, G, B are the planes 2, 0, 1.
static uint8_t *at(const Planes *p, int x, int y, int colour)
{
    const int plane = (colour + 2) % 3, bytes = p->pic.format == QSR_FORMAT_GBR_10LE ? 2 : 1;
    return p->pic.data[plane] + y * p->pic.stride[plane] + (ptrdiff_t)x * bytes;
}

static int get(const Planes *p, int x, int y, int colour)
{
    const uint8_t *s = at(p, x, y, colour);
    return p->pic.format == QSR_FORMAT_GBR_10LE ? s[0] | s[1] << 8 : s[0];
}

static void set(const Planes *p, int x, int y, int colour, int v)
{
    uint8_t *s = at(p, x, y, colour);
    s[0] = (uint8_t)v;
    if (p->pic.format == QSR_FORMAT_GBR_10LE)
        s[1] = (uint8_t)(v >> 8);
}

// In 10 bits, whatever it is.
static int get10(const Planes *p, int x, int y, int colour)
{
    const int v = get(p, x, y, colour);
    return p->pic.format == QSR_FORMAT_GBR_10LE ? v : v << 2 | v >> 6;
}

// ------------------------------------------------------------ the straight way ---

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

// Sums of the cubic for output pixel (x, y), 10 fraction bits, of the 8 high bits
// or of the 2 low ones.
static int cubic_sum(const Planes *in, const QsrCubic *c, int x, int y, int colour, int low)
{
    const int num = c->scale.num, den = c->scale.den;
    const int sx = x / num * den + c->offset[x % num] - 1;
    const int sy = y / num * den + c->offset[y % num] - 1;
    int sum = 0;
    for (int i = 0; i < 4; i++) {
        int column = 2;
        for (int j = 0; j < 4; j++) {
            const int v = get10(in, clamp(sx + i, 0, in->pic.width - 1),
                                clamp(sy + j, 0, in->pic.height - 1), colour);
            column += c->taps[y % num][j] * (low ? v & 3 : v >> 2);
        }
        sum += c->taps[x % num][i] * (column >> 2);
    }
    return sum;
}

static int join(const Planes *in, const QsrCubic *c, int x, int y, int colour, int y10)
{
    const int high = cubic_sum(in, c, x, y, colour, 0), low = cubic_sum(in, c, x, y, colour, 1);
    const int d = y10 - ((high + 128) >> 8), size = abs(d);
    int e = 2 * size - 16;
    e = clamp(e, 0, size);
    return clamp(((4 * high + low + 512) >> 10) + (d < 0 ? -e : e), 0, 1023);
}

static Planes reference(const QsrModel *model, const Planes *in)
{
    const QsrScale scale = model->info.scale;
    const int w = in->pic.width, h = in->pic.height;
    const int ow = qsr_scale_size(scale, w), oh = qsr_scale_size(scale, h);
    uint8_t *src = allocate((size_t)(3 * w * h));
    uint16_t *y10 = allocate(sizeof(*y10) * (size_t)(3 * ow * oh));
    Planes out = make_planes(QSR_FORMAT_GBR_10LE, ow, oh);
    for (int i = 0; i < 3 * w * h; i++)
        src[i] = (uint8_t)(get10(in, i / 3 % w, i / 3 / w, i % 3) >> 2);
    qsr_ref_network_deep(y10, src, w, h, model->layers, model->n_layers, scale);
    for (int i = 0; i < 3 * ow * oh; i++) {
        const int x = i / 3 % ow, y = i / 3 / ow;
        set(&out, x, y, i % 3, join(in, qsr_cubic_find(scale), x, y, i % 3, y10[i]));
    }
    free(src);
    free(y10);
    return out;
}

// --------------------------------------------------------------- comparisons ---

typedef struct Split {
    int strip, band, threads;
} Split;

static void run(QsrModel *model, const Planes *in, const Planes *out, Split split)
{
    QsrSettings settings;
    QsrContext *ctx;
    QsrError err;
    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.strip_width = split.strip;
    settings.band_height = split.band;
    settings.n_threads = split.threads;
    if (qsr_open(&ctx, model, &settings, &err) < 0 ||
        qsr_process(ctx, &in->pic, &out->pic, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    qsr_close(&ctx);
}

static void compare(QsrModel *model, const Planes *in, const Planes *expected, Split split)
{
    const QsrScale scale = model->info.scale;
    const int ow = expected->pic.width, oh = expected->pic.height;
    Planes out = make_planes(QSR_FORMAT_GBR_10LE, ow, oh);
    int wrong = 0;
    run(model, in, &out, split);
    checks++;
    for (int i = 0; i < 3 * ow * oh; i++) {
        const int x = i / 3 % ow, y = i / 3 / ow, c = i % 3;
        if (get(&out, x, y, c) != get(expected, x, y, c) && !wrong++)
            printf("FAIL %d/%d, %s %dx%d, strip %d, band %d, threads %d: (%d,%d) is %d, not %d\n",
                   scale.num, scale.den, qsr_format_name(in->pic.format), in->pic.width,
                   in->pic.height, split.strip, split.band, split.threads, x, y,
                   get(&out, x, y, c), get(expected, x, y, c));
    }
    failures += wrong > 0;
    free(out.memory);
}

// Half smooth, half noise with many ends.
static void draw(const Planes *p, uint32_t *seed)
{
    const int top = p->pic.format == QSR_FORMAT_GBR_10LE ? 1023 : 255;
    for (int i = 0; i < 3 * p->pic.width * p->pic.height; i++) {
        const int x = i / 3 % p->pic.width, y = i / 3 / p->pic.width;
        const uint32_t r = qsr_test_random(seed);
        const int noise = r & 0x3000 ? (int)(r & 1023) & top : r & 0x4000 ? top : 0;
        set(p, x, y, i % 3, (x + y) & 16 ? noise : (7 * x + 3 * y + 100 * (i % 3)) & top);
    }
}

static QsrModel *random_model(QsrScale scale, int blocks, int frac, uint32_t seed)
{
    const QsrTestModelSpec spec = {.scale = scale, .channels = 32, .blocks = blocks, .frac = frac,
                                   .branch = (int)(seed & 1), .seed = seed};
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

static void sizes_and_splits(void)
{
    static const int sizes[][2] = {{1, 1}, {2, 1}, {1, 5}, {3, 2}, {17, 9}, {40, 33}, {131, 23}};
    static const Split splits[] = {{0, 0, 1}, {4, 4, 2}, {16, 8, 1}, {60, 4, 3}};
    static const int fracs[] = {6, 3, 2, 1}; // below 3 there is no 10-bit store
    uint32_t seed = 3;
    for (int i = 0; i < N_SCALES; i++) {
        for (int k = 0; k < 7; k++) {
            QsrModel *model = random_model(scales[i], 1 + k % 3, fracs[k % 4],
                                           400 + (uint32_t)(10 * i + k));
            for (int deep = 0; deep < 2; deep++) {
                Planes in = make_planes(deep ? QSR_FORMAT_GBR_10LE : QSR_FORMAT_GBR, sizes[k][0],
                                        sizes[k][1]);
                draw(&in, &seed);
                Planes expected = reference(model, &in);
                for (int split = 0; split < 4; split++)
                    compare(model, &in, &expected, splits[split]);
                free(expected.memory);
                free(in.memory);
            }
            qsr_model_unref(&model);
        }
    }
}

// 10 bits in and 8 out is the 8-bit engine on the rounded picture.
static void to_eight_bits(void)
{
    QsrModel *model = random_model(QSR_SCALE(2, 1), 1, 0, 77);
    Planes in = make_planes(QSR_FORMAT_GBR_10LE, 37, 21), in8 = make_planes(QSR_FORMAT_GBR, 37, 21);
    Planes a = make_planes(QSR_FORMAT_GBR, 74, 42), b = make_planes(QSR_FORMAT_GBR, 74, 42);
    uint32_t seed = 5;
    draw(&in, &seed);
    for (int i = 0; i < 3 * 37 * 21; i++)
        set(&in8, i / 3 % 37, i / 3 / 37, i % 3,
            clamp((get(&in, i / 3 % 37, i / 3 / 37, i % 3) + 2) >> 2, 0, 255));
    run(model, &in, &a, (Split){0, 0, 1});
    run(model, &in8, &b, (Split){0, 0, 1});
    checks++;
    if (memcmp(a.memory, b.memory, 3 * 74 * 42)) {
        printf("FAIL 10 bits to 8 is not the rounded picture\n");
        failures++;
    }
    free(in.memory);
    free(in8.memory);
    free(a.memory);
    free(b.memory);
    qsr_model_unref(&model);
}

// -------------------------------------------------------------- gradients ---

// How many values a row of `out` has, and how often it steps back, far from the
// edges, where the network sees the zeros outside.
static void count_steps(const Planes *out, int margin, int *values, int *back)
{
    uint8_t seen[1024] = {0};
    const int y = out->pic.height / 2;
    *values = *back = 0;
    for (int x = margin; x < out->pic.width - margin; x++) {
        const int v = get(out, x, y, 1);
        *values += !seen[v];
        seen[v] = 1;
        *back += x > margin && v < get(out, x - 1, y, 1);
    }
}

// A grey ramp over `span` of 1024 values keeps all the steps that a cubic gives it.
static void ramp(QsrModel *model, int first, int span)
{
    enum { W = 1024, H = 12 };
    const QsrScale scale = model->info.scale;
    const int ow = qsr_scale_size(scale, W), oh = qsr_scale_size(scale, H), margin = 10 * scale.num;
    Planes in = make_planes(QSR_FORMAT_GBR_10LE, W, H);
    Planes out = make_planes(QSR_FORMAT_GBR_10LE, ow, oh);
    Planes cubic = make_planes(QSR_FORMAT_GBR_10LE, ow, oh);
    const int seen = W - 2 * margin * scale.den / scale.num; // input columns
    int values, back, cubic_values, cubic_back;
    for (int i = 0; i < 3 * W * H; i++)
        set(&in, i / 3 % W, i / 3 / W, i % 3, first + i / 3 % W * span / W);
    for (int x = 0; x < ow; x++) {
        const QsrCubic *c = qsr_cubic_find(scale);
        const int v = 4 * cubic_sum(&in, c, x, oh / 2, 1, 0) + cubic_sum(&in, c, x, oh / 2, 1, 1);
        set(&cubic, x, oh / 2, 1, clamp((v + 512) >> 10, 0, 1023));
    }
    run(model, &in, &out, (Split){0, 0, 1});
    count_steps(&out, margin, &values, &back);
    count_steps(&cubic, margin, &cubic_values, &cubic_back);
    checks++;
    if (back || cubic_back || values < cubic_values || cubic_values < span * seen / W - 1) {
        printf("FAIL %s %d/%d: a ramp of %d steps from %d has %d values and %d steps back; a "
               "cubic has %d and %d\n", model->info.name, scale.num, scale.den, span, first, values,
               back, cubic_values, cubic_back);
        failures++;
    }
    free(in.memory);
    free(out.memory);
    free(cubic.memory);
}

// A flat field of every grey stays what it is.
static void flat(QsrModel *model)
{
    enum { N = 33 };
    const QsrScale scale = model->info.scale;
    const int o = qsr_scale_size(scale, N);
    Planes in = make_planes(QSR_FORMAT_GBR_10LE, N, N);
    Planes out = make_planes(QSR_FORMAT_GBR_10LE, o, o);
    for (int v = 0; v < 1024; v += v < 8 || v > 1010 ? 1 : 7) {
        for (int i = 0; i < 3 * N * N; i++)
            set(&in, i / 3 % N, i / 3 / N, i % 3, v);
        run(model, &in, &out, (Split){0, 0, 1});
        checks++;
        if (get(&out, o / 2, o / 2, 0) != v || get(&out, o / 2, o / 2 + 1, 2) != v) {
            printf("FAIL %s %d/%d: a field of %d becomes %d\n", model->info.name, scale.num,
                   scale.den, v, get(&out, o / 2, o / 2, 0));
            failures++;
        }
    }
    free(in.memory);
    free(out.memory);
}

static void gradients(void)
{
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        QsrModel *model;
        QsrError err;
        if (qsr_model_open(&model, b->name, b->scale, &err) < 0) {
            printf("FAIL %s\n", err.message);
            failures++;
            continue;
        }
        ramp(model, 0, 1024);
        ramp(model, 64, 256);
        ramp(model, 400, 100);
        flat(model);
        qsr_model_unref(&model);
    }
}

int main(void)
{
    sizes_and_splits();
    to_eight_bits();
    gradients();
    printf("%d checks, %d failed\n", checks, failures);
    return failures ? 1 : 0;
}

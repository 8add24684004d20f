// SPDX-License-Identifier: BSD-2-Clause
//
// The phase for the fields of interlaced video: a ramp is cut into its fields, each is
// enlarged with the phase of docs/numerics.md, and woven together again they are the
// ramp that a progressive picture gives, in luma and in chroma.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "tests/engine/check.h"

enum { WIDTH = 16, HEIGHT = 64, MAX_SCALE = 4 };

typedef struct Frame {
    QsrPicture pic;
    uint16_t *plane[3];
} Frame;

static Frame make_frame(int width, int height)
{
    Frame f = {.pic = {.format = QSR_FORMAT_I420_10LE, .width = width, .height = height,
                       .matrix = QSR_MATRIX_BT709, .range = QSR_RANGE_LIMITED}};
    for (int i = 0; i < 3; i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(f.pic.format, i, width, height, &row, &rows);
        f.plane[i] = malloc(row * (size_t)rows);
        if (!f.plane[i])
            exit(1);
        f.pic.data[i] = (uint8_t *)f.plane[i];
        f.pic.stride[i] = (ptrdiff_t)row;
    }
    return f;
}

static void free_frame(Frame *f)
{
    for (int i = 0; i < 3; i++)
        free(f->plane[i]);
}

// The rows of field `field` (0 top, 1 bottom), or the whole frame (-1).
static QsrPicture field_of(const Frame *f, int field)
{
    QsrPicture pic = f->pic;
    if (field < 0)
        return pic;
    pic.height /= 2;
    for (int i = 0; i < 3; i++) {
        pic.data[i] += field * pic.stride[i];
        pic.stride[i] *= 2;
    }
    return pic;
}

static void put(uint16_t *at, double v)
{
    uint8_t *byte = (uint8_t *)at;
    const int n = (int)floor(v + 0.5);
    byte[0] = (uint8_t)(n & 255);
    byte[1] = (uint8_t)(n >> 8);
}

static int get(const uint16_t *at)
{
    const uint8_t *byte = (const uint8_t *)at;
    return byte[0] | byte[1] << 8;
}

// Value of a plane's ramp at row y (from the top edge, in rows of the input's plane):
// luma rises where chroma is grey, chroma where luma is half, so that no colour clips.
static double ramp(int plane, int chroma, double y)
{
    if (plane == 0)
        return chroma ? 500 : 100 + 800 * y / HEIGHT;
    return !chroma ? 512 : 512 + (plane == 1 ? 380 : -300) * (2 * y / HEIGHT - 0.5);
}

static void draw(Frame *f, int chroma)
{
    for (int i = 0; i < 3; i++) {
        const int half = i > 0, w = WIDTH >> half, h = HEIGHT >> half;
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                put(&f->plane[i][y * w + x], ramp(i, chroma, y + 0.5));
    }
}

static void process(QsrScale scale, int num, int den, const QsrPicture *in, const QsrPicture *out)
{
    QsrSettings settings;
    QsrModel *model;
    QsrContext *ctx;
    QsrError err = {.code = 0};
    qsr_settings_default(&settings);
    settings.n_threads = 2;
    settings.row_phase_num = num;
    settings.row_phase_den = den;
    if (qsr_model_open(&model, "bicubic", scale, &err) < 0 ||
        qsr_open(&ctx, model, &settings, &err) < 0 || qsr_process(ctx, in, out, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    qsr_close(&ctx);
    qsr_model_unref(&model);
}

// Farthest that a plane is from the enlarged ramp, some rows from the edges.
static double distance(const Frame *out, int plane, int chroma, int s)
{
    const int half = plane > 0, w = (WIDTH >> half) * s, h = (HEIGHT >> half) * s;
    double worst = 0;
    for (int y = 10 * s; y < h - 10 * s; y++) {
        const double right = ramp(plane, chroma, (y + 0.5) / s);
        // Written so that gcc 12 for AArch64 survives it: fmax() here is an internal error.
        for (int x = 0; x < w; x++) {
            const double off = fabs(get(&out->plane[plane][y * w + x]) - right);
            if (off > worst)
                worst = off;
        }
    }
    return worst;
}

// Fields enlarged by the scaler with a phase; or as progressive pictures, as a network
// would, and then moved.
static void check(int s, int chroma, int moved_after)
{
    Frame in = make_frame(WIDTH, HEIGHT), out = make_frame(WIDTH * s, HEIGHT * s);
    Frame wrong = make_frame(WIDTH * s, HEIGHT * s), between = make_frame(WIDTH * s, HEIGHT * s);
    draw(&in, chroma);
    for (int field = 0; field < 2; field++) {
        const QsrPicture from = field_of(&in, field), to = field_of(&out, field);
        const QsrPicture mid = field_of(&between, field), bad = field_of(&wrong, field);
        const int num = (s - 1) * (field ? -1 : 1);
        process(QSR_SCALE_ANY, 0, 1, &from, &bad);
        if (moved_after) {
            process(QSR_SCALE_ANY, 0, 1, &from, &mid);
            process(QSR_SCALE(1, 1), num, 4, &mid, &to); // (s-1) (1/4 - f/2)
        } else {
            process(QSR_SCALE_ANY, num, 4 * s, &from, &to);   // (1-1/s) (1/4 - f/2)
        }
    }
    for (int plane = 0; plane < 3; plane++) {
        const double right = distance(&out, plane, chroma, s);
        const double plain = distance(&wrong, plane, chroma, s);
        const double limit = moved_after ? 2.1 : 1.6; // roundings
        CHECK(right < limit, "%dx%s, plane %d: off by %.2f", s, moved_after ? ", moved after" : "",
              plane, right);
        if (chroma == (plane > 0))
            CHECK(plain > 2.2, "%dx, plane %d: off by only %.2f without a phase", s, plane, plain);
    }
    free_frame(&in);
    free_frame(&out);
    free_frame(&wrong);
    free_frame(&between);
}

int main(void)
{
    QsrModel *model;
    if (qsr_model_open(&model, "bicubic", QSR_SCALE_ANY, NULL) == QSR_ERR_UNSUPPORTED) {
        printf("skipped: this processor's floating point is not exact\n");
        return 77;
    }
    qsr_model_unref(&model);
    for (int s = 2; s <= MAX_SCALE; s++) {
        for (int chroma = 0; chroma < 2; chroma++) {
            check(s, chroma, 0);
            check(s, chroma, 1);
        }
    }
    return check_result();
}

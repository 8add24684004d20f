// SPDX-License-Identifier: BSD-2-Clause
//
// The reader and the writer against straight models in double precision, and
// against themselves for every split into strips and bands.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
#include "src/picture.h"
#include "tests/engine/rowsmodel.h"

#define MAX_SIDE 20 // of the exhaustive sizes

static int n_checks, n_failed;

#define CHECK(condition, ...)                                           \
    do {                                                                \
        n_checks++;                                                     \
        if (!(condition) && n_failed++ < 20) {                          \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
            fprintf(stderr, __VA_ARGS__);                               \
            fputc('\n', stderr);                                        \
        }                                                               \
    } while (0)

// ---------------------------------------------------------------- reader ---

// Pixels [0, w) of a row with the low bits told apart, against the model.
static void check_reader_row(const QsrPicture *p, const uint8_t *high, const uint8_t *low,
                             const uint8_t *rounded, int y)
{
    const bool deep = top_value(p->format) > 255;
    for (int x = 0; x < p->width; x++) {
        double want[3], exact[3];
        model_read(p, x, y, true, want);
        model_read(p, x, y, false, exact);
        for (int k = 0; k < 3; k++) {
            const int at = 4 * x + k, got = deep ? 4 * high[at] + low[at] : high[at];
            // One rounding: at most half a step and the error of Q13 coefficients.
            CHECK(fabs(got - want[k]) < (deep ? .7 : .55),
                  "%s %dx%d site %d (%d,%d) colour %d: %d, not %f", qsr_format_name(p->format),
                  p->width, p->height, p->site, x, y, k, got, want[k]);
            // Half a step of chroma more, times at most 2.15.
            CHECK(fabs(got - exact[k]) < 1.75, "%s (%d,%d) colour %d: %d, not %f",
                  qsr_format_name(p->format), x, y, k, got, exact[k]);
            const int eight = (got + 2) / 4 < 255 ? (got + 2) / 4 : 255;
            CHECK(rounded[at] == (deep ? eight : got), "%s: %d is rounded to %d",
                  qsr_format_name(p->format), got, rounded[at]);
            CHECK(deep ? low[at] < 4 : low[at] == got >> 6, "%s: low bits %d of %d",
                  qsr_format_name(p->format), low[at], got);
        }
        CHECK(high[4 * x + 3] == 0 && low[4 * x + 3] == 0 && rounded[4 * x + 3] == 0, "X is set");
    }
}

static void check_reader_picture(const QsrPixelDSP *c_dsp, const QsrPixelDSP *dsp,
                                 const QsrPicture *p)
{
    uint8_t whole[4 * MAX_SIDE], low[4 * MAX_SIDE], rounded[4 * MAX_SIDE];
    uint8_t part[4 * MAX_SIDE + 4], part_low[4 * MAX_SIDE + 4];
    void *scratch = aligned_alloc(64, (qsr_reader_scratch(p->width) + 63) / 64 * 64 + 64);
    QsrReader reader, c_reader;

    qsr_reader_init(&reader, dsp, p);
    qsr_reader_init(&c_reader, c_dsp, p);
    for (int y = 0; y < p->height; y++) {
        qsr_reader_row(&c_reader, scratch, rounded, NULL, 0, p->width, y);
        qsr_reader_row(&c_reader, scratch, whole, low, 0, p->width, y);
        check_reader_row(p, whole, low, rounded, y);
        for (int x0 = 0; x0 < p->width; x0 += 2) {
            for (int n = 1; n <= p->width - x0; n++) {
                part[4 * n] = part_low[4 * n] = PADDING;
                qsr_reader_row(&reader, scratch, part, part_low, x0, n, y);
                CHECK(!memcmp(part, whole + 4 * x0, 4 * (size_t)n) &&
                      !memcmp(part_low, low + 4 * x0, 4 * (size_t)n),
                      "%s %dx%d site %d row %d: columns %d+%d differ",
                      qsr_format_name(p->format), p->width, p->height, p->site, y, x0, n);
                CHECK(part[4 * n] == PADDING && part_low[4 * n] == PADDING,
                      "%s writes past the end", qsr_format_name(p->format));
            }
        }
    }
    free(scratch);
}

// ---------------------------------------------------------------- writer ---

// Writes columns [x0, x1) of the whole height in bands and in calls of `step`
// rows, from a ring that holds no more than the interface promises.
static void write_strip(const QsrWriter *w, const TestFrame *frame, int x0, int x1, int band,
                        int step)
{
    const int height = w->pic.height;
    const int left = x0 > 0 ? qsr_writer_halo_left(w) : 0;
    const int cols = x1 - x0 + left, depth = step + 2;
    const size_t pitch = (size_t)w->px * (size_t)cols;
    uint8_t *ring = malloc(pitch * (size_t)depth);
    void *scratch = aligned_alloc(64, (qsr_writer_scratch(w, x1 - x0) + 63) / 64 * 64 + 64);
    const QsrRowRing r = { .base = ring, .pitch = (ptrdiff_t)pitch, .depth = depth,
                           .x_base = x0 - left };

    for (int b0 = 0; b0 < height; b0 += band) {
        const int b1 = b0 + band < height ? b0 + band : height;
        // Of another band nothing is left but the row of the halo.
        for (size_t i = 0; i < pitch * (size_t)depth; i++)
            ring[i] = (uint8_t)rnd();
        int y = b0 - (b0 > 0 ? qsr_writer_halo_top(w) : 0);
        for (int y0 = b0; y0 < b1; y0 += step) {
            const int y1 = y0 + step < b1 ? y0 + step : b1;
            for (; y < y1; y++)
                memcpy(ring + (size_t)(y % depth) * pitch,
                       pixel(frame, x0 - left, y), pitch);
            qsr_writer_rows(w, scratch, &r, x0, x1, y0, y1);
        }
    }
    free(ring);
    free(scratch);
}

static void compare_pictures(const TestPicture *a, const TestPicture *b, const char *what)
{
    for (int i = 0; i < qsr_format_planes(a->pic.format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(a->pic.format, i, a->pic.width, a->pic.height, &row, &rows);
        for (int y = 0; y < rows; y++)
            CHECK(!memcmp(a->pic.data[i] + y * a->pic.stride[i],
                          b->pic.data[i] + y * b->pic.stride[i], row),
                  "%s %dx%d site %d %s: plane %d row %d", qsr_format_name(a->pic.format),
                  a->pic.width, a->pic.height, a->pic.site, what, i, y);
    }
}

// The bytes between the rows still have their first value.
static void check_padding(const TestPicture *t)
{
    for (int i = 0; i < qsr_format_planes(t->pic.format); i++) {
        const size_t stride = (size_t)labs((long)t->pic.stride[i]);
        size_t row;
        int rows, damaged = 0;
        qsr_format_plane_size(t->pic.format, i, t->pic.width, t->pic.height, &row, &rows);
        for (int y = 0; y < rows; y++)
            for (size_t x = row; x < stride; x++)
                damaged += t->area[i][(size_t)y * stride + x] != PADDING;
        CHECK(damaged == 0, "%s plane %d: %d bytes of padding", qsr_format_name(t->pic.format), i,
              damaged);
    }
}

// Component `k` of chroma at (x, y) in its own resolution.
static void check_chroma(const QsrPicture *p, const TestFrame *frame, int x, int y, int k)
{
    const int got = sample(p, "UV"[k], x, y);
    const double want = model_chroma(p, frame, x, y, 1 + k);
    CHECK(fabs(got - want) < .55, "%s site %d (%d,%d) chroma %d: %d, not %f",
          qsr_format_name(p->format), p->site, x, y, k, got, want);
}

static void check_against_model(const QsrPicture *p, const TestFrame *frame)
{
    const int sx = half_width(p->format) ? 2 : 1, sy = half_height(p->format) ? 2 : 1;
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            const double rgb[3] = { colour_at(frame, x, y, 0), colour_at(frame, x, y, 1),
                                    colour_at(frame, x, y, 2) };
            if (has(p->format, 'R')) {
                for (int k = 0; k < 3; k++)
                    CHECK(sample(p, "RGB"[k], x, y) == rgb[k], "%s (%d,%d) %c",
                          qsr_format_name(p->format), x, y, "RGB"[k]);
                continue;
            }
            const bool grey = !has(p->format, 'U');
            const double want = grey ? .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2]
                                     : model_yuv(p, rgb, 0);
            // Grey has weights of 8 bits, off by up to 0.45 steps.
            CHECK(fabs(sample(p, 'Y', x, y) - want) < (grey ? .97 : .55),
                  "%s (%d,%d) Y: %d, not %f", qsr_format_name(p->format), x, y,
                  sample(p, 'Y', x, y), want);
            for (int k = 0; k < 2 && !grey && x % sx == 0 && y % sy == 0; k++)
                check_chroma(p, frame, x / sx, y / sy, k);
        }
    }
}

// Noise with many ends; X is at the top.
static TestFrame make_frame(QsrFormat format, int w, int h, bool zero)
{
    const int top = top_value(format);
    TestFrame f = { .w = w, .h = h, .px = top > 255 ? 8 : 4 };
    f.data = calloc((size_t)f.px, (size_t)w * (size_t)h);
    for (int i = 0; i < 4 * w * h && !zero; i++) {
        const int v = i % 4 == 3 ? top : rnd() % 4 ? between(0, top) : rnd() & 1 ? top : 0;
        if (f.px == 8)
            ((uint16_t *)(void *)f.data)[i] = (uint16_t)v;
        else
            f.data[i] = (uint8_t)v;
    }
    return f;
}

// `in` is where alpha comes from, and may be without.
static void check_writer_picture(const QsrPixelDSP *c_dsp, const QsrPixelDSP *dsp, QsrFormat format,
                                 int w, int h, QsrChromaSite site, const QsrPicture *in,
                                 QsrScale scale)
{
    const TestFrame frame = make_frame(format, w, h, false);
    TestPicture whole, part;
    QsrWriter writer;

    make_picture(&whole, format, w, h, site);
    qsr_writer_init(&writer, c_dsp, &whole.pic, in, scale);
    write_strip(&writer, &frame, 0, w, h + 1, h);
    check_against_model(&whole.pic, &frame);
    check_padding(&whole);

    make_picture(&part, format, w, h, site);
    part.pic.matrix = whole.pic.matrix;
    part.pic.range = whole.pic.range;
    qsr_writer_init(&writer, dsp, &part.pic, in, scale);
    // Every even cut, and then random ones; rows in every way that heads deliver them.
    for (int cut = 0; cut <= w + 3; cut += 2) {
        const int band = cut < w ? 2 * between(1, h / 2 + 1) : 2;
        const int step = between(1, 4);
        for (int x0 = 0; x0 < w;) {
            int x1 = cut < w ? (x0 < cut ? cut : w) : x0 + 2 * between(1, 4);
            x1 = x1 > w ? w : x1;
            write_strip(&writer, &frame, x0, x1, band, step);
            x0 = x1;
        }
        compare_pictures(&whole, &part, "split");
    }
    check_padding(&part);
    free_picture(&whole);
    free_picture(&part);
    free(frame.data);
}

// ----------------------------------------------------------------- alpha ---

static void check_alpha(const QsrPixelDSP *c_dsp, const QsrPixelDSP *dsp)
{
    static const QsrScale scales[] = { { 2, 1 }, { 3, 1 }, { 4, 1 }, { 3, 2 } };
    static const QsrFormat formats[] = { QSR_FORMAT_RGBA, QSR_FORMAT_BGRA, QSR_FORMAT_ARGB,
                                         QSR_FORMAT_ABGR, QSR_FORMAT_AYUV, QSR_FORMAT_A420,
                                         QSR_FORMAT_GBRA, QSR_FORMAT_RGB10A2_LE };
    double worst = 0, sum = 0;
    int samples = 0;

    for (int round = 0; round < 4 * 4 * MAX_SIDE; round++) {
        const QsrScale s = scales[round % 4];
        const int mood = round / 4 % 4; // 0, 255, anything, no alpha
        const QsrFormat from = formats[between(0, 7)], to = formats[between(0, 7)];
        const bool two_bits = to == QSR_FORMAT_RGB10A2_LE;
        const int iw = between(1, MAX_SIDE), ih = between(1, MAX_SIDE);
        const int w = (iw * s.num + s.den - 1) / s.den, h = (ih * s.num + s.den - 1) / s.den;
        TestPicture in, out;
        QsrWriter writer;
        const TestFrame frame = make_frame(to, w, h, true);

        make_picture(&in, mood == 3 ? QSR_FORMAT_RGBX : from, iw, ih, QSR_SITE_CENTER);
        fill_random(&in);
        for (int i = 0; i < qsr_format_planes(in.pic.format) && mood < 2; i++)
            memset(in.area[i], mood ? 255 : 0, in.size[i]);
        check_writer_picture(c_dsp, dsp, to, w, h, QSR_SITE_CENTER, &in.pic, s);
        make_picture(&out, to, w, h, QSR_SITE_CENTER);
        qsr_writer_init(&writer, dsp, &out.pic, &in.pic, s);
        write_strip(&writer, &frame, 0, w, h + 1, 3);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                const int got = sample(&out.pic, 'A', x, y);
                const double want = mood == 2 ? model_alpha(&in.pic, s, x, y)
                                    : mood == 0 ? 0 : 255;
                const double error = fabs(got - want);
                if (mood == 2 && !two_bits) {
                    worst = error > worst ? error : worst;
                    sum += error;
                    samples++;
                }
                // Taps of 6 bits are off by up to 1/128 each.
                CHECK(mood == 2 ? error < (two_bits ? 50 : 8) : got == want,
                      "%d/%d (%d,%d) of %dx%d: %d, not %f",
                      s.num, s.den, x, y, w, h, got, want);
            }
        }
        check_padding(&out);
        free_picture(&in);
        free_picture(&out);
        free(frame.data);
    }
    CHECK(sum / samples < 1, "alpha is off by %f on average", sum / samples);
    printf("alpha on noise: %.2f from a cubic in double precision, at most %.2f\n",
           sum / samples, worst);
}

// --------------------------------------------------------- flat and steps ---

// One colour through the writer and back through the reader.
static void round_trip(const QsrPixelDSP *dsp, QsrFormat format, QsrMatrix matrix, QsrRange range,
                       const int rgb[3], int back[3], int yuv[3])
{
    enum { W = 5, H = 3 };
    uint8_t row[4 * W], low[4 * W];
    const TestFrame frame = make_frame(format, W, H, true);
    TestPicture t;
    QsrWriter writer;
    QsrReader reader;

    for (int i = 0; i < 4 * W * H; i++) {
        const int v = i % 4 == 3 ? top_value(format) : rgb[i % 4];
        if (frame.px == 8)
            ((uint16_t *)(void *)frame.data)[i] = (uint16_t)v;
        else
            frame.data[i] = (uint8_t)v;
    }
    make_picture(&t, format, W, H, (QsrChromaSite)between(0, 3));
    t.pic.matrix = matrix;
    t.pic.range = range;
    qsr_writer_init(&writer, dsp, &t.pic, &t.pic, QSR_SCALE(2, 1));
    write_strip(&writer, &frame, 0, W, H + 1, 2);
    qsr_reader_init(&reader, dsp, &t.pic);
    void *scratch = aligned_alloc(64, (qsr_reader_scratch(W) + 63) / 64 * 64 + 64);
    for (int y = 0; y < H; y++) {
        qsr_reader_row(&reader, scratch, row, low, 0, W, y);
        for (int x = 0; x < W; x++)
            CHECK(!memcmp(row + 4 * x, row, 4) && !memcmp(low + 4 * x, low, 4),
                  "a flat picture is not flat");
    }
    for (int k = 0; k < 3; k++) {
        back[k] = frame.px == 8 ? 4 * row[k] + low[k] : row[k];
        yuv[k] = sample(&t.pic, "YUV"[k], 0, 0);
    }
    free(scratch);
    free(frame.data);
    free_picture(&t);
}

static void check_flat_of(const QsrPixelDSP *dsp, QsrFormat format, QsrMatrix matrix,
                          QsrRange range)
{
    const bool full = range == QSR_RANGE_FULL;
    const int top = top_value(format), step = (top + 1) / 256;
    int back[3], yuv[3];

    for (int g = 0; g <= top; g++) {
        const int grey[3] = { g, g, g };
        round_trip(dsp, format, matrix, range, grey, back, yuv);
        CHECK(yuv[1] == 128 * step && yuv[2] == 128 * step, "grey %d has chroma %d, %d", g, yuv[1],
              yuv[2]);
        // In 10 bits some greys lie nearer to half a step than Q15 can tell.
        const double luma = full ? g : 16 * step + g * 219. * step / top;
        CHECK(fabs(yuv[0] - luma) < (top > 255 ? .51 : .5), "grey %d is Y %d", g, yuv[0]);
        CHECK(back[0] == back[1] && back[1] == back[2], "grey %d comes back coloured", g);
        CHECK(abs(back[0] - g) <= !full, "grey %d comes back as %d", g, back[0]);
        CHECK(g % top || back[0] == g, "black or white comes back as %d", back[0]);
    }
    // Corners and middles of the edges of the colour cube.
    for (int c = 0; c < 27; c++) {
        const int rgb[3] = { c % 3 * top / 2, c / 3 % 3 * top / 2, c / 9 * top / 2 };
        round_trip(dsp, format, matrix, range, rgb, back, yuv);
        for (int k = 0; k < 3; k++)
            CHECK(abs(back[k] - rgb[k]) <= 2, "%d,%d,%d comes back as %d,%d,%d", rgb[0], rgb[1],
                  rgb[2], back[0], back[1], back[2]);
    }
}

static void check_flat(const QsrPixelDSP *dsp)
{
    static const QsrFormat formats[] = { QSR_FORMAT_I420, QSR_FORMAT_NV12, QSR_FORMAT_NV21,
                                         QSR_FORMAT_Y444, QSR_FORMAT_YUY2, QSR_FORMAT_AYUV,
                                         QSR_FORMAT_I420_10LE, QSR_FORMAT_Y210,
                                         QSR_FORMAT_Y444_10LE };

    for (int i = 0; i < 9 * QSR_N_MATRICES * 2; i++)
        check_flat_of(dsp, formats[i % 9], (QsrMatrix)(i / 9 % QSR_N_MATRICES),
                      i / 9 / QSR_N_MATRICES ? QSR_RANGE_FULL : QSR_RANGE_LIMITED);
}

// Next to a step of chroma, a co-sited even column carries the unblended value,
// and the odd column before it is half way; likewise for rows.
static void check_siting_of(const QsrPixelDSP *dsp, QsrFormat format, QsrChromaSite site,
                            bool vertical)
{
    enum { N = 12 };
    const int step = (top_value(format) + 1) / 256, rows = half_height(format) ? N / 2 : N;
    uint8_t row[4 * N], flat[2][4 * N];
    void *scratch = aligned_alloc(64, (qsr_reader_scratch(N) + 63) / 64 * 64 + 64);
    TestPicture t;
    QsrReader reader;

    // Y 128; all chroma samples 60, then all 180, then 60 up to the third and
    // 180 from there.
    make_picture(&t, format, N, N, site);
    qsr_reader_init(&reader, dsp, &t.pic);
    for (int i = 0; i < N * N; i++)
        set_sample(&t.pic, 'Y', i % N, i / N, 128 * step);
    for (int pass = 0; pass < 3; pass++) {
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < N / 2; x++) {
                const bool low = pass == 0 || (pass == 2 && (vertical ? y : x) < 3);
                set_sample(&t.pic, 'U', x, y, (low ? 60 : 180) * step);
                set_sample(&t.pic, 'V', x, y, (low ? 60 : 180) * step);
            }
        if (pass < 2)
            qsr_reader_row(&reader, scratch, flat[pass], NULL, 0, N, 5);
    }
    for (int at = 4; at <= 7; at++) {
        qsr_reader_row(&reader, scratch, row, NULL, 0, N, vertical ? at : 5);
        const uint8_t *got = row + 4 * (vertical ? 5 : at);
        const bool low = !memcmp(got, flat[0], 4), high = !memcmp(got, flat[1], 4);
        // Samples 2 and 3 lie at 4 and 6, or else at 4.5 and 6.5.
        const bool cosited = site & (vertical ? QSR_SITE_TOP : QSR_SITE_LEFT);
        const bool is_low = at == 4, is_high = at == 7 || (at == 6 && cosited);
        CHECK(low == is_low && high == is_high, "%s site %d vertical %d at %d: low %d high %d",
              qsr_format_name(format), site, vertical, at, low, high);
    }
    free_picture(&t);
    free(scratch);
}

static void check_siting(const QsrPixelDSP *dsp)
{
    for (int format = 0; format < QSR_N_FORMATS; format++)
        for (int site = 0; site < 4 && half_width((QsrFormat)format); site++)
            for (int vertical = 0; vertical <= half_height((QsrFormat)format); vertical++)
                check_siting_of(dsp, (QsrFormat)format, (QsrChromaSite)site, vertical);
}

// -------------------------------------------------------- picture checks ---

static void check_validator(void)
{
    uint8_t byte = 0;
    const QsrPicture good = { .format = QSR_FORMAT_NV12, .width = 5, .height = 3,
                              .data = { &byte, &byte }, .stride = { 5, 6 } };
    QsrPicture p;
    QsrError err;

    CHECK(qsr_picture_check(&good, "input picture", 1, &err) == 0, "a good picture is refused");
#define REFUSES(change, text)                                                          \
    p = good;                                                                          \
    change;                                                                            \
    CHECK(qsr_picture_check(&p, "input picture", 1, &err) == QSR_ERR_INVALID &&        \
              err.code == QSR_ERR_INVALID && strstr(err.message, text) == err.message, \
          "%s", #change)
    REFUSES(p.width = 0, "input picture: the size 0x3 ");
    REFUSES(p.height = -1, "input picture: the size 5x-1 ");
    REFUSES(p.width = 4 * QSR_MAX_WIDTH + 1, "input picture: the size 65537x3 ");
    REFUSES(p.format = QSR_N_FORMATS, "input picture: unknown format");
    REFUSES(p.format = (QsrFormat)-1, "input picture: unknown format");
    REFUSES(p.matrix = QSR_N_MATRICES, "input picture: unknown matrix");
    REFUSES(p.range = (QsrRange)2, "input picture: unknown range");
    REFUSES(p.site = (QsrChromaSite)4, "input picture: unknown chroma site");
    REFUSES(p.data[1] = NULL, "input picture: plane 1 has no data");
    REFUSES(p.stride[0] = 4, "input picture: the stride 4 of plane 0 ");
    REFUSES(p.stride[1] = -5, "input picture: the stride -5 of plane 1 ");
    p = good;
    p.stride[1] = -6;
    CHECK(qsr_picture_check(&p, "input picture", 1, NULL) == 0, "a negative stride is refused");
    p.data[1] = NULL;
    CHECK(qsr_picture_check(&p, "input picture", 0, NULL) == 0, "data were looked at");
    CHECK(qsr_picture_check(NULL, "input picture", 0, NULL) == QSR_ERR_INVALID, "NULL");
    for (int f = 0; f < QSR_N_FORMATS; f++)
        CHECK(qsr_format_name((QsrFormat)f) && qsr_format_planes((QsrFormat)f) > 0, "format %d", f);
    CHECK(!qsr_format_name(QSR_N_FORMATS) && !qsr_format_planes(QSR_N_FORMATS), "no such format");
}

// ------------------------------------------------------------------ main ---

static int step = 1; // between the sizes; more where every instruction costs ten

static void check_level(const QsrPixelDSP *c_dsp, unsigned flags)
{
    QsrPixelDSP dsp;

    qsr_pixel_dsp_init(&dsp, flags);
    for (int f = 0; f < QSR_N_FORMATS; f++) {
        const QsrFormat format = (QsrFormat)f;
        const int sites = half_height(format) ? 4 : half_width(format) ? 2 : 1;
        for (int site = 0; site < sites; site++) {
            for (int size = 0; size < MAX_SIDE * MAX_SIDE; size += step) {
                const int w = 1 + size % MAX_SIDE, h = 1 + size / MAX_SIDE;
                TestPicture in;
                make_picture(&in, format, w, h, (QsrChromaSite)site);
                fill_random(&in);
                if (h <= 6 || w >= MAX_SIDE - 1)
                    check_reader_picture(c_dsp, &dsp, &in.pic);
                free_picture(&in);
                make_picture(&in, QSR_FORMAT_GRAY8, w, h, QSR_SITE_CENTER);
                check_writer_picture(c_dsp, &dsp, format, w, h, (QsrChromaSite)site, &in.pic,
                                     QSR_SCALE(2, 1));
                free_picture(&in);
            }
        }
    }
    check_alpha(c_dsp, &dsp);
    check_flat(&dsp);
    check_siting(&dsp);
}

int main(int argc, char **argv)
{
    QsrPixelDSP c_dsp;
    const unsigned flags = qsr_cpu_get_flags() & qsr_cpu_flags_built();

    if (argc > 1 && atoi(argv[1]) > 0)
        step = atoi(argv[1]);
    qsr_pixel_dsp_init(&c_dsp, 0);
    check_validator();
    check_level(&c_dsp, 0);
    if (flags)
        check_level(&c_dsp, flags);
    printf("%d checks, %d failed\n", n_checks, n_failed);
    return n_failed != 0;
}

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

static void check_reader_picture(const QsrPixelDSP *c_dsp, const QsrPixelDSP *dsp,
                                 const QsrPicture *p)
{
    uint8_t whole[4 * MAX_SIDE], part[4 * MAX_SIDE + 4];
    void *scratch = aligned_alloc(64, (qsr_reader_scratch(p->width) + 63) / 64 * 64 + 64);
    QsrReader reader, c_reader;

    qsr_reader_init(&reader, dsp, p);
    qsr_reader_init(&c_reader, c_dsp, p);
    for (int y = 0; y < p->height; y++) {
        qsr_reader_row(&c_reader, scratch, whole, 0, p->width, y);
        for (int x = 0; x < p->width; x++) {
            double want[3], exact[3];
            model_read(p, x, y, true, want);
            model_read(p, x, y, false, exact);
            for (int k = 0; k < 3; k++) {
                const int got = whole[4 * x + k];
                // One rounding: at most half a step and the error of Q13 coefficients.
                CHECK(fabs(got - want[k]) < .55, "%s %dx%d site %d (%d,%d) colour %d: %d, not %f",
                      qsr_format_name(p->format), p->width, p->height, p->site, x, y, k, got,
                      want[k]);
                // Half a step of chroma more, times at most 2.15.
                CHECK(fabs(got - exact[k]) < 1.65, "%s (%d,%d) colour %d: %d, not %f",
                      qsr_format_name(p->format), x, y, k, got, exact[k]);
            }
            CHECK(whole[4 * x + 3] == 0, "X is %d", whole[4 * x + 3]);
        }
        for (int x0 = 0; x0 < p->width; x0 += 2) {
            for (int n = 1; n <= p->width - x0; n++) {
                part[4 * n] = PADDING;
                qsr_reader_row(&reader, scratch, part, x0, n, y);
                CHECK(!memcmp(part, whole + 4 * x0, 4 * (size_t)n),
                      "%s %dx%d site %d row %d: columns %d+%d differ",
                      qsr_format_name(p->format), p->width, p->height, p->site, y, x0, n);
                CHECK(part[4 * n] == PADDING, "%s writes past the end",
                      qsr_format_name(p->format));
            }
        }
    }
    free(scratch);
}

// ---------------------------------------------------------------- writer ---

// Writes columns [x0, x1) of the whole height in bands and in calls of `step`
// rows, from a ring that holds no more than the interface promises.
static void write_strip(const QsrWriter *w, const uint8_t *frame, int x0, int x1, int band,
                        int step)
{
    const int width = w->pic.width, height = w->pic.height;
    const int left = x0 > 0 ? qsr_writer_halo_left(w) : 0;
    const int cols = x1 - x0 + left, depth = step + 2;
    const size_t pitch = 4 * (size_t)cols;
    uint8_t *ring = malloc(pitch * (size_t)depth);
    void *scratch = aligned_alloc(64, (qsr_writer_scratch(w, x1 - x0) + 63) / 64 * 64 + 64);
    const QsrRowRing r = { ring, (ptrdiff_t)pitch, depth, x0 - left };

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
                       pixel(frame, width, height, x0 - left, y), pitch);
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

static void check_against_model(const QsrPicture *p, const uint8_t *frame)
{
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            const uint8_t *q = pixel(frame, p->width, p->height, x, y);
            const double rgb[3] = { q[0], q[1], q[2] };
            if (p->format >= QSR_FORMAT_RGB) {
                const int bytes = p->format <= QSR_FORMAT_BGR ? 3 : 4;
                for (int k = 0; k < 3; k++)
                    CHECK(sample(p, 0, x * bytes + byte_of(p->format, "RGB"[k]), y) == q[k],
                          "%s (%d,%d)", qsr_format_name(p->format), x, y);
                continue;
            }
            const double gray = .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2];
            const double want = p->format == QSR_FORMAT_GRAY8 ? gray : model_yuv(p, rgb, 0);
            // Grey has weights of 8 bits, off by up to 0.45 steps.
            CHECK(fabs(sample(p, 0, x, y) - want) < (p->format == QSR_FORMAT_GRAY8 ? .97 : .52),
                  "%s (%d,%d) Y: %d, not %f", qsr_format_name(p->format), x, y,
                  sample(p, 0, x, y), want);
            if (p->format == QSR_FORMAT_GRAY8 || (subsampled(p->format) && (x & 1 || y & 1)))
                continue;
            for (int k = 0; k < 2; k++) {
                const int got = subsampled(p->format) ? chroma(p, k, x / 2, y / 2)
                                                      : chroma(p, k, x, y);
                const double c = subsampled(p->format) ? model_chroma(p, frame, x / 2, y / 2, 1 + k)
                                                       : model_yuv(p, rgb, 1 + k);
                CHECK(fabs(got - c) < .52, "%s site %d (%d,%d) chroma %d: %d, not %f",
                      qsr_format_name(p->format), p->site, x, y, k, got, c);
            }
        }
    }
}

// `in` is where alpha comes from, and may be without.
static void check_writer_picture(const QsrPixelDSP *c_dsp, const QsrPixelDSP *dsp, QsrFormat format,
                                 int w, int h, QsrChromaSite site, const QsrPicture *in,
                                 QsrScale scale)
{
    const size_t n = 4 * (size_t)w * (size_t)h;
    uint8_t *frame = malloc(n);
    TestPicture whole, part;
    QsrWriter writer;

    for (size_t i = 0; i < n; i++)
        frame[i] = i % 4 == 3 ? 255 : rnd() % 4 ? (uint8_t)rnd() : (uint8_t)-(rnd() & 1);
    make_picture(&whole, format, w, h, site);
    qsr_writer_init(&writer, c_dsp, &whole.pic, in, scale);
    write_strip(&writer, frame, 0, w, h + 1, h);
    check_against_model(&whole.pic, frame);
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
            write_strip(&writer, frame, x0, x1, band, step);
            x0 = x1;
        }
        compare_pictures(&whole, &part, "split");
    }
    check_padding(&part);
    free_picture(&whole);
    free_picture(&part);
    free(frame);
}

// ----------------------------------------------------------------- alpha ---

static void check_alpha(const QsrPixelDSP *c_dsp, const QsrPixelDSP *dsp)
{
    static const QsrScale scales[] = { { 2, 1 }, { 3, 1 }, { 4, 1 }, { 3, 2 } };
    double worst = 0, sum = 0;
    int samples = 0;

    for (int round = 0; round < 4 * 4 * MAX_SIDE; round++) {
        const QsrScale s = scales[round % 4];
        const int mood = round / 4 % 4; // 0, 255, anything, no alpha
        const QsrFormat from = (QsrFormat)(QSR_FORMAT_RGBA + between(0, 3));
        const QsrFormat to = (QsrFormat)(QSR_FORMAT_RGBA + between(0, 3));
        const int iw = between(1, MAX_SIDE), ih = between(1, MAX_SIDE);
        const int w = (iw * s.num + s.den - 1) / s.den, h = (ih * s.num + s.den - 1) / s.den;
        TestPicture in, out;
        QsrWriter writer;
        uint8_t *frame = calloc(4 * (size_t)w, (size_t)h);

        make_picture(&in, mood == 3 ? QSR_FORMAT_RGBX : from, iw, ih, QSR_SITE_CENTER);
        fill_random(&in);
        if (mood < 2)
            memset(in.area[0], mood ? 255 : 0, in.size[0]);
        check_writer_picture(c_dsp, dsp, to, w, h, QSR_SITE_CENTER, &in.pic, s);
        make_picture(&out, to, w, h, QSR_SITE_CENTER);
        qsr_writer_init(&writer, dsp, &out.pic, &in.pic, s);
        write_strip(&writer, frame, 0, w, h + 1, 3);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                const int got = sample(&out.pic, 0, 4 * x + byte_of(to, 'A'), y);
                const double want = mood == 2 ? model_alpha(&in.pic, s, x, y)
                                    : mood == 0 ? 0 : 255;
                const double error = fabs(got - want);
                if (mood == 2) {
                    worst = error > worst ? error : worst;
                    sum += error;
                    samples++;
                }
                // Taps of 6 bits are off by up to 1/128 each.
                CHECK(mood == 2 ? error < 8 : got == want, "%d/%d (%d,%d) of %dx%d: %d, not %f",
                      s.num, s.den, x, y, w, h, got, want);
            }
        }
        check_padding(&out);
        free_picture(&in);
        free_picture(&out);
        free(frame);
    }
    CHECK(sum / samples < 1, "alpha is off by %f on average", sum / samples);
    printf("alpha on noise: %.2f from a cubic in double precision, at most %.2f\n",
           sum / samples, worst);
}

// --------------------------------------------------------- flat and steps ---

// One colour through the writer and back through the reader.
static void round_trip(const QsrPixelDSP *dsp, QsrFormat format, QsrMatrix matrix, QsrRange range,
                       const uint8_t rgb[3], uint8_t back[4], int yuv[3])
{
    enum { W = 5, H = 3 };
    uint8_t frame[4 * W * H], row[4 * W];
    TestPicture t;
    QsrWriter writer;
    QsrReader reader;

    for (int i = 0; i < W * H; i++) {
        memcpy(frame + 4 * i, rgb, 3);
        frame[4 * i + 3] = 255;
    }
    make_picture(&t, format, W, H, (QsrChromaSite)between(0, 3));
    t.pic.matrix = matrix;
    t.pic.range = range;
    qsr_writer_init(&writer, dsp, &t.pic, &t.pic, QSR_SCALE(2, 1));
    write_strip(&writer, frame, 0, W, H + 1, 2);
    qsr_reader_init(&reader, dsp, &t.pic);
    void *scratch = aligned_alloc(64, (qsr_reader_scratch(W) + 63) / 64 * 64 + 64);
    for (int y = 0; y < H; y++) {
        qsr_reader_row(&reader, scratch, row, 0, W, y);
        for (int x = 0; x < W; x++)
            CHECK(!memcmp(row + 4 * x, row, 4), "a flat picture is not flat");
    }
    memcpy(back, row, 4);
    yuv[0] = sample(&t.pic, 0, 0, 0);
    yuv[1] = chroma(&t.pic, 0, 0, 0);
    yuv[2] = chroma(&t.pic, 1, 0, 0);
    free(scratch);
    free_picture(&t);
}

static void check_flat(const QsrPixelDSP *dsp)
{
    static const QsrFormat formats[] = { QSR_FORMAT_I420, QSR_FORMAT_NV12, QSR_FORMAT_NV21,
                                         QSR_FORMAT_Y444 };
    uint8_t back[4];
    int yuv[3];

    for (int i = 0; i < 4 * QSR_N_MATRICES * 2; i++) {
        const QsrFormat format = formats[i % 4];
        const QsrMatrix matrix = (QsrMatrix)(i / 4 % QSR_N_MATRICES);
        const bool full = i / 4 / QSR_N_MATRICES;
        const QsrRange range = full ? QSR_RANGE_FULL : QSR_RANGE_LIMITED;
        for (int g = 0; g < 256; g++) {
            const uint8_t grey[3] = { (uint8_t)g, (uint8_t)g, (uint8_t)g };
            round_trip(dsp, format, matrix, range, grey, back, yuv);
            CHECK(yuv[1] == 128 && yuv[2] == 128, "grey %d has chroma %d, %d", g, yuv[1], yuv[2]);
            CHECK(yuv[0] == (full ? g : 16 + (g * 219 + 127) / 255), "grey %d is Y %d", g, yuv[0]);
            CHECK(back[0] == back[1] && back[1] == back[2], "grey %d comes back coloured", g);
            CHECK(abs(back[0] - g) <= !full, "grey %d comes back as %d", g, back[0]);
            CHECK(g % 255 || back[0] == g, "black or white comes back as %d", back[0]);
        }
        // Corners and middles of the edges of the colour cube.
        for (int c = 0; c < 27; c++) {
            const uint8_t rgb[3] = { (uint8_t)(c % 3 * 255 / 2), (uint8_t)(c / 3 % 3 * 255 / 2),
                                     (uint8_t)(c / 9 * 255 / 2) };
            round_trip(dsp, format, matrix, range, rgb, back, yuv);
            for (int k = 0; k < 3; k++)
                CHECK(abs(back[k] - rgb[k]) <= 2, "%d,%d,%d comes back as %d,%d,%d", rgb[0],
                      rgb[1], rgb[2], back[0], back[1], back[2]);
        }
    }
}

// Next to a step of chroma, a co-sited even column carries the unblended value,
// and the odd column before it is half way; likewise for rows.
static void check_siting_of(const QsrPixelDSP *dsp, QsrFormat format, QsrChromaSite site,
                            bool vertical)
{
    enum { N = 12 };
    const int step = format == QSR_FORMAT_I420 ? 1 : 2; // bytes per chroma sample
    uint8_t row[4 * N], flat[2][4 * N];
    void *scratch = aligned_alloc(64, (qsr_reader_scratch(N) + 63) / 64 * 64 + 64);
    TestPicture t;
    QsrReader reader;

    // Y 128; all chroma samples 60, then all 180, then 60 up to the third and
    // 180 from there.
    make_picture(&t, format, N, N, site);
    qsr_reader_init(&reader, dsp, &t.pic);
    memset(t.area[0], 128, t.size[0]);
    for (int pass = 0; pass < 3; pass++) {
        for (int plane = 1; plane < qsr_format_planes(format); plane++)
            for (int y = 0; y < N / 2; y++)
                for (int i = 0; i < N / 2 * step; i++) {
                    const bool low = pass == 0 || (pass == 2 && (vertical ? y : i / step) < 3);
                    t.pic.data[plane][y * t.pic.stride[plane] + i] = low ? 60 : 180;
                }
        if (pass < 2)
            qsr_reader_row(&reader, scratch, flat[pass], 0, N, 5);
    }
    for (int at = 4; at <= 7; at++) {
        qsr_reader_row(&reader, scratch, row, 0, N, vertical ? at : 5);
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
    for (int format = QSR_FORMAT_I420; format <= QSR_FORMAT_NV21; format++)
        for (int site = 0; site < 4; site++)
            for (int vertical = 0; vertical < 2; vertical++)
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
    REFUSES(p.width = QSR_MAX_WIDTH + 1, "input picture: the size 16385x3 ");
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

static void check_level(const QsrPixelDSP *c_dsp, unsigned flags)
{
    QsrPixelDSP dsp;

    qsr_pixel_dsp_init(&dsp, flags);
    for (int f = 0; f < QSR_N_FORMATS; f++) {
        const QsrFormat format = (QsrFormat)f;
        const int sites = subsampled(format) ? 4 : 1;
        for (int site = 0; site < sites; site++) {
            for (int size = 0; size < MAX_SIDE * MAX_SIDE; size++) {
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

int main(void)
{
    QsrPixelDSP c_dsp;
    const unsigned flags = qsr_cpu_get_flags() & qsr_cpu_flags_built();

    qsr_pixel_dsp_init(&c_dsp, 0);
    check_validator();
    check_level(&c_dsp, 0);
    if (flags)
        check_level(&c_dsp, flags);
    printf("%d checks, %d failed\n", n_checks, n_failed);
    return n_failed != 0;
}

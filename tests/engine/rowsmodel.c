// SPDX-License-Identifier: BSD-2-Clause

#include "tests/engine/rowsmodel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t seed = 1;

uint32_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

int between(int lo, int hi)
{
    return lo + (int)(rnd() % (uint32_t)(hi - lo + 1));
}

// -------------------------------------------------------------- pictures ---

void make_picture(TestPicture *t, QsrFormat format, int w, int h, QsrChromaSite site)
{
    *t = (TestPicture){ .pic = { .format = format, .width = w, .height = h, .site = site } };
    t->pic.matrix = (QsrMatrix)between(0, QSR_N_MATRICES - 1);
    t->pic.range = (QsrRange)between(QSR_RANGE_LIMITED, QSR_RANGE_FULL);
    for (int i = 0; i < qsr_format_planes(format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(format, i, w, h, &row, &rows);
        const ptrdiff_t stride = (ptrdiff_t)row + between(0, 5);
        t->size[i] = (size_t)(stride * rows);
        t->area[i] = malloc(t->size[i]);
        if (!t->area[i])
            abort();
        memset(t->area[i], PADDING, t->size[i]);
        if (rnd() & 1) {
            t->pic.stride[i] = -stride;
            t->pic.data[i] = t->area[i] + stride * (rows - 1);
        } else {
            t->pic.stride[i] = stride;
            t->pic.data[i] = t->area[i];
        }
    }
}

void free_picture(TestPicture *t)
{
    for (int i = 0; i < 4; i++)
        free(t->area[i]);
}

void fill_random(TestPicture *t)
{
    for (int i = 0; i < 4; i++)
        for (size_t k = 0; k < t->size[i]; k++)
            t->area[i][k] = rnd() % 4 ? (uint8_t)rnd() : (uint8_t)-(rnd() & 1);
}

// Planes as groups of samples that repeat along a row; by how much chroma is
// smaller; bits, and how far they are up in 16.
static const struct Spec {
    const char *planes[4];
    int sub_x, sub_y, depth, shift;
} specs[QSR_N_FORMATS] = {
    [QSR_FORMAT_I420] = { { "Y", "U", "V" }, 2, 2, 8, 0 },
    [QSR_FORMAT_NV12] = { { "Y", "UV" }, 2, 2, 8, 0 },
    [QSR_FORMAT_NV21] = { { "Y", "VU" }, 2, 2, 8, 0 },
    [QSR_FORMAT_Y444] = { { "Y", "U", "V" }, 1, 1, 8, 0 },
    [QSR_FORMAT_GRAY8] = { { "Y" }, 1, 1, 8, 0 },
    [QSR_FORMAT_RGB] = { { "RGB" }, 1, 1, 8, 0 },
    [QSR_FORMAT_BGR] = { { "BGR" }, 1, 1, 8, 0 },
    [QSR_FORMAT_RGBX] = { { "RGBx" }, 1, 1, 8, 0 },
    [QSR_FORMAT_BGRX] = { { "BGRx" }, 1, 1, 8, 0 },
    [QSR_FORMAT_XRGB] = { { "xRGB" }, 1, 1, 8, 0 },
    [QSR_FORMAT_XBGR] = { { "xBGR" }, 1, 1, 8, 0 },
    [QSR_FORMAT_RGBA] = { { "RGBA" }, 1, 1, 8, 0 },
    [QSR_FORMAT_BGRA] = { { "BGRA" }, 1, 1, 8, 0 },
    [QSR_FORMAT_ARGB] = { { "ARGB" }, 1, 1, 8, 0 },
    [QSR_FORMAT_ABGR] = { { "ABGR" }, 1, 1, 8, 0 },
    [QSR_FORMAT_Y42B] = { { "Y", "U", "V" }, 2, 1, 8, 0 },
    [QSR_FORMAT_NV16] = { { "Y", "UV" }, 2, 1, 8, 0 },
    [QSR_FORMAT_YUY2] = { { "YUYV" }, 2, 1, 8, 0 },
    [QSR_FORMAT_UYVY] = { { "UYVY" }, 2, 1, 8, 0 },
    [QSR_FORMAT_AYUV] = { { "AYUV" }, 1, 1, 8, 0 },
    [QSR_FORMAT_A420] = { { "Y", "U", "V", "A" }, 2, 2, 8, 0 },
    [QSR_FORMAT_GBR] = { { "G", "B", "R" }, 1, 1, 8, 0 },
    [QSR_FORMAT_GBRA] = { { "G", "B", "R", "A" }, 1, 1, 8, 0 },
    [QSR_FORMAT_I420_10LE] = { { "Y", "U", "V" }, 2, 2, 10, 0 },
    [QSR_FORMAT_I422_10LE] = { { "Y", "U", "V" }, 2, 1, 10, 0 },
    [QSR_FORMAT_Y444_10LE] = { { "Y", "U", "V" }, 1, 1, 10, 0 },
    [QSR_FORMAT_P010_10LE] = { { "Y", "UV" }, 2, 2, 10, 6 },
    [QSR_FORMAT_Y210] = { { "YUYV" }, 2, 1, 10, 6 },
    [QSR_FORMAT_GBR_10LE] = { { "G", "B", "R" }, 1, 1, 10, 0 },
    [QSR_FORMAT_RGB10A2_LE] = { { "RGBA" }, 1, 1, 10, 0 },
};

static int plane_of(QsrFormat f, char component)
{
    for (int i = 0; i < 4; i++)
        if (specs[f].planes[i] && strchr(specs[f].planes[i], component))
            return i;
    return -1;
}

bool has(QsrFormat f, char component)
{
    return plane_of(f, component) >= 0;
}

bool half_width(QsrFormat f)
{
    return specs[f].sub_x == 2;
}

bool half_height(QsrFormat f)
{
    return specs[f].sub_y == 2;
}

int top_value(QsrFormat f)
{
    return (1 << specs[f].depth) - 1;
}

static int clamped(int v, int size)
{
    return v < 0 ? 0 : v >= size ? size - 1 : v;
}

// The bytes of a sample; x and y are clamped.
static uint8_t *bytes_of(const QsrPicture *p, char component, int x, int y)
{
    const struct Spec *spec = &specs[p->format];
    const bool chroma = component == 'U' || component == 'V';
    const int sx = chroma ? spec->sub_x : 1, sy = chroma ? spec->sub_y : 1;
    const int plane = plane_of(p->format, component);
    const char *group = spec->planes[plane];
    x = clamped(x, (p->width + sx - 1) / sx);
    y = clamped(y, (p->height + sy - 1) / sy);

    int per_group = 0, at = 0;
    for (const char *c = group; *c; c++)
        per_group += *c == component;
    for (int nth = x % per_group;; at++)
        if (group[at] == component && nth-- == 0)
            break;
    const ptrdiff_t index = (ptrdiff_t)(x / per_group) * (ptrdiff_t)strlen(group) + at;
    uint8_t *row = p->data[plane] + y * p->stride[plane];
    if (p->format == QSR_FORMAT_RGB10A2_LE)
        return row + 4 * (ptrdiff_t)x;
    return row + index * (spec->depth > 8 ? 2 : 1);
}

static uint32_t little_endian(const uint8_t *at, int bytes)
{
    uint32_t v = 0;
    for (int i = 0; i < bytes; i++)
        v |= (uint32_t)at[i] << 8 * i;
    return v;
}

int sample(const QsrPicture *p, char component, int x, int y)
{
    const uint8_t *at = bytes_of(p, component, x, y);
    if (p->format == QSR_FORMAT_RGB10A2_LE) {
        const uint32_t v = little_endian(at, 4);
        return component == 'A' ? (int)(v >> 30) * 85
                                : (int)(v >> 10 * (strchr("RGB", component) - "RGB") & 1023);
    }
    if (specs[p->format].depth == 8)
        return at[0];
    return (int)(little_endian(at, 2) >> specs[p->format].shift & 1023);
}

void set_sample(const QsrPicture *p, char component, int x, int y, int value)
{
    uint8_t *at = bytes_of(p, component, x, y);
    const int stored = value << specs[p->format].shift;
    at[0] = (uint8_t)stored;
    if (specs[p->format].depth > 8)
        at[1] = (uint8_t)(stored >> 8);
}

// ---------------------------------------------------------------- models ---

static const double kr_kb[QSR_N_MATRICES][2] = {
    { .299, .114 }, { .2126, .0722 }, { .2627, .0593 }, { .212, .087 }, { .3, .11 },
};

static double clip(double v, int top)
{
    return v < 0 ? 0 : v > top ? top : v;
}

// Chroma at luma position (x, y), linear between the samples around it.
static double chroma_at(const QsrPicture *p, int k, int x, int y)
{
    const bool half_w = half_width(p->format), half_h = half_height(p->format);
    const double cx = !half_w ? x : (x - (p->site & QSR_SITE_LEFT ? 0 : .5)) / 2;
    const double cy = !half_h ? y : (y - (p->site & QSR_SITE_TOP ? 0 : .5)) / 2;
    const int ix = (int)floor(cx), iy = (int)floor(cy);
    const double fx = cx - ix, fy = cy - iy;
    const char c = "UV"[k];
    return (sample(p, c, ix, iy) * (1 - fx) + sample(p, c, ix + 1, iy) * fx) * (1 - fy) +
           (sample(p, c, ix, iy + 1) * (1 - fx) + sample(p, c, ix + 1, iy + 1) * fx) * fy;
}

// Black, the middle of chroma, and how far luma and chroma reach from there.
typedef struct Levels {
    double top, y0, middle, luma, chroma;
} Levels;

static Levels levels_of(const QsrPicture *p)
{
    const double step = (top_value(p->format) + 1) / 256., top = top_value(p->format);
    if (p->range == QSR_RANGE_FULL)
        return (Levels){ top, 0, 128 * step, top, top };
    return (Levels){ top, 16 * step, 128 * step, 219 * step, 224 * step };
}

void model_read(const QsrPicture *p, int x, int y, bool rounded, double rgb[3])
{
    if (!has(p->format, 'U')) {
        for (int k = 0; k < 3; k++)
            rgb[k] = sample(p, has(p->format, 'Y') ? 'Y' : "RGB"[k], x, y);
        return;
    }
    const Levels l = levels_of(p);
    const double kr = kr_kb[p->matrix][0], kb = kr_kb[p->matrix][1], kg = 1 - kr - kb;
    double u = chroma_at(p, 0, x, y), v = chroma_at(p, 1, x, y);
    if (rounded) {
        u = floor(u + .5);
        v = floor(v + .5);
    }
    const double luma = (sample(p, 'Y', x, y) - l.y0) * l.top / l.luma;
    u = (u - l.middle) * l.top / l.chroma;
    v = (v - l.middle) * l.top / l.chroma;
    const double r = luma + 2 * (1 - kr) * v, b = luma + 2 * (1 - kb) * u;
    rgb[0] = clip(r, (int)l.top);
    rgb[2] = clip(b, (int)l.top);
    rgb[1] = clip((luma - kr * r - kb * b) / kg, (int)l.top);
}

const uint8_t *pixel(const TestFrame *f, int x, int y)
{
    return f->data + (size_t)f->px * ((size_t)clamped(y, f->h) * (size_t)f->w +
                                      (size_t)clamped(x, f->w));
}

int colour_at(const TestFrame *f, int x, int y, int k)
{
    const uint8_t *p = pixel(f, x, y);
    uint16_t wide[4];
    if (f->px == 4)
        return p[k];
    memcpy(wide, p, sizeof(wide));
    return wide[k];
}

double model_yuv(const QsrPicture *p, const double rgb[3], int component)
{
    const Levels l = levels_of(p);
    const double kr = kr_kb[p->matrix][0], kb = kr_kb[p->matrix][1];
    const double luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    if (component == 0)
        return l.y0 + luma * l.luma / l.top;
    const double d = component == 1 ? (rgb[2] - luma) / (2 * (1 - kb))
                                    : (rgb[0] - luma) / (2 * (1 - kr));
    return clip(l.middle + d * l.chroma / l.top, (int)l.top);
}

double model_chroma(const QsrPicture *p, const TestFrame *f, int cx, int cy, int component)
{
    static const double between_w[3] = { 0, .5, .5 }, cosited_w[3] = { .25, .5, .25 };
    static const double full_w[3] = { 0, 1, 0 };
    const int sx = half_width(p->format) ? 2 : 1, sy = half_height(p->format) ? 2 : 1;
    const double *wx = sx == 1 ? full_w : p->site & QSR_SITE_LEFT ? cosited_w : between_w;
    const double *wy = sy == 1 ? full_w : p->site & QSR_SITE_TOP ? cosited_w : between_w;
    double rgb[3] = { 0 };
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                rgb[k] += wx[i] * wy[j] * colour_at(f, sx * cx + i - 1, sy * cy + j - 1, k);
    return model_yuv(p, rgb, component);
}

// ----------------------------------------------------------------- alpha ---

static double catmull_rom(double t)
{
    t = fabs(t);
    return t < 1 ? 1 + t * t * (1.5 * t - 2.5) : t < 2 ? 2 + t * (-4 + t * (2.5 - .5 * t)) : 0;
}

double model_alpha(const QsrPicture *in, QsrScale s, int x, int y)
{
    const double fx = (x + .5) * s.den / s.num - .5, fy = (y + .5) * s.den / s.num - .5;
    double sum = 0;
    for (int j = (int)floor(fy) - 1; j <= (int)floor(fy) + 2; j++)
        for (int i = (int)floor(fx) - 1; i <= (int)floor(fx) + 2; i++)
            sum += catmull_rom(fx - i) * catmull_rom(fy - j) * sample(in, 'A', i, j);
    return clip(sum, 255);
}

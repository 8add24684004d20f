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
    for (int i = 0; i < 3; i++)
        free(t->area[i]);
}

void fill_random(TestPicture *t)
{
    for (int i = 0; i < 3; i++)
        for (size_t k = 0; k < t->size[i]; k++)
            t->area[i][k] = rnd() % 4 ? (uint8_t)rnd() : (uint8_t)-(rnd() & 1);
}

int sample(const QsrPicture *p, int plane, int x, int y)
{
    return p->data[plane][y * p->stride[plane] + x];
}

bool subsampled(QsrFormat f)
{
    return f == QSR_FORMAT_I420 || f == QSR_FORMAT_NV12 || f == QSR_FORMAT_NV21;
}

int chroma(const QsrPicture *p, int k, int x, int y)
{
    const int half = subsampled(p->format);
    const int w = half ? (p->width + 1) / 2 : p->width, h = half ? (p->height + 1) / 2 : p->height;
    x = x < 0 ? 0 : x >= w ? w - 1 : x;
    y = y < 0 ? 0 : y >= h ? h - 1 : y;
    switch (p->format) {
    case QSR_FORMAT_NV12: return sample(p, 1, 2 * x + k, y);
    case QSR_FORMAT_NV21: return sample(p, 1, 2 * x + 1 - k, y);
    default: return sample(p, 1 + k, x, y);
    }
}

// ---------------------------------------------------------------- models ---

static const double kr_kb[QSR_N_MATRICES][2] = {
    { .299, .114 }, { .2126, .0722 }, { .2627, .0593 }, { .212, .087 }, { .3, .11 },
};

// Bytes of R, G, B, alpha in a pixel of the packed formats, from QSR_FORMAT_RGB on.
static const char *const byte_orders[] = { "RGB",  "BGR",  "RGBx", "BGRx", "xRGB",
                                           "xBGR", "RGBA", "BGRA", "ARGB", "ABGR" };

int byte_of(QsrFormat format, char component)
{
    const char *order = byte_orders[format - QSR_FORMAT_RGB];
    const char *at = strchr(order, component);
    return at ? (int)(at - order) : -1;
}

static double clip(double v)
{
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

// Chroma at luma position (x, y), linear between the samples around it.
static double chroma_at(const QsrPicture *p, int k, int x, int y)
{
    if (!subsampled(p->format))
        return chroma(p, k, x, y);
    const double cx = (x - (p->site & QSR_SITE_LEFT ? 0 : .5)) / 2;
    const double cy = (y - (p->site & QSR_SITE_TOP ? 0 : .5)) / 2;
    const int ix = (int)floor(cx), iy = (int)floor(cy);
    const double fx = cx - ix, fy = cy - iy;
    return (chroma(p, k, ix, iy) * (1 - fx) + chroma(p, k, ix + 1, iy) * fx) * (1 - fy) +
           (chroma(p, k, ix, iy + 1) * (1 - fx) + chroma(p, k, ix + 1, iy + 1) * fx) * fy;
}

void model_read(const QsrPicture *p, int x, int y, bool rounded, double rgb[3])
{
    if (p->format == QSR_FORMAT_GRAY8) {
        rgb[0] = rgb[1] = rgb[2] = sample(p, 0, x, y);
        return;
    }
    if (p->format >= QSR_FORMAT_RGB) {
        const int bytes = p->format <= QSR_FORMAT_BGR ? 3 : 4;
        for (int k = 0; k < 3; k++)
            rgb[k] = sample(p, 0, x * bytes + byte_of(p->format, "RGB"[k]), y);
        return;
    }
    const bool full = p->range == QSR_RANGE_FULL;
    const double kr = kr_kb[p->matrix][0], kb = kr_kb[p->matrix][1], kg = 1 - kr - kb;
    double u = chroma_at(p, 0, x, y), v = chroma_at(p, 1, x, y);
    if (rounded) {
        u = floor(u + .5);
        v = floor(v + .5);
    }
    const double luma = (sample(p, 0, x, y) - (full ? 0 : 16)) * (full ? 1 : 255. / 219);
    u = (u - 128) * (full ? 1 : 255. / 224);
    v = (v - 128) * (full ? 1 : 255. / 224);
    const double r = luma + 2 * (1 - kr) * v, b = luma + 2 * (1 - kb) * u;
    rgb[0] = clip(r);
    rgb[2] = clip(b);
    rgb[1] = clip((luma - kr * r - kb * b) / kg);
}

const uint8_t *pixel(const uint8_t *frame, int w, int h, int x, int y)
{
    x = x < 0 ? 0 : x >= w ? w - 1 : x;
    y = y < 0 ? 0 : y >= h ? h - 1 : y;
    return frame + 4 * ((size_t)y * (size_t)w + (size_t)x);
}

double model_yuv(const QsrPicture *p, const double rgb[3], int component)
{
    const bool full = p->range == QSR_RANGE_FULL;
    const double kr = kr_kb[p->matrix][0], kb = kr_kb[p->matrix][1];
    const double luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    if (component == 0)
        return full ? luma : 16 + luma * 219 / 255;
    const double d = component == 1 ? (rgb[2] - luma) / (2 * (1 - kb))
                                    : (rgb[0] - luma) / (2 * (1 - kr));
    return clip(128 + d * (full ? 1 : 224. / 255));
}

double model_chroma(const QsrPicture *p, const uint8_t *frame, int cx, int cy, int component)
{
    static const double between_w[3] = { 0, .5, .5 }, cosited_w[3] = { .25, .5, .25 };
    const double *wx = p->site & QSR_SITE_LEFT ? cosited_w : between_w;
    const double *wy = p->site & QSR_SITE_TOP ? cosited_w : between_w;
    double rgb[3] = { 0 };
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                rgb[k] += wx[i] * wy[j] *
                          pixel(frame, p->width, p->height, 2 * cx + i - 1, 2 * cy + j - 1)[k];
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
    const int at = byte_of(in->format, 'A');
    double sum = 0;
    for (int j = (int)floor(fy) - 1; j <= (int)floor(fy) + 2; j++)
        for (int i = (int)floor(fx) - 1; i <= (int)floor(fx) + 2; i++) {
            const int cx = i < 0 ? 0 : i >= in->width ? in->width - 1 : i;
            const int cy = j < 0 ? 0 : j >= in->height ? in->height - 1 : j;
            sum += catmull_rom(fx - i) * catmull_rom(fy - j) * sample(in, 0, 4 * cx + at, cy);
        }
    return clip(sum);
}

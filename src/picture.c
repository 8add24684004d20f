// SPDX-License-Identifier: BSD-2-Clause

#include "src/picture.h"

#include "kernels/dsp.h"
#include "src/error.h"

#define NONE { -1, 0, 0 }
#define YUV(name, planes, sub_x, sub_y, y, u, v, a) \
    { name, QSR_LAYOUT_YUV, planes, 8, 1, 0, sub_x, sub_y, -1, { y, u, v, a } }
#define YUV10(name, planes, shift, sub_x, sub_y, y, u, v) \
    { name, QSR_LAYOUT_YUV, planes, 10, 2, shift, sub_x, sub_y, -1, { y, u, v, NONE } }
#define PACKED(name, order, step, r, g, b, a)                      \
    { name, QSR_LAYOUT_PACKED_RGB, 1, 8, 1, 0, 0, 0, order,        \
      { { 0, r, step }, { 0, g, step }, { 0, b, step }, a } }
#define PLANAR(name, planes, depth, bytes, a)                      \
    { name, QSR_LAYOUT_PLANAR_RGB, planes, depth, bytes, 0, 0, 0, -1, \
      { { 2, 0, 1 }, { 0, 0, 1 }, { 1, 0, 1 }, a } }
#define P(plane) { plane, 0, 1 } // a plane of its own
#define I(plane, offset, step) { plane, offset, step }

static const QsrFormatInfo formats[QSR_N_FORMATS] = {
    [QSR_FORMAT_I420] = YUV("I420", 3, 1, 1, P(0), P(1), P(2), NONE),
    [QSR_FORMAT_NV12] = YUV("NV12", 2, 1, 1, P(0), I(1, 0, 2), I(1, 1, 2), NONE),
    [QSR_FORMAT_NV21] = YUV("NV21", 2, 1, 1, P(0), I(1, 1, 2), I(1, 0, 2), NONE),
    [QSR_FORMAT_Y444] = YUV("Y444", 3, 0, 0, P(0), P(1), P(2), NONE),
    [QSR_FORMAT_GRAY8] = { "GRAY8", QSR_LAYOUT_GRAY, 1, 8, 1, 0, 0, 0, -1,
                           { P(0), NONE, NONE, NONE } },
    [QSR_FORMAT_RGB] = PACKED("RGB", QSR_ORDER_RGB, 3, 0, 1, 2, NONE),
    [QSR_FORMAT_BGR] = PACKED("BGR", QSR_ORDER_BGR, 3, 2, 1, 0, NONE),
    [QSR_FORMAT_RGBX] = PACKED("RGBx", QSR_ORDER_RGBX, 4, 0, 1, 2, NONE),
    [QSR_FORMAT_BGRX] = PACKED("BGRx", QSR_ORDER_BGRX, 4, 2, 1, 0, NONE),
    [QSR_FORMAT_XRGB] = PACKED("xRGB", QSR_ORDER_XRGB, 4, 1, 2, 3, NONE),
    [QSR_FORMAT_XBGR] = PACKED("xBGR", QSR_ORDER_XBGR, 4, 3, 2, 1, NONE),
    [QSR_FORMAT_RGBA] = PACKED("RGBA", QSR_ORDER_RGBX, 4, 0, 1, 2, I(0, 3, 4)),
    [QSR_FORMAT_BGRA] = PACKED("BGRA", QSR_ORDER_BGRX, 4, 2, 1, 0, I(0, 3, 4)),
    [QSR_FORMAT_ARGB] = PACKED("ARGB", QSR_ORDER_XRGB, 4, 1, 2, 3, I(0, 0, 4)),
    [QSR_FORMAT_ABGR] = PACKED("ABGR", QSR_ORDER_XBGR, 4, 3, 2, 1, I(0, 0, 4)),
    [QSR_FORMAT_Y42B] = YUV("Y42B", 3, 1, 0, P(0), P(1), P(2), NONE),
    [QSR_FORMAT_NV16] = YUV("NV16", 2, 1, 0, P(0), I(1, 0, 2), I(1, 1, 2), NONE),
    [QSR_FORMAT_YUY2] = YUV("YUY2", 1, 1, 0, I(0, 0, 2), I(0, 1, 4), I(0, 3, 4), NONE),
    [QSR_FORMAT_UYVY] = YUV("UYVY", 1, 1, 0, I(0, 1, 2), I(0, 0, 4), I(0, 2, 4), NONE),
    [QSR_FORMAT_AYUV] = YUV("AYUV", 1, 0, 0, I(0, 1, 4), I(0, 2, 4), I(0, 3, 4), I(0, 0, 4)),
    [QSR_FORMAT_A420] = YUV("A420", 4, 1, 1, P(0), P(1), P(2), P(3)),
    [QSR_FORMAT_GBR] = PLANAR("GBR", 3, 8, 1, NONE),
    [QSR_FORMAT_GBRA] = PLANAR("GBRA", 4, 8, 1, P(3)),
    [QSR_FORMAT_I420_10LE] = YUV10("I420_10LE", 3, 0, 1, 1, P(0), P(1), P(2)),
    [QSR_FORMAT_I422_10LE] = YUV10("I422_10LE", 3, 0, 1, 0, P(0), P(1), P(2)),
    [QSR_FORMAT_Y444_10LE] = YUV10("Y444_10LE", 3, 0, 0, 0, P(0), P(1), P(2)),
    [QSR_FORMAT_P010_10LE] = YUV10("P010_10LE", 2, 6, 1, 1, P(0), I(1, 0, 2), I(1, 1, 2)),
    [QSR_FORMAT_Y210] = YUV10("Y210", 1, 6, 1, 0, I(0, 0, 2), I(0, 1, 4), I(0, 3, 4)),
    [QSR_FORMAT_GBR_10LE] = PLANAR("GBR_10LE", 3, 10, 2, NONE),
    [QSR_FORMAT_RGB10A2_LE] = { "RGB10A2_LE", QSR_LAYOUT_PACKED_RGB, 1, 10, 4, 0, 0, 0, -1,
                                { P(0), P(0), P(0), P(0) } },
};

const QsrFormatInfo *qsr_format_info(QsrFormat format)
{
    return (unsigned)format < QSR_N_FORMATS ? &formats[format] : NULL;
}

const char *qsr_format_name(QsrFormat format)
{
    const QsrFormatInfo *info = qsr_format_info(format);
    return info ? info->name : NULL;
}

int qsr_format_planes(QsrFormat format)
{
    const QsrFormatInfo *info = qsr_format_info(format);
    return info ? info->planes : 0;
}

void qsr_format_plane_size(QsrFormat format, int plane, int width, int height, size_t *row_bytes,
                           int *rows)
{
    const QsrFormatInfo *info = qsr_format_info(format);

    *row_bytes = 0;
    *rows = 0;
    if (!info || plane < 0 || plane >= info->planes || width < 1 || height < 1)
        return;
    // The longest of the plane's components; all of them have the same rows.
    for (int c = 0; c < 4; c++) {
        const QsrComponent *comp = &info->comp[c];
        const int chroma = c == QSR_COMP_U || c == QSR_COMP_V;
        const int sub_x = chroma && info->sub_x, sub_y = chroma && info->sub_y;
        if (comp->plane != plane)
            continue;
        const size_t samples = ((size_t)width + (size_t)sub_x) >> sub_x;
        const size_t bytes = samples * (size_t)comp->step * (size_t)info->bytes;
        *row_bytes = bytes > *row_bytes ? bytes : *row_bytes;
        *rows = (height >> sub_y) + (height & sub_y);
    }
}

int qsr_picture_check(const QsrPicture *pic, const char *what, int need_data, QsrError *err)
{
    if (!pic)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: missing", what);
    if (!qsr_format_info(pic->format))
        return qsr_fail(err, QSR_ERR_INVALID, "%s: unknown format %d", what, (int)pic->format);
    if (pic->width < 1 || pic->width > 4 * QSR_MAX_WIDTH || pic->height < 1 ||
        pic->height > 4 * QSR_MAX_HEIGHT)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: the size %dx%d is not within 1x1 and %dx%d",
                        what, pic->width, pic->height, 4 * QSR_MAX_WIDTH, 4 * QSR_MAX_HEIGHT);
    if ((unsigned)pic->matrix >= QSR_N_MATRICES)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: unknown matrix %d", what, (int)pic->matrix);
    if ((unsigned)pic->range > QSR_RANGE_FULL)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: unknown range %d", what, (int)pic->range);
    if ((unsigned)pic->site > QSR_SITE_TOP_LEFT)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: unknown chroma site %d", what,
                        (int)pic->site);
    if (!need_data)
        return 0;

    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        const ptrdiff_t stride = pic->stride[i];
        size_t row_bytes;
        int rows;

        if (!pic->data[i])
            return qsr_fail(err, QSR_ERR_INVALID, "%s: plane %d has no data", what, i);
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row_bytes, &rows);
        if ((stride < 0 ? 0 - (size_t)stride : (size_t)stride) < row_bytes)
            return qsr_fail(err, QSR_ERR_INVALID,
                            "%s: the stride %td of plane %d is shorter than a row of %zu bytes",
                            what, stride, i, row_bytes);
    }
    return 0;
}

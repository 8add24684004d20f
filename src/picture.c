// SPDX-License-Identifier: BSD-2-Clause

#include "src/picture.h"

#include "kernels/dsp.h"
#include "src/error.h"

#define PACKED(name, order, bytes, alpha) { name, 1, bytes, order, alpha, 0, 0, 0, 0 }

static const QsrFormatInfo formats[QSR_N_FORMATS] = {
    [QSR_FORMAT_I420] = { "I420", 3, 1, -1, -1, 1, 1, 2, 0 },
    [QSR_FORMAT_NV12] = { "NV12", 2, 1, -1, -1, 1, 1, 1, 0 },
    [QSR_FORMAT_NV21] = { "NV21", 2, 1, -1, -1, 1, 1, 1, 1 },
    [QSR_FORMAT_Y444] = { "Y444", 3, 1, -1, -1, 0, 1, 2, 0 },
    [QSR_FORMAT_GRAY8] = { "GRAY8", 1, 1, -1, -1, 0, 0, 0, 0 },
    [QSR_FORMAT_RGB] = PACKED("RGB", QSR_ORDER_RGB, 3, -1),
    [QSR_FORMAT_BGR] = PACKED("BGR", QSR_ORDER_BGR, 3, -1),
    [QSR_FORMAT_RGBX] = PACKED("RGBx", QSR_ORDER_RGBX, 4, -1),
    [QSR_FORMAT_BGRX] = PACKED("BGRx", QSR_ORDER_BGRX, 4, -1),
    [QSR_FORMAT_XRGB] = PACKED("xRGB", QSR_ORDER_XRGB, 4, -1),
    [QSR_FORMAT_XBGR] = PACKED("xBGR", QSR_ORDER_XBGR, 4, -1),
    [QSR_FORMAT_RGBA] = PACKED("RGBA", QSR_ORDER_RGBX, 4, 3),
    [QSR_FORMAT_BGRA] = PACKED("BGRA", QSR_ORDER_BGRX, 4, 3),
    [QSR_FORMAT_ARGB] = PACKED("ARGB", QSR_ORDER_XRGB, 4, 0),
    [QSR_FORMAT_ABGR] = PACKED("ABGR", QSR_ORDER_XBGR, 4, 0),
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
    *row_bytes = (size_t)width * (size_t)info->bytes;
    *rows = height;
    if (plane > 0 && info->subsampled) {
        *row_bytes = ((size_t)width + 1) / 2 * (info->u == info->v ? 2 : 1);
        *rows = height / 2 + height % 2;
    }
}

int qsr_picture_check(const QsrPicture *pic, const char *what, int need_data, QsrError *err)
{
    if (!pic)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: missing", what);
    if (!qsr_format_info(pic->format))
        return qsr_fail(err, QSR_ERR_INVALID, "%s: unknown format %d", what, (int)pic->format);
    if (pic->width < 1 || pic->width > QSR_MAX_WIDTH || pic->height < 1 ||
        pic->height > QSR_MAX_HEIGHT)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: the size %dx%d is not within 1x1 and %dx%d",
                        what, pic->width, pic->height, QSR_MAX_WIDTH, QSR_MAX_HEIGHT);
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

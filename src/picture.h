// SPDX-License-Identifier: BSD-2-Clause
//
// What the formats of QsrFormat look like in memory, and the check that every
// picture from outside goes through.

#ifndef QSR_PICTURE_H
#define QSR_PICTURE_H

#include "qsr.h"

typedef struct QsrFormatInfo {
    const char *name; // as GStreamer spells it
    int planes;
    int bytes;        // per pixel of plane 0
    int order;        // enum QsrRgbOrder of the packed formats, or -1
    int alpha;        // byte offset of alpha in a pixel, or -1
    int subsampled;   // chroma halved in both directions
    int u, v;         // YUV: planes of U and V; equal where the two are interleaved
    int v_first;      // interleaved as V, U
} QsrFormatInfo;

// NULL if `format` is out of range.
const QsrFormatInfo *qsr_format_info(QsrFormat format);

// 0, or QSR_ERR_INVALID and a sentence that begins with `what` ("input
// picture"). Without need_data the pointers and strides are not looked at.
int qsr_picture_check(const QsrPicture *pic, const char *what, int need_data, QsrError *err);

#endif

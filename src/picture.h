// SPDX-License-Identifier: BSD-2-Clause
//
// What the formats of QsrFormat look like in memory, and the check that every
// picture from outside goes through.

#ifndef QSR_PICTURE_H
#define QSR_PICTURE_H

#include "qsr.h"

// How samples become RGBX: which reader and which writer a format takes.
enum QsrLayout {
    QSR_LAYOUT_GRAY,
    QSR_LAYOUT_PACKED_RGB, // all components in a pixel, in one of the orders of dsp.h
    QSR_LAYOUT_PLANAR_RGB,
    QSR_LAYOUT_YUV,
};

// Where a component is: plane, and there in samples from the start of a row and
// from one sample to the next. Plane -1: there is none.
typedef struct QsrComponent {
    int8_t plane, offset, step;
} QsrComponent;

enum { QSR_COMP_Y = 0, QSR_COMP_U, QSR_COMP_V, QSR_COMP_A };

typedef struct QsrFormatInfo {
    const char *name;     // as GStreamer spells it
    enum QsrLayout layout;
    int8_t planes;
    int8_t depth;         // bits of a sample: 8 or 10
    int8_t bytes;         // of a sample; of a pixel in RGB10A2_LE, where they share four
    int8_t shift;         // of 10 bits in 16: right shift to the value
    int8_t sub_x, sub_y;  // 1: chroma is halved in that direction
    int8_t order;         // enum QsrRgbOrder of the 8-bit packed RGB formats, or -1
    QsrComponent comp[4]; // Y (gray too), U, V or R, G, B; then alpha
} QsrFormatInfo;

// NULL if `format` is out of range.
const QsrFormatInfo *qsr_format_info(QsrFormat format);

// 0, or QSR_ERR_INVALID and a sentence that begins with `what` ("input
// picture"). A side may have four times the limit of inputs, for the sake of outputs.
// Without need_data the pointers and strides are not looked at.
int qsr_picture_check(const QsrPicture *pic, const char *what, int need_data, QsrError *err);

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// Between pictures and RGBX rows: the reader converts rows of the input picture
// (any format) to RGBX, the writer converts finished RGBX rows to the output
// picture. Both work on a range of columns, so that strips need nothing of each
// other, and give the same bytes for every split.

#ifndef QSR_ROWS_H
#define QSR_ROWS_H

#include "kernels/dsp.h"
#include "qsr.h"

// Conversion matrices for a matrix and range (colour.c). Sources: ITU-T H.273
// section 8.3. Exact for grey: R = G = B gives U = V = 128, and back.
void qsr_yuv_to_rgb_coefficients(QsrYuvToRgb *m, QsrMatrix matrix, QsrRange range);
void qsr_rgb_to_yuv_coefficients(QsrRgbToYuv *m, QsrMatrix matrix, QsrRange range);

// ---------------------------------------------------------------- reader ---

typedef struct QsrReader {
    const QsrPixelDSP *dsp;
    QsrPicture pic;
    QsrYuvToRgb matrix;
    int16_t up_h[4];
    int order; // enum QsrRgbOrder, or -1
} QsrReader;

void qsr_reader_init(QsrReader *r, const QsrPixelDSP *dsp, const QsrPicture *pic);

// Bytes of scratch that qsr_reader_row needs for rows of up to n pixels.
size_t qsr_reader_scratch(int n);

// Columns [x0, x0+n) of row y, all inside the picture, as RGBX with X = 0.
// x0 is even. scratch: 64-byte aligned.
void qsr_reader_row(const QsrReader *r, void *scratch, uint8_t *rgbx, int x0, int n, int y);

// ---------------------------------------------------------------- writer ---

// Finished RGBX rows of a strip, kept in a ring: row y is at
// base + (y % depth) * pitch, and that address is column `x_base` of the picture.
typedef struct QsrRowRing {
    uint8_t *base;
    ptrdiff_t pitch; // bytes
    int depth;       // rows
    int x_base;
} QsrRowRing;

typedef struct QsrWriter {
    const QsrPixelDSP *dsp;
    QsrPicture pic;
    QsrPicture in;    // where alpha comes from
    QsrScale scale;
    QsrRgbToYuv matrix;
    int16_t down_h[3], down_v[3];
    int order;        // enum QsrRgbOrder, or -1
    int in_alpha, out_alpha; // byte offset of alpha in a pixel, or -1
} QsrWriter;

void qsr_writer_init(QsrWriter *w, const QsrPixelDSP *dsp, const QsrPicture *out,
                     const QsrPicture *in, QsrScale scale);

// What the writer needs besides its own pixels, in output pixels: 1 if chroma
// looks one pixel to the left (above).
int qsr_writer_halo_left(const QsrWriter *w);
int qsr_writer_halo_top(const QsrWriter *w);

// Bytes of scratch for columns [x0, x1) with x1 - x0 up to n.
size_t qsr_writer_scratch(const QsrWriter *w, int n);

// Writes columns [x0, x1) of the output rows [y0, y1) from the ring, and the
// chroma rows whose last luma row is among them. The ring holds the rows from
// max(y0 - 2, 0) - for bands that do not start at 0: from the band's first row
// minus qsr_writer_halo_top - to y1 - 1, each from column
// max(x0 - qsr_writer_halo_left, 0) to x1 - 1. x0 is even; x1 is even or the
// picture's width; rows come in order and without gaps, the first of a band is
// even. scratch: 64-byte aligned.
void qsr_writer_rows(const QsrWriter *w, void *scratch, const QsrRowRing *ring, int x0, int x1,
                     int y0, int y1);

#endif

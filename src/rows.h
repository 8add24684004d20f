// SPDX-License-Identifier: BSD-2-Clause
//
// Between pictures and RGBX rows: the reader converts rows of the input picture
// (any format) to RGBX, the writer converts finished RGBX rows to the output
// picture. Both work on a range of columns, so that strips need nothing of each
// other, and give the same bytes for every split.
//
// Where the output has 10 bits the path is deep (docs/numerics.md): the reader
// gives the low bits too, the head's rows are RGBX10, and qsr_deep_row joins
// them before the writer sees them.

#ifndef QSR_ROWS_H
#define QSR_ROWS_H

#include "kernels/dsp.h"
#include "qsr.h"
#include "src/picture.h"

// Conversion matrices for a matrix and range (colour.c). Sources: ITU-T H.273
// section 8.3. Exact for grey: R = G = B gives U = V = 128, and back. depth:
// 8 or 10 bits a sample.
void qsr_yuv_to_rgb_coefficients(QsrYuvToRgb *m, QsrMatrix matrix, QsrRange range, int depth);
void qsr_rgb_to_yuv_coefficients(QsrRgbToYuv *m, QsrMatrix matrix, QsrRange range, int depth);

// ---------------------------------------------------------------- reader ---

typedef struct QsrReader {
    const QsrPixelDSP *dsp;
    QsrPicture pic;
    const QsrFormatInfo *info; // of pic
    QsrYuvToRgb matrix;
    int16_t up_h[4];
    int chroma_down; // 4:2:0: chroma is taken this many 1/64 of its rows further down; 0 at first
} QsrReader;

void qsr_reader_init(QsrReader *r, const QsrPixelDSP *dsp, const QsrPicture *pic);

// Bytes of scratch that qsr_reader_row needs for rows of up to n pixels.
size_t qsr_reader_scratch(int n);

// Columns [x0, x0+n) of row y, all inside the picture, as RGBX with X = 0.
// x0 is even. scratch: 64-byte aligned. 10 bits are rounded to 8; where `low` is
// not NULL they are cut off instead, and it gets the two low bits of each byte
// (of an 8-bit picture: its two high ones, so that white stays white).
void qsr_reader_row(const QsrReader *r, void *scratch, uint8_t *rgbx, uint8_t *low, int x0, int n,
                    int y);

// ----------------------------------------------------------------- cubic ---

// Output pixel i of a line lies at (i + 1/2) * den / num - 1/2 of the input. Of
// phase i % num: the source column (or row) at or before it, from i / num * den,
// and Catmull-Rom at that fraction, Q6, for the one before that to two behind it.
typedef struct QsrCubic {
    QsrScale scale;
    int8_t offset[4];
    int16_t taps[4][4];
} QsrCubic;

// An output pixel looks at most that far, in input pixels from its own one (at 3/2
// from its own two).
#define QSR_CUBIC_REACH 2

const QsrCubic *qsr_cubic_find(QsrScale scale);

// ---------------------------------------------------------------- writer ---

// Rows of a strip, kept in a ring: row y is at base + (y % depth) * pitch, and that
// address is column `x_base` of the picture. Finished rows are RGBX, RGBX10 where
// the output has 10 bits.
typedef struct QsrRowRing {
    uint8_t *base;
    ptrdiff_t pitch; // bytes
    int depth;       // rows
    int x_base;
    // Alpha of the same rows, a byte a pixel, where it does not come from the
    // cubic of a fixed factor; else NULL.
    const uint8_t *alpha;
    ptrdiff_t alpha_pitch;
} QsrRowRing;

typedef struct QsrWriter {
    const QsrPixelDSP *dsp;
    QsrPicture pic;
    const QsrFormatInfo *info; // of pic
    QsrPicture in;    // where alpha comes from
    const QsrCubic *cubic;
    QsrRgbToYuv matrix;
    int16_t down_h[3], down_v[3];
    int px;           // bytes of a pixel in the ring: 4, or 8 of RGBX10
    int alpha;        // 1: both pictures have it
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

// Alpha of the output columns [x0, x0+n) of row y, by the cubic, when w->alpha is
// set; the row is in `scratch`, of qsr_alpha_scratch() bytes.
size_t qsr_alpha_scratch(int n);
const uint8_t *qsr_alpha_row(const QsrWriter *w, void *scratch, int x0, int n, int y);

// Alpha of the columns [x0, x0+n) of row y of the input picture, where it lies or in `dst`.
const uint8_t *qsr_alpha_source(const QsrWriter *w, uint8_t *dst, int x0, int n, int y);

// ------------------------------------------------------------------ deep ---

// Source rows for the cubic of 10 bits: of each row `cols` pixels of RGBX, then
// at qsr_deep_low() their low bits. They begin at ring.x_base and are all columns
// that the picture has within 2 of what is asked for.
typedef struct QsrDeepSource {
    QsrRowRing ring;
    int cols;
    int width, height; // of the input picture
} QsrDeepSource;

size_t qsr_deep_low(int cols);     // offset of the low bits in a row
size_t qsr_deep_pitch(int cols);   // bytes of a row
size_t qsr_deep_scratch(int cols);

// Joins columns [x0, x0+n) of output row y, RGBX10 as the head made it at `px`,
// with the cubic of the source; in place. The ring holds the rows within 2 of y's
// place that the picture has. scratch: 64-byte aligned.
void qsr_deep_row(const QsrPixelDSP *dsp, const QsrCubic *cubic, const QsrDeepSource *source,
                  void *scratch, uint16_t *px, int x0, int n, int y);

#endif

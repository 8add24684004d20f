// SPDX-License-Identifier: BSD-2-Clause
//
// What the reader and the writer should do, straight from the standards, in
// double precision and one sample at a time.

#ifndef QSR_TEST_ROWSMODEL_H
#define QSR_TEST_ROWSMODEL_H

#include <stdbool.h>

#include "src/rows.h"

uint32_t rnd(void);
int between(int lo, int hi); // both inclusive

// A picture with memory of its own: random matrix and range, random padding in
// every row, and rows that may run upwards. The memory is filled with PADDING,
// so that stray writes show.
#define PADDING 0xb3

typedef struct TestPicture {
    QsrPicture pic;
    uint8_t *area[3];
    size_t size[3];
} TestPicture;

void make_picture(TestPicture *t, QsrFormat format, int w, int h, QsrChromaSite site);
void free_picture(TestPicture *t);
// Noise with many zeros and 255s; the padding too.
void fill_random(TestPicture *t);

int sample(const QsrPicture *p, int plane, int x, int y);
bool subsampled(QsrFormat f);
// Chroma sample (x, y) of component k (0: U, 1: V), clamped to the plane.
int chroma(const QsrPicture *p, int k, int x, int y);
// Where R, G, B or A is in a pixel of a packed format; -1 if it is not.
int byte_of(QsrFormat format, char component);

// `rounded`: chroma is brought to 8 bits before the matrix, as numerics.md has it.
void model_read(const QsrPicture *p, int x, int y, bool rounded, double rgb[3]);

// Pixel (x, y), clamped, of a frame of RGBX without padding.
const uint8_t *pixel(const uint8_t *frame, int w, int h, int x, int y);
// Component 0 (Y), 1 (U) or 2 (V) of one colour, with matrix and range of `p`.
double model_yuv(const QsrPicture *p, const double rgb[3], int component);
// Subsampled chroma of a frame, at the site of `p`.
double model_chroma(const QsrPicture *p, const uint8_t *frame, int cx, int cy, int component);

// Alpha of output pixel (x, y): Catmull-Rom with the edges repeated.
double model_alpha(const QsrPicture *in, QsrScale s, int x, int y);

#endif

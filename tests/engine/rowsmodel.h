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
    uint8_t *area[4];
    size_t size[4];
} TestPicture;

void make_picture(TestPicture *t, QsrFormat format, int w, int h, QsrChromaSite site);
void free_picture(TestPicture *t);
// Noise with many zeros and 255s; the padding too.
void fill_random(TestPicture *t);

bool has(QsrFormat f, char component); // 'Y' (gray too), 'U', 'V', 'R', 'G', 'B', 'A'
bool half_width(QsrFormat f);          // of chroma
bool half_height(QsrFormat f);
int top_value(QsrFormat f);            // 255 or 1023

// Sample (x, y) of a component, clamped to those there are. Alpha is 0 to 255
// in every format.
int sample(const QsrPicture *p, char component, int x, int y);
void set_sample(const QsrPicture *p, char component, int x, int y, int value);

// `rounded`: chroma is rounded before the matrix, as numerics.md has it.
void model_read(const QsrPicture *p, int x, int y, bool rounded, double rgb[3]);

// A frame of RGBX without padding, or of RGBX10.
typedef struct TestFrame {
    uint8_t *data;
    int w, h, px; // px: bytes of a pixel, 4 or 8
} TestFrame;

const uint8_t *pixel(const TestFrame *f, int x, int y);  // clamped
int colour_at(const TestFrame *f, int x, int y, int k);  // R, G or B of it
// Component 0 (Y), 1 (U) or 2 (V) of one colour, with matrix and range of `p`.
double model_yuv(const QsrPicture *p, const double rgb[3], int component);
// Subsampled chroma of a frame, at the site of `p`.
double model_chroma(const QsrPicture *p, const TestFrame *f, int cx, int cy, int component);

// Alpha of output pixel (x, y): Catmull-Rom with the edges repeated.
double model_alpha(const QsrPicture *in, QsrScale s, int x, int y);

#endif

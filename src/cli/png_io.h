// SPDX-License-Identifier: BSD-2-Clause
//
// PNG pictures of every colour type, as 8-bit grey, RGB or RGBA.

#ifndef QSR_CLI_PNG_IO_H
#define QSR_CLI_PNG_IO_H

#include <stdbool.h>

#include "src/cli/frame.h"
#include "src/cli/io.h"

#define QSR_PNG_MAGIC "\x89PNG\r\n\x1a\n"

// Output pictures larger than this are refused before anything is allocated.
#define QSR_MAX_STILL_PIXELS (1LL << 28)

// What the samples mean and how large they are printed: kept as it is.
typedef struct QsrPngMeta {
    bool has_srgb, has_gamma, has_chroma, has_phys;
    int srgb_intent;
    int32_t gamma;      // PNG's fixed point, 1/100000
    int32_t chroma[8];
    uint32_t phys_x, phys_y;
    int phys_unit;
    char icc_name[80];
    uint8_t *icc;       // NULL: none
    uint32_t icc_size;
} QsrPngMeta;

typedef struct QsrPng {
    QsrFrame frame;     // GRAY8, RGB or RGBA
    QsrFrame alpha;     // of grey with alpha: RGBA, black; else no memory
    QsrPngMeta meta;
} QsrPng;

// Reads the whole file; `scale` is what is to be done with it, for the limit.
int qsr_png_read(QsrPng *png, QsrInput *in, QsrScale scale, QsrError *err);
void qsr_png_free(QsrPng *png);

// Writes `frame` (and the alpha channel of `alpha`, if it has memory) with the
// metadata given.
int qsr_png_write(const QsrPng *png, FILE *file, const char *name, QsrError *err);

// Bytes per pixel in the file: 1, 2 (grey and alpha), 3 or 4.
int qsr_png_channels(const QsrPng *png);

// One row as it is in the file: where it lies, or put together in `scratch`.
const uint8_t *qsr_png_row(const QsrPng *png, int y, uint8_t *scratch);

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// YUV4MPEG2 streams: 4:2:0, 4:2:2 and 4:4:4 of 8 and 10 bits, and monochrome.

#ifndef QSR_CLI_Y4M_H
#define QSR_CLI_Y4M_H

#include <stdbool.h>

#include "src/cli/frame.h"
#include "src/cli/io.h"

#define QSR_Y4M_MAGIC "YUV4MPEG2"

typedef struct QsrY4m {
    int width, height;
    QsrFormat format;
    QsrChromaSite site;
    QsrRange range;
    bool interlaced;    // the two fields lie row by row in one frame
    double fps;         // 0: not known
    char params[512];   // of the header: all but W and H, each after a space
    char frame_params[256]; // of the last frame, likewise
    int64_t frames;     // read so far
} QsrY4m;

// Whether chroma has half the rows.
bool qsr_y4m_half_height(const QsrY4m *y4m);

// Reads the header, magic included.
int qsr_y4m_read_header(QsrY4m *y4m, QsrInput *in, QsrError *err);

// Reads the next frame: 1, or 0 at the end of the stream.
int qsr_y4m_read_frame(QsrY4m *y4m, QsrInput *in, QsrFrame *frame, QsrError *err);

// Everything but the size is as in the stream that was read. False: errno.
bool qsr_y4m_write_header(const QsrY4m *y4m, int width, int height, FILE *file);
bool qsr_y4m_write_frame(const QsrY4m *y4m, const QsrFrame *frame, FILE *file);

#endif

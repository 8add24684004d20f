// SPDX-License-Identifier: BSD-2-Clause
//
// A picture that owns its memory, and the MD5 of one.

#ifndef QSR_CLI_FRAME_H
#define QSR_CLI_FRAME_H

#include <sys/types.h> // what md5.h forgets

#include <md5.h>

#include "src/qsr.h"

// The planes lie behind each other without padding, so that the whole picture
// is one read, one write, one hash.
typedef struct QsrFrame {
    QsrPicture pic;
    uint8_t *memory;
    size_t size;
} QsrFrame;

// The samples are 0; matrix, range and site are the first of their kind.
int qsr_frame_alloc(QsrFrame *frame, QsrFormat format, int width, int height, QsrError *err);
void qsr_frame_free(QsrFrame *frame);

typedef struct QsrMd5 {
    MD5_CTX ctx;
} QsrMd5;

void qsr_md5_init(QsrMd5 *md5);
void qsr_md5_update(QsrMd5 *md5, const void *data, size_t size);

// Rows of a plane without what lies between them.
void qsr_md5_rows(QsrMd5 *md5, const uint8_t *data, ptrdiff_t stride, size_t bytes, int rows);

// 32 hex digits.
void qsr_md5_end(QsrMd5 *md5, char hex[33]);

#endif

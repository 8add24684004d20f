// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/frame.h"

#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

int qsr_frame_alloc(QsrFrame *frame, QsrFormat format, int width, int height, QsrError *err)
{
    const int planes = qsr_format_planes(format);
    size_t offset[4] = { 0 }, bytes;
    int rows;

    memset(frame, 0, sizeof(*frame));
    frame->pic.format = format;
    frame->pic.width = width;
    frame->pic.height = height;
    for (int i = 0; i < planes; i++) {
        qsr_format_plane_size(format, i, width, height, &bytes, &rows);
        offset[i] = frame->size;
        frame->pic.stride[i] = (ptrdiff_t)bytes;
        frame->size += bytes * (size_t)rows;
    }
    frame->memory = calloc(frame->size, 1);
    if (!frame->memory)
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "not enough memory for a picture of %dx%d", width,
                            height);
    for (int i = 0; i < planes; i++)
        frame->pic.data[i] = frame->memory + offset[i];
    return 0;
}

void qsr_frame_free(QsrFrame *frame)
{
    free(frame->memory);
    memset(frame, 0, sizeof(*frame));
}

void qsr_md5_init(QsrMd5 *md5)
{
    MD5Init(&md5->ctx);
}

void qsr_md5_update(QsrMd5 *md5, const void *data, size_t size)
{
    MD5Update(&md5->ctx, data, size);
}

void qsr_md5_rows(QsrMd5 *md5, const uint8_t *data, ptrdiff_t stride, size_t bytes, int rows)
{
    for (int y = 0; y < rows; y++)
        MD5Update(&md5->ctx, data + y * stride, bytes);
}

void qsr_md5_end(QsrMd5 *md5, char hex[33])
{
    MD5End(&md5->ctx, hex);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// l2fetch of the input picture: its rows lie in main memory, and a strip reads
// them once. The instruction returns at once and can do no harm: an address that
// is not mapped is left out.

#include "src/hexagon/state.h"
#include "src/picture.h"

static void fetch(const uint8_t *p, size_t bytes)
{
    // Direction, stride, width and height of a box of bytes.
    const uint64_t box = (uint64_t)bytes << 32 | (uint64_t)bytes << 16 | 1;
#if defined(__hexagon__) // tests run this on the host, too
    __asm__ volatile("l2fetch(%0,%1)" : : "r"(p), "r"(box));
#else
    (void)p, (void)box;
#endif
}

void qsr_dsp_prefetch(const QsrPicture *pic, int x, int n, int y)
{
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row_bytes, &rows);
        const int sub = rows < pic->height; // a plane of half the rows: asked for with every other
        const size_t first = row_bytes * (size_t)x / (size_t)pic->width;
        size_t bytes = row_bytes * (size_t)n / (size_t)pic->width + 4;
        if (y >= pic->height || (sub && y % 2))
            continue;
        if (bytes > row_bytes - first)
            bytes = row_bytes - first;
        fetch(pic->data[i] + (y >> sub) * pic->stride[i] + first, bytes);
    }
}

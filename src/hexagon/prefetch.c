// SPDX-License-Identifier: BSD-2-Clause
//
// l2fetch of the input picture: its rows lie in main memory, and a strip reads
// them once. The instruction returns at once and can do no harm: an address that
// is not mapped is left out.

#include "src/hexagon/state.h"
#include "src/picture.h"

// `bytes` may come from a strip as wide as the picture; the fields have 16 bits.
static void fetch(const uint8_t *p, uint32_t bytes)
{
    const uint32_t width = bytes < 0xff00 ? bytes : 0xff00;
    // Direction, stride, width and height of a box of bytes.
    const uint64_t box = (uint64_t)width << 32 | width << 16 | 1;
#if defined(__hexagon__) // tests run this on the host, too
    __asm__ volatile("l2fetch(%0,%1)" : : "r"(p), "r"(box));
#else
    (void)p, (void)box;
#endif
}

// Each plane by the first of its components; without a division, as this runs
// once a row.
void qsr_dsp_prefetch(const QsrPicture *pic, int x, int n, int y)
{
    const QsrFormatInfo *info = qsr_format_info(pic->format);
    unsigned seen = 0; // planes
    if (y >= pic->height)
        return;
    for (int c = 0; c < 4; c++) {
        const QsrComponent *comp = &info->comp[c];
        const int chroma = c == QSR_COMP_U || c == QSR_COMP_V;
        const int sub_x = chroma && info->sub_x, sub_y = chroma && info->sub_y;
        if (comp->plane < 0 || seen >> comp->plane & 1)
            continue;
        seen |= 1u << comp->plane;
        if (sub_y && y % 2)
            continue; // its row was asked for with the one above
        const int size = comp->step * info->bytes;
        const uint8_t *row = pic->data[comp->plane] + (y >> sub_y) * pic->stride[comp->plane];
        fetch(row + (x >> sub_x) * size, (uint32_t)(((n + sub_x) >> sub_x) * size));
    }
}

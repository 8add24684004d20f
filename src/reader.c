// SPDX-License-Identifier: BSD-2-Clause
//
// Rows of the input picture as RGBX. Every pixel depends only on its own place
// in the picture, never on where a strip begins.

#include <string.h>

#include "src/picture.h"
#include "src/rows.h"

void qsr_reader_init(QsrReader *r, const QsrPixelDSP *dsp, const QsrPicture *pic)
{
    // Even columns, then odd ones: own sample and neighbour, in quarters.
    static const int16_t between[4] = { 3, 1, 3, 1 }, cosited[4] = { 4, 0, 2, 2 };

    r->dsp = dsp;
    r->pic = *pic;
    r->order = qsr_format_info(pic->format)->order;
    qsr_yuv_to_rgb_coefficients(&r->matrix, pic->matrix, pic->range);
    memcpy(r->up_h, pic->site & QSR_SITE_LEFT ? cosited : between, sizeof(r->up_h));
}

// Scratch for one row of subsampled chroma, as offsets from its start. `lead`
// keeps sample -1 in front of an aligned sample 0.
enum { LEAD = 32 };

typedef struct ChromaScratch {
    uint8_t *u, *v;   // luma resolution
    uint16_t *mid;    // one component after the vertical pass
    uint8_t *part[4]; // U and V of both source rows, where they come interleaved
    size_t size;
} ChromaScratch;

static ChromaScratch chroma_scratch(void *scratch, int n)
{
    const size_t samples = ((size_t)n + 1) / 2;
    const size_t full = (2 * samples + 63) / 64 * 64;
    const size_t part = (samples + 2 + 63) / 64 * 64;
    uint8_t *p = scratch;
    ChromaScratch s = { .size = 2 * full + 6 * part + 2 * LEAD };

    if (p) {
        s.u = p;
        s.v = p + full;
        s.mid = (uint16_t *)(void *)(p + 2 * full) + LEAD;
        for (int i = 0; i < 4; i++)
            s.part[i] = p + 2 * full + 2 * LEAD + (2 + (size_t)i) * part;
    }
    return s;
}

size_t qsr_reader_scratch(int n)
{
    return chroma_scratch(NULL, n).size;
}

static const uint8_t *plane_row(const QsrPicture *pic, int plane, int y)
{
    return pic->data[plane] + y * pic->stride[plane];
}

// Brings U and V of row y to luma resolution, columns [x0, x0+n).
static void upsample(const QsrReader *r, const ChromaScratch *s, int x0, int n, int y)
{
    const QsrPixelDSP *dsp = r->dsp;
    const QsrFormatInfo *info = qsr_format_info(r->pic.format);
    const int width = (r->pic.width + 1) / 2, height = (r->pic.height + 1) / 2;
    const int samples = (n + 1) / 2, first = x0 / 2;

    // The two source rows and their weights.
    const int top = r->pic.site & QSR_SITE_TOP;
    const int own = y / 2;
    const int wb = top ? (y & 1 ? 2 : 0) : 1;
    int other = y & 1 ? own + 1 : own - 1;
    if (wb == 0 || other < 0 || other >= height)
        other = own;

    // The columns that exist among first-1 .. first+samples.
    const int from = first > 0 ? first - 1 : 0;
    const int to = first + samples < width ? first + samples + 1 : width;
    const uint8_t *src[2][2]; // [component][row]

    if (info->u == info->v) {
        const int rows[2] = { own, other };
        for (int i = 0; i < 2; i++) {
            uint8_t *even = s->part[2 * i], *odd = s->part[2 * i + 1];
            if (i == 1 && other == own) {
                src[0][1] = src[0][0];
                src[1][1] = src[1][0];
                break;
            }
            dsp->deinterleave(even, odd, plane_row(&r->pic, info->u, rows[i]) + 2 * from,
                              to - from);
            src[0][i] = info->v_first ? odd : even;
            src[1][i] = info->v_first ? even : odd;
        }
    } else {
        const int plane[2] = { info->u, info->v };
        for (int i = 0; i < 2; i++) {
            src[i][0] = plane_row(&r->pic, plane[i], own) + from;
            src[i][1] = plane_row(&r->pic, plane[i], other) + from;
        }
    }

    for (int i = 0; i < 2; i++) {
        uint16_t *mid = s->mid;
        dsp->chroma_up_v(mid + (from - first), src[i][0], src[i][1], 4 - wb, wb, to - from);
        // Outside the picture: the nearest sample inside.
        if (from == first)
            mid[-1] = mid[0];
        if (to == first + samples)
            mid[samples] = mid[samples - 1];
        dsp->chroma_up_h(i ? s->v : s->u, mid, r->up_h, samples);
    }
}

void qsr_reader_row(const QsrReader *r, void *scratch, uint8_t *rgbx, int x0, int n, int y)
{
    const QsrFormatInfo *info = qsr_format_info(r->pic.format);
    const uint8_t *row = plane_row(&r->pic, 0, y) + (ptrdiff_t)x0 * info->bytes;

    if (r->order >= 0) {
        r->dsp->load_rgb[r->order](rgbx, row, n);
    } else if (info->planes == 1) {
        r->dsp->gray_to_rgbx(rgbx, row, n);
    } else if (info->subsampled) {
        const ChromaScratch s = chroma_scratch(scratch, n);
        upsample(r, &s, x0, n, y);
        r->dsp->yuv_to_rgbx(rgbx, row, s.u, s.v, &r->matrix, n);
    } else {
        r->dsp->yuv_to_rgbx(rgbx, row, plane_row(&r->pic, info->u, y) + x0,
                            plane_row(&r->pic, info->v, y) + x0, &r->matrix, n);
    }
}

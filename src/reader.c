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
    r->chroma_down = 0;
    r->info = qsr_format_info(pic->format);
    qsr_yuv_to_rgb_coefficients(&r->matrix, pic->matrix, pic->range, r->info->depth);
    memcpy(r->up_h, pic->site & QSR_SITE_LEFT ? cosited : between, sizeof(r->up_h));
}

// --------------------------------------------------------------- scratch ---

// `lead` keeps sample -1 in front of an aligned sample 0.
enum { LEAD = 32 };

// Rows of one component are bytes, or uint16_t where samples have 10 bits.
typedef struct Scratch {
    void *part[4];  // source rows that are no rows of their own in memory
    void *u, *v;    // luma resolution
    uint16_t *mid;  // one component after the vertical pass
    uint16_t *deep; // RGBX10
    size_t size;
} Scratch;

static Scratch scratch_of(void *memory, int n)
{
    const size_t full = ((size_t)n + 2 + 63) / 64 * 64 * sizeof(uint16_t);
    uint8_t *p = memory;
    Scratch s = { .size = 7 * full + 2 * LEAD * sizeof(uint16_t) + 4 * full };

    if (p) {
        for (int i = 0; i < 4; i++, p += full)
            s.part[i] = p;
        s.u = p;
        s.v = p + full;
        s.mid = (uint16_t *)(void *)(p + 2 * full) + LEAD;
        s.deep = (uint16_t *)(void *)(p + 3 * full) + 2 * LEAD;
    }
    return s;
}

size_t qsr_reader_scratch(int n)
{
    return scratch_of(NULL, n).size;
}

// ------------------------------------------------------------ components ---

// Samples [x, x+n) of a row of one component, in memory or in `dst`. In 8 bits
// what lies between the samples of every second byte goes to `other`.
static const void *fetch(const QsrReader *r, int component, void *dst, void *other, int x, int n,
                         int row)
{
    const QsrFormatInfo *info = r->info;
    const QsrComponent *c = &info->comp[component];
    const uint8_t *src = r->pic.data[c->plane] + row * r->pic.stride[c->plane] +
                         (ptrdiff_t)x * c->step * info->bytes;

    if (info->depth > 8)
        r->dsp->load10(dst, src + c->offset * info->bytes, c->step, info->shift, n);
    else if (c->step == 1)
        return src;
    else if (c->step == 2)
        r->dsp->deinterleave(c->offset ? other : dst, c->offset ? dst : other, src, n);
    else
        r->dsp->load_byte(dst, src, c->offset, n);
    return dst;
}

// Both components of chroma.
static void fetch_chroma(const QsrReader *r, const void *uv[2], void *const dst[2], int x, int n,
                         int row)
{
    const QsrComponent *c = r->info->comp;

    uv[0] = fetch(r, QSR_COMP_U, dst[0], dst[1], x, n, row);
    if (r->info->depth == 8 && c[QSR_COMP_U].step == 2)
        uv[1] = dst[1]; // the pair came at once
    else
        uv[1] = fetch(r, QSR_COMP_V, dst[1], NULL, x, n, row);
}

// The two chroma rows of a luma row, in the order of their weights.
typedef struct Rows {
    int own, other;
    int wb;    // weight of `other`, in quarters
    int fine;  // or, where chroma_down is set, in 64ths
} Rows;

static int clamp_index(int v, int size)
{
    return v < 0 ? 0 : v >= size ? size - 1 : v;
}

static Rows chroma_rows(const QsrReader *r, int y)
{
    const int half = r->info->sub_y, height = (r->pic.height + half) >> half;
    const int top = r->pic.site & QSR_SITE_TOP;
    if (half && r->chroma_down) {
        const int at = 32 * y - (top ? 0 : 16) + r->chroma_down; // in 64ths
        return (Rows){.own = clamp_index(at >> 6, height),
                      .other = clamp_index((at >> 6) + (at & 63 ? 1 : 0), height), .fine = at & 63};
    }
    Rows rows = {.own = y >> half, .wb = !half ? 0 : top ? (y & 1 ? 2 : 0) : 1};
    rows.other = y & 1 ? rows.own + 1 : rows.own - 1;
    if (rows.wb == 0 || rows.other < 0 || rows.other >= height)
        rows.other = rows.own;
    return rows;
}

// chroma_up_v with a weight in 64ths.
static void blend(const QsrReader *r, uint16_t *restrict mid, const void *own, const void *other,
                  int weight, int n)
{
    const uint8_t *a = own, *b = other;
    const uint16_t *a10 = own, *b10 = other;
    for (int i = 0; r->info->depth == 8 && i < n; i++)
        mid[i] = (uint16_t)((a[i] * (64 - weight) + b[i] * weight + 8) >> 4);
    for (int i = 0; r->info->depth > 8 && i < n; i++)
        mid[i] = (uint16_t)((a10[i] * (64 - weight) + b10[i] * weight + 8) >> 4);
}

// One component from two source rows to luma resolution; `mid` is sample
// `first` of the picture, of which [from, to) exist.
static void interpolate(const QsrReader *r, void *dst, uint16_t *mid, const void *own,
                        const void *other, const Rows *rows, int first, int from, int to,
                        int samples)
{
    const QsrPixelDSP *dsp = r->dsp;
    const int wb = rows->wb;

    if (rows->fine)
        blend(r, mid + (from - first), own, other, rows->fine, to - from);
    else if (r->info->depth > 8)
        dsp->chroma_up_v10(mid + (from - first), own, other, 4 - wb, wb, to - from);
    else
        dsp->chroma_up_v(mid + (from - first), own, other, 4 - wb, wb, to - from);
    // Outside the picture: the nearest sample inside.
    if (from == first)
        mid[-1] = mid[0];
    if (to == first + samples)
        mid[samples] = mid[samples - 1];
    if (r->info->depth > 8)
        dsp->chroma_up_h10(dst, mid, r->up_h, samples);
    else
        dsp->chroma_up_h(dst, mid, r->up_h, samples);
}

// Brings U and V of row y to luma resolution, columns [x0, x0+n).
static void upsample(const QsrReader *r, const Scratch *s, int x0, int n, int y)
{
    const int width = (r->pic.width + 1) / 2;
    const int samples = (n + 1) / 2, first = x0 / 2;

    const Rows at = chroma_rows(r, y);

    // The columns that exist among first-1 .. first+samples.
    const int from = first > 0 ? first - 1 : 0;
    const int to = first + samples < width ? first + samples + 1 : width;
    const void *rows[2][2]; // [row][component]

    fetch_chroma(r, rows[0], &s->part[0], from, to - from, at.own);
    if (at.other == at.own)
        memcpy(rows[1], rows[0], sizeof(rows[1]));
    else
        fetch_chroma(r, rows[1], &s->part[2], from, to - from, at.other);
    interpolate(r, s->u, s->mid, rows[0][0], rows[1][0], &at, first, from, to, samples);
    interpolate(r, s->v, s->mid, rows[0][1], rows[1][1], &at, first, from, to, samples);
}

// ------------------------------------------------------------------ rows ---

// To `rgbx`, or to s->deep where the picture has 10 bits.
static void read_yuv(const QsrReader *r, const Scratch *s, uint8_t *rgbx, int x0, int n, int y)
{
    const void *uv[2] = { s->u, s->v };

    if (r->info->sub_x)
        upsample(r, s, x0, n, y);
    else
        fetch_chroma(r, uv, &s->part[2], x0, n, y);
    const void *luma = fetch(r, QSR_COMP_Y, s->part[0], s->part[1], x0, n, y);
    if (r->info->depth > 8)
        r->dsp->yuv_to_rgbx10(s->deep, luma, uv[0], uv[1], &r->matrix, n);
    else
        r->dsp->yuv_to_rgbx(rgbx, luma, uv[0], uv[1], &r->matrix, n);
}

static void read_planar(const QsrReader *r, const Scratch *s, uint8_t *rgbx, int x0, int n, int y)
{
    const void *c[3];

    for (int i = 0; i < 3; i++)
        c[i] = fetch(r, i, s->part[i], NULL, x0, n, y);
    if (r->info->depth > 8)
        r->dsp->planes_to_rgbx10(s->deep, c[0], c[1], c[2], n);
    else
        r->dsp->merge4(rgbx, (const uint8_t *const[4]){ c[0], c[1], c[2], NULL }, 0, n);
}

void qsr_reader_row(const QsrReader *r, void *scratch, uint8_t *rgbx, uint8_t *low, int x0, int n,
                    int y)
{
    const QsrFormatInfo *info = r->info;
    const Scratch s = scratch_of(scratch, n);
    const uint8_t *row = r->pic.data[0] + y * r->pic.stride[0] +
                         (ptrdiff_t)x0 * info->comp[0].step * info->bytes;

    if (info->layout == QSR_LAYOUT_YUV)
        read_yuv(r, &s, rgbx, x0, n, y);
    else if (info->layout == QSR_LAYOUT_PLANAR_RGB)
        read_planar(r, &s, rgbx, x0, n, y);
    else if (info->layout == QSR_LAYOUT_GRAY)
        r->dsp->gray_to_rgbx(rgbx, row, n);
    else if (info->order >= 0)
        r->dsp->load_rgb[info->order](rgbx, row, n);
    else
        r->dsp->load_rgb10a2(s.deep, row, n);

    if (info->depth > 8 && low)
        r->dsp->split10(rgbx, low, s.deep, 4 * n);
    else if (info->depth > 8)
        r->dsp->round10(rgbx, s.deep, 4 * n);
    else if (low) // 255 becomes 1023
        for (int i = 0; i < 4 * n; i++)
            low[i] = rgbx[i] >> 6;
}

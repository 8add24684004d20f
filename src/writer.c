// SPDX-License-Identifier: BSD-2-Clause
//
// Finished RGBX rows to the output picture. As in the reader, every sample
// depends only on its own place in the picture.

#include <string.h>

#include "src/picture.h"
#include "src/rows.h"

void qsr_writer_init(QsrWriter *w, const QsrPixelDSP *dsp, const QsrPicture *out,
                     const QsrPicture *in, QsrScale scale)
{
    // Samples before, at and after an even luma position, in quarters.
    static const int16_t between[3] = { 0, 2, 2 }, cosited[3] = { 1, 2, 1 }, full[3] = { 0, 4, 0 };
    const QsrFormatInfo *info = qsr_format_info(out->format);

    w->dsp = dsp;
    w->pic = *out;
    w->info = info;
    w->in = *in;
    w->cubic = qsr_cubic_find(scale);
    w->px = info->depth > 8 ? QSR_RGBX * (int)sizeof(uint16_t) : QSR_RGBX;
    w->alpha = info->comp[QSR_COMP_A].plane >= 0 &&
               qsr_format_info(in->format)->comp[QSR_COMP_A].plane >= 0;
    qsr_rgb_to_yuv_coefficients(&w->matrix, out->matrix, out->range, info->depth);
    memcpy(w->down_h, out->site & QSR_SITE_LEFT ? cosited : between, sizeof(w->down_h));
    memcpy(w->down_v, !info->sub_y ? full : out->site & QSR_SITE_TOP ? cosited : between,
           sizeof(w->down_v));
}

int qsr_writer_halo_left(const QsrWriter *w)
{
    return w->info->sub_x && (w->pic.site & QSR_SITE_LEFT);
}

int qsr_writer_halo_top(const QsrWriter *w)
{
    return w->info->sub_y && (w->pic.site & QSR_SITE_TOP);
}

// --------------------------------------------------------------- scratch ---

// LEAD keeps sample -1 in front of an aligned sample 0.
enum { LEAD = 32 };

// Rows of one component are bytes, or uint16_t where samples have 10 bits.
typedef struct Scratch {
    uint16_t *sum[3];       // of chroma, after the vertical pass
    void *y, *u, *v, *pair; // before they are interleaved
    void *alpha;
    size_t size;
} Scratch;

static Scratch scratch_of(const QsrWriter *w, void *memory, int n)
{
    const size_t full = ((size_t)n + 1 + 2 * LEAD + 63) / 64 * 64 * sizeof(uint16_t);
    uint8_t *p = memory;
    Scratch s = { .size = 7 * full + (w->alpha ? qsr_alpha_scratch(n) : 0) };

    if (p) {
        for (int i = 0; i < 3; i++, p += full)
            s.sum[i] = (uint16_t *)(void *)p + LEAD;
        s.y = p;
        s.u = p + full;
        s.v = p + 2 * full;
        s.pair = p + 3 * full;
        s.alpha = p + 4 * full;
    }
    return s;
}

size_t qsr_writer_scratch(const QsrWriter *w, int n)
{
    return scratch_of(w, NULL, n).size;
}

// ---------------------------------------------------------------- chroma ---

static int clamp_index(int v, int size)
{
    return v < 0 ? 0 : v >= size ? size - 1 : v;
}

static const uint8_t *ring_pixel(const QsrWriter *w, const QsrRowRing *ring, int x, int y)
{
    return ring->base + y % ring->depth * ring->pitch + w->px * ((ptrdiff_t)x - ring->x_base);
}

// Subsampled chroma of the columns [x0, x1): row `cy` of the chroma planes.
static void chroma_row(const QsrWriter *w, const Scratch *s, const QsrRowRing *ring, void *u,
                       void *v, int x0, int x1, int cy)
{
    const int n = x1 - x0, samples = (n + 1) / 2;
    const int before = x0 > 0 ? qsr_writer_halo_left(w) : 0;
    uint16_t *first[3];
    const uint8_t *src[3];

    for (int i = 0; i < 3; i++) {
        // A row without weight is not asked for: the ring need not hold it.
        const int dy = w->down_v[i] == 0 ? 0 : i - 1;
        const int y = clamp_index((cy << w->info->sub_y) + dy, w->pic.height);
        src[i] = ring_pixel(w, ring, x0 - before, y);
        first[i] = s->sum[i] - before;
    }
    if (w->info->depth > 8)
        w->dsp->chroma_down_v10(first, (const uint16_t *)(const void *)src[0],
                                (const uint16_t *)(const void *)src[1],
                                (const uint16_t *)(const void *)src[2], w->down_v, n + before);
    else
        w->dsp->chroma_down_v(first, src[0], src[1], src[2], w->down_v, n + before);
    for (int i = 0; i < 3; i++) {
        // Outside the picture: the nearest pixel inside.
        if (!before)
            s->sum[i][-1] = s->sum[i][0];
        if (n & 1)
            s->sum[i][n] = s->sum[i][n - 1];
    }

    const uint16_t *const sums[3] = { s->sum[0], s->sum[1], s->sum[2] };
    if (w->info->depth > 8)
        w->dsp->chroma_down_h10(u, v, sums, w->down_h, &w->matrix, samples);
    else
        w->dsp->chroma_down_h(u, v, sums, w->down_h, &w->matrix, samples);
}

// ------------------------------------------------------------------ rows ---

// Sample x of a row of the plane of a component.
static uint8_t *plane_at(const QsrWriter *w, int component, int x, int row)
{
    const QsrComponent *c = &w->info->comp[component];

    return w->pic.data[c->plane] + row * w->pic.stride[c->plane] +
           (ptrdiff_t)x * c->step * w->info->bytes;
}

static void store10(const QsrWriter *w, int component, const uint16_t *src, int src_step, int x,
                    int n, int row)
{
    const QsrComponent *c = &w->info->comp[component];

    w->dsp->store10(plane_at(w, component, x, row) + c->offset * w->info->bytes, c->step,
                    w->info->shift, src, src_step, n);
}

// The second luma sample of a pair that is half outside the picture.
static int fill_pair(const QsrWriter *w, void *y, int n)
{
    uint8_t *y8 = y;
    uint16_t *y16 = y;

    if (w->info->depth > 8)
        y16[n] = y16[n - 1];
    else
        y8[n] = y8[n - 1];
    return n + 1;
}

// Luma of row `y`, and chroma where this row completes it.
static void write_yuv10(const QsrWriter *w, const Scratch *s, const QsrRowRing *ring, int x0,
                        int x1, int y)
{
    const QsrFormatInfo *info = w->info;
    const uint16_t *rgbx = (const uint16_t *)(const void *)ring_pixel(w, ring, x0, y);
    const int n = x1 - x0, cy = y >> info->sub_y;
    const int samples = (n + info->sub_x) >> info->sub_x;
    const int paired = info->comp[QSR_COMP_Y].step == 2 && n & 1;

    w->dsp->rgbx10_to_y(s->y, rgbx, &w->matrix, n);
    store10(w, QSR_COMP_Y, s->y, 1, x0, paired ? fill_pair(w, s->y, n) : n, y);
    if (info->sub_y && !(y & 1) && y != w->pic.height - 1)
        return;
    if (info->sub_x)
        chroma_row(w, s, ring, s->u, s->v, x0, x1, cy);
    else
        w->dsp->rgbx10_to_uv(s->u, s->v, rgbx, &w->matrix, n);
    store10(w, QSR_COMP_U, s->u, 1, x0 >> info->sub_x, samples, cy);
    store10(w, QSR_COMP_V, s->v, 1, x0 >> info->sub_x, samples, cy);
}

static void write_yuv(const QsrWriter *w, const Scratch *s, const QsrRowRing *ring,
                      const uint8_t *alpha, int x0, int x1, int y)
{
    const QsrFormatInfo *info = w->info;
    const QsrPixelDSP *dsp = w->dsp;
    const uint8_t *rgbx = ring_pixel(w, ring, x0, y);
    const int y_step = info->comp[QSR_COMP_Y].step, u_step = info->comp[QSR_COMP_U].step;
    const int n = x1 - x0, samples = (n + info->sub_x) >> info->sub_x;
    const int cx = x0 >> info->sub_x, cy = y >> info->sub_y;
    uint8_t *luma = y_step == 1 ? plane_at(w, QSR_COMP_Y, x0, y) : s->y;

    dsp->rgbx_to_y(luma, rgbx, &w->matrix, n);
    if (info->sub_y && !(y & 1) && y != w->pic.height - 1)
        return;
    uint8_t *u = u_step == 1 ? plane_at(w, QSR_COMP_U, cx, cy) : s->u;
    uint8_t *v = u_step == 1 ? plane_at(w, QSR_COMP_V, cx, cy) : s->v;
    if (info->sub_x)
        chroma_row(w, s, ring, u, v, x0, x1, cy);
    else
        dsp->rgbx_to_uv(u, v, rgbx, &w->matrix, n);

    if (y_step == 4) { // A, Y, U, V
        dsp->merge4(plane_at(w, QSR_COMP_Y, x0, y), (const uint8_t *const[4]){ alpha, luma, u, v },
                    255, n);
    } else if (u_step > 1) { // U, V in turn; of packed formats between the luma samples
        const int v_first = info->comp[QSR_COMP_V].offset < info->comp[QSR_COMP_U].offset;
        uint8_t *pair = y_step == 2 ? s->pair : plane_at(w, QSR_COMP_U, cx, cy);
        dsp->interleave(pair, v_first ? v : u, v_first ? u : v, samples);
        if (y_step == 2) {
            const int c_first = info->comp[QSR_COMP_Y].offset;
            if (n & 1)
                fill_pair(w, luma, n);
            dsp->interleave(plane_at(w, QSR_COMP_Y, x0, y), c_first ? pair : luma,
                            c_first ? luma : pair, 2 * samples);
        }
    }
}

static void write_rgb(const QsrWriter *w, const uint8_t *rgbx, const uint8_t *alpha, int x0, int n,
                      int y)
{
    const QsrPixelDSP *dsp = w->dsp;
    const uint16_t *deep = (const uint16_t *)(const void *)rgbx;

    if (w->info->layout == QSR_LAYOUT_PLANAR_RGB) {
        for (int i = 0; i < 3; i++) {
            if (w->info->depth > 8)
                store10(w, i, deep + i, QSR_RGBX, x0, n, y);
            else
                dsp->load_byte(plane_at(w, i, x0, y), rgbx, i, n);
        }
    } else if (w->info->depth > 8) {
        dsp->store_rgb10a2(plane_at(w, 0, x0, y), deep, alpha, n);
    } else {
        dsp->store_rgb[w->info->order](plane_at(w, 0, x0, y), rgbx, alpha, n);
    }
}

static const uint8_t *alpha_row(const QsrWriter *w, const Scratch *s, const QsrRowRing *ring,
                                int x0, int n, int y)
{
    if (!w->alpha)
        return NULL;
    return ring->alpha ? ring->alpha + y % ring->depth * ring->alpha_pitch + x0 - ring->x_base
                       : qsr_alpha_row(w, s->alpha, x0, n, y);
}

void qsr_writer_rows(const QsrWriter *w, void *scratch, const QsrRowRing *ring, int x0, int x1,
                     int y0, int y1)
{
    const QsrFormatInfo *info = w->info;
    const int n = x1 - x0;
    const Scratch s = scratch_of(w, scratch, n);

    for (int y = y0; y < y1; y++) {
        const uint8_t *rgbx = ring_pixel(w, ring, x0, y);
        const uint8_t *alpha = alpha_row(w, &s, ring, x0, n, y);

        if (info->layout == QSR_LAYOUT_GRAY)
            w->dsp->rgbx_to_gray(plane_at(w, 0, x0, y), rgbx, n);
        else if (info->layout != QSR_LAYOUT_YUV)
            write_rgb(w, rgbx, alpha, x0, n, y);
        else if (info->depth > 8)
            write_yuv10(w, &s, ring, x0, x1, y);
        else
            write_yuv(w, &s, ring, alpha, x0, x1, y);

        // Alpha with a plane to itself.
        if (info->comp[QSR_COMP_A].plane > 0) {
            uint8_t *dst = plane_at(w, QSR_COMP_A, x0, y);
            if (alpha)
                memcpy(dst, alpha, (size_t)n);
            else
                memset(dst, 255, (size_t)n);
        }
    }
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Finished RGBX rows to the output picture, and the alpha channel from the
// input picture by a cubic. As in the reader, every sample depends only on its
// own place in the picture.

#include <string.h>

#include "src/picture.h"
#include "src/rows.h"

// ------------------------------------------------------------ cubic taps ---

// Output pixel i of a line lies at (i + 1/2) * den / num - 1/2 of the input.
// Catmull-Rom at that fraction, times 64, rounded by the largest remainder, so
// that the sum is 64 and mirrored phases have mirrored taps.
typedef struct CubicPhases {
    QsrScale scale;
    int8_t offset[4];
    int16_t taps[4][4];
} CubicPhases;

static const CubicPhases cubic_phases[] = {
    { { 2, 1 }, { -1, 0 }, { { -2, 15, 56, -5 }, { -5, 56, 15, -2 } } },
    { { 3, 1 }, { -1, 0, 0 }, { { -2, 21, 50, -5 }, { 0, 64, 0, 0 }, { -5, 50, 21, -2 } } },
    { { 4, 1 },
      { -1, -1, 0, 0 },
      { { -3, 25, 47, -5 }, { -1, 6, 62, -3 }, { -3, 62, 6, -1 }, { -5, 47, 25, -3 } } },
    { { 3, 2 }, { -1, 0, 1 }, { { -1, 9, 60, -4 }, { -4, 36, 36, -4 }, { -4, 60, 9, -1 } } },
};

static const CubicPhases *find_phases(QsrScale scale)
{
    const size_t n = sizeof(cubic_phases) / sizeof(cubic_phases[0]);

    for (size_t i = 0; i < n; i++)
        if (cubic_phases[i].scale.num == scale.num && cubic_phases[i].scale.den == scale.den)
            return &cubic_phases[i];
    return &cubic_phases[0];
}

// ------------------------------------------------------------------ init ---

void qsr_writer_init(QsrWriter *w, const QsrPixelDSP *dsp, const QsrPicture *out,
                     const QsrPicture *in, QsrScale scale)
{
    // Samples before, at and after an even luma position, in quarters.
    static const int16_t between[3] = { 0, 2, 2 }, cosited[3] = { 1, 2, 1 };
    const QsrFormatInfo *info = qsr_format_info(out->format);

    w->dsp = dsp;
    w->pic = *out;
    w->in = *in;
    w->scale = scale;
    w->order = info->order;
    w->in_alpha = qsr_format_info(in->format)->alpha;
    w->out_alpha = info->alpha;
    qsr_rgb_to_yuv_coefficients(&w->matrix, out->matrix, out->range);
    memcpy(w->down_h, out->site & QSR_SITE_LEFT ? cosited : between, sizeof(w->down_h));
    memcpy(w->down_v, out->site & QSR_SITE_TOP ? cosited : between, sizeof(w->down_v));
}

static int halo(const QsrWriter *w, int site)
{
    return qsr_format_info(w->pic.format)->subsampled && (w->pic.site & site);
}

int qsr_writer_halo_left(const QsrWriter *w)
{
    return halo(w, QSR_SITE_LEFT);
}

int qsr_writer_halo_top(const QsrWriter *w)
{
    return halo(w, QSR_SITE_TOP);
}

// --------------------------------------------------------------- scratch ---

// LEAD keeps sample -1 (and -2) in front of an aligned sample 0.
enum { LEAD = 32 };

static size_t round64(size_t n)
{
    return (n + 63) / 64 * 64;
}

// Chroma: three rows of sums, then U and V before they are interleaved.
static size_t sum_pitch(int n)
{
    return round64(2 * ((size_t)n + 1 + LEAD));
}

static size_t chroma_scratch(int n)
{
    return 3 * sum_pitch(n) + 2 * round64(((size_t)n + 1) / 2);
}

// Alpha: the finished row, four source rows, and the vertical pass. A line of n
// output pixels reaches over fewer than n + 8 input pixels at any scale.
static size_t alpha_pitch(int n)
{
    return round64((size_t)n + 8);
}

static size_t alpha_scratch(int n)
{
    return 7 * alpha_pitch(n) + 2 * LEAD;
}

size_t qsr_writer_scratch(const QsrWriter *w, int n)
{
    if (qsr_format_info(w->pic.format)->subsampled)
        return chroma_scratch(n);
    return w->in_alpha >= 0 && w->out_alpha >= 0 ? alpha_scratch(n) : 0;
}

// ----------------------------------------------------------------- alpha ---

static int clamp_index(int v, int size)
{
    return v < 0 ? 0 : v >= size ? size - 1 : v;
}

// Alpha of the output columns [x0, x0+n) of row y.
static const uint8_t *alpha_row(const QsrWriter *w, void *scratch, int x0, int n, int y)
{
    const CubicPhases *c = find_phases(w->scale);
    const int num = w->scale.num, den = w->scale.den;
    const size_t pitch = alpha_pitch(n);
    uint8_t *out = scratch;
    int16_t *mid = (int16_t *)(void *)(out + 5 * pitch) + LEAD;

    // Input columns in terms of `base`, which becomes mid[0].
    const int base = x0 / num * den, phase0 = x0 % num;
    const int last = (phase0 + n - 1) / num * den + c->offset[(phase0 + n - 1) % num];
    const int left = -2, right = last + 3;
    const int from = clamp_index(base + left, w->in.width);
    const int to = clamp_index(base + right - 1, w->in.width) + 1;

    const int row = y / num * den + c->offset[y % num];
    const uint8_t *src[4];
    for (int i = 0; i < 4; i++) {
        uint8_t *dst = out + (1 + (size_t)i) * pitch;
        const int line = clamp_index(row - 1 + i, w->in.height);
        w->dsp->load_byte(dst, w->in.data[0] + line * w->in.stride[0] + 4 * (ptrdiff_t)from,
                          w->in_alpha, to - from);
        src[i] = dst;
    }
    w->dsp->alpha_v(mid + (from - base), src, c->taps[y % num], to - from);
    for (int i = left; i < from - base; i++)
        mid[i] = mid[from - base];
    for (int i = to - base; i < right; i++)
        mid[i] = mid[to - base - 1];

    w->dsp->alpha_h(out, mid, c->taps, c->offset, phase0, den, num, n);
    return out;
}

// ---------------------------------------------------------------- chroma ---

// Row `cy` of the subsampled chroma planes, luma columns [x0, x1).
static void chroma_row(const QsrWriter *w, void *scratch, const QsrRowRing *ring, int x0, int x1,
                       int cy)
{
    const QsrFormatInfo *info = qsr_format_info(w->pic.format);
    const int n = x1 - x0, samples = (n + 1) / 2;
    const int before = x0 > 0 ? qsr_writer_halo_left(w) : 0;
    const int height = w->pic.height;
    uint16_t *sum[3], *first[3];
    const uint8_t *src[3];

    for (int i = 0; i < 3; i++) {
        // The row above is asked for only where it has a weight: without a halo
        // the ring need not hold it.
        const int dy = i == 0 && w->down_v[0] == 0 ? 0 : i - 1;
        const int y = clamp_index(2 * cy + dy, height);
        src[i] = ring->base + y % ring->depth * ring->pitch +
                 QSR_RGBX * ((ptrdiff_t)x0 - before - ring->x_base);
        sum[i] = (uint16_t *)(void *)((uint8_t *)scratch + (size_t)i * sum_pitch(n)) + LEAD;
        first[i] = sum[i] - before;
    }
    w->dsp->chroma_down_v(first, src[0], src[1], src[2], w->down_v, n + before);
    for (int i = 0; i < 3; i++) {
        // Outside the picture: the nearest pixel inside.
        if (!before)
            sum[i][-1] = sum[i][0];
        if (n & 1)
            sum[i][n] = sum[i][n - 1];
    }

    const uint16_t *const sums[3] = { sum[0], sum[1], sum[2] };
    const int interleaved = info->u == info->v;
    uint8_t *u = (uint8_t *)scratch + 3 * sum_pitch(n);
    uint8_t *v = u + round64(((size_t)n + 1) / 2);
    uint8_t *dst = w->pic.data[info->u] + cy * w->pic.stride[info->u];
    if (!interleaved) {
        u = dst + x0 / 2;
        v = w->pic.data[info->v] + cy * w->pic.stride[info->v] + x0 / 2;
    }
    w->dsp->chroma_down_h(u, v, sums, w->down_h, &w->matrix, samples);
    if (interleaved)
        w->dsp->interleave(dst + x0, info->v_first ? v : u, info->v_first ? u : v, samples);
}

// ------------------------------------------------------------------ rows ---

void qsr_writer_rows(const QsrWriter *w, void *scratch, const QsrRowRing *ring, int x0, int x1,
                     int y0, int y1)
{
    const QsrFormatInfo *info = qsr_format_info(w->pic.format);
    const QsrPixelDSP *dsp = w->dsp;
    const QsrPicture *pic = &w->pic;
    const int n = x1 - x0;

    for (int y = y0; y < y1; y++) {
        const uint8_t *rgbx = ring->base + y % ring->depth * ring->pitch +
                              QSR_RGBX * ((ptrdiff_t)x0 - ring->x_base);
        uint8_t *dst = pic->data[0] + y * pic->stride[0] + (ptrdiff_t)x0 * info->bytes;

        if (w->order >= 0) {
            const uint8_t *alpha = NULL;
            if (w->in_alpha >= 0 && w->out_alpha >= 0)
                alpha = alpha_row(w, scratch, x0, n, y);
            dsp->store_rgb[w->order](dst, rgbx, alpha, n);
        } else if (info->planes == 1) {
            dsp->rgbx_to_gray(dst, rgbx, n);
        } else {
            dsp->rgbx_to_y(dst, rgbx, &w->matrix, n);
            if (!info->subsampled)
                dsp->rgbx_to_uv(pic->data[info->u] + y * pic->stride[info->u] + x0,
                                pic->data[info->v] + y * pic->stride[info->v] + x0, rgbx,
                                &w->matrix, n);
            else if (y & 1 || y == pic->height - 1)
                chroma_row(w, scratch, ring, x0, x1, y / 2);
        }
    }
}

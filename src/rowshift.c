// SPDX-License-Identifier: BSD-2-Clause
#include "src/rowshift.h"

#include "src/mem.h"
#include "src/picture.h"

// Values of a row at most: four of each pixel.
static size_t row_values(int width)
{
    return QSR_ROUND_UP(4 * (size_t)width, (size_t)QSR_ALIGN);
}

int qsr_rowshift_fits(const QsrPicture *in, const QsrPicture *out)
{
    return in->width == out->width && in->height == out->height && in->format == out->format &&
           in->matrix == out->matrix && in->range == out->range && in->site == out->site &&
           qsr_format_info(in->format)->layout != QSR_LAYOUT_PACKED_RGB;
}

size_t qsr_rowshift_scratch(int width)
{
    return 5 * sizeof(uint16_t) * row_values(width);
}

static int clamp_int(int x, int lo, int hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

// The rounding of the cubic's horizontal pass where that has a single tap.
static void finish8(uint8_t *restrict dst, const int16_t *restrict v, int n)
{
    for (int i = 0; i < n; i++) {
        const int y = (v[i] + (1 << 5)) >> 6;
        dst[i] = (uint8_t)(y < 0 ? 0 : y > 255 ? 255 : y);
    }
}

static void finish10(uint16_t *restrict dst, const int16_t *restrict v, int n)
{
    for (int i = 0; i < n; i++) {
        const int y = (v[i] + (1 << 3)) >> 4;
        dst[i] = (uint16_t)(y < 0 ? 0 : y > 1023 ? 1023 : y);
    }
}

// Where a packed row of an odd width has a luma sample too many: -1, or its place.
static int spare_sample(const QsrRowShift *s)
{
    const QsrComponent *luma = &qsr_format_info(s->in.format)->comp[QSR_COMP_Y];
    return luma->step == 2 && s->in.width & 1 ? luma->offset + 2 * s->in.width : -1;
}

static void shift_row(const QsrRowShift *s, void *scratch, int plane, int y, int rows, int n,
                      const QsrPhase *phase)
{
    const QsrFormatInfo *info = qsr_format_info(s->in.format);
    const size_t pitch = row_values(s->in.width);
    uint16_t *values = scratch;
    int16_t *v = (int16_t *)scratch + 4 * pitch;
    uint8_t *dst = s->out.data[plane] + y * s->out.stride[plane];
    const uint8_t *src[4];
    const uint16_t *src10[4];
    const int spare = spare_sample(s);

    for (int i = 0; i < 4; i++)
        src[i] = s->in.data[plane] +
                 clamp_int(phase->x - 1 + i, 0, rows - 1) * s->in.stride[plane];
    if (info->depth == 8) {
        s->resample->cubic_v(v, src, phase->taps, n);
        finish8(dst, v, n);
        if (spare >= 0)
            dst[spare] = dst[spare - 2];
        return;
    }
    for (int i = 0; i < 4; i++) {
        s->pixel->load10(values + i * pitch, src[i], 1, info->shift, n);
        src10[i] = values + i * pitch;
    }
    s->resample->cubic_v10(v, src10, phase->taps, n);
    finish10(values, v, n);
    if (spare >= 0)
        values[spare] = values[spare - 2];
    s->pixel->store10(dst, 1, info->shift, values, 1, n);
}

void qsr_rowshift_rows(const QsrRowShift *s, void *scratch, int y0, int y1)
{
    const QsrFormatInfo *info = qsr_format_info(s->in.format);

    for (int plane = 0; plane < info->planes; plane++) {
        size_t bytes;
        int rows;
        qsr_format_plane_size(s->in.format, plane, s->in.width, s->in.height, &bytes, &rows);
        const int halved = rows < s->in.height;
        // Chroma between luma rows has rows of its own; where it lies on luma rows
        // it goes where they go (docs/numerics.md).
        const int den = halved && s->in.site & QSR_SITE_TOP ? 2 * s->den : s->den;
        const int last = y1 == s->in.height ? rows : y1 >> halved;
        for (int y = y0 >> halved; y < last; y++) {
            QsrPhase phase;
            qsr_phase_init(&phase, y, rows, rows, s->num, den);
            shift_row(s, scratch, plane, y, rows, (int)(bytes / (info->depth > 8 ? 2 : 1)), &phase);
        }
    }
}

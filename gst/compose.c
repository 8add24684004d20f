// SPDX-License-Identifier: BSD-2-Clause

#include "compose.h"

// Bytes of a plane's row up to column `width`, and its rows up to row `height`; 0 for 0.
static void extent(QsrFormat format, gint plane, gint width, gint height, size_t *bytes, gint *rows)
{
    qsr_format_plane_size(format, plane, MAX(width, 1), MAX(height, 1), bytes, rows);
    if (width == 0)
        *bytes = 0;
    if (height == 0)
        *rows = 0;
}

static guint8 *row_of(const QsrPicture *pic, gint plane, gint row)
{
    return pic->data[plane] + row * pic->stride[plane];
}

void gst_qsr_compose_group(QsrFormat format, gint *width, gint *height)
{
    *width = *height = 1;
    switch (format) {
    case QSR_FORMAT_I420:
    case QSR_FORMAT_NV12:
    case QSR_FORMAT_NV21:
    case QSR_FORMAT_A420:
    case QSR_FORMAT_I420_10LE:
    case QSR_FORMAT_P010_10LE:
        *width = *height = 2;
        break;
    case QSR_FORMAT_Y42B:
    case QSR_FORMAT_NV16:
    case QSR_FORMAT_YUY2:
    case QSR_FORMAT_UYVY:
    case QSR_FORMAT_I422_10LE:
    case QSR_FORMAT_Y210:
        *width = 2;
        break;
    default:
        break;
    }
}

// ------------------------------------------------------------- cut and copy ---

QsrPicture gst_qsr_compose_cut(const QsrPicture *from, gint x, gint y, gint width, gint height)
{
    QsrPicture cut = *from;

    cut.width = width;
    cut.height = height;
    for (gint p = 0; p < qsr_format_planes(from->format); p++) {
        size_t bytes;
        gint rows;

        extent(from->format, p, x, y, &bytes, &rows);
        cut.data[p] = row_of(from, p, rows) + bytes;
    }
    return cut;
}

// Rows of a field in a plane of a frame with `rows` rows.
static gint rows_of_field(gint rows, gint parity)
{
    return (rows + 1 - parity) / 2;
}

gboolean gst_qsr_compose_field(QsrPicture *field, const QsrPicture *frame, gint parity)
{
    gboolean fits = TRUE;

    *field = *frame;
    field->height = (frame->height + 1) / 2;
    for (gint p = 0; p < qsr_format_planes(frame->format); p++) {
        size_t bytes;
        gint rows, wanted;

        extent(frame->format, p, frame->width, frame->height, &bytes, &rows);
        extent(frame->format, p, frame->width, field->height, &bytes, &wanted);
        fits = fits && rows_of_field(rows, parity) >= wanted;
        field->data[p] = row_of(frame, p, parity);
        field->stride[p] = frame->stride[p] * 2;
    }
    return fits;
}

void gst_qsr_compose_take_field(const QsrPicture *field, const QsrPicture *frame, gint parity)
{
    for (gint p = 0; p < qsr_format_planes(frame->format); p++) {
        size_t bytes;
        gint rows, wanted, last;

        extent(frame->format, p, frame->width, frame->height, &bytes, &rows);
        extent(field->format, p, field->width, field->height, &bytes, &wanted);
        last = rows_of_field(rows, parity) - 1;
        for (gint y = 0; y < wanted; y++)
            memcpy(row_of(field, p, y),
                   row_of(frame, p, last < 0 ? 0 : 2 * MIN(y, last) + parity), bytes);
    }
}

void gst_qsr_compose_put_field(const QsrPicture *frame, gint parity, const QsrPicture *field)
{
    for (gint p = 0; p < qsr_format_planes(frame->format); p++) {
        size_t bytes;
        gint rows, there, n;

        extent(field->format, p, field->width, field->height, &bytes, &there);
        extent(frame->format, p, frame->width, frame->height, &bytes, &rows);
        n = rows_of_field(rows, parity);
        for (gint y = 0; y < n; y++)
            memcpy(row_of(frame, p, 2 * y + parity), row_of(field, p, MIN(y, there - 1)), bytes);
    }
}

void gst_qsr_compose_copy(const QsrPicture *to, const QsrPicture *from)
{
    for (gint p = 0; p < qsr_format_planes(to->format); p++) {
        size_t bytes;
        gint rows, there;

        extent(to->format, p, to->width, from->height, &bytes, &there);
        extent(to->format, p, to->width, to->height, &bytes, &rows);
        for (gint y = 0; y < rows; y++)
            memcpy(row_of(to, p, y), row_of(from, p, MIN(y, there - 1)), bytes);
    }
}

// -------------------------------------------------------------------- blend ---

typedef void (*BlendRow)(guint8 *to, const guint8 *a, const guint8 *b, guint weight, size_t bytes);

static inline guint mix(guint a, guint b, guint weight)
{
    return (a * weight + b * (256 - weight) + 128) >> 8;
}

static void blend_bytes(guint8 *to, const guint8 *a, const guint8 *b, guint weight, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (guint8) mix(a[i], b[i], weight);
}

static void blend_words(guint8 *to, const guint8 *a, const guint8 *b, guint weight, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 2)
        GST_WRITE_UINT16_LE(to + i, (guint16) mix(GST_READ_UINT16_LE(a + i) & 1023,
                                                  GST_READ_UINT16_LE(b + i) & 1023, weight));
}

// The value is in the 10 high bits.
static void blend_high_words(guint8 *to, const guint8 *a, const guint8 *b, guint weight,
                             size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 2)
        GST_WRITE_UINT16_LE(to + i, (guint16) (mix(GST_READ_UINT16_LE(a + i) >> 6,
                                                   GST_READ_UINT16_LE(b + i) >> 6, weight)
                                               << 6));
}

// Three times 10 bits, and 2 on top.
static void blend_packed_words(guint8 *to, const guint8 *a, const guint8 *b, guint weight,
                               size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 4) {
        guint32 x = GST_READ_UINT32_LE(a + i), y = GST_READ_UINT32_LE(b + i), sum = 0;

        for (guint shift = 0; shift < 30; shift += 10)
            sum |= mix(x >> shift & 1023, y >> shift & 1023, weight) << shift;
        GST_WRITE_UINT32_LE(to + i, sum | mix(x >> 30, y >> 30, weight) << 30);
    }
}

static BlendRow blend_row(QsrFormat format)
{
    switch (format) {
    case QSR_FORMAT_I420_10LE:
    case QSR_FORMAT_I422_10LE:
    case QSR_FORMAT_Y444_10LE:
    case QSR_FORMAT_GBR_10LE:
        return blend_words;
    case QSR_FORMAT_P010_10LE:
    case QSR_FORMAT_Y210:
        return blend_high_words;
    case QSR_FORMAT_RGB10A2_LE:
        return blend_packed_words;
    default:
        return blend_bytes;
    }
}

void gst_qsr_compose_blend(const QsrPicture *to, const QsrPicture *a, const QsrPicture *b,
                           guint weight)
{
    BlendRow row = blend_row(to->format);

    for (gint p = 0; p < qsr_format_planes(to->format); p++) {
        size_t bytes;
        gint rows;

        extent(to->format, p, to->width, to->height, &bytes, &rows);
        for (gint y = 0; y < rows; y++)
            row(row_of(to, p, y), row_of(a, p, y), row_of(b, p, y), weight, bytes);
    }
}

// ------------------------------------------------------------------- colours ---

// A pixel as GStreamer packs it: A, Y, U, V or A, R, G, B of 8 or 16 bits.
static void set_pixel(guint8 *at, gboolean wide, const guint *values)
{
    for (gint i = 0; i < 4; i++) {
        if (wide) {
            guint16 value = (guint16) values[i];

            memcpy(at + 2 * i, &value, 2);
        } else {
            at[i] = (guint8) (values[i] >> 8);
        }
    }
}

void gst_qsr_brush_init(GstQsrBrush *brush, const GstQsrColour *colour, gint width,
                        gboolean white)
{
    const GstVideoFormatInfo *format = colour->info.finfo;
    const gboolean yuv = !GST_VIDEO_FORMAT_INFO_IS_RGB(format);
    const gboolean full = !yuv || GST_VIDEO_FORMAT_INFO_IS_GRAY(format) ||
                          colour->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
    const guint light = white ? (full ? 65535 : 235 << 8) : (full ? 0 : 16 << 8);
    const guint other = yuv ? 128 << 8 : light;
    const guint values[] = {65535, light, other, other};
    const GstVideoFormatInfo *unpacked = gst_video_format_get_info(format->unpack_format);
    const gboolean wide = GST_VIDEO_FORMAT_INFO_BITS(unpacked) == 16;
    GstVideoInfo info;
    guint8 *line;

    width = (width + 1) & ~1; // a whole group
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_INFO_FORMAT(format), (guint) width, 2);
    brush->buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
    gst_buffer_memset(brush->buffer, 0, 0, -1);
    if (!gst_video_frame_map(&brush->frame, &info, brush->buffer, GST_MAP_READWRITE))
        g_assert_not_reached(); // its own memory
    line = g_malloc((gsize) width * 8);
    for (gint i = 0; i < width; i++)
        set_pixel(line + i * (wide ? 8 : 4), wide, values);
    for (gint y = 0; y < 2; y++)
        format->pack_func(format, GST_VIDEO_PACK_FLAG_NONE, line, 0, brush->frame.data,
                          brush->frame.info.stride, GST_VIDEO_CHROMA_SITE_UNKNOWN, y, width);
    g_free(line);
    gst_qsr_picture_init(&brush->picture, colour, width, 2);
    gst_qsr_picture_set_frame(&brush->picture, &brush->frame);
}

void gst_qsr_brush_clear(GstQsrBrush *brush)
{
    if (brush->buffer) {
        gst_video_frame_unmap(&brush->frame);
        gst_buffer_unref(brush->buffer);
    }
    memset(brush, 0, sizeof(*brush));
}

void gst_qsr_compose_fill(const QsrPicture *to, const GstQsrBrush *brush)
{
    for (gint p = 0; p < qsr_format_planes(to->format); p++) {
        size_t bytes;
        gint rows;

        extent(to->format, p, to->width, to->height, &bytes, &rows);
        for (gint y = 0; y < rows; y++)
            memcpy(row_of(to, p, y), brush->picture.data[p], bytes);
    }
}

// ------------------------------------------------------------------- compare ---

static gint round_down(gint value, gint step)
{
    return value - value % step;
}

// A line of whole groups around column x.
static void draw_line(const QsrPicture *to, gint x, const GstQsrBrush *line)
{
    gint half = MAX(to->width / 1920, 1), group_width, group_height, from, end;
    QsrPicture cut;

    gst_qsr_compose_group(to->format, &group_width, &group_height);
    from = round_down(MAX(x - half, 0), group_width);
    end = MIN(from + 2 * half, to->width);
    cut = gst_qsr_compose_cut(to, from, 0, end - from, to->height);
    gst_qsr_compose_fill(&cut, line);
}

// Columns [x, x + width) of `to` from columns [from_x, ...) of `from`.
static void copy_columns(const QsrPicture *to, gint x, const QsrPicture *from, gint from_x,
                         gint width)
{
    if (width > 0) {
        QsrPicture a = gst_qsr_compose_cut(to, x, 0, width, to->height);
        QsrPicture b = gst_qsr_compose_cut(from, from_x, 0, width, to->height);

        gst_qsr_compose_copy(&a, &b);
    }
}

void gst_qsr_compose_split(const QsrPicture *to, const QsrPicture *left, const QsrPicture *right,
                           gint x, const GstQsrBrush *line)
{
    gint group_width, group_height;

    gst_qsr_compose_group(to->format, &group_width, &group_height);
    x = x >= to->width ? to->width : round_down(MAX(x, 0), group_width);
    copy_columns(to, 0, left, 0, x);
    copy_columns(to, x, right, x, to->width - x);
    if (x > 0 && x < to->width)
        draw_line(to, x, line);
}

void gst_qsr_compose_halves(const QsrPicture *to, const QsrPicture *left, const QsrPicture *right,
                            const GstQsrBrush *line)
{
    gint group_width, group_height, half, from;

    gst_qsr_compose_group(to->format, &group_width, &group_height);
    half = round_down(to->width / 2, group_width);
    from = round_down((to->width - half) / 2, group_width);
    copy_columns(to, 0, left, from, half);
    copy_columns(to, half, right, from, to->width - half);
    if (half > 0)
        draw_line(to, half, line);
}

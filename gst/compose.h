// SPDX-License-Identifier: BSD-2-Clause
//
// Pictures cut, put together and mixed, in all formats of the pad templates. Pure
// functions of memory: no colour is converted, and the same bytes come out on every
// machine. Chroma that two pixels share is never divided: positions and sizes of cuts
// are multiples of gst_qsr_compose_group(), except where a cut ends with the picture.

#ifndef GST_QSR_COMPOSE_H
#define GST_QSR_COMPOSE_H

#include "colour.h"

G_BEGIN_DECLS

// Pixels that share chroma, in each direction: 1 or 2.
void gst_qsr_compose_group(QsrFormat format, gint *width, gint *height);

// A part of a picture, in the same memory.
QsrPicture gst_qsr_compose_cut(const QsrPicture *from, gint x, gint y, gint width, gint height);

// Field 0 (top) or 1 (bottom) of a woven frame, in the same memory and with the height
// of the top one. FALSE: the frame has too few rows for that, and `field` is not to be
// used; that is so with odd heights and, with halved chroma, odd field heights.
gboolean gst_qsr_compose_field(QsrPicture *field, const QsrPicture *frame, gint parity);

// The same as a copy: rows that a frame lacks are repeated, rows that it has no room
// for are left out. `field` is of any height.
void gst_qsr_compose_take_field(const QsrPicture *field, const QsrPicture *frame, gint parity);
void gst_qsr_compose_put_field(const QsrPicture *frame, gint parity, const QsrPicture *field);

// `to` is at most as wide as `from`. Where it is higher the last row is repeated.
void gst_qsr_compose_copy(const QsrPicture *to, const QsrPicture *from);

// Each sample (b * (256 - weight) + a * weight + 128) >> 8; weight 0 to 256. `to` may be
// one of the two.
void gst_qsr_compose_blend(const QsrPicture *to, const QsrPicture *a, const QsrPicture *b,
                           guint weight);

// A row of one colour, `width` pixels of it, as long as `to` is wide at least.
typedef struct {
    GstBuffer *buffer;
    GstVideoFrame frame; // mapped
    QsrPicture picture;
} GstQsrBrush;

// white: else black. Both opaque.
void gst_qsr_brush_init(GstQsrBrush *brush, const GstQsrColour *colour, gint width,
                        gboolean white);
void gst_qsr_brush_clear(GstQsrBrush *brush); // one of zeros is fine
void gst_qsr_compose_fill(const QsrPicture *to, const GstQsrBrush *brush);

// Left of column x picture `left`, then a line as wide as a 960th of the picture, then
// `right`. All have one size. Without a line at the picture's edges.
void gst_qsr_compose_split(const QsrPicture *to, const QsrPicture *left, const QsrPicture *right,
                           gint x, const GstQsrBrush *line);

// The middle of picture `left` in the left half and the same of `right` in the right one.
void gst_qsr_compose_halves(const QsrPicture *to, const QsrPicture *left, const QsrPicture *right,
                            const GstQsrBrush *line);

G_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// Where the pixels of a frame go: the network's factor, the picture that it
// makes, and the place of that in the output. Pure functions, all in pixels of
// whole frames (both fields of an interlaced one).

#ifndef GST_QSR_GEOMETRY_H
#define GST_QSR_GEOMETRY_H

#include <gst/video/video.h>

#include "aspect.h"
#include "capsmath.h"

G_BEGIN_DECLS

// What the properties say about sizes.
typedef struct GstQsrSizing {
    GstQsrFactors factors; // of the models, best first, with 1/1
    gboolean is_scaler;    // the model makes any size from 1 to 4 times in one step
    QsrScale wish;         // from the property `scale`; 0/0: none, caps decide
    gboolean add_borders;
} GstQsrSizing;

// Whether the property `scale` may have that value: 0, or from 1 to 4. FALSE, and `err`
// filled in, if not.
gboolean gst_qsr_sizing_check_scale(gdouble scale, QsrError *err);

typedef struct GstQsrGeometry {
    gint in_width, in_height;
    QsrScale factor;           // of the network; 1/1: there is none to run. QSR_SCALE_ANY: a
                               // scaler makes `net` straight away, which has the size of `dest`
    gint net_width, net_height; // what it makes of the input
    gint out_width, out_height;
    GstVideoRectangle dest;    // where that picture, brought to this size, lies in the output;
                               // what is left around it is border. Starts on whole chroma
                               // samples, of each field where the video is interlaced
} GstQsrGeometry;

// Interlaced video is enlarged field by field: all but progressive.
gboolean gst_qsr_is_interlaced(const GstVideoInfo *info);

// Any input size to any output size:
//  - dest: the whole output, or, with borders, the largest part of it that has the
//    input's display aspect ratio. Borders that would be narrower than two chroma
//    samples together are not made.
//  - factor: the smallest of the models' that makes at least `dest` and is at least the
//    wish; their largest, where none does; 1/1 where `dest` is not larger than the
//    input in any direction, or the input too large for an engine.
void gst_qsr_geometry_plan(GstQsrGeometry *g, const GstQsrSizing *sizing, const GstVideoInfo *in,
                           const GstVideoInfo *out);

// Lines that a factor makes of a frame's; those of an interlaced frame come from each
// field, so that there are always as many of one as of the other. And the inverse;
// 0 as for gst_qsr_size_up().
gint gst_qsr_lines_up(QsrScale factor, gint lines, gboolean interlaced);
gint gst_qsr_lines_down(QsrScale factor, gint lines, gboolean interlaced);

// The output is the input, untouched.
gboolean gst_qsr_geometry_is_passthrough(const GstQsrGeometry *g);

// No model is needed.
gboolean gst_qsr_geometry_is_plain(const GstQsrGeometry *g);

// The network's picture is the output.
gboolean gst_qsr_geometry_is_direct(const GstQsrGeometry *g);

// A point of the output in pixels of the input. Points outside of the picture count
// as the picture's pixel next to them.
void gst_qsr_geometry_to_input(const GstQsrGeometry *g, gdouble *x, gdouble *y);

// A rectangle of the input in pixels of the output, rounded to the nearest.
void gst_qsr_geometry_to_output(const GstQsrGeometry *g, gint *x, gint *y, gint *width,
                                gint *height);

G_END_DECLS

#endif

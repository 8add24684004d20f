// SPDX-License-Identifier: BSD-2-Clause
//
// Where the pixels of a frame go: the network's factor, the picture that it
// makes, and the place of that in the output. Pure functions, all in pixels of
// whole frames (both fields of an interlaced one).

#ifndef GST_QSR_GEOMETRY_H
#define GST_QSR_GEOMETRY_H

#include <gst/video/video.h>

#include "capsmath.h"

G_BEGIN_DECLS

typedef struct GstQsrGeometry {
    gint in_width, in_height;
    QsrScale factor;           // of the network; 1/1: there is none to run
    gint net_width, net_height; // what it makes of the input
    gint out_width, out_height;
    GstVideoRectangle dest;    // where that picture, brought to this size, lies in the output;
                               // what is left around it is border
} GstQsrGeometry;

// For a factor that leads from the input to the output exactly: no border, no
// second scaling.
void gst_qsr_geometry_exact(GstQsrGeometry *g, QsrScale factor, gint in_width, gint in_height);

// The output is the input, untouched.
gboolean gst_qsr_geometry_is_passthrough(const GstQsrGeometry *g);

// The network's picture is the output.
gboolean gst_qsr_geometry_is_direct(const GstQsrGeometry *g);

// A point of the output in pixels of the input, not limited to the picture.
void gst_qsr_geometry_to_input(const GstQsrGeometry *g, gdouble *x, gdouble *y);

// A rectangle of the input in pixels of the output, rounded to the nearest.
void gst_qsr_geometry_to_output(const GstQsrGeometry *g, gint *x, gint *y, gint *width,
                                gint *height);

G_END_DECLS

#endif

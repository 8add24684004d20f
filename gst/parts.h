// SPDX-License-Identifier: BSD-2-Clause
//
// The parts of a frame that are enlarged apart: fields of interlaced video and the
// views of stereo frames. All parts of a frame have the same sizes.

#ifndef GST_QSR_PARTS_H
#define GST_QSR_PARTS_H

#include "compose.h"
#include "geometry.h"

G_BEGIN_DECLS

// What is particular about a frame.
typedef enum { GST_QSR_ONE_VIEW, GST_QSR_SIDE_BY_SIDE, GST_QSR_TOP_BOTTOM } GstQsrViews;
typedef struct GstQsrShot {
    gboolean woven; // two fields of interlaced video
    gint field;     // all of it is one field, 0 top or 1 bottom; else -1
    GstQsrViews views;
    GstClockTime stream_time; // or GST_CLOCK_TIME_NONE
} GstQsrShot;

// Of a mapped frame: from its caps and its flags.
void gst_qsr_shot_init(GstQsrShot *shot, const GstVideoFrame *frame, GstClockTime stream_time);

typedef struct GstQsrParts {
    gint columns, rows;          // of views
    gint n_fields;               // in each of them, 1 or 2
    gint field;                  // the one, where the whole frame is one field; else -1
    gint in_frame_height;        // of a picture as mapped: a field's, where it is one
    gint out_frame_height;
    gint in_width, in_height;    // of a part
    gint net_width, net_height;  // what the model makes of it
    gint dest_width, dest_height; // what becomes of that in the output
    gboolean resized;            // those two differ by more than a row cut off
    GstVideoRectangle dest;      // place of all parts together, on whole groups of pixels
    // Rows of net_height that a top field has to be taken further down, a bottom field
    // further up. 0/1 where there are no fields.
    gint phase_num, phase_den;
} GstQsrParts;

void gst_qsr_parts_init(GstQsrParts *parts, const GstQsrGeometry *g, const GstQsrShot *shot,
                        QsrFormat format);

// Field of part `i`, which has the number i % n_fields in its view; -1 without fields.
gint gst_qsr_parts_field(const GstQsrParts *parts, gint i);

// Views i / n_fields of an input frame and of an output frame, both fields of them.
QsrPicture gst_qsr_parts_input(const GstQsrParts *parts, const QsrPicture *frame, gint i);
QsrPicture gst_qsr_parts_output(const GstQsrParts *parts, const QsrPicture *frame, gint i);

G_END_DECLS

#endif

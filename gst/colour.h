// SPDX-License-Identifier: BSD-2-Clause
//
// From GStreamer's words for samples to the engine's: formats, matrices,
// ranges, chroma siting.

#ifndef GST_QSR_COLOUR_H
#define GST_QSR_COLOUR_H

#include <gst/video/video.h>

#include "src/qsr.h"

G_BEGIN_DECLS

// The formats of both pad templates.
#define GST_QSR_FORMATS \
    "{ I420, YV12, NV12, NV21, Y444, RGB, BGR, RGBx, BGRx, xRGB, xBGR, " \
    "RGBA, BGRA, ARGB, ABGR, GRAY8, NV16, Y42B, YUY2, UYVY, AYUV, A420, " \
    "GBR, GBRA, RGBP, BGRP, P010_10LE, I420_10LE, I422_10LE, Y444_10LE, " \
    "Y210, GBR_10LE, RGB10A2_LE }"

// What the samples of fixed caps mean.
typedef struct {
    GstVideoInfo info;
    GstVideoColorimetry colorimetry; // what the caps say, else GStreamer's default for the size
    GstVideoChromaSite site;         // the same; UNKNOWN for RGB and gray
} GstQsrColour;

gboolean gst_qsr_colour_from_caps(GstQsrColour *colour, const GstCaps *caps);

// Writes colorimetry and chroma-site into a structure of caps with that
// meaning, unless it says so already. GStreamer guesses both from the height
// where they are missing, so leaving them out would turn 480 lines of BT.601
// into 960 lines of "BT.709".
void gst_qsr_colour_write(const GstQsrColour *colour, GstStructure *structure);

// FALSE for a format that is not in the pad templates.
gboolean gst_qsr_format(QsrFormat *format, GstVideoFormat gst);

// Fills in the format, the size and the meaning of the samples; no pointers.
void gst_qsr_picture_init(QsrPicture *pic, const GstQsrColour *colour, gint width, gint height);

// Points the picture at a mapped frame of its format.
void gst_qsr_picture_set_frame(QsrPicture *pic, const GstVideoFrame *frame);

// The reverse: planes and strides of a frame whose `info` describes the picture. It is
// not to be unmapped.
void gst_qsr_picture_to_frame(const QsrPicture *pic, GstVideoFrame *frame);

G_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause

#include "flat.h"

#include <string.h>

static gboolean plane_is_flat(const GstVideoFrame *frame, guint plane)
{
    const guint8 *first = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
    gsize stride = (gsize) GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
    gsize bytes = 0, pixel = 0;
    gint rows = 0;

    // Of packed 4:2:2, a pixel is what chroma repeats after.
    for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(frame); c++) {
        gsize step = (gsize) GST_VIDEO_FRAME_COMP_PSTRIDE(frame, c);

        if ((guint) GST_VIDEO_FRAME_COMP_PLANE(frame, c) != plane)
            continue;
        pixel = MAX(pixel, step);
        bytes = MAX(bytes, step * (gsize) GST_VIDEO_FRAME_COMP_WIDTH(frame, c));
        rows = MAX(rows, GST_VIDEO_FRAME_COMP_HEIGHT(frame, c));
    }
    bytes = MAX(bytes, pixel);
    if (memcmp(first, first + pixel, bytes - pixel) != 0)
        return FALSE;
    for (gint y = 1; y < rows; y++) {
        if (memcmp(first, first + (gsize) y * stride, bytes) != 0)
            return FALSE;
    }
    return TRUE;
}

gboolean gst_qsr_frame_is_flat(const GstVideoFrame *frame)
{
    for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(frame); plane++) {
        if (!plane_is_flat(frame, plane))
            return FALSE;
    }
    return TRUE;
}

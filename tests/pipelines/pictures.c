// SPDX-License-Identifier: BSD-2-Clause
//
// What was shown at which time: however a place in a stream is reached, its picture has the
// same bytes.

#include "watch.h"

struct WatchPictures {
    GHashTable *sums; // PTS to sum, both behind pointers
};

WatchPictures *watch_pictures_new(void)
{
    WatchPictures *pictures = g_new0(WatchPictures, 1);

    pictures->sums = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return pictures;
}

void watch_pictures_free(WatchPictures *pictures)
{
    g_hash_table_unref(pictures->sums);
    g_free(pictures);
}

guint watch_pictures_count(WatchPictures *pictures)
{
    return g_hash_table_size(pictures->sums);
}

// FNV-1a in words of eight bytes: it is to be quick, not to be safe.
static guint64 sum_of(GstBuffer *buffer, const GstVideoInfo *info)
{
    guint64 sum = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    GstVideoFrame frame;

    if (!gst_video_frame_map(&frame, info, buffer, GST_MAP_READ))
        return 0;
    for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&frame); c++) {
        const guint8 *row = GST_VIDEO_FRAME_COMP_DATA(&frame, c);
        gint bytes =
            GST_VIDEO_FRAME_COMP_WIDTH(&frame, c) * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c) -
            GST_VIDEO_FRAME_COMP_POFFSET(&frame, c);

        for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c); y++) {
            for (gint x = 0; x + 8 <= bytes; x += 8) {
                guint64 word;

                memcpy(&word, row + x, 8);
                sum = (sum ^ word) * G_GUINT64_CONSTANT(0x100000001b3);
                sum ^= sum >> 29;
            }
            row += GST_VIDEO_FRAME_COMP_STRIDE(&frame, c);
        }
    }
    gst_video_frame_unmap(&frame);
    return sum;
}

WatchPicture watch_pictures_compare(WatchPictures *pictures, GstBuffer *buffer,
                                    const GstVideoInfo *info)
{
    gint64 pts = (gint64) GST_BUFFER_PTS(buffer);
    guint64 sum = sum_of(buffer, info), *before = g_hash_table_lookup(pictures->sums, &pts);

    if (before)
        return *before == sum && sum ? WATCH_PICTURE_SAME : WATCH_PICTURE_OTHER;
    g_hash_table_insert(pictures->sums, g_memdup2(&pts, sizeof pts),
                        g_memdup2(&sum, sizeof sum));
    return WATCH_PICTURE_NEW;
}

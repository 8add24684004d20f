// SPDX-License-Identifier: BSD-2-Clause

#include "clips.h"

#include <stdlib.h>

#include "watch.h"

static void run_to_end(const gchar *line)
{
    GError *error = NULL;
    GstElement *pipeline = gst_parse_launch(line, &error);
    GstBus *bus;
    GstMessage *message;

    if (!pipeline) {
        g_print("FAIL %s: %s\n", line, error->message);
        exit(1);
    }
    bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered(bus, 120 * GST_SECOND,
                                         GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (!message || GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_print("FAIL this makes no clip: %s\n", line);
        exit(1);
    }
    gst_message_unref(message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(pipeline);
}

gchar *make_clip(const gchar *name, gint width, gint height, guint frames, gboolean sound)
{
    gchar *path = watch_path(name);
    gchar *audio = g_strdup_printf("audiotestsrc num-buffers=%u samplesperbuffer=1600 volume=0.1 ! "
                                   "audio/x-raw,rate=40000,channels=1 ! audioconvert ! vorbisenc ! "
                                   "queue ! m.",
                                   frames);
    // Without a lookahead, which would hold back a short clip from the muxer.
    gchar *line = g_strdup_printf(
        "videotestsrc pattern=smpte-rp-219 horizontal-speed=3 num-buffers=%u ! "
        "video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1 ! "
        "x264enc speed-preset=ultrafast tune=zerolatency key-int-max=12 ! h264parse ! queue ! "
        "matroskamux name=m ! filesink location=%s %s",
        frames, width, height, CLIP_FPS, path, sound ? audio : "");

    run_to_end(line);
    g_free(line);
    g_free(audio);
    return path;
}

gchar *asset_path(const gchar *name)
{
    const gchar *folder = g_getenv("QSR_ASSETS");
    gchar *path = folder ? g_build_filename(folder, "video", name, NULL) : NULL;

    if (path && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        g_clear_pointer(&path, g_free);
    return path;
}

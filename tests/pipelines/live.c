// SPDX-License-Identifier: BSD-2-Clause
//
// A game on the air: the screen is captured, upscaled, encoded and sent by RTP
// over loopback; a receiver shows it in time. QSR_LIVE_SECONDS says for how
// long. Run by live.py, which brings the screen and a program on it.
//
// Latency is what a viewer has: from the drawing, whose time is in the picture,
// to the moment at which the receiver's sink, in time with the clock, shows it.

#include "live_code.h"
#include "watch.h"

#include <stdlib.h>

#define FPS 15

typedef struct {
    GMutex lock;
    GArray *latencies; // ms, of the frames whose time could be read
    guint unreadable;
} Viewer;

// Of the upscaled picture; squares are twice as large.
static gboolean read_time(GstBuffer *buffer, GstPad *pad, guint32 *time)
{
    GstCaps *caps = gst_pad_get_current_caps(pad);
    GstVideoFrame frame;
    GstVideoInfo info;
    guint32 code = 0;

    if (!caps || !gst_video_info_from_caps(&info, caps) ||
        !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
        g_error("a frame cannot be read");
    for (gint i = 0; i < LIVE_CODE_BITS; i++) {
        const guint8 *row = GST_VIDEO_FRAME_PLANE_DATA(&frame, 0);

        row += GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) * LIVE_SQUARE;
        if (row[(2 * i + 1) * LIVE_SQUARE] > 128)
            code |= UINT32_C(1) << i;
    }
    gst_video_frame_unmap(&frame);
    gst_caps_unref(caps);
    *time = code & ((UINT32_C(1) << LIVE_TIME_BITS) - 1);
    return live_code(*time) == code;
}

static void on_show(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
    guint32 now = (guint32) (g_get_monotonic_time() / 1000), time;
    Viewer *viewer = data;

    (void) sink;
    g_mutex_lock(&viewer->lock);
    if (read_time(buffer, pad, &time)) {
        guint32 latency = (now - time) & ((UINT32_C(1) << LIVE_TIME_BITS) - 1);

        g_array_append_val(viewer->latencies, latency);
    } else {
        viewer->unreadable++;
    }
    g_mutex_unlock(&viewer->lock);
}

static gint compare_latencies(gconstpointer a, gconstpointer b)
{
    guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

    return (x > y) - (x < y);
}

static guint32 percentile(const GArray *sorted, guint percent)
{
    return g_array_index(sorted, guint32, (sorted->len - 1) * percent / 100);
}

// The receiver's pipeline is live, and its sink waits for the first frame: nothing to wait for.
static Watch *start_receiver(Viewer *viewer, gint *port)
{
    Watch *watch = watch_launch(
        "receiver", NULL,
        "udpsrc name=in address=127.0.0.1 port=0 "
        "caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96 ! "
        "rtpjitterbuffer latency=50 ! rtph264depay ! h264parse ! avdec_h264 ! "
        "fakesink name=out sync=true qos=true signal-handoffs=true");
    GstElement *in = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "in");
    GstElement *out = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "out");

    g_signal_connect(out, "handoff", G_CALLBACK(on_show), viewer);
    gst_element_set_state(watch_pipeline(watch), GST_STATE_PLAYING);
    g_object_get(in, "port", port, NULL);
    watch_check(watch, *port > 0, "no port");
    gst_object_unref(out);
    gst_object_unref(in);
    return watch;
}

static Watch *start_sender(gint port)
{
    Watch *watch = watch_launch(
        "sender", NULL,
        "ximagesrc use-damage=false show-pointer=false ! video/x-raw,framerate=%d/1 ! "
        "videoconvert ! video/x-raw,format=I420 ! "
        "qsrupscale name=up scale=2 n-threads=2 ! "
        "x264enc tune=zerolatency speed-preset=ultrafast bitrate=8000 key-int-max=30 ! "
        "rtph264pay config-interval=-1 ! udpsink host=127.0.0.1 port=%d sync=false async=false",
        FPS, port);
    GstElement *up = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "up");
    GstPad *pad = gst_element_get_static_pad(up, "src");

    watch_pad(watch, pad);
    watch_expect_factor(watch, 2);
    gst_element_set_state(watch_pipeline(watch), GST_STATE_PLAYING);
    gst_object_unref(pad);
    gst_object_unref(up);
    return watch;
}

int main(int argc, char **argv)
{
    const gchar *wish = g_getenv("QSR_LIVE_SECONDS");
    gdouble seconds = wish ? g_ascii_strtod(wish, NULL) : 10;
    Viewer viewer = {.latencies = g_array_new(FALSE, FALSE, sizeof(guint32))};
    Watch *receiver, *sender;
    WatchSeen sent, shown;
    gint port;

    watch_init(&argc, &argv, "ximagesrc videoconvert x264enc rtph264pay udpsink udpsrc "
                             "rtpjitterbuffer rtph264depay h264parse avdec_h264");
    g_mutex_init(&viewer.lock);
    receiver = start_receiver(&viewer, &port);
    sender = start_sender(port);
    watch_wait_frames(sender, 1);
    for (gdouble waited = 0; waited < seconds; waited += 0.5) {
        watch_wait_seconds(sender, 0.25);
        watch_wait_seconds(receiver, 0.25);
    }
    watch_wait_frames(receiver, 2 * FPS); // however slow the machine is
    watch_seen(sender, &sent);
    watch_seen(receiver, &shown);
    watch_free(sender);
    watch_free(receiver);

    g_array_sort(viewer.latencies, compare_latencies);
    if (viewer.latencies->len == 0 || viewer.unreadable * 10 > viewer.latencies->len) {
        g_print("FAIL the time could be read in %u frames, and not in %u\n",
                viewer.latencies->len, viewer.unreadable);
        return 1;
    }
    g_print("%.0f s at %d frames a second: %u upscaled, %u arrived, %dx%d, %u of them unreadable\n"
            "from the drawing to the viewer: median %u ms, 95 %% %u ms, 99 %% %u ms, "
            "longest %u ms\n",
            seconds, FPS, sent.frames, shown.frames, shown.width, shown.height, viewer.unreadable,
            percentile(viewer.latencies, 50), percentile(viewer.latencies, 95),
            percentile(viewer.latencies, 99), percentile(viewer.latencies, 100));
    g_array_unref(viewer.latencies);
    return 0;
}

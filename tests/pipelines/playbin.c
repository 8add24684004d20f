// SPDX-License-Identifier: BSD-2-Clause
//
// The element as the video-filter of playbin and playbin3, with sound and
// subtitles: 200 seeks between them, rates, properties that change meanwhile, and the next
// file without a gap.

#include "clips.h"
#include "watch.h"

#include <stdlib.h>

#define FRAMES 50
#define FRAME (GST_SECOND / CLIP_FPS)
#define ACCURATE (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE)
// Of GstPlayFlags, which has no header.
#define FLAG_VIDEO 1
#define FLAG_TEXT 4

typedef struct {
    Watch *watch;
    GstElement *playbin, *filter, *sink; // no references
} Player;

static gchar *clip, *next_clip, *subtitles;

static void open_player(Player *player, const gchar *factory, const gchar *scenario)
{
    gchar *name = g_strdup_printf("%s, %s", factory, scenario);
    gchar *uri = watch_uri(clip), *suburi = watch_uri(subtitles);
    GstElement *audio = gst_element_factory_make("fakesink", NULL);

    player->playbin = gst_element_factory_make(factory, NULL);
    player->filter = gst_element_factory_make("qsrupscale", NULL);
    player->sink = gst_element_factory_make("fakesink", NULL);
    g_object_set(player->filter, "n-threads", 2, NULL);
    // In the time of the stream, as players do: one that had ended long before the other would
    // wait for it, and never be PAUSED.
    g_object_set(player->sink, "sync", TRUE, NULL);
    g_object_set(audio, "sync", TRUE, NULL);
    g_object_set(player->playbin, "uri", uri, "suburi", suburi, "video-filter", player->filter,
                 "video-sink", player->sink, "audio-sink", audio, NULL);
    player->watch = watch_new(name, NULL, player->playbin);
    watch_add(player->watch, player->filter);
    watch_add(player->watch, player->sink);
    g_free(suburi);
    g_free(uri);
    g_free(name);
}

static void check_first(Watch *watch, GstClockTime asked)
{
    WatchSeen seen;

    watch_seen(watch, &seen);
    watch_check(watch, seen.since > 0 && seen.first + FRAME > asked &&
                           seen.first < asked + 2 * FRAME,
                "asked for %" GST_TIME_FORMAT ", got %" GST_TIME_FORMAT, GST_TIME_ARGS(asked),
                GST_TIME_ARGS(seen.first));
}

// Now and then something is set that a viewer would set.
static void turn_a_knob(Player *player, guint i)
{
    static const gchar *const knobs[][2] = {
        {"scale", "1.5"}, {"model", "fsr1"},             {"scale", "1"}, {"n-threads", "1"},
        {"scale", "2"},   {"model", "quicksrnet-small"}, {"scale", "3"}, {"n-threads", "2"}};
    guint which = i % G_N_ELEMENTS(knobs);

    gst_util_set_object_arg(G_OBJECT(player->filter), knobs[which][0], knobs[which][1]);
}

static void seeks(const gchar *factory)
{
    GRand *rand = g_rand_new_with_seed(30);
    Player player;

    open_player(&player, factory, "seeks");
    watch_allow_flushed_caps(player.watch);
    watch_set_state(player.watch, GST_STATE_PAUSED);
    for (guint i = 0; i < RANDOM_SEEKS / 2; i++) {
        GstClockTime time = (GstClockTime) g_rand_int_range(rand, 0, FRAMES) * FRAME;

        if (i % 10 == 5)
            watch_set_state(player.watch, i % 20 == 5 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
        if (i % 3 == 2)
            turn_a_knob(&player, i / 3);
        watch_seek(player.watch, 1, ACCURATE, time, GST_CLOCK_TIME_NONE);
        watch_wait_since(player.watch, 1);
        check_first(player.watch, time);
    }
    watch_free(player.watch);
    g_rand_free(rand);
}

static void knobs(const gchar *factory)
{
    WatchSeen seen;
    Player player;

    open_player(&player, factory, "properties while playing");
    watch_set_state(player.watch, GST_STATE_PLAYING);
    for (guint i = 0; i < 16; i++) {
        turn_a_knob(&player, i);
        watch_wait_frames(player.watch, 2 * (i + 1));
    }
    watch_run_to_eos(player.watch);
    watch_seen(player.watch, &seen);
    watch_check(player.watch, seen.frames == FRAMES, "%u frames of %d", seen.frames, FRAMES);
    watch_check(player.watch, seen.width == 480, "the last frame is %d pixels wide", seen.width);
    watch_free(player.watch);
}

static void rates(const gchar *factory)
{
    const gdouble rate[] = {2, -1, 4, -2, 0.5};
    Player player;

    open_player(&player, factory, "rates");
    watch_expect_factor(player.watch, 2);
    // playbin's queues take sound and text in reverse for a mistake of the program.
    g_object_set(player.playbin, "flags", FLAG_VIDEO, "suburi", NULL, NULL);
    watch_set_state(player.watch, GST_STATE_PAUSED);
    for (guint i = 0; i < G_N_ELEMENTS(rate); i++) {
        watch_seek(player.watch, rate[i], ACCURATE, 0, FRAMES * FRAME);
        watch_set_state(player.watch, GST_STATE_PLAYING);
        watch_wait_since(player.watch, 8);
    }
    watch_free(player.watch);
}

typedef struct {
    GBytes *picture;      // the one at one second
    gboolean composition; // it came with text to be blended
} Shown;

static GstPadProbeReturn keep_picture(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Shown *shown = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    GstMapInfo map;

    (void) pad;
    if (GST_BUFFER_PTS(buffer) != 1 * GST_SECOND || shown->picture)
        return GST_PAD_PROBE_OK;
    shown->composition = gst_buffer_get_video_overlay_composition_meta(buffer) != NULL;
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    shown->picture = g_bytes_new(map.data, map.size);
    gst_buffer_unmap(buffer, &map);
    return GST_PAD_PROBE_OK;
}

static Shown show(const gchar *factory, gboolean text)
{
    Shown shown = {NULL, FALSE};
    Player player;
    GstPad *pad;
    gint flags;

    open_player(&player, factory, text ? "subtitles on" : "subtitles off");
    g_object_get(player.playbin, "flags", &flags, NULL);
    if (!text)
        g_object_set(player.playbin, "flags", flags & ~FLAG_TEXT, "suburi", NULL, NULL);
    pad = gst_element_get_static_pad(player.sink, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, keep_picture, &shown, NULL);
    gst_object_unref(pad);
    watch_run_to_eos(player.watch);
    watch_check(player.watch, shown.picture != NULL, "there is no picture at one second");
    watch_free(player.watch);
    return shown;
}

static void subtitles_on(const gchar *factory)
{
    Shown with = show(factory, TRUE), without = show(factory, FALSE);

    if (without.composition ||
        (!with.composition && g_bytes_equal(with.picture, without.picture))) {
        g_print("FAIL %s: the subtitles are not in the picture\n", factory);
        exit(1);
    }
    g_bytes_unref(with.picture);
    g_bytes_unref(without.picture);
}

static void about_to_finish(GstElement *playbin, gint *n)
{
    gchar *uri;

    if (g_atomic_int_add(n, 1) > 0)
        return;
    uri = watch_uri(next_clip);
    g_object_set(playbin, "uri", uri, NULL);
    g_free(uri);
}

static void gapless(const gchar *factory)
{
    WatchSeen seen;
    Player player;
    gint n = 0;

    open_player(&player, factory, "the next file without a gap");
    watch_expect_factor(player.watch, 2);
    // With short clips that have sound, playbin locks itself up, whatever the filter.
    g_object_set(player.playbin, "flags", FLAG_VIDEO, "suburi", NULL, NULL);
    g_signal_connect(player.playbin, "about-to-finish", G_CALLBACK(about_to_finish), &n);
    watch_run_to_eos(player.watch);
    watch_seen(player.watch, &seen);
    watch_check(player.watch, seen.frames == FRAMES + 25, "%u frames of %d", seen.frames,
                FRAMES + 25);
    watch_check(player.watch, seen.width == 256 && seen.height == 128,
                "the second file is shown in %dx%d", seen.width, seen.height);
    watch_free(player.watch);
}

int main(int argc, char **argv)
{
    static const gchar *const factories[] = {"playbin", "playbin3"};
    static const gchar text[] = "1\n00:00:00,200 --> 00:00:01,800\nQuick, small, net\n\n"
                                "2\n00:00:01,900 --> 00:00:02,000\nOf less than 129 bytes, the "
                                "type would not be found\n\n";
    GError *error = NULL;

    watch_init(&argc, &argv, CLIP_ELEMENTS " playbin playbin3 subparse textoverlay "
                                           "audiotestsrc vorbisenc vorbisdec");
    clip = make_clip("clip.mkv", 160, 90, FRAMES, TRUE);
    next_clip = make_clip("next.mkv", 128, 64, 25, TRUE);
    subtitles = watch_path("clip.srt");
    if (!g_file_set_contents(subtitles, text, -1, &error))
        g_error("%s", error->message);
    for (guint i = 0; i < G_N_ELEMENTS(factories); i++) {
        seeks(factories[i]);
        gapless(factories[i]);
    }
    rates("playbin");
    knobs("playbin");
    subtitles_on("playbin");
    g_free(subtitles);
    g_free(next_clip);
    g_free(clip);
    return 0;
}

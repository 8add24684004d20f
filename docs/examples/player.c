// SPDX-License-Identifier: BSD-2-Clause
//
// A player that upscales: player URI. Type n and Enter to see the picture with
// the network and without it, q and Enter to leave.
//
//     cc player.c -o player $(pkg-config --cflags --libs gstreamer-1.0)

#include <gst/gst.h>

typedef struct {
    GMainLoop *loop;
    GstElement *filter;
    int status;
} Player;

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer data)
{
    Player *player = data;

    (void) bus;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = NULL;

        gst_message_parse_error(message, &error, NULL);
        g_printerr("%s\n", error->message);
        g_error_free(error);
        player->status = 1;
    }
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR ||
        GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        g_main_loop_quit(player->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean on_key(GIOChannel *in, GIOCondition condition, gpointer data)
{
    Player *player = data;
    gchar *line = NULL;
    gdouble scale;

    (void) condition;
    if (g_io_channel_read_line(in, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
        return G_SOURCE_REMOVE;
    if (line[0] == 'n') {
        g_object_get(player->filter, "scale", &scale, NULL);
        g_object_set(player->filter, "scale", scale == 1 ? 0.0 : 1.0, NULL);
        g_print("%s\n", scale == 1 ? "upscaled" : "as it is");
    }
    if (line[0] == 'q')
        g_main_loop_quit(player->loop);
    g_free(line);
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
    Player player = {NULL, NULL, 0};
    GIOChannel *in = g_io_channel_unix_new(0);
    GstElement *playbin;
    GstBus *bus;

    gst_init(&argc, &argv);
    playbin = gst_element_factory_make("playbin", NULL);
    player.filter = gst_element_factory_make("qsrupscale", NULL);
    if (argc != 2 || !playbin || !player.filter) {
        g_printerr(argc != 2 ? "usage: player URI\n" : "playbin or qsrupscale is missing\n");
        return 2;
    }
    player.loop = g_main_loop_new(NULL, FALSE);
    g_object_set(playbin, "uri", argv[1], "video-filter", player.filter, NULL);
    bus = gst_element_get_bus(playbin);
    gst_bus_add_watch(bus, on_message, &player);
    g_io_add_watch(in, G_IO_IN | G_IO_HUP, on_key, &player);
    gst_element_set_state(playbin, GST_STATE_PLAYING);
    g_main_loop_run(player.loop);

    gst_element_set_state(playbin, GST_STATE_NULL);
    gst_bus_remove_watch(bus);
    gst_object_unref(bus);
    gst_object_unref(playbin);
    g_io_channel_unref(in);
    g_main_loop_unref(player.loop);
    return player.status;
}

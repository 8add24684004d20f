// SPDX-License-Identifier: BSD-2-Clause
//
// The ground that pipelines under watch stand on: plugins, files, the debug
// log, and what is left at the end.

#include "watch.h"

#include <gst/base/gstbasetransform.h>

#include <stdio.h>
#include <stdlib.h>

static gint own_warnings;
static gint flushed_caps_allowed;
static gint flushed_caps;

guint watch_warnings(void)
{
    return (guint) g_atomic_int_get(&own_warnings);
}

// ------------------------------------------------------------------- files ---

static gchar *folder;

static void remove_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const gchar *name;

    while (dir && (name = g_dir_read_name(dir))) {
        gchar *path = g_build_filename(folder, name, NULL);

        remove(path);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    remove(folder);
    g_clear_pointer(&folder, g_free);
}

gchar *watch_path(const gchar *name)
{
    if (!folder) {
        folder = g_dir_make_tmp("qsr-pipelines-XXXXXX", NULL);
        g_assert(folder);
        atexit(remove_folder);
    }
    return g_build_filename(folder, name, NULL);
}

gchar *watch_uri(const gchar *path)
{
    return gst_filename_to_uri(path, NULL);
}

// --------------------------------------------------------- the debug log ---

void watch_allow_log(gboolean allow)
{
    g_atomic_int_set(&flushed_caps, 0);
    g_atomic_int_set(&flushed_caps_allowed, allow);
}

guint watch_flushed_caps(void)
{
    return (guint) g_atomic_int_get(&flushed_caps);
}

// It is the streaming thread that logs: as long as it is here, the flush cannot end.
static gboolean is_of_flushed_caps(const gchar *function, GObject *object, const gchar *text)
{
    gboolean flushing = FALSE;

    if (!g_atomic_int_get(&flushed_caps_allowed) ||
        strcmp(function, "gst_base_transform_reconfigure_unlocked") != 0 ||
        strcmp(text, "warning: not negotiated") != 0 || !GST_IS_BASE_TRANSFORM(object))
        return FALSE;
    GST_OBJECT_LOCK(GST_BASE_TRANSFORM_SRC_PAD(object));
    flushing = GST_PAD_IS_FLUSHING(GST_BASE_TRANSFORM_SRC_PAD(object));
    GST_OBJECT_UNLOCK(GST_BASE_TRANSFORM_SRC_PAD(object));
    return flushing;
}

static gboolean is_ours(GstDebugCategory *category, GObject *object)
{
    const gchar *name = gst_debug_category_get_name(category);
    GstObject *o = GST_IS_OBJECT(object) ? GST_OBJECT(object) : NULL;

    if (g_str_has_prefix(name, "qsr"))
        return TRUE;
    for (; o; o = GST_OBJECT_PARENT(o))
        if (strcmp(G_OBJECT_TYPE_NAME(o), "GstQsrUpscale") == 0)
            return TRUE;
    return FALSE;
}

static void read_log(GstDebugCategory *category, GstDebugLevel level, const gchar *file,
                     const gchar *function, gint line, GObject *object, GstDebugMessage *message,
                     gpointer data)
{
    (void) data;
    if (level > GST_LEVEL_WARNING || !is_ours(category, object))
        return;
    if (is_of_flushed_caps(function, object, gst_debug_message_get(message))) {
        g_atomic_int_inc(&flushed_caps);
        return;
    }
    g_print("%s of %s in %s:%d %s: %s\n", gst_debug_level_get_name(level),
            gst_debug_category_get_name(category), file, line, function,
            gst_debug_message_get(message));
    g_atomic_int_inc(&own_warnings);
}

// --------------------------------------------------------- what is left ---

static guint list_left(GString *text, const GValue *list)
{
    guint n = list ? gst_value_list_get_size(list) : 0;

    for (guint i = 0; i < n; i++) {
        gchar *line =
            gst_structure_to_string(gst_value_get_structure(gst_value_list_get_value(list, i)));

        g_string_append_printf(text, "  left: %s\n", line);
        g_free(line);
    }
    return n;
}

// By hand, since GST_TRACERS is read before any plugin is known. Whatever is made from now on
// counts, but for what GStreamer itself holds on to, such as caps. Elements, tasks and pads may
// be on their way out in other threads, which the tracer does not take well.
#define TRACED "GstBuffer,GstMemory,GstBufferPool,GstEvent,GstQuery,GstMessage,GstSample"
static GstTracer *leaks;

static void start_leaks_tracer(void)
{
    GList *factories = gst_tracer_factory_get_list();

    for (GList *l = factories; l; l = l->next)
        if (!leaks && strcmp(GST_OBJECT_NAME(l->data), "leaks") == 0)
            leaks = g_object_new(gst_tracer_factory_get_tracer_type(l->data),
                                 "params", "filters=\"" TRACED "\"", NULL);
    gst_plugin_feature_list_free(factories);
}

guint watch_count_left(void)
{
    guint n = 0;

    for (guint patience = 100; leaks && patience > 0; patience--) {
        GString *text = g_string_new(NULL);
        GstStructure *info = NULL;

        g_signal_emit_by_name(leaks, "get-live-objects", &info);
        n = list_left(text, info ? gst_structure_get_value(info, "live-objects-list") : NULL);
        gst_clear_structure(&info);
        if (n > 0 && patience == 1)
            g_print("%s", text->str);
        g_string_free(text, TRUE);
        if (n == 0)
            break;
        g_usleep(20000);
    }
    return n;
}

// ----------------------------------------------------------------- plugins ---

gboolean watch_has(const gchar *elements)
{
    gchar **names = g_strsplit(elements, " ", -1);
    gboolean all = TRUE;

    for (gchar **name = names; *name; name++) {
        GstElementFactory *factory = **name ? gst_element_factory_find(*name) : NULL;

        if (factory)
            gst_object_unref(factory);
        else if (**name) {
            g_print("there is no element %s\n", *name);
            all = FALSE;
        }
    }
    g_strfreev(names);
    return all;
}

static guint n_run, n_left_out;
static gboolean lacks_elements;

void watch_left_out(const gchar *what, const gchar *lacks)
{
    n_left_out++;
    if (strcmp(lacks, "no clips") != 0)
        lacks_elements = TRUE;
    g_print("left out: %s (%s)\n", what, lacks);
}

void watch_count_run(void)
{
    n_run++;
}

int watch_result(void)
{
    g_print("%u pipelines run, %u left out\n", n_run, n_left_out);
    if (n_left_out == 0)
        return 0;
    // The last line of both streams together, whatever a library has written to this one.
    g_printerr("skipped in part, %u of %u: %s\n", n_left_out, n_run + n_left_out,
               lacks_elements ? "GStreamer elements are missing" : "no clips beside the checkout");
    return 77;
}

// One by one, not all there are: some of them do strange things when loaded.
static const gchar *const plugins[] = {
    "coretracers", "coreelements", "typefindfunctions", "playback", "videoconvertscale",
    "videotestsrc",
    "audiotestsrc", "audioconvert", "audioresample", "volume", "videorate", "compositor", "pango",
    "subparse", "app", "matroska", "isomp4", "videoparsersbad", "y4mdec", "rawparse", "x264", "vpx",
    "libav", "udp", "rtp", "rtpmanager", "ximagesrc", "autodetect", "overlaycomposition",
    "vorbis", "audioparsers", "videofilter", "navigationtest", "alpha", "deinterlace", "debug"};

void watch_init(int *argc, char ***argv, const gchar *elements)
{
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
    if (!g_getenv("GST_DEBUG"))
        gst_debug_set_default_threshold(GST_LEVEL_WARNING);
    gst_init(argc, argv);
    if (!g_getenv("GST_DEBUG"))
        gst_debug_remove_log_function(NULL);
    gst_debug_add_log_function(read_log, NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(plugins); i++) {
        gchar *name = g_strdup_printf("libgst%s.so", plugins[i]);
        gchar *path = g_build_filename(PLUGINS_DIR, name, NULL);
        GstPlugin *plugin = gst_plugin_load_file(path, NULL);

        if (plugin)
            gst_object_unref(plugin);
        g_free(path);
        g_free(name);
    }
    start_leaks_tracer();
    if (!watch_has("qsrupscale")) {
        g_print("the plugin under test is not to be found\n");
        exit(1);
    }
    if (!watch_has(elements)) {
        g_print("skipped: GStreamer plugins are missing\n");
        exit(77);
    }
}

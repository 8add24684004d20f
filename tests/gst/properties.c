// SPDX-License-Identifier: BSD-2-Clause
//
// Properties: defaults, and changes while frames flow.

#include "common.h"

#define W 32
#define H 24

static void push_frames(GstHarness *h, gint n)
{
    for (gint i = 0; i < n; i++) {
        GstBuffer *out = gst_harness_push_and_pull(h, test_picture_of("I420", W, H, (guint) i));

        fail_unless(out != NULL);
        gst_buffer_unref(out);
    }
}

static void expect_size(GstHarness *h, gint width, gint height)
{
    gint w, h_out;

    push_frames(h, 2);
    test_out_size(h, &w, &h_out);
    fail_unless(w == width && h_out == height, "%dx%d instead of %dx%d", w, h_out, width, height);
}

GST_START_TEST(test_defaults)
{
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);
    const gchar *const names[] = {"scale", "model", "backend", "n-threads"};
    gdouble scale;
    gchar *model;
    gint backend;
    guint n;
    gboolean qos;

    gst_object_ref_sink(element);
    g_object_get(element, "scale", &scale, "model", &model, "backend", &backend, "n-threads", &n,
                 "qos", &qos, NULL);
    fail_unless(scale == 0 && backend == 0 && n == 0 && qos);
    fail_unless_equals_string(model, TEST_MODEL);
    g_free(model);

    g_object_set(element, "model", NULL, NULL); // back to the default
    g_object_get(element, "model", &model, NULL);
    fail_unless_equals_string(model, TEST_MODEL);
    g_free(model);

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), names[i]);

        fail_unless(spec && (spec->flags & GST_PARAM_MUTABLE_PLAYING), "%s", names[i]);
    }
    gst_object_unref(element);
}
GST_END_TEST;

// The factor changes with the next frame, through all of them and back.
GST_START_TEST(test_scale_live)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    const gdouble scales[] = {3, 1, 1.5, 2.5, 4, 0, 1.25, 1, 2};
    const gint widths[] = {96, 32, 48, 80, 128, 64, 40, 32, 64};

    test_set_src_caps(h, "I420", W, H, NULL);
    expect_size(h, 2 * W, 2 * H);
    for (guint i = 0; i < G_N_ELEMENTS(scales); i++) {
        g_object_set(h->element, "scale", scales[i], NULL);
        expect_size(h, widths[i], widths[i] * H / W);
    }
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    test_harness_end(h, bus);
}
GST_END_TEST;

// Upstream hears of it, too: it might have chosen its size by the factor.
GST_START_TEST(test_scale_live_reconfigures_upstream)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstEvent *event;
    gint n = 0;

    test_set_src_caps(h, "I420", W, H, NULL);
    push_frames(h, 1);
    while ((event = gst_harness_try_pull_upstream_event(h)))
        gst_event_unref(event);
    g_object_set(h->element, "scale", 3.0, NULL);
    while ((event = gst_harness_try_pull_upstream_event(h))) {
        n += GST_EVENT_TYPE(event) == GST_EVENT_RECONFIGURE;
        gst_event_unref(event);
    }
    fail_unless_equals_int(n, 1);
    g_object_set(h->element, "scale", 3.0, NULL); // no change, no event
    fail_unless(gst_harness_try_pull_upstream_event(h) == NULL);
    test_harness_end(h, NULL);
}
GST_END_TEST;

GST_START_TEST(test_impossible_scale_live)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    gdouble scale;

    test_set_src_caps(h, "I420", W, H, NULL);
    push_frames(h, 1);
    g_object_set(h->element, "scale", 0.5, NULL);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
                        "scale=0.5 is not possible; use a number from 1 to 4, or 0 to let");
    g_object_get(h->element, "scale", &scale, NULL);
    fail_unless(scale == 2);
    expect_size(h, 2 * W, 2 * H);
    test_harness_end(h, bus);
}
GST_END_TEST;

static GstBuffer *frame(GstHarness *h)
{
    return gst_harness_push_and_pull(h, test_picture_of("I420", W, H, 77));
}

// A model can be swapped for another, with another factor or the same.
GST_START_TEST(test_model_live)
{
    GstBus *bus;
    GstHarness *h = test_harness("", &bus);
    gchar *two = test_model_file("two.qsr", QSR_SCALE(2, 1), 1);
    gchar *other = test_model_file("other.qsr", QSR_SCALE(2, 1), 2);
    gchar *three = test_model_file("three.qsr", QSR_SCALE(3, 1), 3);
    GstBuffer *builtin, *a, *b, *a2;
    GstVideoInfo info;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);
    test_set_src_caps(h, "I420", W, H, NULL);
    builtin = frame(h);
    g_object_set(h->element, "model", two, NULL);
    a = frame(h);
    g_object_set(h->element, "model", other, NULL);
    b = frame(h);
    g_object_set(h->element, "model", two, NULL);
    a2 = frame(h);

    test_assert_same_picture(a, a2, &info);
    {
        GstMapInfo ma, mb, mc;

        gst_buffer_map(a, &ma, GST_MAP_READ);
        gst_buffer_map(b, &mb, GST_MAP_READ);
        gst_buffer_map(builtin, &mc, GST_MAP_READ);
        fail_unless(memcmp(ma.data, mb.data, ma.size) != 0);
        fail_unless(memcmp(ma.data, mc.data, ma.size) != 0);
        gst_buffer_unmap(a, &ma);
        gst_buffer_unmap(b, &mb);
        gst_buffer_unmap(builtin, &mc);
    }
    gst_buffer_unref(a);
    gst_buffer_unref(b);
    gst_buffer_unref(a2);
    gst_buffer_unref(builtin);

    g_object_set(h->element, "model", three, NULL);
    expect_size(h, 3 * W, 3 * H);
    g_object_set(h->element, "model", TEST_MODEL, NULL);
    expect_size(h, 2 * W, 2 * H);
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    g_free(two);
    g_free(other);
    g_free(three);
    test_harness_end(h, bus);
}
GST_END_TEST;

// A model that cannot be had changes nothing.
GST_START_TEST(test_broken_model_live)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    gchar *broken = test_write_file("broken.qsr", "\x89QSR", 4), *model;

    test_set_src_caps(h, "I420", W, H, NULL);
    expect_size(h, 2 * W, 2 * H);
    g_object_set(h->element, "model", "/no/such/file.qsr", NULL);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
                        "/no/such/file.qsr");
    g_object_set(h->element, "model", broken, NULL);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
                        "broken.qsr");
    g_object_get(h->element, "model", &model, NULL);
    fail_unless_equals_string(model, TEST_MODEL);
    expect_size(h, 2 * W, 2 * H);
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    g_free(model);
    g_free(broken);
    test_harness_end(h, bus);
}
GST_END_TEST;

// Another number of threads, the same picture. A backend that is not there is worth
// a warning, and the frames go on; one that may not be missing is refused.
GST_START_TEST(test_threads_and_backend_live)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2 n-threads=1", &bus);
    GstBuffer *plain, *out;
    GstVideoInfo info;
    gint backend;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);
    test_set_src_caps(h, "I420", W, H, NULL);
    plain = frame(h);
    for (guint n = 0; n <= 5; n++) {
        g_object_set(h->element, "n-threads", n, NULL);
        out = frame(h);
        test_assert_same_picture(plain, out, &info);
        gst_buffer_unref(out);
    }
    test_assert_no_message(bus, GST_MESSAGE_WARNING);

    g_object_set(h->element, "hexagon-library", "libno-such-library.so", NULL);
    gst_util_set_object_arg(G_OBJECT(h->element), "backend", "hexagon");
    g_object_get(h->element, "backend", &backend, NULL);
    fail_unless_equals_int(backend, QSR_BACKEND_HEXAGON);
    for (gint i = 0; i < 3; i++) {
        out = frame(h);
        test_assert_same_picture(plain, out, &info);
        gst_buffer_unref(out);
    }
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                        "libno-such-library.so");
    test_assert_no_message(bus, GST_MESSAGE_WARNING); // once, not with every frame
    g_object_set(h->element, "hexagon-fallback", FALSE, NULL);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
                        "libno-such-library.so");
    out = frame(h);
    test_assert_same_picture(plain, out, &info);
    gst_buffer_unref(out);
    test_assert_no_message(bus, GST_MESSAGE_WARNING);
    gst_util_set_object_arg(G_OBJECT(h->element), "backend", "cpu");
    out = frame(h);
    test_assert_same_picture(plain, out, &info);
    gst_buffer_unref(out);
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    gst_buffer_unref(plain);
    test_harness_end(h, bus);
}
GST_END_TEST;

typedef struct {
    GstElement *element;
    const gchar *model;
    gint n;
} Swap;

static GstPadProbeReturn swap_model(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Swap *swap = data;

    (void) pad;
    if (GST_QUERY_TYPE(GST_PAD_PROBE_INFO_QUERY(info)) == GST_QUERY_CAPS && swap->n++ == 0)
        g_object_set(swap->element, "model", swap->model, NULL);
    return GST_PAD_PROBE_OK;
}

// The model changes in the middle of a negotiation, while downstream is asked
// what it takes: what was begun is finished, and the next frame starts anew.
GST_START_TEST(test_model_within_negotiation)
{
    GstBus *bus;
    gchar *three = test_model_file("three.qsr", QSR_SCALE(3, 1), 3);
    gchar *two = test_model_file("two.qsr", QSR_SCALE(2, 1), 1);
    gchar *line = g_strdup_printf("model=%s", three);
    GstHarness *h = test_harness(line, &bus);
    Swap swap = {h->element, two, 0};
    gint w, height;

    gst_pad_add_probe(h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, swap_model, &swap, NULL);
    test_set_src_caps(h, "I420", W, H, NULL);
    fail_unless(swap.n > 0);
    test_out_size(h, &w, &height);
    fail_unless(w == 3 * W && height == 3 * H, "%dx%d", w, height);
    expect_size(h, 2 * W, 2 * H);
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    g_free(line);
    g_free(two);
    g_free(three);
    test_harness_end(h, bus);
}
GST_END_TEST;

// The presets that are shipped set properties that there are to values that are possible.
GST_START_TEST(test_presets)
{
    static const struct {
        const gchar *name, *qos_mode;
        guint budget;
    } rows[] = {{"battery", "degrade", 30}, {"live", "degrade", 80}, {"quality", "off", 100}};
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);
    gchar **names;

    gst_object_ref_sink(element);
    names = gst_preset_get_preset_names(GST_PRESET(element));
    fail_unless(names && g_strv_length(names) == G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        GParamSpecEnum *modes = G_PARAM_SPEC_ENUM(
            g_object_class_find_property(G_OBJECT_GET_CLASS(element), "qos-mode"));
        gchar *comment, *model;
        guint budget;
        gint mode;

        fail_unless_equals_string(names[i], rows[i].name); // they come sorted
        fail_unless(gst_preset_get_meta(GST_PRESET(element), names[i], "comment", &comment));
        g_free(comment);
        fail_unless(gst_preset_load_preset(GST_PRESET(element), names[i]));
        g_object_get(element, "model", &model, "qos-mode", &mode, "cpu-budget", &budget, NULL);
        fail_unless_equals_string(g_enum_get_value(modes->enum_class, mode)->value_nick,
                                  rows[i].qos_mode);
        fail_unless_equals_int(budget, rows[i].budget);
        fail_unless(gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_SUCCESS,
                    "%s: %s", names[i], model);
        gst_element_set_state(element, GST_STATE_NULL);
        g_free(model);
    }
    g_strfreev(names);
    gst_object_unref(element);
}
GST_END_TEST;

// ----------------------------------------------------------------- the settled line ---

// Lines of this element's settled state in the debug log, which the environment has put into
// a file; `last` becomes the last of them. (GStreamer leaks a little with each log function.)
static gint settled_lines(GstHarness *h, gchar **last)
{
    gchar *text, **lines, *of = g_strdup_printf(":<%s>", GST_OBJECT_NAME(h->element));
    gint n = 0;

    fail_unless(g_file_get_contents(g_getenv("GST_DEBUG_FILE"), &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (gint i = 0; lines[i]; i++) {
        if (!strstr(lines[i], of) || !strstr(lines[i], " fps, "))
            continue;
        n++;
        g_free(*last);
        *last = g_strdup(strstr(lines[i], of));
    }
    g_strfreev(lines);
    g_free(text);
    g_free(of);
    return n;
}

// One line of INFO after 60 frames, and what it says of sizes, network, model and mode.
GST_START_TEST(test_settled_line)
{
    static const struct {
        const gchar *properties;
        gint out_width, out_height;
        const gchar *says, *and, *not;
    } rows[] = {
        {"scale=2 qos-mode=drop", 64, 48, "32x24 to 64x48 (network 2/1, I420, ",
         "quicksrnet-small on rung 0 of 3 (quicksrnet-small), ", "no "},
        {"model=fsr1 qos-mode=off", 55, 41, "32x24 to 55x41 (no network, I420, ",
         "fsr1 on rung 0 of 2 (fsr1), ", "no engine"},
        {"qos-mode=degrade", 30, 20, "32x24 to 30x20 (no network, I420, ", "no engine, ", "rung"},
    };

    if (!g_getenv("GST_DEBUG_FILE")) {
        g_print("the settled line: left out, GST_DEBUG_FILE is not set\n");
        return;
    }
    if (!gst_debug_is_active())
        gst_debug_set_active(TRUE);
    gst_debug_set_color_mode(GST_DEBUG_COLOR_MODE_OFF);
    gst_debug_set_threshold_for_name("qsrupscale", GST_LEVEL_INFO);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        GstHarness *h = test_harness(rows[i].properties, NULL);
        const gchar *mode = strstr(rows[i].properties, "qos-mode=") + strlen("qos-mode=");
        gchar *want = g_strdup_printf("qos-mode %s (live), budget 100 %%", mode);
        gchar *line = NULL;
        GstCaps *caps = test_caps("I420", rows[i].out_width, rows[i].out_height, NULL);

        gst_harness_set_sink_caps(h, caps);
        test_set_src_caps(h, "I420", W, H, NULL);
        push_frames(h, 59);
        fail_unless_equals_int(settled_lines(h, &line), 0);
        push_frames(h, 1);
        fail_unless_equals_int(settled_lines(h, &line), 1);
        push_frames(h, 70);
        fail_unless_equals_int(settled_lines(h, &line), 1);
        fail_unless(strstr(line, rows[i].says) && strstr(line, rows[i].and) &&
                        strstr(line, want) && !strstr(line, rows[i].not),
                    "%s: %s", rows[i].properties, line);
        g_free(line);
        g_free(want);
        test_harness_end(h, NULL);
    }
    gst_debug_unset_threshold_for_name("qsrupscale");
}
GST_END_TEST;

static Suite *properties_suite(void)
{
    Suite *s = suite_create("properties");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_defaults);
    tcase_add_test(tc, test_scale_live);
    tcase_add_test(tc, test_scale_live_reconfigures_upstream);
    tcase_add_test(tc, test_impossible_scale_live);
    tcase_add_test(tc, test_model_live);
    tcase_add_test(tc, test_broken_model_live);
    tcase_add_test(tc, test_threads_and_backend_live);
    tcase_add_test(tc, test_model_within_negotiation);
    tcase_add_test(tc, test_presets);
    tcase_add_test(tc, test_settled_line);
    return s;
}

GST_CHECK_MAIN(properties)

// SPDX-License-Identifier: BSD-2-Clause
//
// Models that cannot be used, and backends that are not there, stop the element
// before PAUSED, with the reason.

#include <glib/gstdio.h>
#include <unistd.h>

#include "common.h"
#include "gst/models.h"
#include "tests/engine/testmodel.h"

// Fails unless the element refuses to go to PAUSED, thrice, and comes down
// properly each time.
static void refused(const gchar *model, gdouble scale, const gchar *backend, GQuark domain,
                    gint code, const gchar *text)
{
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);
    GstBus *bus = gst_bus_new();

    fail_unless(element != NULL);
    gst_object_ref_sink(element);
    gst_element_set_bus(element, bus);
    g_object_set(element, "scale", scale, NULL);
    if (model)
        g_object_set(element, "model", model, NULL);
    if (backend)
        gst_util_set_object_arg(G_OBJECT(element), "backend", backend);
    for (gint i = 0; i < 3; i++) {
        fail_unless_equals_int(gst_element_set_state(element, GST_STATE_READY),
                               GST_STATE_CHANGE_SUCCESS);
        test_assert_no_message(bus, GST_MESSAGE_ERROR);
        fail_unless_equals_int(gst_element_set_state(element, GST_STATE_PAUSED),
                               GST_STATE_CHANGE_FAILURE);
        test_assert_message(bus, GST_MESSAGE_ERROR, domain, code, text);
        test_assert_no_message(bus, GST_MESSAGE_ERROR);
        fail_unless_equals_int(gst_element_set_state(element, GST_STATE_NULL),
                               GST_STATE_CHANGE_SUCCESS);
    }
    gst_element_set_bus(element, NULL);
    gst_object_unref(bus);
    ASSERT_OBJECT_REFCOUNT(element, "qsrupscale", 1);
    gst_object_unref(element);
}

GST_START_TEST(test_unknown_name)
{
    refused("no-such-model", 0, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
            "no-such-model");
    refused("no-such-model", 2, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
            TEST_MODEL); // names what there is
}
GST_END_TEST;

GST_START_TEST(test_missing_file)
{
    refused("/no/such/file.qsr", 0, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
            "/no/such/file.qsr");
    refused("./nothing", 0, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "./nothing");
}
GST_END_TEST;

GST_START_TEST(test_unreadable_file)
{
    gchar *path = test_model_file("unreadable.qsr", QSR_SCALE(2, 1), 1);

    refused("/proc/self", 0, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, "/proc/self");
    if (geteuid() != 0) { // root reads everything
        g_chmod(path, 0);
        refused(path, 0, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, path);
    }
    g_free(path);
}
GST_END_TEST;

static void refused_bytes(const gchar *name, const gchar *data, gsize size, const gchar *text)
{
    gchar *path = test_write_file(name, data, size);

    refused(path, 0, NULL, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, name);
    refused(path, 0, NULL, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, text);
    g_free(path);
}

GST_START_TEST(test_broken_files)
{
    gsize size;
    gchar *data = test_model_bytes(QSR_SCALE(2, 1), 3, &size), *bad;

    refused_bytes("empty.qsr", "", 0, "empty.qsr");
    refused_bytes("text.qsr", "This is not a model.\n", 21, "text.qsr");
    refused_bytes("short.qsr", data, size - 1, "short.qsr");
    refused_bytes("half.qsr", data, size / 2, "half.qsr");

    bad = g_malloc(size + 4);
    memcpy(bad, data, size);
    memset(bad + size, 0, 4);
    refused_bytes("long.qsr", bad, size + 4, "long.qsr");

    memcpy(bad, data, size);
    bad[size / 2] ^= 0x10;
    refused_bytes("flipped.qsr", bad, size, "flipped.qsr");

    // Sealed again, it still fails its own self-test.
    test_seal_model(bad, size);
    refused_bytes("resealed.qsr", bad, size, "resealed.qsr");

    memcpy(bad, data, size);
    bad[24] = 2;
    test_seal_model(bad, size);
    refused_bytes("architecture.qsr", bad, size, "architecture");

    memcpy(bad, data, size);
    bad[8] = 2;
    test_seal_model(bad, size);
    refused_bytes("version.qsr", bad, size, "version");

    g_free(bad);
    g_free(data);
}
GST_END_TEST;

GST_START_TEST(test_scale_of_a_file)
{
    static const struct {
        gdouble scale;
        gint width, height; // of the output of 12x9
    } table[] = {{0, 36, 27}, {3, 36, 27}, {1, 12, 9}, {2, 24, 18}, {4, 48, 36}, {2.5, 30, 23}};
    gchar *path = test_model_file("three.qsr", QSR_SCALE(3, 1), 5);

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        gchar *line = g_strdup_printf("model=%s scale=%g", path, table[i].scale);
        GstHarness *h = test_harness(line, NULL);
        GstBuffer *out;
        gint w, height;

        test_set_src_caps(h, "GRAY8", 12, 9, NULL);
        out = gst_harness_push_and_pull(h, test_picture_of("GRAY8", 12, 9, 1));
        fail_unless(out != NULL);
        test_out_size(h, &w, &height);
        fail_unless(w == table[i].width && height == table[i].height, "scale=%g: %dx%d",
                    table[i].scale, w, height);
        gst_buffer_unref(out);
        test_harness_end(h, NULL);
        g_free(line);
    }
    g_free(path);
}
GST_END_TEST;

GST_START_TEST(test_impossible_scale)
{
    refused(NULL, 0.5, NULL, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
            "scale=0.5 is not possible; use a number from 1 to 4, or 0");
    refused(NULL, 0.99, NULL, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, "scale=0.99");
}
GST_END_TEST;

// After a refusal the same element works with a model that is there.
GST_START_TEST(test_recovers)
{
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);

    gst_object_ref_sink(element);
    g_object_set(element, "model", "no-such-model", NULL);
    fail_unless_equals_int(gst_element_set_state(element, GST_STATE_PAUSED),
                           GST_STATE_CHANGE_FAILURE);
    g_object_set(element, "model", TEST_MODEL, NULL);
    fail_unless_equals_int(gst_element_set_state(element, GST_STATE_PAUSED),
                           GST_STATE_CHANGE_SUCCESS);
    fail_unless_equals_int(gst_element_set_state(element, GST_STATE_NULL),
                           GST_STATE_CHANGE_SUCCESS);
    gst_object_unref(element);
}
GST_END_TEST;

// Nothing but the models' names is needed to know what is possible before
// anything was opened.
GST_START_TEST(test_caps_while_stopped)
{
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);
    GstPad *src = gst_element_get_static_pad(element, "src");
    GstCaps *caps;

    gst_object_ref_sink(element);
    g_object_set(element, "model", "no-such-model", "scale", 3.0, NULL);
    caps = gst_pad_query_caps(src, NULL);
    fail_if(gst_caps_is_empty(caps));
    gst_caps_unref(caps);
    gst_object_unref(src);
    gst_object_unref(element);
}
GST_END_TEST;

GST_START_TEST(test_families)
{
    static const struct {
        const gchar *a, *b;
        gboolean same;
    } rows[] = {
        {"quicksrnet-small", "quicksrnet-large", TRUE},
        {"quicksrnet-small", "quicksrnet-small-game", FALSE},
        {"quicksrnet-medium-game", "quicksrnet-small-game", TRUE},
        {"sesr-m5", "sesr-m11", TRUE},
        {"sesr-m5", "sesr-xl", TRUE},
        {"sesr-m5", "sesr-m5-game", FALSE},
        {"sesr-m5", "quicksrnet-m5", FALSE},
        {"quicksrnet-small", "quicksrnet-smaller", FALSE},
        {"quicksrnet-m", "quicksrnet-m5", FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        fail_unless(gst_qsr_models_same_family(rows[i].a, rows[i].b) == rows[i].same, "%s %s",
                    rows[i].a, rows[i].b);
        fail_unless(gst_qsr_models_same_family(rows[i].b, rows[i].a) == rows[i].same);
    }
}
GST_END_TEST;

// Fails unless these are the rungs of a model at 2x, and all of them.
static void assert_rungs(const gchar *name, ...)
{
    const QsrScale two = QSR_SCALE(2, 1);
    GstQsrModels *models, *m;
    const gchar *expected;
    gdouble work = G_MAXDOUBLE;
    QsrError err;
    va_list args;

    m = models = gst_qsr_models_open(name, &err);
    fail_unless(models != NULL, "%s", err.message);
    va_start(args, name);
    while ((expected = va_arg(args, const gchar *))) {
        fail_unless(m && gst_qsr_models_find(m, two), "%s: no %s", name, expected);
        fail_unless_equals_string(qsr_model_info(gst_qsr_models_find(m, two))->name, expected);
        fail_unless(gst_qsr_model_work(gst_qsr_models_find(m, two), two) < work);
        work = gst_qsr_model_work(gst_qsr_models_find(m, two), two);
        m = m->cheaper;
    }
    va_end(args);
    fail_unless(m == NULL);
    gst_qsr_models_unref(models);
}

// The smaller models of the family, those that are there, and then the scalers.
GST_START_TEST(test_rungs)
{
    QsrTestModelSpec spec = {.scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1, .seed = 1};
    uint8_t *file;
    gsize size;
    gchar *path;

    assert_rungs("quicksrnet-small", "quicksrnet-small", "fsr1", "bicubic", NULL);
    assert_rungs("fsr1", "fsr1", "bicubic", NULL);
    assert_rungs("bicubic", "bicubic", NULL);

    // A file: Small, if that is less work.
    for (spec.blocks = 1; spec.blocks <= 5; spec.blocks += 4) {
        size = qsr_test_model(&file, &spec);
        path = test_write_file("rungs.qsr", (const gchar *) file, size);
        free(file);
        if (spec.blocks == 1)
            assert_rungs(path, "test-model", "fsr1", "bicubic", NULL);
        else
            assert_rungs(path, "test-model", "quicksrnet-small", "fsr1", "bicubic", NULL);
        g_free(path);
    }
}
GST_END_TEST;

// Whatever models are built in: each has the scalers at its end, at all of its factors.
GST_START_TEST(test_rungs_of_all)
{
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        GstQsrModels *models, *m;
        gdouble work = G_MAXDOUBLE;
        QsrError err;
        gint n = 0;

        models = gst_qsr_models_open(b->name, &err);
        fail_unless(models != NULL, "%s", err.message);
        for (m = models; m; m = m->cheaper) {
            QsrModel *model = gst_qsr_models_find(m, b->scale);
            gboolean scaler;

            if (!model)
                continue;
            scaler = g_strv_contains((const gchar *const *) qsr_scaler_names(),
                                     qsr_model_info(model)->name);
            fail_unless(scaler || gst_qsr_model_work(model, b->scale) < work);
            work = gst_qsr_model_work(model, b->scale);
            n++;
        }
        fail_unless(n >= 3, "%s: %d rungs", b->name, n);
        gst_qsr_models_unref(models);
    }
}
GST_END_TEST;

static Suite *models_suite(void)
{
    Suite *s = suite_create("models");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_unknown_name);
    tcase_add_test(tc, test_missing_file);
    tcase_add_test(tc, test_unreadable_file);
    tcase_add_test(tc, test_broken_files);
    tcase_add_test(tc, test_scale_of_a_file);
    tcase_add_test(tc, test_impossible_scale);
    tcase_add_test(tc, test_recovers);
    tcase_add_test(tc, test_caps_while_stopped);
    tcase_add_test(tc, test_families);
    tcase_add_test(tc, test_rungs);
    tcase_add_test(tc, test_rungs_of_all);
    return s;
}

GST_CHECK_MAIN(models)

// SPDX-License-Identifier: BSD-2-Clause

#include "common.h"

#include <glib/gstdio.h>

#include "tests/engine/testmodel.h"

static gchar *folder;

static void remove_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const gchar *name;

    while (dir && (name = g_dir_read_name(dir))) {
        gchar *path = g_build_filename(folder, name, NULL);

        g_remove(path);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(folder);
    g_clear_pointer(&folder, g_free);
}

static const gchar *own_folder(void)
{
    if (!folder) {
        folder = g_dir_make_tmp("qsr-test-XXXXXX", NULL);
        g_assert_nonnull(folder);
        atexit(remove_folder);
    }
    return folder;
}

void test_setup(void)
{
    static gsize once;

    if (g_once_init_enter(&once)) {
        GError *error = NULL;
        GstPlugin *plugin = gst_plugin_load_file(CORE_ELEMENTS, &error);

        g_assert_no_error(error);
        gst_object_unref(plugin);
        g_once_init_leave(&once, 1);
    }
}

gboolean test_load_plugin(const gchar *file)
{
    gchar *plugins = g_path_get_dirname(CORE_ELEMENTS);
    gchar *path = g_build_filename(plugins, file, NULL);
    GstPlugin *plugin = gst_plugin_load_file(path, NULL);
    gboolean loaded = plugin != NULL;

    g_clear_object(&plugin);
    g_free(path);
    g_free(plugins);
    return loaded;
}

GstHarness *test_harness(const gchar *properties, GstBus **bus)
{
    // A harness is live, and no test shall depend on how fast the machine is.
    gchar *line = g_strdup_printf("qsrupscale qos-mode=drop %s", properties ? properties : "");
    GError *error = NULL;
    GstElement *element = gst_parse_launch(line, &error);
    GstHarness *h;

    g_assert_no_error(error);
    if (bus) {
        *bus = gst_bus_new();
        gst_element_set_bus(element, *bus);
    }
    gst_object_ref_sink(element);
    h = gst_harness_new_with_element(element, "sink", "src");
    gst_object_unref(element);
    g_free(line);
    return h;
}

void test_harness_end(GstHarness *h, GstBus *bus)
{
    if (bus) {
        gst_bus_set_flushing(bus, TRUE);
        gst_element_set_bus(h->element, NULL);
        gst_object_unref(bus);
    }
    gst_harness_teardown(h);
}

GstCaps *test_caps(const gchar *format, gint width, gint height, const gchar *more)
{
    gchar *text = g_strdup_printf("video/x-raw,format=%s,width=%d,height=%d,framerate=25/1%s%s",
                                  format, width, height, more ? "," : "", more ? more : "");
    GstCaps *caps = gst_caps_from_string(text);

    fail_unless(caps != NULL, "cannot parse %s", text);
    g_free(text);
    return caps;
}

void test_set_src_caps(GstHarness *h, const gchar *format, gint width, gint height,
                       const gchar *more)
{
    gst_harness_set_src_caps(h, test_caps(format, width, height, more));
}

GstCaps *test_out_caps(GstHarness *h)
{
    return gst_pad_get_current_caps(h->sinkpad);
}

void test_out_size(GstHarness *h, gint *width, gint *height)
{
    GstCaps *caps = test_out_caps(h);

    fail_unless(caps != NULL, "nothing was negotiated");
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", width);
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", height);
    gst_caps_unref(caps);
}

// Bytes in a visible row of a plane, and its rows.
static void plane_size(const GstVideoInfo *info, guint plane, gint *bytes, gint *rows)
{
    gint comp[GST_VIDEO_MAX_COMPONENTS];

    gst_video_format_info_component(info->finfo, plane, comp);
    *bytes = 0;
    *rows = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(info->finfo, comp[0],
                                               GST_VIDEO_INFO_FIELD_HEIGHT(info));
    // Of an odd width, packed 4:2:2 has chroma behind the last luma sample.
    for (guint i = 0; i < GST_VIDEO_MAX_COMPONENTS && comp[i] >= 0; i++) {
        gint n = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(info->finfo, comp[i], info->width) *
                 GST_VIDEO_FORMAT_INFO_PSTRIDE(info->finfo, comp[i]);

        *bytes = MAX(*bytes, n);
    }
}

GstBuffer *test_picture(const GstVideoInfo *info, guint seed)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    GRand *rand = g_rand_new_with_seed(seed);
    GstVideoFrame frame;

    gst_buffer_memset(buffer, 0, 0xA5, -1);
    fail_unless(gst_video_frame_map(&frame, info, buffer, GST_MAP_WRITE));
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&frame); p++) {
        gint bytes, rows;

        plane_size(info, p, &bytes, &rows);
        for (gint y = 0; y < rows; y++) {
            guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&frame, p) +
                          (gsize) y * (gsize) GST_VIDEO_FRAME_PLANE_STRIDE(&frame, p);

            for (gint x = 0; x < bytes; x++)
                row[x] = (guint8) (x * 3 + y * 5 + g_rand_int_range(rand, 0, 64) + seed);
        }
    }
    gst_video_frame_unmap(&frame);
    g_rand_free(rand);
    return buffer;
}

GstBuffer *test_picture_of(const gchar *format, gint width, gint height, guint seed)
{
    GstVideoInfo info;

    gst_video_info_set_format(&info, gst_video_format_from_string(format), (guint) width,
                              (guint) height);
    return test_picture(&info, seed);
}

static QsrPicture picture_of(GstVideoFrame *frame, const GstVideoInfo *info,
                             const TestColour *colour)
{
    // The same planes in another order: planes[q] is GStreamer's plane of plane q.
    static const struct {
        GstVideoFormat format;
        const gchar *name;
        guint planes[3];
    } swapped[] = {{GST_VIDEO_FORMAT_YV12, "I420", {0, 2, 1}},
                   {GST_VIDEO_FORMAT_RGBP, "GBR", {1, 2, 0}},
                   {GST_VIDEO_FORMAT_BGRP, "GBR", {1, 0, 2}}};
    static const guint same[] = {0, 1, 2, 3};
    const gchar *name = GST_VIDEO_INFO_NAME(info);
    const guint *planes = same;
    QsrPicture pic = {.width = info->width, .height = info->height, .matrix = colour->matrix,
                      .range = colour->range, .site = colour->site};

    for (guint i = 0; i < G_N_ELEMENTS(swapped); i++) {
        if (swapped[i].format == GST_VIDEO_INFO_FORMAT(info)) {
            name = swapped[i].name;
            planes = swapped[i].planes;
        }
    }
    while (pic.format < QSR_N_FORMATS && strcmp(qsr_format_name(pic.format), name) != 0)
        pic.format++;
    fail_unless(pic.format < QSR_N_FORMATS, "the engine has no format %s", name);
    for (guint q = 0; q < GST_VIDEO_FRAME_N_PLANES(frame); q++) {
        pic.data[q] = GST_VIDEO_FRAME_PLANE_DATA(frame, planes[q]);
        pic.stride[q] = GST_VIDEO_FRAME_PLANE_STRIDE(frame, planes[q]);
    }
    return pic;
}

void test_assert_upscaled(GstBuffer *in, const GstVideoInfo *in_info, GstBuffer *out,
                          const GstVideoInfo *out_info, const TestColour *colour, QsrScale scale)
{
    GstBuffer *expected = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(out_info), NULL);
    GstVideoFrame from_frame, to_frame;
    QsrPicture from, to;
    QsrContext *context;
    QsrModel *model;
    QsrError err;

    fail_unless(qsr_model_open(&model, TEST_MODEL, scale, &err) == 0, "%s", err.message);
    fail_unless(qsr_open(&context, model, NULL, &err) == 0, "%s", err.message);
    fail_unless(gst_video_frame_map(&from_frame, in_info, in, GST_MAP_READ));
    fail_unless(gst_video_frame_map(&to_frame, out_info, expected, GST_MAP_WRITE));
    from = picture_of(&from_frame, in_info, colour);
    to = picture_of(&to_frame, out_info, colour);
    fail_unless(qsr_process(context, &from, &to, &err) == 0, "%s", err.message);
    gst_video_frame_unmap(&to_frame);
    gst_video_frame_unmap(&from_frame);
    qsr_close(&context);
    qsr_model_unref(&model);

    test_assert_same_picture(out, expected, out_info);
    gst_buffer_unref(expected);
}

void test_assert_same_picture(GstBuffer *a, GstBuffer *b, const GstVideoInfo *info)
{
    GstVideoFrame fa, fb;

    fail_unless(gst_video_frame_map(&fa, info, a, GST_MAP_READ));
    fail_unless(gst_video_frame_map(&fb, info, b, GST_MAP_READ));
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&fa); p++) {
        gint bytes, rows;

        plane_size(info, p, &bytes, &rows);
        for (gint y = 0; y < rows; y++) {
            const guint8 *ra = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&fa, p) +
                               (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE(&fa, p);
            const guint8 *rb = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&fb, p) +
                               (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE(&fb, p);

            for (gint x = 0; x < bytes; x++)
                if (ra[x] != rb[x]) // passing assertions cost time, too
                    fail("%s %dx%d: plane %u, byte %d of row %d: %u and %u",
                         GST_VIDEO_INFO_NAME(info), info->width, info->height, p, x, y, ra[x],
                         rb[x]);
        }
    }
    gst_video_frame_unmap(&fb);
    gst_video_frame_unmap(&fa);
}

void test_assert_message(GstBus *bus, GstMessageType type, GQuark domain, gint code,
                         const gchar *text)
{
    GstMessage *message = gst_bus_pop_filtered(bus, type);
    GError *error = NULL;

    fail_unless(message != NULL, "no %s message with \"%s\"", gst_message_type_get_name(type),
                text);
    if (type == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &error, NULL);
    else
        gst_message_parse_warning(message, &error, NULL);
    fail_unless(error->domain == domain && error->code == code, "%s %d instead of %s %d: %s",
                g_quark_to_string(error->domain), error->code, g_quark_to_string(domain), code,
                error->message);
    fail_unless(strstr(error->message, text) != NULL, "\"%s\" is not in \"%s\"", text,
                error->message);
    g_error_free(error);
    gst_message_unref(message);
}

void test_assert_no_message(GstBus *bus, GstMessageType type)
{
    GstMessage *message = gst_bus_pop_filtered(bus, type);

    if (message) {
        GError *error = NULL;

        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
            gst_message_parse_error(message, &error, NULL);
        else
            gst_message_parse_warning(message, &error, NULL);
        fail("unexpected %s: %s", GST_MESSAGE_TYPE_NAME(message), error->message);
    }
}

gchar *test_model_bytes(QsrScale scale, guint seed, gsize *size)
{
    QsrTestModelSpec spec = {.scale = scale, .channels = 32, .blocks = 1, .seed = seed};
    uint8_t *file;
    gchar *copy;

    *size = qsr_test_model(&file, &spec);
    copy = g_memdup2(file, *size);
    free(file);
    return copy;
}

void test_seal_model(gchar *data, gsize size)
{
    qsr_test_model_seal((uint8_t *) data, size);
}

gchar *test_write_file(const gchar *name, const gchar *data, gsize size)
{
    gchar *path = g_build_filename(own_folder(), name, NULL);

    fail_unless(g_file_set_contents(path, data, (gssize) size, NULL), "cannot write %s", path);
    return path;
}

gchar *test_model_file(const gchar *name, QsrScale scale, guint seed)
{
    gsize size;
    gchar *data = test_model_bytes(scale, seed, &size);
    gchar *path = test_write_file(name, data, size);

    g_free(data);
    return path;
}

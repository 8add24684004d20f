// SPDX-License-Identifier: BSD-2-Clause

#include "pixels.h"

#include <math.h>

const gchar *const test_formats[] = {
    "I420", "YV12", "NV12", "NV21", "Y444", "RGB",  "BGR",  "RGBx",
    "BGRx", "xRGB", "xBGR", "RGBA", "BGRA", "ARGB", "ABGR", "GRAY8",
    "NV16", "Y42B", "YUY2", "UYVY", "AYUV", "A420", "GBR",  "GBRA",
    "RGBP", "BGRP", "P010_10LE", "I420_10LE", "I422_10LE", "Y444_10LE",
    "Y210", "GBR_10LE", "RGB10A2_LE",
};
const gint test_n_formats = G_N_ELEMENTS(test_formats);

const GstQsrShot test_plain_shot = {FALSE, -1, GST_QSR_ONE_VIEW, GST_CLOCK_TIME_NONE};
const GstQsrShot test_woven_shot = {TRUE, -1, GST_QSR_ONE_VIEW, GST_CLOCK_TIME_NONE};

TestImage *test_image_new(const gchar *format, gint width, gint height, const gchar *more)
{
    TestImage *image = g_new0(TestImage, 1);
    GstCaps *caps = test_caps(format, width, height, more);
    GstVideoInfo *info = &image->colour.info;
    GstBuffer *buffer;

    if (more && strstr(more, "alternate"))
        gst_caps_set_features_simple(
            caps, gst_caps_features_new_single(GST_CAPS_FEATURE_FORMAT_INTERLACED));
    fail_unless(gst_qsr_colour_from_caps(&image->colour, caps));
    gst_caps_unref(caps);
    buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    gst_buffer_memset(buffer, 0, 0xA5, -1);
    fail_unless(gst_video_frame_map(&image->frame, info, buffer, GST_MAP_READWRITE));
    gst_buffer_unref(buffer); // the frame has one
    image->width = width;
    image->height = GST_VIDEO_INFO_FIELD_HEIGHT(info);
    gst_qsr_picture_init(&image->pic, &image->colour, width, image->height);
    gst_qsr_picture_set_frame(&image->pic, &image->frame);
    return image;
}

void test_image_free(TestImage *image)
{
    gst_video_frame_unmap(&image->frame);
    g_free(image);
}

static gint depth_of(const TestImage *image, gint component)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;

    if (GST_VIDEO_FORMAT_INFO_FORMAT(f) == GST_VIDEO_FORMAT_RGB10A2_LE && component == 0)
        return 2;
    return (gint) GST_VIDEO_FORMAT_INFO_DEPTH(f, 0);
}

static gboolean is_wide(const TestImage *image)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;

    return GST_VIDEO_FORMAT_INFO_BITS(gst_video_format_get_info(f->unpack_format)) == 16;
}

guint16 *test_image_samples(const TestImage *image)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;
    const gint w = image->width, h = image->height;
    guint16 *samples = g_new(guint16, (gsize) (4 * w * h));
    guint16 *line = g_new0(guint16, 4 * (gsize) w + 16);

    for (gint y = 0; y < h; y++) {
        f->unpack_func(f, GST_VIDEO_PACK_FLAG_TRUNCATE_RANGE, line, image->frame.data,
                       image->frame.info.stride, 0, y, w);
        for (gint i = 0; i < 4 * w; i++)
            samples[4 * w * y + i] =
                is_wide(image) ? (guint16) (line[i] >> (16 - depth_of(image, i % 4)))
                               : ((guint8 *) line)[i];
    }
    g_free(line);
    return samples;
}

void test_image_draw(TestImage *image, TestScene scene, gconstpointer data, gdouble scale_x,
                     gdouble scale_y)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;
    const gint w = image->width, h = image->height;
    guint16 *line = g_new0(guint16, 4 * (gsize) w + 16);

    for (gint y = 0; y < h; y++) {
        for (gint i = 0; i < 4 * w; i++) {
            gdouble v = 1; // opaque

            if (i % 4)
                v = scene((i / 4 + 0.5) / scale_x, (y + 0.5) / scale_y, i % 4, data);

            if (is_wide(image))
                line[i] = (guint16) (v * 1023 + 0.5) << 6;
            else
                ((guint8 *) line)[i] = (guint8) (v * 255 + 0.5);
        }
        f->pack_func(f, GST_VIDEO_PACK_FLAG_NONE, line, 0, image->frame.data,
                     image->frame.info.stride, GST_VIDEO_CHROMA_SITE_UNKNOWN, y, w);
    }
    g_free(line);
}

void test_image_noise(TestImage *image, guint seed)
{
    GRand *rand = g_rand_new_with_seed(seed);

    for (gint p = 0; p < qsr_format_planes(image->pic.format); p++) {
        size_t bytes;
        gint rows;

        qsr_format_plane_size(image->pic.format, p, image->width, image->height, &bytes, &rows);
        for (gint y = 0; y < rows; y++)
            for (size_t x = 0; x < bytes; x++)
                image->pic.data[p][y * image->pic.stride[p] + (ptrdiff_t) x] =
                    (guint8) g_rand_int(rand);
    }
    g_rand_free(rand);
}

gdouble test_smooth_scene(gdouble x, gdouble y, gint component, gconstpointer data)
{
    const gdouble swing = component < 2 ? 0.17 : 0.04; // every colour can be shown

    (void) data;
    return 0.5 + swing * sin(x * (0.31 + 0.03 * component) + y * 0.11) +
           swing * cos(y * (0.27 + 0.04 * component) - x * 0.07);
}

static gboolean has_component(const TestImage *image, gint component)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;

    if (component == 0)
        return GST_VIDEO_FORMAT_INFO_HAS_ALPHA(f);
    return component == 1 || !GST_VIDEO_FORMAT_INFO_IS_GRAY(f);
}

gdouble test_psnr(const TestImage *a, const TestImage *b)
{
    guint16 *sa = test_image_samples(a), *sb = test_image_samples(b);
    gdouble sum = 0, n = 0;

    for (gint i = 0; i < 4 * a->width * a->height; i++) {
        gdouble d = (gdouble) (sa[i] - sb[i]) / ((1 << depth_of(a, i % 4)) - 1);

        if (has_component(a, i % 4)) {
            sum += d * d;
            n++;
        }
    }
    g_free(sa);
    g_free(sb);
    return sum == 0 ? 99 : MIN(99, -10 * log10(sum / n));
}

void test_assert_same(const TestImage *a, const TestImage *b)
{
    test_assert_same_picture(a->frame.buffer, b->frame.buffer, &a->colour.info);
}

// Opened once: they are checked and tried out each time.
static GstQsrModels *models_of(const gchar *name)
{
    static struct {
        const gchar *name;
        GstQsrModels *models;
    } opened[8];
    QsrError err;
    guint i = 0;

    while (i < G_N_ELEMENTS(opened) && opened[i].name && strcmp(opened[i].name, name) != 0)
        i++;
    fail_unless(i < G_N_ELEMENTS(opened));
    if (!opened[i].name) {
        opened[i].models = gst_qsr_models_open(name, &err);
        fail_unless(opened[i].models != NULL, "%s", err.message);
        opened[i].name = name;
    }
    return gst_qsr_models_ref(opened[i].models);
}

TestPainter *test_painter_new(const gchar *model, QsrScale factor, const TestImage *in,
                              const TestImage *out, const GstVideoRectangle *dest)
{
    TestPainter *t = g_new0(TestPainter, 1);
    GstQsrGeometry *g = &t->canvas.geometry;
    GstQsrEngineSettings settings;
    QsrError err;

    t->canvas.colour = in->colour;
    t->canvas.in_info = in->colour.info;
    t->canvas.out_info = out->colour.info;
    *g = (GstQsrGeometry) {.in_width = in->colour.info.width, .in_height = in->colour.info.height,
                           .factor = factor, .out_width = out->colour.info.width,
                           .out_height = out->colour.info.height};
    g->dest = dest ? *dest : (GstVideoRectangle) {0, 0, g->out_width, g->out_height};
    g->net_width = factor.num ? gst_qsr_size_up(factor, g->in_width) : g->dest.w;
    g->net_height = factor.num ? gst_qsr_size_up(factor, g->in_height) : g->dest.h;
    gst_qsr_engine_settings_init(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = 1;
    gst_qsr_look_init(&t->look);
    t->models = models_of(model);
    t->painter = gst_qsr_painter_new(NULL, NULL);
    fail_unless(gst_qsr_painter_set_up(t->painter, &t->canvas, t->models, &settings, &err) == 0,
                "%s", err.message);
    gst_qsr_engine_settings_clear(&settings);
    return t;
}

void test_painter_free(TestPainter *t)
{
    gst_qsr_painter_free(t->painter);
    gst_qsr_models_unref(t->models);
    g_free(t);
}

void test_paint(TestPainter *t, const GstQsrShot *shot, const TestImage *in, TestImage *out)
{
    QsrError err;

    fail_unless(gst_qsr_painter_paint(t->painter, 0, &t->look, shot, &in->frame, &out->frame,
                                      &err) == 0, "%s", err.message);
}

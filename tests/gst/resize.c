// SPDX-License-Identifier: BSD-2-Clause
//
// The way from the model's picture to the size that was negotiated: every format, borders,
// fields and views, and plain scaling without a model.

#include <math.h>

#include "pixels.h"

// The scene at one size becomes the scene at another, wherever the picture lies in the
// output; around it is black.
typedef struct {
    const gchar *model;
    QsrScale factor;
    gint w, h;               // of the input
    gint ow, oh;             // of the output
    GstVideoRectangle dest;
} Case;

static gdouble borders_and_scene(gdouble x, gdouble y, gint component, gconstpointer data)
{
    const Case *c = data;
    const GstVideoRectangle *d = &c->dest;

    if (x < d->x || y < d->y || x >= d->x + d->w || y >= d->y + d->h)
        return -1;
    return test_smooth_scene((x - d->x) * c->w / d->w * 0.6, (y - d->y) * c->h / d->h * 0.4,
                             component, NULL);
}

static gdouble scene(gdouble x, gdouble y, gint component, gconstpointer data)
{
    (void) data;
    return test_smooth_scene(x * 0.6, y * 0.4, component, NULL);
}

// Mean error of a pixel's components in percent of the largest value.
static gdouble errors(const TestImage *image, const Case *c)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;
    const gint max = (1 << GST_VIDEO_FORMAT_INFO_DEPTH(f, 0)) - 1;
    const gboolean yuv = GST_VIDEO_FORMAT_INFO_IS_YUV(f);
    guint16 *samples = test_image_samples(image);
    gint n_black = 0, n = 0;
    gdouble sum = 0;

    for (gint i = 0; i < 4 * image->width * image->height; i++) {
        gint x = i / 4 % image->width, y = i / 4 / image->width;
        gdouble want = borders_and_scene(x + 0.5, y + 0.5, i % 4, c);

        if (i % 4 == 0 || (i % 4 > 1 && GST_VIDEO_FORMAT_INFO_IS_GRAY(f)))
            continue;
        if (want < 0) {
            gint black = !yuv ? 0 : (i % 4 == 1 ? 16 : 128) << (max > 255 ? 2 : 0);

            n_black++;
            if (samples[i] != black)
                fail("%s: border pixel %d,%d: component %d is %u", GST_VIDEO_FORMAT_INFO_NAME(f), x,
                     y, i % 4, samples[i]);
        } else {
            sum += fabs((gdouble) samples[i] / max - want);
            n++;
        }
    }
    g_free(samples);
    fail_unless((n_black > 0) == (c->dest.w < c->ow || c->dest.h < c->oh));
    return 100 * sum / n;
}

static gdouble check(const gchar *format, const Case *c, const GstQsrShot *shot, gdouble allowed)
{
    TestImage *in = test_image_new(format, c->w, c->h, NULL);
    TestImage *out = test_image_new(format, c->ow, c->oh, NULL);
    TestPainter *t = test_painter_new(c->model, c->factor, in, out, &c->dest);
    gdouble error = 0;

    test_image_draw(in, scene, NULL, 1, 1);
    for (gint i = 0; i < 2; i++) { // the second time everything is there
        test_image_noise(out, 1);
        test_paint(t, shot, in, out);
        error = errors(out, c);
        fail_unless(error < allowed, "%s %s %dx%d to %dx%d in %dx%d: %.2f %%", format, c->model,
                    c->w, c->h, c->dest.w, c->dest.h, c->ow, c->oh, error);
    }
    test_painter_free(t);
    test_image_free(in);
    test_image_free(out);
    return error;
}

static const Case cases[] = {
    // a model, then smaller
    {"quicksrnet-small", {2, 1}, 64, 48, 108, 80, {0, 0, 108, 80}},
    {"bicubic", {4, 1}, 64, 48, 200, 170, {0, 0, 200, 170}},
    // with borders on two sides, where the model's picture fits and where not
    {"bicubic", {2, 1}, 64, 48, 148, 96, {8, 0, 128, 96}},
    {"fsr1", {2, 1}, 64, 48, 120, 104, {0, 8, 120, 88}},
    {"bicubic", {0, 0}, 64, 48, 160, 100, {12, 4, 136, 88}},
    // without a model: smaller, larger, and as it is
    {"bicubic", {1, 1}, 64, 48, 44, 40, {0, 0, 44, 40}},
    {"bicubic", {1, 1}, 64, 48, 300, 200, {20, 0, 260, 200}},
    {"bicubic", {1, 1}, 64, 48, 64, 64, {0, 8, 64, 48}},
};

// Chroma is drawn at the corner of four pixels and read from their middle, so halved
// chroma is off by half a pixel; alpha of two bits, and RGB that is not, need some room.
GST_START_TEST(test_every_format)
{
    for (gint f = 0; f < test_n_formats; f++)
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
            check(test_formats[f], &cases[i], &test_plain_shot, 0.6);
}
GST_END_TEST;

// Fields lie a quarter of a row beside where pictures of their height would; put there,
// they are next to as good as a frame.
GST_START_TEST(test_fields)
{
    static const gchar *const some[] = {"I420", "P010_10LE", "YUY2", "BGRx", "Y444", "GRAY8"};

    for (guint f = 0; f < G_N_ELEMENTS(some); f++)
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
            gdouble frame = check(some[f], &cases[i], &test_plain_shot, 0.6);

            check(some[f], &cases[i], &test_woven_shot, frame + 0.1);
        }
}
GST_END_TEST;

static gdouble two_views(gdouble x, gdouble y, gint component, gconstpointer data)
{
    (void) y;
    (void) data;
    return component == 1 ? (x < 32 ? 0.2 : 0.8) : 0.5;
}

// Up to their border the two views stay what they are, at any size.
GST_START_TEST(test_views)
{
    const GstQsrShot shot = {FALSE, -1, GST_QSR_SIDE_BY_SIDE, GST_CLOCK_TIME_NONE};
    const GstVideoRectangle dest = {0, 0, 108, 80};
    TestImage *in = test_image_new("I420", 64, 48, NULL);
    TestImage *out = test_image_new("I420", 108, 80, NULL);
    TestPainter *t = test_painter_new("bicubic", QSR_SCALE(2, 1), in, out, &dest);
    guint16 *samples;

    test_image_draw(in, two_views, NULL, 1, 1);
    test_paint(t, &shot, in, out);
    samples = test_image_samples(out);
    for (gint i = 0; i < 108 * 80; i++)
        fail_unless(ABS(samples[4 * i + 1] - (i % 108 < 54 ? 51 : 204)) <= 1, "%d", i);
    test_paint(t, &test_plain_shot, in, out); // not so as one picture
    g_free(samples);
    samples = test_image_samples(out);
    fail_unless(ABS(samples[4 * 53 + 1] - 51) > 1);
    g_free(samples);
    test_painter_free(t);
    test_image_free(in);
    test_image_free(out);
}
GST_END_TEST;

static void check_grey(const gchar *format, QsrScale factor, gint w, gint h, gint ow, gint oh,
                       const GstQsrShot *shot)
{
    const GstVideoRectangle dest = {0, 0, ow, oh};
    TestImage *in = test_image_new(format, w, h, NULL);
    TestImage *out = test_image_new(format, ow, oh, NULL);
    TestPainter *t = test_painter_new("bicubic", factor, in, out, &dest);
    guint16 *samples;

    memset(in->frame.map[0].data, 0x80, in->frame.map[0].size);
    test_paint(t, shot, in, out);
    samples = test_image_samples(out);
    if (GST_VIDEO_INFO_COMP_DEPTH(&in->colour.info, 0) == 8)
        for (gint p = 0; p < ow * oh; p++)
            fail_unless(ABS(samples[4 * p + 1] - 0x80) <= 2, "%s %dx%d to %dx%d: %u", format, w, h,
                        ow, oh, samples[4 * p + 1]);
    g_free(samples);
    test_painter_free(t);
    test_image_free(in);
    test_image_free(out);
}

// Nothing is too small or too odd. (GStreamer's coefficients do not always sum up to one.)
GST_START_TEST(test_odd_sizes)
{
    for (gint f = 0; f < test_n_formats; f++)
        for (gint i = 0; i < 40; i++)
            check_grey(test_formats[f], i % 2 ? QSR_SCALE(2, 1) : QSR_SCALE(1, 1), 1 + i % 5,
                       1 + i / 5, 1 + i * 7 % 13, 1 + i * 5 % 11,
                       i % 3 ? &test_plain_shot : &test_woven_shot);
    for (gint w = 1; w < 20; w++)
        for (gint ow = 1; ow < 30; ow += 4)
            check_grey("YUY2", QSR_SCALE(1, 1), w, 6, ow, 1 + ow / 4, &test_plain_shot);
}
GST_END_TEST;

static Suite *resize_suite(void)
{
    Suite *s = suite_create("resize");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_every_format);
    tcase_add_test(tc, test_fields);
    tcase_add_test(tc, test_views);
    tcase_add_test(tc, test_odd_sizes);
    return s;
}

GST_CHECK_MAIN(resize)

// SPDX-License-Identifier: BSD-2-Clause
//
// compare, divider, strength and sharpness: what they make of the model's picture, in the
// element and while it plays.

#include <gst/video/navigation.h>

#include <math.h>

#include "gst/resize.h"
#include "pixels.h"

GST_START_TEST(test_defaults)
{
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);
    gdouble divider, strength, sharpness;
    gint compare;

    g_object_get(element, "compare", &compare, "divider", &divider, "strength", &strength,
                 "sharpness", &sharpness, NULL);
    fail_unless_equals_int(compare, GST_QSR_UPSCALE_COMPARE_OFF);
    fail_unless(divider == 0.5 && strength == 1 && sharpness == 0);
    gst_object_unref(gst_object_ref_sink(element));
}
GST_END_TEST;

// What an element with such properties makes of a picture; `info` (may be NULL) is of that.
static GstBuffer *result(const gchar *properties, const gchar *format, gint w, gint h,
                         GstBuffer *in, GstVideoInfo *info)
{
    GstHarness *h_ = test_harness(properties, NULL);
    GstVideoInfo ignored;
    GstBuffer *out;
    GstCaps *caps;

    test_set_src_caps(h_, format, w, h, NULL);
    out = gst_harness_push_and_pull(h_, gst_buffer_ref(in));
    fail_unless(out != NULL, "%s", properties);
    caps = test_out_caps(h_);
    fail_unless(gst_video_info_from_caps(info ? info : &ignored, caps));
    gst_caps_unref(caps);
    test_harness_end(h_, NULL);
    return out;
}

// strength=0 is model=bicubic, byte for byte; strength=1 the model.
static void check_strength(const gchar *format)
{
    GstBuffer *in = test_picture_of(format, 17, 13, 3), *cubic, *net, *zero, *one;
    GstVideoInfo info;

    cubic = result("scale=2 model=bicubic", format, 17, 13, in, &info);
    zero = result("scale=2 strength=0", format, 17, 13, in, NULL);
    test_assert_same_picture(zero, cubic, &info);
    net = result("scale=2", format, 17, 13, in, NULL);
    one = result("scale=2 strength=1 sharpness=0 compare=off", format, 17, 13, in, NULL);
    test_assert_same_picture(one, net, &info);
    gst_buffer_unref(in);
    gst_buffer_unref(cubic);
    gst_buffer_unref(zero);
    gst_buffer_unref(net);
    gst_buffer_unref(one);
}

GST_START_TEST(test_strength)
{
    for (gint i = 0; i < test_n_formats; i++)
        check_strength(test_formats[i]);
}
GST_END_TEST;

typedef struct {
    TestImage *in, *out, *net, *cubic;
    TestPainter *t;
} Scene;

// The model's picture and bicubic's, as the painter makes them alone.
static void scene_init(Scene *s, const gchar *format, gint w, gint h, const GstQsrShot *shot)
{
    s->in = test_image_new(format, w, h, NULL);
    s->out = test_image_new(format, 2 * w, 2 * h, NULL);
    s->net = test_image_new(format, 2 * w, 2 * h, NULL);
    s->cubic = test_image_new(format, 2 * w, 2 * h, NULL);
    test_image_noise(s->in, (guint) w);
    s->t = test_painter_new("bicubic", QSR_SCALE(2, 1), s->in, s->cubic, NULL);
    test_paint(s->t, shot, s->in, s->cubic);
    test_painter_free(s->t);
    s->t = test_painter_new("quicksrnet-small", QSR_SCALE(2, 1), s->in, s->out, NULL);
    test_paint(s->t, shot, s->in, s->net);
}

static void scene_clear(Scene *s)
{
    test_painter_free(s->t);
    test_image_free(s->in);
    test_image_free(s->out);
    test_image_free(s->net);
    test_image_free(s->cubic);
}

// All stages together are the same stages one after another.
static void check_stages(const gchar *format, gint w, gint h, const GstQsrShot *shot)
{
    TestImage *step;
    QsrContext *engine;
    QsrSettings settings;
    QsrModel *model;
    GstQsrBrush white;
    QsrError err;
    Scene s;

    scene_init(&s, format, w, h, shot);
    step = test_image_new(format, 2 * w, 2 * h, NULL);
    gst_qsr_brush_init(&white, &s.in->colour, 2 * w, TRUE);

    s.t->look.strength = 0.3;
    test_paint(s.t, shot, s.in, s.out);
    gst_qsr_compose_blend(&step->pic, &s.net->pic, &s.cubic->pic, 77);
    test_assert_same(s.out, step);

    s.t->look.sharpness = 0.6;
    test_paint(s.t, shot, s.in, s.out);
    qsr_settings_default(&settings);
    settings.sharpness = 0.6f;
    fail_unless(qsr_model_open(&model, "rcas", QSR_SCALE(1, 1), &err) == 0, "%s", err.message);
    fail_unless(qsr_open(&engine, model, &settings, &err) == 0, "%s", err.message);
    if (!shot->woven) {
        fail_unless(qsr_process(engine, &step->pic, &s.net->pic, &err) == 0, "%s", err.message);
        test_assert_same(s.out, s.net);
    }

    s.t->look.compare = GST_QSR_UPSCALE_COMPARE_SPLIT;
    s.t->look.divider = 0.25;
    test_image_noise(step, 1);
    gst_qsr_compose_copy(&s.net->pic, &s.out->pic); // blended and sharpened
    test_paint(s.t, shot, s.in, s.out);
    gst_qsr_compose_split(&step->pic, &s.cubic->pic, &s.net->pic, w / 2, &white);
    test_assert_same(s.out, step);

    s.t->look.compare = GST_QSR_UPSCALE_COMPARE_SIDE_BY_SIDE;
    test_paint(s.t, shot, s.in, s.out);
    gst_qsr_compose_halves(&step->pic, &s.cubic->pic, &s.net->pic, &white);
    test_assert_same(s.out, step);

    qsr_close(&engine);
    qsr_model_unref(&model);
    gst_qsr_brush_clear(&white);
    test_image_free(step);
    scene_clear(&s);
}

GST_START_TEST(test_stages)
{
    for (gint i = 0; i < test_n_formats; i++)
        check_stages(test_formats[i], 18, 11, &test_plain_shot);
    check_stages("I420", 18, 12, &test_woven_shot);
    check_stages("RGBA", 18, 12, &test_woven_shot);
}
GST_END_TEST;

// The last stage, too; with a model whose picture is the one to compare with.
static void check_resized(const gchar *model, const gchar *format)
{
    const GstVideoRectangle dest = {0, 0, 26, 18};
    TestImage *in = test_image_new(format, 18, 12, NULL);
    TestImage *whole = test_image_new(format, 36, 24, NULL);
    TestImage *out = test_image_new(format, 26, 18, NULL);
    TestImage *want = test_image_new(format, 26, 18, NULL);
    TestPainter *a = test_painter_new(model, QSR_SCALE(2, 1), in, whole, NULL);
    TestPainter *b = test_painter_new(model, QSR_SCALE(2, 1), in, out, &dest);
    GstQsrResizer *resizer = gst_qsr_resizer_new();

    gst_qsr_resizer_set_up(resizer, &in->colour, 1);
    test_image_noise(in, 5);
    for (guint compare = 0; compare <= GST_QSR_UPSCALE_COMPARE_SIDE_BY_SIDE; compare++) {
        for (guint i = 0; i < 4; i++) {
            a->look = (GstQsrLook) {(GstQsrUpscaleCompare) compare, 0.3, i & 1 ? 0.4 : 1,
                                    i & 2 ? 0.6 : 0};
            b->look = a->look;
            test_paint(a, &test_plain_shot, in, whole);
            test_paint(b, &test_plain_shot, in, out);
            fail_unless(gst_qsr_resizer_run(resizer, &want->pic, &whole->pic, TRUE));
            test_assert_same(out, want);
        }
    }
    gst_qsr_resizer_free(resizer);
    test_painter_free(a);
    test_painter_free(b);
    test_image_free(in);
    test_image_free(whole);
    test_image_free(out);
    test_image_free(want);
}

GST_START_TEST(test_resized)
{
    check_resized("bicubic", "I420");
    check_resized("quicksrnet-small", "I420");
    check_resized("bicubic", "RGBA");
    check_resized("fsr1", "P010_10LE");
}
GST_END_TEST;

// At its ends the divider leaves one picture alone, and blinking is by the second.
GST_START_TEST(test_one_of_two)
{
    GstQsrShot shot = test_plain_shot;
    Scene s;

    scene_init(&s, "I420", 20, 10, &shot);
    s.t->look.compare = GST_QSR_UPSCALE_COMPARE_SPLIT;
    s.t->look.divider = 0;
    test_paint(s.t, &shot, s.in, s.out);
    test_assert_same(s.out, s.net);
    s.t->look.divider = 1;
    test_paint(s.t, &shot, s.in, s.out);
    test_assert_same(s.out, s.cubic);
    s.t->look.divider = 0.5;
    test_paint(s.t, &shot, s.in, s.out);
    fail_unless(memcmp(s.out->pic.data[0], s.cubic->pic.data[0], 18) == 0);
    fail_unless(memcmp(s.out->pic.data[0] + 22, s.net->pic.data[0] + 22, 18) == 0);
    s.t->look.compare = GST_QSR_UPSCALE_COMPARE_BLINK;
    for (guint tenth = 0; tenth < 50; tenth++) {
        shot.stream_time = tenth * GST_SECOND / 10;
        test_paint(s.t, &shot, s.in, s.out);
        test_assert_same(s.out, tenth / 10 % 2 ? s.cubic : s.net);
    }
    shot.stream_time = GST_CLOCK_TIME_NONE;
    test_paint(s.t, &shot, s.in, s.out);
    test_assert_same(s.out, s.net);
    scene_clear(&s);
}
GST_END_TEST;

// The bytes do not depend on the number of threads.
GST_START_TEST(test_threads)
{
    GstBuffer *in = test_picture_of("NV12", 160, 90, 3), *want, *got;
    GstVideoInfo info;

    want = result("scale=2 n-threads=1 strength=0.4 sharpness=0.7 compare=split", "NV12", 160, 90,
                  in, &info);
    got = result("scale=2 n-threads=5 strength=0.4 sharpness=0.7 compare=split", "NV12", 160, 90,
                 in, NULL);
    test_assert_same_picture(got, want, &info);
    gst_buffer_unref(in);
    gst_buffer_unref(want);
    gst_buffer_unref(got);
}
GST_END_TEST;

// Each change is seen in the next frame, and none is lost.
GST_START_TEST(test_while_playing)
{
    static const gchar *const looks[] = {
        "compare=off divider=0.5 strength=1 sharpness=0",
        "compare=off divider=0.5 strength=0.5 sharpness=0",
        "compare=off divider=0.5 strength=0 sharpness=0",
        "compare=off divider=0.5 strength=1 sharpness=1",
        "compare=split divider=0.5 strength=1 sharpness=0",
        "compare=split divider=0.7 strength=1 sharpness=0",
        "compare=side-by-side divider=0.7 strength=0.2 sharpness=0.5",
    };
    GstHarness *h = test_harness("scale=2", NULL);
    GstBuffer *in = test_picture_of("YUY2", 40, 20, 1), *want[G_N_ELEMENTS(looks)];
    GstVideoInfo info;

    for (guint i = 0; i < G_N_ELEMENTS(looks); i++) {
        gchar *properties = g_strdup_printf("scale=2 %s", looks[i]);

        want[i] = result(properties, "YUY2", 40, 20, in, &info);
        g_free(properties);
    }
    test_set_src_caps(h, "YUY2", 40, 20, NULL);
    for (guint n = 0; n < 60; n++) {
        guint i = n * 5 % G_N_ELEMENTS(looks);
        gchar **pairs = g_strsplit(looks[i], " ", -1);
        GstBuffer *out;

        for (guint k = 0; pairs[k]; k++) {
            gchar **pair = g_strsplit(pairs[k], "=", 2);

            gst_util_set_object_arg(G_OBJECT(h->element), pair[0], pair[1]);
            g_strfreev(pair);
        }
        g_strfreev(pairs);
        out = gst_harness_push_and_pull(h, gst_buffer_copy(in));
        fail_unless(out != NULL);
        test_assert_same_picture(out, want[i], &info);
        gst_buffer_unref(out);
    }
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++)
        gst_buffer_unref(want[i]);
    gst_buffer_unref(in);
    test_harness_end(h, NULL);
}
GST_END_TEST;

static void count_notify(GObject *object, GParamSpec *pspec, gpointer count)
{
    (void) object;
    (void) pspec;
    (*(gint *) count)++;
}

static void mouse(GstHarness *h, const gchar *event, gint button, gdouble x)
{
    GstStructure *s = gst_structure_new("application/x-gst-navigation",
                                        "event", G_TYPE_STRING, event,
                                        "pointer_x", G_TYPE_DOUBLE, x,
                                        "pointer_y", G_TYPE_DOUBLE, 5.0,
                                        "button", G_TYPE_INT, button, NULL);

    gst_harness_push_upstream_event(h, gst_event_new_navigation(s));
}

static void expect_divider(GstHarness *h, gdouble want, gint n_want, gint n)
{
    gdouble divider;

    g_object_get(h->element, "divider", &divider, NULL);
    fail_unless(fabs(divider - want) < 1e-9, "%f, not %f", divider, want);
    fail_unless_equals_int(n, n_want);
}

// A mouse that drags moves the divider; upstream still gets every event, in its pixels.
GST_START_TEST(test_navigation)
{
    GstHarness *h = test_harness("scale=2 compare=split", NULL);
    gint n = 0, n_upstream = 0;
    gdouble x = 0, y = 0;
    GstEvent *event;

    g_signal_connect(h->element, "notify::divider", G_CALLBACK(count_notify), &n);
    test_set_src_caps(h, "I420", 50, 20, NULL);
    mouse(h, "mouse-move", 0, 20);
    expect_divider(h, 0.5, 0, n);
    mouse(h, "mouse-button-press", 2, 20);
    mouse(h, "mouse-move", 0, 20);
    expect_divider(h, 0.5, 0, n);
    mouse(h, "mouse-button-press", 1, 20);
    expect_divider(h, 0.5, 0, n);
    mouse(h, "mouse-move", 0, 20);
    expect_divider(h, 0.2, 1, n);
    mouse(h, "mouse-move", 0, 20);
    expect_divider(h, 0.2, 1, n);
    mouse(h, "mouse-move", 0, 1000);
    expect_divider(h, 1, 2, n);
    mouse(h, "mouse-move", 0, 30);
    mouse(h, "mouse-button-release", 1, 30);
    mouse(h, "mouse-move", 0, 70);
    expect_divider(h, 0.3, 3, n);

    // In another mode the mouse is not the divider's, and what was begun is over.
    mouse(h, "mouse-button-press", 1, 70);
    gst_util_set_object_arg(G_OBJECT(h->element), "compare", "blink");
    mouse(h, "mouse-move", 0, 40);
    gst_util_set_object_arg(G_OBJECT(h->element), "compare", "split");
    mouse(h, "mouse-move", 0, 40);
    expect_divider(h, 0.3, 3, n);

    while ((event = gst_harness_try_pull_upstream_event(h))) {
        if (GST_EVENT_TYPE(event) == GST_EVENT_NAVIGATION) {
            n_upstream++;
            gst_navigation_event_get_coordinates(event, &x, &y);
        }
        gst_event_unref(event);
    }
    fail_unless_equals_int(n_upstream, 13);
    fail_unless_equals_float(x, 20);
    fail_unless_equals_float(y, 2.5);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Of two views beside each other each has its line. A drag stays in the view that it began
// in; views above each other make no difference.
GST_START_TEST(test_navigation_stereo)
{
    static const struct {
        const gchar *mode;
        gdouble press, move, divider;
    } drags[] = {
        {"side-by-side", 10, 10, 0.2}, {"side-by-side", 60, 60, 0.2},
        {"side-by-side", 10, 40, 0.8}, {"side-by-side", 90, 90, 0.8},
        {"side-by-side", 10, 60, 1},   {"side-by-side", 60, 10, 0},
        {"side-by-side", 49, 25, 0.5}, {"side-by-side", 50, 75, 0.5},
        {"top-bottom", 10, 60, 0.6},   {"mono", 10, 60, 0.6},
    };

    for (guint i = 0; i < G_N_ELEMENTS(drags); i++) {
        GstHarness *h = test_harness("scale=2 compare=split divider=0.9", NULL);
        gchar *more = g_strdup_printf("multiview-mode=%s", drags[i].mode);
        GstBuffer *out;

        test_set_src_caps(h, "I420", 48, 20, more);
        out = gst_harness_push_and_pull(h, test_picture_of("I420", 48, 20, 1));
        fail_unless(out != NULL);
        gst_buffer_unref(out);
        mouse(h, "mouse-button-press", 1, drags[i].press * 0.96);
        mouse(h, "mouse-move", 0, drags[i].move * 0.96);
        expect_divider(h, drags[i].divider, 0, 0);
        g_free(more);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

// -------------------------------------------------------------- no visible jump ---

// A soft disc, so that there is a centre to find.
static gdouble disc(gdouble x, gdouble y, gint component, gconstpointer data)
{
    (void) data;
    if (component > 1)
        return 0.5;
    return 0.15 + 0.6 / (1 + exp(hypot(x - 30.3, y - 21.8) - 9));
}

static void centre_of(const TestImage *image, gdouble *mean, gdouble *x, gdouble *y)
{
    guint16 *samples = test_image_samples(image);
    gdouble sum = 0, weight = 0;

    *x = *y = 0;
    for (gint i = 0; i < image->width * image->height; i++) {
        gdouble v = samples[4 * i + 1], over = MAX(v - 60, 0);

        sum += v;
        weight += over;
        *x += over * (i % image->width + 0.5);
        *y += over * (i / image->width + 0.5);
    }
    *mean = sum / (image->width * image->height);
    *x /= weight;
    *y /= weight;
    g_free(samples);
}

// Best shift of b against a, within 2 pixels each way.
static void best_shift(const TestImage *a, const TestImage *b, gint *best_x, gint *best_y)
{
    guint16 *sa = test_image_samples(a), *sb = test_image_samples(b);
    gdouble best = G_MAXDOUBLE;

    for (gint dy = -2; dy <= 2; dy++) {
        for (gint dx = -2; dx <= 2; dx++) {
            gdouble sum = 0;

            for (gint y = 2; y < a->height - 2; y++)
                for (gint x = 2; x < a->width - 2; x++)
                    sum += fabs((gdouble) sa[4 * (y * a->width + x) + 1] -
                                sb[4 * ((y + dy) * a->width + x + dx) + 1]);
            if (sum < best) {
                best = sum;
                *best_x = dx;
                *best_y = dy;
            }
        }
    }
    g_free(sa);
    g_free(sb);
}

// Whatever makes the picture, it is as bright as the others' and in the same place: a
// step down the ladder is no jump.
static void check_rungs(const gchar *format, QsrScale factor, const GstQsrShot *shot)
{
    static const gchar *const models[] = {"quicksrnet-small", "fsr1", "bicubic"};
    const gint w = 64, h = 48, ow = qsr_scale_size(factor, w), oh = qsr_scale_size(factor, h);
    const gdouble s = (gdouble) factor.num / factor.den;
    TestImage *in = test_image_new(format, w, h, NULL);
    TestImage *truth = test_image_new(format, ow, oh, NULL);
    gdouble mean, x, y, want, want_x, want_y;
    gint dx = 0, dy = 0;

    test_image_draw(in, disc, NULL, 1, 1);
    test_image_draw(truth, disc, NULL, s, s);
    centre_of(truth, &want, &want_x, &want_y);
    for (guint m = 0; m < G_N_ELEMENTS(models); m++) {
        TestImage *out = test_image_new(format, ow, oh, NULL);
        TestPainter *t = test_painter_new(models[m], factor, in, out, NULL);

        test_paint(t, shot, in, out);
        centre_of(out, &mean, &x, &y);
        best_shift(truth, out, &dx, &dy);
        fail_unless(fabs(mean - want) < 0.5 && fabs(x - want_x) < 0.1 && fabs(y - want_y) < 0.1 &&
                        dx == 0 && dy == 0,
                    "%s %s %d/%d: mean %.2f, not %.2f; at %.3f,%.3f, not %.3f,%.3f; shift %d,%d",
                    models[m], format, factor.num, factor.den, mean, want, x, y, want_x, want_y,
                    dx, dy);
        test_painter_free(t);
        test_image_free(out);
    }
    test_image_free(in);
    test_image_free(truth);
}

GST_START_TEST(test_no_jump)
{
    check_rungs("I420", QSR_SCALE(2, 1), &test_plain_shot);
    check_rungs("RGB", QSR_SCALE(3, 2), &test_plain_shot);
    check_rungs("Y444", QSR_SCALE(3, 1), &test_plain_shot);
    check_rungs("GRAY8", QSR_SCALE(4, 1), &test_plain_shot);
    check_rungs("I420", QSR_SCALE(2, 1), &test_woven_shot);
    check_rungs("Y444", QSR_SCALE(4, 1), &test_woven_shot);
}
GST_END_TEST;

// One colour everywhere; Y, U, V or R, G, B of it.
static gdouble flat(gdouble x, gdouble y, gint component, gconstpointer data)
{
    (void) x;
    (void) y;
    return ((const gdouble *) data)[component - 1];
}

static void means_of(const TestImage *image, gdouble mean[3])
{
    guint16 *samples = test_image_samples(image);
    const gint n = image->width * image->height;

    for (gint c = 0; c < 3; c++) {
        gdouble sum = 0;

        for (gint i = 0; i < n; i++)
            sum += samples[4 * i + 1 + c];
        mean[c] = sum / n;
    }
    g_free(samples);
}

// Nor is a colour another one: the scalers keep them, and the networks have learnt to.
static void check_colour(const gchar *model, gdouble bound, const gchar *format,
                         const gdouble *colour)
{
    TestImage *in = test_image_new(format, 40, 30, NULL);
    TestImage *net = test_image_new(format, 80, 60, NULL);
    TestImage *cubic = test_image_new(format, 80, 60, NULL);
    TestPainter *a = test_painter_new(model, QSR_SCALE(2, 1), in, net, NULL);
    TestPainter *b = test_painter_new("bicubic", QSR_SCALE(2, 1), in, cubic, NULL);
    gdouble got[3], want[3];

    test_image_draw(in, flat, colour, 1, 1);
    test_paint(a, &test_plain_shot, in, net);
    test_paint(b, &test_plain_shot, in, cubic);
    means_of(net, got);
    means_of(cubic, want);
    for (gint c = 0; c < 3; c++)
        fail_unless(fabs(got[c] - want[c]) <= bound, "%s %s: component %d is %.2f, not %.2f", model,
                    format, c, got[c], want[c]);
    test_painter_free(a);
    test_painter_free(b);
    test_image_free(in);
    test_image_free(net);
    test_image_free(cubic);
}

GST_START_TEST(test_no_jump_of_colours)
{
    // Steps of 8 bits that a component's mean may be off by: 0.9 and 2.1 in truth.
    static const struct {
        const gchar *name;
        gdouble bound;
    } models[] = {{"quicksrnet-small", 1.5}, {"quicksrnet-medium", 2.5}};
    // Leaves, sky, skin, brick; and the green and the blue of a screen.
    static const gdouble rgb[][3] = {{0.25, 0.55, 0.2}, {0.3, 0.45, 0.8}, {0.85, 0.65, 0.53},
                                     {0.7, 0.2, 0.2}, {0.05, 0.75, 0.05}, {0.1, 0.1, 0.85}};
    QsrModel *model;
    QsrError err;

    for (guint m = 0; m < G_N_ELEMENTS(models); m++) {
        if (qsr_model_open(&model, models[m].name, QSR_SCALE(2, 1), &err) < 0) {
            g_print("%s at 2x is missing: its colours are not tested\n", models[m].name);
            continue;
        }
        qsr_model_unref(&model);
        for (guint i = 0; i < G_N_ELEMENTS(rgb); i++) {
            const gdouble *c = rgb[i], y = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
            const gdouble yuv[] = {(16 + 219 * y) / 255,
                                   (128 + 224 * (c[2] - y) / 1.772) / 255,
                                   (128 + 224 * (c[0] - y) / 1.402) / 255};

            check_colour(models[m].name, models[m].bound, "RGB", c);
            check_colour(models[m].name, models[m].bound, "I420", yuv);
            check_colour(models[m].name, models[m].bound, "Y444", yuv);
        }
    }
}
GST_END_TEST;

static Suite *look_suite(void)
{
    Suite *s = suite_create("look");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_defaults);
    tcase_add_test(tc, test_strength);
    tcase_add_test(tc, test_stages);
    tcase_add_test(tc, test_resized);
    tcase_add_test(tc, test_one_of_two);
    tcase_add_test(tc, test_threads);
    tcase_add_test(tc, test_while_playing);
    tcase_add_test(tc, test_navigation);
    tcase_add_test(tc, test_navigation_stereo);
    tcase_add_test(tc, test_no_jump);
    tcase_add_test(tc, test_no_jump_of_colours);
    return s;
}

GST_CHECK_MAIN(look)

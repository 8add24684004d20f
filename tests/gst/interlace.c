// SPDX-License-Identifier: BSD-2-Clause
//
// Fields of interlaced video and views of stereo frames: pictures of their own, each in
// its place.

#include <math.h>

#include "pixels.h"

static const QsrScale two = {2, 1};

static gdouble still_scene(gdouble x, gdouble y, gint component, gconstpointer speed)
{
    return test_smooth_scene(x * 0.7, y * *(const gdouble *) speed, component, NULL);
}

// A still scene enlarged as a frame, then field by field, and as fields that were not
// moved: how far each of them is from the scene itself. speed: of its changes from row to
// row; at 1 the luma of a field can show it well, at 0.4 its chroma too. gain: of being
// moved, in dB, at least; where 8 bits are the limit it is small.
static void check_still(const gchar *model, const gchar *format, QsrScale factor, gdouble speed,
                        gdouble gain)
{
    const gint w = 96, h = 128, ow = qsr_scale_size(factor, w), oh = qsr_scale_size(factor, h);
    const gdouble s = (gdouble) factor.num / factor.den;
    TestImage *in = test_image_new(format, w, h, NULL);
    TestImage *truth = test_image_new(format, ow, oh, NULL);
    TestImage *got = test_image_new(format, ow, oh, NULL);
    TestImage *half_in = test_image_new(format, w, h / 2, NULL);
    TestImage *half_out = test_image_new(format, ow, oh / 2, NULL);
    TestPainter *t = test_painter_new(model, factor, in, got, NULL);
    TestPainter *halves = test_painter_new(model, factor, half_in, half_out, NULL);
    gdouble frame, fields, unmoved;

    test_image_draw(in, still_scene, &speed, 1, 1);
    test_image_draw(truth, still_scene, &speed, s, s);
    test_paint(t, &test_plain_shot, in, got);
    frame = test_psnr(got, truth);
    test_paint(t, &test_woven_shot, in, got);
    fields = test_psnr(got, truth);
    for (gint f = 0; f < 2; f++) {
        gst_qsr_compose_take_field(&half_in->pic, &in->pic, f);
        test_paint(halves, &test_plain_shot, half_in, half_out);
        gst_qsr_compose_put_field(&got->pic, f, &half_out->pic);
    }
    unmoved = test_psnr(got, truth);
    fail_unless(fields > frame - 3 && unmoved < fields - gain,
                "%s %s: %.2f dB, as fields %.2f, not moved %.2f", model, format, frame, fields,
                unmoved);

    test_painter_free(halves);
    test_image_free(half_in);
    test_image_free(half_out);
    test_painter_free(t);
    test_image_free(in);
    test_image_free(truth);
    test_image_free(got);
}

GST_START_TEST(test_still)
{
    check_still("bicubic", "Y444", two, 1, 6);
    check_still("bicubic", "Y444_10LE", two, 0.4, 6);
    check_still("bicubic", "I420", two, 0.4, 1.5);
    check_still("bicubic", "I420_10LE", two, 0.4, 2.5);
    check_still("bicubic", "RGB", QSR_SCALE(3, 2), 1, 4);
    check_still("fsr1", "Y42B", two, 1, 2);
    check_still("quicksrnet-small", "NV12", two, 0.4, 1.5);
    check_still("quicksrnet-small", "P010_10LE", QSR_SCALE(4, 1), 0.4, 3);
}
GST_END_TEST;

// Each field by itself, as it comes where it is a buffer of its own, is what the woven
// frame has; of any height.
static void check_alternate(const gchar *format, gint height)
{
    const gint w = 9, oh = 2 * height;
    TestImage *in = test_image_new(format, w, height, NULL);
    TestImage *woven = test_image_new(format, 2 * w, oh, NULL);
    TestImage *again = test_image_new(format, 2 * w, oh, NULL);
    TestImage *field = test_image_new(format, w, height, "interlace-mode=alternate");
    TestImage *big = test_image_new(format, 2 * w, oh, "interlace-mode=alternate");
    TestPainter *t = test_painter_new("quicksrnet-small", two, in, woven, NULL);
    TestPainter *apart = test_painter_new("quicksrnet-small", two, field, big, NULL);

    test_image_noise(in, (guint) height);
    test_paint(t, &test_woven_shot, in, woven);
    for (gint f = 0; f < 2; f++) {
        const GstQsrShot shot = {FALSE, f, GST_QSR_ONE_VIEW, GST_CLOCK_TIME_NONE};

        gst_qsr_compose_take_field(&field->pic, &in->pic, f);
        test_paint(apart, &shot, field, big);
        gst_qsr_compose_put_field(&again->pic, f, &big->pic);
    }
    test_assert_same(again, woven);

    test_painter_free(apart);
    test_painter_free(t);
    test_image_free(in);
    test_image_free(woven);
    test_image_free(again);
    test_image_free(field);
    test_image_free(big);
}

GST_START_TEST(test_alternate)
{
    for (gint i = 0; i < test_n_formats; i++)
        check_alternate(test_formats[i], 12);
    for (gint height = 1; height <= 11; height++) {
        check_alternate("I420", height);
        check_alternate("YUY2", height);
        check_alternate("RGB", height);
    }
}
GST_END_TEST;

// No comb can come of motion: what one field shows never gets into the other.
static void check_apart(const gchar *format, const GstQsrLook *look)
{
    TestImage *in = test_image_new(format, 22, 20, NULL);
    TestImage *other = test_image_new(format, 22, 20, NULL);
    TestImage *out = test_image_new(format, 44, 40, NULL);
    TestImage *out2 = test_image_new(format, 44, 40, NULL);
    TestPainter *t = test_painter_new("quicksrnet-small", two, in, out, NULL);
    QsrPicture a, b;

    t->look = *look;
    test_image_noise(in, 1);
    test_image_noise(other, 2);
    gst_qsr_compose_field(&a, &in->pic, 0);
    gst_qsr_compose_put_field(&other->pic, 0, &a); // only the bottom field is another
    test_paint(t, &test_woven_shot, in, out);
    test_paint(t, &test_woven_shot, other, out2);
    for (gint f = 0; f < 2; f++) {
        TestImage *one = test_image_new(format, 44, 20, NULL);
        TestImage *two_ = test_image_new(format, 44, 20, NULL);

        gst_qsr_compose_field(&a, &out->pic, f);
        gst_qsr_compose_field(&b, &out2->pic, f);
        gst_qsr_compose_copy(&one->pic, &a);
        gst_qsr_compose_copy(&two_->pic, &b);
        if (f == 0)
            test_assert_same(one, two_);
        else
            fail_unless(test_psnr(one, two_) < 30);
        test_image_free(one);
        test_image_free(two_);
    }
    test_painter_free(t);
    test_image_free(in);
    test_image_free(other);
    test_image_free(out);
    test_image_free(out2);
}

GST_START_TEST(test_fields_apart)
{
    const GstQsrLook plain = {GST_QSR_UPSCALE_COMPARE_OFF, 0.5, 1, 0};
    const GstQsrLook all = {GST_QSR_UPSCALE_COMPARE_SPLIT, 0.5, 0.7, 0.9};

    for (gint i = 0; i < test_n_formats; i++)
        check_apart(test_formats[i], &plain);
    check_apart("I420", &all);
    check_apart("RGBA", &all);
}
GST_END_TEST;

// Each view is what it would be alone, unless their border runs through shared chroma.
static void check_views(const gchar *format, GstQsrViews views, gboolean woven)
{
    const gboolean beside = views == GST_QSR_SIDE_BY_SIDE;
    const gint w = 20, h = 24, fw = beside ? 2 * w : w, fh = beside ? h : 2 * h;
    const GstQsrShot shot = {woven, -1, views, GST_CLOCK_TIME_NONE};
    TestImage *in = test_image_new(format, fw, fh, NULL);
    TestImage *out = test_image_new(format, 2 * fw, 2 * fh, NULL);
    TestImage *view = test_image_new(format, w, h, NULL);
    TestImage *alone = test_image_new(format, 2 * w, 2 * h, NULL);
    TestImage *got = test_image_new(format, 2 * w, 2 * h, NULL);
    TestPainter *t = test_painter_new("quicksrnet-small", two, in, out, NULL);
    TestPainter *one = test_painter_new("quicksrnet-small", two, view, alone, NULL);

    one->look.sharpness = t->look.sharpness = 0.5;
    test_image_noise(in, 1);
    test_paint(t, &shot, in, out);
    for (gint i = 0; i < 2; i++) {
        QsrPicture part = gst_qsr_compose_cut(&in->pic, beside ? i * w : 0, beside ? 0 : i * h, w,
                                              h);

        gst_qsr_compose_copy(&view->pic, &part);
        test_paint(one, woven ? &test_woven_shot : &test_plain_shot, view, alone);
        part = gst_qsr_compose_cut(&out->pic, beside ? 2 * i * w : 0, beside ? 0 : 2 * i * h, 2 * w,
                                   2 * h);
        gst_qsr_compose_copy(&got->pic, &part);
        test_assert_same(got, alone);
    }
    test_painter_free(t);
    test_painter_free(one);
    test_image_free(in);
    test_image_free(out);
    test_image_free(view);
    test_image_free(alone);
    test_image_free(got);
}

GST_START_TEST(test_views)
{
    static const gchar *const some[] = {"I420", "NV12", "YUY2", "RGB", "GRAY8", "P010_10LE"};

    for (guint i = 0; i < G_N_ELEMENTS(some); i++) {
        check_views(some[i], GST_QSR_SIDE_BY_SIDE, FALSE);
        check_views(some[i], GST_QSR_TOP_BOTTOM, FALSE);
        check_views(some[i], GST_QSR_SIDE_BY_SIDE, TRUE);
        check_views(some[i], GST_QSR_TOP_BOTTOM, TRUE);
    }
}
GST_END_TEST;

// Where halves cannot be told apart the frame is one picture, and no frame is refused.
GST_START_TEST(test_odd_views)
{
    for (gint w = 1; w <= 9; w++) {
        for (gint views = GST_QSR_SIDE_BY_SIDE; views <= GST_QSR_TOP_BOTTOM; views++) {
            const GstQsrShot shot = {w % 2, -1, (GstQsrViews) views, GST_CLOCK_TIME_NONE};
            const gint ow = qsr_scale_size(QSR_SCALE(3, 2), w);
            TestImage *in = test_image_new("I420", w, w, NULL);
            TestImage *out = test_image_new("I420", ow, ow, NULL);
            TestPainter *t = test_painter_new("fsr1", QSR_SCALE(3, 2), in, out, NULL);
            guint16 *samples;

            gst_buffer_memset(in->frame.buffer, 0, 100, -1);
            memset(in->frame.map[0].data, 100, in->frame.map[0].size);
            test_paint(t, &shot, in, out);
            samples = test_image_samples(out);
            for (gint i = 0; i < ow * ow; i++)
                fail_unless(ABS(samples[4 * i + 1] - 100) <= 1 &&
                            ABS(samples[4 * i + 2] - 100) <= 1);
            g_free(samples);
            test_painter_free(t);
            test_image_free(in);
            test_image_free(out);
        }
    }
}
GST_END_TEST;

static void check_shot(const gchar *more, gboolean mixed_mono, guint flags,
                       const GstQsrShot *want)
{
    GstCaps *caps = test_caps("I420", 32, 32, more);
    GstBuffer *buffer;
    GstVideoFrame frame;
    GstVideoInfo info;
    GstQsrShot shot;

    if (more && strstr(more, "alternate"))
        gst_caps_set_features_simple(
            caps, gst_caps_features_new_single(GST_CAPS_FEATURE_FORMAT_INTERLACED));
    fail_unless(gst_video_info_from_caps(&info, caps));
    if (mixed_mono)
        GST_VIDEO_INFO_MULTIVIEW_FLAGS(&info) |= GST_VIDEO_MULTIVIEW_FLAGS_MIXED_MONO;
    buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
    GST_BUFFER_FLAG_SET(buffer, flags);
    fail_unless(gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ));
    gst_qsr_shot_init(&shot, &frame, 7);
    fail_unless(shot.woven == want->woven && shot.field == want->field &&
                    shot.views == want->views && shot.stream_time == 7, "%s, %x", more, flags);
    gst_video_frame_unmap(&frame);
    gst_buffer_unref(buffer);
    gst_caps_unref(caps);
}

// What caps and flags say about a frame.
GST_START_TEST(test_shots)
{
    const guint top = GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TOP_FIELD;
    const guint bottom = GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_BOTTOM_FIELD;
    GstQsrShot want = test_plain_shot;

    check_shot(NULL, FALSE, 0, &want);
    check_shot("interlace-mode=mixed", FALSE, 0, &want);
    check_shot("multiview-mode=mono", FALSE, 0, &want);
    check_shot(NULL, FALSE, GST_VIDEO_BUFFER_FLAG_MULTIPLE_VIEW, &want);
    check_shot("multiview-mode=side-by-side", TRUE, 0, &want);
    want.woven = TRUE;
    check_shot("interlace-mode=mixed", FALSE, GST_VIDEO_BUFFER_FLAG_INTERLACED, &want);
    check_shot("interlace-mode=interleaved", FALSE, 0, &want);
    check_shot("interlace-mode=interleaved", FALSE, GST_VIDEO_BUFFER_FLAG_TFF, &want);
    want.woven = FALSE;
    want.field = 0;
    check_shot("interlace-mode=alternate", FALSE, top, &want);
    want.field = 1;
    check_shot("interlace-mode=alternate", FALSE, bottom, &want);
    want.field = -1;
    want.views = GST_QSR_SIDE_BY_SIDE;
    check_shot("multiview-mode=side-by-side", FALSE, 0, &want);
    check_shot("multiview-mode=side-by-side", TRUE, GST_VIDEO_BUFFER_FLAG_MULTIPLE_VIEW, &want);
    want.views = GST_QSR_TOP_BOTTOM;
    check_shot("multiview-mode=top-bottom", FALSE, 0, &want);
}
GST_END_TEST;

// In a stream: caps and flags of buffers reach the painter, and a stream that mixes
// fields and frames loses none.
static void check_stream(const gchar *more, const guint *flags, const GstQsrShot *shots, guint n)
{
    GstHarness *h = test_harness("scale=2", NULL);
    TestImage *in = test_image_new("I420", 32, 24, more);
    TestImage *want = test_image_new("I420", 64, 48, more);
    TestPainter *t = test_painter_new("quicksrnet-small", two, in, want, NULL);
    GstCaps *caps = test_caps("I420", 32, 24, more);

    if (strstr(more, "alternate"))
        gst_caps_set_features_simple(
            caps, gst_caps_features_new_single(GST_CAPS_FEATURE_FORMAT_INTERLACED));
    gst_harness_set_src_caps(h, caps);
    for (guint i = 0; i < n; i++) {
        GstBuffer *buffer, *out;

        test_image_noise(in, i);
        test_paint(t, &shots[i], in, want);
        buffer = gst_buffer_copy_deep(in->frame.buffer);
        GST_BUFFER_FLAG_SET(buffer, flags[i]);
        out = gst_harness_push_and_pull(h, buffer);
        fail_unless(out != NULL, "%s", more);
        fail_unless((GST_BUFFER_FLAGS(out) & flags[i]) == flags[i]);
        test_assert_same_picture(out, want->frame.buffer, &want->colour.info);
        gst_buffer_unref(out);
    }
    test_painter_free(t);
    test_image_free(in);
    test_image_free(want);
    test_harness_end(h, NULL);
}

GST_START_TEST(test_streams)
{
    const GstQsrShot plain = test_plain_shot, woven = test_woven_shot;
    const GstQsrShot top = {FALSE, 0, GST_QSR_ONE_VIEW, GST_CLOCK_TIME_NONE};
    const GstQsrShot bottom = {FALSE, 1, GST_QSR_ONE_VIEW, GST_CLOCK_TIME_NONE};
    const GstQsrShot beside = {FALSE, -1, GST_QSR_SIDE_BY_SIDE, GST_CLOCK_TIME_NONE};
    const GstQsrShot above = {FALSE, -1, GST_QSR_TOP_BOTTOM, GST_CLOCK_TIME_NONE};
    const guint interlaced = GST_VIDEO_BUFFER_FLAG_INTERLACED;

    check_stream("interlace-mode=interleaved",
                 (guint[]) {interlaced, interlaced | GST_VIDEO_BUFFER_FLAG_TFF},
                 (GstQsrShot[]) {woven, woven}, 2);
    check_stream("interlace-mode=mixed", (guint[]) {0, interlaced, 0, interlaced},
                 (GstQsrShot[]) {plain, woven, plain, woven}, 4);
    check_stream("interlace-mode=alternate",
                 (guint[]) {interlaced | GST_VIDEO_BUFFER_FLAG_TOP_FIELD,
                            interlaced | GST_VIDEO_BUFFER_FLAG_BOTTOM_FIELD},
                 (GstQsrShot[]) {top, bottom}, 2);
    check_stream("multiview-mode=side-by-side", (guint[]) {0}, &beside, 1);
    check_stream("multiview-mode=top-bottom", (guint[]) {0}, &above, 1);
}
GST_END_TEST;

static Suite *interlace_suite(void)
{
    Suite *s = suite_create("interlace");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_still);
    tcase_add_test(tc, test_alternate);
    tcase_add_test(tc, test_fields_apart);
    tcase_add_test(tc, test_views);
    tcase_add_test(tc, test_odd_views);
    tcase_add_test(tc, test_shots);
    tcase_add_test(tc, test_streams);
    return s;
}

GST_CHECK_MAIN(interlace)

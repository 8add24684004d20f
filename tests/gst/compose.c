// SPDX-License-Identifier: BSD-2-Clause
//
// Pictures cut, put together and mixed: every format at awkward sizes, against the same
// done with unpacked pixels.

#include "gst/compose.h"
#include "pixels.h"

static const gint sizes[][2] = {{17, 31}, {1, 1}, {2, 3}, {6, 2}, {33, 4}, {64, 9}};

static TestImage *noise(const gchar *format, const gint *size, guint seed)
{
    TestImage *image = test_image_new(format, size[0], size[1], NULL);

    test_image_noise(image, seed);
    return image;
}

static void check_blend(const gchar *format, const gint *size, guint weight)
{
    TestImage *a = noise(format, size, 1), *b = noise(format, size, 2);
    TestImage *to = noise(format, size, 3);
    guint16 *sa = test_image_samples(a), *sb = test_image_samples(b), *st;

    gst_qsr_compose_blend(&to->pic, &a->pic, &b->pic, weight);
    st = test_image_samples(to);
    for (gint i = 0; i < 4 * size[0] * size[1]; i++) {
        guint want = (sa[i] * weight + sb[i] * (256 - weight) + 128) / 256;

        if (st[i] != want)
            fail("%s %dx%d, weight %u: component %d is %u, not %u", format, size[0], size[1],
                 weight, i, st[i], want);
    }
    // In place.
    gst_qsr_compose_blend(&a->pic, &a->pic, &b->pic, weight);
    test_assert_same(a, to);
    g_free(sa);
    g_free(sb);
    g_free(st);
    test_image_free(a);
    test_image_free(b);
    test_image_free(to);
}

static void check_blend_of(const gchar *format)
{
    static const guint weights[] = {0, 1, 100, 128, 255, 256};

    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
        for (guint w = 0; w < G_N_ELEMENTS(weights); w++)
            check_blend(format, sizes[s], weights[w]);
}

static gboolean same_pixel(const guint16 *a, const guint16 *b)
{
    return memcmp(a, b, 4 * sizeof(*a)) == 0;
}

// White or black, as far as the format can say it.
static gboolean has_colour(const TestImage *image, const guint16 *pixel, gboolean white)
{
    const GstVideoFormatInfo *f = image->colour.info.finfo;
    const gint bits = (gint) GST_VIDEO_FORMAT_INFO_DEPTH(f, 0) - 8;
    const gint full = (256 << bits) - 1;

    if (GST_VIDEO_FORMAT_INFO_IS_GRAY(f))
        return pixel[1] == (white ? 255 : 0);
    if (GST_VIDEO_FORMAT_INFO_IS_RGB(f))
        return pixel[1] == pixel[2] && pixel[2] == pixel[3] && pixel[1] == (white ? full : 0) &&
               (!GST_VIDEO_FORMAT_INFO_HAS_ALPHA(f) || pixel[0] >= 3);
    return pixel[1] == (white ? 235 : 16) << bits && pixel[2] == 128 << bits &&
           pixel[3] == 128 << bits && (!GST_VIDEO_FORMAT_INFO_HAS_ALPHA(f) || pixel[0] == 255);
}

static void check_fill(const gchar *format, const gint *size, gboolean white)
{
    TestImage *image = noise(format, size, 1);
    GstQsrBrush brush;
    guint16 *samples;

    gst_qsr_brush_init(&brush, &image->colour, size[0], white);
    gst_qsr_compose_fill(&image->pic, &brush);
    samples = test_image_samples(image);
    for (gint i = 0; i < size[0] * size[1]; i++)
        fail_unless(has_colour(image, samples + 4 * i, white), "%s %dx%d", format, size[0],
                    size[1]);
    g_free(samples);
    gst_qsr_brush_clear(&brush);
    test_image_free(image);
}

static void check_fill_of(const gchar *format)
{
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        check_fill(format, sizes[s], FALSE);
        check_fill(format, sizes[s], TRUE);
    }
}

// halves: the middles of both, x is not looked at.
static void check_two(const gchar *format, const gint *size, gint x, gboolean halves)
{
    TestImage *a = noise(format, size, 1), *b = noise(format, size, 2);
    TestImage *to = noise(format, size, 3);
    guint16 *sa = test_image_samples(a), *sb = test_image_samples(b), *st;
    gint group_width, group_height, edge, offset = 0, n_line = 0;
    GstQsrBrush line;

    gst_qsr_brush_init(&line, &a->colour, size[0], TRUE);
    gst_qsr_compose_group(a->pic.format, &group_width, &group_height);
    if (halves) {
        gst_qsr_compose_halves(&to->pic, &a->pic, &b->pic, &line);
        edge = size[0] / 2 / group_width * group_width;
        offset = (size[0] - edge) / 2 / group_width * group_width;
    } else {
        gst_qsr_compose_split(&to->pic, &a->pic, &b->pic, x, &line);
        edge = x >= size[0] ? size[0] : x / group_width * group_width;
    }
    st = test_image_samples(to);
    for (gint i = 0; i < size[0] * size[1]; i++) {
        gint column = i % size[0];
        const guint16 *want = column < edge
                                  ? sa + 4 * (i + offset)
                                  : sb + 4 * (i + (halves ? offset - edge : 0));

        if (ABS(column - edge) <= 2 && has_colour(to, st + 4 * i, TRUE))
            n_line++;
        else
            fail_unless(same_pixel(st + 4 * i, want), "%s %dx%d at %d: pixel %d", format, size[0],
                        size[1], x, i);
    }
    if (edge == 0 || edge == size[0])
        fail_unless(n_line <= 4 * size[1]); // none but by chance
    else
        fail_unless(n_line >= size[1] && n_line <= 3 * size[1], "%s: line of %d", format, n_line);
    g_free(sa);
    g_free(sb);
    g_free(st);
    gst_qsr_brush_clear(&line);
    test_image_free(a);
    test_image_free(b);
    test_image_free(to);
}

static void check_split_of(const gchar *format)
{
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        static const gint xs[] = {0, 1, 7, 16, 64, 1000};

        for (guint x = 0; x < G_N_ELEMENTS(xs); x++)
            check_two(format, sizes[s], xs[x], FALSE);
    }
}

static void check_halves_of(const gchar *format)
{
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
        check_two(format, sizes[s], 0, TRUE);
}

// A cut is those pixels and no others.
static void check_cut_of(const gchar *format)
{
    static const gint size[] = {37, 22}, part[] = {11, 6};
    TestImage *image = noise(format, size, 1);
    TestImage *copy = test_image_new(format, part[0], part[1], NULL);
    QsrPicture cut = gst_qsr_compose_cut(&image->pic, 4, 8, part[0], part[1]);
    guint16 *all = test_image_samples(image), *some;

    gst_qsr_compose_copy(&copy->pic, &cut);
    some = test_image_samples(copy);
    for (gint i = 0; i < part[0] * part[1]; i++)
        fail_unless(same_pixel(some + 4 * i,
                               all + 4 * ((i / part[0] + 8) * size[0] + i % part[0] + 4)));
    g_free(all);
    g_free(some);
    test_image_free(copy);
    test_image_free(image);
}

// Both fields taken out of a frame and put back give the frame, whatever its height, and
// where a field can be used in place it is the same.
static void check_fields_of(const gchar *format)
{
    gint group_width, group_height;

    for (gint height = 1; height <= 13; height++) {
        const gint size[] = {5, height}, half[] = {5, (height + 1) / 2};
        TestImage *frame = noise(format, size, 1), *again = noise(format, size, 2);

        gst_qsr_compose_group(frame->pic.format, &group_width, &group_height);
        for (gint f = 0; f < 2; f++) {
            TestImage *copy = noise(format, half, 3);
            gboolean fits;
            QsrPicture field;

            fits = gst_qsr_compose_field(&field, &frame->pic, f);
            fail_unless(fits || f == 1 || height % (2 * group_height), "%s %d", format, height);
            fail_if(fits && f == 1 && height % 2);
            gst_qsr_compose_take_field(&copy->pic, &frame->pic, f);
            gst_qsr_compose_put_field(&again->pic, f, &copy->pic);
            if (fits) {
                TestImage *direct = noise(format, half, 4);

                gst_qsr_compose_copy(&direct->pic, &field);
                test_assert_same(direct, copy);
                test_image_free(direct);
            }
            test_image_free(copy);
        }
        test_assert_same(again, frame);
        test_image_free(frame);
        test_image_free(again);
    }
}

// A process for each format takes longer than the test.
#define EVERY_FORMAT(name) \
    GST_START_TEST(test_##name) \
    { \
        for (gint i = 0; i < test_n_formats; i++) \
            check_##name##_of(test_formats[i]); \
    } \
    GST_END_TEST

EVERY_FORMAT(blend)
EVERY_FORMAT(fill)
EVERY_FORMAT(split)
EVERY_FORMAT(halves)
EVERY_FORMAT(cut)
EVERY_FORMAT(fields)

static Suite *compose_suite(void)
{
    Suite *s = suite_create("compose");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_blend);
    tcase_add_test(tc, test_fill);
    tcase_add_test(tc, test_split);
    tcase_add_test(tc, test_halves);
    tcase_add_test(tc, test_cut);
    tcase_add_test(tc, test_fields);
    return s;
}

GST_CHECK_MAIN(compose)

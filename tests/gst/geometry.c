// SPDX-License-Identifier: BSD-2-Clause
//
// Where the pixels go: borders, factors, points and rectangles, and the ratios they
// are made from.

#include <math.h>

#include "gst/geometry.h"

#include "common.h"

static GstVideoInfo info_of(const gchar *format, gint w, gint h, gint par_n, gint par_d,
                            gboolean interlaced)
{
    GstVideoInfo info;

    gst_video_info_set_format(&info, gst_video_format_from_string(format), (guint) w, (guint) h);
    info.par_n = par_n;
    info.par_d = par_d;
    if (interlaced)
        GST_VIDEO_INFO_INTERLACE_MODE(&info) = GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
    return info;
}

static GstQsrSizing sizing_with(gdouble wish, gboolean add_borders)
{
    GstQsrSizing sizing = {.factors = gst_qsr_all_factors, .add_borders = add_borders};

    if (wish != 0)
        fail_unless(gst_qsr_scale_from_double(&sizing.wish, wish));
    return sizing;
}

static const struct {
    const gchar *format;
    gint in[4], out[4]; // width, height, pixel aspect ratio
    gboolean interlaced;
    GstVideoRectangle dest;
} borders[] = {
    // the same shape
    {"I420", {640, 480, 1, 1}, {1280, 960, 1, 1}, FALSE, {0, 0, 1280, 960}},
    {"I420", {720, 576, 16, 15}, {768, 576, 1, 1}, FALSE, {0, 0, 768, 576}},
    {"I420", {720, 576, 64, 45}, {1920, 1080, 1, 1}, FALSE, {0, 0, 1920, 1080}},
    // beside and above the picture
    {"I420", {640, 480, 1, 1}, {1280, 720, 1, 1}, FALSE, {160, 0, 960, 720}},
    {"I420", {640, 360, 1, 1}, {800, 600, 1, 1}, FALSE, {0, 74, 800, 450}},
    {"RGB", {640, 360, 1, 1}, {800, 600, 1, 1}, FALSE, {0, 75, 800, 450}},
    {"Y444", {64, 48, 1, 1}, {65, 65, 1, 1}, FALSE, {0, 8, 65, 49}},
    {"I420", {64, 48, 1, 1}, {65, 65, 1, 1}, FALSE, {0, 6, 65, 50}},
    {"I420", {48, 64, 1, 1}, {65, 65, 1, 1}, FALSE, {6, 0, 50, 65}},
    {"YUY2", {48, 64, 1, 1}, {65, 65, 1, 1}, FALSE, {6, 0, 50, 65}},
    {"YUY2", {64, 48, 1, 1}, {65, 65, 1, 1}, FALSE, {0, 8, 65, 49}},
    {"NV12", {100, 100, 2, 1}, {100, 100, 1, 1}, FALSE, {0, 24, 100, 50}},
    {"GRAY8", {100, 100, 1, 1}, {100, 100, 2, 1}, FALSE, {25, 0, 50, 100}},
    // two fields
    {"I420", {640, 360, 1, 1}, {800, 600, 1, 1}, TRUE, {0, 72, 800, 452}},
    {"Y444", {640, 360, 1, 1}, {800, 600, 1, 1}, TRUE, {0, 74, 800, 450}},
    // a difference that whole pixels make, or that nobody sees
    {"RGB", {641, 481, 1, 1}, {962, 722, 1, 1}, FALSE, {0, 0, 962, 722}},
    {"RGB", {1, 1000, 1, 1}, {2, 1500, 1, 1}, FALSE, {0, 0, 2, 1500}},
    {"RGB", {960, 540, 1, 1}, {1000, 563, 1, 1}, FALSE, {0, 0, 1000, 563}},
    {"RGB", {960, 540, 1, 1}, {1000, 564, 1, 1}, FALSE, {0, 0, 1000, 564}},
    {"RGB", {960, 540, 1, 1}, {1000, 565, 1, 1}, FALSE, {0, 1, 1000, 563}},
    {"I420", {960, 540, 1, 1}, {1000, 566, 1, 1}, FALSE, {0, 0, 1000, 566}},
    {"I420", {960, 540, 1, 1}, {1000, 568, 1, 1}, FALSE, {0, 2, 1000, 564}},
    // extremes
    {"I420", {1, 1, 1, 1}, {100, 10, 1, 1}, FALSE, {44, 0, 10, 10}},
    {"I420", {1000, 1, 1, 1}, {100, 10, 1, 1}, FALSE, {0, 4, 100, 2}},
    {"I420", {1920, 1080, 2147483647, 1}, {1280, 720, 1, 2147483647}, FALSE, {0, 358, 1280, 2}},
    {"GRAY8", {1920, 1080, 1, 2147483647}, {1280, 720, 2147483647, 1}, FALSE, {639, 0, 1, 720}},
    {"GRAY8", {2147483647, 2147483647, 1, 1}, {2147483647, 1, 1, 1}, FALSE,
     {1073741823, 0, 1, 1}},
    // nonsense counts as 1/1
    {"I420", {640, 480, 0, 1}, {1280, 960, 1, 0}, FALSE, {0, 0, 1280, 960}},
};

GST_START_TEST(test_borders)
{
    const gint *i = borders[__i__].in, *o = borders[__i__].out;
    const GstVideoRectangle *dest = &borders[__i__].dest;
    GstVideoInfo in = info_of(borders[__i__].format, 1, 1, i[2], i[3], borders[__i__].interlaced);
    GstVideoInfo out = info_of(borders[__i__].format, 1, 1, o[2], o[3], borders[__i__].interlaced);
    GstQsrSizing sizing = sizing_with(0, TRUE);
    GstQsrGeometry g;

    in.width = i[0];
    in.height = i[1];
    out.width = o[0];
    out.height = o[1];
    gst_qsr_geometry_plan(&g, &sizing, &in, &out);
    fail_unless(g.dest.x == dest->x && g.dest.y == dest->y && g.dest.w == dest->w &&
                    g.dest.h == dest->h,
                "row %d: %dx%d at %d,%d", __i__, g.dest.w, g.dest.h, g.dest.x, g.dest.y);

    sizing.add_borders = FALSE;
    gst_qsr_geometry_plan(&g, &sizing, &in, &out);
    fail_unless(g.dest.x == 0 && g.dest.y == 0 && g.dest.w == o[0] && g.dest.h == o[1]);
}
GST_END_TEST;

static const struct {
    const gchar *factors; // as in "2 1.5 1"; "+": of a scaler
    gdouble wish;
    gint in_w, in_h, out_w, out_h;
    gboolean interlaced;
    QsrScale factor;
    gint net_w, net_h;
} factors[] = {
    // exact
    {"2 1.5 3 4 1", 0, 100, 50, 200, 100, FALSE, {2, 1}, 200, 100},
    {"2 1.5 3 4 1", 0, 101, 51, 152, 77, FALSE, {3, 2}, 152, 77},
    {"2 1.5 3 4 1", 0, 100, 50, 300, 150, FALSE, {3, 1}, 300, 150},
    {"2 1.5 3 4 1", 0, 100, 50, 400, 200, FALSE, {4, 1}, 400, 200},
    // the next one, for the larger of both directions
    {"2 1.5 3 4 1", 0, 100, 50, 101, 50, FALSE, {3, 2}, 150, 75},
    {"2 1.5 3 4 1", 0, 100, 50, 100, 51, FALSE, {3, 2}, 150, 75},
    {"2 1.5 3 4 1", 0, 100, 50, 151, 20, FALSE, {2, 1}, 200, 100},
    {"2 1.5 3 4 1", 0, 100, 50, 20, 101, FALSE, {3, 1}, 300, 150},
    {"2 1.5 3 4 1", 0, 100, 50, 399, 200, FALSE, {4, 1}, 400, 200},
    // beyond the largest
    {"2 1.5 3 4 1", 0, 100, 50, 1000, 500, FALSE, {4, 1}, 400, 200},
    {"2 1", 0, 100, 50, 300, 150, FALSE, {2, 1}, 200, 100},
    // a file has but one
    {"3 1", 0, 100, 50, 101, 51, FALSE, {3, 1}, 300, 150},
    {"3 1", 2, 100, 50, 200, 100, FALSE, {3, 1}, 300, 150},
    // none is needed
    {"2 1.5 3 4 1", 0, 100, 50, 100, 50, FALSE, {1, 1}, 100, 50},
    {"2 1.5 3 4 1", 2, 100, 50, 100, 50, FALSE, {1, 1}, 100, 50},
    {"2 1.5 3 4 1", 2, 100, 50, 99, 1, FALSE, {1, 1}, 100, 50},
    {"2 1 +", 0, 100, 50, 70, 50, FALSE, {1, 1}, 100, 50},
    // a wish is the least
    {"2 1.5 3 4 1", 3, 100, 50, 120, 60, FALSE, {3, 1}, 300, 150},
    {"2 1.5 3 4 1", 2.5, 100, 50, 200, 100, FALSE, {3, 1}, 300, 150},
    {"2 1.5 3 4 1", 1.5, 100, 50, 400, 200, FALSE, {4, 1}, 400, 200},
    {"2 1.5 3 4 1", 1, 100, 50, 150, 75, FALSE, {3, 2}, 150, 75},
    {"2 1.5 1", 4, 100, 50, 110, 55, FALSE, {2, 1}, 200, 100},
    // scalers: exact factors as networks, else the size itself
    {"2 1.5 3 4 1 +", 0, 101, 51, 152, 77, FALSE, {3, 2}, 152, 77},
    {"2 1.5 3 4 1 +", 0, 100, 50, 170, 90, FALSE, {0, 0}, 170, 90},
    {"2 1.5 3 4 1 +", 3, 100, 50, 170, 90, FALSE, {0, 0}, 170, 90},
    {"2 1.5 3 4 1 +", 0, 100, 50, 100, 200, FALSE, {0, 0}, 100, 200},
    {"2 1.5 3 4 1 +", 0, 100, 50, 99, 200, FALSE, {4, 1}, 400, 200},
    {"2 1.5 3 4 1 +", 0, 100, 50, 401, 100, FALSE, {4, 1}, 400, 200},
    // fields: as many lines of one as of the other
    {"2 1.5 3 4 1", 0, 100, 50, 150, 76, TRUE, {3, 2}, 150, 76},
    {"2 1.5 3 4 1", 0, 100, 52, 150, 78, TRUE, {3, 2}, 150, 78},
    {"2 1.5 3 4 1", 0, 100, 50, 130, 60, TRUE, {3, 2}, 150, 76},
    {"2 1.5 3 4 1 +", 0, 100, 50, 130, 60, TRUE, {0, 0}, 130, 60},
    // larger than an engine takes
    {"2 1.5 3 4 1", 0, 16384, 1, 32768, 2, FALSE, {2, 1}, 32768, 2},
    {"2 1.5 3 4 1", 0, 16385, 1, 32770, 2, FALSE, {1, 1}, 16385, 1},
    {"2 1.5 3 4 1 +", 0, 1, 20000, 2, 20001, FALSE, {1, 1}, 1, 20000},
    {"2 1.5 3 4 1", 4, 1, 20000, 2, 20001, FALSE, {1, 1}, 1, 20000},
};

GST_START_TEST(test_factors)
{
    GstQsrSizing sizing = sizing_with(factors[__i__].wish, FALSE);
    gchar **words = g_strsplit(factors[__i__].factors, " ", -1);
    GstVideoInfo in = info_of("RGB", factors[__i__].in_w, factors[__i__].in_h, 1, 1,
                              factors[__i__].interlaced);
    GstVideoInfo out = info_of("RGB", factors[__i__].out_w, factors[__i__].out_h, 1, 1,
                               factors[__i__].interlaced);
    GstQsrGeometry g;

    sizing.factors.n = 0;
    for (gint i = 0; words[i]; i++) {
        if (words[i][0] == '+')
            sizing.is_scaler = TRUE;
        else
            gst_qsr_scale_from_double(&sizing.factors.scale[sizing.factors.n++],
                                      g_ascii_strtod(words[i], NULL));
    }
    gst_qsr_geometry_plan(&g, &sizing, &in, &out);
    fail_unless(gst_qsr_scale_equal(g.factor, factors[__i__].factor) &&
                    g.net_width == factors[__i__].net_w && g.net_height == factors[__i__].net_h,
                "row %d: %d/%d, %dx%d", __i__, g.factor.num, g.factor.den, g.net_width,
                g.net_height);
    fail_unless_equals_int(gst_qsr_geometry_is_passthrough(&g),
                           in.width == out.width && in.height == out.height);
    fail_unless_equals_int(gst_qsr_geometry_is_direct(&g),
                           g.net_width == out.width && g.net_height == out.height);
    g_strfreev(words);
}
GST_END_TEST;

// Borders and the factor at once: the picture decides, not the output.
GST_START_TEST(test_factor_within_borders)
{
    GstVideoInfo in = info_of("I420", 100, 50, 1, 1, FALSE);
    GstVideoInfo out = info_of("I420", 200, 400, 1, 1, FALSE);
    GstQsrSizing sizing = sizing_with(0, TRUE);
    GstQsrGeometry g;

    gst_qsr_geometry_plan(&g, &sizing, &in, &out);
    fail_unless(gst_qsr_scale_equal(g.factor, QSR_SCALE(2, 1)) && g.dest.y == 150 &&
                g.dest.h == 100);
    fail_if(gst_qsr_geometry_is_direct(&g)); // there are borders
    out.width = 100;
    gst_qsr_geometry_plan(&g, &sizing, &in, &out);
    fail_unless(g.factor.num == g.factor.den && g.dest.y == 174 && g.dest.h == 50);
    fail_if(gst_qsr_geometry_is_passthrough(&g));
}
GST_END_TEST;

// What holds for all sizes and shapes.
GST_START_TEST(test_any)
{
    static const gchar *const formats[] = {"I420", "RGB", "YUY2", "GRAY8", "P010_10LE", "Y42B"};
    GRand *rand = g_rand_new_with_seed(42);

    for (gint n = 0; n < 20000; n++) {
        const gchar *format = formats[g_rand_int_range(rand, 0, G_N_ELEMENTS(formats))];
        gboolean interlaced = g_rand_int_range(rand, 0, 4) == 0;
        gint large = g_rand_int_range(rand, 0, 2) ? 40 : 4000, unit = interlaced ? 2 : 1;
        GstVideoInfo in =
            info_of(format, g_rand_int_range(rand, 1, large),
                    g_rand_int_range(rand, 1, large) * unit, g_rand_int_range(rand, 1, 20),
                    g_rand_int_range(rand, 1, 20), interlaced);
        GstVideoInfo out =
            info_of(format, g_rand_int_range(rand, 1, large),
                    g_rand_int_range(rand, 1, large) * unit, g_rand_int_range(rand, 1, 20),
                    g_rand_int_range(rand, 1, 20), interlaced);
        gint sub_x = 1 << in.finfo->w_sub[MIN(1, in.finfo->n_components - 1)];
        gint sub_y = (1 << in.finfo->h_sub[MIN(1, in.finfo->n_components - 1)]) * unit;
        GstQsrSizing sizing = sizing_with(0, TRUE);
        GstQsrGeometry g;
        gdouble shape, wanted, tolerance;
        gint x, y, w, h;

        gst_qsr_geometry_plan(&g, &sizing, &in, &out);
        // It lies within the output, on whole chroma samples, in the middle, and
        // touches two sides.
        if (g.dest.x < 0 || g.dest.y < 0 || g.dest.w < 1 || g.dest.h < 1 ||
            g.dest.x + g.dest.w > out.width || g.dest.y + g.dest.h > out.height ||
            g.dest.x % sub_x || g.dest.y % sub_y || (g.dest.w != out.width && g.dest.w % sub_x) ||
            (g.dest.h != out.height && g.dest.h % sub_y) ||
            ABS(out.width - g.dest.w - 2 * g.dest.x) >= 2 * sub_x ||
            ABS(out.height - g.dest.h - 2 * g.dest.y) >= 2 * sub_y ||
            (g.dest.w != out.width && g.dest.h != out.height))
            fail("%s %dx%d to %dx%d: %dx%d at %d,%d", format, in.width, in.height, out.width,
                 out.height, g.dest.w, g.dest.h, g.dest.x, g.dest.y);
        // It has the right shape, as far as whole samples allow.
        shape = (gdouble) g.dest.w * out.par_n / out.par_d / g.dest.h;
        wanted = (gdouble) in.width * in.par_n / in.par_d / in.height;
        // Sides of two samples more or less.
        tolerance = (g.dest.w + 2.0 * sub_x) / (g.dest.w - 2.0 * sub_x) * (g.dest.h + 2.0 * sub_y) /
                    (g.dest.h - 2.0 * sub_y);
        if (g.dest.w > 2 * sub_x && g.dest.h > 2 * sub_y &&
            (shape > wanted * tolerance || wanted > shape * tolerance))
            fail("%s %dx%d to %dx%d: %dx%d is %g, not %g", format, in.width, in.height, out.width,
                 out.height, g.dest.w, g.dest.h, shape, wanted);
        // The network makes enough of it, unless nothing does.
        if (g.factor.num != 4 && (g.dest.w > in.width || g.dest.h > in.height) &&
            (g.net_width < g.dest.w || g.net_height < g.dest.h))
            fail("%dx%d to %dx%d: only %dx%d", in.width, in.height, g.dest.w, g.dest.h,
                 g.net_width, g.net_height);
        // The whole picture goes to the whole destination.
        x = y = 0;
        w = in.width;
        h = in.height;
        gst_qsr_geometry_to_output(&g, &x, &y, &w, &h);
        if (x != g.dest.x || y != g.dest.y || w != g.dest.w || h != g.dest.h)
            fail("%dx%d at %d,%d", w, h, x, y);
    }
    g_rand_free(rand);
}
GST_END_TEST;

// The x87 keeps more digits than it stores.
static gboolean is_near(gdouble a, gdouble b)
{
    return fabs(a - b) < 1e-9;
}

// Points: there and back, and outside.
GST_START_TEST(test_points)
{
    GstVideoInfo in = info_of("RGB", 64, 48, 1, 1, FALSE);
    GstVideoInfo out = info_of("RGB", 200, 100, 1, 1, FALSE); // 133x100 at 33,0
    GstQsrSizing sizing = sizing_with(0, TRUE);
    GstQsrGeometry g;
    gdouble x, y;

    gst_qsr_geometry_plan(&g, &sizing, &in, &out);
    for (gint i = 33; i < 33 + 133; i++) {
        x = i;
        y = 50;
        gst_qsr_geometry_to_input(&g, &x, &y);
        fail_unless(is_near(x, (i - 33) * 64 / 133.0) && y == 24);
    }
    x = 10;
    y = -3;
    gst_qsr_geometry_to_input(&g, &x, &y);
    fail_unless(x == 0 && y == 0);
    x = 199;
    y = 1000;
    gst_qsr_geometry_to_input(&g, &x, &y);
    fail_unless(is_near(x, 132 * 64 / 133.0) && is_near(y, 99 * 48 / 100.0));
}
GST_END_TEST;

GST_START_TEST(test_ratios)
{
    GstQsrRatio a = gst_qsr_ratio(1920, 1080), b = gst_qsr_ratio(4, 3), huge, c;
    gint n, d;

    fail_unless(a.num == 16 && a.den == 9);
    c = gst_qsr_ratio_times(a, b);
    fail_unless(c.num == 64 && c.den == 27);
    fail_unless(gst_qsr_ratio_equal(gst_qsr_ratio_times(c, gst_qsr_ratio_inverse(b)), a));
    fail_unless(gst_qsr_ratio_equal(gst_qsr_ratio(0, 7), gst_qsr_ratio(7, 0)));
    // halves up, from 1 to the largest size
    fail_unless_equals_int(gst_qsr_ratio_of(gst_qsr_ratio(1, 2), 5), 3);
    fail_unless_equals_int(gst_qsr_ratio_of(gst_qsr_ratio(1, 1000), 5), 1);
    fail_unless_equals_int(gst_qsr_ratio_of(gst_qsr_ratio(1000, 1), G_MAXINT), G_MAXINT);
    // Beyond 64 bits it is rounded, not wrong.
    huge = gst_qsr_ratio(G_MAXUINT64 / 2, G_MAXUINT64 / 4 - 4);
    c = gst_qsr_ratio_times(huge, gst_qsr_ratio(G_MAXUINT64 - 2, G_MAXUINT64 / 3 + 1));
    fail_unless(ABS((gdouble) c.num / c.den / 6 - 1) < 1e-6);
    c = gst_qsr_ratio_times(gst_qsr_ratio(G_MAXUINT64, 3), gst_qsr_ratio(5, G_MAXUINT64 - 1));
    fail_unless(ABS((gdouble) c.num / c.den / (5.0 / 3) - 1) < 1e-6);
    gst_qsr_ratio_to_fraction(gst_qsr_ratio(G_MAXUINT64, G_MAXUINT64 / 3), &n, &d);
    fail_unless(ABS((gdouble) n / d - 3) < 1e-6);
    gst_qsr_ratio_to_fraction(gst_qsr_ratio(1, G_MAXUINT64), &n, &d);
    fail_unless(n == 1 && d > 1000000);
}
GST_END_TEST;

static Suite *geometry_suite(void)
{
    Suite *s = suite_create("geometry");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, test_borders, 0, G_N_ELEMENTS(borders));
    tcase_add_loop_test(tc, test_factors, 0, G_N_ELEMENTS(factors));
    tcase_add_test(tc, test_factor_within_borders);
    tcase_add_test(tc, test_any);
    tcase_add_test(tc, test_points);
    tcase_add_test(tc, test_ratios);
    return s;
}

GST_CHECK_MAIN(geometry)

// SPDX-License-Identifier: BSD-2-Clause
//
// Sizes in caps.

#include "gst/capsmath.h"

#include "common.h"

static const QsrScale x1 = {1, 1}, x15 = {3, 2}, x2 = {2, 1}, x3 = {3, 1}, x4 = {4, 1};

static GValue parse(const gchar *text)
{
    gchar *line = g_strdup_printf("s,v=%s", text);
    GstStructure *s = gst_structure_from_string(line, NULL);
    GValue value = G_VALUE_INIT;

    fail_unless(s != NULL, "cannot parse %s", line);
    g_value_init(&value, G_VALUE_TYPE(gst_structure_get_value(s, "v")));
    g_value_copy(gst_structure_get_value(s, "v"), &value);
    gst_structure_free(s);
    g_free(line);
    return value;
}

static void check(const gchar *from, QsrScale scale, gboolean is_up, const gchar *to)
{
    GValue src = parse(from), dest = G_VALUE_INIT;
    gboolean ok = (is_up ? gst_qsr_value_up : gst_qsr_value_down)(&dest, &src, scale);

    if (!to) {
        fail_if(ok, "%s at %d/%d gives something", from, scale.num, scale.den);
    } else {
        GValue expected = parse(to);
        gchar *text, *wanted = gst_value_serialize(&expected);

        fail_unless(ok, "%s at %d/%d gives nothing", from, scale.num, scale.den);
        text = gst_value_serialize(&dest);
        // As text: gst_value_compare() cannot compare lists with ranges in them.
        fail_unless_equals_string(text, wanted);
        g_free(text);
        g_free(wanted);
        g_value_unset(&expected);
        g_value_unset(&dest);
    }
    g_value_unset(&src);
}

// The factor on the element is the factor of the library.
GST_START_TEST(test_size_is_the_library_size)
{
    const QsrScale scales[] = {x15, x2, x3, x4};

    for (guint i = 0; i < G_N_ELEMENTS(scales); i++) {
        for (gint size = 1; size <= QSR_MAX_WIDTH; size++)
            if (gst_qsr_size_up(scales[i], size) != qsr_scale_size(scales[i], size))
                fail("%d at %d/%d", size, scales[i].num, scales[i].den);
        fail_unless_equals_int(gst_qsr_size_up(scales[i], QSR_MAX_WIDTH + 1), 0);
        fail_unless_equals_int(gst_qsr_size_up(scales[i], 0), 0);
    }
    fail_unless_equals_int(gst_qsr_size_up(x1, G_MAXINT), G_MAXINT);
}
GST_END_TEST;

// Down finds each size that up reaches, and no other.
GST_START_TEST(test_down_is_the_inverse)
{
    const QsrScale scales[] = {x1, x15, x2, x3, x4};

    for (guint i = 0; i < G_N_ELEMENTS(scales); i++) {
        gint expected[400] = {0};

        for (gint size = 1; size < 400; size++) {
            gint out = gst_qsr_size_up(scales[i], size);

            if (out < 400)
                expected[out] = size;
        }
        for (gint out = 0; out < 400; out++)
            fail_unless_equals_int(gst_qsr_size_down(scales[i], out), expected[out]);
        fail_unless_equals_int(gst_qsr_size_down(scales[i], -7), 0);
    }
    fail_unless_equals_int(gst_qsr_size_down(x2, G_MAXINT), 0);
    fail_unless_equals_int(gst_qsr_size_down(x4, 65536), 16384);
    fail_unless_equals_int(gst_qsr_size_down(x4, 65540), 0);
}
GST_END_TEST;

static const struct {
    const gchar *from;
    QsrScale scale;
    gboolean is_up;
    const gchar *to;
} table[] = {
    // int
    {"960", {2, 1}, TRUE, "1920"},
    {"960", {3, 2}, TRUE, "1440"},
    {"5", {3, 2}, TRUE, "8"},
    {"0", {2, 1}, TRUE, NULL},
    {"16384", {4, 1}, TRUE, "65536"},
    {"16385", {2, 1}, TRUE, NULL},
    {"16385", {1, 1}, TRUE, "16385"},
    {"1920", {2, 1}, FALSE, "960"},
    {"1921", {2, 1}, FALSE, NULL},
    {"1440", {3, 2}, FALSE, "960"},
    {"8", {3, 2}, FALSE, "5"},
    {"7", {3, 2}, FALSE, NULL},
    {"1", {3, 2}, FALSE, NULL},
    {"1000", {3, 1}, FALSE, NULL},
    // ranges
    {"[1, 2147483647]", {1, 1}, TRUE, "[1, 2147483647]"},
    {"[1, 2147483647]", {2, 1}, TRUE, "[2, 32768, 2]"},
    {"[1, 2147483647]", {3, 2}, TRUE, "[2, 24576]"},
    {"[1, 2147483647]", {4, 1}, TRUE, "[4, 65536, 4]"},
    {"[0, 2147483647]", {3, 1}, TRUE, "[3, 49152, 3]"},
    {"[1, 2147483647]", {1, 1}, FALSE, "[1, 2147483647]"},
    {"[1, 2147483647]", {2, 1}, FALSE, "[1, 16384]"},
    {"[1, 2147483647]", {3, 2}, FALSE, "[1, 16384]"},
    {"[1, 1920]", {2, 1}, FALSE, "[1, 960]"},
    {"[1, 1920]", {3, 2}, FALSE, "[1, 1280]"},
    {"[1, 3]", {4, 1}, FALSE, NULL},
    {"[1, 7]", {4, 1}, FALSE, "1"},
    {"[3, 4]", {3, 2}, FALSE, "2"},
    {"[4, 4096]", {3, 2}, FALSE, "[3, 2730]"},
    {"[20000, 30000]", {2, 1}, TRUE, NULL},
    {"[40000, 50000]", {2, 1}, FALSE, NULL},
    // steps
    {"[2, 512, 2]", {2, 1}, TRUE, "[4, 1024, 4]"},
    {"[2, 512, 2]", {3, 2}, TRUE, "[3, 768, 3]"},
    {"[16, 512, 16]", {3, 2}, TRUE, "[24, 768, 24]"},
    {"[5, 100, 5]", {3, 2}, TRUE, "[8, 150]"},
    {"[6, 2147483646, 6]", {2, 1}, TRUE, "[12, 32760, 12]"},
    {"[2, 512, 2]", {2, 1}, FALSE, "[1, 256]"},
    {"[2, 512, 2]", {3, 1}, FALSE, "[2, 170, 2]"},
    {"[2, 512, 2]", {4, 1}, FALSE, "[1, 128]"},
    {"[8, 512, 8]", {2, 1}, FALSE, "[4, 256, 4]"},
    {"[6, 600, 6]", {3, 2}, FALSE, "[4, 400, 4]"},
    {"[16, 512, 16]", {3, 2}, FALSE, "[11, 341]"},
    // lists, also of ranges
    {"{320, 640, 20000}", {2, 1}, TRUE, "{640, 1280}"},
    {"{640, 641, 1280}", {2, 1}, FALSE, "{320, 640}"},
    {"{641, 640}", {2, 1}, FALSE, "320"},
    {"{1, 4, 7}", {3, 2}, FALSE, NULL},
    {"{10, [100, 200], [400, 800, 8]}", {2, 1}, FALSE, "{5, [50, 100], [200, 400, 4]}"},
    // what is no size
    {"(string)\"640\"", {2, 1}, TRUE, NULL},
    {"2.5", {2, 1}, FALSE, NULL},
};

GST_START_TEST(test_value)
{
    check(table[__i__].from, table[__i__].scale, table[__i__].is_up, table[__i__].to);
}
GST_END_TEST;

static gboolean in_range(const GValue *value, gint size)
{
    if (G_VALUE_HOLDS_INT(value))
        return size == g_value_get_int(value);
    return size >= gst_value_get_int_range_min(value) &&
           size <= gst_value_get_int_range_max(value) &&
           size % gst_value_get_int_range_step(value) == 0;
}

// Every range of small numbers: nothing is missing, the ends are right, and it
// is exact unless the step cannot say it.
GST_START_TEST(test_ranges_exhaustively)
{
    const QsrScale scale = gst_qsr_all_factors.scale[__i__];

    for (gint step = 1; step <= 8; step++) {
        for (gint min = step; min <= 40; min += step) {
            for (gint max = min + step; max <= 60; max += step) {
                for (gint is_up = 0; is_up <= 1; is_up++) {
                    GValue src = G_VALUE_INIT, dest = G_VALUE_INIT;
                    gboolean exact, ok;
                    gint lowest = 0, highest = 0;

                    g_value_init(&src, GST_TYPE_INT_RANGE);
                    gst_value_set_int_range_step(&src, min, max, step);
                    ok = (is_up ? gst_qsr_value_up : gst_qsr_value_down)(&dest, &src, scale);
                    exact = scale.den == 1 || step % (is_up ? 2 : 3) == 0;

                    for (gint size = 1; size <= 250; size++) {
                        gint back = is_up ? gst_qsr_size_down(scale, size)
                                          : gst_qsr_size_up(scale, size);
                        gboolean should = back && in_range(&src, back);

                        if (should) {
                            lowest = lowest ? lowest : size;
                            highest = size;
                        }
                        // Passing assertions cost time, too.
                        if ((should || exact) && (ok && in_range(&dest, size)) != should)
                            fail("[%d, %d, %d] at %d/%d, up %d: %d is %s", min, max, step,
                                 scale.num, scale.den, is_up, size,
                                 should ? "missing" : "too many");
                    }
                    if (ok && exact && GST_VALUE_HOLDS_INT_RANGE(&dest)) {
                        fail_unless_equals_int(gst_value_get_int_range_min(&dest), lowest);
                        fail_unless_equals_int(gst_value_get_int_range_max(&dest), highest);
                    }
                    g_value_unset(&src);
                    if (ok)
                        g_value_unset(&dest);
                }
            }
        }
    }
}
GST_END_TEST;

GST_START_TEST(test_scale_from_double)
{
    QsrScale s;

    fail_unless(gst_qsr_scale_from_double(&s, 1.5) && gst_qsr_scale_equal(s, x15));
    fail_unless(gst_qsr_scale_from_double(&s, 1) && gst_qsr_scale_equal(s, x1));
    fail_unless(gst_qsr_scale_from_double(&s, 2) && gst_qsr_scale_equal(s, x2));
    fail_unless(gst_qsr_scale_from_double(&s, 3) && gst_qsr_scale_equal(s, x3));
    fail_unless(gst_qsr_scale_from_double(&s, 4) && gst_qsr_scale_equal(s, x4));
    fail_if(gst_qsr_scale_from_double(&s, 0));
    fail_unless(gst_qsr_scale_from_double(&s, 2.5) && gst_qsr_scale_equal(s, QSR_SCALE(5, 2)));
    fail_unless(gst_qsr_scale_from_double(&s, 1.7) && gst_qsr_scale_equal(s, QSR_SCALE(17, 10)));
    fail_unless(gst_qsr_scale_from_double(&s, 4.0 / 3) &&
                gst_qsr_scale_equal(s, QSR_SCALE(1333333, 1000000)));
    fail_if(gst_qsr_scale_from_double(&s, 0.99));
    fail_if(gst_qsr_scale_from_double(&s, 4.01));
    fail_if(gst_qsr_scale_from_double(&s, NAN));
}
GST_END_TEST;

static Suite *capsmath_suite(void)
{
    Suite *s = suite_create("capsmath");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_size_is_the_library_size);
    tcase_add_test(tc, test_down_is_the_inverse);
    tcase_add_loop_test(tc, test_value, 0, G_N_ELEMENTS(table));
    tcase_add_loop_test(tc, test_ranges_exhaustively, 0, 5);
    tcase_add_test(tc, test_scale_from_double);
    return s;
}

GST_CHECK_MAIN(capsmath)

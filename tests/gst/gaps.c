// SPDX-License-Identifier: BSD-2-Clause
//
// Frames that fill gaps: which of them go past the network, and that their colours hold.

#include "common.h"
#undef GST_CAT_DEFAULT
#include "gst/element.h"

#define W 32
#define H 24

// Of caps that say nothing about it.
static const TestColour as_assumed = {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER};

static gboolean went_past(GstHarness *h)
{
    // The plugin's; the type macros would make another type of that name here.
    return ((GstQsrUpscale *) h->element)->live.flat_gap;
}

static GstHarness *harness(void)
{
    GstHarness *h = test_harness("scale=2 n-threads=1 qos-mode=off", NULL);

    test_set_src_caps(h, "I420", W, H, NULL);
    return h;
}

GST_START_TEST(test_gaps)
{
    GstBuffer *in, *out;
    GstVideoInfo info, in_info;
    GstHarness *h = harness();

    gst_video_info_set_format(&in_info, GST_VIDEO_FORMAT_I420, W, H);
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);

    // A duplicate, as videorate makes it, looks like its original.
    in = test_picture_of("I420", W, H, 3);
    GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_GAP);
    out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
    fail_unless(!went_past(h));
    test_assert_upscaled(in, &in_info, out, &info, &as_assumed, QSR_SCALE(2, 1));
    gst_buffer_unref(in);
    gst_buffer_unref(out);

    // Nothing at all goes past the network, and stays what it is.
    in = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&in_info), NULL);
    gst_buffer_memset(in, 0, 0x80, -1);
    GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_GAP);
    out = gst_harness_push_and_pull(h, in);
    fail_unless(went_past(h));
    for (gsize i = 0; i < gst_buffer_get_size(out); i++) {
        guint8 byte;

        gst_buffer_extract(out, i, &byte, 1);
        fail_unless_equals_int(byte, 0x80);
    }
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// A flat frame of a colour, or with `noise` a picture. TRUE if it went past the network.
static gboolean push_colour(GstHarness *h, gboolean noise, gboolean gap, GstBuffer **last,
                            gboolean *same)
{
    GstBuffer *in = test_picture_of("I420", W, H, 7), *out;

    if (!noise) {
        gst_buffer_memset(in, 0, 0x51, W * H);
        gst_buffer_memset(in, W * H, 0x5a, W * H / 4);
        gst_buffer_memset(in, W * H * 5 / 4, 0xf0, -1);
    }
    if (gap)
        GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_GAP);
    out = gst_harness_push_and_pull(h, in);
    fail_unless(out != NULL);
    *same = *last && gst_buffer_get_size(out) == gst_buffer_get_size(*last);
    if (*same) {
        GstMapInfo map;

        gst_buffer_map(*last, &map, GST_MAP_READ);
        *same = gst_buffer_memcmp(out, 0, map.data, map.size) == 0;
        gst_buffer_unmap(*last, &map);
    }
    gst_buffer_replace(last, out);
    gst_buffer_unref(out);
    return went_past(h);
}

// In a series of flat frames the colour changes at most once, from the last rung's to the
// model's: f is such a frame, g one that fills a gap, n a picture.
GST_START_TEST(test_gaps_of_a_colour)
{
    static const struct {
        const gchar *frames, *past; // the second: + goes past the network
    } series[] = {
        {"gggg", "++++"}, {"gfgfgggf", "+-------"}, {"fgfggg", "------"},
        {"nggfgn", "-++---"}, {"fngg", "--++"}, {"ggfnggf", "++--++-"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(series); i++) {
        GstBuffer *last = NULL;
        GstHarness *h = harness();

        for (guint k = 0; series[i].frames[k]; k++) {
            const gchar *f = series[i].frames + k;
            gboolean same, past = push_colour(h, *f == 'n', *f == 'g', &last, &same);

            fail_unless(past == (series[i].past[k] == '+'), "%s: frame %u", series[i].frames, k);
            if (k > 0 && *f != 'n' && f[-1] != 'n' && series[i].past[k - 1] == series[i].past[k])
                fail_unless(same, "%s: frame %u has another colour", series[i].frames, k);
        }
        gst_buffer_unref(last);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

static Suite *gaps_suite(void)
{
    Suite *s = suite_create("gaps");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_gaps);
    tcase_add_test(tc, test_gaps_of_a_colour);
    return s;
}

GST_CHECK_MAIN(gaps)

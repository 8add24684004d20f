// SPDX-License-Identifier: BSD-2-Clause
//
// Settings that change no byte of the picture: that they reach the engine all the same.

#include "common.h"

#include <errno.h>
#include <sys/resource.h>

#define W 160
#define H 96

static gdouble reused(GstHarness *h)
{
    GstStructure *stats;
    gdouble share = -1;

    g_object_get(h->element, "stats", &stats, NULL);
    fail_unless(gst_structure_get_double(stats, "reused", &share));
    gst_structure_free(stats);
    return share;
}

static GstBuffer *push(GstHarness *h, GstBuffer *in)
{
    GstBuffer *out = gst_harness_push_and_pull(h, gst_buffer_copy_deep(in));

    fail_unless(out != NULL);
    return out;
}

// What moves through a picture that stands still: a square of 8 pixels, of brightness.
static GstBuffer *scene(GstBuffer *background, gint frame)
{
    GstBuffer *in = gst_buffer_copy_deep(background);
    guint8 square[8];

    memset(square, 40 + 15 * frame, sizeof(square));
    for (gsize y = 0; frame > 1 && y < sizeof(square); y++)
        gst_buffer_fill(in, (30 + y) * W + 10 * (gsize) frame, square, sizeof(square));
    return in;
}

// What stands still is copied, with the bytes that computing makes, unless that was turned
// off.
static void check_reuse(const gchar *model)
{
    gchar *line = g_strdup_printf("scale=2 n-threads=1 backend=cpu model=%s reuse=off", model);
    GstHarness *off = test_harness(line, NULL), *on;
    GstBuffer *background = test_picture_of("I420", W, H, 3);
    GstVideoInfo info;

    g_free(line);
    line = g_strdup_printf("scale=2 n-threads=1 backend=cpu model=%s reuse=auto", model);
    on = test_harness(line, NULL);
    g_free(line);
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);
    test_set_src_caps(on, "I420", W, H, NULL);
    test_set_src_caps(off, "I420", W, H, NULL);
    for (gint frame = 0; frame < 12; frame++) { // the first two are equal
        GstBuffer *in = scene(background, frame), *a = push(on, in), *b = push(off, in);

        test_assert_same_picture(a, b, &info);
        gst_buffer_unref(a);
        gst_buffer_unref(b);
        gst_buffer_unref(in);
        if (frame == 0)
            fail_unless(reused(on) == 0);
        else if (frame == 2)
            fail_unless(reused(on) > 0 && reused(on) < 1, "%s: %g", model, reused(on));
        fail_unless(reused(off) == 0, "%s: %g", model, reused(off));
    }
    fail_unless(reused(on) > 0 && reused(on) < 1, "%s: %g", model, reused(on));

    // While frames flow, too: a new engine has copied nothing yet.
    gst_util_set_object_arg(G_OBJECT(on->element), "reuse", "off");
    for (gint i = 0; i < 3; i++)
        gst_buffer_unref(push(on, background));
    fail_unless(reused(on) == 0, "%s: %g", model, reused(on));
    gst_buffer_unref(background);
    test_harness_end(on, NULL);
    test_harness_end(off, NULL);
}

GST_START_TEST(test_reuse)
{
    check_reuse("quicksrnet-small");
}
GST_END_TEST;

// Threads of this process at that niceness; -1 where threads cannot be listed.
static gint threads_at(gint niceness)
{
    GDir *tasks = g_dir_open("/proc/self/task", 0, NULL);
    const gchar *name;
    gint n = 0;

    if (!tasks)
        return -1;
    while ((name = g_dir_read_name(tasks))) {
        errno = 0; // a thread may have ended since it was listed
        n += getpriority(PRIO_PROCESS, (id_t) g_ascii_strtoull(name, NULL, 10)) == niceness &&
             errno == 0;
    }
    g_dir_close(tasks);
    return n;
}

// The engine's threads, and no others: neither GStreamer's nor the application's.
static void check_niceness(const gchar *model)
{
    const gint own = getpriority(PRIO_PROCESS, 0), nice = MAX(own + 3, 1);
    GstHarness *h;
    GstBuffer *in;
    gchar *line;

    if (own > 15 || threads_at(own) < 0) {
        g_print("no niceness left, or no list of threads: niceness is not tested\n");
        return;
    }
    fail_unless_equals_int(threads_at(nice), 0);
    line = g_strdup_printf("scale=2 n-threads=1 backend=cpu model=%s niceness=%d", model, nice);
    h = test_harness(line, NULL);
    g_free(line);
    in = test_picture_of("I420", W, H, 3);
    test_set_src_caps(h, "I420", W, H, NULL);
    gst_buffer_unref(push(h, in));
    // One, which has made a frame and so has been told.
    fail_unless_equals_int(threads_at(nice), 1);
    fail_unless_equals_int(getpriority(PRIO_PROCESS, 0), own);

    // While frames flow.
    g_object_set(h->element, "niceness", nice + 1, NULL);
    gst_buffer_unref(push(h, in));
    gst_buffer_unref(push(h, in));
    fail_unless_equals_int(threads_at(nice + 1), 1);
    gst_buffer_unref(in);
    test_harness_end(h, NULL);
}

GST_START_TEST(test_niceness)
{
    check_niceness("quicksrnet-small");
    check_niceness("bicubic");
}
GST_END_TEST;

static guint64 frames_of_engine(GstHarness *h)
{
    GstStructure *stats;
    guint64 frames = 0;

    g_object_get(h->element, "stats", &stats, NULL);
    fail_unless(gst_structure_get_uint64(stats, "frames-cpu", &frames));
    gst_structure_free(stats);
    return frames;
}

// A property that is set to what it is already leaves the engine where it is.
GST_START_TEST(test_the_same_again)
{
    GstHarness *h = test_harness("scale=2 n-threads=1 qos-mode=off reuse=off", NULL);
    GstBuffer *in = test_picture_of("I420", W, H, 3);

    test_set_src_caps(h, "I420", W, H, NULL);
    for (gint i = 0; i < 3; i++) {
        gst_buffer_unref(push(h, in));
        g_object_set(h->element, "n-threads", 1, "model", TEST_MODEL, "reuse", 1, "backend", 0,
                     "scale", 2.0, NULL);
    }
    fail_unless_equals_uint64(frames_of_engine(h), 3);
    g_object_set(h->element, "n-threads", 2, NULL);
    gst_buffer_unref(push(h, in));
    fail_unless_equals_uint64(frames_of_engine(h), 1);
    gst_buffer_unref(in);
    test_harness_end(h, NULL);
}
GST_END_TEST;

static Suite *settings_suite(void)
{
    Suite *s = suite_create("settings");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_reuse);
    tcase_add_test(tc, test_niceness);
    tcase_add_test(tc, test_the_same_again);
    return s;
}

GST_CHECK_MAIN(settings)

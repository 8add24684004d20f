// SPDX-License-Identifier: BSD-2-Clause
//
// The element on an emulated DSP: whatever happens to it, all frames come out, with
// their times, and with the bytes of the CPU.

#include "common.h"

#include <dlfcn.h>
#include <gst/allocators/gstdmabuf.h>
#include <sys/mman.h>
#include <unistd.h>

// One vector wide, so that a frame takes some milliseconds in the emulator.
#define W 54
#define H 4
#define FRAMES 60
#define FAULT_FRAME 20

static const gchar *library, *skels;

// The emulator reads these when it is loaded, once per test's process.
static void set_emulator(const gchar *device, const gchar *faults)
{
    g_setenv("QSR_EMU_DEVICE", device ? device : "", TRUE);
    g_setenv("QSR_EMU_FAULTS", faults ? faults : "", TRUE);
}

static long emulator_count(const gchar *what)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    long (*count)(const char *);
    long n;

    fail_unless(handle != NULL, "%s", dlerror());
    *(void **) &count = dlsym(handle, "qsr_emu_count");
    fail_unless(count != NULL);
    n = (long) count(what);
    dlclose(handle);
    return n;
}

static GstHarness *harness(const gchar *more, GstBus **bus)
{
    gchar *line = g_strdup_printf("scale=2 n-threads=1 backend=hexagon hexagon-library=%s "
                                  "hexagon-skel-dir=%s %s", library, skels, more ? more : "");
    GstHarness *h = test_harness(line, bus);

    g_free(line);
    test_set_src_caps(h, "I420", W, H, NULL);
    return h;
}

static guint64 counter(GstHarness *h, const gchar *name)
{
    GstStructure *stats;
    guint64 n = G_MAXUINT64;

    g_object_get(h->element, "stats", &stats, NULL);
    fail_unless(gst_structure_get_uint64(stats, name, &n), "%s", name);
    gst_structure_free(stats);
    return n;
}

static gboolean in_state(GstHarness *h, const gchar *state)
{
    GstStructure *stats;
    gboolean ret;

    g_object_get(h->element, "stats", &stats, NULL);
    ret = g_strcmp0(gst_structure_get_string(stats, "state"), state) == 0;
    gst_structure_free(stats);
    return ret;
}

static gint actual_backend(GstHarness *h)
{
    gint backend;

    g_object_get(h->element, "actual-backend", &backend, NULL);
    return backend;
}

static GstBuffer *picture(guint i)
{
    GstBuffer *buffer = test_picture_of("I420", W, H, i);

    GST_BUFFER_PTS(buffer) = i * 40 * GST_MSECOND + 7;
    GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
    return buffer;
}

static void add_frame(GstHarness *h, GChecksum *sum, guint i)
{
    GstBuffer *out = gst_harness_push_and_pull(h, picture(i));
    GstMapInfo map;

    fail_unless(out != NULL, "frame %u is lost", i);
    fail_unless_equals_uint64(GST_BUFFER_PTS(out), i * 40 * GST_MSECOND + 7);
    fail_unless_equals_uint64(GST_BUFFER_DURATION(out), 40 * GST_MSECOND);
    gst_buffer_map(out, &map, GST_MAP_READ);
    g_checksum_update(sum, map.data, (gssize) map.size);
    gst_buffer_unmap(out, &map);
    gst_buffer_unref(out);
}

static GChecksum *sum_by_cpu(void)
{
    GstHarness *h = test_harness("scale=2 n-threads=1 backend=cpu", NULL);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5);

    test_set_src_caps(h, "I420", W, H, NULL);
    for (guint i = 0; i < FRAMES; i++)
        add_frame(h, sum, i);
    fail_unless_equals_int(actual_backend(h), QSR_BACKEND_CPU);
    fail_unless(in_state(h, "off"));
    test_harness_end(h, NULL);
    return sum;
}

static void wait_until_ready(GstHarness *h, GChecksum *sum, guint *i, guint last)
{
    for (; *i < last && !in_state(h, "ready"); ++*i) {
        add_frame(h, sum, *i);
        g_usleep(100000);
    }
}

static void expect_clean(void)
{
    fail_unless_equals_int(emulator_count("handles"), 0);
    fail_unless_equals_int(emulator_count("buffers"), 0);
    fail_unless_equals_int(emulator_count("processes"), 0);
}

typedef struct {
    const gchar *device, *faults, *properties, *words;
    const gchar *state; // right after
    guint64 timeouts, crashes, bad_replies, resets;
} Fault;

// The emulator counts frames from 1.
static const Fault faults[] = {
    {NULL, "crash@21", "", "0x68 (connection reset", "lost", 0, 1, 0, 1},
    {NULL, "hang@21", "hexagon-timeout-ms=1500", "not done in time", "lost", 1, 0, 0, 1},
    {NULL, "break@21", "", "0x68 (connection reset", "lost", 0, 1, 0, 1},
    {NULL, "badmagic@21", "", "0x200", "lost", 0, 0, 0, 1},
    {NULL, "short@21", "", "makes no sense", "lost", 0, 0, 1, 1},
    {NULL, "garbage@21", "", "the status is of frame", "lost", 0, 0, 1, 1},
    {NULL, "stale@21", "", "the status is of frame", "lost", 0, 0, 1, 1},
    {NULL, "nomemory@21", "", "0x80000402 (out of memory", "lost", 0, 0, 0, 1},
    {NULL, "wrong@21", "hexagon-verify=1", "other bytes", "disabled", 0, 0, 1, 0},
    {NULL, "error=0x8000040e@21", "", "0x8000040e (bad parameter", "disabled", 0, 0, 0, 0},
    {"no-rpcmem", "crash@21", "", "0x68", "lost", 0, 1, 0, 1},
    // The first opening after the loss fails, too.
    {NULL, "crash@21,noskel@open:2", "", "0x68", "lost", 0, 1, 0, 1},
};

GST_START_TEST(test_fault)
{
    const Fault *f = &faults[__i__];
    GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5), *expected = sum_by_cpu();
    guint i = 0;
    GstHarness *h;
    GstBus *bus;

    set_emulator(f->device, f->faults);
    h = harness(f->properties, &bus);
    for (; i <= FAULT_FRAME; i++) {
        add_frame(h, sum, i);
        if (i < 8 && !in_state(h, "ready")) // a busy machine
            g_usleep(200000);
    }
    // What the CPU made until then makes the fault come that much later.
    for (; i < FRAMES / 2 && in_state(h, "ready"); i++)
        add_frame(h, sum, i);
    fail_unless(in_state(h, f->state), "%s", f->faults);
    fail_unless_equals_int(actual_backend(h), QSR_BACKEND_CPU);
    test_assert_message(bus, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                        f->words);
    if (f->resets)
        wait_until_ready(h, sum, &i, FRAMES - 3); // 1 s, and the opening
    for (; i < FRAMES; i++)
        add_frame(h, sum, i);

    fail_unless(in_state(h, f->resets ? "ready" : "disabled"), "%s", f->faults);
    fail_unless_equals_uint64(counter(h, "frames-cpu") + counter(h, "frames-dsp"), FRAMES);
    fail_unless(counter(h, "frames-dsp") >= (f->resets ? 22 : 20));
    fail_unless_equals_uint64(counter(h, "redone"), 1);
    fail_unless_equals_uint64(counter(h, "timeouts"), f->timeouts);
    fail_unless_equals_uint64(counter(h, "crashes"), f->crashes);
    fail_unless_equals_uint64(counter(h, "bad-replies"), f->bad_replies);
    fail_unless_equals_uint64(counter(h, "resets"), f->resets);
    fail_unless_equals_string(g_checksum_get_string(sum), g_checksum_get_string(expected));
    test_assert_no_message(bus, GST_MESSAGE_ERROR);
    test_harness_end(h, bus);
    expect_clean();
    g_checksum_free(sum);
    g_checksum_free(expected);
}
GST_END_TEST;

GST_START_TEST(test_healthy)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5), *expected = sum_by_cpu();
    GstStructure *stats;
    GstHarness *h;
    GstBus *bus;
    guint i = 0;

    set_emulator(NULL, NULL);
    h = harness("hexagon-fallback=false", &bus);
    wait_until_ready(h, sum, &i, 10);
    for (; i < FRAMES; i++)
        add_frame(h, sum, i);
    fail_unless_equals_int(actual_backend(h), QSR_BACKEND_HEXAGON);
    fail_unless(counter(h, "frames-dsp") >= FRAMES - 10 && counter(h, "compared") == 3);
    fail_unless_equals_string(g_checksum_get_string(sum), g_checksum_get_string(expected));
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    gst_element_set_state(h->element, GST_STATE_NULL);
    // The last figures can still be read.
    g_object_get(h->element, "stats", &stats, NULL);
    fail_unless_equals_string(gst_structure_get_string(stats, "state"), "ready");
    gst_structure_free(stats);
    test_harness_end(h, bus);
    expect_clean();
    g_checksum_free(sum);
    g_checksum_free(expected);
}
GST_END_TEST;

// Without the CPU to fall back on: an error before PAUSED, and what is missing.
static const struct {
    const gchar *device, *faults, *words;
} absences[] = {
    {"no-dsp", NULL, "no compute DSP"},
    {"hvx=0", NULL, "no vectors of 128 bytes"},
    {"arch=65", NULL, "is a v65"},
    {"refuse-open", NULL, "0x72 (connection refused"},
    {NULL, "noskel@open:1*always", "libqsr_skel_v66.so): 0x80000406"},
    {"abi=9", NULL, "speaks version 9"},
    {NULL, "garbage@selftest:1", "computes other bytes"},
    {NULL, "crash@load:1", "sending the model: 0x68"},
};

GST_START_TEST(test_absence)
{
    GstElement *element = gst_element_factory_make("qsrupscale", NULL);
    GstBus *bus = gst_bus_new();

    set_emulator(absences[__i__].device, absences[__i__].faults);
    gst_object_ref_sink(element);
    gst_element_set_bus(element, bus);
    g_object_set(element, "hexagon-library", library, "hexagon-skel-dir", skels,
                 "hexagon-fallback", FALSE, NULL);
    gst_util_set_object_arg(G_OBJECT(element), "backend", "hexagon");
    fail_unless_equals_int(gst_element_set_state(element, GST_STATE_PAUSED),
                           GST_STATE_CHANGE_FAILURE);
    test_assert_message(bus, GST_MESSAGE_ERROR, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                        absences[__i__].words);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    gst_object_unref(bus);
    gst_object_unref(element);
    expect_clean();
}
GST_END_TEST;

static gpointer push_one(gpointer data)
{
    return GINT_TO_POINTER(gst_harness_push(data, picture(99)));
}

// To NULL while a frame hangs on the DSP, however long it might have been waited for.
GST_START_TEST(test_stop_while_hanging)
{
    GstHarness *h;
    GThread *thread;
    gint64 start;

    set_emulator(NULL, "hang@4");
    h = harness("hexagon-timeout-ms=60000", NULL);
    for (guint i = 0; i < 100 && counter(h, "frames-dsp") < 3; i++) {
        gst_buffer_unref(gst_harness_push_and_pull(h, picture(i)));
        if (!in_state(h, "ready"))
            g_usleep(50000);
    }
    fail_unless_equals_uint64(counter(h, "frames-dsp"), 3);
    thread = g_thread_new("push", push_one, h);
    g_usleep(300000);
    start = g_get_monotonic_time();
    fail_unless_equals_int(gst_element_set_state(h->element, GST_STATE_NULL),
                           GST_STATE_CHANGE_SUCCESS);
    g_thread_join(thread);
    fail_unless(g_get_monotonic_time() - start < G_USEC_PER_SEC, "it took %d ms",
                (gint) ((g_get_monotonic_time() - start) / 1000));
    test_harness_end(h, NULL);
    expect_clean();
}
GST_END_TEST;

// A picture in a dma-buf, here a memfd: the same bytes, read in place.
GST_START_TEST(test_dmabuf)
{
    GstAllocator *allocator = gst_dmabuf_allocator_new();
    GstBuffer *plain = picture(5), *in = gst_buffer_new(), *a, *b;
    const gsize size = gst_buffer_get_size(plain);
    gint fd = memfd_create("picture", MFD_CLOEXEC);
    GstVideoInfo info;
    GstMapInfo map;
    GstHarness *h;
    guint i = 0;

    set_emulator(NULL, NULL);
    h = harness("", NULL);
    gst_buffer_map(plain, &map, GST_MAP_READ);
    fail_unless(fd >= 0 && ftruncate(fd, 4096) == 0 &&
                write(fd, map.data, map.size) == (gssize) map.size);
    gst_buffer_unmap(plain, &map);
    gst_buffer_append_memory(in, gst_dmabuf_allocator_alloc(allocator, fd, 4096));
    gst_buffer_set_size(in, (gssize) size);

    for (; i < 100 && counter(h, "frames-dsp") < 4; i++) {
        gst_buffer_unref(gst_harness_push_and_pull(h, picture(i)));
        if (!in_state(h, "ready"))
            g_usleep(50000);
    }
    a = gst_harness_push_and_pull(h, gst_buffer_ref(plain));
    b = gst_harness_push_and_pull(h, in);
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 2 * W, 2 * H);
    test_assert_same_picture(a, b, &info);
    fail_unless_equals_uint64(counter(h, "frames-dsp"), 6);
    gst_buffer_unref(a);
    gst_buffer_unref(b);
    gst_buffer_unref(plain);
    gst_object_unref(allocator);
    test_harness_end(h, NULL);
    expect_clean();
}
GST_END_TEST;

static Suite *hexagon_suite(void)
{
    Suite *s = suite_create("hexagon");
    TCase *tc = tcase_create("general");

    library = g_getenv("QSR_TEST_FASTRPC");
    skels = g_getenv("QSR_TEST_SKELS");
    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_healthy);
    tcase_add_loop_test(tc, test_fault, 0, G_N_ELEMENTS(faults));
    tcase_add_loop_test(tc, test_absence, 0, G_N_ELEMENTS(absences));
    tcase_add_test(tc, test_stop_while_hanging);
    tcase_add_test(tc, test_dmabuf);
    return s;
}

GST_CHECK_MAIN(hexagon)

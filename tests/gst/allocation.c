// SPDX-License-Identifier: BSD-2-Clause
//
// Memory of pictures: whose it is, how it is laid out, how large the picture in it is,
// and memory that cannot be read.

#include "common.h"

#include <gst/allocators/gstdmabuf.h>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

#define W 30
#define H 20

static const gchar *const formats[] = {"I420", "NV12", "RGB", "YUY2", "P010_10LE",
                                       "GRAY8", "A420", "Y42B", "RGBP", "BGRx"};

// A pool for the output, or none, as a sink would offer it.
typedef struct {
    GstBufferPool *pool;
    gboolean video_meta;
} Offer;

static GstPadProbeReturn answer(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
    const Offer *offer = data;
    GstVideoInfo video;
    GstCaps *caps;

    (void) pad;
    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION)
        return GST_PAD_PROBE_OK;
    gst_query_parse_allocation(query, &caps, NULL);
    fail_unless(gst_video_info_from_caps(&video, caps));
    if (offer->pool)
        gst_query_add_allocation_pool(query, offer->pool, (guint) video.size, 0, 0);
    if (offer->video_meta)
        gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
    return GST_PAD_PROBE_HANDLED;
}

static GstHarness *harness_offering(Offer *offer)
{
    GstHarness *h = test_harness("scale=2", NULL);

    gst_pad_add_probe(h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer, offer, NULL);
    return h;
}

static GstVideoInfo out_info(const gchar *format)
{
    GstVideoInfo info;

    gst_video_info_set_format(&info, gst_video_format_from_string(format), 2 * W, 2 * H);
    return info;
}

static GstBuffer *one_frame(GstHarness *h, const gchar *format)
{
    test_set_src_caps(h, format, W, H, NULL);
    return gst_harness_push_and_pull(h, test_picture_of(format, W, H, 5));
}

// Rows start at cache lines where downstream looks at strides, and nowhere else.
GST_START_TEST(test_own_pool)
{
    const gchar *format = formats[__i__];
    Offer none = {NULL, FALSE}, meta = {NULL, TRUE};
    GstHarness *a = harness_offering(&none), *b = harness_offering(&meta);
    GstBuffer *plain = one_frame(a, format), *aligned = one_frame(b, format);
    GstVideoInfo info = out_info(format);
    GstVideoFrame frame;

    fail_unless_equals_int((gint) gst_buffer_get_size(plain), (gint) info.size);
    gst_video_frame_map(&frame, &info, plain, GST_MAP_READ);
    for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame); i++)
        fail_unless_equals_int(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i),
                               GST_VIDEO_INFO_PLANE_STRIDE(&info, i));
    gst_video_frame_unmap(&frame);

    fail_unless(gst_buffer_get_video_meta(aligned) != NULL);
    gst_video_frame_map(&frame, &info, aligned, GST_MAP_READ);
    for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame); i++) {
        fail_unless_equals_int(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i) % 64, 0);
        fail_unless(GPOINTER_TO_SIZE(GST_VIDEO_FRAME_PLANE_DATA(&frame, i)) % 64 == 0);
    }
    gst_video_frame_unmap(&frame);

    test_assert_same_picture(plain, aligned, &info);
    gst_buffer_unref(plain);
    gst_buffer_unref(aligned);
    test_harness_end(a, NULL);
    test_harness_end(b, NULL);
}
GST_END_TEST;

typedef GstVideoBufferPool OtherPool;
typedef GstVideoBufferPoolClass OtherPoolClass;
static GType other_pool_get_type(void);
G_DEFINE_TYPE(OtherPool, other_pool, GST_TYPE_VIDEO_BUFFER_POOL)
static void other_pool_class_init(OtherPoolClass *klass)
{
    (void) klass;
}
static void other_pool_init(OtherPool *pool)
{
    (void) pool;
}

// A pool of downstream's is used, with the layout that it has.
GST_START_TEST(test_downstream_pool)
{
    Offer offer = {g_object_new(other_pool_get_type(), NULL), TRUE};
    GstHarness *h = harness_offering(&offer);
    GstStructure *config = gst_buffer_pool_get_config(offer.pool);
    GstVideoInfo info = out_info("I420");
    GstCaps *caps = test_caps("I420", 2 * W, 2 * H, "colorimetry=bt601,chroma-site=jpeg");
    GstVideoAlignment padding;
    GstBuffer *out, *again;
    GstVideoMeta *meta;

    gst_object_ref_sink(offer.pool);
    gst_video_alignment_reset(&padding);
    padding.padding_left = 4;
    padding.padding_right = 6;
    padding.padding_top = 2;
    padding.padding_bottom = 2;
    gst_buffer_pool_config_set_params(config, caps, (guint) info.size, 0, 0);
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
    gst_buffer_pool_config_set_video_alignment(config, &padding);
    fail_unless(gst_buffer_pool_set_config(offer.pool, config));

    out = one_frame(h, "I420");
    fail_unless(out->pool == offer.pool);
    meta = gst_buffer_get_video_meta(out);
    fail_unless(meta && meta->stride[0] == 72 && meta->offset[0] == 2 * 72 + 4, "%d",
                meta->stride[0]);
    test_harness_end(h, NULL);

    h = test_harness("scale=2", NULL);
    again = one_frame(h, "I420");
    test_assert_same_picture(out, again, &info);
    gst_buffer_unref(again);
    gst_buffer_unref(out);
    gst_caps_unref(caps);
    test_harness_end(h, NULL);
    gst_object_unref(offer.pool);
}
GST_END_TEST;

// What upstream may do: any layout; and what downstream may blend.
GST_START_TEST(test_proposal)
{
    static const struct {
        const gchar *properties;
        gboolean upscaled;
    } table[] = {{"scale=2", TRUE}, {"scale=1", FALSE}};
    GstHarness *h = test_harness(table[__i__].properties, NULL);
    GstCaps *caps;
    GstQuery *query;

    gst_harness_add_propose_allocation_meta(h, GST_VIDEO_META_API_TYPE, NULL);
    gst_harness_add_propose_allocation_meta(h, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
    test_set_src_caps(h, "I420", W, H, NULL);
    caps = gst_pad_get_current_caps(h->srcpad);
    query = gst_query_new_allocation(caps, TRUE);
    fail_unless(gst_pad_peer_query(h->srcpad, query));
    fail_unless(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL));
    fail_unless(gst_query_find_allocation_meta(
        query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL));
    // Crops are read, but not asked for: at 1x they would be for downstream to read.
    fail_unless(!gst_query_find_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, NULL));
    if (table[__i__].upscaled) {
        GstBufferPool *pool = NULL;
        GstStructure *config;
        GstBuffer *buffer;
        GstVideoMeta *meta;

        gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
        fail_unless(pool != NULL);
        config = gst_buffer_pool_get_config(pool);
        gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
        fail_unless(gst_buffer_pool_set_config(pool, config));
        fail_unless(gst_buffer_pool_set_active(pool, TRUE));
        fail_unless_equals_int(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
        meta = gst_buffer_get_video_meta(buffer);
        fail_unless(meta && meta->stride[0] % 64 == 0 && meta->stride[1] % 64 == 0);
        gst_buffer_unref(buffer);
        gst_buffer_pool_set_active(pool, FALSE);
        gst_object_unref(pool);
    }
    gst_query_unref(query);
    gst_caps_unref(caps);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// ---------------------------------------------------------------------- crop ---

static void copy_part(GstBuffer *to, const GstVideoInfo *small, GstBuffer *from,
                      const GstVideoInfo *large, gint x, gint y)
{
    GstVideoFrame a, b;

    gst_video_frame_map(&a, small, to, GST_MAP_WRITE);
    gst_video_frame_map(&b, large, from, GST_MAP_READ);
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&a); p++) {
        gint c[GST_VIDEO_MAX_COMPONENTS];
        gint step, at_x, at_y;

        gst_video_format_info_component(small->finfo, p, c);
        step = GST_VIDEO_FORMAT_INFO_PSTRIDE(small->finfo, c[0]);
        at_x = x >> GST_VIDEO_FORMAT_INFO_W_SUB(small->finfo, c[0]);
        at_y = y >> GST_VIDEO_FORMAT_INFO_H_SUB(small->finfo, c[0]);
        for (gint row = 0; row < GST_VIDEO_FRAME_COMP_HEIGHT(&a, c[0]); row++)
            memcpy((guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&a, p) +
                       row * GST_VIDEO_FRAME_PLANE_STRIDE(&a, p),
                   (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&b, p) +
                       (row + at_y) * GST_VIDEO_FRAME_PLANE_STRIDE(&b, p) + at_x * step,
                   (gsize) (GST_VIDEO_FRAME_COMP_WIDTH(&a, c[0]) * step));
    }
    gst_video_frame_unmap(&b);
    gst_video_frame_unmap(&a);
}

// The caps announce the size of the crop: the picture is that part of the larger one,
// and comes out as if it had been alone.
static void check_crop(const gchar *format, const gchar *more, guint x, guint y, gint at_x,
                       gint at_y)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstBuffer *large, *alone, *out, *expected;
    GstVideoInfo small_info, large_info, info = out_info(format);
    GstVideoCropMeta *crop;

    gst_video_info_set_format(&small_info, gst_video_format_from_string(format), W, H);
    gst_video_info_set_format(&large_info, gst_video_format_from_string(format), 48, 32);
    large = test_picture(&large_info, 9);
    alone = test_picture(&small_info, 1);
    copy_part(alone, &small_info, large, &large_info, at_x, at_y);
    gst_buffer_add_video_meta(large, GST_VIDEO_FRAME_FLAG_NONE, small_info.finfo->format, 48, 32);
    crop = gst_buffer_add_video_crop_meta(large);
    crop->x = x;
    crop->y = y;
    crop->width = W;
    crop->height = H;

    test_set_src_caps(h, format, W, H, more);
    expected = gst_harness_push_and_pull(h, alone);
    out = gst_harness_push_and_pull(h, large);
    fail_unless(expected && out);
    fail_unless(gst_buffer_get_video_crop_meta(out) == NULL);
    test_assert_same_picture(expected, out, &info);
    gst_buffer_unref(expected);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}

GST_START_TEST(test_crop)
{
    check_crop(formats[__i__], NULL, 0, 0, 0, 0);
    check_crop(formats[__i__], NULL, 4, 6, 4, 6);
    check_crop(formats[__i__], NULL, 18, 12, 18, 12); // the corner
    check_crop(formats[__i__], "interlace-mode=interleaved", 4, 8, 4, 8);
}
GST_END_TEST;

// Brightness is where it should be, even where chroma samples stand for several pixels; to
// the left where they lie in one group, and up to the line of a top field.
GST_START_TEST(test_crop_between_samples)
{
    check_crop("I420", NULL, 5, 7, 5, 7);
    check_crop("I420", NULL, 17, 11, 17, 11);
    check_crop("NV12", NULL, 5, 7, 5, 7);
    check_crop("YUY2", NULL, 5, 7, 4, 7);
    check_crop("RGB", NULL, 5, 7, 5, 7);
    check_crop("I420", "interlace-mode=interleaved", 5, 7, 5, 4);
    check_crop("RGB", "interlace-mode=interleaved", 5, 7, 5, 6);
}
GST_END_TEST;

// A picture that is larger than the caps say, and no crop, or one that is nonsense.
GST_START_TEST(test_larger_than_caps)
{
    GstVideoInfo small_info, large_info, info = out_info("I420");
    GstHarness *h = test_harness("scale=2", NULL);
    GstBuffer *expected = NULL;

    gst_video_info_set_format(&small_info, GST_VIDEO_FORMAT_I420, W, H);
    gst_video_info_set_format(&large_info, GST_VIDEO_FORMAT_I420, 48, 32);
    test_set_src_caps(h, "I420", W, H, NULL);
    for (gint i = 0; i < 4; i++) {
        GstBuffer *in = test_picture(&large_info, 9), *out;

        if (i == 0) {
            GstBuffer *alone = test_picture(&small_info, 1);

            copy_part(alone, &small_info, in, &large_info, 0, 0);
            expected = gst_harness_push_and_pull(h, alone);
        }
        gst_buffer_add_video_meta(in, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 48, 32);
        if (i > 0) {
            GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(in);

            crop->x = i == 1 ? 19 : 4;
            crop->y = i == 2 ? G_MAXUINT : 4;
            crop->width = i == 3 ? W - 2 : W;
            crop->height = H;
        }
        out = gst_harness_push_and_pull(h, in);
        fail_unless(out != NULL);
        test_assert_same_picture(expected, out, &info);
        gst_buffer_unref(out);
    }
    gst_buffer_unref(expected);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// ---------------------------------------------------------------- shared memory ---

// `picture` in memory as a decoder or a camera exports it, or NULL where there is none.
// The system has no small dma-buf to give, but a descriptor that can be mapped it has.
static GstBuffer *in_dmabuf(GstAllocator *allocator, GstBuffer *picture, gsize offset)
{
#ifdef __linux__
    const gsize size = gst_buffer_get_size(picture);
    const int fd = memfd_create("picture", MFD_CLOEXEC);
    GstBuffer *buffer;
    GstMemory *memory;
    GstMapInfo map;

    if (fd < 0)
        return NULL;
    fail_unless(ftruncate(fd, (off_t) (offset + size)) == 0);
    fail_unless(gst_buffer_map(picture, &map, GST_MAP_READ));
    fail_unless(pwrite(fd, map.data, size, (off_t) offset) == (ssize_t) size);
    gst_buffer_unmap(picture, &map);
    memory = gst_dmabuf_allocator_alloc(allocator, fd, offset + size); // closes it
    gst_memory_resize(memory, (gssize) offset, size);
    fail_unless(gst_is_dmabuf_memory(memory));
    buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, memory);
    return buffer;
#else
    (void) allocator;
    (void) picture;
    (void) offset;
    return NULL;
#endif
}

// Under caps of system memory it is a picture like any other: each frame with memory of
// its own, as it comes from a decoder's pool, and not at the start of it either.
GST_START_TEST(test_dmabuf)
{
    const gchar *format = formats[__i__];
    GstVideoInfo info = out_info(format);
    GstAllocator *allocator = gst_dmabuf_allocator_new();
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus), *plain = test_harness("scale=2", NULL);

    test_set_src_caps(h, format, W, H, NULL);
    test_set_src_caps(plain, format, W, H, NULL);
    for (guint i = 0; i < 3; i++) {
        GstBuffer *picture = test_picture_of(format, W, H, i);
        GstBuffer *in = in_dmabuf(allocator, picture, i == 2 ? 256 : 0), *out, *expected;

        if (!in) {
            g_print("memfd is missing: dma-buf is not tested\n");
            gst_buffer_unref(picture);
            break;
        }
        out = gst_harness_push_and_pull(h, in);
        expected = gst_harness_push_and_pull(plain, picture);
        fail_unless(out && expected);
        test_assert_same_picture(out, expected, &info);
        gst_buffer_unref(out);
        gst_buffer_unref(expected);
    }
    test_assert_no_message(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    test_harness_end(h, bus);
    test_harness_end(plain, NULL);
    gst_object_unref(allocator);
}
GST_END_TEST;

// ----------------------------------------------------------------- bad memory ---

typedef GstAllocator DarkAllocator;
typedef GstAllocatorClass DarkAllocatorClass;
static GType dark_allocator_get_type(void);
G_DEFINE_TYPE(DarkAllocator, dark_allocator, GST_TYPE_ALLOCATOR)

static gpointer dark_map(GstMemory *memory, gsize size, GstMapFlags flags)
{
    (void) memory;
    (void) size;
    (void) flags;
    return NULL;
}

static void dark_unmap(GstMemory *memory)
{
    (void) memory;
}

static GstMemory *dark_alloc(GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
    GstMemory *memory = g_new0(GstMemory, 1);

    (void) params;
    gst_memory_init(memory, (GstMemoryFlags) 0, allocator, NULL, size, 0, 0, size);
    return memory;
}

static void dark_free(GstAllocator *allocator, GstMemory *memory)
{
    (void) allocator;
    g_free(memory);
}

static void dark_allocator_class_init(DarkAllocatorClass *klass)
{
    klass->alloc = dark_alloc;
    klass->free = dark_free;
}

static void dark_allocator_init(DarkAllocator *allocator)
{
    allocator->mem_type = "DarkMemory";
    allocator->mem_map = dark_map;
    allocator->mem_unmap = dark_unmap;
    GST_OBJECT_FLAG_SET(allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

// Memory that the CPU cannot read, under caps that promise it can: one error that says
// what to do, and the stream ends.
GST_START_TEST(test_memory_that_cannot_be_read)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    GstAllocator *allocator = g_object_new(dark_allocator_get_type(), NULL);
    GstBuffer *buffer = gst_buffer_new_allocate(allocator, W * H * 3 / 2, NULL);

    gst_object_ref_sink(allocator);
    test_set_src_caps(h, "I420", W, H, NULL);
    fail_unless_equals_int(gst_harness_push(h, buffer), GST_FLOW_ERROR);
    test_assert_message(bus, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                        "the CPU cannot read DarkMemory memory; put an element that downloads");
    test_assert_no_message(bus, GST_MESSAGE_ERROR);
    gst_object_unref(allocator);
    test_harness_end(h, bus);
}
GST_END_TEST;

// A GstVideoMeta that contradicts the caps.
GST_START_TEST(test_meta_that_lies)
{
    static const struct {
        GstVideoFormat format;
        guint width, height;
    } table[] = {{GST_VIDEO_FORMAT_I420, W - 1, H},
                 {GST_VIDEO_FORMAT_I420, W, H / 2},
                 {GST_VIDEO_FORMAT_NV12, W, H}};
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    GstBuffer *buffer = test_picture_of("I420", W, H, 1);

    gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, table[__i__].format,
                              table[__i__].width, table[__i__].height);
    test_set_src_caps(h, "I420", W, H, NULL);
    fail_unless_equals_int(gst_harness_push(h, buffer), GST_FLOW_ERROR);
    test_assert_message(bus, GST_MESSAGE_ERROR, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
                        "is no I420 picture of 30x20");
    test_harness_end(h, bus);
}
GST_END_TEST;

static Suite *allocation_suite(void)
{
    Suite *s = suite_create("allocation");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, test_own_pool, 0, G_N_ELEMENTS(formats));
    tcase_add_test(tc, test_downstream_pool);
    tcase_add_loop_test(tc, test_proposal, 0, 2);
    tcase_add_loop_test(tc, test_crop, 0, G_N_ELEMENTS(formats));
    tcase_add_test(tc, test_crop_between_samples);
    tcase_add_test(tc, test_larger_than_caps);
    tcase_add_loop_test(tc, test_dmabuf, 0, G_N_ELEMENTS(formats));
    tcase_add_test(tc, test_memory_that_cannot_be_read);
    tcase_add_loop_test(tc, test_meta_that_lies, 0, 3);
    return s;
}

GST_CHECK_MAIN(allocation)

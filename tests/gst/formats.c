// SPDX-License-Identifier: BSD-2-Clause
//
// Every format and many sizes and layouts: the element writes the bytes that
// libqsr writes.

#include "common.h"
#include "gst/colour.h"

static const gchar *const formats[] = {
    "I420", "YV12", "NV12", "NV21", "Y444", "RGB",  "BGR",  "RGBx",
    "BGRx", "xRGB", "xBGR", "RGBA", "BGRA", "ARGB", "ABGR", "GRAY8",
};

// What caps of at most 576 lines mean where they do not say it.
static const TestColour sd = {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER};

// The formats of both templates are these sixteen, and each of them is
// advertised with and without foreign memory.
GST_START_TEST(test_templates)
{
    GstElementFactory *factory = gst_element_factory_find("qsrupscale");
    const GList *templates;
    gint n = 0;

    fail_unless(factory != NULL, "the plugin is not in GST_PLUGIN_PATH");
    fail_unless_equals_string(gst_element_factory_get_metadata(factory, "klass"),
                              "Filter/Effect/Video/Scaler");
    fail_unless_equals_int((gint) gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)),
                           GST_RANK_NONE);
    templates = gst_element_factory_get_static_pad_templates(factory);
    for (const GList *l = templates; l; l = l->next, n++) {
        GstCaps *caps = gst_static_pad_template_get_caps(l->data);

        fail_unless_equals_int(gst_caps_get_size(caps), 2);
        for (guint i = 0; i < 2; i++) {
            const GValue *v =
                gst_structure_get_value(gst_caps_get_structure(caps, i), "format");

            fail_unless_equals_int(gst_value_list_get_size(v), G_N_ELEMENTS(formats));
            for (guint k = 0; k < G_N_ELEMENTS(formats); k++)
                fail_unless_equals_string(g_value_get_string(gst_value_list_get_value(v, k)),
                                          formats[k]);
            fail_unless_equals_int(gst_caps_features_is_any(gst_caps_get_features(caps, i)),
                                   i == 1);
        }
        gst_caps_unref(caps);
    }
    fail_unless_equals_int(n, 2);
    gst_object_unref(factory);
}
GST_END_TEST;

// Formats beside the templates are refused, among them 10 bits.
GST_START_TEST(test_other_formats_are_refused)
{
    const gchar *const others[] = {"I420_10LE", "P010_10LE", "YUY2", "UYVY", "Y42B",
                                   "RGB16",     "GRAY16_LE", "AYUV", "RGBP", "A420"};
    GstHarness *h = test_harness("scale=2", NULL);
    GstPad *pad = gst_element_get_static_pad(h->element, "sink");
    QsrFormat format;

    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        GstCaps *caps = test_caps(others[i], 64, 48, NULL);

        fail_if(gst_pad_query_accept_caps(pad, caps), "%s", others[i]);
        fail_if(gst_qsr_format(&format, gst_video_format_from_string(others[i])));
        gst_caps_unref(caps);
    }
    gst_object_unref(pad);
    test_harness_end(h, NULL);
}
GST_END_TEST;

static void check_picture(const gchar *properties, const gchar *format, gint width, gint height,
                          QsrScale scale)
{
    GstHarness *h = test_harness(properties, NULL);
    GstVideoInfo in_info, out_info;
    GstBuffer *in, *out;
    GstCaps *caps;

    test_set_src_caps(h, format, width, height, NULL);
    gst_video_info_set_format(&in_info, gst_video_format_from_string(format), (guint) width,
                              (guint) height);
    in = test_picture(&in_info, (guint) (width + height));
    fail_unless_equals_int(gst_harness_push(h, gst_buffer_ref(in)), GST_FLOW_OK);
    out = gst_harness_pull(h);
    fail_unless(out != NULL);

    caps = test_out_caps(h);
    fail_unless(gst_video_info_from_caps(&out_info, caps));
    gst_caps_unref(caps);
    fail_unless_equals_string(GST_VIDEO_INFO_NAME(&out_info), format);
    fail_unless_equals_int(out_info.width, qsr_scale_size(scale, width));
    fail_unless_equals_int(out_info.height, qsr_scale_size(scale, height));
    test_assert_upscaled(in, &in_info, out, &out_info, &sd, scale);

    gst_buffer_unref(out);
    gst_buffer_unref(in);
    test_harness_end(h, NULL);
}

GST_START_TEST(test_every_format)
{
    check_picture("scale=2", formats[__i__], 17, 31, QSR_SCALE(2, 1));
    check_picture("scale=1.5", formats[__i__], 17, 31, QSR_SCALE(3, 2));
}
GST_END_TEST;

static const gint sizes[][2] = {{1, 1},  {1, 2},  {2, 1},   {2, 3},   {17, 31},
                                {1, 240}, {320, 1}, {5, 130}, {130, 5}, {64, 64}};

GST_START_TEST(test_every_size)
{
    const gint *size = sizes[__i__];

    check_picture("scale=1.5", "I420", size[0], size[1], QSR_SCALE(3, 2));
    check_picture("scale=2", "NV12", size[0], size[1], QSR_SCALE(2, 1));
    check_picture("scale=3", "RGB", size[0], size[1], QSR_SCALE(3, 1));
    check_picture("scale=4", "RGBA", size[0], size[1], QSR_SCALE(4, 1));
    check_picture("scale=2", "GRAY8", size[0], size[1], QSR_SCALE(2, 1));
}
GST_END_TEST;

// Large ones take the plain C kernels a while, so there are two.
GST_START_TEST(test_large)
{
    check_picture("scale=2", "I420", 640, 480, QSR_SCALE(2, 1));
    check_picture("scale=1.5", "NV12", 641, 481, QSR_SCALE(3, 2));
}
GST_END_TEST;

// Any number of threads gives the same bytes.
GST_START_TEST(test_threads)
{
    check_picture("scale=2 n-threads=1", "NV12", 161, 121, QSR_SCALE(2, 1));
    check_picture("scale=2 n-threads=2", "NV12", 161, 121, QSR_SCALE(2, 1));
    check_picture("scale=2 n-threads=7", "NV12", 161, 121, QSR_SCALE(2, 1));
    check_picture("scale=3 n-threads=0 backend=cpu", "RGB", 61, 121, QSR_SCALE(3, 1));
}
GST_END_TEST;

// The same samples with rows far apart, planes apart and out of order, and a
// head in front: described by a GstVideoMeta.
static GstBuffer *scattered(GstBuffer *packed, const GstVideoInfo *info, gint pad, gint head)
{
    gsize offset[GST_VIDEO_MAX_PLANES] = {0}, size = (gsize) head;
    gint stride[GST_VIDEO_MAX_PLANES] = {0};
    GstVideoFrame from, to;
    GstBuffer *buffer;

    for (gint p = (gint) GST_VIDEO_INFO_N_PLANES(info) - 1; p >= 0; p--) {
        stride[p] = GST_VIDEO_INFO_PLANE_STRIDE(info, p) + pad + p;
        offset[p] = size;
        size += (gsize) stride[p] * (gsize) (GST_VIDEO_INFO_HEIGHT(info) + 3);
    }
    buffer = gst_buffer_new_allocate(NULL, size, NULL);
    gst_buffer_memset(buffer, 0, 0xEE, -1);
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(info),
                                   (guint) info->width, (guint) info->height,
                                   GST_VIDEO_INFO_N_PLANES(info), offset, stride);
    fail_unless(gst_video_frame_map(&from, info, packed, GST_MAP_READ));
    fail_unless(gst_video_frame_map(&to, info, buffer, GST_MAP_WRITE));
    fail_unless(gst_video_frame_copy(&to, &from));
    gst_video_frame_unmap(&to);
    gst_video_frame_unmap(&from);
    return buffer;
}

GST_START_TEST(test_video_meta)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstBuffer *packed, *out, *expected;
    GstVideoInfo info, out_info;
    GstCaps *caps;

    gst_video_info_set_format(&info, gst_video_format_from_string(formats[__i__]), 37, 23);
    test_set_src_caps(h, formats[__i__], 37, 23, NULL);
    packed = test_picture(&info, 5);
    expected = gst_harness_push_and_pull(h, gst_buffer_ref(packed));
    caps = test_out_caps(h);
    fail_unless(gst_video_info_from_caps(&out_info, caps));
    gst_caps_unref(caps);

    for (gint pad = 0; pad <= 100; pad += 33) {
        out = gst_harness_push_and_pull(h, scattered(packed, &info, pad, pad * 7));
        fail_unless(out != NULL);
        test_assert_same_picture(out, expected, &out_info);
        gst_buffer_unref(out);
    }

    // Without a meta, in the middle of a larger memory.
    {
        gsize size = gst_buffer_get_size(packed);
        GstBuffer *whole = gst_buffer_new_allocate(NULL, size + 29, NULL), *part;
        GstMapInfo map;

        gst_buffer_map(packed, &map, GST_MAP_READ);
        gst_buffer_memset(whole, 0, 0x55, -1);
        gst_buffer_fill(whole, 13, map.data, map.size);
        gst_buffer_unmap(packed, &map);
        part = gst_buffer_copy_region(whole, GST_BUFFER_COPY_MEMORY, 13, size);
        out = gst_harness_push_and_pull(h, part);
        test_assert_same_picture(out, expected, &out_info);
        gst_buffer_unref(out);
        gst_buffer_unref(whole);
    }

    gst_buffer_unref(expected);
    gst_buffer_unref(packed);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Nothing is read behind the samples: planes that end where memory does.
GST_START_TEST(test_tight_memory)
{
    GstHarness *h = test_harness("scale=2", NULL);
    gsize offset[GST_VIDEO_MAX_PLANES] = {0, 9 * 7, 9 * 7 + 5 * 4};
    gint stride[GST_VIDEO_MAX_PLANES] = {9, 5, 5};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 9 * 7 + 2 * 5 * 4, NULL), *out;

    gst_buffer_memset(buffer, 0, 0x80, -1);
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 9, 7,
                                   3, offset, stride);
    test_set_src_caps(h, "I420", 9, 7, NULL);
    out = gst_harness_push_and_pull(h, buffer);
    fail_unless(out != NULL);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}
GST_END_TEST;

// A buffer that is too small is an error, not a picture of old memory.
GST_START_TEST(test_short_buffer)
{
    GstBus *bus;
    GstHarness *h = test_harness("scale=2", &bus);
    GstBuffer *small = gst_buffer_new_allocate(NULL, 64 * 48, NULL);

    gst_buffer_memset(small, 0, 0, -1);
    test_set_src_caps(h, "I420", 64, 48, NULL);
    fail_unless_equals_int(gst_harness_push(h, small), GST_FLOW_ERROR);
    fail_unless_equals_int((gint) gst_harness_buffers_received(h), 0);
    test_assert_message(bus, GST_MESSAGE_ERROR, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
                        "a buffer of 3072 bytes is no I420 picture of 64x48");
    test_harness_end(h, bus);
}
GST_END_TEST;

static Suite *formats_suite(void)
{
    Suite *s = suite_create("formats");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, test_templates);
    tcase_add_test(tc, test_other_formats_are_refused);
    tcase_add_loop_test(tc, test_every_format, 0, G_N_ELEMENTS(formats));
    tcase_add_loop_test(tc, test_every_size, 0, G_N_ELEMENTS(sizes));
    tcase_add_test(tc, test_large);
    tcase_add_test(tc, test_threads);
    tcase_add_loop_test(tc, test_video_meta, 0, G_N_ELEMENTS(formats));
    tcase_add_test(tc, test_tight_memory);
    tcase_add_test(tc, test_short_buffer);
    return s;
}

GST_CHECK_MAIN(formats)

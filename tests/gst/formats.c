// SPDX-License-Identifier: BSD-2-Clause
//
// Every format and many sizes and layouts: the element writes the bytes that
// libqsr writes.

#include <math.h>

#include "pixels.h"

// What caps of at most 576 lines mean where they do not say it.
static const TestColour sd = {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER};

// The formats of both templates are these, and each of them is advertised
// with and without foreign memory.
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

        // System memory, with fields and overlays apart, and any other.
        fail_unless_equals_int(gst_caps_get_size(caps), 4);
        for (guint i = 0; i < 4; i++) {
            const GValue *v =
                gst_structure_get_value(gst_caps_get_structure(caps, i), "format");

            fail_unless_equals_int(gst_value_list_get_size(v), test_n_formats);
            for (gint k = 0; k < test_n_formats; k++)
                fail_unless_equals_string(g_value_get_string(gst_value_list_get_value(v, k)),
                                          test_formats[k]);
            fail_unless_equals_int(gst_caps_features_is_any(gst_caps_get_features(caps, i)),
                                   i == 3);
        }
        gst_caps_unref(caps);
    }
    fail_unless_equals_int(n, 2);
    gst_object_unref(factory);
}
GST_END_TEST;

// Formats beside the templates are refused.
GST_START_TEST(test_other_formats_are_refused)
{
    const gchar *const others[] = {"I420_12LE", "P010_10BE", "YVYU",      "v210", "Y41B",
                                   "RGB16",     "GRAY16_LE", "A420_10LE", "VUYA", "NV24"};
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
    check_picture("scale=2", test_formats[__i__], 17, 31, QSR_SCALE(2, 1));
    check_picture("scale=1.5", test_formats[__i__], 17, 31, QSR_SCALE(3, 2));
}
GST_END_TEST;

// A smooth picture in RGB, with alpha that differs from it.
static GstBuffer *gradient(GstVideoInfo *info, guint width, guint height)
{
    GstBuffer *buffer;
    GstMapInfo map;

    gst_video_info_set_format(info, GST_VIDEO_FORMAT_RGBA, width, height);
    buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    for (guint y = 0; y < height; y++) {
        for (guint x = 0; x < width; x++) {
            guint8 *p = map.data + 4 * (y * width + x);

            p[0] = (guint8) (30 + 200 * x / width);
            p[1] = (guint8) (40 + 150 * y / height);
            p[2] = (guint8) (220 - 100 * (x + y) / (width + height));
            p[3] = (guint8) (20 + 230 * y / height);
        }
    }
    gst_buffer_unmap(buffer, &map);
    return buffer;
}

static GstBuffer *convert(GstBuffer *from, GstVideoInfo *from_info, GstVideoInfo *to_info)
{
    GstBuffer *to = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(to_info), NULL);
    GstVideoConverter *converter = gst_video_converter_new(
        from_info, to_info,
        gst_structure_new("options", GST_VIDEO_CONVERTER_OPT_DITHER_METHOD,
                          GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE, NULL));
    GstVideoFrame in, out;

    fail_unless(converter != NULL);
    fail_unless(gst_video_frame_map(&in, from_info, from, GST_MAP_READ));
    fail_unless(gst_video_frame_map(&out, to_info, to, GST_MAP_WRITE));
    gst_video_converter_frame(converter, &in, &out);
    gst_video_frame_unmap(&out);
    gst_video_frame_unmap(&in);
    gst_video_converter_free(converter);
    return to;
}

static GstBuffer *upscale(GstBuffer *in, const GstVideoInfo *info, GstVideoInfo *out_info)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstCaps *caps = gst_video_info_to_caps(info);
    GstBuffer *out;

    gst_harness_set_src_caps(h, caps);
    out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
    fail_unless(out != NULL);
    caps = test_out_caps(h);
    fail_unless(gst_video_info_from_caps(out_info, caps));
    gst_caps_unref(caps);
    test_harness_end(h, NULL);
    return out;
}

// RGBA -> format -> twice the size -> RGBA, where GStreamer does both
// conversions, against RGBA -> twice the size: what the components are, where they
// lie and what they mean is what GStreamer thinks.
GST_START_TEST(test_as_gstreamer_converts)
{
    GstVideoFormat format = gst_video_format_from_string(test_formats[__i__]);
    GstVideoInfo rgba, info, big, out_info;
    GstBuffer *picture = gradient(&rgba, 66, 38), *in, *out, *back, *want;
    GstMapInfo a, b;
    gboolean gray, alpha;
    gdouble squares = 0, alpha_squares = 0, psnr, enough;

    gst_video_info_set_format(&info, format, 66, 38);
    gray = GST_VIDEO_INFO_IS_GRAY(&info);
    alpha = GST_VIDEO_INFO_HAS_ALPHA(&info);
    in = convert(picture, &rgba, &info);
    out = upscale(in, &info, &out_info);
    want = upscale(picture, &rgba, &big);
    if (gray) { // its colours are gone
        GstVideoInfo big_gray;
        GstBuffer *in_gray;

        gst_video_info_set_format(&big_gray, format, 132, 76);
        in_gray = convert(want, &big, &big_gray);
        gst_buffer_unref(want);
        want = convert(in_gray, &big_gray, &big);
        gst_buffer_unref(in_gray);
    }
    back = convert(out, &out_info, &big);

    gst_buffer_map(back, &a, GST_MAP_READ);
    gst_buffer_map(want, &b, GST_MAP_READ);
    for (gsize i = 0; i < a.size; i++) {
        gint d = a.data[i] - b.data[i];

        if (i % 4 == 3)
            alpha_squares += d * d;
        else
            squares += d * d;
    }
    psnr = 10 * log10(255 * 255 * 0.75 * (gdouble) a.size / (squares + 1));
    // GStreamer's own 8-bit YUV and back is 37 dB away from where it began.
    enough = GST_VIDEO_INFO_IS_YUV(&info) && GST_VIDEO_INFO_COMP_DEPTH(&info, 0) == 8 ? 35 : 42;
    fail_unless(psnr > enough, "%s: %f dB", test_formats[__i__], psnr);
    psnr = 10 * log10(255 * 255 * 0.25 * (gdouble) a.size / (alpha_squares + 1));
    if (format == GST_VIDEO_FORMAT_RGB10A2_LE) // two bits, cut off by GStreamer
        fail_unless(psnr > 15, "%s alpha: %f dB", test_formats[__i__], psnr);
    else if (alpha)
        fail_unless(psnr > 50, "%s alpha: %f dB", test_formats[__i__], psnr);
    gst_buffer_unmap(want, &b);
    gst_buffer_unmap(back, &a);

    gst_buffer_unref(picture);
    gst_buffer_unref(in);
    gst_buffer_unref(out);
    gst_buffer_unref(back);
    gst_buffer_unref(want);
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
    // Not gst_video_frame_copy: of packed 4:2:2 it leaves out the chroma behind an odd
    // last column.
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&from); p++) {
        gint comp[GST_VIDEO_MAX_COMPONENTS];

        gst_video_format_info_component(info->finfo, p, comp);
        for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&from, comp[0]); y++)
            memcpy((guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&to, p) +
                       y * GST_VIDEO_FRAME_PLANE_STRIDE(&to, p),
                   (guint8 *) GST_VIDEO_FRAME_PLANE_DATA(&from, p) +
                       y * GST_VIDEO_FRAME_PLANE_STRIDE(&from, p),
                   (gsize) GST_VIDEO_FRAME_PLANE_STRIDE(&from, p));
    }
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

    gst_video_info_set_format(&info, gst_video_format_from_string(test_formats[__i__]), 37, 23);
    test_set_src_caps(h, test_formats[__i__], 37, 23, NULL);
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
    tcase_add_loop_test(tc, test_every_format, 0, test_n_formats);
    tcase_add_loop_test(tc, test_as_gstreamer_converts, 0, test_n_formats);
    tcase_add_loop_test(tc, test_every_size, 0, G_N_ELEMENTS(sizes));
    tcase_add_test(tc, test_large);
    tcase_add_test(tc, test_threads);
    tcase_add_loop_test(tc, test_video_meta, 0, test_n_formats);
    tcase_add_test(tc, test_tight_memory);
    tcase_add_test(tc, test_short_buffer);
    return s;
}

GST_CHECK_MAIN(formats)

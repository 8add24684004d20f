// SPDX-License-Identifier: BSD-2-Clause
//
// The meaning of the samples: said on the output, and used on the way.

#include "gst/colour.h"

#include "common.h"

static const struct {
    const gchar *format, *more;
    gint height;
    const gchar *colorimetry, *site; // on the output; NULL: none
    TestColour colour;               // what the engine is told
} table[] = {
    // Untagged: GStreamer's guess for the input, kept at any output size.
    {"I420", NULL, 480, "bt601", "jpeg", {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    {"I420", NULL, 576, "bt601", "jpeg", {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    {"I420", NULL, 577, "bt709", "mpeg2", {QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_LEFT}},
    {"Y444", NULL, 8, "bt601", "jpeg", {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    {"RGB", NULL, 480, "sRGB", NULL, {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}},
    {"GRAY8", NULL, 8, "1:4:0:0", NULL, {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}},
    // Half-tagged: the other half is the guess.
    {"NV12", "colorimetry=bt709", 8, "bt709", "jpeg",
     {QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    {"NV12", "colorimetry=bt601", 580, "bt601", "mpeg2",
     {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_LEFT}},
    {"NV12", "chroma-site=mpeg2", 8, "bt601", "mpeg2",
     {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_LEFT}},
    {"NV12", "chroma-site=jpeg", 580, "bt709", "jpeg",
     {QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    // Tagged. Strings stay as they are spelt.
    {"I420", "colorimetry=bt709,chroma-site=cosited", 8, "bt709", "cosited",
     {QSR_MATRIX_BT709, QSR_RANGE_LIMITED, QSR_SITE_TOP_LEFT}},
    {"I420", "colorimetry=bt2020,chroma-site=v-cosited", 8, "bt2020", "v-cosited",
     {QSR_MATRIX_BT2020, QSR_RANGE_LIMITED, QSR_SITE_TOP}},
    {"I420", "colorimetry=bt2100-pq,chroma-site=dv", 8, "bt2100-pq", "dv",
     {QSR_MATRIX_BT2020, QSR_RANGE_LIMITED, QSR_SITE_TOP_LEFT}},
    {"I420", "colorimetry=smpte240m,chroma-site=none", 8, "smpte240m", "none",
     {QSR_MATRIX_SMPTE240M, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    {"I420", "colorimetry=(string)1:4:0:0,chroma-site=jpeg", 8, "1:4:0:0", "jpeg",
     {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}},
    {"I420", "colorimetry=(string)2:2:5:1,chroma-site=mpeg2", 8, "2:2:5:1", "mpeg2",
     {QSR_MATRIX_FCC, QSR_RANGE_LIMITED, QSR_SITE_LEFT}},
    {"I420", "colorimetry=(string)2:4:16:4", 8, "2:4:16:4", "jpeg",
     {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    // HDR10 and HLG, both ranges.
    {"P010_10LE", "colorimetry=bt2100-pq,chroma-site=cosited", 8, "bt2100-pq", "cosited",
     {QSR_MATRIX_BT2020, QSR_RANGE_LIMITED, QSR_SITE_TOP_LEFT}},
    {"I420_10LE", "colorimetry=bt2100-hlg,chroma-site=mpeg2", 8, "bt2100-hlg", "mpeg2",
     {QSR_MATRIX_BT2020, QSR_RANGE_LIMITED, QSR_SITE_LEFT}},
    {"Y210", "colorimetry=(string)1:6:14:7,chroma-site=mpeg2", 8, "1:6:14:7", "mpeg2",
     {QSR_MATRIX_BT2020, QSR_RANGE_FULL, QSR_SITE_LEFT}},
    {"RGB10A2_LE", "colorimetry=(string)1:1:14:7", 8, "1:1:14:7", NULL,
     {QSR_MATRIX_BT601, QSR_RANGE_FULL, QSR_SITE_CENTER}},
    // Nonsense: replaced by what GStreamer replaces it by.
    {"I420", "colorimetry=nonsense", 8, "bt601", "jpeg",
     {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
    {"I420", "colorimetry=sRGB", 8, "bt601", "jpeg",
     {QSR_MATRIX_BT601, QSR_RANGE_LIMITED, QSR_SITE_CENTER}},
};

// On the output of the element, at each factor, and after GstVideoInfo read it.
GST_START_TEST(test_output_says_it)
{
    const gchar *const properties[] = {"scale=1", "scale=1.5", "scale=2", "scale=2.7", "scale=4",
                                        ""};

    for (guint i = 0; i < G_N_ELEMENTS(properties); i++) {
        GstHarness *h = test_harness(properties[i], NULL);
        GstStructure *s;
        GstQsrColour in, out;
        GstCaps *caps;

        test_set_src_caps(h, table[__i__].format, 8, table[__i__].height, table[__i__].more);
        caps = test_out_caps(h);
        fail_unless(caps != NULL);
        s = gst_caps_get_structure(caps, 0);
        fail_unless_equals_string(gst_structure_get_string(s, "colorimetry"),
                                  table[__i__].colorimetry);
        fail_unless_equals_string(gst_structure_get_string(s, "chroma-site"), table[__i__].site);

        fail_unless(gst_qsr_colour_from_caps(&out, caps));
        gst_caps_unref(caps);
        caps = gst_pad_get_current_caps(h->srcpad);
        fail_unless(gst_qsr_colour_from_caps(&in, caps));
        gst_caps_unref(caps);
        fail_unless(gst_video_colorimetry_is_equal(&in.colorimetry, &out.colorimetry));
        fail_unless_equals_int((gint) in.site, (gint) out.site);
        // The output needs no guess of ours to be read right.
        fail_unless(gst_video_colorimetry_is_equal(&out.info.colorimetry, &in.colorimetry));
        if (table[__i__].site)
            fail_unless_equals_int((gint) out.info.chroma_site, (gint) in.site);
        test_harness_end(h, NULL);
    }
}
GST_END_TEST;

GST_START_TEST(test_engine_is_told)
{
    GstCaps *caps = test_caps(table[__i__].format, 8, table[__i__].height, table[__i__].more);
    GstQsrColour colour;
    QsrPicture pic;

    fail_unless(gst_qsr_colour_from_caps(&colour, caps));
    gst_qsr_picture_init(&pic, &colour, 8, table[__i__].height);
    if (table[__i__].site) { // the others have no matrix
        fail_unless_equals_int((gint) pic.matrix, (gint) table[__i__].colour.matrix);
        fail_unless_equals_int((gint) pic.range, (gint) table[__i__].colour.range);
        fail_unless_equals_int((gint) pic.site, (gint) table[__i__].colour.site);
    }
    gst_caps_unref(caps);
}
GST_END_TEST;

// ... and does it: the bytes of a direct call with that meaning.
GST_START_TEST(test_bytes)
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstVideoInfo in_info, out_info;
    GstBuffer *in, *out;
    GstCaps *caps;

    if (table[__i__].height < 100) {
        test_set_src_caps(h, table[__i__].format, 13, table[__i__].height, table[__i__].more);
        caps = gst_pad_get_current_caps(h->srcpad);
        gst_video_info_from_caps(&in_info, caps);
        gst_caps_unref(caps);
        caps = test_out_caps(h);
        gst_video_info_from_caps(&out_info, caps);
        gst_caps_unref(caps);
        in = test_picture(&in_info, 9);
        out = gst_harness_push_and_pull(h, gst_buffer_ref(in));
        test_assert_upscaled(in, &in_info, out, &out_info, &table[__i__].colour, QSR_SCALE(2, 1));
        gst_buffer_unref(out);
        gst_buffer_unref(in);
    }
    test_harness_end(h, NULL);
}
GST_END_TEST;

// Y, U, V. Real colours: outside of RGB there is nothing to keep.
static const guint8 limited[][3] = {{16, 128, 128}, {126, 128, 128}, {235, 128, 128},
                                    {81, 110, 190}, {145, 90, 100},  {100, 160, 120}};
static const guint8 full[][3] = {{0, 128, 128},  {127, 128, 128}, {255, 128, 128},
                                 {90, 110, 170}, {145, 100, 110}, {100, 150, 120}};

static GstBuffer *flat(const GstVideoInfo *info, const guint8 colour[3])
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    GstVideoFrame frame;

    gst_video_frame_map(&frame, info, buffer, GST_MAP_WRITE);
    for (guint c = 0; c < 3; c++) {
        for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c); y++) {
            guint8 *row = (guint8 *) GST_VIDEO_FRAME_COMP_DATA(&frame, c) +
                          y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c);

            for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&frame, c); x++)
                row[x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c)] = colour[c];
        }
    }
    gst_video_frame_unmap(&frame);
    return buffer;
}

// A flat colour stays that colour, up to what the network itself does to flat
// areas; a wrong matrix or range would move it by far more.
static void check_flat(const gchar *format, const gchar *more, const guint8 colour[3])
{
    GstHarness *h = test_harness("scale=2", NULL);
    GstCaps *caps;
    GstVideoInfo info;
    GstVideoFrame frame;
    GstBuffer *out;

    test_set_src_caps(h, format, 48, 48, more);
    caps = gst_pad_get_current_caps(h->srcpad);
    gst_video_info_from_caps(&info, caps);
    gst_caps_unref(caps);
    out = gst_harness_push_and_pull(h, flat(&info, colour));
    caps = test_out_caps(h);
    gst_video_info_from_caps(&info, caps);
    gst_caps_unref(caps);
    gst_video_frame_map(&frame, &info, out, GST_MAP_READ);
    for (guint c = 0; c < 3; c++) {
        gint w = GST_VIDEO_FRAME_COMP_WIDTH(&frame, c);
        gint h_c = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c);

        // The middle: at the edges the network sees the zeros outside.
        for (gint y = h_c / 4; y < h_c * 3 / 4; y++) {
            const guint8 *row = (const guint8 *) GST_VIDEO_FRAME_COMP_DATA(&frame, c) +
                                y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c);

            for (gint x = w / 4; x < w * 3 / 4; x++) {
                gint v = row[x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c)];

                if (ABS(v - colour[c]) > 2)
                    fail("%s %s: component %u of %u,%u,%u became %d", format, more, c, colour[0],
                         colour[1], colour[2], v);
            }
        }
    }
    gst_video_frame_unmap(&frame);
    gst_buffer_unref(out);
    test_harness_end(h, NULL);
}

GST_START_TEST(test_flat_colours)
{
    const gchar *const formats[] = {"I420", "NV12", "NV21", "YV12", "Y444"};

    for (gint matrix = 2; matrix <= 6; matrix++) { // FCC, BT.709, BT.601, SMPTE 240M, BT.2020
        for (gint range = 1; range <= 2; range++) {
            gchar *more = g_strdup_printf("colorimetry=(string)%d:%d:5:1", range, matrix);
            const guint8(*colours)[3] = range == 1 ? full : limited;

            check_flat(formats[__i__], more, colours[(matrix + __i__) % 6]);
            check_flat(formats[__i__], more, colours[(matrix + __i__ + 3) % 6]);
            g_free(more);
        }
    }
}
GST_END_TEST;

static Suite *colour_suite(void)
{
    Suite *s = suite_create("colour");
    TCase *tc = tcase_create("general");

    suite_add_tcase(s, tc);
    tcase_add_loop_test(tc, test_output_says_it, 0, G_N_ELEMENTS(table));
    tcase_add_loop_test(tc, test_engine_is_told, 0, G_N_ELEMENTS(table));
    tcase_add_loop_test(tc, test_bytes, 0, G_N_ELEMENTS(table));
    tcase_add_loop_test(tc, test_flat_colours, 0, 5);
    return s;
}

GST_CHECK_MAIN(colour)

// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/encoding.h"

#include <string.h>
#include <strings.h>

// ---------------------------------------------------------------- encoders ---

// Bits per second for encoders without a constant quality of their own, and as
// a ceiling for those with one: a quarter of a bit per pixel is ample.
static guint ample_bitrate(const GstVideoInfo *info)
{
    double fps = 30;
    double bits;

    if (GST_VIDEO_INFO_FPS_N(info) > 0 && GST_VIDEO_INFO_FPS_D(info) > 0)
        fps = (double)GST_VIDEO_INFO_FPS_N(info) / GST_VIDEO_INFO_FPS_D(info);
    bits = 0.25 * GST_VIDEO_INFO_WIDTH(info) * GST_VIDEO_INFO_HEIGHT(info) * fps;
    return (guint)CLAMP(bits, 1e6, 1e9);
}

static void configure_x264(GstElement *encoder, const QsrOptions *o, const GstVideoInfo *info)
{
    (void)info;
    // Not to cost more than the network does.
    gst_util_set_object_arg(G_OBJECT(encoder), "speed-preset", "faster");
    if (o->bitrate) {
        g_object_set(encoder, "bitrate", (guint)o->bitrate, NULL);
        return;
    }
    gst_util_set_object_arg(G_OBJECT(encoder), "pass", "qual");
    // No buffer to model: without this the default bit rate is a ceiling.
    g_object_set(encoder, "quantizer", (guint)(o->quality >= 0 ? o->quality : 17),
                 "vbv-buf-capacity", 0u, NULL);
}

static void configure_openh264(GstElement *encoder, const QsrOptions *o, const GstVideoInfo *info)
{
    const guint q = (guint)(o->quality >= 0 ? o->quality : 17);

    gst_util_set_object_arg(G_OBJECT(encoder), "complexity", "high");
    if (o->bitrate) {
        gst_util_set_object_arg(G_OBJECT(encoder), "rate-control", "bitrate");
        g_object_set(encoder, "bitrate", (guint)o->bitrate * 1000, NULL);
        return;
    }
    gst_util_set_object_arg(G_OBJECT(encoder), "rate-control", "quality");
    g_object_set(encoder, "bitrate", ample_bitrate(info), "qp-min", q, "qp-max", MIN(q + 3, 51),
                 NULL);
}

static void configure_vpx(GstElement *encoder, const QsrOptions *o, const GstVideoInfo *info)
{
    const int q = o->quality >= 0 ? o->quality : 20;

    // Good quality rather than real time.
    g_object_set(encoder, "deadline", (gint64)1000000, "cpu-used", 4, "threads",
                 (gint)MIN(g_get_num_processors(), 16), NULL);
    if (o->bitrate) {
        g_object_set(encoder, "target-bitrate", o->bitrate * 1000, NULL);
        return;
    }
    gst_util_set_object_arg(G_OBJECT(encoder), "end-usage", "cq");
    g_object_set(encoder, "cq-level", q, "min-quantizer", MIN(q, 4), "target-bitrate",
                 (gint)MIN(ample_bitrate(info), G_MAXINT), NULL);
}

static void configure_vp9(GstElement *encoder, const QsrOptions *o, const GstVideoInfo *info)
{
    configure_vpx(encoder, o, info);
    g_object_set(encoder, "row-mt", TRUE, "tile-columns", 2, NULL);
}

static const QsrVideoEncoder x264 = { "x264enc", NULL, true, configure_x264 };
static const QsrVideoEncoder openh264 = { "openh264enc", "h264parse", true, configure_openh264 };
static const QsrVideoEncoder vp9 = { "vp9enc", NULL, false, configure_vp9 };
static const QsrVideoEncoder vp8 = { "vp8enc", NULL, false, configure_vpx };

static const QsrAudioEncoder opus = { "opusenc", "Opus", 192000 };
static const QsrAudioEncoder vorbis = { "vorbisenc", "Vorbis", 192000 };
static const QsrAudioEncoder flac = { "flacenc", "FLAC", 0 };
static const QsrAudioEncoder av_aac = { "avenc_aac", "AAC", 192000 };
static const QsrAudioEncoder vo_aac = { "voaacenc", "AAC", 192000 };

// MP4 needs an edit list to undo the delay of reordered frames. Not every player
// heeds it, and with uneven time stamps mp4mux cuts off the last frame.
static const QsrContainer containers[] = {
    { { ".mkv" }, "matroskamux", true, { &x264, &openh264, &vp9, &vp8 },
      { &opus, &vorbis, &flac } },
    { { ".mp4", ".m4v" }, "mp4mux", false, { &x264, &openh264 }, { &av_aac, &vo_aac } },
    { { ".mov" }, "qtmux", false, { &x264, &openh264 }, { &av_aac, &vo_aac } },
    { { ".webm" }, "webmmux", true, { &vp9, &vp8 }, { &opus, &vorbis } },
};

const QsrContainer *qsr_container_of_name(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < G_N_ELEMENTS(containers); i++) {
        for (const char *const *e = containers[i].extensions; *e; e++) {
            if (!strcasecmp(dot, *e))
                return &containers[i];
        }
    }
    return NULL;
}

// ---------------------------------------------------------------- packages ---

// Where Debian keeps the elements the program asks for by name.
static const char *package_of(const char *element)
{
    static const char *const table[][2] = {
        { "avenc_aac", "gstreamer1.0-libav" },
        { "deinterlace", "gstreamer1.0-plugins-good" },
        { "flacenc", "gstreamer1.0-plugins-good" },
        { "h264parse", "gstreamer1.0-plugins-bad" },
        { "matroskamux", "gstreamer1.0-plugins-good" },
        { "mp4mux", "gstreamer1.0-plugins-good" },
        { "openh264enc", "gstreamer1.0-plugins-bad" },
        { "qtmux", "gstreamer1.0-plugins-good" },
        { "videocrop", "gstreamer1.0-plugins-good" },
        { "videoflip", "gstreamer1.0-plugins-good" },
        { "voaacenc", "gstreamer1.0-plugins-bad" },
        { "vp8enc", "gstreamer1.0-plugins-good" },
        { "vp9enc", "gstreamer1.0-plugins-good" },
        { "webmmux", "gstreamer1.0-plugins-good" },
        { "x264enc", "gstreamer1.0-plugins-ugly" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!strcmp(element, table[i][0]))
            return table[i][1];
    }
    return "gstreamer1.0-plugins-base";
}

static bool installed(const char *element)
{
    GstElementFactory *factory = gst_element_factory_find(element);

    if (!factory)
        return false;
    gst_object_unref(factory);
    return true;
}

GstElement *qsr_make_element(const char *factory, QsrError *err)
{
    GstElement *element = gst_element_factory_make(factory, NULL);

    if (!element)
        qsr_cli_fail(err, QSR_ERR_NOT_FOUND,
                     "the GStreamer element %s is missing (Debian package %s)", factory,
                     package_of(factory));
    return element;
}

const QsrVideoEncoder *qsr_choose_video_encoder(const QsrContainer *c, QsrError *err)
{
    const QsrVideoEncoder *first = c->video[0];

    for (const QsrVideoEncoder *const *e = c->video; *e; e++) {
        if (installed((*e)->element) && (!(*e)->parser || installed((*e)->parser)))
            return *e;
    }
    qsr_cli_fail(err, QSR_ERR_NOT_FOUND,
                 "no video encoder for %s is installed: the GStreamer element %s (Debian package "
                 "%s) or %s (%s) is needed", c->extensions[0], first->element,
                 package_of(first->element), c->video[1]->element,
                 package_of(c->video[1]->element));
    return NULL;
}

const QsrAudioEncoder *qsr_choose_audio_encoder(const QsrContainer *c)
{
    for (const QsrAudioEncoder *const *e = c->audio; *e; e++) {
        if (installed((*e)->element))
            return *e;
    }
    return NULL;
}

// -------------------------------------------------------------------- caps ---

GstCaps *qsr_muxer_caps(const QsrContainer *c, const char *pad_template)
{
    GstElementFactory *factory = gst_element_factory_find(c->muxer);
    GstCaps *caps = NULL;
    const GList *l;

    if (!factory)
        return gst_caps_new_empty();
    for (l = gst_element_factory_get_static_pad_templates(factory); l; l = l->next) {
        GstStaticPadTemplate *t = l->data;

        if (!strcmp(t->name_template, pad_template))
            caps = gst_static_pad_template_get_caps(t);
    }
    gst_object_unref(factory);
    return caps ? caps : gst_caps_new_empty();
}

GstCaps *qsr_encoder_caps(GstElement *encoder, const GstVideoInfo *info)
{
    // 4:2:0 is what players can decode. At twice the size or more it still holds
    // all the chroma of a 4:2:2 or RGB source; only a source that was 4:4:4
    // video, whose player copes, stays so.
    const bool full = GST_VIDEO_FORMAT_INFO_IS_YUV(info->finfo) &&
                      GST_VIDEO_FORMAT_INFO_W_SUB(info->finfo, 1) == 0 &&
                      GST_VIDEO_INFO_N_PLANES(info) == 3;
    GstCaps *wanted = gst_caps_from_string(full ? "video/x-raw, format={Y444, I420}"
                                                : "video/x-raw, format={I420, NV12, YV12}");
    GstPad *pad = gst_element_get_static_pad(encoder, "sink");
    GstCaps *able = gst_pad_query_caps(pad, NULL);
    GstCaps *caps = gst_caps_intersect_full(wanted, able, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref(able);
    gst_object_unref(pad);
    // Only the format is ours to choose here.
    for (guint i = 0; i < gst_caps_get_size(caps); i++) {
        GstStructure *s = gst_caps_get_structure(caps, i);
        const GValue *format = gst_structure_get_value(s, "format");
        GValue copy = G_VALUE_INIT;

        if (!format)
            continue;
        g_value_init(&copy, G_VALUE_TYPE(format));
        g_value_copy(format, &copy);
        gst_structure_remove_all_fields(s);
        gst_structure_take_value(s, "format", &copy);
    }
    gst_caps_unref(wanted);
    return caps;
}

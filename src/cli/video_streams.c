// SPDX-License-Identifier: BSD-2-Clause
//
// The tracks of a file, on their way to the muxer:
//
//   video: queue ! decodebin ! [deinterlace] ! videoconvert ! qsrupscale !
//          queue ! [videocrop] ! videoflip ! videoconvert ! encoder ! muxer
//   audio: queue ! [parser] ! muxer, or queue ! decodebin ! ... ! encoder ! muxer
//
// All of this runs in streaming threads.

#include <string.h>

#include "src/cli/video.h"

#include <gst/pbutils/pbutils.h>

// What the demuxer may read ahead for one track while another one is slow.
#define QUEUE_BYTES (64u << 20)

// ------------------------------------------------------------------ basics ---

static void fail(QsrVideoJob *job, const QsrError *err)
{
    bool first;

    g_mutex_lock(&job->lock);
    first = job->error.code == 0;
    if (first)
        job->error = *err;
    g_mutex_unlock(&job->lock);
    if (first)
        gst_element_post_message(job->pipeline,
                                 gst_message_new_application(GST_OBJECT(job->pipeline),
                                                             gst_structure_new_empty("qsr-failed")));
}

// A new element within the running pipeline. NULL after a failure.
static GstElement *add(QsrVideoJob *job, const char *factory)
{
    QsrError err;
    GstElement *element = qsr_make_element(factory, &err);

    if (!element) {
        fail(job, &err);
        return NULL;
    }
    gst_bin_add(GST_BIN(job->pipeline), element);
    return element;
}

static GstElement *add_queue(QsrVideoJob *job, guint buffers, guint bytes)
{
    GstElement *queue = add(job, "queue");

    if (queue)
        g_object_set(queue, "max-size-buffers", buffers, "max-size-bytes", bytes, "max-size-time",
                     (guint64)0, NULL);
    return queue;
}

// Links `from`'s last element to a new one and goes on from there. With `from`
// NULL something failed before.
static GstElement *append(QsrVideoJob *job, GstElement *from, GstElement *to)
{
    QsrError err;

    if (!from || !to)
        return NULL;
    if (!gst_element_link(from, to)) {
        qsr_cli_fail(&err, QSR_ERR_UNSUPPORTED, "%s: GStreamer cannot connect %s to %s",
                     job->o->input, GST_ELEMENT_NAME(from), GST_ELEMENT_NAME(to));
        fail(job, &err);
        return NULL;
    }
    return to;
}

static void link_pad(QsrVideoJob *job, GstPad *pad, GstElement *to)
{
    GstPad *sink = gst_element_get_static_pad(to, "sink");
    QsrError err;

    if (gst_pad_link(pad, sink) != GST_PAD_LINK_OK) {
        qsr_cli_fail(&err, QSR_ERR_UNSUPPORTED, "%s: a track cannot be connected to %s",
                     job->o->input, GST_ELEMENT_NAME(to));
        fail(job, &err);
    }
    gst_object_unref(sink);
}

static void link_to_muxer(QsrVideoJob *job, GstElement *from, GstPad *mux_pad, const char *what)
{
    GstPad *src = gst_element_get_static_pad(from, "src");
    QsrError err;

    if (gst_pad_link(src, mux_pad) != GST_PAD_LINK_OK) {
        qsr_cli_fail(&err, QSR_ERR_UNSUPPORTED, "%s: %s cannot be stored in %s", job->o->input,
                     what, job->container->extensions[0]);
        fail(job, &err);
    }
    gst_object_unref(src);
}

static void start(GstElement *const *elements, size_t n)
{
    // Downstream first, so that nobody is handed data before it is awake.
    for (size_t i = n; i-- > 0;) {
        if (elements[i])
            gst_element_sync_state_with_parent(elements[i]);
    }
}

// Ends the stream at a sink pad from within its probe.
static GstPadProbeReturn end_here(GstPad *pad)
{
    gst_pad_send_event(pad, gst_event_new_eos());
    return GST_PAD_PROBE_DROP;
}

// ------------------------------------------------------------------ probes ---

// Before the upscaler: counts for --frames.
static GstPadProbeReturn on_decoded_frame(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    QsrVideoJob *job = data;
    GstClockTime end;

    if (!job->o->frames)
        return GST_PAD_PROBE_OK;
    if (job->entered >= job->o->frames)
        return end_here(pad);
    job->entered++;
    end = GST_BUFFER_PTS(buffer);
    if (job->entered == job->o->frames && GST_CLOCK_TIME_IS_VALID(end)) {
        if (GST_BUFFER_DURATION_IS_VALID(buffer))
            end += GST_BUFFER_DURATION(buffer);
        g_mutex_lock(&job->lock);
        job->stop = end;
        g_mutex_unlock(&job->lock);
    }
    return GST_PAD_PROBE_OK;
}

// Before the muxer: with --frames, audio ends where the video does. The muxer
// takes audio no faster than video, so the end is known in time.
static GstPadProbeReturn on_audio(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    QsrVideoJob *job = data;
    GstClockTime stop;

    g_mutex_lock(&job->lock);
    stop = job->stop;
    g_mutex_unlock(&job->lock);
    if (GST_CLOCK_TIME_IS_VALID(stop) && GST_BUFFER_PTS_IS_VALID(buffer) &&
        GST_BUFFER_PTS(buffer) >= stop)
        return end_here(pad);
    return GST_PAD_PROBE_OK;
}

static void hash_buffer(QsrVideoJob *job, GstBuffer *buffer)
{
    GstVideoFrame frame;

    if (!gst_video_frame_map(&frame, &job->out_info, buffer, GST_MAP_READ))
        return;
    for (int i = 0; i < (int)GST_VIDEO_FRAME_N_PLANES(&frame); i++) {
        const int n = (int)GST_VIDEO_FRAME_N_COMPONENTS(&frame);
        gint width = 0, height = 0;

        // A plane is as wide as its components are, all of them together.
        for (int c = 0; c < n; c++) {
            if ((int)GST_VIDEO_FRAME_COMP_PLANE(&frame, c) == i) {
                width = GST_VIDEO_FRAME_COMP_WIDTH(&frame, c) *
                        GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c);
                height = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c);
            }
        }
        qsr_md5_rows(&job->md5, GST_VIDEO_FRAME_PLANE_DATA(&frame, i),
                     GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i), (size_t)width, height);
    }
    gst_video_frame_unmap(&frame);
}

// Behind the upscaler: position, and the digest.
static GstPadProbeReturn on_upscaled(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    QsrVideoJob *job = data;
    GstBuffer *buffer;
    GstCaps *caps;

    (void)pad;
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
        GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);

        if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
            gst_event_parse_caps(event, &caps);
            gst_video_info_from_caps(&job->out_info, caps);
            g_mutex_lock(&job->lock);
            job->out_width = GST_VIDEO_INFO_WIDTH(&job->out_info);
            job->out_height = GST_VIDEO_INFO_HEIGHT(&job->out_info);
            g_mutex_unlock(&job->lock);
        }
        return GST_PAD_PROBE_OK;
    }
    buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (job->o->md5)
        hash_buffer(job, buffer);
    g_mutex_lock(&job->lock);
    job->frames++;
    if (GST_BUFFER_PTS_IS_VALID(buffer)) {
        job->position = GST_BUFFER_PTS(buffer);
        if (GST_BUFFER_DURATION_IS_VALID(buffer))
            job->position += GST_BUFFER_DURATION(buffer);
    }
    g_mutex_unlock(&job->lock);
    return GST_PAD_PROBE_OK;
}

static void add_probe(GstElement *element, const char *pad_name, GstPadProbeType type,
                      GstPadProbeCallback callback, QsrVideoJob *job)
{
    GstPad *pad = gst_element_get_static_pad(element, pad_name);

    gst_pad_add_probe(pad, type, callback, job, NULL);
    gst_object_unref(pad);
}

// ------------------------------------------------------------------- video ---

static GstElement *add_upscaler(QsrVideoJob *job)
{
    static const char *const backends[] = { "auto", "cpu", "hexagon" };
    GstElement *up = add(job, "qsrupscale");

    if (!up)
        return NULL;
    g_object_set(up, "scale", (gdouble)job->scale.num / job->scale.den, "model", job->o->model,
                 "n-threads", (guint)job->o->threads, "qos", FALSE, NULL);
    gst_util_set_object_arg(G_OBJECT(up), "backend", backends[job->o->backend]);
    add_probe(up, "src", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
              on_upscaled, job);
    return up;
}

// H.264 in 4:2:0 has even sizes only; 1.5 times 854 is not.
static GstElement *add_even_crop(QsrVideoJob *job, const GstVideoInfo *in)
{
    const int width = qsr_scale_size(job->scale, GST_VIDEO_INFO_WIDTH(in));
    const int height = qsr_scale_size(job->scale, GST_VIDEO_INFO_HEIGHT(in));
    GstElement *crop;

    if (!job->encoder->even || (width % 2 == 0 && height % 2 == 0))
        return NULL;
    crop = add(job, "videocrop");
    if (crop) {
        g_object_set(crop, "right", width % 2, "bottom", height % 2, NULL);
        qsr_cli_note(job->o, "H.264 has even sizes only: %dx%d is cropped to %dx%d", width, height,
                     width - width % 2, height - height % 2);
    }
    return crop;
}

// The part behind the upscaler. elements: what to start, *n of them so far.
static void build_encoder(QsrVideoJob *job, GstElement *last, const GstVideoInfo *in,
                          GstElement **elements, size_t *n)
{
    GstElement *queue = add_queue(job, 3, 0), *crop = add_even_crop(job, in);
    GstElement *flip = add(job, "videoflip"), *convert = add(job, "videoconvert");
    GstElement *filter = add(job, "capsfilter");
    GstElement *encoder = add(job, job->encoder->element), *parser = NULL;
    GstVideoInfo out = *in;
    GstCaps *caps;

    if (job->encoder->parser)
        parser = add(job, job->encoder->parser);
    if (!flip || !filter || !encoder || (job->encoder->parser && !parser))
        return;
    out.width = qsr_scale_size(job->scale, GST_VIDEO_INFO_WIDTH(in));
    out.height = qsr_scale_size(job->scale, GST_VIDEO_INFO_HEIGHT(in));
    job->encoder->configure(encoder, job->o, &out);
    // The muxers drop the tag that says how to turn the picture: it is turned.
    gst_util_set_object_arg(G_OBJECT(flip), "video-direction", "auto");
    caps = qsr_encoder_caps(encoder, in);
    g_object_set(filter, "caps", caps, NULL);
    gst_caps_unref(caps);
    last = append(job, last, queue);
    if (crop)
        last = append(job, last, crop);
    last = append(job, last, flip);
    last = append(job, last, convert);
    last = append(job, last, filter);
    last = append(job, last, encoder);
    if (parser)
        last = append(job, last, parser);
    if (last)
        link_to_muxer(job, last, job->mux_video, "the encoded video");
    elements[(*n)++] = queue;
    elements[(*n)++] = crop;
    elements[(*n)++] = flip;
    elements[(*n)++] = convert;
    elements[(*n)++] = filter;
    elements[(*n)++] = encoder;
    elements[(*n)++] = parser;
}

static void build_upscaler(QsrVideoJob *job, GstPad *pad, const GstVideoInfo *in)
{
    GstElement *elements[12], *first, *last, *deinterlace = NULL, *convert, *up;
    size_t n = 0;

    if (GST_VIDEO_INFO_IS_INTERLACED(in) && (deinterlace = add(job, "deinterlace")) != NULL) {
        gst_util_set_object_arg(G_OBJECT(deinterlace), "fields", "top");
        gst_util_set_object_arg(G_OBJECT(deinterlace), "method", "greedyh");
        qsr_cli_note(job->o, "%s is interlaced: it is deinterlaced first", job->o->input);
    }
    convert = add(job, "videoconvert");
    up = add_upscaler(job);
    if (!convert || !up)
        return;
    first = last = deinterlace ? deinterlace : convert;
    if (deinterlace)
        last = append(job, last, convert);
    last = append(job, last, up);
    add_probe(first, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_decoded_frame, job);
    elements[n++] = deinterlace;
    elements[n++] = convert;
    elements[n++] = up;
    if (job->container) {
        build_encoder(job, last, in, elements, &n);
    } else {
        GstElement *sink = add(job, "fakesink");

        if (sink)
            g_object_set(sink, "sync", FALSE, NULL);
        append(job, last, sink);
        elements[n++] = sink;
    }
    start(elements, n);
    link_pad(job, pad, first);
}

static void on_decoded_video(GstElement *decode, GstPad *pad, gpointer data)
{
    QsrVideoJob *job = data;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    GstVideoInfo info;

    (void)decode;
    if (!caps)
        caps = gst_pad_query_caps(pad, NULL);
    if (!job->decoded && gst_caps_is_fixed(caps) && gst_video_info_from_caps(&info, caps)) {
        job->decoded = true;
        if (GST_VIDEO_INFO_COMP_DEPTH(&info, 0) > 8)
            qsr_cli_note(job->o, "%s has %d bits per sample; 8 of them are used", job->o->input,
                         GST_VIDEO_INFO_COMP_DEPTH(&info, 0));
        g_mutex_lock(&job->lock);
        job->in_width = GST_VIDEO_INFO_WIDTH(&info);
        job->in_height = GST_VIDEO_INFO_HEIGHT(&info);
        g_mutex_unlock(&job->lock);
        build_upscaler(job, pad, &info);
    }
    gst_caps_unref(caps);
}

static void add_video_track(QsrVideoJob *job, GstPad *pad)
{
    GstElement *elements[2];
    gint64 duration;

    if (job->video_tracks++)
        return;
    if (gst_pad_query_duration(pad, GST_FORMAT_TIME, &duration)) {
        g_mutex_lock(&job->lock);
        job->duration = (GstClockTime)duration;
        g_mutex_unlock(&job->lock);
    }
    // Requested now, so that the muxer waits for the first encoded frame.
    if (job->mux)
        job->mux_video = gst_element_request_pad_simple(job->mux, "video_%u");
    elements[0] = add_queue(job, 0, QUEUE_BYTES);
    elements[1] = add(job, "decodebin");
    if (!append(job, elements[0], elements[1]))
        return;
    g_signal_connect(elements[1], "pad-added", G_CALLBACK(on_decoded_video), job);
    start(elements, 2);
    link_pad(job, pad, elements[0]);
}

// ------------------------------------------------------------------- audio ---

// The track's caps without what a parser can change.
static GstCaps *essential_caps(const GstCaps *caps)
{
    GstCaps *copy = gst_caps_copy(caps);

    gst_caps_set_simple(copy, "framed", G_TYPE_BOOLEAN, TRUE, "parsed", G_TYPE_BOOLEAN, TRUE, NULL);
    for (guint i = 0; i < gst_caps_get_size(copy); i++)
        gst_structure_remove_fields(gst_caps_get_structure(copy, i), "stream-format", "alignment",
                                    NULL);
    return copy;
}

static GstElement *add_audio_parser(QsrVideoJob *job, const GstCaps *caps)
{
    GList *parsers = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_PARSER |
                                                           GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO,
                                                           GST_RANK_MARGINAL);
    GList *fitting = gst_element_factory_list_filter(parsers, caps, GST_PAD_SINK, FALSE);
    GstElement *parser = NULL;

    if (fitting) {
        parser = gst_element_factory_create(fitting->data, NULL);
        if (parser)
            gst_bin_add(GST_BIN(job->pipeline), parser);
    }
    gst_plugin_feature_list_free(parsers);
    gst_plugin_feature_list_free(fitting);
    return parser;
}

static void copy_audio(QsrVideoJob *job, GstPad *pad, GstPad *mux_pad, const GstCaps *caps)
{
    GstElement *elements[2], *last;

    elements[0] = last = add_queue(job, 0, QUEUE_BYTES);
    elements[1] = add_audio_parser(job, caps);
    if (elements[1])
        last = append(job, last, elements[1]);
    if (!last)
        return;
    link_to_muxer(job, last, mux_pad, "an audio track");
    start(elements, 2);
    link_pad(job, pad, elements[0]);
}

static void on_decoded_audio(GstElement *decode, GstPad *pad, gpointer data)
{
    GstElement *convert = data;
    GstPad *sink = gst_element_get_static_pad(convert, "sink");

    (void)decode;
    if (!gst_pad_is_linked(sink))
        gst_pad_link(pad, sink);
    gst_object_unref(sink);
}

static void encode_audio(QsrVideoJob *job, GstPad *pad, GstPad *mux_pad,
                         const QsrAudioEncoder *choice)
{
    GstElement *elements[5], *encoder;

    elements[0] = add_queue(job, 0, QUEUE_BYTES);
    elements[1] = add(job, "decodebin");
    elements[2] = add(job, "audioconvert");
    elements[3] = add(job, "audioresample");
    elements[4] = encoder = add(job, choice->element);
    if (!append(job, elements[0], elements[1]) || !append(job, elements[2], elements[3]) ||
        !append(job, elements[3], encoder))
        return;
    if (choice->bitrate && g_object_class_find_property(G_OBJECT_GET_CLASS(encoder), "bitrate"))
        gst_util_set_object_arg(G_OBJECT(encoder), "bitrate", "192000");
    link_to_muxer(job, encoder, mux_pad, "an audio track");
    g_signal_connect(elements[1], "pad-added", G_CALLBACK(on_decoded_audio), elements[2]);
    start(elements, 5);
    link_pad(job, pad, elements[0]);
}

static void add_audio_track(QsrVideoJob *job, GstPad *pad, const GstCaps *caps)
{
    const QsrAudioEncoder *choice;
    GstCaps *able, *wanted;
    GstPad *mux_pad;
    QsrError err;
    gchar *codec;

    if (!job->mux)
        return;
    job->audio_tracks++;
    able = qsr_muxer_caps(job->container, "audio_%u");
    wanted = essential_caps(caps);
    mux_pad = gst_element_request_pad_simple(job->mux, "audio_%u");
    gst_pad_add_probe(mux_pad, GST_PAD_PROBE_TYPE_BUFFER, on_audio, job, NULL);
    if (gst_caps_can_intersect(able, wanted)) {
        copy_audio(job, pad, mux_pad, caps);
    } else {
        codec = gst_pb_utils_get_codec_description(caps);
        choice = qsr_choose_audio_encoder(job->container);
        if (choice) {
            qsr_cli_note(job->o, "audio track %d (%s) does not fit into %s and is encoded anew as "
                         "%s", job->audio_tracks, codec ? codec : "unknown",
                         job->container->extensions[0], choice->codec);
            encode_audio(job, pad, mux_pad, choice);
        } else {
            qsr_cli_fail(&err, QSR_ERR_NOT_FOUND, "audio track %d (%s) does not fit into %s, and "
                         "no encoder to convert it is installed; .mkv takes nearly everything",
                         job->audio_tracks, codec ? codec : "unknown",
                         job->container->extensions[0]);
            fail(job, &err);
        }
        g_free(codec);
    }
    gst_object_unref(mux_pad);
    gst_caps_unref(able);
    gst_caps_unref(wanted);
}

// ------------------------------------------------------------------ tracks ---

static void on_track(GstElement *parse, GstPad *pad, gpointer data)
{
    QsrVideoJob *job = data;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    const gchar *type;

    (void)parse;
    if (!caps)
        caps = gst_pad_query_caps(pad, NULL);
    type = gst_caps_is_empty(caps) || gst_caps_is_any(caps)
               ? "" : gst_structure_get_name(gst_caps_get_structure(caps, 0));
    if (g_str_has_prefix(type, "video/") || g_str_has_prefix(type, "image/"))
        add_video_track(job, pad);
    else if (g_str_has_prefix(type, "audio/"))
        add_audio_track(job, pad, caps);
    else
        job->text_tracks++;
    gst_caps_unref(caps);
}

static void on_no_more_tracks(GstElement *parse, gpointer data)
{
    QsrVideoJob *job = data;
    QsrError err;

    (void)parse;
    if (!job->video_tracks) {
        qsr_cli_fail(&err, QSR_ERR_INVALID, "%s has no video", job->o->input);
        fail(job, &err);
        return;
    }
    if (job->video_tracks > 1)
        qsr_cli_note(job->o, "%s has %d video tracks; the first is taken", job->o->input,
                     job->video_tracks);
    if (job->mux && job->text_tracks)
        qsr_cli_note(job->o, "subtitles and other tracks are left out");
}

void qsr_video_connect(QsrVideoJob *job)
{
    g_signal_connect(job->parse, "pad-added", G_CALLBACK(on_track), job);
    g_signal_connect(job->parse, "no-more-pads", G_CALLBACK(on_no_more_tracks), job);
}

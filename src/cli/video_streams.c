// SPDX-License-Identifier: BSD-2-Clause
//
// The tracks of a file as they appear, and the way of the video to the muxer:
//
//   queue ! decodebin ! [deinterlace] ! videoconvert ! qsrupscale !
//   queue ! [videocrop] ! videoflip ! videoconvert ! encoder ! muxer
//
// All of this runs in streaming threads.

#include "src/cli/video_build.h"

// ------------------------------------------------------------------ probes ---

// A raw elementary stream may come without time stamps, which muxers need: the
// frame rate makes them, or 25 per second as elsewhere.
static GstBuffer *stamp(QsrVideoJob *job, GstBuffer *buffer)
{
    GstClockTime frame = gst_util_uint64_scale(GST_SECOND, 1, 25);

    if (GST_VIDEO_INFO_FPS_N(&job->in_info) > 0)
        frame = gst_util_uint64_scale(GST_SECOND, (guint64)GST_VIDEO_INFO_FPS_D(&job->in_info),
                                      (guint64)GST_VIDEO_INFO_FPS_N(&job->in_info));
    if (!GST_BUFFER_PTS_IS_VALID(buffer)) {
        if (!job->stamped && GST_VIDEO_INFO_FPS_N(&job->in_info) <= 0)
            qsr_cli_note(job->o, "%s has no time stamps: 25 frames per second are assumed",
                         job->o->input);
        job->stamped = true;
        buffer = gst_buffer_make_writable(buffer);
        GST_BUFFER_PTS(buffer) = job->next_stamp;
        GST_BUFFER_DURATION(buffer) = frame;
    }
    job->next_stamp = GST_BUFFER_PTS(buffer) +
                      (GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : frame);
    return buffer;
}

// Before the upscaler: counts for --frames.
static GstPadProbeReturn on_decoded_frame(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    QsrVideoJob *job = data;
    GstClockTime end;

    buffer = stamp(job, buffer);
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    g_atomic_int_inc(&job->activity);
    if (!job->o->frames)
        return GST_PAD_PROBE_OK;
    if (job->entered >= job->o->frames)
        return qsr_video_end_here(pad);
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

static GstPadProbeReturn on_upscaling(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    QsrVideoJob *job = data;

    (void)pad;
    (void)info;
    g_atomic_int_set(&job->upscaling, 1);
    return GST_PAD_PROBE_OK;
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
    g_atomic_int_inc(&job->activity);
    g_atomic_int_set(&job->upscaling, 0);
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

// ------------------------------------------------------------------- video ---

static GstElement *add_upscaler(QsrVideoJob *job)
{
    static const char *const backends[] = { "auto", "cpu", "hexagon" };
    GstElement *up = qsr_video_add(job, "qsrupscale");

    if (!up)
        return NULL;
    g_object_set(up, "scale", (gdouble)job->scale.num / job->scale.den, "model", job->o->model,
                 "n-threads", (guint)job->o->threads, "qos", FALSE, "hexagon-library",
                 job->o->hexagon_library, "hexagon-skel-dir", job->o->hexagon_skel_dir,
                 "hexagon-timeout-ms", (guint)job->o->hexagon_timeout_ms, NULL);
    gst_util_set_object_arg(G_OBJECT(up), "backend", backends[job->o->backend]);
    gst_util_set_object_arg(G_OBJECT(up), "reuse", job->o->reuse ? "auto" : "off");
    qsr_video_add_probe(up, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_upscaling, job);
    qsr_video_add_probe(up, "src", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
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
    crop = qsr_video_add(job, "videocrop");
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
    GstElement *queue = qsr_video_add_queue(job, 3, 0), *crop = add_even_crop(job, in);
    GstElement *flip = qsr_video_add(job, "videoflip");
    GstElement *convert = qsr_video_add(job, "videoconvert");
    GstElement *filter = qsr_video_add(job, "capsfilter");
    GstElement *encoder = qsr_video_add(job, job->encoder->element), *parser = NULL;
    GstVideoInfo out = *in;
    GstCaps *caps;

    if (job->encoder->parser)
        parser = qsr_video_add(job, job->encoder->parser);
    if (!flip || !filter || !encoder || (job->encoder->parser && !parser))
        return;
    out.width = qsr_scale_size(job->scale, GST_VIDEO_INFO_WIDTH(in));
    out.height = qsr_scale_size(job->scale, GST_VIDEO_INFO_HEIGHT(in));
    job->encoder->configure(encoder, job->o, &out);
    if (!job->container->reorder && g_object_class_find_property(G_OBJECT_GET_CLASS(encoder),
                                                                 "bframes"))
        g_object_set(encoder, "bframes", 0u, NULL);
    // The muxers drop the tag that says how to turn the picture: it is turned.
    gst_util_set_object_arg(G_OBJECT(flip), "video-direction", "auto");
    caps = qsr_encoder_caps(encoder, in);
    g_object_set(filter, "caps", caps, NULL);
    gst_caps_unref(caps);
    last = qsr_video_append(job, last, queue);
    if (crop)
        last = qsr_video_append(job, last, crop);
    last = qsr_video_append(job, last, flip);
    last = qsr_video_append(job, last, convert);
    last = qsr_video_append(job, last, filter);
    last = qsr_video_append(job, last, encoder);
    if (parser)
        last = qsr_video_append(job, last, parser);
    if (last)
        qsr_video_link_to_muxer(job, last, job->mux_video, "the encoded video");
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

    if (GST_VIDEO_INFO_IS_INTERLACED(in))
        deinterlace = qsr_video_add(job, "deinterlace");
    if (deinterlace) {
        gst_util_set_object_arg(G_OBJECT(deinterlace), "fields", "top");
        gst_util_set_object_arg(G_OBJECT(deinterlace), "method", "greedyh");
        qsr_cli_note(job->o, "%s is interlaced: it is deinterlaced first", job->o->input);
    }
    convert = qsr_video_add(job, "videoconvert");
    up = add_upscaler(job);
    if (!convert || !up)
        return;
    first = last = deinterlace ? deinterlace : convert;
    if (deinterlace)
        last = qsr_video_append(job, last, convert);
    last = qsr_video_append(job, last, up);
    qsr_video_add_probe(first, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_decoded_frame, job);
    elements[n++] = deinterlace;
    elements[n++] = convert;
    elements[n++] = up;
    if (job->container) {
        build_encoder(job, last, in, elements, &n);
    } else {
        GstElement *sink = qsr_video_add(job, "fakesink");

        if (sink)
            g_object_set(sink, "sync", FALSE, NULL);
        qsr_video_append(job, last, sink);
        elements[n++] = sink;
    }
    qsr_video_start(elements, n);
    qsr_video_link_pad(job, pad, first);
}

static void on_decoded_video(GstElement *decode, GstPad *pad, gpointer data)
{
    QsrVideoJob *job = data;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    GstVideoInfo info;

    (void)decode;
    if (!caps)
        caps = gst_pad_query_caps(pad, NULL);
    g_atomic_int_set(&job->decoders[job->video_decoder].alive, 1);
    if (!job->decoded && gst_caps_is_fixed(caps) && gst_video_info_from_caps(&info, caps)) {
        job->decoded = true;
        job->in_info = info;
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
    if (job->mux) {
        job->mux_video = gst_element_request_pad_simple(job->mux, "video_%u");
        gst_pad_add_probe(job->mux_video, GST_PAD_PROBE_TYPE_BUFFER, qsr_video_on_activity, job,
                          NULL);
    }
    elements[0] = qsr_video_add_queue(job, 0, QSR_QUEUE_BYTES);
    elements[1] = qsr_video_add(job, "decodebin");
    if (!qsr_video_append(job, elements[0], elements[1]))
        return;
    job->video_decoder = job->n_decoders;
    if (!qsr_video_watch_decoder(job, elements[1], NULL))
        return;
    g_signal_connect(elements[1], "pad-added", G_CALLBACK(on_decoded_video), job);
    qsr_video_start(elements, 2);
    qsr_video_link_pad(job, pad, elements[0]);
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
        qsr_video_add_audio(job, pad, caps);
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
        qsr_video_fail(job, &err);
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
    qsr_video_add_probe(job->source, "src", GST_PAD_PROBE_TYPE_PUSH | GST_PAD_PROBE_TYPE_PULL,
                        qsr_video_on_activity, job);
    g_signal_connect(job->parse, "pad-added", G_CALLBACK(on_track), job);
    g_signal_connect(job->parse, "no-more-pads", G_CALLBACK(on_no_more_tracks), job);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Putting elements together while the pipeline runs, and noticing when it has
// come to a standstill.

#include "src/cli/video_build.h"

// ------------------------------------------------------------------ basics ---

void qsr_video_fail(QsrVideoJob *job, const QsrError *err)
{
    bool first;

    g_mutex_lock(&job->lock);
    first = job->error.code == 0;
    if (first)
        job->error = *err;
    g_mutex_unlock(&job->lock);
    if (first) {
        GstStructure *s = gst_structure_new_empty("qsr-failed");

        gst_element_post_message(job->pipeline,
                                 gst_message_new_application(GST_OBJECT(job->pipeline), s));
    }
}

GstElement *qsr_video_add(QsrVideoJob *job, const char *factory)
{
    QsrError err;
    GstElement *element = qsr_make_element(factory, &err);

    if (!element) {
        qsr_video_fail(job, &err);
        return NULL;
    }
    gst_bin_add(GST_BIN(job->pipeline), element);
    return element;
}

GstElement *qsr_video_add_queue(QsrVideoJob *job, guint buffers, guint bytes)
{
    GstElement *queue = qsr_video_add(job, "queue");

    if (queue)
        g_object_set(queue, "max-size-buffers", buffers, "max-size-bytes", bytes, "max-size-time",
                     (guint64)0, NULL);
    return queue;
}

GstElement *qsr_video_append(QsrVideoJob *job, GstElement *from, GstElement *to)
{
    QsrError err;

    if (!from || !to)
        return NULL;
    if (!gst_element_link(from, to)) {
        qsr_cli_fail(&err, QSR_ERR_UNSUPPORTED, "%s: GStreamer cannot connect %s to %s",
                     job->o->input, GST_ELEMENT_NAME(from), GST_ELEMENT_NAME(to));
        qsr_video_fail(job, &err);
        return NULL;
    }
    return to;
}

void qsr_video_link_pad(QsrVideoJob *job, GstPad *pad, GstElement *to)
{
    GstPad *sink = gst_element_get_static_pad(to, "sink");
    QsrError err;

    if (gst_pad_link(pad, sink) != GST_PAD_LINK_OK) {
        qsr_cli_fail(&err, QSR_ERR_UNSUPPORTED, "%s: a track cannot be connected to %s",
                     job->o->input, GST_ELEMENT_NAME(to));
        qsr_video_fail(job, &err);
    }
    gst_object_unref(sink);
}

void qsr_video_link_to_muxer(QsrVideoJob *job, GstElement *from, GstPad *mux_pad, const char *what)
{
    GstPad *src = gst_element_get_static_pad(from, "src");
    QsrError err;

    if (gst_pad_link(src, mux_pad) != GST_PAD_LINK_OK) {
        qsr_cli_fail(&err, QSR_ERR_UNSUPPORTED, "%s: %s cannot be stored in %s", job->o->input,
                     what, job->container->extensions[0]);
        qsr_video_fail(job, &err);
    }
    gst_object_unref(src);
}

void qsr_video_start(GstElement *const *elements, size_t n)
{
    // Downstream first, so that nobody is handed data before it is awake.
    for (size_t i = n; i-- > 0;) {
        if (elements[i])
            gst_element_sync_state_with_parent(elements[i]);
    }
}

GstPadProbeReturn qsr_video_end_here(GstPad *pad)
{
    gst_pad_send_event(pad, gst_event_new_eos());
    return GST_PAD_PROBE_DROP;
}

void qsr_video_add_probe(GstElement *element, const char *pad_name, GstPadProbeType type,
                         GstPadProbeCallback callback, QsrVideoJob *job)
{
    GstPad *pad = gst_element_get_static_pad(element, pad_name);

    gst_pad_add_probe(pad, type, callback, job, NULL);
    gst_object_unref(pad);
}

// ---------------------------------------------------------------- watching ---

// In tenths of a second: how long a decoder has for its last frames, and how
// long nothing at all may move, before the first frame (parsebin can lose the
// end of a damaged file) and later (an encoder may be slow).
#define DECODER_TICKS 150
#define START_TICKS 150
#define STANDSTILL_TICKS 600

GstPadProbeReturn qsr_video_on_activity(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    QsrVideoJob *job = data;

    (void)pad;
    (void)info;
    g_atomic_int_inc(&job->activity);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_decoder_input(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    QsrDecoder *decoder = data;

    (void)pad;
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS)
        g_atomic_int_set(&decoder->ended, 1);
    return GST_PAD_PROBE_OK;
}

QsrDecoder *qsr_video_watch_decoder(QsrVideoJob *job, GstElement *decode, GstElement *rest)
{
    QsrDecoder *decoder;
    GstPad *pad;

    if (job->n_decoders == QSR_MAX_DECODERS)
        return NULL;
    decoder = &job->decoders[job->n_decoders];
    decoder->rest = rest ? gst_element_get_static_pad(rest, "sink") : NULL;
    pad = gst_element_get_static_pad(decode, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_decoder_input, decoder, NULL);
    gst_object_unref(pad);
    g_atomic_int_inc(&job->n_decoders);
    return decoder;
}

bool qsr_video_watch(QsrVideoJob *job)
{
    const int n = g_atomic_int_get(&job->n_decoders);
    const int activity = g_atomic_int_get(&job->activity);
    int64_t frames;
    QsrError err;

    for (int i = 0; i < n; i++) {
        QsrDecoder *d = &job->decoders[i];

        if (!g_atomic_int_get(&d->ended) || g_atomic_int_get(&d->alive) ||
            ++d->ticks != DECODER_TICKS)
            continue;
        if (d->rest) {
            gst_pad_send_event(d->rest, gst_event_new_eos());
        } else {
            qsr_cli_fail(&err, QSR_ERR_INVALID, "%s: no frame of it could be decoded",
                         job->o->input);
            qsr_video_fail(job, &err);
        }
    }
    g_mutex_lock(&job->lock);
    frames = job->frames;
    g_mutex_unlock(&job->lock);
    if (activity != job->last_activity || g_atomic_int_get(&job->upscaling))
        job->still_ticks = 0;
    job->last_activity = activity;
    return ++job->still_ticks != (frames ? STANDSTILL_TICKS : START_TICKS);
}

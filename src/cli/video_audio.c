// SPDX-License-Identifier: BSD-2-Clause
//
// The audio tracks of a file, on their way to the muxer:
//
//   queue ! [parser] ! muxer
//   queue ! decodebin ! audioconvert ! audioresample ! encoder ! muxer

#include "src/cli/video_build.h"

#include <gst/pbutils/pbutils.h>

// Before the muxer: with --frames, audio ends where the video does. The muxer
// takes audio no faster than video, so the end is known in time.
static GstPadProbeReturn on_audio(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    QsrVideoJob *job = data;
    GstClockTime stop;

    g_atomic_int_inc(&job->activity);
    g_mutex_lock(&job->lock);
    stop = job->stop;
    g_mutex_unlock(&job->lock);
    if (GST_CLOCK_TIME_IS_VALID(stop) && GST_BUFFER_PTS_IS_VALID(buffer) &&
        GST_BUFFER_PTS(buffer) >= stop)
        return qsr_video_end_here(pad);
    return GST_PAD_PROBE_OK;
}

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

    elements[0] = last = qsr_video_add_queue(job, 0, QSR_QUEUE_BYTES);
    elements[1] = add_audio_parser(job, caps);
    if (elements[1])
        last = qsr_video_append(job, last, elements[1]);
    if (!last)
        return;
    qsr_video_link_to_muxer(job, last, mux_pad, "an audio track");
    qsr_video_start(elements, 2);
    qsr_video_link_pad(job, pad, elements[0]);
}

static void on_decoded_audio(GstElement *decode, GstPad *pad, gpointer data)
{
    QsrDecoder *decoder = data;

    (void)decode;
    g_atomic_int_set(&decoder->alive, 1);
    if (!gst_pad_is_linked(decoder->rest))
        gst_pad_link(pad, decoder->rest);
}

static void encode_audio(QsrVideoJob *job, GstPad *pad, GstPad *mux_pad,
                         const QsrAudioEncoder *choice)
{
    GstElement *elements[5], *encoder;
    QsrDecoder *decoder;
    char bitrate[16];

    elements[0] = qsr_video_add_queue(job, 0, QSR_QUEUE_BYTES);
    elements[1] = qsr_video_add(job, "decodebin");
    elements[2] = qsr_video_add(job, "audioconvert");
    elements[3] = qsr_video_add(job, "audioresample");
    elements[4] = encoder = qsr_video_add(job, choice->element);
    if (!qsr_video_append(job, elements[0], elements[1]) ||
        !qsr_video_append(job, elements[2], elements[3]) ||
        !qsr_video_append(job, elements[3], encoder))
        return;
    if (choice->bitrate) {
        // A number of another type in each encoder.
        g_snprintf(bitrate, sizeof(bitrate), "%d", choice->bitrate);
        gst_util_set_object_arg(G_OBJECT(encoder), "bitrate", bitrate);
    }
    qsr_video_link_to_muxer(job, encoder, mux_pad, "an audio track");
    decoder = qsr_video_watch_decoder(job, elements[1], elements[2]);
    if (!decoder)
        return;
    g_signal_connect(elements[1], "pad-added", G_CALLBACK(on_decoded_audio), decoder);
    qsr_video_start(elements, 5);
    qsr_video_link_pad(job, pad, elements[0]);
}

void qsr_video_add_audio(QsrVideoJob *job, GstPad *pad, const GstCaps *caps)
{
    const QsrAudioEncoder *choice;
    GstCaps *able, *wanted;
    GstPad *mux_pad;
    QsrError err;
    gchar *codec;

    if (!job->mux)
        return;
    // A file with more tracks than that is no film.
    if (job->audio_tracks == QSR_MAX_DECODERS - 1) {
        qsr_cli_note(job->o, "only %d audio tracks are kept", QSR_MAX_DECODERS - 1);
        return;
    }
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
            qsr_video_fail(job, &err);
        }
        g_free(codec);
    }
    gst_object_unref(mux_pad);
    gst_caps_unref(able);
    gst_caps_unref(wanted);
}

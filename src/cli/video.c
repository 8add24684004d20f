// SPDX-License-Identifier: BSD-2-Clause
//
// Videos, by way of GStreamer and the project's own element, which is linked
// into the program.

#include "src/cli/video.h"

#include <string.h>

#include <gst/pbutils/pbutils.h>

#include "src/cli/container.h"
#include "src/cli/io.h"
#include "src/cli/progress.h"
#include "src/cli/upscale.h"

GST_ELEMENT_REGISTER_DECLARE(qsrupscale)

typedef struct Run {
    QsrVideoJob job;
    QsrOutput output;
    GstElement *sink;     // the file's, or NULL
    GstBus *bus;
    QsrProgress progress;
    char missing[160];    // the decoder that is not installed
    int warnings;
} Run;

// ------------------------------------------------------------------ set-up ---

// The model by itself: its reasons come before any file is touched, and it
// says which factor is meant.
static int check_model(const QsrOptions *o, QsrScale *scale, QsrError *err)
{
    QsrContext *ctx;
    int ret = qsr_cli_open(&ctx, scale, o, err);

    qsr_close(&ctx);
    return ret;
}

static GstElement *add(Run *run, const char *factory, QsrError *err)
{
    GstElement *element = qsr_make_element(factory, err);

    if (element)
        gst_bin_add(GST_BIN(run->job.pipeline), element);
    return element;
}

static int build_output(Run *run, QsrError *err)
{
    QsrVideoJob *job = &run->job;

    job->container = qsr_container_of_name(job->o->output);
    if (!job->container)
        return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED, "%s: unknown kind of video file",
                            job->o->output);
    job->encoder = qsr_choose_video_encoder(job->container, err);
    if (!job->encoder)
        return QSR_ERR_NOT_FOUND;
    job->mux = add(run, job->container->muxer, err);
    run->sink = add(run, "filesink", err);
    if (!job->mux || !run->sink)
        return QSR_ERR_NOT_FOUND;
    gst_element_link(job->mux, run->sink);
    if (qsr_output_reserve(&run->output, job->o->output, job->o->overwrite, err) < 0)
        return QSR_ERR_IO;
    g_object_set(run->sink, "location", qsr_output_target(&run->output), NULL);
    return 0;
}

static int build(Run *run, QsrError *err)
{
    QsrVideoJob *job = &run->job;
    job->pipeline = gst_pipeline_new("qsr");
    // As fast as it goes: there is nothing to keep in step with.
    gst_pipeline_use_clock(GST_PIPELINE(job->pipeline), NULL);
    run->bus = gst_pipeline_get_bus(GST_PIPELINE(job->pipeline));
    job->source = add(run, "filesrc", err);
    if (!job->source || !(job->parse = add(run, "parsebin", err)))
        return QSR_ERR_NOT_FOUND;
    g_object_set(job->source, "location", job->o->input, NULL);
    gst_element_link(job->source, job->parse);
    qsr_video_connect(job);
    return job->o->output ? build_output(run, err) : 0;
}

// ---------------------------------------------------------------- messages ---

// The reason in a debug string such as "file.c(12): func (): /path:\nreason".
static void append_reason(QsrError *err, const gchar *debug)
{
    const char *line = debug ? strrchr(debug, '\n') : NULL;
    size_t used = strlen(err->message);

    if (line && line[1])
        snprintf(err->message + used, sizeof(err->message) - used, " (%s)", line + 1);
}

static int translate_error(Run *run, GstMessage *message, QsrError *err)
{
    const char *input = run->job.o->input;
    gchar *name = gst_object_get_name(GST_MESSAGE_SRC(message)), *debug = NULL;
    GError *error = NULL;

    gst_message_parse_error(message, &error, &debug);
    if (GST_MESSAGE_SRC(message) == GST_OBJECT(run->sink)) {
        qsr_cli_fail(err, QSR_ERR_IO, "cannot write %s: %s", run->job.o->output, error->message);
        append_reason(err, debug);
    } else if (g_str_has_prefix(name, "qsrupscale")) {
        qsr_cli_fail(err, QSR_ERR_UNSUPPORTED, "%s", error->message);
    } else if (run->missing[0]) {
        qsr_cli_fail(err, QSR_ERR_NOT_FOUND, "%s: GStreamer lacks a plugin: %s (on Debian try "
                     "the package gstreamer1.0-libav or gstreamer1.0-plugins-bad)", input,
                     run->missing);
    } else if (g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
               g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)) {
        qsr_cli_fail(err, QSR_ERR_INVALID, "%s is not a picture or video that can be read", input);
    } else {
        qsr_cli_fail(err, QSR_ERR_INVALID, "%s: %s", input, error->message);
        append_reason(err, debug);
    }
    g_error_free(error);
    g_free(debug);
    g_free(name);
    return err->code;
}

static void note_warning(Run *run, GstMessage *message)
{
    GError *error = NULL;

    // The first ones tell; a damaged file may have thousands.
    if (run->warnings++ >= 3)
        return;
    gst_message_parse_warning(message, &error, NULL);
    qsr_progress_clear(&run->progress);
    qsr_cli_note(run->job.o, "%s: %s", run->job.o->input, error->message);
    g_error_free(error);
}

static void note_missing(Run *run, GstMessage *message)
{
    gchar *text;

    if (!gst_is_missing_plugin_message(message) || run->missing[0])
        return;
    text = gst_missing_plugin_message_get_description(message);
    g_strlcpy(run->missing, text ? text : "unknown format", sizeof(run->missing));
    g_free(text);
}

static void tick(Run *run)
{
    QsrVideoJob *job = &run->job;
    double fraction = -1;
    int64_t frames;

    g_mutex_lock(&job->lock);
    frames = job->frames;
    if (job->o->frames)
        fraction = (double)frames / (double)job->o->frames;
    else if (GST_CLOCK_TIME_IS_VALID(job->duration) && job->duration > 0)
        fraction = (double)job->position / (double)job->duration;
    g_mutex_unlock(&job->lock);
    qsr_progress_tick(&run->progress, frames, fraction);
}

// 1 at the end of the stream, 0 to go on, or an error.
static int handle(Run *run, GstMessage *message, QsrError *err)
{
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_EOS:
        return 1;
    case GST_MESSAGE_ERROR:
        return translate_error(run, message, err);
    case GST_MESSAGE_WARNING:
        note_warning(run, message);
        return 0;
    case GST_MESSAGE_ELEMENT:
        note_missing(run, message);
        return 0;
    case GST_MESSAGE_APPLICATION:
        g_mutex_lock(&run->job.lock);
        *err = run->job.error;
        g_mutex_unlock(&run->job.lock);
        return err->code;
    default:
        return 0;
    }
}

static int loop(Run *run, bool *interrupted, QsrError *err)
{
    const GstMessageType types = GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING |
                                 GST_MESSAGE_ELEMENT | GST_MESSAGE_APPLICATION;
    QsrVideoJob *job = &run->job;
    double due = qsr_seconds();
    int ret = 0;

    while (ret == 0) {
        GstMessage *message = gst_bus_timed_pop_filtered(run->bus, 100 * GST_MSECOND, types);

        if (qsr_interrupted()) {
            *interrupted = true;
            ret = qsr_cli_fail(err, QSR_ERR_IO, "interrupted");
        } else if (message) {
            ret = handle(run, message, err);
        }
        if (message)
            gst_message_unref(message);
        tick(run);
        if (qsr_seconds() < due)
            continue;
        due = qsr_seconds() + 0.1;
        if (!qsr_video_watch(job) && ret == 0)
            ret = qsr_cli_fail(err, QSR_ERR_INVALID, "%s: GStreamer does not get any further; the "
                               "file is damaged", job->o->input);
    }
    return ret < 0 ? ret : 0;
}

// --------------------------------------------------------------------- run ---

static int play(Run *run, bool *interrupted, QsrError *err)
{
    int ret;

    qsr_progress_start(&run->progress, run->job.o);
    qsr_set_graceful(true);
    // A failure of this is on the bus, with its reason.
    gst_element_set_state(run->job.pipeline, GST_STATE_PLAYING);
    ret = loop(run, interrupted, err);
    gst_element_set_state(run->job.pipeline, GST_STATE_NULL);
    qsr_set_graceful(false);
    qsr_progress_clear(&run->progress);
    if (ret == 0 && run->job.video_tracks == 0)
        ret = qsr_cli_fail(err, QSR_ERR_INVALID, "%s has no video", run->job.o->input);
    if (ret == 0 && run->job.frames == 0)
        ret = qsr_cli_fail(err, QSR_ERR_INVALID, "%s: no frame of it could be decoded",
                           run->job.o->input);
    return ret;
}

static void report(Run *run, double seconds)
{
    QsrVideoJob *job = &run->job;
    char hex[33];

    if (job->o->md5) {
        qsr_md5_end(&job->md5, hex);
        qsr_print_md5(job->o, hex);
    }
    qsr_print_summary(job->o, job->in_width, job->in_height, job->out_width, job->out_height,
                      job->frames, seconds);
}

int qsr_upscale_video(const QsrOptions *o, bool *interrupted, QsrError *err)
{
    const double start = qsr_seconds();
    Run run = { .job = { .o = o, .duration = GST_CLOCK_TIME_NONE, .stop = GST_CLOCK_TIME_NONE } };
    int ret = qsr_container_check(o->input, err);

    if (ret < 0)
        return ret;
    ret = check_model(o, &run.job.scale, err);
    if (ret < 0)
        return ret;
    gst_init(NULL, NULL);
    GST_ELEMENT_REGISTER(qsrupscale, NULL);
    g_mutex_init(&run.job.lock);
    qsr_md5_init(&run.job.md5);
    gst_video_info_init(&run.job.out_info);
    ret = build(&run, err);
    if (ret == 0)
        ret = play(&run, interrupted, err);
    if (ret == 0 && o->output)
        ret = qsr_output_commit(&run.output, err);
    if (ret == 0)
        report(&run, qsr_seconds() - start);
    qsr_output_abort(&run.output);
    if (run.job.mux_video)
        gst_object_unref(run.job.mux_video);
    for (int i = 0; i < run.job.n_decoders; i++)
        gst_clear_object(&run.job.decoders[i].rest);
    gst_clear_object(&run.bus);
    gst_clear_object(&run.job.pipeline);
    g_mutex_clear(&run.job.lock);
    gst_deinit();
    return ret;
}

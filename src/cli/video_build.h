// SPDX-License-Identifier: BSD-2-Clause
//
// Putting elements together while the pipeline runs. A failure is kept in
// job->error and announced by an application message; the functions that
// return an element then return NULL, and take NULL without complaint.

#ifndef QSR_CLI_VIDEO_BUILD_H
#define QSR_CLI_VIDEO_BUILD_H

#include "src/cli/video.h"

// What the demuxer may read ahead for one track while another one is slow.
#define QSR_QUEUE_BYTES (64u << 20)

void qsr_video_fail(QsrVideoJob *job, const QsrError *err);

// A new element within the pipeline.
GstElement *qsr_video_add(QsrVideoJob *job, const char *factory);
GstElement *qsr_video_add_queue(QsrVideoJob *job, guint buffers, guint bytes);

// Links `from` to `to` and returns `to`.
GstElement *qsr_video_append(QsrVideoJob *job, GstElement *from, GstElement *to);

void qsr_video_link_pad(QsrVideoJob *job, GstPad *pad, GstElement *to);

// `what` is for a message: "an audio track".
void qsr_video_link_to_muxer(QsrVideoJob *job, GstElement *from, GstPad *mux_pad, const char *what);

// Brings elements, given in the direction of flow, to the pipeline's state;
// NULL among them is fine.
void qsr_video_start(GstElement *const *elements, size_t n);

void qsr_video_add_probe(GstElement *element, const char *pad_name, GstPadProbeType type,
                         GstPadProbeCallback callback, QsrVideoJob *job);

// From a buffer probe of a sink pad: the stream ends before this buffer.
GstPadProbeReturn qsr_video_end_here(GstPad *pad);

// A probe that only counts as a sign of life.
GstPadProbeReturn qsr_video_on_activity(GstPad *pad, GstPadProbeInfo *info, gpointer data);

// Watches a decodebin. `rest` is what gets the end of the stream if nothing
// comes out of it, or NULL for the video, without which there is no point in
// going on.
QsrDecoder *qsr_video_watch_decoder(QsrVideoJob *job, GstElement *decode, GstElement *rest);

// Takes on one audio track (video_audio.c).
void qsr_video_add_audio(QsrVideoJob *job, GstPad *pad, const GstCaps *caps);

#endif

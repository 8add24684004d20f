// SPDX-License-Identifier: BSD-2-Clause
//
// One video being upscaled: what video.c (the frame around it) and
// video_streams.c (the tracks of the file) share.

#ifndef QSR_CLI_VIDEO_H
#define QSR_CLI_VIDEO_H

#include <gst/gst.h>
#include <gst/video/video.h>

#include "src/cli/cli.h"
#include "src/cli/encoding.h"
#include "src/cli/frame.h"

// A decoder of one track: damaged data may end without a single frame, and then
// nothing ever comes out of it, not even the end.
typedef struct QsrDecoder {
    gint ended;          // atomic: all data has gone in
    gint alive;          // atomic: something has come out
    GstPad *rest;        // what waits for it: an element's sink pad; NULL: the video
    int ticks;           // of the main thread since it ended
} QsrDecoder;
#define QSR_MAX_DECODERS 32

typedef struct QsrVideoJob {
    const QsrOptions *o;
    QsrScale scale;
    GstElement *pipeline, *source, *parse;
    GstElement *mux;                 // NULL: nothing is written, --md5 alone
    const QsrContainer *container;   // NULL likewise
    const QsrVideoEncoder *encoder;

    // What streaming threads tell the main thread.
    GMutex lock;
    QsrError error;                  // the first failure of building the pipeline; code 0: none
    int64_t frames;                  // upscaled so far
    GstClockTime position;           // end of the last of them
    GstClockTime duration;           // of the file, as far as known
    GstClockTime stop;               // where --frames ends; NONE: not known yet
    int in_width, in_height, out_width, out_height;

    // Of the thread that hands out tracks; n_decoders: atomic.
    int video_tracks, audio_tracks, text_tracks;
    QsrDecoder decoders[QSR_MAX_DECODERS];
    int n_decoders, video_decoder;

    // Signs of life, atomic: counts what moves, and whether the upscaler is at
    // work on a frame, however long that takes.
    gint activity, upscaling;
    gint last_activity;              // of the main thread
    int still_ticks;

    // Of the video's threads.
    int64_t entered;                 // frames before the upscaler
    GstPad *mux_video;               // requested, not linked yet
    bool decoded;                    // the rest of the video's chain exists
    GstVideoInfo in_info, out_info;
    GstClockTime next_stamp;         // for frames that have none
    bool stamped;
    QsrMd5 md5;
} QsrVideoJob;

// To be called ten times a second: ends tracks whose decoder found nothing.
// False once if the whole pipeline has come to a standstill.
bool qsr_video_watch(QsrVideoJob *job);

// Connects to a `parsebin` and builds the rest as its tracks appear. A failure
// is kept in job->error and announced by an application message "qsr-failed".
void qsr_video_connect(QsrVideoJob *job);

#endif

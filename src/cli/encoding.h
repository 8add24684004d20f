// SPDX-License-Identifier: BSD-2-Clause
//
// Which muxer and which encoders make a file of a given name.

#ifndef QSR_CLI_ENCODING_H
#define QSR_CLI_ENCODING_H

#include <gst/gst.h>
#include <gst/video/video.h>

#include "src/cli/cli.h"

typedef struct QsrAudioEncoder {
    const char *element;
    const char *codec;   // for people
    int bitrate;         // bit/s; 0: lossless
} QsrAudioEncoder;

typedef struct QsrVideoEncoder {
    const char *element;
    const char *parser;  // needed between encoder and muxer; NULL: none
    bool even;           // takes even sizes only
    // Sets quality or bit rate for frames of this kind.
    void (*configure)(GstElement *encoder, const QsrOptions *o, const GstVideoInfo *info);
} QsrVideoEncoder;

typedef struct QsrContainer {
    const char *extensions[3];
    const char *muxer;
    bool reorder;        // frames may lie in another order than they are shown in
    const QsrVideoEncoder *video[5];  // in order of preference
    const QsrAudioEncoder *audio[4];
} QsrContainer;

const QsrContainer *qsr_container_of_name(const char *path);

// The first that is installed; NULL, and a sentence naming what would help.
const QsrVideoEncoder *qsr_choose_video_encoder(const QsrContainer *c, QsrError *err);
const QsrAudioEncoder *qsr_choose_audio_encoder(const QsrContainer *c);

// A new element, or NULL and a sentence naming the package that has it.
GstElement *qsr_make_element(const char *factory, QsrError *err);

// What the muxer's pad template of this name accepts; a new reference.
GstCaps *qsr_muxer_caps(const QsrContainer *c, const char *pad_template);

// The encoder's input formats that lose no more than the source did.
GstCaps *qsr_encoder_caps(GstElement *encoder, const GstVideoInfo *info);

#endif

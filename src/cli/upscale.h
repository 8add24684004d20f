// SPDX-License-Identifier: BSD-2-Clause
//
// One function per kind of media; upscale.c chooses.

#ifndef QSR_CLI_UPSCALE_H
#define QSR_CLI_UPSCALE_H

#include "src/cli/cli.h"
#include "src/cli/io.h"

typedef enum QsrMedia {
    QSR_MEDIA_UNKNOWN,
    QSR_MEDIA_PNG,
    QSR_MEDIA_Y4M,
    QSR_MEDIA_VIDEO, // whatever GStreamer can read
} QsrMedia;

// These return 0 or a negative code with `err` filled in; `in` has been opened
// and looked at, not consumed.
int qsr_upscale_png(const QsrOptions *o, QsrInput *in, QsrError *err);
int qsr_upscale_y4m(const QsrOptions *o, QsrInput *in, QsrError *err);

// From and to files by name. With `interrupted` set the failure is the user's
// wish and needs no message.
int qsr_upscale_video(const QsrOptions *o, bool *interrupted, QsrError *err);

// What the file name says of an output: QSR_MEDIA_UNKNOWN if nothing.
QsrMedia qsr_media_of_name(const char *path);

// The digest goes to standard output, or out of the way of a picture there.
void qsr_print_md5(const QsrOptions *o, const char *hex);

// "x.png: 100x80 -> 200x160, 0.1 s".
void qsr_print_summary(const QsrOptions *o, int in_width, int in_height, int out_width,
                       int out_height, int64_t frames, double seconds);

#endif

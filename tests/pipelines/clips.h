// SPDX-License-Identifier: BSD-2-Clause
//
// Small clips to play, drawn by videotestsrc.

#ifndef QSR_TESTS_PIPELINES_CLIPS_H
#define QSR_TESTS_PIPELINES_CLIPS_H

#include <gst/gst.h>

#define CLIP_FPS 25

// What make_clip() and the decoding of its clips need.
#define CLIP_ELEMENTS                                                                             \
    "videotestsrc x264enc h264parse matroskamux matroskademux decodebin avdec_h264 videoconvert"

// H.264 in Matroska, a key frame every 12, with Vorbis if `sound`; ends the program if that
// fails. g_free() the path.
gchar *make_clip(const gchar *name, gint width, gint height, guint frames, gboolean sound);

// A file of the assets, NULL without them; g_free().
gchar *asset_path(const gchar *name);

#endif

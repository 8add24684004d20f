// SPDX-License-Identifier: BSD-2-Clause
//
// A pipeline under watch: every frame that reaches a sink is looked at, every
// message read, and nothing is waited for without end. The first thing that is
// wrong ends the program, with a description of what each element was doing.
//
// Looked at, at each sink: the frame is of the caps that were negotiated, their
// size is the one asked for, times grow (fall, in reverse) within a segment and
// lie in it. A picture of a time that was seen before has the same bytes as then.

#ifndef QSR_TESTS_PIPELINES_WATCH_H
#define QSR_TESTS_PIPELINES_WATCH_H

#include <gst/gst.h>
#include <gst/video/video.h>

// The times of a stream and its pictures' sums. May be shared by pipelines, one
// after the other, that are to show the same.
typedef struct WatchPictures WatchPictures;

WatchPictures *watch_pictures_new(void);
void watch_pictures_free(WatchPictures *pictures);
guint watch_pictures_count(WatchPictures *pictures); // different times

typedef enum { WATCH_PICTURE_NEW, WATCH_PICTURE_SAME, WATCH_PICTURE_OTHER } WatchPicture;
WatchPicture watch_pictures_compare(WatchPictures *pictures, GstBuffer *buffer,
                                    const GstVideoInfo *info);

typedef struct Watch Watch;

// What a sink has seen. The counts never fall.
typedef struct {
    guint frames;         // all of them
    guint key_frames;     // of encoded streams
    guint key_unit_events;
    guint matched;        // pictures that had been seen before, with the same bytes
    guint since;          // frames since the last flush
    GstClockTime first;   // PTS of the first frame since then
    GstClockTime last;    // and of the last one
    gint width, height;   // of the last frame
    gboolean eos;
} WatchSeen;

// Once per program. Makes the system's plugins known that the tests use, and
// ends the program with 77, "skipped", if one of `elements` (separated by
// spaces) is not to be had then.
void watch_init(int *argc, char ***argv, const gchar *elements);
gboolean watch_has(const gchar *elements);
// Where something is missing that a part of the program needs: `what` is not run. `lacks` is
// "no clips" for assets, else the names of elements.
void watch_left_out(const gchar *what, const gchar *lacks);
// Says what was run and what not, the reason last; what main() returns: 77 if something was
// left out, else 0.
int watch_result(void);
void watch_count_run(void); // by watch_free()

// A folder for files, removed with all in it at the program's end; and a path in it (g_free()).
gchar *watch_path(const gchar *name);
gchar *watch_uri(const gchar *path);

// Of a launch line, or of a pipeline (takes a floating reference). Watched are the sinks made by
// fakesink and the elements under test that are in it now; watch_add() is for one that comes
// later. `pictures` may be NULL.
Watch *watch_launch(const gchar *name, WatchPictures *pictures, const gchar *format, ...)
    G_GNUC_PRINTF(3, 4);
Watch *watch_new(const gchar *name, WatchPictures *pictures, GstElement *pipeline);
// To NULL, and nothing may be left of it: the leaks tracer is asked where it runs.
void watch_free(Watch *watch);

void watch_add(Watch *watch, GstElement *element);
void watch_pad(Watch *watch, GstPad *pad); // as if it were a sink's
GstElement *watch_pipeline(Watch *watch); // no reference
// The pictures are the upscaled ones of a qsrupscale, by this factor; 0: of any size.
void watch_expect_factor(Watch *watch, gdouble factor);
// GStreamer's base class warns that it is "not negotiated" when a flush comes between a property
// and the new caps, and negotiates again behind the flush. That one, from a pad that is flushing
// at this moment, is no failure.
void watch_allow_flushed_caps(Watch *watch);
// Frames of an elementary stream, which has no times.
void watch_allow_timeless(Watch *watch);

void watch_seen(Watch *watch, WatchSeen *seen);
guint watch_warnings(void); // lines of qsrupscale in the debug log, warnings and errors
void watch_allow_log(gboolean flushed_caps); // those lines are counted apart
guint watch_flushed_caps(void);
// Buffers, events, pools and elements that are still there; 0 if the leaks tracer is off.
guint watch_count_left(void);

// These return when it has happened.
void watch_set_state(Watch *watch, GstState state);
void watch_run_to_eos(Watch *watch);
void watch_wait_frames(Watch *watch, guint frames); // in all; or the end of the stream
void watch_wait_since(Watch *watch, guint frames);  // since the last flush; or the end
void watch_wait_seconds(Watch *watch, gdouble seconds);
// Sends the seek, and waits until the sinks have a frame or the end.
void watch_seek(Watch *watch, gdouble rate, GstSeekFlags flags, GstClockTime start,
                GstClockTime stop);

void watch_fail(Watch *watch, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
#define watch_check(watch, condition, ...)                                                        \
    do {                                                                                          \
        if (!(condition))                                                                         \
            watch_fail(watch, __VA_ARGS__);                                                       \
    } while (0)

#endif

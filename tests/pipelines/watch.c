// SPDX-License-Identifier: BSD-2-Clause

#include "watch.h"

#include <stdio.h>
#include <stdlib.h>

// Frames are small and machines slow under sanitizers: a minute is no haste.
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

typedef struct {
    Watch *watch;
    GstPad *pad;
    GstSegment segment;
    GstVideoInfo info;
    gboolean is_video;
    GstCaps *caps;
    GstClockTime last; // in this segment
    WatchSeen seen;
} Sink;

struct Watch {
    gchar *name;
    GstElement *pipeline;
    GstBus *bus;
    WatchPictures *pictures;
    gdouble factor;
    gboolean flushed_caps; // are allowed
    guint n_flushed_caps;
    gboolean timeless;
    gint64 start; // monotonic time

    GMutex lock; // of all below
    GPtrArray *sinks;
    gchar *failure;
    guint async_done;
    gboolean eos;
};

static guint n_watches;      // that there are now
static gint n_elements_left; // that were watched, and are still there

static void element_is_gone(gpointer data, GObject *element)
{
    (void) data;
    (void) element;
    g_atomic_int_add(&n_elements_left, -1);
}

static void expect_to_go(GstElement *element)
{
    g_atomic_int_inc(&n_elements_left);
    g_object_weak_ref(G_OBJECT(element), element_is_gone, NULL);
}

// The last reference may be that of another thread, which is about to end.
static guint wait_for_elements(void)
{
    for (guint patience = 1000; patience > 0 && g_atomic_int_get(&n_elements_left) > 0; patience--)
        g_usleep(2000);
    return (guint) g_atomic_int_get(&n_elements_left);
}

// ------------------------------------------------------------------ frames ---

// Under the lock; the first failure is the one that counts.
static void note_failure(Watch *watch, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
static void note_failure(Watch *watch, const gchar *format, ...)
{
    va_list args;

    if (watch->failure)
        return;
    va_start(args, format);
    watch->failure = g_strdup_vprintf(format, args);
    va_end(args);
}

static void compare_picture(Sink *sink, GstBuffer *buffer)
{
    switch (watch_pictures_compare(sink->watch->pictures, buffer, &sink->info)) {
    case WATCH_PICTURE_NEW:
        break;
    case WATCH_PICTURE_SAME:
        sink->seen.matched++;
        break;
    default:
        note_failure(sink->watch, "the picture at %" GST_TIME_FORMAT " is not the one seen before",
                     GST_TIME_ARGS(GST_BUFFER_PTS(buffer)));
    }
}

static void look_at_video(Sink *sink, GstBuffer *buffer)
{
    Watch *watch = sink->watch;
    GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);

    sink->seen.width = sink->info.width;
    sink->seen.height = sink->info.height;
    if (meta && ((gint) meta->width != sink->info.width ||
                 (gint) meta->height != sink->info.height ||
                 meta->format != GST_VIDEO_INFO_FORMAT(&sink->info)))
        note_failure(watch, "a frame of %ux%u in caps of %dx%d", meta->width, meta->height,
                     sink->info.width, sink->info.height);
    if (!meta && gst_buffer_get_size(buffer) < GST_VIDEO_INFO_SIZE(&sink->info))
        note_failure(watch, "a frame of %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT,
                     gst_buffer_get_size(buffer), GST_VIDEO_INFO_SIZE(&sink->info));
    // Played in reverse, a decoder may lack what its first frames refer to.
    if (watch->pictures && !watch->failure &&
        !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED))
        compare_picture(sink, buffer);
}

static void look_at_frame(Sink *sink, GstBuffer *buffer)
{
    Watch *watch = sink->watch;
    GstClockTime pts = GST_BUFFER_PTS(buffer);
    GstClockTime order = pts;
    gboolean forwards = sink->segment.rate > 0;

    if (!sink->caps) {
        note_failure(watch, "a frame before any caps");
        return;
    }
    if (sink->segment.format == GST_FORMAT_UNDEFINED)
        note_failure(watch, "a frame before any segment");
    if (!GST_CLOCK_TIME_IS_VALID(pts) && !watch->timeless) {
        note_failure(watch, "a frame without a time");
        return;
    }
    // Encoders put frames in the order of decoding.
    if (!sink->is_video && GST_BUFFER_DTS_IS_VALID(buffer))
        order = GST_BUFFER_DTS(buffer);
    if (GST_CLOCK_TIME_IS_VALID(sink->last) && GST_CLOCK_TIME_IS_VALID(order) &&
        (forwards ? order <= sink->last : order >= sink->last))
        note_failure(watch,
                     "frame %u at %" GST_TIME_FORMAT " comes behind the one at %" GST_TIME_FORMAT
                     ", rate %g",
                     sink->seen.frames, GST_TIME_ARGS(order), GST_TIME_ARGS(sink->last),
                     sink->segment.rate);
    if (sink->is_video && sink->segment.format == GST_FORMAT_TIME &&
        GST_CLOCK_TIME_IS_VALID(pts) &&
        !gst_segment_clip(&sink->segment, GST_FORMAT_TIME, pts,
                          GST_BUFFER_DURATION_IS_VALID(buffer) ? pts + GST_BUFFER_DURATION(buffer)
                                                               : pts,
                          NULL, NULL))
        note_failure(watch,
                     "a frame at %" GST_TIME_FORMAT " is not in its segment %" GST_SEGMENT_FORMAT,
                     GST_TIME_ARGS(pts), (void *) &sink->segment);
    if (GST_CLOCK_TIME_IS_VALID(order))
        sink->last = order;
    sink->seen.frames++;
    if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT))
        sink->seen.key_frames++;
    if (sink->seen.since++ == 0)
        sink->seen.first = pts;
    sink->seen.last = pts;
    if (sink->is_video)
        look_at_video(sink, buffer);
}

static void look_at_event(Sink *sink, GstEvent *event)
{
    GstCaps *caps;

    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
        gst_event_parse_caps(event, &caps);
        gst_caps_replace(&sink->caps, caps);
        sink->is_video = gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw");
        if (sink->is_video && !gst_video_info_from_caps(&sink->info, caps))
            note_failure(sink->watch, "these are no caps: %" GST_PTR_FORMAT, (void *) caps);
        break;
    case GST_EVENT_SEGMENT:
        gst_event_copy_segment(event, &sink->segment);
        sink->last = GST_CLOCK_TIME_NONE;
        break;
    case GST_EVENT_FLUSH_STOP:
    case GST_EVENT_STREAM_START:
        gst_segment_init(&sink->segment, GST_FORMAT_UNDEFINED);
        sink->last = GST_CLOCK_TIME_NONE;
        sink->seen.eos = FALSE;
        if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
            sink->seen.since = 0;
        break;
    case GST_EVENT_EOS:
        sink->seen.eos = TRUE;
        break;
    default:
        if (gst_event_has_name(event, "GstForceKeyUnit"))
            sink->seen.key_unit_events++;
    }
}

static GstPadProbeReturn look(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Sink *sink = data;

    (void) pad;
    g_mutex_lock(&sink->watch->lock);
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
        look_at_frame(sink, GST_PAD_PROBE_INFO_BUFFER(info));
    else
        look_at_event(sink, GST_PAD_PROBE_INFO_EVENT(info));
    g_mutex_unlock(&sink->watch->lock);
    return GST_PAD_PROBE_OK;
}

void watch_pad(Watch *watch, GstPad *pad)
{
    Sink *sink = g_new0(Sink, 1);

    sink->watch = watch;
    sink->pad = gst_object_ref(pad);
    sink->last = GST_CLOCK_TIME_NONE;
    gst_segment_init(&sink->segment, GST_FORMAT_UNDEFINED);
    gst_pad_add_probe(sink->pad,
                      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                          GST_PAD_PROBE_TYPE_EVENT_FLUSH,
                      look, sink, NULL);
    g_ptr_array_add(watch->sinks, sink);
}

// The size that leaves the element against the one that entered it.
static GstPadProbeReturn look_at_size(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Watch *watch = data;
    GstElement *element = gst_pad_get_parent_element(pad);
    GstPad *sinkpad = gst_element_get_static_pad(element, "sink");
    GstCaps *in = gst_pad_get_current_caps(sinkpad);
    GstCaps *out = gst_pad_get_current_caps(pad);
    GstVideoInfo from, to;

    (void) info;
    g_mutex_lock(&watch->lock);
    if (!in || !out || !gst_video_info_from_caps(&from, in) ||
        !gst_video_info_from_caps(&to, out))
        note_failure(watch, "qsrupscale sends caps that cannot be read");
    else if (watch->factor > 0 && ((gint) (from.width * watch->factor + 0.5) != to.width ||
                                   (gint) (from.height * watch->factor + 0.5) != to.height))
        note_failure(watch, "%dx%d became %dx%d, not %g times that", from.width, from.height,
                     to.width, to.height, watch->factor);
    g_mutex_unlock(&watch->lock);
    gst_caps_replace(&in, NULL);
    gst_caps_replace(&out, NULL);
    gst_object_unref(sinkpad);
    gst_object_unref(element);
    return GST_PAD_PROBE_OK;
}

void watch_add(Watch *watch, GstElement *element)
{
    GstElementFactory *factory = gst_element_get_factory(element);
    const gchar *name = factory ? GST_OBJECT_NAME(factory) : "";

    expect_to_go(element);
    if (strcmp(name, "fakesink") == 0) {
        GstPad *pad = gst_element_get_static_pad(element, "sink");

        watch_pad(watch, pad);
        gst_object_unref(pad);
    }
    if (strcmp(name, "qsrupscale") == 0) {
        GstPad *pad = gst_element_get_static_pad(element, "src");

        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, look_at_size, watch, NULL);
        gst_object_unref(pad);
    }
}

static Watch *guarded; // the latest
static GThread *guard_thread;
static gpointer guard(gpointer data);

static void add_item(const GValue *item, gpointer data)
{
    watch_add(data, g_value_get_object(item));
}

Watch *watch_new(const gchar *name, WatchPictures *pictures, GstElement *pipeline)
{
    Watch *watch = g_new0(Watch, 1);
    GstIterator *elements;

    n_watches++;
    if (!guard_thread)
        guard_thread = g_thread_new("guard", guard, NULL);
    g_atomic_pointer_set(&guarded, watch);
    g_mutex_init(&watch->lock);
    watch->name = g_strdup(name);
    watch->start = g_get_monotonic_time();
    watch->pictures = pictures;
    watch->pipeline = gst_object_ref_sink(pipeline);
    watch->bus = gst_element_get_bus(pipeline);
    expect_to_go(pipeline);
    watch->sinks = g_ptr_array_new();
    elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
    while (gst_iterator_foreach(elements, add_item, watch) == GST_ITERATOR_RESYNC)
        g_error("the pipeline changes while it is looked at");
    gst_iterator_free(elements);
    return watch;
}

Watch *watch_launch(const gchar *name, WatchPictures *pictures, const gchar *format, ...)
{
    va_list args;
    gchar *line;
    GError *error = NULL;
    GstElement *pipeline;
    Watch *watch;

    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    pipeline = gst_parse_launch_full(line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    if (!pipeline) {
        g_print("FAIL %s: %s\n%s\n", name, line, error->message);
        exit(1);
    }
    watch = watch_new(name, pictures, pipeline);
    g_free(line);
    return watch;
}

GstElement *watch_pipeline(Watch *watch)
{
    return watch->pipeline;
}

void watch_expect_factor(Watch *watch, gdouble factor)
{
    g_mutex_lock(&watch->lock);
    watch->factor = factor;
    g_mutex_unlock(&watch->lock);
}

void watch_allow_timeless(Watch *watch)
{
    watch->timeless = TRUE;
}

void watch_allow_flushed_caps(Watch *watch)
{
    watch->flushed_caps = TRUE;
    watch_allow_log(TRUE);
}

// The message comes behind its line in the log, where the pads were looked at.
static gboolean is_of_flushed_caps(Watch *watch, const GError *error)
{
    return watch->flushed_caps && strcmp(error->message, "not negotiated") == 0 &&
           g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT) &&
           watch->n_flushed_caps++ < watch_flushed_caps();
}

// All sinks together: sums, and of times those of the first sink.
void watch_seen(Watch *watch, WatchSeen *seen)
{
    g_mutex_lock(&watch->lock);
    for (guint i = 0; i < watch->sinks->len; i++) {
        Sink *sink = g_ptr_array_index(watch->sinks, i);

        if (i == 0) {
            *seen = sink->seen;
            continue;
        }
        seen->frames += sink->seen.frames;
        seen->key_frames += sink->seen.key_frames;
        seen->key_unit_events += sink->seen.key_unit_events;
        seen->matched += sink->seen.matched;
        seen->since = MIN(seen->since, sink->seen.since);
        seen->eos = seen->eos && sink->seen.eos;
    }
    g_mutex_unlock(&watch->lock);
}

// ------------------------------------------------------------------ failing ---

static void describe_element(const GValue *item, gpointer data)
{
    GstElement *element = g_value_get_object(item);
    GstState state = GST_STATE(element), pending = GST_STATE_PENDING(element);

    (void) data;
    g_print("  %-24s %s", GST_ELEMENT_NAME(element), gst_element_state_get_name(state));
    if (pending != GST_STATE_VOID_PENDING)
        g_print(" on its way to %s", gst_element_state_get_name(pending));
    for (GList *l = element->pads; l; l = l->next) {
        GstPad *pad = l->data;

        g_print(", %s %s%s%s", GST_PAD_NAME(pad),
                gst_flow_get_name(gst_pad_get_last_flow_return(pad)),
                GST_PAD_IS_FLUSHING(pad) ? " flushing" : "", GST_PAD_IS_EOS(pad) ? " eos" : "");
    }
    g_print("\n");
}

void watch_fail(Watch *watch, const gchar *format, ...)
{
    GstIterator *elements = gst_bin_iterate_recurse(GST_BIN(watch->pipeline));
    va_list args;
    gchar *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_print("FAIL %s: %s\n", watch->name, text);
    for (guint i = 0; i < watch->sinks->len; i++) {
        Sink *sink = g_ptr_array_index(watch->sinks, i);

        g_print("  sink %u: %u frames, %u since the last flush, last at %" GST_TIME_FORMAT "%s\n",
                i, sink->seen.frames, sink->seen.since, GST_TIME_ARGS(sink->seen.last),
                sink->seen.eos ? ", end of stream" : "");
    }
    gst_iterator_foreach(elements, describe_element, NULL);
    gst_iterator_free(elements);
    // Threads of the pipeline are still running: nothing is torn down.
    fflush(stdout);
    _Exit(1);
}

// The main thread may itself stand still, in a call that waits for the pipeline.
static gint heartbeat; // that of wait_until()

static gpointer guard(gpointer data)
{
    gint before = g_atomic_int_get(&heartbeat), seconds = 0;

    (void) data;
    while (seconds < (gint) (PATIENCE / G_TIME_SPAN_SECOND) + 30) {
        g_usleep(G_USEC_PER_SEC);
        seconds++;
        if (before != g_atomic_int_get(&heartbeat))
            seconds = 0;
        before = g_atomic_int_get(&heartbeat);
    }
    if (g_atomic_pointer_get(&guarded))
        watch_fail(g_atomic_pointer_get(&guarded), "nothing moves: a call does not return");
    _Exit(1);
}

static void read_message(Watch *watch, GstMessage *message)
{
    GError *error = NULL;
    gchar *debug = NULL;

    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
        gst_message_parse_error(message, &error, &debug);
        watch_fail(watch, "error of %s: %s (%s)", GST_MESSAGE_SRC_NAME(message), error->message,
                   debug);
        break;
    case GST_MESSAGE_WARNING:
        gst_message_parse_warning(message, &error, &debug);
        if (!is_of_flushed_caps(watch, error))
            watch_fail(watch, "warning of %s: %s (%s)", GST_MESSAGE_SRC_NAME(message),
                       error->message, debug);
        g_clear_error(&error);
        g_free(debug);
        break;
    case GST_MESSAGE_LATENCY:
        gst_bin_recalculate_latency(GST_BIN(watch->pipeline));
        break;
    case GST_MESSAGE_ASYNC_DONE:
        watch->async_done++;
        break;
    case GST_MESSAGE_EOS:
        watch->eos = TRUE;
        break;
    default:
        break;
    }
}

static void check_failure(Watch *watch)
{
    gchar *failure;

    g_mutex_lock(&watch->lock);
    failure = watch->failure;
    g_mutex_unlock(&watch->lock);
    if (failure)
        watch_fail(watch, "%s", failure);
    if (watch_warnings())
        watch_fail(watch, "the element has warned in the debug log");
}

// Reads messages until `done`; `number` is for it.
typedef gboolean (*Condition)(Watch *watch, guint number);

static void wait_until(Watch *watch, Condition done, guint number, const gchar *what)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;

    for (;;) {
        GstMessage *message;

        g_atomic_int_inc(&heartbeat);
        check_failure(watch);
        if (done(watch, number))
            return;
        if (g_get_monotonic_time() > end)
            watch_fail(watch, "nothing moves: waited %d s for %s",
                       (int) (PATIENCE / G_TIME_SPAN_SECOND), what);
        message = gst_bus_timed_pop(watch->bus, 2 * GST_MSECOND);
        if (message) {
            read_message(watch, message);
            gst_message_unref(message);
        }
    }
}

static gboolean in_state(Watch *watch, guint number)
{
    GstState state, pending;
    GstStateChangeReturn ret = gst_element_get_state(watch->pipeline, &state, &pending, 0);
    GstMessage *message;

    while (ret == GST_STATE_CHANGE_FAILURE && (message = gst_bus_pop(watch->bus))) {
        read_message(watch, message); // has the reason
        gst_message_unref(message);
    }
    if (ret == GST_STATE_CHANGE_FAILURE)
        watch_fail(watch, "the state does not change to %s",
                   gst_element_state_get_name((GstState) number));
    return ret != GST_STATE_CHANGE_ASYNC && state == (GstState) number;
}

void watch_set_state(Watch *watch, GstState state)
{
    if (state <= GST_STATE_READY)
        watch->eos = FALSE;
    gst_element_set_state(watch->pipeline, state);
    wait_until(watch, in_state, (guint) state, gst_element_state_get_name(state));
}

static gboolean at_end(Watch *watch, guint number)
{
    (void) number;
    return watch->eos;
}

void watch_run_to_eos(Watch *watch)
{
    watch_set_state(watch, GST_STATE_PLAYING);
    wait_until(watch, at_end, 0, "the end of the stream");
}

static gboolean has_frames(Watch *watch, guint number)
{
    WatchSeen seen;

    watch_seen(watch, &seen);
    return seen.frames >= number || seen.eos;
}

void watch_wait_frames(Watch *watch, guint frames)
{
    wait_until(watch, has_frames, frames, "frames");
}

static gboolean has_since(Watch *watch, guint number)
{
    WatchSeen seen;

    watch_seen(watch, &seen);
    return seen.since >= number || seen.eos;
}

void watch_wait_since(Watch *watch, guint frames)
{
    wait_until(watch, has_since, frames, "frames after the flush");
}

static gint64 wait_end;

static gboolean time_over(Watch *watch, guint number)
{
    (void) watch;
    (void) number;
    return g_get_monotonic_time() >= wait_end;
}

void watch_wait_seconds(Watch *watch, gdouble seconds)
{
    wait_end = g_get_monotonic_time() + (gint64) (seconds * G_TIME_SPAN_SECOND);
    wait_until(watch, time_over, 0, "the clock");
}

static gboolean more_async_done(Watch *watch, guint number)
{
    return watch->async_done > number;
}

void watch_seek(Watch *watch, gdouble rate, GstSeekFlags flags, GstClockTime start,
                GstClockTime stop)
{
    guint before = watch->async_done;
    GstEvent *seek = gst_event_new_seek(
        rate, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, (gint64) start,
        GST_CLOCK_TIME_IS_VALID(stop) ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE, (gint64) stop);

    if (!gst_element_send_event(watch->pipeline, seek))
        watch_fail(watch, "the seek to %" GST_TIME_FORMAT ", rate %g, is refused",
                   GST_TIME_ARGS(start), rate);
    if (flags & GST_SEEK_FLAG_FLUSH) {
        wait_until(watch, more_async_done, before, "the seek");
        watch->eos = FALSE; // one from before the flush may have been read just now
    }
}

// ---------------------------------------------------------------- the end ---

void watch_free(Watch *watch)
{
    guint left;

    check_failure(watch);
    watch_set_state(watch, GST_STATE_NULL);
    check_failure(watch);
    gst_bus_set_flushing(watch->bus, TRUE);
    gst_object_unref(watch->bus);
    gst_object_unref(watch->pipeline);
    for (guint i = 0; i < watch->sinks->len; i++) {
        Sink *sink = g_ptr_array_index(watch->sinks, i);

        gst_caps_replace(&sink->caps, NULL);
        gst_object_unref(sink->pad);
        g_free(sink);
    }
    // What is in another pipeline still changes hands while it would be counted.
    left = --n_watches == 0 ? wait_for_elements() + watch_count_left() : 0;
    if (left > 0) {
        g_print("FAIL %s: %u objects are left when all is over\n", watch->name, left);
        exit(1);
    }
    g_print("ok   %s (%.2f s)\n", watch->name,
            (gdouble) (g_get_monotonic_time() - watch->start) / G_TIME_SPAN_SECOND);
    g_atomic_pointer_set(&guarded, NULL);
    g_ptr_array_unref(watch->sinks);
    g_mutex_clear(&watch->lock);
    watch_allow_log(FALSE);
    watch_count_run();
    g_free(watch->name);
    g_free(watch);
}

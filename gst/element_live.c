// SPDX-License-Identifier: BSD-2-Clause

#include "element.h"
#include "flat.h"

#define SETTLED 60 // frames
#define MAX_PERIOD GST_SECOND

static gint64 now(const GstQsrLive *live)
{
    return live->clock(live->clock_data);
}

static gint64 monotonic(gpointer data)
{
    (void) data;
    return g_get_monotonic_time();
}

static const gchar *mode_nick(GstQsrUpscaleQosMode mode)
{
    static const gchar *const nicks[] = {"auto", "off", "drop", "degrade"};

    return nicks[mode];
}

void gst_qsr_upscale_live_init(GstQsrUpscale *self)
{
    GstQsrLive *live = &self->live;

    live->clock = monotonic;
    live->mode = GST_QSR_UPSCALE_QOS_MODE_AUTO;
    live->cpu_budget = 100;
    live->in_force = GST_QSR_UPSCALE_QOS_MODE_DROP;
}

void gst_qsr_upscale_live_start(GstQsrUpscale *self)
{
    GstQsrLive *live = &self->live;

    GST_OBJECT_LOCK(self);
    live->look = TRUE;
    live->is_live = FALSE;
    gst_qsr_ladder_init(&live->ladder, 0, NULL);
    live->times.frames = 0;
    live->dropped = live->steps_down = live->steps_up = 0;
    live->n_threads = 0;
    live->format = live->colorimetry = live->passthrough = NULL;
    GST_OBJECT_UNLOCK(self);
    live->rungs_open = FALSE;
    live->flat = live->flat_gap = FALSE;
    live->start = live->last_end = 0;
    live->last_pts = GST_CLOCK_TIME_NONE;
    live->period = 0;
    live->pixels = 0;
    live->to_settle = SETTLED;
}

void gst_qsr_upscale_live_look(GstQsrUpscale *self)
{
    GST_OBJECT_LOCK(self);
    self->live.look = TRUE;
    GST_OBJECT_UNLOCK(self);
}

// -------------------------------------------------------------------- the mode ---

// With the object lock.
static GstQsrUpscaleQosMode wanted_mode(const GstQsrLive *live)
{
    if (live->mode != GST_QSR_UPSCALE_QOS_MODE_AUTO)
        return live->mode;
    return live->is_live ? GST_QSR_UPSCALE_QOS_MODE_DEGRADE : GST_QSR_UPSCALE_QOS_MODE_DROP;
}

// The base class drops no frame for what it was told so far. Its earliest time is the
// sum of these two, and this one is GST_CLOCK_TIME_NONE.
static void forget_lateness(GstQsrUpscale *self)
{
    gst_base_transform_update_qos(GST_BASE_TRANSFORM(self), 1, -1, 0);
}

void gst_qsr_upscale_live_set_mode(GstQsrUpscale *self, GstQsrUpscaleQosMode mode)
{
    GST_OBJECT_LOCK(self);
    self->live.mode = mode;
    GST_OBJECT_UNLOCK(self);
    forget_lateness(self); // else it might see no frame for some time
}

static gboolean upstream_is_live(GstQsrUpscale *self)
{
    GstQuery *query = gst_query_new_latency();
    gboolean is_live = FALSE;

    if (gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(self), query))
        gst_query_parse_latency(query, &is_live, NULL, NULL);
    gst_query_unref(query);
    return is_live;
}

// With the object lock. From the top, with nothing known but what the models say.
static void restart_ladder(GstQsrUpscale *self)
{
    GstQsrLive *live = &self->live;
    gint n = MIN(gst_qsr_painter_n_rungs(self->painter), GST_QSR_MAX_RUNGS);
    gdouble work[GST_QSR_MAX_RUNGS];

    for (gint i = 0; i < n; i++)
        work[i] = gst_qsr_painter_rung_work(self->painter, i);
    gst_qsr_ladder_init(&live->ladder, n, work);
}

// Finds out which mode holds, and has the engines of the ladder open before a frame
// needs them.
static void look_at_mode(GstQsrUpscale *self)
{
    GstQsrLive *live = &self->live;
    GstQsrUpscaleQosMode mode;
    gboolean look, changed;

    GST_OBJECT_LOCK(self);
    look = live->look;
    live->look = FALSE;
    GST_OBJECT_UNLOCK(self);
    if (look) {
        gboolean is_live = upstream_is_live(self);

        GST_OBJECT_LOCK(self);
        live->is_live = is_live;
        GST_OBJECT_UNLOCK(self);
    }

    GST_OBJECT_LOCK(self);
    mode = wanted_mode(live);
    changed = mode != live->in_force;
    live->in_force = mode;
    if (changed)
        restart_ladder(self);
    GST_OBJECT_UNLOCK(self);
    if (changed) {
        GST_INFO_OBJECT(self, "qos-mode: %s", mode_nick(mode));
        forget_lateness(self);
    }
    if (mode == GST_QSR_UPSCALE_QOS_MODE_DEGRADE && !live->rungs_open) {
        gst_qsr_painter_open_rungs(self->painter);
        live->rungs_open = TRUE;
    }
}

// ---------------------------------------------------------------------- set up ---

void gst_qsr_upscale_live_set_up(GstQsrUpscale *self, const GstQsrCanvas *canvas,
                                 gboolean changed)
{
    GstQsrLive *live = &self->live;
    gint n = MIN(gst_qsr_painter_n_rungs(self->painter), GST_QSR_MAX_RUNGS);
    QsrContext *engine = n > 0 ? gst_qsr_painter_engine(self->painter, 0) : NULL;
    gdouble pixels = live->pixels;

    if (canvas)
        pixels = (gdouble) canvas->geometry.out_width * canvas->geometry.out_height;

    GST_OBJECT_LOCK(self);
    live->passthrough = NULL;
    live->n_threads = engine ? (guint) qsr_thread_count(engine) : 0;
    for (gint i = 0; i < n; i++) {
        const gchar *name = g_intern_string(gst_qsr_painter_rung_name(self->painter, i));

        changed |= name != live->rung_name[i];
        live->rung_name[i] = name;
    }
    if (changed || n != live->ladder.n)
        restart_ladder(self);
    else if (pixels != live->pixels)
        gst_qsr_ladder_resize(&live->ladder, pixels / live->pixels);
    if (canvas) {
        gchar *colorimetry = gst_video_colorimetry_to_string(&canvas->colour.colorimetry);

        live->format = g_intern_string(GST_VIDEO_INFO_NAME(&canvas->in_info));
        live->colorimetry = g_intern_string(colorimetry ? colorimetry : "unknown");
        g_free(colorimetry);
    }
    GST_OBJECT_UNLOCK(self);
    live->pixels = pixels;
    live->rungs_open = FALSE;
    live->to_settle = SETTLED;
    look_at_mode(self);
}

void gst_qsr_upscale_live_pass_through(GstQsrUpscale *self, const GstVideoInfo *info,
                                       const gchar *why)
{
    GstQsrLive *live = &self->live;
    gchar *colorimetry = gst_video_colorimetry_to_string(&info->colorimetry);

    GST_OBJECT_LOCK(self);
    live->passthrough = g_intern_string(why ? why : "the output has the size of the input");
    live->format = g_intern_string(GST_VIDEO_INFO_NAME(info));
    live->colorimetry = g_intern_string(colorimetry ? colorimetry : "unknown");
    live->n_threads = 0;
    gst_qsr_ladder_init(&live->ladder, 0, NULL);
    GST_OBJECT_UNLOCK(self);
    g_free(colorimetry);
    GST_INFO_OBJECT(self, "pictures are passed on: %s", live->passthrough);
}

void gst_qsr_upscale_live_flushed(GstQsrUpscale *self)
{
    GST_OBJECT_LOCK(self);
    gst_qsr_ladder_flush(&self->live.ladder);
    GST_OBJECT_UNLOCK(self);
    self->live.last_end = 0;
    self->live.last_pts = GST_CLOCK_TIME_NONE;
    self->live.period = 0;
}

// ------------------------------------------------------------------ each frame ---

void gst_qsr_upscale_live_submitted(GstQsrUpscale *self, GstFlowReturn ret)
{
    if (ret != GST_BASE_TRANSFORM_FLOW_DROPPED)
        return;
    GST_OBJECT_LOCK(self);
    self->live.dropped++;
    GST_OBJECT_UNLOCK(self);
}

gint gst_qsr_upscale_live_begin(GstQsrUpscale *self, GstBuffer *buffer, const GstVideoFrame *in)
{
    GstQsrLive *live = &self->live;
    gboolean flat;
    gint n, rung;

    look_at_mode(self);
    n = gst_qsr_painter_n_rungs(self->painter);
    GST_OBJECT_LOCK(self);
    rung = live->in_force == GST_QSR_UPSCALE_QOS_MODE_DEGRADE ? live->ladder.rung : 0;
    GST_OBJECT_UNLOCK(self);
    // A gap may be filled with anything, also with the last picture again (videorate
    // does that), which then has to look like the last one.
    // Of a flat colour the last rung makes one that may be a few steps away from what the
    // model makes of it. So it is not taken after a flat frame by the model: colours change
    // at most once in a series of flat frames, however gaps and others follow each other.
    flat = n > 1 && gst_qsr_frame_is_flat(in);
    live->flat_gap = flat && GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP) &&
                     (live->flat_gap || !live->flat);
    live->flat = flat;
    live->start = now(live);
    return live->flat_gap ? n - 1 : rung;
}

// From this frame to the next; 0: unknown.
static guint64 period_of(GstQsrUpscale *self, GstBuffer *buffer)
{
    const GstVideoInfo *info = &GST_VIDEO_FILTER(self)->in_info;
    gdouble rate = ABS(GST_BASE_TRANSFORM(self)->segment.rate);
    GstQsrLive *live = &self->live;
    GstClockTime pts = GST_BUFFER_PTS(buffer), period;
    // Of key frames alone the caps say nothing.
    gboolean all = !(GST_BASE_TRANSFORM(self)->segment.flags &
                     (GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS |
                      GST_SEGMENT_FLAG_TRICKMODE_FORWARD_PREDICTED));

    if (all && GST_VIDEO_INFO_FIELD_RATE_N(info) > 0 && GST_VIDEO_INFO_FPS_D(info) > 0) {
        period = gst_util_uint64_scale(GST_SECOND, (guint64) GST_VIDEO_INFO_FPS_D(info),
                                       (guint64) GST_VIDEO_INFO_FIELD_RATE_N(info));
    } else if (all && GST_BUFFER_DURATION_IS_VALID(buffer) && GST_BUFFER_DURATION(buffer) > 0) {
        period = GST_BUFFER_DURATION(buffer);
    } else { // the mean of the last differences
        if (GST_CLOCK_TIME_IS_VALID(pts) && GST_CLOCK_TIME_IS_VALID(live->last_pts) &&
            pts != live->last_pts) {
            GstClockTime since = pts > live->last_pts ? pts - live->last_pts
                                                      : live->last_pts - pts;

            since = MIN(since, MAX_PERIOD);
            live->period = live->period ? (7 * live->period + since) / 8 : since;
        }
        period = live->period;
    }
    live->last_pts = pts;
    return rate > 0 ? (guint64) ((gdouble) MIN(period, MAX_PERIOD) / rate) : period;
}

static GstClockTime running_time_of(GstQsrUpscale *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;

    if (segment->format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID(buffer))
        return GST_CLOCK_TIME_NONE;
    return gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

static void post_step(GstQsrUpscale *self, gint from, const GstQsrLadderFrame *f, GstQsrStep step)
{
    GstQsrLive *live = &self->live;
    gint to = live->ladder.rung; // only this thread changes it
    gdouble busy = (gdouble) f->busy / GST_MSECOND, budget = (gdouble) f->budget / GST_MSECOND;

    GST_INFO_OBJECT(self, "%s: rung %d (%s) after %d (%s); %.2f ms of %.2f",
                    gst_qsr_step_name(step), to, live->rung_name[to], from, live->rung_name[from],
                    busy, budget);
    gst_element_post_message(
        GST_ELEMENT(self),
        gst_message_new_element(
            GST_OBJECT(self),
            gst_structure_new("qsrupscale-rung", //
                              "from", G_TYPE_INT, from, "to", G_TYPE_INT, to,
                              "from-model", G_TYPE_STRING, live->rung_name[from],
                              "to-model", G_TYPE_STRING, live->rung_name[to],
                              "reason", G_TYPE_STRING, gst_qsr_step_name(step),
                              "busy-ms", G_TYPE_DOUBLE, busy,
                              "budget-ms", G_TYPE_DOUBLE, budget, NULL)));
}

static void log_settled(GstQsrUpscale *self);

void gst_qsr_upscale_live_end(GstQsrUpscale *self, GstBuffer *buffer, gint rung)
{
    GstQsrLive *live = &self->live;
    gint64 end = now(live), elapsed = live->last_end ? end - live->last_end : 0;
    GstQsrLadderFrame f = {.running_time = running_time_of(self, buffer),
                           .busy = (guint64) MAX(end - live->start, 0) * GST_USECOND};
    GstQsrStep step = GST_QSR_STEP_NONE;

    f.period = period_of(self, buffer);
    live->last_end = end;
    GST_OBJECT_LOCK(self);
    f.budget = f.period * live->cpu_budget / 100;
    if (f.period == 0) // for what the ladder waits
        f.period = (guint64) CLAMP(elapsed * GST_USECOND, 0, (gint64) MAX_PERIOD);
    gst_qsr_times_add(&live->times, end, end - live->start);
    if (live->in_force == GST_QSR_UPSCALE_QOS_MODE_DEGRADE && live->ladder.n > 0 &&
        !live->flat_gap) {
        step = gst_qsr_ladder_frame(&live->ladder, &f);
        live->steps_down += step != GST_QSR_STEP_NONE && live->ladder.rung > rung;
        live->steps_up += step != GST_QSR_STEP_NONE && live->ladder.rung < rung;
    }
    GST_OBJECT_UNLOCK(self);
    if (step != GST_QSR_STEP_NONE)
        post_step(self, rung, &f, step);
    if (live->to_settle > 0 && --live->to_settle == 0)
        log_settled(self);
}

gboolean gst_qsr_upscale_live_qos(GstQsrUpscale *self, GstEvent *event)
{
    GstClockTimeDiff jitter;
    GstClockTime running_time;
    gboolean drop;

    gst_event_parse_qos(event, NULL, NULL, &jitter, &running_time);
    GST_OBJECT_LOCK(self);
    gst_qsr_ladder_late(&self->live.ladder, running_time, jitter);
    drop = wanted_mode(&self->live) == GST_QSR_UPSCALE_QOS_MODE_DROP;
    GST_OBJECT_UNLOCK(self);
    return drop;
}

// ----------------------------------------------------------------------- stats ---

// What stats and the settled line say.
typedef struct {
    GstQsrTimes times;
    guint64 dropped, steps_down, steps_up;
    GstQsrUpscaleQosMode in_force;
    gboolean is_live;
    gint rung, n_rungs;
    const gchar *model, *rung_name, *passthrough, *format, *colorimetry;
    guint n_threads, cpu_budget;
    GstQsrGeometry geometry;
    QsrBackendStats engine;
    gdouble fps, ms[3]; // p50, p95, p99
} Report;

static void make_report(GstQsrUpscale *self, Report *r)
{
    static const guint percent[] = {50, 95, 99};
    GstQsrLive *live = &self->live;

    GST_OBJECT_LOCK(self);
    *r = (Report) {.times = live->times,
                   .dropped = live->dropped,
                   .steps_down = live->steps_down,
                   .steps_up = live->steps_up,
                   .in_force = live->in_force,
                   .is_live = live->is_live,
                   .rung = live->ladder.rung,
                   .n_rungs = live->ladder.n,
                   .model = g_intern_string(self->model_name),
                   .passthrough = live->passthrough,
                   .format = live->format,
                   .colorimetry = live->colorimetry,
                   .n_threads = live->n_threads,
                   .cpu_budget = live->cpu_budget,
                   .geometry = self->geometry};
    r->rung_name = r->n_rungs > 0 ? live->rung_name[r->rung] : "none";
    GST_OBJECT_UNLOCK(self);
    gst_qsr_painter_get_stats(self->painter, &r->engine);
    r->fps = gst_qsr_times_fps(&r->times, now(live));
    gst_qsr_times_percentiles(&r->times, percent, r->ms, G_N_ELEMENTS(percent));
}

GstStructure *gst_qsr_upscale_live_stats(GstQsrUpscale *self)
{
    Report *r = g_new(Report, 1);
    GstStructure *s;

    make_report(self, r);
    s = gst_qsr_engine_stats(&r->engine);
    gst_structure_set(s, //
                      "frames", G_TYPE_UINT64, r->times.frames,
                      "dropped", G_TYPE_UINT64, r->dropped,
                      "fps", G_TYPE_DOUBLE, r->fps,
                      "ms-p50", G_TYPE_DOUBLE, r->ms[0],
                      "ms-p95", G_TYPE_DOUBLE, r->ms[1],
                      "ms-p99", G_TYPE_DOUBLE, r->ms[2],
                      "model", G_TYPE_STRING, r->model,
                      "rung", G_TYPE_INT, r->rung,
                      "rung-model", G_TYPE_STRING, r->rung_name,
                      "rungs", G_TYPE_INT, r->n_rungs,
                      "steps-down", G_TYPE_UINT64, r->steps_down,
                      "steps-up", G_TYPE_UINT64, r->steps_up,
                      "qos-mode", G_TYPE_STRING, mode_nick(r->in_force),
                      "live", G_TYPE_BOOLEAN, r->is_live,
                      "threads", G_TYPE_UINT, r->n_threads,
                      "passthrough", G_TYPE_BOOLEAN, r->passthrough != NULL, NULL);
    if (r->passthrough)
        gst_structure_set(s, "passthrough-reason", G_TYPE_STRING, r->passthrough, NULL);
    if (r->geometry.in_width > 0)
        gst_structure_set(s, //
                          "input-width", G_TYPE_INT, r->geometry.in_width,
                          "input-height", G_TYPE_INT, r->geometry.in_height,
                          "output-width", G_TYPE_INT, r->geometry.out_width,
                          "output-height", G_TYPE_INT, r->geometry.out_height, NULL);
    if (r->geometry.factor.num > 0) // else a scaler that takes any
        gst_structure_set(s, "factor", GST_TYPE_FRACTION, r->geometry.factor.num,
                          r->geometry.factor.den, NULL);
    if (r->format)
        gst_structure_set(s, "format", G_TYPE_STRING, r->format, //
                          "colorimetry", G_TYPE_STRING, r->colorimetry, NULL);
    g_free(r);
    return s;
}

// By what, in one text; g_free() it.
static gchar *describe_engine(const Report *r)
{
    const gchar *set = r->engine.instruction_set;

    if (r->n_rungs < 1)
        return g_strdup("no engine");
    return g_strdup_printf("%s on rung %d of %d (%s), %s, %u threads, %.0f %% reused", r->model,
                           r->rung, r->n_rungs, r->rung_name, set ? set : "unknown",
                           r->n_threads, 100 * r->engine.reused_recent);
}

static void log_settled(GstQsrUpscale *self)
{
    gchar network[32] = "no network", *engine;
    Report *r = g_new(Report, 1);

    make_report(self, r);
    engine = describe_engine(r);
    // 1/1: there is nothing for one to do; 0/0: a scaler that takes any factor.
    if (r->geometry.factor.num > r->geometry.factor.den)
        g_snprintf(network, sizeof(network), "network %d/%d", r->geometry.factor.num,
                   r->geometry.factor.den);
    GST_INFO_OBJECT(self,
                    "%dx%d to %dx%d (%s, %s, %s): %s, %.1f fps, %.2f ms a frame (95 %%: %.2f, "
                    "99 %%: %.2f), qos-mode %s%s, budget %u %%, %" G_GUINT64_FORMAT " dropped",
                    r->geometry.in_width, r->geometry.in_height, r->geometry.out_width,
                    r->geometry.out_height, network, r->format, r->colorimetry, engine, r->fps,
                    r->ms[0], r->ms[1], r->ms[2], mode_nick(r->in_force),
                    r->is_live ? " (live)" : "", r->cpu_budget, r->dropped);
    g_free(engine);
    g_free(r);
}

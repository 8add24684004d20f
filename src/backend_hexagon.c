// SPDX-License-Identifier: BSD-2-Clause
//
// The DSP beside the CPU. A frame of the DSP counts only when its call has
// succeeded, with the right status and in time; in any other case the CPU makes
// the same frame, with the same bytes. The states are those of hexagon_health.h.
#include "src/backend_hexagon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/backend.h"
#include "src/error.h"
#include "src/hexagon_pace.h"
#include "src/mem.h"
#include "src/reuse.h"

#define OPEN_MS 5000
#define OPEN_WAIT_MS 700 // of these, that qsr_open may take
#define CONFIG_MS 2000
#define CLOSE_MS 350 // twice this much at most
#define MAX_REGIONS 64
#define REUSE_COST 30    // 1/1000 of a frame, as on the CPU

typedef struct Region {
    uint8_t *data;
    size_t size;
} Region;

// What a configuration and the measured times depend on.
typedef struct Geometry {
    int width, height;
    QsrFormat in, out;
} Geometry;

typedef struct HexEngine {
    void *cpu;
    QsrLogger logger;
    bool by_name;           // QSR_BACKEND_HEXAGON, not AUTO
    bool must;              // ... and no CPU in its place
    bool no_hurry;
    int open_ms;
    QsrFastRpc rpc;
    QsrHexOptions options;
    QsrHexProgram *program;
    QsrHexSession *session; // while PROBING, READY or BUSY
    QsrHexSession *retired; // the one before, until it has ended
    int64_t deadline;       // of the job under way
    QsrHealth health;
    QsrPace pace;
    Geometry geometry;
    bool refused;           // the DSP cannot do this geometry
    QsrReuse reuse;         // of the frames that would go to the DSP: only as a whole
    Region regions[MAX_REGIONS];
    int n_regions;

    pthread_mutex_t lock;   // of what follows
    QsrBackendStats stats;
    double host_pictures;   // that `reuse` has seen
    bool host_was_last;     // and not the CPU backend
    bool stopped;           // nobody shall wait for the DSP
    QsrHexSession *waiting; // whose job is waited for
} HexEngine;

QsrHexTuning qsr_hex_tuning;

static double median_ms(const QsrPaceTimes *t)
{
    return (double)qsr_pace_median(t) / 1000;
}

// What other threads see.
static void publish(HexEngine *e)
{
    const QsrHealth *h = &e->health;
    const bool usable = h->state == QSR_HEALTH_READY || h->state == QSR_HEALTH_BUSY;
    pthread_mutex_lock(&e->lock);
    QsrBackendStats *s = &e->stats;
    s->backend = usable && e->pace.prefers_dsp && !e->refused ? QSR_BACKEND_HEXAGON
                                                              : QSR_BACKEND_CPU;
    s->state = qsr_health_name(h->state);
    s->timeouts = h->timeouts;
    s->crashes = h->crashes;
    s->bad_replies = h->bad_replies;
    s->resets = h->resets;
    s->last_error = h->last_error;
    s->cpu_ms = median_ms(&e->pace.cpu);
    s->dsp_ms = median_ms(&e->pace.dsp);
    pthread_mutex_unlock(&e->lock);
}

static void count(HexEngine *e, uint64_t *counter)
{
    pthread_mutex_lock(&e->lock);
    ++*counter;
    pthread_mutex_unlock(&e->lock);
}

// ------------------------------------------------------------------ waiting ---

static bool is_stopped(HexEngine *e)
{
    pthread_mutex_lock(&e->lock);
    const bool stopped = e->stopped;
    pthread_mutex_unlock(&e->lock);
    return stopped;
}

static bool wait_for_job(HexEngine *e, int64_t until, QsrHexResult *r)
{
    pthread_mutex_lock(&e->lock);
    e->waiting = e->session;
    if (e->stopped)
        qsr_hex_hurry(e->session);
    pthread_mutex_unlock(&e->lock);
    const bool done = qsr_hex_wait(e->session, until, r);
    pthread_mutex_lock(&e->lock);
    e->waiting = NULL;
    pthread_mutex_unlock(&e->lock);
    return done;
}

static void hex_stop_waiting(void *state)
{
    HexEngine *e = state;
    pthread_mutex_lock(&e->lock);
    e->stopped = true;
    if (e->waiting)
        qsr_hex_hurry(e->waiting);
    pthread_mutex_unlock(&e->lock);
}

// ------------------------------------------------------- opening and losing ---

static void lose(HexEngine *e, const QsrHexResult *r)
{
    const int64_t now = qsr_hex_now();
    qsr_health_failed(&e->health, r->fault, r->code, now);
    switch (e->health.state) {
    case QSR_HEALTH_ABSENT:
        // That AUTO finds none is no news on most machines.
        qsr_log(&e->logger, e->by_name ? QSR_LOG_WARNING : QSR_LOG_INFO,
                "no Hexagon DSP: %s; the CPU does the work", r->what);
        break;
    case QSR_HEALTH_LOST:
        qsr_log(&e->logger, QSR_LOG_WARNING,
                "the Hexagon DSP is lost: %s; the CPU goes on, next try in %d s", r->what,
                (int)((e->health.retry_at - now + 999999) / 1000000));
        break;
    default:
        qsr_log(&e->logger, QSR_LOG_WARNING,
                "the Hexagon DSP is not used any more: %s; the CPU goes on", r->what);
        break;
    }
    if (e->session) {
        qsr_hex_retire(e->session, r->fault == QSR_FAULT_TIMEOUT);
        e->retired = e->session;
        e->session = NULL;
    }
}

static void begin_opening(HexEngine *e)
{
    QsrError err;
    qsr_health_opening(&e->health);
    e->deadline = qsr_hex_now() + (int64_t)e->open_ms * 1000;
    if (qsr_hex_start(&e->session, &e->rpc, e->program, &e->options, &err) < 0) {
        QsrHexResult r;
        qsr_hex_fault(&r, QSR_FAULT_REFUSED, QSR_RPC_NO_MEMORY, "%s", err.message);
        lose(e, &r);
    }
}

static void finish_opening(HexEngine *e, int64_t until)
{
    QsrHexResult r;
    if (!qsr_hex_wait(e->session, until, &r)) {
        if (qsr_hex_now() < e->deadline)
            return;
        qsr_hex_fault(&r, QSR_FAULT_TIMEOUT, 0, "opening it takes more than %d ms", e->open_ms);
    }
    if (!r.ok) {
        lose(e, &r);
        return;
    }
    qsr_health_opened(&e->health);
    qsr_pace_opened(&e->pace);
    e->refused = false;
    e->geometry.width = 0;
    qsr_log(&e->logger, QSR_LOG_INFO, "Hexagon DSP open: %s, %u vector contexts, self-test %.1f ms",
            e->session->skel, (unsigned)e->session->info.hvx_contexts,
            (double)e->session->test_us / 1000);
}

static QsrHexResult too_late(const char *what)
{
    QsrHexResult r;
    qsr_hex_fault(&r, QSR_FAULT_TIMEOUT, QSR_RPC_EXPIRED, "%s was not done in time", what);
    return r;
}

// A frame that nobody waits for.
static void look_after_late_frame(HexEngine *e)
{
    QsrHexResult r;
    if (!qsr_hex_wait(e->session, 0, &r)) {
        if (qsr_hex_now() < e->deadline)
            return;
        r = too_late("a frame");
    }
    if (!r.ok) {
        lose(e, &r);
        return;
    }
    qsr_health_done(&e->health);
    qsr_pace_dsp_took(&e->pace, r.us);
}

// Whatever can be settled without waiting.
static void look_around(HexEngine *e)
{
    if (e->retired && qsr_hex_ended(e->retired, 0))
        qsr_hex_release(&e->retired);
    if (e->health.state == QSR_HEALTH_PROBING)
        finish_opening(e, 0);
    else if (e->health.state == QSR_HEALTH_BUSY)
        look_after_late_frame(e);
    else if (qsr_health_due(&e->health, qsr_hex_now()) && !e->retired)
        begin_opening(e);
}

// ------------------------------------------------------------------- frames ---

static bool in_one_region(const HexEngine *e, const QsrPicture *pic)
{
    for (int k = 0; k < e->n_regions; k++) {
        const Region *region = &e->regions[k];
        bool all = true;
        for (int i = 0; i < qsr_format_planes(pic->format) && all; i++) {
            size_t row;
            int rows;
            qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row, &rows);
            const uint8_t *first = pic->data[i];
            all = first && pic->stride[i] > 0 && pic->stride[i] <= INT32_MAX &&
                  first >= region->data && (size_t)(first - region->data) <= region->size &&
                  (size_t)pic->stride[i] * (size_t)(rows - 1) + row <=
                      region->size - (size_t)(first - region->data);
        }
        if (all)
            return true;
    }
    return false;
}

// Makes the DSP fit the pictures; false if it does not and the CPU has to.
static bool configure(HexEngine *e, const QsrPicture *in, const QsrPicture *out)
{
    const Geometry g = {in->width, in->height, in->format, out->format};
    const Geometry *old = &e->geometry;
    const bool direct = in_one_region(e, in);
    if (g.width != old->width || g.height != old->height || g.in != old->in || g.out != old->out) {
        e->geometry = g;
        e->refused = false;
        qsr_pace_new_geometry(&e->pace);
    }
    if (e->refused)
        return false;
    if (qsr_hex_fits(e->session, in, out, direct))
        return true;

    QsrHexResult r;
    qsr_hex_configure(e->session, in, out, direct);
    if (!wait_for_job(e, qsr_hex_now() + CONFIG_MS * 1000, &r))
        r = too_late("the configuration");
    const int code = qsr_rpc_base_code(r.code);
    if (r.ok) {
        const QsrDspPlan *plan = &e->session->plan;
        qsr_log(&e->logger, QSR_LOG_INFO,
                "%dx%d -> %dx%d on the DSP: %u threads, strips of %u columns, bands of %u rows, "
                "%u KiB%s", in->width, in->height, out->width, out->height, (unsigned)plan->threads,
                (unsigned)plan->strip_width, (unsigned)plan->band_height,
                (unsigned)plan->scratch_bytes / 1024, direct ? ", input in place" : "");
    } else if (code == QSR_RPC_UNSUPPORTED || code == QSR_RPC_NO_MEMORY) {
        // Other pictures may well be possible.
        e->refused = true;
        e->session->in.width = 0;
        qsr_log(&e->logger, e->by_name ? QSR_LOG_WARNING : QSR_LOG_INFO,
                "the Hexagon DSP cannot make %s %dx%d of %s %dx%d: %s; the CPU does",
                qsr_format_name(out->format), out->width, out->height,
                qsr_format_name(in->format), in->width, in->height, r.what);
    } else {
        lose(e, &r);
    }
    return r.ok;
}

static int run_cpu(HexEngine *e, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const int64_t start = qsr_hex_now();
    const int ret = qsr_backend_cpu.process(e->cpu, in, out, err);
    if (ret == 0)
        qsr_pace_cpu_took(&e->pace, qsr_hex_now() - start);
    return ret;
}

static int by_cpu(HexEngine *e, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const int ret = run_cpu(e, in, out, err);
    pthread_mutex_lock(&e->lock);
    e->host_was_last = false;
    pthread_mutex_unlock(&e->lock);
    if (ret == 0)
        count(e, &e->stats.frames_cpu);
    return ret;
}

// A guess from the self-test at how long a frame takes.
static int64_t estimate(const HexEngine *e, const QsrPicture *in)
{
    const QsrDspSelfTest *t = &e->program->test;
    return e->session->test_us * in->width / t->width * in->height / t->height;
}

// Until when the DSP is waited for, where the CPU has made the frame already: a
// stream must not notice that a slow DSP is tried.
static int64_t patience(const HexEngine *e, int64_t start)
{
    const int64_t now = qsr_hex_now();
    if (e->by_name || e->no_hurry || e->session->direct || now + (now - start) > e->deadline)
        return e->deadline;
    return now + (now - start);
}

static int by_dsp(HexEngine *e, const QsrPicture *in, const QsrPicture *out, bool both,
                  QsrError *err)
{
    QsrHexResult r;
    int ret = -1;
    int64_t start = qsr_hex_now(), until;
    e->deadline = start + qsr_pace_deadline(&e->pace, estimate(e, in));
    until = e->deadline;
    qsr_hex_submit(e->session, in);
    qsr_health_submitted(&e->health);
    int64_t copying = qsr_hex_now() - start;
    if (both) {
        ret = run_cpu(e, in, out, err);
        if (ret == 0)
            until = patience(e, start);
    }
    if (!wait_for_job(e, until, &r)) {
        // It may be good for something later: look_after_late_frame.
        if (until < e->deadline || is_stopped(e)) {
            if (ret < 0)
                return by_cpu(e, in, out, err);
            count(e, &e->stats.frames_cpu);
            return 0;
        }
        r = too_late("a frame");
    }
    start = qsr_hex_now();
    if (r.ok && ret < 0)
        qsr_hex_fetch(e->session, out);
    else if (r.ok && !qsr_hex_equals(e->session, out))
        qsr_hex_fault(&r, QSR_FAULT_WRONG_BYTES, 0, "a frame: other bytes than on the CPU");
    copying += qsr_hex_now() - start;
    if (r.ok) {
        qsr_health_done(&e->health);
        qsr_pace_dsp_took(&e->pace, r.us + copying);
        count(e, &e->stats.frames_dsp);
        if (ret == 0)
            count(e, &e->stats.compared);
        return 0;
    }
    lose(e, &r);
    if (ret < 0)
        ret = run_cpu(e, in, out, err);
    if (ret == 0) {
        count(e, &e->stats.frames_cpu);
        count(e, &e->stats.redone);
    }
    return ret;
}

static void prepare_reuse(HexEngine *e, const QsrPicture *in, const QsrPicture *out)
{
    if (!e->reuse.on || qsr_reuse_fits(&e->reuse, in, out))
        return;
    const QsrChangeGrid grid = {
        .width = in->width,
        .height = in->height,
        .strip_width = QSR_ROUND_UP(in->width, QSR_CHANGE_GRID),
        .n_strips = 1,
        .rows = in->height,
        .whole_strips = true,
        .column_align = 1,
        .threads = 1,
    };
    qsr_reuse_prepare(&e->reuse, in, out, &grid, QSR_SCALE(1, 1));
}

// A frame for the DSP, unless it is the last one again.
static int by_dsp_or_copy(HexEngine *e, const QsrPicture *in, const QsrPicture *out, bool both,
                          QsrError *err)
{
    const QsrReuseWork whole = {.compute = NULL};
    prepare_reuse(e, in, out);
    pthread_mutex_lock(&e->lock);
    e->host_pictures++;
    e->host_was_last = true;
    pthread_mutex_unlock(&e->lock);
    if (qsr_reuse_process(&e->reuse, in, out, &whole)) {
        count(e, &e->stats.frames_cpu);
        return 0;
    }
    const int ret = by_dsp(e, in, out, both, err);
    if (ret == 0)
        qsr_reuse_keep(&e->reuse, out);
    return ret;
}

static int hex_process(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    HexEngine *e = state;
    QsrPaceWay way = QSR_PACE_CPU;
    look_around(e);
    if (e->health.state == QSR_HEALTH_READY && !is_stopped(e) && configure(e, in, out))
        way = qsr_pace_next(&e->pace);
    const int ret = way == QSR_PACE_CPU ? by_cpu(e, in, out, err)
                                        : by_dsp_or_copy(e, in, out, way == QSR_PACE_BOTH, err);
    publish(e);
    return ret;
}

static int hex_prepare(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    HexEngine *e = state;
    const int ret = qsr_backend_cpu.prepare(e->cpu, in, out, err);
    if (ret < 0)
        return ret;
    look_around(e);
    if (e->health.state == QSR_HEALTH_READY)
        configure(e, in, out);
    publish(e);
    return 0;
}

// ------------------------------------------------------------ open and close ---

static void hex_close(void *state)
{
    HexEngine *e = state;
    if (!e)
        return;
    if (e->session) {
        qsr_hex_retire(e->session, false);
        e->retired = e->session;
    }
    if (e->retired) {
        // A slow frame may still end well; a kill would hit other engines, too.
        if (!qsr_hex_ended(e->retired, qsr_hex_now() + CLOSE_MS * 1000)) {
            qsr_hex_retire(e->retired, true);
            qsr_hex_ended(e->retired, qsr_hex_now() + CLOSE_MS * 1000);
        }
        qsr_hex_release(&e->retired);
    }
    qsr_hex_program_unref(e->program);
    qsr_fastrpc_unload(&e->rpc);
    qsr_backend_cpu.close(e->cpu);
    qsr_reuse_close(&e->reuse);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

// Looks for a DSP. Less than 0 only if there is no memory.
static int find_dsp(HexEngine *e, QsrModel *model, const QsrSettings *settings, QsrError *why)
{
    int ret = qsr_hex_load(&e->rpc, &e->options, settings, why);
    if (ret < 0) {
        QsrHexResult r;
        qsr_hex_fault(&r, QSR_FAULT_REFUSED, 0, "%s", why->message);
        lose(e, &r);
        return 0;
    }
    ret = qsr_hex_program_new(&e->program, model, why);
    if (ret < 0)
        return ret;
    begin_opening(e);
    const int64_t soon = qsr_hex_now() + OPEN_WAIT_MS * 1000;
    if (e->session && (e->must || e->no_hurry))
        finish_opening(e, e->deadline);
    else if (e->session && e->by_name)
        finish_opening(e, soon < e->deadline ? soon : e->deadline);
    return 0;
}

// Keeps the last warning, for the error of an open that may not fall back.
static void keep_message(void *opaque, QsrLogLevel level, const char *message)
{
    if (level == QSR_LOG_WARNING)
        snprintf(opaque, 240, "%s", message);
}

static int hex_open(void **state, QsrModel *model, const QsrSettings *settings,
                    const QsrLogger *logger, QsrError *err)
{
    const QsrHexTuning *tuning = &qsr_hex_tuning;
    char warning[240] = "";
    HexEngine *e = calloc(1, sizeof(*e));
    if (!e)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the engine");
    pthread_mutex_init(&e->lock, NULL);
    e->by_name = settings->backend == QSR_BACKEND_HEXAGON;
    e->must = e->by_name && settings->hexagon_no_fallback;
    e->open_ms = tuning->open_ms ? tuning->open_ms : OPEN_MS;
    e->no_hurry = tuning->no_hurry;
    qsr_reuse_init(&e->reuse, settings->reuse, REUSE_COST);
    qsr_health_init(&e->health);
    if (tuning->first_wait_ms)
        e->health.first_wait_ms = tuning->first_wait_ms;
    qsr_pace_init(&e->pace, e->by_name, settings->hexagon_verify, settings->hexagon_timeout_ms);

    QsrError why = {.code = 0};
    int ret = qsr_backend_cpu.open(&e->cpu, model, settings, logger, err);
    if (ret == 0) {
        e->logger = e->must ? (QsrLogger){keep_message, warning} : *logger;
        ret = find_dsp(e, model, settings, &why);
        e->logger = *logger;
        if (ret < 0)
            qsr_fail(err, ret, "%s", why.message);
    }
    if (ret == 0 && e->must && e->health.state != QSR_HEALTH_READY) {
        char *end = strstr(warning, "; the CPU");
        if (end)
            *end = 0;
        ret = qsr_fail(err, QSR_ERR_UNSUPPORTED, "%s", warning);
    }
    if (ret < 0) {
        hex_close(e);
        return ret;
    }
    publish(e);
    *state = e;
    return 0;
}

static int hex_thread_count(const void *state)
{
    return qsr_backend_cpu.thread_count(((const HexEngine *)state)->cpu);
}

static void hex_get_stats(const void *state, QsrBackendStats *stats)
{
    HexEngine *e = (HexEngine *)state;
    QsrBackendStats cpu;
    double reused, recent;
    qsr_backend_cpu.get_stats(e->cpu, &cpu);
    qsr_reuse_stats(&e->reuse, &reused, &recent);
    pthread_mutex_lock(&e->lock);
    *stats = e->stats;
    const double host = e->host_pictures, all = host + (double)cpu.frames_cpu;
    stats->reused = all > 0 ? (host * reused + (double)cpu.frames_cpu * cpu.reused) / all : 0;
    stats->reused_recent = e->host_was_last ? recent : cpu.reused_recent;
    pthread_mutex_unlock(&e->lock);
}

static int hex_share(void *state, void *data, size_t size, int fd)
{
    HexEngine *e = state;
    if (!e->rpc.register_buffer || e->n_regions == MAX_REGIONS || size > INT32_MAX ||
        e->health.state != QSR_HEALTH_READY)
        return 0;
    e->rpc.register_buffer(data, (int)size, fd, 0);
    e->regions[e->n_regions++] = (Region){data, size};
    return 1;
}

static void hex_forget(void *state, void *data)
{
    HexEngine *e = state;
    for (int i = 0; i < e->n_regions; i++) {
        if (e->regions[i].data == data) {
            e->rpc.register_buffer(data, (int)e->regions[i].size, -1, 0);
            e->regions[i] = e->regions[--e->n_regions];
            return;
        }
    }
}

const QsrBackend qsr_backend_hexagon = {
    .name = "hexagon",
    .id = QSR_BACKEND_HEXAGON,
    .open = hex_open,
    .prepare = hex_prepare,
    .process = hex_process,
    .thread_count = hex_thread_count,
    .get_stats = hex_get_stats,
    .share = hex_share,
    .forget = hex_forget,
    .stop_waiting = hex_stop_waiting,
    .close = hex_close,
};

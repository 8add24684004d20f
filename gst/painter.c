// SPDX-License-Identifier: BSD-2-Clause

#include "painter.h"

#include "easel.h"
#include "ladder.h"

#define MAX_RUNGS GST_QSR_MAX_RUNGS

struct GstQsrPainter {
    QsrLogFunc log;
    gpointer opaque;
    GstQsrModels *models; // NULL: nothing was set up, or it was closed
    GstQsrEngineSettings settings;
    GstQsrCanvas canvas;
    QsrPicture in, out;    // of the canvas; no pointers in them
    gint n_rungs;
    gint columns;          // of views, in the last frame
    QsrModel *model[MAX_RUNGS]; // of `models`, for the canvas
    gboolean ready;
    GstQsrEasel *easel;

    GMutex lock; // for who writes these, and for other threads that read them
    QsrContext *engine[MAX_RUNGS];
    gint last_rung;       // that made a picture
    QsrBackendStats last; // of engine[0] before it was closed; state NULL: there was none
};

GstQsrPainter *gst_qsr_painter_new(QsrLogFunc log, gpointer opaque)
{
    GstQsrPainter *p = g_new0(GstQsrPainter, 1);

    p->log = log;
    p->opaque = opaque;
    gst_qsr_engine_settings_init(&p->settings);
    p->easel = gst_qsr_easel_new(log, opaque);
    g_mutex_init(&p->lock);
    return p;
}

// Puts an engine (or NULL) in the place of one that may be there.
static void replace_engine(GstQsrPainter *p, gint rung, QsrContext *engine)
{
    QsrContext *former;

    g_mutex_lock(&p->lock);
    former = p->engine[rung];
    if (former && rung == 0)
        qsr_get_stats(former, &p->last);
    p->engine[rung] = engine;
    g_mutex_unlock(&p->lock);
    qsr_close(&former); // may wait for a DSP
}

void gst_qsr_painter_close(GstQsrPainter *p)
{
    for (gint i = 0; i < MAX_RUNGS; i++)
        replace_engine(p, i, NULL);
    gst_qsr_easel_clear(p->easel);
    p->ready = FALSE;
    p->n_rungs = 0;
    g_clear_pointer(&p->models, gst_qsr_models_unref);
}

void gst_qsr_painter_free(GstQsrPainter *p)
{
    if (!p)
        return;
    gst_qsr_painter_close(p);
    gst_qsr_easel_free(p->easel);
    gst_qsr_engine_settings_clear(&p->settings);
    g_mutex_clear(&p->lock);
    g_free(p);
}

// -------------------------------------------------------------------- set up ---

// `log`: what is said of the first rung's engine needs not be said again.
static int open_engine(const GstQsrPainter *p, QsrContext **engine, QsrModel *model,
                       const GstQsrEngineSettings *s, QsrLogFunc log, QsrError *err)
{
    QsrSettings settings;

    gst_qsr_engine_settings_fill(s, &settings);
    settings.log = log;
    settings.log_opaque = p->opaque;
    return qsr_open(engine, model, &settings, err);
}

static gint find_rungs(QsrModel *rungs[MAX_RUNGS], const GstQsrModels *models, QsrScale factor)
{
    gint n = 0;

    for (; models && n < MAX_RUNGS; models = models->cheaper) {
        QsrModel *model = gst_qsr_models_find(models, factor);

        if (model)
            rungs[n++] = model;
    }
    return n;
}

static int no_such_scale(QsrError *err)
{
    err->code = QSR_ERR_INVALID;
    g_strlcpy(err->message, "the model has no such scale", sizeof(err->message));
    return err->code;
}

// What the first frame will most likely ask of the first engine.
static int prepare(QsrContext *engine, const GstQsrCanvas *canvas, QsrError *err)
{
    const GstVideoInterlaceMode mode = GST_VIDEO_INFO_INTERLACE_MODE(&canvas->in_info);
    GstQsrShot shot = {.woven = mode == GST_VIDEO_INTERLACE_MODE_INTERLEAVED, .field = -1};
    GstQsrParts parts;
    QsrPicture in, net;

    if (mode == GST_VIDEO_INTERLACE_MODE_ALTERNATE)
        shot.field = 0;
    gst_qsr_picture_init(&in, &canvas->colour, 1, 1);
    gst_qsr_parts_init(&parts, &canvas->geometry, &shot, in.format);
    net = in;
    in.width = parts.in_width;
    in.height = parts.in_height;
    net.width = parts.net_width;
    net.height = parts.net_height;
    return qsr_prepare(engine, &in, &net, err);
}

static void take_canvas(GstQsrPainter *p, const GstQsrCanvas *canvas)
{
    const GstQsrGeometry *g = &canvas->geometry;

    p->canvas = *canvas;
    gst_qsr_picture_init(&p->in, &canvas->colour, g->in_width, g->in_height);
    gst_qsr_picture_init(&p->out, &canvas->colour, g->out_width, g->out_height);
}

static void take_models(GstQsrPainter *p, GstQsrModels *models)
{
    GstQsrModels *former = p->models;

    if (models != former) {
        p->models = models ? gst_qsr_models_ref(models) : NULL;
        gst_qsr_models_unref(former);
    }
}

int gst_qsr_painter_set_up(GstQsrPainter *p, const GstQsrCanvas *canvas, GstQsrModels *models,
                           const GstQsrEngineSettings *settings, QsrError *err)
{
    const GstQsrCanvas *c = canvas ? canvas : &p->canvas;
    const gboolean plain = c->geometry.factor.num == c->geometry.factor.den &&
                           c->geometry.factor.num > 0;
    gboolean same_engines = gst_qsr_engine_settings_equal(settings, &p->settings);
    QsrModel *rungs[MAX_RUNGS] = {NULL};
    gint n = plain ? 0 : find_rungs(rungs, models, c->geometry.factor);
    QsrContext *first = NULL;
    int ret;

    if (!plain && (n == 0 || rungs[0] != gst_qsr_models_find(models, c->geometry.factor)))
        return no_such_scale(err);
    if (n > 0 && (!same_engines || !p->engine[0] || rungs[0] != p->model[0])) {
        ret = open_engine(p, &first, rungs[0], settings, p->log, err);
        if (ret < 0)
            return ret;
    }
    ret = n > 0 ? prepare(first ? first : p->engine[0], c, err) : 0;
    if (ret < 0) {
        qsr_close(&first);
        return ret;
    }

    // From here on nothing fails.
    for (gint i = 0; i < MAX_RUNGS; i++) {
        if (i == 0 && first)
            replace_engine(p, 0, first);
        else if (p->engine[i] && (!same_engines || rungs[i] != p->model[i]))
            replace_engine(p, i, NULL);
        p->model[i] = rungs[i];
    }
    p->n_rungs = n;
    p->ready = TRUE;
    take_models(p, models);
    if (!same_engines) {
        gst_qsr_engine_settings_clear(&p->settings);
        gst_qsr_engine_settings_copy(&p->settings, settings);
    }
    if (canvas)
        take_canvas(p, canvas);
    if (canvas || !same_engines)
        gst_qsr_easel_set_up(p->easel, &p->canvas.colour, &p->settings);
    return 0;
}

gboolean gst_qsr_painter_is_ready(const GstQsrPainter *p)
{
    return p->ready;
}

gint gst_qsr_painter_n_rungs(const GstQsrPainter *p)
{
    return p->n_rungs;
}

const gchar *gst_qsr_painter_rung_name(const GstQsrPainter *p, gint rung)
{
    return qsr_model_info(p->model[rung])->name;
}

gdouble gst_qsr_painter_rung_work(const GstQsrPainter *p, gint rung)
{
    return gst_qsr_model_work(p->model[rung], p->canvas.geometry.factor);
}

static QsrContext *engine_of(GstQsrPainter *p, gint rung, QsrError *err)
{
    QsrContext *engine;

    if (!p->engine[rung] && open_engine(p, &engine, p->model[rung], &p->settings,
                                        rung == 0 ? p->log : NULL, err) == 0)
        replace_engine(p, rung, engine);
    return p->engine[rung];
}

void gst_qsr_painter_open_rungs(GstQsrPainter *p)
{
    for (gint i = 1; i < p->n_rungs; i++) {
        QsrContext *engine;
        QsrError err;

        engine = engine_of(p, i, &err);
        if (engine)
            prepare(engine, &p->canvas, &err);
    }
}

// --------------------------------------------------------------------- paint ---

int gst_qsr_painter_paint(GstQsrPainter *p, gint rung, const GstQsrLook *look,
                          const GstQsrShot *shot, const GstVideoFrame *in,
                          const GstVideoFrame *out, QsrError *err)
{
    QsrPicture from = p->in, to = p->out;
    QsrContext *engine = NULL;
    GstQsrParts parts;

    if (p->n_rungs > 0) {
        engine = engine_of(p, rung, err);
        if (!engine && rung > 0) // a good frame late is better than none
            engine = engine_of(p, rung = 0, err);
        if (!engine)
            return err->code;
    }
    g_mutex_lock(&p->lock);
    p->last_rung = rung;
    g_mutex_unlock(&p->lock);
    gst_qsr_parts_init(&parts, &p->canvas.geometry, shot, from.format);
    p->columns = parts.columns;
    from.height = parts.in_frame_height;
    to.height = parts.out_frame_height;
    gst_qsr_picture_set_frame(&from, in);
    gst_qsr_picture_set_frame(&to, out);
    return gst_qsr_easel_paint(p->easel, engine, p->model[rung], look, shot, &parts, &from, &to,
                               err);
}

gint gst_qsr_painter_columns(const GstQsrPainter *p)
{
    return p->columns;
}

// --------------------------------------------------------------- for others ---

QsrContext *gst_qsr_painter_engine(GstQsrPainter *p, gint rung)
{
    return p->engine[rung];
}

void gst_qsr_painter_get_stats(GstQsrPainter *p, QsrBackendStats *stats)
{
    g_mutex_lock(&p->lock);
    *stats = p->last;
    if (p->engine[0])
        qsr_get_stats(p->engine[0], stats);
    else if (!stats->state)
        *stats = (QsrBackendStats) {.backend = QSR_BACKEND_AUTO, .state = "off"};
    if (p->last_rung > 0 && p->engine[p->last_rung]) {
        QsrBackendStats shown;

        qsr_get_stats(p->engine[p->last_rung], &shown);
        stats->instruction_set = shown.instruction_set;
        stats->reused = shown.reused;
        stats->reused_recent = shown.reused_recent;
    }
    g_mutex_unlock(&p->lock);
}

void gst_qsr_painter_stop_waiting(GstQsrPainter *p)
{
    g_mutex_lock(&p->lock);
    for (gint i = 0; i < MAX_RUNGS; i++) {
        if (p->engine[i])
            qsr_stop_waiting(p->engine[i]);
    }
    g_mutex_unlock(&p->lock);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "src/backend.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
#include "src/error.h"
#include "src/mem.h"
#include "src/pool.h"
#include "src/reuse.h"
#include "src/strip.h"

_Static_assert(QSR_CHANGE_GRID == QSR_PLAN_GRID, "regions are tasks");

// What the buffers depend on: anything else may change from frame to frame.
typedef struct Geometry {
    int width, height;
    QsrFormat in_format, out_format;
    QsrChromaSite out_site;
} Geometry;

// Comparing and copying a picture, in 1/1000 of what a network costs.
#define REUSE_COST 30

typedef struct CpuEngine {
    QsrStripShared shared;
    QsrLogger logger;
    QsrPool *pool;
    int n_workers;
    int strip_width, band_height; // as asked for in the settings
    Geometry geometry;            // width 0: none yet
    QsrStripScratch *scratch;     // one per worker
    QsrReuse reuse;
    atomic_ullong frames;
} CpuEngine;

static void free_scratch(CpuEngine *e)
{
    for (int i = 0; i < e->n_workers; i++) {
        qsr_free(e->scratch[i].memory);
        e->scratch[i] = (QsrStripScratch){.memory = NULL};
    }
    e->geometry.width = 0;
}

static void cpu_close(void *state)
{
    CpuEngine *e = state;
    if (!e)
        return;
    qsr_pool_free(e->pool);
    qsr_reuse_close(&e->reuse);
    if (e->scratch)
        free_scratch(e);
    free(e->scratch);
    for (int i = 0; i < e->shared.model->n_layers; i++)
        qsr_free(e->shared.weights[i]);
    free(e);
}

static int pack_weights(QsrStripShared *sh, QsrError *err)
{
    const int last = sh->model->n_layers - 1;
    for (int i = 0; i <= last; i++) {
        const QsrPackFn pack = i == 0      ? sh->conv.pack_in
                               : i == last ? sh->conv.pack_out
                                           : sh->conv.pack_body;
        const QsrConvParams *p = &sh->model->layers[i];
        sh->weights[i] = qsr_alloc(pack(NULL, p));
        if (!sh->weights[i])
            return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the packed weights");
        pack(sh->weights[i], p);
    }
    return 0;
}

int qsr_cpu_open(void **state, QsrModel *model, const QsrSettings *settings,
                 const QsrLogger *logger, unsigned cpu_flags, QsrError *err)
{
    CpuEngine *e = calloc(1, sizeof(*e));
    if (!e)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the engine");
    const int wanted = settings->n_threads ? settings->n_threads : qsr_available_processors();
    e->shared.model = model;
    e->logger = *logger;
    e->strip_width = settings->strip_width;
    e->band_height = settings->band_height;
    qsr_reuse_init(&e->reuse, settings->reuse, REUSE_COST);
    qsr_conv_dsp_init(&e->shared.conv, cpu_flags);
    qsr_pixel_dsp_init(&e->shared.pixel, cpu_flags);
    int ret = pack_weights(&e->shared, err);
    if (ret < 0) {
        cpu_close(e);
        return ret;
    }
    e->pool = qsr_pool_new(wanted, settings->nice);
    e->n_workers = e->pool ? qsr_pool_workers(e->pool) : 0;
    e->scratch = calloc((size_t)wanted, sizeof(*e->scratch));
    if (!e->pool || !e->scratch) {
        cpu_close(e);
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for %d threads", wanted);
    }
    if (e->n_workers < wanted)
        qsr_log(logger, QSR_LOG_WARNING, "the system gave %d of %d threads", e->n_workers, wanted);
    qsr_log(logger, QSR_LOG_INFO, "%s %d/%d on the CPU: %s kernels, %d threads",
            model->info.name, model->info.scale.num, model->info.scale.den, e->shared.conv.name,
            e->n_workers);
    *state = e;
    return 0;
}

static int cpu_open(void **state, QsrModel *model, const QsrSettings *settings,
                    const QsrLogger *logger, QsrError *err)
{
    return qsr_cpu_open(state, model, settings, logger, qsr_cpu_get_flags(), err);
}

static bool same_geometry(const Geometry *a, const Geometry *b)
{
    return a->width == b->width && a->height == b->height && a->in_format == b->in_format &&
           a->out_format == b->out_format && a->out_site == b->out_site;
}

// What an output pixel depends on: the network's reach; the cubics' where that is less;
// and, where the output's chroma looks there, the pixel to the left or above: the last
// of a head's step, all of which a change reaches.
static void prepare_reuse(CpuEngine *e, const QsrPicture *in, const QsrPicture *out)
{
    const QsrStripShared *sh = &e->shared;
    const QsrPlan *p = &sh->plan;
    if (!e->reuse.on || qsr_reuse_fits(&e->reuse, in, out))
        return;
    const QsrChangeGrid grid = {
        .width = p->width,
        .height = p->height,
        .strip_width = p->strip_width,
        .n_strips = p->n_strips,
        .rows = p->height,
        .reach = p->halo_right > QSR_CUBIC_REACH ? p->halo_right : QSR_CUBIC_REACH,
        .tail = qsr_writer_halo_left(&sh->writer) || qsr_writer_halo_top(&sh->writer) ? p->step : 0,
        .warm_rows = p->halo_top + p->n_maps,
        .extra_columns = p->halo_left + p->halo_right,
        .column_align = sh->conv.fm.w_align,
        .threads = e->n_workers,
    };
    if (!qsr_reuse_prepare(&e->reuse, in, out, &grid, (QsrScale){p->s, p->step}))
        qsr_log(&e->logger, QSR_LOG_WARNING, "no memory to keep pictures of %dx%d and %dx%d: "
                "nothing is reused", in->width, in->height, out->width, out->height);
}

static int prepare_strips(CpuEngine *e, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    QsrStripShared *sh = &e->shared;
    const Geometry wanted = {in->width, in->height, in->format, out->format, out->site};

    qsr_reader_init(&sh->reader, &sh->pixel, in);
    qsr_writer_init(&sh->writer, &sh->pixel, out, in, sh->model->info.scale);
    if (same_geometry(&wanted, &e->geometry))
        return 0;

    free_scratch(e);
    qsr_plan_init(&sh->plan, &(QsrPlanRequest){
        .model = sh->model,
        .fm = &sh->conv.fm,
        .width = in->width,
        .height = in->height,
        .threads = e->n_workers,
        .cache_bytes = qsr_l2_cache_bytes(),
        .strip_width = e->strip_width,
        .band_height = e->band_height,
        .writer_halo_left = qsr_writer_halo_left(&sh->writer),
        .writer_halo_top = qsr_writer_halo_top(&sh->writer),
        .deep = sh->writer.info->depth > 8,
    });
    const size_t size = qsr_strip_scratch_size(sh);
    for (int i = 0; i < e->n_workers; i++) {
        e->scratch[i].memory = qsr_alloc(size);
        if (!e->scratch[i].memory) {
            free_scratch(e);
            return qsr_fail(err, QSR_ERR_NOMEM, "no memory for ring buffers of %zu bytes", size);
        }
        qsr_strip_layout(sh, &e->scratch[i]);
    }
    e->geometry = wanted;
    qsr_log(&e->logger, QSR_LOG_INFO, "%dx%d -> %dx%d: strips of %d columns, bands of %d rows, "
            "%d tasks, %zu KiB a thread", in->width, in->height, out->width, out->height,
            sh->plan.strip_width, sh->plan.band_height, qsr_plan_tasks(&sh->plan), size / 1024);
    return 0;
}

static int cpu_prepare(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    CpuEngine *e = state;
    const int ret = prepare_strips(e, in, out, err);
    if (ret == 0)
        prepare_reuse(e, in, out);
    return ret;
}

static void run_task(void *arg, int worker, int index)
{
    CpuEngine *e = arg;
    QsrTask task;
    qsr_plan_task(&e->shared.plan, index, &task);
    qsr_strip_run(&e->shared, &e->scratch[worker], &task);
}

static void run_region(void *arg, int worker, const QsrRegion *r)
{
    CpuEngine *e = arg;
    QsrTask task;
    qsr_plan_part(&e->shared.plan, r->x0, r->x1, r->y0, r->y1, &task);
    qsr_strip_run(&e->shared, &e->scratch[worker], &task);
}

static void set_output(void *arg, const QsrPicture *out)
{
    ((CpuEngine *)arg)->shared.writer.pic = *out;
}

static int cpu_process(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    CpuEngine *e = state;
    const int ret = cpu_prepare(e, in, out, err);
    if (ret < 0)
        return ret;
    const QsrReuseWork work = {
        .pool = e->pool,
        .set_output = set_output,
        .compute = run_region,
        .start = e->shared.conv.thread_start,
        .stop = e->shared.conv.thread_stop,
        .arg = e,
    };
    if (!qsr_reuse_process(&e->reuse, in, out, &work))
        qsr_pool_run(e->pool, run_task, e, qsr_plan_tasks(&e->shared.plan), work.start, work.stop);
    atomic_fetch_add_explicit(&e->frames, 1, memory_order_relaxed);
    return 0;
}

static int cpu_thread_count(const void *state)
{
    return ((const CpuEngine *)state)->n_workers;
}

static void cpu_get_stats(const void *state, QsrBackendStats *stats)
{
    CpuEngine *e = (CpuEngine *)state;
    *stats = (QsrBackendStats){
        .backend = QSR_BACKEND_CPU,
        .state = "off",
        .frames_cpu = atomic_load_explicit(&e->frames, memory_order_relaxed),
    };
    qsr_reuse_stats(&e->reuse, &stats->reused, &stats->reused_recent);
}

const QsrBackend qsr_backend_cpu = {
    .name = "cpu",
    .id = QSR_BACKEND_CPU,
    .open = cpu_open,
    .prepare = cpu_prepare,
    .process = cpu_process,
    .thread_count = cpu_thread_count,
    .get_stats = cpu_get_stats,
    .close = cpu_close,
};

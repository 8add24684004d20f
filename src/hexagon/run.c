// SPDX-License-Identifier: BSD-2-Clause
//
// A geometry on the DSP: plan, memory, and the threads of one picture. Threads
// live for one call: making them costs microseconds, and a process that the host
// leaves behind then has none that wait for ever.

#include <string.h>

#include "src/hexagon/pd.h"
#include "src/hexagon/state.h"
#include "src/mem.h"
#include "src/picture.h"

// The unit of all threads together; L2 of v66 and v68.
#define CACHE_BYTES (1024 * 1024)
#define STACK_BYTES (32 * 1024)
#define MAX_PLANE_BYTES (1u << 30)

// -------------------------------------------------------------- geometry ---

static int make_picture(const QsrDspPicture *p, QsrPicture *pic)
{
    if (p->format >= QSR_N_FORMATS)
        return QSR_DSP_UNSUPPORTED;
    *pic = (QsrPicture){
        .format = (QsrFormat)p->format,
        .width = p->width,
        .height = p->height,
        .matrix = (QsrMatrix)p->matrix,
        .range = (QsrRange)p->range,
        .site = (QsrChromaSite)p->site,
    };
    if (qsr_picture_check(pic, "", 0, NULL) < 0)
        return QSR_DSP_BAD_PARAMETER;
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row_bytes, &rows);
        if (p->stride[i] < 0 || (size_t)p->stride[i] < row_bytes ||
            (uint64_t)p->stride[i] * (uint32_t)rows > MAX_PLANE_BYTES)
            return QSR_DSP_BAD_PARAMETER;
        pic->stride[i] = p->stride[i];
    }
    return QSR_DSP_OK;
}

int qsr_dsp_pictures(const QsrModel *model, const QsrDspConfig *config, QsrPicture *in,
                     QsrPicture *out)
{
    const QsrScale scale = model->info.scale;
    int ret = make_picture(&config->in, in);
    if (!ret)
        ret = make_picture(&config->out, out);
    if (!ret && (in->width > QSR_MAX_WIDTH || in->height > QSR_MAX_HEIGHT ||
                 out->width != qsr_scale_size(scale, in->width) ||
                 out->height != qsr_scale_size(scale, in->height)))
        ret = QSR_DSP_BAD_PARAMETER;
    return ret;
}

int qsr_dsp_vector_units(void)
{
    return qurt_hvx_get_units ? qurt_hvx_get_units() >> 8 & 0xff : 0;
}

int qsr_dsp_default_threads(void)
{
    const int units = qsr_dsp_vector_units();
    if (units < 1)
        return 2; // the fewest that any of these processors has
    return units < QSR_DSP_MAX_THREADS ? units : QSR_DSP_MAX_THREADS;
}

// ---------------------------------------------------------------- memory ---

static int allocate(QsrDspRun *run, const QsrDspConfig *config, int threads)
{
    QsrStripShared *sh = &run->shared;
    qsr_plan_init(&sh->plan, &(QsrPlanRequest){
        .model = sh->model,
        .fm = &sh->conv.fm,
        .width = config->in.width,
        .height = config->in.height,
        .threads = threads,
        .cache_bytes = CACHE_BYTES / (size_t)threads,
        .strip_width = (int)config->strip_width,
        .band_height = (int)config->band_height,
        .writer_halo_left = qsr_writer_halo_left(&sh->writer),
        .writer_halo_top = qsr_writer_halo_top(&sh->writer),
        .deep = sh->writer.info->depth > 8,
    });
    const size_t size = qsr_strip_scratch_size(sh);
    run->threads = threads;
    if (threads > 1 && !(run->stacks = qsr_alloc(STACK_BYTES * ((size_t)threads - 1))))
        return QSR_DSP_NO_MEMORY;
    for (int i = 0; i < threads; i++) {
        run->scratch[i].memory = qsr_alloc(size);
        if (!run->scratch[i].memory)
            return QSR_DSP_NO_MEMORY;
        qsr_strip_layout(sh, &run->scratch[i]);
    }
    return QSR_DSP_OK;
}

static void release(QsrDspRun *run)
{
    for (int i = 0; i < QSR_DSP_MAX_THREADS; i++) {
        qsr_free(run->scratch[i].memory);
        run->scratch[i].memory = NULL;
    }
    qsr_free(run->stacks);
    run->stacks = NULL;
    run->threads = 0;
}

int qsr_dsp_run_init(QsrDspRun *run, const QsrDspState *s, const QsrDspConfig *config,
                     const QsrPicture *in, const QsrPicture *out)
{
    memset(run, 0, sizeof(*run));
    if (config->threads > QSR_DSP_MAX_THREADS || config->strip_width > QSR_MAX_WIDTH ||
        config->band_height > QSR_MAX_HEIGHT)
        return QSR_DSP_BAD_PARAMETER;
    int threads = config->threads ? (int)config->threads : qsr_dsp_default_threads();
    if (!qurt_thread_create || !qurt_thread_join)
        threads = 1;
    QsrStripShared *sh = &run->shared;
    sh->model = &s->model;
    sh->conv = s->conv;
    sh->pixel = s->pixel;
    sh->prefetch = qsr_dsp_prefetch;
    memcpy(sh->weights, s->weights, sizeof(sh->weights));
    qsr_reader_init(&sh->reader, &sh->pixel, in);
    qsr_writer_init(&sh->writer, &sh->pixel, out, in, s->model.info.scale);

    int ret = allocate(run, config, threads);
    while (ret == QSR_DSP_NO_MEMORY && threads > 1) {
        release(run);
        threads /= 2;
        ret = allocate(run, config, threads);
    }
    if (ret)
        release(run);
    return ret;
}

void qsr_dsp_run_clear(QsrDspRun *run)
{
    release(run);
}

// --------------------------------------------------------------- threads ---

static void work(void *arg)
{
    QsrDspWorker *w = arg;
    QsrDspRun *run = w->run;
    const QsrConvDSP *conv = &run->shared.conv;
    const int tasks = qsr_plan_tasks(&run->shared.plan);
    const uint32_t before = qsr_emulated_packets ? qsr_emulated_packets() : 0;
#if __HEXAGON_ARCH__ <= 66
    if (qurt_hvx_lock && qurt_hvx_lock(1)) {
        atomic_fetch_add(&run->failed, 1); // what is left is for the other workers
        return;
    }
#endif
    if (conv->thread_start)
        conv->thread_start();
    for (;;) {
        const int index = atomic_fetch_add(&run->next_task, 1);
        if (index >= tasks)
            break;
        QsrTask task;
        qsr_plan_task(&run->shared.plan, index, &task);
        qsr_strip_run(&run->shared, &run->scratch[w->index], &task);
    }
    if (conv->thread_stop)
        conv->thread_stop();
#if __HEXAGON_ARCH__ <= 66
    if (qurt_hvx_lock && qurt_hvx_unlock)
        qurt_hvx_unlock();
#endif
    w->packets = qsr_emulated_packets ? qsr_emulated_packets() - before : 0;
}

static int own_priority(void)
{
    int priority = 0;
    if (qurt_thread_get_id && qurt_thread_get_priority)
        priority = qurt_thread_get_priority(qurt_thread_get_id());
    return priority >= 1 && priority <= 254 ? priority : 100;
}

int qsr_dsp_run(QsrDspRun *run, const QsrPicture *in, const QsrPicture *out, uint64_t *packets)
{
    QsrStripShared *sh = &run->shared;
    uint32_t thread[QSR_DSP_MAX_THREADS];
    int started = 1;

    qsr_reader_init(&sh->reader, &sh->pixel, in);
    qsr_writer_init(&sh->writer, &sh->pixel, out, in, sh->model->info.scale);
    atomic_store(&run->next_task, 0);
    atomic_store(&run->failed, 0);
    for (int i = 0; i < run->threads; i++)
        run->worker[i] = (QsrDspWorker){.run = run, .index = i};
    // Fewer threads than wished for are slower, and nothing else.
    for (; started < run->threads; started++) {
        QsrQurtThreadAttr attr = {
            .name = "qsr",
            .affinity = 255,
            .priority = (uint16_t)own_priority(),
            .bus_priority = 255,
            .timetest_id = 0xfffe,
            .stack_size = STACK_BYTES,
            .stack = run->stacks + STACK_BYTES * ((size_t)started - 1),
        };
        if (qurt_thread_create(&thread[started], &attr, work, &run->worker[started]))
            break;
    }
    work(&run->worker[0]);
    *packets = run->worker[0].packets;
    for (int i = 1; i < started; i++) {
        int status;
        qurt_thread_join(thread[i], &status);
        *packets += run->worker[i].packets;
    }
    return atomic_load(&run->failed) == started ? QSR_DSP_FAILED : QSR_DSP_OK;
}

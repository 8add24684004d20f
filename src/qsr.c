// SPDX-License-Identifier: BSD-2-Clause
#include "qsr.h"

#include <stdlib.h>

#include "kernels/cpu.h"
#include "kernels/dsp.h"
#include "src/backend.h"
#include "src/error.h"
#include "src/picture.h"
#include "src/scaler.h"

#define MAX_THREADS 256
#define MAX_TIMEOUT_MS 60000
#define MAX_ROW_PHASE 4
#define MAX_ROW_PHASE_DEN 65536

struct QsrContext {
    const QsrBackend *backend;
    void *state;
    QsrModel *model;
    const char *instruction_set;
};

const char *qsr_version(void)
{
    return QSR_VERSION;
}

void qsr_settings_default(QsrSettings *settings)
{
    *settings = (QsrSettings){.backend = QSR_BACKEND_AUTO, .sharpness = 0.87f, .row_phase_den = 1};
}

static int check_settings(const QsrSettings *s, QsrError *err)
{
    if (s->n_threads < 0 || s->n_threads > MAX_THREADS)
        return qsr_fail(err, QSR_ERR_INVALID, "%d threads are outside 0..%d", s->n_threads,
                        MAX_THREADS);
    if (s->strip_width < 0 || s->strip_width > QSR_MAX_WIDTH)
        return qsr_fail(err, QSR_ERR_INVALID, "strip width %d is outside 0..%d", s->strip_width,
                        QSR_MAX_WIDTH);
    if (s->band_height < 0 || s->band_height > QSR_MAX_HEIGHT)
        return qsr_fail(err, QSR_ERR_INVALID, "band height %d is outside 0..%d", s->band_height,
                        QSR_MAX_HEIGHT);
    if (s->nice < 0 || s->nice > 19)
        return qsr_fail(err, QSR_ERR_INVALID, "a niceness of %d is outside 0..19", s->nice);
    if (s->reuse != 0 && s->reuse != 1)
        return qsr_fail(err, QSR_ERR_INVALID, "reuse is %d, not 0 or 1", s->reuse);
    if (s->row_phase_den < 1 || s->row_phase_den > MAX_ROW_PHASE_DEN ||
        llabs(s->row_phase_num) > MAX_ROW_PHASE * (long long)s->row_phase_den)
        return qsr_fail(err, QSR_ERR_INVALID, "a row phase of %d/%d is outside -4..4",
                        s->row_phase_num, s->row_phase_den);
    if (s->hexagon_timeout_ms < 0 || s->hexagon_timeout_ms > MAX_TIMEOUT_MS)
        return qsr_fail(err, QSR_ERR_INVALID, "a timeout of %d ms is outside 0..%d",
                        s->hexagon_timeout_ms, MAX_TIMEOUT_MS);
    if (s->hexagon_verify < 0)
        return qsr_fail(err, QSR_ERR_INVALID, "hexagon_verify is %d, less than 0",
                        s->hexagon_verify);
    if (!(s->sharpness >= 0 && s->sharpness <= 1))
        return qsr_fail(err, QSR_ERR_INVALID, "a sharpness of %g is outside 0..1", s->sharpness);
    return 0;
}

static const char *instruction_set(void)
{
    QsrConvDSP conv;
    qsr_conv_dsp_init(&conv, qsr_cpu_get_flags());
    return conv.name;
}

int qsr_open(QsrContext **out, QsrModel *model, const QsrSettings *settings, QsrError *err)
{
    QsrSettings defaults;
    *out = NULL;
    if (!model)
        return qsr_fail(err, QSR_ERR_INVALID, "qsr_open needs a model");
    if (!settings) {
        qsr_settings_default(&defaults);
        settings = &defaults;
    }
    int ret = check_settings(settings, err);
    if (ret < 0)
        return ret;
    QsrError why = {.code = 0};
    const QsrBackend *backend = model->scaler ? &qsr_backend_scaler
                                              : qsr_backend_find(settings->backend, &why);
    if (!backend)
        return qsr_fail(err, why.code, "%s", why.message);

    QsrContext *ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the context");
    ctx->backend = backend;
    ctx->model = qsr_model_ref(model);
    ctx->instruction_set = instruction_set();
    const QsrLogger logger = {settings->log, settings->log_opaque};
    ret = backend->open(&ctx->state, model, settings, &logger, err);
    if (ret < 0) {
        qsr_close(&ctx);
        return ret;
    }
    *out = ctx;
    return 0;
}

static int check_pictures(const QsrContext *ctx, const QsrPicture *in, const QsrPicture *out,
                          int need_data, QsrError *err)
{
    int ret;
    if (!ctx || !in || !out)
        return qsr_fail(err, QSR_ERR_INVALID, "a context and two pictures are needed");
    if ((ret = qsr_picture_check(in, "input", need_data, err)) < 0 ||
        (ret = qsr_picture_check(out, "output", need_data, err)) < 0)
        return ret;
    if (in->width > QSR_MAX_WIDTH || in->height > QSR_MAX_HEIGHT)
        return qsr_fail(err, QSR_ERR_INVALID, "input of %dx%d exceeds %dx%d", in->width,
                        in->height, QSR_MAX_WIDTH, QSR_MAX_HEIGHT);
    const QsrScale scale = ctx->model->info.scale;
    if (scale.num == 0) {
        if (out->width < in->width || out->width > 4 * in->width || out->height < in->height ||
            out->height > 4 * in->height)
            return qsr_fail(err, QSR_ERR_INVALID, "output of %dx%d is not 1 to 4 times %dx%d",
                            out->width, out->height, in->width, in->height);
        return 0;
    }
    const int w = qsr_scale_size(scale, in->width), h = qsr_scale_size(scale, in->height);
    if (out->width != w || out->height != h)
        return qsr_fail(err, QSR_ERR_INVALID, "output is %dx%d, but %dx%d at %d/%d makes %dx%d",
                        out->width, out->height, in->width, in->height, scale.num, scale.den, w,
                        h);
    return 0;
}

int qsr_prepare(QsrContext *ctx, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const int ret = check_pictures(ctx, in, out, 0, err);
    return ret < 0 ? ret : ctx->backend->prepare(ctx->state, in, out, err);
}

int qsr_process(QsrContext *ctx, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const int ret = check_pictures(ctx, in, out, 1, err);
    return ret < 0 ? ret : ctx->backend->process(ctx->state, in, out, err);
}

int qsr_thread_count(const QsrContext *ctx)
{
    return ctx->backend->thread_count(ctx->state);
}

void qsr_get_stats(const QsrContext *ctx, QsrBackendStats *stats)
{
    ctx->backend->get_stats(ctx->state, stats);
    stats->instruction_set = ctx->instruction_set;
}

int qsr_share_memory(QsrContext *ctx, void *data, size_t size, int fd)
{
    return ctx->backend->share ? ctx->backend->share(ctx->state, data, size, fd) : 0;
}

void qsr_forget_memory(QsrContext *ctx, void *data)
{
    if (ctx->backend->forget)
        ctx->backend->forget(ctx->state, data);
}

void qsr_stop_waiting(QsrContext *ctx)
{
    if (ctx->backend->stop_waiting)
        ctx->backend->stop_waiting(ctx->state);
}

void qsr_close(QsrContext **ctx)
{
    if (!ctx || !*ctx)
        return;
    if ((*ctx)->state)
        (*ctx)->backend->close((*ctx)->state);
    qsr_model_unref(&(*ctx)->model);
    free(*ctx);
    *ctx = NULL;
}

int qsr_set_cpu_mask(const char *mask, QsrError *err)
{
    unsigned value;
    if (!mask || !qsr_cpu_parse_mask(mask, &value))
        return qsr_fail(err, QSR_ERR_INVALID,
                        "\"%s\" is not a CPU mask: a number, \"all\", \"c\", or names with commas",
                        mask ? mask : "(null)");
    qsr_cpu_set_mask(value);
    return 0;
}

unsigned qsr_cpu_flags(void)
{
    return qsr_cpu_get_flags();
}

const char *qsr_cpu_name(int bit, int *has_kernels)
{
    if (bit < 0 || bit >= QSR_N_CPU_FLAGS)
        return NULL;
    if (has_kernels)
        *has_kernels = qsr_cpu_flags_built() >> bit & 1;
    return qsr_cpu_flag_names[bit];
}

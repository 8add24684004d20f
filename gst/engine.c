// SPDX-License-Identifier: BSD-2-Clause

#include "engine.h"

void gst_qsr_engine_settings_init(GstQsrEngineSettings *s)
{
    *s = (GstQsrEngineSettings) {.backend = QSR_BACKEND_AUTO, .hexagon_fallback = TRUE};
}

void gst_qsr_engine_settings_copy(GstQsrEngineSettings *to, const GstQsrEngineSettings *from)
{
    *to = *from;
    to->hexagon_library = g_strdup(from->hexagon_library);
    to->hexagon_skel_dir = g_strdup(from->hexagon_skel_dir);
}

gboolean gst_qsr_engine_settings_equal(const GstQsrEngineSettings *a, const GstQsrEngineSettings *b)
{
    return a->backend == b->backend && a->n_threads == b->n_threads &&
           a->niceness == b->niceness && a->reuse == b->reuse &&
           g_strcmp0(a->hexagon_library, b->hexagon_library) == 0 &&
           g_strcmp0(a->hexagon_skel_dir, b->hexagon_skel_dir) == 0 &&
           a->hexagon_timeout_ms == b->hexagon_timeout_ms &&
           a->hexagon_verify == b->hexagon_verify && a->hexagon_fallback == b->hexagon_fallback;
}

void gst_qsr_engine_settings_clear(GstQsrEngineSettings *s)
{
    g_clear_pointer(&s->hexagon_library, g_free);
    g_clear_pointer(&s->hexagon_skel_dir, g_free);
}

void gst_qsr_engine_settings_fill(const GstQsrEngineSettings *s, QsrSettings *settings)
{
    qsr_settings_default(settings);
    settings->backend = (QsrBackendId) s->backend;
    settings->n_threads = (int) s->n_threads;
    settings->nice = (int) s->niceness;
    settings->reuse = s->reuse == 0; // auto
    settings->hexagon_library = s->hexagon_library;
    settings->hexagon_skel_dir = s->hexagon_skel_dir;
    settings->hexagon_timeout_ms = (int) s->hexagon_timeout_ms;
    settings->hexagon_verify = (int) s->hexagon_verify;
}

int gst_qsr_engine_probe(const GstQsrModels *models, const GstQsrEngineSettings *s, QsrError *err)
{
    QsrContext *context = NULL;
    QsrSettings settings;
    int ret;

    if (s->backend != QSR_BACKEND_HEXAGON || s->hexagon_fallback)
        return 0;
    gst_qsr_engine_settings_fill(s, &settings);
    settings.n_threads = 1;
    settings.hexagon_no_fallback = 1;
    ret = qsr_open(&context, models->model[0], &settings, err);
    qsr_close(&context);
    return ret;
}

GstStructure *gst_qsr_engine_stats(const QsrBackendStats *stats)
{
    return gst_structure_new("qsrupscale-stats", //
                             "state", G_TYPE_STRING, stats->state,
                             "frames-cpu", G_TYPE_UINT64, (guint64) stats->frames_cpu,
                             "frames-dsp", G_TYPE_UINT64, (guint64) stats->frames_dsp,
                             "compared", G_TYPE_UINT64, (guint64) stats->compared,
                             "redone", G_TYPE_UINT64, (guint64) stats->redone,
                             "timeouts", G_TYPE_UINT64, (guint64) stats->timeouts,
                             "crashes", G_TYPE_UINT64, (guint64) stats->crashes,
                             "bad-replies", G_TYPE_UINT64, (guint64) stats->bad_replies,
                             "resets", G_TYPE_UINT64, (guint64) stats->resets,
                             "last-error", G_TYPE_UINT, (guint) stats->last_error,
                             "cpu-ms", G_TYPE_DOUBLE, stats->cpu_ms,
                             "dsp-ms", G_TYPE_DOUBLE, stats->dsp_ms,
                             "instruction-set", G_TYPE_STRING,
                             stats->instruction_set ? stats->instruction_set : "none",
                             "reused", G_TYPE_DOUBLE, stats->reused,
                             "reused-recent", G_TYPE_DOUBLE, stats->reused_recent, NULL);
}

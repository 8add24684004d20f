// SPDX-License-Identifier: BSD-2-Clause
//
// The properties that an engine is made from, and its counters as a structure.

#ifndef GST_QSR_ENGINE_H
#define GST_QSR_ENGINE_H

#include "models.h"

G_BEGIN_DECLS

typedef struct GstQsrEngineSettings {
    gint backend; // QsrBackendId
    guint n_threads, niceness;
    gint reuse;   // GstQsrUpscaleReuse
    gchar *hexagon_library, *hexagon_skel_dir; // owned; NULL: the default
    guint hexagon_timeout_ms, hexagon_verify;
    gboolean hexagon_fallback;
} GstQsrEngineSettings;

void gst_qsr_engine_settings_init(GstQsrEngineSettings *s);
void gst_qsr_engine_settings_copy(GstQsrEngineSettings *to, const GstQsrEngineSettings *from);
gboolean gst_qsr_engine_settings_equal(const GstQsrEngineSettings *a, const GstQsrEngineSettings *b);
void gst_qsr_engine_settings_clear(GstQsrEngineSettings *s);

// For the library; the strings stay those of `s`. With the CPU to fall back on: a
// stream that has begun goes on.
void gst_qsr_engine_settings_fill(const GstQsrEngineSettings *s, QsrSettings *settings);

// A DSP that there is no substitute for has to be there: 0, or a sentence why not.
int gst_qsr_engine_probe(const GstQsrModels *models, const GstQsrEngineSettings *s, QsrError *err);

// What a new structure for the property `stats` has in it.
GstStructure *gst_qsr_engine_stats(const QsrBackendStats *stats);

G_END_DECLS

#endif

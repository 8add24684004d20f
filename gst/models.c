// SPDX-License-Identifier: BSD-2-Clause

#include "models.h"

static void add(GstQsrModels *models, QsrScale scale, QsrModel *model)
{
    gint i = models->factors.n++;

    models->factors.scale[i] = scale;
    models->model[i] = model;
}

// As qsr_model_open() tells them apart.
static gboolean is_file(const gchar *name)
{
    return strchr(name, '/') || g_str_has_suffix(name, ".qsr");
}

static gboolean in_family(const gchar *name, QsrScale scale)
{
    if (g_strv_contains((const gchar *const *) qsr_scaler_names(), name))
        return scale.num != scale.den; // 1/1 is no upscaling, whatever the model
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        if (strcmp(b->name, name) == 0 && gst_qsr_scale_equal(b->scale, scale))
            return TRUE;
    }
    return FALSE;
}

GstQsrModels *gst_qsr_models_open(const gchar *name, QsrError *err)
{
    GstQsrModels *models = g_new0(GstQsrModels, 1);
    QsrModel *model;

    models->refs = 1;
    if (is_file(name)) {
        if (qsr_model_open(&model, name, QSR_SCALE_ANY, err) < 0)
            goto failed;
        add(models, qsr_model_info(model)->scale, model);
    } else {
        for (gint i = 0; i < gst_qsr_all_factors.n; i++) {
            QsrScale scale = gst_qsr_all_factors.scale[i];

            if (!in_family(name, scale))
                continue;
            if (qsr_model_open(&model, name, scale, err) < 0)
                goto failed;
            add(models, scale, model);
        }
        // An unknown name: the library has the sentence for it.
        if (models->factors.n == 0) {
            if (qsr_model_open(&model, name, QSR_SCALE(2, 1), err) < 0)
                goto failed;
            add(models, qsr_model_info(model)->scale, model);
        }
    }
    add(models, QSR_SCALE(1, 1), NULL);
    return models;

failed:
    gst_qsr_models_unref(models);
    return NULL;
}

GstQsrModels *gst_qsr_models_ref(GstQsrModels *models)
{
    if (models)
        g_atomic_int_inc(&models->refs);
    return models;
}

void gst_qsr_models_unref(GstQsrModels *models)
{
    if (!models || !g_atomic_int_dec_and_test(&models->refs))
        return;
    gst_qsr_models_unref(models->cheaper);
    for (gint i = 0; i < models->factors.n; i++)
        qsr_model_unref(&models->model[i]);
    g_free(models);
}

QsrModel *gst_qsr_models_find(const GstQsrModels *models, QsrScale scale)
{
    for (gint i = 0; i < models->factors.n; i++) {
        if (gst_qsr_scale_equal(models->factors.scale[i], scale))
            return models->model[i];
    }
    return NULL;
}

static void append_factors(GString *text, const GstQsrFactors *factors)
{
    for (gint i = 0; i < factors->n; i++) {
        g_string_append_printf(text, "%s%g", i == 0 ? "" : i == factors->n - 1 ? " or " : ", ",
                               (gdouble) factors->scale[i].num / factors->scale[i].den);
    }
}

gboolean gst_qsr_models_select(const GstQsrModels *models, const gchar *name, gdouble scale,
                               GstQsrFactors *factors, QsrError *err)
{
    QsrScale s;
    GString *text;

    if (scale == 0) {
        *factors = models->factors;
        return TRUE;
    }
    if (gst_qsr_scale_from_double(&s, scale) && gst_qsr_factors_contain(&models->factors, s)) {
        factors->n = 1;
        factors->scale[0] = s;
        return TRUE;
    }

    text = g_string_new(NULL);
    g_string_printf(text, "scale=%g is not possible with model=%s; use ", scale, name);
    append_factors(text, &models->factors);
    g_string_append(text, ", or 0 to let downstream decide");
    err->code = QSR_ERR_INVALID;
    g_strlcpy(err->message, text->str, sizeof(err->message));
    g_string_free(text, TRUE);
    return FALSE;
}

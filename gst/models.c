// SPDX-License-Identifier: BSD-2-Clause

#include "models.h"

static void add(GstQsrModels *models, QsrScale scale, QsrModel *model)
{
    gint i = models->factors.n++;

    models->factors.scale[i] = scale;
    models->model[i] = model;
}

// As qsr_model_open() tells them apart.
gboolean gst_qsr_models_is_file(const gchar *name)
{
    return strchr(name, '/') || g_str_has_suffix(name, ".qsr");
}

static gboolean is_scaler(const gchar *name)
{
    return g_strv_contains((const gchar *const *) qsr_scaler_names(), name);
}

static gboolean in_family(const gchar *name, QsrScale scale)
{
    if (is_scaler(name))
        return scale.num != scale.den; // 1/1 is no upscaling, whatever the model
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        if (strcmp(b->name, name) == 0 && gst_qsr_scale_equal(b->scale, scale))
            return TRUE;
    }
    return FALSE;
}

static GstQsrModels *open_one(const gchar *name, QsrError *err)
{
    GstQsrModels *models = g_new0(GstQsrModels, 1);
    QsrModel *model;

    models->refs = 1;
    if (gst_qsr_models_is_file(name)) {
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
        if (is_scaler(name) && qsr_model_open(&models->any, name, QSR_SCALE_ANY, err) < 0)
            goto failed;
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

// ------------------------------------------------------------------- cheaper ---

static gboolean is_size(const gchar *word)
{
    static const gchar *const sizes[] = {"tiny", "small", "medium", "large", "xl", NULL};

    if (g_strv_contains(sizes, word))
        return TRUE;
    if (word[0] != 'm' || !word[1])
        return FALSE;
    while (g_ascii_isdigit(*++word)) // "m5": the number of layers
        ;
    return !*word;
}

static gchar *family_of(const gchar *name)
{
    gchar **words = g_strsplit(name, "-", -1);
    GString *family = g_string_new(NULL);

    for (gint i = 0; words[i]; i++) {
        if (!is_size(words[i]))
            g_string_append_printf(family, "%s-", words[i]);
    }
    g_strfreev(words);
    return g_string_free(family, FALSE);
}

gboolean gst_qsr_models_same_family(const gchar *a, const gchar *b)
{
    gchar *fa = family_of(a), *fb = family_of(b);
    gboolean same = strcmp(fa, fb) == 0;

    g_free(fa);
    g_free(fb);
    return same;
}

gdouble gst_qsr_model_work(const QsrModel *model, QsrScale factor)
{
    const QsrModelInfo *info = qsr_model_info(model);
    // QSR_SCALE_ANY: what it usually is; only scalers have it, so their order is right.
    gdouble area = factor.den ? (gdouble) factor.num * factor.num / (factor.den * factor.den) : 4;

    if (strcmp(info->name, "fsr1") == 0)
        return 3000 * area; // docs/element.md has the measurements behind these two
    if (strcmp(info->name, "bicubic") == 0)
        return 600 * area;
    return info->mac_per_pixel;
}

// At a factor that both have; 0: they have none in common, or `a` is no cheaper.
static gdouble cheaper_work(const GstQsrModels *a, const GstQsrModels *than)
{
    for (gint i = 0; i < than->factors.n; i++) {
        QsrScale scale = than->factors.scale[i];
        const QsrModel *model = gst_qsr_models_find(a, scale);

        if (model && than->model[i]) {
            gdouble work = gst_qsr_model_work(model, scale);

            return work < gst_qsr_model_work(than->model[i], scale) ? work : 0;
        }
    }
    return 0;
}

// Opens the models of that name and puts them behind `top`, the more work the
// further to the front.
static void add_cheaper(GstQsrModels *top, const gchar *name)
{
    GstQsrModels *models, **at = &top->cheaper;
    QsrError err;
    gdouble work;

    models = open_one(name, &err);
    if (!models)
        return;
    work = cheaper_work(models, top);
    if (work == 0) {
        gst_qsr_models_unref(models);
        return;
    }
    while (*at && cheaper_work(*at, top) > work)
        at = &(*at)->cheaper;
    models->cheaper = *at;
    *at = models;
}

static void add_family(GstQsrModels *top, const gchar *name)
{
    const gchar *last = "";

    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        if (strcmp(b->name, last) != 0 && strcmp(b->name, name) != 0 &&
            gst_qsr_models_same_family(b->name, name))
            add_cheaper(top, b->name);
        last = b->name;
    }
}

// Whatever they cost: they are what is left when no network fits.
static void add_scalers(GstQsrModels *top, const gchar *name)
{
    static const gchar *const scalers[] = {"fsr1", "bicubic"};
    GstQsrModels **end = &top->cheaper;
    guint first = 0;
    QsrError err;

    for (guint i = 0; i < G_N_ELEMENTS(scalers); i++) {
        if (strcmp(name, scalers[i]) == 0)
            first = i + 1;
    }
    while (*end)
        end = &(*end)->cheaper;
    for (guint i = first; i < G_N_ELEMENTS(scalers); i++) {
        *end = open_one(scalers[i], &err);
        if (*end)
            end = &(*end)->cheaper;
    }
}

GstQsrModels *gst_qsr_models_open(const gchar *name, QsrError *err)
{
    GstQsrModels *models = open_one(name, err);

    if (!models)
        return NULL;
    if (gst_qsr_models_is_file(name))
        add_cheaper(models, "quicksrnet-small");
    else
        add_family(models, name);
    add_scalers(models, name);
    return models;
}

// ----------------------------------------------------------------------- use ---

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
    qsr_model_unref(&models->any);
    g_free(models);
}

QsrModel *gst_qsr_models_find(const GstQsrModels *models, QsrScale scale)
{
    if (scale.num == 0)
        return models->any;
    for (gint i = 0; i < models->factors.n; i++) {
        if (gst_qsr_scale_equal(models->factors.scale[i], scale))
            return models->model[i];
    }
    return NULL;
}

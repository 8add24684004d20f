// SPDX-License-Identifier: BSD-2-Clause

#include "element.h"

#define DEFAULT_SCALE 0.0
#define DEFAULT_MODEL "quicksrnet-small"

enum {
    PROP_0,
    PROP_SCALE,
    PROP_ADD_BORDERS,
    PROP_MODEL,
    PROP_BACKEND,
    PROP_N_THREADS,
    PROP_NICENESS,
    PROP_REUSE,
    PROP_HEXAGON_LIBRARY,
    PROP_HEXAGON_SKEL_DIR,
    PROP_HEXAGON_TIMEOUT_MS,
    PROP_HEXAGON_VERIFY,
    PROP_HEXAGON_FALLBACK,
    PROP_ACTUAL_BACKEND,
};

static void renegotiate(GstQsrUpscale *self)
{
    gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(self));
    gst_base_transform_reconfigure_sink(GST_BASE_TRANSFORM(self));
}

// While stopped any value is taken, and start() says what is wrong with it, so
// that properties may be set in any order. Later a value that is not possible
// changes nothing.
static void set_scale(GstQsrUpscale *self, gdouble scale)
{
    gboolean ok = TRUE, started, changed = FALSE;
    QsrError err;

    g_mutex_lock(&self->setup_lock);
    started = self->models != NULL;
    if (started)
        ok = gst_qsr_sizing_check_scale(scale, &err);
    if (ok) {
        GST_OBJECT_LOCK(self);
        changed = self->scale != scale;
        self->selection += changed;
        self->scale = scale;
        GST_OBJECT_UNLOCK(self);
    }
    g_mutex_unlock(&self->setup_lock);

    if (!ok)
        GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", err.message),
                            ("scale stays as it was"));
    else if (started && changed)
        renegotiate(self);
}

static void set_add_borders(GstQsrUpscale *self, gboolean add_borders)
{
    gboolean changed;

    GST_OBJECT_LOCK(self);
    changed = self->add_borders != add_borders;
    self->add_borders = add_borders;
    self->selection += changed;
    changed = changed && self->models;
    GST_OBJECT_UNLOCK(self);
    if (changed)
        renegotiate(self);
}

static void set_model(GstQsrUpscale *self, const gchar *name)
{
    GstQsrModels *models = NULL, *old = NULL;
    gboolean ok = TRUE, started;
    QsrError err;

    if (!name || !*name)
        name = DEFAULT_MODEL;

    g_mutex_lock(&self->setup_lock);
    // A file may have changed since it was read.
    if (strcmp(name, self->model_name) == 0 && !gst_qsr_models_is_file(name)) {
        g_mutex_unlock(&self->setup_lock);
        return;
    }
    started = self->models != NULL;
    if (started) {
        models = gst_qsr_models_open(name, &err);
        ok = models != NULL;
    }
    if (ok) {
        GST_OBJECT_LOCK(self);
        g_free(self->model_name);
        self->model_name = g_strdup(name);
        if (started) {
            old = self->models;
            self->models = g_steal_pointer(&models);
            self->serial++;
            self->selection++;
        }
        GST_OBJECT_UNLOCK(self);
    }
    g_mutex_unlock(&self->setup_lock);
    gst_qsr_models_unref(models);
    gst_qsr_models_unref(old);

    if (!ok)
        GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", err.message),
                            ("the model stays as it was"));
    else if (started)
        renegotiate(self);
}

static void set_string(gchar **field, const GValue *value)
{
    const gchar *text = g_value_get_string(value);

    g_free(*field);
    *field = text && *text ? g_strdup(text) : NULL;
}

// A property that an engine is made from. The next frame will have a new one.
static void set_engine_property(GstQsrUpscale *self, guint id, const GValue *value)
{
    GstQsrEngineSettings wanted, old;
    gboolean changed;
    QsrError err;
    int ret = 0;

    g_mutex_lock(&self->setup_lock);
    gst_qsr_engine_settings_copy(&wanted, &self->engine);
    switch (id) {
    case PROP_BACKEND:
        wanted.backend = g_value_get_enum(value);
        break;
    case PROP_N_THREADS:
        wanted.n_threads = g_value_get_uint(value);
        break;
    case PROP_NICENESS:
        wanted.niceness = g_value_get_uint(value);
        break;
    case PROP_REUSE:
        wanted.reuse = g_value_get_enum(value);
        break;
    case PROP_HEXAGON_LIBRARY:
        set_string(&wanted.hexagon_library, value);
        break;
    case PROP_HEXAGON_SKEL_DIR:
        set_string(&wanted.hexagon_skel_dir, value);
        break;
    case PROP_HEXAGON_TIMEOUT_MS:
        wanted.hexagon_timeout_ms = g_value_get_uint(value);
        break;
    case PROP_HEXAGON_VERIFY:
        wanted.hexagon_verify = g_value_get_uint(value);
        break;
    default:
        wanted.hexagon_fallback = g_value_get_boolean(value);
        break;
    }
    changed = !gst_qsr_engine_settings_equal(&wanted, &self->engine);
    if (changed && self->models)
        ret = gst_qsr_engine_probe(self->models, &wanted, &err);
    old = wanted;
    if (changed && ret == 0) {
        GST_OBJECT_LOCK(self);
        old = self->engine;
        self->engine = wanted;
        self->serial++;
        GST_OBJECT_UNLOCK(self);
    }
    gst_qsr_engine_settings_clear(&old);
    g_mutex_unlock(&self->setup_lock);

    if (ret < 0)
        GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", err.message),
                            ("the property stays as it was"));
}

static gboolean set_look(GstQsrUpscale *self, guint id, const GValue *value)
{
    gboolean known;

    GST_OBJECT_LOCK(self);
    known = gst_qsr_look_set(&self->look, id, value);
    GST_OBJECT_UNLOCK(self);
    return known;
}

static void gst_qsr_upscale_set_property(GObject *object, guint id, const GValue *value,
                                         GParamSpec *pspec)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(object);

    switch (id) {
    case PROP_SCALE:
        set_scale(self, g_value_get_double(value));
        break;
    case PROP_ADD_BORDERS:
        set_add_borders(self, g_value_get_boolean(value));
        break;
    case PROP_MODEL:
        set_model(self, g_value_get_string(value));
        break;
    case PROP_BACKEND:
    case PROP_N_THREADS:
    case PROP_NICENESS:
    case PROP_REUSE:
    case PROP_HEXAGON_LIBRARY:
    case PROP_HEXAGON_SKEL_DIR:
    case PROP_HEXAGON_TIMEOUT_MS:
    case PROP_HEXAGON_VERIFY:
    case PROP_HEXAGON_FALLBACK:
        set_engine_property(self, id, value);
        break;
    default:
        if (set_look(self, id, value) || gst_qsr_upscale_live_set(self, id, value))
            break;
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        break;
    }
}

static void gst_qsr_upscale_get_property(GObject *object, guint id, GValue *value,
                                         GParamSpec *pspec)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(object);
    QsrBackendStats stats;

    if (gst_qsr_upscale_live_get(self, id, value))
        return;
    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_SCALE:
        g_value_set_double(value, self->scale);
        break;
    case PROP_ADD_BORDERS:
        g_value_set_boolean(value, self->add_borders);
        break;
    case PROP_MODEL:
        g_value_set_string(value, self->model_name);
        break;
    case PROP_BACKEND:
        g_value_set_enum(value, self->engine.backend);
        break;
    case PROP_N_THREADS:
        g_value_set_uint(value, self->engine.n_threads);
        break;
    case PROP_NICENESS:
        g_value_set_uint(value, self->engine.niceness);
        break;
    case PROP_REUSE:
        g_value_set_enum(value, self->engine.reuse);
        break;
    case PROP_HEXAGON_LIBRARY:
        g_value_set_string(value, self->engine.hexagon_library);
        break;
    case PROP_HEXAGON_SKEL_DIR:
        g_value_set_string(value, self->engine.hexagon_skel_dir);
        break;
    case PROP_HEXAGON_TIMEOUT_MS:
        g_value_set_uint(value, self->engine.hexagon_timeout_ms);
        break;
    case PROP_HEXAGON_VERIFY:
        g_value_set_uint(value, self->engine.hexagon_verify);
        break;
    case PROP_HEXAGON_FALLBACK:
        g_value_set_boolean(value, self->engine.hexagon_fallback);
        break;
    case PROP_ACTUAL_BACKEND:
        gst_qsr_painter_get_stats(self->painter, &stats);
        g_value_set_enum(value, (gint) stats.backend);
        break;
    default:
        if (gst_qsr_look_get(&self->look, id, value))
            break;
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        break;
    }
    GST_OBJECT_UNLOCK(self);
}

// ------------------------------------------------------------ declarations ---

static void install_hexagon_properties(GObjectClass *object_class, GParamFlags flags)
{
    const GParamFlags readable = (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

    /**
     * GstQsrUpscale:hexagon-library:
     *
     * The FastRPC library that leads to the DSP; %NULL for libcdsprpc.so, where the
     * linker finds it.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_HEXAGON_LIBRARY,
        g_param_spec_string("hexagon-library", "Hexagon library",
                            "FastRPC library (NULL = libcdsprpc.so)", NULL, flags));
    /**
     * GstQsrUpscale:hexagon-skel-dir:
     *
     * The folder of libqsr_skel_v*.so. It goes in front of the environment's
     * DSP_LIBRARY_PATH; %NULL leaves that as it is.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_HEXAGON_SKEL_DIR,
        g_param_spec_string("hexagon-skel-dir", "Hexagon skels",
                            "Folder of libqsr_skel_v*.so (NULL = DSP_LIBRARY_PATH)", NULL, flags));
    /**
     * GstQsrUpscale:hexagon-timeout-ms:
     *
     * How long the DSP may take for a frame before the CPU makes it; 0 for eight
     * times the median of the last frames, and at least 250.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_HEXAGON_TIMEOUT_MS,
        g_param_spec_uint("hexagon-timeout-ms", "Hexagon timeout",
                          "Milliseconds for a frame on the DSP (0 = from the last frames)", 0,
                          60000, 0, flags));
    /**
     * GstQsrUpscale:hexagon-verify:
     *
     * Every Nth frame of the DSP is made by the CPU as well and compared; 1
     * for all, 0 for the first three and then every 64th.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_HEXAGON_VERIFY,
        g_param_spec_uint("hexagon-verify", "Hexagon verification",
                          "Compare every Nth frame with the CPU's (0 = now and then)", 0,
                          G_MAXINT, 0, flags));
    /**
     * GstQsrUpscale:hexagon-fallback:
     *
     * Whether backend=hexagon does without a DSP where there is none. %FALSE makes
     * that an error, on the way to PAUSED. A DSP that fails later never costs a frame.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_HEXAGON_FALLBACK,
        g_param_spec_boolean("hexagon-fallback", "Hexagon fallback",
                             "The CPU takes over where there is no DSP", TRUE, flags));
    /**
     * GstQsrUpscale:actual-backend:
     *
     * Where the next frame will be made; auto while that is not known.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_ACTUAL_BACKEND,
        g_param_spec_enum("actual-backend", "Actual backend", "Where the next frame will be made",
                          GST_TYPE_QSR_UPSCALE_BACKEND, QSR_BACKEND_AUTO, readable));
}

void gst_qsr_upscale_install_properties(GObjectClass *object_class)
{
    const GParamFlags flags =
        (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

    object_class->set_property = gst_qsr_upscale_set_property;
    object_class->get_property = gst_qsr_upscale_get_property;

    /**
     * GstQsrUpscale:scale:
     *
     * How many times larger the pictures become in both directions, from 1 to 4, if
     * downstream does not ask for another size; the network is one for at least this
     * factor. 0: the first of 2, 1.5, 3, 4 and 1 that downstream has room for, else
     * the size next to twice the input's.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_SCALE,
        g_param_spec_double("scale", "Scale",
                            "Factor from 1 to 4 (0 = downstream caps decide, else 2)", 0, 4,
                            DEFAULT_SCALE, flags));
    /**
     * GstQsrUpscale:add-borders:
     *
     * Whether black borders fill up an output whose display aspect ratio is not the
     * input's. %FALSE stretches the picture instead.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_ADD_BORDERS,
        g_param_spec_boolean("add-borders", "Add borders",
                             "Add black borders where the display aspect ratio would change",
                             TRUE, flags));
    /**
     * GstQsrUpscale:model:
     *
     * The name of a built-in model, or the path of a .qsr file (with a '/' in
     * it, or ending in ".qsr"), which is for one factor only. It is opened when
     * the element goes from READY to PAUSED. May be changed at any time; a model
     * that cannot be opened then posts a warning and changes nothing.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_MODEL,
        g_param_spec_string("model", "Model", "Name of a built-in model, or path of a .qsr file",
                            DEFAULT_MODEL, flags));
    /**
     * GstQsrUpscale:backend:
     *
     * Where the network runs. The pictures are the same everywhere.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_BACKEND,
        g_param_spec_enum("backend", "Backend", "Where the network runs",
                          GST_TYPE_QSR_UPSCALE_BACKEND, QSR_BACKEND_AUTO, flags));
    /**
     * GstQsrUpscale:n-threads:
     *
     * Threads that share the work on a frame, the streaming thread among them;
     * 0 for one on each core that the process may use. The pictures are the
     * same for any number.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_N_THREADS,
        g_param_spec_uint("n-threads", "Threads", "Threads per frame (0 = all allowed cores)", 0,
                          256, 0, flags));
    /**
     * GstQsrUpscale:niceness:
     *
     * The niceness of the threads that do the work, on Linux, so that others on the
     * same cores go first. With 1 or more the streaming thread only waits for them.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_NICENESS,
        g_param_spec_uint("niceness", "Niceness", "Niceness of the threads (Linux)", 0, 19, 0,
                          flags));
    /**
     * GstQsrUpscale:reuse:
     *
     * Whether parts of a picture that did not change since the last one are copied
     * instead of computed again. The pictures are the same.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        object_class, PROP_REUSE,
        g_param_spec_enum("reuse", "Reuse", "Copy what did not change since the last picture",
                          GST_TYPE_QSR_UPSCALE_REUSE, GST_QSR_UPSCALE_REUSE_AUTO, flags));
    install_hexagon_properties(object_class, flags);
    gst_qsr_upscale_live_install(object_class, flags);
    gst_qsr_look_install(object_class, flags);
}

void gst_qsr_upscale_init_properties(GstQsrUpscale *self)
{
    self->scale = DEFAULT_SCALE;
    self->add_borders = TRUE;
    self->model_name = g_strdup(DEFAULT_MODEL);
    gst_qsr_engine_settings_init(&self->engine);
    gst_qsr_look_init(&self->look);
    gst_qsr_upscale_live_init(self);
}

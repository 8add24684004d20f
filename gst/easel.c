// SPDX-License-Identifier: BSD-2-Clause

#include "easel.h"

#include "resize.h"

// Engines of the painter's own, opened when they are first needed.
enum { BICUBIC, RCAS, MOVE_TOP, MOVE_BOTTOM, N_HELPERS };
typedef struct {
    QsrContext *engine;
    gboolean refused; // with these settings
    gfloat sharpness;
    gint num, den;    // of the row phase
} Helper;

// Pictures between two stages, and parts that cannot be painted where they lie.
enum { SLOT_A, SLOT_B, SLOT_C, SLOT_CUBIC, SLOT_UNMOVED, SLOT_IN, SLOT_OUT, N_SLOTS };
typedef struct {
    guint8 *memory;
    gsize size;
} Slot;

struct GstQsrEasel {
    QsrLogFunc log;
    gpointer opaque;
    GstQsrColour colour;
    GstQsrEngineSettings settings;
    Helper helper[N_HELPERS];
    Slot slot[N_SLOTS];
    GstQsrResizer *resizer;
    GstQsrBrush black, white; // empty until they are needed
};

GstQsrEasel *gst_qsr_easel_new(QsrLogFunc log, gpointer opaque)
{
    GstQsrEasel *e = g_new0(GstQsrEasel, 1);

    e->log = log;
    e->opaque = opaque;
    e->resizer = gst_qsr_resizer_new();
    gst_qsr_engine_settings_init(&e->settings);
    return e;
}

void gst_qsr_easel_clear(GstQsrEasel *e)
{
    for (gint i = 0; i < N_HELPERS; i++) {
        qsr_close(&e->helper[i].engine);
        e->helper[i].refused = FALSE;
    }
    for (gint i = 0; i < N_SLOTS; i++) {
        g_free(e->slot[i].memory);
        e->slot[i] = (Slot) {NULL, 0};
    }
    gst_qsr_brush_clear(&e->black);
    gst_qsr_brush_clear(&e->white);
}

void gst_qsr_easel_free(GstQsrEasel *e)
{
    if (!e)
        return;
    gst_qsr_easel_clear(e);
    gst_qsr_resizer_free(e->resizer);
    gst_qsr_engine_settings_clear(&e->settings);
    g_free(e);
}

void gst_qsr_easel_set_up(GstQsrEasel *e, const GstQsrColour *colour,
                          const GstQsrEngineSettings *settings)
{
    gst_qsr_easel_clear(e);
    e->colour = *colour;
    gst_qsr_engine_settings_clear(&e->settings);
    gst_qsr_engine_settings_copy(&e->settings, settings);
    gst_qsr_resizer_set_up(e->resizer, colour, settings->n_threads);
}

// NULL where this machine cannot do it, which is told once; the picture then goes without.
static QsrContext *helper_of(GstQsrEasel *e, gint which, gfloat sharpness, gint num, gint den)
{
    Helper *h = &e->helper[which];
    const gchar *name = which == RCAS ? "rcas" : "bicubic";
    QsrModel *model = NULL;
    QsrSettings settings;
    QsrError err;

    if ((h->engine || h->refused) && h->sharpness == sharpness && h->num == num && h->den == den)
        return h->engine;
    qsr_close(&h->engine);
    gst_qsr_engine_settings_fill(&e->settings, &settings);
    settings.log = e->log;
    settings.log_opaque = e->opaque;
    settings.backend = QSR_BACKEND_CPU;
    settings.sharpness = sharpness;
    settings.row_phase_num = num;
    settings.row_phase_den = den;
    h->sharpness = sharpness;
    h->num = num;
    h->den = den;
    h->refused = qsr_model_open(&model, name, QSR_SCALE_ANY, &err) < 0 ||
                 qsr_open(&h->engine, model, &settings, &err) < 0;
    if (h->refused && e->log)
        e->log(e->opaque, QSR_LOG_WARNING, err.message);
    qsr_model_unref(&model);
    return h->engine;
}

// A picture of the canvas' kind in memory that stays for the next frame.
static int get_slot(GstQsrEasel *e, gint which, gint width, gint height, QsrPicture *pic,
                    QsrError *err)
{
    const gsize align = 64;
    Slot *slot = &e->slot[which];
    gsize at[4], size = align;

    gst_qsr_picture_init(pic, &e->colour, width, height);
    for (gint i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t bytes;
        gint rows;

        qsr_format_plane_size(pic->format, i, width, height, &bytes, &rows);
        pic->stride[i] = (ptrdiff_t) ((bytes + align - 1) / align * align);
        at[i] = size;
        size += (gsize) pic->stride[i] * (gsize) rows;
    }
    if (size > slot->size) {
        g_free(slot->memory);
        slot->memory = g_try_malloc(size);
        slot->size = slot->memory ? size : 0;
    }
    if (!slot->memory) {
        err->code = QSR_ERR_NOMEM;
        g_snprintf(err->message, sizeof(err->message), "no memory for a picture of %dx%d", width,
                   height);
        return err->code;
    }
    for (gint i = 0; i < qsr_format_planes(pic->format); i++)
        pic->data[i] = slot->memory + at[i] - GPOINTER_TO_SIZE(slot->memory) % align;
    return 0;
}

// What is to be done with each part of a frame.
typedef struct {
    gboolean enlarge, cubic; // by the model; by bicubic
    gboolean blend, sharpen, compare, resize;
    guint weight; // of the model's picture, of 256
} Stages;

// any: there is a model. bicubic: it is that one.
static void choose_stages(Stages *s, gboolean any, gboolean bicubic, const GstQsrLook *look,
                          const GstQsrShot *shot, const GstQsrParts *parts)
{
    const gboolean split = look->compare == GST_QSR_UPSCALE_COMPARE_SPLIT;
    const gboolean blink = look->compare == GST_QSR_UPSCALE_COMPARE_BLINK &&
                           GST_CLOCK_TIME_IS_VALID(shot->stream_time) &&
                           shot->stream_time / GST_SECOND % 2;

    memset(s, 0, sizeof(*s));
    s->weight = (guint) (look->strength * 256 + 0.5);
    if (bicubic)
        s->weight = 256;
    if (blink || (split && look->divider >= 1)) { // bicubic alone
        s->enlarge = bicubic;
        s->cubic = any && !bicubic;
    } else {
        s->compare = look->compare == GST_QSR_UPSCALE_COMPARE_SIDE_BY_SIDE ||
                     (split && look->divider > 0);
        s->enlarge = any && s->weight > 0;
        s->cubic = any && !bicubic && (s->weight < 256 || s->compare);
        s->blend = s->enlarge && s->weight < 256;
        s->sharpen = look->sharpness > 0;
    }
    s->resize = parts->resized;
}

// One part of a frame on its way.
typedef struct {
    GstQsrEasel *easel;
    const GstQsrParts *parts;
    const Stages *stages;
    const GstQsrLook *look;
    QsrContext *engine; // of the model, NULL without one
    gint field;
    QsrPicture in, out;
    gint next;          // of three slots: a stage may read two pictures
} Part;

// Where a stage paints that `left` others follow.
static int target(Part *part, gint left, QsrPicture *to, QsrError *err)
{
    if (left == 0) {
        *to = part->out;
        return 0;
    }
    part->next = (part->next + 1) % 3;
    return get_slot(part->easel, SLOT_A + part->next, part->parts->net_width,
                    part->parts->net_height, to, err);
}

// A stage that keeps the size. Without its engine, and where the picture is too large to be
// its input, it is left out.
static int in_place(QsrContext *engine, const QsrPicture *from, const QsrPicture *to, QsrError *err)
{
    if (engine && from->width <= QSR_MAX_WIDTH && from->height <= QSR_MAX_HEIGHT)
        return qsr_process(engine, from, to, err);
    gst_qsr_compose_copy(to, from);
    return 0;
}

// A field by its part of a row.
static int move(Part *part, const QsrPicture *from, const QsrPicture *to, QsrError *err)
{
    const gint num = part->parts->phase_num, den = part->parts->phase_den;
    QsrContext *engine = part->field == 0 ? helper_of(part->easel, MOVE_TOP, 0, num, den)
                                          : helper_of(part->easel, MOVE_BOTTOM, 0, -num, den);

    return in_place(engine, from, to, err);
}

static int enlarge(Part *part, QsrContext *engine, const QsrPicture *to, QsrError *err)
{
    QsrPicture unmoved;
    int ret;

    if (part->parts->phase_num == 0)
        return qsr_process(engine, &part->in, to, err);
    ret = get_slot(part->easel, SLOT_UNMOVED, to->width, to->height, &unmoved, err);
    if (ret == 0)
        ret = qsr_process(engine, &part->in, &unmoved, err);
    return ret < 0 ? ret : move(part, &unmoved, to, err);
}

// What the later stages begin with: the picture and the one to compare it with.
static int make_pictures(Part *part, gint left, QsrPicture *now, QsrPicture *cubic, QsrError *err)
{
    const Stages *s = part->stages;
    const GstQsrParts *parts = part->parts;
    QsrContext *engine;
    int ret = 0;

    *now = part->in;
    if (s->enlarge) {
        ret = target(part, left, now, err);
        if (ret == 0)
            ret = enlarge(part, part->engine, now, err);
    } else if (!s->cubic && parts->phase_num != 0) {
        ret = target(part, left, now, err);
        if (ret == 0)
            ret = move(part, &part->in, now, err);
    }
    *cubic = *now;
    if (ret < 0 || !s->cubic)
        return ret;

    engine = helper_of(part->easel, BICUBIC, 0, 0, 1);
    if (!engine && s->enlarge)
        return 0;
    if (s->enlarge || left > 0)
        ret = get_slot(part->easel, SLOT_CUBIC, parts->net_width, parts->net_height, cubic, err);
    else
        *cubic = part->out;
    if (ret == 0)
        ret = enlarge(part, engine ? engine : part->engine, cubic, err);
    if (!s->enlarge)
        *now = *cubic;
    return ret;
}

static int sharpen(Part *part, const QsrPicture *from, const QsrPicture *to, QsrError *err)
{
    QsrContext *engine = helper_of(part->easel, RCAS, (gfloat) part->look->sharpness, 0, 1);

    return in_place(engine, from, to, err);
}

static void compare(const Part *part, const QsrPicture *cubic, const QsrPicture *result,
                    const QsrPicture *to)
{
    GstQsrEasel *e = part->easel;

    if (!e->white.buffer)
        gst_qsr_brush_init(&e->white, &e->colour, to->width, TRUE);
    if (part->look->compare == GST_QSR_UPSCALE_COMPARE_SPLIT)
        gst_qsr_compose_split(to, cubic, result, (gint) (part->look->divider * to->width + 0.5),
                              &e->white);
    else
        gst_qsr_compose_halves(to, cubic, result, &e->white);
}

static int resize(const Part *part, const QsrPicture *from, const QsrPicture *to, QsrError *err)
{
    const gboolean enlarged = to->width >= part->in.width && to->height >= part->in.height;

    if (from->width == to->width && from->height == to->height) {
        gst_qsr_compose_copy(to, from);
    } else if (!gst_qsr_resizer_run(part->easel->resizer, to, from, enlarged)) {
        err->code = QSR_ERR_UNSUPPORTED;
        g_snprintf(err->message, sizeof(err->message), "GStreamer cannot scale %s",
                   qsr_format_name(from->format));
        return err->code;
    }
    return 0;
}

static int paint_part(Part *part, QsrError *err)
{
    const Stages *s = part->stages;
    const gboolean copied = !s->enlarge && !s->cubic && !s->sharpen && !s->compare &&
                            part->parts->phase_num == 0;
    gint left = s->blend + s->sharpen + s->compare + (s->resize || copied);
    QsrPicture now, cubic, to;
    int ret = make_pictures(part, left, &now, &cubic, err);

    if (ret == 0 && s->blend) {
        ret = target(part, --left, &to, err);
        if (ret == 0)
            gst_qsr_compose_blend(&to, &now, &cubic, s->weight);
        now = to;
    }
    if (ret == 0 && s->sharpen) {
        ret = target(part, --left, &to, err);
        if (ret == 0)
            ret = sharpen(part, &now, &to, err);
        now = to;
    }
    if (ret == 0 && s->compare) {
        ret = target(part, --left, &to, err);
        if (ret == 0)
            compare(part, &cubic, &now, &to);
        now = to;
    }
    if (ret == 0 && (s->resize || copied))
        ret = resize(part, &now, &part->out, err);
    return ret;
}

// Part i of a frame, where it lies or, if its rows are no whole picture, in a copy.
static int paint_in_place(Part *part, const QsrPicture *in, const QsrPicture *out, gint i,
                          QsrError *err)
{
    const GstQsrParts *parts = part->parts;
    const gint parity = i % 2;
    QsrPicture from = gst_qsr_parts_input(parts, in, i), to = gst_qsr_parts_output(parts, out, i);
    gboolean copy_out = to.height != parts->dest_height;
    int ret = 0;

    part->field = gst_qsr_parts_field(parts, i);
    part->in = from;
    part->out = to;
    if (parts->n_fields == 2) {
        if (!gst_qsr_compose_field(&part->in, &from, parity)) {
            ret = get_slot(part->easel, SLOT_IN, parts->in_width, parts->in_height, &part->in, err);
            if (ret == 0)
                gst_qsr_compose_take_field(&part->in, &from, parity);
        }
        copy_out = !gst_qsr_compose_field(&part->out, &to, parity) ||
                   part->out.height != parts->dest_height;
    }
    if (ret == 0 && copy_out)
        ret = get_slot(part->easel, SLOT_OUT, parts->dest_width, parts->dest_height, &part->out,
                       err);
    if (ret == 0)
        ret = paint_part(part, err);
    if (ret == 0 && copy_out && parts->n_fields == 2)
        gst_qsr_compose_put_field(&to, parity, &part->out);
    else if (ret == 0 && copy_out)
        gst_qsr_compose_copy(&to, &part->out);
    return ret;
}

// What the picture leaves free of the output. Before it is painted, because groups of
// pixels at its edge are shared.
static void paint_borders(GstQsrEasel *e, const GstQsrParts *parts, const QsrPicture *out)
{
    const GstVideoRectangle *d = &parts->dest;
    gint group_width, group_height, right, bottom;

    if (d->x == 0 && d->y == 0 && d->w == out->width && d->h == out->height)
        return;
    if (!e->black.buffer)
        gst_qsr_brush_init(&e->black, &e->colour, out->width, FALSE);
    gst_qsr_compose_group(out->format, &group_width, &group_height);
    group_height *= parts->n_fields;
    right = (d->x + d->w) / group_width * group_width;
    bottom = (d->y + d->h) / group_height * group_height;
    const GstVideoRectangle borders[] = {
        {0, 0, out->width, d->y},
        {0, bottom, out->width, out->height - bottom},
        {0, d->y, d->x, bottom - d->y},
        {right, d->y, out->width - right, bottom - d->y},
    };
    for (guint i = 0; i < G_N_ELEMENTS(borders); i++) {
        const GstVideoRectangle *b = &borders[i];

        if (b->w > 0 && b->h > 0) {
            QsrPicture border = gst_qsr_compose_cut(out, b->x, b->y, b->w, b->h);

            gst_qsr_compose_fill(&border, &e->black);
        }
    }
}

int gst_qsr_easel_paint(GstQsrEasel *e, QsrContext *engine, const QsrModel *model,
                        const GstQsrLook *look, const GstQsrShot *shot, const GstQsrParts *parts,
                        const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const gboolean bicubic = engine && strcmp(qsr_model_info(model)->name, "bicubic") == 0;
    const gint n = parts->columns * parts->rows * parts->n_fields;
    Stages stages;
    Part part = {.easel = e, .parts = parts, .stages = &stages, .look = look, .engine = engine};

    choose_stages(&stages, engine != NULL, bicubic, look, shot, parts);
    paint_borders(e, parts, out);
    for (gint i = 0; i < n; i++) {
        int ret = paint_in_place(&part, in, out, i, err);

        if (ret < 0)
            return ret;
    }
    return 0;
}

// SPDX-License-Identifier: BSD-2-Clause

#include "negotiate.h"

#include "colour.h"

static const QsrScale one = {1, 1};

// Memory that the CPU can read. A meta: feature says what travels with the
// samples, not where they are.
static gboolean in_system_memory(const GstCapsFeatures *features)
{
    if (!features)
        return TRUE;
    if (gst_caps_features_is_any(features))
        return FALSE;
    for (guint i = 0; i < gst_caps_features_get_size(features); i++) {
        const gchar *f = gst_caps_features_get_nth(features, i);

        if (strcmp(f, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY) != 0 && !g_str_has_prefix(f, "meta:"))
            return FALSE;
    }
    return TRUE;
}

// Fields of a frame are two pictures half a line apart; a network that sees
// them woven makes combs, and one that sees them apart moves them against each
// other. Restricts a structure to progressive video; FALSE if it is not.
static gboolean restrict_to_progressive(GstStructure *s)
{
    const GValue *mode = gst_structure_get_value(s, "interlace-mode");
    GValue progressive = G_VALUE_INIT;
    gboolean ok = TRUE;

    if (!mode) // means progressive in fixed caps
        return TRUE;
    g_value_init(&progressive, G_TYPE_STRING);
    g_value_set_static_string(&progressive, "progressive");
    ok = gst_value_intersect(NULL, mode, &progressive);
    if (ok)
        gst_structure_set_value(s, "interlace-mode", &progressive);
    g_value_unset(&progressive);
    return ok;
}

static gboolean scale_field(GstStructure *s, const gchar *name, QsrScale scale, gboolean is_up)
{
    const GValue *value = gst_structure_get_value(s, name);
    GValue scaled = G_VALUE_INIT;

    if (!value) // any size
        return TRUE;
    if (!(is_up ? gst_qsr_value_up : gst_qsr_value_down)(&scaled, value, scale))
        return FALSE;
    gst_structure_take_value(s, name, &scaled);
    return TRUE;
}

// A copy of the structure at another size, or NULL.
static GstStructure *scale_structure(const GstStructure *s, const GstCapsFeatures *features,
                                     QsrScale scale, gboolean is_up)
{
    GstStructure *copy = gst_structure_copy(s);

    if (gst_qsr_scale_equal(scale, one))
        return copy;
    if (in_system_memory(features) && restrict_to_progressive(copy) &&
        scale_field(copy, "width", scale, is_up) && scale_field(copy, "height", scale, is_up))
        return copy;
    gst_structure_free(copy);
    return NULL;
}

static GstCaps *caps_of(const GstStructure *s, const GstCapsFeatures *features)
{
    GstCaps *caps = gst_caps_new_empty();

    gst_caps_append_structure_full(caps, gst_structure_copy(s),
                                   features ? gst_caps_features_copy(features) : NULL);
    return caps;
}

static gboolean structure_colour(GstQsrColour *colour, const GstStructure *s,
                                 const GstCapsFeatures *features)
{
    GstCaps *caps = caps_of(s, features);
    gboolean ok = gst_caps_is_fixed(caps) && gst_structure_has_field(s, "format") &&
                  gst_structure_has_field(s, "width") && gst_structure_has_field(s, "height") &&
                  gst_qsr_colour_from_caps(colour, caps);

    gst_caps_unref(caps);
    return ok;
}

GstCaps *gst_qsr_caps_transform(const GstQsrFactors *factors, GstPadDirection direction,
                                GstCaps *caps, GstCaps *filter)
{
    gboolean is_up = direction == GST_PAD_SINK;
    GstCaps *ret = gst_caps_is_any(caps) ? gst_caps_new_any() : gst_caps_new_empty();

    for (guint i = 0; i < gst_caps_get_size(caps); i++) {
        const GstStructure *s = gst_caps_get_structure(caps, i);
        const GstCapsFeatures *features = gst_caps_get_features(caps, i);

        for (gint k = 0; k < factors->n; k++) {
            GstStructure *t = scale_structure(s, features, factors->scale[k], is_up);

            if (!t)
                continue;
            // Expression of a set already there would only slow down every query.
            if (gst_caps_is_subset_structure_full(ret, t, features))
                gst_structure_free(t);
            else
                gst_caps_append_structure_full(ret, t,
                                               features ? gst_caps_features_copy(features) : NULL);
        }
    }

    if (filter) {
        GstCaps *both = gst_caps_intersect_full(filter, ret, GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref(ret);
        ret = both;
    }
    return ret;
}

static void copy_field(GstStructure *to, const GstStructure *from, const gchar *name)
{
    const GValue *value = gst_structure_get_value(from, name);

    if (value)
        gst_structure_set_value(to, name, value);
}

static gboolean has_room(const GstStructure *s, const gchar *name, gint size)
{
    const GValue *value = gst_structure_get_value(s, name);
    GValue fixed = G_VALUE_INIT;
    gboolean ok;

    if (!value)
        return TRUE;
    g_value_init(&fixed, G_TYPE_INT);
    g_value_set_int(&fixed, size);
    ok = gst_value_intersect(NULL, value, &fixed);
    g_value_unset(&fixed);
    return ok;
}

// Whether a structure leaves a field the value it has in `said`, or the nonsense
// that it had in `given` and that `said` corrects.
static gboolean allows(const GstStructure *s, const GstStructure *said, const GstStructure *given,
                       const gchar *name)
{
    const GValue *theirs = gst_structure_get_value(s, name);
    const GValue *ours = gst_structure_get_value(said, name);
    const GValue *old = gst_structure_get_value(given, name);

    return !theirs || !ours || gst_value_intersect(NULL, theirs, ours) ||
           (old && gst_value_intersect(NULL, theirs, old));
}

GstCaps *gst_qsr_caps_fixate(const GstQsrFactors *factors, GstPadDirection direction,
                             const GstCaps *caps, GstCaps *othercaps)
{
    const GstStructure *given = gst_caps_get_structure(caps, 0);
    gboolean is_up = direction == GST_PAD_SINK;
    GstStructure *s = NULL, *said = gst_structure_copy(given);
    GstQsrColour colour;
    gint width, height;

    if (is_up && structure_colour(&colour, given, gst_caps_get_features(caps, 0)))
        gst_qsr_colour_write(&colour, said);

    if (!gst_structure_get_int(given, "width", &width) ||
        !gst_structure_get_int(given, "height", &height)) {
        gst_structure_free(said);
        return gst_caps_fixate(othercaps);
    }

    for (gint k = 0; k < factors->n && !s; k++) {
        QsrScale scale = factors->scale[k];
        gint w = is_up ? gst_qsr_size_up(scale, width) : gst_qsr_size_down(scale, width);
        gint h = is_up ? gst_qsr_size_up(scale, height) : gst_qsr_size_down(scale, height);

        for (guint i = 0; i < gst_caps_get_size(othercaps) && w && h; i++) {
            s = gst_caps_get_structure(othercaps, i);
            if (has_room(s, "width", w) && has_room(s, "height", h) &&
                allows(s, said, given, "colorimetry") && allows(s, said, given, "chroma-site")) {
                GstCaps *chosen = caps_of(s, gst_caps_get_features(othercaps, i));

                gst_caps_unref(othercaps);
                othercaps = chosen;
                s = gst_caps_get_structure(othercaps, 0);
                gst_structure_set(s, "width", G_TYPE_INT, w, "height", G_TYPE_INT, h, NULL);
                break;
            }
            s = NULL;
        }
    }

    if (s) {
        // Fields that only the other side has.
        if (gst_structure_has_field(s, "pixel-aspect-ratio"))
            gst_structure_fixate_field_nearest_fraction(s, "pixel-aspect-ratio", 1, 1);
        if (gst_structure_has_field(s, "interlace-mode"))
            gst_structure_fixate_field_string(s, "interlace-mode", "progressive");
        copy_field(s, said, "colorimetry");
        copy_field(s, said, "chroma-site");
    }
    gst_structure_free(said);
    return gst_caps_fixate(othercaps);
}

gboolean gst_qsr_caps_factor(const GstQsrFactors *factors, gint in_width, gint in_height,
                             gint out_width, gint out_height, QsrScale *scale)
{
    for (gint k = 0; k < factors->n; k++) {
        QsrScale s = factors->scale[k];

        if (gst_qsr_size_up(s, in_width) == out_width &&
            gst_qsr_size_up(s, in_height) == out_height) {
            *scale = s;
            return TRUE;
        }
    }
    return FALSE;
}

// ------------------------------------------------------------- sentences ---

gchar *gst_qsr_caps_only_1x(const GstCaps *caps)
{
    const GstStructure *s = gst_caps_get_structure(caps, 0);
    const GstCapsFeatures *features = gst_caps_get_features(caps, 0);
    const gchar *mode = gst_structure_get_string(s, "interlace-mode");
    gint width = 0, height = 0;

    if (!in_system_memory(features)) {
        gchar *text = gst_caps_features_to_string(features);
        gchar *ret = g_strdup_printf("qsrupscale cannot read %s; put an element that downloads to "
                                     "system memory in front of it", text);
        g_free(text);
        return ret;
    }
    if (mode && strcmp(mode, "progressive") != 0)
        return g_strdup_printf("qsrupscale cannot upscale interlaced video (interlace-mode=%s); "
                               "put deinterlace in front of it", mode);
    gst_structure_get_int(s, "width", &width);
    gst_structure_get_int(s, "height", &height);
    if (width > QSR_MAX_WIDTH || height > QSR_MAX_HEIGHT)
        return g_strdup_printf("a picture of %dx%d is larger than the %dx%d that qsrupscale can "
                               "upscale", width, height, QSR_MAX_WIDTH, QSR_MAX_HEIGHT);
    return NULL;
}

static void append_size(GString *text, const GstStructure *s, const gchar *name)
{
    const GValue *value = gst_structure_get_value(s, name);
    gchar *serialized = value ? gst_value_serialize(value) : g_strdup("any");

    g_string_append(text, serialized);
    g_free(serialized);
}

// "1000x500", "[ 1, 512 ]x[ 1, 512 ]", several joined by "or"; at most three.
static gchar *wanted_sizes(GstCaps *caps)
{
    GPtrArray *seen = g_ptr_array_new_with_free_func(g_free);
    gchar *ret;

    for (guint i = 0; i < gst_caps_get_size(caps) && seen->len < 3; i++) {
        const GstStructure *s = gst_caps_get_structure(caps, i);
        GString *text = g_string_new(NULL);

        append_size(text, s, "width");
        g_string_append_c(text, 'x');
        append_size(text, s, "height");
        if (g_ptr_array_find_with_equal_func(seen, text->str, g_str_equal, NULL))
            g_string_free(text, TRUE);
        else
            g_ptr_array_add(seen, g_string_free(text, FALSE));
    }
    g_ptr_array_add(seen, NULL);
    ret = g_strjoinv(" or ", (gchar **) seen->pdata);
    g_ptr_array_unref(seen);
    return ret;
}

// "1440x810, 1920x1080 or 960x540"; NULL if there is none.
static gchar *possible_sizes(const GstQsrFactors *factors, gint width, gint height)
{
    GString *text = g_string_new(NULL);
    gint sizes[GST_QSR_MAX_FACTORS][2], n = 0;

    for (gint k = 0; k < factors->n; k++) {
        gint w = gst_qsr_size_up(factors->scale[k], width);
        gint h = gst_qsr_size_up(factors->scale[k], height);
        gint i = 0;

        while (i < n && (sizes[i][0] != w || sizes[i][1] != h))
            i++;
        if (w && h && i == n) {
            sizes[n][0] = w;
            sizes[n++][1] = h;
        }
    }
    for (gint i = 0; i < n; i++)
        g_string_append_printf(text, "%s%dx%d", i == 0 ? "" : i == n - 1 ? " or " : ", ",
                               sizes[i][0], sizes[i][1]);
    return g_string_free(text, n == 0);
}

// The caps without the named fields, at any size.
static GstCaps *without_size(GstCaps *caps)
{
    GstCaps *ret = gst_caps_copy(caps);

    for (guint i = 0; i < gst_caps_get_size(ret); i++)
        gst_structure_remove_fields(gst_caps_get_structure(ret, i), "width", "height", NULL);
    return gst_caps_simplify(ret);
}

gchar *gst_qsr_caps_explain(const GstQsrFactors *factors, GstCaps *in, GstCaps *peer)
{
    const GstStructure *s = gst_caps_get_structure(in, 0);
    GstCaps *can = gst_qsr_caps_transform(factors, GST_PAD_SINK, in, NULL);
    gchar *ret = NULL, *only_1x = gst_qsr_caps_only_1x(in);
    GstQsrColour colour;
    gint width = 0, height = 0;

    gst_structure_get_int(s, "width", &width);
    gst_structure_get_int(s, "height", &height);
    if (structure_colour(&colour, s, gst_caps_get_features(in, 0))) {
        for (guint i = 0; i < gst_caps_get_size(can); i++)
            gst_qsr_colour_write(&colour, gst_caps_get_structure(can, i));
    }

    if (gst_caps_is_empty(can)) {
        ret = only_1x ? g_steal_pointer(&only_1x)
                      : g_strdup_printf("a picture of %dx%d cannot be upscaled", width, height);
    } else if (peer && !gst_caps_can_intersect(can, peer)) {
        GstCaps *any_size = without_size(can);
        GstCaps *wanted = gst_caps_intersect_full(peer, any_size, GST_CAPS_INTERSECT_FIRST);

        if (only_1x) {
            ret = g_steal_pointer(&only_1x);
        } else if (!gst_caps_is_empty(wanted)) {
            gchar *want = wanted_sizes(wanted);
            gchar *possible = possible_sizes(factors, width, height);

            ret = g_strdup_printf("downstream wants %s, but qsrupscale can make %s of %dx%d", want,
                                  possible, width, height);
            g_free(want);
            g_free(possible);
        } else {
            gchar *have = gst_caps_to_string(any_size);
            gchar *want = gst_caps_to_string(peer);

            ret = g_strdup_printf("downstream does not take what comes in: qsrupscale changes the "
                                  "size alone and makes %.300s, downstream wants %.300s; put "
                                  "videoconvert behind it", have, want);
            g_free(have);
            g_free(want);
        }
        gst_caps_unref(wanted);
        gst_caps_unref(any_size);
    }

    g_free(only_1x);
    gst_caps_unref(can);
    return ret;
}

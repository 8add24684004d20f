// SPDX-License-Identifier: BSD-2-Clause

#include "negotiate.h"

#include "colour.h"

// Memory that the CPU can read. A meta: feature says what travels with the samples,
// format:Interlaced how they are divided into buffers, not where they are.
static gboolean in_system_memory(const GstCapsFeatures *features)
{
    if (!features)
        return TRUE;
    if (gst_caps_features_is_any(features))
        return FALSE;
    for (guint i = 0; i < gst_caps_features_get_size(features); i++) {
        const gchar *f = gst_caps_features_get_nth(features, i);

        if (strcmp(f, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY) != 0 &&
            strcmp(f, GST_CAPS_FEATURE_FORMAT_INTERLACED) != 0 && !g_str_has_prefix(f, "meta:"))
            return FALSE;
    }
    return TRUE;
}

// Narrows a field down to some strings. FALSE: none of them is allowed.
static gboolean restrict_to(GstStructure *s, const gchar *name, const gchar *const *strings)
{
    const GValue *value = gst_structure_get_value(s, name);
    GValue wanted = G_VALUE_INIT, both = G_VALUE_INIT;
    gboolean ok;

    g_value_init(&wanted, GST_TYPE_LIST);
    for (; *strings; strings++) {
        GValue item = G_VALUE_INIT;

        g_value_init(&item, G_TYPE_STRING);
        g_value_set_static_string(&item, *strings);
        gst_value_list_append_and_take_value(&wanted, &item);
    }
    ok = gst_value_intersect(&both, value, &wanted);
    if (ok)
        gst_structure_take_value(s, name, &both);
    g_value_unset(&wanted);
    return ok;
}

// Narrows a height down to even numbers.
static gboolean restrict_to_even(GstStructure *s)
{
    const GValue *value = gst_structure_get_value(s, "height");
    GValue even = G_VALUE_INIT, both = G_VALUE_INIT;
    gboolean ok;

    g_value_init(&even, GST_TYPE_INT_RANGE);
    gst_value_set_int_range_step(&even, 2, G_MAXINT - 1, 2);
    if (!value) {
        gst_structure_take_value(s, "height", &even);
        return TRUE;
    }
    ok = gst_value_intersect(&both, value, &even);
    if (ok)
        gst_structure_take_value(s, "height", &both);
    g_value_unset(&even);
    return ok;
}

// Some of what a structure allows.
typedef struct {
    GstStructure *s;
    gboolean interlaced;
} Part;

static const gchar *const progressive_modes[] = {"progressive", NULL};
static const gchar *const interlaced_modes[] = {"interleaved", "mixed", "alternate", NULL};
// More than one picture in a frame, in a way that mixes their pixels, is not here.
static const gchar *const view_modes[] = {"mono", "left", "right", "side-by-side", "top-bottom",
                                          "frame-by-frame", "multiview-frame-by-frame", NULL};

// What of a structure can be scaled: progressive video, and interlaced video with two
// whole fields. Returns how many parts that is; their structures are the caller's.
static gint scalable_parts(Part parts[2], const GstStructure *s, const GstCapsFeatures *features)
{
    gboolean in_fields =
        features && gst_caps_features_contains(features, GST_CAPS_FEATURE_FORMAT_INTERLACED);
    gint n = 0;

    if (!in_system_memory(features))
        return 0;
    for (gint interlaced = 0; interlaced < 2; interlaced++) {
        GstStructure *part = gst_structure_copy(s);
        gboolean ok = TRUE;

        if (gst_structure_has_field(part, "multiview-mode"))
            ok = restrict_to(part, "multiview-mode", view_modes);
        if (!gst_structure_has_field(part, "interlace-mode")) // fixed caps mean progressive
            ok = ok && interlaced == in_fields;
        else
            ok = ok && restrict_to(part, "interlace-mode",
                                   interlaced ? interlaced_modes : progressive_modes);
        if (ok && (!interlaced || restrict_to_even(part)))
            parts[n++] = (Part) {part, interlaced};
        else
            gst_structure_free(part);
    }
    return n;
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

static gboolean scale_part(Part *part, QsrScale scale, gboolean is_up)
{
    gint lines;

    if (!scale_field(part->s, "width", scale, is_up))
        return FALSE;
    if (part->interlaced && gst_structure_get_int(part->s, "height", &lines)) {
        lines = (is_up ? gst_qsr_lines_up : gst_qsr_lines_down)(scale, lines, TRUE);
        gst_structure_set(part->s, "height", G_TYPE_INT, lines, NULL);
        return lines > 0;
    }
    return scale_field(part->s, "height", scale, is_up) &&
           (!part->interlaced || restrict_to_even(part->s));
}

GstCaps *gst_qsr_caps_of(const GstStructure *s, const GstCapsFeatures *features)
{
    GstCaps *caps = gst_caps_new_empty();

    gst_caps_append_structure_full(caps, gst_structure_copy(s),
                                   features ? gst_caps_features_copy(features) : NULL);
    return caps;
}

// Takes the structure. What is in the caps already would only slow down every query.
static void append(GstCaps *caps, GstStructure *s, const GstCapsFeatures *features)
{
    if (gst_caps_is_subset_structure_full(caps, s, features))
        gst_structure_free(s);
    else
        gst_caps_append_structure_full(caps, s,
                                       features ? gst_caps_features_copy(features) : NULL);
}

void gst_qsr_sizing_preferred(const GstQsrSizing *sizing, GstQsrFactors *factors)
{
    if (sizing->wish.num)
        *factors = (GstQsrFactors) {1, {sizing->wish}};
    else
        *factors = sizing->factors;
}

static void append_preferred(GstCaps *caps, const GstQsrSizing *sizing, const GstStructure *s,
                             const GstCapsFeatures *features, gboolean is_up)
{
    GstQsrFactors preferred;
    Part parts[2];
    gint n = scalable_parts(parts, s, features);

    gst_qsr_sizing_preferred(sizing, &preferred);
    for (gint i = 0; i < n; i++) {
        for (gint k = 0; k < preferred.n; k++) {
            Part scaled = {gst_structure_copy(parts[i].s), parts[i].interlaced};

            if (scale_part(&scaled, preferred.scale[k], is_up))
                append(caps, scaled.s, features);
            else
                gst_structure_free(scaled.s);
        }
        gst_structure_free(parts[i].s);
    }
}

static void append_any_size(GstCaps *caps, const GstStructure *s, const GstCapsFeatures *features)
{
    Part parts[2];
    gint n = scalable_parts(parts, s, features);

    for (gint i = 0; i < n; i++) {
        GstStructure *any = parts[i].s;

        gst_structure_set(any, "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height",
                          GST_TYPE_INT_RANGE, 1, G_MAXINT, NULL);
        if (parts[i].interlaced)
            restrict_to_even(any);
        if (gst_structure_has_field(any, "pixel-aspect-ratio"))
            gst_structure_set(any, "pixel-aspect-ratio", GST_TYPE_FRACTION_RANGE, 1, G_MAXINT,
                              G_MAXINT, 1, NULL);
        append(caps, any, features);
    }
}

static gboolean has_system_memory(const GstCaps *caps)
{
    for (guint i = 0; caps && i < gst_caps_get_size(caps); i++) {
        if (in_system_memory(gst_caps_get_features(caps, i)))
            return TRUE;
    }
    return FALSE;
}

GstCaps *gst_qsr_caps_transform(const GstQsrSizing *sizing, GstPadDirection direction,
                                GstCaps *caps, GstCaps *filter)
{
    gboolean is_up = direction == GST_PAD_SINK;
    // An upstream that asks with a choice shall not choose what cannot be upscaled.
    gboolean wants_more = sizing->wish.num > sizing->wish.den ||
                          (!is_up && has_system_memory(caps) && has_system_memory(filter));
    GstCaps *ret = gst_caps_is_any(caps) ? gst_caps_new_any() : gst_caps_new_empty();

    for (gint pass = 0; pass < 3; pass++) {
        for (guint i = 0; i < gst_caps_get_size(caps); i++) {
            const GstStructure *s = gst_caps_get_structure(caps, i);
            const GstCapsFeatures *features = gst_caps_get_features(caps, i);

            if (pass == 0)
                append_preferred(ret, sizing, s, features, is_up);
            else if (pass == 1)
                append_any_size(ret, s, features);
            else if (in_system_memory(features) || !wants_more)
                append(ret, gst_structure_copy(s), features);
        }
    }

    if (filter) {
        GstCaps *both = gst_caps_intersect_full(filter, ret, GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref(ret);
        ret = both;
    }
    return ret;
}

// ------------------------------------------------------------- sentences ---

static gboolean contains(const gchar *const *strings, const gchar *string)
{
    return !string || g_strv_contains(strings, string);
}

gchar *gst_qsr_caps_only_1x(const GstCaps *caps)
{
    const GstStructure *s = gst_caps_get_structure(caps, 0);
    const GstCapsFeatures *features = gst_caps_get_features(caps, 0);
    const gchar *mode = gst_structure_get_string(s, "interlace-mode");
    const gchar *views = gst_structure_get_string(s, "multiview-mode");
    gint height = 0;

    if (!in_system_memory(features)) {
        gchar *text = gst_caps_features_to_string(features);
        gchar *ret = g_strdup_printf("qsrupscale cannot read %s; put an element that downloads to "
                                     "system memory in front of it", text);
        g_free(text);
        return ret;
    }
    if (!contains(view_modes, views))
        return g_strdup_printf("qsrupscale cannot scale pictures of several views that are mixed "
                               "(multiview-mode=%s)", views);
    if (contains(progressive_modes, mode))
        return NULL;
    if (!contains(interlaced_modes, mode))
        return g_strdup_printf("qsrupscale cannot scale interlaced video in this form "
                               "(interlace-mode=%s); put deinterlace in front of it", mode);
    gst_structure_get_int(s, "height", &height);
    if (height % 2 != 0)
        return g_strdup_printf("qsrupscale cannot scale interlaced video with an odd number of "
                               "lines (%d); put deinterlace in front of it", height);
    return NULL;
}

static gboolean is_interlaced(const GstCaps *caps)
{
    const gchar *mode =
        gst_structure_get_string(gst_caps_get_structure(caps, 0), "interlace-mode");

    return mode && !contains(progressive_modes, mode);
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

static GstCaps *at_any_size(GstCaps *caps)
{
    GstCaps *ret = gst_caps_copy(caps);

    for (guint i = 0; i < gst_caps_get_size(ret); i++)
        gst_structure_remove_fields(gst_caps_get_structure(ret, i), "width", "height",
                                    "pixel-aspect-ratio", NULL);
    return gst_caps_simplify(ret);
}

// What fixed caps leave unsaid about the samples is said in what is made of them.
static void say_what_is_meant(GstCaps *made, GstCaps *in)
{
    const GstStructure *s = gst_caps_get_structure(in, 0);
    GstQsrColour colour;

    if (!gst_caps_is_fixed(in) || !gst_qsr_colour_from_caps(&colour, in))
        return;
    for (guint i = 0; i < gst_caps_get_size(made); i++) {
        GstStructure *t = gst_caps_get_structure(made, i);

        gst_qsr_colour_write(&colour, t);
        if (!gst_structure_has_field(s, "interlace-mode"))
            gst_structure_set(t, "interlace-mode", G_TYPE_STRING, "progressive", NULL);
    }
}

gchar *gst_qsr_caps_explain(const GstQsrSizing *sizing, GstCaps *in, GstCaps *peer)
{
    GstCaps *can = gst_qsr_caps_transform(sizing, GST_PAD_SINK, in, NULL);
    gchar *ret = NULL, *only_1x = gst_qsr_caps_only_1x(in);

    say_what_is_meant(can, in);
    if (gst_caps_is_empty(can)) {
        ret = g_steal_pointer(&only_1x);
    } else if (peer && !gst_caps_can_intersect(can, peer)) {
        GstCaps *any_size = at_any_size(can);
        GstCaps *wanted = gst_caps_intersect_full(peer, any_size, GST_CAPS_INTERSECT_FIRST);

        if (only_1x) {
            ret = g_steal_pointer(&only_1x);
        } else if (!gst_caps_is_empty(wanted)) {
            gchar *want = wanted_sizes(wanted);

            ret = g_strdup_printf("downstream wants %s, which is no size for a picture%s", want,
                                  is_interlaced(in) ? " of two fields" : "");
            g_free(want);
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

// SPDX-License-Identifier: BSD-2-Clause
//
// One size, and one pixel aspect ratio, out of many.

#include "colour.h"
#include "negotiate.h"

// Where caps leave it open, pictures do not become wider than this on account of an
// extreme aspect ratio.
#define SIZE_LIMIT (4 * MIN(QSR_MAX_WIDTH, QSR_MAX_HEIGHT))

// What is known about the side that is fixed.
typedef struct {
    const GstStructure *given;
    GstStructure *said; // the same, with what it leaves unsaid
    gint width, height;
    gboolean interlaced;
    GstQsrRatio par, dar; // dar: width / height on the display
} Known;

typedef struct {
    gint width, height;
    GstQsrRatio par;
} Choice;

// ---------------------------------------------------------------- one field ---

static gboolean allows_ratio(const GstStructure *s, GstQsrRatio par)
{
    const GValue *value = gst_structure_get_value(s, "pixel-aspect-ratio");
    GValue fixed = G_VALUE_INIT;
    gint num, den;
    gboolean ok;

    gst_qsr_ratio_to_fraction(par, &num, &den);
    if (!gst_qsr_ratio_equal(par, gst_qsr_ratio((guint64) num, (guint64) den)))
        return FALSE; // no caps can say it
    if (!value)
        return TRUE;
    g_value_init(&fixed, GST_TYPE_FRACTION);
    gst_value_set_fraction(&fixed, num, den);
    ok = gst_value_intersect(NULL, value, &fixed);
    g_value_unset(&fixed);
    return ok;
}

static GstQsrRatio nearest_ratio(const GstStructure *s, GstQsrRatio par)
{
    GstStructure *copy = gst_structure_copy(s);
    gint num, den;

    gst_qsr_ratio_to_fraction(par, &num, &den);
    if (gst_structure_has_field(copy, "pixel-aspect-ratio")) {
        gst_structure_fixate_field_nearest_fraction(copy, "pixel-aspect-ratio", num, den);
        gst_structure_get_fraction(copy, "pixel-aspect-ratio", &num, &den);
    }
    gst_structure_free(copy);
    return gst_qsr_ratio((guint64) MAX(num, 0), (guint64) MAX(den, 0));
}

// Whether a structure leaves a field the value it has in `said`, or the nonsense
// that it had in `given` and that `said` corrects.
static gboolean allows(const GstStructure *s, const Known *known, const gchar *name)
{
    const GValue *theirs = gst_structure_get_value(s, name);
    const GValue *ours = gst_structure_get_value(known->said, name);
    const GValue *old = gst_structure_get_value(known->given, name);

    return !theirs || !ours || gst_value_intersect(NULL, theirs, ours) ||
           (old && gst_value_intersect(NULL, theirs, old));
}

// ------------------------------------------------------------------ the size ---

static const GValue *field(const GstStructure *s, const gchar *name)
{
    return gst_structure_get_value(s, name);
}

// Whether a field allows a size, or one next to it that nobody could tell from it (where
// sizes come in twos); that one, or 0.
static gint near(const GValue *value, gint size)
{
    gint found = size <= SIZE_LIMIT ? gst_qsr_value_nearest(value, size) : 0;

    return found == size || (found >= 50 && ABS(found - size) <= 1) ? found : 0;
}

// With pixels of that shape: the nearest to `target` (and not larger, if possible)
// that has the display aspect ratio.
static gboolean fit(const GstStructure *s, const Known *known, const Choice *target,
                    GstQsrRatio par, Choice *choice)
{
    const GValue *widths = field(s, "width"), *heights = field(s, "height");
    GstQsrRatio shape = gst_qsr_ratio_times(known->dar, gst_qsr_ratio_inverse(par));
    GstQsrRatio across = gst_qsr_ratio_inverse(shape);
    gint w = MIN(target->width, gst_qsr_ratio_of(shape, target->height));
    gint h = MIN(target->height, gst_qsr_ratio_of(across, target->width));
    gint first;

    choice->par = par;
    choice->height = gst_qsr_value_nearest(heights, h);
    choice->width = near(widths, gst_qsr_ratio_of(shape, choice->height));
    if (choice->height && choice->width)
        return TRUE;
    choice->width = gst_qsr_value_nearest(widths, w);
    choice->height = near(heights, gst_qsr_ratio_of(across, choice->width));
    if (choice->width && choice->height)
        return TRUE;
    // Sizes in steps: a pair of them that is not much smaller.
    first = MIN(h, gst_qsr_ratio_of(across, gst_qsr_value_nearest(widths, w)));
    for (gint y = gst_qsr_value_at_most(heights, first), n = 0; n < 1000 && y > first / 2; n++) {
        choice->height = y;
        choice->width = gst_qsr_ratio_of(shape, y);
        if (gst_qsr_value_has(widths, choice->width))
            return TRUE;
        y = gst_qsr_value_at_most(heights, y - 1);
    }
    return FALSE;
}

// How far from the display aspect ratio, as a factor of 1 or more.
static gdouble distortion(const Known *known, const Choice *c)
{
    gdouble is = (gdouble) c->width * (gdouble) c->par.num / c->height / (gdouble) c->par.den;
    gdouble should = (gdouble) known->dar.num / (gdouble) known->dar.den;

    return is > should ? is / should : should / is;
}

// The size and shape of pixels in a structure for a target that is no exact one.
// TRUE: the display aspect ratio is kept.
static gboolean choose(const GstStructure *s, const Known *known, const Choice *target,
                       Choice *choice)
{
    const GstQsrRatio square = {1, 1};
    Choice nearest, other;

    // No new shape of pixels where that can be helped, or else square ones.
    if (allows_ratio(s, known->par) && fit(s, known, target, known->par, choice))
        return TRUE;
    if (allows_ratio(s, square) && fit(s, known, target, square, choice))
        return TRUE;

    nearest.width = gst_qsr_value_nearest(field(s, "width"), target->width);
    nearest.height = gst_qsr_value_nearest(field(s, "height"), target->height);
    if (!nearest.width || !nearest.height)
        return FALSE;
    nearest.par = gst_qsr_ratio_times(
        known->dar, gst_qsr_ratio((guint64) nearest.height, (guint64) nearest.width));
    if (allows_ratio(s, nearest.par)) {
        *choice = nearest;
        return TRUE;
    }
    nearest.par = nearest_ratio(s, nearest.par);
    if (fit(s, known, target, nearest.par, choice))
        return TRUE;
    // It cannot be kept: the better one of two sizes that are near it.
    *choice = other = nearest;
    other.width = gst_qsr_value_nearest(
        field(s, "width"),
        gst_qsr_ratio_of(gst_qsr_ratio_times(known->dar, gst_qsr_ratio_inverse(nearest.par)),
                         nearest.height));
    if (other.width && other.width <= SIZE_LIMIT &&
        distortion(known, &other) < distortion(known, &nearest))
        *choice = other;
    return FALSE;
}

// ----------------------------------------------------------------- the caps ---

static gint size_by(QsrScale scale, gint size, gboolean is_up)
{
    GstQsrRatio ratio = gst_qsr_ratio((guint64) scale.num, (guint64) scale.den);

    return gst_qsr_ratio_of(is_up ? ratio : gst_qsr_ratio_inverse(ratio), size);
}

static gboolean has_room(const GstStructure *s, const Choice *c)
{
    return gst_qsr_value_has(field(s, "width"), c->width) &&
           gst_qsr_value_has(field(s, "height"), c->height) && allows_ratio(s, c->par);
}

static gboolean is_possible(const GstStructure *s, const Known *known)
{
    return allows(s, known, "colorimetry") && allows(s, known, "chroma-site") &&
           allows(s, known, "interlace-mode");
}

// Index of the structure, -1: none.
static gint choose_exact(const GstQsrSizing *sizing, const Known *known, const GstCaps *othercaps,
                         gboolean is_up, Choice *choice)
{
    GstQsrFactors preferred;

    gst_qsr_sizing_preferred(sizing, &preferred);
    choice->par = known->par;
    for (gint k = 0; k < preferred.n; k++) {
        QsrScale f = preferred.scale[k];

        choice->width = (is_up ? gst_qsr_size_up : gst_qsr_size_down)(f, known->width);
        choice->height =
            (is_up ? gst_qsr_lines_up : gst_qsr_lines_down)(f, known->height, known->interlaced);
        if (f.num == f.den)
            choice->height = known->height; // passed on, with any number of lines
        for (guint i = 0; i < gst_caps_get_size(othercaps); i++) {
            const GstStructure *s = gst_caps_get_structure(othercaps, i);

            if (is_possible(s, known) && has_room(s, choice))
                return (gint) i;
        }
    }
    return -1;
}

static gint choose_any(const GstQsrSizing *sizing, const Known *known, const GstCaps *othercaps,
                       gboolean is_up, Choice *choice)
{
    QsrScale f = sizing->wish.num ? sizing->wish : sizing->factors.scale[0];
    Choice target = {size_by(f, known->width, is_up), size_by(f, known->height, is_up),
                     known->par};
    gint found = -1;

    for (guint i = 0; i < gst_caps_get_size(othercaps); i++) {
        const GstStructure *s = gst_caps_get_structure(othercaps, i);
        Choice c = {0, 0, {1, 1}};
        gboolean kept = is_possible(s, known) && choose(s, known, &target, &c);

        if (kept || (found < 0 && c.width)) {
            *choice = c;
            found = (gint) i;
        }
        if (kept)
            break;
    }
    return found;
}

static void look_at(Known *known, const GstCaps *caps, gboolean is_up)
{
    const GstStructure *s = gst_caps_get_structure(caps, 0);
    gint num = 1, den = 1;
    const gchar *mode;
    GstQsrColour colour;

    known->given = s;
    known->said = gst_structure_copy(s);
    if (!gst_structure_has_field(s, "interlace-mode"))
        gst_structure_set(known->said, "interlace-mode", G_TYPE_STRING, "progressive", NULL);
    mode = gst_structure_get_string(known->said, "interlace-mode");
    known->interlaced = mode && strcmp(mode, "progressive") != 0;
    if (is_up && gst_caps_is_fixed(caps) && gst_structure_has_field(s, "format") &&
        gst_qsr_colour_from_caps(&colour, caps))
        gst_qsr_colour_write(&colour, known->said);
    gst_structure_get_fraction(s, "pixel-aspect-ratio", &num, &den);
    known->par = gst_qsr_ratio((guint64) MAX(num, 0), (guint64) MAX(den, 0));
    known->dar = gst_qsr_ratio_times(
        gst_qsr_ratio((guint64) known->width, (guint64) known->height), known->par);
}

static void write_choice(GstStructure *s, const Known *known, const Choice *choice)
{
    static const gchar *const names[] = {"colorimetry", "chroma-site"};
    gint num, den;

    gst_structure_set(s, "width", G_TYPE_INT, choice->width, "height", G_TYPE_INT, choice->height,
                      NULL);
    gst_qsr_ratio_to_fraction(choice->par, &num, &den);
    if (gst_structure_has_field(s, "pixel-aspect-ratio") || num != den)
        gst_structure_set(s, "pixel-aspect-ratio", GST_TYPE_FRACTION, num, den, NULL);
    // A field that only the other side has.
    if (gst_structure_has_field(s, "interlace-mode"))
        gst_structure_fixate_field_string(
            s, "interlace-mode", gst_structure_get_string(known->said, "interlace-mode"));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const GValue *value = gst_structure_get_value(known->said, names[i]);

        if (value)
            gst_structure_set_value(s, names[i], value);
    }
}

GstCaps *gst_qsr_caps_fixate(const GstQsrSizing *sizing, GstPadDirection direction,
                             const GstCaps *caps, GstCaps *othercaps)
{
    const GstStructure *given = gst_caps_get_structure(caps, 0);
    gboolean is_up = direction == GST_PAD_SINK;
    Known known;
    Choice choice;
    gint i;

    if (!gst_structure_get_int(given, "width", &known.width) ||
        !gst_structure_get_int(given, "height", &known.height) || known.width < 1 ||
        known.height < 1)
        return gst_caps_fixate(othercaps);

    look_at(&known, caps, is_up);
    i = choose_exact(sizing, &known, othercaps, is_up, &choice);
    if (i < 0)
        i = choose_any(sizing, &known, othercaps, is_up, &choice);
    if (i >= 0) {
        GstCaps *chosen = gst_qsr_caps_of(gst_caps_get_structure(othercaps, (guint) i),
                                          gst_caps_get_features(othercaps, (guint) i));

        gst_caps_unref(othercaps);
        othercaps = chosen;
        write_choice(gst_caps_get_structure(othercaps, 0), &known, &choice);
    }
    gst_structure_free(known.said);
    return gst_caps_fixate(othercaps);
}

// SPDX-License-Identifier: BSD-2-Clause

#include "look.h"

#include <gst/video/navigation.h>

enum { PROP_COMPARE = 100, PROP_DIVIDER, PROP_STRENGTH, PROP_SHARPNESS };

static const GstQsrLook neutral = {GST_QSR_UPSCALE_COMPARE_OFF, 0.5, 1.0, 0.0};

GType gst_qsr_upscale_compare_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_QSR_UPSCALE_COMPARE_OFF, "The result alone", "off"},
        {GST_QSR_UPSCALE_COMPARE_SPLIT, "Bicubic left of the divider, the result right of it",
         "split"},
        {GST_QSR_UPSCALE_COMPARE_SIDE_BY_SIDE,
         "The middle of the picture twice, bicubic on the left", "side-by-side"},
        {GST_QSR_UPSCALE_COMPARE_BLINK, "The result and bicubic in turns, a second each",
         "blink"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstQsrUpscaleCompare", values));
    return type;
}

void gst_qsr_look_init(GstQsrLook *look)
{
    *look = neutral;
}

gboolean gst_qsr_look_set(GstQsrLook *look, guint id, const GValue *value)
{
    switch (id) {
    case PROP_COMPARE:
        look->compare = (GstQsrUpscaleCompare) g_value_get_enum(value);
        return TRUE;
    case PROP_DIVIDER:
        look->divider = g_value_get_double(value);
        return TRUE;
    case PROP_STRENGTH:
        look->strength = g_value_get_double(value);
        return TRUE;
    case PROP_SHARPNESS:
        look->sharpness = g_value_get_double(value);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean gst_qsr_look_get(const GstQsrLook *look, guint id, GValue *value)
{
    switch (id) {
    case PROP_COMPARE:
        g_value_set_enum(value, (gint) look->compare);
        return TRUE;
    case PROP_DIVIDER:
        g_value_set_double(value, look->divider);
        return TRUE;
    case PROP_STRENGTH:
        g_value_set_double(value, look->strength);
        return TRUE;
    case PROP_SHARPNESS:
        g_value_set_double(value, look->sharpness);
        return TRUE;
    default:
        return FALSE;
    }
}

void gst_qsr_look_install(GObjectClass *klass, GParamFlags flags)
{
    gst_type_mark_as_plugin_api(GST_TYPE_QSR_UPSCALE_COMPARE, (GstPluginAPIFlags) 0);

    /**
     * GstQsrUpscale:compare:
     *
     * Shows what a plain bicubic enlargement would have made, beside the result.
     * Costs that enlargement, and nothing while off. May be changed at any time.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_COMPARE,
        g_param_spec_enum("compare", "Compare", "How bicubic is shown beside the result",
                          GST_TYPE_QSR_UPSCALE_COMPARE, neutral.compare, flags));
    /**
     * GstQsrUpscale:divider:
     *
     * Where compare=split divides the picture, from 0 (left edge: the result alone) to
     * 1 (bicubic alone). A mouse dragged over the picture with the left button moves
     * it, with notification. May be changed at any time.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_DIVIDER,
        g_param_spec_double("divider", "Divider", "Where compare=split divides (0 = left edge)",
                            0, 1, neutral.divider, flags));
    /**
     * GstQsrUpscale:strength:
     *
     * How much of the result is the model's: 1 all of it, 0 none (bicubic), and between
     * them a mixture, in steps of a 256th. May be changed at any time.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_STRENGTH,
        g_param_spec_double("strength", "Strength", "Share of the model (0 = bicubic, 1 = all)",
                            0, 1, neutral.strength, flags));
    /**
     * GstQsrUpscale:sharpness:
     *
     * Sharpens the enlarged picture by FSR's RCAS, from 0 (not at all) to 1 (as much as
     * it can without halos). May be changed at any time.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_SHARPNESS,
        g_param_spec_double("sharpness", "Sharpness", "Sharpening of the result (0 = none)", 0,
                            1, neutral.sharpness, flags));
}

gboolean gst_qsr_look_navigate(GstQsrLook *look, gint *dragging, GstEvent *event,
                               const GstQsrGeometry *g, gint columns)
{
    gdouble x, y;
    gint button;

    if (look->compare != GST_QSR_UPSCALE_COMPARE_SPLIT) {
        *dragging = 0;
        return FALSE;
    }
    columns = MAX(columns, 1);
    switch (gst_navigation_event_get_type(event)) {
    case GST_NAVIGATION_EVENT_MOUSE_BUTTON_PRESS:
        if (gst_navigation_event_parse_mouse_button_event(event, &button, &x, &y) && button == 1)
            *dragging = (x - g->dest.x) * columns < g->dest.w ? 1 : columns;
        return FALSE;
    case GST_NAVIGATION_EVENT_MOUSE_BUTTON_RELEASE:
        if (gst_navigation_event_parse_mouse_button_event(event, &button, &x, &y) && button == 1)
            *dragging = 0;
        return FALSE;
    case GST_NAVIGATION_EVENT_MOUSE_MOVE:
        if (*dragging == 0 || g->dest.w < 1 ||
            !gst_navigation_event_parse_mouse_move_event(event, &x, &y))
            return FALSE;
        x = (x - g->dest.x) * columns / g->dest.w - (MIN(*dragging, columns) - 1);
        x = CLAMP(x, 0, 1);
        if (x == look->divider)
            return FALSE;
        look->divider = x;
        return TRUE;
    default:
        return FALSE;
    }
}

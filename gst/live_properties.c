// SPDX-License-Identifier: BSD-2-Clause

#include "element.h"

enum { PROP_QOS_MODE = 200, PROP_CPU_BUDGET, PROP_STATS };

GType gst_qsr_upscale_qos_mode_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_QSR_UPSCALE_QOS_MODE_AUTO, "Degrade in a live pipeline, drop in others", "auto"},
        {GST_QSR_UPSCALE_QOS_MODE_OFF, "Every frame by the chosen model, however late", "off"},
        {GST_QSR_UPSCALE_QOS_MODE_DROP, "Leave out what would come too late (with qos=true)",
         "drop"},
        {GST_QSR_UPSCALE_QOS_MODE_DEGRADE, "Every frame, by a cheaper model where time is short",
         "degrade"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstQsrUpscaleQosMode", values));
    return type;
}

void gst_qsr_upscale_live_install(GObjectClass *klass, GParamFlags flags)
{
    /**
     * GstQsrUpscale:qos-mode:
     *
     * What is done when there is not enough time for every frame.
     *
     * drop leaves frames out before they are upscaled, as downstream's QoS events say
     * (and only with #GstBaseTransform:qos, as every video filter). degrade leaves none
     * out: it goes down a ladder from the chosen model to smaller ones of its family,
     * then fsr1, then bicubic, and up again when there is room. Each step posts an
     * element message "qsrupscale-rung". auto is degrade where upstream says in its
     * answer to a latency query that it is live, else drop.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_QOS_MODE,
        g_param_spec_enum("qos-mode", "QoS mode", "What is done when there is not enough time",
                          GST_TYPE_QSR_UPSCALE_QOS_MODE, GST_QSR_UPSCALE_QOS_MODE_AUTO, flags));
    /**
     * GstQsrUpscale:cpu-budget:
     *
     * With qos-mode degrade: the percentage of the time from one frame to the next that
     * the element may take for a frame, so that something is left for others on the same
     * cores. It goes down the ladder from nine tenths of that on.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_CPU_BUDGET,
        g_param_spec_uint("cpu-budget", "CPU budget",
                          "Percentage of the time between frames to use (qos-mode degrade)", 1,
                          100, 100, flags));
    /**
     * GstQsrUpscale:stats:
     *
     * What the element does and how fast it is: frames, frames per second,
     * milliseconds, the rung of the ladder, instruction set, threads, sizes, counters
     * of the DSP. docs/element.md has the list.
     *
     * Since: 0.1
     */
    g_object_class_install_property(
        klass, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics", "Speed, rung of the ladder, counters",
                           GST_TYPE_STRUCTURE,
                           (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
    gst_type_mark_as_plugin_api(GST_TYPE_QSR_UPSCALE_QOS_MODE, (GstPluginAPIFlags) 0);
}

gboolean gst_qsr_upscale_live_set(GstQsrUpscale *self, guint id, const GValue *value)
{
    switch (id) {
    case PROP_QOS_MODE:
        gst_qsr_upscale_live_set_mode(self, (GstQsrUpscaleQosMode) g_value_get_enum(value));
        return TRUE;
    case PROP_CPU_BUDGET:
        GST_OBJECT_LOCK(self);
        self->live.cpu_budget = g_value_get_uint(value);
        GST_OBJECT_UNLOCK(self);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean gst_qsr_upscale_live_get(GstQsrUpscale *self, guint id, GValue *value)
{
    switch (id) {
    case PROP_QOS_MODE:
    case PROP_CPU_BUDGET:
        GST_OBJECT_LOCK(self);
        if (id == PROP_QOS_MODE)
            g_value_set_enum(value, self->live.mode);
        else
            g_value_set_uint(value, self->live.cpu_budget);
        GST_OBJECT_UNLOCK(self);
        return TRUE;
    case PROP_STATS:
        g_value_take_boxed(value, gst_qsr_upscale_live_stats(self));
        return TRUE;
    default:
        return FALSE;
    }
}

// SPDX-License-Identifier: BSD-2-Clause

/**
 * SECTION:element-qsrupscale
 * @title: qsrupscale
 * @short_description: upscales video with a small neural network
 * @see_also: videoscale
 *
 * qsrupscale makes video up to 4 times larger in both directions, with a QuickSRNet
 * quantised to 8 bits that runs on the CPU. What comes out depends on the pictures
 * and the model alone, not on the machine or the number of threads.
 *
 * The size comes from #GstQsrUpscale:scale, or from what downstream asks for in its
 * caps: any size, brought about by the network with the next larger factor of 1.5, 2,
 * 3 and 4, and by GStreamer's scaler. The display aspect ratio is kept, by borders if
 * need be (#GstQsrUpscale:add-borders). The format and the meaning of the samples stay
 * as they are; pictures that need no scaling are passed on untouched.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/in.mp4 ! qsrupscale scale=2 ! autovideosink
 * ]|
 * Twice the size, into a window.
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! qsrupscale ! video/x-raw,height=720 ! autovideosink
 * ]|
 * Downstream decides, here for 720 lines of a camera with 480 or 360.
 * |[
 * gst-launch-1.0 -e ximagesrc use-damage=false ! videoconvert ! qsrupscale @preset=live ! x264enc tune=zerolatency ! matroskamux ! filesink location=/tmp/screen.mkv
 * ]|
 * Where the time does not suffice, cheaper models make the frames, and bicubic at last; no
 * frame is left out (#GstQsrUpscale:qos-mode).
 * |[
 * GST_DEBUG=qsrupscale:4 gst-launch-1.0 videotestsrc is-live=true num-buffers=300 ! video/x-raw,width=1280,height=720 ! qsrupscale cpu-budget=30 ! fakesink sync=true
 * ]|
 * Shows each step of the ladder, and after 60 frames how fast it is.
 *
 * Since: 0.1
 */

#include "element.h"

GST_DEBUG_CATEGORY(gst_qsr_upscale_debug);
GST_DEBUG_CATEGORY(gst_qsr_performance_debug);

// What lies in system memory, in frames or in fields, also with subtitles to be blended
// later. Memory that the CPU cannot read can still be passed on at 1x.
#define OVERLAY_COMPOSITION GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION
#define CAPS \
    GST_VIDEO_CAPS_MAKE(GST_QSR_FORMATS) ";" \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES(GST_CAPS_FEATURE_FORMAT_INTERLACED, GST_QSR_FORMATS) \
    ", interlace-mode = (string) alternate;" \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES(OVERLAY_COMPOSITION, GST_QSR_FORMATS) ";" \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES("ANY", GST_QSR_FORMATS)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));

#define gst_qsr_upscale_parent_class parent_class
G_DEFINE_FINAL_TYPE_WITH_CODE(GstQsrUpscale, gst_qsr_upscale, GST_TYPE_VIDEO_FILTER,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, NULL))
GST_ELEMENT_REGISTER_DEFINE(qsrupscale, "qsrupscale", GST_RANK_NONE, GST_TYPE_QSR_UPSCALE)

GstBaseTransformClass *gst_qsr_upscale_parent(void)
{
    return GST_BASE_TRANSFORM_CLASS(parent_class);
}

GType gst_qsr_upscale_backend_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_QSR_UPSCALE_BACKEND_AUTO, "The fastest that works on this machine", "auto"},
        {GST_QSR_UPSCALE_BACKEND_CPU, "The CPU", "cpu"},
        {GST_QSR_UPSCALE_BACKEND_HEXAGON, "A Qualcomm Hexagon DSP", "hexagon"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstQsrUpscaleBackend", values));
    return type;
}

GType gst_qsr_upscale_reuse_get_type(void)
{
    static gsize type = 0;
    static const GEnumValue values[] = {
        {GST_QSR_UPSCALE_REUSE_AUTO, "What did not change is copied, where that pays", "auto"},
        {GST_QSR_UPSCALE_REUSE_OFF, "Every picture is computed as a whole", "off"},
        {0, NULL, NULL},
    };

    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstQsrUpscaleReuse", values));
    return type;
}

static void gst_qsr_upscale_finalize(GObject *object)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(object);

    gst_qsr_painter_free(self->painter);
    gst_qsr_models_unref(self->models);
    g_free(self->model_name);
    gst_qsr_engine_settings_clear(&self->engine);
    g_mutex_clear(&self->setup_lock);
    G_OBJECT_CLASS(parent_class)->finalize(object);
}

static void gst_qsr_upscale_class_init(GstQsrUpscaleClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(gst_qsr_upscale_debug, "qsrupscale", 0, "neural upscaler");
    GST_DEBUG_CATEGORY_GET(gst_qsr_performance_debug, "GST_PERFORMANCE");

    object_class->finalize = gst_qsr_upscale_finalize;
    gst_qsr_upscale_install_properties(object_class);
    gst_type_mark_as_plugin_api(GST_TYPE_QSR_UPSCALE_BACKEND, (GstPluginAPIFlags) 0);
    gst_type_mark_as_plugin_api(GST_TYPE_QSR_UPSCALE_REUSE, (GstPluginAPIFlags) 0);

    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(element_class, "Neural video upscaler",
                                          "Filter/Effect/Video/Scaler",
                                          "Upscales video with a small neural network (QuickSRNet)",
                                          "the qsr authors");

    gst_qsr_upscale_install_states(trans_class);
    gst_qsr_upscale_install_caps(trans_class);
    gst_qsr_upscale_install_frames(trans_class);
    gst_qsr_upscale_install_allocation(trans_class);
}

static void gst_qsr_upscale_init(GstQsrUpscale *self)
{
    g_mutex_init(&self->setup_lock);
    gst_qsr_upscale_init_properties(self);
    self->painter = gst_qsr_painter_new(gst_qsr_upscale_log, self);
    // Upstream should choose a small size to be upscaled, not one to pass on.
    gst_base_transform_set_prefer_passthrough(GST_BASE_TRANSFORM(self), FALSE);
    // The base class would take the flag off what is made of a gap.
    gst_base_transform_set_gap_aware(GST_BASE_TRANSFORM(self), TRUE);
}

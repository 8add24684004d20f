// SPDX-License-Identifier: BSD-2-Clause

#include "element.h"
#include "negotiate.h"

// What may be negotiated now. While stopped the models are not known, so it is
// whatever the property lets hope for.
static void get_factors(GstQsrUpscale *self, GstQsrFactors *factors)
{
    QsrError err;
    QsrScale scale;

    GST_OBJECT_LOCK(self);
    *factors = gst_qsr_all_factors;
    if (self->models) {
        if (!gst_qsr_models_select(self->models, self->model_name, self->scale, factors, &err))
            *factors = self->models->factors;
    } else if (gst_qsr_scale_from_double(&scale, self->scale)) {
        *factors = (GstQsrFactors) {1, {scale}};
    }
    GST_OBJECT_UNLOCK(self);
}

static GstCaps *gst_qsr_upscale_transform_caps(GstBaseTransform *trans, GstPadDirection direction,
                                               GstCaps *caps, GstCaps *filter)
{
    GstQsrFactors factors;

    get_factors(GST_QSR_UPSCALE(trans), &factors);
    return gst_qsr_caps_transform(&factors, direction, caps, filter);
}

static GstCaps *gst_qsr_upscale_fixate_caps(GstBaseTransform *trans, GstPadDirection direction,
                                            GstCaps *caps, GstCaps *othercaps)
{
    GstQsrFactors factors;

    get_factors(GST_QSR_UPSCALE(trans), &factors);
    return gst_qsr_caps_fixate(&factors, direction, caps, othercaps);
}

// Sink caps are refused when they arrive, with a sentence, and not before.
static gboolean gst_qsr_upscale_accept_caps(GstBaseTransform *trans, GstPadDirection direction,
                                            GstCaps *caps)
{
    GstCaps *template;
    gboolean ret;

    if (direction != GST_PAD_SINK)
        return gst_qsr_upscale_parent()->accept_caps(trans, direction, caps);
    template = gst_pad_get_pad_template_caps(trans->sinkpad);
    ret = gst_caps_can_intersect(caps, template);
    gst_caps_unref(template);
    return ret;
}

static void explain_refusal(GstQsrUpscale *self, GstCaps *caps)
{
    GstQsrFactors factors;
    GstCaps *peer;
    gchar *text;

    if (self->refused)
        return;
    peer = gst_pad_peer_query_caps(GST_BASE_TRANSFORM_SRC_PAD(self), NULL);
    get_factors(self, &factors);
    text = gst_qsr_caps_explain(&factors, caps, peer);
    if (text) {
        self->refused = TRUE;
        GST_ELEMENT_ERROR(self, CORE, NEGOTIATION, ("%s", text),
                          ("input caps %" GST_PTR_FORMAT, caps));
    }
    g_free(text);
    if (peer)
        gst_caps_unref(peer);
}

static gboolean gst_qsr_upscale_sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);
    GstCaps *caps = NULL;
    gboolean ret;

    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        gst_event_parse_caps(event, &caps);
        gst_caps_ref(caps);
    }
    ret = gst_qsr_upscale_parent()->sink_event(trans, event);
    if (caps) {
        if (!ret)
            explain_refusal(self, caps);
        else
            self->refused = FALSE;
        gst_caps_unref(caps);
    }
    return ret;
}

static GstFlowReturn gst_qsr_upscale_submit_input_buffer(GstBaseTransform *trans,
                                                         gboolean is_discont, GstBuffer *input)
{
    GstFlowReturn ret =
        gst_qsr_upscale_parent()->submit_input_buffer(trans, is_discont, input);

    if (ret == GST_FLOW_NOT_NEGOTIATED) { // downstream changed its mind
        GstCaps *caps = gst_pad_get_current_caps(trans->sinkpad);

        if (caps) {
            explain_refusal(GST_QSR_UPSCALE(trans), caps);
            gst_caps_unref(caps);
        }
    }
    return ret;
}

// The factor between the negotiated sizes. Properties may have changed since
// the caps were made of them; then the next frame negotiates again, and for
// this one the former factor will do.
static gboolean find_factor(GstQsrUpscale *self, const GstVideoInfo *in, const GstVideoInfo *out)
{
    GstQsrFactors tries[3];
    gint n = 0;

    get_factors(self, &tries[n++]);
    GST_OBJECT_LOCK(self);
    if (self->models)
        tries[n++] = self->models->factors;
    GST_OBJECT_UNLOCK(self);
    if (self->context_models)
        tries[n++] = self->context_models->factors;

    for (gint i = 0; i < n; i++) {
        if (gst_qsr_caps_factor(&tries[i], in->width, in->height, out->width, out->height,
                                &self->factor))
            return TRUE;
    }
    return FALSE;
}

static gboolean gst_qsr_upscale_set_info(GstVideoFilter *filter, GstCaps *incaps,
                                         GstVideoInfo *in_info, GstCaps *outcaps,
                                         GstVideoInfo *out_info)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(filter);
    gboolean passthrough;
    GstQsrColour colour;
    QsrError err;

    if (!gst_qsr_colour_from_caps(&colour, incaps))
        return FALSE;
    if (!find_factor(self, in_info, out_info)) {
        GST_ELEMENT_ERROR(self, CORE, NEGOTIATION,
                          ("qsrupscale cannot make %dx%d of %dx%d", out_info->width,
                           out_info->height, in_info->width, in_info->height),
                          ("output caps %" GST_PTR_FORMAT, outcaps));
        return FALSE;
    }
    GST_INFO_OBJECT(self, "%dx%d to %dx%d, factor %d/%d", in_info->width, in_info->height,
                    out_info->width, out_info->height, self->factor.num, self->factor.den);

    gst_qsr_picture_init(&self->in, &colour, in_info->width, in_info->height);
    gst_qsr_picture_init(&self->out, &colour, out_info->width, out_info->height);
    GST_OBJECT_LOCK(self);
    self->in_width = in_info->width;
    self->in_height = in_info->height;
    self->out_width = out_info->width;
    self->out_height = out_info->height;
    GST_OBJECT_UNLOCK(self);

    passthrough = self->factor.num == self->factor.den;
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), passthrough);
    if (passthrough) {
        gchar *why = gst_qsr_caps_only_1x(incaps);

        gst_qsr_upscale_close_context(self);
        if (why)
            GST_ELEMENT_WARNING(self, STREAM, FORMAT, ("%s", why),
                                ("the pictures are passed on as they are"));
        g_free(why);
        return TRUE;
    }
    if (gst_qsr_upscale_update_context(self, &err) < 0) {
        gst_qsr_upscale_post_engine_error(self, &err);
        return FALSE;
    }
    return TRUE;
}

void gst_qsr_upscale_install_caps(GstBaseTransformClass *klass)
{
    klass->transform_caps = GST_DEBUG_FUNCPTR(gst_qsr_upscale_transform_caps);
    klass->fixate_caps = GST_DEBUG_FUNCPTR(gst_qsr_upscale_fixate_caps);
    klass->accept_caps = GST_DEBUG_FUNCPTR(gst_qsr_upscale_accept_caps);
    klass->sink_event = GST_DEBUG_FUNCPTR(gst_qsr_upscale_sink_event);
    klass->submit_input_buffer = GST_DEBUG_FUNCPTR(gst_qsr_upscale_submit_input_buffer);
    GST_VIDEO_FILTER_CLASS(klass)->set_info = GST_DEBUG_FUNCPTR(gst_qsr_upscale_set_info);
}

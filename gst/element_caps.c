// SPDX-License-Identifier: BSD-2-Clause

#include "element.h"
#include "negotiate.h"

// What may be negotiated now; under the object lock. While stopped the models are not
// known, so it is whatever the properties let hope for.
static void look_at_properties(GstQsrUpscale *self, GstQsrSizing *sizing)
{
    *sizing = (GstQsrSizing) {.factors = gst_qsr_all_factors, .add_borders = self->add_borders};
    if (self->models) {
        sizing->factors = self->models->factors;
        sizing->is_scaler = self->models->any != NULL;
    }
    gst_qsr_scale_from_double(&sizing->wish, self->scale); // else it stays 0/0
}

static void get_sizing(GstQsrUpscale *self, GstQsrSizing *sizing)
{
    GST_OBJECT_LOCK(self);
    if (self->negotiation.thread == g_thread_self())
        *sizing = self->negotiation.sizing;
    else
        look_at_properties(self, sizing);
    GST_OBJECT_UNLOCK(self);
}

// Around all in which the base class may negotiate. The stream lock is held.
static void begin_negotiation(GstQsrUpscale *self)
{
    GstQsrNegotiation *n = &self->negotiation;

    GST_OBJECT_LOCK(self);
    n->thread = g_thread_self();
    n->models = gst_qsr_models_ref(self->models);
    n->serial = self->serial;
    n->selection = self->selection;
    look_at_properties(self, &n->sizing);
    GST_OBJECT_UNLOCK(self);
}

// Frames pass untouched, or are enlarged without a network: the reason, where there is
// one, is for the application. Once, however often the caps change.
static void say_why_not(GstQsrUpscale *self, GstCaps *incaps, const GstQsrGeometry *g)
{
    const gchar *consequence = "the pictures are passed on as they are", *reason;
    gchar *why = gst_qsr_caps_only_1x(incaps);

    if (!why && gst_qsr_geometry_is_plain(g) &&
        (g->dest.w > g->in_width || g->dest.h > g->in_height)) {
        why = g_strdup_printf("a picture of %dx%d is larger than the %dx%d that a network can "
                              "upscale", g->in_width, g->in_height, QSR_MAX_WIDTH,
                              QSR_MAX_HEIGHT);
        consequence = "it is scaled without one";
    }
    reason = g_intern_string(why); // NULL stays NULL
    if (reason && reason != self->said)
        GST_ELEMENT_WARNING(self, STREAM, FORMAT, ("%s", reason), ("%s", consequence));
    self->said = reason;
    g_free(why);
}

// The same samples on both sides, at sizes that can be.
static gboolean is_possible(GstCaps *incaps, const GstVideoInfo *in, GstQsrColour *colour,
                            GstCaps *outcaps, const GstVideoInfo *out)
{
    GstQsrColour out_colour;

    return gst_qsr_colour_from_caps(colour, incaps) &&
           gst_qsr_colour_from_caps(&out_colour, outcaps) &&
           gst_video_colorimetry_is_equal(&colour->colorimetry, &out_colour.colorimetry) &&
           colour->site == out_colour.site &&
           GST_VIDEO_INFO_INTERLACE_MODE(in) == GST_VIDEO_INFO_INTERLACE_MODE(out) &&
           in->width > 0 && in->height > 0 && out->width > 0 && out->height > 0;
}

// For the negotiated caps and the present negotiation. After a failure of the painter
// all is as it was.
static int plan(GstQsrUpscale *self, GstQsrCanvas *canvas, GstCaps *incaps, QsrError *err)
{
    const GstQsrNegotiation *n = &self->negotiation;
    const GstQsrGeometry *g = &canvas->geometry;
    gboolean passthrough;
    int ret = 0;

    gst_qsr_geometry_plan(&canvas->geometry, &n->sizing, &canvas->in_info, &canvas->out_info);
    GST_INFO_OBJECT(self, "%dx%d to %dx%d, factor %d/%d, %dx%d at %d,%d", g->in_width,
                    g->in_height, g->out_width, g->out_height, g->factor.num, g->factor.den,
                    g->dest.w, g->dest.h, g->dest.x, g->dest.y);
    passthrough = gst_qsr_geometry_is_passthrough(g);
    self->planned = n->selection;
    if (!passthrough)
        ret = gst_qsr_upscale_update_painter(self, canvas, n->models, n->serial, err);
    if (ret < 0)
        return ret;

    GST_OBJECT_LOCK(self);
    self->geometry = *g;
    GST_OBJECT_UNLOCK(self);
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), passthrough);
    if (passthrough) {
        gchar *why = gst_qsr_caps_only_1x(incaps);

        gst_qsr_painter_close(self->painter);
        gst_qsr_upscale_live_pass_through(self, &canvas->in_info, why);
        g_free(why);
    }
    return 0;
}

// The base class asks for nothing new where the caps stay as they are. But another
// model, factor or kind of borders may lead to the same caps in another way.
static void plan_again(GstQsrUpscale *self)
{
    GstBaseTransform *trans = GST_BASE_TRANSFORM(self);
    GstVideoFilter *filter = GST_VIDEO_FILTER(self);
    GstQsrCanvas canvas = {.in_info = filter->in_info, .out_info = filter->out_info};
    gboolean was_passthrough = gst_base_transform_is_passthrough(trans);
    GstCaps *incaps = gst_pad_get_current_caps(trans->sinkpad);
    QsrError err;

    if (incaps && gst_qsr_colour_from_caps(&canvas.colour, incaps)) {
        if (plan(self, &canvas, incaps, &err) < 0)
            GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", err.message),
                                ("going on with the former settings"));
        if (gst_base_transform_is_passthrough(trans) != was_passthrough)
            gst_base_transform_reconfigure_src(trans); // for a pool, or for none
    }
    if (incaps)
        gst_caps_unref(incaps);
}

// ok: what was negotiated goes with the properties as they were at the beginning.
static void end_negotiation(GstQsrUpscale *self, gboolean ok)
{
    GstQsrNegotiation *n = &self->negotiation;
    gboolean outdated;

    if (ok && GST_VIDEO_FILTER(self)->negotiated && self->planned != n->selection)
        plan_again(self);

    GST_OBJECT_LOCK(self);
    n->thread = NULL;
    outdated = n->selection != self->selection;
    GST_OBJECT_UNLOCK(self);
    g_clear_pointer(&n->models, gst_qsr_models_unref);
    if (outdated)
        gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(self));
}

static GstCaps *gst_qsr_upscale_transform_caps(GstBaseTransform *trans, GstPadDirection direction,
                                               GstCaps *caps, GstCaps *filter)
{
    GstQsrSizing sizing;

    get_sizing(GST_QSR_UPSCALE(trans), &sizing);
    return gst_qsr_caps_transform(&sizing, direction, caps, filter);
}

static GstCaps *gst_qsr_upscale_fixate_caps(GstBaseTransform *trans, GstPadDirection direction,
                                            GstCaps *caps, GstCaps *othercaps)
{
    GstQsrSizing sizing;

    get_sizing(GST_QSR_UPSCALE(trans), &sizing);
    return gst_qsr_caps_fixate(&sizing, direction, caps, othercaps);
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
    GstQsrSizing sizing;
    GstCaps *peer;
    gchar *text;

    if (self->refused)
        return;
    peer = gst_pad_peer_query_caps(GST_BASE_TRANSFORM_SRC_PAD(self), NULL);
    get_sizing(self, &sizing);
    text = gst_qsr_caps_explain(&sizing, caps, peer);
    if (text) {
        self->refused = TRUE;
        GST_ELEMENT_ERROR(self, CORE, NEGOTIATION, ("%s", text),
                          ("input caps %" GST_PTR_FORMAT, caps));
    }
    g_free(text);
    if (peer)
        gst_caps_unref(peer);
}

// Upstream may ask before it sends caps, and give up at an empty answer with no
// more than "not negotiated". If it asked about one size, and downstream leaves no
// room for that, this says so: a warning, because upstream may have other plans.
static void explain_dead_end(GstQsrUpscale *self, GstQuery *query)
{
    GstCaps *asked, *answer, *one, *peer;
    GstQsrSizing sizing;
    gint width, height;
    gboolean first;
    gchar *text = NULL;

    gst_query_parse_caps(query, &asked);
    gst_query_parse_caps_result(query, &answer);
    if (!answer || !gst_caps_is_empty(answer) || !asked || gst_caps_get_size(asked) == 0 ||
        !gst_structure_get_int(gst_caps_get_structure(asked, 0), "width", &width) ||
        !gst_structure_get_int(gst_caps_get_structure(asked, 0), "height", &height))
        return;
    // An overlay asks with this first, and without it then.
    if (gst_caps_features_contains(gst_caps_get_features(asked, 0),
                                   GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION))
        return;
    GST_OBJECT_LOCK(self);
    first = self->models && self->geometry.in_width == 0 && !self->warned_dead_end;
    GST_OBJECT_UNLOCK(self);
    if (!first)
        return;

    one = gst_caps_copy_nth(asked, 0);
    peer = gst_pad_peer_query_caps(GST_BASE_TRANSFORM_SRC_PAD(self), NULL);
    get_sizing(self, &sizing);
    if (peer && !gst_caps_is_empty(peer))
        text = gst_qsr_caps_explain(&sizing, one, peer);
    if (text) {
        GST_OBJECT_LOCK(self);
        first = !self->warned_dead_end;
        self->warned_dead_end = TRUE;
        GST_OBJECT_UNLOCK(self);
        if (first)
            GST_ELEMENT_WARNING(self, CORE, NEGOTIATION, ("%s", text),
                                ("asked about %" GST_PTR_FORMAT, asked));
    }
    g_free(text);
    gst_caps_unref(one);
    if (peer)
        gst_caps_unref(peer);
}

static gboolean gst_qsr_upscale_sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);
    GstCaps *caps;
    gboolean ret;

    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        gst_qsr_upscale_live_flushed(self);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS)
        return gst_qsr_upscale_parent()->sink_event(trans, event);

    gst_event_parse_caps(event, &caps);
    gst_caps_ref(caps);
    begin_negotiation(self);
    ret = gst_qsr_upscale_parent()->sink_event(trans, event);
    if (!ret)
        explain_refusal(self, caps);
    else
        self->refused = FALSE;
    end_negotiation(self, ret);
    gst_caps_unref(caps);
    return ret;
}

// A property was changed to what the present input and downstream do not allow.
// Upstream was asked for other caps, but frames on their way still have the old
// ones, and it may have no others. As long as downstream takes what was
// negotiated before, that goes on; the second frame in a row says so.
static gboolean postpone_negotiation(GstQsrUpscale *self)
{
    GstPad *src = GST_BASE_TRANSFORM_SRC_PAD(self);
    GstCaps *in, *out;
    gboolean postponed = FALSE;

    if (!GST_PAD_NEEDS_RECONFIGURE(src)) {
        self->n_postponed = 0;
        return FALSE;
    }
    in = gst_pad_get_current_caps(GST_BASE_TRANSFORM_SINK_PAD(self));
    out = gst_pad_get_current_caps(src);
    if (in && out && GST_VIDEO_FILTER(self)->negotiated) {
        GstCaps *peer = gst_pad_peer_query_caps(src, NULL);
        gchar *why = gst_qsr_caps_explain(&self->negotiation.sizing, in, peer);

        postponed = why && gst_pad_peer_query_accept_caps(src, out);
        if (postponed) {
            gst_pad_check_reconfigure(src); // that is: forget it
            if (++self->n_postponed == 2)
                GST_ELEMENT_WARNING(self, CORE, NEGOTIATION, ("%s", why),
                                    ("going on with %" GST_PTR_FORMAT, out));
        }
        g_free(why);
        if (peer)
            gst_caps_unref(peer);
    }
    gst_caps_replace(&in, NULL);
    gst_caps_replace(&out, NULL);
    return postponed;
}

static void resume_negotiation(GstQsrUpscale *self)
{
    if (self->n_postponed < 2)
        gst_pad_mark_reconfigure(GST_BASE_TRANSFORM_SRC_PAD(self));
    else
        self->planned = self->negotiation.selection; // as well as can be
}

static GstFlowReturn gst_qsr_upscale_submit_input_buffer(GstBaseTransform *trans,
                                                         gboolean is_discont, GstBuffer *input)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);
    gboolean postponed;
    GstFlowReturn ret;

    begin_negotiation(self);
    postponed = postpone_negotiation(self);
    ret = gst_qsr_upscale_parent()->submit_input_buffer(trans, is_discont, input);
    gst_qsr_upscale_live_submitted(self, ret);
    if (postponed)
        resume_negotiation(self);
    if (ret == GST_FLOW_NOT_NEGOTIATED) { // downstream changed its mind
        GstCaps *caps = gst_pad_get_current_caps(trans->sinkpad);

        if (caps) {
            explain_refusal(self, caps);
            gst_caps_unref(caps);
        }
    }
    end_negotiation(self, ret == GST_FLOW_OK && !postponed);
    return ret;
}

// An allocation query negotiates, too.
static gboolean gst_qsr_upscale_query(GstBaseTransform *trans, GstPadDirection direction,
                                      GstQuery *query)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(trans);
    gboolean postponed, ret;

    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION || direction != GST_PAD_SINK) {
        ret = gst_qsr_upscale_parent()->query(trans, direction, query);
        if (ret && GST_QUERY_TYPE(query) == GST_QUERY_CAPS && direction == GST_PAD_SINK)
            explain_dead_end(self, query);
        return ret;
    }
    begin_negotiation(self);
    postponed = postpone_negotiation(self);
    ret = gst_qsr_upscale_parent()->query(trans, direction, query);
    if (postponed)
        resume_negotiation(self);
    end_negotiation(self, ret && !postponed);
    return ret;
}

static gboolean gst_qsr_upscale_set_info(GstVideoFilter *filter, GstCaps *incaps,
                                         GstVideoInfo *in_info, GstCaps *outcaps,
                                         GstVideoInfo *out_info)
{
    GstQsrUpscale *self = GST_QSR_UPSCALE(filter);
    GstQsrCanvas canvas = {.in_info = *in_info, .out_info = *out_info};
    QsrError err;

    if (!is_possible(incaps, in_info, &canvas.colour, outcaps, out_info)) {
        explain_refusal(self, incaps);
        return FALSE;
    }
    if (plan(self, &canvas, incaps, &err) < 0) {
        gst_qsr_upscale_post_engine_error(self, &err);
        return FALSE;
    }
    say_why_not(self, incaps, &canvas.geometry);
    return TRUE;
}

void gst_qsr_upscale_install_caps(GstBaseTransformClass *klass)
{
    klass->transform_caps = GST_DEBUG_FUNCPTR(gst_qsr_upscale_transform_caps);
    klass->fixate_caps = GST_DEBUG_FUNCPTR(gst_qsr_upscale_fixate_caps);
    klass->accept_caps = GST_DEBUG_FUNCPTR(gst_qsr_upscale_accept_caps);
    klass->sink_event = GST_DEBUG_FUNCPTR(gst_qsr_upscale_sink_event);
    klass->query = GST_DEBUG_FUNCPTR(gst_qsr_upscale_query);
    klass->submit_input_buffer = GST_DEBUG_FUNCPTR(gst_qsr_upscale_submit_input_buffer);
    GST_VIDEO_FILTER_CLASS(klass)->set_info = GST_DEBUG_FUNCPTR(gst_qsr_upscale_set_info);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// What qsrupscale makes of caps: pure functions of caps and factors.

#ifndef GST_QSR_NEGOTIATE_H
#define GST_QSR_NEGOTIATE_H

#include <gst/gst.h>

#include "capsmath.h"

G_BEGIN_DECLS

// The caps on the other pad for `caps` on the pad of `direction`: one structure
// per structure and factor. Width and height change; every other field and the
// caps features stay, and what only 1x can do (see below) stays at 1x.
GstCaps *gst_qsr_caps_transform(const GstQsrFactors *factors, GstPadDirection direction,
                                GstCaps *caps, GstCaps *filter);

// Fixed caps out of `othercaps` for the fixed `caps`: the first factor that
// `othercaps` has room for. The caps for the src pad say their colorimetry and
// chroma-site; this is not done earlier, because it would make the answers to
// queries narrower than the caps they are about. Takes `othercaps`. If there is
// no room the result is any of them, which gst_qsr_caps_factor() or the meaning
// of the samples will give away.
GstCaps *gst_qsr_caps_fixate(const GstQsrFactors *factors, GstPadDirection direction,
                             const GstCaps *caps, GstCaps *othercaps);

// The factor that leads from one size to the other.
gboolean gst_qsr_caps_factor(const GstQsrFactors *factors, gint in_width, gint in_height,
                             gint out_width, gint out_height, QsrScale *scale);

// Why pictures with these fixed caps can only be passed on as they are, as a
// sentence; NULL if they can be upscaled.
gchar *gst_qsr_caps_only_1x(const GstCaps *caps);

// Why negotiation cannot succeed with the fixed sink caps `in` and a downstream
// that takes `peer` (NULL: unknown), as a sentence; NULL if it can.
gchar *gst_qsr_caps_explain(const GstQsrFactors *factors, GstCaps *in, GstCaps *peer);

G_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// What qsrupscale makes of caps: pure functions of caps and of what the properties
// say about sizes.

#ifndef GST_QSR_NEGOTIATE_H
#define GST_QSR_NEGOTIATE_H

#include "geometry.h"

G_BEGIN_DECLS

// The caps on the other pad for `caps` on the pad of `direction`, best first:
//  - at the sizes that the wish, or the models' factors in their order, lead to;
//  - at any size, with any pixel aspect ratio where there is one;
//  - as they are, which is all that can be done with what gst_qsr_caps_only_1x() has
//    a sentence for. Not with foreign memory when there is a wish for more: its
//    producer may have system memory, too.
// Every other field and the caps features stay.
GstCaps *gst_qsr_caps_transform(const GstQsrSizing *sizing, GstPadDirection direction,
                                GstCaps *caps, GstCaps *filter);

// Fixed caps out of `othercaps` for the fixed `caps`: the first of the preferred sizes
// that `othercaps` has room for with the same pixel aspect ratio; else the size and
// ratio with the same display aspect ratio that is nearest to the preferred one, within
// it; else the nearest of each. The caps for the src pad say their colorimetry and
// chroma-site; this is not done earlier, because it would make the answers to queries
// narrower than the caps they are about. Takes `othercaps`. If the meaning of the
// samples does not fit, the result is any of them.
GstCaps *gst_qsr_caps_fixate(const GstQsrSizing *sizing, GstPadDirection direction,
                             const GstCaps *caps, GstCaps *othercaps);

// The sizes that are preferred, in that order, as factors.
void gst_qsr_sizing_preferred(const GstQsrSizing *sizing, GstQsrFactors *factors);

// Why pictures with these fixed caps can only be passed on as they are, as a
// sentence; NULL if they can be scaled.
gchar *gst_qsr_caps_only_1x(const GstCaps *caps);

// Why negotiation cannot succeed with the fixed sink caps `in` and a downstream
// that takes `peer` (NULL: unknown), as a sentence; NULL if it can.
gchar *gst_qsr_caps_explain(const GstQsrSizing *sizing, GstCaps *in, GstCaps *peer);

// One structure of caps as caps.
GstCaps *gst_qsr_caps_of(const GstStructure *s, const GstCapsFeatures *features);

G_END_DECLS

#endif

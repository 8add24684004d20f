// SPDX-License-Identifier: BSD-2-Clause

/**
 * plugin-qsr:
 * @title: qsr
 *
 * Neural upscaling of video on the CPU.
 */

#include "gstqsrupscale.h"

static gboolean plugin_init(GstPlugin *plugin)
{
    return GST_ELEMENT_REGISTER(qsrupscale, plugin);
}

#define PACKAGE "qsr"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, qsr, "Neural upscaling of video",
                  plugin_init, QSR_VERSION, "BSD", "qsr", "the qsr authors")

// SPDX-License-Identifier: BSD-2-Clause
//
// In place of video.c in a build without GStreamer.

#include "src/cli/upscale.h"

int qsr_upscale_video(const QsrOptions *o, bool *interrupted, QsrError *err)
{
    (void)interrupted;
    return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED,
                        "%s is neither PNG nor y4m, and this build of qsr has no GStreamer to read "
                        "or write videos with", o->input);
}

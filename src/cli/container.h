// SPDX-License-Identifier: BSD-2-Clause
//
// Whether a video file is whole. Demuxers take the end of a cut file for the
// end of the film; its boxes know better, before any work is done.

#ifndef QSR_CLI_CONTAINER_H
#define QSR_CLI_CONTAINER_H

#include "src/qsr.h"

// 0, or QSR_ERR_IO if the file is certainly cut short: MP4 and QuickTime,
// Matroska and WebM, AVI, y4m. Of other kinds nothing is known.
int qsr_container_check(const char *path, QsrError *err);

#endif

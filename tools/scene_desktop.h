// SPDX-License-Identifier: BSD-2-Clause
//
// A desktop, of which little changes from frame to frame: windows full of text, a
// caret that blinks, a pane that scrolls one second in three, a pointer that moves.
// Drawn pixel by pixel, as a screen is, without anti-aliasing between frames.

#ifndef QSR_TOOLS_SCENE_DESKTOP_H
#define QSR_TOOLS_SCENE_DESKTOP_H

#include <stdint.h>

// One frame at `t` seconds; rgb: rows without gaps.
void scene_desktop(uint8_t *rgb, int width, int height, float t);

#endif

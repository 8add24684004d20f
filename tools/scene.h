// SPDX-License-Identifier: BSD-2-Clause
//
// The layers of the demo scene, a town canal in the afternoon.

#ifndef QSR_TOOLS_SCENE_H
#define QSR_TOOLS_SCENE_H

#include "scene_canvas.h"

#define SCENE_GROUND 188.0f // street level
#define SCENE_WATER 209.0f  // waterline
#define SCENE_BOAT_DEPTH 12.0f // the boat is this much nearer to the lower edge

void scene_draw_sky(Canvas *c);
void scene_draw_far(Canvas *c);
void scene_draw_houses(Canvas *c);    // the row of houses, from left to right
void scene_draw_quay(Canvas *c);      // street, wall, bridge and what stands on them
void scene_draw_tree(Canvas *c, float x, float height, float spread, uint32_t seed);
void scene_draw_branches(Canvas *c);  // leaves near the camera
void scene_draw_boat(Canvas *c);      // around x = 0

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// A small painter for the demo scene. Shapes are filled without anti-aliasing
// on a canvas several times finer than the picture; the reduction of the
// finished frame smooths all edges at once.
//
// Coordinates are scene units: the picture is 270 units high at every size.

#ifndef QSR_TOOLS_SCENE_CANVAS_H
#define QSR_TOOLS_SCENE_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCENE_HEIGHT 270

typedef struct Rgb {
    float r, g, b; // 0 to 255, gamma-coded
} Rgb;

typedef struct Point {
    float x, y;
} Point;

typedef struct Canvas {
    int w, h;
    float scale; // canvas pixels per scene unit
    float x0;    // scene x of column 0
    uint8_t *px; // R, G, B, coverage (0 or 255)
} Canvas;

// How a shape is coloured: a function of the position, and what it needs.
typedef struct Brush Brush;
struct Brush {
    Rgb (*shade)(const Brush *b, float x, float y);
    Rgb c1, c2;
    float ox, oy, sx, sy; // origin and size of the pattern
    float opacity;        // below 1: blends with what is there, covers nothing new
    uint32_t seed;
};

bool canvas_init(Canvas *c, float x0, float width, float scale);
void canvas_free(Canvas *c);

// ----------------------------------------------------------------- noise ---

uint32_t scene_hash(uint32_t a, uint32_t b);
float scene_random(uint32_t seed, uint32_t index); // [0, 1)
float scene_noise(float x, float y, uint32_t seed); // smooth, [0, 1]
float scene_fbm(float x, float y, int octaves, uint32_t seed);

static inline float scene_clamp(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static inline float scene_smooth(float lo, float hi, float v)
{
    float t = scene_clamp((v - lo) / (hi - lo), 0, 1);
    return t * t * (3 - 2 * t);
}

// ---------------------------------------------------------------- colour ---

static inline Rgb rgb(float r, float g, float b)
{
    return (Rgb){r, g, b};
}

static inline Rgb rgb_scale(Rgb c, float k)
{
    return (Rgb){c.r * k, c.g * k, c.b * k};
}

static inline Rgb rgb_mix(Rgb a, Rgb b, float t)
{
    return (Rgb){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

Brush brush_flat(Rgb c);
Brush brush_shadow(float opacity);
Brush brush_light(Rgb c, float opacity);
Brush brush_gradient(Rgb top, Rgb bottom, float y0, float y1);
Brush brush_brick(Rgb brick, Rgb mortar, float ox, float oy, uint32_t seed);
Brush brush_stone(Rgb stone, float ox, float oy, float sx, float sy, uint32_t seed);
Brush brush_plaster(Rgb c, uint32_t seed);
Brush brush_tiles(Rgb c, float ox, float oy, uint32_t seed);
Brush brush_stripes(Rgb a, Rgb b, float ox, float period);
Brush brush_planks(Rgb c, float oy, float size, uint32_t seed);

// ---------------------------------------------------------------- shapes ---

void canvas_rect(Canvas *c, float x0, float y0, float x1, float y1, const Brush *b);
void canvas_polygon(Canvas *c, const Point *p, int n, const Brush *b);
void canvas_ellipse(Canvas *c, float cx, float cy, float rx, float ry, const Brush *b);
void canvas_ring(Canvas *c, float cx, float cy, float rx, float ry, float width, const Brush *b);
void canvas_line(Canvas *c, float x0, float y0, float x1, float y1, float width, const Brush *b);
void canvas_polyline(Canvas *c, const Point *p, int n, float width, const Brush *b);
// An ellipse of half axes a and b turned by (cos, sin).
void canvas_leaf(Canvas *c, float cx, float cy, float a, float b, float cosine, float sine,
                 const Brush *brush);
// Capital letters, digits, & - . ' ; (x, y) is the top left, h the height.
// Returns the width; draws nothing when `b` is NULL.
float canvas_text(Canvas *c, float x, float y, float h, float weight, const char *text,
                  const Brush *b);

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// Sky, the distant town, trees.

#include <math.h>

#include "scene.h"

static Rgb shade_sky(const Brush *b, float x, float y)
{
    float t = scene_clamp(y / 190, 0, 1);
    Rgb sky = t < 0.5f ? rgb_mix(rgb(92, 142, 196), rgb(164, 198, 222), t * 2)
                       : rgb_mix(rgb(164, 198, 222), rgb(246, 228, 196), t * 2 - 1);
    // Clouds flatten towards the horizon; lit from the left.
    float v = y * (1 + y / 130);
    float here = scene_fbm(x * 0.011f, v * 0.024f, 6, b->seed);
    float left = scene_fbm((x - 7) * 0.011f, (v - 7) * 0.024f, 4, b->seed);
    float cover = scene_smooth(0.46f, 0.68f, here);
    float light = scene_clamp(0.62f + (here - left) * 4.5f, 0, 1);
    Rgb cloud = rgb_mix(rgb(176, 176, 190), rgb(255, 248, 234), light);
    return rgb_mix(sky, cloud, cover * 0.9f);
}

void scene_draw_sky(Canvas *c)
{
    Brush b = {.shade = shade_sky, .opacity = 1, .seed = 77};
    canvas_rect(c, c->x0, 0, c->x0 + (float)c->w / c->scale, SCENE_GROUND + 24, &b);
}

static void draw_far_house(Canvas *c, float x, float w, float top, uint32_t seed)
{
    Rgb wall = rgb_mix(rgb(150 + 50 * scene_random(seed, 0), 108 + 40 * scene_random(seed, 1), 92),
                       rgb(206, 206, 208), 0.42f);
    Brush body = brush_plaster(wall, seed), roof = brush_tiles(rgb(182, 128, 108), x, top, seed);
    Brush pane = brush_flat(rgb(112, 118, 130)), trim = brush_flat(rgb(222, 216, 206));
    Point p[4] = {{x - 0.6f, top}, {x + w * 0.5f - 1, top - w * 0.62f},
                  {x + w * 0.5f + 1, top - w * 0.62f}, {x + w + 0.6f, top}};

    canvas_rect(c, x, top, x + w, SCENE_GROUND + 14, &body);
    canvas_polygon(c, p, 4, &roof);
    for (float y = top + 4; y < SCENE_GROUND - 6; y += 11)
        for (float i = 0; i < 3; i++) {
            float wx = x + w * (i + 0.5f) / 3;
            canvas_rect(c, wx - 1.7f, y - 0.4f, wx + 1.7f, y + 6.4f, &trim);
            canvas_rect(c, wx - 1.3f, y, wx + 1.3f, y + 6, &pane);
            canvas_rect(c, wx - 0.2f, y, wx + 0.2f, y + 6, &trim);
        }
}

static void draw_tower(Canvas *c, float mid)
{
    Brush brick = brush_brick(rgb(178, 132, 112), rgb(206, 190, 176), mid, 0, 5);
    Brush stone = brush_flat(rgb(226, 218, 202));
    Brush lead = brush_gradient(rgb(112, 138, 132), rgb(138, 158, 150), 20, 70);
    Brush dark = brush_flat(rgb(92, 92, 100)), face = brush_flat(rgb(240, 236, 224));
    Brush blue = brush_flat(rgb(60, 78, 112)), gold = brush_flat(rgb(232, 190, 92));

    canvas_rect(c, mid - 12, 84, mid + 12, SCENE_GROUND, &brick);
    canvas_rect(c, mid - 13.5f, 81, mid + 13.5f, 85, &stone);
    canvas_rect(c, mid - 10.5f, 60, mid + 10.5f, 81, &stone);
    for (int i = -1; i <= 1; i++) {
        float x = mid + 6.6f * (float)i;
        canvas_rect(c, x - 2, 66, x + 2, 79, &dark);
        canvas_ellipse(c, x, 66, 2, 2.4f, &dark);
    }
    canvas_rect(c, mid - 12, 57.5f, mid + 12, 60.5f, &stone);
    Point dome[9] = {{mid - 10, 57.5f}, {mid - 9.4f, 51}, {mid - 5, 46}, {mid - 4, 40},
                     {mid, 36}, {mid + 4, 40}, {mid + 5, 46}, {mid + 9.4f, 51}, {mid + 10, 57.5f}};
    canvas_polygon(c, dome, 9, &lead);
    canvas_line(c, mid, 37, mid, 19, 1.1f, &lead);
    canvas_ellipse(c, mid, 26, 1.5f, 1.5f, &gold);
    canvas_line(c, mid - 2.6f, 21, mid + 2.6f, 21, 0.7f, &gold);
    canvas_ellipse(c, mid, 98, 8.6f, 8.6f, &gold); // the clock
    canvas_ellipse(c, mid, 98, 7.8f, 7.8f, &blue);
    canvas_ellipse(c, mid, 98, 4.6f, 4.6f, &face);
    for (int i = 0; i < 12; i++) {
        float s = sinf(0.5236f * (float)i), k = cosf(0.5236f * (float)i);
        canvas_line(c, mid + 5.2f * s, 98 + 5.2f * k, mid + 7.2f * s, 98 + 7.2f * k, 0.8f, &gold);
    }
    canvas_line(c, mid, 98, mid + 3.0f, 94.5f, 0.8f, &dark);
    canvas_line(c, mid, 98, mid - 4.4f, 93.4f, 0.6f, &dark);
}

void scene_draw_far(Canvas *c)
{
    draw_tower(c, 333);
    float x = -80;
    for (uint32_t i = 0; x < 800; i++) {
        float w = 17 + 11 * scene_random(41, i);
        draw_far_house(c, x, w, 116 + 16 * scene_random(42, i), scene_hash(43, i));
        x += w;
    }
    // Haze, thicker near the ground.
    for (float y = 20; y < SCENE_GROUND; y += 4) {
        Brush haze = brush_light(rgb(216, 218, 216), 0.10f + 0.22f * y / SCENE_GROUND);
        canvas_rect(c, c->x0, y, c->x0 + (float)c->w / c->scale, y + 4, &haze);
    }
}

// ----------------------------------------------------------------- trees ---

static void draw_leaves(Canvas *c, float cx, float cy, float rx, float ry, int count, float size,
                        Rgb dark, Rgb light, uint32_t seed)
{
    for (int i = 0; i < count; i++) {
        uint32_t r = scene_hash(seed, (uint32_t)i);
        float a = 6.2832f * scene_random(r, 0), d = sqrtf(scene_random(r, 1));
        float x = cx + rx * d * cosf(a), y = cy + ry * d * sinf(a);
        float turn = 6.2832f * scene_random(r, 2), k = size * (0.7f + 0.6f * scene_random(r, 3));
        // Leaves painted later, and those to the upper left, catch the sun.
        float lit = 0.55f * (float)i / (float)count + 0.25f * scene_random(r, 4) -
                    0.22f * (x - cx) / rx - 0.26f * (y - cy) / ry;
        Brush leaf = brush_flat(rgb_mix(dark, light, scene_clamp(lit, 0, 1)));
        canvas_leaf(c, x, y, k, k * 0.55f, cosf(turn), sinf(turn), &leaf);
    }
}

static void draw_branch(Canvas *c, float x, float y, float dx, float dy, float width, int depth,
                        uint32_t seed)
{
    Brush bark = brush_planks(rgb(92, 78, 66), x, 0.9f, seed);
    Point p[6];
    for (int i = 0; i < 6; i++) {
        float t = (float)i / 5, wave = sinf(t * 3.1f) * 1.6f * (scene_random(seed, 9) - 0.5f);
        p[i] = (Point){x + dx * t + wave * dy * 0.08f, y + dy * t - wave * dx * 0.08f};
    }
    for (int i = 0; i < 5; i++)
        canvas_polyline(c, p + i, 2, width * (1 - 0.11f * (float)i), &bark);
    if (!depth)
        return;
    for (uint32_t i = 0; i < 3; i++) {
        float a = (0.55f * ((float)i - 1) + 0.4f * (scene_random(seed, i) - 0.5f));
        float k = (depth > 1 ? 0.62f : 0.36f) + 0.15f * scene_random(seed, i + 4);
        draw_branch(c, p[5].x, p[5].y, k * (dx * cosf(a) - dy * sinf(a)),
                    k * (dx * sinf(a) + dy * cosf(a)), width * 0.52f, depth - 1,
                    scene_hash(seed, i + 20));
    }
}

void scene_draw_tree(Canvas *c, float x, float height, float spread, uint32_t seed)
{
    float ground = SCENE_GROUND + 5, crown = ground - height;
    draw_branch(c, x, ground, (scene_random(seed, 0) - 0.5f) * 6, -height * 0.36f, 4.2f, 3, seed);
    for (uint32_t i = 0; i < 26; i++) {
        float a = 2.399963f * (float)i, d = sqrtf(1 - (float)i / 26);
        float bx = x + spread * d * cosf(a), by = crown + spread * (0.95f + 0.85f * d * sinf(a));
        draw_leaves(c, bx, by, spread * 0.27f, spread * 0.19f, 130, 1.25f, rgb(40, 66, 36),
                    rgb(186, 196, 92), scene_hash(seed, 60 + i));
    }
}

void scene_draw_branches(Canvas *c)
{
    static const struct { float x, y, dx, dy; } bough[] = {
        {-60, 8, 120, 18}, {-10, -14, 96, 34}, {92, -8, 70, 16},
        {640, -10, -90, 30}, {600, 6, -60, 20},
    };
    for (uint32_t i = 0; i < 5; i++) {
        draw_branch(c, bough[i].x, bough[i].y, bough[i].dx * 0.7f, bough[i].dy * 0.7f, 2.2f, 1,
                    900 + i);
        for (uint32_t k = 0; k < 9; k++) {
            float t = 0.12f + 0.1f * (float)k;
            draw_leaves(c, bough[i].x + bough[i].dx * t, bough[i].y + bough[i].dy * t * 0.9f, 15, 9,
                        30, 3.1f, rgb(32, 52, 26), rgb(150, 172, 70), scene_hash(500 + i, k));
        }
    }
}

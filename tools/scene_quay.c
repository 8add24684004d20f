// SPDX-License-Identifier: BSD-2-Clause
//
// The street along the water, the bridge, and what stands on them.

#include <math.h>

#include "scene.h"

#define BRIDGE_MID 349.0f
#define BRIDGE_HALF 60.0f // of the deck
#define ARCH 34.0f        // inner radius

static float deck_at(float x)
{
    float u = scene_clamp((x - BRIDGE_MID) / BRIDGE_HALF, -1, 1);
    return SCENE_GROUND + 1 - 12 * (0.5f + 0.5f * cosf(3.14159265f * u));
}

static Rgb cast_iron(void)
{
    return rgb(38, 52, 48);
}

static void draw_railing(Canvas *c, float x0, float x1, float height)
{
    Brush iron = brush_flat(cast_iron()), bright = brush_flat(rgb(214, 214, 204));
    for (float x = x0; x <= x1; x += 1.9f)
        canvas_rect(c, x - 0.28f, deck_at(x) - height, x + 0.28f, deck_at(x), &iron);
    for (float x = x0; x <= x1; x += 0.5f) {
        canvas_line(c, x, deck_at(x) - height, x + 0.6f, deck_at(x + 0.6f) - height, 1.1f, &iron);
        canvas_line(c, x, deck_at(x) - 2, x + 0.6f, deck_at(x + 0.6f) - 2, 0.7f, &iron);
    }
    for (float x = x0; x <= x1; x += 19) {
        canvas_rect(c, x - 0.9f, deck_at(x) - height - 1.6f, x + 0.9f, deck_at(x), &iron);
        canvas_ellipse(c, x, deck_at(x) - height - 2.2f, 1.3f, 1.3f, &bright);
    }
}

static void draw_vault(Canvas *c, float cy)
{
    // Through the arch: the vault's bricks, then the light of the far side.
    Brush vault = brush_brick(rgb(74, 52, 46), rgb(62, 50, 46), BRIDGE_MID, 170, 8);
    Brush glow = brush_gradient(rgb(206, 196, 176), rgb(150, 152, 140), cy - ARCH, SCENE_WATER);
    Brush wall = brush_plaster(rgb(156, 124, 104), 31), pane = brush_flat(rgb(92, 96, 104));
    canvas_ellipse(c, BRIDGE_MID, cy, ARCH, ARCH, &vault);
    canvas_ellipse(c, BRIDGE_MID - 5, cy + 2, ARCH - 8, ARCH - 7, &glow);
    canvas_rect(c, BRIDGE_MID - 27, cy - 11, BRIDGE_MID - 12, SCENE_WATER, &wall);
    canvas_rect(c, BRIDGE_MID + 4, cy - 13, BRIDGE_MID + 18, SCENE_WATER, &wall);
    for (int i = 0; i < 3; i++) {
        canvas_rect(c, BRIDGE_MID - 25 + 4.4f * (float)i, cy - 8,
                    BRIDGE_MID - 22.4f + 4.4f * (float)i, cy - 3, &pane);
        canvas_rect(c, BRIDGE_MID + 5.4f + 4 * (float)i, cy - 9, BRIDGE_MID + 7.8f + 4 * (float)i,
                    cy - 4, &pane);
    }
}

static void draw_bridge(Canvas *c)
{
    float cy = SCENE_WATER + 6;
    Brush brick = brush_brick(rgb(150, 84, 64), rgb(186, 164, 142), BRIDGE_MID, 170, 21);
    Brush stone = brush_flat(rgb(206, 196, 174)), joint = brush_flat(rgb(112, 100, 88));
    Brush shade = brush_shadow(0.35f);

    for (float x = BRIDGE_MID - BRIDGE_HALF; x < BRIDGE_MID + BRIDGE_HALF; x += 0.25f)
        canvas_rect(c, x, deck_at(x), x + 0.25f, SCENE_WATER, &brick);
    canvas_ellipse(c, BRIDGE_MID, cy, ARCH + 5, ARCH + 5, &stone);
    draw_vault(c, cy);
    for (int i = 0; i <= 30; i++) { // voussoirs
        float a = 3.14159265f * (float)i / 30, s = sinf(a), k = cosf(a);
        canvas_line(c, BRIDGE_MID + ARCH * k, cy - ARCH * s, BRIDGE_MID + (ARCH + 5) * k,
                    cy - (ARCH + 5) * s, 0.45f, &joint);
    }
    canvas_ring(c, BRIDGE_MID, cy, ARCH + 5.4f, ARCH + 5.4f, 0.5f, &joint);
    Brush below = brush_flat(rgb(0, 0, 0));
    canvas_rect(c, BRIDGE_MID - 48, SCENE_WATER, BRIDGE_MID + 48, SCENE_WATER + 40, &below);
    for (float x = BRIDGE_MID - BRIDGE_HALF; x < BRIDGE_MID + BRIDGE_HALF; x += 0.25f) {
        canvas_rect(c, x, deck_at(x) - 0.6f, x + 0.25f, deck_at(x) + 2.4f, &stone);
        canvas_rect(c, x, deck_at(x) + 2.4f, x + 0.25f, deck_at(x) + 3.6f, &shade);
    }
    draw_railing(c, BRIDGE_MID - 57, BRIDGE_MID + 57, 12);
}

static void draw_lamp(Canvas *c, float x, float ground)
{
    Brush iron = brush_flat(cast_iron());
    Brush glow = brush_gradient(rgb(255, 244, 206), rgb(244, 204, 130),
                                                                ground - 50, ground - 42);
    Point head[4] = {{x - 3.6f, ground - 51}, {x + 3.6f, ground - 51}, {x + 2.3f, ground - 42},
                     {x - 2.3f, ground - 42}};
    Point cap[3] = {{x - 4.4f, ground - 51}, {x, ground - 56}, {x + 4.4f, ground - 51}};
    canvas_rect(c, x - 0.7f, ground - 42, x + 0.7f, ground, &iron);
    canvas_rect(c, x - 1.7f, ground - 9, x + 1.7f, ground, &iron);
    canvas_rect(c, x - 1.2f, ground - 14, x + 1.2f, ground - 9, &iron);
    canvas_rect(c, x - 4, ground - 37, x + 4, ground - 36.3f, &iron);
    canvas_polygon(c, head, 4, &glow);
    canvas_line(c, head[0].x, head[0].y, head[3].x, head[3].y, 0.7f, &iron);
    canvas_line(c, head[1].x, head[1].y, head[2].x, head[2].y, 0.7f, &iron);
    canvas_rect(c, x - 0.3f, ground - 51, x + 0.3f, ground - 42, &iron);
    canvas_rect(c, x - 2.6f, ground - 43, x + 2.6f, ground - 42, &iron);
    canvas_polygon(c, cap, 3, &iron);
    canvas_ellipse(c, x, ground - 56.5f, 0.8f, 1.2f, &iron);
}

static void draw_wheel(Canvas *c, float x, float y, const Brush *metal)
{
    Brush tyre = brush_flat(rgb(34, 32, 34)), rim = brush_flat(rgb(186, 188, 190));
    canvas_ring(c, x, y, 5.0f, 5.0f, 0.85f, &tyre);
    canvas_ring(c, x, y, 4.2f, 4.2f, 0.35f, &rim);
    for (int i = 0; i < 8; i++) {
        float s = 4 * sinf(0.3927f * (float)i), k = 4 * cosf(0.3927f * (float)i);
        canvas_line(c, x - k, y - s, x + k, y + s, 0.26f, &rim);
    }
    canvas_ellipse(c, x, y, 0.7f, 0.7f, metal);
}

static void draw_bicycle(Canvas *c, float x, float ground, Rgb colour, float side)
{
    Brush frame = brush_flat(colour), dark = brush_flat(rgb(40, 36, 36));
    Brush chrome = brush_flat(rgb(206, 206, 204));
    Brush wicker = brush_planks(rgb(168, 128, 78), 0, 0.9f, 3);
    float y = ground - 5, rear = x - 8 * side, front = x + 8 * side, crank = x - 1 * side;
    float seat = x - 3.2f * side, head = x + 5.2f * side;

    draw_wheel(c, rear, y, &chrome);
    draw_wheel(c, front, y, &chrome);
    canvas_line(c, rear, y, crank, y + 0.4f, 0.7f, &frame);
    canvas_line(c, rear, y, seat, y - 7, 0.7f, &frame);
    canvas_line(c, crank, y + 0.4f, seat - 0.6f * side, y - 9, 0.8f, &frame);
    canvas_line(c, crank, y + 0.4f, head, y - 7.4f, 0.8f, &frame);
    canvas_line(c, seat, y - 7, head, y - 8.6f, 0.8f, &frame);
    canvas_line(c, front, y, head - 0.4f * side, y - 11, 0.8f, &frame);
    canvas_line(c, head - 0.4f * side, y - 11, head - 3.6f * side, y - 11.6f, 0.7f, &chrome);
    canvas_line(c, seat - 2.4f * side, y - 9.4f, seat + 1.6f * side, y - 9.1f, 1.3f, &dark);
    canvas_ring(c, crank, y + 0.4f, 1.5f, 1.5f, 0.5f, &dark);
    canvas_line(c, rear - 2.6f * side, y - 5.6f, rear + 3 * side, y - 5.6f, 0.6f, &dark);
    if (side > 0)
        canvas_rect(c, head + 0.6f, y - 11.4f, head + 5.4f, y - 7.4f, &wicker);
}

static void draw_bollard(Canvas *c, float x)
{
    Brush iron = brush_flat(rgb(112, 46, 40)), light = brush_light(rgb(255, 222, 190), 0.3f);
    Brush white = brush_flat(rgb(226, 222, 212));
    canvas_rect(c, x - 1.1f, SCENE_GROUND - 3, x + 1.1f, SCENE_GROUND + 4.4f, &iron);
    canvas_ellipse(c, x, SCENE_GROUND - 3.2f, 1.5f, 1.2f, &iron);
    canvas_rect(c, x - 1.1f, SCENE_GROUND - 1.2f, x + 1.1f, SCENE_GROUND, &white);
    canvas_rect(c, x - 1.1f, SCENE_GROUND - 3, x - 0.4f, SCENE_GROUND + 4.4f, &light);
}

static void draw_person(Canvas *c, float x, float ground, Rgb coat, Rgb legs, float side)
{
    Brush skin = brush_flat(rgb(216, 168, 138)), top = brush_flat(coat), low = brush_flat(legs);
    Brush hair = brush_flat(rgb(70, 50, 42)), bag = brush_flat(rgb(148, 96, 52));
    canvas_line(c, x - 0.2f, ground - 8, x - 1.6f * side, ground, 1.5f, &low);
    canvas_line(c, x + 0.2f, ground - 8, x + 1.5f * side, ground, 1.5f, &low);
    Point body[4] = {{x - 1.8f, ground - 14.4f}, {x + 1.8f, ground - 14.4f},
                     {x + 1.6f, ground - 6.8f},
                     {x - 1.6f, ground - 6.8f}};
    canvas_polygon(c, body, 4, &top);
    canvas_line(c, x, ground - 13.6f, x + 2.1f * side, ground - 8.4f, 1.0f, &top);
    canvas_ellipse(c, x + 0.2f * side, ground - 16.4f, 1.4f, 1.7f, &skin);
    canvas_ellipse(c, x - 0.2f * side, ground - 17, 1.4f, 1.3f, &hair);
    canvas_rect(c, x + 2.1f * side - 1.2f, ground - 8.4f, x + 2.1f * side + 1.2f, ground - 5.6f,
                &bag);
}

static void draw_street(Canvas *c, float x0, float x1)
{
    Brush paving = brush_brick(rgb(146, 122, 108), rgb(120, 106, 96), 0, SCENE_GROUND, 61);
    Brush kerb = brush_stone(rgb(178, 174, 164), 0, SCENE_GROUND + 4.6f, 13, 4, 62);
    Brush wall = brush_brick(rgb(124, 82, 66), rgb(150, 132, 116), 0, SCENE_GROUND + 8, 63);
    Brush moss = brush_gradient(rgb(86, 92, 62), rgb(38, 46, 38), SCENE_WATER - 4, SCENE_WATER + 2);
    Brush shade = brush_shadow(0.4f), soft = brush_shadow(0.25f);
    Brush iron = brush_flat(rgb(40, 40, 44));

    canvas_rect(c, x0, SCENE_GROUND, x1, SCENE_GROUND + 4.6f, &paving);
    canvas_rect(c, x0, SCENE_GROUND, x1, SCENE_GROUND + 1.4f, &soft);
    canvas_rect(c, x0, SCENE_GROUND + 4.6f, x1, SCENE_GROUND + 8, &kerb);
    canvas_rect(c, x0, SCENE_GROUND + 8, x1, SCENE_WATER, &wall);
    canvas_rect(c, x0, SCENE_GROUND + 8, x1, SCENE_GROUND + 10, &shade);
    for (float x = x0; x < x1; x += 0.5f)
        canvas_rect(c, x, SCENE_WATER - 1.2f - 3.4f * scene_noise(x * 0.3f, 0, 5), x + 0.5f,
                    SCENE_WATER, &moss);
    for (float x = floorf(x0 / 37) * 37 + 18; x < x1; x += 37) // mooring rings
        canvas_ring(c, x, SCENE_GROUND + 13.5f, 1.5f, 1.9f, 0.5f, &iron);
}

// The bridge's underside was painted over the water: make it see-through.
static void clear_water(Canvas *c)
{
    int from = (int)lroundf(SCENE_WATER * c->scale);
    for (size_t i = (size_t)from * (size_t)c->w; i < (size_t)c->h * (size_t)c->w; i++)
        c->px[4 * i + 3] = 0;
}

void scene_draw_quay(Canvas *c)
{
    float x0 = c->x0, x1 = c->x0 + (float)c->w / c->scale, g = SCENE_GROUND + 3.6f;

    draw_street(c, x0, x1);
    draw_bridge(c);
    clear_water(c);
    draw_lamp(c, 257, SCENE_GROUND + 3);
    draw_lamp(c, 450, SCENE_GROUND + 3);
    draw_lamp(c, 108, SCENE_GROUND + 3);
    draw_lamp(c, 556, SCENE_GROUND + 3);
    draw_bicycle(c, 30, g, rgb(40, 84, 120), 1);
    draw_bicycle(c, 43, g + 0.6f, rgb(156, 48, 44), -1);
    draw_bicycle(c, 232, g, rgb(44, 104, 80), 1);
    draw_bicycle(c, 332, deck_at(332) - 0.4f, rgb(168, 46, 40), 1);
    draw_bicycle(c, 470, g, rgb(208, 160, 60), -1);
    draw_bicycle(c, 484, g + 0.6f, rgb(52, 54, 62), 1);
    draw_person(c, 134, g, rgb(168, 52, 46), rgb(42, 48, 66), 1);
    draw_person(c, 142, g + 0.4f, rgb(220, 204, 164), rgb(62, 60, 58), 1);
    draw_person(c, 372, deck_at(372), rgb(52, 80, 116), rgb(60, 50, 44), -1);
    draw_person(c, 446, g, rgb(84, 104, 74), rgb(40, 40, 46), -1);
    for (float x = floorf(x0 / 16) * 16 + 7; x < x1; x += 16)
        if (x < BRIDGE_MID - 66 || x > BRIDGE_MID + 66)
            draw_bollard(c, x);
}

void scene_draw_boat(Canvas *c)
{
    float w = SCENE_WATER + SCENE_BOAT_DEPTH;
    Brush hull = brush_planks(rgb(48, 74, 104), w - 11, 2.1f, 71);
    Brush band = brush_flat(rgb(236, 230, 214));
    Brush red = brush_flat(rgb(150, 46, 42));
    Brush deck = brush_planks(rgb(186, 138, 84), w - 14, 1.1f, 72);
    Brush cabin = brush_planks(rgb(226, 218, 198), w - 22, 2.4f, 73);
    Brush glass = brush_flat(rgb(62, 78, 92));
    Brush rope = brush_flat(rgb(214, 196, 152)), roof = brush_flat(rgb(128, 72, 48));
    Point side[7] = {{-42, w - 14}, {-20, w - 11.4f}, {14, w - 11.4f}, {38, w - 15.5f},
                     {46, w - 18},
                     {36, w}, {-38, w}};
    Point strake[8] = {{-42.4f, w - 14.4f}, {-20, w - 11.8f}, {14, w - 11.8f}, {38, w - 16},
                       {47, w - 18.6f},
                       {46, w - 16.6f}, {14, w - 9.8f}, {-41, w - 12}};

    canvas_rect(c, -26, w - 23, 8, w - 10, &cabin);
    canvas_rect(c, -28.5f, w - 25, 10.5f, w - 22.6f, &roof);
    for (int i = 0; i < 4; i++) {
        float x = -23 + 8 * (float)i;
        canvas_rect(c, x - 0.6f, w - 20.6f, x + 5.6f, w - 14.4f, &roof);
        canvas_rect(c, x, w - 20, x + 5, w - 15, &glass);
    }
    canvas_polygon(c, side, 7, &hull);
    canvas_rect(c, -39, w - 2, 36.6f, w, &red);
    canvas_polygon(c, strake, 8, &band);
    canvas_rect(c, 12, w - 13.4f, 30, w - 12.4f, &deck);
    canvas_line(c, 36, w - 17, 36, w - 48, 0.9f, &deck);
    Brush flag = brush_flat(rgb(176, 40, 44)), white = brush_flat(rgb(240, 238, 232));
    Brush blue = brush_flat(rgb(40, 66, 130));
    canvas_line(c, 36, w - 47, -40, w - 14.5f, 0.35f, &rope);
    canvas_line(c, 36, w - 47, 46, w - 18.4f, 0.35f, &rope);
    canvas_line(c, -41, w - 14, -41, w - 28, 0.6f, &deck);
    canvas_rect(c, -50, w - 28, -41, w - 26, &flag);
    canvas_rect(c, -50, w - 26, -41, w - 24, &white);
    canvas_rect(c, -50, w - 24, -41, w - 22, &blue);
    canvas_text(c, 12, w - 8.6f, 4.2f, 0.7f, "LUCIA", &band);
    for (float x = -30; x < 8; x += 12) { // fenders
        Brush tyre = brush_flat(rgb(36, 36, 40));
        canvas_ring(c, x, w - 5, 2.4f, 2.4f, 1.1f, &tyre);
    }
}

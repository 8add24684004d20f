// SPDX-License-Identifier: BSD-2-Clause
//
// The row of houses.

#include <math.h>

#include "scene.h"

enum Gable { STEPS, BELL, NECK, CORNICE, SPOUT };
enum Front { DOOR, SHOP, CAFE };

typedef struct House {
    float x, width;
    enum Gable gable;
    enum Front front;
    int columns, storeys; // windows side by side, storeys above the ground floor
    float storey;         // height of one
    int shutters;
    Rgb wall, trim, accent;
    const char *sign;
} House;

#define RED {146, 70, 54}
#define BROWN {112, 68, 52}
#define OCHRE {190, 142, 88}
#define DARK {84, 62, 60}
#define ROSE {172, 98, 78}
#define CREAM {238, 226, 200}
#define WHITE {236, 234, 226}
#define GREEN {44, 78, 62}
#define BLUE {52, 74, 104}
#define WINE {122, 38, 44}

// From x = 302 to 398 the bridge leaves a gap.
static const House houses[] = {
    {-50, 52, BELL, DOOR, 3, 3, 31, 0, BROWN, CREAM, GREEN, NULL},
    {2, 56, STEPS, SHOP, 3, 3, 30, 0, RED, CREAM, GREEN, "BOOKS 1742"},
    {58, 50, NECK, DOOR, 3, 3, 32, 0, DARK, WHITE, WINE, NULL},
    {108, 62, CORNICE, CAFE, 4, 3, 30, 0, OCHRE, WHITE, BLUE, "CAFE DE BRUG"},
    {170, 48, BELL, DOOR, 2, 3, 33, 1, ROSE, WHITE, GREEN, NULL},
    {218, 40, SPOUT, DOOR, 2, 3, 28, 0, BROWN, CREAM, WINE, NULL},
    {258, 46, NECK, SHOP, 3, 3, 31, 0, RED, WHITE, BLUE, "BAKERY"},
    {396, 54, STEPS, SHOP, 3, 3, 31, 0, ROSE, CREAM, WINE, "TEA & SPICE"},
    {450, 48, CORNICE, DOOR, 3, 4, 27, 0, DARK, WHITE, GREEN, NULL},
    {498, 54, BELL, CAFE, 3, 3, 30, 0, RED, WHITE, GREEN, "NO. 7"},
    {552, 46, SPOUT, DOOR, 2, 3, 31, 1, OCHRE, WHITE, GREEN, NULL},
    {598, 56, NECK, SHOP, 3, 3, 32, 0, BROWN, CREAM, BLUE, "MAPS"},
    {654, 60, CORNICE, DOOR, 4, 3, 30, 0, ROSE, WHITE, WINE, NULL},
    {714, 54, STEPS, DOOR, 3, 3, 31, 0, DARK, CREAM, GREEN, NULL},
};

#define GROUND_FLOOR 34.0f

static float eaves_of(const House *h)
{
    return SCENE_GROUND - GROUND_FLOOR - h->storey * (float)h->storeys;
}

// Glass: the sky above, the other bank below, a curtain behind, a lit lamp.
static void draw_glass(Canvas *c, float x0, float y0, float x1, float y1, uint32_t seed)
{
    bool lit = scene_random(seed, 4) < 0.16f;
    Brush glass = lit ? brush_gradient(rgb(196, 150, 82), rgb(232, 188, 112), y0, y1)
                      : brush_gradient(rgb(52, 62, 78), rgb(28, 32, 40), y0, y1);
    canvas_rect(c, x0, y0, x1, y1, &glass);
    if (!lit && scene_random(seed, 1) < 0.75f) { // reflected sky, cut by a slanting edge
        Brush sky = brush_light(rgb(158, 188, 214), 0.30f + 0.35f * scene_random(seed, 2));
        float cut = (y1 - y0) * (0.35f + 0.4f * scene_random(seed, 3));
        Point p[4] = {{x0, y0}, {x1, y0}, {x1, y0 + cut * 0.55f}, {x0, y0 + cut}};
        canvas_polygon(c, p, 4, &sky);
    }
    if (scene_random(seed, 5) < 0.5f) { // drawn curtains
        Brush cloth = brush_stripes(rgb(224, 218, 206), rgb(198, 190, 178), x0, 1.3f);
        float w = (x1 - x0) * (0.18f + 0.14f * scene_random(seed, 6));
        Point left[4] = {{x0, y0}, {x0 + w * 1.3f, y0}, {x0 + w * 0.6f, y1}, {x0, y1}};
        Point right[4] = {{x1, y0}, {x1 - w * 1.3f, y0}, {x1 - w * 0.6f, y1}, {x1, y1}};
        canvas_polygon(c, left, 4, &cloth);
        canvas_polygon(c, right, 4, &cloth);
    }
}

// A sash window with a lintel, a sill and glazing bars.
static void draw_window(Canvas *c, const House *h, float x0, float y0, float w, float ht,
                        int across, int down, uint32_t seed)
{
    float x1 = x0 + w, y1 = y0 + ht;
    Brush white = brush_flat(h->trim), shade = brush_shadow(0.45f), soft = brush_shadow(0.28f);
    Brush lintel = brush_stripes(rgb_scale(h->wall, 1.12f), rgb_scale(h->wall, 0.86f), x0, 2.2f);
    Brush sill = brush_flat(rgb_scale(h->trim, 0.92f));

    canvas_rect(c, x0 - 1.6f, y0 - 3.6f, x1 + 1.6f, y0, &lintel);
    canvas_rect(c, x0, y0, x1, y1, &white);
    draw_glass(c, x0 + 1.1f, y0 + 1.1f, x1 - 1.1f, y1 - 1.1f, seed);
    canvas_rect(c, x0 + 1.1f, y0 + 1.1f, x1 - 1.1f, y0 + 2.4f, &shade);
    canvas_rect(c, x0 + 1.1f, y0 + 1.1f, x0 + 2.1f, y1 - 1.1f, &soft);
    for (int i = 1; i < across; i++) {
        float x = x0 + w * (float)i / (float)across;
        canvas_rect(c, x - 0.4f, y0 + 1, x + 0.4f, y1 - 1, &white);
    }
    for (int i = 1; i < down; i++) {
        float y = y0 + ht * (float)i / (float)down, bar = 2 * i == down ? 0.75f : 0.4f;
        canvas_rect(c, x0 + 1, y - bar, x1 - 1, y + bar, &white);
    }
    canvas_rect(c, x0 - 1.4f, y1, x1 + 1.4f, y1 + 1.5f, &sill);
    canvas_rect(c, x0 - 1.4f, y1 + 1.5f, x1 + 1.4f, y1 + 2.8f, &soft);
    if (h->shutters) {
        Brush slats = brush_planks(h->accent, y0, 1.5f, seed);
        canvas_rect(c, x0 - 5.4f, y0 - 0.4f, x0 - 0.6f, y1 + 0.4f, &slats);
        canvas_rect(c, x1 + 0.6f, y0 - 0.4f, x1 + 5.4f, y1 + 0.4f, &slats);
    }
    if (scene_random(seed, 7) < 0.22f) { // a flower box
        Brush box = brush_flat(h->accent);
        canvas_rect(c, x0 - 0.6f, y1 - 1.6f, x1 + 0.6f, y1 + 1.2f, &box);
        for (uint32_t i = 0; i < 46; i++) {
            uint32_t r = scene_hash(seed, 100 + i);
            float fx = x0 + w * scene_random(r, 0), fy = y1 - 1.4f - 2.6f * scene_random(r, 1);
            Rgb colour = r & 1 ? rgb(214, 62, 66) : r & 2 ? rgb(84, 132, 62) : rgb(240, 176, 186);
            Brush petal = brush_flat(colour);
            canvas_ellipse(c, fx, fy, 0.55f, 0.5f, &petal);
        }
    }
}

static void draw_storeys(Canvas *c, const House *h, uint32_t seed)
{
    float eaves = eaves_of(h), pitch = h->width / (float)h->columns;
    for (int s = 0; s < h->storeys; s++) {
        float top = eaves + h->storey * (float)s;
        // Lower storeys are the finer ones: taller windows.
        float ht = h->storey * (0.60f + 0.05f * (float)s);
        float w = fminf(pitch * (h->shutters ? 0.46f : 0.62f), 11.5f);
        for (int i = 0; i < h->columns; i++)
            draw_window(c, h, h->x + pitch * ((float)i + 0.5f) - w / 2,
                        top + (h->storey - ht) * 0.62f, w, ht, h->columns > 3 ? 2 : 2 + (s > 0), 4,
                        scene_hash(seed, (uint32_t)(s * 8 + i)));
    }
}

static void draw_door(Canvas *c, const House *h, float x0, float w, uint32_t seed)
{
    float y1 = SCENE_GROUND - 2.6f, y0 = SCENE_GROUND - 27, mid = x0 + w / 2;
    Brush frame = brush_flat(h->trim), door = brush_planks(h->accent, 0, 30, seed);
    Brush panel = brush_flat(rgb_scale(h->accent, 0.72f)), brass = brush_flat(rgb(226, 190, 106));
    Brush dark = brush_flat(rgb(38, 40, 48));
    Brush step = brush_stone(rgb(168, 166, 160), x0, y1, 9, 1.4f, 3);

    canvas_rect(c, x0 - 1.8f, y0 - 1.6f, x0 + w + 1.8f, y1, &frame);
    canvas_rect(c, x0, y0, x0 + w, y0 + 5, &dark);
    for (int i = 1; i < 6; i++) // a fanlight
        canvas_line(c, mid, y0 + 5, mid + w * 0.62f * cosf(0.5236f * (float)i),
                    y0 + 5 - 6 * sinf(0.5236f * (float)i), 0.5f, &frame);
    canvas_rect(c, x0 - 1.8f, y0 - 1.8f, x0 + w + 1.8f, y0, &frame);
    canvas_rect(c, x0, y0 + 5, x0 + w, y0 + 6, &frame);
    canvas_rect(c, x0, y0 + 6, x0 + w, y1, &door);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            canvas_rect(c, x0 + 1 + (float)i * w / 2, y0 + 7.5f + 8 * (float)j,
                        x0 - 1 + (float)(i + 1) * w / 2, y0 + 13.5f + 8 * (float)j, &panel);
    canvas_ellipse(c, x0 + w - 1.2f, y0 + 15, 0.6f, 0.6f, &brass);
    canvas_rect(c, x0 - 3.5f, y1 - 1.4f, x0 + w + 3.5f, y1, &step);
    canvas_rect(c, x0 - 5.5f, y1, x0 + w + 5.5f, SCENE_GROUND + 0.5f, &step);
}

static void draw_sign(Canvas *c, const House *h, float y)
{
    // As large as fits; the last letter's gap does not count.
    float unit = canvas_text(c, 0, 0, 6, 1, h->sign, NULL) - 1.8f;
    float size = fminf(6.4f, 6 * (h->width - 13) / unit), width = unit * size / 6;
    float x = h->x + (h->width - width) / 2;
    Brush board = brush_flat(rgb_scale(h->accent, 0.8f)), edge = brush_flat(rgb(214, 182, 112));
    Brush gold = brush_flat(rgb(248, 226, 164));
    canvas_rect(c, h->x + 3, y, h->x + h->width - 3, y + 11, &edge);
    canvas_rect(c, h->x + 3.7f, y + 0.7f, h->x + h->width - 3.7f, y + 10.3f, &board);
    canvas_text(c, x, y + (11 - size) / 2, size, 0.15f * size, h->sign, &gold);
}

static void draw_awning(Canvas *c, const House *h, float y)
{
    float x0 = h->x + 3, x1 = h->x + h->width - 3, drop = 8;
    Brush stripes = brush_stripes(rgb_mix(h->accent, rgb(255, 255, 255), 0.18f),
                                  rgb(240, 236, 224), x0, 5.2f);
    Brush shade = brush_shadow(0.3f);
    Point p[4] = {{x0 + 1, y}, {x1 - 1, y}, {x1 + 1.5f, y + drop}, {x0 - 1.5f, y + drop}};
    canvas_rect(c, x0, y + drop, x1, y + drop + 8, &shade);
    canvas_polygon(c, p, 4, &stripes);
    for (float x = x0 - 0.1f; x < x1; x += 2.6f) // scallops
        canvas_ellipse(c, x + 1.3f, y + drop, 1.3f, 1.7f, &stripes);
}

static void draw_front(Canvas *c, const House *h, uint32_t seed)
{
    float y0 = SCENE_GROUND - GROUND_FLOOR;
    if (h->front == DOOR) {
        float w = h->width / (float)h->columns, plinth = SCENE_GROUND - 5;
        Brush stone = brush_stone(rgb(150, 146, 140), h->x, plinth, 12, 5, seed);
        canvas_rect(c, h->x, plinth, h->x + h->width, SCENE_GROUND, &stone);
        for (int i = 1; i < h->columns; i++)
            draw_window(c, h, h->x + w * ((float)i + 0.5f) - 5.5f, y0 + 6, 11, 20, 2, 4,
                        scene_hash(seed, 70 + (uint32_t)i));
        draw_door(c, h, h->x + w / 2 - 4.5f, 9, seed);
        return;
    }
    Brush wood = brush_planks(h->accent, 0, 60, seed), trim = brush_flat(h->trim);
    float x0 = h->x + 3, x1 = h->x + h->width - 3, y1 = SCENE_GROUND - 4;
    canvas_rect(c, h->x + 2, y0 + 1, h->x + h->width - 2, SCENE_GROUND, &wood);
    draw_sign(c, h, y0 + 1.5f);
    float door = x0 + (x1 - x0) * 0.68f;
    draw_glass(c, x0 + 1, y0 + 14, door - 2, y1 - 3, 5 + seed * 2);
    for (int i = 0; i <= 3; i++) {
        float x = x0 + 1 + (door - 3 - x0) * (float)i / 3;
        canvas_rect(c, x - 0.5f, y0 + 13.5f, x + 0.5f, y1 - 3, &trim);
    }
    for (uint32_t i = 0; i < 26; i++) { // what is for sale
        uint32_t r = scene_hash(seed, 300 + i);
        float x = x0 + 2 + (door - x0 - 6) * (float)i / 26;
        Brush item = brush_flat(rgb(90 + 150 * scene_random(r, 0), 60 + 130 * scene_random(r, 1),
                                    50 + 100 * scene_random(r, 2)));
        canvas_rect(c, x, y1 - 5.5f - 3 * scene_random(r, 3), x + 1.1f, y1 - 3, &item);
    }
    draw_glass(c, door + 2, y0 + 15, x1 - 2, y1 - 8, seed + 1);
    canvas_ring(c, (door + x1) / 2, y0 + 22, 2.2f, 2.2f, 0.5f, &trim);
    if (h->front == CAFE)
        draw_awning(c, h, y0 + 12.5f);
}

// ---------------------------------------------------------------- gables ---

// The outline of a gable above the eaves, left to right.
static int gable_outline(const House *h, Point *p)
{
    float x0 = h->x + 0.6f, w = h->width - 1.2f, mid = x0 + w / 2, y = eaves_of(h);
    int n = 0;
    if (h->gable == STEPS) {
        const int steps = 5;
        float dx = (w / 2 - 4) / (float)steps, dy = 6.0f;
        for (int i = 0; i <= steps; i++) {
            p[n++] = (Point){x0 + dx * (float)i, y - dy * (float)i};
            p[n++] = (Point){x0 + dx * (float)i, y - dy * (float)(i + 1)};
        }
    } else if (h->gable == BELL) {
        for (int i = 0; i <= 14; i++) {
            float t = (float)i / 14, bend = t * t * (3 - 2 * t);
            p[n++] = (Point){x0 + (w / 2 - 5) * (0.35f * t + 0.65f * bend * bend),
                             y - 27 * (0.25f * t + 0.75f * bend)};
        }
    } else if (h->gable == NECK) {
        float neck = w * 0.22f;
        for (int i = 0; i <= 8; i++) {
            float a = 1.5708f * (float)i / 8;
            p[n++] = (Point){x0 + (w / 2 - neck) * sinf(a), y - 13 * (1 - cosf(a))};
        }
        p[n++] = (Point){mid - neck, y - 27};
        p[n++] = (Point){mid - neck - 1.2f, y - 27};
        p[n++] = (Point){mid, y - 33};
    } else {
        p[n++] = (Point){x0, y};
        p[n++] = (Point){mid - 3, y - 27};
        p[n++] = (Point){mid - 3, y - 31};
    }
    for (int i = n - 1; i >= 0; i--)
        p[n + (n - 1 - i)] = (Point){2 * mid - p[i].x, p[i].y};
    return 2 * n;
}

static void draw_gable(Canvas *c, const House *h, const Brush *wall, uint32_t seed)
{
    Point p[40];
    int n = gable_outline(h, p);
    float mid = h->x + h->width / 2, y = eaves_of(h);
    Brush trim = brush_flat(h->trim), shade = brush_shadow(0.4f);
    Brush iron = brush_flat(rgb(46, 44, 48));

    canvas_polygon(c, p, n, wall);
    canvas_polyline(c, p, n, 2.1f, &trim);
    canvas_rect(c, h->x, y - 0.4f, h->x + h->width, y + 1.0f, &trim);
    canvas_rect(c, h->x, y + 1.0f, h->x + h->width, y + 2.4f, &shade);
    if (seed & 1) {
        canvas_ellipse(c, mid, y - 10, 4.4f, 5.4f, &trim);
        draw_glass(c, mid - 2.5f, y - 13.5f, mid + 2.5f, y - 6.5f, seed);
        canvas_rect(c, mid - 0.35f, y - 15, mid + 0.35f, y - 5, &trim);
        canvas_rect(c, mid - 4, y - 10.35f, mid + 4, y - 9.65f, &trim);
    } else {
        draw_window(c, h, mid - 4.2f, y - 16, 8.4f, 12, 2, 3, seed & ~7u);
    }
    // The hoisting beam with its hook.
    canvas_rect(c, mid - 0.9f, y - 23.5f, mid + 0.9f, y - 21, &iron);
    canvas_line(c, mid, y - 21, mid, y - 18.6f, 0.5f, &iron);
    canvas_ring(c, mid, y - 18, 0.9f, 0.9f, 0.4f, &iron);
}

static void draw_cornice(Canvas *c, const House *h, uint32_t seed)
{
    float x0 = h->x, x1 = h->x + h->width, y = eaves_of(h);
    Brush tiles = brush_tiles(rgb(184, 92, 62), x0, y, seed), trim = brush_flat(h->trim);
    Brush shade = brush_shadow(0.4f);
    Brush brick = brush_brick(rgb(150, 78, 60), rgb(196, 178, 158), x0, y, seed);
    Brush under = brush_flat(rgb_scale(h->trim, 0.8f));
    Point roof[4] = {{x0 + 1, y}, {x0 + 8, y - 21}, {x1 - 8, y - 21}, {x1 - 1, y}};

    canvas_rect(c, x0 + 9, y - 31, x0 + 17, y - 14, &brick); // a chimney
    canvas_rect(c, x0 + 8, y - 32.5f, x0 + 18, y - 30.5f, &under);
    canvas_polygon(c, roof, 4, &tiles);
    float mid = (x0 + x1) / 2 + 4;
    canvas_rect(c, mid - 7, y - 17, mid + 7, y - 2, &trim); // a dormer
    draw_window(c, h, mid - 5.5f, y - 14, 11, 11, 2, 2, seed | 1);
    Point top[3] = {{mid - 9, y - 16.5f}, {mid, y - 23}, {mid + 9, y - 16.5f}};
    canvas_polygon(c, top, 3, &under);
    canvas_polyline(c, top, 3, 1.2f, &trim);
    canvas_rect(c, x0 - 1, y - 2.4f, x1 + 1, y + 0.6f, &trim);
    canvas_rect(c, x0, y + 0.6f, x1, y + 4.6f, &under);
    for (float x = x0 + 1.2f; x < x1 - 1; x += 3.6f)
        canvas_rect(c, x, y + 0.6f, x + 1.6f, y + 4, &trim);
    canvas_rect(c, x0, y + 4.6f, x1, y + 5.4f, &trim);
    canvas_rect(c, x0, y + 5.4f, x1, y + 7.2f, &shade);
}

static void draw_house(Canvas *c, const House *h, uint32_t seed)
{
    float y = eaves_of(h);
    Rgb mortar = rgb_mix(h->wall, rgb(204, 190, 170), 0.5f);
    Brush wall = seed % 5 == 3 ? brush_plaster(h->wall, seed)
                               : brush_brick(h->wall, mortar, h->x, y, seed);
    Brush edge = brush_shadow(0.35f), sun = brush_light(rgb(255, 232, 186), 0.08f);
    Brush band = brush_flat(rgb_scale(h->trim, 0.95f)), iron = brush_flat(rgb(58, 54, 54));

    canvas_rect(c, h->x, y, h->x + h->width, SCENE_GROUND, &wall);
    if (h->gable == CORNICE)
        draw_cornice(c, h, seed);
    else
        draw_gable(c, h, &wall, seed);
    draw_storeys(c, h, seed);
    canvas_rect(c, h->x, SCENE_GROUND - GROUND_FLOOR - 1, h->x + h->width,
                SCENE_GROUND - GROUND_FLOOR + 0.6f, &band);
    draw_front(c, h, seed);
    // Wall anchors, the neighbour's shadow, a drain pipe, and the low sun.
    for (int s = 1; s < h->storeys; s++)
        for (int i = 1; i < h->columns; i++) {
            float x = h->x + h->width * (float)i / (float)h->columns;
            float ay = y + h->storey * (float)s;
            canvas_rect(c, x - 0.35f, ay - 2.4f, x + 0.35f, ay + 2.4f, &iron);
        }
    canvas_rect(c, h->x, y + 2, h->x + 2.2f, SCENE_GROUND, &edge);
    canvas_rect(c, h->x + h->width - 1.9f, y + 2, h->x + h->width - 1.0f, SCENE_GROUND, &iron);
    canvas_rect(c, h->x + h->width * 0.3f, y, h->x + h->width, SCENE_GROUND, &sun);
}

void scene_draw_houses(Canvas *c)
{
    for (size_t i = 0; i < sizeof houses / sizeof houses[0]; i++)
        draw_house(c, &houses[i], scene_hash(11, (uint32_t)i) & 0xFFFF);
}

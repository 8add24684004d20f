// SPDX-License-Identifier: BSD-2-Clause

#include "scene_canvas.h"

#include <math.h>
#include <stdlib.h>

bool canvas_init(Canvas *c, float x0, float width, float scale)
{
    c->scale = scale;
    c->x0 = x0;
    c->w = (int)ceilf(width * scale);
    c->h = (int)lroundf(SCENE_HEIGHT * scale);
    c->px = calloc((size_t)c->w * (size_t)c->h, 4);
    return c->px != NULL;
}

void canvas_free(Canvas *c)
{
    free(c->px);
    c->px = NULL;
}

// ----------------------------------------------------------------- noise ---

uint32_t scene_hash(uint32_t a, uint32_t b)
{
    uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu;
    h ^= h >> 15;
    h *= 0x2C1B3C6Du;
    h ^= h >> 12;
    h *= 0x297A2D39u;
    return h ^ h >> 15;
}

float scene_random(uint32_t seed, uint32_t index)
{
    return (float)(scene_hash(seed, index) >> 8) * (1.0f / 16777216.0f);
}

float scene_noise(float x, float y, uint32_t seed)
{
    float fx = floorf(x), fy = floorf(y);
    uint32_t ix = (uint32_t)(int32_t)fx, iy = (uint32_t)(int32_t)fy;
    float tx = x - fx, ty = y - fy;
    uint32_t row0 = scene_hash(seed, iy), row1 = scene_hash(seed, iy + 1);
    float a = scene_random(row0, ix), b = scene_random(row0, ix + 1);
    float c = scene_random(row1, ix), d = scene_random(row1, ix + 1);

    tx = tx * tx * (3 - 2 * tx);
    ty = ty * ty * (3 - 2 * ty);
    a += (b - a) * tx;
    c += (d - c) * tx;
    return a + (c - a) * ty;
}

float scene_fbm(float x, float y, int octaves, uint32_t seed)
{
    float sum = 0, weight = 0.5f, total = 0;
    for (int i = 0; i < octaves; i++) {
        sum += weight * scene_noise(x, y, seed + (uint32_t)i);
        total += weight;
        weight *= 0.5f;
        // Turned a little between octaves, so that no grid shows.
        float nx = 1.6f * x - 1.2f * y;
        y = 1.2f * x + 1.6f * y;
        x = nx;
    }
    return sum / total;
}

// ---------------------------------------------------------------- brushes ---

static Rgb shade_flat(const Brush *b, float x, float y)
{
    (void)x;
    (void)y;
    return b->c1;
}

Brush brush_flat(Rgb c)
{
    return (Brush){.shade = shade_flat, .c1 = c, .opacity = 1};
}

Brush brush_shadow(float opacity)
{
    return (Brush){.shade = shade_flat, .c1 = {22, 24, 38}, .opacity = opacity};
}

Brush brush_light(Rgb c, float opacity)
{
    return (Brush){.shade = shade_flat, .c1 = c, .opacity = opacity};
}

static Rgb shade_gradient(const Brush *b, float x, float y)
{
    (void)x;
    return rgb_mix(b->c1, b->c2, scene_clamp((y - b->oy) / b->sy, 0, 1));
}

Brush brush_gradient(Rgb top, Rgb bottom, float y0, float y1)
{
    return (Brush){.shade = shade_gradient, .c1 = top, .c2 = bottom, .oy = y0, .sy = y1 - y0,
                   .opacity = 1};
}

// Running bond; every brick has its own shade, and weather lies over all.
static Rgb shade_brick(const Brush *b, float x, float y)
{
    float row = floorf((y - b->oy) / b->sy);
    float u = (x - b->ox) / b->sx + 0.5f * (float)((int)row & 1);
    float column = floorf(u);
    float du = (u - column) * b->sx, dv = y - b->oy - row * b->sy;
    float weather = 0.86f + 0.28f * scene_fbm(x * 0.045f, y * 0.03f, 3, b->seed);

    if (du < 0.42f || dv < 0.38f)
        return rgb_scale(b->c2, weather);
    uint32_t id = scene_hash((uint32_t)(int32_t)row, (uint32_t)(int32_t)column);
    float own = 0.84f + 0.32f * scene_random(b->seed, id);
    Rgb c = rgb_scale(b->c1, own * weather);
    if ((id & 15) == 3)
        c = rgb_mix(c, rgb(70, 50, 52), 0.35f);
    return c;
}

Brush brush_brick(Rgb brick, Rgb mortar, float ox, float oy, uint32_t seed)
{
    return (Brush){.shade = shade_brick, .c1 = brick, .c2 = mortar, .ox = ox, .oy = oy,
                   .sx = 5.2f, .sy = 1.9f, .opacity = 1, .seed = seed};
}

static Rgb shade_stone(const Brush *b, float x, float y)
{
    float row = floorf((y - b->oy) / b->sy);
    float u = (x - b->ox) / b->sx + 0.37f * row;
    float column = floorf(u);
    float du = (u - column) * b->sx, dv = y - b->oy - row * b->sy;
    uint32_t id = scene_hash((uint32_t)(int32_t)row, (uint32_t)(int32_t)column);
    float k = 0.88f + 0.2f * scene_random(b->seed, id);

    k *= 0.85f + 0.3f * scene_fbm(x * 0.35f, y * 0.35f, 3, b->seed);
    if (du < 0.5f || dv < 0.5f)
        k *= 0.62f;
    else if (du < 1.0f || dv < 1.0f)
        k *= 1.08f;
    return rgb_scale(b->c1, k);
}

Brush brush_stone(Rgb stone, float ox, float oy, float sx, float sy, uint32_t seed)
{
    return (Brush){.shade = shade_stone, .c1 = stone, .ox = ox, .oy = oy, .sx = sx, .sy = sy,
                   .opacity = 1, .seed = seed};
}

static Rgb shade_plaster(const Brush *b, float x, float y)
{
    float k = 0.9f + 0.14f * scene_fbm(x * 0.06f, y * 0.03f, 3, b->seed) +
              0.06f * scene_noise(x * 1.3f, y * 1.3f, b->seed + 9);
    return rgb_scale(b->c1, k);
}

Brush brush_plaster(Rgb c, uint32_t seed)
{
    return (Brush){.shade = shade_plaster, .c1 = c, .opacity = 1, .seed = seed};
}

// Pantiles: rounded across, overlapping downwards.
static Rgb shade_tiles(const Brush *b, float x, float y)
{
    float u = (x - b->ox) / 3.4f, v = (y - b->oy) / 2.6f;
    float column = floorf(u), row = floorf(v);
    float du = u - column, dv = v - row;
    uint32_t id = scene_hash((uint32_t)(int32_t)row, (uint32_t)(int32_t)column);
    float k = 0.62f + 0.5f * sinf(3.14159265f * du) * (0.75f + 0.25f * dv);

    k *= 0.88f + 0.24f * scene_random(b->seed, id);
    if (dv < 0.16f)
        k *= 0.6f;
    return rgb_scale(b->c1, k);
}

Brush brush_tiles(Rgb c, float ox, float oy, uint32_t seed)
{
    return (Brush){.shade = shade_tiles, .c1 = c, .ox = ox, .oy = oy, .opacity = 1,
                   .seed = seed};
}

static Rgb shade_stripes(const Brush *b, float x, float y)
{
    (void)y;
    float u = (x - b->ox) / b->sx;
    return u - floorf(u) < 0.5f ? b->c1 : b->c2;
}

Brush brush_stripes(Rgb a, Rgb b, float ox, float period)
{
    return (Brush){.shade = shade_stripes, .c1 = a, .c2 = b, .ox = ox, .sx = period,
                   .opacity = 1};
}

static Rgb shade_planks(const Brush *b, float x, float y)
{
    float row = floorf((y - b->oy) / b->sy);
    float dv = y - b->oy - row * b->sy;
    float k = 0.85f + 0.2f * scene_random(b->seed, (uint32_t)(int32_t)row) +
              0.14f * scene_noise(x * 0.3f, y * 2.5f, b->seed);
    return rgb_scale(b->c1, dv < 0.3f ? k * 0.55f : k);
}

Brush brush_planks(Rgb c, float oy, float size, uint32_t seed)
{
    return (Brush){.shade = shade_planks, .c1 = c, .oy = oy, .sy = size, .opacity = 1,
                   .seed = seed};
}

// ---------------------------------------------------------------- shapes ---

static uint8_t to_byte(float v)
{
    return (uint8_t)(scene_clamp(v, 0, 255) + 0.5f);
}

static void put(Canvas *c, int x, int y, const Brush *b)
{
    uint8_t *p = c->px + ((size_t)y * (size_t)c->w + (size_t)x) * 4;
    Rgb v = b->shade(b, ((float)x + 0.5f) / c->scale + c->x0, ((float)y + 0.5f) / c->scale);

    if (b->opacity < 1) {
        if (!p[3])
            return;
        v = rgb_mix(rgb(p[0], p[1], p[2]), v, b->opacity);
    }
    p[0] = to_byte(v.r);
    p[1] = to_byte(v.g);
    p[2] = to_byte(v.b);
    p[3] = 255;
}

// Canvas columns (rows) whose centres lie in [a, b), limited to [0, n).
static int first_inside(float a, int n)
{
    return (int)scene_clamp(ceilf(a - 0.5f), 0, (float)n);
}

static void span(Canvas *c, float x0, float x1, int y, const Brush *b)
{
    int to = first_inside((x1 - c->x0) * c->scale, c->w);
    for (int x = first_inside((x0 - c->x0) * c->scale, c->w); x < to; x++)
        put(c, x, y, b);
}

void canvas_rect(Canvas *c, float x0, float y0, float x1, float y1, const Brush *b)
{
    int to = first_inside(y1 * c->scale, c->h);
    for (int y = first_inside(y0 * c->scale, c->h); y < to; y++)
        span(c, x0, x1, y, b);
}

#define MAX_CROSSINGS 32

void canvas_polygon(Canvas *c, const Point *p, int n, const Brush *b)
{
    float top = p[0].y, bottom = p[0].y;
    for (int i = 1; i < n; i++) {
        top = fminf(top, p[i].y);
        bottom = fmaxf(bottom, p[i].y);
    }
    int to = first_inside(bottom * c->scale, c->h);
    for (int y = first_inside(top * c->scale, c->h); y < to; y++) {
        float at = ((float)y + 0.5f) / c->scale, x[MAX_CROSSINGS];
        int count = 0;
        for (int i = 0, j = n - 1; i < n; j = i++) {
            if ((p[i].y <= at) == (p[j].y <= at) || count == MAX_CROSSINGS)
                continue;
            float v = p[i].x + (at - p[i].y) / (p[j].y - p[i].y) * (p[j].x - p[i].x);
            int k = count++;
            for (; k > 0 && x[k - 1] > v; k--)
                x[k] = x[k - 1];
            x[k] = v;
        }
        for (int k = 0; k + 1 < count; k += 2)
            span(c, x[k], x[k + 1], y, b);
    }
}

void canvas_ellipse(Canvas *c, float cx, float cy, float rx, float ry, const Brush *b)
{
    int to = first_inside((cy + ry) * c->scale, c->h);
    for (int y = first_inside((cy - ry) * c->scale, c->h); y < to; y++) {
        float v = (((float)y + 0.5f) / c->scale - cy) / ry;
        float half = v * v < 1 ? rx * sqrtf(1 - v * v) : 0;
        span(c, cx - half, cx + half, y, b);
    }
}

void canvas_ring(Canvas *c, float cx, float cy, float rx, float ry, float width, const Brush *b)
{
    int to = first_inside((cy + ry) * c->scale, c->h);
    for (int y = first_inside((cy - ry) * c->scale, c->h); y < to; y++) {
        float dy = ((float)y + 0.5f) / c->scale - cy;
        float v = dy / ry, u = dy / (ry - width);
        float outer = v * v < 1 ? rx * sqrtf(1 - v * v) : 0;
        float inner = u * u < 1 ? (rx - width) * sqrtf(1 - u * u) : 0;
        span(c, cx - outer, cx - inner, y, b);
        span(c, cx + inner, cx + outer, y, b);
    }
}

void canvas_line(Canvas *c, float x0, float y0, float x1, float y1, float width, const Brush *b)
{
    float dx = x1 - x0, dy = y1 - y0, len = sqrtf(dx * dx + dy * dy);
    if (len <= 0)
        return;
    float nx = -dy / len * width / 2, ny = dx / len * width / 2;
    Point p[4] = {{x0 + nx, y0 + ny}, {x1 + nx, y1 + ny}, {x1 - nx, y1 - ny}, {x0 - nx, y0 - ny}};
    canvas_polygon(c, p, 4, b);
}

void canvas_polyline(Canvas *c, const Point *p, int n, float width, const Brush *b)
{
    for (int i = 0; i < n; i++) {
        canvas_ellipse(c, p[i].x, p[i].y, width / 2, width / 2, b);
        if (i)
            canvas_line(c, p[i - 1].x, p[i - 1].y, p[i].x, p[i].y, width, b);
    }
}

void canvas_leaf(Canvas *c, float cx, float cy, float a, float b, float cosine, float sine,
                 const Brush *brush)
{
    float reach = fmaxf(a, b);
    int y1 = first_inside((cy + reach) * c->scale, c->h);
    int x1 = first_inside((cx + reach - c->x0) * c->scale, c->w);
    for (int y = first_inside((cy - reach) * c->scale, c->h); y < y1; y++) {
        float dy = ((float)y + 0.5f) / c->scale - cy;
        for (int x = first_inside((cx - reach - c->x0) * c->scale, c->w); x < x1; x++) {
            float dx = ((float)x + 0.5f) / c->scale + c->x0 - cx;
            float u = (dx * cosine + dy * sine) / a, v = (dy * cosine - dx * sine) / b;
            if (u * u + v * v < 1)
                put(c, x, y, brush);
        }
    }
}

// ------------------------------------------------------------------ text ---

// Strokes on a grid of 4 x 6, as pairs of digits x, y; a blank lifts the pen.
static const char *const letters[26] = {
    "062046 1434", "06003041423303 3344453606", "4130100105163645", "06002041452606",
    "40000646 0333", "400006 0333", "41301001051636454323", "0006 4046 0343", "1030 2026 1636",
    "4045361605", "0006 400346", "000646", "0600234046", "06004640", "103041453616050110",
    "06003041423303", "103041453616050110 3446", "06003041423303 2346",
    "413010010213334445361605", "0040 2026", "000516364540", "002640", "0016233640", "0046 4006",
    "002340 2326", "00400646",
};
static const char *const digits[10] = {
    "103041453616050110", "112026 1636", "01103041420646", "01103041423313 334445361605",
    "3036 300444", "400003334445361605", "413010010516364544331304", "004016",
    "103041423313020110 1304051636454433", "0516364541301001021343",
};

static const char *strokes_of(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return letters[ch - 'A'];
    if (ch >= '0' && ch <= '9')
        return digits[ch - '0'];
    switch (ch) {
    case '&': return "461120310305162643";
    case '-': return "1333";
    case '.': return "2526";
    case '\'': return "2021";
    default: return "";
    }
}

float canvas_text(Canvas *c, float x, float y, float h, float weight, const char *text,
                  const Brush *b)
{
    float unit = h / 6, start = x;
    for (; *text; text++) {
        Point p[24];
        int n = 0;
        for (const char *s = strokes_of(*text); b && *s; s++) {
            if (*s != ' ' && n < 24) {
                p[n++] = (Point){x + (float)(s[0] - '0') * unit, y + (float)(s[1] - '0') * unit};
                s++;
            }
            if (s[1] == '\0' || s[1] == ' ') {
                canvas_polyline(c, p, n, weight, b);
                n = 0;
            }
        }
        x += *text == ' ' ? 3.5f * unit : 5.8f * unit;
    }
    return x - start;
}

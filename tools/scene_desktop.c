// SPDX-License-Identifier: BSD-2-Clause
#include "scene_desktop.h"

#include <math.h>
#include <string.h>

#include "scene_canvas.h"

// Letters are 4 x 6 dots in cells of 6 x 9; a dot is `dot` pixels.
enum { CELL_W = 6, CELL_H = 9, GLYPH_W = 4, GLYPH_H = 6 };

typedef struct Screen {
    uint8_t *rgb;
    int width, height;
    int dot;
} Screen;

typedef struct Box {
    int x0, y0, x1, y1; // pixels
} Box;

typedef struct Ink {
    uint8_t r, g, b;
} Ink;

static const Ink paper = {250, 250, 247}, text = {38, 41, 48}, bar = {58, 72, 96};
static const Ink light = {206, 212, 222}, link = {26, 84, 170}, dark = {30, 33, 40};
static const Ink green = {126, 200, 130}, frame = {120, 126, 138}, white = {255, 255, 255};

static void fill(const Screen *s, Box b, Ink ink)
{
    const int x0 = b.x0 < 0 ? 0 : b.x0, x1 = b.x1 > s->width ? s->width : b.x1;
    for (int y = b.y0 < 0 ? 0 : b.y0; y < b.y1 && y < s->height; y++)
        for (int x = x0; x < x1; x++) {
            uint8_t *p = s->rgb + 3 * ((size_t)y * (size_t)s->width + (size_t)x);
            p[0] = ink.r, p[1] = ink.g, p[2] = ink.b;
        }
}

static void fill_clipped(const Screen *s, Box b, Box clip, Ink ink)
{
    b.x0 = b.x0 < clip.x0 ? clip.x0 : b.x0;
    b.y0 = b.y0 < clip.y0 ? clip.y0 : b.y0;
    b.x1 = b.x1 > clip.x1 ? clip.x1 : b.x1;
    b.y1 = b.y1 > clip.y1 ? clip.y1 : b.y1;
    fill(s, b, ink);
}

// Nothing to read, but the strokes of letters: a stem, a bar, and dots by chance.
static void glyph(const Screen *s, int x, int y, uint32_t letter, Box clip, Ink ink)
{
    const uint32_t h = scene_hash(letter, 77);
    const int stem = (int)(h & 3) % GLYPH_W, middle = 1 + (int)(h >> 2 & 3);
    for (int row = 0; row < GLYPH_H; row++)
        for (int column = 0; column < GLYPH_W; column++) {
            const bool on = column == stem || (row == middle && column > stem) ||
                            (h >> (4 + (row * GLYPH_W + column) % 27) & 3) == 3;
            const Box dot = {x + column * s->dot, y + row * s->dot, x + (column + 1) * s->dot,
                             y + (row + 1) * s->dot};
            if (on)
                fill_clipped(s, dot, clip, ink);
        }
}

// Words of a line, the same for the same number. Returns where it ends.
static int line_of_text(const Screen *s, int x, int y, uint32_t number, Box clip, Ink ink)
{
    const int letters = 12 + (int)(scene_hash(number, 5) % 50), indent = (int)(number % 5 == 0) * 4;
    x += indent * CELL_W * s->dot;
    for (int i = 0; i < letters && x < clip.x1; i++, x += CELL_W * s->dot) {
        const uint32_t letter = scene_hash(number, (uint32_t)i);
        if (letter % 6)
            glyph(s, x, y, letter % 26, clip, number % 7 == 3 ? link : ink);
    }
    return x;
}

// A window with its title; returns its inside.
static Box window(const Screen *s, Box b, uint32_t seed, Ink inside)
{
    const int edge = s->dot, title = (CELL_H + 4) * s->dot;
    fill(s, (Box){b.x0 + 3 * edge, b.y0 + 3 * edge, b.x1 + 3 * edge, b.y1 + 3 * edge}, dark);
    fill(s, b, frame);
    const Box head = {b.x0 + edge, b.y0 + edge, b.x1 - edge, b.y0 + title};
    const Box body = {b.x0 + edge, b.y0 + title + edge, b.x1 - edge, b.y1 - edge};
    fill(s, head, light);
    line_of_text(s, head.x0 + 4 * edge, head.y0 + 4 * edge, seed, head, text);
    fill(s, body, inside);
    return body;
}

static void background(const Screen *s)
{
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const float u = (float)x / (float)s->height, v = (float)y / (float)s->height;
            const float n = scene_fbm(3 * u, 3 * v, 4, 11);
            uint8_t *p = s->rgb + 3 * ((size_t)y * (size_t)s->width + (size_t)x);
            p[0] = (uint8_t)(30 + 60 * n);
            p[1] = (uint8_t)(60 + 50 * n + 40 * v);
            p[2] = (uint8_t)(90 + 60 * n + 60 * v);
        }
}

// An arrow, two thirds of the time on its way.
static void pointer(const Screen *s, float t)
{
    const float round = t - floorf(t / 3) * 3, at = 2 * 3.14159265f * (round < 2 ? round / 2 : 0);
    const int x = (int)((0.5f + 0.3f * cosf(at)) * (float)s->width);
    const int y = (int)((0.5f + 0.3f * sinf(2 * at)) * (float)s->height);
    for (int i = 0; i < 11; i++) {
        const int top = y + i * s->dot, end = i < 8 ? i : 11 - i;
        fill(s, (Box){x, top, x + (end + 1) * s->dot, top + s->dot}, white);
        fill(s, (Box){x, top, x + end * s->dot, top + s->dot}, dark);
    }
}

void scene_desktop(uint8_t *rgb, int width, int height, float t)
{
    const Screen s = {.rgb = rgb, .width = width, .height = height,
                      .dot = height / 540 > 1 ? height / 540 : 1};
    const int line = (CELL_H + 2) * s.dot, pad = 4 * s.dot;

    background(&s);
    const Box left = {width / 24, height / 16, width * 9 / 16, height * 13 / 16};
    const Box right = {width * 10 / 16, height / 6, width * 31 / 32, height * 15 / 16};
    const Box editor = window(&s, left, 1, paper);
    int end = editor.x0;
    uint32_t number = 100;
    for (int y = editor.y0 + pad; y + line < editor.y1; y += line)
        end = line_of_text(&s, editor.x0 + pad, y, number++, editor, text);
    const int last = editor.y0 + pad + (editor.y1 - editor.y0 - pad - 1) / line * line - line;
    if (t - floorf(t) < 0.5f)
        fill_clipped(&s, (Box){end + s.dot, last - s.dot, end + 2 * s.dot, last + CELL_H * s.dot},
                     editor, text);

    const Box pane = window(&s, right, 2, dark);
    const float cycle = floorf(t / 3), part = t - 3 * cycle;
    const int shift = (int)((cycle + (part < 1 ? part : 1)) * 60) * s.dot; // pixels so far
    for (int y = pane.y0 - shift % line; y < pane.y1; y += line)
        line_of_text(&s, pane.x0 + pad, y, 5000 + (uint32_t)((y + shift - pane.y0) / line), pane,
                     green);

    const Box tasks = {0, height - (CELL_H + 6) * s.dot, width, height};
    fill(&s, tasks, bar);
    line_of_text(&s, pad, tasks.y0 + pad, 3, tasks, light);
    pointer(&s, t);
}

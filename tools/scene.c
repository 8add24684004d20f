// SPDX-License-Identifier: BSD-2-Clause
//
// qsr-scene: renders the clip that `./run demo` upscales, a slow pan along a
// town canal. It is drawn at several samples per pixel and reduced with the
// antialiased cubic that also made the training pictures, so its detail is
// what the networks were trained to restore. Or a desktop, for what stands still.

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "scene_desktop.h"

enum Format { FORMAT_420, FORMAT_444, FORMAT_I420, FORMAT_PPM };

typedef struct Options {
    int width, height, frames, first, fps;
    int factor; // samples per pixel in one direction
    enum Format format;
    int desktop;
    const char *output;
} Options;

// Layers from far to near, and how many units each moves while the camera
// moves one.
enum { SKY, FAR, HOUSES, QUAY, BOAT, LEAVES, N_LAYERS };
static const float parallax[N_LAYERS] = {0.25f, 0.6f, 1.0f, 1.0f, 1.0f, 1.5f};
#define PAN_PER_SECOND 18.0f
#define BOAT_START 126.0f
#define BOAT_PER_SECOND 8.0f

typedef struct Scene {
    Canvas layer[N_LAYERS];
    Canvas frame;  // one frame, fine
    int width, height, factor;
    float *row;     // of the reduction
    uint8_t *saved; // the frame above the water
    uint8_t *rgb;  // one frame, reduced
} Scene;

static bool scene_init(Scene *s, const Options *o)
{
    float scale = (float)(o->height * o->factor) / SCENE_HEIGHT;
    float view = (float)o->width * SCENE_HEIGHT / (float)o->height;
    float pan = PAN_PER_SECOND * (float)(o->first + o->frames) / (float)o->fps;
    bool ok = true;

    *s = (Scene){.width = o->width, .height = o->height, .factor = o->factor};
    s->rgb = malloc((size_t)o->width * (size_t)o->height * 3);
    if (o->desktop || !s->rgb)
        return s->rgb != NULL;
    for (int i = 0; i < N_LAYERS; i++) {
        float reach = i == BOAT ? 110 : view + pan * parallax[i] + 2;
        ok = ok && canvas_init(&s->layer[i], i == BOAT ? -55 : 0, reach, scale);
    }
    ok = ok && canvas_init(&s->frame, 0, view, scale);
    s->frame.w = o->width * o->factor;
    s->row = malloc(sizeof(float) * 3 * (size_t)s->frame.w);
    s->saved = ok ? malloc((size_t)s->frame.w * (size_t)s->frame.h * 4) : NULL;
    if (!ok || !s->row || !s->saved)
        return false;
    scene_draw_sky(&s->layer[SKY]);
    scene_draw_far(&s->layer[FAR]);
    scene_draw_houses(&s->layer[HOUSES]);
    scene_draw_quay(&s->layer[QUAY]);
    scene_draw_tree(&s->layer[QUAY], 205, 92, 27, 3);
    scene_draw_tree(&s->layer[QUAY], 520, 96, 29, 8);
    scene_draw_boat(&s->layer[BOAT]);
    scene_draw_branches(&s->layer[LEAVES]);
    return true;
}

static void scene_free(Scene *s)
{
    for (int i = 0; i < N_LAYERS; i++)
        canvas_free(&s->layer[i]);
    canvas_free(&s->frame);
    free(s->row);
    free(s->saved);
    free(s->rgb);
}

// ----------------------------------------------------------- one frame ---

// Puts a layer over the frame, `shift` canvas pixels to the left and `lift` up.
static void put_layer(Canvas *frame, const Canvas *layer, int shift, int lift)
{
    int from = shift < 0 ? -shift : 0;
    int to = layer->w - shift < frame->w ? layer->w - shift : frame->w;
    for (int y = 0; y + lift < frame->h; y++) {
        uint8_t *dst = frame->px + (size_t)y * (size_t)frame->w * 4;
        const uint8_t *src = layer->px + ((ptrdiff_t)(y + lift) * layer->w + shift) * 4;
        for (int x = from; x < to; x++)
            if (src[4 * x + 3])
                memcpy(dst + 4 * x, src + 4 * x, 4);
    }
}

// The canal shows the frame above the waterline upside down: compressed and
// stirred more the nearer the water is.
static void draw_water(Canvas *c, float t, float pan)
{
    int top = (int)lroundf(SCENE_WATER * c->scale);
    for (int y = top; y < c->h; y++) {
        float d = ((float)(y - top) + 0.5f) / c->scale, depth = d / (SCENE_HEIGHT - SCENE_WATER);
        float far = 1 / (0.10f + depth);
        float tint = 0.26f + 0.30f * depth;
        uint8_t *dst = c->px + (size_t)y * (size_t)c->w * 4;
        for (int x = 0; x < c->w; x++) {
            float u = (float)x / c->scale + pan;
            float wave = scene_noise(u * 0.05f * far + t * 0.9f, far * 9 + t * 1.6f, 201) +
                         0.6f * scene_noise(u * 0.12f * far - t * 0.7f, far * 21 - t * 1.1f,
                                            202) - 0.8f;
            float sx = (float)x + wave * (1.5f + 9 * depth) * c->scale;
            float sy = (float)top - (1.25f * d + wave * (0.8f + 15 * depth)) * c->scale - 1;
            int ix = (int)scene_clamp(sx, 0, (float)(c->w - 1));
            int iy = (int)scene_clamp(sy, 0, (float)(top - 1));
            const uint8_t *p = c->px + ((size_t)iy * (size_t)c->w + (size_t)ix) * 4;
            Rgb v = rgb_mix(rgb(p[0], p[1], p[2]), rgb(34, 58, 60), tint);
            float glint = scene_smooth(0.40f, 0.62f, wave);
            v = rgb_mix(v, rgb(236, 232, 216), 0.20f * glint);
            v = rgb_scale(v, 0.94f);
            dst[4 * x] = (uint8_t)(v.r + 0.5f);
            dst[4 * x + 1] = (uint8_t)(v.g + 0.5f);
            dst[4 * x + 2] = (uint8_t)(v.b + 0.5f);
        }
    }
}

static void draw_frame(Scene *s, float t)
{
    Canvas *c = &s->frame;
    const Canvas *boat = &s->layer[BOAT];
    float pan = PAN_PER_SECOND * t, at = BOAT_START + BOAT_PER_SECOND * t;
    int boat_shift = (int)lroundf((pan - at + boat->x0) * c->scale);
    size_t dry = (size_t)lroundf(SCENE_WATER * c->scale) * (size_t)c->w * 4;

    for (int i = SKY; i <= QUAY; i++)
        put_layer(c, &s->layer[i], (int)lroundf(pan * parallax[i] * c->scale), 0);
    // The boat floats below the line that the water mirrors at: lift it to be
    // mirrored, then put the town back and the boat where it belongs.
    memcpy(s->saved, c->px, dry);
    put_layer(c, boat, boat_shift, (int)lroundf(SCENE_BOAT_DEPTH * c->scale));
    draw_water(c, t, pan);
    memcpy(c->px, s->saved, dry);
    put_layer(c, boat, boat_shift, 0);
    put_layer(c, &s->layer[LEAVES], (int)lroundf(pan * parallax[LEAVES] * c->scale), 0);
}

// ------------------------------------------------------------- reduction ---

static float cubic(float x)
{
    x = fabsf(x);
    if (x < 1)
        return (1.5f * x - 2.5f) * x * x + 1;
    if (x < 2)
        return ((-0.5f * x + 2.5f) * x - 4) * x + 2;
    return 0;
}

// Weights of the 4 * factor samples that one pixel is made of.
static int reduction_weights(float *w, int factor)
{
    int n = factor == 1 ? 1 : 4 * factor;
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += w[i] = n == 1 ? 1 : cubic(((float)i + 0.5f - 0.5f * (float)n) / (float)factor);
    for (int i = 0; i < n; i++)
        w[i] /= sum;
    return n;
}

static int limit(int v, int n)
{
    return v < 0 ? 0 : v >= n ? n - 1 : v;
}

static void reduce(Scene *s)
{
    const Canvas *c = &s->frame;
    float w[64];
    int n = reduction_weights(w, s->factor), lead = (n - s->factor) / 2;

    for (int y = 0; y < s->height; y++) {
        for (int i = 0; i < 3 * c->w; i++)
            s->row[i] = 0;
        for (int k = 0; k < n; k++) {
            const uint8_t *src = c->px + (size_t)limit(y * s->factor - lead + k,
                                                       c->h) * (size_t)c->w * 4;
            for (int x = 0; x < c->w; x++)
                for (int i = 0; i < 3; i++)
                    s->row[3 * x + i] += w[k] * (float)src[4 * x + i];
        }
        uint8_t *dst = s->rgb + (size_t)y * (size_t)s->width * 3;
        for (int x = 0; x < s->width; x++) {
            float sum[3] = {0, 0, 0};
            for (int k = 0; k < n; k++) {
                const float *p = s->row + 3 * limit(x * s->factor - lead + k, c->w);
                for (int i = 0; i < 3; i++)
                    sum[i] += w[k] * p[i];
            }
            for (int i = 0; i < 3; i++)
                dst[3 * x + i] = (uint8_t)(scene_clamp(sum[i], 0, 255) + 0.5f);
        }
    }
}

// ---------------------------------------------------------------- output ---

// BT.601 up to 576 lines and BT.709 above, limited range, as players assume.
static void to_yuv(const uint8_t *p, bool hd, float *y, float *u, float *v)
{
    float kr = hd ? 0.2126f : 0.299f, kb = hd ? 0.0722f : 0.114f;
    float luma = kr * p[0] + (1 - kr - kb) * p[1] + kb * p[2];
    *y = 16 + luma * 219 / 255;
    *u = 128 + ((float)p[2] - luma) / (2 * (1 - kb)) * 224 / 255;
    *v = 128 + ((float)p[0] - luma) / (2 * (1 - kr)) * 224 / 255;
}

static uint8_t sample(float v)
{
    return (uint8_t)(scene_clamp(v, 0, 255) + 0.5f);
}

// Chroma is co-sited with the left of two luma columns (MPEG-2).
static void chroma_420(const Scene *s, int x, int y, bool hd, uint8_t *cb, uint8_t *cr)
{
    float u = 0, v = 0;
    for (int j = 0; j < 2; j++)
        for (int i = -1; i <= 1; i++) {
            const uint8_t *p = s->rgb + 3 * ((size_t)limit(2 * y + j,
                                                           s->height) * (size_t)s->width +
                                             (size_t)limit(2 * x + i, s->width));
            float l, a, b, weight = i ? 0.125f : 0.25f;
            to_yuv(p, hd, &l, &a, &b);
            u += weight * a;
            v += weight * b;
        }
    *cb = sample(u);
    *cr = sample(v);
}

static bool write_yuv_frame(const Scene *s, enum Format format, uint8_t *planes, FILE *f)
{
    bool hd = s->height > 576, full = format == FORMAT_444;
    int cw = full ? s->width : (s->width + 1) / 2, ch = full ? s->height : (s->height + 1) / 2;
    size_t pixels = (size_t)s->width * (size_t)s->height, chroma = (size_t)cw * (size_t)ch;
    uint8_t *cb = planes + pixels, *cr = cb + chroma;

    for (size_t i = 0; i < pixels; i++) {
        float y, u, v;
        to_yuv(s->rgb + 3 * i, hd, &y, &u, &v);
        planes[i] = sample(y);
        if (full) {
            cb[i] = sample(u);
            cr[i] = sample(v);
        }
    }
    if (!full)
        for (int y = 0; y < ch; y++)
            for (int x = 0; x < cw; x++)
                chroma_420(s, x, y, hd, cb + y * cw + x, cr + y * cw + x);
    return (format == FORMAT_I420 || fputs("FRAME\n", f) >= 0) &&
           fwrite(planes, pixels + 2 * chroma, 1, f) == 1;
}

static bool render(Scene *s, const Options *o, FILE *f)
{
    uint8_t *planes = malloc((size_t)o->width * (size_t)o->height * 3);
    bool ok = planes != NULL;

    if (ok && (o->format == FORMAT_420 || o->format == FORMAT_444))
        ok = fprintf(f, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C%s XCOLORRANGE=LIMITED\n", o->width,
                     o->height, o->fps, o->format == FORMAT_444 ? "444" : "420mpeg2") > 0;
    for (int i = 0; ok && i < o->frames; i++) {
        const float t = (float)(o->first + i) / (float)o->fps;
        if (o->desktop) {
            scene_desktop(s->rgb, o->width, o->height, t);
        } else {
            draw_frame(s, t);
            reduce(s);
        }
        if (o->format == FORMAT_PPM)
            ok = fprintf(f, "P6\n%d %d\n255\n", o->width, o->height) > 0 &&
                 fwrite(s->rgb, (size_t)o->width * (size_t)o->height * 3, 1, f) == 1;
        else
            ok = write_yuv_frame(s, o->format, planes, f);
    }
    free(planes);
    return ok;
}

// --------------------------------------------------------------- options ---

static const char usage[] =
    "Usage: qsr-scene [OPTION]... OUTPUT\n"
    "Renders the demo clip to OUTPUT (- is standard output).\n"
    "\n"
    "  --scene NAME    town, or desktop: windows of which little moves (town)\n"
    "  --size WxH      picture size, 16x16 to 3840x2160 (480x270)\n"
    "  --frames N      number of frames, 1 to 240 (48)\n"
    "  --first N       number of the first frame (0)\n"
    "  --fps N         frames per second (24)\n"
    "  --samples N     samples per pixel of the town: 1, 4, 9 or 16 (16)\n"
    "  --format F      420 or 444: Y4M; i420: the same as 420 without headers;\n"
    "                  ppm: one PPM picture after the other (420)\n";

static bool number(const char *text, int lo, int hi, int *value)
{
    char *end;
    long v = strtol(text, &end, 10);
    if (end == text || *end || v < lo || v > hi)
        return false;
    *value = (int)v;
    return true;
}

static bool set_option(Options *o, const char *name, const char *value)
{
    if (!strcmp(name, "--size")) {
        char tail;
        return sscanf(value, "%dx%d%c", &o->width, &o->height, &tail) == 2 && o->width >= 16 &&
               o->width <= 3840 && o->height >= 16 && o->height <= 2160;
    }
    if (!strcmp(name, "--scene")) {
        o->desktop = !strcmp(value, "desktop");
        return o->desktop || !strcmp(value, "town");
    }
    if (!strcmp(name, "--frames"))
        return number(value, 1, 240, &o->frames);
    if (!strcmp(name, "--first"))
        return number(value, 0, 240, &o->first);
    if (!strcmp(name, "--fps"))
        return number(value, 1, 240, &o->fps);
    if (!strcmp(name, "--samples")) {
        int n;
        if (!number(value, 1, 16, &n))
            return false;
        for (o->factor = 1; o->factor * o->factor < n; )
            o->factor++;
        return o->factor * o->factor == n;
    }
    if (!strcmp(name, "--format")) {
        static const char *const names[] = {"420", "444", "i420", "ppm"};
        for (int i = 0; i < 4; i++)
            if (!strcmp(value, names[i])) {
                o->format = (enum Format)i;
                return true;
            }
        return false;
    }
    return false;
}

static bool parse(Options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2)) {
            if (o->output)
                return false;
            o->output = argv[i];
        } else if (i + 1 == argc || !set_option(o, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    return o->output != NULL;
}

int main(int argc, char **argv)
{
    Options o = {.width = 480, .height = 270, .frames = 48, .fps = 24, .factor = 4};
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(&o, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    bool to_stdout = !strcmp(o.output, "-");
    FILE *f = to_stdout ? stdout : fopen(o.output, "wb");
    if (!f) {
        fprintf(stderr, "qsr-scene: cannot write %s: %s\n", o.output, strerror(errno));
        return 1;
    }
    Scene s;
    bool ready = scene_init(&s, &o), ok = ready && render(&s, &o, f);
    scene_free(&s);
    ok = (to_stdout ? fflush(f) : fclose(f)) == 0 && ok;
    if (!ok)
        fprintf(stderr, ready ? "qsr-scene: cannot write %s\n" : "qsr-scene: out of memory\n",
                o.output);
    return !ok;
}

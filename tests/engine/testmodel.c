// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sha256.h>

#include "tests/engine/testmodel.h"

#define MAX_LAYERS 18

uint32_t qsr_test_random(uint32_t *state)
{
    uint32_t x = *state ? *state : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

// 0 to n-1.
static int pick(uint32_t *state, int n)
{
    return (int)((qsr_test_random(state) >> 8) % (uint32_t)n);
}

// ---------------------------------------------------------------- writing ---

typedef struct Buffer {
    uint8_t *p;
    size_t size, room;
} Buffer;

static void check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "test model: %s\n", what);
    abort();
}

static uint8_t *append(Buffer *b, size_t n)
{
    uint8_t *at;

    if (b->size + n > b->room) {
        b->room = 2 * (b->size + n);
        b->p = realloc(b->p, b->room);
        check(b->p != NULL, "out of memory");
    }
    at = b->p + b->size;
    memset(at, 0, n);
    b->size += n;
    return at;
}

static void put(uint8_t *p, int bytes, uint64_t v)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

void qsr_test_model_seal(uint8_t *file, size_t size)
{
    SHA256_CTX ctx;

    check(size >= 80, "nothing to seal");
    memset(file + 48, 0, 32);
    SHA256_Init(&ctx);
    SHA256_Update(&ctx, file, size);
    SHA256_Final(file + 48, &ctx);
}

// ----------------------------------------------------------------- layers ---

typedef struct Layer {
    int cin, cout, ksize, frac, branch_ksize;
    int8_t *weights, *branch;
    int32_t *bias;
    uint16_t *mult;
    uint8_t *shift;
} Layer;

static void *table(int n, size_t size)
{
    void *p = calloc((size_t)n, size);

    check(p != NULL, "out of memory");
    return p;
}

static void free_layer(Layer *l)
{
    free(l->weights);
    free(l->branch);
    free(l->bias);
    free(l->mult);
    free(l->shift);
}

// The second weight of a pair, brought to where the property holds: positive
// parts sum to at most 128, negative parts likewise.
static int8_t safe_second(int a, int b)
{
    if (a > 0 && b > 128 - a)
        b = 128 - a;
    if (a < 0 && b < -128 - a)
        b = -128 - a;
    return (int8_t)b;
}

static void random_weights(int8_t *w, int taps, int cin, int amplitude, int safe, uint32_t *rng)
{
    for (int t = 0; t < taps; t++, w += cin) {
        for (int i = 0; i < cin; i++) {
            int v = pick(rng, 2 * amplitude + 1) - amplitude;
            w[i] = (int8_t)v;
            if (safe && (i & 1))
                w[i] = safe_second(w[i - 1], v);
        }
    }
}

// One pair that is not safe for certain: (R,G), or the first two channels;
// 127 + 2 is the smallest excess.
static void break_pair(int8_t *w, uint32_t *rng)
{
    w[0] = (int8_t)(pick(rng, 2) ? 127 : -127);
    w[1] = (int8_t)(w[0] > 0 ? 2 : -2);
}

typedef struct Sums {
    int64_t sum, abs, squares;
} Sums;

static void add_up(Sums *s, const int8_t *w, int n)
{
    for (int i = 0; i < n; i++) {
        s->sum += w[i];
        s->abs += abs(w[i]);
        s->squares += w[i] * w[i];
    }
}

// Scale and bias such that most outputs are neither 0 nor 255.
static void random_scale(const Layer *l, int o, const Sums *s, uint32_t *rng)
{
    // Inputs are about 128 +- 74, so the sum is about 128 * sum(w) +- 74 * norm.
    double norm = 1, k;
    int exponent = 0, bits;
    int64_t bias, limit = INT32_MAX - 255 * s->abs;

    while (norm * norm < (double)s->squares)
        norm *= 1.05;
    k = 60.0 / (74 * norm); // output steps per unit of the sum
    while (k < 0.5) {
        k *= 2;
        exponent++;
    }
    // k * 2^-exponent = M * 2^-(15 + s + f)
    bits = exponent - l->frac;
    l->shift[o] = (uint8_t)(bits < 0 ? 0 : bits > 24 ? 24 : bits);
    l->mult[o] = (uint16_t)(16384 + pick(rng, 16384));
    bias = -128 * s->sum + (int64_t)((70 + pick(rng, 116)) * 74 * norm / 60);
    bias = bias > limit ? limit : bias < -limit ? -limit : bias;
    l->bias[o] = (int32_t)bias;
}

// Amplitudes from almost nothing, where the shift is 0, to all there is.
static const int amplitudes[] = { 127, 1, 40, 127, 64, 12, 3, 127 };

static void random_channel(const Layer *l, int o, const QsrTestModelSpec *spec, uint32_t *rng)
{
    int taps = l->ksize * l->ksize, n = taps * l->cin;
    int branch_taps = l->branch_ksize * l->branch_ksize;
    int8_t *w = l->weights + (size_t)o * (size_t)n;
    int amplitude = amplitudes[pick(rng, 8)];
    Sums s = { 0, 0, 0 };
    int64_t limit;

    random_weights(w, taps, l->cin, amplitude, spec->unsafe_pairs != 1, rng);
    if (spec->unsafe_pairs == 1 && o == l->cout / 2)
        break_pair(w, rng);
    add_up(&s, w, n);
    if (l->branch) {
        // Few weights: large ones, or they would not show beside the others.
        int8_t *branch = l->branch + o * branch_taps * 3;
        random_weights(branch, branch_taps, 3, amplitude > 12 ? 127 : amplitude,
                       !spec->unsafe_pairs, rng);
        if (spec->unsafe_pairs && o == l->cout / 2)
            break_pair(branch, rng);
        add_up(&s, branch, branch_taps * 3);
    }
    random_scale(l, o, &s, rng);
    limit = INT32_MAX - 255 * s.abs;
    if (spec->extreme_bias && o % 4 == 1) {
        l->bias[o] = (int32_t)(o % 8 == 1 ? limit : -limit);
        l->shift[o] = (uint8_t)(o % 16 < 8 ? 24 : pick(rng, 25));
    }
}

static void random_layer(Layer *l, const QsrTestModelSpec *spec, uint32_t *rng)
{
    l->weights = table(l->cout * l->ksize * l->ksize * l->cin, 1);
    if (l->branch_ksize)
        l->branch = table(l->cout * l->branch_ksize * l->branch_ksize * 3, 1);
    l->bias = table(l->cout, sizeof(*l->bias));
    l->mult = table(l->cout, sizeof(*l->mult));
    l->shift = table(l->cout, sizeof(*l->shift));
    l->frac = spec->frac ? spec->frac : 1 + pick(rng, 6);
    for (int o = 0; o < l->cout; o++)
        random_channel(l, o, spec, rng);
}

static void write_layer(Buffer *b, const Layer *l)
{
    size_t n = (size_t)(l->cout * l->ksize * l->ksize * l->cin);
    size_t n_branch = (size_t)(l->cout * l->branch_ksize * l->branch_ksize * 3);
    uint8_t *p = append(b, 4);

    p[0] = (uint8_t)l->frac;
    for (int o = 0; o < l->cout; o++)
        put(append(b, 4), 4, (uint32_t)l->bias[o]);
    for (int o = 0; o < l->cout; o++)
        put(append(b, 2), 2, l->mult[o]);
    memcpy(append(b, (size_t)l->cout), l->shift, (size_t)l->cout);
    memcpy(append(b, n), l->weights, n);
    if (l->branch)
        memcpy(append(b, n_branch), l->branch, n_branch);
    append(b, (0 - b->size) & 3); // layers start at multiples of 4
}

// ------------------------------------------------------------------- file ---

static void write_header(uint8_t *h, size_t size, const QsrTestModelSpec *spec, size_t card_size,
                         int tw, int th)
{
    memcpy(h, "\x89QSR\r\n\x1a\n", 8);
    put(h + 8, 4, 1);
    put(h + 12, 4, 128);
    put(h + 16, 8, size);
    put(h + 24, 4, spec->branch ? 2 : 1);
    put(h + 28, 4, (uint64_t)spec->channels);
    put(h + 32, 4, (uint64_t)spec->blocks);
    put(h + 36, 2, (uint64_t)spec->scale.num);
    put(h + 38, 2, (uint64_t)spec->scale.den);
    put(h + 40, 4, card_size);
    put(h + 44, 2, (uint64_t)tw);
    put(h + 46, 2, (uint64_t)th);
}

static void write_self_test(Buffer *b, const Layer *layers, int n_layers,
                            const QsrTestModelSpec *spec, int w, int h, uint32_t *rng)
{
    size_t n_in = (size_t)(3 * w * h);
    size_t n_out = n_in * (size_t)(spec->scale.num * spec->scale.num) /
                   (size_t)(spec->scale.den * spec->scale.den);
    QsrConvParams params[MAX_LAYERS];
    uint8_t *in, *out;

    in = append(b, n_in);
    for (size_t i = 0; i < n_in; i++)
        in[i] = (uint8_t)(qsr_test_random(rng) >> 11);
    for (int i = 0; i < n_layers; i++) {
        const Layer *l = &layers[i];
        params[i] = (QsrConvParams){ .cin = l->cin, .cout = l->cout, .ksize = l->ksize,
                                     .frac = l->frac, .weights = l->weights, .bias = l->bias,
                                     .mult = l->mult, .shift = l->shift,
                                     .branch = l->branch, .branch_ksize = l->branch_ksize };
    }
    out = append(b, n_out);
    in = out - n_in; // append() may have moved it
    qsr_ref_network(out, in, w, h, params, n_layers, spec->scale);
    if (spec->wrong_test) {
        size_t i = (size_t)pick(rng, (int)n_out);
        out[i] = (uint8_t)(out[i] < 255 ? out[i] + 1 : 254);
    }
}

size_t qsr_test_model(uint8_t **file, const QsrTestModelSpec *spec)
{
    const char *name = spec->name ? spec->name : "test-model";
    int tw = spec->test_width ? spec->test_width : 8;
    int th = spec->test_height ? spec->test_height : 6;
    int n_layers = spec->blocks + 2;
    uint32_t rng = spec->seed * 2654435761u + 1;
    Layer layers[MAX_LAYERS] = { { 0 } };
    Buffer b = { NULL, 0, 0 };
    char made_up[256];
    const char *card = spec->card;

    check(n_layers >= 3 && n_layers <= MAX_LAYERS, "blocks out of range");
    check(spec->channels == 32 || spec->channels == 64, "channels out of range");
    check((spec->scale.den == 1 && spec->scale.num >= 2 && spec->scale.num <= 4) ||
          (spec->scale.den == 2 && spec->scale.num == 3), "no such scale");
    check(spec->frac >= 0 && spec->frac <= 6, "fraction bits out of range");
    if (!card) {
        snprintf(made_up, sizeof(made_up), "{\"name\": \"%s\", \"scale\": %g, "
                 "\"training\": \"random numbers\", \"licence\": \"CC0-1.0\", "
                 "\"metrics\": {\"psnr\": null}}", name,
                 (double)spec->scale.num / spec->scale.den);
        card = made_up;
    }
    append(&b, 128);
    for (int i = 0; i < n_layers; i++) {
        Layer *l = &layers[i];
        l->cin = i ? spec->channels : 3;
        l->cout = i < n_layers - 1 ? spec->channels : 3 * spec->scale.num * spec->scale.num;
        l->ksize = i == n_layers - 1 && spec->scale.den == 2 ? 2 : 3;
        if (spec->branch && i == n_layers - 1)
            l->branch_ksize = spec->scale.den == 2 ? 3 : 1;
        random_layer(l, spec, &rng);
        write_layer(&b, l);
    }
    write_self_test(&b, layers, n_layers, spec, tw, th, &rng);
    memcpy(append(&b, strlen(card)), card, strlen(card));
    write_header(b.p, b.size, spec, strlen(card), tw, th);
    qsr_test_model_seal(b.p, b.size);
    for (int i = 0; i < n_layers; i++)
        free_layer(&layers[i]);
    *file = b.p;
    return b.size;
}

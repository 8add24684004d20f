// SPDX-License-Identifier: BSD-2-Clause
//
// Asks once whether what ORC compiled is right: one row of a layer and of a head, with
// weights that lead through every program, against plain C. ORC has compilers that
// nobody here could try, and a wrong picture is worse than a slow one.
#include <stdlib.h>
#include <string.h>

#include "kernels/orc/conv_orc.h"
#include "kernels/requant.h"

#define C 32
#define W 70 // columns: more than a block, and not a whole number of any vector
#define CAP (QSR_FM_LEAD + 128 + QSR_FM_TAIL)
#define HEAD_OUTPUTS 12
#define OUT_ROW (128 * 2 * QSR_RGBX) // numbers of a row of the head's output

typedef struct Layer {
    QsrConvParams p;
    int8_t weights[C * 9 * C];
    int32_t bias[C];
    uint16_t mult[C];
    uint8_t shift[C];
} Layer;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

// Outputs have weights of different sizes: sums that take many calls, one, or none at all.
static void make_layer(Layer *l, uint32_t *seed)
{
    l->p = (QsrConvParams){.cin = C, .cout = C, .ksize = 3, .frac = QSR_RQ_MAX_FRAC,
                           .weights = l->weights, .bias = l->bias, .mult = l->mult,
                           .shift = l->shift};
    for (int o = 0; o < C; o++) {
        const int size = o < 4 ? 127 : o < 8 ? 60 : 10;
        for (int i = 0; i < 9 * C; i++) {
            const int w = (int)(next_random(seed) % (2 * (unsigned)size + 1)) - size;
            l->weights[o * 9 * C + i] = (int8_t)(o < 4 && w % 2 ? (w < 0 ? -127 : 127) : w);
        }
        l->bias[o] = (int)(next_random(seed) % 20000) - 2000;
        l->mult[o] = (uint16_t)(QSR_RQ_MIN_MULT + next_random(seed) % QSR_RQ_MIN_MULT);
        l->shift[o] = (uint8_t)(next_random(seed) % 6);
    }
}

typedef struct Memory {
    uint8_t *rows, *weights; // 4 rows; the last is the destination
    _Alignas(128) uint16_t out[2][OUT_ROW];
} Memory;

// Runs the layer and the head of one set: the map goes to `map` in canonical order, the
// head's rows to m->out.
static void run(const QsrConvDSP *dsp, Memory *m, Layer *l, const uint8_t *input, uint8_t *map)
{
    const size_t row_bytes = dsp->fm.group_bytes(CAP, C);
    const uint8_t *src[3];
    static const uint8_t *const none[3];
    memset(m->rows, 0, 4 * row_bytes);
    for (int y = 0; y < 3; y++) {
        uint8_t *row = m->rows + y * row_bytes + dsp->fm.row_offset(0, CAP, C);
        dsp->fm.put(row, input + y * W * C, W, CAP, C);
        src[y] = row;
    }
    uint8_t *dst = m->rows + 3 * row_bytes + dsp->fm.row_offset(0, CAP, C);
    l->p.cout = C;
    dsp->pack_body(m->weights, &l->p);
    dsp->conv_body[QSR_WIDTH_32](dst, src, W, CAP, 0, m->weights);
    dsp->fm.get(map, dst, W, CAP, C);

    uint8_t *const out[4] = {(uint8_t *)m->out[0], (uint8_t *)m->out[1]};
    l->p.cout = HEAD_OUTPUTS;
    dsp->pack_out(m->weights, &l->p);
    dsp->conv_out_deep[QSR_WIDTH_32][QSR_HEAD_X2](out, src, none, W, CAP, 0, m->weights);
}

static int set_up(Memory *m, const QsrConvDSP *dsp, const Layer *l)
{
    const size_t round = 127;
    *m = (Memory){.rows = aligned_alloc(128, (4 * dsp->fm.group_bytes(CAP, C) + round) & ~round),
                  .weights = aligned_alloc(128, (dsp->pack_body(NULL, &l->p) + round) & ~round)};
    return m->rows && m->weights;
}

static int same(const Memory *a, const Memory *b, const uint8_t *map_a, const uint8_t *map_b)
{
    const size_t bytes = sizeof(uint16_t) * W * 2 * QSR_RGBX;
    return !memcmp(map_a, map_b, (size_t)W * C) && !memcmp(a->out[0], b->out[0], bytes) &&
           !memcmp(a->out[1], b->out[1], bytes);
}

int qsr_orc_conv_agrees(const QsrConvDSP *plain, const QsrConvDSP *orc)
{
    static Layer layer;
    static Memory a, b;
    static uint8_t input[3 * W * C], map_a[W * C], map_b[W * C];
    uint32_t seed = 1;
    make_layer(&layer, &seed);
    for (size_t i = 0; i < sizeof(input); i++)
        input[i] = (uint8_t)(i % 3 ? next_random(&seed) : 255);
    const int ready = set_up(&a, plain, &layer) & set_up(&b, orc, &layer);
    if (ready) {
        run(plain, &a, &layer, input, map_a);
        run(orc, &b, &layer, input, map_b);
    }
    free(a.rows);
    free(a.weights);
    free(b.rows);
    free(b.weights);
    return ready && same(&a, &b, map_a, map_b);
}

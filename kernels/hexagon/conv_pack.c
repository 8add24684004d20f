// SPDX-License-Identifier: BSD-2-Clause
#include "kernels/hexagon/conv_pack.h"

#include <string.h>

#define BLOCK 8 // outputs of a block, but for the heads

// Where to put the next weights of a block. A step of a kernel is a word for
// each output: four weights of one tap.
typedef struct Cursor {
    const QsrConvParams *p;
    const int *outputs; // of this block, as the model file counts them
    int n, words;       // words: n, rounded up to pairs
    int8_t *at;
} Cursor;

static int words_of(int outputs)
{
    return (outputs + 1) & ~1;
}

// One step; `from` are indices into an output's weights, or -1.
static void put_step(Cursor *c, const int8_t *weights, int per_output, const int from[4])
{
    for (int i = 0; i < c->n; i++)
        for (int k = 0; k < 4; k++)
            c->at[4 * i + k] = from[k] < 0 ? 0 : weights[c->outputs[i] * per_output + from[k]];
    c->at += 4 * c->words;
}

// The first layer: seven words that hold 27 inputs. See gather() in conv_hvx.c.
static void put_patches(Cursor *c)
{
    for (int k = 0; k < 7; k++) {
        const int tap = k < 6 ? k : 8; // [ky][kx]
        const int lent = k < 6 ? 3 * (6 + k / 3) + k % 3 : -1;
        put_step(c, c->p->weights, 27, (const int[4]){3 * tap, 3 * tap + 1, 3 * tap + 2, lent});
    }
}

// Rows of the kernel, groups of channels, taps of a row: the middle one of three
// is read first, because it needs no shift.
static void put_taps(Cursor *c)
{
    static const int three[3] = {1, 0, 2}, two[2] = {0, 1};
    const int k = c->p->ksize, cin = c->p->cin;
    for (int ky = 0; ky < k; ky++)
        for (int g = 0; g < cin; g += 4)
            for (int i = 0; i < k; i++) {
                const int at = (ky * k + (k == 3 ? three[i] : two[i])) * cin + g;
                put_step(c, c->p->weights, k * k * cin, (const int[4]){at, at + 1, at + 2, at + 3});
            }
}

static void put_branch(Cursor *c)
{
    const int taps = c->p->branch ? c->p->branch_ksize * c->p->branch_ksize : 0;
    for (int tap = 0; tap < taps; tap++)
        put_step(c, c->p->branch, 3 * taps, (const int[4]){3 * tap, 3 * tap + 1, 3 * tap + 2, -1});
}

static void put_outputs(HvxOutputs *out, const QsrConvParams *p, const int *outputs, int n)
{
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < n; i++) {
        const int o = outputs[i], shift = p->shift[o];
        out->bias[i] = p->bias[o];
        out->shift[i] = shift > 15 ? 15 : shift;
        out->pre_shift[i] = shift > 15 ? shift - 15 : 0;
        out->mult[i] = p->mult[o] * 0x10001;
    }
}

// Blocks of n outputs each, in this order.
static size_t pack(void *dst, const QsrConvParams *p, const int *order, int n)
{
    const int steps = (p->cin == 3 ? 7 : p->ksize * p->ksize * p->cin / 4) +
                      (p->branch ? p->branch_ksize * p->branch_ksize : 0);
    const size_t block_bytes = sizeof(HvxOutputs) + (size_t)steps * words_of(n) * 4;
    const size_t size = sizeof(HvxLayer) + block_bytes * (size_t)(p->cout / n);
    if (!dst)
        return size;
    memset(dst, 0, size);
    HvxLayer *layer = dst;
    *layer = (HvxLayer){.frac = p->frac, .branch = p->branch != NULL, .groups = p->cin / 4,
                        .blocks = p->cout / n, .block_bytes = (int32_t)block_bytes};
    for (int o = 0; o < p->cout; o++)
        layer->wide |= p->shift[o] > 15;
    for (int block = 0; block < layer->blocks; block++) {
        uint8_t *at = (uint8_t *)(layer + 1) + (size_t)block * block_bytes;
        Cursor c = {.p = p, .outputs = order + block * n, .n = n, .words = words_of(n),
                    .at = (int8_t *)at + sizeof(HvxOutputs)};
        put_outputs((HvxOutputs *)(void *)at, p, c.outputs, n);
        if (p->cin == 3)
            put_patches(&c);
        else
            put_taps(&c);
        put_branch(&c);
    }
    return size;
}

static size_t pack_map(void *dst, const QsrConvParams *p)
{
    int order[QSR_MAX_CHANNELS];
    for (int o = 0; o < p->cout; o++)
        order[o] = o;
    return pack(dst, p, order, BLOCK);
}

size_t qsr_hvx_pack_in(void *dst, const QsrConvParams *p)
{
    return pack_map(dst, p);
}

size_t qsr_hvx_pack_body(void *dst, const QsrConvParams *p)
{
    return pack_map(dst, p);
}

// From the file's [colour][dy][dx] to [dy][dx][colour]. A block is one row, or both of x2.
size_t qsr_hvx_pack_out(void *dst, const QsrConvParams *p)
{
    int order[QSR_MAX_CHANNELS];
    const int cells = p->cout / 3;
    for (int o = 0; o < p->cout; o++)
        order[o] = o % 3 * cells + o / 3;
    return pack(dst, p, order, p->cout == 27 ? 9 : 12);
}

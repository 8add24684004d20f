// SPDX-License-Identifier: BSD-2-Clause
//
// From a layer of the model file to calls of ORC programs. conv_orc.h has the idea.
#include <stdlib.h>
#include <string.h>

#include "kernels/orc/conv_orc.h"

#define NONE (-1)   // an output that is not there
#define ROOM 128    // what weights of one sign may sum to in a chain: 255 * 128 < 2^15

typedef struct Input {
    int16_t w[2][2]; // [output][channel]
    uint16_t index;
    uint16_t size;   // of the largest weight
} Input;

// What is left of ROOM by [output][channel][sign].
typedef struct Room {
    int left[2][2][2];
} Room;

// ----------------------------------------------------------------- inputs ---

static int add_inputs(Input *inputs, int first, const int8_t *weights, int taps, int cin,
                      const int outputs[2])
{
    const int pairs = (cin + 1) / 2;
    int n = 0;
    for (int i = 0; i < taps * pairs; i++) {
        Input in = {.index = (uint16_t)(first + i)};
        for (int k = 0; k < 4; k++) {
            const int o = outputs[k / 2], c = i % pairs * 2 + k % 2;
            if (o == NONE || c >= cin)
                continue;
            const int w = weights[(o * taps + i / pairs) * cin + c];
            in.w[k / 2][k % 2] = (int16_t)w;
            if (abs(w) > in.size)
                in.size = (uint16_t)abs(w);
        }
        if (in.size)
            inputs[n++] = in;
    }
    return n;
}

// Those of two outputs that have any weight, from the largest down.
static int collect(Input *inputs, const QsrConvParams *p, const int outputs[2])
{
    const int taps = p->ksize * p->ksize;
    int n = add_inputs(inputs, 0, p->weights, taps, p->cin, outputs);
    if (p->branch)
        n += add_inputs(inputs + n, taps * ((p->cin + 1) / 2), p->branch,
                        p->branch_ksize * p->branch_ksize, 3, outputs);
    for (int i = 1; i < n; i++) {
        const Input in = inputs[i];
        int at = i;
        for (; at > 0 && inputs[at - 1].size < in.size; at--)
            inputs[at] = inputs[at - 1];
        inputs[at] = in;
    }
    return n;
}

// ----------------------------------------------------------------- chains ---

static int fits(const Room *room, const Input *in)
{
    for (int k = 0; k < 4; k++) {
        const int w = in->w[k / 2][k % 2];
        if (abs(w) > room->left[k / 2][k % 2][w < 0])
            return 0;
    }
    return 1;
}

static void take(Room *room, const Input *in)
{
    for (int k = 0; k < 4; k++) {
        const int w = in->w[k / 2][k % 2];
        room->left[k / 2][k % 2][w < 0] -= abs(w);
    }
}

// Moves a chain to the front of inputs[0..n), which stay in order otherwise, and
// returns its length: the largest that fit, cut to whole calls unless it is all there is.
static int form_chain(Input *inputs, int n)
{
    Input chain[ORC_MAX_INPUTS], rest[ORC_MAX_INPUTS];
    Room room;
    int length = 0, n_rest = 0;
    for (int i = 0; i < 8; i++)
        room.left[i / 4][i / 2 % 2][i % 2] = ROOM;
    for (int i = 0; i < n; i++) {
        if (fits(&room, &inputs[i])) {
            take(&room, &inputs[i]);
            chain[length++] = inputs[i];
        } else {
            rest[n_rest++] = inputs[i];
        }
    }
    memcpy(inputs, chain, sizeof(*chain) * (size_t)length);
    memcpy(inputs + length, rest, sizeof(*rest) * (size_t)n_rest);
    if (n_rest == 0 || length <= ORC_CALL_INPUTS || length % ORC_CALL_INPUTS == 0)
        return length;
    // The last of the chain, its smallest, go back to where they were by size.
    const int whole = length / ORC_CALL_INPUTS * ORC_CALL_INPUTS;
    Input *back = chain + whole, *out = inputs + whole;
    for (int i = 0, j = 0; i < length - whole || j < n_rest;)
        *out++ = j == n_rest || (i < length - whole && back[i].size >= rest[j].size) ? back[i++]
                                                                                     : rest[j++];
    return whole;
}

// ------------------------------------------------------------------ calls ---

// Calls are written to `out`, or only counted where it is NULL.
typedef struct Calls {
    OrcCall *out;
    int n;
} Calls;

static void add_call(Calls *calls, enum OrcStep step, const Input *inputs, int n)
{
    if (calls->out) {
        OrcCall call = {.step = (uint16_t)step}; // input 0 times 0 where there are no more
        for (int i = 0; i < n; i++) {
            call.input[i] = inputs[i].index;
            for (int o = 0; o < 2; o++)
                memcpy(call.w[o][i], inputs[i].w[o], sizeof(call.w[o][i]));
        }
        calls->out[calls->n] = call;
    }
    calls->n++;
}

static void add_chain(Calls *calls, const Input *chain, int length)
{
    for (int i = 0; i < length; i += ORC_CALL_INPUTS) {
        const int left = length - i, last = left <= ORC_CALL_INPUTS;
        const enum OrcStep step = i == 0 ? (last ? ORC_ALONE : ORC_FIRST)
                                         : (last ? ORC_LAST : ORC_NEXT);
        add_call(calls, step, chain + i, last ? left : ORC_CALL_INPUTS);
    }
}

static void add_outputs(Calls *calls, const QsrConvParams *p, const int outputs[2])
{
    Input inputs[ORC_MAX_INPUTS], apart[ORC_MAX_INPUTS];
    int n = collect(inputs, p, outputs), n_apart = 0;
    for (Input *in = inputs; n > 0;) {
        const int length = form_chain(in, n);
        if (length > ORC_APART_INPUTS) {
            add_chain(calls, in, length);
        } else {
            memcpy(apart + n_apart, in, sizeof(*in) * (size_t)length);
            n_apart += length;
        }
        in += length;
        n -= length;
    }
    for (int i = 0; i < n_apart; i += ORC_APART_INPUTS)
        add_call(calls, ORC_APART, apart + i, n_apart - i > 1 ? ORC_APART_INPUTS : 1);
}

// ------------------------------------------------------------------ layer ---

// order: the model file's output for each packed one, `n` of them, an even number.
static size_t pack(void *dst, const QsrConvParams *p, const int *order, int n)
{
    char *at = dst;
    size_t size = sizeof(OrcWeights);
    if (at)
        *(OrcWeights *)dst = (OrcWeights){.n_outputs = n / 2, .frac = p->frac,
                                          .branch = p->branch != NULL};
    for (int i = 0; i < n; i += 2) {
        OrcOutputs *head = at ? (OrcOutputs *)(void *)(at + size) : NULL;
        Calls calls = {.out = head ? (OrcCall *)(head + 1) : NULL};
        add_outputs(&calls, p, order + i);
        if (head) {
            *head = (OrcOutputs){.calls = calls.n};
            for (int k = 0; k < 2; k++) {
                const int o = order[i + k];
                head->store[k * 3] = o == NONE ? 0 : p->bias[o];
                head->store[k * 3 + 1] = o == NONE ? 0 : p->shift[o];
                head->store[k * 3 + 2] = o == NONE ? 0 : p->mult[o];
            }
        }
        size += sizeof(OrcOutputs) + sizeof(OrcCall) * (size_t)calls.n;
    }
    return size;
}

size_t qsr_orc_pack_map(void *dst, const QsrConvParams *p)
{
    int order[QSR_MAX_CHANNELS];
    for (int o = 0; o < p->cout; o++)
        order[o] = o;
    return pack(dst, p, order, p->cout);
}

// From the file's [colour][dy][dx] to [dy][dx][colour], the order of the store.
size_t qsr_orc_pack_head(void *dst, const QsrConvParams *p)
{
    const int cells = p->cout / 3, n = (p->cout + 1) & ~1;
    int order[48];
    for (int o = 0; o < n; o++)
        order[o] = o < p->cout ? o % 3 * cells + o / 3 : NONE;
    return pack(dst, p, order, n);
}

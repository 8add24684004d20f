// SPDX-License-Identifier: BSD-2-Clause
//
// The model reader on bytes from anywhere. Runs under libFuzzer, or under
// driver.c, which needs nothing but a compiler:
//
//     CC=clang meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
//     ninja -C build-fuzz tests/fuzz/fuzz-model
//     build-fuzz/tests/fuzz/fuzz-model -max_len=40000 NEW_FOLDER tests/fuzz/corpus
//
// A reader that starts with a hash cannot be fuzzed by bytes alone, so the
// mutator knows the format: it changes fields, layers and cards, and mostly
// sets size and hash right again.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/model.h"
#include "src/utf8.h"
#include "tests/engine/testmodel.h"
#include "tests/fuzz/fuzz.h"

// ------------------------------------------------------------ what must be ---

#define MUST(cond)                                                            \
    do {                                                                      \
        if (!(cond)) {                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
            abort();                                                          \
        }                                                                     \
    } while (0)

static void check_refusal(int code, const QsrError *err)
{
    const uint8_t *p = (const uint8_t *)err->message;
    const uint8_t *end = memchr(p, 0, sizeof(err->message));

    MUST(code == QSR_ERR_INVALID || code == QSR_ERR_UNSUPPORTED);
    MUST(err->code == code);
    MUST(end && end - p > 12 && !memcmp(p, "fuzz: ", 6));
    while (p < end) {
        size_t n = qsr_utf8_length(p, (size_t)(end - p));
        MUST(n > 0 && *p >= 0x20);
        p += n;
    }
}

// What vpmaddubsw would do with the most unkind inputs.
static int pair_sums_fit(const int8_t *w, int taps, int cin)
{
    for (int t = 0; t < taps; t++) {
        for (int i = 0; i + 1 < cin; i += 2) {
            int a = w[t * cin + i], b = w[t * cin + i + 1];
            int hi = 255 * ((a > 0 ? a : 0) + (b > 0 ? b : 0));
            int lo = 255 * ((a < 0 ? a : 0) + (b < 0 ? b : 0));
            if (hi > 32640 || lo < -32640)
                return 0;
        }
    }
    return 1;
}

static void check_layer(const QsrConvParams *l, int *safe)
{
    int taps = l->ksize * l->ksize, n = taps * l->cin;
    int branch_taps = l->branch ? l->branch_ksize * l->branch_ksize : 0;

    MUST(l->frac >= 1 && l->frac <= 6);
    for (int o = 0; o < l->cout; o++) {
        const int8_t *w = l->weights + o * n;
        int64_t worst = llabs((long long)l->bias[o]);

        for (int i = 0; i < n; i++)
            worst += 255 * abs(w[i]);
        for (int i = 0; i < 3 * branch_taps; i++)
            worst += 255 * abs(l->branch[o * 3 * branch_taps + i]);
        MUST(worst < (int64_t)1 << 31);
        MUST(l->mult[o] >= 16384 && l->mult[o] <= 32767);
        MUST(l->shift[o] <= 24);
        *safe &= pair_sums_fit(w, taps, l->cin);
        if (branch_taps)
            *safe &= pair_sums_fit(l->branch + o * 3 * branch_taps, branch_taps, 3);
    }
}

static void check_model(const QsrModel *m, const uint8_t *data, size_t size)
{
    const QsrModelInfo *info = qsr_model_info(m);
    int safe = 1;

    MUST(info->file_size == size && size <= QSR_MODEL_MAX_FILE);
    MUST(info->layers == m->n_layers && m->n_layers >= 3 && m->n_layers <= QSR_MAX_LAYERS);
    MUST(strlen(info->name) > 0 && strlen(info->name) < 64);
    MUST(strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(info->name));
    MUST(strlen(info->card) >= 2 && strlen(info->card) <= 65536);
    MUST(!memcmp(info->card, data + size - strlen(info->card), strlen(info->card)));
    MUST(strlen(info->sha256) == 64);
    MUST(m->test_width >= 4 && m->test_width <= 64 && m->test_height >= 4 && m->test_height <= 64);
    for (int i = 0; i < m->n_layers; i++) {
        MUST(!m->layers[i].branch || i == m->n_layers - 1);
        check_layer(&m->layers[i], &safe);
    }
    MUST(!m->layers[m->n_layers - 1].branch == (data[24] == 1));
    MUST(info->safe_pairs == safe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    QsrError err = { 0 };
    QsrModel *m = NULL;
    int res = qsr_model_parse(&m, data, size, "fuzz", &err);

    if (res < 0) {
        MUST(m == NULL);
        check_refusal(res, &err);
        return 0;
    }
    MUST(m != NULL);
    check_model(m, data, size);
    // The engine on weights that nobody trained: it must hold what the reader
    // has proven. The self-test picture rarely agrees, which is fine.
    if (m->info.channels == 32 && m->info.layers == 3 && m->test_width <= 8 && data[48] % 8 == 0) {
        QsrModel *tested;
        res = qsr_model_open_memory(&tested, data, size, "fuzz", &err);
        MUST((res == 0) == (tested != NULL));
        qsr_model_unref(&tested);
    }
    qsr_model_unref(&m);
    return 0;
}

// ----------------------------------------------------------------- mutator ---

static int pick(uint32_t *rng, int n)
{
    return (int)((qsr_test_random(rng) >> 8) % (uint32_t)n);
}

static void put(uint8_t *p, int bytes, uint64_t v)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static uint64_t get(const uint8_t *p, int bytes)
{
    uint64_t v = 0;

    for (int i = bytes - 1; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

static uint64_t interesting(uint32_t *rng)
{
    static const uint64_t values[] = {
        0, 1, 2, 3, 4, 6, 7, 15, 16, 17, 24, 25, 31, 32, 33, 63, 64, 65, 66, 127, 128, 129, 255,
        256, 16383, 16384, 32767, 32768, 65535, 65536, 65537, 0x7fffffff, 0x80000000, 0xffffffff,
        0x100000000, 0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX,
    };

    return values[pick(rng, (int)(sizeof(values) / sizeof(values[0])))];
}

size_t fuzz_fresh_model(uint8_t *data, size_t max_size, uint32_t *rng)
{
    static const QsrScale scales[] = { { 3, 2 }, { 2, 1 }, { 3, 1 }, { 4, 1 } };
    QsrTestModelSpec spec = {
        .scale = scales[pick(rng, 4)],
        .channels = pick(rng, 6) ? 32 : 64,
        .blocks = 1 + (pick(rng, 8) ? 0 : pick(rng, 2)),
        .branch = pick(rng, 2),
        .unsafe_pairs = pick(rng, 3),
        .extreme_bias = pick(rng, 2),
        .test_width = 4 + 2 * pick(rng, 3),
        .test_height = 4 + 2 * pick(rng, 3),
        .seed = qsr_test_random(rng),
    };
    uint8_t *file;
    size_t size = qsr_test_model(&file, &spec);

    if (size <= max_size)
        memcpy(data, file, size);
    else
        size = 0;
    free(file);
    return size;
}

static void mutate_field(uint8_t *data, uint32_t *rng)
{
    static const struct {
        uint8_t offset, bytes;
    } fields[] = {
        { 0, 8 }, { 8, 4 }, { 12, 4 }, { 16, 8 }, { 24, 4 }, { 28, 4 }, { 32, 4 },
        { 36, 2 }, { 38, 2 }, { 40, 4 }, { 44, 2 }, { 46, 2 }, { 48, 1 }, { 80, 1 }, { 127, 1 },
    };
    int i = pick(rng, (int)(sizeof(fields) / sizeof(fields[0])));
    uint8_t *p = data + fields[i].offset;

    if (pick(rng, 2))
        put(p, fields[i].bytes, interesting(rng));
    else
        put(p, fields[i].bytes, get(p, fields[i].bytes) + (uint64_t)pick(rng, 5) - 2);
}

// Mostly the tables in front of each layer's weights: few bytes, many rules.
static void mutate_layer(uint8_t *data, size_t size, uint32_t *rng)
{
    size_t cout = data[28] == 64 ? 64 : 32, at;
    size_t conv_in = 4 + cout * (7 + 27), body = 4 + cout * (7 + 9 * cout);
    int bytes = 1 << pick(rng, 3), where = pick(rng, 4);

    at = 128 + (where == 1 ? conv_in : where == 2 ? conv_in + body : 0);
    at += where == 3 ? (size_t)pick(rng, (int)size) : (size_t)pick(rng, (int)(4 + 7 * cout));
    if (at + 4 > size)
        return;
    if (pick(rng, 4))
        put(data + at, bytes, interesting(rng));
    else
        put(data + at, bytes, qsr_test_random(rng));
}

// The card is at the end, so that it may grow and shrink.
static size_t mutate_card(uint8_t *data, size_t size, size_t max_size, uint32_t *rng)
{
    static const char *const pieces[] = {
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u00e9", "\\ud83d\\ude00", "\\u0000", "name",
        "\"name\":\"x\",", "true", "null", "-1.5e3", "\xc3\xa9", "\xf0\x9f\x98\x80",
        "[[[[[[[[[[", " ",
    };
    size_t card = (size_t)get(data + 40, 4), begin, at, n;
    const char *piece = pieces[pick(rng, (int)(sizeof(pieces) / sizeof(pieces[0])))];

    if (card > size - 128 || card == 0)
        return size;
    begin = size - card;
    switch (pick(rng, 4)) {
    case 0:
        card = LLVMFuzzerMutate(data + begin, card, max_size - begin);
        break;
    case 1: // a piece of JSON in between
        n = strlen(piece);
        if (size + n > max_size)
            return size;
        at = begin + (size_t)pick(rng, (int)card + 1);
        memmove(data + at + n, data + at, size - at);
        memcpy(data + at, piece, n);
        card += n;
        break;
    case 2: // a piece out of it
        at = begin + (size_t)pick(rng, (int)card);
        n = 1 + (size_t)pick(rng, 8);
        if (at + n >= size)
            return size;
        memmove(data + at, data + at + n, size - at - n);
        card -= n;
        break;
    default: // the same length
        data[begin + (size_t)pick(rng, (int)card)] = (uint8_t)piece[0];
        break;
    }
    put(data + 40, 4, card);
    return begin + card;
}

static size_t mutate_size(uint8_t *data, size_t size, size_t max_size, uint32_t *rng)
{
    size_t n = pick(rng, 4) ? (size_t)pick(rng, 8) : (size_t)pick(rng, (int)size);

    if (pick(rng, 2))
        return size > n ? size - n : 0;
    if (n > max_size - size)
        n = max_size - size;
    memset(data + size, pick(rng, 2) ? 0 : 0x55, n);
    return size + n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    uint32_t rng = seed * 2654435761u + 1;

    if (size > max_size)
        size = max_size;
    if (size < 136 || memcmp(data, "\x89QSR", 4)) {
        size_t fresh = pick(&rng, 2) ? fuzz_fresh_model(data, max_size, &rng) : 0;
        return fresh ? fresh : LLVMFuzzerMutate(data, size, max_size);
    }
    switch (pick(&rng, 8)) {
    case 0:
    case 1:
        mutate_field(data, &rng);
        break;
    case 2:
    case 3:
        mutate_layer(data, size, &rng);
        break;
    case 4:
    case 5:
        size = mutate_card(data, size, max_size, &rng);
        break;
    case 6:
        size = mutate_size(data, size, max_size, &rng);
        break;
    default:
        size = LLVMFuzzerMutate(data, size, max_size);
        break;
    }
    if (size < 128)
        return size;
    // Most inputs must get past the size and the hash, some must not.
    if (pick(&rng, 8))
        put(data + 16, 8, size);
    if (pick(&rng, 16))
        qsr_test_model_seal(data, size);
    return size;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// qsr_model_parse against docs/model-format.md: each rule broken alone, with
// the message that names it; and what a good file turns into.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/model.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"

// The file that most tests damage: 32 channels, 1 block, 2x.
#define CH 32
static uint8_t *base;
static size_t base_size;

// Where things are in it, counted by hand from the document.
enum {
    L0 = 128,                       // conv_in
    L0_BIAS = L0 + 4,
    L0_MULT = L0_BIAS + 4 * CH,
    L0_SHIFT = L0_MULT + 2 * CH,
    L0_WEIGHTS = L0_SHIFT + CH,
    L1 = L0_WEIGHTS + 27 * CH,      // conv_body, no padding
    L1_SHIFT = L1 + 4 + 6 * CH,
    L1_WEIGHTS = L1_SHIFT + CH,
    L2 = L1_WEIGHTS + 9 * CH * CH,  // conv_out, 12 channels
    L2_MULT = L2 + 4 + 4 * 12,
    L2_WEIGHTS = L2_MULT + 3 * 12,
    TEST_IN = L2_WEIGHTS + 9 * CH * 12,
    TEST_OUT = TEST_IN + 3 * 8 * 6,
    CARD = TEST_OUT + 3 * 16 * 12,
    // The same network with an input branch.
    B_SIZE = 15041 + 3 * 12,
    B_BRANCH = TEST_IN,
    B_TEST_IN = B_BRANCH + 3 * 12,
};

static size_t make(uint8_t **file, int branch, QsrScale scale, int channels, int blocks)
{
    QsrTestModelSpec spec = { .branch = branch, .scale = scale, .channels = channels,
                              .blocks = blocks, .seed = 7 };

    return qsr_test_model(file, &spec);
}

static void put(uint8_t *p, int bytes, uint64_t v)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

// From an allocation of exactly this size, so that a sanitizer sees every
// byte read too far.
static int parse(QsrModel **model, const uint8_t *file, size_t size, QsrError *err)
{
    uint8_t *exact = malloc(size ? size : 1);
    int res;

    memcpy(exact, file, size);
    *err = (QsrError){ 0 };
    res = qsr_model_parse(model, exact, size, "x.qsr", err);
    free(exact);
    return res;
}

static void expect(const uint8_t *file, size_t size, int code, const char *message,
                   const char *what)
{
    QsrModel *model = (QsrModel *)&base;
    QsrError err;
    int res = parse(&model, file, size, &err);

    CHECK(res == code, "%s: %d, not %d (%s)", what, res, code, err.message);
    CHECK(model == NULL, "%s: a model in spite of the failure", what);
    CHECK(err.code == res, "%s: code %d in the error, %d returned", what, err.code, res);
    CHECK(!strncmp(err.message, "x.qsr: ", 7), "%s: \"%s\" names no file", what, err.message);
    CHECK(strstr(err.message, message), "%s: \"%s\" lacks \"%s\"", what, err.message, message);
    qsr_model_unref(&model);
}

// --------------------------------------------------------- one rule alone ---

typedef struct Damage {
    int offset, bytes;
    uint64_t value;
    int code;
    const char *message;
} Damage;

static const Damage damages[] = {
    { 0, 1, 0x88, QSR_ERR_INVALID, "not a .qsr model: the signature at byte 0 is missing" },
    { 4, 2, 0x0a0a, QSR_ERR_INVALID, "signature at byte 4 is damaged, as by a transfer" },
    { 7, 1, 0x0d, QSR_ERR_INVALID, "signature at byte 4 is damaged" },
    { 8, 4, 0, QSR_ERR_INVALID, "version 0 of the format (byte 8)" },
    { 8, 4, 2, QSR_ERR_UNSUPPORTED, "version 2 of the format (byte 8) is newer" },
    { 8, 4, 0xffffffff, QSR_ERR_UNSUPPORTED, "version 4294967295" },
    { 8, 4, 0x01000000, QSR_ERR_UNSUPPORTED, "version 16777216" }, // big-endian 1
    { 12, 4, 127, QSR_ERR_INVALID, "header size 127 (byte 12) is not 128" },
    { 12, 4, 256, QSR_ERR_INVALID, "header size 256 (byte 12)" },
    { 16, 8, 15042, QSR_ERR_INVALID, "truncated: the file has 15041 bytes, its header says 15042" },
    { 16, 8, 15040, QSR_ERR_INVALID, "15041 bytes, more than the 15040 that its header says" },
    { 16, 8, UINT64_MAX, QSR_ERR_INVALID, "header says 18446744073709551615" },
    { 16, 8, 0x100003ac1, QSR_ERR_INVALID, "truncated" }, // right in its lower half
    { 16, 8, 0, QSR_ERR_INVALID, "more than the 0 that" },
    { 24, 4, 0, QSR_ERR_UNSUPPORTED, "architecture 0 (byte 24) is unknown" },
    { 24, 4, 2, QSR_ERR_INVALID, "15041 bytes, its header describes a model of 15077" },
    { 24, 4, 3, QSR_ERR_UNSUPPORTED, "architecture 3 (byte 24) is unknown" },
    { 28, 4, 0, QSR_ERR_INVALID, "0 channels (byte 28)" },
    { 28, 4, 33, QSR_ERR_INVALID, "33 channels (byte 28) are neither 32 nor 64" },
    { 28, 4, 0xffffffe0, QSR_ERR_INVALID, "4294967264 channels" },
    { 28, 4, 64, QSR_ERR_INVALID, "15041 bytes, its header describes a model of 47457" },
    { 32, 4, 0, QSR_ERR_INVALID, "number of blocks 0 (byte 32) is outside 1..16" },
    { 32, 4, 17, QSR_ERR_INVALID, "number of blocks 17 (byte 32)" },
    { 32, 4, 0x80000000, QSR_ERR_INVALID, "number of blocks 2147483648" },
    { 32, 4, 2, QSR_ERR_INVALID, "its header describes a model of" },
    { 36, 4, 0x00010001, QSR_ERR_INVALID, "scale 1/1 (byte 36) is none of" },
    { 36, 4, 0x00010005, QSR_ERR_INVALID, "scale 5/1 (byte 36)" },
    { 36, 4, 0x00000002, QSR_ERR_INVALID, "scale 2/0 (byte 36)" },
    { 36, 4, 0x00020004, QSR_ERR_INVALID, "scale 4/2 (byte 36)" },
    { 36, 4, 0x00030002, QSR_ERR_INVALID, "scale 2/3 (byte 36)" },
    { 36, 4, 0x00010003, QSR_ERR_INVALID, "its header describes a model of" },
    { 36, 4, 0x00020003, QSR_ERR_INVALID, "its header describes a model of" },
    { 40, 4, 0, QSR_ERR_INVALID, "size of the model card 0 (byte 40) is outside 2..65536" },
    { 40, 4, 1, QSR_ERR_INVALID, "size of the model card 1 (byte 40)" },
    { 40, 4, 65537, QSR_ERR_INVALID, "size of the model card 65537 (byte 40)" },
    { 40, 4, 0xffffffff, QSR_ERR_INVALID, "size of the model card 4294967295" },
    { 40, 4, 65536, QSR_ERR_INVALID, "its header describes a model of" },
    { 44, 2, 2, QSR_ERR_INVALID, "self-test width 2 (byte 44) is outside 4..64" },
    { 44, 2, 7, QSR_ERR_INVALID, "self-test width 7 (byte 44) is odd" },
    { 44, 2, 66, QSR_ERR_INVALID, "self-test width 66 (byte 44)" },
    { 46, 2, 0, QSR_ERR_INVALID, "self-test height 0 (byte 46) is outside 4..64" },
    { 46, 2, 63, QSR_ERR_INVALID, "self-test height 63 (byte 46) is odd" },
    { 46, 2, 65535, QSR_ERR_INVALID, "self-test height 65535 (byte 46)" },
    { 46, 2, 8, QSR_ERR_INVALID, "its header describes a model of" },
    { 80, 1, 1, QSR_ERR_INVALID, "reserved byte 80 is 1, not 0" },
    { 127, 1, 255, QSR_ERR_INVALID, "reserved byte 127 is 255, not 0" },
    { L0, 1, 0, QSR_ERR_INVALID, "fraction bits 0 of layer 0 (byte 128) are outside 1..6" },
    { L0, 1, 7, QSR_ERR_INVALID, "fraction bits 7 of layer 0 (byte 128)" },
    { L2, 1, 255, QSR_ERR_INVALID, "fraction bits 255 of layer 2" },
    { L1 + 1, 1, 1, QSR_ERR_INVALID, "reserved byte 1221 is 1, not 0" },
    { L1 + 3, 1, 1, QSR_ERR_INVALID, "reserved byte 1223 is 1, not 0" },
    { L0_BIAS, 4, 0x80000000, QSR_ERR_INVALID, "bias -2147483648 of layer 0, channel 0 (byte 132" },
    { L0_BIAS + 4, 4, 0x7fffffff, QSR_ERR_INVALID, "bias 2147483647 of layer 0, channel 1 (byte" },
    { L0_MULT, 2, 16383, QSR_ERR_INVALID, "multiplier 16383 of layer 0, channel 0 (byte 260) is "
                                          "outside 16384..32767" },
    { L2_MULT + 22, 2, 32768, QSR_ERR_INVALID, "multiplier 32768 of layer 2, channel 11 (byte" },
    { L0_SHIFT + 7, 1, 25, QSR_ERR_INVALID, "shift 25 of layer 0, channel 7 (byte 331) is outside "
                                            "0..24" },
    { L1_SHIFT + 31, 1, 255, QSR_ERR_INVALID, "shift 255 of layer 1, channel 31 (byte" },
    { L0_WEIGHTS, 1, 0x80, QSR_ERR_INVALID, "weight -128 of layer 0, channel 0 (byte 356) is "
                                            "outside -127..127" },
    { L1 - 1, 1, 0x80, QSR_ERR_INVALID, "weight -128 of layer 0, channel 31 (byte 1219)" },
    { TEST_IN - 1, 1, 0x80, QSR_ERR_INVALID, "weight -128 of layer 2, channel 11" },
    { CARD, 1, '[', QSR_ERR_INVALID, "the model card does not begin with '{' (byte 14928)" },
    { CARD + 2, 1, 0, QSR_ERR_INVALID, "the model card contains a NUL character (byte 14930)" },
    { CARD + 11, 1, 0xff, QSR_ERR_INVALID, "the model card is not valid UTF-8 (byte 14939)" },
};

static void test_damages(void)
{
    uint8_t *file = malloc(base_size);

    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        const Damage *d = &damages[i];

        memcpy(file, base, base_size);
        put(file + d->offset, d->bytes, d->value);
        CHECK(memcmp(file, base, base_size), "%s: changes nothing", d->message);
        // A faulty tool: hash and contents agree.
        qsr_test_model_seal(file, base_size);
        expect(file, base_size, d->code, d->message, d->message);
        // A faulty disk: what comes before the hash keeps its message.
        if (d->offset >= 24) {
            memcpy(file + 48, base + 48, 32);
            expect(file, base_size, QSR_ERR_INVALID, "damaged: the SHA-256", d->message);
        }
    }
    free(file);
}

static void check_padding(int branch, size_t end, size_t n)
{
    uint8_t *file;
    size_t size = make(&file, branch, QSR_SCALE(3, 2), 32, 1);

    for (size_t i = end; i < end + n; i++) {
        char message[64];
        snprintf(message, sizeof(message), "padding byte %zu is 9, not 0", i);
        file[i] = 9;
        qsr_test_model_seal(file, size);
        expect(file, size, QSR_ERR_INVALID, message, "padding");
        file[i] = 0;
    }
    file[end + n] ^= 9; // the self-test picture may be anything
    qsr_test_model_seal(file, size);
    QsrModel *model;
    QsrError err;
    CHECK(parse(&model, file, size, &err) == 0, "%s", err.message);
    qsr_model_unref(&model);
    free(file);
}

static void test_padding(void)
{
    // At 3/2: 27 * (4 + 2 + 1 + 4 * 32) + 4 = 3649 bytes, and 27 * 27 more.
    check_padding(0, L2 + 3649, 3);
    check_padding(1, L2 + 3649 + 729, 2);
}

// ------------------------------------------------------- sizes and damage ---

static void test_truncated(void)
{
    uint8_t *file = malloc(base_size);

    for (size_t n = 0; n < base_size; n++) {
        const char *message = n == 0 ? "the file is empty" : "truncated: ";
        expect(base, n, QSR_ERR_INVALID, message, "truncated");
    }
    // By a tool that sets size and hash right.
    for (size_t n = 128; n < base_size; n += n < 160 || n + 200 > base_size ? 1 : 61) {
        memcpy(file, base, n);
        put(file + 16, 8, n);
        qsr_test_model_seal(file, n);
        expect(file, n, QSR_ERR_INVALID, "its header describes a model of 15041", "cut and sealed");
    }
    free(file);
}

static void test_too_long(void)
{
    size_t cap = 4 << 20;
    uint8_t *file = calloc(1, cap + 1);

    memcpy(file, base, base_size);
    expect(file, base_size + 1, QSR_ERR_INVALID, "15042 bytes, more than the 15041 that", "1 more");
    put(file + 16, 8, base_size + 1);
    qsr_test_model_seal(file, base_size + 1);
    expect(file, base_size + 1, QSR_ERR_INVALID, "describes a model of 15041", "1 more, sealed");
    put(file + 16, 8, cap);
    qsr_test_model_seal(file, cap);
    expect(file, cap, QSR_ERR_INVALID, "describes a model of 15041", "as long as may be");
    put(file + 16, 8, cap + 1);
    expect(file, cap + 1, QSR_ERR_INVALID, "4194305 bytes are more than a model's largest size",
           "longer");
    free(file);
}

static void test_bit_flips(void)
{
    uint8_t *file = malloc(base_size);

    for (size_t bit = 0; bit < 128 * 8; bit++) {
        memcpy(file, base, base_size);
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect(file, base_size, file[8] > 1 || file[9] || file[10] || file[11]
               ? QSR_ERR_UNSUPPORTED : QSR_ERR_INVALID, "", "a flipped bit");
        if (bit / 8 >= 48 && bit / 8 < 80)
            continue; // the hash itself
        // No bit of the header is without meaning.
        qsr_test_model_seal(file, base_size);
        QsrModel *model;
        QsrError err;
        CHECK(parse(&model, file, base_size, &err) < 0, "bit %zu of the header is ignored", bit);
        qsr_model_unref(&model);
    }
    // Anywhere else the hash tells.
    memcpy(file, base, base_size);
    for (size_t i = 128; i < base_size; i += 3) {
        file[i] ^= (uint8_t)(1 << i % 8);
        expect(file, base_size, QSR_ERR_INVALID, "damaged: the SHA-256", "a flipped bit");
        file[i] = base[i];
    }
    free(file);
}

// --------------------------------------------------------------- overflow ---

// With all weights of channel 0 of conv_body at 127 or -127.
static void test_overflow(void)
{
    const int64_t sum = 127 * 9 * CH, limit = INT32_MAX - 255 * sum;
    const struct {
        int64_t bias;
        bool good;
    } cases[] = {
        { limit, true }, { limit + 1, false }, { -limit, true }, { -limit - 1, false },
        { INT32_MIN, false }, { INT32_MAX, false }, { 0, true },
    };
    uint8_t *file = malloc(base_size);

    memcpy(file, base, base_size);
    for (int i = 0; i < 9 * CH; i++)
        file[L1_WEIGHTS + i] = (uint8_t)(i & 1 ? 127 : -127);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        QsrModel *model;
        QsrError err;

        put(file + L1 + 4, 4, (uint64_t)cases[i].bias);
        qsr_test_model_seal(file, base_size);
        CHECK((parse(&model, file, base_size, &err) == 0) == cases[i].good, "bias %lld: %s",
              (long long)cases[i].bias, err.message);
        if (model)
            CHECK(model->layers[1].bias[0] == cases[i].bias, "%d", model->layers[1].bias[0]);
        qsr_model_unref(&model);
    }
    put(file + L1 + 4, 4, (uint64_t)(limit + 1));
    qsr_test_model_seal(file, base_size);
    expect(file, base_size, QSR_ERR_INVALID, "bias 2138156768 of layer 1, channel 0 (byte 1224) "
           "lets the accumulator reach 2147483648, beyond 2^31 - 1", "overflow");
    free(file);
}

// The branch counts in the bound of the bias.
static void test_branch_overflow(void)
{
    const int64_t sum = 127 * (9 * CH + 3), limit = INT32_MAX - 255 * sum;
    uint8_t *file;
    size_t size = make(&file, 1, QSR_SCALE(2, 1), CH, 1);
    QsrModel *model;
    QsrError err;

    for (int i = 0; i < 9 * CH; i++)
        file[L2_WEIGHTS + i] = (uint8_t)(i & 1 ? 127 : -127);
    memset(file + B_BRANCH, 127, 3);
    put(file + L2 + 4, 4, (uint64_t)-limit);
    qsr_test_model_seal(file, size);
    CHECK(parse(&model, file, size, &err) == 0, "%s", err.message);
    qsr_model_unref(&model);
    put(file + L2 + 4, 4, (uint64_t)(-limit - 1));
    qsr_test_model_seal(file, size);
    expect(file, size, QSR_ERR_INVALID, "of layer 2, channel 0 (byte 10668) lets the accumulator "
           "reach 2147483648, beyond 2^31 - 1", "overflow by the branch");
    free(file);
}

static void test_branch_weights(void)
{
    uint8_t *file;
    size_t size = make(&file, 1, QSR_SCALE(2, 1), CH, 1);

    CHECK(size == B_SIZE, "%zu", size);
    for (int i = 0; i < 3 * 12; i += 35) {
        uint8_t kept = file[B_BRANCH + i];
        char message[96];
        snprintf(message, sizeof(message), "branch weight -128 of layer 2, channel %d (byte %d) "
                 "is outside -127..127", i / 3, B_BRANCH + i);
        file[B_BRANCH + i] = 0x80;
        qsr_test_model_seal(file, size);
        expect(file, size, QSR_ERR_INVALID, message, "branch weight");
        file[B_BRANCH + i] = kept;
    }
    // Taken for a model without one: a size that does not fit.
    put(file + 24, 4, 1);
    qsr_test_model_seal(file, size);
    expect(file, size, QSR_ERR_INVALID, "15077 bytes, its header describes a model of 15041",
           "architecture 1");
    free(file);
}

// ------------------------------------------------------------- safe pairs ---

static void test_safe_pairs(void)
{
    const struct {
        int offset, a, b, safe; // weights at offset and offset + 1
    } cases[] = {
        { L0_WEIGHTS, 127, 1, 1 },    { L0_WEIGHTS, 127, 2, 0 },    { L0_WEIGHTS, 64, 64, 1 },
        { L0_WEIGHTS, 64, 65, 0 },    { L0_WEIGHTS, -127, -1, 1 },  { L0_WEIGHTS, -127, -2, 0 },
        { L0_WEIGHTS, 127, -127, 1 }, { L0_WEIGHTS, -127, 127, 1 }, { L0_WEIGHTS, 127, 0, 1 },
        { L0_WEIGHTS, 0, -127, 1 },
        // R = 0; G and B are no pair, nor is B with the next tap's R.
        { L0_WEIGHTS + 1, 127, 127, 1 }, { L0_WEIGHTS + 2, 127, 127, 1 },
        { L0_WEIGHTS + 3, 127, 127, 0 }, // R and G of the second tap
        { L1_WEIGHTS, 127, 2, 0 }, { L1_WEIGHTS + 1, 127, 127, 1 }, { L1_WEIGHTS + 2, -65, -64, 0 },
        { L2 - 2, 127, 127, 0 }, { L2_WEIGHTS, 100, 100, 0 }, { TEST_IN - 2, -100, -100, 0 },
    };
    uint8_t *file = malloc(base_size);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        QsrModel *model;
        QsrError err;

        memcpy(file, base, base_size);
        // No other pair near them.
        for (int k = -3; k < 5; k++)
            if (cases[i].offset + k >= L0_WEIGHTS && cases[i].offset + k < TEST_IN &&
                !(cases[i].offset + k >= L2 && cases[i].offset + k < L2_WEIGHTS) &&
                !(cases[i].offset + k >= L1 && cases[i].offset + k < L1_WEIGHTS))
                file[cases[i].offset + k] = 0;
        file[cases[i].offset] = (uint8_t)cases[i].a;
        file[cases[i].offset + 1] = (uint8_t)cases[i].b;
        qsr_test_model_seal(file, base_size);
        CHECK(parse(&model, file, base_size, &err) == 0, "%s", err.message);
        if (model)
            CHECK(model->info.safe_pairs == cases[i].safe, "pair %d, %d at %d: %d", cases[i].a,
                  cases[i].b, cases[i].offset, model->info.safe_pairs);
        qsr_model_unref(&model);
    }
    free(file);
}

static void test_safe_branch(void)
{
    const struct {
        int offset, a, b, safe;
    } cases[] = {
        { 0, 127, 1, 1 }, { 0, 127, 2, 0 }, { 0, -64, -64, 1 }, { 0, -64, -65, 0 },
        { 0, 127, -127, 1 },
        // G and B are no pair, nor is B with the next channel's R.
        { 1, 127, 127, 1 }, { 2, 127, 127, 1 }, { 33, 127, 2, 0 }, { 34, 127, 127, 1 },
    };
    uint8_t *file;
    size_t size = make(&file, 1, QSR_SCALE(2, 1), CH, 1);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        QsrModel *model;
        QsrError err;

        memset(file + B_BRANCH, 0, 3 * 12);
        file[B_BRANCH + cases[i].offset] = (uint8_t)cases[i].a;
        file[B_BRANCH + cases[i].offset + 1] = (uint8_t)cases[i].b;
        qsr_test_model_seal(file, size);
        CHECK(parse(&model, file, size, &err) == 0, "%s", err.message);
        if (model)
            CHECK(model->info.safe_pairs == cases[i].safe, "branch pair %d, %d at %d: %d",
                  cases[i].a, cases[i].b, cases[i].offset, model->info.safe_pairs);
        qsr_model_unref(&model);
    }
    free(file);
}

// ------------------------------------------------------------- good files ---

static void check_contents(const uint8_t *file, const QsrModel *m, int num, int branch, int macs)
{
    uint64_t at = 128;
    int n_out = 3 * num * num;

    CHECK(m->n_layers == m->info.layers, "%d", m->n_layers);
    for (int i = 0; i < m->n_layers; i++) {
        const QsrConvParams *l = &m->layers[i];
        int last = i == m->n_layers - 1, n = l->ksize * l->ksize * l->cin;
        int size = !last || !branch ? 0 : m->info.scale.den == 2 ? 3 : 1;

        CHECK(l->cin == (i ? m->info.channels : 3), "%d", l->cin);
        CHECK(l->cout == (last ? n_out : m->info.channels), "%d", l->cout);
        CHECK(l->ksize == (last && m->info.scale.den == 2 ? 2 : 3), "%d", l->ksize);
        CHECK(l->frac == file[at], "%d", l->frac);
        at += 4;
        for (int o = 0; o < l->cout; o++, at += 4) {
            uint32_t v = (uint32_t)l->bias[o];
            for (int k = 0; k < 4; k++)
                CHECK(file[at + (uint64_t)k] == (uint8_t)(v >> 8 * k), "bias %d", o);
        }
        for (int o = 0; o < l->cout; o++, at += 2)
            CHECK(l->mult[o] == file[at] + 256 * file[at + 1], "multiplier %d", o);
        CHECK(!memcmp(l->shift, file + at, (size_t)l->cout), "shifts");
        at += (uint64_t)l->cout;
        CHECK(!memcmp(l->weights, file + at, (size_t)(l->cout * n)), "weights");
        at += (uint64_t)(l->cout * n);
        CHECK(l->branch_ksize == size && !l->branch == !size, "branch %d", l->branch_ksize);
        CHECK(!size || !memcmp(l->branch, file + at, (size_t)(l->cout * size * size * 3)),
              "branch weights");
        at = (at + (uint64_t)(l->cout * size * size * 3) + 3) / 4 * 4;
    }
    CHECK(!memcmp(m->test_in, file + at, 144), "self-test input");
    CHECK(!memcmp(m->test_out, file + at + 144, 16), "self-test output");
    CHECK(m->info.mac_per_pixel == macs, "%d", m->info.mac_per_pixel);
}

static void test_good(void)
{
    const struct {
        int channels, blocks, branch, num, den, macs;
        size_t size;
    } cases[] = {
        { 32, 1, 0, 3, 2, 10944, 14899 }, { 32, 1, 0, 2, 1, 13536, 15041 },
        { 32, 1, 0, 3, 1, 17856, 20189 }, { 32, 1, 0, 4, 1, 23904, 27389 },
        { 32, 16, 0, 2, 1, 151776, 156701 }, { 64, 2, 0, 3, 2, 77184, 84631 },
        { 64, 16, 0, 4, 1, 619200, 629913 },
        // 27 * 27 / 4 = 182 products more; a byte of padding less
        { 32, 1, 1, 3, 2, 11126, 14899 + 728 }, { 32, 1, 1, 2, 1, 13572, B_SIZE },
        { 32, 1, 1, 3, 1, 17937, 20189 + 81 - 1 }, { 64, 11, 1, 4, 1, 435024, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        QsrScale scale = { cases[i].num, cases[i].den };
        uint8_t *file;
        size_t size = make(&file, cases[i].branch, scale, cases[i].channels, cases[i].blocks);
        QsrModel *m;
        QsrError err;

        CHECK(size == cases[i].size || !cases[i].size, "case %zu: %zu bytes", i, size);
        CHECK(parse(&m, file, size, &err) == 0, "%s", err.message);
        if (m) {
            const QsrModelInfo *info = qsr_model_info(m);
            CHECK(!strcmp(info->name, "test-model"), "%s", info->name);
            CHECK(!strcmp(info->architecture, cases[i].branch ? "quicksrnet-branch"
                                                              : "quicksrnet"),
                  "%s", info->architecture);
            CHECK(!strncmp(info->card, "{\"name\": \"test-model\", \"scale\": ", 32) &&
                  info->card[strlen(info->card) - 1] == '}', "%s", info->card);
            CHECK(strlen(info->sha256) == 64, "%s", info->sha256);
            CHECK(info->scale.num == scale.num && info->scale.den == scale.den, "scale");
            CHECK(info->channels == cases[i].channels, "%d", info->channels);
            CHECK(info->layers == cases[i].blocks + 2, "%d", info->layers);
            CHECK(info->safe_pairs == 1 && info->file_size == size, "safe or size");
            CHECK(m->test_width == 8 && m->test_height == 6, "self-test size");
            check_contents(file, m, scale.num, cases[i].branch, cases[i].macs);
        }
        qsr_model_unref(&m);
        free(file);
    }
}

// The hash in the info is that of the header; that both are SHA-256 is seen by
// tests/engine/builtin.c, whose models were hashed here and checked in Python.
static void test_hash_text(void)
{
    static const char digits[] = "0123456789abcdef";
    QsrModel *m;
    QsrError err;

    CHECK(parse(&m, base, base_size, &err) == 0, "%s", err.message);
    if (!m)
        return;
    for (int i = 0; i < 32; i++)
        CHECK(m->info.sha256[2 * i] == digits[base[48 + i] >> 4] &&
              m->info.sha256[2 * i + 1] == digits[base[48 + i] & 15], "%s", m->info.sha256);
    qsr_model_unref(&m);
}

static void test_arguments(void)
{
    QsrModel *m = (QsrModel *)&base;

    CHECK(qsr_model_parse(&m, base, 9, NULL, NULL) == QSR_ERR_INVALID && !m, "no error");
    CHECK(qsr_model_parse(&m, base, base_size, NULL, NULL) == 0 && m, "no label");
    // The file is not kept.
    CHECK(m && m->test_in != base + TEST_IN, "points into the file");
    qsr_model_unref(&m);
}

int main(void)
{
    base_size = make(&base, 0, QSR_SCALE(2, 1), CH, 1);
    CHECK(base_size == 15041 && CARD + strlen("{\"name\": \"test-model\", \"scale\": 2, "
          "\"training\": \"random numbers\", \"licence\": \"CC0-1.0\", "
          "\"metrics\": {\"psnr\": null}}") == base_size, "%zu", base_size);
    test_good();
    test_damages();
    test_padding();
    test_truncated();
    test_too_long();
    test_bit_flips();
    test_overflow();
    test_branch_overflow();
    test_branch_weights();
    test_safe_pairs();
    test_safe_branch();
    test_hash_text();
    test_arguments();
    free(base);
    return check_result();
}

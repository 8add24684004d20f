// SPDX-License-Identifier: BSD-2-Clause
//
// From the bytes of a .qsr file to a QsrModel: every rule of
// docs/model-format.md but the self-test.
//
// The order matters. Nothing is read before the size of the file is known to
// hold it; the header alone, whose every number has a bound, tells the size of
// the whole, which must be exactly the file's; only then is anything allocated.
// The bounds keep all sizes below 2^21, and 64-bit sums keep them so even if
// somebody widens the bounds.

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sha256.h>

#include "kernels/requant.h"
#include "src/card.h"
#include "src/error.h"
#include "src/model.h"

#define HEADER_SIZE 128
#define HASH_OFFSET 48
#define HASH_SIZE 32
#define ARCH_QUICKSRNET 1
#define ARCH_QUICKSRNET_BRANCH 2

static const uint8_t magic[8] = { 0x89, 'Q', 'S', 'R', '\r', '\n', 0x1a, '\n' };

typedef struct Parser {
    const uint8_t *data;
    uint64_t size;
    const char *label;
    QsrError *err;
    // From the header.
    bool branch; // of the head
    int channels, blocks;
    QsrScale scale;
    int test_width, test_height;
    uint64_t card_size;
    // From there, offsets in the file.
    uint64_t test_in, test_out, card;
} Parser;

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int refuse(const Parser *p, int code, const char *format, ...)
{
    char reason[200];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    return qsr_fail(p->err, code, "%s: %s", p->label, reason);
}

static uint32_t rl16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t rl32(const uint8_t *p)
{
    return rl16(p) | rl16(p + 2) << 16;
}

static uint64_t rl64(const uint8_t *p)
{
    return rl32(p) | (uint64_t)rl32(p + 4) << 32;
}

// Two's complement without an implementation-defined conversion.
static int32_t rl32s(const uint8_t *p)
{
    uint32_t v = rl32(p);

    return v < 0x80000000u ? (int32_t)v : -1 - (int32_t)~v;
}

// ---------------------------------------------------------------- header ---

static int check_magic(const Parser *p)
{
    size_t n = p->size < sizeof(magic) ? (size_t)p->size : sizeof(magic);

    if (p->size == 0)
        return refuse(p, QSR_ERR_INVALID, "the file is empty");
    if (memcmp(p->data, magic, n)) {
        if (n > 4 && !memcmp(p->data, magic, 4))
            return refuse(p, QSR_ERR_INVALID, "the signature at byte 4 is damaged, as by a "
                          "transfer that converts text");
        return refuse(p, QSR_ERR_INVALID, "not a .qsr model: the signature at byte 0 is missing");
    }
    if (p->size < HEADER_SIZE)
        return refuse(p, QSR_ERR_INVALID, "truncated: %" PRIu64 " bytes are less than the header's "
                      "128", p->size);
    return 0;
}

static int check_version(const Parser *p)
{
    uint32_t version = rl32(p->data + 8), header_size = rl32(p->data + 12);
    uint64_t size = rl64(p->data + 16);

    if (version > 1)
        return refuse(p, QSR_ERR_UNSUPPORTED, "version %" PRIu32 " of the format (byte 8) is newer "
                      "than this library, which reads version 1", version);
    if (version != 1)
        return refuse(p, QSR_ERR_INVALID, "version 0 of the format (byte 8) does not exist");
    if (header_size != HEADER_SIZE)
        return refuse(p, QSR_ERR_INVALID, "header size %" PRIu32 " (byte 12) is not 128",
                      header_size);
    if (size > p->size)
        return refuse(p, QSR_ERR_INVALID, "truncated: the file has %" PRIu64 " bytes, its header "
                      "says %" PRIu64 " (byte 16)", p->size, size);
    if (size < p->size)
        return refuse(p, QSR_ERR_INVALID, "the file has %" PRIu64 " bytes, more than the %" PRIu64
                      " that its header says (byte 16)", p->size, size);
    return 0;
}

static void file_hash(const Parser *p, uint8_t hash[HASH_SIZE])
{
    static const uint8_t zero[HASH_SIZE];
    SHA256_CTX ctx;

    SHA256_Init(&ctx);
    SHA256_Update(&ctx, p->data, HASH_OFFSET);
    SHA256_Update(&ctx, zero, HASH_SIZE);
    SHA256_Update(&ctx, p->data + HASH_OFFSET + HASH_SIZE,
                  (size_t)p->size - HASH_OFFSET - HASH_SIZE);
    SHA256_Final(hash, &ctx);
}

static void to_hex(char *hex, const uint8_t *hash, int n)
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < n; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    hex[2 * n] = '\0';
}

static int check_hash(const Parser *p, char sha256[2 * HASH_SIZE + 1])
{
    uint8_t hash[HASH_SIZE];
    char stated[17];

    file_hash(p, hash);
    to_hex(sha256, hash, HASH_SIZE);
    if (memcmp(hash, p->data + HASH_OFFSET, HASH_SIZE)) {
        to_hex(stated, p->data + HASH_OFFSET, 8);
        return refuse(p, QSR_ERR_INVALID, "damaged: the SHA-256 of the contents is %.16s..., not "
                      "%s... as the header says (byte 48)", sha256, stated);
    }
    return 0;
}

// A u16 or u32 field that has been read as `value`.
static int check_range(const Parser *p, const char *what, int offset, uint32_t value, uint32_t lo,
                       uint32_t hi)
{
    if (value < lo || value > hi)
        return refuse(p, QSR_ERR_INVALID, "%s %" PRIu32 " (byte %d) is outside %" PRIu32 "..%"
                      PRIu32, what, value, offset, lo, hi);
    return 0;
}

static int check_zero(const Parser *p, const char *what, uint64_t offset, uint64_t n)
{
    for (uint64_t i = offset; i < offset + n; i++)
        if (p->data[i])
            return refuse(p, QSR_ERR_INVALID, "%s byte %" PRIu64 " is %d, not 0", what, i,
                          p->data[i]);
    return 0;
}

static int check_network(Parser *p)
{
    const uint8_t *h = p->data;
    uint32_t arch = rl32(h + 24), channels = rl32(h + 28), blocks = rl32(h + 32);
    uint32_t num = rl16(h + 36), den = rl16(h + 38);
    int res;

    if (arch != ARCH_QUICKSRNET && arch != ARCH_QUICKSRNET_BRANCH)
        return refuse(p, QSR_ERR_UNSUPPORTED, "architecture %" PRIu32 " (byte 24) is unknown to "
                      "this library; 1 is QuickSRNet, 2 the same with an input branch", arch);
    if (channels != 32 && channels != 64)
        return refuse(p, QSR_ERR_INVALID, "%" PRIu32 " channels (byte 28) are neither 32 nor 64",
                      channels);
    if ((res = check_range(p, "number of blocks", 32, blocks, 1, QSR_MAX_BLOCKS)) < 0)
        return res;
    if (!(den == 1 && num >= 2 && num <= 4) && !(den == 2 && num == 3))
        return refuse(p, QSR_ERR_INVALID, "scale %" PRIu32 "/%" PRIu32 " (byte 36) is none of 2/1, "
                      "3/1, 4/1, 3/2", num, den);
    p->branch = arch == ARCH_QUICKSRNET_BRANCH;
    p->channels = (int)channels;
    p->blocks = (int)blocks;
    p->scale = QSR_SCALE((int)num, (int)den);
    return 0;
}

static int check_test_size(const Parser *p, const char *what, int offset, int *out)
{
    uint32_t v = rl16(p->data + offset);
    int res = check_range(p, what, offset, v, 4, 64);

    if (res < 0)
        return res;
    if (v & 1)
        return refuse(p, QSR_ERR_INVALID, "%s %" PRIu32 " (byte %d) is odd", what, v, offset);
    *out = (int)v;
    return 0;
}

static int check_header(Parser *p, char sha256[2 * HASH_SIZE + 1])
{
    uint32_t card_size;
    int res;

    if ((res = check_magic(p)) < 0 ||
        (res = check_version(p)) < 0 ||
        (res = check_hash(p, sha256)) < 0 ||
        (res = check_network(p)) < 0)
        return res;
    card_size = rl32(p->data + 40);
    if ((res = check_range(p, "size of the model card", 40, card_size, 2, 65536)) < 0 ||
        (res = check_test_size(p, "self-test width", 44, &p->test_width)) < 0 ||
        (res = check_test_size(p, "self-test height", 46, &p->test_height)) < 0)
        return res;
    p->card_size = card_size;
    return check_zero(p, "reserved", 80, 48);
}

// ------------------------------------------------------------------ sizes ---

// The shape of layer `i`; everything else of *l is left alone.
static void layer_shape(const Parser *p, int i, QsrConvParams *l)
{
    l->cin = i == 0 ? 3 : p->channels;
    l->cout = i <= p->blocks ? p->channels : 3 * p->scale.num * p->scale.num;
    l->ksize = i > p->blocks && p->scale.den == 2 ? 2 : 3;
    l->branch_ksize = i <= p->blocks || !p->branch ? 0 : p->scale.den == 2 ? 3 : 1;
}

static uint64_t weights_per_channel(const QsrConvParams *l)
{
    return (uint64_t)l->ksize * (uint64_t)l->ksize * (uint64_t)l->cin;
}

static uint64_t branch_per_channel(const QsrConvParams *l)
{
    return (uint64_t)l->branch_ksize * (uint64_t)l->branch_ksize * 3;
}

// Without the padding.
static uint64_t layer_bytes(const QsrConvParams *l)
{
    return 4 + (uint64_t)l->cout * (4 + 2 + 1 + weights_per_channel(l) + branch_per_channel(l));
}

static int check_sizes(Parser *p)
{
    uint64_t test_pixels = (uint64_t)p->test_width * (uint64_t)p->test_height;
    uint64_t num = (uint64_t)p->scale.num, den = (uint64_t)p->scale.den;
    uint64_t end = HEADER_SIZE;
    QsrConvParams l;

    for (int i = 0; i < p->blocks + 2; i++) {
        layer_shape(p, i, &l);
        end += (layer_bytes(&l) + 3) & ~(uint64_t)3;
    }
    p->test_in = end;
    p->test_out = p->test_in + 3 * test_pixels;
    // Both sides of the self-test picture are even, so this divides.
    p->card = p->test_out + 3 * test_pixels * num * num / (den * den);
    end = p->card + p->card_size;
    if (end != p->size)
        return refuse(p, QSR_ERR_INVALID, "the file has %" PRIu64 " bytes, its header describes a "
                      "model of %" PRIu64, p->size, end);
    return 0;
}

// ----------------------------------------------------------------- layers ---

// The weights of one output channel. Adds their magnitudes to *sum.
static int check_weights(const Parser *p, const char *what, int layer, int o,
                         const int8_t *weights, uint64_t weights_at, uint64_t n, int64_t *sum)
{
    for (uint64_t i = 0; i < n; i++) {
        if (weights[i] == -128)
            return refuse(p, QSR_ERR_INVALID, "%s -128 of layer %d, channel %d (byte %" PRIu64
                          ") is outside -127..127", what, layer, o, weights_at + i);
        *sum += abs(weights[i]);
    }
    return 0;
}

// sum: of the magnitudes of all weights of the channel.
static int check_bias(const Parser *p, int layer, int o, int32_t bias, uint64_t bias_at,
                      int64_t sum)
{
    int64_t worst = (bias < 0 ? -(int64_t)bias : bias) + 255 * sum;

    if (worst > INT32_MAX)
        return refuse(p, QSR_ERR_INVALID, "bias %" PRId32 " of layer %d, channel %d (byte %" PRIu64
                      ") lets the accumulator reach %" PRId64 ", beyond 2^31 - 1", bias, layer, o,
                      bias_at, worst);
    return 0;
}

// docs/numerics.md: pairs of neighbouring input channels of one tap. The last of
// an odd number has no neighbour.
static int pairs_are_safe(const int8_t *w, int taps, int cin)
{
    for (int t = 0; t < taps; t++, w += cin) {
        for (int i = 0; i + 1 < cin; i += 2) {
            int a = w[i], b = w[i + 1];
            if ((a > 0) == (b > 0) && (a + b > 128 || a + b < -128))
                return 0;
        }
    }
    return 1;
}

// Where the tables of one layer are in the file.
typedef struct LayerPlace {
    uint64_t begin, bias, mult, shift, weights, branch, end; // end: before the padding
} LayerPlace;

static LayerPlace layer_place(const QsrConvParams *l, uint64_t begin)
{
    uint64_t cout = (uint64_t)l->cout;
    LayerPlace at = { .begin = begin, .bias = begin + 4 };

    at.mult = at.bias + 4 * cout;
    at.shift = at.mult + 2 * cout;
    at.weights = at.shift + cout;
    at.branch = at.weights + cout * weights_per_channel(l);
    at.end = begin + layer_bytes(l);
    return at;
}

// Output channel `o` of layer `i`.
static int check_channel(const Parser *p, QsrModel *m, int i, const LayerPlace *at, int o)
{
    const QsrConvParams *l = &m->layers[i];
    uint64_t u = (uint64_t)o, n = weights_per_channel(l), n_branch = branch_per_channel(l);
    const int8_t *weights = l->weights + u * n;
    int64_t sum = 0;
    int res;

    if (l->mult[o] < QSR_RQ_MIN_MULT || l->mult[o] > QSR_RQ_MAX_MULT)
        return refuse(p, QSR_ERR_INVALID, "multiplier %d of layer %d, channel %d (byte %" PRIu64
                      ") is outside 16384..32767", l->mult[o], i, o, at->mult + 2 * u);
    if (l->shift[o] > QSR_RQ_MAX_SHIFT)
        return refuse(p, QSR_ERR_INVALID, "shift %d of layer %d, channel %d (byte %" PRIu64
                      ") is outside 0..24", l->shift[o], i, o, at->shift + u);
    res = check_weights(p, "weight", i, o, weights, at->weights + u * n, n, &sum);
    if (res < 0)
        return res;
    m->info.safe_pairs &= pairs_are_safe(weights, l->ksize * l->ksize, l->cin);
    if (l->branch) {
        const int8_t *branch = l->branch + u * n_branch;
        res = check_weights(p, "branch weight", i, o, branch, at->branch + u * n_branch, n_branch,
                            &sum);
        if (res < 0)
            return res;
        m->info.safe_pairs &= pairs_are_safe(branch, l->branch_ksize * l->branch_ksize, 3);
    }
    return check_bias(p, i, o, l->bias[o], at->bias + 4 * u, sum);
}

// Layer `i` at *next, which moves on to the next. `copy` is this layer in the
// model's own memory: byte order is set right there.
static int parse_layer(const Parser *p, QsrModel *m, int i, uint64_t *next, uint8_t *copy)
{
    QsrConvParams *l = &m->layers[i];
    const LayerPlace at = layer_place(l, *next);
    int32_t *bias = (int32_t *)(void *)(copy + (at.bias - at.begin));
    uint16_t *mult = (uint16_t *)(void *)(copy + (at.mult - at.begin));
    int res;

    l->frac = p->data[at.begin];
    l->bias = bias;
    l->mult = mult;
    l->shift = copy + (at.shift - at.begin);
    l->weights = (const int8_t *)(copy + (at.weights - at.begin));
    l->branch = l->branch_ksize ? (const int8_t *)(copy + (at.branch - at.begin)) : NULL;
    *next = (at.end + 3) & ~(uint64_t)3;

    if (l->frac < QSR_RQ_MIN_FRAC || l->frac > QSR_RQ_MAX_FRAC)
        return refuse(p, QSR_ERR_INVALID, "fraction bits %d of layer %d (byte %" PRIu64 ") are "
                      "outside 1..6", l->frac, i, at.begin);
    if ((res = check_zero(p, "reserved", at.begin + 1, 3)) < 0)
        return res;
    for (int o = 0; o < l->cout; o++) {
        bias[o] = rl32s(p->data + at.bias + 4 * (uint64_t)o);
        mult[o] = (uint16_t)rl16(p->data + at.mult + 2 * (uint64_t)o);
        if ((res = check_channel(p, m, i, &at, o)) < 0)
            return res;
    }
    return check_zero(p, "padding", at.end, *next - at.end);
}

static int parse_card(const Parser *p, QsrModel *m)
{
    const char *why;
    size_t at;

    if (!qsr_card_scan(p->data + p->card, (size_t)p->card_size, m->name, &why, &at))
        return refuse(p, QSR_ERR_INVALID, "the model card %s (byte %" PRIu64 ")", why,
                      p->card + at);
    memcpy(m->card, p->data + p->card, (size_t)p->card_size);
    m->card[p->card_size] = '\0';
    return 0;
}

// ------------------------------------------------------------------ model ---

static int mac_per_pixel(const QsrModel *m)
{
    int macs = 0;

    for (int i = 0; i < m->n_layers; i++) {
        const QsrConvParams *l = &m->layers[i];
        int stride = l->ksize == 2 ? 2 : 1;
        macs += (l->ksize * l->ksize * l->cin + l->branch_ksize * l->branch_ksize * 3) * l->cout /
                (stride * stride);
    }
    return macs;
}

static void describe(const Parser *p, QsrModel *m)
{
    m->width = p->channels == 32 ? QSR_WIDTH_32 : QSR_WIDTH_64;
    m->head = p->scale.den == 2 ? QSR_HEAD_X1_5
            : p->scale.num == 2 ? QSR_HEAD_X2
            : p->scale.num == 3 ? QSR_HEAD_X3 : QSR_HEAD_X4;
    m->n_layers = p->blocks + 2;
    for (int i = 0; i < m->n_layers; i++)
        layer_shape(p, i, &m->layers[i]);
    m->test_width = p->test_width;
    m->test_height = p->test_height;
    m->info = (QsrModelInfo){
        .name = m->name,
        .architecture = p->branch ? "quicksrnet-branch" : "quicksrnet",
        .card = m->card,
        .sha256 = m->sha256,
        .scale = p->scale,
        .channels = p->channels,
        .layers = m->n_layers,
        .mac_per_pixel = mac_per_pixel(m),
        .safe_pairs = 1, // until a channel says otherwise
        .file_size = (size_t)p->size,
    };
}

static int parse_body(const Parser *p, QsrModel *m)
{
    uint64_t at = HEADER_SIZE;
    uint8_t *tensors = m->tensors; // the file from HEADER_SIZE to the card
    int res;

    memcpy(tensors, p->data + HEADER_SIZE, (size_t)(p->card - HEADER_SIZE));
    m->test_in = tensors + (p->test_in - HEADER_SIZE);
    m->test_out = tensors + (p->test_out - HEADER_SIZE);
    for (int i = 0; i < m->n_layers; i++)
        if ((res = parse_layer(p, m, i, &at, tensors + (at - HEADER_SIZE))) < 0)
            return res;
    return parse_card(p, m);
}

int qsr_model_parse(QsrModel **model, const uint8_t *data, size_t size, const char *label,
                    QsrError *err)
{
    Parser p = { .data = data, .size = size, .label = label ? label : "model", .err = err };
    char sha256[2 * HASH_SIZE + 1];
    QsrModel *m;
    int res;

    *model = NULL;
    if (size > QSR_MODEL_MAX_FILE)
        return refuse(&p, QSR_ERR_INVALID, "%zu bytes are more than a model's largest size, %u",
                      size, QSR_MODEL_MAX_FILE);
    if ((res = check_header(&p, sha256)) < 0 || (res = check_sizes(&p)) < 0)
        return res;

    m = calloc(1, sizeof(*m));
    if (m) {
        atomic_init(&m->refs, 1);
        m->tensors = malloc((size_t)(p.card - HEADER_SIZE));
        m->card = malloc((size_t)p.card_size + 1);
    }
    if (!m || !m->tensors || !m->card) {
        qsr_model_unref(&m);
        return refuse(&p, QSR_ERR_NOMEM, "out of memory");
    }
    memcpy(m->sha256, sha256, sizeof(sha256));
    describe(&p, m);
    if ((res = parse_body(&p, m)) < 0) {
        qsr_model_unref(&m);
        return res;
    }
    *model = m;
    return 0;
}

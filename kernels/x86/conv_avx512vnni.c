// SPDX-License-Identifier: BSD-2-Clause
//
// Convolutions with AVX512-VNNI. Feature maps are NHWC, as in plain C.
//
// A block is P pixels times NV vectors of 16 outputs, held in registers. For
// every 4 input bytes (a quad) of a row of taps, each pixel's quad is broadcast
// and multiplied with NV vectors of weights: vpdpbusd adds four u8 x s8 products
// exactly in 32 bits.
//
// The order of outputs within the vectors is chosen so that the two packs of the
// requantisation, which work within 16-byte lanes, leave whole pixels together.
#include <immintrin.h>
#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"

#define MAX_VECTORS 3 // of a block

// Weights of one block of outputs, in the order in which they are read.
typedef struct VnniWeights {
    int32_t bias[MAX_VECTORS][16];
    int32_t shift[MAX_VECTORS][16];
    int16_t mult[2][32]; // in the order after the first pack
    int16_t frac[2], round[2]; // of the store, of the deep store
    int32_t branch;
    uint8_t pad[52];
    int8_t w[]; // [ky][quad][NV][16 outputs][4 inputs], then those of the branch
} VnniWeights;

_Static_assert(sizeof(VnniWeights) % 64 == 0, "weights must start on a cache line");

// ---------------------------------------------------------------- packing ---

#define NONE (-1) // an output that is not there
#define ONES (-2) // an output that is always 255: the X of RGBX

static size_t weight_bytes(int ksize, int cin_row, int nv)
{
    return (size_t)ksize * ksize * cin_row * nv * 16;
}

// One output at `dst` (its element of the first vector) from the model file's [ky][kx][cin].
static void pack_weights(int8_t *dst, const int8_t *from, int ksize, int cin, int cin_row, int nv)
{
    const int quads = ksize * cin_row / 4;
    for (int ky = 0; ky < ksize; ky++)
        for (int kx = 0; kx < ksize; kx++)
            for (int c = 0; c < cin; c++) {
                const int k = kx * cin_row + c;
                dst[((size_t)ky * quads + k / 4) * nv * 64 + k % 4] =
                    from[(ky * ksize + kx) * cin + c];
            }
}

// Multiplier of element i of vector v. packs(a, b): lane l is a[4l..4l+3], b[4l..4l+3]; a
// third vector, or the only one, is packed with its like of the next pixel.
static void pack_mult(VnniWeights *out, int nv, int v, int i, int16_t value)
{
    if (v == 2 || nv == 1) {
        int16_t *pair = &out->mult[v == 2][i / 4 * 8 + i % 4];
        pair[0] = pair[4] = value;
    } else {
        out->mult[0][i / 4 * 8 + v * 4 + i % 4] = value;
    }
}

// Packs one block; order[v * 16 + i] is the model file's output channel for
// element i of vector v, or NONE or ONES. Returns the bytes used.
static size_t pack_block(void *dst, const QsrConvParams *p, int cin_row, int nv, const int *order)
{
    const int taps = p->ksize * p->ksize, branch_taps = p->branch_ksize * p->branch_ksize;
    const size_t main_bytes = weight_bytes(p->ksize, cin_row, nv);
    const size_t size = sizeof(VnniWeights) + main_bytes +
                        (p->branch ? weight_bytes(p->branch_ksize, QSR_RGBX, nv) : 0);
    if (!dst)
        return size;
    VnniWeights *out = dst;
    memset(out, 0, size);
    for (int deep = 0; deep < 2; deep++) {
        const int frac = p->frac - 2 * deep;
        out->frac[deep] = (int16_t)frac;
        out->round[deep] = (int16_t)(frac > 0 ? 1 << (frac - 1) : 0);
    }
    out->branch = p->branch != NULL;
    for (int e = 0; e < nv * 16; e++) {
        const int v = e / 16, i = e % 16, o = order[e];
        int16_t mult = QSR_RQ_MIN_MULT;
        if (o == ONES) {
            out->bias[v][i] = INT16_MAX;
            mult = QSR_RQ_MAX_MULT;
        } else if (o != NONE) {
            int8_t *w = out->w + v * 64 + i * 4;
            out->bias[v][i] = p->bias[o];
            out->shift[v][i] = p->shift[o];
            mult = (int16_t)p->mult[o];
            pack_weights(w, p->weights + (ptrdiff_t)o * taps * p->cin, p->ksize, p->cin, cin_row,
                         nv);
            if (p->branch)
                pack_weights(w + main_bytes, p->branch + (ptrdiff_t)o * branch_taps * 3,
                             p->branch_ksize, 3, QSR_RGBX, nv);
        }
        pack_mult(out, nv, v, i, mult);
    }
    return size;
}

static size_t round_64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

// Maps: blocks of 32 outputs. Lane l of the two vectors is channels 8l..8l+7.
static size_t pack_map(void *dst, const QsrConvParams *p, int cin_row)
{
    size_t at = 0;
    for (int first = 0; first < p->cout; first += 32) {
        int order[32];
        for (int e = 0; e < 32; e++)
            order[e] = first + e % 16 / 4 * 8 + e / 16 * 4 + e % 4;
        at += round_64(pack_block(dst ? (char *)dst + at : NULL, p, cin_row, 2, order));
    }
    return at;
}

static size_t pack_in_avx512vnni(void *dst, const QsrConvParams *p)
{
    return pack_map(dst, p, QSR_RGBX);
}

static size_t pack_body_avx512vnni(void *dst, const QsrConvParams *p)
{
    return pack_map(dst, p, p->cin);
}

// Heads, of the file's [colour][dy][dx].
static size_t pack_out_avx512vnni(void *dst, const QsrConvParams *p)
{
    int order[MAX_VECTORS * 16];
    if (p->cout == 12) { // [dy][dx][R, G, B, X]
        for (int e = 0; e < 16; e++)
            order[e] = e % 4 == 3 ? ONES : e % 4 * 4 + e / 4;
        return pack_block(dst, p, p->cin, 1, order);
    }
    if (p->cout == 27) { // [dy][dx][colour], lanes as in maps
        for (int e = 0; e < 32; e++) {
            const int k = e % 16 / 4 * 8 + e / 16 * 4 + e % 4;
            order[e] = k < 27 ? k % 3 * 9 + k / 3 : NONE;
        }
        return pack_block(dst, p, p->cin, 2, order);
    }
    for (int e = 0; e < 48; e++) { // lane = dy; 4 of its 12 bytes [dx][colour] per vector
        const int dy = e % 16 / 4, k = e / 16 * 4 + e % 4;
        order[e] = k % 3 * 16 + dy * 4 + k / 3;
    }
    return pack_block(dst, p, p->cin, 3, order);
}

// ------------------------------------------------------------- arithmetic ---

// Compilers copy accumulators around the intrinsic; this leaves them in place.
#define DOT(acc, u8, s8) __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(u8), "v"(s8))

// P and NV are constants at every call, so that acc lives in registers.
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLL _Pragma("GCC unroll 24")
#define ROLLED _Pragma("GCC unroll 1")
#endif

INLINE void start_block(__m512i acc[], const VnniWeights *wt, int P, int NV)
{
    UNROLL
    for (int p = 0; p < P; p++)
        UNROLL
        for (int v = 0; v < NV; v++)
            acc[p * NV + v] = _mm512_load_si512(wt->bias[v]);
}

// Adds to acc[p][v] of P pixels `stride` bytes apart; src[ky] + offset is the first tap.
INLINE void dot_block(__m512i acc[], const int8_t *w, const uint8_t *const *src,
                      ptrdiff_t offset, int rows, int quads, int stride, int P, int NV)
{
    ROLLED
    for (int ky = 0; ky < rows; ky++) {
        const uint8_t *s = src[ky] + offset;
        ROLLED
        for (int q = 0; q < quads; q++, s += 4, w += NV * 64) {
            __m512i weights[MAX_VECTORS];
            UNROLL
            for (int v = 0; v < NV; v++)
                weights[v] = _mm512_load_si512(w + v * 64);
            UNROLL
            for (int p = 0; p < P; p++) {
                int32_t quad;
                memcpy(&quad, s + p * stride, 4);
                const __m512i a = _mm512_set1_epi32(quad);
                UNROLL
                for (int v = 0; v < NV; v++)
                    DOT(acc[p * NV + v], a, weights[v]);
            }
        }
    }
}

// The requantisation of kernels/requant.h up to the 16-bit u, for 32 outputs.
INLINE __m512i requant_as(__m512i a, __m512i b, const VnniWeights *wt, int va, int vb, int mult,
                          int deep)
{
    a = _mm512_srav_epi32(a, _mm512_load_si512(wt->shift[va]));
    b = _mm512_srav_epi32(b, _mm512_load_si512(wt->shift[vb]));
    __m512i u = _mm512_mulhrs_epi16(_mm512_packs_epi32(a, b), _mm512_load_si512(wt->mult[mult]));
    u = _mm512_adds_epi16(u, _mm512_set1_epi16(wt->round[deep]));
    return _mm512_sra_epi16(u, _mm_cvtsi32_si128(wt->frac[deep]));
}

INLINE __m512i requant(__m512i a, __m512i b, const VnniWeights *wt, int va, int vb, int mult)
{
    return requant_as(a, b, wt, va, vb, mult, 0);
}

// 32 outputs of the deep store, not above `most`.
INLINE __m512i requant_deep(__m512i a, __m512i b, const VnniWeights *wt, int va, int vb, int mult,
                            __m512i most)
{
    const __m512i u = requant_as(a, b, wt, va, vb, mult, 1);
    return _mm512_min_epi16(_mm512_max_epi16(u, _mm512_setzero_si512()), most);
}

// P pixels of 32 channels; dst_stride is the bytes of a whole pixel.
INLINE void map_block(uint8_t *dst, int dst_stride, const VnniWeights *wt,
                      const uint8_t *const src[3], ptrdiff_t offset, int quads, int stride, int P)
{
    __m512i acc[24];
    const __m512i pixels = _mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0);
    start_block(acc, wt, P, 2);
    dot_block(acc, wt->w, src, offset, 3, quads, stride, P, 2);
    UNROLL
    for (int p = 0; p < P; p += 2) {
        const __m512i u0 = requant(acc[p * 2], acc[p * 2 + 1], wt, 0, 1, 0);
        const __m512i u1 = requant(acc[p * 2 + 2], acc[p * 2 + 3], wt, 0, 1, 0);
        const __m512i y = _mm512_permutexvar_epi64(pixels, _mm512_packus_epi16(u0, u1));
        if (dst_stride == 32) {
            _mm512_storeu_si512(dst + p * 32, y);
        } else {
            _mm256_storeu_si256((__m256i *)(dst + p * dst_stride), _mm512_castsi512_si256(y));
            _mm256_storeu_si256((__m256i *)(dst + (p + 1) * dst_stride),
                                _mm512_extracti64x4_epi64(y, 1));
        }
    }
}

INLINE void map_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights,
                    int cin, int cout)
{
    const int quads = 3 * cin / 4;
    const size_t block = round_64(sizeof(VnniWeights) + (size_t)3 * quads * 2 * 64);
    for (int first = 0; first < cout; first += 32) {
        const VnniWeights *wt = (const void *)((const char *)weights + first / 32 * block);
        uint8_t *d = dst + first;
        if (w < 12) {
            for (int x = 0; x < w; x += 4)
                map_block(d + x * cout, cout, wt, src, (ptrdiff_t)(x - 1) * cin, quads, cin, 4);
            continue;
        }
        for (int next = 0; next < w; next += 12) {
            const int x = next + 12 <= w ? next : w - 12; // the last ones once more, with the rest
            map_block(d + x * cout, cout, wt, src, (ptrdiff_t)(x - 1) * cin, quads, cin, 12);
        }
    }
}

// ------------------------------------------------------------------ heads ---

// Four pixels to two rows of eight.
INLINE void store_x2(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt)
{
    const __m512i order = _mm512_set_epi32(15, 11, 14, 10, 13, 9, 12, 8, 7, 3, 6, 2, 5, 1, 4, 0);
    const __m512i u0 = requant(acc[0], acc[1], wt, 0, 0, 0);
    const __m512i u1 = requant(acc[2], acc[3], wt, 0, 0, 0);
    const __m512i y = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(u0, u1));
    _mm256_storeu_si256((__m256i *)(dst[0] + x * 8), _mm512_castsi512_si256(y));
    _mm256_storeu_si256((__m256i *)(dst[1] + x * 8), _mm512_extracti64x4_epi64(y, 1));
}

// Where the bytes of four positions' row dy lie in two vectors of two pixels
// each (qwords not yet in order: lane l is pixel 0's bytes 8l.., then pixel 1's).
#define AT(p, k) ((p) / 2 * 64 + (k) / 8 * 16 + (p) % 2 * 8 + (k) % 8)
#define RGB0(p, k) AT(p, k), AT(p, (k) + 1), AT(p, (k) + 2), 0
#define POSITION(p, k) RGB0(p, k), RGB0(p, (k) + 3), RGB0(p, (k) + 6)
#define ROW(dy) {POSITION(0, (dy) * 9), POSITION(1, (dy) * 9), POSITION(2, (dy) * 9), \
                 POSITION(3, (dy) * 9)}
static const uint8_t x3_index[3][64] __attribute__((aligned(64))) = {ROW(0), ROW(1), ROW(2)};
#undef AT
#undef RGB0
#undef POSITION
#undef ROW

// Four positions to three rows of twelve.
INLINE void store_x3(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt)
{
    const __m512i opaque = _mm512_set1_epi32((int)0xff000000u);
    const __m512i y0 = _mm512_packus_epi16(requant(acc[0], acc[1], wt, 0, 1, 0),
                                           requant(acc[2], acc[3], wt, 0, 1, 0));
    const __m512i y1 = _mm512_packus_epi16(requant(acc[4], acc[5], wt, 0, 1, 0),
                                           requant(acc[6], acc[7], wt, 0, 1, 0));
    UNROLL
    for (int dy = 0; dy < 3; dy++) {
        const __m512i index = _mm512_load_si512(x3_index[dy]);
        const __m512i row = _mm512_or_si512(_mm512_permutex2var_epi8(y0, index, y1), opaque);
        _mm512_mask_storeu_epi32(dst[dy] + x * 12, 0x0fff, row);
    }
}

// Two pixels to four rows of eight.
INLINE void store_x4(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt)
{
    // Lane: 8 bytes of the first two vectors of pixel 0, the same of pixel 1; and 4 bytes of
    // the third vector of each.
    const __m512i ab = _mm512_packus_epi16(requant(acc[0], acc[1], wt, 0, 1, 0),
                                           requant(acc[3], acc[4], wt, 0, 1, 0));
    const __m512i cc = requant(acc[2], acc[5], wt, 2, 2, 1);
    const __m512i c = _mm512_packus_epi16(cc, cc);
    const __m512i opaque = _mm512_set1_epi32((int)0xff000000u);
#define LANES(...) _mm512_broadcast_i32x4(_mm_setr_epi8(__VA_ARGS__))
    const __m512i ab0 = LANES(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, -1, -1, -1, -1, -1, -1);
    const __m512i ab1 = LANES(8, 9, 10, -1, 11, 12, 13, -1, 14, 15, -1, -1, -1, -1, -1, -1);
    const __m512i c0 = LANES(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, -1, 1, 2, 3, -1);
    const __m512i c1 = LANES(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 4, -1, 5, 6, 7, -1);
#undef LANES
    const __m512i p0 = _mm512_or_si512(_mm512_shuffle_epi8(ab, ab0), _mm512_shuffle_epi8(c, c0));
    const __m512i p1 = _mm512_or_si512(_mm512_shuffle_epi8(ab, ab1), _mm512_shuffle_epi8(c, c1));
    const __m512i lo = _mm512_or_si512(p0, opaque), hi = _mm512_or_si512(p1, opaque);
#define STORE(i)                                                                                \
    _mm_storeu_si128((__m128i *)(dst[i] + x * 16), _mm512_extracti32x4_epi32(lo, i));           \
    _mm_storeu_si128((__m128i *)(dst[i] + x * 16 + 16), _mm512_extracti32x4_epi32(hi, i))
    STORE(0);
    STORE(1);
    STORE(2);
    STORE(3);
#undef STORE
}

// ------------------------------------------------------------- deep heads ---

// Two pixels to two rows of four.
INLINE void store_x2_deep(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt)
{
    const __m512i most = _mm512_set1_epi64(0x03ff03fc03fc03fc);
    const __m512i order = _mm512_set_epi64(7, 5, 6, 4, 3, 1, 2, 0);
    const __m512i y = _mm512_permutexvar_epi64(
        order, requant_deep(acc[0], acc[1], wt, 0, 0, 0, most));
    _mm256_storeu_si256((__m256i *)(dst[0] + x * 16), _mm512_castsi512_si256(y));
    _mm256_storeu_si256((__m256i *)(dst[1] + x * 16), _mm512_extracti64x4_epi64(y, 1));
}

// Where the words of two positions' row dy lie in their two vectors.
#define RGB0(k) (k), (k) + 1, (k) + 2, 0
#define POSITION(k) RGB0(k), RGB0((k) + 3), RGB0((k) + 6)
#define ROW(dy) {POSITION((dy) * 9), POSITION(32 + (dy) * 9)}
static const uint16_t x3_deep_index[3][32] __attribute__((aligned(64))) = {ROW(0), ROW(1), ROW(2)};
#undef RGB0
#undef POSITION
#undef ROW

// Two positions to three rows of six.
INLINE void store_x3_deep(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt)
{
    const __m512i most = _mm512_set1_epi16(1020), opaque = _mm512_set1_epi64((int64_t)1023 << 48);
    const __m512i y0 = requant_deep(acc[0], acc[1], wt, 0, 1, 0, most);
    const __m512i y1 = requant_deep(acc[2], acc[3], wt, 0, 1, 0, most);
    UNROLL
    for (int dy = 0; dy < 3; dy++) {
        const __m512i index = _mm512_load_si512(x3_deep_index[dy]);
        const __m512i row = _mm512_or_si512(_mm512_permutex2var_epi16(y0, index, y1), opaque);
        _mm512_mask_storeu_epi64(dst[dy] + x * 24, 0x3f, row);
    }
}

// Two pixels to four rows of eight.
INLINE void store_x4_deep(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt)
{
    const __m512i most = _mm512_set1_epi16(1020), opaque = _mm512_set1_epi64((int64_t)1023 << 48);
    // Lane dy: 8 words of the first two vectors of a pixel; 4 words of the third of each.
    const __m512i c = requant_deep(acc[2], acc[5], wt, 2, 2, 1, most);
#define LANES(...) _mm512_broadcast_i32x4(_mm_setr_epi8(__VA_ARGS__))
    const __m512i lo = LANES(0, 1, 2, 3, 4, 5, -1, -1, 6, 7, 8, 9, 10, 11, -1, -1);
    const __m512i hi = LANES(12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m512i third[2] = {
        LANES(-1, -1, -1, -1, 0, 1, -1, -1, 2, 3, 4, 5, 6, 7, -1, -1),
        LANES(-1, -1, -1, -1, 8, 9, -1, -1, 10, 11, 12, 13, 14, 15, -1, -1),
    };
#undef LANES
    UNROLL
    for (int p = 0; p < 2; p++) {
        const __m512i ab = requant_deep(acc[p * 3], acc[p * 3 + 1], wt, 0, 1, 0, most);
        const __m512i left = _mm512_or_si512(_mm512_shuffle_epi8(ab, lo), opaque);
        const __m512i right = _mm512_or_si512(
            _mm512_or_si512(_mm512_shuffle_epi8(ab, hi), _mm512_shuffle_epi8(c, third[p])),
            opaque);
#define STORE(dy)                                                                               \
    _mm_storeu_si128((__m128i *)(dst[dy] + (x + p) * 32), _mm512_extracti32x4_epi32(left, dy)); \
    _mm_storeu_si128((__m128i *)(dst[dy] + (x + p) * 32 + 16),                                  \
                     _mm512_extracti32x4_epi32(right, dy))
        STORE(0);
        STORE(1);
        STORE(2);
        STORE(3);
#undef STORE
    }
}

// ------------------------------------------------------------------- rows ---

INLINE void store_head(uint8_t *const dst[4], int x, const __m512i acc[], const VnniWeights *wt,
                       int P, enum QsrHead head)
{
    if (head == QSR_HEAD_X2) {
        UNROLL
        for (int p = 0; p < P; p += 4)
            store_x2(dst, x + p, acc + p, wt);
    } else if (head == QSR_HEAD_X4) {
        UNROLL
        for (int p = 0; p < P; p += 2)
            store_x4(dst, x + p, acc + p * 3, wt);
    } else {
        UNROLL
        for (int p = 0; p < P; p += 4)
            store_x3(dst, x + p, acc + p * 2, wt);
    }
}

INLINE void store_head_deep(uint8_t *const dst[4], int x, const __m512i acc[],
                            const VnniWeights *wt, int P, enum QsrHead head)
{
    UNROLL
    for (int p = 0; p < P; p += 2) {
        if (head == QSR_HEAD_X2)
            store_x2_deep(dst, x + p, acc + p, wt);
        else if (head == QSR_HEAD_X4)
            store_x4_deep(dst, x + p, acc + p * 3, wt);
        else
            store_x3_deep(dst, x + p, acc + p * 2, wt);
    }
}

// P positions of a head.
INLINE void head_block(uint8_t *const dst[4], int x, const VnniWeights *wt,
                       const uint8_t *const src[3], const uint8_t *const in[3], int cin, int P,
                       enum QsrHead head, int deep)
{
    const int NV = head == QSR_HEAD_X2 ? 1 : head == QSR_HEAD_X4 ? 3 : 2;
    const int cells = head == QSR_HEAD_X1_5, ksize = cells ? 2 : 3, step = cells ? 2 : 1;
    const ptrdiff_t column = (ptrdiff_t)x * step;
    const int8_t *more = wt->w + weight_bytes(ksize, cin, NV);
    __m512i acc[24];
    start_block(acc, wt, P, NV);
    dot_block(acc, wt->w, src, (column - !cells) * cin, ksize, ksize * cin / 4, step * cin, P, NV);
    if (wt->branch && cells)
        dot_block(acc, more, in, (column - 1) * QSR_RGBX, 3, 3, 2 * QSR_RGBX, P, NV);
    else if (wt->branch)
        dot_block(acc, more, in + 1, column * QSR_RGBX, 1, 1, QSR_RGBX, P, NV);
    if (deep)
        store_head_deep(dst, x, acc, wt, P, head);
    else
        store_head(dst, x, acc, wt, P, head);
}

INLINE void head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                     const uint8_t *const in[3], int w, const void *weights, int cin,
                     enum QsrHead head, int deep)
{
    const int block = head == QSR_HEAD_X2 ? 24 : head == QSR_HEAD_X4 ? 8 : 12;
    if (w < block) {
        for (int x = 0; x < w; x += 4)
            head_block(dst, x, weights, src, in, cin, 4, head, deep);
        return;
    }
    for (int next = 0; next < w; next += block) {
        const int x = next + block <= w ? next : w - block; // the last ones once more
        head_block(dst, x, weights, src, in, cin, block, head, deep);
    }
}

// ------------------------------------------------------------------ table ---

INLINE void in_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int c)
{
    map_row(dst, src, w, weights, QSR_RGBX, c);
}

INLINE void body_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int c)
{
    map_row(dst, src, w, weights, c, c);
}

#define ISA avx512vnni
#include "kernels/conv_table.h"

void qsr_conv_dsp_init_avx512vnni(QsrConvDSP *dsp)
{
    fill_table(dsp);
    dsp->fm.w_align = 4; // the layout is plain C's
    dsp->pack_in = pack_in_avx512vnni;
    dsp->pack_body = pack_body_avx512vnni;
    dsp->pack_out = pack_out_avx512vnni;
}

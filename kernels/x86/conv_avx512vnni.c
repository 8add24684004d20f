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
    int16_t frac, round;
    uint8_t pad[60];
    int8_t w[]; // [ky][quad][NV][16 outputs][4 inputs]
} VnniWeights;

_Static_assert(sizeof(VnniWeights) % 64 == 0, "weights must start on a cache line");

// ---------------------------------------------------------------- packing ---

#define NONE (-1) // an output that is not there
#define ONES (-2) // an output that is always 255: the X of RGBX

// Packs one block; order[v * 16 + i] is the model file's output channel for
// element i of vector v, or NONE or ONES. Returns the bytes used.
static size_t pack_block(void *dst, const QsrConvParams *p, int cin_row, int nv, const int *order)
{
    const int quads = p->ksize * cin_row / 4;
    const size_t size = sizeof(VnniWeights) + (size_t)p->ksize * quads * nv * 64;
    if (!dst)
        return size;
    VnniWeights *out = dst;
    memset(out, 0, size);
    out->frac = (int16_t)p->frac;
    out->round = (int16_t)(1 << (p->frac - 1));
    for (int e = 0; e < nv * 16; e++) {
        const int v = e / 16, i = e % 16, o = order[e];
        // packs(a, b): lane l is a[4l..4l+3], b[4l..4l+3]; a third vector is packed with
        // its like of the next pixel.
        int16_t *mult = v < 2 ? &out->mult[0][i / 4 * 8 + v * 4 + i % 4] : NULL;
        int16_t value = QSR_RQ_MIN_MULT;
        if (o == ONES) {
            out->bias[v][i] = INT16_MAX;
            value = QSR_RQ_MAX_MULT;
        } else if (o != NONE) {
            out->bias[v][i] = p->bias[o];
            out->shift[v][i] = p->shift[o];
            value = (int16_t)p->mult[o];
            for (int ky = 0; ky < p->ksize; ky++)
                for (int kx = 0; kx < p->ksize; kx++)
                    for (int c = 0; c < p->cin; c++) {
                        const int k = kx * cin_row + c;
                        out->w[(((size_t)ky * quads + k / 4) * nv + v) * 64 + i * 4 + k % 4] =
                            p->weights[((o * p->ksize + ky) * p->ksize + kx) * p->cin + c];
                    }
        }
        if (mult)
            *mult = value;
        if (v == 2 || nv == 1) { // packed with the same vector of another pixel
            int16_t *pair = &out->mult[v == 2][i / 4 * 8 + i % 4];
            pair[0] = pair[4] = value;
        }
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
#else
#define UNROLL _Pragma("GCC unroll 24")
#endif

// acc[p][v] of P pixels `stride` bytes apart; src[ky] points at the first tap.
INLINE void dot_block(__m512i acc[], const VnniWeights *wt, const uint8_t *const src[3],
                      ptrdiff_t offset, int rows, int quads, int stride, int P, int NV)
{
    const int8_t *w = wt->w;
    UNROLL
    for (int p = 0; p < P; p++)
        UNROLL
        for (int v = 0; v < NV; v++)
            acc[p * NV + v] = _mm512_load_si512(wt->bias[v]);
    for (int ky = 0; ky < rows; ky++) {
        const uint8_t *s = src[ky] + offset;
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
INLINE __m512i requant(__m512i a, __m512i b, const VnniWeights *wt, int va, int vb, int mult)
{
    a = _mm512_srav_epi32(a, _mm512_load_si512(wt->shift[va]));
    b = _mm512_srav_epi32(b, _mm512_load_si512(wt->shift[vb]));
    __m512i u = _mm512_mulhrs_epi16(_mm512_packs_epi32(a, b), _mm512_load_si512(wt->mult[mult]));
    u = _mm512_adds_epi16(u, _mm512_set1_epi16(wt->round));
    return _mm512_sra_epi16(u, _mm_cvtsi32_si128(wt->frac));
}

// P pixels of 32 channels; dst_stride is the bytes of a whole pixel.
INLINE void map_block(uint8_t *dst, int dst_stride, const VnniWeights *wt,
                      const uint8_t *const src[3], ptrdiff_t offset, int quads, int stride, int P)
{
    __m512i acc[24];
    const __m512i pixels = _mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0);
    dot_block(acc, wt, src, offset, 3, quads, stride, P, 2);
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
        int x = 0;
        for (; x + 12 <= w; x += 12)
            map_block(d + x * cout, cout, wt, src, (ptrdiff_t)(x - 1) * cin, quads, cin, 12);
        if (x < w && w >= 12) { // the last ones once more, with the rest
            x = w - 12;
            map_block(d + x * cout, cout, wt, src, (ptrdiff_t)(x - 1) * cin, quads, cin, 12);
            x = w;
        }
        for (; x < w; x += 4)
            map_block(d + x * cout, cout, wt, src, (ptrdiff_t)(x - 1) * cin, quads, cin, 4);
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

// P positions of a head.
INLINE void head_block(uint8_t *const dst[4], int x, const VnniWeights *wt,
                       const uint8_t *const src[3], ptrdiff_t offset, int rows, int quads,
                       int stride, int P, enum QsrHead head)
{
    const int NV = head == QSR_HEAD_X2 ? 1 : head == QSR_HEAD_X4 ? 3 : 2;
    __m512i acc[24];
    dot_block(acc, wt, src, offset, rows, quads, stride, P, NV);
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

INLINE void head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                     const uint8_t *const in[3], int w, const void *weights, int cin,
                     enum QsrHead head, int deep)
{
    (void)in, (void)deep;
    const int cells = head == QSR_HEAD_X1_5;
    const int ksize = cells ? 2 : 3, stride = cells ? 2 * cin : cin;
    const int block = head == QSR_HEAD_X2 ? 24 : head == QSR_HEAD_X4 ? 8 : 12;
    const ptrdiff_t first = cells ? 0 : -cin;
    int x = 0;
    for (; x + block <= w; x += block)
        head_block(dst, x, weights, src, first + (ptrdiff_t)x * stride, ksize, ksize * cin / 4,
                   stride, block, head);
    if (x < w && w >= block) { // the last ones once more, with the rest
        x = w - block;
        head_block(dst, x, weights, src, first + (ptrdiff_t)x * stride, ksize, ksize * cin / 4,
                   stride, block, head);
        x = w;
    }
    for (; x < w; x += 4)
        head_block(dst, x, weights, src, first + (ptrdiff_t)x * stride, ksize, ksize * cin / 4,
                   stride, 4, head);
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

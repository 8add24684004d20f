// SPDX-License-Identifier: BSD-2-Clause
//
// Convolutions with AVX2. Feature maps are NHWC, as in plain C.
//
// A block is 4 pixels times 16 outputs: 8 accumulators. vpmaddubsw adds two
// u8 x s8 products in 16 bits with saturation, so it is used for layers whose
// weights rule that out (the safe pairs of docs/numerics.md); others are widened
// to 16 bits first, at half the speed. Either way the sums are exact.
#include <immintrin.h>
#include <string.h>

#include "kernels/dsp.h"
#include "kernels/requant.h"

#define PIXELS 4   // of a block
#define OUTPUTS 16 // of a block

// Weights of one block of outputs, in the order in which they are read. Element
// i of vector v is output 8*(i/4) + 4*v + i%4, so that the packs of the
// requantisation, which work within 16-byte lanes, end in rising order.
typedef struct Avx2Weights {
    int32_t bias[2][8];
    int32_t shift[2][8];
    int16_t mult[16]; // in the order after the first pack
    int16_t frac[2], round[2]; // of the store, of the deep store
    int16_t safe, branch;
    uint8_t pad[20];
    // safe: [ky][quad][2][8 outputs][4 inputs], else s16 (inputs 0, 2), then (1, 3); the
    // branch follows in the same form
    int8_t w[];
} Avx2Weights;

_Static_assert(sizeof(Avx2Weights) % 32 == 0, "weights must be aligned for vector loads");

// ---------------------------------------------------------------- packing ---

#define NONE (-1) // an output that is not there
#define ONES (-2) // an output that is always 255: the X of RGBX

// Weights of n pixels of `cin` channels.
static int pairs_are_safe(const int8_t *w, int n, int cin)
{
    for (; n > 0; n--, w += cin) {
        for (int c = 0; c < cin; c += 2) {
            const int a = w[c], b = c + 1 < cin ? w[c + 1] : 0;
            if ((a > 0 ? a : 0) + (b > 0 ? b : 0) > 128 ||
                (a < 0 ? -a : 0) + (b < 0 ? -b : 0) > 128)
                return 0;
        }
    }
    return 1;
}

static int layer_is_safe(const QsrConvParams *p)
{
    return pairs_are_safe(p->weights, p->cout * p->ksize * p->ksize, p->cin) &&
           (!p->branch || pairs_are_safe(p->branch, p->cout * p->branch_ksize * p->branch_ksize, 3));
}

static size_t weight_bytes(int ksize, int cin_row, int safe)
{
    return (size_t)ksize * ksize * cin_row / 4 * OUTPUTS * (safe ? 4 : 8);
}

// branch_ksize 0: no branch.
static size_t block_bytes(int ksize, int cin_row, int branch_ksize, int safe)
{
    return sizeof(Avx2Weights) + weight_bytes(ksize, cin_row, safe) +
           weight_bytes(branch_ksize, QSR_RGBX, safe);
}

// Output i of a block at `dst`, from one output of the model file, [ky][kx][cin].
static void pack_weights(int8_t *dst, const int8_t *from, int ksize, int cin, int cin_row, int i,
                         int safe)
{
    const int v = i / 4 % 2, e = i / 8 * 4 + i % 4, row = ksize * cin_row;
    for (int ky = 0; ky < ksize; ky++)
        for (int k = 0; k < row; k++) {
            const int kx = k / cin_row, c = k % cin_row;
            if (c >= cin)
                continue; // X of RGBX
            const int8_t w = from[(ky * ksize + kx) * cin + c];
            const size_t quad = (size_t)ky * (row / 4) + k / 4;
            if (safe) {
                dst[((quad * 2 + v) * 8 + e) * 4 + k % 4] = w;
            } else {
                const int16_t wide = w;
                const size_t at = (((quad * 2 + v) * 2 + k % 2) * 8 + e) * 2 + k % 4 / 2;
                memcpy(dst + at * 2, &wide, 2);
            }
        }
}

// order[i]: the model file's output channel for output i of the block, or NONE or ONES.
static void pack_block(Avx2Weights *out, const QsrConvParams *p, int cin_row, int safe,
                       const int order[OUTPUTS])
{
    const int taps = p->ksize * p->ksize, branch_taps = p->branch_ksize * p->branch_ksize;
    for (int deep = 0; deep < 2; deep++) {
        const int frac = p->frac - 2 * deep;
        out->frac[deep] = (int16_t)frac;
        out->round[deep] = (int16_t)(frac > 0 ? 1 << (frac - 1) : 0);
    }
    out->safe = (int16_t)safe;
    out->branch = p->branch != NULL;
    for (int i = 0; i < OUTPUTS; i++) {
        const int o = order[i], v = i / 4 % 2, e = i / 8 * 4 + i % 4;
        out->mult[i] = QSR_RQ_MIN_MULT;
        if (o == ONES) {
            out->bias[v][e] = INT16_MAX;
            out->mult[i] = QSR_RQ_MAX_MULT;
        }
        if (o < 0)
            continue;
        out->bias[v][e] = p->bias[o];
        out->shift[v][e] = p->shift[o];
        out->mult[i] = (int16_t)p->mult[o];
        pack_weights(out->w, p->weights + (ptrdiff_t)o * taps * p->cin, p->ksize, p->cin, cin_row,
                     i, safe);
        if (p->branch)
            pack_weights(out->w + weight_bytes(p->ksize, cin_row, safe),
                         p->branch + (ptrdiff_t)o * branch_taps * 3, p->branch_ksize, 3, QSR_RGBX,
                         i, safe);
    }
}

// `order` has `blocks` * OUTPUTS entries.
static size_t pack(void *dst, const QsrConvParams *p, int cin_row, const int *order, int blocks)
{
    const int safe = layer_is_safe(p);
    const size_t bytes = block_bytes(p->ksize, cin_row, p->branch ? p->branch_ksize : 0, safe);
    if (dst) {
        memset(dst, 0, bytes * (size_t)blocks);
        for (int i = 0; i < blocks; i++)
            pack_block((Avx2Weights *)((char *)dst + i * bytes), p, cin_row, safe,
                       order + i * OUTPUTS);
    }
    return bytes * (size_t)blocks;
}

static size_t pack_map(void *dst, const QsrConvParams *p, int cin_row)
{
    int order[QSR_MAX_CHANNELS];
    for (int o = 0; o < p->cout; o++)
        order[o] = o;
    return pack(dst, p, cin_row, order, p->cout / OUTPUTS);
}

static size_t pack_in_avx2(void *dst, const QsrConvParams *p)
{
    return pack_map(dst, p, QSR_RGBX);
}

static size_t pack_body_avx2(void *dst, const QsrConvParams *p)
{
    return pack_map(dst, p, p->cin);
}

// Heads, from the file's [colour][dy][dx] to [dy][dx][colour]. For 12 outputs X
// is computed as well, and the order suits the two rows that store_x2 makes.
static size_t pack_out_avx2(void *dst, const QsrConvParams *p)
{
    int order[48];
    if (p->cout == 12) {
        for (int i = 0; i < OUTPUTS; i++) {
            const int dx = i / 8, dy = i / 4 % 2, c = i % 4;
            order[i] = c == 3 ? ONES : c * 4 + dy * 2 + dx;
        }
        return pack(dst, p, p->cin, order, 1);
    }
    const int cells = p->cout / 3, blocks = (p->cout + OUTPUTS - 1) / OUTPUTS;
    for (int i = 0; i < blocks * OUTPUTS; i++)
        order[i] = i < p->cout ? i % 3 * cells + i / 3 : NONE;
    return pack(dst, p, p->cin, order, blocks);
}

// ------------------------------------------------------------- arithmetic ---

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

// Finish one pixel before the next: compilers that mix all of them run out of
// registers, and the processor reorders better.
#define KEEP(a, b) __asm__ volatile("" : "+x"(a), "+x"(b))

INLINE void start_block(__m256i acc[PIXELS][2], const Avx2Weights *wt)
{
    UNROLL
    for (int p = 0; p < PIXELS; p++)
        for (int v = 0; v < 2; v++)
            acc[p][v] = _mm256_load_si256((const __m256i *)wt->bias[v]);
}

// Adds to acc[p][v] of PIXELS pixels `stride` bytes apart; src[ky] + offset is the first tap.
INLINE void dot_block(__m256i acc[PIXELS][2], const int8_t *weights, const uint8_t *const *src,
                      ptrdiff_t offset, int rows, int quads, int stride, int safe)
{
    const __m256i ones = _mm256_set1_epi16(1), low = _mm256_set1_epi16(0x00ff);
    const __m256i *w = (const __m256i *)weights;
    for (int ky = 0; ky < rows; ky++) {
        const uint8_t *s = src[ky] + offset;
        for (int q = 0; q < quads; q++, s += 4, w += safe ? 2 : 4) {
            UNROLL
            for (int p = 0; p < PIXELS; p++) {
                int32_t quad;
                memcpy(&quad, s + p * stride, 4);
                const __m256i a = _mm256_set1_epi32(quad);
                UNROLL
                for (int v = 0; v < 2; v++) {
                    if (safe) {
                        const __m256i pairs = _mm256_maddubs_epi16(a, w[v]);
                        acc[p][v] = _mm256_add_epi32(acc[p][v], _mm256_madd_epi16(pairs, ones));
                    } else {
                        const __m256i even = _mm256_and_si256(a, low);
                        const __m256i odd = _mm256_srli_epi16(a, 8);
                        acc[p][v] = _mm256_add_epi32(
                            acc[p][v], _mm256_add_epi32(_mm256_madd_epi16(even, w[v * 2]),
                                                        _mm256_madd_epi16(odd, w[v * 2 + 1])));
                    }
                }
                KEEP(acc[p][0], acc[p][1]);
            }
        }
    }
}

// The requantisation of kernels/requant.h up to the shifted u, for 16 outputs.
INLINE __m256i requant(const __m256i acc[2], const Avx2Weights *wt, int deep)
{
    const __m256i *shift = (const __m256i *)wt->shift;
    const __m256i t = _mm256_packs_epi32(_mm256_srav_epi32(acc[0], shift[0]),
                                         _mm256_srav_epi32(acc[1], shift[1]));
    __m256i u = _mm256_mulhrs_epi16(t, _mm256_load_si256((const __m256i *)wt->mult));
    u = _mm256_adds_epi16(u, _mm256_set1_epi16(wt->round[deep]));
    return _mm256_sra_epi16(u, _mm_cvtsi32_si128(wt->frac[deep]));
}

// 16 outputs of the deep store. with_x: every fourth is an X and reaches 1023.
INLINE __m256i requant_deep(const __m256i acc[2], const Avx2Weights *wt, int with_x)
{
    const __m256i most = with_x ? _mm256_set1_epi64x(0x03ff03fc03fc03fc)
                                : _mm256_set1_epi16(1020);
    return _mm256_min_epi16(_mm256_max_epi16(requant(acc, wt, 1), _mm256_setzero_si256()), most);
}

INLINE void store_16(uint8_t *dst, __m128i v)
{
    _mm_storeu_si128((__m128i *)dst, v);
}

// 16 outputs of PIXELS pixels, dst_stride bytes apart.
INLINE void store_block(uint8_t *dst, int dst_stride, const __m256i acc[PIXELS][2],
                        const Avx2Weights *wt)
{
    UNROLL
    for (int p = 0; p < PIXELS; p += 2) {
        const __m256i y = _mm256_permute4x64_epi64(
            _mm256_packus_epi16(requant(acc[p], wt, 0), requant(acc[p + 1], wt, 0)), 0xd8);
        store_16(dst + p * dst_stride, _mm256_castsi256_si128(y));
        store_16(dst + (p + 1) * dst_stride, _mm256_extracti128_si256(y, 1));
    }
}

// Two rows of eight pixels.
INLINE void store_x2(uint8_t *const dst[4], int x, const __m256i acc[PIXELS][2],
                     const Avx2Weights *wt)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 2, 6, 1, 5, 3, 7);
    UNROLL
    for (int p = 0; p < PIXELS; p += 2) {
        const __m256i y = _mm256_permutevar8x32_epi32(
            _mm256_packus_epi16(requant(acc[p], wt, 0), requant(acc[p + 1], wt, 0)), order);
        store_16(dst[0] + (x + p) * 8, _mm256_castsi256_si128(y));
        store_16(dst[1] + (x + p) * 8, _mm256_extracti128_si256(y, 1));
    }
}

INLINE void store_x2_deep(uint8_t *const dst[4], int x, const __m256i acc[PIXELS][2],
                          const Avx2Weights *wt)
{
    UNROLL
    for (int p = 0; p < PIXELS; p++) {
        const __m256i y = _mm256_permute4x64_epi64(requant_deep(acc[p], wt, 1), 0xd8);
        store_16(dst[0] + (x + p) * 16, _mm256_castsi256_si128(y));
        store_16(dst[1] + (x + p) * 16, _mm256_extracti128_si256(y, 1));
    }
}

// PIXELS positions of s x s colours without X, `size` bytes each, to RGBX rows.
INLINE void store_rgb(uint8_t *const dst[4], int x, const uint8_t *rgb, int size, int s)
{
    const __m128i spread = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const __m128i opaque = _mm_set1_epi32((int)0xff000000u);
    for (int dy = 0; dy < s; dy++)
        for (int p = 0; p < PIXELS; p++) {
            const __m128i in = _mm_loadu_si128((const __m128i *)(rgb + p * size + dy * s * 3));
            const __m128i px = _mm_or_si128(_mm_shuffle_epi8(in, spread), opaque);
            uint8_t *d = dst[dy] + (x + p) * s * QSR_RGBX;
            if (s == 4) {
                store_16(d, px);
            } else {
                _mm_storel_epi64((__m128i *)d, px);
                const int32_t third = _mm_extract_epi32(px, 2);
                memcpy(d + 8, &third, 4);
            }
        }
}

// The same with 16 bits a colour; `size` counts colours.
INLINE void store_rgb_deep(uint8_t *const dst[4], int x, const uint16_t *rgb, int size, int s)
{
    const __m128i spread = _mm_setr_epi8(0, 1, 2, 3, 4, 5, -1, -1, 6, 7, 8, 9, 10, 11, -1, -1);
    const __m128i opaque = _mm_set1_epi64x((int64_t)1023 << 48);
    for (int dy = 0; dy < s; dy++)
        for (int p = 0; p < PIXELS; p++) {
            const uint16_t *from = rgb + p * size + dy * s * 3;
            uint8_t *d = dst[dy] + (x + p) * s * QSR_RGBX * 2;
            for (int dx = 0; dx < s; dx += 2, from += 6, d += 16) {
                const __m128i in = _mm_loadu_si128((const __m128i *)from);
                const __m128i px = _mm_or_si128(_mm_shuffle_epi8(in, spread), opaque);
                if (dx + 1 < s)
                    store_16(d, px);
                else
                    _mm_storel_epi64((__m128i *)d, px);
            }
        }
}

// ------------------------------------------------------------------- rows ---

INLINE void map_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights,
                    int cin, int cout, int safe)
{
    const size_t bytes = block_bytes(3, cin, 0, safe);
    for (int first = 0; first < cout; first += OUTPUTS) {
        const Avx2Weights *wt = (const void *)((const char *)weights + first / OUTPUTS * bytes);
        for (int x = 0; x < w; x += PIXELS) {
            __m256i acc[PIXELS][2];
            start_block(acc, wt);
            dot_block(acc, wt->w, src, (ptrdiff_t)(x - 1) * cin, 3, 3 * cin / 4, cin, safe);
            store_block(dst + (ptrdiff_t)x * cout + first, cout, acc, wt);
        }
    }
}

// The sums of one block of a head's outputs.
INLINE void head_sums(__m256i acc[PIXELS][2], const Avx2Weights *wt, const uint8_t *const src[3],
                      const uint8_t *const in[3], int x, int cin, int cells, int safe)
{
    const int ksize = cells ? 2 : 3, step = cells ? 2 : 1;
    const ptrdiff_t column = (ptrdiff_t)x * step;
    const int8_t *more = wt->w + weight_bytes(ksize, cin, safe);
    start_block(acc, wt);
    dot_block(acc, wt->w, src, (column - !cells) * cin, ksize, ksize * cin / 4, step * cin, safe);
    if (wt->branch && cells)
        dot_block(acc, more, in, (column - 1) * QSR_RGBX, 3, 3, 2 * QSR_RGBX, safe);
    else if (wt->branch)
        dot_block(acc, more, in + 1, column * QSR_RGBX, 1, 1, QSR_RGBX, safe);
}

INLINE void head_row_as(uint8_t *const dst[4], const uint8_t *const src[3],
                        const uint8_t *const in[3], int w, const void *weights, int cin,
                        enum QsrHead head, int deep, int safe)
{
    const int cells = head == QSR_HEAD_X1_5, s = head == QSR_HEAD_X4 ? 4 : 3;
    const int blocks = head == QSR_HEAD_X2 ? 1 : head == QSR_HEAD_X4 ? 3 : 2;
    const int size = blocks * OUTPUTS;
    const int branch = ((const Avx2Weights *)weights)->branch;
    const size_t bytes = block_bytes(cells ? 2 : 3, cin, !branch ? 0 : cells ? 3 : 1, safe);
    uint8_t rgb[PIXELS * 48 + 16]; // room for the loads of the last position
    uint16_t rgb16[PIXELS * 48 + 8];
    memset(rgb + PIXELS * size, 0, 16);
    memset(rgb16 + PIXELS * size, 0, 16);
    for (int x = 0; x < w; x += PIXELS) {
        for (int b = 0; b < blocks; b++) {
            const Avx2Weights *wt = (const void *)((const char *)weights + b * bytes);
            __m256i acc[PIXELS][2];
            head_sums(acc, wt, src, in, x, cin, cells, safe);
            if (head == QSR_HEAD_X2 && deep)
                store_x2_deep(dst, x, acc, wt);
            else if (head == QSR_HEAD_X2)
                store_x2(dst, x, acc, wt);
            else if (!deep)
                store_block(rgb + b * OUTPUTS, size, acc, wt);
            else
                for (int p = 0; p < PIXELS; p++)
                    _mm256_storeu_si256((__m256i *)(rgb16 + p * size + b * OUTPUTS),
                                        requant_deep(acc[p], wt, 0));
        }
        if (head != QSR_HEAD_X2 && deep)
            store_rgb_deep(dst, x, rgb16, size, s);
        else if (head != QSR_HEAD_X2)
            store_rgb(dst, x, rgb, size, s);
    }
}

// ------------------------------------------------------------------ table ---

#define IS_SAFE(weights) (((const Avx2Weights *)(weights))->safe)

INLINE void in_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int c)
{
    if (IS_SAFE(weights))
        map_row(dst, src, w, weights, QSR_RGBX, c, 1);
    else
        map_row(dst, src, w, weights, QSR_RGBX, c, 0);
}

INLINE void body_row(uint8_t *dst, const uint8_t *const src[3], int w, const void *weights, int c)
{
    if (IS_SAFE(weights))
        map_row(dst, src, w, weights, c, c, 1);
    else
        map_row(dst, src, w, weights, c, c, 0);
}

INLINE void head_row(uint8_t *const dst[4], const uint8_t *const src[3],
                     const uint8_t *const in[3], int w, const void *weights, int c,
                     enum QsrHead head, int deep)
{
    if (IS_SAFE(weights))
        head_row_as(dst, src, in, w, weights, c, head, deep, 1);
    else
        head_row_as(dst, src, in, w, weights, c, head, deep, 0);
}

#define ISA avx2
#include "kernels/conv_table.h"

void qsr_conv_dsp_init_avx2(QsrConvDSP *dsp)
{
    fill_table(dsp);
    dsp->fm.w_align = PIXELS; // the layout is plain C's
    dsp->pack_in = pack_in_avx2;
    dsp->pack_body = pack_body_avx2;
    dsp->pack_out = pack_out_avx2;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The pixel row that costs most in 10 bits; the others are ORC's or the compiler's.

#include <immintrin.h>

#include "kernels/deep.h"
#include "kernels/dsp.h"

// The sums of 16 numbers, as 8 and 8 of 32 bits in the order of unpacking.
typedef struct Sums {
    __m256i lo, hi;
} Sums;

static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline Sums sums_of(const int16_t *const s[4], int i, __m256i t01, __m256i t23)
{
    const __m256i a = load(s[0] + i), b = load(s[1] + i), c = load(s[2] + i), d = load(s[3] + i);
    return (Sums){_mm256_add_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), t01),
                                   _mm256_madd_epi16(_mm256_unpacklo_epi16(c, d), t23)),
                  _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), t01),
                                   _mm256_madd_epi16(_mm256_unpackhi_epi16(c, d), t23))};
}

static inline __m256i round_c10(__m256i high, __m256i low)
{
    const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, 2), low);
    return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(512)), 10);
}

static inline __m256i round_c8(__m256i high)
{
    return _mm256_srai_epi32(_mm256_add_epi32(high, _mm256_set1_epi32(128)), 8);
}

static inline void join16(uint16_t *y, const int16_t *const h[4], const int16_t *const l[4], int i,
                          __m256i t01, __m256i t23)
{
    const Sums high = sums_of(h, i, t01, t23), low = sums_of(l, i, t01, t23);
    const __m256i c8 = _mm256_packs_epi32(round_c8(high.lo), round_c8(high.hi));
    const __m256i c10 = _mm256_packs_epi32(round_c10(high.lo, low.lo), round_c10(high.hi, low.hi));
    const __m256i d = _mm256_sub_epi16(load((const int16_t *)y + i), c8);
    const __m256i size = _mm256_abs_epi16(d);
    const __m256i excess = _mm256_subs_epu16(_mm256_add_epi16(size, size),
                                             _mm256_set1_epi16(2 * QSR_DEEP_NOISE));
    const __m256i kept = _mm256_sign_epi16(_mm256_min_epi16(size, excess), d);
    const __m256i v = _mm256_max_epi16(_mm256_add_epi16(c10, kept), _mm256_setzero_si256());
    _mm256_storeu_si256((__m256i *)(y + i), _mm256_min_epi16(v, _mm256_set1_epi16(1023)));
}

// The last numbers of a row are fewer than 16: over a copy, because nothing behind
// them may be read.
static void join_tail(uint16_t *y, const int16_t *const h[4], const int16_t *const l[4], int i,
                      int n, __m256i t01, __m256i t23)
{
    int16_t copy[8][16] = {{0}};
    uint16_t out[16] = {0};
    const int16_t *hc[4], *lc[4];

    for (int k = 0; k < 4; k++) {
        for (int j = 0; j < n; j++) {
            copy[k][j] = h[k][i + j];
            copy[4 + k][j] = l[k][i + j];
        }
        hc[k] = copy[k];
        lc[k] = copy[4 + k];
    }
    for (int j = 0; j < n; j++)
        out[j] = y[i + j];
    join16(out, hc, lc, 0, t01, t23);
    for (int j = 0; j < n; j++)
        y[i + j] = out[j];
}

static void join_avx2(uint16_t *y, const int16_t *const h[4], const int16_t *const l[4],
                      const int16_t taps[4], int n)
{
    const __m256i t01 = _mm256_unpacklo_epi16(_mm256_set1_epi16(taps[0]),
                                              _mm256_set1_epi16(taps[1]));
    const __m256i t23 = _mm256_unpacklo_epi16(_mm256_set1_epi16(taps[2]),
                                              _mm256_set1_epi16(taps[3]));
    int i = 0;

    for (; i + 16 <= n; i += 16)
        join16(y, h, l, i, t01, t23);
    if (i < n)
        join_tail(y, h, l, i, n - i, t01, t23);
}

static void deep_h_avx2(uint16_t *rgbx, const int16_t *high, const int16_t *low,
                        const int16_t taps[][4], const int8_t *offset, int phase0, int num,
                        int den, int n)
{
    qsr_deep_phases(join_avx2, rgbx, high, low, taps, offset, phase0, num, den, n);
}

void qsr_pixel_dsp_init_avx2(QsrPixelDSP *dsp)
{
    dsp->deep_h = deep_h_avx2;
}

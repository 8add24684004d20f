// SPDX-License-Identifier: BSD-2-Clause
//
// The loops are written over arrays of a few pixels, one array per quantity, so
// that compilers vectorise them.
#include "kernels/resample.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kernels/cpu.h"

#define GUARD QSR_RESAMPLE_GUARD
#define BLOCK 16 // pixels computed side by side

static inline int min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline float min_float(float a, float b)
{
    return a < b ? a : b;
}

static inline float max_float(float a, float b)
{
    return a > b ? a : b;
}

// -------------------------------------------------------------- positions ---

// Catmull-Rom at t = p/q: weights of the four neighbours in units of 2^-14. The
// largest takes what rounding leaves over, so that the sum is exact.
static void catmull_rom(int16_t taps[4], int64_t p, int64_t q)
{
    const double t = (double)p / (double)q;
    const double w[4] = {((-0.5 * t + 1.0) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1.0,
                         ((-1.5 * t + 2.0) * t + 0.5) * t, (0.5 * t - 0.5) * t * t};
    int sum = 0;
    for (int i = 0; i < 4; i++) {
        taps[i] = (int16_t)floor(w[i] * (1 << QSR_TAP_BITS) + 0.5);
        sum += taps[i];
    }
    taps[2 * p < q ? 1 : 2] += (int16_t)((1 << QSR_TAP_BITS) - sum);
}

void qsr_phase_init(QsrPhase *phase, int i, int in, int out, int num, int den)
{
    // (i + 1/2) in / out - 1/2 + num / den as a fraction over 2 out den.
    const int64_t q = 2 * (int64_t)out * den;
    const int64_t p = ((2 * (int64_t)i + 1) * in - out) * den + 2 * (int64_t)out * num;
    const int64_t x = p < 0 ? -((q - 1 - p) / q) : p / q;
    phase->x = (int32_t)x;
    phase->f = (float)((double)(p - x * q) / (double)q);
    catmull_rom(phase->taps, p - x * q, q);
}

// ---------------------------------------------------------------- bicubic ---

static void cubic_v_c(int16_t *restrict dst, const uint8_t *const s[4], const int16_t taps[4], int n)
{
    const uint8_t *restrict a = s[0], *restrict b = s[1], *restrict c = s[2], *restrict d = s[3];
    const int16_t ta = taps[0], tb = taps[1], tc = taps[2], td = taps[3];
    for (int i = 0; i < n; i++)
        dst[i] = (int16_t)((ta * a[i] + tb * b[i] + tc * c[i] + td * d[i] + (1 << 7)) >> 8);
}

static inline uint8_t finish_cubic(int sum)
{
    const int y = (sum + (1 << 19)) >> 20;
    return (uint8_t)(y < 0 ? 0 : y > 255 ? 255 : y);
}

// Pixels of one phase, computed side by side and then put in their places.
static void cubic_h_even(uint8_t *restrict dst, const int16_t *restrict v, const QsrRun *run)
{
    uint8_t block[4 * BLOCK];
    const int16_t *t = run->columns->taps;
    const int t0 = t[0], t1 = t[1], t2 = t[2], t3 = t[3];
    for (int i = 0; i < run->n; i += BLOCK) {
        const int n = min_int(BLOCK, run->n - i);
        const int16_t *restrict s = v + 4 * (run->columns->x - 1 + i);
        for (int k = 0; k < 4 * n; k++)
            block[k] = finish_cubic(t0 * s[k] + t1 * s[k + 4] + t2 * s[k + 8] + t3 * s[k + 12]);
        for (int k = 0; k < n; k++)
            memcpy(dst + 4 * (run->first + (i + k) * run->step), block + 4 * k, 4);
    }
}

static void cubic_h_c(uint8_t *restrict dst, const int16_t *restrict v, const QsrRun *run)
{
    if (run->even) {
        cubic_h_even(dst, v, run);
        return;
    }
    for (int i = 0; i < run->n; i++) {
        const int16_t *restrict s = v + 4 * (run->columns[i].x - 1);
        const int16_t *t = run->columns[i].taps;
        uint8_t *restrict pixel = dst + 4 * (run->first + i * run->step);
        for (int k = 0; k < 4; k++)
            pixel[k] = finish_cubic(t[0] * s[k] + t[1] * s[k + 4] + t[2] * s[k + 8] +
                                    t[3] * s[k + 12]);
    }
}

static void cubic_v10_c(int16_t *restrict dst, const uint16_t *const s[4], const int16_t taps[4],
                        int n)
{
    const uint16_t *restrict a = s[0], *restrict b = s[1], *restrict c = s[2], *restrict d = s[3];
    const int16_t ta = taps[0], tb = taps[1], tc = taps[2], td = taps[3];
    for (int i = 0; i < n; i++)
        dst[i] = (int16_t)((ta * a[i] + tb * b[i] + tc * c[i] + td * d[i] + (1 << 9)) >> 10);
}

static void cubic_h10_c(uint16_t *restrict dst, const int16_t *restrict v, const QsrRun *run)
{
    for (int i = 0; i < run->n; i++) {
        const QsrPhase *phase = &run->columns[run->even ? 0 : i];
        const int16_t *restrict s = v + 4 * (phase->x + (run->even ? i : 0) - 1);
        const int16_t *t = phase->taps;
        uint16_t *restrict pixel = dst + 4 * (run->first + i * run->step);
        for (int k = 0; k < 4; k++) {
            const int y = (t[0] * s[k] + t[1] * s[k + 4] + t[2] * s[k + 8] + t[3] * s[k + 12] +
                           (1 << 17)) >> 18;
            pixel[k] = (uint16_t)(y < 0 ? 0 : y > 1023 ? 1023 : y);
        }
    }
}

// ------------------------------------------------------------------- EASU ---

static void load_planes_c(float *const planes[QSR_N_PLANES], const uint8_t *restrict rgbx, int n,
                          int guard)
{
    float *restrict r = planes[QSR_PLANE_R], *restrict g = planes[QSR_PLANE_G];
    float *restrict b = planes[QSR_PLANE_B], *restrict luma = planes[QSR_PLANE_LUMA];
    for (int i = -guard; i < n + guard; i++) {
        r[i] = rgbx[4 * i] * (1.0f / 255.0f);
        g[i] = rgbx[4 * i + 1] * (1.0f / 255.0f);
        b[i] = rgbx[4 * i + 2] * (1.0f / 255.0f);
    }
    for (int i = -guard; luma && i < n + guard; i++)
        luma[i] = b[i] * 0.5f + (r[i] * 0.5f + g[i]);
}

static void load_planes10_c(float *const planes[QSR_N_PLANES], const uint16_t *restrict rgbx, int n,
                            int guard)
{
    float *restrict r = planes[QSR_PLANE_R], *restrict g = planes[QSR_PLANE_G];
    float *restrict b = planes[QSR_PLANE_B], *restrict luma = planes[QSR_PLANE_LUMA];
    for (int i = -guard; i < n + guard; i++) {
        r[i] = rgbx[4 * i] * (1.0f / 1023.0f);
        g[i] = rgbx[4 * i + 1] * (1.0f / 1023.0f);
        b[i] = rgbx[4 * i + 2] * (1.0f / 1023.0f);
    }
    for (int i = -guard; luma && i < n + guard; i++)
        luma[i] = b[i] * 0.5f + (r[i] * 0.5f + g[i]);
}

static inline void store(void *dst, int deep, ptrdiff_t x, int r, int g, int b)
{
    if (deep) {
        uint16_t *p = (uint16_t *)dst + 4 * x;
        p[0] = (uint16_t)r, p[1] = (uint16_t)g, p[2] = (uint16_t)b, p[3] = 1023;
    } else {
        uint8_t *p = (uint8_t *)dst + 4 * x;
        p[0] = (uint8_t)r, p[1] = (uint8_t)g, p[2] = (uint8_t)b, p[3] = 255;
    }
}

// How much of the change between the neighbours a and c of b goes one way: 1 on
// a ramp, 0 on a line or in the flat. Squared, as FsrEasuSetF does.
static inline float edge_length(float a, float b, float c)
{
    // Without the small number a flat place would be 0 / 0.
    const float steepest = max_float(max_float(fabsf(c - b), fabsf(b - a)), 1e-10f);
    const float length = min_float(fabsf(c - a) / steepest, 1.0f);
    return length * length;
}

static void easu_analyse_c(float *const rows[3][QSR_N_PLANES], int n)
{
    const float *restrict up = rows[0][QSR_PLANE_LUMA], *restrict mid = rows[1][QSR_PLANE_LUMA];
    const float *restrict down = rows[2][QSR_PLANE_LUMA];
    float *restrict dx = rows[1][QSR_PLANE_DX], *restrict dy = rows[1][QSR_PLANE_DY];
    float *restrict length = rows[1][QSR_PLANE_LEN];
    for (int i = -1; i <= n; i++) {
        dx[i] = mid[i + 1] - mid[i - 1];
        dy[i] = down[i] - up[i];
        length[i] = edge_length(mid[i - 1], mid[i], mid[i + 1]) + edge_length(up[i], mid[i], down[i]);
    }
}

// The twelve taps around the four nearest pixels, as {row, column} behind (y-1, x-1).
enum { N_TAPS = 12 };
static const int8_t tap_at[N_TAPS][2] = {
    {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 0}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 2},
};

// BLOCK output pixels and the filter's shape there: a window turned along the
// edge and stretched.
typedef struct Block {
    int x[BLOCK];
    float fx[BLOCK];
    float dir_x[BLOCK], dir_y[BLOCK]; // unit vector
    float len_x[BLOCK], len_y[BLOCK];
    float lobe[BLOCK], clip[BLOCK];
    float weight[N_TAPS][BLOCK];
    float scale[BLOCK];               // 1 / sum of the weights
} Block;

// v[i] = row[x of pixel i]
static inline void fetch(float *restrict v, const float *restrict row, const Block *b, int even)
{
    if (even)
        memcpy(v, row + b->x[0], BLOCK * sizeof(*v));
    else
        for (int i = 0; i < BLOCK; i++)
            v[i] = row[b->x[i]];
}

static inline void easu_shape(Block *restrict b, float *const rows[4][QSR_N_PLANES], float fy,
                              int even)
{
    float sums[3][BLOCK];
    for (int k = 0; k < 3; k++) {
        float v[4][BLOCK];
        fetch(v[0], rows[1][QSR_PLANE_DX + k], b, even);
        fetch(v[1], rows[1][QSR_PLANE_DX + k] + 1, b, even);
        fetch(v[2], rows[2][QSR_PLANE_DX + k], b, even);
        fetch(v[3], rows[2][QSR_PLANE_DX + k] + 1, b, even);
        for (int i = 0; i < BLOCK; i++) {
            const float fx = b->fx[i];
            sums[k][i] = ((v[0][i] * ((1.0f - fx) * (1.0f - fy)) + v[1][i] * (fx * (1.0f - fy))) +
                          v[2][i] * ((1.0f - fx) * fy)) + v[3][i] * (fx * fy);
        }
    }
    for (int i = 0; i < BLOCK; i++) {
        const float x = sums[0][i], y = sums[1][i], square = x * x + y * y;
        const float flat = square < 1.0f / 32768.0f ? 1.0f : 0.0f;
        const float scale = 1.0f / sqrtf(flat > 0.0f ? 1.0f : square);
        const float dir_x = (flat > 0.0f ? 1.0f : x) * scale, dir_y = y * scale;
        const float half = sums[2][i] * 0.5f, edge = half * half;
        const float stretch = (dir_x * dir_x + dir_y * dir_y) /
                              max_float(fabsf(dir_x), fabsf(dir_y));
        const float lobe = 0.5f + ((1.0f / 4.0f - 0.04f) - 0.5f) * edge;
        b->dir_x[i] = dir_x;
        b->dir_y[i] = dir_y;
        b->len_x[i] = 1.0f + (stretch - 1.0f) * edge;
        b->len_y[i] = 1.0f - 0.5f * edge;
        b->lobe[i] = lobe;
        b->clip[i] = 1.0f / lobe;
    }
}

// FsrEasuTapF: an approximated Lanczos 2 of the distance, windowed by the lobe.
static inline void easu_weights(Block *restrict b, float fy)
{
    float total[BLOCK] = {0.0f};
    for (int t = 0; t < N_TAPS; t++) {
        const float column = (float)(tap_at[t][1] - 1), off_y = (float)(tap_at[t][0] - 1) - fy;
        for (int i = 0; i < BLOCK; i++) {
            const float off_x = column - b->fx[i];
            const float x = (off_x * b->dir_x[i] + off_y * b->dir_y[i]) * b->len_x[i];
            const float y = (off_y * b->dir_x[i] - off_x * b->dir_y[i]) * b->len_y[i];
            const float d2 = min_float(x * x + y * y, b->clip[i]);
            const float base = 2.0f / 5.0f * d2 - 1.0f, window = b->lobe[i] * d2 - 1.0f;
            const float w = (25.0f / 16.0f * (base * base) - (25.0f / 16.0f - 1.0f)) *
                            (window * window);
            b->weight[t][i] = w;
            total[i] += w;
        }
    }
    for (int i = 0; i < BLOCK; i++)
        b->scale[i] = 1.0f / total[i];
}

// One colour of the block, 0..white. The result stays within the four nearest pixels.
static inline void easu_colour(int *restrict out, const Block *restrict b,
                               float *const rows[4][QSR_N_PLANES], int colour, int even,
                               float white)
{
    float sum[BLOCK] = {0.0f}, low[BLOCK], high[BLOCK], v[BLOCK];
    for (int t = 0; t < N_TAPS; t++) {
        fetch(v, rows[tap_at[t][0]][colour] + tap_at[t][1] - 1, b, even);
        for (int i = 0; i < BLOCK; i++)
            sum[i] += v[i] * b->weight[t][i];
    }
    fetch(low, rows[1][colour], b, even);
    memcpy(high, low, sizeof(high));
    for (int k = 1; k < 4; k++) {
        fetch(v, rows[1 + k / 2][colour] + k % 2, b, even);
        for (int i = 0; i < BLOCK; i++) {
            low[i] = min_float(low[i], v[i]);
            high[i] = max_float(high[i], v[i]);
        }
    }
    for (int i = 0; i < BLOCK; i++)
        out[i] = (int)(min_float(high[i], max_float(low[i], sum[i] * b->scale[i])) * white + 0.5f);
}

static inline void easu_run(void *dst, int deep, float *const rows[4][QSR_N_PLANES],
                            const QsrRun *run, float fy, int even)
{
    Block b;
    int rgb[3][BLOCK];
    for (int first = 0; first < run->n; first += BLOCK) {
        // The last block is full, too: it begins earlier, or repeats its last pixel.
        const int start = even && run->n >= BLOCK ? min_int(first, run->n - BLOCK) : first;
        for (int i = 0; i < BLOCK; i++) {
            const int at = min_int(start + i, run->n - 1);
            b.x[i] = even ? run->columns->x + at : run->columns[at].x;
            b.fx[i] = even ? run->columns->f : run->columns[at].f;
        }
        easu_shape(&b, rows, fy, even && run->n >= BLOCK);
        easu_weights(&b, fy);
        for (int colour = 0; colour < 3; colour++)
            easu_colour(rgb[colour], &b, rows, colour, even && run->n >= BLOCK,
                        deep ? 1023.0f : 255.0f);
        for (int i = 0; i < BLOCK && start + i < run->n; i++)
            store(dst, deep, run->first + (start + i) * run->step, rgb[0][i], rgb[1][i], rgb[2][i]);
    }
}

static void easu_c(void *dst, int deep, float *const rows[4][QSR_N_PLANES], const QsrRun *run,
                   float fy)
{
    if (run->even)
        easu_run(dst, deep, rows, run, fy, 1);
    else
        easu_run(dst, deep, rows, run, fy, 0);
}

// ------------------------------------------------------------------- RCAS ---

// The most that sharpening may take from the four neighbours without leaving
// [0,1]. Nothing where they are all black or all white: 0 / 0 in AMD's formula.
static inline float lobe_limit(float around_min, float around_max, float e)
{
    const float low = max_float(4.0f * around_max, 1e-10f);
    const float high = min_float(4.0f * around_min - 4.0f, -1e-10f);
    return max_float(-(min_float(around_min, e) / low), (1.0f - max_float(around_max, e)) / high);
}

static inline void rcas_block(void *dst, int deep, float *const rows[3][QSR_N_PLANES], int first,
                              float amount, int n)
{
    const float white = deep ? 1023.0f : 255.0f;
    float lobe[BLOCK], sum[3][BLOCK], centre[3][BLOCK];
    int rgb[3][BLOCK];
    for (int i = 0; i < BLOCK; i++)
        lobe[i] = -1.0f;
    for (int colour = 0; colour < 3; colour++) {
        const float *restrict up = rows[0][colour] + first, *restrict mid = rows[1][colour] + first;
        const float *restrict down = rows[2][colour] + first;
        for (int i = 0; i < n; i++) {
            const float b = up[i], d = mid[i - 1], e = mid[i], f = mid[i + 1], h = down[i];
            const float limit = lobe_limit(min_float(min_float(b, d), min_float(f, h)),
                                           max_float(max_float(b, d), max_float(f, h)), e);
            lobe[i] = max_float(lobe[i], limit);
            sum[colour][i] = (b + d) + (f + h);
            centre[colour][i] = e;
        }
    }
    for (int i = 0; i < n; i++) {
        const float l = max_float(-(0.25f - 1.0f / 16.0f), min_float(lobe[i], 0.0f)) * amount;
        const float scale = 1.0f / (4.0f * l + 1.0f);
        for (int colour = 0; colour < 3; colour++) {
            const float y = (l * sum[colour][i] + centre[colour][i]) * scale;
            rgb[colour][i] = (int)(min_float(max_float(y, 0.0f), 1.0f) * white + 0.5f);
        }
    }
    for (int i = 0; i < n; i++)
        store(dst, deep, first + i, rgb[0][i], rgb[1][i], rgb[2][i]);
}

void qsr_rcas_c(void *dst, int deep, float *const rows[3][QSR_N_PLANES], float amount, int n)
{
    int i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
        rcas_block(dst, deep, rows, i, amount, BLOCK);
    if (i < n)
        rcas_block(dst, deep, rows, i, amount, n - i);
}

void qsr_resample_dsp_init_c(QsrResampleDSP *dsp)
{
    *dsp = (QsrResampleDSP){
        .cubic_v = cubic_v_c, .cubic_h = cubic_h_c, .cubic_v10 = cubic_v10_c,
        .cubic_h10 = cubic_h10_c, .load_planes = load_planes_c, .load_planes10 = load_planes10_c,
        .easu_analyse = easu_analyse_c, .easu = easu_c, .rcas = qsr_rcas_c,
    };
}

void qsr_resample_dsp_init(QsrResampleDSP *dsp, unsigned cpu_flags)
{
    (void)cpu_flags;
    qsr_resample_dsp_init_c(dsp);
#if HAVE_RESAMPLE_NEON
    if (cpu_flags & QSR_CPU_FLAG_NEON)
        qsr_resample_dsp_init_neon(dsp);
#endif
#if HAVE_RESAMPLE_AVX2
    if (cpu_flags & QSR_CPU_FLAG_AVX2)
        qsr_resample_dsp_init_avx2(dsp);
#endif
#if HAVE_RESAMPLE_AVX512VNNI
    if (cpu_flags & QSR_CPU_FLAG_AVX512VNNI)
        qsr_resample_dsp_init_avx512vnni(dsp);
#endif
}

// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

#define WINDOW QSR_SSIM_WINDOW

// -------------------------------------------------------------------- luma ---

int qsr_luma_make(QsrLuma *luma, const QsrPicture *rgb, int width, int height, QsrError *err)
{
    luma->width = width;
    luma->height = height;
    luma->y = malloc((size_t)width * (size_t)height * sizeof(*luma->y));
    if (!luma->y)
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "not enough memory for a picture of %dx%d", width,
                            height);
    for (int y = 0; y < height; y++) {
        const uint8_t *in = rgb->data[0] + y * rgb->stride[0];
        double *out = luma->y + (size_t)y * (size_t)width;

        for (int x = 0; x < width; x++, in += 3)
            out[x] = 16 + (65.481 * in[0] + 128.553 * in[1] + 24.966 * in[2]) / 255;
    }
    return 0;
}

void qsr_luma_free(QsrLuma *luma)
{
    free(luma->y);
    memset(luma, 0, sizeof(*luma));
}

double qsr_psnr(const QsrLuma *a, const QsrLuma *b, int shave)
{
    const int width = a->width - 2 * shave, height = a->height - 2 * shave;
    double sum = 0;

    for (int y = 0; y < height; y++) {
        const size_t row = (size_t)(y + shave) * (size_t)a->width + (size_t)shave;

        for (int x = 0; x < width; x++) {
            const double d = a->y[row + (size_t)x] - b->y[row + (size_t)x];
            sum += d * d;
        }
    }
    return 10 * log10(255.0 * 255.0 / fmax(sum / ((double)width * height), 1e-12));
}

// -------------------------------------------------------------------- SSIM ---

// The five weighted sums of the pixels under a window: a, b, aa, bb, ab.
enum { N_SUMS = 5 };

static void gauss(double weights[WINDOW])
{
    double sum = 0;

    for (int i = 0; i < WINDOW; i++) {
        const double d = i - WINDOW / 2;
        weights[i] = exp(-d * d / (2 * 1.5 * 1.5));
        sum += weights[i];
    }
    for (int i = 0; i < WINDOW; i++)
        weights[i] /= sum;
}

// The sums of column x, from WINDOW rows on downwards.
static void column_sums(double sums[N_SUMS], const double *a, const double *b, size_t stride,
                        const double weights[WINDOW])
{
    memset(sums, 0, N_SUMS * sizeof(*sums));
    for (int i = 0; i < WINDOW; i++) {
        const double w = weights[i], p = a[(size_t)i * stride], q = b[(size_t)i * stride];

        sums[0] += w * p;
        sums[1] += w * q;
        sums[2] += w * p * p;
        sums[3] += w * q * q;
        sums[4] += w * p * q;
    }
}

static double similarity(double (*columns)[N_SUMS], const double weights[WINDOW])
{
    const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
    double s[N_SUMS] = { 0 };

    for (int i = 0; i < WINDOW; i++) {
        for (int k = 0; k < N_SUMS; k++)
            s[k] += weights[i] * columns[i][k];
    }
    return (2 * s[0] * s[1] + c1) * (2 * (s[4] - s[0] * s[1]) + c2) /
           ((s[0] * s[0] + s[1] * s[1] + c1) *
            (s[2] - s[0] * s[0] + s[3] - s[1] * s[1] + c2));
}

int qsr_ssim(double *ssim, const QsrLuma *a, const QsrLuma *b, int shave, QsrError *err)
{
    const int width = a->width - 2 * shave, height = a->height - 2 * shave;
    const size_t stride = (size_t)a->width;
    double weights[WINDOW], (*columns)[N_SUMS], sum = 0;

    if (width < WINDOW || height < WINDOW)
        return qsr_cli_fail(err, QSR_ERR_INVALID, "too small to be judged: of %dx%d pixels %dx%d "
                            "are left within a border of %d, and SSIM needs 11x11", a->width,
                            a->height, width > 0 ? width : 0, height > 0 ? height : 0, shave);
    columns = malloc((size_t)width * sizeof(*columns));
    if (!columns)
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    gauss(weights);
    for (int y = 0; y + WINDOW <= height; y++) {
        const size_t row = (size_t)(y + shave) * stride + (size_t)shave;

        for (int x = 0; x < width; x++)
            column_sums(columns[x], a->y + row + x, b->y + row + x, stride, weights);
        for (int x = 0; x + WINDOW <= width; x++)
            sum += similarity(columns + x, weights);
    }
    free(columns);
    *ssim = sum / ((double)(width - WINDOW + 1) * (height - WINDOW + 1));
    return 0;
}

// ------------------------------------------------------------------ ripple ---

enum { BLOCK = 8, AROUND = 4, FLAT = 8, MAX_CELL = 4 };

static int is_flat(const QsrLuma *low, int x0, int y0)
{
    double least = 255, most = 0;

    for (int y = y0 - AROUND; y < y0 + BLOCK + AROUND; y++) {
        for (int x = x0 - AROUND; x < x0 + BLOCK + AROUND; x++) {
            const double v = low->y[(size_t)y * (size_t)low->width + (size_t)x];

            least = fmin(least, v);
            most = fmax(most, v);
        }
    }
    return most - least <= FLAT;
}

// The mean square of the mean cell of n x n pixels from `block` on.
static double cell_energy(const double *block, size_t stride, int n, int cell)
{
    double mean = 0, slope_x = 0, slope_y = 0, cells[MAX_CELL * MAX_CELL] = { 0 }, energy = 0;
    const double middle = (n - 1) / 2.0, squares = n * (n * (double)n * n - n) / 12;
    const double share = (double)cell * cell / ((double)n * n);

    for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
            const double v = block[(size_t)y * stride + (size_t)x];

            mean += v / ((double)n * n);
            slope_x += v * (x - middle) / squares;
            slope_y += v * (y - middle) / squares;
        }
    }
    for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
            const double v = block[(size_t)y * stride + (size_t)x];
            const double plane = mean + slope_x * (x - middle) + slope_y * (y - middle);

            cells[y % cell * cell + x % cell] += (v - plane) * share;
        }
    }
    for (int i = 0; i < cell * cell; i++)
        energy += cells[i] * cells[i] / (cell * cell);
    return energy;
}

QsrRipple qsr_ripple(const QsrLuma *low, const QsrLuma *out, QsrScale scale)
{
    const int n = BLOCK * scale.num / scale.den;
    QsrRipple r = { 0, 0 };

    for (int y = BLOCK; y + BLOCK + AROUND <= low->height; y += BLOCK) {
        for (int x = BLOCK; x + BLOCK + AROUND <= low->width; x += BLOCK) {
            const size_t at = (size_t)(y / BLOCK * n) * (size_t)out->width +
                              (size_t)(x / BLOCK * n);

            if (!is_flat(low, x, y))
                continue;
            r.energy += cell_energy(out->y + at, (size_t)out->width, n, scale.num);
            r.blocks++;
        }
    }
    return r;
}

// ----------------------------------------------------------------- flicker ---

static uint32_t scatter(uint32_t x)
{
    x *= 2654435761u;
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ x >> 16;
}

void qsr_add_noise(uint8_t *to, const uint8_t *from, uint32_t size, uint32_t frame)
{
    for (uint32_t i = 0; i < size; i++) {
        const uint32_t bits = scatter(frame * size + i);
        // Two numbers from -2 to 2, each with the variance 2.
        const int v = from[i] + (int)((bits & 0xffff) % 5) + (int)((bits >> 16) % 5) - 4;

        to[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

int qsr_flicker_add(QsrFlicker *flicker, const QsrLuma *luma, QsrError *err)
{
    const size_t n = (size_t)luma->width * (size_t)luma->height;

    if (!flicker->sum) {
        flicker->width = luma->width;
        flicker->height = luma->height;
        flicker->sum = calloc(n, sizeof(*flicker->sum));
        flicker->squares = calloc(n, sizeof(*flicker->squares));
    }
    if (!flicker->sum || !flicker->squares)
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        flicker->sum[i] += luma->y[i];
        flicker->squares[i] += luma->y[i] * luma->y[i];
    }
    flicker->frames++;
    return 0;
}

double qsr_flicker_variance(const QsrFlicker *flicker)
{
    const size_t n = (size_t)flicker->width * (size_t)flicker->height;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const double mean = flicker->sum[i] / flicker->frames;
        sum += flicker->squares[i] / flicker->frames - mean * mean;
    }
    return sum / (double)n;
}

void qsr_flicker_free(QsrFlicker *flicker)
{
    free(flicker->sum);
    free(flicker->squares);
    memset(flicker, 0, sizeof(*flicker));
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Rows of the classical scalers, bicubic and FSR 1.0, on RGBX pixels. Any factor;
// positions and phases come from the caller. Floating point is IEEE single
// precision, every operation rounded on its own, so that results are the same
// bytes everywhere; tests/engine/scalers.py is the same arithmetic in NumPy.
//
// Rows have guard pixels at both ends, which the caller fills by repeating the
// outermost pixel: QSR_RESAMPLE_GUARD of them.

#ifndef QSR_KERNELS_RESAMPLE_H
#define QSR_KERNELS_RESAMPLE_H

#include <stdint.h>

#define QSR_RESAMPLE_GUARD 2 // pixels
#define QSR_TAP_BITS 14

// Where an output column or row lies among those of the input: the last input
// position at or before it, and how far it lies behind that, [0, 1).
typedef struct QsrPhase {
    int32_t x;
    int16_t taps[4]; // Catmull-Rom weights of x-1 .. x+2, Q14, their sum is 2^14
    float f;
} QsrPhase;

// Output position i of `out` over `in` pixels: x + f = (i + 1/2) in / out - 1/2 + num / den.
// in and out up to 2^16, den up to 2^17; num / den within -4 to 4.
void qsr_phase_init(QsrPhase *phase, int i, int in, int out, int num, int den);

// A run of output columns that one call computes. At a whole factor those of one
// phase are taken together: their sources are neighbours and their weights equal,
// which vectors like.
typedef struct QsrRun {
    const QsrPhase *columns; // n of them; where `even` is set only the first is looked at
    int first, step;         // output columns first, first + step, ...
    int n;
    int even;                // columns[i].x = columns[0].x + i, weights as of columns[0]
} QsrRun;

// Planes of one row, floats; each pointer is at column 0.
enum { QSR_PLANE_R, QSR_PLANE_G, QSR_PLANE_B,
       QSR_PLANE_LUMA, QSR_PLANE_DX, QSR_PLANE_DY, QSR_PLANE_LEN, QSR_N_PLANES };

// Rows with 10 bits are RGBX10, four uint16_t a pixel, white is 1023 (dsp.h).
typedef struct QsrResampleDSP {
    // --- bicubic
    // dst[i] = (taps . (s[0][i] .. s[3][i]) + 2^7) >> 8: 6 fraction bits. n bytes.
    void (*cubic_v)(int16_t *dst, const uint8_t *const s[4], const int16_t taps[4], int n);
    // Every byte k of the run's pixels: clamp((taps . v[4*(x-1 .. x+2) + k] + 2^19) >> 20).
    void (*cubic_h)(uint8_t *dst, const int16_t *v, const QsrRun *run);
    // The same for 10 bits, with 4 fraction bits between the passes: >> 10, then >> 18.
    void (*cubic_v10)(int16_t *dst, const uint16_t *const s[4], const int16_t taps[4], int n);
    void (*cubic_h10)(uint16_t *dst, const int16_t *v, const QsrRun *run);

    // --- FSR 1.0, as AMD's ffx_fsr1.h describes it (FsrEasuF, FsrRcasF)
    // R, G, B in [0,1] of pixels [-guard, n + guard), and luma (R/2 + B/2 + G) if there is a plane.
    void (*load_planes)(float *const planes[QSR_N_PLANES], const uint8_t *rgbx, int n, int guard);
    void (*load_planes10)(float *const planes[QSR_N_PLANES], const uint16_t *rgbx, int n, int guard);
    // Direction and edge length of the pixels [-1, n] of rows[1], from its luma
    // and that of the rows above and below.
    void (*easu_analyse)(float *const rows[3][QSR_N_PLANES], int n);
    // The run's pixels from the rows y-1 .. y+2; fy is how far they lie behind
    // row y. rows[1] and rows[2] have been analysed. dst: RGBX, or RGBX10 if `deep`;
    // X is white.
    void (*easu)(void *dst, int deep, float *const rows[4][QSR_N_PLANES], const QsrRun *run,
                 float fy);
    // Sharpens n pixels of rows[1] (R, G, B; one guard pixel). `amount`: 1 is AMD's strongest,
    // 2^-s for s stops. dst as above.
    void (*rcas)(void *dst, int deep, float *const rows[3][QSR_N_PLANES], float amount, int n);
} QsrResampleDSP;

// Thread-safety: safe.
void qsr_resample_dsp_init(QsrResampleDSP *dsp, unsigned cpu_flags);

// One level each, in rising order.
void qsr_resample_dsp_init_c(QsrResampleDSP *dsp);
void qsr_resample_dsp_init_avx2(QsrResampleDSP *dsp);
void qsr_resample_dsp_init_avx512vnni(QsrResampleDSP *dsp);
void qsr_resample_dsp_init_neon(QsrResampleDSP *dsp);
// For rows narrower than a vector.
void qsr_rcas_c(void *dst, int deep, float *const rows[3][QSR_N_PLANES], float amount, int n);

#endif

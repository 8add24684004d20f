// SPDX-License-Identifier: BSD-2-Clause
//
// What `qsr eval` measures of a picture. models/train/measure.py does the same in NumPy,
// and a test holds the two together.

#ifndef QSR_CLI_MEASURE_H
#define QSR_CLI_MEASURE_H

#include <stdint.h>

#include "src/qsr.h"

// A picture's luma, 16 to 235, not rounded: 16 + (65.481 R + 128.553 G + 24.966 B) / 255,
// which is BT.601 as Matlab's rgb2ycbcr has it.
typedef struct QsrLuma {
    double *y;          // width * height values, row by row; owned
    int width, height;
} QsrLuma;

// Of the upper left `width` x `height` pixels of an RGB picture.
int qsr_luma_make(QsrLuma *luma, const QsrPicture *rgb, int width, int height, QsrError *err);
void qsr_luma_free(QsrLuma *luma);

// Peak signal (255) to noise in dB, `shave` pixels left out on every side. Equal pictures
// are given a noise of 1e-12, that is 168.13 dB. Both pictures are of one size.
double qsr_psnr(const QsrLuma *a, const QsrLuma *b, int shave);

// Structural similarity as in Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment:
// from error visibility to structural similarity" (2004): a Gaussian window of 11x11 with a
// standard deviation of 1.5, K1 = 0.01, K2 = 0.03, L = 255, only windows that lie wholly
// inside, no reduction before. What is left after the shave has at least 11 pixels on each
// side (else QSR_ERR_INVALID).
#define QSR_SSIM_WINDOW 11
int qsr_ssim(double *ssim, const QsrLuma *a, const QsrLuma *b, int shave, QsrError *err);

// A pattern that repeats with the pixels of the small picture, in its flat parts: what
// depth-to-space leaves behind where its channels do not agree. The small picture is cut
// into blocks of 8x8 pixels; those whose luma, with 4 pixels around them, spans at most 8
// count. Of each enlarged block the plane that fits best is taken away and the cells
// (num x num pixels) are averaged; `energy` is the sum over the blocks of the mean square of
// that cell. Its root over `blocks` is the pattern's RMS in steps of luma.
typedef struct QsrRipple {
    double energy;
    int blocks;
} QsrRipple;
QsrRipple qsr_ripple(const QsrLuma *low, const QsrLuma *out, QsrScale scale);

// Noise for frame `frame` of a clip that stands still: added to each sample, standard
// deviation 2, a function of its arguments alone.
void qsr_add_noise(uint8_t *to, const uint8_t *from, uint32_t size, uint32_t frame);
#define QSR_NOISY_FRAMES 8

// How much the luma of each pixel moves from frame to frame of such a clip.
typedef struct QsrFlicker {
    double *sum, *squares; // owned
    int frames, width, height;
} QsrFlicker;
int qsr_flicker_add(QsrFlicker *flicker, const QsrLuma *luma, QsrError *err);

// The mean over the pixels of the variance over the frames.
double qsr_flicker_variance(const QsrFlicker *flicker);
void qsr_flicker_free(QsrFlicker *flicker);

#endif

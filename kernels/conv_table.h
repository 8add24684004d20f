// SPDX-License-Identifier: BSD-2-Clause
//
// The functions of one set of convolutions, named as everywhere, and the table
// of them. The file that includes this has defined ISA (avx2) and, as functions
// whose last arguments are constants here:
//
//     in_row(dst, src, w, weights, channels)
//     body_row(dst, src, w, weights, channels)
//     head_row(dst, src, in, w, weights, channels, head, deep)

#ifndef QSR_KERNELS_CONV_TABLE_H
#define QSR_KERNELS_CONV_TABLE_H

#include "kernels/dsp.h"

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define FN(name) JOIN(name, ISA)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

#define CONV_FNS(c)                                                                             \
    static void FN(conv_in_u8s8_3x##c)(uint8_t *dst, const uint8_t *const src[3], int w,        \
                                       int cap, const void *weights)                            \
    {                                                                                           \
        (void)cap;                                                                              \
        in_row(dst, src, w, weights, c);                                                        \
    }                                                                                           \
    static void FN(conv_body_u8s8_##c##x##c)(uint8_t *dst, const uint8_t *const src[3], int w,  \
                                             int cap, int y_parity, const void *weights)        \
    {                                                                                           \
        (void)cap, (void)y_parity;                                                              \
        body_row(dst, src, w, weights, c);                                                      \
    }                                                                                           \
    HEAD_FNS(c, x2, QSR_HEAD_X2)                                                                \
    HEAD_FNS(c, x3, QSR_HEAD_X3)                                                                \
    HEAD_FNS(c, x4, QSR_HEAD_X4)                                                                \
    HEAD_FNS(c, x1_5, QSR_HEAD_X1_5)

#define HEAD_FNS(c, name, head)                                                                 \
    HEAD_FN(conv_out_u8s8_##c##_##name, c, head, 0)                                             \
    HEAD_FN(conv_out_deep_u8s8_##c##_##name, c, head, 1)

#define HEAD_FN(name, c, head, deep)                                                            \
    static void FN(name)(uint8_t *const dst[4], const uint8_t *const src[3],                    \
                         const uint8_t *const in[3], int w, int cap, int y_parity,              \
                         const void *weights)                                                   \
    {                                                                                           \
        (void)cap, (void)y_parity;                                                              \
        head_row(dst, src, in, w, weights, c, head, deep);                                      \
    }

CONV_FNS(32)
CONV_FNS(64)

#define CONV_ENTRIES(width, c)                                                                  \
    dsp->conv_in[width] = FN(conv_in_u8s8_3x##c);                                               \
    dsp->conv_body[width] = FN(conv_body_u8s8_##c##x##c);                                       \
    HEAD_ENTRIES(width, c, QSR_HEAD_X2, x2);                                                    \
    HEAD_ENTRIES(width, c, QSR_HEAD_X3, x3);                                                    \
    HEAD_ENTRIES(width, c, QSR_HEAD_X4, x4);                                                    \
    HEAD_ENTRIES(width, c, QSR_HEAD_X1_5, x1_5)

#define HEAD_ENTRIES(width, c, head, name)                                                      \
    dsp->conv_out[width][head] = FN(conv_out_u8s8_##c##_##name);                                \
    dsp->conv_out_deep[width][head] = FN(conv_out_deep_u8s8_##c##_##name)

// Name and convolutions; packers and layout are the set's own.
static void fill_table(QsrConvDSP *dsp)
{
    dsp->name = STRING(ISA);
    CONV_ENTRIES(QSR_WIDTH_32, 32);
    CONV_ENTRIES(QSR_WIDTH_64, 64);
}

#endif

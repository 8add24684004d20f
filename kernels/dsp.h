// SPDX-License-Identifier: BSD-2-Clause
//
// Tables of kernels. A table starts out in plain C; each instruction set then
// overwrites the pointers that it improves. Kernels are stateless: they work on
// rows, allocate nothing, know no network and never look at the CPU flags.
//
// Two kinds of rows:
//  - RGBX rows: 4 bytes per pixel R, G, B, X. The input of the network (X = 0)
//    and its output (X = 255) are such rows.
//  - feature-map rows, whose layout belongs to the instruction set and is
//    described by QsrFmLayout. A convolution table is therefore assigned as a
//    SET (convolutions, packers and layout together); the pixel table is
//    assigned function by function.

#ifndef QSR_KERNELS_DSP_H
#define QSR_KERNELS_DSP_H

#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------- convolutions ---

#define QSR_MAX_CHANNELS 64
#define QSR_RGBX 4

enum QsrWidth { QSR_WIDTH_32, QSR_WIDTH_64, QSR_N_WIDTHS };

// Heads: the last convolution and its depth-to-space.
enum QsrHead {
    QSR_HEAD_X2,   // 3x3 to 12, 1 pixel -> 2x2
    QSR_HEAD_X3,   // 3x3 to 27, 1 pixel -> 3x3
    QSR_HEAD_X4,   // 3x3 to 48, 1 pixel -> 4x4
    QSR_HEAD_X1_5, // 2x2 stride 2 to 27, a cell of 2x2 pixels -> 3x3
    QSR_N_HEADS
};

// One convolution as the model file has it (docs/model-format.md).
typedef struct QsrConvParams {
    int cin, cout, ksize;    // ksize 3: stride 1, zero padding 1; ksize 2: stride 2, none
    int frac;                // f of rq16
    const int8_t *weights;   // [cout][ky][kx][cin]
    const int32_t *bias;     // [cout]
    const uint16_t *mult;    // [cout]
    const uint8_t *shift;    // [cout]
    // The input branch of a head, or NULL: a second convolution, of the RGBX
    // input, whose products are added to the same sums (QuickSRNet-Large). It has
    // the weight scales and the one bias of the head. branch_ksize is 1 for the
    // 3x3 heads; for the 2x2 head 3, stride 2, zero padding 1.
    const int8_t *branch;    // [cout][ky][kx][3]
    int branch_ksize;
} QsrConvParams;

// Bytes that the packed form takes; writes it to `dst` unless NULL. `dst` is
// aligned to 128 bytes, as is everything a kernel gets as `weights`.
#define decl_pack_fn(name) size_t (name)(void *dst, const QsrConvParams *p)
typedef decl_pack_fn(*QsrPackFn);

// Layout of feature-map rows. A row has `cap` pixels of room, of which
// QSR_FM_LEAD are guard pixels to the left of column 0, and at least
// QSR_FM_TAIL to the right of the last column, after rounding up to w_align
// (or to 16, if that is less). Rows lie in memory aligned to 128 bytes.
// Row pointers that kernels get point at column 0.
#define QSR_FM_LEAD 16
#define QSR_FM_TAIL 16

typedef struct QsrFmLayout {
    int w_align;   // kernels compute, and may write, multiples of this many pixels; at most 64
    int row_group; // rows stored together: 1, or 2 for interleaved row pairs
    // Bytes of one row group of `c` channels; a multiple of 64.
    size_t (*group_bytes)(int cap, int c);
    // Bytes from the start of a group to column 0 of its row `row` (0..row_group-1).
    ptrdiff_t (*row_offset)(int row, int cap, int c);
    // Sets columns [x, x+n) of one row to zero activation; x may be negative.
    void (*clear)(uint8_t *row, int x, int n, int cap, int c);
    // Columns [0, w) of one row from and to canonical order [x][c], for tests.
    void (*put)(uint8_t *row, const uint8_t *nhwc, int w, int cap, int c);
    void (*get)(uint8_t *nhwc, const uint8_t *row, int w, int cap, int c);
} QsrFmLayout;

// 3 -> C, 3x3. src: RGBX rows y-1, y, y+1, readable from column -1 to column
// w_align-rounded w. Writes columns [0, w) of dst, and nothing but the columns
// up to w rounded to w_align besides.
#define decl_conv_in_fn(name) \
    void (name)(uint8_t *dst, const uint8_t *const src[3], int w, int cap, const void *weights)
typedef decl_conv_in_fn(*QsrConvInFn);

// C -> C, 3x3. src: feature-map rows y-1, y, y+1. y_parity = y & 1, for layouts
// with row pairs. Writes as conv_in does.
#define decl_conv_body_fn(name) \
    void (name)(uint8_t *dst, const uint8_t *const src[3], int w, int cap, int y_parity, \
                const void *weights)
typedef decl_conv_body_fn(*QsrConvBodyFn);

// The head: convolution, requantisation, depth-to-space. dst: one RGBX row per
// output row, aligned to 128 bytes, s = 2, 3, 4, 3 of them, w*s pixels each
// (X = 255); may write up to w rounded up to w_align (times s) pixels.
// X2..X4: src are rows y-1, y, y+1 and w is in pixels. X1_5: src[0], src[1] are
// rows 2j and 2j+1, w is in cells of two pixels, and column 0 is even.
// in: the RGBX rows that an input branch reads, readable from column -1 to the
// last that w rounded up to w_align leads to. X2..X4: in[1] is row y (the others
// are not looked at). X1_5: rows 2j-1, 2j, 2j+1. All NULL where the packed weights
// have no branch.
// The deep form stores 10 bits: dst are rows of uint16_t, four to a pixel
// (X = 1023), of y = clamp((u + 2^(f-3)) >> (f-2), 0, 1020): the same sums with
// two more bits (docs/numerics.md). It needs f >= 3.
#define decl_conv_out_fn(name) \
    void (name)(uint8_t *const dst[4], const uint8_t *const src[3], const uint8_t *const in[3], \
                int w, int cap, int y_parity, const void *weights)
typedef decl_conv_out_fn(*QsrConvOutFn);

typedef struct QsrConvDSP {
    const char *name; // of the set, for logs: "c", "avx2", ...
    QsrFmLayout fm;
    QsrConvInFn conv_in[QSR_N_WIDTHS];
    QsrConvBodyFn conv_body[QSR_N_WIDTHS];
    QsrConvOutFn conv_out[QSR_N_WIDTHS][QSR_N_HEADS];
    QsrConvOutFn conv_out_deep[QSR_N_WIDTHS][QSR_N_HEADS];
    QsrPackFn pack_in, pack_body, pack_out;
    // Called by every worker before its first and after its last row of a
    // frame (AMX tile configuration); NULL where there is nothing to do.
    void (*thread_start)(void);
    void (*thread_stop)(void);
} QsrConvDSP;

// ------------------------------------------------------------ pixel rows ---
//
// Definitions: docs/numerics.md. n counts pixels of the destination unless it
// is said otherwise; pointers need no alignment; nothing outside [0, n) is
// written, nothing outside the stated range is read.

// YUV -> RGB, Q13: R = clamp((cy*(Y-y0) + crv*(V-128) + 4096) >> 13), ...
typedef struct QsrYuvToRgb {
    int16_t y0, cy, crv, cgu, cgv, cbu;
} QsrYuvToRgb;

// RGB -> YUV, Q15: Y = clamp((y[0]*R + y[1]*G + y[2]*B + (y0 << 15) + 2^14) >> 15);
// U, V from sums with a total weight of 16, see chroma_down_h.
typedef struct QsrRgbToYuv {
    int16_t y0, y[3], u[3], v[3];
} QsrRgbToYuv;

// Packed RGB orders that the load and store rows know.
enum QsrRgbOrder {
    QSR_ORDER_RGB, QSR_ORDER_BGR,                                  // 3 bytes per pixel
    QSR_ORDER_RGBX, QSR_ORDER_BGRX, QSR_ORDER_XRGB, QSR_ORDER_XBGR, // 4, X is filler or alpha
    QSR_N_ORDERS
};

typedef struct QsrPixelDSP {
    // --- in: source rows -> RGBX, X = 0
    // dst[i] = wa*a[i] + wb*b[i], wa + wb = 4: vertical chroma interpolation.
    void (*chroma_up_v)(uint16_t *dst, const uint8_t *a, const uint8_t *b, int wa, int wb, int n);
    // dst[2i] = (w0*v[i] + w1*v[i-1] + 8) >> 4, dst[2i+1] = (w2*v[i] + w3*v[i+1] + 8) >> 4.
    // n chroma samples make 2n bytes; v is readable on [-1, n].
    void (*chroma_up_h)(uint8_t *dst, const uint16_t *v, const int16_t w[4], int n);
    // a[i] = ab[2i], b[i] = ab[2i+1]
    void (*deinterleave)(uint8_t *a, uint8_t *b, const uint8_t *ab, int n);
    void (*yuv_to_rgbx)(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                        const QsrYuvToRgb *m, int n);
    void (*gray_to_rgbx)(uint8_t *rgbx, const uint8_t *y, int n);
    void (*load_rgb[QSR_N_ORDERS])(uint8_t *rgbx, const uint8_t *src, int n);
    // One byte out of four, at src[4*i + offset], offset 0..3: an alpha channel,
    // or a colour of RGBX.
    void (*load_byte)(uint8_t *dst, const uint8_t *src, int offset, int n);
    // dst[4*i + k] = s[k][i]: planar RGB to RGBX, AYUV. s[0] and s[3] may be NULL
    // for `fill` in their place.
    void (*merge4)(uint8_t *dst, const uint8_t *const s[4], int fill, int n);

    // --- out: RGBX -> destination rows
    // X of every destination pixel is taken from alpha[i], or 255 if alpha is
    // NULL; the 3-byte orders ignore it.
    void (*store_rgb[QSR_N_ORDERS])(uint8_t *dst, const uint8_t *rgbx, const uint8_t *alpha, int n);
    void (*rgbx_to_y)(uint8_t *y, const uint8_t *rgbx, const QsrRgbToYuv *m, int n);
    // 4:4:4 chroma.
    void (*rgbx_to_uv)(uint8_t *u, uint8_t *v, const uint8_t *rgbx, const QsrRgbToYuv *m, int n);
    // (77*R + 150*G + 29*B + 128) >> 8
    void (*rgbx_to_gray)(uint8_t *y, const uint8_t *rgbx, int n);
    // Sums of rows, planar: dst[k][i] = w[0]*a + w[1]*b + w[2]*c of colour k of
    // pixel i; the three weights sum to 4. n pixels.
    void (*chroma_down_v)(uint16_t *const dst[3], const uint8_t *a, const uint8_t *b,
                          const uint8_t *c, const int16_t w[3], int n);
    // S_k = w[0]*sum[k][2i-1] + w[1]*sum[k][2i] + w[2]*sum[k][2i+1], weights sum to 4;
    // u[i] = clamp((m->u . S + (128 << 19) + 2^18) >> 19), v likewise. n chroma
    // samples; the sums are readable on [-1, 2n).
    void (*chroma_down_h)(uint8_t *u, uint8_t *v, const uint16_t *const sum[3], const int16_t w[3],
                          const QsrRgbToYuv *m, int n);
    // ab[2i] = a[i], ab[2i+1] = b[i]
    void (*interleave)(uint8_t *ab, const uint8_t *a, const uint8_t *b, int n);

    // --- alpha: separable cubic with Q6 taps (their sum is 64)
    // dst[i] = (taps . (s[0][i] .. s[3][i]) + 2) >> 2: 4 fraction bits.
    void (*alpha_v)(int16_t *dst, const uint8_t *const s[4], const int16_t taps[4], int n);
    // dst[i] = clamp((taps[p] . v[x-1 .. x+2] + 512) >> 10), where output pixel i
    // (counted from phase0) has phase p = (i + phase0) % den and source column
    // x = offset[p] + (i + phase0) / den * num. v is readable where that leads.
    void (*alpha_h)(uint8_t *dst, const int16_t *v, const int16_t taps[][4], const int8_t *offset,
                    int phase0, int num, int den, int n);

    // --- 10 bits. RGBX10 rows are four uint16_t a pixel, R, G, B, X, up to 1023;
    // such rows, rows of one component, and sums are aligned to 2 bytes. The
    // functions are those of the same name above with 512 for 128, 1023 for 255
    // and coefficients to match, unless it is said otherwise.
    // dst[i] = (the little-endian 16-bit number at src + 2*step*i) >> shift & 1023;
    // step 1, 2 or 4, shift 0 or 6.
    void (*load10)(uint16_t *dst, const uint8_t *src, int step, int shift, int n);
    void (*chroma_up_v10)(uint16_t *dst, const uint16_t *a, const uint16_t *b, int wa, int wb,
                          int n);
    void (*chroma_up_h10)(uint16_t *dst, const uint16_t *v, const int16_t w[4], int n);
    void (*yuv_to_rgbx10)(uint16_t *rgbx, const uint16_t *y, const uint16_t *u, const uint16_t *v,
                          const QsrYuvToRgb *m, int n);
    void (*planes_to_rgbx10)(uint16_t *rgbx, const uint16_t *r, const uint16_t *g,
                             const uint16_t *b, int n);
    // R in bits 0..9 of a little-endian 32-bit number, G in 10..19, B in 20..29.
    void (*load_rgb10a2)(uint16_t *rgbx, const uint8_t *src, int n);
    // high[i] = src[i] >> 2, low[i] = src[i] & 3; n counts numbers, not pixels.
    void (*split10)(uint8_t *high, uint8_t *low, const uint16_t *src, int n);
    // dst[i] = min((src[i] + 2) >> 2, 255); n likewise.
    void (*round10)(uint8_t *dst, const uint16_t *src, int n);
    // Joins what the network made (rgbx, in place) and the cubic of the source in
    // 10 bits: docs/numerics.md, Deep colour. high, low: RGBX rows after alpha_v,
    // four numbers a pixel. Phases and columns as in alpha_h.
    void (*deep_h)(uint16_t *rgbx, const int16_t *high, const int16_t *low,
                   const int16_t taps[][4], const int8_t *offset, int phase0, int num, int den,
                   int n);
    void (*rgbx10_to_y)(uint16_t *y, const uint16_t *rgbx, const QsrRgbToYuv *m, int n);
    void (*rgbx10_to_uv)(uint16_t *u, uint16_t *v, const uint16_t *rgbx, const QsrRgbToYuv *m,
                         int n);
    void (*chroma_down_v10)(uint16_t *const dst[3], const uint16_t *a, const uint16_t *b,
                            const uint16_t *c, const int16_t w[3], int n);
    void (*chroma_down_h10)(uint16_t *u, uint16_t *v, const uint16_t *const sum[3],
                            const int16_t w[3], const QsrRgbToYuv *m, int n);
    // Writes src[src_step*i] << shift as the little-endian number at dst + 2*step*i and
    // nothing in between. src_step 1, or 4 for one colour of RGBX10.
    void (*store10)(uint8_t *dst, int step, int shift, const uint16_t *src, int src_step, int n);
    // As load_rgb10a2; two bits of alpha, (alpha[i] * 3 + 128) >> 8, or 3 if it is NULL.
    void (*store_rgb10a2)(uint8_t *dst, const uint16_t *rgbx, const uint8_t *alpha, int n);
} QsrPixelDSP;

// Fill the tables for these CPU flags (see cpu.h; pass qsr_cpu_get_flags()).
// Thread-safety: safe.
void qsr_conv_dsp_init(QsrConvDSP *dsp, unsigned cpu_flags);
void qsr_pixel_dsp_init(QsrPixelDSP *dsp, unsigned cpu_flags);

// Initialisers of one level each; dsp.c calls them in rising order.
void qsr_conv_dsp_init_c(QsrConvDSP *dsp);
void qsr_conv_dsp_init_orc(QsrConvDSP *dsp);
void qsr_conv_dsp_init_avx2(QsrConvDSP *dsp);
void qsr_conv_dsp_init_avx512vnni(QsrConvDSP *dsp);
void qsr_conv_dsp_init_neon(QsrConvDSP *dsp);
void qsr_conv_dsp_init_dotprod(QsrConvDSP *dsp);
void qsr_conv_dsp_init_i8mm(QsrConvDSP *dsp);
void qsr_conv_dsp_init_hvx(QsrConvDSP *dsp); // called by the skel on the DSP
void qsr_pixel_dsp_init_c(QsrPixelDSP *dsp);
void qsr_pixel10_dsp_init_c(QsrPixelDSP *dsp); // the 10-bit rows; the one above calls it
void qsr_pixel_dsp_init_orc(QsrPixelDSP *dsp);
void qsr_pixel10_dsp_init_orc(QsrPixelDSP *dsp); // likewise
void qsr_pixel_dsp_init_avx2(QsrPixelDSP *dsp);
void qsr_pixel_dsp_init_neon(QsrPixelDSP *dsp);
void qsr_pixel_dsp_init_hvx(QsrPixelDSP *dsp); // after plain C's, on the DSP

#endif

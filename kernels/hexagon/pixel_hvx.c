// SPDX-License-Identifier: BSD-2-Clause
//
// Pixel rows for HVX: those of 8-bit YUV and packed RGB frames. Definitions:
// kernels/dsp.h; the rows that are not here (alpha, 10 bits) stay plain C.
//
// Each row is a step function that makes so many pixels at once, called for
// whole steps with full = 1, when it loads and stores whole vectors, and once
// for what is left. Coefficients of 16 bits meet bytes as two products, of their
// high and their low byte: vrmpy takes four at a time.
#include "kernels/dsp.h"
#include "kernels/hexagon/hvx.h"

// `bytes` of the row are left from p on; with `full` at least a vector.
INLINE HVX_Vector get(const void *p, int bytes, int full)
{
    if (full)
        return load_unaligned(p);
    if (bytes <= 0)
        return Q6_V_vzero();
    return load_some(p, bytes < VLEN ? bytes : VLEN);
}

INLINE void put(void *p, HVX_Vector v, int bytes, int full)
{
    if (full)
        store_unaligned(p, v);
    else if (bytes > 0)
        store_some(p, v, bytes < VLEN ? bytes : VLEN);
}

// Calls step(i, what is left from i on, full) over a row of n.
#define FOR_STEPS(n, size, step)               \
    do {                                       \
        int i_ = 0;                            \
        for (; (n) - i_ >= (size); i_ += (size)) \
            step(i_, (size), 1);               \
        if (i_ < (n))                          \
            step(i_, (n) - i_, 0);             \
    } while (0)

INLINE int32_t bytes4(int v)
{
    return (int32_t)((uint32_t)(uint8_t)v * 0x01010101u);
}

// ---------------------------------------------------------- four products ---

// A row of a matrix for pixels of four bytes, the coefficients cut into bytes.
typedef struct Dot {
    int32_t high, low, bias;
} Dot;

static Dot make_dot(int a, int b, int c, int32_t bias)
{
    const uint32_t low = (a & 255u) | (b & 255u) << 8 | (c & 255u) << 16;
    const uint32_t high = (a >> 8 & 255u) | (b >> 8 & 255u) << 8 | (c >> 8 & 255u) << 16;
    return (Dot){.high = (int32_t)high, .low = (int32_t)low, .bias = bias};
}

INLINE HVX_Vector dot(HVX_Vector pixels, Dot d)
{
    const HVX_Vector low = Q6_Vuw_vrmpyacc_VuwVubRub(Q6_V_vsplat_R(d.bias), pixels, d.low);
    return Q6_Vw_vaslacc_VwVwR(low, Q6_Vw_vrmpy_VubRb(pixels, d.high), 8);
}

// 128 pixels in four vectors to one byte each: clamp(dot >> shift).
INLINE HVX_Vector dots(const HVX_Vector v[4], Dot d, int shift)
{
    const HVX_Vector even = Q6_Vh_vasr_VwVwR_sat(dot(v[2], d), dot(v[0], d), shift);
    const HVX_Vector odd = Q6_Vh_vasr_VwVwR_sat(dot(v[3], d), dot(v[1], d), shift);
    return Q6_Vb_vdeal_Vb(Q6_Vb_vdeal_Vb(Q6_Vub_vsat_VhVh(odd, even)));
}

// Four rows of bytes to 128 pixels.
INLINE void merge(HVX_Vector out[4], HVX_Vector a, HVX_Vector b, HVX_Vector c, HVX_Vector d)
{
    const HVX_VectorPair ab = zip(a, b, 1), cd = zip(c, d, 1);
    const HVX_VectorPair first = zip(lo(ab), lo(cd), 2), second = zip(hi(ab), hi(cd), 2);
    out[0] = lo(first);
    out[1] = hi(first);
    out[2] = lo(second);
    out[3] = hi(second);
}

INLINE void get_pixels(HVX_Vector v[4], const uint8_t *p, int n, int full)
{
    UNROLL
    for (int k = 0; k < 4; k++)
        v[k] = get(p + k * VLEN, 4 * n - k * VLEN, full);
}

INLINE void put_pixels(uint8_t *p, const HVX_Vector v[4], int n, int full)
{
    UNROLL
    for (int k = 0; k < 4; k++)
        put(p + k * VLEN, v[k], 4 * n - k * VLEN, full);
}

// -------------------------------------------------------------------- in ---

static void chroma_up_v_hvx(uint16_t *dst, const uint8_t *a, const uint8_t *b, int wa, int wb,
                            int n)
{
    const int32_t ra = bytes4(wa), rb = bytes4(wb);
#define STEP(i, left, full)                                                                      \
    do {                                                                                         \
        const HVX_VectorPair s = Q6_Wh_vmpyacc_WhVubRb(Q6_Wh_vmpy_VubRb(get(a + i, left, full),  \
                                                                        ra),                     \
                                                       get(b + i, left, full), rb);              \
        const HVX_VectorPair row = zip(lo(s), hi(s), 2);                                         \
        put(dst + i, lo(row), 2 * (left), full);                                                 \
        put(dst + i + 64, hi(row), 2 * (left) - VLEN, full);                                     \
    } while (0)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

static void chroma_up_h_hvx(uint8_t *dst, const uint16_t *v, const int16_t w[4], int n)
{
    const int32_t w0 = bytes4(w[0]), w1 = bytes4(w[1]), w2 = bytes4(w[2]), w3 = bytes4(w[3]);
#define STEP(i, left, full)                                                                      \
    do {                                                                                         \
        const HVX_Vector own = get(v + i, 2 * (left), full);                                     \
        const HVX_Vector even = Q6_Vh_vmpyiacc_VhVhRb(Q6_Vh_vmpyi_VhRb(own, w0),                 \
                                                      get(v + i - 1, 2 * (left), full), w1);     \
        const HVX_Vector odd = Q6_Vh_vmpyiacc_VhVhRb(Q6_Vh_vmpyi_VhRb(own, w2),                  \
                                                     get(v + i + 1, 2 * (left), full), w3);      \
        put(dst + 2 * i, Q6_Vub_vasr_VhVhR_rnd_sat(odd, even, 4), 2 * (left), full);             \
    } while (0)
    FOR_STEPS(n, 64, STEP);
#undef STEP
}

static void deinterleave_hvx(uint8_t *a, uint8_t *b, const uint8_t *ab, int n)
{
#define STEP(i, left, full)                                                                      \
    do {                                                                                         \
        const HVX_VectorPair w = unzip(get(ab + 2 * i, 2 * (left), full),                        \
                                       get(ab + 2 * i + VLEN, 2 * (left) - VLEN, full), 1);      \
        put(a + i, lo(w), left, full);                                                           \
        put(b + i, hi(w), left, full);                                                           \
    } while (0)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

INLINE void yuv_step(uint8_t *rgbx, HVX_Vector y, HVX_Vector u, HVX_Vector v, const Dot rows[3],
                     int n, int full)
{
    const Dot r = rows[0], g = rows[1], b = rows[2];
    HVX_Vector px[4];
    merge(px, y, u, v, Q6_V_vzero());
    UNROLL
    for (int k = 0; k < 4; k++) {
        const HVX_Vector rb = Q6_Vh_vasr_VwVwR_sat(dot(px[k], b), dot(px[k], r), 13);
        const HVX_Vector gx = Q6_Vh_vasr_VwVwR_sat(Q6_V_vzero(), dot(px[k], g), 13);
        px[k] = Q6_Vub_vsat_VhVh(gx, rb);
    }
    put_pixels(rgbx, px, n, full);
}

static void yuv_to_rgbx_hvx(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                            const QsrYuvToRgb *m, int n)
{
    const int32_t luma = (1 << 12) - m->cy * m->y0;
    const Dot rows[3] = {
        make_dot(m->cy, 0, m->crv, luma - 128 * m->crv),
        make_dot(m->cy, m->cgu, m->cgv, luma - 128 * (m->cgu + m->cgv)),
        make_dot(m->cy, m->cbu, 0, luma - 128 * m->cbu),
    };
#define STEP(i, left, full)                                                       \
    yuv_step(rgbx + 4 * i, get(y + i, left, full), get(u + i, left, full),        \
             get(v + i, left, full), rows, left, full)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

INLINE void gray_step(uint8_t *rgbx, HVX_Vector y, int n, int full)
{
    HVX_Vector px[4];
    merge(px, y, y, y, Q6_V_vzero());
    put_pixels(rgbx, px, n, full);
}

static void gray_to_rgbx_hvx(uint8_t *rgbx, const uint8_t *y, int n)
{
#define STEP(i, left, full) gray_step(rgbx + 4 * i, get(y + i, left, full), left, full)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

// ----------------------------------------------------------- packed orders ---

// For vdelta: 32 times three bytes to four, of which the last is any. For
// vrdelta: the first three of every four bytes, in 96.
static const uint8_t spread[VLEN] __attribute__((aligned(VLEN))) = {
    0,   0,   0,   0,  1,   3,   1,  6,  2,   2,  6,  4,  3,  5,  13, 12, 4,  4,  4,  0,  13, 15,
    9,   10,  6,   2,  10,  8,   27, 25, 25,  24, 8,  8,  8,  8,  9,  11, 1,  6,  26, 26, 30, 28,
    19,  21,  21,  20, 12,  12,  4,  0,  21,  23, 17, 18, 54, 50, 50, 48, 51, 49, 49, 48, 16, 16,
    16,  16,  17,  19, 17,  22,  18, 18, 22,  20, 3,  5,  13, 12, 52, 52, 52, 48, 61, 63, 57, 58,
    38,  34,  42,  40, 43,  41,  41, 40, 24,  24, 24, 24, 9,  11, 1,  6,  42, 42, 46, 44, 35, 37,
    37,  36,  108, 108, 100, 96, 101, 103, 97, 98, 102, 98, 98, 96, 99, 97, 97, 96,
};
static const uint8_t gather[VLEN] __attribute__((aligned(VLEN))) = {
    0,  0,  0,  4,  1,  3,  8,  11, 2,  4,  6,  6,  17, 17, 22, 21, 4,  4,  8,  8,  13, 15,
    12, 11, 34, 32, 34, 34, 45, 41, 42, 41, 8,  8,  8,  12, 17, 19, 16, 19, 26, 28, 30, 30,
    25, 25, 22, 21, 68, 68, 64, 64, 69, 71, 68, 67, 90, 88, 82, 82, 85, 81, 82, 81, 16, 16,
    16, 20, 17, 19, 24, 27, 34, 36, 38, 38, 33, 33, 38, 37, 52, 52, 56, 56, 61, 63, 60, 59,
    50, 48, 50, 50, 45, 41, 42, 41, 8,  8,  8,  12, 1,  3,  0,  3,  10, 12, 14, 14, 9,  9,
    6,  5,  52, 52, 48, 48, 37, 39, 36, 35, 42, 40, 34, 34, 37, 33, 34, 33,
};

// Pixels of an order to R, G, B, X and back: bytes of a word to the place whose
// number differs in these bits. Alone X in front is another matter.
INLINE HVX_Vector swap(HVX_Vector v, int order)
{
    switch (order) {
    case QSR_ORDER_BGR:
    case QSR_ORDER_BGRX: return Q6_V_vdelta_VV(v, Q6_V_vsplat_R(0x00020002));
    case QSR_ORDER_XBGR: return Q6_V_vdelta_VV(v, Q6_V_vsplat_R(0x03030303));
    default: return v;
    }
}

INLINE void load_step(uint8_t *rgbx, const uint8_t *src, int order, int n, int full)
{
    HVX_Vector px[4];
    if (order == QSR_ORDER_RGB || order == QSR_ORDER_BGR) {
        HVX_Vector s[3];
        UNROLL
        for (int k = 0; k < 3; k++)
            s[k] = get(src + k * VLEN, 3 * n - k * VLEN, full);
        px[0] = s[0];
        px[1] = Q6_V_valign_VVR(s[1], s[0], 96);
        px[2] = Q6_V_valign_VVR(s[2], s[1], 64);
        px[3] = Q6_V_vror_VR(s[2], 32);
        UNROLL
        for (int k = 0; k < 4; k++)
            px[k] = Q6_V_vdelta_VV(px[k], load(spread));
    } else {
        get_pixels(px, src, n, full);
    }
    const HVX_Vector rgb = Q6_V_vsplat_R(0x00ffffff);
    UNROLL
    for (int k = 0; k < 4; k++)
        px[k] = order == QSR_ORDER_XRGB ? Q6_Vuw_vlsr_VuwR(px[k], 8)
                                        : Q6_V_vand_VV(swap(px[k], order), rgb);
    put_pixels(rgbx, px, n, full);
}

// The filler of 128 pixels, in the highest byte of every word.
INLINE void get_alpha(HVX_Vector x[4], const uint8_t *alpha, int n, int full)
{
    if (alpha) {
        merge(x, Q6_V_vzero(), Q6_V_vzero(), Q6_V_vzero(), get(alpha, n, full));
        return;
    }
    UNROLL
    for (int k = 0; k < 4; k++)
        x[k] = Q6_V_vsplat_R((int32_t)0xff000000u);
}

INLINE void store_step(uint8_t *dst, const uint8_t *rgbx, const uint8_t *alpha, int order, int n,
                       int full)
{
    HVX_Vector px[4], x[4];
    get_pixels(px, rgbx, n, full);
    if (order == QSR_ORDER_RGB || order == QSR_ORDER_BGR) {
        UNROLL
        for (int k = 0; k < 4; k++)
            px[k] = Q6_V_vrdelta_VV(swap(px[k], order), load(gather));
        join_96(px, px);
        UNROLL
        for (int k = 0; k < 3; k++)
            put(dst + k * VLEN, px[k], 3 * n - k * VLEN, full);
        return;
    }
    get_alpha(x, alpha, n, full);
    UNROLL
    for (int k = 0; k < 4; k++) {
        const HVX_Vector v = Q6_V_vor_VV(Q6_V_vand_VV(px[k], Q6_V_vsplat_R(0x00ffffff)), x[k]);
        px[k] = order == QSR_ORDER_XRGB
                    ? Q6_V_vor_VV(Q6_Vw_vasl_VwR(px[k], 8), Q6_Vuw_vlsr_VuwR(x[k], 24))
                    : swap(v, order);
    }
    put_pixels(dst, px, n, full);
}

#define LOAD_STEP(i, left, full) load_step(rgbx + 4 * i, src + BPP * i, ORDER, left, full)
#define STORE_STEP(i, left, full) \
    store_step(dst + BPP * i, rgbx + 4 * i, alpha ? alpha + i : NULL, ORDER, left, full)
#define ORDER_FNS(name, order, bpp)                                                             \
    static void load_##name##_hvx(uint8_t *rgbx, const uint8_t *src, int n)                     \
    {                                                                                           \
        enum { ORDER = order, BPP = bpp };                                                      \
        FOR_STEPS(n, 128, LOAD_STEP);                                                           \
    }                                                                                           \
    static void store_##name##_hvx(uint8_t *dst, const uint8_t *rgbx, const uint8_t *alpha,     \
                                   int n)                                                       \
    {                                                                                           \
        enum { ORDER = order, BPP = bpp };                                                      \
        FOR_STEPS(n, 128, STORE_STEP);                                                          \
    }
ORDER_FNS(rgb, QSR_ORDER_RGB, 3)
ORDER_FNS(bgr, QSR_ORDER_BGR, 3)
ORDER_FNS(rgbx, QSR_ORDER_RGBX, 4)
ORDER_FNS(bgrx, QSR_ORDER_BGRX, 4)
ORDER_FNS(xrgb, QSR_ORDER_XRGB, 4)
ORDER_FNS(xbgr, QSR_ORDER_XBGR, 4)

// ------------------------------------------------------------------- out ---

INLINE void dots_step(uint8_t *dst, const uint8_t *rgbx, Dot d, int shift, int n, int full)
{
    HVX_Vector v[4];
    get_pixels(v, rgbx, n, full);
    put(dst, dots(v, d, shift), n, full);
}

static void rgbx_to_y_hvx(uint8_t *y, const uint8_t *rgbx, const QsrRgbToYuv *m, int n)
{
    const Dot d = make_dot(m->y[0], m->y[1], m->y[2], m->y0 * (1 << 15) + (1 << 14));
#define STEP(i, left, full) dots_step(y + i, rgbx + 4 * i, d, 15, left, full)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

INLINE void uv_step(uint8_t *u, uint8_t *v, const uint8_t *rgbx, Dot du, Dot dv, int n, int full)
{
    HVX_Vector px[4];
    get_pixels(px, rgbx, n, full);
    put(u, dots(px, du, 15), n, full);
    put(v, dots(px, dv, 15), n, full);
}

static void rgbx_to_uv_hvx(uint8_t *u, uint8_t *v, const uint8_t *rgbx, const QsrRgbToYuv *m,
                           int n)
{
    const int32_t bias = (128 << 15) + (1 << 14);
    const Dot du = make_dot(m->u[0], m->u[1], m->u[2], bias);
    const Dot dv = make_dot(m->v[0], m->v[1], m->v[2], bias);
#define STEP(i, left, full) uv_step(u + i, v + i, rgbx + 4 * i, du, dv, left, full)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

static void rgbx_to_gray_hvx(uint8_t *y, const uint8_t *rgbx, int n)
{
    const Dot d = make_dot(77, 150, 29, 128);
#define STEP(i, left, full) dots_step(y + i, rgbx + 4 * i, d, 8, left, full)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

// 32 pixels: R and B in the halfwords of lo, G and X in those of hi.
INLINE HVX_VectorPair sum_rows(const uint8_t *const row[3], ptrdiff_t at, const int32_t w[3],
                               int bytes, int full)
{
    HVX_VectorPair s = Q6_Wh_vmpy_VubRb(get(row[0] + at, bytes, full), w[0]);
    s = Q6_Wh_vmpyacc_WhVubRb(s, get(row[1] + at, bytes, full), w[1]);
    return Q6_Wh_vmpyacc_WhVubRb(s, get(row[2] + at, bytes, full), w[2]);
}

static void chroma_down_v_hvx(uint16_t *const dst[3], const uint8_t *a, const uint8_t *b,
                              const uint8_t *c, const int16_t w[3], int n)
{
    const int32_t weights[3] = {bytes4(w[0]), bytes4(w[1]), bytes4(w[2])};
    const uint8_t *const row[3] = {a, b, c};
#define STEP(i, left, full)                                                                  \
    do {                                                                                     \
        const HVX_VectorPair s0 = sum_rows(row, 4 * i, weights, 4 * (left), full);           \
        const HVX_VectorPair s1 = sum_rows(row, 4 * i + VLEN, weights, 4 * (left) - VLEN,    \
                                           full);                                            \
        const HVX_VectorPair rb = unzip(lo(s0), lo(s1), 2);                                  \
        put(dst[0] + i, lo(rb), 2 * (left), full);                                           \
        put(dst[1] + i, Q6_Vh_vpacke_VwVw(hi(s1), hi(s0)), 2 * (left), full);                \
        put(dst[2] + i, hi(rb), 2 * (left), full);                                           \
    } while (0)
    FOR_STEPS(n, 64, STEP);
#undef STEP
}

typedef struct ChromaDown {
    int32_t w[3];    // weights, in all bytes
    int32_t u[3], v[3]; // coefficients, in both halves
} ChromaDown;

INLINE int32_t halves(int v)
{
    return (int32_t)((uint32_t)(uint16_t)v * 0x10001u);
}

// 64 samples of a plane, in halfwords: clamp comes with the pack to bytes.
INLINE HVX_Vector chroma_plane(const HVX_Vector s[3], const int32_t c[3])
{
    const HVX_Vector bias = Q6_V_vsplat_R((128 << 19) + (1 << 18));
    HVX_VectorPair sum = Q6_W_vcombine_VV(bias, bias);
    UNROLL
    for (int k = 0; k < 3; k++)
        sum = Q6_Ww_vmpyacc_WwVhRh_sat(sum, s[k], c[k]);
    return Q6_Vh_vsat_VwVw(Q6_Vw_vasr_VwR(hi(sum), 19), Q6_Vw_vasr_VwR(lo(sum), 19));
}

INLINE void chroma_down_step(uint8_t *u, uint8_t *v, const uint16_t *const sum[3], int i,
                             const ChromaDown *d, int n, int full)
{
    HVX_Vector s[3];
    UNROLL
    for (int k = 0; k < 3; k++) {
        const uint16_t *p = sum[k] + 2 * i;
        const HVX_VectorPair own = unzip(get(p, 4 * n, full),
                                         get(p + 64, 4 * n - VLEN, full), 2);
        // From one before: the even ones of 2n - 1.
        const HVX_Vector before = Q6_Vh_vpacke_VwVw(get(p + 63, 4 * n - 2 - VLEN, full),
                                                    get(p - 1, 4 * n - 2, full));
        s[k] = Q6_Vh_vmpyiacc_VhVhRb(Q6_Vh_vmpyi_VhRb(before, d->w[0]), lo(own), d->w[1]);
        s[k] = Q6_Vh_vmpyiacc_VhVhRb(s[k], hi(own), d->w[2]);
    }
    const HVX_Vector uv = Q6_Vub_vpack_VhVh_sat(chroma_plane(s, d->v), chroma_plane(s, d->u));
    store_some(u, uv, n);
    store_some(v, Q6_V_vror_VR(uv, 64), n);
}

static void chroma_down_h_hvx(uint8_t *u, uint8_t *v, const uint16_t *const sum[3],
                              const int16_t w[3], const QsrRgbToYuv *m, int n)
{
    ChromaDown d;
    for (int k = 0; k < 3; k++) {
        d.w[k] = bytes4(w[k]);
        d.u[k] = halves(m->u[k]);
        d.v[k] = halves(m->v[k]);
    }
#define STEP(i, left, full) chroma_down_step(u + i, v + i, sum, i, &d, left, full)
    FOR_STEPS(n, 64, STEP);
#undef STEP
}

static void interleave_hvx(uint8_t *ab, const uint8_t *a, const uint8_t *b, int n)
{
#define STEP(i, left, full)                                                                  \
    do {                                                                                     \
        const HVX_VectorPair w = zip(get(a + i, left, full), get(b + i, left, full), 1);     \
        put(ab + 2 * i, lo(w), 2 * (left), full);                                            \
        put(ab + 2 * i + VLEN, hi(w), 2 * (left) - VLEN, full);                              \
    } while (0)
    FOR_STEPS(n, 128, STEP);
#undef STEP
}

void qsr_pixel_dsp_init_hvx(QsrPixelDSP *dsp)
{
    dsp->chroma_up_v = chroma_up_v_hvx;
    dsp->chroma_up_h = chroma_up_h_hvx;
    dsp->deinterleave = deinterleave_hvx;
    dsp->yuv_to_rgbx = yuv_to_rgbx_hvx;
    dsp->gray_to_rgbx = gray_to_rgbx_hvx;
    dsp->rgbx_to_y = rgbx_to_y_hvx;
    dsp->rgbx_to_uv = rgbx_to_uv_hvx;
    dsp->rgbx_to_gray = rgbx_to_gray_hvx;
    dsp->chroma_down_v = chroma_down_v_hvx;
    dsp->chroma_down_h = chroma_down_h_hvx;
    dsp->interleave = interleave_hvx;

    dsp->load_rgb[QSR_ORDER_RGB] = load_rgb_hvx;
    dsp->load_rgb[QSR_ORDER_BGR] = load_bgr_hvx;
    dsp->load_rgb[QSR_ORDER_RGBX] = load_rgbx_hvx;
    dsp->load_rgb[QSR_ORDER_BGRX] = load_bgrx_hvx;
    dsp->load_rgb[QSR_ORDER_XRGB] = load_xrgb_hvx;
    dsp->load_rgb[QSR_ORDER_XBGR] = load_xbgr_hvx;
    dsp->store_rgb[QSR_ORDER_RGB] = store_rgb_hvx;
    dsp->store_rgb[QSR_ORDER_BGR] = store_bgr_hvx;
    dsp->store_rgb[QSR_ORDER_RGBX] = store_rgbx_hvx;
    dsp->store_rgb[QSR_ORDER_BGRX] = store_bgrx_hvx;
    dsp->store_rgb[QSR_ORDER_XRGB] = store_xrgb_hvx;
    dsp->store_rgb[QSR_ORDER_XBGR] = store_xbgr_hvx;
}

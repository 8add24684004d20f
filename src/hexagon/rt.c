// SPDX-License-Identifier: BSD-2-Clause
//
// What the compiler calls when it runs out of instructions: there is no runtime
// library for Hexagon here. Compiled with -fno-builtin, or the loops below would
// be recognised and replaced by calls of themselves.

#include <stdint.h>
#include <string.h>

// ---------------------------------------------------------------- memory ---

typedef uint64_t __attribute__((may_alias)) Word;

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    uint8_t *d = dst;
    const uint8_t *s = src;
    if (((uintptr_t)d & 7) == ((uintptr_t)s & 7)) {
        for (; n && ((uintptr_t)d & 7); n--)
            *d++ = *s++;
        for (; n >= 8; n -= 8, d += 8, s += 8)
            *(Word *)(void *)d = *(const Word *)(const void *)s;
    }
    while (n--)
        *d++ = *s++;
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    uint8_t *d = dst;
    const uint8_t *s = src;
    if (d <= s || d >= s + n)
        return memcpy(dst, src, n);
    while (n--)
        d[n] = s[n];
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    uint8_t *d = dst;
    const uint64_t word = (uint8_t)c * UINT64_C(0x0101010101010101);
    for (; n && ((uintptr_t)d & 7); n--)
        *d++ = (uint8_t)c;
    for (; n >= 8; n -= 8, d += 8)
        *(Word *)(void *)d = word;
    while (n--)
        *d++ = (uint8_t)c;
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *restrict dst,
                                                            const void *restrict src, size_t n);
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *restrict dst,
                                                            const void *restrict src, size_t n)
{
    return memcpy(dst, src, n);
}

// -------------------------------------------------------------- division ---
//
// Hexagon has no divide instruction. Powers of two take a shift, numbers of rows
// and the like a reciprocal, all others a turn for each bit of the quotient,
// beginning at the highest that can be set. Division by zero gives all ones.

uint32_t __hexagon_udivsi3(uint32_t n, uint32_t d);
uint32_t __hexagon_umodsi3(uint32_t n, uint32_t d);
int32_t __hexagon_divsi3(int32_t n, int32_t d);
int32_t __hexagon_modsi3(int32_t n, int32_t d);
uint64_t __hexagon_udivdi3(uint64_t n, uint64_t d);
uint64_t __hexagon_umoddi3(uint64_t n, uint64_t d);
int64_t __hexagon_divdi3(int64_t n, int64_t d);
int64_t __hexagon_moddi3(int64_t n, int64_t d);

// The approximation has 7 bits; one step of Newton's makes 14 of them, which leaves
// a quotient of numbers below 2^15 wrong by one at most.
static inline uint32_t divide_small(uint32_t n, uint32_t d, uint32_t *rest)
{
    const float divisor = (float)d;
    float r;
    __asm__("%0,p0 = sfrecipa(%1,%2)" : "=r"(r) : "r"(1.0f), "r"(divisor) : "p0");
    r += r * (1.0f - r * divisor);
    uint32_t q = (uint32_t)((float)n * r);
    int32_t left = (int32_t)(n - q * d);
    if (left < 0) {
        q--;
        left += (int32_t)d;
    } else if (left >= (int32_t)d) {
        q++;
        left -= (int32_t)d;
    }
    *rest = (uint32_t)left;
    return q;
}

static inline uint32_t divide32(uint32_t n, uint32_t d, uint32_t *rest)
{
    uint32_t q = 0;
    if (!(d & (d - 1))) {
        *rest = d ? n & (d - 1) : n;
        return d ? n >> __builtin_ctz(d) : UINT32_MAX;
    }
    if ((n | d) < 1u << 15)
        return divide_small(n, d, rest);
    if (n >= d)
        for (int bit = __builtin_clz(d) - __builtin_clz(n); bit >= 0; bit--)
            if (n >= d << bit) {
                n -= d << bit;
                q |= 1u << bit;
            }
    *rest = n;
    return q;
}

static inline uint64_t divide64(uint64_t n, uint64_t d, uint64_t *rest)
{
    uint64_t q = 0;
    if (!((n | d) >> 32) && d) {
        uint32_t rest32;
        q = divide32((uint32_t)n, (uint32_t)d, &rest32);
        *rest = rest32;
        return q;
    }
    if (!d)
        q = UINT64_MAX;
    else if (n >= d)
        for (int bit = __builtin_clzll(d) - __builtin_clzll(n); bit >= 0; bit--)
            if (n >= d << bit) {
                n -= d << bit;
                q |= UINT64_C(1) << bit;
            }
    *rest = n;
    return q;
}

uint32_t __hexagon_udivsi3(uint32_t n, uint32_t d)
{
    uint32_t rest;
    return divide32(n, d, &rest);
}

uint32_t __hexagon_umodsi3(uint32_t n, uint32_t d)
{
    uint32_t rest;
    divide32(n, d, &rest);
    return rest;
}

static uint32_t magnitude32(int32_t v)
{
    return v < 0 ? 0u - (uint32_t)v : (uint32_t)v;
}

int32_t __hexagon_divsi3(int32_t n, int32_t d)
{
    uint32_t rest;
    const uint32_t q = divide32(magnitude32(n), magnitude32(d), &rest);
    return (int32_t)((n ^ d) < 0 ? 0u - q : q);
}

int32_t __hexagon_modsi3(int32_t n, int32_t d)
{
    uint32_t rest;
    divide32(magnitude32(n), magnitude32(d), &rest);
    return (int32_t)(n < 0 ? 0u - rest : rest);
}

uint64_t __hexagon_udivdi3(uint64_t n, uint64_t d)
{
    uint64_t rest;
    return divide64(n, d, &rest);
}

uint64_t __hexagon_umoddi3(uint64_t n, uint64_t d)
{
    uint64_t rest;
    divide64(n, d, &rest);
    return rest;
}

static uint64_t magnitude64(int64_t v)
{
    return v < 0 ? 0u - (uint64_t)v : (uint64_t)v;
}

int64_t __hexagon_divdi3(int64_t n, int64_t d)
{
    uint64_t rest;
    const uint64_t q = divide64(magnitude64(n), magnitude64(d), &rest);
    return (int64_t)((n ^ d) < 0 ? 0u - q : q);
}

int64_t __hexagon_moddi3(int64_t n, int64_t d)
{
    uint64_t rest;
    divide64(magnitude64(n), magnitude64(d), &rest);
    return (int64_t)(n < 0 ? 0u - rest : rest);
}

// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_UTF8_H
#define QSR_UTF8_H

#include <stddef.h>
#include <stdint.h>

// Bytes of the character at p, 1 to 4; 0 if the n bytes there begin with no
// valid one (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
static inline size_t qsr_utf8_length(const uint8_t *p, size_t n)
{
    size_t len, i;
    uint32_t c;

    if (n == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (n < len)
        return 0;
    c = p[0] & (0x7fu >> len);
    for (i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (len == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff)))
        return 0;
    if (len == 4 && (c < 0x10000 || c > 0x10ffff))
        return 0;
    return len;
}

#endif

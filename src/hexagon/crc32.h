// SPDX-License-Identifier: BSD-2-Clause
//
// CRC-32 as in zlib and PNG (polynomial 0xEDB88320, reflected), for host and DSP.

#ifndef QSR_HEXAGON_CRC32_H
#define QSR_HEXAGON_CRC32_H

#include <stddef.h>
#include <stdint.h>

// `crc` is 0 at the beginning, then what the call before returned.
static inline uint32_t qsr_crc32(uint32_t crc, const void *data, size_t size)
{
    static const uint32_t nibble[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *p = data;
    crc = ~crc;
    while (size--) {
        crc ^= *p++;
        crc = nibble[crc & 15] ^ crc >> 4;
        crc = nibble[crc & 15] ^ crc >> 4;
    }
    return ~crc;
}

#endif

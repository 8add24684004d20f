// SPDX-License-Identifier: BSD-2-Clause
//
// The time in the picture: milliseconds of CLOCK_MONOTONIC in squares along the
// top edge, lowest bit on the left, with a checksum.

#ifndef QSR_TESTS_PIPELINES_LIVE_CODE_H
#define QSR_TESTS_PIPELINES_LIVE_CODE_H

#include <stdint.h>

enum {
    LIVE_WIDTH = 480,  // pixels, of the window and the screen
    LIVE_HEIGHT = 270,
    LIVE_SQUARE = 16,
    LIVE_DRAWN_FPS = 30,
    LIVE_TIME_BITS = 24,
    LIVE_CODE_BITS = 30,
};

// Six bits, of which one wrong bit of the time changes several.
static inline uint32_t live_checksum(uint32_t time)
{
    return (time ^ time >> 6 ^ time >> 12 ^ time >> 18 ^ time * 37 >> 3) & 63;
}

static inline uint32_t live_code(uint32_t milliseconds)
{
    uint32_t time = milliseconds & ((UINT32_C(1) << LIVE_TIME_BITS) - 1);

    return time | live_checksum(time) << LIVE_TIME_BITS;
}

#endif

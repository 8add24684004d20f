// SPDX-License-Identifier: BSD-2-Clause
//
// The functions of <string.h> that the engine calls. There is no C library for
// Hexagon here; rt.c has these.

#ifndef QSR_HEXAGON_STRING_H
#define QSR_HEXAGON_STRING_H

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif

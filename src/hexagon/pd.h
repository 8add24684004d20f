// SPDX-License-Identifier: BSD-2-Clause
//
// What the skel may find in the process on the DSP (the "protection domain") that
// loads it. All of it is weak: an address is 0 where the process lacks the
// function, and the skel does without. No other symbol may be left undefined
// (tests/hexagon/gate.py), because the loader there refuses such a file.

#ifndef QSR_HEXAGON_PD_H
#define QSR_HEXAGON_PD_H

#include <stddef.h>
#include <stdint.h>

#define QSR_WEAK __attribute__((weak, visibility("default")))

QSR_WEAK void *malloc(size_t size);
QSR_WEAK void *memalign(size_t alignment, size_t size);
QSR_WEAK void free(void *p);

// QuRT threads. The attributes are zero beyond what older versions know, so that
// a version with more members finds its defaults. Names and layout: Halide's
// mini_qurt.h and qurt_threads.cpp.
typedef struct QsrQurtThreadAttr {
    char name[16];
    uint8_t tcb_partition;  // 0: RAM
    uint8_t affinity;       // 255: any
    uint16_t priority;      // 1 (highest) to 255
    uint8_t address_space;
    uint8_t bus_priority;   // 255: the default
    uint16_t timetest_id;   // 0xfffe: none
    uint32_t stack_size;    // bytes
    void *stack;            // lowest address
    uint32_t later[8];
} QsrQurtThreadAttr;

QSR_WEAK int qurt_thread_create(uint32_t *thread, QsrQurtThreadAttr *attr,
                                void (*entry)(void *), void *arg);
QSR_WEAK int qurt_thread_join(uint32_t thread, int *status);
QSR_WEAK uint32_t qurt_thread_get_id(void);
QSR_WEAK int qurt_thread_get_priority(uint32_t thread);

// Vector units. Up to v66 a thread has to take one before its first vector
// instruction; mode 1 is 128 bytes. Bits 8..15 of units: of that mode.
QSR_WEAK int qurt_hvx_lock(int mode);
QSR_WEAK int qurt_hvx_unlock(void);
QSR_WEAK int qurt_hvx_get_units(void);

// Emulators only: packets that the calling thread has executed, modulo 2^32.
QSR_WEAK uint32_t qsr_emulated_packets(void);

#endif

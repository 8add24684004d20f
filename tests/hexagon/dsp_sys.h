// SPDX-License-Identifier: BSD-2-Clause
//
// Linux system calls of a Hexagon program that has no C library, and the counter
// of packets that qemu adds.

#ifndef QSR_TESTS_HEXAGON_DSP_SYS_H
#define QSR_TESTS_HEXAGON_DSP_SYS_H

#include <stddef.h>
#include <stdint.h>

enum {
    SYS_OPENAT = 56, SYS_CLOSE = 57, SYS_READ = 63, SYS_WRITE = 64, SYS_PPOLL = 73,
    SYS_EXIT = 93, SYS_EXIT_GROUP = 94, SYS_FUTEX = 98, SYS_RECVMSG = 212, SYS_MUNMAP = 215,
    SYS_CLONE = 220, SYS_MMAP2 = 222, SYS_MPROTECT = 226,
};

static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
    register long r6 __asm__("r6") = n;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;
    register long r5 __asm__("r5") = f;
    __asm__ volatile("trap0(#1)"
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "memory");
    return r0;
}

static inline long sys3(long n, long a, long b, long c)
{
    return sys6(n, a, b, c, 0, 0, 0);
}

#define PROT_READ_WRITE 3
#define PROT_ALL 7
#define MAP_OF_FD 1        // shared
#define MAP_OF_NOTHING 0x22 // private, anonymous

// NULL when there is none.
static inline void *map_memory(size_t size, int prot, int flags, int fd)
{
    const long p = sys6(SYS_MMAP2, 0, (long)size, prot, flags, fd, 0);
    return (unsigned long)p > -4096ul ? NULL : (void *)p;
}

// Executed packets of this thread: qemu's pseudo control register c20, whose name
// assemblers do not know (r0 = c20).
static inline uint32_t qemu_packets(void)
{
    register uint32_t r0 __asm__("r0");
    __asm__ volatile(".word 0x6a14c000" : "=r"(r0) : : "memory");
    return r0;
}

// pd.c: the functions that a process on the DSP offers to the libraries it loads.
void *pd_symbol(const char *name);
uint32_t pd_heap_in_use(void);
void pd_configure(uint32_t heap_limit, int heap_present, int vector_units);
int pd_start_thread(void (*entry)(void *), void *arg);
void say(const char *text); // to standard error

// loader.c: loads a shared library as the DSP's does; the address of `entry`, or
// NULL after having said why not.
void *load_library(const char *path, const char *entry);

#endif

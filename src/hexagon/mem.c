// SPDX-License-Identifier: BSD-2-Clause
//
// src/mem.h on the DSP: the heap of the process, or, where it offers none to a
// skel, an arena of our own that holds one thread of a 32-channel network.

#include "src/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "src/hexagon/pd.h"

// In front of every block, so that what is handed out stays aligned.
typedef struct Header {
    _Alignas(QSR_ALIGN) void *block; // what the heap gave; NULL: in the arena
    size_t size;                     // in the arena: with the header
    int in_use;                      // likewise
} Header;

static size_t with_header(size_t size)
{
    return sizeof(Header) + QSR_ROUND_UP(size ? size : 1, (size_t)QSR_ALIGN);
}

// ----------------------------------------------------------------- arena ---

#define ARENA_SIZE (512 * 1024)

static _Alignas(QSR_ALIGN) uint8_t arena[ARENA_SIZE];
static atomic_flag arena_lock = ATOMIC_FLAG_INIT;
static int arena_ready;

static Header *next_in_arena(Header *h)
{
    uint8_t *p = (uint8_t *)h + h->size;
    return p < arena + ARENA_SIZE ? (Header *)(void *)p : NULL;
}

// First fit; neighbours that have become free are joined on the way.
static Header *take_from_arena(size_t size)
{
    Header *h = (Header *)(void *)arena, *found = NULL;
    while (atomic_flag_test_and_set_explicit(&arena_lock, memory_order_acquire))
        ;
    if (!arena_ready)
        *h = (Header){.size = ARENA_SIZE};
    arena_ready = 1;
    for (; h && !found; h = next_in_arena(h)) {
        if (h->in_use)
            continue;
        for (Header *n = next_in_arena(h); n && !n->in_use; n = next_in_arena(h))
            h->size += n->size;
        if (h->size < size)
            continue;
        if (h->size > size) {
            *(Header *)(void *)((uint8_t *)h + size) = (Header){.size = h->size - size};
            h->size = size;
        }
        h->in_use = 1;
        found = h;
    }
    atomic_flag_clear_explicit(&arena_lock, memory_order_release);
    return found;
}

// ------------------------------------------------------------------ heap ---

static Header *take_from_heap(size_t size)
{
    if (memalign) {
        Header *h = memalign(QSR_ALIGN, size);
        if (h)
            h->block = h;
        return h;
    }
    uint8_t *p = malloc(size + QSR_ALIGN);
    if (!p)
        return NULL;
    Header *h = (Header *)(void *)(p + (QSR_ALIGN - (uintptr_t)p % QSR_ALIGN));
    h->block = p;
    return h;
}

void *qsr_alloc(size_t size)
{
    if (size > (size_t)-1 / 2)
        return NULL;
    const size_t whole = with_header(size);
    Header *h = free && (memalign || malloc) ? take_from_heap(whole) : take_from_arena(whole);
    return h ? memset(h + 1, 0, whole - sizeof(Header)) : NULL;
}

void qsr_free(void *p)
{
    Header *h = (Header *)p - 1;
    if (!p)
        return;
    if (h->block) {
        free(h->block);
        return;
    }
    while (atomic_flag_test_and_set_explicit(&arena_lock, memory_order_acquire))
        ;
    h->in_use = 0;
    atomic_flag_clear_explicit(&arena_lock, memory_order_release);
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The surroundings that a skel finds on the DSP: heap, QuRT threads, vector
// units. Each block of the heap ends at a page that cannot be touched.

#include <string.h>

#include "dsp_sys.h"
#include "src/hexagon/pd.h"

void say(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    sys3(SYS_WRITE, 2, (long)text, (long)n);
}

// ------------------------------------------------------------------ heap ---

#define PAGE 4096u

typedef struct Block {
    uint8_t *map;
    uint32_t map_size, size;
} Block;

static uint32_t heap_limit, heap_used;
static int heap_present, units;

void pd_configure(uint32_t limit, int present, int vector_units)
{
    heap_limit = limit;
    heap_present = present;
    units = vector_units;
}

uint32_t pd_heap_in_use(void)
{
    return __atomic_load_n(&heap_used, __ATOMIC_RELAXED);
}

// The block's description lies in front of it, alignment permitting.
void *memalign(size_t alignment, size_t size)
{
    const uint32_t align = alignment < 16 ? 16 : (uint32_t)alignment;
    const uint32_t data = (size + align - 1) / align * align;
    const uint32_t pages = (data + align + PAGE - 1) / PAGE * PAGE;
    if (size > heap_limit || align > PAGE ||
        __atomic_add_fetch(&heap_used, pages, __ATOMIC_RELAXED) > heap_limit) {
        if (size <= heap_limit && align <= PAGE)
            __atomic_sub_fetch(&heap_used, pages, __ATOMIC_RELAXED);
        return NULL;
    }
    uint8_t *map = map_memory(pages + PAGE, PROT_READ_WRITE, MAP_OF_NOTHING, -1);
    if (!map) {
        __atomic_sub_fetch(&heap_used, pages, __ATOMIC_RELAXED);
        return NULL;
    }
    sys3(SYS_MPROTECT, (long)(map + pages), PAGE, 0);
    uint8_t *p = map + pages - data;
    memset(p, 0xa5, data); // nobody gets zeros by luck
    ((Block *)(void *)p)[-1] = (Block){map, pages + PAGE, pages};
    return p;
}

void *malloc(size_t size)
{
    return memalign(16, size);
}

void free(void *p)
{
    if (!p)
        return;
    const Block b = ((Block *)p)[-1];
    __atomic_sub_fetch(&heap_used, b.size, __ATOMIC_RELAXED);
    sys3(SYS_MUNMAP, (long)b.map, (long)b.map_size, 0);
}

// --------------------------------------------------------------- threads ---

#define MAX_THREADS 32

static struct {
    volatile int tid; // set by the kernel, cleared by it at the end
    int taken;
    void (*entry)(void *);
    void *arg;
} threads[MAX_THREADS];

__attribute__((used)) static void thread_main(int i)
{
    threads[i].entry(threads[i].arg);
    for (;;)
        sys3(SYS_EXIT, 0, 0, 0);
}

// The child begins with an aligned stack and its number, popped from there.
static int start_thread(int i, uint8_t *stack_top)
{
    uint32_t *stack = (uint32_t *)(void *)(((uintptr_t)stack_top & ~(uintptr_t)127) - 128);
    stack[0] = (uint32_t)i;
    // VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, CHILD_CLEARTID
    register long r6 __asm__("r6") = SYS_CLONE;
    register long r0 __asm__("r0") = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x200000;
    register long r1 __asm__("r1") = (long)stack;
    register long r2 __asm__("r2") = 0;
    register long r3 __asm__("r3") = (long)&threads[i].tid;
    register long r4 __asm__("r4") = 0;
    __asm__ volatile("trap0(#1)\n"
                     "{ p0 = cmp.eq(r0, #0)\n if (!p0.new) jump:t 1f }\n"
                     "{ r0 = memw(r29 + #0) }\n"
                     "{ r29 = and(r29, #-128) }\n"
                     "{ call thread_main }\n"
                     "1:"
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3), "r"(r4)
                     : "memory", "p0", "r28", "r31");
    return r0 < 0 ? -1 : 0;
}

static int take_thread(void (*entry)(void *), void *arg)
{
    for (int i = 1; i < MAX_THREADS; i++) {
        int free_slot = 0;
        if (!__atomic_compare_exchange_n(&threads[i].taken, &free_slot, 1, 0, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        threads[i].entry = entry;
        threads[i].arg = arg;
        threads[i].tid = -1;
        return i;
    }
    return 0;
}

int qurt_thread_create(uint32_t *thread, QsrQurtThreadAttr *attr, void (*entry)(void *), void *arg)
{
    const int i = attr->stack && attr->stack_size >= 1024 ? take_thread(entry, arg) : 0;
    if (!i)
        return -1;
    *thread = (uint32_t)i;
    if (start_thread(i, (uint8_t *)attr->stack + attr->stack_size)) {
        __atomic_store_n(&threads[i].taken, 0, __ATOMIC_RELEASE);
        return -1;
    }
    return 0;
}

int qurt_thread_join(uint32_t thread, int *status)
{
    if (thread < 1 || thread >= MAX_THREADS)
        return -1;
    for (int v; (v = threads[thread].tid) != 0;)
        sys6(SYS_FUTEX, (long)&threads[thread].tid, 0, v, 0, 0, 0);
    __atomic_store_n(&threads[thread].taken, 0, __ATOMIC_RELEASE);
    *status = 0;
    return 0;
}

int pd_start_thread(void (*entry)(void *), void *arg)
{
    static uint8_t stack[16384] __attribute__((aligned(128)));
    const int i = take_thread(entry, arg);
    return i ? start_thread(i, stack + sizeof(stack)) : -1;
}

static int units_taken;

// The real one waits for a unit; this one refuses, which it may.
int qurt_hvx_lock(int mode)
{
    if (mode == 1 && __atomic_add_fetch(&units_taken, 1, __ATOMIC_RELAXED) <= units)
        return 0;
    qurt_hvx_unlock();
    return -1;
}

int qurt_hvx_unlock(void)
{
    return __atomic_sub_fetch(&units_taken, 1, __ATOMIC_RELAXED) < 0 ? -1 : 0;
}

int qurt_hvx_get_units(void)
{
    return units << 8;
}

uint32_t qurt_thread_get_id(void)
{
    return 0;
}

int qurt_thread_get_priority(uint32_t thread)
{
    (void)thread;
    return 192;
}

uint32_t qsr_emulated_packets(void)
{
    return qemu_packets();
}

// --------------------------------------------------------------- symbols ---

static int equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

void *pd_symbol(const char *name)
{
    static const struct {
        const char *name;
        void *address;
        int heap;
    } table[] = {
        {"malloc", (void *)malloc, 1},
        {"memalign", (void *)memalign, 1},
        {"free", (void *)free, 1},
        {"qurt_thread_create", (void *)qurt_thread_create, 0},
        {"qurt_thread_join", (void *)qurt_thread_join, 0},
        {"qurt_thread_get_id", (void *)qurt_thread_get_id, 0},
        {"qurt_thread_get_priority", (void *)qurt_thread_get_priority, 0},
        {"qurt_hvx_lock", (void *)qurt_hvx_lock, 0},
        {"qurt_hvx_unlock", (void *)qurt_hvx_unlock, 0},
        {"qurt_hvx_get_units", (void *)qurt_hvx_get_units, 0},
        {"qsr_emulated_packets", (void *)qsr_emulated_packets, 0},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (equal(name, table[i].name))
            return table[i].heap && !heap_present ? NULL : table[i].address;
    return NULL;
}

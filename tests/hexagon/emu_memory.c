// SPDX-License-Identifier: BSD-2-Clause
//
// rpcmem, and foreign memory that is registered by descriptor. Every allocation
// is a memfd of its own, followed by a page that cannot be touched.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/hexagon/emu.h"

#define PAGE ((size_t)4096)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static EmuBuffer *buffers; // the host's; those of emu_buffer_new are not among them
static uint32_t next_id = 1;

static uint32_t new_id(void)
{
    pthread_mutex_lock(&lock);
    const uint32_t id = next_id++;
    pthread_mutex_unlock(&lock);
    return id;
}

EmuBuffer *emu_buffer_new(size_t size)
{
    const size_t pages = (size + PAGE - 1) / PAGE * PAGE;
    EmuBuffer *b = calloc(1, sizeof(*b));
    if (!b)
        return NULL;
    b->fd = memfd_create("rpcmem", MFD_CLOEXEC);
    if (b->fd >= 0 && !ftruncate(b->fd, (off_t)pages)) {
        uint8_t *p = mmap(NULL, pages + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p != MAP_FAILED &&
            mmap(p, pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, b->fd, 0) == p) {
            b->data = p;
            b->size = pages;
            b->users = 1;
            b->ours = true;
            b->id = new_id();
            return b;
        }
        if (p != MAP_FAILED)
            munmap(p, pages + PAGE);
    }
    if (b->fd >= 0)
        close(b->fd);
    free(b);
    return NULL;
}

void emu_buffer_free(EmuBuffer *b)
{
    if (b->ours)
        munmap(b->data, b->size + PAGE);
    close(b->fd);
    free(b);
}

EmuBuffer *emu_buffer_find(const void *data, size_t size)
{
    const uint8_t *p = data;
    pthread_mutex_lock(&lock);
    EmuBuffer *b = buffers;
    while (b && (b->gone || p < b->data || p >= b->data + b->size ||
                 size > (size_t)(b->data + b->size - p)))
        b = b->next;
    if (b)
        b->users++;
    pthread_mutex_unlock(&lock);
    return b;
}

// With the lock.
static void drop(EmuBuffer *b)
{
    if (--b->users)
        return;
    EmuBuffer **at = &buffers;
    while (*at != b)
        at = &(*at)->next;
    *at = b->next;
    emu_buffer_free(b);
}

void emu_buffer_release(EmuBuffer *b)
{
    pthread_mutex_lock(&lock);
    drop(b);
    pthread_mutex_unlock(&lock);
}

bool emu_buffer_exists(uint32_t id)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (const EmuBuffer *b = buffers; b; b = b->next)
        found |= b->id == id;
    pthread_mutex_unlock(&lock);
    return found;
}

long emu_buffers(void)
{
    long n = 0;
    pthread_mutex_lock(&lock);
    for (const EmuBuffer *b = buffers; b; b = b->next)
        n++;
    pthread_mutex_unlock(&lock);
    return n;
}

void emu_forget_buffers(void)
{
    pthread_mutex_lock(&lock);
    while (buffers) {
        EmuBuffer *b = buffers;
        buffers = b->next;
        emu_buffer_free(b);
    }
    pthread_mutex_unlock(&lock);
}

static void add(EmuBuffer *b)
{
    pthread_mutex_lock(&lock);
    b->next = buffers;
    buffers = b;
    pthread_mutex_unlock(&lock);
}

// A buffer that begins there; freed memory that a call still uses is not one.
static void forget(const void *data, bool ours, const char *who)
{
    pthread_mutex_lock(&lock);
    EmuBuffer *b = buffers;
    while (b && (b->gone || b->data != data || b->ours != ours))
        b = b->next;
    if (b) {
        if (b->users > 1 && ours)
            fprintf(stderr, "emulated DSP: %s: memory that a call is using\n", who);
        b->gone = true;
        drop(b);
    } else {
        fprintf(stderr, "emulated DSP: %s: no such memory\n", who);
    }
    pthread_mutex_unlock(&lock);
}

// ----------------------------------------------------------------- rpcmem ---

EMU_API void rpcmem_init(void);
EMU_API void rpcmem_deinit(void);
EMU_API void *rpcmem_alloc(int heap, uint32_t flags, int size);
EMU_API void *rpcmem_alloc2(int heap, uint32_t flags, size_t size);
EMU_API void rpcmem_free(void *data);
EMU_API int rpcmem_to_fd(void *data);

void rpcmem_init(void)
{
}

void rpcmem_deinit(void)
{
}

void *rpcmem_alloc2(int heap, uint32_t flags, size_t size)
{
    (void)heap, (void)flags;
    if (!size || size > UINT32_MAX / 2 || emu_device.no_rpcmem)
        return NULL;
    EmuBuffer *b = emu_buffer_new(size);
    if (!b)
        return NULL;
    add(b);
    return b->data;
}

void *rpcmem_alloc(int heap, uint32_t flags, int size)
{
    return size > 0 ? rpcmem_alloc2(heap, flags, (size_t)size) : NULL;
}

void rpcmem_free(void *data)
{
    if (data)
        forget(data, true, "rpcmem_free");
}

int rpcmem_to_fd(void *data)
{
    EmuBuffer *b = emu_buffer_find(data, 1);
    if (!b)
        return -1;
    const int fd = b->fd;
    emu_buffer_release(b);
    return fd;
}

// ------------------------------------------------------- foreign memory ---

EMU_API void remote_register_buf_attr(void *data, int size, int fd, int attr);
EMU_API void remote_register_buf(void *data, int size, int fd);
EMU_API int fastrpc_mmap(int domain, int fd, void *addr, int offset, size_t size, int flags);
EMU_API int fastrpc_munmap(int domain, int fd, void *addr, size_t size);

// fd -1 takes it back.
void remote_register_buf_attr(void *data, int size, int fd, int attr)
{
    (void)attr;
    if (fd < 0) {
        forget(data, false, "remote_register_buf");
        return;
    }
    EmuBuffer *b = calloc(1, sizeof(*b));
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (!b || copy < 0 || size <= 0) {
        fprintf(stderr, "emulated DSP: remote_register_buf: no memory of %d bytes at %d\n", size,
                fd);
        if (copy >= 0)
            close(copy);
        free(b);
        return;
    }
    *b = (EmuBuffer){.id = new_id(), .data = data, .size = (size_t)size, .fd = copy, .users = 1};
    add(b);
}

void remote_register_buf(void *data, int size, int fd)
{
    remote_register_buf_attr(data, size, fd, 0);
}

// The DSP maps memory when a call first names it, so there is nothing to do early.
int fastrpc_mmap(int domain, int fd, void *addr, int offset, size_t size, int flags)
{
    (void)addr, (void)offset, (void)flags;
    return domain != EMU_CDSP || fcntl(fd, F_GETFD) < 0 || !size ? AEE_EBADPARM : 0;
}

int fastrpc_munmap(int domain, int fd, void *addr, size_t size)
{
    (void)fd, (void)addr, (void)size;
    return domain != EMU_CDSP ? AEE_EBADPARM : 0;
}

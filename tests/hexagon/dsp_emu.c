// SPDX-License-Identifier: BSD-2-Clause
//
// The emulated DSP: a program for qemu-hexagon that loads a skel and serves the
// calls of wire.h.
//
//     dsp_emu SKEL ENTRY HEAP UNITS
//
// HEAP: bytes that the heap may hold; 0 hides its functions from the skel. UNITS:
// vector units that threads can have at a time. Ends
// when the host closes the socket, also in the middle of a call. Exit status: 0,
// or 2 to 8 for what was wrong.

#include <string.h>

#include "dsp_sys.h"
#include "src/hexagon/fastrpc.h"
#include "src/hexagon/protocol.h"
#include "tests/hexagon/wire.h"

typedef int (*Invoke)(uint64_t handle, uint32_t scalars, QsrRpcArg *args);

// -------------------------------------------------------------- mappings ---

static struct {
    uint32_t id, size;
    uint8_t *memory;
} maps[QSR_WIRE_MAX_MAPS];
static uint32_t n_maps;

static int find_map(uint32_t id)
{
    for (uint32_t i = 0; i < n_maps; i++)
        if (maps[i].id == id)
            return (int)i;
    return -1;
}

static int unmap(uint32_t id)
{
    const int i = find_map(id);
    if (i < 0)
        return -1;
    sys3(SYS_MUNMAP, (long)maps[i].memory, (long)maps[i].size, 0);
    maps[i] = maps[--n_maps];
    return 0;
}

static int map(uint32_t id, uint32_t size, int fd)
{
    if (n_maps == QSR_WIRE_MAX_MAPS || fd < 0)
        return -1;
    maps[n_maps].memory = map_memory(size, PROT_READ_WRITE, MAP_OF_FD, fd);
    sys3(SYS_CLOSE, fd, 0, 0);
    if (!maps[n_maps].memory)
        return -1;
    maps[n_maps].id = id;
    maps[n_maps++].size = size;
    return 0;
}

// ---------------------------------------------------------------- socket ---

static int read_all(void *to, uint32_t n)
{
    uint8_t *p = to;
    while (n) {
        const long k = sys3(SYS_READ, QSR_WIRE_FD, (long)p, (long)n);
        if (k <= 0)
            return -1;
        p += k;
        n -= (uint32_t)k;
    }
    return 0;
}

static int write_all(const void *from, uint32_t n)
{
    const uint8_t *p = from;
    while (n) {
        const long k = sys3(SYS_WRITE, QSR_WIRE_FD, (long)p, (long)n);
        if (k <= 0)
            return -1;
        p += k;
        n -= (uint32_t)k;
    }
    return 0;
}

// The kernel's structures for a message that may carry one descriptor.
typedef struct Message {
    void *name;
    uint32_t name_size;
    struct { void *base; uint32_t size; } *vector;
    uint32_t vectors;
    void *control;
    uint32_t control_size;
    int flags;
} Message;

static int receive_op(QsrWireOp *op)
{
    struct { void *base; uint32_t size; } vector = {op, sizeof(*op)};
    struct { uint32_t size; int level, type, fd; } control = {0, 0, 0, -1};
    Message m = {.vector = (void *)&vector, .vectors = 1, .control = &control,
                 .control_size = sizeof(control)};
    if (sys3(SYS_RECVMSG, QSR_WIRE_FD, (long)&m, 0) != (long)sizeof(*op))
        return -1;
    return op->map ? map(op->id, op->size, m.control_size >= sizeof(control) ? control.fd : -1)
                   : unmap(op->id);
}

// A call may run for ever; the host's end is noticed here.
static void watch(void *arg)
{
    struct { int fd; int16_t events, revents; } p = {QSR_WIRE_FD, 0, 0};
    (void)arg;
    while (sys6(SYS_PPOLL, (long)&p, 1, 0, 0, 0, 0) == -4) // EINTR
        ;
    sys3(SYS_EXIT_GROUP, 0, 0, 0);
}

// ------------------------------------------------------------------ calls ---

static int make_args(const QsrWireRequest *r, const QsrWireArg *wire, QsrRpcArg *args)
{
    const uint32_t buffers = QSR_RPC_IN(r->scalars) + QSR_RPC_OUT(r->scalars);
    if (buffers + QSR_RPC_HANDLES_IN(r->scalars) + QSR_RPC_HANDLES_OUT(r->scalars) != r->args)
        return -1;
    memset(args, 0, sizeof(*args) * QSR_WIRE_MAX_ARGS);
    for (uint32_t i = 0; i < r->args; i++) {
        if (i >= buffers) {
            args[i].handle = (uint64_t)wire[i].handle[1] << 32 | wire[i].handle[0];
        } else if (wire[i].id) {
            const int m = find_map(wire[i].id);
            if (m < 0 || wire[i].offset > maps[m].size ||
                wire[i].size > maps[m].size - wire[i].offset)
                return -1;
            args[i].buf.data = maps[m].memory + wire[i].offset;
            args[i].buf.size = wire[i].size;
        }
    }
    return 0;
}

static int serve(Invoke invoke)
{
    static QsrWireArg wire[QSR_WIRE_MAX_ARGS];
    static QsrRpcArg args[QSR_WIRE_MAX_ARGS];
    QsrWireRequest r;
    if (read_all(&r, sizeof(r)))
        return 0;
    if (r.magic != QSR_WIRE_MAGIC || r.args > QSR_WIRE_MAX_ARGS)
        return 4;
    for (uint32_t i = 0; i < r.ops; i++) {
        QsrWireOp op;
        if (receive_op(&op))
            return 5;
    }
    if (read_all(wire, r.args * (uint32_t)sizeof(*wire)))
        return 6;
    if (r.fault == QSR_WIRE_CRASH)
        *(volatile int *)0 = 1;
    while (r.fault == QSR_WIRE_HANG)
        (void)*(volatile uint32_t *)&r.fault;
    uint32_t result = QSR_DSP_ERR_OFFSET + QSR_DSP_BAD_PARAMETER;
    if (!make_args(&r, wire, args))
        result = (uint32_t)invoke((uint64_t)r.handle[1] << 32 | r.handle[0], r.scalars, args);
    QsrWireReply reply = {.magic = QSR_WIRE_MAGIC, .number = r.number, .result = result,
                          .heap = pd_heap_in_use(), .mappings = n_maps};
    if (!result && QSR_RPC_HANDLES_OUT(r.scalars)) {
        const uint64_t h = args[r.args - QSR_RPC_HANDLES_OUT(r.scalars)].handle;
        reply.handle[0] = (uint32_t)h;
        reply.handle[1] = (uint32_t)(h >> 32);
    }
    if (r.fault == QSR_WIRE_BAD_MAGIC)
        reply.magic = ~reply.magic;
    if (write_all(&reply, r.fault == QSR_WIRE_BREAK ? sizeof(reply) / 2 : sizeof(reply)))
        return 7;
    return r.fault == QSR_WIRE_BREAK ? 8 : -1;
}

static uint32_t number(const char *s)
{
    uint32_t n = 0;
    while (*s >= '0' && *s <= '9')
        n = 10 * n + (uint32_t)(*s++ - '0');
    return n;
}

static int run(const uint32_t *stack)
{
    char *const *argv = (char *const *)(const void *)(stack + 1);
    if (stack[0] != 5) {
        say("usage: dsp_emu SKEL ENTRY HEAP UNITS\n");
        return 2;
    }
    const uint32_t heap = number(argv[3]);
    pd_configure(heap, heap != 0, (int)number(argv[4]));
    const Invoke invoke = (Invoke)load_library(argv[1], argv[2]);
    if (!invoke || pd_start_thread(watch, NULL))
        return 3;
    for (;;) {
        const int status = serve(invoke);
        if (status >= 0)
            return status;
    }
}

__attribute__((used)) static void begin(const uint32_t *stack)
{
    for (;;)
        sys3(SYS_EXIT_GROUP, run(stack), 0, 0);
}

__asm__(".globl _start\n"
        ".type _start,@function\n"
        "_start:\n"
        " { r0 = r29 }\n"
        " { r29 = and(r29, #-128) }\n"
        " { call begin }\n");

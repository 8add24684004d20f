// SPDX-License-Identifier: BSD-2-Clause
//
// Between libcdsprpc_emu.so and the emulated DSP, on a stream socket. 32-bit
// little-endian words. A request is
//
//     QsrWireRequest
//     `ops` times QsrWireOp, each a message of its own; one that maps carries a descriptor
//     `args` times QsrWireArg, buffers first, as in the call
//
// and the answer is one QsrWireReply. A buffer is a piece of mapped memory.

#ifndef QSR_TESTS_HEXAGON_WIRE_H
#define QSR_TESTS_HEXAGON_WIRE_H

#include <stdint.h>

#define QSR_WIRE_MAGIC 0x51535250u // "PRSQ"
#define QSR_WIRE_MAX_ARGS 64
#define QSR_WIRE_MAX_MAPS 256
#define QSR_WIRE_FD 3 // of the socket, in the emulated process

enum QsrWireFault {
    QSR_WIRE_NO_FAULT,
    QSR_WIRE_CRASH,       // a store to address 0, in the middle of the call
    QSR_WIRE_HANG,        // for ever
    QSR_WIRE_BREAK,       // half a reply
    QSR_WIRE_BAD_MAGIC,   // a reply that is none
};

typedef struct QsrWireRequest {
    uint32_t magic, number;
    uint32_t scalars;     // as in src/hexagon/fastrpc.h
    uint32_t ops, args;
    uint32_t handle[2];   // low, high
    uint32_t fault;       // enum QsrWireFault
} QsrWireRequest;

typedef struct QsrWireOp {
    uint32_t map;         // 1: map the descriptor, 0: unmap
    uint32_t id, size;
    uint32_t reserved;
} QsrWireOp;

typedef struct QsrWireArg {
    uint32_t id;          // of a mapping; 0 for a buffer without bytes, and for handles
    uint32_t offset, size;
    uint32_t reserved;
    uint32_t handle[2];
} QsrWireArg;

typedef struct QsrWireReply {
    uint32_t magic, number;
    uint32_t result;      // of the call
    uint32_t heap;        // bytes that are allocated after it
    uint32_t handle[2];   // the first handle out
    uint32_t mappings;    // that are alive
    uint32_t reserved;
} QsrWireReply;

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// The part of Qualcomm's FastRPC library that the Hexagon backend calls, found at
// run time. The declarations are this project's own; names, numbers and layouts
// are those of the open library (github.com/qualcomm/fastrpc: remote.h, rpcmem.h,
// AEEStdErr.h), so nothing of an SDK is needed to build.

#ifndef QSR_FASTRPC_H
#define QSR_FASTRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qsr.h"

typedef uint64_t QsrRpcHandle;

// remote_arg: one argument of a call.
typedef union QsrRpcArg {
    struct {
        void *data;
        size_t size;
    } buf;
    uint32_t h;
    QsrRpcHandle h64;
    struct {
        int32_t fd;
        uint32_t offset;
    } dma;
} QsrRpcArg;

// REMOTE_SCALARS_MAKE: method, numbers of input and output buffers.
#define QSR_RPC_SCALARS(method, in, out) \
    ((uint32_t)(method) << 24 | (uint32_t)(in) << 16 | (uint32_t)(out) << 8)

#define QSR_RPC_CDSP 3 // the domain

// remote_handle_control, remote_session_control, remote_handle64_control.
#define QSR_RPC_LATENCY 1         // struct {u32 enable, us}
#define QSR_RPC_GET_DSP_INFO 2    // QsrRpcCapability
#define QSR_RPC_UNSIGNED_MODULE 2 // struct {int domain, enable}
#define QSR_RPC_PROCESS_KILL 6    // struct {int domain}

typedef struct QsrRpcCapability {
    uint32_t domain, attribute, value;
} QsrRpcCapability;

enum {
    QSR_RPC_DOMAIN_SUPPORT = 0,
    QSR_RPC_UNSIGNED_PD_SUPPORT = 1,
    QSR_RPC_HVX_128B = 3,  // number of vector contexts
    QSR_RPC_VTCM_PAGE = 4,
    QSR_RPC_VTCM_COUNT = 5,
    QSR_RPC_ARCH = 6,      // low byte: 0x66, 0x68, ...
};

#define QSR_RPC_HEAP_SYSTEM 25
#define QSR_RPC_MEM_CACHED 1u

// Codes that the backend tells apart.
#define QSR_RPC_FAILED 0x01
#define QSR_RPC_NO_MEMORY 0x02
#define QSR_RPC_ALREADY_LOADED 0x05
#define QSR_RPC_UNABLE_TO_LOAD 0x06
#define QSR_RPC_EXPIRED 0x0C
#define QSR_RPC_BAD_PARAMETER 0x0E
#define QSR_RPC_UNSUPPORTED 0x14
#define QSR_RPC_UNSUPPORTED_API 0x6C
#define QSR_RPC_NO_SUCH_FILE 0x45
#define QSR_RPC_CONNECTION_RESET 104

// Code without the offset that errors made on the DSP have.
int qsr_rpc_base_code(int code);

// What a code means, in a few words; never NULL. Static storage.
const char *qsr_rpc_code_text(int code);

// The library. Only the first three functions are always there.
typedef struct QsrFastRpc {
    void *library;
    char name[256]; // that dlopen took
    int (*open)(const char *uri, QsrRpcHandle *handle);
    int (*invoke)(QsrRpcHandle handle, uint32_t scalars, QsrRpcArg *args);
    int (*close)(QsrRpcHandle handle);
    int (*handle64_control)(QsrRpcHandle handle, uint32_t request, void *data, uint32_t size);
    int (*handle_control)(uint32_t request, void *data, uint32_t size);
    int (*session_control)(uint32_t request, void *data, uint32_t size);
    void *(*mem_alloc)(int heap, uint32_t flags, int size);
    void (*mem_free)(void *memory);
    int (*mem_to_fd)(void *memory);
    void (*register_buffer)(void *data, int size, int fd, int attr);
} QsrFastRpc;

// Loads the library at `path`, or, where that is NULL, the first of
// libcdsprpc.so, libcdsprpc.so.1 and libadsprpc.so that the linker finds.
// QSR_ERR_NOT_FOUND: there is none; QSR_ERR_UNSUPPORTED: it lacks a function
// that is always needed; the message says which. Thread-safety: safe.
//
// The code stays in memory for good after the first success: the real library
// has threads of its own, and a call that hangs must have a place to return to.
int qsr_fastrpc_load(QsrFastRpc *rpc, const char *path, QsrError *err);
void qsr_fastrpc_unload(QsrFastRpc *rpc);

// Names of the functions above in their order, for reports; NULL after the last.
// `found` tells whether this library has it.
const char *qsr_fastrpc_symbol(const QsrFastRpc *rpc, int index, bool *found);

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// For tests: FastRPC's functions out of a library that is loaded by name, and the
// calls of src/hexagon/protocol.h as plain functions. Everything returns the code
// that FastRPC gave.

#ifndef QSR_TESTS_HEXAGON_RPC_H
#define QSR_TESTS_HEXAGON_RPC_H

#include "src/hexagon/protocol.h"
#include "src/model.h"
#include "tests/hexagon/emu.h"

typedef struct Rpc {
    void *library;
    int (*open)(const char *uri, uint64_t *handle);
    int (*invoke)(uint64_t handle, uint32_t scalars, EmuArg *args);
    int (*close)(uint64_t handle);
    int (*handle64_control)(uint64_t handle, uint32_t request, void *data, uint32_t size);
    int (*control)(uint32_t request, void *data, uint32_t size);
    int (*session_control)(uint32_t request, void *data, uint32_t size);
    void *(*alloc)(int heap, uint32_t flags, int size);
    void (*free)(void *p);
    int (*to_fd)(void *p);
    void (*register_buf)(void *data, int size, int fd, int attr);
    int (*mmap)(int domain, int fd, void *addr, int offset, size_t size, int flags);
    int (*munmap)(int domain, int fd, void *addr, size_t size);
    void (*reset)(void);
    long (*count)(const char *what);
} Rpc;

// Exits with a message when a function is missing.
void rpc_load(Rpc *rpc, const char *path);

// Opens a skel by its file name.
int rpc_open(const Rpc *rpc, const char *skel, uint64_t *handle);
int rpc_info(const Rpc *rpc, uint64_t handle, QsrDspInfo *info);
// `damage`: a byte of the blob that is flipped after its CRC was taken, or -1.
int rpc_load_model(const Rpc *rpc, uint64_t handle, const QsrModel *model, int damage);
int rpc_config(const Rpc *rpc, uint64_t handle, const QsrDspConfig *config, QsrDspPlan *plan);
int rpc_process(const Rpc *rpc, uint64_t handle, const QsrDspFrame *frame, const QsrPicture *in,
                const QsrPicture *out, QsrDspStatus *status);
int rpc_self_test(const Rpc *rpc, uint64_t handle, const QsrDspSelfTest *test,
                  QsrDspStatus *status);

// The blob of LOAD; free() it.
uint8_t *rpc_blob(const QsrModel *model, QsrDspLoad *load, size_t *size);
void rpc_picture(QsrDspPicture *to, const QsrPicture *from);
// Bytes of a plane as a buffer of a call.
size_t rpc_plane_bytes(const QsrPicture *pic, int plane);

#endif

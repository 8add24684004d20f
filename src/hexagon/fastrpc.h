// SPDX-License-Identifier: BSD-2-Clause
//
// A FastRPC call as it arrives on the DSP, which is a 32-bit machine. Facts from
// the public headers of qualcomm/fastrpc (inc/remote.h).

#ifndef QSR_HEXAGON_FASTRPC_H
#define QSR_HEXAGON_FASTRPC_H

#include <stdint.h>

typedef union QsrRpcArg {
    struct {
        void *data;
        uint32_t size; // bytes
    } buf;
    uint64_t handle;
} QsrRpcArg;

// The word that says what a call is and how many arguments of each kind it has.
// They follow one another: input buffers, output buffers, handles in, handles out.
#define QSR_RPC_METHOD(sc) ((sc) >> 24 & 0x1f)
#define QSR_RPC_IN(sc) ((sc) >> 16 & 0xff)
#define QSR_RPC_OUT(sc) ((sc) >> 8 & 0xff)
#define QSR_RPC_HANDLES_IN(sc) ((sc) >> 4 & 0xf)
#define QSR_RPC_HANDLES_OUT(sc) ((sc) & 0xf)
#define QSR_RPC_SCALARS(method, in, out, handles_in, handles_out)                              \
    ((uint32_t)(method) << 24 | (uint32_t)(in) << 16 | (uint32_t)(out) << 8 |                  \
     (uint32_t)(handles_in) << 4 | (uint32_t)(handles_out))

// Entry of the skel, the name that the host puts into the URI. Returns 0 or an
// error of protocol.h plus QSR_DSP_ERR_OFFSET. May be called by several threads.
int qsr_skel_handle_invoke(uint64_t handle, uint32_t scalars, QsrRpcArg *args);

#endif

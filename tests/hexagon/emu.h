// SPDX-License-Identifier: BSD-2-Clause
//
// The inside of libcdsprpc_emu.so: FastRPC's library for the host, with a DSP
// that is a qemu process. README.md says how to use it.

#ifndef QSR_TESTS_HEXAGON_EMU_H
#define QSR_TESTS_HEXAGON_EMU_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// ------------------------------------------------------------- interface ---
//
// Names, types and numbers of the public headers of qualcomm/fastrpc
// (inc/remote.h, inc/rpcmem.h, inc/AEEStdErr.h).

#define EMU_API __attribute__((visibility("default")))

typedef union EmuArg {
    struct {
        void *data;
        size_t size;
    } buf;
    uint64_t handle;
} EmuArg;

enum {
    AEE_ENOMEMORY = 0x02, AEE_EUNABLETOLOAD = 0x06, AEE_EBADPARM = 0x0e,
    AEE_ESCHEMENOTSUPPORTED = 0x0f, AEE_EUNSUPPORTED = 0x14, AEE_EINVHANDLE = 0x2c,
    AEE_ENOSUCH = 39, AEE_EUNSUPPORTEDAPI = 0x6c, AEE_ECONNREFUSED = 0x72, AEE_ECONNRESET = 104,
    AEE_ERPC = 0x200, AEE_OF_DSP = (int)0x80000400,
};
#define EMU_CDSP 3

// ---------------------------------------------------------------- device ---

// Settings of the environment (README.md), read when the library is loaded and by
// qsr_emu_reset.
typedef struct EmuDevice {
    bool no_dsp, no_query, no_unsigned, refuse_unsigned, refuse_open, no_rpcmem;
    uint32_t arch, hvx;
    uint32_t abi;  // for the skel's own; 0: as it is
    uint32_t heap; // bytes that the DSP's heap has
} EmuDevice;
extern EmuDevice emu_device;

enum EmuFaultKind {
    EMU_NO_FAULT, EMU_CRASH, EMU_HANG, EMU_SHORT, EMU_GARBAGE, EMU_WRONG, EMU_STALE,
    EMU_BREAK, EMU_BAD_MAGIC, EMU_NO_SKEL, EMU_NO_MEMORY, EMU_ERROR, EMU_SLOW,
};
typedef struct EmuFault {
    enum EmuFaultKind kind;
    uint32_t value; // of ERROR and SLOW
} EmuFault;

void emu_configure(void);
// Counts a call of `method` (0: an open) and says what is to go wrong with it.
EmuFault emu_next_fault(uint32_t method);
uint64_t emu_calls(const char *what);
// One line into the file that QSR_EMU_LOG names.
void emu_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

// ---------------------------------------------------------------- memory ---

// Memory that the DSP can map. `fd` is the library's own copy.
typedef struct EmuBuffer {
    struct EmuBuffer *next;
    uint32_t id;
    uint8_t *data;
    size_t size;
    int fd;
    int users; // of the host, plus calls under way
    bool ours; // from rpcmem_alloc: to be unmapped
    bool gone; // freed, but in use
} EmuBuffer;

// The buffer that contains all of [data, data+size), held until released; or NULL.
EmuBuffer *emu_buffer_find(const void *data, size_t size);
void emu_buffer_release(EmuBuffer *b);
bool emu_buffer_exists(uint32_t id);
// Memory of the library's own, for arguments that lie elsewhere.
EmuBuffer *emu_buffer_new(size_t size);
void emu_buffer_free(EmuBuffer *b);
long emu_buffers(void);
void emu_forget_buffers(void);

// --------------------------------------------------------------- process ---

// One emulated DSP process. A crash or a kill ends it for good.
typedef struct EmuProcess EmuProcess;

// The running process of a skel with one more user, started if there is none.
// Returns an error of FastRPC's.
int emu_process_get(EmuProcess **process, const char *skel, const char *entry);
void emu_process_put(EmuProcess *p);
// One call. *handle: what it is for, and what a call that makes one gives back.
int emu_process_call(EmuProcess *p, uint64_t *handle, uint32_t scalars, EmuArg *args,
                     EmuFault fault);
void emu_process_kill_all(void);
long emu_processes(void);
// Of the last call that any process answered.
long emu_last_heap(void);

#endif

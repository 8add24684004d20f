// SPDX-License-Identifier: BSD-2-Clause
//
// libcdsprpc.so's functions: handles, capabilities, and the faults that are not
// the process's own.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/hexagon/fastrpc.h"
#include "src/hexagon/protocol.h"
#include "tests/hexagon/emu.h"

EMU_API int remote_handle64_open(const char *uri, uint64_t *handle);
EMU_API int remote_handle64_invoke(uint64_t handle, uint32_t scalars, EmuArg *args);
EMU_API int remote_handle64_close(uint64_t handle);
EMU_API int remote_handle64_control(uint64_t handle, uint32_t request, void *data, uint32_t size);
EMU_API int remote_handle_control(uint32_t request, void *data, uint32_t size);
EMU_API int remote_session_control(uint32_t request, void *data, uint32_t size);
// Not FastRPC's: for tests that load this library by name.
EMU_API void qsr_emu_reset(void);
EMU_API long qsr_emu_count(const char *what);

// ---------------------------------------------------------------- handles ---

typedef struct Handle {
    struct Handle *next;
    uint64_t number;
    EmuProcess *process;
    uint64_t remote; // the skel's
    int users;       // calls under way, and one while it is open
    bool closed;
} Handle;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Handle *handles;
static uint64_t next_number = 0x1000; // of handles, never used twice

static Handle *hold(uint64_t number)
{
    pthread_mutex_lock(&lock);
    Handle *h = handles;
    while (h && (h->number != number || h->closed))
        h = h->next;
    if (h)
        h->users++;
    pthread_mutex_unlock(&lock);
    return h;
}

static void let_go(Handle *h, bool closed)
{
    pthread_mutex_lock(&lock);
    h->users -= closed ? 2 : 1;
    h->closed |= closed;
    const bool last = !h->users;
    if (last) {
        Handle **at = &handles;
        while (*at != h)
            at = &(*at)->next;
        *at = h->next;
    }
    pthread_mutex_unlock(&lock);
    if (last) {
        emu_process_put(h->process);
        free(h);
    }
}

static long count_handles(void)
{
    long n = 0;
    pthread_mutex_lock(&lock);
    for (const Handle *h = handles; h; h = h->next)
        n += !h->closed;
    pthread_mutex_unlock(&lock);
    return n;
}

// ------------------------------------------------------------------- open ---

// "file:///LIBRARY?ENTRY&..." -> the path on this machine, by the folders that
// FastRPC looks into.
static int find_skel(const char *uri, char *path, size_t size, char *entry, size_t entry_size)
{
    char name[256], format[64];
    snprintf(format, sizeof(format), "file:///%%255[^?]?%%%zu[^&]", entry_size - 1);
    if (sscanf(uri, format, name, entry) != 2)
        return AEE_ESCHEMENOTSUPPORTED;
    const char *folders = getenv("DSP_LIBRARY_PATH");
    if (!folders)
        folders = getenv("ADSP_LIBRARY_PATH");
    while (folders && *folders) {
        const size_t n = strcspn(folders, ";");
        if (n && snprintf(path, size, "%.*s/%s", (int)n, folders, name) < (int)size &&
            !access(path, R_OK))
            return 0;
        folders += n + (folders[n] == ';');
    }
    return AEE_OF_DSP + AEE_EUNABLETOLOAD;
}

static int open_remote(const char *uri, EmuProcess *p, uint64_t *remote, EmuFault fault)
{
    uint32_t size = (uint32_t)strlen(uri) + 1;
    EmuArg args[3] = {{.buf = {&size, sizeof(size)}}, {.buf = {(void *)uri, size}}};
    *remote = 0;
    return emu_process_call(p, remote, QSR_RPC_SCALARS(QSR_DSP_OPEN, 2, 0, 0, 1), args, fault);
}

static int fault_code(EmuFault fault)
{
    switch (fault.kind) {
    case EMU_NO_MEMORY: return AEE_OF_DSP + AEE_ENOMEMORY;
    case EMU_NO_SKEL: return AEE_OF_DSP + AEE_EUNABLETOLOAD;
    case EMU_ERROR: return (int)fault.value;
    case EMU_SLOW: usleep(fault.value * 1000); return 0;
    default: return 0;
    }
}

int remote_handle64_open(const char *uri, uint64_t *handle)
{
    char path[4096], entry[128];
    const EmuFault fault = emu_next_fault(QSR_DSP_OPEN);
    int ret = fault_code(fault);
    if (!ret && (!uri || !handle))
        ret = AEE_EBADPARM;
    if (!ret && emu_device.no_dsp)
        ret = AEE_ENOSUCH;
    if (!ret && emu_device.refuse_open)
        ret = AEE_ECONNREFUSED;
    if (!ret)
        ret = find_skel(uri, path, sizeof(path), entry, sizeof(entry));
    Handle *h = ret ? NULL : calloc(1, sizeof(*h));
    if (!ret && !h)
        ret = AEE_ENOMEMORY;
    if (!ret)
        ret = emu_process_get(&h->process, path, entry);
    if (!ret) {
        ret = open_remote(uri, h->process, &h->remote, fault);
        if (ret)
            emu_process_put(h->process);
    }
    emu_log("open %s: 0x%x", uri ? uri : "", (unsigned)ret);
    if (ret) {
        free(h);
        return ret;
    }
    pthread_mutex_lock(&lock);
    h->users = 1;
    h->number = next_number += 16;
    h->next = handles;
    handles = h;
    *handle = h->number;
    pthread_mutex_unlock(&lock);
    return 0;
}

int remote_handle64_close(uint64_t number)
{
    Handle *h = hold(number);
    if (!h)
        return AEE_EINVHANDLE;
    EmuArg arg = {.handle = h->remote};
    const int ret = emu_process_call(h->process, &h->remote,
                                     QSR_RPC_SCALARS(QSR_DSP_CLOSE, 0, 0, 1, 0), &arg,
                                     (EmuFault){.kind = EMU_NO_FAULT});
    emu_log("close: 0x%x", (unsigned)ret);
    let_go(h, true);
    return ret;
}

// ------------------------------------------------------------------ invoke ---

static void fill(EmuArg *arg, uint8_t value, size_t from)
{
    uint8_t *p = arg->buf.data;
    for (size_t i = from; i < arg->buf.size; i++)
        p[i] = (uint8_t)(value + 57 * i);
}

// Faults of a call that reports success. The last output is the fixed part, the
// one before it is a plane where there is one.
static void spoil(EmuFault fault, uint32_t scalars, EmuArg *args)
{
    const uint32_t n_in = QSR_RPC_IN(scalars), n_out = QSR_RPC_OUT(scalars);
    if (!n_out)
        return;
    EmuArg *fixed = &args[n_in + n_out - 1];
    EmuArg *data = n_out > 1 ? fixed - 1 : fixed;
    if (fault.kind == EMU_SHORT)
        fill(fixed, 0xdb, fixed->buf.size / 2);
    else if (fault.kind == EMU_GARBAGE)
        fill(fixed, 0x5c, 0);
    else if (fault.kind == EMU_WRONG && data->buf.size)
        ((uint8_t *)data->buf.data)[data->buf.size / 3] ^= 0x10;
    if (QSR_RPC_METHOD(scalars) == QSR_DSP_INFO && emu_device.abi &&
        fixed->buf.size >= sizeof(QsrDspInfo))
        ((QsrDspInfo *)fixed->buf.data)->abi = emu_device.abi;
}

int remote_handle64_invoke(uint64_t number, uint32_t scalars, EmuArg *args)
{
    const uint32_t method = QSR_RPC_METHOD(scalars);
    const uint32_t n = QSR_RPC_IN(scalars) + QSR_RPC_OUT(scalars) + QSR_RPC_HANDLES_IN(scalars) +
                       QSR_RPC_HANDLES_OUT(scalars);
    Handle *h = hold(number);
    if (!h)
        return AEE_EINVHANDLE;
    const EmuFault fault = emu_next_fault(method);
    int ret = n && !args ? AEE_EBADPARM : fault_code(fault);
    if (fault.kind == EMU_STALE) {
        emu_log("call %u: stale", (unsigned)method);
    } else if (!ret) {
        uint64_t remote = h->remote;
        ret = emu_process_call(h->process, &remote, scalars, args, fault);
        if (!ret)
            spoil(fault, scalars, args);
    }
    if (ret || fault.kind)
        emu_log("call %u: 0x%x, fault %d", (unsigned)method, (unsigned)ret, (int)fault.kind);
    let_go(h, false);
    return ret;
}

// ----------------------------------------------------------------- control ---

int remote_handle64_control(uint64_t number, uint32_t request, void *data, uint32_t size)
{
    Handle *h = hold(number);
    if (!h)
        return AEE_EINVHANDLE;
    let_go(h, false);
    return request != 1 ? AEE_EUNSUPPORTED : !data || size < 8 ? AEE_EBADPARM : 0; // latency
}

// The attributes of struct remote_dsp_capability {domain, attribute, value}.
static uint32_t capability(uint32_t domain, uint32_t attribute)
{
    if (domain != EMU_CDSP || emu_device.no_dsp)
        return 0;
    switch (attribute) {
    case 0: return 1; // the domain exists
    case 1: return !emu_device.no_unsigned;
    case 3: return emu_device.hvx; // of 128 bytes
    case 6: return emu_device.arch;
    default: return 0;
    }
}

int remote_handle_control(uint32_t request, void *data, uint32_t size)
{
    uint32_t *c = data;
    if (request != 2 || emu_device.no_query)
        return AEE_EUNSUPPORTEDAPI;
    if (!c || size < 12)
        return AEE_EBADPARM;
    c[2] = capability(c[0], c[1]);
    return 0;
}

int remote_session_control(uint32_t request, void *data, uint32_t size)
{
    const int *d = data;
    switch (request) {
    case 2: // unsigned module {domain, enable}
        if (!d || size < 8)
            return AEE_EBADPARM;
        return emu_device.refuse_unsigned ? AEE_EUNSUPPORTED : 0;
    case 6: // kill {domain}
        if (!d || size < 4 || *d != EMU_CDSP)
            return AEE_EBADPARM;
        emu_log("kill");
        emu_process_kill_all();
        return 0;
    default:
        return AEE_EUNSUPPORTED;
    }
}

// ------------------------------------------------------------------- tests ---

void qsr_emu_reset(void)
{
    emu_configure();
}

long qsr_emu_count(const char *what)
{
    if (!strcmp(what, "handles"))
        return count_handles();
    if (!strcmp(what, "buffers"))
        return emu_buffers();
    if (!strcmp(what, "processes"))
        return emu_processes();
    if (!strcmp(what, "heap"))
        return emu_last_heap();
    return (long)emu_calls(what);
}

__attribute__((destructor)) static void finish(void)
{
    emu_process_kill_all();
    while (handles) {
        Handle *h = handles;
        handles = h->next;
        emu_process_put(h->process);
        free(h);
    }
    emu_forget_buffers();
}

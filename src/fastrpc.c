// SPDX-License-Identifier: BSD-2-Clause
#include "src/fastrpc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "src/error.h"
#include "src/hexagon/protocol.h"

#define NEEDED 3

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    {"remote_handle64_open", offsetof(QsrFastRpc, open)},
    {"remote_handle64_invoke", offsetof(QsrFastRpc, invoke)},
    {"remote_handle64_close", offsetof(QsrFastRpc, close)},
    {"remote_handle64_control", offsetof(QsrFastRpc, handle64_control)},
    {"remote_handle_control", offsetof(QsrFastRpc, handle_control)},
    {"remote_session_control", offsetof(QsrFastRpc, session_control)},
    {"rpcmem_alloc", offsetof(QsrFastRpc, mem_alloc)},
    {"rpcmem_free", offsetof(QsrFastRpc, mem_free)},
    {"rpcmem_to_fd", offsetof(QsrFastRpc, mem_to_fd)},
    {"remote_register_buf_attr", offsetof(QsrFastRpc, register_buffer)},
};
#define N_SYMBOLS ((int)(sizeof(symbols) / sizeof(symbols[0])))

int qsr_rpc_base_code(int code)
{
    const uint32_t c = (uint32_t)code;
    return c >= QSR_DSP_ERR_OFFSET && c < QSR_DSP_ERR_OFFSET + 0x400 ? (int)(c - QSR_DSP_ERR_OFFSET)
                                                                     : code;
}

const char *qsr_rpc_code_text(int code)
{
    static const struct {
        int code;
        const char *text;
    } texts[] = {
        {0x00, "success"},
        {0x01, "general failure"},
        {0x02, "out of memory"},
        {0x04, "version not supported"},
        {0x05, "already loaded"},
        {0x06, "the skel was not found on the DSP's search path or cannot be loaded"},
        {0x0C, "expired"},
        {0x0D, "wrong state"},
        {0x0E, "bad parameter"},
        {0x11, "invalid format"},
        {0x14, "not supported"},
        {0x15, "privileges are insufficient"},
        {0x27, "no such name: the service on the DSP is not running"},
        {0x2C, "invalid handle"},
        {0x2D, "out of handles"},
        {0x2E, "interrupted"},
        {0x30, "CPU exception on the DSP"},
        {0x39, "invalid DSP domain"},
        {0x3B, "the device node cannot be opened"},
        {0x3E, "no such module"},
        {0x42, "the skel lacks a symbol"},
        {0x43, "no such device: the device node is missing"},
        {0x45, "no such file"},
        {0x46, "no such handle"},
        {0x4B, "bad domain"},
        {0x4E, "bad permissions: no access to the device node or a file"},
        {0x52, "bad ELF file"},
        {0x56, "ioctl failed"},
        {0x57, "a file or device node cannot be opened"},
        {0x68, "connection reset: the process on the DSP died, or the DSP restarted"},
        {0x6B, "not initialised"},
        {0x6C, "request not known to this library"},
        {0x72, "connection refused: the kernel or the DSP's firmware forbids the session"},
        {0x81, "unsigned code, which this session may not load"},
        {0x8A, "no session left"},
        {0x200, "the FastRPC driver failed"},
        {0x201, "file error"},
    };
    const int base = qsr_rpc_base_code(code);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].code == base)
            return texts[i].text;
    return "a code without a known meaning";
}

// Functions do not fit into void * in ISO C; in POSIX they do.
static void set_symbol(QsrFastRpc *rpc, int i, void *value)
{
    memcpy((char *)rpc + symbols[i].offset, &value, sizeof(value));
}

const char *qsr_fastrpc_symbol(const QsrFastRpc *rpc, int index, bool *found)
{
    void *value;
    if (index < 0 || index >= N_SYMBOLS)
        return NULL;
    memcpy(&value, (const char *)rpc + symbols[index].offset, sizeof(value));
    *found = value != NULL;
    return symbols[index].name;
}

int qsr_fastrpc_load(QsrFastRpc *rpc, const char *path, QsrError *err)
{
    static const char *const names[] = {"libcdsprpc.so", "libcdsprpc.so.1", "libadsprpc.so"};
    char why[160] = "";

    memset(rpc, 0, sizeof(*rpc));
    for (size_t i = 0; i < (path ? 1 : 3) && !rpc->library; i++) {
        const char *name = path ? path : names[i];
        rpc->library = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        snprintf(rpc->name, sizeof(rpc->name), "%s", name);
        if (!rpc->library && i == 0) {
            const char *text = dlerror();
            snprintf(why, sizeof(why), "%s", text ? text : name);
        }
    }
    if (!rpc->library)
        return qsr_fail(err, QSR_ERR_NOT_FOUND, "there is no FastRPC library: %s", why);

    for (int i = 0; i < N_SYMBOLS; i++) {
        set_symbol(rpc, i, dlsym(rpc->library, symbols[i].name));
        bool found;
        qsr_fastrpc_symbol(rpc, i, &found);
        if (!found && i < NEEDED) {
            qsr_fail(err, QSR_ERR_UNSUPPORTED, "%s is no FastRPC library: it lacks %s", rpc->name,
                     symbols[i].name);
            qsr_fastrpc_unload(rpc);
            return QSR_ERR_UNSUPPORTED;
        }
    }
    // One without the other is of no use.
    if (!rpc->mem_alloc || !rpc->mem_free) {
        rpc->mem_alloc = NULL;
        rpc->mem_free = NULL;
    }
    return 0;
}

void qsr_fastrpc_unload(QsrFastRpc *rpc)
{
    if (rpc->library)
        dlclose(rpc->library);
    memset(rpc, 0, sizeof(*rpc));
}

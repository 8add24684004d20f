// SPDX-License-Identifier: BSD-2-Clause
//
// From a library to a DSP that may be trusted: what kind of DSP it is, the unsigned
// session, the skel, the model, and the self-test. On the session's thread.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/backend_hexagon.h"
#include "src/error.h"
#include "src/hexagon_session.h"

// Skels that are built (docs/hexagon.md).
static const int skels[] = {73, 69, 68, 66};
#define N_SKELS ((int)(sizeof(skels) / sizeof(skels[0])))
#define OLDEST 66

// Microseconds that a call may be late for lack of the CPU's attention.
#define LATENCY_US 100

// ------------------------------------------------------------------ library ---

// FastRPC looks for skels where DSP_LIBRARY_PATH says, and there is no other way to
// tell it. The folder goes in front of what is there.
static int set_search_path(const char *folder, QsrError *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const size_t n = strlen(folder);
    int ret = 0;
    pthread_mutex_lock(&lock);
    const char *old = getenv("DSP_LIBRARY_PATH");
    if (!old || strncmp(old, folder, n) || (old[n] && old[n] != ';')) {
        const size_t size = n + (old ? strlen(old) : 0) + 2;
        char *path = malloc(size);
        if (path)
            snprintf(path, size, "%s%s%s", folder, old && *old ? ";" : "", old ? old : "");
        if (!path || setenv("DSP_LIBRARY_PATH", path, 1))
            ret = qsr_fail(err, QSR_ERR_NOMEM, "no memory for the environment");
        free(path);
    }
    pthread_mutex_unlock(&lock);
    return ret;
}

int qsr_hex_load(QsrFastRpc *rpc, QsrHexOptions *options, const QsrSettings *settings,
                 QsrError *err)
{
    memset(options, 0, sizeof(*options));
    options->threads = qsr_hex_tuning.threads;
    options->strip_width = settings->strip_width;
    options->band_height = settings->band_height;
    if (settings->hexagon_skel_dir && *settings->hexagon_skel_dir) {
        const int ret = set_search_path(settings->hexagon_skel_dir, err);
        if (ret < 0)
            return ret;
    }
    const char *library = settings->hexagon_library;
    return qsr_fastrpc_load(rpc, library && *library ? library : NULL, err);
}

// -------------------------------------------------------------------- opening ---

// "v69" for 0x69.
static int arch_number(uint32_t arch)
{
    return (int)(arch >> 4 & 15) * 10 + (int)(arch & 15);
}

// False if the library cannot say.
static bool capability(QsrHexSession *s, uint32_t attribute, const char *key, uint32_t *value)
{
    QsrRpcCapability c = {QSR_RPC_CDSP, attribute, 0};
    if (!s->rpc.handle_control) {
        qsr_hex_trace(s, key, "unknown, the library has no remote_handle_control");
        return false;
    }
    const int code = s->rpc.handle_control(QSR_RPC_GET_DSP_INFO, &c, sizeof(c));
    if (code) {
        qsr_hex_trace(s, key, "unknown, 0x%x: %s", (unsigned)code, qsr_rpc_code_text(code));
        return false;
    }
    *value = c.value;
    if (attribute == QSR_RPC_ARCH)
        qsr_hex_trace(s, key, "0x%x, v%d", (unsigned)c.value, arch_number(c.value));
    else
        qsr_hex_trace(s, key, "%u", (unsigned)c.value);
    return true;
}

// The newest skel's index that this DSP can run; an unknown DSP gets the oldest.
static bool probe(QsrHexSession *s, int *first, QsrHexResult *r)
{
    uint32_t domain = 1, hvx = 1, arch = 0, ignored;
    capability(s, QSR_RPC_DOMAIN_SUPPORT, "compute DSP", &domain);
    capability(s, QSR_RPC_UNSIGNED_PD_SUPPORT, "unsigned sessions", &ignored);
    capability(s, QSR_RPC_HVX_128B, "vector contexts", &hvx);
    capability(s, QSR_RPC_VTCM_PAGE, "VTCM page", &ignored);
    capability(s, QSR_RPC_VTCM_COUNT, "VTCM pages", &ignored);
    const bool known = capability(s, QSR_RPC_ARCH, "architecture", &arch);
    const int number = arch_number(arch & 0xff);
    if (!domain) {
        qsr_hex_fault(r, QSR_FAULT_REFUSED, 0, "this machine has no compute DSP");
        return false;
    }
    if (!hvx) {
        qsr_hex_fault(r, QSR_FAULT_REFUSED, 0, "the DSP has no vectors of 128 bytes (HVX)");
        return false;
    }
    if (known && number < OLDEST) {
        qsr_hex_fault(r, QSR_FAULT_REFUSED, 0, "the DSP is a v%d, and v%d is the oldest that works",
                      number, OLDEST);
        return false;
    }
    *first = N_SKELS - 1;
    while (known && *first > 0 && skels[*first - 1] <= number)
        --*first;
    return true;
}

// Before the first opening of the process; a signed skel would do without.
static void ask_for_unsigned_session(QsrHexSession *s)
{
    struct {
        int32_t domain, enable;
    } request = {QSR_RPC_CDSP, 1};
    if (!s->rpc.session_control) {
        qsr_hex_trace(s, "unsigned session", "the library has no remote_session_control");
        return;
    }
    const int code = s->rpc.session_control(QSR_RPC_UNSIGNED_MODULE, &request, sizeof(request));
    qsr_hex_trace(s, "unsigned session", "0x%x, %s", (unsigned)code, qsr_rpc_code_text(code));
}

static void ask_for_low_latency(QsrHexSession *s)
{
    struct {
        uint32_t enable, us;
    } request = {1, LATENCY_US};
    if (!s->rpc.handle64_control)
        return;
    const int code = s->rpc.handle64_control(s->handle, QSR_RPC_LATENCY, &request, sizeof(request));
    qsr_hex_trace(s, "low latency", "0x%x, %s", (unsigned)code, qsr_rpc_code_text(code));
}

static bool is_missing_file(int code)
{
    const int base = qsr_rpc_base_code(code);
    return base == QSR_RPC_UNABLE_TO_LOAD || base == QSR_RPC_NO_SUCH_FILE;
}

static bool open_skel(QsrHexSession *s, int first, QsrHexResult *r)
{
    QsrHexResult one = {.ok = false};
    for (int i = first; i < N_SKELS && !one.ok; i++) {
        char uri[160], call[96];
        snprintf(s->skel, sizeof(s->skel), "libqsr_skel_v%d.so", skels[i]);
        snprintf(uri, sizeof(uri), "file:///%s?qsr_skel_handle_invoke&_modver=1.0&_idlver=1.0.0"
                 "&_dom=cdsp", s->skel);
        snprintf(call, sizeof(call), "remote_handle64_open(%s)", s->skel);
        const int64_t start = qsr_hex_now();
        const int code = s->rpc.open(uri, &s->handle);
        qsr_hex_outcome(&one, call, code);
        qsr_hex_trace(s, "open", "%s: 0x%x, %s, %.1f ms", s->skel, (unsigned)code,
                      qsr_rpc_code_text(code), (double)(qsr_hex_now() - start) / 1000);
        // What is reported is the best that could have been, not the last resort.
        if (i == first || one.ok)
            *r = one;
        if (!one.ok && !is_missing_file(code))
            break;
    }
    s->is_open = one.ok;
    // Nothing has been said yet that could be misunderstood.
    if (!r->ok && r->fault == QSR_FAULT_PROGRAM)
        r->fault = QSR_FAULT_REFUSED;
    return one.ok;
}

static bool ask_info(QsrHexSession *s, QsrHexResult *r)
{
    QsrRpcArg arg = {.buf = {&s->info, sizeof(s->info)}};
    memset(&s->info, 0, sizeof(s->info));
    const int code = s->rpc.invoke(s->handle, QSR_RPC_SCALARS(QSR_DSP_INFO, 0, 1), &arg);
    qsr_hex_outcome(r, "the skel's information", code);
    if (r->ok && s->info.abi != QSR_DSP_ABI)
        qsr_hex_fault(r, QSR_FAULT_PROGRAM, 0,
                      "%s speaks version %u of the protocol, this library %u", s->skel,
                      (unsigned)s->info.abi, QSR_DSP_ABI);
    if (r->ok)
        qsr_hex_trace(s, "skel", "%s: protocol %u, v%d, %u vector contexts, up to %u threads%s",
                      s->skel, (unsigned)s->info.abi, arch_number(s->info.arch),
                      (unsigned)s->info.hvx_contexts, (unsigned)s->info.max_threads,
                      s->info.flags & QSR_DSP_FLAG_FAULTS ? ", a test build" : "");
    else
        qsr_hex_trace(s, "skel", "%s", r->what);
    return r->ok;
}

static bool load_model(QsrHexSession *s, QsrHexResult *r)
{
    QsrHexProgram *p = s->program;
    QsrRpcArg args[2] = {{.buf = {&p->load, sizeof(p->load)}}, {.buf = {p->blob, p->blob_size}}};
    const int code = s->rpc.invoke(s->handle, QSR_RPC_SCALARS(QSR_DSP_LOAD, 2, 0), args);
    qsr_hex_outcome(r, "sending the model", code);
    qsr_hex_trace(s, "load", "%zu bytes: 0x%x, %s", p->blob_size, (unsigned)code,
                  qsr_rpc_code_text(code));
    return r->ok;
}

static bool self_test(QsrHexSession *s, QsrHexResult *r)
{
    QsrDspStatus status = {.number = ~s->program->test.seed, .crc = ~s->program->test_crc};
    QsrRpcArg args[2] = {{.buf = {&s->program->test, sizeof(s->program->test)}},
                         {.buf = {&status, sizeof(status)}}};
    const int64_t start = qsr_hex_now();
    const int code = s->rpc.invoke(s->handle, QSR_RPC_SCALARS(QSR_DSP_SELF_TEST, 1, 1), args);
    s->test_us = qsr_hex_now() - start;
    qsr_hex_outcome(r, "the self-test", code);
    if (r->ok && status.crc != s->program->test_crc)
        qsr_hex_fault(r, QSR_FAULT_WRONG_BYTES, 0,
                      "the self-test gave CRC %08x, the CPU %08x: this DSP computes other bytes",
                      (unsigned)status.crc, (unsigned)s->program->test_crc);
    if (r->ok)
        qsr_hex_trace(s, "self-test", "CRC %08x as on the CPU, %.1f ms, %llu packets, %llu cycles",
                      (unsigned)status.crc, (double)s->test_us / 1000,
                      (unsigned long long)status.packets, (unsigned long long)status.cycles);
    else
        qsr_hex_trace(s, "self-test", "%s", r->what);
    return r->ok;
}

void qsr_hex_bring_up(QsrHexSession *s, QsrHexResult *r)
{
    int first;
    if (!probe(s, &first, r)) {
        qsr_hex_trace(s, "result", "%s", r->what);
        return;
    }
    ask_for_unsigned_session(s);
    if (!open_skel(s, first, r))
        return;
    ask_for_low_latency(s);
    if (ask_info(s, r) && load_model(s, r))
        self_test(s, r);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "tests/engine/fakedsp.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/cpu.h"
#include "src/backend.h"
#include "src/fastrpc.h"
#include "src/hexagon/crc32.h"
#include "src/hexagon/protocol.h"
#include "src/mem.h"

#define EXPORT __attribute__((visibility("default")))
#define MAX_HANDLES 64
#define MAX_REGIONS 8

extern const FakeDspApi fakedsp;
int remote_handle64_open(const char *uri, QsrRpcHandle *handle);
int remote_handle64_invoke(QsrRpcHandle handle, uint32_t scalars, QsrRpcArg *args);
int remote_handle64_close(QsrRpcHandle handle);
int remote_handle_control(uint32_t request, void *data, uint32_t size);
int remote_session_control(uint32_t request, void *data, uint32_t size);
void *rpcmem_alloc(int heap, uint32_t flags, int size);
void rpcmem_free(void *memory);
void remote_register_buf_attr(void *data, int size, int fd, int attr);

typedef struct Handle {
    bool open, dead;
    QsrModel model;
    uint8_t *blob;
    void *cpu;
    QsrDspConfig config;
    int frames;
} Handle;

static const FakeDsp as_loaded = {.fault_frame = -1, .domain = 1, .hvx = 4, .arch = 0x69,
                                  .oldest_skel = 99, .abi = QSR_DSP_ABI};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static FakeDsp dsp = {.fault_frame = -1, .domain = 1, .hvx = 4, .arch = 0x69, .oldest_skel = 99,
                      .abi = QSR_DSP_ABI};
static Handle handles[MAX_HANDLES];
static int next_handle;
static struct {
    uint8_t *data;
    int size;
} regions[MAX_REGIONS];

// ------------------------------------------------------------------ the test ---

static void change(const FakeDsp *from)
{
    pthread_mutex_lock(&lock);
    dsp = *from;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void look(FakeDsp *to)
{
    pthread_mutex_lock(&lock);
    *to = dsp;
    pthread_mutex_unlock(&lock);
}

static void reset(FakeDsp *to)
{
    pthread_mutex_lock(&lock);
    const int live = dsp.live_buffers, inside = dsp.inside;
    dsp = as_loaded;
    dsp.live_buffers = live;
    dsp.inside = inside;
    *to = dsp;
    pthread_mutex_unlock(&lock);
}

EXPORT const FakeDspApi fakedsp = {change, look, reset};

// -------------------------------------------------------------------- memory ---

EXPORT void *rpcmem_alloc(int heap, uint32_t flags, int size)
{
    void *memory = NULL;
    if (heap != QSR_RPC_HEAP_SYSTEM || flags != QSR_RPC_MEM_CACHED || size <= 0)
        abort();
    pthread_mutex_lock(&lock);
    if (!dsp.no_memory)
        memory = malloc((size_t)size);
    dsp.live_buffers += memory != NULL;
    pthread_mutex_unlock(&lock);
    return memory;
}

EXPORT void rpcmem_free(void *memory)
{
    pthread_mutex_lock(&lock);
    dsp.live_buffers--;
    pthread_mutex_unlock(&lock);
    free(memory);
}

EXPORT void remote_register_buf_attr(void *data, int size, int fd, int attr)
{
    (void)attr;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MAX_REGIONS; i++) {
        if (fd >= 0 ? !regions[i].data : regions[i].data == data) {
            regions[i].data = fd >= 0 ? data : NULL;
            regions[i].size = size;
            dsp.registered += fd >= 0 ? 1 : -1;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

// ------------------------------------------------------------------- session ---

EXPORT int remote_handle_control(uint32_t request, void *data, uint32_t size)
{
    QsrRpcCapability *c = data;
    if (request != QSR_RPC_GET_DSP_INFO || size != sizeof(*c) || c->domain != QSR_RPC_CDSP)
        return QSR_RPC_UNSUPPORTED_API;
    pthread_mutex_lock(&lock);
    const int domain = dsp.domain, hvx = dsp.hvx, arch = dsp.arch;
    pthread_mutex_unlock(&lock);
    c->value = (uint32_t)(c->attribute == QSR_RPC_DOMAIN_SUPPORT ? domain
                          : c->attribute == QSR_RPC_HVX_128B     ? hvx
                          : c->attribute == QSR_RPC_ARCH         ? arch
                                                                 : 0);
    return c->attribute == QSR_RPC_ARCH && !arch ? QSR_RPC_UNSUPPORTED_API : 0;
}

EXPORT int remote_session_control(uint32_t request, void *data, uint32_t size)
{
    const int32_t *words = data;
    int ret = 0;
    pthread_mutex_lock(&lock);
    if (request == QSR_RPC_UNSIGNED_MODULE && size == 8 && words[0] == QSR_RPC_CDSP) {
        dsp.unsigned_asked += words[1];
    } else if (request == QSR_RPC_PROCESS_KILL && size == 4 && words[0] == QSR_RPC_CDSP) {
        dsp.inside++;
        while (dsp.kill_hangs && !dsp.released)
            pthread_cond_wait(&changed, &lock);
        dsp.inside--;
        dsp.kills++;
        for (int i = 0; i < MAX_HANDLES; i++)
            handles[i].dead = true;
        pthread_cond_broadcast(&changed);
    } else {
        ret = QSR_RPC_UNSUPPORTED;
    }
    pthread_mutex_unlock(&lock);
    return ret;
}

EXPORT int remote_handle64_open(const char *uri, QsrRpcHandle *handle)
{
    int version, ret = 0;
    char entry[64] = "", tail[64] = "";
    pthread_mutex_lock(&lock);
    dsp.inside++;
    dsp.opens++;
    const int kills = dsp.kills;
    if (sscanf(uri, "file:///libqsr_skel_v%d.so?%63[^&]&_modver=1.0&_idlver=1.0.0&_dom=%63s",
               &version, entry, tail) != 3 ||
        strcmp(entry, "qsr_skel_handle_invoke") || strcmp(tail, "cdsp"))
        abort();
    snprintf(dsp.skel, sizeof(dsp.skel), "libqsr_skel_v%d.so", version);
    while (dsp.open_hangs && !dsp.released && (dsp.open_hangs == 2 || dsp.kills == kills))
        pthread_cond_wait(&changed, &lock);
    if (dsp.open_hangs)
        ret = QSR_RPC_CONNECTION_RESET;
    else if (dsp.refuse_open)
        ret = dsp.refuse_open;
    else if (version > dsp.oldest_skel)
        ret = (int)(QSR_DSP_ERR_OFFSET + QSR_RPC_UNABLE_TO_LOAD);
    if (ret == 0) {
        Handle *h = &handles[next_handle];
        if (h->open)
            abort();
        *h = (Handle){.open = true};
        *handle = 1000 + (QsrRpcHandle)next_handle;
        next_handle = (next_handle + 1) % MAX_HANDLES;
    }
    dsp.inside--;
    pthread_mutex_unlock(&lock);
    return ret;
}

static Handle *find(QsrRpcHandle handle)
{
    if (handle < 1000 || handle >= 1000 + MAX_HANDLES || !handles[handle - 1000].open)
        abort();
    return &handles[handle - 1000];
}

EXPORT int remote_handle64_close(QsrRpcHandle handle)
{
    pthread_mutex_lock(&lock);
    Handle *h = find(handle);
    const int kills = dsp.kills;
    dsp.inside++;
    while (dsp.close_hangs && !dsp.released && dsp.kills == kills)
        pthread_cond_wait(&changed, &lock);
    dsp.inside--;
    dsp.closes++;
    h->open = false;
    pthread_mutex_unlock(&lock);
    if (h->cpu)
        qsr_backend_cpu.close(h->cpu);
    free(h->blob);
    return 0;
}

// --------------------------------------------------------------------- calls ---

static const uint8_t *take(const uint8_t **p, size_t size)
{
    const uint8_t *here = *p;
    *p += QSR_ROUND_UP(size, (size_t)8);
    return here;
}

static int load(Handle *h, const QsrDspLoad *l, const uint8_t *blob, size_t size)
{
    static const QsrSettings settings = {.backend = QSR_BACKEND_CPU, .n_threads = 1};
    static const QsrLogger silent = {NULL, NULL};
    QsrModel *m = &h->model;
    if (qsr_crc32(0, blob, size) != l->blob_crc || l->layers > QSR_MAX_LAYERS)
        return QSR_RPC_BAD_PARAMETER;
    h->blob = malloc(size);
    memcpy(h->blob, blob, size);
    const uint8_t *p = h->blob;
    m->info = (QsrModelInfo){.name = "fake", .channels = (int)l->channels,
                             .scale = {(int)l->scale_num, (int)l->scale_den}};
    m->width = l->channels == 32 ? QSR_WIDTH_32 : QSR_WIDTH_64;
    m->head = (enum QsrHead)l->head;
    m->n_layers = (int)l->layers;
    for (int i = 0; i < m->n_layers; i++) {
        const QsrDspLayer *d = (const QsrDspLayer *)take(&p, sizeof(*d));
        const size_t b = d->branch_ksize;
        m->layers[i] = (QsrConvParams){.cin = (int)d->cin, .cout = (int)d->cout,
                                       .ksize = (int)d->ksize, .frac = (int)d->frac,
                                       .branch_ksize = (int)b};
        m->layers[i].bias = (const int32_t *)take(&p, 4 * (size_t)d->cout);
        m->layers[i].mult = (const uint16_t *)take(&p, 2 * (size_t)d->cout);
        m->layers[i].shift = take(&p, d->cout);
        m->layers[i].weights = (const int8_t *)take(&p, (size_t)d->cout * d->ksize * d->ksize *
                                                            d->cin);
        if (b)
            m->layers[i].branch = (const int8_t *)take(&p, d->cout * b * b * 3);
    }
    if (p != h->blob + size)
        return QSR_RPC_BAD_PARAMETER;
    return qsr_cpu_open(&h->cpu, m, &settings, &silent, qsr_cpu_get_flags(), NULL) < 0 ? QSR_RPC_FAILED
                                                                                : 0;
}

static int self_test(Handle *h, const QsrDspSelfTest *t, QsrDspStatus *status, bool wrong)
{
    const int w = t->width, hh = t->height;
    const int ow = qsr_scale_size(h->model.info.scale, w);
    const int oh = qsr_scale_size(h->model.info.scale, hh);
    const size_t in_size = (size_t)w * hh * 3, out_size = (size_t)ow * oh * 3;
    uint8_t *memory = malloc(in_size + out_size);
    for (size_t i = 0; i < in_size; i++)
        memory[i] = qsr_dsp_test_byte(t->seed, (uint32_t)i);
    const QsrPicture in = {.format = QSR_FORMAT_RGB, .width = w, .height = hh, .data = {memory},
                           .stride = {w * 3}};
    const QsrPicture out = {.format = QSR_FORMAT_RGB, .width = ow, .height = oh,
                            .data = {memory + in_size}, .stride = {ow * 3}};
    const int ret = qsr_backend_cpu.process(h->cpu, &in, &out, NULL);
    *status = (QsrDspStatus){.number = t->seed, .packets = 12345};
    status->crc = qsr_crc32(0, memory + in_size, out_size) + wrong;
    free(memory);
    return ret < 0 ? QSR_RPC_FAILED : 0;
}

static void fill(QsrPicture *pic, const QsrDspPicture *d, const QsrRpcArg *args)
{
    *pic = (QsrPicture){.format = (QsrFormat)d->format, .width = d->width, .height = d->height,
                        .matrix = (QsrMatrix)d->matrix, .range = (QsrRange)d->range,
                        .site = (QsrChromaSite)d->site};
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row, &rows);
        pic->data[i] = args[i].buf.data;
        pic->stride[i] = d->stride[i];
        if (args[i].buf.size != (size_t)d->stride[i] * (size_t)(rows - 1) + row)
            abort();
    }
}

static void nap(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    if (ms)
        nanosleep(&t, NULL);
}

static int process(Handle *h, QsrRpcArg *args, int n_args)
{
    const QsrDspFrame *frame = args[0].buf.data;
    QsrDspStatus *status = args[n_args - 1].buf.data;
    QsrPicture in, out;
    pthread_mutex_lock(&lock);
    dsp.frames++;
    const FakeFault fault = h->frames++ == dsp.fault_frame ? dsp.fault : FAKE_NONE;
    const int code = dsp.code, ms = dsp.frame_ms;
    fill(&in, &h->config.in, args + 1);
    fill(&out, &h->config.out, args + 1 + qsr_format_planes(in.format));
    for (int i = 0; i < MAX_REGIONS; i++)
        dsp.in_place += regions[i].data && in.data[0] >= regions[i].data &&
                        in.data[0] < regions[i].data + regions[i].size;
    if (fault == FAKE_CRASH)
        h->dead = true;
    while (fault == FAKE_HANG && !h->dead && !dsp.released)
        pthread_cond_wait(&changed, &lock);
    while (fault == FAKE_HANG_FOREVER && !dsp.released)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    nap(ms);
    if (fault == FAKE_HANG || fault == FAKE_HANG_FOREVER)
        memset(out.data[0], 0xEE, args[1 + qsr_format_planes(in.format)].buf.size);
    if (fault == FAKE_CRASH || fault == FAKE_HANG || fault == FAKE_HANG_FOREVER)
        return QSR_RPC_CONNECTION_RESET;
    if (fault == FAKE_CODE)
        return code;
    if (fault == FAKE_NO_STATUS)
        return 0;
    if (qsr_backend_cpu.process(h->cpu, &in, &out, NULL) < 0)
        return QSR_RPC_FAILED;
    if (fault == FAKE_WRONG_BYTES)
        out.data[0][out.width / 2] ^= 1;
    const QsrDspStatus reply = {.number = frame->number + (fault == FAKE_WRONG_STATUS)};
    memcpy(status, &reply, sizeof(reply) / (fault == FAKE_HALF_STATUS ? 2 : 1));
    return 0;
}

EXPORT int remote_handle64_invoke(QsrRpcHandle handle, uint32_t scalars, QsrRpcArg *args)
{
    const int n_args = (int)(scalars >> 16 & 0xff) + (int)(scalars >> 8 & 0xff);
    int ret = 0;
    pthread_mutex_lock(&lock);
    Handle *h = find(handle);
    const bool dead = h->dead;
    dsp.inside++;
    pthread_mutex_unlock(&lock);
    FakeDsp now;
    look(&now);
    if (dead) {
        ret = QSR_RPC_CONNECTION_RESET;
    } else if (scalars == QSR_RPC_SCALARS(QSR_DSP_INFO, 0, 1)) {
        *(QsrDspInfo *)args[0].buf.data = (QsrDspInfo){.abi = now.abi, .arch = 0x68,
                                                       .hvx_contexts = 4, .max_threads = 4};
    } else if (scalars == QSR_RPC_SCALARS(QSR_DSP_LOAD, 2, 0)) {
        ret = now.load_code ? now.load_code
                            : load(h, args[0].buf.data, args[1].buf.data, args[1].buf.size);
    } else if (scalars == QSR_RPC_SCALARS(QSR_DSP_CONFIG, 1, 1)) {
        h->config = *(const QsrDspConfig *)args[0].buf.data;
        pthread_mutex_lock(&lock);
        dsp.configs++;
        dsp.threads = h->config.threads;
        pthread_mutex_unlock(&lock);
        if (now.config_code && (!now.config_code_threads ||
                                h->config.threads != (uint32_t)now.config_code_threads))
            ret = now.config_code;
        *(QsrDspPlan *)args[1].buf.data = (QsrDspPlan){.threads = 4, .strip_width = 64};
    } else if (scalars == QSR_RPC_SCALARS(QSR_DSP_SELF_TEST, 1, 1)) {
        pthread_mutex_lock(&lock);
        dsp.tests++;
        pthread_mutex_unlock(&lock);
        ret = self_test(h, args[0].buf.data, args[1].buf.data, now.wrong_test);
    } else if (scalars >> 24 == QSR_DSP_PROCESS) {
        ret = process(h, args, n_args);
    } else {
        abort();
    }
    pthread_mutex_lock(&lock);
    dsp.inside--;
    pthread_mutex_unlock(&lock);
    return ret;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "tests/hexagon/rpc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/hexagon/crc32.h"
#include "src/hexagon/fastrpc.h"

static void find(const Rpc *rpc, const char *name, void *to)
{
    void *p = dlsym(rpc->library, name);
    if (!p) {
        printf("%s is missing: %s\n", name, dlerror());
        exit(1);
    }
    memcpy(to, &p, sizeof(p)); // a pointer to a function, as POSIX has it
}

void rpc_load(Rpc *rpc, const char *path)
{
    rpc->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!rpc->library) {
        printf("%s\n", dlerror());
        exit(1);
    }
    find(rpc, "remote_handle64_open", &rpc->open);
    find(rpc, "remote_handle64_invoke", &rpc->invoke);
    find(rpc, "remote_handle64_close", &rpc->close);
    find(rpc, "remote_handle64_control", &rpc->handle64_control);
    find(rpc, "remote_handle_control", &rpc->control);
    find(rpc, "remote_session_control", &rpc->session_control);
    find(rpc, "rpcmem_alloc", &rpc->alloc);
    find(rpc, "rpcmem_free", &rpc->free);
    find(rpc, "rpcmem_to_fd", &rpc->to_fd);
    find(rpc, "remote_register_buf_attr", &rpc->register_buf);
    find(rpc, "fastrpc_mmap", &rpc->mmap);
    find(rpc, "fastrpc_munmap", &rpc->munmap);
    find(rpc, "qsr_emu_reset", &rpc->reset);
    find(rpc, "qsr_emu_count", &rpc->count);
}

int rpc_open(const Rpc *rpc, const char *skel, uint64_t *handle)
{
    char uri[256];
    snprintf(uri, sizeof(uri),
             "file:///%s?qsr_skel_handle_invoke&_modver=1.0&_idlver=1.0.0&_dom=cdsp", skel);
    return rpc->open(uri, handle);
}

int rpc_info(const Rpc *rpc, uint64_t handle, QsrDspInfo *info)
{
    EmuArg args[1] = {{.buf = {info, sizeof(*info)}}};
    return rpc->invoke(handle, QSR_RPC_SCALARS(QSR_DSP_INFO, 0, 1, 0, 0), args);
}

// ------------------------------------------------------------------- LOAD ---

typedef struct Blob {
    uint8_t *data; // NULL: only the size is wanted
    size_t size;
} Blob;

static void append(Blob *b, const void *data, size_t n)
{
    if (b->data)
        memcpy(b->data + b->size, data, n);
    b->size += (n + 7) / 8 * 8;
}

static void append_layers(Blob *b, const QsrModel *m)
{
    for (int i = 0; i < m->n_layers; i++) {
        const QsrConvParams *l = &m->layers[i];
        const size_t cout = (size_t)l->cout, k = (size_t)l->ksize;
        const int bk = l->branch ? l->branch_ksize : 0;
        const QsrDspLayer header = {
            .cin = (uint32_t)l->cin, .cout = (uint32_t)l->cout, .ksize = (uint32_t)l->ksize,
            .frac = (uint32_t)l->frac, .branch_ksize = (uint32_t)bk,
        };
        append(b, &header, sizeof(header));
        append(b, l->bias, 4 * cout);
        append(b, l->mult, 2 * cout);
        append(b, l->shift, cout);
        append(b, l->weights, cout * k * k * (size_t)l->cin);
        if (bk)
            append(b, l->branch, cout * (size_t)(bk * bk) * 3);
    }
}

uint8_t *rpc_blob(const QsrModel *model, QsrDspLoad *load, size_t *size)
{
    Blob b = {NULL, 0};
    append_layers(&b, model);
    *size = b.size;
    b.data = calloc(1, b.size);
    b.size = 0;
    if (!b.data)
        abort();
    append_layers(&b, model);
    *load = (QsrDspLoad){
        .layers = (uint32_t)model->n_layers,
        .channels = (uint32_t)model->info.channels,
        .head = model->head,
        .scale_num = (uint32_t)model->info.scale.num,
        .scale_den = (uint32_t)model->info.scale.den,
        .blob_crc = qsr_crc32(0, b.data, b.size),
    };
    return b.data;
}

int rpc_load_model(const Rpc *rpc, uint64_t handle, const QsrModel *model, int damage)
{
    QsrDspLoad load;
    size_t size;
    uint8_t *blob = rpc_blob(model, &load, &size);
    if (damage >= 0)
        blob[damage] ^= 1;
    EmuArg args[2] = {{.buf = {&load, sizeof(load)}}, {.buf = {blob, size}}};
    const int ret = rpc->invoke(handle, QSR_RPC_SCALARS(QSR_DSP_LOAD, 2, 0, 0, 0), args);
    free(blob);
    return ret;
}

// -------------------------------------------------------- CONFIG, PROCESS ---

void rpc_picture(QsrDspPicture *to, const QsrPicture *from)
{
    *to = (QsrDspPicture){
        .format = from->format, .width = from->width, .height = from->height,
        .matrix = from->matrix, .range = from->range, .site = from->site,
    };
    for (int i = 0; i < qsr_format_planes(from->format); i++)
        to->stride[i] = (int32_t)from->stride[i];
}

size_t rpc_plane_bytes(const QsrPicture *pic, int plane)
{
    size_t row_bytes;
    int rows;
    qsr_format_plane_size(pic->format, plane, pic->width, pic->height, &row_bytes, &rows);
    return (size_t)pic->stride[plane] * ((size_t)rows - 1) + row_bytes;
}

int rpc_config(const Rpc *rpc, uint64_t handle, const QsrDspConfig *config, QsrDspPlan *plan)
{
    EmuArg args[2] = {{.buf = {(void *)config, sizeof(*config)}}, {.buf = {plan, sizeof(*plan)}}};
    return rpc->invoke(handle, QSR_RPC_SCALARS(QSR_DSP_CONFIG, 1, 1, 0, 0), args);
}

int rpc_process(const Rpc *rpc, uint64_t handle, const QsrDspFrame *frame, const QsrPicture *in,
                const QsrPicture *out, QsrDspStatus *status)
{
    const uint32_t n_in = (uint32_t)qsr_format_planes(in->format);
    const uint32_t n_out = (uint32_t)qsr_format_planes(out->format);
    EmuArg args[10] = {{.buf = {(void *)frame, sizeof(*frame)}}};
    EmuArg *at = args + 1;
    for (uint32_t i = 0; i < n_in; i++, at++)
        *at = (EmuArg){.buf = {in->data[i], rpc_plane_bytes(in, (int)i)}};
    for (uint32_t i = 0; i < n_out; i++, at++)
        *at = (EmuArg){.buf = {out->data[i], rpc_plane_bytes(out, (int)i)}};
    *at = (EmuArg){.buf = {status, sizeof(*status)}};
    return rpc->invoke(handle, QSR_RPC_SCALARS(QSR_DSP_PROCESS, 1 + n_in, n_out + 1, 0, 0), args);
}

int rpc_self_test(const Rpc *rpc, uint64_t handle, const QsrDspSelfTest *test,
                  QsrDspStatus *status)
{
    EmuArg args[2] = {{.buf = {(void *)test, sizeof(*test)}},
                      {.buf = {status, sizeof(*status)}}};
    return rpc->invoke(handle, QSR_RPC_SCALARS(QSR_DSP_SELF_TEST, 1, 1, 0, 0), args);
}

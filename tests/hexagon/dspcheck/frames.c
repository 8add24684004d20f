// SPDX-License-Identifier: BSD-2-Clause
//
// Whole frames on the emulated DSP, cut as the skel cuts them: the CPU's bytes, and
// the packets that it takes, with all that the skel does for a frame: conversion,
// halos, bands, threads, depth-to-space.
//
//     frames EMULATOR [MODEL NUM/DEN WIDTHxHEIGHT IN OUT THREADS MAX]...
//
// MAX, in millions of packets, is what the frame may take; 0 only reports.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/engine/check.h"
#include "tests/hexagon/rpc.h"

static Rpc rpc;
static uint64_t handle;

static QsrPicture picture(const char *format, int width, int height)
{
    QsrPicture p = {.width = width, .height = height, .matrix = QSR_MATRIX_BT709,
                    .site = QSR_SITE_LEFT};
    while (strcmp(qsr_format_name(p.format), format))
        if (++p.format == QSR_N_FORMATS) {
            printf("unknown format %s\n", format);
            exit(1);
        }
    for (int i = 0; i < qsr_format_planes(p.format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(p.format, i, width, height, &row_bytes, &rows);
        p.stride[i] = (ptrdiff_t)(row_bytes + 127) / 128 * 128;
        p.data[i] = rpc.alloc(25, 1, (int)p.stride[i] * rows);
        if (!p.data[i]) {
            printf("no memory\n");
            exit(1);
        }
        for (ptrdiff_t k = 0; k < p.stride[i] * rows; k++)
            p.data[i][k] = qsr_dsp_test_byte(5, (uint32_t)k);
    }
    return p;
}

static void release(const QsrPicture *p)
{
    for (int i = 0; i < qsr_format_planes(p->format); i++)
        rpc.free(p->data[i]);
}

// Makes the frame on the CPU and says whether the DSP's is the same.
static bool same_on_cpu(QsrModel *model, const QsrPicture *in, const QsrPicture *out)
{
    QsrSettings settings;
    QsrContext *ctx;
    QsrPicture other = picture(qsr_format_name(out->format), out->width, out->height);
    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    bool same = !qsr_open(&ctx, model, &settings, NULL) && !qsr_process(ctx, in, &other, NULL);
    for (int i = 0; i < qsr_format_planes(out->format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(out->format, i, out->width, out->height, &row_bytes, &rows);
        for (int y = 0; y < rows; y++)
            same &= !memcmp(other.data[i] + y * other.stride[i],
                            out->data[i] + y * out->stride[i], row_bytes);
    }
    qsr_close(&ctx);
    release(&other);
    return same;
}

static void frame(char **arg)
{
    QsrScale scale;
    QsrModel *model;
    QsrError err;
    int width, height;
    if (sscanf(arg[1], "%d/%d", &scale.num, &scale.den) != 2 ||
        sscanf(arg[2], "%dx%d", &width, &height) != 2 ||
        qsr_model_open(&model, arg[0], scale, &err) < 0) {
        CHECK(0, "no model %s %s, or no size %s", arg[0], arg[1], arg[2]);
        return;
    }
    const QsrPicture in = picture(arg[3], width, height);
    const QsrPicture out = picture(arg[4], qsr_scale_size(scale, width),
                                   qsr_scale_size(scale, height));
    QsrDspConfig config = {.threads = (uint32_t)atoi(arg[5])};
    QsrDspPlan plan = {0};
    QsrDspStatus status = {0};
    rpc_picture(&config.in, &in);
    rpc_picture(&config.out, &out);
    const int failed = rpc_load_model(&rpc, handle, model, -1) ||
                       rpc_config(&rpc, handle, &config, &plan) ||
                       rpc_process(&rpc, handle, &(QsrDspFrame){0}, &in, &out, &status);
    CHECK(!failed, "%s: the DSP refused", arg[0]);
    CHECK(failed || same_on_cpu(model, &in, &out), "%s: not the CPU's bytes", arg[0]);
    const double packets = (double)status.packets * 1e-6, max = atof(arg[6]);
    printf("%-7s %-4s %-9s %-5s %-5s %u threads, strips of %u, bands of %u: %.2f million packets\n",
           arg[0], arg[1], arg[2], arg[3], arg[4], plan.threads, plan.strip_width,
           plan.band_height, packets);
    CHECK(failed || max <= 0 || packets <= max, "more than %.2f million packets", max);
    release(&in);
    release(&out);
    qsr_model_unref(&model);
}

int main(int argc, char **argv)
{
    if (argc < 2 || (argc - 2) % 7) {
        printf("usage: frames EMULATOR [MODEL NUM/DEN WIDTHxHEIGHT IN OUT THREADS MAX]...\n");
        return 1;
    }
    rpc_load(&rpc, argv[1]);
    if (rpc_open(&rpc, "libqsr_skel_v66.so", &handle)) {
        printf("the skel cannot be opened\n");
        return 1;
    }
    for (int i = 2; i < argc; i += 7)
        frame(argv + i);
    rpc.close(handle);
    return check_result();
}

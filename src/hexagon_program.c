// SPDX-License-Identifier: BSD-2-Clause
#include "src/hexagon_program.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
#include "src/backend.h"
#include "src/error.h"
#include "src/hexagon/crc32.h"
#include "src/mem.h"

// Odd, wider than a vector, and small: an emulated DSP runs it, too.
#define TEST_WIDTH 45
#define TEST_HEIGHT 9
#define TEST_SEED 1

// Appends `size` bytes and zeros up to a multiple of 8; only counts if dst is NULL.
static size_t put(uint8_t *dst, size_t at, const void *data, size_t size)
{
    const size_t padded = QSR_ROUND_UP(size, (size_t)8);
    if (dst) {
        memcpy(dst + at, data, size);
        memset(dst + at + size, 0, padded - size);
    }
    return at + padded;
}

static size_t put_layers(uint8_t *dst, const QsrModel *model)
{
    size_t at = 0;
    for (int i = 0; i < model->n_layers; i++) {
        const QsrConvParams *p = &model->layers[i];
        const size_t cout = (size_t)p->cout;
        const int b = p->branch ? p->branch_ksize : 0;
        const QsrDspLayer layer = {
            .cin = (uint32_t)p->cin,
            .cout = (uint32_t)p->cout,
            .ksize = (uint32_t)p->ksize,
            .frac = (uint32_t)p->frac,
            .branch_ksize = (uint32_t)b,
        };
        at = put(dst, at, &layer, sizeof(layer));
        at = put(dst, at, p->bias, cout * sizeof(*p->bias));
        at = put(dst, at, p->mult, cout * sizeof(*p->mult));
        at = put(dst, at, p->shift, cout);
        at = put(dst, at, p->weights, cout * (size_t)(p->ksize * p->ksize * p->cin));
        if (b)
            at = put(dst, at, p->branch, cout * (size_t)(b * b * 3));
    }
    return at;
}

static int test_on_cpu(QsrHexProgram *program, QsrModel *model, QsrError *err)
{
    const QsrScale scale = model->info.scale;
    const int w = program->test.width, h = program->test.height;
    const int out_w = qsr_scale_size(scale, w), out_h = qsr_scale_size(scale, h);
    const size_t in_size = (size_t)w * h * 3, out_size = (size_t)out_w * out_h * 3;
    const QsrSettings settings = {.backend = QSR_BACKEND_CPU, .n_threads = 1};
    const QsrLogger silent = {NULL, NULL};
    void *cpu = NULL;

    uint8_t *memory = malloc(in_size + out_size);
    if (!memory)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the self-test of the DSP");
    for (size_t i = 0; i < in_size; i++)
        memory[i] = qsr_dsp_test_byte(program->test.seed, (uint32_t)i);
    int ret = qsr_cpu_open(&cpu, model, &settings, &silent, qsr_cpu_get_flags(), err);
    if (ret == 0) {
        const QsrPicture in = {.format = QSR_FORMAT_RGB, .width = w, .height = h,
                               .data = {memory}, .stride = {w * 3}};
        const QsrPicture out = {.format = QSR_FORMAT_RGB, .width = out_w, .height = out_h,
                                .data = {memory + in_size}, .stride = {out_w * 3}};
        ret = qsr_backend_cpu.process(cpu, &in, &out, err);
        qsr_backend_cpu.close(cpu);
        program->test_crc = qsr_crc32(0, memory + in_size, out_size);
    }
    free(memory);
    return ret;
}

int qsr_hex_program_new(QsrHexProgram **out, QsrModel *model, QsrError *err)
{
    QsrHexProgram *program = calloc(1, sizeof(*program));
    *out = NULL;
    if (!program)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the model's copy for the DSP");
    atomic_init(&program->refs, 1);
    program->blob_size = put_layers(NULL, model);
    program->blob = malloc(program->blob_size);
    program->test = (QsrDspSelfTest){TEST_SEED, TEST_WIDTH, TEST_HEIGHT};
    int ret = program->blob ? 0 : qsr_fail(err, QSR_ERR_NOMEM,
                                           "no memory for the model's copy for the DSP");
    if (ret == 0) {
        put_layers(program->blob, model);
        program->load = (QsrDspLoad){
            .layers = (uint32_t)model->n_layers,
            .channels = (uint32_t)model->info.channels,
            .head = (uint32_t)model->head,
            .scale_num = (uint32_t)model->info.scale.num,
            .scale_den = (uint32_t)model->info.scale.den,
            .blob_crc = qsr_crc32(0, program->blob, program->blob_size),
        };
        ret = test_on_cpu(program, model, err);
    }
    if (ret < 0) {
        qsr_hex_program_unref(program);
        return ret;
    }
    *out = program;
    return 0;
}

QsrHexProgram *qsr_hex_program_ref(QsrHexProgram *program)
{
    atomic_fetch_add_explicit(&program->refs, 1, memory_order_relaxed);
    return program;
}

void qsr_hex_program_unref(QsrHexProgram *program)
{
    if (program && atomic_fetch_sub_explicit(&program->refs, 1, memory_order_acq_rel) == 1) {
        free(program->blob);
        free(program);
    }
}

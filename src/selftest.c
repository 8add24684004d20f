// SPDX-License-Identifier: BSD-2-Clause
//
// A model file carries a small picture and what the network makes of it. A
// faulty exporter, or an engine whose arithmetic is broken, shows here and not
// in somebody's video.
#include <stdlib.h>
#include <string.h>

#include "src/backend.h"
#include "src/error.h"

int qsr_model_self_test(QsrModel *model, const char *label, QsrError *err)
{
    const QsrScale scale = model->info.scale;
    const int w = model->test_width, h = model->test_height;
    const int out_w = qsr_scale_size(scale, w), out_h = qsr_scale_size(scale, h);
    const size_t size = (size_t)out_w * out_h * 3;
    const QsrSettings settings = {.backend = QSR_BACKEND_CPU, .n_threads = 1};
    const QsrLogger silent = {NULL, NULL};
    void *engine = NULL;

    uint8_t *result = malloc(size);
    if (!result)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the self-test of %s", label);
    // Plain C: the other instruction sets are compared with it elsewhere.
    int ret = qsr_cpu_open(&engine, model, &settings, &silent, 0, err);
    if (!ret) {
        const QsrPicture in = {.format = QSR_FORMAT_RGB, .width = w, .height = h,
                               .data = {(uint8_t *)model->test_in}, .stride = {w * 3}};
        const QsrPicture out = {.format = QSR_FORMAT_RGB, .width = out_w, .height = out_h,
                                .data = {result}, .stride = {out_w * 3}};
        ret = qsr_backend_cpu.process(engine, &in, &out, err);
        qsr_backend_cpu.close(engine);
    }
    if (!ret && memcmp(result, model->test_out, size))
        ret = qsr_fail(err, QSR_ERR_INVALID,
                       "%s: the self-test gives other bytes than the file expects", label);
    free(result);
    return ret;
}

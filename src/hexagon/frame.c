// SPDX-License-Identifier: BSD-2-Clause
//
// PROCESS and SELF_TEST.

#include <string.h>

#include "src/hexagon/crc32.h"
#include "src/hexagon/state.h"
#include "src/mem.h"
#include "src/picture.h"

// Processor cycles of this thread's processor, at its present clock.
static uint64_t cycles(void)
{
    uint64_t c = 0;
#if defined(__hexagon__) // tests run this on the host, too
    __asm__ volatile("%0 = c15:14" : "=r"(c));
#endif
    return c;
}

// Puts the host's buffers into a picture whose strides are known.
static int attach(QsrPicture *pic, const QsrRpcArg *arg, int n)
{
    if (n != qsr_format_planes(pic->format))
        return QSR_DSP_BAD_PARAMETER;
    for (int i = 0; i < n; i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row_bytes, &rows);
        const size_t needed = (size_t)pic->stride[i] * ((size_t)rows - 1) + row_bytes;
        if (!arg[i].buf.data || arg[i].buf.size < needed)
            return QSR_DSP_BAD_PARAMETER;
        pic->data[i] = arg[i].buf.data;
    }
    return QSR_DSP_OK;
}

static uint32_t picture_crc(const QsrPicture *pic)
{
    uint32_t crc = 0;
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row_bytes, &rows);
        for (int y = 0; y < rows; y++)
            crc = qsr_crc32(crc, pic->data[i] + y * pic->stride[i], row_bytes);
    }
    return crc;
}

static int run_timed(QsrDspRun *run, const QsrPicture *in, const QsrPicture *out, bool crc,
                     QsrDspStatus *status)
{
    const uint64_t begin = cycles();
    const int ret = qsr_dsp_run(run, in, out, &status->packets);
    status->cycles = cycles() - begin;
    if (!ret && crc)
        status->crc = picture_crc(out);
    return ret;
}

int qsr_dsp_process(QsrDspState *s, const QsrDspFrame *frame, const QsrRpcArg *in_arg, int n_in,
                    const QsrRpcArg *out_arg, int n_out, QsrDspStatus *status)
{
    QsrPicture in, out;
    if (!s->run.threads)
        return QSR_DSP_BAD_STATE;
    if (frame->flags & ~QSR_DSP_FRAME_CRC)
        return QSR_DSP_UNSUPPORTED;
    int ret = qsr_dsp_pictures(&s->model, &s->config, &in, &out);
    if (!ret)
        ret = attach(&in, in_arg, n_in);
    if (!ret)
        ret = attach(&out, out_arg, n_out);
    if (ret)
        return ret;
    status->number = frame->number;
    return run_timed(&s->run, &in, &out, frame->flags & QSR_DSP_FRAME_CRC, status);
}

int qsr_dsp_self_test(const QsrDspState *s, const QsrDspSelfTest *test, QsrDspStatus *status)
{
    if (!s->model.n_layers)
        return QSR_DSP_BAD_STATE;
    if (test->width < 1 || test->width > 64 || test->height < 1 || test->height > 64)
        return QSR_DSP_BAD_PARAMETER;
    const QsrScale scale = s->model.info.scale;
    const int w = test->width, h = test->height;
    const int out_w = qsr_scale_size(scale, w), out_h = qsr_scale_size(scale, h);
    // As many threads as frames have, and small tasks, so that all of them work.
    const QsrDspConfig config = {
        .in = {.format = QSR_FORMAT_RGB, .width = w, .height = h, .stride = {3 * w}},
        .out = {.format = QSR_FORMAT_RGB, .width = out_w, .height = out_h, .stride = {3 * out_w}},
        .threads = (uint32_t)s->run.threads,
        .strip_width = 32,
        .band_height = 16,
    };
    const uint32_t in_size = 3u * (uint32_t)w * (uint32_t)h;
    const uint32_t out_size = 3u * (uint32_t)out_w * (uint32_t)out_h;
    QsrPicture in, out;
    QsrDspRun *run = qsr_alloc(sizeof(*run));
    uint8_t *memory = qsr_alloc(in_size + out_size);
    int ret = run && memory ? qsr_dsp_pictures(&s->model, &config, &in, &out) : QSR_DSP_NO_MEMORY;
    if (!ret)
        ret = qsr_dsp_run_init(run, s, &config, &in, &out);
    if (!ret) {
        for (uint32_t i = 0; i < in_size; i++)
            memory[i] = qsr_dsp_test_byte(test->seed, i);
        in.data[0] = memory;
        out.data[0] = memory + in_size;
        status->number = test->seed;
        ret = run_timed(run, &in, &out, true, status);
        qsr_dsp_run_clear(run);
    }
    qsr_free(memory);
    qsr_free(run);
    return ret;
}

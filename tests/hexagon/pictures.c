// SPDX-License-Identifier: BSD-2-Clause
//
// The emulated DSP against the CPU, byte by byte.
//
//     pictures EMULATOR formats|models [SKEL]

#include <stdlib.h>
#include <string.h>

#include "src/hexagon/crc32.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"
#include "tests/hexagon/rpc.h"

#define MAX_BYTES (512 * 1024)

static Rpc rpc;
static uint64_t handle;
static uint8_t *in_bytes, *out_bytes; // from rpcmem
static uint8_t *expected;

typedef struct Case {
    QsrFormat in, out;
    int width, height, pad; // bytes added to every stride
    int threads, strip, band;
    QsrMatrix matrix;
    QsrRange range;
    QsrChromaSite site;
} Case;

static QsrPicture picture(const Case *c, QsrFormat format, int width, int height, uint8_t *bytes)
{
    QsrPicture p = {.format = format, .width = width, .height = height, .matrix = c->matrix,
                    .range = c->range, .site = c->site};
    for (int i = 0; i < qsr_format_planes(format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(format, i, width, height, &row_bytes, &rows);
        p.data[i] = bytes;
        p.stride[i] = (ptrdiff_t)row_bytes + c->pad;
        bytes += p.stride[i] * rows + 64;
    }
    return p;
}

static uint32_t visible_crc(const QsrPicture *p)
{
    uint32_t crc = 0;
    for (int i = 0; i < qsr_format_planes(p->format); i++) {
        size_t row_bytes;
        int rows;
        qsr_format_plane_size(p->format, i, p->width, p->height, &row_bytes, &rows);
        for (int y = 0; y < rows; y++)
            crc = qsr_crc32(crc, p->data[i] + y * p->stride[i], row_bytes);
    }
    return crc;
}

static int on_cpu(QsrModel *model, const QsrPicture *in, const QsrPicture *out)
{
    QsrSettings settings;
    QsrContext *ctx;
    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = 1;
    int ret = qsr_open(&ctx, model, &settings, NULL);
    if (!ret)
        ret = qsr_process(ctx, in, out, NULL);
    qsr_close(&ctx);
    return ret;
}

static void compare(QsrModel *model, const Case *c)
{
    const QsrScale scale = model->info.scale;
    const int ow = qsr_scale_size(scale, c->width), oh = qsr_scale_size(scale, c->height);
    const QsrPicture in = picture(c, c->in, c->width, c->height, in_bytes);
    const QsrPicture out = picture(c, c->out, ow, oh, out_bytes);
    const QsrPicture want = picture(c, c->out, ow, oh, expected);
    QsrDspConfig config = {.threads = (uint32_t)c->threads, .strip_width = (uint32_t)c->strip,
                           .band_height = (uint32_t)c->band};
    const QsrDspFrame frame = {.number = (uint32_t)c->width, .flags = QSR_DSP_FRAME_CRC};
    QsrDspPlan plan;
    QsrDspStatus status;
    rpc_picture(&config.in, &in);
    rpc_picture(&config.out, &out);
    char what[160];
    snprintf(what, sizeof(what), "%s -> %s %dx%d %d/%d, %d channels, %d threads, strip %d, band %d",
             qsr_format_name(c->in), qsr_format_name(c->out), c->width, c->height, scale.num,
             scale.den, model->info.channels, c->threads, c->strip, c->band);
    for (size_t i = 0; i < MAX_BYTES; i++)
        in_bytes[i] = qsr_dsp_test_byte(11, (uint32_t)i);
    memset(out_bytes, 0x77, MAX_BYTES);
    memset(expected, 0x77, MAX_BYTES);
    CHECK(!on_cpu(model, &in, &want), "%s: on the CPU", what);
    int ret = rpc_config(&rpc, handle, &config, &plan);
    CHECK(!ret, "%s: CONFIG 0x%x", what, (unsigned)ret);
    CHECK(ret || !c->threads || plan.threads == (uint32_t)c->threads, "%s: %u threads", what,
          plan.threads);
    ret = rpc_process(&rpc, handle, &frame, &in, &out, &status);
    CHECK(!ret, "%s: PROCESS 0x%x", what, (unsigned)ret);
    // With what lies between the rows.
    CHECK(ret || !memcmp(out_bytes, expected, MAX_BYTES), "%s: other bytes", what);
    CHECK(ret || status.number == frame.number, "%s: number %u", what, status.number);
    CHECK(ret || status.crc == visible_crc(&want), "%s: CRC %x", what, status.crc);
    CHECK(ret || status.packets > 0, "%s: no packets", what);
}

static void check_self_test(QsrModel *model)
{
    const QsrDspSelfTest test = {.seed = 42, .width = 33, .height = 18};
    const QsrScale scale = model->info.scale;
    const Case c = {.in = QSR_FORMAT_RGB, .out = QSR_FORMAT_RGB};
    const QsrPicture in = picture(&c, QSR_FORMAT_RGB, 33, 18, in_bytes);
    const QsrPicture want = picture(&c, QSR_FORMAT_RGB, qsr_scale_size(scale, 33),
                                    qsr_scale_size(scale, 18), expected);
    QsrDspStatus status;
    for (uint32_t i = 0; i < 3 * 33 * 18; i++)
        in_bytes[i] = qsr_dsp_test_byte(42, i);
    on_cpu(model, &in, &want);
    const int ret = rpc_self_test(&rpc, handle, &test, &status);
    CHECK(!ret && status.crc == visible_crc(&want) && status.number == 42,
          "self-test: 0x%x, CRC %x, number %u", (unsigned)ret, status.crc, status.number);
}

static QsrModel *load(const QsrTestModelSpec *spec, const char *name, QsrScale scale)
{
    QsrModel *m;
    uint8_t *file = NULL;
    QsrError err;
    const size_t size = spec ? qsr_test_model(&file, spec) : 0;
    const int ret = spec ? qsr_model_open_memory(&m, file, size, NULL, &err)
                         : qsr_model_open(&m, name, scale, &err);
    free(file);
    if (ret < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    CHECK(!rpc_load_model(&rpc, handle, m, -1), "LOAD");
    return m;
}

static const QsrScale scales[] = {{2, 1}, {3, 1}, {4, 1}, {3, 2}};

// Every format, in and out, odd sizes, all matrices, ranges and sites.
static void test_formats(void)
{
    const QsrTestModelSpec spec = {.scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1,
                                   .seed = 5};
    QsrModel *m = load(&spec, NULL, QSR_SCALE_ANY);
    for (int f = 0; f < QSR_N_FORMATS; f++) {
        const Case same = {.in = (QsrFormat)f, .out = (QsrFormat)f, .width = 13 + f % 2,
                           .height = 7 + f / 2 % 2, .pad = f % 3 * 5, .threads = 1 + f % 4,
                           .strip = 8, .band = 4, .matrix = (QsrMatrix)(f % QSR_N_MATRICES),
                           .range = (QsrRange)(f % 2), .site = (QsrChromaSite)(f % 4)};
        compare(m, &same);
    }
    static const QsrFormat some[] = {QSR_FORMAT_NV12, QSR_FORMAT_I420, QSR_FORMAT_RGB,
                                     QSR_FORMAT_RGBA, QSR_FORMAT_GRAY8};
    for (int site = 0; site < 4; site++)
        for (int i = 0; i < 5; i++) {
            const Case c = {.in = some[i], .out = some[(i + 1 + site) % 5], .width = 9 + i,
                            .height = 5 + site, .threads = 2, .strip = 4, .band = 4,
                            .range = (QsrRange)(site & 1), .site = (QsrChromaSite)site};
            compare(m, &c);
        }
    qsr_model_unref(&m);
}

// Every built-in model and every shape of layer; widths around the vectors' size.
static void test_models(void)
{
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        QsrModel *m = load(NULL, b->name, b->scale);
        const Case c = {.in = QSR_FORMAT_NV12, .out = QSR_FORMAT_NV12, .width = 35, .height = 6,
                        .threads = 2, .band = 4};
        compare(m, &c);
        check_self_test(m);
        qsr_model_unref(&m);
    }
    for (int i = 0; i < 16; i++) {
        const QsrTestModelSpec spec = {
            .scale = scales[i % 4], .channels = i & 4 ? 64 : 32, .blocks = 1 + i % 3,
            .branch = i >= 8, .frac = 4, .unsafe_pairs = i % 2, .extreme_bias = i % 3 == 0,
            .seed = 100u + (uint32_t)i,
        };
        QsrModel *m = load(&spec, NULL, QSR_SCALE_ANY);
        const QsrFormat format = i % 3 ? QSR_FORMAT_RGB : QSR_FORMAT_Y444_10LE;
        const Case c = {.in = format, .out = format, .width = 5 + 2 * (i % 8), .height = 5,
                        .threads = 1 + i % 4, .strip = 8};
        compare(m, &c);
        qsr_model_unref(&m);
    }
    const QsrTestModelSpec spec = {.scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1,
                                   .seed = 9};
    QsrModel *m = load(&spec, NULL, QSR_SCALE_ANY);
    static const int widths[] = {1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 193};
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        const Case c = {.in = QSR_FORMAT_I420, .out = QSR_FORMAT_I420, .width = widths[i],
                        .height = 1 + (int)i % 5, .threads = (int)i % 5,
                        .strip = i % 2 ? 0 : 64};
        compare(m, &c);
    }
    qsr_model_unref(&m);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    rpc_load(&rpc, argv[1]);
    in_bytes = rpc.alloc(25, 1, MAX_BYTES);
    out_bytes = rpc.alloc(25, 1, MAX_BYTES);
    expected = malloc(MAX_BYTES);
    const int ret = rpc_open(&rpc, argc > 3 ? argv[3] : "libqsr_skel_v66.so", &handle);
    if (ret || !in_bytes || !out_bytes || !expected) {
        printf("open: 0x%x\n", (unsigned)ret);
        return 1;
    }
    if (!strcmp(argv[2], "formats"))
        test_formats();
    else
        test_models();
    CHECK(!rpc.close(handle), "close");
    const long heap = rpc.count("heap");
    CHECK(heap == 0, "%ld bytes are left on the DSP", heap);
    rpc.free(in_bytes);
    rpc.free(out_bytes);
    free(expected);
    return check_result();
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Every method of the skel, called with everything that a host may get wrong. The
// skel answers with a code, never with a crash, and goes on working.
//
//     calls EMULATOR

#include <stdlib.h>
#include <string.h>

#include "src/hexagon/crc32.h"
#include "src/hexagon/fastrpc.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"
#include "tests/hexagon/rpc.h"

#define SKEL "libqsr_skel_v66.so"

static Rpc rpc;
static uint64_t handle;
static QsrModel *model;

static int dsp(int error)
{
    return (int)(QSR_DSP_ERR_OFFSET + (uint32_t)error);
}

#define EXPECT(code, call)                                                                 \
    do {                                                                                   \
        const int got_ = (call);                                                           \
        CHECK(got_ == (code), "0x%x, not 0x%x", (unsigned)got_, (unsigned)(code));         \
    } while (0)
#define BAD dsp(QSR_DSP_BAD_PARAMETER)

static QsrModel *make_model(int channels, QsrScale scale, uint32_t seed)
{
    uint8_t *file;
    QsrModel *m;
    const size_t size = qsr_test_model(&file, &(QsrTestModelSpec){
        .scale = scale, .channels = channels, .blocks = 1, .seed = seed});
    if (qsr_model_open_memory(&m, file, size, NULL, NULL) < 0)
        abort();
    free(file);
    return m;
}

// ------------------------------------------------------------------- INFO ---

static void test_info(void)
{
    QsrDspInfo info;
    memset(&info, 0x55, sizeof(info));
    EXPECT(0, rpc_info(&rpc, handle, &info));
    CHECK(info.abi == QSR_DSP_ABI, "%u", info.abi);
    CHECK(info.arch == 0x66, "%x", info.arch);
    CHECK(info.hvx_contexts == 4, "%u", info.hvx_contexts);
    CHECK(info.max_threads >= 4 && info.max_threads <= 6, "%u", info.max_threads);
    CHECK(info.flags == 0, "%x", info.flags);
    CHECK(!info.reserved[0] && !info.reserved[1] && !info.reserved[2], "reserved");
}

// Methods that do not exist, and those that do with other numbers of arguments.
static void test_shapes(void)
{
    static const struct {
        int method, in, out;
    } right[] = {
        {QSR_DSP_INFO, 0, 1}, {QSR_DSP_LOAD, 2, 0}, {QSR_DSP_CONFIG, 1, 1},
        {QSR_DSP_SELF_TEST, 1, 1},
    };
    static uint8_t bytes[256];
    EmuArg args[40];
    for (int i = 0; i < 40; i++)
        args[i] = (EmuArg){.buf = {bytes, sizeof(bytes)}};
    for (int method = 7; method < 32; method++)
        EXPECT(dsp(QSR_DSP_UNSUPPORTED),
               rpc.invoke(handle, QSR_RPC_SCALARS(method, 1, 1, 0, 0), args));
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        for (int in = 0; in < 4; in++)
            for (int out = 0; out < 3; out++)
                // Right numbers: the sizes are wrong then.
                EXPECT(BAD, rpc.invoke(handle,
                                       QSR_RPC_SCALARS(right[i].method, in, out, 0, 0), args));
    for (int in = 0; in < 8; in++)
        for (int out = 0; out < 8; out++)
            EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_PROCESS, in, out, 0, 0), args));
    EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_INFO, 0, 1, 1, 0), args));
    EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_INFO, 0, 1, 0, 1), args));
    for (int method = 0; method < 2; method++)
        for (int n = 0; n < 3; n++)
            EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(method, n, 3 - n, 0, 0), args));
    for (int method = QSR_DSP_INFO; method <= QSR_DSP_SELF_TEST; method++) {
        const EmuArg none[2] = {{.buf = {NULL, 0}}, {.buf = {NULL, 0}}};
        memcpy(args, none, sizeof(none));
        const int in = method != QSR_DSP_INFO, out = method != QSR_DSP_LOAD;
        EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(method, in, out, 0, 0), args));
    }
    QsrDspInfo info;
    EXPECT(AEE_EINVHANDLE, rpc_info(&rpc, handle + 1, &info));
}

// Lengths of the fixed parts.
static void test_lengths(void)
{
    static uint8_t bytes[512];
    static const struct {
        int method;
        size_t in, out;
    } calls[] = {
        {QSR_DSP_INFO, 0, sizeof(QsrDspInfo)},
        {QSR_DSP_CONFIG, sizeof(QsrDspConfig), sizeof(QsrDspPlan)},
        {QSR_DSP_SELF_TEST, sizeof(QsrDspSelfTest), sizeof(QsrDspStatus)},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        for (int d = -1; d < 2; d += 2) {
            const uint32_t has_in = calls[i].in > 0;
            const uint32_t sc = QSR_RPC_SCALARS(calls[i].method, has_in, 1, 0, 0);
            EmuArg args[2] = {{.buf = {bytes, calls[i].in}}};
            args[has_in] = (EmuArg){.buf = {bytes + 256, calls[i].out + (size_t)d}};
            EXPECT(BAD, rpc.invoke(handle, sc, args));
            if (!has_in)
                continue;
            args[0].buf.size = calls[i].in + (size_t)d;
            args[1].buf.size = calls[i].out;
            EXPECT(BAD, rpc.invoke(handle, sc, args));
        }
}

// ------------------------------------------------------------------- LOAD ---

// A blob with a change, its CRC set right again.
static int load_changed(void (*change)(QsrDspLoad *load, uint8_t *blob, size_t *size))
{
    QsrDspLoad load;
    size_t size;
    uint8_t *blob = rpc_blob(model, &load, &size);
    blob = realloc(blob, size + 64);
    memset(blob + size, 0, 64);
    change(&load, blob, &size);
    load.blob_crc = qsr_crc32(0, blob, size);
    EmuArg args[2] = {{.buf = {&load, sizeof(load)}}, {.buf = {blob, size}}};
    const int ret = rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_LOAD, 2, 0, 0, 0), args);
    free(blob);
    return ret;
}

#define CHANGE(name, ...)                                                                  \
    static void name(QsrDspLoad *load, uint8_t *blob, size_t *size)                        \
    {                                                                                      \
        QsrDspLayer *first = (QsrDspLayer *)(void *)blob;                                  \
        int32_t *bias = (int32_t *)(void *)(blob + sizeof(*first));                        \
        uint16_t *mult = (uint16_t *)(void *)(bias + 32);                                  \
        uint8_t *shift = (uint8_t *)(mult + 32);                                           \
        (void)load, (void)size, (void)shift;                                               \
        __VA_ARGS__;                                                                       \
    }
CHANGE(few_layers, load->layers = 2)
CHANGE(many_layers, load->layers = 19)
CHANGE(more_layers, load->layers++)
CHANGE(all_layers, load->layers = UINT32_MAX)
CHANGE(odd_channels, load->channels = 33)
CHANGE(other_channels, load->channels = 64)
CHANGE(no_head, load->head = 4)
CHANGE(far_head, load->head = UINT32_MAX)
CHANGE(other_head, load->head = 1)
CHANGE(no_scale, load->scale_num = 0)
CHANGE(den, load->scale_den = 2)
CHANGE(first_cin, first->cin = 32)
CHANGE(first_cout, first->cout = 31)
CHANGE(huge_cout, first->cout = 0x40000001)
CHANGE(ksize_5, first->ksize = 5)
CHANGE(frac_0, first->frac = 0)
CHANGE(frac_7, first->frac = 7)
CHANGE(inner_branch, first->branch_ksize = 1)
CHANGE(small_mult, mult[3] = 16383)
CHANGE(large_mult, mult[31] = 32768)
CHANGE(large_shift, shift[31] = 25)
CHANGE(large_bias, bias[5] = INT32_MAX)
CHANGE(least_bias, bias[5] = INT32_MIN)
CHANGE(cut, *size -= 8)
CHANGE(cut_odd, *size -= 1)
CHANGE(longer, *size += 8)
CHANGE(header_only, *size = sizeof(*first))
CHANGE(nothing_left, *size = 1)
CHANGE(nothing, (void)load)

static void test_load(void)
{
    static const struct {
        const char *name;
        void (*change)(QsrDspLoad *, uint8_t *, size_t *);
    } changes[] = {
#define ROW(name) {#name, name}
        ROW(few_layers), ROW(many_layers), ROW(more_layers), ROW(all_layers), ROW(odd_channels),
        ROW(other_channels), ROW(no_head), ROW(far_head), ROW(other_head), ROW(no_scale),
        ROW(den), ROW(first_cin), ROW(first_cout), ROW(huge_cout), ROW(ksize_5), ROW(frac_0),
        ROW(frac_7), ROW(inner_branch), ROW(small_mult), ROW(large_mult), ROW(large_shift),
        ROW(large_bias), ROW(least_bias), ROW(cut), ROW(cut_odd), ROW(longer), ROW(header_only),
        ROW(nothing_left),
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const int ret = load_changed(changes[i].change);
        CHECK(ret == BAD, "%s: 0x%x", changes[i].name, (unsigned)ret);
    }
    EXPECT(0, load_changed(nothing));
    for (int at = 0; at < 2000; at += 333) // a wrong CRC
        EXPECT(BAD, rpc_load_model(&rpc, handle, model, at));
    QsrDspLoad load = {.layers = 3};
    EmuArg args[2] = {{.buf = {&load, sizeof(load)}}, {.buf = {NULL, 0}}};
    EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_LOAD, 2, 0, 0, 0), args));
    uint8_t *huge = calloc(1, QSR_MODEL_MAX_FILE + 8);
    args[1] = (EmuArg){.buf = {huge, QSR_MODEL_MAX_FILE + 8}};
    EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_LOAD, 2, 0, 0, 0), args));
    free(huge);
}

// ----------------------------------------------------------------- CONFIG ---

static QsrDspConfig good_config(void)
{
    return (QsrDspConfig){
        .in = {.format = QSR_FORMAT_NV12, .width = 17, .height = 9, .stride = {20, 18}},
        .out = {.format = QSR_FORMAT_I420, .width = 34, .height = 18, .stride = {34, 17, 17}},
        .threads = 1,
    };
}

static void test_config(void)
{
    QsrDspPlan plan;
    const QsrDspConfig good = good_config();
#define WRONG(code, ...)                                                                   \
    do {                                                                                   \
        QsrDspConfig c = good;                                                             \
        __VA_ARGS__;                                                                       \
        const int got_ = rpc_config(&rpc, handle, &c, &plan);                              \
        CHECK(got_ == (code), #__VA_ARGS__ ": 0x%x", (unsigned)got_);                      \
    } while (0)
    EXPECT(0, rpc_load_model(&rpc, handle, model, -1));
    WRONG(dsp(QSR_DSP_UNSUPPORTED), c.in.format = QSR_N_FORMATS);
    WRONG(dsp(QSR_DSP_UNSUPPORTED), c.out.format = UINT32_MAX);
    WRONG(BAD, c.in.width = 0);
    WRONG(BAD, c.in.width = -17);
    WRONG(BAD, c.in.height = INT32_MIN);
    WRONG(BAD, c.in.height = 10);
    WRONG(BAD, c.out.width = 35);
    WRONG(BAD, c.out.height = INT32_MAX);
    WRONG(BAD, c.in.width = QSR_MAX_WIDTH + 1; c.out.width = 2 * c.in.width;
          c.in.stride[0] = c.in.stride[1] = 1 << 20; c.out.stride[0] = 1 << 20);
    WRONG(BAD, c.in.stride[0] = 16);
    WRONG(BAD, c.in.stride[1] = 17);
    WRONG(BAD, c.in.stride[1] = -18);
    WRONG(BAD, c.in.stride[0] = INT32_MAX);
    WRONG(BAD, c.out.stride[2] = 16);
    WRONG(BAD, c.in.matrix = QSR_N_MATRICES);
    WRONG(BAD, c.out.range = 2);
    WRONG(BAD, c.out.site = 4);
    WRONG(BAD, c.threads = 7);
    WRONG(BAD, c.threads = UINT32_MAX);
    WRONG(BAD, c.strip_width = QSR_MAX_WIDTH + 1);
    WRONG(BAD, c.band_height = UINT32_MAX);
    QsrDspFrame frame = {.number = 1};
    QsrDspStatus status;
    static uint8_t bytes[4096];
    const QsrPicture in = {.format = QSR_FORMAT_NV12, .width = 17, .height = 9,
                           .data = {bytes, bytes + 256}, .stride = {20, 18}};
    const QsrPicture out = {.format = QSR_FORMAT_I420, .width = 34, .height = 18,
                            .data = {bytes + 512, bytes + 2048, bytes + 3072},
                            .stride = {34, 17, 17}};
    // A refused CONFIG leaves none.
    EXPECT(dsp(QSR_DSP_BAD_STATE), rpc_process(&rpc, handle, &frame, &in, &out, &status));
    memset(&plan, 0, sizeof(plan));
    EXPECT(0, rpc_config(&rpc, handle, &good, &plan));
    CHECK(plan.threads == 1 && plan.strip_width >= 4 && plan.band_height >= 4 &&
              plan.tasks == 1 && plan.scratch_bytes > 1000 && !plan.reserved[0],
          "%u %u %u %u %u", plan.threads, plan.strip_width, plan.band_height, plan.tasks,
          plan.scratch_bytes);
    EXPECT(0, rpc_process(&rpc, handle, &frame, &in, &out, &status));
    // A new model takes the geometry with it.
    EXPECT(0, rpc_load_model(&rpc, handle, model, -1));
    EXPECT(dsp(QSR_DSP_BAD_STATE), rpc_process(&rpc, handle, &frame, &in, &out, &status));
}

// ---------------------------------------------------------------- PROCESS ---

static void test_process(void)
{
    static uint8_t bytes[8192];
    const QsrDspConfig config = good_config();
    QsrDspFrame frame = {.number = 77};
    QsrDspStatus status = {0};
    QsrDspPlan plan;
    enum { N = 7 };
    const EmuArg good[N] = {
        {.buf = {&frame, sizeof(frame)}},       {.buf = {bytes, 20 * 8 + 17}},
        {.buf = {bytes + 512, 18 * 4 + 18}},    {.buf = {bytes + 1024, 34 * 18}},
        {.buf = {bytes + 2048, 17 * 9}},        {.buf = {bytes + 3072, 17 * 9}},
        {.buf = {&status, sizeof(status)}},
    };
    const uint32_t sc = QSR_RPC_SCALARS(QSR_DSP_PROCESS, 3, 4, 0, 0);
    EXPECT(0, rpc_load_model(&rpc, handle, model, -1));
    EXPECT(0, rpc_config(&rpc, handle, &config, &plan));
    EmuArg args[N + 2];
    for (int i = 0; i < N; i++) {
        memcpy(args, good, sizeof(good));
        args[i].buf.size--;
        EXPECT(BAD, rpc.invoke(handle, sc, args));
        args[i].buf.size = 0;
        EXPECT(BAD, rpc.invoke(handle, sc, args));
    }
    CHECK(status.number == 0, "a refused call wrote its status");
    memcpy(args, good, sizeof(good));
    EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_PROCESS, 2, 5, 0, 0), args));
    EXPECT(BAD, rpc.invoke(handle, QSR_RPC_SCALARS(QSR_DSP_PROCESS, 4, 3, 0, 0), args));
    frame.flags = 2;
    EXPECT(dsp(QSR_DSP_UNSUPPORTED), rpc.invoke(handle, sc, args));
    frame.flags = 0;
    EXPECT(0, rpc.invoke(handle, sc, args));
    CHECK(status.number == 77 && status.crc == 0 && status.packets > 1000, "%u %x", status.number,
          status.crc);
    // Longer buffers are as good.
    for (int i = 1; i < N - 1; i++)
        args[i].buf.size += 100;
    EXPECT(0, rpc.invoke(handle, sc, args));
}

// -------------------------------------------------------------- SELF_TEST ---

static void test_self_test(void)
{
    QsrDspSelfTest test = {.seed = 1, .width = 5, .height = 3};
    QsrDspStatus status;
    EXPECT(0, rpc_load_model(&rpc, handle, model, -1));
    EXPECT(0, rpc_self_test(&rpc, handle, &test, &status));
    const int wrong[][2] = {{0, 3}, {5, 0}, {65, 3}, {5, 65}, {-1, 3}, {5, INT32_MIN}};
    for (int i = 0; i < 6; i++) {
        test.width = wrong[i][0];
        test.height = wrong[i][1];
        EXPECT(BAD, rpc_self_test(&rpc, handle, &test, &status));
    }
}

// ---------------------------------------------------------------- handles ---

static void test_handles(void)
{
    enum { MOST = 16 };
    uint64_t h[MOST];
    QsrDspInfo info;
    QsrDspPlan plan;
    QsrDspStatus status;
    const QsrDspConfig config = good_config();
    const QsrDspSelfTest test = {.seed = 1, .width = 5, .height = 3};
    int n = 0, ret = 0;
    while (n < MOST && !(ret = rpc_open(&rpc, SKEL, &h[n])))
        n++;
    CHECK(n == MOST - 1 && ret == dsp(QSR_DSP_NO_MEMORY), "%d handles, 0x%x", n, (unsigned)ret);
    // A fresh one has no model.
    EXPECT(dsp(QSR_DSP_BAD_STATE), rpc_config(&rpc, h[3], &config, &plan));
    EXPECT(dsp(QSR_DSP_BAD_STATE), rpc_self_test(&rpc, h[3], &test, &status));
    EXPECT(0, rpc_load_model(&rpc, h[3], model, -1));
    EXPECT(0, rpc_config(&rpc, h[3], &config, &plan));
    EXPECT(0, rpc.close(h[3]));
    EXPECT(AEE_EINVHANDLE, rpc.close(h[3]));
    EXPECT(AEE_EINVHANDLE, rpc_info(&rpc, h[3], &info));
    // The slot is used again, without what was in it.
    EXPECT(0, rpc_open(&rpc, SKEL, &h[3]));
    EXPECT(dsp(QSR_DSP_BAD_STATE), rpc_config(&rpc, h[3], &config, &plan));
    for (int i = 0; i < n; i++)
        EXPECT(0, rpc.close(h[i]));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    rpc_load(&rpc, argv[1]);
    model = make_model(32, QSR_SCALE(2, 1), 1);
    EXPECT(0, rpc_open(&rpc, SKEL, &handle));
    test_info();
    test_shapes();
    test_lengths();
    test_load();
    test_config();
    test_process();
    test_self_test();
    test_handles();
    // After all that it still works, and gives everything back.
    test_info();
    EXPECT(0, rpc.close(handle));
    const long heap = rpc.count("heap");
    CHECK(heap == 0, "%ld bytes are left on the DSP", heap);
    CHECK(rpc.count("processes") == 0, "a process is left");
    qsr_model_unref(&model);
    return check_result();
}

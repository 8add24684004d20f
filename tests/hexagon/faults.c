// SPDX-License-Identifier: BSD-2-Clause
//
// The emulated device itself: every fault is seen as README.md says, memory and
// processes come and go, and calls from several threads do not meet.
//
//     faults EMULATOR

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/hexagon/crc32.h"
#include "src/hexagon/fastrpc.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"
#include "tests/hexagon/rpc.h"

#define SKEL "libqsr_skel_v66.so"
#define WIDTH 11
#define HEIGHT 6
#define IN_BYTES (3 * WIDTH * HEIGHT)
#define OUT_BYTES (4 * IN_BYTES)

static Rpc rpc;
static QsrModel *model;
static uint8_t good_output[OUT_BYTES];

static void set(const char *faults, const char *device)
{
    setenv("QSR_EMU_FAULTS", faults, 1);
    setenv("QSR_EMU_DEVICE", device, 1);
    rpc.reset();
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define EXPECT(code, call)                                                                 \
    do {                                                                                   \
        const int got_ = (call);                                                           \
        CHECK(got_ == (code), "0x%x, not 0x%x", (unsigned)got_, (unsigned)(code));         \
    } while (0)

// ------------------------------------------------------------------ frames ---

static int prepare(uint64_t handle, int threads)
{
    const QsrDspConfig config = {
        .in = {.format = QSR_FORMAT_RGB, .width = WIDTH, .height = HEIGHT, .stride = {3 * WIDTH}},
        .out = {.format = QSR_FORMAT_RGB, .width = 2 * WIDTH, .height = 2 * HEIGHT,
                .stride = {6 * WIDTH}},
        .threads = (uint32_t)threads, .strip_width = 8, .band_height = 4,
    };
    QsrDspPlan plan;
    const int ret = rpc_load_model(&rpc, handle, model, -1);
    return ret ? ret : rpc_config(&rpc, handle, &config, &plan);
}

static int frame(uint64_t handle, uint8_t *in, uint8_t *out, QsrDspStatus *status)
{
    const QsrDspFrame f = {.number = 5, .flags = QSR_DSP_FRAME_CRC};
    const QsrPicture pi = {.format = QSR_FORMAT_RGB, .width = WIDTH, .height = HEIGHT,
                           .data = {in}, .stride = {3 * WIDTH}};
    const QsrPicture po = {.format = QSR_FORMAT_RGB, .width = 2 * WIDTH, .height = 2 * HEIGHT,
                           .data = {out}, .stride = {6 * WIDTH}};
    for (uint32_t i = 0; i < IN_BYTES; i++)
        in[i] = qsr_dsp_test_byte(3, i);
    return rpc_process(&rpc, handle, &f, &pi, &po, status);
}

// One frame: its code, and whether picture and status are right.
typedef struct Outcome {
    int code;
    bool output, status;
} Outcome;

static Outcome try_frame(uint64_t handle)
{
    uint8_t in[IN_BYTES], out[OUT_BYTES];
    QsrDspStatus status;
    memset(out, 1, sizeof(out));
    memset(&status, 1, sizeof(status));
    Outcome o = {.code = frame(handle, in, out, &status)};
    o.output = !memcmp(out, good_output, OUT_BYTES);
    o.status = status.number == 5 && status.crc == qsr_crc32(0, good_output, OUT_BYTES) &&
               status.packets < 1u << 30;
    return o;
}

static uint64_t open_ready(void)
{
    uint64_t handle = 0;
    EXPECT(0, rpc_open(&rpc, SKEL, &handle));
    EXPECT(0, prepare(handle, 2));
    return handle;
}

static void expect_frame(uint64_t handle, const char *what, int code, bool output, bool status)
{
    const Outcome o = try_frame(handle);
    CHECK(o.code == code && o.output == output && o.status == status,
          "%s: 0x%x, output %s, status %s", what, (unsigned)o.code, o.output ? "right" : "wrong",
          o.status ? "right" : "wrong");
}

static void make_good_output(void)
{
    QsrContext *ctx;
    uint8_t in[IN_BYTES];
    QsrSettings settings;
    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    const QsrPicture pi = {.format = QSR_FORMAT_RGB, .width = WIDTH, .height = HEIGHT,
                           .data = {in}, .stride = {3 * WIDTH}};
    const QsrPicture po = {.format = QSR_FORMAT_RGB, .width = 2 * WIDTH, .height = 2 * HEIGHT,
                           .data = {good_output}, .stride = {6 * WIDTH}};
    for (uint32_t i = 0; i < IN_BYTES; i++)
        in[i] = qsr_dsp_test_byte(3, i);
    if (qsr_open(&ctx, model, &settings, NULL) < 0 || qsr_process(ctx, &pi, &po, NULL) < 0)
        abort();
    qsr_close(&ctx);
}

// ------------------------------------------------------------------ faults ---

// The third frame goes wrong, by each kind; then all is well again, after a new
// open where the process was lost.
static void test_frame_faults(void)
{
    static const struct {
        const char *fault;
        int code;
        bool output, status; // where the code is 0
        bool lost;
    } kinds[] = {
        {"crash@3", AEE_ECONNRESET, false, false, true},
        {"break@3", AEE_ECONNRESET, false, false, true},
        {"badmagic@frame:3", AEE_ERPC, false, false, true},
        {"nomemory@3", (int)0x80000402, false, false, false},
        {"error=0x8000040e@3", (int)0x8000040e, false, false, false},
        {"short@3", 0, true, false, false},
        {"garbage@3", 0, true, false, false},
        {"wrong@3", 0, false, true, false},
        {"stale@3", 0, false, false, false},
        {"slow=50@3", 0, true, true, false},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        set(kinds[i].fault, "");
        uint64_t h = open_ready();
        expect_frame(h, kinds[i].fault, 0, true, true);
        expect_frame(h, kinds[i].fault, 0, true, true);
        const double begin = now();
        expect_frame(h, kinds[i].fault, kinds[i].code, kinds[i].output, kinds[i].status);
        CHECK(strncmp(kinds[i].fault, "slow", 4) || now() - begin >= 0.05, "not slow");
        if (kinds[i].lost) {
            expect_frame(h, kinds[i].fault, AEE_ECONNRESET, false, false);
            EXPECT(AEE_ECONNRESET, rpc.close(h));
            h = open_ready();
        }
        expect_frame(h, kinds[i].fault, 0, true, true);
        EXPECT(0, rpc.close(h));
        CHECK(rpc.count("processes") == 0 && rpc.count("handles") == 0, "%s: leak",
              kinds[i].fault);
    }
}

// How often, and counted by what.
static void test_schedule(void)
{
    static const struct {
        const char *faults, *seen; // an x for each frame that fails
    } rows[] = {
        {"nomemory", "x....."},
        {"nomemory@2*3", ".xxx.."},
        {"nomemory@4*always", "...xxx"},
        {"nomemory@2,nomemory@5", ".x..x."},
        {"nomemory@call:4", ".x...."}, // LOAD and CONFIG are calls, and OPEN
        {"", "......"},
    };
    set("", "");
    uint64_t h = open_ready();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char seen[7] = "";
        set(rows[i].faults, "");
        QsrDspInfo info;
        rpc_info(&rpc, h, &info);
        rpc_info(&rpc, h, &info);
        for (int k = 0; k < 6; k++)
            strcat(seen, try_frame(h).code ? "x" : ".");
        CHECK(!strcmp(seen, rows[i].seen), "%s: %s", rows[i].faults, seen);
        CHECK(rpc.count("frame") == 6 && rpc.count("info") == 2 && rpc.count("call") == 8,
              "counts");
    }
    EXPECT(0, rpc.close(h));
    set("error=9@load:1,error=8@config:2,error=7@selftest,error=6@open:2,crash@info:1", "");
    EXPECT(0, rpc_open(&rpc, SKEL, &h));
    EXPECT(9, prepare(h, 1));
    EXPECT(0, prepare(h, 1));
    EXPECT(8, prepare(h, 1));
    EXPECT(0, prepare(h, 1));
    const QsrDspSelfTest test = {.seed = 1, .width = 4, .height = 4};
    QsrDspStatus status;
    QsrDspInfo info;
    uint64_t other;
    EXPECT(7, rpc_self_test(&rpc, h, &test, &status));
    EXPECT(0, rpc_self_test(&rpc, h, &test, &status));
    EXPECT(6, rpc_open(&rpc, SKEL, &other));
    EXPECT(AEE_ECONNRESET, rpc_info(&rpc, h, &info));
    EXPECT(AEE_ECONNRESET, rpc.close(h));
}

// ---------------------------------------------------------------- devices ---

static uint32_t ask(uint32_t attribute, int *ret)
{
    uint32_t c[3] = {EMU_CDSP, attribute, 99};
    *ret = rpc.control(2, c, sizeof(c));
    return c[2];
}

static void test_devices(void)
{
    uint64_t h;
    int ret, unsigned_pd[2] = {EMU_CDSP, 1};
    QsrDspInfo info;

    set("", "");
    CHECK(ask(0, &ret) == 1 && ask(1, &ret) == 1 && ask(3, &ret) == 4 && ask(6, &ret) == 0x66 &&
              !ret, "capabilities");
    EXPECT(0, rpc.session_control(2, unsigned_pd, sizeof(unsigned_pd)));
    EXPECT(AEE_EUNSUPPORTED, rpc.session_control(11, unsigned_pd, sizeof(unsigned_pd)));
    set("", "no-dsp");
    CHECK(ask(0, &ret) == 0 && !ret, "no-dsp");
    EXPECT(AEE_ENOSUCH, rpc_open(&rpc, SKEL, &h));
    set("", "arch=65,hvx=0,no-unsigned");
    CHECK(ask(6, &ret) == 0x65 && ask(3, &ret) == 0 && ask(1, &ret) == 0, "old");
    set("", "no-query");
    ask(0, &ret);
    EXPECT(AEE_EUNSUPPORTEDAPI, ret);
    set("", "refuse-unsigned");
    EXPECT(AEE_EUNSUPPORTED, rpc.session_control(2, unsigned_pd, sizeof(unsigned_pd)));
    set("", "refuse-open");
    EXPECT(AEE_ECONNREFUSED, rpc_open(&rpc, SKEL, &h));
    set("", "no-rpcmem");
    CHECK(!rpc.alloc(25, 1, 100), "memory");
    set("noskel*2", "abi=7");
    EXPECT((int)0x80000406, rpc_open(&rpc, SKEL, &h));
    EXPECT((int)0x80000406, rpc_open(&rpc, SKEL, &h));
    EXPECT(0, rpc_open(&rpc, SKEL, &h));
    EXPECT(0, rpc_info(&rpc, h, &info));
    CHECK(info.abi == 7, "%u", info.abi);
    uint32_t latency[2] = {1, 100};
    EXPECT(0, rpc.handle64_control(h, 1, latency, sizeof(latency)));
    EXPECT(AEE_EUNSUPPORTED, rpc.handle64_control(h, 9, latency, sizeof(latency)));
    EXPECT(0, rpc.close(h));
    // Files that are not there, or no skels.
    EXPECT((int)0x80000406, rpc_open(&rpc, "libqsr_skel_v99.so", &h));
    EXPECT((int)0x80000406, rpc_open(&rpc, "v66_run.o", &h));
    EXPECT(AEE_ESCHEMENOTSUPPORTED, rpc.open("libqsr_skel_v66.so", &h));
    EXPECT((int)0x80000406,
           rpc.open("file:///" SKEL "?no_such_entry&_modver=1.0&_dom=cdsp", &h));
    CHECK(rpc.count("processes") == 0, "a process is left");
    // Other architectures' skels.
    static const char *const skels[] = {"libqsr_skel_v68.so", "libqsr_skel_v69.so"};
    for (int i = 0; i < 2; i++) {
        EXPECT(0, rpc_open(&rpc, skels[i], &h));
        EXPECT(0, rpc_info(&rpc, h, &info));
        CHECK(info.arch == 0x68u + (uint32_t)i, "%x", info.arch);
        EXPECT(0, prepare(h, 2));
        expect_frame(h, skels[i], 0, true, true);
        EXPECT(0, rpc.close(h));
    }
}

// Fewer vector units than threads make it slower; without one a v66 skel cannot run.
static void test_vector_units(void)
{
    for (int units = 0; units < 4; units++) {
        char device[16];
        uint64_t h;
        QsrDspInfo info;
        snprintf(device, sizeof(device), "hvx=%d", units);
        set("", device);
        EXPECT(0, rpc_open(&rpc, SKEL, &h));
        EXPECT(0, rpc_info(&rpc, h, &info));
        CHECK(info.hvx_contexts == (uint32_t)units, "%u", info.hvx_contexts);
        EXPECT(0, prepare(h, 4));
        for (int i = 0; i < 3; i++)
            expect_frame(h, device, units ? 0 : (int)0x80000401, units, units);
        EXPECT(0, rpc.close(h));
    }
}

// The heap of the DSP: threads are given up first; without one there is an arena.
static void test_dsp_memory(void)
{
    static const struct {
        const char *device;
        int code;
    } rows[] = {{"heap=0", 0}, {"heap=400000", 0}, {"heap=40000", (int)0x80000402}};
    for (int i = 0; i < 3; i++) {
        uint64_t h;
        set("", rows[i].device);
        EXPECT(0, rpc_open(&rpc, SKEL, &h));
        for (int k = 0; k < 3; k++) // what is given back is used again
            EXPECT(rows[i].code, prepare(h, 6));
        if (!rows[i].code)
            expect_frame(h, rows[i].device, 0, true, true);
        EXPECT(0, rpc.close(h));
    }
}

// ------------------------------------------------------------------ memory ---

static void test_host_memory(void)
{
    set("", "");
    uint64_t h = open_ready();
    QsrDspStatus status;
    // More buffers than the process has room for at a time, one after another.
    for (int i = 0; i < 300; i++) {
        uint8_t *out = rpc.alloc(25, 1, OUT_BYTES + i * 97);
        uint8_t in[IN_BYTES];
        const int fd = out ? rpc.to_fd(out + 100) : -1;
        CHECK(fd >= 0, "rpcmem");
        if (i % 50 == 0) {
            EXPECT(0, frame(h, in, out + i, &status));
            CHECK(!memcmp(out + i, good_output, OUT_BYTES), "buffer %d", i);
        } else {
            QsrDspInfo *info = (QsrDspInfo *)(void *)out;
            EXPECT(0, rpc_info(&rpc, h, info));
            CHECK(info->abi == QSR_DSP_ABI, "buffer %d", i);
        }
        rpc.free(out);
    }
    CHECK(rpc.count("buffers") == 0 && !rpc.alloc(25, 1, 0) && !rpc.alloc(25, 1, -1), "buffers");
    // Foreign memory by its descriptor.
    const int fd = memfd_create("foreign", MFD_CLOEXEC);
    const size_t size = 65536;
    CHECK(fd >= 0 && !ftruncate(fd, (off_t)size), "memfd");
    uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    rpc.register_buf(p, (int)size, fd, 0);
    EXPECT(0, rpc.mmap(EMU_CDSP, fd, p, 0, size, 0));
    CHECK(rpc.to_fd(p) >= 0, "foreign memory is not known");
    EXPECT(0, frame(h, p, p + 4096 + 5, &status));
    CHECK(!memcmp(p + 4096 + 5, good_output, OUT_BYTES), "foreign memory");
    EXPECT(0, rpc.munmap(EMU_CDSP, fd, p, size));
    rpc.register_buf(p, (int)size, -1, 0);
    CHECK(rpc.to_fd(p) < 0, "foreign memory is still known");
    munmap(p, size);
    close(fd);
    expect_frame(h, "copied", 0, true, true);
    EXPECT(0, rpc.close(h));
}

// --------------------------------------------------------- threads, processes ---

static void *hang(void *arg)
{
    Outcome *o = arg;
    const uint64_t h = open_ready();
    *o = try_frame(h);
    rpc.close(h);
    return NULL;
}

// A kill ends a call that would never return.
static void test_kill(void)
{
    int domain = EMU_CDSP;
    Outcome o = {.code = 0};
    pthread_t thread;
    set("hang", "");
    pthread_create(&thread, NULL, hang, &o);
    while (rpc.count("frame") < 1)
        usleep(1000);
    usleep(50 * 1000);
    CHECK(rpc.count("processes") == 1, "it does not hang");
    const double begin = now();
    EXPECT(0, rpc.session_control(6, &domain, sizeof(domain)));
    pthread_join(thread, NULL);
    CHECK(now() - begin < 1.0, "%.3f s", now() - begin);
    CHECK(o.code == AEE_ECONNRESET, "0x%x", (unsigned)o.code);
    CHECK(rpc.count("processes") == 0 && rpc.count("handles") == 0, "something is left");
    const uint64_t h = open_ready();
    expect_frame(h, "after the kill", 0, true, true);
    EXPECT(0, rpc.close(h));
}

// The skel's own: CRASH and HANG of a build for tests.
static void *call_hang(void *arg)
{
    uint64_t *h = arg;
    CHECK(rpc.invoke(*h, QSR_RPC_SCALARS(QSR_DSP_HANG, 0, 0, 0, 0), NULL) == AEE_ECONNRESET,
          "HANG");
    return NULL;
}

static void test_faulty_skel(void)
{
    int domain = EMU_CDSP;
    uint64_t h;
    pthread_t thread;
    QsrDspInfo info;
    set("", "");
    EXPECT(0, rpc_open(&rpc, "libqsr_skel_faulty.so", &h));
    EXPECT(0, rpc_info(&rpc, h, &info));
    CHECK(info.flags == QSR_DSP_FLAG_FAULTS, "%x", info.flags);
    EXPECT(AEE_ECONNRESET, rpc.invoke(h, QSR_RPC_SCALARS(QSR_DSP_CRASH, 0, 0, 0, 0), NULL));
    EXPECT(AEE_ECONNRESET, rpc.close(h));
    EXPECT(0, rpc_open(&rpc, "libqsr_skel_faulty.so", &h));
    pthread_create(&thread, NULL, call_hang, &h);
    usleep(100 * 1000);
    EXPECT(0, rpc.session_control(6, &domain, sizeof(domain)));
    pthread_join(thread, NULL);
    EXPECT(AEE_ECONNRESET, rpc.close(h));
}

static void *work(void *arg)
{
    int *wrong = arg;
    for (int i = 0; i < 3; i++) {
        const uint64_t h = open_ready();
        for (int k = 0; k < 3; k++) {
            const Outcome o = try_frame(h);
            *wrong += o.code || !o.output || !o.status;
        }
        *wrong += rpc.close(h) != 0;
    }
    return NULL;
}

static void test_threads(void)
{
    enum { N = 4 };
    pthread_t thread[N];
    int wrong[N] = {0};
    set("", "");
    for (int i = 0; i < N; i++)
        pthread_create(&thread[i], NULL, work, &wrong[i]);
    for (int i = 0; i < N; i++) {
        pthread_join(thread[i], NULL);
        CHECK(!wrong[i], "thread %d: %d", i, wrong[i]);
    }
    CHECK(rpc.count("processes") == 0, "a process is left");
}

// Number of the process that the log speaks of, or 0.
static int pid_in_log(const char *path)
{
    int pid = 0;
    char line[512];
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        sscanf(line, "start %d", &pid);
    if (f)
        fclose(f);
    return pid;
}

static bool runs(int pid)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    const int n = fscanf(f, "%*d (%*[^)]) %c", &state);
    fclose(f);
    return n == 1 && state != 'Z';
}

static void *open_and_hang(void *arg)
{
    (void)arg;
    try_frame(open_ready());
    return NULL;
}

// The host dies, of SIGKILL and in the middle of a call that hangs; opened by its
// first thread or by another.
static void test_death(const char *log)
{
    for (int other = 0; other < 2; other++) {
        unlink(log);
        setenv("QSR_EMU_LOG", log, 1);
        set("hang", "");
        fflush(stdout);
        const pid_t host = fork();
        if (!host) {
            pthread_t thread;
            if (!other)
                open_and_hang(NULL);
            else if (!pthread_create(&thread, NULL, open_and_hang, NULL))
                pthread_join(thread, NULL);
            _exit(1);
        }
        int dsp = 0;
        for (int i = 0; i < 1000 && !(dsp = pid_in_log(log)); i++)
            usleep(10 * 1000);
        usleep(300 * 1000);
        CHECK(dsp > 0 && runs(dsp), "no process %d", dsp);
        kill(host, SIGKILL);
        waitpid(host, NULL, 0);
        const double begin = now();
        while (runs(dsp) && now() - begin < 5)
            usleep(10 * 1000);
        CHECK(!runs(dsp), "the DSP outlives its host (%s thread)", other ? "another" : "first");
        unsetenv("QSR_EMU_LOG");
        unlink(log);
    }
}

int main(int argc, char **argv)
{
    char log[] = "emu-log-XXXXXX";
    uint8_t *file;
    if (argc != 2)
        return 2;
    rpc_load(&rpc, argv[1]);
    const size_t size = qsr_test_model(&file, &(QsrTestModelSpec){
        .scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1, .seed = 8});
    if (qsr_model_open_memory(&model, file, size, NULL, NULL) < 0)
        return 1;
    free(file);
    make_good_output();
    close(mkstemp(log));
    test_frame_faults();
    test_schedule();
    test_devices();
    test_vector_units();
    test_dsp_memory();
    test_host_memory();
    test_kill();
    test_faulty_skel();
    test_threads();
    test_death(log);
    qsr_model_unref(&model);
    return check_result();
}

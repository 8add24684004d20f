// SPDX-License-Identifier: BSD-2-Clause
//
// qsr_hexagon_report: all that a person far away needs to know of a device.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "src/backend.h"
#include "src/backend_hexagon.h"
#include "src/error.h"
#include "src/picture.h"

#define OPEN_US 10000000
#define FRAME_US 20000000
#define CLOSE_US 400000
#define FRAMES 5

typedef struct Report {
    QsrReportFunc func;
    void *opaque;
} Report;

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void say(const Report *report, const char *key, const char *format, ...)
{
    char value[512];
    va_list args;
    va_start(args, format);
    vsnprintf(value, sizeof(value), format, args);
    va_end(args);
    report->func(report->opaque, key, value);
}

static void say_surroundings(const Report *report)
{
    static const char *const nodes[] = {
        "/dev/fastrpc-cdsp", "/dev/fastrpc-cdsp-secure", "/dev/adsprpc-smd",
        "/dev/adsprpc-smd-secure", "/dev/dma_heap/system", "/dev/ion",
    };
    static const char *const variables[] = {"DSP_LIBRARY_PATH", "ADSP_LIBRARY_PATH"};
    static const char *const files[] = {"/sys/firmware/devicetree/base/model",
                                        "/sys/devices/soc0/machine"};
    struct utsname u;
    if (uname(&u) == 0)
        say(report, "system", "%s %s, %s", u.sysname, u.release, u.machine);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char text[128] = "";
        FILE *f = fopen(files[i], "r");
        if (f && fgets(text, sizeof(text), f)) {
            text[strcspn(text, "\n")] = 0;
            say(report, "machine", "%s", text);
        }
        if (f)
            fclose(f);
    }
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        const char *how = access(nodes[i], R_OK | W_OK) == 0 ? "readable and writable"
                                                             : strerror(errno);
        say(report, "device node", "%s: %s", nodes[i], how);
    }
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *value = getenv(variables[i]);
        say(report, "environment", "%s%s%s", variables[i], value ? "=" : " is not set",
            value ? value : "");
    }
}

static void say_library(const Report *report, const QsrFastRpc *rpc)
{
    bool found;
    const char *name;
    say(report, "library", "%s", rpc->name);
    for (int i = 0; (name = qsr_fastrpc_symbol(rpc, i, &found)) != NULL; i++)
        say(report, "function", "%s: %s", name, found ? "found" : "missing");
}

static void say_opening(const Report *report, QsrHexSession *s)
{
    char lines[QSR_HEX_TRACE], *rest = lines;
    pthread_mutex_lock(&s->lock);
    memcpy(lines, s->trace, s->trace_size + 1);
    pthread_mutex_unlock(&s->lock);
    while (*rest) {
        char *line = rest, *tab = strchr(line, '\t'), *end = strchr(line, '\n');
        if (!tab || !end)
            break;
        *tab = *end = 0;
        report->func(report->opaque, line, tab + 1);
        rest = end + 1;
    }
}

typedef struct Frames {
    QsrPicture in, dsp, cpu;
    uint8_t *memory[3];
} Frames;

static bool make_picture(QsrPicture *pic, uint8_t **memory, int width, int height)
{
    size_t at[4] = {0}, size = 0, row;
    int rows;
    *pic = (QsrPicture){.format = QSR_FORMAT_NV12, .width = width, .height = height,
                        .matrix = QSR_MATRIX_BT709, .site = QSR_SITE_LEFT};
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        qsr_format_plane_size(pic->format, i, width, height, &row, &rows);
        pic->stride[i] = (ptrdiff_t)row;
        at[i] = size;
        size += row * (size_t)rows;
    }
    *memory = malloc(size);
    for (size_t i = 0; *memory && i < size; i++)
        (*memory)[i] = qsr_dsp_test_byte(2, (uint32_t)i);
    for (int i = 0; i < qsr_format_planes(pic->format); i++)
        pic->data[i] = *memory ? *memory + at[i] : NULL;
    return *memory != NULL;
}

static bool wait_or_say(const Report *report, QsrHexSession *s, int64_t us, const char *what,
                        QsrHexResult *r)
{
    if (!qsr_hex_wait(s, qsr_hex_now() + us, r))
        qsr_hex_fault(r, QSR_FAULT_TIMEOUT, 0, "%s takes more than %d s", what,
                      (int)(us / 1000000));
    if (!r->ok)
        say(report, "failure", "%s", r->what);
    return r->ok;
}

static bool run_frames(const Report *report, QsrHexSession *s, Frames *f, QsrHexResult *r)
{
    qsr_hex_configure(s, &f->in, &f->dsp, false);
    if (!wait_or_say(report, s, OPEN_US, "the configuration", r))
        return false;
    say(report, "plan", "%d threads, strips of %u columns, bands of %u rows, %u tasks, %u KiB%s",
        (int)s->plan.threads, (unsigned)s->plan.strip_width, (unsigned)s->plan.band_height,
        (unsigned)s->plan.tasks, (unsigned)(s->plan.scratch_bytes / 1024),
        s->slot_in.shared && s->slot_out.shared ? ", shared memory" : ", memory is copied");
    for (int i = 0; i < FRAMES; i++) {
        qsr_hex_submit(s, &f->in);
        if (!wait_or_say(report, s, FRAME_US, "a frame", r))
            return false;
        say(report, "frame", "%.3f ms, %llu packets, %llu cycles", (double)r->us / 1000,
            (unsigned long long)r->status.packets, (unsigned long long)r->status.cycles);
        if (!qsr_hex_equals(s, &f->cpu)) {
            qsr_hex_fault(r, QSR_FAULT_WRONG_BYTES, 0, "a frame: other bytes than on the CPU");
            say(report, "failure", "%s", r->what);
            return false;
        }
    }
    return true;
}

// The frames that the DSP is compared with, and their time.
static int run_cpu(const Report *report, QsrModel *model, const QsrSettings *settings, Frames *f,
                   QsrError *err)
{
    QsrSettings s = *settings;
    QsrContext *ctx;
    s.backend = QSR_BACKEND_CPU;
    int ret = qsr_open(&ctx, model, &s, err);
    for (int i = 0; i < FRAMES && ret == 0; i++) {
        const int64_t start = qsr_hex_now();
        ret = qsr_process(ctx, &f->in, &f->cpu, err);
        if (ret == 0)
            say(report, "frame on the CPU", "%.3f ms, %d threads",
                (double)(qsr_hex_now() - start) / 1000, qsr_thread_count(ctx));
    }
    qsr_close(&ctx);
    return ret;
}

static int try_device(const Report *report, QsrModel *model, const QsrSettings *settings, Frames *f,
                      QsrError *err)
{
    QsrHexOptions options;
    QsrHexProgram *program;
    QsrHexSession *session;
    QsrHexResult r;
    QsrFastRpc rpc;
    int ret = qsr_hex_load(&rpc, &options, settings, err);
    if (ret < 0) {
        say(report, "failure", "%s", err->message);
        return ret;
    }
    say_library(report, &rpc);
    const char *path = getenv("DSP_LIBRARY_PATH");
    say(report, "skels are looked for in", "%s", path ? path : "FastRPC's own folders");
    ret = qsr_hex_program_new(&program, model, err);
    if (ret == 0)
        ret = qsr_hex_start(&session, &rpc, program, &options, err);
    if (ret == 0) {
        bool ok = qsr_hex_wait(session, qsr_hex_now() + OPEN_US, &r);
        say_opening(report, session);
        ok = wait_or_say(report, session, 0, "opening the DSP", &r) &&
             run_frames(report, session, f, &r);
        if (!ok)
            ret = qsr_fail(err, QSR_ERR_UNSUPPORTED, "%s", r.what);
        qsr_hex_retire(session, !ok && r.fault == QSR_FAULT_TIMEOUT);
        if (!qsr_hex_ended(session, qsr_hex_now() + CLOSE_US)) {
            qsr_hex_retire(session, true);
            qsr_hex_ended(session, qsr_hex_now() + CLOSE_US);
        }
        qsr_hex_release(&session);
    }
    qsr_hex_program_unref(program);
    qsr_fastrpc_unload(&rpc);
    return ret;
}

int qsr_hexagon_report(QsrModel *model, const QsrSettings *settings, int width, int height,
                       QsrReportFunc func, void *opaque, QsrError *err)
{
    const Report report = {func, opaque};
    QsrSettings defaults;
    QsrError own;
    Frames f = {.memory = {NULL}};
    if (!model || !func || width < 1 || height < 1 || width > QSR_MAX_WIDTH ||
        height > QSR_MAX_HEIGHT)
        return qsr_fail(err, QSR_ERR_INVALID, "a model, a function and a size are needed");
    if (!settings) {
        qsr_settings_default(&defaults);
        settings = &defaults;
    }
    err = err ? err : &own;
    const QsrScale scale = model->info.scale;
    const int w = qsr_scale_size(scale, width), h = qsr_scale_size(scale, height);
    say(&report, "qsr", "%s", qsr_version());
    say(&report, "model", "%s %d/%d, %dx%d -> %dx%d", model->info.name, scale.num, scale.den,
        width, height, w, h);
    say_surroundings(&report);
    int ret = 0;
    if (!make_picture(&f.in, &f.memory[0], width, height) ||
        !make_picture(&f.dsp, &f.memory[1], w, h) || !make_picture(&f.cpu, &f.memory[2], w, h))
        ret = qsr_fail(err, QSR_ERR_NOMEM, "no memory for pictures");
    if (ret == 0)
        ret = run_cpu(&report, model, settings, &f, err);
    if (ret == 0)
        ret = try_device(&report, model, settings, &f, err);
    say(&report, "result", ret == 0 ? "the DSP works, with the bytes of the CPU"
                                    : "no DSP can be used here");
    for (int i = 0; i < 3; i++)
        free(f.memory[i]);
    return ret;
}

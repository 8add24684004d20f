// SPDX-License-Identifier: BSD-2-Clause
#include "src/hexagon_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/error.h"
#include "src/mem.h"

#define PLANE_ALIGN 128
#define POISON 0xA5 // what nobody has written
#define MOST_PACKETS ((uint64_t)1 << 48) // of one call, and cycles: days

int64_t qsr_hex_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

// ----------------------------------------------------------------- results ---

void qsr_hex_fault(QsrHexResult *r, QsrHealthFault fault, int code, const char *format, ...)
{
    va_list args;
    r->ok = false;
    r->fault = fault;
    r->code = code;
    va_start(args, format);
    vsnprintf(r->what, sizeof(r->what), format, args);
    va_end(args);
}

void qsr_hex_outcome(QsrHexResult *r, const char *call, int code)
{
    if (code)
        qsr_hex_fault(r, qsr_health_fault_of(code), code, "%s: 0x%x (%s)", call, (unsigned)code,
                      qsr_rpc_code_text(code));
    else
        *r = (QsrHexResult){.ok = true};
}

void qsr_hex_trace(QsrHexSession *s, const char *key, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    pthread_mutex_lock(&s->lock);
    const size_t room = sizeof(s->trace) - s->trace_size;
    const int n = snprintf(s->trace + s->trace_size, room, "%s\t%s\n", key, line);
    if (n > 0 && (size_t)n < room)
        s->trace_size += (size_t)n;
    s->trace[s->trace_size] = 0;
    pthread_mutex_unlock(&s->lock);
}

// ------------------------------------------------------------------ memory ---

static void buffer_free(const QsrFastRpc *rpc, QsrHexBuffer *b)
{
    if (b->memory && b->shared)
        rpc->mem_free(b->memory);
    else
        qsr_free(b->memory);
    *b = (QsrHexBuffer){.memory = NULL};
}

static bool buffer_reserve(const QsrFastRpc *rpc, QsrHexBuffer *b, size_t size)
{
    if (b->size >= size)
        return true;
    buffer_free(rpc, b);
    if (size > INT32_MAX)
        return false;
    if (rpc->mem_alloc)
        b->memory = rpc->mem_alloc(QSR_RPC_HEAP_SYSTEM, QSR_RPC_MEM_CACHED, (int)size);
    b->shared = b->memory != NULL;
    if (!b->memory)
        b->memory = qsr_alloc(size); // copied by the driver, but it works
    b->size = b->memory ? size : 0;
    return b->memory != NULL;
}

// Strides of a picture's planes in a slot; returns the bytes of all.
static size_t slot_layout(const QsrPicture *pic, QsrDspPicture *d, size_t at[4])
{
    size_t total = 0;
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row, &rows);
        at[i] = total;
        d->stride[i] = (int32_t)QSR_ROUND_UP(row, (size_t)PLANE_ALIGN);
        total += (size_t)d->stride[i] * (size_t)rows;
    }
    return total;
}

static void describe(QsrDspPicture *d, const QsrPicture *pic, bool direct)
{
    size_t at[4];
    memset(d, 0, sizeof(*d));
    d->format = (uint32_t)pic->format;
    d->width = pic->width;
    d->height = pic->height;
    d->matrix = (uint32_t)pic->matrix;
    d->range = (uint32_t)pic->range;
    d->site = (uint32_t)pic->site;
    slot_layout(pic, d, at);
    for (int i = 0; direct && i < qsr_format_planes(pic->format); i++)
        d->stride[i] = (int32_t)pic->stride[i];
}

static void place(QsrPicture *frame, const QsrDspPicture *d, uint8_t *memory)
{
    const QsrPicture pic = {.format = (QsrFormat)d->format, .width = d->width,
                            .height = d->height, .matrix = (QsrMatrix)d->matrix,
                            .range = (QsrRange)d->range, .site = (QsrChromaSite)d->site};
    QsrDspPicture layout;
    size_t at[4] = {0};
    slot_layout(&pic, &layout, at);
    *frame = pic;
    for (int i = 0; i < qsr_format_planes(pic.format); i++) {
        frame->data[i] = memory + at[i];
        frame->stride[i] = layout.stride[i];
    }
}

static void copy_picture(const QsrPicture *to, const QsrPicture *from)
{
    for (int i = 0; i < qsr_format_planes(from->format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(from->format, i, from->width, from->height, &row, &rows);
        for (int y = 0; y < rows; y++)
            memcpy(to->data[i] + y * to->stride[i], from->data[i] + y * from->stride[i], row);
    }
}

// -------------------------------------------------------------- the thread ---

static void configure(QsrHexSession *s, QsrHexResult *r)
{
    QsrDspConfig config = {
        .in = s->in,
        .out = s->out,
        .threads = (uint32_t)s->options.threads,
        .strip_width = (uint32_t)s->options.strip_width,
        .band_height = (uint32_t)s->options.band_height,
    };
    QsrRpcArg args[2] = {{.buf = {&config, sizeof(config)}}, {.buf = {&s->plan, sizeof(s->plan)}}};
    size_t at[4];
    QsrDspPicture layout;
    const size_t in_size = s->direct ? 0 : slot_layout(&s->frame_in, &layout, at);
    const size_t out_size = slot_layout(&s->frame_out, &layout, at);
    if (!buffer_reserve(&s->rpc, &s->slot_in, in_size) ||
        !buffer_reserve(&s->rpc, &s->slot_out, out_size)) {
        qsr_hex_fault(r, QSR_FAULT_REFUSED, QSR_RPC_NO_MEMORY,
                      "no memory for pictures of %zu and %zu bytes", in_size, out_size);
        return;
    }
    memset(&s->plan, 0, sizeof(s->plan));
    int code = s->rpc.invoke(s->handle, QSR_RPC_SCALARS(QSR_DSP_CONFIG, 1, 1), args);
    if (qsr_rpc_base_code(code) == QSR_RPC_NO_MEMORY && config.threads != 1) {
        // Scratch memory grows with the threads.
        config.threads = 1;
        code = s->rpc.invoke(s->handle, QSR_RPC_SCALARS(QSR_DSP_CONFIG, 1, 1), args);
    }
    qsr_hex_outcome(r, "the configuration", code);
    if (r->ok)
        place(&s->frame_out, &s->out, s->slot_out.memory);
}

static void process(QsrHexSession *s, QsrHexResult *r)
{
    QsrDspFrame frame = {.number = s->number};
    QsrDspStatus status;
    QsrRpcArg args[2 + 4 + 4];
    const QsrPicture *const pics[2] = {&s->frame_in, &s->frame_out};
    int n = 0, n_in = 0;

    args[n++] = (QsrRpcArg){.buf = {&frame, sizeof(frame)}};
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < qsr_format_planes(pics[k]->format); i++) {
            size_t row;
            int rows;
            qsr_format_plane_size(pics[k]->format, i, pics[k]->width, pics[k]->height, &row,
                                  &rows);
            args[n].buf.data = pics[k]->data[i];
            args[n++].buf.size = (size_t)pics[k]->stride[i] * (size_t)(rows - 1) + row;
        }
        if (k == 0)
            n_in = n;
    }
    args[n++] = (QsrRpcArg){.buf = {&status, sizeof(status)}};
    memset(&status, POISON, sizeof(status));
    status.number = ~s->number;
    const int64_t start = qsr_hex_now();
    const int code = s->rpc.invoke(s->handle, QSR_RPC_SCALARS(QSR_DSP_PROCESS, n_in, n - n_in),
                                   args);
    const int64_t us = qsr_hex_now() - start;
    qsr_hex_outcome(r, "the frame", code);
    r->us = us;
    r->status = status;
    if (!r->ok)
        return;
    if (status.number != s->number)
        qsr_hex_fault(r, QSR_FAULT_BAD_REPLY, 0,
                      "the frame: success, but the status is of frame %u instead of %u",
                      (unsigned)status.number, (unsigned)s->number);
    else if (status.packets > MOST_PACKETS || status.cycles > MOST_PACKETS)
        qsr_hex_fault(r, QSR_FAULT_BAD_REPLY, 0,
                      "the frame: success, but the rest of the status makes no sense");
}

static void destroy(QsrHexSession *s)
{
    qsr_hex_program_unref(s->program);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    free(s);
}

// The lock is held, and is not afterwards.
static void unref(QsrHexSession *s)
{
    const bool last = --s->refs == 0;
    pthread_mutex_unlock(&s->lock);
    if (last)
        destroy(s);
}

static void *run(void *arg)
{
    QsrHexSession *s = arg;
    pthread_mutex_lock(&s->lock);
    while (s->job != QSR_HEX_IDLE || !s->retired) {
        if (s->job == QSR_HEX_IDLE) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        const QsrHexJob job = s->job;
        QsrHexResult result = {.ok = false};
        pthread_mutex_unlock(&s->lock);
        if (job == QSR_HEX_OPEN)
            qsr_hex_bring_up(s, &result);
        else if (job == QSR_HEX_CONFIG)
            configure(s, &result);
        else
            process(s, &result);
        pthread_mutex_lock(&s->lock);
        s->result = result;
        s->job = QSR_HEX_IDLE;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    // The library wants its handles closed before the DSP can be opened again, also
    // those of a process that is dead.
    if (s->is_open)
        s->rpc.close(s->handle);
    buffer_free(&s->rpc, &s->slot_in);
    buffer_free(&s->rpc, &s->slot_out);
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_broadcast(&s->changed);
    unref(s);
    return NULL;
}

// A thread of its own, because this call may hang, too.
static void *kill_process(void *arg)
{
    QsrHexSession *s = arg;
    struct {
        int32_t domain;
    } request = {QSR_RPC_CDSP};
    s->rpc.session_control(QSR_RPC_PROCESS_KILL, &request, sizeof(request));
    pthread_mutex_lock(&s->lock);
    s->killing = false;
    pthread_cond_broadcast(&s->changed);
    unref(s);
    return NULL;
}

// --------------------------------------------------------------- the owner ---

static bool init_lock(QsrHexSession *s)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr))
        return false;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    const int ret = pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    if (ret)
        return false;
    pthread_mutex_init(&s->lock, NULL);
    return true;
}

int qsr_hex_start(QsrHexSession **session, const QsrFastRpc *rpc, QsrHexProgram *program,
                  const QsrHexOptions *options, QsrError *err)
{
    QsrHexSession *s = calloc(1, sizeof(*s));
    *session = NULL;
    if (!s || !init_lock(s)) {
        free(s);
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for a session with the DSP");
    }
    s->rpc = *rpc;
    s->options = *options;
    s->program = qsr_hex_program_ref(program);
    s->refs = 2;
    s->job = QSR_HEX_OPEN;
    if (pthread_create(&s->thread, NULL, run, s)) {
        destroy(s);
        return qsr_fail(err, QSR_ERR_NOMEM, "no thread for a session with the DSP");
    }
    *session = s;
    return 0;
}

// The lock is held. False if nothing changed until then.
static bool wait_for_change(QsrHexSession *s, int64_t until)
{
    const struct timespec t = {(time_t)(until / 1000000), (long)(until % 1000000) * 1000};
    return pthread_cond_timedwait(&s->changed, &s->lock, &t) == 0;
}

bool qsr_hex_wait(QsrHexSession *s, int64_t until, QsrHexResult *result)
{
    pthread_mutex_lock(&s->lock);
    while (s->job != QSR_HEX_IDLE && !s->hurry && wait_for_change(s, until))
        ;
    const bool done = s->job == QSR_HEX_IDLE;
    if (done)
        *result = s->result;
    pthread_mutex_unlock(&s->lock);
    return done;
}

void qsr_hex_hurry(QsrHexSession *s)
{
    pthread_mutex_lock(&s->lock);
    s->hurry = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void give(QsrHexSession *s, QsrHexJob job)
{
    pthread_mutex_lock(&s->lock);
    s->job = job;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

bool qsr_hex_fits(const QsrHexSession *s, const QsrPicture *in, const QsrPicture *out, bool direct)
{
    QsrDspPicture a, b;
    if (s->in.width == 0 || s->direct != direct)
        return false;
    describe(&a, in, direct);
    describe(&b, out, false);
    return !memcmp(&a, &s->in, sizeof(a)) && !memcmp(&b, &s->out, sizeof(b));
}

void qsr_hex_configure(QsrHexSession *s, const QsrPicture *in, const QsrPicture *out, bool direct)
{
    describe(&s->in, in, direct);
    describe(&s->out, out, false);
    s->direct = direct;
    s->frame_in = *in;
    s->frame_out = *out;
    give(s, QSR_HEX_CONFIG);
}

void qsr_hex_submit(QsrHexSession *s, const QsrPicture *in)
{
    if (s->direct) {
        s->frame_in = *in;
    } else {
        place(&s->frame_in, &s->in, s->slot_in.memory);
        copy_picture(&s->frame_in, in);
    }
    s->number++;
    give(s, QSR_HEX_FRAME);
}

void qsr_hex_fetch(const QsrHexSession *s, const QsrPicture *out)
{
    copy_picture(out, &s->frame_out);
}

bool qsr_hex_equals(const QsrHexSession *s, const QsrPicture *out)
{
    const QsrPicture *mine = &s->frame_out;
    for (int i = 0; i < qsr_format_planes(out->format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(out->format, i, out->width, out->height, &row, &rows);
        for (int y = 0; y < rows; y++)
            if (memcmp(out->data[i] + y * out->stride[i], mine->data[i] + y * mine->stride[i],
                       row))
                return false;
    }
    return true;
}

void qsr_hex_retire(QsrHexSession *s, bool kill)
{
    pthread_mutex_lock(&s->lock);
    s->retired = true;
    if (kill && !s->ended && !s->killed && s->rpc.session_control) {
        s->refs++;
        s->killed = s->killing = pthread_create(&s->killer, NULL, kill_process, s) == 0;
        if (!s->killed)
            s->refs--;
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

bool qsr_hex_ended(QsrHexSession *s, int64_t until)
{
    pthread_mutex_lock(&s->lock);
    while ((!s->ended || s->killing) && wait_for_change(s, until))
        ;
    const bool ended = s->ended && !s->killing;
    pthread_mutex_unlock(&s->lock);
    return ended;
}

void qsr_hex_release(QsrHexSession **session)
{
    QsrHexSession *s = *session;
    *session = NULL;
    pthread_mutex_lock(&s->lock);
    const pthread_t thread = s->thread, killer = s->killer;
    const bool ended = s->ended, killed = s->killed, killing = s->killing;
    unref(s);
    if (ended)
        pthread_join(thread, NULL);
    else
        pthread_detach(thread);
    if (killed && !killing)
        pthread_join(killer, NULL);
    else if (killed)
        pthread_detach(killer);
}

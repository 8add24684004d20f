// SPDX-License-Identifier: BSD-2-Clause
//
// One session with a DSP: a thread that makes the calls, which may take for ever,
// and the memory that they use. Nothing here waits longer than it is told to.
//
// The owner hands the thread one job at a time and may look at the outcome once
// qsr_hex_wait() has returned true. A job that takes too long is not stopped, as
// FastRPC has no way to do that; the session is retired with all that the call may
// still write to, the process on the DSP is killed, and when the call has returned
// the thread frees what is left. If it never returns, that memory is lost.

#ifndef QSR_HEXAGON_SESSION_H
#define QSR_HEXAGON_SESSION_H

#include <pthread.h>

#include "src/fastrpc.h"
#include "src/hexagon_health.h"
#include "src/hexagon_program.h"

typedef struct QsrHexOptions {
    int threads;                 // on the DSP; 0: chosen there
    int strip_width, band_height; // 0: chosen there
} QsrHexOptions;

typedef struct QsrHexResult {
    bool ok;
    QsrHealthFault fault; // if not ok
    int code;             // FastRPC's
    char what[224];       // the call and what its code means, a sentence without a period
    int64_t us;           // that the call took
    QsrDspStatus status;  // of a frame
} QsrHexResult;

typedef enum QsrHexJob {
    QSR_HEX_IDLE,
    QSR_HEX_OPEN,
    QSR_HEX_CONFIG,
    QSR_HEX_FRAME,
} QsrHexJob;

typedef struct QsrHexBuffer {
    uint8_t *memory;
    size_t size;
    bool shared; // rpcmem: the DSP reads and writes it in place
} QsrHexBuffer;

#define QSR_HEX_TRACE 4096

typedef struct QsrHexSession {
    // Set once.
    QsrFastRpc rpc;
    QsrHexOptions options;
    QsrHexProgram *program;
    pthread_t thread, killer;

    pthread_mutex_t lock; // of what follows
    pthread_cond_t changed;
    int refs;             // owner, thread, killer
    QsrHexJob job;        // under way, or IDLE
    bool hurry;           // nobody waits any more
    bool retired, ended;  // shall end; the thread has ended
    bool killing, killed; // the killer is at work; there is one to join
    QsrHexResult result;  // of the last job
    char trace[QSR_HEX_TRACE]; // of the opening: "key\tvalue\n" ...
    size_t trace_size;

    // The thread's while a job is under way, else the owner's.
    QsrRpcHandle handle;
    bool is_open;
    char skel[64];
    QsrDspInfo info;
    int64_t test_us;      // what the self-test took
    QsrDspPicture in, out; // as configured; width 0: not yet
    QsrDspPlan plan;
    bool direct;          // the input is read where it lies
    QsrHexBuffer slot_in, slot_out;
    QsrPicture frame_in, frame_out; // where the planes of the next frame are
    uint32_t number;      // of the frame
} QsrHexSession;

// Microseconds of a clock that never jumps.
int64_t qsr_hex_now(void);

// Starts the thread, which opens the DSP at once (job QSR_HEX_OPEN). `rpc` must
// stay loaded, which qsr_fastrpc_load sees to.
int qsr_hex_start(QsrHexSession **session, const QsrFastRpc *rpc, QsrHexProgram *program,
                  const QsrHexOptions *options, QsrError *err);

// Waits until the job is done; false if it is not at `until`. The result is copied.
bool qsr_hex_wait(QsrHexSession *s, int64_t until, QsrHexResult *result);

// Ends such a wait, and all later ones, from another thread.
void qsr_hex_hurry(QsrHexSession *s);

// Configured for such pictures, strides of a direct input included.
bool qsr_hex_fits(const QsrHexSession *s, const QsrPicture *in, const QsrPicture *out,
                  bool direct);

// Jobs. Only while there is none.
void qsr_hex_configure(QsrHexSession *s, const QsrPicture *in, const QsrPicture *out,
                       bool direct);
void qsr_hex_submit(QsrHexSession *s, const QsrPicture *in); // configured; copies unless direct

// The picture that the last frame's job made.
void qsr_hex_fetch(const QsrHexSession *s, const QsrPicture *out);
bool qsr_hex_equals(const QsrHexSession *s, const QsrPicture *out);

// Lets the thread end: it closes the handle and frees the memory. `kill`: the
// process on the DSP is killed, with all sessions that this process has there, to
// get back a call that hangs. Does not wait; may be called again to kill.
void qsr_hex_retire(QsrHexSession *s, bool kill);

// Whether a retired session has ended, so that the DSP may be opened again.
bool qsr_hex_ended(QsrHexSession *s, int64_t until);

// Drops the owner's reference to a retired session, and sets it to NULL.
void qsr_hex_release(QsrHexSession **s);

// ---- between hexagon_session.c and hexagon_open.c ----

void qsr_hex_bring_up(QsrHexSession *s, QsrHexResult *r);  // on the thread
void qsr_hex_trace(QsrHexSession *s, const char *key, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;
// Fills in `r` for a call that returned `code`.
void qsr_hex_outcome(QsrHexResult *r, const char *call, int code);
void qsr_hex_fault(QsrHexResult *r, QsrHealthFault fault, int code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

#endif

// SPDX-License-Identifier: BSD-2-Clause
//
// Whether a DSP may be used: a state machine without threads, clocks or calls of
// its own. The backend tells it what happened and when.
//
//     ABSENT <- PROBING -> READY <-> BUSY
//                  ^         |        |
//                  |         v        v
//                  +------- LOST <----+      any -> DISABLED
//
// ABSENT and DISABLED are for good. LOST ends after a wait of 1, 2, 4, ... 60 s,
// at most five times in a row; a row ends after QSR_HEALTH_FORGIVEN good frames.

#ifndef QSR_HEXAGON_HEALTH_H
#define QSR_HEXAGON_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

typedef enum QsrHealthState {
    QSR_HEALTH_ABSENT,   // there is no such device here, or it is not asked for
    QSR_HEALTH_PROBING,  // being opened
    QSR_HEALTH_READY,
    QSR_HEALTH_BUSY,     // with a frame
    QSR_HEALTH_LOST,     // to be opened again at retry_at
    QSR_HEALTH_DISABLED, // has made a mistake that waiting does not cure
} QsrHealthState;

typedef enum QsrHealthFault {
    QSR_FAULT_REFUSED,     // a call was answered with an error
    QSR_FAULT_TIMEOUT,     // a call was not answered in time
    QSR_FAULT_CRASH,       // the process on the DSP is gone
    QSR_FAULT_BAD_REPLY,   // success without a valid status
    QSR_FAULT_WRONG_BYTES, // a picture or self-test unlike the CPU's
    QSR_FAULT_PROGRAM,     // the two sides do not speak the same language
} QsrHealthFault;

#define QSR_HEALTH_REOPENINGS 5
#define QSR_HEALTH_FORGIVEN 1000
#define QSR_HEALTH_FIRST_WAIT_MS 1000
#define QSR_HEALTH_LONGEST_WAIT_MS 60000

typedef struct QsrHealth {
    QsrHealthState state;
    bool was_ready;      // opened at least once
    int losses;          // in a row
    int first_wait_ms;   // QSR_HEALTH_FIRST_WAIT_MS but in tests
    int64_t retry_at;    // of LOST, in the caller's microseconds
    uint64_t good_frames; // since the last opening
    uint64_t timeouts, crashes, bad_replies, resets;
    int last_error;
} QsrHealth;

void qsr_health_init(QsrHealth *h);

// READY, BUSY: the name users see.
const char *qsr_health_name(QsrHealthState state);

void qsr_health_opening(QsrHealth *h);  // ABSENT or LOST -> PROBING
void qsr_health_opened(QsrHealth *h);   // PROBING -> READY
void qsr_health_submitted(QsrHealth *h); // READY -> BUSY
void qsr_health_done(QsrHealth *h);     // BUSY -> READY, a good frame

// The fault of an opening or a frame, with FastRPC's code. The next state is
// ABSENT, LOST or DISABLED.
void qsr_health_failed(QsrHealth *h, QsrHealthFault fault, int code, int64_t now);

// LOST, and the wait is over.
bool qsr_health_due(const QsrHealth *h, int64_t now);

// What kind of fault a code of a call is.
QsrHealthFault qsr_health_fault_of(int code);

#endif

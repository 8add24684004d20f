// SPDX-License-Identifier: BSD-2-Clause
#include "src/hexagon_health.h"

#include <string.h>

#include "src/fastrpc.h"

void qsr_health_init(QsrHealth *h)
{
    memset(h, 0, sizeof(*h));
    h->state = QSR_HEALTH_ABSENT;
    h->first_wait_ms = QSR_HEALTH_FIRST_WAIT_MS;
}

const char *qsr_health_name(QsrHealthState state)
{
    switch (state) {
    case QSR_HEALTH_ABSENT:
        return "absent";
    case QSR_HEALTH_PROBING:
        return "probing";
    case QSR_HEALTH_READY:
    case QSR_HEALTH_BUSY:
        return "ready";
    case QSR_HEALTH_LOST:
        return "lost";
    case QSR_HEALTH_DISABLED:
        break;
    }
    return "disabled";
}

void qsr_health_opening(QsrHealth *h)
{
    h->state = QSR_HEALTH_PROBING;
}

void qsr_health_opened(QsrHealth *h)
{
    h->state = QSR_HEALTH_READY;
    h->resets += h->was_ready;
    h->was_ready = true;
    h->good_frames = 0;
}

void qsr_health_submitted(QsrHealth *h)
{
    h->state = QSR_HEALTH_BUSY;
}

void qsr_health_done(QsrHealth *h)
{
    h->state = QSR_HEALTH_READY;
    if (++h->good_frames == QSR_HEALTH_FORGIVEN)
        h->losses = 0;
}

static int64_t wait_us(const QsrHealth *h)
{
    int64_t ms = h->first_wait_ms;
    for (int i = 1; i < h->losses && ms < QSR_HEALTH_LONGEST_WAIT_MS; i++)
        ms *= 2;
    return (ms < QSR_HEALTH_LONGEST_WAIT_MS ? ms : QSR_HEALTH_LONGEST_WAIT_MS) * 1000;
}

void qsr_health_failed(QsrHealth *h, QsrHealthFault fault, int code, int64_t now)
{
    h->last_error = code;
    h->timeouts += fault == QSR_FAULT_TIMEOUT;
    h->crashes += fault == QSR_FAULT_CRASH;
    h->bad_replies += fault == QSR_FAULT_BAD_REPLY || fault == QSR_FAULT_WRONG_BYTES;

    // A DSP that computes other bytes may have done so before without being
    // caught; one that does not know the calls will not learn them.
    if (fault == QSR_FAULT_PROGRAM || fault == QSR_FAULT_WRONG_BYTES) {
        h->state = QSR_HEALTH_DISABLED;
    } else if (!h->was_ready) {
        h->state = QSR_HEALTH_ABSENT;
    } else if (++h->losses > QSR_HEALTH_REOPENINGS) {
        h->state = QSR_HEALTH_DISABLED;
    } else {
        h->state = QSR_HEALTH_LOST;
        h->retry_at = now + wait_us(h);
    }
}

bool qsr_health_due(const QsrHealth *h, int64_t now)
{
    return h->state == QSR_HEALTH_LOST && now >= h->retry_at;
}

QsrHealthFault qsr_health_fault_of(int code)
{
    switch (qsr_rpc_base_code(code)) {
    case QSR_RPC_CONNECTION_RESET:
        return QSR_FAULT_CRASH;
    case QSR_RPC_EXPIRED:
        return QSR_FAULT_TIMEOUT;
    case QSR_RPC_BAD_PARAMETER:
    case QSR_RPC_UNSUPPORTED:
        return QSR_FAULT_PROGRAM;
    default:
        return QSR_FAULT_REFUSED;
    }
}

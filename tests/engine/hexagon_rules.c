// SPDX-License-Identifier: BSD-2-Clause
//
// The state machine and the pace of the Hexagon backend, with made-up time.
#include <string.h>

#include "src/fastrpc.h"
#include "src/hexagon_health.h"
#include "src/hexagon_pace.h"
#include "tests/engine/check.h"

#define SECOND 1000000

static void test_waits(void)
{
    static const int seconds[] = {1, 2, 4, 8, 16};
    QsrHealth h;
    int64_t now = 5 * SECOND;
    qsr_health_init(&h);
    CHECK(h.state == QSR_HEALTH_ABSENT && !qsr_health_due(&h, now), "%d", h.state);
    qsr_health_opening(&h);
    CHECK(h.state == QSR_HEALTH_PROBING, "%d", h.state);
    qsr_health_opened(&h);
    CHECK(h.state == QSR_HEALTH_READY && h.resets == 0, "%d", h.state);
    for (int i = 0; i < 5; i++) {
        qsr_health_submitted(&h);
        CHECK(h.state == QSR_HEALTH_BUSY, "%d", h.state);
        qsr_health_failed(&h, QSR_FAULT_CRASH, 104, now);
        CHECK(h.state == QSR_HEALTH_LOST, "loss %d: %d", i, h.state);
        now += (int64_t)seconds[i] * SECOND;
        CHECK(!qsr_health_due(&h, now - 1) && qsr_health_due(&h, now), "loss %d", i);
        qsr_health_opening(&h);
        qsr_health_opened(&h);
    }
    CHECK(h.resets == 5 && h.crashes == 5 && h.last_error == 104, "%d", (int)h.resets);
    qsr_health_failed(&h, QSR_FAULT_CRASH, 104, now);
    CHECK(h.state == QSR_HEALTH_DISABLED && !qsr_health_due(&h, INT64_MAX), "%d", h.state);
}

// Openings that fail count like losses, and a long life is a new beginning.
static void test_losses(void)
{
    QsrHealth h;
    int64_t now = 0;
    qsr_health_init(&h);
    qsr_health_opening(&h);
    qsr_health_opened(&h);
    qsr_health_failed(&h, QSR_FAULT_TIMEOUT, 12, now);
    for (int i = 0; i < 4; i++) {
        now = h.retry_at;
        qsr_health_opening(&h);
        qsr_health_failed(&h, QSR_FAULT_REFUSED, 0x72, now);
        CHECK(h.state == QSR_HEALTH_LOST && h.retry_at - now == (int64_t)(2 << i) * SECOND, "%d",
              i);
    }
    CHECK(h.losses == 5 && h.resets == 0 && h.timeouts == 1, "%d", h.losses);
    qsr_health_opening(&h);
    qsr_health_opened(&h);
    for (int i = 0; i < QSR_HEALTH_FORGIVEN; i++) {
        qsr_health_submitted(&h);
        qsr_health_done(&h);
    }
    qsr_health_failed(&h, QSR_FAULT_BAD_REPLY, 0, now);
    CHECK(h.state == QSR_HEALTH_LOST && h.retry_at - now == SECOND && h.bad_replies == 1, "%d",
          h.losses);

    h.first_wait_ms = 30000;
    h.losses = 3;
    qsr_health_failed(&h, QSR_FAULT_CRASH, 104, now);
    CHECK(h.retry_at - now == 60 * SECOND, "%d", (int)(h.retry_at - now));
}

static void test_for_good(void)
{
    static const QsrHealthFault faults[] = {QSR_FAULT_PROGRAM, QSR_FAULT_WRONG_BYTES};
    for (int i = 0; i < 2; i++) {
        QsrHealth h;
        qsr_health_init(&h);
        qsr_health_opening(&h);
        qsr_health_failed(&h, faults[i], 0x14, 0);
        CHECK(h.state == QSR_HEALTH_DISABLED, "%d", h.state);
        qsr_health_init(&h);
        qsr_health_opening(&h);
        qsr_health_opened(&h);
        qsr_health_failed(&h, faults[i], 0x14, 0);
        CHECK(h.state == QSR_HEALTH_DISABLED, "%d", h.state);
    }
    QsrHealth h;
    qsr_health_init(&h);
    qsr_health_opening(&h);
    qsr_health_failed(&h, QSR_FAULT_TIMEOUT, 0, 0);
    CHECK(h.state == QSR_HEALTH_ABSENT, "%d", h.state);
}

static void test_codes(void)
{
    CHECK(qsr_health_fault_of(104) == QSR_FAULT_CRASH, "reset");
    CHECK(qsr_health_fault_of((int)0x80000468u) == QSR_FAULT_CRASH, "reset there");
    CHECK(qsr_health_fault_of(12) == QSR_FAULT_TIMEOUT, "expired");
    CHECK(qsr_health_fault_of(0x14) == QSR_FAULT_PROGRAM, "unsupported");
    CHECK(qsr_health_fault_of((int)0x8000040Eu) == QSR_FAULT_PROGRAM, "bad parameter");
    CHECK(qsr_health_fault_of(-1) == QSR_FAULT_REFUSED, "unknown");
    CHECK(qsr_rpc_base_code((int)0x80000406u) == 6 && qsr_rpc_base_code(6) == 6, "base");
    CHECK(strstr(qsr_rpc_code_text((int)0x80000406u), "skel"), "text");
    CHECK(strstr(qsr_rpc_code_text(-77), "without a known meaning"), "text");
}

static void feed(QsrPace *p, int n, int64_t dsp, int64_t cpu)
{
    for (int i = 0; i < n; i++) {
        qsr_pace_dsp_took(p, dsp);
        qsr_pace_cpu_took(p, cpu);
    }
}

// Frames until the next one that both make.
static int until_both(QsrPace *p, QsrPaceWay between)
{
    for (int n = 1; n < 100000; n++) {
        const QsrPaceWay way = qsr_pace_next(p);
        if (way == QSR_PACE_BOTH)
            return n;
        CHECK(way == between, "%d instead of %d", way, between);
    }
    return -1;
}

static void test_pace(void)
{
    QsrPace p;
    qsr_pace_init(&p, false, 0, 0);
    for (int i = 0; i < 3; i++)
        CHECK(qsr_pace_next(&p) == QSR_PACE_BOTH, "frame %d", i);
    feed(&p, 9, 4000, 5000);
    CHECK(until_both(&p, QSR_PACE_DSP) == 64, "the faster one is compared now and then");
    feed(&p, 9, 5000, 5000);
    CHECK(until_both(&p, QSR_PACE_CPU) == 256, "the slower one is tried now and then");
    feed(&p, 9, 50000, 5000);
    CHECK(until_both(&p, QSR_PACE_CPU) == 256, "and then more rarely");
    CHECK(until_both(&p, QSR_PACE_CPU) == 512, "and more rarely");
    for (int i = 0; i < 8; i++)
        until_both(&p, QSR_PACE_CPU);
    CHECK(until_both(&p, QSR_PACE_CPU) == 8192, "but not for ever");
    feed(&p, 9, 1000, 5000);
    CHECK(until_both(&p, QSR_PACE_DSP) == 64, "it may become faster");

    qsr_pace_init(&p, true, 5, 0);
    for (int i = 0; i < 3; i++)
        CHECK(qsr_pace_next(&p) == QSR_PACE_BOTH, "frame %d", i);
    feed(&p, 9, 50000, 1000);
    CHECK(until_both(&p, QSR_PACE_DSP) == 5, "asked for by name");
    qsr_pace_init(&p, true, 1, 0);
    for (int i = 0; i < 9; i++)
        CHECK(qsr_pace_next(&p) == QSR_PACE_BOTH, "frame %d", i);
}

static void test_deadline(void)
{
    QsrPace p;
    qsr_pace_init(&p, true, 0, 0);
    CHECK(qsr_pace_deadline(&p, 1000) == 250000, "short guess");
    CHECK(qsr_pace_deadline(&p, 100000) == 800000, "guess");
    CHECK(qsr_pace_deadline(&p, 10000000) == 3000000, "long guess");
    feed(&p, 3, 100000, 1);
    CHECK(qsr_pace_deadline(&p, 10000000) == 800000, "median");
    feed(&p, 9, 1000000, 1);
    CHECK(qsr_pace_deadline(&p, 1) == 8000000, "long median");
    qsr_pace_opened(&p);
    CHECK(qsr_pace_deadline(&p, 1) == 250000, "forgotten");
    p.timeout_ms = 70;
    CHECK(qsr_pace_deadline(&p, 1) == 70000, "property");

    QsrPaceTimes t = {.n = 0};
    CHECK(qsr_pace_median(&t) == 0, "none");
    static const int64_t us[] = {5, 1, 9, 7, 3};
    for (int i = 0; i < 5; i++)
        qsr_pace_add(&t, us[i]);
    CHECK(qsr_pace_median(&t) == 5, "%d", (int)qsr_pace_median(&t));
    for (int i = 0; i < QSR_PACE_WINDOW; i++)
        qsr_pace_add(&t, 2);
    CHECK(qsr_pace_median(&t) == 2, "%d", (int)qsr_pace_median(&t));
}

int main(void)
{
    test_waits();
    test_losses();
    test_for_good();
    test_codes();
    test_pace();
    test_deadline();
    return check_result();
}

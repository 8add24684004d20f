// SPDX-License-Identifier: BSD-2-Clause
#include "src/hexagon_pace.h"

#include <string.h>

// Frames after an opening or a change of geometry that both make.
#define FIRST_FRAMES 3
// Between later ones: by default, and while the DSP is the slower one.
#define VERIFY 64
#define TRIAL 256
#define LONGEST_TRIAL 8192

#define SHORTEST_US 250000
#define LONGEST_GUESS_US 3000000

void qsr_pace_add(QsrPaceTimes *t, int64_t us)
{
    t->us[t->next] = us;
    t->next = (t->next + 1) % QSR_PACE_WINDOW;
    if (t->n < QSR_PACE_WINDOW)
        t->n++;
}

int64_t qsr_pace_median(const QsrPaceTimes *t)
{
    int64_t sorted[QSR_PACE_WINDOW] = {0};
    for (int i = 0; i < t->n; i++) {
        int k = i;
        for (; k > 0 && sorted[k - 1] > t->us[i]; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = t->us[i];
    }
    return t->n ? sorted[t->n / 2] : 0;
}

void qsr_pace_init(QsrPace *p, bool forced, int verify, int timeout_ms)
{
    memset(p, 0, sizeof(*p));
    p->forced = forced;
    p->verify = verify;
    p->timeout_ms = timeout_ms;
    p->interval = TRIAL;
    p->prefers_dsp = true;
}

void qsr_pace_opened(QsrPace *p)
{
    p->compared = 0;
    p->since = 0;
    p->dsp.n = p->dsp.next = 0;
}

void qsr_pace_new_geometry(QsrPace *p)
{
    qsr_pace_opened(p);
    p->cpu.n = p->cpu.next = 0;
    p->interval = TRIAL;
    p->prefers_dsp = true;
}

// The CPU keeps the frames where it is not slower: it needs no luck.
static void decide(QsrPace *p)
{
    const int64_t dsp = qsr_pace_median(&p->dsp), cpu = qsr_pace_median(&p->cpu);
    if (dsp && cpu && p->compared >= FIRST_FRAMES)
        p->prefers_dsp = p->forced || dsp < cpu;
    if (p->prefers_dsp)
        p->interval = TRIAL;
}

QsrPaceWay qsr_pace_next(QsrPace *p)
{
    const int every = !p->prefers_dsp ? p->interval : p->verify ? p->verify : VERIFY;
    if (p->compared < FIRST_FRAMES) {
        p->compared++;
        return QSR_PACE_BOTH;
    }
    if (++p->since < every)
        return p->prefers_dsp ? QSR_PACE_DSP : QSR_PACE_CPU;
    p->since = 0;
    // One far behind is tried ever more rarely.
    if (!p->prefers_dsp && p->interval < LONGEST_TRIAL &&
        qsr_pace_median(&p->dsp) > 2 * qsr_pace_median(&p->cpu))
        p->interval *= 2;
    return QSR_PACE_BOTH;
}

void qsr_pace_dsp_took(QsrPace *p, int64_t us)
{
    qsr_pace_add(&p->dsp, us);
    decide(p);
}

void qsr_pace_cpu_took(QsrPace *p, int64_t us)
{
    qsr_pace_add(&p->cpu, us);
    decide(p);
}

int64_t qsr_pace_deadline(const QsrPace *p, int64_t estimate_us)
{
    const int64_t median = qsr_pace_median(&p->dsp);
    int64_t us = 8 * (median ? median : estimate_us);
    if (p->timeout_ms)
        return (int64_t)p->timeout_ms * 1000;
    if (!median && us > LONGEST_GUESS_US)
        us = LONGEST_GUESS_US;
    return us > SHORTEST_US ? us : SHORTEST_US;
}

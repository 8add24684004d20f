// SPDX-License-Identifier: BSD-2-Clause
//
// Which of two backends the next frame goes to, how long the DSP may take for it,
// and which frames both make, so that their bytes and times are compared. Knows
// frames and microseconds only.

#ifndef QSR_HEXAGON_PACE_H
#define QSR_HEXAGON_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define QSR_PACE_WINDOW 9

// The last times of one backend.
typedef struct QsrPaceTimes {
    int64_t us[QSR_PACE_WINDOW];
    int n, next;
} QsrPaceTimes;

void qsr_pace_add(QsrPaceTimes *t, int64_t us);
int64_t qsr_pace_median(const QsrPaceTimes *t); // 0: none yet

typedef enum QsrPaceWay {
    QSR_PACE_CPU,
    QSR_PACE_DSP,
    QSR_PACE_BOTH, // and the picture is taken from the CPU
} QsrPaceWay;

typedef struct QsrPace {
    bool forced;       // the DSP was asked for by name: its time does not matter
    int verify;        // every Nth frame of the DSP is compared; 0: chosen here
    int timeout_ms;    // 0: chosen here
    QsrPaceTimes dsp, cpu;
    int compared;      // frames since the opening that both have made
    int since;         // frames since one was made by both
    int interval;      // frames between trials of a DSP that is slower
    bool prefers_dsp;
} QsrPace;

void qsr_pace_init(QsrPace *p, bool forced, int verify, int timeout_ms);
void qsr_pace_opened(QsrPace *p);       // the DSP has to earn trust (again)
void qsr_pace_new_geometry(QsrPace *p); // former times mean nothing

// For the next frame, while the DSP is ready.
QsrPaceWay qsr_pace_next(QsrPace *p);

void qsr_pace_dsp_took(QsrPace *p, int64_t us);
void qsr_pace_cpu_took(QsrPace *p, int64_t us);

// Microseconds that the DSP may take for the next frame: max(250 ms, 8 x median),
// or, before there is a median, 8 x estimate between 250 ms and 3 s.
int64_t qsr_pace_deadline(const QsrPace *p, int64_t estimate_us);

#endif

// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR 24

double qsr_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void qsr_progress_start(QsrProgress *p, const QsrOptions *o)
{
    memset(p, 0, sizeof(*p));
    p->terminal = isatty(STDERR_FILENO);
    p->shown = !o->quiet && (p->terminal || o->progress);
    p->last_tick = qsr_seconds();
    p->last_draw = p->last_tick;
}

// "1:02:03" or "2:03".
static void clock_text(char text[24], double seconds)
{
    const long s = seconds < 3e7 ? (long)(seconds + 0.5) : 30000000;

    if (s >= 3600)
        snprintf(text, 24, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(text, 24, "%ld:%02ld", s / 60, s % 60);
}

static void draw(QsrProgress *p, double fraction)
{
    const double fps = p->work > 0 ? (double)p->frames / p->work : 0;
    char line[128], bar[BAR + 1], left[24];
    int n;

    if (fraction >= 0) {
        if (fraction > 1)
            fraction = 1;
        for (int i = 0; i < BAR; i++)
            bar[i] = i < (int)(fraction * BAR + 0.5) ? '#' : '.';
        bar[BAR] = 0;
        if (fraction > 0)
            clock_text(left, p->work * (1 - fraction) / fraction);
        else
            snprintf(left, sizeof(left), "-:--");
        n = snprintf(line, sizeof(line), "[%s] %3d%%  frame %lld  %.1f fps  %s left", bar,
                     (int)(fraction * 100), (long long)p->frames, fps, left);
    } else {
        clock_text(left, p->work);
        n = snprintf(line, sizeof(line), "frame %lld  %.1f fps  %s", (long long)p->frames, fps,
                     left);
    }
    if (p->terminal)
        fprintf(stderr, "\r%-*s", p->width, line);
    else
        fprintf(stderr, "%s\n", line);
    fflush(stderr);
    p->width = n;
}

void qsr_progress_tick(QsrProgress *p, int64_t frames, double fraction)
{
    const double now = qsr_seconds();
    const double average = p->frames ? p->work / (double)p->frames : 0;
    double step = now - p->last_tick;

    // A step far beyond the usual is a pause of the process, not work.
    if (p->frames >= 4 && step > 5 && step > 20 * average)
        step = average;
    p->work += step;
    p->last_tick = now;
    p->frames = frames;
    if (p->shown && now - p->last_draw >= (p->terminal ? 0.2 : 2.0)) {
        p->last_draw = now;
        draw(p, fraction);
    }
}

void qsr_progress_clear(QsrProgress *p)
{
    if (p->terminal && p->width)
        fprintf(stderr, "\r%*s\r", p->width, "");
    p->width = 0;
}

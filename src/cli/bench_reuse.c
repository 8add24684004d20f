// SPDX-License-Identifier: BSD-2-Clause
//
// `qsr bench --reuse`: what reuse saves. Every picture is made twice, without and with
// it, so that both are measured under the same load.

#include <stdlib.h>
#include <string.h>

#include "src/cli/bench.h"
#include "src/cli/progress.h"
#include "src/cli/y4m.h"

// Of both contexts, and what they have measured.
typedef struct Pairs {
    QsrContext *plain, *saver;
    QsrFrame in, out, other;
    double *plain_times, *saver_times, *ratios;
    int n, room;
} Pairs;

static int open_pairs(Pairs *p, QsrScale *scale, const QsrOptions *o, QsrError *err)
{
    QsrOptions with = *o;
    int ret = qsr_cli_open(&p->plain, scale, o, err);

    with.reuse = true;
    return ret < 0 ? ret : qsr_cli_open(&p->saver, scale, &with, err);
}

static int make_room(Pairs *p, QsrScale scale, QsrFormat format, int width, int height, int frames,
                     QsrError *err)
{
    const int w = qsr_scale_size(scale, width), h = qsr_scale_size(scale, height);
    int ret = qsr_frame_alloc(&p->in, format, width, height, err);

    if (ret == 0)
        ret = qsr_frame_alloc(&p->out, format, w, h, err);
    if (ret == 0)
        ret = qsr_frame_alloc(&p->other, format, w, h, err);
    p->room = frames;
    p->plain_times = calloc((size_t)frames, 3 * sizeof(*p->plain_times));
    if (ret == 0 && !p->plain_times)
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    p->saver_times = p->plain_times + frames;
    p->ratios = p->saver_times + frames;
    return ret;
}

static void free_pairs(Pairs *p)
{
    qsr_close(&p->plain);
    qsr_close(&p->saver);
    qsr_frame_free(&p->in);
    qsr_frame_free(&p->out);
    qsr_frame_free(&p->other);
    free(p->plain_times);
}

// One picture by both, in an order that changes. The first few find cold caches.
static int measure_pair(Pairs *p, int number, QsrError *err)
{
    enum { WARM_UP = 3 };
    double seconds[2];

    for (int k = 0; k < 2; k++) {
        const int which = (k + number) & 1;
        const double start = qsr_seconds();
        const int ret = qsr_process(which ? p->saver : p->plain, &p->in.pic,
                                    which ? &p->other.pic : &p->out.pic, err);

        seconds[which] = qsr_seconds() - start;
        if (ret < 0)
            return ret;
    }
    if (memcmp(p->out.memory, p->other.memory, p->out.size))
        return qsr_cli_fail(err, QSR_ERR_INVALID, "frame %d: other bytes with reuse", number);
    if (number >= WARM_UP && p->n < p->room) {
        p->plain_times[p->n] = seconds[0];
        p->saver_times[p->n] = seconds[1];
        p->ratios[p->n++] = seconds[1] / seconds[0];
    }
    return 0;
}

static double sum(const double *values, int n)
{
    double total = 0;

    for (int i = 0; i < n; i++)
        total += values[i];
    return total;
}

static void print_pairs(Pairs *p, const char *what)
{
    QsrBackendStats stats;
    const double all = sum(p->saver_times, p->n) / sum(p->plain_times, p->n);

    qsr_get_stats(p->saver, &stats);
    qsr_sort_times(p->plain_times, p->n);
    qsr_sort_times(p->saver_times, p->n);
    qsr_sort_times(p->ratios, p->n);
    printf("%s: %.2f ms, with reuse %.2f ms; of pairs %.3f, of all %.3f; reused %.1f %%\n", what,
           1000 * p->plain_times[p->n / 2], 1000 * p->saver_times[p->n / 2],
           p->ratios[p->n / 2], all, 100 * stats.reused);
}

// The lower `moving` percent of a picture get new samples.
static void move(QsrFrame *frame, int moving, unsigned seed)
{
    const QsrPicture *pic = &frame->pic;

    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row;
        int rows;

        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row, &rows);
        uint8_t *at = pic->data[i] + (rows - rows * moving / 100) * pic->stride[i];
        for (; at < pic->data[i] + rows * pic->stride[i]; at++) {
            seed = seed * 1664525u + 1013904223u;
            *at = (uint8_t)(64 + (seed >> 25));
        }
    }
}

static int bench_shares(const BenchOptions *b, QsrError *err)
{
    static const int moving[] = {0, 5, 25, 50, 75, 100};
    int ret = 0;

    for (size_t i = 0; i < sizeof(moving) / sizeof(moving[0]) && ret == 0; i++) {
        Pairs p = { 0 };
        QsrScale scale;
        char what[40];

        ret = open_pairs(&p, &scale, &b->common, err);
        if (ret == 0)
            ret = make_room(&p, scale, QSR_FORMAT_I420, b->width, b->height,
                            (int)b->common.frames, err);
        for (int n = 0; ret == 0 && p.n < p.room; n++) {
            move(&p.in, n == 0 ? 100 : moving[i], (unsigned)n);
            ret = measure_pair(&p, n, err);
        }
        snprintf(what, sizeof(what), "%3d %% still", 100 - moving[i]);
        if (ret == 0)
            print_pairs(&p, what);
        free_pairs(&p);
    }
    return ret;
}

static int bench_clip(const BenchOptions *b, QsrError *err)
{
    Pairs p = { 0 };
    QsrY4m y4m;
    QsrInput in;
    QsrScale scale;
    int ret = qsr_input_open(&in, b->clip, err);

    if (ret < 0)
        return ret;
    ret = qsr_y4m_read_header(&y4m, &in, err);
    if (ret == 0)
        ret = open_pairs(&p, &scale, &b->common, err);
    if (ret == 0)
        ret = make_room(&p, scale, y4m.format, y4m.width, y4m.height, (int)b->common.frames, err);
    for (int n = 0; ret == 0 && p.n < p.room; n++) {
        ret = qsr_y4m_read_frame(&y4m, &in, &p.in, err);
        if (ret <= 0)
            break;
        ret = measure_pair(&p, n, err);
    }
    if (ret == 0 && p.n == 0)
        ret = qsr_cli_fail(err, QSR_ERR_INVALID, "%s has too few frames", b->clip);
    if (ret == 0)
        print_pairs(&p, b->clip);
    free_pairs(&p);
    qsr_input_close(&in);
    return ret;
}

int qsr_bench_reuse(const BenchOptions *b, QsrError *err)
{
    return b->clip ? bench_clip(b, err) : bench_shares(b, err);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "src/plan.h"

#include "src/mem.h"

#define MIN_STRIP 64
#define MAX_STRIP 512
#define MIN_BAND 32 // below this the rows computed twice outweigh the balance won

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int ceil_div(int a, int b)
{
    return (a + b - 1) / b;
}

// Columns that the kernels compute for a row of the picture: halos, and what
// rounds the strips up to whole vectors.
static int computed_columns(const QsrPlan *p, int strip_width, int w_align)
{
    int sum = 0;
    for (int x = 0; x < p->width; x += strip_width) {
        const int from = max_int(x - p->halo_left, 0);
        const int to = min_int(x + strip_width + p->halo_right, p->width);
        sum += QSR_ROUND_UP(to - from, w_align);
    }
    return sum;
}

// Half of the cache for the rings; the rest is for weights, pictures and the system.
// An even share of the picture's width, so that no strip is much narrower - or,
// where vectors hold more pixels than a halo does, what fills them best.
static int choose_strip(const QsrPlan *p, size_t cache_bytes, int w_align)
{
    const size_t per_column = (size_t)(p->n_maps - 1) * p->channels * p->ring_rows +
                              QSR_RGBX * (size_t)(p->in_rows + p->out_rows * p->s +
                                                  2 * p->deep_rows);
    const size_t fit = cache_bytes / 2 / per_column;
    const int target = fit > MAX_STRIP ? MAX_STRIP : max_int((int)fit, MIN_STRIP);
    if (w_align <= 16)
        return QSR_ROUND_UP(ceil_div(p->width, ceil_div(p->width, target)), 16);
    const int widest = min_int(target, QSR_ROUND_UP(p->width, QSR_PLAN_GRID));
    int best = MIN_STRIP, fewest = computed_columns(p, best, w_align);
    for (int strip = MIN_STRIP + QSR_PLAN_GRID; strip <= widest; strip += QSR_PLAN_GRID) {
        const int columns = computed_columns(p, strip, w_align);
        if (columns <= fewest) {
            fewest = columns;
            best = strip;
        }
    }
    return best;
}

// Three tasks a thread, so that a slow one does not leave the others waiting.
static int choose_band(const QsrPlan *p, int threads)
{
    const int wanted = threads > 1 ? ceil_div(3 * threads, p->n_strips) : 1;
    const int n = max_int(1, min_int(wanted, p->height / MIN_BAND));
    return ceil_div(p->height, n);
}

void qsr_plan_init(QsrPlan *p, const QsrPlanRequest *r)
{
    const QsrModel *m = r->model;
    const int group = r->fm->row_group;
    *p = (QsrPlan){
        .width = r->width,
        .height = r->height,
        .n_maps = m->n_layers, // the head's output is no map, but the input is
        .channels = m->info.channels,
        .stride2 = m->head == QSR_HEAD_X1_5,
        .s = m->info.scale.num,
    };
    p->step = p->stride2 ? 2 : 1;
    // Every 3x3 convolution looks one further; the 2x2 one does not.
    const int reach = p->stride2 ? m->n_layers - 1 : m->n_layers;
    const int writer_left = ceil_div(r->writer_halo_left * p->step, p->s);
    p->halo_left = QSR_ROUND_UP(reach + QSR_ROUND_UP(writer_left, p->step), 2);
    p->halo_right = reach;
    p->halo_top = QSR_ROUND_UP(ceil_div(r->writer_halo_top * p->step, p->s), p->step);
    p->ring_rows = QSR_ROUND_UP(QSR_CHUNK_ROWS + 2 + group - 1, group);
    // An input branch reads row y (at 3/2: from y - 1 on) when the input, one row a
    // layer and a chunk ahead, has come to y + n_maps + QSR_CHUNK_ROWS - 1.
    p->in_rows = p->ring_rows;
    if (m->layers[m->n_layers - 1].branch_ksize)
        p->in_rows = max_int(p->in_rows, QSR_CHUNK_ROWS + p->n_maps + p->stride2);
    p->out_rows = p->s + 2;
    p->deep = r->deep;
    // From two above the head to as far as the input runs ahead of it.
    p->deep_rows = r->deep ? QSR_CHUNK_ROWS + p->n_maps + 6 : 0;

    p->strip_width = QSR_ROUND_UP(r->strip_width ? r->strip_width
                                                 : choose_strip(p, r->cache_bytes, r->fm->w_align),
                                  QSR_PLAN_GRID);
    p->n_strips = ceil_div(p->width, p->strip_width);
    p->band_height = QSR_ROUND_UP(r->band_height ? r->band_height : choose_band(p, r->threads),
                                  QSR_PLAN_GRID);
    p->n_bands = ceil_div(p->height, p->band_height);

    const int cols = p->halo_left + min_int(p->strip_width, p->width) + p->halo_right;
    const int padded = QSR_ROUND_UP(cols, max_int(16, r->fm->w_align * p->step));
    p->cap = QSR_FM_LEAD + padded + QSR_FM_TAIL;
    p->map_group_bytes = r->fm->group_bytes(p->cap, p->channels);
    p->in_pitch = QSR_ROUND_UP((size_t)p->cap * QSR_RGBX, QSR_ALIGN);
    p->out_pitch = QSR_ROUND_UP((size_t)padded * p->s * QSR_RGBX * (r->deep ? 2 : 1), QSR_ALIGN);
    p->deep_pitch = r->deep ? qsr_deep_pitch(cols) : 0;
}

void qsr_plan_task(const QsrPlan *p, int index, QsrTask *t)
{
    const int strip = index % p->n_strips, band = index / p->n_strips;
    const int x0 = strip * p->strip_width, y0 = band * p->band_height;
    qsr_plan_part(p, x0, min_int(x0 + p->strip_width, p->width), y0,
                  min_int(y0 + p->band_height, p->height), t);
}

void qsr_plan_part(const QsrPlan *p, int x0, int x1, int y0, int y1, QsrTask *t)
{
    t->x0 = x0;
    t->x1 = x1;
    t->y0 = y0;
    t->y1 = y1;
    t->buf_x = max_int(t->x0 - p->halo_left, 0);
    t->cols = min_int(t->x1 + p->halo_right, p->width) - t->buf_x;
    t->head_y = max_int(t->y0 - p->halo_top, 0);
}

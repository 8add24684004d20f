// SPDX-License-Identifier: BSD-2-Clause
#include "src/strip.h"

#include <string.h>

#include "kernels/requant.h"
#include "src/mem.h"

typedef struct Strip {
    const QsrStripShared *sh;
    const QsrPlan *plan;
    QsrStripScratch *scratch;
    QsrTask task;
    int next[QSR_MAX_MAPS]; // next row that each map will hold
    int end[QSR_MAX_MAPS];  // one past its last row
    int next_head;          // next input row (or first of a pair) for the head
    QsrDeepSource deep;     // where the output has 10 bits
} Strip;

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

// Column 0 of row y of a map; y is -1 at least. Adding the ring's depth keeps
// the parity that row pairs need, because the depth is a multiple of the group.
static uint8_t *map_row(const Strip *s, int map, int y)
{
    const QsrPlan *p = s->plan;
    if (map == 0)
        return s->scratch->map[0] + (y + p->in_rows) % p->in_rows * p->in_pitch +
               QSR_FM_LEAD * QSR_RGBX;
    const int slot = (y + p->ring_rows) % p->ring_rows;
    const QsrFmLayout *fm = &s->sh->conv.fm;
    return s->scratch->map[map] + slot / fm->row_group * p->map_group_bytes +
           fm->row_offset(slot % fm->row_group, p->cap, p->channels);
}

// Row y of the ring that keeps what the reader made for the cubic of 10 bits.
static uint8_t *deep_row(const Strip *s, int y)
{
    const QsrRowRing *ring = &s->deep.ring;
    return ring->base + y % ring->depth * ring->pitch;
}

static void clear(const Strip *s, int map, uint8_t *row, int x, int n)
{
    if (map == 0)
        memset(row + (ptrdiff_t)x * QSR_RGBX, 0, (size_t)n * QSR_RGBX);
    else
        s->sh->conv.fm.clear(row, x, n, s->plan->cap, s->plan->channels);
}

// Row y of a map, from the rows y-1..y+1 of the map before it (or from the
// picture). Rows and columns outside the frame are zero in every map.
static void produce(Strip *s, int map, int y)
{
    const QsrStripShared *sh = s->sh;
    const int cols = s->task.cols, cap = s->plan->cap;
    const enum QsrWidth width = sh->model->width;
    uint8_t *row = map_row(s, map, y);

    if (y < 0 || y >= s->plan->height) {
        clear(s, map, row, -1, cols + 2);
        return;
    }
    if (map == 0) {
        if (sh->prefetch)
            sh->prefetch(&sh->reader.pic, s->task.buf_x, cols, y + QSR_CHUNK_ROWS);
        uint8_t *kept = s->plan->deep ? deep_row(s, y) : NULL;
        qsr_reader_row(&sh->reader, s->scratch->row_scratch, row,
                       kept ? kept + qsr_deep_low(cols) : NULL, s->task.buf_x, cols, y);
        if (kept)
            memcpy(kept, row, (size_t)cols * QSR_RGBX);
    } else {
        const uint8_t *const src[3] = {map_row(s, map - 1, y - 1), map_row(s, map - 1, y),
                                       map_row(s, map - 1, y + 1)};
        if (map == 1)
            sh->conv.conv_in[width](row, src, cols, cap, sh->weights[0]);
        else
            sh->conv.conv_body[width](row, src, cols, cap, y & 1, sh->weights[map - 1]);
    }
    // The guard columns, and what a kernel wrote beyond the last column.
    const int align = sh->conv.fm.w_align;
    clear(s, map, row, -1, 1);
    clear(s, map, row, cols, QSR_ROUND_UP(cols, align) - cols + 1);
}

// Where a head's output has too few fraction bits for a 10-bit store: times four.
static void widen_row(uint8_t *row, int n)
{
    uint16_t *wide = (uint16_t *)(void *)row;
    for (int i = n - 1; i >= 0; i--)
        wide[i] = (uint16_t)(row[i] << 2);
}

// Output rows [y0, y1), columns [x0, x1), as RGBX10: what the head made of the high
// bits, joined with the cubic of all of them.
static void finish_deep(const Strip *s, const QsrRowRing *ring, int x0, int x1, int y0, int y1)
{
    const QsrStripShared *sh = s->sh;
    for (int y = y0; y < y1; y++) {
        uint8_t *row = ring->base + y % ring->depth * ring->pitch;
        if (sh->model->layers[sh->model->n_layers - 1].frac < QSR_RQ_MIN_DEEP_FRAC)
            widen_row(row, QSR_RGBX * (x1 - ring->x_base));
        qsr_deep_row(&sh->pixel, sh->writer.cubic, &s->deep, s->scratch->row_scratch,
                     (uint16_t *)(void *)row + QSR_RGBX * (x0 - ring->x_base), x0, x1 - x0, y);
    }
}

// Output rows of the head step that begins at input row y.
static void produce_head(Strip *s, int y)
{
    const QsrStripShared *sh = s->sh;
    const QsrPlan *p = s->plan;
    const int last = p->n_maps - 1;
    const int out_y = y / p->step * p->s;
    const uint8_t *src[3] = {NULL, NULL, NULL}, *in[3] = {NULL, NULL, NULL};
    uint8_t *dst[4] = {NULL, NULL, NULL, NULL};

    for (int i = 0; i < p->s; i++)
        dst[i] = s->scratch->out + (out_y + i) % p->out_rows * p->out_pitch;
    if (p->stride2) {
        src[0] = map_row(s, last, y);
        src[1] = map_row(s, last, y + 1);
    } else {
        for (int i = 0; i < 3; i++)
            src[i] = map_row(s, last, y + i - 1);
    }
    const QsrConvParams *head = &sh->model->layers[sh->model->n_layers - 1];
    for (int i = -head->branch_ksize / 2; head->branch_ksize && i <= head->branch_ksize / 2; i++)
        in[1 + i] = map_row(s, 0, y + i);
    const int positions = (s->task.cols + p->step - 1) / p->step;
    const bool store10 = p->deep && head->frac >= QSR_RQ_MIN_DEEP_FRAC;
    const QsrConvOutFn out = (store10 ? sh->conv.conv_out_deep : sh->conv.conv_out)
        [sh->model->width][sh->model->head];
    out(dst, src, in, positions, p->cap, y & 1, sh->weights[sh->model->n_layers - 1]);

    const QsrScale scale = sh->model->info.scale;
    const QsrRowRing ring = {.base = s->scratch->out, .pitch = (ptrdiff_t)p->out_pitch,
                             .depth = p->out_rows, .x_base = s->task.buf_x / p->step * p->s};
    const int x0 = qsr_scale_size(scale, s->task.x0), x1 = qsr_scale_size(scale, s->task.x1);
    const int out_end = min_int(out_y + p->s, qsr_scale_size(scale, s->task.y1));
    if (p->deep)
        finish_deep(s, &ring, x0 > 0 ? x0 - qsr_writer_halo_left(&sh->writer) : 0, x1, out_y,
                    out_end);
    if (y >= s->task.y0) // rows above are only there for the writer to look at
        qsr_writer_rows(&sh->writer, s->scratch->row_scratch, &ring, x0, x1, out_y, out_end);
}

// First and last row of every map that the band needs, from the head backwards.
static void set_ranges(Strip *s)
{
    const QsrPlan *p = s->plan;
    int lo = s->task.head_y, hi = QSR_ROUND_UP(s->task.y1, p->step);
    s->next_head = lo;
    for (int map = p->n_maps - 1; map >= 0; map--) {
        const bool widen = map < p->n_maps - 1 || !p->stride2;
        lo -= widen;
        hi += widen;
        // Of the rows outside the frame only the nearest is ever read.
        s->next[map] = lo < -1 ? -1 : lo;
        s->end[map] = min_int(hi, p->height + 1);
    }
}

void qsr_strip_run(const QsrStripShared *shared, QsrStripScratch *scratch, const QsrTask *task)
{
    Strip s = {.sh = shared, .plan = &shared->plan, .scratch = scratch, .task = *task};
    const QsrPlan *p = s.plan;
    set_ranges(&s);
    s.deep = (QsrDeepSource){
        .ring = {.base = scratch->deep, .pitch = (ptrdiff_t)p->deep_pitch, .depth = p->deep_rows,
                 .x_base = s.task.buf_x},
        .cols = s.task.cols, .width = p->width, .height = p->height};

    // Maps run ahead of the head by one row a layer. Starting that much early
    // keeps every chunk, the first one too, within the rings: no map ever
    // advances by more than a chunk at a time, nor is more than one row ahead
    // of what the next one needs.
    for (int chunk = s.task.head_y - 2 * p->n_maps; s.next_head < s.task.y1;
         chunk += QSR_CHUNK_ROWS) {
        const int chunk_end = chunk + QSR_CHUNK_ROWS;
        for (int map = 0; map < p->n_maps; map++) {
            const int until = min_int(chunk_end + p->n_maps - map, s.end[map]);
            while (s.next[map] < until)
                produce(&s, map, s.next[map]++);
        }
        // A head step reads up to row next_head + 1 of the last map.
        while (s.next_head < s.task.y1 && s.next_head + 2 <= s.next[p->n_maps - 1]) {
            produce_head(&s, s.next_head);
            s.next_head += p->step;
        }
    }
}

size_t qsr_strip_scratch_size(const QsrStripShared *shared)
{
    QsrStripScratch none = {.memory = NULL};
    qsr_strip_layout(shared, &none);
    return none.size;
}

static void *take(uint8_t *base, size_t *at, size_t bytes)
{
    void *p = base ? base + *at : NULL;
    *at += QSR_ROUND_UP(bytes, (size_t)QSR_ALIGN);
    return p;
}

void qsr_strip_layout(const QsrStripShared *shared, QsrStripScratch *scratch)
{
    const QsrPlan *p = &shared->plan;
    const int groups = p->ring_rows / shared->conv.fm.row_group;
    const int cols = p->halo_left + p->strip_width + p->halo_right;
    const size_t needs[] = {
        qsr_reader_scratch(cols),
        qsr_writer_scratch(&shared->writer, p->strip_width * p->s / p->step + p->s),
        p->deep ? qsr_deep_scratch(cols) : 0,
    };
    size_t row_scratch = 0;
    for (int i = 0; i < 3; i++)
        row_scratch = needs[i] > row_scratch ? needs[i] : row_scratch;
    uint8_t *base = scratch->memory;
    size_t at = 0;
    scratch->map[0] = take(base, &at, p->in_pitch * p->in_rows);
    for (int map = 1; map < p->n_maps; map++)
        scratch->map[map] = take(base, &at, p->map_group_bytes * groups);
    scratch->out = take(base, &at, p->out_pitch * p->out_rows);
    scratch->deep = take(base, &at, p->deep_pitch * p->deep_rows);
    scratch->row_scratch = take(base, &at, row_scratch);
    scratch->size = at;
}

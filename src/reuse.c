// SPDX-License-Identifier: BSD-2-Clause
#include "src/reuse.h"

#include <string.h>

#include "src/mem.h"
#include "src/picture.h"

// ------------------------------------------------------------------ policy ---

#define TRIAL 2       // costs that a trial may lose before it ends
#define MOST 10       // costs that a long good time saves up
#define MAX_PAUSE 64

void qsr_reuse_policy_init(QsrReusePolicy *p, int cost)
{
    *p = (QsrReusePolicy){.mode = QSR_REUSE_WATCH, .cost = cost, .credit = TRIAL * cost,
                          .pause = 1};
}

bool qsr_reuse_policy_compares(QsrReusePolicy *p)
{
    if (p->mode != QSR_REUSE_REST)
        return true;
    if (p->rest-- > 0)
        return false;
    p->mode = QSR_REUSE_WATCH;
    p->credit = TRIAL * p->cost;
    return true;
}

void qsr_reuse_policy_saw(QsrReusePolicy *p, int share)
{
    const int most = MOST * p->cost;
    const bool pays = share > p->cost;
    p->credit += (p->mode == QSR_REUSE_ACTIVE || pays ? share : 0) - p->cost;
    if (p->credit < 0) {
        p->mode = QSR_REUSE_REST;
        p->rest = p->pause;
        p->pause = p->pause < MAX_PAUSE ? 2 * p->pause : MAX_PAUSE;
        return;
    }
    if (pays)
        p->mode = QSR_REUSE_ACTIVE;
    if (p->credit >= most) {
        p->credit = most;
        p->pause = 1;
    }
}

// ------------------------------------------------------------------ memory ---

void qsr_reuse_init(QsrReuse *r, bool on, int cost)
{
    r->on = on;
    qsr_reuse_policy_init(&r->policy, cost);
}

static void forget(QsrReuse *r)
{
    qsr_changes_free(&r->changes);
    qsr_free(r->memory);
    r->memory = NULL;
    r->ready = r->have_in = r->have_out = false;
}

void qsr_reuse_close(QsrReuse *r)
{
    forget(r);
}

static bool same_shape(const QsrPicture *a, const QsrPicture *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format;
}

// Takes over what tells how samples are to be read; true if nothing of it is new.
static bool same_colour(QsrPicture *a, const QsrPicture *b)
{
    const bool same = a->matrix == b->matrix && a->range == b->range && a->site == b->site;
    a->matrix = b->matrix;
    a->range = b->range;
    a->site = b->site;
    return same;
}

bool qsr_reuse_fits(QsrReuse *r, const QsrPicture *in, const QsrPicture *out)
{
    // The grid knows how far the output's chroma reaches, which its site decides.
    if (!r->ready || !same_shape(&r->in, in) || !same_shape(&r->out, out) ||
        r->out.site != out->site)
        return false;
    const bool same_in = same_colour(&r->in, in), same_out = same_colour(&r->out, out);
    if (!same_in || !same_out)
        r->have_in = r->have_out = false;
    return true;
}

// Lays a picture's planes out in memory that may be NULL; returns its bytes.
static size_t lay_out(QsrPicture *pic, uint8_t *memory)
{
    size_t at = 0;
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(pic->format, i, pic->width, pic->height, &row, &rows);
        row = QSR_ROUND_UP(row, (size_t)QSR_ALIGN);
        pic->data[i] = memory ? memory + at : NULL;
        pic->stride[i] = (ptrdiff_t)row;
        at += row * (size_t)rows;
    }
    return at;
}

int qsr_reuse_prepare(QsrReuse *r, const QsrPicture *in, const QsrPicture *out,
                      const QsrChangeGrid *grid, QsrScale scale)
{
    forget(r);
    qsr_reuse_policy_init(&r->policy, r->policy.cost);
    r->in = *in;
    r->out = *out;
    r->scale = scale;
    const size_t in_size = lay_out(&r->in, NULL);
    r->memory = qsr_alloc(in_size + lay_out(&r->out, NULL));
    if (!r->memory || !qsr_changes_init(&r->changes, grid)) {
        forget(r);
        r->on = false;
        return 0;
    }
    lay_out(&r->in, r->memory);
    lay_out(&r->out, (uint8_t *)r->memory + in_size);
    const int wanted = grid->threads > 1 ? 3 * grid->threads / grid->n_strips + 1 : 1;
    r->compare_rows = QSR_ROUND_UP((grid->height + wanted - 1) / wanted, QSR_CHANGE_GRID);
    r->compare_bands = (grid->height + r->compare_rows - 1) / r->compare_rows;
    r->ready = true;
    return 1;
}

// ------------------------------------------------------------------ planes ---

// A part of a plane of two pictures of one kind.
typedef struct Part {
    const uint8_t *from; // first byte
    uint8_t *to;
    ptrdiff_t from_stride, to_stride;
    size_t bytes;        // of a row of it
    int y0, y1;          // rows of the plane
    int halved;          // of half the picture's height
} Part;

// Bytes of the first x pixels of a row; x is even or the picture's width.
static size_t bytes_before(QsrFormat format, int plane, int x)
{
    size_t bytes;
    int rows;
    qsr_format_plane_size(format, plane, x, 1, &bytes, &rows); // 0 if x is
    return bytes;
}

// Columns [x0, x1) and rows [y0, y1) of the picture, even or its edges.
static Part part_of(const QsrPicture *from, const QsrPicture *to, int plane, int x0, int x1,
                    int y0, int y1)
{
    const size_t left = bytes_before(from->format, plane, x0);
    size_t bytes;
    int rows;
    qsr_format_plane_size(from->format, plane, from->width, from->height, &bytes, &rows);
    Part p = {.halved = rows < from->height, .from_stride = from->stride[plane],
              .to_stride = to->stride[plane],
              .bytes = bytes_before(from->format, plane, x1) - left};
    p.y0 = y0 >> p.halved;
    p.y1 = y1 == from->height ? rows : y1 >> p.halved;
    p.from = from->data[plane] + p.y0 * p.from_stride + left;
    p.to = to->data[plane] + p.y0 * p.to_stride + left;
    return p;
}

static void copy_part(const Part *p)
{
    const uint8_t *from = p->from;
    uint8_t *to = p->to;
    for (int y = p->y0; y < p->y1; y++, from += p->from_stride, to += p->to_stride)
        memcpy(to, from, p->bytes);
}

// --------------------------------------------------------------- comparing ---

// Differences are looked for in steps of so many bytes, then of so many.
#define COARSE 64
#define FINE 8

// The bytes that differ, to a fine step; n is at least one and there is a difference.
static void find_difference(const uint8_t *a, const uint8_t *b, size_t n, size_t *lo, size_t *hi)
{
    size_t from = 0, to = n;
    while (to - from > COARSE && !memcmp(a + from, b + from, COARSE))
        from += COARSE;
    while (to - from > FINE && !memcmp(a + from, b + from, FINE))
        from += FINE;
    while (to - from > COARSE && !memcmp(a + to - COARSE, b + to - COARSE, COARSE))
        to -= COARSE;
    while (to - from > FINE && !memcmp(a + to - FINE, b + to - FINE, FINE))
        to -= FINE;
    *lo = from;
    *hi = to;
}

// Compares a part row by row with the kept input and brings that up to date.
static void compare_part(const QsrReuse *r, const Part *p, int plane, int x0, QsrHull *hulls)
{
    const QsrFormatInfo *info = qsr_format_info(r->in.format);
    // Pixels and bytes that belong together; chroma lies on both its neighbours, too.
    const int pair = info->sub_x && bytes_before(r->in.format, plane, 2) !=
                                        2 * bytes_before(r->in.format, plane, 1);
    const int px = pair ? 2 : 1;
    const size_t unit = bytes_before(r->in.format, plane, px);
    const uint8_t *from = p->from;
    uint8_t *to = p->to;
    for (int y = p->y0; y < p->y1; y++, from += p->from_stride, to += p->to_stride) {
        size_t lo, hi;
        if (!memcmp(to, from, p->bytes))
            continue;
        find_difference(to, from, p->bytes, &lo, &hi);
        memcpy(to + lo, from + lo, hi - lo);
        const int left = x0 + (int)(lo / unit) * px - pair;
        const int right = x0 + (int)((hi + unit - 1) / unit) * px + pair;
        hulls[y].lo = (int16_t)(left < hulls[y].lo ? left : hulls[y].lo);
        hulls[y].hi = (int16_t)(right > hulls[y].hi ? right : hulls[y].hi);
    }
}

static void compare_task(void *arg, int worker, int index)
{
    QsrReuse *r = arg;
    const QsrChangeGrid *g = &r->changes.grid;
    const int strip = index % g->n_strips, band = index / g->n_strips;
    const int x0 = strip * g->strip_width, x1 = x0 + g->strip_width;
    const int y0 = band * r->compare_rows, y1 = y0 + r->compare_rows;
    QsrHull *luma = r->changes.luma + (ptrdiff_t)strip * g->height;
    QsrHull *chroma = r->changes.chroma + (ptrdiff_t)strip * ((g->height + 1) / 2);
    (void)worker;
    for (int y = y0; y < y1 && y < g->height; y++)
        luma[y] = chroma[y / 2] = QSR_NO_HULL;
    for (int i = 0; i < qsr_format_planes(r->in.format); i++) {
        const Part p = part_of(r->from, &r->in, i, x0, x1 < g->width ? x1 : g->width, y0,
                               y1 < g->height ? y1 : g->height);
        if (r->have_in)
            compare_part(r, &p, i, x0, p.halved ? chroma : luma);
        else
            copy_part(&p);
    }
}

// ------------------------------------------------------------------ regions ---

// Copies a region's output to the caller's picture.
static void copy_region(const QsrReuse *r, const QsrRegion *region)
{
    const QsrChangeGrid *g = &r->changes.grid;
    const int num = r->scale.num, den = r->scale.den;
    const int x0 = region->strip * g->strip_width, x1 = x0 + g->strip_width;
    for (int i = 0; i < qsr_format_planes(r->out.format); i++) {
        const Part p = part_of(&r->out, r->to, i, x0 * num / den,
                               x1 < g->width ? x1 * num / den : r->out.width,
                               region->y0 * num / den,
                               region->y1 < g->rows ? region->y1 * num / den : r->out.height);
        copy_part(&p);
    }
}

static void region_task(void *arg, int worker, int index)
{
    const QsrReuse *r = arg;
    const QsrRegion *region = &r->changes.regions[index];
    if (region->x0 < region->x1)
        r->work->compute(r->work->arg, worker, region);
    copy_region(r, region);
}

static void run(const QsrReuse *r, QsrPoolTask task, int n, bool computes)
{
    const QsrReuseWork *w = r->work;
    if (w->pool)
        qsr_pool_run(w->pool, task, (void *)r, n, computes ? w->start : NULL,
                     computes ? w->stop : NULL);
    else
        for (int i = 0; i < n; i++)
            task((void *)r, 0, i);
}

// ---------------------------------------------------------------- pictures ---

static void count(QsrReuse *r, int share)
{
    int *slot = &r->shares[r->n_pictures++ % 64];
    const unsigned long long pixels = (unsigned long long)r->out.width * (unsigned)r->out.height;
    atomic_fetch_add_explicit(&r->pixels, pixels, memory_order_relaxed);
    atomic_fetch_add_explicit(&r->pixels_reused, pixels * (unsigned)share / 1000,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&r->recent, share - *slot, memory_order_relaxed);
    *slot = share;
}

void qsr_reuse_stats(const QsrReuse *r, double *reused, double *recent)
{
    QsrReuse *own = (QsrReuse *)r; // C11's atomic_load takes no const
    const double pixels = (double)atomic_load_explicit(&own->pixels, memory_order_relaxed);
    const double part = (double)atomic_load_explicit(&own->pixels_reused, memory_order_relaxed);
    *reused = pixels > 0 ? part / pixels : 0;
    *recent = atomic_load_explicit(&own->recent, memory_order_relaxed) / 64000.0;
}

void qsr_reuse_keep(QsrReuse *r, const QsrPicture *out)
{
    if (!r->ready || r->policy.mode != QSR_REUSE_ACTIVE || r->have_out)
        return;
    for (int i = 0; i < qsr_format_planes(out->format); i++) {
        const Part p = part_of(out, &r->out, i, 0, out->width, 0, out->height);
        copy_part(&p);
    }
    r->have_out = true;
}

// Compares and plans; the share of the picture that need not be computed.
static int look(QsrReuse *r)
{
    const bool had_in = r->have_in;
    run(r, compare_task, r->changes.grid.n_strips * r->compare_bands, false);
    r->have_in = true;
    return had_in ? qsr_changes_plan(&r->changes, false) : -1;
}

// A picture after `look`: true if it is to be made by copying and computing.
static bool goes_on(QsrReuse *r, int share)
{
    if (share < 0) // the first: there was nothing to compare
        return false;
    if (!r->work->compute && share < 1000)
        share = 0;
    qsr_reuse_policy_saw(&r->policy, share);
    return r->policy.mode == QSR_REUSE_ACTIVE;
}

bool qsr_reuse_process(QsrReuse *r, const QsrPicture *in, const QsrPicture *out,
                       const QsrReuseWork *work)
{
    if (!r->ready)
        return false;
    if (!qsr_reuse_policy_compares(&r->policy)) {
        r->have_in = r->have_out = false;
        count(r, 0);
        return false;
    }
    r->from = in;
    r->to = out;
    r->work = work;
    int share = look(r);
    const bool active = goes_on(r, share);
    if (!active || (!work->compute && (share < 1000 || !r->have_out))) {
        r->have_out = false;
        count(r, 0);
        return false;
    }
    if (!r->have_out)
        share = qsr_changes_plan(&r->changes, true);
    if (work->set_output)
        work->set_output(work->arg, &r->out);
    run(r, region_task, r->changes.n_regions, true);
    r->have_out = true;
    count(r, share);
    return true;
}

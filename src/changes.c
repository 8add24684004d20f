// SPDX-License-Identifier: BSD-2-Clause
#include "src/changes.h"

#include <string.h>

#include "src/mem.h"

#define TASKS_PER_THREAD 3 // so that a slow one does not leave the others waiting
#define MIN_ROWS 32        // of a piece: below this the warm-up outweighs the balance
#define MIN_COPY_ROWS 64

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int floor_div(int64_t a, int64_t b)
{
    return (int)(a >= 0 ? a / b : -((b - 1 - a) / b));
}

static int n_groups(const QsrChangeGrid *g)
{
    return (g->rows + QSR_CHANGE_GRID - 1) / QSR_CHANGE_GRID;
}

int qsr_changes_init(QsrChanges *c, const QsrChangeGrid *grid)
{
    const size_t strips = (size_t)grid->n_strips, height = (size_t)grid->height;
    const size_t half = (height + 1) / 2, groups = (size_t)n_groups(grid);
    const size_t hulls = QSR_ROUND_UP(strips * (height + half + groups) * sizeof(QsrHull),
                                      (size_t)QSR_ALIGN);
    *c = (QsrChanges){.grid = *grid};
    c->memory = qsr_alloc(hulls + strips * groups * sizeof(QsrRegion));
    if (!c->memory)
        return 0;
    c->luma = c->memory;
    c->chroma = c->luma + strips * height;
    c->groups = c->chroma + strips * half;
    c->regions = (QsrRegion *)(void *)((uint8_t *)c->memory + hulls);
    for (size_t i = 0; i < strips * (height + half); i++)
        c->luma[i] = QSR_NO_HULL; // a format without halved rows never touches the others
    return 1;
}

void qsr_changes_free(QsrChanges *c)
{
    qsr_free(c->memory);
    *c = (QsrChanges){.memory = NULL};
}

// ------------------------------------------------------------------ groups ---

static void join(QsrHull *a, int lo, int hi)
{
    a->lo = (int16_t)min_int(a->lo, lo);
    a->hi = (int16_t)max_int(a->hi, hi);
}

// Columns of a strip.
static void strip_columns(const QsrChangeGrid *g, int strip, int *x0, int *x1)
{
    *x0 = strip * g->strip_width;
    *x1 = min_int(*x0 + g->strip_width, g->width);
}

// Input rows [y0, y1) changed between the columns of `hull`: what depends on them.
static void spread(QsrChanges *c, QsrHull hull, int y0, int y1)
{
    const QsrChangeGrid *g = &c->grid;
    const int lo = max_int(hull.lo - g->reach, 0) & ~(QSR_CHANGE_GRID - 1);
    const int hi = min_int(QSR_ROUND_UP(hull.hi + g->reach + g->tail, QSR_CHANGE_GRID), g->width);
    const int64_t above = y0 - g->reach, below = y1 + g->reach + g->tail;
    const int first = max_int(floor_div(above * g->rows, g->height), 0) / QSR_CHANGE_GRID;
    const int last = min_int(floor_div(below * g->rows + g->height - 1, g->height), g->rows);
    for (int strip = lo / g->strip_width; strip * g->strip_width < hi; strip++) {
        QsrHull *groups = c->groups + (ptrdiff_t)strip * n_groups(g);
        int x0, x1;
        strip_columns(g, strip, &x0, &x1);
        if (!g->whole_strips) {
            x0 = max_int(x0, lo);
            x1 = min_int(x1, hi);
        }
        for (int group = first; group * QSR_CHANGE_GRID < last; group++)
            join(&groups[group], x0, x1);
    }
}

static void find_groups(QsrChanges *c, bool all)
{
    const QsrChangeGrid *g = &c->grid;
    const int half = (g->height + 1) / 2;
    for (int i = 0; i < g->n_strips * n_groups(g); i++)
        c->groups[i] = QSR_NO_HULL;
    if (all) {
        spread(c, (QsrHull){0, (int16_t)g->width}, 0, g->height);
        return;
    }
    for (int strip = 0; strip < g->n_strips; strip++) {
        const QsrHull *luma = c->luma + (ptrdiff_t)strip * g->height;
        const QsrHull *chroma = c->chroma + (ptrdiff_t)strip * half;
        for (int y = 0; y < g->height; y++)
            if (luma[y].lo < luma[y].hi)
                spread(c, luma[y], y, y + 1);
        // A chroma row is looked at by its two luma rows and by one on each side.
        for (int y = 0; y < half; y++)
            if (chroma[y].lo < chroma[y].hi)
                spread(c, chroma[y], 2 * y - 1, 2 * y + 3);
    }
}

// ----------------------------------------------------------------- regions ---

// Regions with work are collected from the front of the array, copies from its end.
typedef struct Regions {
    QsrChanges *c;
    int n_work, n_copies;
    int64_t target; // columns x rows of a piece
    int64_t area;   // of the work so far
} Regions;

// What computing a region costs, in columns x rows.
static int64_t cost(const QsrChangeGrid *g, const QsrRegion *r)
{
    const int columns = QSR_ROUND_UP(r->x1 - r->x0 + g->extra_columns, g->column_align);
    return (int64_t)columns * (r->y1 - r->y0 + g->warm_rows);
}

// Into equal pieces of at most `most` rows.
static void cut(Regions *list, const QsrRegion *r, int most)
{
    QsrChanges *c = list->c;
    const int capacity = c->grid.n_strips * n_groups(&c->grid), rows = r->y1 - r->y0;
    const int pieces = (rows + most - 1) / most;
    const int piece = QSR_ROUND_UP((rows + pieces - 1) / pieces, QSR_CHANGE_GRID);
    for (int y = r->y0; y < r->y1; y += piece) {
        QsrRegion *to = r->x0 < r->x1 ? &c->regions[list->n_work++]
                                      : &c->regions[capacity - ++list->n_copies];
        *to = *r;
        to->y0 = y;
        to->y1 = min_int(y + piece, r->y1);
    }
}

static void add_copy(Regions *list, int strip, int y0, int y1)
{
    const QsrChangeGrid *g = &list->c->grid;
    const QsrRegion r = {.strip = strip, .y0 = y0, .y1 = y1};
    const int tasks = TASKS_PER_THREAD * g->threads;
    if (y0 < y1)
        cut(list, &r, g->threads > 1 ? max_int(g->rows / tasks, MIN_COPY_ROWS) : g->rows);
}

static void add_work(Regions *list, const QsrRegion *r)
{
    const QsrChangeGrid *g = &list->c->grid;
    const int64_t most = list->target / (r->x1 - r->x0);
    list->area += (int64_t)(r->x1 - r->x0) * (r->y1 - r->y0);
    cut(list, r, g->threads == 1 || most > g->rows ? g->rows : max_int((int)most, MIN_ROWS));
}

// Top to bottom: groups are taken together as long as that costs less than a new
// region with its warm-up, gaps included.
static void strip_regions(Regions *list, int strip)
{
    const QsrChangeGrid *g = &list->c->grid;
    const QsrHull *groups = list->c->groups + (ptrdiff_t)strip * n_groups(g);
    QsrRegion open = {.strip = strip};
    for (int i = 0; i < n_groups(g); i++) {
        const int y0 = i * QSR_CHANGE_GRID;
        if (groups[i].lo >= groups[i].hi)
            continue;
        const QsrRegion next = {.strip = strip, .x0 = groups[i].lo, .x1 = groups[i].hi, .y0 = y0,
                                .y1 = min_int(y0 + QSR_CHANGE_GRID, g->rows)};
        if (open.x0 < open.x1) {
            const QsrRegion both = {.strip = strip, .x0 = min_int(open.x0, next.x0),
                                    .x1 = max_int(open.x1, next.x1), .y0 = open.y0, .y1 = next.y1};
            if (cost(g, &both) <= cost(g, &open) + cost(g, &next)) {
                open = both;
                continue;
            }
            add_work(list, &open);
        }
        add_copy(list, strip, open.y1, y0);
        open = next;
    }
    if (open.x0 < open.x1)
        add_work(list, &open);
    add_copy(list, strip, open.y1, g->rows);
}

int qsr_changes_plan(QsrChanges *c, bool all)
{
    const QsrChangeGrid *g = &c->grid;
    const int64_t whole = (int64_t)g->width * g->rows;
    Regions list = {.c = c};
    find_groups(c, all);
    for (int i = 0; i < g->n_strips * n_groups(g); i++)
        if (c->groups[i].lo < c->groups[i].hi)
            list.target += (int64_t)(c->groups[i].hi - c->groups[i].lo) * QSR_CHANGE_GRID;
    list.target /= TASKS_PER_THREAD * g->threads;
    for (int strip = 0; strip < g->n_strips; strip++)
        strip_regions(&list, strip);
    const int capacity = g->n_strips * n_groups(g);
    memmove(c->regions + list.n_work, c->regions + capacity - list.n_copies,
            (size_t)list.n_copies * sizeof(*c->regions));
    c->n_regions = list.n_work + list.n_copies;
    return (int)(1000 * (whole - list.area) / whole);
}

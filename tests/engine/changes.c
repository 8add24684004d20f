// SPDX-License-Identifier: BSD-2-Clause
//
// From changed rows to tasks, and when to look for them: both by table, the first also
// against the rule itself, pixel by pixel.
#include <stdlib.h>
#include <string.h>

#include "src/changes.h"
#include "src/mem.h"
#include "src/reuse.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"

static uint32_t seed = 7;

static int below(int n)
{
    return (int)(qsr_test_random(&seed) % (uint32_t)n);
}

// ------------------------------------------------------------------- tables ---

static const QsrChangeGrid plain = {.width = 200, .height = 300, .strip_width = 100, .n_strips = 2,
                                    .rows = 300, .reach = 4, .warm_rows = 4, .extra_columns = 8,
                                    .column_align = 1, .threads = 1};

typedef struct Row {
    const char *what;
    struct { int chroma, strip, y, lo, hi; } changed[3];
    QsrRegion work[4]; // ended by x0 = x1
} Row;

static const Row rows[] = {
    {"nothing", {{0}}, {{0}}},
    {"a pixel in the middle", {{0, 0, 50, 50, 51}}, {{0, 44, 56, 44, 56}}},
    {"the first pixel", {{0, 0, 0, 0, 1}}, {{0, 0, 8, 0, 8}}},
    {"the last pixel", {{0, 1, 299, 199, 200}}, {{1, 192, 200, 292, 300}}},
    {"at the seam, right of it", {{0, 1, 100, 100, 101}},
     {{0, 96, 100, 96, 108}, {1, 100, 108, 96, 108}}},
    {"at the seam, left of it", {{0, 0, 100, 99, 100}},
     {{0, 92, 100, 96, 108}, {1, 100, 104, 96, 108}}},
    {"a row of chroma", {{1, 0, 50, 49, 53}}, {{0, 44, 60, 92, 108}}},
    {"two near each other", {{0, 0, 50, 50, 51}, {0, 0, 62, 50, 51}}, {{0, 44, 56, 44, 68}}},
    {"two with a small gap", {{0, 0, 50, 50, 51}, {0, 0, 65, 50, 51}}, {{0, 44, 56, 44, 72}}},
    {"two far apart", {{0, 0, 50, 50, 51}, {0, 0, 250, 50, 51}},
     {{0, 44, 56, 44, 56}, {0, 44, 56, 244, 256}}},
    {"a wide one below a narrow one", {{0, 0, 50, 10, 11}, {0, 0, 54, 0, 100}},
     {{0, 4, 16, 44, 48}, {0, 0, 100, 48, 60}, {1, 100, 104, 48, 60}}},
    {"a spot below a wide one, far enough", {{0, 0, 50, 0, 90}, {0, 0, 66, 0, 4}},
     {{0, 0, 96, 44, 56}, {0, 0, 8, 60, 72}}},
};

static void put(QsrChanges *c, int chroma, int strip, int y, int lo, int hi)
{
    const int height = c->grid.height;
    QsrHull *hull = chroma ? c->chroma + strip * ((height + 1) / 2) + y
                           : c->luma + strip * height + y;
    *hull = (QsrHull){(int16_t)lo, (int16_t)hi};
}

static int count_work(const QsrChanges *c)
{
    int n = 0;
    while (n < c->n_regions && c->regions[n].x0 < c->regions[n].x1)
        n++;
    return n;
}

static void check_table(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const Row *row = &rows[i];
        QsrChanges c;
        int expected = 0;
        if (!qsr_changes_init(&c, &plain))
            exit(1);
        for (int k = 0; k < 3; k++)
            if (row->changed[k].hi)
                put(&c, row->changed[k].chroma, row->changed[k].strip, row->changed[k].y,
                    row->changed[k].lo, row->changed[k].hi);
        qsr_changes_plan(&c, false);
        while (expected < 4 && row->work[expected].x1)
            expected++;
        CHECK(count_work(&c) == expected, "%s: %d regions, not %d", row->what, count_work(&c),
              expected);
        for (int k = 0; k < expected; k++) {
            const QsrRegion *got = &c.regions[k], *want = &row->work[k];
            CHECK(!memcmp(got, want, sizeof(*got)), "%s: strip %d, columns %d..%d, rows %d..%d",
                  row->what, got->strip, got->x0, got->x1, got->y0, got->y1);
        }
        qsr_changes_free(&c);
    }
}

// A picture that is all new is cut for its threads.
static void check_all(void)
{
    QsrChangeGrid grid = plain;
    grid.threads = 4;
    QsrChanges c;
    if (!qsr_changes_init(&c, &grid))
        exit(1);
    CHECK(qsr_changes_plan(&c, true) == 0, "a share of a new picture");
    CHECK(count_work(&c) == c.n_regions && c.n_regions >= 12, "%d regions", c.n_regions);
    for (int i = 0; i < c.n_regions; i++)
        CHECK(c.regions[i].y1 - c.regions[i].y0 <= 60, "rows %d..%d", c.regions[i].y0,
              c.regions[i].y1);
    CHECK(qsr_changes_plan(&c, false) == 1000, "the share of nothing new");
    CHECK(count_work(&c) == 0 && c.n_regions > 2, "%d copies", c.n_regions);
    qsr_changes_free(&c);
}

// ---------------------------------------------------------------- properties ---

// Marks the positions that the rule makes dirty: rows and columns within the reach of a
// change, and its tail below and to the right.
static void mark(uint8_t *dirty, const QsrChangeGrid *g, int lo, int hi, int y0, int y1)
{
    for (int y = 0; y < g->height; y++)
        for (int x = 0; x < g->width; x++)
            if (y >= y0 - g->reach && y < y1 + g->reach + g->tail && x >= lo - g->reach &&
                x < hi + g->reach + g->tail)
                dirty[y * g->width + x] = 1;
}

static void check_cover(const QsrChanges *c, const uint8_t *dirty, int share)
{
    const QsrChangeGrid *g = &c->grid;
    uint8_t *covered = calloc((size_t)g->width * (size_t)g->height, 1);
    int work = 0, missing = 0, twice = 0, computed = 0;
    if (!covered)
        exit(1);
    for (int i = 0; i < c->n_regions; i++) {
        const QsrRegion *r = &c->regions[i];
        const int left = r->strip * g->strip_width;
        const int right = left + g->strip_width < g->width ? left + g->strip_width : g->width;
        CHECK(r->y0 % 4 == 0 && (r->y1 % 4 == 0 || r->y1 == g->rows) && r->y0 < r->y1,
              "rows %d..%d", r->y0, r->y1);
        CHECK(i == 0 || r->x0 == r->x1 || c->regions[i - 1].x0 < c->regions[i - 1].x1,
              "work behind copies");
        if (r->x0 < r->x1)
            CHECK(r->x0 % 4 == 0 && (r->x1 % 4 == 0 || r->x1 == g->width) && r->x0 >= left &&
                  r->x1 <= right, "columns %d..%d", r->x0, r->x1);
        for (int y = r->y0; y < r->y1; y++)
            for (int x = left; x < right; x++) {
                const int in = x >= r->x0 && x < r->x1;
                twice += covered[y * g->width + x];
                covered[y * g->width + x] = (uint8_t)(1 + in);
                work += in;
            }
    }
    for (int i = 0; i < g->width * g->height; i++) {
        computed += covered[i] == 0;
        missing += dirty[i] && covered[i] != 2;
    }
    CHECK(computed == 0 && twice == 0 && missing == 0, "%d left out, %d twice, %d dirty copied",
          computed, twice, missing);
    CHECK(share == (int)(1000 * ((int64_t)g->width * g->height - work) /
                         ((int64_t)g->width * g->height)), "share %d", share);
    free(covered);
}

static void check_random(void)
{
    for (int turn = 0; turn < 1500; turn++) {
        QsrChangeGrid g = {.width = 1 + below(150), .height = 1 + below(150),
                           .strip_width = 4 * (1 + below(40)), .reach = below(9),
                           .tail = below(3), .warm_rows = below(10), .extra_columns = below(20),
                           .column_align = 1 + 31 * below(2), .threads = 1 + below(8)};
        g.rows = g.height;
        g.n_strips = (g.width + g.strip_width - 1) / g.strip_width;
        QsrChanges c;
        uint8_t *dirty = calloc((size_t)g.width * (size_t)g.height, 1);
        if (!dirty || !qsr_changes_init(&c, &g))
            exit(1);
        for (int n = below(6); n > 0; n--) {
            const int strip = below(g.n_strips), x0 = strip * g.strip_width;
            const int columns = g.width - x0 < g.strip_width ? g.width - x0 : g.strip_width;
            const int lo = x0 + below(columns), hi = lo + 1 + below(columns - (lo - x0));
            if (below(3)) {
                const int y = below(g.height);
                put(&c, 0, strip, y, lo, hi);
            } else {
                const int y = below((g.height + 1) / 2);
                put(&c, 1, strip, y, lo - 1, hi + 1);
            }
        }
        for (int strip = 0; strip < g.n_strips; strip++) {
            for (int y = 0; y < g.height; y++)
                if (c.luma[strip * g.height + y].lo < c.luma[strip * g.height + y].hi)
                    mark(dirty, &g, c.luma[strip * g.height + y].lo,
                         c.luma[strip * g.height + y].hi, y, y + 1);
            for (int y = 0; y < (g.height + 1) / 2; y++) {
                const QsrHull h = c.chroma[strip * ((g.height + 1) / 2) + y];
                if (h.lo < h.hi)
                    mark(dirty, &g, h.lo, h.hi, 2 * y - 1, 2 * y + 3);
            }
        }
        check_cover(&c, dirty, qsr_changes_plan(&c, false));
        qsr_changes_free(&c);
        free(dirty);
    }
}

// ------------------------------------------------------------------- policy ---

// Runs pictures with that share through the policy; how many of them were compared.
static int feed(QsrReusePolicy *p, int n, int share)
{
    int compared = 0;
    for (; n > 0; n--) {
        if (!qsr_reuse_policy_compares(p))
            continue;
        compared++;
        qsr_reuse_policy_saw(p, share);
    }
    return compared;
}

static void check_policy(void)
{
    QsrReusePolicy p;
    qsr_reuse_policy_init(&p, 30);
    CHECK(p.mode == QSR_REUSE_WATCH, "does not begin by watching");
    // Three trials, then rests of 1, 2, 4 ... 64 pictures between them.
    for (int rest = 1; rest <= 256; rest *= 2) {
        const int expected = rest < 64 ? rest : 64;
        CHECK(feed(&p, 3, 0) == 3 && p.mode == QSR_REUSE_REST, "rest %d", rest);
        CHECK(feed(&p, expected, 0) == 0, "rest %d is shorter", rest);
    }
    // Fully moving: 3 of 67.
    const int compared = feed(&p, 6700, 0);
    CHECK(compared <= 303, "compared %d of 6700", compared);
    // A share that does not pay does not begin anything; one that does begins at once.
    feed(&p, 200, 20);
    CHECK(p.mode != QSR_REUSE_ACTIVE, "20 of 30 pays");
    feed(&p, 70, 500);
    CHECK(p.mode == QSR_REUSE_ACTIVE, "500 of 30 does not pay");
    // A long good time saves up for ten pictures, and makes the next rest short.
    feed(&p, 100, 1000);
    CHECK(feed(&p, 10, 0) == 10 && p.mode == QSR_REUSE_ACTIVE, "credit %d", p.credit);
    feed(&p, 1, 0);
    CHECK(p.mode == QSR_REUSE_REST && p.rest == 1, "rest %d", p.rest);
    // Every third picture a duplicate: it stays on.
    qsr_reuse_policy_init(&p, 30);
    for (int i = 0; i < 300; i++)
        feed(&p, 1, i % 3 == 1 ? 1000 : 0);
    CHECK(p.mode == QSR_REUSE_ACTIVE, "duplicates of pulldown are missed");
}

int main(void)
{
    check_table();
    check_all();
    check_random();
    check_policy();
    return check_result();
}

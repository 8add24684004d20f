// SPDX-License-Identifier: BSD-2-Clause
#include "src/scaler.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
#include "kernels/resample.h"
#include "src/error.h"
#include "src/mem.h"
#include "src/picture.h"
#include "src/pool.h"
#include "src/reuse.h"
#include "src/rows.h"
#include "src/rowshift.h"

// Rings: rows that a filter looks at (sharpening runs a row ahead of alpha), and
// rows that the writer may look back to.
enum { IN_ROWS = 8, SHARP_ROWS = 4, OUT_ROWS = 4 };
#define MIN_BAND 32 // output rows; below this the rows read twice outweigh the balance won
#define MAX_RUNS 4  // phases of a whole factor
#define WARM_ROWS 8 // output rows' worth of reading before the first
// Comparing and copying a picture, in 1/1000 of what scaling it costs.
#define REUSE_COST 250

// What the buffers depend on.
typedef struct Geometry {
    QsrFormat in_format, out_format;
    int in_width, in_height, out_width, out_height;
} Geometry;

// Rows of pixels are RGBX with alpha in X, or RGBX10 where the output has 10 bits.
typedef struct Scratch {
    void *memory;
    uint8_t *in;                 // ring of IN_ROWS
    uint8_t *high, *low;         // a row of the picture before its halves are joined
    uint8_t *alpha_in;           // a row of the picture's alpha
    int16_t *vertical;           // the cubic between its passes
    float *planes[IN_ROWS][QSR_N_PLANES];
    uint8_t *easu;               // EASU's row
    float *sharp[SHARP_ROWS][QSR_N_PLANES];
    uint8_t *alpha_out;          // ring of OUT_ROWS, a byte a pixel
    uint8_t *cubic;              // a row of which alpha is taken
    uint8_t *out;                // ring of OUT_ROWS
    void *rows;                  // for reader and writer
} Scratch;

typedef struct ScalerEngine {
    QsrScalerKind kind;
    float amount;                // of sharpening
    int row_phase_num, row_phase_den; // input rows that output rows are taken further down
    _Atomic uint64_t frames;
    QsrPixelDSP pixel;
    QsrResampleDSP dsp;
    QsrPool *pool;
    int n_workers;
    Geometry geometry;           // in_width 0: none yet
    QsrReader reader;
    QsrWriter writer;
    QsrRowShift shift;           // does the work where `shifting` is set
    int shifting;
    QsrPhase *columns;           // grouped by run
    QsrRun runs[MAX_RUNS];
    int n_runs;
    int deep, px;                // 10 bits, and bytes of a pixel
    int band, n_bands;           // output rows
    size_t in_pitch, out_pitch;  // bytes
    Scratch *scratch;            // one per worker
    QsrReuse reuse;
} ScalerEngine;

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int clamp_int(int x, int lo, int hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

// ------------------------------------------------------------------ layout ---

static void *take(uint8_t *base, size_t *at, size_t bytes)
{
    void *p = base ? base + *at : NULL;
    *at += QSR_ROUND_UP(bytes, (size_t)QSR_ALIGN);
    return p;
}

// A plane of floats with room for guard pixels on both sides.
static float *take_plane(uint8_t *base, size_t *at, int width)
{
    float *p = take(base, at, ((size_t)width + 2 * QSR_ALIGN) * sizeof(float));
    return p ? p + QSR_ALIGN : NULL;
}

// Hands out pointers into `memory`, which may be NULL; returns the bytes it takes.
static size_t layout(const ScalerEngine *e, Scratch *s, void *memory)
{
    const Geometry *g = &e->geometry;
    const size_t reader = qsr_reader_scratch(g->in_width);
    const size_t writer = qsr_writer_scratch(&e->writer, g->out_width);
    size_t at = 0;
    s->memory = memory;
    s->in = take(memory, &at, e->in_pitch * IN_ROWS);
    s->high = take(memory, &at, e->deep ? e->in_pitch : 0);
    s->low = take(memory, &at, e->deep ? e->in_pitch : 0);
    s->vertical = take(memory, &at, e->in_pitch * sizeof(int16_t));
    if (e->kind != QSR_SCALER_BICUBIC) {
        for (int row = 0; row < IN_ROWS; row++)
            for (int plane = 0; plane < QSR_N_PLANES; plane++)
                s->planes[row][plane] = take_plane(memory, &at, g->in_width);
        for (int row = 0; row < SHARP_ROWS; row++)
            for (int plane = 0; plane < QSR_PLANE_LUMA; plane++)
                s->sharp[row][plane] = take_plane(memory, &at, g->out_width);
        s->easu = take(memory, &at, e->out_pitch);
    }
    if (e->writer.alpha) {
        s->alpha_in = take(memory, &at, (size_t)g->in_width);
        s->alpha_out = take(memory, &at, (size_t)g->out_width * OUT_ROWS);
        s->cubic = take(memory, &at, e->out_pitch);
    }
    s->out = take(memory, &at, e->out_pitch * OUT_ROWS);
    size_t rows = reader > writer ? reader : writer;
    if (qsr_rowshift_scratch(g->in_width) > rows)
        rows = qsr_rowshift_scratch(g->in_width);
    s->rows = take(memory, &at, rows);
    return at;
}

static void free_scratch(ScalerEngine *e)
{
    for (int i = 0; i < e->n_workers; i++) {
        qsr_free(e->scratch[i].memory);
        e->scratch[i] = (Scratch){.memory = NULL};
    }
    free(e->columns);
    e->columns = NULL;
    e->geometry = (Geometry){.in_width = 0};
}

// The columns of a whole factor are computed phase by phase.
static int make_runs(ScalerEngine *e, const Geometry *g)
{
    const int w = g->out_width, factor = w / g->in_width;
    const int even = w % g->in_width == 0 && factor <= MAX_RUNS;
    e->n_runs = even ? factor : 1;
    e->columns = calloc((size_t)w, sizeof(*e->columns));
    if (!e->columns)
        return 0;
    QsrPhase *at = e->columns;
    for (int run = 0; run < e->n_runs; run++) {
        e->runs[run] = (QsrRun){.columns = at, .first = run, .step = e->n_runs, .even = even,
                                .n = even ? g->in_width : w};
        for (int i = run; i < w; i += e->n_runs)
            qsr_phase_init(at++, i, g->in_width, w, 0, 1);
    }
    return 1;
}

// -------------------------------------------------------------------- rows ---

typedef struct Band {
    const ScalerEngine *e;
    Scratch *s;
    int next_in;    // next input row to read; may lie outside the picture
    int first_in;
    int next_sharp; // next row of EASU
} Band;

// Where output row y lies among the input's.
static void row_phase(const ScalerEngine *e, QsrPhase *phase, int y)
{
    qsr_phase_init(phase, y, e->geometry.in_height, e->geometry.out_height, e->row_phase_num,
                   e->row_phase_den);
}

// Repeats the outermost pixels into the guards of a row of pixels.
static void guard(uint8_t *row, int n, int px)
{
    const uint8_t *last = row + (ptrdiff_t)px * (n - 1);
    for (int i = 1; i <= QSR_RESAMPLE_GUARD; i++) {
        memcpy(row - (ptrdiff_t)px * i, row, (size_t)px);
        memcpy(row + (ptrdiff_t)px * (n - 1 + i), last, (size_t)px);
    }
}

static int slot(int row, int depth)
{
    return (row + 2 * depth) % depth; // rows begin at -2, and up to 4 before that
}

static uint8_t *in_row(const Band *b, int y)
{
    return b->s->in + (size_t)slot(y, IN_ROWS) * b->e->in_pitch + b->e->px * QSR_RESAMPLE_GUARD;
}

// Row y of the picture as pixels, guards and alpha included.
static void read_row(const Band *b, uint8_t *row, int y)
{
    const ScalerEngine *e = b->e;
    const int n = e->geometry.in_width;
    const uint8_t *alpha = e->writer.alpha ? qsr_alpha_source(&e->writer, b->s->alpha_in, 0, n, y)
                                           : NULL;
    if (e->deep) {
        uint16_t *px = (uint16_t *)(void *)row;
        qsr_reader_row(&e->reader, b->s->rows, b->s->high, b->s->low, 0, n, y);
        for (int i = 0; i < 4 * n; i++)
            px[i] = (uint16_t)(b->s->high[i] << 2 | b->s->low[i]);
        for (int i = 0; alpha && i < n; i++)
            px[4 * i + 3] = (uint16_t)(alpha[i] << 2);
    } else {
        qsr_reader_row(&e->reader, b->s->rows, row, NULL, 0, n, y);
        for (int i = 0; alpha && i < n; i++)
            row[4 * i + 3] = alpha[i];
    }
    guard(row, n, e->px);
}

static void load_planes(const ScalerEngine *e, float *const planes[QSR_N_PLANES],
                        const uint8_t *row, int n, int guards)
{
    if (e->deep)
        e->dsp.load_planes10(planes, (const uint16_t *)(const void *)row, n, guards);
    else
        e->dsp.load_planes(planes, row, n, guards);
}

// Reads on until row `last` is there. Beyond the picture its edge is repeated.
static void read_rows(Band *b, int last)
{
    const ScalerEngine *e = b->e;
    const int width = e->geometry.in_width, height = e->geometry.in_height;
    for (; b->next_in <= last; b->next_in++) {
        const int y = b->next_in;
        uint8_t *row = in_row(b, y);
        read_row(b, row, clamp_int(y, 0, height - 1));
        if (e->kind == QSR_SCALER_BICUBIC)
            continue;
        load_planes(e, b->s->planes[slot(y, IN_ROWS)], row, width, QSR_RESAMPLE_GUARD);
        if (y - 2 < b->first_in)
            continue;
        float *rows[3][QSR_N_PLANES];
        for (int i = 0; i < 3; i++)
            memcpy(rows[i], b->s->planes[slot(y - 2 + i, IN_ROWS)], sizeof(rows[i]));
        e->dsp.easu_analyse(rows, width);
    }
}

// An output row by the cubic, alpha included; its source rows have been read.
static void cubic_row(Band *b, uint8_t *dst, const QsrPhase *phase)
{
    const ScalerEngine *e = b->e;
    const int n = 4 * (e->geometry.in_width + 2 * QSR_RESAMPLE_GUARD);
    int16_t *vertical = b->s->vertical;
    const uint8_t *rows[4];
    const uint16_t *rows10[4];
    for (int i = 0; i < 4; i++) {
        rows[i] = in_row(b, phase->x - 1 + i) - e->px * QSR_RESAMPLE_GUARD;
        rows10[i] = (const uint16_t *)(const void *)rows[i];
    }
    if (e->deep)
        e->dsp.cubic_v10(vertical, rows10, phase->taps, n);
    else
        e->dsp.cubic_v(vertical, rows, phase->taps, n);
    vertical += 4 * QSR_RESAMPLE_GUARD;
    for (int run = 0; run < e->n_runs; run++) {
        if (e->deep)
            e->dsp.cubic_h10((uint16_t *)(void *)dst, vertical, &e->runs[run]);
        else
            e->dsp.cubic_h(dst, vertical, &e->runs[run]);
    }
}

// The fourth component of a row of pixels to the ring of alpha.
static void keep_alpha(const Band *b, const uint8_t *row, int y)
{
    const ScalerEngine *e = b->e;
    const int n = e->geometry.out_width;
    uint8_t *alpha = b->s->alpha_out + (ptrdiff_t)(y % OUT_ROWS) * n;
    if (e->deep) {
        const uint16_t *px = (const uint16_t *)(const void *)row;
        for (int i = 0; i < n; i++)
            alpha[i] = (uint8_t)(px[4 * i + 3] >> 2);
    } else {
        e->pixel.load_byte(alpha, row, 3, n);
    }
}

static void easu_row(Band *b, uint8_t *dst, const QsrPhase *phase)
{
    const ScalerEngine *e = b->e;
    float *rows[4][QSR_N_PLANES];
    for (int i = 0; i < 4; i++)
        memcpy(rows[i], b->s->planes[slot(phase->x - 1 + i, IN_ROWS)], sizeof(rows[i]));
    for (int run = 0; run < e->n_runs; run++)
        e->dsp.easu(dst, e->deep, rows, &e->runs[run], phase->f);
}

// Rows of EASU (or of the picture) up to y + 1, then row y sharpened.
static void sharp_row(Band *b, uint8_t *dst, int y)
{
    const ScalerEngine *e = b->e;
    const Geometry *g = &e->geometry;
    const int bottom = g->out_height - 1;
    for (; b->next_sharp <= min_int(y + 1, bottom); b->next_sharp++) {
        const uint8_t *row = b->s->easu + e->px * QSR_RESAMPLE_GUARD;
        QsrPhase phase;
        row_phase(e, &phase, b->next_sharp);
        read_rows(b, phase.x + 2);
        if (e->kind == QSR_SCALER_RCAS) {
            row = in_row(b, b->next_sharp);
        } else {
            easu_row(b, b->s->easu + e->px * QSR_RESAMPLE_GUARD, &phase);
            guard(b->s->easu + e->px * QSR_RESAMPLE_GUARD, g->out_width, e->px);
        }
        load_planes(e, b->s->sharp[b->next_sharp % SHARP_ROWS], row, g->out_width, 1);
    }
    float *rows[3][QSR_N_PLANES];
    for (int i = 0; i < 3; i++)
        memcpy(rows[i], b->s->sharp[clamp_int(y - 1 + i, 0, bottom) % SHARP_ROWS],
               sizeof(rows[i]));
    e->dsp.rcas(dst, e->deep, rows, e->amount, g->out_width);
}

// Row y of the output, in the ring.
static void make_row(Band *b, int y)
{
    const ScalerEngine *e = b->e;
    uint8_t *dst = b->s->out + (size_t)(y % OUT_ROWS) * e->out_pitch;
    QsrPhase phase;
    row_phase(e, &phase, y);
    if (e->kind == QSR_SCALER_BICUBIC) {
        read_rows(b, phase.x + 2);
        cubic_row(b, dst, &phase);
        if (e->writer.alpha)
            keep_alpha(b, dst, y);
        return;
    }
    sharp_row(b, dst, y);
    if (e->writer.alpha) {
        cubic_row(b, b->s->cubic, &phase);
        keep_alpha(b, b->s->cubic, y);
    }
}

// Output rows [y0, y1); y0 is even, and y1 is or it is the last.
static void run_rows(ScalerEngine *e, int worker, int y0, int y1)
{
    const Geometry *g = &e->geometry;
    const int head = max_int(y0 - qsr_writer_halo_top(&e->writer), 0);
    const int first = e->kind != QSR_SCALER_BICUBIC ? max_int(head - 1, 0) : head;
    Scratch *s = &e->scratch[worker];
    QsrPhase phase;

    if (e->shifting) {
        qsr_rowshift_rows(&e->shift, s->rows, y0, y1);
        return;
    }
    row_phase(e, &phase, first);
    Band b = {.e = e, .s = s, .next_in = phase.x - 1, .first_in = phase.x - 1,
              .next_sharp = first};
    const QsrRowRing ring = {.base = s->out, .pitch = (ptrdiff_t)e->out_pitch, .depth = OUT_ROWS,
                             .x_base = 0, .alpha = s->alpha_out,
                             .alpha_pitch = g->out_width};
    for (int y = head; y < y1; y++) {
        make_row(&b, y);
        // The writer takes pairs of rows, the last one alone if it must.
        if (y >= y0 && (y % 2 || y == y1 - 1))
            qsr_writer_rows(&e->writer, s->rows, &ring, 0, g->out_width, y & ~1, y + 1);
    }
}

static void run_band(void *arg, int worker, int task)
{
    ScalerEngine *e = arg;
    run_rows(e, worker, task * e->band, min_int((task + 1) * e->band, e->geometry.out_height));
}

static void run_region(void *arg, int worker, const QsrRegion *region)
{
    run_rows(arg, worker, region->y0, region->y1);
}

static void set_output(void *arg, const QsrPicture *out)
{
    ScalerEngine *e = arg;
    e->writer.pic = e->shift.out = *out;
}

// ----------------------------------------------------------------- backend ---

static void scaler_close(void *state)
{
    ScalerEngine *e = state;
    if (!e)
        return;
    qsr_pool_free(e->pool);
    qsr_reuse_close(&e->reuse);
    if (e->scratch)
        free_scratch(e);
    free(e->scratch);
    free(e);
}

static int scaler_open(void **state, QsrModel *model, const QsrSettings *settings,
                       const QsrLogger *logger, QsrError *err)
{
    ScalerEngine *e = calloc(1, sizeof(*e));
    if (!e)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for the scaler");
    const int wanted = settings->n_threads ? settings->n_threads : qsr_available_processors();
    e->kind = model->scaler;
    e->amount = settings->sharpness;
    e->row_phase_num = e->kind == QSR_SCALER_RCAS ? 0 : settings->row_phase_num;
    e->row_phase_den = settings->row_phase_den;
    qsr_reuse_init(&e->reuse, settings->reuse, REUSE_COST);
    qsr_pixel_dsp_init(&e->pixel, qsr_cpu_get_flags());
    qsr_resample_dsp_init(&e->dsp, qsr_cpu_get_flags());
    e->pool = qsr_pool_new(wanted, settings->nice);
    e->n_workers = e->pool ? qsr_pool_workers(e->pool) : 0;
    e->scratch = calloc((size_t)wanted, sizeof(*e->scratch));
    if (!e->pool || !e->scratch) {
        scaler_close(e);
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for %d threads", wanted);
    }
    qsr_log(logger, QSR_LOG_INFO, "%s on the CPU, %d threads", model->info.name,
            e->n_workers);
    *state = e;
    return 0;
}

// Rows between luma rows are taken down by the phase in rows of their own. Those of a
// picture that becomes RGB on the way come half of it with the luma rows already.
static void set_row_phase(ScalerEngine *e, const QsrPicture *in, const QsrPicture *out)
{
    const int num = e->row_phase_num, den = e->row_phase_den;
    e->shift = (QsrRowShift){.pixel = &e->pixel, .resample = &e->dsp, .in = *in, .out = *out,
                             .num = num, .den = den};
    e->shifting = num && e->kind == QSR_SCALER_BICUBIC && qsr_rowshift_fits(in, out);
    if (e->reader.info->sub_y && e->writer.info->sub_y && !(in->site & QSR_SITE_TOP) &&
        !(out->site & QSR_SITE_TOP))
        e->reader.chroma_down = (int)((64 * (int64_t)num + 257 * (int64_t)den) /
                                      (2 * (int64_t)den)) - 128; // rounded, of a positive sum
}

// Whole rows, counted in the output. The most that one depends on: two rows of chroma
// to each side, in their own rows, and the phase in them; what EASU's analysis and
// RCAS add to a cubic's rows is less.
static void prepare_reuse(ScalerEngine *e, const QsrPicture *in, const QsrPicture *out)
{
    const int phase = (abs(e->row_phase_num) + e->row_phase_den - 1) / e->row_phase_den;
    if (!e->reuse.on || qsr_reuse_fits(&e->reuse, in, out))
        return;
    const QsrChangeGrid grid = {
        .width = in->width,
        .height = in->height,
        .strip_width = QSR_ROUND_UP(in->width, QSR_CHANGE_GRID),
        .n_strips = 1,
        .rows = out->height,
        .whole_strips = true,
        .reach = 6 + 2 * phase,
        .warm_rows = WARM_ROWS,
        .column_align = 1,
        .threads = e->n_workers,
    };
    qsr_reuse_prepare(&e->reuse, in, out, &grid, QSR_SCALE(1, 1));
}

static int prepare_rows(ScalerEngine *e, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const Geometry wanted = {in->format, out->format, in->width, in->height, out->width,
                             out->height};
    qsr_reader_init(&e->reader, &e->pixel, in);
    qsr_writer_init(&e->writer, &e->pixel, out, in, QSR_SCALE_ANY);
    set_row_phase(e, in, out);
    if (!memcmp(&wanted, &e->geometry, sizeof(wanted)))
        return 0;

    free_scratch(e);
    if (!make_runs(e, &wanted))
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for %d columns", out->width);
    e->geometry = wanted;
    e->deep = e->writer.info->depth > 8;
    e->px = e->deep ? 8 : 4;
    const size_t guards = 2 * QSR_RESAMPLE_GUARD, px = (size_t)e->px;
    e->in_pitch = QSR_ROUND_UP(((size_t)in->width + guards) * px, QSR_ALIGN);
    e->out_pitch = QSR_ROUND_UP(((size_t)out->width + guards) * px, QSR_ALIGN);
    const int bands = e->n_workers > 1 ? 3 * e->n_workers : 1;
    e->band = max_int((out->height + bands - 1) / bands, MIN_BAND);
    e->band = QSR_ROUND_UP(e->band, 2);
    e->n_bands = (out->height + e->band - 1) / e->band;
    for (int i = 0; i < e->n_workers; i++) {
        Scratch *s = &e->scratch[i];
        const size_t size = layout(e, s, NULL);
        void *memory = qsr_alloc(size);
        if (!memory) {
            free_scratch(e);
            return qsr_fail(err, QSR_ERR_NOMEM, "no memory for rows of %zu bytes", size);
        }
        layout(e, s, memory);
    }
    return 0;
}

static int scaler_prepare(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    const int ret = prepare_rows(state, in, out, err);
    if (ret == 0)
        prepare_reuse(state, in, out);
    return ret;
}

static int scaler_process(void *state, const QsrPicture *in, const QsrPicture *out, QsrError *err)
{
    ScalerEngine *e = state;
    const int ret = scaler_prepare(e, in, out, err);
    if (ret < 0)
        return ret;
    const QsrReuseWork work = {.pool = e->pool, .set_output = set_output, .compute = run_region,
                               .arg = e};
    if (!qsr_reuse_process(&e->reuse, in, out, &work))
        qsr_pool_run(e->pool, run_band, e, e->n_bands, NULL, NULL);
    e->frames++;
    return 0;
}

static void scaler_get_stats(const void *state, QsrBackendStats *stats)
{
    const ScalerEngine *e = state;
    *stats = (QsrBackendStats){.backend = QSR_BACKEND_CPU, .state = "off", .frames_cpu = e->frames};
    qsr_reuse_stats(&e->reuse, &stats->reused, &stats->reused_recent);
}

static int scaler_thread_count(const void *state)
{
    return ((const ScalerEngine *)state)->n_workers;
}

const QsrBackend qsr_backend_scaler = {
    .name = "scaler",
    .id = QSR_BACKEND_CPU,
    .open = scaler_open,
    .prepare = scaler_prepare,
    .process = scaler_process,
    .thread_count = scaler_thread_count,
    .get_stats = scaler_get_stats,
    .close = scaler_close,
};

// SPDX-License-Identifier: BSD-2-Clause
//
// `qsr bench`: how long one frame takes.

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/bench.h"
#include "src/cli/progress.h"

enum { OPT_REUSE = 256, OPT_CLIP };

static bool parse_size(const char *text, BenchOptions *b)
{
    char rest;

    return sscanf(text, "%dx%d%c", &b->width, &b->height, &rest) == 2 && b->width >= 1 &&
           b->height >= 1 && b->width <= QSR_MAX_WIDTH && b->height <= QSR_MAX_HEIGHT;
}

static bool parse_count(const char *text, long max, long *value)
{
    char *end;

    *value = strtol(text, &end, 10);
    return !*end && end != text && *value >= 0 && *value <= max;
}

static bool set_option(BenchOptions *b, int option, char **argv, int *exit_code)
{
    QsrError err;
    long n;

    switch (option) {
    case 's':
        if (qsr_cli_parse_scale(optarg, &b->common.scale))
            return true;
        *exit_code = qsr_cli_usage("bench", "--scale is 1.5, 2, 3 or 4, not '%s'", optarg);
        return false;
    case 'm':
        b->common.model = optarg;
        return true;
    case 't':
        if (parse_count(optarg, 256, &n)) {
            b->common.threads = (int)n;
            return true;
        }
        *exit_code = qsr_cli_usage("bench", "--threads takes a number from 0 to 256, not '%s'",
                                   optarg);
        return false;
    case 'f':
        if (parse_count(optarg, 100000, &n) && n > 0) {
            b->common.frames = n;
            return true;
        }
        *exit_code = qsr_cli_usage("bench", "--frames takes a number from 1 to 100000, not '%s'",
                                   optarg);
        return false;
    case 'z':
        if (parse_size(optarg, b))
            return true;
        *exit_code = qsr_cli_usage("bench", "--size is WIDTHxHEIGHT, at most %dx%d, not '%s'",
                                   QSR_MAX_WIDTH, QSR_MAX_HEIGHT, optarg);
        return false;
    case 'c':
        if (qsr_set_cpu_mask(optarg, &err) == 0)
            return true;
        *exit_code = qsr_cli_usage("bench", "--cpumask: %s", err.message);
        return false;
    case OPT_REUSE:
        b->reuse = true;
        return true;
    case OPT_CLIP:
        b->clip = optarg;
        return true;
    default:
        return qsr_cli_other_option(&b->common, "bench", qsr_help_bench, option, argv,
                                    exit_code);
    }
}

static bool parse(BenchOptions *b, int argc, char **argv, int *exit_code)
{
    static const struct option long_options[] = {
        { "scale", required_argument, NULL, 's' },   { "model", required_argument, NULL, 'm' },
        { "threads", required_argument, NULL, 't' }, { "frames", required_argument, NULL, 'f' },
        { "size", required_argument, NULL, 'z' },    { "cpumask", required_argument, NULL, 'c' },
        { "reuse", no_argument, NULL, OPT_REUSE },   { "clip", required_argument, NULL, OPT_CLIP },
        { "help", no_argument, NULL, 'h' },          QSR_BACKEND_OPTIONS,
        { NULL, 0, NULL, 0 },
    };
    int option;

    memset(b, 0, sizeof(*b));
    b->common.model = "quicksrnet-small";
    b->common.frames = 10;
    b->width = 960;
    b->height = 540;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":s:m:t:h", long_options, NULL)) != -1) {
        if (!set_option(b, option, argv, exit_code))
            return false;
    }
    if (optind < argc) {
        *exit_code = qsr_cli_usage("bench", "unexpected argument '%s'", argv[optind]);
        return false;
    }
    if (b->clip && !b->reuse) {
        *exit_code = qsr_cli_usage("bench", "--clip goes with --reuse");
        return false;
    }
    return true;
}

// Noise over a gradient: nothing in it is fast by luck.
static void fill(QsrFrame *frame)
{
    uint32_t state = 1;

    for (size_t i = 0; i < frame->size; i++) {
        state = state * 1664525u + 1013904223u;
        frame->memory[i] = (uint8_t)(i * 192 / frame->size + (state >> 26));
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void qsr_sort_times(double *times, int n)
{
    qsort(times, (size_t)n, sizeof(*times), by_value);
}

static int measure(QsrContext *ctx, const QsrFrame *in, const QsrFrame *out, double *times, int n,
                   QsrError *err)
{
    int ret = qsr_prepare(ctx, &in->pic, &out->pic, err);

    // The first frame finds cold caches and does not count.
    if (ret == 0)
        ret = qsr_process(ctx, &in->pic, &out->pic, err);
    for (int i = 0; i < n && ret == 0; i++) {
        const double start = qsr_seconds();

        ret = qsr_process(ctx, &in->pic, &out->pic, err);
        times[i] = qsr_seconds() - start;
    }
    qsr_sort_times(times, n);
    return ret;
}

static void print_backends(const QsrContext *ctx)
{
    QsrBackendStats s;

    qsr_get_stats(ctx, &s);
    if (strcmp(s.state, "off") != 0 && strcmp(s.state, "absent") != 0)
        printf("frames on the DSP %llu, on the CPU %llu, redone %llu; DSP %s, %.2f ms, CPU %.2f "
               "ms\n", (unsigned long long)s.frames_dsp, (unsigned long long)s.frames_cpu,
               (unsigned long long)s.redone, s.state, s.dsp_ms, s.cpu_ms);
}

int qsr_cmd_bench(int argc, char **argv)
{
    QsrFrame in = { 0 }, out = { 0 };
    QsrContext *ctx = NULL;
    double *times = NULL;
    BenchOptions b;
    QsrScale scale;
    QsrError err;
    int exit_code = QSR_EXIT_OK, n, ret;

    if (!parse(&b, argc, argv, &exit_code))
        return exit_code;
    if (b.reuse) {
        ret = qsr_bench_reuse(&b, &err);
        if (ret < 0)
            qsr_cli_error("%s", err.message);
        return ret == 0 && qsr_cli_flush_stdout() ? QSR_EXIT_OK : QSR_EXIT_FAILED;
    }
    n = (int)b.common.frames;
    ret = qsr_cli_open(&ctx, &scale, &b.common, &err);
    if (ret == 0)
        ret = qsr_frame_alloc(&in, QSR_FORMAT_I420, b.width, b.height, &err);
    if (ret == 0)
        ret = qsr_frame_alloc(&out, QSR_FORMAT_I420, qsr_scale_size(scale, b.width),
                              qsr_scale_size(scale, b.height), &err);
    if (ret == 0 && !(times = calloc((size_t)n, sizeof(*times))))
        ret = qsr_cli_fail(&err, QSR_ERR_NOMEM, "out of memory");
    if (ret == 0) {
        fill(&in);
        ret = measure(ctx, &in, &out, times, n, &err);
    }
    if (ret == 0)
        printf("%s %dx%d -> %dx%d, threads %d: %.2f ms/frame, %.2f fps (median of %d; best %.2f "
               "ms)\n", b.common.model, b.width, b.height, out.pic.width, out.pic.height,
               qsr_thread_count(ctx), 1000 * times[n / 2], 1 / times[n / 2], n, 1000 * times[0]);
    else
        qsr_cli_error("%s", err.message);
    if (ret == 0)
        print_backends(ctx);
    free(times);
    qsr_frame_free(&in);
    qsr_frame_free(&out);
    qsr_close(&ctx);
    if (ret < 0)
        return QSR_EXIT_FAILED;
    return qsr_cli_flush_stdout() ? QSR_EXIT_OK : QSR_EXIT_FAILED;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// `qsr eval`: a model's figures on pairs of pictures, through the engine.

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/eval_pairs.h"
#include "src/cli/measure.h"

typedef struct EvalOptions {
    QsrOptions common;
    const char *folder, *high, *low;
    int shave;      // -1: the factor, rounded up
    bool csv, artefacts;
} EvalOptions;

// ------------------------------------------------------------ command line ---

enum { OPT_CPUMASK = 256, OPT_SHAVE, OPT_CSV, OPT_HIGH, OPT_LOW, OPT_ARTEFACTS };

static bool count_option(const char *name, int max, int *value, int *exit_code)
{
    char *end;
    const long n = strtol(optarg, &end, 10);

    if (!*end && end != optarg && n >= 0 && n <= max) {
        *value = (int)n;
        return true;
    }
    *exit_code = qsr_cli_usage("eval", "--%s takes a number from 0 to %d, not '%s'", name, max,
                               optarg);
    return false;
}

static bool set_option(EvalOptions *e, int option, char **argv, int *exit_code)
{
    QsrError err;

    switch (option) {
    case 's':
        if (qsr_cli_parse_scale(optarg, &e->common.scale))
            return true;
        *exit_code = qsr_cli_usage("eval", "--scale is 1.5, 2, 3 or 4, not '%s'", optarg);
        return false;
    case 'm':
        e->common.model = optarg;
        return true;
    case 't':
        return count_option("threads", 256, &e->common.threads, exit_code);
    case OPT_SHAVE:
        return count_option("shave", 1000, &e->shave, exit_code);
    case OPT_CPUMASK:
        if (qsr_set_cpu_mask(optarg, &err) == 0)
            return true;
        *exit_code = qsr_cli_usage("eval", "--cpumask: %s", err.message);
        return false;
    case OPT_CSV:
        e->csv = true;
        return true;
    case OPT_ARTEFACTS:
        e->artefacts = true;
        return true;
    case OPT_HIGH:
        e->high = optarg;
        return true;
    case OPT_LOW:
        e->low = optarg;
        return true;
    default:
        return qsr_cli_other_option(&e->common, "eval", qsr_help_eval, option, argv, exit_code);
    }
}

static bool parse(EvalOptions *e, int argc, char **argv, int *exit_code)
{
    static const struct option long_options[] = {
        { "scale", required_argument, NULL, 's' },
        { "model", required_argument, NULL, 'm' },
        { "threads", required_argument, NULL, 't' },
        { "shave", required_argument, NULL, OPT_SHAVE },
        { "hr", required_argument, NULL, OPT_HIGH },
        { "lr", required_argument, NULL, OPT_LOW },
        { "csv", no_argument, NULL, OPT_CSV },
        { "artefacts", no_argument, NULL, OPT_ARTEFACTS },
        { "cpumask", required_argument, NULL, OPT_CPUMASK },
        { "help", no_argument, NULL, 'h' },
        QSR_BACKEND_OPTIONS,
        { NULL, 0, NULL, 0 },
    };
    int option;

    memset(e, 0, sizeof(*e));
    e->common.model = "quicksrnet-small";
    e->shave = -1;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":s:m:t:h", long_options, NULL)) != -1) {
        if (!set_option(e, option, argv, exit_code))
            return false;
    }
    if (argc - optind > 1) {
        *exit_code = qsr_cli_usage("eval", "unexpected argument '%s'", argv[optind + 1]);
        return false;
    }
    e->folder = optind < argc ? argv[optind] : NULL;
    if (!e->folder == !(e->high && e->low) || (e->folder && (e->high || e->low))) {
        *exit_code = qsr_cli_usage("eval", "eval needs either one folder or both --hr and --lr");
        return false;
    }
    return true;
}

// ------------------------------------------------------------- one picture ---

typedef struct Judge {
    const EvalOptions *options;
    QsrContext *ctx, *bicubic; // bicubic: only to look for artefacts
    QsrScale scale;
    int shave;
} Judge;

typedef struct Figures {
    int width, height;     // of the large picture
    double psnr, psnr_shaved, ssim;
    QsrRipple ripple[2];   // of the model and of bicubic
    double variance[2];
} Figures;

static int enlarge(QsrContext *ctx, QsrScale scale, const QsrFrame *low, QsrFrame *out,
                   QsrError *err)
{
    int ret = 0;

    if (!out->memory)
        ret = qsr_frame_alloc(out, QSR_FORMAT_RGB, qsr_scale_size(scale, low->pic.width),
                              qsr_scale_size(scale, low->pic.height), err);
    return ret < 0 ? ret : qsr_process(ctx, &low->pic, &out->pic, err);
}

static int flicker_of(double *variance, QsrContext *ctx, QsrScale scale, const QsrFrame *low,
                      QsrFrame *out, QsrError *err)
{
    QsrFlicker flicker = { 0 };
    QsrFrame noisy = { 0 };
    int ret = qsr_frame_alloc(&noisy, QSR_FORMAT_RGB, low->pic.width, low->pic.height, err);

    for (uint32_t i = 0; i < QSR_NOISY_FRAMES && ret == 0; i++) {
        QsrLuma luma = { 0 };

        qsr_add_noise(noisy.memory, low->memory, (uint32_t)low->size, i);
        ret = enlarge(ctx, scale, &noisy, out, err);
        if (ret == 0)
            ret = qsr_luma_make(&luma, &out->pic, out->pic.width, out->pic.height, err);
        if (ret == 0)
            ret = qsr_flicker_add(&flicker, &luma, err);
        qsr_luma_free(&luma);
    }
    if (ret == 0)
        *variance = qsr_flicker_variance(&flicker);
    qsr_flicker_free(&flicker);
    qsr_frame_free(&noisy);
    return ret;
}

static int artefacts_of(Figures *f, const Judge *judge, const QsrFrame *low, QsrFrame *out,
                        QsrError *err)
{
    QsrContext *const ctx[2] = { judge->ctx, judge->bicubic };
    QsrLuma small = { 0 };
    int ret = qsr_luma_make(&small, &low->pic, low->pic.width, low->pic.height, err);

    for (int i = 0; i < 2 && ret == 0; i++) {
        QsrLuma luma = { 0 };

        ret = enlarge(ctx[i], judge->scale, low, out, err);
        if (ret == 0)
            ret = qsr_luma_make(&luma, &out->pic, out->pic.width, out->pic.height, err);
        if (ret == 0)
            f->ripple[i] = qsr_ripple(&small, &luma, judge->scale);
        qsr_luma_free(&luma);
        if (ret == 0)
            ret = flicker_of(&f->variance[i], ctx[i], judge->scale, low, out, err);
    }
    qsr_luma_free(&small);
    return ret;
}

static int quality_of(Figures *f, const Judge *judge, const QsrFrame *low, const QsrFrame *high,
                      QsrFrame *out, QsrError *err)
{
    QsrLuma wanted = { 0 }, got = { 0 };
    int ret = enlarge(judge->ctx, judge->scale, low, out, err);

    if (ret == 0)
        ret = qsr_luma_make(&got, &out->pic, out->pic.width, out->pic.height, err);
    // What the large picture has more is at its right and lower side.
    if (ret == 0)
        ret = qsr_luma_make(&wanted, &high->pic, got.width, got.height, err);
    if (ret == 0)
        ret = qsr_ssim(&f->ssim, &wanted, &got, judge->shave, err);
    if (ret == 0) {
        f->psnr = qsr_psnr(&wanted, &got, 0);
        f->psnr_shaved = qsr_psnr(&wanted, &got, judge->shave);
    }
    qsr_luma_free(&wanted);
    qsr_luma_free(&got);
    return ret;
}

// As eval pairs are made: the large picture was cropped to a multiple of the factor, or not
// yet.
static int check_sizes(const Judge *judge, const QsrPicture *low, const QsrPicture *high,
                       QsrError *err)
{
    const int w = qsr_scale_size(judge->scale, low->width);
    const int h = qsr_scale_size(judge->scale, low->height);

    if (high->width >= w && high->width < w + judge->scale.num && high->height >= h &&
        high->height < h + judge->scale.num)
        return 0;
    return qsr_cli_fail(err, QSR_ERR_INVALID, "%dx%d is not %s times %dx%d", high->width,
                        high->height, qsr_cli_scale_text(judge->scale).text, low->width,
                        low->height);
}

static int judge_pair(Figures *f, const Judge *judge, const QsrPair *pair, QsrError *err)
{
    QsrFrame low = { 0 }, high = { 0 }, out = { 0 };
    int ret = qsr_read_rgb(&low, pair->low, judge->scale, err);
    bool named = ret < 0;

    memset(f, 0, sizeof(*f));
    if (ret == 0) {
        ret = qsr_read_rgb(&high, pair->high, QSR_SCALE(1, 1), err);
        named = ret < 0;
    }
    if (ret == 0)
        ret = check_sizes(judge, &low.pic, &high.pic, err);
    if (ret == 0)
        ret = judge->options->artefacts ? artefacts_of(f, judge, &low, &out, err)
                                        : quality_of(f, judge, &low, &high, &out, err);
    f->width = out.pic.width;
    f->height = out.pic.height;
    if (ret < 0 && !named) {
        const QsrError inner = *err;
        qsr_cli_fail(err, ret, "%.60s: %s", pair->name, inner.message);
    }
    qsr_frame_free(&low);
    qsr_frame_free(&high);
    qsr_frame_free(&out);
    return ret;
}

// ------------------------------------------------------------------ report ---

static int name_width; // of the first column

static void print_name(const char *name, bool csv)
{
    if (!csv) {
        printf("%-*s ", name_width, name);
    } else if (!strpbrk(name, ",\"\r\n")) {
        fputs(name, stdout);
    } else {
        putchar('"');
        for (; *name; name++) {
            if (*name == '"')
                putchar('"');
            putchar(*name);
        }
        putchar('"');
    }
}

static void print_head(const Judge *judge, const char *model, int n)
{
    const EvalOptions *o = judge->options;

    if (o->csv) {
        puts(o->artefacts ? "picture,width,height,flat_blocks,ripple,ripple_bicubic,flicker,"
                            "flicker_bicubic"
                          : "picture,width,height,psnr_y,psnr_y_shaved,ssim");
        return;
    }
    printf("%s %sx, %d picture%s, luma\n", model, qsr_cli_scale_text(judge->scale).text, n,
           n == 1 ? "" : "s");
    if (o->artefacts)
        printf("%-*s %11s %7s %8s %8s %8s %8s\n", name_width, "", "size", "blocks", "ripple",
               "bicubic", "flicker", "bicubic");
    else
        printf("%-*s %11s %9s %9s %8s   (borders of %d left out in the last two)\n", name_width,
               "", "size", "PSNR", "PSNR", "SSIM", judge->shave);
}

static double ripple_rms(const QsrRipple *r)
{
    return r->blocks ? sqrt(r->energy / r->blocks) : 0;
}

static void print_row(const Judge *judge, const char *name, const Figures *f)
{
    const EvalOptions *o = judge->options;
    const double ripple = ripple_rms(&f->ripple[0]), ripple_bicubic = ripple_rms(&f->ripple[1]);
    const double flicker = sqrt(f->variance[0]), flicker_bicubic = sqrt(f->variance[1]);
    char size[32] = "";

    print_name(name, o->csv);
    if (o->csv && f->width)
        printf(",%d,%d,", f->width, f->height);
    else if (o->csv)
        fputs(",,,", stdout);
    if (f->width)
        snprintf(size, sizeof(size), "%dx%d", f->width, f->height);
    if (o->csv && o->artefacts)
        printf("%d,%.9f,%.9f,%.9f,%.9f\n", f->ripple[0].blocks, ripple, ripple_bicubic, flicker,
               flicker_bicubic);
    else if (o->csv)
        printf("%.9f,%.9f,%.9f\n", f->psnr, f->psnr_shaved, f->ssim);
    else if (o->artefacts)
        printf("%11s %7d %8.3f %8.3f %8.3f %8.3f\n", size, f->ripple[0].blocks, ripple,
               ripple_bicubic, flicker, flicker_bicubic);
    else
        printf("%11s %9.3f %9.3f %8.4f\n", size, f->psnr, f->psnr_shaved, f->ssim);
}

// Means of the pictures' figures; of ripple and flicker of their squares, the ripple's
// weighed by the number of blocks.
static void add(Figures *total, const Figures *f, int n)
{
    total->psnr += f->psnr / n;
    total->psnr_shaved += f->psnr_shaved / n;
    total->ssim += f->ssim / n;
    for (int i = 0; i < 2; i++) {
        total->ripple[i].energy += f->ripple[i].energy;
        total->ripple[i].blocks += f->ripple[i].blocks;
        total->variance[i] += f->variance[i] / n;
    }
}

static int judge_all(const Judge *judge, const char *model, const QsrPairs *pairs, QsrError *err)
{
    Figures total = { 0 }, f;
    int ret = 0;

    name_width = (int)strlen("mean");
    for (int i = 0; i < pairs->n; i++) {
        const int length = (int)strlen(pairs->pair[i].name);
        name_width = length > name_width ? length : name_width;
    }
    print_head(judge, model, pairs->n);
    for (int i = 0; i < pairs->n && ret == 0; i++) {
        ret = judge_pair(&f, judge, &pairs->pair[i], err);
        if (ret == 0) {
            print_row(judge, pairs->pair[i].name, &f);
            fflush(stdout);
            add(&total, &f, pairs->n);
        }
    }
    if (ret == 0)
        print_row(judge, "mean", &total);
    return ret;
}

// ----------------------------------------------------------------- command ---

static int open_engines(Judge *judge, QsrError *err)
{
    const QsrOptions *o = &judge->options->common;
    QsrOptions plain = *o;
    QsrScale scale;
    int ret = qsr_cli_open(&judge->ctx, &judge->scale, o, err);

    if (ret < 0)
        return ret;
    judge->shave = judge->options->shave;
    if (judge->shave < 0)
        judge->shave = (judge->scale.num + judge->scale.den - 1) / judge->scale.den;
    if (!judge->options->artefacts)
        return 0;
    plain.model = "bicubic";
    plain.scale = judge->scale;
    return qsr_cli_open(&judge->bicubic, &scale, &plain, err);
}

int qsr_cmd_eval(int argc, char **argv)
{
    int exit_code = QSR_EXIT_OK, ret;
    Judge judge = { 0 };
    QsrPairs pairs = { 0 };
    QsrError err = { 0 };
    EvalOptions e;

    if (!parse(&e, argc, argv, &exit_code))
        return exit_code;
    judge.options = &e;
    ret = open_engines(&judge, &err);
    if (ret == 0 && e.folder)
        ret = qsr_pairs_of_set(&pairs, e.folder, judge.scale, &err);
    else if (ret == 0)
        ret = qsr_pairs_of_folders(&pairs, e.high, e.low, judge.scale, &err);
    if (ret == 0)
        ret = judge_all(&judge, e.common.model, &pairs, &err);
    if (ret < 0)
        qsr_cli_error("%s", err.message);
    qsr_pairs_free(&pairs);
    qsr_close(&judge.ctx);
    qsr_close(&judge.bicubic);
    if (!qsr_cli_flush_stdout() || ret < 0)
        return QSR_EXIT_FAILED;
    return QSR_EXIT_OK;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// `qsr models`, `qsr verify`, `qsr info`.

#include <png.h>
#include <string.h>

#include "src/cli/card.h"
#include "src/cli/cli.h"

#if HAVE_GSTREAMER
#include <gst/gst.h>
#endif

static int finish(int exit_code)
{
    return qsr_cli_flush_stdout() ? exit_code : QSR_EXIT_FAILED;
}

// ------------------------------------------------------------------ models ---

// The figure after "SET: int8 " in the card's metrics, or "-".
static void find_psnr(char text[16], const char *metrics, const char *set)
{
    const char *p = strstr(metrics, set);
    double psnr;

    if (p && sscanf(p + strlen(set), ": int8 %lf", &psnr) == 1 && psnr > 0 && psnr < 1000)
        snprintf(text, 16, "%.2f", psnr);
    else
        snprintf(text, 16, "-");
}

static void print_model(const QsrModelInfo *info)
{
    char metrics[512] = "", set5[16], bsd100[16];

    qsr_card_get(info->card, "metrics", metrics, sizeof(metrics));
    find_psnr(set5, metrics, "Set5");
    find_psnr(bsd100, metrics, "BSD100");
    printf("%-24s %5s %8d %10d %9zu %6s %7s  %s\n", info->name,
           qsr_cli_scale_text(info->scale).text, info->channels, info->mac_per_pixel,
           info->file_size, set5, bsd100, info->safe_pairs ? "yes" : "no");
}

int qsr_cmd_models(int argc, char **argv)
{
    const QsrBuiltinModel *builtin = qsr_builtin_models();
    int exit_code = QSR_EXIT_OK;

    if (qsr_cli_plain_arguments(argc, argv, qsr_help_models, 0, 0, &exit_code))
        return exit_code;
    if (!builtin->name)
        printf("no built-in models in this build\n");
    else
        printf("%-24s %5s %8s %10s %9s %6s %7s  %s\n", "model", "scale", "channels", "MAC/pixel",
               "bytes", "Set5", "BSD100", "safe pairs");
    for (; builtin->name; builtin++) {
        QsrModel *model;
        QsrError err;

        if (qsr_model_open(&model, builtin->name, builtin->scale, &err) < 0) {
            qsr_cli_error("%s", err.message);
            exit_code = QSR_EXIT_FAILED;
            continue;
        }
        print_model(qsr_model_info(model));
        qsr_model_unref(&model);
    }
    for (const char *const *scaler = qsr_scaler_names(); *scaler; scaler++)
        printf("%-24s no network, at 1.5, 2, 3 and 4; for comparison and for slow machines\n",
               *scaler);
    return finish(exit_code);
}

// ------------------------------------------------------------------ verify ---

static bool verify(const char *path)
{
    const QsrModelInfo *info;
    QsrModel *model;
    QsrError err;
    char name[4096];

    // A path without a '/' could be taken for the name of a built-in model.
    snprintf(name, sizeof(name), "%s%s", strchr(path, '/') ? "" : "./", path);
    if (qsr_model_open(&model, name, QSR_SCALE_ANY, &err) < 0) {
        qsr_cli_error("%s", err.message);
        return false;
    }
    info = qsr_model_info(model);
    printf("%s: good\n", path);
    printf("  %s, %s, scale %s, %d channels, %d convolutions, %d MAC/pixel\n", info->name,
           info->architecture, qsr_cli_scale_text(info->scale).text, info->channels, info->layers,
           info->mac_per_pixel);
    printf("  %zu bytes, SHA-256 %s\n", info->file_size, info->sha256);
    printf("  safe pairs: %s\n", info->safe_pairs ? "yes" : "no");
    qsr_card_print(info->card);
    qsr_model_unref(&model);
    return true;
}

int qsr_cmd_verify(int argc, char **argv)
{
    int exit_code = QSR_EXIT_OK;

    if (qsr_cli_plain_arguments(argc, argv, qsr_help_verify, 1, argc, &exit_code))
        return exit_code;
    for (int i = 1; i < argc; i++) {
        if (!verify(argv[i]))
            exit_code = QSR_EXIT_FAILED;
        // Good and bad in the order of the arguments, whatever reads them.
        fflush(stdout);
    }
    return finish(exit_code);
}

// -------------------------------------------------------------------- info ---

static int count_models(void)
{
    int n = 0;

    while (qsr_builtin_models()[n].name)
        n++;
    return n;
}

static int count_threads(void)
{
    const QsrBuiltinModel *builtin = qsr_builtin_models();
    QsrModel *model;
    QsrContext *ctx;
    int n = 0;

    if (!builtin->name || qsr_model_open(&model, builtin->name, builtin->scale, NULL) < 0)
        return 0;
    if (qsr_open(&ctx, model, NULL, NULL) == 0)
        n = qsr_thread_count(ctx);
    qsr_close(&ctx);
    qsr_model_unref(&model);
    return n;
}

static void print_cpu(void)
{
    const unsigned flags = qsr_cpu_flags();
    const char *name;
    int has_kernels;

    printf("instruction sets (QSR_CPU_MASK and --cpumask restrict them):\n");
    printf("  %-11s %-10s %s\n", "name", "usable", "kernels in this build");
    printf("  %-11s %-10s %s\n", "c", "always", "yes");
    for (int bit = 0; (name = qsr_cpu_name(bit, &has_kernels)) != NULL; bit++)
        printf("  %-11s %-10s %s\n", name, flags >> bit & 1 ? "yes" : "no",
               has_kernels ? "yes" : "no");
}

int qsr_cmd_info(int argc, char **argv)
{
    int exit_code = QSR_EXIT_OK, threads;

    if (qsr_cli_plain_arguments(argc, argv, qsr_help_info, 0, 0, &exit_code))
        return exit_code;
    printf("qsr %s\n", qsr_version());
    printf("libpng %s\n", png_get_libpng_ver(NULL));
#if HAVE_GSTREAMER
    {
        char *version = gst_version_string();
        printf("%s\n", version);
        g_free(version);
    }
#else
    printf("GStreamer: not in this build; pictures and y4m only\n");
#endif
    threads = count_threads();
    if (threads)
        printf("threads: %d\n", threads);
    printf("built-in models: %d\n", count_models());
    print_cpu();
    return finish(QSR_EXIT_OK);
}

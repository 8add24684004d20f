// SPDX-License-Identifier: BSD-2-Clause
//
// `qsr doctor`: does this installation work, and what of a Hexagon DSP.

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/frame.h"

enum { OPT_HEXAGON = 256, OPT_SIZE };

typedef struct Doctor {
    QsrOptions common;
    bool hexagon;
    int width, height;
} Doctor;

static bool set_option(Doctor *d, int option, char **argv, int *exit_code)
{
    char rest, *end;
    long n;

    switch (option) {
    case OPT_HEXAGON:
        d->hexagon = true;
        return true;
    case OPT_SIZE:
        if (sscanf(optarg, "%dx%d%c", &d->width, &d->height, &rest) == 2 && d->width >= 1 &&
            d->height >= 1 && d->width <= 4096 && d->height <= 4096)
            return true;
        *exit_code = qsr_cli_usage("doctor", "--size is WIDTHxHEIGHT, at most 4096x4096, not '%s'",
                                   optarg);
        return false;
    case 's':
        if (qsr_cli_parse_scale(optarg, &d->common.scale))
            return true;
        *exit_code = qsr_cli_usage("doctor", "--scale is 1.5, 2, 3 or 4, not '%s'", optarg);
        return false;
    case 'm':
        d->common.model = optarg;
        return true;
    case 't':
        n = strtol(optarg, &end, 10);
        d->common.threads = (int)n;
        if (end != optarg && !*end && n >= 0 && n <= 256)
            return true;
        *exit_code = qsr_cli_usage("doctor", "--threads takes a number from 0 to 256, not '%s'",
                                   optarg);
        return false;
    default:
        return qsr_cli_other_option(&d->common, "doctor", qsr_help_doctor, option, argv,
                                    exit_code);
    }
}

static bool parse(Doctor *d, int argc, char **argv, int *exit_code)
{
    static const struct option long_options[] = {
        { "hexagon", no_argument, NULL, OPT_HEXAGON },
        { "size", required_argument, NULL, OPT_SIZE },
        { "scale", required_argument, NULL, 's' },
        { "model", required_argument, NULL, 'm' },
        { "threads", required_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' },
        QSR_BACKEND_OPTIONS,
        { NULL, 0, NULL, 0 },
    };
    int option;

    memset(d, 0, sizeof(*d));
    d->common.model = "quicksrnet-small";
    d->width = 960;
    d->height = 540;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":s:m:t:h", long_options, NULL)) != -1) {
        if (!set_option(d, option, argv, exit_code))
            return false;
    }
    if (optind < argc) {
        *exit_code = qsr_cli_usage("doctor", "unexpected argument '%s'", argv[optind]);
        return false;
    }
    return true;
}

// Every instruction set makes the bytes of plain C; noise finds what differs.
static bool check_sets(QsrModel *model)
{
    const QsrScale scale = qsr_model_info(model)->scale;
    const unsigned all = qsr_cpu_flags();
    QsrFrame in = { 0 }, out = { 0 };
    char hex[33], expected[33] = "", mask[16];
    bool good = true;
    QsrError err;
    int ret = qsr_frame_alloc(&in, QSR_FORMAT_I420, 101, 47, &err);

    if (ret == 0)
        ret = qsr_frame_alloc(&out, QSR_FORMAT_I420, qsr_scale_size(scale, 101),
                              qsr_scale_size(scale, 47), &err);
    for (size_t i = 0; ret == 0 && i < in.size; i++)
        in.memory[i] = (uint8_t)(i * 2654435761u >> 24);
    for (int bit = -1; ret == 0 && (bit < 0 || qsr_cpu_name(bit, NULL)); bit++) {
        const unsigned flags = bit < 0 ? 0 : all & ((2u << bit) - 1);
        const char *name = bit < 0 ? "c" : qsr_cpu_name(bit, NULL);
        QsrContext *ctx = NULL;
        QsrSettings s;
        QsrMd5 md5;

        if (bit >= 0 && !(all >> bit & 1))
            continue;
        qsr_settings_default(&s);
        s.backend = QSR_BACKEND_CPU;
        snprintf(mask, sizeof(mask), "%u", flags);
        ret = qsr_set_cpu_mask(mask, &err);
        if (ret == 0)
            ret = qsr_open(&ctx, model, &s, &err);
        if (ret == 0)
            ret = qsr_process(ctx, &in.pic, &out.pic, &err);
        qsr_close(&ctx);
        qsr_md5_init(&md5);
        qsr_md5_update(&md5, out.memory, out.size);
        qsr_md5_end(&md5, hex);
        if (bit < 0)
            memcpy(expected, hex, sizeof(hex));
        else if (ret == 0 && strcmp(hex, expected) != 0)
            good = false;
        if (ret == 0)
            printf("instruction set: %s: %s\n", name,
                   strcmp(hex, expected) == 0 ? "good" : "OTHER BYTES THAN PLAIN C");
    }
    snprintf(mask, sizeof(mask), "%u", all);
    qsr_set_cpu_mask(mask, NULL);
    if (ret < 0)
        qsr_cli_error("%s", err.message);
    qsr_frame_free(&in);
    qsr_frame_free(&out);
    return good && ret == 0;
}

static bool check_models(void)
{
    const QsrBuiltinModel *builtin = qsr_builtin_models();
    bool good = true;

    // Opening one runs its self-test.
    for (; builtin->name; builtin++) {
        QsrModel *model;
        QsrError err;
        const bool opened = qsr_model_open(&model, builtin->name, builtin->scale, &err) == 0;

        printf("model: %s %s: %s\n", builtin->name, qsr_cli_scale_text(builtin->scale).text,
               opened ? "good" : err.message);
        good = good && opened;
        qsr_model_unref(&model);
    }
    return good;
}

static void print_line(void *opaque, const char *key, const char *value)
{
    (void)opaque;
    printf("%s: %s\n", key, value);
    // What hangs or crashes next is the line after this one.
    fflush(stdout);
}

int qsr_cmd_doctor(int argc, char **argv)
{
    int exit_code = QSR_EXIT_OK;
    QsrSettings settings;
    QsrModel *model;
    QsrError err;
    bool good;
    Doctor d;

    if (!parse(&d, argc, argv, &exit_code))
        return exit_code;
    if (qsr_cli_open_model(&model, &d.common, &err) < 0) {
        qsr_cli_error("%s", err.message);
        return QSR_EXIT_FAILED;
    }
    qsr_cli_settings(&settings, &d.common);
    if (d.hexagon) {
        good = qsr_hexagon_report(model, &settings, d.width, d.height, print_line, NULL, &err) == 0;
    } else {
        printf("qsr: %s\n", qsr_version());
        good = check_models();
        good = check_sets(model) && good;
        printf("result: %s\n", good ? "this installation works" : "something is broken, see above");
    }
    qsr_model_unref(&model);
    return qsr_cli_flush_stdout() && good ? QSR_EXIT_OK : QSR_EXIT_FAILED;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// The command line of `qsr upscale`.

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

enum {
    OPT_CPUMASK = 256,
    OPT_MD5,
    OPT_FRAMES,
    OPT_MATRIX,
    OPT_QUALITY,
    OPT_BITRATE,
    OPT_PROGRESS,
    OPT_REUSE,
};

static const struct option long_options[] = {
    { "scale", required_argument, NULL, 's' },
    { "model", required_argument, NULL, 'm' },
    { "threads", required_argument, NULL, 't' },
    { "cpumask", required_argument, NULL, OPT_CPUMASK },
    { "matrix", required_argument, NULL, OPT_MATRIX },
    { "frames", required_argument, NULL, OPT_FRAMES },
    { "reuse", required_argument, NULL, OPT_REUSE },
    { "quality", required_argument, NULL, OPT_QUALITY },
    { "bitrate", required_argument, NULL, OPT_BITRATE },
    { "md5", no_argument, NULL, OPT_MD5 },
    { "overwrite", no_argument, NULL, 'y' },
    { "quiet", no_argument, NULL, 'q' },
    { "progress", no_argument, NULL, OPT_PROGRESS },
    { "help", no_argument, NULL, 'h' },
    QSR_BACKEND_OPTIONS,
    { NULL, 0, NULL, 0 },
};

static bool parse_number(const char *text, int64_t min, int64_t max, int64_t *value)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    if (errno || *end || end == text || n < min || n > max)
        return false;
    *value = n;
    return true;
}

static bool parse_word(const char *text, const char *const *words, int *index)
{
    for (int i = 0; words[i]; i++) {
        if (!strcmp(text, words[i])) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool number_option(const char *command, const char *name, int64_t min, int64_t max,
                          int64_t *value, int *exit_code)
{
    if (parse_number(optarg, min, max, value))
        return true;
    *exit_code = qsr_cli_usage(command, "--%s takes a number from %lld to %lld, not '%s'", name,
                               (long long)min, (long long)max, optarg);
    return false;
}

bool qsr_cli_backend_option(QsrOptions *o, const char *command, int option, char *value,
                            int *exit_code)
{
    static const char *const backends[] = { "auto", "cpu", "hexagon", NULL };
    int index;
    int64_t n;

    switch (option) {
    case QSR_OPT_BACKEND:
        if (parse_word(value, backends, &index)) {
            o->backend = (QsrBackendId)index;
            return true;
        }
        *exit_code = qsr_cli_usage(command, "--backend is auto, cpu or hexagon, not '%s'", value);
        return false;
    case QSR_OPT_HEXAGON_LIBRARY:
        o->hexagon_library = value;
        return true;
    case QSR_OPT_HEXAGON_SKEL_DIR:
        o->hexagon_skel_dir = value;
        return true;
    case QSR_OPT_HEXAGON_TIMEOUT:
        if (!number_option(command, "hexagon-timeout-ms", 0, 60000, &n, exit_code))
            return false;
        o->hexagon_timeout_ms = (int)n;
        return true;
    default:
        return false;
    }
}

bool qsr_cli_other_option(QsrOptions *o, const char *command, const char *help, int option,
                          char **argv, int *exit_code)
{
    switch (option) {
    case 'h':
        fputs(help, stdout);
        *exit_code = qsr_cli_flush_stdout() ? QSR_EXIT_OK : QSR_EXIT_FAILED;
        return false;
    case ':':
        *exit_code = qsr_cli_usage(command, "option %s needs a value", argv[optind - 1]);
        return false;
    case '?':
        *exit_code = qsr_cli_usage(command, "unknown option %s", argv[optind - 1]);
        return false;
    default:
        return qsr_cli_backend_option(o, command, option, optarg, exit_code);
    }
}

static bool set_option(QsrOptions *o, const char *command, int option, int *exit_code)
{
    static const char *const matrices[] = { "bt601", "bt709", "bt2020", "smpte240m", "fcc", NULL };
    static const char *const switches[] = { "auto", "off", NULL };
    QsrError err;
    int64_t n;
    int index;

    switch (option) {
    case 's':
        if (qsr_cli_parse_scale(optarg, &o->scale))
            return true;
        *exit_code = qsr_cli_usage(command, "--scale is 1.5, 2, 3 or 4, not '%s'", optarg);
        return false;
    case 'm':
        o->model = optarg;
        return true;
    case 't':
        if (!number_option(command, "threads", 0, 256, &n, exit_code))
            return false;
        o->threads = (int)n;
        return true;
    case OPT_CPUMASK:
        if (qsr_set_cpu_mask(optarg, &err) == 0)
            return true;
        *exit_code = qsr_cli_usage(command, "--cpumask: %s", err.message);
        return false;
    case OPT_MATRIX:
        if (parse_word(optarg, matrices, &o->matrix))
            return true;
        *exit_code = qsr_cli_usage(command, "--matrix is bt601, bt709, bt2020, smpte240m or fcc, "
                                            "not '%s'", optarg);
        return false;
    case OPT_FRAMES:
        return number_option(command, "frames", 1, INT32_MAX, &o->frames, exit_code);
    case OPT_QUALITY:
        if (!number_option(command, "quality", 0, 51, &n, exit_code))
            return false;
        o->quality = (int)n;
        return true;
    case OPT_BITRATE:
        if (!number_option(command, "bitrate", 1, 1000000, &n, exit_code))
            return false;
        o->bitrate = (int)n;
        return true;
    case OPT_REUSE:
        if (!parse_word(optarg, switches, &index)) {
            *exit_code = qsr_cli_usage(command, "--reuse is auto or off, not '%s'", optarg);
            return false;
        }
        o->reuse = index == 0;
        return true;
    case OPT_MD5:
        o->md5 = true;
        return true;
    case 'y':
        o->overwrite = true;
        return true;
    case 'q':
        o->quiet = true;
        return true;
    case OPT_PROGRESS:
        o->progress = true;
        return true;
    case 'h':
        fputs(qsr_help_upscale, stdout);
        *exit_code = qsr_cli_flush_stdout() ? QSR_EXIT_OK : QSR_EXIT_FAILED;
        return false;
    default:
        return qsr_cli_backend_option(o, command, option, optarg, exit_code);
    }
}

static bool is_nothing(const char *path)
{
    return !strcmp(path, "/dev/null") || !strcmp(path, "null:");
}

bool qsr_cli_parse(QsrOptions *o, int argc, char **argv, int *exit_code)
{
    const char *command = argv[0];
    int option;

    memset(o, 0, sizeof(*o));
    o->model = "quicksrnet-small";
    o->matrix = -1;
    o->quality = -1;
    o->reuse = true;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":s:m:t:yqh", long_options, NULL)) != -1) {
        if (option == ':') {
            *exit_code = qsr_cli_usage(command, "option %s needs a value", argv[optind - 1]);
            return false;
        }
        if (option == '?') {
            // optopt is the letter of a short option, 0 for a long one.
            if (optopt && optopt < 256)
                *exit_code = qsr_cli_usage(command, "unknown option -%c", optopt);
            else
                *exit_code = qsr_cli_usage(command, "unknown option %s", argv[optind - 1]);
            return false;
        }
        if (!set_option(o, command, option, exit_code))
            return false;
    }
    if (argc - optind < 1 || argc - optind > 2) {
        *exit_code = qsr_cli_usage(command, argc - optind < 1 ? "%s needs an input file"
                                                              : "%s takes one input and one output",
                                   command);
        return false;
    }
    o->input = argv[optind];
    o->output = argc - optind == 2 ? argv[optind + 1] : NULL;
    if (o->output && o->md5 && is_nothing(o->output))
        o->output = NULL;
    if (!o->output && !o->md5) {
        *exit_code = qsr_cli_usage(command, "%s needs an output file, or --md5", command);
        return false;
    }
    return true;
}

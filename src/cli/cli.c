// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

void qsr_cli_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("qsr: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void qsr_cli_note(const QsrOptions *o, const char *format, ...)
{
    va_list args;

    if (o->quiet)
        return;
    va_start(args, format);
    // In place of a progress line that may stand there.
    fputs(isatty(STDERR_FILENO) ? "\r\033[Kqsr: " : "qsr: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

int qsr_cli_fail(QsrError *err, int code, const char *format, ...)
{
    va_list args;

    if (!err)
        return code;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    return code;
}

int qsr_cli_usage(const char *command, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("qsr: ", stderr);
    vfprintf(stderr, format, args);
    fprintf(stderr, "; see 'qsr %s%s--help'\n", command, *command ? " " : "");
    va_end(args);
    return QSR_EXIT_USAGE;
}

bool qsr_cli_flush_stdout(void)
{
    // A reader that has seen enough (a pager, head) is no news for the user.
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    if (errno != EPIPE)
        qsr_cli_error("cannot write to standard output: %s", strerror(errno));
    return false;
}

QsrScaleText qsr_cli_scale_text(QsrScale scale)
{
    QsrScaleText t;

    if (scale.den == 2)
        snprintf(t.text, sizeof(t.text), "%d.5", scale.num / 2);
    else
        snprintf(t.text, sizeof(t.text), "%d", scale.num);
    return t;
}

bool qsr_cli_parse_scale(const char *text, QsrScale *scale)
{
    static const struct {
        const char *text;
        QsrScale scale;
    } known[] = {
        { "1.5", { 3, 2 } }, { "3/2", { 3, 2 } }, { "2", { 2, 1 } }, { "2.0", { 2, 1 } },
        { "3", { 3, 1 } },   { "3.0", { 3, 1 } }, { "4", { 4, 1 } }, { "4.0", { 4, 1 } },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(text, known[i].text)) {
            *scale = known[i].scale;
            return true;
        }
    }
    return false;
}

int qsr_cli_open_model(QsrModel **model, const QsrOptions *o, QsrError *err)
{
    const size_t len = strlen(o->model);
    const bool file = strchr(o->model, '/') || (len > 4 && !strcmp(o->model + len - 4, ".qsr"));
    QsrScale wanted = o->scale;

    if (!wanted.num && !file)
        wanted = QSR_SCALE(2, 1);
    return qsr_model_open(model, o->model, wanted, err);
}

static void note_log(void *opaque, QsrLogLevel level, const char *message)
{
    if (level <= QSR_LOG_WARNING)
        qsr_cli_note(opaque, "%s", message);
}

void qsr_cli_settings(QsrSettings *settings, const QsrOptions *o)
{
    qsr_settings_default(settings);
    settings->backend = o->backend;
    settings->n_threads = o->threads;
    settings->reuse = o->reuse;
    settings->hexagon_library = o->hexagon_library;
    settings->hexagon_skel_dir = o->hexagon_skel_dir;
    settings->hexagon_timeout_ms = o->hexagon_timeout_ms;
    settings->log = note_log;
    settings->log_opaque = (void *)o;
}

int qsr_cli_open(QsrContext **ctx, QsrScale *scale, const QsrOptions *o, QsrError *err)
{
    QsrSettings settings;
    QsrModel *model;
    int ret = qsr_cli_open_model(&model, o, err);

    *ctx = NULL;
    if (ret < 0)
        return ret;
    *scale = qsr_model_info(model)->scale;
    qsr_cli_settings(&settings, o);
    ret = qsr_open(ctx, model, &settings, err);
    qsr_model_unref(&model);
    return ret;
}

bool qsr_cli_plain_arguments(int argc, char **argv, const char *help, int min, int max,
                             int *exit_code)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(help, stdout);
            *exit_code = qsr_cli_flush_stdout() ? QSR_EXIT_OK : QSR_EXIT_FAILED;
            return true;
        }
        if (argv[i][0] == '-' && argv[i][1]) {
            *exit_code = qsr_cli_usage(argv[0], "unknown option %s", argv[i]);
            return true;
        }
    }
    if (argc - 1 < min) {
        *exit_code = qsr_cli_usage(argv[0], "%s needs a file", argv[0]);
        return true;
    }
    if (argc - 1 > max) {
        *exit_code = qsr_cli_usage(argv[0], "unexpected argument '%s'", argv[max + 1]);
        return true;
    }
    return false;
}

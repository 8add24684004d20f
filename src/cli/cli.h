// SPDX-License-Identifier: BSD-2-Clause
//
// What the parts of the program share: exit codes, messages, options.

#ifndef QSR_CLI_H
#define QSR_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "src/qsr.h"

enum {
    QSR_EXIT_OK = 0,
    QSR_EXIT_FAILED = 1, // something could not be read, processed or written
    QSR_EXIT_USAGE = 2,  // the command line makes no sense
    QSR_EXIT_INTERRUPTED = 130,
};

#if defined(__GNUC__)
#define QSR_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define QSR_PRINTF(text, first)
#endif

typedef struct QsrOptions {
    const char *input;   // "-" is standard input
    const char *output;  // "-" is standard output; NULL: none, --md5 alone
    QsrScale scale;      // QSR_SCALE_ANY: that of the model file, or 2
    const char *model;
    QsrBackendId backend;
    const char *hexagon_library;  // NULL: the library's defaults
    const char *hexagon_skel_dir;
    int hexagon_timeout_ms;
    int threads;         // 0: all allowed cores
    int matrix;          // enum QsrMatrix, or -1: by the number of lines
    int64_t frames;      // stop after so many; 0: all
    int quality;         // constant quality of the video encoder; -1: its default here
    int bitrate;         // of the video encoder in kbit/s; 0: constant quality
    bool reuse;          // of what did not change in a video
    bool md5;
    bool overwrite;
    bool quiet;
    bool progress;       // also where standard error is not a terminal
} QsrOptions;

// "qsr: ..." and a newline on standard error.
void qsr_cli_error(const char *format, ...) QSR_PRINTF(1, 2);

// The same, unless --quiet.
void qsr_cli_note(const QsrOptions *o, const char *format, ...) QSR_PRINTF(2, 3);

// Fills in `err` (may be NULL) and returns `code`.
int qsr_cli_fail(QsrError *err, int code, const char *format, ...) QSR_PRINTF(3, 4);

// An error about the command line: message, hint at `qsr COMMAND --help`.
int qsr_cli_usage(const char *command, const char *format, ...) QSR_PRINTF(2, 3);

// Whether what was printed reached standard output; complains if not.
bool qsr_cli_flush_stdout(void);

// Parses the arguments of `upscale` and `bench` (argv[0] is the command). False
// after a complaint or, with *exit_code == QSR_EXIT_OK, after printing the help.
bool qsr_cli_parse(QsrOptions *o, int argc, char **argv, int *exit_code);

// Options about the backend, which `upscale`, `bench` and `doctor` have in common:
// getopt_long's table ends with QSR_BACKEND_OPTIONS, and what it finds is handed to
// qsr_cli_backend_option. False after a complaint.
enum {
    QSR_OPT_BACKEND = 512,
    QSR_OPT_HEXAGON_LIBRARY,
    QSR_OPT_HEXAGON_SKEL_DIR,
    QSR_OPT_HEXAGON_TIMEOUT,
};
#define QSR_BACKEND_OPTIONS                                                   \
    { "backend", required_argument, NULL, QSR_OPT_BACKEND },                  \
    { "hexagon-library", required_argument, NULL, QSR_OPT_HEXAGON_LIBRARY },  \
    { "hexagon-skel-dir", required_argument, NULL, QSR_OPT_HEXAGON_SKEL_DIR }, \
    { "hexagon-timeout-ms", required_argument, NULL, QSR_OPT_HEXAGON_TIMEOUT }
bool qsr_cli_backend_option(QsrOptions *o, const char *command, int option, char *value,
                            int *exit_code);

// The same for the rest of `bench` and `doctor`: --help, which prints `help`, then
// options without their value, unknown ones, and those about the backend.
bool qsr_cli_other_option(QsrOptions *o, const char *command, const char *help, int option,
                          char **argv, int *exit_code);

// "2", "1.5"; the buffer is static per call site, 16 bytes.
typedef struct QsrScaleText {
    char text[16];
} QsrScaleText;
QsrScaleText qsr_cli_scale_text(QsrScale scale);
bool qsr_cli_parse_scale(const char *text, QsrScale *scale);

// Opens the model and the engine that the options ask for; *scale is the factor.
int qsr_cli_open(QsrContext **ctx, QsrScale *scale, const QsrOptions *o, QsrError *err);

// The two halves of it. The settings point into `o`, which has to stay.
int qsr_cli_open_model(QsrModel **model, const QsrOptions *o, QsrError *err);
void qsr_cli_settings(QsrSettings *settings, const QsrOptions *o);

// Commands: argv[0] is the command's name. They return an exit code.
int qsr_cmd_upscale(int argc, char **argv);
int qsr_cmd_models(int argc, char **argv);
int qsr_cmd_verify(int argc, char **argv);
int qsr_cmd_info(int argc, char **argv);
int qsr_cmd_bench(int argc, char **argv);
int qsr_cmd_doctor(int argc, char **argv);
int qsr_cmd_eval(int argc, char **argv);

// Their help texts (help.c).
extern const char qsr_help_main[];
extern const char qsr_help_upscale[];
extern const char qsr_help_models[];
extern const char qsr_help_verify[];
extern const char qsr_help_info[];
extern const char qsr_help_bench[];
extern const char qsr_help_doctor[];
extern const char qsr_help_eval[];

// True if the arguments of a command without options ask for its help or are
// wrong; *exit_code is then what to return.
bool qsr_cli_plain_arguments(int argc, char **argv, const char *help, int min, int max,
                             int *exit_code);

#endif

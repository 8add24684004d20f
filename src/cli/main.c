// SPDX-License-Identifier: BSD-2-Clause
//
// qsr: the command line.

#include <string.h>

#include "src/cli/cli.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    { "upscale", qsr_cmd_upscale }, { "models", qsr_cmd_models }, { "verify", qsr_cmd_verify },
    { "info", qsr_cmd_info },       { "bench", qsr_cmd_bench },
    { "doctor", qsr_cmd_doctor },   { "eval", qsr_cmd_eval },
};

static int finish(void)
{
    return qsr_cli_flush_stdout() ? QSR_EXIT_OK : QSR_EXIT_FAILED;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;

    if (!word) {
        fputs(qsr_help_main, stderr);
        return QSR_EXIT_USAGE;
    }
    if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help")) {
        fputs(qsr_help_main, stdout);
        return finish();
    }
    if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
        printf("qsr %s\n", qsr_version());
        return finish();
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!strcmp(word, commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    return qsr_cli_usage("", "unknown command '%s'", word);
}

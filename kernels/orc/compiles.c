// SPDX-License-Identifier: BSD-2-Clause
//
// Compiles every program of a .orc file for this machine. The generated code
// falls back to C without a word where that fails, so a test has to ask. It also asks
// for the number of arrays: from the ninth on (with the loop counter, the tenth register),
// ORC 0.4.33 makes code for x86-64 that uses r12 and r13 and saves others in their place.

#include <orc/orc.h>
#include <orc/orcparse.h>
#include <stdio.h>
#include <stdlib.h>

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;

    if (!f)
        return NULL;
    if (!fseek(f, 0, SEEK_END)) {
        const long size = ftell(f);
        rewind(f);
        text = size >= 0 ? calloc((size_t)size + 1, 1) : NULL;
        if (text && fread(text, 1, (size_t)size, f) != (size_t)size) {
            free(text);
            text = NULL;
        }
    }
    fclose(f);
    return text;
}

int main(int argc, char **argv)
{
    OrcProgram **programs = NULL;
    int failed = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE.orc\n", argv[0]);
        return 2;
    }
    orc_init();
    OrcTarget *target = orc_target_get_default();
    if (!target) {
        printf("ORC has no target for this machine: nothing to compile\n");
        return 77;
    }
    char *text = read_file(argv[1]);
    if (!text) {
        perror(argv[1]);
        return 2;
    }
    const int n = orc_parse(text, &programs);
    for (int i = 0; i < n; i++) {
        const int arrays = programs[i]->n_dest_vars + programs[i]->n_src_vars;
        if (arrays > 8) {
            printf("%s: %d arrays\n", orc_program_get_name(programs[i]), arrays);
            failed++;
        }
        const OrcCompileResult result = orc_program_compile(programs[i]);
        if (result != ORC_COMPILE_RESULT_OK) {
            printf("%s: result 0x%x: %s\n", orc_program_get_name(programs[i]), (unsigned)result,
                   orc_program_get_error(programs[i]));
            failed++;
        }
        orc_program_free(programs[i]);
    }
    free(programs);
    free(text);
    printf("%d programs, %d failed for %s\n", n, failed, orc_target_get_name(target));
    return failed || n == 0;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Compiles every program of .orc files for this machine. The generated code
// falls back to C without a word where that fails, so a test has to ask. It also asks
// for the number of arrays: from the ninth on, ORC 0.4.33 makes code for x86-64 that
// uses r12 and r13 and saves others in their place.

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

// Number of faults in the programs of a file.
static int check_file(const char *path)
{
    OrcProgram **programs = NULL;
    int faults = 0;

    char *text = read_file(path);
    if (!text) {
        perror(path);
        return 1;
    }
    const int n = orc_parse(text, &programs);
    for (int i = 0; i < n; i++) {
        const int arrays = programs[i]->n_dest_vars + programs[i]->n_src_vars;
        if (arrays > 8) {
            printf("%s: %d arrays\n", orc_program_get_name(programs[i]), arrays);
            faults++;
        }
        const OrcCompileResult result = orc_program_compile(programs[i]);
        if (result != ORC_COMPILE_RESULT_OK) {
            printf("%s: result 0x%x: %s\n", orc_program_get_name(programs[i]), (unsigned)result,
                   orc_program_get_error(programs[i]));
            faults++;
        }
        orc_program_free(programs[i]);
    }
    free(programs);
    free(text);
    printf("%s: %d programs, %d faults\n", path, n, faults);
    return n ? faults : 1;
}

int main(int argc, char **argv)
{
    int faults = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE.orc...\n", argv[0]);
        return 2;
    }
    orc_init();
    OrcTarget *target = orc_target_get_default();
    if (!target) {
        printf("ORC has no target for this machine: nothing to compile\n");
        return 77;
    }
    printf("Compiling for %s\n", orc_target_get_name(target));
    for (int i = 1; i < argc; i++)
        faults += check_file(argv[i]);
    return faults > 0;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Writes a random but valid model file, for tests that need one on disk.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/engine/testmodel.h"

int main(int argc, char **argv)
{
    QsrTestModelSpec spec = { .scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1, .seed = 1 };
    uint8_t *data;
    size_t size;
    FILE *file;
    int ok;

    if (argc < 3) {
        fprintf(stderr, "usage: make_model OUT.qsr SCALE [NAME [CHANNELS BLOCKS SEED [KIND]]]\n"
                        "SCALE is 1.5, 2, 3 or 4; KIND is branch, for a model with an input\n"
                        "branch, or broken, for one whose self-test fails\n");
        return 2;
    }
    if (!strcmp(argv[2], "1.5"))
        spec.scale = QSR_SCALE(3, 2);
    else
        spec.scale = QSR_SCALE(atoi(argv[2]), 1);
    if (argc > 3)
        spec.name = argv[3];
    if (argc > 6) {
        spec.channels = atoi(argv[4]);
        spec.blocks = atoi(argv[5]);
        spec.seed = (uint32_t)atoi(argv[6]);
    }
    spec.branch = argc > 7 && !strcmp(argv[7], "branch");
    spec.wrong_test = argc > 7 && !spec.branch;
    size = qsr_test_model(&data, &spec);
    file = fopen(argv[1], "wb");
    ok = file && fwrite(data, 1, size, file) == size;
    if (file && fclose(file))
        ok = 0;
    free(data);
    if (!ok)
        perror(argv[1]);
    return !ok;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Runs a fuzz target without libFuzzer: every file of a folder, then a number
// of mutations, the same in every run. It finds what a mutation finds that
// needs no feedback, and keeps what was once found from coming back.
//
//     driver FOLDER N [SEED]

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/engine/testmodel.h"
#include "tests/fuzz/fuzz.h"

#define MAX_SIZE (1u << 17)
#define MAX_CORPUS 64

typedef struct Input {
    uint8_t *data;
    size_t size;
} Input;

static uint32_t rng;
static Input corpus[MAX_CORPUS];
static int n_corpus;

static int pick(int n)
{
    return (int)((qsr_test_random(&rng) >> 8) % (uint32_t)n);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    size_t at, n;

    if (size == 0) {
        data[0] = (uint8_t)pick(256);
        return 1;
    }
    at = (size_t)pick((int)size);
    n = 1 + (size_t)pick(4);
    switch (pick(4)) {
    case 0:
        data[at] ^= (uint8_t)(1 << pick(8));
        return size;
    case 1:
        data[at] = (uint8_t)pick(256);
        return size;
    case 2: // out
        if (at + n >= size)
            return size;
        memmove(data + at, data + at + n, size - at - n);
        return size - n;
    default: // in
        if (n > max_size - size)
            return size;
        memmove(data + at + n, data + at, size - at);
        memset(data + at, pick(256), n);
        return size + n;
    }
}

// From an allocation of exactly this size, for the sanitizers.
static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);

    if (!exact)
        abort();
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void keep(const uint8_t *data, size_t size)
{
    uint8_t *copy;

    if (n_corpus == MAX_CORPUS)
        return;
    copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    corpus[n_corpus++] = (Input){ copy, size };
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

// Returns how many files were run; sorted, so that every run is the same.
static int run_folder(const char *folder, uint8_t *buf)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, by_name), done = 0;
    char path[4096];

    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.') {
            FILE *file;
            size_t size;

            snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
            file = fopen(path, "rb");
            if (!file) {
                perror(path);
                exit(1);
            }
            size = fread(buf, 1, MAX_SIZE, file);
            fclose(file);
            run(buf, size);
            keep(buf, size);
            done++;
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return done;
}

int main(int argc, char **argv)
{
    uint8_t *buf = malloc(MAX_SIZE);
    int n, files;

    if (!buf || argc < 3) {
        fprintf(stderr, "usage: driver FOLDER N [SEED]\n");
        return 2;
    }
    n = atoi(argv[2]);
    rng = argc > 3 ? (uint32_t)atoi(argv[3]) : 1;
    files = run_folder(argv[1], buf);
    if (!files) {
        fprintf(stderr, "%s: no files\n", argv[1]);
        return 1;
    }
    for (int i = 0; i < 16; i++) {
        size_t size = fuzz_fresh_model(buf, MAX_SIZE, &rng);
        run(buf, size);
        keep(buf, size);
    }
    for (int i = 0; i < n; i++) {
        const Input *seed = &corpus[pick(n_corpus)];
        size_t size = seed->size;

        memcpy(buf, seed->data, size);
        for (int k = pick(3); k >= 0; k--)
            size = LLVMFuzzerCustomMutator(buf, size, MAX_SIZE, qsr_test_random(&rng));
        run(buf, size);
    }
    printf("%d files, %d mutations\n", files, n);
    for (int i = 0; i < n_corpus; i++)
        free(corpus[i].data);
    free(buf);
    return 0;
}

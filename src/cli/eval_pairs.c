// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/eval_pairs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "src/cli/cli.h"
#include "src/cli/png_io.h"

static char *join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);

    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static bool exists(const char *path)
{
    struct stat st;
    return path && stat(path, &st) == 0;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_png(const char *name)
{
    const size_t length = strlen(name);
    return *name != '.' && length > 4 && !strcasecmp(name + length - 4, ".png");
}

// 0801x2.png -> 0801.png; NULL if the name does not end so, or without memory.
static char *without_factor(const char *name, QsrScale scale)
{
    const size_t stem = strlen(name) - 4;
    char suffix[24], *plain;
    size_t length;

    snprintf(suffix, sizeof(suffix), "x%s", qsr_cli_scale_text(scale).text);
    length = strlen(suffix);
    if (stem <= length || memcmp(name + stem - length, suffix, length) != 0)
        return NULL;
    plain = malloc(stem - length + 5);
    if (plain) {
        memcpy(plain, name, stem - length);
        memcpy(plain + stem - length, name + stem, 5);
    }
    return plain;
}

static int add_pair(QsrPairs *pairs, const char *high, const char *low, const char *name,
                    QsrScale scale, QsrError *err)
{
    QsrPair pair = { strdup(name), join(low, name), join(high, name) };
    QsrPair *grown = pairs->pair;

    if (!exists(pair.high)) {
        char *plain = without_factor(name, scale);

        if (plain) {
            free(pair.high);
            pair.high = join(high, plain);
            free(plain);
        }
    }
    if (pairs->n == pairs->capacity) {
        const int capacity = pairs->capacity ? 2 * pairs->capacity : 64;

        grown = realloc(pairs->pair, (size_t)capacity * sizeof(*grown));
        if (grown) {
            pairs->pair = grown;
            pairs->capacity = capacity;
        }
    }
    if (!grown || !pair.name || !pair.low || !pair.high || !exists(pair.high)) {
        const bool memory = grown && pair.name && pair.low && pair.high;

        free(pair.name);
        free(pair.low);
        free(pair.high);
        if (!memory)
            return qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%.80s is in %.60s, but there is no large "
                            "picture of that name in %.60s", name, low, high);
    }
    pairs->pair[pairs->n++] = pair;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const QsrPair *)a)->name, ((const QsrPair *)b)->name);
}

int qsr_pairs_of_folders(QsrPairs *pairs, const char *high, const char *low, QsrScale scale,
                         QsrError *err)
{
    struct dirent *entry;
    DIR *folder = opendir(low);
    int ret = 0;

    memset(pairs, 0, sizeof(*pairs));
    if (!folder)
        return qsr_cli_fail(err, QSR_ERR_IO, "cannot open the folder %s: %s", low,
                            strerror(errno));
    if (!is_folder(high))
        ret = qsr_cli_fail(err, QSR_ERR_IO, "there is no folder %s", high);
    while (ret == 0 && (entry = readdir(folder)) != NULL) {
        if (is_png(entry->d_name))
            ret = add_pair(pairs, high, low, entry->d_name, scale, err);
    }
    closedir(folder);
    if (ret == 0 && !pairs->n)
        ret = qsr_cli_fail(err, QSR_ERR_INVALID, "there is no PNG picture in %s", low);
    if (ret < 0)
        qsr_pairs_free(pairs);
    else
        qsort(pairs->pair, (size_t)pairs->n, sizeof(*pairs->pair), by_name);
    return ret;
}

int qsr_pairs_of_set(QsrPairs *pairs, const char *set, QsrScale scale, QsrError *err)
{
    char name[32], *high = join(set, "HR"), *low = NULL;
    int ret = 0;

    memset(pairs, 0, sizeof(*pairs));
    snprintf(name, sizeof(name), "x%s/LR", qsr_cli_scale_text(scale).text);
    low = join(set, name);
    if (low && !is_folder(low))
        low[strlen(low) - 3] = '\0'; // without "/LR"
    if (!high || !low)
        ret = qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    else if (!is_folder(set))
        ret = qsr_cli_fail(err, QSR_ERR_IO, "there is no folder %s", set);
    else if (!is_folder(high) || !is_folder(low))
        ret = qsr_cli_fail(err, QSR_ERR_INVALID, "%.120s does not have the folders HR and %s; "
                           "other ones are named by --hr and --lr", set, name);
    else
        ret = qsr_pairs_of_folders(pairs, high, low, scale, err);
    free(high);
    free(low);
    return ret;
}

void qsr_pairs_free(QsrPairs *pairs)
{
    for (int i = 0; i < pairs->n; i++) {
        free(pairs->pair[i].name);
        free(pairs->pair[i].low);
        free(pairs->pair[i].high);
    }
    free(pairs->pair);
    memset(pairs, 0, sizeof(*pairs));
}

int qsr_read_rgb(QsrFrame *rgb, const char *path, QsrScale scale, QsrError *err)
{
    QsrInput in;
    QsrPng png = { 0 };
    int ret = qsr_input_open(&in, path, err);

    memset(rgb, 0, sizeof(*rgb));
    if (ret < 0)
        return ret;
    ret = qsr_png_read(&png, &in, scale, err);
    if (ret == 0)
        ret = qsr_frame_alloc(rgb, QSR_FORMAT_RGB, png.frame.pic.width, png.frame.pic.height, err);
    for (size_t i = 0; ret == 0 && i < rgb->size / 3; i++) {
        const int format = png.frame.pic.format;
        const size_t step = format == QSR_FORMAT_GRAY8 ? 1 : format == QSR_FORMAT_RGB ? 3 : 4;

        for (size_t c = 0; c < 3; c++)
            rgb->memory[3 * i + c] = png.frame.memory[step * i + (step == 1 ? 0 : c)];
    }
    qsr_png_free(&png);
    qsr_input_close(&in);
    return ret;
}

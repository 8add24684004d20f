// SPDX-License-Identifier: BSD-2-Clause
//
// MD5 of what every built-in model and scaler makes of a synthetic picture in every
// format, at odd sizes: the same list must hold on every machine, compiler,
// instruction set and number of threads. A phase of the rows is named where there is one.
//
//     golden LIST              compares
//     golden LIST --update     writes the list anew (after new weights)
#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qsr.h"
#include "tests/engine/testmodel.h"

#define MAX_LINES 512

static char lines[MAX_LINES][96];
static int n_lines;

// A gradient, a grid, and noise in a corner: a little of everything, in integers.
static void draw(uint8_t *p, size_t n, int row_bytes, uint32_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        const int x = (int)(i % (size_t)row_bytes), y = (int)(i / (size_t)row_bytes);
        const int v = x * 3 + y * 5;
        p[i] = (uint8_t)(x % 11 == 0 || y % 7 == 0 ? 230 : v & 256 ? 255 - (v & 255) : v & 255);
        if (x > row_bytes / 2 && y < 9)
            p[i] = (uint8_t)qsr_test_random(seed);
    }
}

static uint8_t *allocate(QsrPicture *pic, QsrFormat format, int w, int h, size_t *total)
{
    size_t row, at[4];
    int rows;
    *total = 0;
    for (int i = 0; i < qsr_format_planes(format); i++) {
        qsr_format_plane_size(format, i, w, h, &row, &rows);
        pic->stride[i] = (ptrdiff_t)row;
        at[i] = *total;
        *total += row * (size_t)rows;
    }
    uint8_t *mem = calloc(1, *total);
    for (int i = 0; i < qsr_format_planes(format); i++)
        pic->data[i] = mem + at[i];
    pic->format = format;
    pic->width = w;
    pic->height = h;
    return mem;
}

static void one(QsrContext *ctx, QsrBuiltinModel b, const char *phase, QsrFormat format, int w, int h,
                QsrChromaSite site)
{
    QsrPicture in = {.matrix = site ? QSR_MATRIX_BT709 : QSR_MATRIX_BT601,
                     .range = site == QSR_SITE_CENTER ? QSR_RANGE_FULL : QSR_RANGE_LIMITED,
                     .site = site};
    QsrPicture out = in;
    QsrError err;
    size_t in_size, out_size;
    uint32_t seed = 99;
    uint8_t *src = allocate(&in, format, w, h, &in_size);
    uint8_t *dst = allocate(&out, format, qsr_scale_size(b.scale, w),
                            qsr_scale_size(b.scale, h), &out_size);
    for (int i = 0; i < qsr_format_planes(format); i++) {
        size_t row;
        int rows;
        qsr_format_plane_size(format, i, w, h, &row, &rows);
        draw(in.data[i], row * (size_t)rows, (int)row, &seed);
    }
    if (qsr_process(ctx, &in, &out, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    MD5_CTX md5;
    char hex[MD5_DIGEST_STRING_LENGTH];
    MD5Init(&md5);
    MD5Update(&md5, dst, out_size);
    MD5End(&md5, hex);
    snprintf(lines[n_lines++], sizeof(lines[0]), "%s %s %d/%d%s %s %dx%d site %d", hex, b.name,
             b.scale.num, b.scale.den, phase, qsr_format_name(format), w, h, site);
    free(src);
    free(dst);
}

// 0 if this machine cannot. phase: of the rows, in eighths.
static int family(QsrBuiltinModel b, int phase)
{
    QsrModel *model;
    QsrContext *ctx;
    QsrError err;
    QsrSettings settings;
    char name[32] = "";
    qsr_settings_default(&settings);
    settings.row_phase_num = phase;
    settings.row_phase_den = phase ? 8 : 1;
    if (phase)
        snprintf(name, sizeof(name), " phase %d/8", phase);
    const int ret = qsr_model_open(&model, b.name, b.scale, &err);
    if (ret == QSR_ERR_UNSUPPORTED) {
        printf("%s\n", err.message);
        return 0;
    }
    if (ret < 0 || qsr_open(&ctx, model, &settings, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    for (int f = 0; f < QSR_N_FORMATS; f++)
        one(ctx, b, name, (QsrFormat)f, 61, 35, QSR_SITE_LEFT);
    for (int site = 0; site < 4; site++)
        one(ctx, b, name, QSR_FORMAT_I420, 30, 23, (QsrChromaSite)site);
    one(ctx, b, name, QSR_FORMAT_NV12, 321, 90, QSR_SITE_TOP_LEFT);
    one(ctx, b, name, QSR_FORMAT_RGB, 1, 1, QSR_SITE_CENTER);
    qsr_close(&ctx);
    qsr_model_unref(&model);
    return 1;
}

// The networks, then the classical scalers at a whole factor, at one that is not, and
// for fields. Returns how many families were left out.
static int all(void)
{
    static const QsrScale factors[] = {{2, 1}, {7, 5}};
    int missing = 0;
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++)
        family(*b, 0);
    for (const char *const *name = qsr_scaler_names(); *name; name++)
        for (int i = 0; i < 2; i++)
            missing += !family((QsrBuiltinModel){*name, factors[i]}, 0);
    missing += !family((QsrBuiltinModel){"bicubic", {2, 1}}, 1);
    missing += !family((QsrBuiltinModel){"bicubic", {1, 1}}, -2);
    missing += !family((QsrBuiltinModel){"fsr1", {2, 1}}, -1);
    return missing;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    const int missing = all();
    if (argc > 2 && !strcmp(argv[2], "--update")) {
        FILE *f = fopen(argv[1], "w");
        if (!f)
            return 1;
        for (int i = 0; i < n_lines; i++)
            fprintf(f, "%s\n", lines[i]);
        return fclose(f) ? 1 : 0;
    }
    FILE *f = fopen(argv[1], "r");
    char line[128];
    int bad = 0, n = 0;
    if (!f) {
        printf("cannot read %s\n", argv[1]);
        return 1;
    }
    for (; fgets(line, sizeof(line), f); n++) {
        line[strcspn(line, "\n")] = 0;
        if (missing && n >= n_lines)
            continue; // the scalers stand at the end
        if (n >= n_lines || strcmp(line, lines[n])) {
            printf("FAIL listed  %s\n     but got %s\n", line, n < n_lines ? lines[n] : "nothing");
            bad++;
        }
    }
    fclose(f);
    if (missing ? n < n_lines : n != n_lines) {
        printf("FAIL %d lines listed, %d made\n", n, n_lines);
        bad++;
    }
    printf("%d golden sums, %d failed\n", n_lines, bad);
    return bad || !n_lines ? 1 : 0;
}

// SPDX-License-Identifier: BSD-2-Clause
//
// Models by name. This program brings its own embedded models, made by
// make_model and models/embed.py, in place of the library's: "tiny" at 3/2, 2
// and 4, and "tiny-b" at 3. (Their hashes, computed in C, were checked by
// Python on the way.)

#include <stdlib.h>
#include <string.h>

#include "src/model.h"
#include "tests/engine/check.h"

static void test_list(void)
{
    static const QsrBuiltinModel expected[] = {
        { "tiny", { 3, 2 } }, { "tiny", { 2, 1 } }, { "tiny", { 4, 1 } }, { "tiny-b", { 3, 1 } },
    };
    const QsrBuiltinModel *list = qsr_builtin_models();
    int n = 0;

    while (list[n].name)
        n++;
    CHECK(n == 4 && qsr_n_embedded_models == 4, "%d models", n);
    for (int i = 0; i < n && i < 4; i++)
        CHECK(!strcmp(list[i].name, expected[i].name) &&
              list[i].scale.num == expected[i].scale.num &&
              list[i].scale.den == expected[i].scale.den, "model %d: %s %d/%d", i, list[i].name,
              list[i].scale.num, list[i].scale.den);
}

static void test_open(void)
{
    for (const QsrBuiltinModel *b = qsr_builtin_models(); b->name; b++) {
        QsrModel *m;
        QsrError err;

        CHECK(qsr_model_open(&m, b->name, b->scale, &err) == 0, "%s", err.message);
        if (!m)
            continue;
        CHECK(!strcmp(m->info.name, b->name) && m->info.scale.num == b->scale.num &&
              m->info.scale.den == b->scale.den, "%s", m->info.name);
        qsr_model_unref(&m);
    }
}

static void refused(const char *name, QsrScale scale, int code, const char *message)
{
    QsrModel *m = (QsrModel *)&code;
    QsrError err;

    CHECK(qsr_model_open(&m, name, scale, &err) == code && err.code == code, "%d", err.code);
    CHECK(!m, "a model in spite of the failure");
    CHECK(!strcmp(err.message, message), "\"%s\" is not \"%s\"", err.message, message);
    CHECK(qsr_model_open(&m, name, scale, NULL) == code, "without an error to fill in");
}

static void test_refused(void)
{
    refused("huge", QSR_SCALE(2, 1), QSR_ERR_NOT_FOUND,
            "no built-in model is called 'huge'; there is: tiny, tiny-b, "
                 "bicubic, fsr1");
    refused("tiny-", QSR_SCALE(2, 1), QSR_ERR_NOT_FOUND,
            "no built-in model is called 'tiny-'; there is: tiny, tiny-b, "
                 "bicubic, fsr1");
    refused("", QSR_SCALE(2, 1), QSR_ERR_INVALID, "no model name was given");
    refused(NULL, QSR_SCALE(2, 1), QSR_ERR_INVALID, "no model name was given");
    refused("tiny", QSR_SCALE(3, 1), QSR_ERR_NOT_FOUND,
            "the built-in model 'tiny' has no scale 3x; it has: 1.5x, 2x, 4x");
    refused("tiny-b", QSR_SCALE(3, 2), QSR_ERR_NOT_FOUND,
            "the built-in model 'tiny-b' has no scale 1.5x; it has: 3x");
    refused("tiny", QSR_SCALE(5, 3), QSR_ERR_NOT_FOUND,
            "the built-in model 'tiny' has no scale 5/3x; it has: 1.5x, 2x, 4x");
    refused("tiny", QSR_SCALE(4, 2), QSR_ERR_NOT_FOUND,
            "the built-in model 'tiny' has no scale 4/2x; it has: 1.5x, 2x, 4x");
    refused("tiny", QSR_SCALE_ANY, QSR_ERR_INVALID,
            "the built-in model 'tiny' needs a scale, one of: 1.5x, 2x, 4x");
    CHECK(qsr_model_open(NULL, "tiny", QSR_SCALE(2, 1), NULL) == QSR_ERR_INVALID, "no place");
}

int main(void)
{
    test_list();
    test_open();
    test_refused();
    return check_result();
}

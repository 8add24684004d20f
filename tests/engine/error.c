// SPDX-License-Identifier: BSD-2-Clause
//
// Messages: whole sentences if they fit, cut between characters if not, and
// nothing that a terminal would obey.

#include <string.h>

#include "src/error.h"
#include "src/model.h"
#include "src/utf8.h"
#include "tests/engine/check.h"

static void test_short(void)
{
    QsrError err;

    CHECK(qsr_fail(&err, QSR_ERR_IO, "%s: %d", "a", 5) == QSR_ERR_IO, "the code is not returned");
    CHECK(err.code == QSR_ERR_IO && !strcmp(err.message, "a: 5"), "%d %s", err.code, err.message);
    CHECK(qsr_fail(NULL, QSR_ERR_NOMEM, "x") == QSR_ERR_NOMEM, "the code is not returned");
}

static void test_presentable(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        { "", "" }, { "a\nb\tc", "a?b?c" }, { "\x1b[0m\x7f", "?[0m?" },
        { "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
        { "\xff\xc3", "??" }, { "\xe2\x82 x", "?? x" }, { "\xc2\x9b" "31m", "??31m" },
        { "\xc2\xa0", "\xc2\xa0" }, { "\xed\xa0\x80", "???" },
    };
    QsrError err;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        qsr_fail(&err, -1, "%s", cases[i].in);
        CHECK(!strcmp(err.message, cases[i].out), "\"%s\" became \"%s\"", cases[i].in, err.message);
    }
}

static void test_long(void)
{
    char text[1000];
    QsrError err;

    for (int lead = 0; lead < 8; lead++) {
        for (int n = 60; n < 100; n++) {
            size_t len;

            memset(text, 'x', (size_t)lead);
            text[lead] = '\0';
            for (int i = 0; i < n; i++)
                strcat(text, i & 1 ? "\xe2\x82\xac" : "\xf0\x9f\x98\x80");
            memset(&err, 0x55, sizeof(err));
            qsr_fail(&err, -1, "%s", text);
            len = strlen(err.message);
            if (strlen(text) < sizeof(err.message)) {
                CHECK(!strcmp(err.message, text), "%zu bytes do not fit", strlen(text));
                continue;
            }
            CHECK(len < sizeof(err.message) && len > sizeof(err.message) - 9, "%zu bytes", len);
            CHECK(!strcmp(err.message + len - 3, "..."), "%s", err.message);
            CHECK(!strncmp(err.message, text, len - 3), "%s", err.message);
        }
    }
}

// In a library without models (these definitions take the place of its own),
// and with more than a sentence can list.
#ifdef NO_MODELS
const QsrEmbeddedModel qsr_embedded_models[] = { { NULL, { 0, 0 }, NULL, 0 } };
const int qsr_n_embedded_models = 0;
#else
#define LONG "a-name-of-sixty-three-bytes-is-the-longest-that-there-can-be-no"
const QsrEmbeddedModel qsr_embedded_models[] = {
    { LONG ".a", { 2, 1 }, NULL, 0 }, { LONG ".b", { 2, 1 }, NULL, 0 },
    { "short", { 2, 1 }, NULL, 0 },
};
const int qsr_n_embedded_models = 3;
#endif
const QsrBuiltinModel qsr_embedded_list[] = { { NULL, { 0, 0 } } };

static void test_lists(void)
{
    QsrModel *m;
    QsrError err;

    CHECK(qsr_model_open(&m, "x", QSR_SCALE(2, 1), &err) == QSR_ERR_NOT_FOUND, "%d", err.code);
#ifdef NO_MODELS
    CHECK(!strcmp(err.message, "this library was built without networks; instead of 'x' give the "
                  "path of a .qsr file, or one of: bicubic, fsr1"), "%s", err.message);
    CHECK(qsr_builtin_models()->name == NULL, "%s", qsr_builtin_models()->name);
#else
    CHECK(!strcmp(err.message, "no built-in model is called 'x'; there is: " LONG ".a, ..."),
          "%s", err.message);
#endif
}

int main(void)
{
    test_short();
    test_presentable();
    test_long();
    test_lists();
    return check_result();
}

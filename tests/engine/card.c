// SPDX-License-Identifier: BSD-2-Clause
//
// The model card: what is JSON, what is a name, and what is neither.

#include <stdlib.h>
#include <string.h>

#include "src/card.h"
#include "src/utf8.h"
#include "tests/engine/check.h"

#define NAME63 "abcdefghijklmnopqrstuvwxyz0123456789.-abcdefghijklmnopqrstuvwxy"

// From an allocation of exactly this size, for the sanitizers.
static bool scan(const char *card, size_t size, char *name, const char **why, size_t *at)
{
    uint8_t *exact = malloc(size ? size : 1);
    bool ok;

    memcpy(exact, card, size);
    *why = NULL;
    ok = qsr_card_scan(exact, size, name, why, at);
    free(exact);
    return ok;
}

static void good(const char *card, const char *expected)
{
    char name[QSR_CARD_MAX_NAME + 1] = "";
    const char *why;
    size_t at;

    CHECK(scan(card, strlen(card), name, &why, &at), "%s: %s at %zu", card, why, at);
    CHECK(!strcmp(name, expected), "%s: name \"%s\"", card, name);
}

static void bad(const char *card, size_t size, size_t where, const char *expected)
{
    char name[QSR_CARD_MAX_NAME + 1];
    const char *why;
    size_t at;

    CHECK(!scan(card, size, name, &why, &at), "%s is accepted", card);
    CHECK(why && strstr(why, expected), "%s: \"%s\", not \"%s\"", card, why ? why : "", expected);
    CHECK(at == where, "%s: at %zu, not %zu (%s)", card, at, where, why ? why : "");
}

static void test_good(void)
{
    good("{\"name\":\"a\"}", "a");
    good("{ \"name\" : \"quicksrnet-small\" }", "quicksrnet-small");
    good("{\"name\":\"" NAME63 "\"}", NAME63);
    good("{\"x\":[],\"y\":{},\"name\":\"b.c-9\",\"z\":[1,-0,0.5,-1.25e+10,1E9,2e-3]}", "b.c-9");
    good("{\"x\":{\"name\":\"inner\"},\"name\":\"outer\"}", "outer");
    good("{\"x\":{\"name\":1,\"n\\u0061me\":2},\"name\":\"outer\"}", "outer");
    good("{\"t\":true,\"f\":false,\"n\":null,\r\n\t\"name\":\"c\"}", "c");
    good("{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\ude00\",\"name\":\"d\"}", "d");
    good("{\"s\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\x7f\","
         "\"name\":\"e\"}", "e");
    // 16 levels, the card itself being the first.
    good("{\"name\":\"f\",\"x\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}", "f");
}

#define BAD(card, where, expected) bad(card, sizeof(card) - 1, where, expected)

static void test_shape(void)
{
    BAD("", 0, "does not begin with '{'");
    BAD(" {\"name\":\"a\"}", 0, "does not begin with '{'");
    BAD("\xef\xbb\xbf{\"name\":\"a\"}", 0, "does not begin with '{'");
    BAD("[]", 0, "does not begin with '{'");
    BAD("{\"name\":\"a\"}\n", 12, "goes on after its closing '}'");
    BAD("{\"name\":\"a\"}{}", 12, "goes on after its closing '}'");
    BAD("{", 1, "lacks a string");
    BAD("{}", 2, "no member \"name\"");
    BAD("{\"name\":\"a\"", 11, "ends within an object or array");
    BAD("{\"name\":\"a\",}", 12, "lacks a string");
    BAD("{\"name\":\"a\" \"x\":1}", 12, "lacks a ',' or a closing bracket");
    BAD("{\"name\" \"a\"}", 8, "lacks a ':' after a key");
    BAD("{\"x\":[1,2,],\"name\":\"a\"}", 10, "not JSON");
    BAD("{\"x\":[1}", 7, "lacks a ',' or a closing bracket");
    BAD("{\"x\":{]", 6, "lacks a string");
    BAD("{name:\"a\"}", 1, "lacks a string");
    BAD("{\"x\":", 5, "not JSON");
    BAD("{\"x\":nul}", 5, "not JSON");
    BAD("{\"x\":tru", 5, "not JSON");
    BAD("{\"x\":NaN}", 5, "not JSON");
    BAD("{\"x\":truth}", 5, "not JSON");
    BAD("{\"x\":falsey}", 10, "lacks a ','");
    BAD("{\"x\":/**/1}", 5, "not JSON");
    BAD("{\"name\":\"f\",\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", 31, "more than 16 levels");
    BAD("{\"x\":1\0}", 6, "lacks a ','");
    BAD("{\"x\":\0}", 5, "NUL");
}

static void test_numbers(void)
{
    BAD("{\"x\":01}", 6, "lacks a ','");
    BAD("{\"x\":-}", 6, "malformed number");
    BAD("{\"x\":1.}", 7, "malformed number");
    BAD("{\"x\":.5}", 5, "not JSON");
    BAD("{\"x\":+1}", 5, "not JSON");
    BAD("{\"x\":1e}", 7, "malformed number");
    BAD("{\"x\":1e+}", 8, "malformed number");
    BAD("{\"x\":0x10}", 6, "lacks a ','");
    BAD("{\"x\":-", 6, "malformed number");
}

static void test_strings(void)
{
    BAD("{\"x", 3, "ends within a string");
    BAD("{\"x\":\"\\", 7, "unknown escape");
    BAD("{\"x\":\"\\\"", 8, "ends within a string");
    BAD("{\"x\":\"\\x41\"}", 7, "unknown escape");
    BAD("{\"x\":\"\\\0\"}", 7, "unknown escape");
    BAD("{\"x\":\"\\u12g4\"}", 10, "four hexadecimal digits");
    BAD("{\"x\":\"\\u12", 10, "four hexadecimal digits");
    BAD("{\"x\":\"\\u0000\"}", 12, "NUL character");
    BAD("{\"x\":\"\\ud800\"}", 12, "surrogate");
    BAD("{\"x\":\"\\ud800\\u0041\"}", 18, "surrogate");
    BAD("{\"x\":\"\\ud800\\ud800\"}", 18, "surrogate");
    BAD("{\"x\":\"\\udc00\"}", 12, "surrogate");
    BAD("{\"x\":\"\\ud800\\", 12, "surrogate");
    BAD("{\"x\":\"\n\"}", 6, "control character");
    BAD("{\"x\":\"a\0b\"}", 7, "NUL character");
    BAD("{\"x\":\"\x80\"}", 6, "UTF-8");
    BAD("{\"x\":\"\xc0\xaf\"}", 6, "UTF-8");         // too long a form of '/'
    BAD("{\"x\":\"\xed\xa0\x80\"}", 6, "UTF-8");     // a surrogate
    BAD("{\"x\":\"\xf4\x90\x80\x80\"}", 6, "UTF-8"); // beyond U+10FFFF
    BAD("{\"x\":\"\xe2\x82\"}", 6, "UTF-8");
    BAD("{\"x\":\"\xf0\x9f\x98", 6, "UTF-8");
    BAD("{\"\xff\":1}", 2, "UTF-8");
}

static void test_names(void)
{
    BAD("{\"name\":\"\"}", 8, "name of 0 or of more than 63 bytes");
    BAD("{\"name\":\"" NAME63 "z\"}", 8, "name of 0 or of more than 63 bytes");
    BAD("{\"name\":\"A\"}", 8, "outside a-z, 0-9, '.' and '-'");
    BAD("{\"name\":\"a b\"}", 8, "outside a-z");
    BAD("{\"name\":\"a/b\"}", 8, "outside a-z");
    BAD("{\"name\":\"a_b\"}", 8, "outside a-z");
    BAD("{\"name\":\"\\u0061\"}", 8, "outside a-z"); // as it stands, not decoded
    BAD("{\"name\":\"\xc3\xa9\"}", 8, "outside a-z");
    BAD("{\"name\":1}", 8, "not a string");
    BAD("{\"name\":{}}", 8, "not a string");
    BAD("{\"name\":\"a\",\"name\":\"a\"}", 22, "more than one \"name\"");
    BAD("{\"name\":\"a\",\"n\\u0061me\":\"b\"}", 13, "escape in the key");
    BAD("{\"Name\":\"a\"}", 12, "no member \"name\"");
}

// A reader that goes back over what it has read would take minutes.
static void test_long(void)
{
    size_t n = 65536;
    char *card = malloc(n), name[QSR_CARD_MAX_NAME + 1];
    const char *why;
    size_t at;

    memset(card, ' ', n);
    memcpy(card, "{\"name\":\"a\",\"x\":[", 17);
    for (size_t i = 17; i < n - 4; i += 3)
        memcpy(card + i, "[],", 3);
    memcpy(card + n - 5, "[1]]}", 5);
    for (int i = 0; i < 100; i++)
        CHECK(scan(card, n, name, &why, &at), "%s at %zu", why, at);
    // All brackets: stopped by the depth, not by the stack.
    memset(card + 17, '[', n - 17);
    CHECK(!scan(card, n, name, &why, &at) && strstr(why, "16 levels"), "%s at %zu", why, at);
    memset(card + 16, '"', 1);
    memset(card + 17, '\\', n - 17);
    CHECK(!scan(card, n, name, &why, &at), "all backslashes");
    free(card);
}

// Every prefix of a card is refused, and none reads beyond its end.
static void test_prefixes(void)
{
    static const char card[] = "{\"a\":[1.5e-3,{\"b\":null}],\"s\":\"\\u00e9\\ud83d\\ude00\xf0\x9f"
                               "\x98\x80\",\"name\":\"x\",\"t\":true}";
    char name[QSR_CARD_MAX_NAME + 1];
    const char *why;
    size_t at;

    good(card, "x");
    for (size_t n = 0; n < sizeof(card) - 1; n++)
        CHECK(!scan(card, n, name, &why, &at) && why && at <= n, "prefix of %zu", n);
}

// qsr_utf8_length against the ranges of RFC 3629, for all 1- to 3-byte beginnings.
static void test_utf8(void)
{
    for (uint32_t v = 0; v < 1u << 24; v += v & 0x800000 ? 1 : 257) {
        uint8_t b[4] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v, 0x80 };
        int t1 = (b[1] & 0xc0) == 0x80, t2 = (b[2] & 0xc0) == 0x80;
        size_t expected = 0;

        if (b[0] < 0x80)
            expected = 1;
        else if (b[0] >= 0xc2 && b[0] <= 0xdf && t1)
            expected = 2;
        else if (b[0] >= 0xe0 && b[0] <= 0xef && t1 && t2 && !(b[0] == 0xe0 && b[1] < 0xa0) &&
                 !(b[0] == 0xed && b[1] > 0x9f))
            expected = 3;
        else if (b[0] >= 0xf0 && b[0] <= 0xf4 && t1 && t2 && !(b[0] == 0xf0 && b[1] < 0x90) &&
                 !(b[0] == 0xf4 && b[1] > 0x8f))
            expected = 4;
        CHECK(qsr_utf8_length(b, 4) == expected, "%06x", (unsigned)v);
        if (expected)
            CHECK(qsr_utf8_length(b, expected - 1) == 0, "%06x cut", (unsigned)v);
        if (check_failures > 20)
            return;
    }
}

int main(void)
{
    test_good();
    test_shape();
    test_numbers();
    test_strings();
    test_names();
    test_long();
    test_prefixes();
    test_utf8();
    return check_result();
}

// SPDX-License-Identifier: BSD-2-Clause
//
// A strict reader of JSON (RFC 8259) that keeps nothing but one name. The card
// is shown to people by other programs; a card that this accepts is one that
// every JSON reader accepts and understands alike.

#include <string.h>

#include "src/card.h"
#include "src/utf8.h"

typedef struct Scanner {
    const uint8_t *begin, *p, *end;
    const char *why;
    char *name;
    bool has_name;
} Scanner;

// The bytes between the quotes.
typedef struct Text {
    const uint8_t *p;
    size_t size;
    bool escapes;
} Text;

static bool fail(Scanner *s, const char *why)
{
    if (!s->why)
        s->why = why;
    return false;
}

static int peek(const Scanner *s)
{
    return s->p < s->end ? *s->p : -1;
}

static void skip_space(Scanner *s)
{
    while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
        s->p++;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

// The four digits of \uXXXX; -1 if they are not.
static int hex4(Scanner *s)
{
    int v = 0;

    for (int i = 0; i < 4; i++) {
        int c = peek(s);
        if (is_digit(c))
            v = v * 16 + c - '0';
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            v = v * 16 + (c | 32) - 'a' + 10;
        else
            return -1;
        s->p++;
    }
    return v;
}

// What follows a backslash.
static bool scan_escape(Scanner *s)
{
    static const char simple[] = "\"\\/bfnrt";
    int c = peek(s);
    int unit;

    if (c > 0 && strchr(simple, c)) {
        s->p++;
        return true;
    }
    if (c != 'u')
        return fail(s, "has an unknown escape in a string");
    s->p++;
    unit = hex4(s);
    if (unit < 0)
        return fail(s, "has a \\u escape without four hexadecimal digits");
    if (unit == 0)
        return fail(s, "contains a NUL character");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (s->end - s->p < 2 || s->p[0] != '\\' || s->p[1] != 'u')
            return fail(s, "has half of a surrogate pair in a string");
        s->p += 2;
        unit = hex4(s);
        if (unit < 0xdc00 || unit > 0xdfff)
            return fail(s, "has half of a surrogate pair in a string");
    } else if (unit >= 0xdc00 && unit <= 0xdfff) {
        return fail(s, "has half of a surrogate pair in a string");
    }
    return true;
}

static bool scan_string(Scanner *s, Text *text)
{
    if (peek(s) != '"')
        return fail(s, "lacks a string where JSON needs one");
    s->p++;
    *text = (Text){ .p = s->p };
    for (;;) {
        int c = peek(s);
        size_t n;

        if (c < 0)
            return fail(s, "ends within a string");
        if (c == '"')
            break;
        if (c == 0)
            return fail(s, "contains a NUL character");
        if (c < 0x20)
            return fail(s, "has a control character in a string");
        if (c == '\\') {
            s->p++;
            text->escapes = true;
            if (!scan_escape(s))
                return false;
            continue;
        }
        n = qsr_utf8_length(s->p, (size_t)(s->end - s->p));
        if (n == 0)
            return fail(s, "is not valid UTF-8");
        s->p += n;
    }
    text->size = (size_t)(s->p - text->p);
    s->p++;
    return true;
}

static bool scan_digits(Scanner *s)
{
    if (!is_digit(peek(s)))
        return fail(s, "has a malformed number");
    while (is_digit(peek(s)))
        s->p++;
    return true;
}

static bool scan_number(Scanner *s)
{
    if (peek(s) == '-')
        s->p++;
    if (peek(s) == '0')
        s->p++; // and no digit after it: what follows is checked by the caller
    else if (!scan_digits(s))
        return false;
    if (peek(s) == '.') {
        s->p++;
        if (!scan_digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->p++;
        if (peek(s) == '+' || peek(s) == '-')
            s->p++;
        return scan_digits(s);
    }
    return true;
}

static bool scan_literal(Scanner *s, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n))
        return fail(s, "has a value that is not JSON");
    s->p += n;
    return true;
}

static bool take_name(Scanner *s, const uint8_t *value, const Text *text)
{
    if (s->has_name)
        return fail(s, "has more than one \"name\"");
    s->p = value;
    if (text->size < 1 || text->size > QSR_CARD_MAX_NAME)
        return fail(s, "has a name of 0 or of more than 63 bytes");
    for (size_t i = 0; i < text->size; i++) {
        int c = text->p[i];
        if (!((c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-'))
            return fail(s, "has a name with a character outside a-z, 0-9, '.' and '-'");
    }
    memcpy(s->name, text->p, text->size);
    s->name[text->size] = '\0';
    s->has_name = true;
    s->p = text->p + text->size + 1;
    return true;
}

static bool scan_value(Scanner *s, int depth);

static bool scan_member(Scanner *s, int depth)
{
    const uint8_t *value;
    Text key, text;

    if (!scan_string(s, &key))
        return false;
    // "n\u0061me" is a "name" too, to a reader that decodes it. None of that.
    if (depth == 1 && key.escapes) {
        s->p = key.p;
        return fail(s, "has an escape in the key of a top-level member");
    }
    skip_space(s);
    if (peek(s) != ':')
        return fail(s, "lacks a ':' after a key");
    s->p++;
    skip_space(s);
    if (depth != 1 || key.size != 4 || memcmp(key.p, "name", 4))
        return scan_value(s, depth);
    value = s->p;
    if (peek(s) != '"')
        return fail(s, "has a name that is not a string");
    return scan_string(s, &text) && take_name(s, value, &text);
}

// An object or an array; s->p is at its first bracket.
static bool scan_container(Scanner *s, int depth)
{
    bool object = *s->p == '{';
    int close = object ? '}' : ']';

    if (depth > QSR_CARD_MAX_DEPTH)
        return fail(s, "is nested more than 16 levels deep");
    s->p++;
    skip_space(s);
    if (peek(s) == close) {
        s->p++;
        return true;
    }
    for (;;) {
        if (!(object ? scan_member(s, depth) : scan_value(s, depth)))
            return false;
        skip_space(s);
        if (peek(s) == close)
            break;
        if (peek(s) != ',')
            return fail(s, peek(s) < 0 ? "ends within an object or array"
                                       : "lacks a ',' or a closing bracket");
        s->p++;
        skip_space(s);
    }
    s->p++;
    return true;
}

// depth: of the container that this value is in.
static bool scan_value(Scanner *s, int depth)
{
    Text text;

    switch (peek(s)) {
    case '{':
    case '[':
        return scan_container(s, depth + 1);
    case '"':
        return scan_string(s, &text);
    case 't':
        return scan_literal(s, "true");
    case 'f':
        return scan_literal(s, "false");
    case 'n':
        return scan_literal(s, "null");
    case 0:
        return fail(s, "contains a NUL character");
    default:
        if (peek(s) == '-' || is_digit(peek(s)))
            return scan_number(s);
        return fail(s, "has a value that is not JSON");
    }
}

bool qsr_card_scan(const uint8_t *card, size_t size, char name[QSR_CARD_MAX_NAME + 1],
                   const char **why, size_t *at)
{
    Scanner s = { .begin = card, .p = card, .end = card + size, .name = name };
    bool ok;

    if (peek(&s) != '{')
        ok = fail(&s, "does not begin with '{'");
    else
        ok = scan_container(&s, 1);
    if (ok && s.p != s.end)
        ok = fail(&s, "goes on after its closing '}'");
    if (ok && !s.has_name)
        ok = fail(&s, "has no member \"name\"");
    *why = s.why;
    *at = (size_t)(s.p - s.begin);
    return ok;
}

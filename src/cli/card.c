// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/card.h"

#include <stdio.h>
#include <string.h>

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++;
    }
    return *p ? p + 1 : p;
}

// Past one value of any kind.
static const char *skip_value(const char *p)
{
    int depth = 0;

    p = skip_space(p);
    do {
        if (*p == '"') {
            p = skip_string(p);
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
        } else if (depth) {
            p += strcspn(p + 1, "\"{}[]") + 1;
        } else {
            p += strcspn(p, ",}] \t\r\n");
        }
    } while (depth > 0 && *p);
    return p;
}

// The value of a member of the object at p, or NULL.
static const char *find(const char *p, const char *name)
{
    const size_t len = strlen(name);

    p = skip_space(p);
    if (*p != '{')
        return NULL;
    p = skip_space(p + 1);
    while (*p == '"') {
        const char *key = p + 1;

        p = skip_string(p);
        const bool match = (size_t)(p - key) == len + 1 && !memcmp(key, name, len);
        p = skip_space(p);
        if (*p != ':')
            return NULL;
        p = skip_space(p + 1);
        if (match)
            return p;
        p = skip_space(skip_value(p));
        if (*p == ',')
            p = skip_space(p + 1);
    }
    return NULL;
}

bool qsr_card_get(const char *card, const char *name, char *text, size_t size)
{
    const char *value = find(card, name), *end;

    if (!value)
        return false;
    end = skip_value(value);
    if (*value == '"') {
        value++;
        end--;
    }
    if (end < value || (size_t)(end - value) >= size)
        return false;
    memcpy(text, value, (size_t)(end - value));
    text[end - value] = 0;
    return true;
}

// The text of a string: escapes stay as they are, so that nothing in a card
// can act on a terminal.
static const char *print_string(const char *p)
{
    const char *end = skip_string(p);

    for (p++; p < end - 1; p++) {
        if ((unsigned char)*p >= 0x20 && *p != 0x7f)
            putchar(*p);
    }
    return end;
}

static void print_members(const char *p, int depth);

static const char *print_value(const char *p, int depth)
{
    const char *end = skip_value(p);

    if (*p == '{') {
        putchar('\n');
        print_members(p, depth + 1);
    } else if (*p == '"') {
        print_string(p);
        putchar('\n');
    } else {
        for (; p < end; p++) {
            if ((unsigned char)*p >= 0x20 && *p != 0x7f)
                putchar(*p);
        }
        putchar('\n');
    }
    return end;
}

// The loader bounds the depth of a card, and with it the recursion.
static void print_members(const char *p, int depth)
{
    p = skip_space(p + 1);
    while (*p == '"') {
        printf("%*s", 2 + 2 * depth, "");
        p = skip_space(print_string(p));
        printf(": ");
        p = skip_space(print_value(skip_space(p + 1), depth));
        if (*p == ',')
            p = skip_space(p + 1);
    }
}

void qsr_card_print(const char *card)
{
    card = skip_space(card);
    if (*card == '{')
        print_members(card, 0);
}

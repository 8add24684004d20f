// SPDX-License-Identifier: BSD-2-Clause
//
// Reading a model card. The model loader has checked that it is valid JSON, so
// this need not be suspicious, only careful.

#ifndef QSR_CLI_CARD_H
#define QSR_CLI_CARD_H

#include <stdbool.h>
#include <stddef.h>

// The text of the member "name", a string without its quotes. False, and text
// untouched, if there is none or no room.
bool qsr_card_get(const char *card, const char *name, char *text, size_t size);

// The card without its braces and quotes, one member per line. Control
// characters do not reach the terminal.
void qsr_card_print(const char *card);

#endif

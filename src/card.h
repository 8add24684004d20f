// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_CARD_H
#define QSR_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QSR_CARD_MAX_NAME 63
#define QSR_CARD_MAX_DEPTH 16

// Checks a model card (docs/model-format.md) and copies its member "name". On
// failure *why is the broken rule, to be read after "the model card", and *at
// the offset of the byte that breaks it. Allocates nothing; linear time.
bool qsr_card_scan(const uint8_t *card, size_t size, char name[QSR_CARD_MAX_NAME + 1],
                   const char **why, size_t *at);

#endif

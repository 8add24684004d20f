// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_TESTS_FUZZ_H
#define QSR_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's interface; see LLVM's documentation of libFuzzer.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size); // libFuzzer's or driver.c's

// A random valid input; its size, or 0 if it is larger than max_size.
size_t fuzz_fresh_model(uint8_t *data, size_t max_size, uint32_t *rng);

#endif

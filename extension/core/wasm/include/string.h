/* string.h - of a host without libc: the three functions that the core uses. */
#ifndef MPOS_WASM_STRING_H
#define MPOS_WASM_STRING_H

#include <stddef.h>

void *
memcpy(void *restrict to, const void *restrict from, size_t size);

void *
memset(void *to, int value, size_t size);

int
memcmp(const void *a, const void *b, size_t size);

#endif

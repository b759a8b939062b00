/* host.h - what the tests give the core: SHA-256, and reading hex. Words: host. */
#ifndef MPOS_TESTS_HOST_H
#define MPOS_TESTS_HOST_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "digest.h"
#include "err.h"

extern const mpos_digest host_digest;

/* Bytes of lower-case hex text. */
void
host_hex(const char *text, uint8_t *out);

/* The bytes are those of the hex text. */
void
assert_hex(const uint8_t *bytes, const char *hex);

#endif

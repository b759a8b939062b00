/*
 * uuid.h - identifiers made here (UUIDv7) and their short form (22 characters of base64url).
 */
#ifndef MPOS_UUID_H
#define MPOS_UUID_H

#include "postgres.h"

#include "utils/uuid.h"

#define MPOS_UUID_SHORT_LEN 22
/* A SHA-256 in base64url. */
#define MPOS_BASE64URL_HASH_LEN 43

/*
 * A new UUIDv7 of the present, whose 12 bits after the millisecond are the fraction of it (RFC 9562, 6.2, method 3), so that ids made
 * one after the other stay in that order; the rest are random bits from a buffered strong source.
 */
void
mpos_uuid_v7(pg_uuid_t *out);

/* A new UUIDv7 whose time is unix_us (µs since 1970). */
void
mpos_uuid_v7_at(int64 unix_us, pg_uuid_t *out);

/* The 22 characters of a uuid and a terminating NUL. */
void
mpos_uuid_short(const uint8 id[UUID_LEN], char out[MPOS_UUID_SHORT_LEN + 1]);

/* The 36 characters of a uuid in its usual form and a terminating NUL. */
void
mpos_uuid_text(const uint8 id[UUID_LEN], char out[37]);

#endif

/*
 * pack.h - payloads and stored answers, made small for the table and for WAL. Words: pack, dictionary.
 *
 * PostgreSQL compresses a row only above 2 kB, and its lz4 finds little to share in a text of 2 kB that is half ids. Here
 * zstd starts from a dictionary of what such texts have in common: a plain sale's payload of 2.8 kB becomes 0.8 kB (lz4:
 * 1.6 kB) in 10 µs. The format is that of pack_dictionary.h.
 */
#ifndef MPOS_PACK_H
#define MPOS_PACK_H

#include "postgres.h"

#include "pack_dictionary.h"

/* The bytes packed, as a bytea in the current context. */
bytea *
mpos_pack(mpos_pack_kind kind, const void *bytes, size_t size);

/* The same for a payload. */
bytea *
mpos_pack_payload(const bytea *payload);

/* What was packed, as a bytea in the current context; NULL when the packed bytes are damaged. */
bytea *
mpos_unpack(const bytea *packed);

#endif

/*
 * pack.h - payloads and stored answers, made small for the table and for WAL. Words: pack, dictionary.
 *
 * PostgreSQL compresses a row only above 2 kB, and its lz4 finds little to share in a text of 2 kB that is half ids. Here
 * zstd starts from a dictionary of what such texts have in common: a plain sale's payload of 2.8 kB becomes 0.8 kB (lz4:
 * 1.6 kB) in 10 µs.
 *
 * Packed bytes: u8 method, then 0: the bytes themselves; 1: a zstd frame made with mpos_pack_payload_dictionary; 2: one made
 * with mpos_pack_answer_dictionary. A dictionary never changes once data was packed with it; another one is another method.
 */
#ifndef MPOS_PACK_H
#define MPOS_PACK_H

#include "postgres.h"

/* More than any payload or answer; what says to be larger is damaged. */
#define MPOS_UNPACKED_MAX (64 * 1024 * 1024)

typedef enum mpos_pack_kind { MPOS_PACK_PLAIN, MPOS_PACK_PAYLOAD, MPOS_PACK_ANSWER } mpos_pack_kind;

extern const char mpos_pack_payload_dictionary[];
extern const size_t mpos_pack_payload_dictionary_size;
extern const char mpos_pack_answer_dictionary[];
extern const size_t mpos_pack_answer_dictionary_size;

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

/*
 * journal_header.h - the fixed header of a journal entry, its leaf hash and the hashes it commits to.
 * Words: journal, epoch, entry, header, leaf, payload, genesis, origin.
 *
 * Layout, big-endian, 200 bytes. Columns: offset, size, content.
 *
 *     0  8 "MPOSLED1"           48  4 epoch                            88 16 actor
 *     8  1 kind                 52  2 part                            104 32 prev: leaf of the entry before
 *     9  1 hash algorithm (1)   54  2 parts                           136 32 payload hash
 *    10  2 flags                56  8 seq, 0-based                    168 32 aux hash
 *    12  4 schema version       64  8 recorded, µs since 1970
 *    16 16 tenant               72 16 transaction
 *    32 16 journal
 */
#ifndef MPOS_CORE_JOURNAL_HEADER_H
#define MPOS_CORE_JOURNAL_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"

#define MPOS_JOURNAL_HEADER_SIZE 200

typedef enum mpos_entry_kind {
    MPOS_ENTRY_TRANSACTION = 1,
    MPOS_ENTRY_CLOSURE = 2,
    MPOS_ENTRY_DEVICE_BATCH = 3,
    MPOS_ENTRY_ERASURE = 4,
    MPOS_ENTRY_EPOCH = 5,
    MPOS_ENTRY_SCHEMA = 6,
    MPOS_ENTRY_KEY = 7,
    MPOS_ENTRY_FOREIGN_CHECKPOINT = 8,
    MPOS_ENTRY_OUTAGE = 9
} mpos_entry_kind;

typedef enum mpos_entry_flag {
    MPOS_ENTRY_OUTSIDE_CALL = 1, /* rows changed by SQL outside mpos.call */
    MPOS_ENTRY_REPLICA_MODE = 2  /* rows changed under session_replication_role = replica */
} mpos_entry_flag;

typedef struct mpos_journal_header {
    uint8_t kind; /* mpos_entry_kind */
    uint16_t flags;
    uint32_t schema_version;
    uint8_t tenant[16];
    uint8_t journal[16];
    uint32_t epoch;
    uint16_t part;  /* 0-based */
    uint16_t parts; /* at least 1 */
    uint64_t seq;
    int64_t recorded_us;
    uint8_t transaction[16];
    uint8_t actor[16];
    uint8_t prev[32];
    uint8_t payload_hash[32];
    uint8_t aux[32];
} mpos_journal_header;

/* Writes all 200 bytes. OUT_OF_RANGE for an unknown kind or part >= parts. */
mpos_err
mpos_journal_header_encode(const mpos_journal_header *header, uint8_t out[MPOS_JOURNAL_HEADER_SIZE]);

/* JOURNAL_DAMAGED for another magic, hash algorithm, unknown kind or part >= parts. */
mpos_err
mpos_journal_header_decode(const uint8_t in[MPOS_JOURNAL_HEADER_SIZE], mpos_journal_header *out);

/* The RFC 9162 leaf hash, SHA256(0x00 || header); the next entry's prev. */
void
mpos_journal_leaf(const mpos_digest *digest, const uint8_t header[MPOS_JOURNAL_HEADER_SIZE], uint8_t out[32]);

/* SHA256("mpos.payload.v1\0" || payload) */
void
mpos_journal_payload_hash(const mpos_digest *digest, const void *payload, size_t payload_size,
                          uint8_t out[32]);

/*
 * prev of the first entry: SHA256("mpos.genesis.v1\0" || u16 length || origin || u32 epoch || old), where old
 * is the SHA-256 of the last note of the epoch before, NULL (zeros) when there is none. origin_size at most
 * 65535.
 */
void
mpos_journal_genesis(const mpos_digest *digest, const char *origin, uint16_t origin_size, uint32_t epoch,
                     const uint8_t *old_note_hash, uint8_t out[32]);

#endif

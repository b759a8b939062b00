/* journal_header.c - encoding of the entry header and the hashes around it. */
#include "journal_header.h"

#include <string.h>

#include "bytes.h"

/* Offsets of the fields, so that the size of the layout is checked when compiling. */
typedef struct layout {
    uint8_t magic[8];
    uint8_t kind[1];
    uint8_t hash[1];
    uint8_t flags[2];
    uint8_t schema[4];
    uint8_t tenant[16];
    uint8_t journal[16];
    uint8_t epoch[4];
    uint8_t part[2];
    uint8_t parts[2];
    uint8_t seq[8];
    uint8_t recorded[8];
    uint8_t transaction[16];
    uint8_t actor[16];
    uint8_t prev[32];
    uint8_t payload_hash[32];
    uint8_t aux[32];
} layout;

_Static_assert(sizeof(layout) == MPOS_JOURNAL_HEADER_SIZE, "header is 200 bytes");
_Static_assert(offsetof(layout, tenant) == 16 && offsetof(layout, journal) == 32, "identity");
_Static_assert(offsetof(layout, epoch) == 48 && offsetof(layout, part) == 52, "epoch and part");
_Static_assert(offsetof(layout, parts) == 54 && offsetof(layout, seq) == 56, "parts and seq");
_Static_assert(offsetof(layout, recorded) == 64 && offsetof(layout, transaction) == 72,
               "time and transaction");
_Static_assert(offsetof(layout, actor) == 88 && offsetof(layout, prev) == 104, "actor and prev");
_Static_assert(offsetof(layout, payload_hash) == 136 && offsetof(layout, aux) == 168, "hashes");

static const uint8_t magic[8] = {'M', 'P', 'O', 'S', 'L', 'E', 'D', '1'};
static const uint8_t sha256_algorithm = 1;
static const uint8_t zero_hash[32];

static int
valid(const mpos_journal_header *header)
{
    return header->kind >= MPOS_ENTRY_TRANSACTION && header->kind <= MPOS_ENTRY_OUTAGE &&
           header->part < header->parts;
}

mpos_err
mpos_journal_header_encode(const mpos_journal_header *header, uint8_t out[MPOS_JOURNAL_HEADER_SIZE])
{
    layout *at = (layout *)out;

    if (!valid(header)) {
        return MPOS_E_OUT_OF_RANGE;
    }
    memcpy(at->magic, magic, sizeof magic);
    at->kind[0] = header->kind;
    at->hash[0] = sha256_algorithm;
    mpos_put_u16(at->flags, header->flags);
    mpos_put_u32(at->schema, header->schema_version);
    memcpy(at->tenant, header->tenant, 16);
    memcpy(at->journal, header->journal, 16);
    mpos_put_u32(at->epoch, header->epoch);
    mpos_put_u16(at->part, header->part);
    mpos_put_u16(at->parts, header->parts);
    mpos_put_u64(at->seq, header->seq);
    mpos_put_u64(at->recorded, (uint64_t)header->recorded_us);
    memcpy(at->transaction, header->transaction, 16);
    memcpy(at->actor, header->actor, 16);
    memcpy(at->prev, header->prev, 32);
    memcpy(at->payload_hash, header->payload_hash, 32);
    memcpy(at->aux, header->aux, 32);
    return MPOS_OK;
}

mpos_err
mpos_journal_header_decode(const uint8_t in[MPOS_JOURNAL_HEADER_SIZE], mpos_journal_header *out)
{
    const layout *at = (const layout *)in;
    mpos_journal_header header;

    header.kind = at->kind[0];
    header.flags = mpos_get_u16(at->flags);
    header.schema_version = mpos_get_u32(at->schema);
    memcpy(header.tenant, at->tenant, 16);
    memcpy(header.journal, at->journal, 16);
    header.epoch = mpos_get_u32(at->epoch);
    header.part = mpos_get_u16(at->part);
    header.parts = mpos_get_u16(at->parts);
    header.seq = mpos_get_u64(at->seq);
    header.recorded_us = (int64_t)mpos_get_u64(at->recorded);
    memcpy(header.transaction, at->transaction, 16);
    memcpy(header.actor, at->actor, 16);
    memcpy(header.prev, at->prev, 32);
    memcpy(header.payload_hash, at->payload_hash, 32);
    memcpy(header.aux, at->aux, 32);
    if (memcmp(at->magic, magic, sizeof magic) != 0 || at->hash[0] != sha256_algorithm || !valid(&header)) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    *out = header;
    return MPOS_OK;
}

void
mpos_journal_leaf(const mpos_digest *digest, const uint8_t header[MPOS_JOURNAL_HEADER_SIZE], uint8_t out[32])
{
    static const uint8_t leaf_prefix = 0;
    mpos_chunk chunks[2] = {{&leaf_prefix, 1}, {header, MPOS_JOURNAL_HEADER_SIZE}};

    digest->sha256(digest->host, chunks, 2, out);
}

void
mpos_journal_payload_hash(const mpos_digest *digest, const void *payload, size_t payload_size,
                          uint8_t out[32])
{
    static const char domain[] = "mpos.payload.v1"; /* the terminator is part of it */
    mpos_chunk chunks[2] = {{domain, sizeof domain}, {payload, payload_size}};

    digest->sha256(digest->host, chunks, 2, out);
}

void
mpos_journal_genesis(const mpos_digest *digest, const char *origin, uint16_t origin_size, uint32_t epoch,
                     const uint8_t *old_note_hash, uint8_t out[32])
{
    static const char domain[] = "mpos.genesis.v1"; /* the terminator is part of it */
    uint8_t size_bytes[2];
    uint8_t epoch_bytes[4];
    mpos_chunk chunks[5] = {{domain, sizeof domain},
                            {size_bytes, sizeof size_bytes},
                            {origin, origin_size},
                            {epoch_bytes, sizeof epoch_bytes},
                            {old_note_hash != NULL ? old_note_hash : zero_hash, 32}};

    mpos_put_u16(size_bytes, origin_size);
    mpos_put_u32(epoch_bytes, epoch);
    digest->sha256(digest->host, chunks, 5, out);
}

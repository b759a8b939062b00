/*
 * manifest.h - states of many rows beside an entry that commits to them by digest. Words: manifest.
 *
 * A rewrite, or the retirement of a month, speaks for more rows than an entry holds. Its entry has their number and
 * SHA-256("mpos.manifest.v1\0" || text); the text, one line "<digest> <entity> <id>\n" a row, sorted by entity and id, lies
 * in journal.manifest in parts that end at a line. It can be exchanged for another as little as a payload can.
 */
#ifndef MPOS_MANIFEST_H
#define MPOS_MANIFEST_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/uuid.h"

#include "uuid.h"

/* Columns of journal.manifest, 0-based. */
enum {
    MPOS_MANIFEST_JOURNAL,
    MPOS_MANIFEST_EPOCH,
    MPOS_MANIFEST_SEQ,
    MPOS_MANIFEST_PART,
    MPOS_MANIFEST_BODY,
    MPOS_MANIFEST_COLUMNS
};

/* base64url of the digest of a manifest's text, NUL-terminated. */
void
mpos_manifest_digest(const StringInfoData *text, char out[MPOS_BASE64URL_HASH_LEN + 1]);

/* Sorts the lines of a text by entity and id, in place. */
void
mpos_manifest_sort(StringInfo text);

/* Number of lines. */
int64
mpos_manifest_count(const StringInfoData *text);

/* Stores the manifest of the entry that is appended next; nothing when text is NULL or empty. */
void
mpos_manifest_store(const pg_uuid_t *journal, int32 epoch, int64 seq, const StringInfoData *text);

/* The stored text of an entry's manifest, empty when there is none. */
void
mpos_manifest_load(const pg_uuid_t *journal, int32 epoch, int64 seq, StringInfo out);

#endif

/*
 * row_map.h - what the journal last said about each row: a hash table from (journal, entity, id) to the digest of the
 * row's newest audit line. Words: entity (name of a journalled table), id (text of the key in an audit line).
 */
#ifndef MPOS_CLI_ROW_MAP_H
#define MPOS_CLI_ROW_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_DIGEST_TEXT_SIZE 22 /* 16 bytes as base64url */

typedef struct row_record {
    int journal; /* index of the journal in the run */
    uint32_t epoch;
    uint64_t seq; /* entry that spoke of the row last */
    const char *entity;
    const char *id;
    char digest[ROW_DIGEST_TEXT_SIZE];
    bool deleted;
    bool seen; /* a live row was found for it */
} row_record;

/* Where a record is: looking one up touches few slots of 8 bytes, and of the records only the one that is meant. */
typedef struct row_slot {
    uint32_t hash;
    uint32_t record; /* its number from 1; 0: unused */
} row_slot;

typedef struct row_map {
    row_slot *slots;
    size_t capacity;     /* power of two, or 0 */
    row_record *records; /* in the order in which they were made */
    size_t count;
    size_t room;
    char **entities; /* interned names */
    size_t entity_count;
    struct row_texts *texts; /* where the ids lie */
} row_map;

/* The record of that row, made if needed (then with seq and digest zero). Valid until the next call. */
row_record *
row_map_put(row_map *map, int journal, const char *entity, size_t entity_size, const char *id,
            size_t id_size);

/* The record of that row, NULL when the journal never spoke of it. */
row_record *
row_map_find(const row_map *map, int journal, const char *entity, size_t entity_size, const char *id,
             size_t id_size);

/* The entry (epoch, seq) of the journal says anew which rows the entity has: all that are known are gone. */
void
row_map_forget(row_map *map, int journal, const char *entity, size_t entity_size, uint32_t epoch,
               uint64_t seq);

void
row_map_dispose(row_map *map);

#endif

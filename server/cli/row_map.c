/* row_map.c - open addressing, at most half full; ids lie one behind the other in large pieces of memory. */
#include "row_map.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Size of a piece; longer ids than that are none. */
enum { TEXTS_SIZE = 1 << 20 };

typedef struct row_texts {
    struct row_texts *before;
    size_t used;
    char bytes[TEXTS_SIZE];
} row_texts;

/* Multiply and fold; the keys are not hostile: whoever can write the journal can do worse than slow its verifier. */
static uint64_t
mix(uint64_t hash, const char *bytes, size_t size)
{
    while (size > 0) {
        uint64_t word = 0;
        size_t taken = size < 8 ? size : 8;

        memcpy(&word, bytes, taken);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
        bytes += taken;
        size -= taken;
    }
    return hash;
}

static uint32_t
hash_of(int journal, const char *entity, size_t entity_size, const char *id, size_t id_size)
{
    uint64_t hash = mix(mix((uint64_t)journal + 1, entity, entity_size), id, id_size);

    return (uint32_t)(hash >> 32);
}

static bool
same(const char *text, const char *other, size_t size)
{
    return strncmp(text, other, size) == 0 && text[size] == '\0';
}

/* The slot of the row, or the free one where it belongs. */
static row_slot *
place(const row_map *map, uint32_t hash, int journal, const char *entity, size_t entity_size, const char *id,
      size_t id_size)
{
    size_t at = hash & (map->capacity - 1);

    for (; map->slots[at].record != 0; at = (at + 1) & (map->capacity - 1)) {
        if (map->slots[at].hash == hash) {
            const row_record *record = &map->records[map->slots[at].record - 1];

            if (record->journal == journal && same(record->id, id, id_size) &&
                same(record->entity, entity, entity_size)) {
                break;
            }
        }
    }
    return &map->slots[at];
}

static void
grow_slots(row_map *map)
{
    size_t capacity = map->capacity == 0 ? 8192 : map->capacity * 2;
    row_slot *slots = cli_alloc(sizeof *slots * capacity);

    memset(slots, 0, sizeof *slots * capacity);
    for (size_t i = 0; i < map->capacity; i++) {
        size_t at = map->slots[i].hash & (capacity - 1);

        if (map->slots[i].record == 0) {
            continue;
        }
        while (slots[at].record != 0) {
            at = (at + 1) & (capacity - 1);
        }
        slots[at] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
}

static row_record *
add_record(row_map *map)
{
    if (map->count == UINT32_MAX) {
        cli_fail("more than %u rows", UINT32_MAX);
    }
    if (map->count == map->room) {
        map->room = map->room == 0 ? 4096 : map->room + map->room / 2;
        map->records = cli_realloc(map->records, sizeof *map->records * map->room);
    }
    return memset(&map->records[map->count++], 0, sizeof *map->records);
}

static const char *
keep(row_map *map, const char *text, size_t size)
{
    char *out;

    if (size >= TEXTS_SIZE) {
        cli_fail("the id of a row has %zu bytes", size);
    }
    if (map->texts == NULL || TEXTS_SIZE - map->texts->used <= size) {
        row_texts *texts = cli_alloc(sizeof *texts);

        texts->before = map->texts;
        texts->used = 0;
        map->texts = texts;
    }
    out = map->texts->bytes + map->texts->used;
    memcpy(out, text, size);
    out[size] = '\0';
    map->texts->used += size + 1;
    return out;
}

static const char *
intern(row_map *map, const char *entity, size_t size)
{
    char *copy;

    for (size_t i = 0; i < map->entity_count; i++) {
        if (same(map->entities[i], entity, size)) {
            return map->entities[i];
        }
    }
    map->entities = cli_realloc(map->entities, sizeof *map->entities * (map->entity_count + 1));
    copy = cli_alloc(size + 1);
    memcpy(copy, entity, size);
    copy[size] = '\0';
    return map->entities[map->entity_count++] = copy;
}

row_record *
row_map_put(row_map *map, int journal, const char *entity, size_t entity_size, const char *id, size_t id_size)
{
    uint32_t hash = hash_of(journal, entity, entity_size, id, id_size);
    row_slot *slot;
    row_record *record;

    if (map->count * 2 >= map->capacity) {
        grow_slots(map);
    }
    slot = place(map, hash, journal, entity, entity_size, id, id_size);
    if (slot->record != 0) {
        return &map->records[slot->record - 1];
    }
    record = add_record(map);
    record->journal = journal;
    record->entity = intern(map, entity, entity_size);
    record->id = keep(map, id, id_size);
    *slot = (row_slot){hash, (uint32_t)map->count};
    return record;
}

row_record *
row_map_find(const row_map *map, int journal, const char *entity, size_t entity_size, const char *id,
             size_t id_size)
{
    const row_slot *slot;

    if (map->capacity == 0) {
        return NULL;
    }
    slot = place(map, hash_of(journal, entity, entity_size, id, id_size), journal, entity, entity_size, id,
                 id_size);
    return slot->record == 0 ? NULL : &map->records[slot->record - 1];
}

void
row_map_forget(row_map *map, int journal, const char *entity, size_t entity_size, uint32_t epoch,
               uint64_t seq)
{
    for (size_t i = 0; i < map->count; i++) {
        row_record *record = &map->records[i];

        if (record->journal == journal && same(record->entity, entity, entity_size)) {
            record->deleted = true;
            record->epoch = epoch;
            record->seq = seq;
        }
    }
}

void
row_map_dispose(row_map *map)
{
    while (map->texts != NULL) {
        row_texts *before = map->texts->before;

        free(map->texts);
        map->texts = before;
    }
    for (size_t i = 0; i < map->entity_count; i++) {
        free(map->entities[i]);
    }
    free(map->entities);
    free(map->slots);
    free(map->records);
    memset(map, 0, sizeof *map);
}

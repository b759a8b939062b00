/* row_map.c - open addressing, grown at two thirds; ids lie one behind the other in large pieces of memory. */
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

static size_t
place(const row_map *map, uint32_t hash, int journal, const char *entity, size_t entity_size, const char *id,
      size_t id_size)
{
    size_t at = hash & (map->capacity - 1);

    for (; map->slots[at].id != NULL; at = (at + 1) & (map->capacity - 1)) {
        const row_record *slot = &map->slots[at];

        if (slot->hash == hash && slot->journal == journal && same(slot->id, id, id_size) &&
            same(slot->entity, entity, entity_size)) {
            break;
        }
    }
    return at;
}

static void
grow(row_map *map)
{
    size_t capacity = map->capacity == 0 ? 4096 : map->capacity * 2;
    row_record *slots = cli_alloc(sizeof *slots * capacity);

    memset(slots, 0, sizeof *slots * capacity);
    for (size_t i = 0; i < map->capacity; i++) {
        size_t at = map->slots[i].hash & (capacity - 1);

        if (map->slots[i].id == NULL) {
            continue;
        }
        while (slots[at].id != NULL) {
            at = (at + 1) & (capacity - 1);
        }
        slots[at] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
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
    row_record *slot;

    if (map->count * 3 >= map->capacity * 2) {
        grow(map);
    }
    slot = &map->slots[place(map, hash, journal, entity, entity_size, id, id_size)];
    if (slot->id == NULL) {
        memset(slot, 0, sizeof *slot);
        slot->journal = journal;
        slot->hash = hash;
        slot->entity = intern(map, entity, entity_size);
        slot->id = keep(map, id, id_size);
        map->count++;
    }
    return slot;
}

row_record *
row_map_find(const row_map *map, int journal, const char *entity, size_t entity_size, const char *id,
             size_t id_size)
{
    row_record *slot;

    if (map->capacity == 0) {
        return NULL;
    }
    slot = &map->slots[place(map, hash_of(journal, entity, entity_size, id, id_size), journal, entity,
                             entity_size, id, id_size)];
    return slot->id == NULL ? NULL : slot;
}

void
row_map_forget(row_map *map, int journal, const char *entity, size_t entity_size, uint32_t epoch,
               uint64_t seq)
{
    for (size_t i = 0; i < map->capacity; i++) {
        row_record *slot = &map->slots[i];

        if (slot->id != NULL && slot->journal == journal && same(slot->entity, entity, entity_size)) {
            slot->deleted = true;
            slot->epoch = epoch;
            slot->seq = seq;
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
    memset(map, 0, sizeof *map);
}

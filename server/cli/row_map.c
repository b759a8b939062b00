/* row_map.c - open addressing, grown at two thirds. */
#include "row_map.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* FNV-1a; the keys are not hostile: whoever can write the journal can do worse than slow its verifier. */
static uint64_t
mix(uint64_t hash, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

static size_t
place(const row_map *map, int journal, const char *entity, size_t entity_size, const char *id, size_t id_size)
{
    uint64_t hash = mix(UINT64_C(14695981039346656037), &journal, sizeof journal);
    size_t at;

    hash = mix(mix(hash, entity, entity_size), id, id_size);
    for (at = hash & (map->capacity - 1); map->slots[at].id != NULL; at = (at + 1) & (map->capacity - 1)) {
        const row_record *slot = &map->slots[at];

        if (slot->journal == journal && strncmp(slot->id, id, id_size) == 0 && slot->id[id_size] == '\0' &&
            strncmp(slot->entity, entity, entity_size) == 0 && slot->entity[entity_size] == '\0') {
            break;
        }
    }
    return at;
}

static void
grow(row_map *map)
{
    row_map bigger = *map;

    bigger.capacity = map->capacity == 0 ? 4096 : map->capacity * 2;
    bigger.slots = cli_alloc(sizeof *bigger.slots * bigger.capacity);
    memset(bigger.slots, 0, sizeof *bigger.slots * bigger.capacity);
    for (size_t i = 0; i < map->capacity; i++) {
        row_record *old = &map->slots[i];

        if (old->id != NULL) {
            bigger.slots[place(&bigger, old->journal, old->entity, strlen(old->entity), old->id,
                               strlen(old->id))] = *old;
        }
    }
    free(map->slots);
    *map = bigger;
}

static char *
copy(const char *text, size_t size)
{
    char *out = cli_alloc(size + 1);

    memcpy(out, text, size);
    out[size] = '\0';
    return out;
}

static const char *
intern(row_map *map, const char *entity, size_t size)
{
    for (size_t i = 0; i < map->entity_count; i++) {
        if (strncmp(map->entities[i], entity, size) == 0 && map->entities[i][size] == '\0') {
            return map->entities[i];
        }
    }
    map->entities = cli_realloc(map->entities, sizeof *map->entities * (map->entity_count + 1));
    return map->entities[map->entity_count++] = copy(entity, size);
}

row_record *
row_map_put(row_map *map, int journal, const char *entity, size_t entity_size, const char *id, size_t id_size)
{
    row_record *slot;

    if (map->count * 3 >= map->capacity * 2) {
        grow(map);
    }
    slot = &map->slots[place(map, journal, entity, entity_size, id, id_size)];
    if (slot->id == NULL) {
        memset(slot, 0, sizeof *slot);
        slot->journal = journal;
        slot->entity = intern(map, entity, entity_size);
        slot->id = copy(id, id_size);
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
    slot = &map->slots[place(map, journal, entity, entity_size, id, id_size)];
    return slot->id == NULL ? NULL : slot;
}

void
row_map_dispose(row_map *map)
{
    for (size_t i = 0; i < map->capacity; i++) {
        free(map->slots[i].id);
    }
    for (size_t i = 0; i < map->entity_count; i++) {
        free(map->entities[i]);
    }
    free(map->entities);
    free(map->slots);
    memset(map, 0, sizeof *map);
}

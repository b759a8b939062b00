/* memory.c - the file is text, one record a line, closed by a checksum, so that a damaged one is noticed. */
#include "signer/memory.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "memory"
#define FIRST_LINE "mpos-signer-memory 1\n"
#define SUM_SIZE (sizeof "end " - 1 + 64 + 1)

static void
add_sum(text_buf *text)
{
    uint8_t sum[32];
    char hex[65];

    crypto_hash_sha256(sum, (const uint8_t *)text->data, text->len);
    text_hex(sum, sizeof sum, hex);
    text_addf(text, "end %s\n", hex);
}

static void
add_record(text_buf *text, const memory_record *record)
{
    char root[65];

    text_hex(record->root, sizeof record->root, root);
    text_addf(text, "%s %" PRId32 " %s %" PRId64 " %s %016" PRIx64 " %016" PRIx64 "\n", record->journal,
              record->epoch, record->origin, record->size, root, record->key, record->from);
}

static bool
write_file(const char *dir, const memory_record *records, size_t count, char *error)
{
    text_buf text = {0};
    bool written;

    text_add_z(&text, FIRST_LINE);
    for (size_t i = 0; i < count; i++) {
        add_record(&text, &records[i]);
    }
    add_sum(&text);
    written = disk_write(dir, FILE_NAME, text.data, text.len, error);
    text_free(&text);
    return written;
}

bool
memory_create(const char *dir, char error[DISK_ERROR_SIZE])
{
    text_buf text = {0};
    bool missing = false;
    bool read = disk_read(dir, FILE_NAME, &text, &missing, error);

    text_free(&text);
    return read && (!missing || write_file(dir, NULL, 0, error));
}

static int
compare(const char *journal, int32_t epoch, const memory_record *record)
{
    int order = strcmp(journal, record->journal);

    return order != 0 ? order : (epoch > record->epoch) - (epoch < record->epoch);
}

/* Where the record is, or would be put. */
static size_t
place_of(const memory *memory, const char *journal, int32_t epoch)
{
    size_t low = 0;
    size_t high = memory->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(journal, epoch, &memory->records[middle]) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const memory_record *
memory_find(const memory *memory, const char *journal, int32_t epoch)
{
    size_t place = place_of(memory, journal, epoch);

    return place < memory->count && compare(journal, epoch, &memory->records[place]) == 0
               ? &memory->records[place]
               : NULL;
}

const memory_record *
memory_before(const memory *memory, const char *journal, int32_t epoch)
{
    size_t place = place_of(memory, journal, epoch);

    return place > 0 && strcmp(memory->records[place - 1].journal, journal) == 0 ? &memory->records[place - 1]
                                                                                 : NULL;
}

bool
memory_has_later(const memory *memory, const char *journal, int32_t epoch)
{
    size_t place = place_of(memory, journal, epoch);

    if (place < memory->count && compare(journal, epoch, &memory->records[place]) == 0) {
        place++;
    }
    return place < memory->count && strcmp(memory->records[place].journal, journal) == 0;
}

static void
put(memory *memory, const memory_record *record)
{
    size_t place = place_of(memory, record->journal, record->epoch);

    if (place < memory->count && compare(record->journal, record->epoch, &memory->records[place]) == 0) {
        memory->records[place] = *record;
        return;
    }
    if (memory->count == memory->cap) {
        size_t cap = memory->cap > 0 ? 2 * memory->cap : 64;
        memory_record *records = reallocarray(memory->records, cap, sizeof *records);

        if (records == NULL) {
            abort();
        }
        memory->records = records;
        memory->cap = cap;
    }
    memmove(&memory->records[place + 1], &memory->records[place], (memory->count - place) * sizeof *record);
    memory->records[place] = *record;
    memory->count++;
}

static memory
copy_of(const memory *source)
{
    memory copy = {.dir = source->dir, .count = source->count, .cap = source->count};

    if (source->count > 0) {
        copy.records = reallocarray(NULL, source->count, sizeof *copy.records);
        if (copy.records == NULL) {
            abort();
        }
        memcpy(copy.records, source->records, source->count * sizeof *copy.records);
    }
    return copy;
}

bool
memory_remember(memory *memory, const memory_record *records, size_t count, char error[DISK_ERROR_SIZE])
{
    struct memory next = copy_of(memory);

    for (size_t i = 0; i < count; i++) {
        put(&next, &records[i]);
    }
    if (!write_file(memory->dir, next.records, next.count, error)) {
        /* The new file may be the one on the disk: then it remembers more than was signed, which only refuses more. */
        memory_free(&next);
        return false;
    }
    memory_free(memory);
    *memory = next;
    return true;
}

static bool
read_record(char *line, memory_record *out)
{
    char root[65];
    uint8_t id[UUID_SIZE];
    int end = 0;

    return sscanf(line, "%36s %" SCNd32 " %255s %" SCNd64 " %64s %16" SCNx64 " %16" SCNx64 "%n", out->journal,
                  &out->epoch, out->origin, &out->size, root, &out->key, &out->from, &end) == 7 &&
           line[end] == '\0' && text_parse_uuid(out->journal, strlen(out->journal), id) && out->size > 0 &&
           out->epoch >= 0 && text_unhex(root, strlen(root), out->root, sizeof out->root);
}

static bool
sum_fits(const text_buf *text)
{
    text_buf again = {0};
    bool fits = false;

    if (text->len >= sizeof FIRST_LINE - 1 + SUM_SIZE &&
        memcmp(text->data, FIRST_LINE, sizeof FIRST_LINE - 1) == 0) {
        text_add(&again, text->data, text->len - SUM_SIZE);
        add_sum(&again);
        fits = again.len == text->len && memcmp(again.data, text->data, text->len) == 0;
    }
    text_free(&again);
    return fits;
}

static bool
read_records(memory *memory, text_buf *text)
{
    char *save = NULL;

    text->data[text->len - SUM_SIZE] = '\0';
    for (char *line = strtok_r(text->data + sizeof FIRST_LINE - 1, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        memory_record record = {0};

        if (!read_record(line, &record)) {
            return false;
        }
        put(memory, &record);
    }
    return true;
}

bool
memory_load(memory *memory, const char *dir, char error[DISK_ERROR_SIZE])
{
    text_buf text = {0};
    bool loaded;

    *memory = (struct memory){.dir = dir};
    if (!disk_read(dir, FILE_NAME, &text, NULL, error)) {
        text_free(&text);
        return false;
    }
    loaded = sum_fits(&text) && read_records(memory, &text);
    text_free(&text);
    if (!loaded) {
        memory_free(memory);
        snprintf(error, DISK_ERROR_SIZE, "%.200s/" FILE_NAME " is damaged: put back a copy of it", dir);
    }
    return loaded;
}

void
memory_free(memory *memory)
{
    free(memory->records);
    memory->records = NULL;
    memory->count = memory->cap = 0;
}

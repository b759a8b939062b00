/*
 * memory.h - what the signer signed last for each log, in its own file. Words: record, log (an epoch of a journal),
 * handover (the first note of a new key, which the old key signs too).
 *
 * The signer never believes the database about the past: it believes this file. A record is durable before the note it
 * stands for leaves the process, so that no crash can make it sign two histories.
 */
#ifndef SIGNER_MEMORY_H
#define SIGNER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "signer/disk.h"

#define MEMORY_ORIGIN_MAX 255

typedef struct memory_record {
    char journal[UUID_TEXT_SIZE];
    int32_t epoch;
    char origin[MEMORY_ORIGIN_MAX + 1];
    int64_t size;
    uint8_t root[32];
    uint64_t key;  /* short id of the key that signed */
    uint64_t from; /* handover: short id of the key before, else 0 */
} memory_record;

typedef struct memory {
    const char *dir;        /* borrowed */
    memory_record *records; /* sorted by journal and epoch */
    size_t count;
    size_t cap;
} memory;

/* Makes the empty file unless there is one. */
bool
memory_create(const char *dir, char error[DISK_ERROR_SIZE]);

/* Reads the file. A missing or damaged one is an error: without it nothing may be signed. */
bool
memory_load(memory *memory, const char *dir, char error[DISK_ERROR_SIZE]);

/* NULL when that log was never signed. Valid until the next change. */
const memory_record *
memory_find(const memory *memory, const char *journal, int32_t epoch);

/* The record of the journal's last epoch before this one, NULL when there is none. */
const memory_record *
memory_before(const memory *memory, const char *journal, int32_t epoch);

/* True when a later epoch of the journal has been signed. */
bool
memory_has_later(const memory *memory, const char *journal, int32_t epoch);

/* All of these records, durably, or none: on false file and memory are as before, as far as anybody can tell. */
bool
memory_remember(memory *memory, const memory_record *records, size_t count, char error[DISK_ERROR_SIZE]);

void
memory_free(memory *memory);

#endif

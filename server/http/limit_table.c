/* limit_table.c - GCRA in a set-associative table of 2 MiB. */
#include "http/limit_table.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SETS 32768
#define WAYS 4
#define STRIPES 256
#define SECOND_NS INT64_C(1000000000)

typedef struct entry {
    uint64_t key; /* 0: free */
    int64_t due_ns;
} entry;

typedef struct set {
    _Alignas(64) entry entries[WAYS]; /* one line of the cache */
} set;

typedef struct stripe {
    _Alignas(64) pthread_mutex_t lock;
} stripe;

static struct {
    set *sets;
    stripe stripes[STRIPES];
    uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* so that nobody can choose whose entry theirs displaces */
} table;

void
limit_table_init(void)
{
    table.sets = aligned_alloc(_Alignof(set), SETS * sizeof(set));
    if (table.sets == NULL) {
        abort();
    }
    memset(table.sets, 0, SETS * sizeof(set));
    for (size_t i = 0; i < STRIPES; i++) {
        pthread_mutex_init(&table.stripes[i].lock, NULL);
    }
    randombytes_buf(table.hash_key, sizeof table.hash_key);
}

static uint64_t
key_of(limit_class class, limit_subject subject, const uint8_t identity[16])
{
    uint8_t input[18];
    uint8_t hash[crypto_shorthash_BYTES];
    uint64_t key;

    input[0] = (uint8_t) class;
    input[1] = (uint8_t)subject;
    memcpy(input + 2, identity, 16);
    crypto_shorthash(hash, input, sizeof input, table.hash_key);
    memcpy(&key, hash, sizeof key);
    return key != 0 ? key : 1;
}

static entry *
entry_of(set *set, uint64_t key)
{
    entry *fullest = &set->entries[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (set->entries[i].key == key) {
            return &set->entries[i];
        }
        if (set->entries[i].due_ns < fullest->due_ns) {
            fullest = &set->entries[i];
        }
    }
    *fullest = (entry){.key = key};
    return fullest;
}

static uint32_t
seconds_up(int64_t ns)
{
    return (uint32_t)((ns + SECOND_NS - 1) / SECOND_NS);
}

static limit_outcome
take(entry *entry, const limit_quota *quota, int64_t now_ns)
{
    int64_t window_ns = quota->window_s * SECOND_NS;
    int64_t each_ns = window_ns / quota->count;
    int64_t used_ns = entry->due_ns > now_ns ? entry->due_ns - now_ns : 0;
    limit_outcome out = {.allowed = used_ns + each_ns <= window_ns};

    if (out.allowed) {
        used_ns += each_ns;
        entry->due_ns = now_ns + used_ns;
        out.left = (uint32_t)((window_ns - used_ns) / each_ns);
    } else {
        out.retry_s = seconds_up(used_ns + each_ns - window_ns);
    }
    out.full_s = seconds_up(used_ns);
    return out;
}

limit_outcome
limit_table_take(limit_class class, limit_subject subject, const uint8_t identity[16],
                 const limit_quota *quota, int64_t now_ns)
{
    uint64_t key = key_of(class, subject, identity);
    size_t at = (size_t)(key >> 32) % SETS;
    pthread_mutex_t *lock = &table.stripes[at % STRIPES].lock;
    limit_outcome out;

    pthread_mutex_lock(lock);
    out = take(entry_of(&table.sets[at], key), quota, now_ns);
    pthread_mutex_unlock(lock);
    return out;
}

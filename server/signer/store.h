/*
 * store.h - the database as the signer sees it: a place to ask and to leave notes, trusted for nothing. Words: due (a tree
 * that wants a checkpoint), refusal (the database answered with an error), down (it did not answer).
 */
#ifndef SIGNER_STORE_H
#define SIGNER_STORE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "signer/memory.h"
#include "tile.h"

#define STORE_ERROR_SIZE 256

typedef enum store_result { STORE_OK, STORE_REFUSED, STORE_DOWN } store_result;

typedef struct store {
    const char *conninfo; /* borrowed */
    const char *name;     /* application_name, static */
    PGconn *pg;
    char error[STORE_ERROR_SIZE]; /* of the last refusal or loss */
} store;

typedef struct store_due {
    char journal[UUID_TEXT_SIZE];
    int32_t epoch;
    char origin[MEMORY_ORIGIN_MAX + 1];
    int64_t size;
    uint8_t root[32];
    int64_t previous_size; /* of the last checkpoint the database has, 0 for none */
} store_due;

typedef struct store_proof {
    uint8_t hashes[MPOS_PROOF_HASHES_MAX][32];
    size_t count;
} store_proof;

/* Connects when there is no live connection. */
bool
store_connect(store *store);

void
store_close(store *store);

/* At most max trees that want a checkpoint; rows of an impossible form are left out. *due is the caller's to free. */
store_result
store_read_due(store *store, size_t max, store_due **due, size_t *count);

store_result
store_consistency(store *store, const char *journal, int32_t epoch, int64_t old_size, int64_t new_size,
                  store_proof *out);

/* Where an epoch ended; *size -1 while it goes on or is not sealed to its end. */
store_result
store_epoch_end(store *store, const char *journal, int32_t epoch, int64_t *size, uint8_t root[32]);

store_result
store_checkpoint(store *store, const store_due *due, const text_buf *note);

store_result
store_key(store *store, const char *vkey);

/* Records in the books why an epoch may be signed that does not follow on what was signed. */
store_result
store_acceptance(store *store, const char *journal, int32_t epoch, const char *reason);

store_result
store_alarm(store *store, const char *journal, int32_t epoch, const char *kind, const char *detail);

/* Resolves the open alarms of kinds with that prefix about an epoch; journal "": those about no journal. */
store_result
store_alarm_resolve(store *store, const char *prefix, const char *journal, int32_t epoch, const char *reason);

/*
 * Any other statement with text parameters, at most 5 of them; results are binary. On STORE_OK *result is the caller's to
 * clear.
 */
store_result
store_query(store *store, const char *sql, size_t count, const char *const *values, PGresult **result);

#endif

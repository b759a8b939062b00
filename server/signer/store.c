/* store.c - libpq calls. Numbers travel as text, hashes in binary. */
#include "signer/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 5

/* A statement that takes longer has met something worse than load; the signer must not wait for it. */
#define OPTIONS "-c statement_timeout=20s -c lock_timeout=10s -c client_min_messages=warning"

static void
keep_error(store *store, const char *text)
{
    size_t len = strcspn(text, "\n");

    snprintf(store->error, sizeof store->error, "%.*s", (int)(len < 250 ? len : 250), text);
}

/* libpq prints what a server says at its end; what failed is in the log by itself, in lines of its own form. */
static void
ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

bool
store_connect(store *store)
{
    const char *names[] = {"dbname", "options", "fallback_application_name", "connect_timeout", NULL};
    const char *values[] = {store->conninfo, OPTIONS, store->name, "5", NULL};

    if (store->pg != NULL && PQstatus(store->pg) == CONNECTION_OK) {
        return true;
    }
    store_close(store);
    store->pg = PQconnectdbParams(names, values, 1);
    if (PQstatus(store->pg) == CONNECTION_OK) {
        PQsetNoticeReceiver(store->pg, ignore_notice, NULL);
        return true;
    }
    keep_error(store, PQerrorMessage(store->pg));
    store_close(store);
    return false;
}

void
store_close(store *store)
{
    PQfinish(store->pg);
    store->pg = NULL;
}

store_result
store_query(store *store, const char *sql, size_t count, const char *const *values, PGresult **result)
{
    ExecStatusType status;

    *result = NULL;
    if (store->pg == NULL) {
        keep_error(store, "no connection");
        return STORE_DOWN;
    }
    *result = PQexecParams(store->pg, sql, (int)count, NULL, values, NULL, NULL, 1);
    status = PQresultStatus(*result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        return STORE_OK;
    }
    keep_error(store, PQresultErrorMessage(*result));
    PQclear(*result);
    *result = NULL;
    if (PQstatus(store->pg) == CONNECTION_OK) {
        return STORE_REFUSED;
    }
    store_close(store);
    return STORE_DOWN;
}

static store_result
run(store *store, const char *sql, size_t count, const char *const *values)
{
    PGresult *result;
    store_result outcome = store_query(store, sql, count, values, &result);

    PQclear(result);
    return outcome;
}

static bool
read_hash(const PGresult *result, int row, int column, uint8_t out[32])
{
    if (PQgetisnull(result, row, column) || PQgetlength(result, row, column) != 32) {
        return false;
    }
    memcpy(out, PQgetvalue(result, row, column), 32);
    return true;
}

static bool
read_due(const PGresult *result, int row, store_due *out)
{
    uint8_t id[UUID_SIZE];
    const char *journal = PQgetvalue(result, row, 0);

    if (!text_parse_uuid(journal, strlen(journal), id) ||
        strlen(PQgetvalue(result, row, 2)) > MEMORY_ORIGIN_MAX || !read_hash(result, row, 4, out->root)) {
        return false;
    }
    text_uuid(id, out->journal);
    out->epoch = (int32_t)strtol(PQgetvalue(result, row, 1), NULL, 10);
    strcpy(out->origin, PQgetvalue(result, row, 2));
    out->size = strtoll(PQgetvalue(result, row, 3), NULL, 10);
    out->previous_size = strtoll(PQgetvalue(result, row, 5), NULL, 10);
    return out->epoch >= 0 && out->size > 0;
}

static size_t
read_rows(const PGresult *result, store_due **due)
{
    int rows = PQntuples(result);
    size_t count = 0;

    *due = calloc((size_t)rows + 1, sizeof **due);
    if (*due == NULL) {
        abort();
    }
    for (int row = 0; row < rows; row++) {
        count += read_due(result, row, &(*due)[count]);
    }
    return count;
}

store_result
store_read_due(store *store, size_t max, store_due **due, size_t *count)
{
    static const char sql[] = "SELECT journal_id::text, epoch::text, origin, size::text, root,"
                              " coalesce(previous_size, 0)::text FROM mpos.signing_due($1)";
    char limit[21];
    const char *values[] = {limit};
    PGresult *result;
    store_result outcome;

    *due = NULL;
    *count = 0;
    snprintf(limit, sizeof limit, "%zu", max);
    outcome = store_query(store, sql, 1, values, &result);
    if (outcome == STORE_OK) {
        *count = read_rows(result, due);
    }
    PQclear(result);
    return outcome;
}

/* The parameters that name a tree, as text. */
typedef struct place {
    char epoch[12];
    char sizes[2][21];
    const char *values[4];
} place;

static void
place_of(place *out, const char *journal, int32_t epoch, int64_t size, int64_t other)
{
    snprintf(out->epoch, sizeof out->epoch, "%d", epoch);
    snprintf(out->sizes[0], sizeof out->sizes[0], "%lld", (long long)size);
    snprintf(out->sizes[1], sizeof out->sizes[1], "%lld", (long long)other);
    out->values[0] = journal;
    out->values[1] = out->epoch;
    out->values[2] = out->sizes[0];
    out->values[3] = out->sizes[1];
}

store_result
store_consistency(store *store, const char *journal, int32_t epoch, int64_t old_size, int64_t new_size,
                  store_proof *out)
{
    static const char sql[] =
        "SELECT hash FROM unnest(mpos.consistency_proof($1, $2, $3, $4)) WITH ORDINALITY"
        " AS proof(hash, n) ORDER BY n";
    place place;
    PGresult *result;
    store_result outcome;

    place_of(&place, journal, epoch, old_size, new_size);
    outcome = store_query(store, sql, 4, place.values, &result);
    out->count = 0;
    for (int row = 0; outcome == STORE_OK && row < PQntuples(result); row++) {
        if (out->count == MPOS_PROOF_HASHES_MAX || !read_hash(result, row, 0, out->hashes[out->count++])) {
            keep_error(store, "the proof has an impossible form");
            outcome = STORE_REFUSED;
        }
    }
    PQclear(result);
    return outcome;
}

store_result
store_epoch_end(store *store, const char *journal, int32_t epoch, int64_t *size, uint8_t root[32])
{
    place place;
    PGresult *result;
    store_result outcome;

    place_of(&place, journal, epoch, 0, 0);
    outcome =
        store_query(store, "SELECT size::text, root FROM mpos.epoch_end($1, $2)", 2, place.values, &result);
    *size = -1;
    if (outcome == STORE_OK && PQntuples(result) == 1 && read_hash(result, 0, 1, root)) {
        *size = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    }
    PQclear(result);
    return outcome;
}

store_result
store_checkpoint(store *store, const store_due *due, const text_buf *note)
{
    char root[2 * 32 + 3] = "\\x";
    const char *values[PARAMS_MAX];
    place place;

    text_hex(due->root, 32, root + 2);
    place_of(&place, due->journal, due->epoch, due->size, 0);
    memcpy(values, place.values, 3 * sizeof values[0]);
    values[3] = root;
    values[4] = note->data;
    return run(store, "SELECT mpos.checkpoint_store($1, $2, $3, $4, $5)", 5, values);
}

store_result
store_key(store *store, const char *vkey)
{
    return run(store, "SELECT mpos.signing_key_store($1)", 1, &vkey);
}

store_result
store_acceptance(store *store, const char *journal, int32_t epoch, const char *reason)
{
    place place;

    place_of(&place, journal, epoch, 0, 0);
    place.values[2] = reason;
    return run(store, "SELECT mpos.epoch_accept($1, $2, $3)", 3, place.values);
}

store_result
store_alarm(store *store, const char *journal, int32_t epoch, const char *kind, const char *detail)
{
    place place;

    place_of(&place, journal, epoch, 0, 0);
    place.values[2] = kind;
    place.values[3] = detail;
    return run(store, "SELECT mpos.alarm_raise($1, $2, NULL, $3, $4)", 4, place.values);
}

store_result
store_alarm_resolve(store *store, const char *prefix, const char *journal, int32_t epoch, const char *reason)
{
    place place;

    place_of(&place, *journal != '\0' ? journal : NULL, epoch, 0, 0);
    place.values[2] = prefix;
    place.values[3] = reason;
    return run(store, "SELECT mpos.alarms_resolve($1, $2, $3, $4)", 4, place.values);
}

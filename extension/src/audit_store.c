/* audit_store.c - see audit_store.h. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit.h"
#include "audit_store.h"
#include "statement.h"

#define ROWS_PHASE "rows"

static void
arg_time(mpos_args *args, TimestampTz time)
{
    mpos_arg_time(args, mpos_time_from_pg(time));
}

void
mpos_audit_register(void)
{
    static mpos_statement add = {
        "INSERT INTO journal.audit (journal_id, known_at) SELECT journal_id, now() FROM journal.journal j "
        "WHERE state = 'open' AND NOT EXISTS (SELECT FROM journal.audit a WHERE a.journal_id = j.journal_id)",
        NULL};
    static mpos_statement forget = {
        "DELETE FROM journal.audit a WHERE NOT EXISTS "
        "(SELECT FROM journal.journal j WHERE j.journal_id = a.journal_id AND j.state = 'open')",
        NULL};
    mpos_args none = {0};

    (void)mpos_statement_run(&add, &none);
    (void)mpos_statement_run(&forget, &none);
}

bool
mpos_audit_due(mpos_pass_kind kind, int64 age_ms, const pg_uuid_t *except, pg_uuid_t *out, bool *late)
{
    static mpos_statement due[MPOS_PASS_KINDS] = {
        [MPOS_PASS_RECENT] =
            {"SELECT journal_id, coalesce(recent_at, known_at) <= now() - $1 * interval '2 ms' "
             "FROM journal.audit WHERE journal_id IS DISTINCT FROM $2 AND "
             "(recent_at IS NULL OR recent_at <= now() - $1 * interval '1 ms') "
             "ORDER BY recent_at NULLS FIRST LIMIT 1",
             NULL},
        [MPOS_PASS_FULL] = {
            "SELECT journal_id, coalesce(full_at, known_at) <= now() - $1 * interval '2 ms' "
            "FROM journal.audit WHERE journal_id IS DISTINCT FROM $2 AND "
            "(pass_at IS NOT NULL OR full_at IS NULL OR full_at <= now() - $1 * interval '1 ms') "
            "ORDER BY pass_at, full_at NULLS FIRST LIMIT 1",
            NULL}};
    mpos_args args = {0};

    mpos_arg_big(&args, age_ms);
    mpos_arg_uuid(&args, except == NULL ? NULL : except->data);
    if (mpos_statement_run(&due[kind], &args) == 0 || !mpos_cell_uuid(0, 1, out->data)) {
        return false;
    }
    *late = mpos_cell_bool(0, 2);
    return true;
}

bool
mpos_audit_position_load(const pg_uuid_t *journal, mpos_audit_position *out)
{
    static mpos_statement load = {
        "SELECT pass_at, start_epoch, start_seq, phase, epoch, seq, leaf, missing, bucket, mask "
        "FROM journal.audit WHERE journal_id = $1 AND pass_at IS NOT NULL",
        NULL};
    mpos_args args = {0};
    bool is_null;
    Datum missing;
    bytea *leaf;

    mpos_arg_uuid(&args, journal->data);
    if (mpos_statement_run(&load, &args) == 0) {
        return false;
    }
    leaf = mpos_cell_bytes(0, 7);
    *out = (mpos_audit_position){.began = mpos_time_to_pg(mpos_cell_time(0, 1)),
                                 .start_epoch = mpos_cell_int(0, 2),
                                 .start_seq = mpos_cell_big(0, 3),
                                 .rows = strcmp(mpos_cell_text(0, 4), ROWS_PHASE) == 0,
                                 .epoch = mpos_cell_int(0, 5),
                                 .seq = mpos_cell_big(0, 6),
                                 .leaf_known = leaf != NULL && VARSIZE_ANY_EXHDR(leaf) == MPOS_LEAF_SIZE,
                                 .bucket = (uint32)mpos_cell_big(0, 9),
                                 .mask = (uint32)mpos_cell_big(0, 10)};
    if (out->leaf_known) {
        memcpy(out->leaf, VARDATA_ANY(leaf), MPOS_LEAF_SIZE);
    }
    missing = mpos_cell(0, 8, &is_null);
    out->missing = is_null ? NULL : DatumGetArrayTypePCopy(missing);
    return true;
}

static void
arg_missing(mpos_args *args, const mpos_verification *run)
{
    int count = list_length(run->missing);
    Datum *values = palloc(sizeof *values * (Size)(count * 2 + 1));
    int n = 0;
    ListCell *cell;

    foreach (cell, run->missing) {
        const mpos_entry_ref *ref = lfirst(cell);

        values[n++] = Int64GetDatum(ref->epoch);
        values[n++] = Int64GetDatum(ref->seq);
    }
    mpos_arg_array(args, INT8OID, values, NULL, n);
}

void
mpos_audit_position_store(const pg_uuid_t *journal, const mpos_audit_position *position,
                          const mpos_verification *run)
{
    static mpos_statement store = {
        "UPDATE journal.audit SET pass_at = $2, start_epoch = $3, start_seq = $4, phase = $5, epoch = $6, "
        "seq = $7, leaf = $8, missing = $9, bucket = $10, mask = $11 WHERE journal_id = $1",
        NULL};
    mpos_args args = {0};

    mpos_arg_uuid(&args, journal->data);
    arg_time(&args, position->began);
    mpos_arg_int(&args, position->start_epoch);
    mpos_arg_big(&args, position->start_seq);
    mpos_arg_text(&args, position->rows ? ROWS_PHASE : "chain");
    mpos_arg_int(&args, position->epoch);
    mpos_arg_big(&args, position->seq);
    mpos_arg_bytes(&args, position->leaf_known ? position->leaf : NULL, MPOS_LEAF_SIZE);
    arg_missing(&args, run);
    mpos_arg_big(&args, position->bucket);
    mpos_arg_big(&args, position->mask);
    (void)mpos_statement_run(&store, &args);
}

void
mpos_audit_missing_load(mpos_verification *run, const mpos_audit_position *position)
{
    Datum *values;
    int count = 0;

    if (position->missing == NULL) {
        return;
    }
    deconstruct_array(position->missing, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values,
                      NULL, &count);
    for (int i = 0; i + 1 < count; i += 2) {
        mpos_entry entry;

        if (mpos_entry_get(run->identity.journal.data, (int32)DatumGetInt64(values[i]),
                           DatumGetInt64(values[i + 1]), &entry)) {
            mpos_verify_missing(run, &entry);
        }
    }
}

/* True when the alarm is new. A person's word that what is on record was looked into is not asked for again. */
static bool
raise_one(const pg_uuid_t *journal, const mpos_audit_finding *finding, const char *kind)
{
    static mpos_statement raise = {"SELECT mpos.audit_raise($1, $2, $3, $4, $5)", NULL};
    mpos_args args = {0};

    mpos_arg_uuid(&args, journal->data);
    mpos_arg_int(&args, finding->epoch);
    mpos_arg_big(&args, finding->seq);
    mpos_arg_text(&args, kind);
    mpos_arg_text(&args, finding->place);
    (void)mpos_statement_run(&raise, &args);
    return mpos_cell_bool(0, 1);
}

void
mpos_audit_raise(const pg_uuid_t *journal, const List *findings)
{
    ListCell *cell;

    foreach (cell, findings) {
        const mpos_audit_finding *finding = lfirst(cell);
        char *kind = psprintf("audit_%s", finding->kind);

        if (raise_one(journal, finding, kind)) {
            ereport(WARNING,
                    (errmsg("mpos: the audit found %s", finding->kind),
                     errdetail("Journal %s, epoch %d, entry " INT64_FORMAT ": %s.",
                               DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(journal))),
                               finding->epoch, finding->seq, finding->place)));
        }
    }
}

void
mpos_audit_full_done(const pg_uuid_t *journal, TimestampTz began)
{
    static mpos_statement done = {
        "UPDATE journal.audit SET full_at = $2, pass_at = NULL, missing = NULL WHERE journal_id = $1", NULL};
    static mpos_statement resolve = {
        "UPDATE journal.alarm SET resolved_at = clock_timestamp(), resolution = 'found clean again' "
        "WHERE resolved_at IS NULL AND journal_id = $1 AND starts_with(kind, 'audit_') AND kind <> "
        "'audit_guard' AND found_at < $2",
        NULL};
    mpos_args args = {0};

    mpos_arg_uuid(&args, journal->data);
    arg_time(&args, began);
    (void)mpos_statement_run(&done, &args);
    (void)mpos_statement_run(&resolve, &args);
}

void
mpos_audit_recent_done(const pg_uuid_t *journal, TimestampTz began, const mpos_entry_ref *window)
{
    static mpos_statement done = {"UPDATE journal.audit SET recent_at = $2 WHERE journal_id = $1", NULL};
    static mpos_statement resolve = {
        "UPDATE journal.alarm SET resolved_at = clock_timestamp(), resolution = 'found clean again' "
        "WHERE resolved_at IS NULL AND journal_id = $1 AND found_at < $2 AND (epoch, seq) >= ($3, $4) "
        "AND kind IN ('audit_row_altered', 'audit_row_missing')",
        NULL};
    mpos_args args = {0};

    mpos_arg_uuid(&args, journal->data);
    arg_time(&args, began);
    (void)mpos_statement_run(&done, &args);
    mpos_arg_int(&args, window->epoch);
    mpos_arg_big(&args, window->seq);
    (void)mpos_statement_run(&resolve, &args);
}

void
mpos_audit_given_up(const pg_uuid_t *journal, int kind)
{
    static mpos_statement given_up[MPOS_PASS_KINDS] = {
        [MPOS_PASS_RECENT] = {"UPDATE journal.audit SET recent_at = now() WHERE journal_id = $1", NULL},
        [MPOS_PASS_FULL] = {"UPDATE journal.audit SET full_at = now(), pass_at = NULL WHERE journal_id = $1",
                            NULL}};
    mpos_args args = {0};

    mpos_arg_uuid(&args, journal->data);
    (void)mpos_statement_run(&given_up[kind], &args);
}

void
mpos_audit_guards(void)
{
    static mpos_statement look = {
        "SELECT (SELECT journal_id FROM journal.journal WHERE kind = 'platform'), finding "
        "FROM (SELECT mpos.guard_findings() UNION ALL SELECT mpos.role_findings()) f(finding)",
        NULL};
    static mpos_statement resolve = {
        "UPDATE journal.alarm SET resolved_at = clock_timestamp(), resolution = 'found clean again' "
        "WHERE resolved_at IS NULL AND kind = 'audit_guard' AND found_at < $1",
        NULL};
    mpos_args args = {0};
    TimestampTz began = GetCurrentTimestamp();
    uint64 count = mpos_statement_run(&look, &args);
    pg_uuid_t journal;
    List *findings = NIL;

    for (uint64 i = 0; i < count; i++) {
        mpos_audit_finding *finding = palloc(sizeof *finding);

        if (!mpos_cell_uuid(i, 1, journal.data)) {
            return;
        }
        *finding = (mpos_audit_finding){-1, -1, "guard", mpos_cell_text(i, 2)};
        findings = lappend(findings, finding);
    }
    mpos_audit_raise(&journal, findings);
    arg_time(&args, began);
    (void)mpos_statement_run(&resolve, &args);
}

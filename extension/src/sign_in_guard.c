/* sign_in_guard.c - the rows of pos.sign_in_guard. Each attempt waits for the one before it on the same subject. */
#include "postgres.h"

#include "sign_in_guard.h"
#include "statement.h"

#define SECOND_US INT64CONST(1000000)

typedef struct rule {
    int32 limit;       /* the attempt that locks */
    int32 first_s;     /* length of the first lock */
    int32 longest_s;   /* each further attempt doubles it up to this */
    int64 window_s;    /* attempts older than this are forgotten */
    bool from_the_end; /* the window begins with the last attempt, not with the first */
} rule;

static const rule rules[] = {
    [MPOS_GUARD_PERSON] = {5, 60, 900, 86400, true},
    [MPOS_GUARD_DEVICE] = {30, 300, 300, 900, false},
};

/* $3: where a window that begins now would have begun; $4: whether it is counted from the last attempt. */
#define OVER                                                                                                 \
    "CASE WHEN $4 THEN g.changed_at < $3 ELSE g.window_start < $3 OR coalesce(g.locked_until <= $2, false) " \
    "END"

static mpos_statement count_statement = {
    "INSERT INTO pos.sign_in_guard AS g (subject, failures, window_start, changed_at) VALUES ($1, 1, $2, $2) "
    "ON CONFLICT (subject) DO UPDATE SET changed_at = $2, "
    "failures = CASE WHEN g.locked_until > $2 THEN g.failures WHEN " OVER " THEN 1 ELSE g.failures + 1 END, "
    "window_start = CASE WHEN " OVER " THEN $2 ELSE g.window_start END, "
    "locked_until = CASE WHEN g.locked_until > $2 THEN g.locked_until END "
    "RETURNING failures, locked_until"};

static mpos_statement lock_statement = {"UPDATE pos.sign_in_guard SET locked_until = $2 WHERE subject = $1"};

static mpos_statement forget_statement = {"DELETE FROM pos.sign_in_guard WHERE subject = $1"};

/* The lock that this very attempt may have set goes with it. */
static mpos_statement take_back_statement = {"UPDATE pos.sign_in_guard SET failures = greatest(failures - 1, "
                                             "0), locked_until = NULL WHERE subject = $1"};

/* A few a time keep the table as small as a day's attempts. */
static mpos_statement sweep_statement = {"DELETE FROM pos.sign_in_guard WHERE subject IN (SELECT subject "
                                         "FROM pos.sign_in_guard WHERE changed_at < $1 "
                                         "ORDER BY changed_at LIMIT 4 FOR UPDATE SKIP LOCKED)"};

void
mpos_guard_subject(const char *kind, const char *a, const char *b, const char *c, uint8 out[MPOS_SHA256_LEN])
{
    const char *words[] = {kind, a, b, c};

    mpos_sha256_begin();
    for (int i = 0; i < (int)lengthof(words); i++) {
        const char *word = words[i] != NULL ? words[i] : "";

        mpos_sha256_add(word, strlen(word) + 1);
    }
    mpos_sha256_end(out);
}

static void
sweep(int64 now_us)
{
    mpos_args args = {0};

    mpos_arg_time(&args, now_us - 86400 * SECOND_US);
    (void)mpos_statement_run(&sweep_statement, &args);
}

static void
lock_subject(const uint8 *subject, const rule *rule, int32 failures, int64 now_us)
{
    mpos_args args = {0};
    int doublings = Min(failures - rule->limit, 10);
    int64 length_s = Min((int64)rule->first_s << doublings, rule->longest_s);

    mpos_arg_bytes(&args, subject, MPOS_SHA256_LEN);
    mpos_arg_time(&args, now_us + length_s * SECOND_US);
    (void)mpos_statement_run(&lock_statement, &args);
}

int
mpos_guard_count(const mpos_call *call, mpos_guard_rule which, const uint8 subject[MPOS_SHA256_LEN])
{
    const rule *rule = &rules[which];
    mpos_args args = {0};
    int64 locked_us;
    int32 failures;

    sweep(call->now_us);
    mpos_arg_bytes(&args, subject, MPOS_SHA256_LEN);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_time(&args, call->now_us - rule->window_s * SECOND_US);
    mpos_arg_bool(&args, rule->from_the_end);
    (void)mpos_statement_run(&count_statement, &args);
    failures = mpos_cell_int(0, 1);
    locked_us = mpos_cell_time(0, 2);
    if (locked_us > call->now_us) {
        return (int)((locked_us - call->now_us + SECOND_US - 1) / SECOND_US);
    }
    if (failures >= rule->limit) {
        lock_subject(subject, rule, failures, call->now_us);
    }
    return 0;
}

void
mpos_guard_forgive(mpos_guard_rule rule, const uint8 subject[MPOS_SHA256_LEN])
{
    mpos_args args = {0};

    mpos_arg_bytes(&args, subject, MPOS_SHA256_LEN);
    (void)mpos_statement_run(rule == MPOS_GUARD_PERSON ? &forget_statement : &take_back_statement, &args);
}

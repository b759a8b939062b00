/* tenant_wait.c - see tenant_wait.h. */
#include "tenant_wait.h"

#include <stdio.h>
#include <time.h>

#include "cli.h"

/* How long it waits for the signer to cover the newest entries; it signs a journal every ten seconds when not asked. */
#define CHECKPOINT_WAIT_S 15
#define PLATFORM "00000000-0000-0000-0000-000000000000"

double
tenant_now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool
tenant_is_true(PGconn *conn, const char *sql, const char *value)
{
    PGresult *result = cli_query(conn, sql, value == NULL ? 0 : 1, &value, false);
    bool answer = PQgetvalue(result, 0, 0)[0] == 't';

    PQclear(result);
    return answer;
}

void
tenant_wait_signed(PGconn *conn, const char *tenant)
{
    double until = tenant_now_s() + CHECKPOINT_WAIT_S;
    PGresult *asked;

    tenant = tenant == NULL ? PLATFORM : tenant;
    if (tenant_is_true(conn, "SELECT pg_is_in_recovery() OR NOT EXISTS (SELECT FROM journal.signing_key)",
                       NULL)) {
        return;
    }
    asked =
        cli_query(conn, "SELECT mpos.checkpoint_ask(journal_id) FROM journal.journal WHERE tenant_id = $1", 1,
                  &tenant, false);
    PQclear(asked);
    while (!tenant_is_true(
        conn,
        "SELECT NOT EXISTS (SELECT FROM journal.demand JOIN journal.journal USING (journal_id) "
        "WHERE tenant_id = $1)",
        tenant)) {
        struct timespec pause = {.tv_nsec = 50000000};

        if (tenant_now_s() > until) {
            fputs("mpos: the signer does not sign: the newest entries leave without a checkpoint\n", stderr);
            return;
        }
        nanosleep(&pause, NULL);
    }
}

/* tenant_wait.h - asking the signer for checkpoints before something leaves. */
#ifndef MPOS_CLI_TENANT_WAIT_H
#define MPOS_CLI_TENANT_WAIT_H

#include <libpq-fe.h>
#include <stdbool.h>

/* Monotonic seconds. */
double
tenant_now_s(void);

/* Whether a query with at most one argument (NULL: none) answers true. */
bool
tenant_is_true(PGconn *conn, const char *sql, const char *value);

/*
 * Asks for checkpoints of all journals of a business (NULL: of the platform's journal) and waits a while for them; says so on
 * standard error when they do not come. Does nothing where nobody signs, or on a standby.
 */
void
tenant_wait_signed(PGconn *conn, const char *tenant);

#endif

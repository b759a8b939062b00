/* tenant.h - the parts of mpos tenant. Words: business (tenant), short name (slug). */
#ifndef MPOS_CLI_TENANT_H
#define MPOS_CLI_TENANT_H

#include <libpq-fe.h>

extern const char *const tenant_help;

/* A business as pos.tenant has it. */
typedef struct tenant_row {
    char id[37];
    char state[16];
} tenant_row;

/* The business of a short name; ends the program when there is none. */
tenant_row
tenant_find(PGconn *conn, const char *slug);

int
tenant_create(int argc, char **argv);
int
tenant_export(int argc, char **argv);
int
tenant_delete(int argc, char **argv);

#endif

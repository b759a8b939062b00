/*
 * tenant.h - the tenant whose rows this backend may see. Words: tenant, assume, carry.
 *
 * A C variable that SQL cannot write: mpos.call sets it for its own duration, mpos.assume (table owner only)
 * until the transaction ends. Of an analyst's session it is what the login is bound to, and nothing else (analyst.h).
 * Row security reads it through mpos.tenant(). Unset means that no row is visible.
 *
 * Parallel workers have memory of their own: while a plan runs that may start some, the tenant is carried to them by the
 * setting mpos.tenant (tenant_carry.c), which only this library can write.
 */
#ifndef MPOS_TENANT_H
#define MPOS_TENANT_H

#include "postgres.h"

#include "utils/uuid.h"

typedef struct mpos_tenant_state {
    bool set;
    pg_uuid_t id;
} mpos_tenant_state;

/* The present state, to be given back to mpos_tenant_restore on every path. */
mpos_tenant_state
mpos_tenant_save(void);

void
mpos_tenant_restore(mpos_tenant_state state);

/* Sets the tenant; the caller restores. */
void
mpos_tenant_set(const uint8 tenant[UUID_LEN]);

/* True and *out when a tenant is set; *out untouched otherwise. */
bool
mpos_tenant_get(pg_uuid_t *out);

/* What mpos.tenant() says in a process that is no parallel worker: NULL for none. Valid until the tenant changes. */
const pg_uuid_t *
mpos_tenant_visible(void);

/* Registers the end-of-transaction callbacks; called once from _PG_init. */
void
mpos_tenant_init(void);

/* The tenant that the leader carried to this parallel worker, NULL for none; raises when it carried nothing. */
const pg_uuid_t *
mpos_tenant_carried(void);

/* Defines the setting and the hook around plans; called once from _PG_init, before the prefix is reserved. */
void
mpos_tenant_carry_init(void);

#endif

/*
 * tenant.h - the tenant whose rows this backend may see. Words: tenant, assume.
 *
 * A C variable that SQL cannot write: mpos.call sets it for its own duration, mpos.assume (table owner only)
 * until the transaction ends. Row security reads it through mpos.tenant(). Unset means that no row is
 * visible.
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

/* Registers the end-of-transaction callbacks; called once from _PG_init. */
void
mpos_tenant_init(void);

#endif

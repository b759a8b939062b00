/*
 * erase_tenant.h - removing the rows of a business that is being erased. Words: erased tenant.
 *
 * Its journals are closed, and where each of them ended is in the platform's journal. What is removed then is written into no
 * journal: each would only grow until it goes itself. mpos.erase_rows says so for one transaction, and only for a tenant
 * all of whose journals are closed; a journal that is closed without an erasure in the platform's journal is a finding.
 */
#ifndef MPOS_ERASE_TENANT_H
#define MPOS_ERASE_TENANT_H

#include "postgres.h"

#include "utils/uuid.h"

/* Whether this transaction erases that tenant: its changes are not captured. */
bool
mpos_erasing(const pg_uuid_t *tenant);

/* Registers the transaction callbacks; called once from _PG_init. */
void
mpos_erase_tenant_init(void);

#endif

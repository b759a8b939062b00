/*
 * analyst.h - logins that read one business by SQL. Words: analyst, binding, limit.
 *
 * An analyst is whoever logged in as a member of the role mpos_analyst; SET ROLE changes nothing about it. The row of
 * pos.analyst with the login's object id and name says which tenant it is bound to. Without that row, or with two, there is
 * no tenant: a login that was dropped and made again, or restored into another cluster, sees nothing until it is bound anew.
 */
#ifndef MPOS_ANALYST_H
#define MPOS_ANALYST_H

#include "postgres.h"

#include "utils/uuid.h"

/* True in a session of an analyst. */
bool
mpos_analyst_session(void);

/* The tenant that this session's login is bound to, NULL for none; valid until the binding changes. Sessions of analysts only. */
const pg_uuid_t *
mpos_analyst_tenant(void);

/* Registers the cache invalidations; called once from _PG_init. */
void
mpos_analyst_init(void);

/* Installs the limits of analysts (analyst_limits.c); called once from _PG_init. */
void
mpos_analyst_limits_init(void);

#endif

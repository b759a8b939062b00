/*
 * analyst.c - who is an analyst, and of which tenant. Both are looked up once and forgotten when PostgreSQL tells that roles,
 * memberships or pos.analyst have changed, which is before the next statement of every session.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "analyst.h"

#define GROUP_ROLE "mpos_analyst"

/* Columns of pos.analyst. */
enum { ANALYST_TENANT = 1, ANALYST_ID, ANALYST_ROLE_OID, ANALYST_ROLE_NAME };

static struct {
    bool known;
    Oid login;
    bool analyst;
} session;

static struct {
    bool known;
    Oid login;
    Oid table; /* pos.analyst, InvalidOid when there is none */
    bool bound;
    pg_uuid_t tenant;
} binding;

PG_FUNCTION_INFO_V1(mpos_analyst_changed);

static void
look_up_session(Oid login)
{
    Oid group = get_role_oid(GROUP_ROLE, true);

    session.known = true; /* before the look-up: an invalidation that arrives in it counts */
    session.login = login;
    session.analyst = OidIsValid(group) && is_member_of_role_nosuper(login, group);
}

bool
mpos_analyst_session(void)
{
    Oid login = GetSessionUserId();

    /* The catalogue cannot be read in a failed transaction; nothing but its end is run there. */
    if ((!session.known || session.login != login) && IsTransactionState()) {
        look_up_session(login);
    }
    return session.analyst;
}

static Datum
column(Relation table, HeapTuple row, int attribute)
{
    bool is_null; /* none of the four may be */

    return heap_getattr(row, attribute, RelationGetDescr(table), &is_null);
}

/* Does the row bind this login? Both must fit: an object id may come back, and so may a name. */
static bool
binds(Relation table, HeapTuple row, Oid login, const char *name, pg_uuid_t *tenant)
{
    if (DatumGetObjectId(column(table, row, ANALYST_ROLE_OID)) != login ||
        strcmp(TextDatumGetCString(column(table, row, ANALYST_ROLE_NAME)), name) != 0) {
        return false;
    }
    *tenant = *DatumGetUUIDP(column(table, row, ANALYST_TENANT));
    return true;
}

/* Reads all of a small table, once a session, past row security, which has no tenant to go by yet. */
static int
count_bindings(Oid table_oid, Oid login, pg_uuid_t *tenant)
{
    Relation table = table_open(table_oid, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(table, 0, NULL);
    char *name = GetUserNameFromId(login, false);
    HeapTuple row;
    int count = 0;

    while ((row = heap_getnext(scan, ForwardScanDirection)) != NULL) {
        count += binds(table, row, login, name, tenant) ? 1 : 0;
    }
    table_endscan(scan);
    table_close(table, AccessShareLock);
    return count;
}

static void
look_up_binding(Oid login)
{
    Oid schema = get_namespace_oid("pos", true);

    binding.known = true; /* before the look-up, as above */
    binding.login = login;
    binding.bound = false;
    binding.table = OidIsValid(schema) ? get_relname_relid("analyst", schema) : InvalidOid;
    if (OidIsValid(binding.table)) {
        binding.bound = count_bindings(binding.table, login, &binding.tenant) == 1;
    }
}

const pg_uuid_t *
mpos_analyst_tenant(void)
{
    Oid login = GetSessionUserId();

    if (!binding.known || binding.login != login) {
        look_up_binding(login);
    }
    return binding.bound ? &binding.tenant : NULL;
}

static void
forget_session(Datum arg, int cache, uint32 hash)
{
    session.known = false;
    binding.known = false;
}

static void
forget_binding(Datum arg, Oid relation)
{
    if (relation == InvalidOid || relation == binding.table || binding.table == InvalidOid) {
        binding.known = false;
    }
}

/* analyst_changed() returns trigger: tells every session that bindings have changed. */
Datum
mpos_analyst_changed(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_TRIGGER(fcinfo)) {
        elog(ERROR, "mpos.analyst_changed is a trigger");
    }
    CacheInvalidateRelcache(((TriggerData *)fcinfo->context)->tg_relation);
    return PointerGetDatum(NULL);
}

void
mpos_analyst_init(void)
{
    CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, forget_session, (Datum)0);
    CacheRegisterSyscacheCallback(AUTHOID, forget_session, (Datum)0);
    CacheRegisterRelcacheCallback(forget_binding, (Datum)0);
}

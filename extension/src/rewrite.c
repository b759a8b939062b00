/* rewrite.c - declarations of rewrites, the journals they touch, and what their entries say. */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "ddl.h"
#include "journal_header.h"
#include "manifest.h"
#include "rewrite.h"
#include "table_walk.h"
#include "value.h"

typedef struct mpos_rewrite {
    SubTransactionId subtransaction;
    Oid relation;
    const char *operation; /* rewrite, guard or unguard */
    const char *name;      /* of the table, qualified */
    const char *entity;
    const char *topic; /* interned; NULL: no feed */
    const char *reason;
    int column_count; /* -1: any column may change */
    char **columns;
    struct mpos_rewrite *before;
} mpos_rewrite;

static mpos_rewrite *declared = NULL; /* newest first, in mpos_pending_memory */

PG_FUNCTION_INFO_V1(mpos_rewrite_sql);
PG_FUNCTION_INFO_V1(mpos_unguarding);

static mpos_rewrite *
find_entity(const char *entity)
{
    for (mpos_rewrite *r = declared; r != NULL; r = r->before) {
        if (strcmp(r->entity, entity) == 0) {
            return r;
        }
    }
    return NULL;
}

static mpos_rewrite *
find_relation(Oid relation)
{
    for (mpos_rewrite *r = declared; r != NULL; r = r->before) {
        if (r->relation == relation) {
            return r;
        }
    }
    return NULL;
}

bool
mpos_rewrite_declared(Oid relation)
{
    return find_relation(relation) != NULL;
}

/* The unflushed change that stands for this rewrite and journal; made when there is none. */
static void
touch(mpos_rewrite *rewrite, const pg_uuid_t *tenant, const pg_uuid_t *outlet)
{
    int count;
    mpos_change *changes = mpos_pending_unflushed(&count);
    MemoryContext old;

    for (int i = count - 1; i >= 0; i--) {
        if (changes[i].sole != NULL && changes[i].sole->rewrite == rewrite &&
            memcmp(&changes[i].tenant, tenant, UUID_LEN) == 0 &&
            memcmp(&changes[i].outlet, outlet, UUID_LEN) == 0) {
            return;
        }
    }
    changes = mpos_pending_add();
    changes->tenant = *tenant;
    changes->outlet = *outlet;
    old = MemoryContextSwitchTo(mpos_pending_memory());
    changes->sole = palloc0(sizeof *changes->sole);
    changes->sole->kind = MPOS_ENTRY_SCHEMA;
    changes->sole->rewrite = rewrite;
    changes->sole->manifest = makeStringInfo();
    if (rewrite->topic != NULL) {
        changes->topic = rewrite->topic;
        changes->feed = psprintf("[\"%s\",\"\",\"R\",0]", rewrite->entity);
        changes->feed_len = (int)strlen(changes->feed);
    }
    MemoryContextSwitchTo(old);
}

static bool
may_change(const mpos_rewrite *rewrite, const char *column)
{
    for (int i = 0; i < rewrite->column_count; i++) {
        if (strcmp(rewrite->columns[i], column) == 0) {
            return true;
        }
    }
    return rewrite->column_count < 0;
}

static void
check_columns(const mpos_rewrite *rewrite, const mpos_capture_plan *plan, const mpos_row_image *before,
              const mpos_row_image *after)
{
    if (rewrite->column_count < 0) {
        return;
    }
    if (before == NULL || after == NULL) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("the rewrite of %s was declared for columns, not for adding or removing rows",
                               rewrite->entity)));
    }
    for (int i = 0; i < plan->image_count; i++) {
        if (!may_change(rewrite, plan->image[i].name) && !mpos_capture_same(before, after, &plan->image[i])) {
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("the rewrite of %s was not declared for column %s", rewrite->entity,
                                   plan->image[i].name)));
        }
    }
}

static void
touch_row(mpos_rewrite *rewrite, const mpos_capture_plan *plan, const mpos_row_image *row)
{
    pg_uuid_t tenant = mpos_capture_uuid(row, plan->tenant);
    pg_uuid_t outlet = mpos_capture_uuid(row, plan->outlet);

    touch(rewrite, &tenant, &outlet);
}

bool
mpos_rewrite_note(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after)
{
    mpos_rewrite *rewrite;

    if (declared == NULL || (rewrite = find_entity(plan->entity)) == NULL) {
        return false;
    }
    check_columns(rewrite, plan, before, after);
    touch_row(rewrite, plan, after != NULL ? after : before);
    return true;
}

static bool
touch_visit(const mpos_capture_plan *plan, const mpos_row_image *row, void *argument)
{
    touch_row(argument, plan, row);
    return true;
}

void
mpos_rewrite_touch_all(Oid relation)
{
    mpos_table_rows(relation, touch_visit, find_relation(relation));
}

typedef struct completion {
    mpos_rewrite *rewrite;
    mpos_change *changes;
    int count;
    int last; /* rows of one journal mostly lie together */
} completion;

static mpos_change *
change_of(completion *c, const pg_uuid_t *tenant, const pg_uuid_t *outlet)
{
    for (int n = 0; n < c->count; n++) {
        int i = (c->last + n) % c->count;
        mpos_change *change = &c->changes[i];

        if (change->sole != NULL && change->sole->rewrite == c->rewrite &&
            memcmp(&change->tenant, tenant, UUID_LEN) == 0 &&
            memcmp(&change->outlet, outlet, UUID_LEN) == 0) {
            c->last = i;
            return change;
        }
    }
    return NULL;
}

static bool
manifest_visit(const mpos_capture_plan *plan, const mpos_row_image *row, void *argument)
{
    completion *c = argument;
    pg_uuid_t tenant = mpos_capture_uuid(row, plan->tenant);
    pg_uuid_t outlet = mpos_capture_uuid(row, plan->outlet);
    mpos_change *change = change_of(c, &tenant, &outlet);

    if (change != NULL) {
        mpos_capture_line(plan, row, change->sole->manifest);
    }
    return true;
}

static void
append_columns(const mpos_rewrite *rewrite, StringInfo out)
{
    if (rewrite->column_count < 0) {
        return;
    }
    appendStringInfoString(out, "\"columns\":[");
    for (int i = 0; i < rewrite->column_count; i++) {
        if (i > 0) {
            appendStringInfoCharMacro(out, ',');
        }
        mpos_json_string(out, rewrite->columns[i], strlen(rewrite->columns[i]));
    }
    appendStringInfoString(out, "],");
}

/* {"columns":[..],"count":3,"digest":"..","entity":"thing","op":"rewrite","reason":"..","role":".."} */
static char *
make_body(const mpos_rewrite *rewrite, const StringInfoData *manifest)
{
    const char *role = GetUserNameFromId(GetSessionUserId(), true);
    char digest[MPOS_BASE64URL_HASH_LEN + 1];
    StringInfoData body;

    mpos_manifest_digest(manifest, digest);
    initStringInfo(&body);
    appendStringInfoCharMacro(&body, '{');
    append_columns(rewrite, &body);
    appendStringInfo(
        &body, "\"count\":" INT64_FORMAT ",\"digest\":\"%s\",\"entity\":\"%s\",\"op\":\"%s\",\"reason\":",
        mpos_manifest_count(manifest), digest, rewrite->entity, rewrite->operation);
    mpos_json_string(&body, rewrite->reason, strlen(rewrite->reason));
    appendStringInfoString(&body, ",\"role\":");
    role = role == NULL ? "" : role;
    mpos_json_string(&body, role, strlen(role));
    appendStringInfoCharMacro(&body, '}');
    return body.data;
}

static bool
is_of(const mpos_change *change, const mpos_rewrite *rewrite)
{
    return change->sole != NULL && change->sole->rewrite == rewrite;
}

static void
complete(mpos_rewrite *rewrite, mpos_change *changes, int count)
{
    completion c = {rewrite, changes, count, 0};
    bool touched = false;

    for (int i = 0; i < count; i++) {
        if (is_of(&changes[i], rewrite)) {
            resetStringInfo(changes[i].sole->manifest);
            touched = true;
        }
    }
    if (touched && strcmp(rewrite->operation, "unguard") != 0) {
        mpos_table_rows(rewrite->relation, manifest_visit, &c);
    }
    for (int i = 0; touched && i < count; i++) {
        if (is_of(&changes[i], rewrite)) {
            mpos_manifest_sort(changes[i].sole->manifest);
            changes[i].sole->body = make_body(rewrite, changes[i].sole->manifest);
        }
    }
}

void
mpos_rewrite_complete(mpos_change *changes, int count)
{
    for (mpos_rewrite *r = declared; r != NULL; r = r->before) {
        complete(r, changes, count);
    }
}

static void
set_columns(mpos_rewrite *rewrite, ArrayType *names)
{
    Datum *values;
    int count;

    deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &count);
    rewrite->columns = palloc(sizeof *rewrite->columns * (size_t)Max(count, 1));
    rewrite->column_count = count;
    for (int i = 0; i < count; i++) {
        rewrite->columns[i] = TextDatumGetCString(values[i]);
        if (get_attnum(rewrite->relation, rewrite->columns[i]) == InvalidAttrNumber) {
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" of %s does not exist",
                                                                      rewrite->columns[i], rewrite->entity)));
        }
    }
}

static void
declare(Relation table, const char *operation, const char *reason, ArrayType *columns)
{
    const Trigger *trigger = mpos_capture_trigger(table);
    MemoryContext old = MemoryContextSwitchTo(mpos_pending_memory());
    mpos_rewrite *rewrite = palloc0(sizeof *rewrite);
    const mpos_capture_plan *plan;

    if (trigger == NULL) {
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("table %s is not journalled", RelationGetRelationName(table))));
    }
    plan = mpos_capture_plan_get(table, trigger);
    rewrite->subtransaction = GetCurrentSubTransactionId();
    rewrite->relation = RelationGetRelid(table);
    rewrite->operation = pstrdup(operation);
    rewrite->name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(table)),
                                               RelationGetRelationName(table));
    rewrite->entity = pstrdup(plan->entity);
    rewrite->topic = plan->topic;
    rewrite->reason = pstrdup(reason);
    rewrite->column_count = -1;
    if (columns != NULL) {
        set_columns(rewrite, columns);
    }
    rewrite->before = declared;
    declared = rewrite;
    MemoryContextSwitchTo(old);
}

/*
 * rewrite_begin(target regclass, operation text, reason text, columns text[]) returns void; columns may be null. The
 * operations guard and unguard touch every journal in which the table has rows, and guard does nothing when it has none.
 */
Datum
mpos_rewrite_sql(PG_FUNCTION_ARGS)
{
    Oid relation = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
    char *operation, *reason;
    Relation table;

    if (!OidIsValid(relation) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) {
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a rewrite needs a table and a reason")));
    }
    if (mpos_pending_in_call()) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_STATE), errmsg("a call cannot rewrite a table")));
    }
    if (!pg_class_ownercheck(relation, GetUserId())) {
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relation));
    }
    operation = text_to_cstring(PG_GETARG_TEXT_PP(1));
    reason = text_to_cstring(PG_GETARG_TEXT_PP(2));
    if (reason[0] == '\0') {
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the reason of a rewrite is empty")));
    }
    table = table_open(relation, ShareRowExclusiveLock);
    if (strcmp(operation, "guard") != 0 || mpos_table_has_rows(relation)) {
        declare(table, operation, reason, PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3));
        if (strcmp(operation, "rewrite") != 0) {
            mpos_rewrite_touch_all(relation);
        }
    }
    table_close(table, NoLock);
    PG_RETURN_VOID();
}

/*
 * unguarding(schema text, name text) returns boolean: whether this transaction takes the table out of the journal in the
 * declared way. By name, because it may be gone.
 */
Datum
mpos_unguarding(PG_FUNCTION_ARGS)
{
    char *name = quote_qualified_identifier(text_to_cstring(PG_GETARG_TEXT_PP(0)),
                                            text_to_cstring(PG_GETARG_TEXT_PP(1)));

    if (mpos_ddl_is_retiring()) {
        PG_RETURN_BOOL(true);
    }
    for (mpos_rewrite *r = declared; r != NULL; r = r->before) {
        if (strcmp(r->operation, "unguard") == 0 && strcmp(r->name, name) == 0) {
            PG_RETURN_BOOL(true);
        }
    }
    PG_RETURN_BOOL(false);
}

static void
on_transaction(XactEvent event, void *arg)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
        declared = NULL;
    }
}

static void
on_subtransaction(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void *arg)
{
    while (event == SUBXACT_EVENT_ABORT_SUB && declared != NULL &&
           declared->subtransaction >= subtransaction) {
        declared = declared->before;
    }
}

void
mpos_rewrite_init(void)
{
    RegisterXactCallback(on_transaction, NULL);
    RegisterSubXactCallback(on_subtransaction, NULL);
}

/*
 * ddl.c - changes of the schema: what the event triggers of 98-watch.sql cannot do in SQL.
 *
 * Every change of a guarded table or of the schemas mpos, pos and journal becomes an entry of kind 6 in the platform's
 * journal (platform.h).
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/event_trigger.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "capture_plan.h"
#include "ddl.h"
#include "journal_header.h"
#include "platform.h"
#include "rewrite.h"
#include "sqlstate.h"
#include "table_walk.h"
#include "value.h"

PG_FUNCTION_INFO_V1(mpos_ddl_start);
PG_FUNCTION_INFO_V1(mpos_ddl_attaching);
PG_FUNCTION_INFO_V1(mpos_ddl_granted);
PG_FUNCTION_INFO_V1(mpos_ddl_renaming);
PG_FUNCTION_INFO_V1(mpos_ddl_note);
PG_FUNCTION_INFO_V1(mpos_ddl_declared);

/* A partition may leave its table only while this is true: in the retention function. */
static bool retiring = false;

/* The last ALTER TABLE that began attaches a partition. */
static bool attaching = false;

/* The last ALTER TYPE that began gives a label of an enum another name. */
static bool renaming = false;

/* What the last GRANT or REVOKE that began says about objects of ours; empty for others. Cut off when it is very long. */
static char granted[1024];

bool
mpos_ddl_retiring(bool now)
{
    bool before = retiring;

    retiring = now;
    return before;
}

bool
mpos_ddl_is_retiring(void)
{
    return retiring;
}

/* The journal's entries, or a partitioned table that is captured. */
static bool
keeps_its_partitions(Oid relation_oid)
{
    Oid journal = get_namespace_oid("journal", true);
    Relation relation = try_relation_open(relation_oid, NoLock);
    bool keeps;

    if (relation == NULL) {
        return false;
    }
    keeps =
        relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE &&
        (mpos_capture_trigger(relation) != NULL || (RelationGetNamespace(relation) == journal &&
                                                    strcmp(RelationGetRelationName(relation), "entry") == 0));
    relation_close(relation, NoLock);
    return keeps;
}

static void
look_at_partitions(const AlterTableStmt *statement)
{
    ListCell *cell;

    attaching = false;
    foreach (cell, statement->cmds) {
        const AlterTableCmd *command = lfirst_node(AlterTableCmd, cell);

        attaching = attaching || command->subtype == AT_AttachPartition;
        if (command->subtype == AT_DetachPartition && !retiring &&
            keeps_its_partitions(RangeVarGetRelid(statement->relation, AccessShareLock, true))) {
            mpos_raise(MPOS_E_DETACH_REFUSED, NULL, NULL);
        }
    }
}

static bool
is_our_schema(const char *name)
{
    return name != NULL &&
           (strcmp(name, "mpos") == 0 || strcmp(name, "pos") == 0 || strcmp(name, "journal") == 0);
}

/* A table in our schemas, or one that is captured. */
static bool
is_our_table(const RangeVar *name)
{
    Oid oid = RangeVarGetRelid(name, NoLock, true);
    Relation relation = OidIsValid(oid) ? try_relation_open(oid, AccessShareLock) : NULL;
    bool ours;

    if (relation == NULL) {
        return false;
    }
    ours = is_our_schema(get_namespace_name(RelationGetNamespace(relation))) ||
           mpos_capture_trigger(relation) != NULL;
    relation_close(relation, NoLock);
    return ours;
}

/* Appends the name of what rights are given on, when it is ours. */
static void
append_our_object(const GrantStmt *statement, Node *object, StringInfo out)
{
    const char *comma = out->len > 0 ? ", " : "";

    if (IsA(object, RangeVar) && is_our_table((RangeVar *)object)) {
        Oid oid = RangeVarGetRelid((RangeVar *)object, NoLock, true);

        appendStringInfo(out, "%s%s.%s", comma, get_namespace_name(get_rel_namespace(oid)),
                         get_rel_name(oid));
    } else if (IsA(object, String) && is_our_schema(strVal(object))) {
        appendStringInfo(out, "%s%s %s", comma,
                         statement->targtype == ACL_TARGET_ALL_IN_SCHEMA ? "all in schema" : "schema",
                         strVal(object));
    } else if (IsA(object, ObjectWithArgs)) {
        char *schema, *name;

        DeconstructQualifiedName(((ObjectWithArgs *)object)->objname, &schema, &name);
        if (is_our_schema(schema)) {
            appendStringInfo(out, "%s%s.%s", comma, schema, name);
        }
    }
}

static void
append_privileges(const GrantStmt *statement, StringInfo out)
{
    ListCell *cell;

    foreach (cell, statement->privileges) {
        const AccessPriv *privilege = lfirst_node(AccessPriv, cell);

        appendStringInfo(out, "%s%s%s", cell == list_head(statement->privileges) ? "" : ", ",
                         privilege->priv_name != NULL ? privilege->priv_name : "all",
                         privilege->cols != NIL ? " of columns" : "");
    }
    if (statement->privileges == NIL) {
        appendStringInfoString(out, "all");
    }
}

/* Writes down "insert, update on pos.orders to clerk": the end of the command is not told any more what it was about. */
static void
look_at_grant(const GrantStmt *statement)
{
    StringInfoData objects, text;
    ListCell *cell;

    granted[0] = '\0';
    initStringInfo(&objects);
    foreach (cell, statement->objects) {
        append_our_object(statement, lfirst(cell), &objects);
    }
    if (objects.len == 0) {
        return;
    }
    initStringInfo(&text);
    append_privileges(statement, &text);
    appendStringInfo(&text, " on %s %s ", objects.data, statement->is_grant ? "to" : "from");
    foreach (cell, statement->grantees) {
        const RoleSpec *role = lfirst_node(RoleSpec, cell);

        appendStringInfo(&text, "%s%s", cell == list_head(statement->grantees) ? "" : ", ",
                         role->roletype == ROLESPEC_PUBLIC ? "public"
                         : role->roletype == ROLESPEC_CSTRING
                             ? role->rolename
                             : GetUserNameFromId(get_rolespec_oid(role, false), false));
    }
    strlcpy(granted, text.data, pg_mbcliplen(text.data, text.len, sizeof granted - 1) + 1);
}

/* ddl_start() returns event_trigger: what must not even begin. */
Datum
mpos_ddl_start(PG_FUNCTION_ARGS)
{
    EventTriggerData *event = (EventTriggerData *)fcinfo->context;

    if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("mpos.ddl_start is an event trigger")));
    }
    if (IsA(event->parsetree, AlterTableStmt)) {
        look_at_partitions((AlterTableStmt *)event->parsetree);
    } else if (IsA(event->parsetree, GrantStmt)) {
        look_at_grant((GrantStmt *)event->parsetree);
    }
    renaming = IsA(event->parsetree, AlterEnumStmt) && ((AlterEnumStmt *)event->parsetree)->oldVal != NULL;
    PG_RETURN_NULL();
}

/* ddl_attaching() returns boolean: asked when an ALTER TABLE ends, before anything else is done. */
Datum
mpos_ddl_attaching(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(attaching);
}

/* ddl_renaming() returns boolean: asked when an ALTER TYPE ends. */
Datum
mpos_ddl_renaming(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(renaming);
}

/* ddl_granted() returns text: asked when a GRANT or REVOKE ends; NULL when it was about nothing of ours. */
Datum
mpos_ddl_granted(PG_FUNCTION_ARGS)
{
    if (granted[0] == '\0') {
        PG_RETURN_NULL();
    }
    PG_RETURN_TEXT_P(cstring_to_text(granted));
}

/* ddl_note(what jsonb) returns void: one entry of the platform's journal. */
Datum
mpos_ddl_note(PG_FUNCTION_ARGS)
{
    StringInfoData body;

    initStringInfo(&body);
    mpos_json_canonical(&body, PG_GETARG_JSONB_P(0));
    mpos_platform_append(MPOS_ENTRY_SCHEMA, NULL, body.data);
    PG_RETURN_VOID();
}

/*
 * ddl_declared(target regclass) returns boolean: whether rows of a journalled table may be given other digests by a change
 * of its definition: when it has none, or when a rewrite is declared, which then counts for all of them.
 */
Datum
mpos_ddl_declared(PG_FUNCTION_ARGS)
{
    Oid relation = PG_GETARG_OID(0);

    if (mpos_rewrite_declared(relation)) {
        mpos_rewrite_touch_all(relation);
        PG_RETURN_BOOL(true);
    }
    PG_RETURN_BOOL(!mpos_table_has_rows(relation));
}

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
#include "nodes/parsenodes.h"
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
PG_FUNCTION_INFO_V1(mpos_ddl_note);
PG_FUNCTION_INFO_V1(mpos_ddl_declared);

/* A partition may leave its table only while this is true: in the retention function. */
static bool retiring = false;

/* The last ALTER TABLE that began attaches a partition. */
static bool attaching = false;

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
    }
    PG_RETURN_NULL();
}

/* ddl_attaching() returns boolean: asked when an ALTER TABLE ends, before anything else is done. */
Datum
mpos_ddl_attaching(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(attaching);
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

/* direct_plan.c - is a table plain, and its CHECK constraints, compiled once. */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rowsecurity.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "direct.h"

static mpos_direct *all_direct = NULL;

static void
forget(Datum arg, Oid relation_oid)
{
    for (mpos_direct *direct = all_direct; direct != NULL; direct = direct->next) {
        if (relation_oid == InvalidOid || relation_oid == direct->table.relation_oid ||
            direct->table.relation_oid == InvalidOid) {
            direct->known = false;
        }
    }
}

void
mpos_direct_init(void)
{
    CacheRegisterRelcacheCallback(forget, (Datum)0);
}

/* Every column is named by the caller, or may be null and has no default. */
static bool
columns_are_plain(mpos_direct *direct, TupleDesc shape)
{
    bool named[MaxHeapAttributeNumber] = {false};

    for (int i = 0; i < direct->column_count; i++) {
        named[direct->attributes[i] - 1] = true;
    }
    for (int i = 0; i < shape->natts; i++) {
        Form_pg_attribute a = TupleDescAttr(shape, i);

        if (a->attgenerated != '\0' || a->attidentity != '\0' ||
            (!named[i] && !a->attisdropped && (a->atthasdef || a->attnotnull)) ||
            (!a->attisdropped && get_typtype(a->atttypid) == TYPTYPE_DOMAIN)) {
            return false;
        }
    }
    return true;
}

static bool
indexes_are_plain(Relation relation)
{
    List *indexes = RelationGetIndexList(relation);
    bool plain = true;
    ListCell *cell;

    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);

        plain = plain && index->rd_index->indisready && index->rd_index->indimmediate &&
                !index->rd_index->indisexclusion && RelationGetIndexPredicate(index) == NIL &&
                RelationGetIndexExpressions(index) == NIL;
        index_close(index, NoLock);
    }
    list_free(indexes);
    return plain;
}

/* The tenant's policy is what mpos.isolate makes, one for all commands; check_tenant stands for it. */
static bool
policies_are_plain(Relation relation)
{
    return !relation->rd_rel->relrowsecurity ||
           (relation->rd_rsdesc != NULL && list_length(relation->rd_rsdesc->policies) == 1);
}

static bool
is_capture(const Trigger *trigger)
{
    char *name = get_func_name(trigger->tgfoid);
    bool is = name != NULL && strcmp(name, "capture") == 0 &&
              get_func_namespace(trigger->tgfoid) == get_namespace_oid("mpos", true);

    return is && strcmp(trigger->tgname, "mpos_capture") == 0;
}

/* The key to the parent is the caller's to hold; keys of other tables on this one do not mind new rows and kept keys. */
static bool
is_held_key(const mpos_direct *direct, const Trigger *trigger)
{
    char *parent = trigger->tgisinternal ? get_rel_name(trigger->tgconstrrelid) : NULL;

    if (trigger->tgfoid == F_RI_FKEY_CHECK_INS || trigger->tgfoid == F_RI_FKEY_CHECK_UPD) {
        return parent != NULL && direct->parent != NULL && strcmp(parent, direct->parent) == 0 &&
               get_rel_namespace(trigger->tgconstrrelid) == get_namespace_oid(direct->table.schema, true);
    }
    return trigger->tgisinternal &&
           (trigger->tgfoid == F_RI_FKEY_NOACTION_UPD || trigger->tgfoid == F_RI_FKEY_NOACTION_DEL);
}

static bool
triggers_are_plain(mpos_direct *direct, const TriggerDesc *triggers)
{
    direct->capture = NULL;
    for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++) {
        const Trigger *trigger = &triggers->triggers[i];

        if (is_capture(trigger)) {
            if (trigger->tgenabled == TRIGGER_FIRES_ALWAYS) {
                direct->capture = trigger;
            } else if (trigger->tgenabled != TRIGGER_DISABLED) {
                return false;
            }
        } else if (trigger->tgenabled != TRIGGER_DISABLED && !is_held_key(direct, trigger) &&
                   (TRIGGER_FOR_INSERT(trigger->tgtype) || TRIGGER_FOR_UPDATE(trigger->tgtype))) {
            return false;
        }
    }
    return true;
}

static void
compile_checks(mpos_direct *direct, const TupleConstr *constraints)
{
    direct->check_count = constraints != NULL ? constraints->num_check : 0;
    direct->checks = palloc(sizeof *direct->checks * (size_t)Max(direct->check_count, 1));
    direct->check_context = CreateStandaloneExprContext();
    for (int i = 0; i < direct->check_count; i++) {
        Expr *condition = stringToNode(constraints->check[i].ccbin);

        direct->checks[i] = ExecInitExpr(expression_planner(condition), NULL);
    }
}

static void
find_columns(mpos_direct *direct, Relation relation)
{
    Assert(direct->column_count <= MPOS_DIRECT_COLUMNS_MAX);
    for (int i = 0; i < direct->column_count; i++) {
        direct->attributes[i] = mpos_column(relation, direct->columns[i]);
    }
}

static void
learn(mpos_direct *direct, Relation relation)
{
    MemoryContext old;

    if (direct->memory == NULL) {
        direct->memory = AllocSetContextCreate(TopMemoryContext, "mpos direct", ALLOCSET_SMALL_SIZES);
        direct->next = all_direct;
        all_direct = direct;
    }
    MemoryContextReset(direct->memory);
    old = MemoryContextSwitchTo(direct->memory);
    direct->plain = false;
    direct->known = true; /* before looking: an invalidation meanwhile must count */
    find_columns(direct, relation);
    compile_checks(direct, RelationGetDescr(relation)->constr);
    direct->plain = relation->rd_rel->relkind == RELKIND_RELATION && relation->rd_rules == NULL &&
                    columns_are_plain(direct, RelationGetDescr(relation)) && indexes_are_plain(relation) &&
                    policies_are_plain(relation) &&
                    triggers_are_plain(direct, CopyTriggerDesc(relation->trigdesc));
    MemoryContextSwitchTo(old);
}

Relation
mpos_direct_open(mpos_direct *direct)
{
    Relation relation = mpos_table_open(&direct->table, RowExclusiveLock);

    if (!direct->known) {
        learn(direct, relation);
    }
    return relation;
}

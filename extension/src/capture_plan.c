/* capture_plan.c - builds and caches capture plans by trigger. */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "capture_plan.h"
#include "pending.h"

/* Triggers made before fills and shapes were kept have the first five. */
enum { ARG_ENTITY, ARG_TOPIC, ARG_OUTLET, ARG_FEED, ARG_KEY, ARG_FILLS, ARG_SHAPE, ARG_COUNT };
#define ARG_COUNT_LEAST ARG_FILLS

typedef struct plan_slot {
    Oid trigger; /* hash key */
    Oid relation;
    bool valid;
    MemoryContext memory;
    mpos_capture_plan *plan;
} plan_slot;

static HTAB *plans = NULL;

/* The plan may be in use while this runs, so it is only marked; the next trigger call replaces it. */
static void
forget_plans(Datum arg, Oid relation)
{
    HASH_SEQ_STATUS scan;
    plan_slot *slot;

    if (plans == NULL) {
        return;
    }
    hash_seq_init(&scan, plans);
    while ((slot = hash_seq_search(&scan)) != NULL) {
        if (relation == InvalidOid || slot->relation == relation) {
            slot->valid = false;
        }
    }
}

void
mpos_capture_plan_init(void)
{
    CacheRegisterRelcacheCallback(forget_plans, (Datum)0);
}

/* Tables of others may have any name for a column that is not fed. */
static char *
member_text(const char *name)
{
    StringInfoData text;

    initStringInfo(&text);
    mpos_json_string(&text, name, strlen(name));
    appendStringInfoCharMacro(&text, ':');
    return text.data;
}

static mpos_capture_column
describe(TupleDesc shape, int attribute)
{
    Form_pg_attribute a = TupleDescAttr(shape, attribute);
    mpos_capture_column column = {.attribute = attribute,
                                  .name = pstrdup(NameStr(a->attname)),
                                  .len = a->attlen,
                                  .by_value = a->attbyval};

    column.member = member_text(column.name);
    mpos_value_type_init(&column.type, a->atttypid, CurrentMemoryContext);
    return column;
}

/* Column by name; -1 in .attribute when the table has none. */
static mpos_capture_column
find(TupleDesc shape, const char *name)
{
    mpos_capture_column none = {.attribute = -1};

    for (int i = 0; i < shape->natts; i++) {
        Form_pg_attribute a = TupleDescAttr(shape, i);

        if (!a->attisdropped && strcmp(NameStr(a->attname), name) == 0) {
            return describe(shape, i);
        }
    }
    return none;
}

static mpos_capture_column
find_required(Relation relation, const char *name)
{
    mpos_capture_column column = find(RelationGetDescr(relation), name);

    if (column.attribute < 0) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("column %s of %s is missing", name, RelationGetRelationName(relation)),
                        errhint("Call mpos.journal again after changing a journalled table.")));
    }
    return column;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(((const mpos_capture_column *)a)->name, ((const mpos_capture_column *)b)->name);
}

/* Splits a comma-separated list of column names; *out is palloc'd. */
static int
find_list(Relation relation, const char *names, mpos_capture_column **out)
{
    char *copy = pstrdup(names);
    char *rest = NULL;
    int count = 0;

    *out = palloc(sizeof **out * (strlen(names) / 2 + 1));
    for (char *name = strtok_r(copy, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        (*out)[count++] = find_required(relation, name);
    }
    return count;
}

static void
build_place(Relation relation, const char *outlet, mpos_capture_plan *plan)
{
    plan->place = palloc(sizeof *plan->place * (size_t)(plan->key_count + 2));
    plan->place[plan->place_count++] = find_required(relation, "tenant_id");
    plan->tenant = plan->place[0].attribute;
    plan->outlet = -1;
    if (outlet[0] != '\0') {
        plan->place[plan->place_count] = find_required(relation, outlet);
        plan->outlet = plan->place[plan->place_count].attribute;
        plan->place_count++;
    }
    for (int i = 0; i < plan->key_count; i++) {
        plan->place[plan->place_count++] = plan->key[i];
    }
}

static void
build_image(TupleDesc shape, mpos_capture_plan *plan)
{
    plan->image = palloc(sizeof *plan->image * (size_t)Max(shape->natts, 1));
    for (int i = 0; i < shape->natts; i++) {
        if (!TupleDescAttr(shape, i)->attisdropped) {
            plan->image[plan->image_count++] = describe(shape, i);
        }
    }
    qsort(plan->image, (size_t)plan->image_count, sizeof *plan->image, compare_names);
}

static const char *
argument(const Trigger *trigger, int number)
{
    return number < trigger->tgnargs ? trigger->tgargs[number] : NULL;
}

const Trigger *
mpos_capture_trigger(Relation relation)
{
    for (int i = 0; relation->trigdesc != NULL && i < relation->trigdesc->numtriggers; i++) {
        const Trigger *trigger = &relation->trigdesc->triggers[i];

        if (strcmp(trigger->tgname, "mpos_capture") == 0 && trigger->tgnargs >= ARG_COUNT_LEAST) {
            return trigger;
        }
    }
    return NULL;
}

const char *
mpos_capture_fills(Oid row_type)
{
    Oid relation_oid = row_type == RECORDOID ? InvalidOid : get_typ_typrelid(row_type);
    const Trigger *trigger;
    const char *fills = NULL;
    Relation relation;

    if (!OidIsValid(relation_oid) || get_rel_relkind(relation_oid) == RELKIND_COMPOSITE_TYPE) {
        return NULL;
    }
    relation = table_open(relation_oid, AccessShareLock);
    trigger = mpos_capture_trigger(relation);
    if (trigger != NULL && argument(trigger, ARG_FILLS) != NULL) {
        fills = pstrdup(argument(trigger, ARG_FILLS));
    }
    table_close(relation, AccessShareLock);
    return fills;
}

static mpos_capture_plan *
build(Relation relation, const Trigger *trigger)
{
    mpos_capture_plan *plan = palloc0(sizeof *plan);
    char **args = trigger->tgargs;

    if (trigger->tgnargs < ARG_COUNT_LEAST) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("trigger %s on %s was not made by mpos.journal", trigger->tgname,
                               RelationGetRelationName(relation))));
    }
    plan->entity = pstrdup(args[ARG_ENTITY]);
    plan->topic = args[ARG_TOPIC][0] == '\0' ? NULL : mpos_topic_intern(args[ARG_TOPIC]);
    plan->version = find(RelationGetDescr(relation), "version");
    plan->key_count = find_list(relation, args[ARG_KEY], &plan->key);
    build_place(relation, args[ARG_OUTLET], plan);
    plan->feed_count = find_list(relation, args[ARG_FEED], &plan->feed);
    qsort(plan->feed, (size_t)plan->feed_count, sizeof *plan->feed, compare_names);
    build_image(RelationGetDescr(relation), plan);
    plan->digest =
        mpos_digest_plan_make(RelationGetDescr(relation), argument(trigger, ARG_FILLS), CurrentMemoryContext);
    return plan;
}

static void
rebuild(plan_slot *slot, Relation relation, const Trigger *trigger)
{
    MemoryContext memory = AllocSetContextCreate(TopMemoryContext, "mpos capture plan", ALLOCSET_SMALL_SIZES);
    MemoryContext old = MemoryContextSwitchTo(memory);
    mpos_capture_plan *plan;

    slot->relation = RelationGetRelid(relation);
    slot->valid = true; /* before building: an invalidation meanwhile must count */
    PG_TRY();
    {
        plan = build(relation, trigger);
    }
    PG_CATCH();
    {
        slot->valid = false;
        MemoryContextSwitchTo(old);
        MemoryContextDelete(memory);
        PG_RE_THROW();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(old);
    if (slot->memory != NULL) {
        MemoryContextDelete(slot->memory);
    }
    slot->memory = memory;
    slot->plan = plan;
}

const mpos_capture_plan *
mpos_capture_plan_get(Relation relation, const Trigger *trigger)
{
    plan_slot *slot;
    bool found;

    if (plans == NULL) {
        HASHCTL control = {.keysize = sizeof(Oid), .entrysize = sizeof(plan_slot), .hcxt = TopMemoryContext};

        plans = hash_create("mpos capture plans", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    slot = hash_search(plans, &trigger->tgoid, HASH_ENTER, &found);
    if (!found) {
        slot->valid = false;
        slot->memory = NULL;
        slot->plan = NULL;
    }
    if (!slot->valid || slot->relation != RelationGetRelid(relation)) {
        rebuild(slot, relation, trigger);
    }
    return slot->plan;
}

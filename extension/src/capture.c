/*
 * capture.c - the row trigger mpos.capture(): notes every changed row of a journalled table.
 *
 * Trigger arguments, as mpos.journal writes them: entity, topic, outlet column, feed columns, key columns;
 * the last two separated by commas; topic and outlet column may be empty. The trigger is ENABLE ALWAYS, so
 * replica mode does not silence it; only the logical apply worker is exempt, because the entries themselves
 * are replicated with the rows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "replication/logicalworker.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "capture.h"
#include "erase_tenant.h"
#include "journal_header.h"
#include "pending.h"
#include "rewrite.h"
#include "sqlstate.h"

PG_FUNCTION_INFO_V1(mpos_capture);
PG_FUNCTION_INFO_V1(mpos_refuse_truncate);

static mpos_row_image
take_apart(HeapTuple row, TupleDesc shape)
{
    mpos_row_image image = {palloc(sizeof(Datum) * (size_t)shape->natts),
                            palloc(sizeof(bool) * (size_t)shape->natts)};

    heap_deform_tuple(row, shape, image.values, image.nulls);
    return image;
}

bool
mpos_capture_same(const mpos_row_image *a, const mpos_row_image *b, const mpos_capture_column *column)
{
    int i = column->attribute;

    if (a->nulls[i] || b->nulls[i]) {
        return a->nulls[i] == b->nulls[i];
    }
    return datum_image_eq(a->values[i], b->values[i], column->by_value, column->len);
}

/* Same journal and same id: an update; otherwise the row left one place and appeared in another. */
static bool
same_place(const mpos_capture_plan *plan, const mpos_row_image *a, const mpos_row_image *b)
{
    for (int i = 0; i < plan->place_count; i++) {
        if (!mpos_capture_same(a, b, &plan->place[i])) {
            return false;
        }
    }
    return true;
}

void
mpos_capture_id(const mpos_capture_plan *plan, const mpos_row_image *row, StringInfo out)
{
    for (int i = 0; i < plan->key_count; i++) {
        if (i > 0) {
            appendStringInfoCharMacro(out, '.');
        }
        mpos_value_id(&plan->key[i].type, row->values[plan->key[i].attribute], out);
    }
}

static int64
version_of(const mpos_capture_plan *plan, const mpos_row_image *row)
{
    int i = plan->version.attribute;

    if (i < 0 || row->nulls[i]) {
        return 1;
    }
    return plan->version.type.kind == MPOS_VALUE_INT8 ? DatumGetInt64(row->values[i])
                                                      : DatumGetInt32(row->values[i]);
}

/*
 * The members of columns, all of them or (before given) those that changed; the columns are sorted by name.
 */
static void
append_members(const mpos_capture_column *columns, int count, const mpos_row_image *before,
               const mpos_row_image *after, bool skip_null, StringInfo out)
{
    bool comma = false;

    appendStringInfoCharMacro(out, '{');
    for (int i = 0; i < count; i++) {
        const mpos_capture_column *column = &columns[i];
        bool is_null = after->nulls[column->attribute];

        if ((before != NULL && mpos_capture_same(before, after, column)) || (skip_null && is_null)) {
            continue;
        }
        if (comma) {
            appendStringInfoCharMacro(out, ',');
        }
        comma = true;
        appendStringInfoString(out, column->member);
        if (is_null) {
            appendStringInfoString(out, "null");
        } else {
            mpos_value_json(&column->type, after->values[column->attribute], out);
        }
    }
    appendStringInfoCharMacro(out, '}');
}

static bool
feed_changed(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after)
{
    if (before == NULL ||
        (plan->version.attribute >= 0 && !mpos_capture_same(before, after, &plan->version))) {
        return true;
    }
    for (int i = 0; i < plan->feed_count; i++) {
        if (!mpos_capture_same(before, after, &plan->feed[i])) {
            return true;
        }
    }
    return false;
}

/* ["order_line","<id>","U",3,{...}] or ["order_line","<id>","D",3] */
static void
append_feed(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after,
            StringInfo out)
{
    const mpos_row_image *row = after != NULL ? after : before;

    appendStringInfo(out, "[\"%s\",\"", plan->entity);
    mpos_capture_id(plan, row, out);
    appendStringInfo(out, "\",\"%c\"," INT64_FORMAT, after != NULL ? 'U' : 'D', version_of(plan, row));
    if (after != NULL) {
        appendStringInfoCharMacro(out, ',');
        append_members(plan->feed, plan->feed_count, before, after, false, out);
    }
    appendStringInfoCharMacro(out, ']');
}

/* ["order_line","<id>","<digest>","U"], outside mpos.call with the full image as fifth element. */
static void
append_audit(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after,
             bool full, StringInfo out)
{
    const mpos_row_image *row = after != NULL ? after : before;
    char operation = after == NULL ? 'D' : before == NULL ? 'I' : 'U';
    uint8 digest[MPOS_ROW_DIGEST_SIZE];

    mpos_digest_row(plan->digest, row->values, row->nulls, digest);
    appendStringInfo(out, "[\"%s\",\"", plan->entity);
    mpos_capture_id(plan, row, out);
    appendStringInfoString(out, "\",\"");
    enlargeStringInfo(out, 24);
    out->len += (int)mpos_base64url(digest, sizeof digest, out->data + out->len);
    appendStringInfo(out, "\",\"%c\"", operation);
    if (full) {
        appendStringInfoCharMacro(out, ',');
        append_members(plan->image, plan->image_count, NULL, row, true, out);
    }
    appendStringInfoCharMacro(out, ']');
}

void
mpos_capture_line(const mpos_capture_plan *plan, const mpos_row_image *row, StringInfo out)
{
    uint8 digest[MPOS_ROW_DIGEST_SIZE];

    mpos_digest_row(plan->digest, row->values, row->nulls, digest);
    enlargeStringInfo(out, 24);
    out->len += (int)mpos_base64url(digest, sizeof digest, out->data + out->len);
    appendStringInfo(out, " %s ", plan->entity);
    mpos_capture_id(plan, row, out);
    appendStringInfoCharMacro(out, '\n');
}

pg_uuid_t
mpos_capture_uuid(const mpos_row_image *row, int attribute)
{
    pg_uuid_t id = {{0}};

    if (attribute >= 0 && !row->nulls[attribute]) {
        id = *DatumGetUUIDP(row->values[attribute]);
    }
    return id;
}

static void
note_change(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after)
{
    const mpos_row_image *row = after != NULL ? after : before;
    mpos_change *change;
    pg_uuid_t tenant = mpos_capture_uuid(row, plan->tenant);
    StringInfoData text; /* in the trigger's own memory, which also takes what detoasting leaves behind */

    if (mpos_erasing(&tenant) || mpos_rewrite_note(plan, before, after)) {
        return;
    }
    change = mpos_pending_add();
    if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA) {
        change->flags |= MPOS_ENTRY_REPLICA_MODE;
    }
    change->tenant = tenant;
    change->outlet = mpos_capture_uuid(row, plan->outlet);
    initStringInfo(&text);
    append_audit(plan, before, after, change->note == NULL, &text);
    change->audit_len = text.len;
    if (plan->topic != NULL && (after == NULL || feed_changed(plan, before, after))) {
        append_feed(plan, before, after, &text);
        change->topic = plan->topic;
        change->feed_len = text.len - change->audit_len;
    }
    change->audit = MemoryContextAllocHuge(mpos_pending_memory(), (size_t)text.len);
    memcpy(change->audit, text.data, (size_t)text.len);
    change->feed = change->audit + change->audit_len;
}

static void
capture_update(const mpos_capture_plan *plan, const mpos_row_image *before, const mpos_row_image *after)
{
    if (same_place(plan, before, after)) {
        note_change(plan, before, after);
    } else {
        note_change(plan, before, NULL);
        note_change(plan, NULL, after);
    }
}

void
mpos_capture_insert(Relation relation, const Trigger *trigger, Datum *values, bool *nulls)
{
    mpos_row_image image = {values, nulls};

    note_change(mpos_capture_plan_get(relation, trigger), NULL, &image);
}

void
mpos_capture_update(Relation relation, const Trigger *trigger, HeapTuple before, HeapTuple after)
{
    mpos_row_image first = take_apart(before, RelationGetDescr(relation));
    mpos_row_image second = take_apart(after, RelationGetDescr(relation));

    capture_update(mpos_capture_plan_get(relation, trigger), &first, &second);
}

Datum
mpos_capture(PG_FUNCTION_ARGS)
{
    TriggerData *trigger = (TriggerData *)fcinfo->context;
    const mpos_capture_plan *plan;
    TupleDesc shape;
    mpos_row_image first, second;

    if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
        !TRIGGER_FIRED_FOR_ROW(trigger->tg_event)) {
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("mpos.capture is an AFTER ROW trigger")));
    }
    if (IsLogicalWorker()) {
        return PointerGetDatum(NULL);
    }
    plan = mpos_capture_plan_get(trigger->tg_relation, trigger->tg_trigger);
    shape = RelationGetDescr(trigger->tg_relation);
    first = take_apart(trigger->tg_trigtuple, shape);
    if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
        note_change(plan, NULL, &first);
    } else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event)) {
        note_change(plan, &first, NULL);
    } else {
        second = take_apart(trigger->tg_newtuple, shape);
        capture_update(plan, &first, &second);
    }
    return PointerGetDatum(NULL);
}

/*
 * Statement trigger on every journalled table and leaf partition: TRUNCATE would remove rows without a word.
 */
Datum
mpos_refuse_truncate(PG_FUNCTION_ARGS)
{
    mpos_raise(MPOS_E_TRUNCATE_REFUSED, NULL, NULL);
}

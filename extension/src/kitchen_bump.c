/*
 * kitchen_bump.c - bump and recall. A bump only moves forward, so that two screens bumping at once agree; a recall names
 * the bump it undoes and holds only while nothing later has moved its items.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "input.h"
#include "journal.h"
#include "json.h"
#include "kitchen.h"
#include "operations.h"
#include "statement.h"
#include "uuid.h"

#define ITEMS_MAX 200

static mpos_statement insert_statement = {
    "INSERT INTO pos.bump (tenant_id, bump_id, ticket_id, staff_id, to_state, items, before, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

static mpos_statement find_statement = {
    "SELECT ticket_id, to_state, items, before, undone FROM pos.bump WHERE tenant_id = $1 AND bump_id = $2"};

static mpos_statement undo_statement = {
    "UPDATE pos.bump SET undone = true WHERE tenant_id = $1 AND bump_id = $2"};

static mpos_statement last_statement = {"SELECT bump_id FROM pos.bump WHERE tenant_id = $1 AND ticket_id = "
                                        "$2 AND NOT undone ORDER BY created_at DESC, bump_id DESC "
                                        "LIMIT 1"};

typedef struct ticket_params {
    uint32 given;
    uint8 ticket_id[16];
} ticket_params;

static const mpos_field params_fields[] = {
    {"ticket_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(ticket_params, ticket_id)}};
MPOS_SHAPE(params, ticket_params);

typedef struct bump_in {
    uint32 given;
    uint8 id[16];
    mpos_list items;
    int to;
} bump_in;

enum { BUMP_ID, BUMP_ITEMS, BUMP_TO };

static const char *const targets[] = {"cooking", "ready", "served", NULL};
static const mpos_kitchen_state target_states[] = {MPOS_KITCHEN_COOKING, MPOS_KITCHEN_READY,
                                                   MPOS_KITCHEN_SERVED};

static const mpos_field bump_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(bump_in, id)},
    {"items", MPOS_IN_UUIDS, 0, offsetof(bump_in, items), 0, ITEMS_MAX},
    {"to", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(bump_in, to), 0, 0, targets},
};
MPOS_SHAPE(bump, bump_in);

typedef struct recall_in {
    uint32 given;
    uint8 undo[16];
} recall_in;

static const mpos_field recall_fields[] = {
    {"undo", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(recall_in, undo)}};
MPOS_SHAPE(recall, recall_in);

/* A ticket with the order it belongs to, locked. */
typedef struct work {
    mpos_order order;
    mpos_tickets all;
    mpos_ticket *ticket;
    bool *changed;              /* of all.items */
    mpos_kitchen_state *before; /* of all.items */
} work;

typedef struct bump_row {
    uint8 id[16];
    uint8 ticket[16];
    mpos_kitchen_state to;
    int count;
    Datum *items;
    mpos_kitchen_state *before;
    bool undone;
} bump_row;

static mpos_err
begin(mpos_call *call, const uint8 ticket[16], work *out)
{
    uint8 order[16];

    if (!mpos_ticket_order(call, ticket, order) || !mpos_order_load(call, order, true, &out->order)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_order_load_lines(call, &out->order);
    mpos_tickets_of_order(call, order, &out->all);
    for (int i = 0; i < out->all.count; i++) {
        if (memcmp(out->all.tickets[i].id, ticket, 16) == 0) {
            out->ticket = &out->all.tickets[i];
        }
    }
    out->changed = palloc0(sizeof *out->changed * (size_t)Max(out->all.item_count, 1));
    out->before = palloc0(sizeof *out->before * (size_t)Max(out->all.item_count, 1));
    return MPOS_OK;
}

static int
item_index(const work *w, const uint8 id[16])
{
    for (int i = 0; i < w->ticket->item_count; i++) {
        if (memcmp(w->ticket->items[i].id, id, 16) == 0) {
            return (int)(w->ticket->items - w->all.items) + i;
        }
    }
    return -1;
}

static mpos_err
move(mpos_call *call, work *w, int at, mpos_kitchen_state to)
{
    mpos_ticket_item *item = &w->all.items[at];
    mpos_kitchen_state next;
    mpos_err err = mpos_kitchen_bump(item->state, to, &next);

    if (err != MPOS_OK) {
        return mpos_refuse(call, err, NULL, "%s", "");
    }
    w->changed[at] = w->changed[at] || next != item->state;
    if (next != item->state) {
        w->before[at] = item->state;
    }
    item->state = next;
    return MPOS_OK;
}

static mpos_err
move_items(mpos_call *call, work *w, const bump_in *in)
{
    const uint8(*ids)[16] = in->items.items;
    bool all = !MPOS_GIVEN(in, BUMP_ITEMS);
    int first = (int)(w->ticket->items - w->all.items);
    int count = all ? w->ticket->item_count : in->items.count;
    mpos_err err = MPOS_OK;

    for (int i = 0; i < count && err == MPOS_OK; i++) {
        int at = all ? first + i : item_index(w, ids[i]);

        if (at < 0) {
            return mpos_refuse(call, MPOS_E_NOT_FOUND, psprintf("/items/%d", i), "%s", "");
        }
        err = move(call, w, at, target_states[in->to]);
    }
    return err;
}

static bool
any_changed(const work *w)
{
    for (int i = 0; i < w->all.item_count; i++) {
        if (w->changed[i]) {
            return true;
        }
    }
    return false;
}

static void
write_items(mpos_call *call, work *w)
{
    mpos_ticket_items_update(call, &w->all, w->changed);
    w->ticket->state = mpos_ticket_state(w->ticket->items, w->ticket->item_count);
    mpos_ticket_update(call, w->ticket);
    if (mpos_kitchen_move_order(&w->order, &w->all)) {
        mpos_order_update_state(call, &w->order);
    }
}

static void
insert_bump(mpos_call *call, const work *w, const uint8 id[16], const char *to)
{
    Datum *items = palloc(sizeof *items * (size_t)w->all.item_count);
    Datum *before = palloc(sizeof *before * (size_t)w->all.item_count);
    mpos_args args = {0};
    int count = 0;

    for (int i = 0; i < w->all.item_count; i++) {
        if (w->changed[i]) {
            items[count] = PointerGetDatum(w->all.items[i].id);
            before[count++] = CStringGetTextDatum(mpos_kitchen_state_text(w->before[i]));
        }
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_uuid(&args, w->ticket->id);
    mpos_arg_uuid(&args, call->context.actor);
    mpos_arg_text(&args, to);
    mpos_arg_array(&args, UUIDOID, items, NULL, count);
    mpos_arg_array(&args, TEXTOID, before, NULL, count);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&insert_statement, &args);
}

static bool
find_bump(mpos_call *call, const uint8 id[16], bump_row *out)
{
    mpos_args args = {0};
    bool is_null;
    bool *nulls;
    Datum *before;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    if (mpos_statement_run(&find_statement, &args) == 0) {
        return false;
    }
    memcpy(out->id, id, sizeof out->id);
    (void)mpos_cell_uuid(0, 1, out->ticket);
    (void)mpos_kitchen_state_from_text(mpos_cell_text(0, 2), &out->to);
    deconstruct_array(DatumGetArrayTypePCopy(mpos_cell(0, 3, &is_null)), UUIDOID, UUID_LEN, false,
                      TYPALIGN_CHAR, &out->items, &nulls, &out->count);
    deconstruct_array(DatumGetArrayTypePCopy(mpos_cell(0, 4, &is_null)), TEXTOID, -1, false, TYPALIGN_INT,
                      &before, &nulls, &out->count);
    out->before = palloc(sizeof *out->before * (size_t)Max(out->count, 1));
    for (int i = 0; i < out->count; i++) {
        (void)mpos_kitchen_state_from_text(TextDatumGetCString(before[i]), &out->before[i]);
    }
    out->undone = mpos_cell_bool(0, 5);
    return true;
}

static void
answer(mpos_call *call, mpos_device_op *op, const work *w, const char *result, const uint8 *bump)
{
    if (op != NULL) {
        op->noop = strcmp(result, "noop") == 0;
        return;
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_text(&call->body, "result", result);
    if (bump != NULL) {
        mpos_json_uuid(&call->body, "bump_id", bump);
    }
    mpos_ticket_json(&call->body, "ticket", w->ticket);
    mpos_json_close(&call->body, '}');
}

static void
tell(mpos_call *call, const char *type, const work *w, const uint8 bump[16], const char *to)
{
    char text[37];

    mpos_uuid_text(bump, text);
    mpos_event_emit(call, type, w->ticket->id,
                    to != NULL ? psprintf("{\"bump\":\"%s\",\"to\":\"%s\"}", text, to)
                               : psprintf("{\"bump\":\"%s\"}", text));
}

static void
write_bump(mpos_call *call, work *w, const uint8 id[16], const char *to)
{
    insert_bump(call, w, id, to);
    w->ticket->has_bump = true;
    memcpy(w->ticket->last_bump, id, sizeof w->ticket->last_bump);
    write_items(call, w);
    tell(call, "TICKET_BUMPED", w, id, to);
}

mpos_err
mpos_kds_bump(mpos_call *call, mpos_device_op *op)
{
    ticket_params params;
    bump_in in;
    bump_row other;
    pg_uuid_t made;
    work w = {0};
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &bump_shape, &in);
    }
    if (err == MPOS_OK) {
        err = begin(call, params.ticket_id, &w);
    }
    if (err == MPOS_OK && MPOS_GIVEN(&in, BUMP_ID) && find_bump(call, in.id, &other)) {
        err = mpos_refuse(call, MPOS_E_ID_TAKEN, "/id", "%s", "");
    }
    if (err == MPOS_OK) {
        err = move_items(call, &w, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!any_changed(&w)) {
        answer(call, op, &w, "noop", NULL);
        return MPOS_OK;
    }
    mpos_uuid_v7(&made);
    if (!MPOS_GIVEN(&in, BUMP_ID)) {
        memcpy(in.id, made.data, sizeof in.id);
    }
    write_bump(call, &w, in.id, targets[in.to]);
    answer(call, op, &w, "ok", in.id);
    return MPOS_OK;
}

static mpos_err
undo_items(mpos_call *call, work *w, const bump_row *bump)
{
    for (int i = 0; i < bump->count; i++) {
        int at = item_index(w, DatumGetUUIDP(bump->items[i])->data);
        mpos_kitchen_state after;
        mpos_kitchen_state next;

        if (at < 0 || mpos_kitchen_bump(bump->before[i], bump->to, &after) != MPOS_OK ||
            mpos_kitchen_recall(w->all.items[at].state, bump->before[i], after, &next) != MPOS_OK) {
            return mpos_refuse(call, MPOS_E_RECALL_STALE, "/undo", "%s", "");
        }
        w->changed[at] = next != w->all.items[at].state;
        w->all.items[at].state = next;
    }
    return MPOS_OK;
}

static void
write_recall(mpos_call *call, work *w, const uint8 bump[16])
{
    mpos_args args = {0};
    mpos_args last = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, bump);
    (void)mpos_statement_run(&undo_statement, &args);
    mpos_arg_uuid(&last, call->context.tenant);
    mpos_arg_uuid(&last, w->ticket->id);
    w->ticket->has_bump =
        mpos_statement_run(&last_statement, &last) > 0 && mpos_cell_uuid(0, 1, w->ticket->last_bump);
    write_items(call, w);
    tell(call, "TICKET_RECALLED", w, bump, NULL);
}

mpos_err
mpos_kds_recall(mpos_call *call, mpos_device_op *op)
{
    ticket_params params;
    recall_in in;
    bump_row bump;
    work w = {0};
    mpos_err err = mpos_input_params(call, &params_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &recall_shape, &in);
    }
    if (err == MPOS_OK) {
        err = begin(call, params.ticket_id, &w);
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!find_bump(call, in.undo, &bump) || memcmp(bump.ticket, w.ticket->id, sizeof bump.ticket) != 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "/undo", "%s", "");
    }
    if (bump.undone) {
        return mpos_refuse(call, MPOS_E_RECALL_STALE, "/undo", "%s", "");
    }
    err = undo_items(call, &w, &bump);
    if (err != MPOS_OK) {
        return err;
    }
    write_recall(call, &w, in.undo);
    answer(call, op, &w, "ok", in.undo);
    return MPOS_OK;
}

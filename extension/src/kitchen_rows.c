/* kitchen_rows.c - tickets and their items between memory and tables, and their JSON. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "json.h"
#include "kitchen.h"
#include "pii_store.h"
#include "quantity.h"
#include "sqlstate.h"
#include "statement.h"

#define RECENT_US INT64CONST(3600000000)
#define TICKET_COLUMNS                                                                                       \
    "ticket_id, order_id, course, station, call_number, channel, table_label, state, version, sent_at, "     \
    "last_bump, noted"

static mpos_statement of_order_statement = {
    "SELECT " TICKET_COLUMNS
    " FROM pos.ticket WHERE tenant_id = $1 AND order_id = $2 ORDER BY course, station"};

/* One of the two arms for the open ones, both for all: each has its own index. */
static mpos_statement open_statement = {"SELECT " TICKET_COLUMNS
                                        " FROM pos.ticket WHERE tenant_id = $1 AND outlet_id = $2 "
                                        "AND state IN ('new', 'cooking', 'ready') AND ($3::text IS NULL OR "
                                        "station = $3) ORDER BY sent_at, ticket_id"};

static mpos_statement recent_statement = {
    "SELECT " TICKET_COLUMNS " FROM pos.ticket WHERE tenant_id = $1 AND outlet_id = $2 "
    "AND state IN ('new', 'cooking', 'ready') AND ($3::text IS NULL OR station = $3) UNION ALL "
    "SELECT " TICKET_COLUMNS " FROM pos.ticket WHERE tenant_id = $1 AND outlet_id = $2 "
    "AND changed_at >= $4 AND state IN ('served', 'cancelled') AND ($3::text IS NULL OR station = $3) "
    "ORDER BY sent_at, ticket_id"};

static mpos_statement items_statement = {
    "SELECT ticket_item_id, ticket_id, line_id, position, name, qty, array_to_json(modifiers)::text, state "
    "FROM pos.ticket_item WHERE tenant_id = $1 AND ticket_id = ANY ($2) "
    "ORDER BY array_position($2, ticket_id), position"};

static mpos_statement order_of_statement = {
    "SELECT order_id FROM pos.ticket WHERE tenant_id = $1 AND ticket_id = $2 AND outlet_id = $3"};

static mpos_statement update_items_statement = {
    "UPDATE pos.ticket_item SET state = ($3::text[])[array_position($2::uuid[], ticket_item_id)], version = "
    "version + 1 "
    "WHERE tenant_id = $1 AND ticket_item_id = ANY ($2::uuid[])"};

static mpos_statement update_ticket_statement = {
    "UPDATE pos.ticket SET state = $3, last_bump = $4, changed_at = $5, version = $6 WHERE tenant_id = $1 "
    "AND ticket_id = $2"};

static mpos_statement insert_tickets_statement = {
    "INSERT INTO pos.ticket (tenant_id, outlet_id, order_id, call_number, channel, table_label, sent_at, "
    "changed_at, ticket_id, "
    "course, station, state, version, noted) SELECT $1, $2, $3, $4, $5, $6, $7, $7, u.a, u.b, u.c, 'new', 1, "
    "(SELECT true FROM pos.pii WHERE tenant_id = $1 AND record_id = $3 AND path = '/kitchen_note') "
    "FROM unnest($8::uuid[], $9::int4[], $10::text[]) AS u(a, b, c)"};

static mpos_statement insert_items_statement = {
    "INSERT INTO pos.ticket_item (tenant_id, outlet_id, order_id, ticket_item_id, ticket_id, line_id, "
    "position, name, qty, "
    "modifiers, state, version) SELECT $1, $2, $3, u.a, u.b, u.c, u.d, u.e, u.f, "
    "ARRAY(SELECT json_array_elements_text(u.g::json)), 'new', 1 "
    "FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::int4[], $8::text[], $9::int8[], $10::text[]) "
    "AS u(a, b, c, d, e, f, g)"};

static mpos_kitchen_state
read_state(const char *text)
{
    mpos_kitchen_state state;

    if (mpos_kitchen_state_from_text(text, &state) != MPOS_OK) {
        elog(ERROR, "stored state is not one of the core's");
    }
    return state;
}

static void
read_tickets(mpos_tickets *out, uint64 rows)
{
    *out = (mpos_tickets){.tickets = palloc0(sizeof(mpos_ticket) * Max(rows, 1)), .count = (int)rows};
    for (uint64 i = 0; i < rows; i++) {
        mpos_ticket *ticket = &out->tickets[i];

        (void)mpos_cell_uuid(i, 1, ticket->id);
        (void)mpos_cell_uuid(i, 2, ticket->order);
        ticket->course = mpos_cell_int(i, 3);
        ticket->station = mpos_cell_text(i, 4);
        ticket->call_number = mpos_cell_text(i, 5);
        ticket->channel = mpos_cell_text(i, 6);
        ticket->table = mpos_cell_text(i, 7);
        ticket->state = read_state(mpos_cell_text(i, 8));
        ticket->version = mpos_cell_int(i, 9);
        ticket->sent_us = mpos_cell_time(i, 10);
        ticket->has_bump = mpos_cell_uuid(i, 11, ticket->last_bump);
        ticket->noted = mpos_cell_bool(i, 12);
    }
}

static void
read_item(uint64 row, mpos_ticket_item *out)
{
    (void)mpos_cell_uuid(row, 1, out->id);
    (void)mpos_cell_uuid(row, 2, out->ticket);
    (void)mpos_cell_uuid(row, 3, out->line);
    out->position = mpos_cell_int(row, 4);
    out->name = mpos_cell_text(row, 5);
    out->qty = mpos_cell_big(row, 6);
    out->modifiers = mpos_cell_text(row, 7);
    out->state = read_state(mpos_cell_text(row, 8));
}

/* Items come in the order of the tickets, so that each ticket's are a run. */
static void
load_items(mpos_call *call, mpos_tickets *tickets)
{
    mpos_args args = {0};
    Datum *ids = palloc(sizeof *ids * (size_t)Max(tickets->count, 1));
    uint64 rows;
    int at = 0;

    if (tickets->count == 0) {
        return;
    }
    for (int i = 0; i < tickets->count; i++) {
        ids[i] = PointerGetDatum(tickets->tickets[i].id);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, ids, NULL, tickets->count);
    rows = mpos_statement_run(&items_statement, &args);
    tickets->items = palloc0(sizeof *tickets->items * Max(rows, 1));
    tickets->item_count = (int)rows;
    for (uint64 i = 0; i < rows; i++) {
        read_item(i, &tickets->items[i]);
    }
    for (int i = 0; i < tickets->count; i++) {
        mpos_ticket *ticket = &tickets->tickets[i];

        ticket->items = &tickets->items[at];
        while (at < tickets->item_count && memcmp(tickets->items[at].ticket, ticket->id, 16) == 0) {
            ticket->item_count++;
            at++;
        }
    }
}

void
mpos_tickets_of_order(mpos_call *call, const uint8 order[16], mpos_tickets *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order);
    read_tickets(out, mpos_statement_run(&of_order_statement, &args));
    load_items(call, out);
}

void
mpos_tickets_of_outlet(mpos_call *call, const char *station, bool all, mpos_tickets *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_text(&args, station);
    if (all) {
        mpos_arg_time(&args, call->now_us - RECENT_US);
    }
    read_tickets(out, mpos_statement_run(all ? &recent_statement : &open_statement, &args));
    load_items(call, out);
    for (int i = 0; i < out->count; i++) {
        if (out->tickets[i].noted) {
            out->tickets[i].note = mpos_pii_value_of(call, out->tickets[i].order, MPOS_PII_KITCHEN_NOTE);
        }
    }
}

bool
mpos_ticket_order(mpos_call *call, const uint8 ticket[16], uint8 order[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, ticket);
    mpos_arg_uuid(&args, call->context.outlet);
    return mpos_statement_run(&order_of_statement, &args) > 0 && mpos_cell_uuid(0, 1, order);
}

void
mpos_ticket_items_update(mpos_call *call, const mpos_tickets *tickets, const bool *changed)
{
    mpos_args args = {0};
    Datum *ids = palloc(sizeof *ids * (size_t)Max(tickets->item_count, 1));
    Datum *states = palloc(sizeof *states * (size_t)Max(tickets->item_count, 1));
    int count = 0;

    for (int i = 0; i < tickets->item_count; i++) {
        if (changed[i]) {
            ids[count] = PointerGetDatum(tickets->items[i].id);
            states[count++] =
                PointerGetDatum(cstring_to_text(mpos_kitchen_state_text(tickets->items[i].state)));
        }
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, ids, NULL, count);
    mpos_arg_array(&args, TEXTOID, states, NULL, count);
    (void)mpos_statement_run(&update_items_statement, &args);
}

void
mpos_ticket_update(mpos_call *call, mpos_ticket *ticket)
{
    mpos_args args = {0};

    ticket->version++;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, ticket->id);
    mpos_arg_text(&args, mpos_kitchen_state_text(ticket->state));
    mpos_arg_uuid(&args, ticket->has_bump ? ticket->last_bump : NULL);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_int(&args, ticket->version);
    (void)mpos_statement_run(&update_ticket_statement, &args);
}

/* All of one order. */
void
mpos_tickets_insert(mpos_call *call, const mpos_tickets *tickets)
{
    const mpos_ticket *first = &tickets->tickets[0];
    mpos_args args = {0};
    Datum *ids = palloc(sizeof *ids * (size_t)tickets->count);
    Datum *courses = palloc(sizeof *courses * (size_t)tickets->count);
    Datum *stations = palloc(sizeof *stations * (size_t)tickets->count);

    for (int i = 0; i < tickets->count; i++) {
        ids[i] = PointerGetDatum(tickets->tickets[i].id);
        courses[i] = Int32GetDatum(tickets->tickets[i].course);
        stations[i] = PointerGetDatum(cstring_to_text(tickets->tickets[i].station));
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, first->order);
    mpos_arg_text(&args, first->call_number);
    mpos_arg_text(&args, first->channel);
    mpos_arg_text(&args, first->table);
    mpos_arg_time(&args, call->now_us);
    mpos_arg_array(&args, UUIDOID, ids, NULL, tickets->count);
    mpos_arg_array(&args, INT4OID, courses, NULL, tickets->count);
    mpos_arg_array(&args, TEXTOID, stations, NULL, tickets->count);
    (void)mpos_statement_run(&insert_tickets_statement, &args);
}

void
mpos_ticket_items_insert(mpos_call *call, const uint8 order[16], const mpos_ticket_item *items, int count)
{
    enum { ARRAYS = 7 };
    static const Oid types[ARRAYS] = {UUIDOID, UUIDOID, UUIDOID, INT4OID, TEXTOID, INT8OID, TEXTOID};
    Datum *cells[ARRAYS];
    mpos_args args = {0};

    for (int c = 0; c < ARRAYS; c++) {
        cells[c] = palloc(sizeof(Datum) * (size_t)Max(count, 1));
    }
    for (int i = 0; i < count; i++) {
        cells[0][i] = PointerGetDatum(items[i].id);
        cells[1][i] = PointerGetDatum(items[i].ticket);
        cells[2][i] = PointerGetDatum(items[i].line);
        cells[3][i] = Int32GetDatum(items[i].position);
        cells[4][i] = PointerGetDatum(cstring_to_text(items[i].name));
        cells[5][i] = Int64GetDatum(items[i].qty);
        cells[6][i] = PointerGetDatum(cstring_to_text(items[i].modifiers));
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_uuid(&args, order);
    for (int c = 0; c < ARRAYS; c++) {
        mpos_arg_array(&args, types[c], cells[c], NULL, count);
    }
    (void)mpos_statement_run(&insert_items_statement, &args);
}

void
mpos_ticket_json(StringInfo out, const char *key, const mpos_ticket *ticket)
{
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", ticket->id);
    mpos_json_uuid(out, "order_id", ticket->order);
    mpos_json_text(out, "call_number", ticket->call_number);
    mpos_json_text(out, "channel", ticket->channel);
    mpos_json_text(out, "table", ticket->table);
    mpos_json_text(out, "station", ticket->station);
    mpos_json_int(out, "course", ticket->course);
    mpos_json_text(out, "state", mpos_kitchen_state_text(ticket->state));
    mpos_json_int(out, "version", ticket->version);
    mpos_json_time(out, "sent_at", ticket->sent_us);
    mpos_json_uuid(out, "last_bump", ticket->has_bump ? ticket->last_bump : NULL);
    if (ticket->noted) {
        mpos_json_bool(out, "noted", true);
    }
    if (ticket->note != NULL) {
        mpos_json_text(out, "note", ticket->note);
    }
    mpos_json_open(out, "items", '[');
    for (int i = 0; i < ticket->item_count; i++) {
        const mpos_ticket_item *item = &ticket->items[i];

        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "id", item->id);
        mpos_json_uuid(out, "line_id", item->line);
        mpos_json_text(out, "name", item->name);
        mpos_json_decimal(out, "qty", item->qty, MPOS_QTY_SCALE);
        mpos_json_raw(out, "modifiers", item->modifiers);
        mpos_json_text(out, "state", mpos_kitchen_state_text(item->state));
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
    mpos_json_close(out, '}');
}

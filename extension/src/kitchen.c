/* kitchen.c - sending to the kitchen, bump and recall. The order's row is locked before its tickets are read. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "cursor.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "kitchen.h"
#include "operations.h"
#include "payment.h"
#include "statement.h"
#include "uuid.h"

int
mpos_kitchen_mark_sent(mpos_order *order)
{
    int count = 0;

    for (int i = 0; i < order->line_count; i++) {
        if (order->lines[i].state == MPOS_LINE_NEW && order->lines[i].station != NULL) {
            order->lines[i].state = MPOS_LINE_SENT;
            count++;
        }
    }
    return count;
}

mpos_kitchen_state
mpos_ticket_state(const mpos_ticket_item *items, int count)
{
    mpos_kitchen_state *states = palloc(sizeof *states * (size_t)Max(count, 1));

    for (int i = 0; i < count; i++) {
        states[i] = items[i].state;
    }
    return mpos_kitchen_state_of(states, (size_t)count);
}

bool
mpos_kitchen_move_order(mpos_order *order, const mpos_tickets *tickets)
{
    mpos_order_state before = order->state;
    mpos_order_op op = mpos_kitchen_order_op(mpos_ticket_state(tickets->items, tickets->item_count));
    mpos_order_state next;

    if (mpos_order_next(op, order->state, order->payment_state, &next) == MPOS_OK) {
        order->state = next;
    }
    mpos_order_try_close(order);
    return order->state != before;
}

/* Names of the chosen modifiers, with the number of those taken more than once: ["2 x Shot","Oat milk"]. */
static const char *
modifier_names(const char *modifiers)
{
    Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(modifiers)));
    StringInfoData out;

    initStringInfo(&out);
    mpos_json_open(&out, NULL, '[');
    for (uint32 i = 0; i < JB_ROOT_COUNT(json); i++) {
        JsonbContainer *one = getIthJsonbValueFromContainer(&json->root, i)->val.binary.data;
        JsonbValue name;
        JsonbValue qty;
        char *text;
        int count;

        (void)getKeyJsonValueFromContainer(one, "name", 4, &name);
        (void)getKeyJsonValueFromContainer(one, "qty", 3, &qty);
        text = pnstrdup(name.val.string.val, name.val.string.len);
        count = DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(qty.val.numeric)));
        mpos_json_text(&out, NULL, count > 1 ? psprintf("%d x %s", count, text) : text);
    }
    mpos_json_close(&out, ']');
    return out.data;
}

/* The ticket of that course and station, appended to list when there is none yet. */
static mpos_ticket *
ticket_for(const mpos_order *order, const mpos_order_line *line, mpos_tickets *list)
{
    mpos_ticket *ticket;
    pg_uuid_t made;

    for (int i = 0; i < list->count; i++) {
        ticket = &list->tickets[i];
        if (ticket->course == line->course && strcmp(ticket->station, line->station) == 0) {
            return ticket;
        }
    }
    mpos_uuid_v7(&made);
    ticket = &list->tickets[list->count++];
    memset(ticket, 0, sizeof *ticket);
    memcpy(ticket->id, made.data, sizeof ticket->id);
    memcpy(ticket->order, order->id, sizeof ticket->order);
    ticket->course = line->course;
    ticket->station = line->station;
    ticket->call_number = order->call_number;
    ticket->channel = order->channel;
    ticket->table = order->table;
    return ticket;
}

static bool
on_a_ticket(const mpos_tickets *tickets, const uint8 line[16])
{
    for (int i = 0; i < tickets->item_count; i++) {
        if (memcmp(tickets->items[i].line, line, 16) == 0) {
            return true;
        }
    }
    return false;
}

static void
fill_item(const mpos_order_line *line, const mpos_ticket *ticket, mpos_ticket_item *out)
{
    pg_uuid_t made;

    mpos_uuid_v7(&made);
    memcpy(out->id, made.data, sizeof out->id);
    memcpy(out->ticket, ticket->id, sizeof out->ticket);
    memcpy(out->line, line->id, sizeof out->line);
    out->position = line->position;
    out->name = line->name;
    out->qty = line->qty;
    out->modifiers = modifier_names(line->modifiers);
    out->state = MPOS_KITCHEN_NEW;
}

/* New work on a ticket that was in progress or done makes it one in progress. */
static void
reopen_ticket(mpos_call *call, mpos_ticket *ticket)
{
    mpos_kitchen_state *states = palloc(sizeof *states * (size_t)(ticket->item_count + 1));

    for (int i = 0; i < ticket->item_count; i++) {
        states[i] = ticket->items[i].state;
    }
    states[ticket->item_count] = MPOS_KITCHEN_NEW;
    ticket->state = mpos_kitchen_state_of(states, (size_t)ticket->item_count + 1);
    mpos_ticket_update(call, ticket);
}

void
mpos_kitchen_send(mpos_call *call, const mpos_order *order, bool fresh)
{
    mpos_tickets known = {0};
    mpos_tickets made = {.tickets = palloc(sizeof(mpos_ticket) * (size_t)Max(order->line_count, 1))};
    mpos_ticket_item *items = palloc0(sizeof *items * (size_t)Max(order->line_count, 1));
    int count = 0;

    if (!fresh) {
        mpos_tickets_of_order(call, order->id, &known);
    }
    for (int i = 0; i < order->line_count; i++) {
        const mpos_order_line *line = &order->lines[i];
        mpos_ticket *ticket = NULL;

        if (line->state != MPOS_LINE_SENT || on_a_ticket(&known, line->id)) {
            continue;
        }
        for (int t = 0; t < known.count && ticket == NULL; t++) {
            if (known.tickets[t].course == line->course &&
                strcmp(known.tickets[t].station, line->station) == 0) {
                ticket = &known.tickets[t];
                reopen_ticket(call, ticket);
            }
        }
        fill_item(line, ticket != NULL ? ticket : ticket_for(order, line, &made), &items[count++]);
    }
    if (made.count > 0) {
        mpos_tickets_insert(call, &made);
    }
    if (count > 0) {
        mpos_ticket_items_insert(call, order->id, items, count);
        mpos_event_emit(call, "ORDER_SENT", order->id, psprintf("{\"items\":%d}", count));
    }
}

typedef struct list_params {
    uint32 given;
    const char *station;
    int state;
} list_params;

static const char *const list_states[] = {"open", "all", NULL};

static const mpos_field list_fields[] = {
    {"station", MPOS_IN_TEXT, 0, offsetof(list_params, station), 0, 32},
    {"state", MPOS_IN_WORD, 0, offsetof(list_params, state), 0, 0, list_states},
};
MPOS_SHAPE(list, list_params);

/* The head is read before the tickets: what is on a ticket beyond it will come again, nothing can be missed. */
mpos_err
mpos_ticket_list(mpos_call *call)
{
    list_params in;
    mpos_journal_row journal;
    mpos_tickets tickets;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_journal_of(call->context.tenant, call->context.outlet, &journal)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_tickets_of_outlet(call, in.station, in.state == 1, &tickets);
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "tickets", '[');
    for (int i = 0; i < tickets.count; i++) {
        mpos_ticket_json(&call->body, NULL, &tickets.tickets[i]);
    }
    mpos_json_close(&call->body, ']');
    mpos_cursor_json(&call->body, "cursor", &journal);
    mpos_json_time(&call->body, "server_time", call->now_us);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

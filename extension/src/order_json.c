/* order_json.c - an order as docs/openapi.yaml has it, and orders taking over what a cart was priced at. */
#include "postgres.h"

#include "utils/builtins.h"

#include "json.h"
#include "order_input.h"
#include "order_rows.h"
#include "priced_form.h"
#include "quantity.h"
#include "sqlstate.h"

void
mpos_order_form(const mpos_order *order, mpos_cart *cart, mpos_priced *priced)
{
    size_t size = VARSIZE_ANY_EXHDR(order->form);
    size_t room = mpos_priced_form_room_size(size);

    mpos_check(mpos_priced_form_decode((const uint8 *)VARDATA_ANY(order->form), size, palloc(room), room,
                                       cart, priced),
               "stored priced form");
}

void
mpos_order_take_prices(mpos_order *order, const mpos_priced_cart *cart)
{
    bytea *form = palloc(VARHDRSZ + cart->form_size);

    SET_VARSIZE(form, VARHDRSZ + cart->form_size);
    memcpy(VARDATA(form), cart->form, cart->form_size);
    order->form = form;
    memcpy(order->priced_hash, cart->hash, sizeof order->priced_hash);
    memcpy(order->catalogue, cart->cart.catalogue, sizeof order->catalogue);
    order->currency = pnstrdup(cart->cart.currency, sizeof cart->cart.currency);
    order->gross = cart->priced.gross;
    order->discount = cart->priced.discount;
    order->net = cart->priced.net;
    order->tax = cart->priced.tax;
    order->total = cart->priced.total;
    order->in = cart->basket.in;
    order->has_circumstances = true;
}

static void
take_amounts(mpos_order_line *line, const mpos_cart_line *sold, const mpos_priced_line *priced)
{
    line->unit_price = sold->unit_price;
    line->gross = priced->gross;
    line->discount = priced->line_discount + priced->order_discount;
    line->tax = priced->tax;
    line->total = priced->total;
}

static void
take_new_line(mpos_order_line *line, const mpos_priced_cart *cart, int at, int position)
{
    const mpos_basket_line *from = &cart->lines[at];
    static const uint8 none[16] = {0};
    const mpos_cart_note *note = &cart->notes[at - cart->first_new];

    memcpy(line->id, from->id, sizeof line->id);
    memcpy(line->item, from->item, sizeof line->item);
    line->has_parent = from->parent != MPOS_NO_PARENT;
    if (line->has_parent) {
        memcpy(line->parent, cart->lines[from->parent].id, sizeof line->parent);
    }
    line->position = position;
    line->has_variant = memcmp(from->variant, none, sizeof none) != 0;
    memcpy(line->variant, from->variant, sizeof line->variant);
    line->name = note->name;
    line->station = note->item->station;
    line->stocked = note->item->stocked;
    line->qty = from->qty;
    line->modifiers = note->modifiers;
    line->course = note->course;
    line->state = MPOS_LINE_NEW;
}

void
mpos_order_take_lines(mpos_order *order, const mpos_priced_cart *cart)
{
    int fresh = cart->basket.line_count - cart->first_new;
    int before = order->line_count;
    int position = before > 0 ? order->lines[before - 1].position + 1 : 0;
    mpos_order_line *lines = palloc0(sizeof *lines * (size_t)Max(before + fresh, 1));
    int active = 0;

    if (before > 0) {
        memcpy(lines, order->lines, sizeof *lines * (size_t)before);
    }
    order->lines = lines;
    order->line_count = before + fresh;
    for (int i = 0; i < fresh; i++) {
        take_new_line(&lines[before + i], cart, cart->first_new + i, position + i);
    }
    /* The cart begins with the lines that are not voided, in the order's order. */
    for (int i = 0; i < order->line_count; i++) {
        if (lines[i].state != MPOS_LINE_VOIDED) {
            take_amounts(&lines[i], &cart->cart.lines[active], &cart->priced.lines[active]);
            active++;
        }
    }
}

static void
line_json(StringInfo out, const mpos_order_line *line)
{
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", line->id);
    mpos_json_uuid(out, "item_id", line->item);
    mpos_json_uuid(out, "parent_id", line->has_parent ? line->parent : NULL);
    mpos_json_uuid(out, "variant_id", line->has_variant ? line->variant : NULL);
    mpos_json_text(out, "name", line->name);
    mpos_json_decimal(out, "qty", line->qty, MPOS_QTY_SCALE);
    mpos_json_int(out, "unit_price", line->unit_price);
    mpos_json_raw(out, "modifiers", line->modifiers);
    mpos_json_int(out, "gross", line->gross);
    mpos_json_int(out, "discount", line->discount);
    mpos_json_int(out, "tax", line->tax);
    mpos_json_int(out, "total", line->total);
    mpos_json_int(out, "course", line->course);
    mpos_json_text(out, "state", mpos_line_state_text(line->state));
    mpos_json_close(out, '}');
}

/* All of it stands in the priced form; the names in the catalogue that it was priced by. */
static void
form_json(mpos_call *call, StringInfo out, const mpos_order *order)
{
    mpos_cart cart;
    mpos_priced priced;

    mpos_order_form(order, &cart, &priced);
    mpos_cart_taxes_json(call, out, &cart, &priced);
    mpos_cart_rules_json(call, out, &cart, &priced);
}

static void
amounts_json(mpos_call *call, StringInfo out, const mpos_order *order)
{
    form_json(call, out, order);
    mpos_json_int(out, "gross", order->gross);
    mpos_json_int(out, "discount", order->discount);
    mpos_json_int(out, "net", order->net);
    mpos_json_int(out, "tax", order->tax);
    mpos_json_int(out, "total", order->total);
    mpos_json_int(out, "paid", order->paid);
    mpos_json_int(out, "refunded", order->refunded);
    mpos_json_int(out, "due", Max(order->total - order->paid, 0));
    mpos_json_hex(out, "catalogue", order->catalogue, 32);
    mpos_json_hex(out, "priced_hash", order->priced_hash, 32);
}

static void
circumstances_json(StringInfo out, const mpos_order *order)
{
    static const uint8 none[16] = {0};
    char at[17];

    if (!order->has_circumstances) {
        return;
    }
    mpos_local_format(order->in.at, at);
    mpos_json_text(out, "at", at);
    mpos_json_text(out, "place", mpos_place_words[order->in.place]);
    mpos_json_int(out, "guests", order->in.guests);
    mpos_json_bool(out, "exempt", order->in.exempt != 0);
    mpos_json_uuid(out, "customer_group_id",
                   memcmp(order->in.customer_group, none, sizeof none) != 0 ? order->in.customer_group
                                                                            : NULL);
    mpos_json_open(out, "coupons", '[');
    for (int i = 0; i < order->coupon_count; i++) {
        mpos_json_text(out, NULL, order->coupons[i]);
    }
    mpos_json_close(out, ']');
}

void
mpos_order_json(mpos_call *call, StringInfo out, const char *key, const mpos_order *order)
{
    mpos_json_open(out, key, '{');
    mpos_json_uuid(out, "id", order->id);
    mpos_json_uuid(out, "outlet_id", order->outlet);
    mpos_json_text(out, "call_number", order->call_number);
    mpos_json_text(out, "receipt", order->receipt);
    mpos_json_text(out, "channel", order->channel);
    mpos_json_text(out, "table", order->table);
    mpos_json_text(out, "state", mpos_order_state_text(order->state));
    mpos_json_text(out, "payment_state", mpos_payment_state_text(order->payment_state));
    mpos_json_int(out, "version", order->version);
    mpos_json_text(out, "currency", order->currency);
    mpos_json_open(out, "lines", '[');
    for (int i = 0; i < order->line_count; i++) {
        line_json(out, &order->lines[i]);
    }
    mpos_json_close(out, ']');
    mpos_json_open(out, "payments", '[');
    for (int i = 0; i < order->payment_count; i++) {
        mpos_payment_json(out, &order->payments[i]);
    }
    mpos_json_close(out, ']');
    amounts_json(call, out, order);
    circumstances_json(out, order);
    mpos_json_open(out, "flags", '[');
    for (int i = 0; i < order->flag_count; i++) {
        mpos_json_text(out, NULL, order->flags[i]);
    }
    mpos_json_close(out, ']');
    mpos_json_time(out, "created_at", order->created_us);
    mpos_json_close(out, '}');
}

void
mpos_order_answer(mpos_call *call, const mpos_order *order, int status)
{
    call->status = status;
    mpos_json_open(&call->body, NULL, '{');
    mpos_order_json(call, &call->body, "order", order);
    mpos_json_close(&call->body, '}');
}

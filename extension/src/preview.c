/* preview.c - what lines would cost, and a quote for them. Stores nothing. */
#include "postgres.h"

#include "json.h"
#include "local_time.h"
#include "operations.h"
#include "order_price.h"
#include "order_rows.h"
#include "quantity.h"
#include "quote.h"

static void
line_json(StringInfo out, const mpos_priced_cart *cart, int at)
{
    const mpos_cart_line *line = &cart->lines[at];
    const mpos_priced_line *priced = &cart->priced.lines[at];

    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", line->id);
    mpos_json_uuid(out, "item_id", line->item);
    mpos_json_uuid(out, "parent_id", line->parent != MPOS_NO_PARENT ? cart->lines[line->parent].id : NULL);
    mpos_json_text(out, "name", cart->notes[at].item->name);
    mpos_json_decimal(out, "qty", line->qty, MPOS_QTY_SCALE);
    mpos_json_int(out, "unit_price", line->unit_price);
    mpos_json_int(out, "gross", priced->gross);
    mpos_json_int(out, "discount", priced->line_discount + priced->order_discount);
    mpos_json_int(out, "net", priced->net);
    mpos_json_int(out, "tax", priced->tax);
    mpos_json_int(out, "total", priced->total);
    mpos_json_close(out, '}');
}

static void
lines_json(StringInfo out, const mpos_priced_cart *cart)
{
    mpos_json_open(out, "lines", '[');
    for (int i = 0; i < cart->cart.line_count; i++) {
        line_json(out, cart, i);
    }
    mpos_json_close(out, ']');
}

static void
amounts_json(StringInfo out, const mpos_priced_cart *cart)
{
    mpos_json_int(out, "gross", cart->priced.gross);
    mpos_json_int(out, "discount", cart->priced.discount);
    mpos_json_int(out, "net", cart->priced.net);
    mpos_json_int(out, "tax", cart->priced.tax);
    mpos_json_int(out, "total", cart->priced.total);
    mpos_json_hex(out, "priced_hash", cart->hash, sizeof cart->hash);
    mpos_json_base64(out, "priced_form", cart->form, cart->form_size);
}

static void
quote_json(const mpos_call *call, StringInfo out, const mpos_priced_cart *cart, int64 at)
{
    mpos_quote quote = {.at = at, .expires_us = call->now_us + MPOS_QUOTE_VALID_US};

    memcpy(quote.catalogue, cart->cart.catalogue, sizeof quote.catalogue);
    mpos_quote_price(cart, quote.price);
    mpos_json_text(out, "quote", mpos_quote_make(call, &quote));
    mpos_json_time(out, "quote_expires_at", quote.expires_us);
}

mpos_err
mpos_price_preview(mpos_call *call)
{
    StringInfo out = &call->body;
    mpos_place_in in;
    mpos_priced_cart cart;
    char text[17];
    int64 at;
    mpos_err err = mpos_input_body(call, &mpos_preview_shape, &in);

    if (err == MPOS_OK) {
        err = mpos_order_price(call, NULL, &in, &cart);
    }
    if (err != MPOS_OK) {
        return err;
    }
    at = mpos_local_minute(call, call->now_us);
    mpos_local_format(at, text);
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "currency", pnstrdup(cart.cart.currency, sizeof cart.cart.currency));
    mpos_json_int(out, "exponent", cart.cart.exponent);
    mpos_json_hex(out, "catalogue", cart.cart.catalogue, sizeof cart.cart.catalogue);
    mpos_json_text(out, "at", text);
    lines_json(out, &cart);
    mpos_json_raw(out, "promotions", "[]");
    mpos_json_raw(out, "charges", "[]");
    mpos_cart_taxes_json(call, out, &cart.cart, &cart.priced);
    amounts_json(out, &cart);
    mpos_json_raw(out, "trace", "[]");
    quote_json(call, out, &cart, at);
    mpos_json_close(out, '}');
    return MPOS_OK;
}

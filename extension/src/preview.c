/* preview.c - what lines would cost, and a quote for them. Stores nothing. */
#include "postgres.h"

#include "catalogue_draft.h"
#include "explain.h"
#include "json.h"
#include "operations.h"
#include "order_price.h"
#include "order_rows.h"
#include "quantity.h"
#include "quote.h"
#include "rows.h"
#include "sqlstate.h"
#include "trace_json.h"

static void
line_json(StringInfo out, const mpos_priced_cart *cart, int at)
{
    static const uint8 none[16] = {0};
    const mpos_basket_line *chosen = &cart->lines[at];
    const mpos_cart_line *line = &cart->cart.lines[at];
    const mpos_priced_line *priced = &cart->priced.lines[at];

    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", line->id);
    mpos_json_uuid(out, "item_id", line->item);
    mpos_json_uuid(out, "variant_id",
                   memcmp(chosen->variant, none, sizeof none) != 0 ? chosen->variant : NULL);
    mpos_json_uuid(out, "parent_id", line->parent != MPOS_NO_PARENT ? cart->lines[line->parent].id : NULL);
    mpos_json_text(out, "name", cart->notes[at].name);
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
    for (int i = 0; i < cart->basket.line_count; i++) {
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

/* What has not been published is promised to nobody. */
static void
quote_json(const mpos_call *call, StringInfo out, const mpos_priced_cart *cart, bool draft)
{
    mpos_quote quote = {.at = cart->basket.in.at, .expires_us = call->now_us + MPOS_QUOTE_VALID_US};

    memcpy(quote.catalogue, cart->cart.catalogue, sizeof quote.catalogue);
    if (draft) {
        mpos_json_null(out, "quote");
        mpos_json_null(out, "quote_expires_at");
        return;
    }
    mpos_quote_price(cart, quote.price);
    mpos_json_text(out, "quote", mpos_quote_make(call, &quote));
    mpos_json_time(out, "quote_expires_at", quote.expires_us);
}

static void
trace_json(StringInfo out, const mpos_priced_cart *cart)
{
    size_t most = mpos_explain_count_max(&cart->basket, &cart->cart);
    mpos_explain_entry *entries = palloc(sizeof *entries * Max(most, 1));
    size_t count;

    mpos_check(mpos_explain(cart->rules, &cart->basket, &cart->cart, &cart->priced, entries, most, &count),
               "trace");
    mpos_trace_json(out, cart->catalogue, &cart->cart, entries, count);
}

static void
answer(mpos_call *call, const mpos_priced_cart *cart, bool draft)
{
    StringInfo out = &call->body;
    char at[17];

    mpos_local_format(cart->basket.in.at, at);
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "currency", pnstrdup(cart->cart.currency, sizeof cart->cart.currency));
    mpos_json_int(out, "exponent", cart->cart.exponent);
    mpos_json_hex(out, "catalogue", cart->cart.catalogue, sizeof cart->cart.catalogue);
    mpos_json_text(out, "at", at);
    lines_json(out, cart);
    mpos_cart_rules_json(call, out, &cart->cart, &cart->priced);
    mpos_cart_taxes_json(call, out, &cart->cart, &cart->priced);
    amounts_json(out, cart);
    trace_json(out, cart);
    quote_json(call, out, cart, draft);
    mpos_json_close(out, '}');
}

typedef struct preview {
    mpos_place_in in;
    mpos_channel channel; /* of orders that name none */
} preview;

static mpos_err
preview_by(mpos_call *call, const preview *p)
{
    mpos_priced_cart cart;
    mpos_err err = mpos_order_price(call, NULL, &p->in, p->channel, NULL, &cart);

    if (err == MPOS_OK) {
        answer(call, &cart, p->in.draft);
    }
    return err;
}

static mpos_err
preview_draft(mpos_call *call, const mpos_catalogue *draft, void *argument)
{
    preview *p = argument;

    memcpy(p->in.catalogue, draft->hash, sizeof p->in.catalogue);
    p->in.given |= 1u << MPOS_PLACE_CATALOGUE;
    return preview_by(call, p);
}

/* What somebody is typing counts for this preview. */
static mpos_err
write_edit(mpos_call *call, void *argument)
{
    const mpos_edit_in *edit = &((preview *)argument)->in.edit;

    return mpos_rows_try(call, edit->entity, edit->row, "/edit");
}

mpos_err
mpos_price_preview(mpos_call *call)
{
    preview p = {.channel = MPOS_CHANNEL_COUNTER};
    mpos_device device;
    mpos_err err = mpos_input_body(call, &mpos_preview_shape, &p.in);

    if (err != MPOS_OK) {
        return err;
    }
    if (mpos_device_get(call->context.tenant, call->context.device, &device) && device.channel) {
        p.channel = MPOS_CHANNEL_API;
    }
    if (!p.in.draft) {
        return MPOS_GIVEN(&p.in, MPOS_PREVIEW_EDIT)
                   ? mpos_refuse(call, MPOS_E_INVALID_VALUE, "/edit", "An edit belongs to a draft.")
                   : preview_by(call, &p);
    }
    if ((call->scopes & MPOS_SCOPE_CATALOGUE_WRITE) == 0) {
        return mpos_refuse(call, MPOS_E_FORBIDDEN, "/draft", "%s", "");
    }
    return mpos_catalogue_draft(call, MPOS_GIVEN(&p.in, MPOS_PREVIEW_EDIT) ? write_edit : NULL, preview_draft,
                                &p);
}

/* price_diff.c - a device came to another price: what it sent and what the rules make, each with its trace. */
#include "postgres.h"

#include "base64.h"
#include "explain.h"
#include "order_price.h"
#include "priced_form.h"
#include "sha256.h"
#include "sqlstate.h"
#include "statement.h"

static mpos_statement insert_statement = {
    "INSERT INTO pos.price_diff (tenant_id, order_id, outlet_id, device_id, device_hash, device_form, "
    "device_trace, "
    "basket, form, trace, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

bool
mpos_price_differs(const mpos_place_in *in, const mpos_priced_cart *cart)
{
    return MPOS_GIVEN(in, MPOS_PLACE_PRICED_HASH) &&
           memcmp(in->priced_hash, cart->hash, sizeof cart->hash) != 0;
}

static void
arg_trace(mpos_args *args, const mpos_priced_cart *own, const mpos_cart *cart, const mpos_priced *priced)
{
    bool same = cart == &own->cart;
    const mpos_basket *basket = same ? &own->basket : NULL;
    size_t most = mpos_explain_count_max(basket, cart);
    mpos_explain_entry *entries = palloc(sizeof *entries * Max(most, 1));
    size_t room = MPOS_TRACE_HEADER_SIZE + most * MPOS_TRACE_ENTRY_SIZE;
    uint8 *form = palloc(room);
    size_t count;
    size_t size;

    mpos_check(mpos_explain(same ? own->rules : NULL, basket, cart, priced, entries, most, &count), "trace");
    mpos_check(mpos_trace_form_encode(entries, count, form, room, &size), "form of a trace");
    mpos_arg_bytes(args, form, size);
}

/* The device's form, when it is one and has the hash that the device named. */
static bool
read_device_form(const mpos_place_in *in, uint8 **form, size_t *size, mpos_cart *cart, mpos_priced *priced)
{
    size_t length = in->priced_form != NULL ? strlen(in->priced_form) : 0;
    size_t room;
    uint8 hash[MPOS_SHA256_LEN];

    *form = palloc(Max(length, 1));
    if (length == 0 || mpos_base64_decode(in->priced_form, length, *form, length, size) != MPOS_OK) {
        return false;
    }
    mpos_sha256(*form, *size, NULL, 0, hash);
    room = mpos_priced_form_room_size(*size);
    return memcmp(hash, in->priced_hash, sizeof hash) == 0 &&
           mpos_priced_form_decode(*form, *size, palloc(room), room, cart, priced) == MPOS_OK;
}

void
mpos_price_diff_keep(mpos_call *call, const mpos_place_in *in, const mpos_order *order,
                     const mpos_priced_cart *cart)
{
    const bytea *basket = mpos_cart_basket(cart);
    mpos_args args = {0};
    mpos_cart device_cart;
    mpos_priced device_priced;
    uint8 *form;
    size_t size;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_uuid(&args, order->outlet);
    mpos_arg_uuid(&args, order->device);
    mpos_arg_bytes(&args, in->priced_hash, sizeof in->priced_hash);
    if (read_device_form(in, &form, &size, &device_cart, &device_priced)) {
        mpos_arg_bytes(&args, form, size);
        arg_trace(&args, cart, &device_cart, &device_priced);
    } else {
        mpos_arg_bytes(&args, NULL, 0);
        mpos_arg_bytes(&args, NULL, 0);
    }
    mpos_arg_bytes(&args, (const uint8 *)VARDATA_ANY(basket), VARSIZE_ANY_EXHDR(basket));
    mpos_arg_bytes(&args, cart->form, cart->form_size);
    arg_trace(&args, cart, &cart->cart, &cart->priced);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&insert_statement, &args);
}

/* order_price.c - see order_price.h. */
#include "postgres.h"

#include "coupon.h"
#include "heap.h"
#include "local_time.h"
#include "order_price.h"
#include "quote.h"

static mpos_table groups_table = {"pos", "customer_group", "customer_group_pkey"};

static mpos_err
find_catalogue(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, const mpos_catalogue **out)
{
    bool given = MPOS_GIVEN(in, MPOS_PLACE_CATALOGUE);

    *out = given ? mpos_catalogue_get(call, in->catalogue) : mpos_catalogue_current(call);
    if (*out == NULL && op != NULL && op->happened) {
        mpos_op_flag(op, "catalogue");
        *out = mpos_catalogue_current(call);
    }
    if (*out != NULL) {
        return MPOS_OK;
    }
    return mpos_refuse(call, MPOS_E_CATALOGUE_MISSING, given ? "/catalogue" : NULL, "%s", "");
}

static uint8
place_of(const mpos_place_in *in, mpos_channel channel)
{
    if (MPOS_GIVEN(in, MPOS_PLACE_PLACE)) {
        return (uint8)in->place;
    }
    return channel == MPOS_CHANNEL_TAKEAWAY   ? MPOS_TAKE_AWAY
           : channel == MPOS_CHANNEL_DELIVERY ? MPOS_DELIVERY
                                              : MPOS_DINE_IN;
}

static bool
group_exists(const mpos_call *call, const uint8 id[16])
{
    Relation relation = mpos_table_open(&groups_table, AccessShareLock);
    Datum keys[2] = {PointerGetDatum(call->context.tenant), PointerGetDatum(id)};
    HeapTuple row = mpos_table_get(&groups_table, relation, keys, NULL);

    mpos_table_close(relation);
    return row != NULL;
}

static mpos_err
read_circumstances(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_channel channel,
                   int64 now, mpos_circumstances *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->outlet, call->context.outlet, sizeof out->outlet);
    out->at = MPOS_GIVEN(in, MPOS_PLACE_AT) ? in->at : now;
    out->channel = MPOS_GIVEN(in, MPOS_PLACE_CHANNEL) ? (uint8)in->channel : (uint8)channel;
    out->place = place_of(in, (mpos_channel)out->channel);
    out->guests = (uint16)in->guests;
    out->exempt = in->exempt;
    if (op == NULL && !in->draft &&
        (out->at < now - MPOS_MINUTES_NEAR || out->at > now + MPOS_MINUTES_NEAR)) {
        return mpos_refuse(call, MPOS_E_PRICE_TIME, "/at", "It must lie within %d minutes of now.",
                           MPOS_MINUTES_NEAR);
    }
    if (MPOS_GIVEN(in, MPOS_PLACE_CUSTOMER_GROUP)) {
        if (op == NULL && !group_exists(call, in->customer_group_id)) {
            return mpos_refuse(call, MPOS_E_UNKNOWN_REFERENCE, "/customer_group_id", "%s", "");
        }
        memcpy(out->customer_group, in->customer_group_id, sizeof out->customer_group);
    }
    return MPOS_OK;
}

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* Sorts, each once; returns how many. */
static uint16
distinct(uint8 (*ids)[16], int count)
{
    int kept = 0;

    qsort(ids, (size_t)count, sizeof *ids, compare_ids);
    for (int i = 0; i < count; i++) {
        if (kept == 0 || memcmp(ids[kept - 1], ids[i], 16) != 0) {
            memmove(ids[kept++], ids[i], 16);
        }
    }
    return (uint16)kept;
}

static bool
takes_coupon(const mpos_rules *rules, const uint8 coupon[16])
{
    for (int p = 0; p < rules->promotion_count; p++) {
        for (int i = 0; i < rules->promotions[p].coupon_count; i++) {
            if (memcmp(rules->promotions[p].coupons[i], coupon, 16) == 0) {
                return true;
            }
        }
    }
    return false;
}

static mpos_err
add_coupons(mpos_call *call, const mpos_device_op *op, const mpos_list *codes, mpos_priced_cart *cart)
{
    const char *const *texts = codes->items;
    uint8(*coupons)[16] = palloc(sizeof *coupons * (size_t)Max(codes->count, 1));

    for (int i = 0; i < codes->count; i++) {
        mpos_coupon_hash(texts[i], coupons[i]);
        if (op == NULL && !takes_coupon(cart->rules, coupons[i])) {
            return mpos_refuse(call, MPOS_E_COUPON_UNKNOWN, psprintf("/coupons/%d", i), "%s", "");
        }
    }
    cart->basket.coupon_count = distinct(coupons, codes->count);
    cart->basket.coupons = (const uint8(*)[16])coupons;
    return MPOS_OK;
}

static mpos_err
waive(mpos_call *call, const mpos_device_op *op, const mpos_list *ids, mpos_priced_cart *cart)
{
    uint8(*waived)[16] = palloc(sizeof *waived * (size_t)Max(ids->count, 1));

    memcpy(waived, ids->items, sizeof *waived * (size_t)ids->count);
    for (int i = 0; i < ids->count && op == NULL; i++) {
        int c = 0;

        while (c < cart->rules->charge_count && memcmp(cart->rules->charges[c].id, waived[i], 16) != 0) {
            c++;
        }
        if (c == cart->rules->charge_count) {
            return mpos_refuse(call, MPOS_E_UNKNOWN_REFERENCE, psprintf("/waive/%d", i), "%s", "");
        }
    }
    cart->basket.waived_count = distinct(waived, ids->count);
    cart->basket.waived = (const uint8(*)[16])waived;
    return MPOS_OK;
}

static mpos_err
price(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_channel channel,
      mpos_priced_cart *out)
{
    const mpos_catalogue *catalogue;
    mpos_circumstances circumstances;
    int64 now = mpos_local_minute(call, call->now_us);
    mpos_err err = find_catalogue(call, op, in, &catalogue);

    if (err == MPOS_OK) {
        err = read_circumstances(call, op, in, channel, now, &circumstances);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_cart_begin(out, catalogue, &circumstances);
    if (op == NULL && !in->draft) {
        mpos_cart_near(out, now);
    }
    err = mpos_cart_add(call, out, &in->lines);
    if (err == MPOS_OK) {
        err = mpos_cart_discount_order(call, out, &in->discounts);
    }
    if (err == MPOS_OK && in->coupons.count > 0) {
        err = add_coupons(call, op, &in->coupons, out);
    }
    if (err == MPOS_OK && in->waive.count > 0) {
        err = waive(call, op, &in->waive, out);
    }
    return err == MPOS_OK ? mpos_cart_price(call, out) : err;
}

/* By catalogue and time of the quote it must come to what the quote says; who has a quote need not name them. */
static mpos_err
price_quoted(mpos_call *call, const mpos_place_in *in, mpos_channel channel, const char *text,
             mpos_priced_cart *out)
{
    mpos_place_in quoted = *in;
    mpos_quote quote;
    uint8 came_to[32];
    mpos_err err = mpos_quote_read(call, text, &quote);

    if (err != MPOS_OK) {
        return err;
    }
    memcpy(quoted.catalogue, quote.catalogue, sizeof quoted.catalogue);
    quoted.at = quote.at;
    quoted.given |= 1u << MPOS_PLACE_CATALOGUE | 1u << MPOS_PLACE_AT;
    err = price(call, NULL, &quoted, channel, out);
    if (err != MPOS_OK) {
        return err;
    }
    mpos_quote_price(out, came_to);
    return memcmp(came_to, quote.price, sizeof came_to) == 0
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_QUOTE_INVALID, "/quote", "These lines are not those of the quote.");
}

mpos_err
mpos_order_price(mpos_call *call, mpos_device_op *op, const mpos_place_in *in, mpos_channel channel,
                 const char *quote, mpos_priced_cart *out)
{
    return quote != NULL && op == NULL ? price_quoted(call, in, channel, quote, out)
                                       : price(call, op, in, channel, out);
}

/*
 * shadow.c - operation catalogue.shadow: the orders of a day priced by the draft, and what that would have changed, in total and
 * for each rule. A page prices orders for a second at most; whoever asks adds the pages up. Words: shadow, order, rule, page.
 *
 * Orders are built again from what was chosen (their lines, discounts given by hand, circumstances, coupons) with items, prices
 * and rules of the draft. What the draft does not offer any more is skipped and counted. Charges that a guest was spared are
 * not charged.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "cart.h"
#include "catalogue_draft.h"
#include "coupon.h"
#include "id.h"
#include "json.h"
#include "priced_form.h"
#include "rule_shape.h"
#include "shadow_sums.h"
#include "sqlstate.h"
#include "statement.h"

#define PAGE_ORDERS_MAX 200
#define PAGE_US_MAX 1000000
typedef struct shadow_in {
    uint32 given;
    uint8 outlet_id[16];
    const char *date;
    uint8 after[16];
    int64 limit;
} shadow_in;

enum { SHADOW_OUTLET, SHADOW_DATE, SHADOW_AFTER, SHADOW_LIMIT };

static const mpos_field shadow_fields[] = {
    {"outlet_id", MPOS_IN_ID, 0, offsetof(shadow_in, outlet_id)},
    {"date", MPOS_IN_TEXT, 0, offsetof(shadow_in, date), 10, 10},
    {"after", MPOS_IN_ID, 0, offsetof(shadow_in, after)},
    {"limit", MPOS_IN_INT, 0, offsetof(shadow_in, limit), 1, PAGE_ORDERS_MAX},
};
MPOS_SHAPE(shadow, shadow_in);

typedef struct order_lines {
    uint32 given;
    mpos_list lines;
} order_lines;

static const mpos_field order_fields[] = {
    {"lines", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(order_lines, lines), 0, MPOS_CART_LINES_MAX, NULL,
     &mpos_line_shape},
};
MPOS_SHAPE(order, order_lines);

/* The outlet's day, yesterday unless one is named; no row for an outlet that is not there or a day that is none. */
static mpos_statement day_statement = {"SELECT d.day::text, d.day::timestamp AT TIME ZONE o.timezone, (d.day "
                                       "+ 1)::timestamp AT TIME ZONE o.timezone "
                                       "FROM pos.outlet o CROSS JOIN LATERAL (SELECT coalesce($3::date, "
                                       "(now() AT TIME ZONE o.timezone)::date - 1) AS day) d "
                                       "WHERE o.tenant_id = $1 AND o.outlet_id = $2",
                                       NULL};

static mpos_statement orders_statement = {
    "SELECT o.order_id, o.priced_form, o.channel, o.place, o.guests, o.exempt, o.customer_group_id, "
    "coalesce(o.priced_at, (extract(epoch FROM o.created_at AT TIME ZONE u.timezone) / 60)::bigint), "
    "o.coupons, o.waived, "
    "(SELECT jsonb_build_object('lines', jsonb_agg(pos.shadow_line(l) ORDER BY l.position))::text FROM "
    "pos.order_line l "
    "WHERE l.tenant_id = o.tenant_id AND l.order_id = o.order_id AND l.parent_id IS NULL AND l.state <> "
    "'voided'), o.receipt, o.call_number, o.created_at "
    "FROM pos.orders o JOIN pos.outlet u ON u.tenant_id = o.tenant_id AND u.outlet_id = o.outlet_id "
    "WHERE o.tenant_id = $1 AND o.outlet_id = $2 AND o.created_at >= $3 AND o.created_at < $4 AND o.order_id "
    "> $5 "
    "AND o.state <> 'voided' ORDER BY o.order_id LIMIT $6",
    NULL};

/* One order as it was sold. */
typedef struct sold {
    mpos_shadow_order order;
    mpos_circumstances in;
    mpos_list coupons; /* const char * */
    mpos_list waived;  /* uint8[16] */
    char *lines;       /* JSON; NULL when nothing is left of it */
    mpos_cart cart;
    mpos_priced priced;
} sold;

typedef struct shadow {
    const sold *orders;
    int count;
    int done;
    int skipped;
    mpos_shadow_sums *sums;
} shadow;

/* Places of a list of rules that are known to be words of orders. */
static int
word_index(const char *const *words, const char *text)
{
    for (int i = 0; text != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return 0;
}

static void
read_coupons(uint64 row, mpos_list *out)
{
    bool is_null;
    Datum value = mpos_cell(row, 9, &is_null);
    Datum *texts;

    if (is_null) {
        return;
    }
    deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL, &out->count);
    out->items = palloc(sizeof(char *) * (size_t)Max(out->count, 1));
    for (int i = 0; i < out->count; i++) {
        ((char **)out->items)[i] = TextDatumGetCString(texts[i]);
    }
}

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

static void
read_waived(uint64 row, mpos_list *out)
{
    bool is_null;
    Datum value = mpos_cell(row, 10, &is_null);
    Datum *ids;

    if (is_null) {
        return;
    }
    deconstruct_array(DatumGetArrayTypeP(value), UUIDOID, 16, false, TYPALIGN_CHAR, &ids, NULL, &out->count);
    out->items = palloc(16 * (size_t)Max(out->count, 1));
    for (int i = 0; i < out->count; i++) {
        memcpy(((uint8(*)[16])out->items)[i], DatumGetPointer(ids[i]), 16);
    }
    qsort(out->items, (size_t)out->count, 16, compare_ids);
}

static void
read_sold(uint64 row, const uint8 outlet[16], sold *out)
{
    bytea *form = mpos_cell_bytes(row, 2);
    size_t size = VARSIZE_ANY_EXHDR(form);
    size_t room = mpos_priced_form_room_size(size);

    (void)mpos_cell_uuid(row, 1, out->order.id);
    mpos_check(mpos_priced_form_decode((const uint8 *)VARDATA_ANY(form), size, palloc(room), room, &out->cart,
                                       &out->priced),
               "stored priced form");
    memcpy(out->in.outlet, outlet, 16);
    out->in.channel = (uint8)word_index(mpos_channel_words, mpos_cell_text(row, 3));
    out->in.place = (uint8)word_index(mpos_place_words, mpos_cell_text(row, 4));
    out->in.guests = (uint16)mpos_cell_int(row, 5);
    out->in.exempt = mpos_cell_bool(row, 6);
    (void)mpos_cell_uuid(row, 7, out->in.customer_group);
    out->in.at = mpos_cell_big(row, 8);
    read_coupons(row, &out->coupons);
    read_waived(row, &out->waived);
    out->lines = mpos_cell_text(row, 11);
    out->order.receipt = mpos_cell_text(row, 12);
    out->order.call_number = mpos_cell_text(row, 13);
    out->order.created_us = mpos_cell_time(row, 14);
}

/* Those given by hand, as they came in. */
static void
by_hand(const mpos_cart_discount *all, int count, mpos_cart_discount **out, uint16 *out_count)
{
    mpos_cart_discount *list = palloc(sizeof *list * (size_t)Max(count, 1));
    uint16 n = 0;

    for (int i = 0; i < count; i++) {
        if ((all[i].flags & (MPOS_DISCOUNT_RULE | MPOS_DISCOUNT_SURCHARGE)) == 0) {
            list[n++] = all[i];
        }
    }
    *out = list;
    *out_count = n;
}

static void
take_discounts(const sold *order, mpos_priced_cart *cart)
{
    mpos_cart_discount *list;

    for (int i = 0; i < cart->basket.line_count; i++) {
        for (int o = 0; o < order->cart.line_count; o++) {
            if (mpos_id_same(order->cart.lines[o].id, cart->lines[i].id)) {
                by_hand(order->cart.lines[o].discounts, order->cart.lines[o].discount_count, &list,
                        &cart->lines[i].discount_count);
                cart->lines[i].discounts = list;
            }
        }
    }
    by_hand(order->cart.discounts, order->cart.discount_count, &list, &cart->basket.discount_count);
    cart->basket.discounts = list;
}

static void
take_circumstances(const sold *order, mpos_priced_cart *cart)
{
    uint8(*coupons)[16] = palloc(sizeof *coupons * (size_t)Max(order->coupons.count, 1));
    const char *const *codes = order->coupons.items;
    uint16 n = 0;

    for (int i = 0; i < order->coupons.count; i++) {
        mpos_coupon_hash(codes[i], coupons[i]);
    }
    qsort(coupons, (size_t)order->coupons.count, sizeof *coupons, compare_ids);
    for (int i = 0; i < order->coupons.count; i++) {
        if (n == 0 || !mpos_id_same(coupons[n - 1], coupons[i])) {
            memmove(coupons[n++], coupons[i], 16);
        }
    }
    cart->basket.coupons = (const uint8(*)[16])coupons;
    cart->basket.coupon_count = n;
    cart->basket.waived = order->waived.items;
    cart->basket.waived_count = (uint16)order->waived.count;
}

/* The order by a catalogue; false when that does not offer what is in it. The call takes the refusal, which nobody hears. */
static bool
price_by(mpos_call *call, const mpos_catalogue *catalogue, const sold *order, mpos_priced_cart *out)
{
    mpos_call *quiet = palloc(sizeof *quiet);
    order_lines in;
    Jsonb *lines;

    if (order->lines == NULL) {
        return false;
    }
    *quiet = *call;
    lines = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(order->lines)));
    mpos_cart_begin(out, catalogue, &order->in);
    if (mpos_input_object(quiet, &lines->root, &order_shape, &in) != MPOS_OK ||
        mpos_cart_add(quiet, out, &in.lines) != MPOS_OK) {
        return false;
    }
    take_discounts(order, out);
    take_circumstances(order, out);
    return mpos_cart_price(quiet, out) == MPOS_OK;
}

/* Which tax maps an order was sold by is known from what it was sold with. */
static void
add_maps_before(mpos_call *call, const sold *order, mpos_shadow_sums *sums)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(call, order->cart.catalogue);
    mpos_priced_cart cart;

    if (catalogue != NULL && mpos_catalogue_rules(catalogue)->map_count > 0 &&
        price_by(call, catalogue, order, &cart)) {
        mpos_shadow_add_maps(sums, &cart, MPOS_SHADOW_BEFORE);
    }
}

static mpos_err
price_all(mpos_call *call, const mpos_catalogue *draft, void *argument)
{
    shadow *s = argument;
    TimestampTz begin = GetCurrentTimestamp();

    while (s->done < s->count && (s->done == 0 || GetCurrentTimestamp() - begin < PAGE_US_MAX)) {
        const sold *order = &s->orders[s->done++];
        mpos_shadow_order shown;
        mpos_priced_cart cart;

        CHECK_FOR_INTERRUPTS();
        if (!price_by(call, draft, order, &cart)) {
            s->skipped++;
            continue;
        }
        mpos_shadow_add(s->sums, &order->cart, &order->priced, MPOS_SHADOW_BEFORE);
        mpos_shadow_add(s->sums, &cart.cart, &cart.priced, MPOS_SHADOW_AFTER);
        add_maps_before(call, order, s->sums);
        mpos_shadow_add_maps(s->sums, &cart, MPOS_SHADOW_AFTER);
        shown = order->order;
        shown.money[MPOS_SHADOW_BEFORE] = order->priced.total;
        shown.money[MPOS_SHADOW_AFTER] = cart.priced.total;
        mpos_shadow_example(s->sums, &shown);
    }
    return MPOS_OK;
}

static void
answer(mpos_call *call, const char *day, const shadow *s, bool more)
{
    StringInfo out = &call->body;

    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "date", day);
    mpos_json_int(out, "orders", s->done);
    mpos_json_int(out, "skipped", s->skipped);
    mpos_shadow_sums_json(out, s->sums);
    mpos_json_uuid(out, "next", more || s->done < s->count ? s->orders[s->done - 1].order.id : NULL);
    mpos_json_close(out, '}');
}

static bool
is_date(const char *text)
{
    int year;
    int month;
    int day;
    int end = 0;

    return sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) == 3 && end == 10 && year >= 2000 &&
           month >= 1 && month <= 12 && day >= 1 &&
           day <= 28 + (month != 2 ? 2 : year % 4 == 0) +
                      (month != 2 && month != 4 && month != 6 && month != 9 && month != 11);
}

/* The orders of the page; false for an outlet that is not there. */
static bool
read_orders(mpos_call *call, const shadow_in *in, const char **day, shadow *s)
{
    static const uint8 first[16] = {0};
    const uint8 *outlet = MPOS_GIVEN(in, SHADOW_OUTLET) ? in->outlet_id : call->context.outlet;
    int64 limit = MPOS_GIVEN(in, SHADOW_LIMIT) ? in->limit : PAGE_ORDERS_MAX;
    mpos_args args = {0};
    sold *orders;
    int64 from;
    int64 until;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, outlet);
    mpos_arg_text(&args, MPOS_GIVEN(in, SHADOW_DATE) ? in->date : NULL);
    if (mpos_statement_run(&day_statement, &args) == 0) {
        return false;
    }
    *day = mpos_cell_text(0, 1);
    from = mpos_cell_time(0, 2);
    until = mpos_cell_time(0, 3);
    memset(&args, 0, sizeof args);
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, outlet);
    mpos_arg_time(&args, from);
    mpos_arg_time(&args, until);
    mpos_arg_uuid(&args, MPOS_GIVEN(in, SHADOW_AFTER) ? in->after : first);
    mpos_arg_big(&args, limit);
    s->count = (int)mpos_statement_run(&orders_statement, &args);
    orders = palloc0(sizeof *orders * (size_t)Max(s->count, 1));
    for (int i = 0; i < s->count; i++) {
        read_sold((uint64)i, outlet, &orders[i]);
    }
    s->orders = orders;
    return true;
}

mpos_err
mpos_catalogue_shadow(mpos_call *call)
{
    shadow *s = palloc0(sizeof *s);
    const char *day = NULL;
    shadow_in in;
    mpos_err err = mpos_input_params(call, &shadow_shape, &in);

    if (err == MPOS_OK && MPOS_GIVEN(&in, SHADOW_DATE) && !is_date(in.date)) {
        err = mpos_refuse(call, MPOS_E_INVALID_VALUE, "date", "A day is written YYYY-MM-DD.");
    }
    if (err != MPOS_OK) {
        return err;
    }
    if (!read_orders(call, &in, &day, s)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", mpos_err_title(MPOS_E_NOT_FOUND));
    }
    s->sums = mpos_shadow_sums_make();
    err = mpos_catalogue_draft(call, NULL, price_all, s);
    if (err == MPOS_OK) {
        answer(call, day, s, s->count == (MPOS_GIVEN(&in, SHADOW_LIMIT) ? in.limit : PAGE_ORDERS_MAX));
    }
    return err;
}

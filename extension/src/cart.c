/* cart.c - baskets: begun, opened again, priced. Their lines are built in cart_line.c. */
#include "postgres.h"

#include "cart.h"
#include "priced_form.h"
#include "sell.h"
#include "sha256.h"
#include "sqlstate.h"

void
mpos_cart_begin(mpos_priced_cart *out, const mpos_catalogue *catalogue, const mpos_circumstances *in)
{
    memset(out, 0, sizeof *out);
    out->catalogue = catalogue;
    out->rules = mpos_catalogue_rules(catalogue);
    mpos_basket_init(&out->basket);
    out->basket.in = *in;
    memcpy(out->basket.catalogue, catalogue->hash, sizeof out->basket.catalogue);
    out->minute = in->at;
    out->minute_first = in->at;
    out->minute_last = MPOS_LOCAL_MINUTE_MAX;
}

void
mpos_cart_near(mpos_priced_cart *cart, int64 now)
{
    cart->minute_first = Max(cart->minute_first, now - MPOS_MINUTES_NEAR);
    cart->minute_last = now + MPOS_MINUTES_NEAR;
}

static bool
tax_index(const mpos_rules *rules, const uint8 id[16], uint16 *out)
{
    for (uint16 i = 0; i < rules->tax_count; i++) {
        if (memcmp(rules->taxes[i].tax.id, id, 16) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool
book_index(const mpos_rules *rules, const uint8 id[16], uint16 *out)
{
    for (uint16 i = 0; i < rules->book_count; i++) {
        if (memcmp(rules->books[i].id, id, 16) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* The line by other rules; false when they do not have one of its taxes. A book that is gone takes its prices with it. */
static bool
translate_line(const mpos_rules *from, const mpos_rules *to, mpos_basket_line *line)
{
    uint16 *taxes = palloc(sizeof *taxes * Max(line->tax_count, 1));
    mpos_book_price *prices = palloc(sizeof *prices * Max(line->price_count, 1));
    uint16 count = 0;

    for (int i = 0; i < line->tax_count; i++) {
        if (!tax_index(to, from->taxes[line->taxes[i]].tax.id, &taxes[i])) {
            return false;
        }
    }
    for (int i = 0; i < line->price_count; i++) {
        prices[count] = line->prices[i];
        if (book_index(to, from->books[line->prices[i].book].id, &prices[count].book)) {
            count++;
        }
    }
    line->taxes = taxes;
    line->prices = prices;
    line->price_count = count;
    return true;
}

/* False leaves the basket as it is. */
static bool
translate(mpos_priced_cart *cart, const mpos_rules *to)
{
    mpos_basket_line *lines = palloc(sizeof *lines * Max(cart->basket.line_count, 1));

    memcpy(lines, cart->lines, sizeof *lines * cart->basket.line_count);
    for (int i = 0; i < cart->basket.line_count; i++) {
        if (!translate_line(cart->rules, to, &lines[i])) {
            return false;
        }
    }
    cart->lines = lines;
    cart->basket.lines = lines;
    return true;
}

static void
read_basket(mpos_priced_cart *out, const bytea *form)
{
    size_t size = VARSIZE_ANY_EXHDR(form);
    size_t room = mpos_basket_room_size(size);

    mpos_check(mpos_basket_form_decode((const uint8 *)VARDATA_ANY(form), size, out->rules, palloc(room), room,
                                       &out->basket),
               "stored basket");
    out->lines = palloc(sizeof *out->lines * Max(out->basket.line_count, 1));
    memcpy(out->lines, out->basket.lines, sizeof *out->lines * out->basket.line_count);
    out->basket.lines = out->lines;
    out->first_new = out->basket.line_count;
}

mpos_err
mpos_cart_reopen(mpos_call *call, mpos_priced_cart *out, const uint8 catalogue[32], const bytea *basket,
                 int64 minute)
{
    const mpos_catalogue *newest = mpos_catalogue_current(call);

    memset(out, 0, sizeof *out);
    out->catalogue = mpos_catalogue_get(call, catalogue);
    if (out->catalogue == NULL || newest == NULL) {
        return mpos_refuse(call, MPOS_E_CATALOGUE_MISSING, NULL, "%s", "");
    }
    out->rules = mpos_catalogue_rules(out->catalogue);
    read_basket(out, basket);
    out->minute = Max(minute, out->basket.in.at);
    out->minute_first = out->basket.in.at;
    out->minute_last = MPOS_LOCAL_MINUTE_MAX;
    if (newest != out->catalogue && translate(out, mpos_catalogue_rules(newest))) {
        out->catalogue = newest;
        out->rules = mpos_catalogue_rules(newest);
        memcpy(out->basket.catalogue, newest->hash, sizeof out->basket.catalogue);
    }
    return MPOS_OK;
}

void
mpos_cart_remove(mpos_priced_cart *cart, const uint8 line_id[16])
{
    int at = 0;
    int gone;

    while (at < cart->basket.line_count && memcmp(cart->lines[at].id, line_id, 16) != 0) {
        at++;
    }
    if (at == cart->basket.line_count) {
        return;
    }
    gone = 1 + cart->lines[at].component_count;
    memmove(&cart->lines[at], &cart->lines[at + gone],
            sizeof *cart->lines * (size_t)(cart->basket.line_count - at - gone));
    cart->basket.line_count = (uint16)(cart->basket.line_count - gone);
    for (int i = at; i < cart->basket.line_count; i++) {
        if (cart->lines[i].parent != MPOS_NO_PARENT) {
            cart->lines[i].parent = (uint16)(cart->lines[i].parent - gone);
        }
    }
    cart->first_new = cart->basket.line_count;
}

mpos_err
mpos_cart_discounts(mpos_call *call, const char *path, const mpos_list *in, mpos_cart_discount **out)
{
    const mpos_discount_in *wanted = in->items;

    *out = palloc0(sizeof **out * (size_t)Max(in->count, 1));
    for (int i = 0; i < in->count; i++) {
        bool percent = wanted[i].type == MPOS_DISCOUNT_PERCENT;
        int needed = percent ? MPOS_DISCOUNT_IN_RATE : MPOS_DISCOUNT_IN_AMOUNT;
        int other = percent ? MPOS_DISCOUNT_IN_AMOUNT : MPOS_DISCOUNT_IN_RATE;

        if (!MPOS_GIVEN(&wanted[i], needed)) {
            return mpos_refuse(call, MPOS_E_MISSING_FIELD,
                               psprintf("%s/discounts/%d/%s", path, i, percent ? "rate" : "amount"),
                               "This field is required.");
        }
        if (MPOS_GIVEN(&wanted[i], other)) {
            return mpos_refuse(call, MPOS_E_UNKNOWN_FIELD,
                               psprintf("%s/discounts/%d/%s", path, i, percent ? "amount" : "rate"),
                               "A discount has a rate or an amount, as its type says.");
        }
        (*out)[i].type = (uint8)wanted[i].type;
        (*out)[i].value = percent ? wanted[i].rate : wanted[i].amount;
    }
    return MPOS_OK;
}

mpos_err
mpos_cart_discount_order(mpos_call *call, mpos_priced_cart *cart, const mpos_list *discounts)
{
    mpos_cart_discount *list;
    mpos_err err = mpos_cart_discounts(call, "", discounts, &list);

    if (err == MPOS_OK) {
        cart->basket.discounts = list;
        cart->basket.discount_count = (uint16)discounts->count;
    }
    return err;
}

/* An empty basket needs no room; one that needs none and is not empty is not in order. */
static mpos_err
sell(mpos_priced_cart *cart)
{
    size_t room = mpos_sell_size(cart->rules, &cart->basket);
    mpos_err err = room == 0 ? mpos_basket_check(&cart->basket, cart->rules, NULL) : MPOS_OK;

    if (err == MPOS_OK) {
        err = mpos_sell(cart->rules, &cart->basket, palloc(Max(room, 8)), room, &cart->cart);
    }
    if (err != MPOS_OK) {
        return err;
    }
    room = mpos_price_size(&cart->cart);
    if (room == 0 && cart->cart.line_count > 0) {
        return MPOS_E_TOO_MANY;
    }
    return mpos_price(&cart->cart, palloc(Max(room, 8)), room, &cart->priced);
}

mpos_err
mpos_cart_price(mpos_call *call, mpos_priced_cart *cart)
{
    mpos_err err = sell(cart);
    size_t room;

    if (err != MPOS_OK) {
        return mpos_refuse(call, err, "/lines", "%s",
                           err == MPOS_E_TOO_MANY ? "The order is too large." : "");
    }
    room = mpos_priced_form_size(&cart->cart);
    cart->form = palloc(room);
    mpos_check(mpos_priced_form_encode(&cart->cart, &cart->priced, cart->form, room, &cart->form_size),
               "priced form");
    mpos_sha256(cart->form, cart->form_size, NULL, 0, cart->hash);
    return MPOS_OK;
}

bytea *
mpos_cart_basket(const mpos_priced_cart *cart)
{
    size_t room = mpos_basket_form_size(&cart->basket);
    bytea *form = palloc(VARHDRSZ + room);
    size_t size;

    mpos_check(mpos_basket_form_encode(&cart->basket, (uint8 *)VARDATA(form), room, &size), "basket");
    SET_VARSIZE(form, VARHDRSZ + size);
    return form;
}

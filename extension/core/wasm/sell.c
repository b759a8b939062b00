/*
 * sell.c - selling in the module: the page puts the form of the rules where rules() says and calls load_rules once, then for each
 * change of a basket its form into the input and calls sell; explain tells why of the last one, allowance how much
 * discount a limit leaves it. Words: rules, basket, trace.
 *
 * Results as in exports.c. What sell and explain work in is their own, so other calls may come between them.
 */
#include "buffers.h"
#include "explain.h"
#include "limit.h"
#include "priced_form.h"
#include "pricing.h"
#include "sell.h"

enum {
    RULES_ROOM_SIZE = MPOS_RULES_SIZE_MAX * 4 + 64,
    BASKET_ROOM_SIZE = MPOS_BASKET_FORM_MAX * 4 + 64,
    SELL_ROOM_SIZE = 1024 * 1024,
    PRICE_ROOM_SIZE = 2 * 1024 * 1024,
    ENTRIES_MAX = 20000
};

static uint8_t rules_form[MPOS_RULES_SIZE_MAX];
static uint64_t rules_room[RULES_ROOM_SIZE / 8];
static uint64_t basket_room[BASKET_ROOM_SIZE / 8];
static uint64_t sell_room[SELL_ROOM_SIZE / 8];
static uint64_t price_room[PRICE_ROOM_SIZE / 8];
static mpos_explain_entry entries[ENTRIES_MAX];

/* What was made last; none: the rules have changed or the basket was refused. */
static struct {
    int has_rules;
    int has_sale;
    mpos_rules rules;
    mpos_basket basket;
    mpos_cart cart;
    mpos_priced priced;
} last;

EXPORT("rules")
uint8_t *
wasm_rules(void)
{
    return rules_form;
}

EXPORT("rules_size")
int32_t
wasm_rules_size(void)
{
    return sizeof rules_form;
}

/* Reads the form of `size` bytes of the rules; 0, or minus the error: then there are none. */
EXPORT("load_rules")
int32_t
wasm_load_rules(uint32_t size)
{
    mpos_err err = MPOS_E_TOO_MANY;

    last.has_sale = 0;
    if (size <= sizeof rules_form) {
        err = mpos_rules_form_decode(rules_form, size, rules_room, sizeof rules_room, &last.rules);
    }
    last.has_rules = err == MPOS_OK;
    return -(int32_t)err;
}

static mpos_err
sell_basket(uint32_t size, size_t *form_size)
{
    mpos_err err = last.has_rules ? MPOS_OK : MPOS_E_CATALOGUE_MISSING;

    err = err == MPOS_OK && size > (uint32_t)wasm_input_size() ? MPOS_E_TOO_MANY : err;
    err = err == MPOS_OK ? mpos_basket_form_decode(wasm_input(), size, &last.rules, basket_room,
                                                   sizeof basket_room, &last.basket)
                         : err;
    err =
        err == MPOS_OK ? mpos_sell(&last.rules, &last.basket, sell_room, sizeof sell_room, &last.cart) : err;
    err = err == MPOS_OK ? mpos_price(&last.cart, price_room, sizeof price_room, &last.priced) : err;
    return err == MPOS_OK ? mpos_priced_form_encode(&last.cart, &last.priced, wasm_output(),
                                                    (size_t)wasm_output_size(), form_size)
                          : err;
}

/* Sells the basket form of `size` bytes in the input; the size of the priced form in the output, or minus the error. */
EXPORT("sell")
int32_t
wasm_sell(uint32_t size)
{
    size_t form_size = 0;
    mpos_err err = sell_basket(size, &form_size);

    last.has_sale = err == MPOS_OK;
    return err == MPOS_OK ? (int32_t)form_size : -(int32_t)err;
}

/* The most discount that a limit (rate, scale 9) allows the last sale (limit.h), or minus the error. */
EXPORT("allowance")
int64_t
wasm_allowance(int64_t limit)
{
    int64_t out = 0;
    mpos_err err = last.has_sale ? MPOS_OK : MPOS_E_ORDER_EMPTY;

    err = err == MPOS_OK ? mpos_discount_allowance(&last.cart, &last.priced, limit, &out) : err;
    return err == MPOS_OK ? out : -(int64_t)err;
}

/* The size of the trace (explain.h) of the last sell in the output, or minus the error. */
EXPORT("explain")
int32_t
wasm_explain(void)
{
    size_t count = 0;
    size_t form_size = 0;
    mpos_err err = last.has_sale ? MPOS_OK : MPOS_E_ORDER_EMPTY;

    err = err == MPOS_OK ? mpos_explain(&last.rules, &last.basket, &last.cart, &last.priced, entries,
                                        ENTRIES_MAX, &count)
                         : err;
    err = err == MPOS_OK
              ? mpos_trace_form_encode(entries, count, wasm_output(), (size_t)wasm_output_size(), &form_size)
              : err;
    return err == MPOS_OK ? (int32_t)form_size : -(int32_t)err;
}

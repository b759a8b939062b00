/*
 * price_stream.c - the native side of comparing hosts. Words: seed, form, record.
 *
 *   price_stream SEED COUNT   writes COUNT random carts as records { u32 size, cart form } { u32 size, priced form }
 *   price_stream sales SEED COUNT   writes COUNT random sales as records: rules, basket, priced form, trace (explain.h)
 *   price_stream bench        prints microseconds for carts of ten lines
 *
 * Sizes are big-endian; a size above 2^31 is 2^32 minus the error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "basket_random.h"
#include "bytes.h"
#include "cart_form.h"
#include "cart_random.h"
#include "explain.h"
#include "priced_form.h"
#include "sell.h"

static uint8_t cart_bytes[1 << 20];
static uint8_t priced_bytes[1 << 20];
static uint64_t cart_room[1 << 17];
static uint64_t price_room[1 << 18];

static void
put_record(const uint8_t *bytes, uint32_t size)
{
    uint8_t head[4];

    mpos_put_u32(head, size);
    fwrite(head, 1, 4, stdout);
    if (size <= INT32_MAX) {
        fwrite(bytes, 1, size, stdout);
    }
}

/* Prices the cart form as the module does. Returns the size of the priced form or minus the error. */
static uint32_t
price_form(size_t cart_size)
{
    mpos_cart cart;
    mpos_priced priced;
    size_t size = 0;
    mpos_err err = mpos_cart_form_decode(cart_bytes, cart_size, cart_room, sizeof cart_room, &cart);

    err = err == MPOS_OK ? mpos_price(&cart, price_room, sizeof price_room, &priced) : err;
    err = err == MPOS_OK ? mpos_priced_form_encode(&cart, &priced, priced_bytes, sizeof priced_bytes, &size)
                         : err;
    return err == MPOS_OK ? (uint32_t)size : 0 - (uint32_t)err;
}

static int
write_random(uint64_t seed, long count)
{
    static random_cart r;

    random_cart_seed(&r, seed);
    for (long i = 0; i < count; i++) {
        size_t size;

        random_cart_next(&r);
        if (mpos_cart_form_encode(&r.cart, cart_bytes, sizeof cart_bytes, &size) != MPOS_OK) {
            return 1;
        }
        put_record(cart_bytes, (uint32_t)size);
        put_record(priced_bytes, price_form(size));
    }
    return 0;
}

enum { ENTRIES_MAX = 20000 };

/* Sells, prices and explains r's basket, and writes the four forms. */
static mpos_err
write_sale(const random_basket *r, mpos_explain_entry *entries)
{
    mpos_cart cart;
    mpos_priced priced;
    size_t size = 0;
    size_t count = 0;
    mpos_err err = mpos_rules_form_encode(&r->rules, cart_bytes, sizeof cart_bytes, &size);

    put_record(cart_bytes, (uint32_t)size);
    err = err == MPOS_OK ? mpos_basket_form_encode(&r->basket, cart_bytes, sizeof cart_bytes, &size) : err;
    put_record(cart_bytes, (uint32_t)size);
    err = err == MPOS_OK ? mpos_sell(&r->rules, &r->basket, cart_room, sizeof cart_room, &cart) : err;
    err = err == MPOS_OK ? mpos_price(&cart, price_room, sizeof price_room, &priced) : err;
    err = err == MPOS_OK ? mpos_priced_form_encode(&cart, &priced, priced_bytes, sizeof priced_bytes, &size)
                         : err;
    put_record(priced_bytes, (uint32_t)size);
    err = err == MPOS_OK ? mpos_explain(&r->rules, &r->basket, &cart, &priced, entries, ENTRIES_MAX, &count)
                         : err;
    err = err == MPOS_OK ? mpos_trace_form_encode(entries, count, priced_bytes, sizeof priced_bytes, &size)
                         : err;
    put_record(priced_bytes, (uint32_t)size);
    return err;
}

static int
write_sales(uint64_t seed, long count)
{
    static random_basket r;
    static mpos_explain_entry entries[ENTRIES_MAX];

    random_basket_seed(&r, seed);
    for (long i = 0; i < count; i++) {
        random_rules_next(&r);
        random_basket_next(&r);
        if (write_sale(&r, entries) != MPOS_OK) {
            return 1;
        }
    }
    return 0;
}

/* A cart of ten lines, each with two modifiers, a discount and two taxes, and two discounts of the order; one that has a price. */
static void
ten_lines(random_cart *r, int level)
{
    mpos_priced priced;

    do {
        do {
            random_cart_next(r);
        } while (r->cart.line_count != 10 || r->cart.discount_count != 2 || r->cart.tax_count != 2);
        r->cart.rounding.level = (uint8_t)level;
        for (size_t i = 0; i < 10; i++) {
            r->lines[i].tax_count = r->lines[i].component_count > 0 ? 0 : 2;
            r->line_taxes[i][0] = 0;
            r->line_taxes[i][1] = 1;
        }
    } while (mpos_price(&r->cart, price_room, sizeof price_room, &priced) != MPOS_OK);
}

static int
bench(void)
{
    enum { ROUNDS = 20000 };
    static random_cart r;
    struct timespec start, end;
    mpos_priced priced;
    size_t size = 0;

    r.simple = 1;
    random_cart_seed(&r, 1);
    r.simple = 1;
    for (int level = 0; level < MPOS_ROUNDING_LEVELS; level++) {
        ten_lines(&r, level);
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (int i = 0; i < ROUNDS; i++) {
            if (mpos_price(&r.cart, price_room, sizeof price_room, &priced) != MPOS_OK ||
                mpos_priced_form_encode(&r.cart, &priced, priced_bytes, sizeof priced_bytes, &size) !=
                    MPOS_OK) {
                return 1;
            }
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("level %d: %.2f us per cart of 10 lines, form %zu bytes\n", level,
               ((double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3) /
                   ROUNDS,
               size);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3) {
        return write_random(strtoull(argv[1], NULL, 10), strtol(argv[2], NULL, 10));
    }
    if (argc == 4 && strcmp(argv[1], "sales") == 0) {
        return write_sales(strtoull(argv[2], NULL, 10), strtol(argv[3], NULL, 10));
    }
    return argc == 2 && strcmp(argv[1], "bench") == 0 ? bench() : 2;
}

/*
 * price.c - how long a sale takes to price: ten lines with two modifiers each, two promotions, two taxes. Words: sale, form.
 *
 *   price            nanoseconds, the fastest of 200 rounds: "sell price forms", forms being everything from a page's point of
 *                    view: basket form in, priced form out
 *   price FILE       writes the rules' form and the basket's, each with its size (4 bytes, big-endian) before it, for WASM
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "basket.h"
#include "bytes.h"
#include "priced_form.h"
#include "rules.h"
#include "sell.h"

enum { LINES = 10, MODIFIERS = 2, ROUNDS = 200, TIMES = 200 };

static mpos_rule_tax taxes[2];
static mpos_promotion promotions[2];
static uint8_t categories[1][16];
static mpos_basket_line lines[LINES];
static mpos_basket_group groups[1] = {{1}};
static mpos_basket_modifier modifiers[LINES][MODIFIERS];
static uint16_t line_taxes[2][1] = {{0}, {1}};
static mpos_rules rules;
static mpos_basket basket;
static uint64_t rules_room[1 << 14], basket_room[1 << 14], room[1 << 16], price_room[1 << 16];
static uint8_t rules_form[1 << 14], basket_form[1 << 14], priced_form[1 << 16];
static size_t rules_size, basket_size, priced_size;

static void
put_id(uint8_t id[16], int kind, int number)
{
    memset(id, kind, 16);
    id[15] = (uint8_t)number;
}

static void
must(mpos_err err)
{
    if (err != MPOS_OK) {
        fprintf(stderr, "%s\n", mpos_err_code(err));
        exit(1);
    }
}

/* 19 % and 7 % included; happy hour on one category, every third of all others free. */
static void
make_rules(void)
{
    const mpos_when always = {.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};

    mpos_rules_init(&rules, "EUR", 2);
    for (int i = 0; i < 2; i++) {
        taxes[i].tax.value = i == 0 ? 190000000 : 70000000;
        taxes[i].tax.flags = MPOS_TAX_INCLUDED;
        taxes[i].when = always;
        put_id(taxes[i].tax.id, 1, i);
        promotions[i].when = always;
        promotions[i].priority = -i;
        put_id(promotions[i].id, 2, i);
    }
    put_id(categories[0], 3, 0);
    promotions[0].value = 200000000;
    promotions[0].targets = (mpos_targets){0, 1, NULL, (const uint8_t(*)[16])categories};
    promotions[0].when.start = 17 * 60;
    promotions[0].when.end = 20 * 60;
    promotions[1].kind = MPOS_PROMOTION_BUY_GET;
    promotions[1].value = MPOS_RATE_ONE;
    promotions[1].buy = 2 * MPOS_QTY_ONE;
    promotions[1].get = MPOS_QTY_ONE;
    rules.taxes = taxes;
    rules.promotions = promotions;
    rules.tax_count = rules.promotion_count = 2;
}

static void
make_line(int i)
{
    mpos_basket_line *line = &lines[i];

    put_id(line->id, 4, i);
    put_id(line->item, 5, i);
    put_id(line->category, 3, i % 2);
    line->qty = (1 + i % 3) * MPOS_QTY_ONE;
    line->price = 250 + 35 * i;
    line->open_price = line->floor = MPOS_NO_AMOUNT;
    line->parent = MPOS_NO_PARENT;
    line->taxes = line_taxes[i % 2];
    line->tax_count = 1;
    line->groups = groups;
    line->group_count = 1;
    line->modifiers = modifiers[i];
    line->modifier_count = MODIFIERS;
    for (int k = 0; k < MODIFIERS; k++) {
        modifiers[i][k] = (mpos_basket_modifier){.qty = 1, .price = 30 + 10 * k};
        put_id(modifiers[i][k].id, 6, k);
    }
}

static void
make_basket(void)
{
    mpos_basket_init(&basket);
    basket.in.at = 20777 * (int64_t)MPOS_DAY_MINUTES + 18 * 60;
    for (int i = 0; i < LINES; i++) {
        make_line(i);
    }
    basket.lines = lines;
    basket.line_count = LINES;
    must(mpos_rules_check(&rules, NULL));
    must(mpos_rules_form_encode(&rules, rules_form, sizeof rules_form, &rules_size));
    must(mpos_basket_form_encode(&basket, basket_form, sizeof basket_form, &basket_size));
}

static void
sell(mpos_cart *cart)
{
    must(mpos_sell(&rules, &basket, room, sizeof room, cart));
}

static void
run_sell(void)
{
    mpos_cart cart;

    sell(&cart);
}

static void
run_price(void)
{
    mpos_cart cart;
    mpos_priced priced;

    sell(&cart);
    must(mpos_price(&cart, price_room, sizeof price_room, &priced));
}

/* The rules are read once, the basket each time. */
static void
run_forms(void)
{
    mpos_basket read;
    mpos_cart cart;
    mpos_priced priced;

    must(mpos_basket_form_decode(basket_form, basket_size, &rules, basket_room, sizeof basket_room, &read));
    must(mpos_sell(&rules, &read, room, sizeof room, &cart));
    must(mpos_price(&cart, price_room, sizeof price_room, &priced));
    must(mpos_priced_form_encode(&cart, &priced, priced_form, sizeof priced_form, &priced_size));
}

/* Whatever disturbs only adds. */
static double
nanoseconds(void (*run)(void))
{
    double fastest = 1e18;

    for (int i = 0; i < ROUNDS; i++) {
        struct timespec from, to;
        double round;

        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int k = 0; k < TIMES; k++) {
            run();
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        round = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / TIMES;
        fastest = round < fastest ? round : fastest;
    }
    return fastest;
}

static void
put_sized(FILE *file, const uint8_t *bytes, size_t size)
{
    uint8_t head[4];

    mpos_put_u32(head, (uint32_t)size);
    fwrite(head, 1, 4, file);
    fwrite(bytes, 1, size, file);
}

static int
write_forms(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        perror(path);
        return 1;
    }
    put_sized(file, rules_form, rules_size);
    put_sized(file, basket_form, basket_size);
    return fclose(file) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    make_rules();
    make_basket();
    /* as a host holds them: read from their form */
    must(mpos_rules_form_decode(rules_form, rules_size, rules_room, sizeof rules_room, &rules));
    if (argc == 2) {
        return write_forms(argv[1]);
    }
    printf("%.0f %.0f %.0f\n", nanoseconds(run_sell), nanoseconds(run_price), nanoseconds(run_forms));
    return 0;
}

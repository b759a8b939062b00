/* test_rules.c - rules: their form, where their mistakes are, and when they hold. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "rules.h"
#include "tender.h"

static const uint8_t ids[][16] = {{1}, {2}, {3}};
static const uint8_t coupons[][16] = {{7}, {9}};

/* Rules with one of everything. */
typedef struct book_of_rules {
    mpos_rules rules;
    mpos_outlet_rounding roundings[2];
    mpos_tax_bracket brackets[2];
    mpos_rule_tax taxes[3];
    uint16_t replaced_by[2];
    mpos_replacement replacements[2];
    mpos_tax_map maps[2];
    mpos_book books[2];
    mpos_slot slots[2];
    mpos_promotion promotions[2];
    uint16_t charge_taxes[2];
    mpos_charge_rule charges[2];
    mpos_currency currencies[2];
} book_of_rules;

static mpos_when
always(void)
{
    return (mpos_when){.from = MPOS_NO_TIME, .until = MPOS_NO_TIME};
}

static void
add_taxes(book_of_rules *b)
{
    b->brackets[0] = (mpos_tax_bracket){100, 5, 0};
    b->brackets[1] = (mpos_tax_bracket){200, 10, 60000000};
    for (uint8_t i = 0; i < 3; i++) {
        b->taxes[i] =
            (mpos_rule_tax){{.id = {i + 1}, .flags = MPOS_TAX_INCLUDED, .value = 190000000}, always()};
    }
    b->taxes[2].tax =
        (mpos_cart_tax){.id = {9}, .type = MPOS_TAX_BRACKET, .bracket_count = 2, .brackets = b->brackets};
    b->replaced_by[0] = 1;
    b->replacements[0] = (mpos_replacement){0, 1, b->replaced_by};
    b->replacements[1] = (mpos_replacement){2, 0, NULL};
    b->maps[0] = (mpos_tax_map){.id = {1},
                                .keep = MPOS_KEEP_NET,
                                .replacement_count = 2,
                                .replacements = b->replacements,
                                .when = always()};
    b->maps[0].when.places = 1 << MPOS_TAKE_AWAY;
    b->maps[1] = (mpos_tax_map){.id = {2}, .priority = -5, .flags = MPOS_MAP_EXEMPT, .when = always()};
}

static void
add_promotions(book_of_rules *b)
{
    b->slots[0] = (mpos_slot){{.item_count = 3, .items = ids}, MPOS_QTY_ONE};
    b->slots[1] = (mpos_slot){{.category_count = 1, .categories = ids}, 2 * MPOS_QTY_ONE};
    b->promotions[0] = (mpos_promotion){.id = {1},
                                        .kind = MPOS_PROMOTION_BUNDLE,
                                        .value = 990,
                                        .slot_count = 2,
                                        .slots = b->slots,
                                        .max_uses = 2,
                                        .when = always()};
    b->promotions[1] = (mpos_promotion){.id = {2},
                                        .priority = 7,
                                        .kind = MPOS_PROMOTION_BUY_GET,
                                        .value = MPOS_RATE_ONE,
                                        .buy = 2 * MPOS_QTY_ONE,
                                        .get = MPOS_QTY_ONE,
                                        .coupon_count = 2,
                                        .coupons = coupons,
                                        .targets = {.item_count = 2, .items = ids},
                                        .when = always()};
}

static book_of_rules *
make(void)
{
    book_of_rules *b = calloc(1, sizeof *b);

    mpos_rules_init(&b->rules, "EUR", 2);
    b->roundings[0] = (mpos_outlet_rounding){{5}, {MPOS_ROUND_HALF_EVEN, MPOS_LEVEL_RATE, 0, 1, 5, 0}};
    b->roundings[1] = (mpos_outlet_rounding){{4}, {MPOS_ROUND_UP, MPOS_LEVEL_ORDER, 1, 10, 10, 1}};
    add_taxes(b);
    b->books[0] = (mpos_book){{1}, 3, always()};
    b->books[1] = (mpos_book){{2}, -3, always()};
    b->books[1].when = (mpos_when){100, 200, 600, 660, 0x1f, 2, 0x1ff, 4, 3, 2, ids, ids};
    add_promotions(b);
    b->charge_taxes[0] = 1;
    b->charges[0] = (mpos_charge_rule){
        .id = {1}, .value = 100000000, .tax_count = 1, .taxes = b->charge_taxes, .when = always()};
    b->charges[1] = (mpos_charge_rule){
        .id = {2}, .type = MPOS_CHARGE_PER_GUEST, .flags = 2, .value = 150, .when = always()};
    b->currencies[0] = (mpos_currency){"USD", 2, 920000000, 10000000, 0};
    b->currencies[1] = (mpos_currency){"JPY", 0, 6200000, 0, 1000};
    b->rules.roundings = b->roundings;
    b->rules.taxes = b->taxes;
    b->rules.maps = b->maps;
    b->rules.books = b->books;
    b->rules.promotions = b->promotions;
    b->rules.charges = b->charges;
    b->rules.currencies = b->currencies;
    b->rules.rounding_count = b->rules.map_count = b->rules.book_count = b->rules.promotion_count =
        b->rules.charge_count = b->rules.currency_count = 2;
    b->rules.tax_count = 3;
    return b;
}

static uint8_t *
encode(const mpos_rules *rules, size_t *size)
{
    size_t wanted = mpos_rules_form_size(rules);
    uint8_t *form = malloc(wanted);

    assert_int_equal(mpos_rules_form_encode(rules, form, wanted - 1, size), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_rules_form_encode(rules, form, wanted, size), MPOS_OK);
    assert_int_equal(*size, wanted);
    return form;
}

/* Decodes from and into memory of exactly that size, so that the sanitizer sees a byte too many. */
static mpos_err
decode(const uint8_t *form, size_t size, size_t room_size, uint8_t **again, size_t *again_size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    void *room = malloc(room_size > 0 ? room_size : 1);
    mpos_rules rules;
    mpos_err err;

    if (size > 0) {
        memcpy(exact, form, size);
    }
    err = mpos_rules_form_decode(exact, size, room, room_size, &rules);
    free(exact);
    if (err == MPOS_OK && again != NULL) {
        *again = encode(&rules, again_size);
    }
    free(room);
    return err;
}

static void
test_form_comes_back(void **state)
{
    book_of_rules *b = make();
    char pointer[MPOS_POINTER_SIZE] = "untouched";
    size_t size, again_size;
    uint8_t *again;
    uint8_t *form = encode(&b->rules, &size);

    (void)state;
    assert_int_equal(mpos_rules_check(&b->rules, pointer), MPOS_OK);
    assert_string_equal(pointer, "untouched");
    assert_int_equal(decode(form, size, mpos_rules_room_size(size), &again, &again_size), MPOS_OK);
    assert_int_equal(again_size, size);
    assert_memory_equal(again, form, size);
    free(again);
    free(form);
    free(b);
}

static void
test_form_layout(void **state)
{
    mpos_rules rules;
    mpos_book book = {{0xab}, -2, {.from = 16, .until = MPOS_NO_TIME, .start = 60, .end = 120, .days = 3}};
    uint8_t form[MPOS_RULES_HEADER_SIZE + 52];
    size_t size;

    (void)state;
    mpos_rules_init(&rules, "EUR", 2);
    rules.books = &book;
    rules.book_count = 1;
    assert_int_equal(mpos_rules_form_encode(&rules, form, sizeof form, &size), MPOS_OK);
    assert_int_equal(size, sizeof form);
    assert_hex(form, "4d504f5352554c31"
                     "455552"
                     "02"
                     "00"
                     "04"
                     "0000"
                     "0102030400000000"
                     "0001000000000000"
                     "0000000000000001"
                     "0000000000000001"
                     "0000"
                     "0000"
                     "0001"
                     "0000"
                     "0000"
                     "0000"
                     "00000000"
                     "ab000000000000000000000000000000"
                     "fffffffe"
                     "0000000000000010"
                     "ffffffffffffffff"
                     "003c"
                     "0078"
                     "03"
                     "00"
                     "0000"
                     "0000"
                     "0000"
                     "0000"
                     "0000");
}

/* Shorter and longer forms, and too little room, are refused and do no harm. */
static void
test_wrong_sizes_are_refused(void **state)
{
    book_of_rules *b = make();
    size_t size;
    uint8_t *form = encode(&b->rules, &size);
    uint8_t *longer = calloc(1, size + 1);

    (void)state;
    for (size_t i = 0; i < size; i++) {
        assert_int_not_equal(decode(form, i, mpos_rules_room_size(size), NULL, NULL), MPOS_OK);
    }
    memcpy(longer, form, size);
    assert_int_equal(decode(longer, size + 1, mpos_rules_room_size(size), NULL, NULL), MPOS_E_INVALID_VALUE);
    for (size_t room = 0; room < 256; room += 8) {
        assert_int_equal(decode(form, size, room, NULL, NULL), MPOS_E_BUFFER_TOO_SMALL);
    }
    free(longer);
    free(form);
    free(b);
}

/* What is read after any byte was changed writes exactly these bytes again. */
static void
test_changed_bytes_do_no_harm(void **state)
{
    book_of_rules *b = make();
    size_t size;
    uint8_t *form = encode(&b->rules, &size);

    (void)state;
    for (size_t i = 0; i < size; i++) {
        for (unsigned mask = 1; mask <= 0x80; mask <<= 1) {
            size_t again_size;
            uint8_t *again;

            form[i] ^= (uint8_t)mask;
            if (decode(form, size, mpos_rules_room_size(size), &again, &again_size) == MPOS_OK) {
                assert_int_equal(again_size, size);
                assert_memory_equal(again, form, size);
                free(again);
            }
            form[i] ^= (uint8_t)mask;
        }
    }
    free(form);
    free(b);
}

/* The change makes the rules wrong in this way at this place. */
#define WRONG(change, error, place)                                                                          \
    do {                                                                                                     \
        book_of_rules *b = make();                                                                           \
        char pointer[MPOS_POINTER_SIZE] = "";                                                                \
        change;                                                                                              \
        assert_int_equal(mpos_rules_check(&b->rules, pointer), error);                                       \
        assert_string_equal(pointer, place);                                                                 \
        assert_int_equal(mpos_rules_check(&b->rules, NULL), error);                                          \
        free(b);                                                                                             \
    } while (0)

static void
test_settings_name_their_mistakes(void **state)
{
    (void)state;
    WRONG(b->rules.currency[1] = 'x', MPOS_E_INVALID_VALUE, "/currency");
    WRONG(b->rules.exponent = 5, MPOS_E_OUT_OF_RANGE, "/exponent");
    WRONG(b->rules.apportion = 3, MPOS_E_INVALID_VALUE, "/apportion");
    WRONG(b->rules.sequence[2] = 4, MPOS_E_INVALID_VALUE, "/sequence");
    WRONG(b->rules.sequence[1] = 5, MPOS_E_INVALID_VALUE, "/sequence/1");
    WRONG(b->rules.sequence[5] = 1, MPOS_E_INVALID_VALUE, "/sequence/5");
    WRONG(b->rules.sequence_count = 9, MPOS_E_TOO_MANY, "/sequence");
    WRONG(b->rules.rounding.mode = 7, MPOS_E_INVALID_VALUE, "/rounding/mode");
    WRONG(b->rules.rounding.increment = 0, MPOS_E_OUT_OF_RANGE, "/rounding/increment");
    WRONG(b->roundings[1].rounding.level = MPOS_ROUNDING_LEVELS, MPOS_E_INVALID_VALUE, "/roundings/1/level");
    WRONG(b->roundings[1].outlet[0] = 5, MPOS_E_INVALID_VALUE, "/roundings/1/outlet");
    WRONG(b->rules.promotion_count = 501, MPOS_E_TOO_MANY, "/promotions");
    WRONG(memcpy(b->currencies[1].code, "USD", 3), MPOS_E_INVALID_VALUE, "/currencies/1/code");
    WRONG(memcpy(b->currencies[0].code, "EUR", 3), MPOS_E_INVALID_VALUE, "/currencies/0/code");
    WRONG(b->currencies[0].rate = 0, MPOS_E_OUT_OF_RANGE, "/currencies/0/rate");
    WRONG(b->currencies[0].rate = MPOS_CURRENCY_RATE_MAX + 1, MPOS_E_OUT_OF_RANGE, "/currencies/0/rate");
    WRONG(b->currencies[1].spread = MPOS_RATE_ONE, MPOS_E_OUT_OF_RANGE, "/currencies/1/spread");
}

static void
test_taxes_maps_and_books_name_their_mistakes(void **state)
{
    (void)state;
    WRONG(b->taxes[1].tax.id[0] = 1, MPOS_E_INVALID_VALUE, "/taxes/1/id");
    WRONG(b->taxes[1].tax.id[0] = 0, MPOS_E_INVALID_VALUE, "/taxes/1/id");
    WRONG(b->taxes[1].tax.type = 4, MPOS_E_INVALID_VALUE, "/taxes/1/type");
    WRONG(b->taxes[0].tax.value = -1, MPOS_E_OUT_OF_RANGE, "/taxes/0/value");
    WRONG(b->taxes[2].tax.flags = MPOS_TAX_INCLUDED, MPOS_E_INVALID_VALUE, "/taxes/2/flags");
    WRONG(b->taxes[2].tax.flags = MPOS_TAX_AFFECTS_NEXT, MPOS_E_INVALID_VALUE, "/taxes/2/flags");
    WRONG(b->taxes[2].tax.bracket_count = 0, MPOS_E_INVALID_VALUE, "/taxes/2/brackets");
    WRONG(b->taxes[2].tax.bracket_count = 65, MPOS_E_TOO_MANY, "/taxes/2/brackets");
    WRONG(b->taxes[1].tax.bracket_count = 1, MPOS_E_INVALID_VALUE, "/taxes/1/brackets");
    WRONG(b->brackets[1].from = 100, MPOS_E_OUT_OF_RANGE, "/taxes/2/brackets/1/from");
    WRONG(b->brackets[0].rate = -1, MPOS_E_OUT_OF_RANGE, "/taxes/2/brackets/0/rate");
    WRONG(b->maps[1].flags = 2, MPOS_E_INVALID_VALUE, "/maps/1/flags");
    WRONG(b->maps[0].keep = 2, MPOS_E_INVALID_VALUE, "/maps/0/keep");
    WRONG(b->replacements[1].tax = 0, MPOS_E_INVALID_VALUE, "/maps/0/replacements/1/tax");
    WRONG(b->replacements[1].tax = 3, MPOS_E_INVALID_VALUE, "/maps/0/replacements/1/tax");
    WRONG(b->replaced_by[0] = 3, MPOS_E_INVALID_VALUE, "/maps/0/replacements/0/taxes/0");
    WRONG(b->books[1].id[0] = 1, MPOS_E_INVALID_VALUE, "/books/1/id");
    WRONG(b->books[1].when.until = 100, MPOS_E_OUT_OF_RANGE, "/books/1/when/until");
    WRONG(b->books[1].when.from = -2, MPOS_E_OUT_OF_RANGE, "/books/1/when/from");
    WRONG(b->books[1].when.start = 1440, MPOS_E_OUT_OF_RANGE, "/books/1/when/start");
    WRONG(b->books[1].when.end = 1441, MPOS_E_OUT_OF_RANGE, "/books/1/when/end");
    WRONG(b->books[1].when.days = 128, MPOS_E_INVALID_VALUE, "/books/1/when/days");
    WRONG(b->books[1].when.channels = 512, MPOS_E_INVALID_VALUE, "/books/1/when/channels");
    WRONG(b->books[1].when.outlet_count = 1001, MPOS_E_TOO_MANY, "/books/1/when/outlets");
}

static void
test_promotions_and_charges_name_their_mistakes(void **state)
{
    static const uint8_t falling[][16] = {{2}, {1}, {1}};

    (void)state;
    WRONG(b->promotions[1].kind = 6, MPOS_E_INVALID_VALUE, "/promotions/1/kind");
    WRONG(b->promotions[1].value = MPOS_RATE_ONE + 1, MPOS_E_OUT_OF_RANGE, "/promotions/1/value");
    WRONG(b->promotions[1].value = 0, MPOS_E_OUT_OF_RANGE, "/promotions/1/value");
    WRONG(b->promotions[1].get = 0, MPOS_E_OUT_OF_RANGE, "/promotions/1/get");
    WRONG(b->promotions[0].buy = 1, MPOS_E_OUT_OF_RANGE, "/promotions/0/buy");
    WRONG(b->promotions[1].scope = MPOS_SCOPE_ORDER, MPOS_E_DISCOUNT_RULE, "/promotions/1/scope");
    WRONG(b->promotions[0].slot_count = 0, MPOS_E_DISCOUNT_RULE, "/promotions/0/slots");
    WRONG(b->promotions[1].slot_count = 1, MPOS_E_DISCOUNT_RULE, "/promotions/1/slots");
    WRONG(b->slots[1].qty = 0, MPOS_E_OUT_OF_RANGE, "/promotions/0/slots/1/qty");
    WRONG(b->slots[0].targets.items = falling, MPOS_E_INVALID_VALUE, "/promotions/0/slots/0/targets/items/1");
    WRONG(b->promotions[1].coupons = falling, MPOS_E_INVALID_VALUE, "/promotions/1/coupons/1");
    WRONG(b->promotions[0].targets = b->promotions[1].targets, MPOS_E_DISCOUNT_RULE, "/promotions/0/targets");
    WRONG(b->promotions[0].when.end = 2000, MPOS_E_OUT_OF_RANGE, "/promotions/0/when/end");
    WRONG((b->promotions[1].kind = 0, b->promotions[1].buy = b->promotions[1].get = 0,
           b->promotions[1].max_uses = 1),
          MPOS_E_DISCOUNT_RULE, "/promotions/1/max_uses");
    WRONG(b->charges[0].base = 3, MPOS_E_INVALID_VALUE, "/charges/0/base");
    WRONG(b->charges[1].base = 1, MPOS_E_INVALID_VALUE, "/charges/1/base");
    WRONG(b->charges[0].base = MPOS_CHARGE_ON_TOTAL, MPOS_E_DISCOUNT_RULE, "/charges/0/taxes");
    WRONG(b->charges[0].flags = MPOS_CHARGE_APPORTIONED, MPOS_E_DISCOUNT_RULE, "/charges/0/taxes");
    WRONG(b->charge_taxes[0] = 3, MPOS_E_INVALID_VALUE, "/charges/0/taxes/0");
    WRONG(b->charges[1].value = 0, MPOS_E_OUT_OF_RANGE, "/charges/1/value");
    WRONG(b->charges[1].id[0] = 1, MPOS_E_INVALID_VALUE, "/charges/1/id");
}

/* 2026-11-21 was a Saturday. */
enum { SATURDAY = 20778 };

static int
holds(mpos_when when, int day, int minute)
{
    mpos_circumstances in = {.outlet = {2}, .at = (int64_t)day * MPOS_DAY_MINUTES + minute, .guests = 3};

    return mpos_when_holds(&when, &in);
}

static void
test_hours_and_days(void **state)
{
    mpos_when when = always();

    (void)state;
    assert_true(holds(when, SATURDAY, 0));
    when.start = 1320; /* Friday 22:00 to 02:00 */
    when.end = 120;
    when.days = 1 << 4;
    assert_false(holds(when, SATURDAY - 1, 119)); /* belongs to Thursday */
    assert_false(holds(when, SATURDAY - 1, 1319));
    assert_true(holds(when, SATURDAY - 1, 1320));
    assert_true(holds(when, SATURDAY - 1, 1439));
    assert_true(holds(when, SATURDAY, 0));
    assert_true(holds(when, SATURDAY, 119));
    assert_false(holds(when, SATURDAY, 120));
    assert_false(holds(when, SATURDAY, 1320));
    when.start = 600; /* within one day */
    when.end = 660;
    assert_true(holds(when, SATURDAY - 1, 600));
    assert_false(holds(when, SATURDAY - 1, 660));
    assert_false(holds(when, SATURDAY, 600));
    when.start = 0; /* the whole day */
    when.end = 0;
    assert_true(holds(when, SATURDAY - 1, 0));
    assert_true(holds(when, SATURDAY - 1, 1439));
    assert_false(holds(when, SATURDAY, 0));
    when.days = 1; /* Monday, and the first minute there is was one of a Thursday */
    assert_true(holds(when, 4, 0));
    assert_false(holds(when, 0, 0));
    when.days = 1 << 2;
    when.start = 720;
    when.end = 720;
    assert_true(holds(when, 0, 0)); /* from Wednesday noon to Thursday noon */
}

static void
test_every_limit_limits(void **state)
{
    mpos_when when = always();
    int64_t at = (int64_t)SATURDAY * MPOS_DAY_MINUTES;

    (void)state;
    when.from = at;
    when.until = at + 5;
    assert_false(holds(when, SATURDAY - 1, 1439));
    assert_true(holds(when, SATURDAY, 0));
    assert_true(holds(when, SATURDAY, 4));
    assert_false(holds(when, SATURDAY, 5));
    when = always();
    when.places = 1 << MPOS_DINE_IN;
    assert_true(holds(when, SATURDAY, 0));
    when.places = 1 << MPOS_DELIVERY;
    assert_false(holds(when, SATURDAY, 0));
    when = always();
    when.channels = 1 << MPOS_CHANNEL_KIOSK;
    assert_false(holds(when, SATURDAY, 0));
    when.channels |= 1 << MPOS_CHANNEL_COUNTER;
    assert_true(holds(when, SATURDAY, 0));
    when.guests_min = 3;
    assert_true(holds(when, SATURDAY, 0));
    when.guests_min = 4;
    assert_false(holds(when, SATURDAY, 0));
    when = always();
    when.outlets = ids;
    when.outlet_count = 3;
    assert_true(holds(when, SATURDAY, 0));
    when.outlet_count = 1;
    assert_false(holds(when, SATURDAY, 0));
    when = always();
    when.customer_groups = ids; /* nobody is in no group */
    when.customer_group_count = 3;
    assert_false(holds(when, SATURDAY, 0));
    assert_int_equal(mpos_when_limits(&when), 1);
    when = always();
    assert_int_equal(mpos_when_limits(&when), 0);
    when = (mpos_when){1, 2, 3, 4, 1, 1, 1, 1, 1, 1, ids, ids};
    assert_int_equal(mpos_when_limits(&when), 8);
}

static void
test_rounding_of_the_outlet(void **state)
{
    book_of_rules *b = make();

    (void)state;
    assert_int_equal(mpos_rules_rounding(&b->rules, b->roundings[1].outlet)->increment, 10);
    assert_ptr_equal(mpos_rules_rounding(&b->rules, ids[0]), &b->rules.rounding);
    free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_comes_back),
        cmocka_unit_test(test_form_layout),
        cmocka_unit_test(test_wrong_sizes_are_refused),
        cmocka_unit_test(test_changed_bytes_do_no_harm),
        cmocka_unit_test(test_settings_name_their_mistakes),
        cmocka_unit_test(test_taxes_maps_and_books_name_their_mistakes),
        cmocka_unit_test(test_promotions_and_charges_name_their_mistakes),
        cmocka_unit_test(test_hours_and_days),
        cmocka_unit_test(test_every_limit_limits),
        cmocka_unit_test(test_rounding_of_the_outlet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* order_read.c - the settings of an order, and its parts in turn. */
#include <stdio.h>
#include <string.h>

#include "order_case.h"

static int
most(int a, int b)
{
    return a > b ? a : b;
}

int
case_scale(const json_t *inputs)
{
    const char *currency = text_of(inputs, "currency", NULL);
    const json_t *rounding = member_of(inputs, "rounding");
    const json_t *exponent = member_of(inputs, "exponent|minor_units|decimals");
    int scale = 2;

    if (strcmp(text_of(inputs, "unit|units", ""), "minor") == 0) {
        return 0;
    }
    if (json_is_integer(exponent)) {
        return (int)json_integer_value(exponent);
    }
    if (currency != NULL && strlen(currency) == 3) {
        mpos_currency_exponent(currency, &scale);
    }
    return most(most(scale, decimals_of(member_of(rounding, "increment"))),
                decimals_of(member_of(inputs, "increment")));
}

static void
read_level(order_in *in, const char *text)
{
    static const char words[] =
        "unit|per_unit|item_unit "
        "line|item|per_line|row|line_combination|combination_line "
        "rate|tax_rate|tax|code|tax_code|rate_bucket|bucket|per_rate|per_tax|code_total|tax_total "
        "order|document|global|globally|invoice|total|per_order|none "
        "line_tax|per_line_tax|line_code|code_line|line_tax_rate|line_rate "
        "combination|tax_combination|combo|tax_code_combination|code_combination|combination_total|combo_"
        "total|"
        "by_combination|combination_order|order_combination|tax_set|tax_group|group";
    static const mpos_rounding_level levels[] = {MPOS_LEVEL_UNIT,     MPOS_LEVEL_LINE,
                                                 MPOS_LEVEL_RATE,     MPOS_LEVEL_ORDER,
                                                 MPOS_LEVEL_LINE_TAX, MPOS_LEVEL_COMBINATION};
    int at = word_of(text, words);

    if (at < 0) {
        report_fail(in->r, "unknown rounding level %s", text);
        return;
    }
    in->cart.rounding.level = (uint8_t)levels[at];
}

/* Which of two is rounded, in one of the words for the second. */
static uint8_t
read_choice(order_in *in, const char *text, const char *words)
{
    int at = word_of(text, words);

    if (at < 0) {
        report_fail(in->r, "unknown way of rounding %s", text);
    }
    return at == 1;
}

static void
read_rounding(order_in *in, const json_t *inputs)
{
    static const char inclusive[] = "inclusive_round|inclusive_rounding|included_round";
    const json_t *rounding = member_of(inputs, "rounding");
    const json_t *increment = member_of(rounding, "increment|precision|to");
    mpos_rounding *out = &in->cart.rounding;

    if (rounding != NULL && !json_is_object(rounding) && !json_is_string(rounding)) {
        report_fail(in->r, "a rounding that is neither settings nor a mode");
    }
    in->mode =
        text_of(rounding, "mode|method", json_is_string(rounding) ? json_string_value(rounding) : "half_up");
    if (!known_members(
            in->r, rounding,
            "mode|method level|scope increment|precision|to inclusive|inclusive_round|inclusive_rounding")) {
        return;
    }
    out->mode = (uint8_t)mode_of(in->r, in->mode);
    out->increment = increment != NULL ? decimal_of(in->r, increment, in->scale) : 1;
    out->cash_increment = 1;
    out->inclusive = read_choice(
        in,
        text_of(inputs, inclusive, text_of(rounding, "inclusive|inclusive_round|inclusive_rounding", "tax")),
        "tax|gross|price net");
    read_level(in, text_of(rounding, "level|scope", "line"));
}

/* An object of taxes by name, or a list of taxes that say their names. */
static void
read_taxes(order_in *in, const json_t *taxes)
{
    const char *name;
    json_t *object;
    size_t i;

    json_object_foreach((json_t *)taxes, name, object)
    {
        read_tax(in, object, name);
    }
    json_array_foreach((json_t *)taxes, i, object)
    {
        read_tax(in, object, text_of(object, "name|code|id", NULL));
    }
}

/* Whether a list has an amount before a percentage (1), the other way round (-1), or neither (0). */
static int
amounts_first(const mpos_cart_discount *discounts, size_t count)
{
    for (size_t k = 1; k < count; k++) {
        if (discounts[k].type != discounts[0].type) {
            return discounts[0].type == MPOS_DISCOUNT_FIXED ? 1 : -1;
        }
    }
    return 0;
}

static void
add_step(order_in *in, mpos_discount_step step)
{
    if (in->cart.sequence_count == MPOS_SEQUENCE_MAX) {
        report_fail(in->r, "more than %d discount steps", MPOS_SEQUENCE_MAX);
    } else {
        in->cart.sequence[in->cart.sequence_count++] = (uint8_t)step;
    }
}

/*
 * Without a declared sequence discounts apply as they are listed. Percentages before amounts is the default sequence;
 * amounts before percentages needs its own: the lines' first, then the order's one by one.
 */
static void
listed_sequence(order_in *in)
{
    int order = amounts_first(in->discounts, in->discount_count), up = 0, down = 0;

    for (size_t i = 0; i < in->item_count; i++) {
        int line = amounts_first(in->line_discounts[i], in->lines[i].discount_count);

        up |= line > 0;
        down |= line < 0;
    }
    if (up && down) {
        report_fail(in->r, "discounts of lines in different orders without a sequence");
    }
    if (order <= 0 && !up) {
        return;
    }
    add_step(in, up ? MPOS_STEP_LINE_FIXED : MPOS_STEP_LINE_PERCENT);
    add_step(in, up ? MPOS_STEP_LINE_PERCENT : MPOS_STEP_LINE_FIXED);
    for (size_t k = 0; k < in->discount_count; k++) {
        if (!in->empty[k]) {
            add_step(in, in->discounts[k].type == MPOS_DISCOUNT_FIXED ? MPOS_STEP_ORDER_FIXED
                                                                      : MPOS_STEP_ORDER_PERCENT);
        }
    }
}

/* Kinds of discount that the case does not name come last, in the default order. */
static void
read_sequence(order_in *in, const json_t *list)
{
    static const char words[] =
        "line_percent|item_percent|line_percentage order_percent|cart_percent|order_percentage "
        "line_fixed|item_fixed|line_amount order_fixed|cart_fixed|order_amount";
    mpos_cart *cart = &in->cart;
    size_t i;
    json_t *name;

    in->stepped = list != NULL;
    if (list == NULL) {
        listed_sequence(in);
    }
    json_array_foreach((json_t *)list, i, name)
    {
        const char *text = json_string_value(name);
        int step = text != NULL ? word_of(text, words) : -1;

        if (step < 0) {
            report_fail(in->r, "unknown discount step %s", text != NULL ? text : "(no text)");
            return;
        }
        add_step(in, (mpos_discount_step)(step + 1));
    }
    for (uint8_t step = 1; step <= 4; step++) {
        if (memchr(cart->sequence, step, cart->sequence_count) == NULL &&
            cart->sequence_count < MPOS_SEQUENCE_MAX) {
            cart->sequence[cart->sequence_count++] = step;
        }
    }
}

static void
read_apportion(order_in *in, const json_t *inputs)
{
    const char *text =
        text_of(inputs, "apportion|apportioning|apportionment|allocation|remainder", "largest");
    int at = word_of(text, "largest|largest_remainder last|last_line|last_item first|first_line|first_item");

    if (at < 0) {
        report_fail(in->r, "unknown way of apportioning %s", text);
        return;
    }
    in->cart.apportion = (uint8_t)at;
}

static int
start_cart(order_in *in, const json_t *inputs, const json_t *lines)
{
    const char *currency = text_of(inputs, "currency", "XXX");

    in->scale = case_scale(inputs);
    in->cart.exponent = (uint8_t)(in->scale < 4 ? in->scale : 4);
    memcpy(in->cart.currency, strlen(currency) == 3 ? currency : "XXX", 3);
    if (lines == NULL && member_of(inputs, "service_charges|charges|fees|surcharges") != NULL) {
        return 1; /* nothing but charges */
    }
    if (!json_is_array(lines) || json_array_size(lines) > CASE_LINES_MAX) {
        report_fail(in->r, "lines is no list, or of more than %d", CASE_LINES_MAX);
        return 0;
    }
    return 1;
}

/*
 * What is rounded when a percentage is taken off. A discount whose halves go down, beside prices whose halves go up (or the
 * other way round), is the price being rounded.
 */
static void
read_discount_rounding(order_in *in, const char *text)
{
    static const char words[] = "amount|discount|discount_amount "
                                "price|net|discounted|discounted_price|result|rest|remainder|left|after";
    static const uint8_t others[] = {MPOS_ROUND_HALF_DOWN, MPOS_ROUND_HALF_EVEN, MPOS_ROUND_HALF_UP,
                                     MPOS_ROUND_DOWN,      MPOS_ROUND_UP,        MPOS_ROUND_FLOOR,
                                     MPOS_ROUND_CEILING};
    uint8_t mode;

    if (word_of(text, words) >= 0) {
        in->cart.rounding.discount = read_choice(in, text, words);
        return;
    }
    mode = (uint8_t)mode_of(in->r, text);
    in->cart.rounding.discount =
        mode == in->cart.rounding.mode ? MPOS_DISCOUNT_ROUND_AMOUNT : MPOS_DISCOUNT_ROUND_PRICE;
    if (mode != in->cart.rounding.mode && mode != others[in->cart.rounding.mode]) {
        report_fail(in->r, "a discount that is rounded %s", text);
    }
}

void
order_read(order_in *in, const json_t *inputs, const char *others)
{
    static const char members[] = "currency unit|units exponent|minor_units|decimals rounding "
                                  "inclusive_round|inclusive_rounding|included_round taxes "
                                  "lines|items order_discounts|discounts discount_sequence|sequence "
                                  "service_charges|charges|fees|surcharges "
                                  "prices_include_tax|prices_include_taxes|tax_included|included "
                                  "apportion|apportioning|apportionment|allocation|remainder name "
                                  "exempt|tax_exempt|exemption order_taxes|apply_taxes "
                                  "discount_round|discount_rounding|round_discount " TENDER_MEMBERS;
    char all[1024];
    const json_t *lines = member_of(inputs, "lines|items");
    const json_t *discounts = list_of(in->r, inputs, "order_discounts|discounts");

    snprintf(all, sizeof all, "%s %s", members, others);
    if (!known_members(in->r, inputs, all) || !start_cart(in, inputs, lines)) {
        return;
    }
    read_rounding(in, inputs);
    read_apportion(in, inputs);
    read_discount_rounding(in, text_of(inputs, "discount_round|discount_rounding|round_discount", "amount"));
    in->included = flag_of(inputs, "prices_include_tax|prices_include_taxes|tax_included|included", 0);
    read_taxes(in, member_of(inputs, "taxes"));
    in->order_taxes = member_of(inputs, "order_taxes|apply_taxes");
    read_order_discounts(in, discounts);
    for (size_t i = 0; !in->r->failed && i < json_array_size(lines); i++) {
        in->exempt[in->cart.line_count] = flag_of(inputs, "exempt|tax_exempt|exemption", 0);
        read_line(in, json_array_get(lines, i));
    }
    read_targets(in, discounts);
    read_sequence(in, list_of(in->r, inputs, "discount_sequence|sequence"));
    if (!in->r->failed) {
        read_charges(in, list_of(in->r, inputs, "service_charges|charges|fees|surcharges"));
    }
}

/* tender_case.c - how an amount is paid: cash rounding, tenders, tips, change, other currencies. */
#include <stdlib.h>
#include <string.h>

#include "order_case.h"
#include "tender.h"

typedef struct bill_in {
    report *r;
    int scale;
    mpos_bill bill;
    mpos_tender_currency currencies[MPOS_TENDER_CURRENCIES_MAX];
    mpos_tender tenders[MPOS_TENDERS_MAX];
    mpos_settlement bare; /* before anything was handed over */
    mpos_settlement out;
    mpos_tendered tendered[MPOS_TENDERS_MAX];
    mpos_err err;
} bill_in;

/* The currency of that code, added when it is new. A spread is a percentage; a rate is of the order's currency for one. */
static uint8_t
currency_at(bill_in *in, const char *code, const json_t *stated)
{
    const json_t *rate = member_of(stated, "rate|exchange_rate"),
                 *spread = member_of(stated, "spread|margin"),
                 *coin = member_of(stated, "cash_increment|increment|coin");
    mpos_tender_currency *currency;
    int exponent = 2;
    uint8_t at = 0;

    while (at < in->bill.currency_count && memcmp(in->currencies[at].code, code, 3) != 0) {
        at++;
    }
    if (at == MPOS_TENDER_CURRENCIES_MAX || strlen(code) != 3) {
        report_fail(in->r, "no currency, or one too many: %s", code);
        return 0;
    }
    currency = &in->currencies[at];
    if (at == in->bill.currency_count) {
        in->bill.currency_count++;
        mpos_currency_exponent(code, &exponent);
        memcpy(currency->code, code, 3);
        currency->exponent = (uint8_t)exponent;
        currency->rate = MPOS_RATE_ONE;
        currency->cash_increment = 1;
    }
    currency->rate = rate != NULL && at > 0 ? decimal_of(in->r, rate, MPOS_RATE_SCALE) : currency->rate;
    currency->spread = spread != NULL && at > 0 ? decimal_of(in->r, spread, PERCENT_SCALE) : currency->spread;
    currency->cash_increment =
        coin != NULL ? decimal_of(in->r, coin, currency->exponent) : currency->cash_increment;
    return at;
}

/* {code: {rate, spread, increment}} or {code: rate}, or a list of objects that say their code. */
static void
read_currencies(bill_in *in, const json_t *stated)
{
    const char *code;
    json_t *one;
    size_t i;

    json_object_foreach((json_t *)stated, code, one)
    {
        json_t *rate = json_is_object(one) ? json_incref(one) : json_pack("{s:O}", "rate", one);

        known_members(in->r, rate, "rate|exchange_rate spread|margin cash_increment|increment|coin");
        currency_at(in, code, rate);
        json_decref(rate);
    }
    json_array_foreach((json_t *)stated, i, one)
    {
        known_members(in->r, one,
                      "code|currency rate|exchange_rate spread|margin cash_increment|increment|coin");
        currency_at(in, text_of(one, "code|currency", ""), one);
    }
}

static void
read_tender(bill_in *in, const json_t *object)
{
    static const char members[] =
        "kind|type|method|tender amount|tendered|given|value currency rate|exchange_rate spread|margin "
        "cash_increment|increment|coin tip keep_change|keep|change_is_tip name|id";
    const char *code = text_of(object, "currency", NULL);
    const json_t *tip = member_of(object, "tip");
    mpos_tender *out = &in->tenders[in->bill.tender_count];

    if (!known_members(in->r, object, members)) {
        return;
    }
    if (in->bill.tender_count == MPOS_TENDERS_MAX) {
        report_fail(in->r, "more than %d tenders", MPOS_TENDERS_MAX);
        return;
    }
    in->bill.tender_count++;
    out->kind = word_of(text_of(object, "kind|type|method|tender", "cash"), "cash|coins|notes") == 0
                    ? MPOS_TENDER_CASH
                    : MPOS_TENDER_EXACT;
    out->flags = flag_of(object, "keep_change|keep|change_is_tip", 0) ? MPOS_TENDER_KEEP : 0;
    out->currency = code != NULL ? currency_at(in, code, object) : 0;
    out->amount = decimal_of(in->r, member_of(object, "amount|tendered|given|value"),
                             out->currency == 0 ? in->scale : in->currencies[out->currency].exponent);
    out->tip = tip != NULL ? decimal_of(in->r, tip, in->scale) : 0;
}

/* An amount, or {percent} of the total, or a list of them. */
static int64_t
read_amounts(bill_in *in, const json_t *tip)
{
    const json_t *percent = member_of(tip, "percent|rate|percentage");
    int64_t sum = 0, out = 0;
    size_t i;
    json_t *one;

    if (json_is_array(tip)) {
        json_array_foreach((json_t *)tip, i, one)
        {
            sum += read_amounts(in, one);
        }
        return sum;
    }
    if (percent != NULL) {
        mpos_wide exact = (mpos_wide)in->bill.total * decimal_of(in->r, percent, PERCENT_SCALE);

        if (mpos_round_ratio(exact, MPOS_RATE_ONE, 1, (mpos_rounding_mode)in->bill.mode, &out) != MPOS_OK) {
            report_fail(in->r, "a tip too large");
        }
        return out;
    }
    return tip == NULL
               ? 0
               : decimal_of(in->r, json_is_object(tip) ? member_of(tip, "amount|value") : tip, in->scale);
}

static void
read_bill(bill_in *in, const json_t *inputs, int64_t total)
{
    const json_t *cash = member_of(inputs, "cash_rounding");
    const json_t *coin = member_of(inputs, "cash_increment|increment");
    const json_t *list = member_of(inputs, "tenders|payments|tender|payment");
    const char *change = text_of(inputs, "change_currency|change_in", NULL);
    const char *home = text_of(inputs, "currency", "XXX");
    const json_t *prepaid = member_of(inputs, "prepaid|prepaid_amount|advance|advances|deposit");
    size_t i;
    json_t *one;

    coin = coin != NULL ? coin : json_is_object(cash) ? member_of(cash, "increment|coin") : cash;
    in->bill.currencies = in->currencies;
    in->bill.tenders = in->tenders;
    in->bill.total = total;
    in->bill.total -= read_amounts(in, prepaid);
    in->bill.mode = (uint8_t)mode_of(
        in->r,
        text_of(inputs, "cash_mode|cash_rounding_mode|mode",
                text_of(cash, "mode|method", text_of(member_of(inputs, "rounding"), "mode", "half_up"))));
    currency_at(in, strlen(home) == 3 ? home : "XXX", NULL);
    in->currencies[0].exponent = (uint8_t)in->scale;
    in->currencies[0].cash_increment = coin != NULL ? decimal_of(in->r, coin, in->scale) : 1;
    read_currencies(in, member_of(inputs, "currencies|rates"));
    if (json_is_object(list)) {
        read_tender(in, list);
    }
    json_array_foreach((json_t *)list, i, one)
    {
        read_tender(in, one);
    }
    in->bill.tip = read_amounts(in, member_of(inputs, "tip|tips"));
    in->bill.change_currency = change != NULL ? currency_at(in, change, NULL) : 0;
}

static void
put_bill(const bill_in *in, uint8_t tenders, bytes *question)
{
    const mpos_bill *bill = &in->bill;

    bytes_u8(question, 'T');
    bytes_u8(question, bill->mode);
    bytes_u8(question, bill->change_currency);
    bytes_u8(question, bill->currency_count);
    bytes_u8(question, tenders);
    bytes_i64(question, bill->total);
    bytes_i64(question, bill->tip);
    for (size_t i = 0; i < bill->currency_count; i++) {
        memcpy(bytes_add(question, 3), in->currencies[i].code, 3);
        bytes_u8(question, in->currencies[i].exponent);
        bytes_i64(question, in->currencies[i].rate);
        bytes_i64(question, in->currencies[i].spread);
        bytes_i64(question, in->currencies[i].cash_increment);
    }
    for (size_t i = 0; i < tenders; i++) {
        bytes_u8(question, in->tenders[i].kind);
        bytes_u8(question, in->tenders[i].flags);
        bytes_u8(question, in->tenders[i].currency);
        bytes_i64(question, in->tenders[i].amount);
        bytes_i64(question, in->tenders[i].tip);
    }
}

static mpos_err
settle(bill_in *in, uint8_t tenders, mpos_settlement *out)
{
    bytes question = {0};
    const uint8_t *at;
    size_t size;
    mpos_err err;

    put_bill(in, tenders, &question);
    at = ask(&question, &size, &err);
    if (at != NULL) {
        int64_t *amounts[] = {&out->due,      &out->left,   &out->payable,      &out->tip,        &out->paid,
                              &out->rounding, &out->change, &out->change_given, &out->change_home};

        for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
            *amounts[i] = take_i64(&at);
        }
        for (size_t i = 0; i < tenders; i++) {
            in->tendered[i].value = take_i64(&at);
            in->tendered[i].paid = take_i64(&at);
            in->tendered[i].change = take_i64(&at);
        }
    }
    bytes_free(&question);
    return err;
}

/* Lists with one amount for each tender. */
static int
compare_list(bill_in *in, const char *name, const json_t *value)
{
    int at = word_of(name, "tender_values|values tender_paid|tender_amounts|applied tender_changes|changes");

    if (at < 0 || !json_is_array(value)) {
        return 0;
    }
    if (json_array_size(value) != in->bill.tender_count) {
        report_fail(in->r, "%s has %d elements", name, in->bill.tender_count);
    }
    for (size_t i = 0; !in->r->failed && i < in->bill.tender_count; i++) {
        const mpos_tendered *one = &in->tendered[i];

        expect_amount(in->r, in->scale, name, json_array_get(value, i),
                      at == 0   ? one->value
                      : at == 1 ? one->paid
                                : one->change);
    }
    return 1;
}

/* Change as it is given: in the change currency when that is another. */
static int
compare_change(bill_in *in, const char *name, const json_t *value)
{
    int at = word_of(name, "change|change_due|change_amount|change_total change_given|change_foreign "
                           "change_home|change_rest change_value");
    int other = in->bill.change_currency != 0;
    int64_t amounts[] = {other ? in->out.change_given : in->out.change, in->out.change_given,
                         in->out.change_home, in->out.change};

    if (at < 0) {
        return 0;
    }
    expect_amount(in->r, at <= 1 && other ? in->currencies[in->bill.change_currency].exponent : in->scale,
                  name, value, amounts[at]);
    return 1;
}

static int
compare_settlement(bill_in *in, const char *name, const json_t *value)
{
    static const char words[] =
        "due|amount_due|total_with_tip|total_with_tips due_card|due_exact|payable_card|payable "
        "due_cash|payable_cash|rounded_total|cash_total|rounded "
        "cash_rounding|rounding|rounding_adjustment|rounding_difference|rounding_amount "
        "tip_total|tips_total|tip|tips left|remaining|balance|still_due|outstanding "
        "paid|paid_total|amount_paid total";
    int64_t rounding = in->bill.tender_count > 0 ? in->out.rounding : in->bare.payable - in->bare.due;
    /* What was handed over and not given back: with what cash was rounded by. */
    int64_t kept = in->out.paid + in->out.rounding;
    const int64_t amounts[] = {in->out.due,  in->bare.due, in->bare.payable, rounding, in->out.tip,
                               in->out.left, kept,         in->bill.total};
    int at = word_of(name, words);

    if (at < 0 && !compare_list(in, name, value) && !compare_change(in, name, value)) {
        return 0;
    }
    if (at >= 0) {
        expect_amount(in->r, in->scale, name, value, amounts[at]);
    }
    return 1;
}

static void
settle_both(bill_in *in)
{
    if (!in->r->failed) {
        in->err = settle(in, 0, &in->bare);
        in->err = in->err == MPOS_OK ? settle(in, in->bill.tender_count, &in->out) : in->err;
    }
}

int
expect_tender(const json_t *inputs, int64_t total, int scale, const json_t *expected, const char *name,
              report *r)
{
    bill_in *in = calloc(1, sizeof *in);
    int known = 1;

    in->r = r;
    in->scale = scale;
    read_bill(in, inputs, total);
    settle_both(in);
    if (in->err != MPOS_OK) {
        report_fail(r, "the core refused the tenders: %s", mpos_err_code(in->err));
    }
    known = r->failed || compare_settlement(in, name, expected);
    free(in);
    return known;
}

/* Without lines; a case with lines is an order with tenders. */
void
run_tender(const json_t *inputs, const json_t *expected, report *r)
{
    static const char members[] =
        "currency unit total|amount|due|value increment mode rounding " TENDER_MEMBERS;
    bill_in *in = calloc(1, sizeof *in);
    const json_t *error = member_of(expected, "error|refused");
    const char *name;
    json_t *value;

    in->r = r;
    in->scale = case_scale(inputs);
    if (known_members(r, inputs, members)) {
        read_bill(in, inputs, decimal_of(r, member_of(inputs, "total|amount|due|value"), in->scale));
        settle_both(in);
    }
    if (!r->failed && (error != NULL) != (in->err != MPOS_OK)) {
        report_fail(r, "error is %s", mpos_err_code(in->err));
    } else if (json_is_string(error) && strcmp(json_string_value(error), mpos_err_code(in->err)) != 0) {
        report_fail(r, "error is %s", mpos_err_code(in->err));
    }
    if (error != NULL) {
        known_members(r, expected, "error|refused");
    }
    json_object_foreach((json_t *)expected, name, value)
    {
        if (!r->failed && error == NULL && !compare_settlement(in, name, value)) {
            report_fail(r, "unknown expected field %s", name);
        }
    }
    free(in);
}

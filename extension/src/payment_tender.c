/*
 * payment_tender.c - what a payment takes in, as the core settles it (core/tender.h): currency, tip, cash rounding, change.
 * Words: share, whole, tip, exchange.
 *
 * A payment names the share of the order that it pays. The one that pays all that is left is rounded to the coins there are,
 * together with its tip; any other pays its share as it is.
 */
#include "postgres.h"

#include "payment.h"
#include "quantity.h"
#include "rounding.h"
#include "tender.h"

enum { HOME, OTHER };

typedef struct tendering {
    mpos_call *call;
    mpos_device_op *op;
    mpos_order *order;
    const mpos_payment_in *in;
    const char *path;
    const mpos_currency *taken; /* NULL: the order's */
    mpos_tender_currency currencies[2];
    mpos_tender tender;
    mpos_bill bill;
} tendering;

static mpos_err
refuse(const tendering *t, mpos_err err, const char *member, const char *why)
{
    return mpos_refuse(t->call, err, psprintf("%s/%s", t->path, member), "%s", why);
}

static bool
has_happened(const tendering *t)
{
    return t->op != NULL && t->op->happened;
}

static mpos_err
find_currency(tendering *t, const mpos_rules *rules)
{
    const char *code = t->in->currency;

    if (!MPOS_GIVEN(t->in, MPOS_PAYMENT_CURRENCY) || strcmp(code, t->order->currency) == 0) {
        return MPOS_OK;
    }
    for (int i = 0; rules != NULL && i < rules->currency_count; i++) {
        if (memcmp(rules->currencies[i].code, code, sizeof rules->currencies[i].code) == 0) {
            t->taken = &rules->currencies[i];
        }
    }
    if (t->taken == NULL) {
        return refuse(t, MPOS_E_UNKNOWN_REFERENCE, "currency",
                      "The catalogue that the order was sold by does not take this currency.");
    }
    return MPOS_GIVEN(t->in, MPOS_PAYMENT_TENDERED)
               ? MPOS_OK
               : refuse(t, MPOS_E_MISSING_FIELD, "tendered",
                        "Of another currency it must be told what was handed over.");
}

/* Change is given in the order's currency, or in the one that was handed over. */
static mpos_err
find_change_currency(tendering *t)
{
    const char *code = t->in->change_currency;

    if (!MPOS_GIVEN(t->in, MPOS_PAYMENT_CHANGE_CURRENCY) || strcmp(code, t->order->currency) == 0) {
        return MPOS_OK;
    }
    if (t->taken == NULL || strcmp(code, t->in->currency) != 0) {
        return refuse(t, MPOS_E_INVALID_VALUE, "change_currency",
                      "Change is given in the order's currency or in the one that was handed over.");
    }
    t->bill.change_currency = OTHER;
    return MPOS_OK;
}

static mpos_err
take_currencies(tendering *t)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(t->call, t->order->catalogue);
    const mpos_rules *rules = catalogue != NULL ? mpos_catalogue_rules(catalogue) : NULL;
    mpos_err err = find_currency(t, rules);

    t->currencies[HOME] = (mpos_tender_currency){.rate = MPOS_RATE_ONE, .cash_increment = 1};
    if (rules != NULL) {
        const mpos_rounding *rounding = mpos_rules_rounding(rules, t->order->outlet);

        t->currencies[HOME].exponent = rules->exponent;
        t->currencies[HOME].cash_increment = Max(rounding->cash_increment, 1);
        t->bill.mode = rounding->mode;
    }
    if (t->taken != NULL) {
        t->currencies[OTHER] = (mpos_tender_currency){.exponent = t->taken->exponent,
                                                      .rate = t->taken->rate,
                                                      .spread = t->taken->spread,
                                                      .cash_increment = Max(t->taken->cash_increment, 1)};
    }
    t->bill.currencies = t->currencies;
    t->bill.currency_count = t->taken != NULL ? 2 : 1;
    return err == MPOS_OK ? find_change_currency(t) : err;
}

/* More tip than the order costs is a slip of the finger: one digit too many. */
static mpos_err
take_tip(tendering *t)
{
    int64 tips = t->in->tip;

    for (int i = 0; i < t->order->payment_count; i++) {
        tips += t->order->payments[i].tip;
    }
    if (t->in->tip > 0 && tips > t->order->total) {
        if (!has_happened(t)) {
            return refuse(t, MPOS_E_TIP_TOO_HIGH, "tip", "");
        }
        mpos_order_flag(t->order, "tip");
        mpos_op_flag(t->op, "tip");
    }
    t->bill.tip = t->in->tip;
    return MPOS_OK;
}

/* The share of the order; at a till the cash is in the drawer already. */
static mpos_err
take_share(tendering *t)
{
    int64 due = t->order->total - t->order->paid;
    int64 payable = -1;

    if (due > 0) {
        mpos_err err =
            mpos_cash_round(due + t->in->tip, t->currencies[HOME].cash_increment, t->bill.mode, &payable);

        if (err != MPOS_OK) {
            return refuse(t, err, "amount", "");
        }
    }
    /* In another currency nobody pays what the coins make of it: all that is due is meant as well. */
    if (payable >= 0 &&
        (payable == t->in->amount + t->in->tip || (t->taken != NULL && t->in->amount == due))) {
        t->bill.total = due;
        return MPOS_OK;
    }
    t->bill.total = t->in->amount;
    t->currencies[HOME].cash_increment = 1;
    if (t->in->amount > due) {
        if (!has_happened(t)) {
            return refuse(t, MPOS_E_AMOUNT_ABOVE_DUE, "amount", "");
        }
        mpos_order_flag(t->order, "overpaid");
        mpos_op_flag(t->op, "overpaid");
    }
    return MPOS_OK;
}

static void
take_exchange(const tendering *t, const mpos_settlement *settled, mpos_order_payment *out)
{
    mpos_exchange *exchange = palloc0(sizeof *exchange);

    memcpy(exchange->currency, t->taken->code, sizeof t->taken->code);
    exchange->exponent = t->taken->exponent;
    exchange->tendered = t->tender.amount;
    exchange->rate = t->taken->rate;
    exchange->spread = t->taken->spread;
    exchange->change = settled->change_given;
    exchange->home_change = settled->change_home;
    out->exchange = exchange;
}

/* Too little was handed over, or coins that do not exist: a till is believed in what it says to have taken in. */
static mpos_err
take_less(const tendering *t, mpos_order_payment *out)
{
    const mpos_settlement nothing = {0};

    if (!has_happened(t)) {
        return refuse(t, MPOS_E_TENDER_TOO_SMALL, "tendered", "");
    }
    mpos_op_flag(t->op, "tender");
    out->amount = t->in->amount;
    out->tendered = t->in->amount + t->in->tip;
    if (t->taken != NULL) {
        take_exchange(t, &nothing, out);
    }
    return MPOS_OK;
}

static mpos_err
settle(tendering *t, mpos_order_payment *out)
{
    mpos_settlement settled;
    mpos_tendered tendered;
    mpos_err err;

    t->tender = (mpos_tender){
        .kind = MPOS_TENDER_CASH,
        .currency = t->taken != NULL ? OTHER : HOME,
        .amount = MPOS_GIVEN(t->in, MPOS_PAYMENT_TENDERED) ? t->in->tendered : t->in->amount + t->in->tip};
    t->bill.tenders = &t->tender;
    t->bill.tender_count = 1;
    err = mpos_settle(&t->bill, &settled, &tendered);
    if (err != MPOS_OK) {
        return refuse(t, err, "tendered", "");
    }
    out->tip = t->in->tip;
    out->amount = tendered.value - settled.change - out->tip;
    out->tendered = tendered.value;
    if (settled.left > 0 || out->amount < 1) {
        err = take_less(t, out);
    } else if (t->taken != NULL) {
        take_exchange(t, &settled, out);
    }
    out->rounding = t->bill.total - out->amount;
    return err;
}

mpos_err
mpos_payment_settle(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_payment_in *in,
                    const char *path, mpos_order_payment *out)
{
    tendering t = {.call = call, .op = op, .order = order, .in = in, .path = path};
    mpos_err err = take_currencies(&t);

    if (err == MPOS_OK) {
        err = take_tip(&t);
    }
    if (err == MPOS_OK) {
        err = take_share(&t);
    }
    return err == MPOS_OK ? settle(&t, out) : err;
}

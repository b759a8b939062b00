/* shift_json.c - the sums of a shift as the API writes them. Words: sums, tender, tip, drawer, counted. */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "json.h"
#include "money.h"
#include "quantity.h"
#include "shift_sums.h"
#include "sqlstate.h"
#include "statement.h"
#include "tip.h"

static mpos_statement tax_names_statement = {
    "SELECT tax_id, name FROM pos.tax WHERE tenant_id = $1 AND tax_id = ANY ($2)"};

/* Names change and rates do not: a tax that has gone from the rows keeps its sums without a name. */
static void
taxes_json(mpos_call *call, StringInfo out, const mpos_shift_sums *sums)
{
    mpos_args args = {0};
    Datum *ids = palloc(sizeof *ids * (size_t)Max(sums->tax_count, 1));
    uint64 rows;

    for (int i = 0; i < sums->tax_count; i++) {
        ids[i] = PointerGetDatum(sums->taxes[i].id);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, ids, NULL, sums->tax_count);
    rows = mpos_statement_run(&tax_names_statement, &args);
    mpos_json_open(out, "taxes", '[');
    for (int i = 0; i < sums->tax_count; i++) {
        const mpos_shift_tax *tax = &sums->taxes[i];
        const char *name = "";
        uint8 id[16];

        for (uint64 row = 0; row < rows; row++) {
            if (mpos_cell_uuid(row, 1, id) && memcmp(id, tax->id, sizeof id) == 0) {
                name = mpos_cell_text(row, 2);
            }
        }
        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "id", tax->id);
        mpos_json_text(out, "name", name);
        mpos_json_decimal(out, "rate", tax->rate, MPOS_RATE_SCALE);
        mpos_json_bool(out, "included", tax->included != 0);
        mpos_json_int(out, "base", tax->base);
        mpos_json_int(out, "tax", tax->amount);
        mpos_json_int(out, "refunded_base", tax->refund_base);
        mpos_json_int(out, "refunded_tax", tax->refund_amount);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

static void
tenders_json(StringInfo out, const mpos_shift_sums *sums)
{
    mpos_json_open(out, "tenders", '[');
    if (sums->cash_count > 0) {
        mpos_json_open(out, NULL, '{');
        mpos_json_text(out, "tender", "cash");
        mpos_json_int(out, "count", sums->cash_count);
        mpos_json_int(out, "amount", sums->cash_amount);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

static void
tips_json(mpos_call *call, StringInfo out, const uint8 shift[16], const mpos_shift_sums *sums)
{
    mpos_json_open(out, "tips", '{');
    mpos_json_int(out, "count", sums->tip_count);
    mpos_json_int(out, "amount", sums->tip_amount);
    mpos_tip_people_json(call, out, shift);
    mpos_json_close(out, '}');
}

void
mpos_shift_sums_json(mpos_call *call, StringInfo out, const uint8 shift[16], const mpos_shift_sums *sums)
{
    mpos_json_int(out, "sales", sums->sales);
    mpos_json_int(out, "gross", sums->gross);
    mpos_json_int(out, "discount", sums->discount);
    mpos_json_int(out, "net", sums->net);
    mpos_json_int(out, "tax", sums->tax);
    mpos_json_int(out, "total", sums->total);
    tenders_json(out, sums);
    taxes_json(call, out, sums);
    mpos_json_open(out, "refunds", '{');
    mpos_json_int(out, "count", sums->refunds);
    mpos_json_int(out, "total", sums->refund_total);
    mpos_json_int(out, "cash", sums->refund_cash);
    mpos_json_close(out, '}');
    tips_json(call, out, shift, sums);
    mpos_json_int(out, "rounding", sums->rounding);
}

/* What is not counted of a shift that is being closed counts as nothing. */
static int64
counted_of(const mpos_list *counts, const char *code)
{
    const mpos_shift_count *count = counts->items;

    for (int i = 0; i < counts->count; i++) {
        if (strcmp(count[i].currency, code) == 0) {
            return count[i].counted;
        }
    }
    return 0;
}

static void
currency_json(StringInfo out, const mpos_shift_currency *currency, const mpos_list *counts)
{
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "currency", currency->code);
    mpos_json_int(out, "exponent", currency->exponent);
    mpos_json_int(out, "count", currency->count);
    mpos_json_int(out, "amount", currency->value);
    mpos_json_int(out, "expected", currency->amount);
    if (counts != NULL) {
        int64 counted = counted_of(counts, currency->code);

        mpos_json_int(out, "counted", counted);
        mpos_json_int(out, "variance", counted - currency->amount);
    } else {
        mpos_json_null(out, "counted");
        mpos_json_null(out, "variance");
    }
    mpos_json_close(out, '}');
}

void
mpos_shift_currencies_json(StringInfo out, const char *key, const mpos_shift_sums *sums,
                           const mpos_list *counts)
{
    mpos_json_open(out, key, '[');
    for (int i = 0; i < sums->currency_count; i++) {
        currency_json(out, &sums->currencies[i], counts);
    }
    mpos_json_close(out, ']');
}

int64
mpos_shift_expected(const mpos_shift_sums *sums, int64 float_amount)
{
    int64 expected;

    mpos_check(mpos_money_add(float_amount, sums->drawer - sums->refund_cash, &expected), "expected cash");
    return expected;
}

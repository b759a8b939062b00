/* shift_sums.c - see shift_sums.h. */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "heap.h"
#include "money.h"
#include "shift_sums.h"
#include "sqlstate.h"
#include "statement.h"

enum {
    COL_TENANT,
    COL_SHIFT,
    COL_SALES,
    COL_GROSS,
    COL_DISCOUNT,
    COL_NET,
    COL_TAX,
    COL_TOTAL,
    COL_CASH_COUNT,
    COL_CASH_AMOUNT,
    COL_TAX_IDS,
    COL_TAX_RATES,
    COL_TAX_INCLUDED,
    COL_TAX_BASES,
    COL_TAX_AMOUNTS,
    COL_REFUNDS,
    COL_REFUND_TOTAL,
    COL_REFUND_CASH,
    COL_REFUND_BASES,
    COL_REFUND_TAXES,
    COL_DRAWER,
    COL_ROUNDING,
    COL_TIP_COUNT,
    COL_TIP_AMOUNT,
    COL_CURRENCY_CODES,
    COL_CURRENCY_EXPONENTS,
    COL_CURRENCY_COUNTS,
    COL_CURRENCY_VALUES,
    COL_CURRENCY_AMOUNTS,
    COLUMNS
};

/* Columns of one number, and arrays of numbers with one element for each tax or currency. */
typedef struct number_column {
    int column;
    size_t offset;
} number_column;

static const number_column sums_numbers[] = {
    {COL_SALES, offsetof(mpos_shift_sums, sales)},
    {COL_GROSS, offsetof(mpos_shift_sums, gross)},
    {COL_DISCOUNT, offsetof(mpos_shift_sums, discount)},
    {COL_NET, offsetof(mpos_shift_sums, net)},
    {COL_TAX, offsetof(mpos_shift_sums, tax)},
    {COL_TOTAL, offsetof(mpos_shift_sums, total)},
    {COL_CASH_COUNT, offsetof(mpos_shift_sums, cash_count)},
    {COL_CASH_AMOUNT, offsetof(mpos_shift_sums, cash_amount)},
    {COL_REFUNDS, offsetof(mpos_shift_sums, refunds)},
    {COL_REFUND_TOTAL, offsetof(mpos_shift_sums, refund_total)},
    {COL_REFUND_CASH, offsetof(mpos_shift_sums, refund_cash)},
    {COL_DRAWER, offsetof(mpos_shift_sums, drawer)},
    {COL_ROUNDING, offsetof(mpos_shift_sums, rounding)},
    {COL_TIP_COUNT, offsetof(mpos_shift_sums, tip_count)},
    {COL_TIP_AMOUNT, offsetof(mpos_shift_sums, tip_amount)},
};

static const number_column tax_numbers[] = {
    {COL_TAX_RATES, offsetof(mpos_shift_tax, rate)},
    {COL_TAX_INCLUDED, offsetof(mpos_shift_tax, included)},
    {COL_TAX_BASES, offsetof(mpos_shift_tax, base)},
    {COL_TAX_AMOUNTS, offsetof(mpos_shift_tax, amount)},
    {COL_REFUND_BASES, offsetof(mpos_shift_tax, refund_base)},
    {COL_REFUND_TAXES, offsetof(mpos_shift_tax, refund_amount)},
};

static const number_column currency_numbers[] = {
    {COL_CURRENCY_EXPONENTS, offsetof(mpos_shift_currency, exponent)},
    {COL_CURRENCY_COUNTS, offsetof(mpos_shift_currency, count)},
    {COL_CURRENCY_VALUES, offsetof(mpos_shift_currency, value)},
    {COL_CURRENCY_AMOUNTS, offsetof(mpos_shift_currency, amount)},
};

static mpos_table sums_table = {"pos", "shift_sums", "shift_sums_pkey"};

static Datum *
elements(Datum array, Oid type, int *count)
{
    Datum *values;
    bool *nulls;
    int16 size = type == UUIDOID ? UUID_LEN : type == TEXTOID ? -1 : 8;
    char align = type == UUIDOID ? TYPALIGN_CHAR : type == TEXTOID ? TYPALIGN_INT : TYPALIGN_DOUBLE;

    deconstruct_array(DatumGetArrayTypeP(array), type, size, type == INT8OID, align, &values, &nulls, count);
    return values;
}

static int64 *
number_at(void *list, size_t size, int at, const number_column *column)
{
    return (int64 *)((char *)list + size * (size_t)at + column->offset);
}

/* The arrays of numbers of a list of structures of that size. */
static void
read_numbers(const Datum *row, const number_column *columns, int column_count, void *list, size_t size)
{
    for (int c = 0; c < column_count; c++) {
        int count;
        Datum *numbers = elements(row[columns[c].column], INT8OID, &count);

        for (int i = 0; i < count; i++) {
            *number_at(list, size, i, &columns[c]) = DatumGetInt64(numbers[i]);
        }
    }
}

static void
form_numbers(Datum *row, const number_column *columns, int column_count, void *list, size_t size, int count)
{
    Datum *numbers = palloc(sizeof *numbers * (size_t)Max(count, 1));

    for (int c = 0; c < column_count; c++) {
        for (int i = 0; i < count; i++) {
            numbers[i] = Int64GetDatum(*number_at(list, size, i, &columns[c]));
        }
        row[columns[c].column] = mpos_array(INT8OID, numbers, NULL, count);
    }
}

static void
read_taxes(const Datum *row, mpos_shift_sums *out, int extra)
{
    Datum *ids = elements(row[COL_TAX_IDS], UUIDOID, &out->tax_count);

    out->taxes = palloc0(sizeof *out->taxes * (size_t)Max(out->tax_count + extra, 1));
    for (int i = 0; i < out->tax_count; i++) {
        memcpy(out->taxes[i].id, DatumGetUUIDP(ids[i])->data, UUID_LEN);
    }
    read_numbers(row, tax_numbers, lengthof(tax_numbers), out->taxes, sizeof *out->taxes);
}

static void
read_currencies(const Datum *row, mpos_shift_sums *out, int extra)
{
    Datum *codes = elements(row[COL_CURRENCY_CODES], TEXTOID, &out->currency_count);

    out->currencies = palloc0(sizeof *out->currencies * (size_t)Max(out->currency_count + extra, 1));
    for (int i = 0; i < out->currency_count; i++) {
        strlcpy(out->currencies[i].code, TextDatumGetCString(codes[i]), sizeof out->currencies[i].code);
    }
    read_numbers(row, currency_numbers, lengthof(currency_numbers), out->currencies, sizeof *out->currencies);
}

/* With room for so many more taxes and currencies. */
static void
read_row(Relation relation, HeapTuple row, mpos_shift_sums *out, int more_taxes, int more_currencies)
{
    Datum values[COLUMNS];
    bool nulls[COLUMNS];

    if (row == NULL) {
        elog(ERROR, "a shift has no sums");
    }
    heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
    for (int c = 0; c < (int)lengthof(sums_numbers); c++) {
        *number_at(out, 0, 0, &sums_numbers[c]) = DatumGetInt64(values[sums_numbers[c].column]);
    }
    read_taxes(values, out, more_taxes);
    read_currencies(values, out, more_currencies);
}

static void
form_values(mpos_shift_sums *sums, Datum *values)
{
    int room = Max(Max(sums->tax_count, sums->currency_count), 1);
    Datum *keys = palloc(sizeof *keys * (size_t)room);

    for (int c = 0; c < (int)lengthof(sums_numbers); c++) {
        values[sums_numbers[c].column] = Int64GetDatum(*number_at(sums, 0, 0, &sums_numbers[c]));
    }
    for (int i = 0; i < sums->tax_count; i++) {
        keys[i] = PointerGetDatum(sums->taxes[i].id);
    }
    values[COL_TAX_IDS] = mpos_array(UUIDOID, keys, NULL, sums->tax_count);
    for (int i = 0; i < sums->currency_count; i++) {
        keys[i] = CStringGetTextDatum(sums->currencies[i].code);
    }
    values[COL_CURRENCY_CODES] = mpos_array(TEXTOID, keys, NULL, sums->currency_count);
    form_numbers(values, tax_numbers, lengthof(tax_numbers), sums->taxes, sizeof *sums->taxes,
                 sums->tax_count);
    form_numbers(values, currency_numbers, lengthof(currency_numbers), sums->currencies,
                 sizeof *sums->currencies, sums->currency_count);
}

void
mpos_shift_sums_insert(const uint8 tenant[16], const uint8 shift[16])
{
    Relation relation = mpos_table_open(&sums_table, RowExclusiveLock);
    mpos_shift_sums zeros = {0};
    Datum values[COLUMNS];
    bool nulls[COLUMNS] = {false};

    values[COL_TENANT] = PointerGetDatum(tenant);
    values[COL_SHIFT] = PointerGetDatum(shift);
    form_values(&zeros, values);
    mpos_table_insert(relation, values, nulls);
    mpos_table_close(relation);
}

void
mpos_shift_sums_get(const uint8 tenant[16], const uint8 shift[16], mpos_shift_sums *out)
{
    Relation relation = mpos_table_open(&sums_table, AccessShareLock);
    Datum keys[2] = {PointerGetDatum(tenant), PointerGetDatum(shift)};

    read_row(relation, mpos_table_get(&sums_table, relation, keys, NULL), out, 0, 0);
    mpos_table_close(relation);
}

static void
add(int64 *sum, int64 amount)
{
    mpos_check(mpos_money_add(*sum, amount, sum), "shift sums");
}

/* Taxes of one id with different rates or kinds are different taxes. */
static mpos_shift_tax *
find_tax(mpos_shift_sums *sums, const mpos_cart_tax *tax)
{
    int64 included = (tax->flags & MPOS_TAX_INCLUDED) != 0;
    int at = 0;

    while (at < sums->tax_count &&
           (memcmp(sums->taxes[at].id, tax->id, UUID_LEN) != 0 || sums->taxes[at].rate != tax->value ||
            sums->taxes[at].included != included)) {
        at++;
    }
    if (at == sums->tax_count) {
        sums->tax_count++;
        memcpy(sums->taxes[at].id, tax->id, UUID_LEN);
        sums->taxes[at].rate = tax->value;
        sums->taxes[at].included = included;
    }
    return &sums->taxes[at];
}

static void
add_refund(mpos_shift_sums *sums, const mpos_shift_posting *posting)
{
    sums->refunds++;
    add(&sums->refund_total, posting->refund_total);
    add(&sums->refund_cash, posting->refund_cash);
    for (int i = 0; i < posting->cart->tax_count; i++) {
        mpos_shift_tax *tax = find_tax(sums, &posting->cart->taxes[i]);

        add(&tax->refund_base, posting->refund_taxes[i].base);
        add(&tax->refund_amount, posting->refund_taxes[i].amount);
    }
}

static mpos_shift_currency *
find_currency(mpos_shift_sums *sums, const mpos_exchange *exchange)
{
    int at = 0;

    while (at < sums->currency_count && (strcmp(sums->currencies[at].code, exchange->currency) != 0 ||
                                         sums->currencies[at].exponent != exchange->exponent)) {
        at++;
    }
    if (at == sums->currency_count) {
        sums->currency_count++;
        strlcpy(sums->currencies[at].code, exchange->currency, sizeof sums->currencies[at].code);
        sums->currencies[at].exponent = exchange->exponent;
    }
    return &sums->currencies[at];
}

/* Cash of the business's own currency stays in the drawer but for its change; of another one, change comes out of both. */
static void
add_payment(mpos_shift_sums *sums, const mpos_order_payment *payment)
{
    const mpos_exchange *exchange = payment->exchange;

    sums->cash_count++;
    add(&sums->cash_amount, payment->amount);
    add(&sums->rounding, payment->rounding);
    sums->tip_count += payment->tip > 0 ? 1 : 0;
    add(&sums->tip_amount, payment->tip);
    if (exchange == NULL) {
        add(&sums->drawer, payment->amount + payment->tip);
    } else {
        mpos_shift_currency *currency = find_currency(sums, exchange);

        currency->count++;
        add(&currency->value, payment->amount + payment->tip);
        add(&currency->amount, exchange->tendered - exchange->change);
        add(&sums->drawer, -exchange->home_change);
    }
}

static void
add_posting(mpos_shift_sums *sums, const mpos_shift_posting *posting)
{
    if (posting->sale) {
        sums->sales++;
        add(&sums->gross, posting->priced->gross);
        add(&sums->discount, posting->priced->discount);
        add(&sums->net, posting->priced->net);
        add(&sums->tax, posting->priced->tax);
        add(&sums->total, posting->priced->total);
        for (int i = 0; i < posting->cart->tax_count; i++) {
            mpos_shift_tax *tax = find_tax(sums, &posting->cart->taxes[i]);

            add(&tax->base, posting->priced->taxes[i].base);
            add(&tax->amount, posting->priced->taxes[i].amount);
        }
    }
    if (posting->refund) {
        add_refund(sums, posting);
    }
    for (int i = 0; i < posting->payment_count; i++) {
        add_payment(sums, &posting->payments[i]);
    }
}

void
mpos_shift_post(mpos_call *call, const uint8 shift[16], const mpos_shift_posting *posting)
{
    Relation relation = mpos_table_open(&sums_table, RowExclusiveLock);
    Datum keys[2] = {PointerGetDatum(call->context.tenant), PointerGetDatum(shift)};
    HeapTuple row = mpos_table_lock(&sums_table, relation, keys, NULL, LockWaitBlock);
    mpos_shift_sums sums;
    Datum values[COLUMNS] = {0};
    bool nulls[COLUMNS] = {false};
    bool replaces[COLUMNS] = {false};

    read_row(relation, row, &sums, posting->sale || posting->refund ? posting->cart->tax_count : 0,
             posting->payment_count);
    add_posting(&sums, posting);
    form_values(&sums, values);
    for (int i = COL_SALES; i < COLUMNS; i++) {
        replaces[i] = true;
    }
    mpos_table_update(relation, row, values, nulls, replaces);
    mpos_table_close(relation);
}

/* shift_sums.c - see shift_sums.h. */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
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
    COLUMNS
};

static mpos_table sums_table = {"pos", "shift_sums", "shift_sums_pkey"};

static Datum *
elements(Datum array, Oid type, int *count)
{
    Datum *values;
    bool *nulls;
    bool is_uuid = type == UUIDOID;

    deconstruct_array(DatumGetArrayTypeP(array), type, is_uuid ? UUID_LEN : 8, !is_uuid,
                      is_uuid ? TYPALIGN_CHAR : TYPALIGN_DOUBLE, &values, &nulls, count);
    return values;
}

static void
read_taxes(const Datum *row, mpos_shift_sums *out, int extra)
{
    Datum *ids = elements(row[COL_TAX_IDS], UUIDOID, &out->tax_count);
    Datum *rates = elements(row[COL_TAX_RATES], INT8OID, &out->tax_count);
    Datum *included = elements(row[COL_TAX_INCLUDED], INT8OID, &out->tax_count);
    Datum *bases = elements(row[COL_TAX_BASES], INT8OID, &out->tax_count);
    Datum *amounts = elements(row[COL_TAX_AMOUNTS], INT8OID, &out->tax_count);
    Datum *refund_bases = elements(row[COL_REFUND_BASES], INT8OID, &out->tax_count);
    Datum *refund_taxes = elements(row[COL_REFUND_TAXES], INT8OID, &out->tax_count);

    out->taxes = palloc0(sizeof *out->taxes * (size_t)Max(out->tax_count + extra, 1));
    for (int i = 0; i < out->tax_count; i++) {
        memcpy(out->taxes[i].id, DatumGetUUIDP(ids[i])->data, UUID_LEN);
        out->taxes[i].rate = DatumGetInt64(rates[i]);
        out->taxes[i].included = DatumGetInt64(included[i]);
        out->taxes[i].base = DatumGetInt64(bases[i]);
        out->taxes[i].amount = DatumGetInt64(amounts[i]);
        out->taxes[i].refund_base = DatumGetInt64(refund_bases[i]);
        out->taxes[i].refund_amount = DatumGetInt64(refund_taxes[i]);
    }
}

static void
read_row(Relation relation, HeapTuple row, mpos_shift_sums *out, int extra)
{
    Datum values[COLUMNS];
    bool nulls[COLUMNS];

    if (row == NULL) {
        elog(ERROR, "a shift has no sums");
    }
    heap_deform_tuple(row, RelationGetDescr(relation), values, nulls);
    out->sales = DatumGetInt64(values[COL_SALES]);
    out->gross = DatumGetInt64(values[COL_GROSS]);
    out->discount = DatumGetInt64(values[COL_DISCOUNT]);
    out->net = DatumGetInt64(values[COL_NET]);
    out->tax = DatumGetInt64(values[COL_TAX]);
    out->total = DatumGetInt64(values[COL_TOTAL]);
    out->cash_count = DatumGetInt64(values[COL_CASH_COUNT]);
    out->cash_amount = DatumGetInt64(values[COL_CASH_AMOUNT]);
    out->refunds = DatumGetInt64(values[COL_REFUNDS]);
    out->refund_total = DatumGetInt64(values[COL_REFUND_TOTAL]);
    out->refund_cash = DatumGetInt64(values[COL_REFUND_CASH]);
    read_taxes(values, out, extra);
}

static void
tax_arrays(const mpos_shift_sums *sums, Datum *values)
{
    size_t size = sizeof(Datum) * (size_t)Max(sums->tax_count, 1);
    Datum *ids = palloc(size);
    Datum *numbers = palloc(size);
    static const struct {
        int column;
        size_t offset;
    } fields[] = {{COL_TAX_RATES, offsetof(mpos_shift_tax, rate)},
                  {COL_TAX_INCLUDED, offsetof(mpos_shift_tax, included)},
                  {COL_TAX_BASES, offsetof(mpos_shift_tax, base)},
                  {COL_TAX_AMOUNTS, offsetof(mpos_shift_tax, amount)},
                  {COL_REFUND_BASES, offsetof(mpos_shift_tax, refund_base)},
                  {COL_REFUND_TAXES, offsetof(mpos_shift_tax, refund_amount)}};

    for (int i = 0; i < sums->tax_count; i++) {
        ids[i] = PointerGetDatum(sums->taxes[i].id);
    }
    values[COL_TAX_IDS] = mpos_array(UUIDOID, ids, NULL, sums->tax_count);
    for (int f = 0; f < (int)lengthof(fields); f++) {
        for (int i = 0; i < sums->tax_count; i++) {
            numbers[i] = Int64GetDatum(*(const int64 *)((const char *)&sums->taxes[i] + fields[f].offset));
        }
        values[fields[f].column] = mpos_array(INT8OID, numbers, NULL, sums->tax_count);
    }
}

static void
form_values(const mpos_shift_sums *sums, Datum *values)
{
    values[COL_SALES] = Int64GetDatum(sums->sales);
    values[COL_GROSS] = Int64GetDatum(sums->gross);
    values[COL_DISCOUNT] = Int64GetDatum(sums->discount);
    values[COL_NET] = Int64GetDatum(sums->net);
    values[COL_TAX] = Int64GetDatum(sums->tax);
    values[COL_TOTAL] = Int64GetDatum(sums->total);
    values[COL_CASH_COUNT] = Int64GetDatum(sums->cash_count);
    values[COL_CASH_AMOUNT] = Int64GetDatum(sums->cash_amount);
    values[COL_REFUNDS] = Int64GetDatum(sums->refunds);
    values[COL_REFUND_TOTAL] = Int64GetDatum(sums->refund_total);
    values[COL_REFUND_CASH] = Int64GetDatum(sums->refund_cash);
    tax_arrays(sums, values);
}

void
mpos_shift_sums_insert(const uint8 tenant[16], const uint8 shift[16])
{
    Relation relation = mpos_table_open(&sums_table, RowExclusiveLock);
    const mpos_shift_sums zeros = {0};
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

    read_row(relation, mpos_table_get(&sums_table, relation, keys, NULL), out, 0);
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
    sums->cash_count += posting->cash_count;
    add(&sums->cash_amount, posting->cash_amount);
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

    read_row(relation, row, &sums, posting->sale || posting->refund ? posting->cart->tax_count : 0);
    add_posting(&sums, posting);
    form_values(&sums, values);
    for (int i = COL_SALES; i < COLUMNS; i++) {
        replaces[i] = true;
    }
    mpos_table_update(relation, row, values, nulls, replaces);
    mpos_table_close(relation);
}

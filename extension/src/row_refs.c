/* row_refs.c - what rows name must be there and in use. Another business's ids are as unknown as random ones. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/uuid.h"

#include "rows.h"

#define FIND(table, id, active)                                                                              \
    {                                                                                                        \
        "SELECT k.n FROM unnest($2) WITH ORDINALITY k(id, n) LEFT JOIN " table                               \
        " x ON x.tenant_id = $1 AND x." id " = k.id" active " WHERE x." id " IS NULL ORDER BY k.n LIMIT 1"   \
    }

static mpos_statement statements[MPOS_REFS] = {
    [MPOS_REF_ITEM] = FIND("pos.item", "item_id", " AND x.active"),
    [MPOS_REF_CATEGORY] = FIND("pos.category", "category_id", " AND x.active"),
    [MPOS_REF_TAX] = FIND("pos.tax", "tax_id", " AND x.active"),
    [MPOS_REF_GROUP] = FIND("pos.modifier_group", "group_id", " AND x.active"),
    [MPOS_REF_BOOK] = FIND("pos.price_book", "book_id", ""),
    [MPOS_REF_VARIANT] = FIND("pos.variant", "variant_id", ""),
    [MPOS_REF_OUTLET] = FIND("pos.outlet", "outlet_id", ""),
    [MPOS_REF_CUSTOMER_GROUP] = FIND("pos.customer_group", "customer_group_id", " AND x.active"),
};

/* The first that is not there, from 0; -1 when all are. */
static int64
find_missing(mpos_call *call, mpos_ref_kind kind, const uint8 (*ids)[16], int count)
{
    mpos_args args = {0};
    Datum *values = palloc(sizeof *values * (size_t)Max(count, 1));

    for (int i = 0; i < count; i++) {
        values[i] = PointerGetDatum(ids[i]);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, values, NULL, count);
    return mpos_statement_run(&statements[kind], &args) > 0 ? mpos_cell_big(0, 1) - 1 : -1;
}

static mpos_err
refuse(mpos_call *call, const char *at)
{
    return mpos_refuse(call, MPOS_E_UNKNOWN_REFERENCE, at, "Nothing in use has that id.");
}

mpos_err
mpos_refs_check(mpos_call *call, mpos_ref_kind kind, const char *at, const mpos_list *ids)
{
    int64 missing = ids->count > 0 ? find_missing(call, kind, ids->items, ids->count) : -1;

    return missing >= 0 ? refuse(call, psprintf("%s/" INT64_FORMAT, at, missing)) : MPOS_OK;
}

mpos_err
mpos_ref_check(mpos_call *call, mpos_ref_kind kind, const char *at, const uint8 id[16])
{
    return find_missing(call, kind, (const uint8(*)[16])id, 1) >= 0 ? refuse(call, at) : MPOS_OK;
}

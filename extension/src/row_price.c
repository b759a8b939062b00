/* row_price.c - operation catalogue.prices: what is in a price book, item by item, beside the ordinary prices. */
#include "postgres.h"

#include "json.h"
#include "rows.h"

#define LIMIT 50
#define LIMIT_MAX 200
#define SEARCH_MAX 64

static mpos_statement book_statement = {"SELECT 1 FROM pos.price_book WHERE tenant_id = $1 AND book_id = $2"};

/* $3 pattern of search, $4 the last item of the page before, $5 limit: items with their prices in the book. */
static mpos_statement prices_statement = {
    "WITH page AS MATERIALIZED (SELECT i.* FROM pos.item i WHERE i.tenant_id = $1 AND EXISTS (SELECT FROM "
    "pos.price p WHERE p.tenant_id = $1 AND p.book_id = $2 AND p.item_id = i.item_id) "
    "AND ($3::text IS NULL OR i.name ILIKE $3 OR i.code ILIKE $3) AND ($4::uuid IS NULL OR i.code > (SELECT "
    "a.code FROM pos.item a WHERE a.tenant_id = $1 AND a.item_id = $4)) ORDER BY i.code LIMIT $5) "
    "SELECT t.item_id, jsonb_build_object('id', t.item_id, 'code', t.code, 'name', t.name, 'active', "
    "t.active, 'prices', (SELECT jsonb_agg(jsonb_build_object('variant_id', p.variant_id, 'variant', v.name, "
    "'min_qty', CASE WHEN p.min_qty > 0 THEN trim_scale(p.min_qty / 1000000::numeric)::text END, 'price', "
    "p.price, 'ordinary', coalesce(v.price, t.price)) ORDER BY v.sort NULLS FIRST, v.code, p.min_qty) "
    "FROM pos.price p LEFT JOIN pos.variant v ON v.tenant_id = p.tenant_id AND v.variant_id = p.variant_id "
    "WHERE p.tenant_id = $1 AND p.book_id = $2 AND p.item_id = t.item_id))::text FROM page t ORDER BY "
    "t.code"};

typedef struct prices_params {
    uint32 given;
    uint8 book_id[16];
    const char *search;
    int64 limit;
    uint8 after[16];
} prices_params;

enum { PRICES_BOOK, PRICES_SEARCH, PRICES_LIMIT, PRICES_AFTER };

static const mpos_field prices_fields[] = {
    {"book_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(prices_params, book_id)},
    {"search", MPOS_IN_TEXT, 0, offsetof(prices_params, search), 1, SEARCH_MAX},
    {"limit", MPOS_IN_INT, 0, offsetof(prices_params, limit), 1, LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(prices_params, after)},
};
MPOS_SHAPE(prices, prices_params);

mpos_err
mpos_book_prices(mpos_call *call)
{
    StringInfo out = &call->body;
    mpos_args args = {0};
    prices_params in;
    uint8 last[16];
    int64 limit;
    uint64 rows;
    mpos_err err = mpos_input_params(call, &prices_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    limit = MPOS_GIVEN(&in, PRICES_LIMIT) ? in.limit : LIMIT;
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, in.book_id);
    if (mpos_statement_run(&book_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_arg_text(&args, MPOS_GIVEN(&in, PRICES_SEARCH) ? mpos_rows_pattern(in.search) : NULL);
    mpos_arg_uuid(&args, MPOS_GIVEN(&in, PRICES_AFTER) ? in.after : NULL);
    mpos_arg_big(&args, limit + 1);
    rows = mpos_statement_run(&prices_statement, &args);
    mpos_json_open(out, NULL, '{');
    mpos_json_open(out, "items", '[');
    for (uint64 i = 0; i < Min(rows, (uint64)limit); i++) {
        (void)mpos_cell_uuid(i, 1, last);
        mpos_json_raw(out, NULL, mpos_cell_text(i, 2));
    }
    mpos_json_close(out, ']');
    mpos_json_uuid(out, "next", rows > (uint64)limit ? last : NULL);
    mpos_json_close(out, '}');
    return MPOS_OK;
}

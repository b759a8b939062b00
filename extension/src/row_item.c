/* row_item.c - items: their own row, and the JSON of all that belongs to them. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/uuid.h"

#include "quantity.h"
#include "row_item.h"
#include "row_statements.h"

#define PRICE_MAX INT64CONST(999999999999)
#define SORT_MAX 1000000

static const mpos_field variant_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_variant_in, id)},
    {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_DIGITS, offsetof(mpos_variant_in, code), 1, 64},
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(mpos_variant_in, name), 1, 200},
    {"price", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(mpos_variant_in, price), 0, PRICE_MAX},
    {"barcodes", MPOS_IN_TEXTS, MPOS_IN_DIGITS, offsetof(mpos_variant_in, barcodes), 0, 20},
};
MPOS_SHAPE(variant, mpos_variant_in);

static const mpos_field price_fields[] = {
    {"book_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(mpos_price_in, book_id)},
    {"variant_id", MPOS_IN_UUID, MPOS_IN_NULLABLE, offsetof(mpos_price_in, variant_id)},
    {"min_qty", MPOS_IN_QTY, MPOS_IN_NULLABLE, offsetof(mpos_price_in, min_qty), 0, MPOS_QTY_MAX},
    {"price", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(mpos_price_in, price), 0, PRICE_MAX},
};
MPOS_SHAPE(price, mpos_price_in);

static const mpos_field slot_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_slot_in, id)},
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(mpos_slot_in, name), 1, 200},
    {"item_ids", MPOS_IN_UUIDS, MPOS_IN_REQUIRED, offsetof(mpos_slot_in, item_ids), 1, 500},
};
MPOS_SHAPE(slot, mpos_slot_in);

static const mpos_field item_fields[] = {
    MPOS_ROW_FIELDS,
    {"category_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(mpos_item_in, category_id)},
    {"price", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(mpos_item_in, price), 0, PRICE_MAX},
    {"tax_ids", MPOS_IN_UUIDS, MPOS_IN_REQUIRED, offsetof(mpos_item_in, tax_ids), 0, 8},
    {"group_ids", MPOS_IN_UUIDS, 0, offsetof(mpos_item_in, group_ids), 0, 32},
    {"station", MPOS_IN_TEXT, MPOS_IN_NULLABLE, offsetof(mpos_item_in, station), 1, 64},
    {"stocked", MPOS_IN_BOOL, 0, offsetof(mpos_item_in, stocked)},
    {"open_price", MPOS_IN_BOOL, 0, offsetof(mpos_item_in, open_price)},
    {"unit", MPOS_IN_TEXT, MPOS_IN_NULLABLE, offsetof(mpos_item_in, unit), 1, 16},
    {"floor", MPOS_IN_INT, MPOS_IN_NULLABLE, offsetof(mpos_item_in, floor), 0, PRICE_MAX},
    {"sort", MPOS_IN_INT, 0, offsetof(mpos_item_in, sort), 0, SORT_MAX},
    {"barcodes", MPOS_IN_TEXTS, MPOS_IN_DIGITS, offsetof(mpos_item_in, barcodes), 0, 20},
    {"variants", MPOS_IN_OBJECTS, 0, offsetof(mpos_item_in, variants), 0, 100, NULL, &variant_shape},
    {"prices", MPOS_IN_OBJECTS, 0, offsetof(mpos_item_in, prices), 0, 500, NULL, &price_shape},
    {"combo", MPOS_IN_OBJECTS, 0, offsetof(mpos_item_in, combo), 0, 16, NULL, &slot_shape},
};
MPOS_SHAPE(item, mpos_item_in);

#define LIST_OF(what, from) "coalesce((SELECT jsonb_agg(" what ") FROM " from "), '[]')"

#define BARCODES_OF(variant)                                                                                 \
    LIST_OF("b.barcode ORDER BY b.sort, b.barcode",                                                          \
            "pos.barcode b WHERE b.tenant_id = $1 AND b.item_id = t.item_id AND b.variant_id IS NOT "        \
            "DISTINCT FROM " variant)

#define VARIANTS                                                                                             \
    LIST_OF("jsonb_build_object('id', v.variant_id, 'code', v.code, 'name', v.name, 'price', v.price, "      \
            "'barcodes', " BARCODES_OF("v.variant_id") ") ORDER BY v.sort, v.code",                          \
            "pos.variant v WHERE v.tenant_id = $1 AND v.item_id = t.item_id")

#define PRICES                                                                                               \
    LIST_OF(                                                                                                 \
        "jsonb_build_object('book_id', p.book_id, 'variant_id', p.variant_id, 'price', p.price, 'min_qty', " \
        "CASE WHEN p.min_qty > 0 THEN trim_scale(p.min_qty / 1000000::numeric)::text END) "                  \
        "ORDER BY p.book_id, p.variant_id, p.min_qty",                                                       \
        "pos.price p WHERE p.tenant_id = $1 AND p.item_id = t.item_id")

#define SLOTS                                                                                                \
    LIST_OF("jsonb_build_object('id', s.slot_id, 'name', s.name, 'item_ids', " LIST_OF(                      \
                "c.component_id ORDER BY c.sort",                                                            \
                "pos.combo_slot_item c WHERE c.tenant_id = $1 "                                              \
                "AND c.item_id = t.item_id AND c.slot_id = s.slot_id") ") ORDER BY s.sort",                  \
            "pos.combo_slot s WHERE s.tenant_id = $1 AND s.item_id = t.item_id")

/*
 * The page first: what belongs to an item is only looked up for the rows of the answer. KEY: what the list is sorted by before the
 * code, of a row of pos.item; later: the sign of rows that come later; way: ASC or DESC.
 */
#define ITEM_PAGE(KEY, later, way)                                                                           \
    "WITH page AS MATERIALIZED (SELECT i.*, " KEY(                                                           \
        "i") " AS k FROM pos.item i WHERE "                                                                  \
             "i.tenant_id = $1 AND ($2::uuid IS NULL OR i.item_id = $2) "                                    \
             "AND ($3::text IS NULL OR i.name ILIKE $3 OR i.code ILIKE $3 OR i.item_id IN "                  \
             "(SELECT b.item_id FROM pos.barcode b WHERE b.tenant_id = $1 AND b.barcode = $8)) "             \
             "AND ($4 = 2 OR i.active = ($4 = 0)) AND ($5::uuid IS NULL OR i.category_id = $5) "             \
             "AND ($6::uuid IS NULL OR ROW(" KEY("i") ", i.code) " later " (SELECT " KEY(                    \
                 "a") ", a.code "                                                                            \
                      "FROM pos.item a WHERE a.tenant_id = $1 AND a.item_id = $6)) "                         \
                      "ORDER BY " KEY("i") " " way ", i.code " way " LIMIT $7) "

#define ITEM_ROWS                                                                                            \
    "SELECT t.item_id, jsonb_build_object(" MPOS_ROW_JSON(                                                   \
        "item_id") ", 'category_id', t.category_id, "                                                        \
                   "'price', t.price, 'tax_ids', "                                                           \
                   "to_jsonb(t.tax_ids), "                                                                   \
                   "'group_ids', " LIST_OF("g.group_id ORDER BY g.sort, "                                    \
                                           "g.group_id",                                                     \
                                           "pos.item_group g WHERE "                                         \
                                           "g.tenant_id = $1 AND g.item_id = "                               \
                                           "t.item_id") ", 'station', "                                      \
                                                        "t.station, "                                        \
                                                        "'stocked', "                                        \
                                                        "t.stocked, "                                        \
                                                        "'open_price', "                                     \
                                                        "t.open_price, "                                     \
                                                        "'unit', t.unit, "                                   \
                                                        "'floor', t.floor, "                                 \
                                                        "'sort', t.sort, "                                   \
                                                        "'barcodes',"                                        \
                                                        " " BARCODES_OF("NULL") ", "                         \
                                                                                "'variant"                   \
                                                                                "s',"                        \
                                                                                " " VARIANTS ", "            \
                                                                                "'prices'"                   \
                                                                                ","                          \
                                                                                " " PRICES ", "              \
                                                                                "'combo',"                   \
                                                                                " " SLOTS ")::text "         \
                                                                                "FROM "                      \
                                                                                "page t "                    \
                                                                                "ORDER "                     \
                                                                                "BY t.k "

#define ITEM_READ(KEY)                                                                                       \
    {ITEM_PAGE(KEY, ">", "ASC") ITEM_ROWS "ASC, t.code ASC"},                                                \
    {                                                                                                        \
        ITEM_PAGE(KEY, "<", "DESC") ITEM_ROWS "DESC, t.code DESC"                                            \
    }

#define CODE_KEY(item) item ".code"
#define NAME_KEY(item) item ".name COLLATE \"und-x-icu\""
#define PRICE_KEY(item)                                                                                      \
    "coalesce((SELECT min(v.price) FROM pos.variant v WHERE v.tenant_id = $1 AND v.item_id = " item          \
    ".item_id), " item ".price)"

static mpos_statement read_statements[] = {ITEM_READ(CODE_KEY), ITEM_READ(NAME_KEY), ITEM_READ(PRICE_KEY)};

static mpos_statement lock_statement = MPOS_ROW_LOCK("pos.item", "item_id");
static mpos_statement taken_statement = MPOS_ROW_TAKEN("pos.item", "item_id");
static mpos_statement archive_statement = MPOS_ROW_ARCHIVE("pos.item", "item_id");

static mpos_statement used_statement = {
    "SELECT o.name FROM pos.combo_slot_item c JOIN pos.item o ON o.tenant_id = c.tenant_id AND o.item_id = "
    "c.item_id "
    "WHERE c.tenant_id = $1 AND c.component_id = $2 AND o.active LIMIT 1"};

static mpos_statement write_statement = {
    "INSERT INTO pos.item AS t (tenant_id, item_id, code, name, category_id, price, tax_ids, station, "
    "stocked, open_price, unit, "
    "floor, sort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
    "ON CONFLICT (tenant_id, item_id) DO UPDATE SET code = excluded.code, name = excluded.name, "
    "category_id = excluded.category_id, price = excluded.price, tax_ids = excluded.tax_ids, station = "
    "excluded.station, "
    "stocked = excluded.stocked, open_price = excluded.open_price, unit = excluded.unit, floor = "
    "excluded.floor, "
    "sort = excluded.sort, version = t.version + 1"};

static void
arg_ids(mpos_args *args, const mpos_list *ids)
{
    const uint8(*items)[16] = ids->items;
    Datum *values = palloc(sizeof *values * (size_t)Max(ids->count, 1));

    for (int i = 0; i < ids->count; i++) {
        values[i] = PointerGetDatum(items[i]);
    }
    mpos_arg_array(args, UUIDOID, values, NULL, ids->count);
}

static void
write_row(mpos_call *call, const mpos_item_in *in, const uint8 id[16])
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, id);
    mpos_arg_text(&args, in->head.code);
    mpos_arg_text(&args, in->head.name);
    mpos_arg_uuid(&args, in->category_id);
    mpos_arg_big(&args, in->price);
    arg_ids(&args, &in->tax_ids);
    mpos_arg_text(&args, in->station);
    mpos_arg_bool(&args, in->stocked);
    mpos_arg_bool(&args, in->open_price);
    mpos_arg_text(&args, in->unit);
    mpos_arg_big(&args, in->floor);
    args.nulls[args.count - 1] = MPOS_GIVEN(&in->head, MPOS_ITEM_IN_FLOOR) ? ' ' : 'n';
    mpos_arg_int(&args, (int32)in->sort);
    (void)mpos_statement_run(&write_statement, &args);
}

static mpos_err
write_item(mpos_call *call, const mpos_row_kind *kind, mpos_row *out)
{
    mpos_item_in in;
    mpos_err err = mpos_input_body(call, &item_shape, &in);

    if (err == MPOS_OK) {
        err = mpos_row_begin(call, kind, &in.head, out);
    }
    if (err == MPOS_OK) {
        err = mpos_item_check(call, &in, out->id);
    }
    if (err != MPOS_OK) {
        return err;
    }
    write_row(call, &in, out->id);
    mpos_item_write_parts(call, &in, out->id);
    return MPOS_OK;
}

const mpos_row_kind mpos_row_item = {"item",
                                     "items",
                                     "item_id",
                                     read_statements,
                                     &lock_statement,
                                     &taken_statement,
                                     &archive_statement,
                                     &used_statement,
                                     write_item,
                                     true};

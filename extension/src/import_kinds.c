/* import_kinds.c - the tables that can be imported and exported: their columns, and the statements that turn texts into rows
 * and back. */
#include "postgres.h"

#include "import.h"

/* Minor units as text of major units, and back; x is not negative. */
#define MONEY(x)                                                                                             \
    "(CASE WHEN $2 = 1 THEN " x "::text ELSE (" x " / $2)::text || '.' || "                                  \
    "lpad((" x " % $2)::text, length($2::text) - 1, '0') END)"
#define MINOR(x) "(nullif(" x ", '')::numeric * $2)::bigint"
#define YES_NO(x) "CASE WHEN " x " THEN 'yes' ELSE 'no' END"
#define OPTIONAL(x) "coalesce(" x ", '')"
#define PARTS(list) "CROSS JOIN LATERAL unnest(string_to_array(" list ", '|')) WITH ORDINALITY p(code, m) "

/* A code of a column that names nothing in use. */
#define UNKNOWN(column, table, active)                                                                       \
    {                                                                                                        \
        "SELECT k.n, k.code FROM unnest(" column ") WITH ORDINALITY k(code, n) WHERE NOT EXISTS "            \
        "(SELECT FROM " table " x WHERE x.tenant_id = $1 AND x.code = k.code" active ")"                     \
    }
#define UNKNOWN_PART(column, table)                                                                          \
    {                                                                                                        \
        "SELECT k.n, p.code FROM unnest(" column ") WITH ORDINALITY k(list, n) " PARTS(                      \
            "k.list") "WHERE NOT EXISTS (SELECT FROM " table                                                 \
                      " x WHERE x.tenant_id = $1 AND x.code = p.code AND x.active)"                          \
    }
#define TWICE(column)                                                                                        \
    {                                                                                                        \
        "SELECT max(k.n), p.code FROM unnest(" column                                                        \
        ") WITH ORDINALITY k(list, n) " PARTS("k.list") "GROUP BY p.code HAVING count(*) > 1"                \
    }

#define ITEM_TEXTS                                                                                                                                                                                                           \
    "i.code, i.name, "                                                                                                                                                                                                       \
    "(SELECT c.code FROM pos.category c WHERE c.tenant_id = $1 AND c.category_id = i.category_id), " MONEY("i.price") ", " OPTIONAL(                                                                                         \
        "(SELECT string_agg(t.code, '|' ORDER BY k.n) FROM unnest(i.tax_ids) WITH ORDINALITY k(id, n) "                                                                                                                      \
        "JOIN pos.tax t ON t.tenant_id = $1 AND t.tax_id = k.id)") ", " OPTIONAL("(SELECT "                                                                                                                                  \
                                                                                 "string_agg(g.code, '|' "                                                                                                                   \
                                                                                 "ORDER BY x.sort, g.code) "                                                                                                                 \
                                                                                 "FROM pos.item_group x "                                                                                                                    \
                                                                                 "JOIN pos.modifier_group "                                                                                                                  \
                                                                                 "g ON g.tenant_id = $1 "                                                                                                                    \
                                                                                 "AND g.group_id = "                                                                                                                         \
                                                                                 "x.group_id "                                                                                                                               \
                                                                                 "WHERE x.tenant_id = $1 "                                                                                                                   \
                                                                                 "AND x.item_id = "                                                                                                                          \
                                                                                 "i.item_id)") ","                                                                                                                           \
                                                                                               " " OPTIONAL("i.station") ", " YES_NO("i.stocked") ", " YES_NO("i.open_price") ", " OPTIONAL("i.unit") ", " OPTIONAL(         \
                                                                                                   MONEY(                                                                                                                    \
                                                                                                       "i."                                                                                                                  \
                                                                                                       "flo"                                                                                                                 \
                                                                                                       "o"                                                                                                                   \
                                                                                                       "r")) ", i.sort::text, " OPTIONAL("(SELECT string_agg(b.barcode, '|' ORDER BY b.sort, b.barcode) FROM pos.barcode b " \
                                                                                                                                         "WHERE b.tenant_id = $1 AND b.item_id = i.item_id AND b.variant_id IS NULL)") ", " YES_NO("i.active")

static mpos_import_kind items = {
    .name = "items",
    .entity = "item",
    .keys = 1,
    .count = 14,
    .columns = {{"code", MPOS_COLUMN_CODE, true, "", 0},
                {"name", MPOS_COLUMN_TEXT, true, "", 200},
                {"category", MPOS_COLUMN_CODE, true, "", 0},
                {"price", MPOS_COLUMN_MONEY, true, "", 0},
                {"taxes", MPOS_COLUMN_CODES, false, "", 0},
                {"groups", MPOS_COLUMN_CODES, false, "", 0},
                {"station", MPOS_COLUMN_TEXT, false, "", 64},
                {"stocked", MPOS_COLUMN_YES_NO, false, "no", 0},
                {"open_price", MPOS_COLUMN_YES_NO, false, "no", 0},
                {"unit", MPOS_COLUMN_TEXT, false, "", 16},
                {"floor", MPOS_COLUMN_MONEY, false, "", 0},
                {"sort", MPOS_COLUMN_COUNT, false, "0", 1000000},
                {"barcodes", MPOS_COLUMN_BARCODES, false, "", 0},
                {"active", MPOS_COLUMN_YES_NO, false, "yes", 0}},
    .find = {"SELECT k.n, i.item_id, " ITEM_TEXTS " FROM unnest($3) WITH ORDINALITY k(code, n) "
             "JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.code"},
    .page = {"SELECT " ITEM_TEXTS " FROM (SELECT * FROM pos.item x WHERE x.tenant_id = $1 "
             "AND ($3 IS NULL OR x.code > $3) ORDER BY x.code LIMIT $4) i ORDER BY i.code"},
    /* $5 code, $6 name, $7 category, $8 price, $9 taxes, $10 groups, $11 station, $12 stocked, $13 open_price, $14 unit,
     * $15 floor, $16 sort, $17 barcodes, $18 active */
    .checks = {{2, MPOS_E_UNKNOWN_REFERENCE, "No category in use has this code",
                UNKNOWN("$7", "pos.category", " AND x.active")},
               {4, MPOS_E_UNKNOWN_REFERENCE, "No tax in use has this code", UNKNOWN_PART("$9", "pos.tax")},
               {4,
                MPOS_E_TOO_MANY,
                "An item has at most eight taxes",
                {"SELECT k.n, k.list FROM unnest($9) WITH ORDINALITY k(list, n) "
                 "WHERE cardinality(string_to_array(k.list, '|')) > 8"}},
               {5, MPOS_E_UNKNOWN_REFERENCE, "No group in use has this code",
                UNKNOWN_PART("$10", "pos.modifier_group")},
               {12,
                MPOS_E_NAME_TAKEN,
                "Another item has this barcode",
                {"SELECT k.n, p.code FROM unnest($3, $17) WITH ORDINALITY k(id, list, n) " PARTS(
                    "k.list") "JOIN pos.barcode b ON b.tenant_id = $1 AND b.barcode = p.code "
                              "WHERE b.item_id <> k.id OR b.variant_id IS NOT NULL"}},
               {12, MPOS_E_NAME_TAKEN, "Another line has this barcode", TWICE("$17")}},
    .check_count = 6,
    .writes =
        {{"INSERT INTO pos.item AS i (tenant_id, item_id, code, name, category_id, price, tax_ids, station, "
          "stocked, "
          "open_price, unit, floor, sort, active) "
          "SELECT $1, k.id, k.code, k.name, c.category_id, " MINOR(
              "k.price") ", "
                         "ARRAY(SELECT t.tax_id FROM unnest(string_to_array(k.taxes, '|')) WITH ORDINALITY "
                         "p(code, m) "
                         "JOIN pos.tax t ON t.tenant_id = $1 AND t.code = p.code ORDER BY p.m), "
                         "nullif(k.station, ''), k.stocked = 'yes', "
                         "k.open_price = 'yes', nullif(k.unit, ''), " MINOR(
                             "k.floor") ", k.sort::integer, k.active = 'yes' "
                                        "FROM unnest($3, $5, $6, $7, $8, $9, $11, $12, $13, $14, $15, $16, "
                                        "$18) "
                                        "k(id, code, name, category, price, taxes, station, stocked, "
                                        "open_price, unit, floor, sort, active) "
                                        "JOIN pos.category c ON c.tenant_id = $1 AND c.code = k.category "
                                        "ON CONFLICT (tenant_id, item_id) DO UPDATE SET name = "
                                        "excluded.name, category_id = excluded.category_id, "
                                        "price = excluded.price, tax_ids = excluded.tax_ids, station = "
                                        "excluded.station, stocked = excluded.stocked, "
                                        "open_price = excluded.open_price, unit = excluded.unit, floor = "
                                        "excluded.floor, sort = excluded.sort, "
                                        "active = excluded.active, version = i.version + 1"},
         {"DELETE FROM pos.barcode b USING unnest($3, $4) k(id, is_new) WHERE NOT k.is_new AND b.tenant_id = "
          "$1 "
          "AND b.item_id = k.id AND b.variant_id IS NULL"},
         {"INSERT INTO pos.barcode (tenant_id, barcode, item_id, sort) "
          "SELECT $1, p.code, k.id, p.m FROM unnest($3, $17) k(id, list) " PARTS("k.list")},
         {"DELETE FROM pos.item_group g USING unnest($3, $4) k(id, is_new) WHERE NOT k.is_new AND "
          "g.tenant_id = $1 "
          "AND g.item_id = k.id"},
         {"INSERT INTO pos.item_group (tenant_id, item_id, group_id, sort) "
          "SELECT $1, k.id, g.group_id, p.m FROM unnest($3, $10) k(id, list) " PARTS(
              "k.list") "JOIN pos.modifier_group g ON g.tenant_id = $1 AND g.code = p.code"}},
    .write_count = 5,
};

#define VARIANT_TEXTS                                                                                        \
    "i.code, v.code, v.name, " MONEY("v.price") ", " OPTIONAL(                                               \
        "(SELECT string_agg(b.barcode, '|' ORDER BY b.sort, b.barcode) FROM pos.barcode b "                  \
        "WHERE b.tenant_id = $1 AND b.item_id = i.item_id AND b.variant_id = v.variant_id)") ", "            \
                                                                                             "v.sort::text"

/* What an editor of the item has read is no longer so. */
#define RAISE_ITEMS                                                                                          \
    {                                                                                                        \
        "UPDATE pos.item SET version = version + 1 WHERE tenant_id = $1 AND code = ANY ($5)"                 \
    }

static mpos_import_kind variants = {
    .name = "variants",
    .entity = "item",
    .of_item = true,
    .keys = 2,
    .count = 6,
    .columns = {{"item", MPOS_COLUMN_CODE, true, "", 0},
                {"code", MPOS_COLUMN_CODE, true, "", 0},
                {"name", MPOS_COLUMN_TEXT, true, "", 200},
                {"price", MPOS_COLUMN_MONEY, true, "", 0},
                {"barcodes", MPOS_COLUMN_BARCODES, false, "", 0},
                {"sort", MPOS_COLUMN_COUNT, false, "0", 1000000}},
    .find = {"SELECT k.n, v.variant_id, " VARIANT_TEXTS
             " FROM unnest($3, $4) WITH ORDINALITY k(item, code, n) "
             "JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.item "
             "JOIN pos.variant v ON v.tenant_id = $1 AND v.item_id = i.item_id AND v.code = k.code"},
    .page = {"SELECT " VARIANT_TEXTS " FROM pos.item i "
             "JOIN pos.variant v ON v.tenant_id = $1 AND v.item_id = i.item_id WHERE i.tenant_id = $1 AND "
             "($3 IS NULL "
             "OR (i.code, v.code) > (split_part($3, '|', 1), split_part($3, '|', 2))) ORDER BY i.code, "
             "v.code LIMIT $4"},
    /* $5 item, $6 code, $7 name, $8 price, $9 barcodes, $10 sort */
    .checks = {{0, MPOS_E_UNKNOWN_REFERENCE, "No item has this code", UNKNOWN("$5", "pos.item", "")},
               {4,
                MPOS_E_NAME_TAKEN,
                "Something else has this barcode",
                {"SELECT k.n, p.code FROM unnest($3, $9) WITH ORDINALITY k(id, list, n) " PARTS(
                    "k.list") "JOIN pos.barcode b ON b.tenant_id = $1 AND b.barcode = p.code WHERE "
                              "b.variant_id IS DISTINCT FROM k.id"}},
               {4, MPOS_E_NAME_TAKEN, "Another line has this barcode", TWICE("$9")}},
    .check_count = 3,
    .writes = {{"INSERT INTO pos.variant AS v (tenant_id, variant_id, item_id, code, name, price, sort) "
                "SELECT $1, k.id, i.item_id, k.code, k.name, " MINOR(
                    "k.price") ", k.sort::integer "
                               "FROM unnest($3, $5, $6, $7, $8, $10) k(id, item, code, name, price, sort) "
                               "JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.item "
                               "ON CONFLICT (tenant_id, variant_id) DO UPDATE SET name = excluded.name, "
                               "price = excluded.price, sort = excluded.sort"},
               {"DELETE FROM pos.barcode b USING unnest($3, $4) k(id, is_new) JOIN pos.variant v "
                "ON v.tenant_id = $1 AND v.variant_id = k.id "
                "WHERE NOT k.is_new AND b.tenant_id = $1 AND b.item_id = v.item_id AND b.variant_id = k.id"},
               {"INSERT INTO pos.barcode (tenant_id, barcode, item_id, variant_id, sort) "
                "SELECT $1, p.code, v.item_id, k.id, p.m FROM unnest($3, $9) k(id, list) "
                "JOIN pos.variant v ON v.tenant_id = $1 AND v.variant_id = k.id " PARTS("k.list")},
               RAISE_ITEMS},
    .write_count = 4,
};

#define PRICE_TEXTS                                                                                          \
    "i.code, b.code, " OPTIONAL("v.code") ", "                                                               \
                                          "CASE WHEN x.min_qty > 0 THEN trim_scale(x.min_qty / "             \
                                          "1000000::numeric)::text ELSE '' END, " MONEY("x.price")

static mpos_import_kind prices = {
    .name = "prices",
    .entity = "item",
    .of_item = true,
    .keys = 4,
    .count = 5,
    .columns = {{"item", MPOS_COLUMN_CODE, true, "", 0},
                {"book", MPOS_COLUMN_CODE, true, "", 0},
                {"variant", MPOS_COLUMN_CODE, false, "", 0},
                {"min_qty", MPOS_COLUMN_QTY, false, "", 0},
                {"price", MPOS_COLUMN_MONEY, false, "", 0}},
    .vanishes = true,
    .find = {"SELECT k.n, x.price_id, " PRICE_TEXTS
             " FROM unnest($3, $4, $5, $6) WITH ORDINALITY k(item, book, variant, min_qty, n) "
             "JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.item "
             "JOIN pos.price_book b ON b.tenant_id = $1 AND b.code = k.book "
             "LEFT JOIN pos.variant v ON v.tenant_id = $1 AND v.item_id = i.item_id AND v.code = k.variant "
             "JOIN pos.price x ON x.tenant_id = $1 AND x.item_id = i.item_id AND x.book_id = b.book_id "
             "AND x.variant_id IS NOT DISTINCT FROM v.variant_id "
             "AND x.min_qty = (coalesce(nullif(k.min_qty, ''), '0')::numeric * 1000000)::bigint "
             "WHERE k.variant = '' OR v.variant_id IS NOT NULL"},
    .page = {"SELECT " PRICE_TEXTS
             " FROM pos.item i JOIN pos.price x ON x.tenant_id = $1 AND x.item_id = i.item_id "
             "JOIN pos.price_book b ON b.tenant_id = $1 AND b.book_id = x.book_id "
             "LEFT JOIN pos.variant v ON v.tenant_id = $1 AND v.variant_id = x.variant_id WHERE i.tenant_id "
             "= $1 AND ($3 IS NULL "
             "OR (i.code, b.code, coalesce(v.code, ''), x.min_qty) > (split_part($3, '|', 1), split_part($3, "
             "'|', 2), "
             "split_part($3, '|', 3), (coalesce(nullif(split_part($3, '|', 4), ''), '0')::numeric * "
             "1000000)::bigint)) "
             "ORDER BY i.code, b.code, coalesce(v.code, ''), x.min_qty LIMIT $4"},
    /* $5 item, $6 book, $7 variant, $8 min_qty, $9 price */
    .checks =
        {{0, MPOS_E_UNKNOWN_REFERENCE, "No item has this code", UNKNOWN("$5", "pos.item", "")},
         {1, MPOS_E_UNKNOWN_REFERENCE, "No price book has this code", UNKNOWN("$6", "pos.price_book", "")},
         {2,
          MPOS_E_UNKNOWN_REFERENCE,
          "The item has no such variant",
          {"SELECT k.n, k.variant FROM unnest($5, $7) WITH ORDINALITY k(item, variant, n) "
           "JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.item WHERE k.variant <> '' AND NOT EXISTS "
           "(SELECT FROM pos.variant v WHERE v.tenant_id = $1 AND v.item_id = i.item_id AND v.code = "
           "k.variant)"}}},
    .check_count = 3,
    .writes =
        {{"DELETE FROM pos.price x USING unnest($3, $9) k(id, price) WHERE k.price = '' AND x.tenant_id = $1 "
          "AND x.price_id = k.id"},
         {"INSERT INTO pos.price AS x (tenant_id, price_id, item_id, book_id, variant_id, min_qty, price) "
          "SELECT $1, k.id, i.item_id, b.book_id, v.variant_id, "
          "(coalesce(nullif(k.min_qty, ''), '0')::numeric * 1000000)::bigint, " MINOR(
              "k.price") " "
                         "FROM unnest($3, $5, $6, $7, $8, $9) k(id, item, book, variant, min_qty, price) "
                         "JOIN pos.item i ON i.tenant_id = $1 AND i.code = k.item "
                         "JOIN pos.price_book b ON b.tenant_id = $1 AND b.code = k.book "
                         "LEFT JOIN pos.variant v ON v.tenant_id = $1 AND v.item_id = i.item_id AND v.code = "
                         "k.variant "
                         "WHERE k.price <> '' ON CONFLICT (tenant_id, price_id) DO UPDATE SET price = "
                         "excluded.price"},
         RAISE_ITEMS},
    .write_count = 3,
};

#define CATEGORY_TEXTS "x.code, x.name, x.colour, x.sort::text, " YES_NO("x.active")

static mpos_import_kind categories = {
    .name = "categories",
    .entity = "category",
    .keys = 1,
    .count = 5,
    .columns = {{"code", MPOS_COLUMN_CODE, true, "", 0},
                {"name", MPOS_COLUMN_TEXT, true, "", 200},
                {"colour", MPOS_COLUMN_COLOUR, false, "#555555", 0},
                {"sort", MPOS_COLUMN_COUNT, false, "0", 1000000},
                {"active", MPOS_COLUMN_YES_NO, false, "yes", 0}},
    .find = {"SELECT k.n, x.category_id, " CATEGORY_TEXTS " FROM unnest($3) WITH ORDINALITY k(code, n) "
             "JOIN pos.category x ON x.tenant_id = $1 AND x.code = k.code"},
    .page = {"SELECT " CATEGORY_TEXTS
             " FROM pos.category x WHERE x.tenant_id = $1 AND ($3 IS NULL OR x.code > $3) "
             "ORDER BY x.code LIMIT $4"},
    /* $5 code, $6 name, $7 colour, $8 sort, $9 active */
    .checks =
        {{4,
          MPOS_E_ROW_IN_USE,
          "An item in use is in this category",
          {"SELECT k.n, min(i.name) FROM unnest($3, $9) WITH ORDINALITY k(id, active, n) JOIN pos.item i "
           "ON i.tenant_id = $1 AND i.category_id = k.id AND i.active WHERE k.active = 'no' GROUP BY k.n"}}},
    .check_count = 1,
    .writes = {{"INSERT INTO pos.category AS x (tenant_id, category_id, code, name, colour, sort, active) "
                "SELECT $1, k.id, k.code, k.name, k.colour, k.sort::integer, k.active = 'yes' "
                "FROM unnest($3, $5, $6, $7, $8, $9) k(id, code, name, colour, sort, active) "
                "ON CONFLICT (tenant_id, category_id) DO UPDATE SET name = excluded.name, colour = "
                "excluded.colour, "
                "sort = excluded.sort, active = excluded.active, version = x.version + 1"}},
    .write_count = 1,
};

const char *const mpos_import_words[] = {"items", "variants", "prices", "categories", NULL};
mpos_import_kind *const mpos_import_kinds[] = {&items, &variants, &prices, &categories};

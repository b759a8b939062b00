/* row_item_parts.c - writes what belongs to an item: groups, variants, barcodes, prices, slots. One statement per table. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "row_item.h"
#include "uuid.h"

#define COLUMNS_MAX 6

/* What goes goes in the order of who refers to whom. $1 tenant, $2 item, $3 variants that stay. */
static mpos_statement clear_statements[] = {
    {"DELETE FROM pos.price WHERE tenant_id = $1 AND item_id = $2"},
    {"DELETE FROM pos.barcode WHERE tenant_id = $1 AND item_id = $2"},
    {"DELETE FROM pos.modifier_price m USING pos.variant v WHERE m.tenant_id = $1 AND v.tenant_id = $1 "
     "AND m.variant_id = v.variant_id AND v.item_id = $2 AND v.variant_id <> ALL ($3)"},
    {"DELETE FROM pos.variant WHERE tenant_id = $1 AND item_id = $2 AND variant_id <> ALL ($3)"},
    /* Two variants may swap their codes. */
    {"UPDATE pos.variant SET code = variant_id::text WHERE tenant_id = $1 AND item_id = $2 AND variant_id = "
     "ANY ($3)"},
    {"DELETE FROM pos.item_group WHERE tenant_id = $1 AND item_id = $2"},
    {"DELETE FROM pos.combo_slot_item WHERE tenant_id = $1 AND item_id = $2"},
    {"DELETE FROM pos.combo_slot WHERE tenant_id = $1 AND item_id = $2"},
};

static mpos_statement groups_statement = {
    "INSERT INTO pos.item_group (tenant_id, item_id, group_id, sort) "
    "SELECT $1, $2, k.id, k.n FROM unnest($3) WITH ORDINALITY k(id, n)"};

static mpos_statement variants_statement = {
    "INSERT INTO pos.variant (tenant_id, variant_id, item_id, code, name, price, sort) "
    "SELECT $1, k.id, $2, k.code, k.name, k.price, k.n FROM unnest($3, $4, $5, $6) WITH ORDINALITY k(id, "
    "code, name, price, n) "
    "ON CONFLICT (tenant_id, variant_id) DO UPDATE SET code = excluded.code, name = excluded.name, price = "
    "excluded.price, "
    "sort = excluded.sort"};

static mpos_statement barcodes_statement = {
    "INSERT INTO pos.barcode (tenant_id, barcode, item_id, variant_id, sort) "
    "SELECT $1, k.barcode, $2, k.variant_id, k.n FROM unnest($3, $4) WITH ORDINALITY k(barcode, variant_id, "
    "n)"};

static mpos_statement prices_statement = {
    "INSERT INTO pos.price (tenant_id, price_id, item_id, book_id, variant_id, min_qty, price) "
    "SELECT $1, gen_random_uuid(), $2, k.book_id, k.variant_id, k.min_qty, k.price "
    "FROM unnest($3, $4, $5, $6) k(book_id, variant_id, min_qty, price)"};

static mpos_statement slots_statement = {
    "INSERT INTO pos.combo_slot (tenant_id, item_id, slot_id, name, sort) "
    "SELECT $1, $2, k.id, k.name, k.n FROM unnest($3, $4) WITH ORDINALITY k(id, name, n)"};

static mpos_statement slot_items_statement = {
    "INSERT INTO pos.combo_slot_item (tenant_id, item_id, slot_id, component_id, sort) "
    "SELECT $1, $2, k.slot_id, k.component_id, k.n FROM unnest($3, $4) WITH ORDINALITY k(slot_id, "
    "component_id, n)"};

/* Columns of the rows to insert, one array each. */
typedef struct columns {
    int count;
    int room;
    Datum *values[COLUMNS_MAX];
    bool *nulls[COLUMNS_MAX];
} columns;

static columns
columns_new(int count, int room)
{
    columns c = {.room = Max(room, 1)};

    for (int i = 0; i < count; i++) {
        c.values[i] = palloc0(sizeof(Datum) * (size_t)c.room);
        c.nulls[i] = palloc0(sizeof(bool) * (size_t)c.room);
    }
    return c;
}

static void
run(mpos_call *call, mpos_statement *statement, const uint8 item[16], const columns *c, const Oid *types,
    int count)
{
    mpos_args args = {0};

    if (c->count == 0) {
        return;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, item);
    for (int i = 0; i < count; i++) {
        mpos_arg_array(&args, types[i], c->values[i], c->nulls[i], c->count);
    }
    (void)mpos_statement_run(statement, &args);
}

static void
clear(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    const mpos_variant_in *variants = in->variants.items;
    Datum *ids = palloc(sizeof *ids * (size_t)Max(in->variants.count, 1));
    mpos_args args = {0};

    for (int i = 0; i < in->variants.count; i++) {
        ids[i] = PointerGetDatum(variants[i].id);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, item);
    mpos_arg_array(&args, UUIDOID, ids, NULL, in->variants.count);
    for (size_t i = 0; i < lengthof(clear_statements); i++) {
        (void)mpos_statement_run(&clear_statements[i], &args);
    }
}

static void
write_groups(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    static const Oid types[] = {UUIDOID};
    const uint8(*ids)[16] = in->group_ids.items;
    columns c = columns_new(1, in->group_ids.count);

    for (; c.count < in->group_ids.count; c.count++) {
        c.values[0][c.count] = PointerGetDatum(ids[c.count]);
    }
    run(call, &groups_statement, item, &c, types, lengthof(types));
}

static void
write_variants(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    static const Oid types[] = {UUIDOID, TEXTOID, TEXTOID, INT8OID};
    const mpos_variant_in *variants = in->variants.items;
    columns c = columns_new(lengthof(types), in->variants.count);

    for (int i = 0; i < in->variants.count; i++, c.count++) {
        c.values[0][i] = PointerGetDatum(variants[i].id);
        c.values[1][i] = CStringGetTextDatum(variants[i].code);
        c.values[2][i] = CStringGetTextDatum(variants[i].name);
        c.values[3][i] = Int64GetDatum(variants[i].price);
    }
    run(call, &variants_statement, item, &c, types, lengthof(types));
}

static void
add_barcodes(columns *c, const mpos_list *list, const uint8 *variant)
{
    const char *const *texts = list->items;

    for (int i = 0; i < list->count; i++, c->count++) {
        c->values[0][c->count] = CStringGetTextDatum(texts[i]);
        c->values[1][c->count] = PointerGetDatum(variant);
        c->nulls[1][c->count] = variant == NULL;
    }
}

static void
write_barcodes(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    static const Oid types[] = {TEXTOID, UUIDOID};
    const mpos_variant_in *variants = in->variants.items;
    int count = in->barcodes.count;
    columns c;

    for (int i = 0; i < in->variants.count; i++) {
        count += variants[i].barcodes.count;
    }
    c = columns_new(lengthof(types), count);
    add_barcodes(&c, &in->barcodes, NULL);
    for (int i = 0; i < in->variants.count; i++) {
        add_barcodes(&c, &variants[i].barcodes, variants[i].id);
    }
    run(call, &barcodes_statement, item, &c, types, lengthof(types));
}

static void
write_prices(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    static const Oid types[] = {UUIDOID, UUIDOID, INT8OID, INT8OID};
    const mpos_price_in *prices = in->prices.items;
    columns c = columns_new(lengthof(types), in->prices.count);

    for (int i = 0; i < in->prices.count; i++, c.count++) {
        c.values[0][i] = PointerGetDatum(prices[i].book_id);
        c.values[1][i] = PointerGetDatum(prices[i].variant_id);
        c.nulls[1][i] = !MPOS_GIVEN(&prices[i], MPOS_PRICE_IN_VARIANT);
        c.values[2][i] = Int64GetDatum(prices[i].min_qty);
        c.values[3][i] = Int64GetDatum(prices[i].price);
    }
    run(call, &prices_statement, item, &c, types, lengthof(types));
}

static void
write_slot_items(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    static const Oid types[] = {UUIDOID, UUIDOID};
    const mpos_slot_in *slots = in->combo.items;
    int count = 0;
    columns c;

    for (int i = 0; i < in->combo.count; i++) {
        count += slots[i].item_ids.count;
    }
    c = columns_new(lengthof(types), count);
    for (int i = 0; i < in->combo.count; i++) {
        const uint8(*ids)[16] = slots[i].item_ids.items;

        for (int n = 0; n < slots[i].item_ids.count; n++, c.count++) {
            c.values[0][c.count] = PointerGetDatum(slots[i].id);
            c.values[1][c.count] = PointerGetDatum(ids[n]);
        }
    }
    run(call, &slot_items_statement, item, &c, types, lengthof(types));
}

static void
write_slots(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    static const Oid types[] = {UUIDOID, TEXTOID};
    const mpos_slot_in *slots = in->combo.items;
    columns c = columns_new(lengthof(types), in->combo.count);

    for (int i = 0; i < in->combo.count; i++, c.count++) {
        c.values[0][i] = PointerGetDatum(slots[i].id);
        c.values[1][i] = CStringGetTextDatum(slots[i].name);
    }
    run(call, &slots_statement, item, &c, types, lengthof(types));
    write_slot_items(call, in, item);
}

void
mpos_item_write_parts(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    clear(call, in, item);
    write_groups(call, in, item);
    write_variants(call, in, item);
    write_barcodes(call, in, item);
    write_prices(call, in, item);
    write_slots(call, in, item);
}

/* row_item_check.c - whether what belongs to an item fits together and to the rest of the catalogue. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "row_item.h"
#include "uuid.h"

static mpos_statement variants_statement = {"SELECT k.n FROM unnest($3) WITH ORDINALITY k(id, n) JOIN "
                                            "pos.variant v ON v.tenant_id = $1 AND v.variant_id = k.id "
                                            "WHERE v.item_id <> $2 ORDER BY k.n LIMIT 1"};

static mpos_statement barcodes_statement = {
    "SELECT k.n, i.name FROM unnest($3) WITH ORDINALITY k(barcode, n) "
    "JOIN pos.barcode b ON b.tenant_id = $1 AND b.barcode = k.barcode "
    "JOIN pos.item i ON i.tenant_id = $1 AND i.item_id = b.item_id WHERE b.item_id <> $2 ORDER BY k.n LIMIT "
    "1"};

bool
mpos_is_barcode(const char *text)
{
    size_t size = strlen(text);

    return size >= 4 && size <= 48 &&
           strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == size;
}

static void
new_id(uint8 id[16])
{
    pg_uuid_t made;

    mpos_uuid_v7(&made);
    memcpy(id, made.data, 16);
}

static mpos_err
check_ids(mpos_call *call, const mpos_item_in *in)
{
    mpos_err err = mpos_ref_check(call, MPOS_REF_CATEGORY, "/category_id", in->category_id);

    if (err == MPOS_OK) {
        err = mpos_refs_check(call, MPOS_REF_TAX, "/tax_ids", &in->tax_ids);
    }
    return err == MPOS_OK ? mpos_refs_check(call, MPOS_REF_GROUP, "/group_ids", &in->group_ids) : err;
}

/* Taxes and groups count once. */
static mpos_err
check_twice(mpos_call *call, const char *at, const mpos_list *ids)
{
    const uint8(*items)[16] = ids->items;

    for (int i = 0; i < ids->count; i++) {
        for (int j = 0; j < i; j++) {
            if (memcmp(items[i], items[j], 16) == 0) {
                return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/%d", at, i),
                                   "This is there twice.");
            }
        }
    }
    return MPOS_OK;
}

static mpos_err
check_variant(mpos_call *call, mpos_variant_in *variants, int index)
{
    mpos_variant_in *one = &variants[index];

    if ((one->given & 1u) == 0) {
        new_id(one->id);
    }
    if (!mpos_row_is_code(one->code)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/variants/%d/code", index),
                           "A code has letters, digits, _ . and -.");
    }
    for (int i = 0; i < index; i++) {
        if (strcmp(variants[i].code, one->code) == 0) {
            return mpos_refuse(call, MPOS_E_NAME_TAKEN, psprintf("/variants/%d/code", index), "%s", "");
        }
        if (memcmp(variants[i].id, one->id, 16) == 0) {
            return mpos_refuse(call, MPOS_E_ID_TAKEN, psprintf("/variants/%d/id", index), "%s", "");
        }
    }
    return MPOS_OK;
}

static mpos_err
check_variants(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    mpos_variant_in *variants = in->variants.items;
    Datum *ids = palloc(sizeof *ids * (size_t)Max(in->variants.count, 1));
    mpos_args args = {0};

    for (int i = 0; i < in->variants.count; i++) {
        mpos_err err = check_variant(call, variants, i);

        if (err != MPOS_OK) {
            return err;
        }
        ids[i] = PointerGetDatum(variants[i].id);
    }
    if (in->variants.count == 0) {
        return MPOS_OK;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, item);
    mpos_arg_array(&args, UUIDOID, ids, NULL, in->variants.count);
    return mpos_statement_run(&variants_statement, &args) > 0
               ? mpos_refuse(call, MPOS_E_ID_TAKEN,
                             psprintf("/variants/" INT64_FORMAT "/id", mpos_cell_big(0, 1) - 1), "%s", "")
               : MPOS_OK;
}

/* All barcodes of the body, the item's own first, and where each stands. */
typedef struct barcodes {
    int count;
    const char **texts;
    const char **places;
} barcodes;

static void
gather(barcodes *all, const char *at, const mpos_list *list)
{
    const char *const *texts = list->items;

    for (int i = 0; i < list->count; i++) {
        all->texts[all->count] = texts[i];
        all->places[all->count++] = psprintf("%s/%d", at, i);
    }
}

static barcodes
gather_all(const mpos_item_in *in)
{
    const mpos_variant_in *variants = in->variants.items;
    barcodes all = {0};
    int count = in->barcodes.count;

    for (int i = 0; i < in->variants.count; i++) {
        count += variants[i].barcodes.count;
    }
    all.texts = palloc(sizeof *all.texts * (size_t)Max(count, 1));
    all.places = palloc(sizeof *all.places * (size_t)Max(count, 1));
    gather(&all, "/barcodes", &in->barcodes);
    for (int i = 0; i < in->variants.count; i++) {
        gather(&all, psprintf("/variants/%d/barcodes", i), &variants[i].barcodes);
    }
    return all;
}

static mpos_err
check_barcodes(mpos_call *call, const mpos_item_in *in, const uint8 item[16])
{
    barcodes all = gather_all(in);
    Datum *texts = palloc(sizeof *texts * (size_t)Max(all.count, 1));
    mpos_args args = {0};

    for (int i = 0; i < all.count; i++) {
        if (!mpos_is_barcode(all.texts[i])) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, all.places[i],
                               "A barcode has 4 to 48 letters or digits.");
        }
        for (int j = 0; j < i; j++) {
            if (strcmp(all.texts[i], all.texts[j]) == 0) {
                return mpos_refuse(call, MPOS_E_NAME_TAKEN, all.places[i], "This barcode is there twice.");
            }
        }
        texts[i] = CStringGetTextDatum(all.texts[i]);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, item);
    mpos_arg_array(&args, TEXTOID, texts, NULL, all.count);
    return all.count > 0 && mpos_statement_run(&barcodes_statement, &args) > 0
               ? mpos_refuse(call, MPOS_E_NAME_TAKEN, all.places[mpos_cell_big(0, 1) - 1],
                             "This is a barcode of \"%s\".", mpos_cell_text(0, 2))
               : MPOS_OK;
}

static bool
has_variant(const mpos_item_in *in, const uint8 id[16])
{
    const mpos_variant_in *variants = in->variants.items;

    for (int i = 0; i < in->variants.count; i++) {
        if (memcmp(variants[i].id, id, 16) == 0) {
            return true;
        }
    }
    return false;
}

static mpos_err
check_price(mpos_call *call, const mpos_item_in *in, const mpos_price_in *prices, int index)
{
    const mpos_price_in *one = &prices[index];
    mpos_err err = mpos_ref_check(call, MPOS_REF_BOOK, psprintf("/prices/%d/book_id", index), one->book_id);

    if (err == MPOS_OK && MPOS_GIVEN(one, MPOS_PRICE_IN_VARIANT) && !has_variant(in, one->variant_id)) {
        err = mpos_refuse(call, MPOS_E_UNKNOWN_REFERENCE, psprintf("/prices/%d/variant_id", index),
                          "Nothing in use has that id.");
    }
    for (int i = 0; i < index && err == MPOS_OK; i++) {
        if (memcmp(prices[i].book_id, one->book_id, 16) == 0 && prices[i].min_qty == one->min_qty &&
            memcmp(prices[i].variant_id, one->variant_id, 16) == 0) {
            err = mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/prices/%d", index),
                              "The book has this price already.");
        }
    }
    return err;
}

static mpos_err
check_slot(mpos_call *call, mpos_slot_in *slots, int index, const uint8 item[16])
{
    mpos_slot_in *one = &slots[index];
    const uint8(*ids)[16] = one->item_ids.items;
    char *at = psprintf("/combo/%d/item_ids", index);

    if ((one->given & 1u) == 0) {
        new_id(one->id);
    }
    for (int i = 0; i < index; i++) {
        if (memcmp(slots[i].id, one->id, 16) == 0) {
            return mpos_refuse(call, MPOS_E_ID_TAKEN, psprintf("/combo/%d/id", index), "%s", "");
        }
    }
    for (int i = 0; i < one->item_ids.count; i++) {
        if (memcmp(ids[i], item, 16) == 0) {
            return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("%s/%d", at, i),
                               "An item is no part of itself.");
        }
    }
    if (check_twice(call, at, &one->item_ids) != MPOS_OK) {
        return MPOS_E_INVALID_VALUE;
    }
    return mpos_refs_check(call, MPOS_REF_ITEM, at, &one->item_ids);
}

static mpos_err
check_lists(mpos_call *call, const mpos_item_in *in)
{
    mpos_err err = check_twice(call, "/tax_ids", &in->tax_ids);

    if (err == MPOS_OK) {
        err = check_twice(call, "/group_ids", &in->group_ids);
    }
    return err == MPOS_OK ? check_ids(call, in) : err;
}

mpos_err
mpos_item_check(mpos_call *call, mpos_item_in *in, const uint8 item[16])
{
    mpos_err err = check_lists(call, in);

    if (err == MPOS_OK) {
        err = check_variants(call, in, item);
    }
    if (err == MPOS_OK) {
        err = check_barcodes(call, in, item);
    }
    for (int i = 0; i < in->prices.count && err == MPOS_OK; i++) {
        err = check_price(call, in, in->prices.items, i);
    }
    for (int i = 0; i < in->combo.count && err == MPOS_OK; i++) {
        err = check_slot(call, in->combo.items, i, item);
    }
    return err;
}

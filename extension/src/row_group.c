/* row_group.c - groups of modifiers with their modifiers, and what those cost beside a variant. A modifier that is no longer
 * in the body is gone; sales keep what they were made with. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "row_statements.h"
#include "rows.h"
#include "uuid.h"

#define CHOICES_MAX 100
#define MODIFIERS_MAX 200
#define PRICES_MAX 200
#define PRICE_MAX INT64CONST(999999999999)

typedef struct price_in {
    uint32 given;
    uint8 variant_id[16];
    int64 price;
} price_in;

typedef struct modifier_in {
    uint32 given;
    uint8 id[16];
    const char *code;
    const char *name;
    int64 price;
    mpos_list prices; /* price_in */
} modifier_in;

enum { MODIFIER_ID };

typedef struct group_in {
    mpos_row_head head;
    int64 min;
    int64 max;
    int64 free;
    mpos_list modifiers; /* modifier_in */
} group_in;

static const mpos_field price_fields[] = {
    {"variant_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(price_in, variant_id)},
    {"price", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(price_in, price), -PRICE_MAX, PRICE_MAX},
};
MPOS_SHAPE(price, price_in);

static const mpos_field modifier_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(modifier_in, id)},
    {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_DIGITS, offsetof(modifier_in, code), 1, 64},
    {"name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(modifier_in, name), 1, 200},
    {"price", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(modifier_in, price), -PRICE_MAX, PRICE_MAX},
    {"prices", MPOS_IN_OBJECTS, 0, offsetof(modifier_in, prices), 0, PRICES_MAX, NULL, &price_shape},
};
MPOS_SHAPE(modifier, modifier_in);

static const mpos_field group_fields[] = {
    MPOS_ROW_FIELDS,
    {"min", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(group_in, min), 0, CHOICES_MAX},
    {"max", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(group_in, max), 1, CHOICES_MAX},
    {"free", MPOS_IN_INT, 0, offsetof(group_in, free), 0, CHOICES_MAX},
    {"modifiers", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(group_in, modifiers), 1, MODIFIERS_MAX, NULL,
     &modifier_shape},
};
MPOS_SHAPE(group, group_in);

#define MODIFIER_PRICES                                                                                      \
    "coalesce((SELECT jsonb_agg(jsonb_build_object('variant_id', p.variant_id, 'price', p.price) ORDER BY "  \
    "p.variant_id) "                                                                                         \
    "FROM pos.modifier_price p WHERE p.tenant_id = $1 AND p.modifier_id = m.modifier_id), '[]')"

#define MODIFIERS                                                                                            \
    ", 'min', t.min, 'max', t.max, 'free', t.free, 'modifiers', coalesce((SELECT "                           \
    "jsonb_agg(jsonb_build_object("                                                                          \
    "'id', m.modifier_id, 'code', m.code, 'name', m.name, 'price', m.price, 'prices', " MODIFIER_PRICES      \
    ") ORDER BY m.sort, m.code) FROM pos.modifier m WHERE m.tenant_id = $1 AND m.group_id = t.group_id), "   \
    "'[]')"

MPOS_ROW_STATEMENTS(group, "pos.modifier_group", "group_id", MODIFIERS);

static mpos_statement used_statement = {"SELECT i.name FROM pos.item_group g JOIN pos.item i ON i.tenant_id "
                                        "= g.tenant_id AND i.item_id = g.item_id "
                                        "WHERE g.tenant_id = $1 AND g.group_id = $2 AND i.active LIMIT 1"};

static mpos_statement write_statement = {"INSERT INTO pos.modifier_group AS t (tenant_id, group_id, code, "
                                         "name, min, max, free) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                                         "ON CONFLICT (tenant_id, group_id) DO UPDATE SET code = "
                                         "excluded.code, name = excluded.name, min = excluded.min, "
                                         "max = excluded.max, free = excluded.free, version = t.version + 1"};

static mpos_statement foreign_statement = {"SELECT k.n FROM unnest($3) WITH ORDINALITY k(id, n) JOIN "
                                           "pos.modifier m ON m.tenant_id = $1 AND m.modifier_id = k.id "
                                           "WHERE m.group_id <> $2 ORDER BY k.n LIMIT 1"};

/* $1 tenant, $2 group. Prices go first, then the modifiers themselves. */
static mpos_statement clear_prices_statement = {
    "DELETE FROM pos.modifier_price p USING pos.modifier m WHERE p.tenant_id = $1 AND m.tenant_id = $1 "
    "AND p.modifier_id = m.modifier_id AND m.group_id = $2"};
static mpos_statement clear_statement = {"DELETE FROM pos.modifier WHERE tenant_id = $1 AND group_id = $2"};

static mpos_statement modifiers_statement = {
    "INSERT INTO pos.modifier (tenant_id, modifier_id, group_id, code, name, price, sort) "
    "SELECT $1, k.id, $2, k.code, k.name, k.price, k.n FROM unnest($3, $4, $5, $6) WITH ORDINALITY k(id, "
    "code, name, price, n)"};

static mpos_statement prices_statement = {
    "INSERT INTO pos.modifier_price (tenant_id, modifier_id, variant_id, price) "
    "SELECT $1, k.modifier_id, k.variant_id, k.price FROM unnest($2, $3, $4) k(modifier_id, variant_id, "
    "price)"};

static mpos_err
check_prices(mpos_call *call, int index, const modifier_in *modifier)
{
    const price_in *prices = modifier->prices.items;

    for (int i = 0; i < modifier->prices.count; i++) {
        char *at = psprintf("/modifiers/%d/prices/%d/variant_id", index, i);
        mpos_err err = mpos_ref_check(call, MPOS_REF_VARIANT, at, prices[i].variant_id);

        for (int j = 0; j < i && err == MPOS_OK; j++) {
            if (memcmp(prices[i].variant_id, prices[j].variant_id, 16) == 0) {
                err = mpos_refuse(call, MPOS_E_INVALID_VALUE, at, "This variant has a price already.");
            }
        }
        if (err != MPOS_OK) {
            return err;
        }
    }
    return MPOS_OK;
}

/* Gives ids to those without. */
static mpos_err
check_modifier(mpos_call *call, modifier_in *modifiers, int index)
{
    modifier_in *one = &modifiers[index];

    if (!MPOS_GIVEN(one, MODIFIER_ID)) {
        pg_uuid_t id;

        mpos_uuid_v7(&id);
        memcpy(one->id, id.data, 16);
    }
    if (!mpos_row_is_code(one->code)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, psprintf("/modifiers/%d/code", index),
                           "A code has letters, digits, _ . and -.");
    }
    for (int i = 0; i < index; i++) {
        if (strcmp(modifiers[i].code, one->code) == 0) {
            return mpos_refuse(call, MPOS_E_NAME_TAKEN, psprintf("/modifiers/%d/code", index), "%s", "");
        }
        if (memcmp(modifiers[i].id, one->id, 16) == 0) {
            return mpos_refuse(call, MPOS_E_ID_TAKEN, psprintf("/modifiers/%d/id", index), "%s", "");
        }
    }
    return check_prices(call, index, one);
}

static void
arg_modifier_ids(mpos_args *args, modifier_in *modifiers, int count)
{
    Datum *ids = palloc(sizeof *ids * (size_t)count);

    for (int i = 0; i < count; i++) {
        ids[i] = PointerGetDatum(modifiers[i].id);
    }
    mpos_arg_array(args, UUIDOID, ids, NULL, count);
}

static mpos_err
check_modifiers(mpos_call *call, const group_in *in, const mpos_row *row)
{
    modifier_in *modifiers = in->modifiers.items;
    mpos_args args = {0};

    for (int i = 0; i < in->modifiers.count; i++) {
        mpos_err err = check_modifier(call, modifiers, i);

        if (err != MPOS_OK) {
            return err;
        }
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, row->id);
    arg_modifier_ids(&args, modifiers, in->modifiers.count);
    return mpos_statement_run(&foreign_statement, &args) > 0
               ? mpos_refuse(call, MPOS_E_ID_TAKEN,
                             psprintf("/modifiers/" INT64_FORMAT "/id", mpos_cell_big(0, 1) - 1), "%s", "")
               : MPOS_OK;
}

static void
write_prices(mpos_call *call, const group_in *in)
{
    const modifier_in *modifiers = in->modifiers.items;
    int count = 0;
    Datum *columns[3];
    mpos_args args = {0};

    for (int i = 0; i < in->modifiers.count; i++) {
        count += modifiers[i].prices.count;
    }
    for (int c = 0; c < 3; c++) {
        columns[c] = palloc(sizeof(Datum) * (size_t)Max(count, 1));
    }
    count = 0;
    for (int i = 0; i < in->modifiers.count; i++) {
        const price_in *prices = modifiers[i].prices.items;

        for (int p = 0; p < modifiers[i].prices.count; p++, count++) {
            columns[0][count] = PointerGetDatum(modifiers[i].id);
            columns[1][count] = PointerGetDatum(prices[p].variant_id);
            columns[2][count] = Int64GetDatum(prices[p].price);
        }
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_array(&args, UUIDOID, columns[0], NULL, count);
    mpos_arg_array(&args, UUIDOID, columns[1], NULL, count);
    mpos_arg_array(&args, INT8OID, columns[2], NULL, count);
    (void)mpos_statement_run(&prices_statement, &args);
}

static void
write_modifiers(mpos_call *call, const group_in *in, const mpos_row *row)
{
    modifier_in *modifiers = in->modifiers.items;
    int count = in->modifiers.count;
    Datum *columns[3];
    mpos_args args = {0};

    for (int c = 0; c < 3; c++) {
        columns[c] = palloc(sizeof(Datum) * (size_t)count);
    }
    for (int i = 0; i < count; i++) {
        columns[0][i] = CStringGetTextDatum(modifiers[i].code);
        columns[1][i] = CStringGetTextDatum(modifiers[i].name);
        columns[2][i] = Int64GetDatum(modifiers[i].price);
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, row->id);
    (void)mpos_statement_run(&clear_prices_statement, &args);
    (void)mpos_statement_run(&clear_statement, &args);
    arg_modifier_ids(&args, modifiers, count);
    mpos_arg_array(&args, TEXTOID, columns[0], NULL, count);
    mpos_arg_array(&args, TEXTOID, columns[1], NULL, count);
    mpos_arg_array(&args, INT8OID, columns[2], NULL, count);
    (void)mpos_statement_run(&modifiers_statement, &args);
    write_prices(call, in);
}

static mpos_err
check_group(mpos_call *call, const group_in *in)
{
    if (in->max < in->min) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "/max", "The most must not be less than the least.");
    }
    return in->free > in->max
               ? mpos_refuse(call, MPOS_E_INVALID_VALUE, "/free", "No more can be free than can be chosen.")
               : MPOS_OK;
}

static mpos_err
write_group(mpos_call *call, const mpos_row_kind *kind, mpos_row *out)
{
    mpos_args args = {0};
    group_in in;
    mpos_err err = mpos_input_body(call, &group_shape, &in);

    if (err == MPOS_OK) {
        err = check_group(call, &in);
    }
    if (err == MPOS_OK) {
        err = mpos_row_begin(call, kind, &in.head, out);
    }
    if (err == MPOS_OK) {
        err = check_modifiers(call, &in, out);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, out->id);
    mpos_arg_text(&args, in.head.code);
    mpos_arg_text(&args, in.head.name);
    mpos_arg_int(&args, (int32)in.min);
    mpos_arg_int(&args, (int32)in.max);
    mpos_arg_int(&args, (int32)in.free);
    (void)mpos_statement_run(&write_statement, &args);
    write_modifiers(call, &in, out);
    return MPOS_OK;
}

const mpos_row_kind mpos_row_group = {"group",      "groups",       "group_id",      &group_read, &group_lock,
                                      &group_taken, &group_archive, &used_statement, write_group};

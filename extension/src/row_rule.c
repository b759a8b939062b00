/* row_rule.c - rows whose substance is a rule: price books, promotions, charges, tax maps, taxes, other currencies; and groups
 * of customers, which are a name. */
#include "postgres.h"

#include "row_statements.h"
#include "rows.h"
#include "rule_shape.h"

typedef union definition {
    uint32 given;
    mpos_def_when when;
    mpos_def_promotion promotion;
    mpos_def_charge charge;
    mpos_def_tax_map tax_map;
    mpos_def_tax tax;
    mpos_def_currency currency;
} definition;

typedef struct rule_in {
    mpos_row_head head;
    int64 priority;
    definition definition;
} rule_in;

typedef struct rule_kind {
    const mpos_shape *shape;
    mpos_err (*check)(mpos_call *call, const definition *rule);
    mpos_statement *write; /* $1 tenant, $2 id, $3 code, $4 name, $5 priority, $6 definition as text */
} rule_kind;

#define WRITE(table, id)                                                                                     \
    {                                                                                                        \
        "INSERT INTO " table " AS t (tenant_id, " id ", code, name, priority, definition) "                  \
        "VALUES ($1, $2, $3, $4, $5, $6::jsonb) ON CONFLICT (tenant_id, " id                                 \
        ") DO UPDATE SET code = excluded.code, "                                                             \
        "name = excluded.name, priority = excluded.priority, definition = excluded.definition, version = "   \
        "t.version + 1"                                                                                      \
    }

#define RULE_MEMBERS ", 'priority', t.priority, 'definition', t.definition"

MPOS_ROW_STATEMENTS(book, "pos.price_book", "book_id", RULE_MEMBERS);
MPOS_ROW_STATEMENTS(promotion, "pos.promotion", "promotion_id", RULE_MEMBERS);
MPOS_ROW_STATEMENTS(charge, "pos.charge", "charge_id", RULE_MEMBERS);
MPOS_ROW_STATEMENTS(tax_map, "pos.tax_map", "tax_map_id", RULE_MEMBERS);
MPOS_ROW_STATEMENTS(currency, "pos.currency_rate", "currency_id", RULE_MEMBERS);
MPOS_ROW_STATEMENTS(tax, "pos.tax", "tax_id", ", 'definition', pos.tax_definition(t)");
MPOS_ROW_STATEMENTS(customer_group, "pos.customer_group", "customer_group_id", "");

static mpos_statement book_write = WRITE("pos.price_book", "book_id");
static mpos_statement promotion_write = WRITE("pos.promotion", "promotion_id");
static mpos_statement charge_write = WRITE("pos.charge", "charge_id");
static mpos_statement tax_map_write = WRITE("pos.tax_map", "tax_map_id");
static mpos_statement currency_write = WRITE("pos.currency_rate", "currency_id");

static mpos_statement tax_write = {
    "INSERT INTO pos.tax AS t (tenant_id, tax_id, code, name, type, rate, amount, included, affects_next, "
    "base_unaffected, "
    "brackets, definition) "
    "SELECT $1, $2, $3, $4, d->>'type', coalesce((d->>'rate')::numeric * 1000000000, 0)::bigint, "
    "(d->>'amount')::bigint, "
    "(d->>'included')::boolean, coalesce((d->>'affects_next')::boolean, false), "
    "coalesce((d->>'base_unaffected')::boolean, false), d->'brackets', coalesce(d->'when', '{}') "
    "FROM (SELECT $6::jsonb AS d) x "
    "ON CONFLICT (tenant_id, tax_id) DO UPDATE SET code = excluded.code, name = excluded.name, type = "
    "excluded.type, "
    "rate = excluded.rate, amount = excluded.amount, included = excluded.included, affects_next = "
    "excluded.affects_next, "
    "base_unaffected = excluded.base_unaffected, brackets = excluded.brackets, definition = "
    "excluded.definition, "
    "version = t.version + 1"};

static mpos_statement customer_group_write = {
    "INSERT INTO pos.customer_group AS t (tenant_id, customer_group_id, code, name) "
    "VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (tenant_id, customer_group_id) DO UPDATE SET code = excluded.code, name = excluded.name, "
    "version = t.version + 1"};

static mpos_statement tax_used = {
    "SELECT i.name FROM pos.item i WHERE i.tenant_id = $1 AND i.active AND $2 = ANY (i.tax_ids) LIMIT 1"};

#define RULE_IN(name, rule_shape)                                                                            \
    static const mpos_field name##_fields[] = {                                                              \
        MPOS_ROW_FIELDS,                                                                                     \
        {"definition", MPOS_IN_OBJECT, MPOS_IN_REQUIRED, offsetof(rule_in, definition), 0, 0, NULL,          \
         &rule_shape},                                                                                       \
        {"priority", MPOS_IN_INT, 0, offsetof(rule_in, priority), 0, MPOS_DEF_PRIORITY_MAX}};                \
    MPOS_SHAPE(name, rule_in)

RULE_IN(book, mpos_def_when_shape);
RULE_IN(promotion, mpos_def_promotion_shape);
RULE_IN(charge, mpos_def_charge_shape);
RULE_IN(tax_map, mpos_def_tax_map_shape);
RULE_IN(currency, mpos_def_currency_shape);

static const mpos_field tax_fields[] = {MPOS_ROW_FIELDS,
                                        {"definition", MPOS_IN_OBJECT, MPOS_IN_REQUIRED,
                                         offsetof(rule_in, definition), 0, 0, NULL, &mpos_def_tax_shape}};
MPOS_SHAPE(tax, rule_in);

static const mpos_field customer_group_fields[] = {MPOS_ROW_FIELDS};
MPOS_SHAPE(customer_group, rule_in);

static mpos_err
check_when(mpos_call *call, const char *at, const mpos_def_when *when)
{
    mpos_err err = mpos_refs_check(call, MPOS_REF_OUTLET, psprintf("%s/outlet_ids", at), &when->outlet_ids);

    return err != MPOS_OK ? err
                          : mpos_refs_check(call, MPOS_REF_CUSTOMER_GROUP,
                                            psprintf("%s/customer_group_ids", at), &when->customer_group_ids);
}

static mpos_err
check_targets(mpos_call *call, const char *at, const mpos_list *items, const mpos_list *categories)
{
    mpos_err err = mpos_refs_check(call, MPOS_REF_ITEM, psprintf("%s/item_ids", at), items);

    return err != MPOS_OK
               ? err
               : mpos_refs_check(call, MPOS_REF_CATEGORY, psprintf("%s/category_ids", at), categories);
}

static mpos_err
check_book(mpos_call *call, const definition *rule)
{
    mpos_err err = mpos_def_when_check(call, "/definition", &rule->when);

    return err == MPOS_OK ? check_when(call, "/definition", &rule->when) : err;
}

static mpos_err
check_promotion(mpos_call *call, const definition *rule)
{
    const mpos_def_promotion *promotion = &rule->promotion;
    const mpos_def_slot *slots = promotion->slots.items;
    mpos_err err = mpos_def_promotion_check(call, "/definition", promotion);

    if (err == MPOS_OK) {
        err = check_when(call, "/definition/when", &promotion->when);
    }
    if (err == MPOS_OK) {
        err = check_targets(call, "/definition/targets", &promotion->targets.item_ids,
                            &promotion->targets.category_ids);
    }
    for (int i = 0; i < promotion->slots.count && err == MPOS_OK; i++) {
        err = check_targets(call, psprintf("/definition/slots/%d", i), &slots[i].item_ids,
                            &slots[i].category_ids);
    }
    return err;
}

static mpos_err
check_charge(mpos_call *call, const definition *rule)
{
    mpos_err err = mpos_def_charge_check(call, "/definition", &rule->charge);

    if (err == MPOS_OK) {
        err = check_when(call, "/definition/when", &rule->charge.when);
    }
    return err == MPOS_OK ? mpos_refs_check(call, MPOS_REF_TAX, "/definition/tax_ids", &rule->charge.tax_ids)
                          : err;
}

static mpos_err
check_tax_map(mpos_call *call, const definition *rule)
{
    const mpos_def_replaced *replaced = rule->tax_map.replace.items;
    mpos_err err = mpos_def_tax_map_check(call, "/definition", &rule->tax_map);

    if (err == MPOS_OK) {
        err = check_when(call, "/definition/when", &rule->tax_map.when);
    }
    for (int i = 0; i < rule->tax_map.replace.count && err == MPOS_OK; i++) {
        err = mpos_ref_check(call, MPOS_REF_TAX, psprintf("/definition/replace/%d/tax_id", i),
                             replaced[i].tax_id);
        if (err == MPOS_OK) {
            err = mpos_refs_check(call, MPOS_REF_TAX, psprintf("/definition/replace/%d/by", i),
                                  &replaced[i].by);
        }
    }
    return err;
}

static mpos_err
check_tax(mpos_call *call, const definition *rule)
{
    mpos_err err = mpos_def_tax_check(call, "/definition", &rule->tax);

    return err == MPOS_OK ? check_when(call, "/definition/when", &rule->tax.when) : err;
}

static const struct {
    const mpos_row_kind *kind;
    rule_kind rule;
} rules[] = {
    {&mpos_row_book, {&book_shape, check_book, &book_write}},
    {&mpos_row_promotion, {&promotion_shape, check_promotion, &promotion_write}},
    {&mpos_row_charge, {&charge_shape, check_charge, &charge_write}},
    {&mpos_row_tax_map, {&tax_map_shape, check_tax_map, &tax_map_write}},
    {&mpos_row_tax, {&tax_shape, check_tax, &tax_write}},
    {&mpos_row_currency, {&currency_shape, NULL, &currency_write}},
    {&mpos_row_customer_group, {&customer_group_shape, NULL, &customer_group_write}},
};

static const rule_kind *
rule_of(const mpos_row_kind *kind)
{
    for (size_t i = 0; i < lengthof(rules); i++) {
        if (rules[i].kind == kind) {
            return &rules[i].rule;
        }
    }
    elog(ERROR, "no rule behind %s", kind->name);
}

static mpos_err
check_currency_code(mpos_call *call, const char *code)
{
    return strlen(code) == 3 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3
               ? MPOS_OK
               : mpos_refuse(call, MPOS_E_INVALID_VALUE, "/code", "A currency has three capital letters.");
}

static mpos_err
write_rule(mpos_call *call, const mpos_row_kind *kind, mpos_row *out)
{
    const rule_kind *rule = rule_of(kind);
    mpos_args args = {0};
    rule_in in;
    mpos_err err = mpos_input_body(call, rule->shape, &in);

    if (err == MPOS_OK && kind == &mpos_row_currency) {
        err = check_currency_code(call, in.head.code);
    }
    if (err == MPOS_OK) {
        err = mpos_row_begin(call, kind, &in.head, out);
    }
    if (err == MPOS_OK && rule->check != NULL) {
        err = rule->check(call, &in.definition);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, out->id);
    mpos_arg_text(&args, in.head.code);
    mpos_arg_text(&args, in.head.name);
    mpos_arg_int(&args, (int32)in.priority);
    mpos_arg_text(&args, mpos_row_body_text(call, "definition"));
    (void)mpos_statement_run(rule->write, &args);
    return MPOS_OK;
}

#define KIND(name, plural, id, used)                                                                         \
    const mpos_row_kind mpos_row_##name = {#name,         plural,          id,   &name##_read, &name##_lock, \
                                           &name##_taken, &name##_archive, used, write_rule}

KIND(book, "books", "book_id", NULL);
KIND(promotion, "promotions", "promotion_id", NULL);
KIND(charge, "charges", "charge_id", NULL);
KIND(tax_map, "tax_maps", "tax_map_id", NULL);
KIND(tax, "taxes", "tax_id", &tax_used);
KIND(currency, "currencies", "currency_id", NULL);
KIND(customer_group, "customer_groups", "customer_group_id", NULL);

/*
 * rule_set.c - see rule_set.h. Every row is read on its own, so that one look tells all mistakes; what only the whole shows
 * is asked of the core when no row has one.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "json.h"
#include "rule_set.h"
#include "rule_take.h"
#include "sqlstate.h"

#define LIST_MAX 10000

typedef struct draft_row {
    uint32 given;
    uint8 id[16];
    const char *code;
    int64 priority;
    const JsonbContainer *definition;
} draft_row;

typedef struct draft {
    uint32 given;
    const char *currency;
    int64 exponent;
    const JsonbContainer *settings;
    mpos_list taxes; /* draft_row, all of these */
    mpos_list tax_maps;
    mpos_list books;
    mpos_list promotions;
    mpos_list charges;
    mpos_list currencies;
} draft;

static const mpos_field row_fields[] = {
    {"id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(draft_row, id)},
    {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(draft_row, code), 1, 1024},
    {"priority", MPOS_IN_INT, 0, offsetof(draft_row, priority), PG_INT32_MIN, PG_INT32_MAX},
    {"definition", MPOS_IN_ANY, MPOS_IN_REQUIRED, offsetof(draft_row, definition)},
    {"name", MPOS_IN_UNREAD},
};
MPOS_SHAPE(row, draft_row);

#define ROWS(member)                                                                                         \
    {                                                                                                        \
#member, MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(draft, member), 0, LIST_MAX, NULL, &row_shape   \
    }

static const mpos_field draft_fields[] = {
    {"currency", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(draft, currency), 3, 3},
    {"exponent", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(draft, exponent), 0, 4},
    {"settings", MPOS_IN_ANY, MPOS_IN_REQUIRED, offsetof(draft, settings)},
    ROWS(taxes),
    ROWS(tax_maps),
    ROWS(books),
    ROWS(promotions),
    ROWS(charges),
    ROWS(currencies),
};
MPOS_SHAPE(draft, draft);

/* What is being compiled. */
typedef struct compiler {
    mpos_call call; /* takes refusals of the reader */
    mpos_rules *rules;
    mpos_mistakes *mistakes;
} compiler;

/* A list of the draft: how its rows are read and where they go. */
typedef struct kind {
    const char *list; /* member of the draft, first part of places */
    const char *word; /* of the operations on such rows */
    const mpos_shape *shape;
    mpos_err (*check)(mpos_call *call, const char *at, const void *definition);
    /* False with the place within the definition where a tax is named that is not there. */
    bool (*take)(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48]);
} kind;

static void
add_mistake(mpos_mistakes *mistakes, const char *place, mpos_err err, const char *detail, const kind *kind,
            const draft_row *row)
{
    StringInfo out = &mistakes->list;

    if (mistakes->count == 0) {
        strlcpy(mistakes->first, place, sizeof mistakes->first);
        strlcpy(mistakes->detail, detail, sizeof mistakes->detail);
    }
    if (mistakes->count++ >= MPOS_MISTAKES_MAX) {
        mistakes->count = MPOS_MISTAKES_MAX;
        return;
    }
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "place", place);
    mpos_json_text(out, "code", mpos_err_code(err));
    mpos_json_text(out, "detail", detail);
    if (row != NULL) {
        mpos_json_text(out, "kind", kind->word);
        mpos_json_uuid(out, "id", row->id);
        mpos_json_text(out, "row", row->code);
    }
    mpos_json_close(out, '}');
}

static void
add_refusal(compiler *c, const char *at, mpos_err err, const kind *kind, const draft_row *row)
{
    add_mistake(c->mistakes, psprintf("%s%s", at, c->call.field), err,
                c->call.detail[0] != '\0' ? c->call.detail : mpos_err_title(err), kind, row);
    c->call.field[0] = '\0';
    c->call.detail[0] = '\0';
}

/* The checks name the place from the top of what they are given. */
#define CHECK(name, type)                                                                                    \
    static mpos_err check_##name(mpos_call *call, const char *at, const void *definition)                    \
    {                                                                                                        \
        return mpos_def_##name##_check(call, at, (const type *)definition);                                  \
    }
CHECK(tax, mpos_def_tax)
CHECK(tax_map, mpos_def_tax_map)
CHECK(when, mpos_def_when)
CHECK(promotion, mpos_def_promotion)
CHECK(charge, mpos_def_charge)

static bool
take_tax(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48])
{
    mpos_rule_tax *to = unconstify(mpos_rule_tax *, &rules->taxes[at]);

    memcpy(to->tax.id, row->id, 16);
    mpos_take_tax(definition, to);
    return true;
}

static bool
take_tax_map(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48])
{
    mpos_tax_map *to = unconstify(mpos_tax_map *, &rules->maps[at]);

    memcpy(to->id, row->id, 16);
    to->priority = (int32)row->priority;
    return mpos_take_tax_map(rules, definition, to, place);
}

static bool
take_book(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48])
{
    mpos_book *to = unconstify(mpos_book *, &rules->books[at]);

    memcpy(to->id, row->id, 16);
    to->priority = (int32)row->priority;
    mpos_take_when(definition, &to->when);
    return true;
}

static bool
take_promotion(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48])
{
    mpos_promotion *to = unconstify(mpos_promotion *, &rules->promotions[at]);

    memcpy(to->id, row->id, 16);
    to->priority = (int32)row->priority;
    mpos_take_promotion(definition, to);
    return true;
}

static bool
take_charge(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48])
{
    mpos_charge_rule *to = unconstify(mpos_charge_rule *, &rules->charges[at]);

    memcpy(to->id, row->id, 16);
    return mpos_take_charge(rules, definition, to, place);
}

static bool
take_currency(mpos_rules *rules, int at, const draft_row *row, const void *definition, char place[48])
{
    mpos_take_currency(row->code, definition, unconstify(mpos_currency *, &rules->currencies[at]));
    return true;
}

static const kind taxes = {"taxes", "tax", &mpos_def_tax_shape, check_tax, take_tax};
static const kind tax_maps = {"tax_maps", "tax_map", &mpos_def_tax_map_shape, check_tax_map, take_tax_map};
static const kind books = {"books", "book", &mpos_def_when_shape, check_when, take_book};
static const kind promotions = {"promotions", "promotion", &mpos_def_promotion_shape, check_promotion,
                                take_promotion};
static const kind charges = {"charges", "charge", &mpos_def_charge_shape, check_charge, take_charge};
static const kind currencies = {"currencies", "currency", &mpos_def_currency_shape, NULL, take_currency};

static void
compile_row(compiler *c, const kind *kind, int at, const draft_row *row)
{
    const char *place = psprintf("/%s/%d/definition", kind->list, at);
    void *definition = palloc0(kind->shape->size);
    char missing[48];
    mpos_err err = mpos_input_object(&c->call, row->definition, kind->shape, definition);

    if (err == MPOS_OK && kind->check != NULL) {
        err = kind->check(&c->call, "", definition);
    }
    if (err != MPOS_OK) {
        add_refusal(c, place, err, kind, row);
    } else if (!kind->take(c->rules, at, row, definition, missing)) {
        add_mistake(c->mistakes, psprintf("%s%s", place, missing), MPOS_E_UNKNOWN_REFERENCE,
                    "There is no such tax.", kind, row);
    }
}

static void
compile_rows(compiler *c, const kind *kind, const mpos_list *rows)
{
    const draft_row *list = rows->items;

    for (int i = 0; i < rows->count; i++) {
        compile_row(c, kind, i, &list[i]);
    }
}

static void
compile_settings(compiler *c, const JsonbContainer *settings)
{
    mpos_def_settings definition;
    mpos_err err = mpos_input_object(&c->call, settings, &mpos_def_settings_shape, &definition);

    if (err == MPOS_OK) {
        err = mpos_def_settings_check(&c->call, "", &definition);
    }
    if (err != MPOS_OK) {
        add_refusal(c, "/settings", err, NULL, NULL);
        return;
    }
    mpos_take_settings(&definition, c->rules);
}

/* Room for a list of the rules; too many are told, and not compiled. */
static const void *
make_list(compiler *c, const char *name, mpos_list *rows, int most, size_t size, uint16 *count)
{
    if (rows->count > most) {
        add_mistake(c->mistakes, psprintf("/%s", name), MPOS_E_TOO_MANY,
                    psprintf("At most %d are possible.", most), NULL, NULL);
        rows->count = most;
    }
    *count = (uint16)rows->count;
    return palloc0(size * (size_t)Max(rows->count, 1));
}

static void
make_lists(compiler *c, draft *in)
{
    mpos_rules *r = c->rules;

    r->taxes = make_list(c, "taxes", &in->taxes, MPOS_RULES_TAXES_MAX, sizeof *r->taxes, &r->tax_count);
    r->maps = make_list(c, "tax_maps", &in->tax_maps, MPOS_RULES_MAPS_MAX, sizeof *r->maps, &r->map_count);
    r->books = make_list(c, "books", &in->books, MPOS_RULES_BOOKS_MAX, sizeof *r->books, &r->book_count);
    r->promotions = make_list(c, "promotions", &in->promotions, MPOS_RULES_PROMOTIONS_MAX,
                              sizeof *r->promotions, &r->promotion_count);
    r->charges =
        make_list(c, "charges", &in->charges, MPOS_RULES_CHARGES_MAX, sizeof *r->charges, &r->charge_count);
    r->currencies = make_list(c, "currencies", &in->currencies, MPOS_RULES_CURRENCIES_MAX,
                              sizeof *r->currencies, &r->currency_count);
}

/* The core names lists and members of rules; the draft has the latter in definitions and the settings apart. */
static const char *
draft_place(const char *pointer)
{
    static const struct {
        const char *core;
        const char *draft;
        bool row;
    } names[] = {{"/taxes/", "/taxes/", true},
                 {"/maps/", "/tax_maps/", true},
                 {"/books/", "/books/", true},
                 {"/promotions/", "/promotions/", true},
                 {"/charges/", "/charges/", true},
                 {"/currencies/", "/currencies/", true},
                 {"/roundings/", "/settings/outlets/", false}};

    for (size_t i = 0; i < lengthof(names); i++) {
        size_t size = strlen(names[i].core);
        const char *rest = pointer + size;
        int index = (int)strspn(rest, "0123456789");

        if (strncmp(pointer, names[i].core, size) == 0) {
            return psprintf("%s%.*s%s%s", names[i].draft, index, rest, names[i].row ? "/definition" : "",
                            rest + index);
        }
    }
    return strcmp(pointer, "/currency") == 0 || strcmp(pointer, "/exponent") == 0
               ? pstrdup(pointer)
               : psprintf("/settings%s", pointer);
}

static void
check_whole(compiler *c)
{
    char pointer[MPOS_POINTER_SIZE];
    mpos_err err = mpos_rules_check(c->rules, pointer);

    if (err != MPOS_OK) {
        add_mistake(c->mistakes, draft_place(pointer), err, mpos_err_title(err), NULL, NULL);
    } else if (mpos_rules_form_size(c->rules) > MPOS_RULES_SIZE_MAX) {
        add_mistake(c->mistakes, "", MPOS_E_TOO_MANY, "The rules are too large for a device.", NULL, NULL);
    }
}

bool
mpos_rule_set_compile(const JsonbContainer *from, mpos_rules *out, mpos_mistakes *mistakes)
{
    compiler *c = palloc0(sizeof *c);
    draft in;
    mpos_err err;

    memset(mistakes, 0, sizeof *mistakes);
    initStringInfo(&mistakes->list);
    c->rules = out;
    c->mistakes = mistakes;
    err = mpos_input_object(&c->call, from, &draft_shape, &in);
    if (err != MPOS_OK) {
        add_refusal(c, "", err, NULL, NULL);
        return false;
    }
    mpos_rules_init(out, in.currency, (uint8)in.exponent);
    make_lists(c, &in);
    compile_settings(c, in.settings);
    compile_rows(c, &taxes, &in.taxes);
    compile_rows(c, &tax_maps, &in.tax_maps);
    compile_rows(c, &books, &in.books);
    compile_rows(c, &promotions, &in.promotions);
    compile_rows(c, &charges, &in.charges);
    compile_rows(c, &currencies, &in.currencies);
    if (mistakes->count == 0) {
        check_whole(c);
    }
    return mistakes->count == 0;
}

bytea *
mpos_rule_set_form(const mpos_rules *rules)
{
    size_t size = mpos_rules_form_size(rules);
    bytea *form = palloc(VARHDRSZ + size);

    mpos_check(mpos_rules_form_encode(rules, (uint8 *)VARDATA(form), size, &size), "rules");
    SET_VARSIZE(form, VARHDRSZ + size);
    return form;
}

PG_FUNCTION_INFO_V1(mpos_rules_compile);
PG_FUNCTION_INFO_V1(mpos_rules_mistakes);

/* rules_compile(draft jsonb) returns bytea */
Datum
mpos_rules_compile(PG_FUNCTION_ARGS)
{
    Jsonb *draft = PG_GETARG_JSONB_P(0);
    mpos_mistakes mistakes;
    mpos_rules rules;

    if (!mpos_rule_set_compile(&draft->root, &rules, &mistakes)) {
        mpos_raise(MPOS_E_RULES_INVALID, mistakes.first, mistakes.detail);
    }
    PG_RETURN_BYTEA_P(mpos_rule_set_form(&rules));
}

/* rules_mistakes(draft jsonb) returns jsonb */
Datum
mpos_rules_mistakes(PG_FUNCTION_ARGS)
{
    Jsonb *draft = PG_GETARG_JSONB_P(0);
    mpos_mistakes mistakes;
    mpos_rules rules;

    (void)mpos_rule_set_compile(&draft->root, &rules, &mistakes);
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf("[%s]", mistakes.list.data)));
}

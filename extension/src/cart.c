/* cart.c - builds carts. Taxes stand in the cart in the order in which its lines first name them. */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "cart.h"
#include "json.h"
#include "priced_form.h"
#include "sha256.h"
#include "sqlstate.h"
#include "uuid.h"

enum { MODIFIER_ID, MODIFIER_QTY };
enum { DISCOUNT_TYPE, DISCOUNT_RATE, DISCOUNT_AMOUNT };
enum { COMPONENT_ID };
enum {
    LINE_ID,
    LINE_ITEM,
    LINE_QTY,
    LINE_MODIFIERS,
    LINE_DISCOUNTS,
    LINE_COMPONENTS,
    LINE_VARIANT,
    LINE_UNIT_PRICE,
    LINE_COURSE
};

/* Where a refusal points to. */
typedef struct place {
    mpos_call *call;
    char path[48]; /* "/lines/3" or "/lines/3/components/0" */
} place;

static void
make_room(mpos_priced_cart *out)
{
    mpos_cart_tax *taxes = palloc0(sizeof *taxes * MPOS_CART_TAXES_MAX);

    if (out->cart.tax_count > 0) {
        memcpy(taxes, out->cart.taxes, sizeof *taxes * out->cart.tax_count);
    }
    out->cart.taxes = taxes;
}

void
mpos_cart_begin(mpos_priced_cart *out, const mpos_catalogue *catalogue)
{
    memset(out, 0, sizeof *out);
    memcpy(out->cart.currency, catalogue->currency, sizeof out->cart.currency);
    out->cart.exponent = catalogue->exponent;
    out->cart.rounding = catalogue->rounding;
    memcpy(out->cart.catalogue, catalogue->hash, sizeof out->cart.catalogue);
    mpos_cart_default_sequence(&out->cart);
    make_room(out);
}

void
mpos_cart_reopen(mpos_priced_cart *out, const mpos_catalogue *catalogue, const bytea *form)
{
    const uint8 *bytes = (const uint8 *)VARDATA_ANY(form);
    size_t size = VARSIZE_ANY_EXHDR(form);
    size_t room_size = mpos_priced_form_room_size(size);
    void *room = palloc(room_size);

    memset(out, 0, sizeof *out);
    mpos_check(mpos_priced_form_decode(bytes, size, room, room_size, &out->cart, &out->priced),
               "stored priced form");
    memcpy(out->cart.catalogue, catalogue->hash, sizeof out->cart.catalogue);
    make_room(out);
    out->lines = palloc(sizeof *out->lines * Max(out->cart.line_count, 1));
    memcpy(out->lines, out->cart.lines, sizeof *out->lines * out->cart.line_count);
    out->cart.lines = out->lines;
    out->first_new = out->cart.line_count;
}

void
mpos_cart_remove(mpos_priced_cart *cart, const uint8 line_id[16])
{
    int at = 0;
    int gone;

    while (at < cart->cart.line_count && memcmp(cart->lines[at].id, line_id, 16) != 0) {
        at++;
    }
    if (at == cart->cart.line_count) {
        return;
    }
    gone = 1 + cart->lines[at].component_count;
    memmove(&cart->lines[at], &cart->lines[at + gone],
            sizeof *cart->lines * (size_t)(cart->cart.line_count - at - gone));
    cart->cart.line_count = (uint16)(cart->cart.line_count - gone);
    for (int i = at; i < cart->cart.line_count; i++) {
        if (cart->lines[i].parent != MPOS_NO_PARENT) {
            cart->lines[i].parent = (uint16)(cart->lines[i].parent - gone);
        }
    }
    cart->first_new = cart->cart.line_count;
}

/* Index of the tax in the cart; a tax whose rate has changed since the order began is another one. */
static mpos_err
cart_tax(place *at, mpos_priced_cart *cart, const mpos_catalogue_tax *tax, uint16 *out)
{
    mpos_cart_tax *taxes = unconstify(mpos_cart_tax *, cart->cart.taxes);
    uint8 flags = tax->included ? MPOS_TAX_INCLUDED : 0;

    for (uint16 i = 0; i < cart->cart.tax_count; i++) {
        if (memcmp(taxes[i].id, tax->id, 16) == 0 && taxes[i].value == tax->rate && taxes[i].flags == flags) {
            *out = i;
            return MPOS_OK;
        }
    }
    if (cart->cart.tax_count == MPOS_CART_TAXES_MAX) {
        return mpos_refuse(at->call, MPOS_E_TOO_MANY, at->path, "Too many different taxes.");
    }
    *out = cart->cart.tax_count++;
    memcpy(taxes[*out].id, tax->id, 16);
    taxes[*out].type = MPOS_TAX_PERCENT;
    taxes[*out].flags = flags;
    taxes[*out].value = tax->rate;
    return MPOS_OK;
}

static mpos_err
line_taxes(place *at, mpos_priced_cart *cart, const mpos_catalogue *catalogue,
           const mpos_catalogue_item *item, mpos_cart_line *line)
{
    const uint8(*ids)[16] = item->tax_ids.items;
    uint16 *taxes = palloc(sizeof *taxes * (size_t)Max(item->tax_ids.count, 1));

    if (item->tax_ids.count > MPOS_LINE_TAXES_MAX) {
        return mpos_refuse(at->call, MPOS_E_TOO_MANY, at->path, "Too many taxes on one item.");
    }
    for (int i = 0; i < item->tax_ids.count; i++) {
        const mpos_catalogue_tax *tax = mpos_catalogue_tax_find(catalogue, ids[i]);
        mpos_err err;

        if (tax == NULL) {
            elog(ERROR, "published catalogue names a tax that it does not hold");
        }
        err = cart_tax(at, cart, tax, &taxes[i]);
        if (err != MPOS_OK) {
            return err;
        }
    }
    line->taxes = taxes;
    line->tax_count = (uint16)item->tax_ids.count;
    return MPOS_OK;
}

static mpos_err
check_groups(place *at, const mpos_catalogue *catalogue, const mpos_catalogue_item *item, const int64 *chosen)
{
    const uint8(*ids)[16] = item->group_ids.items;

    for (int g = 0; g < item->group_ids.count; g++) {
        const mpos_catalogue_group *group = mpos_catalogue_group_find(catalogue, ids[g]);

        if (group != NULL && (chosen[g] < group->min || chosen[g] > group->max)) {
            return mpos_refuse(at->call, MPOS_E_MODIFIER_RULE, psprintf("%s/modifiers", at->path),
                               "Choose " INT64_FORMAT " to " INT64_FORMAT " of a group of this item.",
                               group->min, group->max);
        }
    }
    return MPOS_OK;
}

static mpos_err
line_modifiers(place *at, const mpos_catalogue *catalogue, const mpos_catalogue_item *item,
               const mpos_list *in, mpos_cart_line *line, mpos_cart_note *note)
{
    const mpos_modifier_in *wanted = in->items;
    mpos_cart_modifier *modifiers = palloc0(sizeof *modifiers * (size_t)Max(in->count, 1));
    int64 *chosen = palloc0(sizeof *chosen * (size_t)Max(item->group_ids.count, 1));
    StringInfoData json;

    initStringInfo(&json);
    mpos_json_open(&json, NULL, '[');
    for (int i = 0; i < in->count; i++) {
        int group = 0;
        const mpos_catalogue_modifier *found =
            mpos_catalogue_modifier_find(catalogue, item, wanted[i].modifier_id, &group);
        int64 qty = MPOS_GIVEN(&wanted[i], MODIFIER_QTY) ? wanted[i].qty : 1;

        if (found == NULL) {
            return mpos_refuse(at->call, MPOS_E_UNKNOWN_MODIFIER,
                               psprintf("%s/modifiers/%d/modifier_id", at->path, i),
                               "This item does not have that modifier.");
        }
        chosen[group] += qty;
        memcpy(modifiers[i].id, found->id, 16);
        modifiers[i].price = found->price;
        modifiers[i].qty = (uint32)qty;
        modifiers[i].per = MPOS_PER_UNIT;
        mpos_json_open(&json, NULL, '{');
        mpos_json_uuid(&json, "id", found->id);
        mpos_json_text(&json, "name", found->name);
        mpos_json_int(&json, "price", found->price);
        mpos_json_int(&json, "qty", qty);
        mpos_json_close(&json, '}');
    }
    mpos_json_close(&json, ']');
    line->modifiers = modifiers;
    line->modifier_count = (uint16)in->count;
    note->modifiers = json.data;
    return check_groups(at, catalogue, item, chosen);
}

static mpos_err
read_discounts(mpos_call *call, const char *path, const mpos_list *in, mpos_cart_discount **out)
{
    const mpos_discount_in *wanted = in->items;

    *out = palloc0(sizeof **out * (size_t)Max(in->count, 1));
    for (int i = 0; i < in->count; i++) {
        bool percent = wanted[i].type == MPOS_DISCOUNT_PERCENT;
        int needed = percent ? DISCOUNT_RATE : DISCOUNT_AMOUNT;
        int other = percent ? DISCOUNT_AMOUNT : DISCOUNT_RATE;

        if (!MPOS_GIVEN(&wanted[i], needed)) {
            return mpos_refuse(call, MPOS_E_MISSING_FIELD,
                               psprintf("%s/discounts/%d/%s", path, i, percent ? "rate" : "amount"),
                               "This field is required.");
        }
        if (MPOS_GIVEN(&wanted[i], other)) {
            return mpos_refuse(call, MPOS_E_UNKNOWN_FIELD,
                               psprintf("%s/discounts/%d/%s", path, i, percent ? "amount" : "rate"),
                               "A discount has a rate or an amount, as its type says.");
        }
        (*out)[i].type = (uint8)wanted[i].type;
        (*out)[i].value = percent ? wanted[i].rate : wanted[i].amount;
    }
    return MPOS_OK;
}

mpos_err
mpos_cart_discount_order(mpos_call *call, mpos_priced_cart *cart, const mpos_list *discounts)
{
    mpos_cart_discount *list;
    mpos_err err = read_discounts(call, "", discounts, &list);

    if (err == MPOS_OK) {
        cart->cart.discounts = list;
        cart->cart.discount_count = (uint16)discounts->count;
    }
    return err;
}

static mpos_err
find_item(place *at, const mpos_catalogue *catalogue, const uint8 id[16], const mpos_catalogue_item **out)
{
    *out = mpos_catalogue_item_find(catalogue, id);
    if (*out == NULL) {
        return mpos_refuse(at->call, MPOS_E_UNKNOWN_ITEM, psprintf("%s/item_id", at->path), "%s", "");
    }
    return MPOS_OK;
}

static void
line_id(bool given, const uint8 in[16], uint8 out[16])
{
    pg_uuid_t made;

    if (given) {
        memcpy(out, in, 16);
        return;
    }
    mpos_uuid_v7(&made);
    memcpy(out, made.data, 16);
}

static bool
slot_takes(const mpos_catalogue_slot *slot, const mpos_component_in *component)
{
    const uint8(*items)[16] = slot->item_ids.items;

    if (memcmp(slot->id, component->slot_id, 16) != 0) {
        return false;
    }
    for (int i = 0; i < slot->item_ids.count; i++) {
        if (memcmp(items[i], component->item_id, 16) == 0) {
            return true;
        }
    }
    return false;
}

/* Every slot is filled exactly once, with an item that it offers. */
static mpos_err
check_combo(place *at, const mpos_catalogue_item *item, const mpos_list *components)
{
    const mpos_catalogue_slot *slots = item->combo.items;
    const mpos_component_in *in = components->items;
    bool complete = item->combo.count == components->count;

    for (int s = 0; s < item->combo.count && complete; s++) {
        int filled = 0;

        for (int c = 0; c < components->count; c++) {
            filled += slot_takes(&slots[s], &in[c]);
        }
        complete = filled == 1;
    }
    return complete ? MPOS_OK
                    : mpos_refuse(at->call, MPOS_E_COMBO_RULE, psprintf("%s/components", at->path),
                                  "A combo needs one of the offered items for each of its slots.");
}

static mpos_err
add_component(place *at, mpos_priced_cart *cart, const mpos_catalogue *catalogue, const mpos_component_in *in,
              int parent)
{
    int n = cart->cart.line_count;
    mpos_cart_line *line = &cart->lines[n];
    mpos_cart_note *note = &cart->notes[n - cart->first_new];
    mpos_err err = find_item(at, catalogue, in->item_id, &note->item);

    if (err != MPOS_OK) {
        return err;
    }
    line_id(MPOS_GIVEN(in, COMPONENT_ID), in->id, line->id);
    memcpy(line->item, in->item_id, 16);
    line->qty = cart->lines[parent].qty;
    line->unit_price = note->item->price;
    line->parent = (uint16)parent;
    note->course = cart->notes[parent - cart->first_new].course;
    cart->cart.line_count++;
    err = line_modifiers(at, catalogue, note->item, &in->modifiers, line, note);
    return err == MPOS_OK ? line_taxes(at, cart, catalogue, note->item, line) : err;
}

static mpos_err
add_components(place *at, mpos_priced_cart *cart, const mpos_catalogue *catalogue,
               const mpos_list *components, int parent)
{
    const mpos_component_in *in = components->items;
    mpos_err err = check_combo(at, cart->notes[parent - cart->first_new].item, components);

    for (int c = 0; c < components->count && err == MPOS_OK; c++) {
        place inner = {.call = at->call};

        snprintf(inner.path, sizeof inner.path, "%s/components/%d", at->path, c);
        err = add_component(&inner, cart, catalogue, &in[c], parent);
    }
    return err;
}

/* No item has variants or an open price yet. */
static mpos_err
check_choice(place *at, const mpos_line_in *in)
{
    if (MPOS_GIVEN(in, LINE_VARIANT)) {
        return mpos_refuse(at->call, MPOS_E_VARIANT_RULE, psprintf("%s/variant_id", at->path), "%s", "");
    }
    if (MPOS_GIVEN(in, LINE_UNIT_PRICE)) {
        return mpos_refuse(at->call, MPOS_E_OPEN_PRICE, psprintf("%s/unit_price", at->path), "%s", "");
    }
    return MPOS_OK;
}

static mpos_err
add_line(place *at, mpos_priced_cart *cart, const mpos_catalogue *catalogue, const mpos_line_in *in)
{
    int n = cart->cart.line_count;
    mpos_cart_line *line = &cart->lines[n];
    mpos_cart_note *note = &cart->notes[n - cart->first_new];
    mpos_cart_discount *discounts;
    mpos_err err = find_item(at, catalogue, in->item_id, &note->item);

    if (err == MPOS_OK) {
        err = line_modifiers(at, catalogue, note->item, &in->modifiers, line, note);
    }
    if (err == MPOS_OK) {
        err = read_discounts(at->call, at->path, &in->discounts, &discounts);
    }
    if (err != MPOS_OK) {
        return err;
    }
    err = check_choice(at, in);
    if (err != MPOS_OK) {
        return err;
    }
    line_id(MPOS_GIVEN(in, LINE_ID), in->id, line->id);
    memcpy(line->item, in->item_id, 16);
    line->qty = in->qty;
    line->unit_price = note->item->price;
    line->parent = MPOS_NO_PARENT;
    line->component_count = (uint16)in->components.count;
    line->discounts = discounts;
    line->discount_count = (uint16)in->discounts.count;
    note->course = MPOS_GIVEN(in, LINE_COURSE) ? (int)in->course : 1;
    cart->cart.line_count++;
    if (note->item->combo.count > 0 || in->components.count > 0) {
        return add_components(at, cart, catalogue, &in->components, n);
    }
    return line_taxes(at, cart, catalogue, note->item, line);
}

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(*(const uint8 *const *)a, *(const uint8 *const *)b, 16);
}

static mpos_err
check_ids(mpos_call *call, const mpos_priced_cart *cart)
{
    int count = cart->cart.line_count;
    const uint8 **ids = palloc(sizeof *ids * (size_t)Max(count, 1));

    for (int i = 0; i < count; i++) {
        ids[i] = cart->lines[i].id;
    }
    qsort(ids, (size_t)count, sizeof *ids, compare_ids);
    for (int i = 1; i < count; i++) {
        if (memcmp(ids[i - 1], ids[i], 16) == 0) {
            return mpos_refuse(call, MPOS_E_ID_TAKEN, "/lines", "Two lines have the same id.");
        }
    }
    return MPOS_OK;
}

mpos_err
mpos_cart_add(mpos_call *call, mpos_priced_cart *cart, const mpos_catalogue *catalogue,
              const mpos_list *lines)
{
    const mpos_line_in *in = lines->items;
    int added = 0;
    mpos_err err = MPOS_OK;
    mpos_cart_line *all;

    for (int i = 0; i < lines->count; i++) {
        added += 1 + in[i].components.count;
    }
    if (cart->cart.line_count + added > MPOS_CART_LINES_MAX) {
        return mpos_refuse(call, MPOS_E_TOO_MANY, "/lines", "An order holds at most %d lines.",
                           MPOS_CART_LINES_MAX);
    }
    all = palloc0(sizeof *all * (size_t)(cart->cart.line_count + added));
    if (cart->cart.line_count > 0) {
        memcpy(all, cart->lines, sizeof *all * cart->cart.line_count);
    }
    cart->lines = all;
    cart->cart.lines = all;
    cart->first_new = cart->cart.line_count;
    cart->notes = palloc0(sizeof *cart->notes * (size_t)Max(added, 1));
    for (int i = 0; i < lines->count && err == MPOS_OK; i++) {
        place at = {.call = call};

        snprintf(at.path, sizeof at.path, "/lines/%d", i);
        err = add_line(&at, cart, catalogue, &in[i]);
    }
    return err == MPOS_OK ? check_ids(call, cart) : err;
}

mpos_err
mpos_cart_price(mpos_call *call, mpos_priced_cart *cart)
{
    size_t room = mpos_price_size(&cart->cart);
    size_t form_room;
    mpos_err err;

    if (room == 0) {
        return mpos_refuse(call, MPOS_E_TOO_MANY, "/lines", "The order is too large.");
    }
    err = mpos_price(&cart->cart, palloc(room), room, &cart->priced);
    if (err != MPOS_OK) {
        return mpos_refuse(call, err, "/lines", "%s", "");
    }
    form_room = mpos_priced_form_size(&cart->cart);
    cart->form = palloc(form_room);
    mpos_check(mpos_priced_form_encode(&cart->cart, &cart->priced, cart->form, form_room, &cart->form_size),
               "priced form");
    mpos_sha256(cart->form, cart->form_size, NULL, 0, cart->hash);
    return MPOS_OK;
}

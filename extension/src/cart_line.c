/* cart_line.c - lines of baskets: what a client chose, with the facts that the catalogue has of it. */
#include "postgres.h"

#include "cart.h"
#include "json.h"
#include "uuid.h"

/* Where a refusal points to, and what is being built. */
typedef struct place {
    mpos_call *call;
    mpos_priced_cart *cart;
    char path[48]; /* "/lines/3" or "/lines/3/components/0" */
} place;

static void
line_taxes(const place *at, const mpos_catalogue_item *item, mpos_basket_line *line)
{
    const uint8(*ids)[16] = item->tax_ids.items;
    const mpos_rules *rules = at->cart->rules;
    uint16 *taxes = palloc(sizeof *taxes * (size_t)Max(item->tax_ids.count, 1));

    for (int i = 0; i < item->tax_ids.count; i++) {
        uint16 tax = 0;

        while (tax < rules->tax_count && memcmp(rules->taxes[tax].tax.id, ids[i], 16) != 0) {
            tax++;
        }
        if (tax < rules->tax_count) {
            taxes[line->tax_count++] = tax;
        }
    }
    line->taxes = taxes;
}

static bool
is_zero(const uint8 id[16])
{
    static const uint8 zero[16] = {0};

    return memcmp(id, zero, sizeof zero) == 0;
}

/* A price for all variants does not count where the book has one for this variant from the same quantity on. */
static bool
is_covered(const mpos_catalogue_item *item, const mpos_catalogue_price *price, const uint8 variant[16])
{
    const mpos_catalogue_price *prices = item->prices.items;

    if (is_zero(variant) || !is_zero(price->variant_id)) {
        return false;
    }
    for (int i = 0; i < item->prices.count; i++) {
        if (memcmp(prices[i].variant_id, variant, 16) == 0 && prices[i].min_qty == price->min_qty &&
            memcmp(prices[i].book_id, price->book_id, 16) == 0) {
            return true;
        }
    }
    return false;
}

static void
line_prices(const mpos_rules *rules, const mpos_catalogue_item *item, mpos_basket_line *line)
{
    const mpos_catalogue_price *from = item->prices.items;
    mpos_book_price *prices = palloc(sizeof *prices * (size_t)Max(item->prices.count, 1));

    for (int i = 0; i < item->prices.count && line->price_count < MPOS_LINE_PRICES_MAX; i++) {
        uint16 book = 0;

        if ((!is_zero(from[i].variant_id) && memcmp(from[i].variant_id, line->variant, 16) != 0) ||
            is_covered(item, &from[i], line->variant)) {
            continue;
        }
        while (book < rules->book_count && memcmp(rules->books[book].id, from[i].book_id, 16) != 0) {
            book++;
        }
        if (book < rules->book_count) {
            prices[line->price_count++] =
                (mpos_book_price){.book = book, .min_qty = from[i].min_qty, .price = from[i].price};
        }
    }
    line->prices = prices;
}

/* A group that was archived since an item was given it leaves a gap, so that the others keep their numbers. */
static void
line_groups(const place *at, const mpos_catalogue_item *item, mpos_basket_line *line)
{
    const uint8(*ids)[16] = item->group_ids.items;
    mpos_basket_group *groups = palloc0(sizeof *groups * (size_t)Max(item->group_ids.count, 1));

    for (int i = 0; i < item->group_ids.count; i++) {
        const mpos_catalogue_group *group = mpos_catalogue_group_find(at->cart->catalogue, ids[i]);

        groups[i].free = group != NULL ? (uint16)group->free : 0;
    }
    line->groups = groups;
    line->group_count = (uint16)item->group_ids.count;
}

static mpos_err
check_groups(place *at, const mpos_catalogue_item *item, const int64 *chosen)
{
    const uint8(*ids)[16] = item->group_ids.items;

    for (int g = 0; g < item->group_ids.count; g++) {
        const mpos_catalogue_group *group = mpos_catalogue_group_find(at->cart->catalogue, ids[g]);

        if (group != NULL && (chosen[g] < group->min || chosen[g] > group->max)) {
            return mpos_refuse(at->call, MPOS_E_MODIFIER_RULE, psprintf("%s/modifiers", at->path),
                               "Choose " INT64_FORMAT " to " INT64_FORMAT " of a group of this item.",
                               group->min, group->max);
        }
    }
    return MPOS_OK;
}

static int64
modifier_price(const mpos_catalogue_modifier *modifier, const uint8 variant[16])
{
    const mpos_catalogue_modifier_price *prices = modifier->prices.items;

    for (int i = 0; i < modifier->prices.count; i++) {
        if (memcmp(prices[i].variant_id, variant, 16) == 0) {
            return prices[i].price;
        }
    }
    return modifier->price;
}

static void
modifier_json(StringInfo out, const mpos_catalogue_modifier *modifier, const mpos_basket_modifier *chosen)
{
    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", chosen->id);
    mpos_json_text(out, "name", modifier->name);
    mpos_json_int(out, "price", chosen->price);
    mpos_json_int(out, "qty", chosen->qty);
    mpos_json_close(out, '}');
}

static mpos_err
line_modifiers(place *at, const mpos_catalogue_item *item, const mpos_list *in, mpos_basket_line *line,
               mpos_cart_note *note)
{
    const mpos_modifier_in *wanted = in->items;
    mpos_basket_modifier *modifiers = palloc0(sizeof *modifiers * (size_t)Max(in->count, 1));
    int64 *chosen = palloc0(sizeof *chosen * (size_t)Max(item->group_ids.count, 1));
    StringInfoData json;

    line_groups(at, item, line);
    initStringInfo(&json);
    mpos_json_open(&json, NULL, '[');
    for (int i = 0; i < in->count; i++) {
        int group = 0;
        const mpos_catalogue_modifier *found =
            mpos_catalogue_modifier_find(at->cart->catalogue, item, wanted[i].modifier_id, &group);

        if (found == NULL) {
            return mpos_refuse(at->call, MPOS_E_UNKNOWN_MODIFIER,
                               psprintf("%s/modifiers/%d/modifier_id", at->path, i),
                               "This item does not have that modifier.");
        }
        memcpy(modifiers[i].id, found->id, 16);
        modifiers[i].group = (uint16)group;
        modifiers[i].per = MPOS_PER_UNIT;
        modifiers[i].qty = MPOS_GIVEN(&wanted[i], MPOS_MODIFIER_IN_QTY) ? (uint32)wanted[i].qty : 1;
        modifiers[i].price = modifier_price(found, line->variant);
        chosen[group] += modifiers[i].qty;
        modifier_json(&json, found, &modifiers[i]);
    }
    mpos_json_close(&json, ']');
    line->modifiers = modifiers;
    line->modifier_count = (uint16)in->count;
    note->modifiers = json.data;
    return check_groups(at, item, chosen);
}

static mpos_err
find_item(place *at, const uint8 id[16], const mpos_catalogue_item **out)
{
    *out = mpos_catalogue_item_find(at->cart->catalogue, id);
    if (*out == NULL) {
        return mpos_refuse(at->call, MPOS_E_UNKNOWN_ITEM, psprintf("%s/item_id", at->path), "%s", "");
    }
    return MPOS_OK;
}

/* The facts of an item that has been found, without variant and open price. */
static void
take_item(mpos_basket_line *line, mpos_cart_note *note, bool given, const uint8 id[16])
{
    pg_uuid_t made;

    if (!given) {
        mpos_uuid_v7(&made);
        id = made.data;
    }
    memcpy(line->id, id, sizeof line->id);
    memcpy(line->item, note->item->id, sizeof line->item);
    memcpy(line->category, note->item->category_id, sizeof line->category);
    line->price = note->item->price;
    line->open_price = MPOS_NO_AMOUNT;
    line->floor = MPOS_NO_AMOUNT;
    line->parent = MPOS_NO_PARENT;
    note->name = note->item->name;
}

static mpos_err
take_variant(place *at, const mpos_line_in *in, mpos_basket_line *line, mpos_cart_note *note)
{
    const mpos_catalogue_variant *variants = note->item->variants.items;
    bool given = MPOS_GIVEN(in, MPOS_LINE_IN_VARIANT);

    for (int i = 0; given && i < note->item->variants.count; i++) {
        if (memcmp(variants[i].id, in->variant_id, 16) == 0) {
            memcpy(line->variant, in->variant_id, 16);
            line->price = variants[i].price;
            note->name = psprintf("%s %s", note->item->name, variants[i].name);
            return MPOS_OK;
        }
    }
    if (!given && note->item->variants.count == 0) {
        return MPOS_OK;
    }
    return mpos_refuse(at->call, MPOS_E_VARIANT_RULE, psprintf("%s/variant_id", at->path), "%s", "");
}

static mpos_err
take_open_price(place *at, const mpos_line_in *in, mpos_basket_line *line, const mpos_catalogue_item *item)
{
    if (MPOS_GIVEN(in, MPOS_LINE_IN_UNIT_PRICE) != item->open_price) {
        return mpos_refuse(at->call, MPOS_E_OPEN_PRICE, psprintf("%s/unit_price", at->path), "%s", "");
    }
    if (item->open_price) {
        line->open_price = in->unit_price;
    }
    return MPOS_OK;
}

/* A line of the order's own minute says nothing of it, so that equal baskets have equal forms. */
static mpos_err
take_minute(place *at, const mpos_line_in *in, mpos_basket_line *line)
{
    const mpos_priced_cart *cart = at->cart;
    int64 minute = MPOS_GIVEN(in, MPOS_LINE_IN_AT) ? in->at : cart->minute;

    if (minute < cart->minute_first || minute > cart->minute_last) {
        return mpos_refuse(at->call, MPOS_E_PRICE_TIME, psprintf("%s/at", at->path),
                           "A line is chosen after its order was begun, and within %d minutes of now.",
                           MPOS_MINUTES_NEAR);
    }
    if (minute > cart->basket.in.at) {
        line->flags |= MPOS_BASKET_LATER;
        line->at = minute;
    }
    return MPOS_OK;
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
add_component(place *at, const mpos_component_in *in, int parent)
{
    mpos_priced_cart *cart = at->cart;
    int n = cart->basket.line_count;
    mpos_basket_line *line = &cart->lines[n];
    mpos_cart_note *note = &cart->notes[n - cart->first_new];
    mpos_err err = find_item(at, in->item_id, &note->item);

    if (err != MPOS_OK) {
        return err;
    }
    take_item(line, note, MPOS_GIVEN(in, MPOS_COMPONENT_IN_ID), in->id);
    line->qty = cart->lines[parent].qty;
    line->parent = (uint16)parent;
    note->course = cart->notes[parent - cart->first_new].course;
    cart->basket.line_count++;
    line_taxes(at, note->item, line);
    return line_modifiers(at, note->item, &in->modifiers, line, note);
}

static mpos_err
add_components(place *at, const mpos_list *components, int parent)
{
    const mpos_component_in *in = components->items;
    mpos_err err = check_combo(at, at->cart->notes[parent - at->cart->first_new].item, components);

    for (int c = 0; c < components->count && err == MPOS_OK; c++) {
        place inner = {.call = at->call, .cart = at->cart};

        snprintf(inner.path, sizeof inner.path, "%s/components/%d", at->path, c);
        err = add_component(&inner, &in[c], parent);
    }
    return err;
}

static mpos_err
fill_line(place *at, const mpos_line_in *in, mpos_basket_line *line, mpos_cart_note *note)
{
    mpos_cart_discount *discounts;
    mpos_err err;

    take_item(line, note, MPOS_GIVEN(in, MPOS_LINE_IN_ID), in->id);
    line->qty = in->qty;
    line->floor = note->item->floor;
    line->component_count = (uint16)in->components.count;
    note->course = MPOS_GIVEN(in, MPOS_LINE_IN_COURSE) ? (int)in->course : 1;
    err = take_minute(at, in, line);
    if (err == MPOS_OK) {
        err = take_variant(at, in, line, note);
    }
    if (err == MPOS_OK) {
        err = take_open_price(at, in, line, note->item);
    }
    if (err == MPOS_OK) {
        err = line_modifiers(at, note->item, &in->modifiers, line, note);
    }
    if (err == MPOS_OK) {
        err = mpos_cart_discounts(at->call, at->path, &in->discounts, &discounts);
    }
    if (err == MPOS_OK) {
        line->discounts = discounts;
        line->discount_count = (uint16)in->discounts.count;
        line_prices(at->cart->rules, note->item, line);
    }
    return err;
}

static mpos_err
add_line(place *at, const mpos_line_in *in)
{
    mpos_priced_cart *cart = at->cart;
    int n = cart->basket.line_count;
    mpos_basket_line *line = &cart->lines[n];
    mpos_cart_note *note = &cart->notes[n - cart->first_new];
    mpos_err err = find_item(at, in->item_id, &note->item);

    if (err == MPOS_OK) {
        err = fill_line(at, in, line, note);
    }
    if (err != MPOS_OK) {
        return err;
    }
    cart->basket.line_count++;
    if (note->item->combo.count > 0 || in->components.count > 0) {
        return add_components(at, &in->components, n);
    }
    line_taxes(at, note->item, line);
    return MPOS_OK;
}

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(*(const uint8 *const *)a, *(const uint8 *const *)b, 16);
}

static mpos_err
check_ids(mpos_call *call, const mpos_priced_cart *cart)
{
    int count = cart->basket.line_count;
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
mpos_cart_add(mpos_call *call, mpos_priced_cart *cart, const mpos_list *lines)
{
    const mpos_line_in *in = lines->items;
    int added = 0;
    mpos_err err = MPOS_OK;
    mpos_basket_line *all;

    for (int i = 0; i < lines->count; i++) {
        added += 1 + in[i].components.count;
    }
    if (cart->basket.line_count + added > MPOS_CART_LINES_MAX) {
        return mpos_refuse(call, MPOS_E_TOO_MANY, "/lines", "An order holds at most %d lines.",
                           MPOS_CART_LINES_MAX);
    }
    all = palloc0(sizeof *all * (size_t)(cart->basket.line_count + added));
    if (cart->basket.line_count > 0) {
        memcpy(all, cart->lines, sizeof *all * cart->basket.line_count);
    }
    cart->lines = all;
    cart->basket.lines = all;
    cart->first_new = cart->basket.line_count;
    cart->notes = palloc0(sizeof *cart->notes * (size_t)Max(added, 1));
    for (int i = 0; i < lines->count && err == MPOS_OK; i++) {
        place at = {.call = call, .cart = cart};

        snprintf(at.path, sizeof at.path, "/lines/%d", i);
        err = add_line(&at, &in[i]);
    }
    return err == MPOS_OK ? check_ids(call, cart) : err;
}

/* rule_take.c - see rule_take.h. Lists of ids ascend, each id once, as the core wants them. */
#include "postgres.h"

#include "coupon.h"
#include "id.h"
#include "quantity.h"
#include "rule_take.h"

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* The ids of a list as the core wants them, and how many there are. */
static const uint8 (*take_ids(const mpos_list *in, uint16 *count))[16]
{
    uint8(*ids)[16] = palloc(16 * (size_t)Max(in->count, 1));
    uint16 n = 0;

    if (in->count > 0) {
        memcpy(ids, in->items, 16 * (size_t)in->count);
        qsort(ids, (size_t)in->count, 16, compare_ids);
    }
    for (int i = 0; i < in->count; i++) {
        if (n == 0 || !mpos_id_same(ids[n - 1], ids[i])) {
            memmove(ids[n++], ids[i], 16);
        }
    }
    *count = n;
    return (const uint8(*)[16])ids;
}

static uint32
take_mask(const mpos_list *words)
{
    const int *list = words->items;
    uint32 mask = 0;

    for (int i = 0; i < words->count; i++) {
        mask |= 1u << list[i];
    }
    return mask;
}

void
mpos_take_when(const mpos_def_when *in, mpos_when *out)
{
    out->from = MPOS_GIVEN(in, MPOS_DEF_WHEN_FROM) ? in->from : MPOS_NO_TIME;
    out->until = MPOS_GIVEN(in, MPOS_DEF_WHEN_UNTIL) ? in->until : MPOS_NO_TIME;
    out->start = (uint16)in->start;
    out->end = (uint16)in->end;
    out->days = (uint8)take_mask(&in->days);
    out->places = (uint8)take_mask(&in->places);
    out->channels = (uint16)take_mask(&in->channels);
    out->guests_min = (uint16)in->guests_min;
    out->outlets = take_ids(&in->outlet_ids, &out->outlet_count);
    out->customer_groups = take_ids(&in->customer_group_ids, &out->customer_group_count);
}

void
mpos_take_rounding(const mpos_def_rounding *in, mpos_rounding *out)
{
    *out = (mpos_rounding){.mode = (uint8)in->mode,
                           .level = (uint8)in->level,
                           .inclusive = (uint8)in->inclusive,
                           .discount = (uint8)in->discount,
                           .increment = in->increment,
                           .cash_increment = in->cash_increment};
}

void
mpos_take_settings(const mpos_def_settings *in, mpos_rules *rules)
{
    const mpos_def_outlet *outlets = in->outlets.items;
    const int *steps = in->sequence.items;
    mpos_outlet_rounding *roundings = palloc0(sizeof *roundings * (size_t)Max(in->outlets.count, 1));

    mpos_take_rounding(&in->rounding, &rules->rounding);
    for (int i = 0; i < in->outlets.count; i++) {
        memcpy(roundings[i].outlet, outlets[i].outlet_id, 16);
        mpos_take_rounding(&outlets[i].rounding, &roundings[i].rounding);
    }
    rules->roundings = roundings;
    rules->rounding_count = (uint16)in->outlets.count;
    rules->apportion = (uint8)in->apportion;
    if (in->sequence.count > 0) {
        memset(rules->sequence, 0, sizeof rules->sequence);
        rules->sequence_count = (uint8)in->sequence.count;
        for (int i = 0; i < in->sequence.count; i++) {
            rules->sequence[i] = (uint8)(steps[i] + 1);
        }
    }
}

int
mpos_take_tax_index(const mpos_rules *rules, const uint8 id[16])
{
    for (int i = 0; i < rules->tax_count; i++) {
        if (mpos_id_same(rules->taxes[i].tax.id, id)) {
            return i;
        }
    }
    return -1;
}

void
mpos_take_tax(const mpos_def_tax *in, mpos_rule_tax *out)
{
    const mpos_def_bracket *brackets = in->brackets.items;
    mpos_tax_bracket *list = palloc0(sizeof *list * (size_t)Max(in->brackets.count, 1));

    for (int i = 0; i < in->brackets.count; i++) {
        list[i] = (mpos_tax_bracket){
            .from = brackets[i].from, .amount = brackets[i].amount, .rate = brackets[i].rate};
    }
    out->tax.type = (uint8)in->type;
    out->tax.flags =
        (uint8)((in->included ? MPOS_TAX_INCLUDED : 0) | (in->affects_next ? MPOS_TAX_AFFECTS_NEXT : 0) |
                (in->base_unaffected ? MPOS_TAX_BASE_UNAFFECTED : 0));
    out->tax.value = in->type == MPOS_DEF_TAX_FIXED ? in->amount : in->rate;
    out->tax.brackets = list;
    out->tax.bracket_count = (uint16)in->brackets.count;
    mpos_take_when(&in->when, &out->when);
}

static void
take_targets(const mpos_list *items, const mpos_list *categories, mpos_targets *out)
{
    out->items = take_ids(items, &out->item_count);
    out->categories = take_ids(categories, &out->category_count);
}

static void
take_coupons(const mpos_list *codes, mpos_promotion *out)
{
    const char *const *texts = codes->items;
    uint8(*hashes)[16] = palloc(16 * (size_t)Max(codes->count, 1));
    mpos_list list = {.count = codes->count, .items = hashes};

    for (int i = 0; i < codes->count; i++) {
        mpos_coupon_hash(texts[i], hashes[i]);
    }
    out->coupons = take_ids(&list, &out->coupon_count);
    pfree(hashes);
}

static void
take_slots(const mpos_list *in, mpos_promotion *out)
{
    const mpos_def_slot *slots = in->items;
    mpos_slot *list = palloc0(sizeof *list * (size_t)Max(in->count, 1));

    for (int i = 0; i < in->count; i++) {
        take_targets(&slots[i].item_ids, &slots[i].category_ids, &list[i].targets);
        list[i].qty = slots[i].qty;
    }
    out->slots = list;
    out->slot_count = (uint16)in->count;
}

/* The member that says how much, by kind. */
static int64
promotion_value(const mpos_def_promotion *in)
{
    switch (in->kind) {
    case MPOS_DEF_AMOUNT:
    case MPOS_DEF_AMOUNT_UNIT:
        return in->amount;
    case MPOS_DEF_PRICE_UNIT:
    case MPOS_DEF_BUNDLE:
        return in->price;
    default:
        return in->rate;
    }
}

void
mpos_take_promotion(const mpos_def_promotion *in, mpos_promotion *out)
{
    bool stackable = in->stackable || !MPOS_GIVEN(in, MPOS_DEF_PROMOTION_STACKABLE);

    out->kind = (uint8)in->kind;
    out->scope = (uint8)in->scope;
    out->flags = stackable ? MPOS_PROMOTION_STACKABLE : 0;
    out->group = (uint16)in->group;
    out->max_uses = (uint16)in->max_uses;
    out->value = promotion_value(in);
    out->max_amount = in->max_amount;
    out->min_qty = in->min_qty;
    out->min_amount = in->min_amount;
    out->buy = in->x * MPOS_QTY_ONE;
    out->get = in->y * MPOS_QTY_ONE;
    take_coupons(&in->coupons, out);
    take_slots(&in->slots, out);
    take_targets(&in->targets.item_ids, &in->targets.category_ids, &out->targets);
    mpos_take_when(&in->when, &out->when);
}

/* Indexes of taxes; -1, or the position of one that is not there. */
static int
take_taxes(const mpos_rules *rules, const mpos_list *ids, const uint16 **out, uint16 *count)
{
    const uint8(*list)[16] = ids->items;
    uint16 *indexes = palloc(sizeof *indexes * (size_t)Max(ids->count, 1));

    for (int i = 0; i < ids->count; i++) {
        int index = mpos_take_tax_index(rules, list[i]);

        if (index < 0) {
            return i;
        }
        indexes[i] = (uint16)index;
    }
    *out = indexes;
    *count = (uint16)ids->count;
    return -1;
}

bool
mpos_take_tax_map(const mpos_rules *rules, const mpos_def_tax_map *in, mpos_tax_map *out, char place[48])
{
    const mpos_def_replaced *replaced = in->replace.items;
    mpos_replacement *list = palloc0(sizeof *list * (size_t)Max(in->replace.count, 1));

    for (int i = 0; i < in->replace.count; i++) {
        int tax = mpos_take_tax_index(rules, replaced[i].tax_id);
        int missing;

        if (tax < 0) {
            snprintf(place, 48, "/replace/%d/tax_id", i);
            return false;
        }
        missing = take_taxes(rules, &replaced[i].by, &list[i].taxes, &list[i].count);
        if (missing >= 0) {
            snprintf(place, 48, "/replace/%d/by/%d", i, missing);
            return false;
        }
        list[i].tax = (uint16)tax;
    }
    out->keep = (uint8)in->keep;
    out->flags = in->exempt ? MPOS_MAP_EXEMPT : 0;
    out->replacements = list;
    out->replacement_count = (uint16)in->replace.count;
    mpos_take_when(&in->when, &out->when);
    return true;
}

bool
mpos_take_charge(const mpos_rules *rules, const mpos_def_charge *in, mpos_charge_rule *out, char place[48])
{
    int missing = take_taxes(rules, &in->tax_ids, &out->taxes, &out->tax_count);

    if (missing >= 0) {
        snprintf(place, 48, "/tax_ids/%d", missing);
        return false;
    }
    out->type = (uint8)in->kind;
    out->base = (uint8)in->base;
    out->flags =
        (uint8)((in->apportioned ? MPOS_CHARGE_APPORTIONED : 0) | (in->waivable ? MPOS_CHARGE_WAIVABLE : 0));
    out->value = in->kind == MPOS_DEF_CHARGE_PERCENT ? in->rate : in->amount;
    mpos_take_when(&in->when, &out->when);
    return true;
}

void
mpos_take_currency(const char *code, const mpos_def_currency *in, mpos_currency *out)
{
    memcpy(out->code, code, Min(strlen(code), sizeof out->code));
    out->exponent = (uint8)in->exponent;
    out->cash_increment = (uint32)in->cash_increment;
    out->rate = in->rate;
    out->spread = in->spread;
}

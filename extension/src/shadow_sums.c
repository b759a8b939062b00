/* shadow_sums.c - see shadow_sums.h. */
#include "postgres.h"

#include "utils/hsearch.h"

#include "explain.h"
#include "id.h"
#include "json.h"
#include "shadow_sums.h"
#include "sqlstate.h"

/* Orders that changed most tell more than a list of all. */
#define EXAMPLES_MAX 20

typedef enum rule_kind { BOOK, PROMOTION, BY_HAND, CHARGE, TAX_MAP, TAX } rule_kind;

static const char *const kind_words[] = {"book", "promotion", "by_hand", "charge", "tax_map", "tax"};

typedef struct rule_key {
    uint8 id[16];
    int32 kind;
} rule_key;

typedef struct rule_sum {
    rule_key key;   /* first: of the hash table */
    int64 money[2]; /* before and after */
} rule_sum;

struct mpos_shadow_sums {
    int64 total[2];
    int64 items[2]; /* gross of items: what price books, variants and prices change */
    HTAB *rules;
    mpos_shadow_order examples[EXAMPLES_MAX];
    int example_count;
};

mpos_shadow_sums *
mpos_shadow_sums_make(void)
{
    HASHCTL control = {
        .keysize = sizeof(rule_key), .entrysize = sizeof(rule_sum), .hcxt = CurrentMemoryContext};
    mpos_shadow_sums *s = palloc0(sizeof *s);

    s->rules = hash_create("mpos shadow", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    return s;
}

static void
add_money(mpos_shadow_sums *s, rule_kind kind, const uint8 *id, int side, int64 amount)
{
    rule_key key = {.kind = kind};
    rule_sum *sum;
    bool found;

    if (amount == 0) {
        return;
    }
    if (id != NULL) {
        memcpy(key.id, id, 16);
    }
    sum = hash_search(s->rules, &key, HASH_ENTER, &found);
    if (!found) {
        memset(sum->money, 0, sizeof sum->money);
    }
    sum->money[side] += amount;
}

static void
add_discount(mpos_shadow_sums *s, const mpos_cart_discount *discount, int side, int64 amount)
{
    bool rule = (discount->flags & MPOS_DISCOUNT_RULE) != 0;

    if ((discount->flags & MPOS_DISCOUNT_SURCHARGE) != 0) {
        add_money(s, CHARGE, rule ? discount->rule : NULL, side, -amount);
    } else {
        add_money(s, rule ? PROMOTION : BY_HAND, rule ? discount->rule : NULL, side, -amount);
    }
}

void
mpos_shadow_add(mpos_shadow_sums *s, const mpos_cart *cart, const mpos_priced *priced, mpos_shadow_side side)
{
    s->total[side] += priced->total;
    for (int i = 0; i < cart->line_count; i++) {
        const mpos_cart_line *line = &cart->lines[i];

        if (line->kind != MPOS_LINE_ITEM) {
            add_money(s, CHARGE, line->item, side, priced->lines[i].gross);
        } else if (line->parent == MPOS_NO_PARENT) {
            s->items[side] += priced->lines[i].gross;
        }
        if (!mpos_id_is_zero(line->source)) {
            add_money(s, BOOK, line->source, side, priced->lines[i].gross);
        }
        for (int d = 0; d < line->discount_count; d++) {
            add_discount(s, &line->discounts[d], side, priced->lines[i].discounts[d]);
        }
    }
    for (int d = 0; d < cart->discount_count; d++) {
        add_discount(s, &cart->discounts[d], side, priced->discounts[d]);
    }
    for (int t = 0; t < cart->tax_count; t++) {
        add_money(s, TAX, cart->taxes[t].id, side, priced->taxes[t].amount);
    }
}

void
mpos_shadow_add_maps(mpos_shadow_sums *s, const mpos_priced_cart *sale, mpos_shadow_side side)
{
    size_t most = mpos_explain_count_max(&sale->basket, &sale->cart);
    mpos_explain_entry *entries = palloc(sizeof *entries * Max(most, 1));
    size_t count;

    mpos_check(mpos_explain(sale->rules, &sale->basket, &sale->cart, &sale->priced, entries, most, &count),
               "trace");
    for (size_t i = 0; i < count; i++) {
        if (entries[i].step == MPOS_WHY_TAX_MAP && !mpos_id_is_zero(entries[i].rule)) {
            add_money(s, TAX_MAP, entries[i].rule, side, sale->priced.lines[entries[i].line].tax);
        }
    }
    pfree(entries);
}

static int64
change_of(const mpos_shadow_order *order)
{
    return Abs(order->money[MPOS_SHADOW_AFTER] - order->money[MPOS_SHADOW_BEFORE]);
}

void
mpos_shadow_example(mpos_shadow_sums *s, const mpos_shadow_order *order)
{
    int at = s->example_count;

    if (change_of(order) == 0) {
        return;
    }
    if (at < EXAMPLES_MAX) {
        s->example_count++;
    } else {
        at = 0;
        for (int i = 1; i < EXAMPLES_MAX; i++) {
            if (change_of(&s->examples[i]) < change_of(&s->examples[at])) {
                at = i;
            }
        }
        if (change_of(order) <= change_of(&s->examples[at])) {
            return;
        }
    }
    s->examples[at] = *order;
}

static void
money_json(StringInfo out, const int64 money[2])
{
    mpos_json_int(out, "before", money[MPOS_SHADOW_BEFORE]);
    mpos_json_int(out, "after", money[MPOS_SHADOW_AFTER]);
    mpos_json_int(out, "difference", money[MPOS_SHADOW_AFTER] - money[MPOS_SHADOW_BEFORE]);
}

static int
compare_sums(const void *a, const void *b)
{
    const rule_sum *left = *(const rule_sum *const *)a;
    const rule_sum *right = *(const rule_sum *const *)b;

    return left->key.kind != right->key.kind ? left->key.kind - right->key.kind
                                             : memcmp(left->key.id, right->key.id, 16);
}

static void
rules_json(StringInfo out, const mpos_shadow_sums *s)
{
    long count = hash_get_num_entries(s->rules);
    rule_sum **sums = palloc(sizeof *sums * (size_t)Max(count, 1));
    HASH_SEQ_STATUS walk;

    hash_seq_init(&walk, s->rules);
    for (long i = 0; i < count; i++) {
        sums[i] = hash_seq_search(&walk);
    }
    hash_seq_term(&walk);
    qsort(sums, (size_t)count, sizeof *sums, compare_sums);
    mpos_json_open(out, "rules", '[');
    for (long i = 0; i < count; i++) {
        mpos_json_open(out, NULL, '{');
        mpos_json_text(out, "kind", kind_words[sums[i]->key.kind]);
        mpos_json_uuid(out, "id", mpos_id_is_zero(sums[i]->key.id) ? NULL : sums[i]->key.id);
        money_json(out, sums[i]->money);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

static void
examples_json(StringInfo out, const mpos_shadow_sums *s)
{
    mpos_json_open(out, "examples", '[');
    for (int i = 0; i < s->example_count; i++) {
        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "order_id", s->examples[i].id);
        mpos_json_text(out, "receipt", s->examples[i].receipt);
        mpos_json_text(out, "call_number", s->examples[i].call_number);
        mpos_json_time(out, "created_at", s->examples[i].created_us);
        money_json(out, s->examples[i].money);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

void
mpos_shadow_sums_json(StringInfo out, const mpos_shadow_sums *s)
{
    mpos_json_open(out, "total", '{');
    money_json(out, s->total);
    mpos_json_close(out, '}');
    mpos_json_open(out, "items", '{');
    money_json(out, s->items);
    mpos_json_close(out, '}');
    rules_json(out, s);
    examples_json(out, s);
}

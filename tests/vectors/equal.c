/*
 * equal.c - equal COUNT [SEED]: random carts, refunds, bills and baskets through the native core, PostgreSQL (in batches) and
 * the WASM module. Every answer must be the same to the byte, and hold what the core promises: parts are the whole, nothing
 * is negative, refunds end at zero, an amount that cannot be is refused. Words: batch, question, seed.
 *
 * Prints `N passed, N failed`; what passes or fails is one question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "basket_random.h"
#include "bytes.h"
#include "cart_form.h"
#include "cart_random.h"
#include "host.h"
#include "priced_form.h"
#include "tender.h"
#include "wide.h"

enum { BATCH_CARTS = 250, KINDS = 4, BATCH = BATCH_CARTS * KINDS, HUGE_ONE_IN = 25, WRONG_SHOWN = 10 };

typedef struct run {
    random_cart carts;
    random_basket baskets;
    uint64_t seed;
    bytes all; /* the questions of the batch, one behind the other */
    size_t starts[BATCH + 1];
    size_t count;
    long long passed, failed, refused, overflows, sales;
} run;

static run r;

static void
wrong(const char *what, size_t at)
{
    if (++r.failed <= WRONG_SHOWN) {
        printf("FAILED seed %llu question %zu: %s\n", (unsigned long long)r.seed, at, what);
    }
}

static void
end_question(void)
{
    r.starts[++r.count] = r.all.size;
}

static void
put_cart(const mpos_cart *cart)
{
    size_t size = mpos_cart_form_size(cart);

    mpos_cart_form_encode(cart, bytes_add(&r.all, size), size, &size);
}

/* Prices so large that some carts leave the range of amounts. */
static void
grow(random_cart *c)
{
    for (size_t i = 0; i < c->cart.line_count; i++) {
        if (c->lines[i].kind != MPOS_LINE_CHARGE_PERCENT) {
            c->lines[i].unit_price =
                (int64_t)random_below(c, random_below(c, 2) ? MPOS_AMOUNT_MAX / 4 : MPOS_AMOUNT_MAX / 1000);
        }
    }
}

/* Every line in one to four parts of any size. */
static void
put_refund(random_cart *c)
{
    size_t start = r.all.size;
    uint16_t count = 0;

    bytes_u16(&r.all, 0);
    for (size_t i = 0; i < c->cart.line_count; i++) {
        int64_t before = 0, qty = c->lines[i].qty;

        for (int part = (int)random_below(c, 4); c->lines[i].parent == MPOS_NO_PARENT && before < qty;
             part--) {
            int64_t now = part <= 0 ? qty - before : 1 + (int64_t)random_below(c, (uint64_t)(qty - before));

            bytes_u16(&r.all, (uint16_t)i);
            bytes_i64(&r.all, before);
            bytes_i64(&r.all, now);
            before += now;
            count++;
        }
    }
    mpos_put_u16(r.all.data + start, count);
    put_cart(&c->cart);
}

static void
put_bill(random_cart *c)
{
    static const int64_t coins[] = {1, 5, 10, 50, 100};
    uint8_t tenders = (uint8_t)random_below(c, 4);
    int64_t sign = random_below(c, 8) == 0 ? -1 : 1;

    bytes_u8(&r.all, (uint8_t)random_below(c, MPOS_ROUNDING_MODES));
    bytes_u8(&r.all, (uint8_t)random_below(c, 3));
    bytes_u8(&r.all, 3);
    bytes_u8(&r.all, tenders);
    bytes_i64(&r.all, sign * (int64_t)random_below(c, 20000));
    bytes_i64(&r.all, sign * (int64_t)random_below(c, 300));
    for (uint8_t i = 0; i < 3; i++) {
        memcpy(bytes_add(&r.all, 3), &"EURCHFJPY"[i * 3], 3);
        bytes_u8(&r.all, i == 2 ? 0 : 2);
        bytes_i64(&r.all, i == 0 ? MPOS_RATE_ONE : 1 + (int64_t)random_below(c, 2 * (uint64_t)MPOS_RATE_ONE));
        bytes_i64(&r.all, i == 0 ? 0 : (int64_t)random_below(c, 100000000));
        bytes_i64(&r.all, coins[random_below(c, 5)]);
    }
    for (uint8_t i = 0; i < tenders; i++) {
        bytes_u8(&r.all, random_below(c, 3) != 0);
        bytes_u8(&r.all, random_below(c, 6) == 0);
        bytes_u8(&r.all, (uint8_t)(random_below(c, 2) ? 0 : random_below(c, 3)));
        bytes_i64(&r.all, sign * (int64_t)random_below(c, 15000));
        bytes_i64(&r.all, sign * (int64_t)(random_below(c, 4) ? 0 : random_below(c, 200)));
    }
}

static void
put_sale(random_basket *b)
{
    size_t size = mpos_rules_form_size(&b->rules);

    mpos_put_u32(bytes_add(&r.all, 4), (uint32_t)size);
    mpos_rules_form_encode(&b->rules, bytes_add(&r.all, size), size, &size);
    size = mpos_basket_form_size(&b->basket);
    mpos_basket_form_encode(&b->basket, bytes_add(&r.all, size), size, &size);
}

static void
fill_batch(void)
{
    r.all.size = r.count = 0;
    for (int i = 0; i < BATCH_CARTS; i++) {
        random_cart_next(&r.carts);
        if (random_below(&r.carts, HUGE_ONE_IN) == 0) {
            grow(&r.carts);
        }
        bytes_u8(&r.all, 'P');
        put_cart(&r.carts.cart);
        end_question();
        bytes_u8(&r.all, 'B');
        put_refund(&r.carts);
        end_question();
        bytes_u8(&r.all, 'T');
        put_bill(&r.carts);
        end_question();
        if (i % 10 == 0) {
            random_rules_next(&r.baskets);
        }
        random_basket_next(&r.baskets);
        bytes_u8(&r.all, 'S');
        put_sale(&r.baskets);
        end_question();
    }
}

/* The items' prices alone, exactly: above the range of amounts the cart must be refused. */
static int
exceeds(const mpos_cart *cart)
{
    mpos_wide sum = 0;

    for (size_t i = 0; i < cart->line_count; i++) {
        const mpos_cart_line *line = &cart->lines[i];
        mpos_wide price = line->unit_price;

        for (size_t k = 0; k < line->modifier_count; k++) {
            if (line->modifiers[k].price < 0) {
                return 0; /* may bring it back into the range */
            }
        }
        if (line->kind == MPOS_LINE_ITEM && line->parent == MPOS_NO_PARENT) {
            sum += price * line->qty;
        }
    }
    return sum / MPOS_QTY_ONE > (mpos_wide)MPOS_AMOUNT_MAX + 1000;
}

typedef struct sums {
    mpos_wide gross, discount, net, tax, total, taxes;
} sums;

static int
sound_line(const mpos_cart *cart, const mpos_priced_line *p, sums *s)
{
    int64_t tax = 0;

    for (size_t k = 0; k < p->tax_count; k++) {
        tax += p->taxes[k].amount;
        if (p->taxes[k].amount < 0 || p->taxes[k].base < 0 || p->taxes[k].tax >= cart->tax_count) {
            return 0;
        }
    }
    s->gross += p->gross;
    s->discount += p->line_discount + p->order_discount;
    s->net += p->net;
    s->tax += p->tax;
    s->total += p->total;
    s->taxes += tax;
    return p->gross >= 0 && p->net >= 0 && p->tax >= 0 && tax == p->tax && p->line_discount >= 0 &&
           p->order_discount >= 0 && p->total == p->net + p->tax;
}

static int
is_sound(const mpos_cart *cart, const mpos_priced *priced)
{
    sums s = {0};

    for (size_t i = 0; i < cart->line_count; i++) {
        if (cart->lines[i].component_count == 0 && !sound_line(cart, &priced->lines[i], &s)) {
            return 0;
        }
    }
    return s.gross == priced->gross && s.discount == priced->discount && s.net == priced->net &&
           s.tax == priced->tax && s.total == priced->total && s.taxes == s.tax &&
           priced->total <= MPOS_AMOUNT_MAX;
}

static uint64_t question_room[1 << 17], answer_room[1 << 17];

static const char *
check_priced(span question, span answer, mpos_err err)
{
    mpos_cart cart;
    mpos_priced priced;

    if (question.data[0] == 'P') {
        mpos_cart asked;

        if (mpos_cart_form_decode(question.data + 1, question.size - 1, question_room, sizeof question_room,
                                  &asked) != MPOS_OK) {
            return "the cart cannot be read";
        }
        if (exceeds(&asked) && err != MPOS_E_AMOUNT_OVERFLOW) {
            return "an overflow went unseen";
        }
    }
    if (err != MPOS_OK) {
        return NULL;
    }
    if (mpos_priced_form_decode(answer.data + MPOS_ANSWER_HEAD, answer.size - MPOS_ANSWER_HEAD, answer_room,
                                sizeof answer_room, &cart, &priced) != MPOS_OK) {
        return "the priced form cannot be read";
    }
    return is_sound(&cart, &priced) ? NULL : "parts are not the whole, or something is negative";
}

/* Everything came back: the sums are those of the sale before it in the batch. */
static const char *
check_refund(span question, span answer, span sale)
{
    const uint8_t *at = answer.data + MPOS_ANSWER_HEAD;
    size_t steps = mpos_get_u16(question.data + 1);
    int64_t back[5] = {0};
    mpos_cart cart;
    mpos_priced priced;

    if (mpos_priced_form_decode(sale.data + MPOS_ANSWER_HEAD, sale.size - MPOS_ANSWER_HEAD, answer_room,
                                sizeof answer_room, &cart, &priced) != MPOS_OK) {
        return "the sale cannot be read";
    }
    for (size_t i = 0; i < steps * 5; i++) {
        int64_t amount = take_i64(&at);

        back[i % 5] += amount;
        if (amount < 0) {
            return "a refund is negative";
        }
    }
    for (size_t t = 0; t < cart.tax_count; t++) {
        if (take_i64(&at) != priced.taxes[t].base || take_i64(&at) != priced.taxes[t].amount) {
            return "a tax does not come back whole";
        }
    }
    return back[0] == priced.gross && back[1] == priced.discount && back[2] == priced.net &&
                   back[3] == priced.tax && back[4] == priced.total
               ? NULL
               : "refunds do not end at zero";
}

/* due, left, payable, tip, paid, rounding, change, change given, change home; then value, paid, change of each tender */
static const char *
check_bill(span question, span answer)
{
    const uint8_t *at = answer.data + MPOS_ANSWER_HEAD;
    int64_t s[9], values = 0, paid = 0, change = 0;

    for (size_t i = 0; i < 9; i++) {
        s[i] = take_i64(&at);
    }
    for (size_t i = 0; i < question.data[4]; i++) {
        values += take_i64(&at);
        paid += take_i64(&at);
        change += take_i64(&at);
    }
    return values == s[0] - s[1] + s[5] + s[6] && paid == s[4] && change == s[6] && s[4] == s[0] - s[1]
               ? NULL
               : "tenders are not what was due";
}

static const char *
check_answer(span question, span answer, span before)
{
    mpos_err err = (mpos_err)mpos_get_u16(answer.data);

    r.refused += err != MPOS_OK;
    r.overflows += err == MPOS_E_AMOUNT_OVERFLOW;
    r.sales += question.data[0] == 'S' && err == MPOS_OK;
    switch (question.data[0]) {
    case 'P':
    case 'S':
        return check_priced(question, answer, err);
    case 'B':
        return err == MPOS_OK                     ? check_refund(question, answer, before)
               : err == mpos_get_u16(before.data) ? NULL
                                                  : "a refund fails where the sale did not";
    default:
        return err == MPOS_OK ? check_bill(question, answer) : NULL;
    }
}

static int
same(span a, span b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static int
run_batch(void)
{
    static span questions[BATCH], answers[BATCH];
    bytes native = {0}, before = {0};

    for (size_t i = 0; i < r.count; i++) {
        questions[i] = (span){r.all.data + r.starts[i], r.starts[i + 1] - r.starts[i]};
    }
    if (!ask_sql_many(questions, r.count, answers)) {
        return 0;
    }
    for (size_t i = 0; i < r.count; i++) {
        size_t size, wasm_size;
        const uint8_t *answer = native_host.ask(questions[i].data, questions[i].size, &size), *wasm;
        span own;
        const char *what;

        native.size = 0;
        memcpy(bytes_add(&native, size), answer, size);
        own = (span){native.data, size};
        wasm = wasm_host.ask(questions[i].data, questions[i].size, &wasm_size);
        if (wasm == NULL) {
            return 0;
        }
        what = !same(own, answers[i]) ? "native and SQL differ"
               : !same(own, (span){wasm, wasm_size})
                   ? "native and WASM differ"
                   : check_answer(questions[i], own, (span){before.data, before.size});
        if (what != NULL) {
            wrong(what, i);
        } else {
            r.passed++;
        }
        before.size = 0;
        memcpy(bytes_add(&before, size), native.data, size);
    }
    bytes_free(&native);
    bytes_free(&before);
    return 1;
}

int
main(int argc, char **argv)
{
    long long count = argc > 1 ? strtoll(argv[1], NULL, 10) : 10000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261121;
    int alive = native_host.open() && sql_host.open() && wasm_host.open();

    r.seed = seed;
    random_cart_seed(&r.carts, seed);
    random_basket_seed(&r.baskets, seed);
    for (long long done = 0; alive && done < count; done += BATCH_CARTS) {
        fill_batch();
        alive = run_batch();
    }
    printf("seed %llu: %lld answers of %lld carts with refunds, bills and baskets (%lld sold), %lld refused "
           "alike, %lld of them "
           "overflows\n",
           (unsigned long long)seed, r.passed + r.failed, count, r.sales, r.refused, r.overflows);
    printf("%lld passed, %lld failed\n", r.passed, r.failed + !alive + (r.overflows == 0) + (r.sales == 0));
    return r.failed > 0 || !alive || r.overflows == 0 || r.sales == 0;
}

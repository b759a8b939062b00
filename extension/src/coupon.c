/* coupon.c - see coupon.h. Counts are locked in the order of their keys, so that two orders never wait for each other. */
#include "postgres.h"

#include "coupon.h"
#include "sha256.h"
#include "statement.h"

static const uint8 everybody[16] = {0};

static mpos_statement uses_statement = {
    "SELECT promotion_id, coupon FROM pos.coupon_use WHERE tenant_id = $1 AND order_id = $2"};

static mpos_statement limits_statement = {
    "SELECT (definition ->> 'coupon_uses')::int8, (definition ->> 'coupon_uses_per_customer')::int8 "
    "FROM pos.promotion WHERE tenant_id = $1 AND promotion_id = $2"};

static mpos_statement lock_statement = {
    "INSERT INTO pos.coupon_count AS c (tenant_id, promotion_id, coupon, customer_id, uses) "
    "VALUES ($1, $2, $3, $4, 0) ON CONFLICT (tenant_id, promotion_id, coupon, customer_id) "
    "DO UPDATE SET uses = c.uses RETURNING uses"};

static mpos_statement count_statement = {
    "UPDATE pos.coupon_count SET uses = uses + $5 WHERE tenant_id = $1 AND promotion_id = $2 AND coupon = $3 "
    "AND customer_id IN ('00000000-0000-0000-0000-000000000000', $4)"};

static mpos_statement insert_statement = {"INSERT INTO pos.coupon_use (tenant_id, promotion_id, coupon, "
                                          "order_id, outlet_id, customer_id, created_at) "
                                          "VALUES ($1, $2, $3, $4, $5, $6, $7)"};

static mpos_statement delete_statement = {
    "DELETE FROM pos.coupon_use WHERE tenant_id = $1 AND promotion_id = $2 "
    "AND coupon = $3 AND order_id = $4"};

void
mpos_coupon_hash(const char *code, uint8 out[16])
{
    char *capitals = pstrdup(code);
    uint8 hash[MPOS_SHA256_LEN];

    for (char *c = capitals; *c != '\0'; c++) {
        *c = (char)pg_ascii_toupper((unsigned char)*c);
    }
    mpos_sha256(capitals, strlen(capitals), NULL, 0, hash);
    memcpy(out, hash, 16);
    pfree(capitals);
}

static int
compare_uses(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(mpos_coupon_use));
}

/* The coupon that the order has the promotion by; false when it needs none. */
static bool
coupon_of(const mpos_priced_cart *cart, const uint8 promotion[16], uint8 out[16])
{
    for (int p = 0; p < cart->rules->promotion_count; p++) {
        const mpos_promotion *rule = &cart->rules->promotions[p];

        if (memcmp(rule->id, promotion, 16) != 0) {
            continue;
        }
        for (int c = 0; c < cart->basket.coupon_count; c++) {
            for (int i = 0; i < rule->coupon_count; i++) {
                if (memcmp(rule->coupons[i], cart->basket.coupons[c], 16) == 0) {
                    memcpy(out, cart->basket.coupons[c], 16);
                    return true;
                }
            }
        }
    }
    return false;
}

static int
find_used(const mpos_priced_cart *cart, mpos_coupon_use **out)
{
    mpos_sale_promotions applied;
    int count = 0;

    mpos_cart_promotions(&cart->cart, &cart->priced, &applied);
    *out = palloc(sizeof **out * (size_t)Max(applied.count, 1));
    for (int i = 0; i < applied.count; i++) {
        mpos_coupon_use *use = &(*out)[count];

        memcpy(use->promotion, applied.list[i].id, 16);
        if (applied.list[i].amount > 0 && coupon_of(cart, use->promotion, use->coupon)) {
            count++;
        }
    }
    qsort(*out, (size_t)count, sizeof **out, compare_uses);
    return count;
}

static int
load_uses(mpos_call *call, const mpos_order *order, mpos_coupon_use **out)
{
    mpos_args args = {0};
    int count;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order->id);
    count = (int)mpos_statement_run(&uses_statement, &args);
    *out = palloc(sizeof **out * (size_t)Max(count, 1));
    for (int i = 0; i < count; i++) {
        (void)mpos_cell_uuid((uint64)i, 1, (*out)[i].promotion);
        memcpy((*out)[i].coupon, VARDATA_ANY(mpos_cell_bytes((uint64)i, 2)), 16);
    }
    qsort(*out, (size_t)count, sizeof **out, compare_uses);
    return count;
}

/* Those of a that are not in b. */
static int
without(const mpos_coupon_use *a, int a_count, const mpos_coupon_use *b, int b_count, mpos_coupon_use **out)
{
    int count = 0;

    *out = palloc(sizeof **out * (size_t)Max(a_count, 1));
    for (int i = 0; i < a_count; i++) {
        if (bsearch(&a[i], b, (size_t)b_count, sizeof *b, compare_uses) == NULL) {
            (*out)[count++] = a[i];
        }
    }
    return count;
}

static void
key_args(mpos_call *call, const mpos_coupon_use *use, mpos_args *out)
{
    memset(out, 0, sizeof *out);
    mpos_arg_uuid(out, call->context.tenant);
    mpos_arg_uuid(out, use->promotion);
    mpos_arg_bytes(out, use->coupon, sizeof use->coupon);
}

static int64
lock_count(mpos_call *call, const mpos_coupon_use *use, const uint8 customer[16])
{
    mpos_args args;

    key_args(call, use, &args);
    mpos_arg_uuid(&args, customer);
    (void)mpos_statement_run(&lock_statement, &args);
    return mpos_cell_big(0, 1);
}

/* Limits of the promotion, -1 for none; a promotion whose row is gone takes nothing any more. */
static void
read_limits(mpos_call *call, const mpos_coupon_use *use, int64 out[2])
{
    mpos_args args = {0};
    bool is_null;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, use->promotion);
    out[0] = out[1] = 0;
    if (mpos_statement_run(&limits_statement, &args) == 0) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        Datum value = mpos_cell(0, i + 1, &is_null);

        out[i] = is_null ? -1 : DatumGetInt64(value);
    }
}

static mpos_err
check_use(mpos_call *call, const mpos_order *order, const mpos_coupon_use *use)
{
    int64 limits[2];
    int64 uses;
    int64 by_customer = 0;

    read_limits(call, use, limits);
    if (limits[1] >= 0 && !order->has_customer) {
        return MPOS_E_MISSING_FIELD;
    }
    uses = lock_count(call, use, everybody);
    if (order->has_customer) {
        by_customer = lock_count(call, use, order->customer);
    }
    return (limits[0] >= 0 && uses >= limits[0]) || (limits[1] >= 0 && by_customer >= limits[1])
               ? MPOS_E_COUPON_USED
               : MPOS_OK;
}

mpos_err
mpos_coupons_check(mpos_call *call, mpos_device_op *op, mpos_order *order, const mpos_priced_cart *cart,
                   mpos_coupons *out)
{
    mpos_coupon_use *used;
    mpos_coupon_use *known = NULL;
    int used_count;
    int known_count = 0;

    memset(out, 0, sizeof *out);
    if (cart->basket.coupon_count == 0) {
        return MPOS_OK;
    }
    used_count = find_used(cart, &used);
    if (order->form != NULL) {
        known_count = load_uses(call, order, &known);
    }
    out->fresh_count = without(used, used_count, known, known_count, &out->fresh);
    out->gone_count = without(known, known_count, used, used_count, &out->gone);
    for (int i = 0; i < out->fresh_count; i++) {
        mpos_err err = check_use(call, order, &out->fresh[i]);

        if (err != MPOS_OK && (op == NULL || !op->happened)) {
            return err == MPOS_E_MISSING_FIELD
                       ? mpos_refuse(call, err, "/customer/id", "The coupon counts by customer: say who.")
                       : mpos_refuse(call, err, "/coupons", "%s", "");
        }
        if (err != MPOS_OK) {
            mpos_order_flag(order, "coupon_used");
            mpos_op_flag(op, "coupon_used");
        }
    }
    return MPOS_OK;
}

static void
count_use(mpos_call *call, const mpos_coupon_use *use, const uint8 *customer, int64 step)
{
    mpos_args args;

    key_args(call, use, &args);
    mpos_arg_uuid(&args, customer != NULL ? customer : everybody);
    mpos_arg_big(&args, step);
    (void)mpos_statement_run(&count_statement, &args);
}

static void
add_use(mpos_call *call, const mpos_order *order, const mpos_coupon_use *use)
{
    const uint8 *customer = order->has_customer ? order->customer : NULL;
    mpos_args args;

    count_use(call, use, customer, 1);
    key_args(call, use, &args);
    mpos_arg_uuid(&args, order->id);
    mpos_arg_uuid(&args, order->outlet);
    mpos_arg_uuid(&args, customer);
    mpos_arg_time(&args, call->now_us);
    (void)mpos_statement_run(&insert_statement, &args);
}

static void
drop_use(mpos_call *call, const mpos_order *order, const mpos_coupon_use *use)
{
    mpos_args args;

    count_use(call, use, order->has_customer ? order->customer : NULL, -1);
    key_args(call, use, &args);
    mpos_arg_uuid(&args, order->id);
    (void)mpos_statement_run(&delete_statement, &args);
}

void
mpos_coupons_write(mpos_call *call, const mpos_order *order, const mpos_coupons *coupons)
{
    for (int i = 0; i < coupons->gone_count; i++) {
        drop_use(call, order, &coupons->gone[i]);
    }
    for (int i = 0; i < coupons->fresh_count; i++) {
        add_use(call, order, &coupons->fresh[i]);
    }
}

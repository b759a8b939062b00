/* limit.c - see limit.h. */
#include "limit.h"

#include "price_work.h"
#include "wide.h"

/* What a discount of that rate takes; a limit above everything is no discount's. */
static mpos_err
share(const mpos_cart *cart, int64_t gross, int64_t limit, int64_t *out)
{
    if (limit <= MPOS_RATE_ONE) {
        return mpos_price_percentage(cart, limit, gross, out);
    }
    return mpos_round_ratio((mpos_wide)gross * limit, MPOS_RATE_ONE, 1,
                            (mpos_rounding_mode)cart->rounding.mode, out);
}

mpos_err
mpos_discount_allowance(const mpos_cart *cart, const mpos_priced *priced, int64_t limit, int64_t *out)
{
    int64_t whole;
    int64_t lines = 0;
    mpos_err err;

    if (limit == MPOS_NO_LIMIT) {
        *out = MPOS_AMOUNT_MAX;
        return MPOS_OK;
    }
    if (limit < 0 || limit > MPOS_RATE_MAX) {
        return MPOS_E_OUT_OF_RANGE;
    }
    err = share(cart, priced->gross, limit, &whole);
    for (size_t i = 0; err == MPOS_OK && i < cart->line_count; i++) {
        int64_t part = 0;

        if (cart->lines[i].parent == MPOS_NO_PARENT) {
            err = share(cart, priced->lines[i].gross, limit, &part);
        }
        err = err == MPOS_OK ? mpos_money_add(lines, part, &lines) : err;
    }
    if (err == MPOS_OK) {
        *out = whole > lines ? whole : lines;
    }
    return err;
}

bool
mpos_discount_grows(mpos_discounted before, mpos_discounted now)
{
    mpos_wide allowed = (mpos_wide)before.discount * now.gross + before.gross;

    return now.discount > before.discount || (mpos_wide)now.discount * before.gross > allowed;
}

bool
mpos_sum_within(int64_t sum, int64_t amount, int64_t limit)
{
    return (mpos_wide)sum + amount <= (mpos_wide)limit;
}

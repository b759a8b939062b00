/* rules_check.c - can a business price by these rules, and if not, where is the mistake? */
#include "rules_check.h"

#include "id.h"
#include "price_work.h"
#include "tender.h"

mpos_err
mpos_check_ids(mpos_path *path, const char *member, const uint8_t (*ids)[16], size_t count, size_t most)
{
    mpos_err err = mpos_check_count(path, count, most, member);

    for (size_t i = 1; err == MPOS_OK && i < count; i++) {
        if (memcmp(ids[i - 1], ids[i], 16) >= 0) {
            err = mpos_path_fail(path, MPOS_E_INVALID_VALUE, member, i);
        }
    }
    return err;
}

mpos_err
mpos_check_tax_indexes(mpos_path *path, const char *member, const uint16_t *taxes, size_t count,
                       size_t tax_count)
{
    mpos_err err = mpos_check_count(path, count, MPOS_LINE_TAXES_MAX, member);

    for (size_t i = 0; err == MPOS_OK && i < count; i++) {
        int good = taxes[i] < tax_count;

        for (size_t j = 0; j < i; j++) {
            good = good && taxes[j] != taxes[i];
        }
        err = good ? MPOS_OK : mpos_path_fail(path, MPOS_E_INVALID_VALUE, member, i);
    }
    return err;
}

static mpos_err
check_minute(const mpos_path *path, int64_t minute, const char *member)
{
    return minute == MPOS_NO_TIME ? MPOS_OK
                                  : mpos_check_range(path, minute, 0, MPOS_LOCAL_MINUTE_MAX, member);
}

mpos_err
mpos_check_when(mpos_path *path, const mpos_when *when)
{
    mpos_err err = MPOS_OK;

    mpos_path_enter(path, "when", MPOS_NO_INDEX);
    MPOS_CHECK(err, check_minute(path, when->from, "from"));
    MPOS_CHECK(err, check_minute(path, when->until, "until"));
    if (err == MPOS_OK && when->until != MPOS_NO_TIME && when->until <= when->from) {
        err = mpos_path_fail(path, MPOS_E_OUT_OF_RANGE, "until", MPOS_NO_INDEX);
    }
    MPOS_CHECK(err, mpos_check_range(path, when->start, 0, MPOS_DAY_MINUTES - 1, "start"));
    MPOS_CHECK(err, mpos_check_range(path, when->end, 0, MPOS_DAY_MINUTES, "end"));
    MPOS_CHECK(err, mpos_check_known(path, when->days, (1 << 7) - 1, "days"));
    MPOS_CHECK(err, mpos_check_known(path, when->places, (1 << MPOS_CONSUMPTIONS) - 1, "places"));
    MPOS_CHECK(err, mpos_check_known(path, when->channels, (1 << MPOS_CHANNELS) - 1, "channels"));
    MPOS_CHECK(err, mpos_check_ids(path, "outlets", when->outlets, when->outlet_count, MPOS_WHEN_IDS_MAX));
    MPOS_CHECK(err, mpos_check_ids(path, "customer_groups", when->customer_groups, when->customer_group_count,
                                   MPOS_WHEN_IDS_MAX));
    return mpos_path_leave(path, err);
}

static mpos_err
check_rounding(const mpos_path *path, const mpos_rounding *r)
{
    mpos_err err = mpos_check_known(path, r->mode, MPOS_ROUNDING_MODES - 1, "mode");

    MPOS_CHECK(err, mpos_check_known(path, r->level, MPOS_ROUNDING_LEVELS - 1, "level"));
    MPOS_CHECK(err, mpos_check_known(path, r->inclusive, MPOS_INCLUSIVE_NET, "inclusive"));
    MPOS_CHECK(err, mpos_check_known(path, r->discount, MPOS_DISCOUNT_ROUND_PRICE, "discount"));
    MPOS_CHECK(err, mpos_check_range(path, r->increment, 1, MPOS_AMOUNT_MAX, "increment"));
    return MPOS_CHECK(err, mpos_check_range(path, r->cash_increment, 1, MPOS_AMOUNT_MAX, "cash_increment"));
}

static mpos_err
check_code(const mpos_path *path, const char code[3], const char *member)
{
    for (size_t i = 0; i < 3; i++) {
        if (code[i] < 'A' || code[i] > 'Z') {
            return mpos_path_fail(path, MPOS_E_INVALID_VALUE, member, MPOS_NO_INDEX);
        }
    }
    return MPOS_OK;
}

/* Every kind of discount has its step. */
static mpos_err
check_sequence(const mpos_path *path, const mpos_rules *rules)
{
    unsigned seen = 0;

    if (rules->sequence_count > MPOS_SEQUENCE_MAX) {
        return mpos_path_fail(path, MPOS_E_TOO_MANY, "sequence", MPOS_NO_INDEX);
    }
    for (size_t i = 0; i < MPOS_SEQUENCE_MAX; i++) {
        uint8_t step = rules->sequence[i];

        if (i < rules->sequence_count ? step < MPOS_STEP_LINE_PERCENT || step > MPOS_STEP_ORDER_FIXED
                                      : step != 0) {
            return mpos_path_fail(path, MPOS_E_INVALID_VALUE, "sequence", i);
        }
        seen |= 1U << step;
    }
    return (seen & 0x1e) == 0x1e ? MPOS_OK
                                 : mpos_path_fail(path, MPOS_E_INVALID_VALUE, "sequence", MPOS_NO_INDEX);
}

static mpos_err
check_settings(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = check_code(path, rules->currency, "currency");

    MPOS_CHECK(err, mpos_check_range(path, rules->exponent, 0, 4, "exponent"));
    MPOS_CHECK(err, mpos_check_known(path, rules->apportion, MPOS_APPORTION_MODES - 1, "apportion"));
    MPOS_CHECK(err, check_sequence(path, rules));
    mpos_path_enter(path, "rounding", MPOS_NO_INDEX);
    MPOS_CHECK(err, check_rounding(path, &rules->rounding));
    return mpos_path_leave(path, err);
}

static mpos_err
check_counts(const mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = mpos_check_count(path, rules->rounding_count, MPOS_RULES_ROUNDINGS_MAX, "roundings");

    MPOS_CHECK(err, mpos_check_count(path, rules->tax_count, MPOS_RULES_TAXES_MAX, "taxes"));
    MPOS_CHECK(err, mpos_check_count(path, rules->map_count, MPOS_RULES_MAPS_MAX, "maps"));
    MPOS_CHECK(err, mpos_check_count(path, rules->book_count, MPOS_RULES_BOOKS_MAX, "books"));
    MPOS_CHECK(err, mpos_check_count(path, rules->promotion_count, MPOS_RULES_PROMOTIONS_MAX, "promotions"));
    MPOS_CHECK(err, mpos_check_count(path, rules->charge_count, MPOS_RULES_CHARGES_MAX, "charges"));
    return MPOS_CHECK(err,
                      mpos_check_count(path, rules->currency_count, MPOS_RULES_CURRENCIES_MAX, "currencies"));
}

/*
 * The id of element `at` of a list: not zero, and of no earlier element. The list's elements begin with their id and are
 * `size` bytes each.
 */
static mpos_err
check_own_id(const mpos_path *path, const void *list, size_t size, size_t at, const char *member)
{
    const uint8_t *elements = list;
    const uint8_t *id = elements + at * size;
    int good = !mpos_id_is_zero(id);

    for (size_t i = 0; i < at; i++) {
        good = good && !mpos_id_same(elements + i * size, id);
    }
    return good ? MPOS_OK : mpos_path_fail(path, MPOS_E_INVALID_VALUE, member, MPOS_NO_INDEX);
}

static mpos_err
check_roundings(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rules->rounding_count; i++) {
        mpos_path_enter(path, "roundings", i);
        err = check_own_id(path, rules->roundings, sizeof *rules->roundings, i, "outlet");
        MPOS_CHECK(err, check_rounding(path, &rules->roundings[i].rounding));
        mpos_path_leave(path, err);
    }
    return err;
}

static mpos_err
check_tax(mpos_path *path, const mpos_cart_tax *tax)
{
    const char *member;
    size_t at;
    mpos_err err = mpos_cart_tax_check(tax, &member, &at);

    if (err == MPOS_OK || at == SIZE_MAX) {
        return err == MPOS_OK ? MPOS_OK : mpos_path_fail(path, err, member, MPOS_NO_INDEX);
    }
    mpos_path_enter(path, "brackets", at);
    return mpos_path_leave(path, mpos_path_fail(path, err, member, MPOS_NO_INDEX));
}

static mpos_err
check_taxes(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rules->tax_count; i++) {
        mpos_path_enter(path, "taxes", i);
        err = check_own_id(path, rules->taxes, sizeof *rules->taxes, i, "id");
        MPOS_CHECK(err, check_tax(path, &rules->taxes[i].tax));
        MPOS_CHECK(err, mpos_check_when(path, &rules->taxes[i].when));
        mpos_path_leave(path, err);
    }
    return err;
}

static mpos_err
check_replacement(mpos_path *path, const mpos_rules *rules, const mpos_tax_map *map, size_t at)
{
    const mpos_replacement *replacement = &map->replacements[at];
    int good = replacement->tax < rules->tax_count;
    mpos_err err;

    for (size_t i = 0; i < at; i++) {
        good = good && map->replacements[i].tax != replacement->tax;
    }
    mpos_path_enter(path, "replacements", at);
    err = good ? MPOS_OK : mpos_path_fail(path, MPOS_E_INVALID_VALUE, "tax", MPOS_NO_INDEX);
    MPOS_CHECK(
        err, mpos_check_tax_indexes(path, "taxes", replacement->taxes, replacement->count, rules->tax_count));
    return mpos_path_leave(path, err);
}

static mpos_err
check_map(mpos_path *path, const mpos_rules *rules, const mpos_tax_map *map)
{
    mpos_err err = mpos_check_known(path, map->keep, MPOS_KEEP_NET, "keep");

    MPOS_CHECK(err, mpos_check_known(path, map->flags, MPOS_MAP_EXEMPT, "flags"));
    MPOS_CHECK(err, mpos_check_when(path, &map->when));
    MPOS_CHECK(err, mpos_check_count(path, map->replacement_count, MPOS_MAP_TAXES_MAX, "replacements"));
    for (size_t i = 0; err == MPOS_OK && i < map->replacement_count; i++) {
        err = check_replacement(path, rules, map, i);
    }
    return err;
}

static mpos_err
check_maps(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rules->map_count; i++) {
        mpos_path_enter(path, "maps", i);
        err = check_own_id(path, rules->maps, sizeof *rules->maps, i, "id");
        MPOS_CHECK(err, check_map(path, rules, &rules->maps[i]));
        mpos_path_leave(path, err);
    }
    return err;
}

static mpos_err
check_books(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rules->book_count; i++) {
        mpos_path_enter(path, "books", i);
        err = check_own_id(path, rules->books, sizeof *rules->books, i, "id");
        MPOS_CHECK(err, mpos_check_when(path, &rules->books[i].when));
        mpos_path_leave(path, err);
    }
    return err;
}

static mpos_err
check_sale_rules(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rules->promotion_count; i++) {
        mpos_path_enter(path, "promotions", i);
        err = check_own_id(path, rules->promotions, sizeof *rules->promotions, i, "id");
        MPOS_CHECK(err, mpos_check_promotion(path, &rules->promotions[i]));
        mpos_path_leave(path, err);
    }
    for (size_t i = 0; err == MPOS_OK && i < rules->charge_count; i++) {
        mpos_path_enter(path, "charges", i);
        err = check_own_id(path, rules->charges, sizeof *rules->charges, i, "id");
        MPOS_CHECK(err, mpos_check_charge(path, rules, &rules->charges[i]));
        mpos_path_leave(path, err);
    }
    return err;
}

static mpos_err
check_currencies(mpos_path *path, const mpos_rules *rules)
{
    mpos_err err = MPOS_OK;

    for (size_t i = 0; err == MPOS_OK && i < rules->currency_count; i++) {
        const mpos_currency *currency = &rules->currencies[i];
        int own = memcmp(currency->code, rules->currency, 3) == 0;

        for (size_t j = 0; j < i; j++) {
            own = own || memcmp(currency->code, rules->currencies[j].code, 3) == 0;
        }
        mpos_path_enter(path, "currencies", i);
        err = own ? mpos_path_fail(path, MPOS_E_INVALID_VALUE, "code", MPOS_NO_INDEX)
                  : check_code(path, currency->code, "code");
        MPOS_CHECK(err, mpos_check_range(path, currency->exponent, 0, 4, "exponent"));
        MPOS_CHECK(err, mpos_check_range(path, currency->rate, 1, MPOS_CURRENCY_RATE_MAX, "rate"));
        MPOS_CHECK(err, mpos_check_range(path, currency->spread, 0, MPOS_RATE_ONE - 1, "spread"));
        mpos_path_leave(path, err);
    }
    return err;
}

mpos_err
mpos_rules_check(const mpos_rules *rules, char pointer[MPOS_POINTER_SIZE])
{
    mpos_path path = {.out = pointer};
    mpos_err err = check_counts(&path, rules);

    MPOS_CHECK(err, check_settings(&path, rules));
    MPOS_CHECK(err, check_roundings(&path, rules));
    MPOS_CHECK(err, check_taxes(&path, rules));
    MPOS_CHECK(err, check_maps(&path, rules));
    MPOS_CHECK(err, check_books(&path, rules));
    MPOS_CHECK(err, check_sale_rules(&path, rules));
    return MPOS_CHECK(err, check_currencies(&path, rules));
}

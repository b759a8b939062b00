/* numbers_case.c - splitting an amount, and rounding numbers. */
#include <stdio.h>
#include <string.h>

#include "order_case.h"

enum { PARTS_MAX = 1000, ROUNDING_SCALE = 9 };

static uint8_t
apportion_mode(report *r, const json_t *inputs)
{
    static const char members[] =
        "apportion|apportioning|apportionment|method|mode|remainder|remainder_to|strategy|ties";
    const char *text = text_of(inputs, members, "largest_remainder");
    int at = word_of(
        text,
        "largest_remainder|largest|hamilton|line_order last_line|last|last_item first_line|first|first_item");

    if (at < 0) {
        report_fail(r, "unknown way of apportioning %s", text);
    }
    return at < 0 ? 0 : (uint8_t)at;
}

/* The list of what is split over: weights, or units with a price and perhaps a floor; caps may stand beside weights. */
static size_t
read_parts(report *r, const json_t *inputs, int scale, int64_t *weights, int64_t *caps, int *capped)
{
    const json_t *units = member_of(inputs, "units|lines|items"), *limits = member_of(inputs, "caps|max");
    const json_t *list = units != NULL ? units : member_of(inputs, "weights|amounts");
    size_t count = json_array_size(list);

    *capped = units != NULL || limits != NULL;
    if (!json_is_array(list) || count > PARTS_MAX) {
        report_fail(r, "weights or units are no list, or of more than %d", PARTS_MAX);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        const json_t *floor = member_of(one, "min_price|floor|minimum_price");
        const json_t *cap =
            units != NULL ? member_of(one, "cap|max|max_discount") : json_array_get(limits, i);

        if (units != NULL && !known_members(r, one,
                                            "price|unit_price|weight|amount min_price|floor|minimum_price "
                                            "cap|max|max_discount name|id")) {
            return 0;
        }
        weights[i] =
            decimal_of(r, units != NULL ? member_of(one, "price|unit_price|weight|amount") : one, scale);
        caps[i] = cap != NULL      ? decimal_of(r, cap, scale)
                  : limits != NULL ? INT64_MAX / PARTS_MAX
                  : floor != NULL  ? weights[i] - decimal_of(r, floor, scale)
                                   : weights[i];
        caps[i] = caps[i] < 0 ? 0 : caps[i];
    }
    return count;
}

void
run_allocation(const json_t *inputs, const json_t *expected, report *r)
{
    static const char members[] =
        "total|amount|discount weights|amounts units|lines|items unit currency caps|max "
        "apportion|apportioning|apportionment|method|mode|remainder|remainder_to|strategy|ties";
    static int64_t weights[PARTS_MAX], caps[PARTS_MAX];
    const json_t *wanted = member_of(expected, "parts|allocations|amounts|shares");
    /* "units" is a list here; "unit" is "minor" as everywhere. */
    const char *unit = text_of(inputs, "unit", "");
    json_t *scaled = json_pack("{s:s, s:s}", "unit", unit, "currency", text_of(inputs, "currency", "XXX"));
    int scale = case_scale(scaled), capped;
    int64_t total = decimal_of(r, member_of(inputs, "total|amount|discount"), scale);
    size_t count = read_parts(r, inputs, scale, weights, caps, &capped), size;
    int64_t given = 0;
    bytes question = {0};
    const uint8_t *answer;
    mpos_err err;

    json_decref(scaled);
    if (!known_members(r, inputs, members) ||
        !known_members(r, expected,
                       "parts|allocations|amounts|shares unallocated|remaining|left|given|sum") ||
        r->failed) {
        return;
    }
    bytes_u8(&question, 'A');
    bytes_u8(&question, (uint8_t)capped);
    bytes_u16(&question, (uint16_t)count);
    bytes_u8(&question, apportion_mode(r, inputs));
    bytes_i64(&question, total);
    for (size_t i = 0; i < count; i++) {
        bytes_i64(&question, weights[i]);
    }
    for (size_t i = 0; capped && i < count; i++) {
        bytes_i64(&question, caps[i]);
    }
    answer = ask(&question, &size, &err);
    bytes_free(&question);
    if (answer == NULL || json_array_size(wanted) != count) {
        report_fail(r, "%zu parts: %s", json_array_size(wanted), mpos_err_code(err));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t part = take_i64(&answer);

        given += part;
        expect_amount(r, scale, "part", json_array_get(wanted, i), part);
    }
    if (member_of(expected, "unallocated|remaining|left") != NULL) {
        expect_amount(r, scale, "unallocated", member_of(expected, "unallocated|remaining|left"),
                      total - given);
    }
    if (member_of(expected, "given|sum") != NULL) {
        expect_amount(r, scale, "given", member_of(expected, "given|sum"), given);
    }
}

int64_t
ask_rounded(report *r, const char *mode, int64_t value, int64_t increment)
{
    bytes question = {0};
    const uint8_t *answer;
    size_t size;
    mpos_err err = MPOS_OK;
    int64_t out = 0;

    bytes_u8(&question, 'R');
    bytes_u8(&question, (uint8_t)mode_of(r, mode));
    bytes_u16(&question, 1);
    bytes_i64(&question, value);
    bytes_i64(&question, increment);
    answer = r->failed ? NULL : ask(&question, &size, &err);
    if (answer != NULL) {
        out = take_i64(&answer);
    } else {
        report_fail(r, "the number cannot be rounded: %s", mpos_err_code(err));
    }
    bytes_free(&question);
    return out;
}

/* An increment, or a number of places. */
static int64_t
increment_of(report *r, const json_t *value)
{
    int64_t step = 1;

    if (value == NULL) {
        return 10000000;
    }
    if (json_object_get(value, "places") != NULL) {
        for (int i = (int)json_integer_value(json_object_get(value, "places")); i < ROUNDING_SCALE; i++) {
            step *= 10;
        }
        return step;
    }
    return decimal_of(r, value, ROUNDING_SCALE);
}

/* What is rounded how: each a list, or NULL for the one that is stated. What is expected has a level for each list. */
enum { MODES, INCREMENTS, VALUES, DIMENSIONS };

typedef struct rounding_in {
    report *r;
    int difference; /* of the value to what it became */
    const json_t *lists[DIMENSIONS];
    const json_t *one[DIMENSIONS];
} rounding_in;

/* What is expected of the i-th of a list: by its place, by its text, or the only one there is. */
static const json_t *
wanted_of(const json_t *rounded, const json_t *key, size_t i)
{
    char text[64];

    if (json_is_array(rounded)) {
        return json_array_get(rounded, i);
    }
    if (json_is_object(rounded)) {
        if (json_is_integer(key)) {
            snprintf(text, sizeof text, "%lld", (long long)json_integer_value(key));
        }
        return json_object_get(rounded, json_is_string(key) ? json_string_value(key) : text);
    }
    return rounded;
}

static void
round_over(rounding_in *in, int dimension, const json_t *wanted)
{
    const json_t *list;
    size_t count;

    while (dimension < DIMENSIONS && in->lists[dimension] == NULL) {
        dimension++;
    }
    if (dimension == DIMENSIONS) {
        const char *mode = json_string_value(in->one[MODES]);
        int64_t value = decimal_of(in->r, in->one[VALUES], ROUNDING_SCALE);
        int64_t out = ask_rounded(in->r, mode != NULL ? mode : "half_up", value,
                                  increment_of(in->r, in->one[INCREMENTS]));

        expect_amount(in->r, ROUNDING_SCALE, "rounded", wanted, in->difference ? out - value : out);
        return;
    }
    list = in->lists[dimension];
    count = json_array_size(list);
    if (count == 0 ||
        ((json_is_array(wanted) || json_is_object(wanted)) &&
         count != (json_is_array(wanted) ? json_array_size(wanted) : json_object_size(wanted)))) {
        report_fail(in->r, "a list of other length than what is expected of it");
    }
    for (size_t i = 0; !in->r->failed && i < count; i++) {
        in->one[dimension] = json_array_get(list, i);
        round_over(in, dimension + 1, wanted_of(wanted, in->one[dimension], i));
    }
}

static const json_t *
several(const json_t *inputs, const char *names)
{
    const json_t *value = member_of(inputs, names);

    return json_is_array(value) ? value : NULL;
}

/* One value or several, in one or several increments and modes. */
void
run_rounding(const json_t *inputs, const json_t *expected, report *r)
{
    static const char members[] =
        "value|amount values|amounts mode|method modes|methods increment|precision|cash_increment "
        "increments|precisions places|decimals currency unit rounding";
    json_t *places = json_pack("{s:O*}", "places", member_of(inputs, "places|decimals"));
    const json_t *rounding = member_of(inputs, "rounding");
    rounding_in in = {.r = r,
                      .lists = {several(inputs, "modes|methods|mode"),
                                several(inputs, "increments|precisions"),
                                several(inputs, "values|amounts|value")},
                      .one = {member_of(inputs, "mode|method"), NULL, member_of(inputs, "value|amount")}};
    const char *name;
    json_t *value;

    known_members(r, inputs, members);
    in.one[MODES] = in.one[MODES] == NULL ? member_of(rounding, "mode|method") : in.one[MODES];
    in.one[INCREMENTS] =
        json_object_size(places) > 0 ? places : member_of(inputs, "increment|precision|cash_increment");
    json_object_foreach((json_t *)expected, name, value)
    {
        int at = word_of(name, "rounded|result|results|due_cash differences|difference|cash_rounding");

        in.difference = at == 1;
        if (at < 0) {
            report_fail(r, "unknown expected field %s", name);
        } else {
            round_over(&in, MODES, value);
        }
    }
    json_decref(places);
}

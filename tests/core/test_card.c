/* test_card.c - what looks like a card number and what only resembles one; exact sizes, so that ASan sees a read beyond. */
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "host.h"

/* The text in memory of exactly its size, masked. */
static size_t
mask(const char *text, char *out)
{
    size_t len = strlen(text);
    char *copy = malloc(len + (len == 0));
    size_t found;

    assert_non_null(copy);
    memcpy(copy, text, len);
    found = mpos_card_mask(copy, len);
    memcpy(out, copy, len);
    out[len] = '\0';
    free(copy);
    return found;
}

static void
test_numbers_of_issuers_are_masked(void **state)
{
    static const char *const pairs[][2] = {
        {"4111111111111111", "************1111"},
        {"4222222222222", "*********2222"},
        {"5555 5555 5555 4444", "**** **** **** 4444"},
        {"2223-0031-2200-3222", "****-****-****-3222"},
        {"378282246310005", "***********0005"},
        {"30569309025904", "**********5904"},
        {"6011111111111117", "************1117"},
        {"3530111333300000", "************0000"},
        {"6200000000000005", "************0005"},
        {"card 4111 1111 1111 1111 12/27 cvc 123", "card **** **** **** 1111 12/27 cvc 123"},
        {"12 4111111111111111", "12 ************1111"},
        {"(4111111111111111)", "(************1111)"},
        {"4111111111111111,5555555555554444", "************1111,************4444"},
        {"\"note\":\"4111111111111111\"", "\"note\":\"************1111\""},
        {"\xe2\x80\xa2"
         "4111111111111111",
         "\xe2\x80\xa2"
         "************1111"},
    };
    char out[80];

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(mask(pairs[i][0], out) > 0);
        assert_string_equal(out, pairs[i][1]);
    }
    assert_int_equal(mask("4111111111111111,5555555555554444", out), 2);
}

static void
test_other_numbers_stay(void **state)
{
    static const char *const texts[] = {
        "",
        "4",
        "4111111111111112",                     /* check digit */
        "411111111111",                         /* too short */
        "41111111111111111111",                 /* too long */
        "9111111111111111",                     /* nobody's */
        "4111  1111 1111 1111",                 /* two spaces */
        "a4111111111111111",                    /* part of a word */
        "4111111111111111f",                    /* part of a hash */
        "41111111-1111-1111-8111-111111111111", /* a UUID of digits alone */
        "4006381333931",                        /* EAN-13 whose Luhn sum is wrong */
        "2026-11-21 10:31:00.123456",
        "+49 170 0000000",
    };
    char out[80];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(mask(texts[i], out), 0);
        assert_string_equal(out, texts[i]);
    }
}

static void
test_articles_stay_where_fields_are_not_known(void **state)
{
    char text[] = "4222222222222 30569309025904 4111111111111111 3056 9309 0259 04";

    (void)state;
    assert_int_equal(mpos_card_mask_unread(text, sizeof text - 1), 2);
    assert_string_equal(text, "4222222222222 30569309025904 ************1111 **** **** **59 04");
}

static void
test_place_of_the_first(void **state)
{
    static const char text[] = "a 4111 1111 1111 1111 b";
    size_t begin = 0;
    size_t end = 0;

    (void)state;
    assert_true(mpos_card_find(text, sizeof text - 1, &begin, &end));
    assert_int_equal(begin, 2);
    assert_int_equal(end, 21);
    assert_false(mpos_card_find(text, 20, &begin, &end));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_issuers_are_masked),
        cmocka_unit_test(test_other_numbers_stay),
        cmocka_unit_test(test_articles_stay_where_fields_are_not_known),
        cmocka_unit_test(test_place_of_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

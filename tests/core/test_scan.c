/* test_scan.c - what a scanner sent, made into what is looked up. */
#include <string.h>

#include "host.h"
#include "scan.h"

#define GS "\x1d"

static const mpos_scan_pattern weight_and_price[] = {
    {MPOS_CODE_EAN13, "21.....{NNDDD}.", 15},
    {MPOS_CODE_EAN13, "22.....{NNNDD}.", 15},
};

static mpos_err
read_with(const char *code, const mpos_scan_pattern *patterns, size_t count, mpos_scan *out)
{
    return mpos_scan_read(code, strlen(code), patterns, count, 2, 2026, out);
}

static mpos_err
read_code(const char *code, mpos_scan *out)
{
    return read_with(code, weight_and_price, 2, out);
}

static void
assert_gtin(const char *code, const char *gtin)
{
    mpos_scan scan;

    assert_int_equal(read_code(code, &scan), MPOS_OK);
    assert_int_equal(scan.kind, MPOS_SCAN_ARTICLE);
    assert_int_equal(scan.facts, MPOS_SCAN_GTIN);
    assert_memory_equal(scan.gtin, gtin, MPOS_GTIN_SIZE);
}

static void
test_one_article_has_one_number(void **state)
{
    (void)state;
    assert_gtin("036000291452", "00036000291452");
    assert_gtin("0036000291452", "00036000291452");
    assert_gtin("4006381333931", "04006381333931");
    assert_gtin("96385074", "00000096385074");
    assert_gtin("01234505", "00012000003455");
}

static void
test_other_text_is_looked_up_as_it_stands(void **state)
{
    static const char *const texts[] = {"4006381333932", "A-100", "", "12345"};
    mpos_scan scan;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(read_code(texts[i], &scan), MPOS_OK);
        assert_int_equal(scan.kind, MPOS_SCAN_TEXT);
        assert_int_equal(scan.facts, 0);
        assert_int_equal(scan.pattern, MPOS_SCAN_NO_PATTERN);
    }
}

static void
test_the_first_pattern_that_matches_gives_the_value(void **state)
{
    mpos_scan scan;

    (void)state;
    assert_int_equal(read_code("2212345010504", &scan), MPOS_OK);
    assert_int_equal(scan.pattern, 1);
    assert_int_equal(scan.embedded.value, 1050);
    assert_int_equal(scan.embedded.decimals, 2);
    assert_memory_equal(scan.embedded.base, "2212345000000", 12);
    assert_int_equal(read_code("2112345015508", &scan), MPOS_OK);
    assert_int_equal(scan.pattern, 0);
    assert_int_equal(scan.embedded.value, 1550);
    assert_int_equal(scan.embedded.decimals, 3);
}

static void
test_elements_tell_article_weight_price_and_lot(void **state)
{
    const char *code = "]C10109501101530003310300125010LOT7" GS "17270100392212345";
    mpos_scan scan;

    (void)state;
    assert_int_equal(read_code(code, &scan), MPOS_OK);
    assert_int_equal(scan.kind, MPOS_SCAN_ELEMENTS);
    assert_int_equal(scan.facts, MPOS_SCAN_GTIN | MPOS_SCAN_QUANTITY | MPOS_SCAN_AMOUNT | MPOS_SCAN_EXPIRY |
                                     MPOS_SCAN_LOT);
    assert_memory_equal(scan.gtin, "09501101530003", MPOS_GTIN_SIZE);
    assert_int_equal(scan.unit, MPOS_SCAN_KG);
    assert_int_equal(scan.quantity, 1250000);
    assert_int_equal(scan.amount, 12345);
    assert_int_equal(scan.expiry, 20270131);
    assert_memory_equal(code + scan.lot.offset, "LOT7", scan.lot.size);
    assert_int_equal(scan.lot.size, 4);
    assert_int_equal(scan.pattern, MPOS_SCAN_NO_PATTERN);
}

static void
test_what_cannot_be_read_is_refused(void **state)
{
    static const mpos_scan_pattern none = {MPOS_CODE_ANY, "{NN", 3};
    static mpos_scan_pattern many[MPOS_SCAN_PATTERNS_MAX + 1];
    char largest[MPOS_GS1_SIZE_MAX + 1];
    mpos_scan scan;

    (void)state;
    memset(largest, '1', sizeof largest);
    assert_int_equal(read_code("(01)09501101530004", &scan), MPOS_E_INVALID_VALUE);
    assert_int_equal(read_code("]C1017", &scan), MPOS_E_INVALID_VALUE);
    assert_int_equal(read_code("(01)09501101530003(3923)1234", &scan), MPOS_E_INVALID_VALUE);
    assert_int_equal(read_with("4006381333931", &none, 1, &scan), MPOS_E_INVALID_VALUE);
    assert_int_equal(read_with("4006381333931", many, MPOS_SCAN_PATTERNS_MAX + 1, &scan), MPOS_E_TOO_MANY);
    assert_int_equal(mpos_scan_read(largest, sizeof largest, NULL, 0, 2, 2026, &scan), MPOS_E_TOO_MANY);
    assert_int_equal(mpos_scan_read(largest, sizeof largest - 1, NULL, 0, 2, 2026, &scan), MPOS_OK);
    assert_int_equal(scan.kind, MPOS_SCAN_TEXT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_article_has_one_number),
        cmocka_unit_test(test_other_text_is_looked_up_as_it_stands),
        cmocka_unit_test(test_the_first_pattern_that_matches_gives_the_value),
        cmocka_unit_test(test_elements_tell_article_weight_price_and_lot),
        cmocka_unit_test(test_what_cannot_be_read_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

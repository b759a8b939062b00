/* test_barcode.c - article numbers, embedded values, element strings. */
#include <string.h>

#include "barcode.h"
#include "gs1.h"
#include "host.h"
#include "money.h"

#define GS "\x1d"

static mpos_err
check(mpos_symbology symbology, const char *code)
{
    return mpos_barcode_check(symbology, code, strlen(code));
}

/* Every other digit in every place is noticed; so is a swap of neighbours that do not differ by five. */
static void
test_each_changed_digit_is_noticed(void **state)
{
    char code[] = "4006381333931";

    (void)state;
    assert_int_equal(check(MPOS_CODE_EAN13, code), MPOS_OK);
    for (size_t i = 0; i < 13; i++) {
        char right = code[i];

        for (char c = '0'; c <= '9'; c++) {
            code[i] = c;
            assert_int_equal(check(MPOS_CODE_EAN13, code), c == right ? MPOS_OK : MPOS_E_INVALID_VALUE);
        }
        code[i] = right;
    }
    assert_int_equal(check(MPOS_CODE_EAN13, "4006831333931"),
                     MPOS_OK); /* 3 and 8 swapped: the known blind spot */
    assert_int_equal(check(MPOS_CODE_EAN13, "0406381333931"), MPOS_E_INVALID_VALUE);
}

static void
test_lengths_belong_to_symbologies(void **state)
{
    (void)state;
    assert_int_equal(check(MPOS_CODE_EAN8, "96385074"), MPOS_OK);
    assert_int_equal(check(MPOS_CODE_EAN8, "036000291452"), MPOS_E_INVALID_VALUE);
    assert_int_equal(check(MPOS_CODE_UPCA, "036000291452"), MPOS_OK);
    assert_int_equal(check(MPOS_CODE_GTIN14, "10012345678902"), MPOS_OK);
    assert_int_equal(check(MPOS_CODE_SSCC, "106141412345678908"), MPOS_OK);
    assert_int_equal(check(MPOS_CODE_ANY, ""), MPOS_E_INVALID_VALUE);
    assert_int_equal(check(MPOS_CODE_ANY, "4006381333931 "), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_symbology_of("upce"), MPOS_CODE_UPCE);
    assert_int_equal(mpos_symbology_of("qr"), -1);
}

/* One UPC-E for each way in which six digits stand for ten. */
static void
test_upce_stands_for_upca(void **state)
{
    static const char *const pairs[][2] = {
        {"01234505", "012000003455"}, {"04252614", "042100005264"}, {"01278907", "012000007897"},
        {"01234531", "012300000451"}, {"01234543", "012340000053"}, {"01234558", "012345000058"},
        {"01234596", "012345000096"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char out[12];

        assert_int_equal(mpos_upce_expand(pairs[i][0], 8, out), MPOS_OK);
        assert_memory_equal(out, pairs[i][1], 12);
    }
    assert_int_equal(check(MPOS_CODE_UPCE, "21234505"), MPOS_E_INVALID_VALUE);
    assert_int_equal(check(MPOS_CODE_UPCE, "0123450"), MPOS_E_INVALID_VALUE);
}

static void
test_one_article_has_one_number(void **state)
{
    char a[MPOS_GTIN_SIZE], b[MPOS_GTIN_SIZE];

    (void)state;
    assert_int_equal(mpos_barcode_gtin("036000291452", 12, 0, a), MPOS_OK);
    assert_int_equal(mpos_barcode_gtin("0036000291452", 13, 0, b), MPOS_OK);
    assert_memory_equal(a, b, MPOS_GTIN_SIZE);
    assert_memory_equal(a, "00036000291452", MPOS_GTIN_SIZE);
    assert_int_equal(mpos_barcode_gtin("04252614", 8, 1, a), MPOS_OK);
    assert_memory_equal(a, "00042100005264", MPOS_GTIN_SIZE);
    assert_int_equal(mpos_barcode_gtin("96385074", 8, 0, a), MPOS_OK);
    assert_int_equal(mpos_barcode_gtin("96385074", 8, 1, a), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_barcode_gtin("123", 3, 0, a), MPOS_E_INVALID_VALUE);
}

static mpos_err
match(const char *pattern, const char *code, mpos_embedded *out)
{
    return mpos_barcode_match(pattern, strlen(pattern), MPOS_CODE_ANY, code, strlen(code), out);
}

static void
test_values_are_read_and_zeroed(void **state)
{
    mpos_embedded out;

    (void)state;
    assert_int_equal(match(".....{NNNDDDD}.", "2012345610255", &out), MPOS_OK);
    assert_true(out.matched);
    assert_int_equal(out.value, 4561025);
    assert_int_equal(out.decimals, 4);
    assert_memory_equal(out.base, "2012300000008", 13);
    assert_int_equal(match("21.....{NNDDD}", "2112345012347", &out), MPOS_OK);
    assert_true(out.matched); /* the check digit is beyond the pattern */
    assert_int_equal(match("22.....{NNDDD}", "2112345012347", &out), MPOS_OK);
    assert_false(out.matched);
    assert_int_equal(match("21.....{NNDDD}..", "2112345012347", &out), MPOS_OK);
    assert_false(out.matched); /* the code is too short */
    assert_int_equal(match("4006381333931", "4006381333931", &out), MPOS_OK);
    assert_true(out.matched);
    assert_int_equal(out.value, 0);
}

static void
test_bad_patterns_are_refused(void **state)
{
    static const char *const bad[] = {"",    "{}",       "21{NN", "21{DN}", "21}NN",
                                      "2x.", "{NN}{DD}", "{NN",   ".{NNX}"};
    mpos_embedded out;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(match(bad[i], "2112345012347", &out), MPOS_E_INVALID_VALUE);
    }
    assert_int_equal(match("{NNNNNNNNNNNNNNNN}", "2112345012347123", &out), MPOS_E_TOO_MANY);
    assert_int_equal(match("....", "21x2", &out), MPOS_E_INVALID_VALUE);
}

static mpos_err
parse(const char *text, mpos_gs1 *out, size_t *at)
{
    return mpos_gs1_parse(text, strlen(text), out, at);
}

static void
assert_value(const mpos_gs1 *gs1, mpos_gs1_name name, const char *value)
{
    const mpos_gs1_element *element = mpos_gs1_find(gs1, name);

    assert_non_null(element);
    assert_int_equal(element->size, strlen(value));
    assert_memory_equal(gs1->text + element->offset, value, element->size);
}

/* The same facts as a scanner sends them and as they are printed. */
static void
test_both_forms_say_the_same(void **state)
{
    static const char *const forms[] = {
        "]C10109501101530003"
        "17261231"
        "10AB-12" GS "3103001750"
        "39221250" GS "21S1",
        "(01)09501101530003(17)261231(10)AB-12(3103)001750(3922)1250(21)S1",
    };

    (void)state;
    for (int i = 0; i < 2; i++) {
        mpos_gs1 gs1;
        mpos_gs1_date date;
        size_t at;
        int64_t number;

        assert_true(mpos_gs1_marked(forms[i], strlen(forms[i])));
        assert_int_equal(parse(forms[i], &gs1, &at), MPOS_OK);
        assert_int_equal(gs1.count, 6);
        assert_value(&gs1, MPOS_GS1_GTIN, "09501101530003");
        assert_value(&gs1, MPOS_GS1_LOT, "AB-12");
        assert_value(&gs1, MPOS_GS1_SERIAL, "S1");
        assert_int_equal(mpos_gs1_number(&gs1, mpos_gs1_find(&gs1, MPOS_GS1_NET_WEIGHT_KG), 6, &number),
                         MPOS_OK);
        assert_int_equal(number, 1750000);
        assert_int_equal(mpos_gs1_number(&gs1, mpos_gs1_find(&gs1, MPOS_GS1_PRICE), 2, &number), MPOS_OK);
        assert_int_equal(number, 1250);
        assert_int_equal(mpos_gs1_number(&gs1, mpos_gs1_find(&gs1, MPOS_GS1_PRICE), 3, &number), MPOS_OK);
        assert_int_equal(number, 12500);
        assert_int_equal(mpos_gs1_number(&gs1, mpos_gs1_find(&gs1, MPOS_GS1_PRICE), 0, &number),
                         MPOS_E_INVALID_VALUE);
        assert_int_equal(mpos_gs1_date_of(&gs1, mpos_gs1_find(&gs1, MPOS_GS1_EXPIRY), 2026, &date), MPOS_OK);
        assert_int_equal(date.year * 10000 + date.month * 100 + date.day, 20261231);
    }
}

static void
test_dates_choose_their_century(void **state)
{
    mpos_gs1 gs1;
    mpos_gs1_date date;
    size_t at;

    (void)state;
    assert_int_equal(parse("17770200", &gs1, &at), MPOS_OK);
    assert_int_equal(mpos_gs1_date_of(&gs1, gs1.elements, 2026, &date), MPOS_OK);
    assert_int_equal(date.year, 1977);
    assert_int_equal(date.day, 28); /* 00: the last of the month */
    assert_int_equal(mpos_gs1_date_of(&gs1, gs1.elements, 2027, &date), MPOS_OK);
    assert_int_equal(date.year, 2077);
    assert_int_equal(parse("17010229", &gs1, &at), MPOS_OK);
    assert_int_equal(mpos_gs1_date_of(&gs1, gs1.elements, 2026, &date), MPOS_E_INVALID_VALUE);
}

/* The place of the fault is told. */
static void
test_faults_have_a_place(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } faults[] = {
        {"0109501101530004", 15},        /* check digit */
        {"010950110153000", 15},         /* too short */
        {"17261331", 7},                 /* month 13 */
        {"17260230", 7},                 /* 30 February */
        {"10" GS, 2},                    /* empty */
        {"10123456789012345678901", 22}, /* 21 characters */
        {"10A\x01", 3},                  /* not of set 82 */
        {"8888", 0},                     /* unknown identifier */
        {"10A" GS "10B", 6},             /* two lots */
        {"(01)09501101530003x", 18},
        {"310300175", 9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        mpos_gs1 gs1;
        size_t at = 999;

        assert_int_equal(parse(faults[i].text, &gs1, &at), MPOS_E_INVALID_VALUE);
        assert_int_equal(at, faults[i].at);
    }
}

static void
test_a_fact_may_be_said_twice(void **state)
{
    mpos_gs1 gs1;
    size_t at;

    (void)state;
    assert_int_equal(parse("10A" GS "10A", &gs1, &at), MPOS_OK);
    assert_int_equal(gs1.count, 1);
    assert_int_equal(parse("91x" GS "92y", &gs1, &at), MPOS_OK);
    assert_int_equal(gs1.count, 2);
    assert_int_equal(parse("", &gs1, &at), MPOS_E_INVALID_VALUE);
    assert_false(mpos_gs1_marked("4006381333931", 13));
    assert_true(mpos_gs1_marked(GS "0109501101530003", 17));
}

static void
test_money_has_all_its_decimals(void **state)
{
    static const struct {
        int64_t amount;
        int exponent;
        const char *text;
    } cases[] = {
        {0, 2, "0.00"},       {-5, 2, "-0.05"},
        {20000, 3, "20.000"}, {7, 0, "7"},
        {0, 0, "0"},          {12345, 4, "1.2345"},
        {100, 2, "1.00"},     {-MPOS_AMOUNT_MAX, 4, "-900719925474.0991"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[MPOS_MONEY_TEXT_SIZE];

        mpos_money_text(cases[i].amount, cases[i].exponent, out);
        assert_string_equal(out, cases[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_changed_digit_is_noticed),
        cmocka_unit_test(test_lengths_belong_to_symbologies),
        cmocka_unit_test(test_upce_stands_for_upca),
        cmocka_unit_test(test_one_article_has_one_number),
        cmocka_unit_test(test_values_are_read_and_zeroed),
        cmocka_unit_test(test_bad_patterns_are_refused),
        cmocka_unit_test(test_both_forms_say_the_same),
        cmocka_unit_test(test_dates_choose_their_century),
        cmocka_unit_test(test_faults_have_a_place),
        cmocka_unit_test(test_a_fact_may_be_said_twice),
        cmocka_unit_test(test_money_has_all_its_decimals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

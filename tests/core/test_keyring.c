/* test_keyring.c - the text of a key file: every form that is one, and what is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "keyring.h"

#define HEX_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_B "FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0EFEEEDECEBEAE9E8E7E6E5E4E3E2E1E0"

static mpos_err
parse(const char *text, mpos_keyring *out)
{
    /* At its exact size, so that a read behind the end is seen. */
    char *copy = malloc(strlen(text) + (text[0] == '\0'));
    mpos_err err;

    memcpy(copy, text, strlen(text));
    err = mpos_keyring_parse(copy, strlen(text), out);
    free(copy);
    return err;
}

static void
test_one_key_without_a_number(void **state)
{
    mpos_keyring ring;

    (void)state;
    assert_int_equal(parse(HEX_A "\n", &ring), MPOS_OK);
    assert_int_equal(ring.count, 1);
    assert_int_equal(ring.keys[0].id, 1);
    assert_int_equal(ring.keys[0].bytes[31], 0x1f);
    assert_int_equal(parse(HEX_A, &ring), MPOS_OK);
    assert_int_equal(parse(HEX_A "\r\n", &ring), MPOS_OK);
}

static void
test_the_highest_number_comes_first(void **state)
{
    mpos_keyring ring;

    (void)state;
    assert_int_equal(
        parse("# of the till\n\n7 " HEX_A "\n12 " HEX_B "\n4294967295 " HEX_A "\n1 " HEX_B, &ring), MPOS_OK);
    assert_int_equal(ring.count, 4);
    assert_int_equal(ring.keys[0].id, 4294967295);
    assert_int_equal(ring.keys[1].id, 12);
    assert_int_equal(ring.keys[3].id, 1);
    assert_int_equal(mpos_keyring_find(&ring, 12)->bytes[0], 0xff);
    assert_ptr_equal(mpos_keyring_find(&ring, 7), &ring.keys[2]);
    assert_null(mpos_keyring_find(&ring, 2));
    assert_null(mpos_keyring_find(&ring, 0));
}

static void
test_anything_else_is_no_keyring(void **state)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "# nothing\n",
        "x",
        "1\n",
        "1 \n",
        "1  " HEX_A,
        " 1 " HEX_A,
        "0 " HEX_A,
        "01 " HEX_A,
        "-1 " HEX_A,
        "4294967296 " HEX_A,
        "99999999999 " HEX_A,
        "1 " HEX_A "0",
        "1 " HEX_A " ",
        HEX_A "\n" HEX_B,
        HEX_A "\n2 " HEX_B,
        "2 " HEX_B "\n" HEX_A,
        "1 " HEX_A "\n1 " HEX_B,
        "1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1",
        "1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        mpos_keyring ring = {.count = 9};
        const mpos_keyring none = {0};

        assert_int_equal(parse(wrong[i], &ring), MPOS_E_INVALID_VALUE);
        assert_memory_equal(&ring, &none, sizeof ring);
    }
}

static void
test_limits(void **state)
{
    char text[MPOS_KEYRING_TEXT_MAX + 2] = "";
    mpos_keyring ring;

    (void)state;
    for (int i = 1; i <= MPOS_KEYRING_MAX; i++) {
        sprintf(text + strlen(text), "%d " HEX_A "\n", i);
    }
    assert_int_equal(parse(text, &ring), MPOS_OK);
    assert_int_equal(ring.count, MPOS_KEYRING_MAX);
    strcat(text, "9 " HEX_A "\n");
    assert_int_equal(parse(text, &ring), MPOS_E_TOO_MANY);
    memset(text, '\n', sizeof text);
    memcpy(text, HEX_A, 64);
    assert_int_equal(mpos_keyring_parse(text, MPOS_KEYRING_TEXT_MAX, &ring), MPOS_OK);
    assert_int_equal(mpos_keyring_parse(text, MPOS_KEYRING_TEXT_MAX + 1, &ring), MPOS_E_INVALID_VALUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_key_without_a_number),
        cmocka_unit_test(test_the_highest_number_comes_first),
        cmocka_unit_test(test_anything_else_is_no_keyring),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

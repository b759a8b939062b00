/* test_pii.c - commitments against HMAC values made by OpenSSL; paths and their limits. */
#include <string.h>

#include "host.h"
#include "pii.h"

static void
commit(mpos_pii_path path, const char *value, uint8_t out[32])
{
    uint8_t salt[MPOS_PII_SALT_SIZE];

    for (size_t i = 0; i < sizeof salt; i++) {
        salt[i] = (uint8_t)i;
    }
    mpos_pii_commit(&host_digest, salt, path, value, strlen(value), out);
}

static void
test_known_commitments(void **state)
{
    uint8_t out[32];

    (void)state;
    commit(MPOS_PII_CUSTOMER_NAME, "Ann Müller", out);
    assert_hex(out, "2d470af26b05e1421e98e03ee2800c72727d9ae563e1c07f02ae4027fc4853b2");
    commit(MPOS_PII_CUSTOMER_PHONE, "+49 170 0000000", out);
    assert_hex(out, "5ed7feddd4beaa956672458a63b247b4ec6a6bb9e945994d52b00a346970580e");
    commit(MPOS_PII_NOTE, "", out);
    assert_hex(out, "9c1c1d7e759b74ce5648fd4af89e6d42d9be500240985b31b7483515a2e9d060");
}

static void
test_path_salt_and_value_all_count(void **state)
{
    uint8_t a[32];
    uint8_t b[32];
    uint8_t salt[MPOS_PII_SALT_SIZE] = {1};

    (void)state;
    commit(MPOS_PII_CUSTOMER_NAME, "Ann", a);
    commit(MPOS_PII_CUSTOMER_EMAIL, "Ann", b);
    assert_memory_not_equal(a, b, 32);
    commit(MPOS_PII_CUSTOMER_NAME, "Anm", b);
    assert_memory_not_equal(a, b, 32);
    mpos_pii_commit(&host_digest, salt, MPOS_PII_CUSTOMER_NAME, "Ann", 3, b);
    assert_memory_not_equal(a, b, 32);
}

/* Path and value stand beside each other without a mark: no path may be the beginning of another. */
static void
test_no_path_begins_another(void **state)
{
    (void)state;
    for (int i = 0; i < MPOS_PII_PATHS; i++) {
        const char *text = mpos_pii_path_text((mpos_pii_path)i);

        assert_true(mpos_pii_path_characters_max((mpos_pii_path)i) > 0);
        for (int j = 0; j < MPOS_PII_PATHS; j++) {
            assert_true(i == j || strncmp(text, mpos_pii_path_text((mpos_pii_path)j), strlen(text)) != 0);
        }
    }
    assert_null(mpos_pii_path_text(MPOS_PII_PATHS));
    assert_int_equal(mpos_pii_path_characters_max(MPOS_PII_PATHS), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_commitments),
        cmocka_unit_test(test_path_salt_and_value_all_count),
        cmocka_unit_test(test_no_path_begins_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

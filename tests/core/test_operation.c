/* test_operation.c - what is the envelope of an operation, and what is not. */
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "op_envelope.h"

#define ID "\"0193a6b0-7c1e-7a52-9d55-00000000000"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const char *const parts[] = {
    "\"v\":1",       "\"id\":" ID "1\"",       "\"dev\":" ID "2\"",    "\"gen\":1",
    "\"seq\":7",     "\"prev\":\"" ZEROS "\"", "\"t\":\"kds.bump\"",   "\"ts\":\"now\"",
    "\"core\":\"\"", "\"root\":" ID "3\"",     "\"b\":{\"a\":[1,{}]}",
};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* An operation with the member `at` spelled as `instead`; NULL leaves it out. */
static const char *
spelled(size_t at, const char *instead)
{
    static char text[2048];
    size_t size = 1;

    strcpy(text, "{");
    for (size_t i = 0; i < PARTS; i++) {
        const char *part = i == at ? instead : parts[i];

        if (part != NULL) {
            size += (size_t)sprintf(text + size, "%s%s", size > 1 ? "," : "", part);
        }
    }
    strcpy(text + size, "}");
    return text;
}

static mpos_err
read_text(const char *text, mpos_op_envelope *out, const char **member)
{
    return mpos_op_envelope_read(text, strlen(text), out, member);
}

static void
refused(const char *text, mpos_err wanted, const char *at)
{
    mpos_op_envelope untouched = {.version = 99};
    const char *member;

    assert_int_equal(read_text(text, &untouched, &member), wanted);
    assert_string_equal(member, at);
    assert_int_equal(untouched.version, 99);
}

static void
test_every_member_is_read(void **state)
{
    mpos_op_envelope op;
    const char *member;

    (void)state;
    assert_int_equal(read_text(spelled(PARTS, NULL), &op, &member), MPOS_OK);
    assert_int_equal(op.version, 1);
    assert_int_equal(op.gen, 1);
    assert_int_equal(op.seq, 7);
    assert_hex(op.id, "0193a6b07c1e7a529d55000000000001");
    assert_hex(op.device, "0193a6b07c1e7a529d55000000000002");
    assert_hex(op.root, "0193a6b07c1e7a529d55000000000003");
    assert_hex(op.prev, ZEROS);
    assert_memory_equal(op.type.at, "kds.bump", op.type.size);
    assert_int_equal(op.core.size, 0);
    assert_int_equal(op.body.size, strlen("{\"a\":[1,{}]}"));
    assert_memory_equal(op.body.at, "{\"a\":[1,{}]}", op.body.size);
}

static void
test_every_member_is_needed_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < PARTS; i++) {
        char twice[256];
        char name[8];

        assert_int_equal(sscanf(parts[i], "\"%7[^\"]", name), 1);
        refused(spelled(i, NULL), MPOS_E_MISSING_FIELD, name);
        sprintf(twice, "%s,%s", parts[i], parts[i]);
        refused(spelled(i, twice), MPOS_E_INVALID_VALUE, name);
    }
    refused(spelled(10, "\"b\":{},\"x\":1"), MPOS_E_UNKNOWN_FIELD, "");
}

static void
test_by_is_read_when_it_is_there(void **state)
{
    mpos_op_envelope op;
    const char *member;

    (void)state;
    assert_int_equal(read_text(spelled(PARTS, NULL), &op, &member), MPOS_OK);
    assert_false(op.has_by);
    assert_int_equal(read_text(spelled(10, "\"by\":" ID "4\",\"b\":{}"), &op, &member), MPOS_OK);
    assert_true(op.has_by);
    assert_hex(op.by, "0193a6b07c1e7a529d55000000000004");
    refused(spelled(10, "\"by\":null,\"b\":{}"), MPOS_E_WRONG_TYPE, "by");
}

static void
test_ranges_of_numbers(void **state)
{
    mpos_op_envelope op;
    const char *member;

    (void)state;
    assert_int_equal(read_text(spelled(4, "\"seq\": 9007199254740991 "), &op, &member), MPOS_OK);
    assert_int_equal(op.seq, INT64_C(9007199254740991));
    refused(spelled(4, "\"seq\":9007199254740992"), MPOS_E_OUT_OF_RANGE, "seq");
    refused(spelled(4, "\"seq\":99999999999999999999999999"), MPOS_E_OUT_OF_RANGE, "seq");
    refused(spelled(4, "\"seq\":0"), MPOS_E_OUT_OF_RANGE, "seq");
    refused(spelled(4, "\"seq\":-1"), MPOS_E_OUT_OF_RANGE, "seq");
    refused(spelled(4, "\"seq\":1.5"), MPOS_E_WRONG_TYPE, "seq");
    refused(spelled(4, "\"seq\":\"7\""), MPOS_E_WRONG_TYPE, "seq");
    refused(spelled(3, "\"gen\":2147483648"), MPOS_E_OUT_OF_RANGE, "gen");
    refused(spelled(0, "\"v\":10e"), MPOS_E_MALFORMED_JSON, "v");
}

static void
test_forms_of_texts(void **state)
{
    (void)state;
    refused(spelled(6, "\"t\":\"\""), MPOS_E_OUT_OF_RANGE, "t");
    refused(spelled(6, "\"t\":\"kds\\u002ebump\""), MPOS_E_INVALID_VALUE, "t");
    refused(spelled(6, "\"t\":\"\xC3\""), MPOS_E_MALFORMED_JSON, "t");
    refused(spelled(8, "\"core\":\"" ZEROS "0\""), MPOS_E_OUT_OF_RANGE, "core");
    refused(spelled(1, "\"id\":\"0193a6b07c1e7a529d55000000000001\""), MPOS_E_INVALID_VALUE, "id");
    refused(spelled(1, "\"id\":" ID "g\""), MPOS_E_INVALID_VALUE, "id");
    refused(spelled(5, "\"prev\":\"AB\""), MPOS_E_INVALID_VALUE, "prev");
    refused(spelled(10, "\"b\":[]"), MPOS_E_WRONG_TYPE, "b");
    refused(spelled(10, "\"b\":{\"a\":}"), MPOS_E_MALFORMED_JSON, "b");
}

static void
test_what_is_no_object_at_all(void **state)
{
    static char deep[200];
    static char large[65537];

    (void)state;
    refused("", MPOS_E_MALFORMED_JSON, "");
    refused("[]", MPOS_E_WRONG_TYPE, "");
    refused("{", MPOS_E_MALFORMED_JSON, "");
    refused("{}", MPOS_E_MISSING_FIELD, "v");
    refused("{\"v\":1,}", MPOS_E_MALFORMED_JSON, "");
    memset(deep, '[', 63);
    refused(deep, MPOS_E_TOO_MANY, "");
    sprintf(deep, "%s x", spelled(PARTS, NULL) + 300);
    refused(deep, MPOS_E_MALFORMED_JSON, "");
    memset(large, ' ', 65536);
    large[65535] = '1';
    refused(large, MPOS_E_WRONG_TYPE, "");
    {
        mpos_op_envelope op;
        const char *member;

        assert_int_equal(mpos_op_envelope_read(large, 65537, &op, &member), MPOS_E_BODY_TOO_LARGE);
    }
}

/* 31 levels in the body and the envelope around them are what is allowed. */
static void
test_depth_at_the_limit(void **state)
{
    char body[128] = "\"b\":{\"a\":";
    mpos_op_envelope op;
    const char *member;

    (void)state;
    memset(body + strlen(body), '[', 30);
    memset(body + strlen(body), ']', 30);
    strcat(body, "}");
    assert_int_equal(read_text(spelled(10, body), &op, &member), MPOS_OK);
    strcpy(body, "\"b\":{\"a\":");
    memset(body + strlen(body), '[', 31);
    memset(body + strlen(body), ']', 31);
    strcat(body, "}");
    refused(spelled(10, body), MPOS_E_TOO_MANY, "b");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_member_is_read),
        cmocka_unit_test(test_every_member_is_needed_once),
        cmocka_unit_test(test_by_is_read_when_it_is_there),
        cmocka_unit_test(test_ranges_of_numbers),
        cmocka_unit_test(test_forms_of_texts),
        cmocka_unit_test(test_what_is_no_object_at_all),
        cmocka_unit_test(test_depth_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

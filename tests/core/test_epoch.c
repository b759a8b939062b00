/* test_epoch.c - the text that opens an epoch: one form, written and read. */
#include <stdlib.h>
#include <string.h>

#include "epoch.h"
#include "host.h"

static const char sample_text[] =
    "{\"from_epoch\":7,\"from_leaf\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\",\"from_note\":"
    "\"AgICAgICAgICAgICAgICAgICAg"
    "ICAgICAgICAgICAgI\",\"from_size\":9007199254740993,\"op\":\"epoch_open\",\"reason\":\"promotion\"}";

static mpos_epoch_open
sample(void)
{
    mpos_epoch_open open = {.from_epoch = 7,
                            .from_size = UINT64_C(9007199254740993),
                            .has_note = true,
                            .reason = MPOS_EPOCH_PROMOTION};

    memset(open.from_leaf, 1, 32);
    memset(open.from_note, 2, 32);
    return open;
}

static void
test_the_text(void **state)
{
    mpos_epoch_open open = sample();
    mpos_epoch_open read;
    char text[MPOS_EPOCH_TEXT_MAX];

    (void)state;
    assert_int_equal(mpos_epoch_open_encode(&open, text), strlen(sample_text));
    assert_string_equal(text, sample_text);
    assert_int_equal(mpos_epoch_open_decode(text, strlen(text), &read), MPOS_OK);
    assert_int_equal(read.from_epoch, 7);
    assert_int_equal(read.from_size, open.from_size);
    assert_memory_equal(read.from_leaf, open.from_leaf, 32);
    assert_memory_equal(read.from_note, open.from_note, 32);
    assert_true(read.has_note);
    assert_int_equal(read.reason, MPOS_EPOCH_PROMOTION);
}

static void
test_extremes_fit(void **state)
{
    char text[MPOS_EPOCH_TEXT_MAX];

    (void)state;
    for (int reason = MPOS_EPOCH_RESTORE; reason <= MPOS_EPOCH_ASKED; reason++) {
        mpos_epoch_open open = {
            .from_epoch = UINT32_MAX, .from_size = UINT64_MAX, .has_note = true, .reason = reason};
        mpos_epoch_open read;
        size_t size = mpos_epoch_open_encode(&open, text);

        assert_in_range(size, 1, MPOS_EPOCH_TEXT_MAX - 1);
        assert_int_equal(mpos_epoch_open_decode(text, size, &read), MPOS_OK);
        assert_int_equal(read.from_size, UINT64_MAX);
        open.has_note = false;
        size = mpos_epoch_open_encode(&open, text);
        assert_null(strstr(text, "from_note"));
        assert_int_equal(mpos_epoch_open_decode(text, size, &read), MPOS_OK);
        assert_false(read.has_note);
    }
}

/* At exact size, so that a read past the end is seen; every prefix and every changed byte that is no digit or letter. */
static void
test_any_other_text_is_refused(void **state)
{
    size_t size = strlen(sample_text);
    mpos_epoch_open open;

    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        char *text = malloc(cut + 1);

        assert_non_null(text);
        memcpy(text + 1, sample_text, cut);
        assert_int_equal(mpos_epoch_open_decode(text + 1, cut, &open), MPOS_E_INVALID_VALUE);
        free(text);
    }
    for (size_t at = 0; at < size; at++) {
        char *text = malloc(size);

        assert_non_null(text);
        memcpy(text, sample_text, size);
        text[at] = ' ';
        assert_int_equal(mpos_epoch_open_decode(text, size, &open), MPOS_E_INVALID_VALUE);
        free(text);
    }
    assert_int_equal(mpos_epoch_open_decode("{\"from_epoch\":4294967303,", 25, &open), MPOS_E_INVALID_VALUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_text),
        cmocka_unit_test(test_extremes_fit),
        cmocka_unit_test(test_any_other_text_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

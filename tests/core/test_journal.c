/* test_journal.c - entry header, hashes, payload sections, canonical JSON. */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "host.h"
#include "journal_header.h"
#include "payload.h"

static mpos_journal_header
sample_header(void)
{
    mpos_journal_header h;

    memset(&h, 0, sizeof h);
    h.kind = MPOS_ENTRY_TRANSACTION;
    h.flags = 0x0102;
    h.schema_version = 0x03040506;
    memset(h.tenant, 0x11, 16);
    memset(h.journal, 0x22, 16);
    h.epoch = 0x0708090a;
    h.part = 1;
    h.parts = 2;
    h.seq = UINT64_C(0x0102030405060708);
    h.recorded_us = INT64_C(0x1112131415161718);
    memset(h.transaction, 0x33, 16);
    memset(h.actor, 0x44, 16);
    memset(h.prev, 0x55, 32);
    memset(h.payload_hash, 0x66, 32);
    memset(h.aux, 0x77, 32);
    return h;
}

static void
test_header_layout(void **state)
{
    mpos_journal_header h = sample_header();
    uint8_t out[MPOS_JOURNAL_HEADER_SIZE];

    (void)state;
    assert_int_equal(mpos_journal_header_encode(&h, out), MPOS_OK);
    assert_memory_equal(out, "MPOSLED1", 8);
    assert_hex(out + 8, "0101010203040506"
                        "11111111111111111111111111111111"
                        "22222222222222222222222222222222"
                        "0708090a00010002"
                        "01020304050607081112131415161718"
                        "33333333333333333333333333333333"
                        "44444444444444444444444444444444");
    assert_memory_equal(out + 104, h.prev, 32);
    assert_memory_equal(out + 136, h.payload_hash, 32);
    assert_memory_equal(out + 168, h.aux, 32);
}

static void
test_header_round_trip(void **state)
{
    mpos_journal_header in = sample_header();
    mpos_journal_header back;
    uint8_t out[MPOS_JOURNAL_HEADER_SIZE];
    uint8_t again[MPOS_JOURNAL_HEADER_SIZE];

    (void)state;
    assert_int_equal(mpos_journal_header_encode(&in, out), MPOS_OK);
    assert_int_equal(mpos_journal_header_decode(out, &back), MPOS_OK);
    assert_int_equal(mpos_journal_header_encode(&back, again), MPOS_OK);
    assert_memory_equal(out, again, sizeof out);
}

static void
test_header_refuses(void **state)
{
    static const size_t guarded[] = {0, 7, 8, 9}; /* magic, kind, hash algorithm */
    mpos_journal_header h = sample_header();
    uint8_t out[MPOS_JOURNAL_HEADER_SIZE];

    (void)state;
    assert_int_equal(mpos_journal_header_encode(&h, out), MPOS_OK);
    for (size_t i = 0; i < 4; i++) {
        out[guarded[i]] ^= 0x40;
        assert_int_equal(mpos_journal_header_decode(out, &h), MPOS_E_JOURNAL_DAMAGED);
        out[guarded[i]] ^= 0x40;
    }
    h.part = 2;
    assert_int_equal(mpos_journal_header_encode(&h, out), MPOS_E_OUT_OF_RANGE);
    h = sample_header();
    h.kind = 0;
    assert_int_equal(mpos_journal_header_encode(&h, out), MPOS_E_OUT_OF_RANGE);
    h.kind = MPOS_ENTRY_OUTAGE + 1;
    assert_int_equal(mpos_journal_header_encode(&h, out), MPOS_E_OUT_OF_RANGE);
}

static void
test_hashes_have_their_domains(void **state)
{
    mpos_journal_header h = sample_header();
    uint8_t header[MPOS_JOURNAL_HEADER_SIZE];
    uint8_t note[32];
    uint8_t out[32];

    (void)state;
    assert_int_equal(mpos_journal_header_encode(&h, header), MPOS_OK);
    memset(note, 9, sizeof note);
    mpos_journal_leaf(&host_digest, header, out);
    assert_hex(out, "aee6245f484f8c6995f3413813ae325991a60c470a0e664573b6c80ac8c90b79");
    mpos_journal_payload_hash(&host_digest, "abc", 3, out);
    assert_hex(out, "0c9a6d198434552697856a0b1d870b81f952cceb2d86f4fb75a9fcf542b5aaa3");
    mpos_journal_genesis(&host_digest, "shop.example/1", 14, 1, NULL, out);
    assert_hex(out, "d5fe72601f503be984e8b11b0838e56a899b15b5049dc27865b9846be368f66e");
    mpos_journal_genesis(&host_digest, "shop.example/1", 14, 2, note, out);
    assert_hex(out, "4406bee58ec5d9430253c2d23657f59c693be3eea51c8a1cbbf3381a0802f83f");
}

static const mpos_section three[] = {
    {MPOS_SECTION_FEED, "order", 5, (const uint8_t *)"[1]", 3},
    {MPOS_SECTION_FEED, "stock", 5, (const uint8_t *)"", 0},
    {MPOS_SECTION_AUDIT, "", 0, (const uint8_t *)"{}", 2},
};

static void
test_payload_layout_and_walk(void **state)
{
    static const uint8_t wanted[] = "MPOSPAY1\0\3\0\0"
                                    "\1\5\0\0\0\3order\1\5\0\0\0\0stock\2\0\0\0\0\2"
                                    "[1]{}";
    uint8_t out[128];
    size_t size;
    mpos_payload_reader reader;
    mpos_section section;

    (void)state;
    assert_int_equal(mpos_payload_encode(three, 3, out, sizeof out, &size), MPOS_OK);
    assert_int_equal(size, sizeof wanted - 1);
    assert_memory_equal(out, wanted, size);
    assert_int_equal(mpos_payload_open(out, size, &reader), MPOS_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(mpos_payload_next(&reader, &section));
        assert_int_equal(section.kind, three[i].kind);
        assert_int_equal(section.topic_size, three[i].topic_size);
        assert_memory_equal(section.topic, three[i].topic, section.topic_size);
        assert_int_equal(section.body_size, three[i].body_size);
        assert_memory_equal(section.body, three[i].body, section.body_size);
    }
    assert_false(mpos_payload_next(&reader, &section));
}

static void
test_payload_buffer_exact_one_less_zero(void **state)
{
    size_t size = 0;
    size_t written = 77;
    uint8_t *out;

    (void)state;
    assert_int_equal(mpos_payload_size(three, 3, &size), MPOS_OK);
    out = malloc(size); /* exactly, so that the sanitizer sees a byte too many */
    assert_int_equal(mpos_payload_encode(three, 3, out, 0, &written), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(mpos_payload_encode(three, 3, out, size - 1, &written), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(written, 77);
    assert_int_equal(mpos_payload_encode(three, 3, out, size, &written), MPOS_OK);
    assert_int_equal(written, size);
    free(out);
}

static void
test_payload_limits(void **state)
{
    mpos_section many[MPOS_PAYLOAD_SECTIONS_MAX + 1];
    mpos_section long_topic = three[0];
    mpos_section bad_kind = three[0];
    size_t size;

    (void)state;
    for (size_t i = 0; i < MPOS_PAYLOAD_SECTIONS_MAX + 1; i++) {
        many[i] = three[0];
    }
    long_topic.topic_size = MPOS_TOPIC_SIZE_MAX + 1;
    bad_kind.kind = 3;
    assert_int_equal(mpos_payload_size(many, MPOS_PAYLOAD_SECTIONS_MAX + 1, &size), MPOS_E_TOO_MANY);
    assert_int_equal(mpos_payload_size(many, MPOS_PAYLOAD_SECTIONS_MAX, &size), MPOS_OK);
    assert_int_equal(mpos_payload_size(&long_topic, 1, &size), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(mpos_payload_size(&bad_kind, 1, &size), MPOS_E_OUT_OF_RANGE);
}

static void
test_damaged_payloads_are_refused(void **state)
{
    uint8_t out[128];
    size_t size;
    mpos_payload_reader reader;

    (void)state;
    assert_int_equal(mpos_payload_encode(three, 3, out, sizeof out, &size), MPOS_OK);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *shorter = malloc(cut + 1);

        memcpy(shorter, out, cut);
        assert_int_equal(mpos_payload_open(shorter, cut, &reader), MPOS_E_JOURNAL_DAMAGED);
        free(shorter);
    }
    out[size] = 0;
    assert_int_equal(mpos_payload_open(out, size + 1, &reader), MPOS_E_JOURNAL_DAMAGED);
    out[14] = 0x7f; /* a body of 2 GB */
    assert_int_equal(mpos_payload_open(out, size, &reader), MPOS_E_JOURNAL_DAMAGED);
}

static void
assert_canon(const mpos_canon *w, const char *wanted)
{
    size_t size;

    assert_int_equal(mpos_canon_finish(w, &size), MPOS_OK);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(w->out, wanted, size);
}

static void
test_canonical_structure(void **state)
{
    char out[256];
    mpos_canon w;

    (void)state;
    mpos_canon_init(&w, out, sizeof out);
    mpos_canon_begin(&w, '[');
    mpos_canon_text(&w, "order", 5);
    mpos_canon_bytes(&w, (const uint8_t *)"\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xff", 16);
    mpos_canon_int(&w, -3);
    mpos_canon_begin(&w, '{');
    mpos_canon_name(&w, "a");
    mpos_canon_bool(&w, true);
    mpos_canon_name(&w, "b");
    mpos_canon_begin(&w, '[');
    mpos_canon_end(&w, ']');
    mpos_canon_name(&w, "c");
    mpos_canon_null(&w);
    mpos_canon_name(&w, "d");
    mpos_canon_raw(&w, "{}", 2);
    mpos_canon_end(&w, '}');
    mpos_canon_end(&w, ']');
    assert_canon(&w, "[\"order\",\"AAECAwQFBgcICQoLDA0O_w\",-3,{\"a\":true,\"b\":[],\"c\":null,\"d\":{}}]");
}

static void
test_canonical_strings(void **state)
{
    char out[128];
    mpos_canon w;
    static const char text[] = "\"\\\b\f\n\r\t\1\x1f/\x7f \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";

    (void)state;
    mpos_canon_init(&w, out, sizeof out);
    mpos_canon_text(&w, text, sizeof text - 1);
    assert_canon(&w, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\x7f \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

static void
test_malformed_utf8_is_an_error(void **state)
{
    static const char *const bad[] = {
        "\x80",     "\xc3",         "\xc0\x80",         "\xed\xa0\x80",     "\xe0\x80\x80",
        "\xf5\x80", "\xe2\x82\x28", "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xff"};
    char out[64];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mpos_canon w;

        mpos_canon_init(&w, out, sizeof out);
        mpos_canon_text(&w, bad[i], strlen(bad[i]));
        mpos_canon_int(&w, 1); /* the error stays */
        assert_int_equal(mpos_canon_finish(&w, &size), MPOS_E_INVALID_VALUE);
    }
}

static void
test_integers_stay_within_the_profile(void **state)
{
    char out[64];
    mpos_canon w;
    size_t size;

    (void)state;
    mpos_canon_init(&w, out, sizeof out);
    mpos_canon_int(&w, MPOS_CANON_INT_MAX);
    mpos_canon_int(&w, -MPOS_CANON_INT_MAX);
    assert_canon(&w, "9007199254740991,-9007199254740991");
    mpos_canon_int(&w, MPOS_CANON_INT_MAX + 1);
    assert_int_equal(mpos_canon_finish(&w, &size), MPOS_E_OUT_OF_RANGE);
}

static void
test_times(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "\"1970-01-01T00:00:00.000000Z\""},
        {INT64_C(951782400000001), "\"2000-02-29T00:00:00.000001Z\""},
        {INT64_C(1795219199999999), "\"2026-11-20T23:59:59.999999Z\""},
        {INT64_C(4107542400000000), "\"2100-03-01T00:00:00.000000Z\""},
        {INT64_C(253402300799999999), "\"9999-12-31T23:59:59.999999Z\""},
    };
    char out[64];
    mpos_canon w;
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mpos_canon_init(&w, out, sizeof out);
        mpos_canon_time(&w, cases[i].us);
        assert_canon(&w, cases[i].text);
    }
    mpos_canon_time(&w, -1);
    assert_int_equal(mpos_canon_finish(&w, &size), MPOS_E_OUT_OF_RANGE);
    mpos_canon_init(&w, out, sizeof out);
    mpos_canon_time(&w, INT64_C(253402300800000000));
    assert_int_equal(mpos_canon_finish(&w, &size), MPOS_E_OUT_OF_RANGE);
}

static void
write_sample(mpos_canon *w)
{
    mpos_canon_begin(w, '{');
    mpos_canon_name(w, "note");
    mpos_canon_text(w, "a\nb", 3);
    mpos_canon_name(w, "total");
    mpos_canon_int(w, 1250);
    mpos_canon_end(w, '}');
}

static void
test_canonical_buffer_exact_one_less_zero(void **state)
{
    mpos_canon w;
    size_t size = 0;
    size_t again = 0;
    char *out;

    (void)state;
    mpos_canon_init(&w, NULL, 0);
    write_sample(&w);
    assert_int_equal(mpos_canon_finish(&w, &size), MPOS_E_BUFFER_TOO_SMALL);
    out = malloc(size);
    mpos_canon_init(&w, out, size - 1);
    write_sample(&w);
    assert_int_equal(mpos_canon_finish(&w, &again), MPOS_E_BUFFER_TOO_SMALL);
    assert_int_equal(again, size);
    mpos_canon_init(&w, out, size);
    write_sample(&w);
    assert_canon(&w, "{\"note\":\"a\\nb\",\"total\":1250}");
    free(out);
}

static void
test_base64url_both_ways(void **state)
{
    uint8_t in[20];
    uint8_t back[20];
    char text[32];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof in; i++) {
        in[i] = (uint8_t)(i * 37 + 200);
    }
    for (size_t n = 0; n <= sizeof in; n++) {
        size_t length = mpos_base64url(in, n, text);

        assert_int_equal(length, (n * 4 + 2) / 3);
        assert_int_equal(mpos_base64url_decode(text, length, back, n, &size), MPOS_OK);
        assert_int_equal(size, n);
        assert_memory_equal(in, back, n);
        if (n > 0) {
            assert_int_equal(mpos_base64url_decode(text, length, back, n - 1, &size),
                             MPOS_E_BUFFER_TOO_SMALL);
        }
    }
    assert_int_equal(mpos_base64url_decode("AB", 2, back, 20, &size), MPOS_E_INVALID_VALUE); /* spare bits */
    assert_int_equal(mpos_base64url_decode("A", 1, back, 20, &size), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_base64url_decode("AA+A", 4, back, 20, &size), MPOS_E_INVALID_VALUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_layout),
        cmocka_unit_test(test_header_round_trip),
        cmocka_unit_test(test_header_refuses),
        cmocka_unit_test(test_hashes_have_their_domains),
        cmocka_unit_test(test_payload_layout_and_walk),
        cmocka_unit_test(test_payload_buffer_exact_one_less_zero),
        cmocka_unit_test(test_payload_limits),
        cmocka_unit_test(test_damaged_payloads_are_refused),
        cmocka_unit_test(test_canonical_structure),
        cmocka_unit_test(test_canonical_strings),
        cmocka_unit_test(test_malformed_utf8_is_an_error),
        cmocka_unit_test(test_integers_stay_within_the_profile),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_canonical_buffer_exact_one_less_zero),
        cmocka_unit_test(test_base64url_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

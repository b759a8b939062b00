/* test_note.c - signed notes and checkpoints: the published examples, the rules one by one, every byte changed. */
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "checkpoint.h"
#include "host.h"
#include "log_proof.h"
#include "sign.h"

enum { ROOM = 1 << 16 };

/* The examples of Go's note package. */
static const char peter[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char enoch[] = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
#define GO_TEXT                                                                                              \
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define PETER_LINE                                                                                           \
    "— PeterNeumann "                                                                                      \
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH_LINE                                                                                           \
    "— EnochRoot "                                                                                         \
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
/* Enoch's line with three bytes more in the middle: well formed and wrong. */
#define ENOCH_LONG_LINE                                                                                      \
    "— EnochRoot "                                                                                         \
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5nABCD2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

/* Parses and verifies with the keys (each a vkey). */
static mpos_note_fault
judge(const char *bytes, size_t size, const char *first, const char *second)
{
    const char *vkeys[] = {first, second};
    mpos_note_signer signers[2];
    size_t count = second != NULL ? 2 : 1;
    mpos_note note;
    mpos_note_fault fault = mpos_note_parse(bytes, size, &note);

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(mpos_note_key_parse(&host_digest, vkeys[i], strlen(vkeys[i]), &signers[i].key),
                         MPOS_NOTE_OK);
    }
    return fault != MPOS_NOTE_OK ? fault : mpos_note_verify(&host_verifier, &note, signers, count);
}

#define assert_note(text, fault, ...) assert_int_equal(judge(text, sizeof(text) - 1, __VA_ARGS__), fault)

static void
test_published_notes(void **state)
{
    (void)state;
    assert_note(GO_TEXT "\n" PETER_LINE, MPOS_NOTE_OK, peter, NULL);
    assert_note(GO_TEXT "\n" PETER_LINE ENOCH_LINE, MPOS_NOTE_OK, peter, NULL);
    assert_note(GO_TEXT "\n" PETER_LINE ENOCH_LINE, MPOS_NOTE_OK, peter, enoch);
    assert_note(GO_TEXT "\n" ENOCH_LINE, MPOS_NOTE_UNSIGNED, peter, NULL);
    assert_note(GO_TEXT "\n" PETER_LINE PETER_LINE, MPOS_NOTE_OK, peter, NULL);
    assert_note(GO_TEXT "\n" PETER_LINE ENOCH_LONG_LINE, MPOS_NOTE_OK, peter, NULL);
    assert_note(GO_TEXT "\n" PETER_LINE ENOCH_LONG_LINE, MPOS_NOTE_WRONG_SIGNATURE, peter, enoch);
    assert_note(GO_TEXT "\n" PETER_LINE ENOCH_LINE ENOCH_LONG_LINE, MPOS_NOTE_WRONG_SIGNATURE, peter, enoch);
    assert_note(GO_TEXT "x\n\n" PETER_LINE, MPOS_NOTE_WRONG_SIGNATURE, peter, NULL);
}

static void
test_forms_of_a_note(void **state)
{
    (void)state;
    assert_note(GO_TEXT, MPOS_NOTE_NO_SIGNATURES, peter, NULL);
    assert_note(GO_TEXT "\n", MPOS_NOTE_NO_SIGNATURES, peter, NULL);
    assert_note("", MPOS_NOTE_NO_SIGNATURES, peter, NULL);
    assert_note("\n", MPOS_NOTE_NO_SIGNATURES, peter, NULL);
    assert_note(PETER_LINE, MPOS_NOTE_NO_SIGNATURES, peter, NULL);
    assert_note("\x01" GO_TEXT "\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note("a\tb\n\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note("a\r\n\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note("\xff" GO_TEXT "\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note("\xC0\xAF\n\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note("\xED\xA0\x80\n\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note("\xF4\x90\x80\x80\n\n" PETER_LINE, MPOS_NOTE_CHARACTERS, peter, NULL);
    assert_note(GO_TEXT "\n" PETER_LINE "Unexpected line.\n", MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad Name x08go/ZJ\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad+Name x08go/ZJ\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad\u2003Name x08go/ZJ\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad  x08go/ZJ\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad x08go/ZJ \n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad \n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n- Bad x08go/ZJ\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Bad x08go/Y\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Four AAAAAA==\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
    assert_note(GO_TEXT "\n— Five AAAAAAA=\n" PETER_LINE, MPOS_NOTE_OK, peter, NULL);
    assert_note(GO_TEXT "\n— Other_bits AAAAAAB=\n" PETER_LINE, MPOS_NOTE_SIGNATURE_LINE, peter, NULL);
}

static void
test_hundred_signatures_and_no_more(void **state)
{
    static char bytes[ROOM];
    size_t size = sizeof GO_TEXT;

    (void)state;
    memcpy(bytes, GO_TEXT "\n", size);
    for (int i = 0; i < 100; i++) {
        memcpy(bytes + size, PETER_LINE, sizeof PETER_LINE - 1);
        size += sizeof PETER_LINE - 1;
    }
    assert_int_equal(judge(bytes, size, peter, NULL), MPOS_NOTE_OK);
    memcpy(bytes + size, PETER_LINE, sizeof PETER_LINE - 1);
    size += sizeof PETER_LINE - 1;
    assert_int_equal(judge(bytes, size, peter, NULL), MPOS_NOTE_TOO_MANY_SIGNATURES);
}

static mpos_note_fault
read_key(const char *text, size_t size)
{
    mpos_note_key key;

    return mpos_note_key_parse(&host_digest, text, size, &key);
}

static void
test_keys(void **state)
{
    static const char longer[] = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    static const char unknown[] = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    char bytes[sizeof peter];
    size_t size = sizeof peter - 1;

    (void)state;
    for (size_t from = 0; from <= size; from++) {
        for (size_t to = from; to <= size; to++) {
            assert_int_equal(read_key(peter + from, to - from) == MPOS_NOTE_OK, from == 0 && to == size);
        }
    }
    for (size_t i = 0; i < size; i++) {
        memcpy(bytes, peter, sizeof peter);
        bytes[i]++;
        assert_int_not_equal(read_key(bytes, size), MPOS_NOTE_OK);
    }
    assert_int_not_equal(read_key(longer, sizeof longer - 1), MPOS_NOTE_OK);
    assert_int_equal(read_key(unknown, sizeof unknown - 1), MPOS_NOTE_KEY_TYPE);
}

static const char checkpoint_text[] =
    "shop.example/main/0\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

static size_t
find(const char *bytes, size_t size, const char *what)
{
    size_t length = strlen(what);

    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(bytes + i, what, length) == 0) {
            return i;
        }
    }
    fail_msg("%s is not there", what);
    return 0;
}

/*
 * A line of a known key that was changed in its name or key id is the line of an unknown key, which must be ignored: the
 * note stays good by its other signature, and that key has not signed any more. So "signed by both" is what is asked.
 */
static mpos_note_fault
judge_both(const char *bytes, size_t size, const sign_key *first, const sign_key *second)
{
    mpos_note_signer signers[2] = {{.key = first->key}, {.key = second->key}};
    mpos_note note;
    mpos_note_fault fault = mpos_note_parse(bytes, size, &note);

    if (fault == MPOS_NOTE_OK) {
        fault = mpos_note_verify(&host_verifier, &note, signers, 2);
    }
    return fault != MPOS_NOTE_OK                          ? fault
           : signers[0].signed_by && signers[1].signed_by ? MPOS_NOTE_OK
                                                          : MPOS_NOTE_UNSIGNED;
}

static void
test_every_bit_changed(void **state)
{
    static char bytes[ROOM], changed[ROOM];
    sign_key log, witness, other;
    const sign_key *keys[] = {&log, &other, &witness};
    size_t size, from, to;

    (void)state;
    sign_key_make(&log, "shop.example/main/0", MPOS_NOTE_ED25519, 1);
    sign_key_make(&witness, "witness.example/w1", MPOS_NOTE_COSIGNATURE, 2);
    sign_key_make(&other, "somebody", MPOS_NOTE_ED25519, 3);
    size = sign_note(checkpoint_text, keys, 3, bytes);
    from = find(bytes, size, "— somebody");
    to = find(bytes, size, "— witness");
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(changed, bytes, size);
            changed[i] ^= (char)(1 << bit);
            if (judge_both(changed, size, &log, &witness) == MPOS_NOTE_OK) {
                assert_in_range(i, from, to - 1); /* only the line that is ignored */
            }
        }
    }
    assert_int_equal(judge_both(bytes, size, &log, &witness), MPOS_NOTE_OK);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_not_equal(judge_both(bytes, cut, &log, &witness), MPOS_NOTE_OK);
    }
}

static void
test_same_name_other_id(void **state)
{
    static char bytes[ROOM];
    sign_key key, twin, cosigner;
    const sign_key *keys[] = {&twin, &cosigner, &key};
    size_t size;

    (void)state;
    sign_key_make(&key, "log.example", MPOS_NOTE_ED25519, 1);
    sign_key_make(&twin, "log.example", MPOS_NOTE_ED25519, 2);
    sign_key_make(&cosigner, "log.example", MPOS_NOTE_COSIGNATURE, 1);
    key.vkey[key.vkey_size] = twin.vkey[twin.vkey_size] = cosigner.vkey[cosigner.vkey_size] = '\0';
    size = sign_note(checkpoint_text, keys, 3, bytes);
    assert_int_equal(judge(bytes, size, key.vkey, NULL), MPOS_NOTE_OK);
    assert_int_equal(judge(bytes, size, cosigner.vkey, NULL), MPOS_NOTE_OK);
    size = sign_note(checkpoint_text, keys, 2, bytes);
    assert_int_equal(judge(bytes, size, key.vkey, NULL), MPOS_NOTE_UNSIGNED);
}

/* The example of the specification: log and witness, with the time of the cosignature. */
static void
test_cosignature_has_a_time(void **state)
{
    static char bytes[ROOM];
    sign_key witness;
    const sign_key *keys[] = {&witness};
    mpos_note_signer signer;
    mpos_note note;
    size_t size;

    (void)state;
    sign_key_make(&witness, "witness.example/w1", MPOS_NOTE_COSIGNATURE, 2);
    size = sign_note(checkpoint_text, keys, 1, bytes);
    signer.key = witness.key;
    assert_int_equal(mpos_note_parse(bytes, size, &note), MPOS_NOTE_OK);
    assert_int_equal(mpos_note_verify(&host_verifier, &note, &signer, 1), MPOS_NOTE_OK);
    assert_true(signer.signed_by);
    assert_int_equal(signer.time_s, 1700000000);
}

static mpos_err
read_checkpoint(const char *text)
{
    mpos_checkpoint out;

    return mpos_checkpoint_parse(text, strlen(text), &out);
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void
test_checkpoints(void **state)
{
    static const char *const bad[] = {
        "",
        "o\n",
        "o\n1\n",
        "\n1\n" ROOT "\n",
        "o\n\n" ROOT "\n",
        "o\n01\n" ROOT "\n",
        "o\n+1\n" ROOT "\n",
        "o\n-1\n" ROOT "\n",
        "o\n1 \n" ROOT "\n",
        "o\n0x1\n" ROOT "\n",
        "o\n9223372036854775808\n" ROOT "\n",
        "o\n18446744073709551616\n" ROOT "\n",
        "o\n1\n\n",
        "o\n1\n" ROOT,
        "o\n1\n" ROOT "=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2JJ\n",
        "o\n1\n" ROOT "\n\n",
        "o\n1\n" ROOT "\n\nlate\n",
        "o\n1\n" ROOT "\nline without end",
    };
    static const char extended[] = "o\n7\n" ROOT "\nmore\n lines\n";
    mpos_checkpoint out;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_checkpoint(bad[i]), MPOS_E_INVALID_VALUE);
    }
    assert_int_equal(read_checkpoint("o\n0\n" ROOT "\n"), MPOS_OK);
    assert_int_equal(read_checkpoint("a name with spaces + more\n9223372036854775807\n" ROOT "\n"), MPOS_OK);
    assert_int_equal(mpos_checkpoint_parse(extended, sizeof extended - 1, &out), MPOS_OK);
    assert_int_equal(out.extension_lines, 2);
    assert_int_equal(out.size, 7);
    assert_int_equal(out.root[0], 0x0A);
}

static void
test_checkpoint_is_read_as_written(void **state)
{
    char text[MPOS_CHECKPOINT_TEXT_SIZE(3)];
    uint8_t root[32];
    mpos_checkpoint out;
    size_t size;

    (void)state;
    memset(root, 0xA5, sizeof root);
    assert_int_equal(mpos_checkpoint_format("a/0", 3, INT64_MAX, root, text, &size), MPOS_OK);
    assert_int_equal(mpos_checkpoint_parse(text, size, &out), MPOS_OK);
    assert_int_equal(out.size, INT64_MAX);
    assert_memory_equal(out.root, root, 32);
    assert_memory_equal(out.origin, "a/0", 3);
    assert_int_equal(mpos_checkpoint_format("a\n0", 3, 1, root, text, &size), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_checkpoint_format("", 0, 1, root, text, &size), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_checkpoint_format("a", 1, (uint64_t)INT64_MAX + 1, root, text, &size),
                     MPOS_E_INVALID_VALUE);
}

static mpos_err
read_proof(const char *text, mpos_log_proof *out)
{
    const char *reason;

    return mpos_log_proof_parse(text, strlen(text), out, &reason);
}

#define PROOF "c2sp.org/tlog-proof@v1\n"

static void
test_proofs(void **state)
{
    static const char *const bad[] = {
        "",
        PROOF,
        "c2sp.org/tlog-proof@v2\nindex 1\n\nnote",
        PROOF "\nindex 1\n\nnote",
        PROOF "index\n\nnote",
        PROOF "index 01\n\nnote",
        PROOF "index  1\n\nnote",
        PROOF "Index 1\n\nnote",
        PROOF "index 1\n",
        PROOF "index 1\n" ROOT "\n",
        PROOF "index 1\n" ROOT " \n\nnote",
        PROOF "index 1\nAAAA\n\nnote",
        PROOF "extra AAA\nindex 1\n\nnote",
        PROOF "extra\nindex 1\n\nnote",
        PROOF "extra AAAA\nextra AAAA\nindex 1\n\nnote",
        PROOF "index 1\nextra AAAA\n\nnote",
    };
    mpos_log_proof proof;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_proof(bad[i], &proof), MPOS_E_INVALID_VALUE);
    }
    assert_int_equal(read_proof(PROOF "extra AAAA\nindex 12\n" ROOT "\n" ROOT "\n\nnote\n", &proof), MPOS_OK);
    assert_int_equal(proof.index, 12);
    assert_int_equal(proof.hash_count, 2);
    assert_true(proof.has_extra);
    assert_int_equal(proof.note_size, 5);
    assert_int_equal(read_proof(PROOF "extra \nindex 0\n\nnote\n", &proof), MPOS_OK);
    assert_int_equal(proof.hash_count, 0);
}

static void
test_proof_of_64_hashes_is_refused(void **state)
{
    static char text[ROOM];
    uint8_t hashes[64][32] = {{1}};
    mpos_log_proof proof;
    const char *reason;
    size_t size = mpos_log_proof_format(5, (const uint8_t(*)[32])hashes, 63, "note\n", 5, text);

    (void)state;
    assert_int_equal(mpos_log_proof_parse(text, size, &proof, &reason), MPOS_OK);
    assert_int_equal(proof.hash_count, 63);
    assert_int_equal(proof.index, 5);
    assert_memory_equal(proof.hashes, hashes, sizeof proof.hashes);
    size = mpos_log_proof_format(5, (const uint8_t(*)[32])hashes, 64, "note\n", 5, text);
    assert_int_equal(mpos_log_proof_parse(text, size, &proof, &reason), MPOS_E_INVALID_VALUE);
}

static void
test_base64(void **state)
{
    uint8_t bytes[64], back[64];
    char text[128];

    (void)state;
    for (size_t size = 0; size <= sizeof bytes; size++) {
        size_t text_size, back_size;

        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)(i * 37 + size);
        }
        text_size = mpos_base64(bytes, size, text);
        assert_int_equal(text_size, MPOS_BASE64_SIZE(size));
        assert_int_equal(mpos_base64_decode(text, text_size, back, sizeof back, &back_size), MPOS_OK);
        assert_int_equal(back_size, size);
        assert_memory_equal(back, bytes, size);
        if (size > 1) {
            memset(back, 0xEE, sizeof back);
            assert_int_equal(mpos_base64_decode(text, text_size, back, 1, &back_size), MPOS_OK);
            assert_int_equal(back_size, size);
            assert_int_equal(back[1], 0xEE); /* no byte behind the capacity */
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_notes),
        cmocka_unit_test(test_forms_of_a_note),
        cmocka_unit_test(test_hundred_signatures_and_no_more),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_every_bit_changed),
        cmocka_unit_test(test_same_name_other_id),
        cmocka_unit_test(test_cosignature_has_a_time),
        cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_checkpoint_is_read_as_written),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_proof_of_64_hashes_is_refused),
        cmocka_unit_test(test_base64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

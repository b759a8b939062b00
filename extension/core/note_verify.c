/* note_verify.c - which known keys have signed a note; what each type of signature signs. */
#include <string.h>

#include "base64.h"
#include "bytes.h"
#include "checkpoint.h"
#include "note.h"

enum {
    ED25519_SIZE = 64,
    TIME_SIZE = 8,
    TREE_HEAD_SIZE = 50,
    /* An ECDSA signature of P-521 in ASN.1 has 141 bytes at most. */
    VALUE_SIZE_MAX = 4 + TIME_SIZE + 4 + 160
};

static bool
check(const mpos_note_verifier *verifier, mpos_note_algorithm algorithm, const mpos_note_key *key,
      const mpos_chunk *message, size_t chunk_count, const uint8_t *signature, size_t size)
{
    return verifier->check(verifier->host, algorithm, key->key, key->key_size, message, chunk_count,
                           signature, size);
}

static bool
check_cosignature(const mpos_note_verifier *verifier, const mpos_note *note, mpos_note_signer *signer,
                  const uint8_t *signature, size_t size)
{
    char prefix[MPOS_COSIGNATURE_PREFIX_SIZE_MAX];
    uint64_t time_s;

    if (size != TIME_SIZE + ED25519_SIZE) {
        return false;
    }
    time_s = mpos_get_u64(signature);
    if (time_s > INT64_MAX) {
        return false;
    }
    mpos_chunk message[] = {{prefix, mpos_cosignature_prefix(time_s, prefix)}, {note->text, note->text_size}};

    signer->time_s = time_s;
    return check(verifier, MPOS_NOTE_SIGN_ED25519, &signer->key, message, 2, signature + TIME_SIZE,
                 ED25519_SIZE);
}

/*
 * u64 time, then a digitally-signed struct of TLS 1.2: hash (4 SHA-256), algorithm (3 ECDSA), u16 size, signature. It
 * covers time, size and root only; static-ct-api therefore wants the origin to be the name of the key.
 */
static bool
check_tree_head(const mpos_note_verifier *verifier, const mpos_note *note, mpos_note_signer *signer,
                const uint8_t *signature, size_t size)
{
    const mpos_note_key *key = &signer->key;
    uint8_t head[TREE_HEAD_SIZE] = {0 /* v1 */, 1 /* tree_hash */};
    mpos_chunk message = {head, sizeof head};
    mpos_checkpoint checkpoint;

    if (size < TIME_SIZE + 4 || signature[8] != 4 || signature[9] != 3 ||
        mpos_get_u16(signature + 10) != size - TIME_SIZE - 4 ||
        mpos_checkpoint_parse(note->text, note->text_size, &checkpoint) != MPOS_OK ||
        checkpoint.extension_lines > 0 || checkpoint.origin_size != key->name_size ||
        memcmp(checkpoint.origin, key->name, key->name_size) != 0) {
        return false;
    }
    memcpy(head + 2, signature, TIME_SIZE);
    mpos_put_u64(head + 10, checkpoint.size);
    memcpy(head + 18, checkpoint.root, 32);
    signer->time_s = mpos_get_u64(signature);
    return check(verifier, MPOS_NOTE_SIGN_ECDSA_SHA256, key, &message, 1, signature + TIME_SIZE + 4,
                 size - TIME_SIZE - 4);
}

static bool
check_signature(const mpos_note_verifier *verifier, const mpos_note *note, mpos_note_signer *signer,
                const uint8_t *signature, size_t size)
{
    mpos_chunk text = {note->text, note->text_size};

    switch (signer->key.type) {
    case MPOS_NOTE_ED25519:
        return size == ED25519_SIZE &&
               check(verifier, MPOS_NOTE_SIGN_ED25519, &signer->key, &text, 1, signature, size);
    case MPOS_NOTE_ECDSA:
        return check(verifier, MPOS_NOTE_SIGN_ECDSA_SHA256, &signer->key, &text, 1, signature, size);
    case MPOS_NOTE_COSIGNATURE:
        return check_cosignature(verifier, note, signer, signature, size);
    default:
        return check_tree_head(verifier, note, signer, signature, size);
    }
}

static bool
is_of(const mpos_note_signature *signature, const mpos_note_key *key)
{
    return signature->key_id == key->id && signature->name_size == key->name_size &&
           memcmp(signature->name, key->name, key->name_size) == 0;
}

/* False when the signature is of a known key and wrong. */
static bool
take_signature(const mpos_note_verifier *verifier, const mpos_note *note,
               const mpos_note_signature *signature, mpos_note_signer *signer)
{
    uint8_t value[VALUE_SIZE_MAX];
    size_t size;

    if (!is_of(signature, &signer->key)) {
        return true;
    }
    /* The parser has read it before; what is too long for any known type cannot be right. */
    if (mpos_base64_decode(signature->base64, signature->base64_size, value, sizeof value, &size) !=
            MPOS_OK ||
        size > sizeof value || !check_signature(verifier, note, signer, value + 4, size - 4)) {
        return false;
    }
    signer->signed_by = true;
    return true;
}

static void
forget(mpos_note_signer *signers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        signers[i].signed_by = false;
        signers[i].time_s = 0;
    }
}

mpos_note_fault
mpos_note_verify(const mpos_note_verifier *verifier, const mpos_note *note, mpos_note_signer *signers,
                 size_t count)
{
    mpos_note_signature signature;
    size_t offset = 0;
    bool any = false;

    forget(signers, count);
    while (mpos_note_next(note, &offset, &signature)) {
        for (size_t i = 0; i < count; i++) {
            if (!take_signature(verifier, note, &signature, &signers[i])) {
                forget(signers, count);
                return MPOS_NOTE_WRONG_SIGNATURE;
            }
            any = any || signers[i].signed_by;
        }
    }
    return any ? MPOS_NOTE_OK : MPOS_NOTE_UNSIGNED;
}

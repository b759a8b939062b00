/* note_case.c - a signed note and a public key: {vkey, note, ok}. A key that cannot be read accepts nothing. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "note.h"
#include "runner.h"

static int
check_ecdsa(const uint8_t *key, size_t key_size, const uint8_t *message, size_t size,
            const uint8_t *signature, size_t signature_size)
{
    EVP_PKEY *public = d2i_PUBKEY(NULL, &key, (long)key_size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = public != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, public) == 1 &&
               EVP_DigestVerify(context, signature, signature_size, message, size) == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return good;
}

static bool
check(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size,
      const mpos_chunk *message, size_t chunk_count, const uint8_t *signature, size_t signature_size)
{
    static uint8_t whole[MPOS_NOTE_SIZE_MAX + MPOS_COSIGNATURE_PREFIX_SIZE_MAX];
    size_t size = 0;

    (void)host;
    for (size_t i = 0; i < chunk_count; i++) {
        memcpy(whole + size, message[i].data, message[i].size);
        size += message[i].size;
    }
    return algorithm == MPOS_NOTE_SIGN_ED25519
               ? crypto_sign_verify_detached(signature, whole, size, key) == 0
               : check_ecdsa(key, key_size, whole, size, signature, signature_size);
}

void
run_note(const json_t *object, report *r)
{
    static const mpos_note_verifier verifier = {check, NULL};
    const json_t *vkey = json_object_get(object, "vkey"), *text = json_object_get(object, "note"),
                 *ok = json_object_get(object, "ok");
    mpos_note_signer signer;
    mpos_note note;
    mpos_note_fault fault;

    if (!json_is_string(vkey) || !json_is_string(text) || !json_is_boolean(ok)) {
        report_fail(r, "a case is {vkey, note, ok}");
        return;
    }
    fault = mpos_note_key_parse(&host_digest, json_string_value(vkey), json_string_length(vkey), &signer.key);
    if (fault == MPOS_NOTE_OK) {
        fault = mpos_note_parse(json_string_value(text), json_string_length(text), &note);
    }
    if (fault == MPOS_NOTE_OK) {
        fault = mpos_note_verify(&verifier, &note, &signer, 1);
    }
    if ((fault == MPOS_NOTE_OK) != json_is_true(ok)) {
        report_fail(r, "%s", fault == MPOS_NOTE_OK ? "the note was accepted" : mpos_note_reason(fault));
    }
}

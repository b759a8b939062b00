/* sign.c - see sign.h. */
#include "sign.h"

#include <sodium.h>
#include <string.h>

#include "bytes.h"
#include "host.h"

enum { MESSAGE_MAX = 4096, TIME_S = 1700000000 };

static bool
check(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size,
      const mpos_chunk *message, size_t chunk_count, const uint8_t *signature, size_t signature_size)
{
    uint8_t whole[MESSAGE_MAX];
    size_t size = 0;

    (void)host;
    if (algorithm != MPOS_NOTE_SIGN_ED25519 || key_size != 32 || signature_size != 64) {
        return false;
    }
    for (size_t i = 0; i < chunk_count; i++) {
        if (size + message[i].size > sizeof whole) {
            return false;
        }
        memcpy(whole + size, message[i].data, message[i].size);
        size += message[i].size;
    }
    return crypto_sign_verify_detached(signature, whole, size, key) == 0;
}

const mpos_note_verifier host_verifier = {check, NULL};

void
sign_key_make(sign_key *key, const char *name, uint8_t type, uint8_t seed)
{
    uint8_t seed_bytes[32], public[32];

    memset(seed_bytes, seed, sizeof seed_bytes);
    crypto_sign_seed_keypair(public, key->secret, seed_bytes);
    strcpy(key->name, name);
    key->type = type;
    key->vkey_size = mpos_note_key_format(&host_digest, name, strlen(name), type, public, key->vkey);
    assert_int_equal(mpos_note_key_parse(&host_digest, key->vkey, key->vkey_size, &key->key), MPOS_NOTE_OK);
}

size_t
sign_line(const sign_key *key, const char *text, size_t text_size, char *out)
{
    char message[MESSAGE_MAX];
    uint8_t signature[MPOS_NOTE_SIGNATURE_SIZE_MAX];
    bool cosignature = key->type == MPOS_NOTE_COSIGNATURE;
    size_t prefix = cosignature ? mpos_cosignature_prefix(TIME_S, message) : 0;

    mpos_put_u64(signature, TIME_S);
    memcpy(message + prefix, text, text_size);
    crypto_sign_detached(signature + (cosignature ? 8 : 0), NULL, (const uint8_t *)message,
                         prefix + text_size, key->secret);
    return mpos_note_line_format(key->name, strlen(key->name), key->key.id, signature, cosignature ? 72 : 64,
                                 out);
}

size_t
sign_note(const char *text, const sign_key *const *keys, size_t count, char *out)
{
    size_t text_size = strlen(text), size = text_size;

    memcpy(out, text, text_size);
    out[size++] = '\n';
    for (size_t i = 0; i < count; i++) {
        size += sign_line(keys[i], text, text_size, out + size);
    }
    return size;
}

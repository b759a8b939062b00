/* note_key.c - public keys of notes as text, and their ids. */
#include <string.h>

#include "base64.h"
#include "bytes.h"
#include "note.h"

enum { ED25519_KEY_SIZE = 32 };

uint32_t
mpos_note_key_id(const mpos_digest *digest, const char *name, size_t name_size, uint8_t type,
                 const uint8_t *key, size_t key_size)
{
    mpos_chunk chunks[] = {{name, name_size}, {"\n", 1}, {&type, 1}, {key, key_size}};
    uint8_t hash[32];

    digest->sha256(digest->host, chunks, 4, hash);
    return mpos_get_u32(hash);
}

/* The id that the specification of the type gives the key. */
static uint32_t
id_of_type(const mpos_digest *digest, const mpos_note_key *key)
{
    mpos_chunk whole = {key->key, key->key_size};
    uint8_t hash[32];

    if (key->type == MPOS_NOTE_ED25519 || key->type == MPOS_NOTE_COSIGNATURE) {
        return mpos_note_key_id(digest, key->name, key->name_size, key->type, key->key, key->key_size);
    }
    digest->sha256(digest->host, &whole, 1, hash);
    return key->type == MPOS_NOTE_ECDSA
               ? mpos_get_u32(hash)
               : mpos_note_key_id(digest, key->name, key->name_size, key->type, hash, sizeof hash);
}

static bool
read_hex_u32(const char *text, uint32_t *out)
{
    uint32_t value = 0;

    for (int i = 0; i < 8; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0) {
            return false;
        }
        value = value << 4 | (uint32_t)digit;
    }
    *out = value;
    return true;
}

static bool
type_known(uint8_t type)
{
    return type == MPOS_NOTE_ED25519 || type == MPOS_NOTE_ECDSA || type == MPOS_NOTE_COSIGNATURE ||
           type == MPOS_NOTE_TREE_HEAD;
}

mpos_note_fault
mpos_note_key_parse(const mpos_digest *digest, const char *vkey, size_t vkey_size, mpos_note_key *out)
{
    uint8_t value[1 + MPOS_NOTE_KEY_SIZE_MAX];
    mpos_note_key key = {.name = vkey};
    size_t value_size;

    while (key.name_size < vkey_size && vkey[key.name_size] != '+') {
        key.name_size++;
    }
    if (vkey_size - key.name_size < 10 || vkey[key.name_size + 9] != '+' ||
        !mpos_note_name_valid(vkey, key.name_size) || !read_hex_u32(vkey + key.name_size + 1, &key.id) ||
        mpos_base64_decode(vkey + key.name_size + 10, vkey_size - key.name_size - 10, value, sizeof value,
                           &value_size) != MPOS_OK ||
        value_size < 2) {
        return MPOS_NOTE_KEY_FORM;
    }
    key.type = value[0];
    key.key_size = value_size - 1;
    if (!type_known(key.type)) {
        return MPOS_NOTE_KEY_TYPE;
    }
    if (key.key_size > MPOS_NOTE_KEY_SIZE_MAX ||
        ((key.type == MPOS_NOTE_ED25519 || key.type == MPOS_NOTE_COSIGNATURE) &&
         key.key_size != ED25519_KEY_SIZE)) {
        return MPOS_NOTE_KEY_FORM;
    }
    memcpy(key.key, value + 1, key.key_size);
    if (id_of_type(digest, &key) != key.id) {
        return MPOS_NOTE_KEY_ID;
    }
    *out = key;
    return MPOS_NOTE_OK;
}

size_t
mpos_note_key_format(const mpos_digest *digest, const char *name, size_t name_size, uint8_t type,
                     const uint8_t key[32], char *out)
{
    static const char hex[] = "0123456789abcdef";
    uint32_t id = mpos_note_key_id(digest, name, name_size, type, key, ED25519_KEY_SIZE);
    uint8_t value[1 + ED25519_KEY_SIZE];
    char *at = out;

    memcpy(at, name, name_size);
    at += name_size;
    *at++ = '+';
    for (int shift = 28; shift >= 0; shift -= 4) {
        *at++ = hex[id >> shift & 15];
    }
    *at++ = '+';
    value[0] = type;
    memcpy(value + 1, key, ED25519_KEY_SIZE);
    at += mpos_base64(value, sizeof value, at);
    return (size_t)(at - out);
}

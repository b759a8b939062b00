/* pii_key.c - the keys of personal data: XChaCha20-Poly1305, one key per subject, wrapped under the key file's. */
#include "postgres.h"

#include <sodium.h>

#include "key_file.h"
#include "pii_store.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

StaticAssertDecl(MPOS_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key fits the cipher");
StaticAssertDecl(sizeof(mpos_pii_bound) == 49, "what a text is bound to has no gaps");

/* Where the key lies that wraps the subjects' keys. Changed when the secrets move to another place of the machine. */
static mpos_key_file master;

void
mpos_pii_key_init(void)
{
    mpos_key_file_define(&master, "mpos.pii_key_file",
                         "File with the key under which the keys of personal data are kept.");
}

bool
mpos_pii_ready(void)
{
    if (sodium_init() < 0) {
        return false;
    }
    if (master.ring.count == 0) {
        mpos_key_file_refresh(&master);
    }
    return master.ring.count == 1;
}

static void
need_master(void)
{
    if (!mpos_pii_ready()) {
        ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR), errmsg("mpos.pii_key_file holds no key")));
    }
}

bytea *
mpos_pii_seal(const uint8 key[MPOS_KEY_SIZE], const mpos_pii_bound *bound, const uint8 *plain, size_t size)
{
    bytea *out = palloc(VARHDRSZ + NONCE_SIZE + size + TAG_SIZE);
    uint8 *nonce = (uint8 *)VARDATA(out);

    randombytes_buf(nonce, NONCE_SIZE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_SIZE, NULL, plain, size,
                                                     (const uint8 *)bound, sizeof *bound, NULL, nonce, key);
    SET_VARSIZE(out, VARHDRSZ + NONCE_SIZE + size + TAG_SIZE);
    return out;
}

uint8 *
mpos_pii_open(const uint8 key[MPOS_KEY_SIZE], const mpos_pii_bound *bound, const bytea *sealed, size_t *size)
{
    const uint8 *nonce = (const uint8 *)VARDATA_ANY(sealed);
    size_t whole = VARSIZE_ANY_EXHDR(sealed);
    uint8 *out = palloc0(whole + 1);

    if (whole < NONCE_SIZE + TAG_SIZE ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, nonce + NONCE_SIZE, whole - NONCE_SIZE,
                                                   (const uint8 *)bound, sizeof *bound, nonce, key) != 0) {
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("personal data cannot be opened: another key, or not what was kept")));
    }
    *size = whole - NONCE_SIZE - TAG_SIZE;
    return out;
}

bytea *
mpos_pii_key_make(const mpos_pii_bound *bound, uint8 key[MPOS_KEY_SIZE])
{
    need_master();
    randombytes_buf(key, MPOS_KEY_SIZE);
    return mpos_pii_seal(master.ring.keys[0].bytes, bound, key, MPOS_KEY_SIZE);
}

void
mpos_pii_key_open(const mpos_pii_bound *bound, const bytea *wrapped, uint8 key[MPOS_KEY_SIZE])
{
    size_t size;
    uint8 *plain;

    need_master();
    plain = mpos_pii_open(master.ring.keys[0].bytes, bound, wrapped, &size);
    if (size != MPOS_KEY_SIZE) {
        elog(ERROR, "a wrapped key has %zu bytes", size);
    }
    memcpy(key, plain, MPOS_KEY_SIZE);
    sodium_memzero(plain, size);
}

/*
 * context_key.c - the keys that server and extension share, and the MAC of a context under one of them.
 *
 * A backend looks with every call whether another file lies there by now, which costs less than a microsecond: a new key needs
 * no restart, and one that was taken away opens nothing from then on.
 */
#include "postgres.h"

#include "context_key.h"
#include "key_file.h"
#include "sha256.h"

/* Where the keys lie. Changed when the secrets move to another place of the machine. */
static mpos_key_file shared_key;

void
mpos_context_key_init(void)
{
    mpos_key_file_define(&shared_key, "mpos.context_key_file",
                         "File with the keys that the server and this extension share.");
}

bool
mpos_context_genuine(const uint8 context[MPOS_CONTEXT_SIZE])
{
    uint8 mac[MPOS_CONTEXT_MAC_SIZE];
    const mpos_key *key;

    mpos_key_file_refresh(&shared_key);
    key = mpos_keyring_find(&shared_key.ring, mpos_context_key_id(context));
    if (key == NULL) {
        return false;
    }
    mpos_hmac_sha256(key->bytes, sizeof key->bytes, context, MPOS_CONTEXT_SIGNED_SIZE, mac);
    return mpos_equal_secret(mac, context + MPOS_CONTEXT_SIGNED_SIZE, sizeof mac);
}

uint32
mpos_context_key_current(void)
{
    return shared_key.ring.count > 0 ? shared_key.ring.keys[0].id : 0;
}

bool
mpos_context_key_mac(uint32 id, const void *bytes, size_t size, uint8 mac[MPOS_CONTEXT_MAC_SIZE])
{
    const mpos_key *key = mpos_keyring_find(&shared_key.ring, id);

    Assert(size != MPOS_CONTEXT_SIGNED_SIZE);
    if (key == NULL) {
        return false;
    }
    mpos_hmac_sha256(key->bytes, sizeof key->bytes, bytes, size, mac);
    return true;
}

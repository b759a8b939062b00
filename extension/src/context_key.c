/*
 * context_key.c - the key that server and extension share, and the MAC of a context under it.
 *
 * The key is read when the library is loaded. A context whose MAC does not fit makes this backend look
 * whether the file is another one by now, so a new key needs no restart.
 */
#include "postgres.h"

#include "context_key.h"
#include "key_file.h"
#include "sha256.h"

/* Where the key lies. Changed when the secrets move to another place of the machine. */
static mpos_key_file shared_key;

void
mpos_context_key_init(void)
{
    mpos_key_file_define(&shared_key, "mpos.context_key_file",
                         "File with the key that the server and this extension share.");
}

static bool
mac_fits(const uint8 context[MPOS_CONTEXT_SIZE])
{
    uint8 mac[MPOS_CONTEXT_MAC_SIZE];

    mpos_hmac_sha256(shared_key.key, sizeof shared_key.key, context, MPOS_CONTEXT_SIGNED_SIZE, mac);
    return mpos_equal_secret(mac, context + MPOS_CONTEXT_SIGNED_SIZE, sizeof mac);
}

bool
mpos_context_genuine(const uint8 context[MPOS_CONTEXT_SIZE])
{
    if (shared_key.known && mac_fits(context)) {
        return true;
    }
    return mpos_key_file_replaced(&shared_key) && mpos_key_file_read(&shared_key) && mac_fits(context);
}

/*
 * context_key.c - key file: 64 hexadecimal characters and a newline, readable by the database's user only.
 *
 * The key is read when the library is loaded. A context whose MAC does not fit makes this backend look
 * whether the file is another one by now, so a new key needs no restart; nothing of key or file is ever
 * logged or shown.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "context_key.h"
#include "sha256.h"

#define KEY_SIZE 32

/* Where the key lies. Changed when the secrets move to another place of the machine. */
static char *key_file = NULL;

static uint8 key[KEY_SIZE];
static bool key_known = false;
static struct stat key_seen;

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool
parse_key(const char *text, uint8 out[KEY_SIZE])
{
    for (int i = 0; i < KEY_SIZE; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8)(high << 4 | low);
    }
    return true;
}

/* False when the file cannot be read or is no key; the old key stays then. */
static bool
read_key(void)
{
    char text[2 * KEY_SIZE];
    uint8 fresh[KEY_SIZE];
    struct stat seen;
    int file = key_file == NULL || key_file[0] == '\0' ? -1 : open(key_file, O_RDONLY | O_CLOEXEC);
    bool ok = file >= 0 && fstat(file, &seen) == 0 && read(file, text, sizeof text) == (ssize_t)sizeof text &&
              parse_key(text, fresh);

    if (file >= 0) {
        close(file);
    }
    if (ok) {
        memcpy(key, fresh, sizeof key);
        key_seen = seen;
        key_known = true;
    }
    explicit_bzero(text, sizeof text);
    explicit_bzero(fresh, sizeof fresh);
    return ok;
}

static bool
file_is_another(void)
{
    struct stat now;

    return key_file != NULL && stat(key_file, &now) == 0 &&
           (!key_known || now.st_ino != key_seen.st_ino || now.st_dev != key_seen.st_dev ||
            now.st_mtim.tv_sec != key_seen.st_mtim.tv_sec || now.st_mtim.tv_nsec != key_seen.st_mtim.tv_nsec);
}

void
mpos_context_key_init(void)
{
    DefineCustomStringVariable("mpos.context_key_file",
                               "File with the key that the server and this extension share.",
                               "64 hexadecimal characters.", &key_file, "", PGC_SIGHUP,
                               GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
    if (!read_key() && key_file[0] != '\0') {
        ereport(WARNING,
                (errmsg("mpos: the context key file is missing or not a key; calls will be refused")));
    }
}

static bool
mac_fits(const uint8 context[MPOS_CONTEXT_SIZE])
{
    uint8 mac[MPOS_CONTEXT_MAC_SIZE];

    mpos_hmac_sha256(key, sizeof key, context, MPOS_CONTEXT_SIGNED_SIZE, mac);
    return mpos_equal_secret(mac, context + MPOS_CONTEXT_SIGNED_SIZE, sizeof mac);
}

bool
mpos_context_genuine(const uint8 context[MPOS_CONTEXT_SIZE])
{
    if (key_known && mac_fits(context)) {
        return true;
    }
    return file_is_another() && read_key() && mac_fits(context);
}

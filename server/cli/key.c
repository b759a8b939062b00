/* key.c - mpos key list|rotate|retire: the file with the context keys. Words: key, number, to sign, to retire. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "keyring.h"

static const char *const help =
    "Usage: mpos key list FILE\n"
    "       mpos key rotate FILE\n"
    "       mpos key retire FILE\n\n"
    "FILE holds the keys under which mposd signs request contexts and the extension checks them "
    "(MPOS_CONTEXT_KEY_FILE,\n"
    "mpos.context_key_file). The key with the highest number signs; all are accepted.\n\n"
    "list prints the numbers, the signing one first. rotate adds a key with the next number; SIGHUP makes "
    "mposd sign with\n"
    "it, PostgreSQL takes note by itself. retire removes all keys but the newest: a minute after the last "
    "mposd has been\n"
    "told. The file is replaced as a whole and keeps its owner and mode. No key is ever printed.\n";

static mpos_keyring
read_ring(const char *path)
{
    char text[MPOS_KEYRING_TEXT_MAX + 1];
    FILE *file = fopen(path, "r");
    mpos_keyring ring;
    size_t size;
    mpos_err err;

    if (file == NULL) {
        cli_fail("cannot read %s: %s", path, strerror(errno));
    }
    setvbuf(file, NULL, _IONBF, 0);
    size = fread(text, 1, sizeof text, file);
    fclose(file);
    err = mpos_keyring_parse(text, size, &ring);
    sodium_memzero(text, sizeof text);
    if (err != MPOS_OK) {
        cli_fail("%s does not hold keys, one a line: a number and 64 hexadecimal characters", path);
    }
    return ring;
}

static void
write_keys(int fd, const mpos_keyring *ring)
{
    for (uint32_t i = 0; i < ring->count; i++) {
        char hex[2 * MPOS_KEY_SIZE + 1];

        sodium_bin2hex(hex, sizeof hex, ring->keys[i].bytes, MPOS_KEY_SIZE);
        if (dprintf(fd, "%u %s\n", ring->keys[i].id, hex) < 0) {
            cli_fail("cannot write the new file: %s", strerror(errno));
        }
        sodium_memzero(hex, sizeof hex);
    }
}

/* Beside the old one and renamed over it, so that nobody reads half of it; not a moment with other rights than it had. */
static void
replace_file(const char *path, const mpos_keyring *ring)
{
    struct stat old;
    char *fresh;
    int fd;

    if (asprintf(&fresh, "%s.XXXXXX", path) < 0) {
        cli_fail("out of memory");
    }
    fd = mkstemp(fresh);
    if (fd < 0 || stat(path, &old) != 0) {
        cli_fail("cannot write beside %s: %s", path, strerror(errno));
    }
    if (fchown(fd, old.st_uid, old.st_gid) != 0 || fchmod(fd, old.st_mode & 07777) != 0) {
        int reason = errno;

        unlink(fresh);
        cli_fail("cannot give the new file the owner of %s: %s", path, strerror(reason));
    }
    write_keys(fd, ring);
    if (fsync(fd) != 0 || close(fd) != 0 || rename(fresh, path) != 0) {
        cli_fail("cannot replace %s: %s", path, strerror(errno));
    }
    free(fresh);
}

static int
list(const mpos_keyring *ring)
{
    for (uint32_t i = 0; i < ring->count; i++) {
        printf("%u%s\n", ring->keys[i].id, i == 0 ? " signs" : "");
    }
    return CLI_OK;
}

static int
rotate(const char *path, mpos_keyring *ring)
{
    if (ring->count == MPOS_KEYRING_MAX) {
        cli_fail("%s holds %d keys, more do not fit: retire the old ones first", path, MPOS_KEYRING_MAX);
    }
    if (ring->keys[0].id == UINT32_MAX) {
        cli_fail("%s: there is no higher number", path);
    }
    memmove(ring->keys + 1, ring->keys, sizeof *ring->keys * ring->count);
    ring->count++;
    ring->keys[0].id = ring->keys[1].id + 1;
    randombytes_buf(ring->keys[0].bytes, MPOS_KEY_SIZE);
    replace_file(path, ring);
    printf("key %u signs once mposd has had SIGHUP\n", ring->keys[0].id);
    return CLI_OK;
}

static int
retire(const char *path, mpos_keyring *ring)
{
    uint32_t gone = ring->count - 1;

    if (gone > 0) {
        ring->count = 1;
        replace_file(path, ring);
    }
    printf("%u %s retired, key %u is left\n", gone, gone == 1 ? "key" : "keys", ring->keys[0].id);
    return CLI_OK;
}

int
cli_key(int argc, char **argv)
{
    const cli_option none[] = {{0}};
    mpos_keyring ring;
    int status = CLI_OK;

    if (cli_options("key", help, none, argc, argv) != 2) {
        cli_usage("key", "key needs list, rotate or retire, and a file");
    }
    if (sodium_init() < 0) {
        cli_fail("libsodium does not start");
    }
    ring = read_ring(argv[1]);
    if (strcmp(argv[0], "list") == 0) {
        status = list(&ring);
    } else if (strcmp(argv[0], "rotate") == 0) {
        status = rotate(argv[1], &ring);
    } else if (strcmp(argv[0], "retire") == 0) {
        status = retire(argv[1], &ring);
    } else {
        cli_usage("key", "unknown key command \"%s\"", argv[0]);
    }
    sodium_memzero(&ring, sizeof ring);
    return status;
}

/*
 * licence.c - mpos licence: the vendor makes a key and signs licences, anybody reads them, an operator installs them.
 * Words: payload (the JSON that is signed), vendor.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "mpos-licence-v1\n"
#define FILE_MAX 8192
#define URL sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define PLAIN sodium_base64_VARIANT_ORIGINAL

static const char *const help =
    "Usage: mpos licence keygen FILE\n"
    "       mpos licence sign --key FILE PAYLOAD\n"
    "       mpos licence show [--vkey KEY] LICENCE\n"
    "       mpos licence install BUSINESS LICENCE\n\n"
    "keygen   makes a vendor's key: the secret half into FILE, which must not exist; prints the public half\n"
    "sign     signs the JSON of the file PAYLOAD (docs/reference/licence.md) and prints the licence\n"
    "show     prints what a licence says; with the vendor's public key also whether that signed it\n"
    "install  takes a licence in for the business with that short name\n\n"
    "  --key FILE  secret key of the vendor\n"
    "  --vkey KEY  public key of the vendor, base64\n"
    "  --db CONNINFO  database of the installation; default MPOS_DB_ADMIN or libpq's environment\n\n"
    "Exit status: 0 done, 1 not signed by that key, 2 wrong command line, 3 could not be done.\n";

typedef struct licence {
    unsigned char payload[FILE_MAX];
    size_t payload_size;
    unsigned char signature[crypto_sign_BYTES];
} licence;

static size_t
read_file(const char *path, char out[FILE_MAX])
{
    FILE *file = fopen(path, "re");
    size_t size;

    if (file == NULL) {
        cli_fail("%s: %s", path, strerror(errno));
    }
    size = fread(out, 1, FILE_MAX, file);
    fclose(file);
    if (size == FILE_MAX) {
        cli_fail("%s: longer than a licence can be", path);
    }
    out[size] = '\0';
    return size;
}

static int
keygen(const char *path)
{
    unsigned char public[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof secret, PLAIN)];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (fd < 0) {
        cli_fail("%s: %s", path, strerror(errno));
    }
    crypto_sign_keypair(public, secret);
    sodium_bin2base64(text, sizeof text, secret, sizeof secret, PLAIN);
    written = dprintf(fd, "%s\n", text) > 0 && fsync(fd) == 0;
    close(fd);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    if (!written) {
        cli_fail("%s: %s", path, strerror(errno));
    }
    puts(sodium_bin2base64(text, sizeof text, public, sizeof public, PLAIN));
    return CLI_OK;
}

static size_t
message_of(const unsigned char *payload, size_t size, unsigned char out[FILE_MAX + sizeof DOMAIN])
{
    memcpy(out, DOMAIN, sizeof DOMAIN - 1);
    memcpy(out + sizeof DOMAIN - 1, payload, size);
    return sizeof DOMAIN - 1 + size;
}

static int
sign(const char *key_path, const char *payload_path)
{
    char key_text[FILE_MAX];
    char payload[FILE_MAX];
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    unsigned char signature[crypto_sign_BYTES];
    unsigned char message[FILE_MAX + sizeof DOMAIN];
    char payload_text[sodium_base64_ENCODED_LEN(FILE_MAX, URL)];
    char signature_text[sodium_base64_ENCODED_LEN(crypto_sign_BYTES, URL)];
    size_t size = read_file(payload_path, payload);
    size_t key_len = (read_file(key_path, key_text), strcspn(key_text, "\r\n"));
    size_t secret_size = 0;
    json_t *doc = json_loadb(payload, size, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(doc)) {
        cli_fail("%s: not a JSON object", payload_path);
    }
    json_decref(doc);
    if (sodium_base642bin(secret, sizeof secret, key_text, key_len, NULL, &secret_size, NULL, PLAIN) != 0 ||
        secret_size != sizeof secret) {
        cli_fail("%s: not a secret key", key_path);
    }
    crypto_sign_detached(signature, NULL, message, message_of((unsigned char *)payload, size, message),
                         secret);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(key_text, sizeof key_text);
    sodium_bin2base64(payload_text, sizeof payload_text, (unsigned char *)payload, size, URL);
    sodium_bin2base64(signature_text, sizeof signature_text, signature, sizeof signature, URL);
    printf("{\"v\":1,\"payload\":\"%s\",\"signature\":\"%s\"}\n", payload_text, signature_text);
    return CLI_OK;
}

static bool
decode(const json_t *text, unsigned char *out, size_t max, size_t *size)
{
    return json_is_string(text) && sodium_base642bin(out, max, json_string_value(text),
                                                     json_string_length(text), NULL, size, NULL, URL) == 0;
}

static void
read_licence(const char *path, licence *out)
{
    char text[FILE_MAX];
    json_t *file = json_loadb(text, read_file(path, text), JSON_REJECT_DUPLICATES, NULL);
    size_t signature_size = 0;

    if (json_integer_value(json_object_get(file, "v")) != 1 ||
        !decode(json_object_get(file, "payload"), out->payload, sizeof out->payload, &out->payload_size) ||
        !decode(json_object_get(file, "signature"), out->signature, sizeof out->signature, &signature_size) ||
        signature_size != sizeof out->signature) {
        cli_fail("%s: not a licence", path);
    }
    json_decref(file);
}

static int
show(const char *vkey, const char *path)
{
    licence held;
    unsigned char key[crypto_sign_PUBLICKEYBYTES];
    unsigned char message[FILE_MAX + sizeof DOMAIN];
    size_t key_size = 0;

    read_licence(path, &held);
    printf("%.*s\n", (int)held.payload_size, (const char *)held.payload);
    if (vkey == NULL) {
        return CLI_OK;
    }
    if (sodium_base642bin(key, sizeof key, vkey, strlen(vkey), NULL, &key_size, NULL, PLAIN) != 0 ||
        key_size != sizeof key) {
        cli_usage("licence", "--vkey is not a public key");
    }
    if (crypto_sign_verify_detached(held.signature, message,
                                    message_of(held.payload, held.payload_size, message), key) != 0) {
        puts("NOT signed by that key");
        return CLI_FINDINGS;
    }
    puts("signed by that key");
    return CLI_OK;
}

static int
install(const char *db, const char *slug, const char *path)
{
    licence held;
    char payload[2 * FILE_MAX + 1];
    char signature[2 * crypto_sign_BYTES + 1];
    const char *values[] = {slug, payload, signature};
    PGconn *conn;
    PGresult *result;

    read_licence(path, &held);
    sodium_bin2hex(payload, sizeof payload, held.payload, held.payload_size);
    sodium_bin2hex(signature, sizeof signature, held.signature, sizeof held.signature);
    conn = cli_connect(db);
    result = cli_query(conn,
                       "SELECT pos.licence_install(tenant_id, decode($2, 'hex'), decode($3, 'hex')) "
                       "FROM pos.directory WHERE slug = $1",
                       3, values, false);
    if (PQntuples(result) == 0) {
        cli_fail("no business has the short name \"%s\"", slug);
    }
    printf("%s\t%s\n", slug, PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return CLI_OK;
}

int
cli_licence(int argc, char **argv)
{
    const char *key = NULL;
    const char *vkey = NULL;
    const char *db = NULL;
    const cli_option options[] = {{.name = "--key", .text = &key},
                                  {.name = "--vkey", .text = &vkey},
                                  {.name = "--db", .text = &db},
                                  {0}};
    int left = cli_options("licence", help, options, argc, argv);

    if (sodium_init() < 0) {
        cli_fail("libsodium cannot be used");
    }
    if (left == 2 && strcmp(argv[0], "keygen") == 0) {
        return keygen(argv[1]);
    }
    if (left == 2 && strcmp(argv[0], "sign") == 0 && key != NULL) {
        return sign(key, argv[1]);
    }
    if (left == 2 && strcmp(argv[0], "show") == 0) {
        return show(vkey, argv[1]);
    }
    if (left == 3 && strcmp(argv[0], "install") == 0) {
        return install(db, argv[1], argv[2]);
    }
    cli_usage("licence", "keygen, sign, show or install, with their files");
}

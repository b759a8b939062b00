/* tenant_certificate.c - see tenant_certificate.h. */
#include "tenant_certificate.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "tenant_wait.h"
#include "vkeys.h"

static json_t *
read_certificate(PGconn *conn, const char *tenant)
{
    PGresult *result = cli_query(conn, "SELECT pos.erase_certificate($1)", 1, &tenant, false);
    json_error_t error;
    json_t *certificate = json_loads(PQgetvalue(result, 0, 0), 0, &error);

    if (certificate == NULL) {
        cli_fail("the platform's journal does not say that the business was erased");
    }
    PQclear(result);
    return certificate;
}

static void
add_keys(PGconn *conn, json_t *certificate)
{
    const char *origin = json_string_value(json_object_get(json_object_get(certificate, "entry"), "origin"));
    char *keys = vkeys_for(conn, origin), *rest = NULL;
    json_t *list = json_array();

    for (char *key = strtok_r(keys, "\n", &rest); key != NULL; key = strtok_r(NULL, "\n", &rest)) {
        json_array_append_new(list, json_string(key));
    }
    json_object_set_new(certificate, "vkeys", list);
    free(keys);
}

void
certificate_write(PGconn *conn, const char *tenant, const char *directory, char *path, size_t path_size)
{
    json_t *certificate;
    size_t size = strlen(directory);

    while (size > 1 && directory[size - 1] == '/') {
        size--;
    }
    if ((size_t)snprintf(path, path_size, "%.*s.erased.json", (int)size, directory) >= path_size) {
        cli_fail("the path is too long: %s", directory);
    }
    tenant_wait_signed(conn, NULL);
    certificate = read_certificate(conn, tenant);
    add_keys(conn, certificate);
    if (json_is_null(json_object_get(certificate, "proof"))) {
        fputs("mpos: no checkpoint covers the erasure yet: the same command again adds the proof\n", stderr);
    }
    if (json_dump_file(certificate, path, JSON_INDENT(1) | JSON_SORT_KEYS) != 0) {
        cli_fail("%s: %s", path, strerror(errno));
    }
    json_decref(certificate);
}

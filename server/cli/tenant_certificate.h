/* tenant_certificate.h - what proves that a business was erased. Words: certificate. */
#ifndef MPOS_CLI_TENANT_CERTIFICATE_H
#define MPOS_CLI_TENANT_CERTIFICATE_H

#include <libpq-fe.h>
#include <stddef.h>

/*
 * Writes DIR.erased.json beside the export DIR (docs/reference/export.md): what journal.erased keeps, the entry of the platform's
 * journal that says so, and the proof that a signed checkpoint covers it, if the signer signs within a while. path: the file.
 */
void
certificate_write(PGconn *conn, const char *tenant, const char *directory, char *path, size_t path_size);

#endif

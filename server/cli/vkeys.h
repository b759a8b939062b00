/* vkeys.h - the signer's public keys under the name of a log. Words: vkey. */
#ifndef MPOS_CLI_VKEYS_H
#define MPOS_CLI_VKEYS_H

#include <libpq-fe.h>

/* The keys that the database names, newest first, one a line, each as `origin+id+base64`. The caller frees. */
char *
vkeys_for(PGconn *conn, const char *origin);

#endif

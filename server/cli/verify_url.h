/* verify_url.h - checking a journal through the addresses that a server offers to everybody. */
#ifndef MPOS_CLI_VERIFY_URL_H
#define MPOS_CLI_VERIFY_URL_H

#include "verify.h"

typedef struct verify_address {
    const char *url; /* of the server, without /v1 */
    const char *journal;
    const char *token;   /* NULL: no payloads */
    const char *ca_file; /* NULL: those of the system */
} verify_address;

/*
 * Checks all epochs of the journal: notes, tiles on every level, headers, chain; with a token payloads too. run->keys are
 * the keys of the signer (first) and of witnesses; every witness must have cosigned the newest note.
 */
void
verify_url(verify_run *run, const verify_address *address);

#endif

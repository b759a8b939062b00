/*
 * fetch.h - one HTTPS request to somebody else's server, from a thread that may wait. Words: fetch.
 *
 * https only, no redirects, addresses of the own network refused: a business names the address, and must not reach through
 * this server what only this server can reach. Plain http and such addresses need the setting MPOS_SSO_PRIVATE.
 */
#ifndef AUTH_FETCH_H
#define AUTH_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Discovery documents and key sets are a few KiB; nobody may fill the memory with more. */
#define FETCH_BODY_MAX 262144

/* Once, before any thread. */
bool
fetch_init(bool private_allowed);

bool
fetch_private_allowed(void);

/*
 * GET, or POST of a form when form is not NULL; user and password (NULL for none) go as basic authentication. True for an
 * answer of status 200, with its body added to out.
 */
bool
fetch(const char *url, const char *form, const char *user, const char *password, text_buf *out);

/* Adds text as a form's value. */
void
fetch_escape(text_buf *out, const char *text);

#endif

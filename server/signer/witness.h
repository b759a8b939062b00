/*
 * witness.h - asking others to remember: C2SP tlog-witness `add-checkpoint`. Words: witness (a server with a key of its
 * own), cosignature (its signature with the time), lane (the thread that asks).
 *
 * The lane has its own database connection and never holds up signing: a witness that is slow or away is asked again later,
 * for the newest checkpoint only.
 */
#ifndef SIGNER_WITNESS_H
#define SIGNER_WITNESS_H

#include <stdbool.h>

#include "signer/settings.h"

/* Reads the file of witnesses and starts the lane when it names any. */
bool
witness_start(const signer_settings *settings, char error[SETTINGS_ERROR_SIZE]);

/* Ends the lane; a request under way is given up. */
void
witness_stop(void);

#endif

/*
 * accept.h - an operator's word that a new epoch may be signed although it does not follow on what was signed. Words:
 * acceptance. It opens a log that was never signed; it never lets a log that was signed be rewritten.
 */
#ifndef SIGNER_ACCEPT_H
#define SIGNER_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/disk.h"

/* Adds the acceptance with the time to the file, durably. The reason becomes one line. */
bool
accept_add(const char *dir, const char *journal, int32_t epoch, const char *reason,
           char error[DISK_ERROR_SIZE]);

/* Read from the file each time: acceptances are rare, and come from another process. */
bool
accept_covers(const char *dir, const char *journal, int32_t epoch);

#endif

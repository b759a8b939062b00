/*
 * factor.h - the second factor: time-based codes (RFC 6238, through liboath) and recovery codes. Words: code, step, recovery
 * code. A step counts half minutes since 1970; the database sees to it that none is used twice.
 */
#ifndef AUTH_FACTOR_H
#define AUTH_FACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define FACTOR_SECRET_SIZE 20
#define FACTOR_CODE_MAX 32
#define FACTOR_PURPOSE_SIZE 96
#define FACTOR_RECOVERY_CODES 10
#define FACTOR_RECOVERY_TEXT 15 /* xxxx-xxxx-xxxx and NUL */

typedef struct factor {
    int64_t step;     /* 0 for a recovery code */
    uint8_t hash[32]; /* of the recovery code */
} factor;

/* What a person's secret is sealed for. */
void
factor_purpose(const char *tenant_id, const char *staff_id, char out[FACTOR_PURPOSE_SIZE]);

/*
 * Reads a code: six digits are checked against the sealed secret, one step to either side of now; anything that looks like a
 * recovery code is hashed for the database to find. False for a code that is wrong.
 */
bool
factor_check(const char *code, const char *sealed_hex, const char *purpose, int64_t now_s, factor *out);

/* Adds ,"step":"n" or ,"recovery":"hex" to the parameters of an operation. */
void
factor_params(text_buf *params, const factor *factor);

/* A new secret: its text in base32 for an authenticator, and sealed in hex. */
void
factor_make(const char *purpose, text_buf *base32, text_buf *sealed);

/* A new recovery code, and its hash in hex added to hashes. */
void
factor_make_recovery(char out[FACTOR_RECOVERY_TEXT], text_buf *hashes);

#endif

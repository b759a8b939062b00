/*
 * sign_in_guard.h - counts attempts to sign in and locks subjects out. Words: subject, attempt, lockout.
 *
 * An attempt is counted before anything is verified, so that attempts in parallel cannot pass the limit together; it is
 * forgiven when it turns out right. A subject is a hash of what the caller claims to be, known or not: a lockout tells
 * nothing about who exists.
 */
#ifndef MPOS_SIGN_IN_GUARD_H
#define MPOS_SIGN_IN_GUARD_H

#include "postgres.h"

#include "call.h"
#include "sha256.h"

typedef enum mpos_guard_rule {
    MPOS_GUARD_PERSON, /* 5 attempts, then 60 s, doubling up to 15 minutes; forgotten after a day */
    MPOS_GUARD_DEVICE  /* 30 attempts within 15 minutes, then 5 minutes */
} mpos_guard_rule;

/* The subject of up to four words, such as "pin", business, outlet and number; NULL is the empty word. */
void
mpos_guard_subject(const char *kind, const char *a, const char *b, const char *c, uint8 out[MPOS_SHA256_LEN]);

/*
 * Counts an attempt. Returns 0 when it may be made, otherwise the seconds (at least 1) for which the subject is still
 * locked; an attempt on a locked subject is not counted.
 */
int
mpos_guard_count(const mpos_call *call, mpos_guard_rule rule, const uint8 subject[MPOS_SHA256_LEN]);

/* The attempt was right: forgets a person's attempts; takes the one back from a device's count. */
void
mpos_guard_forgive(mpos_guard_rule rule, const uint8 subject[MPOS_SHA256_LEN]);

#endif

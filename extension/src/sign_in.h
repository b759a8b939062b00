/* sign_in.h - what the ways of signing in share. Words: second factor, step. */
#ifndef MPOS_SIGN_IN_H
#define MPOS_SIGN_IN_H

#include "call.h"

/* Enters the business of that short name; tenant zero, which has no rows, when there is none: what follows costs the same. */
void
mpos_sign_in_enter(mpos_call *call, const char *slug);

/*
 * Uses up a second factor: the time step of a code that the server has checked, or the hash of a recovery code (NULL for
 * none). True for a person without a confirmed second factor; false when the step or code was used before.
 */
bool
mpos_second_factor(mpos_call *call, const uint8 staff[16], int64 step, const uint8 *recovery);

#endif

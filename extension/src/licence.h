/*
 * licence.h - what a vendor's licence allows. Words: licence, serial, grace.
 *
 * A licence limits how many devices and outlets there are, never what is sold: without one there are no limits, and one that is
 * over stops new devices and outlets only.
 */
#ifndef MPOS_LICENCE_H
#define MPOS_LICENCE_H

#include "call.h"

/* Defines the setting that names the file of the vendor's public keys. */
void
mpos_licence_init(void);

/* LICENCE_LIMIT when there may not be that many more "devices" or "outlets". The caller holds the lock on the tenant's row. */
mpos_err
mpos_licence_admit(mpos_call *call, const char *what, int more);

/* Says once each, as an event in the business's journal, that the licence ends in 30, 7 and 1 days and that it has ended. */
void
mpos_licence_remind(mpos_call *call);

#endif

/*
 * alarm.h - telling people: a line in the log at once, a row in the database for the metrics. Words: alarm, open.
 *
 * Each thread has a desk with kinds of its own. An alarm that stays open is logged again every ten minutes.
 */
#ifndef SIGNER_ALARM_H
#define SIGNER_ALARM_H

#include "signer/store.h"

typedef struct alarm_desk {
    const char *prefix; /* its kinds begin so, static: what it takes over and resolves */
    struct alarm_open *open;
    size_t count;
    size_t cap;
} alarm_desk;

/* journal NULL: about no journal in particular. size 0: none to name. */
void
alarm_raise(alarm_desk *desk, store *store, const char *journal, int32_t epoch, int64_t size,
            const char *kind, const char *detail);

/* Resolves what is open about an epoch. */
void
alarm_resolve(alarm_desk *desk, store *store, const char *journal, int32_t epoch, const char *reason);

/* Whether the epoch was refused a moment ago: it need not be looked at in every round. */
bool
alarm_recent(const alarm_desk *desk, const char *journal, int32_t epoch);

/* Takes over what an earlier process left open; after each new connection. */
void
alarm_load(alarm_desk *desk, store *store);

#endif

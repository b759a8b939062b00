/*
 * round.h - one round of signing: ask what is due, judge it, remember it, sign it, store it. Words: round, batch.
 */
#ifndef SIGNER_ROUND_H
#define SIGNER_ROUND_H

#include "signer/alarm.h"
#include "signer/key.h"
#include "signer/memory.h"
#include "signer/settings.h"
#include "signer/store.h"

typedef struct signer {
    const signer_settings *settings;
    store store;
    memory memory;
    signing_key key;
    alarm_desk desk;
    bool introduced; /* this connection knows the key */
} signer;

typedef enum round_result {
    ROUND_IDLE,  /* nothing was due */
    ROUND_MORE,  /* there may be more at once */
    ROUND_FAILED /* the database or the disk does not serve: wait longer */
} round_result;

round_result
round_run(signer *signer);

#endif

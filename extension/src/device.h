/*
 * device.h - the row where a device's log, its number series and its open shift stand. Locked first by whatever sells,
 * so that numbers are gapless and locks are taken in one order. Words: device, cursor, series, receipt number, call number.
 */
#ifndef MPOS_DEVICE_H
#define MPOS_DEVICE_H

#include "postgres.h"

#include "access/htup.h"

#include "call.h"

typedef struct mpos_device {
    uint8 id[16];
    const char *kind;
    bool channel; /* a virtual register: its shift opens by itself */
    const char *receipt_prefix;
    char letter;
    int32 gen; /* negative once the device is locked: its log told two stories */
    int64 last_seq;
    uint8 last_hash[32];
    int64 receipt_n;
    int32 call_n;
    int32 suspended;
    bool has_shift;
    uint8 shift[16];
    bool revoked; /* what it still pushes goes to suspense */

    HeapTuple row;
} mpos_device;

/* Locks the row until the transaction ends and reads it; false when the device has none. Waits at most lock_timeout. */
bool
mpos_device_lock(const uint8 tenant[16], const uint8 device[16], mpos_device *out);

/* The same without a lock, for reading. */
bool
mpos_device_get(const uint8 tenant[16], const uint8 device[16], mpos_device *out);

/* Writes a locked row back. */
void
mpos_device_save(mpos_device *device);

/* The next receipt number, outlet-register-series-n; n is the device's own number or 0. *gap: n did not follow. */
char *
mpos_device_next_receipt(mpos_device *device, int64 n, bool *gap);

/* The next call number, letter and two digits. */
char *
mpos_device_next_call(mpos_device *device);

#endif

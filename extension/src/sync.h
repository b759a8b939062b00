/* sync.h - the parts of a push. Words: push, operation, result, ring, suspense. */
#ifndef MPOS_SYNC_H
#define MPOS_SYNC_H

#include "device.h"
#include "operations.h"

/* One operation of a push: the exact bytes, and what they say. */
typedef struct mpos_push_op {
    const char *bytes; /* NUL-terminated */
    size_t size;
    const char *
        kept; /* the same as journal and suspense may have it: without card numbers; NULL until it has been run or kept */
    uint8 hash[32];
    uint8 id[16];
    uint8 device[16];
    int64 gen;
    int64 seq;
    uint8 prev[32];
    const char *type;
    const char *ts;
    int64 version;
    uint8 root[16];
    bool has_by;
    uint8 by[16]; /* session of whoever did it */
    const uint8
        *mark; /* that it was done there: HMAC-SHA256 of hash under the session's key; NULL for none */
    const JsonbContainer *body;
    const mpos_list *pii; /* mpos_pii_value that travelled beside it */
} mpos_push_op;

/* Reads the bytes of an operation (sync_op.c); refuses what is not an operation at all. */
mpos_err
mpos_push_op_read(mpos_call *call, const char *bytes, int index, mpos_push_op *out);

/*
 * Runs an operation through its handler and writes its result object, without sequence number, to out.
 * forced: a code to suspend it with instead of running it, or NULL.
 */
void
mpos_push_op_run(mpos_call *call, mpos_device *device, mpos_push_op *op, const char *forced, StringInfo out);

/* Keeps an operation that was not applied: in suspense, or only on record when it was refused. */
void
mpos_push_op_keep(mpos_call *call, mpos_device *device, mpos_push_op *op, const char *code, bool refused);

/* Who acts in a call (sync_actor.c). */
typedef struct mpos_actor {
    uint8 staff[16];
    uint8 session[16];
    uint64 scopes;
    int64 discount_limit;
    int64 refund_limit;
} mpos_actor;

/*
 * From here the call acts as whoever did the operation; false when the mark is not
 * that of a session of this device: nothing has changed. */
bool
mpos_actor_enter(mpos_call *call, const mpos_push_op *op, mpos_actor *before);

/* And as whoever pushes again. */
void
mpos_actor_leave(mpos_call *call, const mpos_actor *before);

/* Results of the last operations of a device (sync_ring.c). */
#define MPOS_RING_SIZE 64

/* False when the number is older than the ring; *result is the stored object's members, NULL when the hash differs. */
bool
mpos_ring_get(const uint8 tenant[16], const uint8 device[16], int64 seq, const uint8 hash[32], char **result);

void
mpos_ring_put(const uint8 tenant[16], const uint8 device[16], int64 seq, const uint8 hash[32],
              const char *result);

#endif

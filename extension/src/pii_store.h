/*
 * pii_store.h - personal data of operations: checked against what the operation commits to, kept encrypted, read and erased
 * under rights of their own. Words: subject (the person), record (the order), value, commitment, key.
 *
 * Values travel in a member "pii" beside the operation and are kept out of journal, feed and stored answers from the
 * start: call->recorded is the input without them. Every subject has a key of its own, wrapped under the key of
 * mpos.pii_key_file; erasing a subject destroys its values, their salts and that key.
 */
#ifndef MPOS_PII_STORE_H
#define MPOS_PII_STORE_H

#include "postgres.h"

#include "call.h"
#include "input.h"
#include "operations.h"
#include "pii.h"

#define MPOS_PII_VALUES_MAX 8
#define MPOS_PII_VALUE_MAX 500

/* One of the list "pii". */
typedef struct mpos_pii_value {
    uint32 given;
    int path; /* mpos_pii_path */
    uint8 salt[MPOS_PII_SALT_SIZE];
    const char *value;
} mpos_pii_value;

extern const mpos_shape mpos_pii_shape;

/* The commitments of an operation's body: its members "customer" and "note". */
extern const mpos_shape mpos_customer_shape;

typedef struct mpos_customer {
    uint32 given;
    uint8 id[16]; /* of the subject; left out, the order's own id is */
    uint8 name[32];
    uint8 phone[32];
    uint8 email[32];
} mpos_customer;

/* input without the values, and without what proves who one is (body.verifier, body.secret); input itself when it has none. */
Jsonb *
mpos_pii_strip(Jsonb *input);

/* What came with one operation: its body with the commitments, and the values. values is NULL when there are none. */
typedef struct mpos_pii {
    const JsonbContainer *body;
    const mpos_list *values;
} mpos_pii;

/*
 * MPOS_OK when each value is within its limit, no path is named twice, and each fits the commitment that the body has at
 * its path; also when there are none. Refusals name the place below "/pii".
 */
mpos_err
mpos_pii_check(mpos_call *call, const mpos_pii *personal);

/*
 * For a handler: the values of this operation, checked; from the body (in) over HTTP, from beside the operation in a
 * push. What has happened at a till is never refused for them: it is flagged "personal_data", and they are dropped.
 */
mpos_err
mpos_pii_accept(mpos_call *call, mpos_device_op *op, const mpos_list *in, mpos_pii *out);

/*
 * Keeps checked values for a record; the subject is the body's customer.id, else the record's own id. The key must be
 * there (mpos_pii_ready).
 */
void
mpos_pii_store(mpos_call *call, const mpos_pii *personal, const uint8 record[16]);

/*
 * The value at a path of a record, for an operation that shows it under a right of its own; NULL when there is none. Only
 * for answers that are not stored.
 */
char *
mpos_pii_value_of(mpos_call *call, const uint8 record[16], mpos_pii_path path);

/* Whether the key file is there. */
bool
mpos_pii_ready(void);

/* Defines mpos.pii_key_file; called once from _PG_init. */
void
mpos_pii_key_init(void);

/*
 * Encryption (pii_key.c). A sealed text is a random nonce, the cipher text and its tag; `bound` names what it belongs
 * to and must be the same to open it. Opening raises DATA_CORRUPTED when anything differs.
 */
typedef struct mpos_pii_bound {
    uint8 tenant[16];
    uint8 subject[16];
    uint8 record[16]; /* zero for a key */
    uint8 path;       /* MPOS_PII_PATHS for a key */
} mpos_pii_bound;

/* A new key for a subject, wrapped. */
bytea *
mpos_pii_key_make(const mpos_pii_bound *bound, uint8 key[32]);
void
mpos_pii_key_open(const mpos_pii_bound *bound, const bytea *wrapped, uint8 key[32]);

bytea *
mpos_pii_seal(const uint8 key[32], const mpos_pii_bound *bound, const uint8 *plain, size_t size);

/* The plain bytes, NUL-terminated, their number in *size. */
uint8 *
mpos_pii_open(const uint8 key[32], const mpos_pii_bound *bound, const bytea *sealed, size_t *size);

#endif

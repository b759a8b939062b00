/*
 * approval.h - what a second person has allowed by their PIN: one operation of one session, within two minutes.
 * Words: approval, approver, permission, maximum.
 */
#ifndef MPOS_APPROVAL_H
#define MPOS_APPROVAL_H

#include "call.h"

typedef enum mpos_permission {
    MPOS_PERMISSION_DISCOUNT,
    MPOS_PERMISSION_REFUND,
    MPOS_PERMISSION_VOID,
    MPOS_PERMISSIONS
} mpos_permission;

typedef struct mpos_approval {
    uint8 approver[16];
    int64 maximum;    /* rate or amount; MPOS_NO_LIMIT where there is nothing to measure */
    int64 role_limit; /* what the approver's role has now for it */
} mpos_approval;

/*
 * Uses the approval up, with the transaction. APPROVAL_INVALID when it is not of this session and permission, is for
 * another order, was used, is too old, or the rights of the approver have changed since.
 */
mpos_err
mpos_approval_use(mpos_call *call, const uint8 id[16], mpos_permission permission, const uint8 order[16],
                  mpos_approval *out);

#endif

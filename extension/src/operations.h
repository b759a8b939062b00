/*
 * operations.h - the handlers of operations.c, and what a device's operation adds to them. Words: operation, outcome, flag.
 *
 * The same handlers serve HTTP and the operations of a push; there `op` is set. Then the device's row is locked already,
 * the outcome goes into op instead of call->body, and what has happened at a till (a sale, a payment) is taken as it is
 * and flagged where HTTP would refuse.
 */
#ifndef MPOS_OPERATIONS_H
#define MPOS_OPERATIONS_H

#include "call.h"
#include "device.h"
#include "input.h"

#define MPOS_OP_FLAGS_MAX 8

typedef struct mpos_device_op {
    mpos_device *device;
    bool happened;  /* money has changed hands: never refused for its amounts */
    const char *ts; /* RFC 3339, the device's clock */
    bool noop;
    const char *flags[MPOS_OP_FLAGS_MAX];
    int flag_count;

    const mpos_list *pii; /* mpos_pii_value that travelled beside the operation, NULL for none */

    /* what a sale tells its device */
    bool has_order;
    const char *receipt;
    const char *call_number;
    int64 total;
    int64 change;
    uint8 priced_hash[32];
} mpos_device_op;

/* Adds a flag once; nothing when op is NULL. */
void
mpos_op_flag(mpos_device_op *op, const char *flag);

mpos_err
mpos_order_place(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_order_line_add(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_order_line_void(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_order_send(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_order_refund(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_payment_cash(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_kds_bump(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_kds_recall(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_shift_open(mpos_call *call, mpos_device_op *op);
mpos_err
mpos_shift_close(mpos_call *call, mpos_device_op *op);

mpos_err
mpos_order_get(mpos_call *call);
mpos_err
mpos_order_list(mpos_call *call);
mpos_err
mpos_price_preview(mpos_call *call);
mpos_err
mpos_order_receipt(mpos_call *call);
mpos_err
mpos_refund_list(mpos_call *call);
mpos_err
mpos_refund_receipt(mpos_call *call);
mpos_err
mpos_journal_keys(mpos_call *call);
mpos_err
mpos_ticket_list(mpos_call *call);
mpos_err
mpos_shift_get(mpos_call *call);
mpos_err
mpos_stock_get(mpos_call *call);
mpos_err
mpos_stock_list(mpos_call *call);
mpos_err
mpos_sync_state(mpos_call *call);
mpos_err
mpos_sync_push(mpos_call *call);
mpos_err
mpos_event_list(mpos_call *call);
mpos_err
mpos_pii_read(mpos_call *call);
mpos_err
mpos_pii_erase(mpos_call *call);
mpos_err
mpos_journal_entries(mpos_call *call);
mpos_err
mpos_approval_lookup(mpos_call *call);
mpos_err
mpos_approval_create(mpos_call *call);
mpos_err
mpos_clock_in(mpos_call *call);
mpos_err
mpos_clock_out(mpos_call *call);
mpos_err
mpos_clock_pause(mpos_call *call);
mpos_err
mpos_clock_resume(mpos_call *call);
mpos_err
mpos_clock_list(mpos_call *call);
mpos_err
mpos_role_list(mpos_call *call);
mpos_err
mpos_role_create(mpos_call *call);
mpos_err
mpos_role_update(mpos_call *call);
mpos_err
mpos_role_delete(mpos_call *call);
mpos_err
mpos_staff_list(mpos_call *call);
mpos_err
mpos_staff_get(mpos_call *call);
mpos_err
mpos_staff_create(mpos_call *call);
mpos_err
mpos_staff_update(mpos_call *call);
mpos_err
mpos_staff_deactivate(mpos_call *call);
mpos_err
mpos_staff_pin(mpos_call *call);
mpos_err
mpos_session_list(mpos_call *call);
mpos_err
mpos_session_end_other(mpos_call *call);
mpos_err
mpos_session_open(mpos_call *call);
mpos_err
mpos_session_refresh(mpos_call *call);
mpos_err
mpos_socket_open(mpos_call *call);
mpos_err
mpos_session_close(mpos_call *call);
mpos_err
mpos_auth_lookup(mpos_call *call);
mpos_err
mpos_identity_accept(mpos_call *call);
mpos_err
mpos_identity_finish(mpos_call *call);
mpos_err
mpos_identity_get(mpos_call *call);
mpos_err
mpos_identity_provider(mpos_call *call);
mpos_err
mpos_identity_put(mpos_call *call);
mpos_err
mpos_auth_password(mpos_call *call);
mpos_err
mpos_credential_own(mpos_call *call);
mpos_err
mpos_credential_password(mpos_call *call);
mpos_err
mpos_totp_enrol(mpos_call *call);
mpos_err
mpos_totp_confirm(mpos_call *call);
mpos_err
mpos_totp_disable(mpos_call *call);
mpos_err
mpos_staff_password(mpos_call *call);
mpos_err
mpos_session_watch(mpos_call *call);
mpos_err
mpos_licence_get(mpos_call *call);
mpos_err
mpos_licence_install(mpos_call *call);
mpos_err
mpos_auth_api_key(mpos_call *call);
mpos_err
mpos_api_key_create(mpos_call *call);
mpos_err
mpos_api_key_list(mpos_call *call);
mpos_err
mpos_api_key_revoke(mpos_call *call);
mpos_err
mpos_auth_pair(mpos_call *call);
mpos_err
mpos_auth_device(mpos_call *call);
mpos_err
mpos_device_list(mpos_call *call);
mpos_err
mpos_device_create(mpos_call *call);
mpos_err
mpos_device_update(mpos_call *call);
mpos_err
mpos_device_revoke(mpos_call *call);
mpos_err
mpos_device_pairing(mpos_call *call);
mpos_err
mpos_device_seen(mpos_call *call);
mpos_err
mpos_outlet_list(mpos_call *call);
mpos_err
mpos_outlet_get(mpos_call *call);
mpos_err
mpos_outlet_create(mpos_call *call);
mpos_err
mpos_outlet_write(mpos_call *call);
mpos_err
mpos_price_diff_list(mpos_call *call);
mpos_err
mpos_price_diff_get(mpos_call *call);
mpos_err
mpos_price_diff_see(mpos_call *call);

#endif

/* operations.c - the table of operations, sorted by name. */
#include "postgres.h"

#include "catalogue.h"
#include "journal.h"
#include "operations.h"
#include "row_edit.h"
#include "rows.h"

/* Over HTTP a handler runs without a device operation around it. */
#define OVER_HTTP(handler)                                                                                   \
    static mpos_err handler##_http(mpos_call *call)                                                          \
    {                                                                                                        \
        return handler(call, NULL);                                                                          \
    }

OVER_HTTP(mpos_order_place)
OVER_HTTP(mpos_order_line_add)
OVER_HTTP(mpos_order_line_void)
OVER_HTTP(mpos_order_send)
OVER_HTTP(mpos_order_refund)
OVER_HTTP(mpos_payment_cash)
OVER_HTTP(mpos_kds_bump)
OVER_HTTP(mpos_kds_recall)
OVER_HTTP(mpos_shift_open)
OVER_HTTP(mpos_shift_close)

/* The four operations on a kind of rows of the catalogue. */
#define ROWS(kind, read_scope)                                                                               \
    {"catalogue." kind ".archive", mpos_rows_archive, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_WRITE},            \
        {"catalogue." kind ".get", mpos_rows_get, read_scope, MPOS_OP_READ},                                 \
        {"catalogue." kind ".list", mpos_rows_list, read_scope, MPOS_OP_READ},                               \
    {                                                                                                        \
        "catalogue." kind ".write", mpos_rows_write, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_WRITE               \
    }

void
mpos_op_flag(mpos_device_op *op, const char *flag)
{
    if (op == NULL || op->flag_count == MPOS_OP_FLAGS_MAX) {
        return;
    }
    for (int i = 0; i < op->flag_count; i++) {
        if (strcmp(op->flags[i], flag) == 0) {
            return;
        }
    }
    op->flags[op->flag_count++] = flag;
}

const mpos_operation mpos_operations[] = {
    {"apikey.create", mpos_api_key_create, MPOS_SCOPE_KEY_WRITE, MPOS_OP_SELF_KEYED},
    {"apikey.list", mpos_api_key_list, MPOS_SCOPE_KEY_WRITE, MPOS_OP_READ},
    {"apikey.revoke", mpos_api_key_revoke, MPOS_SCOPE_KEY_WRITE, MPOS_OP_WRITE},
    {"approval.create", mpos_approval_create, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED},
    {"approval.lookup", mpos_approval_lookup, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED},
    {"auth.api_key", mpos_auth_api_key, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"auth.device", mpos_auth_device, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"auth.lookup", mpos_auth_lookup, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"auth.pair", mpos_auth_pair, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"auth.password", mpos_auth_password, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    ROWS("book", MPOS_SCOPE_CATALOGUE_READ),
    ROWS("category", MPOS_SCOPE_CATALOGUE_READ),
    ROWS("charge", MPOS_SCOPE_CATALOGUE_READ),
    {"catalogue.check", mpos_catalogue_check, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_READ},
    {"catalogue.chunk", mpos_catalogue_chunk, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    ROWS("currency", MPOS_SCOPE_CATALOGUE_READ),
    ROWS("customer_group", MPOS_SCOPE_CATALOGUE_READ),
    {"catalogue.export", mpos_catalogue_export, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    ROWS("group", MPOS_SCOPE_CATALOGUE_READ),
    {"catalogue.history", mpos_row_history, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_READ},
    {"catalogue.import", mpos_catalogue_import, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_WRITE},
    ROWS("item", MPOS_SCOPE_CATALOGUE_READ),
    {"catalogue.prices", mpos_book_prices, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    ROWS("promotion", MPOS_SCOPE_CATALOGUE_WRITE),
    {"catalogue.publish", mpos_catalogue_publish, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_WRITE},
    {"catalogue.read", mpos_catalogue_read, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    {"catalogue.settings.get", mpos_settings_get, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    {"catalogue.settings.write", mpos_settings_write, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_WRITE},
    {"catalogue.shadow", mpos_catalogue_shadow, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_READ},
    ROWS("tax", MPOS_SCOPE_CATALOGUE_READ),
    ROWS("tax_map", MPOS_SCOPE_CATALOGUE_READ),
    {"clock.break", mpos_clock_pause, MPOS_SCOPE_CLOCK_USE, MPOS_OP_WRITE},
    {"clock.in", mpos_clock_in, MPOS_SCOPE_CLOCK_USE, MPOS_OP_WRITE},
    {"clock.list", mpos_clock_list, MPOS_SCOPE_CLOCK_READ, MPOS_OP_READ},
    {"clock.out", mpos_clock_out, MPOS_SCOPE_CLOCK_USE, MPOS_OP_WRITE},
    {"clock.resume", mpos_clock_resume, MPOS_SCOPE_CLOCK_USE, MPOS_OP_WRITE},
    {"credential.own", mpos_credential_own, MPOS_SCOPE_SESSION, MPOS_OP_SELF_KEYED},
    {"credential.password", mpos_credential_password, MPOS_SCOPE_SESSION, MPOS_OP_SELF_KEYED},
    {"device.create", mpos_device_create, MPOS_SCOPE_DEVICE_WRITE, MPOS_OP_WRITE},
    {"device.list", mpos_device_list, MPOS_SCOPE_DEVICE_READ, MPOS_OP_READ},
    {"device.pairing", mpos_device_pairing, MPOS_SCOPE_DEVICE_WRITE, MPOS_OP_SELF_KEYED},
    {"device.revoke", mpos_device_revoke, MPOS_SCOPE_DEVICE_WRITE, MPOS_OP_WRITE},
    {"device.seen", mpos_device_seen, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"device.update", mpos_device_update, MPOS_SCOPE_DEVICE_WRITE, MPOS_OP_WRITE},
    {"event.list", mpos_event_list, MPOS_SCOPE_EVENT_READ, MPOS_OP_READ},
    {"identity.accept", mpos_identity_accept, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"identity.finish", mpos_identity_finish, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"identity.get", mpos_identity_get, MPOS_SCOPE_SETTINGS_WRITE, MPOS_OP_READ},
    {"identity.provider", mpos_identity_provider, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"identity.put", mpos_identity_put, MPOS_SCOPE_SETTINGS_WRITE, MPOS_OP_SELF_KEYED},
    {"journal.bundle", mpos_log_bundle, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"journal.checkpoint", mpos_log_checkpoint, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"journal.entries", mpos_journal_entries, MPOS_SCOPE_JOURNAL_READ, MPOS_OP_READ},
    {"journal.feed", mpos_journal_feed, MPOS_SCOPE_SESSION, MPOS_OP_READ},
    {"journal.get", mpos_journal_read, MPOS_SCOPE_JOURNAL_READ, MPOS_OP_READ},
    {"journal.keys", mpos_journal_keys, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"journal.proof", mpos_log_proof_read, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"journal.tile", mpos_log_tile, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"kds.bump", mpos_kds_bump_http, MPOS_SCOPE_KITCHEN_WRITE, MPOS_OP_WRITE},
    {"kds.recall", mpos_kds_recall_http, MPOS_SCOPE_KITCHEN_WRITE, MPOS_OP_WRITE},
    {"licence.get", mpos_licence_get, MPOS_SCOPE_DEVICE_READ, MPOS_OP_READ},
    {"licence.install", mpos_licence_install, MPOS_SCOPE_SETTINGS_WRITE, MPOS_OP_WRITE},
    {"order.get", mpos_order_get, MPOS_SCOPE_ORDER_READ, MPOS_OP_READ},
    {"order.line.add", mpos_order_line_add_http, MPOS_SCOPE_ORDER_WRITE, MPOS_OP_WRITE},
    {"order.line.void", mpos_order_line_void_http, MPOS_SCOPE_ORDER_WRITE, MPOS_OP_WRITE},
    {"order.list", mpos_order_list, MPOS_SCOPE_ORDER_READ, MPOS_OP_READ},
    {"order.place", mpos_order_place_http, MPOS_SCOPE_ORDER_WRITE, MPOS_OP_WRITE},
    {"order.receipt", mpos_order_receipt, MPOS_SCOPE_ORDER_READ, MPOS_OP_READ},
    {"order.refund", mpos_order_refund_http, MPOS_SCOPE_REFUND_WRITE, MPOS_OP_WRITE},
    {"order.send", mpos_order_send_http, MPOS_SCOPE_ORDER_WRITE, MPOS_OP_WRITE},
    {"outlet.create", mpos_outlet_create, MPOS_SCOPE_SETTINGS_WRITE, MPOS_OP_WRITE},
    {"outlet.get", mpos_outlet_get, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    {"outlet.list", mpos_outlet_list, MPOS_SCOPE_CATALOGUE_READ, MPOS_OP_READ},
    {"outlet.write", mpos_outlet_write, MPOS_SCOPE_SETTINGS_WRITE, MPOS_OP_WRITE},
    {"payment.cash", mpos_payment_cash_http, MPOS_SCOPE_PAYMENT_WRITE, MPOS_OP_WRITE},
    {"pii.erase", mpos_pii_erase, MPOS_SCOPE_PII_ERASE, MPOS_OP_WRITE},
    {"pii.read", mpos_pii_read, MPOS_SCOPE_PII_READ, MPOS_OP_SELF_KEYED},
    {"price.preview", mpos_price_preview, MPOS_SCOPE_ORDER_WRITE, MPOS_OP_READ},
    {"price_diff.get", mpos_price_diff_get, MPOS_SCOPE_JOURNAL_READ, MPOS_OP_READ},
    {"price_diff.list", mpos_price_diff_list, MPOS_SCOPE_JOURNAL_READ, MPOS_OP_READ},
    {"price_diff.see", mpos_price_diff_see, MPOS_SCOPE_CATALOGUE_WRITE, MPOS_OP_WRITE},
    {"refund.list", mpos_refund_list, MPOS_SCOPE_ORDER_READ, MPOS_OP_READ},
    {"refund.receipt", mpos_refund_receipt, MPOS_SCOPE_ORDER_READ, MPOS_OP_READ},
    {"role.create", mpos_role_create, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"role.delete", mpos_role_delete, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"role.list", mpos_role_list, MPOS_SCOPE_STAFF_READ, MPOS_OP_READ},
    {"role.update", mpos_role_update, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"session.close", mpos_session_close, MPOS_SCOPE_SESSION, MPOS_OP_WRITE},
    {"session.end", mpos_session_end_other, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"session.list", mpos_session_list, MPOS_SCOPE_STAFF_READ, MPOS_OP_READ},
    {"session.open", mpos_session_open, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"session.refresh", mpos_session_refresh, MPOS_SCOPE_AUTH, MPOS_OP_SELF_KEYED | MPOS_OP_PLATFORM},
    {"session.watch", mpos_session_watch, MPOS_SCOPE_AUTH, MPOS_OP_READ | MPOS_OP_PLATFORM},
    {"shift.close", mpos_shift_close_http, MPOS_SCOPE_SHIFT_WRITE, MPOS_OP_WRITE},
    {"shift.get", mpos_shift_get, MPOS_SCOPE_SHIFT_READ, MPOS_OP_READ},
    {"shift.open", mpos_shift_open_http, MPOS_SCOPE_SHIFT_WRITE, MPOS_OP_WRITE},
    {"socket.open", mpos_socket_open, MPOS_SCOPE_SESSION, MPOS_OP_SELF_KEYED},
    {"staff.create", mpos_staff_create, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"staff.deactivate", mpos_staff_deactivate, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"staff.get", mpos_staff_get, MPOS_SCOPE_STAFF_READ, MPOS_OP_READ},
    {"staff.list", mpos_staff_list, MPOS_SCOPE_STAFF_READ, MPOS_OP_READ},
    {"staff.password", mpos_staff_password, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_SELF_KEYED},
    {"staff.pin", mpos_staff_pin, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_SELF_KEYED},
    {"staff.update", mpos_staff_update, MPOS_SCOPE_STAFF_WRITE, MPOS_OP_WRITE},
    {"stock.get", mpos_stock_get, MPOS_SCOPE_STOCK_READ, MPOS_OP_READ},
    {"stock.list", mpos_stock_list, MPOS_SCOPE_STOCK_READ, MPOS_OP_READ},
    {"sync.push", mpos_sync_push, MPOS_SCOPE_SYNC_PUSH, MPOS_OP_SELF_KEYED},
    {"sync.state", mpos_sync_state, MPOS_SCOPE_SYNC_PUSH, MPOS_OP_READ},
    {"ticket.list", mpos_ticket_list, MPOS_SCOPE_KITCHEN_READ, MPOS_OP_READ},
    {"totp.confirm", mpos_totp_confirm, MPOS_SCOPE_SESSION, MPOS_OP_SELF_KEYED},
    {"totp.disable", mpos_totp_disable, MPOS_SCOPE_SESSION, MPOS_OP_SELF_KEYED},
    {"totp.enrol", mpos_totp_enrol, MPOS_SCOPE_SESSION, MPOS_OP_SELF_KEYED},
    {NULL, NULL, 0, 0},
};

/* test_order.c - the table of legal operations, kitchen items, device operations, errors and scopes. */
#include <string.h>

#include "context.h"
#include "host.h"
#include "op.h"
#include "order.h"

/* The table as people read it: operation, then the state after it for each state before, "-" where refused. */
static const char *const table[MPOS_ORDER_OPS][MPOS_ORDER_STATES] = {
    {"open", "submitted", "in_preparation", "ready", "served", "-", "-"}, /* add line */
    {"open", "submitted", "in_preparation", "ready", "served", "-", "-"}, /* void line */
    {"submitted", "submitted", "in_preparation", "in_preparation", "in_preparation", "-", "-"}, /* send */
    {"-", "submitted", "submitted", "submitted", "submitted", "closed", "-"},                   /* requeue */
    {"-", "in_preparation", "in_preparation", "in_preparation", "in_preparation", "closed",
     "-"},                                                                     /* prepare */
    {"-", "ready", "ready", "ready", "ready", "closed", "-"},                  /* ready */
    {"-", "served", "served", "served", "served", "closed", "-"},              /* serve */
    {"open", "submitted", "in_preparation", "ready", "served", "closed", "-"}, /* pay */
    {"closed", "-", "-", "-", "closed", "-", "-"},                             /* close */
    {"voided", "voided", "voided", "voided", "voided", "-", "-"},              /* void */
    {"open", "submitted", "in_preparation", "ready", "served", "closed", "-"}, /* refund */
};

/* A payment state in which the operation is not refused for its sake. */
static mpos_payment_state
willing(mpos_order_op op)
{
    return op == MPOS_ORDER_OP_CLOSE || op == MPOS_ORDER_OP_REFUND ? MPOS_PAYMENT_PAID : MPOS_PAYMENT_UNPAID;
}

static void
test_every_operation_in_every_state(void **state)
{
    (void)state;
    for (int op = 0; op < MPOS_ORDER_OPS; op++) {
        for (int from = 0; from < MPOS_ORDER_STATES; from++) {
            mpos_order_state next = MPOS_ORDER_STATES;
            mpos_err err =
                mpos_order_next((mpos_order_op)op, (mpos_order_state)from, willing((mpos_order_op)op), &next);

            if (strcmp(table[op][from], "-") == 0) {
                assert_int_equal(err, MPOS_E_ORDER_STATE);
                assert_int_equal(next, MPOS_ORDER_STATES);
            } else {
                assert_int_equal(err, MPOS_OK);
                assert_string_equal(mpos_order_state_text(next), table[op][from]);
            }
        }
    }
}

static mpos_err
tried(mpos_order_op op, mpos_order_state from, mpos_payment_state payment)
{
    mpos_order_state next;

    return mpos_order_next(op, from, payment, &next);
}

static void
test_payment_closes_the_lines(void **state)
{
    (void)state;
    assert_int_equal(tried(MPOS_ORDER_OP_ADD_LINE, MPOS_ORDER_OPEN, MPOS_PAYMENT_PARTIAL),
                     MPOS_E_ORDER_STATE);
    assert_int_equal(tried(MPOS_ORDER_OP_VOID_LINE, MPOS_ORDER_OPEN, MPOS_PAYMENT_PAID), MPOS_E_ORDER_STATE);
    assert_int_equal(tried(MPOS_ORDER_OP_VOID, MPOS_ORDER_OPEN, MPOS_PAYMENT_OVERPAID), MPOS_E_ORDER_STATE);
    assert_int_equal(tried(MPOS_ORDER_OP_SEND, MPOS_ORDER_OPEN, MPOS_PAYMENT_PAID), MPOS_OK);
    assert_int_equal(tried(MPOS_ORDER_OP_PAY, MPOS_ORDER_OPEN, MPOS_PAYMENT_PARTIAL), MPOS_OK);
    assert_int_equal(tried(MPOS_ORDER_OP_PAY, MPOS_ORDER_CLOSED, MPOS_PAYMENT_PAID), MPOS_E_NOTHING_DUE);
    assert_int_equal(tried(MPOS_ORDER_OP_CLOSE, MPOS_ORDER_OPEN, MPOS_PAYMENT_PARTIAL), MPOS_E_ORDER_STATE);
}

static void
test_only_what_is_paid_is_refunded_and_once(void **state)
{
    (void)state;
    assert_int_equal(tried(MPOS_ORDER_OP_REFUND, MPOS_ORDER_OPEN, MPOS_PAYMENT_UNPAID), MPOS_E_ORDER_STATE);
    assert_int_equal(tried(MPOS_ORDER_OP_REFUND, MPOS_ORDER_OPEN, MPOS_PAYMENT_PARTIAL), MPOS_E_ORDER_STATE);
    assert_int_equal(tried(MPOS_ORDER_OP_REFUND, MPOS_ORDER_CLOSED, MPOS_PAYMENT_OVERPAID), MPOS_OK);
    assert_int_equal(tried(MPOS_ORDER_OP_REFUND, MPOS_ORDER_CLOSED, MPOS_PAYMENT_PARTLY_REFUNDED), MPOS_OK);
    assert_int_equal(tried(MPOS_ORDER_OP_REFUND, MPOS_ORDER_CLOSED, MPOS_PAYMENT_REFUNDED),
                     MPOS_E_REFUND_EXCEEDED);
    assert_int_equal(tried(MPOS_ORDER_OP_PAY, MPOS_ORDER_CLOSED, MPOS_PAYMENT_PARTLY_REFUNDED),
                     MPOS_E_NOTHING_DUE);
    assert_int_equal(tried(MPOS_ORDER_OP_PAY, MPOS_ORDER_CLOSED, MPOS_PAYMENT_REFUNDED), MPOS_E_NOTHING_DUE);
    assert_int_equal(tried(MPOS_ORDER_OP_ADD_LINE, MPOS_ORDER_OPEN, MPOS_PAYMENT_REFUNDED),
                     MPOS_E_ORDER_STATE);
    assert_int_equal(tried(MPOS_ORDER_OP_CLOSE, MPOS_ORDER_SERVED, MPOS_PAYMENT_REFUNDED), MPOS_OK);
    assert_int_equal(mpos_payment_state_refunded(500, 499), MPOS_PAYMENT_PARTLY_REFUNDED);
    assert_int_equal(mpos_payment_state_refunded(500, 500), MPOS_PAYMENT_REFUNDED);
    assert_int_equal(mpos_payment_state_refunded(0, 0), MPOS_PAYMENT_REFUNDED);
}

static void
test_values_outside_the_enums_are_refused(void **state)
{
    (void)state;
    assert_int_equal(tried(MPOS_ORDER_OPS, MPOS_ORDER_OPEN, MPOS_PAYMENT_UNPAID), MPOS_E_OUT_OF_RANGE);
    assert_int_equal(tried(MPOS_ORDER_OP_PAY, (mpos_order_state)-1, MPOS_PAYMENT_UNPAID),
                     MPOS_E_OUT_OF_RANGE);
    assert_int_equal(tried(MPOS_ORDER_OP_PAY, MPOS_ORDER_OPEN, MPOS_PAYMENT_STATES), MPOS_E_OUT_OF_RANGE);
    assert_null(mpos_order_state_text(MPOS_ORDER_STATES));
    assert_null(mpos_payment_state_text(MPOS_PAYMENT_STATES));
    assert_null(mpos_kitchen_state_text(MPOS_KITCHEN_STATES));
}

static void
test_payment_states(void **state)
{
    (void)state;
    assert_int_equal(mpos_payment_state_of(100, 0), MPOS_PAYMENT_UNPAID);
    assert_int_equal(mpos_payment_state_of(100, 99), MPOS_PAYMENT_PARTIAL);
    assert_int_equal(mpos_payment_state_of(100, 100), MPOS_PAYMENT_PAID);
    assert_int_equal(mpos_payment_state_of(100, 101), MPOS_PAYMENT_OVERPAID);
    assert_int_equal(mpos_payment_state_of(0, 0), MPOS_PAYMENT_PAID);
}

static void
test_texts_go_both_ways(void **state)
{
    mpos_order_state order;
    mpos_payment_state payment;
    mpos_kitchen_state kitchen;

    (void)state;
    for (int i = 0; i < MPOS_ORDER_STATES; i++) {
        assert_int_equal(mpos_order_state_from_text(mpos_order_state_text((mpos_order_state)i), &order),
                         MPOS_OK);
        assert_int_equal(order, i);
    }
    for (int i = 0; i < MPOS_PAYMENT_STATES; i++) {
        assert_int_equal(
            mpos_payment_state_from_text(mpos_payment_state_text((mpos_payment_state)i), &payment), MPOS_OK);
        assert_int_equal(payment, i);
    }
    for (int i = 0; i < MPOS_KITCHEN_STATES; i++) {
        assert_int_equal(
            mpos_kitchen_state_from_text(mpos_kitchen_state_text((mpos_kitchen_state)i), &kitchen), MPOS_OK);
        assert_int_equal(kitchen, i);
    }
    assert_int_equal(mpos_order_state_from_text("opened", &order), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_payment_state_from_text("", &payment), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_kitchen_state_from_text("read", &kitchen), MPOS_E_INVALID_VALUE);
}

static void
test_bumps_only_move_forward_and_commute(void **state)
{
    (void)state;
    for (int from = 0; from < MPOS_KITCHEN_STATES; from++) {
        for (int a = MPOS_KITCHEN_COOKING; a <= MPOS_KITCHEN_SERVED; a++) {
            for (int b = MPOS_KITCHEN_COOKING; b <= MPOS_KITCHEN_SERVED; b++) {
                mpos_kitchen_state x, y;

                assert_int_equal(mpos_kitchen_bump((mpos_kitchen_state)from, (mpos_kitchen_state)a, &x),
                                 MPOS_OK);
                assert_true(x >= (mpos_kitchen_state)from);
                assert_int_equal(mpos_kitchen_bump(x, (mpos_kitchen_state)b, &x), MPOS_OK);
                assert_int_equal(mpos_kitchen_bump((mpos_kitchen_state)from, (mpos_kitchen_state)b, &y),
                                 MPOS_OK);
                assert_int_equal(mpos_kitchen_bump(y, (mpos_kitchen_state)a, &y), MPOS_OK);
                assert_int_equal(x, y);
            }
        }
    }
}

static void
test_bump_to_new_or_cancelled_is_refused(void **state)
{
    mpos_kitchen_state next = MPOS_KITCHEN_NEW;

    (void)state;
    assert_int_equal(mpos_kitchen_bump(MPOS_KITCHEN_NEW, MPOS_KITCHEN_NEW, &next), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_kitchen_bump(MPOS_KITCHEN_NEW, MPOS_KITCHEN_CANCELLED, &next),
                     MPOS_E_INVALID_VALUE);
}

static void
test_recall_undoes_only_what_still_stands(void **state)
{
    mpos_kitchen_state next;

    (void)state;
    assert_int_equal(mpos_kitchen_recall(MPOS_KITCHEN_READY, MPOS_KITCHEN_NEW, MPOS_KITCHEN_READY, &next),
                     MPOS_OK);
    assert_int_equal(next, MPOS_KITCHEN_NEW);
    assert_int_equal(mpos_kitchen_recall(MPOS_KITCHEN_SERVED, MPOS_KITCHEN_NEW, MPOS_KITCHEN_READY, &next),
                     MPOS_E_RECALL_STALE);
    assert_int_equal(mpos_kitchen_recall(MPOS_KITCHEN_CANCELLED, MPOS_KITCHEN_NEW, MPOS_KITCHEN_READY, &next),
                     MPOS_OK);
    assert_int_equal(next, MPOS_KITCHEN_CANCELLED);
}

static void
test_served_items_cannot_be_cancelled(void **state)
{
    mpos_kitchen_state next;

    (void)state;
    assert_int_equal(mpos_kitchen_cancel(MPOS_KITCHEN_READY, &next), MPOS_OK);
    assert_int_equal(next, MPOS_KITCHEN_CANCELLED);
    assert_int_equal(mpos_kitchen_cancel(MPOS_KITCHEN_SERVED, &next), MPOS_E_LINE_STATE);
}

static void
test_a_ticket_is_as_far_as_its_earliest_item(void **state)
{
    static const struct {
        mpos_kitchen_state items[3];
        mpos_kitchen_state ticket;
        mpos_order_op op;
    } cases[] = {
        {{MPOS_KITCHEN_NEW, MPOS_KITCHEN_NEW, MPOS_KITCHEN_NEW}, MPOS_KITCHEN_NEW, MPOS_ORDER_OP_REQUEUE},
        {{MPOS_KITCHEN_NEW, MPOS_KITCHEN_READY, MPOS_KITCHEN_NEW},
         MPOS_KITCHEN_COOKING,
         MPOS_ORDER_OP_PREPARE},
        {{MPOS_KITCHEN_READY, MPOS_KITCHEN_SERVED, MPOS_KITCHEN_READY},
         MPOS_KITCHEN_READY,
         MPOS_ORDER_OP_READY},
        {{MPOS_KITCHEN_CANCELLED, MPOS_KITCHEN_SERVED, MPOS_KITCHEN_SERVED},
         MPOS_KITCHEN_SERVED,
         MPOS_ORDER_OP_SERVE},
        {{MPOS_KITCHEN_CANCELLED, MPOS_KITCHEN_CANCELLED, MPOS_KITCHEN_CANCELLED},
         MPOS_KITCHEN_CANCELLED,
         MPOS_ORDER_OP_SERVE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(mpos_kitchen_state_of(cases[i].items, 3), cases[i].ticket);
        assert_int_equal(mpos_kitchen_order_op(cases[i].ticket), cases[i].op);
    }
    assert_int_equal(mpos_kitchen_state_of(NULL, 0), MPOS_KITCHEN_CANCELLED);
}

static void
test_operation_hash_chains(void **state)
{
    uint8_t prev[32] = {0};
    uint8_t hash[32];

    (void)state;
    mpos_op_hash(&host_digest, prev, "{}", 2, hash);
    assert_hex(hash, "fb1634c4e6cd4b1f1afe3ce2d6ef080f7ac5d1f357d723ad4dfca782733b62db");
    mpos_op_hash(&host_digest, hash, "{}", 2, hash);
    assert_hex(hash, "2815da293d7d1b4483a1362f415dc9b538f3bb263902546dba8a5e07e5594f4d");
}

static void
test_operation_types(void **state)
{
    mpos_op_type type;

    (void)state;
    for (int i = 0; i < MPOS_OPTYPES; i++) {
        const char *text = mpos_op_type_text((mpos_op_type)i);

        assert_int_equal(mpos_op_type_from_text(text, strlen(text), &type), MPOS_OK);
        assert_int_equal(type, i);
    }
    assert_int_equal(mpos_op_type_from_text("sale.commitx", 12, &type), MPOS_E_INVALID_VALUE);
    assert_int_equal(mpos_op_type_from_text("sale.commit", 10, &type), MPOS_E_INVALID_VALUE);
    assert_null(mpos_op_type_text(MPOS_OPTYPES));
}

static void
test_errors_keep_their_identity(void **state)
{
    (void)state;
    for (int i = 1; i < MPOS_ERR_COUNT; i++) {
        assert_int_equal(mpos_err_from_code(mpos_err_code((mpos_err)i)), i);
        assert_int_equal(mpos_err_from_sqlstate(mpos_err_sqlstate((mpos_err)i)), i);
        assert_true(mpos_err_status((mpos_err)i) >= 400 && mpos_err_status((mpos_err)i) < 600);
        assert_true(mpos_err_title((mpos_err)i)[0] != '\0');
    }
    assert_string_equal(mpos_err_code((mpos_err)9999), "internal");
    assert_int_equal(mpos_err_from_code("nonsense"), MPOS_OK);
}

static void
test_context_round_trip(void **state)
{
    mpos_context in;
    mpos_context out;
    uint8_t bytes[MPOS_CONTEXT_SIGNED_SIZE];

    (void)state;
    memset(&in, 0, sizeof in);
    memset(&out, 0, sizeof out);
    in.key_id = 3;
    memset(in.tenant, 1, 16);
    memset(in.outlet, 2, 16);
    in.scopes = MPOS_SCOPE_ORDER_WRITE | MPOS_SCOPE_SYNC_PUSH;
    in.expires_us = INT64_C(1795000000000000);
    in.rights_version = 9;
    memset(in.idempotency, 7, 32);
    mpos_context_encode(&in, bytes);
    assert_int_equal(mpos_context_decode(bytes, &out), MPOS_OK);
    assert_memory_equal(&in, &out, sizeof in);
    bytes[95] = 1;
    assert_int_equal(mpos_context_decode(bytes, &out), MPOS_E_CONTEXT_INVALID);
    assert_int_equal(mpos_scope_from_text("order.write"), MPOS_SCOPE_ORDER_WRITE);
    assert_int_equal(mpos_scope_from_text("order"), 0);
    assert_string_equal(mpos_scope_text(MPOS_SCOPE_SYNC_PUSH), "sync.push");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_in_every_state),
        cmocka_unit_test(test_payment_closes_the_lines),
        cmocka_unit_test(test_only_what_is_paid_is_refunded_and_once),
        cmocka_unit_test(test_values_outside_the_enums_are_refused),
        cmocka_unit_test(test_payment_states),
        cmocka_unit_test(test_texts_go_both_ways),
        cmocka_unit_test(test_bumps_only_move_forward_and_commute),
        cmocka_unit_test(test_bump_to_new_or_cancelled_is_refused),
        cmocka_unit_test(test_recall_undoes_only_what_still_stands),
        cmocka_unit_test(test_served_items_cannot_be_cancelled),
        cmocka_unit_test(test_a_ticket_is_as_far_as_its_earliest_item),
        cmocka_unit_test(test_operation_hash_chains),
        cmocka_unit_test(test_operation_types),
        cmocka_unit_test(test_errors_keep_their_identity),
        cmocka_unit_test(test_context_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

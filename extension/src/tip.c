/* tip.c - see tip.h. */
#include "postgres.h"

#include "json.h"
#include "statement.h"
#include "tip.h"

static mpos_statement add_statement = {
    "INSERT INTO pos.tip_sum AS s (tenant_id, shift_id, staff_id, tips, amount) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (tenant_id, shift_id, staff_id) "
    "DO UPDATE SET tips = s.tips + excluded.tips, amount = s.amount + excluded.amount"};

static mpos_statement people_statement = {"SELECT staff_id, tips, amount FROM pos.tip_sum WHERE tenant_id = "
                                          "$1 AND shift_id = $2 ORDER BY staff_id"};

void
mpos_tip_add(mpos_call *call, const uint8 shift[16], const mpos_order_payment *payments, int count)
{
    mpos_args args = {0};
    int64 tips = 0;
    int64 amount = 0;

    for (int i = 0; i < count; i++) {
        tips += payments[i].tip > 0 ? 1 : 0;
        amount += payments[i].tip;
    }
    if (tips == 0) {
        return;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    mpos_arg_uuid(&args, call->context.actor);
    mpos_arg_big(&args, tips);
    mpos_arg_big(&args, amount);
    (void)mpos_statement_run(&add_statement, &args);
}

/* Of a device by itself the id is zero: nobody's. */
void
mpos_tip_people_json(mpos_call *call, StringInfo out, const uint8 shift[16])
{
    static const uint8 nobody[16] = {0};
    mpos_args args = {0};
    uint64 rows;

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, shift);
    rows = mpos_statement_run(&people_statement, &args);
    mpos_json_open(out, "people", '[');
    for (uint64 i = 0; i < rows; i++) {
        uint8 staff[16];

        (void)mpos_cell_uuid(i, 1, staff);
        mpos_json_open(out, NULL, '{');
        mpos_json_uuid(out, "staff_id", memcmp(staff, nobody, sizeof staff) != 0 ? staff : NULL);
        mpos_json_int(out, "count", mpos_cell_big(i, 2));
        mpos_json_int(out, "amount", mpos_cell_big(i, 3));
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
}

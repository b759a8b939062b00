-- Approvals by a second person, refunds with their lines, what a person has refunded in a shift, and the sums of refunds of a
-- shift. Locks pos.orders and pos.shift_sums for a moment; an older server does not run on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;

-- permission: scope that the approver has. maximum: rate of a discount, amount of a refund. Good for one operation of one
-- session, as long as the rights of the approver have not changed.
CREATE TABLE pos.approval (
    tenant_id       uuid NOT NULL,
    approval_id     uuid NOT NULL,
    outlet_id       uuid NOT NULL,
    session_id      uuid NOT NULL,
    approver_id     uuid NOT NULL,
    approver_rights integer NOT NULL,
    permission      text NOT NULL CHECK (permission IN ('order.void', 'discount.write', 'refund.write')),
    maximum         bigint CHECK (maximum >= 0),
    order_id        uuid,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    PRIMARY KEY (tenant_id, approval_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES pos.session,
    FOREIGN KEY (tenant_id, approver_id) REFERENCES pos.staff,
    CHECK ((permission = 'order.void') = (maximum IS NULL))
);

CREATE TABLE pos.refund (
    tenant_id      uuid NOT NULL,
    order_id       uuid NOT NULL,
    refund_id      uuid NOT NULL,
    outlet_id      uuid NOT NULL,
    device_id      uuid NOT NULL,
    staff_id       uuid,                -- NULL: a device by itself
    approver_id    uuid,
    shift_id       uuid NOT NULL,
    tender         text NOT NULL DEFAULT 'cash' CHECK (tender IN ('cash')),
    gross          bigint NOT NULL,
    discount       bigint NOT NULL,
    net            bigint NOT NULL,
    tax            bigint NOT NULL,
    total          bigint NOT NULL,
    amount         bigint NOT NULL,     -- paid out: total but for the rounding to coins
    reason         text NOT NULL,
    restocked      boolean NOT NULL,
    receipt        text NOT NULL,
    flags          text[] NOT NULL,
    transaction_id uuid NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id, refund_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES pos.orders,
    CHECK (gross >= 0 AND discount >= 0 AND net >= 0 AND tax >= 0 AND amount >= 0),
    CHECK (total >= net AND total >= tax)
);

CREATE TABLE pos.refund_line (
    tenant_id uuid NOT NULL,
    order_id  uuid NOT NULL,
    refund_id uuid NOT NULL,
    line_id   uuid NOT NULL,
    outlet_id uuid NOT NULL,
    qty       bigint NOT NULL CHECK (qty > 0),
    gross     bigint NOT NULL,
    discount  bigint NOT NULL,
    net       bigint NOT NULL,
    tax       bigint NOT NULL,
    total     bigint NOT NULL,
    PRIMARY KEY (tenant_id, order_id, refund_id, line_id),
    FOREIGN KEY (tenant_id, order_id, refund_id) REFERENCES pos.refund,
    CHECK (total >= net AND total >= tax)
);

-- What a person has refunded in a shift on their own limit; an approved refund counts for the approver. Not captured: each
-- refund is. Written under the lock of the register's row.
CREATE TABLE pos.refund_sum (
    tenant_id uuid NOT NULL,
    shift_id  uuid NOT NULL,
    staff_id  uuid NOT NULL,
    amount    bigint NOT NULL,
    PRIMARY KEY (tenant_id, shift_id, staff_id)
) WITH (fillfactor = 70);

-- NULL is nothing: rows keep their digests.
ALTER TABLE pos.orders ADD COLUMN refunded bigint CHECK (refunded >= 0),
    DROP CONSTRAINT orders_payment_state_check,
    ADD CONSTRAINT orders_payment_state_check
        CHECK (payment_state IN ('unpaid', 'partial', 'paid', 'overpaid', 'partly_refunded', 'refunded'));

-- refund_bases and refund_taxes stand beside tax_ids.
ALTER TABLE pos.shift_sums
    ADD COLUMN refunds bigint NOT NULL DEFAULT 0, ADD COLUMN refund_total bigint NOT NULL DEFAULT 0,
    ADD COLUMN refund_cash bigint NOT NULL DEFAULT 0,
    ADD COLUMN refund_bases bigint[] NOT NULL DEFAULT '{}', ADD COLUMN refund_taxes bigint[] NOT NULL DEFAULT '{}';
UPDATE pos.shift_sums SET refund_bases = array_fill(0::bigint, ARRAY[cardinality(tax_ids)]),
    refund_taxes = array_fill(0::bigint, ARRAY[cardinality(tax_ids)]) WHERE cardinality(tax_ids) > 0;
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.approval', 'pos.refund', 'pos.refund_line', 'pos.refund_sum']::regclass[]) t;
SELECT mpos.journal('pos.approval', topic => 'staff', feed => '{approver_id,permission,order_id,used_at}');
SELECT mpos.journal('pos.refund', topic => 'order', outlet => 'outlet_id', feed => '{total,amount,receipt,flags}');
SELECT mpos.journal('pos.refund_line', topic => 'order', outlet => 'outlet_id', feed => '{qty,total}');
SELECT mpos.journal('pos.orders', topic => 'order', outlet => 'outlet_id',
    feed => '{state,payment_state,channel,table_label,call_number,receipt,total,paid,refunded,flags}');
COMMIT;

-- Orders, their lines and payments. New tables, locks nothing. The two foreign keys are the only ones on the path of a
-- sale; what no key checks here, the operation has read under the tenant before it writes.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE pos.orders (
    tenant_id      uuid NOT NULL,
    order_id       uuid NOT NULL,
    outlet_id      uuid NOT NULL,
    device_id      uuid NOT NULL,       -- that placed it
    staff_id       uuid NOT NULL,
    shift_id       uuid,                -- that it was paid in
    channel        text NOT NULL,
    table_label    text,
    state          text NOT NULL,
    payment_state  text NOT NULL,
    version        integer NOT NULL,
    currency       text NOT NULL,
    gross          bigint NOT NULL,
    discount       bigint NOT NULL,
    net            bigint NOT NULL,
    tax            bigint NOT NULL,
    total          bigint NOT NULL,
    paid           bigint NOT NULL,
    catalogue      bytea NOT NULL,      -- hash of the document the prices are from
    priced_form    bytea NOT NULL,      -- core/priced_form.h
    priced_hash    bytea NOT NULL,
    receipt        text,
    call_number    text NOT NULL,
    flags          text[] NOT NULL,
    transaction_id uuid NOT NULL,       -- of the last change; leads to the journal entry
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    CHECK (gross >= 0 AND discount >= 0 AND net >= 0 AND tax >= 0 AND total >= 0 AND paid >= 0),
    CHECK (total = net + tax),
    CHECK (state IN ('open', 'submitted', 'in_preparation', 'ready', 'served', 'closed', 'voided')),
    CHECK (payment_state IN ('unpaid', 'partial', 'paid', 'overpaid'))
);
ALTER TABLE pos.orders ALTER COLUMN priced_hash SET STORAGE PLAIN, ALTER COLUMN catalogue SET STORAGE PLAIN;
-- Not led by tenant_id, which the outlet implies: while the table is empty every index that begins with it looks as good as
-- the key for a look-up by id, and plans, those of foreign keys among them, are kept.
CREATE INDEX orders_outlet ON pos.orders (outlet_id, created_at);

CREATE TABLE pos.order_line (
    tenant_id  uuid NOT NULL,
    order_id   uuid NOT NULL,
    line_id    uuid NOT NULL,
    outlet_id  uuid NOT NULL,
    position   integer NOT NULL,
    parent_id  uuid,                    -- of a component: its combo line
    item_id    uuid NOT NULL,
    name       text NOT NULL,
    station    text,
    stocked    boolean NOT NULL,
    qty        bigint NOT NULL,
    unit_price bigint NOT NULL,
    modifiers  jsonb NOT NULL,
    gross      bigint NOT NULL,
    discount   bigint NOT NULL,
    tax        bigint NOT NULL,
    total      bigint NOT NULL,
    course     integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('new', 'sent', 'voided')),
    version    integer NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES pos.orders
);

CREATE TABLE pos.payment (
    tenant_id  uuid NOT NULL,
    order_id   uuid NOT NULL,
    payment_id uuid NOT NULL,
    outlet_id  uuid NOT NULL,
    device_id  uuid NOT NULL,
    staff_id   uuid NOT NULL,
    shift_id   uuid NOT NULL,
    tender     text NOT NULL CHECK (tender IN ('cash')),
    amount     bigint NOT NULL CHECK (amount > 0),
    tendered   bigint NOT NULL CHECK (tendered >= amount),
    rounding   bigint NOT NULL,         -- due minus amount when cash pays in coarser coins
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id, payment_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES pos.orders
);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.orders', 'pos.order_line', 'pos.payment']::regclass[]) t;
SELECT mpos.journal('pos.orders', topic => 'order', outlet => 'outlet_id',
    feed => '{state,payment_state,channel,table_label,call_number,receipt,total,paid,flags}');
SELECT mpos.journal('pos.order_line', topic => 'order', outlet => 'outlet_id', feed => '{item_id,qty,total,state}');
SELECT mpos.journal('pos.payment', topic => 'order', outlet => 'outlet_id', feed => '{tender,amount}');
COMMIT;

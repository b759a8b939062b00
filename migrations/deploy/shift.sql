-- Shifts of registers and the sums that every sale posts to them. New tables, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.shift (
    tenant_id     uuid NOT NULL,
    shift_id      uuid NOT NULL,
    outlet_id     uuid NOT NULL,
    device_id     uuid NOT NULL,
    staff_id      uuid NOT NULL,
    state         text NOT NULL CHECK (state IN ('open', 'closed')),
    business_date date NOT NULL,
    opened_at     timestamptz NOT NULL,
    closed_at     timestamptz,
    float_amount  bigint NOT NULL CHECK (float_amount >= 0),
    expected_cash bigint,               -- these three at closing
    counted       bigint,
    sales         bigint,
    total         bigint,
    version       integer NOT NULL,
    PRIMARY KEY (tenant_id, shift_id)
);
CREATE UNIQUE INDEX shift_open ON pos.shift (tenant_id, device_id) WHERE state = 'open';

-- One row per shift, updated by every sale past the executor (src/shift.c): key index only, not captured, because each
-- sale is. The parallel arrays hold one element per tender and per tax (id, rate and kind together).
CREATE TABLE pos.shift_sums (
    tenant_id     uuid NOT NULL,
    shift_id      uuid NOT NULL,
    sales         bigint NOT NULL,
    gross         bigint NOT NULL,
    discount      bigint NOT NULL,
    net           bigint NOT NULL,
    tax           bigint NOT NULL,
    total         bigint NOT NULL,
    cash_count    bigint NOT NULL,
    cash_amount   bigint NOT NULL,
    tax_ids       uuid[] NOT NULL,
    tax_rates     bigint[] NOT NULL,    -- scale 9
    tax_included  bigint[] NOT NULL,    -- 0 or 1
    tax_bases     bigint[] NOT NULL,
    tax_amounts   bigint[] NOT NULL,
    PRIMARY KEY (tenant_id, shift_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
RESET ROLE;
SELECT mpos.isolate('pos.shift');
SELECT mpos.isolate('pos.shift_sums');
SELECT mpos.journal('pos.shift', topic => 'shift', outlet => 'outlet_id',
    feed => '{device_id,state,opened_at,closed_at,float_amount,expected_cash,counted,sales,total}');
COMMIT;

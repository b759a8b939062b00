-- The time clock: who worked from when to when, and their breaks. New tables, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.clock (
    tenant_id  uuid NOT NULL,
    clock_id   uuid NOT NULL,
    staff_id   uuid NOT NULL,
    outlet_id  uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    version    integer NOT NULL,
    PRIMARY KEY (tenant_id, clock_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES pos.staff,
    CHECK (ended_at >= started_at)
);
CREATE UNIQUE INDEX clock_open ON pos.clock (tenant_id, staff_id) WHERE ended_at IS NULL;
CREATE INDEX clock_time ON pos.clock (tenant_id, started_at, clock_id);
CREATE TABLE pos.clock_break (
    tenant_id  uuid NOT NULL,
    clock_id   uuid NOT NULL,
    break_id   uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    PRIMARY KEY (tenant_id, clock_id, break_id),
    FOREIGN KEY (tenant_id, clock_id) REFERENCES pos.clock,
    CHECK (ended_at >= started_at)
);
CREATE UNIQUE INDEX clock_break_open ON pos.clock_break (tenant_id, clock_id) WHERE ended_at IS NULL;
RESET ROLE;
SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.clock', 'pos.clock_break']::regclass[]) t;
SELECT mpos.journal('pos.clock', topic => 'staff', feed => '{staff_id,started_at,ended_at}');
SELECT mpos.journal('pos.clock_break', topic => 'staff', feed => '{started_at,ended_at}');
COMMIT;

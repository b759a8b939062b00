-- Differing prices that somebody has looked at, with what they found, and an index to list them by time. Locks pos.price_diff for the
-- time of building the index; an older server runs on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.price_diff_seen (
    tenant_id uuid NOT NULL,
    order_id  uuid NOT NULL,
    outlet_id uuid NOT NULL,
    staff_id  uuid,                     -- NULL: not by a person
    note      text NOT NULL CHECK (length(note) <= 200),
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES pos.price_diff
);
CREATE INDEX price_diff_time ON pos.price_diff (tenant_id, created_at, order_id);
RESET ROLE;
SELECT mpos.isolate('pos.price_diff_seen');
SELECT mpos.journal('pos.price_diff_seen', outlet => 'outlet_id');
COMMIT;

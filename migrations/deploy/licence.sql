-- Licences as the vendor signed them. What counts is read from the signed bytes each time (sql/16-licence.sql), so that a row that
-- somebody has changed counts for nothing. New table, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.licence (
    tenant_id    uuid NOT NULL REFERENCES pos.tenant,
    licence_id   uuid NOT NULL,
    serial       integer NOT NULL,      -- a later one takes the place of those before
    payload      bytea NOT NULL,
    signature    bytea NOT NULL,
    installed_at timestamptz NOT NULL,
    reminded     integer NOT NULL DEFAULT 0, -- 1: 30 days before its end, 2: 7, 3: 1, 4: after it
    PRIMARY KEY (tenant_id, licence_id),
    UNIQUE (tenant_id, serial)
);
RESET ROLE;
SELECT mpos.isolate('pos.licence');
SELECT mpos.journal('pos.licence');
COMMIT;

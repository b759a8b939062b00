-- Answers of writes by Idempotency-Key, written past the executor (src/idempotency.c). The record commits or vanishes
-- with the write itself. Removed after 72 hours through mpos.forget_keys. New table, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.idempotency (
    tenant_id    uuid NOT NULL,
    key_hash     bytea NOT NULL,
    operation    text NOT NULL,
    request_hash bytea NOT NULL,
    status       integer NOT NULL,
    etag         text,
    answer       bytea NOT NULL,         -- packed (src/pack.h)
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key_hash)
);
ALTER TABLE pos.idempotency ALTER COLUMN answer SET STORAGE EXTERNAL;
RESET ROLE;
SELECT mpos.isolate('pos.idempotency');
COMMIT;

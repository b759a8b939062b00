-- Personal data of orders: values encrypted under a key per subject, keys wrapped under mpos.pii_key_file. Not captured:
-- the journal has commitments only. Dead rows are vacuumed soon, so that what is erased does not linger. New tables, locks
-- nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE pos.pii_subject (
    tenant_id  uuid NOT NULL,
    subject_id uuid NOT NULL,           -- a person, or an order whose customer nobody named
    wrapped    bytea NOT NULL,          -- the subject's key
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, subject_id)
) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE pos.pii (
    tenant_id  uuid NOT NULL,
    record_id  uuid NOT NULL,           -- the order
    path       text NOT NULL,           -- core/pii_paths.def
    subject_id uuid NOT NULL,
    sealed     bytea NOT NULL,          -- salt and value
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, record_id, path),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES pos.pii_subject
) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE pos.pii ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX pii_subject_values ON pos.pii (tenant_id, subject_id);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.pii_subject', 'pos.pii']::regclass[]) t;
COMMIT;

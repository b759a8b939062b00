-- Keys by which a device shows that an operation of its log was done in a session. New table, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.log_key (
    tenant_id  uuid NOT NULL,
    session_id uuid NOT NULL,
    key        bytea NOT NULL CHECK (octet_length(key) = 32),
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES pos.session ON DELETE CASCADE
);
COMMENT ON TABLE pos.log_key IS 'Keys of sessions for operations of a device''s log; not journalled, since who reads one can act as that person';
RESET ROLE;
SELECT mpos.isolate('pos.log_key');
COMMIT;

-- Keys of integrators. Only the SHA-256 of a key is here; what a call may do says the session that the key has at the moment, as
-- everybody's does. New table, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.api_key (
    tenant_id      uuid NOT NULL,
    key_id         uuid NOT NULL,
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    key_hash       bytea NOT NULL CHECK (length(key_hash) = 32),
    outlet_id      uuid NOT NULL,
    scopes         bigint NOT NULL CHECK (scopes > 0 AND scopes & 2 = 0),
    discount_limit bigint,              -- of who made it, as in pos.session
    refund_limit   bigint,
    created_by     uuid NOT NULL,       -- person, or what else has signed in
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    revoked_at     timestamptz,
    session_id     uuid,                -- of its last use
    PRIMARY KEY (tenant_id, key_id),
    UNIQUE (tenant_id, key_hash),
    FOREIGN KEY (tenant_id, outlet_id) REFERENCES pos.outlet
);
RESET ROLE;
SELECT mpos.isolate('pos.api_key');
SELECT mpos.journal('pos.api_key', topic => 'staff', feed => '{name,outlet_id,scopes,created_by,expires_at,revoked_at}');
COMMIT;

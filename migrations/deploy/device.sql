-- Devices of more kinds, each with a key of its own once it is paired; codes to pair with, and what is known of a device's
-- whereabouts. NULL in the new columns of pos.device is what rows had before: they keep their digests. Locks pos.device and
-- pos.device_cursor for a moment; the server before this one does not know the cursor's new column and must be replaced at once.
BEGIN;
ALTER TABLE pos.device
    DROP CONSTRAINT device_kind_check,
    ADD CONSTRAINT device_kind_check CHECK (kind IN ('register', 'kitchen', 'kiosk', 'fridge', 'display', 'channel')),
    -- A lost device keeps its row and its series; the one in its place has the same code and the next series.
    DROP CONSTRAINT device_tenant_id_outlet_id_code_key,
    ADD CONSTRAINT device_series_key UNIQUE (tenant_id, outlet_id, code, series),
    ADD COLUMN name text CHECK (length(name) BETWEEN 1 AND 64),
    ADD COLUMN public_key bytea,            -- ed25519: 32 bytes; p256: uncompressed point, 65 bytes
    ADD COLUMN key_alg text CHECK (key_alg IN ('ed25519', 'p256')),
    ADD COLUMN paired_at timestamptz,
    ADD CONSTRAINT device_key_check CHECK (num_nulls(public_key, key_alg, paired_at) IN (0, 3)
        AND length(public_key) = CASE key_alg WHEN 'p256' THEN 65 ELSE 32 END);
CREATE UNIQUE INDEX device_code_key ON pos.device (tenant_id, outlet_id, code) WHERE state = 'active';

-- What a revoked device still pushes goes to suspense.
ALTER TABLE pos.device_cursor ADD COLUMN revoked boolean NOT NULL DEFAULT false;

SET LOCAL ROLE mpos_owner;
CREATE INDEX session_device ON pos.session (tenant_id, device_id) WHERE ended_at IS NULL;

-- One code a device; a new one takes the place of the old. Only its SHA-256 is here.
CREATE TABLE pos.pairing (
    tenant_id  uuid NOT NULL,
    device_id  uuid NOT NULL,
    code_hash  bytea NOT NULL CHECK (length(code_hash) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, device_id),
    UNIQUE (tenant_id, code_hash),
    FOREIGN KEY (tenant_id, device_id) REFERENCES pos.device
);

-- Nonces of signed requests, kept for as long as their times would be accepted.
CREATE TABLE pos.device_nonce (
    tenant_id uuid NOT NULL,
    device_id uuid NOT NULL,
    nonce     bytea NOT NULL,
    used_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, device_id, nonce),
    FOREIGN KEY (tenant_id, device_id) REFERENCES pos.device
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Where a device was last heard of; written about twice a minute for a device in use. Not in the journal: it says nothing
-- about the business.
CREATE TABLE pos.device_status (
    tenant_id    uuid NOT NULL,
    device_id    uuid NOT NULL,
    last_seen_at timestamptz NOT NULL,
    app          text CHECK (length(app) BETWEEN 1 AND 64),
    PRIMARY KEY (tenant_id, device_id),
    FOREIGN KEY (tenant_id, device_id) REFERENCES pos.device
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest('{pos.device,pos.pairing,pos.device_nonce,pos.device_status}'::regclass[]) t;
SELECT mpos.journal('pos.device', topic => 'staff', feed => '{outlet_id,code,name,kind,series,state,key_alg}');
SELECT mpos.journal('pos.pairing');
COMMIT;

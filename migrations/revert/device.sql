BEGIN;
SELECT mpos.unguard('pos.pairing', 'reverted');
DROP TABLE pos.pairing, pos.device_nonce, pos.device_status;
DROP INDEX pos.session_device;
ALTER TABLE pos.device_cursor DROP COLUMN revoked;
DROP INDEX pos.device_code_key;
SELECT mpos.journal('pos.device', topic => 'staff', feed => '{outlet_id,code,kind,series,state}');
SELECT mpos.rewrite('pos.device', 'keys and names are taken away');
ALTER TABLE pos.device
    DROP CONSTRAINT device_key_check, DROP COLUMN name, DROP COLUMN public_key, DROP COLUMN key_alg, DROP COLUMN paired_at,
    DROP CONSTRAINT device_series_key, ADD CONSTRAINT device_tenant_id_outlet_id_code_key UNIQUE (tenant_id, outlet_id, code),
    DROP CONSTRAINT device_kind_check, ADD CONSTRAINT device_kind_check CHECK (kind IN ('register', 'kitchen', 'channel'));
COMMIT;

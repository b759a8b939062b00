SELECT name, public_key, key_alg, paired_at FROM pos.device WHERE false;
SELECT revoked FROM pos.device_cursor WHERE false;
SELECT device_id, code_hash, expires_at FROM pos.pairing WHERE false;
SELECT device_id, nonce, used_at FROM pos.device_nonce WHERE false;
SELECT device_id, last_seen_at, app FROM pos.device_status WHERE false;

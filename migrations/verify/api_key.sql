SELECT key_hash, scopes, expires_at, session_id FROM pos.api_key WHERE false;

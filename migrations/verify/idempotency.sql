BEGIN;
SELECT tenant_id, key_hash, operation, request_hash, status, etag, answer, created_at FROM pos.idempotency WHERE false;
SELECT 1 / count(*) FROM pg_class WHERE oid = 'pos.idempotency'::regclass AND relforcerowsecurity;
ROLLBACK;

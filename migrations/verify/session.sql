BEGIN;
SELECT tenant_id, session_id, staff_id, device_id, outlet_id, scopes, rights_version, created_at, expires_at, ended_at
  FROM pos.session WHERE false;
SELECT 1 / count(*) FROM pg_class WHERE oid = 'pos.session'::regclass AND relforcerowsecurity;
ROLLBACK;

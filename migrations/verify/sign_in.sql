SELECT method FROM pos.session WHERE false;
SELECT tenant_id, hash, session_id, lasts_s, created_at, expires_at, used_at, replaced_by FROM pos.refresh WHERE false;
SELECT subject, failures, window_start, changed_at, locked_until FROM pos.sign_in_guard WHERE false;
SELECT 1 / (relrowsecurity AND relforcerowsecurity)::int FROM pg_class WHERE oid = 'pos.refresh'::regclass;

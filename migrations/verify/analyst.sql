SELECT tenant_id, analyst_id, role_oid, role_name, name, created_at, version FROM pos.analyst WHERE false;
SELECT 1 / (to_regnamespace('analytics') IS NOT NULL)::int;

-- Another database of the cluster may use the roles, so they stay; `DROP ROLE` is the administrator's.
BEGIN;
SELECT 1;
COMMIT;

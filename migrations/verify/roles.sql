BEGIN;
SELECT 1 / count(*) FROM pg_roles WHERE rolname = 'mpos_owner' AND NOT rolsuper AND NOT rolbypassrls AND NOT rolcanlogin;
SELECT 1 / count(*) FROM pg_roles WHERE rolname = 'mpos_app' AND NOT rolsuper AND NOT rolbypassrls AND rolcanlogin;
ROLLBACK;

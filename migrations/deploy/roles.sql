-- Roles are cluster-wide: another database of the cluster may have made them. Locks nothing. The extension makes them
-- too, for databases that are not deployed by Sqitch.
BEGIN;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mpos_owner') THEN
        CREATE ROLE mpos_owner NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mpos_app') THEN
        CREATE ROLE mpos_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
END
$$;
COMMIT;

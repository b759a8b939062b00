-- Logins of analysts, each bound to one business, and the schema of their views. New table, locks nothing; an older server
-- runs on with it.
BEGIN;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mpos_analyst') THEN
        CREATE ROLE mpos_analyst NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
END
$$;

SET LOCAL ROLE mpos_owner;
-- Read past row security by the library, the first four columns by number (extension/src/analyst.c).
CREATE TABLE pos.analyst (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    analyst_id uuid NOT NULL,
    role_oid   oid NOT NULL,            -- of the login; together with its name, or nothing is seen
    role_name  text NOT NULL,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    created_at timestamptz NOT NULL DEFAULT now(),
    version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, analyst_id),
    UNIQUE (tenant_id, name),
    UNIQUE (tenant_id, role_oid)
);
RESET ROLE;
SELECT mpos.isolate('pos.analyst');
SELECT mpos.journal('pos.analyst', topic => 'staff', feed => '{role_name}');
CREATE TRIGGER analyst_changed AFTER INSERT OR UPDATE OR DELETE ON pos.analyst FOR EACH ROW EXECUTE FUNCTION mpos.analyst_changed();
ALTER TABLE pos.analyst ENABLE ALWAYS TRIGGER analyst_changed;

CREATE SCHEMA analytics AUTHORIZATION mpos_owner;
REVOKE ALL ON SCHEMA analytics FROM PUBLIC;
GRANT USAGE ON SCHEMA analytics TO mpos_analyst;

-- Every login may execute these by PostgreSQL's default. Locks, WAL and large objects of one are everybody's trouble, who may
-- notify can ring for journals that have not moved, and keys of locks are made of other businesses' ids.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_proc
              WHERE pronamespace = 'pg_catalog'::regnamespace
                AND (proname ~ '^pg_(try_)?advisory_' OR proname ~ '^(be_)?lo_'
                     OR proname IN ('loread', 'lowrite', 'pg_notify', 'pg_logical_emit_message', 'pg_lock_status')) LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END
$$;
COMMIT;

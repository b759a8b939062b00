-- Analysts' logins stay as roles without any right; drop them with DROP ROLE.
BEGIN;
DROP SCHEMA analytics CASCADE;
SELECT mpos.unguard('pos.analyst', 'analyst reverted');
DROP TABLE pos.analyst;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_proc
              WHERE pronamespace = 'pg_catalog'::regnamespace
                AND (proname ~ '^pg_(try_)?advisory_' OR proname ~ '^(be_)?lo_'
                     OR proname IN ('loread', 'lowrite', 'pg_notify', 'pg_logical_emit_message', 'pg_lock_status'))
                AND NOT EXISTS (SELECT FROM pg_init_privs i WHERE i.classoid = 'pg_proc'::regclass AND i.objoid = pg_proc.oid) LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f);
    END LOOP;
END
$$;
COMMIT;

-- 99-grants.sql: the owner role owns every function; the server may execute three.

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'mpos'::regnamespace LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('ALTER FUNCTION %s OWNER TO mpos_owner', f);
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION mpos.call(uuid, bytea, text, jsonb) TO mpos_app;
GRANT EXECUTE ON FUNCTION mpos.heads(uuid[]) TO mpos_app;
GRANT EXECUTE ON FUNCTION mpos.version() TO mpos_app;

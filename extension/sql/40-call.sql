-- 40-call.sql: the one door of the application.

CREATE FUNCTION mpos.call(tenant uuid, context bytea, operation text, input jsonb,
                          OUT status integer, OUT etag text, OUT body text, OUT entries bytea)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_call_sql';
COMMENT ON FUNCTION mpos.call(uuid, bytea, text, jsonb) IS 'Runs one operation for the tenant of a genuine context';

-- Version of the library that is loaded; the server compares it with its own.
CREATE FUNCTION mpos.version() RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_version';
COMMENT ON FUNCTION mpos.version() IS 'Version of the loaded library';

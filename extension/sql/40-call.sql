-- 40-call.sql: the one door of the application.

-- The plans of a call, foreign key checks among them, are kept; made while a table was empty they would read all of it
-- later. And rows must be locked in the order of their keys, which a bitmap scan does not promise.
CREATE FUNCTION mpos.call(tenant uuid, context bytea, operation text, input jsonb,
                          OUT status integer, OUT etag text, OUT body text, OUT entries bytea)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off
    AS 'MODULE_PATHNAME', 'mpos_call_sql';
COMMENT ON FUNCTION mpos.call(uuid, bytea, text, jsonb) IS 'Runs one operation for the tenant of a genuine context';

-- Version of the library that is loaded; the server compares it with its own.
CREATE FUNCTION mpos.version() RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_version';
COMMENT ON FUNCTION mpos.version() IS 'Version of the loaded library';

-- Removes stored answers that no client will ask for again. Row security hides the table from its owner, so this is for
-- the superuser's daily maintenance; it locks no row that a call may need.
CREATE FUNCTION mpos.forget_keys(older interval DEFAULT '72 hours') RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF older < interval '24 hours' THEN
        RAISE EXCEPTION 'answers are kept for a day at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    DELETE FROM pos.idempotency WHERE created_at < now() - older;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
COMMENT ON FUNCTION mpos.forget_keys(interval) IS 'Removes stored answers older than the interval; returns how many';

-- 60-licence.sql: whether a vendor's key has signed a licence.

CREATE FUNCTION mpos.licence_genuine(payload bytea, signature bytea) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_licence_genuine_sql';
COMMENT ON FUNCTION mpos.licence_genuine(bytea, bytea) IS 'Whether a key of mpos.licence_key_file has signed that licence';

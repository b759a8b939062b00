-- 36-pii.sql: personal data in the clear, for the export of a business by the owner of the database.

CREATE FUNCTION mpos.pii_value(tenant uuid, subject uuid, record uuid, path text, sealed bytea) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_pii_value_sql';
COMMENT ON FUNCTION mpos.pii_value(uuid, uuid, uuid, text, bytea) IS 'The value that a row of pos.pii keeps sealed';

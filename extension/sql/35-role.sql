-- 35-role.sql: scopes by name. The bits are those of extension/core/scopes.def and stand nowhere else.

CREATE FUNCTION mpos.scopes(names text[]) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_scopes_sql';
COMMENT ON FUNCTION mpos.scopes(text[]) IS 'Scope names as bits; "*" is every scope that a role can have';

-- 10-tenant.sql: the tenant variable. Not PARALLEL SAFE: it lives in the leader's memory.

CREATE FUNCTION mpos.tenant() RETURNS uuid
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'mpos_tenant';
COMMENT ON FUNCTION mpos.tenant() IS 'Tenant whose rows are visible; NULL when none is set';

CREATE FUNCTION mpos.assume(tenant uuid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_assume';
COMMENT ON FUNCTION mpos.assume(uuid) IS 'Sets the tenant until the transaction ends; for the owner of the tables';

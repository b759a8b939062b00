-- 10-tenant.sql: the tenant variable. PARALLEL SAFE because a plan that runs in parallel carries it to its workers; a worker that
-- got none raises instead of seeing no row (src/tenant_carry.c).

CREATE FUNCTION mpos.tenant() RETURNS uuid
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_tenant';
COMMENT ON FUNCTION mpos.tenant() IS 'Tenant whose rows are visible; NULL when none is set';

CREATE FUNCTION mpos.assume(tenant uuid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_assume';
COMMENT ON FUNCTION mpos.assume(uuid) IS 'Sets the tenant until the transaction ends; for the owner of the tables';

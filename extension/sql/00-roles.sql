-- 00-roles.sql: the owner of tables and definer functions, the roles of server and signer, and the group of the analysts.
\echo Use "CREATE EXTENSION mpos" to load this file. \quit

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mpos_owner') THEN
        CREATE ROLE mpos_owner NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mpos_app') THEN
        CREATE ROLE mpos_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mpos_signer') THEN
        CREATE ROLE mpos_signer LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
    -- Its members, one login each, are bound to a tenant by a row of pos.analyst (src/analyst.h).
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mpos_analyst') THEN
        CREATE ROLE mpos_analyst NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
END
$$;
REVOKE ALL ON SCHEMA mpos FROM PUBLIC;
GRANT USAGE ON SCHEMA mpos TO mpos_owner, mpos_app, mpos_signer;

-- 00-roles.sql: the owner of tables and definer functions, and the roles of server and signer.
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
END
$$;
REVOKE ALL ON SCHEMA mpos FROM PUBLIC;
GRANT USAGE ON SCHEMA mpos TO mpos_owner, mpos_app, mpos_signer;

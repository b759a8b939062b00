-- rules.sql: nothing in the catalogue breaks a rule of isolation (rules.psql), and every rule is seen to fire.
BEGIN;
\set QUIET 1
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
CREATE SCHEMA tests;
\ir rules.psql

-- What breaks which rule: an object of every kind, made by statements that a migration could have.
CREATE TABLE tests.breach (n serial, rule text, how text);
INSERT INTO tests.breach (rule, how) VALUES
    ('tenant column', 'CREATE TABLE pos.x (id uuid PRIMARY KEY)'),
    ('tenant column', 'CREATE TABLE pos.x (id uuid, tenant_id uuid NOT NULL, PRIMARY KEY (tenant_id, id))'),
    ('tenant column', 'CREATE TABLE pos.x (tenant_id text NOT NULL, id uuid, PRIMARY KEY (tenant_id, id))'),
    ('tenant column', 'CREATE TABLE pos.x (tenant_id uuid, id uuid PRIMARY KEY)'),
    ('tenant column', 'CREATE TABLE journal.x (journal_id uuid PRIMARY KEY)'),
    ('primary key', 'CREATE TABLE pos.x (tenant_id uuid NOT NULL, id uuid)'),
    ('primary key', 'CREATE TABLE pos.x (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (id, tenant_id))'),
    ('unique key', 'ALTER TABLE pos.staff ADD UNIQUE (number, tenant_id)'),
    ('exclusion', 'ALTER TABLE pos.staff ADD EXCLUDE USING btree (number WITH =)'),
    ('index', 'CREATE UNIQUE INDEX ON pos.staff (number)'),
    ('index', 'CREATE INDEX ON pos.staff (number)'),
    ('index', 'CREATE INDEX ON pos.staff (lower(number))'),
    ('index', 'CREATE INDEX ON pos.staff (number) INCLUDE (tenant_id)'),
    ('index', 'CREATE UNIQUE INDEX ON pos.staff (number, tenant_id)'),
    ('foreign key', 'CREATE TABLE pos.x (tenant_id uuid NOT NULL, id uuid REFERENCES pos.directory (tenant_id))'),
    ('foreign key', 'CREATE TABLE pos.x (tenant_id uuid NOT NULL REFERENCES pos.directory (tenant_id), id uuid)'),
    ('foreign key', 'CREATE TABLE pos.x (id uuid, tenant_id uuid, FOREIGN KEY (id, tenant_id) REFERENCES pos.staff (tenant_id, staff_id))'),
    ('foreign key', 'ALTER TABLE pos.directory ADD FOREIGN KEY (tenant_id) REFERENCES pos.tenant'),
    ('row security', 'ALTER TABLE pos.staff NO FORCE ROW LEVEL SECURITY'),
    ('row security', 'ALTER TABLE pos.staff DISABLE ROW LEVEL SECURITY'),
    ('policy', 'DROP POLICY mpos_tenant ON pos.staff'),
    ('policy', 'CREATE POLICY more ON pos.staff USING (true)'),
    ('policy', 'ALTER POLICY mpos_tenant ON pos.staff USING (true)'),
    ('policy', 'ALTER POLICY mpos_tenant ON pos.staff WITH CHECK (true)'),
    ('policy', 'ALTER POLICY mpos_tenant ON pos.staff TO mpos_app'),
    ('table owner', 'ALTER TABLE pos.staff OWNER TO postgres'),
    ('place', 'CREATE TABLE public.x (tenant_id uuid NOT NULL PRIMARY KEY)'),
    ('place', 'CREATE SCHEMA x CREATE TABLE x (tenant_id uuid NOT NULL PRIMARY KEY)'),
    ('sequence', 'ALTER TABLE pos.staff ADD n bigint GENERATED ALWAYS AS IDENTITY'),
    ('sequence', 'CREATE SEQUENCE pos.x; ALTER TABLE pos.staff ADD n bigint; ALTER TABLE pos.staff ALTER n SET DEFAULT nextval(''pos.x'')'),
    ('sequence', 'CREATE SEQUENCE pos.x'),
    ('kind', 'CREATE MATERIALIZED VIEW pos.x AS SELECT * FROM pos.staff'),
    ('trigger', 'CREATE FUNCTION public.x() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN END''; CREATE TRIGGER x AFTER INSERT ON pos.staff EXECUTE FUNCTION public.x()'),
    ('rewrite rule', 'CREATE RULE x AS ON INSERT TO pos.staff DO ALSO NOTHING'),
    ('view', 'CREATE VIEW pos.x AS SELECT * FROM pos.staff'),
    ('view', 'CREATE VIEW pos.x WITH (security_barrier = false) AS SELECT * FROM pos.staff'),
    ('table owner', 'CREATE VIEW pos.x WITH (security_barrier) AS SELECT * FROM pos.staff'),
    ('publication', 'CREATE PUBLICATION x FOR ALL TABLES'),
    ('search path', 'CREATE FUNCTION pos.x() RETURNS int LANGUAGE sql SECURITY DEFINER AS ''SELECT 1'''),
    ('search path', 'CREATE FUNCTION pos.x() RETURNS int LANGUAGE sql AS ''SELECT 1'''),
    ('search path', 'CREATE FUNCTION pos.x() RETURNS int LANGUAGE sql SET search_path = pg_catalog AS ''SELECT 1'''),
    ('search path', 'CREATE FUNCTION pos.x() RETURNS int LANGUAGE sql SET search_path = pos, pg_catalog, pg_temp AS ''SELECT 1'''),
    ('search path', 'ALTER FUNCTION mpos.call RESET search_path'),
    ('definer', 'CREATE FUNCTION pos.x() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ''SELECT 1'''),
    ('definer', 'ALTER FUNCTION mpos.call OWNER TO mpos_app'),
    ('function owner', 'ALTER FUNCTION mpos.version OWNER TO mpos_app'),
    ('leakproof', 'ALTER FUNCTION mpos.version LEAKPROOF'),
    ('parallel', 'ALTER FUNCTION mpos.assume PARALLEL SAFE'),
    ('role attribute', 'ALTER ROLE mpos_app BYPASSRLS'),
    ('role attribute', 'ALTER ROLE mpos_app SUPERUSER'),
    ('role attribute', 'ALTER ROLE mpos_app CREATEROLE'),
    ('role attribute', 'ALTER ROLE mpos_owner REPLICATION'),
    ('role attribute', 'CREATE ROLE x CREATEDB'),
    ('owner can log in', 'ALTER ROLE mpos_owner LOGIN'),
    ('membership', 'GRANT mpos_owner TO mpos_app'),
    ('membership', 'GRANT pg_read_all_data TO mpos_app'),
    ('membership', 'GRANT pg_monitor TO mpos_signer'),
    ('membership', 'CREATE ROLE x; GRANT x TO mpos_app'),
    ('owns something', 'CREATE SCHEMA x AUTHORIZATION mpos_app'),
    ('owns something', 'ALTER TABLE pos.staff OWNER TO mpos_app'),
    ('parameter', 'GRANT SET ON PARAMETER mpos.context_key_file TO mpos_app'),
    ('parameter', 'GRANT ALTER SYSTEM ON PARAMETER log_parameter_max_length TO mpos_app'),
    ('role setting', 'ALTER ROLE mpos_app SET log_min_duration_statement = 0'),
    ('role setting', 'ALTER DATABASE mpos SET log_statement = ''all'''),
    ('extension', 'CREATE EXTENSION file_fdw SCHEMA public'),
    ('grant', 'GRANT SELECT ON pos.staff TO mpos_app'),
    ('grant', 'GRANT SELECT (name) ON pos.staff TO mpos_signer'),
    ('grant', 'GRANT EXECUTE ON FUNCTION mpos.tenant TO mpos_app'),
    ('grant', 'GRANT EXECUTE ON FUNCTION mpos.call TO mpos_app WITH GRANT OPTION'),
    ('grant', 'GRANT USAGE ON SCHEMA pos TO mpos_app'),
    ('grant', 'GRANT CREATE ON SCHEMA mpos TO mpos_owner'),
    ('grant', 'GRANT USAGE ON SEQUENCE journal.alarm_alarm_id_seq TO mpos_signer'),
    ('grant', 'GRANT CREATE ON DATABASE mpos TO mpos_owner'),
    ('grant', 'GRANT EXECUTE ON FUNCTION pg_read_file(text) TO mpos_app'),
    ('grant', 'GRANT SELECT ON pg_authid TO mpos_app'),
    ('grant', 'ALTER DEFAULT PRIVILEGES FOR ROLE mpos_owner GRANT SELECT ON TABLES TO mpos_app'),
    ('grant to public', 'GRANT SELECT ON pos.staff TO PUBLIC'),
    ('grant to public', 'CREATE FUNCTION pos.x() RETURNS int LANGUAGE sql SET search_path = pg_catalog, pg_temp AS ''SELECT 1'''),
    ('grant to public', 'GRANT USAGE ON SCHEMA pos TO PUBLIC'),
    ('grant to public', 'GRANT USAGE ON SCHEMA public TO PUBLIC'),
    ('grant to public', 'GRANT TEMPORARY ON DATABASE mpos TO PUBLIC'),
    ('grant to public', 'CREATE TYPE pos.x AS ENUM (''a'')'),
    ('grant to public', 'CREATE DOMAIN pos.x AS text'),
    ('grant to public', 'GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO PUBLIC'),
    ('exception', 'DELETE FROM tests.control_plane; INSERT INTO tests.control_plane VALUES (''pos.gone'', ''it was there once'')');

-- Which rules a statement breaks beyond those that are broken now; undone before it returns.
CREATE FUNCTION tests.broken_by(how text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    BEGIN
        EXECUTE how;
        SELECT coalesce(string_agg(DISTINCT rule, '|'), '') INTO broken FROM tests.violation;
        RAISE EXCEPTION USING ERRCODE = 'MPXXX', MESSAGE = broken;
    EXCEPTION WHEN SQLSTATE 'MPXXX' THEN
        RETURN string_to_array(SQLERRM, '|');
    END;
END
$$;

SELECT plan((SELECT count(*)::int FROM tests.breach) + 3);
SELECT is((SELECT string_agg(rule || ': ' || object, E'\n' ORDER BY rule, object) FROM tests.violation), NULL, 'nothing breaks a rule');
SELECT ok((SELECT count(*) >= 25 FROM tests.tenant_table), 'the rules look at every table of tenants');
SELECT ok(rule = ANY (tests.broken_by(how)), rule || ': ' || how) FROM tests.breach ORDER BY n;
SELECT is((SELECT string_agg(DISTINCT rule, ',') FROM unnest('{table,function,role,grant}'::text[]) part
            CROSS JOIN LATERAL regexp_matches(pg_get_viewdef(format('tests.%s_violation', part)::regclass), '(?:SELECT|THEN|ELSE) ''([a-z ]+)''::text', 'g') m(found)
            CROSS JOIN LATERAL unnest(found) rule WHERE rule NOT IN (SELECT b.rule FROM tests.breach b)), NULL, 'every rule has been broken once');
SELECT * FROM finish();
ROLLBACK;

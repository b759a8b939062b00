-- isolate.sql: mpos.isolate refuses tables that could mix tenants; the application role can do nothing but call.
BEGIN;
\ir helpers.sql
SELECT plan(22);
SELECT tests.tenant('acme');
SELECT tests.tenant('other');
SELECT tests.make_thing();

CREATE TABLE pos.a (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
SELECT throws_ok($$ SELECT mpos.isolate('pos.a') $$, '42P16', NULL, 'the tenant must be the first column');
CREATE TABLE pos.b (tenant_id uuid, id uuid PRIMARY KEY);
SELECT throws_ok($$ SELECT mpos.isolate('pos.b') $$, '42P16', NULL, 'the tenant must not be null');
CREATE TABLE pos.c (tenant_id uuid NOT NULL, id uuid PRIMARY KEY);
SELECT throws_ok($$ SELECT mpos.isolate('pos.c') $$, '42P16', NULL, 'the primary key must begin with the tenant');
CREATE TABLE pos.d (tenant_id uuid NOT NULL, id uuid, code text UNIQUE, PRIMARY KEY (tenant_id, id));
SELECT throws_ok($$ SELECT mpos.isolate('pos.d') $$, '42P16', NULL, 'every unique key must begin with the tenant');
CREATE TABLE pos.e (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (tenant_id, id));
CREATE UNIQUE INDEX ON pos.e (id);
SELECT throws_ok($$ SELECT mpos.isolate('pos.e') $$, '42P16', NULL, 'every unique index must begin with the tenant');
CREATE TABLE pos.f (tenant_id uuid NOT NULL);
SELECT throws_ok($$ SELECT mpos.isolate('pos.f') $$, '42P16', NULL, 'a table without a key is refused');
CREATE TABLE pos.g (tenant_id text NOT NULL, id uuid, PRIMARY KEY (tenant_id, id));
SELECT throws_ok($$ SELECT mpos.isolate('pos.g') $$, '42P16', NULL, 'the tenant must be a uuid');
SELECT lives_ok($$ SELECT mpos.isolate('pos.thing') $$, 'isolating twice is harmless');
SELECT throws_ok($$ SELECT mpos.journal('pos.thing', topic => 'No') $$, '22023', NULL, 'a topic is a lower case word');
SELECT throws_ok($$ SELECT mpos.journal('pos.thing', feed => '{nothing}') $$, '42703', NULL, 'feed columns must exist');

SELECT is((SELECT array_agg(relname::text ORDER BY relname) FROM pg_class c
            WHERE relnamespace = 'pos'::regnamespace AND relkind IN ('r', 'p') AND relname !~ '^[a-g]$' AND relname NOT IN ('directory', 'sign_in_guard')
              AND NOT (relrowsecurity AND relforcerowsecurity AND relowner = 'mpos_owner'::regrole)), NULL,
          'every business table forces row security and belongs to mpos_owner');
SELECT is((SELECT array_agg(oid::regprocedure::text ORDER BY oid::regprocedure::text) FROM pg_proc
            WHERE pronamespace IN ('mpos'::regnamespace, 'pos'::regnamespace, 'journal'::regnamespace)
              AND has_function_privilege('mpos_app', oid, 'execute')),
          '{"mpos.call(uuid,bytea,text,jsonb)","mpos.heads(uuid[])","mpos.metrics()","mpos.version()"}', 'the application may execute four functions');
SELECT is((SELECT array_agg(oid::regclass::text) FROM pg_class
            WHERE relnamespace IN ('pos'::regnamespace, 'journal'::regnamespace) AND relkind IN ('r', 'p', 'v', 'S')
              AND (has_table_privilege('mpos_app', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES'))), NULL,
          'the application has no right on any table');
SELECT is((SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = 'mpos_owner'), false,
          'the owner role is no superuser, obeys row security and cannot log in');
SELECT is(has_database_privilege('mpos_app', current_database(), 'TEMPORARY, CREATE'), false, 'the application makes no tables');

SET ROLE mpos_app;
SELECT throws_ok($$ SELECT count(*) FROM pos.session $$, '42501', NULL, 'the application reads no table');
SELECT throws_ok($$ SELECT count(*) FROM journal.entry $$, '42501', NULL, 'the application reads no entry');
SELECT throws_ok($$ SELECT mpos.assume(tests.id('acme')) $$, '42501', NULL, 'the application assumes no tenant');
SELECT throws_ok($$ SET mpos.context_key_file = 'x' $$, NULL, NULL, 'the application sets no key file');
SELECT throws_ok($$ SHOW mpos.context_key_file $$, '42501', NULL, 'the application does not see where the key lies');
RESET ROLE;

SET ROLE mpos_owner;
SELECT mpos.assume(tests.id('acme'));
SELECT throws_ok($$ INSERT INTO pos.thing VALUES (tests.id('other'), NULL, tests.id('x')) $$, '42501', NULL,
                 'a row of another tenant cannot be written');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL force_parallel_mode = on;
INSERT INTO pos.thing SELECT tests.id('acme'), tests.id('acme/main'), gen_random_uuid(), 'x' FROM generate_series(1, 1000);
SELECT is((SELECT count(*) FROM pos.thing), 1000::bigint, 'a forced parallel plan sees the same rows');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;

-- parallel.sql: the tenant reaches parallel workers with every plan, and stays there no longer than the plan runs.
BEGIN;
\ir helpers.sql
SELECT plan(29);
SELECT tests.tenant('acme');
SELECT tests.tenant('other');
SELECT tests.make_thing();
INSERT INTO pos.thing (tenant_id, outlet_id, thing_id, name, qty)
SELECT tests.id(t), tests.id(t || '/main'), gen_random_uuid(), t, n
  FROM (VALUES ('acme', 1000), ('other', 700)) x (t, rows), generate_series(1, rows) n;
GRANT EXECUTE ON FUNCTION mpos.tenant() TO mpos_app;

-- Workers do all the work.
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;

-- How many workers a statement had.
CREATE FUNCTION tests.workers(statement text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || statement INTO plan;
    RETURN coalesce((SELECT sum(v::integer) FROM jsonb_path_query(plan, 'strict $.**."Workers Launched"') v), 0);
END
$$;

SET ROLE mpos_owner;
SAVEPOINT none;
SELECT mpos.assume(tests.id('acme'));
SELECT cmp_ok(tests.workers('SELECT count(*), sum(qty) FROM pos.thing'), '>', 0, 'an aggregate under row security runs in workers');
SELECT is((SELECT (count(*), sum(qty), min(name), max(name)) FROM pos.thing)::text, '(1000,500500,acme,acme)', 'workers see the rows of the tenant');
SELECT mpos.assume(tests.id('other'));
SELECT cmp_ok(tests.workers('SELECT count(*), sum(qty) FROM pos.thing'), '>', 0, 'so does that of another tenant');
SELECT is((SELECT (count(*), sum(qty), min(name), max(name)) FROM pos.thing)::text, '(700,245350,other,other)', 'workers see the rows of the other tenant');
ROLLBACK TO none;
SELECT cmp_ok(tests.workers('SELECT count(*), sum(qty) FROM pos.thing'), '>', 0, 'so does one without a tenant');
SELECT is((SELECT (count(*), sum(qty)) FROM pos.thing)::text, '(0,)', 'without a tenant workers see nothing');

-- One plan, several tenants
PREPARE counted AS SELECT count(*) FROM pos.thing;
SELECT mpos.assume(tests.id('acme'));
SELECT results_eq('counted', '{1000}'::bigint[], 'a prepared plan counts for one tenant');
SELECT mpos.assume(tests.id('other'));
SELECT results_eq('counted', '{700}'::bigint[], 'and for the next');
ROLLBACK TO none;
SELECT results_eq('counted', '{0}'::bigint[], 'and for none');
DEALLOCATE counted;

-- A statement within a statement, each in workers
RESET ROLE;
CREATE FUNCTION tests.count_for(name text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mpos.assume(tests.id(name));
    RETURN (SELECT count(*) FROM pos.thing);
END
$$;
SET ROLE mpos_owner;
SELECT is((SELECT array_agg(tests.count_for(n) ORDER BY o) FROM unnest('{acme,other,acme}'::text[]) WITH ORDINALITY u(n, o)),
          '{1000,700,1000}'::bigint[], 'functions that change the tenant count each their own');
ROLLBACK TO none;

-- Nothing is left
SELECT mpos.assume(tests.id('acme'));
SELECT is((SELECT count(*) FROM pos.thing), 1000::bigint, 'counted once more');
RESET ROLE;
SELECT is(current_setting('mpos.tenant'), '', 'nothing is carried when no plan runs');
SET ROLE mpos_owner;
SELECT is(tests.sqlstate_of('SELECT sum(1 / (qty - 5)) FROM pos.thing'), '22012', 'an error in a worker');
RESET ROLE;
SELECT is(current_setting('mpos.tenant'), '', 'nothing is carried after an error');
ROLLBACK TO none;
RESET ROLE;

-- A worker that got nothing: the builder of an index runs no plan. The leader takes its time, so that the worker gets its share.
CREATE FUNCTION tests.peek(uuid) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
    'BEGIN RETURN mpos.tenant() IS NULL AND pg_sleep(current_setting(''tests.pace'')::float) IS NOT NULL; END';
SET LOCAL tests.pace = '0.002';
SET LOCAL max_parallel_maintenance_workers = 2;
SELECT is(tests.sqlstate_of('CREATE INDEX ON pos.thing (tenant_id, tests.peek(thing_id))'), '25000', 'a worker without a tenant raises instead of seeing no row');
SET LOCAL max_parallel_maintenance_workers = 0;
SET LOCAL tests.pace = '0';
SELECT is(tests.sqlstate_of('CREATE INDEX ON pos.thing (tenant_id, tests.peek(thing_id))'), '00000', 'where no worker is, none is missed');

-- Only the library writes the setting, not even a superuser does.
SELECT is(tests.sqlstate_of(format(statement, tests.id('acme'))), '42501', format(statement, 'x'))
  FROM unnest(ARRAY['SET mpos.tenant = %L', 'SET LOCAL mpos.tenant = %L', 'SELECT set_config(''mpos.tenant'', ''%s'', true)',
                    'UPDATE pg_settings SET setting = ''%s'' WHERE name = ''mpos.tenant''',
                    'ALTER ROLE mpos_app SET mpos.tenant = %L', 'ALTER DATABASE mpos SET mpos.tenant = %L',
                    'CREATE FUNCTION tests.f() RETURNS int LANGUAGE sql SET mpos.tenant = %L AS ''SELECT 1''']) statement
 WHERE statement !~ 'pg_settings';
SELECT isnt(tests.sqlstate_of(format('ALTER SYSTEM SET mpos.tenant = %L', tests.id('acme'))), '00000', 'ALTER SYSTEM is refused');
SELECT is((SELECT count(*) FROM pg_settings WHERE name = 'mpos.tenant'), 0::bigint, 'nobody sees it in a list');
SET ROLE mpos_app;
SELECT is(tests.sqlstate_of('SHOW mpos.tenant'), '42501', 'others do not see it at all');
SELECT is(tests.sqlstate_of('SELECT current_setting(''mpos.tenant'')'), '42501', 'by no function either');
SELECT is(tests.sqlstate_of('SET mpos.tenant = none'), '42501', 'others do not set it');
SELECT is(tests.sqlstate_of('RESET mpos.tenant'), '42501', 'others do not reset it');
SELECT is(tests.sqlstate_of('SELECT set_config(''mpos.tenant'', '''', false)'), '42501', 'nor empty it');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;

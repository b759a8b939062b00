-- attack.sql: every role tries everything that SQL can on every relation and function: without a context nothing opens, and who
-- works for one business neither sees, changes, locks nor infers a row of another.
BEGIN;
\ir helpers.sql
\ir till.psql
\ir rules.psql
\ir attack.psql
SELECT * FROM no_plan();
SELECT NULL FROM unnest('{api,other}'::text[]) who, LATERAL tests.trade(who);
SELECT tenant_id AS a FROM pos.directory WHERE slug = 'till-a' \gset
SELECT tenant_id AS b FROM pos.directory WHERE slug = 'till-b' \gset
SELECT tests.fill(:'a'), tests.fill(:'b');
SELECT is((SELECT string_agg(format('%s: %s', t.name, u.why), '; ') FROM tests.target t LEFT JOIN tests.unfilled u ON u.relation = t.oid
            WHERE tests.rows_of(t.oid, :'a') = 0 OR tests.rows_of(t.oid, :'b') = 0), NULL, 'both businesses have rows in every table');
CREATE TABLE tests.victim AS SELECT * FROM tests.victims(:'b');
CREATE TABLE tests.known AS SELECT :'a'::uuid AS a, :'b'::uuid AS b;
CREATE TABLE tests.counted AS SELECT oid AS relation, tests.rows_of(oid, :'a') AS of_a, tests.rows_of(oid, :'b') AS of_b FROM tests.target;
CREATE TABLE tests.before AS SELECT tests.fingerprint(:'b');
CREATE TABLE tests.all_relations AS SELECT oid, name, relkind, schema_name FROM tests.relation WHERE relkind IN ('r', 'p', 'v', 'S');
CREATE TABLE tests.all_routines AS SELECT oid, name, proname, schema_name, prorettype, pronargs FROM tests.routine r
  CROSS JOIN LATERAL (SELECT split_part(name, '.', 1) AS schema_name) s;
CREATE TABLE tests.answers (who text, statement text, answer text);
GRANT SELECT ON ALL TABLES IN SCHEMA tests TO PUBLIC;
GRANT INSERT ON tests.answers TO PUBLIC;
CREATE ROLE tests_nobody LOGIN;
GRANT USAGE ON SCHEMA tests, public TO PUBLIC;

-- 1. Whoever has a password and no context: nothing in any schema answers but what is granted by name.
CREATE VIEW tests.attempts_on_relations AS
    SELECT r.name, replace(statement, '@', r.name) AS statement FROM tests.all_relations r
     CROSS JOIN LATERAL unnest(CASE WHEN r.relkind = 'S' THEN ARRAY['SELECT nextval(''@'')', 'SELECT currval(''@'')', 'SELECT setval(''@'', 1)', 'SELECT last_value FROM @']
         ELSE ARRAY['SELECT * FROM @', 'SELECT count(*) FROM @', 'SELECT 1 FROM @ LIMIT 0', 'INSERT INTO @ DEFAULT VALUES', 'DELETE FROM @', 'TRUNCATE @',
                    'SELECT 1 FROM @ FOR UPDATE', 'SELECT 1 FROM @ FOR KEY SHARE', 'LOCK TABLE @ IN ACCESS SHARE MODE', 'LOCK TABLE @', 'EXPLAIN SELECT * FROM @',
                    'CREATE INDEX ON @ ((1))', 'ALTER TABLE @ DISABLE ROW LEVEL SECURITY', 'COMMENT ON TABLE @ IS ''x''', 'VACUUM @', 'ANALYZE @', 'DROP TABLE @',
                    'CREATE TRIGGER x BEFORE INSERT ON @ EXECUTE FUNCTION suppress_redundant_updates_trigger()', 'CREATE RULE x AS ON INSERT TO @ DO ALSO NOTHING',
                    'CREATE POLICY x ON @ USING (true)', 'COPY @ TO ''/tmp/x''', 'CREATE TEMP TABLE t AS SELECT * FROM @', 'PREPARE stolen AS SELECT * FROM @',
                    'DECLARE c CURSOR WITH HOLD FOR SELECT * FROM @', 'GRANT SELECT ON @ TO PUBLIC', 'SELECT 1 WHERE EXISTS (SELECT FROM @)',
                    'CREATE VIEW public.v AS SELECT * FROM @', 'MERGE INTO @ USING (SELECT 1) s ON false WHEN NOT MATCHED THEN DO NOTHING'] END) statement;
GRANT SELECT ON tests.attempts_on_relations TO PUBLIC;
-- Arguments that are not known beforehand: PostgreSQL replaces a strict function of NULL by NULL and asks nobody.
CREATE VIEW tests.attempts_on_routines AS
    SELECT r.oid, r.name, format('SELECT %s.%I(%s)', r.schema_name, r.proname,
               (SELECT string_agg(format('(SELECT NULL::%s OFFSET 0)', format_type(t, NULL)), ', ' ORDER BY n) FROM unnest((SELECT proargtypes::oid[] FROM pg_proc p WHERE p.oid = r.oid)) WITH ORDINALITY u(t, n))) AS statement
      FROM tests.all_routines r WHERE r.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype);
GRANT SELECT ON tests.attempts_on_routines TO PUBLIC;
CREATE VIEW tests.attempts_on_anything AS
    SELECT unnest(ARRAY['CREATE TABLE public.x ()', 'CREATE TABLE pos.x ()', 'CREATE TABLE mpos.x ()', 'CREATE TEMP TABLE x ()', 'CREATE SCHEMA x', 'CREATE ROLE x',
        'CREATE FUNCTION mpos.tenant2() RETURNS int LANGUAGE sql AS ''SELECT 1''', 'CREATE FUNCTION pg_temp.x() RETURNS int LANGUAGE sql AS ''SELECT 1''',
        'CREATE EXTENSION file_fdw', 'LOAD ''mpos''', 'ALTER SYSTEM SET mpos.context_key_file = ''/tmp/x''', 'SHOW mpos.context_key_file', 'SHOW mpos.pii_key_file',
        'SELECT current_setting(''mpos.context_key_file'')', 'SELECT set_config(''mpos.context_key_file'', ''/tmp/x'', false)', 'SELECT pg_read_file(''PG_VERSION'')', 'SELECT pg_ls_dir(''.'')',
        'SELECT lo_import(''/etc/passwd'')', 'COPY (SELECT 1) TO PROGRAM ''true''', 'COPY (SELECT 1) TO ''/tmp/x''', 'SELECT * FROM pg_authid', 'SELECT * FROM pg_statistic',
        'SELECT * FROM pg_file_settings', 'SELECT * FROM pg_hba_file_rules', 'SELECT pg_reload_conf()', 'SET session_replication_role = replica', 'ALTER ROLE postgres PASSWORD ''x''', 'ALTER ROLE mpos_owner LOGIN',
        'GRANT mpos_owner TO CURRENT_USER', 'ALTER DATABASE mpos OWNER TO CURRENT_USER', 'CREATE PUBLICATION x FOR ALL TABLES', 'SELECT pg_create_logical_replication_slot(''x'', ''test_decoding'')',
        'CREATE EVENT TRIGGER x ON ddl_command_end EXECUTE FUNCTION mpos.ddl_end()', 'SECURITY LABEL ON ROLE mpos_app IS ''x''', 'REASSIGN OWNED BY mpos_owner TO CURRENT_USER',
        'ALTER EXTENSION mpos SET SCHEMA public', 'DROP EXTENSION mpos', 'SELECT mpos.assume(a) FROM tests.known', 'SELECT mpos.isolate(''pos.staff'')']) AS statement;
GRANT SELECT ON tests.attempts_on_anything TO PUBLIC;

CREATE FUNCTION tests.attack(who text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tests.answers SELECT who, statement, tests.attempt(statement) FROM tests.attempts_on_relations;
    INSERT INTO tests.answers SELECT who, statement, tests.attempt(statement) FROM tests.attempts_on_routines WHERE NOT has_function_privilege(oid, 'EXECUTE');
    INSERT INTO tests.answers SELECT who, statement, tests.attempt(statement) FROM tests.attempts_on_anything;
$$;
SET ROLE mpos_app;
SELECT NULL FROM tests.attack('mpos_app');
RESET ROLE;
SET ROLE mpos_signer;
SELECT NULL FROM tests.attack('mpos_signer');
RESET ROLE;
SET ROLE tests_nobody;
SELECT NULL FROM tests.attack('nobody');
RESET ROLE;
-- 42501 is "permission denied"; the others are VACUUM and ALTER SYSTEM in a transaction, a setting that only a reload changes, and no provider of
-- labels.
SELECT is((SELECT count(*) FROM tests.answers WHERE answer ~ 'rows$'), 0::bigint, 'no attempt of a role without a context succeeds');
SELECT is((SELECT string_agg(DISTINCT format('%s: %s: %s', who, statement, answer), E'\n') FROM tests.answers
            WHERE answer NOT IN ('42501', '25001', '55P02', '22023')), NULL, 'and none fails for a reason that tells');
SELECT ok((SELECT count(*) > 5000 FROM tests.answers), 'everything was tried by everybody: ' || (SELECT count(*) FROM tests.answers));
SELECT is((SELECT count(*) FROM tests.answers WHERE answer = '42501' AND statement ~ '^(SELECT|INSERT|DELETE|TRUNCATE|COPY) '),
          (SELECT count(*) FROM tests.answers WHERE statement ~ '^(SELECT|INSERT|DELETE|TRUNCATE|COPY) ' AND answer <> '55P02'),
          'reading and writing are denied, not merely impossible');

-- 2. Whoever could run SQL inside a call: the owner of the tables with the business A set.
GRANT CREATE ON SCHEMA tests TO mpos_owner;
SET ROLE mpos_owner;
SELECT mpos.assume('00000000-0000-0000-0000-000000000000');
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v WHERE tests.attempt(format('SELECT * FROM %s', v.name)) <> '0 rows'), NULL, 'with tenant zero the owner of the tables sees no row');
SELECT mpos.assume(:'a');
CREATE FUNCTION tests.wrong(expected text, statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s: %s', v.name, x.answer), ', ') FROM tests.victim v CROSS JOIN tests.known k
     JOIN pg_constraint p ON p.conrelid = v.relation AND p.contype = 'p'
     CROSS JOIN LATERAL tests.attempt(replace(replace(replace(replace(replace(replace(replace(statement, '@table', v.name), '@key', v.key), '@place', quote_literal(v.place)), '@b', quote_literal(k.b)),
         '@a', quote_literal(k.a)), '@columns', v.columns), '@pk', quote_ident(p.conname))) x(answer) WHERE x.answer !~ ('^(' || expected || ')$')
$$;
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v JOIN tests.counted c USING (relation) WHERE tests.attempt(format('SELECT * FROM %s', v.name)) <> c.of_a || ' rows'), NULL,
          'with A it sees exactly the rows of A');
SELECT is(tests.wrong(expected, statement), NULL, statement) FROM (VALUES
    ('0 rows', 'SELECT * FROM @table WHERE tenant_id = @b'), ('0 rows', 'SELECT * FROM @table WHERE @key'), ('0 rows', 'SELECT * FROM @table WHERE ctid = @place'),
    ('0 rows', 'SELECT * FROM @table WHERE tenant_id <> @a'), ('0 rows', 'SELECT * FROM @table x WHERE x::text ~ @b AND tenant_id <> @a'),
    ('0 rows', 'SELECT 1 FROM @table WHERE @key FOR UPDATE'), ('0 rows', 'SELECT 1 FROM @table WHERE @key FOR NO KEY UPDATE'), ('0 rows', 'SELECT 1 FROM @table WHERE @key FOR SHARE'),
    ('0 rows', 'SELECT 1 FROM @table WHERE ctid = @place FOR KEY SHARE'), ('0 rows', 'SELECT 1 FROM @table WHERE @key FOR UPDATE SKIP LOCKED'),
    ('0 rows', 'UPDATE @table SET tenant_id = tenant_id WHERE @key'), ('0 rows', 'UPDATE @table SET tenant_id = tenant_id WHERE tenant_id = @b RETURNING *'),
    ('0 rows', 'UPDATE @table SET tenant_id = @a WHERE tenant_id = @b'), ('42501|23...', 'UPDATE @table SET tenant_id = @b'),
    ('0 rows', 'DELETE FROM @table WHERE @key'), ('0 rows', 'DELETE FROM @table WHERE tenant_id = @b RETURNING *'), ('0 rows', 'DELETE FROM @table USING tests.known k WHERE tenant_id = k.b'),
    ('0 rows', 'SELECT 1 FROM @table TABLESAMPLE SYSTEM (100) WHERE tenant_id = @b'),
    ('42501', 'INSERT INTO @table (tenant_id, @columns) SELECT @b, @columns FROM @table LIMIT 1'),
    ('42501', 'INSERT INTO @table (tenant_id, @columns) SELECT @b, @columns FROM @table LIMIT 1 ON CONFLICT DO NOTHING'),
    ('42501', 'INSERT INTO @table (tenant_id, @columns) SELECT @b, @columns FROM @table LIMIT 1 ON CONFLICT ON CONSTRAINT @pk DO UPDATE SET tenant_id = excluded.tenant_id RETURNING *'),
    ('0 rows', 'WITH gone AS (DELETE FROM @table WHERE @key RETURNING *) SELECT * FROM gone'),
    ('0 rows', 'MERGE INTO @table t USING (SELECT @b::uuid AS b) s ON t.tenant_id = s.b WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING'),
    ('0 rows', 'SELECT 1 FROM @table t JOIN @table u USING (tenant_id) WHERE u.tenant_id = @b'),
    ('0A000', 'COPY @table FROM STDIN')) x(expected, statement);
-- Views of the owner, which read with its own rights: they too see one business. Made for A and read for it, for B and for nobody.
CREATE FUNCTION tests.view_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v record;
BEGIN
    FOR v IN SELECT name, relation FROM tests.victim LOOP
        EXECUTE format('CREATE VIEW tests.v%s AS SELECT * FROM %s', v.relation, v.name);
    END LOOP;
END
$$;
CREATE FUNCTION tests.views_wrong(whose text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s: %s', v.name, x.answer), ', ') FROM tests.victim v JOIN tests.counted c USING (relation)
     CROSS JOIN LATERAL tests.attempt(format('SELECT * FROM tests.v%s', v.relation)) x(answer)
     WHERE x.answer <> CASE whose WHEN 'a' THEN c.of_a WHEN 'b' THEN c.of_b ELSE 0 END || ' rows'
$$;
SELECT tests.view_all();
SELECT is(tests.views_wrong('a'), NULL, 'a view of every table, read for A');
-- Cursors: opened for one, read on when another is set. What A's cursor gives is never a row of B, nor of anybody for nobody.
CREATE FUNCTION tests.cursor_rows(target text, opened_for uuid, read_for uuid, condition text) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    c refcursor;
    found_tenant uuid;
    seen uuid[] := '{}';
BEGIN
    PERFORM mpos.assume(opened_for);
    OPEN c SCROLL FOR EXECUTE format('SELECT tenant_id FROM %s WHERE %s', target, condition);
    PERFORM mpos.assume(read_for);
    LOOP
        FETCH c INTO found_tenant;
        EXIT WHEN NOT FOUND;
        seen := seen || found_tenant;
    END LOOP;
    CLOSE c;
    RETURN seen;
END
$$;
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v CROSS JOIN tests.known k CROSS JOIN unnest(ARRAY['true', v.key]) condition
            WHERE tests.cursor_rows(v.name, k.a, k.a, condition) && ARRAY[k.b]), NULL, 'a cursor of A over every table holds no row of B');
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v CROSS JOIN tests.known k CROSS JOIN unnest(ARRAY['true', v.key]) condition
            WHERE tests.cursor_rows(v.name, k.b, '00000000-0000-0000-0000-000000000000', condition) <> '{}'), NULL, 'one of B read when nobody is set is empty');
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v CROSS JOIN tests.known k CROSS JOIN unnest(ARRAY['true', v.key]) condition
            WHERE tests.cursor_rows(v.name, k.b, k.a, condition) && ARRAY[k.b]), NULL, 'nor does A read B''s rows on from it');
SELECT mpos.assume(:'b');
SELECT is(tests.views_wrong('b'), NULL, 'the same views, read for B');
SELECT mpos.assume('00000000-0000-0000-0000-000000000000');
SELECT is(tests.views_wrong(''), NULL, 'and for nobody');
SELECT mpos.assume(:'a');
-- A key that B uses and one that nobody uses: the same words, whichever of A's rows carries it.
SELECT is((SELECT string_agg(format('%s: %s <> %s', v.name, x.theirs, x.nobodys), E'\n') FROM tests.victim v CROSS JOIN LATERAL (
               SELECT regexp_replace(tests.words(format('UPDATE %s SET %s', v.name, replace(replace(v.key, ' AND ', ', '), k.b::text, k.a::text))), '=\([^)]*\)', '=(...)', 'g'),
                      regexp_replace(tests.words(format('UPDATE %s SET %s', v.name, replace(replace(v.other_key, ' AND ', ', '), k.b::text, k.a::text))), '=\([^)]*\)', '=(...)', 'g') FROM tests.known k) x(theirs, nobodys)
            WHERE x.theirs <> x.nobodys), NULL, 'unique keys and foreign keys speak of B''s key as of a key that nobody has');
-- Every foreign key: a reference to B's row is a reference to nothing.
SELECT is((SELECT string_agg(format('%s.%s: %s <> %s', c.conrelid::regclass, c.conname, x.theirs, x.nobodys), E'\n')
             FROM pg_constraint c JOIN tests.victim v ON v.relation = c.confrelid JOIN pg_class r ON r.oid = c.conrelid AND r.relnamespace = 'pos'::regnamespace
             JOIN LATERAL (SELECT string_agg(quote_ident(f.attname), ', ' ORDER BY n) AS mine, string_agg(quote_ident(p.attname), ', ' ORDER BY n) AS theirs, count(*) AS width
                             FROM unnest(c.conkey, c.confkey) WITH ORDINALITY u(f, p, n) JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = u.f
                             JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = u.p WHERE n > 1) columns ON columns.width = 1
            CROSS JOIN LATERAL (SELECT tests.attempt(format('UPDATE %s SET %s = %s', c.conrelid::regclass, columns.mine, (regexp_match(v.key, columns.theirs || ' = (''[^'']*'')'))[1])),
                                       tests.attempt(format('UPDATE %s SET %s = %s', c.conrelid::regclass, columns.mine, (regexp_match(v.other_key, columns.theirs || ' = (''[^'']*'')'))[1]))) x(theirs, nobodys)
            WHERE c.contype = 'f' AND v.key ~ (columns.theirs || ' = ') AND x.theirs <> x.nobodys), NULL, 'a foreign key to a row of B fails like one to a row of nobody');
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v
            WHERE regexp_replace(tests.plan_text(format('SELECT * FROM %s WHERE %s', v.name, v.key)), '''[^'']*''', '?', 'g')
               <> regexp_replace(tests.plan_text(format('SELECT * FROM %s WHERE %s', v.name, v.other_key)), '''[^'']*''', '?', 'g')), NULL,
          'EXPLAIN ANALYZE of B''s key shows the plan and the counts of a key that nobody has');

-- Plans that were made for one business and run for another, and in parallel.
CREATE FUNCTION tests.prepare_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v record;
BEGIN
    FOR v IN SELECT name, row_number() OVER (ORDER BY name) AS n FROM tests.victim LOOP
        EXECUTE format('PREPARE p%s AS SELECT * FROM %s', v.n, v.name);
    END LOOP;
END
$$;
CREATE FUNCTION tests.execute_all(whose text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s: %s', name, answer), ', ') FROM (
        SELECT v.name, tests.attempt('EXECUTE p' || v.n) AS answer, CASE whose WHEN 'a' THEN c.of_a WHEN 'b' THEN c.of_b ELSE 0 END || ' rows' AS expected
          FROM (SELECT name, relation, row_number() OVER (ORDER BY name) AS n FROM tests.victim) v JOIN tests.counted c USING (relation)) x WHERE answer <> expected
$$;
SET plan_cache_mode = force_generic_plan;
SELECT tests.prepare_all();
SELECT is(tests.execute_all('a'), NULL, 'prepared plans, made and run for A');
SELECT mpos.assume(:'b');
SELECT is(tests.execute_all('b'), NULL, 'the same plans, run for B');
SELECT mpos.assume('00000000-0000-0000-0000-000000000000');
SELECT is(tests.execute_all(''), NULL, 'the same plans, run for nobody');
SELECT mpos.assume(:'a');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL force_parallel_mode = on;
SELECT is((SELECT string_agg(v.name, ', ') FROM tests.victim v JOIN tests.counted c USING (relation) WHERE tests.attempt(format('SELECT * FROM %s', v.name)) <> c.of_a || ' rows'), NULL,
          'parallel plans see the rows of A');
SET LOCAL force_parallel_mode = off;
-- COPY to the client, read by grep.
\set out `mktemp`
\o :out
SELECT format('COPY %s TO STDOUT', name) FROM tests.victim \gexec
\o
\setenv OUT :out
\setenv B :b
\setenv A :a
\set of_b `grep -v "^$A" "$OUT" | grep -c "^$B"`
\set of_a `grep -c "^$A" "$OUT"; rm -f "$OUT"`
SELECT is(:'of_b'::bigint, 0::bigint, 'COPY of every table holds no row of B');
SELECT ok(:'of_a'::bigint >= (SELECT count(*) FROM tests.victim), 'but those of A');
-- Savepoints and resets
SAVEPOINT s;
SELECT mpos.assume(:'b');
ROLLBACK TO s;
SELECT is(mpos.tenant(), :'a'::uuid, 'a tenant goes with its savepoint');
RESET ALL;
SELECT is(tests.wrong('0 rows', 'SELECT * FROM @table WHERE @key'), NULL, 'RESET ALL opens nothing');
RESET ROLE;
SELECT is(tests.fingerprint(:'b'), fingerprint, 'not a row of B was changed or locked') FROM tests.before;

-- 3. Names that shadow: schema, function, operator and table of an attacker before ours.
CREATE SCHEMA evil;
CREATE TABLE evil.seen (what text);
CREATE FUNCTION evil.note(what text) RETURNS void LANGUAGE sql AS $$ INSERT INTO evil.seen VALUES (what) $$;
CREATE FUNCTION evil.same(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.note('='); RETURN true; END $$;
CREATE OPERATOR evil.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = evil.same);
CREATE FUNCTION evil.tenant() RETURNS uuid LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.note('tenant'); RETURN NULL; END $$;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.note('now'); RETURN NULL; END $$;
CREATE FUNCTION evil.sum(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.note('sum'); RETURN 0; END $$;
SELECT format('CREATE TABLE evil.%I (LIKE %s)', relname, oid::regclass) FROM tests.target \gexec
GRANT ALL ON SCHEMA evil TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA evil TO PUBLIC;
CREATE TABLE tests.shadowed AS
    SELECT s.tenant, tests.sign(ARRAY[uuid_send(s.tenant), uuid_send(s.outlet), uuid_send(s.actor), uuid_send(s.device), uuid_send(s.session), int4send(s.rights)], 65535, 'shadow') AS context,
           jsonb_build_object('params', '{}'::jsonb, 'body', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'cake')), 'payments', jsonb_build_array(tests.cash(350)))) AS input
      FROM tests.signed_in s WHERE who = 'api';
GRANT SELECT ON tests.shadowed TO PUBLIC;
SET ROLE mpos_app;
SET search_path = evil, pos, mpos, public, pg_catalog;
SELECT status FROM tests.shadowed s, LATERAL mpos.call(s.tenant, s.context, 'order.place', s.input) \gset shadowed_
RESET ROLE;
SET search_path = "$user", public;
SELECT is((SELECT count(*) FROM evil.seen), 0::bigint, 'names that shadow ours are not looked at by a call');
SELECT is(:'shadowed_status'::text, '201', 'which does its work');
SELECT * FROM finish();
ROLLBACK;

-- analyst.sql: a login of an analyst reads one business, changes nothing and learns nothing of the others.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(175);

-- Two businesses that have sold, cooked and closed; the second one more than the first, and with a table that has a name.
CREATE FUNCTION tests.sell(who text, table_label text, qty text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.place', jsonb_build_object('id', gen_random_uuid(), 'table', table_label,
        'lines', jsonb_build_array(tests.line(who, 'cake', qty), tests.line(who, 'tea')),
        'payments', jsonb_build_array(tests.cash((350 * qty::numeric)::bigint + 200) || '{"tip": 30}')))
$$;
SELECT NULL FROM tests.sign_in('cook', 'till-a', 'main', '3', 'K1');
SELECT is(tests.sell('api', '7', '2') ->> 'status', '201', 'the first business sells');
SELECT is((SELECT count(*) FROM generate_series(2, 4) n WHERE tests.sell('other', 'Secret', n::text) ->> 'status' = '201'), 3::bigint, 'the second sells more');
SELECT NULL FROM unnest('{api,other}'::text[]) who,
    LATERAL tests.call(who, 'order.place', jsonb_build_object('id', tests.id('open ' || who), 'lines', jsonb_build_array(tests.line(who, 'soup')),
        'discounts', '[{"type": "percent", "rate": "0.1"}]'::jsonb)) placed,
    LATERAL tests.call(who, 'order.send', '{}', jsonb_build_object('order_id', placed #> '{body,order,id}')) sent;
SELECT ticket_id AS ticket FROM pos.ticket WHERE order_id = tests.id('open api') \gset
SELECT is(tests.call('cook', 'kds.bump', '{"to": "ready"}', jsonb_build_object('ticket_id', :'ticket')) #>> '{body,result}', 'ok', 'the kitchen works');
SELECT NULL FROM mpos.flush();

SELECT pos.analyst_create('till-a', 'Anna', 'x') AS anna \gset
SELECT pos.analyst_create('till-b', 'Anna', 'x') AS bert \gset
SELECT tenant_id AS a FROM pos.directory WHERE slug = 'till-a' \gset
SELECT tenant_id AS b FROM pos.directory WHERE slug = 'till-b' \gset
GRANT USAGE ON SCHEMA tests, public TO mpos_analyst;

SELECT matches(:'anna'::text, '^analyst_[0-9a-f]{10}$', 'the login''s name tells nothing');
SELECT isnt(:'anna'::text, :'bert'::text, 'two businesses may have an analyst of the same name');
SELECT is((SELECT (rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolconnlimit)::text FROM pg_roles WHERE rolname = :'anna'),
          '(t,f,f,f,f,f,2)', 'a plain login with two connections');
SELECT throws_ok($$ SELECT pos.analyst_create('till-a', 'Anna', 'x') $$, '42710', NULL, 'a name is given once');
SELECT throws_ok($$ SELECT pos.analyst_create('nobody', 'Anna', 'x') $$, 'P0002', NULL, 'the business must exist');
SELECT throws_ok(format('SELECT pos.analyst_create(''till-a'', %L, ''x'')', repeat('x', 65)), '22023', NULL, 'a name is no story');
SELECT throws_ok($$ SELECT pos.analyst_create('till-a', '', 'x') $$, '22023', NULL, 'nor nothing');
SELECT lives_ok(format('SELECT pos.analyst_create(''till-a'', %L, ''x'')', repeat('x', 64)), 'a long one is a name');
SELECT lives_ok(format('SELECT pos.analyst_drop(''till-a'', %L)', repeat('x', 64)), 'and is dropped again');
SELECT throws_ok($$ SELECT pos.analyst_password('till-a', 'Nobody', 'x') $$, 'P0002', NULL, 'only an analyst gets another password');
SELECT throws_ok($$ SELECT pos.analyst_drop('till-a', 'Nobody') $$, 'P0002', NULL, 'only an analyst is dropped');
SELECT cmp_ok(mpos.flush(), '>', 0, 'the new login goes to the journal');
CREATE FUNCTION tests.told(login text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM journal.journal j JOIN journal.entry e USING (journal_id)
     WHERE j.tenant_id = (SELECT tenant FROM tests.signed_in WHERE who = 'api') AND j.outlet_id IS NULL
       AND position(convert_to(login, 'UTF8') IN mpos.unpack(e.packed)) > 0
$$;
SELECT is(tests.told(:'anna'), 1::bigint, 'of its own business');
SELECT is(pos.analyst_password('till-a', 'Anna', 'y'), :'anna', 'it gets another password');
SELECT NULL FROM mpos.flush();
SELECT is(tests.told(:'anna'), 2::bigint, 'which is in the journal too');

INSERT INTO pos.refund (tenant_id, order_id, refund_id, outlet_id, device_id, shift_id, gross, discount, net, tax, total, amount, reason, restocked, receipt, flags,
                        transaction_id, created_at)
SELECT tenant_id, order_id, gen_random_uuid(), outlet_id, device_id, shift_id, 100, 0, 84, 16, 100, 100, 'cold', false, 'main-API-A-2', '{}', gen_random_uuid(), now()
  FROM pos.orders WHERE payment_state = 'paid';

-- What each view has to show, counted by the superuser in the tables.
CREATE TABLE tests.expected AS
    SELECT x.slug, x.tenant_id, x.view, x.n::bigint FROM pos.directory d CROSS JOIN LATERAL (VALUES
        ('outlets', (SELECT count(*) FROM pos.outlet t WHERE t.tenant_id = d.tenant_id)),
        ('orders', (SELECT count(*) FROM pos.orders t WHERE t.tenant_id = d.tenant_id)),
        ('lines', (SELECT count(*) FROM pos.order_line t WHERE t.tenant_id = d.tenant_id)),
        ('payments', (SELECT count(*) FROM pos.payment t WHERE t.tenant_id = d.tenant_id)),
        ('refunds', (SELECT count(*) FROM pos.refund t WHERE t.tenant_id = d.tenant_id)),
        ('adjustments', (SELECT count(*) FROM pos.orders t, mpos.priced_rules(t.priced_form) WHERE t.tenant_id = d.tenant_id)),
        ('tips', (SELECT count(*) FROM pos.tip_sum t WHERE t.tenant_id = d.tenant_id)),
        ('taxes', (SELECT count(*) FROM pos.orders t, mpos.priced_taxes(t.priced_form) WHERE t.tenant_id = d.tenant_id)),
        ('stock_levels', (SELECT count(*) FROM pos.stock t WHERE t.tenant_id = d.tenant_id)),
        ('stock_moves', (SELECT count(*) FROM pos.payment t WHERE t.tenant_id = d.tenant_id)),
        ('kitchen_times', (SELECT count(*) FROM pos.ticket t WHERE t.tenant_id = d.tenant_id)),
        ('shifts', (SELECT count(*) FROM pos.shift t WHERE t.tenant_id = d.tenant_id)),
        ('journal', (SELECT count(*) FROM journal.entry e JOIN journal.journal t USING (journal_id) WHERE t.tenant_id = d.tenant_id))) v (view, n)
     CROSS JOIN LATERAL (SELECT d.slug, d.tenant_id, v.view, v.n) x
     WHERE d.slug IN ('till-a', 'till-b');
GRANT SELECT ON tests.expected TO mpos_analyst;
SELECT is((SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relnamespace = 'analytics'::regnamespace AND relkind = 'v'),
          (SELECT array_agg(DISTINCT view ORDER BY view) FROM tests.expected), 'every view is tried');
SELECT is((SELECT count(*) FROM tests.expected WHERE n = 0), 0::bigint, 'and has rows of both');
CREATE FUNCTION tests.count_of(view text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM analytics.%I', view) INTO n;
    RETURN n;
END
$$;
-- A function that shows every row it is asked about, as cheap as any.
CREATE FUNCTION tests.leak(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
BEGIN
    IF value = 'Secret' THEN
        RAISE EXCEPTION 'seen: %', value;
    END IF;
    RETURN true;
END
$$;
CREATE FUNCTION tests.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END
$$;
CREATE FUNCTION tests.refused(statement text, what text, state text DEFAULT '42501') RETURNS text LANGUAGE sql AS $$
    SELECT is(tests.sqlstate_of(statement), state, what || ' is refused: ' || statement)
$$;

SAVEPOINT logged_in;
SET SESSION AUTHORIZATION :anna;
SELECT is(tests.count_of(view), n, 'of her business: ' || view) FROM tests.expected WHERE slug = 'till-a' ORDER BY view;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION :bert;
SELECT is(tests.count_of(view), n, 'of his business: ' || view) FROM tests.expected WHERE slug = 'till-b' ORDER BY view;
PREPARE prepared AS SELECT count(*) FROM analytics.orders;
SELECT results_eq('prepared', '{4}'::bigint[], 'a prepared plan counts his');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION :anna;
SELECT results_eq('prepared', '{2}'::bigint[], 'and hers, when she has it');

-- What the figures are
SELECT is((SELECT (outlet, state, payment_state, currency, exponent, total, paid, refunded, receipt)::text FROM analytics.orders WHERE table_label = '7'),
          '(main,open,paid,EUR,2,900,900,0,main-API-A-1)', 'an order');
SELECT is((SELECT local_time = created_at AT TIME ZONE 'Europe/Berlin' AND business_date = local_time::date FROM analytics.orders WHERE table_label = '7'),
          true, 'the outlet''s clock gives the date');
SELECT is((SELECT string_agg((item, name, category, qty::float, unit_price, gross, total)::text, ' ' ORDER BY position) FROM analytics.lines WHERE name <> 'Soup'),
          '(cake,Cake,All,2,350,700,700) (tea,Tea,All,1,200,200,200)', 'its lines');
SELECT is((SELECT (tender, amount, tendered, change, tip, tender_currency, tender_exponent, tender_amount, tender_rate)::text FROM analytics.payments), '(cash,900,930,0,30,EUR,2,930,)', 'its payment');
SELECT is((SELECT (tips, amount)::text FROM analytics.tips), '(1,30)', 'its tip');
SELECT is((SELECT (kind, rule, amount, line_id)::text FROM analytics.adjustments), '(discount,,-60,)', 'what somebody took off the other');
SELECT is((SELECT (device, total, amount, reason, approver_id)::text FROM analytics.refunds), '(API,100,100,cold,)', 'its refund');
SELECT is((SELECT string_agg((tax, included, rate, base, amount)::text, ' ' ORDER BY tax) FROM analytics.taxes WHERE payment_state = 'paid'),
          '(red,t,0.07,654,46) (std,t,0.19,168,32)', 'its taxes');
SELECT is((SELECT sum(t.amount) FROM analytics.taxes t), (SELECT sum(o.tax) FROM analytics.orders o), 'taxes sum to those of the orders');
SELECT is((SELECT (kind, qty::float, item)::text FROM analytics.stock_moves), '(sale,-2,cake)', 'what left the stock');
SELECT is((SELECT (outlet, on_hand::float)::text FROM analytics.stock_levels WHERE outlet = 'main'), '(main,3)', 'what is left of it');
SELECT is((SELECT (station, state, items, ready_at > sent_at, seconds_to_ready > 0, served_at)::text FROM analytics.kitchen_times WHERE station = 'kitchen'),
          '(kitchen,ready,1,t,t,)', 'how long the kitchen took');
SELECT is((SELECT (device, state, sales, total, cash_amount)::text FROM analytics.shifts), '(API,open,1,900,900)', 'the shift');
SELECT ok((SELECT count(*) > 0 FROM analytics.journal WHERE outlet = 'main' AND kind = 'transaction' AND operation = 'order.place'
                                                         AND actor IS NOT NULL AND length(leaf) = 32), 'the journal says who did what');

-- Nothing can be changed, kept from others, or made
SELECT ok(tests.sqlstate_of(format(statement, view)) IN ('42501', '55000'), 'a write is refused: ' || format(statement, view))
  FROM (VALUES ('orders'), ('outlets'), ('journal')) v (view), unnest(ARRAY['DELETE FROM analytics.%s', 'INSERT INTO analytics.%s DEFAULT VALUES',
       'UPDATE analytics.%s SET outlet = ''x''', 'LOCK TABLE analytics.%s IN ACCESS SHARE MODE', 'TRUNCATE analytics.%s']) statement;
SELECT tests.refused(statement, 'a lock') FROM unnest(ARRAY['SELECT 1 FROM analytics.orders FOR UPDATE', 'SELECT 1 FROM analytics.outlets FOR KEY SHARE',
       'SELECT pg_advisory_lock(1)', 'SELECT pg_advisory_xact_lock(1, 2)', 'SELECT pg_try_advisory_lock_shared(1)', 'SELECT * FROM pg_locks']) statement;
SELECT tests.refused(statement, 'making something') FROM unnest(ARRAY['CREATE TABLE public.x (n int)', 'CREATE TEMP TABLE x (n int)', 'CREATE TABLE analytics.x (n int)',
       'SELECT 1 AS n INTO TEMP x', 'CREATE SCHEMA x', 'CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS ''SELECT 1''',
       'CREATE VIEW public.orders AS SELECT 1', 'CREATE OPERATOR public.= (leftarg = uuid, rightarg = uuid, function = uuid_eq)',
       'SELECT lo_create(0)', 'SELECT lo_from_bytea(0, ''x'')', 'SELECT pg_logical_emit_message(false, ''x'', ''x'')', 'SELECT txid_current()', 'SELECT pg_current_xact_id()',
       'DO ''BEGIN END''', 'COPY (SELECT 1) TO PROGRAM ''true''', 'COPY (SELECT 1) TO ''/tmp/x''']) statement;

-- Nothing else can be read
SELECT tests.refused(statement, 'a look') FROM unnest(ARRAY['SELECT * FROM pos.orders', 'SELECT * FROM pos.analyst', 'SELECT * FROM pos.directory', 'SELECT * FROM journal.entry',
       'SELECT * FROM journal.journal', 'SELECT mpos.tenant()', 'SELECT mpos.unpack(''x'')', 'SELECT mpos.assume(gen_random_uuid())',
       'SELECT * FROM mpos.call(gen_random_uuid(), ''x'', ''order.list'', ''{}'')', 'SELECT pos.analyst_create(''till-b'', ''x'', ''x'')',
       'SELECT * FROM pg_authid', 'SELECT * FROM pg_statistic', 'SELECT * FROM pg_statistic_ext_data', 'SELECT pg_read_file(''postgresql.conf'')',
       'SELECT pg_ls_dir(''.'')', 'SHOW mpos.context_key_file', 'SHOW mpos.tenant', 'SELECT * FROM pg_largeobject', 'SELECT * FROM pg_hba_file_rules',
       'SELECT * FROM pg_user_mapping']) statement;
SELECT is((SELECT count(*) FROM pg_stats WHERE schemaname IN ('pos', 'journal', 'analytics')), 0::bigint, 'statistics of the tables are hidden');
SELECT is((SELECT count(*) FROM pg_stats_ext), 0::bigint, 'those of several columns too');
SELECT is((SELECT count(*) FROM pg_stat_activity WHERE query <> '' AND query <> '<insufficient privilege>' AND pid <> pg_backend_pid()), 0::bigint, 'statements of others are hidden');
SELECT is((SELECT array_agg(DISTINCT c) FROM pg_db_role_setting, unnest(setconfig) c WHERE setrole <> 0), '{default_transaction_read_only=on}', 'settings of roles tell nothing');

-- Nobody else can be acted as
SELECT tests.refused(statement, 'another role') FROM unnest(ARRAY['SET ROLE mpos_owner', 'SET LOCAL ROLE mpos_app', format('SET ROLE %I', :'bert'), 'SET ROLE postgres']) statement;
SELECT tests.refused(statement, 'a tenant') FROM unnest(ARRAY['SET mpos.tenant = none', format('SELECT set_config(''mpos.tenant'', %L, true)', replace(:'b', '-', '')),
       'RESET mpos.tenant', format('ALTER ROLE %I SET mpos.tenant = none', :'anna'), 'SET row_security = off; SELECT * FROM analytics.orders',
       'SET session_replication_role = replica', format('ALTER ROLE %I SET statement_timeout = 0', :'anna')]) statement;
SET ROLE mpos_analyst;
SELECT is((SELECT count(*) FROM analytics.orders), 2::bigint, 'as the group she sees her business');
RESET ROLE;
RESET ALL;
SELECT is((SELECT count(*) FROM analytics.orders), 2::bigint, 'after RESET ALL she sees her business');

-- Nothing can be inferred
SELECT is((SELECT count(*) FROM analytics.orders WHERE tests.leak(table_label)), 2::bigint, 'a function that leaks is not asked about others'' rows');
SELECT is((SELECT count(*) FROM analytics.lines WHERE 1 / (total - 350 * 3) IS NOT NULL), 3::bigint, 'an operator that fails neither');
SELECT is((SELECT count(*) FROM analytics.journal WHERE tests.leak(origin || operation)), (SELECT n FROM tests.expected WHERE slug = 'till-a' AND view = 'journal'), 'nor for entries');
SELECT tests.refused(statement, 'a plan with figures') FROM unnest(ARRAY['EXPLAIN SELECT * FROM analytics.orders', 'EXPLAIN (ANALYZE, COSTS OFF) SELECT 1',
       'EXPLAIN (COSTS OFF, COSTS ON) SELECT 1', 'EXPLAIN (FORMAT JSON) SELECT 1']) statement;
SELECT throws_ok('SET debug_print_plan = on', '22023', NULL, 'nobody can have plans printed');
SELECT is(current_setting('debug_print_plan'), 'off', 'plans are not printed');
SET enable_seqscan = off;
SELECT matches(tests.plan_of(format('SELECT * FROM analytics.orders WHERE order_id = %L', gen_random_uuid())), 'Index Cond: \(\(tenant_id = mpos.tenant\(\)\) AND \(order_id =',
               'an order is found by the key, which begins with the tenant');
SELECT matches(tests.plan_of('SELECT count(*) FROM analytics.payments'), 'payment_pkey[^\n]*\n *Index Cond: \(tenant_id = mpos.tenant\(\)\)',
               'all of a business are found by the key too');

-- Nothing rings or listens
SELECT tests.refused(statement, 'a bell') FROM unnest(ARRAY['LISTEN mpos_journal', 'NOTIFY mpos_journal', 'SELECT pg_notify(''mpos_journal'', '''')']) statement;

-- Limits that stay where they are
SELECT is(current_setting(name), was, name || ' is limited from the start') FROM (VALUES ('statement_timeout', '30s'), ('idle_in_transaction_session_timeout', '1min'),
       ('temp_file_limit', '1GB'), ('work_mem', '4MB')) v (name, was);
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET work_mem = '1GB';
SET max_parallel_workers_per_gather = 100;
SELECT is(current_setting(name), was, name || ' cannot be lifted by SET') FROM (VALUES ('statement_timeout', '30s'), ('idle_in_transaction_session_timeout', '1min'),
       ('work_mem', '64MB'), ('max_parallel_workers_per_gather', '2')) v (name, was);
SELECT set_config('idle_in_transaction_session_timeout', '60001', false) AS above \gset
SELECT is(current_setting('idle_in_transaction_session_timeout'), '1min', 'nor by set_config, one above the limit');
SET idle_in_transaction_session_timeout = 60000;
SELECT is(current_setting('idle_in_transaction_session_timeout'), '1min', 'the limit itself may be set');
SET statement_timeout = 29999;
SELECT is(current_setting('statement_timeout'), '29999ms', 'less may be set');
SELECT tests.refused('SET temp_file_limit = -1', 'more space');
SELECT is(current_setting('transaction_read_only'), 'on', 'the transaction is read only');
RESET SESSION AUTHORIZATION;
ROLLBACK TO logged_in;

-- The same in workers, which do all the work
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL parallel_leader_participation = off;
SET SESSION AUTHORIZATION :anna;
SELECT matches(tests.plan_of('SELECT count(*) FROM analytics.orders'), 'Gather', 'a plan in parallel');
SELECT is((SELECT count(*) FROM analytics.orders), 2::bigint, 'workers see her business');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION :bert;
SELECT is((SELECT count(*) FROM analytics.orders), 4::bigint, 'workers see his business');
RESET SESSION AUTHORIZATION;
ROLLBACK TO logged_in;

-- Without exactly one binding that fits there is nothing.
CREATE FUNCTION tests.sees(login text, how text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    BEGIN
        EXECUTE how;
        EXECUTE format('SET SESSION AUTHORIZATION %I', login);
        n := (SELECT count(*) FROM analytics.orders) + (SELECT count(*) FROM analytics.journal);
        SET LOCAL force_parallel_mode = on;
        n := n + (SELECT count(*) FROM analytics.orders);
        RAISE EXCEPTION USING ERRCODE = 'MPXXX', MESSAGE = n;
    EXCEPTION WHEN SQLSTATE 'MPXXX' THEN
        RETURN is(SQLERRM, '0', what);
    END;
END
$$;
SELECT tests.sees(:'anna', format('DELETE FROM pos.analyst WHERE role_name = %L', :'anna'), 'a login that is not bound any more sees nothing');
SELECT tests.sees(:'anna', format('UPDATE pos.analyst SET role_oid = role_oid::bigint + 1000 WHERE role_name = %L', :'anna'), 'nor one of another object id');
SELECT tests.sees(:'anna', format('UPDATE pos.analyst SET role_name = ''x'' WHERE role_name = %L', :'anna'), 'nor one of another name');
SELECT tests.sees(:'anna', format('INSERT INTO pos.analyst SELECT %L, gen_random_uuid(), role_oid, role_name, ''x'' FROM pos.analyst WHERE role_name = %L', :'b', :'anna'),
                  'nor one that is bound twice');
SELECT tests.sees(:'anna', format('DROP ROLE %I; CREATE ROLE %1$I LOGIN IN ROLE mpos_analyst', :'anna'), 'nor one that was dropped and made again');
SELECT tests.sees('stray', 'CREATE ROLE stray LOGIN IN ROLE mpos_analyst', 'nor one that never was bound');
SELECT is(pos.analyst_drop('till-a', 'Anna'), :'anna', 'an analyst is dropped');
SELECT is((SELECT count(*) FROM pg_roles WHERE rolname = :'anna') + (SELECT count(*) FROM pos.analyst WHERE role_name = :'anna'), 0::bigint, 'and gone');
DROP ROLE :bert;
SELECT is(pos.analyst_drop('till-b', 'Anna'), :'bert', 'one whose login is gone can be dropped');
SELECT * FROM finish();
ROLLBACK;

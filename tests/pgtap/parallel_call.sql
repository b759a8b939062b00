-- parallel_call.sql: inside of a call workers see the tenant of the call. Statements of operations ask for no workers; what a
-- trigger runs may.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(4);

-- How many workers a statement had.
CREATE FUNCTION tests.workers(statement text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || statement INTO plan;
    RETURN coalesce((SELECT sum(v::integer) FROM jsonb_path_query(plan, 'strict $.**."Workers Launched"') v), 0);
END
$$;

CREATE TABLE tests.seen (workers integer, lines bigint);
GRANT SELECT, INSERT ON tests.seen TO mpos_owner;
CREATE FUNCTION tests.look() RETURNS trigger LANGUAGE plpgsql SET force_parallel_mode = on AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM pos.item' INTO n;
    INSERT INTO tests.seen VALUES (tests.workers('SELECT count(*) FROM pos.item'), n);
    RETURN NULL;
END
$$;
CREATE TRIGGER look AFTER INSERT ON pos.orders FOR EACH ROW EXECUTE FUNCTION tests.look();
DELETE FROM pos.item WHERE code = 'soup' AND tenant_id = (SELECT tenant FROM tests.signed_in WHERE who = 'other');
SELECT is(tests.call(who, 'order.place', jsonb_build_object('id', gen_random_uuid(), 'lines', jsonb_build_array(tests.line(who, 'tea')))) ->> 'status', '201', 'a call for ' || who)
  FROM unnest('{api,other}'::text[]) who;
SELECT cmp_ok((SELECT min(workers) FROM tests.seen), '>', 0, 'a statement inside of a call has workers');
SELECT is((SELECT array_agg(lines ORDER BY lines) FROM tests.seen), '{5,6}', 'which see the tenant of the call');
SELECT * FROM finish();
ROLLBACK;

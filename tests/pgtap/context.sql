-- context.sql: only a genuine, fresh context of a living session passes, and it opens exactly one tenant.
BEGIN;
\ir helpers.sql
SELECT plan(26);
LOAD 'auto_explain'; -- by this session alone, before its first call
SELECT tests.tenant('acme');
SELECT tests.tenant('other');
SELECT tests.make_thing();
INSERT INTO pos.thing SELECT tests.id(t), tests.id(t || '/main'), tests.id(t || '/thing'), t FROM unnest('{acme,other}'::text[]) t;
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme' \gset
CREATE TABLE tests.cases AS SELECT tests.context('acme', 8192) AS good;
GRANT SELECT ON tests.cases TO mpos_app;
CREATE TABLE tests.journal AS SELECT :'journal'::uuid AS journal_id;
GRANT SELECT ON tests.journal TO mpos_app;
CREATE FUNCTION tests.call(context bytea, tenant text DEFAULT 'acme', operation text DEFAULT 'journal.get') RETURNS text
LANGUAGE sql AS $$
    SELECT tests.sqlstate_of(format('SELECT * FROM mpos.call(%L, %L, %L, %L)', tests.id(tenant), context, operation,
        jsonb_build_object('params', jsonb_build_object('journal_id', (SELECT journal_id FROM tests.journal)), 'body', null)))
$$;

SET ROLE mpos_app;
SELECT is(tests.call(good), '00000', 'a genuine context passes') FROM tests.cases;
RESET ROLE;
SELECT is(tests.sqlstate_of('SET auto_explain.log_verbose = on'), '22023', 'after which nobody makes a module write it to the log');
SET ROLE mpos_app;
SELECT is(tests.call(set_byte(good, i, get_byte(good, i) # 1)), 'MP021', format('a flipped byte %s is refused', i))
  FROM tests.cases, unnest('{0,191}'::int[]) i;
SELECT is((SELECT count(*) FROM generate_series(0, 191) i, generate_series(0, 7) bit
            WHERE tests.call(set_byte(good, i, get_byte(good, i) # (1 << bit))) <> 'MP021'), 0::bigint,
          'every flipped bit of 192 bytes is refused in the same way') FROM tests.cases;
SELECT is(tests.call(substr(good, 1, 191)), 'MP021', 'a context one byte short is refused') FROM tests.cases;
SELECT is(tests.call(good || '\x00'), 'MP021', 'a context one byte long is refused') FROM tests.cases;
SELECT is(tests.call(''), 'MP021', 'an empty context is refused');
SELECT is(tests.call(NULL), 'MP021', 'no context is refused');
SELECT is(tests.call(good, 'other'), 'MP021', 'a context of another tenant than the argument is refused') FROM tests.cases;
SELECT is(tests.call(tests.context('acme', 8192, expires => '-1 s')), 'MP022', 'an expired context is refused');
SELECT is(tests.call(tests.context('acme', 8192, expires => '90 s')), 'MP021', 'a context that lives too long is refused');
SELECT is(tests.call(tests.context('acme', 8191)), 'MP024', 'every right but the needed one is not enough');
SELECT is(tests.call(tests.context('acme', 8192, rights => 2)), 'MP023', 'another rights version is refused');
SELECT is(tests.call(tests.context('acme', 8192, session => 'nobody')), 'MP023', 'an unknown session is refused');
SELECT is(tests.call(tests.context('acme', 8192, session => 'other/session')), 'MP023', 'a session of another tenant is refused');
SELECT is(tests.call(good, operation => 'no.such'), 'MP031', 'an unknown operation is refused') FROM tests.cases;
RESET ROLE;

SAVEPOINT sessions;
UPDATE pos.session SET ended_at = now() WHERE tenant_id = tests.id('acme');
SELECT is(tests.call(good), 'MP023', 'a revoked session is refused') FROM tests.cases;
ROLLBACK TO sessions;
UPDATE pos.session SET expires_at = now() - interval '1 s' WHERE tenant_id = tests.id('acme');
SELECT is(tests.call(good), 'MP023', 'an expired session is refused') FROM tests.cases;
ROLLBACK TO sessions;

-- what is visible, and to whom
GRANT EXECUTE ON FUNCTION mpos.tenant() TO mpos_app; -- only to look; the test's transaction is rolled back
SET ROLE mpos_app;
SELECT is(mpos.tenant(), NULL, 'no tenant is set at first');
SELECT is(tests.call(good), '00000', 'a call succeeds') FROM tests.cases;
SELECT is(mpos.tenant(), NULL, 'no tenant is left after a call');
SELECT is(tests.call(tests.context('acme', 8191)), 'MP024', 'a call fails');
SELECT is(mpos.tenant(), NULL, 'no tenant is left after a failed call');
RESET ROLE;
SET ROLE mpos_owner;
SELECT is((SELECT count(*) FROM pos.thing), 0::bigint, 'without a tenant even the owner sees no row');
SELECT mpos.assume(tests.id('acme'));
SELECT is((SELECT string_agg(name, ',') FROM pos.thing), 'acme', 'with a tenant the owner sees its rows only');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;

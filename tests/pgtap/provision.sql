-- What businesses are made of, as the catalogue knows it: tables of an export and of an erasure.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(20);

SELECT set_eq($$ SELECT relation FROM pos.tenant_tables() $$,
    $$ SELECT oid FROM pg_class WHERE relnamespace = 'pos'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relrowsecurity $$,
    'every table of a business is found');
SELECT is_empty($$ SELECT a.name || ' refers to ' || b.name FROM pos.tenant_tables() a JOIN pg_constraint f ON f.conrelid = a.relation AND f.contype = 'f'
    JOIN pos.tenant_tables() b ON b.relation = f.confrelid WHERE a.depth <= b.depth AND a.relation <> b.relation $$, 'what refers lies deeper');
-- A secret that a new migration brings must be said to be one.
SELECT is_empty($$ SELECT t.name || '.' || c.column_name FROM pos.tenant_tables() t CROSS JOIN LATERAL pos.export_columns(t.relation, true) c
    WHERE c.rule IS NULL AND c.type IN ('text', 'bytea') AND c.column_name ~ '(verifier|secret|password|token|totp|wrapped|nonce|code_hash|key_hash|email|phone)' $$,
    'columns that sound like secrets have a rule in pos.export_rules');
SELECT is_empty($$ SELECT r.name FROM pos.export_rules() r WHERE to_regclass(r.name) IS NULL OR (r.column_name IS NOT NULL AND NOT EXISTS
    (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(r.name) AND a.attname = r.column_name AND NOT a.attisdropped)) $$, 'no rule speaks of nothing');
SELECT is((SELECT value FROM pos.export_columns('pos.pin'::regclass, true) WHERE column_name = 'verifier'), NULL, 'a verifier never leaves');
SELECT is((SELECT value FROM pos.export_columns('pos.staff'::regclass, false) WHERE column_name = 'name'), NULL, 'a name does not');
SELECT is((SELECT value FROM pos.export_columns('pos.staff'::regclass, true) WHERE column_name = 'name'), 'x.name::text', 'unless asked for');
SELECT throws_ok($$ SELECT pos.provision(tests.template('till-a')) $$, 'MP140', NULL, 'a short name is given once');
CREATE TEMP TABLE made AS SELECT pos.provision(tests.template('till-new') - 'pairing') AS tenant_id;
SELECT is((SELECT pairing FROM pos.tenant JOIN made USING (tenant_id)), 'required', 'a business pairs its registers unless its template says otherwise');

-- Suspending, erasing: in order only, by the owner of the database only.
CREATE FUNCTION tests.tenant_id(slug text) RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT d.tenant_id FROM pos.directory d WHERE d.slug = $1 $$;
CREATE FUNCTION tests.ends(tenant uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_agg(jsonb_build_object('journal_id', journal_id, 'epoch', h.epoch, 'next_seq', next_seq, 'leaf', encode(last_leaf, 'hex')))
      FROM journal.head h JOIN journal.journal j USING (journal_id) WHERE j.tenant_id = tenant
$$;
SELECT throws_ok($$ SELECT mpos.erase_rows(tests.tenant_id('till-a')) $$, '55000', NULL, 'rows of an open business are not erased');
SELECT throws_ok($$ SELECT pos.erase_begin(tests.tenant_id('till-a'), sha256('x'), '[]') $$, '55000', 'suspend the business first', 'nor of one that works');
SELECT lives_ok($$ SELECT pos.suspend(tests.tenant_id('till-a'), 'test') $$, 'it is suspended');
SELECT throws_ok($$ SELECT pos.erase_begin(tests.tenant_id('till-a'), sha256('x'), '[]') $$, '55000', NULL, 'an export without its journals is not enough');
SELECT lives_ok($$ SELECT pos.erase_begin(tests.tenant_id('till-a'), sha256('x'), tests.ends(tests.tenant_id('till-a'))) $$, 'one up to the last entry is');
SELECT throws_ok($$ SELECT mpos.erase_rows(tests.tenant_id('till-b')) $$, '55000', NULL, 'the other business is not touched with it');
SELECT throws_ok($$ SELECT pos.resume(tests.tenant_id('till-a'), 'test') $$, 'P0002', NULL, 'there is no way back');
SELECT is(pos.erase_step(tests.tenant_id('till-a'), 1), 1::bigint, 'a step removes no more than it is told');
SELECT lives_ok($$ SELECT pos.erase_end(tests.tenant_id('till-a')) $$, 'the rest goes at the end');
SELECT ok(pos.slug_taken('till-a'), 'its short name is not given again');
SELECT is((SELECT count(*) FROM pos.directory WHERE slug = 'till-b'), 1::bigint, 'the other business is there');
SELECT * FROM finish();
ROLLBACK;

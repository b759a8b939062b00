-- What businesses are made of, as the catalogue knows it: tables of an export and of an erasure.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(9);

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
SELECT * FROM finish();
ROLLBACK;

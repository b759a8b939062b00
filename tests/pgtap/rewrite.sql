-- rewrite.sql: declared mass changes are one entry a journal, and the rows after them stay under verification.
BEGIN;
\ir helpers.sql
SELECT plan(36);
SELECT tests.tenant('acme');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
SELECT journal_id AS own FROM journal.journal WHERE origin = 'tests/acme' \gset
CREATE FUNCTION tests.findings(journal uuid) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(DISTINCT kind || '@' || coalesce(seq::text, '-'), ' '), 'clean') FROM mpos.verify(journal)
$$;
-- Findings after a statement that is undone again.
CREATE FUNCTION tests.after(tampering text, journal uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    BEGIN
        EXECUTE tampering;
        answer := tests.findings(journal);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'P0099';
    EXCEPTION WHEN SQLSTATE 'P0099' THEN
        RETURN answer;
    END;
END
$$;
INSERT INTO pos.thing SELECT tests.id('acme'), tests.id('acme/main'), tests.id('thing' || i), 'thing' || i, i FROM generate_series(1, 600) i;
INSERT INTO pos.thing VALUES (tests.id('acme'), NULL, tests.id('own'), 'own', 1);
SELECT is(mpos.flush(), 4, 'rows before the rewrite');

-- what may be declared
SELECT throws_ok($$ SELECT mpos.rewrite('pos.thing', '') $$, '22023', NULL, 'a rewrite needs a reason');
SELECT throws_ok($$ SELECT mpos.rewrite('pos.device_result', 'why') $$, '42809', NULL, 'a table outside the journal is not rewritten');
SELECT throws_ok($$ SELECT mpos.rewrite('pos.thing', 'why', '{colour}') $$, '42703', NULL, 'columns must exist');
SET LOCAL ROLE mpos_app;
SELECT throws_ok($$ SELECT mpos.rewrite('pos.thing', 'why') $$, '42501', NULL, 'the application cannot declare one');
RESET ROLE;
SAVEPOINT columns;
SELECT mpos.rewrite('pos.thing', 'prices in cents', '{qty,version}');
SELECT throws_ok($$ UPDATE pos.thing SET name = 'x' $$, '0A000', NULL, 'a column that was not declared stays');
SELECT throws_ok($$ DELETE FROM pos.thing $$, '0A000', NULL, 'so do the rows');
SELECT lives_ok($$ UPDATE pos.thing SET qty = 3, version = 2 $$, 'the declared ones may change');
ROLLBACK TO columns;
SELECT is(mpos.flush(), 0, 'a savepoint takes the declaration back');
UPDATE pos.thing SET name = 'thing1 again' WHERE name = 'thing1';
SELECT is(mpos.flush(), 1, 'and the table is captured row by row again');
SELECT is(tests.findings(:'journal'), 'clean', 'clean before');

-- one entry for each journal touched
SELECT mpos.rewrite('pos.thing', 'quantities with six decimals', '{qty}');
UPDATE pos.thing SET qty = qty * 1000000 WHERE outlet_id IS NOT NULL;
SELECT is(mpos.flush(), 1, 'a mass change of 600 rows of one journal is one entry');
SELECT next_seq - 1 AS seq FROM journal.head WHERE journal_id = :'journal' \gset
SELECT is((SELECT get_byte(header, 8) FROM journal.entry WHERE journal_id = :'journal' AND seq = :seq), 6, 'of kind 6');
SELECT is((SELECT body::jsonb - 'digest' - 'role' FROM tests.sections('acme') WHERE kind = 2 AND seq = :seq),
          '{"op": "rewrite", "count": 600, "entity": "thing", "reason": "quantities with six decimals", "columns": ["qty"]}',
          'it says table, columns, reason and the number of rows');
SELECT is((SELECT body FROM tests.sections('acme') WHERE kind = 1 AND seq = :seq), '["thing","","R",0]', 'devices are told to read the entity anew');
SELECT is((SELECT body::jsonb ->> 'digest' FROM tests.sections('acme') WHERE kind = 2 AND seq = :seq),
          (SELECT translate(rtrim(encode(sha256('mpos.manifest.v1'::bytea || '\x00' || string_agg(convert_to(body, 'UTF8'), ''::bytea ORDER BY part)), 'base64'), '='), '+/', '-_')
             FROM journal.manifest WHERE journal_id = :'journal' AND seq = :seq), 'its digest is that of the manifest');
SELECT is(tests.findings(:'journal'), 'clean', 'the rewritten rows are what the entry says');
SELECT is(tests.findings(:'own'), 'clean', 'the other journal is untouched');
UPDATE pos.thing SET qty = 1 WHERE name = 'thing2';
SELECT is(mpos.flush(), 1, 'the declaration holds until the end of the transaction');
SELECT is(tests.findings(:'journal'), 'clean', 'as often as it is flushed');

-- tampering with what a rewrite covered
\set off 'ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture; '
SELECT next_seq - 1 AS seq FROM journal.head WHERE journal_id = :'journal' \gset
SELECT is(tests.after(:'off' || 'UPDATE pos.thing SET qty = 99 WHERE name = ''thing3''', :'journal'), 'row_altered@' || :seq, 'a row altered afterwards');
SELECT is(tests.after(:'off' || 'DELETE FROM pos.thing WHERE name = ''thing3''', :'journal'), 'row_missing@' || :seq, 'a row removed');
SELECT is(tests.after(:'off' || 'INSERT INTO pos.thing VALUES (tests.id(''acme''), tests.id(''acme/main''), tests.id(''new''))', :'journal'), 'row_added@-', 'a row added');
SELECT is(split_part(tests.after(format('DELETE FROM journal.manifest WHERE journal_id = %L AND seq = %s', :'journal', :seq), :'journal'), ' ', 1), 'manifest@' || :seq, 'a manifest removed');
SELECT is(split_part(tests.after(format('UPDATE journal.manifest SET body = replace(body, ''thing '', ''thinG '') WHERE journal_id = %L AND seq = %s', :'journal', :seq), :'journal'), ' ', 1), 'manifest@' || :seq, 'a manifest altered');

-- putting a table with rows under guard, and taking it out
CREATE SCHEMA warehouse;
GRANT USAGE ON SCHEMA warehouse TO mpos_owner;
CREATE TABLE warehouse."Bin" (tenant_id uuid NOT NULL, place text NOT NULL, shelf integer NOT NULL, amount numeric(12,3), PRIMARY KEY (tenant_id, place, shelf));
INSERT INTO warehouse."Bin" SELECT tests.id('acme'), 'a.b "' || i, i, i / 8.0 FROM generate_series(1, 5) i;
SELECT mpos.isolate('warehouse."Bin"');
SELECT throws_ok($$ SELECT mpos.journal('warehouse."Bin"') $$, '22023', NULL, 'a name that is no word needs another one');
SELECT lives_ok($$ SELECT mpos.journal('warehouse."Bin"', topic => 'bin', feed => '{amount}', entity => 'bin') $$, 'which entity gives');
SELECT is(mpos.flush(), 1, 'rows from before are one entry');
SELECT is(tests.findings(:'own'), 'clean', 'and under verification from then on');
SELECT ok(tests.after('ALTER TABLE warehouse."Bin" DISABLE TRIGGER mpos_capture; UPDATE warehouse."Bin" SET amount = 9 WHERE shelf = 3', :'own') ~ 'row_altered', 'each of them');
SELECT throws_ok($$ SELECT mpos.journal('pos.outlet', entity => 'bin') $$, '42710', NULL, 'a name in the journal is taken once');
SELECT mpos.unguard('warehouse."Bin"', 'moved to the warehouse''s own system');
SELECT is(mpos.flush(), 1, 'taking it out is an entry too');
SELECT is(tests.findings(:'own'), 'clean', 'and no trigger that is off');
SELECT is((SELECT body::jsonb ->> 'op' FROM tests.sections('acme', false) WHERE kind = 2 ORDER BY seq DESC LIMIT 1), 'unguard', 'that says so');
DELETE FROM warehouse."Bin";
SELECT is(mpos.flush(), 0, 'its rows are nobody''s business any more');
SELECT is(tests.findings(:'own'), 'clean', 'nor their absence');
SELECT * FROM finish();
ROLLBACK;

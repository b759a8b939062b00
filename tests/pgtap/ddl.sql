-- ddl.sql: changes of guarded tables are recorded, guards follow new partitions, and rows keep their digests.
BEGIN;
\ir helpers.sql
SELECT plan(57);
SELECT tests.tenant('acme');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
CREATE FUNCTION tests.findings(journal uuid) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(DISTINCT kind, ' '), 'clean') FROM mpos.verify(journal)
$$;
-- What would be recorded at commit, since the last look.
CREATE TABLE tests.noted (n bigint GENERATED ALWAYS AS IDENTITY, what jsonb);
CREATE OR REPLACE FUNCTION mpos.ddl_note(what jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ INSERT INTO tests.noted (what) VALUES (what) $$;
CREATE FUNCTION tests.noted() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SELECT string_agg(concat_ws(' ', what ->> 'command', what ->> 'object', CASE WHEN what ? 'dropped' THEN 'dropped' END, CASE WHEN what ? 'lowered' THEN 'lowered' END), ', ' ORDER BY n)
      INTO answer FROM tests.noted;
    DELETE FROM tests.noted;
    RETURN coalesce(answer, 'nothing');
END
$$;
GRANT ALL ON tests.noted TO mpos_owner;
DELETE FROM tests.noted;

-- what is recorded
CREATE TABLE public.elsewhere (a integer);
DROP TABLE public.elsewhere;
SELECT is(tests.noted(), 'nothing', 'other tables are nobody''s business');
CREATE INDEX thing_name ON pos.thing (tenant_id, name);
SELECT is(tests.noted(), 'CREATE INDEX pos.thing_name', 'an index');
ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture;
SELECT is(tests.noted(), 'ALTER TABLE pos.thing lowered', 'a trigger switched off');
ALTER TABLE pos.thing ENABLE TRIGGER mpos_capture;
SELECT is(tests.noted(), 'ALTER TABLE pos.thing lowered', 'one that replica mode would silence');
ALTER TABLE pos.thing ENABLE ALWAYS TRIGGER mpos_capture;
SELECT is(tests.noted(), 'ALTER TABLE pos.thing', 'and back');
ALTER TABLE pos.thing DISABLE TRIGGER ALL;
SELECT is(tests.noted(), 'ALTER TABLE pos.thing lowered', 'all triggers switched off');
ALTER TABLE pos.thing ENABLE ALWAYS TRIGGER mpos_capture, ENABLE ALWAYS TRIGGER mpos_refuse_truncate;
SELECT tests.noted() \g /dev/null
ALTER TABLE pos.thing NO FORCE ROW LEVEL SECURITY;
SELECT is((SELECT what #>> '{guard,force}' FROM tests.noted), 'false', 'row security: the state after it');
ALTER TABLE pos.thing FORCE ROW LEVEL SECURITY;
SELECT tests.noted() \g /dev/null
CREATE POLICY open ON pos.thing USING (true);
DROP POLICY open ON pos.thing;
SELECT is(tests.noted(), 'CREATE POLICY open on pos.thing, DROP POLICY open on pos.thing dropped', 'policies');
SELECT mpos.journal('pos.thing', topic => 'thing', feed => '{name}', outlet => 'outlet_id');
SELECT ok(tests.noted() !~ 'lowered', 'mpos.journal again leaves no moment without a guard');
DROP TRIGGER mpos_capture ON pos.thing;
SELECT is(tests.noted(), 'DROP TRIGGER mpos_capture on pos.thing dropped lowered', 'a trigger dropped');
SELECT mpos.journal('pos.thing', topic => 'thing', feed => '{name,qty}', outlet => 'outlet_id');
CREATE TABLE pos.other (tenant_id uuid PRIMARY KEY);
SELECT mpos.isolate('pos.other');
SELECT mpos.journal('pos.other');
SELECT tests.noted() \g /dev/null
DROP TABLE pos.other;
SELECT ok(tests.noted() ~ 'DROP TABLE pos.other dropped.*mpos_capture on pos.other dropped lowered', 'a table dropped with its guard');
CREATE TABLE pos.other (tenant_id uuid PRIMARY KEY);
SELECT mpos.isolate('pos.other');
SELECT mpos.journal('pos.other');
SELECT tests.noted() \g /dev/null
SELECT mpos.unguard('pos.other', 'not needed');
DROP TABLE pos.other;
SELECT ok(tests.noted() !~ 'lowered', 'one that was taken out of the journal before');
CREATE FUNCTION pos.helper() RETURNS void LANGUAGE sql AS $$ $$;
SELECT is(tests.noted(), 'CREATE FUNCTION pos.helper()', 'a function in a guarded schema');
ALTER TABLE journal.head SET (fillfactor = 40);
SELECT is(tests.noted(), 'ALTER TABLE journal.head', 'the journal''s own tables');

-- rights
CREATE ROLE "a clerk";
GRANT SELECT ON tests.noted TO "a clerk";
SELECT is(tests.noted(), 'nothing', 'rights on other tables');
GRANT INSERT, UPDATE (name) ON pos.thing TO "a clerk", PUBLIC;
SELECT is(tests.noted(), 'GRANT insert, update of columns on pos.thing to a clerk, public', 'rights on a guarded table');
REVOKE ALL ON pos.thing, tests.noted FROM "a clerk", PUBLIC;
SELECT is(tests.noted(), 'REVOKE all on pos.thing from a clerk, public', 'and back');
GRANT USAGE ON SCHEMA pos TO "a clerk";
GRANT SELECT ON ALL TABLES IN SCHEMA journal TO "a clerk";
GRANT EXECUTE ON FUNCTION mpos.version() TO "a clerk";
SELECT is(tests.noted(), 'GRANT usage on schema pos to a clerk, GRANT select on all in schema journal to a clerk, GRANT execute on mpos.version to a clerk',
    'rights on schemas and functions');
SELECT is((SELECT count(*) FROM mpos.guard_findings()), 0::bigint, 'reading the journal is no finding');
GRANT UPDATE, DELETE ON journal.head TO "a clerk";
GRANT TRUNCATE ON journal.entry TO PUBLIC;
SELECT set_eq('SELECT mpos.guard_findings()', ARRAY['role a clerk may delete, update journal.head', 'everybody may truncate journal.entry'], 'writing it is one');
DROP OWNED BY "a clerk";
REVOKE TRUNCATE ON journal.entry FROM PUBLIC;
SELECT is((SELECT count(*) FROM mpos.guard_findings()), 0::bigint, 'until the rights are gone');
SELECT ok(tests.noted() ~ 'REVOKE truncate on journal.entry from public$', 'which is recorded too');

-- partitions
CREATE SCHEMA depot;
GRANT USAGE ON SCHEMA depot TO mpos_owner;
CREATE TABLE depot.count (tenant_id uuid NOT NULL, day date NOT NULL, name text NOT NULL, PRIMARY KEY (tenant_id, day, name)) PARTITION BY RANGE (day);
SELECT mpos.isolate('depot.count');
SELECT mpos.journal('depot.count');
SELECT tests.noted() \g /dev/null
CREATE TABLE depot.count_1 PARTITION OF depot.count FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY LIST (name);
CREATE TABLE depot.count_1a PARTITION OF depot.count_1 FOR VALUES IN ('a');
CREATE TABLE depot.count_2 (LIKE depot.count INCLUDING ALL);
ALTER TABLE depot.count ATTACH PARTITION depot.count_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
SELECT ok(tests.noted() ~ 'CREATE TABLE depot.count_1a', 'partitions of a guarded table are recorded in any schema');
SELECT throws_ok('TRUNCATE depot.count_1a', 'MP102', NULL, 'a partition of a partition made later refuses TRUNCATE');
SELECT throws_ok('TRUNCATE depot.count_1', 'MP102', NULL, 'so does the one between');
SELECT throws_ok('TRUNCATE depot.count_2', 'MP102', NULL, 'and one that was attached');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgname IN ('mpos_capture', 'mpos_refuse_truncate') AND tgrelid IN (SELECT relid FROM pg_partition_tree('depot.count')) AND tgenabled = 'A'),
          8::bigint, 'both guards of all four are ENABLE ALWAYS');
SELECT throws_ok('ALTER TABLE depot.count DETACH PARTITION depot.count_2', 'MP106', NULL, 'a guarded partition is not detached');
SELECT throws_ok('ALTER TABLE depot.count_1 DETACH PARTITION depot.count_1a', 'MP106', NULL, 'at any level');
SELECT throws_ok('ALTER TABLE journal.entry DETACH PARTITION journal.entry_default', 'MP106', NULL, 'nor is a month of entries');
CREATE TABLE public.free (a integer) PARTITION BY LIST (a);
CREATE TABLE public.free_1 PARTITION OF public.free FOR VALUES IN (1);
SELECT lives_ok('ALTER TABLE public.free DETACH PARTITION public.free_1', 'others may be');

-- digests
INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('one'), 'one', 1), (tests.id('acme'), tests.id('acme/main'), tests.id('two'), 'two', 2);
SELECT mpos.flush();
ALTER TABLE pos.thing ADD COLUMN colour text;
SELECT is(tests.findings(:'journal'), 'clean', 'a column added without a default');
ALTER TABLE pos.thing ADD COLUMN weight numeric(10,2) DEFAULT 1.50, ADD COLUMN tags text[] NOT NULL DEFAULT '{a,b}';
SELECT is(tests.findings(:'journal'), 'clean', 'columns added with constant defaults');
INSERT INTO pos.thing (tenant_id, outlet_id, thing_id, name, weight) VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('three'), 'three', 3), (tests.id('acme'), tests.id('acme/main'), tests.id('four'), 'four', 1.50);
UPDATE pos.thing SET qty = 5 WHERE name = 'one';
SELECT mpos.flush();
SELECT is(tests.findings(:'journal'), 'clean', 'rows of both times');
SAVEPOINT tamper;
ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture;
UPDATE pos.thing SET weight = 1.60 WHERE name = 'two';
SELECT ok(tests.findings(:'journal') ~ 'row_altered', 'a default changed behind the trigger is found');
ROLLBACK TO tamper;
ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture;
UPDATE pos.thing SET weight = 1.50 WHERE name = 'three';
SELECT ok(tests.findings(:'journal') ~ 'row_altered', 'and a value changed to the default');
ROLLBACK TO tamper;
ALTER TABLE pos.thing ALTER COLUMN weight SET DEFAULT 9;
SELECT is(tests.findings(:'journal'), 'clean', 'another default for rows to come');
ROLLBACK TO tamper;
SELECT throws_ok('ALTER TABLE pos.thing RENAME COLUMN secret TO hidden', 'MP107', NULL, 'a column of journalled rows is not renamed undeclared');
SELECT throws_ok('ALTER TABLE pos.thing DROP COLUMN secret', 'MP107', NULL, 'nor dropped');
SELECT throws_ok('ALTER TABLE pos.thing ALTER COLUMN weight TYPE double precision', 'MP107', NULL, 'nor given another type');
SELECT throws_ok('ALTER TABLE pos.thing ADD COLUMN made timestamptz DEFAULT clock_timestamp()', 'MP107', NULL, 'nor filled row by row');
CREATE TYPE public.mood AS ENUM ('good', 'bad');
ALTER TABLE pos.thing ADD COLUMN mood public.mood DEFAULT 'good';
SELECT is(tests.findings(:'journal'), 'clean', 'a column of labels is added');
SELECT throws_ok($$ ALTER TYPE public.mood RENAME VALUE 'good' TO 'fine' $$, 'MP107', NULL, 'whose names are those of journalled rows');
SELECT lives_ok($$ ALTER TYPE public.mood ADD VALUE 'ugly' $$, 'and get company at will');
SELECT mpos.rewrite('pos.thing', 'the secret is out');
ALTER TYPE public.mood RENAME VALUE 'good' TO 'fine';
ALTER TABLE pos.thing DROP COLUMN secret;
ALTER TABLE pos.thing ALTER COLUMN weight TYPE double precision;
ALTER TABLE pos.thing ADD COLUMN made timestamptz DEFAULT clock_timestamp();
SELECT is(mpos.flush(), 1, 'all of it declared is one entry');
SELECT is(tests.findings(:'journal'), 'clean', 'and the rows are under verification as they are now');
ROLLBACK TO tamper;
ALTER TABLE pos.thing RENAME TO article;
ALTER TABLE pos.article SET SCHEMA depot;
UPDATE depot.article SET qty = 6 WHERE name = 'one';
SELECT is(mpos.flush(), 1, 'a table renamed and moved is captured on');
SELECT is((SELECT split_part(body, '"', 2) FROM tests.sections('acme') WHERE kind = 1 ORDER BY seq DESC LIMIT 1), 'thing', 'under its name in the journal');
SELECT is(tests.findings(:'journal'), 'clean', 'and verified');
SELECT mpos.journal('depot.article', topic => 'thing', feed => '{name,qty,weight}', outlet => 'outlet_id');
SELECT is((SELECT entity FROM mpos.guarded() WHERE relation = 'depot.article'::regclass), 'thing', 'which it keeps');
SELECT throws_ok($$ SELECT mpos.journal('depot.article', topic => 'thing', outlet => 'outlet_id', entity => 'article') $$, '0A000', NULL, 'a name in the journal is for ever');
ROLLBACK TO tamper;

-- an empty table may be altered at will
DELETE FROM pos.thing;
SELECT mpos.flush();
SELECT lives_ok('ALTER TABLE pos.thing DROP COLUMN secret', 'no row, no digest to keep');
SELECT tests.noted() \g /dev/null
DROP TABLE pos.thing;
SELECT ok(tests.noted() ~ 'lowered', 'the drop is recorded');
SELECT tests.make_thing();
SELECT is(tests.findings(:'journal'), 'clean', 'an empty table dropped and made again has lost nothing');
ROLLBACK TO tamper;
DROP TABLE pos.thing;
SELECT tests.make_thing();
SELECT is(tests.findings(:'journal'), 'row_missing', 'one with rows has');

-- the record itself
SELECT is((SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'mpos\_%' AND evtenabled = 'A'), 4::bigint, 'event triggers are ENABLE ALWAYS');
SELECT is((SELECT rolsuper FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.oid = 'mpos.guard_state(oid)'::regprocedure), true, 'what runs for everybody belongs to a superuser');
SELECT * FROM finish();
ROLLBACK;

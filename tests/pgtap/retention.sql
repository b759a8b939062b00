-- retention.sql: a month that has left stays spoken for, and nothing else may leave that way.
BEGIN;
\ir helpers.sql
SELECT plan(27);
SELECT tests.tenant('acme');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
CREATE FUNCTION tests.findings(journal uuid) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(DISTINCT kind || '@' || coalesce(seq::text, '-'), ' '), 'clean') FROM mpos.verify(journal)
$$;
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
-- The journal as it would be, had its first entries been appended in that month: recorded, prev and leaf made anew.
CREATE FUNCTION tests.age(journal uuid, below bigint, to_month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e record;
    bytes bytea;
    before bytea;
BEGIN
    FOR e IN SELECT * FROM journal.entry WHERE journal_id = journal ORDER BY seq LOOP
        bytes := e.header;
        IF e.seq < below THEN
            bytes := overlay(bytes PLACING int8send(tests.microseconds(to_month + interval '12 hours') + e.seq) FROM 65);
        END IF;
        IF before IS NOT NULL THEN
            bytes := overlay(bytes PLACING before FROM 105);
        END IF;
        before := sha256('\x00'::bytea || bytes);
        UPDATE journal.entry SET header = bytes, leaf = before, month = CASE WHEN e.seq < below THEN to_month ELSE e.month END
         WHERE journal_id = journal AND seq = e.seq;
    END LOOP;
    UPDATE journal.head SET last_leaf = before WHERE journal_id = journal;
    UPDATE journal.segment SET first_seq = below WHERE journal_id = journal;
    INSERT INTO journal.segment VALUES (journal, 0, to_month, 0);
END
$$;
CREATE TABLE journal.entry_2026_01 PARTITION OF journal.entry FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE journal.entry_2026_02 PARTITION OF journal.entry FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
DO $$
BEGIN
    FOR i IN 1 .. 5 LOOP
        INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('thing' || i), 'thing' || i, i);
        PERFORM mpos.flush();
    END LOOP;
    DELETE FROM pos.thing WHERE name = 'thing4';
    PERFORM mpos.flush();
    UPDATE pos.thing SET qty = 10 WHERE name = 'thing2';
    PERFORM mpos.flush();
END
$$;
SELECT tests.age(:'journal', 6, '2026-01-01');
SELECT is(tests.findings(:'journal'), 'clean', 'a journal of two months');
SELECT mpos.erase_payload(:'journal', 0, 2, 'asked for');
SELECT mpos.flush();

-- what may leave
SELECT throws_ok($$ SELECT mpos.retire_month('2026-03-01') $$, '42P01', NULL, 'a month without a partition');
SELECT throws_ok($$ SELECT mpos.retire_month(date_trunc('month', now() AT TIME ZONE 'UTC')::date) $$, '22023', NULL, 'this month');
SELECT throws_ok($$ SELECT mpos.retire_month('2026-02-01') $$, '55000', NULL, 'a month before an older one');
SELECT throws_ok($$ SELECT mpos.retire_month('2026-01-01') $$, 'MP105', NULL, 'a month that no checkpoint covers');
SELECT mpos.seal(:'journal');
INSERT INTO journal.checkpoint VALUES (:'journal', 0, 5, mpos.tree_root(:'journal', 0, 5), 'note', now());
SELECT throws_ok($$ SELECT mpos.retire_month('2026-01-01') $$, 'MP105', NULL, 'not to its end');
INSERT INTO journal.checkpoint VALUES (:'journal', 0, 7, mpos.tree_root(:'journal', 0, 7), 'note', now());
SAVEPOINT damaged;
UPDATE journal.entry SET packed = '\x0178' WHERE journal_id = :'journal' AND seq = 1;
SELECT throws_ok($$ SELECT mpos.retire_month('2026-01-01') $$, 'MP104', NULL, 'a month that is not intact');
ROLLBACK TO damaged;
SELECT throws_ok('ALTER TABLE journal.entry DETACH PARTITION journal.entry_2026_01', 'MP106', NULL, 'nor in another way');
SELECT is(mpos.retire_month('2026-01-01'), 1, 'a covered month leaves');

-- after it
SELECT is((SELECT min(seq) FROM journal.entry WHERE journal_id = :'journal'), 6::bigint, 'its entries are no longer there');
SELECT is((SELECT count(*) FROM journal.entry_2026_01), 6::bigint, 'but in a table of their own');
SELECT is((SELECT body::jsonb - 'digest' - 'leaf' - 'role' FROM tests.sections('acme') WHERE kind = 2 AND body ~ '"op":"retire"'),
          '{"op": "retire", "count": 4, "epoch": 0, "month": "2026-01-01", "next_seq": 6}', 'an entry says where the rest begins');
SELECT is(tests.findings(:'journal'), 'clean', 'and verification goes on from there');
SELECT lives_ok('DROP TABLE journal.entry_2026_01', 'the table may be dropped');
SELECT is(tests.findings(:'journal'), 'clean', 'without a finding');
\set off 'ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture; '
SELECT is(tests.after(:'off' || 'UPDATE pos.thing SET qty = 9 WHERE name = ''thing1''', :'journal'), 'row_altered@5', 'a row whose entry has left is under verification');
SELECT is(tests.after(:'off' || 'UPDATE pos.thing SET qty = 9 WHERE name = ''thing3''', :'journal'), 'row_altered@5', 'one whose payload was erased');
SELECT is(tests.after(:'off' || 'DELETE FROM pos.thing WHERE name = ''thing5''', :'journal'), 'row_missing@5', 'one removed');
SELECT is(tests.after(:'off' || 'INSERT INTO pos.thing VALUES (tests.id(''acme''), tests.id(''acme/main''), tests.id(''thing4''))', :'journal'), 'row_added@-', 'one deleted in that month, back again');
SELECT ok(tests.after(format('DELETE FROM journal.retired WHERE journal_id = %L', :'journal'), :'journal') ~ 'gap@0', 'a month that nobody retired is a gap');
SELECT ok(tests.after(format('UPDATE journal.retired SET next_seq = 7, last_leaf = (SELECT leaf FROM journal.entry WHERE seq = 6 AND journal_id = %1$L) WHERE journal_id = %1$L; DELETE FROM journal.entry WHERE seq = 6 AND journal_id = %1$L', :'journal'), :'journal') ~ 'retired@8', 'more that left than the entry says');
SELECT ok(tests.after(format('UPDATE journal.manifest SET body = substr(body, strpos(body, E''\n'') + 1) WHERE journal_id = %L', :'journal'), :'journal') ~ 'retired@8', 'another manifest');
SELECT ok(tests.after(format('UPDATE journal.retired SET entry_seq = 7 WHERE journal_id = %L', :'journal'), :'journal') ~ 'retired@7', 'another entry');

-- partitions of business tables
CREATE TABLE pos.count (tenant_id uuid NOT NULL, outlet_id uuid NOT NULL, day date NOT NULL, name text NOT NULL, qty bigint, PRIMARY KEY (tenant_id, outlet_id, day, name)) PARTITION BY RANGE (day);
SELECT mpos.isolate('pos.count');
SELECT mpos.journal('pos.count', outlet => 'outlet_id');
CREATE TABLE pos.count_1 PARTITION OF pos.count FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE pos.count_2 PARTITION OF pos.count FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO pos.count VALUES (tests.id('acme'), tests.id('acme/main'), '2026-01-05', 'x', 1), (tests.id('acme'), tests.id('acme/main'), '2026-02-05', 'y', 1);
SELECT mpos.flush();
SELECT mpos.retire_partition('pos.count', 'pos.count_1', 'ten years are over');
SELECT is(mpos.flush(), 1, 'a partition retired is an entry in every journal that the table has rows in');
SELECT is(tests.findings(:'journal'), 'clean', 'its rows are expected no longer');
SELECT ok(tests.after('ALTER TABLE pos.count DISABLE TRIGGER mpos_capture; UPDATE pos.count SET qty = 2', :'journal') ~ 'row_altered', 'those that stay are');
SET LOCAL ROLE mpos_app;
SELECT throws_ok($$ SELECT mpos.retire_month('2026-01-01') $$, '42501', NULL, 'the application retires nothing');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;

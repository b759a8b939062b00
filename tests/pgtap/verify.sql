-- verify.sql: every single tampering is reported at its place, and nothing is reported on clean data.
BEGIN;
\ir helpers.sql
SELECT plan(29);
SELECT tests.tenant('acme');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
SELECT journal_id AS own FROM journal.journal WHERE origin = 'tests/acme' \gset
DO $$
BEGIN
    FOR i IN 1 .. 5 LOOP
        INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('thing' || i), 'thing' || i, i);
        PERFORM mpos.flush();
    END LOOP;
    UPDATE pos.thing SET qty = 10 WHERE name = 'thing2';
    PERFORM mpos.flush();
    DELETE FROM pos.thing WHERE name = 'thing5';
    PERFORM mpos.flush();
    INSERT INTO pos.thing SELECT tests.id('acme'), tests.id('acme/main'), tests.id('many' || i), 'many', i FROM generate_series(1, 300) i;
    PERFORM mpos.flush();
    INSERT INTO pos.thing VALUES (tests.id('acme'), NULL, tests.id('own'), 'own', 1);
    PERFORM mpos.flush();
END
$$;
CREATE TABLE tests.journal AS SELECT :'journal'::uuid AS id;
-- What verify says after a statement, as `kind@seq`; the statement is undone.
CREATE FUNCTION tests.after(statement text, journal uuid DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    BEGIN
        EXECUTE statement;
        SELECT coalesce(string_agg(kind || '@' || coalesce(seq::text, '-'), ' ' ORDER BY seq, kind), 'clean') INTO found
          FROM mpos.verify(coalesce(journal, (SELECT id FROM tests.journal)));
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZZZZ';
    EXCEPTION WHEN SQLSTATE 'ZZZZZ' THEN
        RETURN found;
    END;
END
$$;
\set entry 'UPDATE journal.entry SET '
SELECT is(tests.after('SELECT 1'), 'clean', 'an intact outlet journal has no finding');
SELECT is(tests.after('SELECT 1', :'own'), 'clean', 'an intact tenant journal has no finding');
SELECT is(tests.after(:'entry' || 'packed = set_byte(packed, 40, get_byte(packed, 40) # 1) WHERE seq = 2 AND journal_id = ' || quote_literal(:'journal')), 'payload@2 row_added@-',
          'an altered payload');
SELECT is(tests.after(:'entry' || 'packed = NULL WHERE seq = 5 AND journal_id = ' || quote_literal(:'journal')), 'row_altered@1 payload_missing@5',
          'a removed payload');
SELECT is((SELECT count(*) FROM generate_series(0, 199) i WHERE tests.after(format('UPDATE journal.entry SET header = set_byte(header, %s, get_byte(header, %s) # 1)
            WHERE seq = 3 AND journal_id = %L', i, i, :'journal')) !~ 'leaf@3'), 0::bigint, 'every altered byte of a header');
SELECT is(tests.after(:'entry' || 'leaf = set_byte(leaf, 0, get_byte(leaf, 0) # 1) WHERE seq = 3 AND journal_id = ' || quote_literal(:'journal')), 'leaf@3',
          'an altered leaf');
SELECT is(tests.after(:'entry' || 'header = set_byte(header, 190, 1), leaf = sha256(''\x00''::bytea || set_byte(header, 190, 1)) WHERE seq = 3 AND journal_id = '
          || quote_literal(:'journal')), 'chain@4', 'a header altered together with its leaf breaks the chain at the next entry');
SELECT is(tests.after('DELETE FROM journal.entry WHERE seq = 3 AND journal_id = ' || quote_literal(:'journal')), 'gap@3 row_added@-', 'a removed entry');
SELECT is(tests.after('DELETE FROM journal.entry WHERE seq = 0 AND journal_id = ' || quote_literal(:'journal')), 'gap@0 row_added@-', 'the first entry removed');
SELECT is(tests.after('DELETE FROM journal.entry WHERE seq = 8 AND journal_id = ' || quote_literal(:'journal')) ~ '^head@7 ', true, 'the last entry removed');
SELECT is(tests.after(:'entry' || 'seq = 100 WHERE seq = 3 AND journal_id = ' || quote_literal(:'journal')) ~ 'gap@3.*column@100', true, 'a renumbered entry');
SELECT is(tests.after(:'entry' || 'epoch = 1 WHERE seq = 8 AND journal_id = ' || quote_literal(:'journal')) ~ 'column@8', true, 'another epoch');
SELECT is(tests.after(:'entry' || 'month = ''2027-03-01'' WHERE seq = 3 AND journal_id = ' || quote_literal(:'journal')), 'column@3', 'another month');
SELECT is(tests.after('UPDATE journal.entry a SET header = b.header, leaf = b.leaf, packed = b.packed FROM journal.entry b
    WHERE a.journal_id = b.journal_id AND a.seq + b.seq = 5 AND a.seq IN (2, 3) AND a.journal_id = ' || quote_literal(:'journal')) ~ 'chain@2.*column@2.*chain@3', true,
          'two entries swapped');
SELECT is(tests.after('INSERT INTO journal.entry SELECT journal_id, epoch, 9, month, header, leaf, packed FROM journal.entry WHERE seq = 8 AND journal_id = '
          || quote_literal(:'journal')) ~ 'column@9', true, 'an entry invented at the end');
SELECT is(tests.after('UPDATE journal.head SET next_seq = next_seq - 1 WHERE journal_id = ' || quote_literal(:'journal')), 'head@8', 'a head set back');
SELECT is(tests.after('UPDATE journal.head SET last_leaf = sha256(last_leaf) WHERE journal_id = ' || quote_literal(:'journal')), 'head@8', 'another leaf in the head');
SELECT is(tests.after('DELETE FROM journal.head WHERE journal_id = ' || quote_literal(:'journal')), 'head@-', 'a head removed');
SELECT is(tests.after('UPDATE journal.journal SET origin = ''x'' WHERE journal_id = ' || quote_literal(:'journal')), 'chain@0', 'another origin');

-- rows behind the triggers
\set off 'ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture; '
SELECT is(tests.after(:'off' || 'UPDATE pos.thing SET qty = 99 WHERE name = ''thing2'''), 'row_altered@5', 'a row altered with the trigger off');
SELECT is(tests.after(:'off' || 'UPDATE pos.thing SET secret = ''x'' WHERE name = ''thing1'''), 'row_altered@0', 'a column that no feed shows, too');
SELECT is(tests.after(:'off' || 'DELETE FROM pos.thing WHERE name = ''thing1'''), 'row_missing@0', 'a row removed');
SELECT is(tests.after(:'off' || 'INSERT INTO pos.thing VALUES (tests.id(''acme''), tests.id(''acme/main''), tests.id(''new''))'), 'row_added@-', 'a row added');
SELECT is(tests.after(:'off' || 'INSERT INTO pos.thing VALUES (tests.id(''acme''), tests.id(''acme/main''), tests.id(''thing5''))'), 'row_added@6', 'a deleted row back');
SELECT is(tests.after(:'off', :'own'), 'trigger_off@-', 'a trigger that is off');
SELECT is(tests.after(:'off' || 'UPDATE pos.thing SET qty = 99 WHERE name = ''own''', :'own'), 'row_altered@1 trigger_off@-', 'a row of the tenant journal');
SELECT is(tests.after('DROP TRIGGER mpos_capture ON pos.thing'), 'trigger_off@-', 'a table without its trigger');
SELECT is(tests.after('SET LOCAL session_replication_role = replica; UPDATE pos.thing SET qty = 99 WHERE name = ''thing1''; SELECT mpos.flush()'),
          'replica_mode@9', 'a change in replica mode is journalled and reported');
SELECT is(tests.after('UPDATE pos.thing SET qty = 99 WHERE name = ''thing1''; SELECT mpos.flush()'), 'clean', 'a change by the owner is journalled');
SELECT * FROM finish();
ROLLBACK;

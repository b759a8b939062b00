-- erase.sql: an entry without its payload still proves itself, when another entry says that it was erased.
BEGIN;
\ir helpers.sql
SELECT plan(20);
SELECT tests.tenant('acme');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
CREATE FUNCTION tests.findings(journal uuid) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(DISTINCT kind || '@' || coalesce(seq::text, '-'), ' '), 'clean') FROM mpos.verify(journal)
$$;
CREATE FUNCTION tests.erase(seq bigint, reason text DEFAULT 'asked for') RETURNS void LANGUAGE sql AS $$
    SELECT mpos.erase_payload(journal_id, 0, seq, reason) FROM journal.journal WHERE origin = 'tests/acme/main'
$$;
DO $$
BEGIN
    FOR i IN 1 .. 4 LOOP
        INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('thing' || i), 'Ann ' || i, i, 'hidden');
        PERFORM mpos.flush();
    END LOOP;
    UPDATE pos.thing SET qty = 10 WHERE name = 'Ann 2';
    PERFORM mpos.flush();
    DELETE FROM pos.thing WHERE name = 'Ann 4';
    PERFORM mpos.flush();
END
$$;
SELECT leaf AS leaf FROM journal.entry WHERE journal_id = :'journal' AND seq = 0 \gset
SELECT throws_ok('SELECT tests.erase(0, '''')', '22023', NULL, 'an erasure needs a reason');
SELECT throws_ok('SELECT tests.erase(99)', 'MP030', NULL, 'and an entry');
SELECT tests.erase(0);
SELECT is((SELECT packed FROM journal.entry WHERE journal_id = :'journal' AND seq = 0), NULL, 'the payload is gone');
SELECT is(tests.findings(:'journal'), 'payload_missing@0 row_added@-', 'which is a finding as long as no entry says so');
SELECT is(mpos.flush(), 1, 'an entry does');
SELECT is((SELECT get_byte(header, 8) FROM journal.entry WHERE journal_id = :'journal' AND seq = 6), 4, 'of kind 4');
SELECT is((SELECT substr(header, 169, 32) FROM journal.entry WHERE journal_id = :'journal' AND seq = 6), :'leaf'::bytea, 'its header names the erased entry''s leaf');
SELECT is((SELECT convert_from(payload, 'UTF8')::text ~ 'Ann|hidden' FROM (SELECT convert_to(replace(encode(mpos.unpack(packed), 'escape'), '\', ''), 'UTF8') AS payload FROM journal.entry WHERE journal_id = :'journal' AND seq = 6) e), false, 'nothing of the payload is in it');
SELECT is(tests.findings(:'journal'), 'clean', 'and everything verifies');
SELECT throws_ok('SELECT tests.erase(0)', 'MP030', NULL, 'nothing is erased twice');
SELECT throws_ok('SELECT tests.erase(6)', '0A000', NULL, 'an erasure is not erased');
SELECT tests.erase(1), tests.erase(3), tests.erase(5);
SELECT is(mpos.flush(), 3, 'three more: a row changed later, one deleted later, the deletion');
SELECT is(tests.findings(:'journal'), 'clean', 'later entries have the last word');
SAVEPOINT tamper;
ALTER TABLE pos.thing DISABLE TRIGGER mpos_capture;
UPDATE pos.thing SET qty = 7 WHERE name = 'Ann 1';
SELECT is(tests.findings(:'journal'), 'row_altered@0', 'the row that the erased entry spoke of is under verification');
ROLLBACK TO tamper;
UPDATE journal.entry SET packed = NULL WHERE journal_id = :'journal' AND seq = 2;
SELECT is(split_part(tests.findings(:'journal'), ' ', 1), 'payload_missing@2', 'a payload removed in another way');
ROLLBACK TO tamper;
DELETE FROM pos.thing WHERE name = 'Ann 3';
SELECT mpos.flush();
SELECT mpos.rewrite('pos.thing', 'all of them');
UPDATE pos.thing SET qty = qty + 1;
SELECT mpos.flush();
SELECT tests.erase(2), tests.erase(4);
SELECT is(mpos.flush(), 2, 'entries from before a rewrite');
SELECT is(tests.findings(:'journal'), 'clean', 'say nothing after it');
SELECT is((SELECT h.next_seq FROM journal.head h WHERE journal_id = :'journal'), (SELECT count(*) FROM journal.entry WHERE journal_id = :'journal'), 'no number is lost');
SET LOCAL ROLE mpos_app;
SELECT throws_ok($$ SELECT mpos.erase_payload(gen_random_uuid(), 0, 0, 'x') $$, '42501', NULL, 'the application cannot erase');
RESET ROLE;
UPDATE journal.entry SET packed = 'x' WHERE journal_id = :'journal' AND seq = 0;
SELECT ok(tests.findings(:'journal') ~ 'payload@0', 'a payload put back in place of the erased one');
SELECT * FROM finish();
ROLLBACK;

-- feed.sql: reading a journal from a cursor, finding an epoch's end, and opening the next one.
BEGIN;
\ir helpers.sql
SELECT plan(29);
SELECT tests.tenant('acme');
SELECT tests.tenant('other');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
SELECT journal_id AS foreign FROM journal.journal WHERE origin = 'tests/other/main' \gset
DO $$
BEGIN
    FOR i IN 1 .. 5 LOOP
        INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('thing' || i), 'thing' || i, i, 'hidden');
        PERFORM mpos.flush();
    END LOOP;
END
$$;
CREATE FUNCTION tests.feed(params jsonb) RETURNS TABLE(body jsonb, entries bytea) LANGUAGE sql AS $$
    SELECT c.body::jsonb, c.entries FROM mpos.call(tests.id('acme'), tests.context('acme', 1), 'journal.feed',
        jsonb_build_object('params', params, 'body', null)) c
$$;
-- The entries of an answer: number, leaf, payload.
CREATE FUNCTION tests.split(entries bytea) RETURNS TABLE(epoch integer, seq bigint, leaf bytea, payload bytea) LANGUAGE plpgsql AS $$
DECLARE
    at integer := 1;
    size integer;
BEGIN
    WHILE at <= octet_length(entries) LOOP
        epoch := ('x' || encode(substr(entries, at + 48, 4), 'hex'))::bit(32)::integer;
        seq := ('x' || encode(substr(entries, at + 56, 8), 'hex'))::bit(64)::bigint;
        leaf := substr(entries, at + 200, 32);
        size := ('x' || encode(substr(entries, at + 232, 4), 'hex'))::bit(32)::integer;
        payload := substr(entries, at + 236, size);
        RETURN NEXT;
        at := at + 236 + size;
    END LOOP;
END
$$;
CREATE FUNCTION tests.cursor(epoch integer, seq bigint, h8 text DEFAULT NULL, extra jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('outlet_id', tests.id('acme/main'), 'epoch', epoch::text, 'seq', seq::text, 'h8', coalesce(h8,
        (SELECT left(encode(leaf, 'hex'), 16) FROM journal.entry e JOIN journal.journal j USING (journal_id)
          WHERE j.origin = 'tests/acme/main' AND e.epoch = cursor.epoch AND e.seq = cursor.seq), '0000000000000000')) || extra
$$;

SELECT is(body ->> 'mode', 'replay', 'a cursor before the first entry is replayed') FROM tests.feed(tests.cursor(0, -1));
SELECT is(body - 'journal_id' - 'h8', '{"mode": "replay", "head": 4, "epoch": 0}', 'the answer names the head') FROM tests.feed(tests.cursor(0, -1));
SELECT is(body ->> 'h8', (SELECT left(encode(last_leaf, 'hex'), 16) FROM journal.head WHERE journal_id = :'journal'), 'and its hash')
  FROM tests.feed(tests.cursor(0, -1));
SELECT is((SELECT array_agg(seq) FROM tests.split(entries)), '{0,1,2,3,4}', 'all entries come') FROM tests.feed(tests.cursor(0, -1));
SELECT is((SELECT array_agg(seq) FROM tests.split(entries)), '{3,4}', 'after a cursor the later ones come') FROM tests.feed(tests.cursor(0, 2));
SELECT is((SELECT array_agg(seq) FROM tests.split(entries)), '{0,1}', 'a limit is kept') FROM tests.feed(tests.cursor(0, -1, extra => '{"limit":"2"}'));
SELECT is(position('hidden' IN encode(entries, 'escape')), 0, 'the audit section stays inside') FROM tests.feed(tests.cursor(0, -1));
SELECT ok(position('"thing3"' IN encode(entries, 'escape')) > 0, 'the feed section comes') FROM tests.feed(tests.cursor(0, -1));
SELECT is(body ->> 'mode', 'live', 'a cursor at the head is live') FROM tests.feed(tests.cursor(0, 4));
SELECT is(octet_length(entries), 0, 'without entries') FROM tests.feed(tests.cursor(0, 4));
SELECT is(body ->> 'mode', 'reset', 'a wrong hash is a reset') FROM tests.feed(tests.cursor(0, 2, '0123456789abcdef'));
SELECT is(body ->> 'mode', 'reset', 'a number beyond the head is a reset') FROM tests.feed(tests.cursor(0, 5));
SELECT is(body ->> 'mode', 'reset', 'an unknown epoch is a reset') FROM tests.feed(tests.cursor(1, 0));
SELECT is(body ->> 'mode', 'reset', 'no cursor is a reset')
  FROM tests.feed(jsonb_build_object('journal_id', :'journal'));
SELECT is(body ->> 'mode', 'reset', format('a malformed cursor is a reset: %s', bad))
  FROM unnest('{"{\"seq\":\"x\"}","{\"seq\":\"9223372036854775808\"}","{\"h8\":\"\"}","{\"epoch\":\"-1\"}","{\"limit\":\"0\"}"}'::text[]) bad,
       tests.feed(tests.cursor(0, 2) || bad::jsonb);

SELECT throws_ok(format('SELECT tests.feed(%L)', jsonb_build_object('journal_id', id)), 'MP030', 'Nothing with that id', what)
  FROM (VALUES (:'foreign', 'a foreign journal'), (gen_random_uuid()::text, 'a random one'), ('x', 'a malformed id')) c(id, what);
SELECT throws_ok(format('SELECT tests.feed(%L)', jsonb_build_object('outlet_id', tests.id('other/main'))), 'MP030', 'Nothing with that id',
                 'a foreign outlet');

-- a restore or promotion: the head remembers another timeline
UPDATE journal.head SET timeline = timeline + 7 WHERE journal_id = :'journal';
INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), tests.id('after'), 'after');
SELECT is(mpos.flush(), 1, 'the first append afterwards is one entry');
SELECT is((SELECT array_agg((e.epoch, e.seq, get_byte(header, 8))::text ORDER BY e.epoch, e.seq) FROM journal.entry e
            WHERE journal_id = :'journal' AND e.epoch = 1), '{"(1,0,5)","(1,1,1)"}', 'behind one of kind 5 that opens an epoch');
SELECT is((SELECT count(*) FROM mpos.verify(:'journal')), 0::bigint, 'both epochs verify');
SELECT is((SELECT array_agg((epoch, seq)::text) FROM tests.split(entries)), '{"(0,3)","(0,4)"}', 'a cursor of the old epoch reads to its end')
  FROM tests.feed(tests.cursor(0, 2));
SELECT is((SELECT array_agg((epoch, seq)::text) FROM tests.split(entries)), '{"(1,0)","(1,1)"}', 'and on in the new one')
  FROM tests.feed(tests.cursor(0, 4));
DELETE FROM journal.entry WHERE journal_id = :'journal' AND epoch = 0 AND seq = 4;
SELECT is((SELECT string_agg(kind, ' ' ORDER BY kind) FROM mpos.verify(:'journal')), 'epoch_end row_added', 'an old epoch cut short is reported');
SELECT * FROM finish();
ROLLBACK;

-- journal.sql: what an entry holds, how entries chain, and which changes become one.
BEGIN;
\ir helpers.sql
SELECT plan(45);
SELECT tests.tenant('acme');
SELECT mpos.flush(); -- the session
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
CREATE VIEW tests.entries AS SELECT e.* FROM journal.entry e JOIN journal.journal j USING (journal_id)
    WHERE j.origin = 'tests/acme/main' ORDER BY epoch, seq;
CREATE VIEW tests.head AS SELECT h.* FROM journal.head h JOIN journal.journal j USING (journal_id)
    WHERE j.origin = 'tests/acme/main';
CREATE FUNCTION tests.add(name text, outlet boolean DEFAULT true) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pos.thing VALUES (tests.id('acme'), CASE WHEN outlet THEN tests.id('acme/main') END, tests.id(name), name, 7, 'hidden')
$$;
CREATE FUNCTION tests.short(id uuid) RETURNS text LANGUAGE sql AS $$
    SELECT translate(rtrim(encode(uuid_send(id), 'base64'), '='), '+/', '-_')
$$;

-- the genesis and the first entry
SELECT is((SELECT next_seq FROM tests.head), 0::bigint, 'a new journal is empty');
SELECT is((SELECT last_leaf FROM tests.head),
          sha256('mpos.genesis.v1'::bytea || '\x00' || int2send(17::int2) || 'tests/acme/main/0'::bytea || int4send(0)
                 || decode(repeat('00', 32), 'hex')), 'its chain begins at the genesis value of the epoch''s origin');
SELECT last_leaf AS genesis FROM tests.head \gset
SELECT tests.add('one');
SELECT is((SELECT count(*) FROM tests.entries), 0::bigint, 'a change is not appended at once');
SELECT is(mpos.flush(), 1, 'a flush appends one entry');
SELECT is(mpos.flush(), 0, 'a second flush has nothing left to do');
SELECT header, leaf, mpos.unpack(packed) AS payload FROM tests.entries \gset
SELECT is(octet_length(:'header'::bytea), 200, 'a header has 200 bytes');
SELECT is(substr(:'header'::bytea, 1, 16), 'MPOSLED1'::bytea || '\x0101' || int2send(1::int2) || int4send(1),
          'magic, kind 1, SHA-256, flag "outside a call", schema version 1');
SELECT is(substr(:'header'::bytea, 17, 32), uuid_send(tests.id('acme')) || uuid_send(:'journal'), 'tenant and journal');
SELECT is(substr(:'header'::bytea, 49, 16), int4send(0) || '\x00000001' || int8send(0), 'epoch 0, part 0 of 1, seq 0');
SELECT ok(abs(('x' || encode(substr(:'header'::bytea, 65, 8), 'hex'))::bit(64)::bigint - tests.microseconds(clock_timestamp())) < 60000000,
          'recorded is the time of the flush in microseconds');
SELECT is(substr(:'header'::bytea, 105, 32), :'genesis'::bytea, 'prev of the first entry is the genesis value');
SELECT is(substr(:'header'::bytea, 137, 32), sha256('mpos.payload.v1'::bytea || '\x00' || :'payload'::bytea), 'the payload hash');
SELECT is(:'leaf'::bytea, sha256('\x00'::bytea || :'header'::bytea), 'the leaf is the RFC 9162 leaf hash of the header');
SELECT is((SELECT (next_seq, last_leaf)::text FROM tests.head), (1::bigint, :'leaf'::bytea)::text, 'the head follows');
SELECT is((SELECT body FROM tests.sections('acme') WHERE kind = 1),
          format('["thing","%s","U",1,{"name":"one","qty":7}]', tests.short(tests.id('one'))),
          'the feed line has the declared columns in canonical form');
SELECT is((SELECT body::jsonb #>> '{rows,0,2}' FROM tests.sections('acme') WHERE kind = 2),
          (SELECT translate(rtrim(encode(mpos.row_digest(t), 'base64'), '='), '+/', '-_') FROM pos.thing t),
          'the audit section has the digest that mpos.row_digest gives');
SELECT is((SELECT body::jsonb #>> '{rows,0,4,secret}' FROM tests.sections('acme') WHERE kind = 2), 'hidden',
          'outside a call the audit section has the full image');
SELECT is((SELECT mpos.row_digest(t) FROM pos.thing t),
          (SELECT substr(sha256('mpos.row.v1'::bytea || '\x00' || string_agg(int2send(length(n)::int2) || n::bytea
                    || int4send(octet_length(v)) || v, ''::bytea ORDER BY n)), 1, 16)
             FROM pos.thing t, LATERAL (VALUES ('tenant_id', uuid_send(tenant_id)), ('outlet_id', uuid_send(outlet_id)),
                    ('thing_id', uuid_send(thing_id)), ('name', name::bytea), ('qty', int8send(qty)),
                    ('secret', secret::bytea), ('version', int4send(version))) c(n, v)), 'a digest is what its definition says');
ALTER TABLE pos.thing ADD COLUMN later text;
SELECT is((SELECT body::jsonb #>> '{rows,0,2}' FROM tests.sections('acme') WHERE kind = 2),
          (SELECT translate(rtrim(encode(mpos.row_digest(t), 'base64'), '='), '+/', '-_') FROM pos.thing t),
          'a column added later with null changes no digest');

-- what a change says
UPDATE pos.thing SET qty = 8, version = 2;
SELECT mpos.flush();
SELECT is((SELECT body FROM tests.sections('acme') WHERE kind = 1 AND seq = 1),
          format('["thing","%s","U",2,{"qty":8}]', tests.short(tests.id('one'))), 'an update names the changed columns only');
UPDATE pos.thing SET secret = 'other';
SELECT mpos.flush();
SELECT is((SELECT string_agg(kind::text, ',') FROM tests.sections('acme') WHERE seq = 2), '2',
          'a change of undeclared columns is audited and not fed');
DELETE FROM pos.thing;
SELECT mpos.flush();
SELECT is((SELECT body FROM tests.sections('acme') WHERE kind = 1 AND seq = 3),
          format('["thing","%s","D",2]', tests.short(tests.id('one'))), 'a delete is a tombstone');
SELECT tests.add('two');
SELECT tests.add('three');
SELECT mpos.flush();
UPDATE pos.thing SET outlet_id = NULL WHERE name = 'two';
SELECT is(mpos.flush(), 2, 'a row that moves to another journal is an entry in both');
SELECT is((SELECT split_part(body, ',', 3) FROM tests.sections('acme') WHERE kind = 1 AND seq = 5), '"D"', 'gone here');
SELECT is((SELECT split_part(body, ',', 3) FROM tests.sections('acme', false) WHERE kind = 1 AND seq = 0), '"U"', 'new there');
SELECT is((SELECT array_agg(prev = lag_leaf) FROM (SELECT substr(header, 105, 32) AS prev, lag(leaf, 1, :'genesis'::bytea)
            OVER (ORDER BY seq) AS lag_leaf FROM tests.entries) c), array_fill(true, '{6}'), 'the entries chain');

-- savepoints
SELECT next_seq AS before FROM tests.head \gset
SAVEPOINT a;
SELECT tests.add('lost');
ROLLBACK TO a;
SELECT is(mpos.flush(), 0, 'what a savepoint takes back leaves no entry');
SELECT tests.add('kept');
SAVEPOINT b;
SELECT tests.add('lost');
SAVEPOINT c;
SELECT tests.add('also lost');
RELEASE c;
ROLLBACK TO b;
SELECT mpos.flush();
SELECT is((SELECT string_agg(body, ';') FROM tests.sections('acme') WHERE kind = 1 AND seq >= :before),
          format('["thing","%s","U",1,{"name":"kept","qty":7}]', tests.short(tests.id('kept'))), 'only the kept row is appended');
SELECT tests.add('early');
SAVEPOINT d;
SELECT is(mpos.flush(), 1, 'a flush inside a savepoint takes what was changed before it');
ROLLBACK TO d;
SELECT is(mpos.flush(), 1, 'and is repeated when the savepoint is rolled back');
SELECT is((SELECT count(*) FROM tests.sections('acme') WHERE kind = 1 AND body LIKE '%"early"%'), 1::bigint, 'with one entry in the end');

-- bulk
DO $$
BEGIN
    EXECUTE format('COPY pos.thing (tenant_id, outlet_id, thing_id, name) FROM PROGRAM %L', format(
        'awk ''BEGIN { for (i = 1; i <= 600; i++) printf "%%s\t%%s\t00000000-0000-7000-8000-%%012d\tcopied\n", "%s", "%s", i }''',
        tests.id('acme'), tests.id('acme/main')));
END
$$;
SELECT is(mpos.flush(), 3, '600 copied rows are three parts');
SELECT is((SELECT string_agg(encode(substr(header, 53, 4), 'hex'), ',' ORDER BY seq) FROM tests.entries WHERE seq >= (SELECT next_seq - 3 FROM tests.head)),
          '00000003,00010003,00020003', 'the parts are numbered');
SAVEPOINT bulk;
INSERT INTO pos.thing SELECT tests.id('acme'), tests.id('acme/main'), gen_random_uuid(), 'x' FROM generate_series(1, 64 * 256 + 1);
SELECT throws_ok('SELECT mpos.flush()', 'MP103', NULL, 'more than 64 parts of one journal are refused');
ROLLBACK TO bulk;

-- what is refused
SELECT throws_ok('TRUNCATE pos.thing', 'MP102', NULL, 'TRUNCATE is refused');
SELECT is((SELECT array_agg(next_seq = count AND min = 0 AND max = next_seq - 1) FROM tests.head,
            (SELECT count(*), min(seq), max(seq) FROM tests.entries) e), '{t}', 'the numbers are gapless');
SELECT throws_ok($$ INSERT INTO pos.thing VALUES (tests.id('nobody'), NULL, tests.id('z')); SELECT mpos.flush() $$, 'MP104', NULL,
                 'a row of a tenant without a journal cannot be written');
SELECT throws_ok($$ UPDATE pos.thing SET qty = 9007199254740992 WHERE name = 'kept' $$, '22003', NULL,
                 'an integer that JSON cannot hold exactly is refused, not rounded');
SELECT throws_ok($$ SELECT mpos.journal_create(tests.id('acme'), NULL, 'tests/again') $$, '23505', NULL, 'a tenant has one journal');

-- packed bytes of every kind stay readable: what is there was made when the kind was introduced
SELECT is(convert_from(mpos.unpack(decode(packed, 'hex')), 'UTF8'), '["order_line","","U",1,{"item_id":"","qty":1000000,"state":"new","total":264}]', 'kind ' || left(packed, 2) || ' is unpacked')
  FROM (VALUES ('00' || encode('["order_line","","U",1,{"item_id":"","qty":1000000,"state":"new","total":264}]', 'hex')),
    ('0128b52ffd204e550000000200d926121c5e0002'),
    ('0228b52ffd204e850100985b5f6c696e65222c55222c3131303236347d5d09002b4441021120b958806b485108e14630b023461cc65a0043be02'),
    ('0328b52ffd21034e55000000023cd9b60b47131b20'),
    ('0428b52ffd21044e750100985b5f6c696e65222c55222c3131303236347d5d09fc2b880427c9bb49ec14fd77e328ed3c248ebc1c4003f23901')) v(packed);
SELECT is(mpos.unpack('\x0528b52ffd21034e55000000023cd9b60b47131b20'), '', 'a kind that is none gives nothing');
SELECT * FROM finish();
ROLLBACK;

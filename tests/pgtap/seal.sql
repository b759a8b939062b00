-- seal.sql: tiles, roots and proofs, checkpoints and what makes them due, the platform's journal, epochs, alarms.
BEGIN;
\ir helpers.sql
SELECT plan(88);
SELECT tests.tenant('acme');
SELECT tests.make_thing();
SELECT journal_id AS journal FROM journal.journal WHERE origin = 'tests/acme/main' \gset
SELECT journal_id AS platform FROM journal.journal WHERE kind = 'platform' \gset
-- Entries of one row each.
CREATE FUNCTION tests.add(count integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. count LOOP
        INSERT INTO pos.thing VALUES (tests.id('acme'), tests.id('acme/main'), gen_random_uuid(), 'n');
        PERFORM mpos.flush();
    END LOOP;
END
$$;
-- The tree by its definition, from the entries.
CREATE FUNCTION tests.root(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    n integer := cardinality(leaves);
    k integer := 1;
BEGIN
    IF n = 1 THEN
        RETURN leaves[1];
    END IF;
    WHILE k * 2 < n LOOP
        k := k * 2;
    END LOOP;
    RETURN sha256('\x01'::bytea || tests.root(leaves[:k]) || tests.root(leaves[k + 1:]));
END
$$;
CREATE FUNCTION tests.leaves(journal uuid, number integer, size bigint) RETURNS bytea[] LANGUAGE sql AS $$
    SELECT array_agg(leaf ORDER BY seq) FROM journal.entry e WHERE e.journal_id = journal AND e.epoch = number AND e.seq < size
$$;
-- A note as the signer would make it, with a signature of nobody.
CREATE FUNCTION tests.note(journal uuid, number integer, size bigint) RETURNS text LANGUAGE sql AS $$
    SELECT format(E'%s/%s\n%s\n%s\n\n\u2014 %s/%s AAAA\n', j.origin, number, size, encode(mpos.tree_root(journal, number, size), 'base64'),
                  j.origin, number) FROM journal.journal j WHERE j.journal_id = journal
$$;
CREATE FUNCTION tests.sign(journal uuid, number integer, size bigint) RETURNS void LANGUAGE sql AS $$
    SELECT mpos.checkpoint_store(journal, number, size, mpos.tree_root(journal, number, size), tests.note(journal, number, size))
$$;
CREATE FUNCTION tests.due(journal uuid) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s>%s', d.origin, d.epoch, d.previous_size, d.size), ', ' ORDER BY d.epoch)
      FROM mpos.signing_due(1000000) d WHERE d.journal_id = journal
$$;

-- tiles
SELECT is(mpos.seal(:'journal'), 0::bigint, 'an empty journal has an empty tree');
SELECT is(mpos.tree_root(:'journal', 0, 0), sha256(''), 'whose root is that of nothing');
SELECT tests.add(300);
SELECT is(mpos.seal(:'journal'), 300::bigint, 'every entry is sealed');
SELECT is((SELECT array_agg((level, n, width)::text ORDER BY level, n) FROM journal.tile WHERE journal_id = :'journal'),
          '{"(0,0,256)","(0,1,44)","(1,0,1)"}', 'in tiles of 256 and the level above');
SELECT is((SELECT string_agg(hashes, '' ORDER BY n) FROM journal.tile WHERE journal_id = :'journal' AND level = 0),
          (SELECT string_agg(leaf, '' ORDER BY seq) FROM journal.entry WHERE journal_id = :'journal'), 'which hold the leaves');
SELECT is(mpos.tree_root(:'journal', 0, s), tests.root(tests.leaves(:'journal', 0, s)), format('the root of %s leaves is the tree''s', s))
  FROM unnest('{1,2,3,255,256,257,300}'::bigint[]) s;
SELECT throws_ok(format('SELECT mpos.tree_root(%L, 0, 301)', :'journal'), 'MP005', NULL, 'no root beyond what is sealed');
SELECT tests.add(1);
SELECT is(mpos.seal(:'journal'), 301::bigint, 'one more entry');
SELECT is(mpos.seal(:'journal'), 301::bigint, 'sealing again changes nothing');
SELECT is(mpos.tree_root(:'journal', 0, 301), tests.root(tests.leaves(:'journal', 0, 301)), 'is one more leaf');

-- proofs
SELECT is(cardinality(mpos.inclusion_proof(:'journal', 0, 0, 256)), 8, 'a proof in a full tile has eight hashes');
SELECT is((mpos.inclusion_proof(:'journal', 0, 1, 300))[1], leaf, 'the first of them is the sibling')
  FROM journal.entry WHERE journal_id = :'journal' AND seq = 0;
SELECT is((mpos.consistency_proof(:'journal', 0, 256, 257))[1], leaf, 'what a full tile grew by is the new leaf')
  FROM journal.entry WHERE journal_id = :'journal' AND seq = 256;
SELECT is(mpos.consistency_proof(:'journal', 0, 300, 300), '{}', 'a tree is consistent with itself');
SELECT throws_ok(format('SELECT mpos.%s', call), 'MP005', NULL, 'no ' || call) FROM unnest(ARRAY[
    format('inclusion_proof(%L, 0, 300, 300)', :'journal'), format('inclusion_proof(%L, 0, -1, 300)', :'journal'),
    format('inclusion_proof(%L, 0, 0, 302)', :'journal'), format('consistency_proof(%L, 0, 0, 300)', :'journal'),
    format('consistency_proof(%L, 0, 300, 299)', :'journal'), format('inclusion_proof(%L, 1, 0, 1)', :'journal')]) call;

-- checkpoints
SELECT is(tests.due(:'journal'), 'tests/acme/main/0 0 0>301', 'a journal without checkpoint is due');
SELECT next_seq AS before FROM journal.head WHERE journal_id = :'platform' \gset
SELECT tests.sign(:'journal', 0, 301);
SELECT is(tests.due(:'journal'), NULL, 'a signed one is not');
SELECT tests.add(1);
SELECT is(mpos.seal(:'journal'), 302::bigint, 'it moves');
SELECT is(tests.due(:'journal'), NULL, 'but is signed every ten seconds at most');
UPDATE journal.sealed SET signed_at = now() - interval '10 s' WHERE journal_id = :'journal';
SELECT is(tests.due(:'journal'), 'tests/acme/main/0 0 301>302', 'after ten seconds it is due');
UPDATE journal.sealed SET signed_at = now() WHERE journal_id = :'journal';
SELECT mpos.checkpoint_ask(:'journal');
SELECT is(tests.due(:'journal'), 'tests/acme/main/0 0 301>302', 'or when somebody asks');
SELECT throws_ok(format($$ SELECT mpos.checkpoint_store(%L, 0, 302, mpos.tree_root(%1$L, 0, 301), tests.note(%1$L, 0, 302)) $$, :'journal'),
                 'MP104', NULL, 'a checkpoint of another root is refused');
SELECT throws_ok(format($$ SELECT mpos.checkpoint_store(%L, 0, 302, mpos.tree_root(%1$L, 0, 302), tests.note(%1$L, 0, 301)) $$, :'journal'),
                 'MP104', NULL, 'and one whose note says something else');
SELECT throws_ok(format('SELECT tests.sign(%L, 0, 300)', :'journal'), 'MP005', NULL, 'and one that is older than the last');
SELECT lives_ok(format('SELECT tests.sign(%L, 0, 301)', :'journal'), 'the same again changes nothing');
SELECT throws_ok(format($$ SELECT mpos.checkpoint_store(%L, 0, 301, mpos.tree_root(%1$L, 0, 301), tests.note(%1$L, 0, 301) || E'x\n') $$, :'journal'),
                 'MP005', NULL, 'another note of the same size is refused');
SELECT tests.sign(:'journal', 0, 302);
SELECT is((SELECT count(*) FROM journal.demand WHERE journal_id = :'journal'), 0::bigint, 'who asked has been answered');
SELECT mpos.checkpoint_ask(:'journal');
SELECT is((SELECT count(*) FROM journal.demand WHERE journal_id = :'journal'), 0::bigint, 'asking for what is signed asks for nothing');
SELECT mpos.cosignature_store(:'journal', 0, 302, 'witness.example', E'\u2014 witness.example BBBB');
SELECT throws_ok(format($$ SELECT mpos.cosignature_store(%L, 0, 302, 'w', 'no line') $$, :'journal'), 'MP007', NULL, 'a cosignature is a signature line');
SELECT throws_ok(format($$ SELECT mpos.cosignature_store(%L, 0, 299, 'w', E'\u2014 w AAAA') $$, :'journal'), '23503', NULL, 'of a checkpoint that exists');
SELECT mpos.signing_key_store('acme+0a0b0c0d+AQ==');
SELECT mpos.signing_key_store('acme+0a0b0c0d+AQ==');
SELECT mpos.signing_key_store('acme+11111111+AQ==');
SELECT is((SELECT array_agg((key_id, retired_at IS NULL)::text ORDER BY key_id) FROM journal.signing_key WHERE vkey LIKE 'acme+%'),
          '{"(0a0b0c0d,f)","(11111111,t)"}', 'a new key retires the one before');
SELECT throws_ok($$ SELECT mpos.signing_key_store('no key') $$, 'MP007', NULL, 'a key has its form');

-- the public side, asked for by nobody in particular
CREATE FUNCTION tests.ask(operation text, params jsonb) RETURNS TABLE(status integer, body text, entries bytea) LANGUAGE sql VOLATILE AS $$
    SELECT c.status, c.body, c.entries
      FROM (SELECT 'MCX1'::bytea || int4send(1) || decode(repeat('00', 80), 'hex') || int4send(0) || int4send(0) || int8send(2)
                || int8send(tests.microseconds(clock_timestamp() + interval '30 s')) || decode(repeat('00', 48), 'hex')) s(signed)
     CROSS JOIN LATERAL mpos.call('00000000-0000-0000-0000-000000000000', signed || public.hmac(signed, tests.context_key(), 'sha256'),
                                  operation, jsonb_build_object('params', params, 'body', NULL)) c
$$;
CREATE FUNCTION tests.refused(operation text, params text) RETURNS text LANGUAGE sql AS $$
    SELECT tests.sqlstate_of(format('SELECT * FROM tests.ask(%L, %L)', operation, params))
$$;
SELECT format('{"journal_id": "%s"', :'journal') AS at \gset
SELECT is(body, tests.note(:'journal', 0, 302) || E'\u2014 witness.example BBBB\n', 'a checkpoint comes with its witnesses')
  FROM tests.ask('journal.checkpoint', (:'at' || '}')::jsonb);
SELECT is(entries, hashes, 'a full tile comes as it is') FROM tests.ask('journal.tile', (:'at' || ', "level": "0", "n": "0", "width": "256"}')::jsonb),
       journal.tile WHERE journal_id = :'journal' AND level = 0 AND n = 0;
SELECT is(entries, substr(hashes, 1, 96), 'a partial tile is the beginning of a wider one')
  FROM tests.ask('journal.tile', (:'at' || ', "epoch": "0", "level": "0", "n": "1", "width": "3"}')::jsonb),
       journal.tile WHERE journal_id = :'journal' AND level = 0 AND n = 1;
SELECT is(entries, (SELECT string_agg(int2send(200::int2) || header, '' ORDER BY seq) FROM journal.entry
            WHERE journal_id = :'journal' AND seq BETWEEN 256 AND 300), 'a bundle has the headers with their length')
  FROM tests.ask('journal.bundle', (:'at' || ', "n": "1", "width": "45"}')::jsonb);
SELECT is(body, format(E'c2sp.org/tlog-proof@v1\nindex 299\n%s\n\n%s', (SELECT string_agg(encode(h, 'base64'), E'\n' ORDER BY n)
            FROM unnest(mpos.inclusion_proof(:'journal', 0, 299, 302)) WITH ORDINALITY p(h, n)),
                       tests.note(:'journal', 0, 302) || E'\u2014 witness.example BBBB\n'), 'a proof is one text')
  FROM tests.ask('journal.proof', (:'at' || ', "seq": "299"}')::jsonb);
SELECT tests.add(1);
SELECT is((status, body)::text, '(409,"{""code"":""checkpoint_pending""}")', 'an entry without checkpoint yet is pending')
  FROM tests.ask('journal.proof', (:'at' || ', "seq": "302"}')::jsonb);
SELECT is((SELECT size FROM journal.demand WHERE journal_id = :'journal'), 303::bigint, 'and its checkpoint asked for');
SELECT is(tests.refused(operation, :'at' || more), 'MP030', operation || more || ' is not there') FROM (VALUES
    ('journal.proof', ', "seq": "303"}'), ('journal.checkpoint', ', "epoch": "1"}'), ('journal.tile', ', "level": "0", "n": "2", "width": "1"}'),
    ('journal.tile', ', "level": "0", "n": "1", "width": "47"}'), ('journal.tile', ', "level": "2", "n": "0", "width": "1"}'),
    ('journal.bundle', ', "n": "1", "width": "48"}'), ('journal.bundle', ', "n": "36028797018963966", "width": "256"}')) bad(operation, more);
SELECT is(tests.refused('journal.checkpoint', format('{"journal_id": "%s"}', tests.id('nobody'))), 'MP030', 'nor is a journal that does not exist');
SELECT is(tests.refused('journal.tile', :'at' || ', "level": "8", "n": "0", "width": "1"}'), 'MP005', 'nor a ninth level');
SELECT is(mpos.seal(:'journal'), 303::bigint, 'it is sealed');
SELECT tests.sign(:'journal', 0, 303);

-- the signer's rights
SELECT is((SELECT array_agg(oid::regclass::text) FROM pg_class WHERE relnamespace IN ('journal'::regnamespace, 'pos'::regnamespace)
              AND relkind IN ('r', 'p', 'v') AND has_table_privilege('mpos_signer', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')),
          NULL, 'the signer has no right on any table');
SELECT is(has_function_privilege('mpos_signer', 'mpos.call(uuid,bytea,text,jsonb)', 'execute')
          OR has_function_privilege('mpos_signer', 'mpos.platform_append(integer,bytea,text)', 'execute')
          OR has_function_privilege('mpos_app', 'mpos.checkpoint_store(uuid,integer,bigint,bytea,text)', 'execute'), false,
          'the signer calls nothing else, nobody else stores checkpoints');

-- the next epoch: as if another cluster had written before
UPDATE journal.head SET system_id = system_id + 1 WHERE journal_id = :'journal';
SELECT tests.add(2);
SELECT is(mpos.seal(:'journal'), 3::bigint, 'the new epoch is a tree of its own');
SELECT is((SELECT array_agg((epoch, size, ended)::text ORDER BY epoch) FROM journal.sealed WHERE journal_id = :'journal'),
          '{"(0,303,t)","(1,3,f)"}', 'and the old one has ended');
SELECT is(e.*::text, (303, mpos.tree_root(:'journal', 0, 303))::text, 'with its size and root') FROM mpos.epoch_end(:'journal', 0) e;
SELECT is((SELECT substr(header, 105, 32) FROM journal.entry WHERE journal_id = :'journal' AND epoch = 1 AND seq = 0),
          sha256('mpos.genesis.v1'::bytea || '\x00' || int2send(17::int2) || 'tests/acme/main/1'::bytea || int4send(1)
                 || sha256(convert_to(tests.note(:'journal', 0, 303), 'UTF8'))),
          'the new chain begins at the last note of the old epoch');
SELECT alike((SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry WHERE journal_id = :'journal' AND epoch = 1 AND seq = 0),
            '%{"from_epoch":0,"from_leaf":"%","from_note":"%","from_size":303,"op":"epoch_open","reason":"restore"}', 'and says why');
UPDATE journal.head SET timeline = timeline + 1 WHERE journal_id = :'journal';
SELECT tests.add(1);
SELECT alike((SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry WHERE journal_id = :'journal' AND epoch = 2 AND seq = 0),
            '%"from_epoch":1,%"from_size":3,"op":"epoch_open","reason":"promotion"}', 'another timeline is a promotion');
SELECT is(mpos.epoch_open(:'journal'), 3, 'the signer may ask for another epoch');
SELECT is(mpos.seal(:'journal'), 1::bigint, 'which is sealed too');
SELECT is((SELECT count(*) FROM mpos.verify(:'journal')), 0::bigint, 'all four verify');
SELECT is(tests.due(:'journal'), 'tests/acme/main/1 1 0>3, tests/acme/main/2 2 0>2, tests/acme/main/3 3 0>1', 'and are due under their own origins');

-- damage
SELECT is((SELECT alarms_open FROM mpos.seal_state()), 0::bigint, 'no alarm so far');
SELECT tests.add(3);
SELECT is(mpos.seal(:'journal'), 4::bigint, 'more entries');
SELECT tests.add(3);
CREATE FUNCTION tests.damage(journal uuid, harm text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE harm;
    SET LOCAL client_min_messages = error;
    PERFORM mpos.seal(journal);
    SELECT format('%s %s %s %s', a.kind, a.epoch, a.seq, s.state) INTO found
      FROM journal.alarm a JOIN journal.sealed s USING (journal_id) WHERE a.journal_id = journal AND NOT s.ended AND a.resolved_at IS NULL;
    RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(found, 'nothing found');
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
    RETURN SQLERRM;
END
$$;
SELECT is(tests.damage(:'journal', format(harm, :'journal')), expected || ' stopped', expected) FROM (VALUES
    ('UPDATE journal.entry SET leaf = sha256(leaf) WHERE journal_id = %L AND epoch = 3 AND seq = 5', 'leaf 3 5'),
    ('UPDATE journal.entry SET header = set_byte(header, 150, 1 # get_byte(header, 150)), leaf = sha256(''\x00'' || set_byte(header, 150, 1 # get_byte(header, 150)))
        WHERE journal_id = %L AND epoch = 3 AND seq = 5', 'chain 3 6'),
    ('UPDATE journal.entry SET header = set_byte(header, 0, 0), leaf = sha256(''\x00'' || set_byte(header, 0, 0)) WHERE journal_id = %L AND epoch = 3 AND seq = 5', 'header 3 5'),
    ('DELETE FROM journal.entry WHERE journal_id = %L AND epoch = 3 AND seq = 5', 'gap 3 5'),
    ('DELETE FROM journal.entry WHERE journal_id = %L AND epoch = 3 AND seq = 6', 'gap 3 6'),
    ('UPDATE journal.head SET last_leaf = sha256(last_leaf) WHERE journal_id = %L', 'head 3 7'),
    ('UPDATE journal.head SET next_seq = 2 WHERE journal_id = %L', 'head 3 4'),
    ('UPDATE journal.head SET epoch = 1, next_seq = 3 WHERE journal_id = %L', 'head 3 4')) harms(harm, expected);
SELECT is(tests.damage(:'journal', 'SELECT 1'), 'nothing found', 'nothing without harm');
SELECT throws_ok(format('UPDATE journal.tile SET hashes = substr(hashes, 33) WHERE journal_id = %L AND epoch = 3; SELECT mpos.seal(%1$L)', :'journal'),
                 'MP104', NULL, 'a tile of another width cannot be extended');

-- the platform's journal gets its entries at commit, in the order in which they came
SAVEPOINT lost;
SELECT mpos.platform_append(6, NULL, '{"op":"lost"}');
ROLLBACK TO lost;
SELECT is((SELECT next_seq FROM journal.head WHERE journal_id = :'platform'), :before::bigint, 'nothing before the commit');
SELECT throws_ok($$ SELECT mpos.platform_append(10, NULL, '{}') $$, '22023', NULL, 'an entry has a kind');
SELECT throws_ok($$ SELECT mpos.platform_append(6, '\x00', '{}') $$, '22023', NULL, 'and an aux hash of 32 bytes');

-- 36 months: a cursor finds its partition
SELECT mpos.journal_months(36);
CREATE FUNCTION tests.explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END
$$;
SELECT is((SELECT count(*) FROM tests.explain(format($$ SELECT * FROM journal.entry WHERE journal_id = %L AND epoch = 0 AND seq >= 5
            AND month = %L ORDER BY seq LIMIT 100 $$, :'journal', (SELECT month FROM journal.segment WHERE journal_id = :'journal' AND epoch = 0
            AND first_seq <= 5 ORDER BY month DESC LIMIT 1))) line WHERE line LIKE '%entry_20%_pkey%'), 1::bigint, 'a cursor reads one partition of 36');
SELECT * FROM finish();
ROLLBACK;

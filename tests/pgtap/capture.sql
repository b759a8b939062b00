-- capture.sql: every way to change a row of a journalled table reaches the journal once, and what is rolled back does not.
BEGIN;
\ir helpers.sql
SELECT plan(39);
SELECT tests.tenant('acme');
SELECT mpos.journal_create(tests.id('acme'), tests.id('acme/side'), 'tests/acme/side');
SELECT mpos.flush(); -- the session
SELECT tests.make_thing();
-- What feeds of both outlets said since the last look: operation and name or quantity.
CREATE TABLE tests.looked (name text, seq bigint);
INSERT INTO tests.looked VALUES ('acme/main', -1), ('acme/side', -1), ('acme', 0);
CREATE FUNCTION tests.news() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM mpos.flush();
    SELECT string_agg(concat_ws(' ', replace(l.name, 'acme/', ''), c ->> 2, c #>> '{4,name}', c #>> '{4,qty}'), ', ' ORDER BY l.name, s.seq, n) INTO answer
      FROM tests.looked l CROSS JOIN LATERAL tests.sections_of('tests/' || l.name) s
     CROSS JOIN LATERAL unnest(string_to_array(s.body, E'\n')) WITH ORDINALITY u(line, n) CROSS JOIN LATERAL (SELECT line::jsonb AS c) j
     WHERE s.kind = 1 AND s.seq > l.seq;
    UPDATE tests.looked l SET seq = h.next_seq - 1 FROM journal.journal j JOIN journal.head h USING (journal_id) WHERE j.origin = 'tests/' || l.name;
    RETURN coalesce(answer, 'nothing');
END
$$;
CREATE FUNCTION tests.sections_of(origin text) RETURNS TABLE(seq bigint, kind integer, topic text, body text) LANGUAGE sql AS $$
    SELECT s.* FROM tests.sections(split_part(origin, '/', 2), true) s WHERE origin = 'tests/acme/main'
    UNION ALL SELECT s.* FROM tests.sections(split_part(origin, '/', 2), false) s WHERE origin = 'tests/acme'
    UNION ALL SELECT e.seq, 1, 'thing', (regexp_match(encode(mpos.unpack(e.packed), 'escape'), '(\["thing".*)\{"(?:op|next)"'))[1] FROM journal.entry e JOIN journal.journal j USING (journal_id)
        WHERE j.origin = $1 AND $1 = 'tests/acme/side'
$$;
CREATE FUNCTION tests.add(name text, outlet text DEFAULT 'acme/main') RETURNS void LANGUAGE sql AS $$
    INSERT INTO pos.thing (tenant_id, outlet_id, thing_id, name, qty) VALUES (tests.id('acme'), tests.id(outlet), tests.id(name), name, 1)
$$;
CREATE FUNCTION tests.main() RETURNS uuid LANGUAGE sql AS $$ SELECT tests.id('acme/main') $$;

-- subtransactions
SELECT tests.add('a');
SELECT is(tests.news(), 'main U a 1', 'a row');
SAVEPOINT one;
SELECT tests.add('b');
SAVEPOINT two;
SELECT tests.add('c');
RELEASE two;
SAVEPOINT three;
SELECT tests.add('d');
ROLLBACK TO three;
SELECT tests.add('e');
SELECT is(tests.news(), 'main U b 1, main U c 1, main U e 1', 'nested savepoints: what was released stays');
ROLLBACK TO one;
SELECT is((SELECT next_seq FROM journal.head JOIN journal.journal USING (journal_id) WHERE origin = 'tests/acme/main'), 1::bigint, 'an entry goes with its savepoint');
UPDATE tests.looked SET seq = 0 WHERE name = 'acme/main';
SELECT is(tests.news(), 'nothing', 'and with its rows');
SELECT tests.add('f');
SAVEPOINT four;
SELECT tests.add('g');
SAVEPOINT five;
SELECT mpos.flush();
SELECT tests.add('h');
RELEASE five;
SELECT mpos.flush();
ROLLBACK TO four;
SELECT is(tests.news(), 'main U f 1', 'two early flushes inside savepoints, the inner released: what came before is appended again');
DO $$
BEGIN
    PERFORM tests.add('i');
    BEGIN
        PERFORM tests.add('j');
        PERFORM mpos.flush();
        RAISE EXCEPTION 'back';
    EXCEPTION WHEN raise_exception THEN
        PERFORM tests.add('k');
    END;
    BEGIN
        PERFORM tests.add('l');
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
END
$$;
SELECT is(tests.news(), 'main U i 1, main U k 1, main U l 1', 'exception blocks of a DO block');
CREATE TABLE tests.cause (name text);
CREATE FUNCTION tests.effect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM tests.add(NEW.name); PERFORM mpos.flush(); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER effect AFTER INSERT ON tests.cause DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tests.effect();
SELECT tests.add('m');
INSERT INTO tests.cause VALUES ('n');
SAVEPOINT six;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(tests.news(), 'main U m 1, main U n 1', 'a deferred trigger that flushes, made immediate in a savepoint');
ROLLBACK TO six;
UPDATE tests.looked l SET seq = h.next_seq - 1 FROM journal.journal j JOIN journal.head h USING (journal_id) WHERE j.origin = 'tests/' || l.name;
SELECT is(tests.news(), 'main U m 1', 'the savepoint rolled back: what it flushed early is still to be appended');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(tests.news(), 'main U n 1', 'and the trigger fires again');

-- statements
INSERT INTO pos.thing (tenant_id, outlet_id, thing_id, name, qty) VALUES (tests.id('acme'), tests.main(), tests.id('a'), 'a', 5)
    ON CONFLICT (tenant_id, thing_id) DO UPDATE SET qty = EXCLUDED.qty;
SELECT is(tests.news(), 'main U 5', 'INSERT ... ON CONFLICT DO UPDATE is an update');
INSERT INTO pos.thing (tenant_id, outlet_id, thing_id, name, qty) VALUES (tests.id('acme'), tests.main(), tests.id('a'), 'a', 6) ON CONFLICT DO NOTHING;
SELECT is(tests.news(), 'nothing', 'DO NOTHING is nothing');
MERGE INTO pos.thing t USING (VALUES ('a', 7), ('f', 0), ('o', 8)) s(name, qty) ON t.tenant_id = tests.id('acme') AND t.thing_id = tests.id(s.name)
    WHEN MATCHED AND s.qty = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET qty = s.qty
    WHEN NOT MATCHED THEN INSERT (tenant_id, outlet_id, thing_id, name, qty) VALUES (tests.id('acme'), tests.main(), tests.id(s.name), s.name, s.qty);
SELECT is((SELECT string_agg(n, ',' ORDER BY n) FROM unnest(string_to_array(tests.news(), ', ')) n), 'main D,main U 7,main U o 8', 'MERGE inserts, updates and deletes');
UPDATE pos.thing SET outlet_id = tests.id('acme/side') WHERE name = 'a';
SELECT is(tests.news(), 'main D, side U a 7', 'a row moved to another outlet is in both journals');
SELECT is((SELECT string_agg(coalesce((regexp_match(encode(mpos.unpack(e.packed), 'escape'), '"next":"([^"]*)"'))[1]
                                      = rtrim(translate(encode(uuid_send(o.journal_id), 'base64'), '+/', '-_'), '='), false)::text, ' ')
             FROM journal.journal j JOIN journal.journal o ON o.tenant_id = j.tenant_id AND o.outlet_id <> j.outlet_id
             JOIN journal.head h ON h.journal_id = j.journal_id JOIN journal.entry e ON e.journal_id = j.journal_id AND e.epoch = h.epoch AND e.seq = h.next_seq - 1
            WHERE j.origin IN ('tests/acme/main', 'tests/acme/side')), 'true true', 'and each entry names the other journal');
UPDATE pos.thing SET thing_id = tests.id('renamed') WHERE name = 'o';
SELECT is(tests.news(), 'main D, main U o 8', 'another key is another row');
UPDATE pos.thing SET name = name;
SELECT is(tests.news(), 'nothing', 'an update of nothing says nothing in the feed');
WITH gone AS (DELETE FROM pos.thing WHERE name = 'i' RETURNING *), more AS (INSERT INTO pos.thing SELECT tenant_id, outlet_id, tests.id('p'), 'p', 1 FROM gone RETURNING *)
    SELECT count(*) FROM more;
SELECT is((SELECT string_agg(n, ',' ORDER BY n) FROM unnest(string_to_array(tests.news(), ', ')) n), 'main D,main U p 1', 'statements inside WITH');
SELECT mpos.assume(tests.id('acme')); -- what a rule adds runs as the table's owner
CREATE RULE thing_kept AS ON DELETE TO pos.thing WHERE OLD.name = 'p' DO INSTEAD UPDATE pos.thing SET qty = 0 WHERE tenant_id = OLD.tenant_id AND thing_id = OLD.thing_id;
DELETE FROM pos.thing WHERE name = 'p';
DROP RULE thing_kept ON pos.thing;
SELECT is(tests.news(), 'main U 0', 'what a rule makes of a statement');
DECLARE c CURSOR FOR SELECT * FROM pos.thing WHERE name = 'p' FOR UPDATE;
MOVE c;
UPDATE pos.thing SET qty = 2 WHERE CURRENT OF c;
CLOSE c;
SELECT is(tests.news(), 'main U 2', 'WHERE CURRENT OF a cursor');

-- foreign keys
CREATE TABLE pos.part (tenant_id uuid NOT NULL, outlet_id uuid, part_id uuid NOT NULL, name text, thing_id uuid, qty bigint, PRIMARY KEY (tenant_id, part_id),
    FOREIGN KEY (tenant_id, thing_id) REFERENCES pos.thing ON DELETE CASCADE ON UPDATE CASCADE);
SELECT mpos.isolate('pos.part');
SELECT mpos.journal('pos.part', topic => 'thing', feed => '{name,qty}', outlet => 'outlet_id');
INSERT INTO pos.part VALUES (tests.id('acme'), tests.main(), tests.id('part'), 'part', tests.id('p'), 1);
SELECT is(tests.news(), 'main U part 1', 'a row that refers to another');
UPDATE pos.thing SET thing_id = tests.id('p2') WHERE name = 'p';
SELECT mpos.flush();
SELECT is((SELECT body::jsonb #>> '{rows,2,0}' FROM tests.sections('acme') WHERE kind = 2 ORDER BY seq DESC LIMIT 1), 'part', 'a cascading update is audited');
UPDATE tests.looked l SET seq = h.next_seq - 1 FROM journal.journal j JOIN journal.head h USING (journal_id) WHERE j.origin = 'tests/' || l.name;
DELETE FROM pos.thing WHERE name = 'p';
SELECT is(tests.news(), 'main D, main D', 'a cascading delete too');

-- partitioned tables
CREATE TABLE pos.count (tenant_id uuid NOT NULL, outlet_id uuid NOT NULL, day date NOT NULL, name text NOT NULL, qty bigint, PRIMARY KEY (tenant_id, outlet_id, day, name)) PARTITION BY RANGE (day);
CREATE TABLE pos.count_1 PARTITION OF pos.count FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
SELECT mpos.isolate('pos.count');
SELECT mpos.journal('pos.count', topic => 'thing', feed => '{name,qty}', outlet => 'outlet_id');
INSERT INTO pos.count VALUES (tests.id('acme'), tests.main(), '2026-01-05', 'x', 1);
SELECT is(tests.news(), 'main U x 1', 'a row of a partition');
CREATE TABLE pos.count_2 PARTITION OF pos.count FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE pos.count_3 (name text NOT NULL, gone integer, qty bigint, day date NOT NULL, outlet_id uuid NOT NULL, tenant_id uuid NOT NULL);
ALTER TABLE pos.count_3 DROP COLUMN gone;
ALTER TABLE pos.count ATTACH PARTITION pos.count_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
INSERT INTO pos.count VALUES (tests.id('acme'), tests.main(), '2026-02-05', 'y', 1), (tests.id('acme'), tests.main(), '2026-03-05', 'z', 1);
SELECT is(tests.news(), 'main U y 1, main U z 1', 'partitions made and attached later, with another order of columns');
INSERT INTO pos.count_3 (tenant_id, outlet_id, day, name, qty) VALUES (tests.id('acme'), tests.main(), '2026-03-06', 'w', 1);
SELECT is(tests.news(), 'main U w 1', 'a row written to the partition itself');
UPDATE pos.count SET day = '2026-02-06' WHERE name = 'x';
SELECT is(tests.news(), 'main D, main U x 1', 'a row that moves to another partition');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgname = 'mpos_capture' AND tgrelid IN (SELECT relid FROM pg_partition_tree('pos.count')) AND tgenabled <> 'A'), 0::bigint,
          'every partition''s trigger is ENABLE ALWAYS');
SELECT is((SELECT string_agg(DISTINCT kind, ',') FROM mpos.verify((SELECT journal_id FROM journal.journal WHERE origin = 'tests/acme/main'))), NULL, 'rows and journal agree after all of this');
SELECT throws_ok($$ SELECT mpos.journal('pos.count_1') $$, '42809', NULL, 'a partition is not put under guard by itself');
CREATE TEMPORARY TABLE fleeting (tenant_id uuid PRIMARY KEY);
SELECT throws_ok($$ SELECT mpos.journal('fleeting') $$, '42809', NULL, 'nor a temporary table');

-- bulk
SELECT throws_ok($$ SELECT mpos.bulk('') $$, '22023', NULL, 'a bulk change needs a reason');
SAVEPOINT bulk;
SELECT mpos.bulk('first load');
INSERT INTO pos.thing SELECT tests.id('acme'), tests.main(), gen_random_uuid(), 'x' FROM generate_series(1, 65 * 256);
SELECT is(mpos.flush(), 65, 'a declared bulk change may have more than 64 parts');
SELECT is((SELECT body::jsonb ->> 'bulk' FROM tests.sections('acme') WHERE kind = 2 ORDER BY seq DESC LIMIT 1), 'first load', 'and says why');
ROLLBACK TO bulk;
INSERT INTO pos.thing SELECT tests.id('acme'), tests.main(), gen_random_uuid(), 'x' FROM generate_series(1, 65 * 256);
SELECT throws_ok('SELECT mpos.flush()', 'MP103', NULL, 'the declaration goes with its savepoint');
ROLLBACK TO bulk;
INSERT INTO pos.thing SELECT tests.id('acme'), tests.main(), tests.id('wide' || i), repeat('x', 40000) FROM generate_series(1, 7) i;
SELECT is(mpos.flush(), 7, 'an entry holds 128 KiB of text: one of these rows, its image and its feed line');
INSERT INTO pos.thing SELECT tests.id('acme'), tests.main(), tests.id('very wide'), repeat('x', 400000);
SELECT is(mpos.flush(), 1, 'a row that is larger by itself is an entry by itself');
SELECT is((SELECT string_agg(DISTINCT kind, ',') FROM mpos.verify((SELECT journal_id FROM journal.journal WHERE origin = 'tests/acme/main'))), NULL, 'all of it verified');
SELECT tests.news() \g /dev/null
SET LOCAL ROLE mpos_app;
SELECT throws_ok($$ SELECT mpos.bulk('why') $$, '42501', NULL, 'the application cannot declare a bulk change');
SELECT throws_ok($$ SELECT mpos.flush() $$, '42501', NULL, 'nor flush');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;

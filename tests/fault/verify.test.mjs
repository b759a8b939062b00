// mpos verify by SQL against single tamperings of a database that the superuser makes: each is found at its place, and
// nothing is found on clean data. The signer here is node, so that notes are another implementation's.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkpointText, noteKey, noteLine, signedNote } from '../vectors/tlog.mjs';
import { startCluster } from '../lib/stack.mjs';

const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));
const tenant = '0188a0f0-0000-7000-8000-000000000001';
const outlet = '0188a0f0-0000-7000-8000-000000000002';
const terrace = '0188a0f0-0000-7000-8000-000000000003';
const kiosk = '0188a0f0-0000-7000-8000-000000000004';
const key = noteKey('mpos.example', 11);
const tables = ['journal.entry', 'journal.head', 'journal.segment', 'journal.tile', 'journal.checkpoint', 'journal.sealed',
  'journal.signing_key', 'journal.manifest', 'journal.retired', 'pos.thing'];
let cluster;
let journal;
let platform;
let other;
let retired;
let month; // the partition that entries go to now

async function sql(text) {
  return (await cluster.psql(text)).trim();
}

/** All entries are in tiles. */
async function sealed() {
  const waiting = `SELECT count(*) FROM journal.head h LEFT JOIN journal.sealed s ON s.journal_id = h.journal_id AND s.epoch = h.epoch
    WHERE h.next_seq > 0 AND coalesce(s.size, 0) < h.next_seq`;
  while (await sql(waiting) !== '0') await new Promise((done) => setImmediate(done));
}

/** What the signer does, with the notes of tlog.mjs. */
async function signAll() {
  await sql(`SELECT mpos.checkpoint_ask(journal_id) FROM journal.journal`);
  const due = JSON.parse(await sql(`SELECT coalesce(json_agg(json_build_array(journal_id, epoch, origin, size, encode(root, 'hex'))), '[]')
    FROM mpos.signing_due(100)`));
  for (const [id, epoch, origin, size, root] of due) {
    const text = checkpointText(origin, size, Buffer.from(root, 'hex'));
    await sql(`SELECT mpos.checkpoint_store('${id}', ${epoch}, ${size}, '\\x${root}', $n$${signedNote(text, noteLine(key, text))}$n$)`);
  }
}

const things = (from, to) => `DO $$ BEGIN
  PERFORM mpos.assume('${tenant}');
  FOR i IN ${from} .. ${to} LOOP
    INSERT INTO pos.thing VALUES ('${tenant}', '${outlet}', md5('thing' || i)::uuid, 'thing' || i, i);
    PERFORM mpos.flush();
  END LOOP; END $$`;

/** One transaction on two outlets, as a transfer of stock is. */
const both = (name) => `INSERT INTO pos.thing SELECT '${tenant}', o, md5('${name}' || o)::uuid, '${name}', 1 FROM unnest('{${outlet},${terrace}}'::uuid[]) o`;

/** A journal of 300 entries, of which 280 would have been appended in January: recorded, prev and leaf made anew. */
const agedJournal = `DO $$
DECLARE
  e record;
  h bytea;
  last bytea;
  journal uuid := (SELECT journal_id FROM journal.journal WHERE origin = 'books/kiosk');
BEGIN
  PERFORM mpos.assume('${tenant}');
  FOR i IN 1 .. 300 LOOP
    INSERT INTO pos.thing VALUES ('${tenant}', '${kiosk}', md5('aged' || i)::uuid, 'aged' || i, i);
    PERFORM mpos.flush();
  END LOOP;
  FOR e IN SELECT * FROM journal.entry WHERE journal_id = journal ORDER BY seq LOOP
    h := CASE WHEN e.seq < 280 THEN overlay(e.header PLACING int8send(1767787200000000 + e.seq) FROM 65) ELSE e.header END;
    IF last IS NOT NULL THEN h := overlay(h PLACING last FROM 105); END IF;
    last := sha256('\\x00'::bytea || h);
    UPDATE journal.entry SET header = h, leaf = last, month = CASE WHEN e.seq < 280 THEN '2026-01-01' ELSE e.month END
     WHERE journal_id = journal AND seq = e.seq;
  END LOOP;
  UPDATE journal.head SET last_leaf = last WHERE journal_id = journal;
  UPDATE journal.segment SET first_seq = 280 WHERE journal_id = journal;
  INSERT INTO journal.segment VALUES (journal, 0, '2026-01-01', 0);
END $$`;

const createThings = `CREATE TABLE pos.thing (tenant_id uuid NOT NULL, outlet_id uuid, thing_id uuid NOT NULL, name text, qty bigint,
      version integer NOT NULL DEFAULT 1, PRIMARY KEY (tenant_id, thing_id));
    SELECT mpos.isolate('pos.thing');
    SELECT mpos.journal('pos.thing', topic => 'thing', feed => '{name,qty}', outlet => 'outlet_id')`;

const keep = async (prefix) => {
  for (const table of tables) await sql(`CREATE TABLE public.${prefix}_${table.replace('.', '_')} AS SELECT * FROM ${table}`);
};

before(async () => {
  cluster = await startCluster();
  await sql(`BEGIN;
    ${createThings};
    SELECT mpos.journal_create('${tenant}', NULL, 'books');
    SELECT mpos.journal_create('${tenant}', '${outlet}', 'books/main');
    SELECT mpos.journal_create('${tenant}', '${terrace}', 'books/terrace');
    SELECT mpos.journal_create('${tenant}', '${kiosk}', 'books/kiosk');
    COMMIT`);
  journal = await sql(`SELECT journal_id FROM journal.journal WHERE origin = 'books/main'`);
  platform = await sql(`SELECT journal_id FROM journal.journal WHERE kind = 'platform'`);
  other = await sql(`SELECT journal_id FROM journal.journal WHERE origin = 'books/terrace'`);
  retired = await sql(`SELECT journal_id FROM journal.journal WHERE origin = 'books/kiosk'`);
  await sql(`SELECT mpos.signing_key_store('${key.vkey}')`);
  await sql(things(1, 300));
  await sql(`CREATE TABLE journal.entry_2026_01 PARTITION OF journal.entry FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')`);
  await sql(agedJournal);
  await sealed();
  await signAll();
  await keep('older');
  await sql(things(301, 310));
  await sql(`INSERT INTO pos.thing SELECT '${tenant}', '${outlet}', md5('many' || i)::uuid, 'many', i FROM generate_series(1, 600) i`);
  await sql(`UPDATE pos.thing SET qty = 1000 WHERE name = 'thing5'; DELETE FROM pos.thing WHERE name = 'thing6'`);
  await sql(`BEGIN; SELECT mpos.rewrite('pos.thing', 'a new column', '{qty}'); UPDATE pos.thing SET qty = qty + 1 WHERE name = 'many'; COMMIT`);
  await sql(`SELECT mpos.erase_payload('${journal}', 0, 20, 'somebody asked'); SELECT mpos.erase_payload('${journal}', 0, 4, 'somebody asked')`);
  await sealed();
  await sql(`SELECT mpos.epoch_open('${journal}')`);
  await sql(things(311, 320));
  await sealed();
  await signAll();
  for (const name of ['both1', 'both2']) await sql(both(name));
  await sql(`SELECT mpos.erase_payload('${retired}', 0, 3, 'somebody asked')`);
  await sealed();
  await signAll();
  await sql(`SELECT mpos.retire_month('2026-01-01'); DROP TABLE journal.entry_2026_01`);
  await sql(`UPDATE pos.thing SET qty = 5 WHERE name IN ('aged2', 'aged290')`);
  await sealed();
  month = await sql(`SELECT tableoid::regclass FROM journal.entry WHERE journal_id = '${journal}' ORDER BY epoch DESC, seq DESC LIMIT 1`);
  await keep('kept');
});
after(() => cluster?.stop());

function verify(...args) {
  const { status, stdout, stderr } = spawnSync(mpos, ['verify', '--vkey', key.vkey, ...args], { env: cluster.psqlEnv });
  return { status, out: stdout.toString(), err: stderr.toString() };
}

// In the catalogue, as somebody would who does not want to be seen: ALTER TABLE is recorded.
const triggers = (state) => `UPDATE pg_trigger SET tgenabled = '${state}' WHERE tgrelid = 'pos.thing'::regclass AND NOT tgisinternal`;
const triggersOff = triggers('D');
const triggersOn = triggers('A');

async function restore() {
  await sql(`SET session_replication_role = replica; ${triggersOff};
    ${tables.map((table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM public.kept_${table.replace('.', '_')};`).join('\n')} ${triggersOn}`);
}

const entry = (set, seq, epoch = 0) => `UPDATE journal.entry SET ${set} WHERE journal_id = '{journal}' AND epoch = ${epoch} AND seq = ${seq}`;
const flip = (column, at) => `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;
const raw = (statement) => `${triggersOff}; ${statement}; ${triggersOn}`;
const at = (seq, epoch = 0) => `epoch=${epoch} seq=${seq}:`;

// Rewrites the journal from an entry on with hashes that fit, as somebody who owns the database could. header and payload say
// what becomes of those of the first (r is its row, p its payload).
const rewritten = (from, header = 'set_byte(r.header, 90, get_byte(r.header, 90) # 1)', payload = 'p') => `DO $$
DECLARE r record; last bytea; h bytea; p bytea;
BEGIN
  SELECT leaf INTO last FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 1 AND seq = ${from} - 1;
  FOR r IN SELECT * FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 1 AND seq >= ${from} ORDER BY seq LOOP
    p := mpos.unpack(r.packed);
    IF r.seq = ${from} THEN p := ${payload}; END IF;
    h := overlay(CASE WHEN r.seq = ${from} THEN ${header} ELSE r.header END PLACING last FROM 105);
    h := overlay(h PLACING sha256('mpos.payload.v1\\000'::bytea || p) FROM 137);
    last := sha256('\\x00'::bytea || h);
    UPDATE journal.entry SET header = h, leaf = last, packed = '\\x00'::bytea || p WHERE journal_id = r.journal_id AND epoch = 1 AND seq = r.seq;
  END LOOP;
  UPDATE journal.head SET last_leaf = last WHERE journal_id = '{journal}';
END $$`;

// What is done where nobody records it: the watch over DDL is off for that long.
const watches = ['start', 'end', 'drop', 'rewrite'].map((name) => `mpos_ddl_${name}`);
const hidden = (...statements) => [...watches.map((name) => `ALTER EVENT TRIGGER ${name} DISABLE`), ...statements,
  ...watches.map((name) => `ALTER EVENT TRIGGER ${name} ENABLE ALWAYS`)].join(';\n');

const tamperings = [
  ...[[0, 'header'], [8, 'header'], [10, 'leaf'], [12, 'leaf'], [16, 'misplaced'], [32, 'misplaced'], [48, 'misplaced'], [52, 'header'],
    [54, 'leaf'], [56, 'misplaced'], [64, 'time|month'], [72, 'leaf'], [88, 'leaf'], [104, 'chain'], [136, 'payload'], [168, 'leaf']]
    .map(([offset, kind]) => [`byte ${offset} of a header`, entry(flip('header', offset), 7), `${kind} .*${at(7)}`]),
  ['a leaf', entry(flip('leaf', 3), 7), `leaf .*${at(7)}`],
  ['a payload', entry(flip('packed', 40), 7), `payload .*${at(7)}`],
  ['a form of packing', entry(flip('packed', 0), 7), `payload .*${at(7)}`],
  ['a payload gone', entry('packed = NULL', 7), `payload_missing .*${at(7)}`],
  ['an erased payload that is there again', entry(`packed = (SELECT packed FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 0 AND seq = 21)`, 20),
    'erasure .*epoch=0'],
  ['an entry gone', `DELETE FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 0 AND seq = 7`, `gap .*${at(7)}`],
  ['two entries exchanged', `${entry('seq = 100000', 7)}; ${entry('seq = 7', 8)}; ${entry('seq = 8', 100000)}`, `misplaced .*${at(7)}`],
  ['the first entry gone', `DELETE FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 0 AND seq = 0`, `gap .*${at(0)}`],
  ['the last entry gone', `DELETE FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 1 AND seq = 12`, `head .*${at(12, 1)}`],
  ['the tail gone, the head set back', `DELETE FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 1 AND seq >= 5; UPDATE journal.head
    SET next_seq = 5, last_leaf = (SELECT leaf FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 1 AND seq = 4) WHERE journal_id = '{journal}'`,
  `tail .*${at(5, 1)}`],
  ['an epoch gone', `DELETE FROM journal.entry WHERE journal_id = '{journal}' AND epoch = 1`, 'head .*epoch=0'],
  ['an entry twice', `INSERT INTO journal.entry SELECT journal_id, epoch, seq, month + interval '1 month', header, leaf, packed FROM journal.entry
    WHERE journal_id = '{journal}' AND epoch = 0 AND seq = 7`, `duplicate .*${at(7)}`],
  ['another month', entry(`month = month + interval '1 month'`, 7), `month .*${at(7)}`],
  ['the end rewritten with hashes that fit', rewritten(6), 'root .*epoch=1'],
  ['the same, found by tiles', rewritten(6), 'tile .*epoch=1'],
  ['the same with tiles and checkpoints gone', `${rewritten(6)}; DELETE FROM journal.tile; DELETE FROM journal.sealed; DELETE FROM journal.checkpoint
    WHERE journal_id = '{journal}'`, "root .*epoch=1.*platform's journal"],
  ['a tile', `UPDATE journal.tile SET ${flip('hashes', 40)} WHERE journal_id = '{journal}' AND epoch = 0 AND level = 0 AND n = 0`, 'tile .*tile 0 of level 0'],
  ['a tile of level 1', `UPDATE journal.tile SET ${flip('hashes', 4)} WHERE journal_id = '{journal}' AND epoch = 0 AND level = 1`, 'tile .*of level 1'],
  ['a tile gone', `DELETE FROM journal.tile WHERE journal_id = '{journal}' AND epoch = 0 AND level = 0 AND n = 0`, 'tile .*tiles are there'],
  ['a root', `UPDATE journal.checkpoint SET ${flip('root', 4)} WHERE journal_id = '{journal}' AND epoch = 0 AND size = 300`, `root .*${at(299)}`],
  ['a note', `UPDATE journal.checkpoint SET note = replace(note, '300', '301') WHERE journal_id = '{journal}' AND size = 300`, `note .*${at(299)}`],
  ['a checkpoint of another time', `UPDATE journal.checkpoint SET size = 301 WHERE journal_id = '{journal}' AND size = 300`, `note .*${at(300)}`],
  ['a checkpoint of more than there is', `UPDATE journal.checkpoint SET size = 100000 WHERE journal_id = '{journal}' AND size = 300`, 'tail .*100000'],
  ['a sealed size of more than there is', `UPDATE journal.sealed SET size = size + 1 WHERE journal_id = '{journal}' AND epoch = 1`, 'tail .*epoch=1'],
  ['the head', `UPDATE journal.head SET next_seq = next_seq + 1 WHERE journal_id = '{journal}'`, 'head .*epoch=1'],
  ["the head's leaf", `UPDATE journal.head SET ${flip('last_leaf', 0)} WHERE journal_id = '{journal}'`, 'head .*epoch=1'],
  ['no head', `DELETE FROM journal.head WHERE journal_id = '{journal}'`, 'head .*epoch=1'],
  ['a segment', `UPDATE journal.segment SET first_seq = first_seq + 1 WHERE journal_id = '{journal}' AND epoch = 0`, 'segment .*epoch=0'],
  ['a row changed', raw(`UPDATE pos.thing SET qty = 77 WHERE name = 'thing9'`), 'row_changed .*seq=[0-9]+: thing'],
  ['a row deleted', raw(`DELETE FROM pos.thing WHERE name = 'thing9'`), 'row_missing .*seq=[0-9]+: thing'],
  ['a row added', raw(`INSERT INTO pos.thing VALUES ('${tenant}', '${outlet}', gen_random_uuid(), 'x', 1)`), 'row_unrecorded .*thing'],
  ['a deleted row again', raw(`INSERT INTO pos.thing VALUES ('${tenant}', '${outlet}', md5('thing6')::uuid, 'thing6', 6)`), 'row_unrecorded .*thing'],
  ['a row of a rewrite changed', raw(`UPDATE pos.thing SET qty = 7 WHERE thing_id = md5('many1')::uuid`), 'row_changed .*thing'],
  ['a manifest', `UPDATE journal.manifest SET body = replace(body, 'thing', 'thong')`, 'manifest .*thing'],
  ['the trigger off', triggersOff, 'trigger_off .*thing'],
  ['the trigger off by ALTER TABLE', 'ALTER TABLE pos.thing DISABLE TRIGGER ALL; ALTER TABLE pos.thing ENABLE TRIGGER ALL', 'guard_lowered .*thing'],
  ['a row of nobody', raw(`INSERT INTO pos.thing VALUES ('${tenant}', gen_random_uuid(), gen_random_uuid(), 'x', 1)`), 'row_homeless .*thing'],
  ["the platform's entry", `UPDATE journal.entry SET ${flip('packed', 60)} WHERE journal_id = '{platform}' AND seq = 0`, 'payload .*seq=0:'],
];

/** A journal's last entries are gone and everything else says so too, but for the checkpoints, which are gone with them. */
const cutOff = (id, from) => `DELETE FROM journal.entry WHERE journal_id = '${id}' AND seq >= ${from};
  UPDATE journal.head SET next_seq = ${from}, last_leaf = (SELECT leaf FROM journal.entry WHERE journal_id = '${id}' AND seq = ${from} - 1) WHERE journal_id = '${id}';
  DELETE FROM journal.tile WHERE journal_id = '${id}'; DELETE FROM journal.sealed WHERE journal_id = '${id}';
  DELETE FROM journal.checkpoint WHERE journal_id = '${id}'; DELETE FROM pos.thing WHERE outlet_id = '${terrace}' AND name = 'both2';
  DELETE FROM journal.entry WHERE journal_id = '${platform}'; UPDATE journal.head SET next_seq = 0 WHERE journal_id = '${platform}'`;

tamperings.push(
  ["another outlet's part of a transaction", () => cutOff(other, 1), `part_missing .*journal=\\S+ epoch=1 seq=[0-9]+: journal {other}`],
  ['the leaves of a retired month', `UPDATE journal.tile SET ${flip('hashes', 40)} WHERE journal_id = '{retired}' AND level = 0 AND n = 0`, 'tile|root .*journal={retired}'],
  ['the last of them', `UPDATE journal.tile SET ${flip('hashes', 32 * (279 - 256))} WHERE journal_id = '{retired}' AND level = 0 AND n = 1`, 'retired .*epoch=0 seq=280:'],
  ['the tiles of a retired month gone', `DELETE FROM journal.tile WHERE journal_id = '{retired}'`, 'retired .*epoch=0 seq=280:'],
  ['a month gone that nobody retired', `DELETE FROM journal.retired WHERE journal_id = '{retired}'`, 'gap .*journal={retired} epoch=0 seq=0:'],
  ['more gone than was retired', `UPDATE journal.retired SET next_seq = 281, last_leaf = (SELECT leaf FROM journal.entry WHERE journal_id = '{retired}' AND seq = 280)
    WHERE journal_id = '{retired}'; DELETE FROM journal.entry WHERE journal_id = '{retired}' AND seq = 280`, 'retired .*journal={retired} epoch=0 seq=[0-9]+: .*another state'],
  ['the entry of a retirement gone', `DELETE FROM journal.entry WHERE journal_id = '{retired}' AND seq > 300`, 'retired .*journal={retired} .*no entry says'],
  ["a retired month's rows", `UPDATE journal.manifest SET body = substr(body, strpos(body, E'\\n') + 1) WHERE journal_id = '{retired}'`, 'retired .*journal={retired} .*another state'],
  ['a row of a retired month changed', raw(`UPDATE pos.thing SET qty = 7 WHERE name = 'aged3'`), 'row_changed .*epoch=0 seq=279: thing'],
  ['one whose payload was erased before', raw(`UPDATE pos.thing SET qty = 7 WHERE name = 'aged4'`), 'row_changed .*epoch=0 seq=279: thing'],
);

const span = () => {
  const [year, number] = month.match(/(\d{4})_(\d\d)$/).slice(1).map(Number);
  const first = (n) => new Date(Date.UTC(year, n, 1)).toISOString().slice(0, 10);
  return `FOR VALUES FROM ('${first(number - 1)}') TO ('${first(number)}')`;
};
const attached = () => hidden(`ALTER TABLE journal.entry ATTACH PARTITION ${month} ${span()}`);

/** The journal as the older copy has it, and everything that hangs on it; what other journals say of it stays. */
const older = () => [...tables.filter((table) => table.startsWith('journal.') && !/signing_key|manifest|retired/.test(table)).map((table) => `
  DELETE FROM ${table} WHERE journal_id = '{journal}'; INSERT INTO ${table} SELECT * FROM public.older_${table.replace('.', '_')} WHERE journal_id = '{journal}'`),
triggersOff, `DELETE FROM pos.thing WHERE outlet_id = '${outlet}'`, `INSERT INTO pos.thing SELECT * FROM public.older_pos_thing WHERE outlet_id = '${outlet}'`,
triggersOn].join(';\n');

/** Set back to entry 5 of its second epoch, and then on with other sales, by the books. */
async function forked() {
  await sql(`SET session_replication_role = replica; ${triggersOff}; DELETE FROM journal.entry WHERE journal_id = '${journal}' AND epoch = 1 AND seq >= 5;
    UPDATE journal.head SET next_seq = 5, last_leaf = (SELECT leaf FROM journal.entry WHERE journal_id = '${journal}' AND epoch = 1 AND seq = 4)
     WHERE journal_id = '${journal}'; DELETE FROM journal.tile WHERE journal_id = '${journal}' AND epoch = 1;
    DELETE FROM journal.sealed WHERE journal_id = '${journal}' AND epoch = 1;
    DELETE FROM pos.thing WHERE name IN ('thing315', 'thing316', 'thing317', 'thing318', 'thing319', 'thing320', 'both1', 'both2') AND outlet_id = '${outlet}';
    ${triggersOn}`);
  await sql(things(401, 420));
  return 'SELECT 1';
}

tamperings.push(
  ["the length of a payload's section, with hashes that fit", rewritten(6, 'r.header', 'set_byte(p, 17, get_byte(p, 17) # 1)'), `payload_form .*${at(6, 1)}`],
  ['the clock set back, with hashes that fit', rewritten(6, "overlay(r.header PLACING int8send((extract(epoch FROM date_trunc('month', now())) * 1000000)::bigint) FROM 65)"),
    `time .*${at(6, 1)}`],
  ['an entry put in behind the last', `INSERT INTO journal.entry SELECT journal_id, epoch, seq + 1, month, header, leaf, packed FROM journal.entry
    WHERE journal_id = '{journal}' AND epoch = 1 AND seq = 12`, `misplaced .*${at(13, 1)}`],
  ['a change in replica mode', `UPDATE pos.thing SET qty = 9 WHERE name = 'thing9'`, `replica_mode .*${at(13, 1)}`],
  ['a partition emptied', () => hidden(`TRUNCATE ${month}`), `tail .*${at(0)}`],
  ['a partition dropped', () => hidden(`DROP TABLE ${month}`), `tail .*${at(0)}`,
    () => hidden(`CREATE TABLE ${month} PARTITION OF journal.entry ${span()}`)],
  ['a partition detached', () => hidden(`ALTER TABLE journal.entry DETACH PARTITION ${month}`), `tail .*${at(0)}`, attached],
  ['a partition exchanged for one without its first entries', () => hidden(`ALTER TABLE journal.entry DETACH PARTITION ${month}`,
    `DELETE FROM ${month} WHERE journal_id = '{journal}' AND epoch = 0 AND seq < 7`, attached()), `gap .*${at(0)}`],
  ['a journalled table emptied', hidden('ALTER TABLE pos.thing DISABLE TRIGGER mpos_refuse_truncate', 'TRUNCATE pos.thing',
    'ALTER TABLE pos.thing ENABLE ALWAYS TRIGGER mpos_refuse_truncate'), 'row_missing .*epoch=[01] seq=[0-9]+: thing'],
  ['a journalled table dropped', hidden('DROP TABLE pos.thing'), 'trigger_off .*epoch=[01] seq=[0-9]+: thing', () => hidden(createThings)],
  ['a journalled table dropped and made anew', hidden('DROP TABLE pos.thing', createThings), 'row_missing .*epoch=[01] seq=[0-9]+: thing'],
  ['the same with other rows', hidden('DROP TABLE pos.thing', createThings, 'ALTER TABLE pos.thing DISABLE TRIGGER USER',
    'INSERT INTO pos.thing SELECT tenant_id, outlet_id, thing_id, name, qty + 1 FROM public.kept_pos_thing', triggersOn), 'row_changed .*epoch=[01] seq=[0-9]+: thing'],
  ['a journalled table made anew without its guard', hidden('DROP TABLE pos.thing', 'CREATE TABLE pos.thing AS SELECT * FROM public.kept_pos_thing'),
    'trigger_off .*epoch=[01] seq=[0-9]+: thing', () => hidden('DROP TABLE pos.thing', createThings)],
  ['the watch over DDL off', 'ALTER EVENT TRIGGER mpos_ddl_end DISABLE', 'trigger_off .*mpos_ddl_end', () => 'ALTER EVENT TRIGGER mpos_ddl_end ENABLE ALWAYS'],
  ["an older checkpoint replayed in a newer one's place", `UPDATE journal.checkpoint c SET (root, note) = (SELECT root, note FROM journal.checkpoint WHERE journal_id = c.journal_id
    AND epoch = 0 AND size = 300) WHERE journal_id = '{journal}' AND epoch = 1`, 'note .*epoch=1 seq=[0-9]+: .*something else'],
  ["another journal's checkpoint replayed", `UPDATE journal.checkpoint c SET (root, note) = (SELECT root, note FROM journal.checkpoint WHERE journal_id = '{other}'
    ORDER BY size DESC LIMIT 1) WHERE journal_id = '{journal}' AND epoch = 0 AND size = 300`, `note .*${at(299)} .*something else`],
  ['a checkpoint signed with a wrong key', () => `UPDATE journal.checkpoint SET note = $n$${forgedNote}$n$ WHERE journal_id = '{journal}' AND epoch = 0 AND size = 300`,
    `note .*${at(299)} .*`],
  ['a forked log', forked, 'root .*epoch=1 seq=[0-9]+: .*another root'],
  ['the outlet as an older backup has it', older, "tail .*epoch=0 seq=300: .*platform's journal"],
);

let forgedNote; // what the signer signed, signed by somebody else of its name

describe('mpos verify', () => {
  before(async () => {
    const note = await sql(`SELECT note FROM journal.checkpoint WHERE journal_id = '${journal}' AND epoch = 0 AND size = 300`);
    const text = note.slice(0, note.indexOf('\n\n') + 1);
    forgedNote = signedNote(text, noteLine(noteKey('mpos.example', 12), text));
  });

  test('finds nothing on clean data', () => {
    const { status, out } = verify();
    assert.equal(status, 0, out);
    assert.match(out, /checkpoints/);
    assert.match(out, /^clean: 5 journals/m);
    assert.match(out, /after 280 retired/);
  });

  test('finds nothing when the other part of a transaction is in a journal that was not asked for', () => {
    for (const id of [journal, other]) assert.equal(verify('--journal', id).status, 0, id);
  });

  test('finds the missing part when one journal is asked for', async () => {
    await sql(`SET session_replication_role = replica; ${cutOff(other, 1)}`);
    const { status, out } = verify('--journal', journal);
    await restore();
    assert.equal(status, 1, out);
    assert.match(out, new RegExp(`^finding part_missing .*${other}`, 'm'));
  });

  test('leaves rows alone when told so, and nothing else', async () => {
    await sql(`SET session_replication_role = replica; ${raw(`UPDATE pos.thing SET qty = 77 WHERE name = 'thing9'`)}`);
    const rows = verify('--no-rows');
    await sql(`SET session_replication_role = replica; ${entry(flip('packed', 40), 7).replace('{journal}', journal)}`);
    const payload = verify('--no-rows');
    await restore();
    assert.equal(rows.status, 0, rows.out);
    assert.match(payload.out, new RegExp(`^finding payload .*${at(7)}`, 'm'));
  });

  test('refuses notes of another key', () => {
    const other = noteKey('mpos.example', 12);
    const { stdout, status } = spawnSync(mpos, ['verify', '--vkey', other.vkey], { env: cluster.psqlEnv });
    assert.equal(status, 1);
    assert.match(stdout.toString(), /^finding note .*no known key has signed/m);
  });

  for (const [label, statement, found, repair] of tamperings) {
    test(`finds ${label}`, async () => {
      const named = (text) => text.replaceAll('{journal}', journal).replaceAll('{platform}', platform).replaceAll('{other}', other).replaceAll('{retired}', retired);
      await sql(`SET session_replication_role = replica; ${named(typeof statement === 'function' ? await statement() : statement)}`);
      const { status, out } = verify();
      if (repair) await sql(repair());
      await restore();
      assert.equal(status, 1, out);
      assert.match(out, new RegExp(`^finding (${named(found).replace(' .*', ') .*')}`, 'm'));
    });
  }

  test('finds nothing when everything is as it was', () => {
    const { status, out } = verify();
    assert.equal(status, 0, out);
  });
});

// The audit in the background against damage that a superuser makes: an alarm at its place within the interval, shown in the
// metrics, resolved once the books are as they were; nothing on clean data; killed, it goes on where it was.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { startCluster } from '../lib/stack.mjs';

const tenant = '0188a0f0-0000-7000-8000-000000000001';
const outlet = '0188a0f0-0000-7000-8000-000000000002';
let cluster;
let journal;
let platform;

async function sql(text) {
  return (await cluster.psql(text)).trim();
}

/** Asks until the answer is the wanted one; a server that is just starting again is asked again. */
async function until(text, wanted, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      last = await sql(text);
      if (last === wanted) return;
    } catch (error) {
      last = error.message;
    }
    assert.ok(Date.now() < end, `${text}\nis ${last}\nand not ${wanted}`);
  }
}

/** Both passes over every journal have begun and ended after now. */
async function audited() {
  const now = await sql('SELECT clock_timestamp()');
  await until(`SELECT count(*) FROM journal.journal LEFT JOIN journal.audit a USING (journal_id)
    WHERE least(a.full_at, a.recent_at) > '${now}' IS NOT TRUE`, '0');
}

const open = `SELECT coalesce(string_agg(DISTINCT kind || '@' || coalesce(epoch::text || '.' || seq, '-'), ' '), 'none')
  FROM journal.alarm WHERE resolved_at IS NULL`;
const raw = (statement) => `SET session_replication_role = replica; UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = 'pos.thing'::regclass AND NOT tgisinternal;
  ${statement}; UPDATE pg_trigger SET tgenabled = 'A' WHERE tgrelid = 'pos.thing'::regclass AND NOT tgisinternal`;
const entry = (set, seq) => `UPDATE journal.entry SET ${set} WHERE journal_id = '{journal}' AND seq = ${seq}`;
const flip = (column, at) => `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;

async function setPace(recent, full) {
  await sql(`ALTER SYSTEM SET mpos.audit_recent_interval = ${recent}`);
  await sql(`ALTER SYSTEM SET mpos.audit_full_interval = ${full}`);
  await sql('SELECT pg_reload_conf()');
}

before(async () => {
  cluster = await startCluster({ settings: 'mpos.audit_recent_interval = 1\nmpos.audit_full_interval = 1\n' });
  await sql(`BEGIN;
    CREATE TABLE pos.thing (tenant_id uuid NOT NULL, outlet_id uuid, thing_id uuid NOT NULL, part text NOT NULL, name text, qty bigint,
      version integer NOT NULL DEFAULT 1, PRIMARY KEY (tenant_id, thing_id, part));
    SELECT mpos.isolate('pos.thing');
    SELECT mpos.journal('pos.thing', topic => 'thing', feed => '{name,qty}', outlet => 'outlet_id');
    SELECT mpos.journal_create('${tenant}', NULL, 'books');
    SELECT mpos.journal_create('${tenant}', '${outlet}', 'books/main');
    COMMIT`);
  journal = await sql(`SELECT journal_id FROM journal.journal WHERE origin = 'books/main'`);
  platform = await sql(`SELECT journal_id FROM journal.journal WHERE kind = 'platform'`);
  await sql(`DO $$ BEGIN
    PERFORM mpos.assume('${tenant}');
    FOR i IN 1 .. 600 LOOP
      INSERT INTO pos.thing VALUES ('${tenant}', '${outlet}', md5('thing' || i)::uuid, 'a', 'thing' || i, i);
      PERFORM mpos.flush();
    END LOOP; END $$`);
  await sql(`INSERT INTO pos.thing SELECT '${tenant}', '${outlet}', md5('many' || i)::uuid, 'b', 'many', i FROM generate_series(1, 3000) i`);
  await sql(`UPDATE pos.thing SET qty = 1000 WHERE name = 'thing5'; DELETE FROM pos.thing WHERE name = 'thing6'`);
  await sql(`BEGIN; SELECT mpos.rewrite('pos.thing', 'a new column', '{qty}'); UPDATE pos.thing SET qty = qty + 1 WHERE name = 'many'; COMMIT`);
  await sql(`SELECT mpos.erase_payload('${journal}', 0, 20, 'somebody asked')`);
  await until(`SELECT s.size = h.next_seq FROM journal.sealed s JOIN journal.head h USING (journal_id, epoch) WHERE journal_id = '${journal}'`, 't');
  await sql(`CREATE TABLE public.kept_thing AS SELECT * FROM pos.thing; CREATE TABLE public.kept_entry AS SELECT * FROM journal.entry;
    CREATE TABLE public.kept_tile AS SELECT * FROM journal.tile; CREATE TABLE public.kept_checkpoint AS SELECT * FROM journal.checkpoint`);
});
after(() => cluster?.stop());

async function restore() {
  await sql(raw(`DELETE FROM pos.thing; INSERT INTO pos.thing SELECT * FROM public.kept_thing`));
  for (const name of ['entry', 'tile']) {
    await sql(`DELETE FROM journal.${name} WHERE journal_id = '${journal}'; INSERT INTO journal.${name} SELECT * FROM public.kept_${name} WHERE journal_id = '${journal}'`);
  }
}

const damages = [
  ['rows changed, deleted and added behind the triggers', raw(`UPDATE pos.thing SET qty = 77 WHERE name = 'thing9'; DELETE FROM pos.thing WHERE name = 'thing10';
    INSERT INTO pos.thing VALUES ('${tenant}', '${outlet}', gen_random_uuid(), 'a', 'x', 1)`),
  /^audit_row_added@- audit_row_altered@0\.\d+ audit_row_missing@0\.\d+$/],
  ['an entry gone, payloads and tiles changed', `${entry(flip('packed', 40), 7)}; DELETE FROM journal.entry WHERE journal_id = '{journal}' AND seq = 9;
    UPDATE journal.tile SET ${flip('hashes', 40)} WHERE journal_id = '{journal}' AND (level = 1 OR n = 0)`,
  /^audit_gap@0\.9 audit_payload@0\.7 audit_tile@0\.1 audit_tile@0\.511/],
  ['a header with its leaf', entry(`${flip('header', 90)}, leaf = sha256('\\x00'::bytea || set_byte(header, 90, get_byte(header, 90) # 1))`, 7),
    /^audit_chain@0\.8 audit_tile@0\.7$/],
];

describe('the audit in the background', () => {
  test('finds nothing on clean data, while sales go on', async () => {
    const now = await sql('SELECT clock_timestamp()');
    const done = `SELECT count(*) FILTER (WHERE least(full_at, recent_at) > '${now}') = count(*) FROM journal.audit`;
    while (await sql(done) !== 't') {
      await sql(`UPDATE pos.thing SET version = version + 1 WHERE name = 'many' AND qty < 200; DELETE FROM pos.thing WHERE name = 'sold';
        INSERT INTO pos.thing SELECT '${tenant}', '${outlet}', gen_random_uuid(), 'c', 'sold', i FROM generate_series(1, 20) i`);
    }
    assert.equal(await sql(open), 'none');
    await sql(`TRUNCATE public.kept_thing, public.kept_entry, public.kept_tile`);
    await until(`SELECT s.size = h.next_seq FROM journal.sealed s JOIN journal.head h USING (journal_id, epoch) WHERE journal_id = '${journal}'`, 't');
    await sql(`INSERT INTO public.kept_thing SELECT * FROM pos.thing; INSERT INTO public.kept_entry SELECT * FROM journal.entry;
      INSERT INTO public.kept_tile SELECT * FROM journal.tile`);
  });

  for (const [label, statement, found] of damages) {
    test(`finds ${label}, and that it is repaired`, async () => {
      await sql(statement.replaceAll('{journal}', journal));
      await audited();
      assert.match(await sql(open), found);
      assert.equal(await sql(`SELECT value > 0 FROM mpos.metrics() WHERE name = 'mpos_audit_findings'`), 't');
      assert.equal(await sql(`SELECT count(*) FROM journal.alarm WHERE resolved_at IS NULL AND journal_id <> '${journal}'`), '0');
      await restore();
      await audited();
      assert.equal(await sql(open), 'none');
    });
  }

  test('finds changed rows of the day without a full pass', async () => {
    await setPace(1, 100000);
    await sql(raw(`UPDATE pos.thing SET qty = 77 WHERE name = 'thing9'`));
    await until(open.replace("'none'", "''"), await sql(`SELECT 'audit_row_altered@0.' || seq FROM journal.alarm WHERE kind = 'audit_row_altered' ORDER BY 1 LIMIT 1`));
    await restore();
    await until(open, 'none');
    await setPace(1, 1);
  });

  test('finds guards that are down and roles that are more than expected', async () => {
    await sql(`UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = 'pos.thing'::regclass AND tgname = 'mpos_capture'; CREATE ROLE intruder BYPASSRLS`);
    await until(`SELECT string_agg(detail, '; ' ORDER BY detail) FROM journal.alarm WHERE resolved_at IS NULL AND kind = 'audit_guard' AND journal_id = '${platform}'`,
      'role intruder is a superuser or passes row security; trigger mpos_capture of pos.thing is not ENABLE ALWAYS');
    await sql(`UPDATE pg_trigger SET tgenabled = 'A' WHERE tgrelid = 'pos.thing'::regclass AND tgname = 'mpos_capture'; DROP ROLE intruder`);
    await until(open, 'none');
    await sql('CREATE ROLE backup BYPASSRLS');
    await until(`${open} AND detail LIKE '%backup%'`, 'audit_guard@-');
    await sql("ALTER SYSTEM SET mpos.audit_roles = 'backup'");
    await sql('SELECT pg_reload_conf()');
    await until(open, 'none');
  });

  test('says it in the log', () => {
    assert.match(readFileSync(`${cluster.runDir}/log/postgres.log`, 'utf8'), new RegExp(`WARNING:.*the audit found row_altered\n.*${journal}, epoch 0, entry \\d+: thing`));
  });

  test('goes on where it was killed', async () => {
    const pid = async () => Number(await sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'mpos audit'"));
    await setPace(0, 0);
    await until("SELECT state FROM pg_stat_activity WHERE backend_type = 'mpos audit'", 'idle');
    await sql(entry(flip('packed', 40), 7).replace('{journal}', journal));
    await sql(`UPDATE journal.audit SET full_at = now() + interval '1 day' WHERE journal_id <> '${journal}'`);
    // A pass that has come past the damage, as a killed worker leaves it: what it goes on with shows none.
    await sql(`UPDATE journal.audit a SET pass_at = clock_timestamp(), start_epoch = 0, start_seq = 0, phase = 'chain', epoch = 0, seq = 300,
      leaf = e.leaf, missing = '{0,20}', bucket = 0, mask = 0 FROM journal.entry e WHERE e.journal_id = a.journal_id AND e.seq = 299 AND a.journal_id = '${journal}'`);
    const killed = await pid();
    process.kill(killed, 'SIGKILL');
    await until(`SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'mpos audit' AND pid <> ${killed}`, '1');
    await setPace(0, 100000);
    await until(`SELECT pass_at IS NULL AND full_at > now() - interval '1 day' FROM journal.audit WHERE journal_id = '${journal}'`, 't');
    assert.doesNotMatch(await sql(open), /audit_(payload|chain|erasure)/);
    await restore();
    await setPace(1, 1);
    await sql('UPDATE journal.audit SET full_at = NULL');
    await audited();
    assert.equal(await sql(open), 'none');
  });

  test('outlives tables that go', async () => {
    await sql('DROP TABLE pos.thing');
    await until(`SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM journal.alarm WHERE resolved_at IS NULL`, 'audit_guard_lowered audit_trigger_off');
    await audited();
    await sql(`UPDATE journal.alarm SET resolved_at = now(), resolution = 'it was me' WHERE kind = 'audit_guard_lowered'`);
    await audited();
    await until(open, 'audit_trigger_off@-');
  });
});

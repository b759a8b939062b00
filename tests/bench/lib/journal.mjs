// The journal by itself: guarded inserts against plain ones, the sealer's lag, the verifier's rate.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childTime, clusterTime, pgbench } from './measure.mjs';

const script = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Inserts of one row a transaction by 32 clients, over that many journals. */
export function inserts(stack, table, outlets, seconds) {
  return (run) => run(() => pgbench(stack, script(`journal_${table}.sql`), seconds, { outlets }));
}

export async function prepareJournal(stack) {
  await stack.psqlFile(script('journal.sql'));
}

/** The oldest entry's age when it was sealed, in ms, worst journal of the last load; 0 entries are left unsealed. */
export async function sealerLag(stack) {
  const unsealed = `SELECT count(*) FROM journal.head h JOIN journal.sealed s USING (journal_id, epoch) WHERE s.size < h.next_seq`;
  while (Number(await stack.psql(unsealed)) > 0) await new Promise((done) => { setTimeout(done, 100); });
  return Number(await stack.psql('SELECT max(lag_us) / 1000.0 FROM journal.sealed'));
}

/**
 * `mpos verify` over everything: {entries, seconds, per_second} by the clock, and how many entries a second one core stands
 * for the tool and for the backends that feed it. Without rows it is the journals alone. It rightly has findings: the guards were
 * off for a while.
 */
export async function verifyRate(stack, tool, rows = true) {
  const entries = Number(await stack.psql('SELECT count(*) FROM journal.entry'));
  const before = { cluster: clusterTime(stack.postmasterPid), tool: childTime() };
  const started = process.hrtime.bigint();
  const { status } = spawnSync(tool, ['verify', ...(rows ? [] : ['--no-rows'])], {
    env: { ...process.env, ...stack.env }, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0 && status !== 1) throw new Error(`mpos verify ended with ${status}`);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const spent = { cluster: clusterTime(stack.postmasterPid) - before.cluster, tool: childTime() - before.tool };
  return {
    entries, seconds, per_second: entries / seconds,
    tool_per_core: entries / spent.tool * 1e6, backend_per_core: entries / spent.cluster * 1e6,
  };
}

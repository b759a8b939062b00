// Runs one load and says what it cost: rate, latency, processor time of server and backends, WAL.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const tick = 10000; // µs of one clock tick of /proc

function stat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  return { parent: fields[1], own: (fields[11] + fields[12]) * tick, dead: (fields[13] + fields[14]) * tick };
}

/** Processor time of the postmaster, of all that it started and of all of these that have ended, in µs. */
export function clusterTime(postmaster) {
  let sum = 0;
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const { parent, own, dead } = stat(name);
      if (Number(name) === postmaster) sum += own + dead;
      else if (parent === postmaster) sum += own;
    } catch {
      // ended while we looked; its time is in the postmaster's sum
    }
  }
  return sum;
}

/** Processor time of our own programs that have ended, in µs. */
export const childTime = () => stat(process.pid).dead;

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}

/** {run(load)} where load() sells and returns at least {sold, per_second}. */
export function meter(stack) {
  const postmaster = Number(readFileSync(`${stack.pgData}/postmaster.pid`, 'utf8').split('\n')[0]);
  const wal = async () => Number(await stack.psql("SELECT pg_current_wal_insert_lsn() - '0/0'"));
  return async (load) => {
    const before = { wal: await wal(), cluster: clusterTime(postmaster), server: stat(stack.mposd.pid).own };
    const result = load();
    const spent = { cluster: clusterTime(postmaster) - before.cluster, server: stat(stack.mposd.pid).own - before.server };
    const bytes = (await wal()) - before.wal;
    return {
      ...result, backend_us: spent.cluster / result.sold, server_us: spent.server / result.sold, wal_bytes: bytes / result.sold,
    };
  };
}

/** pgbench of one script with 32 connections; variables for the script by name. */
export function pgbench(stack, script, seconds, variables = {}) {
  const given = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const text = execFileSync('pgbench', ['-n', '-M', 'prepared', '-c', '32', '-j', '2', '-T', String(seconds), ...given, '-f', script, 'mpos'], {
    env: { ...process.env, ...stack.env, PGOPTIONS: '-c plan_cache_mode=force_generic_plan' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    sold: Number(text.match(/transactions actually processed: (\d+)/)[1]),
    per_second: Number(text.match(/tps = ([\d.]+)/)[1]),
  };
}

/** The load generator; the tills file is brought up to date afterwards. */
export function load(binary, { over, form, target, tills, seconds, rate, connections = 32, env = {} }) {
  const args = [over, form, target, tills, String(connections), String(seconds), ...(rate ? [String(rate)] : [])];
  return JSON.parse(execFileSync(binary, args, { encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] }));
}

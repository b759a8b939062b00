// `make bench`: the raw limit and the full sale in turns, as ratios; what each ingredient costs; latencies. Prints tables and
// writes build/bench/result.json. Fails nothing. MPOS_BENCH_SECONDS (8) and MPOS_BENCH_ROUNDS (3) set length and turns.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startStack } from '../lib/stack.mjs';
import { closeConnections } from '../http/lib/client.mjs';
import { inserts, prepareJournal, sealerLag, verifyRate } from './lib/journal.mjs';
import { kitchenLatency } from './lib/kitchen.mjs';
import { load, median, meter, pgbench } from './lib/measure.mjs';
import { priceTimes } from './lib/price.mjs';
import { publishTimes } from './lib/publish.mjs';
import { createTenant, firstOutlet, openTills } from './lib/tenant.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here('../..');
const folder = `${root}/build/bench`;
const binary = `${folder}/load`;
const outlets = 200;
const seconds = Number(process.env.MPOS_BENCH_SECONDS ?? 8);
const besideRate = 100;
const rounds = Number(process.env.MPOS_BENCH_ROUNDS ?? 3);
// A checkpoint inside of a run nearly doubles its WAL; the pages are written whole once, while warming up.
const settings = 'checkpoint_timeout = 1h\nmax_wal_size = 16GB';

function build() {
  mkdirSync(folder, { recursive: true });
  const sources = ['load.c', 'sale.c', 'lane_http.c', 'lane_direct.c'].map(here);
  const core = ['context.c', 'err.c', 'keyring.c'].map((name) => `${root}/extension/core/${name}`);
  const include = execFileSync('pg_config', ['--includedir'], { encoding: 'utf8' }).trim();
  execFileSync(process.env.CC ?? 'cc', ['-std=gnu17', '-O2', '-Wall', '-Wextra', '-Wno-deprecated-declarations',
    `-I${root}/extension/core`, `-I${include}`, '-o', binary, ...sources, ...core, '-lpq', '-lcrypto'], { stdio: 'inherit' });
}

/** Nanoseconds a request that counting for its address, actor and business costs, and telling what is left. */
function limits() {
  const program = `${folder}/limit`;
  const sources = [here('limit.c'), `${root}/server/http/limit_table.c`, `${root}/server/base/clock.c`];
  execFileSync(process.env.CC ?? 'cc', ['-std=gnu17', '-D_GNU_SOURCE', '-O2', `-I${root}/server`, '-o', program, ...sources, '-lsodium', '-lpthread'], { stdio: 'inherit' });
  const run = (threads, actors) => Number(execFileSync(program, [String(threads), String(actors)], { encoding: 'utf8' }));
  return { 'one thread, 200 actors': run(1, 200), 'two threads, 200 actors': run(2, 200), 'two threads, a million actors': run(2, 1000000) };
}

/** A file of tills that survives its runs: logs of devices go on where they stood. */
function tillsFile(name, lines) {
  const path = `${folder}/${name}.tills`;
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function goOn(path) {
  const next = new Map(readFileSync(`${path}.next`, 'utf8').trim().split('\n').map((line) => line.split(' ')).map((f) => [f[0], f]));
  const lines = readFileSync(path, 'utf8').trim().split('\n').map((line) => {
    const fields = line.split(' ');
    const [, seq, hash, receipt] = next.get(fields[4]);
    return [...fields.slice(0, 8), seq, hash, receipt, ...fields.slice(11)].join(' ');
  });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Runs every way `rounds` times in turns; medians of every figure by name. */
async function inTurns(measure, ways) {
  const runs = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      process.stderr.write(`round ${round + 1}/${rounds} ${name}\n`);
      runs[name].push(await way(measure));
    }
  }
  return Object.fromEntries(Object.entries(runs).map(([name, list]) =>
    [name, Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((one) => one[key]))]))]));
}

const show = (value, digits = 0) => (value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits));

function table(title, head, lines) {
  const widths = head.map((text, i) => Math.max(text.length, ...lines.map((line) => line[i].length)));
  const row = (cells) => cells.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ');
  console.log(`\n${title}\n${[head, ...lines].map(row).join('\n')}`);
}

function saleTable(title, results, bases) {
  const heads = ['way', 'sales/s', ...Object.keys(bases), 'p50 ms', 'p99 ms', 'backend µs', 'server µs', 'WAL B'];
  table(title, heads, Object.entries(results).map(([name, one]) => [name, show(one.per_second),
    ...Object.values(bases).map((base) => show(one.per_second / results[base].per_second, 2)),
    show(one.p50_ms, 1), show(one.p99_ms, 1), show(one.backend_us), show(one.server_us), show(one.wal_bytes)]));
}

/** ALTERs every business table for the length of a load, then puts it back. */
function altered(stack, before, after, way) {
  const each = (action) => stack.psql(`DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'pos'::regnamespace AND relkind IN ('r', 'p') LOOP ${action} END LOOP; END $$`);
  return async (measure) => {
    await each(before);
    try {
      return await way(measure);
    } finally {
      await each(after);
    }
  };
}

const execute = (command) => `EXECUTE format('ALTER TABLE %s ${command}', t);`;
/** Puts every trigger of t into a state; the capture triggers fire always, keys as PostgreSQL makes them. */
const triggers = (kind, state) => `DECLARE g name; BEGIN FOR g IN SELECT tgname FROM pg_trigger WHERE tgrelid = t AND ${kind} LOOP
  EXECUTE format('ALTER TABLE %s ${state} TRIGGER %I', t, g); END LOOP; END;`;

/** An index that holds nothing, on every table: rows then take the way through statements, where row security is PostgreSQL's. */
const statements = [
  "IF EXISTS (SELECT FROM pg_policy WHERE polrelid = t) THEN EXECUTE format('CREATE INDEX %I ON %s (tenant_id) WHERE false', 'bench_' || t::oid, t); END IF;",
  "EXECUTE format('DROP INDEX IF EXISTS pos.%I', 'bench_' || t::oid);"];

/** Runs a way while lib/trouble.mjs holds a row and lets `logins` people a second sign in. */
function beside(stack, logins, way) {
  return async (measure) => {
    const trouble = spawn(process.execPath, [here('lib/trouble.mjs'), stack.url, String(logins)], { env: stack.psqlEnv, stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    trouble.stdout.on('data', (part) => { said += part; });
    const ended = once(trouble, 'exit').then(() => { if (!said.includes('ready')) throw new Error('what goes on beside has ended'); });
    while (!said.includes('ready')) await Promise.race([once(trouble.stdout, 'data'), ended]);
    try {
      return await way(measure);
    } finally {
      trouble.stdin.end();
      await ended;
      process.stderr.write(`beside: ${said.split('\n')[1]}\n`);
    }
  };
}

async function main() {
  build();
  // A long load outlives a token, and is more than one person may ask for.
  const env = { MPOS_ACCESS_TOKEN_S: '43200', MPOS_RATE_CALL: 'off', MPOS_RATE_HEAVY: 'off' };
  const stack = await startStack({ tenants: [], settings, env });
  try {
    const tool = `${root}/build/bin/mpos`;
    const measure = meter(stack);
    createTenant(stack, tool, folder, outlets);
    const { registers, channels } = await openTills(stack.url, outlets);
    const files = {
      push: tillsFile('registers', registers), post: tillsFile('channels', channels),
      one: tillsFile('one-outlet', Array(64).fill(channels[0])),
    };
    await stack.psqlFile(here('raw.sql'));
    const http = new URL(stack.url).host;
    const sell = (options) => (run) => run(() => {
      const result = load(binary, { over: 'http', target: http, seconds, ...options });
      if (options.form === 'push') goOn(options.tills);
      return result;
    });
    const push = sell({ form: 'push', tills: files.push });
    const post = sell({ form: 'post', tills: files.post });
    const raw = (script) => (run) => run(() => pgbench(stack, here(script), seconds));
    await stack.psql('ANALYZE; CHECKPOINT');
    // The first calls compile the catalogue in every backend, and the first change of every page writes it whole.
    for (const warm of [push, post, raw('raw_eleven.sql'), raw('raw_call_sums.sql')]) await warm(measure);

    const sale = await inTurns(measure, { 'raw 11 statements': raw('raw_eleven.sql'), 'raw single call': raw('raw_call.sql'), push, post });
    saleTable('P1: the full sale, 200 outlets, 32 connections', sale, { r11: 'raw 11 statements', rC: 'raw single call' });

    const direct = sell({ over: 'direct', form: 'push', tills: files.push, target: stack.conninfo, env: { ...stack.env, MPOS_CONTEXT_KEY_FILE: stack.contextKeyFile } });
    const journalOff = [triggers("tgname LIKE 'mpos_%'", 'DISABLE'), triggers("tgname LIKE 'mpos_%'", 'ENABLE ALWAYS')];
    const keysOff = [triggers('tgconstraint <> 0', 'DISABLE'), triggers('tgconstraint <> 0', 'ENABLE')];
    const ingredients = await inTurns(measure, {
      'raw single call': raw('raw_call.sql'),
      'raw call with a sums row': raw('raw_call_sums.sql'),
      'full, over HTTP': push,
      'without HTTP': direct,
      'without journal': altered(stack, ...journalOff, push),
      'without foreign keys': altered(stack, ...keysOff, push),
      'without row security': altered(stack, execute('DISABLE ROW LEVEL SECURITY'), execute('ENABLE ROW LEVEL SECURITY'), push),
    });
    const throughStatements = (way) => altered(stack, ...statements, way);
    // The way without statements passes row security by and compares the tenant itself: only here does the policy cost anything.
    const security = await inTurns(measure, {
      'statements, row security': throughStatements(push),
      'statements, no row security': throughStatements(altered(stack, execute('DISABLE ROW LEVEL SECURITY'), execute('ENABLE ROW LEVEL SECURITY'), push)),
    });
    saleTable('P5: row security on a sale whose rows all take the way through statements', security, { 'of none': 'statements, no row security' });
    saleTable('P4, P5: the sale without one of its ingredients', ingredients, { 'of full': 'full, over HTTP' });

    const half = Math.round(sale.push.per_second / 2);
    const other = await inTurns(measure, {
      'one outlet': sell({ form: 'post', tills: files.one }),
      [`at ${half}/s`]: sell({ form: 'push', tills: files.push, rate: half }),
    });
    saleTable('P2, P3: one outlet; latency at half of the load', other, {});

    const calm = sell({ form: 'push', tills: files.push, rate: besideRate });
    const held = await inTurns(measure, {
      [`${besideRate} sales/s alone`]: calm,
      '... while a table\'s row is held for 5 s': beside(stack, 0, calm),
      '... and 20 sign-ins by PIN a second': beside(stack, 20, calm),
    });
    saleTable('Sales that want nothing of it, beside a held row and sign-ins', held, {});

    const outlet = await firstOutlet(stack.url);
    await kitchenLatency(outlet, 100, 2); // warms up
    const kitchen = await kitchenLatency(outlet, 100, 10);
    table('P7: order to kitchen screen', ['orders/s', 'p50 ms', 'p99 ms'], [[String(kitchen.per_second), show(kitchen.p50_ms, 1), show(kitchen.p99_ms, 1)]]);

    const verifiedSales = await verifyRate(stack, tool, false); // so far the entries are sales

    await prepareJournal(stack);
    await inserts(stack, 'guarded', outlets, 1)(measure); // finds the plans, writes every head's page once
    const journal = await inTurns(measure, {
      'plain inserts': inserts(stack, 'plain', outlets, seconds),
      'guarded, 64 journals': inserts(stack, 'guarded', 64, seconds),
      'guarded, one journal': inserts(stack, 'guarded', 1, seconds),
    });
    saleTable('Journal: one row a transaction, 32 clients', journal, { 'of plain': 'plain inserts' });
    const sealed = { lag_ms: await sealerLag(stack) };
    table('Sealer', ['', 'lag ms'], [['oldest entry sealed', show(sealed.lag_ms)]]);
    const verified = { sales: verifiedSales, all: await verifyRate(stack, tool), journals: await verifyRate(stack, tool, false) };
    table('mpos verify', ['', 'entries', 'entries/s', 'a core of the tool', 'a core of the database'], Object.entries(
      { 'sales, journals alone': verified.sales, 'all, journals and rows': verified.all, 'all, journals alone': verified.journals }).map(([name, one]) =>
      [name, ...[one.entries, one.per_second, one.tool_per_core, one.backend_per_core].map((value) => show(value))]));
    const published = await publishTimes(stack, await firstOutlet(stack.url));
    table('Publishing a catalogue of 100,000 items', ['', 'ms', 'chunks'], [['all of them, the first time', show(published.first_ms), String(published.of)], ['one price', show(published.one_ms), String(published.chunks)]]);
    const limited = limits();
    table('Limits: three counters and a header', ['', 'ns a request'], Object.entries(limited).map(([name, ns]) => [name, show(ns)]));
    const priced = priceTimes(folder);
    table('A sale of 10 lines: modifiers, 2 promotions, 2 taxes (at most 10 µs priced, 50 µs in WASM)', ['', 'µs'], Object.entries(priced).map(([name, ns]) => [name, show(ns / 1000, 1)]));
    writeFileSync(`${folder}/result.json`, `${JSON.stringify({ limited, priced, published, sale, ingredients, security, other, held, kitchen, journal, sealed, verified }, null, 2)}\n`);
    console.log(`\nwritten: build/bench/result.json`);
  } finally {
    closeConnections();
    await stack.stop();
  }
}

await main();

/*
 * Do the tests see a wrong core? Each change of changes.json (one line of extension/core, its text found exactly once, or the nth) is built
 * by itself and given to the pricing vectors and the tests of the core, until one of them fails. Prints every change that none
 * has seen, and `N passed, N failed`; what passes is a change that was seen.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const core = `${root}/extension/core`;
const tests = `${root}/tests/core`;
const vectors = `${root}/tests/vectors`;
const out = mkdtempSync(join(tmpdir(), 'mpos-mutation-'));
const cc = process.env.CC ?? 'gcc';
const pq = execFileSync('pkg-config', ['--cflags', 'libpq'], { encoding: 'utf8' }).trim().split(/\s+/);
const flags = ['-std=gnu17', '-O1', '-w', `-I${core}`, `-I${tests}`, ...pq];
/* The quick ones first; every one of them must pass with the core as it is. */
const first = ['numbers', 'tender', 'pricing', 'tax', 'charge', 'refund', 'sell'];
const others = readdirSync(tests).flatMap((file) => /^test_((promotion|charge_rule|rules|basket|bracket|floor|extras|explain|forms|limit|property)\w*)\.c$/.exec(file)?.[1] ?? []);
const programs = [...first, ...others];
const run = promisify(execFile);

const sources = (dir, wanted = () => true) => readdirSync(dir).filter((file) => file.endsWith('.c') && wanted(file)).map((file) => join(dir, file));
const object = (source) => `${out}/${basename(dirname(source))}-${basename(source, '.c')}.o`;

function compile(source, to = object(source)) {
  return run(cc, [...flags, '-c', source, '-o', to]);
}

/* Two at a time is what a small machine stands. */
async function compileAll(list) {
  const left = [...list];
  const worker = async () => {
    for (let source = left.pop(); source; source = left.pop()) await compile(source);
  };
  await Promise.all([worker(), worker()]);
}

const coreSources = sources(core);
const helpers = sources(tests, (file) => !file.startsWith('test_') && file !== 'price_stream.c');
const runner = sources(vectors, (file) => file !== 'equal.c');

function link(objects, libraries, to) {
  return run(cc, [...objects, ...libraries, '-o', to]);
}

/* Whether the vectors or a test fail with these objects of the core. An endless loop counts as failing. */
async function seen(objects) {
  const program = `${out}/program`;
  await link([...runner.map(object), ...objects], ['-ljansson', '-lsodium', '-lcrypto', '-lpq'], program);
  if (spawnSync(program, ['pricing', `${vectors}/pricing.json`], { timeout: 60000 }).status !== 0) return 'vectors';
  for (const name of programs) {
    await link([object(`${tests}/test_${name}.c`), ...helpers.map(object), ...objects], ['-lcmocka', '-lsodium'], program);
    if (spawnSync(program, { timeout: 60000 }).status !== 0) return name;
  }
  return null;
}

async function tryChange(change) {
  const source = join(core, change.file);
  const text = readFileSync(source, 'utf8').replace(/\s+/g, (space) => (space.includes('\n') ? '\n' : space));
  const parts = text.split(change.from);
  const nth = change.nth ?? 1;
  if (parts.length <= nth || (!change.nth && parts.length > 2)) return `its text is there ${parts.length - 1} times`;
  const changed = `${out}/${change.file}`;
  writeFileSync(changed, parts.slice(0, nth).join(change.from) + change.to + parts.slice(nth).join(change.from));
  await compile(changed, `${out}/changed.o`);
  const by = await seen(coreSources.map((one) => (one === source ? `${out}/changed.o` : object(one))));
  console.log(`${by === null ? 'NOT SEEN' : `seen by ${by}`}: ${change.file}: ${change.what}`);
  return by === null ? 'nothing fails' : null;
}

mkdirSync(out, { recursive: true });
await compileAll([...coreSources, ...helpers, ...runner, ...programs.map((name) => `${tests}/test_${name}.c`)]);
let passed = 0;
let failed = 0;
const unchanged = await seen(coreSources.map(object));
if (unchanged !== null) {
  console.log(`FAILED: ${unchanged} fails with the core as it is`);
  failed++;
} else {
  for (const change of JSON.parse(readFileSync(join(here, 'changes.json'), 'utf8'))) {
    const wrong = await tryChange(change).catch((error) => error.message);
    if (wrong === null) passed++;
    else {
      failed++;
      console.log(`FAILED: ${change.file}: ${change.what}: ${wrong}`);
    }
  }
}
rmSync(out, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/*
 * The same carts through the native core and the WASM module must give the same bytes.
 *
 *   node wasm_equal.mjs [CARTS]     carts per seed (default 1,000), three seeds
 *
 * First random cart forms made by the native side (every rounding, tax and discount the core has), then random sales by
 * random rules with their traces, read by the pages' own TypeScript. Prints `N passed, N failed`; a comparison is one cart.
 * Baskets that the pages build are compared with stored sales in tests/http/carts.test.mjs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const tool = join(root, 'build/tests/price_stream');
const carts = Number(process.argv[2] ?? 1000);
const seeds = [1, 20261121, 410400000];
const batch = 5000;
let passed = 0;
let failed = 0;

function run(args) {
  const done = spawnSync(tool, args, { maxBuffer: 2 ** 31 - 1 });
  if (done.status !== 0) throw new Error(`price_stream failed: ${done.error ?? done.stderr}`);
  return done.stdout;
}

/* { u32 size, bytes } records; a size above 2^31 is minus an error and has no bytes. */
function* records(buffer) {
  for (let at = 0; at < buffer.length; ) {
    const size = buffer.readInt32BE(at);
    at += 4;
    yield size < 0 ? size : buffer.subarray(at, at + size);
    at += Math.max(size, 0);
  }
}

function compare(label, native, wasm) {
  const same = typeof native === 'number' ? native === wasm : typeof wasm !== 'number' && native.equals(wasm);
  if (same) passed++;
  else if (++failed <= 10) console.log(`differs: ${label}`);
}

function raw(module) {
  const wasm = new WebAssembly.Instance(module, {}).exports;
  return (form) => {
    new Uint8Array(wasm.memory.buffer, wasm.input(), form.length).set(form);
    const size = wasm.price(form.length);
    return size < 0 ? size : Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.output(), size));
  };
}

/* In batches, so that a million carts do not lie in memory at once. */
function nativeCarts(price) {
  const seen = { carts: 0, modifiers: 0, discounts: 0, bothTaxes: 0, refused: 0 };
  for (const seed of seeds) {
    for (let first = 0; first < carts; first += batch) {
      nativeBatch(price, seen, String(seed + first), Math.min(batch, carts - first));
    }
  }
  return seen;
}

function nativeBatch(price, seen, seed, count) {
  const all = [...records(run([seed, String(count)]))];
  for (let i = 0; i < all.length; i += 2) {
    compare(`seed ${seed} cart ${i / 2}`, all[i + 1], price(all[i]));
    look(all[i], seen);
    seen.refused += typeof all[i + 1] === 'number' ? 1 : 0;
  }
}

/* What a cart form contains: see extension/core/cart_form.h. Some parts have more bytes than others. */
function look(form, seen) {
  let at = 80;
  for (let i = form.readUInt16BE(72); i > 0; i--) at += 32 + 24 * form.readUInt16BE(at + 18);
  const skipDiscounts = (count) => {
    for (let i = count; i > 0; i--) at += 16 + (form[at + 1] & 4 ? 16 : 0);
  };
  let discounts = form.readUInt16BE(74);
  let modifiers = 0;
  let taxes = 0;
  skipDiscounts(discounts);
  for (let i = form.readUInt16BE(76); i > 0; i--) {
    const counts = [52, 54, 56].map((offset) => form.readUInt16BE(at + offset));
    const extras = form[at + 60];
    modifiers += counts[0];
    discounts += counts[1];
    taxes = Math.max(taxes, counts[2]);
    at += 64 + (extras & 1 ? 16 : 0) + (extras & 2 ? 16 : 0) + (extras & 4 ? 8 : 0) + 32 * counts[0];
    skipDiscounts(counts[1]);
    at += 2 * counts[2];
  }
  seen.carts++;
  seen.modifiers += modifiers > 0 ? 1 : 0;
  seen.discounts += discounts > 0 ? 1 : 0;
  seen.bothTaxes += modifiers > 0 && discounts > 0 && taxes >= 2 ? 1 : 0;
}

/* The TypeScript of the pages, bundled for node with the esbuild of the web build. */
async function pages(dir) {
  const { buildSync } = createRequire(join(root, 'server/web/package.json'))('esbuild');
  const entry = ['core', 'priced', 'trace'].map((name) => `export * from './${name}';`).join('\n');
  const outfile = join(dir, 'core.mjs');
  const stdin = { contents: entry, resolveDir: join(root, 'server/web/shared/core'), loader: 'ts' };
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  return import(pathToFileURL(outfile));
}

function check(label, ok) {
  if (!ok && ++failed <= 10) console.log(`wrong: ${label}`);
}

/* The decoded form must add up as the layout says. */
function checkPriced(label, priced) {
  const own = priced.lines.filter((line) => line.parent === null);
  const sum = (list, of) => list.reduce((n, element) => n + of(element), 0);
  check(`${label}: totals`, sum(own, (l) => l.total) === priced.total && priced.net + priced.tax === priced.total);
  check(`${label}: taxes`, sum(priced.taxes, (t) => t.amount) === priced.tax);
  check(`${label}: discount`, sum(own, (l) => l.lineDiscount + l.orderDiscount) === priced.discount);
}

/* What trace.ts reads of a sale is what priced.ts reads of it. */
function checkTrace(label, trace, priced) {
  const amounts = (step, line) => trace.filter((e) => e.step === step && e.line === line).map((e) => e.amount);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  check(`${label}: total`, amounts('total', null)[0] === priced.total);
  check(`${label}: taxes`, sum(amounts('tax_total', null)) === priced.tax);
  check(`${label}: lines`, priced.lines.every((line, i) => amounts('line_total', i)[0] === line.total));
  check(
    `${label}: discounts`,
    priced.lines.every((line, i) => line.parent !== null || sum(amounts('line_discount', i)) === line.lineDiscount),
  );
}

/* Rules, baskets, bills and traces through the page's Core. */
async function sales(bytes) {
  const dir = mkdtempSync(join(tmpdir(), 'mpos-vectors-'));
  try {
    const { Core, readPriced, readTrace } = await pages(dir);
    const core = await Core.load(bytes);
    check('order table', core.orderNext('send', 'open', 'unpaid') === 'submitted');
    check('order table refuses', !core.orderAllows('add_line', 'closed', 'paid'));
    const all = [...records(run(['sales', '7', String(Math.min(carts, 2000))]))];
    for (let i = 0; i < all.length; i += 4) {
      core.loadRules(all[i]);
      const priced = core.sell(all[i + 1]);
      const trace = core.explain();
      compare(`sale ${i / 4}`, all[i + 2], Buffer.from(priced));
      compare(`trace ${i / 4}`, all[i + 3], Buffer.from(trace));
      checkPriced(`sale ${i / 4}`, readPriced(priced));
      checkTrace(`trace ${i / 4}`, readTrace(trace), readPriced(priced));
    }
    return all.length / 4;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function speed(price) {
  const all = [...records(run(['5', '2000']))].filter((_, i) => i % 2 === 0);
  const start = process.hrtime.bigint();
  for (const form of all) price(form);
  return Number(process.hrtime.bigint() - start) / 1000 / all.length;
}

const bytes = readFileSync(join(root, 'build/wasm/mpos_core.wasm'));
const price = raw(new WebAssembly.Module(bytes));
const seen = nativeCarts(price);
const sold = await sales(bytes);
const share = (n) => `${Math.round((100 * n) / seen.carts)} %`;
console.log(`${seen.carts} random carts (${share(seen.bothTaxes)} with modifiers, discounts and two taxes on a line,`);
console.log(`${share(seen.refused)} refused alike), ${sold} sales; WASM ${speed(price).toFixed(1)} us per cart`);
check('a third of the carts is rich', seen.bothTaxes / seen.carts >= 0.3);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

// The selling of the pages: their own TypeScript and the built WASM core, bundled for node with the web build's esbuild.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function bundle() {
  const folder = mkdtempSync(join(tmpdir(), 'mpos-core-'));
  try {
    const { buildSync } = createRequire(join(root, 'server/web/package.json'))('esbuild');
    const outfile = join(folder, 'core.mjs');
    const contents = "export * from './basket'; export * from './core';";
    buildSync({
      stdin: { contents, resolveDir: join(root, 'server/web/shared/core'), loader: 'ts' },
      bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error',
    });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The body of an order as the basket has it. */
function circumstances(outlet, order, localMinute) {
  const { channel, place, guests, coupons, exempt, waive, customer_group_id: customerGroup } = order;
  return { outlet, at: localMinute(order.at), channel, place, guests, coupons, exempt, waive, customerGroup };
}

/**
 * {sell(order) -> priced form bytes, total(form), minute(n) -> local minute in n minutes} of a catalogue document with the hash of its manifest,
 * its compiled rules, and the outlet of a session.
 */
export async function register(document, hash, rules, outlet) {
  const { Core, basketForm, localMinute, localText, saleBook } = await bundle();
  const served = join(root, 'build/web/core');
  const core = await Core.load(readFileSync(join(served, readdirSync(served)[0])));
  const items = new Map(document.items.map((item) => [item.id, item]));
  const book = saleBook(hash, rules, document.groups, (id) => items.get(id));
  core.loadRules(rules);
  return {
    sell: (order) => Buffer.from(core.sell(basketForm(book, circumstances(outlet.id, order, localMinute), order.lines, order.discounts))),
    total: (form) => Number(form.readBigInt64BE(112)),
    minute: (n) => localText(Date.now() + n * 60000, outlet.timezone),
  };
}

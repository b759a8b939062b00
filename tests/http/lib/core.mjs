// The pricing of the pages: their own TypeScript and the built WASM core, bundled for node with the web build's esbuild.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** {price(lines, discounts) -> priced form bytes, total(form)} for a catalogue document and its hash. */
export async function register(document, hash) {
  const folder = mkdtempSync(join(tmpdir(), 'mpos-core-'));
  try {
    const { buildSync } = createRequire(join(root, 'server/web/package.json'))('esbuild');
    const outfile = join(folder, 'core.mjs');
    const contents = "export * from './cart'; export * from './core';";
    buildSync({
      stdin: { contents, resolveDir: join(root, 'server/web/shared/core'), loader: 'ts' },
      bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error',
    });
    const { Core, PriceBook, cartForm } = await import(pathToFileURL(outfile));
    const served = join(root, 'build/web/core');
    const core = await Core.load(readFileSync(join(served, readdirSync(served)[0])));
    const book = new PriceBook(document, hash);
    return {
      price: (lines, discounts) => Buffer.from(core.price(cartForm(book, lines, discounts))),
      total: (form) => Number(form.readBigInt64BE(112)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/*
 * Builds the pages into build/web: /register/, /kitchen/, /receipt/, /office/, hashed files in /assets/ and the pricing core at
 * /core/<sha256>.wasm. The pages learn the core's hash from a generated module, because every operation names it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const build = resolve(here, '../../build');
const receiptWorker = 'receipt-worker';
const coreFile = resolve(build, 'wasm/mpos_core.wasm');

function pricingCore(): Plugin {
  const name = 'virtual:mpos-core';
  const resolved = '\0' + name;
  return {
    name: 'mpos-core',
    resolveId: (id) => (id === name ? resolved : null),
    load(id) {
      if (id !== resolved) return null;
      const bytes = readFileSync(coreFile);
      const hash = createHash('sha256').update(bytes).digest('hex');
      this.emitFile({ type: 'asset', fileName: `core/${hash}.wasm`, source: bytes });
      return `export const coreHash = '${hash}';\nexport const coreUrl = '/core/${hash}.wasm';\n`;
    },
  };
}

export default defineConfig({
  root: here,
  appType: 'mpa',
  plugins: [pricingCore()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: resolve(build, 'web'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        register: resolve(here, 'register/index.html'),
        kitchen: resolve(here, 'kitchen/index.html'),
        receipt: resolve(here, 'receipt/index.html'),
        office: resolve(here, 'office/index.html'),
        [receiptWorker]: resolve(here, 'receipt/worker/worker.ts'),
      },
      /* A service worker rules the folder that it lies in, under a name that stays. */
      output: { entryFileNames: ({ name }) => (name === receiptWorker ? 'receipt/worker.js' : 'assets/[name]-[hash].js') },
    },
  },
});

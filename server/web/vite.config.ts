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
const workers: Record<string, string> = { 'receipt-worker': 'receipt/worker.js', 'register-worker': 'register/worker.js' };
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

type Bundle = Record<string, { code: string } | { source: string | Uint8Array }>;

const textOf = (file: Bundle[string]): string => ('code' in file ? file.code : typeof file.source === 'string' ? file.source : '');

/* All files that a page is made of: whatever it names, and what that names. */
function filesOf(bundle: Bundle, page: string): string[] {
  const found = new Set([page]);
  for (const name of found) {
    const text = textOf(bundle[name]!);
    for (const other of Object.keys(bundle)) if (text.includes(other.replace(/^assets\//, ''))) found.add(other);
  }
  return [...found].filter((name) => name !== page && /^(assets|core)\//.test(name)).sort();
}

/** Tells the register's service worker what its page is made of. */
function release(): Plugin {
  return {
    name: 'mpos-release',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle[workers['register-worker']!];
        if (worker?.type !== 'chunk') throw new Error('the register has no service worker');
        const files = filesOf(bundle, 'register/index.html').map((name) => `/${name}`);
        const entry = files.find((name) => /^\/assets\/register-.*\.js$/.test(name));
        if (!entry) throw new Error('the register has no entry');
        const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 16);
        worker.code = worker.code.replace('__MPOS_RELEASE__', JSON.stringify({ version, entry, files }));
      },
    },
  };
}

export default defineConfig({
  root: here,
  appType: 'mpa',
  plugins: [pricingCore(), release()],
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
        'receipt-worker': resolve(here, 'receipt/worker/worker.ts'),
        'register-worker': resolve(here, 'register/worker/worker.ts'),
      },
      /* A service worker rules the folder that it lies in, under a name that stays. */
      output: { entryFileNames: ({ name }) => workers[name] ?? 'assets/[name]-[hash].js' },
    },
  },
});

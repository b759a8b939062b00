// A module of the pages without a page: bundled by the esbuild that builds them.
import { createRequire } from 'node:module';
import { webcrypto } from 'node:crypto';
import { fileURLToPath } from 'node:url';

// Node 18 has no global crypto.
globalThis.crypto ??= webcrypto;

const web = new URL('../../server/web/', import.meta.url);

export async function loadModule(path) {
  const requireWeb = createRequire(new URL('package.json', web));
  const esbuild = createRequire(requireWeb.resolve('vite'))('esbuild');
  const entry = fileURLToPath(new URL(path, web));
  const { outputFiles } = await esbuild.build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, platform: 'node' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

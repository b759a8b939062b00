// Every suite of this folder in one process, so that they share one stack: node tests/http/all.mjs
import { readdirSync } from 'node:fs';

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.mjs')).sort();
// One after the other: suites run in the order in which they are met.
for (const file of files) await import(`./${file}`);

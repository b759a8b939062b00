// Every suite of this folder in one process, so that they share one stack: node tests/http/all.mjs
import { readdirSync } from 'node:fs';

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.mjs')).sort();
await Promise.all(files.map((file) => import(`./${file}`)));

/*
 * The runner must be able to fail: every case of pricing.json with one expected value changed, with an unknown field in its
 * inputs or expectations, or of an unknown kind. Prints `N passed, N failed`; what passes is a case that the runner failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const cases = JSON.parse(readFileSync(join(here, 'pricing.json'), 'utf8'));

function other(value) {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return /^-?[0-9.]+$/.test(value) ? String(Number(value) + (value.includes('.') ? 0.01 : 100)) : `${value}x`;
}

function* paths(value, path = []) {
  if (typeof value !== 'object') yield path;
  else for (const key of Object.keys(value)) yield* paths(value[key], [...path, key]);
}

/* Sums of binary fractions end in dust; six decimals are more than any case has. */
const tidy = (text) => (/^-?[0-9]*\.[0-9]{7,}$/.test(text) ? Number(text).toFixed(6) : text);

function* changed(one) {
  for (const path of paths(one.expected)) {
    const copy = structuredClone(one);
    const place = path.slice(0, -1).reduce((at, key) => at[key], copy.expected);
    const value = other(place[path.at(-1)]);
    place[path.at(-1)] = typeof value === 'string' ? tidy(value) : value;
    yield { ...copy, id: `${one.id} with another ${path.join('.')}` };
  }
  yield { ...one, id: `${one.id} with an unknown input`, inputs: { ...one.inputs, unheard_of: 1 } };
  yield { ...one, id: `${one.id} with an unknown expectation`, expected: { ...one.expected, unheard_of: '1' } };
  yield { ...one, id: `${one.id} of an unknown kind`, kind: 'unheard_of' };
}

const wrong = cases.flatMap((one) => [...changed(one)]);
const dir = mkdtempSync(join(tmpdir(), 'mpos-vectors-'));
const file = join(dir, 'wrong.json');
writeFileSync(file, JSON.stringify(wrong));
const { stdout } = spawnSync(join(here, 'run'), ['pricing', file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
rmSync(dir, { recursive: true });
const missed = wrong.filter((one) => !stdout.includes(`: ${one.id}: `));
for (const one of missed.slice(0, 10)) console.log(`not seen: ${one.id}`);
console.log(`${wrong.length - missed.length} passed, ${missed.length} failed`);
process.exitCode = missed.length > 0 ? 1 : 0;

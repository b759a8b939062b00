// What the register searches, what a changed catalogue costs it, and how it tells a scanner: without a page.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { loadModule } from './module.mjs';

const rowsOf = await loadModule('shared/catalogue/rows.ts');
const { buildRows } = await loadModule('shared/catalogue/worker/build.ts');
const { chunkOf } = await loadModule('shared/catalogue/catalogue.ts');
const { scanOf } = await loadModule('register/state/wedge.ts');

const drinks = '00000000-0000-7000-8000-00000000000a';
const food = '00000000-0000-7000-8000-00000000000b';

function item(n, name, more = {}) {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
  return {
    id, name, code: `C${n}`, category_id: food, price: 100 * n, tax_ids: [], group_ids: [], station: null, barcodes: [], stocked: false,
    open_price: false, unit: null, floor: null, variants: [], prices: [], combo: [], sort: n, ...more,
  };
}

const shirt = item(4, 'T-Shirt', { variants: [{ id: 'v', code: 'TS-L', name: 'large', price: 2190, barcodes: ['4006381333931'] }] });
const items = [
  item(1, 'Crème brûlée'),
  item(2, 'Brown sugar cream', { barcodes: ['96385074'] }),
  item(3, 'Café au lait', { category_id: drinks }),
  shirt,
];

const packed = (list) => rowsOf.packRows(list.map((i) => rowsOf.rowOf(i, 0)), [drinks, food], 0, ['hash']);
const names = (rows, found) => found.map((row) => rowsOf.nameAt(rows, row));

test('a search finds parts of words without accents; what begins with it comes first', () => {
  const rows = packed(items);
  assert.deepEqual(names(rows, rowsOf.searchRows(rows, 'CREM')), ['Crème brûlée']);
  assert.deepEqual(names(rows, rowsOf.searchRows(rows, 'cre')), ['Crème brûlée', 'Brown sugar cream']);
  assert.deepEqual(names(rows, rowsOf.searchRows(rows, 'cream brown')), ['Brown sugar cream']);
  assert.deepEqual(names(rows, rowsOf.searchRows(rows, '9638')), ['Brown sugar cream']);
  assert.deepEqual(names(rows, rowsOf.searchRows(rows, 'shirt large')), ['T-Shirt']);
  assert.deepEqual(rowsOf.searchRows(rows, 'nothing'), []);
  assert.deepEqual(rowsOf.searchRows(rows, '  '), []);
});

test('a code is found as a whole only, one of a variant too, and before all else', () => {
  const rows = packed([...items, item(10, 'C1 ring')]);
  const byCode = (code) => rowsOf.rowByCode(rows, code);
  assert.equal(rowsOf.nameAt(rows, byCode('c2')), 'Brown sugar cream');
  assert.equal(rowsOf.nameAt(rows, byCode('4006381333931')), 'T-Shirt');
  assert.equal(rowsOf.nameAt(rows, byCode('ts-l')), 'T-Shirt');
  assert.equal(byCode('400638133393'), -1);
  assert.equal(byCode('brown sugar cream'), -1);
  assert.equal(byCode(''), -1);
  assert.deepEqual(names(rows, rowsOf.searchRows(rows, 'c1')), ['Crème brûlée', 'C1 ring']);
});

test('rows stand in the order of the menu', () => {
  const rows = packed([...items].reverse());
  assert.deepEqual(names(rows, [0, 1, 2, 3]), ['Café au lait', 'Crème brûlée', 'Brown sugar cream', 'T-Shirt']);
  assert.deepEqual(rowsOf.rowsOfCategory(rows, food), [1, 2, 3]);
  assert.deepEqual(rowsOf.rowsOfCategory(rows, 'none'), []);
  assert.equal(rowsOf.idAt(rows, 3), shirt.id);
});

/** A device's store with these catalogue parts; says which parts were read. */
function device() {
  const parts = new Map();
  const read = [];
  let head;
  const keep = (value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const hash = createHash('sha256').update(bytes).digest('hex');
    parts.set(hash, bytes);
    return { hash, size: bytes.length };
  };
  const manifest = (bits, list) => {
    const chunks = Array.from({ length: 1 << bits }, (_, k) => list.filter((i) => chunkOf(i.id, bits) === k));
    const menu = keep({ categories: [{ id: food, sort: 2 }, { id: drinks, sort: 1 }] });
    return { bits, menu, items: chunks.map((of) => ({ ...keep({ v: 2, items: of }), count: of.length })) };
  };
  const get = async (store, key) => {
    if (store === 'rows') return head;
    read.push(key);
    return parts.get(key);
  };
  const build = async (made) => {
    read.length = 0;
    head = await buildRows({ get }, made);
    return { rows: head, chunksRead: read.length - 1 };
  };
  return { manifest, build };
}

test('a changed price is one chunk to read; all other rows are taken over', async () => {
  const list = Array.from({ length: 200 }, (_, n) => item(n + 1, `Thing ${n}`));
  const { manifest, build } = device();
  const first = await build(manifest(4, list));
  assert.equal(first.chunksRead, 16);
  assert.equal(first.rows.count, 200);
  const changed = list.map((i) => (i.id === list[77].id ? { ...i, price: 31415 } : i));
  const next = await build(manifest(4, changed));
  assert.equal(next.chunksRead, 1);
  assert.deepEqual(next.rows, packedWith(changed, 4, next.rows.chunks));
  const fewer = await build(manifest(3, changed.slice(1)));
  assert.equal(fewer.chunksRead, 8);
  assert.equal(fewer.rows.count, 199);
});

const packedWith = (list, bits, chunks) => rowsOf.packRows(list.map((i) => rowsOf.rowOf(i, chunkOf(i.id, bits))), [drinks, food], bits, chunks);

/** Key presses so many ms after each other; what the last one gave. */
function typed(keys, gap, inField = false) {
  typed.at = (typed.at ?? 0) + 10_000;
  let code = null;
  for (const key of keys) {
    const [ctrlKey, plain] = key === '\x1d' ? [true, ']'] : [false, key];
    code = scanOf({ key: plain, ctrlKey, timeStamp: (typed.at += gap), inField });
  }
  return code;
}

test('only what comes faster than a person types is a scan', () => {
  assert.equal(typed([...'4006381333931', 'Enter'], 8), '4006381333931');
  assert.equal(typed([...'4006381333931', 'Enter'], 120), null);
  assert.equal(typed([...'12345', 'Enter'], 8), null, 'too short for a code');
  assert.equal(typed([...'ABC-123', 'Enter'], 8), 'ABC-123');
  assert.equal(typed([...'ABC-123', 'Enter'], 8, true), null, 'fast typing in a field');
  assert.equal(typed([...'4006381333931', 'Enter'], 8, true), '4006381333931');
  assert.equal(typed([...']C1010950110153000310LOT\x1d17270131', 'Enter'], 8, true), ']C1010950110153000310LOT\x1d17270131');
  assert.equal(typed(['Shift', 'A', 'Shift', 'B', ...'12345', 'Enter'], 8), 'AB12345');
});

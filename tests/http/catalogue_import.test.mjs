// Tables of the catalogue in and out: all of a batch or nothing, every mistake at its line and column, the same again changes nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { as, manager, rows, shop, suite, world } from './lib/context.mjs';
import { ok, problem } from './lib/client.mjs';
import { draft } from './lib/draft.mjs';

const tool = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));
const fresh = () => `t${randomUUID().slice(0, 8)}`;
const boss = () => as(shop, manager);

/** Rows of texts, the first of them on line 2. */
async function load(kind, columns, texts, more = {}) {
  const client = await boss();
  return client.post('/v1/catalogue/import', { kind, columns, rows: texts.map((cells, i) => ({ line: i + 2, cells })), ...more });
}

const counts = ({ done, made, changed, unchanged }) => [done, made, changed, unchanged];
const places = ({ errors }) => errors.map(({ line, column, code }) => `${line} ${column} ${code}`).sort();

/** {status, out, err} of the tool with the manager's token. */
async function mpos(args, input) {
  const client = await boss();
  const { url } = await world();
  const child = spawn(tool, ['catalogue', ...args, '--url', url], { env: { ...process.env, MPOS_TOKEN: client.token } });
  const read = async (stream) => { let text = ''; for await (const part of stream) text += part; return text; };
  const all = [read(child.stdout), read(child.stderr), new Promise((done) => { child.on('close', done); })];
  child.stdin.on('error', () => {}); // it may have ended without reading
  child.stdin.end(input);
  const [out, err, status] = await Promise.all(all);
  return { out, err, status };
}

suite('import and export', () => {
  test('rows are made, changed, and left as they are', async () => {
    const { category, tax, group } = await draft(await boss());
    const [a, b] = [fresh(), fresh()];
    const columns = ['code', 'name', 'category', 'price', 'taxes', 'groups', 'barcodes', 'stocked', 'floor', 'unit'];
    const table = [[a, ' Apple ', category.code, '1.5', tax.code, group.code, `${a}x | ${a}y`, 'Y', '0.99', 'kg'], [b, 'Bread', category.code, '2', '', '', '', '', '', '']];
    assert.deepEqual(counts(ok(await load('items', columns, table, { dry_run: true }))), [true, 2, 0, 0]);
    problem(await (await boss()).get(`/v1/catalogue/items/${randomUUID()}`), 404, 'not_found');
    assert.deepEqual(counts(ok(await load('items', columns, table))), [true, 2, 0, 0]);
    const again = ok(await load('items', columns, table));
    assert.deepEqual(counts(again), [true, 0, 0, 2]);
    assert.deepEqual(again.journal, []);
    const read = async (code) => ok(await (await boss()).get(`/v1/catalogue/items?search=${code}`)).items[0];
    const apple = await read(a);
    assert.deepEqual([apple.name, apple.price, apple.floor, apple.unit, apple.stocked, apple.tax_ids, apple.group_ids, apple.barcodes, apple.version],
      ['Apple', 150, 99, 'kg', true, [tax.id], [group.id], [`${a}x`, `${a}y`], 1]);
    // A column that is not there stays as it is, an empty cell empties.
    assert.deepEqual(counts(ok(await load('items', ['barcodes', 'code'], [[`${a}y`, a], ['', b]]))), [true, 0, 1, 1]);
    const changed = await read(a);
    assert.deepEqual([changed.barcodes, changed.name, changed.groups, changed.version], [[`${a}y`], 'Apple', apple.groups, 2]);
    assert.deepEqual(counts(ok(await load('items', ['code', 'active'], [[b, 'no']]))), [true, 0, 1, 0]);
    assert.equal((await read(b))?.active ?? false, false);
  });

  test('every mistake has its line, its column and its reason, and nothing is written', async () => {
    const { category, item } = await draft(await boss());
    const [a, b, c] = [fresh(), fresh(), fresh()];
    const taken = item.variants[0].barcodes[0];
    const columns = ['code', 'name', 'category', 'price', 'taxes', 'barcodes', 'sort', 'open_price'];
    const good = [a, 'Good', category.code, '1', '', '', '', ''];
    const answer = ok(await load('items', columns, [
      good,
      [b, '', 'nowhere', '1.005', 'no-tax', `${b}1`, '', 'maybe'],
      ['ä', 'x'.repeat(201), category.code, '-1', '', '12', '1.5', ''],
      [c, '4111 1111 1111 1111', category.code, '10000000000', '', `${b}1|${b}1`, '1000001', ''],
      [a, 'Twice', category.code, '1', '', '', '', ''],
      ['short', 'x'],
      [fresh(), 'ok', 'nowhere', '1', 'no-tax', taken, '', ''],
    ]));
    assert.deepEqual(places(answer), [
      '3 name missing_field', '3 open_price invalid_value', '3 price invalid_value',
      '4 barcodes invalid_value', '4 code invalid_value', '4 name out_of_range', '4 price invalid_value', '4 sort invalid_value',
      '5 barcodes invalid_value', '5 name card_number_refused', '5 price out_of_range', '5 sort out_of_range',
      '6 code name_taken', '7  invalid_value', '8 barcodes name_taken', '8 category unknown_reference', '8 taxes unknown_reference',
    ]);
    assert.deepEqual(counts(answer), [false, 0, 0, 0]);
    const [{ n }] = await rows(`SELECT count(*) AS n FROM pos.item WHERE code = '${a}'`);
    assert.equal(Number(n), 0);
    const many = ok(await load('items', columns, Array.from({ length: 1000 }, () => [fresh(), '', category.code, '1', '', '', '', ''])));
    assert.deepEqual([many.errors.length, many.more_errors], [100, 900]);
  });

  test('a batch that is none is refused as a whole', async () => {
    const cells = ['x'];
    const refused = async (body, ...rest) => problem(await (await boss()).post('/v1/catalogue/import', body), 400, ...rest);
    const one = { line: 2, cells };
    await refused({ kind: 'items', columns: ['colour'], rows: [one] }, 'unknown_field', '/columns/0');
    await refused({ kind: 'items', columns: ['code', 'code'], rows: [one] }, 'invalid_value', '/columns/1');
    await refused({ kind: 'items', columns: ['name'], rows: [one] }, 'missing_field', '/columns');
    await refused({ kind: 'staff', columns: ['code'], rows: [one] }, 'invalid_value', '/kind');
    await refused({ kind: 'items', columns: ['code'], rows: Array(1001).fill(one) }, 'too_many', '/rows');
    await refused({ kind: 'items', columns: ['code'], rows: [] }, 'out_of_range', '/rows');
    await refused({ kind: 'items', columns: ['code'], rows: [{ line: 0, cells }] }, 'out_of_range', '/rows/0/line');
  });

  test('variants, prices of books and categories', async () => {
    const { item, book } = await draft(await boss());
    const code = fresh();
    assert.deepEqual(counts(ok(await load('categories', ['code', 'name', 'colour'], [[code, 'Fruit', '#a0B1c2']]))), [true, 1, 0, 0]);
    assert.deepEqual(counts(ok(await load('variants', ['item', 'code', 'name', 'price', 'barcodes'], [[item.code, 'S', 'Small', '1', code], [item.code, 'L', 'Large', '3.00', '']]))), [true, 1, 1, 0]);
    const price = (...cells) => load('prices', ['item', 'book', 'variant', 'min_qty', 'price'], [[item.code, book.code, ...cells]]);
    assert.deepEqual(counts(ok(await price('S', '', '0.80'))), [true, 1, 0, 0]);
    assert.deepEqual(counts(ok(await price('', '2.50', '1'))), [true, 1, 0, 0]);
    assert.deepEqual(counts(ok(await price('', '2.5', '1.00'))), [true, 0, 0, 1]);
    assert.deepEqual(counts(ok(await price('', '2.5', ''))), [true, 0, 1, 0]);
    assert.deepEqual(counts(ok(await price('', '2.5', ''))), [true, 0, 0, 1]);
    assert.deepEqual(places(ok(await price('XL', '', '1'))), ['2 variant unknown_reference']);
    const { item: now } = ok(await (await boss()).get(`/v1/catalogue/items/${item.id}`));
    assert.deepEqual(now.variants.map((one) => [one.code, one.price, one.barcodes.length]).sort(), [['L', 300, 0], ['S', 100, 1]]);
    assert.deepEqual(now.prices.map((one) => one.price).sort(), [250, 80]);
    assert.ok(now.version > item.version);
    assert.deepEqual(places(ok(await load('categories', ['code', 'active'], [[(await categoryOf(now)).code, 'no']]))), ['2 active row_in_use']);
  });

  test('what is exported imports as it is', async () => {
    const client = await boss();
    await draft(client);
    for (const kind of ['items', 'variants', 'prices', 'categories']) {
      const seen = [];
      let columns;
      for (let cursor = ''; cursor !== null;) {
        const page = ok(await client.get(`/v1/catalogue/export?kind=${kind}&limit=${kind === 'items' ? 1000 : 2}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
        ({ columns } = page);
        seen.push(...page.rows);
        cursor = page.next;
      }
      assert.equal(new Set(seen.map(String)).size, seen.length);
      const some = seen.slice(-1000);
      assert.deepEqual(counts(ok(await load(kind, columns, some))), [true, 0, 0, some.length], kind);
    }
    for (const cursor of ['a%7Cb', 'a%7Cb%7Cc%7Cd', 'a%7Cb%7Cc%7C1.2.3']) {
      problem(await client.get(`/v1/catalogue/export?kind=prices&cursor=${cursor}`), 400, 'invalid_value', 'cursor');
    }
  });

  test('the tool reads and writes files', async () => {
    const { category } = await draft(await boss());
    const directory = mkdtempSync(`${tmpdir()}/mpos-import-`);
    const file = `${directory}/items.csv`;
    const [a, b] = [fresh(), fresh()];
    try {
      writeFileSync(file, `\ufeffcode,name,category,price\r\n\r\n${a},"Big, ""round""\nand red",${category.code},1.20\r\n${b},Plain,${category.code},2`);
      const dry = await mpos(['import', file, '--dry-run']);
      assert.deepEqual([dry.status, dry.out], [0, '2 made, 0 changed, 0 as they were\n'], dry.err);
      assert.equal((await mpos(['import', file])).out, '2 made, 0 changed, 0 as they were\n');
      assert.equal((await mpos(['import', file])).out, '0 made, 0 changed, 2 as they were\n');
      assert.equal((await mpos(['export', '-'])).out.split('\n').filter((line) => line.startsWith(a) || line === 'and red"' || line.startsWith('and red"')).length, 2);
      const exported = await mpos(['export', file, '--separator', ';']);
      assert.equal(exported.status, 0, exported.err);
      assert.match(readFileSync(file, 'utf8'), new RegExp(`^code;name;category;price;[^]*\n${b};Plain;${category.code};2.00;`));
      assert.match((await mpos(['import', file, '--separator', ';'])).out, /^0 made, 0 changed, \d+ as they were\n$/);
      writeFileSync(file, `code,name,category,price\n"x\ny",Good,${category.code},1\n${a},,nowhere,1.005\n`);
      const wrong = await mpos(['import', file]);
      assert.equal(wrong.status, 1);
      const lines = wrong.out.trim().split('\n').map((line) => line.slice(directory.length + 1).replace(/: [^:]* \(/, ' ('));
      assert.deepEqual(lines.sort(), ['items.csv:2: code (invalid_value)', 'items.csv:4: name (missing_field)', 'items.csv:4: price (invalid_value)']);
      for (const [text, message] of [['code,name\na,"b', /items.csv:2: a quoted cell/], ['code,name\na,b"c"\n', /items.csv:2: /], ['code\n\xff\n', /items.csv:2: cell 1 is not UTF-8/], ['', /no line with the names/], ['colour\nx\n', /no such column/]]) {
        writeFileSync(file, Buffer.from(text, 'latin1'));
        const { status, err } = await mpos(['import', file]);
        assert.equal(status, 3);
        assert.match(err, message);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

async function categoryOf(item) {
  return ok(await (await boss()).get(`/v1/catalogue/categories/${item.category_id}`)).category;
}

// Rows of the draft catalogue: written with a version, listed, archived, and refused with the exact place when they do not fit.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, manager, rows, shop, suite } from './lib/context.mjs';
import { ok, problem } from './lib/client.mjs';
import { draft } from './lib/draft.mjs';

const fresh = () => `t${randomUUID().slice(0, 8)}`;
const boss = () => as(shop, manager);

async function path(kind, body) {
  return (await boss()).post(`/v1/catalogue/${kind}`, { code: fresh(), name: 'Row', ...body });
}

suite('rows of the catalogue', () => {
  test('a row is made, read, changed with its version, archived and taken back', async () => {
    const client = await boss();
    const code = fresh();
    const { customer_group: made, journal } = ok(await client.post('/v1/catalogue/customer-groups', { code, name: 'Members' }), 201);
    assert.equal(journal.length, 1);
    assert.deepEqual(made, { id: made.id, code, name: 'Members', active: true, version: 1 });
    const write = (version, name) => client.post('/v1/catalogue/customer-groups', { id: made.id, version, code, name });
    const { customer_group: changed } = ok(await write(1, 'Friends'));
    assert.equal(`${changed.name} ${changed.version}`, 'Friends 2');
    problem(await write(1, 'Late'), 409, 'version_conflict', '/version');
    problem(await client.post('/v1/catalogue/customer-groups', { id: made.id, code: fresh(), name: 'x' }), 409, 'id_taken', '/id');
    problem(await client.post('/v1/catalogue/customer-groups', { code, name: 'x' }), 409, 'name_taken', '/code');
    problem(await client.post('/v1/catalogue/customer-groups', { id: randomUUID(), version: 1, code: fresh(), name: 'x' }), 404, 'not_found');
    const at = `/v1/catalogue/customer-groups/${made.id}`;
    problem(await client.post(`${at}/archive`, { version: 1 }), 409, 'version_conflict', '/version');
    const found = async (archived) => ok(await client.get(`/v1/catalogue/customer-groups?search=${code}&archived=${archived}`)).customer_groups.length;
    assert.equal(ok(await client.post(`${at}/archive`, { version: 2 })).customer_group.active, false);
    assert.deepEqual([await found('no'), await found('yes'), await found('all')], [0, 1, 1]);
    assert.equal(ok(await client.post(`${at}/archive`, { version: 3, active: true })).customer_group.active, true);
    assert.equal(ok(await client.get(at)).customer_group.version, 4);
  });

  test('two people who write the same version: one of them is told', async () => {
    const client = await boss();
    const { category } = ok(await path('categories', { sort: 1000000 }), 201);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => client.post('/v1/catalogue/categories', { ...pick(category), name })));
    assert.deepEqual(answers.map((one) => one.status).sort(), [200, 409, 409, 409]);
  });

  test('an item comes back as it was written, with all that belongs to it', async () => {
    const client = await boss();
    const { item, book, group, tax } = await draft(client);
    assert.equal(item.variants[0].code, 'L');
    assert.deepEqual(item.prices, [{ book_id: book.id, variant_id: item.variants[0].id, min_qty: null, price: 250 }]);
    const code = fresh();
    const whole = {
      ...pick(item), name: 'Whole', tax_ids: [tax.id], group_ids: [group.id], station: 'bar', stocked: true, open_price: true, unit: 'kg', floor: 100,
      barcodes: [code, `${code}b`], variants: [{ ...item.variants[0], code: 'M' }, { id: randomUUID(), code: 'L', name: 'New', price: 0, barcodes: [] }],
      prices: [{ book_id: book.id, variant_id: null, min_qty: '2.5', price: 9 }, { book_id: book.id, variant_id: null, min_qty: null, price: 10 }],
    };
    const { item: written } = ok(await client.post('/v1/catalogue/items', whole));
    assert.deepEqual({ ...written, prices: [...written.prices].sort((a, b) => a.price - b.price) }, { ...whole, active: true, version: item.version + 1 });
    // The variant that goes takes its prices along, also those of modifiers.
    const { item: bare } = ok(await client.post('/v1/catalogue/items', { ...pick(written), variants: [], prices: [], barcodes: [] }));
    assert.deepEqual([bare.variants, bare.prices, bare.barcodes], [[], [], []]);
    assert.deepEqual(ok(await client.get(`/v1/catalogue/groups/${group.id}`)).group.modifiers[0].prices, []);
    // Searched by name, by code and by a whole barcode; pages meet every row once.
    ok(await client.post('/v1/catalogue/items', { ...pick(bare), barcodes: [code] }));
    for (const text of ['hol', item.code.slice(1), code]) {
      assert.ok(ok(await client.get(`/v1/catalogue/items?search=${text}`)).items.some((one) => one.id === item.id), text);
    }
    assert.deepEqual(ok(await client.get('/v1/catalogue/items?search=%25')).items, []);
    const seen = [];
    for (let after = ''; after !== null;) {
      const page = ok(await client.get(`/v1/catalogue/items?limit=200&category_id=${item.category_id}${after && `&after=${after}`}`));
      seen.push(...page.items.map((one) => one.code));
      after = page.next;
    }
    assert.deepEqual(seen, [item.code]);
  });

  test('what others need is not archived', async () => {
    const client = await boss();
    const { item, category, tax, group } = await draft(client);
    ok(await client.post('/v1/catalogue/items', { ...pick(item), group_ids: [group.id] }));
    for (const [kind, row] of [['categories', category], ['taxes', tax], ['groups', group]]) {
      problem(await client.post(`/v1/catalogue/${kind}/${row.id}/archive`, { version: row.version }), 409, 'row_in_use');
    }
    ok(await client.post(`/v1/catalogue/items/${item.id}/archive`, { version: item.version + 1 }));
    ok(await client.post(`/v1/catalogue/taxes/${tax.id}/archive`, { version: tax.version }));
    problem(await client.post('/v1/catalogue/items', { code: fresh(), name: 'x', category_id: category.id, price: 1, tax_ids: [tax.id] }), 422, 'unknown_reference', '/tax_ids/0');
  });

  test('what does not fit is refused at its place', async () => {
    const { category, tax, item } = await draft(await boss());
    const id = randomUUID();
    const of = { category_id: category.id, price: 100, tax_ids: [] };
    const percent = { kind: 'percent', rate: '0.1' };
    const cases = [
      ['promotions', { definition: { kind: 'percent' } }, 'missing_field', '/definition/rate'],
      ['promotions', { definition: { kind: 'percent', rate: '1.1' } }, 'out_of_range', '/definition/rate'],
      ['promotions', { definition: { ...percent, amount: 5 } }, 'invalid_value', '/definition/amount'],
      ['promotions', { definition: { kind: 'amount', amount: 5 } }, 'invalid_value', '/definition/scope'],
      ['promotions', { definition: { ...percent, scope: 'order', targets: { item_ids: [item.id] } } }, 'invalid_value', '/definition/targets'],
      ['promotions', { definition: { ...percent, max_uses: 2 } }, 'invalid_value', '/definition/max_uses'],
      ['promotions', { definition: { ...percent, targets: { item_ids: [item.id, id] } } }, 'unknown_reference', '/definition/targets/item_ids/1'],
      ['promotions', { definition: { kind: 'bundle', price: 9, slots: [{ qty: '1', category_ids: [id] }] } }, 'unknown_reference', '/definition/slots/0/category_ids/0'],
      ['promotions', { definition: { ...percent, when: { from: '2026-02-30T00:00' } } }, 'invalid_value', '/definition/when/from'],
      ['promotions', { definition: { ...percent, when: { from: '2026-02-02T00:00', until: '2026-02-01T00:00' } } }, 'invalid_value', '/definition/when/until'],
      ['promotions', { definition: { ...percent, when: { start: '09:00' } } }, 'missing_field', '/definition/when/end'],
      ['promotions', { definition: { ...percent, when: { start: '24:00', end: '01:00' } } }, 'invalid_value', '/definition/when/start'],
      ['promotions', { definition: { ...percent, when: { days: ['mon', 'someday'] } } }, 'invalid_value', '/definition/when/days/1'],
      ['promotions', { definition: { ...percent, when: { outlet_ids: [id] } } }, 'unknown_reference', '/definition/when/outlet_ids/0'],
      ['promotions', { definition: { ...percent, rule: 1 } }, 'unknown_field', '/definition/rule'],
      ['charges', { definition: { kind: 'fixed' } }, 'missing_field', '/definition/amount'],
      ['charges', { definition: { kind: 'fixed', amount: 5, base: 'left' } }, 'invalid_value', '/definition/base'],
      ['charges', { definition: { ...percent, base: 'total', tax_ids: [tax.id] } }, 'invalid_value', '/definition/tax_ids'],
      ['charges', { definition: { ...percent, tax_ids: [id] } }, 'unknown_reference', '/definition/tax_ids/0'],
      ['tax-maps', { definition: { keep: 'gross', replace: [{ tax_id: tax.id, by: [] }, { tax_id: tax.id, by: [] }] } }, 'invalid_value', '/definition/replace/1/tax_id'],
      ['tax-maps', { definition: { keep: 'gross', replace: [{ tax_id: tax.id, by: [id] }] } }, 'unknown_reference', '/definition/replace/0/by/0'],
      ['taxes', { definition: { type: 'division', rate: '1', included: false } }, 'out_of_range', '/definition/rate'],
      ['taxes', { definition: { type: 'bracket', included: false, brackets: [{ from: 5, amount: 1 }, { from: 5, amount: 2 }] } }, 'invalid_value', '/definition/brackets/1/from'],
      ['taxes', { definition: { type: 'bracket', included: true, brackets: [{ from: 5, amount: 1 }] } }, 'invalid_value', '/definition/included'],
      ['books', { definition: { guests_min: 0 } }, 'out_of_range', '/definition/guests_min'],
      ['books', { priority: 40000, definition: {} }, 'out_of_range', '/priority'],
      ['currencies', { code: 'usd', definition: { exponent: 2, rate: '1' } }, 'invalid_value', '/code'],
      ['currencies', { code: 'USD', definition: { exponent: 2, rate: '0' } }, 'out_of_range', '/definition/rate'],
      ['groups', { min: 2, max: 1, modifiers: [{ code: 'a', name: 'A', price: 0 }] }, 'invalid_value', '/max'],
      ['groups', { min: 0, max: 1, modifiers: [{ code: 'a', name: 'A', price: 0 }, { code: 'a', name: 'B', price: 0 }] }, 'name_taken', '/modifiers/1/code'],
      ['groups', { min: 0, max: 1, modifiers: [{ code: 'a', name: 'A', price: 0, prices: [{ variant_id: id, price: 1 }] }] }, 'unknown_reference', '/modifiers/0/prices/0/variant_id'],
      ['categories', { code: 'ä' }, 'invalid_value', '/code'],
      ['categories', { name: '4111 1111 1111 1111' }, 'card_number_refused', '/name'],
      ['items', { ...of, category_id: id }, 'unknown_reference', '/category_id'],
      ['items', { ...of, tax_ids: [tax.id, tax.id] }, 'invalid_value', '/tax_ids/1'],
      ['items', { ...of, barcodes: ['12345', '1 2'] }, 'out_of_range', '/barcodes/1', 'invalid_value'],
      ['items', { ...of, barcodes: item.variants[0].barcodes }, 'name_taken', '/barcodes/0'],
      ['items', { ...of, variants: item.variants }, 'id_taken', '/variants/0/id'],
      ['items', { ...of, prices: [{ book_id: id, price: 1 }] }, 'unknown_reference', '/prices/0/book_id'],
      ['items', { ...of, combo: [{ name: 'S', item_ids: [id] }] }, 'unknown_reference', '/combo/0/item_ids/0'],
    ];
    const wrong = [];
    for (const [kind, body, code, field, other] of cases) {
      const { json, status } = await path(kind, body);
      if (!([code, other].includes(json.code) && json.field === field && status >= 400)) wrong.push(`${kind} ${JSON.stringify(body)}: ${status} ${json.code} ${json.field} ${json.detail ?? ''}`);
    }
    assert.deepEqual(wrong, []);
  });

  test('settings have one version for all of them', async () => {
    const client = await boss();
    const { settings } = ok(await client.get('/v1/catalogue/settings'));
    const pattern = { name: 'Scale', pattern: '21.....{NNDDD}.', symbology: 'ean13', value: 'qty' };
    const write = (definition, version = settings.version) => client.post('/v1/catalogue/settings', { version, definition });
    problem(await write({ ...settings.definition, barcode_patterns: [{ ...pattern, pattern: '{N' }] }), 400, 'invalid_value', '/definition/barcode_patterns/0/pattern');
    problem(await write({ ...settings.definition, sequence: ['line_percent'] }), 400, 'invalid_value', '/definition/sequence');
    problem(await write(settings.definition, settings.version - 1), 409, 'version_conflict', '/version');
    const { settings: written } = ok(await write({ ...settings.definition, barcode_patterns: [pattern] }));
    assert.deepEqual(written, { version: settings.version + 1, definition: { ...settings.definition, barcode_patterns: [pattern] } });
    ok(await write(settings.definition, written.version));
  });

  test('the journal of the business says who edited what', async () => {
    const client = await boss();
    const code = fresh();
    const { book, journal: [entry] } = ok(await client.post('/v1/catalogue/books', { code, name: 'Book', definition: {} }), 201);
    const { entries } = ok(await client.get(`/v1/journals/${entry.id}/entries?from=${entry.seq}&epoch=${entry.epoch}&limit=1`));
    const payload = Buffer.from(entries[0].payload, 'base64').toString('utf8');
    for (const text of ['"type":"CATALOGUE_EDITED"', '"entity":"book"', '"op":"catalogue.book.write"', code, client.session.staff.id]) {
      assert.ok(payload.includes(text) || payload.includes(Buffer.from(text.replaceAll('-', ''), 'hex').toString('base64url')), `${text} in ${payload}`);
    }
    assert.equal(book.version, 1);
  });

  test('what was changed of a row is told by row, with who it was', async () => {
    const client = await boss();
    const history = async (id, query = '') => ok(await client.get(`/v1/catalogue/history/${id}${query}`));
    const { book, item } = await draft(client);
    const { item: dearer } = ok(await client.post('/v1/catalogue/items', { ...pick(item), price: 230, prices: [{ book_id: book.id, variant_id: null, price: 190 }] }));
    const { item: same } = ok(await client.post('/v1/catalogue/items', pick(dearer)));
    ok(await client.post(`/v1/catalogue/items/${item.id}/archive`, { version: same.version }));
    const { edits: [archived, changed, made, ...none] } = await history(item.id);
    assert.deepEqual(none, [], 'what changes nothing is not told');
    assert.deepEqual([archived.changes, made.made, made.changes, changed.entity, changed.made], [{ active: [true, false] }, true, {}, 'item', false]);
    assert.deepEqual(changed.changes, { price: [200, 230], prices: [item.prices, dearer.prices] });
    assert.deepEqual([changed.staff_id, changed.staff], [client.session.staff.id, client.session.staff.name]);
    const page = await history(item.id, '?limit=1');
    assert.deepEqual((await history(item.id, `?limit=1&after=${page.next}`)).edits, [changed]);
    // An import tells the columns of its file, also for what belongs to an item; the settings are those of the business.
    const rows = [{ line: 2, cells: [item.code, book.code, '1.50'] }, { line: 3, cells: [item.code, book.code, ''] }].slice(0, 1);
    ok(await client.post('/v1/catalogue/import', { kind: 'prices', columns: ['item', 'book', 'price'], rows }));
    ok(await client.post('/v1/catalogue/import', { kind: 'items', columns: ['code', 'name', 'price'], rows: [{ line: 2, cells: [item.code, 'Draft', '9.90'] }] }));
    const { edits: [items, prices] } = await history(item.id);
    assert.deepEqual([items.changes, prices.changes], [{ price: ['2.30', '9.90'] }, { [`prices/${book.code}/price`]: ['1.90', '1.50'] }]);
    const { settings } = ok(await client.get('/v1/catalogue/settings'));
    const { settings: other } = ok(await client.post('/v1/catalogue/settings', { version: settings.version, definition: { ...settings.definition, apportion: 'last_line' } }));
    ok(await client.post('/v1/catalogue/settings', { version: other.version, definition: settings.definition }));
    assert.deepEqual((await history(client.session.tenant.id)).edits.slice(0, 2).map((one) => one.changes.apportion), [['last_line', settings.definition.apportion ?? null], [settings.definition.apportion ?? null, 'last_line']]);
    assert.deepEqual(await history(randomUUID()), { edits: [], next: null });
    problem(await (await as(cafe, cashier)).get(`/v1/catalogue/history/${item.id}`), 403, 'forbidden');
    assert.equal((await (await as(cafe, manager)).get(`/v1/catalogue/history/${item.id}`)).json.edits.length, 0, 'of another business');
  });

  test('the prices of a book, searched and page by page', async () => {
    const client = await boss();
    const { item, book } = await draft(client);
    const { item: other } = await draft(client);
    ok(await client.post('/v1/catalogue/items', { ...pick(other), prices: [{ book_id: book.id, variant_id: null, min_qty: '2.5', price: 9 }, { book_id: book.id, variant_id: null, price: 10 }] }));
    const at = `/v1/catalogue/books/${book.id}/prices`;
    const seen = [];
    for (let after = ''; after !== null;) {
      const page = ok(await client.get(`${at}?limit=1${after && `&after=${after}`}`));
      seen.push(...page.items);
      after = page.next;
    }
    const expected = [
      { id: item.id, code: item.code, prices: [{ variant_id: item.variants[0].id, variant: 'Large', min_qty: null, price: 250, ordinary: 300 }] },
      { id: other.id, code: other.code, prices: [{ variant_id: null, variant: null, min_qty: null, price: 10, ordinary: 200 }, { variant_id: null, variant: null, min_qty: '2.5', price: 9, ordinary: 200 }] },
    ].sort((a, b) => (a.code < b.code ? -1 : 1));
    assert.deepEqual(seen, expected.map(({ prices, ...row }) => ({ ...row, name: 'Draft', active: true, prices })));
    assert.deepEqual(ok(await client.get(`${at}?search=${other.code}`)).items.map((one) => one.id), [other.id]);
    problem(await client.get(`/v1/catalogue/books/${randomUUID()}/prices`), 404, 'not_found');
  });

  test('items are listed by name and by price, up and down, each once', async () => {
    const client = await boss();
    const { category, tax } = await draft(client);
    const of = { category_id: category.id, tax_ids: [tax.id] };
    const add = async (name, price, variants = []) => ok(await client.post('/v1/catalogue/items', { ...of, code: fresh(), name, price, variants }), 201).item;
    await add('banana', 300);
    await add('Äpfel', 300);
    await add('Apfel', 200);
    await add('Cherry', 900, [{ code: 's', name: 'S', price: 100 }, { code: 'l', name: 'L', price: 400 }]);
    const names = async (query) => {
      const seen = [];
      for (let after = ''; after !== null;) {
        const page = ok(await client.get(`/v1/catalogue/items?category_id=${category.id}&limit=2&${query}${after && `&after=${after}`}`));
        seen.push(...page.items.filter((one) => one.name !== 'Draft').map((one) => one.name));
        after = page.next;
      }
      return seen.join(' ');
    };
    assert.equal(await names('sort=name'), 'Apfel Äpfel banana Cherry');
    assert.equal(await names('sort=name&way=down'), 'Cherry banana Äpfel Apfel');
    assert.match(await names('sort=price'), /^Cherry Apfel (banana Äpfel|Äpfel banana)$/);
    assert.match(await names('sort=price&way=down'), /(banana Äpfel|Äpfel banana) Apfel Cherry$/);
    problem(await client.get('/v1/catalogue/taxes?sort=name'), 400, 'unknown_field', 'sort');
  });

  test('a cashier neither edits nor reads coupons', async () => {
    const client = await as(cafe, cashier);
    ok(await client.get('/v1/catalogue/items?limit=1'));
    problem(await client.get('/v1/catalogue/promotions'), 403, 'forbidden');
    problem(await client.post('/v1/catalogue/categories', { code: 'x', name: 'x' }), 403, 'forbidden');
    const [{ n }] = await rows("SELECT count(*) AS n FROM pos.category WHERE code = 'x'");
    assert.equal(Number(n), 0);
  });
});

/** What a write takes of a row that was read. */
function pick({ active, ...row }) {
  return row;
}

// The back office's catalogue: rows are edited beside a cart that shows what they do, files are imported and exported.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './fit.mjs';
import { openOffice, row } from './office-setup.mjs';
import { api, managerToken, picture, stack } from './setup.mjs';

const rows = async (kind) => (await api(`/v1/catalogue/${kind.replace('_', '-')}?archived=all&limit=200`, { token: await managerToken() }))[kind];
const byCode = async (kind, code) => (await rows(kind)).find((r) => r.code === code);
const nav = (page, name) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
const apply = (page) => page.getByRole('button', { name: 'Apply' }).click();

test('an item is added with variants and barcodes, changed, and that is taken back', async () => {
  const page = await openOffice({ path: 'items' });
  await page.getByRole('link', { name: 'Add item' }).click();
  await page.getByLabel('Name', { exact: true }).first().fill('Ginger beer');
  assert.equal(await page.getByLabel('Code', { exact: true }).inputValue(), 'ginger_beer');
  await page.getByLabel('Category').selectOption({ label: 'Cold drinks' });
  await page.getByRole('group', { name: 'Taxes' }).getByRole('button', { name: 'VAT 19% · standard' }).click();
  for (const [n, name, price, barcode] of [[1, 'Small', '3.20', ''], [2, 'Large', '4.5', '4006381333931']]) {
    await page.getByRole('button', { name: 'Add variant' }).click();
    const line = page.getByRole('group', { name: 'Variants' }).getByRole('group', { name: `Row ${n}` });
    await line.getByLabel('Name').fill(name);
    await line.getByLabel('Price').fill(price);
    await line.getByLabel('Barcodes').fill(barcode);
  }
  await page.getByRole('button', { name: 'Add item' }).click();
  await page.getByRole('alert').getByText(/^Row 2: Somebody or something else has that already/).waitFor();
  await page.getByRole('group', { name: 'Variants' }).getByRole('group', { name: 'Row 2' }).getByLabel('Barcodes').fill('9783161484100');
  await page.getByRole('button', { name: 'Add item' }).click();
  await page.getByRole('heading', { name: 'Ginger beer', level: 1 }).waitFor();
  const [made] = (await api('/v1/catalogue/items?search=ginger_beer', { token: await managerToken() })).items;
  assert.deepEqual(made.variants.map((v) => [v.code, v.price, v.barcodes]), [['small', 320, []], ['large', 450, ['9783161484100']]]);
  await page.getByRole('group', { name: 'Variants' }).getByRole('group', { name: 'Row 2' }).getByLabel('Price').fill('5');
  await apply(page);
  const priceOf = async () => (await api(`/v1/catalogue/items/${made.id}`, { token: await managerToken() })).item.variants[1].price;
  await page.getByText('Ginger beer saved.').waitFor();
  assert.equal(await priceOf(), 500);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(() => document.querySelector('[aria-label="Variants"] [aria-label="Row 2"] [aria-label="Price"]').value === '4.50');
  assert.equal(await priceOf(), 450);
  await page.end();
});

test('what was typed is kept while one looks elsewhere, and what somebody else changed is not overwritten', async () => {
  const token = await managerToken();
  const { category } = await api('/v1/catalogue/categories', { token, method: 'POST', body: { code: 'seasonal', name: 'Seasonal' } });
  const page = await openOffice({ path: `categories/${category.id}` });
  await page.getByLabel('Name', { exact: true }).fill('Of the season');
  await nav(page, 'Options');
  await page.getByRole('heading', { name: 'Options', level: 1 }).waitFor();
  await page.goBack();
  await page.getByText('Not saved').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Of the season');
  await api('/v1/catalogue/categories', { token, method: 'POST', body: { id: category.id, version: 1, code: 'seasonal', name: 'Winter' } });
  await apply(page);
  await page.getByRole('alert').getByText(/Somebody else has changed this/).waitFor();
  await page.getByRole('button', { name: 'Load what is there now' }).click();
  await page.getByRole('heading', { name: 'Winter', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await page.getByText('Winter is archived.').waitFor();
  assert.equal((await byCode('categories', 'seasonal')).active, false);
  await page.end();
});

test('a refusal stands at its field', async () => {
  const page = await openOffice({ path: 'categories/new' });
  await page.getByLabel('Name', { exact: true }).fill('Coffee');
  await page.getByRole('button', { name: 'Add category' }).click();
  await page.getByRole('alert').getByText(/has that already/).waitFor();
  assert.equal(await page.getByLabel('Code', { exact: true }).getAttribute('aria-invalid'), 'true');
  await page.getByLabel('Position').fill('first');
  await page.getByRole('button', { name: 'Add category' }).click();
  await page.getByRole('alert').getByText('A whole number.').waitFor();
  await page.end();
});

test('a file is looked at as a whole, told by line and column, and written when it is right', async () => {
  const page = await openOffice({ path: 'import' });
  const choose = (name, text) => page.getByLabel('Choose a CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await choose('drinks.csv', 'code;name;category;price;taxes\nimp_1;"Rhubarb\nfizz";cold;3,50;standard\n\nimp_2;Birch sap;nowhere;3;standard\nimp_3;Elder;cold;3,x;standard\n');
  await page.getByText('2 mistakes.').waitFor();
  const mistakes = page.getByRole('list', { name: 'Mistakes' }).getByRole('listitem');
  const told = await mistakes.allTextContents();
  assert.deepEqual(told.map((t) => /^Line \d(category|price)/.exec(t)?.[0]), ['Line 5category', 'Line 6price'], 'a line break inside a cell counts');
  assert.equal((await api('/v1/catalogue/items?search=imp_1', { token: await managerToken() })).items.length, 0, 'nothing is written');
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose('drinks.csv', 'code;name;category;price;taxes\nimp_1;Rhubarb fizz;cold;3,50;standard\nimp_2;Birch sap;cold;3;standard\n');
  await page.getByRole('button', { name: 'Write 2 rows' }).click();
  await page.getByText(/^Written\./).waitFor();
  const { items } = await api('/v1/catalogue/items?search=imp_', { token: await managerToken() });
  assert.deepEqual(items.map((i) => [i.name, i.price]), [['Rhubarb fizz', 350], ['Birch sap', 300]]);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Make the file' }).click();
  const text = await (await (await waiting).createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString());
  assert.match(text, /^\ufeffcode,name,category,price/);
  assert.match(text, /\r\nimp_1,Rhubarb fizz,cold,3.50,standard/);
  await page.end();
});

test('prices and rules are for who edits them', async () => {
  const page = await openOffice({ path: 'promotions', staff: '102', pin: '2345' });
  await page.getByText('Promotions is closed for you').waitFor();
  await page.end();
});

const preview = (page) => page.getByRole('complementary', { name: 'Preview' });
const figure = (page, name) => preview(page).getByRole('button', { name: new RegExp(`^${name}, .*: why this amount`) });

/** Puts an item into the preview, as somebody who types. */
async function addToPreview(page, name) {
  await preview(page).getByRole('searchbox').fill(name);
  await preview(page).getByRole('option', { name, exact: true }).click();
  await figure(page, name).filter({ hasText: /\d/ }).waitFor();
}

/** The sentences and amounts that explain a figure. */
async function why(page, name) {
  await figure(page, name).click();
  const sheet = page.getByRole('dialog', { name: /^Why / });
  const told = await sheet.getByRole('listitem').evaluateAll((all) => all.map((li) => [...li.children].map((c) => c.innerText.replace(/\s+/g, ' ')).join(' = ')));
  return { sheet, told };
}

async function addRules(token) {
  const post = (kind, body) => api(`/v1/catalogue/${kind}`, { token, method: 'POST', body });
  const standard = (await byCode('taxes', 'standard')).id;
  const cocktails = (await byCode('categories', 'cocktails')).id;
  await post('promotions', { code: 'why_twenty', name: 'Twenty off', priority: 9, definition: { kind: 'percent', rate: '0.2', targets: { category_ids: [cocktails] }, coupons: ['WHY20'] } });
  await post('charges', { code: 'why_way', name: 'Way to you', priority: 0, definition: { kind: 'percent', rate: '0.1', tax_ids: [standard], when: { places: ['delivery'] } } });
}

test('every figure of a bill says why it is what it is', async () => {
  const token = await managerToken();
  await addRules(token);
  await (await stack()).psql(`SELECT pos.publish(tenant_id) FROM pos.directory WHERE slug = 'demo-cafe'`);
  const page = await openOffice({ path: 'promotions' });
  await row(page, /^Twenty off/).click();
  await addToPreview(page, 'Negroni');
  await addToPreview(page, 'Cappuccino');
  await preview(page).getByRole('button', { name: 'Change Cappuccino' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Oat/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'One more' }).click();
  await page.keyboard.press('Escape');
  await preview(page).getByRole('button', { name: /^Dine in · now/ }).click();
  const where = page.getByRole('dialog');
  await where.getByLabel('Coupons').fill('WHY20');
  await where.getByRole('radio', { name: 'Delivery' }).click();
  await page.keyboard.press('Escape');
  // 10.50 - 2.10, 2 x (3.60 + 0.50), and a tenth of both
  await figure(page, 'Total').filter({ hasText: '18.26' }).waitFor();
  const figures = preview(page).getByRole('button', { name: /: why this amount$/ });
  assert.equal(await figures.count(), 8, 'two lines, before discounts, a discount, a charge, the total, a tax and the rest');
  for (let n = 0; n < (await figures.count()); n++) {
    await figures.nth(n).press('Enter');
    await page.getByRole('dialog', { name: /^Why / }).getByRole('listitem').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.ok(await figures.nth(n).evaluate((figure) => figure === document.activeElement), 'the focus is where it was');
  }
  const line = await why(page, 'Negroni');
  assert.deepEqual(line.told.slice(0, 3), ['Negroni: ordinary price = €10.50', 'Twenty off: 20% of €10.50 = -€2.10', 'Negroni = €8.40']);
  assert.match(line.told[3], /^VAT 19% on €7\.06, in the price already exactly €1\.341176, rounded = €1\.34$/);
  await page.keyboard.press('Escape');
  const options = await why(page, 'Cappuccino');
  assert.ok(options.told.includes('Oat = €1.00') && options.told.includes('2 × €3.60 and options = €8.20'), options.told.join('\n'));
  await page.keyboard.press('Escape');
  assert.ok((await why(page, 'Way to you')).told.includes('Way to you: 10% of €16.60 = €1.66'));
  await page.keyboard.press('Escape');
  assert.deepEqual((await why(page, 'Twenty off')).told, ['Negroni · Twenty off: 20% of €10.50 = -€2.10', 'Twenty off = -€2.10']);
  await page.keyboard.press('Escape');
  const tax = await why(page, 'in it VAT 19%');
  assert.equal(tax.told.length, 4, tax.told.join('\n'));
  await page.keyboard.press('Escape');
  const { sheet, told } = await why(page, 'Total');
  assert.deepEqual(told.slice(0, 4), ['Negroni = €8.40', 'Cappuccino = €8.20', 'Way to you: 10% of €16.60 = €1.66', 'To pay = €18.26']);
  await sheet.getByText(/in the price already/).first().waitFor();
  await picture(page, 'office-why-wide');
  await page.end();
});

test('what changes is listed, tried on the orders of a day, and published', async () => {
  const token = await managerToken();
  const { items } = await api('/v1/catalogue/items?search=espresso', { token });
  const body = { id: crypto.randomUUID(), channel: 'counter', lines: [{ id: crypto.randomUUID(), item_id: items.find((i) => i.code === 'espresso').id, qty: '2' }] };
  await api('/v1/orders', { token, method: 'POST', body });
  await api('/v1/catalogue/charges', { token, method: 'POST', body: { code: 'pub_service', name: 'Small order', priority: 0, definition: { kind: 'fixed', amount: 100 } } });
  const page = await openOffice({ path: 'publish' });
  const changes = page.getByRole('list', { name: 'What changes' });
  await changes.getByRole('listitem').filter({ hasText: 'Small order' }).getByText('New').waitFor();
  await page.getByLabel('Day').fill(new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin' }).format(new Date()));
  await page.getByRole('button', { name: 'Price them' }).click();
  const charge = page.getByRole('table', { name: 'What orders would have cost' }).getByRole('row', { name: /^Small order/ });
  assert.match(await charge.textContent(), /\+€\d+\.00$/);
  const examples = page.getByRole('list', { name: 'Orders that change most' }).getByRole('listitem');
  assert.match(await examples.first().textContent(), /€\d+\.\d\d → €\d+\.\d\d\+€1\.00$/);
  await check(page, 'publish', true);
  await picture(page, 'office-publish-wide');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText(/^Version \d+ counts now\. Registers read/).waitFor();
  await page.getByText('Nothing: what is edited is what sales use.').waitFor();
  const charges = await byCode('charges', 'pub_service');
  await api(`/v1/catalogue/charges/${charges.id}/archive`, { token, method: 'POST', body: { version: charges.version } });
  await page.reload();
  await changes.getByRole('listitem').filter({ hasText: 'Small order' }).getByText('Gone').waitFor();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('Nothing: what is edited is what sales use.').waitFor();
  await page.end();
});

test('the preview prices what is edited, before it is published and at any time', async () => {
  const token = await managerToken();
  const { categories } = await api('/v1/catalogue/categories', { token });
  const made = await api('/v1/catalogue/items', { token, method: 'POST', body: { code: 'draft_tonic', name: 'Draft tonic', category_id: categories[0].id, price: 300, tax_ids: [], variants: [{ code: 's', name: 'Small', price: 320 }, { code: 'l', name: 'Large', price: 450 }] } });
  const page = await openOffice({ path: `items/${made.item.id}` });
  await page.getByRole('button', { name: 'Try in the preview' }).click();
  await figure(page, 'Total').filter({ hasText: '3.20' }).waitFor();
  await preview(page).getByRole('button', { name: 'Change Draft tonic, Small' }).click();
  await page.getByRole('dialog').getByRole('radio', { name: /^Large/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'One more' }).click();
  await page.keyboard.press('Escape');
  await figure(page, 'Total').filter({ hasText: '9.00' }).waitFor();
  await page.getByRole('group', { name: 'Variants' }).getByRole('group', { name: 'Row 2' }).getByLabel('Price').fill('5');
  await apply(page);
  await figure(page, 'Total').filter({ hasText: '10.00' }).waitFor();
  await api('/v1/catalogue/promotions', { token, method: 'POST', body: { code: 'draft_half', name: 'Half price', priority: 9, definition: { kind: 'percent', rate: '0.5', targets: { item_ids: [made.item.id] }, when: { start: '03:00', end: '04:00' } } } });
  await preview(page).getByRole('button', { name: /^Dine in · now/ }).click();
  await page.getByRole('dialog').getByLabel('Date and time').fill('2026-12-24T03:30');
  await page.keyboard.press('Escape');
  await figure(page, 'Total').filter({ hasText: '5.00' }).waitFor();
  const lines = [{ id: crypto.randomUUID(), item_id: made.item.id, variant_id: made.item.variants[0].id, qty: '1' }];
  const cashier = (await api('/v1/auth/pin', { method: 'POST', body: { tenant: 'demo-cafe', outlet: 'main', staff: '102', pin: '2345' } })).token;
  await assert.rejects(api('/v1/price/preview', { token: cashier, method: 'POST', body: { draft: true, lines } }), /forbidden/);
  await assert.rejects(api('/v1/price/preview', { token, method: 'POST', body: { lines } }), /40[49]|422/, 'it is not published by that');
  await page.end();
});

// The back office: outlets with their devices, prices on which a register and the rules differ, who changed what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, upright } from './fit.mjs';
import { openOffice, row } from './office-setup.mjs';
import { api, managerToken, picture, readCatalogue, stack } from './setup.mjs';
import { Device } from '../http/lib/device.mjs';
import { signIn, uuid7 } from '../http/lib/client.mjs';

const apply = (page) => page.getByRole('button', { name: 'Apply' }).click();
const history = (page) => page.getByRole('list', { name: 'Who changed what' });

test('an outlet is added, renamed and gets a device', async () => {
  const page = await openOffice({ path: 'outlets' });
  await page.getByRole('link', { name: 'Add outlet' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Harbour');
  assert.equal(await page.getByLabel('Code', { exact: true }).inputValue(), 'harbour');
  await page.getByLabel('Time zone').fill('Mars/Olympus');
  await page.getByRole('button', { name: 'Add outlet' }).click();
  await page.getByRole('alert').getByText(/^Choose one of the list/).waitFor();
  await page.getByLabel('Time zone').fill('Europe/Lisbon');
  await page.getByRole('button', { name: 'Add station' }).click();
  await page.getByRole('textbox', { name: 'Station' }).fill('bar');
  await page.getByRole('button', { name: 'Add outlet' }).click();
  await page.getByRole('heading', { name: 'Harbour', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Add device here' }).click();
  await page.getByText(/Harbour/).first().waitFor();
  await page.getByRole('button', { name: 'Add device' }).click();
  await page.getByRole('heading', { name: 'R1', level: 1 }).waitFor();
  await page.goto(`${page.url().split('#')[0]}#/outlets`);
  await row(page, /^Harbour/).click();
  await page.getByRole('list', { name: 'Devices here' }).getByRole('link', { name: 'R1' }).waitFor();
  await picture(page, 'office-outlet-wide');
  await page.getByLabel('Name', { exact: true }).fill('Old harbour');
  await apply(page);
  await page.getByText('Old harbour saved.').waitFor();
  await page.getByText('Who changed what').click();
  assert.match(await history(page).getByRole('listitem').first().textContent(), /Mara.*NameHarbour→Old harbour/);
  await check(page, 'outlet', true);
  const { outlets } = await api('/v1/outlets', { token: await managerToken() });
  assert.deepEqual(outlets.filter((one) => one.code === 'harbour').map((one) => [one.name, one.timezone, one.stations, one.devices]), [['Old harbour', 'Europe/Lisbon', ['bar'], 1]]);
  await page.end();
});

/** A sale of one that the register priced as two. */
async function sellWrong() {
  const { url } = await stack();
  const client = await signIn(url, { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234', register: 'R2' });
  const device = await new Device(client).load();
  const item = (await readCatalogue(client.token)).items.find((one) => one.code === 'espresso');
  const id = uuid7();
  const priced = (await client.post('/v1/price/preview', { lines: [{ id, item_id: item.id, qty: '2' }] }, { key: null })).json;
  const op = device.sale({ lines: [{ id, item_id: item.id, qty: '1' }], payments: [{ id: uuid7(), tender: 'cash', amount: item.price }], priced_hash: priced.priced_hash, priced_form: priced.priced_form });
  await device.push(op);
  return op.id;
}

test('both prices of an order stand side by side, and every amount says why', async () => {
  await sellWrong();
  const page = await openOffice({ path: 'differences' });
  await check(page, 'differences', true);
  await row(page, /R2/).click();
  const table = page.getByRole('table', { name: 'Both prices line by line' });
  assert.match(await table.getByRole('row', { name: /^Espresso/ }).textContent(), /2 ×€4\.80€2\.40\+€2\.40$/);
  const asks = table.getByRole('button', { name: /why this amount/ });
  assert.equal(await asks.count(), 6, 'a line, a tax and the total, on both sides');
  for (let n = 0; n < (await asks.count()); n++) {
    await asks.nth(n).focus();
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('dialog', { name: /^Why / });
    await sheet.getByRole('listitem').nth(1).waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
  }
  await check(page, 'difference', true);
  await picture(page, 'office-difference-wide');
  await page.getByLabel('What was the reason?').fill('Typed twice');
  await page.getByRole('button', { name: 'Mark as seen' }).click();
  await page.getByText(/^Mara, /).waitFor();
  await page.getByRole('link', { name: 'Price differences' }).first().click();
  await page.getByRole('listitem').getByText('Seen', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Not yet seen' }).click();
  await page.end();
});

test('a row tells who changed what of it, a price book what is in it, and a list is sorted', async () => {
  const token = await managerToken();
  const post = (kind, body) => api(`/v1/catalogue/${kind}`, { token, method: 'POST', body });
  const { category } = await post('categories', { code: 'told', name: 'Told' });
  const { book } = await post('books', { code: 'told', name: 'Terrace', definition: { guests_min: 99 } });
  const made = [];
  for (const [code, name, price] of [['told_b', 'Birch water', 300], ['told_a', 'Ale', 450]]) {
    made.push((await post('items', { code, name, category_id: category.id, price, tax_ids: [], prices: [{ book_id: book.id, variant_id: null, price: price + 50 }] })).item);
  }
  const page = await openOffice({ path: `items/${made[0].id}` });
  await page.getByLabel('Price', { exact: true }).first().fill('3.30');
  await apply(page);
  await page.getByText('Birch water saved.').waitFor();
  await page.getByText('Who changed what').click();
  const [newest, first] = [history(page).locator('> li').first(), history(page).locator('> li').last()];
  assert.match(await newest.textContent(), /^Mara.*Price€3\.00→€3\.30$/);
  assert.match(await first.textContent(), /Made$/);
  await check(page, 'history');
  await page.goto(`${page.url().split('#')[0]}#/books/${book.id}`);
  const prices = page.getByRole('list', { name: 'Prices in it' });
  await prices.getByRole('listitem').nth(1).waitFor();
  assert.deepEqual(await prices.getByRole('listitem').allTextContents(), ['Aleotherwise €4.50€5.00', 'Birch waterotherwise €3.30€3.50']);
  await page.getByRole('searchbox', { name: 'Search in this book' }).fill('birch');
  await page.waitForFunction(() => document.querySelectorAll('.book-prices li').length === 1);
  await page.goto(`${page.url().split('#')[0]}#/items?category=${category.id}`);
  const names = async () => (await page.getByRole('list', { name: 'Items' }).getByRole('listitem').allTextContents()).map((text) => text.slice(0, 3)).join(' ');
  await page.waitForFunction(() => document.querySelectorAll('.rows li').length === 2);
  assert.equal(await names(), 'Ale Bir');
  await page.getByLabel('Sorted by').selectOption('Price');
  await page.waitForFunction(() => document.querySelector('.rows li').textContent.startsWith('Bir'));
  await page.end();
});

test('what is typed counts in the preview before it is saved', async () => {
  const token = await managerToken();
  const { categories } = await api('/v1/catalogue/categories', { token });
  const { item } = await api('/v1/catalogue/items', { token, method: 'POST', body: { code: 'typed_soda', name: 'Soda', category_id: categories[0].id, price: 300, tax_ids: [] } });
  const page = await openOffice({ path: `items/${item.id}` });
  await page.getByRole('button', { name: 'Try in the preview' }).click();
  const preview = page.getByRole('complementary', { name: 'Preview' });
  const total = preview.getByRole('button', { name: /^Total, / });
  await total.filter({ hasText: '3.00' }).waitFor();
  await page.getByLabel('Price', { exact: true }).first().fill('4.20');
  await total.filter({ hasText: '4.20' }).waitFor();
  await preview.getByText('With what is typed').waitFor();
  await page.getByLabel('Barcodes').first().fill('1');
  await preview.getByText(/^What is typed cannot be sold yet/).waitFor();
  await total.filter({ hasText: '3.00' }).waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await preview.getByText(/^What is typed/).waitFor({ state: 'hidden' });
  assert.equal((await api(`/v1/catalogue/items/${item.id}`, { token })).item.price, 300, 'nothing was stored');
  await page.end();
});

test('the new pages fit a tablet held upright, and a finger on a figure asks why', async () => {
  const page = await openOffice({ ...upright, path: 'outlets' });
  for (const [path, heading] of [['outlets', 'Outlets'], ['outlets/new', 'Add outlet'], ['differences', 'Price differences'], ['rounding', 'Rounding and barcodes']]) {
    await page.goto(`${page.url().split('#')[0]}#/${path}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.locator('.waiting').waitFor({ state: 'hidden' });
    await check(page, path);
    await picture(page, `office-upright-${path.replace('/', '-')}`);
  }
  await page.goto(`${page.url().split('#')[0]}#/promotions`);
  await page.getByRole('complementary', { name: 'Preview' }).getByRole('button').tap();
  const cart = page.getByRole('dialog', { name: 'Preview' });
  await cart.getByRole('searchbox').fill('Cheesecake');
  await cart.getByRole('option', { name: 'Cheesecake', exact: true }).tap();
  await cart.getByRole('button', { name: /^Cheesecake, .*\d: why this amount$/ }).tap();
  await page.getByRole('dialog', { name: /^Why / }).getByRole('listitem').nth(1).waitFor();
  await check(page, 'why by touch');
  await picture(page, 'office-why-upright');
  await page.end();
});

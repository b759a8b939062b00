// What an order is besides its items: variants, open prices, labels of the scale, coupons, where it is eaten, guests; each is
// priced on the page and stored as it was shown. And the time clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addChosen, api, choose, finishedSale, managerToken, minor, openRegister, picker, scan, storedReceipt, total, touchItem } from './setup.mjs';

const due = async (page) => minor(await total(page).textContent());
const lines = (page) => page.getByRole('list', { name: 'Order' });
const bill = (page) => page.getByRole('complementary', { name: 'Order' });

async function pay(page, tenant) {
  const shown = await due(page);
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('button', { name: 'Exact', exact: true }).click();
  const { orderId, pricedHash } = await finishedSale(page);
  const stored = await storedReceipt(orderId, tenant);
  assert.equal(stored.priced_hash, pricedHash);
  assert.equal(stored.order.total, shown);
  await page.getByRole('button', { name: 'New order' }).click();
  return stored.order;
}

/** The last digit of an EAN-13. */
const ean13 = (twelve) => twelve + ((10 - ([...twelve].reduce((sum, d, i) => sum + Number(d) * (i % 2 ? 3 : 1), 0) % 10)) % 10);

test('a variant has its price, by touch and by its own barcode; an open price is typed; a scale’s label is a weight', async () => {
  const page = await openRegister();
  await touchItem(page, 'Tote bag');
  await choose(page, 'Variant', 'Large');
  await lines(page).getByRole('button', { name: '1 Tote bag, Large' }).waitFor();
  assert.equal(await due(page), 1190);
  await scan(page, '2000001000014');
  await lines(page).getByRole('button', { name: '1 Tote bag, Small' }).waitFor();
  assert.equal(await due(page), 1190 + 890);
  await touchItem(page, 'Donation');
  assert.ok(await picker(page).getByRole('button', { name: 'Enter Price first' }).isDisabled(), 'no price, no sale');
  for (const digit of '250') await picker(page).getByRole('button', { name: digit, exact: true }).click();
  await addChosen(page);
  assert.equal(await due(page), 2080 + 250);
  await scan(page, ean13('210000100345'));
  await lines(page).getByText('0.345 kg').waitFor();
  assert.equal(await due(page), 2330 + 1204, '0.345 of 34.90');
  const order = await pay(page);
  assert.deepEqual(order.lines.map((l) => [Number(l.qty), l.unit_price]), [[1, 1190], [1, 890], [1, 250], [0.345, 3490]]);
  await page.end();
});

test('a coupon takes off what it says once it is typed, and nothing when it is taken out', async () => {
  const page = await openRegister();
  await touchItem(page, 'Cheesecake');
  const before = await due(page);
  await page.getByRole('button', { name: 'Clear order' }).focus();
  await page.keyboard.press('c');
  await page.getByRole('dialog', { name: 'Coupon' }).getByLabel('Code').fill('nothing7');
  await page.keyboard.press('Enter');
  await page.getByText('Coupon NOTHING7 changes nothing').waitFor();
  assert.equal(await due(page), before);
  await bill(page).getByRole('button', { name: 'NOTHING7' }).click();
  await page.getByRole('button', { name: 'Remove NOTHING7' }).click();
  await page.getByRole('dialog').getByLabel('Code').fill('welcome10');
  await page.getByRole('button', { name: 'Add coupon' }).click();
  const after = await due(page);
  assert.equal(after, before - Math.round(before / 10));
  await bill(page).getByRole('button', { name: /^Welcome, / }).waitFor();
  const order = await pay(page);
  assert.equal(order.discount, before - after);
  await page.end();
});

test('taking it away changes the tax of what is in the order, and eating in changes it back', async () => {
  const page = await openRegister();
  await touchItem(page, 'Iced latte in a cup');
  const shown = await due(page);
  const goesTo = async (place) => {
    await bill(page).getByRole('button', { name: /^(Eat in|Take away)/ }).click();
    await page.getByRole('dialog', { name: 'Order for' }).getByRole('button', { name: new RegExp(`^${place}`) }).click();
  };
  await bill(page).getByText('incl. VAT 19%').waitFor();
  await goesTo('Take away');
  await bill(page).getByText('incl. VAT 7%').waitFor();
  assert.equal(await bill(page).getByText('incl. VAT 19%').count(), 0);
  await goesTo('Eat in');
  await bill(page).getByText('incl. VAT 19%').waitFor();
  await goesTo('Take away');
  assert.equal(await due(page), shown, 'the price is kept, the tax in it is another');
  const order = await pay(page);
  assert.deepEqual(order.taxes.map((x) => Number(x.rate)), [0.07]);
  await page.end();
});

test('guests are charged for by their number', async () => {
  const token = await managerToken('demo-shop');
  const charge = { code: 'cover', name: 'Cover', definition: { kind: 'per_guest', amount: 150, tax_ids: [], when: { guests_min: 1 } } };
  await api('/v1/catalogue/charges', { token, method: 'POST', body: charge });
  await api('/v1/catalogue/publish', { token, method: 'POST', body: {} });
  const page = await openRegister({ tenant: 'demo-shop' });
  await page.getByRole('group', { name: 'Items' }).getByRole('button').first().click();
  const before = await due(page);
  await bill(page).getByRole('button', { name: 'Eat in' }).click();
  const sheet = page.getByRole('dialog', { name: 'Order for' });
  for (let n = 0; n < 3; n++) await sheet.getByRole('button', { name: 'One guest more' }).click();
  await sheet.getByRole('button', { name: /^Eat in/ }).click();
  await bill(page).getByText('Cover').waitFor();
  assert.equal(await due(page), before + 450);
  const order = await pay(page, 'demo-shop');
  assert.deepEqual(order.charges.map((c) => c.total), [450]);
  await page.end();
});

test('the time clock takes what fits the last stamp', async () => {
  const page = await openRegister();
  const stamp = async (name, said) => {
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await page.getByRole('group', { name: 'Time clock' }).getByRole('button', { name, exact: true }).click();
    await page.getByText(said).waitFor();
    await page.keyboard.press('Escape');
  };
  await stamp('Clock in', 'Clocked in.');
  await stamp('Resume', /does not fit your last stamp/);
  await stamp('Break', 'Break.');
  await stamp('Resume', 'Back from the break.');
  await stamp('Clock out', 'Clocked out.');
  const { clock } = await api('/v1/clock', { token: await managerToken() });
  assert.deepEqual(clock.filter((c) => c.number === '102').map((c) => c.state), ['out']);
  await page.end();
});

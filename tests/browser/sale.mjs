// Selling: what the cashier sees is what is stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addChosen, choose, finishedSale, minor, openRegister, picker, scan, stack, storedReceipt, total, touchItem } from './setup.mjs';

async function payExact(page) {
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('button', { name: 'Exact', exact: true }).click();
}

/** The stored order is the one on the page, to the byte of the priced form. */
async function assertStored(page, shownTotal, { tenant, flags = [] } = {}) {
  const { orderId, pricedHash } = await finishedSale(page);
  const stored = await storedReceipt(orderId, tenant);
  assert.equal(stored.priced_hash, pricedHash);
  assert.equal(stored.order.total, shownTotal);
  assert.equal(stored.order.payment_state, 'paid');
  assert.deepEqual(stored.order.flags ?? [], flags);
  return stored;
}

test('a cash sale shows the change and is stored as it was shown', async () => {
  const page = await openRegister();
  await touchItem(page, 'Espresso');
  await touchItem(page, 'Cheesecake');
  const shown = minor(await total(page).textContent());
  assert.ok(shown > 0);
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.keyboard.type('5000');
  await page.getByRole('button', { name: /^Take / }).click();
  assert.equal(minor(await page.getByRole('status', { name: 'Change' }).textContent()), 5000 - shown);
  const stored = await assertStored(page, shown);
  assert.equal(stored.order.payments[0].change, 5000 - shown);
  const { receipt } = await finishedSale(page);
  await receipt.getByText(stored.receipt).waitFor();
  await receipt.getByText(stored.order.call_number, { exact: true }).waitFor();
  await page.end();
});

test('a tip and dollars: what the page gives back is what the database gave', async () => {
  // The café takes dollars at 0.92 less 2 %, and gives whole ones.
  const page = await openRegister();
  await touchItem(page, 'Cheesecake');
  const shown = minor(await total(page).textContent());
  await page.getByRole('button', { name: /^Pay / }).click();
  const due = page.getByRole('status', { name: 'To pay' });
  const tips = page.getByRole('group', { name: 'Tip' });
  const tip = minor(await tips.getByRole('button', { name: /^10/ }).locator('small').textContent());
  await tips.getByRole('button', { name: /^10/ }).click();
  assert.equal(minor(await due.textContent()), shown + tip);
  await page.getByRole('radiogroup', { name: 'Currency' }).getByRole('radio', { name: 'USD' }).click();
  assert.match(await due.textContent(), /\$/);
  await page.getByRole('radiogroup', { name: 'Change in' }).getByRole('radio', { name: 'USD' }).click();
  await page.keyboard.type('2000');
  await page.getByRole('button', { name: /^Take / }).click();
  const change = await page.getByRole('status', { name: 'Change' }).textContent();
  const { order } = await assertStored(page, shown);
  const [{ exchange, ...paid }] = order.payments;
  assert.deepEqual([paid.tip, exchange.currency, exchange.tendered, exchange.rate], [tip, 'USD', 2000, '0.92']);
  assert.deepEqual(change.split(' + ').map(minor), exchange.home_change ? [exchange.change, exchange.home_change] : [exchange.change]);
  const { receipt } = await finishedSale(page);
  for (const text of ['Tip', 'Cash USD', '1 USD = 0.92 EUR', 'Change USD']) await receipt.getByText(text, { exact: true }).waitFor();
  await page.end();
});

test('required options open by themselves and are part of the price', async () => {
  const page = await openRegister();
  await touchItem(page, 'Cappuccino');
  const add = picker(page).getByRole('button', { name: /first$/ });
  assert.ok(await add.isDisabled(), 'cannot be added before the choice');
  await choose(page, 'Size', 'Large');
  await choose(page, 'Milk', 'Oat');
  await addChosen(page);
  const line = page.getByRole('list', { name: 'Order' }).getByRole('button', { name: /Cappuccino/ });
  await line.getByText('Large').waitFor();
  await line.getByText('Oat').waitFor();
  const shown = minor(await total(page).textContent());
  await payExact(page);
  const stored = await assertStored(page, shown);
  assert.deepEqual(stored.order.lines[0].modifiers.map((m) => m.name).sort(), ['Large', 'Oat']);
  await page.end();
});

test('a combo asks for its components and sells at its own price', async () => {
  const page = await openRegister();
  await touchItem(page, 'Coffee and cake');
  await choose(page, 'Coffee', 'Cappuccino');
  await choose(page, 'Size', 'Regular');
  await choose(page, 'Cake', 'Cheesecake');
  await addChosen(page);
  const shown = minor(await total(page).textContent());
  await payExact(page);
  const stored = await assertStored(page, shown);
  const combo = stored.order.lines.find((l) => l.name === 'Coffee and cake');
  assert.equal(stored.order.lines.filter((l) => l.parent_id === combo.id).length, 2);
  await page.end();
});

test('line and order discounts reduce the total as the core says', async () => {
  const page = await openRegister({ staff: '101' });
  await touchItem(page, 'Espresso');
  await touchItem(page, 'Cheesecake');
  const before = minor(await total(page).textContent());
  await page.getByRole('button', { name: 'Discount', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: '20%', exact: true }).click();
  await page.getByRole('button', { name: 'Discount on the order' }).click();
  await page.getByRole('radio', { name: 'Amount' }).click();
  await page.keyboard.type('100');
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  const shown = minor(await total(page).textContent());
  assert.ok(shown < before - 100, `${shown} after discounts of ${before}`);
  await payExact(page);
  const stored = await assertStored(page, shown);
  assert.equal(stored.order.discount, before - shown);
  await page.end();
});

test('a voided line leaves the order and comes back by undo', async () => {
  const page = await openRegister();
  await touchItem(page, 'Espresso');
  const one = await total(page).textContent();
  await touchItem(page, 'Cheesecake');
  const two = await total(page).textContent();
  await page.getByRole('button', { name: 'Void line' }).click();
  assert.equal(await total(page).textContent(), one);
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.equal(await total(page).textContent(), two);
  await page.getByRole('list', { name: 'Order' }).getByRole('button', { name: /Cheesecake/ }).click();
  await page.getByRole('button', { name: 'Void line' }).click();
  await payExact(page);
  await assertStored(page, minor(one));
  await page.end();
});

test('an order sent to the kitchen takes more lines and is paid later', async () => {
  const page = await openRegister();
  await touchItem(page, 'Espresso');
  await page.getByRole('button', { name: 'Send to kitchen' }).click();
  await page.getByRole('heading', { name: /^Call / }).waitFor();
  await touchItem(page, 'Cheesecake');
  await touchItem(page, 'Americano');
  if (await picker(page).isVisible()) {
    await choose(page, 'Size', 'Regular');
    if (await picker(page).isVisible()) await addChosen(page);
  }
  const shown = minor(await total(page).textContent());
  await payExact(page);
  const stored = await assertStored(page, shown);
  assert.equal(stored.order.lines.length, 3);
  await page.end();
});

test('a whole sale needs no pointer', async () => {
  const page = await openRegister();
  const press = (key) => page.keyboard.press(key);
  await press('/');
  await page.keyboard.type('espresso');
  await press('Enter');
  await press('Escape');
  await press('+');
  await press('%');
  await page.keyboard.type('10');
  await press('Enter');
  const shown = minor(await total(page).textContent());
  await press('Enter');
  await page.getByRole('region', { name: 'Payment' }).waitFor();
  await page.keyboard.type('2000');
  await press('Enter');
  const stored = await assertStored(page, shown);
  assert.equal(stored.order.lines[0].qty.replace(/\.0+$/, ''), '2');
  await press('Enter');
  await page.getByText('Touch an item to start.').waitFor();
  await press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.end();
});

test('arrows move between the items, Enter adds the one in focus', async () => {
  const page = await openRegister();
  await page.getByRole('searchbox').fill('espresso');
  await page.keyboard.press('ArrowDown');
  const names = await page.getByRole('group', { name: 'Items' }).locator('.tile-name').allTextContents();
  await page.keyboard.press('ArrowRight');
  await page.locator(`.tile[data-index="1"]:focus`).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('list', { name: 'Order' }).getByRole('button', { name: names[1] }).first().waitFor();
  await page.end();
});

test('a scan sells the item wherever the focus is; 5,000 items stay quick', async () => {
  const page = await openRegister({ tenant: 'demo-shop' });
  const items = page.getByRole('group', { name: 'Items' });
  assert.ok((await items.getByRole('button').count()) < 200, 'only the tiles in view are in the page');
  const barcode = await (await stack()).psql("SELECT b.barcode FROM pos.barcode b JOIN pos.item i USING (tenant_id, item_id) WHERE i.code = 's5000'");
  await page.getByRole('searchbox').focus();
  await scan(page, barcode);
  await page.getByRole('list', { name: 'Order' }).getByRole('button').first().waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), '');
  await scan(page, '9999999999999');
  await page.getByRole('alert').getByText(/9999999999999/).waitFor();
  const shown = minor(await total(page).textContent());
  await payExact(page);
  await assertStored(page, shown, { tenant: 'demo-shop' });
  await page.end();
});

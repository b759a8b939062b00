// What goes beyond a cashier's role is approved by a second person at the same register: giving back, a discount, a void.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, views } from './fit.mjs';
import { addChosen, api, choose, finishedSale, managerToken, minor, openRegister, picker, picture, storedReceipt, total, touchItem } from './setup.mjs';

const menu = (page) => page.getByRole('button', { name: 'Menu', exact: true }).click();
const dialog = (page) => page.getByRole('dialog');

async function secondPerson(page, { staff = '101', pin = '1234' } = {}) {
  const form = page.getByRole('form', { name: 'Approval' });
  await form.getByLabel('Staff number').fill(staff);
  await form.getByLabel('PIN').fill(pin);
  await form.getByRole('button', { name: 'Approve' }).click();
}

/** Sells an item at an open price, twice; the receipt's number and the order. */
async function sellTwo(page, name, price) {
  for (let n = 0; n < 2; n++) {
    await touchItem(page, name);
    for (const digit of String(price)) await picker(page).getByRole('button', { name: digit, exact: true }).click();
    await addChosen(page);
  }
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('button', { name: 'Exact', exact: true }).click();
  const { orderId } = await finishedSale(page);
  const { receipt } = await storedReceipt(orderId);
  await page.getByRole('button', { name: 'New order' }).click();
  return { orderId, receipt };
}

async function openRefund(page, receipt) {
  await menu(page);
  await page.getByRole('button', { name: 'Give back for a receipt' }).click();
  await dialog(page).getByRole('listitem').filter({ hasText: receipt }).getByRole('button').click();
  await page.getByRole('dialog', { name: `Give back for ${receipt}` }).waitFor();
}

/** What the shift's report expects in the drawer. */
async function expectedCash(page) {
  await menu(page);
  await page.getByRole('button', { name: 'Shift report' }).click();
  const report = page.getByRole('dialog', { name: 'Shift report' });
  const figure = minor(await report.locator('dt', { hasText: 'Expected in the drawer' }).locator('+ dd').textContent());
  await page.keyboard.press('Escape');
  return figure;
}

test('a refund beyond the cashier’s limit goes out when a manager approves it, and each unit once', async () => {
  const page = await openRegister();
  const { orderId, receipt } = await sellTwo(page, 'Donation', 6000);
  const before = await expectedCash(page);
  await openRefund(page, receipt);
  await page.getByRole('button', { name: /^One Donation.* more$/ }).first().click();
  await page.getByLabel('Reason').fill('Given twice');
  await page.getByRole('button', { name: 'Give back in cash' }).click();
  await page.getByRole('form', { name: 'Approval' }).getByText('It is €60.00.').waitFor();
  await check(page, 'approval', true);
  await picture(page, 'register-approval-wide');
  await secondPerson(page, { pin: '9999' });
  await dialog(page).getByRole('alert').getByText(/is wrong/).waitFor();
  await secondPerson(page, { staff: '102', pin: '2345' });
  await dialog(page).getByRole('alert').getByText(/may not approve/).waitFor();
  await secondPerson(page);
  await page.getByText(/^€60.00 given back\. Receipt /).waitFor();
  const token = await managerToken();
  const [first] = (await api(`/v1/orders/${orderId}/refunds`, { token })).refunds;
  assert.equal(first.amount, 6000);
  assert.ok(first.approver_id && first.approver_id !== first.staff_id, 'the approver stands on it');
  assert.equal(await expectedCash(page), before - 6000, 'the drawer has so much less');

  // The other unit comes back at another register while this one still shows it.
  await openRefund(page, receipt);
  await page.getByRole('button', { name: 'All of it' }).click();
  await page.getByLabel('Reason').fill('Given twice');
  const other = await openRegister({ register: 'R2', staff: '101' });
  await openRefund(other, receipt);
  await other.getByRole('button', { name: 'All of it' }).click();
  await other.getByLabel('Reason').fill('First come');
  await other.getByRole('button', { name: 'Give back in cash' }).click();
  await other.getByText(/^€60.00 given back/).waitFor();
  await page.getByRole('button', { name: 'Give back in cash' }).click();
  await dialog(page).getByRole('alert').waitFor();
  if (await page.getByRole('form', { name: 'Approval' }).isVisible()) await secondPerson(page);
  await dialog(page).getByRole('alert').getByText(/given back already/).waitFor();
  assert.equal(await dialog(page).getByRole('button', { name: /more$/ }).count(), 0, 'nothing is left to give');
  const all = (await api(`/v1/orders/${orderId}/refunds`, { token })).refunds;
  assert.deepEqual(all.map((one) => one.amount), [6000, 6000]);
  await page.keyboard.press('Escape');
  assert.equal(await expectedCash(page), before - 6000);
  await Promise.all([page.end(), other.end()]);
});

test('a discount beyond the role is paid once somebody has approved it, and needs no approval twice', async () => {
  const page = await openRegister();
  await touchItem(page, 'Cheesecake');
  await page.getByRole('button', { name: 'Discount on the order' }).click();
  await dialog(page).getByRole('button', { name: '20%', exact: true }).click();
  const shown = minor(await total(page).textContent());
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('dialog', { name: 'Approve the discount' }).waitFor();
  await page.keyboard.press('Escape');
  assert.ok(await page.getByRole('button', { name: /^Pay / }).isVisible(), 'without approval nothing goes on');
  await page.getByRole('button', { name: /^Pay / }).click();
  await secondPerson(page);
  await page.getByRole('region', { name: 'Payment' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('button', { name: 'Exact', exact: true }).click();
  const { orderId } = await finishedSale(page);
  const stored = await storedReceipt(orderId);
  assert.deepEqual([stored.order.total, stored.order.flags ?? []], [shown, []]);
  await page.end();
});

test('a discount within the role asks nobody; what the kitchen has is voided with an approval', async () => {
  const page = await openRegister(views.tablet);
  await touchItem(page, 'Cappuccino');
  await choose(page, 'Size', 'Regular');
  await addChosen(page);
  await touchItem(page, 'Espresso');
  await page.getByRole('button', { name: 'Discount on the order' }).click();
  await dialog(page).getByRole('button', { name: '10%', exact: true }).click();
  await page.getByRole('button', { name: 'Send to kitchen' }).click();
  await page.getByRole('heading', { name: /^Call / }).waitFor();
  await page.getByRole('list', { name: 'Order' }).getByRole('button', { name: /Cappuccino/ }).first().click();
  await page.getByRole('button', { name: 'Void line' }).click();
  await page.getByRole('button', { name: 'Void line' }).click();
  await page.getByRole('dialog', { name: 'Approve voiding Cappuccino' }).waitFor();
  await secondPerson(page);
  await page.locator('.line.voided').waitFor();
  const shown = minor(await total(page).textContent());
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('button', { name: 'Exact', exact: true }).click();
  const { orderId } = await finishedSale(page);
  const stored = await storedReceipt(orderId);
  assert.equal(stored.order.total, shown);
  assert.deepEqual(stored.order.lines.map((l) => l.state).sort(), ['sent', 'voided']);
  await page.end();
});

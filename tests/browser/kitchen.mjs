// The kitchen: tickets arrive live, bump and recall show on every screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personal } from '../http/lib/personal.mjs';
import { api, clearBoard, finishedSale, managerToken, openKitchen, openRegister, readCatalogue, stack, touchItem } from './setup.mjs';

const head = (screen, call) => screen.getByRole('button', { name: new RegExp(`^Finish ${call},`) });

async function sendEspresso(till) {
  await touchItem(till, 'Espresso');
  await till.getByRole('button', { name: 'Send to kitchen' }).click();
  const heading = till.getByRole('heading', { name: /^Call / });
  await heading.waitFor();
  return (await heading.textContent()).replace('Call ', '');
}

async function leave(till) {
  await till.getByRole('button', { name: /^Pay / }).click();
  await till.getByRole('button', { name: 'Exact', exact: true }).click();
  await finishedSale(till);
  await till.getByRole('button', { name: 'New order' }).click();
}

/** Counts the tones a page plays from now on; a chime has two. */
async function listen(page) {
  await page.evaluate(() => {
    globalThis.tones = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...when) {
      globalThis.tones += 1;
      return start.apply(this, when);
    };
  });
  return () => page.evaluate(() => globalThis.tones);
}

test('what is sold in one page appears in the other without a reload and sounds once', async () => {
  const [till, kitchen] = await Promise.all([openRegister(), openKitchen()]);
  const tones = await listen(kitchen);
  await touchItem(till, 'Espresso');
  await till.getByRole('button', { name: /^Pay / }).click();
  await till.getByRole('button', { name: 'Exact', exact: true }).click();
  const { receipt } = await finishedSale(till);
  const call = await receipt.locator('.call b').textContent();
  await head(kitchen, call).waitFor();
  await kitchen.waitForFunction(() => globalThis.tones > 0);
  assert.equal(await tones(), 2);
  await Promise.all([till.end(), kitchen.end()]);
});

test('bump and recall show on both screens and at the register', async () => {
  const [till, first, second] = await Promise.all([openRegister(), openKitchen(), openKitchen({ screen: 'K2' })]);
  const call = await sendEspresso(till);
  await Promise.all([head(first, call).waitFor(), head(second, call).waitFor()]);
  await head(first, call).click();
  await Promise.all([head(first, call).waitFor({ state: 'hidden' }), head(second, call).waitFor({ state: 'hidden' })]);
  await till.getByText(`${call} is ready.`).waitFor();
  await second.getByRole('button', { name: 'Recall' }).click();
  await second.getByRole('button', { name: `Bring back ${call}` }).click();
  await Promise.all([head(first, call).waitFor(), head(second, call).waitFor()]);
  await leave(till);
  await Promise.all([till.end(), first.end(), second.end()]);
});

test('keys 1 to 9 finish a ticket, r brings the last one back', async () => {
  const [till, kitchen] = await Promise.all([openRegister(), openKitchen()]);
  await clearBoard(kitchen);
  const first = await sendEspresso(till);
  await till.getByRole('button', { name: 'New order' }).click();
  const call = await sendEspresso(till);
  await head(kitchen, call).waitFor();
  await kitchen.keyboard.press('2');
  await head(kitchen, call).waitFor({ state: 'hidden' });
  assert.ok(await head(kitchen, first).isVisible(), 'the other ticket stays');
  await kitchen.keyboard.press('r');
  await head(kitchen, call).waitFor();
  await leave(till);
  await Promise.all([till.end(), kitchen.end()]);
});

test('an item voided after sending is struck; the ticket stays until touched', async () => {
  const [till, kitchen] = await Promise.all([openRegister({ staff: '101' }), openKitchen()]);
  const call = await sendEspresso(till);
  await head(kitchen, call).waitFor();
  await till.getByRole('button', { name: 'Void line' }).click();
  await till.getByRole('button', { name: 'Void line' }).click();
  const ticket = kitchen.getByRole('list', { name: 'Tickets' }).locator('.ticket', { has: head(kitchen, call) });
  await ticket.getByRole('button', { name: /Espresso, cancelled/ }).waitFor();
  await head(kitchen, call).click();
  await head(kitchen, call).waitFor({ state: 'hidden' });
  await Promise.all([till.end(), kitchen.end()]);
});

test('one item can be made ready by itself', async () => {
  const [till, kitchen] = await Promise.all([openRegister(), openKitchen()]);
  await touchItem(till, 'Espresso');
  const call = await sendEspresso(till);
  const ticket = kitchen.getByRole('list', { name: 'Tickets' }).locator('.ticket', { has: head(kitchen, call) });
  await ticket.getByRole('button', { name: /Espresso, new/ }).first().click();
  await ticket.getByRole('button', { name: /Espresso, ready/ }).waitFor();
  await leave(till);
  await Promise.all([till.end(), kitchen.end()]);
});

test('a note for the kitchen shows on its ticket', async () => {
  const token = await managerToken();
  const { items } = await readCatalogue(token);
  const kitchen = await openKitchen();
  const { members, pii } = personal({ '/kitchen_note': 'Birthday: candle on the cake' });
  const lines = [{ item_id: items.find((one) => one.name === 'Espresso').id, qty: '1' }];
  const { order } = await api('/v1/orders', { token, method: 'POST', body: { ...members, pii, lines, send: true } });
  const ticket = kitchen.getByRole('list', { name: 'Tickets' }).locator('.ticket', { hasText: order.call_number });
  await ticket.getByText('Birthday: candle on the cake').waitFor();
  await ticket.getByRole('button', { name: /^1? ?.*Espresso/ }).click();
  await ticket.locator('.item.ready').waitFor();
  assert.ok(await ticket.getByText('Birthday: candle on the cake').isVisible(), 'and stays when the ticket moves');
  await head(kitchen, order.call_number).click();
  await kitchen.end();
});

test('rows rewritten as a whole are loaded anew', async () => {
  const [till, kitchen] = await Promise.all([openRegister(), openKitchen()]);
  const call = await sendEspresso(till);
  await head(kitchen, call).waitFor();
  await (await stack()).psql(`BEGIN; SELECT mpos.rewrite('pos.ticket', 'other call numbers', '{call_number}');
    UPDATE pos.ticket SET call_number = 'X' || call_number; COMMIT`);
  await head(kitchen, `X${call}`).waitFor();
  await leave(till);
  await Promise.all([till.end(), kitchen.end()]);
});

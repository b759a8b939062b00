// Every page is usable without seeing it and fits its screens. MPOS_IMAGES=1 also writes docs/images.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, views } from './fit.mjs';
import { addChosen, api, choose, clearBoard, finishedSale, managerToken, openKitchen, openPage, openRegister, picture, readCatalogue, stack, touchItem } from './setup.mjs';

async function fillOrder(page) {
  await touchItem(page, 'Espresso');
  await touchItem(page, 'Cappuccino');
  await choose(page, 'Size', 'Large');
  await choose(page, 'Milk', 'Oat');
  await addChosen(page);
  await touchItem(page, 'Cheesecake');
}

const orders = [
  { minutes: 13, table: '4', lines: [['Eggs Benedict', 2], ['Cappuccino', 1, ['Large', 'Oat']]] },
  { minutes: 11, lines: [['Club sandwich', 1], ['French fries', 1]] },
  { minutes: 8, table: '12', lines: [['Flat white', 2], ['Quiche with salad', 1], ['Soup of the day', 1]] },
  { minutes: 6.5, lines: [['Americano', 1, ['Large']], ['Chai latte', 1]] },
  { minutes: 3, table: '7', lines: [['Pasta with tomato and basil', 1], ['Caesar salad', 2], ['House lemonade', 2]] },
  { minutes: 1, lines: [['Cappuccino', 3, ['Regular', 'Soy', 'Extra shot']]] },
];

function lineOf(catalogue, [name, qty, chosen = []]) {
  const item = catalogue.items.find((i) => i.name === name);
  const groups = item.group_ids.map((id) => catalogue.groups.find((g) => g.id === id));
  const modifiers = groups.flatMap((g) => {
    const asked = g.modifiers.filter((m) => chosen.includes(m.name));
    return asked.length > 0 ? asked : g.modifiers.slice(0, g.min);
  });
  return { item_id: item.id, qty: String(qty), modifiers: modifiers.map((m) => ({ modifier_id: m.id })) };
}

/** A kitchen in the middle of service: orders of several ages, one item ready, one cancelled. */
async function service() {
  const token = await managerToken();
  const catalogue = await readCatalogue(token);
  for (const { minutes, table, lines } of orders) {
    const body = { channel: table ? 'dine_in' : 'takeaway', table, send: true, lines: lines.map((l) => lineOf(catalogue, l)) };
    const { order } = await api('/v1/orders', { token, method: 'POST', body });
    await (await stack()).psql(`UPDATE pos.ticket SET sent_at = now() - interval '${minutes} minutes' WHERE order_id = '${order.id}'`);
  }
}

test('the kitchen in the middle of service', async () => {
  const page = await openKitchen(views.wide);
  await clearBoard(page);
  await service();
  const tickets = page.getByRole('list', { name: 'Tickets' });
  await tickets.locator('.ticket.late').first().waitFor();
  await tickets.locator('.ticket.warn').first().waitFor();
  await tickets.getByRole('button', { name: /French fries, new/ }).click();
  await tickets.getByRole('button', { name: /French fries, ready/ }).waitFor();
  await check(page, 'kitchen', true);
  await picture(page, 'kitchen-wide');
  await page.setViewportSize(views.phone);
  await check(page, 'kitchen on a phone');
  await picture(page, 'kitchen-phone');
  await page.end();
});

for (const [name, view] of Object.entries(views)) {
  test(`the register at ${view.width}x${view.height} ${view.colorScheme}`, async () => {
    const page = await openRegister({ ...view, register: 'R2' });
    await fillOrder(page);
    if (name === 'phone') await page.getByRole('button', { name: 'Show the order' }).click();
    await check(page, 'selling', view.axe);
    await picture(page, `register-${name}`);
    if (name === 'phone') await page.getByRole('button', { name: 'Close', exact: true }).click();
    await touchItem(page, 'Cappuccino');
    await check(page, 'options', view.axe);
    await picture(page, `register-options-${name}`);
    await page.keyboard.press('Escape');
    if (name === 'phone') await page.getByRole('button', { name: 'Show the order' }).click();
    await page.getByRole('button', { name: 'Discount on the order' }).click();
    await check(page, 'discount', view.axe);
    await page.keyboard.press('Escape');
    if (name === 'phone' && !(await page.getByRole('button', { name: /^Pay / }).isVisible())) {
      await page.getByRole('button', { name: 'Show the order' }).click();
    }
    await page.getByRole('button', { name: /^Pay / }).click();
    await check(page, 'payment', view.axe);
    await picture(page, `register-pay-${name}`);
    await page.keyboard.type('5000');
    await page.getByRole('button', { name: /^Take / }).click();
    await finishedSale(page);
    await check(page, 'change and receipt', view.axe);
    const { y, height } = await page.getByRole('button', { name: 'New order' }).boundingBox();
    assert.ok(name === 'phone' || y + height <= view.height, 'what comes next is in view');
    await picture(page, `register-change-${name}`);
    await page.end();
  });

  test(`the kitchen at ${view.width}x${view.height} ${view.colorScheme}`, async () => {
    const page = await openKitchen(view);
    await check(page, 'kitchen', view.axe);
    await page.end();
  });
}

test('signing in is usable without seeing it', async () => {
  for (const path of ['/register/?tenant=demo-cafe&outlet=main&register=R1', '/kitchen/', '/register/?lang=de']) {
    const page = await openPage(path);
    await page.getByRole('form').waitFor();
    await check(page, path, true);
    await page.end();
  }
});

test('ages tick without moving anything', async () => {
  const till = await openRegister();
  await touchItem(till, 'Espresso');
  await till.getByRole('button', { name: 'Send to kitchen' }).click();
  const page = await openKitchen();
  const age = page.getByRole('list', { name: 'Tickets' }).locator('.age').first();
  await age.waitFor();
  await page.evaluate(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shifts += entry.value;
    }).observe({ type: 'layout-shift' });
  });
  for (let ticks = 0; ticks < 2; ticks++) {
    const before = await age.textContent();
    await page.waitForFunction(([now]) => document.querySelector('.age').textContent !== now, [before]);
  }
  assert.equal(await page.evaluate(() => globalThis.shifts), 0);
  await Promise.all([till.end(), page.end()]);
});

test('the first load stays within 300 KB', async () => {
  const page = await openPage('/healthz');
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength));
  await page.goto(new URL('/register/?tenant=demo-cafe&outlet=main&register=R1', page.url()).href, { waitUntil: 'networkidle' });
  assert.ok(bytes > 0 && bytes <= 300 * 1024, `${bytes} bytes`);
  await page.end();
});

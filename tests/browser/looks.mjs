// Every page is usable without seeing it and fits its screens. MPOS_IMAGES=1 also writes docs/images.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { addChosen, choose, finishedSale, openKitchen, openPage, openRegister, touchItem } from './setup.mjs';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const touchMin = 48;
// Axe looks at each colour scheme once; the narrow screens have the same controls in other places.
const views = {
  wide: { width: 1280, height: 800, colorScheme: 'light', axe: true },
  dark: { width: 1280, height: 800, colorScheme: 'dark', axe: true },
  tablet: { width: 1024, height: 768, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'light' },
};

async function picture(page, name) {
  if (!process.env.MPOS_IMAGES) return;
  mkdirSync(images, { recursive: true });
  await page.screenshot({ path: `${images}${name}.png` });
}

async function assertAccessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  assert.deepEqual(serious.map((v) => `${where}: ${v.id} ${v.nodes[0].html}`), []);
}

/** No serious finding of axe, no sideways scrolling, nothing too small to touch. */
async function check(page, where, axe = false) {
  if (axe) await assertAccessible(page, where);
  const small = await page.getByRole('button').evaluateAll(
    (all, least) =>
      all.map((b) => ({ text: b.textContent || b.ariaLabel, box: b.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < least || box.height < least))
        .map(({ text, box }) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`),
    touchMin - 0.5,
  );
  assert.deepEqual(small, [], `${where}: too small to touch`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(sideways <= 0, `${where}: ${sideways} px wider than the screen`);
}

async function fillOrder(page) {
  await touchItem(page, 'Espresso');
  await touchItem(page, 'Cappuccino');
  await choose(page, 'Size', 'Large');
  await choose(page, 'Milk', 'Oat');
  await addChosen(page);
  await touchItem(page, 'Cheesecake');
}

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
    await picture(page, `register-change-${name}`);
    await page.end();
  });

  test(`the kitchen at ${view.width}x${view.height} ${view.colorScheme}`, async () => {
    const page = await openKitchen(view);
    await check(page, 'kitchen', view.axe);
    await picture(page, `kitchen-${name}`);
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

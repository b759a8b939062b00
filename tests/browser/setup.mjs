// What the page tests share: one stack, one browser, pages that sign in, and the API for looking behind the page.
import { webcrypto } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { catalogueBy } from '../lib/catalogue.mjs';
import { startStack } from '../lib/stack.mjs';

// Node 18 has no global crypto.
globalThis.crypto ??= webcrypto;

const browserArgs = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const pins = { 101: '1234', 102: '2345', 103: '3456' };
const waitMs = 10_000;
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));

let stackStarted;
let browserStarted;

/** The stack of all page tests, started by the first that needs it. */
export const stack = () => (stackStarted ??= startStack({ signer: true }));
const browser = () =>
  (browserStarted ??= chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: browserArgs }));

after(async () => {
  await (await browserStarted)?.close();
  await (await stackStarted)?.stop();
});

/** Calls the API; throws with the problem when refused. */
export async function api(path, { token, method = 'GET', body } = {}) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch((await stack()).url + path, { method, headers, body: body ? JSON.stringify(body) : undefined });
  const parsed = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(parsed)}`);
  return parsed;
}

export const readCatalogue = (token) => catalogueBy((path) => api(path, { token }));

/** A manager's token for looking at what was stored; not the register's own session. */
export async function managerToken(tenant = 'demo-cafe') {
  const body = { tenant, outlet: 'main', staff: '101', pin: pins[101] };
  return (await api('/v1/auth/pin', { method: 'POST', body })).token;
}

/** Opens a page of its own (own storage); errors of the page fail the test that closes it. */
export async function openPage(path, { width = 1280, height = 800, colorScheme = 'light', hasTouch = false } = {}) {
  const { url } = await stack();
  const context = await (await browser()).newContext({ viewport: { width, height }, colorScheme, hasTouch, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error));
  page.end = async () => {
    await context.close();
    if (errors.length > 0) throw errors[0];
  };
  await page.goto(url + path);
  return page;
}

export async function signIn(page, staff) {
  await page.getByRole('form').waitFor();
  await page.keyboard.type(staff);
  await page.keyboard.press('Enter');
  await page.keyboard.type(pins[staff]);
  await page.keyboard.press('Enter');
}

/** A register ready to sell; opens its shift when none is open. */
export async function openRegister({ tenant = 'demo-cafe', register = 'R1', staff = '102', ...view } = {}) {
  const page = await openPage(`/register/?tenant=${tenant}&outlet=main&register=${register}`, view);
  await signIn(page, staff);
  const items = page.getByRole('group', { name: 'Items' });
  const openShift = page.getByRole('button', { name: /^Open shift with/ });
  await items.or(openShift).waitFor();
  if (await openShift.isVisible()) {
    await page.keyboard.type('10000');
    await openShift.click();
  }
  await items.waitFor();
  return page;
}

export async function openKitchen({ screen = 'K1', ...view } = {}) {
  const page = await openPage(`/kitchen/?tenant=demo-cafe&outlet=main&register=${screen}`, view);
  await signIn(page, '103');
  await page.getByRole('button', { name: 'Recall' }).waitFor();
  await page.getByLabel('Connection').getByText('Online').waitFor();
  return page;
}

/** Finishes every ticket on the board. */
export async function clearBoard(kitchen) {
  const tickets = kitchen.getByRole('list', { name: 'Tickets' }).locator('.ticket');
  for (let left = await tickets.count(); left > 0; left = await tickets.count()) {
    await kitchen.keyboard.press('1');
    await kitchen.waitForFunction((before) => document.querySelectorAll('.ticket').length < before, left);
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The tile of an item; searches for it so that it is in view. */
export async function touchItem(page, name) {
  const search = page.getByRole('searchbox');
  await search.fill(name);
  await page.getByRole('group', { name: 'Items' }).getByRole('button', { name: new RegExp(`^${escaped(name)}`) }).first().click();
  await search.fill('');
}

export const picker = (page) => page.getByRole('region', { name: /^Options/ });

/** Chooses an option by the name of its group. */
export async function choose(page, group, option) {
  const groups = picker(page).getByRole('group', { name: new RegExp(`^${escaped(group)}`) });
  await groups.last().getByRole('button', { name: new RegExp(`^${escaped(option)}`) }).first().click();
}

export const addChosen = (page) => picker(page).getByRole('button', { name: 'Add', exact: true }).click();

/** Types as a scanner does: one key right after the other, without waiting for the page. */
export const scan = (page, code) => Promise.all([...code, 'Enter'].map((key) => page.keyboard.press(key)));

export const total = (page) => page.getByRole('complementary').getByRole('status', { name: 'Total' });

/** Minor units of an amount as the page shows it. */
export const minor = (text) => Math.round(Number(text.replace(/[^0-9.-]/g, '')) * 100);

/** The finished sale: waits for the receipt and the server's acknowledgement. */
export async function finishedSale(page) {
  const receipt = page.getByRole('article', { name: 'Receipt' });
  await receipt.getByText(/^Journal \d+\.\d+/).waitFor();
  return { orderId: await receipt.getAttribute('data-order'), pricedHash: await receipt.getAttribute('data-priced-hash'), receipt };
}

/** What the server stored for an order, by the receipt. */
export async function storedReceipt(orderId, tenant) {
  return api(`/v1/orders/${orderId}/receipt`, { token: await managerToken(tenant) });
}

/** The pictures that documents show; the others would only repeat them. */
const shown = new Set([
  'register-wide', 'register-approval-wide', 'register-dark', 'register-options-tablet', 'register-pay-tablet', 'register-change-wide', 'register-phone',
  'register-pay-phone', 'kitchen-wide', 'kitchen-phone', 'receipt-good-tablet', 'receipt-good-phone', 'receipt-bad-phone',
  'office-people-wide', 'register-why-wide', 'office-role-tablet', 'office-pairing-phone', 'office-why-wide', 'office-publish-wide', 'office-item-wide', 'office-promotion-tablet',
  'office-preview-phone', 'office-outlet-wide', 'office-difference-wide',
]);

/** Writes docs/images when MPOS_IMAGES asks for it; MPOS_IMAGES_ALL writes those too that no document shows. */
export async function picture(page, name) {
  if (!process.env.MPOS_IMAGES || (!shown.has(name) && !process.env.MPOS_IMAGES_ALL)) return;
  mkdirSync(images, { recursive: true });
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: `${images}${name}.png` });
}

// The back office fits its screens and is usable without seeing it. MPOS_IMAGES=1 also writes docs/images.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, views } from './fit.mjs';
import { openOffice, row } from './office-setup.mjs';
import { openPage, picture } from './setup.mjs';

async function open(page, path, heading) {
  await page.goto(`${page.url().split('#')[0]}#/${path}`);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  await page.locator('.waiting').waitFor({ state: 'hidden' });
}

for (const [name, view] of Object.entries(views)) {
  test(`the back office at ${view.width}x${view.height} ${view.colorScheme}`, async () => {
    const page = await openOffice(view);
    await open(page, 'people', 'People');
    await check(page, 'people', name === 'wide');
    await picture(page, `office-people-${name}`);
    await row(page, /102/).click();
    await page.getByRole('button', { name: 'Deactivate' }).waitFor();
    await check(page, 'person', view.axe);
    await picture(page, `office-person-${name}`);
    await open(page, 'people/new', 'Add person');
    await check(page, 'new person');
    await open(page, 'roles', 'Roles');
    await check(page, 'roles');
    await row(page, /^Cashier/).click();
    await page.getByRole('button', { name: 'Apply' }).waitFor();
    await check(page, 'role', view.axe);
    await picture(page, `office-role-${name}`);
    await open(page, 'devices', 'Devices');
    await check(page, 'devices', view.axe);
    await picture(page, `office-devices-${name}`);
    await row(page, /^R2/).click();
    await page.getByRole('button', { name: 'Show pairing code' }).click();
    await page.getByRole('status', { name: 'Pairing code' }).waitFor();
    await check(page, 'pairing', name === 'wide');
    await picture(page, `office-pairing-${name}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await check(page, 'revoke');
    await picture(page, `office-revoke-${name}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await open(page, 'sessions', 'Sessions');
    await check(page, 'sessions');
    await picture(page, `office-sessions-${name}`);
    await open(page, 'keys/new', 'Make API key');
    await check(page, 'new API key');
    await picture(page, `office-key-${name}`);
    await open(page, 'items', 'Items');
    await check(page, 'items', name === 'wide');
    await page.getByRole('searchbox', { name: 'Search name' }).fill('cappuccino');
    await row(page, /^Cappuccino/).click();
    await page.getByRole('button', { name: 'Try in the preview' }).click();
    await page.getByRole('heading', { name: 'Cappuccino', level: 1 }).waitFor();
    if (name === 'phone' || name === 'tablet') {
      await check(page, 'preview');
      await picture(page, `office-preview-${name}`);
      await page.keyboard.press('Escape');
    }
    await check(page, 'item', view.axe);
    await picture(page, `office-item-${name}`);
    await open(page, 'promotions/new', 'Add promotion');
    await check(page, 'promotion', view.axe);
    await picture(page, `office-promotion-${name}`);
    await open(page, 'import', 'Import and export');
    await check(page, 'import', name === 'wide');
    await open(page, 'provider', 'Sign-in of the organisation');
    await check(page, 'provider', name === 'wide');
    await open(page, 'licence', 'Licence');
    await check(page, 'licence', name === 'wide');
    await open(page, 'account', 'My account');
    await check(page, 'account', name === 'wide');
    await picture(page, `office-account-${name}`);
    await page.end();
  });
}

test('signing in to the back office, and in German', async () => {
  for (const path of ['/office/?tenant=demo-cafe&outlet=main', '/office/?tenant=demo-cafe&way=password', '/office/?lang=de']) {
    const page = await openPage(path, views.phone);
    await page.getByRole('form').waitFor();
    await check(page, path, true);
    await picture(page, `office-sign-in-${path.length}`);
    await page.end();
  }
});

test('the back office in German fits a phone', async () => {
  const page = await openOffice({ ...views.phone, path: 'account' });
  await page.getByRole('radio', { name: 'Deutsch' }).click();
  for (const [path, heading] of [['people', 'Personal'], ['roles', 'Rollen'], ['roles/new', 'Rolle hinzufügen'], ['devices/new', 'Gerät hinzufügen'], ['sessions', 'Sitzungen'], ['items', 'Artikel'], ['tax-maps/new', 'Steuerwechsel hinzufügen'], ['rounding', 'Rundung und Strichcodes'], ['outlets/new', 'Filiale hinzufügen'], ['differences', 'Preisabweichungen']]) {
    await open(page, path, heading);
    await check(page, path);
    await picture(page, `office-de-${path.replace('/', '-')}`);
  }
  await page.end();
});

test('the first load of the back office stays within 200 KB, and nothing moves while it loads', async () => {
  const page = await openPage('/healthz');
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength));
  await page.goto(new URL('/office/?tenant=demo-cafe&outlet=main', page.url()).href, { waitUntil: 'networkidle' });
  assert.ok(bytes > 0 && bytes <= 200 * 1024, `${bytes} bytes`);
  const shifts = await page.evaluate(
    () => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().length)).observe({ type: 'layout-shift', buffered: true }) ?? setTimeout(() => done(0))),
  );
  assert.equal(shifts, 0);
  await page.end();
});

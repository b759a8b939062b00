// A register becomes a device by a code, and from then on nobody else can sign in as it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, views } from './fit.mjs';
import { api, managerToken, openPage, picture, signIn } from './setup.mjs';

/** A new device of the café's main outlet, and a code for pairing it. */
async function newDevice(code, kind = 'register') {
  const token = await managerToken();
  const outlet_id = (await api('/v1/auth/pin', { method: 'POST', body: { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' } })).outlet.id;
  const { device } = await api('/v1/devices', { token, method: 'POST', body: { outlet_id, code, kind } });
  return { id: device.id, code: (await api(`/v1/devices/${device.id}/pairing`, { token, method: 'POST', body: {} })).code };
}

async function pair(page, code) {
  await page.getByRole('button', { name: 'Pair this device' }).click();
  await page.getByLabel('Business').fill('demo-cafe');
  await page.getByLabel('Pairing code').fill(code);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
}

const ready = (page) => page.getByRole('button', { name: /^Open shift with/ }).waitFor();

test('a paired register signs in by its key, after a reload too, and another browser cannot', async () => {
  const device = await newDevice('R77');
  const page = await openPage('/register/');
  await pair(page, `${device.code.slice(0, 4)}-${device.code.slice(4)}`.toLowerCase());
  await page.getByText(/This is R77 of/).waitFor();
  assert.match(page.url(), /register=R77/);
  await signIn(page, '102');
  await ready(page);
  // The token is over: the next one is had by a signature of the key.
  const token = () => page.evaluate(() => JSON.parse(sessionStorage.getItem('mpos.session')).token);
  const old = await token();
  await page.evaluate(() => {
    const session = JSON.parse(sessionStorage.getItem('mpos.session'));
    sessionStorage.setItem('mpos.session', JSON.stringify({ ...session, expires_at: '2020-01-01T00:00:00Z' }));
  });
  await page.reload();
  await ready(page);
  assert.notEqual(await token(), old);
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await signIn(page, '102');
  await ready(page);
  const other = await openPage('/register/?tenant=demo-cafe&outlet=main&register=R77');
  await signIn(other, '102');
  await other.getByRole('alert').getByText(/must prove that it is itself/).waitFor();
  await Promise.all([page.end(), other.end()]);
});

test('the key cannot be taken out of the browser', async () => {
  const device = await newDevice('R78');
  const page = await openPage('/register/?tenant=demo-cafe');
  await pair(page, device.code);
  await page.getByText(/This is R78 of/).waitFor();
  const extractable = await page.evaluate(
    () => new Promise((done) => {
      const open = indexedDB.open('keyval-store');
      open.onsuccess = () => {
        const all = open.result.transaction('keyval').objectStore('keyval').getAll();
        all.onsuccess = () => done(all.result.map((kept) => [kept.key.type, kept.key.extractable]));
      };
    }),
  );
  assert.deepEqual(extractable, [['private', false]]);
  await page.end();
});

test('a wrong clock is corrected by the server’s', async () => {
  const device = await newDevice('R79');
  const page = await openPage('/register/');
  await pair(page, device.code);
  await page.getByText(/This is R79 of/).waitFor();
  await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
  });
  await signIn(page, '102');
  await ready(page);
  await page.end();
});

test('a wrong code is said; a kitchen screen paired at the register goes to its page', async () => {
  const device = await newDevice('K77', 'kitchen');
  const page = await openPage('/register/', views.phone);
  await pair(page, 'WRNGWRNG');
  await page.getByRole('alert').getByText(/wrong, used or too old/).waitFor();
  await check(page, 'pairing a device', true);
  await picture(page, 'register-pair-phone');
  await page.getByLabel('Pairing code').fill(device.code);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await page.waitForURL(/\/kitchen\/\?.*register=K77/);
  await signIn(page, '103');
  await page.getByRole('button', { name: 'Recall' }).waitFor();
  await page.end();
});

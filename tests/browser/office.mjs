// The back office: people, roles, devices, sessions, by role and label, and what is stored behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, managerToken, openPage } from './setup.mjs';
import { openOffice, row } from './office-setup.mjs';

const people = async () => (await api('/v1/staff', { token: await managerToken() })).staff;
const person = async (number) => (await people()).find((p) => p.number === number);
const roles = async () => (await api('/v1/roles', { token: await managerToken() })).roles;
const devices = async () => (await api('/v1/devices', { token: await managerToken() })).devices;
const pinSignIn = (staff, pin) => api('/v1/auth/pin', { method: 'POST', body: { tenant: 'demo-cafe', outlet: 'main', staff, pin } });

/** Waits until what the server says fits. */
async function until(read, fits) {
  for (let found = await read(); ; found = await read()) if (fits(found)) return found;
}

async function addPerson(page, { name, number, role, pin }) {
  await page.getByRole('link', { name: 'Add person' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Number', { exact: true }).fill(number);
  await page.getByLabel('Role').selectOption({ label: role });
  if (pin) await page.getByLabel('PIN').fill(pin);
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
}

test('a person is added, signs in, gets another role, is deactivated, and that is taken back', async () => {
  const page = await openOffice();
  await addPerson(page, { name: 'Ada Vega', number: '481', role: 'Cashier', pin: '7788' });
  const session = await pinSignIn('481', '7788');
  assert.ok(!session.scopes.includes('staff.read'));
  await page.getByLabel('Role').selectOption({ label: 'Manager' });
  await page.getByText('Saved.').waitFor();
  assert.equal((await person('481')).role, 'manager');
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('Ada Vega is inactive now.').waitFor();
  assert.equal((await person('481')).active, false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Deactivate' }).waitFor();
  assert.equal((await person('481')).active, true);
  await page.end();
});

test('a field saves when it is left, and Undo brings the old value back', async () => {
  const page = await openOffice();
  await addPerson(page, { name: 'Bo', number: '482', role: 'Kitchen' });
  await page.getByLabel('Name').fill('Bo Lind');
  await page.getByLabel('Name').press('Enter');
  await page.getByRole('heading', { name: 'Bo Lind', level: 1 }).waitFor();
  assert.equal((await person('482')).name, 'Bo Lind');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: 'Bo', level: 1, exact: true }).waitFor();
  assert.equal((await person('482')).name, 'Bo');
  await page.end();
});

test('a refusal stands at its field and stays until it is corrected', async () => {
  const page = await openOffice();
  await addPerson(page, { name: 'Cy', number: '483', role: 'Kitchen' });
  const number = page.getByLabel('Number', { exact: true });
  await number.fill('101');
  await number.press('Enter');
  await page.getByRole('alert').getByText(/has that already/).waitFor();
  assert.equal(await number.getAttribute('aria-invalid'), 'true');
  assert.equal(await number.inputValue(), '101', 'what was typed stays');
  await number.fill('484');
  await number.press('Enter');
  await page.getByText('Saved.').waitFor();
  assert.equal(await number.getAttribute('aria-invalid'), 'false');
  assert.equal((await person('484')).name, 'Cy');
  await page.end();
});

test('the last who manages people stays', async () => {
  const page = await openOffice();
  for (const p of (await people()).filter((x) => x.role === 'manager' && x.number !== '101')) {
    await api(`/v1/staff/${p.id}/deactivate`, { token: await managerToken(), method: 'POST', body: {} });
  }
  await row(page, /101/).click();
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('alert').getByText(/nobody would be left/).waitFor();
  assert.equal((await person('101')).active, true);
  await page.end();
});

test('a PIN is set for somebody else', async () => {
  const page = await openOffice();
  await addPerson(page, { name: 'Di', number: '485', role: 'Cashier' });
  await page.getByRole('button', { name: 'Set a PIN' }).click();
  await page.getByRole('dialog').getByLabel('PIN', { exact: true }).fill('4455');
  await page.getByRole('button', { name: 'Set PIN' }).click();
  await page.getByText('Di has a new PIN.').waitFor();
  assert.equal((await pinSignIn('485', '4455')).staff.name, 'Di');
  await page.end();
});

test('a role gets rights and limits, which reach what is stored exactly', async () => {
  const page = await openOffice({ path: 'roles' });
  await page.getByRole('link', { name: 'Add role' }).click();
  await page.getByLabel('Name').fill('Shift lead');
  assert.equal(await page.getByLabel('Code').inputValue(), 'shift-lead');
  await page.getByLabel('Discount limit', { exact: true }).fill('12.5');
  await page.getByLabel('Refund limit', { exact: true }).fill('75.5');
  await page.getByRole('checkbox', { name: 'Take orders' }).check();
  await page.getByRole('button', { name: 'Add role' }).click();
  await page.getByRole('heading', { name: 'Shift lead', level: 1 }).waitFor();
  const made = (await roles()).find((r) => r.code === 'shift-lead');
  assert.equal(Number(made.discount_limit), 0.125);
  assert.equal(made.refund_limit, 7550);
  assert.deepEqual([...made.scopes].sort(), ['order.write', 'session']);
  await page.getByLabel('Discount limit', { exact: true }).fill('150');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('alert').getByText(/percentage from 0 to 100/).waitFor();
  await page.getByRole('button', { name: 'Remove role' }).click();
  await page.getByText('Role Shift lead was removed.').waitFor();
  assert.ok(!(await roles()).some((r) => r.code === 'shift-lead'));
  await page.end();
});

test('a role that people have cannot be removed, and says why', async () => {
  const page = await openOffice({ path: 'roles' });
  await row(page, /^Cashier/).click();
  await page.getByText(/have this role\. Give them another one first|has this role\. Give them another one first/).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Remove role' }).isDisabled());
  await page.end();
});

test('a session that holds less sees what it may not give, and why', async () => {
  const token = await managerToken();
  const scopes = ['session', 'staff.read', 'staff.write', 'order.read', 'order.write'];
  const { role } = await api('/v1/roles', { token, method: 'POST', body: { code: 'deputy', name: 'Deputy', scopes, discount_limit: '0.2', refund_limit: 1000 } });
  const { staff } = await api('/v1/staff', { token, method: 'POST', body: { number: '490', name: 'Eve', role_id: role.id } });
  await api(`/v1/staff/${staff.id}/pin`, { token, method: 'POST', body: { pin: '9900' } });
  const page = await openOffice({ path: 'roles', staff: '490', pin: '9900' });
  assert.equal(await page.getByRole('navigation').getByRole('link', { name: 'Devices' }).count(), 0, 'only what it may open');
  await row(page, /^Manager/).click();
  await page.getByText(/This role may more than you/).waitFor();
  await page.getByRole('link', { name: 'Roles', exact: true }).first().click();
  await page.getByRole('link', { name: 'Add role' }).click();
  assert.ok(await page.getByRole('checkbox', { name: /^Export the business/ }).isDisabled());
  assert.ok(await page.getByRole('checkbox', { name: 'Discount limit: No limit' }).isDisabled());
  await page.getByLabel('Name').fill('Too much');
  await page.getByLabel('Discount limit', { exact: true }).fill('20.1');
  await page.getByRole('button', { name: 'Add role' }).click();
  await page.getByRole('alert').getByText('That is more than you may yourself.').waitFor();
  await page.getByLabel('Discount limit', { exact: true }).fill('20');
  await page.getByRole('button', { name: 'Add role' }).click();
  await page.getByRole('heading', { name: 'Too much', level: 1 }).waitFor();
  await page.end();
});

test('a device is added, shows its pairing code, and says when it is paired', async () => {
  const page = await openOffice({ path: 'devices' });
  await page.getByRole('link', { name: 'Add device' }).click();
  const code = await page.getByLabel('Code').inputValue();
  await page.getByLabel('Name').fill('Bar, left');
  await page.getByRole('button', { name: 'Add device' }).click();
  await page.getByRole('button', { name: 'Show pairing code' }).click();
  const shown = page.getByRole('dialog').getByRole('status', { name: 'Pairing code' });
  const text = await shown.textContent();
  assert.match(text, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  await page.getByRole('timer').getByText(/^Valid for (10:00|9:5\d)$/).waitFor();
  const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const point = Buffer.from(await crypto.subtle.exportKey('raw', key.publicKey)).toString('base64url');
  await api('/v1/auth/pair', { method: 'POST', body: { tenant: 'demo-cafe', code: text, public_key: point, alg: 'p256' } });
  await page.getByText(`${code} is paired.`).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Revoke…' }).click();
  const revoke = page.getByRole('button', { name: `Revoke ${code}` });
  assert.ok(await revoke.isDisabled(), 'it takes another gesture');
  await page.getByLabel(`Type ${code} to go on`).fill(code);
  await revoke.click();
  await page.getByText(`${code} is revoked.`).waitFor();
  assert.equal((await devices()).find((d) => d.code === code && d.name === 'Bar, left').state, 'revoked');
  await page.end();
});

test('somebody else’s session is ended', async () => {
  const other = await pinSignIn('102', '2345');
  const page = await openOffice({ path: 'sessions' });
  await page.getByRole('listitem').first().waitFor(); // of many sessions only those in view are in the page
  await page.getByRole('searchbox').fill(other.staff.name);
  const ends = page.getByRole('button', { name: new RegExp(`^End the session of ${other.staff.name}`) });
  for (let left = await ends.count(); left > 0; left -= 1) {
    await ends.first().click();
    await page.waitForFunction((n) => document.querySelectorAll('.row-action button').length < n, left);
  }
  await assert.rejects(api('/v1/catalogue', { token: other.token }), /session_ended/);
  await page.end();
});

test('a cashier sees what is theirs, and a closed page says so', async () => {
  const page = await openOffice({ path: 'people', staff: '102', pin: '2345' });
  await page.getByText('People is closed for you').waitFor();
  const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
  assert.deepEqual(links, ['My account']);
  await page.end();
});

test('a wrong PIN is said, and another attempt is possible', async () => {
  const page = await openPage('/office/?tenant=demo-cafe&outlet=main');
  await page.getByLabel('Staff number').fill('999');
  await page.getByLabel('PIN').fill('0000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText(/not right/).waitFor();
  await page.end();
});

test('everything works from the keyboard', async () => {
  const page = await openOffice();
  await page.keyboard.press('/');
  await page.keyboard.type('102');
  await page.waitForFunction(() => document.querySelectorAll('a.row').length === 1);
  assert.match(page.url(), /q=102/, 'the filter is in the address');
  await page.keyboard.press('Tab');
  while (!(await page.evaluate(() => document.activeElement.matches('a.row')))) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('button', { name: /^Set a new PIN/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('2');
  await page.getByRole('heading', { name: 'Categories', level: 1 }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.end();
});

test('a rights change counts at once in an open office', async () => {
  const page = await openOffice({ path: 'account', staff: '490', pin: '9900' });
  const token = await managerToken();
  const deputy = (await roles()).find((r) => r.code === 'deputy');
  const { id, code, version, ...rest } = deputy;
  await api(`/v1/roles/${id}`, { token, method: 'POST', body: { ...rest, name: `Deputy ${code} ${version}`, scopes: [...rest.scopes, 'device.read'] } });
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'Devices' }).waitFor();
  await until(roles, (all) => all.some((r) => r.scopes.includes('device.read')));
  await page.end();
});

// The back office: e-mail and password, the second factor, API keys.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { openOffice, row } from './office-setup.mjs';
import { api, managerToken, openPage, readCatalogue } from './setup.mjs';

const password = 'correct horse battery';

/** A manager who signs in with e-mail and password. */
async function manager(number) {
  const token = await managerToken();
  const { roles } = await api('/v1/roles', { token });
  const role_id = roles.find((r) => r.code === 'manager').id;
  const { staff } = await api('/v1/staff', { token, method: 'POST', body: { number, name: `Office ${number}`, role_id } });
  const email = `office${number}@example.com`;
  await api(`/v1/staff/${staff.id}/password`, { token, method: 'POST', body: { email, password } });
  return email;
}

async function open(email, secret = password) {
  const page = await openPage('/office/?tenant=demo-cafe&way=password#/account');
  await page.getByLabel('E-mail', { exact: true }).fill(email);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  return page;
}

/** RFC 6238, six digits. */
function totp(secret, step) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

test('e-mail and password sign in; a wrong one is said and the password can be changed', async () => {
  const email = await manager('471');
  const page = await open(email, 'wrong password');
  await page.getByRole('alert').getByText(/e-mail or password is not right/).waitFor();
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByLabel('Password now').fill('not this one');
  await page.getByLabel('New password').fill('another long one 7');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('alert').getByText(/That is not right/).waitFor();
  assert.equal(await page.getByLabel('Password now').getAttribute('aria-invalid'), 'true', 'and the session goes on');
  await page.getByLabel('Password now').fill(password);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('alert').getByText(/Too short or too common/).waitFor();
  await page.getByLabel('New password').fill('another long one 7');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is changed.').waitFor();
  await api('/v1/auth/password', { method: 'POST', body: { tenant: 'demo-cafe', email, password: 'another long one 7' } });
  await page.end();
});

test('the second factor is set up with a code, asked for at sign-in, and taken away', async () => {
  const email = await manager('472');
  const page = await open(email);
  await page.getByRole('button', { name: 'Set up or remove' }).click();
  const sheet = page.getByRole('dialog', { name: 'Second factor' });
  await sheet.getByLabel('Password').fill(password);
  await sheet.getByRole('button', { name: 'Next' }).click();
  const uri = await sheet.getByRole('img', { name: /QR code/ }).getAttribute('data-text');
  const secret = new URL(uri).searchParams.get('secret');
  const step = Math.floor(Date.now() / 30000);
  await sheet.getByLabel('First code').fill(totp(secret, step - 1));
  await sheet.getByRole('button', { name: 'Turn on' }).click();
  const codes = (await sheet.getByRole('status', { name: 'Recovery codes' }).textContent()).trim().split('\n');
  assert.equal(codes.length, 10);
  await sheet.getByRole('button', { name: 'I have kept it' }).click();
  const again = await open(email);
  await again.getByLabel(/^Code of the second factor/).fill(codes[0]);
  await again.getByRole('button', { name: 'Sign in', exact: true }).click();
  await again.getByRole('button', { name: 'Set up or remove' }).click();
  await again.getByRole('dialog').getByLabel('Password').fill(password);
  await again.getByRole('button', { name: 'Next' }).click();
  await again.getByText(/With the password and a code it is removed/).waitFor();
  await again.getByRole('dialog').getByLabel('Password').fill(password);
  await again.getByRole('dialog').getByLabel(/^Code of/).fill(codes[1]);
  await again.getByRole('button', { name: 'Remove', exact: true }).click();
  await again.getByText('The second factor is removed.').waitFor();
  await api('/v1/auth/password', { method: 'POST', body: { tenant: 'demo-cafe', email, password } });
  await Promise.all([page.end(), again.end()]);
});

test('a manager gives somebody e-mail and password', async () => {
  const token = await managerToken();
  const { roles } = await api('/v1/roles', { token });
  await api('/v1/staff', { token, method: 'POST', body: { number: '473', name: 'Flo', role_id: roles.find((r) => r.code === 'cashier').id } });
  const page = await openOffice();
  await row(page, /Flo/).click();
  await page.getByRole('button', { name: 'Set e-mail and password' }).click();
  await page.getByLabel('E-mail').fill('flo@example.com');
  await page.getByLabel('New password').fill('1234567890');
  await page.getByRole('dialog').getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByRole('alert').getByText(/Too short or too common/).waitFor();
  await page.getByLabel('New password').fill(password);
  await page.getByRole('dialog').getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText('Flo can sign in with e-mail and password.').waitFor();
  assert.equal((await api('/v1/auth/password', { method: 'POST', body: { tenant: 'demo-cafe', email: 'flo@example.com', password } })).staff.name, 'Flo');
  await page.end();
});

test('an API key is told once, works with its rights only, and is revoked', async () => {
  const page = await openOffice({ path: 'keys' });
  await page.getByText('No API keys yet.').waitFor();
  await page.getByRole('link', { name: 'Make API key' }).click();
  await page.getByLabel('Name').fill('Web shop');
  assert.equal(await page.getByRole('checkbox', { name: 'Manage API keys' }).count(), 0, 'keys make no keys');
  await page.getByRole('checkbox', { name: 'See items and prices' }).check();
  await page.getByRole('button', { name: 'Make API key' }).click();
  const token = (await page.getByRole('dialog').getByRole('status', { name: 'API key' }).textContent()).trim();
  assert.match(token, /^mpos_/);
  assert.ok((await readCatalogue(token)).items.length > 0);
  await assert.rejects(api('/v1/staff', { token }), /forbidden/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('heading', { name: 'Web shop', level: 1 }).waitFor();
  assert.ok(!(await page.content()).includes(token), 'it is gone from the page');
  await page.getByRole('button', { name: 'Revoke…' }).click();
  await page.getByLabel('Type Web shop to go on').fill('Web shop');
  await page.getByRole('button', { name: 'Revoke Web shop' }).click();
  await page.getByText('Web shop is revoked.').waitFor();
  await assert.rejects(api('/v1/catalogue', { token }), /401/);
  await page.end();
});

test('the organisation’s sign-in says when there is none, and when it was refused', async () => {
  const page = await openPage('/office/?tenant=demo-cafe&way=password');
  await page.getByRole('button', { name: 'Sign in with your organisation' }).click();
  await page.getByRole('alert').getByText('This business has no sign-in of an organisation.').waitFor();
  for (const back of ['sso_error=refused', 'sso=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
    const again = await openPage(`/office/?tenant=demo-cafe&way=password#${back}`);
    await again.getByRole('alert').getByText(/did not let you in/).waitFor();
    assert.ok(!again.url().includes('sso'), 'the code is gone from the address');
    await again.end();
  }
  await page.end();
});

test('back from the organisation’s sign-in, the office is open', async () => {
  const session = await api('/v1/auth/pin', { method: 'POST', body: { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' } });
  const page = await openPage('/office/');
  // The demonstration has no provider; tests/http tries the way through one.
  await page.route('**/v1/auth/oidc/finish', (route) => route.fulfill({ json: route.request().postDataJSON().code === 'ABC' ? session : {} }));
  await page.goto(`${page.url()}#sso=ABC`);
  await page.reload();
  await page.getByRole('heading', { name: 'Items', level: 1 }).waitFor();
  await page.end();
});
